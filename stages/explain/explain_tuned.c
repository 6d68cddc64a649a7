/* explain_tuned.c - the network of f_fidelity.h: made once, kept beside the parts */
#include "base/json.h"
#include "base/log.h"
#include "run/output.h"
#include "stages/explain/explain_private.h"

#include <stdlib.h>
#include <unistd.h>

enum { TUNED_MAX_BYTES = 1 << 16 };

static const char model_name[] = OUTPUT_PARTS "/f_fidelity.safetensors";
static const char told_name[] = OUTPUT_PARTS "/f_fidelity.json";

/* How it was tuned. */
static int write_told(const struct explanation *e,
                      const struct f_fidelity_tuned *was, struct err *err)
{
    const struct explain_settings *s = e->args->settings;
    json_t *told = json_pack(
        "{s:I, s:o, s:i, s:o, s:o}", "steps", (json_int_t)s->f_fidelity,
        "share", json_number(s->f_fidelity_share), "patches",
        F_FIDELITY_PATCHES, "first_loss", json_number(was->first_loss),
        "last_loss", json_number(was->last_loss));
    char path[FILE_PATH_MAX];
    int rc = file_path(path, err, "%s/%s", e->args->out, told_name);

    if (rc == 0)
        rc = json_write(path, told, JSON_INDENT(1) | JSON_REAL_PRECISION(6),
                        err);
    json_decref(told);
    return rc;
}

/* The network is written last: where it is, the rest is. */
static int make_tuned(struct explanation *e, const char *path, struct err *err)
{
    const struct f_fidelity_tuning a = {.model = e->args->model,
                                        .data = &e->data,
                                        .steps = e->args->settings->f_fidelity,
                                        .share =
                                            e->args->settings->f_fidelity_share,
                                        .seed = e->args->seed,
                                        .each = e->args->each,
                                        .self = e->args->self};
    struct f_fidelity_tuned was;
    char dir[FILE_PATH_MAX], made[FILE_PATH_MAX];

    if (file_path(dir, err, "%s/" OUTPUT_PARTS, e->args->out) < 0 ||
        file_path(made, err, "%s.%ld", path, (long)getpid()) < 0 ||
        file_dir_make(dir, err) < 0 ||
        f_fidelity_tune(&a, made, &was, err) < 0 ||
        write_told(e, &was, err) < 0 || file_adopt_first(made, path, err) < 0)
        return -1;
    log_info("a copy of the network was tuned on masked cells for %lld steps: "
             "loss %.3f, then %.3f",
             (long long)a.steps, was.first_loss, was.last_loss);
    return 0;
}

int explain_tuned_open(struct explanation *e, struct err *err)
{
    char path[FILE_PATH_MAX];
    const struct inference_args p = {.path = path,
                                     .network = e->args->network,
                                     .data = &e->data,
                                     .batch = SCORER_BATCH,
                                     .memory = GRAPH_INFER};

    if (e->args->settings->f_fidelity == 0 || e->n == 0)
        return 0;
    if (file_path(path, err, "%s/%s", e->args->out, model_name) < 0 ||
        (!file_exists(path) && make_tuned(e, path, err) < 0) ||
        inference_open(&e->tuned, &p, err) < 0)
        return -1;
    e->tuned_scorer = e->own.scorer;
    e->tuned_scorer.graph = e->tuned.graph;
    return 0;
}

int explain_tuned_gather(const struct explain_args *a, struct err *err)
{
    char from[FILE_PATH_MAX], to[FILE_PATH_MAX], *text;
    size_t size;
    int rc;

    if (file_path(from, err, "%s/%s", a->out, told_name) < 0 ||
        file_path(to, err, "%s/f_fidelity.json", a->out) < 0)
        return -1;
    if (a->settings->f_fidelity == 0 || !file_exists(from))
        return 0; /* no cell was explained */
    if (file_read(from, TUNED_MAX_BYTES, &text, &size, err) < 0)
        return -1;
    rc = file_write(to, text, size, err);
    free(text);
    return rc;
}
