/*
 * nn_digest.h - the tensors and digests of nn_common.py, in C
 */
#ifndef GOLDEN_NN_DIGEST_H
#define GOLDEN_NN_DIGEST_H

#include "nn/graph.h"
#include "tap.h"

enum { MAX_SUMS = 16 };

struct golden_digest {
    const char *network, *tensor;
    double norm, sum[MAX_SUMS];
};

static inline uint32_t name_hash(const char *name)
{
    uint32_t h = 0x811C9DC5u;

    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * 0x01000193u;
    return h;
}

static inline uint32_t mix_bits(uint32_t i, uint32_t salt)
{
    uint32_t h = i + salt * 0x9E3779B1u;

    h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
    h = (h ^ (h >> 13)) * 0xC2B2AE35u;
    return h ^ (h >> 16);
}

/* x = a + b value(name, i) */
static inline void fill_values(const char *name, float a, float b, float *x,
                               size_t n)
{
    const uint32_t salt = name_hash(name);

    for (size_t i = 0; i < n; i++)
        x[i] = a + b * ((float)(mix_bits((uint32_t)i, salt) >> 8) * 0x1p-23f -
                        1.0f);
}

/* The weights of nn_common.py's initial(). */
static inline void fill_weights(struct graph *g)
{
    const struct named_tensor *t;
    size_t n;

    graph_tensors(g, &t, &n);
    for (; n--; t++) {
        const bool one =
            strstr(t->name, "gamma") || strstr(t->name, "variance");
        size_t fan = 9;

        if (strstr(t->name, "kernel")) {
            if (!strstr(t->name, "depthwise_k"))
                fan = t->len / (size_t)t->dim[t->n_dim - 1];
            fill_values(t->name, 0.0f, (float)sqrt(6.0 / (double)fan), t->data,
                        t->len);
        } else {
            fill_values(t->name, one ? 1.0f : 0.0f, 0.25f, t->data, t->len);
        }
    }
}

/*
 * The distance of x from the tensor whose digest is 'want', relative to the
 * latter's norm: the larger of that of the norms and that estimated from the
 * first 'n_sum' sums.  Absolute if the norm is 0 but for rounding.
 */
static inline double digest_distance(const struct golden_digest *want,
                                     int n_sum, const float *x, size_t n)
{
    double sum[MAX_SUMS] = {0}, norm = 0, diff = 0;

    for (size_t i = 0; i < n; i++) {
        const uint32_t bits = mix_bits((uint32_t)i, 12345);

        norm += (double)x[i] * (double)x[i];
        for (int k = 0; k < n_sum; k++)
            sum[k] += bits >> k & 1 ? (double)x[i] : -(double)x[i];
    }
    for (int k = 0; k < n_sum; k++)
        diff += (sum[k] - want->sum[k]) * (sum[k] - want->sum[k]) / n_sum;
    if (want->norm < 1e-9)
        return sqrt(norm) + sqrt(diff);
    return fmax(sqrt(diff), fabs(sqrt(norm) - want->norm)) / want->norm;
}

/* |a - b| / |b| */
static inline double relative_gap(const float *a, const float *b, size_t n)
{
    double d = 0, s = 0;

    for (size_t i = 0; i < n; i++) {
        d += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        s += (double)b[i] * (double)b[i];
    }
    return sqrt(d / s);
}

/* Mean cross-entropy with label i % its classes; writes the output's dout. */
static inline double mean_loss(struct graph *g)
{
    const struct node *y = graph_output(g);
    const int n = y->out.n, classes = y->out.c;
    double sum = 0;

    for (int i = 0; i < n; i++) {
        const float *z = y->out.data + (size_t)(i * classes);
        float *dz = y->dout.data ? y->dout.data + (size_t)(i * classes) : NULL;
        double all, top = (double)z[0];

        for (int k = 1; k < classes; k++)
            top = fmax(top, (double)z[k]);
        all = exp((double)z[0] - top);
        for (int k = 1; k < classes; k++)
            all += exp((double)z[k] - top);
        sum += log(all) + top - (double)z[i % classes];
        for (int k = 0; dz && k < classes; k++)
            dz[k] =
                (float)((exp((double)z[k] - top) / all - (k == i % classes)) /
                        n);
    }
    return sum / n;
}

/* The row of 'tensor' of 'network', or NULL. */
static inline const struct golden_digest *find_golden(
    const struct golden_digest *g, size_t n, const char *network,
    const char *tensor)
{
    for (; n--; g++)
        if (strcmp(g->network, network) == 0 && strcmp(g->tensor, tensor) == 0)
            return g;
    return NULL;
}

#endif
