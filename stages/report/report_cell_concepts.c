/* report_cell_concepts.c - what a cytologist would name of one cell, beside what
 * is usual for its class */
#include "stages/report/report_cell_facts.h"
#include "stages/report/report_concepts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct report_concept report_concept[REPORT_CONCEPTS] = {
#define CONCEPT(name, title, meaning, digits, brief)                           \
    {name, title, meaning, digits, brief},
#include "stages/report/report_concepts.def"
#undef CONCEPT
};

/* The mean of a class, whatever its cells were called; NaN: there is none. */
static double mean_of_class(const struct report_csv *means, const char *label,
                            const char *concept)
{
    for (size_t i = 0; i < means->csv.n_row; i++)
        if (strcmp(report_label(means, i), label) == 0 &&
            strcmp(report_field(means, i, "predicted"), "all") == 0 &&
            strcmp(report_field(means, i, "concept"), concept) == 0)
            return report_number(means, i, "mean");
    return (double)NAN;
}

/* Append "(mean of CLASS: 1.76; of CALLED: 2.84)", as far as there are means;
 * 'called' is read of a cell that is called another class. */
static void put_means(const struct report_experiment *e, const char *label,
                      const char *called, const struct report_concept *c,
                      struct buf *b)
{
    const double usual = mean_of_class(&e->concept_means, label, c->name);
    const double other =
        strcmp(label, called) == 0
            ? (double)NAN
            : mean_of_class(&e->concept_means, called, c->name);

    if (!isfinite(usual))
        return;
    buf_printf(b, " (mean of %s: %.*f", label, c->digits, usual);
    if (isfinite(other))
        buf_printf(b, "; of %s: %.*f", called, c->digits, other);
    buf_puts(b, ")");
}

static void put_concept(const struct report_experiment *e, size_t row,
                        const char *called, const struct report_concept *c,
                        json_t *list)
{
    const double v = report_number(&e->concepts, row, c->name);
    struct buf text = {0};

    if (!isfinite(v))
        return;
    buf_printf(&text, "%.*f", c->digits, v);
    put_means(e, report_label(&e->concepts, row), called, c, &text);
    if (!text.failed)
        report_fact(list, c->title, text.data);
    buf_release(&text);
}

void report_facts_concepts(const struct report_data *d,
                           const struct report_experiment *e, size_t i,
                           json_t *list)
{
    const struct predictions *p = &e->cells.told;
    const size_t row = e->cells.concept[i];
    const char *status;

    (void)d;
    if (row == REPORT_NO_ROW)
        return;
    status = report_field(&e->concepts, row, "status");
    if (strcmp(status, "ok") != 0)
        report_fact(list, "not measured", status);
    for (int c = 0; c < REPORT_CONCEPTS; c++)
        if (report_concept[c].brief)
            put_concept(e, row, p->class_name[p->o.predicted[i]],
                        &report_concept[c], list);
}
