/*
 * config.h - the one configuration of a run
 *
 * A YAML file of sections and keys.  configs/reference.yaml shows every key
 * with default, unit and range; it is printed from the table in
 * config_table.c, which is also what checks a file: the whole file is checked
 * before anything runs, and an unknown key is refused with its line and the
 * nearest spelling.  To add a key: one member here, one row in that table.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/resizing.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CONFIG_NAME_MAX = 64,    /* bytes of a word, with its NUL */
    CONFIG_LAYERS = 96,      /* of a layer, with words around it */
    CONFIG_LIST_MAX = 16,    /* members of a list */
    CONFIG_CLASSES_MAX = 64, /* classes of a dataset */
    CONFIG_FOLDS_MAX = 20,
    CONFIG_VARIANTS_MAX = 64,  /* of a training */
    CONFIG_VARIANT_NAME = 32,  /* bytes of its name, with its NUL */
    CONFIG_VARIANT_SETS = 1024 /* bytes of its settings */
};

enum resize_method { RESIZE_NEAREST, RESIZE_LANCZOS };
enum orientation_choice { ORIENTATION_STORED, ORIENTATION_EXIF };
enum split_method {
    SPLIT_BY_RANDOM,
    SPLIT_BY_GROUP,
    SPLIT_BY_CSV,
    SPLIT_BY_FOLDERS
};
enum near_choice { NEAR_SEPARATE, NEAR_TOGETHER };
/* As the network wants it, or the members of enum preprocess. */
enum input_mode {
    INPUT_AUTO,
#define PREPROCESS(NAME, word, ...) INPUT_##NAME,
#include "nn/preprocess.def"
#undef PREPROCESS
};
/* Of the weights of a training, the file of each is config_model_file()'s. */
enum model_choice {
    MODEL_BEST_ACCURACY,
    MODEL_LAST,
    MODEL_BEST_LOSS,
    MODEL_AVERAGE
};
enum side_choice { SIDE_NORMAL, SIDE_ABNORMAL };
enum training_choice { TRAINING_OFF, TRAINING_ON };
enum view_choice { VIEWS_ONE, VIEWS_FLIPS, VIEWS_ALL };

/* Words of train.class_weights: n / (k n_c) of what trains, or tests. */
#define CONFIG_BALANCED      "balanced"
#define CONFIG_BALANCED_TEST "balanced_test"

enum {
    CONFIG_CLASS_LIST = 1024,
    CONFIG_COSTS = 4096,
    CONFIG_PATTERNS = 256,
    CONFIG_DATA_WORDS = 512
};

struct word_list {
    char word[CONFIG_LIST_MAX][CONFIG_NAME_MAX];
    int n;
};

struct int_list {
    int64_t value[CONFIG_LIST_MAX];
    int n;
};

/* Variants of a training; see variants.h. */
struct variant {
    char name[CONFIG_VARIANT_NAME];
    char sets[CONFIG_VARIANT_SETS]; /* "train.mixup=0.2", NUL, ..., NUL */
};

struct variant_list {
    struct variant of[CONFIG_VARIANTS_MAX];
    int n;
};

/* What evaluation needs to know. */
struct evaluate_settings {
    enum model_choice model;
    enum view_choice views;        /* of each cell, averaged */
    enum training_choice training; /* its cells are written, too */
    int64_t bootstrap;             /* resamples; 0: none */
    char normal[CONFIG_CLASS_LIST], benign[CONFIG_CLASS_LIST];
    char abnormal[CONFIG_CLASS_LIST]; /* class names, separated by commas */
    enum side_choice benign_as;
    double sensitivity;       /* that the threshold is chosen for */
    double miss_cost;         /* of an abnormal cell not called so */
    char costs[CONFIG_COSTS]; /* a whole matrix instead; see stats/costs.h */
    double coverage;          /* that prediction sets promise */
    int64_t neighbours;       /* nearest training cells of each cell; 0: none */
    struct word_list ensembles; /* "none", or ways of deciding together */
    struct word_list ensemble_members; /* "auto", or patterns of experiments */
    char ensemble_weights[CONFIG_CLASS_LIST]; /* "auto", or numbers */
};

enum campp_variant { CAMPP_TFKV, CAMPP_PTGC };
enum scorecam_variant {
    SCORECAM_PAPER,
    SCORECAM_TFKV,
    SCORECAM_PTGC,
    SCORECAM_OFFICIAL
};

enum { RISE_CELLS_MAX = 32 };
enum baseline_choice { BASELINES_OFF, BASELINES_ON };
enum map_placement { PLACEMENT_CENTRES, PLACEMENT_STRETCHED };
enum map_scale { SCALE_MAP, SCALE_CELL };
enum map_colours { COLOURS_UNIFORM, COLOURS_JET };
enum sanity_check { SANITY_OFF, SANITY_WHOLE, SANITY_CASCADE };

enum precision { PRECISION_FLOAT32, PRECISION_BF16 };
enum explain_choice { EXPLAIN_OFF, EXPLAIN_ON };

/* What explaining needs to know. */
struct explain_settings {
    struct word_list methods;
    struct word_list layers; /* "auto": the network's default */
    int64_t per_class;       /* correct and wrong cells of each class */
    int64_t workers;         /* placement: that are started, or CONFIG_AUTO */
    char cells[CONFIG_NAME_MAX];  /* that tables count; config_cells() */
    enum map_placement placement; /* of a layer's values in the picture */
    enum map_colours colours;
    enum precision precision; /* of many passes */
    enum map_scale scale;     /* what is brightest: of a map, or of a cell's */
    enum sanity_check sanity;
    int64_t stability; /* further seeds; 0: not measured */
    enum campp_variant gradcampp_variant;
    enum scorecam_variant scorecam_variant;
    int64_t scorecam_max_n; /* channels; 0: all */
    int64_t lime_samples;
    double lime_kernel_width; /* of the distance of a sample */
    int64_t lime_features;    /* segments that its pictures show */
    double lime_kernel_size;  /* of quickshift, pixels */
    double lime_max_dist;
    double lime_ratio;
    int64_t intgrad_steps;
    int64_t smoothgrad_samples;
    double smoothgrad_noise;        /* share of the input's range */
    enum baseline_choice baselines; /* measured beside the methods */
    double finercam_strength;       /* of the classes that are compared with */
    int64_t finercam_classes;       /* so many of them */
    int64_t rise_masks;
    int64_t rise_cells;      /* along a mask's side, 1 .. RISE_CELLS_MAX */
    double rise_share;       /* of cells that stay */
    int64_t faith_steps;     /* of insertion and deletion; 0: not measured */
    int64_t f_fidelity;      /* steps of tuning for it; 0: not measured */
    double f_fidelity_share; /* of patches that are hidden at most */
    int64_t f_fidelity_draws;
    int64_t bootstrap;                 /* resamples; 0: none */
    enum explain_choice concepts;      /* of cells, are they measured? */
    enum explain_choice dose_response; /* are cells changed? */
};

enum rate_schedule { RATE_CONSTANT, RATE_PLATEAU, RATE_COSINE };

enum profile { PROFILE_CORRECTED, PROFILE_PAPER, PROFILE_NOTEBOOK };

enum encoder_start { ENCODER_SCRATCH, ENCODER_WEIGHTS };

enum dropout_place { DROPOUT_NOTEBOOK, DROPOUT_ALL };

enum projection { PROJECTION_ONE, PROJECTION_TWO };

enum batch_sampler { SAMPLER_SHUFFLE, SAMPLER_BALANCED };

enum contrastive_loss { /* in order of nn/embed_losses.def */
#define EMBED_LOSS(name) CONTRASTIVE_##name,
#include "nn/embed_losses.def"
#undef EMBED_LOSS
};

/* Parts of a batch, each added up for itself: so many ranks at most have the
 * same bits as one. */
enum reproducible { REPRODUCIBLE_PAIR, REPRODUCIBLE_STRICT };
enum { PAIR_PARTS = 2, STRICT_PARTS = 4 };

enum size_choice { SIZE_OFF, SIZE_ON };

enum { CONFIG_AUTO = -1 }; /* of a number that may be "auto" */
enum launcher_choice {
    LAUNCHER_AUTO,
    LAUNCHER_LOCAL,
    LAUNCHER_SLURM,
    LAUNCHER_SLOTS,
    LAUNCHER_MPIRUN,
};
enum rank_choice { RANKS_FILL, RANKS_SPREAD };

enum augment_choice { AUGMENT_STORED, AUGMENT_ONLINE };

enum cache_choice { CACHE_AUTO, CACHE_OFF };

enum optimizer { /* in order of nn/optims.def, as optim_at() counts */
#define OPTIM(name) OPTIMIZER_##name,
#include "nn/optims.def"
#undef OPTIM
};

struct config {
    struct {
        char dir[FILE_PATH_MAX]; /* where everything goes */
        int64_t seed;            /* of every random draw */
        enum profile profile;    /* which defaults other keys have */
    } run;
    struct {
        char path[FILE_PATH_MAX]; /* class folders; unused when drawn */
        int64_t draw_per_class;   /* > 0: draw so many cells a class instead */
        char name[CONFIG_DATA_WORDS], source[CONFIG_DATA_WORDS]; /* what the */
        char licence[CONFIG_DATA_WORDS],
            note[CONFIG_DATA_WORDS]; /* page says */
    } dataset;
    struct {                     /* stages/preprocess/layout.h */
        char csv[FILE_PATH_MAX]; /* file, label, group, split */
        char columns[CONFIG_PATTERNS];
        char classes[CONFIG_CLASS_LIST];
        char include[CONFIG_PATTERNS], exclude[CONFIG_PATTERNS];
        char group[CONFIG_PATTERNS];
    } layout;
    struct {
        int64_t size; /* pixels, both sides */
        enum resize_method resize;
        enum aspect_method aspect;
        int64_t field;              /* pixels of ASPECT_SCALE */
        char bits[CONFIG_NAME_MAX]; /* of 16-bit samples; config_bits() */
        enum orientation_choice orientation;
        int64_t jpeg; /* quality to be encoded with before resizing; 0: not */
    } preprocess;
    struct {
        enum split_method method;
        bool unnamed; /* no key: neither file nor settings say the method */
        char csv[FILE_PATH_MAX]; /* for SPLIT_BY_CSV; see config_split_csv() */
        double test;             /* share of all; 0: none */
        double validation;       /* share of the rest */
        int64_t folds;           /* of cross-validation; 1: one split */
        enum near_choice near_duplicates;
    } split;
    struct {
        enum size_choice size; /* of cells, beside their picture */
    } inputs;
    struct {
        char recipe[FILE_PATH_MAX]; /* a word, or a file's path */
        int64_t variants; /* per training image, beside the image itself */
        int64_t workers;  /* placement: that are started, or CONFIG_AUTO */
        int64_t unit;     /* placement: source images in one unit */
    } augment;
    struct {
        struct word_list networks; /* experiments: the product of networks, */
        struct word_list regimes;  /* regimes, variants and seeds */
        struct int_list seeds;
        struct variant_list variants;
        char weights[FILE_PATH_MAX];   /* directory of pretrained ones */
        char trainable[CONFIG_LAYERS]; /* see trained_layers.h, */
        char cut[CONFIG_LAYERS];       /* that one, too */
        double rate_decay; /* per stage from the head; 1: all learn alike */
        enum cache_choice cache; /* of what frozen layers put out */
        enum precision precision, frozen_precision;
        enum augment_choice augment; /* variants of the stage, or fresh ones */
        char augment_recipe[FILE_PATH_MAX]; /* of fresh ones: as above */
        int64_t augment_variants; /* of an image in an epoch, not beside it */
        int64_t augment_workers;  /* placement: of each rank; 0: a thread */
        char class_weights[CONFIG_CLASS_LIST];  /* such a word, or numbers */
        char costs[CONFIG_COSTS];               /* a matrix; stats/costs.h */
        enum contrastive_loss contrastive_loss; /* regime contrastive: */
        enum encoder_start encoder;
        enum projection projection; /* layers of it */
        double temperature;
        double margin;
        int64_t encoder_epochs;
        double encoder_rate;
        int64_t epochs;
        int64_t keep_every; /* epochs; 0: best and last alone are kept */
        int64_t batch;      /* over all ranks */
        enum batch_sampler sampler;
        double learning_rate;
        enum optimizer optimizer;
        double momentum;     /* of sgd and nesterov */
        double weight_decay; /* of adamw */
        double label_smoothing;
        char teacher[FILE_PATH_MAX]; /* a table; "": there is none */
        double teacher_weight, teacher_temperature;
        double mixup;           /* alpha of the shares; 0: no mixtures */
        double ema;             /* momentum of the weights' average; 0: none */
        int64_t average_epochs; /* last ones, whose weights' mean is kept, too;
                                   0: none */
        double clip_norm;       /* of the whole gradient; 0: no limit */
        enum rate_schedule schedule;
        int64_t warmup_epochs; /* before the cosine */
        double bn_momentum;    /* 0: the network's own */
        enum input_mode input;
        enum dropout_place dropout; /* of heads */
        int64_t stop_patience;    /* epochs without better val_loss; 0: never */
        int64_t plateau_patience; /* epochs; 0: never */
        double plateau_factor;
        double min_learning_rate;
        double checkpoint_seconds;      /* placement: between two in an epoch */
        enum reproducible reproducible; /* on how many ranks */
        int64_t ranks;                  /* placement: MPI processes */
        int64_t threads; /* placement: per rank; 0: cores / ranks */
    } train;
    struct evaluate_settings evaluate;
    struct explain_settings explain;
    struct {
        char endpoint[256]; /* placement: "auto", "ipc", tcp://ADDRESS:PORT */
        char hosts[FILE_PATH_MAX];     /* placement: of processes */
        enum launcher_choice launcher; /* placement */
        enum rank_choice ranks;        /* placement */
        char map_by[64];               /* placement: of mpirun; "": none */
        double walltime;   /* placement: seconds of the run; 0: no limit */
        double end_margin; /* placement: seconds of it, to save work in */
        double lease;      /* placement: seconds without a heartbeat */
        int64_t tries;     /* placement: of a unit, before it is set aside */
        double memory; /* placement: GB of a host for steps; 0: what is free */
    } scheduler;
};

/* One "--set section.key=value" of the command line. */
struct config_set {
    const char *text;
};

/* Every default, of profile corrected. */
void config_init(struct config *c);

/*
 * Read a file over the defaults of the profile that it or a setting names, then
 * apply the settings in order, then check what no single key can tell (e.g.
 * split.csv with method csv).
 *   path [in]  NULL: defaults and settings alone
 *   set  [in]  values are taken as they stand, without YAML quotes; lists are
 *              written [a, b]
 * Errors: ERR_USAGE with "file:line: key: what, limit, nearest spelling", the
 * first fault and how many more there are, 'c' is as before; ERR_SYSTEM.
 */
MUST_USE int config_read(struct config *c, const char *path,
                         const struct config_set *set, size_t n_set,
                         struct err *err);

/* File of SPLIT_BY_CSV: split.csv, else layout.csv. */
static inline const char *config_split_csv(const struct config *c)
{
    return c->split.csv[0] ? c->split.csv : c->layout.csv;
}

/* How preprocess.resize, aspect and field bring pictures to their size. */
struct resizing config_resizing(const struct config *c);

/*
 * Bits of a 16-bit sample that preprocess.bits says are used: 8 to 15, 0: all,
 * or CONFIG_BITS_AUTO.
 * Errors: ERR_USAGE it says something else.
 */
enum { CONFIG_BITS_AUTO = -1 };
MUST_USE int config_bits(const char *bits, int *n, struct err *err);

/*
 * How many cells explain.cells asks for beside those that are shown: 0
 * (chosen), INT64_MAX (all), or a number.
 * Errors: ERR_USAGE it is none of these.
 */
MUST_USE int config_cells(const char *cells, int64_t *n, struct err *err);

/* Do folds train and validate alone, and none tests? */
static inline bool config_folds_validate(const struct config *c)
{
    return c->split.folds > 1 && !(c->split.test > 0);
}

/* The word that a key has which takes one of several, "group" of split.method;
 * borrowed, static. */
const char *config_word(const struct config *c, const char *section,
                        const char *name);

/* The same as outputs and their content hashes have it: a word that was renamed
 * is there by its older name. */
const char *config_hashed_word(const struct config *c, const char *section,
                               const char *name);

/* The name of a model's file in the output of a training; static. */
const char *config_model_file(enum model_choice model);

/* The whole configuration as YAML that config_read() reads back equal. */
void config_write(const struct config *c, struct buf *out);

/* The same with each key's help, unit and range, all defaults. */
void config_reference(struct buf *out);

/*
 * Calls 'each' for every key that decides a result of 'section', by its full
 * name ("train.epochs") and its value as text, in table order.  Left out are
 * placement, paths (their content counts, not their name), the lists that say
 * which experiments there are, and keys that came later while they have the
 * value that outputs from before are of, so that these stay current.
 */
typedef void (*config_each_f)(void *self, const char *key, const char *value);
void config_each(const struct config *c, const char *section,
                 config_each_f each, void *self);

#endif
