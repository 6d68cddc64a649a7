#include "stages/report/report_class_shares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES = 2 * STATS_CLASSES_MAX };

struct class_cells {
    const struct outcomes *o; /* borrowed */
    uint32_t *group;          /* owned: (n) */
    uint8_t *seen;            /* owned: (n) groups that were counted */
};

/* Cells that are called each class, or are of it, and those that are both; 'w'
 * times each. */
static void draw_shares(void *self, const uint32_t *w, double *value)
{
    const struct class_cells *a = self;
    size_t called[STATS_CLASSES_MAX] = {0}, is[STATS_CLASSES_MAX] = {0},
           both[STATS_CLASSES_MAX] = {0};

    for (size_t i = 0; i < a->o->n; i++) {
        called[a->o->predicted[i]] += w[i];
        is[a->o->label[i]] += w[i];
        both[a->o->label[i]] += a->o->label[i] == a->o->predicted[i] ? w[i] : 0;
    }
    for (int c = 0; c < a->o->k; c++) {
        value[2 * c] = (double)both[c] / (double)called[c];
        value[2 * c + 1] = (double)both[c] / (double)is[c];
    }
}

/* Count the cells of class 'c' by one of both, and those of them that the other
 * one says are of it, too. */
static void count_share(struct class_cells *a, const int *of, const int *other,
                        int c, struct grouped_share *s)
{
    *s = (struct grouped_share){0};
    memset(a->seen, 0, a->o->n);
    for (size_t i = 0; i < a->o->n; i++) {
        uint8_t *seen = &a->seen[a->group[i]];

        if (of[i] != c)
            continue;
        s->n++;
        s->k += other[i] == c;
        s->groups += !*seen;
        *seen = 1;
    }
}

int report_class_shares(const struct report_data *d,
                        const struct report_experiment *e,
                        struct report_class_share *of, struct err *err)
{
    const struct predictions *p = &e->cells.told;
    struct class_cells a = {.o = &p->o};
    struct interval drawn[VALUES];
    struct bootstrap b = {.n = p->o.n,
                          .resamples = (int)d->config->evaluate.bootstrap,
                          .seed = (uint64_t)d->config->run.seed,
                          .n_value = 2 * (size_t)p->o.k,
                          .each = draw_shares,
                          .self = &a};
    const bool any = p->o.n > 0 && p->o.k > 0 && b.resamples > 0;
    int rc = -1;

    a.group = calloc(p->o.n + 1, sizeof(*a.group));
    a.seen = calloc(p->o.n + 1, 1);
    b.group = a.group;
    if (!a.group || !a.seen)
        err_set(err, ERR_SYSTEM, "no memory for classes");
    else if (bootstrap_groups(predictions_drawn(p), p->o.n, a.group, &b.n_group,
                              err) == 0)
        rc = any ? bootstrap_run(&b, drawn, err) : 0;
    for (int c = 0; rc == 0 && c < p->o.k; c++) {
        count_share(&a, p->o.predicted, p->o.label, c, &of[c].precision);
        count_share(&a, p->o.label, p->o.predicted, c, &of[c].recall);
        grouped_share_choose(&of[c].precision, any ? &drawn[2 * c] : NULL);
        grouped_share_choose(&of[c].recall, any ? &drawn[2 * c + 1] : NULL);
    }
    free(a.group);
    free(a.seen);
    return rc;
}
