/*
 * online_queue.h - which fresh variants the trainer needs next, and who makes them
 *
 * An epoch's rows stand in the order in which the trainer will ask for them,
 * cut into pieces of BOARD_PIECE.  Makers (a thread, workers of other
 * processes, in the end the trainer itself) take the first piece that waits,
 * as long as it lies at most 'room' rows ahead of the trainer: that bounds the
 * memory, and is the credit that makers have together.  A piece that its maker
 * does not bring may be taken by another; what counts is the first to come,
 * and as all bring the same bytes it does not matter who.
 *
 * All functions may be called from any thread, but board_begin(), board_wait()
 * and board_row() only from the trainer's.
 */
#ifndef TRAIN_ONLINE_QUEUE_H
#define TRAIN_ONLINE_QUEUE_H

#include "base/err.h"
#include "proto/want.h"

#include <pthread.h>
#include <stdbool.h>

enum { BOARD_PIECE = 8 };

/* A piece in somebody's hands. */
struct board_task {
    uint64_t id; /* 1 ..; another one each time it is taken */
    uint32_t epoch;
    size_t piece;
    uint32_t n; /* rows: 1 .. BOARD_PIECE */
    struct want_row row[BOARD_PIECE];
};

struct board_piece {
    enum { PIECE_WAITS, PIECE_TAKEN, PIECE_THERE } state;
    uint64_t id;  /* of the task that was given out last */
    double since; /* when */
};

struct board {
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct want_row *row;      /* owned: (n) of the epoch */
    struct board_piece *piece; /* owned: (n_piece) */
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
 *   room   rows kept at most: at least twice the largest n of board_wait()
 *   bytes  of a row
 * Errors: ERR_SYSTEM.  Release it anyway.
 */
MUST_USE int board_init(struct board *b, size_t room, size_t bytes,
                        struct err *err);
void board_release(struct board *b);

/* Nothing more is wanted; board_take() returns false at once. */
void board_close(struct board *b);

/* Forget what was wanted; now it is row[0 .. n-1], copied, of 'epoch'. */
MUST_USE int board_begin(struct board *b, const struct want_row *row, size_t n,
                         uint32_t epoch, struct err *err);

/*
 * Take the next piece.
 *   wait [in]  if there is none, wait for one until the board is closed
 * Returns false if there is none.
 */
bool board_take(struct board *b, struct board_task *t, bool wait);

/*
 * Bring rows (t->n, bytes) of a task; 'seconds' is how long they took.  A task
 * that was taken over or belongs to an earlier epoch is ignored.
 * Returns whether it was wanted.
 */
bool board_bring(struct board *b, uint64_t id, size_t piece,
                 const uint8_t *pixels, double seconds);

/* Pieces that were taken over 'seconds' ago and are not there wait again. */
void board_expire(struct board *b, double seconds);

/* Makes the rows of a task: (t->n, bytes). */
typedef void (*board_make_f)(void *self, const struct board_task *t,
                             uint8_t *pixels);

/*
 * Wait until rows first .. first+n-1 are there; rows before 'first' are done
 * with.  Where nobody has begun a piece of them, make() does it here.
 *   pixels [scratch] (BOARD_PIECE, bytes)
 */
void board_wait(struct board *b, size_t first, size_t n, board_make_f make,
                void *self, uint8_t *pixels);

/* Row r of the last board_wait(). */
const uint8_t *board_row(const struct board *b, size_t r);

#endif
