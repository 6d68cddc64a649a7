#include "stages/train/online.h"

#include "base/clock.h"
#include "base/thread.h"
#include "stages/augment/online_variant.h"
#include "stages/train/embedding.h"
#include "stages/train/online_workers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct variants {
    struct variants_args a;
    struct recipe recipe; /* owned */
    struct fresh fresh;
    struct board board;    /* owned */
    struct want_row *want; /* owned: rows of an epoch */
    size_t room;           /* of want */
    uint32_t *seen;        /* owned: how often each sample came in this epoch */
    uint8_t *mine, *its;   /* owned: a piece and scratch; of the trainer, of the
                              thread */
    struct stream *stream; /* owned; NULL: the thread makes them */
    pthread_t thread;
    bool runs;        /* the thread */
    size_t at, taken; /* rows of this rank: of the batch in hand, in all */
};

static size_t image_bytes(const struct variants *v)
{
    return v->a.set->h * v->a.set->w * 3;
}

/* The rows of a task, then scratch, into 'pixels'. */
static void make(void *self, const struct board_task *t, uint8_t *pixels)
{
    const struct variants *v = self;
    const size_t bytes = image_bytes(v);

    for (uint32_t i = 0; i < t->n; i++)
        fresh_make(&v->fresh, t->row[i].row, t->row[i].variant, t->epoch,
                   pixels + i * bytes, pixels + BOARD_PIECE * bytes);
}

static void *make_ahead(void *self)
{
    struct variants *v = self;
    struct board_task t;

    while (board_take(&v->board, &t, true)) {
        const double start = clock_now();

        make(v, &t, v->its);
        board_bring(&v->board, t.id, t.piece, v->its, clock_now() - start);
    }
    return NULL;
}

static int start_thread(struct variants *v, struct err *err)
{
    v->runs = thread_start(&v->thread, make_ahead, v, err) == 0;
    return v->runs ? 0 : -1;
}

/* Makers that work ahead. */
static int start_makers(struct variants *v, struct err *err)
{
    const struct stream_args s = {.board = &v->board,
                                  .recipe = v->a.recipe,
                                  .seed = v->a.seed,
                                  .h = v->a.set->h,
                                  .w = v->a.set->w,
                                  .workers = v->a.workers,
                                  .data = v->a.data,
                                  .program = v->a.program};

    return v->a.workers > 0 ? stream_open(&v->stream, &s, err)
                            : start_thread(v, err);
}

static int start(struct variants *v, struct err *err)
{
    const size_t part =
        (v->a.batch + (size_t)v->a.ranks - 1) / (size_t)v->a.ranks;
    size_t bytes;

    if (recipe_init(&v->recipe, v->a.recipe, err) < 0)
        return -1;
    v->fresh = (struct fresh){&v->a.set->data, &v->recipe, v->a.seed};
    bytes = BOARD_PIECE * image_bytes(v) + fresh_scratch(&v->fresh);
    if (board_init(&v->board, VARIANTS_AHEAD * part + 2 * BOARD_PIECE,
                   image_bytes(v), err) < 0)
        return -1;
    v->seen = malloc((v->a.set->n_train + 1) * sizeof(*v->seen));
    v->mine = malloc(bytes);
    v->its = malloc(bytes);
    if (!v->seen || !v->mine || !v->its)
        return err_set(err, ERR_SYSTEM, "no memory for fresh variants");
    return start_makers(v, err);
}

int variants_new(struct variants **out, const struct variants_args *a,
                 struct err *err)
{
    struct variants *v = calloc(1, sizeof(*v));

    *out = NULL;
    if (!v)
        return err_set(err, ERR_SYSTEM, "no memory for fresh variants");
    v->a = *a;
    if (start(v, err) < 0) {
        variants_free(v);
        return -1;
    }
    *out = v;
    return 0;
}

void variants_free(struct variants *v)
{
    if (!v)
        return;
    if (v->board.room > 0)
        board_close(&v->board);
    if (v->runs)
        pthread_join(v->thread, NULL);
    stream_close(v->stream);
    board_release(&v->board);
    free(v->want);
    free(v->seen);
    free(v->mine);
    free(v->its);
    recipe_release(&v->recipe);
    free(v);
}

/* What sample k brings now.  Numbers stay below 2^32: a class goes through all
 * its samples before one comes again. */
static struct want_row next_of(struct variants *v, uint32_t k)
{
    const struct sample *s = &v->a.set->train[k];
    const uint32_t again = v->seen[k]++;

    return (struct want_row){s->source,
                             s->variant + again * (uint32_t)v->a.set->fresh};
}

int variants_begin(struct variants *v, const uint32_t *order, size_t n,
                   size_t step, uint32_t epoch, struct err *err)
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

        batch_part(size, (size_t)v->a.rank, (size_t)v->a.ranks, &begin, &end);
        for (size_t i = 0; i < size; i++) {
            const struct want_row row = next_of(v, order[at + i]);

            if (at >= step * v->a.batch && i >= begin && i < end)
                v->want[rows++] = row;
        }
    }
    v->at = v->taken = 0;
    return board_begin(&v->board, v->want, rows, epoch, err);
}

void variants_next(struct variants *v, size_t n)
{
    v->at = v->taken;
    v->taken += n;
    board_wait(&v->board, v->at, n, make, v, v->mine);
}

const uint8_t *variants_row(const struct variants *v, size_t i)
{
    return board_row(&v->board, v->at + i);
}

bool variants_slow(struct variants *v, double seconds, char *text, size_t size)
{
    double waited, rate, need;
    size_t made;

    pthread_mutex_lock(&v->board.lock);
    waited = v->board.waited;
    made = v->board.made;
    rate = (double)made / fmax(v->board.busy, 1e-9);
    pthread_mutex_unlock(&v->board.lock);
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
