/*
 * explain_picture.h - where a network looks in a picture that is in no store
 *
 * With the settings that the configuration has by default.
 */
#ifndef EXPLAIN_EXPLAIN_PICTURE_H
#define EXPLAIN_EXPLAIN_PICTURE_H

#include "evaluation/inference.h"
#include "stages/explain/explainer.h"

struct explain_picture {
    struct explain_settings settings;
    uint64_t seed;              /* of draws, mixed with the pixels */
    struct inference net;       /* every layer readable, with gradients */
    struct inference *many;     /* the same model folded; borrowed */
    struct scorer scorer;       /* of 'many' */
    struct gradients gradients; /* of 'net' */
    float *x;                   /* owned: (h, w, 3) the network's input */
    const uint8_t *rgb;         /* (h, w, 3) what is looked at; borrowed */
    int target;                 /* the class that is asked about */
};

/*
 * Load the model in 'path' once more, for gradients.
 *   many [in] opened from the same file with GRAPH_INFER; borrowed
 * Errors: as inference_open() and explained_network_layers().  *e is empty then.
 */
MUST_USE int explain_picture_init(struct explain_picture *e, const char *path,
                                  struct inference *many, struct err *err);
void explain_picture_release(struct explain_picture *e);

/*
 * Look at a picture, for the methods that follow.
 *   rgb    [in] (h, w, 3) borrowed until the next one
 *   size   [in] of the cell as it came; not read if the model takes none
 *   target [in] class, below info.n_class
 */
void explain_picture_look(struct explain_picture *e, const uint8_t *rgb,
                          const struct cell_size *size, int target);

/* The explainer of that name.  Errors: ERR_USAGE none, or it asks for contours,
 * which no picture has by itself. */
MUST_USE const struct explainer *explain_picture_method(const char *name,
                                                        struct err *err);

/*
 * The map of one method.
 *   map [out] both of its parts, of the model's size
 * Deterministic.  Errors: ERR_SYSTEM.
 */
MUST_USE int explain_picture_map(struct explain_picture *e,
                                 const struct explainer *method,
                                 struct explainer_map *map, struct err *err);

#endif
