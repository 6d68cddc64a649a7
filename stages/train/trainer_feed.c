/*
 * trainer_feed.c - samples of a batch into the graph
 */
#include "stages/train/trainer_private.h"

#include "nn/mixup.h"
#include "stages/train/batch_part.h"

#include <string.h>

/* What the first learning layer sees of 'n' samples: the network's input, or
 * the values behind its frozen layers.  Of 'fresh' ones it sees the variants
 * that are next. */
static void fetch_inputs(struct trainer *t, const struct sample *of,
                         const uint32_t *row, size_t n, bool fresh,
                         float *const *out)
{
    const struct trainset *set = t->a->set;
    const size_t pixels = set->h * set->w;
    const struct frozen_cache *cache = t->a->cache;

    for (size_t i = 0; i < n; i++)
        t->image[i] = fresh ? online_row(t->fresh, i) : of[row[i]].pixels;
    if (t->a->freeze > 0 && !cache) {
        frozen_layers_rows(&t->frozen, t->image, n, out);
        return;
    }
#pragma omp parallel for num_threads(t->a->threads) schedule(static)
    for (size_t i = 0; i < n; i++) {
        if (!cache)
            preprocess(t->input, t->image[i], pixels, out[0] + i * pixels * 3);
        for (int k = 0; cache && k < cache->n_border; k++)
            frozen_cache_row(cache, k, of[row[i]].kept,
                             out[k] + i * tensor_row(&cache->shape[k]));
    }
}

int trainer_fed(const struct trainer *t,
                struct fed fed[FROZEN_LAYERS_MAX_BORDER])
{
    const struct trainset *set = t->a->set;
    const struct node *nd;
    int n = 0;

    if (t->a->freeze == 0) {
        fed[0] = (struct fed){graph_input(t->graph), set->h * set->w * 3};
        return 1;
    }
    for (; (nd = graph_border_at(t->graph, n)); n++)
        fed[n] = (struct fed){nd->out.data, tensor_row(&nd->out)};
    return n;
}

/* Of the cell that a sample is, or was made of: standardised, (CELL_SIZE). */
static const float *size_of(const struct trainer *t, const struct sample *s)
{
    return t->a->set->size[s->source];
}

/* What the teacher says of such a cell. */
static const float *taught_of(const struct trainer *t, const struct sample *s)
{
    return teacher_row(t->a->teacher, s->source, t->a->set->n_class);
}

void trainer_count_again(struct trainer *t)
{
    struct mixture *m = &t->mixture;

    if (!m->again)
        return;
    memset(m->seen, 0, t->a->set->n_train * sizeof(*m->seen));
    for (size_t i = 0; i < t->n_epoch; i++)
        m->again[i] = m->seen[t->order[i]]++;
}

/* Partners of this rank's 'n' rows, which are the epoch's from 'first' on. */
static void draw_partners(struct trainer *t, size_t first, size_t n)
{
    const struct trainset *set = t->a->set;
    struct mixture *m = &t->mixture;

    for (size_t i = 0; i < n; i++) {
        const uint64_t seed = mixup_seed(t->a->seed, m->again[first + i]);
        const struct mixup x =
            mixup_draw(seed, (uint32_t)t->state.epoch, t->row[i],
                       (uint32_t)set->n_train, t->a->config->train.mixup);

        m->partner[i] = x.partner;
        m->share[i] = x.share;
        m->other[i] = set->train[x.partner].label;
    }
}

/* Mix each of this rank's 'n' training samples, which are in place, with its
 * partner.  The first of two classes is that of the larger share. */
static void mix_samples(struct trainer *t, size_t n, const struct fed *fed,
                        int n_fed)
{
    const struct trainset *set = t->a->set;
    struct mixture *m = &t->mixture;
    float *z = net_size(t->graph);

    fetch_inputs(t, set->train, m->partner, n, false, m->value);
#pragma omp parallel for num_threads(t->a->threads) schedule(static)
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < n_fed; k++)
            mixup_blend(fed[k].data + i * fed[k].row,
                        m->value[k] + i * fed[k].row, fed[k].row, m->share[i]);
    for (size_t i = 0; t->taught && i < n; i++)
        mixup_blend(t->taught + i * (size_t)set->n_class,
                    taught_of(t, &set->train[m->partner[i]]),
                    (size_t)set->n_class, m->share[i]);
    for (size_t i = 0; z && i < n; i++)
        mixup_blend(z + CELL_SIZE * i, size_of(t, &set->train[m->partner[i]]),
                    CELL_SIZE, m->share[i]);
    for (size_t i = 0; i < n; i++)
        if (m->share[i] < 0.5f) {
            const int own = t->label[i];

            t->label[i] = m->other[i];
            m->other[i] = own;
            m->share[i] = 1.0f - m->share[i];
        }
}

size_t trainer_load(struct trainer *t, const struct batch *b)
{
    struct fed fed[FROZEN_LAYERS_MAX_BORDER];
    float *out[FROZEN_LAYERS_MAX_BORDER];
    const size_t classes = (size_t)t->a->set->n_class;
    float *z = net_size(t->graph);
    size_t begin, end;
    int n_fed;

    batch_part_rows(b->n, (size_t)t->a->dist->rank, (size_t)t->a->dist->size,
                    &begin, &end);
    graph_set_batch(t->graph, (int)(end - begin));
    for (size_t i = 0; i < end - begin; i++) {
        const size_t at = b->first + begin + i;

        t->row[i] = b->order ? b->order[at] : (uint32_t)at;
        t->label[i] = b->sample[t->row[i]].label;
        if (z)
            memcpy(z + CELL_SIZE * i, size_of(t, &b->sample[t->row[i]]),
                   CELL_SIZE * sizeof(float));
        if (t->taught && b->sample == t->a->set->train)
            memcpy(t->taught + i * classes, taught_of(t, &b->sample[t->row[i]]),
                   classes * sizeof(float));
    }
    n_fed = trainer_fed(t, fed);
    for (int k = 0; k < n_fed; k++)
        out[k] = fed[k].data;
    if (b->fresh)
        online_next(t->fresh, end - begin);
    fetch_inputs(t, b->sample, t->row, end - begin, b->fresh, out);
    if (b->mixed) {
        draw_partners(t, b->first + begin, end - begin);
        mix_samples(t, end - begin, fed, n_fed);
    }
    return begin;
}
