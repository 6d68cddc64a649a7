/*
 * explainer_lime.c - LIME: which segments does the probability hang on?
 *
 * quickshift.h cuts the picture, lime.h draws which segments are hidden and
 * weighs them.  A hidden segment has the mean of its colours, cut off to whole
 * bytes.  The regression is on probabilities, as published.
 *
 * The map is the weight of each pixel's segment where it is positive.  The
 * views are those of lime's get_image_and_mask(positive_only=False) with
 * 'lime_features' segments.
 */
#include "stages/explain/explainer.h"
#include "stages/explain/lime.h"
#include "stages/explain/quickshift.h"

#include <math.h>
#include <stdlib.h>

struct lime {
    const struct explainer_task *t;
    int d;          /* segments */
    int32_t *label; /* owned: (h, w) */
    uint8_t *rgb;   /* owned: (h, w, 3) every segment hidden */
    float *hidden;  /* owned: (h, w, 3) the network's input of it */
    uint8_t *z;     /* owned: (samples, d) */
    float *y;       /* owned: (samples, classes) */
    double *weight; /* owned: (n_target, d) */
    int *order;     /* owned: (d) */
};

static void mask_segments(struct lime *l, uint64_t *sum, uint64_t *count)
{
    const size_t n = (size_t)l->t->h * (size_t)l->t->w;

    for (size_t i = 0; i < n; i++) {
        const size_t s = (size_t)l->label[i];

        count[s]++;
        for (size_t c = 0; c < 3; c++)
            sum[3 * s + c] += l->t->rgb[3 * i + c];
    }
    for (size_t i = 0; i < 3 * n; i++) {
        const size_t s = (size_t)l->label[i / 3];

        l->rgb[i] = (uint8_t)(sum[3 * s + i % 3] / count[s]);
    }
    preprocess(l->t->input, l->rgb, n, l->hidden);
}

static void fill_sample(const void *self, size_t row, float *y)
{
    const struct lime *l = self;
    const uint8_t *z = l->z + row * (size_t)l->d;
    const size_t n = (size_t)l->t->h * (size_t)l->t->w;

    for (size_t i = 0; i < n; i++) {
        const float *from = z[l->label[i]] ? l->t->x : l->hidden;

        for (size_t c = 3 * i; c < 3 * i + 3; c++)
            y[c] = from[c];
    }
}

/* Segments by falling |weight|, of equals the first. */
static void sort_segments(struct lime *l, const double *weight)
{
    for (int i = 0; i < l->d; i++) {
        int j = i;

        for (; j > 0 && fabs(weight[l->order[j - 1]]) < fabs(weight[i]); j--)
            l->order[j] = l->order[j - 1];
        l->order[j] = i;
    }
}

static void draw_views(struct lime *l, const double *weight, uint8_t *view)
{
    const int most = (int)l->t->settings->lime_features, n = l->t->h * l->t->w;

    sort_segments(l, weight);
    for (int i = 0; i < n; i++)
        view[i] = 0;
    for (int r = 0; r < l->d && r < most; r++) {
        const int s = l->order[r];
        const uint8_t say = weight[s] < 0.0 ? VIEW_CON : VIEW_PRO;

        for (int i = 0; i < n; i++)
            if (l->label[i] == s)
                view[i] = say;
    }
}

static void draw_map(struct lime *l, const double *weight,
                     struct explainer_map *map)
{
    const size_t n = (size_t)l->t->h * (size_t)l->t->w;

    for (size_t i = 0; i < n; i++)
        map->heat[i] = (float)fmax(weight[l->label[i]], 0.0);
    explainer_normalise_map(map, n);
    draw_views(l, weight, map->view);
}

static int segment_image(struct lime *l, struct err *err)
{
    const struct explain_settings *e = l->t->settings;
    const struct quickshift_args a = {.kernel = e->lime_kernel_size,
                                      .max_dist = e->lime_max_dist,
                                      .ratio = e->lime_ratio};
    const size_t n = (size_t)l->t->h * (size_t)l->t->w;
    uint64_t *sum = NULL, *count = NULL;
    int rc = -1;

    l->label = malloc(n * sizeof(*l->label));
    l->rgb = malloc(3 * n);
    l->hidden = malloc(3 * n * sizeof(*l->hidden));
    if (!l->label || !l->rgb || !l->hidden)
        return err_set(err, ERR_SYSTEM, "no memory for %zu pixels", n);
    l->d = quickshift(&a, l->t->rgb, l->t->h, l->t->w, l->label, err);
    if (l->d < 0)
        return -1;
    sum = calloc((size_t)l->d, 3 * sizeof(*sum));
    count = calloc((size_t)l->d, sizeof(*count));
    if (sum && count) {
        mask_segments(l, sum, count);
        rc = 0;
    } else {
        err_set(err, ERR_SYSTEM, "no memory for %d segments", l->d);
    }
    free(sum);
    free(count);
    return rc;
}

static int fit_weights(struct lime *l, struct err *err)
{
    const struct explainer_task *t = l->t;
    const size_t n = (size_t)t->settings->lime_samples, d = (size_t)l->d;
    const int k = scorer_classes(t->scorer);
    struct lime_sample s = {
        .n = n, .d = l->d, .k = k, .width = t->settings->lime_kernel_width};

    l->z = malloc(n * d);
    l->y = malloc(n * (size_t)k * sizeof(*l->y));
    l->weight = malloc((size_t)t->n_target * d * sizeof(*l->weight));
    l->order = malloc(d * sizeof(*l->order));
    if (!l->z || !l->y || !l->weight || !l->order)
        return err_set(err, ERR_SYSTEM, "no memory for %zu samples of %zu", n,
                       d);
    lime_masks(t->seed, n, l->d, l->z);
    scorer_probabilities(t->scorer, n, fill_sample, l, l->y);
    s.z = l->z;
    s.y = l->y;
    return lime_fit(&s, t->target, t->n_target, l->weight, err);
}

static int explain(const struct explainer_task *t, struct explainer_map *map,
                   struct err *err)
{
    struct lime l = {.t = t};
    int rc = -1;

    if (segment_image(&l, err) == 0 && fit_weights(&l, err) == 0) {
        for (int i = 0; i < t->n_target; i++)
            draw_map(&l, l.weight + (size_t)i * (size_t)l.d, &map[i]);
        rc = 0;
    }
    free(l.label);
    free(l.rgb);
    free(l.hidden);
    free(l.z);
    free(l.y);
    free(l.weight);
    free(l.order);
    return rc;
}

const struct explainer explainer_lime = {
    .name = "lime",
    .has_views = true,
    .draws = true,
    .explain = explain,
};
