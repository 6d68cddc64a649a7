/* report_sure.c - the charts, and the section that they are in */
#include "stages/report/report_sure.h"

#include "page/page_glossary.h"
#include "stages/report/report_chosen.h"
#include "stages/report/report_folds.h"
#include "stages/report/report_headline.h"
#include "stages/report/report_html.h"
#include "stages/report/report_screening.h"
#include "stages/report/report_sections.h"

#include "charts/svg.h"
#include "stats/binary.h"
#include "stats/calibration.h"
#include "stats/curves.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AREA = 16 };

/* The cells of several folds in one run. */
struct sure_cells {
    struct outcomes o;
    int *label, *predicted; /* owned, as all below */
    double *p, *calibrated; /* calibrated: NULL if some lack it */
    double *score;          /* (n) of abnormal classes */
    uint8_t *positive;      /* (n) */
    struct ranking_point *point;
    double *at;  /* (SVG_LINES, 4, n + 1): x and y of both curves */
    size_t room; /* n + 1 */
    const struct report_experiment *e; /* the first */
};

/* --- gathering ------------------------------------------------------------ */

static void copy_cells(struct sure_cells *s, const struct report_cells *c)
{
    const struct outcomes *o = &c->told.o;
    const size_t k = (size_t)s->o.k, at = s->o.n;

    memcpy(s->label + at, o->label, o->n * sizeof(*s->label));
    memcpy(s->predicted + at, o->predicted, o->n * sizeof(*s->predicted));
    memcpy(s->p + at * k, o->p, o->n * k * sizeof(*s->p));
    if (s->calibrated)
        memcpy(s->calibrated + at * k, c->calibrated, o->n * k * sizeof(*s->p));
    s->o.n += o->n;
}

static void release_cells(struct sure_cells *s)
{
    free(s->label);
    free(s->predicted);
    free(s->p);
    free(s->calibrated);
    free(s->score);
    free(s->positive);
    free(s->point);
    free(s->at);
}

static bool allocate_cells(struct sure_cells *s, size_t n, bool calibrated)
{
    const size_t k = (size_t)s->o.k;

    s->label = malloc((n + 1) * sizeof(*s->label));
    s->predicted = malloc((n + 1) * sizeof(*s->predicted));
    s->p = malloc((n + 1) * k * sizeof(*s->p));
    s->calibrated = calibrated ? malloc((n + 1) * k * sizeof(*s->p)) : NULL;
    s->score = malloc((n + 1) * sizeof(*s->score));
    s->positive = malloc(n + 1);
    s->point = malloc((n + 1) * sizeof(*s->point));
    s->at = malloc((n + 1) * SVG_LINES * 4 * sizeof(*s->at));
    s->room = n + 1;
    s->o = (struct outcomes){0, s->o.k, s->label, s->predicted, s->p, NULL};
    return s->label && s->predicted && s->p && (s->calibrated || !calibrated) &&
           s->score && s->positive && s->point && s->at;
}

/* Have both the same classes in the same order, and probabilities? */
static bool fits(const struct report_cells *c, const struct report_cells *first)
{
    return c->told.o.p && c->told.o.k == first->told.o.k &&
           memcmp(c->told.class_name, first->told.class_name,
                  (size_t)c->told.o.k * sizeof(*c->told.class_name)) == 0;
}

/* False: there is nothing to draw, or no memory, which 'b' then knows. */
static bool gather_cells(struct sure_cells *s, const struct report_data *d,
                         const struct report_told_of *t, struct buf *b)
{
    bool calibrated = true;
    size_t n = 0;

    if (t->n == 0)
        return false;
    s->e = &d->experiment[t->list[0]];
    s->o.k = s->e->cells.told.o.k;
    for (int i = 0; i < t->n; i++) {
        const struct report_cells *c = &d->experiment[t->list[i]].cells;

        if (!fits(c, &s->e->cells))
            return false;
        calibrated = calibrated && c->calibrated;
        n += c->told.o.n;
    }
    if (n == 0)
        return false;
    if (!allocate_cells(s, n, calibrated)) {
        b->failed = true;
        return false;
    }
    for (int i = 0; i < t->n; i++)
        copy_cells(s, &d->experiment[t->list[i]].cells);
    return true;
}

/* --- reliability ---------------------------------------------------------- */

/* One temperature where there is one; with folds each has its own. */
static double temperature_of(const struct sure_cells *s,
                             const struct report_told_of *t)
{
    return t->n == 1
               ? report_json_number(s->e->metrics.root, "temperature.value")
               : (double)NAN;
}

static void put_reliability(const struct sure_cells *s,
                            const struct report_told_of *t, struct buf *b)
{
    struct outcomes calibrated = s->o;
    struct reliability as, at = {.ece = 0};

    reliability_of(&as, &s->o);
    calibrated.p = s->calibrated;
    if (s->calibrated)
        reliability_of(&at, &calibrated);
    svg_reliability(
        &(struct svg_reliability){.title = "Share right against confidence",
                                  .n = RELIABILITY_BINS,
                                  .count = as.count,
                                  .accuracy = as.accuracy,
                                  .confidence = as.confidence,
                                  .ece = as.ece,
                                  .after_count =
                                      s->calibrated ? at.count : NULL,
                                  .after_accuracy = at.accuracy,
                                  .after_confidence = at.confidence,
                                  .after_ece = at.ece,
                                  .temperature = temperature_of(s, t)},
        false, b);
}

/* --- ranking -------------------------------------------------------------- */

/* Both charts while lines are added. */
struct ranked {
    struct svg_square roc, pr;
    char area[2][SVG_LINES][AREA];
};

/* Arrays of line i: x and y of the ROC curve, then of the other. */
static double *line_array(const struct sure_cells *s, int i, int which)
{
    return s->at + (size_t)(4 * i + which) * s->room;
}

/* The curves of the cells with s->positive, by 'rank', as the next line. */
static void add_line(struct ranked *out, const struct sure_cells *s,
                     const struct ranking *rank, const char *name)
{
    const int i = out->roc.n_line;
    double *x = line_array(s, i, 0), *y = line_array(s, i, 1);
    double *recall = line_array(s, i, 2), *precision = line_array(s, i, 3);
    const size_t n = ranking_points(rank, s->positive, s->point);
    const double hits = (double)s->point[n - 1].hits;
    const double alarms = (double)s->point[n - 1].alarms;
    double pr, roc = ranking_areas(rank, s->positive, NULL, &pr);

    if (!isfinite(roc) || !isfinite(pr))
        return;
    x[0] = y[0] = 0;
    for (size_t k = 0; k < n; k++) {
        const struct ranking_point *p = &s->point[k];

        x[k + 1] = (double)p->alarms / alarms;
        y[k + 1] = recall[k] = (double)p->hits / hits;
        precision[k] = (double)p->hits / (double)(p->hits + p->alarms);
    }
    snprintf(out->area[0][i], AREA, "%.3f", roc);
    snprintf(out->area[1][i], AREA, "%.3f", pr);
    out->roc.line[out->roc.n_line++] =
        (struct svg_line){name, out->area[0][i], n + 1, x, y};
    out->pr.line[out->pr.n_line++] =
        (struct svg_line){name, out->area[1][i], n, recall, precision};
}

/* Abnormal cells against the others, by the sum of their probabilities. */
static int add_abnormal(struct ranked *out, struct sure_cells *s,
                        struct err *err)
{
    const bool *abnormal = s->e->screening->abnormal;
    struct ranking rank;

    binary_scores(&s->o, abnormal, s->score);
    for (size_t i = 0; i < s->o.n; i++)
        s->positive[i] = abnormal[s->label[i]];
    if (ranking_init(&rank, s->score, 1, s->o.n, err) < 0)
        return -1;
    add_line(out, s, &rank, "abnormal or not");
    ranking_release(&rank);
    return 0;
}

static int add_class(struct ranked *out, struct sure_cells *s, int c,
                     struct err *err)
{
    struct ranking rank;

    for (size_t i = 0; i < s->o.n; i++)
        s->positive[i] = s->label[i] == c;
    if (ranking_init(&rank, s->p + c, (size_t)s->o.k, s->o.n, err) < 0)
        return -1;
    add_line(out, s, &rank, s->e->cells.told.class_name[c]);
    ranking_release(&rank);
    return 0;
}

/* Where the ROC curve is as cells are called, and at the threshold. */
static void add_marks(struct ranked *out, const struct screening *w)
{
    out->roc.mark[out->roc.n_mark++] = (struct svg_mark){
        "as cells are called", grouped_share_value(&w->raised),
        1 - grouped_share_value(&w->missed)};
    if (w->sets && w->threshold && w->above_found.n > 0)
        out->roc.mark[out->roc.n_mark++] =
            (struct svg_mark){"at the threshold of validation",
                              grouped_share_value(&w->above_raised),
                              grouped_share_value(&w->above_found)};
}

static void put_ranking(struct sure_cells *s, const struct screening *w,
                        bool classes, struct buf *b)
{
    struct ranked out = {
        .roc = {.title = "Found against raised (ROC)",
                .x_title = "share of others raised",
                .y_title = "share found",
                .diagonal = true},
        .pr = {.title = "Right against found",
               .x_title = "share found (recall)",
               .y_title = "of those called so, right (precision)"}};
    const bool two = w && w->two;
    const bool each = s->o.k < SVG_LINES && (classes || !two);
    struct err err;
    int rc = two ? add_abnormal(&out, s, &err) : 0;

    for (int c = 0; rc == 0 && each && c < s->o.k; c++)
        rc = add_class(&out, s, c, &err);
    if (rc < 0 || out.roc.n_line == 0) {
        b->failed = b->failed || rc < 0;
        return;
    }
    if (two && w->missed.n > 0 && w->raised.n > 0)
        add_marks(&out, w);
    svg_square(&out.roc, b);
    svg_square(&out.pr, b);
}

/* --- all ------------------------------------------------------------------ */

/* Of the same cells: of all folds together, or of one experiment. */
static const struct screening *screening_of(const struct report_data *d,
                                            const struct report_told_of *t)
{
    return t->n > 1 ? report_screening_of(d, report_folds_head(d, t->list[0]))
                    : d->experiment[t->list[0]].screening;
}

void report_sure_charts(const struct report_data *d,
                        const struct report_told_of *t, bool classes,
                        struct buf *b)
{
    struct sure_cells s = {.o = {.n = 0}};

    if (gather_cells(&s, d, t, b)) {
        buf_puts(b, "<div class=\"charts\">\n");
        put_reliability(&s, t, b);
        put_ranking(&s, screening_of(d, t), classes, b);
        buf_puts(b, "</div>\n");
    }
    release_cells(&s);
}

static void put_words(struct buf *b)
{
    buf_puts(b,
             "<p class=\"mute\">Where bars reach the diagonal its confidence "
             "can be believed (");
    page_glossary_put("reliability", "reliability", b);
    buf_puts(b, ", ");
    page_glossary_put("ece", "ECE", b);
    buf_puts(b, ", ");
    page_glossary_put("temperature", "temperature", b);
    buf_puts(
        b,
        "); below it the network is too sure of itself, above it it is "
        "right more often than it says. The other two show what else it could find, and at what price, were another "
        "threshold chosen (");
    page_glossary_put("roc", "ROC", b);
    buf_puts(b, ", ");
    page_glossary_put("pr", "precision and recall", b);
    buf_puts(b, "; behind each name its ");
    page_glossary_put("roc_auc", "area", b);
    buf_puts(b, ").</p>\n");
}

void report_sure(const struct report_data *d, struct buf *b)
{
    struct report_told_of t;
    struct buf charts = {0};

    report_headline(d, b);
    if (d->best < 0)
        return;
    report_screening_promises(d, b);
    report_chosen(d, b);
    report_cells_headline(&t, d);
    report_sure_charts(d, &t, true, &charts);
    if (charts.len > 0)
        put_words(b);
    buf_take(b, &charts);
}
