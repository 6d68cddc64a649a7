#include "store/store_log.h"

#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_MAGIC "papline rows 1\n"

enum {
    MAGIC_LENGTH = sizeof(LOG_MAGIC) - 1,
    LOG_HEADER = MAGIC_LENGTH + HASH_HEX, /* the newline replaces the NUL */
    ENTRY_HEAD = 4 + 8 + 4 + 4,
    ENTRY_SUM = 8,
    ENTRY_MAX = ENTRY_HEAD + STORE_MAX_RECORD + ENTRY_SUM,
};

static void put_number(struct buf *b, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        const uint8_t byte = (uint8_t)(v >> (8 * i));

        buf_put(b, &byte, 1);
    }
}

static uint64_t get_number(const uint8_t *p, int bytes)
{
    uint64_t v = 0;

    for (int i = bytes - 1; i >= 0; i--)
        v = v << 8 | p[i];
    return v;
}

static void entry_sum(const void *entry, size_t n, uint8_t sum[ENTRY_SUM])
{
    uint8_t full[HASH_BYTES];

    hash_raw(entry, n, full);
    memcpy(sum, full, ENTRY_SUM);
}

void store_log_entry(struct buf *b, uint64_t row, int label, const char *record)
{
    const size_t start = b->len;
    uint8_t sum[ENTRY_SUM];

    buf_puts(b, "row\n");
    put_number(b, row, 8);
    put_number(b, (uint32_t)label, 4);
    put_number(b, strlen(record), 4);
    buf_puts(b, record);
    if (b->failed)
        return;
    entry_sum(b->data + start, b->len - start, sum);
    buf_put(b, sum, sizeof(sum));
}

/* Read one whole entry; its size, or 0 at the end or where the log is torn. */
static size_t read_entry(FILE *f, uint8_t entry[ENTRY_MAX])
{
    uint8_t sum[ENTRY_SUM];
    size_t len;

    if (fread(entry, 1, ENTRY_HEAD, f) != ENTRY_HEAD ||
        memcmp(entry, "row\n", 4) != 0)
        return 0;
    len = get_number(entry + 16, 4);
    if (len > STORE_MAX_RECORD ||
        fread(entry + ENTRY_HEAD, 1, len + ENTRY_SUM, f) != len + ENTRY_SUM)
        return 0;
    len += ENTRY_HEAD;
    entry_sum(entry, len, sum);
    if (memcmp(sum, entry + len, ENTRY_SUM) != 0)
        return 0;
    entry[len] = '\0';
    return len + ENTRY_SUM;
}

static int read_entries(struct store_log *l, FILE *f, store_log_f each,
                        void *self, struct err *err)
{
    uint8_t entry[ENTRY_MAX];
    struct err what;
    size_t size;

    while ((size = read_entry(f, entry)) > 0) {
        if (each(self, get_number(entry + 4, 8),
                 (int32_t)get_number(entry + 12, 4),
                 (const char *)entry + ENTRY_HEAD, &what) < 0) {
            if (what.code == ERR_INPUT)
                break;
            *err = what;
            return -1;
        }
        l->size += size;
    }
    return 0;
}

int store_log_read(struct store_log *l, const char *path,
                   const char shape[HASH_HEX], store_log_f each, void *self,
                   struct err *err)
{
    FILE *f = fopen(path, "rbe");
    char head[LOG_HEADER];
    int rc = 0;

    *l = (struct store_log){.fd = -1};
    if (!f && errno == ENOENT)
        return 0;
    if (!f)
        return err_set(err, ERR_SYSTEM, "cannot read '%s': %s", path,
                       strerror(errno));
    if (fread(head, 1, LOG_HEADER, f) == LOG_HEADER &&
        memcmp(head, LOG_MAGIC, MAGIC_LENGTH) == 0) {
        l->size = LOG_HEADER;
        if (memcmp(head + MAGIC_LENGTH, shape, HASH_HEX - 1) != 0)
            rc = err_set(err, ERR_INPUT,
                         "'%s' is of an unfinished store of another shape",
                         path);
        else
            rc = read_entries(l, f, each, self, err);
    }
    fclose(f);
    return rc;
}

int store_log_open(struct store_log *l, const char *path,
                   const char shape[HASH_HEX], struct err *err)
{
    char head[LOG_HEADER + 1];

    l->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (l->fd < 0 || ftruncate(l->fd, (off_t)l->size) < 0)
        return err_set(err, ERR_SYSTEM, "cannot write '%s': %s", path,
                       strerror(errno));
    if (l->size > 0)
        return 0;
    snprintf(head, sizeof(head), LOG_MAGIC "%s\n", shape);
    if (file_pwrite(l->fd, head, LOG_HEADER, 0, err) < 0)
        return -1;
    if (fsync(l->fd) < 0)
        return err_set(err, ERR_SYSTEM, "cannot sync '%s': %s", path,
                       strerror(errno));
    l->size = LOG_HEADER;
    return 0;
}

int store_log_append(struct store_log *l, const struct buf *b, struct err *err)
{
    int rc;

    if (buf_check(b, err) < 0)
        return -1;
    if (b->len == 0)
        return 0;
    rc = file_pwrite(l->fd, b->data, b->len, l->size, err);
    if (rc == 0 && fdatasync(l->fd) < 0)
        rc = err_set(err, ERR_SYSTEM, "cannot sync: %s", strerror(errno));
    if (rc == 0)
        l->size += b->len;
    else if (ftruncate(l->fd, (off_t)l->size) < 0)
        return -1; /* the sums tell what is torn all the same */
    return rc;
}

void store_log_close(struct store_log *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}
