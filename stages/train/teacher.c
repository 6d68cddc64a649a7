/* teacher.c - rows of the table, looked up by the names of files */
#include "stages/train/teacher.h"

#include "base/hash.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Probabilities of a row are rounded when they are written. */
#define SUM_TOLERANCE 1e-3

/* A usable cell of data/. */
struct teacher_cell {
    const char *file; /* borrowed */
    size_t row;
    bool seen; /* its row of the table has been taken */
};

struct teacher_reader {
    const struct teacher_args *a;
    struct csv csv;            /* owned */
    struct teacher_cell *cell; /* owned: (n) by file */
    size_t n;
    int file, split, fold;
    int column[CONFIG_CLASSES_MAX]; /* of p_<class> */
    float *p;                       /* the teacher's; borrowed */
};

static int by_file(const void *a, const void *b)
{
    return strcmp(((const struct teacher_cell *)a)->file,
                  ((const struct teacher_cell *)b)->file);
}

/* --- before the rows -------------------------------------------------------*/

static int check_hash(const struct teacher_args *a, struct err *err)
{
    char hex[HASH_HEX];

    if (hash_file(a->path, hex, err) < 0)
        return -1;
    return strcmp(hex, a->hash) == 0
               ? 0
               : err_set(err, ERR_USAGE,
                         "train.teacher '%.300s' is not what it was when the "
                         "run started; run again",
                         a->path);
}

static int no_column(const struct teacher_reader *r, const char *name,
                     struct err *err)
{
    return err_set(err, ERR_USAGE, "train.teacher '%.200s' has no column '%s'",
                   r->a->path, name);
}

static int find_columns(struct teacher_reader *r, struct err *err)
{
    const struct store *s = r->a->data;
    char name[CONFIG_NAME_MAX + 2];

    r->file = csv_column(&r->csv, "file");
    r->split = csv_column(&r->csv, "split");
    r->fold = csv_column(&r->csv, "fold");
    if (r->file < 0)
        return no_column(r, "file", err);
    for (int c = 0; c < s->n_class; c++) {
        snprintf(name, sizeof(name), "p_%s", s->class_name[c]);
        r->column[c] = csv_column(&r->csv, name);
        if (r->column[c] < 0)
            return no_column(r, name, err);
    }
    if (s->folds > 1 && r->fold < 0)
        return no_column(r, "fold", err);
    if (s->folds <= 1 && r->fold >= 0)
        return err_set(err, ERR_USAGE,
                       "train.teacher '%.200s' is of folds, the run has none",
                       r->a->path);
    return 0;
}

static int sort_cells(struct teacher_reader *r, struct err *err)
{
    const struct store *s = r->a->data;
    const int file = csv_column(&s->index, "file");

    r->cell = calloc(s->n + 1, sizeof(*r->cell));
    if (!r->cell)
        return err_set(err, ERR_SYSTEM, "no memory for %zu cells", s->n);
    for (size_t i = 0; i < s->n; i++)
        if (store_label(s, i) >= 0)
            r->cell[r->n++] = (struct teacher_cell){
                .file = csv_field(&s->index, i, file), .row = i};
    qsort(r->cell, r->n, sizeof(*r->cell), by_file);
    return 0;
}

/* --- rows ------------------------------------------------------------------*/

static int bad_row(const struct teacher_reader *r, size_t row, const char *what,
                   struct err *err)
{
    return err_set(err, ERR_USAGE,
                   "train.teacher '%.200s' line %zu: '%.80s' %s", r->a->path,
                   row + 2, csv_field(&r->csv, row, r->file), what);
}

/* p^(1/T) / sum, of row 'row', to 'to'. */
static int take_numbers(struct teacher_reader *r, size_t row, float *to,
                        struct err *err)
{
    const int k = r->a->data->n_class;
    double p[CONFIG_CLASSES_MAX], sum = 0, tempered = 0;

    for (int c = 0; c < k; c++) {
        const char *text = csv_field(&r->csv, row, r->column[c]);
        char *end;

        p[c] = strtod(text, &end);
        if (end == text || *end || !(p[c] >= 0 && p[c] <= 1 + SUM_TOLERANCE))
            return bad_row(r, row, "has what is no probability", err);
        sum += p[c];
    }
    if (fabs(sum - 1) > SUM_TOLERANCE)
        return bad_row(r, row, "has probabilities whose sum is not 1", err);
    for (int c = 0; c < k; c++) {
        p[c] = pow(p[c], 1 / r->a->temperature);
        tempered += p[c];
    }
    for (int c = 0; c < k; c++)
        to[c] = (float)(p[c] / tempered);
    return 0;
}

/* A cell that does not train here: the teacher must not have learnt from it,
 * nor, where it tests, have been chosen by it. */
static int check_unseen(const struct teacher_reader *r, size_t row,
                        enum split here, struct err *err)
{
    const enum split there =
        store_split_parse(csv_field(&r->csv, row, r->split));

    if (there == SPLIT_TRAIN)
        return bad_row(r, row,
                       "trained the teacher, but tests or validates here", err);
    if (there == SPLIT_VALIDATION && here == SPLIT_TEST)
        return bad_row(r, row, "validated the teacher, but tests here", err);
    return 0;
}

static int take_row(struct teacher_reader *r, size_t row, struct err *err)
{
    const struct store *s = r->a->data;
    struct teacher_cell key = {.file = csv_field(&r->csv, row, r->file)};
    struct teacher_cell *cell;

    if (s->folds > 1 &&
        store_fold_parse(csv_field(&r->csv, row, r->fold)) != s->fold)
        return 0;
    cell = bsearch(&key, r->cell, r->n, sizeof(*cell), by_file);
    if (!cell)
        return 0;
    if (store_split(s, cell->row) != SPLIT_TRAIN)
        return check_unseen(r, row, store_split(s, cell->row), err);
    if (cell->seen)
        return bad_row(r, row, "is there twice", err);
    cell->seen = true;
    return take_numbers(r, row, r->p + cell->row * (size_t)s->n_class, err);
}

static int check_all(const struct teacher_reader *r, struct err *err)
{
    const struct store *s = r->a->data;
    size_t missing = 0, first = 0;

    for (size_t i = r->n; i-- > 0;)
        if (!r->cell[i].seen && store_split(s, r->cell[i].row) == SPLIT_TRAIN) {
            missing++;
            first = i;
        }
    if (missing == 0)
        return 0;
    return err_set(
        err, ERR_USAGE,
        "train.teacher '%.200s' lacks %zu training cells of fold %d, "
        "first '%.80s'; evaluate.training writes them",
        r->a->path, missing, s->fold, r->cell[first].file);
}

static int read_rows(struct teacher_reader *r, struct err *err)
{
    if (find_columns(r, err) < 0 || sort_cells(r, err) < 0)
        return -1;
    for (size_t i = 0; i < r->csv.n_row; i++)
        if (take_row(r, i, err) < 0)
            return -1;
    return check_all(r, err);
}

int teacher_read(struct teacher *t, const struct teacher_args *a,
                 struct err *err)
{
    const struct store *s = a->data;
    struct teacher_reader r = {.a = a};
    int rc;

    *t = (struct teacher){0};
    if (check_hash(a, err) < 0 || csv_read(&r.csv, a->path, err) < 0)
        return -1;
    t->p = r.p = calloc(s->n + 1, (size_t)s->n_class * sizeof(*r.p));
    rc = r.p ? read_rows(&r, err)
             : err_set(err, ERR_SYSTEM, "no memory for what a teacher says");
    csv_release(&r.csv);
    free(r.cell);
    if (rc < 0)
        teacher_release(t);
    return rc;
}

void teacher_release(struct teacher *t)
{
    free(t->p);
    *t = (struct teacher){0};
}
