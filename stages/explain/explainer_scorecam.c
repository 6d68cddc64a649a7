/*
 * explainer_scorecam.c - Score-CAM: how well does the class survive if only
 * what a channel saw is left of the picture?
 *
 * A channel's activations A_k, enlarged and brought to 0 .. 1, are a mask; the
 * network's input (after preprocessing: what 0 looks like depends on its mode)
 * is multiplied by it, and the logits z of that give the channel's weight w_k.
 * The map is max(0, sum_k w_k A_k).
 *
 *     paper     w = softmax over channels of z_c.  The published score less
 *               that of a baseline image, which cancels in the softmax.
 *     tfkv      w = softmax(p)_c with p = softmax(z): tf-keras-vis puts a
 *               softmax on what models like the authors' already end in.  Such
 *               weights hardly differ.
 *     ptgc      as paper, but maps are enlarged by areas and scaled twice
 *     official  w = p_c; channels without contrast are left out; enlarged by
 *               areas before the maximum with 0
 *
 * 'scorecam_max_n' keeps the channels of the largest spatial deviation, of
 * equals the first (tf-keras-vis' Faster-ScoreCAM).  The masks of channels
 * without contrast are all 0; one pass does for all of them.
 * Source: Wang et al. 2020 (arXiv:1910.01279), eq. 3 to 6.
 */
#include "base/hot.h"
#include "stages/explain/explainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct channel {
    int k;         /* of the layer */
    int row;       /* pass that scores it; -1: none does */
    double spread; /* standard deviation over the layer's pixels */
    bool flat;
};

struct scoring {
    const struct explainer_task *t;
    enum scorecam_variant variant;
    struct channel *channel; /* owned */
    int n_channel, n_row;
    int *of_row; /* owned: (n_row) channel whose mask it is; -1: no contrast */
    float *map;  /* owned: (c, h, w) the layer's activations */
    float *logits; /* owned: (n_row, classes) */
    float *weight; /* owned: (n_channel) */
    float *cam;    /* owned: (h, w) of the layer */
};

static bool averages_areas(enum scorecam_variant v)
{
    return v == SCORECAM_OFFICIAL || v == SCORECAM_PTGC;
}

static int by_spread(const void *a, const void *b)
{
    const struct channel *p = a, *q = b;

    if (p->spread > q->spread || p->spread < q->spread)
        return p->spread > q->spread ? -1 : 1;
    return p->k - q->k;
}

static int by_number(const void *a, const void *b)
{
    return ((const struct channel *)a)->k - ((const struct channel *)b)->k;
}

static struct channel channel_range(const float *map, int n, int k)
{
    struct channel c = {.k = k, .flat = true};
    double sum = 0.0, squares = 0.0;

    for (int i = 0; i < n; i++) {
        sum += (double)map[i];
        c.flat = c.flat && !(map[i] > map[0] || map[i] < map[0]);
    }
    for (int i = 0; i < n; i++)
        squares += ((double)map[i] - sum / n) * ((double)map[i] - sum / n);
    c.spread = c.flat ? 0.0 : sqrt(squares / n);
    return c;
}

/* Which channels count, and which pass scores each. */
static void choose_channels(struct scoring *s)
{
    const struct gradients_layer *l = s->t->layer;
    const int n = l->h * l->w, most = (int)s->t->settings->scorecam_max_n;
    int flat = -1;

    for (int k = 0; k < l->c; k++) {
        for (int i = 0; i < n; i++)
            s->map[k * n + i] = l->a[i * l->c + k];
        s->channel[k] = channel_range(s->map + k * n, n, k);
    }
    s->n_channel = l->c;
    if (most > 0 && most < l->c) {
        qsort(s->channel, (size_t)l->c, sizeof(*s->channel), by_spread);
        qsort(s->channel, (size_t)most, sizeof(*s->channel), by_number);
        s->n_channel = most;
    }
    for (int i = 0; i < s->n_channel; i++) {
        struct channel *c = &s->channel[i];

        c->row = -1;
        if (c->flat && s->variant == SCORECAM_OFFICIAL)
            continue;
        c->row = c->flat && flat >= 0 ? flat : s->n_row;
        if (c->row == s->n_row)
            s->of_row[s->n_row++] = c->flat ? -1 : c->k;
        if (c->flat)
            flat = c->row;
    }
}

/* A mask's values from 0 on. */
HOT static void stretch_mask(float *mask, int n, float low, float range)
{
    for (int i = 0; i < n; i++)
        mask[i] = (mask[i] - low) / range;
}

/* y, whose last third is the mask, from the front. */
HOT static void mask_input(const float *x, const float *mask, int n, float *y)
{
    for (int i = 0; i < n; i++) {
        const float m = mask[i];

        for (int c = 0; c < 3; c++)
            y[3 * i + c] = x[3 * i + c] * m;
    }
}

/*
 * The input behind the mask of pass 'row'.  The mask is made in the last third
 * of 'y', which is written from the front and never beyond what is still read.
 */
static void fill_pass(const void *self, size_t row, float *y)
{
    const struct scoring *s = self;
    const struct explainer_task *t = s->t;
    const struct gradients_layer *l = t->layer;
    const int n = t->h * t->w, k = s->of_row[row];
    const float eps = s->variant == SCORECAM_TFKV   ? 1e-7f
                      : s->variant == SCORECAM_PTGC ? 1e-8f
                                                    : 0.0f;
    float *mask = y + 2 * n, low = INFINITY, high = -INFINITY;

    if (k < 0) {
        for (int i = 0; i < 3 * n; i++)
            y[i] = 0.0f;
        return;
    }
    explainer_enlarge(t, l, s->map + k * l->h * l->w,
                      s->variant == SCORECAM_OFFICIAL, mask);
    for (int i = 0; i < n; i++) {
        low = mask[i] < low ? mask[i] : low;
        high = mask[i] > high ? mask[i] : high;
    }
    if (high > low)
        stretch_mask(mask, n, low, high - low + eps);
    else
        memset(mask, 0, (size_t)n * sizeof(*mask));
    mask_input(t->x, mask, n, y);
}

/* Probabilities where the variant wants them. */
static void prepare_scores(struct scoring *s)
{
    const int k = scorer_classes(s->t->scorer);
    const int times = s->variant == SCORECAM_TFKV       ? 2
                      : s->variant == SCORECAM_OFFICIAL ? 1
                                                        : 0;

    for (int i = 0; i < s->n_row; i++)
        for (int j = 0; j < times; j++)
            scorer_softmax(s->logits + i * k, k);
}

static void weigh_channels(struct scoring *s, int target)
{
    const int k = scorer_classes(s->t->scorer);

    for (int i = 0; i < s->n_channel; i++) {
        const int row = s->channel[i].row;

        s->weight[i] = row < 0 ? 0.0f : s->logits[row * k + target];
    }
    if (s->variant == SCORECAM_PAPER || s->variant == SCORECAM_PTGC)
        scorer_softmax(s->weight, s->n_channel);
}

static void map_target(struct scoring *s, struct explainer_map *map)
{
    const struct explainer_task *t = s->t;
    const struct gradients_layer *l = t->layer;
    const int n = l->h * l->w, pixels = t->h * t->w;
    const bool after = s->variant == SCORECAM_OFFICIAL;

    for (int i = 0; i < n; i++) {
        double sum = 0.0;

        for (int k = 0; k < s->n_channel; k++)
            sum +=
                (double)s->weight[k] * (double)s->map[s->channel[k].k * n + i];
        s->cam[i] = after || sum > 0.0 ? (float)sum : 0.0f;
    }
    map->used = s->n_channel;
    map->of = l->c;
    if (!after) {
        explainer_finish(t, l, s->cam, averages_areas(s->variant), map);
        return;
    }
    explainer_keep_layer(t, l, s->cam, map);
    explainer_enlarge(t, l, s->cam, true, map->heat);
    for (int i = 0; i < pixels; i++)
        map->heat[i] = fmaxf(map->heat[i], 0.0f);
    explainer_normalise(map->heat, (size_t)pixels);
}

static int take_memory(struct scoring *s, struct err *err)
{
    const struct gradients_layer *l = s->t->layer;
    const size_t c = (size_t)l->c, n = (size_t)l->h * (size_t)l->w;
    const size_t k = (size_t)scorer_classes(s->t->scorer);

    s->channel = malloc(c * sizeof(*s->channel));
    s->of_row = malloc(c * sizeof(*s->of_row));
    s->map = malloc(c * n * sizeof(*s->map));
    s->logits = malloc(c * k * sizeof(*s->logits));
    s->weight = malloc(c * sizeof(*s->weight));
    s->cam = malloc(n * sizeof(*s->cam));
    if (s->channel && s->of_row && s->map && s->logits && s->weight && s->cam)
        return 0;
    return err_set(err, ERR_SYSTEM, "no memory for %zu channels", c);
}

static int explain(const struct explainer_task *t, struct explainer_map *map,
                   struct err *err)
{
    struct scoring s = {.t = t, .variant = t->settings->scorecam_variant};
    const int rc = take_memory(&s, err);

    if (rc == 0) {
        choose_channels(&s);
        scorer_logits(t->scorer, (size_t)s.n_row, fill_pass, &s, s.logits);
        prepare_scores(&s);
        for (int i = 0; i < t->n_target; i++) {
            weigh_channels(&s, t->target[i]);
            map_target(&s, &map[i]);
        }
    }
    free(s.channel);
    free(s.of_row);
    free(s.map);
    free(s.logits);
    free(s.weight);
    free(s.cam);
    return rc;
}

const struct explainer explainer_scorecam = {.name = "scorecam",
                                             .explain = explain};
