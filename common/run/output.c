/* output.c - begin and seal the output directory of a step */
#include "run/output.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/machine.h"
#include "base/version.h"
#include "run/output_files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BEGUN_MAX_BYTES = 4096 };

#define MAX_SECONDS 1e11 /* since 1970, of a time that can be told */

int output_partial(char path[FILE_PATH_MAX], const char *run_dir,
                   const struct plan_step *step, struct err *err)
{
    return file_path(path, err, "%s/%s.partial", run_dir, step->dir);
}

/* --- unfinished work ------------------------------------------------------ */

/* Is it what output_begin() wrote for this step? */
static bool is_begun(const json_t *j, const struct plan_step *step)
{
    const char *of = json_string_value(json_object_get(j, "key"));
    const json_t *started = json_object_get(j, "started");
    const json_t *resumed = json_object_get(j, "resumed");

    return of && output_is_of(of, step) && json_is_number(started) &&
           json_number_value(started) >= 0 &&
           json_number_value(started) < MAX_SECONDS &&
           json_is_integer(resumed) && json_integer_value(resumed) >= 0 &&
           json_integer_value(resumed) < INT_MAX;
}

/* What .begun in 'partial' says, if it speaks of this hash; else NULL. */
static json_t *read_begun(const char *partial, const struct plan_step *step)
{
    char path[FILE_PATH_MAX];
    struct err err;
    json_t *j;

    if (file_path(path, &err, "%s/" OUTPUT_BEGUN, partial) < 0)
        return NULL;
    j = output_files_read(path, BEGUN_MAX_BYTES, &err);
    if (is_begun(j, step))
        return j;
    json_decref(j);
    return NULL;
}

bool output_is_begun(const char *run_dir, const struct plan_step *step)
{
    char partial[FILE_PATH_MAX];
    struct err err;
    json_t *begun = NULL;

    if (output_partial(partial, run_dir, step, &err) == 0)
        begun = read_begun(partial, step);
    json_decref(begun);
    return begun != NULL;
}

/*
 * A crash leaves temporary files in the output, and in the run directory
 * outputs that were being removed.  Removing them is only tidiness.
 */
static void remove_leftovers(const char *run_dir, const char *partial)
{
    struct output_files f = {0};
    char path[FILE_PATH_MAX], **names = NULL;
    struct err err;
    size_t n = 0;

    if (output_files_list(&f, partial, true, &err) == 0)
        for (size_t i = 0; i < f.n; i++)
            if (output_files_temporary(f.file[i].name) &&
                file_path(path, &err, "%s/%s", partial, f.file[i].name) == 0)
                unlink(path);
    output_files_release(&f);
    if (file_dir_list(run_dir, &names, &n, &err) < 0)
        return;
    for (size_t i = 0; i < n; i++)
        if (strncmp(names[i], ".trash-", 7) == 0 &&
            file_path(path, &err, "%s/%s", run_dir, names[i]) == 0 &&
            file_dir_remove(path, &err) < 0)
            break;
    file_dir_list_free(names, n);
}

/* Go on with what is there; a manifest was too early. */
static int resume_output(const char *run_dir, const char *partial,
                         json_t *begun, struct err *err)
{
    const json_int_t times =
        json_integer_value(json_object_get(begun, "resumed"));
    char path[FILE_PATH_MAX];

    remove_leftovers(run_dir, partial);
    json_object_set_new(begun, "resumed", json_integer(times + 1));
    if (file_path(path, err, "%s/" OUTPUT_MANIFEST, partial) < 0 ||
        file_dir_remove(path, err) < 0 ||
        file_path(path, err, "%s/" OUTPUT_BEGUN, partial) < 0)
        return -1;
    return json_write(path, begun, JSON_INDENT(1), err);
}

int output_begin(const char *run_dir, const struct plan_step *step,
                 char path[FILE_PATH_MAX], bool *resumed, struct err *err)
{
    char begun_path[FILE_PATH_MAX];
    json_t *begun;
    int rc;

    if (output_check_inputs(run_dir, step, err) < 0 ||
        output_partial(path, run_dir, step, err) < 0 ||
        file_path(begun_path, err, "%s/" OUTPUT_BEGUN, path) < 0)
        return -1;
    begun = read_begun(path, step);
    *resumed = begun != NULL;
    if (begun) {
        rc = resume_output(run_dir, path, begun, err);
    } else {
        begun = json_pack("{sssfsi}", "key", step->hash, "started",
                          clock_date(), "resumed", 0);
        rc = file_dir_remove(path, err);
        if (rc == 0)
            rc = file_dir_make(path, err);
        if (rc == 0)
            rc = json_write(begun_path, begun, JSON_INDENT(1), err);
    }
    json_decref(begun);
    return rc;
}

/* --- sealing -------------------------------------------------------------- */

static json_t *list_files(const struct output_files *f)
{
    json_t *list = json_array();

    for (size_t i = 0; i < f->n; i++)
        if (json_array_append_new(list,
                                  json_pack("{sssIss}", "name", f->file[i].name,
                                            "size", (json_int_t)f->file[i].size,
                                            "sha256", f->file[i].hex)) < 0) {
            json_decref(list);
            return NULL; /* no memory, or a name that is not UTF-8 */
        }
    return list;
}

static json_t *make_manifest(const struct plan_step *step, const json_t *begun,
                             const struct output_files *f, struct err *err)
{
    const double start = json_number_value(json_object_get(begun, "started"));
    const double end = clock_date();
    char started[CLOCK_TEXT], finished[CLOCK_TEXT], program[128],
        host[256] = "";
    char machine[MACHINE_TEXT];
    json_t *files = list_files(f), *m = NULL;

    machine_describe(machine);
    clock_text(started, start);
    clock_text(finished, end);
    snprintf(program, sizeof(program), "%s %s", step->stage->program,
             PAPLINE_VERSION);
    gethostname(host, sizeof(host) - 1);
    if (files)
        m = json_pack(
            "{ss ss ss si ss ss ss ss ss sf sI sO so so so}", "key", step->hash,
            "node", step->name, "stage", step->stage->word, "version",
            step->stage->version, "program", program, "host", host, "machine",
            machine, "started", started, "finished", finished, "seconds",
            end - start, "peak_memory", (json_int_t)machine_peak_memory(),
            "resumed", json_object_get(begun, "resumed"), "params",
            json_loads(step->params, 0, NULL), "inputs",
            json_loads(step->inputs, 0, NULL), "files", files);
    if (!m)
        err_set(err, ERR_SYSTEM,
                "cannot make the manifest of %s: no memory, or a name that is "
                "not UTF-8",
                step->name);
    return m;
}

/* The new output in place of the old; after a crash one of both is whole. */
static int swap_in(const char *run_dir, const char *partial, const char *sealed,
                   struct err *err)
{
    char trash[FILE_PATH_MAX], path[FILE_PATH_MAX];
    const bool old = file_exists(sealed);

    if (file_path(trash, err, "%s/.trash-XXXXXX", run_dir) < 0)
        return -1;
    if (old && (!mkdtemp(trash) || rename(sealed, trash) < 0))
        return err_set(err, ERR_SYSTEM, "cannot move '%s' aside: %s", sealed,
                       strerror(errno));
    if (rename(partial, sealed) < 0)
        return err_set(err, ERR_SYSTEM, "cannot rename '%s' to '%s': %s",
                       partial, sealed, strerror(errno));
    if (file_path(path, err, "%s/..", sealed) < 0 || file_sync(path, err) < 0)
        return -1;
    if (file_path(path, err, "%s/" OUTPUT_BEGUN, sealed) == 0)
        unlink(path);
    if (old && file_dir_remove(trash, err) < 0)
        err->code = ERR_NONE; /* the next output_begin() tries again */
    return 0;
}

int output_remove_parts(const char *run_dir, const struct plan_step *step,
                        struct err *err)
{
    char parts[FILE_PATH_MAX];

    if (file_path(parts, err, "%s/%s/" OUTPUT_PARTS, run_dir, step->dir) < 0)
        return -1;
    return file_exists(parts) ? file_dir_remove(parts, err) : 0;
}

static int seal_output(const char *run_dir, const struct plan_step *step,
                       const char *partial, const json_t *begun,
                       struct err *err)
{
    char path[FILE_PATH_MAX], sealed[FILE_PATH_MAX];
    struct output_files f = {0};
    json_t *m = NULL;
    int rc = -1;

    if (file_path(sealed, err, "%s/%s", run_dir, step->dir) == 0 &&
        file_path(path, err, "%s/" OUTPUT_MANIFEST, partial) == 0 &&
        output_files_list(&f, partial, false, err) == 0 &&
        output_files_hash(&f, partial, err) == 0) {
        output_files_note(&f, partial);
        m = make_manifest(step, begun, &f, err);
    }
    if (m && json_write(path, m, JSON_INDENT(1), err) == 0)
        rc = swap_in(run_dir, partial, sealed, err);
    if (rc == 0 && output_remove_parts(run_dir, step, err) < 0)
        err->code = ERR_NONE; /* the next 'papline run' tries again */
    json_decref(m);
    output_files_release(&f);
    return rc;
}

int output_commit(const char *run_dir, const struct plan_step *step,
                  struct err *err)
{
    char partial[FILE_PATH_MAX];
    json_t *begun;
    int rc;

    if (output_partial(partial, run_dir, step, err) < 0)
        return -1;
    begun = read_begun(partial, step);
    if (!begun && output_is_current(run_dir, step))
        return output_remove_parts(run_dir, step, err);
    if (!begun)
        return err_set(err, ERR_SYSTEM,
                       "'%s' was not begun for this content hash, or is gone",
                       partial);
    remove_leftovers(run_dir, partial);
    rc = output_check_inputs(run_dir, step, err);
    if (rc == 0)
        rc = seal_output(run_dir, step, partial, begun, err);
    if (rc < 0 && err->code == ERR_INPUT)
        err->code = ERR_SYSTEM; /* it is our own output */
    json_decref(begun);
    return rc;
}
