/*
 * online_queue.h - which fresh variants the trainer needs next, and who makes
 * them
 *
 * An epoch's rows stand in the order in which the trainer will ask for them,
 * cut into pieces of ONLINE_QUEUE_PIECE.  Makers (a thread, workers of other
 * processes, in the end the trainer itself) take the first piece that waits,
 * as long as it lies at most 'room' rows ahead of the trainer: that bounds the
 * memory, and is the credit that makers have together.  A piece that its maker
 * does not bring may be taken by another; what counts is the first to come,
 * and as all bring the same bytes it does not matter who.
 *
 * All functions may be called from any thread, but online_queue_begin(),
 * online_queue_wait() and online_queue_row() only from the trainer's.
 */
#ifndef TRAIN_ONLINE_QUEUE_H
#define TRAIN_ONLINE_QUEUE_H

#include "base/err.h"
#include "proto/want.h"

#include <pthread.h>
#include <stdbool.h>

enum { ONLINE_QUEUE_PIECE = 8 };

/* A piece in somebody's hands. */
struct online_queue_task {
    uint64_t id; /* 1 ..; another one each time it is taken */
    uint32_t epoch;
    size_t piece;
    uint32_t n; /* rows: 1 .. ONLINE_QUEUE_PIECE */
    struct want_row row[ONLINE_QUEUE_PIECE];
};

struct online_queue_piece {
    enum { PIECE_WAITS, PIECE_TAKEN, PIECE_THERE } state;
    uint64_t id;  /* of the task that was given out last */
    double since; /* when */
};

struct online_queue {
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct want_row *row;             /* owned: (n) of the epoch */
    struct online_queue_piece *piece; /* owned: (n_piece) */
    size_t n, n_piece, capacity;
    uint8_t *pixels; /* owned: (room, bytes), row r in place r % room */
    size_t room, bytes;
    size_t used; /* rows that the trainer has done with */
    uint32_t epoch;
    uint64_t last_id;
    bool closed;
    size_t made;   /* rows brought in this epoch */
    double busy;   /* seconds that it took their makers, added up */
    double waited; /* seconds that the trainer stood still */
};

/*
 *   room   rows kept at most: at least twice the largest n of
 *          online_queue_wait()
 *   bytes  of a row
 * Errors: ERR_SYSTEM.  Release it anyway.
 */
MUST_USE int online_queue_init(struct online_queue *q, size_t room,
                               size_t bytes, struct err *err);
void online_queue_release(struct online_queue *q);

/* Nothing more is wanted; online_queue_take() returns false at once. */
void online_queue_close(struct online_queue *q);

/* Forget what was wanted; now it is row[0 .. n-1], copied, of 'epoch'. */
MUST_USE int online_queue_begin(struct online_queue *q,
                                const struct want_row *row, size_t n,
                                uint32_t epoch, struct err *err);

/*
 * Take the next piece.
 *   wait [in]  if there is none, wait for one until the queue is closed
 * Returns false if there is none.
 */
bool online_queue_take(struct online_queue *q, struct online_queue_task *t,
                       bool wait);

/*
 * Bring rows (t->n, bytes) of a task; 'seconds' is how long they took.  A task
 * that was taken over or belongs to an earlier epoch is ignored.
 * Returns whether it was wanted.
 */
bool online_queue_bring(struct online_queue *q, uint64_t id, size_t piece,
                        const uint8_t *pixels, double seconds);

/* Pieces that were taken over 'seconds' ago and are not there wait again. */
void online_queue_expire(struct online_queue *q, double seconds);

/* Makes the rows of a task: (t->n, bytes). */
typedef void (*online_queue_make_f)(void *self,
                                    const struct online_queue_task *t,
                                    uint8_t *pixels);

/*
 * Wait until rows first .. first+n-1 are there; rows before 'first' are done
 * with.  Where nobody has begun a piece of them, make() does it here.
 *   pixels [scratch] (ONLINE_QUEUE_PIECE, bytes)
 */
void online_queue_wait(struct online_queue *q, size_t first, size_t n,
                       online_queue_make_f make, void *self, uint8_t *pixels);

/* Row r of the last online_queue_wait(). */
const uint8_t *online_queue_row(const struct online_queue *q, size_t r);

#endif
