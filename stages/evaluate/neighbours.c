#include "stages/evaluate/neighbours.h"

#include "base/buf.h"
#include "base/npy.h"
#include "base/sort.h"
#include "evaluation/nearest_cells.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 32, BLOCK = 128, N_SPLIT = 3 };

/* Those that are told of, then those that trained. */
static const enum split splits[N_SPLIT] = {SPLIT_TEST, SPLIT_VALIDATION,
                                           SPLIT_TRAIN};

enum { TOLD, CHECKED, TRAINED };

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

static int open_trunk(struct neighbours *s, struct err *err)
{
    const struct neighbours_args *a = s->args;
    const struct graph_args ga = {
        .max_batch = BATCH, .memory = GRAPH_INFER, .frozen = true};

    s->trunk = (struct inference){.info = *a->info, .batch = BATCH};
    s->trunk.graph = model_read_trunk(a->model, &ga, err);
    return s->trunk.graph ? 0 : -1;
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
        nearest_cells_unit(x + i * s->d, s->d);
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

/* --- the nearest ---------------------------------------------------------- */

static int find_nearest(struct neighbours *s, int split, struct err *err)
{
    const size_t n = s->n[split];
    struct nearest_cells_args a = {.others = s->x[TRAINED],
                                   .m = s->n[TRAINED],
                                   .d = s->d,
                                   .k = s->k,
                                   .scratch = s->product};

    s->nearest[split] =
        calloc(n * (size_t)s->k + 1, sizeof(*s->nearest[split]));
    if (!s->nearest[split])
        return err_set(err, ERR_SYSTEM,
                       "no memory for the nearest of %zu cells", n);
    for (size_t i = 0; i < n; i += BLOCK) {
        a.x = s->x[split] + i * s->d;
        a.n = n - i < BLOCK ? n - i : BLOCK;
        nearest_cells_find(&a, s->nearest[split] + i * (size_t)s->k);
    }
    return 0;
}

/* A cell's own: that from the k-th. */
static double own_distance(const struct neighbours *s, int split, size_t i)
{
    return nearest_cells_distance(
        &s->nearest[split][(i + 1) * (size_t)s->k - 1]);
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
        buf_printf(b, "%.6f",
                   nearest_cells_beyond(s->checked, s->n[CHECKED], distance));
    for (int j = 0; j < s->k; j++)
        buf_printf(b, ",%zu,%.6f", s->row[TRAINED][list[j].at],
                   nearest_cells_distance(&list[j]));
    buf_puts(b, "\n");
}

static int write_file(const struct neighbours *s, struct err *err)
{
    struct buf b = {0};

    buf_puts(&b, "file,split,distance,beyond");
    for (int j = 1; j <= s->k; j++)
        buf_printf(&b, ",row_%d,distance_%d", j, j);
    buf_puts(&b, "\n");
    for (int split = TOLD; split <= CHECKED; split++)
        for (size_t i = 0; i < s->n[split]; i++)
            put_cell(s, split, i, &b);
    return buf_save(&b, s->args->dir, "neighbours.csv", err);
}

/* Features of the training cells, for who measures new ones. */
static int write_cells(const struct neighbours *s, struct err *err)
{
    const struct npy a = {.type = NPY_F32,
                          .n_dim = 2,
                          .dim = {s->n[TRAINED], s->d},
                          .data = s->x[TRAINED]};
    char path[FILE_PATH_MAX];

    return file_path(path, err, "%s/training_cells.npy", s->args->dir) < 0
               ? -1
               : npy_write(&a, path, err);
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
    if (find_nearest(s, TOLD, err) < 0 || find_nearest(s, CHECKED, err) < 0 ||
        sort_checked(s, err) < 0 || write_cells(s, err) < 0)
        return -1;
    return write_file(s, err);
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
    int rc = 0;

    BUG_ON(a->k < 1 || a->k > NEIGHBOURS_MAX);
    for (int i = 0; i < N_SPLIT && rc == 0; i++)
        rc = inference_split(a->data, splits[i], &s.row[i], &s.n[i], err);
    if ((size_t)s.k > s.n[TRAINED])
        s.k = (int)s.n[TRAINED];
    if (rc == 0 && s.k > 0)
        rc = find_all(&s, err);
    release_all(&s);
    return rc;
}
