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

/* Make the kernel of the logits so small that these are 2 at most for one
 * picture: a softmax then tells classes apart by little. */
static inline void tame_logits(struct graph *g, enum preprocess input)
{
    const struct tensor *x = &graph_node_at(g, 0)->out;
    const struct node *y = graph_output(g);
    const size_t c = (size_t)y->out.c;
    const float *bias = y->param + y->n_param - c;
    float most = 0;

    if (strcmp(y->op->name, "dense") != 0)
        return;
    for (size_t i = 0; i < tensor_row(x) / 3; i++)
        preprocess(input, (uint8_t[3]){(uint8_t)i, (uint8_t)(7 * i), 120}, 1,
                   x->data + 3 * i);
    graph_forward(g, PHASE_INFER);
    for (size_t k = 0; k < c; k++)
        most = fmaxf(most, fabsf(y->out.data[k] - bias[k]));
    for (size_t i = 0; i < y->n_param - c; i++)
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
    tame_logits(g, info.input);
    rc = model_write(g, &info, path, err);
    graph_free(g);
    return rc;
}

#endif
