#include "stages/explain/explain.h"

#include "base/spell.h"
#include "img/png.h"
#include "stages/explain/cam.h"
#include "stages/explain/heat.h"
#include "stages/explain/pick.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 32 };

struct explanation {
    const struct explain_args *args;
    const struct explainer *explainer;
    struct store data;
    struct prediction *list; /* owned: of the test split, then the chosen */
    size_t n;
    struct predictor net; /* for one cell, every layer readable */
    struct node *layer;   /* borrowed from net */
    float *x, *map;       /* owned: the network's input, the map */
    struct image strip;
    struct buf csv; /* scores.csv */
};

struct node *explain_layer(struct graph *g, const char *network,
                           const char *name, struct err *err)
{
    const char *names[GRAPH_MAX_NODES], *nearest;
    const int n = graph_n_node(g);
    const struct net *net = net_find(network, err);
    struct node *nd;

    if (!net)
        return NULL;
    nd = name[0] ? graph_node(g, name) : net_cam_node(net, g);
    while (!name[0] && nd && nd->in[0] && nd->out.h * nd->out.w == 1)
        nd = nd->in[0];
    if (nd && nd->out.h * nd->out.w > 1)
        return nd;
    for (int i = 0; i < n; i++)
        names[i] = graph_node_at(g, i)->name;
    nearest = spell_nearest(name, names, (size_t)n);
    if (nd)
        err_set(err, ERR_USAGE,
                "explain.layer: %s of %s is a single point here; name a layer "
                "before it",
                name, network);
    else
        err_set(err, ERR_USAGE, "explain.layer: %s has no layer '%s'%s%s%s",
                network, name, nearest ? "; did you mean '" : "",
                nearest ? nearest : "", nearest ? "'?" : "");
    return NULL;
}

/* --- which cells ----------------------------------------------------------- */

static int predict_list(struct explanation *e, struct predictor *p,
                        const size_t *row, struct err *err)
{
    const size_t k = (size_t)e->data.n_class;
    float out[BATCH * CONFIG_CLASSES_MAX];

    for (size_t i = 0; i < e->n; i += BATCH) {
        const size_t left = e->n - i, n = left < BATCH ? left : BATCH;

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

/* Predict the test split with a network that keeps nothing, and choose. */
static int choose(struct explanation *e, struct err *err)
{
    struct predict_args p = {.path = e->args->model,
                             .network = e->args->network,
                             .data = &e->data,
                             .batch = BATCH,
                             .memory = GRAPH_INFER};
    struct predictor net = {0};
    size_t *row = NULL;
    int rc = -1;

    if (predict_split(&e->data, SPLIT_TEST, &row, &e->n, err) < 0)
        return -1;
    e->list = calloc(e->n + 1, sizeof(*e->list));
    if (!e->list)
        err_set(err, ERR_SYSTEM, "no memory for %zu predictions", e->n);
    else if (predict_open(&net, &p, err) == 0)
        rc = predict_list(e, &net, row, err);
    if (rc == 0)
        e->n = pick_cells(e->list, e->n, e->args->per_class);
    predict_close(&net);
    free(row);
    return rc;
}

/* --- one cell -------------------------------------------------------------- */

static void csv_row(struct explanation *e, const struct prediction *c,
                    int target, const char *name)
{
    const struct store *s = &e->data;
    const int file = csv_column(&s->index, "file");
    int x, y;

    cam_peak(e->map, (int)s->h, (int)s->w, &x, &y);
    buf_printf(&e->csv, "%zu,", c->row);
    buf_csv(&e->csv, file < 0 ? "" : csv_get(&s->index, c->row, (size_t)file));
    buf_puts(&e->csv, ",");
    buf_csv(&e->csv, s->class_name[c->truth]);
    buf_puts(&e->csv, ",");
    buf_csv(&e->csv, s->class_name[c->predicted]);
    buf_puts(&e->csv, ",");
    buf_csv(&e->csv, s->class_name[target]);
    buf_printf(&e->csv, ",%.6f,maps/%s.npy,overlays/%s.png,%d,%d\n",
               (double)c->p, name, name, x, y);
}

static int write_map(struct explanation *e, const char *name, struct err *err)
{
    const struct npy map = {.type = NPY_F32,
                            .n_dim = 2,
                            .dim = {e->data.h, e->data.w},
                            .data = e->map};
    char path[FILE_PATH_MAX];

    if (file_path(path, err, "%s/maps/%s.npy", e->args->out, name) < 0)
        return -1;
    return npy_write(&map, path, err);
}

static int explain_target(struct explanation *e, const struct prediction *c,
                          int target, struct err *err)
{
    const int h = (int)e->data.h, w = (int)e->data.w;
    const struct cam_task t = {.graph = e->net.graph,
                               .layer = e->layer,
                               .x = e->x,
                               .target = target,
                               .h = h,
                               .w = w};
    char path[FILE_PATH_MAX], name[64];

    snprintf(name, sizeof(name), "%06zu_%d", c->row, target);
    if (e->explainer->explain(&t, e->map, err) < 0 ||
        write_map(e, name, err) < 0 ||
        file_path(path, err, "%s/overlays/%s.png", e->args->out, name) < 0)
        return -1;
    heat_strip(store_image(&e->data, c->row), e->map, h, w, e->strip.px);
    csv_row(e, c, target, name);
    return png_write(&e->strip, path, err);
}

static int explain_cell(struct explanation *e, const struct prediction *c,
                        struct err *err)
{
    predict_input(&e->net, &e->data, c->row, e->x);
    if (explain_target(e, c, c->predicted, err) < 0)
        return -1;
    return c->truth == c->predicted ? 0 : explain_target(e, c, c->truth, err);
}

/* --- all ------------------------------------------------------------------- */

static int open_net(struct explanation *e, struct err *err)
{
    const struct predict_args p = {.path = e->args->model,
                                   .network = e->args->network,
                                   .data = &e->data,
                                   .batch = 1,
                                   .memory = GRAPH_KEEP_ALL};
    const size_t n = e->data.h * e->data.w;

    if (predict_open(&e->net, &p, err) < 0)
        return -1;
    e->layer =
        explain_layer(e->net.graph, e->net.info.network, e->args->layer, err);
    if (!e->layer)
        return -1;
    e->x = malloc(3 * n * sizeof(*e->x));
    e->map = malloc(n * sizeof(*e->map));
    if (!e->x || !e->map)
        return err_set(err, ERR_SYSTEM, "no memory for a map of %zu pixels", n);
    return image_init(&e->strip, heat_strip_width((int)e->data.w),
                      heat_strip_height((int)e->data.h), err);
}

static int make_dirs(const char *out, struct err *err)
{
    static const char *const name[] = {"maps", "overlays"};
    char path[FILE_PATH_MAX];

    for (int i = 0; i < 2; i++)
        if (file_path(path, err, "%s/%s", out, name[i]) < 0 ||
            dir_make(path, err) < 0)
            return -1;
    return 0;
}

static int write_all(struct explanation *e, struct err *err)
{
    char path[FILE_PATH_MAX];

    buf_puts(&e->csv, "row,file,class,predicted,target,p,map,overlay,peak_x,"
                      "peak_y\n");
    for (size_t i = 0; i < e->n; i++) {
        if (e->args->each && !e->args->each(e->args->self, e->n + i, 2 * e->n))
            return err_set(err, ERR_AGAIN, "explanation was stopped");
        if (explain_cell(e, &e->list[i], err) < 0)
            return -1;
    }
    if (buf_check(&e->csv, err) < 0 ||
        file_path(path, err, "%s/scores.csv", e->args->out) < 0)
        return -1;
    return file_write(path, e->csv.data, e->csv.len, err);
}

int explain_run(const struct explain_args *a, struct err *err)
{
    struct explanation e = {.args = a};
    int rc = -1;

    e.explainer = explainer_find(a->method, err);
    if (e.explainer && store_open(&e.data, a->data, err) == 0 &&
        open_net(&e, err) == 0 && choose(&e, err) == 0 &&
        make_dirs(a->out, err) == 0)
        rc = write_all(&e, err);
    free(e.list);
    free(e.x);
    free(e.map);
    image_release(&e.strip);
    buf_release(&e.csv);
    predict_close(&e.net);
    store_close(&e.data);
    return rc;
}
