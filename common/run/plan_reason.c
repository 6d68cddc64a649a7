/* plan_reason.c - which steps must run, and why: each against its output */
#include "run/longer_training.h"
#include "run/output.h"

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

/* Content is told by hashes, which say nothing to a reader. */
static bool is_content(const char *name)
{
    return strcmp(name, "dataset") == 0 || strcmp(name, "split.csv") == 0 ||
           strcmp(name, "layout.csv") == 0 || strcmp(name, "weights") == 0;
}

static void compare_param(struct reasons *r, const char *name, const char *was,
                          const char *is)
{
    if (was && is && strcmp(was, is) == 0)
        return;
    if (is_content(name))
        add_reason(r, "%s changed", name);
    else
        add_reason(r, "%s %s -> %s", name, was ? was : "(none)",
                   is ? is : "(none)");
}

/* Parameters of the old output against those of the step. */
static void compare_params(struct reasons *r, json_t *old, json_t *new)
{
    const char *name;
    json_t *v;

    json_object_foreach(new, name, v)
    {
        compare_param(r, name, json_string_value(json_object_get(old, name)),
                      json_string_value(v));
    }
    json_object_foreach(old, name, v)
    {
        if (!json_object_get(new, name))
            compare_param(r, name, json_string_value(v), NULL);
    }
}

static void compare_inputs(struct reasons *r, const struct plan *p,
                           const struct plan_step *step, json_t *old)
{
    for (int i = 0; i < step->n_input; i++) {
        const struct plan_step *in = &p->step[step->input[i]];
        const char *was = json_string_value(json_object_get(old, in->name));

        if (!was)
            add_reason(r, "input %s is new", in->name);
        else if (strcmp(was, in->hash) != 0)
            add_reason(r, "input %s %s", in->name,
                       in->run ? "runs" : "changed");
    }
    if (json_object_size(old) > (size_t)step->n_input)
        add_reason(r, "fewer inputs");
}

/* The sealed output is of another hash: how does it differ? */
static void compare_manifest(struct reasons *r, const struct plan *p,
                             const struct plan_step *step, const char *run_dir,
                             json_t *manifest)
{
    const char *longer = longer_training_says(run_dir, step, manifest);
    const json_t *version = json_object_get(manifest, "version");
    json_t *params = json_loads(step->params, 0, NULL);

    if (json_integer_value(version) != step->stage->version)
        add_reason(r, "%s version %lld -> %d", step->stage->word,
                   (long long)json_integer_value(version),
                   step->stage->version);
    compare_params(r, json_object_get(manifest, "params"), params);
    if (json_string_value(json_object_get(manifest, "key"))[0] == '-')
        add_reason(r, "it was made without all its inputs");
    else
        compare_inputs(r, p, step, json_object_get(manifest, "inputs"));
    if (longer)
        add_reason(r, "%s", longer);
    if (r->len == 0)
        add_reason(r, "output is of another content hash");
    json_decref(params);
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
