#include "stages/evaluate/metrics.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wilson(size_t k, size_t n, double *low, double *high)
{
    const double z = 1.959963984540054, z2 = z * z;
    double p, middle, half, under;

    *low = 0.0;
    *high = 1.0;
    if (n == 0)
        return;
    p = (double)k / (double)n;
    under = 1.0 + z2 / (double)n;
    middle = (p + z2 / (2.0 * (double)n)) / under;
    half =
        z *
        sqrt(p * (1.0 - p) / (double)n + z2 / (4.0 * (double)n * (double)n)) /
        under;
    if (k > 0) /* exact at the ends, not a rounding error beyond them */
        *low = fmax(0.0, middle - half);
    if (k < n)
        *high = fmin(1.0, middle + half);
}

void metrics_init(struct metrics *m, int k)
{
    BUG_ON(k < 1 || k > CONFIG_CLASSES_MAX);
    *m = (struct metrics){.k = k};
}

void metrics_add(struct metrics *m, int truth, int predicted)
{
    const unsigned k = (unsigned)m->k, row = (unsigned)truth;
    const unsigned column = (unsigned)predicted;

    BUG_ON(row >= k || column >= k); /* so a negative one is caught as well */
    m->confusion[row][column]++;
}

/* a / b, or 0 and the flag if b is 0. */
static double share(size_t a, size_t b, unsigned flag, unsigned *undefined)
{
    if (b > 0)
        return (double)a / (double)b;
    *undefined |= flag;
    return 0.0;
}

static struct scores score_class(const struct metrics *m, int c)
{
    const size_t hit = m->confusion[c][c];
    size_t row = 0, column = 0;
    unsigned none = 0;
    struct scores s = {0};

    for (int i = 0; i < m->k; i++) {
        row += m->confusion[c][i];
        column += m->confusion[i][c];
    }
    s.support = row;
    s.precision = share(hit, column, UNDEFINED_PRECISION, &s.undefined);
    s.recall = share(hit, row, UNDEFINED_RECALL, &s.undefined);
    s.f1 = share(2 * hit, row + column, 0, &none);
    return s;
}

/* Add 'weight' of 's' to the mean 'm'. */
static void mean_add(struct scores *m, const struct scores *s, double weight)
{
    m->precision += weight * s->precision;
    m->recall += weight * s->recall;
    m->f1 += weight * s->f1;
    m->support += s->support;
    m->undefined |= s->undefined;
}

void metrics_finish(struct metrics *m)
{
    m->n = m->correct = 0;
    m->weighted = m->macro = (struct scores){0};
    for (int c = 0; c < m->k; c++) {
        m->of[c] = score_class(m, c);
        m->n += m->of[c].support;
        m->correct += m->confusion[c][c];
    }
    for (int c = 0; c < m->k; c++) {
        const double cells = (double)m->of[c].support;

        mean_add(&m->macro, &m->of[c], 1.0 / m->k);
        mean_add(&m->weighted, &m->of[c], m->n ? cells / (double)m->n : 0.0);
    }
    m->accuracy = m->n ? (double)m->correct / (double)m->n : 0.0;
    wilson(m->correct, m->n, &m->low, &m->high);
}

/*
 * A JSON string of any bytes: class names are folder names, which need not be
 * UTF-8; bytes beyond ASCII become '?' in one that is not.
 */
static json_t *json_text(const char *s)
{
    json_t *j = json_string(s);
    char *t;

    if (j)
        return j;
    t = strdup(s);
    for (char *p = t; p && *p; p++)
        if ((unsigned char)*p >= 0x80)
            *p = '?';
    j = json_string(t);
    free(t);
    return j;
}

static json_t *scores_json(const struct scores *s, const char *name)
{
    json_t *j =
        json_pack("{s:f, s:f, s:f, s:I}", "precision", s->precision, "recall",
                  s->recall, "f1", s->f1, "support", (json_int_t)s->support);

    if (j && name && json_object_set_new(j, "class", json_text(name)) < 0) {
        json_decref(j);
        return NULL;
    }
    return j;
}

static json_t *confusion_json(const struct metrics *m)
{
    json_t *rows = json_array();

    for (int i = 0; i < m->k; i++) {
        json_t *row = json_array();

        for (int j = 0; j < m->k; j++)
            json_array_append_new(row,
                                  json_integer((json_int_t)m->confusion[i][j]));
        json_array_append_new(rows, row);
    }
    return rows;
}

/* One sentence for each quotient that was 0/0. */
static json_t *notes_json(const struct metrics *m,
                          const char (*name)[CONFIG_NAME_MAX])
{
    json_t *notes = json_array();
    char text[2 * CONFIG_NAME_MAX + 128];

    for (int c = 0; c < m->k; c++) {
        if (m->of[c].undefined & UNDEFINED_PRECISION) {
            snprintf(text, sizeof(text),
                     "precision of %s is 0/0, counted as 0: no cell was "
                     "called so",
                     name[c]);
            json_array_append_new(notes, json_text(text));
        }
        if (m->of[c].undefined & UNDEFINED_RECALL) {
            snprintf(text, sizeof(text),
                     "recall of %s is 0/0, counted as 0: there is no such cell",
                     name[c]);
            json_array_append_new(notes, json_text(text));
        }
    }
    return notes;
}

static json_t *split_json(const struct metrics *m,
                          const char (*name)[CONFIG_NAME_MAX])
{
    json_t *classes = json_array();

    for (int c = 0; c < m->k; c++)
        json_array_append_new(classes, scores_json(&m->of[c], name[c]));
    return json_pack("{s:I, s:I, s:f, s:s, s:[f,f], s:o, s:o, s:o, s:o, s:o}",
                     "n", (json_int_t)m->n, "correct", (json_int_t)m->correct,
                     "accuracy", m->accuracy, "interval_method", "Wilson 95 %",
                     "interval", m->low, m->high, "per_class", classes,
                     "weighted", scores_json(&m->weighted, NULL), "macro",
                     scores_json(&m->macro, NULL), "confusion",
                     confusion_json(m), "notes", notes_json(m, name));
}

int metrics_json(const struct metrics_text *t, struct buf *out, struct err *err)
{
    json_t *root, *classes = json_array();
    char *text = NULL;

    for (int c = 0; c < t->test->k; c++)
        json_array_append_new(classes, json_text(t->class_name[c]));
    root = json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:o}", "experiment",
                     json_text(t->experiment), "network", json_text(t->network),
                     "model", json_text(t->model), "classes", classes,
                     "confusion_rows", "true class", "test",
                     split_json(t->test, t->class_name), "validation",
                     split_json(t->validation, t->class_name));
    if (root)
        text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
    json_decref(root);
    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for metrics.json");
    buf_puts(out, text);
    buf_puts(out, "\n");
    free(text);
    return buf_check(out, err);
}

void metrics_csv(const struct metrics *m,
                 const char (*class_name)[CONFIG_NAME_MAX], struct buf *out)
{
    buf_puts(out, "true");
    for (int c = 0; c < m->k; c++) {
        buf_puts(out, ",");
        buf_csv(out, class_name[c]);
    }
    for (int i = 0; i < m->k; i++) {
        buf_puts(out, "\n");
        buf_csv(out, class_name[i]);
        for (int j = 0; j < m->k; j++)
            buf_printf(out, ",%zu", m->confusion[i][j]);
    }
    buf_puts(out, "\n");
}
