/* op_input.c - a batch given from outside; the caller writes out.data */
#include "nn/graph.h"
#include "nn/layers.h"

enum { MAX_SIDE = 4096, MAX_CHANNELS = 1 << 16 };

static int input_shape(struct node *nd, struct err *err)
{
    const struct tensor *t = &nd->out;

    if (t->h < 1 || t->w < 1 || t->c < 1 || t->h > MAX_SIDE ||
        t->w > MAX_SIDE || t->c > MAX_CHANNELS)
        return err_set(err, ERR_USAGE,
                       "input: shape (%d, %d, %d) is not in 1 .. %d, %d, %d",
                       t->h, t->w, t->c, MAX_SIDE, MAX_SIDE, MAX_CHANNELS);
    return 0;
}

static void input_pass(struct node *nd, const struct pass *p)
{
    (void)nd;
    (void)p;
}

static const struct op op_input = {
    .name = "input",
    .kind = KIND_INPUT,
    .size = sizeof(struct node),
    .shape = input_shape,
    .forward = input_pass,
    .backward = input_pass,
};

struct node *nn_input(struct graph *g, const char *name, int h, int w, int c)
{
    struct node *nd = graph_add(g, &op_input, name, NULL);

    if (nd)
        nd->out = (struct tensor){.h = h, .w = w, .c = c};
    return graph_commit(g, nd);
}
