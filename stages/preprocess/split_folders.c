#include "stages/preprocess/split_folders.h"

#include "img/decode.h"
#include "img/pictures.h"
#include "stages/preprocess/split_words.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What lies directly in a folder. */
struct level {
    char **name; /* owned: of its folders, first 'n' of 'room' */
    size_t n, room;
    bool pictures;
};

static void level_release(struct level *v)
{
    file_dir_list_free(v->name, v->room);
    *v = (struct level){0};
}

/* Keep the folders of a list in front; the others stay to be freed. */
static int level_init(struct level *v, const char *dir, const char *below,
                      struct err *err)
{
    char path[FILE_PATH_MAX], full[FILE_PATH_MAX];
    struct stat st;

    *v = (struct level){0};
    if (file_path(path, err, "%s%s%s", dir, *below ? "/" : "", below) < 0 ||
        file_dir_list(path, &v->name, &v->room, err) < 0) {
        if (err->code == ERR_INPUT)
            err->code = ERR_USAGE;
        return -1;
    }
    for (size_t i = 0; i < v->room; i++) {
        char *name = v->name[i];

        if (name[0] == '.' || pictures_is_system(name))
            continue;
        if (decode_is_image_name(name))
            v->pictures = true;
        else if (file_path(full, err, "%s/%s", path, name) == 0 &&
                 stat(full, &st) == 0 && S_ISDIR(st.st_mode)) {
            v->name[i] = v->name[v->n];
            v->name[v->n++] = name;
        }
    }
    return 0;
}

/* --- parts ---------------------------------------------------------------- */

/* Part that a name stands for: a split, or SPLIT_NONE + 1 + number of a fold;
 * -1: it is a name like others. */
static int part_of(const char *name)
{
    const enum split split = split_words_parse(name);
    const int fold = split_words_fold(name);

    if (split != SPLIT_NONE)
        return (int)split;
    return fold < 0 ? -1 : (int)SPLIT_NONE + 1 + fold;
}

/* Parts that were met. */
struct parts {
    bool split[SPLIT_NONE];
    int fold[CONFIG_FOLDS_MAX]; /* sorted */
    int n_fold;
    bool many; /* folds than there may be */
};

static void add_fold(struct parts *p, int number)
{
    int k = 0;

    while (k < p->n_fold && p->fold[k] < number)
        k++;
    if (k < p->n_fold && p->fold[k] == number)
        return;
    p->many = p->n_fold == CONFIG_FOLDS_MAX;
    if (p->many)
        return;
    memmove(p->fold + k + 1, p->fold + k,
            (size_t)(p->n_fold - k) * sizeof(p->fold[0]));
    p->fold[k] = number;
    p->n_fold++;
}

static void add_part(struct parts *p, int part)
{
    if (part < (int)SPLIT_NONE)
        p->split[part] = true;
    else
        add_fold(p, part - (int)SPLIT_NONE - 1);
}

/* Are they a whole split, or folds? */
static bool are_whole(const struct parts *p)
{
    const bool others = p->split[SPLIT_VALIDATION] || p->split[SPLIT_TEST];

    if (p->n_fold > 0)
        return p->n_fold > 1 && !p->many && !others && !p->split[SPLIT_TRAIN];
    return p->split[SPLIT_TRAIN] && others;
}

static void take_parts(struct split_folders *s, enum split_folders_kind kind,
                       const struct parts *p)
{
    s->kind = kind;
    s->n_fold = p->n_fold;
    memcpy(s->number, p->fold, sizeof(s->number));
}

/* Add a name to list[SPLIT_FOLDERS_LIST], once. */
static void note_name(char *list, const char *name)
{
    const size_t at = strlen(list), n = strlen(name);

    for (const char *s = list; (s = strstr(s, name)); s++)
        if ((s == list || s[-1] == ' ') && (s[n] == ',' || !s[n]))
            return;
    snprintf(list + at, SPLIT_FOLDERS_LIST - at, "%s%s", at ? ", " : "", name);
}

/* --- above the classes ---------------------------------------------------- */

static int refuse_parts(const struct split_folders *s, const char *dir,
                        struct err *err)
{
    return err_set(err, ERR_USAGE,
                   "'%.200s': folders called like parts of a split (%s) are no "
                   "classes, and no split either: for that a folder train and "
                   "one of val and test, or folds alone, hold one folder a "
                   "class each. Set dataset.path to the one whose folders are "
                   "the classes, or list pictures in layout.csv; folders that "
                   "are classes are listed in layout.classes",
                   dir, s->named);
}

/* Has a part folders that may be classes? */
static int has_classes(const char *dir, const char *part,
                       const struct layout *l, bool *has, struct err *err)
{
    struct level below;

    if (level_init(&below, dir, part, err) < 0)
        return -1;
    *has = false;
    for (size_t i = 0; i < below.n; i++)
        *has = *has || layout_class(l, below.name[i]);
    level_release(&below);
    return 0;
}

static int look_above(struct split_folders *s, const char *dir,
                      const struct layout *l, const struct level *top,
                      struct err *err)
{
    struct parts p = {0};
    bool has;

    for (size_t i = 0; i < top->n; i++) {
        if (part_of(top->name[i]) < 0)
            continue;
        note_name(s->named, top->name[i]);
        if (has_classes(dir, top->name[i], l, &has, err) < 0)
            return -1;
        if (has)
            add_part(&p, part_of(top->name[i]));
    }
    if (!are_whole(&p))
        return refuse_parts(s, dir, err);
    take_parts(s, SPLIT_FOLDERS_ABOVE, &p);
    return 0;
}

/* --- below them ----------------------------------------------------------- */

/* Folders of all classes. */
struct below {
    const char *dir; /* borrowed: the dataset */
    struct parts parts;
    bool all;           /* are parts, and nothing lies beside them */
    struct level first; /* owned: of the first class */
    bool same; /* other classes have the same, two or more, and no pictures */
};

static bool same_folders(const struct level *a, const struct level *b)
{
    if (a->n != b->n || a->n < 2 || a->pictures || b->pictures)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->name[i], b->name[i]) != 0)
            return false;
    return true;
}

static void add_class(struct split_folders *s, struct below *b,
                      const struct level *level)
{
    b->all = b->all && !level->pictures;
    for (size_t i = 0; i < level->n; i++) {
        const int part = part_of(level->name[i]);

        if (part < 0) {
            b->all = false;
            continue;
        }
        note_name(s->named, level->name[i]);
        add_part(&b->parts, part);
    }
}

/* A part of a class with folders alone is one of a data set inside this. */
static int check_part(const char *dir, const char *name, const char *part,
                      struct err *err)
{
    char path[FILE_PATH_MAX];
    struct level deeper;
    int rc = 0;

    if (file_path(path, err, "%s/%s", name, part) < 0 ||
        level_init(&deeper, dir, path, err) < 0)
        return -1;
    if (deeper.n > 1 && !deeper.pictures)
        rc = err_set(err, ERR_USAGE,
                     "'%.200s/%.100s' holds folders (%.60s, %.60s, ...) and no "
                     "pictures: if these are the classes, set dataset.path to "
                     "'%.200s/%.100s', or list all pictures in layout.csv",
                     dir, path, deeper.name[0], deeper.name[1], dir, name);
    level_release(&deeper);
    return rc;
}

/* Look into class folder number 'n'. */
static int look_class(struct split_folders *s, struct below *b,
                      const char *name, size_t n, struct err *err)
{
    struct level level;

    if (level_init(&level, b->dir, name, err) < 0)
        return -1;
    for (size_t i = 0; i < level.n; i++)
        if (part_of(level.name[i]) >= 0 &&
            check_part(b->dir, name, level.name[i], err) < 0) {
            level_release(&level);
            return -1;
        }
    add_class(s, b, &level);
    b->same = n == 0 ? true : b->same && same_folders(&b->first, &level);
    if (n == 0)
        b->first = level;
    else
        level_release(&level);
    return 0;
}

/* What it is: parts of a split, or folders that may be the classes. */
static void settle_below(struct split_folders *s, const struct below *b)
{
    if (b->all && s->named[0] && are_whole(&b->parts))
        take_parts(s, SPLIT_FOLDERS_BELOW, &b->parts);
    else if (b->same && !s->named[0])
        for (size_t i = 0; i < b->first.n; i++)
            note_name(s->same, b->first.name[i]);
}

static int look_below(struct split_folders *s, const char *dir,
                      const struct layout *l, const struct level *top,
                      struct err *err)
{
    struct below b = {.dir = dir, .all = true};
    size_t n = 0;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < top->n; i++)
        if (layout_class(l, top->name[i]))
            rc = look_class(s, &b, top->name[i], n++, err);
    if (rc == 0 && n > 1)
        settle_below(s, &b);
    level_release(&b.first);
    return rc;
}

/* --- both ----------------------------------------------------------------- */

int split_folders_look(struct split_folders *s, const char *dir,
                       const struct layout *l, struct err *err)
{
    struct level top;
    bool above = false, listed = false;
    int rc;

    *s = (struct split_folders){0};
    if (level_init(&top, dir, "", err) < 0)
        return -1;
    for (size_t i = 0; i < top.n; i++) {
        listed = listed || (l->n_class > 0 && layout_class(l, top.name[i]));
        above = above || part_of(top.name[i]) >= 0;
    }
    rc = above && !listed ? look_above(s, dir, l, &top, err)
                          : look_below(s, dir, l, &top, err);
    level_release(&top);
    return rc;
}

bool split_folders_takes(const struct split_folders *s, const char *name)
{
    return part_of(name) >= 0 &&
           (s->n_fold > 0) == (part_of(name) > (int)SPLIT_NONE);
}

int split_folders_check(const struct split_folders *s, const char *dir,
                        const struct layout *l, struct err *err)
{
    if (s->kind == SPLIT_FOLDERS_NONE && l->method == SPLIT_BY_FOLDERS)
        return err_set(err, ERR_USAGE,
                       "split.method: folders: '%.200s' has no folders train, "
                       "val and test, or fold1, fold2, ..., over the same "
                       "class folders, or in each",
                       dir);
    if (s->kind == SPLIT_FOLDERS_NONE)
        return 0;
    if (l->method != SPLIT_BY_FOLDERS && !l->unnamed)
        return err_set(err, ERR_USAGE,
                       "the folders %s in '%.200s' are a split, which another "
                       "split.method would not use: set split.method to "
                       "folders, or list the pictures in layout.csv to split "
                       "them otherwise",
                       s->named, dir);
    if (s->n_fold == 2 && !l->folds_validate)
        return err_set(err, ERR_USAGE,
                       "the folders %s in '%.200s' are two folds, but three or "
                       "more are needed: one tests, another validates; or set "
                       "split.folds 2 and split.test 0",
                       s->named, dir);
    if (s->n_fold > 0 && s->n_fold != l->folds)
        return err_set(err, ERR_USAGE,
                       "the folders %s in '%.200s' are %d folds: they are used "
                       "with split.folds %d, which is %d",
                       s->named, dir, s->n_fold, s->n_fold, l->folds);
    if (s->n_fold == 0 && l->folds > 1)
        return err_set(err, ERR_USAGE,
                       "split.folds: the folders %s in '%.200s' are one split, "
                       "not folds",
                       s->named, dir);
    return 0;
}

void split_folders_doubt(const struct split_folders *s, struct buf *warnings)
{
    if (s->named[0])
        buf_printf(warnings,
                   "folders in classes are called like parts of a split (%s) "
                   "but are not all of each class; they are not used as one\n",
                   s->named);
    if (s->same[0])
        buf_printf(warnings,
                   "all class folders consist of folders of the same names "
                   "(%s): are these the classes?\n",
                   s->same);
}

enum split split_folders_part(const struct split_folders *s, const char *path,
                              int *fold)
{
    const char *from = path, *slash = strchr(path, '/');
    char name[256];
    int part;

    *fold = -1;
    if (s->kind == SPLIT_FOLDERS_BELOW && slash)
        from = slash + 1;
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(from, "/"), from);
    part = part_of(name);
    if (s->kind == SPLIT_FOLDERS_NONE || part < 0)
        return SPLIT_NONE;
    if (s->n_fold == 0)
        return part < (int)SPLIT_NONE ? (enum split)part : SPLIT_NONE;
    for (int k = 0; k < s->n_fold; k++)
        if (s->number[k] == part - (int)SPLIT_NONE - 1)
            *fold = k;
    return *fold < 0 ? SPLIT_NONE
                     : store_fold_split(*fold, 0, s->n_fold, FOLDS_TEST);
}
