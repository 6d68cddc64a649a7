/*
 * ensemble.h - one decision from the probabilities of several networks
 *
 * With p_m[c] the probability that network m of M gives class c:
 *
 * soft, weighted       p[c] = sum over m of w_m p_m[c], weights adding up to 1
 * fuzzy-rank           r_m[c] = (1 - exp(-(p_m[c]-1)^2/2))
 *                               (1 - tanh((p_m[c]-1)^2/2))
 *                      rank[c] = sum of r_m[c];  the class of least
 *                      rank[c] (1 - mean of p_m[c])
 * fuzzy-rank-code      the class of least rank[c]: the published code computes
 *                      the product above and does not use it
 * fuzzy-distance       d[c] = cosine * Euclidean * city-block distance of
 *                      (p_1[c] .. p_M[c]) from (1 .. 1); the class of least
 * fuzzy-distance-code  if all networks say the same, that; else fuzzy-distance
 *
 * Two oddities come with the definitions: r and d are not monotonous in p.
 * r_m grows from 0 at p = 1 but the cosine distance is 0 whenever all networks
 * give the same p, high or low, so fuzzy-distance may choose a class that all
 * find equally unlikely.  The cosine distance of (0 .. 0), 0/0 in the
 * published code, is 1 here.  Of equals the first class is taken.
 * Sources: Manna et al. 2021, Sci. Rep. 11:14538; Pramanik et al. 2022, Comput.
 * Methods Programs Biomed. 219:106776; and the code published with each.
 */
#ifndef STATS_ENSEMBLE_H
#define STATS_ENSEMBLE_H

#include "stats/outcomes.h"

#include <stdbool.h>

struct ensemble {
    int n_member;           /* 1 or more */
    const double *const *p; /* (n_member) each (n, k); borrowed */
    const double *weight;   /* (n_member) not negative, one positive; NULL:
                             * equal.  Of soft votes alone.  Borrowed */
    size_t n;
    int k;
};

/* p [out] (n, k). */
void ensemble_vote(const struct ensemble *e, double *p);

/* predicted [out] (n); 'code': as their code does. */
void ensemble_fuzzy_rank(const struct ensemble *e, bool code, int *predicted);
void ensemble_fuzzy_distance(const struct ensemble *e, bool code,
                             int *predicted);

#endif
