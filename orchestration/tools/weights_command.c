#include "orchestration/tools/weights_command.h"

#include "base/hash.h"
#include "base/output_name.h"
#include "nn/model.h"
#include "nn/weights.h"
#include "nn/weights_fit.h"
#include "orchestration/tools/weights_export.h"
#include "orchestration/tools/weights_fetch.h"

#include <math.h>
#include <string.h>

/* A file, by the names of the network that it is for. */
struct loaded {
    struct safetensors f; /* owned */
    struct weights_opened of;
};

static int load_weights(struct loaded *l, const struct weights_args *a,
                        struct err *err)
{
    *l = (struct loaded){0};
    return weights_open(&l->f, a->file, a->net, &l->of, err);
}

/* A file is wanted, of a format that there is.  What ends in .weights.h5 Keras
 * takes for its newer layout, which is not written here. */
static int check_out(const struct weights_args *a, const char *const *endings,
                     struct err *err)
{
    char what[32];

    snprintf(what, sizeof(what), "weights %.16s", a->what);
    if (!a->out)
        return err_set(err, ERR_USAGE, "%s needs -o FILE", what);
    if (output_name_ends(a->out, ".weights.h5"))
        return err_set(err, ERR_USAGE,
                       "-o '%.200s': %s writes the legacy .h5, and Keras 3 "
                       "reads .weights.h5 otherwise; leave out '.weights'",
                       a->out, what);
    return output_name_check(a->out, endings, what, err);
}

/* Its ending says in which format. */
static int write_out(const struct loaded *l, const struct weights_args *a,
                     struct err *err)
{
    const char *name = strrchr(a->file, '/');
    char hex[HASH_HEX], source[512];

    if (output_name_ends(a->out, ".h5"))
        return weights_write_h5(l->of.net, &l->f, a->out, err);
    if (hash_file(a->file, hex, err) < 0)
        return -1;
    snprintf(source, sizeof(source), "%.255s sha256:%s",
             name ? name + 1 : a->file, hex);
    return weights_write(l->of.net, &l->f, source, a->out, err);
}

/* --- import, export --------------------------------------------------------*/

static void print_count(FILE *out, const struct weights_opened *of,
                        const struct weights_count *c)
{
    fprintf(out, "%s: %zu tensors of the trunk, %zu numbers", of->net->name,
            c->tensors, c->numbers);
    if (c->top_tensors)
        fprintf(out, "; %zu tensors of a top, %zu numbers", c->top_tensors,
                c->top_numbers);
    if (of->left_out)
        fprintf(out, "; %zu tensors of other layers left out", of->left_out);
    fprintf(out, "\n");
}

static int import(FILE *out, const struct weights_args *a, struct err *err)
{
    static const char *const endings[] = {".h5", ".safetensors", NULL};
    struct weights_count count;
    struct loaded l;
    struct err why = {0};
    int rc;

    if (check_out(a, endings, err) < 0 || load_weights(&l, a, err) < 0)
        return -1;
    rc = weights_check(l.of.net, &l.f, &count, &why);
    if (rc < 0)
        err_set(err, why.code, "'%.200s': %.280s", a->file, why.text);
    if (rc == 0)
        rc = write_out(&l, a, err);
    if (rc == 0) {
        print_count(out, &l.of, &count);
        fprintf(out, "written: %s; input '%s'\n", a->out,
                preprocess_name(l.of.net->preprocess));
    }
    safetensors_release(&l.f);
    return rc;
}

static int export_tensors(FILE *out, const struct weights_args *a,
                          struct err *err)
{
    struct loaded l;
    int rc;

    if (load_weights(&l, a, err) < 0)
        return -1;
    rc = write_out(&l, a, err);
    if (rc == 0)
        fprintf(out, "%s: %zu tensors\nwritten: %s\n", l.of.net->name,
                l.f.n_tensor, a->out);
    safetensors_release(&l.f);
    return rc;
}

/* A model that training wrote is exported whole, but to safetensors only if
 * they are to be PyTorch's. */
static int export(FILE *out, const struct weights_args *a, struct err *err)
{
    static const char *const endings[] = {".onnx", ".h5", ".safetensors", NULL};
    struct weights_args of = *a;
    char path[FILE_PATH_MAX];
    bool whole, model = false;

    if (check_out(a, endings, err) < 0 || model_path(path, a->file, err) < 0)
        return -1;
    if (a->torch && !output_name_ends(a->out, ".safetensors"))
        return err_set(err, ERR_USAGE,
                       "--torch writes .safetensors, not '%.200s'", a->out);
    of.file = path;
    whole = a->torch || !output_name_ends(a->out, ".safetensors");
    if (whole && weights_export_is_model(path, &model, err) < 0)
        return -1;
    if (model && a->net)
        return err_set(err, ERR_USAGE,
                       "--net is for weights; '%.200s' is a model, whose "
                       "network is known",
                       path);
    if (model)
        return weights_export_model(out, path, a->out, err);
    if (a->torch || output_name_ends(a->out, ".onnx"))
        return err_set(err, ERR_USAGE,
                       "'%.200s' has weights alone, no whole network; give "
                       "what training wrote, "
                       "RUN/train/EXPERIMENT/model.safetensors, or a bundle",
                       path);
    return export_tensors(out, &of, err);
}

/* --- inspect ---------------------------------------------------------------*/

static void print_shape(FILE *out, const struct safetensors_tensor *t)
{
    char text[128];
    size_t at = 0;

    for (int i = 0; i < t->n_dim && at < sizeof(text); i++)
        at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%zu",
                               i ? "x" : "", t->dim[i]);
    fprintf(out, "  %-44s %-18s", t->name, at ? text : "scalar");
}

/* Range, mean and spread; and what is no number. */
static void print_numbers(FILE *out, const struct safetensors_tensor *t)
{
    const size_t n = t->type == SAFETENSORS_F32
                         ? safetensors_bytes(t) / safetensors_item(t->type)
                         : 0;
    const float *x = t->data;
    double sum = 0, square = 0, low = INFINITY, high = -INFINITY;
    size_t bad = 0;

    for (size_t i = 0; i < n; i++) {
        const double v = (double)x[i];

        if (!isfinite(v)) {
            bad++;
            continue;
        }
        sum += v;
        square += v * v;
        low = fmin(low, v);
        high = fmax(high, v);
    }
    if (n > bad) {
        const double m = sum / (double)(n - bad);

        fprintf(out, " %11.4g %11.4g %11.4g %11.4g", low, high, m,
                sqrt(fmax(square / (double)(n - bad) - m * m, 0)));
    }
    fprintf(out, bad ? "  %zu not finite\n" : "\n", bad);
}

static int inspect(FILE *out, const struct weights_args *a, struct err *err)
{
    struct weights_count count = {0};
    struct weights_opened of = {0};
    struct safetensors f;
    struct err why = {0};

    if (weights_read(&f, a->file, err) < 0)
        return -1;
    of.net = a->net ? net_find(a->net, &why) : weights_net(&f, &why);
    for (size_t i = 0; i < f.n_meta; i++)
        fprintf(out, "%s: %s\n", f.meta[i].key, f.meta[i].value);
    fprintf(out, "  %-44s %-18s %11s %11s %11s %11s\n", "tensor", "shape",
            "least", "most", "mean", "deviation");
    for (size_t i = 0; i < f.n_tensor; i++) {
        print_shape(out, &f.tensor[i]);
        print_numbers(out, &f.tensor[i]);
    }
    if (of.net && weights_fit(&f, of.net, &of.left_out, &why) == 0 &&
        weights_check(of.net, &f, &count, &why) == 0)
        print_count(out, &of, &count);
    else
        fprintf(out, "not the whole weights of %s: %s\n",
                of.net ? of.net->name : "a network", why.text);
    safetensors_release(&f);
    return a->net && !of.net ? err_set(err, ERR_USAGE, "%s", why.text) : 0;
}

/* --- fetch -----------------------------------------------------------------*/

static int fetch_verb(FILE *out, const struct weights_args *a, struct err *err)
{
    const struct net *net = net_find(a->file, err);
    struct weights_args fetched = {.what = "inspect", .net = a->file};
    struct loaded l;
    struct weights_count count;
    struct err why = {0};
    int rc;

    static const char *const endings[] = {".h5", NULL};

    if (!net || (a->out &&
                 output_name_check(a->out, endings, "weights fetch", err) < 0))
        return -1;
    weights_fetch_print(out, net);
    if (!a->out)
        return 0;
    if (weights_fetch_download(net, a->out, err) < 0)
        return -1;
    fetched.file = a->out;
    if (load_weights(&l, &fetched, err) < 0)
        return -1;
    rc = weights_check(net, &l.f, &count, &why);
    if (rc == 0)
        print_count(out, &l.of, &count);
    else
        err_set(err, why.code, "'%.200s': %.280s", a->out, why.text);
    safetensors_release(&l.f);
    return rc;
}

int weights_command_run(FILE *out, const struct weights_args *a,
                        struct err *err)
{
    static const struct {
        const char *name;
        int (*act)(FILE *, const struct weights_args *, struct err *);
    } acts[] = {{"import", import},
                {"inspect", inspect},
                {"export", export},
                {"fetch", fetch_verb}};

    if (a->torch && strcmp(a->what, "export") != 0)
        return err_set(err, ERR_USAGE, "--torch is for weights export");
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
        if (strcmp(acts[i].name, a->what) == 0)
            return a->file ? acts[i].act(out, a, err)
                           : err_set(err, ERR_USAGE, "weights %s needs a %s",
                                     a->what, i == 3 ? "network" : "file");
    return err_set(err, ERR_USAGE,
                   "weights: '%.32s' is not import, inspect, export or fetch",
                   a->what);
}
