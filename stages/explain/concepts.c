#include "stages/explain/concepts.h"

#include "base/log.h"
#include "base/sort.h"
#include "evaluation/inference.h"
#include "img/cell_concepts.h"
#include "img/vipslib.h"
#include "stages/explain/cell_group.h"
#include "stages/explain/grouped_means.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MEASURED = CELL_CONCEPTS, FIGURES, ALL_CLASSES = -1, ENOUGH = 5 };

struct concept_cell {
    size_t row;
    int truth, predicted; /* predicted -1: not known */
    double p;
    bool contoured;
    enum cell_fault fault;
    char *group; /* owned */
    double value[FIGURES];
};

struct concept_table {
    const struct concepts_args *a;
    const struct store *data;
    struct concept_cell *cell; /* owned */
    size_t n;
};

/* --- measuring ------------------------------------------------------------ */

static int measure_cell(const struct concept_table *t, struct concept_cell *c,
                        struct err *err)
{
    const struct concept_source *s = &t->a->source;
    struct cell_regions r;
    int rc = concept_regions(s, c->row, &r, &c->contoured, &c->fault, err);

    for (int i = 0; i < CELL_CONCEPTS; i++)
        c->value[i] = (double)NAN;
    c->value[MEASURED] = c->fault == CELL_FOUND;
    if (rc == 0 && c->fault == CELL_FOUND)
        rc = cell_concepts_measure(&r, store_image(t->data, c->row),
                                   concept_regions_pitch(s, c->row), c->value,
                                   err);
    cell_regions_release(&r);
    return rc;
}

static int measure_cells(struct concept_table *t, struct err *err)
{
    int failed = 0;

#pragma omp parallel
    {
#pragma omp for schedule(dynamic)
        for (size_t i = 0; i < t->n; i++) {
            struct err own = {0};
            const int rc = measure_cell(t, &t->cell[i], &own);

#pragma omp critical(concepts_failure)
            if (rc < 0 && !failed) {
                failed = -1;
                *err = own;
            }
        }
        vipslib_end_thread();
    }
    return failed;
}

/* The class of normal intermediate cells; -1: none is called so. */
static int intermediate_class(const struct store *s)
{
    for (int c = 0; c < s->n_class; c++) {
        char name[CONFIG_NAME_MAX];
        size_t i = 0;

        for (; s->class_name[c][i]; i++)
            name[i] = (char)tolower((unsigned char)s->class_name[c][i]);
        name[i] = '\0';
        if (strstr(name, "intermediate"))
            return c;
    }
    return -1;
}

/* Areas of nuclei by that of a normal intermediate one. */
static int relate_areas(struct concept_table *t, struct err *err)
{
    const int class = intermediate_class(t->data);
    double *area = malloc((t->n + 1) * sizeof(*area)), median;
    size_t n = 0;

    if (!area)
        return err_set(err, ERR_SYSTEM, "no memory for %zu areas", t->n);
    for (size_t i = 0; i < t->n; i++)
        if (t->cell[i].truth == class && t->cell[i].fault == CELL_FOUND)
            area[n++] = t->cell[i].value[CONCEPT_NUCLEUS_AREA];
    if (n > 0)
        sort_numbers(area, n);
    median = n >= ENOUGH ? (area[(n - 1) / 2] + area[n / 2]) / 2 : (double)NAN;
    for (size_t i = 0; i < t->n; i++)
        t->cell[i].value[CONCEPT_NUCLEUS_RATIO] =
            t->cell[i].value[CONCEPT_NUCLEUS_AREA] / median;
    free(area);
    return 0;
}

/* --- which cells ---------------------------------------------------------- */

static struct concept_cell *find_cell(struct concept_table *t, size_t row)
{
    size_t low = 0, high = t->n;

    while (low < high) {
        const size_t mid = (low + high) / 2;

        if (t->cell[mid].row < row)
            low = mid + 1;
        else
            high = mid;
    }
    return low < t->n && t->cell[low].row == row ? &t->cell[low] : NULL;
}

static int take_predictions(struct concept_table *t, struct err *err)
{
    const char *path = t->a->predictions;
    struct csv c;
    int rc = 0;

    if (!file_exists(path))
        return 0;
    if (csv_read(&c, path, err) < 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < c.n_row; i++) {
        struct concept_cell *cell =
            find_cell(t, strtoull(csv_get(&c, i, 0), NULL, 10));
        const int class = atoi(csv_get(&c, i, 1));

        if (c.n_column != 3 || !cell || class < 0 ||
            class >= t->data->n_class) {
            rc = err_set(err, ERR_INPUT, "'%s': row %zu is not of this run",
                         path, i + 1);
            break;
        }
        cell->predicted = class;
        cell->p = (double)strtof(csv_get(&c, i, 2), NULL);
    }
    csv_release(&c);
    return rc;
}

static int list_cells(struct concept_table *t, struct err *err)
{
    size_t *row;
    int rc = 0;

    if (inference_split(t->data, store_told_split(t->data), &row, &t->n, err) <
        0)
        return -1;
    t->cell = calloc(t->n + 1, sizeof(*t->cell));
    if (!t->cell)
        rc = err_set(err, ERR_SYSTEM, "no memory for %zu cells", t->n);
    for (size_t i = 0; rc == 0 && i < t->n; i++) {
        t->cell[i] =
            (struct concept_cell){.row = row[i],
                                  .truth = store_label(t->data, row[i]),
                                  .predicted = -1};
        t->cell[i].group = cell_group(t->data, row[i], err);
        rc = t->cell[i].group ? 0 : -1;
    }
    free(row);
    return rc;
}

static void release_cells(struct concept_table *t)
{
    for (size_t i = 0; t->cell && i < t->n; i++)
        free(t->cell[i].group);
    free(t->cell);
}

/* --- concepts.csv --------------------------------------------------------- */

static void put_line(const struct concept_table *t,
                     const struct concept_cell *c, struct buf *out)
{
    const struct csv *index = &t->data->index;

    buf_printf(out, "%zu,", c->row);
    buf_csv(out, csv_field(index, c->row, csv_column(index, "file")));
    buf_csv_next(out, c->group);
    buf_csv_next(out, t->data->class_name[c->truth]);
    if (c->predicted < 0) {
        buf_puts(out, ",,");
    } else {
        buf_csv_next(out, t->data->class_name[c->predicted]);
        buf_printf(out, ",%.6f", c->p);
    }
    buf_puts(out, c->contoured ? ",contours," : ",segmentation,");
    buf_puts(out, cell_regions_fault(c->fault));
    for (int i = 0; i < CELL_CONCEPTS; i++) {
        buf_puts(out, ",");
        if (isfinite(c->value[i]))
            buf_printf(out, "%.6g", c->value[i]);
    }
    buf_puts(out, "\n");
}

static int write_cells(const struct concept_table *t, struct err *err)
{
    struct buf out = {0};

    buf_puts(&out, "row,file,group,label,predicted,p,source,status");
    for (int i = 0; i < CELL_CONCEPTS; i++)
        buf_printf(&out, ",%s", cell_concepts_name((enum cell_concept)i));
    buf_puts(&out, "\n");
    for (size_t i = 0; i < t->n; i++)
        put_line(t, &t->cell[i], &out);
    return buf_save(&out, t->a->out, "concepts.csv", err);
}

/* --- concept_means.csv ---------------------------------------------------- */

/* Cells of a true and a predicted class. */
struct chosen_cells {
    double *value;      /* owned: (n, FIGURES) */
    const char **group; /* owned */
    size_t n;
};

static void choose_cells_of(const struct concept_table *t, int truth,
                            int predicted, struct chosen_cells *chosen)
{
    chosen->n = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct concept_cell *c = &t->cell[i];

        if ((truth != ALL_CLASSES && c->truth != truth) ||
            (predicted != ALL_CLASSES && c->predicted != predicted))
            continue;
        memcpy(chosen->value + chosen->n * FIGURES, c->value, sizeof(c->value));
        chosen->group[chosen->n++] = c->group;
    }
}

static const char *class_word(const struct concept_table *t, int class)
{
    return class == ALL_CLASSES ? "all" : t->data->class_name[class];
}

static int put_means(const struct concept_table *t, int truth, int predicted,
                     struct chosen_cells *chosen, struct buf *out,
                     struct err *err)
{
    struct grouped_values v = {.n_value = FIGURES,
                               .value = chosen->value,
                               .group = chosen->group,
                               .resamples = t->a->resamples,
                               .seed = t->a->seed};
    struct grouped_mean mean[FIGURES];

    choose_cells_of(t, truth, predicted, chosen);
    v.n = chosen->n;
    if (v.n == 0)
        return 0;
    if (grouped_means(&v, mean, err) < 0)
        return -1;
    for (int i = 0; i < FIGURES; i++) {
        buf_csv(out, class_word(t, truth));
        buf_csv_next(out, class_word(t, predicted));
        buf_printf(out, ",%s",
                   i == MEASURED ? "measured"
                                 : cell_concepts_name((enum cell_concept)i));
        grouped_means_text(&mean[i], out);
    }
    return 0;
}

static int write_means(const struct concept_table *t, struct err *err)
{
    struct chosen_cells chosen = {
        .value = malloc((t->n + 1) * FIGURES * sizeof(*chosen.value)),
        .group = malloc((t->n + 1) * sizeof(*chosen.group))};
    struct buf out = {0};
    int rc = 0;

    if (!chosen.value || !chosen.group)
        rc = err_set(err, ERR_SYSTEM, "no memory for means of %zu cells", t->n);
    buf_puts(&out, "label,predicted,concept,cells,groups,mean,low,high\n");
    for (int truth = ALL_CLASSES; rc == 0 && truth < t->data->n_class; truth++)
        for (int said = ALL_CLASSES; rc == 0 && said < t->data->n_class; said++)
            rc = put_means(t, truth, said, &chosen, &out, err);
    free(chosen.value);
    free(chosen.group);
    if (rc == 0)
        return buf_save(&out, t->a->out, "concept_means.csv", err);
    buf_release(&out);
    return -1;
}

/* --- all ------------------------------------------------------------------ */

static void tell_faults(const struct concept_table *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++)
        n += t->cell[i].fault != CELL_FOUND;
    if (n > 0)
        log_info("%zu of %zu cells have no concepts; concepts.csv says why", n,
                 t->n);
}

int concepts_write(const struct concepts_args *a, struct err *err)
{
    struct concept_table t = {.a = a, .data = a->source.data};
    int rc = -1;

    if (list_cells(&t, err) == 0 && take_predictions(&t, err) == 0 &&
        measure_cells(&t, err) == 0 && relate_areas(&t, err) == 0 &&
        write_cells(&t, err) == 0 && write_means(&t, err) == 0) {
        tell_faults(&t);
        rc = 0;
    }
    release_cells(&t);
    return rc;
}
