/* test_stats.c - areas, calibration, tests, costs, sets, ensembles, resamples
 * are those of other people's libraries; what is undefined is so by rule */
#include "stats/binary.h"
#include "stats/bootstrap.h"
#include "stats/calibration.h"
#include "stats/conformal.h"
#include "stats/costs.h"
#include "stats/curves.h"
#include "stats/ensemble.h"
#include "stats/metrics.h"
#include "stats/proportion.h"
#include "tap.h"

#include "golden/ensemble_golden.inc"
#include "golden/stats_golden.inc"

#include <stdlib.h>

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* 'got' is 'want' to 1e-12, or neither is a number. */
static void same_number(double got, double want, const char *what)
{
    if (isnan(want))
        ok(isnan(got), what);
    else
        near(got, want, 1e-12, what);
}

/* --- figures -------------------------------------------------------------- */

static void said_of(const double *p, size_t n, int k, int *predicted)
{
    for (size_t i = 0; i < n; i++)
        predicted[i] = outcomes_argmax(p + i * (size_t)k, k);
}

static void check_areas(const struct golden *g, const struct outcomes *o)
{
    struct curves c;
    struct areas a;
    struct err err;

    ok(curves_init(&c, o, &err) == 0, g->name);
    curves_areas(&c, o->w, &a);
    for (int j = 0; j < g->k; j++) {
        same_number(a.roc[j], g->roc[j], "  ROC-AUC of a class");
        same_number(a.pr[j], g->pr[j], "  PR-AUC of a class");
    }
    same_number(a.macro_roc, g->macro_roc, "  mean ROC-AUC");
    same_number(a.macro_pr, g->macro_pr, "  mean PR-AUC");
    curves_release(&c);
    curves_release(&c);
}

static void check_temperature(const struct golden *g, const struct outcomes *o)
{
    struct temperature t;
    struct outcomes after = *o;
    double p[300];

    temperature_fit(&t, o);
    same_number(t.before, g->nll, "  log-likelihood before temperature");
    near(t.t, g->temperature, 2e-5, "  temperature");
    near(t.after, g->nll_after, 1e-7, "  log-likelihood after");
    ok(t.after <= g->nll_after + 1e-9, "  no worse than SciPy's");
    ok(t.after <= t.before + 1e-12 && t.fitted, "  no worse than before");
    temperature_apply(t.t, o->p, o->n, o->k, p);
    after.p = p;
    near(calibration_log_loss(&after), t.after, 1e-12, "  as applied");
}

static void check_golden(const struct golden *g)
{
    int predicted[60];
    struct outcomes o = {g->n,      g->k, g->label,
                         predicted, g->p, g->weighted ? g->w : NULL};
    struct reliability r;
    struct metrics m;

    said_of(g->p, g->n, g->k, predicted);
    check_areas(g, &o);
    same_number(calibration_log_loss(&o), g->nll, "  log-likelihood");
    same_number(calibration_brier(&o), g->brier, "  Brier");
    reliability_of(&r, &o);
    same_number(r.ece, g->ece, "  ECE");
    same_number(r.mce, g->mce, "  MCE");
    check_temperature(g, &o);
    metrics_of(&m, &o);
    same_number(m.balanced_accuracy, g->balanced_accuracy,
                "  balanced accuracy");
    same_number(m.kappa, isnan(g->kappa) ? 0.0 : g->kappa, "  kappa");
    ok(isnan(g->kappa) == !!(m.undefined & UNDEFINED_KAPPA),
       "  kappa is undefined where scikit-learn's is no number");
    same_number(m.mcc, g->mcc, "  MCC");
}

static void check_no_cells(void)
{
    const struct outcomes o = {.n = 0, .k = 3, .p = (double[]){0}};
    struct reliability r;
    struct temperature t;
    struct curves c;
    struct areas a;
    struct costs cost;
    struct metrics m;
    struct err err;

    ok(isnan(calibration_log_loss(&o)) && isnan(calibration_brier(&o)),
       "figures of no cells: no loss");
    reliability_of(&r, &o);
    ok(isnan(r.ece) && isnan(r.mce), "  no calibration error");
    temperature_fit(&t, &o);
    ok(!t.fitted && t.t >= 1 && t.t <= 1, "  temperature 1");
    ok(curves_init(&c, &o, &err) == 0, "  curves");
    curves_areas(&c, NULL, &a);
    ok(isnan(a.macro_roc) && isnan(a.macro_pr) && a.n_roc == 0, "  no areas");
    curves_release(&c);
    costs_init(&cost, 3, NULL, 1);
    ok(isnan(costs_mean(&cost, &o)), "  no cost");
    metrics_of(&m, &o);
    ok(m.n == 0 && fabs(m.accuracy) < 1e-15 && fabs(m.mcc) < 1e-15,
       "  accuracy and MCC 0");
}

static void check_limits(void)
{
    const int label[] = {0, 1, 1}, predicted[] = {0, 1, 1};
    const double right[] = {.9, .1, .2, .8, .4, .6};
    const double wrong[] = {.1, .9, .8, .2, .6, .4};
    const double even[] = {.5, .5, .5, .5, .5, .5};
    struct outcomes o = {3, 2, label, predicted, right, NULL};
    struct temperature t;
    struct ranking r;
    struct err err;

    temperature_fit(&t, &o);
    near(t.t, TEMPERATURE_MIN, 1e-9, "all right: as cold as allowed");
    ok(t.limited && !t.flat, "  said so");
    o.p = wrong;
    temperature_fit(&t, &o);
    near(t.t, TEMPERATURE_MAX, 1e-9, "worse than guessing: as hot as allowed");
    ok(t.limited, "  said so");
    o.p = even;
    temperature_fit(&t, &o);
    ok(t.flat && t.t >= 1 && t.t <= 1, "nothing to choose: temperature 1");
    fails(ranking_init(&r, (double[]){1, (double)NAN}, 1, 2, &err), err,
          ERR_INPUT, "score of cell 1 is not a number", "a score of NaN");
    ok(!r.order, "  leaves nothing");
}

/* --- tests ---------------------------------------------------------------- */

static void check_tests(void)
{
    enum { N = LENGTH(holm_p) };
    const int label[] = {0, 1, 1, 0}, one[] = {0, 1, 0, 1};
    const int two[] = {1, 1, 0, 1};
    const struct outcomes a = {4, 2, label, one, NULL, NULL};
    const struct outcomes b = {4, 2, label, two, NULL, NULL};
    double adjusted[N + 1], p[N + 1];
    struct mcnemar m;

    for (size_t i = 0; i < LENGTH(mcnemar_golden); i++) {
        near(proportion_mcnemar_p(mcnemar_golden[i].b, mcnemar_golden[i].c),
             mcnemar_golden[i].p, 1e-10, "McNemar's exact p");
        ok(fabs(proportion_mcnemar_p(mcnemar_golden[i].b, mcnemar_golden[i].c) /
                    mcnemar_golden[i].p -
                1) < 1e-9,
           "  of small numbers");
    }
    proportion_mcnemar(&m, &a, &b);
    ok(m.both == 1 && m.neither == 2 && m.first == 1 && m.second == 0,
       "McNemar counts cells of which one, both or none is right");
    near(m.p, 1, 1e-12, "McNemar's p of one cell");
    proportion_holm(holm_p, N, adjusted);
    for (size_t i = 0; i < N; i++)
        near(adjusted[i], holm_adjusted[i], 1e-12, "Holm's adjustment");
    p[0] = (double)NAN;
    memcpy(p + 1, holm_p, sizeof(holm_p));
    proportion_holm(p, N + 1, adjusted);
    ok(isnan(adjusted[0]), "Holm: what is no number stays so");
    near(adjusted[1], holm_adjusted[0], 1e-12, "  and is not counted");
}

/* --- sides, costs, sets --------------------------------------------------- */

static void check_sides(void)
{
    enum { N = LENGTH(side_label) };
    static const bool abnormal[] = {false, true, false, true};
    static const bool none[] = {false, false, false, false};
    int predicted[N];
    double score[N], t;
    const struct outcomes o = {N, 4, side_label, predicted, side_p, NULL};
    struct binary b;
    struct err err;

    said_of(side_p, N, 4, predicted);
    binary_scores(&o, abnormal, score);
    for (size_t i = 0; i < LENGTH(side_golden); i++) {
        const double *g = side_golden[i];

        ok(binary_threshold(&o, abnormal, score, g[0], &t, &err) == 0,
           "a threshold for a sensitivity is found");
        near(t, g[1], 1e-12, "  is scikit-learn's");
        binary_at(&b, &o, abnormal, score, t);
        near(b.sensitivity, g[2], 1e-12, "  sensitivity");
        near(b.specificity, g[3], 1e-12, "  specificity");
    }
    binary_predicted(&b, &o, abnormal);
    ok(b.hits + b.misses + b.clear + b.alarms == N,
       "of normal against abnormal each cell counts once");
    ok(binary_threshold(&o, none, score, .9, &t, &err) == 0 && isnan(t),
       "without an abnormal cell there is no threshold");
    binary_predicted(&b, &o, none);
    ok(isnan(b.sensitivity) && b.specificity >= 1, "  no sensitivity");
}

static void check_costs(void)
{
    enum { N = LENGTH(side_label) };
    static const bool abnormal[] = {false, true, false, true};
    int predicted[N];
    struct outcomes o = {N, 4, side_label, predicted, side_p, NULL};
    struct costs c;
    bool same_rule = true;
    struct err err;

    ok(costs_parse(&c, 4, "0 1,2 1; 9 0 9 2;1 1 0 1 ; 7,2,9,0.5;", &err) == 0,
       "a cost matrix is read");
    for (int i = 0; i < 16; i++)
        same_rule =
            same_rule && fabs(c.cost[i / 4][i % 4] - cost_matrix[i]) < 1e-12;
    ok(same_rule, "  row by row");
    said_of(side_p, N, 4, predicted);
    near(costs_mean(&c, &o), cost_means[0], 1e-12, "  cost of what was said");
    for (size_t i = 0; i < N; i++) {
        predicted[i] = costs_decide(&c, side_p + 4 * i);
        same_rule = same_rule && predicted[i] == cost_rule[i];
    }
    ok(same_rule, "  decisions of least expected cost");
    near(costs_mean(&c, &o), cost_means[1], 1e-12, "  cost of those");
    costs_init(&c, 4, abnormal, 10);
    ok(c.cost[1][0] >= 10 && c.cost[1][3] <= 1 && c.cost[0][1] <= 1 &&
           c.cost[2][2] <= 0,
       "missing an abnormal cell costs more");
    fails(costs_parse(&c, 2, "0 1;1", &err), err, ERR_USAGE,
          "row 2 has 1 numbers, there are 2 classes",
          "a cost matrix with a short row is refused");
    fails(costs_parse(&c, 2, "0 1 2;1 0", &err), err, ERR_USAGE,
          "more after 2 numbers of row 1",
          "a cost matrix with a long row is refused");
    fails(costs_parse(&c, 2, "0 1", &err), err, ERR_USAGE,
          "nothing after 2 numbers of row 1",
          "a cost matrix with a row too few is refused");
    fails(costs_parse(&c, 2, "0 1;1 0;1 1", &err), err, ERR_USAGE,
          "more than 2 rows", "a cost matrix with a row too many is refused");
    fails(costs_parse(&c, 2, "0 x;1 0", &err), err, ERR_USAGE,
          "'x;1 0' is not a number", "a cost matrix with a word is refused");
    fails(costs_parse(&c, 2, "0 -1;1 0", &err), err, ERR_USAGE,
          "-1 is out of range 0..1e+09",
          "a cost matrix with a negative cost is refused");
    fails(costs_parse(&c, 2, "0 nan;1 0", &err), err, ERR_USAGE, "out of range",
          "a cost matrix with what is no number is refused");
    fails(costs_parse(&c, 2, "0 0;0 0", &err), err, ERR_USAGE, "all are 0",
          "a cost matrix of zeros is refused");
    ok(c.k == 4, "a refused cost matrix leaves the old one");
}

static void check_sets(void)
{
    const struct outcomes fit = {LENGTH(set_label), 4,     set_label,
                                 set_label,         set_p, NULL};
    const struct outcomes new = {LENGTH(new_label), 4,     new_label,
                                 new_label,         new_p, NULL};
    const struct outcomes none = {0, 4, set_label, set_label, set_p, NULL};
    struct conformal c;
    struct conformal_result r;
    struct err err;

    for (size_t i = 0; i < LENGTH(set_golden); i++) {
        ok(conformal_fit(&c, &fit, set_golden[i].coverage, &err) == 0,
           "prediction sets are fitted");
        for (int y = 0; y < 4; y++)
            ok(isinf(set_golden[i].q[y])
                   ? isinf(c.q[y])
                   : fabs(c.q[y] - set_golden[i].q[y]) < 1e-12,
               "  quantile of a class");
        conformal_try(&c, &new, &r);
        ok(r.covered == set_golden[i].covered &&
               r.empty == set_golden[i].empty && r.one == set_golden[i].one &&
               r.more == set_golden[i].more &&
               r.one_right == set_golden[i].one_right,
           "  what they hold");
    }
    ok(conformal_fit(&c, &none, .9, &err) == 0,
       "prediction sets are fitted on no cell");
    conformal_try(&c, &new, &r);
    ok(r.more == r.n && r.classes == 4 * r.n, "  hold every class");
}

/* --- ensembles ------------------------------------------------------------ */

static bool equal_labels(const int *a, const int *b, size_t n)
{
    return memcmp(a, b, n * sizeof(*a)) == 0;
}

static void near_all(const double *got, const double *want, size_t n,
                     const char *what)
{
    double most = 0;

    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(got[i] - want[i]));
    near(most, 0, 1e-12, what);
}

static void check_ensembles(void)
{
    enum { N = 40 };
    const double *const p[] = {member_p[0], member_p[1], member_p[2]};
    struct ensemble e = {3, p, NULL, N, 4};
    double vote[4 * N];
    int predicted[N];

    ensemble_vote(&e, vote);
    near_all(vote, voted, LENGTH(vote), "soft vote");
    e.weight = member_weight;
    ensemble_vote(&e, vote);
    near_all(vote, voted_weighted, LENGTH(vote), "weighted vote");
    ensemble_fuzzy_rank(&e, false, predicted);
    ok(equal_labels(predicted, fuzzy_rank, N), "fuzzy rank as published");
    ensemble_fuzzy_rank(&e, true, predicted);
    ok(equal_labels(predicted, fuzzy_rank_code, N), "  as the code does");
    ensemble_fuzzy_distance(&e, false, predicted);
    ok(equal_labels(predicted, fuzzy_distance, N),
       "fuzzy distance as published");
    ensemble_fuzzy_distance(&e, true, predicted);
    ok(equal_labels(predicted, fuzzy_distance_code, N), "  as the code does");
    ok(!equal_labels(fuzzy_rank, fuzzy_rank_code, N) &&
           !equal_labels(fuzzy_distance, fuzzy_distance_code, N),
       "the two ways differ somewhere");
}

static void check_odd_ensembles(void)
{
    static const double one[] = {1, 0, 0}, two[] = {0, 1, 0};
    static const double same_p[] = {.2, .2, .6};
    const double *const p[] = {one, two};
    const double *const alike[] = {same_p, same_p};
    struct ensemble e = {2, p, NULL, 1, 3};
    int predicted = -1;

    ensemble_fuzzy_distance(&e, true, &predicted);
    ok(predicted == 0, "fuzzy rank: a class that nobody believes in is no 0/0");
    ensemble_fuzzy_rank(&e, false, &predicted);
    ok(predicted == 0, "  of equals the first");
    e.p = alike;
    ensemble_fuzzy_distance(&e, true, &predicted);
    ok(predicted == 2, "all say the same: that");
    ensemble_fuzzy_distance(&e, false, &predicted);
    ok(predicted == 0,
       "  as published, equal figures are at no distance at all");
}

/* --- bootstrap ------------------------------------------------------------ */

/* The mean of boot_value, and a figure that is never a number. */
static void mean_of(void *self, const uint32_t *w, double *v)
{
    double sum = 0, n = 0;

    (void)self;
    for (size_t i = 0; i < LENGTH(boot_value); i++) {
        sum += w[i] * boot_value[i];
        n += w[i];
    }
    v[0] = n > 0 ? sum / n : (double)NAN;
    v[1] = (double)NAN;
}

/* A figure that only the first resample has; 'self' counts. */
static void once(void *self, const uint32_t *w, double *v)
{
    (void)w;
    v[0] = (*(int *)self)++ == 0 ? 0.5 : (double)NAN;
}

static void check_single_value(void)
{
    const uint32_t group[2] = {0, 1};
    int n = 0;
    const struct bootstrap b = {.n = 2,
                                .group = group,
                                .n_group = 2,
                                .resamples = 20,
                                .seed = 1,
                                .n_value = 1,
                                .each = once,
                                .self = &n};
    struct interval v;
    struct err err = {0};

    ok(bootstrap_run(&b, &v, &err) == 0 && v.defined == 1 && isnan(v.low) &&
           isnan(v.high),
       "one resample with a value makes no interval");
}

static void check_bootstrap(void)
{
    enum { N = LENGTH(boot_group) };
    struct bootstrap b = {.n = N,
                          .n_group = 7,
                          .group = boot_group,
                          .resamples = 500,
                          .seed = 5,
                          .n_value = 2,
                          .each = mean_of};
    uint32_t w[N], count[7];
    struct interval v[2];
    struct err err;

    bootstrap_draw(&b, 3, count, w);
    ok(memcmp(w, boot_third, sizeof(w)) == 0, "a resample is Philox's");
    ok(bootstrap_run(&b, v, &err) == 0 && v[0].defined == 500,
       "the bootstrap has a value in each resample");
    near(v[0].low, boot_interval[0], 1e-12, "  lower end");
    near(v[0].high, boot_interval[1], 1e-12, "  upper end");
    ok(v[1].defined == 0 && isnan(v[1].low),
       "a figure without value has no interval");
}

static void check_groups(void)
{
    static const char *const name[] = {"b", "", "a", "b", "", "a", "c"};
    static const uint32_t want[] = {0, 1, 2, 0, 3, 2, 4};
    uint32_t id[7];
    size_t n;
    struct err err;

    ok(bootstrap_groups(name, 7, id, &n, &err) == 0 && n == 5,
       "groups of cells are numbered");
    ok(memcmp(id, want, sizeof(want)) == 0,
       "  numbered as they come; a cell without one is alone");
}

int main(void)
{
    for (size_t i = 0; i < LENGTH(golden); i++)
        check_golden(&golden[i]);
    check_no_cells();
    check_limits();
    check_tests();
    check_sides();
    check_costs();
    check_sets();
    check_ensembles();
    check_odd_ensembles();
    check_bootstrap();
    check_single_value();
    check_groups();
    return tap_done();
}
