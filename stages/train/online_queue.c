#include "stages/train/online_queue.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int online_queue_init(struct online_queue *b, size_t room, size_t bytes,
                      struct err *err)
{
    pthread_condattr_t attr;

    *b = (struct online_queue){.room = room, .bytes = bytes};
    pthread_mutex_init(&b->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&b->news, &attr);
    pthread_condattr_destroy(&attr);
    b->pixels = malloc(room * bytes);
    if (!b->pixels)
        return err_set(err, ERR_SYSTEM, "no memory for %zu fresh variants",
                       room);
    return 0;
}

void online_queue_release(struct online_queue *b)
{
    if (b->room == 0)
        return;
    pthread_cond_destroy(&b->news);
    pthread_mutex_destroy(&b->lock);
    free(b->row);
    free(b->piece);
    free(b->pixels);
    *b = (struct online_queue){0};
}

void online_queue_close(struct online_queue *b)
{
    pthread_mutex_lock(&b->lock);
    b->closed = true;
    pthread_cond_broadcast(&b->news);
    pthread_mutex_unlock(&b->lock);
}

/* Memory for n rows. */
static int grow_rows(struct online_queue *b, size_t n, struct err *err)
{
    const size_t pieces = n / ONLINE_QUEUE_PIECE + 1;
    struct want_row *row;
    struct online_queue_piece *piece;

    if (n <= b->capacity)
        return 0;
    row = realloc(b->row, n * sizeof(*row));
    if (row)
        b->row = row;
    piece = realloc(b->piece, pieces * sizeof(*piece));
    if (piece)
        b->piece = piece;
    if (!row || !piece)
        return err_set(err, ERR_SYSTEM, "no memory for an epoch of %zu rows",
                       n);
    b->capacity = n;
    return 0;
}

int online_queue_begin(struct online_queue *b, const struct want_row *row,
                       size_t n, uint32_t epoch, struct err *err)
{
    int rc;

    pthread_mutex_lock(&b->lock);
    rc = grow_rows(b, n, err);
    if (rc == 0) {
        if (n > 0)
            memcpy(b->row, row, n * sizeof(*row));
        b->n = n;
        b->n_piece = (n + ONLINE_QUEUE_PIECE - 1) / ONLINE_QUEUE_PIECE;
        if (b->n_piece > 0)
            memset(b->piece, 0, b->n_piece * sizeof(*b->piece));
        b->epoch = epoch;
        b->used = b->made = 0;
        b->busy = b->waited = 0;
        pthread_cond_broadcast(&b->news);
    }
    pthread_mutex_unlock(&b->lock);
    return rc;
}

static size_t rows_of(const struct online_queue *b, size_t piece)
{
    const size_t left = b->n - piece * ONLINE_QUEUE_PIECE;

    return left < ONLINE_QUEUE_PIECE ? left : ONLINE_QUEUE_PIECE;
}

/* Give out a piece that waits. */
static void hand_out(struct online_queue *b, size_t piece,
                     struct online_queue_task *t)
{
    struct online_queue_piece *p = &b->piece[piece];

    *p = (struct online_queue_piece){PIECE_TAKEN, ++b->last_id, clock_now()};
    t->id = p->id;
    t->epoch = b->epoch;
    t->piece = piece;
    t->n = (uint32_t)rows_of(b, piece);
    memcpy(t->row, b->row + piece * ONLINE_QUEUE_PIECE,
           t->n * sizeof(t->row[0]));
}

/* The first piece that waits and for which there is room, or n_piece. */
static size_t find_waiting(const struct online_queue *b)
{
    for (size_t i = b->used / ONLINE_QUEUE_PIECE; i < b->n_piece; i++) {
        if (i * ONLINE_QUEUE_PIECE + rows_of(b, i) > b->used + b->room)
            break;
        if (b->piece[i].state == PIECE_WAITS)
            return i;
    }
    return b->n_piece;
}

bool online_queue_take(struct online_queue *b, struct online_queue_task *t,
                       bool wait)
{
    size_t piece = 0;
    bool found = false;

    pthread_mutex_lock(&b->lock);
    while (!b->closed) {
        piece = find_waiting(b);
        found = piece < b->n_piece;
        if (found || !wait)
            break;
        pthread_cond_wait(&b->news, &b->lock);
    }
    if (found)
        hand_out(b, piece, t);
    pthread_mutex_unlock(&b->lock);
    return found;
}

bool online_queue_bring(struct online_queue *b, uint64_t id, size_t piece,
                        const uint8_t *pixels, double seconds)
{
    bool wanted;

    pthread_mutex_lock(&b->lock);
    wanted = piece < b->n_piece && b->piece[piece].id == id &&
             b->piece[piece].state == PIECE_TAKEN;
    if (wanted) {
        const size_t n = rows_of(b, piece);

        for (size_t i = 0; i < n; i++)
            memcpy(b->pixels +
                       (piece * ONLINE_QUEUE_PIECE + i) % b->room * b->bytes,
                   pixels + i * b->bytes, b->bytes);
        b->piece[piece].state = PIECE_THERE;
        b->made += n;
        b->busy += seconds;
        pthread_cond_broadcast(&b->news);
    }
    pthread_mutex_unlock(&b->lock);
    return wanted;
}

void online_queue_expire(struct online_queue *b, double seconds)
{
    const double now = clock_now();

    pthread_mutex_lock(&b->lock);
    for (size_t i = b->used / ONLINE_QUEUE_PIECE; i < b->n_piece; i++) {
        struct online_queue_piece *p = &b->piece[i];

        if (i * ONLINE_QUEUE_PIECE >= b->used + b->room)
            break;
        if (p->state != PIECE_TAKEN || now - p->since < seconds)
            continue;
        p->state = PIECE_WAITS;
        pthread_cond_broadcast(&b->news);
    }
    pthread_mutex_unlock(&b->lock);
}

/* The first piece of the rows that is not there: *piece; false: all are. */
static bool find_missing(const struct online_queue *b, size_t first, size_t n,
                         size_t *piece)
{
    for (*piece = first / ONLINE_QUEUE_PIECE;
         *piece * ONLINE_QUEUE_PIECE < first + n; ++*piece)
        if (b->piece[*piece].state != PIECE_THERE)
            return true;
    return false;
}

/* One that waits, among them. */
static bool find_untaken(const struct online_queue *b, size_t first, size_t n,
                         size_t *piece)
{
    for (*piece = first / ONLINE_QUEUE_PIECE;
         *piece * ONLINE_QUEUE_PIECE < first + n; ++*piece)
        if (b->piece[*piece].state == PIECE_WAITS)
            return true;
    return false;
}

void online_queue_wait(struct online_queue *b, size_t first, size_t n,
                       online_queue_make_f make, void *self, uint8_t *pixels)
{
    const double start = clock_now();
    double begin;
    struct online_queue_task t;
    size_t piece;

    pthread_mutex_lock(&b->lock);
    BUG_ON(first < b->used || first + n > b->n ||
           n + 2 * ONLINE_QUEUE_PIECE > b->room);
    b->used = first;
    pthread_cond_broadcast(&b->news);
    while (n > 0 && find_missing(b, first, n, &piece)) {
        if (!find_untaken(b, first, n, &piece)) {
            pthread_cond_wait(&b->news, &b->lock);
            continue;
        }
        hand_out(b, piece, &t);
        pthread_mutex_unlock(&b->lock);
        begin = clock_now();
        make(self, &t, pixels);
        online_queue_bring(b, t.id, t.piece, pixels, clock_now() - begin);
        pthread_mutex_lock(&b->lock);
    }
    b->waited += clock_now() - start;
    pthread_mutex_unlock(&b->lock);
}

const uint8_t *online_queue_row(const struct online_queue *b, size_t r)
{
    return b->pixels + r % b->room * b->bytes;
}
