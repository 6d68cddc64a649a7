/* aug_channel_gain.c - I'_k = b_k I_k: brightness of each channel for itself */
#include "augment.h"

static void table(const float *param, uint8_t table[3][256])
{
    for (int k = 0; k < 3; k++)
        for (int v = 0; v < 256; v++)
            table[k][v] = augment_byte(param[k] * (float)v);
}

const struct augment augment_channel_gain = {
    .name = "channel_gain",
    .param = {{"r", 1, NULL, 0, 10},
              {"g", 1, NULL, 0, 10},
              {"b", 1, NULL, 0, 10}},
    .weak = {0.7f, 1, 1.2f},
    .strong = {1.3f, 0.9f, 0.6f},
    .table = table,
};
