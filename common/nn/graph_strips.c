/*
 * graph_strips.c - inference takes so many images at once as the cache holds
 *
 * The first layers of a network have large values and few weights, the last
 * ones the other way round.  If every node did the whole batch, what one wrote
 * would have left the cache when the next read it.  So nodes run in strips, one
 * after another: those of a strip do a few images, all of them, then the next
 * few.  Within a strip only a few rows of a value exist; values that leave it
 * are wide: they have rows for the whole batch.
 */
#include "nn/graph_private.h"

enum {
    CACHE = 16 << 20, /* bytes: values that a node reads and writes at once */
    WEIGHTS = 1 << 19 /* bytes: a node with more has many */
};

/* Bytes of an image's values that node i reads and writes, as floats. */
static size_t bytes_at(const struct node *nd)
{
    size_t n = tensor_row(&nd->out);

    for (int k = 0; k < NN_MAX_IN && nd->in[k]; k++)
        n += tensor_row(&nd->in[k]->out);
    return n * sizeof(float);
}

/* Rows whose values fit into the cache: a power of two, at least 1. */
static int rows_for(const struct graph *g, const struct node *nd)
{
    const size_t most = CACHE / bytes_at(nd);
    int rows = 1;

    while (2 * (size_t)rows <= most && 2 * rows <= g->args.max_batch)
        rows *= 2;
    return rows;
}

/*
 * From the first node with many weights on all do the whole batch.  Before it
 * never fewer rows than the node before does, and a folded batch normalisation
 * as many as the layer that does its work.
 */
static void choose_rows(struct graph *g)
{
    int many = 0;

    while (many < g->n_node &&
           g->node[many]->n_param * sizeof(float) <= WEIGHTS)
        many++;
    for (int i = many - 1; i >= 0; i--) {
        const int rows = rows_for(g, g->node[i]);

        g->rows[i] =
            i < many - 1 && g->rows[i + 1] < rows ? g->rows[i + 1] : rows;
    }
    for (int i = 0; i < g->n_node; i++) {
        const int x = g->node[i]->done ? graph_index(g, g->node[i]->in[0]) : i;

        for (int j = x + 1; j <= i; j++)
            g->rows[j] = g->rows[x];
    }
}

void graph_plan_strips(struct graph *g)
{
    const int last = g->n_node - 1;

    for (int i = 0; i <= last; i++) {
        g->rows[i] = g->args.max_batch;
        g->wide[i] = true;
    }
    if (g->args.memory != GRAPH_INFER)
        return;
    choose_rows(g);
    for (int i = 0; i <= last; i++)
        g->wide[i] = !g->node[i]->in[0] || i == last;
    for (int j = 0; j <= last; j++)
        for (int k = 0; k < NN_MAX_IN && g->node[j]->in[k]; k++) {
            const int i = graph_index(g, g->node[j]->in[k]);

            g->wide[i] = g->wide[i] || g->rows[i] != g->rows[j];
        }
}

int graph_strip_end(const struct graph *g, int i)
{
    int end = i + 1;

    while (end < g->n_node && g->rows[end] == g->rows[i])
        end++;
    return end;
}

void graph_take_rows(struct graph *g, int first, int n)
{
    for (int i = 0; i < g->n_node; i++) {
        struct tensor *x = &g->node[i]->out;

        x->n = n;
        x->data = g->kept[i];
        if (g->wide[i] && x->data)
            x->data = tensor_number(x, (size_t)first * tensor_step(x));
    }
}
