/* explain_list.c - which cells are explained: said once, kept for all */
#include "run/output.h"
#include "stages/explain/concepts.h"
#include "stages/explain/explain_private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int list_path(char path[FILE_PATH_MAX], const struct explain_args *a,
                     struct err *err)
{
    return file_path(path, err, "%s/" OUTPUT_PARTS "/predictions.csv", a->out);
}

/* --- predicting ----------------------------------------------------------- */

/* Lines of predictions.csv; nine digits are all that a float has. */
static int predict_rows(const struct explanation *e, struct inference *net,
                        const size_t *row, size_t n_row, struct buf *text,
                        struct err *err)
{
    const size_t k = (size_t)e->data.n_class;
    float out[SCORER_BATCH * CONFIG_CLASSES_MAX];

    for (size_t i = 0; i < n_row; i += SCORER_BATCH) {
        const size_t left = n_row - i,
                     n = left < SCORER_BATCH ? left : SCORER_BATCH;

        if (e->args->each && !e->args->each(e->args->self, i, n_row))
            return err_set(err, ERR_AGAIN, "explanation was stopped");
        if (inference_rows(net, &e->data, row + i, n, out, err) < 0)
            return -1;
        for (size_t j = 0; j < n; j++) {
            const int predicted = inference_class(out + j * k, (int)k);

            buf_printf(text, "%zu,%d,%.9g\n", row[i + j], predicted,
                       (double)out[j * k + (size_t)predicted]);
        }
    }
    return 0;
}

/* Open the network in float32 if it makes many passes in bf16. */
static int open_exact(struct inference *exact, const struct explanation *e,
                      struct err *err)
{
    const struct inference_args p = {.path = e->args->model,
                                     .network = e->args->network,
                                     .data = &e->data,
                                     .batch = SCORER_BATCH,
                                     .memory = GRAPH_INFER};

    *exact = (struct inference){.batch = 0};
    return e->args->settings->precision == PRECISION_BF16
               ? inference_open(exact, &p, err)
               : 0;
}

/* What the network says of the split, in float32. */
static int predict_split(struct explanation *e, struct buf *text,
                         struct err *err)
{
    struct inference exact;
    size_t *row = NULL, n;
    int rc =
        inference_split(&e->data, store_told_split(&e->data), &row, &n, err);

    buf_puts(text, CONCEPTS_PREDICTIONS_HEADER);
    if (rc == 0 && open_exact(&exact, e, err) == 0) {
        rc = predict_rows(e, exact.graph ? &exact : &e->own.many, row, n, text,
                          err);
        inference_close(&exact);
    } else {
        rc = -1;
    }
    free(row);
    return rc;
}

/* Have predictions.csv. */
static int make_predictions(struct explanation *e, struct err *err)
{
    char path[FILE_PATH_MAX], dir[FILE_PATH_MAX], own[64];
    char made[FILE_PATH_MAX];
    struct buf text = {0};

    if (list_path(path, e->args, err) < 0)
        return -1;
    if (file_exists(path))
        return 0;
    file_parent(dir, path);
    snprintf(own, sizeof(own), "predictions.%ld", (long)getpid());
    if (file_dir_make(dir, err) == 0 &&
        file_path(made, err, "%s/%s", dir, own) == 0 &&
        predict_split(e, &text, err) == 0)
        return buf_save(&text, dir, own, err) < 0
                   ? -1
                   : file_adopt_first(made, path, err);
    buf_release(&text);
    return -1;
}

/* --- reading -------------------------------------------------------------- */

/* 'list' has the rows and true classes of the split. */
static int read_predictions(const char *path, int n_class,
                            struct prediction *list, size_t n, struct err *err)
{
    struct csv c;
    int rc = 0;

    if (csv_read(&c, path, err) < 0)
        return -1;
    if (c.n_column != 3 || c.n_row != n)
        rc = err_set(err, ERR_INPUT, "'%s' is not of this split", path);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        list[i].predicted = atoi(csv_get(&c, i, 1));
        list[i].p = strtof(csv_get(&c, i, 2), NULL);
        if (strtoull(csv_get(&c, i, 0), NULL, 10) != list[i].row ||
            list[i].predicted < 0 || list[i].predicted >= n_class)
            rc = err_set(err, ERR_INPUT, "'%s': row %zu is not of this run",
                         path, i + 1);
    }
    csv_release(&c);
    return rc;
}

/* Choose the cells to be shown, and 'want' that tables count. */
static int mark_cells(const struct explain_args *args, size_t want,
                      struct prediction *list, size_t *n, struct err *err)
{
    struct prediction *all = malloc((*n + 1) * sizeof(*all));
    struct choose_cells_args a = {
        .all = all, .n = *n, .want = want < *n ? want : *n, .seed = args->seed};
    int rc = 0;

    a.order = malloc((*n + 1) * sizeof(*a.order));
    if (!all || !a.order) {
        rc = err_set(err, ERR_SYSTEM, "no memory for %zu predictions", *n);
    } else {
        memcpy(all, list, *n * sizeof(*all));
        *n = choose_cells(list, *n, (size_t)args->settings->per_class);
        if (want > 0)
            *n = choose_cells_measured(list, *n, &a);
    }
    free(all);
    free(a.order);
    return rc;
}

/* The cells of the split, with their true classes. */
static int list_split(const struct store *data, struct prediction **list,
                      size_t *n, struct err *err)
{
    size_t *row;
    int rc = 0;

    if (inference_split(data, store_told_split(data), &row, n, err) < 0)
        return -1;
    *list = calloc(*n + 1, sizeof(**list));
    if (!*list)
        rc = err_set(err, ERR_SYSTEM, "no memory for %zu predictions", *n);
    for (size_t i = 0; rc == 0 && i < *n; i++) {
        (*list)[i].row = row[i];
        (*list)[i].truth = store_label(data, row[i]);
    }
    free(row);
    return rc;
}

int explain_list_read(const struct explain_args *a, const struct store *data,
                      struct prediction **list, size_t *n, struct err *err)
{
    char path[FILE_PATH_MAX];
    int64_t want;

    *list = NULL;
    if (list_path(path, a, err) < 0 ||
        config_cells(a->settings->cells, &want, err) < 0 ||
        list_split(data, list, n, err) < 0)
        return -1;
    if (*n == 0 || (a->settings->per_class == 0 && want == 0)) {
        *n = 0;
        return 0;
    }
    if (read_predictions(path, data->n_class, *list, *n, err) < 0)
        return -1;
    return mark_cells(a, (size_t)want, *list, n, err);
}

/* --- those of an explanation ---------------------------------------------- */

int explain_list_open(struct explanation *e, struct err *err)
{
    char path[FILE_PATH_MAX];

    if (make_predictions(e, err) < 0 || list_path(path, e->args, err) < 0 ||
        hash_file(path, e->chosen_from, err) < 0)
        return -1;
    return explain_list_read(e->args, &e->data, &e->list, &e->n, err);
}

bool explain_is_current(const struct explanation *e)
{
    char path[FILE_PATH_MAX], now[HASH_HEX];
    struct err err;

    return list_path(path, e->args, &err) == 0 &&
           hash_file(path, now, &err) == 0 && strcmp(now, e->chosen_from) == 0;
}
