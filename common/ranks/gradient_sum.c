#include "ranks/gradient_sum.h"

void gradient_sum_begin(struct gradient_sum *s, struct dist *d, float *x,
                        size_t n)
{
    *s = (struct gradient_sum){.dist = d, .x = x, .left = n};
}

/* The last 'n' floats of those that are left. */
static void sum_last(struct gradient_sum *s, size_t n)
{
    s->left -= n;
    if (s->rc == 0)
        s->rc = dist_sum_float(s->dist, s->x + s->left, n, &s->err);
}

void gradient_sum_ready(void *self, size_t from)
{
    struct gradient_sum *s = self;

    while (s->left >= from + GRADIENT_SUM_BUCKET)
        sum_last(s, GRADIENT_SUM_BUCKET);
}

int gradient_sum_end(struct gradient_sum *s, struct err *err)
{
    gradient_sum_ready(s, 0);
    sum_last(s, s->left);
    if (s->rc < 0)
        *err = s->err;
    return s->rc;
}
