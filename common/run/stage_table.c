/* stage_table.c - program, version, output, division and processes of stages */
#include "run/stage_table.h"

#include <string.h>

/* A stage that is done as a whole, in one process, unless its row says more. */
#define STAGE(ID, name, ...)                                                   \
    [STAGE_##ID] = {.id = STAGE_##ID,                                          \
                    .word = name,                                              \
                    .program = "papline-" name,                                \
                    __VA_ARGS__}

const struct stage_row stage_table[STAGE_COUNT] = {
    STAGE(DRAW, "draw", .version = 1, .dir = "drawn",
          .sections = {"dataset", "run"}, .seconds = 5, .memory = 2e8),
    STAGE(PREPROCESS, "preprocess", .version = 2, .dir = "data",
          .sections = {"preprocess", "split", "run", "layout"},
          .parallel = true, .seconds = 20, .memory = 1e8, .thread_memory = 6e7),
    STAGE(AUGMENT, "augment", .version = 1, .dir = "augment",
          .sections = {"augment", "run"}, .seconds = 20, .memory = 6e7,
          .division = STAGE_ROWS,
          .workers = offsetof(struct config, augment.workers)),
    STAGE(WEIGHTS, "weights", .version = 1, .seconds = 2, .memory = 5e7),
    STAGE(TRAIN, "train", .version = 2, .sections = {"train", "inputs"},
          .parallel = true, .seconds = 600,
          .ranks = offsetof(struct config, train.ranks),
          .threads = offsetof(struct config, train.threads)),
    STAGE(EVALUATE, "evaluate", .version = 4, .sections = {"evaluate", "run"},
          .parallel = true, .seconds = 20, .memory = 5e7, .thread_memory = 1e7),
    STAGE(EXPLAIN, "explain", .version = 4, .sections = {"explain", "run"},
          .parallel = true, .seconds = 60, .memory = 8e7, .thread_memory = 1e7,
          .division = STAGE_FILES,
          .workers = offsetof(struct config, explain.workers)),
    STAGE(REPORT, "report", .version = 6, .dir = "report", .seconds = 10,
          .memory = 5e8, .any_inputs = true),
};

const struct stage_row *stage_table_find(const char *word)
{
    for (size_t i = 0; i < STAGE_COUNT; i++)
        if (strcmp(stage_table[i].word, word) == 0)
            return &stage_table[i];
    return NULL;
}

/* A whole number of the configuration at 'offset'. */
static int count_at(const struct config *c, size_t offset, int otherwise)
{
    return offset ? (int)*(const int64_t *)((const char *)c + offset)
                  : otherwise;
}

int stage_table_workers(const struct stage_row *row, const struct config *c)
{
    return count_at(c, row->workers, 1);
}

int stage_table_ranks(const struct stage_row *row, const struct config *c)
{
    return count_at(c, row->ranks, 1);
}

int stage_table_threads(const struct stage_row *row, const struct config *c)
{
    return count_at(c, row->threads, 0);
}
