#include "stages/explain/explain.h"

#include "run/output.h"
#include "stages/explain/explain_private.h"

#include <stdlib.h>
#include <string.h>

/* --- opening -------------------------------------------------------------- */

void explain_methods(const struct explain_settings *s, struct word_list *names)
{
    *names = s->methods;
    if (s->baselines == BASELINES_ON)
        explainer_add_baselines(names);
}

static int find_methods(struct explanation *e, struct err *err)
{
    struct word_list names;

    explain_methods(e->args->settings, &names);
    for (int i = 0; i < names.n; i++) {
        e->method[i] = explainer_find(names.word[i], err);
        if (!e->method[i])
            return -1;
    }
    e->n_method = names.n;
    e->n_shown = e->args->settings->methods.n;
    return 0;
}

static int open_network(struct explanation *e, struct explained_network *n,
                        struct err *err)
{
    const struct explain_settings *s = e->args->settings;
    const struct explained_network_args a = {.model = e->args->model,
                                             .network = e->args->network,
                                             .data = &e->data,
                                             .layers = &s->layers,
                                             .many_bf16 = s->precision ==
                                                          PRECISION_BF16};

    return explained_network_open(n, &a, err);
}

/* The trained network, and the partly randomised ones. */
static int open_nets(struct explanation *e, struct err *err)
{
    if (open_network(e, &e->own, err) < 0)
        return -1;
    e->n_random = explain_sanity_networks(e->args->settings->sanity);
    for (int i = 0; i < e->n_random; i++)
        if (open_network(e, &e->random[i], err) < 0 ||
            explained_network_randomise(&e->random[i], (i + 1.0) / e->n_random,
                                        e->args->seed, err) < 0)
            return -1;
    return explain_cell_init(e, err);
}

static int make_dirs(const char *out, struct err *err)
{
    static const char *const name[] = {"maps", "overlays", "strips",
                                       OUTPUT_PARTS};
    char path[FILE_PATH_MAX];

    for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
        if (file_path(path, err, "%s/%s", out, name[i]) < 0 ||
            file_dir_make(path, err) < 0)
            return -1;
    return 0;
}

void explain_close(struct explanation *e)
{
    if (!e)
        return;
    explained_network_close(&e->own);
    for (int i = 0; i < e->n_random; i++)
        explained_network_close(&e->random[i]);
    inference_close(&e->tuned);
    contours_close(&e->contours);
    store_close(&e->data);
    image_release(&e->overlay);
    buf_release(&e->csv);
    buf_release(&e->doses);
    for (int i = 0; i < FIGURE_KINDS; i++)
        buf_release(&e->figures[i]);
    free(e->list);
    free(e->x);
    free(e->heat);
    free(e->view);
    free(e->region);
    free(e->spare);
    free(e->spare_view);
    free(e);
}

int explain_open(struct explanation **out, const struct explain_args *a,
                 struct err *err)
{
    struct explanation *e = calloc(1, sizeof(*e));

    *out = NULL;
    if (!e)
        return err_set(err, ERR_SYSTEM, "no memory for an explanation");
    e->args = a;
    if (find_methods(e, err) < 0 || store_open(&e->data, a->data, err) < 0 ||
        store_use_fold(&e->data, a->fold, a->folds ? a->folds : 1, err) < 0 ||
        contours_open(&e->contours, a->data, err) < 0 ||
        open_nets(e, err) < 0 || explain_list_open(e, err) < 0 ||
        explain_tuned_open(e, err) < 0) {
        explain_close(e);
        return -1;
    }
    *out = e;
    return 0;
}

/* --- one cell ------------------------------------------------------------- */

static int explain_part(char path[FILE_PATH_MAX], const char *out, size_t place,
                        const char *what, struct err *err)
{
    return file_path(path, err, "%s/" OUTPUT_PARTS "/%06zu.%s.csv", out, place,
                     what);
}

static int write_part(const struct explanation *e, size_t place,
                      const char *what, const struct buf *text, struct err *err)
{
    char path[FILE_PATH_MAX];

    if (buf_check(text, err) < 0 ||
        explain_part(path, e->args->out, place, what, err) < 0)
        return -1;
    return file_write(path, text->data ? text->data : "", text->len, err);
}

int explain_at(struct explanation *e, size_t place, struct err *err)
{
    const struct explain_settings *s = e->args->settings;
    char path[FILE_PATH_MAX];

    if (place >= e->n)
        return 0;
    if (explain_part(path, e->args->out, place, "scores", err) < 0)
        return -1;
    if (file_exists(path))
        return 0;
    e->csv.len = e->doses.len = 0;
    for (int i = 0; i < FIGURE_KINDS; i++)
        e->figures[i].len = 0;
    if (make_dirs(e->args->out, err) < 0 ||
        explain_cell(e, &e->list[place], err) < 0)
        return -1;
    for (int i = 0; i < FIGURE_KINDS; i++)
        if (e->figures[i].len > 0 &&
            write_part(e, place, explain_kind(s, (enum figure_kinds)i)->name,
                       &e->figures[i], err) < 0)
            return -1;
    if (e->doses.len > 0 &&
        write_part(e, place, "dose_response", &e->doses, err) < 0)
        return -1;
    return write_part(e, place, "scores", &e->csv, err);
}

/* --- all ------------------------------------------------------------------ */

static int explain_all(struct explanation *e, struct err *err)
{
    const struct explain_args *a = e->args;

    for (size_t i = 0; i < e->n; i++) {
        if (a->each && !a->each(a->self, e->n + i, 2 * e->n))
            return err_set(err, ERR_AGAIN, "explanation was stopped");
        if (explain_at(e, i, err) < 0)
            return -1;
    }
    return 0;
}

int explain_run(const struct explain_args *a, struct err *err)
{
    char parts[FILE_PATH_MAX];
    struct explanation *e;
    int rc = -1;

    if (explain_open(&e, a, err) == 0 && explain_all(e, err) == 0 &&
        explain_gather(a, err) == 0 &&
        file_path(parts, err, "%s/" OUTPUT_PARTS, a->out) == 0)
        rc = file_dir_remove(parts, err);
    explain_close(e);
    return rc;
}
