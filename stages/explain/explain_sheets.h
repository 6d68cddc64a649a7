/*
 * explain_sheets.h - the shown cells of a class on one sheet
 *
 *     sheets/CLASS_correct.png, sheets/CLASS_wrong.png
 * where there are such cells, the first SHEET_MAX_ROWS of them, or as many as
 * fit into a picture (image.h): a row is a cell, the columns are the panels of
 * its strip, titled, and the scale of relevance.  Maps are those of the
 * predicted class.  Of a class whose name has slashes these are '_', and its
 * number follows.
 */
#ifndef EXPLAIN_EXPLAIN_SHEETS_H
#define EXPLAIN_EXPLAIN_SHEETS_H

#include "stages/explain/explain.h"
#include "store/store.h"

enum { SHEET_MAX_ROWS = 20 };

/*
 * Make the sheets from scores.csv and strips/ in a->out.
 *   contours [in] strips end in a panel of contours
 * Errors: ERR_INPUT a file is missing or damaged; ERR_SYSTEM.
 */
MUST_USE int explain_sheets(const struct explain_args *a,
                            const struct store *data, bool contours,
                            struct err *err);

#endif
