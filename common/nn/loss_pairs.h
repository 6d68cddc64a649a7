/*
 * loss_pairs.h - a loss of embeddings as a function of their pairs
 *
 * For the files loss_X.c behind loss_embed.h alone.  Row i of a loss sees row i
 * of the pairs and gives its derivative by them; loss_embed.c makes the pairs,
 * adds the rows up and carries the derivative back to the embeddings.
 */
#ifndef NN_LOSS_PAIRS_H
#define NN_LOSS_PAIRS_H

#include "nn/loss_embed.h"

enum pair_kind { PAIRS_DOT, PAIRS_DISTANCE };

struct pairs {
    const struct embed_args *args;
    int n;
    const int *label;
    const int *before; /* (n) rows of i's class before i */
    const int *same;   /* (n) rows of i's class, itself included */
    const double *p;   /* (n, n) dot products or distances; symmetric */
};

/*
 * What row i adds to the sum.
 *   g     [out] (n) d of that / d p_ij; is 0 before
 *   count [out] terms that the mean is over
 */
typedef double (*pair_row_f)(const struct pairs *p, int i, double *g,
                             double *count);

struct embed_loss {
    const char *name;
    enum pair_kind kind;
    bool base_temperature; /* is read */
    pair_row_f row;
};

#define EMBED_LOSS(name) extern const struct embed_loss embed_loss_##name;
#include "nn/embed_losses.def"
#undef EMBED_LOSS

static inline const double *loss_pairs_row(const struct pairs *p, int i)
{
    return p->p + (size_t)i * (size_t)p->n;
}

static inline bool loss_pairs_same_class(const struct pairs *p, int i, int j)
{
    return p->label[i] == p->label[j];
}

/*
 * Softmax over some columns of row i, of logits p_ij / temperature.
 *   g    [in]  (n) not 0 where a column takes part
 *        [out] exp(logit - max) / sum there; 0 elsewhere
 *   max  [out] the largest logit
 * Returns log sum exp(logit - max), of the columns that take part: at least
 * one.
 */
double loss_pairs_softmax(const struct pairs *p, int i, double *g, double *max);

#endif
