/*
 * aug_channel_contrast.c - I'_k = 127 + a_k (I_k - 127)
 *
 * As imgaug's LinearContrast with per_channel.
 */
#include "augment.h"

static void table(const float *param, uint8_t table[3][256])
{
    for (int k = 0; k < 3; k++)
        for (int v = 0; v < 256; v++)
            table[k][v] = augment_byte(127.0f + param[k] * (float)(v - 127));
}

const struct augment augment_channel_contrast = {
    .name = "channel_contrast",
    .param = {{"r", 1, NULL, 0, 10},
              {"g", 1, NULL, 0, 10},
              {"b", 1, NULL, 0, 10}},
    .weak = {0.6f, 1, 1.4f},
    .strong = {1.5f, 0.8f, 0.6f},
    .table = table,
};
