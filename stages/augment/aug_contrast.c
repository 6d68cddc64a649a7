/* aug_contrast.c - I' = 127 + a (I - 127), as imgaug's LinearContrast */
#include "augment.h"

static void table(const float *param, uint8_t table[3][256])
{
    for (int k = 0; k < 3; k++)
        for (int v = 0; v < 256; v++)
            table[k][v] = augment_byte(127.0f + param[0] * (float)(v - 127));
}

const struct augment augment_contrast = {
    .name = "contrast",
    .param = {{"a", 1, NULL, 0, 10}},
    .weak = {0.4f},
    .strong = {1.8f},
    .table = table,
};
