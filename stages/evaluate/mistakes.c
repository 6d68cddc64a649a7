/* mistakes.c - accuracy by size, brightness and picture; the sheet */
#include "stages/evaluate/mistakes.h"

#include "evaluation/leakage.h"
#include "img/png.h"
#include "img/sheet.h"
#include "stats/bootstrap.h"
#include "stats/proportion.h"
#include "stats/strata.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 6 };

struct mistakes {
    const struct store *data; /* borrowed, as the next three */
    const struct predictions *p;
    const size_t *row;
    const char *dir;
    int *right;      /* owned: (n) */
    double *figure;  /* owned: (n) scratch */
    uint32_t *group; /* owned: (n) */
    size_t n_group;
    struct buf text; /* owned: the file in hand */
};

/* ",0.912345", or "," where there is no number. */
static void put_number(struct mistakes *m, double v)
{
    buf_puts(&m->text, ",");
    if (isfinite(v))
        buf_printf(&m->text, "%.6f", v);
}

/* "cells,correct,accuracy,low,high" and the line's end. */
static void put_share(struct mistakes *m, size_t correct, size_t n)
{
    double low, high;

    proportion_wilson(correct, n, &low, &high);
    buf_printf(&m->text, ",%zu,%zu", n, correct);
    put_number(m, n ? (double)correct / (double)n : (double)NAN);
    put_number(m, n ? low : (double)NAN);
    put_number(m, n ? high : (double)NAN);
    buf_puts(&m->text, "\n");
}

/* --- errors.csv ----------------------------------------------------------- */

/* A number of a cell's line of data/index.csv, or NaN. */
static double number_of(const struct mistakes *m, size_t i, const char *name)
{
    return csv_number(&m->data->index, m->row[i], name);
}

static double side_of(const struct mistakes *m, size_t i)
{
    return sqrt(number_of(m, i, "width") * number_of(m, i, "height"));
}

static double brightness_of(const struct mistakes *m, size_t i)
{
    return (number_of(m, i, "mean_r") + number_of(m, i, "mean_g") +
            number_of(m, i, "mean_b")) /
           3;
}

static int put_quarters(struct mistakes *m, const char *by,
                        double (*figure)(const struct mistakes *, size_t),
                        struct err *err)
{
    struct stratum s[STRATA];

    for (size_t i = 0; i < m->p->o.n; i++)
        m->figure[i] = figure(m, i);
    if (strata_quarter(m->figure, m->right, m->p->o.n, s, err) < 0)
        return -1;
    for (int k = 0; k < STRATA; k++) {
        buf_printf(&m->text, "%s,%d", by, k + 1);
        put_number(m, s[k].from);
        put_number(m, s[k].to);
        put_share(m, s[k].correct, s[k].n);
    }
    return 0;
}

static int put_pictures(struct mistakes *m, struct err *err)
{
    bool *mark = malloc(m->data->index.n_row + 1);
    size_t n[2] = {0}, correct[2] = {0};
    int rc;

    if (!mark)
        return err_set(err, ERR_SYSTEM, "no memory for %zu rows", m->data->n);
    rc =
        leakage_mark(&m->data->index, m->data->fold, m->data->folds, mark, err);
    for (size_t i = 0; rc == 0 && i < m->p->o.n; i++) {
        n[mark[m->row[i]]]++;
        correct[mark[m->row[i]]] += (size_t)m->right[i];
    }
    free(mark);
    for (int k = 1; rc == 0 && k >= 0; k--) {
        buf_printf(&m->text, "picture,%s,,", k ? "trained" : "new");
        put_share(m, correct[k], n[k]);
    }
    return rc;
}

static void put_spread(struct mistakes *m, const struct spread *s)
{
    static const char *const part[] = {"least", "lower quartile", "median",
                                       "upper quartile", "most"};

    for (int k = -2; k < SPREAD_QUARTILES; k++) {
        buf_printf(&m->text, "groups,%s,,,%zu,",
                   k == -2   ? "mean"
                   : k == -1 ? "deviation"
                             : part[k],
                   s->n_group);
        put_number(m, k == -2   ? s->mean
                      : k == -1 ? s->deviation
                                : s->quartile[k]);
        buf_puts(&m->text, ",,\n");
    }
}

/* --- groups --------------------------------------------------------------- */

struct group_line {
    const char *name, *class_name; /* borrowed */
    size_t n, correct, first;
};

static int by_accuracy(const void *a, const void *b)
{
    const struct group_line *p = a, *q = b;
    const size_t left = p->correct * q->n, right = q->correct * p->n;

    if (left != right)
        return left < right ? -1 : 1;
    if (p->n != q->n)
        return p->n > q->n ? -1 : 1;
    return p->first < q->first ? -1 : p->first > q->first;
}

static void put_groups(struct mistakes *m, const struct group_line *line)
{
    buf_puts(&m->text, "label,group,cells,correct,accuracy\n");
    for (size_t g = 0; g < m->n_group; g++) {
        buf_csv(&m->text, line[g].class_name);
        buf_csv_next(&m->text, line[g].name);
        buf_printf(&m->text, ",%zu,%zu", line[g].n, line[g].correct);
        put_number(m, (double)line[g].correct / (double)line[g].n);
        buf_puts(&m->text, "\n");
    }
}

static int write_groups(struct mistakes *m, struct err *err)
{
    struct group_line *line = calloc(m->n_group + 1, sizeof(*line));
    const struct predictions *p = m->p;

    if (!line)
        return err_set(err, ERR_SYSTEM, "no memory for %zu groups", m->n_group);
    for (size_t i = 0; i < p->o.n; i++) {
        struct group_line *l = &line[m->group[i]];

        if (l->n++ == 0) {
            l->name = p->group[i];
            l->class_name = p->class_name[p->o.label[i]];
            l->first = i;
        }
        l->correct += (size_t)m->right[i];
    }
    qsort(line, m->n_group, sizeof(*line), by_accuracy);
    put_groups(m, line);
    free(line);
    return buf_save(&m->text, m->dir, "groups.csv", err);
}

static int write_errors(struct mistakes *m, struct err *err)
{
    struct spread s;

    buf_puts(&m->text, "by,part,from,to,cells,correct,accuracy,low,high\n");
    if (put_quarters(m, "size", side_of, err) < 0 ||
        put_quarters(m, "brightness", brightness_of, err) < 0 ||
        put_pictures(m, err) < 0 ||
        strata_spread(m->group, m->n_group, m->right, m->p->o.n, m->figure, &s,
                      err) < 0)
        return -1;
    put_spread(m, &s);
    return buf_save(&m->text, m->dir, "errors.csv", err);
}

/* --- the most confident --------------------------------------------------- */

struct mistake {
    double p; /* of the predicted class; 0 without probabilities */
    size_t i;
};

static int by_confidence(const void *a, const void *b)
{
    const struct mistake *p = a, *q = b;

    if (p->p > q->p || p->p < q->p)
        return p->p > q->p ? -1 : 1;
    return p->i < q->i ? -1 : p->i > q->i;
}

static double probability_of(const struct outcomes *o, size_t i, int c)
{
    return o->p ? o->p[i * (size_t)o->k + (size_t)c] : (double)NAN;
}

static void put_mistake(struct mistakes *m, size_t i)
{
    const struct predictions *p = m->p;
    const int truth = p->o.label[i], predicted = p->o.predicted[i];

    buf_csv(&m->text, p->file[i]);
    buf_csv_next(&m->text, p->class_name[truth]);
    buf_csv_next(&m->text, p->class_name[predicted]);
    put_number(m, probability_of(&p->o, i, predicted));
    put_number(m, probability_of(&p->o, i, truth));
    buf_csv_next(&m->text, p->group[i]);
    buf_puts(&m->text, "\n");
}

/* The last part of a path. */
static const char *short_name(const char *file)
{
    const char *slash = strrchr(file, '/');

    return slash ? slash + 1 : file;
}

static int write_sheet(const struct mistakes *m, const struct mistake *list,
                       size_t n, struct err *err)
{
    const int shown = n < MISTAKES_SHOWN ? (int)n : MISTAKES_SHOWN;
    const struct sheet_shape shape = {.n = shown,
                                      .columns =
                                          shown < COLUMNS ? shown : COLUMNS,
                                      .w = (int)m->data->w,
                                      .h = (int)m->data->h,
                                      .zoom = m->data->w < 100 ? 2 : 1,
                                      .lines = 5};
    char path[FILE_PATH_MAX], words[512], p[24] = "";
    struct sheet sheet = {.im = {0}};
    int rc = -1;

    if (file_path(path, err, "%s/mistakes.png", m->dir) < 0 ||
        sheet_init(&sheet, &shape, err) < 0)
        return -1;
    for (int k = 0; k < shown; k++) {
        const size_t i = list[k].i;

        if (m->p->o.p)
            snprintf(p, sizeof(p), " %.3f", list[k].p);
        snprintf(words, sizeof(words), "%.63s\ncalled %.63s%s\n%.200s",
                 m->p->class_name[m->p->o.label[i]],
                 m->p->class_name[m->p->o.predicted[i]], p,
                 short_name(m->p->file[i]));
        if (sheet_put(&sheet, k, store_image(m->data, m->row[i]), words, err) <
            0)
            goto out;
    }
    rc = png_write(&sheet.im, path, err);
out:
    sheet_release(&sheet);
    return rc;
}

static int write_mistakes(struct mistakes *m, struct err *err)
{
    const struct outcomes *o = &m->p->o;
    struct mistake *list = malloc((o->n + 1) * sizeof(*list));
    size_t n = 0;
    int rc;

    if (!list)
        return err_set(err, ERR_SYSTEM, "no memory for %zu cells", o->n);
    for (size_t i = 0; i < o->n; i++)
        if (!m->right[i])
            list[n++] = (struct mistake){
                o->p ? probability_of(o, i, o->predicted[i]) : 0.0, i};
    qsort(list, n, sizeof(*list), by_confidence);
    buf_puts(&m->text, "file,label,predicted,p_predicted,p_label,group\n");
    for (size_t k = 0; k < n; k++)
        put_mistake(m, list[k].i);
    rc = buf_save(&m->text, m->dir, "mistakes.csv", err);
    if (rc == 0 && n > 0)
        rc = write_sheet(m, list, n, err);
    free(list);
    return rc;
}

int mistakes_write(const struct store *data, const struct predictions *p,
                   const size_t *row, const char *dir, struct err *err)
{
    const size_t n = p->o.n + 1;
    struct mistakes m = {.data = data, .p = p, .row = row, .dir = dir};
    int rc = -1;

    m.right = malloc(n * sizeof(*m.right));
    m.figure = malloc(n * sizeof(*m.figure));
    m.group = malloc(n * sizeof(*m.group));
    if (!m.right || !m.figure || !m.group) {
        err_set(err, ERR_SYSTEM, "no memory for %zu cells", n);
        goto out;
    }
    for (size_t i = 0; i < p->o.n; i++)
        m.right[i] = p->o.label[i] == p->o.predicted[i];
    if (bootstrap_groups(p->group, p->o.n, m.group, &m.n_group, err) == 0 &&
        write_errors(&m, err) == 0 && write_groups(&m, err) == 0)
        rc = write_mistakes(&m, err);
out:
    buf_release(&m.text);
    free(m.right);
    free(m.figure);
    free(m.group);
    return rc;
}
