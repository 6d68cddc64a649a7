#include "stages/train/online.h"

#include "base/clock.h"
#include "base/thread.h"
#include "stages/augment/online_variant.h"
#include "stages/train/batch_part.h"
#include "stages/train/online_workers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct online {
    struct online_args a;
    struct recipe recipe; /* owned */
    struct online_variant fresh;
    struct online_queue queue; /* owned */
    struct want_row *want;     /* owned: rows of an epoch */
    size_t room;               /* of want */
    uint32_t *seen;      /* owned: how often each sample came in this epoch */
    uint8_t *mine, *its; /* owned: a piece and scratch; of the trainer, of the
                              thread */
    struct online_workers *stream; /* owned; NULL: the thread makes them */
    pthread_t thread;
    bool runs;        /* the thread */
    size_t at, taken; /* rows of this rank: of the batch in hand, in all */
};

static size_t image_bytes(const struct online *v)
{
    return v->a.set->h * v->a.set->w * 3;
}

/* The rows of a task, then scratch, into 'pixels'. */
static void make_task(void *self, const struct online_queue_task *t,
                      uint8_t *pixels)
{
    const struct online *v = self;
    const size_t bytes = image_bytes(v);

    for (uint32_t i = 0; i < t->n; i++)
        online_variant_make(&v->fresh, t->row[i].row, t->row[i].variant,
                            t->epoch, pixels + i * bytes,
                            pixels + ONLINE_QUEUE_PIECE * bytes);
}

static void *make_ahead(void *self)
{
    struct online *v = self;
    struct online_queue_task t;

    while (online_queue_take(&v->queue, &t, true)) {
        const double start = clock_now();

        make_task(v, &t, v->its);
        online_queue_bring(&v->queue, t.id, t.piece, v->its,
                           clock_now() - start);
    }
    return NULL;
}

/* What makes variants ahead: workers, or a thread. */
static int start_online(struct online *v, struct err *err)
{
    const size_t part =
        (v->a.batch + (size_t)v->a.ranks - 1) / (size_t)v->a.ranks;
    const struct online_workers_args s = {.queue = &v->queue,
                                          .recipe = v->a.recipe,
                                          .seed = v->a.seed,
                                          .h = v->a.set->h,
                                          .w = v->a.set->w,
                                          .workers = v->a.workers,
                                          .data = v->a.data,
                                          .program = v->a.program};
    size_t bytes;

    if (recipe_init(&v->recipe, v->a.recipe, err) < 0)
        return -1;
    v->fresh = (struct online_variant){&v->a.set->data, &v->recipe, v->a.seed};
    bytes =
        ONLINE_QUEUE_PIECE * image_bytes(v) + online_variant_scratch(&v->fresh);
    if (online_queue_init(&v->queue,
                          ONLINE_AHEAD * part + 2 * ONLINE_QUEUE_PIECE,
                          image_bytes(v), err) < 0)
        return -1;
    v->seen = malloc((v->a.set->n_train + 1) * sizeof(*v->seen));
    v->mine = malloc(bytes);
    v->its = malloc(bytes);
    if (!v->seen || !v->mine || !v->its)
        return err_set(err, ERR_SYSTEM, "no memory for fresh variants");
    if (v->a.workers > 0)
        return online_workers_open(&v->stream, &s, err);
    v->runs = thread_start(&v->thread, make_ahead, v, err) == 0;
    return v->runs ? 0 : -1;
}

int online_new(struct online **out, const struct online_args *a,
               struct err *err)
{
    struct online *v = calloc(1, sizeof(*v));

    *out = NULL;
    if (!v)
        return err_set(err, ERR_SYSTEM, "no memory for fresh variants");
    v->a = *a;
    if (start_online(v, err) < 0) {
        online_free(v);
        return -1;
    }
    *out = v;
    return 0;
}

void online_free(struct online *v)
{
    if (!v)
        return;
    if (v->queue.room > 0)
        online_queue_close(&v->queue);
    if (v->runs)
        pthread_join(v->thread, NULL);
    online_workers_close(v->stream);
    online_queue_release(&v->queue);
    free(v->want);
    free(v->seen);
    free(v->mine);
    free(v->its);
    recipe_release(&v->recipe);
    free(v);
}

/* What sample k brings now.  Numbers stay below 2^32: a class goes through all
 * its samples before one comes again. */
static struct want_row next_of(struct online *v, uint32_t k)
{
    const struct sample *s = &v->a.set->train[k];
    const uint32_t again = v->seen[k]++;

    return (struct want_row){s->source,
                             s->variant + again * (uint32_t)v->a.set->fresh};
}

int online_begin(struct online *v, const uint32_t *order, size_t n, size_t step,
                 uint32_t epoch, struct err *err)
{
    size_t rows = 0;

    if (n > v->room) {
        free(v->want);
        v->want = malloc(n * sizeof(*v->want));
        v->room = v->want ? n : 0;
        if (!v->want)
            return err_set(err, ERR_SYSTEM, "no memory for %zu fresh variants",
                           n);
    }
    memset(v->seen, 0, v->a.set->n_train * sizeof(*v->seen));
    for (size_t at = 0; at < n; at += v->a.batch) {
        const size_t size = n - at < v->a.batch ? n - at : v->a.batch;
        size_t begin, end;

        batch_part_rows(size, (size_t)v->a.rank, (size_t)v->a.ranks, &begin,
                        &end);
        for (size_t i = 0; i < size; i++) {
            const struct want_row row = next_of(v, order[at + i]);

            if (at >= step * v->a.batch && i >= begin && i < end)
                v->want[rows++] = row;
        }
    }
    v->at = v->taken = 0;
    return online_queue_begin(&v->queue, v->want, rows, epoch, err);
}

void online_next(struct online *v, size_t n)
{
    v->at = v->taken;
    v->taken += n;
    online_queue_wait(&v->queue, v->at, n, make_task, v, v->mine);
}

const uint8_t *online_row(const struct online *v, size_t i)
{
    return online_queue_row(&v->queue, v->at + i);
}

bool online_slow(struct online *v, double seconds, char *text, size_t size)
{
    double waited, rate, need;
    size_t made;

    pthread_mutex_lock(&v->queue.lock);
    waited = v->queue.waited;
    made = v->queue.made;
    rate = (double)made / fmax(v->queue.busy, 1e-9);
    pthread_mutex_unlock(&v->queue.lock);
    if (waited < 0.05 * seconds || made == 0)
        return false;
    need = (double)made / fmax(seconds - waited, 1e-3);
    snprintf(
        text, size,
        "training waited %.1f of %.1f s for fresh variants: this rank can "
        "use %.0f images/s, a worker makes %.0f; train.augment_workers %.0f "
        "would be enough, on processors of their own",
        waited, seconds, need, rate, ceil(need / rate));
    return true;
}
