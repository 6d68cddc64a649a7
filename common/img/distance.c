#include "img/distance.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* The lower envelope of parabolas (i pitch - at)^2 + f[i] along a line. */
struct envelope {
    double *f, *from; /* (n) values; (n + 1) where each parabola begins */
    int *at;          /* (n) whose parabola it is */
};

/* Where the parabolas of i and k, k < i, meet. */
static double meeting_point(const double *f, int i, int k, double pitch)
{
    const double a = i * pitch, b = k * pitch;

    return (f[i] + a * a - f[k] - b * b) / (2.0 * (a - b));
}

/* Squared distances along one line: value i is d[i * step]. */
static void relax_line(struct envelope *e, int n, double pitch, float *d,
                       size_t step)
{
    int last = -1;

    for (int i = 0; i < n; i++) {
        e->f[i] = (double)d[(size_t)i * step];
        if (isinf(e->f[i]))
            continue;
        while (last >= 0 &&
               meeting_point(e->f, i, e->at[last], pitch) <= e->from[last])
            last--;
        e->from[last + 1] = last < 0
                                ? (double)-INFINITY
                                : meeting_point(e->f, i, e->at[last], pitch);
        e->at[++last] = i;
    }
    for (int i = 0, k = 0; last >= 0 && i < n; i++) {
        double apart;

        while (k < last && e->from[k + 1] < i * pitch)
            k++;
        apart = (i - e->at[k]) * pitch;
        d[(size_t)i * step] = (float)(apart * apart + e->f[e->at[k]]);
    }
}

int distance_to(const uint8_t *set, int h, int w, struct pixel_pitch pitch,
                float *d, struct err *err)
{
    const size_t n = (size_t)h * (size_t)w, side = (size_t)(h > w ? h : w);
    struct envelope e = {malloc(side * sizeof(*e.f)),
                         malloc((side + 1) * sizeof(*e.from)),
                         malloc(side * sizeof(*e.at))};
    const bool room = e.f && e.from && e.at;

    for (size_t i = 0; room && i < n; i++)
        d[i] = set[i] ? 0.0f : INFINITY;
    for (int y = 0; room && y < h; y++)
        relax_line(&e, w, pitch.x, d + (size_t)y * (size_t)w, 1);
    for (int x = 0; room && x < w; x++)
        relax_line(&e, h, pitch.y, d + x, (size_t)w);
    for (size_t i = 0; room && i < n; i++)
        d[i] = sqrtf(d[i]);
    free(e.f);
    free(e.from);
    free(e.at);
    return room ? 0
                : err_set(err, ERR_SYSTEM,
                          "no memory for distances of %zu "
                          "pixels",
                          n);
}
