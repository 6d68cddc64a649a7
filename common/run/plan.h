/*
 * plan.h - the steps of a run, their content hashes, and what must run
 *
 * The configuration expands to steps in an order in which inputs come first:
 * draw (if asked), preprocess, augment (unless training makes fresh variants),
 * weights of each network that some experiment starts from, then for each
 * experiment train, evaluate, explain, then evaluate for each ensemble of
 * experiments, and last report.  An experiment that goes on from another one's
 * model comes behind that one's training, which is planned even if it is not
 * asked for.  With train.variants each is planned once a variant, with split.folds
 * once a fold.  A step's content hash is that of its stage's name and version,
 * its parameters and its inputs' hashes, so equal hashes mean equal outputs, and
 * every hash is known before anything runs.  What a stage does not read is no
 * parameter and no input of its step.  A variant's name is neither: its steps
 * have the hashes of the same experiment in a configuration without variants.
 */
#ifndef RUN_PLAN_H
#define RUN_PLAN_H

#include "base/hash.h"
#include "config/config.h"
#include "config/recipe_text.h"
#include "run/experiment_name.h"
#include "run/stage_table.h"

#include <stdbool.h>

enum {
    PLAN_MAX_STEPS = 2048,

    PLAN_NAME_MAX = EXPERIMENT_NAME_MAX,
};

struct plan_step {
    char name[PLAN_NAME_MAX];       /* "train/mobilenetv2-scratch-s1" */
    char dir[PLAN_NAME_MAX];        /* of its output, below the run directory */
    const struct stage_row *stage;  /* borrowed */
    char experiment[PLAN_NAME_MAX]; /* "mobilenetv2-scratch-s1", or "" */
    char network[CONFIG_NAME_MAX];  /* of the experiment, or "" */
    bool ensemble; /* 'network' is its method, a word of ensembles.def */
    char regime[CONFIG_NAME_MAX];
    char variant[CONFIG_VARIANT_NAME]; /* of train.variants, or "" */
    int64_t seed;                      /* of the experiment, else the run's */
    int fold, folds; /* of the experiment: split.folds, 1 without */
    int *input;      /* owned: indices of the steps that this one reads */
    int n_input;
    char hash[HASH_HEX];
    char before[HASH_HEX]; /* by the rules when what is not read counted, too:
                              outputs sealed with it are as good; "": none */
    char any_length[HASH_HEX]; /* of a training: 'hash' but for its length;
                                  "": longer_training.h says why, or another
                                  step has it */
    char *params; /* owned: JSON object, parameters by name, for the manifest */
    char *inputs; /* owned: JSON object, hashes of the inputs by name */
    const char *wanted; /* a file that its output must have, which outputs of
                           its hash from before lack; NULL: none; static */
    bool run;           /* its output is absent, damaged or of another hash */
    bool forced;        /* it runs though its output may be current */
    bool later;         /* it would run, but was put off */
    bool stale; /* for the report: what lies there is not its output, but of
                     another configuration, or damaged */
    char reason[256]; /* "augment.variants 6 -> 8"; "output is current" */
};

struct plan {
    struct plan_step *step; /* owned */
    int n_step;
    char dataset[HASH_HEX]; /* of its content; "" if cells are drawn */
    char csv[HASH_HEX];     /* of split.csv's content; "" if it is not read */
    char table[HASH_HEX];   /* likewise of layout.csv's */
    char teacher[HASH_HEX]; /* likewise of train.teacher's; "": there is none */
    struct recipe_text recipe;       /* owned: of augment.recipe */
    struct recipe_text fresh_recipe; /* owned: of train.augment_recipe */
    struct {
        char network[CONFIG_NAME_MAX];
        char hex[HASH_HEX];     /* of its file's content */
    } weights[CONFIG_LIST_MAX]; /* those that are read */
    int n_weights;
};

/*
 * Expand 'c', read the dataset as far as it changed, and look at what
 * 'run_dir', which need not exist, already holds.
 * Errors: ERR_USAGE bad configuration (unknown network, ...) or a dataset that
 * cannot be read; ERR_SYSTEM.
 */
MUST_USE int plan_init(struct plan *p, const struct config *c,
                       const char *run_dir, struct err *err);

/*
 * Write down in RUN/content.json what the dataset was when 'p' was made.  The
 * scheduler does so when it starts, so that all processes of a run agree on
 * hashes even if someone changes the dataset meanwhile.  ERR_SYSTEM.
 */
MUST_USE int plan_pin(const struct plan *p, const struct config *c,
                      const char *run_dir, struct err *err);

/*
 * As plan_init(), but believe what was pinned and leave the dataset alone, and
 * do not look at outputs: for workers and for reading results where the dataset
 * is not at hand.  Without a pin, or with one of another dataset.path, the
 * dataset is read.
 */
MUST_USE int plan_join(struct plan *p, const struct config *c,
                       const char *run_dir, struct err *err);

/* Hash of the file of a network's pretrained weights; "": it is not read. */
const char *plan_weights(const struct plan *p, const char *network);

/* The configuration that 'step' of a plan of 'c' works by: its variant's, or
 * 'c' itself. */
void plan_step_config(struct config *out, const struct config *c,
                      const struct plan_step *step);

/* Are they folds of one experiment, or the same? */
bool plan_same_experiment(const struct plan_step *a, const struct plan_step *b);

/* Words for how an experiment is trained: regime and variant, "finetune" or
 * "finetune, wide". */
void plan_step_way(char out[PLAN_NAME_MAX], const struct plan_step *step);

/* Where the output of the step called 'name' lies, below the run directory. */
void plan_output_dir(const char *name, char dir[PLAN_NAME_MAX]);

/*
 * Fill in "run" and "reason" of every step, as 'run_dir' is now; with 'all'
 * every file is read, not only those that may have changed.
 * Errors: ERR_SYSTEM something that is there cannot be read.
 */
MUST_USE int plan_refresh(struct plan *p, const char *run_dir, bool all,
                          struct err *err);

/* May a step's output lie in 'dir', relative to the run directory? */
bool plan_is_output(const char *dir);

/* The step called 'name', or NULL. */
const struct plan_step *plan_find(const struct plan *p, const char *name);

void plan_release(struct plan *p);

#endif
