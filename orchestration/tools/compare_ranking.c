/* compare_ranking.c - one row after another, as text, CSV and Markdown */
#include "orchestration/tools/compare_ranking.h"

#include "base/file.h"
#include "base/output_name.h"

#include <math.h>
#include <string.h>

/* Of one[i] and the reference; NULL: it is that. */
static const struct compare_pair *pair_of(const struct compare *c, int i)
{
    for (int k = 0; k < c->n_pair; k++)
        if (c->pair[k].a == i)
            return &c->pair[k];
    return NULL;
}

static double share_of(const struct compare *c, int i)
{
    return (double)c->one[i].correct / (double)c->n_cell;
}

/* "92.1 to 95.3", in hundredths; or a dash. */
static const char *range_text(char text[64], const struct interval *v,
                              bool sign)
{
    if (isfinite(v->low) && isfinite(v->high))
        snprintf(text, 64, sign ? "%+.1f to %+.1f" : "%.1f to %.1f",
                 100 * v->low, 100 * v->high);
    else
        snprintf(text, 64, "-");
    return text;
}

/* --- for people ----------------------------------------------------------- */

static void print_row(const struct compare *c, int i, int wide, FILE *out)
{
    const struct compare_pair *p = pair_of(c, i);
    char range[64];

    fprintf(out, "%4d  %-*s  %6zu  %6.1f %%  %-16s", i + 1, wide,
            c->one[i].name, c->one[i].correct, 100 * share_of(c, i),
            range_text(range, &c->one[i].interval, false));
    if (p)
        fprintf(out, "  %+8.1f %%  %-16s  %5zu : %-3zu  %9.3g  %9.3g%s\n",
                100 * compare_difference(c, p),
                range_text(range, &p->interval, true), p->test.first,
                p->test.second, p->test.p, p->holm,
                p->holm < 0.05 ? "  *" : "");
    else
        fprintf(out, "  (the others are compared with it)\n");
}

void compare_ranking_print(const struct compare *c, FILE *out)
{
    int wide = 10; /* "experiment" */

    for (int i = 0; i < c->n; i++)
        wide = (int)strlen(c->one[i].name) > wide ? (int)strlen(c->one[i].name)
                                                  : wide;
    fprintf(out, "%zu validation cells", c->n_cell);
    if (c->one[0].folds > 1)
        fprintf(out, " of all %d folds", c->one[0].folds);
    fprintf(out,
            " in %zu groups; intervals: 95 %%, groups drawn again %d "
            "times\n\n",
            c->n_group, c->resamples);
    fprintf(out, "%4s  %-*s  %6s  %8s  %-16s  %10s  %-16s  %11s  %9s  %9s\n",
            "rank", wide, "experiment", "right", "accuracy", "interval",
            "difference", "interval", "alone right", "McNemar p", "Holm p");
    for (int i = 0; i < c->n; i++)
        print_row(c, i, wide, out);
    fprintf(out,
            "\n* different at 5 %%, all rows taken together (%d); the accuracy "
            "of the best of many\n  is partly luck: judge it by cells that "
            "took no part in choosing\n",
            c->n_pair);
}

/* --- files ---------------------------------------------------------------- */

static void put_interval(const struct interval *v, struct buf *out)
{
    if (isfinite(v->low) && isfinite(v->high))
        buf_printf(out, ",%.6f,%.6f", v->low, v->high);
    else
        buf_puts(out, ",,");
}

void compare_ranking_csv(const struct compare *c, struct buf *out)
{
    buf_puts(out, "rank,experiment,cells,correct,accuracy,low,high,against,"
                  "difference,difference_low,difference_high,alone,"
                  "against_alone,p,p_holm\n");
    for (int i = 0; i < c->n; i++) {
        const struct compare_pair *p = pair_of(c, i);

        buf_printf(out, "%d", i + 1);
        buf_csv_next(out, c->one[i].name);
        buf_printf(out, ",%zu,%zu,%.6f", c->n_cell, c->one[i].correct,
                   share_of(c, i));
        put_interval(&c->one[i].interval, out);
        if (!p) {
            buf_puts(out, ",,,,,,,,\n");
            continue;
        }
        buf_csv_next(out, c->one[p->b].name);
        buf_printf(out, ",%.6f", compare_difference(c, p));
        put_interval(&p->interval, out);
        buf_printf(out, ",%zu,%zu,%.6g,%.6g\n", p->test.first, p->test.second,
                   p->test.p, p->holm);
    }
}

void compare_ranking_markdown(const struct compare *c, struct buf *out)
{
    char range[64];

    buf_printf(out,
               "| rank | experiment | right of %zu | accuracy, %% | interval | "
               "difference | interval | alone right | McNemar p | Holm p |\n"
               "|---:|---|---:|---:|---|---:|---|---:|---:|---:|\n",
               c->n_cell);
    for (int i = 0; i < c->n; i++) {
        const struct compare_pair *p = pair_of(c, i);

        buf_printf(out, "| %d | %s | %zu | %.1f | %s |", i + 1, c->one[i].name,
                   c->one[i].correct, 100 * share_of(c, i),
                   range_text(range, &c->one[i].interval, false));
        if (p)
            buf_printf(out, " %+.1f | %s | %zu : %zu | %.3g | %.3g |\n",
                       100 * compare_difference(c, p),
                       range_text(range, &p->interval, true), p->test.first,
                       p->test.second, p->test.p, p->holm);
        else
            buf_puts(out, " | | | | |\n");
    }
}

int compare_ranking_check(const char *path, struct err *err)
{
    static const char *const endings[] = {".csv", ".md", NULL};

    return output_name_check(path, endings, "compare", err);
}

int compare_ranking_write(const struct compare *c, const char *path,
                          struct err *err)
{
    struct buf b = {0};
    int rc;

    if (output_name_ends(path, ".md"))
        compare_ranking_markdown(c, &b);
    else
        compare_ranking_csv(c, &b);
    rc = buf_check(&b, err);
    if (rc == 0)
        rc = file_write(path, b.data, b.len, err);
    buf_release(&b);
    return rc;
}
