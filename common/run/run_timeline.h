/*
 * run_timeline.h - which processes ran where and when, by a run's journal
 *
 * A run that was stopped and gone on with has several pieces; its time is
 * counted without what lies between them.  What had not ended when a piece
 * ended, ended with it; a piece that a crash ended, with its last event.
 * Deterministic: the journal alone decides.
 */
#ifndef RUN_RUN_TIMELINE_H
#define RUN_RUN_TIMELINE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct timeline_host {
    char *name; /* owned */
    int cores;  /* 0: not known */
    int lanes;  /* processes at a time, at most */
};

/* A process; of MPI ranks on several hosts a bar on each. */
struct timeline_bar {
    char *step;        /* owned: "train/EXPERIMENT" */
    int host;          /* of the timeline */
    int lane;          /* no two are in one at a time */
    long process;      /* its number; 0: not known */
    int cores;         /* on all its hosts */
    bool first;        /* the first of its process */
    double start, end; /* seconds of the run's time */
    int piece;
    char status[64]; /* "exit status 0", ...; "" if that is not known */
    bool failed;     /* neither done nor asked to stop */
};

struct timeline_piece {
    double date;       /* of its beginning, seconds since 1970 */
    double start, end; /* seconds of the run's time */
    int cores;         /* 0: not known */
};

struct run_timeline {
    struct timeline_host *host; /* owned, as these: */
    struct timeline_bar *bar;
    struct timeline_piece *piece;
    size_t n_host, n_bar, n_piece;
    /* Seconds of cores: those that there were and those that processes had, of
     * the whole time and of that in which work waited for more. */
    double cores, busy, cores_waiting, busy_waiting;
};

/*
 * Read RUN/journal.jsonl.  Lines that are no events are skipped; so is what
 * earlier versions wrote otherwise.
 * Errors: ERR_INPUT there is no journal; ERR_SYSTEM no memory.
 */
MUST_USE int run_timeline_read(struct run_timeline *t, const char *run_dir,
                               struct err *err);
void run_timeline_release(struct run_timeline *t);

/* Share of the cores that processes had, 0 to 1: of the whole time, and of that
 * in which work waited; NaN: there was none. */
double run_timeline_busy(const struct run_timeline *t);
double run_timeline_busy_waiting(const struct run_timeline *t);

/* Bytes of its step's name that are its stage's word. */
size_t run_timeline_stage(const struct timeline_bar *bar);

#endif
