/* output_check.c - is a sealed output as its manifest says? */
#include "run/output.h"

#include "run/output_files.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>

bool output_is_sealed(const char *run_dir, const struct plan_step *step)
{
    char sealed[FILE_PATH_MAX];
    struct stat st;
    struct err err;

    /* one that cannot be seen just now is not one that is not there */
    return file_path(sealed, &err, "%s/%s", run_dir, step->dir) == 0 &&
           (lstat(sealed, &st) == 0 || (errno != ENOENT && errno != ENOTDIR));
}

bool output_is_of(const char *hash, const struct plan_step *step)
{
    return strcmp(hash, step->hash) == 0 ||
           (step->before[0] && strcmp(hash, step->before) == 0);
}

static bool is_manifest(const json_t *m)
{
    const json_t *files = json_object_get(m, "files"), *e;
    size_t i;

    if (!json_is_string(json_object_get(m, "key")) ||
        !json_is_object(json_object_get(m, "params")) ||
        !json_is_object(json_object_get(m, "inputs")) || !json_is_array(files))
        return false;
    json_array_foreach(files, i, e)
    {
        if (!json_is_string(json_object_get(e, "name")) ||
            !json_is_integer(json_object_get(e, "size")) ||
            !json_is_string(json_object_get(e, "sha256")))
            return false;
    }
    return true;
}

json_t *output_manifest(const char *run_dir, const struct plan_step *step,
                        struct err *err)
{
    char path[FILE_PATH_MAX];
    json_t *m;

    if (file_path(path, err, "%s/%s/" OUTPUT_MANIFEST, run_dir, step->dir) < 0)
        return NULL;
    m = output_files_read(path, OUTPUT_MANIFEST_MAX, err);
    if (m && !is_manifest(m)) {
        err_set(err, ERR_INPUT, "'%s' is not a manifest", path);
        json_decref(m);
        m = NULL;
    }
    return m;
}

/* --- files against the manifest ------------------------------------------- */

/*
 * One file of the manifest.  Its content is read if it is small, or another
 * than that of which 'seen' tells, or with 'all'; *noted: 'seen' was changed.
 */
static int check_file(const char *dir, const json_t *entry, json_t *seen,
                      bool all, bool *noted, struct err *err)
{
    const char *name = json_string_value(json_object_get(entry, "name"));
    const char *hex = json_string_value(json_object_get(entry, "sha256"));
    const json_int_t size = json_integer_value(json_object_get(entry, "size"));
    char path[FILE_PATH_MAX], stamp[OUTPUT_STAMP], now[HASH_HEX];
    struct stat st;

    if (file_path(path, err, "%s/%s", dir, name) < 0)
        return -1;
    if (lstat(path, &st) < 0 && errno != ENOENT && errno != ENOTDIR)
        return err_set(err, ERR_SYSTEM, "cannot see '%s': %s", path,
                       strerror(errno));
    if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
        return err_set(err, ERR_INPUT, "%.300s is missing", name);
    if (st.st_size != size)
        return err_set(err, ERR_INPUT, "%.300s has %lld bytes, not %lld", name,
                       (long long)st.st_size, (long long)size);
    output_files_stamp(stamp, &st);
    if (!all && size > OUTPUT_SMALL && output_files_seen(seen, name, stamp))
        return 0;
    if (hash_file(path, now, err) < 0) {
        err->code = ERR_SYSTEM; /* it is there: that is no damage of it */
        return -1;
    }
    if (size > OUTPUT_SMALL)
        *noted = true;
    if (strcmp(hex, now) != 0) {
        json_object_del(seen, name);
        return err_set(err, ERR_INPUT, "%.300s was changed", name);
    }
    if (size > OUTPUT_SMALL)
        json_object_set_new(seen, name, json_string(stamp));
    return 0;
}

int output_check(const char *run_dir, const struct plan_step *step,
                 const json_t *m, bool all, struct err *err)
{
    char dir[FILE_PATH_MAX];
    const json_t *e;
    json_t *seen;
    bool noted = false;
    size_t i;
    int rc = 0;

    if (file_path(dir, err, "%s/%s", run_dir, step->dir) < 0)
        return -1;
    seen = output_files_recall(dir);
    json_array_foreach(json_object_get(m, "files"), i, e)
    {
        rc = check_file(dir, e, seen, all, &noted, err);
        if (rc < 0)
            break;
    }
    if (noted)
        output_files_remember(dir, seen);
    json_decref(seen);
    return rc;
}

int output_check_wanted(const struct plan_step *step, const json_t *m,
                        struct err *err)
{
    const json_t *e;
    size_t i;

    json_array_foreach(json_object_get(m, "files"), i, e)
    {
        if (step->wanted &&
            strcmp(json_string_value(json_object_get(e, "name")),
                   step->wanted) == 0)
            return 0;
    }
    return step->wanted ? err_set(err, ERR_INPUT,
                                  "'%.200s' is of a version that kept no %s",
                                  step->dir, step->wanted)
                        : 0;
}

int output_check_current(const char *run_dir, const struct plan_step *step,
                         struct err *err)
{
    json_t *m;
    int rc = -1;

    if (!output_is_sealed(run_dir, step))
        return err_set(err, ERR_INPUT, "there is no '%s/%s'", run_dir,
                       step->dir);
    m = output_manifest(run_dir, step, err);
    if (m && !output_is_of(json_string_value(json_object_get(m, "key")), step))
        err_set(err, ERR_INPUT, "'%s/%s' is of another configuration", run_dir,
                step->dir);
    else if (m && output_check_wanted(step, m, err) == 0)
        rc = output_check(run_dir, step, m, false, err);
    json_decref(m);
    return rc;
}

bool output_is_current(const char *run_dir, const struct plan_step *step)
{
    struct err err = {0};

    return output_check_current(run_dir, step, &err) == 0;
}

struct plan_step output_lacking_inputs(const struct plan_step *step)
{
    static char no_inputs[] = "{}";
    struct plan_step lacking = *step;

    lacking.hash[0] = OUTPUT_LACKING;
    lacking.before[0] = '\0';
    lacking.inputs = no_inputs;
    return lacking;
}

int output_check_inputs(const char *run_dir, const struct plan_step *step,
                        struct err *err)
{
    json_t *inputs = step->inputs ? json_loads(step->inputs, 0, NULL) : NULL,
           *hash;
    const char *name;
    int rc = 0;

    if (step->inputs && !inputs)
        return err_set(err, ERR_SYSTEM, "no memory for the inputs of %s",
                       step->name);
    json_object_foreach(inputs, name, hash)
    {
        struct plan_step in = {.name = ""};
        struct err why = {0};

        plan_output_dir(name, in.dir);
        snprintf(in.hash, sizeof(in.hash), "%s", json_string_value(hash));
        rc = output_check_current(run_dir, &in, &why);
        if (rc < 0 && why.code == ERR_SYSTEM)
            *err = why;
        else if (rc < 0)
            err_set(err, ERR_USAGE,
                    "%s cannot be made, its input %s is not what the plan "
                    "wants: %s; 'papline run %s' makes it first",
                    step->name, name, why.text, run_dir);
        if (rc < 0)
            break;
    }
    json_decref(inputs);
    return rc;
}

/* The names in the manifest against those that are there, both in order. */
static int compare_names(const json_t *list, const struct output_files *f,
                         struct err *err)
{
    const json_t *e;
    size_t i, k = 0;

    json_array_foreach(list, i, e)
    {
        const char *name = json_string_value(json_object_get(e, "name"));

        if (k < f->n && strcmp(f->file[k].name, name) < 0)
            break;
        if (k == f->n || strcmp(f->file[k].name, name) != 0)
            return err_set(err, ERR_INPUT,
                           "%.300s: the manifest is out of order", name);
        k++;
    }
    if (k < f->n)
        return err_set(err, ERR_INPUT, "%.300s is not in the manifest",
                       f->file[k].name);
    return 0;
}

int output_verify(const char *run_dir, const struct plan_step *step,
                  struct err *err)
{
    char sealed[FILE_PATH_MAX];
    struct output_files f = {0};
    json_t *m = output_manifest(run_dir, step, err);
    int rc = -1;

    if (m && output_check(run_dir, step, m, true, err) == 0 &&
        file_path(sealed, err, "%s/%s", run_dir, step->dir) == 0 &&
        output_files_list(&f, sealed, false, err) == 0)
        rc = compare_names(json_object_get(m, "files"), &f, err);
    json_decref(m);
    output_files_release(&f);
    return rc;
}
