/* aug_channel_add.c - I'_k = I_k + d_k */
#include "augment.h"

static void table(const float *param, uint8_t table[3][256])
{
    for (int k = 0; k < 3; k++)
        for (int v = 0; v < 256; v++)
            table[k][v] = augment_byte((float)v + param[k]);
}

const struct augment augment_channel_add = {
    .name = "channel_add",
    .param = {{"r", 0, NULL, -255, 255},
              {"g", 0, NULL, -255, 255},
              {"b", 0, NULL, -255, 255}},
    .weak = {-40, 0, 20},
    .strong = {30, -10, -40},
    .table = table,
};
