#include "stages/preprocess/find_images.h"

#include "base/file.h"
#include "img/decode.h"
#include "img/pictures.h"
#include "stages/preprocess/class_folders.h"
#include "stages/preprocess/class_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A folder on the way, by identity. */
struct folder_id {
    dev_t dev;
    ino_t ino;
};

/* What is known while one class is walked. */
struct visit {
    struct find_images *images;  /* borrowed */
    const struct layout *layout; /* borrowed */
    const char *dir;             /* borrowed: the dataset */
    struct folder_id *seen;      /* owned: folders entered */
    size_t n_seen;
    int label;        /* of this class */
    size_t first;     /* file of this folder */
    size_t n_cropped; /* folders called CROPPED */
    struct buf crop;  /* owned: a byte a file: 1 inside CROPPED */
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "no memory for the list of files");
}

/* Room for one more element of 'size' bytes behind 'n'; doubles. */
static void *grow_array(void *p, size_t n, size_t size)
{
    if (n & (n - 1) || (n < 16 && n > 0))
        return p;
    return realloc(p, (n < 16 ? 16 : 2 * n) * size);
}

static int add_file(struct visit *v, const char *path, bool cropped,
                    struct err *err)
{
    struct find_images *w = v->images;
    struct find_images_file *more = grow_array(w->file, w->n, sizeof(*more));
    struct find_images_file f = {.label = v->label};

    if (!more)
        return no_memory(err);
    w->file = more;
    if (w->n == STORE_MAX_SAMPLES)
        return err_set(err, ERR_USAGE, "'%s' holds over %d pictures", v->dir,
                       STORE_MAX_SAMPLES);
    if (strlen(path) >= FIND_IMAGES_MAX_PATH)
        return err_set(err, ERR_USAGE, "path over %d bytes: %.80s...",
                       FIND_IMAGES_MAX_PATH - 1, path);
    f.path = strdup(path);
    f.group = layout_group(v->layout, w->class_name[v->label], path);
    f.split = split_folders_part(&w->folders, path, &f.fold);
    buf_put(&v->crop, cropped ? "\1" : "\0", 1);
    if (!f.path || !f.group) {
        free(f.path);
        free(f.group);
        return no_memory(err);
    }
    w->file[w->n++] = f;
    return 0;
}

/* Returns 1 if the folder was entered before. */
static int enter_folder(struct visit *v, const struct stat *st, struct err *err)
{
    struct folder_id *more;

    for (size_t i = 0; i < v->n_seen; i++)
        if (v->seen[i].dev == st->st_dev && v->seen[i].ino == st->st_ino)
            return 1;
    more = grow_array(v->seen, v->n_seen, sizeof(*more));
    if (!more)
        return no_memory(err);
    v->seen = more;
    v->seen[v->n_seen++] = (struct folder_id){st->st_dev, st->st_ino};
    return 0;
}

static int walk_folder(struct visit *v, const char *path, bool cropped,
                       int depth, struct err *err);

/* Is there a link at 'path' that leads nowhere? */
static bool is_dangling(const char *path)
{
    struct stat st;

    return stat(path, &st) < 0 && lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

/* Count what is neither a picture nor a folder. */
static int ignore_file(struct visit *v, const char *path, const char *full,
                       struct err *err)
{
    struct find_images *w = v->images;

    w->n_ignored++;
    if (is_dangling(full))
        buf_printf(&w->warnings, "'%s' is a link that leads nowhere\n", path);
    if (decode_is_image_name(path)) /* the layout does not take it */
        return 0;
    return ignored_files_add(&w->ignored, w->class_name[v->label],
                             strrchr(path, '/') + 1, err);
}

/* One name in a folder: a picture, a folder, or something else. */
static int walk_name(struct visit *v, const char *path, bool cropped, int depth,
                     struct err *err)
{
    char full[FILE_PATH_MAX];
    const char *name = strrchr(path, '/') + 1;
    struct stat st;
    int old;

    if (decode_is_image_name(name) && layout_takes(v->layout, name))
        return add_file(v, path, cropped, err); /* even if it is a folder: set
                                                   aside when read */
    if (file_path(full, err, "%s/%s", v->dir, path) < 0)
        return -1;
    if (stat(full, &st) < 0 || !S_ISDIR(st.st_mode))
        return ignore_file(v, path, full, err);
    if (pictures_is_system(name)) {
        v->images->ignored.n_system++;
        return 0;
    }
    old = enter_folder(v, &st, err);
    if (old > 0)
        buf_printf(&v->images->warnings,
                   "'%s' leads back to a folder that was read already\n", path);
    if (old)
        return old < 0 ? -1 : 0;
    if (strcmp(name, "CROPPED") == 0) {
        v->n_cropped++;
        cropped = true;
    }
    return walk_folder(v, path, cropped, depth + 1, err);
}

static int walk_folder(struct visit *v, const char *path, bool cropped,
                       int depth, struct err *err)
{
    char full[FILE_PATH_MAX], below[FILE_PATH_MAX], **names = NULL;
    size_t n = 0;
    int rc = 0;

    if (depth > FIND_IMAGES_MAX_DEPTH)
        return err_set(err, ERR_USAGE, "'%s': folders over %d deep", path,
                       FIND_IMAGES_MAX_DEPTH);
    if (file_path(full, err, "%s/%s", v->dir, path) < 0 ||
        file_dir_list(full, &names, &n, err) < 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (names[i][0] == '.')
            continue;
        rc = file_path(below, err, "%s/%s", path, names[i]);
        if (rc == 0)
            rc = walk_name(v, below, cropped, depth, err);
    }
    file_dir_list_free(names, n);
    return rc;
}

/* With CROPPED folders, drop the pictures that are beside them. */
static void keep_cropped(struct visit *v)
{
    struct find_images *w = v->images;
    size_t to = v->first;

    if (!v->n_cropped)
        return;
    for (size_t i = v->first; i < w->n; i++) {
        if (v->crop.data[i - v->first]) {
            w->file[to++] = w->file[i];
            continue;
        }
        free(w->file[i].path);
        free(w->file[i].group);
        w->n_ignored++;
    }
    w->n = to;
}

/* The dataset's directory, and what is said of it. */
struct where {
    const char *dir;             /* borrowed */
    const struct layout *layout; /* borrowed */
    struct stat st;
};

/* Folder 'path' of the dataset, of class 'label', which may be the next. */
static int walk_class(struct find_images *w, const struct where *root,
                      const char *path, int label, struct err *err)
{
    const char *dir = root->dir, *slash = strrchr(path, '/');
    struct visit v = {.images = w,
                      .layout = root->layout,
                      .dir = dir,
                      .label = label,
                      .first = w->n};
    char full[FILE_PATH_MAX];
    struct stat st;
    int rc = -1;

    if (file_path(full, err, "%s/%s", dir, path) < 0)
        return -1;
    if (stat(full, &st) == 0 && enter_folder(&v, &root->st, err) == 0 &&
        enter_folder(&v, &st, err) >= 0)
        rc = walk_folder(
            &v, path, strcmp(slash ? slash + 1 : path, "CROPPED") == 0, 0, err);
    if (rc == 0)
        rc = buf_check(&v.crop, err);
    if (rc == 0)
        keep_cropped(&v);
    if (rc == 0 && w->n == v.first)
        buf_printf(&w->warnings,
                   "class folder '%s' holds no pictures%s and is left out\n",
                   path, v.n_cropped ? " in CROPPED" : "");
    else if (rc == 0 && label == w->n_class)
        w->n_class++;
    free(v.seen);
    buf_release(&v.crop);
    return rc;
}

/* Folder name[i] of 'beside' is a class, or none. */
static int take_folder(struct find_images *w, const struct where *root,
                       const struct class_folders *beside, size_t i,
                       struct err *err)
{
    char path[FILE_PATH_MAX];
    int label;

    if (class_folders_label(beside, i, w, &label, err) < 0 ||
        file_path(path, err, "%s%s", beside->parent, beside->name[i]) < 0)
        return -1;
    if (label >= 0)
        return walk_class(w, root, path, label, err);
    w->n_ignored++;
    return 0;
}

static int walk_parent(struct find_images *w, const struct where *root,
                       const char *parent, struct err *err);

/* A folder beside the classes' parents is a part of the split, or not used. */
static int take_part(struct find_images *w, const struct where *root,
                     const char *name, struct err *err)
{
    const size_t before = w->n;
    char parent[FILE_PATH_MAX];

    if (!split_folders_takes(&w->folders, name)) {
        w->n_ignored++;
        buf_printf(&w->warnings,
                   "folder '%s' is no part of the split that the folders "
                   "beside it are, and is left out\n",
                   name);
        return 0;
    }
    if (file_path(parent, err, "%s/", name) < 0 ||
        walk_parent(w, root, parent, err) < 0)
        return -1;
    if (w->n == before)
        buf_printf(&w->warnings,
                   "folder '%s' of the split holds no pictures of a class\n",
                   name);
    return 0;
}

/* A link to nothing beside classes, or parts of a split: is it to be one?  A
 * class that is not listed is told from a file by its name. */
static int take_dangling(struct find_images *w, const struct where *root,
                         const char *parent, const char *name, struct err *err)
{
    const struct layout *l = root->layout;
    const bool part = !*parent && w->folders.kind == SPLIT_FOLDERS_ABOVE &&
                      split_folders_takes(&w->folders, name);

    if (part ||
        (layout_class(l, name) && (l->n_class > 0 || !strchr(name, '.'))))
        return err_set(err, ERR_USAGE,
                       "%s folder '%s%s' in '%s' is a link that leads nowhere",
                       part ? "split" : "class", parent, name, root->dir);
    buf_printf(&w->warnings, "'%s%s' is a link that leads nowhere\n", parent,
               name);
    w->n_ignored++;
    return 0;
}

/* Name i of 'beside': a class, a part of the split, or no folder. */
static int take_name(struct find_images *w, const struct where *root,
                     const struct class_folders *beside, size_t i,
                     struct class_strays *strays, struct err *err)
{
    const bool parts =
        !*beside->parent && w->folders.kind == SPLIT_FOLDERS_ABOVE;
    const char *name = beside->name[i];
    char full[FILE_PATH_MAX];
    struct stat st;

    if (name[0] == '.')
        return 0;
    if (file_path(full, err, "%s/%s%s", root->dir, beside->parent, name) < 0)
        return -1;
    if (is_dangling(full))
        return take_dangling(w, root, beside->parent, name, err);
    if (pictures_is_system(name)) {
        w->ignored.n_system++;
        return 0;
    }
    if (stat(full, &st) == 0 && S_ISDIR(st.st_mode))
        return parts ? take_part(w, root, name, err)
                     : take_folder(w, root, beside, i, err);
    w->n_ignored++;
    if (decode_is_image_name(name))
        class_folders_stray(strays, beside->parent, name);
    return 0;
}

/* What lies in folder 'parent', "" or "train/": classes or parts of a split. */
static int walk_parent(struct find_images *w, const struct where *root,
                       const char *parent, struct err *err)
{
    struct class_folders beside = {
        .parent = parent, .dir = root->dir, .layout = root->layout};
    struct class_strays strays = {0};
    char full[FILE_PATH_MAX], **names = NULL;
    int rc = 0;

    if (file_path(full, err, "%s/%s", root->dir, parent) < 0 ||
        file_dir_list(full, &names, &beside.n, err) < 0)
        return -1;
    beside.name = names;
    if (!*parent && w->folders.kind != SPLIT_FOLDERS_ABOVE)
        rc = class_folders_check(&beside, err);
    for (size_t i = 0; rc == 0 && i < beside.n; i++)
        rc = take_name(w, root, &beside, i, &strays, err);
    class_folders_tell(&strays, &w->warnings);
    file_dir_list_free(names, beside.n);
    return rc;
}

/* Folders of classes, or first those of a split. */
static int walk_root(struct find_images *w, struct where *root, struct err *err)
{
    const struct layout *l = root->layout;

    if (split_folders_look(&w->folders, root->dir, l, err) < 0 ||
        split_folders_check(&w->folders, root->dir, l, err) < 0 ||
        walk_parent(w, root, "", err) < 0)
        return -1;
    if (w->folders.kind == SPLIT_FOLDERS_NONE) {
        split_folders_doubt(&w->folders, &w->warnings);
        return 0;
    }
    snprintf(w->given, sizeof(w->given), "the folders %s", w->folders.named);
    for (int i = 0; i < l->n_class; i++)
        if (find_images_class(w, l->name[i]) < 0)
            return err_set(err, ERR_USAGE,
                           "layout.classes: '%s' has no folder '%s' with "
                           "pictures in %s",
                           root->dir, l->folder[i], w->folders.named);
    return 0;
}

/* Number the classes in byte order of their names, without "im_". */
static void sort_classes(struct find_images *w)
{
    char name[CONFIG_CLASSES_MAX][CONFIG_NAME_MAX];
    int place[CONFIG_CLASSES_MAX] = {0};

    memcpy(name, w->class_name, sizeof(name));
    for (int i = 0; i < w->n_class; i++)
        for (int k = 0; k < w->n_class; k++)
            place[i] += strcmp(name[k], name[i]) < 0;
    for (int i = 0; i < w->n_class; i++)
        memcpy(w->class_name[place[i]], name[i], CONFIG_NAME_MAX);
    for (size_t i = 0; i < w->n; i++)
        w->file[i].label = place[w->file[i].label];
}

static int by_path(const void *a, const void *b)
{
    const struct find_images_file *p = a, *q = b;

    return strcmp(p->path, q->path);
}

static int find_files(struct find_images *w, struct where *root,
                      struct err *err)
{
    if (stat(root->dir, &root->st) < 0)
        return err_set(err, ERR_USAGE, "cannot read the dataset '%s': %s",
                       root->dir, strerror(errno));
    return *root->layout->csv ? find_images_table(w, root->layout, err)
                              : walk_root(w, root, err);
}

/* A picture may be in two rows of a table. */
static int check_once(const struct find_images *w, const char *csv,
                      struct err *err)
{
    for (size_t i = 1; i < w->n; i++) {
        const struct find_images_file *a = &w->file[i - 1], *b = &w->file[i];

        if (strcmp(a->path, b->path) == 0)
            return err_set(err, ERR_USAGE,
                           "'%s' names '%s' twice, in lines %zu and %zu%s", csv,
                           a->path, a->line, b->line,
                           a->label != b->label   ? ", which say two classes"
                           : a->split != b->split ? ", which say two splits"
                                                  : "");
    }
    return 0;
}

static void refuse_classes(const struct find_images *w, const char *dir,
                           struct err *err)
{
    struct buf others = {0};

    ignored_files_put(&w->ignored, NULL, &others);
    err_set(err, ERR_USAGE,
            "'%.250s' has %d class folder%s with pictures%s%s, at least 2 are "
            "needed%s%.100s",
            dir, w->n_class, w->n_class == 1 ? "" : "s", w->n_class ? ": " : "",
            w->n_class ? w->class_name[0] : "",
            others.len ? "; files that are not read as pictures: " : "",
            others.len && !others.failed ? others.data : "");
    buf_release(&others);
}

int find_images_init(struct find_images *w, const char *dir,
                     const struct layout *l, struct err *err)
{
    static const struct layout plain = {
        .include = "", .exclude = "", .csv = ""};
    struct where root = {.dir = dir, .layout = l ? l : &plain};

    *w = (struct find_images){.dir = dir};
    if (find_files(w, &root, err) < 0)
        goto fail;
    if (w->n_class < 2 && *root.layout->csv) {
        err_set(err, ERR_USAGE, "'%s' names %d class%s, at least 2 are needed",
                root.layout->csv, w->n_class, w->n_class == 1 ? "" : "es");
        goto fail;
    }
    if (w->n_class < 2) {
        refuse_classes(w, dir, err);
        goto fail;
    }
    ignored_files_warn(&w->ignored, &w->warnings);
    if (buf_check(&w->warnings, err) < 0)
        goto fail;
    sort_classes(w);
    class_names_compare((const char(*)[CONFIG_NAME_MAX])w->class_name,
                        w->n_class, &w->warnings);
    qsort(w->file, w->n, sizeof(*w->file), by_path);
    if (check_once(w, root.layout->csv, err) == 0 &&
        buf_check(&w->warnings, err) == 0)
        return 0;
fail:
    if (err->code == ERR_INPUT) /* a path that is the user's to mend */
        err->code = ERR_USAGE;
    find_images_release(w);
    return -1;
}

void find_images_release(struct find_images *w)
{
    for (size_t i = 0; i < w->n; i++) {
        free(w->file[i].path);
        free(w->file[i].group);
    }
    free(w->file);
    buf_release(&w->warnings);
    ignored_files_release(&w->ignored);
    buf_release(&w->notes);
    *w = (struct find_images){0};
}
