/* predictions.c - predictions.csv */
#include "evaluation/predictions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- writing -------------------------------------------------------------- */

void predictions_header(const struct predictions *p, struct buf *out)
{
    char name[CONFIG_NAME_MAX + 8];

    buf_puts(out, "file,split,label,predicted");
    for (int c = 0; c < p->o.k && p->o.p; c++) {
        snprintf(name, sizeof(name), "p_%s", p->class_name[c]);
        buf_csv_next(out, name);
    }
    buf_puts(out, p->family ? ",group,family" : ",group");
    buf_puts(out, p->folds > 1 ? ",fold\n" : "\n");
}

void predictions_rows(const struct predictions *p, enum split split,
                      struct buf *out)
{
    for (size_t i = 0; i < p->o.n; i++) {
        buf_csv(out, p->file[i]);
        buf_printf(out, ",%s,", store_split_name(split));
        buf_csv(out, p->class_name[p->o.label[i]]);
        buf_csv_next(out, p->class_name[p->o.predicted[i]]);
        for (int c = 0; c < p->o.k && p->o.p; c++)
            buf_printf(out, ",%.9g", p->o.p[i * (size_t)p->o.k + (size_t)c]);
        buf_csv_next(out, p->group[i]);
        if (p->family)
            buf_csv_next(out, p->family[i]);
        if (p->folds > 1)
            buf_printf(out, ",%d", p->fold);
        buf_puts(out, "\n");
    }
}

int predictions_allocate(struct predictions *p, size_t n, bool probabilities,
                         bool families, struct err *err)
{
    const size_t k = (size_t)p->o.k + 1;

    n++; /* memory of none is NULL */
    p->file = calloc(n, sizeof(*p->file));
    p->group = calloc(n, sizeof(*p->group));
    p->family = families ? calloc(n, sizeof(*p->family)) : NULL;
    p->label = calloc(n, sizeof(*p->label));
    p->predicted = calloc(n, sizeof(*p->predicted));
    p->p = probabilities ? calloc(n, k * sizeof(*p->p)) : NULL;
    if (!p->file || !p->group || !p->label || !p->predicted ||
        (probabilities && !p->p) || (families && !p->family))
        return err_set(err, ERR_SYSTEM, "no memory for %zu predictions", n);
    p->o.label = p->label;
    p->o.predicted = p->predicted;
    p->o.p = p->p;
    return 0;
}

/* --- reading -------------------------------------------------------------- */

struct predictions_reader {
    struct predictions *p;
    const char *path;
    int file, split, label, predicted, group, family;
    int first; /* of the p_ columns, -1: none */
};

static int find_columns(struct predictions_reader *r, struct err *err)
{
    const struct csv *c = &r->p->csv;

    r->file = csv_column(c, "file");
    r->split = csv_column(c, "split");
    r->label = csv_label_column(c);
    r->predicted = csv_column(c, "predicted");
    r->group = csv_column(c, "group");
    r->family = csv_column(c, "family");
    if (r->file < 0 || r->split < 0 || r->label < 0 || r->predicted < 0)
        return err_set(err, ERR_INPUT, "'%.200s' has no column '%s'", r->path,
                       r->file < 0    ? "file"
                       : r->split < 0 ? "split"
                       : r->label < 0 ? "label"
                                      : "predicted");
    r->first = -1;
    for (size_t i = c->n_column; i-- > 0;)
        if (strncmp(c->header[i], "p_", 2) == 0)
            r->first = (int)i;
    return 0;
}

static int class_of(const struct predictions *p, const char *name)
{
    for (int c = 0; c < p->o.k; c++)
        if (strcmp(p->class_name[c], name) == 0)
            return c;
    return -1;
}

static int add_class(struct predictions_reader *r, const char *name,
                     struct err *err)
{
    struct predictions *p = r->p;

    if (strlen(name) >= CONFIG_NAME_MAX || !*name)
        return err_set(err, ERR_INPUT, "'%.200s': '%.64s' is no class", r->path,
                       name);
    if (class_of(p, name) >= 0)
        return 0;
    if (p->o.k == STATS_CLASSES_MAX)
        return err_set(err, ERR_INPUT, "'%.200s': more than %d classes",
                       r->path, STATS_CLASSES_MAX);
    snprintf(p->class_name[p->o.k++], CONFIG_NAME_MAX, "%s", name);
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int find_classes(struct predictions_reader *r, struct err *err)
{
    struct predictions *p = r->p;
    const struct csv *c = &p->csv;

    p->class_name = calloc(STATS_CLASSES_MAX, sizeof(*p->class_name));
    if (!p->class_name)
        return err_set(err, ERR_SYSTEM, "no memory for classes");
    if (r->first >= 0) {
        for (size_t i = (size_t)r->first; i < c->n_column; i++) {
            if (strncmp(c->header[i], "p_", 2) != 0)
                break;
            if (class_of(p, c->header[i] + 2) >= 0)
                return err_set(err, ERR_INPUT, "'%.200s': two columns '%.66s'",
                               r->path, c->header[i]);
            if (add_class(r, c->header[i] + 2, err) < 0)
                return -1;
        }
        return 0;
    }
    for (size_t i = 0; i < c->n_row; i++)
        if (add_class(r, csv_get(c, i, (size_t)r->label), err) < 0 ||
            add_class(r, csv_get(c, i, (size_t)r->predicted), err) < 0)
            return -1;
    qsort(p->class_name, (size_t)p->o.k, sizeof(*p->class_name), by_text);
    return 0;
}

static int take_numbers(const struct predictions_reader *r, size_t row,
                        double *p, struct err *err)
{
    for (int c = 0; c < r->p->o.k; c++) {
        const char *s = csv_get(&r->p->csv, row, (size_t)(r->first + c));
        char *end;

        p[c] = strtod(s, &end);
        if (end == s || *end || !(p[c] >= 0 && p[c] <= 1.0000001))
            return err_set(err, ERR_INPUT,
                           "'%.200s' line %zu: '%.30s' is no probability",
                           r->path, row + 2, s);
    }
    return 0;
}

static int take_row(struct predictions_reader *r, size_t row, struct err *err)
{
    struct predictions *p = r->p;
    const size_t n = p->o.n;
    const char *class = csv_get(&p->csv, row, (size_t)r->label);
    const char *predicted = csv_get(&p->csv, row, (size_t)r->predicted);

    p->file[n] = csv_get(&p->csv, row, (size_t)r->file);
    p->group[n] = csv_field(&p->csv, row, r->group);
    if (p->family)
        p->family[n] = csv_get(&p->csv, row, (size_t)r->family);
    p->label[n] = class_of(p, class);
    p->predicted[n] = class_of(p, predicted);
    if (p->label[n] < 0 || p->predicted[n] < 0)
        return err_set(err, ERR_INPUT,
                       "'%.200s' line %zu: class '%.64s' has no column",
                       r->path, row + 2, p->label[n] < 0 ? class : predicted);
    if (p->p && take_numbers(r, row, p->p + n * (size_t)p->o.k, err) < 0)
        return -1;
    p->o.n++;
    return 0;
}

static int take_rows(struct predictions_reader *r, enum split split,
                     struct err *err)
{
    const struct csv *c = &r->p->csv;

    for (size_t i = 0; i < c->n_row; i++) {
        const char *word = csv_get(c, i, (size_t)r->split);
        const enum split is = store_split_parse(word);

        if (is == SPLIT_NONE)
            return err_set(err, ERR_INPUT,
                           "'%.200s' line %zu: '%.40s' is no split: train, "
                           "validation or test",
                           r->path, i + 2, word);
        if (is == split && take_row(r, i, err) < 0)
            return -1;
    }
    if (r->p->o.k < 1)
        return err_set(err, ERR_INPUT, "'%.200s' names no class", r->path);
    return 0;
}

int predictions_read(struct predictions *p, const char *path, enum split split,
                     struct err *err)
{
    struct predictions_reader r = {.p = p, .path = path};

    *p = (struct predictions){.o = {.n = 0}};
    if (csv_read(&p->csv, path, err) == 0 && find_columns(&r, err) == 0 &&
        find_classes(&r, err) == 0 &&
        predictions_allocate(p, p->csv.n_row, r.first >= 0, r.family >= 0,
                             err) == 0 &&
        take_rows(&r, split, err) == 0)
        return 0;
    predictions_release(p);
    return -1;
}

int predictions_read_told(struct predictions *p, const char *path,
                          enum split *split, struct err *err)
{
    enum split told = SPLIT_TEST;
    int rc = predictions_read(p, path, told, err);

    if (rc == 0 && p->o.n == 0) {
        predictions_release(p);
        told = SPLIT_VALIDATION;
        rc = predictions_read(p, path, told, err);
    }
    if (split)
        *split = told;
    return rc;
}

void predictions_release(struct predictions *p)
{
    free(p->file);
    free(p->group);
    free(p->family);
    free(p->class_name);
    free(p->label);
    free(p->predicted);
    free(p->p);
    csv_release(&p->csv);
    for (int i = 0; i < p->n_more; i++)
        csv_release(&p->more[i]);
    free(p->more);
    *p = (struct predictions){.o = {.n = 0}};
}

int predictions_match(const struct predictions *a, const struct predictions *b,
                      const char *what, struct err *err)
{
    if (a->o.n != b->o.n)
        return err_set(err, ERR_USAGE,
                       "'%.100s' is of %zu cells, the first of %zu: another "
                       "split or dataset",
                       what, b->o.n, a->o.n);
    for (size_t i = 0; i < a->o.n; i++) {
        if (strcmp(a->file[i], b->file[i]) != 0)
            return err_set(err, ERR_USAGE,
                           "'%.100s': cell %zu is '%.80s', in the first it is "
                           "'%.80s'",
                           what, i + 1, b->file[i], a->file[i]);
        if (strcmp(a->class_name[a->o.label[i]],
                   b->class_name[b->o.label[i]]) != 0)
            return err_set(err, ERR_USAGE,
                           "'%.100s': '%.80s' is a %s, in the first a %s", what,
                           b->file[i], b->class_name[b->o.label[i]],
                           a->class_name[a->o.label[i]]);
    }
    return 0;
}
