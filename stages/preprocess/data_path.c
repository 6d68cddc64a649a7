#define _XOPEN_SOURCE 700 /* realpath */
#include "stages/preprocess/data_path.h"

#include "base/file.h"
#include "img/pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool data_path_exists(const char *dir, const char *path)
{
    char full[FILE_PATH_MAX];
    struct err err;

    return file_path(full, &err, "%s/%s", dir, path) == 0 && file_exists(full);
}

/* Components of 'from' without empty ones and "."; false: there is "..", or
 * nothing is left, or it is too long. */
static bool plain_path(char *out, size_t room, const char *from)
{
    size_t used = 0, n;

    for (; *from; from += n + (from[n] == '/')) {
        n = strcspn(from, "/");
        if (n == 0 || (n == 1 && *from == '.'))
            continue;
        if ((n == 2 && memcmp(from, "..", 2) == 0) || used + n + 2 > room)
            return false;
        if (used)
            out[used++] = '/';
        memcpy(out + used, from, n);
        used += n;
    }
    out[used] = '\0';
    return used > 0;
}

/* What of the absolute plain path 'path' is behind 'dir', or NULL. */
static const char *behind(const char *dir, const char *path)
{
    char plain[FILE_PATH_MAX];
    size_t n;

    if (!plain_path(plain, sizeof(plain), dir))
        return NULL;
    n = strlen(plain);
    return strncmp(path, plain, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

/* The same by links: of the folder that the file is in. */
static bool behind_links(char out[DATA_PATH_MAX], const char *dir,
                         const char *given)
{
    char folder[FILE_PATH_MAX], full[FILE_PATH_MAX];
    const char *name = strrchr(given, '/') + 1, *rest = NULL;
    char *root = realpath(dir, NULL), *real = NULL;
    struct err err;

    snprintf(folder, sizeof(folder), "%.*s", (int)(name - given), given);
    real = realpath(folder, NULL);
    if (root && real && file_path(full, &err, "%s/%s", real + 1, name) == 0)
        rest = behind(root, full);
    free(root);
    free(real);
    return rest && plain_path(out, DATA_PATH_MAX, rest);
}

static bool find_inside(char out[DATA_PATH_MAX], const char *dir,
                        const char *given)
{
    char plain[FILE_PATH_MAX];
    const char *rest;

    if (*given != '/')
        return plain_path(out, DATA_PATH_MAX, given);
    if (!dir || strlen(given) >= FILE_PATH_MAX)
        return false;
    rest = plain_path(plain, sizeof(plain), given) ? behind(dir, plain) : NULL;
    if (rest)
        return plain_path(out, DATA_PATH_MAX, rest);
    return behind_links(out, dir, given);
}

bool data_path_inside(char out[DATA_PATH_MAX], const char *dir,
                      const char *given)
{
    char slashes[FILE_PATH_MAX];

    if (!strchr(given, '\\') || strlen(given) >= FILE_PATH_MAX ||
        (dir && data_path_exists(dir, given)))
        return find_inside(out, dir, given);
    snprintf(slashes, sizeof(slashes), "%s", given);
    for (char *s = slashes; *s; s++)
        if (*s == '\\')
            *s = '/';
    return find_inside(out, dir, slashes);
}

bool data_path_is_hidden(const char *path)
{
    char name[DATA_PATH_MAX];
    size_t n;

    for (; *path; path += n + (path[n] == '/')) {
        n = strcspn(path, "/");
        snprintf(name, sizeof(name), "%.*s", (int)n, path);
        if (name[0] == '.' || pictures_is_system(name))
            return true;
    }
    return false;
}
