#include "stages/preprocess/find_images.h"

#include "base/file.h"
#include "img/decode.h"
#include "img/pictures.h"

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
    size_t first;     /* file of this class */
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
    struct find_images_file f = {.label = w->n_class};

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
    f.group = layout_group(v->layout, w->class_name[w->n_class], path);
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
    return ignored_files_add(&w->ignored, w->class_name[w->n_class],
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

int find_images_name_class(struct find_images *w, const char *where,
                           const char *word, struct err *err)
{
    if (w->n_class == CONFIG_CLASSES_MAX)
        return err_set(err, ERR_USAGE, "%.400s: over %d classes", where,
                       CONFIG_CLASSES_MAX);
    if (!*word || strlen(word) >= CONFIG_NAME_MAX)
        return err_set(err, ERR_USAGE,
                       "%.400s: '%.40s': a class name has 1 to %d bytes", where,
                       word, CONFIG_NAME_MAX - 1);
    for (const char *c = word; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            return err_set(err, ERR_USAGE,
                           "%.400s: control character in a class name", where);
    snprintf(w->class_name[w->n_class], CONFIG_NAME_MAX, "%s", word);
    return 0;
}

/* The class 'word' that folder 'name' stands for, as the next of 'w'. */
static int name_folder(struct find_images *w, const char *dir, const char *name,
                       const char *word, struct err *err)
{
    char where[FILE_PATH_MAX];

    for (int i = 0; i < w->n_class; i++)
        if (strcmp(w->class_name[i], word) == 0)
            return err_set(err, ERR_USAGE,
                           "'%s' and 'im_%s' in '%s' are the same class", word,
                           word, dir);
    if (file_path(where, err, "%s/%s", dir, name) < 0)
        return -1;
    return find_images_name_class(w, where, word, err);
}

/* The dataset's directory, and what is said of it. */
struct where {
    const char *dir;             /* borrowed */
    const struct layout *layout; /* borrowed */
    struct stat st;
};

static int walk_class(struct find_images *w, const struct where *root,
                      const char *name, struct err *err)
{
    const char *dir = root->dir, *word = layout_class(root->layout, name);
    struct visit v = {
        .images = w, .layout = root->layout, .dir = dir, .first = w->n};
    char full[FILE_PATH_MAX];
    struct stat st;
    int rc = -1;

    if (!word) {
        w->n_ignored++;
        return 0;
    }
    if (name_folder(w, dir, name, word, err) < 0 ||
        file_path(full, err, "%s/%s", dir, name) < 0)
        return -1;
    if (stat(full, &st) == 0 && enter_folder(&v, &root->st, err) == 0 &&
        enter_folder(&v, &st, err) >= 0)
        rc = walk_folder(&v, name, strcmp(name, "CROPPED") == 0, 0, err);
    if (rc == 0)
        rc = buf_check(&v.crop, err);
    if (rc == 0)
        keep_cropped(&v);
    if (rc == 0 && w->n == v.first)
        buf_printf(&w->warnings,
                   "class folder '%s' holds no pictures%s and is left out\n",
                   name, v.n_cropped ? " in CROPPED" : "");
    else if (rc == 0)
        w->n_class++;
    free(v.seen);
    buf_release(&v.crop);
    return rc;
}

/* Every class of the layout must have its folder. */
static int check_folders(const struct where *root, char **names, size_t n,
                         struct err *err)
{
    const struct layout *l = root->layout;

    for (int i = 0; i < l->n_class; i++) {
        size_t k = 0;

        while (k < n && strcmp(names[k], l->folder[i]) != 0)
            k++;
        if (k == n)
            return err_set(err, ERR_USAGE,
                           "layout.classes: '%s' has no folder '%s'", root->dir,
                           l->folder[i]);
    }
    return 0;
}

/* A class folder may be a link, but not to nothing. */
static int check_link(const struct where *root, const char *name,
                      const char *full, struct err *err)
{
    return !is_dangling(full) || strchr(name, '.') ||
                   !layout_class(root->layout, name)
               ? 0
               : err_set(err, ERR_USAGE,
                         "class folder '%s' in '%s' is a link that leads "
                         "nowhere",
                         name, root->dir);
}

static int walk_root(struct find_images *w, struct where *root, struct err *err)
{
    char full[FILE_PATH_MAX], **names = NULL;
    struct stat st;
    size_t n = 0;
    int rc;

    if (file_dir_list(root->dir, &names, &n, err) < 0)
        return -1;
    rc = check_folders(root, names, n, err);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        if (names[i][0] == '.')
            continue;
        rc = file_path(full, err, "%s/%s", root->dir, names[i]);
        if (rc < 0)
            break;
        rc = check_link(root, names[i], full, err);
        if (rc < 0)
            break;
        if (pictures_is_system(names[i])) {
            w->ignored.n_system++;
        } else if (stat(full, &st) == 0 && S_ISDIR(st.st_mode)) {
            rc = walk_class(w, root, names[i], err);
        } else {
            w->n_ignored++;
            if (decode_is_image_name(names[i]))
                buf_printf(&w->warnings,
                           "'%s' lies in no class folder and is left out\n",
                           names[i]);
        }
    }
    file_dir_list_free(names, n);
    return rc;
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

/* A row of a table may be there twice. */
static int check_once(const struct find_images *w, const char *csv,
                      struct err *err)
{
    for (size_t i = 1; i < w->n; i++)
        if (strcmp(w->file[i - 1].path, w->file[i].path) == 0)
            return err_set(err, ERR_USAGE, "'%s' names '%s' twice", csv,
                           w->file[i].path);
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

    *w = (struct find_images){0};
    if (find_files(w, &root, err) < 0 || buf_check(&w->warnings, err) < 0)
        goto fail;
    if (w->n_class < 2) {
        refuse_classes(w, dir, err);
        goto fail;
    }
    ignored_files_warn(&w->ignored, &w->warnings);
    if (buf_check(&w->warnings, err) < 0)
        goto fail;
    sort_classes(w);
    qsort(w->file, w->n, sizeof(*w->file), by_path);
    if (check_once(w, root.layout->csv, err) == 0)
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
    *w = (struct find_images){0};
}
