#include "stages/explain/cam.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EXPLAINER(name) extern const struct explainer explainer_##name;
#include "stages/explain/explainers.def"
#undef EXPLAINER

static const struct explainer *const table[] = {
#define EXPLAINER(name) &explainer_##name,
#include "stages/explain/explainers.def"
#undef EXPLAINER
};

enum { N_EXPLAINER = sizeof(table) / sizeof(table[0]) };

const struct explainer *explainer_find(const char *name, struct err *err)
{
    char list[256] = "";

    for (size_t i = 0; i < N_EXPLAINER; i++) {
        const size_t len = strlen(list);

        if (strcmp(table[i]->name, name) == 0)
            return table[i];
        snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "",
                 table[i]->name);
    }
    err_set(err, ERR_USAGE, "explain.method '%s' is unknown; there is: %s",
            name, list);
    return NULL;
}

/* Position 'i' of 'n' as a place among 'm': two neighbours and the share of
 * the second. */
static void place(int i, int n, int m, int *lo, int *hi, float *share)
{
    const double at =
        n > 1 ? (double)i * (double)(m - 1) / (double)(n - 1) : 0.0;

    *lo = (int)at;
    if (*lo > m - 1)
        *lo = m - 1;
    *hi = *lo < m - 1 ? *lo + 1 : *lo;
    *share = (float)(at - *lo);
}

void cam_resize(const float *x, int h, int w, float *y, int out_h, int out_w)
{
    for (int i = 0; i < out_h; i++) {
        int top, bottom, left, right;
        float down, across;

        place(i, out_h, h, &top, &bottom, &down);
        for (int j = 0; j < out_w; j++) {
            float a, b;

            place(j, out_w, w, &left, &right, &across);
            a = x[top * w + left] * (1 - across) + x[top * w + right] * across;
            b = x[bottom * w + left] * (1 - across) +
                x[bottom * w + right] * across;
            y[i * out_w + j] = a * (1 - down) + b * down;
        }
    }
}

void cam_normalise(float *x, size_t n)
{
    float low = INFINITY, high = -INFINITY;

    for (size_t i = 0; i < n; i++) {
        low = fminf(low, x[i]);
        high = fmaxf(high, x[i]);
    }
    for (size_t i = 0; i < n; i++)
        x[i] = (x[i] - low) / (high - low + 1e-7f);
}

void cam_peak(const float *map, int h, int w, int *x, int *y)
{
    int best = 0;

    for (int i = 1; i < h * w; i++)
        if (map[i] > map[best])
            best = i;
    *x = best % w;
    *y = best / w;
}
