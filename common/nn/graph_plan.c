/*
 * graph_plan.c - who runs, who learns, and where everything lies
 *
 * Once, before the first pass.  Forward of node j is time j, its backward time
 * 2n - 1 - j; a tensor has its place from when it is written until it is read
 * for the last time.
 */
#include "nn/graph_private.h"

#include <stdio.h>
#include <stdlib.h>

enum { READY_ALIGN = 16 }; /* floats */

/* The last node that reads node i, or NO_NODE. */
static int last_reader(const struct graph *g, int i)
{
    for (int j = g->n_node - 1; j > i; j--)
        for (int k = 0; k < NN_MAX_IN; k++)
            if (g->node[j]->in[k] == g->node[i])
                return j;
    return NO_NODE;
}

static int count_readers(const struct graph *g, int i)
{
    int n = 0;

    for (int j = i + 1; j < g->n_node; j++)
        for (int k = 0; k < NN_MAX_IN; k++)
            n += g->node[j]->in[k] == g->node[i];
    return n;
}

/* Who takes part in backward: who learns, and who reads one that does.  All
 * do if every dout should be readable. */
static void plan_live(struct graph *g)
{
    for (int i = 0; i < g->n_node; i++) {
        const struct node *nd = g->node[i];

        g->live[i] = g->args.memory == GRAPH_KEEP_ALL || i == g->n_node - 1 ||
                     (nd->n_param > 0 && !nd->frozen);
        for (int k = 0; k < NN_MAX_IN && nd->in[k]; k++)
            g->live[i] = g->live[i] || g->live[graph_index(g, nd->in[k])];
    }
}

/* An input, but not the first one: what is given beside the images. */
static bool is_second_input(const struct graph *g, const struct node *nd)
{
    return nd != g->node[0] && !nd->in[0];
}

static void find_fixed(const struct graph *g, bool fixed[GRAPH_MAX_NODES])
{
    for (int i = 0; i < g->n_node; i++) {
        const struct node *nd = g->node[i];

        fixed[i] = (nd->n_param == 0 || nd->frozen) && !nd->op->random &&
                   i < g->n_node - 1 && !is_second_input(g, nd);
        for (int k = 0; k < NN_MAX_IN && nd->in[k]; k++)
            fixed[i] = fixed[i] && fixed[graph_index(g, nd->in[k])];
    }
}

/* Which values are fixed, which of them others read, and what this part runs.
 */
static void plan_part(struct graph *g)
{
    const enum graph_part part = g->args.part;
    bool fixed[GRAPH_MAX_NODES];

    BUG_ON(part != GRAPH_WHOLE && g->args.memory != GRAPH_TRAIN);
    find_fixed(g, fixed);
    for (int j = g->n_node - 1; j >= 0; j--) {
        g->run[j] =
            part == GRAPH_WHOLE ||
            (part == GRAPH_TAIL ? !fixed[j] : g->border[j] || g->run[j]);
        for (int k = 0; k < NN_MAX_IN && g->node[j]->in[k]; k++) {
            const int i = graph_index(g, g->node[j]->in[k]);

            g->border[i] = g->border[i] || (fixed[i] && !fixed[j]);
            g->run[i] = g->run[i] || (fixed[j] && g->run[j]);
        }
    }
}

/* Is there a value of node i in this part? */
static bool has_value(const struct graph *g, int i)
{
    return g->run[i] || (g->args.part == GRAPH_TAIL && g->border[i]);
}

/* A batch normalisation that learns and that one node alone reads, which can
 * normalise by itself, need not store what it makes; but what it reads has to
 * be there for that node, too, not made again when its own turn comes. */
static void plan_through(struct graph *g)
{
    for (int i = 0; g->args.memory == GRAPH_TRAIN && i < g->n_node; i++) {
        struct node *x = g->node[i]->in[0];
        const int k = graph_index(g, x);

        if (g->node[i]->reads_through && k != NO_NODE && op_is_bn(x) &&
            !x->frozen && !x->in[0]->op->remake && g->run[i] && g->run[k] &&
            !g->border[k])
            x->read_through = count_readers(g, k) == 1;
    }
}

/* A batch normalisation that alone reads a layer becomes part of it. */
static void plan_folds(struct graph *g)
{
    for (int i = 0; g->args.memory == GRAPH_INFER && i < g->n_node; i++) {
        struct node *nd = g->node[i], *x = nd->in[0];

        if (!op_is_bn(nd) || !x->folds ||
            count_readers(g, graph_index(g, x)) > 1)
            continue;
        x->fold = nd;
        nd->done = true;
    }
}

static void plan_ops(struct graph *g)
{
    for (int i = 0; i < g->n_node; i++)
        if (g->run[i] && g->node[i]->op->plan)
            g->node[i]->op->plan(g->node[i]);
}

/*
 * In backward the last reader of a node comes first and overwrites its dout;
 * the others add.  A node that reads another twice overwrites, then adds.
 */
static void plan_adds(struct graph *g)
{
    for (int j = 0; j < g->n_node; j++)
        for (int k = 0; k < NN_MAX_IN && g->node[j]->in[k]; k++) {
            const int i = graph_index(g, g->node[j]->in[k]);

            g->node[j]->add[k] =
                last_reader(g, i) != j ||
                (k > 0 && g->node[j]->in[k - 1] == g->node[j]->in[k]);
        }
}

/* Where tensors of one kind lie: node i's in the place of node at[i]'s, which
 * is needed from from[at[i]] to to[at[i]]. */
struct places {
    int at[GRAPH_MAX_NODES], from[GRAPH_MAX_NODES], to[GRAPH_MAX_NODES];
};

/* Put tensor i into the place of tensor j, needed from now until 'to'. */
static void share_memory(struct places *p, int i, int j, int to)
{
    const int at = p->at[j];

    p->at[i] = at;
    p->to[at] = to > p->to[at] ? to : p->to[at];
}

/* May node i work in the memory of its first input, node k? */
static bool in_place(const struct graph *g, int i, int k)
{
    return k != NO_NODE && g->run[i] && g->node[i]->op->in_place &&
           g->node[k]->in[0] && last_reader(g, k) == i &&
           g->node[k]->out.pitch == g->node[k]->out.c &&
           g->rows[k] == g->rows[i];
}

/* Does backward of node j read the value of node i, its input? */
static bool reads_again(const struct graph *g, int j, int i)
{
    bool reads = false;

    for (int k = 0; k < NN_MAX_IN; k++)
        reads = reads || g->node[j]->in[k] == g->node[i];
    return reads && g->live[j] && !(g->node[j]->spares & SPARES_IN);
}

/* When is the value of node i read for the last time?  Forward of node j is
 * time j, its backward 2n - 1 - j. */
static int last_read(const struct graph *g, int i)
{
    const int last = last_reader(g, i), end = 2 * g->n_node;
    const bool trains = g->args.memory == GRAPH_TRAIN;

    if (last == NO_NODE || g->args.memory == GRAPH_KEEP_ALL ||
        is_second_input(g, g->node[i]) ||
        (g->args.part == GRAPH_FRONT && g->border[i]))
        return end;
    if (trains && g->live[i] && !(g->node[i]->spares & SPARES_OUT))
        return end - 1 - i;
    for (int j = i + 1; trains && j < g->n_node; j++)
        if (reads_again(g, j, i))
            return end - 1 - j;
    return last;
}

/* Can the value of node i be made again?  Its own backward, which comes later,
 * must not read it but its input, which so is there, unless that is made again
 * as well, for that backward. */
static bool can_remake(const struct graph *g, int i)
{
    const struct node *nd = g->node[i];
    const int k = graph_index(g, nd->in[0]);

    return nd->op->remake && g->live[i] && g->run[i] && !nd->read_through &&
           (nd->spares & SPARES_OUT) && !(nd->spares & SPARES_IN) &&
           (k == NO_NODE || g->remake_at[k] == NO_NODE);
}

/* Values that are made again for the first backward that reads them. */
static void plan_remakes(struct graph *g)
{
    for (int i = 0; i < g->n_node; i++) {
        const bool can = g->args.remakes && g->args.memory == GRAPH_TRAIN &&
                         can_remake(g, i);

        g->remake_at[i] = NO_NODE;
        for (int j = g->n_node - 1; can && j > i; j--)
            if (reads_again(g, j, i)) {
                g->remake_at[i] = j;
                break;
            }
    }
}

static void place_outs(const struct graph *g, struct places *p)
{
    for (int i = 0; i < g->n_node; i++) {
        const int k = graph_index(g, g->node[i]->in[0]);

        p->at[i] = i;
        p->from[i] = k == NO_NODE || !g->run[i] ? 0 : i;
        p->to[i] =
            g->remake_at[i] == NO_NODE ? last_read(g, i) : last_reader(g, i);
        if (g->node[i]->grows ||
            (g->args.memory != GRAPH_KEEP_ALL && in_place(g, i, k) &&
             g->node[i]->out.bf16 == g->node[k]->out.bf16 &&
             p->to[p->at[k]] <= i))
            share_memory(p, i, k, p->to[i]);
    }
}

/* Values that share a place with a wide one are wide as well.  While a strip
 * runs again and again, each of its wide values and of those that it reads has
 * a place of its own. */
static void widen_outs(struct graph *g, struct places *p)
{
    for (int i = 0; i < g->n_node; i++)
        g->wide[p->at[i]] = g->wide[p->at[i]] || g->wide[i];
    for (int i = 0, begin = 0; i < g->n_node; i++) {
        const int at = p->at[i];

        begin = i < graph_strip_end(g, begin) ? begin : i;
        g->wide[i] = g->wide[at];
        if (!g->wide[at] || g->args.memory != GRAPH_INFER)
            continue;
        p->from[at] = p->from[at] < begin ? p->from[at] : begin;
        p->to[at] = p->to[at] < g->n_node ? graph_strip_end(g, p->to[at]) - 1
                                          : p->to[at];
    }
}

/* The same of douts; the caller writes the last one between the passes. */
static void place_douts(const struct graph *g, struct places *p)
{
    const int n = g->n_node, end = 2 * n;
    const bool all = g->args.memory == GRAPH_KEEP_ALL;

    for (int i = n - 1; i >= 0; i--) {
        const int last = last_reader(g, i);

        p->at[i] = i;
        p->from[i] = all ? 0 : last == NO_NODE ? n : end - 1 - last;
        p->to[i] = all ? end : end - 1 - i;
        if (!all && last != NO_NODE && !g->node[last]->add[0] &&
            graph_index(g, g->node[last]->in[0]) == i &&
            g->node[i]->dout.bf16 == g->node[last]->dout.bf16 &&
            (in_place(g, last, i) || (g->node[last]->grows && g->live[i])))
            share_memory(p, i, last, p->to[i]);
    }
}

/* Floats for the value of node i, as many rows as there are at once. */
static size_t value_len(const struct graph *g, int i)
{
    const struct tensor *x = &g->node[i]->out;

    return tensor_room(x,
                       (size_t)(g->wide[i] ? g->args.max_batch : g->rows[i]) *
                           tensor_step(x));
}

static size_t plan_arena(struct graph *g, struct places place[2],
                         struct memplan *p)
{
    const enum graph_memory memory = g->args.memory;

    place_outs(g, &place[0]);
    widen_outs(g, &place[0]);
    place_douts(g, &place[1]);
    for (int i = 0; i < g->n_node; i++) {
        struct node *nd = g->node[i];
        const size_t len = tensor_len(&nd->out);
        const int from = memory == GRAPH_KEEP_ALL ? 0 : place[0].from[i];

        if (!has_value(g, i))
            continue;
        if (place[0].at[i] == i && !nd->read_through)
            memplan_add(p, &nd->out.data, value_len(g, i), from,
                        place[0].to[i]);
        if (g->remake_at[i] != NO_NODE)
            memplan_add(p, &g->remade[i], tensor_room(&nd->out, len),
                        2 * g->n_node - 1 - g->remake_at[i], last_read(g, i));
        if (g->run[i] && !nd->grows)
            memplan_add(p, &nd->keep, nd->n_keep, from, 2 * g->n_node);
        if (memory == GRAPH_INFER || !g->live[i])
            continue;
        if (place[1].at[i] == i)
            memplan_add(p, &nd->dout.data, tensor_room(&nd->dout, len),
                        place[1].from[i], place[1].to[i]);
    }
    return memplan_solve(p);
}

/* Addresses, first of those that have a place of their own. */
static void bind_arena(struct graph *g, const struct places place[2],
                       const struct memplan *p)
{
    memplan_bind(p, g->arena.data);
    for (int i = 0; i < g->n_node; i++) {
        g->node[i]->out.data = g->node[place[0].at[i]]->out.data;
        g->kept[i] = g->node[i]->out.data;
        if (g->node[i]->grows)
            g->node[i]->keep = g->node[i]->in[0]->keep;
        g->node[i]->dout.data = g->node[place[1].at[i]]->dout.data;
    }
}

static void bind_params(struct graph *g)
{
    float *param = g->param.data, *frozen = param + g->n_param;
    float *dparam = g->dparam.data, *state = g->state.data;
    float *ready = g->ready.data;

    for (int i = 0; i < g->n_node; i++) {
        struct node *nd = g->node[i];
        float **from = nd->frozen ? &frozen : &param;

        nd->param = *from;
        nd->state = state;
        *from += nd->n_param;
        state += nd->n_state;
        nd->ready = nd->n_ready ? ready : NULL;
        ready += (nd->n_ready + READY_ALIGN - 1) / READY_ALIGN * READY_ALIGN;
        if (g->args.memory == GRAPH_INFER || nd->frozen)
            continue;
        nd->dparam = dparam;
        dparam += nd->n_param;
    }
}

static void list_tensors(struct graph *g)
{
    for (int i = 0; i < g->n_node; i++) {
        const struct node *nd = g->node[i];

        for (int j = 0; j < nd->n_slot; j++) {
            const struct slot *s = &nd->slot[j];
            struct named_tensor *t = &g->list[g->n_list++];

            snprintf(t->name, sizeof(t->name), "%s/%s", nd->prefix, s->suffix);
            t->n_dim = s->n_dim;
            t->len = 1;
            for (int k = 0; k < s->n_dim; k++)
                t->len *= (size_t)(t->dim[k] = s->dim[k]);
            t->is_state = s->is_state;
            t->data = (s->is_state ? nd->state : nd->param) + s->at;
        }
    }
}

/* A block, or of a graph of sizes only how large it would be. */
static int reserve_block(const struct graph *g, struct memplan_block *b,
                         size_t size, struct err *err)
{
    if (!g->args.sizes)
        return memplan_block_init(b, size, err);
    *b = (struct memplan_block){.size = memplan_block_bytes(size)};
    return 0;
}

static int allocate_blocks(struct graph *g, struct err *err)
{
    struct places place[2];
    struct memplan plan = {0};
    size_t scratch = 0, slots = 0, ready = 0, n_dparam;
    int rc = -1;

    for (int i = 0; i < g->n_node; i++) {
        const struct node *nd = g->node[i];
        const size_t s = g->run[i] && nd->op->scratch
                             ? nd->op->scratch(nd, g->args.threads)
                             : 0;

        g->n_param += nd->frozen ? 0 : nd->n_param;
        g->n_all += nd->n_param;
        g->n_state += nd->n_state;
        slots += (size_t)nd->n_slot;
        ready += (nd->n_ready + READY_ALIGN - 1) / READY_ALIGN * READY_ALIGN;
        scratch = s > scratch ? s : scratch;
    }
    n_dparam = g->args.memory == GRAPH_INFER ? 0 : g->n_param;
    if (memplan_init(&plan, 4 * (size_t)g->n_node, err) < 0 ||
        reserve_block(g, &g->param, g->n_all * sizeof(float), err) < 0 ||
        reserve_block(g, &g->dparam, n_dparam * sizeof(float), err) < 0 ||
        reserve_block(g, &g->state, g->n_state * sizeof(float), err) < 0 ||
        reserve_block(g, &g->scratch, scratch, err) < 0 ||
        reserve_block(g, &g->ready, ready * sizeof(float), err) < 0 ||
        reserve_block(g, &g->arena, plan_arena(g, place, &plan) * sizeof(float),
                      err) < 0)
        goto out;
    if (g->args.sizes) {
        rc = 0;
        goto out;
    }
    g->list = calloc(slots + 1, sizeof(*g->list));
    if (!g->list) {
        err_set(err, ERR_SYSTEM, "graph: no memory for %zu names", slots);
        goto out;
    }
    bind_arena(g, place, &plan);
    bind_params(g);
    list_tensors(g);
    rc = 0;
out:
    memplan_release(&plan);
    return rc;
}

int graph_plan(struct graph *g, struct err *err)
{
    plan_live(g);
    plan_part(g);
    plan_through(g);
    plan_folds(g);
    graph_plan_bf16(g);
    plan_ops(g);
    plan_adds(g);
    plan_remakes(g);
    graph_plan_strips(g);
    graph_plan_chains(g);
    return allocate_blocks(g, err);
}
