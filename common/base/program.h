/*
 * program.h - where this project's programs are: in one directory
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

#endif
