/* aug_brightness.c - I' = b I */
#include "augment.h"

#include <math.h>

static void table(const float *param, uint8_t table[3][256])
{
    for (int k = 0; k < 3; k++)
        for (int v = 0; v < 256; v++) {
            const float x = floorf(param[0] * (float)v + 0.5f);

            table[k][v] = (uint8_t)(x < 0.0f ? 0.0f : x > 255.0f ? 255.0f : x);
        }
}

const struct augment augment_brightness = {
    .name = "brightness",
    .param = {{"b", 1, NULL}},
    .table = table,
};
