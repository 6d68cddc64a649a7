#include "stages/train/online_queue.h"

#include "base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int board_init(struct board *b, size_t room, size_t bytes, struct err *err)
{
    pthread_condattr_t attr;

    *b = (struct board){.room = room, .bytes = bytes};
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

void board_release(struct board *b)
{
    if (b->room == 0)
        return;
    pthread_cond_destroy(&b->news);
    pthread_mutex_destroy(&b->lock);
    free(b->row);
    free(b->piece);
    free(b->pixels);
    *b = (struct board){0};
}

void board_close(struct board *b)
{
    pthread_mutex_lock(&b->lock);
    b->closed = true;
    pthread_cond_broadcast(&b->news);
    pthread_mutex_unlock(&b->lock);
}

/* Memory for n rows. */
static int grow(struct board *b, size_t n, struct err *err)
{
    const size_t pieces = n / BOARD_PIECE + 1;
    struct want_row *row;
    struct board_piece *piece;

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

int board_begin(struct board *b, const struct want_row *row, size_t n,
                uint32_t epoch, struct err *err)
{
    int rc;

    pthread_mutex_lock(&b->lock);
    rc = grow(b, n, err);
    if (rc == 0) {
        if (n > 0)
            memcpy(b->row, row, n * sizeof(*row));
        b->n = n;
        b->n_piece = (n + BOARD_PIECE - 1) / BOARD_PIECE;
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

static size_t rows_of(const struct board *b, size_t piece)
{
    const size_t left = b->n - piece * BOARD_PIECE;

    return left < BOARD_PIECE ? left : BOARD_PIECE;
}

/* Give out a piece that waits. */
static void hand_out(struct board *b, size_t piece, struct board_task *t)
{
    struct board_piece *p = &b->piece[piece];

    *p = (struct board_piece){PIECE_TAKEN, ++b->last_id, clock_now()};
    t->id = p->id;
    t->epoch = b->epoch;
    t->piece = piece;
    t->n = (uint32_t)rows_of(b, piece);
    memcpy(t->row, b->row + piece * BOARD_PIECE, t->n * sizeof(t->row[0]));
}

/* The first piece that waits and for which there is room, or n_piece. */
static size_t find_waiting(const struct board *b)
{
    for (size_t i = b->used / BOARD_PIECE; i < b->n_piece; i++) {
        if (i * BOARD_PIECE + rows_of(b, i) > b->used + b->room)
            break;
        if (b->piece[i].state == PIECE_WAITS)
            return i;
    }
    return b->n_piece;
}

bool board_take(struct board *b, struct board_task *t, bool wait)
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

bool board_bring(struct board *b, uint64_t id, size_t piece,
                 const uint8_t *pixels, double seconds)
{
    bool wanted;

    pthread_mutex_lock(&b->lock);
    wanted = piece < b->n_piece && b->piece[piece].id == id &&
             b->piece[piece].state == PIECE_TAKEN;
    if (wanted) {
        const size_t n = rows_of(b, piece);

        for (size_t i = 0; i < n; i++)
            memcpy(b->pixels + (piece * BOARD_PIECE + i) % b->room * b->bytes,
                   pixels + i * b->bytes, b->bytes);
        b->piece[piece].state = PIECE_THERE;
        b->made += n;
        b->busy += seconds;
        pthread_cond_broadcast(&b->news);
    }
    pthread_mutex_unlock(&b->lock);
    return wanted;
}

void board_expire(struct board *b, double seconds)
{
    const double now = clock_now();

    pthread_mutex_lock(&b->lock);
    for (size_t i = b->used / BOARD_PIECE; i < b->n_piece; i++) {
        struct board_piece *p = &b->piece[i];

        if (i * BOARD_PIECE >= b->used + b->room)
            break;
        if (p->state != PIECE_TAKEN || now - p->since < seconds)
            continue;
        p->state = PIECE_WAITS;
        pthread_cond_broadcast(&b->news);
    }
    pthread_mutex_unlock(&b->lock);
}

/* The first piece of the rows that is not there: *piece; false: all are. */
static bool missing(const struct board *b, size_t first, size_t n,
                    size_t *piece)
{
    for (*piece = first / BOARD_PIECE; *piece * BOARD_PIECE < first + n;
         ++*piece)
        if (b->piece[*piece].state != PIECE_THERE)
            return true;
    return false;
}

/* One that waits, among them. */
static bool neglected(const struct board *b, size_t first, size_t n,
                      size_t *piece)
{
    for (*piece = first / BOARD_PIECE; *piece * BOARD_PIECE < first + n;
         ++*piece)
        if (b->piece[*piece].state == PIECE_WAITS)
            return true;
    return false;
}

void board_wait(struct board *b, size_t first, size_t n, board_make_f make,
                void *self, uint8_t *pixels)
{
    const double start = clock_now();
    double begin;
    struct board_task t;
    size_t piece;

    pthread_mutex_lock(&b->lock);
    BUG_ON(first < b->used || first + n > b->n ||
           n + 2 * BOARD_PIECE > b->room);
    b->used = first;
    pthread_cond_broadcast(&b->news);
    while (n > 0 && missing(b, first, n, &piece)) {
        if (!neglected(b, first, n, &piece)) {
            pthread_cond_wait(&b->news, &b->lock);
            continue;
        }
        hand_out(b, piece, &t);
        pthread_mutex_unlock(&b->lock);
        begin = clock_now();
        make(self, &t, pixels);
        board_bring(b, t.id, t.piece, pixels, clock_now() - begin);
        pthread_mutex_lock(&b->lock);
    }
    b->waited += clock_now() - start;
    pthread_mutex_unlock(&b->lock);
}

const uint8_t *board_row(const struct board *b, size_t r)
{
    return b->pixels + r % b->room * b->bytes;
}
