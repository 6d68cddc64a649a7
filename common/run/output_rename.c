/* output_rename.c - another hash for an output that lies there */
#include "run/output.h"

#include "base/json.h"
#include "run/longer_training.h"
#include "run/output_files.h"

#include <string.h>

/* The manifest of one output takes the step's hash instead of the one of before;
 * if it is to be made again, one that no plan has. */
static int rename_hash(const char *run_dir, const struct plan_step *step,
                       bool again, struct err *err)
{
    struct err none;
    json_t *m = output_manifest(run_dir, step, &none);
    const char *key = json_string_value(json_object_get(m, "key"));
    char path[FILE_PATH_MAX], hash[HASH_HEX];
    int rc = 0;

    memcpy(hash, step->hash, sizeof(hash));
    if (again)
        hash[0] = OUTPUT_AGAIN;
    if (key && strcmp(key, hash) != 0 && output_is_of(key, step)) {
        json_object_set_new(m, "key", json_string(hash));
        if (!again) {
            json_object_set_new(m, "params", json_loads(step->params, 0, NULL));
            json_object_set_new(m, "inputs", json_loads(step->inputs, 0, NULL));
        }
        rc = file_path(path, err, "%s/%s/" OUTPUT_MANIFEST, run_dir, step->dir);
        if (rc == 0)
            rc = json_write(path, m, JSON_INDENT(1), err);
    }
    json_decref(m);
    return rc;
}

int output_rename_hashes(const char *run_dir, const struct plan *p,
                         struct err *err)
{
    for (int i = 0; i < p->n_step; i++)
        if (rename_hash(run_dir, &p->step[i], false, err) < 0)
            return -1;
    return 0;
}

int output_make_again(const char *run_dir, const struct plan_step *step,
                      struct err *err)
{
    char partial[FILE_PATH_MAX], kept[FILE_PATH_MAX];

    if (output_partial(partial, run_dir, step, err) < 0 ||
        longer_training_dir(kept, run_dir, step, err) < 0 ||
        rename_hash(run_dir, step, true, err) < 0 ||
        file_dir_remove(partial, err) < 0)
        return -1;
    return kept[0] ? file_dir_remove(kept, err) : 0;
}
