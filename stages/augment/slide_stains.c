/* slide_stains.c - sorting pictures into slides, and choosing another one */
#include "slide_stains.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEANS = 3, NO_SLIDE = 0 };

/* --- slides --------------------------------------------------------------- */

static int by_slide(const void *a, const void *b)
{
    const struct slide_picture *p = *(struct slide_picture *const *)a;
    const struct slide_picture *q = *(struct slide_picture *const *)b;

    if (p->part != q->part)
        return p->part < q->part ? -1 : 1;
    if (p->label != q->label)
        return p->label < q->label ? -1 : 1;
    return strcmp(p->group, q->group);
}

/* In order of slides, then of rows, so that sums have one order. */
static int by_slide_and_row(const void *a, const void *b)
{
    const struct slide_picture *p = *(struct slide_picture *const *)a;
    const struct slide_picture *q = *(struct slide_picture *const *)b;
    const int c = by_slide(a, b);

    return c ? c : (p > q) - (p < q);
}

/* Pictures p[0 .. n-1] are those of the next slide. */
static void add_slide(struct slide_stains *s, struct slide_picture **p,
                      size_t n)
{
    struct slide *slide = &s->slide[s->n_slide];

    for (int k = 0; k < OPTICAL_DENSITY_NUMBERS; k++) {
        double sum = 0;

        for (size_t i = 0; i < n; i++)
            sum += (double)p[i]->density[k];
        slide->density[k] = (float)(sum / (double)n);
    }
    for (size_t i = 0; i < n; i++)
        p[i]->slide = s->n_slide;
    s->n_slide++;
}

/* The slides from 'first' on, up to 'end', are one part: or, if 'label', one
 * class of it. */
static void bound_slides(struct slide_stains *s, uint32_t first, uint32_t end,
                         bool label)
{
    for (uint32_t i = first; i < end; i++) {
        uint32_t *range = label ? s->slide[i].label : s->slide[i].part;

        range[0] = first;
        range[1] = end;
    }
}

/* 'order' has the pictures that are used, sorted. */
static void sort_into_slides(struct slide_stains *s,
                             struct slide_picture **order, size_t n)
{
    uint32_t part = 0, label = 0; /* first slides of these */

    for (size_t i = 0, end; i < n; i = end) {
        const bool new_part = i > 0 && order[i]->part != order[i - 1]->part;
        const bool new_label =
            new_part || (i > 0 && order[i]->label != order[i - 1]->label);

        if (new_part) {
            bound_slides(s, part, s->n_slide, false);
            part = s->n_slide;
        }
        if (new_label) {
            bound_slides(s, label, s->n_slide, true);
            label = s->n_slide;
        }
        for (end = i + 1; end < n; end++)
            if (by_slide(&order[i], &order[end]) != 0)
                break;
        add_slide(s, order + i, end - i);
    }
    bound_slides(s, part, s->n_slide, false);
    bound_slides(s, label, s->n_slide, true);
}

int slide_stains_make(struct slide_stains *s,
                      const struct slide_picture *picture, size_t n,
                      struct err *err)
{
    struct slide_picture **order =
        calloc(n + 1, sizeof(struct slide_picture *));
    size_t used = 0;

    *s = (struct slide_stains){.n = n};
    s->picture = calloc(n + 1, sizeof(*s->picture));
    s->slide = calloc(n + 1, sizeof(*s->slide));
    if (!order || !s->picture || !s->slide) {
        free(order);
        slide_stains_release(s);
        return err_set(err, ERR_SYSTEM,
                       "no memory for the stains of %zu pictures", n);
    }
    memcpy(s->picture, picture, n * sizeof(*picture));
    for (size_t i = 0; i < n; i++)
        if (picture[i].part >= 0)
            order[used++] = &s->picture[i];
    qsort(order, used, sizeof(struct slide_picture *), by_slide_and_row);
    sort_into_slides(s, order, used);
    free(order);
    return 0;
}

void slide_stains_release(struct slide_stains *s)
{
    free(s->picture);
    free(s->slide);
    *s = (struct slide_stains){0};
}

/* --- of a store ----------------------------------------------------------- */

/* Columns of index.csv. */
struct slide_columns {
    int group, density[OPTICAL_DENSITY_NUMBERS];
};

static int find_columns(const struct store *data, struct slide_columns *c,
                        struct err *err)
{
    static const char *const names[] = {"od_mean_r", "od_mean_g", "od_mean_b",
                                        "od_sd_r",   "od_sd_g",   "od_sd_b"};
    int least;

    c->group = least = csv_column(&data->index, "group");
    for (int k = 0; k < OPTICAL_DENSITY_NUMBERS; k++) {
        c->density[k] = csv_column(&data->index, names[k]);
        least = c->density[k] < least ? c->density[k] : least;
    }
    if (least >= 0)
        return 0;
    return err_set(err, ERR_USAGE,
                   "'%s/index.csv' does not tell how slides are stained, which "
                   "slide_stain needs: an earlier version wrote it; papline "
                   "run --force preprocess makes it anew",
                   data->dir);
}

static int read_picture(const struct store *data, size_t row,
                        const struct slide_columns *c, struct slide_picture *p,
                        struct err *err)
{
    *p = (struct slide_picture){.part = -1, .group = ""};
    if (!store_trains(data, row))
        return 0;
    p->part = data->fold_column < 0 ? 0 : store_fold(data, row);
    p->label = store_label(data, row);
    p->group = csv_get(&data->index, row, (size_t)c->group);
    for (int k = 0; k < OPTICAL_DENSITY_NUMBERS; k++) {
        const char *text = csv_get(&data->index, row, (size_t)c->density[k]);
        char *end;

        p->density[k] = strtof(text, &end);
        if (end == text || *end || !(p->density[k] >= 0 && p->density[k] <= 8))
            return err_set(err, ERR_INPUT,
                           "'%s/index.csv': row %zu has optical density "
                           "'%.20s', not 0 to 8",
                           data->dir, row, text);
    }
    return 0;
}

static bool has_others(const struct slide_stains *s,
                       const struct slide_picture *p)
{
    return s->slide[p->slide].part[1] - s->slide[p->slide].part[0] > 1;
}

/* There must be another slide for every picture. */
static int check_others(const struct slide_stains *s, const struct store *data,
                        struct err *err)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct slide_picture *p = &s->picture[i];
        char where[32] = "";

        if (p->part < 0 || has_others(s, p))
            continue;
        if (data->fold_column >= 0)
            snprintf(where, sizeof(where), " of fold %d", p->part);
        return err_set(err, ERR_USAGE,
                       "slide_stain takes the stain of another slide, but the "
                       "training pictures%s are all of one, '%.100s'; leave it "
                       "out of the recipe",
                       where, p->group);
    }
    return 0;
}

int slide_stains_open(struct slide_stains *s, const struct recipe *recipe,
                      const struct store *data, struct err *err)
{
    struct slide_picture *picture;
    struct slide_columns column;
    int rc = 0;

    *s = (struct slide_stains){0};
    if (!recipe_takes_slides(recipe))
        return 0;
    if (find_columns(data, &column, err) < 0)
        return -1;
    picture = calloc(data->n + 1, sizeof(*picture));
    if (!picture)
        return err_set(err, ERR_SYSTEM, "no memory for %zu pictures", data->n);
    for (size_t i = 0; rc == 0 && i < data->n; i++)
        rc = read_picture(data, i, &column, &picture[i], err);
    if (rc == 0)
        rc = slide_stains_make(s, picture, data->n, err);
    free(picture);
    if (rc == 0)
        rc = check_others(s, data, err);
    if (rc < 0)
        slide_stains_release(s);
    return rc;
}

/* --- another slide -------------------------------------------------------- */

void slide_stains_between(const float own[OPTICAL_DENSITY_NUMBERS],
                          const float other[OPTICAL_DENSITY_NUMBERS],
                          float param[AUGMENT_MAX_PARAMS])
{
    const float most = SLIDE_STAIN_MOST;

    for (int c = 0; c < 3; c++) {
        const float s = own[MEANS + c];
        const float ratio = s > 0 ? other[MEANS + c] / s : 1;
        const float gain = ratio < 1 / most ? 1 / most
                           : ratio > most   ? most
                                            : ratio;

        param[SLIDE_STAIN_GAIN + c] = gain;
        param[SLIDE_STAIN_SHIFT + c] = other[c] - gain * own[c];
    }
}

/* Another one than slide 'own', of which there are some, by the number that was drawn. */
static uint32_t choose_slide(const struct slide_stains *s, uint32_t own,
                             const float *param)
{
    const struct slide *slide = &s->slide[own];
    const bool same =
        param[SLIDE_STAIN_CLASSES] > 0 && slide->label[1] - slide->label[0] > 1;
    const uint32_t *range = same ? slide->label : slide->part;
    const uint32_t at = range[0] + (uint32_t)param[SLIDE_STAIN_SLIDE] %
                                       (range[1] - range[0] - 1);

    return at >= own ? at + 1 : at;
}

static void take_slide(const struct slide_stains *s, size_t row, float *param)
{
    const struct slide_picture *p = &s->picture[row];
    const bool match_slide = param[SLIDE_STAIN_MATCH] > 0;
    uint32_t at;

    if (p->part < 0 || !has_others(s, p)) {
        param[SLIDE_STAIN_SLIDE] = NO_SLIDE;
        return;
    }
    at = choose_slide(s, p->slide, param);
    param[SLIDE_STAIN_SLIDE] = (float)(at + 1);
    slide_stains_between(match_slide ? s->slide[p->slide].density : p->density,
                         s->slide[at].density, param);
}

void slide_stains_take(const struct slide_stains *s, size_t row,
                       struct augment_op *ops, int n)
{
    BUG_ON(row >= s->n);
    for (int i = 0; i < n; i++)
        if (ops[i].op->of_slides)
            take_slide(s, row, ops[i].param);
}
