#include "stages/preprocess/data_checks.h"

#include "base/json.h"
#include "base/sort.h"
#include "stages/preprocess/data_report.h"
#include "stages/preprocess/near_duplicates.h"

#include <math.h>
#include <stdlib.h>

/* --- near duplicates ------------------------------------------------------ */

struct near_pairs {
    struct data_checks *checks; /* borrowed, as the next */
    struct data_report *found;
};

/* Two classes for what looks the same: one of the labels is wrong, or nobody
 * can tell. */
static void note_classes(struct near_pairs *p, size_t earlier, size_t later)
{
    const struct find_images *w = p->found->images;
    const struct find_images_file *a = &w->file[earlier], *b = &w->file[later];

    if (a->label == b->label ||
        p->checks->n_pair_class++ >= (size_t)DATA_CHECKS_WARNINGS)
        return;
    buf_printf(&p->found->warnings,
               "'%s' (%s) and '%s' (%s) look the same, in two classes\n",
               a->path, w->class_name[a->label], b->path,
               w->class_name[b->label]);
}

/* Of each picture the first earlier one comes first. */
static void each_pair(void *self, size_t earlier, size_t later)
{
    struct near_pairs *p = self;
    struct data_checks *c = p->checks;
    const size_t n = p->found->images->n;

    if (c->near[later] == n)
        c->near[later] = earlier;
    if (c->near_other[later] == n && data_report_part(p->found, earlier) !=
                                         data_report_part(p->found, later))
        c->near_other[later] = earlier;
    c->n_pair++;
    note_classes(p, earlier, later);
}

/* " and N more; see stats.json" behind the last that is said. */
static void warn_rest(struct buf *warnings, size_t n, const char *what)
{
    if (n > DATA_CHECKS_WARNINGS)
        buf_printf(warnings, "%zu more %s: see data/stats.json\n",
                   n - DATA_CHECKS_WARNINGS, what);
}

static void count_near(struct data_checks *c, struct data_report *f)
{
    const struct find_images_file *file = f->images->file;
    const size_t n = f->images->n;

    for (size_t i = 0; i < n; i++) {
        const size_t k = c->near_other[i];
        char room[2][DATA_REPORT_PART];

        c->n_near += c->near[i] < n;
        if (k < n && c->n_near_other++ < DATA_CHECKS_WARNINGS)
            buf_printf(&f->warnings, "'%s' (%s) and '%s' (%s) look the same\n",
                       file[k].path, data_report_part_name(f, k, room[0]),
                       file[i].path, data_report_part_name(f, i, room[1]));
    }
    warn_rest(&f->warnings, c->n_pair_class,
              "pairs that look the same in two classes");
    warn_rest(&f->warnings, c->n_near_other,
              f->fold ? "pictures that look like one of another fold"
                      : "pictures that look like one of another split");
}

/* --- outliers ------------------------------------------------------------- */

static double value_of(const struct read_image *cell, enum data_checks_odd what)
{
    const float *v = cell->feature;
    const float *colour = v + BASELINE_COLOUR;

    return what == ODD_SIZE
               ? log2((double)v[BASELINE_SIZE] * (double)v[BASELINE_SIZE + 1])
               : ((double)colour[0] + (double)colour[1] + (double)colour[2]) /
                     3;
}

static double median_of(double *v, size_t n)
{
    sort_numbers(v, n);
    return (v[(n - 1) / 2] + v[n / 2]) / 2;
}

/* Middle and scale of class 'label'; false if it has too few to tell. */
static bool measure_class(const struct data_report *f, int label,
                          enum data_checks_odd what, double *room,
                          double out[2])
{
    size_t n = 0;

    for (size_t i = 0; i < f->images->n; i++)
        if (f->label[i] == label)
            room[n++] = value_of(&f->cell[i], what);
    if (n < DATA_CHECKS_LEAST)
        return false;
    out[0] = median_of(room, n);
    for (size_t i = 0; i < n; i++)
        room[i] = fabs(room[i] - out[0]);
    out[1] = 1.4826 * median_of(room, n);
    return out[1] > 0;
}

static void warn_odd(struct data_report *f, size_t i, enum data_checks_odd what,
                     double middle)
{
    const struct find_images_file *file = &f->images->file[i];
    const struct read_image *cell = &f->cell[i];
    const double v = value_of(cell, what);

    if (what == ODD_SIZE)
        buf_printf(&f->warnings,
                   "'%s' is %.0f x %.0f pixels, %s than others of %s\n",
                   file->path, (double)cell->feature[BASELINE_SIZE],
                   (double)cell->feature[BASELINE_SIZE + 1],
                   v > middle ? "much larger" : "much smaller",
                   f->images->class_name[file->label]);
    else
        buf_printf(&f->warnings,
                   "'%s' has brightness %.0f, others of %s %.0f\n", file->path,
                   v, f->images->class_name[file->label], middle);
}

static size_t find_odd(struct data_checks *c, struct data_report *f,
                       enum data_checks_odd what, double *room)
{
    size_t count = 0;

    for (int label = 0; label < f->images->n_class; label++) {
        double m[2];

        if (!measure_class(f, label, what, room, m))
            continue;
        for (size_t i = 0; i < f->images->n; i++) {
            if (f->label[i] != label || fabs(value_of(&f->cell[i], what) -
                                             m[0]) <= DATA_CHECKS_FAR * m[1])
                continue;
            c->odd[i] |= (unsigned char)what;
            if (count++ < DATA_CHECKS_WARNINGS)
                warn_odd(f, i, what, m[0]);
        }
    }
    return count;
}

/* --- all of it ------------------------------------------------------------ */

int data_checks_run(struct data_checks *c, struct data_report *f,
                    struct err *err)
{
    const size_t n = f->images->n;
    double *room = calloc(n + 1, sizeof(*room));
    struct near_pairs pairs = {c, f};

    *c = (struct data_checks){.near = calloc(n + 1, sizeof(*c->near)),
                              .near_other =
                                  calloc(n + 1, sizeof(*c->near_other)),
                              .odd = calloc(n + 1, 1)};
    if (!room || !c->near || !c->near_other || !c->odd) {
        free(room);
        return err_set(err, ERR_SYSTEM, "no memory to look at the pictures");
    }
    for (size_t i = 0; i < n; i++)
        c->near[i] = c->near_other[i] = n;
    if (n > DATA_CHECKS_COMPARED)
        buf_printf(&f->warnings,
                   "%zu pictures are too many to look for near duplicates\n",
                   n);
    else if (near_duplicates_pairs(f->cell, n, each_pair, &pairs, err) < 0) {
        free(room);
        return -1;
    }
    count_near(c, f);
    c->n_odd_size = find_odd(c, f, ODD_SIZE, room);
    warn_rest(&f->warnings, c->n_odd_size, "of odd size");
    c->n_odd_light = find_odd(c, f, ODD_LIGHT, room);
    warn_rest(&f->warnings, c->n_odd_light, "of odd brightness");
    free(room);
    return buf_check(&f->warnings, err);
}

static json_t *near_json(const struct data_checks *c,
                         const struct data_report *f)
{
    json_t *o = json_object(), *list = json_array();
    const size_t n = f->images->n;

    for (size_t i = 0; i < n && json_array_size(list) < DATA_CHECKS_LISTED;
         i++) {
        const size_t k = c->near_other[i] < n ? c->near_other[i] : c->near[i];
        json_t *pair;

        if (k == n)
            continue;
        pair = json_array();
        json_array_append_new(pair, json_text(f->images->file[k].path));
        json_array_append_new(pair, json_text(f->images->file[i].path));
        json_array_append_new(list, pair);
    }
    json_object_set_new(o, "files", json_count(c->n_near));
    json_object_set_new(o, "across_splits", json_count(c->n_near_other));
    json_object_set_new(o, "pairs_alike", json_count(c->n_pair));
    json_object_set_new(o, "pairs_of_two_classes", json_count(c->n_pair_class));
    json_object_set_new(o, "pairs", list);
    return o;
}

static json_t *odd_json(const struct data_checks *c,
                        const struct data_report *f)
{
    json_t *o = json_object(), *list = json_array();

    for (size_t i = 0;
         i < f->images->n && json_array_size(list) < DATA_CHECKS_LISTED; i++) {
        json_t *one;

        if (!c->odd[i])
            continue;
        one = json_object();
        json_object_set_new(one, "file", json_text(f->images->file[i].path));
        json_object_set_new(one, "what",
                            json_string(c->odd[i] == ODD_SIZE    ? "size"
                                        : c->odd[i] == ODD_LIGHT ? "brightness"
                                                                 : "both"));
        json_array_append_new(list, one);
    }
    json_object_set_new(o, "size", json_count(c->n_odd_size));
    json_object_set_new(o, "brightness", json_count(c->n_odd_light));
    json_object_set_new(o, "files", list);
    return o;
}

void data_checks_json(const struct data_checks *c, const struct data_report *f,
                      json_t *o)
{
    json_object_set_new(o, "near_duplicates", near_json(c, f));
    json_object_set_new(o, "outliers", odd_json(c, f));
}

void data_checks_release(struct data_checks *c)
{
    free(c->near);
    free(c->near_other);
    free(c->odd);
    *c = (struct data_checks){0};
}
