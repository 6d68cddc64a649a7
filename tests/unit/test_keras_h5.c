/*
 * test_keras_h5.c - files that h5py wrote (tests/golden/keras_h5.py), and ours
 */
#include "made_h5.h"
#include "nn/keras_h5.h"
#include "test_dir.h"

static const char *corpus_file(const char *name)
{
    static char path[FILE_PATH_MAX];

    snprintf(path, sizeof(path), "tests/fuzz/corpus/keras_h5/%s.h5", name);
    return path;
}

static bool starts_with(const struct safetensors_tensor *t, size_t n)
{
    const float *x = t->data;

    if (safetensors_bytes(t) != n * sizeof(*x))
        return false;
    for (size_t i = 0; i < n; i++)
        if (x[i] != (float)i / 8 - 1)
            return false;
    return true;
}

/* One file: names in order, and the numbers of the first and the last. */
static const struct good {
    const char *file;
    const char *name[6];
    size_t first; /* numbers of the first tensor */
} goods[] = {
    {"float32",
     {"conv/kernel:0", "conv/bias:0", "bn/gamma:0", "bn/beta:0",
      "bn/moving_mean:0", "bn/moving_variance:0"},
     72},
    {"float16",
     {"a/conv/kernel:0", "a/conv/bias:0", "a/bn/gamma:0", "a/bn/beta:0",
      "a/bn/moving_mean:0", "a/bn/moving_variance:0"},
     72},
    {"parts",
     {"conv/kernel:0", "conv/bias:0", "bn/gamma:0", "bn/beta:0",
      "bn/moving_mean:0", "bn/moving_variance:0"},
     72},
    {"keras1",
     {"conv/kernel:0", "conv/bias:0", "bn/gamma:0", "bn/beta:0",
      "bn/moving_mean:0", "bn/moving_variance:0"},
     4},
    {"nested", {"conv/bias:0", "model/conv/bias:0"}, 4},
    {"whole_model", {"conv/kernel:0", "conv/bias:0", "dense/bias:0"}, 72},
};

static void check_good(const struct good *g)
{
    struct safetensors f;
    struct err err = {0};
    char what[128];
    size_t n = 0;

    snprintf(what, sizeof(what), "%s is read", g->file);
    if (!works(keras_h5_read(&f, corpus_file(g->file), &err) == 0, err, what))
        return;
    while (n < 6 && g->name[n]) {
        ok(n < f.n_tensor && strcmp(f.tensor[n].name, g->name[n]) == 0,
           g->name[n]);
        n++;
    }
    ok(f.n_tensor == n, "  no other tensor");
    ok(starts_with(&f.tensor[0], g->first), "  the first tensor's numbers");
    ok(starts_with(&f.tensor[n - 1], 4), "  the last tensor's numbers");
    safetensors_release(&f);
}

static const struct bad {
    const char *file, *text;
} bads[] = {
    {"bad_list", "there is no list of at most 4096 layer_names"},
    {"bad_missing", "layer 'conv' has no readable weight 'conv/kernel:0'"},
    {"bad_integers", "weight 'conv/bias:0' is no array of floats"},
    {"bad_claim", "weight 'conv/bias:0' claims more than its file can hold"},
    {"bad_piece", "weight 'conv/bias:0' is stored in pieces of over 512 MB"},
    {"bad_external", "weight 'conv/bias:0' is not in this file"},
    {"bad_link", "layer 'conv' has no readable weight 'bias:0'"},
    {"bad_cut", "is not an HDF5 file, or damaged"},
    {"absent", "cannot read"},
};

static void check_bad(const struct bad *b)
{
    struct safetensors f;
    struct err err = {0};

    fails(keras_h5_read(&f, corpus_file(b->file), &err), err, ERR_INPUT,
          b->text, b->text);
    ok(strstr(err.text, b->file) != NULL, b->file);
    ok(f.n_tensor == 0 && !f.bytes, "  and nothing is left");
}

/* What is written is read again. */
static void check_write(void)
{
    static const float x[6] = {-1, -.875f, -.75f, -.625f, -.5f, -.375f};
    const struct safetensors_tensor t[] = {
        {.name = "a/conv/kernel:0", .n_dim = 2, .dim = {2, 3}, .data = x},
        {.name = "a/conv/bias:0", .n_dim = 1, .dim = {4}, .data = x},
        {.name = "a/bn/gamma:0", .n_dim = 1, .dim = {6}, .data = x}};
    const struct keras_layer l[] = {{"input_1", NULL, 0},
                                    {"a/conv", t, 2},
                                    {"a/relu", NULL, 0},
                                    {"a/bn", t + 2, 1}};
    const char *path = in_dir("written.h5");
    struct safetensors f = {0};
    struct err err = {0};

    ok(keras_h5_write(&(struct keras_model){l, 4, NULL, NULL}, path, &err) == 0,
       "a file is written");
    ok(keras_h5_read(&f, path, &err) == 0, "  and read");
    ok(f.n_tensor == 3, "all tensors are there");
    for (size_t i = 0; i < f.n_tensor && i < 3; i++)
        ok(strcmp(f.tensor[i].name, t[i].name) == 0 &&
               f.tensor[i].n_dim == t[i].n_dim &&
               memcmp(f.tensor[i].data, t[i].data, safetensors_bytes(&t[i])) ==
                   0,
           t[i].name);
    ok(strcmp(safetensors_meta(&f, "keras_version"), "2.12.0") == 0,
       "the version is there");
    safetensors_release(&f);
    ok(keras_h5_write(&(struct keras_model){l, 4, NULL, NULL}, "/nowhere/x.h5",
                      &err) < 0 &&
           err.code == ERR_SYSTEM,
       "a place that cannot be written to is said");
}

/* --- made by libhdf5 ------------------------------------------------------ */

static const float numbers[4] = {-1, -.875f, -.75f, -.625f};
static const struct safetensors_tensor four = {
    .n_dim = 1, .dim = {4}, .data = numbers};

/* The file made.h5 is read, or refused with that text. */
static void check_made(const char *const *name, const char *text)
{
    struct safetensors f;
    struct err err = {0};
    const int rc = keras_h5_read(&f, in_dir("made.h5"), &err);
    size_t n = 0;

    if (text) {
        fails(rc, err, ERR_INPUT, text, text);
        return;
    }
    if (!works(rc == 0, err, "a file with groups of weights is read"))
        return;
    for (; n < f.n_tensor && name[n]; n++)
        ok(strcmp(f.tensor[n].name, name[n]) == 0 &&
               starts_with(&f.tensor[n], 4),
           name[n]);
    ok(n == f.n_tensor && !name[n], "  and no other tensor");
    safetensors_release(&f);
}

static void put_name(hid_t file, const char *vars, const char *name)
{
    const hid_t group = H5Gopen2(file, vars, H5P_DEFAULT);
    struct made_h5_words w = {.n = 0};

    made_h5_word(&w, name);
    made_h5_attribute(group, "name", &w);
    H5Gclose(group);
}

/* As Keras 3 writes: the optimiser, a generator's state, an inner network. */
static void check_groups(void)
{
    static const char *const name[] = {
        "layers/conv2d/vars/0",
        "layers/conv2d/vars/1",
        "layers/conv2d_10|b/vars/0",
        "layers/conv2d_2/vars/0",
        "layers/functional/layers/batch_normalization/vars/0",
        NULL};
    const hid_t file = made_h5_file(in_dir("made.h5"));
    const hid_t space = H5Screate(H5S_SCALAR);

    made_h5_weight(file, "layers/conv2d/vars/0", &four);
    made_h5_weight(file, "layers/conv2d/vars/1", &four);
    made_h5_weight(file, "layers/conv2d_2/vars/0", &four);
    made_h5_weight(file, "layers/conv2d_10/vars/0", &four);
    put_name(file, "layers/conv2d_10/vars", "b");
    made_h5_weight(file, "layers/functional/layers/batch_normalization/vars/0",
                   &four);
    made_h5_weight(file, "optimizer/vars/0", &four);
    H5Gclose(made_h5_group(file, "layers/dropout/seed_generator/vars"));
    H5Dclose(H5Dcreate2(file, "layers/dropout/seed_generator/vars/0",
                        H5T_STD_U32LE, space, H5P_DEFAULT, H5P_DEFAULT,
                        H5P_DEFAULT));
    H5Gclose(made_h5_group(file, "layers/input_layer/vars"));
    H5Lcreate_soft("/layers/conv2d", file, "layers/conv2d_3", H5P_DEFAULT,
                   H5P_DEFAULT);
    H5Sclose(space);
    H5Fclose(file);
    check_made(name, NULL);
}

static void check_bad_groups(void)
{
    struct made_h5_words w = {.n = 0};
    hid_t file = made_h5_file(in_dir("made.h5")), group;

    H5Gclose(made_h5_group(file, "layers/conv2d/vars"));
    H5Fclose(file);
    check_made(NULL, "no group 'vars' has a weight");
    file = made_h5_file(in_dir("made.h5"));
    made_h5_weight(file, "layers/conv2d/vars/0", &four);
    H5Lcreate_hard(file, "/", file, "layers/again", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    check_made(NULL, "groups, or over 24 in each other");
    file = made_h5_file(in_dir("made.h5"));
    made_h5_weight(file, "layers/a|b/vars/0", &four);
    H5Fclose(file);
    check_made(NULL, "a group is called 'a|b'");
    file = made_h5_file(in_dir("made.h5"));
    made_h5_word(&w, "a/x:0");
    made_h5_weight(file, "a/a/x:0", &four);
    group = H5Gopen2(file, "a", H5P_DEFAULT);
    made_h5_attribute(group, "weight_names", &w);
    H5Gclose(group);
    w.n = 0;
    made_h5_word(&w, "a");
    made_h5_word(&w, "a");
    made_h5_attribute(file, "layer_names", &w);
    H5Fclose(file);
    check_made(NULL, "weight 'a/x:0' is there twice");
}

int main(void)
{
    begin_dir();
    ok(keras_h5_is("\211HDF\r\n\032\n", 8) && !keras_h5_is("\211HDF", 4) &&
           !keras_h5_is("12345678", 8),
       "the first bytes tell");
    for (size_t i = 0; i < sizeof(goods) / sizeof(goods[0]); i++)
        check_good(&goods[i]);
    for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++)
        check_bad(&bads[i]);
    check_write();
    check_groups();
    check_bad_groups();
    return end_dir();
}
