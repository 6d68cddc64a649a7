#include "run/leftovers.h"

#include "config/regime.h"
#include "run/frozen_cache_name.h"
#include "run/longer_training.h"
#include "run/output.h"
#include "run/output_files.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char tail[] = ".partial";

/* What a search needs. */
struct search {
    struct leftovers *found; /* borrowed */
    const char *run_dir;     /* borrowed */
    const struct config *c;
    const struct plan *p;
};

/* --- what is made here ---------------------------------------------------- */

static bool is_folder(const char *run_dir, const char *dir)
{
    char path[FILE_PATH_MAX];
    struct err err;
    struct stat st;

    return file_path(path, &err, "%s/%s", run_dir, dir) == 0 &&
           lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool has_file(const char *run_dir, const char *dir, const char *name)
{
    char path[FILE_PATH_MAX];
    struct err err;

    return file_path(path, &err, "%s/%s/%s", run_dir, dir, name) == 0 &&
           file_exists(path);
}

/* The manifest of 'dir', if it is one of an output that belongs there. */
static json_t *own_manifest(const char *run_dir, const char *dir)
{
    struct plan_step step = {.name = ""};
    char where[PLAN_NAME_MAX] = "";
    struct err err;
    const char *name;
    json_t *m;

    if (strlen(dir) >= sizeof(step.dir))
        return NULL;
    memcpy(step.dir, dir, strlen(dir) + 1);
    m = output_manifest(run_dir, &step, &err);
    name = json_string_value(json_object_get(m, "node"));
    if (name && strlen(name) < sizeof(step.name)) {
        const int n = (int)strcspn(name, "/");

        snprintf(step.name, sizeof(step.name), "%.*s", n, name);
        if (stage_table_find(step.name))
            plan_output_dir(name, where);
    }
    if (strcmp(where, dir) == 0)
        return m;
    json_decref(m);
    return NULL;
}

static bool is_hash(const char *name)
{
    return strlen(name) == HASH_HEX - 1 &&
           strspn(name, "0123456789abcdef") == HASH_HEX - 1;
}

/* --- what is needed ------------------------------------------------------- */

static const struct plan_step *step_in(const struct plan *p, const char *dir)
{
    for (int i = 0; i < p->n_step; i++)
        if (strcmp(p->step[i].dir, dir) == 0)
            return &p->step[i];
    return NULL;
}

/* Would a training that is to run read what frozen layers put out? */
static bool needs_trunk(const struct search *s)
{
    struct config own;
    struct err err;

    if (s->c->train.cache == CACHE_OFF)
        return false;
    for (int i = 0; i < s->p->n_step; i++) {
        const struct plan_step *step = &s->p->step[i];
        const struct regime *r = step->stage->id == STAGE_TRAIN && step->run
                                     ? regime_find(step->regime, &err)
                                     : NULL;

        if (!r || !(r->does & REGIME_CUTS))
            continue;
        plan_step_config(&own, s->c, step);
        if (own.train.augment != AUGMENT_ONLINE)
            return true;
    }
    return false;
}

static bool needs_checkpoint(const struct search *s, const char *hash)
{
    for (int i = 0; i < s->p->n_step; i++)
        if (strcmp(s->p->step[i].any_length, hash) == 0)
            return true;
    return false;
}

/* Why nobody needs unfinished work for 'whole'; NULL: it is gone on with. */
static const char *why_partial(const struct search *s, const char *whole)
{
    const struct plan_step *step = step_in(s->p, whole);

    if (!step)
        return "unfinished, no step of the plan";
    if (!output_is_begun(s->run_dir, step))
        return "unfinished, of another configuration";
    return step->run ? NULL : "unfinished, its step is done";
}

/* Why nobody needs 'dir'; NULL: it is needed, or was not made here. */
static const char *why_output(const struct search *s, const char *dir,
                              bool *sealed)
{
    const size_t n = strlen(dir), m = sizeof(tail) - 1;
    char whole[FILE_PATH_MAX];
    json_t *manifest;

    if (n > m && strcmp(dir + n - m, tail) == 0) {
        snprintf(whole, sizeof(whole), "%.*s", (int)(n - m), dir);
        return plan_is_output(whole) && has_file(s->run_dir, dir, OUTPUT_BEGUN)
                   ? why_partial(s, whole)
                   : NULL;
    }
    if (!plan_is_output(dir) || step_in(s->p, dir))
        return NULL;
    manifest = own_manifest(s->run_dir, dir);
    json_decref(manifest);
    *sealed = true;
    return manifest ? "no step of the plan" : NULL;
}

static const char *why_cache(const struct search *s, const char *below,
                             const char *name)
{
    if (strcmp(below, FROZEN_CACHE_DIR) == 0 && frozen_cache_is_name(name))
        return needs_trunk(s) ? NULL : "no training that is to run reads it";
    if (strcmp(below, LONGER_TRAINING_DIR) == 0 && is_hash(name))
        return needs_checkpoint(s, name) ? NULL : "no training of the plan";
    return NULL;
}

/* --- searching ------------------------------------------------------------ */

/* Number and bytes of all files in it. */
static int measure_folder(const char *run_dir, struct leftover *l,
                          struct err *err)
{
    struct output_files f = {0};
    char path[FILE_PATH_MAX];
    struct stat st;
    int rc = file_path(path, err, "%s/%s", run_dir, l->dir);

    if (rc == 0)
        rc = output_files_list(&f, path, true, err);
    for (size_t i = 0; rc == 0 && i < f.n; i++) {
        rc = file_path(path, err, "%s/%s/%s", run_dir, l->dir, f.file[i].name);
        if (rc < 0 || lstat(path, &st) < 0)
            continue;
        l->files++;
        l->bytes += (double)st.st_size;
    }
    output_files_release(&f);
    return rc;
}

static int add_leftover(const struct search *s, const struct leftover *l,
                        struct err *err)
{
    struct leftovers *f = s->found;

    if (f->n == f->room) {
        const size_t room = 2 * f->room + 16;
        struct leftover *more = realloc(f->item, room * sizeof(*more));

        if (!more)
            return err_set(err, ERR_SYSTEM, "no memory for %zu folders", room);
        f->item = more;
        f->room = room;
    }
    f->item[f->n++] = *l;
    return measure_folder(s->run_dir, &f->item[f->n - 1], err);
}

/* Folder 'name' below 'below', which is "" or one deep. */
static int look_at(const struct search *s, const char *below, const char *name,
                   struct err *err)
{
    struct leftover l = {.why = NULL};

    if (file_path(l.dir, err, "%s%s%s", below, *below ? "/" : "", name) < 0)
        return -1;
    if (!is_folder(s->run_dir, l.dir))
        return 0;
    if (!*below && strncmp(name, ".trash-", 7) == 0)
        l.why = "trash";
    else if (name[0] != '.')
        l.why = why_output(s, l.dir, &l.sealed);
    if (!l.why)
        l.why = why_cache(s, below, name);
    return l.why ? add_leftover(s, &l, err) : 0;
}

/* Is it a folder of outputs or caches, but none itself? */
static bool is_drawer(const char *name)
{
    const struct stage_row *row = stage_table_find(name);

    return (row && !row->dir) || strcmp(name, FROZEN_CACHE_DIR) == 0 ||
           strcmp(name, LONGER_TRAINING_DIR) == 0;
}

static int search_folder(const struct search *s, const char *below,
                         struct err *err)
{
    char path[FILE_PATH_MAX], **names = NULL;
    size_t n = 0;
    int rc;

    if (file_path(path, err, "%s/%s", s->run_dir, below) < 0 ||
        file_dir_list(path, &names, &n, err) < 0)
        return -1;
    rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        rc = look_at(s, below, names[i], err);
        if (rc == 0 && !*below && is_drawer(names[i]) &&
            is_folder(s->run_dir, names[i]))
            rc = search_folder(s, names[i], err);
    }
    file_dir_list_free(names, n);
    return rc;
}

int leftovers_find(struct leftovers *l, const char *run_dir,
                   const struct config *c, const struct plan *p,
                   struct err *err)
{
    const struct search s = {l, run_dir, c, p};

    *l = (struct leftovers){0};
    if (search_folder(&s, "", err) == 0)
        return 0;
    leftovers_release(l);
    return -1;
}

/* --- removing ------------------------------------------------------------- */

/* Is it in the manifest's list, with its size?  Both are in byte order, '*at'
 * goes along. */
static bool is_listed(const json_t *manifest, size_t *at, const char *name,
                      off_t size)
{
    const json_t *files = json_object_get(manifest, "files"), *e;

    for (; (e = json_array_get(files, *at)) != NULL; ++*at) {
        const int order =
            strcmp(json_string_value(json_object_get(e, "name")), name);

        if (order >= 0)
            return order == 0 &&
                   json_integer_value(json_object_get(e, "size")) == size;
    }
    return false;
}

/* Folders of 'name' in 'dir', as far as they are empty. */
static void remove_folders(const char *dir, const char *name)
{
    char path[FILE_PATH_MAX];
    struct err err;
    const size_t n = strlen(dir);

    if (file_path(path, &err, "%s/%s", dir, name) < 0)
        return;
    for (char *slash; (slash = strrchr(path, '/')) > path + n;) {
        *slash = '\0';
        if (rmdir(path) < 0)
            return;
    }
}

/* The files of its manifest, then that, then the folder if nothing is left. */
static int remove_output(const char *dir, const json_t *manifest, size_t *kept,
                         struct err *err)
{
    static const char *const own[] = {OUTPUT_PARTS, OUTPUT_SEEN, OUTPUT_BEGUN,
                                      OUTPUT_MANIFEST};
    struct output_files f = {0};
    char path[FILE_PATH_MAX];
    struct stat st;
    size_t at = 0;
    int rc = output_files_list(&f, dir, false, err);

    for (size_t i = 0; rc == 0 && i < f.n; i++) {
        rc = file_path(path, err, "%s/%s", dir, f.file[i].name);
        if (rc < 0)
            break;
        if (lstat(path, &st) < 0 ||
            !is_listed(manifest, &at, f.file[i].name, st.st_size)) {
            ++*kept;
            continue;
        }
        rc = file_dir_remove(path, err);
        remove_folders(dir, f.file[i].name);
    }
    for (size_t i = 0; rc == 0 && i < sizeof(own) / sizeof(own[0]); i++) {
        rc = file_path(path, err, "%s/%s", dir, own[i]);
        if (rc == 0)
            rc = file_dir_remove(path, err);
    }
    output_files_release(&f);
    if (rc == 0)
        rmdir(dir);
    return rc;
}

int leftovers_remove(const struct leftover *l, const char *run_dir,
                     size_t *kept, struct err *err)
{
    char path[FILE_PATH_MAX];
    json_t *manifest;
    int rc;

    *kept = 0;
    if (file_path(path, err, "%s/%s", run_dir, l->dir) < 0)
        return -1;
    if (!l->sealed)
        return file_dir_remove(path, err);
    manifest = own_manifest(run_dir, l->dir);
    if (!manifest)
        return err_set(err, ERR_SYSTEM, "'%s' has lost its manifest", path);
    rc = remove_output(path, manifest, kept, err);
    json_decref(manifest);
    return rc;
}

void leftovers_release(struct leftovers *l)
{
    free(l->item);
    *l = (struct leftovers){0};
}
