/*
 * table_hash.h - has a table of pictures changed?
 */
#ifndef RUN_TABLE_HASH_H
#define RUN_TABLE_HASH_H

#include "base/err.h"
#include "base/hash.h"

/*
 * Hash of the file's content.  One that earlier versions read otherwise, as
 * blanks at the ends of its fields counted, has another, so that what they made
 * of it is made anew.
 * Errors: ERR_INPUT as csv_read_any(); ERR_SYSTEM.
 */
MUST_USE int table_hash(const char *path, char hex[HASH_HEX], struct err *err);

#endif
