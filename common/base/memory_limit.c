/* memory_limit.c - from the own group up to where its hierarchy is mounted */
#define _DEFAULT_SOURCE /* strsep */
#include "base/memory_limit.h"

#include "base/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_NO_LIMIT 0x1p60 /* version 1 says so by a large number */

/* The files of a version. */
struct group_files {
    const char *type; /* of its mounts */
    const char *limit, *used, *droppable;
};

static const struct group_files versions[] = {
    {"cgroup2", "memory.max", "memory.current", "inactive_file"},
    {"cgroup", "memory.limit_in_bytes", "memory.usage_in_bytes",
     "total_inactive_file"},
};

/* --- where the group is --------------------------------------------------- */

/* Is 'word' in a list with commas?  The list is cut up. */
static bool has_word(char *list, const char *word)
{
    const char *next;

    while ((next = strsep(&list, ",")))
        if (strcmp(next, word) == 0)
            return true;
    return false;
}

/* A line "ID:CONTROLLERS:PATH" of the process: of version 2 the list is
 * empty. */
static bool take_group(char *line, bool second, char path[FILE_PATH_MAX])
{
    char *controllers = strchr(line, ':');
    char *at = controllers ? strchr(controllers + 1, ':') : NULL;

    if (!at || at[1] != '/')
        return false;
    *at++ = '\0';
    at[strcspn(at, "\n")] = '\0';
    snprintf(path, FILE_PATH_MAX, "%s", strcmp(at, "/") == 0 ? "" : at);
    return second ? !controllers[1] : has_word(controllers + 1, "memory");
}

/* A line of mounts "... ROOT POINT ... - TYPE SOURCE OPTIONS", likewise. */
static bool take_mount(char *line, const char *type, char *root, char *point)
{
    char is[64], options[1024];
    const char *rest = strstr(line, " - ");

    return rest &&
           sscanf(line, "%*s %*s %*s %4095s %4095s", root, point) == 2 &&
           sscanf(rest, " - %63s %*s %1023s", is, options) == 2 &&
           strcmp(is, type) == 0 &&
           (strcmp(type, "cgroup2") == 0 || has_word(options, "memory"));
}

/* --- what it leaves ------------------------------------------------------- */

/* The number in a file; HUGE_VAL: it has none. */
static double read_number(const char *dir, const char *name)
{
    char path[FILE_PATH_MAX];
    struct err err;
    double v = HUGE_VAL;
    FILE *f = NULL;

    if (file_path(path, &err, "%s/%s", dir, name) == 0)
        f = fopen(path, "re");
    if (f && fscanf(f, "%lf", &v) != 1)
        v = HUGE_VAL;
    if (f)
        fclose(f);
    return v;
}

/* The number behind 'key' in memory.stat; 0 without. */
static double read_stat(const char *dir, const char *key)
{
    char path[FILE_PATH_MAX], word[64];
    struct err err;
    double v = 0;
    FILE *f = NULL;
    bool found = false;

    if (file_path(path, &err, "%s/memory.stat", dir) == 0)
        f = fopen(path, "re");
    while (f && !found && fscanf(f, "%63s %lf", word, &v) == 2)
        found = strcmp(word, key) == 0;
    if (f)
        fclose(f);
    return found ? v : 0;
}

static double group_left(const char *dir, const struct group_files *v)
{
    const double limit = read_number(dir, v->limit);
    const double used = read_number(dir, v->used);

    if (!(limit < LEAST_NO_LIMIT))
        return HUGE_VAL;
    return limit - (used < HUGE_VAL ? used - read_stat(dir, v->droppable) : 0);
}

/* Of a group and those above it, down to a directory of so many bytes. */
static double least_left(char *dir, size_t least, const struct group_files *v)
{
    double left = HUGE_VAL;

    for (;;) {
        left = fmin(left, group_left(dir, v));
        if (strlen(dir) <= least || !strrchr(dir, '/'))
            return fmax(left, 0);
        *strrchr(dir, '/') = '\0';
    }
}

/* --- all ------------------------------------------------------------------ */

/* A mount may show a part of the hierarchy, below 'root', alone. */
static double mount_left(const char *root, const char *point, const char *path,
                         const struct group_files *v)
{
    const size_t n = strcmp(root, "/") == 0 ? 0 : strlen(root);
    const bool below =
        strncmp(path, root, n) == 0 && (path[n] == '/' || path[n] == '\0');
    char dir[FILE_PATH_MAX];
    struct err err;

    if (file_path(dir, &err, "%s%s", point, below ? path + n : "") < 0)
        return HUGE_VAL;
    return least_left(dir, strlen(point), v);
}

/* Where the process is in the hierarchy of version 2, or of 1. */
static bool find_group(const char *proc, bool second, char path[FILE_PATH_MAX])
{
    FILE *f = fopen(proc, "re");
    char *line = NULL;
    size_t room = 0;
    bool found = false;

    while (f && !found && getline(&line, &room, f) >= 0)
        found = take_group(line, second, path);
    free(line);
    if (f)
        fclose(f);
    return found;
}

static bool find_mount(const char *mounts, const char *type, char *root,
                       char *point)
{
    FILE *f = fopen(mounts, "re");
    char *line = NULL;
    size_t room = 0;
    bool found = false;

    while (f && !found && getline(&line, &room, f) >= 0)
        found = take_mount(line, type, root, point);
    free(line);
    if (f)
        fclose(f);
    return found;
}

double memory_limit_left(const char *proc, const char *mounts)
{
    char path[FILE_PATH_MAX], root[FILE_PATH_MAX], point[FILE_PATH_MAX];
    double left = HUGE_VAL;

    for (int i = 0; i < 2; i++)
        if (find_group(proc, i == 0, path) &&
            find_mount(mounts, versions[i].type, root, point))
            left = fmin(left, mount_left(root, point, path, &versions[i]));
    return left;
}
