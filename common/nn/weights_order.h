/*
 * weights_order.h - Keras 3's groups of weights by class and number
 */
#ifndef NN_WEIGHTS_ORDER_H
#define NN_WEIGHTS_ORDER_H

#include "nn/weights_fit.h"

/* A tensor's name of this layout, cut into its parts; all borrowed. */
struct weights_order_name {
    const char *tensor;
    size_t n_holder;   /* bytes of "layers/functional/layers/" */
    size_t n_path;     /* bytes of all up to "/vars/" */
    const char *layer; /* its name, n_layer bytes; or NULL */
    size_t n_layer;
    int variable; /* 0, 1, ... */
};

/* Is it of a class that layers of a trunk have? */
bool weights_order_is_trunk(const struct weights_order_name *name);

/* Cut a name; false: it is none of this layout. */
bool weights_order_cut(const char *tensor, struct weights_order_name *name);

/*
 * Find the place of each tensor by the order of layers within a class: in one
 * holder there must be one way to have all layers of the network, in order, by
 * layers of the same shapes.
 *   m [in] net, l, f; [out] to, prefix
 * Errors: ERR_INPUT there is none, or more than one, or several holders have
 * one; the text says what of.  ERR_SYSTEM.
 */
MUST_USE int weights_order_map(struct weights_map *m, struct err *err);

#endif
