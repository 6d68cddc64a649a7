/* curves.c - areas by one pass over cells sorted by score */
#include "stats/curves.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_CELLS = 1 << 30 };

struct scored {
    double score;
    uint32_t i;
};

/* Falling scores; of equals in order, so that sorting is deterministic. */
static int by_score(const void *a, const void *b)
{
    const struct scored *p = a, *q = b;

    if (p->score > q->score || p->score < q->score)
        return p->score > q->score ? -1 : 1;
    return p->i < q->i ? -1 : p->i > q->i;
}

static int no_memory(size_t n, struct err *err)
{
    return err_set(err, ERR_SYSTEM, "no memory to rank %zu cells", n);
}

int ranking_init(struct ranking *r, const double *score, size_t stride,
                 size_t n, struct err *err)
{
    struct scored *s = NULL;
    int rc = -1;

    *r = (struct ranking){.n = n};
    if (n > MAX_CELLS)
        return err_set(err, ERR_INPUT, "%zu cells to rank, at most %d", n,
                       MAX_CELLS);
    s = malloc((n + 1) * sizeof(*s));
    r->order = malloc((n + 1) * sizeof(*r->order));
    r->last = malloc(n + 1);
    if (!s || !r->order || !r->last) {
        no_memory(n, err);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        s[i] = (struct scored){score[i * stride], (uint32_t)i};
        if (isnan(s[i].score)) {
            err_set(err, ERR_INPUT, "score of cell %zu is not a number", i);
            goto out;
        }
    }
    qsort(s, n, sizeof(*s), by_score);
    for (size_t i = 0; i < n; i++) {
        r->order[i] = s[i].i;
        r->last[i] = i + 1 == n || s[i + 1].score < s[i].score;
    }
    rc = 0;
out:
    free(s);
    if (rc < 0)
        ranking_release(r);
    return rc;
}

void ranking_release(struct ranking *r)
{
    free(r->order);
    free(r->last);
    *r = (struct ranking){0};
}

double ranking_areas(const struct ranking *r, const uint8_t *positive,
                     const uint32_t *w, double *pr)
{
    uint64_t hits = 0, alarms = 0;   /* at or above the score */
    uint64_t hits0 = 0, alarms0 = 0; /* above the step before */
    double roc = 0, sum = 0;

    for (size_t i = 0; i < r->n; i++) {
        const uint32_t cell = r->order[i], times = w ? w[cell] : 1;

        hits += positive[cell] ? times : 0;
        alarms += positive[cell] ? 0 : times;
        if (!r->last[i])
            continue;
        roc += (double)(alarms - alarms0) * (double)(hits + hits0) / 2;
        if (hits > hits0)
            sum +=
                (double)(hits - hits0) * (double)hits / (double)(hits + alarms);
        hits0 = hits;
        alarms0 = alarms;
    }
    *pr = hits ? sum / (double)hits : (double)NAN;
    return hits && alarms ? roc / (double)hits / (double)alarms : (double)NAN;
}

size_t ranking_points(const struct ranking *r, const uint8_t *positive,
                      struct ranking_point *point)
{
    struct ranking_point at = {0, 0};
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++) {
        at.hits += positive[r->order[i]] ? 1 : 0;
        at.alarms += positive[r->order[i]] ? 0 : 1;
        if (r->last[i])
            point[n++] = at;
    }
    return n;
}

int curves_init(struct curves *c, const struct outcomes *o, struct err *err)
{
    const size_t k = (size_t)o->k;

    *c = (struct curves){.k = o->k, .n = o->n};
    c->of = calloc(k, sizeof(*c->of));
    c->positive = calloc(o->n + 1, k);
    if (!c->of || !c->positive) {
        curves_release(c);
        return no_memory(o->n, err);
    }
    for (size_t j = 0; j < k; j++) {
        if (ranking_init(&c->of[j], o->p + j, k, o->n, err) < 0) {
            curves_release(c);
            return -1;
        }
        for (size_t i = 0; i < o->n; i++)
            c->positive[j * o->n + i] = o->label[i] == (int)j;
    }
    return 0;
}

void curves_release(struct curves *c)
{
    for (int j = 0; c->of && j < c->k; j++)
        ranking_release(&c->of[j]);
    free(c->of);
    free(c->positive);
    *c = (struct curves){0};
}

void curves_areas(const struct curves *c, const uint32_t *w, struct areas *a)
{
    a->n_roc = a->n_pr = 0;
    a->macro_roc = a->macro_pr = 0;
    for (int j = 0; j < c->k; j++) {
        a->roc[j] = ranking_areas(&c->of[j], c->positive + (size_t)j * c->n, w,
                                  &a->pr[j]);
        if (!isnan(a->roc[j])) {
            a->macro_roc += a->roc[j];
            a->n_roc++;
        }
        if (!isnan(a->pr[j])) {
            a->macro_pr += a->pr[j];
            a->n_pr++;
        }
    }
    a->macro_roc = a->n_roc ? a->macro_roc / a->n_roc : (double)NAN;
    a->macro_pr = a->n_pr ? a->macro_pr / a->n_pr : (double)NAN;
}
