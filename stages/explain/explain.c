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
    static const char *const name[] = {"maps", "overlays", "strips"};
    char path[FILE_PATH_MAX];

    for (int i = 0; i < 3; i++)
        if (file_path(path, err, "%s/%s", out, name[i]) < 0 ||
            dir_make(path, err) < 0)
            return -1;
    return 0;
}

static int write_faith(struct explanation *e, struct err *err)
{
    const struct faith_table t = {
        .methods = &e->args->settings->methods,
        .class_name = (const char(*)[CONFIG_NAME_MAX])e->data.class_name,
        .n_class = e->data.n_class,
        .resamples = (int)e->args->settings->bootstrap,
        .seed = e->args->seed,
        .row = e->faith,
        .n = e->n_faith,
    };
    struct buf text = {0};
    char path[FILE_PATH_MAX];
    int rc = -1;

    if (e->args->settings->faith_steps < 1)
        return 0;
    if (faith_table_write(&t, &text, err) == 0 &&
        file_path(path, err, "%s/faithfulness.csv", e->args->out) == 0)
        rc = file_write(path, text.data, text.len, err);
    buf_release(&text);
    return rc;
}

static int write_all(struct explanation *e, struct err *err)
{
    char path[FILE_PATH_MAX];

    e->faith = calloc(e->n * (size_t)e->n_method + 1, sizeof(*e->faith));
    if (!e->faith)
        return err_set(err, ERR_SYSTEM, "no memory for %zu cells", e->n);
    explain_header(&e->csv);
    for (size_t i = 0; i < e->n; i++) {
        if (e->args->each && !e->args->each(e->args->self, e->n + i, 2 * e->n))
            return err_set(err, ERR_AGAIN, "explanation was stopped");
        if (explain_cell(e, &e->list[i], err) < 0)
            return -1;
    }
    if (buf_check(&e->csv, err) < 0 ||
        file_path(path, err, "%s/scores.csv", e->args->out) < 0 ||
        file_write(path, e->csv.data, e->csv.len, err) < 0)
        return -1;
    return write_faith(e, err);
}

static void release(struct explanation *e)
{
    for (size_t i = 0; i < e->n_faith; i++)
        free(e->faith[i].group);
    free(e->faith);
    gradients_release(&e->gradients);
    predict_close(&e->net);
    predict_close(&e->many);
    store_close(&e->data);
    image_release(&e->overlay);
    image_release(&e->strip);
    buf_release(&e->csv);
    free(e->list);
    free(e->x);
    free(e->heat);
    free(e->view);
}

int explain_run(const struct explain_args *a, struct err *err)
{
    struct explanation *e = calloc(1, sizeof(*e));
    int rc = -1;

    if (!e)
        return err_set(err, ERR_SYSTEM, "no memory for an explanation");
    e->args = a;
    if (find_methods(e, err) == 0 && store_open(&e->data, a->data, err) == 0 &&
        open_nets(e, err) == 0 && choose(e, err) == 0 &&
        make_dirs(a->out, err) == 0)
        rc = write_all(e, err);
    release(e);
    free(e);
    return rc;
}
