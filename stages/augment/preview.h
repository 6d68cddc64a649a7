/*
 * preview.h - a sheet of examples
 */
#ifndef AUGMENT_PREVIEW_H
#define AUGMENT_PREVIEW_H

#include "base/err.h"

/*
 * papline-augment --preview IMAGE -o SHEET.png [--recipe NAME] [--seed N]:
 * every operation from its weaker to its stronger example, or, with a recipe,
 * its first 24 variants of the picture at seed N (1).  The picture is shown at
 * the size that networks see it, 110 x 110.
 * Errors: ERR_USAGE options, no such recipe; ERR_INPUT no such picture;
 * ERR_SYSTEM the sheet cannot be written.
 */
MUST_USE int preview_main(int argc, char **argv, struct err *err);

#endif
