#include "run/pretrained_weights.h"

#include "nn/weights.h"
#include "run/output.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool is_of(const char *name, const char *network, const char *ending)
{
    const size_t n = strlen(name), k = strlen(network), e = strlen(ending);

    return n >= k + e && strncmp(name, network, k) == 0 &&
           !isalnum((unsigned char)name[k]) &&
           strcmp(name + n - e, ending) == 0;
}

int pretrained_find(char path[FILE_PATH_MAX], const char *dir,
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
    if (dir_list(dir, &names, &n, &why) < 0)
        return err_set(err, ERR_USAGE, "train.weights: %.400s", why.text);
    for (size_t k = 0; k < 2 && !found; k++)
        for (size_t i = 0; i < n && !found; i++)
            found = is_of(names[i], network, ending[k]) ? names[i] : NULL;
    rc = found ? file_path(path, err, "%s/%s", dir, found)
               : err_set(err, ERR_USAGE,
                         "train.weights: '%.200s' has no %s*.safetensors or "
                         "%s*.h5 ('papline weights fetch %s -o FILE' gets one)",
                         dir, network, network, network);
    dir_list_free(names, n);
    return rc;
}

int pretrained_path(char path[FILE_PATH_MAX], const char *run_dir,
                    const struct plan_node *node, struct err *err)
{
    return file_path(path, err, "%s/%s/%s.safetensors", run_dir, node->dir,
                     node->network);
}

/* Check and write the tensors of 'from' as 'to'. */
static int convert(const char *from, const char *to, const char *network,
                   const char *hex, struct err *err)
{
    const struct net *net = net_find(network, err);
    const char *name = strrchr(from, '/');
    struct safetensors f = {0};
    struct weights_count count;
    struct err why = {0};
    char source[512];
    int rc;

    if (!net || weights_read(&f, from, err) < 0)
        return -1;
    snprintf(source, sizeof(source), "%.255s sha256:%s", name + 1, hex);
    rc = weights_check(net, &f, &count, &why);
    if (rc < 0)
        err_set(err, why.code, "'%.200s': %.280s", from, why.text);
    else
        rc = weights_write(net, &f, source, to, err);
    safetensors_release(&f);
    return rc;
}

int pretrained_import(const char *run_dir, const struct plan *plan,
                      const struct plan_node *node, const char *dir,
                      struct err *err)
{
    char from[FILE_PATH_MAX], to[FILE_PATH_MAX], out[FILE_PATH_MAX];
    char hex[HASH_HEX];
    bool resumed;

    if (pretrained_find(from, dir, node->network, err) < 0 ||
        hash_file(from, hex, err) < 0)
        return -1;
    if (strcmp(hex, plan_weights(plan, node->network)) != 0)
        return err_set(err, ERR_AGAIN, "'%.300s' has changed just now", from);
    if (node_begin(run_dir, node, out, &resumed, err) < 0 ||
        file_path(to, err, "%s/%s.safetensors", out, node->network) < 0 ||
        convert(from, to, node->network, hex, err) < 0)
        return -1;
    return node_commit(run_dir, node, err);
}
