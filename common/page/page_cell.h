/*
 * page_cell.h - what page_lists.js and page_view.js read of cells
 *
 *     {"size": [width, height], "coverage": promised by sets,
 *      "classes": {CLASS: {"side": "abnormal", "says": what it is}},
 *      "methods": {METHOD: {"name", "says"}},
 *      "missing": {"maps", "nearest": said of a cell without;
 *                  "room": of one whose list of maps is empty},
 *      "cells": {ROW: {"picture": true, "file": path,
 *                "contours": [path, path], "segmented": true}},
 *      "experiments": [{
 *          "name", "split", "classes": [CLASS ..],
 *          "cells": [[ROW, verdict, class, called, set, [p ..],
 *                     [calibrated p ..], runner-up] ..],
 *          "left_out": are there cells that "cells" lacks,
 *          "maps": {ROW: [{"target": class, "of": [[METHOD, id, [sentence ..]]
 *                   ..]} ..]},
 *          "facts": {ROW: [[title, [[name, value] ..]] ..]},
 *          "nearest": {ROW: {"distance", "beyond", "cells": [[ROW, class,
 *                      distance] ..]}},
 *          "missing": {"maps", "nearest": of its cells, instead}}]}
 *
 * ROW numbers the cells, classes are numbers in the experiment's list, null of
 * a cell that nobody has named, verdicts those of report_cells.h, probabilities
 * in ten thousandths; a set lists its classes, or is null; the runner-up is the
 * likeliest class but the one called, before rounding, null where there is no
 * such one.  "file", "contours", "segmented" (nobody drew these contours),
 * "left_out", "room" and an experiment's "missing" may lack.
 */
#ifndef PAGE_PAGE_CELL_H
#define PAGE_PAGE_CELL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { PAGE_CELL_KEY = 24 };

struct page_cell {
    size_t row;
    int verdict, is, called;      /* is: below 0: nobody has named it */
    int k;                        /* classes */
    const bool *set;              /* (k) or NULL */
    const double *p, *calibrated; /* (k) or NULL */
};

/* ROW as text. */
void page_cell_key(char key[PAGE_CELL_KEY], size_t row);

/* A line of "cells". */
json_t *page_cell_line(const struct page_cell *c);

#endif
