/* config_table.c - every configuration key, one row each */
#define CONFIG_STRUCT struct config
#include "config/config_rows.h"

static const char *const resize_words[] = {"nearest", "lanczos", NULL};
static const char *const aspect_words[] = {"squash", "keep", "scale", NULL};
static const char *const orientation_words[] = {"stored", "exif", NULL};
static const char *const split_words[] = {"random", "group", "csv", "folders",
                                          NULL};
static const char *const near_words[] = {"separate", "together", NULL};
static const char *const input_words[] = {"auto",
#define PREPROCESS(NAME, word, ...) #word,
#include "nn/preprocess.def"
#undef PREPROCESS
                                          NULL};
static const char *const schedule_words[] = {"constant", "plateau", "cosine",
                                             NULL};
static const char *const encoder_words[] = {"scratch", "weights", NULL};
static const char *const projection_words[] = {"one", "two", NULL};
static const char *const dropout_words[] = {"notebook", "all", NULL};
static const char *const sampler_words[] = {"shuffle", "balanced", "slides",
                                            NULL};
static const char *const contrastive_words[] = {
#define EMBED_LOSS(name) #name,
#include "nn/embed_losses.def"
#undef EMBED_LOSS
    NULL};
static const char *const profile_words[] = {"corrected", "paper", "notebook",
                                            NULL};
static const char *const augment_words[] = {"stored", "online", NULL};
static const char *const batch_norm_words[] = {"train", "frozen", NULL};
static const char *const auto_words[] = {"auto", NULL};
static const char *const launcher_words[] = {"auto",  "local",  "slurm",
                                             "slots", "mpirun", NULL};
static const char *const rank_words[] = {"fill", "spread", NULL};
static const char *const onoff_words[] = {"off", "on", NULL};
static const char *const cache_words[] = {"auto", "off", NULL};
static const char *const precision_words[] = {"float32", "bf16", NULL};
static const char *const reproducible_words[] = {"pair", "strict", NULL};
static const char *const optimizer_words[] = {
#define OPTIM(name) #name,
#include "nn/optims.def"
#undef OPTIM
    NULL};
static const char *const model_words[] = {"best_accuracy", "last", "best_loss",
                                          "average", NULL};
static const char *const side_words[] = {"normal", "abnormal", NULL};
static const char *const view_words[] = {"one", "flips", "all", NULL};
static const char *const colour_words[] = {"uniform", "jet", NULL};
static const char *const placement_words[] = {"centres", "stretched", NULL};
static const char *const scale_words[] = {"map", "cell", NULL};
static const char *const sanity_words[] = {"off", "whole", "cascade", NULL};
static const char *const campp_words[] = {"tfkv", "ptgc", NULL};
static const char *const scorecam_words[] = {"paper", "tfkv", "ptgc",
                                             "official", NULL};

static const struct config_key keys[] = {
    {TEXT(run, dir), PLACEMENT, STRING("runs/default"),
     .help = "directory that receives everything a run makes"},
    {AT(run, seed), RESULT, INT(0, 4294967295.0, "1"),
     .help = "seed of every random draw"},
    {AT(run, profile), PLACEMENT, ENUM(profile_words, "corrected"),
     .help =
         "which defaults: corrected, the paper's text, its notebooks' code"},

    {TEXT(dataset, path), PLACEMENT, STRING(""),
     .help = "directory with one folder a class; not used with draw_per_class"},
    {AT(dataset, draw_per_class), RESULT, INT(0, 100000, "0"), .unit = "cells",
     .help = "draw so many cells of each class instead; 0: read path"},
    {TEXT(dataset, name), PLACEMENT, STRING(""),
     .help = "of the data set, for page and bundles, as the next three"},
    {TEXT(dataset, source), PLACEMENT, STRING(""),
     .help = "who made it, and where it is found"},
    {TEXT(dataset, licence), PLACEMENT, STRING(""), .help = "that it is under"},
    {TEXT(dataset, note), PLACEMENT, STRING(""),
     .help = "what else a reader must know of it"},

    {TEXT(layout, csv), PLACEMENT, STRING(""),
     .help = "table with columns file,label,group,split instead of folders"},
    {TEXT(layout, columns), RESULT, STRING(""), .before = "",
     .help =
         "its columns, \"file=image_id, label=class\"; \"split=\": not used"},
    {TEXT(layout, classes), RESULT, STRING(""), .before = "",
     .help = "folders that are classes, \"folder=Class, ...\"; empty: all"},
    {TEXT(layout, include), RESULT, STRING(""), .before = "",
     .help = "patterns of file names, \"*.bmp, cell?.png\"; empty: all"},
    {TEXT(layout, exclude), RESULT, STRING(""), .before = "",
     .help = "likewise, of files to leave out"},
    {TEXT(layout, group), RESULT, STRING(""), .before = "",
     .help = "regular expression: what (...) matches in a path is its group"},

    {AT(preprocess, size), RESULT, INT(32, 512, "110"), .unit = "pixels",
     .help = "width and height of the stored images"},
    {AT(preprocess, resize), RESULT, ENUM(resize_words, "nearest"),
     .help = "interpolation; nearest is what the authors used"},
    {AT(preprocess, aspect), RESULT, ENUM(aspect_words, "squash"),
     .help = "squash to a square, keep the aspect, or one scale for all"},
    {AT(preprocess, field), RESULT, INT(16, 4096, "420"), .before = "420",
     .unit = "pixels",
     .help = "for aspect scale: of a picture, that the stored width shows"},
    {TEXT(preprocess, bits), RESULT, NAME("full"), .before = "full",
     .help = "of 16-bit samples: full, the lowest 8 to 15, or auto: as all "
             "need"},
    {AT(preprocess, orientation), RESULT, ENUM(orientation_words, "stored"),
     .before = "stored",
     .help = "use pictures as they are stored, or turn them as EXIF says"},
    {AT(preprocess, jpeg), RESULT, INT(0, 100, "0"), .before = "0",
     .help =
         "pictures, and stored variants, become JPEG of this quality; 0: not"},

    {AT(split, method), RESULT, ENUM(split_words, "group"),
     .help =
         "by cell, by cluster image (no leakage), or as a table or folders say"},
    {TEXT(split, csv), PLACEMENT, STRING(""),
     .help = "table file,split, or file,fold with folds; empty: layout.csv"},
    {AT(split, test), RESULT, REAL(0, 0.9, "0.2"),
     .help = "share of all images; 0: none, each fold validates alone"},
    {AT(split, validation), RESULT, REAL(0.01, 0.9, "0.2"),
     .help = "share of the images that are left"},
    {AT(split, folds), RESULT, INT(1, CONFIG_FOLDS_MAX, "1"),
     .help =
         "3 or more: each fold tests once, the next validates; 1: one split"},
    {AT(split, near_duplicates), RESULT, ENUM(near_words, "together"),
     .before = "separate",
     .help = "groups that share a picture, or one that looks alike: one group, "
             "or not"},

    {AT(inputs, size), RESULT, ENUM(onoff_words, "off"),
     .help = "log width and height of a cell's crop, joined to its features"},

    {TEXT(augment, recipe), PLACEMENT, STRING("light"),
     .help = "light, geometric, notebook, paper, strong, or a .yaml file"},
    {AT(augment, variants), RESULT, INT(0, 1000, "2"),
     .help = "variants of each training image, beside itself; 0: no stage"},
    {AT(augment, workers), PLACEMENT, INT(0, 256, "auto"), .unit = "processes",
     .words = auto_words,
     .help =
         "started by the scheduler; auto: where cores are free; 0: by hand"},
    {AT(augment, unit), PLACEMENT, INT(1, 1024, "32"), .unit = "images",
     .help = "source images in one unit of work"},

    {AT(train, networks), EXPERIMENT, NAMES("mobilenetv2"),
     .help = "experiments are the product of networks, regimes and seeds"},
    {AT(train, regimes), EXPERIMENT, NAMES("scratch"),
     .help = "ways of training; see networks"},
    {AT(train, seeds), EXPERIMENT, INTS(0, 4294967295.0, "1"),
     .help = "seeds of weights and order; see networks"},
    {AT(train, variants), EXPERIMENT, VARIANTS,
     .help = "sets of keys with other values, {wide: {mixup: 0.2}, ...}"},
    {TEXT(train, weights), PLACEMENT, STRING(""),
     .help = "directory of pretrained weights: NETWORK*.safetensors or .h5"},
    {TEXT(train, trainable), RESULT, STRING("paper"), .before = "paper",
     .help = "with given weights: paper, head, all, or from LAYER to the end"},
    {TEXT(train, cut), RESULT, STRING("paper"), .before = "paper",
     .help = "where the trunk ends: paper (not scratch), none, or a LAYER"},
    {AT(train, batch_norm), RESULT, ENUM(batch_norm_words, "train"),
     .before = "train",
     .help =
         "of a trunk of given weights: frozen as with Keras' trainable=False"},
    {AT(train, rate_decay), RESULT, REAL(0.01, 1, "1"), .before = "1",
     .help = "factor of the learning rate for each stage before the head"},
    {AT(train, probe_epochs), RESULT, INT(0, 10000, "0"), .unit = "epochs",
     .before = "0",
     .help = "with given weights: the head alone learns, before epochs begin"},
    {AT(train, cache), PLACEMENT, ENUM(cache_words, "auto"),
     .help = "keep on disk what frozen layers put out (same results), or not"},
    {AT(train, frozen_precision), RESULT, ENUM(precision_words, "float32"),
     .help =
         "of what frozen layers put out; bf16 halves the disk that it needs"},
    {AT(train, augment), RESULT, ENUM(augment_words, "stored"),
     .help = "variants of stage augment, or fresh ones in every epoch"},
    {TEXT(train, augment_recipe), PLACEMENT, STRING("light"),
     .help = "of fresh variants: a name or a .yaml file, as augment.recipe"},
    {AT(train, augment_variants), RESULT, INT(1, 1000, "1"),
     .help = "fresh ones of each image in an epoch, in the place of itself"},
    {AT(train, augment_workers), PLACEMENT, INT(0, 64, "0"),
     .unit = "processes",
     .help = "that stream to each part of a batch (2, strict: 4); 0: a thread"},
    {TEXT(train, class_weights), RESULT, STRING("balanced"),
     .help = "of cost_sensitive: balanced, balanced_test (which leaks), or "
             "numbers"},
    {TEXT(train, costs), RESULT, STRING(""),
     .help = "instead, a matrix as evaluate.costs: expected cost is minimised"},
    {AT(train, contrastive_loss), RESULT, ENUM(contrastive_words, "n_pairs"),
     .help = "of contrastive, on the whole batch's embeddings"},
    {AT(train, encoder), RESULT, ENUM(encoder_words, "scratch"),
     .help = "of contrastive: begins with random or pretrained weights"},
    {AT(train, projection), RESULT, ENUM(projection_words, "one"),
     .help = "dense layers behind contrastive's encoder, the last of 128"},
    {AT(train, temperature), RESULT, REAL(0.001, 100, "0.05"),
     .help = "of contrastive losses but the triplets"},
    {AT(train, margin), RESULT, REAL(1e-6, 100, "1"),
     .help = "of the triplets' losses"},
    {AT(train, encoder_epochs), RESULT, INT(1, 10000, "50"), .unit = "epochs",
     .help = "at most, of contrastive's encoder; epochs is its classifier's"},
    {AT(train, encoder_rate), RESULT, REAL(1e-9, 10, "0.0001"),
     .help = "learning rate of contrastive's encoder at the start"},
    {AT(train, epochs), RESULT, INT(1, 10000, "50"), .unit = "epochs",
     .help = "at most so many passes over the training set"},
    {AT(train, keep_every), RESULT, INT(0, 10000, "0"), .unit = "epochs",
     .help = "keep the model of every so many, beside best and last; 0: none"},
    {AT(train, batch), RESULT, INT(1, 65536, "32"), .unit = "images",
     .help = "of one training step, over all ranks"},
    {AT(train, sampler), RESULT, ENUM(sampler_words, "shuffle"),
     .help =
         "balanced: a batch has its classes alike often; slides: many slides"},
    {AT(train, learning_rate), RESULT, REAL(1e-9, 10, "0.001"),
     .help = "at the start; of cosine the largest"},
    {AT(train, optimizer), RESULT, ENUM(optimizer_words, "adam"),
     .help = "each as in Keras"},
    {AT(train, momentum), RESULT, REAL(0, 0.99999, "0.9"),
     .help = "of sgd and nesterov"},
    {AT(train, weight_decay), RESULT, REAL(0, 10, "0.004"),
     .help = "of adamw: w -= w decay rate"},
    {AT(train, label_smoothing), RESULT, REAL(0, 0.99, "0"),
     .help = "of cross-entropy: this share of a label goes to all classes"},
    {TEXT(train, teacher), PLACEMENT, STRING(""),
     .help = "predictions.csv of evaluate.training to learn from as well; or "
             "none"},
    {AT(train, teacher_weight), RESULT, REAL(0, 1, "0.5"), .before = "0.5",
     .help = "of what the teacher says; the rest is the label's"},
    {AT(train, teacher_temperature), RESULT, REAL(0.1, 100, "2"), .before = "2",
     .help = "at which teacher and network are compared"},
    {AT(train, mixup), RESULT, REAL(0, 100, "0"),
     .help = "alpha: each sample mixed with another, by Beta shares; 0: off"},
    {AT(train, mixstyle), RESULT, REAL(0, 100, "0"), .before = "0",
     .help = "alpha: mean and deviation of maps mixed with another's; 0: off"},
    {AT(train, ema), RESULT, REAL(0, 0.99999, "0"),
     .help = "momentum of the average that is validated and kept; 0: off"},
    {AT(train, average_epochs), RESULT, INT(0, 10000, "0"), .before = "0",
     .unit = "epochs",
     .help =
         "keep the mean of the weights after the last so many, too; 0: off"},
    {AT(train, clip_norm), RESULT, REAL(0, 1e9, "0"),
     .help = "largest L2 norm of the whole gradient; 0: no limit"},
    {AT(train, schedule), RESULT, ENUM(schedule_words, "plateau"),
     .help = "of the learning rate; cosine falls step by step to the minimum"},
    {AT(train, warmup_epochs), RESULT, INT(0, 10000, "0"), .unit = "epochs",
     .help = "before the cosine: the rate rises from 0 in a line"},
    {AT(train, bn_momentum), RESULT, REAL(0, 0.99999, "0"),
     .help = "momentum of batch-norm statistics; 0: the network's own"},
    {AT(train, input), RESULT, ENUM(input_words, "auto"),
     .help = "scaling of pixels; auto: as the network's weights expect"},
    {AT(train, dropout), RESULT, ENUM(dropout_words, "notebook"),
     .before = "notebook",
     .help = "of heads: as the notebooks have it, or .5 in all of them"},
    {AT(train, stop_patience), RESULT, INT(0, 10000, "3"), .unit = "epochs",
     .help = "stop after so many without a better val_loss; 0: never"},
    {AT(train, plateau_patience), RESULT, INT(0, 10000, "2"), .unit = "epochs",
     .help = "schedule plateau lowers the rate after so many; 0: never"},
    {AT(train, plateau_factor), RESULT, REAL(0.001, 0.999, "0.2"),
     .help = "by this factor"},
    {AT(train, min_learning_rate), RESULT, REAL(0, 10, "1e-05"),
     .help = "but not below this"},
    {AT(train, checkpoint_seconds), PLACEMENT, REAL(0.01, 86400, "60"),
     .unit = "seconds", .help = "between two checkpoints in an epoch"},
    {AT(train, reproducible), RESULT, ENUM(reproducible_words, "pair"),
     .help = "same bits on 1 and 2 ranks, or (strict) on 1, 2 and 4"},
    {AT(train, ranks), PLACEMENT, INT(1, 1024, "1"), .unit = "processes",
     .help = "MPI ranks of one training"},
    {AT(train, threads), PLACEMENT, INT(0, 1024, "0"), .unit = "threads",
     .help = "per rank; 0: cores / ranks"},

    {AT(evaluate, model), RESULT, ENUM(model_words, "best_accuracy"),
     .was = "best",
     .help =
         "weights of the epoch best on validation, or last; or average_epochs'"},
    {AT(evaluate, views), RESULT, ENUM(view_words, "one"),
     .help = "average over one view of a cell, 4 flips, or all 8 with turns"},
    {AT(evaluate, training), RESULT, ENUM(onoff_words, "off"), .before = "off",
     .help = "write training cells into predictions.csv, too: train.teacher"},
    {AT(evaluate, bootstrap), RESULT, INT(0, 100000, "2000"),
     .unit = "resamples", .help = "of groups, for intervals; 0: none"},
    {TEXT(evaluate, normal), RESULT, STRING("auto"),
     .help = "normal classes, \"a, b\"; auto: by SIPaKMeD's names"},
    {TEXT(evaluate, benign), RESULT, STRING("auto"),
     .help = "benign classes, likewise"},
    {TEXT(evaluate, abnormal), RESULT, STRING("auto"),
     .help = "abnormal classes, likewise"},
    {AT(evaluate, benign_as), RESULT, ENUM(side_words, "normal"),
     .help = "which group benign classes count to, of two"},
    {AT(evaluate, sensitivity), RESULT, REAL(0.5, 1, "0.95"),
     .help = "wanted; the threshold for it is chosen on validation"},
    {AT(evaluate, miss_cost), RESULT, REAL(0, 1e6, "10"),
     .help = "of calling an abnormal cell not so; other mistakes cost 1"},
    {TEXT(evaluate, costs), RESULT, STRING(""),
     .help = "instead, a matrix: rows (true classes) end in a semicolon"},
    {AT(evaluate, coverage), RESULT, REAL(0.5, 0.999, "0.95"),
     .help = "how often a set of classes shall hold the true one"},
    {AT(evaluate, neighbours), RESULT, INT(0, 20, "0"), .before = "0",
     .help = "nearest training cells of each cell, for the page; 0: none"},
    {AT(evaluate, ensembles), EXPERIMENT, NAMES("none"),
     .help = "none, soft_vote, weighted_vote, fuzzy_rank[_code], "
             "fuzzy_distance[_code]"},
    {AT(evaluate, ensemble_members), EXPERIMENT, PATTERNS("auto"),
     .help =
         "experiments, also as densenet169-*; auto: networks of each regime"},
    {TEXT(evaluate, ensemble_weights), EXPERIMENT, STRING("auto"),
     .help = "of weighted_vote, a number for each; auto: validation accuracy"},

    {AT(explain, methods), RESULT,
     NAMES("gradcam, gradcampp, scorecam, layercam, lime"),
     .help =
         "of explaining; also hirescam, finercam, rise, intgrad, smoothgrad"},
    {AT(explain, layers), RESULT, NAMES("auto"),
     .help = "to look at the first, layercam at all; auto: the network's own"},
    {AT(explain, per_class), RESULT, INT(0, 1000, "5"), .unit = "cells",
     .help = "of each class, so many correct and so many wrong ones"},
    {AT(explain, workers), PLACEMENT, INT(0, 256, "auto"), .unit = "processes",
     .words = auto_words,
     .help =
         "started by the scheduler; auto: where cores are free; 0: by hand"},
    {TEXT(explain, cells), RESULT, NAME("chosen"),
     .help = "that tables count: chosen by per_class, all, or so many, drawn"},
    {AT(explain, colours), RESULT, ENUM(colour_words, "uniform"),
     .help = "of maps: equal steps look equal, or the rainbow of the paper"},
    {AT(explain, placement), RESULT, ENUM(placement_words, "centres"),
     .before = "stretched",
     .help = "of a layer's values: receptive fields, or as tf-keras-vis"},
    {AT(explain, scale), RESULT, ENUM(scale_words, "map"), .before = "map",
     .help = "brightest: the peak of each map, or of a cell's of one method"},
    {AT(explain, baselines), RESULT, ENUM(onoff_words, "on"), .before = "off",
     .help = "measured, too: the centre, the blurred cell, the nucleus itself"},
    {AT(explain, sanity), RESULT, ENUM(sanity_words, "off"),
     .help = "compare maps of random weights: of all layers, or from the top"},
    {AT(explain, stability), RESULT, INT(0, 20, "0"), .unit = "seeds",
     .help =
         "more for lime, smoothgrad and rise, whose maps are compared; 0: none"},
    {AT(explain, gradcampp_variant), RESULT, ENUM(campp_words, "tfkv"),
     .help = "as tf-keras-vis, or as pytorch-grad-cam"},
    {AT(explain, scorecam_variant), RESULT, ENUM(scorecam_words, "paper"),
     .help = "as published, tf-keras-vis, pytorch-grad-cam, the authors' code"},
    {AT(explain, scorecam_max_n), RESULT, INT(0, 65536, "0"),
     .unit = "channels",
     .help = "only those of the largest spatial deviation; 0: all"},
    {AT(explain, lime_samples), RESULT, INT(1, 1000000, "1000"),
     .help = "pictures with segments hidden"},
    {AT(explain, lime_kernel_width), RESULT, REAL(0.001, 1000, "0.25"),
     .help = "how fast a sample's weight falls with what it hides"},
    {AT(explain, lime_features), RESULT, INT(1, 1000, "5"), .unit = "segments",
     .help = "that the pictures of LIME show"},
    {AT(explain, lime_kernel_size), RESULT, REAL(1, 100, "4"), .unit = "pixels",
     .help = "of quickshift; larger makes fewer segments"},
    {AT(explain, lime_max_dist), RESULT, REAL(0, 10000, "200"),
     .help = "of quickshift; smaller makes more segments"},
    {AT(explain, lime_ratio), RESULT, REAL(0, 1, "0.2"),
     .help = "of quickshift; weight of colour against place"},
    {AT(explain, intgrad_steps), RESULT, INT(1, 10000, "32"),
     .help = "between a black picture and the cell"},
    {AT(explain, smoothgrad_samples), RESULT, INT(1, 10000, "32"),
     .help = "noisy copies of a cell"},
    {AT(explain, smoothgrad_noise), RESULT, REAL(0, 10, "0.2"),
     .help = "its deviation, as a share of the input's range"},
    {AT(explain, finercam_strength), RESULT, REAL(0, 10, "1"), .before = "1",
     .help = "how much the likest classes count against the class"},
    {AT(explain, finercam_classes), RESULT, INT(1, 1000, "3"), .before = "3",
     .unit = "classes", .help = "that the class is compared with"},
    {AT(explain, rise_masks), RESULT, INT(1, 1000000, "4000"), .before = "4000",
     .help = "that the cell is seen through"},
    {AT(explain, rise_cells), RESULT, INT(1, RISE_CELLS_MAX, "7"),
     .before = "7", .unit = "cells", .help = "along a mask's side"},
    {AT(explain, rise_share), RESULT, REAL(0.01, 0.99, "0.5"), .before = "0.5",
     .help = "of a mask's cells that show the picture"},
    {AT(explain, faith_steps), RESULT, INT(0, 100000, "50"),
     .help = "of insertion and deletion; 0: faithfulness is not measured"},
    {AT(explain, f_fidelity), RESULT, INT(0, 1000000, "0"), .before = "0",
     .unit = "steps",
     .help = "of tuning on masked cells; 0: F-Fidelity is not measured"},
    {AT(explain, f_fidelity_share), RESULT, REAL(0.01, 0.9, "0.1"),
     .before = "0.1", .help = "of the picture that is masked at most"},
    {AT(explain, f_fidelity_draws), RESULT, INT(1, 1000, "10"), .before = "10",
     .unit = "masks", .help = "of each share that a map marks"},
    {AT(explain, bootstrap), RESULT, INT(0, 100000, "2000"),
     .unit = "resamples", .help = "of groups, for intervals; 0: none"},
    {AT(explain, concepts), RESULT, ENUM(onoff_words, "on"), .before = "off",
     .help =
         "measure what a cytologist names: nucleus, N/C ratio, halo, colour"},
    {AT(explain, dose_response), RESULT, ENUM(onoff_words, "on"),
     .before = "off",
     .help = "change one of these in the picture, see the probability move"},

    {TEXT(scheduler, endpoint), PLACEMENT, STRING("auto"),
     .help = "auto; ipc (one host); tcp://ADDRESS:PORT, as eth0:* or *:PORT"},
    {TEXT(scheduler, hosts), PLACEMENT, STRING("auto"),
     .help =
         "auto (of Slurm, PBS or here), local, \"NAME:CORES, ...\", a file"},
    {AT(scheduler, launcher), PLACEMENT, ENUM(launcher_words, "auto"),
     .help = "how processes are started there; auto: as the hosts were found"},
    {AT(scheduler, ranks), PLACEMENT, ENUM(rank_words, "fill"),
     .help = "of one training: fill few hosts, or spread over many"},
    {TEXT(scheduler, map_by), PLACEMENT, STRING(""),
     .help = "of mpirun's ranks, as socket:PE=4; empty: bound to no cores"},
    {AT(scheduler, walltime), PLACEMENT, REAL(0, 1e8, "0"), .unit = "seconds",
     .help = "that the run has; 0: as Slurm says, else no limit"},
    {AT(scheduler, end_margin), PLACEMENT, REAL(0, 1e6, "60"),
     .unit = "seconds",
     .help = "before the end of that, in which work is saved"},
    {AT(scheduler, lease), PLACEMENT, REAL(0.1, 3600, "10"), .unit = "seconds",
     .help = "without a heartbeat, then the unit goes to someone else"},
    {AT(scheduler, tries), PLACEMENT, INT(1, 100, "3"),
     .help = "of one unit, before it is set aside"},
    {AT(scheduler, memory), PLACEMENT, REAL(0, 1e6, "0"), .unit = "GB",
     .help = "that steps take together; 0: what is free when the run begins"},
};

enum { N_KEYS = sizeof(keys) / sizeof(keys[0]) };
_Static_assert((int)N_KEYS <= (int)CONFIG_KEYS_MAX, "raise CONFIG_KEYS_MAX");

const struct config_key_table config_key_run = {keys, N_KEYS};

const struct config_key *config_keys(size_t *n)
{
    *n = N_KEYS;
    return keys;
}
