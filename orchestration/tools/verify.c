#include "orchestration/tools/verify.h"

#include "run/output.h"

#include <jansson.h>
#include <string.h>

static const char partial[] = ".partial";

struct verify {
    FILE *out;           /* borrowed */
    const char *run_dir; /* borrowed */
    int n_sealed, n_damaged;
};

/* Number of files and their bytes, as the manifest has them. */
static void count_files(const char *run_dir, const struct plan_step *step,
                        size_t *files, double *bytes)
{
    struct err err;
    json_t *m = output_manifest(run_dir, step, &err);
    const json_t *list = json_object_get(m, "files"), *file;
    size_t i;

    *files = json_array_size(list);
    *bytes = 0;
    json_array_foreach(list, i, file)
    {
        *bytes += (double)json_integer_value(json_object_get(file, "size"));
    }
    json_decref(m);
}

static void verify_output(struct verify *v, const char *dir)
{
    struct plan_step step = {.name = ""};
    struct err err = {0};
    size_t files;
    double bytes;

    snprintf(step.dir, sizeof(step.dir), "%.*s", PLAN_NAME_MAX - 1, dir);
    v->n_sealed++;
    if (output_verify(v->run_dir, &step, &err) < 0) {
        v->n_damaged++;
        fprintf(v->out, "%-10s %-44s %s\n", "damaged", dir, err.text);
        return;
    }
    count_files(v->run_dir, &step, &files, &bytes);
    fprintf(v->out, "%-10s %-44s %zu file%s, %.1f MB\n", "ok", dir, files,
            files == 1 ? "" : "s", bytes / 1e6);
}

/* 'dir' is sealed, unfinished, or no output at all. */
static void verify_dir(struct verify *v, const char *dir)
{
    const size_t n = strlen(dir), tail = sizeof(partial) - 1;
    char whole[PLAN_NAME_MAX];

    if (n >= sizeof(whole))
        return;
    if (plan_is_output(dir) &&
        (n <= tail || strcmp(dir + n - tail, partial) != 0)) {
        verify_output(v, dir);
        return;
    }
    snprintf(whole, sizeof(whole), "%.*s", (int)(n > tail ? n - tail : 0), dir);
    if (n > tail && strcmp(dir + n - tail, partial) == 0 &&
        plan_is_output(whole))
        fprintf(v->out, "%-10s %s\n", "unfinished", whole);
}

/* Outputs lie one or two folders deep. */
static int verify_folder(struct verify *v, const char *below, int depth,
                         struct err *err)
{
    char path[FILE_PATH_MAX], **names = NULL;
    size_t n = 0;
    int rc = 0;

    if (file_path(path, err, "%s/%s", v->run_dir, below) < 0 ||
        file_dir_list(path, &names, &n, err) < 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        struct err not_a_folder;

        if (names[i][0] == '.')
            continue;
        rc = file_path(path, err, "%s%s%s", below, *below ? "/" : "", names[i]);
        if (rc < 0)
            break;
        verify_dir(v, path);
        if (depth == 0 && !plan_is_output(path) &&
            verify_folder(v, path, 1, &not_a_folder) < 0)
            continue;
    }
    file_dir_list_free(names, n);
    return rc;
}

int verify_run(FILE *out, const char *run_dir, struct err *err)
{
    struct verify v = {.out = out, .run_dir = run_dir};

    if (verify_folder(&v, "", 0, err) < 0) {
        if (err->code == ERR_INPUT)
            err->code = ERR_USAGE;
        return -1;
    }
    if (v.n_sealed == 0)
        fprintf(out, "'%s' has no sealed output\n", run_dir);
    if (v.n_damaged > 0)
        return err_set(err, ERR_INPUT,
                       "%d of %d outputs are damaged; 'papline run %s "
                       "--verify' makes again what is missing or changed",
                       v.n_damaged, v.n_sealed, run_dir);
    return 0;
}
