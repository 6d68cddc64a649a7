#include "stages/report/report_nearest.h"

#include "base/json.h"

#include <math.h>
#include <stdio.h>

/* A number of the j-th nearest: "row_1", "distance_1". */
static double nearest_number(const struct report_experiment *e, size_t i,
                             const char *what, int j)
{
    char column[32];

    snprintf(column, sizeof(column), "%s_%d", what, j + 1);
    return report_number(&e->neighbours, e->cells.near[i], column);
}

size_t report_nearest_row(const struct report_experiment *e, size_t i, int j)
{
    const double row = e->cells.near[i] == REPORT_NO_ROW
                           ? (double)NAN
                           : nearest_number(e, i, "row", j);

    return row >= 0 && row < STORE_MAX_SAMPLES ? (size_t)row : REPORT_NO_ROW;
}

json_t *report_nearest(const struct report_data *d,
                       const struct report_experiment *e, size_t i)
{
    const size_t at = e->cells.near[i];
    json_t *list;

    if (at == REPORT_NO_ROW)
        return NULL;
    list = json_array();
    for (int j = 0; j < NEAREST_SHOWN; j++) {
        const size_t row = report_nearest_row(e, i, j);

        if (row == REPORT_NO_ROW)
            break;
        json_array_append_new(
            list, json_pack("[I, o, o]", (json_int_t)row,
                            json_text(report_label(&d->index, row)),
                            json_number(nearest_number(e, i, "distance", j))));
    }
    return json_pack("{s:o, s:o, s:o}", "distance",
                     json_number(report_number(&e->neighbours, at, "distance")),
                     "beyond",
                     json_number(report_number(&e->neighbours, at, "beyond")),
                     "cells", list);
}
