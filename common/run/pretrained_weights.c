#include "run/pretrained_weights.h"

#include <ctype.h>
#include <string.h>

static bool is_of(const char *name, const char *network, const char *ending)
{
    const size_t n = strlen(name), k = strlen(network), e = strlen(ending);

    return n >= k + e && strncmp(name, network, k) == 0 &&
           !isalnum((unsigned char)name[k]) &&
           strcmp(name + n - e, ending) == 0;
}

int pretrained_weights_find(char path[FILE_PATH_MAX], const char *dir,
                            const char *network, struct err *err)
{
    static const char *const ending[] = {".safetensors", ".h5"};
    const char *found = NULL;
    char **names = NULL;
    struct err why;
    size_t n = 0;
    int rc;

    if (!dir[0])
        return err_set(err, ERR_USAGE,
                       "train.weights: is empty; %s needs a directory with "
                       "%s*.safetensors or %s*.h5 ('papline weights fetch %s "
                       "-o FILE' gets one)",
                       network, network, network, network);
    if (file_dir_list(dir, &names, &n, &why) < 0)
        return err_set(err, ERR_USAGE, "train.weights: %.400s", why.text);
    for (size_t k = 0; k < 2 && !found; k++)
        for (size_t i = 0; i < n && !found; i++)
            found = is_of(names[i], network, ending[k]) ? names[i] : NULL;
    rc = found ? file_path(path, err, "%s/%s", dir, found)
               : err_set(err, ERR_USAGE,
                         "train.weights: '%.200s' has no %s*.safetensors or "
                         "%s*.h5 ('papline weights fetch %s -o FILE' gets one)",
                         dir, network, network, network);
    file_dir_list_free(names, n);
    return rc;
}

int pretrained_weights_path(char path[FILE_PATH_MAX], const char *run_dir,
                            const struct plan_step *step, struct err *err)
{
    return file_path(path, err, "%s/%s/%s.safetensors", run_dir, step->dir,
                     step->network);
}
