/* import_weights.c - from Keras' .h5 or safetensors to the run's safetensors */
#include "stages/weights/import_weights.h"

#include "nn/weights.h"
#include "run/output.h"
#include "run/pretrained_weights.h"

#include <stdio.h>
#include <string.h>

/* The weights of 'from', which are all that 'net' has; the caller releases
 * them. */
static int read_weights(struct safetensors *f, const char *from,
                        const struct net *net, struct err *err)
{
    struct weights_opened opened;
    struct weights_count count;
    struct err why = {0};

    if (weights_open(f, from, net->name, &opened, err) < 0)
        return -1;
    if (weights_check(net, f, &count, &why) == 0)
        return 0;
    safetensors_release(f);
    return err_set(err, why.code, "'%.200s': %.280s", from, why.text);
}

int import_weights_check(const char *network, const char *dir, struct err *err)
{
    const struct net *net = net_find(network, err);
    char from[FILE_PATH_MAX];
    struct safetensors f = {0};

    if (!net || pretrained_weights_find(from, dir, network, err) < 0 ||
        read_weights(&f, from, net, err) < 0)
        return -1;
    safetensors_release(&f);
    return 0;
}

/* Write the tensors of 'from', whose content has the hash 'hex', as 'to'. */
static int convert_file(const char *from, const char *to, const char *network,
                        const char *hex, struct err *err)
{
    const struct net *net = net_find(network, err);
    struct safetensors f = {0};
    char source[512];
    int rc;

    if (!net || read_weights(&f, from, net, err) < 0)
        return -1;
    snprintf(source, sizeof(source), "%.255s sha256:%s", strrchr(from, '/') + 1,
             hex);
    rc = weights_write(net, &f, source, to, err);
    safetensors_release(&f);
    return rc;
}

int import_weights(const char *run_dir, const struct plan *plan,
                   const struct plan_step *step, const char *dir,
                   struct err *err)
{
    char from[FILE_PATH_MAX], to[FILE_PATH_MAX], out[FILE_PATH_MAX];
    char hex[HASH_HEX];
    bool resumed;

    if (pretrained_weights_find(from, dir, step->network, err) < 0 ||
        hash_file(from, hex, err) < 0)
        return -1;
    if (strcmp(hex, plan_weights(plan, step->network)) != 0)
        return err_set(err, ERR_AGAIN, "'%.300s' has changed just now", from);
    if (output_begin(run_dir, step, out, &resumed, err) < 0 ||
        file_path(to, err, "%s/%s.safetensors", out, step->network) < 0 ||
        convert_file(from, to, step->network, hex, err) < 0)
        return -1;
    return output_commit(run_dir, step, err);
}
