#include "stages/explain/explain.h"

#include "base/spell.h"
#include "stages/explain/explain_private.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node *explain_layer(struct graph *g, const char *network,
                           const char *name, struct err *err)
{
    const char *names[GRAPH_MAX_NODES], *nearest;
    const bool own = strcmp(name, "auto") == 0;
    const int n = graph_n_node(g);
    const struct net *net = net_find(network, err);
    struct node *nd;

    if (!net)
        return NULL;
    nd = own ? net_cam_node(net, g) : graph_node(g, name);
    while (own && nd && nd->in[0] && nd->out.h * nd->out.w == 1)
        nd = nd->in[0];
    if (nd && nd->out.h * nd->out.w > 1)
        return nd;
    for (int i = 0; i < n; i++)
        names[i] = graph_node_at(g, i)->name;
    nearest = spell_nearest(name, names, (size_t)n);
    if (nd)
        err_set(err, ERR_USAGE,
                "explain.layers: %s of %s is a single point here; name a layer "
                "before it",
                name, network);
    else
        err_set(err, ERR_USAGE, "explain.layers: %s has no layer '%s'%s%s%s",
                network, name, nearest ? "; did you mean '" : "",
                nearest ? nearest : "", nearest ? "'?" : "");
    return NULL;
}

/* --- which cells ----------------------------------------------------------- */

static int predict_list(struct explanation *e, struct predictor *p,
                        const size_t *row, struct err *err)
{
    const size_t k = (size_t)e->data.n_class;
    float out[SCORER_BATCH * CONFIG_CLASSES_MAX];

    for (size_t i = 0; i < e->n; i += SCORER_BATCH) {
        const size_t left = e->n - i,
                     n = left < SCORER_BATCH ? left : SCORER_BATCH;

        if (e->args->each && !e->args->each(e->args->self, i, e->n))
            return err_set(err, ERR_AGAIN, "explanation was stopped");
        if (predict_rows(p, &e->data, row + i, n, out, err) < 0)
            return -1;
        for (size_t j = 0; j < n; j++) {
            const int said = predict_class(out + j * k, (int)k);

            e->list[i + j] = (struct prediction){
                row[i + j], store_label(&e->data, row[i + j]), said,
                out[j * k + (size_t)said]};
        }
    }
    return 0;
}

/* Predict the test split, and choose. */
static int choose(struct explanation *e, struct err *err)
{
    size_t *row = NULL;
    int rc = -1;

    if (predict_split(&e->data, SPLIT_TEST, &row, &e->n, err) < 0)
        return -1;
    e->list = calloc(e->n + 1, sizeof(*e->list));
    if (e->list)
        rc = predict_list(e, &e->many, row, err);
    else
        err_set(err, ERR_SYSTEM, "no memory for %zu predictions", e->n);
    if (rc == 0)
        e->n = pick_cells(e->list, e->n, (size_t)e->args->settings->per_class);
    free(row);
    return rc;
}

/* --- all ------------------------------------------------------------------- */

static int find_methods(struct explanation *e, struct err *err)
{
    const struct word_list *names = &e->args->settings->methods;

    for (int i = 0; i < names->n; i++) {
        e->method[i] = explainer_find(names->word[i], err);
        if (!e->method[i])
            return -1;
    }
    e->n_method = names->n;
    return 0;
}

static int open_layers(struct explanation *e, struct err *err)
{
    const struct word_list *names = &e->args->settings->layers;
    struct node *node[CAM_LAYERS_MAX];

    for (int i = 0; i < names->n; i++) {
        node[i] = explain_layer(e->net.graph, e->net.info.network,
                                names->word[i], err);
        if (!node[i])
            return -1;
    }
    return gradients_init(&e->gradients, e->net.graph, node, names->n, err);
}

static int open_nets(struct explanation *e, struct err *err)
{
    struct predict_args p = {.path = e->args->model,
                             .network = e->args->network,
                             .data = &e->data,
                             .batch = GRADIENTS_BATCH,
                             .memory = GRAPH_KEEP_ALL};

    e->scorer.threads = omp_get_max_threads();
    if (predict_open(&e->net, &p, err) < 0 || open_layers(e, err) < 0)
        return -1;
    p.batch = SCORER_BATCH;
    p.memory = GRAPH_INFER;
    if (predict_open(&e->many, &p, err) < 0)
        return -1;
    e->scorer.graph = e->many.graph;
    return explain_cell_init(e, err);
}

static int make_dirs(const char *out, struct err *err)
{
    static const char *const name[] = {"maps", "overlays", "strips", "cells"};
    char path[FILE_PATH_MAX];

    for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
        if (file_path(path, err, "%s/%s", out, name[i]) < 0 ||
            dir_make(path, err) < 0)
            return -1;
    return 0;
}

void explain_close(struct explanation *e)
{
    if (!e)
        return;
    gradients_release(&e->gradients);
    predict_close(&e->net);
    predict_close(&e->many);
    store_close(&e->data);
    image_release(&e->overlay);
    image_release(&e->strip);
    buf_release(&e->csv);
    for (int i = 0; i < FIGURE_KINDS; i++)
        buf_release(&e->figures[i]);
    free(e->list);
    free(e->x);
    free(e->heat);
    free(e->view);
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
        open_nets(e, err) < 0 || choose(e, err) < 0) {
        explain_close(e);
        return -1;
    }
    *out = e;
    return 0;
}

/* --- places ---------------------------------------------------------------- */

size_t explain_places(const struct explanation *e)
{
    return e->n;
}

int explain_part(char path[FILE_PATH_MAX], const char *out, size_t place,
                 const char *what, struct err *err)
{
    return file_path(path, err, "%s/cells/%06zu.%s.csv", out, place, what);
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

int explain_place(struct explanation *e, size_t place, struct err *err)
{
    const struct explain_settings *s = e->args->settings;
    char path[FILE_PATH_MAX];

    if (place >= e->n)
        return 0;
    if (explain_part(path, e->args->out, place, "scores", err) < 0)
        return -1;
    if (file_exists(path))
        return 0;
    e->csv.len = 0;
    for (int i = 0; i < FIGURE_KINDS; i++)
        e->figures[i].len = 0;
    if (make_dirs(e->args->out, err) < 0 ||
        explain_cell(e, &e->list[place], err) < 0)
        return -1;
    for (int i = 0; i < FIGURE_KINDS; i++)
        if (e->figures[i].len > 0 &&
            write_part(e, place,
                       explain_kind(s, (enum figure_kinds)i)->name,
                       &e->figures[i], err) < 0)
            return -1;
    return write_part(e, place, "scores", &e->csv, err);
}

/* --- all ------------------------------------------------------------------- */

static int explain_all(struct explanation *e, struct err *err)
{
    const struct explain_args *a = e->args;

    for (size_t i = 0; i < e->n; i++) {
        if (a->each && !a->each(a->self, e->n + i, 2 * e->n))
            return err_set(err, ERR_AGAIN, "explanation was stopped");
        if (explain_place(e, i, err) < 0)
            return -1;
    }
    return 0;
}

int explain_run(const struct explain_args *a, struct err *err)
{
    struct explanation *e;
    int rc = -1;

    if (explain_open(&e, a, err) == 0 && explain_all(e, err) == 0)
        rc = explain_gather(a, err);
    explain_close(e);
    return rc;
}
