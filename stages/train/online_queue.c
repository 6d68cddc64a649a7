#include "stages/train/online_queue.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

int online_queue_init(struct online_queue *q, size_t room, size_t bytes,
                      struct err *err)
{
    pthread_condattr_t attr;

    *q = (struct online_queue){.room = room, .bytes = bytes};
    pthread_mutex_init(&q->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&q->news, &attr);
    pthread_condattr_destroy(&attr);
    q->pixels = malloc(room * bytes);
    if (!q->pixels)
        return err_set(err, ERR_SYSTEM, "no memory for %zu fresh variants",
                       room);
    return 0;
}

void online_queue_release(struct online_queue *q)
{
    if (q->room == 0)
        return;
    pthread_cond_destroy(&q->news);
    pthread_mutex_destroy(&q->lock);
    free(q->row);
    free(q->piece);
    free(q->pixels);
    *q = (struct online_queue){0};
}

void online_queue_close(struct online_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->news);
    pthread_mutex_unlock(&q->lock);
}

/* Memory for n rows. */
static int grow_rows(struct online_queue *q, size_t n, struct err *err)
{
    const size_t pieces = n / ONLINE_QUEUE_PIECE + 1;
    struct want_row *row;
    struct online_queue_piece *piece;

    if (n <= q->capacity)
        return 0;
    row = realloc(q->row, n * sizeof(*row));
    if (row)
        q->row = row;
    piece = realloc(q->piece, pieces * sizeof(*piece));
    if (piece)
        q->piece = piece;
    if (!row || !piece)
        return err_set(err, ERR_SYSTEM, "no memory for an epoch of %zu rows",
                       n);
    q->capacity = n;
    return 0;
}

int online_queue_begin(struct online_queue *q, const struct want_row *row,
                       size_t n, uint32_t epoch, struct err *err)
{
    int rc;

    pthread_mutex_lock(&q->lock);
    rc = grow_rows(q, n, err);
    if (rc == 0) {
        if (n > 0)
            memcpy(q->row, row, n * sizeof(*row));
        q->n = n;
        q->n_piece = (n + ONLINE_QUEUE_PIECE - 1) / ONLINE_QUEUE_PIECE;
        if (q->n_piece > 0)
            memset(q->piece, 0, q->n_piece * sizeof(*q->piece));
        q->epoch = epoch;
        q->used = q->made = 0;
        q->busy = q->waited = 0;
        pthread_cond_broadcast(&q->news);
    }
    pthread_mutex_unlock(&q->lock);
    return rc;
}

static size_t rows_of(const struct online_queue *q, size_t piece)
{
    const size_t left = q->n - piece * ONLINE_QUEUE_PIECE;

    return left < ONLINE_QUEUE_PIECE ? left : ONLINE_QUEUE_PIECE;
}

/* Give out a piece that waits. */
static void hand_out(struct online_queue *q, size_t piece,
                     struct online_queue_task *t)
{
    struct online_queue_piece *p = &q->piece[piece];

    *p = (struct online_queue_piece){PIECE_TAKEN, ++q->last_id, clock_now()};
    t->id = p->id;
    t->epoch = q->epoch;
    t->piece = piece;
    t->n = (uint32_t)rows_of(q, piece);
    memcpy(t->row, q->row + piece * ONLINE_QUEUE_PIECE,
           t->n * sizeof(t->row[0]));
}

/* The first piece that waits and for which there is room, or n_piece. */
static size_t find_waiting(const struct online_queue *q)
{
    for (size_t i = q->used / ONLINE_QUEUE_PIECE; i < q->n_piece; i++) {
        if (i * ONLINE_QUEUE_PIECE + rows_of(q, i) > q->used + q->room)
            break;
        if (q->piece[i].state == PIECE_WAITS)
            return i;
    }
    return q->n_piece;
}

bool online_queue_take(struct online_queue *q, struct online_queue_task *t,
                       bool wait)
{
    size_t piece = 0;
    bool found = false;

    pthread_mutex_lock(&q->lock);
    while (!q->closed) {
        piece = find_waiting(q);
        found = piece < q->n_piece;
        if (found || !wait)
            break;
        pthread_cond_wait(&q->news, &q->lock);
    }
    if (found)
        hand_out(q, piece, t);
    pthread_mutex_unlock(&q->lock);
    return found;
}

bool online_queue_bring(struct online_queue *q, uint64_t id, size_t piece,
                        const uint8_t *pixels, double seconds)
{
    bool wanted;

    pthread_mutex_lock(&q->lock);
    wanted = piece < q->n_piece && q->piece[piece].id == id &&
             q->piece[piece].state == PIECE_TAKEN;
    if (wanted) {
        const size_t n = rows_of(q, piece);

        for (size_t i = 0; i < n; i++)
            memcpy(q->pixels +
                       (piece * ONLINE_QUEUE_PIECE + i) % q->room * q->bytes,
                   pixels + i * q->bytes, q->bytes);
        q->piece[piece].state = PIECE_THERE;
        q->made += n;
        q->busy += seconds;
        pthread_cond_broadcast(&q->news);
    }
    pthread_mutex_unlock(&q->lock);
    return wanted;
}

void online_queue_expire(struct online_queue *q, double seconds)
{
    const double now = clock_now();

    pthread_mutex_lock(&q->lock);
    for (size_t i = q->used / ONLINE_QUEUE_PIECE; i < q->n_piece; i++) {
        struct online_queue_piece *p = &q->piece[i];

        if (i * ONLINE_QUEUE_PIECE >= q->used + q->room)
            break;
        if (p->state != PIECE_TAKEN || now - p->since < seconds)
            continue;
        p->state = PIECE_WAITS;
        pthread_cond_broadcast(&q->news);
    }
    pthread_mutex_unlock(&q->lock);
}

/* Are pieces of the rows not there?  *piece: the first that waits, or n_piece:
 * all are taken. */
static bool find_missing(const struct online_queue *q, size_t first, size_t n,
                         size_t *piece)
{
    bool missing = false;

    for (*piece = first / ONLINE_QUEUE_PIECE;
         *piece * ONLINE_QUEUE_PIECE < first + n; ++*piece) {
        missing = missing || q->piece[*piece].state != PIECE_THERE;
        if (q->piece[*piece].state == PIECE_WAITS)
            return true;
    }
    *piece = q->n_piece;
    return missing;
}

void online_queue_wait(struct online_queue *q, size_t first, size_t n,
                       online_queue_make_f make, void *self, uint8_t *pixels)
{
    const double start = clock_now();
    double begin;
    struct online_queue_task t;
    size_t piece;

    pthread_mutex_lock(&q->lock);
    BUG_ON(first < q->used || first + n > q->n ||
           n + 2 * ONLINE_QUEUE_PIECE > q->room);
    q->used = first;
    pthread_cond_broadcast(&q->news);
    while (n > 0 && find_missing(q, first, n, &piece)) {
        if (piece == q->n_piece) {
            pthread_cond_wait(&q->news, &q->lock);
            continue;
        }
        hand_out(q, piece, &t);
        pthread_mutex_unlock(&q->lock);
        begin = clock_now();
        make(self, &t, pixels);
        online_queue_bring(q, t.id, t.piece, pixels, clock_now() - begin);
        pthread_mutex_lock(&q->lock);
    }
    q->waited += clock_now() - start;
    pthread_mutex_unlock(&q->lock);
}

const uint8_t *online_queue_row(const struct online_queue *q, size_t r)
{
    return q->pixels + r % q->room * q->bytes;
}
