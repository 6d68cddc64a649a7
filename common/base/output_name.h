/*
 * output_name.h - what the name of an output says about its format and place
 *
 * The ending decides the format, or the name is refused: a table called x.jpg
 * would be taken for a picture by all that find it.  Case does not matter.
 */
#ifndef BASE_OUTPUT_NAME_H
#define BASE_OUTPUT_NAME_H

#include "base/err.h"

#include <stdbool.h>

/* Does the name end so?  ".png" alone is no name. */
bool output_name_ends(const char *path, const char *ending);

/*
 * The name has one of the endings, NULL behind the last.
 *   what [in] who writes it, "weights export"
 * Errors: ERR_USAGE it has none; the text lists them.
 */
MUST_USE int output_name_check(const char *path, const char *const *endings,
                               const char *what, struct err *err);

/*
 * The name can be that of a directory: it is one, or has a '/' behind it, or no
 * ending that says what is in a file, such as .csv or .jpg.
 *   what [in] who makes it, "predict"
 * Errors: ERR_USAGE it cannot.
 */
MUST_USE int output_name_directory(const char *path, const char *what,
                                   struct err *err);

/*
 * A file of this name can be written: its directory is there and lets one, and
 * no other directory has the name.  To be asked before anything is computed.
 * Errors: ERR_USAGE it cannot; the text names the directory.
 */
MUST_USE int output_name_place(const char *path, struct err *err);

#endif
