/*
 * store_log.h - labels and records of an unfinished store, safe from crashes
 *
 * Internal to store_writer.c.  The file:
 *
 *     "papline rows 1\n", hash of the store's shape (64 hex digits), "\n"
 *     then entries: "row\n", row (8 bytes), label (4), length (4), record,
 *     the first 8 bytes of the SHA-256 of all that
 *
 * numbers little-endian.  A crash can only tear the end, which is cut off.
 */
#ifndef STORE_STORE_LOG_H
#define STORE_STORE_LOG_H

#include "base/buf.h"
#include "base/hash.h"

struct store_log {
    int fd;      /* owned; -1: not open */
    size_t size; /* bytes that are whole; 0: there is no log */
};

/*
 * Takes over one entry.  ERR_INPUT says that it cannot be: the log counts as
 * torn there.  Any other failure ends the reading.
 */
typedef int (*store_log_f)(void *self, uint64_t row, int label,
                           const char *record, struct err *err);

/*
 * Read the log at 'path', if there is one, and hand over its entries.
 * Errors: ERR_INPUT it is of another shape; ERR_SYSTEM, what 'each' set.
 */
MUST_USE int store_log_read(struct store_log *l, const char *path,
                            const char shape[HASH_HEX], store_log_f each,
                            void *self, struct err *err);

/* Open to append behind what was read; size 0: begin a new one.  ERR_SYSTEM. */
MUST_USE int store_log_open(struct store_log *l, const char *path,
                            const char shape[HASH_HEX], struct err *err);

/* Format one entry behind 'b'. */
void store_log_entry(struct buf *b, uint64_t row, int label,
                     const char *record);

/* Append formatted entries, whole or not at all, and sync.  ERR_SYSTEM. */
MUST_USE int store_log_append(struct store_log *l, const struct buf *b,
                              struct err *err);

void store_log_close(struct store_log *l);

#endif
