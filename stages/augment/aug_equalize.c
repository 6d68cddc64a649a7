/*
 * aug_equalize.c - histogram equalisation, mixed with the picture
 *
 * Of each channel, or of the Lab lightness alone:
 *     I' = 255 (count of values up to I - count of the least) /
 *              (count of all - count of the least)
 * as OpenCV's equalizeHist; one value alone stays.
 */
#include "blend.h"
#include "lab.h"

#include <string.h>

enum { ALPHA, ON, ORDER };

static const char *const on_word[] = {"channels", "lightness", NULL};

/* The channel that starts at px[0], in place. */
static void equalize_channel(uint8_t *px, size_t n)
{
    size_t count[256] = {0}, sum = 0, least = 0;
    uint8_t table[256];

    for (size_t i = 0; i < 3 * n; i += 3)
        count[px[i]]++;
    while (count[least] == 0)
        least++;
    if (count[least] == n)
        return;
    memset(table, 0, sizeof(table));
    for (size_t v = least + 1; v < 256; v++) {
        sum += count[v];
        table[v] =
            augment_byte((float)sum * (255.0f / (float)(n - count[least])));
    }
    for (size_t i = 0; i < 3 * n; i += 3)
        px[i] = table[px[i]];
}

static void filter(const float *param, const struct augment_picture *p)
{
    struct lab_tables *lab = (struct lab_tables *)(void *)p->scratch;
    const size_t n = augment_bytes(p) / 3, red = param[ORDER] > 0.0f ? 2 : 0;

    if (param[ON] > 0.0f) {
        lab_init(lab);
        lab_from_rgb(lab, p->src, p->dst, n, red);
        equalize_channel(p->dst, n);
        lab_to_rgb(lab, p->dst, p->dst, n, red);
    } else {
        memcpy(p->dst, p->src, 3 * n);
        for (int k = 0; k < 3; k++)
            equalize_channel(p->dst + k, n);
    }
    blend(p, param[ALPHA]);
}

const struct augment augment_equalize = {
    .name = "equalize",
    .param = {{"alpha", 0, NULL, 0, 1},
              {"on", 0, on_word, 0, 0},
              {"order", 0, augment_order_word, 0, 0}},
    .weak = {0.3f, 1},
    .strong = {1, 1},
    .filter = filter,
    .work = {.fixed = sizeof(struct lab_tables)},
};
