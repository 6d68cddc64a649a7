/* find_images_csv.c - pictures, classes, groups and splits from a table */
#include "base/file.h"
#include "stages/preprocess/data_path.h"
#include "stages/preprocess/data_table.h"
#include "stages/preprocess/find_images.h"
#include "stages/preprocess/split_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int no_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "no memory for the list of files");
}

/* Number of the class called 'name', which may be new; -1 after an error. */
static int class_of(struct find_images *w, const struct data_table *t,
                    size_t line, const char *name, struct err *err)
{
    const int known = find_images_class(w, name);
    char where[FILE_PATH_MAX];

    if (known >= 0)
        return known;
    if (file_path(where, err, "%s:%zu", t->path, line) < 0 ||
        find_images_name_class(w, where, name, err) < 0)
        return -1;
    return w->n_class++;
}

/* Path of a row, plain. */
static int take_path(const struct find_images *w, const struct data_table *t,
                     size_t row, char path[DATA_PATH_MAX], struct err *err)
{
    const char *given = data_table_get(t, row, LAYOUT_FILE);
    const size_t line = data_table_line(t, row);

    if (!data_path_inside(path, w->dir, given))
        return err_set(err, ERR_USAGE,
                       "%s:%zu: '%.80s' is no path below the dataset", t->path,
                       line, given);
    if (data_path_is_hidden(path))
        return err_set(err, ERR_USAGE,
                       "%s:%zu: '%.80s' is hidden, or lies in a hidden folder "
                       "or one of the file system's own, where a change would "
                       "not be noticed; give it another name",
                       t->path, line, path);
    return 0;
}

/* Split of a row, if the table gives one. */
static int take_split(struct find_images_file *f, const struct data_table *t,
                      size_t row, struct err *err)
{
    const char *word = data_table_get(t, row, LAYOUT_SPLIT);

    f->split = split_words_parse(word);
    if (f->split == SPLIT_NONE)
        return err_set(err, ERR_USAGE,
                       "%s:%zu: '%.80s' is not train, validation or test",
                       t->path, f->line, word);
    return 0;
}

static int take_row(struct find_images *w, const struct data_table *t,
                    const struct layout *l, size_t row, struct err *err)
{
    const char *group = data_table_get(t, row, LAYOUT_GROUP);
    struct find_images_file *f = &w->file[w->n];
    char path[DATA_PATH_MAX], text[FIND_IMAGES_MAX_PATH];

    *f = (struct find_images_file){
        .line = data_table_line(t, row), .split = SPLIT_NONE, .fold = -1};
    if (take_path(w, t, row, path, err) < 0)
        return -1;
    f->label =
        class_of(w, t, f->line, data_table_get(t, row, LAYOUT_LABEL), err);
    if (f->label < 0 || (w->given[0] && take_split(f, t, row, err) < 0))
        return -1;
    f->path = strdup(path);
    snprintf(text, sizeof(text), "%.*s", FIND_IMAGES_MAX_PATH - 1, group);
    f->group =
        *text ? strdup(text) : layout_group(l, w->class_name[f->label], path);
    w->n++;
    return f->path && f->group ? 0 : no_memory(err);
}

/* May a column of this name be a split? */
static bool sounds_split(const char *name)
{
    static const char *const words[] = {"set",  "subset", "phase", "partition",
                                        "fold", "usage",  NULL};

    for (size_t k = 0; words[k]; k++)
        if (strcasecmp(name, words[k]) == 0)
            return true;
    for (; *name; name++)
        if (strncasecmp(name, "split", 5) == 0)
            return true;
    return false;
}

static void warn_unused(struct find_images *w, const struct data_table *t,
                        const struct layout *l)
{
    if (t->column[LAYOUT_SPLIT] >= 0 || l->mapped[LAYOUT_SPLIT])
        return;
    for (size_t i = 0; i < t->csv.n_column; i++)
        if (sounds_split(t->csv.header[i]))
            buf_printf(&w->warnings,
                       "%s: column '%.60s' is not used; if it is a split, "
                       "layout.columns \"split=%.60s\" uses it\n",
                       data_table_name(t), t->csv.header[i], t->csv.header[i]);
}

/* Is the split that the table gives the one that is wanted? */
static int check_split(struct find_images *w, const struct data_table *t,
                       const struct layout *l, struct err *err)
{
    const char *name = l->column[LAYOUT_SPLIT];

    warn_unused(w, t, l);
    if (!data_table_says(t, LAYOUT_SPLIT)) {
        if (l->method == SPLIT_BY_CSV && !l->own_split)
            return data_table_need(t, *name ? name : "split", LAYOUT_SPLIT,
                                   err);
        return 0;
    }
    if (l->method != SPLIT_BY_CSV && !l->unnamed)
        return err_set(err, ERR_USAGE,
                       "%s:%zu: column '%.60s' is a split, which another "
                       "split.method would not use: set split.method to csv, "
                       "or layout.columns to \"split=\" to split otherwise",
                       t->path, t->csv.head_line, name);
    if (l->method != SPLIT_BY_CSV && l->folds > 1)
        return err_set(err, ERR_USAGE,
                       "%s:%zu: column '%.60s' is one split, not folds; "
                       "layout.columns \"split=\" leaves it out",
                       t->path, t->csv.head_line, name);
    if (!l->own_split)
        snprintf(w->given, sizeof(w->given), "column '%.60s' of %.150s", name,
                 data_table_name(t));
    else
        buf_printf(&w->warnings,
                   "the split is that of split.csv; column '%.60s' of "
                   "layout.csv is not used\n",
                   name);
    return 0;
}

static int check_table(struct find_images *w, const struct data_table *t,
                       const struct layout *l, struct err *err)
{
    if (data_table_need(t, l->column[LAYOUT_FILE], LAYOUT_FILE, err) < 0 ||
        data_table_need(t, l->column[LAYOUT_LABEL], LAYOUT_LABEL, err) < 0)
        return -1;
    if (t->csv.n_row > STORE_MAX_SAMPLES)
        return err_set(err, ERR_USAGE, "'%s' names over %d pictures", t->path,
                       STORE_MAX_SAMPLES);
    return check_split(w, t, l, err);
}

int find_images_table(struct find_images *w, const struct layout *l,
                      struct err *err)
{
    struct data_table t;
    int rc;

    if (data_table_read(&t, l->csv, l, err) < 0)
        return -1;
    w->groups_named = data_table_says(&t, LAYOUT_GROUP);
    rc = check_table(w, &t, l, err);
    if (rc == 0) {
        w->file = calloc(t.csv.n_row + 1, sizeof(*w->file));
        rc = w->file ? 0 : no_memory(err);
    }
    for (size_t i = 0; rc == 0 && i < t.csv.n_row; i++)
        rc = take_row(w, &t, l, i, err);
    data_table_tell(&t, &w->notes);
    data_table_release(&t);
    return rc;
}

static int by_name(const void *name, const void *file)
{
    return strcmp(name, ((const struct find_images_file *)file)->path);
}

struct find_images_file *find_images_named(const struct find_images *w,
                                           const char *table, size_t line,
                                           const char *name, struct err *err)
{
    struct find_images_file *f = NULL;
    char path[DATA_PATH_MAX];

    if (data_path_inside(path, w->dir, name))
        f = bsearch(path, w->file, w->n, sizeof(*w->file), by_name);
    if (!f)
        err_set(err, ERR_USAGE, "%s:%zu: '%.200s' is no picture of the dataset",
                table, line, name);
    return f;
}
