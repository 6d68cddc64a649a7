/* costs.c - cost matrices */
#include "stats/costs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void costs_init(struct costs *c, int k, const bool *abnormal, double miss)
{
    BUG_ON(k < 1 || k > STATS_CLASSES_MAX);
    *c = (struct costs){.k = k};
    for (int i = 0; i < k; i++)
        for (int j = 0; j < k; j++)
            if (i != j)
                c->cost[i][j] =
                    abnormal && abnormal[i] && !abnormal[j] ? miss : 1.0;
}

/* One number at *s, which moves behind it. */
static int take_cost(const char **s, double *v, struct err *err)
{
    char *end;

    *v = strtod(*s, &end);
    if (end == *s)
        return err_set(err, ERR_USAGE, "costs: '%.30s' is not a number", *s);
    if (!(*v >= 0 && *v <= COSTS_MAX))
        return err_set(err, ERR_USAGE, "costs: %g is out of range 0..%g", *v,
                       COSTS_MAX);
    *s = end + strspn(end, " \t,");
    return 0;
}

int costs_parse(struct costs *c, int k, const char *text, struct err *err)
{
    const char *s = text + strspn(text, " \t");
    struct costs new = {.k = k};
    double sum = 0;

    BUG_ON(k < 1 || k > STATS_CLASSES_MAX);
    for (int i = 0; i < k; i++) {
        for (int j = 0; j < k; j++) {
            if (*s == ';' || *s == '\0')
                return err_set(err, ERR_USAGE,
                               "costs: row %d has %d numbers, there are %d "
                               "classes",
                               i + 1, j, k);
            if (take_cost(&s, &new.cost[i][j], err) < 0)
                return -1;
            sum += new.cost[i][j];
        }
        if (*s != ';' && (*s || i + 1 < k))
            return err_set(err, ERR_USAGE,
                           "costs: %s after %d numbers of row %d, there are "
                           "%d classes",
                           *s ? "more" : "nothing", k, i + 1, k);
        s += *s == ';';
        s += strspn(s, " \t");
    }
    if (*s)
        return err_set(err, ERR_USAGE, "costs: more than %d rows", k);
    if (sum <= 0)
        return err_set(err, ERR_USAGE, "costs: all are 0");
    *c = new;
    return 0;
}

int costs_weights(double weight[STATS_CLASSES_MAX], int *n, const char *text,
                  struct err *err)
{
    const char *s = text + strspn(text, " \t");
    double sum = 0;

    for (*n = 0; *s; (*n)++) {
        if (*n == STATS_CLASSES_MAX)
            return err_set(err, ERR_USAGE, "costs: more than %d numbers",
                           STATS_CLASSES_MAX);
        if (take_cost(&s, &weight[*n], err) < 0)
            return -1;
        sum += weight[*n];
    }
    return sum > 0 ? 0 : err_set(err, ERR_USAGE, "costs: all are 0");
}

int costs_width(const char *text)
{
    int n = 0;

    while (*text && *text != ';') {
        const size_t word = strcspn(text, " \t,;");

        n += word > 0;
        text += word;
        text += strspn(text, " \t,");
    }
    return n;
}

double costs_mean(const struct costs *c, const struct outcomes *o)
{
    double sum = 0, n = 0;

    for (size_t i = 0; i < o->n; i++) {
        const double w = outcomes_times(o, i);

        sum += w * c->cost[o->label[i]][o->predicted[i]];
        n += w;
    }
    return n > 0 ? sum / n : (double)NAN;
}

int costs_decide(const struct costs *c, const double *p)
{
    double least = INFINITY;
    int best = 0;

    for (int j = 0; j < c->k; j++) {
        double sum = 0;

        for (int i = 0; i < c->k; i++)
            sum += p[i] * c->cost[i][j];
        if (sum < least) {
            least = sum;
            best = j;
        }
    }
    return best;
}
