/*
 * explain.h - maps of what the network looked at, for some cells of the test
 * split, and how faithful they are
 *
 * Files, ROW being the row in data/, METHOD an explainer and CLASS the number
 * of the class whose logit is explained: the predicted one and, where that is
 * wrong, the true one
 *     maps/ROW_CLASS_METHOD.npy      (h, w) float32, 0 .. 1
 *     overlays/ROW_CLASS_METHOD.png  cell, map over it, map (heatmap_image.h)
 *     strips/ROW_CLASS.png           cell, each method's map over it, those of
 *                                    LIME as outlines, the contours; of methods
 *                                    that say the same here the first
 *     scores.csv                     a line a map: row,file,label,predicted,
 *                                    target,p,method,map,overlay,strip,peak_x,
 *                                    peak_y,target_p,raw_low,raw_high,grid,
 *                                    spacing,same_as,note and the figures of
 *                                    faithfulness.h
 *     faithfulness.csv               their means (map_scores.h)
 *     curves.csv, curves.svg         likewise of the points of insertion's and
 *                                    deletion's curves, and these drawn
 *     f_fidelity.csv                 likewise of f_fidelity.h, if that is asked
 *                                    for; its figures, too, are in scores.csv
 *     f_fidelity.json                how its network was tuned: steps, share,
 *                                    mean loss of masked cells in the first and
 *                                    the last tenth of the steps
 *     localisation.csv               likewise of localisation.h, if data/ has
 *                                    contours; its figures end the lines of
 *                                    scores.csv
 *     sanity.csv                     likewise: how alike the maps are to those
 *                                    of networks whose layers nearest to the
 *                                    output, 25 to 100 %, have random weights
 *                                    (spearman_25, ssim_25 ..;
 *                                    map_similarity.h); theirs are stretched to
 *                                    0 .. 1
 *     stability.csv                  likewise: how alike the maps of several
 *                                    seeds are, over all pairs
 *     sheets/                        explain_sheets.h
 *     concepts.csv, concept_means.csv
 *                    concepts.h
 *     dose_response.csv, dose_response_means.csv
 *                    dose_response.h
 * where p is the probability of the predicted class, target_p that of the one
 * explained, the peak the pixel where the map is largest; raw_low and raw_high
 * are what the map's 0 and 1 were (of a layer's map its values; of LIME
 * weights), grid is "4x4" where the map is made of so many values of a layer,
 * spacing pixels apart, same_as a method named before whose map nowhere differs
 * by more than 1/255, note "64 of 1280 channels" where a map is not made of all.
 * Without faith_steps the figures are empty and
 * there is no faithfulness.csv.
 *
 * The chosen cells have places 0, 1 ..: those of choose_cells.h, which are
 * shown, then those that explain.cells adds, which only tables count.  Places
 * are explained one by one, in any order, by any number of processes; what a
 * cell adds to the tables lies in .parts/ (OUTPUT_PARTS of run/output.h) until
 * the output is sealed:
 *     .parts/predictions.csv         of the whole split; who finds none makes
 *                                    it, all choose the cells from it
 *     .parts/PLACE.scores.csv        its lines of scores.csv; written last
 *     .parts/PLACE.KIND.csv          map_scores.h
 *     .parts/PLACE.dose_response.csv its lines of that file
 *     .parts/f_fidelity.safetensors  the tuned network; who finds none makes it
 *     .parts/f_fidelity.json
 */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "evaluation/inference.h"

struct explain_args {
    const char *data;  /* directory of the image store */
    int fold, folds;   /* whose splits; see store_use_fold() */
    const char *model; /* the model's file */
    const char *out;   /* directory, exists */
    const char *network;
    const struct resizing *resizing; /* how pictures came to data's size */
    const struct explain_settings *settings;
    uint64_t seed; /* of draws, mixed with the cell's pixels */

    /* Called now and then; false stops.  May be NULL. */
    bool (*each)(void *self, size_t done, size_t total);
    void *self;
};

struct explanation;

/*
 * Load the networks, choose cells; the test split is predicted unless that was
 * done.  'a' is borrowed.  Deterministic.
 * Errors: ERR_USAGE unknown method; unknown layer, with the nearest name, or
 * one without rows and columns; else as store_open() and inference_open();
 * ERR_INPUT .parts/predictions.csv is of other cells; ERR_AGAIN each() said
 * stop; ERR_SYSTEM.
 */
MUST_USE int explain_open(struct explanation **e, const struct explain_args *a,
                          struct err *err);
void explain_close(struct explanation *e);

/* Are the cells still those of .parts/predictions.csv?  Not if the output has
 * been begun anew meanwhile: then open it again. */
bool explain_is_current(const struct explanation *e);

/*
 * Explain the cell at a place and write its files; one that is done already, or
 * a place that holds none, is left as it is.  The bytes do not depend on what
 * was explained before.  Errors: ERR_SYSTEM.
 */
MUST_USE int explain_at(struct explanation *e, size_t place, struct err *err);

/*
 * Make the tables of what lies in .parts/, which stays: so it may be done again
 * until the output is sealed.
 * A cell that is not there was set aside, and is warned of.
 * Errors: as store_open(); ERR_INPUT no chosen cell is in .parts/, or a
 * file there is damaged; ERR_SYSTEM.
 */
MUST_USE int explain_gather(const struct explain_args *a, struct err *err);

/* All of it; .parts/ is gone then.  Errors: as above. */
MUST_USE int explain_run(const struct explain_args *a, struct err *err);

/*
 * The layer called 'name', or if that is "auto" the network's default; where
 * that is a single point, as behind small pictures, the nearest before it that
 * is not.
 * Errors: ERR_USAGE as above.
 */
MUST_USE struct node *explain_layer(struct graph *g, const char *network,
                                    const char *name, struct err *err);

/* explain.methods, then the baselines that are only measured. */
void explain_methods(const struct explain_settings *s, struct word_list *names);

/* Networks that a sanity check compares with. */
int explain_sanity_networks(enum sanity_check check);

#endif
