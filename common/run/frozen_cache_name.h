/*
 * frozen_cache_name.h - where a run keeps what frozen layers put out
 *
 * RUN/trunk/HASH: training writes it, 'papline clean' removes it.
 */
#ifndef RUN_FROZEN_CACHE_NAME_H
#define RUN_FROZEN_CACHE_NAME_H

#include "base/file.h"
#include "base/hash.h"

#include <stdbool.h>

#define FROZEN_CACHE_DIR "trunk" /* below the run directory */

/* The cache of that hash in 'dir'; its name has half of the hash's digits.
 * Errors: ERR_INPUT too long. */
MUST_USE int frozen_cache_path(char path[FILE_PATH_MAX], const char *dir,
                               const char hash[HASH_HEX], struct err *err);

/* May a folder called so be such a cache? */
bool frozen_cache_is_name(const char *name);

#endif
