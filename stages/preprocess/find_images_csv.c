/* find_images_csv.c - pictures, classes and groups from a table */
#include "base/csv.h"
#include "base/file.h"
#include "stages/preprocess/find_images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct image_table {
    struct csv csv;   /* owned */
    const char *path; /* borrowed */
    int file, label, group;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "no memory for the list of files");
}

/* Does 'path' stay in its directory, and is it plain? */
static bool is_below(const char *path)
{
    const char *s = path;

    if (*path == '/' || *path == '\0')
        return false;
    for (size_t n; *s; s += n + (s[n] == '/')) {
        n = strcspn(s, "/");
        if (n == 0 || (n <= 2 && strncmp(s, "..", n) == 0))
            return false;
    }
    return true;
}

/* Number of the class called 'name', which may be new; -1 after an error. */
static int class_of(struct find_images *w, const struct image_table *t,
                    size_t line, const char *name, struct err *err)
{
    char where[FILE_PATH_MAX];

    for (int i = 0; i < w->n_class; i++)
        if (strcmp(w->class_name[i], name) == 0)
            return i;
    if (file_path(where, err, "%s:%zu", t->path, line) < 0 ||
        find_images_name_class(w, where, name, err) < 0)
        return -1;
    return w->n_class++;
}

static int take_row(struct find_images *w, const struct image_table *t,
                    const struct layout *l, size_t row, struct err *err)
{
    const char *path = csv_get(&t->csv, row, (size_t)t->file);
    const char *group =
        t->group < 0 ? "" : csv_get(&t->csv, row, (size_t)t->group);
    struct find_images_file *f = &w->file[w->n];
    char text[FIND_IMAGES_MAX_PATH];

    if (!is_below(path) || strlen(path) >= FIND_IMAGES_MAX_PATH)
        return err_set(err, ERR_USAGE,
                       "%s:%zu: '%.80s' is no path below the dataset", t->path,
                       row + 2, path);
    f->label =
        class_of(w, t, row + 2, csv_get(&t->csv, row, (size_t)t->label), err);
    if (f->label < 0)
        return -1;
    f->path = strdup(path);
    snprintf(text, sizeof(text), "%.*s", FIND_IMAGES_MAX_PATH - 1, group);
    f->group =
        *text ? strdup(text) : layout_group(l, w->class_name[f->label], path);
    w->n++;
    return f->path && f->group ? 0 : no_memory(err);
}

static int open_table(struct image_table *t, struct err *err)
{
    static const char *const names[] = {"file", "label"};
    int *const column[] = {&t->file, &t->label};

    if (csv_read(&t->csv, t->path, err) < 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        *column[i] = csv_column(&t->csv, names[i]);
        if (*column[i] < 0)
            return err_set(err, ERR_USAGE, "%s:1: no column '%s'", t->path,
                           names[i]);
    }
    t->group = csv_column(&t->csv, "group");
    if (t->csv.n_row > STORE_MAX_SAMPLES)
        return err_set(err, ERR_USAGE, "'%s' names over %d pictures", t->path,
                       STORE_MAX_SAMPLES);
    return 0;
}

int find_images_table(struct find_images *w, const struct layout *l,
                      struct err *err)
{
    struct image_table t = {.path = l->csv};
    int rc = open_table(&t, err);

    if (rc == 0) {
        w->file = calloc(t.csv.n_row + 1, sizeof(*w->file));
        rc = w->file ? 0 : no_memory(err);
    }
    for (size_t i = 0; rc == 0 && i < t.csv.n_row; i++)
        rc = take_row(w, &t, l, i, err);
    csv_release(&t.csv);
    return rc;
}
