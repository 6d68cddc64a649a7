/*
 * explainer.h - what an explainer is: where in the image did the network look?
 *
 * An explainer lives in one file, explainer_<name>.c, and is listed in
 * explainers.def, with its name as published.  All give a map of the size of the network's input, 0 .. 1:
 * 0 where nothing speaks for the class, or as little as anywhere.  A map that
 * is flat (no activation, no gradient, a picture of one colour) is 0.
 *
 * Variants are those of widely used programs, which differ under one name:
 *     tfkv      tf-keras-vis 0.8
 *     ptgc      pytorch-grad-cam 1.5
 *     paper     as published
 *     official  the authors' own code
 */
#ifndef EXPLAIN_EXPLAINER_H
#define EXPLAIN_EXPLAINER_H

#include "config/config.h"
#include "nn/preprocess.h"
#include "stages/explain/gradients.h"
#include "stages/explain/map_grid.h"
#include "stages/explain/scorer.h"

/* One cell, and what is asked about it.  Everything is borrowed. */
struct explainer_task {
    const struct explain_settings *settings;
    uint64_t seed;         /* of draws: depends on the cell */
    const uint8_t *rgb;    /* (h, w, 3) the picture */
    const float *x;        /* (h, w, 3) the network's input */
    int h, w;              /* of these and of the map, pixels */
    enum preprocess input; /* how rgb became x */
    const int *target;     /* (n_target) classes whose logits are explained */
    int n_target;          /* 1 .. GRADIENTS_TARGETS_MAX */
    const struct gradients_layer
        *layer; /* (n_layer) with gradients of each target;
                                      the first is where most look */
    int n_layer;
    struct graph *graph;         /* for gradients_of_input() */
    struct gradients *gradients; /* of 'graph', that layer[] is of */
    const struct scorer *scorer; /* for many forward passes */
    const uint8_t *region;       /* (h, w) of localisation.h; NULL: not known */
};

/* What a segmenting explainer says of a pixel, or-ed. */
enum explainer_view {
    VIEW_PRO = 1, /* among the few that weigh most, for the class */
    VIEW_CON = 2, /* likewise, against it */
};

/* The explanation of one target; both arrays (h, w), borrowed. */
struct explainer_map {
    float *heat;
    uint8_t *view;        /* only written by explainers with views */
    float low, high;      /* least and largest value before they became 0 and 1;
                        of a layer's map, among the layer's values */
    struct map_grid grid; /* of the layer that the map is made of */
    int used, of;         /* channels of it that count; 0: not said */
};

struct explainer {
    const char *name; /* "gradcam" */
    bool has_views;
    bool baseline;       /* asks no network: what others have to beat */
    bool needs_contours; /* is nothing without them */
    bool draws;          /* random numbers: another seed gives another map */

    /*
     *   map [out] (t->n_target)
     * Changes the values and gradients in the graphs.  Deterministic; those
     * that draw depend on t->seed and on nothing else.
     * Errors: ERR_SYSTEM no memory.
     */
    int (*explain)(const struct explainer_task *t, struct explainer_map *map,
                   struct err *err);
};

#define EXPLAINER(name, title) extern const struct explainer explainer_##name;
#include "config/explainers.def"
#undef EXPLAINER

/* Its name as published, for people: "Grad-CAM". */
const char *explainer_title(const struct explainer *e);

/* The explainer of that name.  Errors: ERR_USAGE; the text lists all. */
MUST_USE const struct explainer *explainer_find(const char *name,
                                                struct err *err);

/* Append the names of all baselines that are not among 'names'. */
void explainer_add_baselines(struct word_list *names);

/*
 * Grad-CAM from activations and gradients of one image:
 *     w_k = mean_ij d s / d a_ijk,   cam_ij = max(0, sum_k w_k a_ijk)
 *   a, da [in]  (h, w, c)
 *   cam   [out] (h, w)
 * Source: Selvaraju et al. 2017 (arXiv:1610.02391), eq. 1 and 2.
 */
void gradcam(const float *a, const float *da, int h, int w, int c, float *cam);

/*
 * Grad-CAM++, likewise.  With g = d s / d a and A_k = sum_ij a_ijk,
 *     alpha = g^2 / (2 g^2 + A_k g^3),   w_k = sum_ij alpha max(0, g)
 * CAMPP_TFKV: alpha is divided by its sum over ij, or by 1 where that is 0;
 * where g is 0 so is alpha.  The factor exp(s) of the paper cancels then, and
 * with it the danger that it overflows.
 * CAMPP_PTGC: 1e-6 in the denominator, no division.
 * A denominator that is 0 though g is not gives alpha = 0.
 * Source: Chattopadhay et al. 2018 (arXiv:1710.11063), eq. 5, 7 and 19.
 */
void gradcampp(enum campp_variant variant, const float *a, const float *da,
               int h, int w, int c, float *cam);

/*
 * LayerCAM: cam_ij = max(0, sum_k max(0, d s / d a_ijk) a_ijk)
 * Source: Jiang et al. 2021 (TIP 30, 5875), eq. 5 and 6.
 */
void layercam(const float *a, const float *da, int h, int w, int c, float *cam);

/*
 * HiResCAM: cam_ij = max(0, sum_k d s / d a_ijk a_ijk)
 * Where the layer is followed by a mean and one dense layer alone it is CAM, and
 * Grad-CAM's map is the same.
 * Source: Draelos and Carin 2020 (arXiv:2011.08891), section "HiResCAM"; the
 * maximum with 0 as in pytorch-grad-cam.
 */
void hirescam(const float *a, const float *da, int h, int w, int c, float *cam);

/*
 * Enlarge (or reduce) bilinearly with the corners aligned: pixel i of n reads
 * x at i (m - 1) / (n - 1); so scipy.ndimage.zoom(order=1).  With 'areas'
 * pixels are areas: pixel i of n reads x at (i + 1/2) m/n - 1/2, or the nearest
 * there is; so OpenCV and PyTorch's align_corners=False.
 *   x [in]  (h, w)      y [out] (out_h, out_w), not x
 */
void explainer_resize(const float *x, int h, int w, bool areas, float *y,
                      int out_h, int out_w);

/* x = (x - min) / (max - min + 1e-7); a flat map becomes zeros. */
void explainer_normalise(float *x, size_t n);

/* The same of a map of n pixels, keeping what they were. */
void explainer_normalise_map(struct explainer_map *map, size_t n);

/*
 * Enlarge what explains a layer to the picture's size: values lie where
 * explain.placement has them, at the centres of their receptive fields
 * (map_grid.h), or stretched, as explainer_resize() does with 'areas'.
 *   x [in]  (l->h, l->w)
 *   y [out] (t->h, t->w), not x
 */
void explainer_enlarge(const struct explainer_task *t,
                       const struct gradients_layer *l, const float *x,
                       bool areas, float *y);

/*
 * From the layer's map to the cell's.  Enlarge, then normalise (tf-keras-vis);
 * with 'areas' as pytorch-grad-cam: less the minimum, over 1e-7 and the former
 * maximum, enlarge by areas, and the first again.
 *   cam [in,out] (l->h, l->w)   spoilt with 'areas'
 *   map [out]    but for its view
 */
void explainer_finish(const struct explainer_task *t,
                      const struct gradients_layer *l, float *cam, bool areas,
                      struct explainer_map *map);

/* A map of one layer from its activations and gradients, as gradcam(). */
typedef void (*explainer_layer_f)(const float *a, const float *da, int h, int w,
                                  int c, float *cam);

/*
 * The maps of all targets: of the first layer, finished without areas.
 *   map [out] (t->n_target)
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int explainer_of_layer(const struct explainer_task *t,
                                explainer_layer_f of, struct explainer_map *map,
                                struct err *err);

/* Keep a layer's least and largest value, and where its values lie. */
void explainer_keep_layer(const struct explainer_task *t,
                          const struct gradients_layer *l, const float *cam,
                          struct explainer_map *map);

/*
 * Where the map is largest.  Of several such pixels: with a grid the one
 * nearest to the picture's middle, because the outermost values hold as far as
 * its border; else the one nearest to the middle of them all.  Of equally near
 * ones, and of a map of zeros, the first in reading order.
 */
void explainer_peak(const struct explainer_map *map, int h, int w, int *x,
                    int *y);

#endif
