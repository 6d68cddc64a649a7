/* plan_reason.c - which steps must run, and why: each against its output */
#include "run/longer_training.h"
#include "run/output.h"
#include "run/plan_difference.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What is said so far, joined by commas. */
struct reasons {
    char *text; /* borrowed: of 'room' bytes */
    size_t room, len;
};

PRINTF(2, 3)
static void add_reason(struct reasons *r, const char *fmt, ...)
{
    const char *comma = r->len ? ", " : "";
    char more[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(more, sizeof(more), fmt, ap);
    va_end(ap);
    if (r->len + strlen(comma) + strlen(more) < r->room) {
        r->len += (size_t)snprintf(r->text + r->len, r->room - r->len, "%s%s",
                                   comma, more);
        return;
    }
    snprintf(r->text + r->len, r->room - r->len, "%s%s", comma, more);
    memcpy(r->text + r->room - 4, "...", 4); /* no room for all */
    r->len = r->room - 1;
}

static void add_difference(void *self, const struct plan_difference *d)
{
    struct reasons *r = self;

    if (d->of == DIFFERS_VERSION)
        add_reason(r, "%s version %s -> %s", d->name, d->was, d->is);
    else if (d->of == DIFFERS_PARAM && plan_difference_is_content(d->name))
        add_reason(r, "%s changed", d->name);
    else if (d->of == DIFFERS_PARAM)
        add_reason(r, "%s %s -> %s", d->name, d->was ? d->was : "(none)",
                   d->is ? d->is : "(none)");
    else if (d->step && !d->was)
        add_reason(r, "input %s is new", d->name);
    else if (d->step)
        add_reason(r, "input %s %s", d->name,
                   d->step->run ? "runs" : "changed");
}

/* The sealed output is of another hash: how does it differ? */
static void compare_manifest(struct reasons *r, const struct plan *p,
                             const struct plan_step *step, const char *run_dir,
                             json_t *manifest)
{
    const char *longer = longer_training_says(run_dir, step, manifest);
    const char *key = json_string_value(json_object_get(manifest, "key"));
    const json_t *inputs = json_object_get(manifest, "inputs");

    if (key[0] == OUTPUT_AGAIN)
        add_reason(r, "is to be made again (--force)");
    plan_difference_each(p, step, manifest, add_difference, r);
    if (key[0] == OUTPUT_LACKING)
        add_reason(r, "it was made without all its inputs");
    else if (json_object_size(inputs) > (size_t)step->n_input)
        add_reason(r, "fewer inputs");
    if (longer)
        add_reason(r, "%s", longer);
    if (r->len == 0)
        add_reason(r, "output is of another content hash");
}

/* One step, whose inputs have been looked at. */
static int check_step(const struct plan *p, struct plan_step *step,
                      const char *run_dir, bool all, struct err *err)
{
    struct reasons r = {step->reason, sizeof(step->reason), 0};
    json_t *m;

    err->code = ERR_NONE;

    step->run = true;
    if (!output_is_sealed(run_dir, step)) {
        add_reason(&r, "%s",
                   output_is_begun(run_dir, step) ? "unfinished, goes on"
                                                  : "no output yet");
        return 0;
    }
    m = output_manifest(run_dir, step, err);
    if (!m) {
        add_reason(&r, "output damaged: %s", err->text);
    } else if (!output_is_of(json_string_value(json_object_get(m, "key")),
                             step)) {
        compare_manifest(&r, p, step, run_dir, m);
    } else if (output_check_wanted(step, m, err) < 0) {
        add_reason(&r, "the output is of a version that kept no %s",
                   step->wanted);
    } else if (output_check(run_dir, step, m, all, err) < 0) {
        add_reason(&r, "output damaged: %s", err->text);
    } else {
        add_reason(&r, "output is current");
        step->run = false;
    }
    if (step->run && output_is_begun(run_dir, step))
        add_reason(&r, "unfinished, goes on");
    json_decref(m);
    return err->code == ERR_SYSTEM ? -1 : 0;
}

int plan_refresh(struct plan *p, const char *run_dir, bool all, struct err *err)
{
    for (int i = 0; i < p->n_step; i++)
        if (check_step(p, &p->step[i], run_dir, all, err) < 0)
            return -1;
    return 0;
}
