/* ignored_files.c - a list of endings, searched from its end */
#include "stages/preprocess/ignored_files.h"

#include "base/json.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ".gif" of "A.GIF", "" of what has no ending or a very long one. */
static void ending_of(const char *name, char out[IGNORED_ENDING])
{
    const char *dot = strrchr(name, '.');
    size_t n = 0;

    if (dot && strlen(dot) < IGNORED_ENDING)
        for (; dot[n]; n++)
            out[n] = (char)tolower((unsigned char)dot[n]);
    out[n] = '\0';
}

static struct ignored_ending *find_ending(const struct ignored_files *f,
                                          const char *class_name,
                                          const char *ending)
{
    for (size_t i = f->n; i-- > 0;)
        if (strcmp(f->ending[i].ending, ending) == 0 &&
            strcmp(f->ending[i].class_name, class_name) == 0)
            return &f->ending[i];
    return NULL;
}

int ignored_files_add(struct ignored_files *f, const char *class_name,
                      const char *name, struct err *err)
{
    char ending[IGNORED_ENDING];
    struct ignored_ending *e, *more;

    ending_of(name, ending);
    if (strcmp(ending, ".dat") == 0)
        return 0;
    e = find_ending(f, class_name, ending);
    if (!e) {
        more = realloc(f->ending, (f->n + 1) * sizeof(*more));
        if (!more)
            return err_set(err, ERR_SYSTEM, "no memory for the list of files");
        f->ending = more;
        e = &f->ending[f->n++];
        *e = (struct ignored_ending){0};
        snprintf(e->class_name, sizeof(e->class_name), "%s", class_name);
        memcpy(e->ending, ending, sizeof(ending));
    }
    e->n++;
    return 0;
}

/* Is this ending's first place in the list its own? */
static bool is_first(const struct ignored_files *f, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(f->ending[k].ending, f->ending[i].ending) == 0)
            return false;
    return true;
}

static size_t count_ending(const struct ignored_files *f, const char *ending)
{
    size_t n = 0;

    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->ending[i].ending, ending) == 0)
            n += f->ending[i].n;
    return n;
}

void ignored_files_put(const struct ignored_files *f, const char *class_name,
                       struct buf *out)
{
    const char *comma = "";

    for (size_t i = 0; i < f->n; i++) {
        const struct ignored_ending *e = &f->ending[i];

        if (class_name ? strcmp(e->class_name, class_name) != 0
                       : !is_first(f, i))
            continue;
        buf_printf(out, "%s%zu %s", comma,
                   class_name ? e->n : count_ending(f, e->ending),
                   e->ending[0] ? e->ending : "without an ending");
        comma = ", ";
    }
}

void ignored_files_warn(const struct ignored_files *f, struct buf *warnings)
{
    for (size_t i = 0; i < f->n; i++) {
        const char *class_name = f->ending[i].class_name;

        if (i > 0 && strcmp(f->ending[i - 1].class_name, class_name) == 0)
            continue;
        buf_printf(
            warnings,
            "class '%s': files that are not read as pictures: ", class_name);
        ignored_files_put(f, class_name, warnings);
        buf_puts(warnings, "\n");
    }
    if (f->n_system)
        buf_printf(warnings,
                   "%zu folder%s left out: the file system's own (@eaDir and "
                   "the like)\n",
                   f->n_system, f->n_system == 1 ? " is" : "s are");
}

json_t *ignored_files_json(const struct ignored_files *f)
{
    json_t *list = f->n ? json_array() : NULL;

    for (size_t i = 0; i < f->n; i++) {
        const struct ignored_ending *e = &f->ending[i];
        json_t *o = json_object();

        json_object_set_new(o, "class", json_text(e->class_name));
        json_object_set_new(o, "ending", json_text(e->ending));
        json_object_set_new(o, "files", json_count(e->n));
        json_array_append_new(list, o);
    }
    return list;
}

void ignored_files_release(struct ignored_files *f)
{
    free(f->ending);
    *f = (struct ignored_files){0};
}
