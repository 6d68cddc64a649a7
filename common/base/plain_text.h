/*
 * plain_text.h - text files as spreadsheets and editors write them
 */
#ifndef BASE_PLAIN_TEXT_H
#define BASE_PLAIN_TEXT_H

#include "base/err.h"

#include <stddef.h>

/*
 * Read a file of at most 'max' bytes as UTF-8 without a byte order mark, lines
 * ending in LF.  It may be UTF-8 or UTF-16, the latter in either byte order,
 * by its mark or by the zero bytes of its first character; its lines may end
 * in CR or CRLF.
 *   text [out] to be freed; ends in a NUL that is not counted
 * Errors: ERR_INPUT "PATH:LINE: what" of another encoding or a zero byte, or
 * as file_read(); ERR_SYSTEM no memory.
 */
MUST_USE int plain_text_read(const char *path, size_t max, char **text,
                             struct err *err);

#endif
