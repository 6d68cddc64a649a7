/* compare_ranking.c - one row after another, as text, CSV and Markdown */
#include "orchestration/tools/compare_ranking.h"

#include "base/file.h"
#include "base/output_name.h"
#include "orchestration/tools/compare_command.h"
#include "stats/calibration.h"

/* Of one[i] and the reference; NULL: it is that. */
static const struct compare_pair *pair_of(const struct compare *c, int i)
{
    for (int k = 0; k < c->n_pair; k++)
        if (c->pair[k].a == i)
            return &c->pair[k];
    return NULL;
}

/* The negative log-likelihood; "" without probabilities. */
static const char *log_loss_text(char text[32], const struct compare_one *one,
                                 int digits)
{
    struct temperature t;

    text[0] = '\0';
    if (!one->predicted.o.p)
        return text;
    temperature_fit(&t, &one->predicted.o);
    snprintf(text, 32, "%.*f", digits, t.after);
    return text;
}

/* --- for people ----------------------------------------------------------- */

static void print_row(const struct compare *c, int i, int wide, FILE *out)
{
    const struct compare_pair *p = pair_of(c, i);
    char range[64], loss[32];

    fprintf(out, "%4d  %-*s  %6zu  %6.1f %%  %-16s  %6s", i + 1, wide,
            c->one[i].name, c->one[i].correct, 100 * compare_accuracy(c, i),
            compare_range(range, &c->one[i].interval, false),
            log_loss_text(loss, &c->one[i], 4));
    if (p)
        fprintf(out, "  %+8.1f %%  %-16s  %5zu : %-3zu  %9.3g  %9.3g%s\n",
                100 * compare_difference(c, p),
                compare_range(range, &p->interval, true), p->test.first,
                p->test.second, p->test.p, p->holm,
                p->holm < 0.05 ? "  *" : "");
    else
        fprintf(out, "  (the others are compared with it)\n");
}

void compare_ranking_print(const struct compare *c, FILE *out)
{
    int wide = 10; /* "experiment" */

    for (int i = 0; i < c->n; i++)
        wide = compare_wider(wide, c->one[i].name);
    compare_print_head(out, c, "validation");
    fprintf(out,
            "%4s  %-*s  %6s  %8s  %-16s  %6s  %10s  %-16s  %11s  %9s  %9s\n",
            "rank", wide, "experiment", "right", "accuracy", "interval", "NLL",
            "difference", "interval", "alone right", "McNemar p", "Holm p");
    for (int i = 0; i < c->n; i++)
        print_row(c, i, wide, out);
    fprintf(out,
            "\n* different at 5 %%, all rows taken together (%d); the accuracy "
            "of the best of many\n  is partly luck: judge it by cells that "
            "took no part in choosing\nNLL: mean negative log-likelihood at "
            "the temperature that fits these cells best;\n  low is good, and "
            "where accuracies are equal it may still differ\n",
            c->n_pair);
}

/* --- files ---------------------------------------------------------------- */

void compare_ranking_csv(const struct compare *c, struct buf *out)
{
    char loss[32];

    buf_puts(out, "rank,experiment,cells,correct,accuracy,low,high,nll,"
                  "against,difference,difference_low,difference_high,alone,"
                  "against_alone,p,p_holm\n");
    for (int i = 0; i < c->n; i++) {
        const struct compare_pair *p = pair_of(c, i);

        buf_printf(out, "%d", i + 1);
        buf_csv_next(out, c->one[i].name);
        buf_printf(out, ",%zu,%zu,%.6f", c->n_cell, c->one[i].correct,
                   compare_accuracy(c, i));
        compare_put_interval(&c->one[i].interval, out);
        buf_printf(out, ",%s", log_loss_text(loss, &c->one[i], 6));
        if (!p) {
            buf_puts(out, ",,,,,,,,\n");
            continue;
        }
        buf_csv_next(out, c->one[p->b].name);
        buf_printf(out, ",%.6f", compare_difference(c, p));
        compare_put_interval(&p->interval, out);
        buf_printf(out, ",%zu,%zu,%.6g,%.6g\n", p->test.first, p->test.second,
                   p->test.p, p->holm);
    }
}

void compare_ranking_markdown(const struct compare *c, struct buf *out)
{
    char range[64], loss[32];

    buf_printf(
        out,
        "| rank | experiment | right of %zu | accuracy, %% | interval | "
        "NLL | difference | interval | alone right | McNemar p | Holm p |\n"
        "|---:|---|---:|---:|---|---:|---:|---|---:|---:|---:|\n",
        c->n_cell);
    for (int i = 0; i < c->n; i++) {
        const struct compare_pair *p = pair_of(c, i);

        buf_printf(out, "| %d | %s | %zu | %.1f | %s | %s |", i + 1,
                   c->one[i].name, c->one[i].correct,
                   100 * compare_accuracy(c, i),
                   compare_range(range, &c->one[i].interval, false),
                   log_loss_text(loss, &c->one[i], 4));
        if (p)
            buf_printf(out, " %+.1f | %s | %zu : %zu | %.3g | %.3g |\n",
                       100 * compare_difference(c, p),
                       compare_range(range, &p->interval, true), p->test.first,
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
