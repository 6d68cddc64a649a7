#include "stages/train/frozen_layers.h"

#include "nn/bf16.h"
#include "nn/weights.h"

#include <omp.h>
#include <stdlib.h>

static struct graph *new_graph(const struct frozen_layers_args *a,
                               struct err *err)
{
    struct graph *g = net_new(a->net, &a->shape,
                              &(struct graph_args){.max_batch = 1,
                                                   .threads = 1,
                                                   .seed = a->seed,
                                                   .memory = GRAPH_TRAIN,
                                                   .bf16 = a->products_bf16,
                                                   .part = GRAPH_FRONT},
                              err);

    if (g && a->start && weights_load(g, a->net, a->start, err) < 0) {
        graph_free(g);
        g = NULL;
    }
    return g;
}

int frozen_layers_init(struct frozen_layers *f,
                       const struct frozen_layers_args *a, struct err *err)
{
    *f = (struct frozen_layers){
        .graph = calloc((size_t)a->threads, sizeof(struct graph *)),
        .threads = a->threads,
        .input = a->input,
        .bf16 = a->bf16,
        .pixels = (size_t)a->shape.h * (size_t)a->shape.w};
    BUG_ON(a->threads < 1);
    if (!f->graph)
        return err_set(err, ERR_SYSTEM, "no memory for %d threads", a->threads);
    for (int i = 0; i < a->threads; i++) {
        f->graph[i] = new_graph(a, err);
        if (!f->graph[i])
            return -1;
    }
    while (graph_border_at(f->graph[0], f->n_border)) {
        if (f->n_border == FROZEN_LAYERS_MAX_BORDER)
            return err_set(err, ERR_USAGE,
                           "over %d values cross the border of %s's %d frozen "
                           "layers",
                           FROZEN_LAYERS_MAX_BORDER, a->net->name,
                           a->shape.freeze);
        f->border[f->n_border] = graph_border_at(f->graph[0], f->n_border);
        f->n_border++;
    }
    return 0;
}

void frozen_layers_release(struct frozen_layers *f)
{
    for (int i = 0; f->graph && i < f->threads; i++)
        graph_free(f->graph[i]);
    free(f->graph);
    *f = (struct frozen_layers){0};
}

static void put_value(const struct frozen_layers *f, const struct tensor *t,
                      float *out)
{
    const size_t n = tensor_row(t);

    for (size_t i = 0; i < n; i++)
        out[i] = f->bf16 ? bf16_to(bf16_of(t->data[i])) : t->data[i];
}

void frozen_layers_rows(struct frozen_layers *f, const uint8_t *const *image,
                        size_t n, float *const *out)
{
#pragma omp parallel for num_threads(f->threads) schedule(dynamic)
    for (size_t i = 0; i < n; i++) {
        struct graph *g = f->graph[omp_get_thread_num()];

        preprocess(f->input, image[i], f->pixels, graph_input(g));
        graph_forward(g, PHASE_INFER);
        for (int k = 0; k < f->n_border; k++) {
            const struct tensor *t = &graph_border_at(g, k)->out;

            put_value(f, t, out[k] + i * tensor_row(t));
        }
    }
}

void frozen_layers_hash(const struct frozen_layers *f, struct hash *h)
{
    for (int i = 0; i < graph_n_node(f->graph[0]); i++) {
        const struct node *nd = graph_node_at(f->graph[0], i);

        if (!nd->frozen || nd->n_param == 0)
            continue;
        hash_add_string(h, nd->prefix);
        hash_add(h, nd->param, nd->n_param * sizeof(float));
        hash_add(h, nd->state, nd->n_state * sizeof(float));
    }
}
