#include "base/buf.h"

#include "base/file.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Make room for 'n' more bytes and a NUL. */
static bool buf_grow(struct buf *b, size_t n)
{
    size_t room = b->room ? b->room : 256;
    char *data;

    if (b->failed || n > (size_t)1 << 40)
        b->failed = true;
    if (b->failed)
        return false;
    if (b->len + n + 1 <= b->room)
        return true;
    while (room < b->len + n + 1)
        room *= 2;
    data = realloc(b->data, room);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->room = room;
    return true;
}

void buf_put(struct buf *b, const void *bytes, size_t n)
{
    if (!buf_grow(b, n))
        return;
    if (n > 0)
        memcpy(b->data + b->len, bytes, n);
    b->len += n;
    b->data[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *s)
{
    buf_put(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    int n;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n >= 0 && buf_grow(b, (size_t)n)) {
        vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

void buf_take(struct buf *b, struct buf *part)
{
    if (part->len > 0)
        buf_put(b, part->data, part->len);
    b->failed = b->failed || part->failed;
    buf_release(part);
}

void buf_csv(struct buf *b, const char *s)
{
    if (!strpbrk(s, ",\"\r\n")) {
        buf_puts(b, s);
        return;
    }
    buf_puts(b, "\"");
    for (; *s; s++)
        buf_put(b, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
    buf_puts(b, "\"");
}

void buf_csv_next(struct buf *b, const char *s)
{
    buf_puts(b, ",");
    buf_csv(b, s);
}

void buf_csv_number(struct buf *b, double v)
{
    buf_puts(b, ",");
    if (isfinite(v))
        buf_printf(b, "%.6f", v);
}

void buf_html(struct buf *b, const char *s)
{
    static const char special[] = "&<>\"'";
    static const char *const escape[] = {"&amp;", "&lt;", "&gt;", "&quot;",
                                         "&#39;"};

    for (; *s; s++) {
        const char *at = strchr(special, *s);

        if (at)
            buf_puts(b, escape[at - special]);
        else
            buf_put(b, s, 1);
    }
}

int buf_check(const struct buf *b, struct err *err)
{
    if (b->failed)
        return err_set(err, ERR_SYSTEM, "no memory for %zu bytes of text",
                       b->len);
    return 0;
}

int buf_print(struct buf *b, FILE *out, struct err *err)
{
    const int rc = buf_check(b, err);

    if (rc == 0)
        fwrite(b->data, 1, b->len, out);
    buf_release(b);
    return rc;
}

int buf_save(struct buf *b, const char *dir, const char *name, struct err *err)
{
    char path[FILE_PATH_MAX];
    int rc = -1;

    if (buf_check(b, err) == 0 && file_path(path, err, "%s/%s", dir, name) == 0)
        rc = file_write(path, b->data ? b->data : "", b->len, err);
    buf_release(b);
    return rc;
}

void buf_release(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}
