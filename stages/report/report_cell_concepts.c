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

static void put_concept(const struct report_experiment *e, size_t row,
                        const struct report_concept *c, json_t *list)
{
    const char *label = report_label(&e->concepts, row);
    const double v = report_number(&e->concepts, row, c->name);
    const double usual = mean_of_class(&e->concept_means, label, c->name);
    char text[256];

    if (!isfinite(v))
        return;
    if (isfinite(usual))
        snprintf(text, sizeof(text), "%.*f (mean of %.100s: %.*f)", c->digits,
                 v, label, c->digits, usual);
    else
        snprintf(text, sizeof(text), "%.*f", c->digits, v);
    report_fact(list, c->title, text);
}

void report_facts_concepts(const struct report_data *d,
                           const struct report_experiment *e, size_t i,
                           json_t *list)
{
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
            put_concept(e, row, &report_concept[c], list);
}
