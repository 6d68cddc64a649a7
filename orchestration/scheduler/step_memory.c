/* step_memory.c - one function for each kind of stage */
#include "orchestration/scheduler/step_memory.h"

#include "base/npy.h"
#include "config/trained_layers.h"
#include "nn/nets.h"
#include "nn/optim.h"
#include "stages/draw/draw_cell.h"
#include "stages/explain/explain.h"
#include "stages/explain/f_fidelity.h"
#include "stages/explain/gradients.h"
#include "stages/explain/scorer.h"
#include "stages/preprocess/find_images.h"
#include "stages/train/train_memory.h"

#include <stdlib.h>

/* --- what is read --------------------------------------------------------- */

/* Images of the store in 'dir', or -1. */
static double count_store(const char *run_dir, const char *dir)
{
    char path[FILE_PATH_MAX];
    struct npy images;
    struct err err;
    double n;

    if (file_path(path, &err, "%s/%s/images.npy", run_dir, dir) < 0 ||
        npy_map(&images, path, &err) < 0)
        return -1;
    n = (double)images.dim[0];
    npy_release(&images);
    return n;
}

static int count_lines(const char *run_dir)
{
    enum { MAX_BYTES = 1 << 16 };
    char path[FILE_PATH_MAX], *text = NULL;
    struct err err;
    size_t size = 0;
    int n = 0;

    if (file_path(path, &err, "%s/data/classes.txt", run_dir) < 0 ||
        file_read(path, MAX_BYTES, &text, &size, &err) < 0)
        return 0;
    for (size_t i = 0; i < size; i++)
        n += text[i] == '\n';
    free(text);
    return n;
}

/* Pictures and classes of a dataset that has not been read yet. */
static void count_dataset(struct step_memory_data *d, const struct config *c)
{
    struct find_images images = {0};
    struct layout layout;
    struct err err;

    d->classes = CELL_CLASSES;
    d->images = (double)c->dataset.draw_per_class * d->classes;
    if (d->images > 0 || layout_init(&layout, c, &err) < 0)
        return;
    if (find_images_init(&images, c->dataset.path, &layout, &err) == 0) {
        d->images = (double)images.n;
        d->classes = images.n_class;
    }
    find_images_release(&images);
    layout_release(&layout);
}

void step_memory_count(struct step_memory_data *d, const struct config *c,
                       const struct plan *p, const char *run_dir)
{
    const double trained = /* share of the images */
        c->split.folds > 1 ? 1
                           : (1 - c->split.test) * (1 - c->split.validation);

    *d = (struct step_memory_data){.images = count_store(run_dir, "data"),
                                   .classes = count_lines(run_dir)};
    if (d->images < 0 || d->classes < 2)
        count_dataset(d, c);
    if (!plan_find(p, "augment"))
        return;
    d->augmented = count_store(run_dir, "augment");
    if (d->augmented < 0)
        d->augmented = d->images * trained * (double)c->augment.variants;
}

/* --- the stages ----------------------------------------------------------- */

/* Threads of each process. */
static int count_threads(const struct step_memory_args *a)
{
    const int threads = stage_table_threads(a->step->stage, a->config);

    return threads > 0 ? threads : a->threads;
}

static double image_bytes(const struct config *c)
{
    return 3.0 * (double)c->preprocess.size * (double)c->preprocess.size;
}

/* Bytes of a network, which learns if it is GRAPH_TRAIN, and of its weights. */
static double network_bytes(const struct step_memory_args *a, int batch,
                            enum graph_memory memory, double *weights)
{
    const struct config *c = a->config;
    struct err err;
    const struct net *net = net_find(a->step->network, &err);
    const struct regime *r = regime_find(a->step->regime, &err);
    struct trained_layers t;
    struct graph *g = NULL;
    double bytes = 0;

    if (net && r && trained_layers_init(&t, net, c, r, &err) == 0)
        g = net_new(net,
                    &(struct net_args){.h = (int)c->preprocess.size,
                                       .w = (int)c->preprocess.size,
                                       .classes = a->data->classes,
                                       .head = regime_head(r, c),
                                       .cut = t.cut,
                                       .freeze = t.freeze,
                                       .size = c->inputs.size == SIZE_ON},
                    &(struct graph_args){.max_batch = batch,
                                         .threads = count_threads(a),
                                         .memory = memory,
                                         .frozen = memory != GRAPH_TRAIN,
                                         .sizes = true},
                    &err);
    if (g) {
        bytes = (double)graph_bytes(g);
        *weights = (double)(graph_n_all(g) + graph_n_state(g)) * sizeof(float);
    }
    graph_free(g);
    return bytes;
}

static void plan_training(struct step_memory *m,
                          const struct step_memory_args *a)
{
    const struct config *c = a->config;
    const struct step_memory_data *d = a->data;
    const double kept = c->split.folds > 1 ? 1 : 1 - c->split.test;
    const struct train_memory_args t = {.config = c,
                                        .network = a->step->network,
                                        .regime = a->step->regime,
                                        .threads = count_threads(a),
                                        .classes = d->classes,
                                        .samples =
                                            d->images * kept + d->augmented};
    struct train_memory train;
    struct err err;

    if (train_memory_plan(&train, &t, &err) < 0)
        return;
    m->own = train.own;
    m->shared = train.cache + (d->images + d->augmented) * image_bytes(c);
    if (c->train.augment == AUGMENT_ONLINE)
        m->beside = (double)(c->train.augment_workers * c->train.ranks) *
                    stage_table[STAGE_AUGMENT].memory;
}

/* The file of the weights is there while they are put into the network; what
 * trunks put out of each picture has at most so many features. */
static void plan_evaluation(struct step_memory *m,
                            const struct step_memory_args *a)
{
    enum { BATCH = 32, FEATURES = 2048 };
    double weights = 0;

    m->shared = a->data->images * image_bytes(a->config);
    if (!a->step->ensemble && a->config->evaluate.neighbours > 0)
        m->own += a->data->images * FEATURES * sizeof(float);
    if (!a->step->ensemble)
        m->own += network_bytes(a, BATCH, GRAPH_INFER, &weights) + weights;
}

/* Its own network, those of random weights that a check compares with, and one
 * that is tuned, with what Adam remembers and its file. */
static void plan_explanation(struct step_memory *m,
                             const struct step_memory_args *a)
{
    const int n = 1 + explain_sanity_networks(a->config->explain.sanity);
    double weights = 0;

    m->shared = a->data->images * image_bytes(a->config);
    m->own += n * network_bytes(a, GRADIENTS_BATCH, GRAPH_KEEP_ALL, &weights) +
              n * network_bytes(a, SCORER_BATCH, GRAPH_INFER, &weights) +
              weights;
    if (a->config->explain.f_fidelity > 0) {
        m->own += network_bytes(a, F_FIDELITY_BATCH, GRAPH_TRAIN, &weights);
        m->own += (OPTIM_MAX_SLOT + 1) * weights;
    }
}

/* Tensors, the file that is made of them, and the process that reads HDF5. */
static void plan_import(struct step_memory *m, const struct step_memory_args *a)
{
    struct err err;
    const struct net *net = net_find(a->step->network, &err);
    const double bytes = net ? (double)net->n_trunk * sizeof(float) : 0;

    m->own += 2 * bytes;
    m->beside = m->own;
}

/* Workers, which map the pictures, and the sink, which writes them. */
static void plan_augmentation(struct step_memory *m,
                              const struct step_memory_args *a)
{
    m->shared = a->data->images * image_bytes(a->config);
    m->beside = m->own;
}

/* What a stage takes beyond its row. */
static void (*const plans[STAGE_COUNT])(struct step_memory *m,
                                        const struct step_memory_args *a) = {
    [STAGE_TRAIN] = plan_training,
    [STAGE_EVALUATE] = plan_evaluation,
    [STAGE_EXPLAIN] = plan_explanation,
    [STAGE_WEIGHTS] = plan_import,
    [STAGE_AUGMENT] = plan_augmentation};

/* By the configuration of the step's variant. */
struct step_memory step_memory_plan(const struct step_memory_args *of)
{
    const struct stage_row *row = of->step->stage;
    struct step_memory_args own = *of;
    const struct step_memory_args *const a = &own;
    struct config config;
    struct step_memory m = {.own = row->memory,
                            .processes = stage_table_ranks(row, of->config)};

    plan_step_config(&config, of->config, of->step);
    own.config = &config;
    if (row->parallel)
        m.own += count_threads(a) * row->thread_memory;
    if (plans[row->id])
        plans[row->id](&m, a);
    return m;
}
