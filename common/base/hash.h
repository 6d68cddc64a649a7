/*
 * hash.h - content hashes: SHA-256, printed as 64 lower-case hex digits
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/err.h"

#include <nettle/sha2.h>
#include <stddef.h>
#include <stdint.h>

enum { HASH_BYTES = SHA256_DIGEST_SIZE, HASH_HEX = 2 * HASH_BYTES + 1 };

struct hash {
    struct sha256_ctx state;
};

void hash_init(struct hash *h);
void hash_add(struct hash *h, const void *bytes, size_t n);

/* Add 's' and its closing NUL, so that ("ab","c") differs from ("a","bc"). */
void hash_add_string(struct hash *h, const char *s);

/* Finish; 'hex' ends in a NUL. */
void hash_final(struct hash *h, char hex[HASH_HEX]);

/* Another hash for what has this one and is marked so. */
void hash_mark(char hex[HASH_HEX], const char *mark);

/* Hash of 'n' bytes, in digits or in bytes. */
void hash_of(const void *bytes, size_t n, char hex[HASH_HEX]);
void hash_raw(const void *bytes, size_t n, uint8_t digest[HASH_BYTES]);

/* Hash of a file's content.  ERR_INPUT unreadable, ERR_SYSTEM disk. */
MUST_USE int hash_file(const char *path, char hex[HASH_HEX], struct err *err);

#endif
