/*
 * program.h - where this project's programs are, in one directory; and their
 * end
 */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include "base/file.h"

/*
 * The path of the program 'name', which lies beside the one that runs.
 * Errors: ERR_USAGE it is missing; ERR_SYSTEM.
 */
MUST_USE int program_path(char path[FILE_PATH_MAX], const char *name,
                          struct err *err);

/*
 * What stands at the end of main(): was all written that went to standard
 * output?  A reader that left early wanted no more.  Errors: ERR_SYSTEM not
 * all, as on a full disk.
 */
MUST_USE int program_flush(struct err *err);

#endif
