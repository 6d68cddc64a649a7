/*
 * stage_table.h - the stages of a run, one row each
 *
 * All that the plan, the scheduler and the report know of a stage is its row.
 * To add a stage: a name in 'enum stage_id', a row in stage_table.c, the step
 * in plan.c that says what it reads, and its program in stages/.
 */
#ifndef RUN_STAGE_TABLE_H
#define RUN_STAGE_TABLE_H

#include "config/config.h"

/* In an order in which inputs come first. */
enum stage_id {
    STAGE_DRAW,
    STAGE_PREPROCESS,
    STAGE_AUGMENT,
    STAGE_WEIGHTS,
    STAGE_TRAIN,
    STAGE_EVALUATE,
    STAGE_EXPLAIN,
    STAGE_REPORT,
    STAGE_COUNT
};

/* How a step's work is divided among processes. */
enum stage_division {
    STAGE_WHOLE, /* one process makes it all */
    STAGE_ROWS,  /* units of rows, which a sink gathers in a store */
    STAGE_FILES, /* units that write files of their own into the output; when
                   all are done, a last one gathers them */
};

enum { STAGE_MAX_SECTIONS = 5 }; /* with the NULL behind the last */

struct stage_row {
    enum stage_id id;
    const char *word;    /* "train": in names, messages, --until */
    const char *program; /* "papline-train" */
    int version;         /* raised when it makes other outputs of the same
                            inputs: old ones are then made again */
    const char *dir;     /* of its one output; NULL: <word>/<experiment> */
    const char *sections[STAGE_MAX_SECTIONS]; /* of the configuration that it
                                                 heeds; ends in NULL */
    enum stage_division division;
    bool any_inputs; /* it makes do with whatever inputs there are */
    bool parallel;   /* a process has as many threads as cores */
    double seconds;  /* that a step takes, where nothing is known of it */
    double memory;   /* bytes that a process takes at most, beside networks and
                        pictures: see step_memory.h */
    double thread_memory; /* and for each of its threads */
    /* Numbers of the configuration, by their offset in struct config: */
    size_t workers; /* processes that share its units; 0: one */
    size_t ranks;   /* of each process; 0: one */
    size_t threads; /* of each rank; 0: as many as it has cores */
};

extern const struct stage_row stage_table[STAGE_COUNT];

/* The row of a word, or NULL. */
const struct stage_row *stage_table_find(const char *word);

/* Processes that share the units of a step, and MPI ranks of each. */
int stage_table_workers(const struct stage_row *row, const struct config *c);
int stage_table_ranks(const struct stage_row *row, const struct config *c);

/* Threads of each rank that the configuration asks for; 0: it asks for none. */
int stage_table_threads(const struct stage_row *row, const struct config *c);

#endif
