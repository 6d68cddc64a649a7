/* test_curves.c - points of ROC and precision-recall curves */
#include "stats/curves.h"
#include "tap.h"

#include <math.h>

#include "golden/curves_golden.inc"

enum { MOST = 50 };

static bool is_near(double a, double b)
{
    return fabs(a - b) < 1e-12;
}

static void check_golden(const struct golden *g)
{
    struct ranking_point point[MOST];
    struct ranking r;
    struct err err;
    size_t n, alike = 0;

    BUG_ON(ranking_init(&r, g->score, 1, g->n, &err) < 0);
    n = ranking_points(&r, g->positive, point);
    ok(n == g->n_point, g->name);
    for (size_t i = 0; i < n; i++) {
        const double hits = (double)point[i].hits;
        const double alarms = (double)point[i].alarms;

        alike += is_near(alarms / (double)point[n - 1].alarms, g->fpr[i]) &&
                 is_near(hits / (double)point[n - 1].hits, g->tpr[i]) &&
                 is_near(hits / (hits + alarms), g->precision[i]);
    }
    ok(alike == n, "  both rates and precision at each score");
    ranking_release(&r);
}

int main(void)
{
    struct ranking none;
    struct err err;

    for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++)
        check_golden(&golden[i]);
    BUG_ON(ranking_init(&none, NULL, 1, 0, &err) < 0);
    ok(ranking_points(&none, NULL, NULL) == 0, "no cells, no points");
    ranking_release(&none);
    return tap_done();
}
