#include "base/hash.h"

#include <errno.h>
#include <nettle/version.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

void hash_init(struct hash *h)
{
    sha256_init(&h->state);
}

void hash_add(struct hash *h, const void *bytes, size_t n)
{
    sha256_update(&h->state, n, bytes);
}

void hash_add_string(struct hash *h, const char *s)
{
    hash_add(h, s, strlen(s) + 1);
}

/* Nettle 4 takes no size. */
static void digest_of(struct hash *h, uint8_t digest[HASH_BYTES])
{
#if NETTLE_VERSION_MAJOR >= 4
    sha256_digest(&h->state, digest);
#else
    sha256_digest(&h->state, HASH_BYTES, digest);
#endif
}

void hash_final(struct hash *h, char hex[HASH_HEX])
{
    unsigned char digest[HASH_BYTES];

    digest_of(h, digest);
    sodium_bin2hex(hex, HASH_HEX, digest, sizeof(digest));
}

void hash_mark(char hex[HASH_HEX], const char *mark)
{
    struct hash h;

    hash_init(&h);
    hash_add_string(&h, hex);
    hash_add_string(&h, mark);
    hash_final(&h, hex);
}

void hash_of(const void *bytes, size_t n, char hex[HASH_HEX])
{
    struct hash h;

    hash_init(&h);
    hash_add(&h, bytes, n);
    hash_final(&h, hex);
}

void hash_raw(const void *bytes, size_t n, uint8_t digest[HASH_BYTES])
{
    struct hash h;

    hash_init(&h);
    hash_add(&h, bytes, n);
    digest_of(&h, digest);
}

int hash_file(const char *path, char hex[HASH_HEX], struct err *err)
{
    FILE *f = fopen(path, "rb");
    unsigned char block[65536];
    struct hash h;
    size_t n;
    int rc = 0;

    if (!f)
        return err_set(err, ERR_INPUT, "cannot open '%s': %s", path,
                       strerror(errno));
    hash_init(&h);
    while ((n = fread(block, 1, sizeof(block), f)) > 0)
        hash_add(&h, block, n);
    if (ferror(f))
        rc = err_set(err, ERR_INPUT, "cannot read '%s': %s", path,
                     strerror(errno));
    fclose(f);
    if (rc == 0)
        hash_final(&h, hex);
    return rc;
}
