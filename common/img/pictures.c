/* pictures.c - files by name */
#include "img/pictures.h"

#include "base/file.h"
#include "img/decode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool pictures_is_system(const char *name)
{
    static const char *const names[] = {
        "@eaDir",   "#recycle",     "#snapshot",
        "@Recycle", "$RECYCLE.BIN", "System Volume Information",
        "__MACOSX", "lost+found"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

int pictures_add(struct pictures *p, const char *path, struct err *err)
{
    if (p->n == PICTURES_MAX)
        return err_set(err, ERR_USAGE, "over %d images", PICTURES_MAX);
    /* grows when the count is a power of two */
    if ((p->n & (p->n - 1)) == 0) {
        char **more = realloc(p->path, (p->n ? 2 * p->n : 1) * sizeof(*more));

        if (!more)
            return err_set(err, ERR_SYSTEM, "no memory for a list of images");
        p->path = more;
    }
    p->path[p->n] = strdup(path);
    if (!p->path[p->n])
        return err_set(err, ERR_SYSTEM, "no memory for a list of images");
    p->n++;
    return 0;
}

/* Pictures in folder 'below' of 'dir'; "" is the directory itself. */
static int list_folder(struct pictures *p, const char *dir, const char *below,
                       int depth, struct err *err)
{
    char full[FILE_PATH_MAX], path[FILE_PATH_MAX], **names = NULL;
    struct stat st;
    size_t n = 0;
    int rc = 0;

    if (depth > PICTURES_DEPTH)
        return err_set(err, ERR_USAGE, "'%s': folders over %d deep", below,
                       PICTURES_DEPTH);
    if (file_path(full, err, "%s/%s", dir, below) < 0 ||
        file_dir_list(full, &names, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n && rc == 0; i++) {
        if (names[i][0] == '.' || pictures_is_system(names[i]))
            continue;
        rc = file_path(path, err, "%s%s%s", below, below[0] ? "/" : "",
                       names[i]);
        if (rc == 0)
            rc = file_path(full, err, "%s/%s", dir, path);
        if (rc == 0 && stat(full, &st) == 0 && S_ISDIR(st.st_mode))
            rc = list_folder(p, dir, path, depth + 1, err);
        else if (rc == 0 && decode_is_image_name(names[i]))
            rc = pictures_add(p, path, err);
    }
    file_dir_list_free(names, n);
    return rc;
}

int pictures_walk(struct pictures *p, const char *dir, struct err *err)
{
    const size_t first = p->n;

    if (list_folder(p, dir, "", 0, err) < 0)
        return -1;
    if (p->n > first + 1)
        qsort(p->path + first, p->n - first, sizeof(*p->path), file_by_name);
    return 0;
}

static int note_below(const struct pictures *p, size_t first, size_t bytes,
                      size_t **below, struct err *err)
{
    size_t *grown = realloc(*below, (p->n + 1) * sizeof(*grown));

    if (!grown)
        return err_set(err, ERR_SYSTEM, "no memory for %zu pictures", p->n);
    *below = grown;
    for (size_t i = first; i < p->n; i++)
        grown[i] = bytes;
    return 0;
}

int pictures_add_word(struct pictures *p, const char *word, size_t **below,
                      struct err *err)
{
    const size_t first = p->n;
    const char *slash = strrchr(word, '/');
    size_t bytes = slash ? (size_t)(slash - word) + 1 : 0;
    struct pictures found = {0};
    char path[FILE_PATH_MAX];
    struct stat st;
    int rc;

    if (stat(word, &st) < 0 || !S_ISDIR(st.st_mode)) {
        rc = pictures_add(p, word, err);
    } else {
        bytes = strlen(word) + 1;
        rc = pictures_walk(&found, word, err);
    }
    for (size_t i = 0; rc == 0 && i < found.n; i++) {
        rc = file_path(path, err, "%s/%s", word, found.path[i]);
        if (rc == 0)
            rc = pictures_add(p, path, err);
    }
    pictures_release(&found);
    return rc == 0 && below ? note_below(p, first, bytes, below, err) : rc;
}

int pictures_add_list(struct pictures *p, FILE *f, const char *name,
                      struct err *err)
{
    char *line = NULL;
    size_t room = 0;
    int rc = 0;

    errno = 0;
    while (rc == 0 && getline(&line, &room, f) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (*line)
            rc = pictures_add_word(p, line, NULL, err);
    }
    if (rc == 0 && !feof(f))
        rc = err_set(err, ERR_INPUT, "cannot read the list '%.200s': %s", name,
                     strerror(errno));
    free(line);
    return rc;
}

void pictures_release(struct pictures *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->path[i]);
    free(p->path);
    *p = (struct pictures){0};
}
