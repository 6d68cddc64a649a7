/*
 * cam.h - what an explainer is: where in the image did the network look?
 *
 * An explainer lives in one file, cam_<name>.c, and is listed in
 * explainers.def.  All give a map of the size of the network's input, 0 .. 1.
 */
#ifndef EXPLAIN_CAM_H
#define EXPLAIN_CAM_H

#include "base/err.h"
#include "nn/graph.h"

#include <stddef.h>

struct cam_task {
    struct graph *graph; /* GRAPH_KEEP_ALL, weights in place; borrowed */
    struct node *layer;  /* whose activations are looked at; borrowed */
    const float *x;      /* (h, w, 3) the network's input; borrowed */
    int target;          /* class whose logit is explained */
    int h, w;            /* of x and of the map, pixels */
};

struct explainer {
    const char *name;  /* "gradcam" */
    const char *title; /* "Grad-CAM", for people */

    /*
     *   map [out] (h, w)
     * Changes the values and gradients in the graph.  Deterministic.
     * Errors: ERR_SYSTEM no memory.
     */
    int (*explain)(const struct cam_task *t, float *map, struct err *err);
};

/* The explainer of that name.  Errors: ERR_USAGE; the text lists all. */
MUST_USE const struct explainer *explainer_find(const char *name,
                                                struct err *err);

/*
 * Grad-CAM from activations and gradients of one image:
 *     w_k = mean_ij d s / d a_ijk,   cam_ij = max(0, sum_k w_k a_ijk)
 *   a, da [in]  (h, w, c)
 *   cam   [out] (h, w)
 * Source: Selvaraju et al. 2017 (arXiv:1610.02391), eq. 1 and 2.
 */
void gradcam(const float *a, const float *da, int h, int w, int c, float *cam);

/*
 * Enlarge (or reduce) bilinearly with the corners aligned: pixel i of n reads
 * x at i (m - 1) / (n - 1); so scipy.ndimage.zoom(order=1).
 *   x [in]  (h, w)      y [out] (out_h, out_w), not x
 */
void cam_resize(const float *x, int h, int w, float *y, int out_h, int out_w);

/* x = (x - min) / (max - min + 1e-7); a flat map becomes zeros. */
void cam_normalise(float *x, size_t n);

/* Where the map is largest; of equals the first in reading order. */
void cam_peak(const float *map, int h, int w, int *x, int *y);

#endif
