#include "stages/preprocess/class_names.h"

#include "base/utf8.h"

#include <glib.h> /* Unicode's tables, which libvips brings */
#include <string.h>

/* What is left of a name when nothing counts that people do not see; to be
 * freed by g_free(), NULL: it is no UTF-8. */
static char *bare_name(const char *name)
{
    char *fold, *plain, *end;
    gunichar point;

    if (!g_utf8_validate(name, -1, NULL))
        return NULL;
    fold = g_utf8_casefold(name, -1);
    plain = g_utf8_normalize(fold, -1, G_NORMALIZE_ALL);
    g_free(fold);
    end = plain;
    for (const char *s = plain; *s; s = g_utf8_next_char(s)) {
        point = g_utf8_get_char(s);
        if (!utf8_is_blank(point) && point != '_')
            end += utf8_put(end, point);
    }
    *end = '\0';
    return plain;
}

bool class_names_alike(const char *a, const char *b)
{
    char *p = bare_name(a), *q = bare_name(b);
    const bool alike = p && q && strcmp(p, q) == 0;

    g_free(p);
    g_free(q);
    return alike || strcmp(a, b) == 0;
}

void class_names_show(const char *name, struct buf *out)
{
    uint32_t point;

    for (size_t n; *name; name += n) {
        n = utf8_length(name, &point);
        if (n == 0) {
            buf_printf(out, "<0x%02x>", (unsigned char)*name);
            n = 1;
        } else if (point == ' ') {
            buf_puts(out, "\xE2\x90\xA3");
        } else if (utf8_is_blank(point) || g_unichar_ismark(point)) {
            buf_printf(out, "<U+%04X>", point);
        } else {
            buf_put(out, name, n);
        }
    }
}

static void show_two(const char *a, const char *b, struct buf *out)
{
    buf_puts(out, "'");
    class_names_show(a, out);
    buf_puts(out, "' and '");
    class_names_show(b, out);
    buf_puts(out, "'");
}

void class_names_compare(const char (*name)[CONFIG_NAME_MAX], int n,
                         struct buf *warnings)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++) {
            if (!class_names_alike(name[k], name[i]))
                continue;
            buf_puts(warnings, "classes ");
            show_two(name[k], name[i], warnings);
            buf_puts(warnings,
                     " differ by blanks, letter case or Unicode form alone "
                     "and count as two: is it one class, spelt twice?\n");
        }
}

void class_names_joined(const char *a, const char *b, struct buf *warnings)
{
    buf_puts(warnings, "folders ");
    show_two(a, b, warnings);
    buf_puts(warnings, " differ by blanks at their ends and are one class\n");
}
