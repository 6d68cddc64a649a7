/* control_groups.c - from the own group up to where its hierarchy is mounted */
#define _DEFAULT_SOURCE /* strsep */
#include "base/control_groups.h"

#include "base/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_NO_LIMIT 0x1p60 /* version 1 says so by a large number */

/* A limit as a version of control groups has it. */
struct group_limit {
    const char *type;                /* of its mounts */
    const char *controller;          /* of version 1 */
    double (*left)(const char *dir); /* by the group there; HUGE_VAL: all */
};

/* Where a group is: its path in a hierarchy, of which 'root' and all below it is
 * mounted at 'point'. */
struct group_place {
    char path[FILE_PATH_MAX], root[FILE_PATH_MAX], point[FILE_PATH_MAX];
};

typedef bool (*take_line_f)(char *line, const struct group_limit *v,
                            struct group_place *p);

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
static bool take_group(char *line, const struct group_limit *v,
                       struct group_place *p)
{
    char *controllers = strchr(line, ':');
    char *at = controllers ? strchr(controllers + 1, ':') : NULL;

    if (!at || at[1] != '/')
        return false;
    *at++ = '\0';
    at[strcspn(at, "\n")] = '\0';
    snprintf(p->path, sizeof(p->path), "%s", strcmp(at, "/") == 0 ? "" : at);
    return v->controller ? has_word(controllers + 1, v->controller)
                         : !controllers[1];
}

/* A line of mounts "... ROOT POINT ... - TYPE SOURCE OPTIONS", likewise. */
static bool take_mount(char *line, const struct group_limit *v,
                       struct group_place *p)
{
    char is[64], options[1024];
    const char *rest = strstr(line, " - ");

    return rest &&
           sscanf(line, "%*s %*s %*s %4095s %4095s", p->root, p->point) == 2 &&
           sscanf(rest, " - %63s %*s %1023s", is, options) == 2 &&
           strcmp(is, v->type) == 0 &&
           (!v->controller || has_word(options, v->controller));
}

/* --- what it leaves ------------------------------------------------------- */

static FILE *open_below(const char *dir, const char *name)
{
    char path[FILE_PATH_MAX];
    struct err err;

    return file_path(path, &err, "%s/%s", dir, name) < 0 ? NULL
                                                         : fopen(path, "re");
}

/* The number in a file; HUGE_VAL: it has none. */
static double read_number(const char *dir, const char *name)
{
    FILE *f = open_below(dir, name);
    double v = HUGE_VAL;

    if (f && fscanf(f, "%lf", &v) != 1)
        v = HUGE_VAL;
    if (f)
        fclose(f);
    return v;
}

/* The number behind 'key' in memory.stat; 0 without. */
static double read_stat(const char *dir, const char *key)
{
    FILE *f = open_below(dir, "memory.stat");
    char word[64];
    bool found = false;
    double v = 0;

    while (f && !found && fscanf(f, "%63s %lf", word, &v) == 2)
        found = strcmp(word, key) == 0;
    if (f)
        fclose(f);
    return found ? v : 0;
}

static double memory_left(const char *dir, const char *of, const char *by,
                          const char *droppable)
{
    const double limit = read_number(dir, of), used = read_number(dir, by);

    if (!(limit < LEAST_NO_LIMIT))
        return HUGE_VAL;
    return fmax(
        limit - (used < HUGE_VAL ? used - read_stat(dir, droppable) : 0), 0);
}

static double memory_left_2(const char *dir)
{
    return memory_left(dir, "memory.max", "memory.current", "inactive_file");
}

static double memory_left_1(const char *dir)
{
    return memory_left(dir, "memory.limit_in_bytes", "memory.usage_in_bytes",
                       "total_inactive_file");
}

/* A line "QUOTA PERIOD", where "max" is no quota. */
static double cores_left_2(const char *dir)
{
    FILE *f = open_below(dir, "cpu.max");
    double quota = 0, period = 0;
    bool limited;

    limited = f && fscanf(f, "%lf %lf", &quota, &period) == 2 && quota > 0 &&
              period > 0;
    if (f)
        fclose(f);
    return limited ? quota / period : HUGE_VAL;
}

/* A quota of -1 is none. */
static double cores_left_1(const char *dir)
{
    const double quota = read_number(dir, "cpu.cfs_quota_us");
    const double period = read_number(dir, "cpu.cfs_period_us");

    return quota > 0 && quota < HUGE_VAL && period > 0 ? quota / period
                                                       : HUGE_VAL;
}

/* Of a group and those above it, down to a directory of so many bytes. */
static double least_left(char *dir, size_t least, const struct group_limit *v)
{
    double left = HUGE_VAL;

    for (;;) {
        left = fmin(left, v->left(dir));
        if (strlen(dir) <= least || !strrchr(dir, '/'))
            return left;
        *strrchr(dir, '/') = '\0';
    }
}

/* --- all ------------------------------------------------------------------ */

/* A mount may show a part of the hierarchy, below 'root', alone. */
static double mount_left(const struct group_place *p,
                         const struct group_limit *v)
{
    const size_t n = strcmp(p->root, "/") == 0 ? 0 : strlen(p->root);
    const bool below = strncmp(p->path, p->root, n) == 0 &&
                       (p->path[n] == '/' || p->path[n] == '\0');
    char dir[FILE_PATH_MAX];
    struct err err;

    if (file_path(dir, &err, "%s%s", p->point, below ? p->path + n : "") < 0)
        return HUGE_VAL;
    return least_left(dir, strlen(p->point), v);
}

/* The first line of a file that 'take' takes. */
static bool find_line(const char *file, const struct group_limit *v,
                      struct group_place *p, take_line_f take)
{
    FILE *f = fopen(file, "re");
    char *line = NULL;
    size_t room = 0;
    bool found = false;

    while (f && !found && getline(&line, &room, f) >= 0)
        found = take(line, v, p);
    free(line);
    if (f)
        fclose(f);
    return found;
}

/* The least of both versions, as a machine may mount either or both. */
static double least_of(const struct group_limit version[2], const char *own,
                       const char *mounts)
{
    struct group_place p;
    double left = HUGE_VAL;

    for (int i = 0; i < 2; i++)
        if (find_line(own, &version[i], &p, take_group) &&
            find_line(mounts, &version[i], &p, take_mount))
            left = fmin(left, mount_left(&p, &version[i]));
    return left;
}

double control_groups_memory(const char *own, const char *mounts)
{
    static const struct group_limit version[] = {
        {"cgroup2", NULL, memory_left_2}, {"cgroup", "memory", memory_left_1}};

    return least_of(version, own, mounts);
}

double control_groups_cores(const char *own, const char *mounts)
{
    static const struct group_limit version[] = {
        {"cgroup2", NULL, cores_left_2}, {"cgroup", "cpu", cores_left_1}};

    return least_of(version, own, mounts);
}
