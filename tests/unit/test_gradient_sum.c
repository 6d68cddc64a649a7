/*
 * test_gradient_sum.c - the same weights however many processes do the parts
 *
 * A batch in four parts trains a small network with batch normalisation and a
 * gradient of more than one bucket: as four members of this process, some at a
 * time, and as 1, 2 and 4 processes, for which it starts itself under mpirun;
 * they print the hash of their weights.
 */
#include "base/hash.h"
#include "nn/graph.h"
#include "nn/layers.h"
#include "ranks/dist_threads.h"
#include "ranks/gradient_sum.h"
#include "tap.h"

#include <sodium.h>
#include <stdlib.h>

enum {
    SIDE = 8,
    UNITS = 1100,
    CHANNELS = 1000,
    PARTS = 4,
    STEPS = 3,
    ROWS = 9,     /* of a batch: parts of 3, 2, 2, 2 */
    LAST_ROWS = 2 /* of the last one: two parts have none */
};

struct gradient_rank {
    bool buckets; /* else one sum behind backward */
    char hash[HASH_HEX];
    bool good;
};

static struct graph *make_network(const struct collective *coll)
{
    struct graph *g = graph_new(&(struct graph_args){.max_batch = ROWS,
                                                     .threads = 1,
                                                     .seed = 5,
                                                     .coll = coll,
                                                     .memory = GRAPH_TRAIN});
    struct node *x = nn_input(g, "in", SIDE, SIDE, 3);
    struct err err = {0};

    x = nn_conv2d(g, x, "conv", (struct conv_args){.filters = 16, .size = 3});
    x = nn_batch_norm(g, x, "bn", (struct bn_args){.act = ACT_RELU});
    x = nn_conv2d(g, x, "wide",
                  (struct conv_args){.filters = CHANNELS, .size = 1});
    x = nn_batch_norm(g, x, "bn2", (struct bn_args){.momentum = 0.9f});
    x = nn_global_avg_pool(g, x, "pool");
    nn_dense(g, x, "dense", (struct dense_args){.units = UNITS});
    BUG_ON(graph_finish(g, &err) < 0);
    BUG_ON(graph_n_param(g) <= GRADIENT_SUM_BUCKET);
    return g;
}

/* Rows of part p: the first ones have one more. */
static int rows_of(int rows, int p, int *first)
{
    const int more = rows % PARTS, n = rows / PARTS;

    *first = p * n + (p < more ? p : more);
    return n + (p < more);
}

static bool run_backward(struct graph *g, struct dist *d, bool buckets)
{
    const size_t n = graph_n_param(g);
    struct gradient_sum e;
    struct err err;

    graph_zero_grad(g);
    if (!buckets) {
        graph_backward(g);
        return dist_sum_float(d, graph_dparam(g), n, &err) == 0;
    }
    gradient_sum_begin(&e, d, graph_dparam(g), n);
    graph_backward_each(g, gradient_sum_ready, &e);
    return gradient_sum_end(&e, &err) == 0 && e.left == 0;
}

static bool run_step(struct graph *g, struct dist *d, int k, bool buckets)
{
    struct node *out = graph_output(g);
    float *w = graph_param(g), *x = graph_input(g);
    const float *dw = graph_dparam(g);
    int first;

    graph_set_batch(
        g, rows_of(k == STEPS - 1 ? LAST_ROWS : ROWS, d->rank, &first));
    for (int i = 0; i < graph_batch(g); i++) {
        struct rng rng;

        rng_init(&rng, 9, RNG_TEST, (uint32_t)k, (uint32_t)(first + i));
        for (int j = 0; j < SIDE * SIDE * 3; j++)
            x[i * SIDE * SIDE * 3 + j] = rng_normal(&rng);
    }
    graph_forward(g, PHASE_TRAIN);
    for (size_t i = 0; i < tensor_len(&out->out); i++)
        out->dout.data[i] = out->out.data[i] - (float)(i % 7);
    if (!run_backward(g, d, buckets))
        return false;
    for (size_t i = 0; i < graph_n_param(g); i++)
        w[i] -= 1e-3f * dw[i];
    return true;
}

static void train_rank(void *self, struct dist *d)
{
    const struct collective coll = dist_collective(d);
    struct graph *g = make_network(&coll);
    struct gradient_rank *m = self;
    struct hash h;

    m->good = d->size == PARTS;
    for (int k = 0; m->good && k < STEPS; k++)
        m->good = run_step(g, d, k, m->buckets);
    hash_init(&h);
    hash_add(&h, graph_param(g), graph_n_param(g) * sizeof(float));
    hash_add(&h, graph_state(g), graph_n_state(g) * sizeof(float));
    hash_final(&h, m->hash);
    graph_free(g);
}

/* All members of this process; do they agree?  'hash' is theirs. */
static bool train_all(struct dist *process, int at_once, bool buckets,
                      char hash[HASH_HEX])
{
    struct gradient_rank m[PARTS] = {{0}};
    void *self[PARTS] = {NULL};
    const int n = PARTS / process->size;
    bool same = true;

    for (int i = 0; i < n; i++) {
        m[i].buckets = buckets;
        self[i] = &m[i];
    }
    dist_threads_turns(process, n, at_once < n ? at_once : n, train_rank, self);
    for (int i = 0; i < n; i++)
        same = same && m[i].good && strcmp(m[i].hash, m[0].hash) == 0;
    memcpy(hash, m[0].hash, HASH_HEX);
    return same;
}

static int run_child(void)
{
    char hash[HASH_HEX];
    struct dist d;
    struct err err;
    bool same;

    if (dist_start(&d, &err) < 0)
        return 1;
    same = train_all(&d, PARTS, true, hash);
    printf("%s\n", same ? hash : "ranks differ");
    dist_stop(&d);
    return !same;
}

/* Do 'ranks' processes, and all of them, print that hash? */
static bool ranks_print(const char *self, int ranks, const char *hash)
{
    char command[600], line[256];
    int n = 0;
    FILE *p;

    snprintf(command, sizeof(command),
             "timeout 60 mpirun --oversubscribe -n %d '%.400s' --rank", ranks,
             self);
    fflush(stdout);
    p = popen(command, "r");
    while (p && fgets(line, sizeof(line), p)) {
        line[strcspn(line, "\n")] = '\0';
        n += strcmp(line, hash) == 0;
        if (strcmp(line, hash) != 0)
            printf("# %s\n", line);
    }
    return p && pclose(p) == 0 && n == ranks;
}

int main(int argc, char **argv)
{
    char whole[HASH_HEX], hash[HASH_HEX];
    struct dist alone;

    BUG_ON(sodium_init() < 0);
    if (argc == 2 && strcmp(argv[1], "--rank") == 0)
        return run_child();
    dist_alone(&alone);
    ok(train_all(&alone, PARTS, false, whole), "four parts, one sum");
    for (int at_once = 1; at_once <= PARTS; at_once++)
        ok(train_all(&alone, at_once, true, hash) && strcmp(hash, whole) == 0,
           "the same in buckets, some parts at a time");
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    setenv("OMP_NUM_THREADS", "1", 1);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* Open MPI's own leaks */
    ok(ranks_print(argv[0], 1, whole), "gradients of one process");
    ok(ranks_print(argv[0], 2, whole), "gradients of two processes");
    ok(ranks_print(argv[0], 4, whole), "gradients of four processes");
    return tap_done();
}
