#include "stages/preprocess/data_report.h"

#include "base/json.h"
#include "base/sort.h"
#include "stages/preprocess/near_duplicates.h"
#include "stats/named_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int data_report_init(struct data_report *f, const struct find_images *images,
                     struct err *err)
{
    const size_t n = images->n + 1;

    *f = (struct data_report){.images = images, .dataset = ""};
    f->cell = calloc(n, sizeof(*f->cell));
    f->label = calloc(n, sizeof(*f->label));
    f->split = calloc(n, sizeof(*f->split));
    if (f->cell && f->label && f->split)
        return 0;
    data_report_release(f);
    return err_set(err, ERR_SYSTEM, "no memory for %zu pictures", images->n);
}

void data_report_release(struct data_report *f)
{
    for (size_t i = 0; f->cell && i < f->images->n; i++)
        free(f->cell[i].aside);
    free(f->cell);
    free(f->label);
    free(f->split);
    data_checks_release(&f->checks);
    buf_release(&f->warnings);
    *f = (struct data_report){0};
}

int data_report_part(const struct data_report *f, size_t i)
{
    return f->fold ? f->fold[i] : (int)f->split[i];
}

const char *data_report_part_name(const struct data_report *f, size_t i,
                                  char room[DATA_REPORT_PART])
{
    if (!f->fold)
        return store_split_name(f->split[i]);
    snprintf(room, DATA_REPORT_PART, "fold %d", f->fold[i]);
    return room;
}

int data_report_count(const struct data_report *f, int c,
                      size_t count[DATA_REPORT_COUNTS])
{
    const int parts = f->fold ? f->folds : (int)SPLIT_NONE;

    memset(count, 0, DATA_REPORT_COUNTS * sizeof(*count));
    for (size_t i = 0; i < f->images->n; i++) {
        const int part = data_report_part(f, i);

        if (f->images->file[i].label == c)
            count[part < 0 ? parts : part]++;
    }
    return parts;
}

/* --- duplicates ----------------------------------------------------------- */

/* Files c[0 .. n-1] are equal; n >= 2. */
static void note_equal(struct data_report *f, const struct named_row *c,
                       size_t n)
{
    const struct find_images_file *file = f->images->file;
    const size_t a = c[0].row;
    size_t split = n, class = n; /* first that differs from c[0] in it */
    char room[2][DATA_REPORT_PART];

    for (size_t i = n; i-- > 1;) {
        if (data_report_part(f, c[i].row) != data_report_part(f, a))
            split = i;
        if (f->label[c[i].row] != f->label[a])
            class = i;
    }
    for (size_t i = 1; i < n; i++)
        f->cell[c[i].row].is_copy = true;
    f->n_duplicate += n - 1;
    f->n_across_split += split < n;
    f->n_across_class += class < n;
    if (split < n)
        buf_printf(&f->warnings,
                   "'%s' (%s) and '%s' (%s) are the same picture\n",
                   file[a].path, data_report_part_name(f, a, room[0]),
                   file[c[split].row].path,
                   data_report_part_name(f, c[split].row, room[1]));
    if (class < n)
        buf_printf(&f->warnings,
                   "'%s' and '%s' are the same picture in two classes\n",
                   file[a].path, file[c[class].row].path);
}

static int find_copies(struct data_report *f, struct err *err)
{
    struct named_row *c = malloc((f->images->n + 1) * sizeof(*c));
    size_t n = 0;

    if (!c)
        return err_set(err, ERR_SYSTEM, "no memory for %zu contents",
                       f->images->n);
    for (size_t i = 0; i < f->images->n; i++) {
        if (!f->cell[i].aside)
            c[n++] = (struct named_row){f->cell[i].sha256, 0, (uint32_t)i};
    }
    named_rows_sort(c, n);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && named_rows_same(c, end);)
            end++;
        if (end - i > 1)
            note_equal(f, c + i, end - i);
    }
    free(c);
    return buf_check(&f->warnings, err);
}

/* --- the baseline --------------------------------------------------------- */

/* In each fold, then together. */
static int measure_folds(struct data_report *f, struct baseline_rows *rows,
                         struct err *err)
{
    enum split *split = malloc((rows->n + 1) * sizeof(*split));
    int rc = 0;

    if (!split)
        return err_set(err, ERR_SYSTEM, "no memory for %zu pictures", rows->n);
    rows->split = split;
    for (int k = 0; rc == 0 && k < f->folds; k++) {
        for (size_t i = 0; i < rows->n; i++)
            split[i] = f->fold[i] < 0 ? SPLIT_NONE
                                      : store_fold_split(f->fold[i], k,
                                                         f->folds, f->fold_use);
        rc = baseline_run(rows, &f->of_fold[k], err);
    }
    free(split);
    if (rc == 0)
        baseline_pool(f->of_fold, f->folds, &f->scores);
    return rc;
}

static int measure_baseline(struct data_report *f, struct err *err)
{
    const size_t n = f->images->n;
    float *feature = calloc((n + 1) * BASELINE_FEATURES, sizeof(*feature));
    struct baseline_rows rows = {.n = n,
                                 .n_class = f->images->n_class,
                                 .label = f->label,
                                 .split = f->split,
                                 .feature = feature};
    int rc;

    if (!feature)
        return err_set(err, ERR_SYSTEM, "no memory for %zu pictures", n);
    for (size_t i = 0; i < n; i++)
        memcpy(feature + i * BASELINE_FEATURES, f->cell[i].feature,
               sizeof(f->cell[i].feature));
    rc = f->fold ? measure_folds(f, &rows, err)
                 : baseline_run(&rows, &f->scores, err);
    free(feature);
    return rc;
}

int data_report_sum_up(struct data_report *f, struct err *err)
{
    for (size_t i = 0; i < f->images->n; i++)
        f->n_aside += f->cell[i].aside != NULL;
    picture_checks_run(&f->pictures, f);
    if (find_copies(f, err) < 0 || data_checks_run(&f->checks, f, err) < 0)
        return -1;
    return measure_baseline(f, err);
}

/* --- stats.json ----------------------------------------------------------- */

static json_t *class_counts(const struct data_report *f)
{
    json_t *list = json_array();

    for (int c = 0; c < f->images->n_class; c++) {
        json_t *o = json_object(), *folds = f->fold ? json_array() : NULL;
        size_t count[DATA_REPORT_COUNTS];
        const int parts = data_report_count(f, c, count);

        json_object_set_new(o, "name", json_text(f->images->class_name[c]));
        for (int k = 0; k < parts; k++)
            if (folds)
                json_array_append_new(folds, json_count(count[k]));
            else
                json_object_set_new(o, store_split_name((enum split)k),
                                    json_count(count[k]));
        if (folds)
            json_object_set_new(o, "folds", folds);
        json_object_set_new(o, "set_aside", json_count(count[parts]));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *set_aside(const struct data_report *f)
{
    json_t *list = json_array();

    for (size_t i = 0; i < f->images->n; i++) {
        const char *path = f->images->file[i].path, *why = f->cell[i].aside;
        json_t *o;

        if (!why)
            continue;
        o = json_object();
        json_object_set_new(o, "file", json_text(path));
        json_object_set_new(o, "reason", json_text(why));
        json_array_append_new(list, o);
    }
    return list;
}

/* Lines of 'b' as a list. */
static json_t *lines_json(const struct buf *b)
{
    const char *s = b->data, *end;
    json_t *list = json_array();

    for (; s && *s; s = end + 1) {
        end = strchr(s, '\n');
        if (!end)
            break;
        json_array_append_new(list, json_textn(s, (size_t)(end - s)));
    }
    return list;
}

/* Smallest, median and largest of one feature over the used pictures. */
static json_t *spread_json(const struct data_report *f, int feature,
                           double *room)
{
    json_t *o = json_object();
    size_t n = 0;

    for (size_t i = 0; i < f->images->n; i++)
        if (!f->cell[i].aside)
            room[n++] = (double)f->cell[i].feature[feature];
    if (n == 0)
        return o;
    sort_numbers(room, n);
    json_object_set_new(o, "least", json_number(room[0]));
    json_object_set_new(o, "median", json_number(room[n / 2]));
    json_object_set_new(o, "most", json_number(room[n - 1]));
    return o;
}

static json_t *families_json(const struct near_duplicates *s)
{
    json_t *o = json_object();

    json_object_set_new(o, "joined", json_count(s->n));
    json_object_set_new(o, "groups", json_count(s->groups));
    json_object_set_new(o, "largest_files", json_count(s->most_cells));
    json_object_set_new(o, "largest_groups", json_count(s->most_groups));
    return o;
}

static json_t *stats_json(const struct data_report *f, double *room)
{
    json_t *o = json_object(), *same = json_object();

    json_object_set_new(o, "dataset", json_text(f->dataset));
    json_object_set_new(o, "pictures", json_count(f->images->n));
    json_object_set_new(o, "used", json_count(f->images->n - f->n_aside));
    json_object_set_new(o, "set_aside", json_count(f->n_aside));
    if (f->images->n_unnamed)
        json_object_set_new(o, "not_in_split_csv",
                            json_count(f->images->n_unnamed));
    json_object_set_new(o, "ignored_files", json_count(f->images->n_ignored));
    if (f->images->ignored.n)
        json_object_set_new(o, "ignored_endings",
                            ignored_files_json(&f->images->ignored));
    json_object_set_new(o, "classes", class_counts(f));
    json_object_set_new(same, "files", json_count(f->n_duplicate));
    json_object_set_new(same, "across_splits", json_count(f->n_across_split));
    json_object_set_new(same, "across_classes", json_count(f->n_across_class));
    json_object_set_new(o, "duplicates", same);
    data_checks_json(&f->checks, f, o);
    picture_checks_json(&f->pictures, f, o);
    if (f->families)
        json_object_set_new(o, "families", families_json(f->families));
    json_object_set_new(o, "width", spread_json(f, BASELINE_SIZE, room));
    json_object_set_new(o, "height", spread_json(f, BASELINE_SIZE + 1, room));
    json_object_set_new(o, "set_aside_files", set_aside(f));
    json_object_set_new(o, "warnings", lines_json(&f->warnings));
    return o;
}

/* --- baseline.json -------------------------------------------------------- */

static void put_scores(json_t *o, const struct baseline_scores *s)
{
    json_object_set_new(o, "n_train", json_count(s->n_train));
    json_object_set_new(o, "n_validation", json_count(s->n_validation));
    json_object_set_new(o, "n_test", json_count(s->n_test));
    json_object_set_new(o, "validation", json_number(s->validation));
    json_object_set_new(o, "test", json_number(s->test));
    json_object_set_new(o, "colour_only_test", json_number(s->colour_test));
    json_object_set_new(o, "size_only_test", json_number(s->size_test));
}

static json_t *baseline_json(const struct data_report *f)
{
    json_t *o = json_object(), *list = json_array();

    for (int i = 0; i < BASELINE_FEATURES; i++)
        json_array_append_new(list, json_string(baseline_feature[i]));
    json_object_set_new(o, "features", list);
    put_scores(o, &f->scores);
    if (!f->fold)
        return o;
    list = json_array();
    for (int k = 0; k < f->folds; k++) {
        json_t *one = json_object();

        put_scores(one, &f->of_fold[k]);
        json_array_append_new(list, one);
    }
    json_object_set_new(o, "folds", list);
    return o;
}

/* Write 'o', which is released, as DIR/NAME. */
static int write_json(json_t *o, const char *dir, const char *name,
                      struct err *err)
{
    char *s = o ? json_dumps(o, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : NULL;
    struct buf b = {0};

    json_decref(o);
    if (!s)
        return err_set(err, ERR_SYSTEM, "no memory for %s", name);
    buf_printf(&b, "%s\n", s);
    free(s);
    return buf_save(&b, dir, name, err);
}

int data_report_write(const struct data_report *f, const char *dir,
                      struct err *err)
{
    double *room = calloc(f->images->n + 1, sizeof(*room));
    int rc;

    if (!room)
        return err_set(err, ERR_SYSTEM, "no memory for %zu pictures",
                       f->images->n);
    rc = write_json(stats_json(f, room), dir, "stats.json", err);
    free(room);
    if (rc == 0)
        rc = write_json(baseline_json(f), dir, "baseline.json", err);
    return rc;
}
