/*
 * regime.h - the ways of training, by name
 *
 *     scratch         the whole network from random weights, cross-entropy
 *     finetune        pretrained weights, cut and frozen as the authors did
 *     cost_sensitive  goes on from the fine-tuned model of the same network
 *                     and seed, with classes weighed or mistakes priced
 *     contrastive     an encoder by a loss of embeddings, then a classifier
 *                     behind it while it is frozen
 */
#ifndef CONFIG_REGIME_H
#define CONFIG_REGIME_H

#include "config/config.h"
#include "nn/nets.h"

#include <stdbool.h>
#include <stddef.h>

/* What a regime does; keys that concern one of these alone say which. */
enum regime_does {
    REGIME_CUTS = 1,      /* takes the network as the authors cut it */
    REGIME_WEIGHS = 2,    /* weighs classes, or prices mistakes */
    REGIME_CONTRASTS = 4, /* trains an encoder first */
};

struct regime {
    const char *name;
    unsigned does;     /* of enum regime_does */
    bool pretrained;   /* reads the network's pretrained weights; of an
                          encoder: if train.encoder says so */
    const char *after; /* reads the model of this regime; NULL: of none */
};

/* Number i of train.regimes; NULL: none is called so, which the plan refuses. */
const struct regime *regime_listed(const struct config *c, int i);

/* The regime of that name.  Errors: ERR_USAGE unknown; the text lists all. */
MUST_USE const struct regime *regime_find(const char *name, struct err *err);

/* The i-th regime, or NULL past the last. */
const struct regime *regime_at(size_t i);

/* Does 'r' read pretrained weights? */
bool regime_pretrained(const struct regime *r, const struct config *c);

/* What is behind the trunk of a model that 'r' ends with. */
enum net_head regime_head(const struct regime *r, const struct config *c);

/* Does 'r' look at the labels of test pictures, to weigh classes by? */
bool regime_leaks(const struct regime *r, const struct config *c);

/* Does 'r' begin with weights that it is given: pretrained ones, or those of
 * another regime's model? */
bool regime_starts(const struct regime *r, const struct config *c);

/* Does key "train.X" of the configuration concern 'r'?  Most concern all. */
bool regime_heeds(const struct regime *r, const char *key);

#endif
