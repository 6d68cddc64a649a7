/* train_memory.c - the networks of job.c and trainer_setup.c, not allocated */
#include "stages/train/train_memory.h"

#include "config/trained_layers.h"
#include "nn/loss_embed.h"
#include "nn/nets.h"
#include "nn/optim.h"
#include "stages/train/frozen_cache.h"
#include "stages/train/online.h"
#include "stages/train/online_queue.h"

#define MB 1e6

/* Measured, of a training without network: what OpenBLAS, oneDNN and malloc keep
 * for a thread; MPI's buffers of a rank. */
#define THREAD (8 * MB)
#define RANK   (40 * MB)

/* One of the trainings that a regime is made of. */
struct planned_course {
    const struct train_memory_args *a; /* borrowed */
    const struct net *net;
    int parts, share; /* of a batch in this process; images of each */
    struct net_args shape;
    bool contrastive;
    double start; /* bytes of the weights that it begins with */
    double model; /* [out] bytes of the weights that it writes */
};

static struct graph *plan_graph(const struct planned_course *p,
                                enum graph_part part, struct err *err)
{
    const bool front = part == GRAPH_FRONT;
    const int threads = p->a->threads / p->parts;
    const struct graph_args ga = {.max_batch = front ? 1 : p->share,
                                  .threads = front || threads < 1 ? 1 : threads,
                                  .memory = GRAPH_TRAIN,
                                  .bf16 = p->a->config->train.precision ==
                                          PRECISION_BF16,
                                  .part = part,
                                  .sizes = true};

    return net_new(p->net, &p->shape, &ga, err);
}

/* --- frozen layers -------------------------------------------------------- */

/* Of one image. */
struct front_sizes {
    double graph; /* bytes of a thread's network */
    double fed;   /* bytes that the layers behind it read */
    double kept;  /* bytes of them that are kept */
};

static int plan_front(const struct planned_course *p, struct front_sizes *f,
                      struct err *err)
{
    const bool half = p->a->config->train.frozen_precision == PRECISION_BF16;
    struct graph *g = plan_graph(p, GRAPH_FRONT, err);
    const struct node *nd;

    if (!g)
        return -1;
    *f = (struct front_sizes){.graph = (double)graph_bytes(g)};
    for (int k = 0; (nd = graph_border_at(g, k)); k++) {
        const int step = graph_border_step(g, k);
        const int h = (nd->out.h + step - 1) / step;
        const int w = (nd->out.w + step - 1) / step;

        f->fed += (double)tensor_row(&nd->out) * sizeof(float);
        f->kept += (double)h * w * nd->out.c *
                   (double)(half ? sizeof(uint16_t) : sizeof(float));
    }
    graph_free(g);
    return 0;
}

/* --- a course ------------------------------------------------------------- */

/* Of one part, beside the network: images as bytes, or what is made of them. */
static double rows_bytes(const struct planned_course *p, double fed)
{
    const struct config *c = p->a->config;
    const double image = 3.0 * p->shape.h * p->shape.w;
    double bytes = 0;

    if (c->train.mixup > 0 && !p->contrastive)
        bytes += fed * p->share;
    if (c->train.augment == AUGMENT_ONLINE)
        bytes += image * (ONLINE_AHEAD * p->share + 2 * ONLINE_QUEUE_PIECE);
    if (p->contrastive)
        bytes += (double)loss_embed_scratch((int)c->train.batch);
    return bytes;
}

/* *bytes [out] of all parts while they train. */
static int plan_parts(struct planned_course *p, const struct front_sizes *f,
                      bool cached, double *bytes, struct err *err)
{
    const struct config *c = p->a->config;
    const bool frozen = p->shape.freeze > 0;
    const int slots = optim_at((int)c->train.optimizer)->n_slot;
    /* best accuracy, lowest loss, moments and averages */
    const int copies = 1 + !p->contrastive + slots + (c->train.ema > 0) +
                       (c->train.average_epochs > 0 && !p->contrastive);
    struct graph *g = plan_graph(p, frozen ? GRAPH_TAIL : GRAPH_WHOLE, err);
    const int threads = p->a->threads / p->parts;
    double part;

    if (!g)
        return -1;
    part =
        (double)graph_bytes(g) +
        copies * ((double)graph_n_param(g) + (double)graph_n_state(g)) *
            sizeof(float) +
        rows_bytes(p, frozen ? f->fed
                             : 3.0 * p->shape.h * p->shape.w * sizeof(float));
    if (frozen && !cached)
        part += f->graph * (threads > 1 ? threads : 1);
    p->model =
        ((double)graph_n_all(g) + (double)graph_n_state(g)) * sizeof(float);
    *bytes = part * p->parts + p->start; /* files are written from there */
    graph_free(g);
    return 0;
}

/* What is known of the training grows by this course. */
static int add_course(struct train_memory *m, struct planned_course *p,
                      struct err *err)
{
    const struct config *c = p->a->config;
    const bool cached = p->shape.freeze > 0 && c->train.cache != CACHE_OFF &&
                        c->train.augment != AUGMENT_ONLINE;
    struct front_sizes f = {0};
    double own, filling, kept;

    if (p->shape.freeze > 0 && plan_front(p, &f, err) < 0)
        return -1;
    if (plan_parts(p, &f, cached, &own, err) < 0)
        return -1;
    filling =
        cached ? p->start + p->a->threads * f.graph + FROZEN_CACHE_CHUNK * f.fed
               : 0;
    m->own = own > m->own ? own : m->own;
    m->own = filling > m->own ? filling : m->own;
    kept = cached ? f.kept * p->a->samples : 0;
    m->cache = kept > m->cache ? kept : m->cache;
    return 0;
}

/* --- a regime ------------------------------------------------------------- */

/* As rank_cores_parts() divides a batch. */
static void divide_batch(struct planned_course *p)
{
    const struct config *c = p->a->config;
    const int ranks = (int)c->train.ranks;
    const int parts = c->train.reproducible == REPRODUCIBLE_STRICT
                          ? STRICT_PARTS
                          : PAIR_PARTS;
    int64_t share;

    p->parts = 1;
    if (parts % ranks == 0 && c->train.batch >= parts)
        p->parts = parts / ranks;
    share = (c->train.batch + ranks * p->parts - 1) / (ranks * p->parts);
    p->share = share < GRAPH_MAX_BATCH ? (int)share : GRAPH_MAX_BATCH;
}

/* An encoder, then the classifier behind it. */
static int add_contrastive(struct train_memory *m, struct planned_course *p,
                           struct err *err)
{
    const enum net_head last = p->shape.head;

    p->shape.head = p->a->config->train.projection == PROJECTION_TWO
                        ? HEAD_PROJECT_TWO
                        : HEAD_PROJECT;
    p->contrastive = true;
    if (add_course(m, p, err) < 0)
        return -1;
    p->contrastive = false;
    p->start = p->model;
    p->shape.head = last;
    p->shape.freeze = net_count_layers(p->net, err);
    return p->shape.freeze < 0 ? -1 : add_course(m, p, err);
}

int train_memory_plan(struct train_memory *m, const struct train_memory_args *a,
                      struct err *err)
{
    const struct config *c = a->config;
    const struct regime *r = regime_find(a->regime, err);
    struct planned_course p = {.a = a, .net = net_find(a->network, err)};
    struct trained_layers layers;
    int rc;

    *m = (struct train_memory){0};
    if (!p.net || !r || trained_layers_init(&layers, p.net, c, r, err) < 0)
        return -1;
    divide_batch(&p);
    p.shape = (struct net_args){.h = (int)c->preprocess.size,
                                .w = (int)c->preprocess.size,
                                .classes = a->classes,
                                .head = regime_head(r, c),
                                .cut = layers.cut,
                                .freeze = layers.freeze,
                                .size = c->inputs.size == SIZE_ON};
    if (regime_starts(r, c))
        p.start = (double)p.net->n_trunk * sizeof(float);
    rc = r->does & REGIME_CONTRASTS ? add_contrastive(m, &p, err)
                                    : add_course(m, &p, err);
    m->own += TRAIN_MEMORY_PROCESS + THREAD * a->threads +
              (c->train.ranks > 1 ? RANK : 0);
    return rc;
}
