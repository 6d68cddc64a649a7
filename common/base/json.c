/* json.c - JSON of any text and any number, in files */
#include "base/json.h"

#include "base/file.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *json_textn(const char *s, size_t n)
{
    json_t *j = json_stringn(s, n);
    char *t = j ? NULL : malloc(n + 1);

    if (!t)
        return j;
    for (size_t i = 0; i < n; i++)
        t[i] = (unsigned char)s[i] < 0x80 ? s[i] : '?';
    j = json_stringn(t, n);
    free(t);
    return j;
}

json_t *json_text(const char *s)
{
    return json_textn(s, strlen(s));
}

json_t *json_number(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

json_t *json_count(size_t n)
{
    return json_integer((json_int_t)n);
}

const char *json_member(const json_t *object, const char *name)
{
    const char *s = json_string_value(json_object_get(object, name));

    return s ? s : "";
}

json_t *json_range(double low, double high)
{
    json_t *j = json_array();

    json_array_append_new(j, json_number(low));
    json_array_append_new(j, json_number(high));
    return j;
}

void json_note(json_t *list, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    json_array_append_new(list, json_text(text));
}

int json_put(json_t *root, struct buf *out, struct err *err)
{
    char *text = NULL;

    if (root)
        text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
    json_decref(root);
    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for JSON");
    buf_puts(out, text);
    buf_puts(out, "\n");
    free(text);
    return buf_check(out, err);
}

json_t *json_parse(const char *path, const char *text, size_t size,
                   size_t flags, struct err *err)
{
    json_error_t why;
    json_t *j = json_loadb(text, size, flags, &why);

    if (!j)
        err_set(err, ERR_INPUT, "'%s':%d: %s", path, why.line, why.text);
    return j;
}

json_t *json_read(const char *path, size_t max, size_t flags, struct err *err)
{
    char *text = NULL;
    size_t size;
    json_t *j;

    if (file_read(path, max, &text, &size, err) < 0)
        return NULL;
    j = json_parse(path, text, size, flags, err);
    free(text);
    return j;
}

int json_write(const char *path, const json_t *root, size_t flags,
               struct err *err)
{
    char *text = root ? json_dumps(root, flags) : NULL;
    int rc;

    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for '%s'", path);
    rc = file_write(path, text, strlen(text), err);
    free(text);
    return rc;
}
