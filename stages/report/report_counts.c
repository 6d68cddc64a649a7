/* report_counts.c - rows of an index counted: why they were set aside, classes
 * by part, copies and groups in several parts */
#include "stages/report/report_counts.h"

#include <stdlib.h>
#include <string.h>

/* --- the index ------------------------------------------------------------ */

static bool is_ok(const char *status)
{
    return strcmp(status, "ok") == 0 || status[0] == '\0';
}

static int order_reasons(const void *a, const void *b)
{
    const struct report_reason *p = a, *q = b;

    if (p->n != q->n)
        return p->n > q->n ? -1 : 1;
    return strcmp(p->text, q->text);
}

void report_counts_reasons(struct report_reasons *r, const struct report_csv *c,
                           const char *name_column)
{
    for (size_t i = 0; i < c->csv.n_row; i++) {
        const char *status = report_field(c, i, "status");
        int j = 0;

        if (is_ok(status))
            continue;
        r->n++;
        while (j < r->n_list && strcmp(r->list[j].text, status) != 0)
            j++;
        if (j == REPORT_REASONS_MAX) {
            r->n_other++;
            continue;
        }
        if (j == r->n_list)
            r->list[r->n_list++] = (struct report_reason){
                status, report_field(c, i, name_column), 0};
        r->list[j].n++;
    }
    qsort(r->list, (size_t)r->n_list, sizeof(r->list[0]), order_reasons);
}

static int order_classes(const void *a, const void *b)
{
    const struct report_class *p = a, *q = b;

    return strcmp(p->name, q->name);
}

/* The part of a row, -1: none. */
static int part_of(const struct report_csv *c, size_t row, int folds)
{
    const enum split s = store_split_parse(report_field(c, row, "split"));
    const double fold = report_number(c, row, "fold");

    if (!is_ok(report_field(c, row, "status")) || s == SPLIT_NONE)
        return -1;
    if (folds < 2)
        return (int)s;
    return fold >= 0 && fold < folds ? (int)fold : -1;
}

static void count_cell(struct report_class *c, int part, int folds, bool ok)
{
    if (!ok)
        c->set_aside++;
    else if (part >= 0 && folds > 1)
        c->fold[part]++;
    else if (part >= 0)
        c->split[part]++;
}

void report_counts_classes(struct report_counts *n, const struct report_csv *c)
{
    for (size_t i = 0; i < c->csv.n_row; i++) {
        const char *name = report_label(c, i);
        const bool ok = is_ok(report_field(c, i, "status"));
        const int part = part_of(c, i, n->folds);
        int j = 0;

        while (j < n->n_class && strcmp(n->of[j].name, name) != 0)
            j++;
        if (j == CONFIG_CLASSES_MAX)
            continue;
        if (j == n->n_class)
            n->of[n->n_class++].name = name;
        count_cell(&n->of[j], part, n->folds, ok);
        count_cell(&n->all, part, n->folds, ok);
    }
    n->tests = n->fold_use == FOLDS_VALIDATE ? 0
               : n->folds > 1                ? report_used(&n->all)
                                             : n->all.split[SPLIT_TEST];
    n->untested = n->tests == 0 && (n->fold_use == FOLDS_VALIDATE ||
                                    n->all.split[SPLIT_VALIDATION] > 0);
    qsort(n->of, (size_t)n->n_class, sizeof(n->of[0]), order_classes);
}

size_t report_cells(const struct report_counts *n, const struct report_class *c,
                    int fold, enum split s)
{
    size_t sum = 0;

    if (n->folds < 2)
        return c->split[s];
    for (int f = 0; f < n->folds; f++)
        sum += store_fold_split(f, fold, n->folds, n->fold_use) == s
                   ? c->fold[f]
                   : 0;
    return sum;
}

size_t report_used(const struct report_class *c)
{
    size_t sum = 0;

    for (int s = 0; s < SPLIT_NONE; s++)
        sum += c->split[s];
    for (int f = 0; f < CONFIG_FOLDS_MAX; f++)
        sum += c->fold[f];
    return sum;
}

/* --- what rows share: the same bytes, the same group ---------------------- */

struct shared_row {
    const char *key, *class_name, *file;
    int part; /* fold or split */
};

enum { PARTS_MAX = (int)CONFIG_FOLDS_MAX };

_Static_assert((int)PARTS_MAX >= (int)SPLIT_NONE, "splits are parts");

static int order_shared(const void *a, const void *b)
{
    const struct shared_row *p = a, *q = b;
    const int key = strcmp(p->key, q->key);

    return key ? key : strcmp(p->class_name, q->class_name);
}

/* Usable rows whose 'column' is not empty. */
static size_t list_shared(struct shared_row *list, const struct report_csv *c,
                          const char *column, int folds)
{
    size_t n = 0;

    for (size_t i = 0; i < c->csv.n_row; i++) {
        const struct shared_row s = {
            report_field(c, i, column), report_label(c, i),
            report_field(c, i, "file"), part_of(c, i, folds)};

        if (s.key[0] && s.part >= 0)
            list[n++] = s;
    }
    return n;
}

/* Does part 'q' train where part 'p' tells figures? */
static bool trains_for(const struct report_counts *c, int q, int p)
{
    if (c->folds < 2)
        return p == (c->untested ? (int)SPLIT_VALIDATION : (int)SPLIT_TEST) &&
               q == (int)SPLIT_TRAIN;
    return q != p && (c->fold_use == FOLDS_VALIDATE || q != (p + 1) % c->folds);
}

/* Is one of rows list[0 .. n-1] trained on where row 'i' tells figures? */
static const struct shared_row *find_trained(const struct report_counts *c,
                                             const struct shared_row *list,
                                             size_t n, size_t i)
{
    for (size_t j = 0; j < n; j++)
        if (trains_for(c, list[j].part, list[i].part))
            return &list[j];
    return NULL;
}

/* Rows list[0 .. n-1] are one file's copies. */
static void count_twins(struct report_counts *c, const struct shared_row *list,
                        size_t n)
{
    bool other_part = false, other_class = false;

    for (size_t i = 0; i < n; i++) {
        const struct shared_row *trained = find_trained(c, list, n, i);

        c->twins_trained += trained != NULL;
        if (trained && c->twins_trained == 1) {
            c->twin[0] = trained->file;
            c->twin[1] = list[i].file;
        }
        if (list[i].part != list[0].part && !c->twin[0]) {
            c->twin[0] = list[0].file;
            c->twin[1] = list[i].file;
        }
        other_part = other_part || list[i].part != list[0].part;
        other_class =
            other_class || strcmp(list[i].class_name, list[0].class_name) != 0;
    }
    c->twins += other_part ? n : 0;
    c->conflicts += other_class ? n : 0;
}

/* Cells of part 'p' that tell figures of what members in 'in' trained. */
static size_t count_leaked(const struct report_counts *c, const size_t *in,
                           int p)
{
    for (int q = 0; q < PARTS_MAX; q++)
        if (in[q] && trains_for(c, q, p))
            return in[p];
    return 0;
}

/* Rows list[0 .. n-1] are one group. */
static void count_group(struct report_counts *c, const struct shared_row *list,
                        size_t n)
{
    size_t in[PARTS_MAX] = {0};
    int parts = 0;

    for (size_t i = 0; i < n; i++)
        in[list[i].part]++;
    for (int p = 0; p < PARTS_MAX; p++) {
        parts += in[p] > 0;
        c->leaked += in[p] ? count_leaked(c, in, p) : 0;
    }
    c->shared_groups += parts > 1;
}

int report_counts_shared(struct report_counts *c,
                         const struct report_csv *index, struct err *err)
{
    static const char *const column[] = {"sha256", "group"};
    void (*const count[])(struct report_counts *, const struct shared_row *,
                          size_t) = {count_twins, count_group};
    struct shared_row *list = calloc(index->csv.n_row + 1, sizeof(*list));
    size_t n, end;

    if (!list)
        return err_set(err, ERR_SYSTEM, "no memory for %zu rows",
                       index->csv.n_row);
    for (int k = 0; k < 2; k++) {
        n = list_shared(list, index, column[k], c->folds);
        qsort(list, n, sizeof(*list), order_shared);
        for (size_t i = 0; i < n; i = end) {
            for (end = i + 1;
                 end < n && strcmp(list[end].key, list[i].key) == 0;)
                end++;
            count[k](c, list + i, end - i);
        }
    }
    free(list);
    return 0;
}
