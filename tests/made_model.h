/*
 * made_model.h - model files of networks that nobody trained
 */
#ifndef TESTS_MADE_MODEL_H
#define TESTS_MADE_MODEL_H

#include "golden/nn_digest.h"
#include "nn/model.h"

struct made_model {
    const char *network, *cut; /* NULL: whole */
    enum net_head head;
    int side;
    bool size; /* it takes the size of cells */
};

/* The kernel that makes the logits, smaller, so that these are 2 at most for
 * one picture and a softmax tells classes apart. */
static inline void tame_logits(struct graph *g)
{
    const struct node *y = graph_output(g);
    const struct tensor *x = &graph_node_at(g, 0)->out;
    float most = 0;

    if (strcmp(y->op->name, "dense") != 0)
        return;
    for (size_t i = 0; i < tensor_row(x); i++)
        x->data[i] = (float)(i * 37 % 251) / 125.0f - 1.0f;
    graph_forward(g, PHASE_INFER);
    for (int c = 0; c < y->out.c; c++)
        most = fmaxf(
            most, fabsf(y->out.data[c] -
                        y->param[y->n_param - (size_t)y->out.c + (size_t)c]));
    for (size_t i = 0; i < y->n_param - (size_t)y->out.c; i++)
        y->param[i] *= 2.0f / most;
}

/* Write it to 'path'; its weights are those of fill_weights(). */
static inline int made_model_write(const struct made_model *m, const char *path,
                                   struct err *err)
{
    const struct net *net = net_find(m->network, err);
    struct model_info info = {.h = m->side,
                              .w = m->side,
                              .head = m->head,
                              .freeze = 4,
                              .resizing = {.lanczos = true},
                              .size = {m->size, {5.0, 4.75}, {0.25, 0.5}},
                              .n_class = 3,
                              .class_name = {"one", "two words", "three"},
                              .epoch = 7};
    struct graph *g;
    int rc;

    if (!net)
        return -1;
    info.input = net->preprocess;
    snprintf(info.network, sizeof(info.network), "%s", m->network);
    snprintf(info.cut, sizeof(info.cut), "%s", m->cut ? m->cut : "");
    g = model_fresh(&info,
                    &(struct graph_args){.max_batch = 1, .memory = GRAPH_INFER},
                    err);
    if (!g)
        return -1;
    fill_weights(g);
    tame_logits(g);
    rc = model_write(g, &info, path, err);
    graph_free(g);
    return rc;
}

#endif
