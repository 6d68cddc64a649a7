/* aug_brightness.c - I' = b I */
#include "augment.h"

static void table(const float *param, uint8_t table[3][256])
{
    for (int k = 0; k < 3; k++)
        for (int v = 0; v < 256; v++)
            table[k][v] = augment_byte(param[0] * (float)v);
}

const struct augment augment_brightness = {
    .name = "brightness",
    .param = {{"b", 1, NULL, 0, 10}},
    .weak = {0.4f},
    .strong = {1.6f},
    .table = table,
};
