/* graph.c - a network is built node by node, then run from first to last */
#include "nn/graph_private.h"

#include "base/clock.h"
#include "base/thread.h"
#include "nn/block_product.h"

#include <limits.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Raised when a network adds in another order than it did before, so that
 * results differ by rounding. */
enum { ENGINE = 2 };

struct graph *graph_new(const struct graph_args *a)
{
    struct graph *g = calloc(1, sizeof(*g));

    if (!g)
        return NULL;
    g->args = *a;
    if (g->args.threads < 1)
        g->args.threads = omp_get_max_threads();
    if (a->max_batch < 1 || a->max_batch > GRAPH_MAX_BATCH)
        err_set(&g->err, ERR_USAGE, "graph: batch of %d is not in 1 .. %d",
                a->max_batch, GRAPH_MAX_BATCH);
    g->batch = a->max_batch;
    gemm_setup();
    return g;
}

void graph_free(struct graph *g)
{
    if (!g)
        return;
    for (int i = 0; i < g->n_node; i++)
        free(g->node[i]);
    memplan_block_release(&g->param);
    memplan_block_release(&g->dparam);
    memplan_block_release(&g->state);
    memplan_block_release(&g->arena);
    memplan_block_release(&g->scratch);
    memplan_block_release(&g->ready);
    free(g->list);
    free(g);
}

struct node *graph_node(struct graph *g, const char *name)
{
    for (int i = 0; i < g->n_node; i++)
        if (strcmp(g->node[i]->name, name) == 0)
            return g->node[i];
    return NULL;
}

static int check_name(struct graph *g, const char *name, struct err *err)
{
    if (!name || strlen(name) >= NN_NAME_MAX || name[0] == '\0')
        return err_set(err, ERR_USAGE,
                       "graph: name '%.80s' has not 1 .. %d bytes",
                       name ? name : "", NN_NAME_MAX - 1);
    if (graph_node(g, name))
        return err_set(err, ERR_USAGE, "graph: two nodes are named '%s'", name);
    if (g->n_node == GRAPH_MAX_NODES)
        return err_set(err, ERR_USAGE, "graph: more than %d nodes",
                       GRAPH_MAX_NODES);
    return 0;
}

void *graph_add(struct graph *g, const struct op *op, const char *name,
                struct node *x)
{
    struct node *nd;

    if (!g || g->err.code || check_name(g, name, &g->err) < 0)
        return NULL;
    nd = calloc(1, op->size);
    if (!nd) {
        err_set(&g->err, ERR_SYSTEM, "graph: no memory for a %s", op->name);
        return NULL;
    }
    nd->op = op;
    strcpy(nd->name, name);
    strcpy(nd->prefix, name);
    nd->in[0] = x;
    nd->spares = op->spares;
    g->node[g->n_node++] = nd;
    return nd;
}

struct node *graph_commit(struct graph *g, void *node)
{
    struct node *nd = node;
    size_t row;

    if (!nd)
        return NULL;
    nd->out.n = g->args.max_batch;
    if (nd->op->shape(nd, &g->err) < 0)
        return NULL;
    nd->out.n = g->args.max_batch;
    nd->out.pitch = nd->out.c;
    row = (size_t)nd->out.h * (size_t)nd->out.w;
    if (row > INT_MAX / (size_t)nd->out.c / (size_t)nd->out.n) {
        err_set(&g->err, ERR_USAGE, "graph: '%s' has more than %d values",
                nd->name, INT_MAX);
        return NULL;
    }
    nd->dout = nd->out;
    return nd;
}

int graph_max_batch(const struct graph *g)
{
    return g->args.max_batch;
}

/* Weights seldom change: what prepare_nodes() makes of them is kept. */
bool graph_keeps_ready(const struct graph *g)
{
    return g && (g->args.memory == GRAPH_INFER || g->args.part == GRAPH_FRONT);
}

int graph_index(const struct graph *g, const struct node *nd)
{
    for (int i = 0; i < g->n_node; i++)
        if (g->node[i] == nd)
            return i;
    return NO_NODE;
}

bool graph_infers(const struct graph *g)
{
    return g && g->args.memory == GRAPH_INFER;
}

bool graph_fuses(const struct graph *g)
{
    return g && !g->args.unfused;
}

bool graph_keeps_all(const struct graph *g)
{
    return g && g->args.memory == GRAPH_KEEP_ALL;
}

const struct block_kernel *graph_kernel(const struct graph *g)
{
    if (g && g->args.bf16)
        return block_kernel_bf16();
    return g && g->args.memory == GRAPH_INFER ? block_kernel_float32() : NULL;
}

void graph_describe(const struct graph *g, char text[GEMM_DESCRIPTION])
{
    const bool bf16 = g->args.bf16;
    size_t n;

    gemm_describe(text);
    n = strlen(text);
    snprintf(text + n, GEMM_DESCRIPTION - n, ", engine %d%s%s", ENGINE,
             bf16 ? ", bf16 values and products by " : "",
             bf16 ? graph_kernel(g)->name : "");
}

void graph_cut(struct graph *g, const struct node *last)
{
    bool keep[GRAPH_MAX_NODES] = {false};
    int n = 0;

    if (!g || !last)
        return;
    for (int i = g->n_node - 1; i >= 0; i--) {
        keep[i] = keep[i] || g->node[i] == last;
        for (int k = 0; keep[i] && k < NN_MAX_IN && g->node[i]->in[k]; k++)
            keep[graph_index(g, g->node[i]->in[k])] = true;
    }
    for (int i = 0; i < g->n_node; i++)
        if (keep[i])
            g->node[n++] = g->node[i];
        else
            free(g->node[i]);
    g->n_node = n;
}

void graph_freeze(struct graph *g, const char *prefix)
{
    for (int i = 0; g && i < g->n_node; i++)
        if (strcmp(g->node[i]->prefix, prefix) == 0)
            g->node[i]->frozen = true;
}

void node_slot(struct node *nd, const struct slot *s)
{
    size_t *total = s->is_state ? &nd->n_state : &nd->n_param, len = 1;

    BUG_ON(nd->n_slot == NN_MAX_SLOT);
    nd->slot[nd->n_slot] = *s;
    nd->slot[nd->n_slot++].at = *total;
    for (int i = 0; i < s->n_dim; i++)
        len *= (size_t)s->dim[i];
    *total += len;
}

int graph_finish(struct graph *g, struct err *err)
{
    if (!g)
        return err_set(err, ERR_SYSTEM, "graph: no memory");
    if (g->err.code) {
        *err = g->err;
        return -1;
    }
    if (g->n_node == 0 || g->node[0]->in[0])
        return err_set(err, ERR_USAGE, "graph: the first node is no input");
    for (int i = 0; g->args.frozen && i < g->n_node; i++)
        g->node[i]->frozen = true;
    if (graph_plan(g, err) < 0)
        return -1;
    if (g->args.sizes)
        return 0;
    for (int i = 0; i < g->n_node; i++) {
        struct rng rng;

        rng_init(&rng, g->args.seed, RNG_INIT, (uint32_t)i, 0);
        if (g->node[i]->op->init)
            g->node[i]->op->init(g->node[i], &rng);
    }
    g->pass = (struct pass){.phase = PHASE_INFER,
                            .threads = g->args.threads,
                            .seed = g->args.seed,
                            .coll = g->args.coll,
                            .scratch = g->scratch.data};
    g->finished = g->changed = true;
    return 0;
}

void graph_set_share(struct graph *g, double share)
{
    BUG_ON(!(share >= 0.0 && share <= 1.0));
    g->pass.share = share;
}

void graph_set_batch(struct graph *g, int n)
{
    BUG_ON(n < 0 || n > g->args.max_batch);
    g->batch = n;
    for (int i = 0; i < g->n_node; i++)
        g->node[i]->out.n = g->node[i]->dout.n = n;
}

int graph_batch(const struct graph *g)
{
    return g->batch;
}

void graph_set_step(struct graph *g, uint32_t step, uint32_t first_row)
{
    g->pass.step = step;
    g->pass.first_row = first_row;
}

float *graph_input(struct graph *g)
{
    return g->node[0]->out.data;
}

struct node *graph_output(struct graph *g)
{
    return g->node[g->n_node - 1];
}

struct node *graph_border_at(struct graph *g, int i)
{
    for (int j = 0; j < g->n_node; j++)
        if (g->border[j] && i-- == 0)
            return g->node[j];
    return NULL;
}

/* Of those nodes that this graph runs, or of the others, what they read. */
static int read_step(const struct graph *g, const struct node *nd, bool run)
{
    int step = 0;

    for (int j = 0; j < g->n_node; j++)
        for (int k = 0; g->run[j] == run && k < NN_MAX_IN; k++)
            if (g->node[j]->in[k] == nd) {
                const int s = k == 0 ? g->node[j]->step : 0;

                step = s > 1 && (step == 0 || step == s) ? s : 1;
            }
    return step > 1 ? step : 1;
}

int graph_border_step(struct graph *g, int i)
{
    const struct node *nd = graph_border_at(g, i);

    BUG_ON(!nd || g->args.part != GRAPH_FRONT);
    return read_step(g, nd, false);
}

int graph_read_step(const struct graph *g, const struct node *nd)
{
    return read_step(g, nd, true);
}

static void prepare_nodes(struct graph *g)
{
    if (!g->changed && graph_keeps_ready(g))
        return;
    for (int i = 0; i < g->n_node; i++)
        if (g->run[i] && g->node[i]->op->prepare)
            g->node[i]->op->prepare(g->node[i], &g->pass);
    g->changed = false;
}

void graph_changed(struct graph *g)
{
    g->changed = true;
}

/* Nodes 'begin' .. 'end' - 1 for the rows that they have been told. */
static void run_forward(struct graph *g, int begin, int end)
{
    for (int i = begin; i < end; i++) {
        const double start = g->time ? clock_now() : 0.0;

        if (g->run[i])
            g->node[i]->op->forward(g->node[i], &g->pass);
        graph_seek_finite(g, i);
        if (g->time)
            g->time[i].forward += clock_now() - start;
    }
}

/* The strip that begins with that node.  A rank without rows runs it, too. */
static void forward_strip(struct graph *g, int begin)
{
    const int end = graph_strip_end(g, begin), rows = g->rows[begin];
    int first = 0;

    do {
        const int left = g->batch - first;

        graph_take_rows(g, first, left < rows ? left : rows);
        run_forward(g, begin, end);
        first += rows;
    } while (first < g->batch);
}

void graph_forward(struct graph *g, enum phase phase)
{
    BUG_ON(!g->finished);
    BUG_ON(g->args.memory == GRAPH_INFER && phase != PHASE_INFER);
    g->pass.phase = phase;
    thread_hold_signals(); /* once for all products */
    prepare_nodes(g);
    for (int i = 0; i < g->n_node; i = graph_strip_end(g, i))
        forward_strip(g, i);
    graph_take_rows(g, 0, g->batch);
    thread_let_signals();
}

/* What backward of node j reads and was not kept. */
static void remake_values(struct graph *g, int j)
{
    for (int k = 0; k < NN_MAX_IN && g->node[j]->in[k]; k++) {
        struct node *x = g->node[j]->in[k];
        const int i = graph_index(g, x);

        if (g->remake_at[i] != j || (k > 0 && x == g->node[j]->in[k - 1]))
            continue;
        x->out.data = g->remade[i];
        x->op->remake(x, &g->pass);
    }
}

/* Nodes come before those that read them, so that the dout of node 'stop' is
 * complete when all behind it have run. */
static void run_backward(struct graph *g, int stop, graph_ready_f ready,
                         void *self)
{
    BUG_ON(!g->finished || g->args.memory == GRAPH_INFER ||
           g->args.part == GRAPH_FRONT);
    thread_hold_signals(); /* as forward does */
    for (int i = g->n_node - 1; i > stop; i--) {
        const double start = g->time ? clock_now() : 0.0;

        remake_values(g, i);
        if (g->live[i])
            g->node[i]->op->backward(g->node[i], &g->pass);
        if (g->time)
            g->time[i].backward += clock_now() - start;
        if (ready && g->node[i]->dparam && g->node[i]->n_param > 0)
            ready(self, (size_t)(g->node[i]->dparam - g->dparam.data));
    }
    thread_let_signals();
}

void graph_backward(struct graph *g)
{
    run_backward(g, NO_NODE, NULL, NULL);
}

void graph_backward_each(struct graph *g, graph_ready_f ready, void *self)
{
    run_backward(g, NO_NODE, ready, self);
}

void graph_backward_to(struct graph *g, const struct node *last)
{
    const int i = graph_index(g, last);

    BUG_ON(i == NO_NODE);
    run_backward(g, i, NULL, NULL);
}

void graph_time(struct graph *g, struct node_time *time)
{
    g->time = time;
}

void graph_zero_grad(struct graph *g)
{
    if (g->dparam.data)
        memset(g->dparam.data, 0, g->n_param * sizeof(float));
}

float *graph_param(struct graph *g)
{
    g->changed = true;
    return g->param.data;
}

float *graph_dparam(struct graph *g)
{
    return g->dparam.data;
}

size_t graph_n_param(const struct graph *g)
{
    return g->n_param;
}

size_t graph_n_all(const struct graph *g)
{
    return g->n_all;
}

float *graph_state(struct graph *g)
{
    g->changed = true;
    return g->state.data;
}

size_t graph_n_state(const struct graph *g)
{
    return g->n_state;
}

void graph_tensors(struct graph *g, const struct named_tensor **list, size_t *n)
{
    g->changed = true;
    *list = g->list;
    *n = g->n_list;
}

size_t graph_bytes(const struct graph *g)
{
    return g->param.size + g->dparam.size + g->state.size + g->arena.size +
           g->scratch.size + g->ready.size;
}

int graph_n_node(const struct graph *g)
{
    return g->n_node;
}

const struct node *graph_node_at(const struct graph *g, int i)
{
    return i >= 0 && i < g->n_node ? g->node[i] : NULL;
}
