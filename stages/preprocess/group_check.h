/*
 * group_check.h - do the names of pictures tell groups at all?
 */
#ifndef PREPROCESS_GROUP_CHECK_H
#define PREPROCESS_GROUP_CHECK_H

#include "config/config.h"
#include "stages/preprocess/find_images.h"

/*
 * Of a split by groups that no table names: add to 'warnings' how many pictures
 * layout.group does not match, and that no group has two.
 * Errors: ERR_USAGE layout.group matches none; ERR_SYSTEM no memory.
 */
MUST_USE int group_check(const struct find_images *w, const struct config *c,
                         struct buf *warnings, struct err *err);

#endif
