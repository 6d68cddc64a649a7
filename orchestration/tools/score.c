#include "orchestration/tools/score.h"

#include "base/file.h"
#include "evaluation/predictions_folds.h"
#include "orchestration/tools/stale_results.h"
#include "stages/evaluate/ensemble_vote.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- where they are ------------------------------------------------------- */

/* Fold f of NAME, as stored by score_write(), or in a run. */
static int path_of(char path[FILE_PATH_MAX], const char *name, int f,
                   bool in_run, struct err *err)
{
    return in_run ? file_path(path, err, "%s-f%d/predictions.csv", name, f)
                  : file_path(path, err, "%s/f%d.csv", name, f);
}

static int find_folds(struct score_source *s, bool in_run, struct err *err)
{
    for (int f = 0; f < CONFIG_FOLDS_MAX; f++) {
        if (path_of(s->path[s->n], s->name, f, in_run, err) < 0)
            return -1;
        if (file_exists(s->path[s->n]))
            s->fold[s->n++] = f;
    }
    return 0;
}

static int refuse_name(const char *name, struct err *err)
{
    struct stat st;

    if (stat(name, &st) == 0 && S_ISREG(st.st_mode))
        return err_set(err, ERR_USAGE,
                       "'%.200s' is a file: a directory is wanted that has "
                       "f0.csv, f1.csv, ..., or RUN/evaluate/EXPERIMENT",
                       name);
    return err_set(err, ERR_USAGE,
                   "there is no '%.200s/f0.csv', no "
                   "'%.200s-f0/predictions.csv', nor that of another fold",
                   name, name);
}

int score_find(struct score_source *s, const char *name, struct err *err)
{
    *s = (struct score_source){.n = 0};
    if (file_path(s->name, err, "%s", name) < 0)
        return -1;
    for (size_t n = strlen(name); n > 1 && s->name[n - 1] == '/'; n--)
        s->name[n - 1] = '\0';
    name = s->name;
    if (find_folds(s, false, err) < 0 ||
        (s->n == 0 && find_folds(s, true, err) < 0))
        return -1;
    return s->n > 0 ? 0 : refuse_name(name, err);
}

int score_without(struct score_source *s, const bool *left, struct err *err)
{
    bool there[CONFIG_FOLDS_MAX] = {false};
    int n = 0;

    for (int i = 0; i < s->n; i++) {
        there[s->fold[i]] = true;
        if (left[s->fold[i]])
            continue;
        s->fold[n] = s->fold[i];
        memmove(s->path[n++], s->path[i], FILE_PATH_MAX);
    }
    for (int f = 0; f < CONFIG_FOLDS_MAX; f++)
        if (left[f] && !there[f])
            return err_set(err, ERR_USAGE, "'%.200s' has no fold %d", s->name,
                           f);
    s->n = n;
    return n > 0
               ? 0
               : err_set(err, ERR_USAGE, "'%.200s' has no other fold", s->name);
}

int score_warn_stale(const struct score_source *s)
{
    static const char stage[] = "evaluate";
    char run[FILE_PATH_MAX];
    const char *name;
    char *slash;
    size_t n;

    memcpy(run, s->name, sizeof(run));
    slash = strrchr(run, '/');
    if (!slash)
        return 0;
    *slash = '\0';
    n = strlen(run);
    if (n < strlen(stage) || strcmp(run + n - strlen(stage), stage) != 0)
        return 0;
    n -= strlen(stage);
    if (n > 0 && run[n - 1] != '/')
        return 0;
    run[n > 1 ? n - 1 : n] = '\0';
    name = slash + 1;
    return stale_results_warn(*run ? run : ".", &name, 1);
}

/* --- reading -------------------------------------------------------------- */

/* Is a further fold of the split and with the columns of those before? */
static int check_alike(const struct score *s, const struct predictions *one,
                       enum split split, const char *path, struct err *err)
{
    static const char *const column[] = {"group", "family"};

    if (split != s->split)
        return err_set(err, ERR_USAGE,
                       "'%.200s' has %s cells, the fold before %s cells: they "
                       "are not scored together",
                       path, store_split_name(split),
                       store_split_name(s->split));
    for (int i = 0; i < 2; i++) {
        const bool there = csv_column(&one->csv, column[i]) >= 0;

        if (there != (csv_column(&s->cells.csv, column[i]) >= 0))
            return err_set(err, ERR_USAGE,
                           "'%.200s' has %s column '%s', the first fold %s one",
                           path, there ? "a" : "no", column[i],
                           there ? "has not" : "has");
    }
    return 0;
}

/* 'one' is left empty, or as it was. */
static int add_cells(struct score *s, struct predictions *one, enum split split,
                     const char *path, bool first, struct err *err)
{
    const double accuracy = (double)outcomes_right(&one->o) / (double)one->o.n;

    if (one->o.n == 0)
        return err_set(err, ERR_INPUT,
                       "'%.200s' has no test cell and no validation cell",
                       path);
    if (first) {
        s->cells = *one;
        s->split = split;
        *one = (struct predictions){.o = {.n = 0}};
    } else if (check_alike(s, one, split, path, err) < 0 ||
               predictions_folds_add(&s->cells, one, err) < 0) {
        return -1;
    }
    s->least = fmin(s->least, accuracy);
    s->most = fmax(s->most, accuracy);
    return 0;
}

static int read_cells(struct score *s, const struct score_source *from,
                      struct err *err)
{
    for (int i = 0; i < from->n; i++) {
        struct predictions one;
        enum split split;
        int rc;

        if (predictions_read_told(&one, from->path[i], &split, err) < 0)
            return -1;
        rc = add_cells(s, &one, split, from->path[i], i == 0, err);
        predictions_release(&one);
        if (rc < 0)
            return -1;
    }
    return predictions_folds_check(&s->cells, from->name, err);
}

/* All cells as a test split, without one to fit on. */
static int measure_cells(struct score *s, const struct score_source *from,
                         const struct config *c, struct err *err)
{
    struct metrics_json *m = &s->metrics;

    m->experiment = from->name;
    m->network = m->model = "";
    m->class_name = (const char(*)[CONFIG_NAME_MAX])s->cells.class_name;
    m->settings = &c->evaluate;
    m->seed = (uint64_t)c->run.seed;
    m->test =
        (struct metrics_json_split){s->cells.o, predictions_drawn(&s->cells)};
    m->validation = m->test;
    m->validation.o.n = 0;
    return metrics_json_run(m, err);
}

int score_read(struct score *s, const struct score_source *from,
               const struct config *c, struct err *err)
{
    const char *path[CONFIG_FOLDS_MAX];

    *s = (struct score){.least = (double)NAN, .most = (double)NAN};
    for (int i = 0; i < from->n; i++)
        path[i] = from->path[i];
    if (read_cells(s, from, err) < 0 ||
        screening_read(&s->screening, path, from->n, c, err) < 0)
        return -1;
    return measure_cells(s, from, c, err);
}

void score_release(struct score *s)
{
    metrics_json_release(&s->metrics);
    predictions_release(&s->cells);
}

/* --- writing -------------------------------------------------------------- */

static void round_all(struct predictions *p)
{
    char text[32];

    for (size_t i = 0; p->p && i < p->o.n * (size_t)p->o.k; i++) {
        snprintf(text, sizeof(text), "%.6g", p->p[i]);
        p->p[i] = strtod(text, NULL);
    }
}

/* What is drawn together, as the one column. */
static void keep_families(struct predictions *p)
{
    if (!p->family)
        return;
    free(p->group);
    p->group = p->family;
    p->family = NULL;
}

/* Rows of a split: of one source as they are, of several what they vote. */
static int read_rows(struct predictions *p, const struct ensemble_vote_args *a,
                     enum split split, struct err *err)
{
    struct ensemble_vote_weights w;

    if (predictions_read(p, a->path[0], split, err) < 0)
        return -1;
    if (a->n_member > 1 && (ensemble_vote_weigh(a, &w, err) < 0 ||
                            ensemble_vote_split(a, &w, split, p, err) < 0)) {
        predictions_release(p);
        return -1;
    }
    return 0;
}

static int write_fold(const struct ensemble_vote_args *a, const char *dir,
                      int fold, struct err *err)
{
    static const enum split splits[] = {SPLIT_TEST, SPLIT_VALIDATION};
    struct buf b = {0};
    char name[16];

    for (int i = 0; i < 2; i++) {
        struct predictions p;

        if (read_rows(&p, a, splits[i], err) < 0) {
            buf_release(&b);
            return -1;
        }
        round_all(&p);
        keep_families(&p);
        if (i == 0)
            predictions_header(&p, &b);
        predictions_rows(&p, splits[i], &b);
        predictions_release(&p);
    }
    snprintf(name, sizeof(name), "f%d.csv", fold);
    return buf_save(&b, dir, name, err);
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

/* Can they vote, fold by fold, and stay as they are? */
static int check_voters(const struct score_source *from, int n, const char *dir,
                        struct err *err)
{
    char path[FILE_PATH_MAX];

    if (n == 1)
        return 0;
    if (path_of(path, dir, from->fold[0], false, err) < 0)
        return -1;
    for (int m = 0; m < n; m++)
        if (is_same_file(from[m].path[0], path))
            return err_set(err, ERR_USAGE,
                           "--output: '%.200s' holds predictions that vote, "
                           "write to another directory",
                           dir);
    if (n > CONFIG_LIST_MAX)
        return err_set(err, ERR_USAGE, "%d experiments to vote, at most %d can",
                       n, CONFIG_LIST_MAX);
    for (int m = 1; m < n; m++)
        if (from[m].n != from->n ||
            memcmp(from[m].fold, from->fold,
                   (size_t)from->n * sizeof(from->fold[0])) != 0)
            return err_set(err, ERR_USAGE,
                           "'%.200s' has other folds than '%.200s'",
                           from[m].name, from->name);
    return 0;
}

/* What is read there later must be of this source alone. */
static int check_others(const struct score_source *from, const char *dir,
                        struct err *err)
{
    bool own[CONFIG_FOLDS_MAX] = {false};
    char path[FILE_PATH_MAX];

    for (int i = 0; i < from->n; i++)
        own[from->fold[i]] = true;
    for (int f = 0; f < CONFIG_FOLDS_MAX; f++) {
        if (path_of(path, dir, f, false, err) < 0)
            return -1;
        if (!own[f] && file_exists(path))
            return err_set(err, ERR_USAGE,
                           "'%.200s' is there, and '%.150s' has no fold %d: "
                           "remove it, or write to another directory",
                           path, from->name, f);
    }
    return 0;
}

int score_write(const struct score_source *from, int n, const char *dir,
                struct err *err)
{
    struct ensemble_vote_args a = {.method = "soft_vote", .n_member = n};

    if (check_voters(from, n, dir, err) < 0 ||
        check_others(from, dir, err) < 0 || file_dir_make(dir, err) < 0)
        return -1;
    for (int i = 0; i < from->n; i++) {
        for (int m = 0; m < n; m++) {
            a.member[m] = from[m].name;
            a.path[m] = from[m].path[i];
        }
        if (write_fold(&a, dir, from->fold[i], err) < 0)
            return -1;
    }
    return 0;
}
