/* json.c - JSON of any text and any number */
#include "base/json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *json_text(const char *s)
{
    json_t *j = json_string(s);
    char *t;

    if (j)
        return j;
    t = strdup(s);
    for (char *p = t; p && *p; p++)
        if ((unsigned char)*p >= 0x80)
            *p = '?';
    j = t ? json_string(t) : NULL;
    free(t);
    return j;
}

json_t *json_number(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

json_t *json_count(size_t n)
{
    return json_integer((json_int_t)n);
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
