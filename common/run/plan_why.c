/* plan_why.c - differences of a step and of the inputs that bring them */
#include "run/plan_why.h"

#include "run/longer_training.h"
#include "run/output.h"
#include "run/plan_difference.h"

#include <jansson.h>

enum { HASH_SHOWN = 12, INDENT = 2 };

struct why {
    const struct plan *plan; /* borrowed */
    const char *run_dir;     /* borrowed */
    bool *told;              /* borrowed */
    struct buf *out;         /* borrowed */
    int depth, lines;
};

PRINTF(2, 3)
static void put_line(struct why *w, const char *fmt, ...)
{
    char line[2048];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    buf_printf(w->out, "%*s%s\n", INDENT * w->depth, "", line);
    w->lines++;
}

/* "(none)"; the first digits of a hash; or the value. */
static void put_value(char out[512], const char *value, bool is_hash)
{
    snprintf(out, 512, is_hash ? "%.*s" : "%.*s", is_hash ? HASH_SHOWN : 511,
             !value    ? "(none)"
             : !*value ? "(empty)"
                       : value);
}

static void put_reasons(struct why *w, const struct plan_step *step);

/* Why the input is another than it was. */
static void put_input(struct why *w, const struct plan_step *in)
{
    bool *told = &w->told[in - w->plan->step];

    w->depth++;
    if (*told)
        put_line(w, "as above");
    else if (in->run)
        put_reasons(w, in);
    else
        put_line(w, "it was made again since; of what before is not kept");
    *told = true;
    w->depth--;
}

static void put_difference(void *self, const struct plan_difference *d)
{
    struct why *w = self;
    const bool is_hash =
        d->of == DIFFERS_INPUT ||
        (d->of == DIFFERS_PARAM && plan_difference_is_content(d->name));
    static const char *const kinds[] = {"version of", "parameter", "input"};
    char was[512], is[512];

    put_value(was, d->was, is_hash);
    put_value(is, d->is, is_hash);
    put_line(w, "%s %s: %s -> %s%s", kinds[d->of], d->name, was, is,
             d->step && d->was ? ", because" : "");
    if (d->step && d->was)
        put_input(w, d->step);
}

/* One line or more. */
static void put_reasons(struct why *w, const struct plan_step *step)
{
    const int lines = w->lines;
    struct err none;
    json_t *m = output_is_sealed(w->run_dir, step)
                    ? output_manifest(w->run_dir, step, &none)
                    : NULL;
    const char *key = json_string_value(json_object_get(m, "key"));
    const char *longer = NULL;

    if (key && !output_is_of(key, step)) {
        plan_difference_each(w->plan, step, m, put_difference, w);
        longer = longer_training_says(w->run_dir, step, m);
    }
    if (longer)
        put_line(w, "%s", longer);
    if (w->lines == lines)
        put_line(w, "%s", step->reason);
    json_decref(m);
}

void plan_why(const struct plan *p, const struct plan_step *step,
              const char *run_dir, bool *told, struct buf *out)
{
    struct why w = {.plan = p, .run_dir = run_dir, .told = told, .out = out};

    put_line(&w, "%s %s", step->name,
             step->run     ? "runs"
             : step->later ? "is put off"
                           : "is reused");
    w.depth++;
    put_reasons(&w, step);
    told[step - p->step] = true;
}
