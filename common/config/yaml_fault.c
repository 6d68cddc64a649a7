#include "config/yaml_fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *yaml_fault_where(const struct yaml_faults *f, size_t line,
                             char where[YAML_WHERE_MAX])
{
    const size_t len = strlen(f->name), most = YAML_WHERE_MAX - 30;
    const bool cut = len > most;
    const char *tail = cut ? f->name + len - most : f->name;

    if (f->numbered)
        snprintf(where, YAML_WHERE_MAX, "%s%s:%zu", cut ? "..." : "", tail,
                 line + 1);
    else
        snprintf(where, YAML_WHERE_MAX, "%s%s", cut ? "..." : "", tail);
    return where;
}

void yaml_fault(struct yaml_faults *f, size_t line, const char *fmt, ...)
{
    char where[YAML_WHERE_MAX], text[sizeof(f->err->text)];
    va_list ap;

    if (f->n++ > 0)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    err_set(f->err, ERR_USAGE, "%s: %s", yaml_fault_where(f, line, where),
            text);
}

int yaml_faults_end(const struct yaml_faults *f)
{
    const size_t room = sizeof(f->err->text);

    if (f->n > 1) {
        const size_t len = strlen(f->err->text);

        snprintf(f->err->text + len, room - len, " (and %d more)", f->n - 1);
    }
    return f->n > 0 ? -1 : 0;
}
