/* aug_gamma.c - I' = 255 (I / 255)^g, as imgaug's GammaContrast */
#include "augment.h"

static void table(const float *param, uint8_t table[3][256])
{
    for (int v = 0; v < 256; v++) {
        const double x = 255 * pow(v / 255.0, (double)param[0]);
        const uint8_t y = augment_byte((float)x);

        table[0][v] = table[1][v] = table[2][v] = y;
    }
}

const struct augment augment_gamma = {
    .name = "gamma",
    .param = {{"g", 1, NULL, 0.05f, 20}},
    .weak = {0.4f},
    .strong = {2},
    .table = table,
};
