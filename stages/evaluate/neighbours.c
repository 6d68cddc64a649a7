#include "stages/evaluate/neighbours.h"

#include "base/buf.h"
#include "base/sort.h"
#include "nn/gemm.h"
#include "nn/weights.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 32, BLOCK = 128, N_SPLIT = 3 };

/* Those that are told of, then those that trained. */
static const enum split splits[N_SPLIT] = {SPLIT_TEST, SPLIT_VALIDATION,
                                           SPLIT_TRAIN};

enum { TOLD, CHECKED, TRAINED };

struct near_cell {
    size_t row;
    float alike; /* product of both, 1 at distance 0 */
};

struct neighbours {
    const struct neighbours_args *args;
    struct inference trunk; /* owned: its graph */
    size_t d;               /* features */
    size_t *row[N_SPLIT];   /* owned */
    size_t n[N_SPLIT];
    float *x[N_SPLIT];            /* owned: (n, d) */
    float *product;               /* owned: (BLOCK, n[TRAINED]) */
    struct near_cell *nearest[2]; /* owned: (n, k) of TOLD and CHECKED */
    double *checked;              /* owned: (n[CHECKED]) rising distances */
    int k;
};

/* --- features ------------------------------------------------------------- */

/* The network as far as its trunk. */
static int open_trunk(struct neighbours *s, struct err *err)
{
    const struct neighbours_args *a = s->args;
    struct safetensors f = {0};
    const struct net *net;
    int rc = -1;

    s->trunk = (struct inference){.info = *a->info, .batch = BATCH};
    s->trunk.info.head = HEAD_POOL;
    net = net_find(a->info->network, err);
    if (!net || safetensors_read(&f, a->model, err) < 0)
        return -1;
    s->trunk.graph = model_fresh(&s->trunk.info,
                                 &(struct graph_args){.max_batch = BATCH,
                                                      .memory = GRAPH_INFER,
                                                      .frozen = true},
                                 err);
    if (s->trunk.graph)
        rc = weights_load(s->trunk.graph, net, &f, err);
    safetensors_release(&f);
    return rc;
}

static void bring_to_length(float *x, size_t d)
{
    double sum = 0;

    for (size_t i = 0; i < d; i++)
        sum += (double)x[i] * (double)x[i];
    for (size_t i = 0; i < d; i++)
        x[i] = sum > 0 ? (float)((double)x[i] / sqrt(sum)) : 0.0F;
}

/* The features of rows first .. first + n - 1 of a split. */
static void make_features(struct neighbours *s, int split, size_t first,
                          size_t n)
{
    const struct store *data = s->args->data;
    const size_t pixels = 3 * data->h * data->w;
    float *x = s->x[split] + first * s->d;

    graph_set_batch(s->trunk.graph, (int)n);
    for (size_t i = 0; i < n; i++)
        inference_input(&s->trunk, data, s->row[split][first + i],
                        graph_input(s->trunk.graph) + i * pixels);
    graph_forward(s->trunk.graph, PHASE_INFER);
    memcpy(x, graph_output(s->trunk.graph)->out.data, n * s->d * sizeof(*x));
    for (size_t i = 0; i < n; i++)
        bring_to_length(x + i * s->d, s->d);
}

static int make_split(struct neighbours *s, int split, struct err *err)
{
    const struct neighbours_args *a = s->args;
    const size_t n = s->n[split];

    s->x[split] = malloc((n * s->d + 1) * sizeof(*s->x[split]));
    if (!s->x[split])
        return err_set(err, ERR_SYSTEM, "no memory for features of %zu cells",
                       n);
    for (size_t i = 0; i < n; i += BATCH) {
        if (a->each && !a->each(a->self, i, n))
            return err_set(err, ERR_AGAIN, "evaluation was stopped");
        make_features(s, split, i, n - i < BATCH ? n - i : BATCH);
    }
    return 0;
}

static int list_rows(struct neighbours *s, struct err *err)
{
    for (int i = 0; i < N_SPLIT; i++)
        if (inference_split(s->args->data, splits[i], &s->row[i], &s->n[i],
                            err) < 0)
            return -1;
    return 0;
}

/* --- the nearest ---------------------------------------------------------- */

/* Put training cell 'row' into a list of k, the most alike first. */
static void insert_near(struct near_cell *list, int k, size_t row, float alike)
{
    int at = k;

    while (at > 0 && alike > list[at - 1].alike)
        at--;
    if (at == k)
        return;
    memmove(list + at + 1, list + at, (size_t)(k - 1 - at) * sizeof(*list));
    list[at] = (struct near_cell){row, alike};
}

/* The nearest of cells first .. first + n - 1 of a split. */
static void find_block(struct neighbours *s, int split, size_t first, size_t n)
{
    const size_t m = s->n[TRAINED];

    gemm(&(struct gemm){.ta = AS_IS,
                        .tb = TRANSPOSED,
                        .m = (int)n,
                        .n = (int)m,
                        .k = (int)s->d,
                        .a = s->x[split] + first * s->d,
                        .b = s->x[TRAINED],
                        .c = s->product},
         omp_get_max_threads());
    for (size_t i = 0; i < n; i++) {
        struct near_cell *list = s->nearest[split] + (first + i) * (size_t)s->k;

        for (int j = 0; j < s->k; j++)
            list[j].alike = -2;
        for (size_t j = 0; j < m; j++)
            insert_near(list, s->k, s->row[TRAINED][j], s->product[i * m + j]);
    }
}

static int find_nearest(struct neighbours *s, int split, struct err *err)
{
    const size_t n = s->n[split];

    s->nearest[split] =
        calloc(n * (size_t)s->k + 1, sizeof(*s->nearest[split]));
    if (!s->nearest[split])
        return err_set(err, ERR_SYSTEM,
                       "no memory for the nearest of %zu cells", n);
    for (size_t i = 0; i < n; i += BLOCK)
        find_block(s, split, i, n - i < BLOCK ? n - i : BLOCK);
    return 0;
}

static double distance_of(const struct near_cell *c)
{
    return sqrt(fmax(0, 2 - 2 * (double)c->alike));
}

/* A cell's own: that from the k-th. */
static double own_distance(const struct neighbours *s, int split, size_t i)
{
    return distance_of(&s->nearest[split][(i + 1) * (size_t)s->k - 1]);
}

/* Share of validation cells that are nearer. */
static double share_nearer(const struct neighbours *s, double distance)
{
    size_t nearer = 0;

    while (nearer < s->n[CHECKED] && s->checked[nearer] < distance)
        nearer++;
    return (double)nearer / (double)s->n[CHECKED];
}

static int sort_checked(struct neighbours *s, struct err *err)
{
    s->checked = malloc((s->n[CHECKED] + 1) * sizeof(*s->checked));
    if (!s->checked)
        return err_set(err, ERR_SYSTEM, "no memory for distances");
    for (size_t i = 0; i < s->n[CHECKED]; i++)
        s->checked[i] = own_distance(s, CHECKED, i);
    sort_numbers(s->checked, s->n[CHECKED]);
    return 0;
}

/* --- the file ------------------------------------------------------------- */

static void put_header(const struct neighbours *s, struct buf *b)
{
    buf_puts(b, "file,split,distance,beyond");
    for (int j = 1; j <= s->k; j++)
        buf_printf(b, ",row_%d,distance_%d", j, j);
    buf_puts(b, "\n");
}

static void put_cell(const struct neighbours *s, int split, size_t i,
                     struct buf *b)
{
    const struct csv *index = &s->args->data->index;
    const struct near_cell *list = s->nearest[split] + i * (size_t)s->k;
    const double distance = own_distance(s, split, i);

    buf_csv(b, csv_field(index, s->row[split][i], csv_column(index, "file")));
    buf_csv_next(b, store_split_name(splits[split]));
    buf_printf(b, ",%.6f,", distance);
    if (s->n[CHECKED] > 0)
        buf_printf(b, "%.6f", share_nearer(s, distance));
    for (int j = 0; j < s->k; j++)
        buf_printf(b, ",%zu,%.6f", list[j].row, distance_of(&list[j]));
    buf_puts(b, "\n");
}

static int write_file(const struct neighbours *s, struct err *err)
{
    struct buf b = {0};

    put_header(s, &b);
    for (int split = TOLD; split <= CHECKED; split++)
        for (size_t i = 0; i < s->n[split]; i++)
            put_cell(s, split, i, &b);
    return buf_save(&b, s->args->dir, "neighbours.csv", err);
}

/* --- all ------------------------------------------------------------------ */

static int find_all(struct neighbours *s, struct err *err)
{
    if (open_trunk(s, err) < 0)
        return -1;
    s->d = tensor_row(&graph_output(s->trunk.graph)->out);
    s->product = malloc((BLOCK * s->n[TRAINED] + 1) * sizeof(*s->product));
    if (!s->product)
        return err_set(err, ERR_SYSTEM, "no memory for products");
    for (int i = 0; i < N_SPLIT; i++)
        if (make_split(s, i, err) < 0)
            return -1;
    return find_nearest(s, TOLD, err) < 0 ||
                   find_nearest(s, CHECKED, err) < 0 || sort_checked(s, err) < 0
               ? -1
               : write_file(s, err);
}

static void release_all(struct neighbours *s)
{
    inference_close(&s->trunk);
    for (int i = 0; i < N_SPLIT; i++) {
        free(s->row[i]);
        free(s->x[i]);
    }
    free(s->nearest[TOLD]);
    free(s->nearest[CHECKED]);
    free(s->product);
    free(s->checked);
}

int neighbours_write(const struct neighbours_args *a, struct err *err)
{
    struct neighbours s = {.args = a, .k = a->k};
    int rc = -1;

    BUG_ON(a->k < 1 || a->k > NEIGHBOURS_MAX);
    if (list_rows(&s, err) == 0) {
        if ((size_t)s.k > s.n[TRAINED])
            s.k = (int)s.n[TRAINED];
        rc = s.k > 0 ? find_all(&s, err) : 0;
    }
    release_all(&s);
    return rc;
}
