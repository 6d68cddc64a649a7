/*
 * trained_layers.h - which part of a network a regime takes, and what of it
 * learns
 *
 * train.cut says where the trunk ends, train.trainable which of its layers
 * learn.  Layers are frozen in regimes that begin with weights that they are
 * given (regime_starts()) alone; a network of random weights learns as a whole.
 * Layers are counted in Keras' order, net_layers() of nets.h.
 */
#ifndef CONFIG_TRAINED_LAYERS_H
#define CONFIG_TRAINED_LAYERS_H

#include "config/regime.h"
#include "nn/nets.h"

struct trained_layers {
    const char *cut; /* layer that ends the trunk; NULL: all of it; borrowed of
                        the configuration or the network */
    int freeze;      /* so many first layers learn nothing; of regime
                        contrastive: of its encoder */
};

/*
 * What these keys of 'c' mean for 'net' in regime 'r'.
 * Errors: ERR_USAGE the network has no such layer, or has it behind the cut, or
 * is cut by name before the first layer that the authors left to learn; the
 * text begins with the key.  ERR_SYSTEM.
 */
MUST_USE int trained_layers_init(struct trained_layers *t,
                                 const struct net *net, const struct config *c,
                                 const struct regime *r, struct err *err);

/*
 * Are both keys right for every network and regime of 'c'?  Words that name
 * none are passed over.  Errors: as trained_layers_init(); ERR_USAGE the
 * network cannot be cut there.
 */
MUST_USE int trained_layers_check(const struct config *c, struct err *err);

#endif
