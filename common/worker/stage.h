/*
 * stage.h - what a stage program is
 *
 * A stage fills in a 'struct stage' and calls stage_main(), which owns the
 * rest: options, configuration, sockets, credits, heartbeats, signals and the
 * exit status.  Four ways to start any of them:
 *
 *     papline-X --run DIR [--experiment NAME]    alone, no scheduler needed
 *     papline-X --join DIR                       worker of DIR's scheduler
 *     papline-X --connect ENDPOINT --key FILE    worker of one elsewhere
 *     papline-X --join DIR --sink                gathers the rows of a stage of
 *                                                STAGE_ROWS
 *
 * A stage may know other things to do, by a first word of its own: its tools.
 * Alone, it does every unit of its stage that DIR/run.yaml plans (of one
 * experiment, if named), once its inputs are there; with --anew also what is
 * current, from its beginning, as output_make_again() has it: stopped, it is
 * gone on with by the same command.
 */
#ifndef WORKER_STAGE_H
#define WORKER_STAGE_H

#include "base/err.h"
#include "config/config.h"
#include "run/plan.h"

struct stage_link; /* the harness: heartbeats and the way to the sink */

/* What is to be done. */
struct unit {
    uint64_t id;
    int attempt;                  /* 1 .. */
    const char *run_dir;          /* borrowed */
    const struct config *config;  /* of run_dir/run.yaml; borrowed */
    const struct plan *plan;      /* borrowed */
    const struct plan_step *step; /* what the unit is part of; borrowed */
    uint64_t first, count;        /* rows, for stages that are divided */
    struct stage_link *link;      /* for the calls below; borrowed */
};

/* Something else that a stage's program can do, chosen by its first word. */
struct stage_tool {
    const char *option; /* "--preview"; NULL ends a list */
    const char *usage;  /* what follows it */
    const char *help;   /* one line */
    int (*act)(int argc, char **argv, struct err *err); /* argv[0]: option */
};

struct stage {
    enum stage_id id;
    const char *summary; /* one line for --help */

    /*
     * Do one unit.  Units may be repeated: the same unit twice has the effect
     * of once.  On -1 err->code decides: with ERR_INPUT the unit is tried
     * again, scheduler.tries times in all, then it is set aside; with ERR_AGAIN
     * also, but at no cost; ERR_USAGE and ERR_SYSTEM also end this process.
     * When stage_stopping() turns true, save what was done and return -1 with
     * ERR_AGAIN.
     *
     * How a step is divided stands in stage_table.h:
     * STAGE_WHOLE  it makes its whole step: output_begin() ... output_commit().
     * STAGE_ROWS   it makes rows first .. first+count-1 and gives them away by
     *              stage_emit(), a few at a time.
     * STAGE_FILES  it writes the files of rows first .. first+count-1 into
     *              output_partial(), which is there, beside others that do so;
     *              with count 0, when all is done and it is alone, it makes
     *              what sums them up, and output_commit().
     */
    int (*handle)(void *self, const struct unit *u, struct err *err);

    void *self; /* what handle() gets, unless open() sets it; borrowed */

    /* Prepare *self before the first unit; undo it after the last. */
    int (*open)(void **self, struct err *err); /* NULL: nothing to prepare */
    void (*close)(void *self);                 /* NULL: nothing to undo */

    const struct stage_tool *tools; /* NULL: none */
};

/*
 * Report progress: a heartbeat to the scheduler, and, alone at a terminal, a
 * progress line.  Cheap; call it as often as you like.
 */
void stage_progress(struct stage_link *l, double done, double total,
                    const char *note);

/* Has SIGTERM, SIGINT or SIGUSR1 arrived, or the scheduler asked to stop? */
bool stage_stopping(const struct stage_link *l);

/* Both at once, for what goes cell by cell: go on? */
bool stage_cells(void *link, size_t done, size_t total);

struct sample_rows {
    uint64_t first, count;
    uint32_t h, w, c;
    const uint8_t *pixels;     /* borrowed: (count, h, w, c) */
    const char *const *record; /* borrowed: (count) lines of index.csv; labels
                                  follow from their sources */
};

/*
 * Send rows of a divided stage to the unit's sink.  It confirms them later, or
 * refuses them, which a later call tells, or else the unit's result.  Without a
 * sink (alone) they go into the store of the step directly.
 * Errors: ERR_AGAIN the sink does not answer or fails; ERR_INPUT it refused the
 * rows; ERR_SYSTEM.
 */
MUST_USE int stage_emit(struct stage_link *l, const struct sample_rows *rows,
                        struct err *err);

/* Run the stage; returns the exit status (0, 1, 2 usage, 75 start again). */
int stage_main(const struct stage *stage, int argc, char **argv);

#endif
