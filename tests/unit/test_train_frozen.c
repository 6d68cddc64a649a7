/*
 * test_train_frozen.c - with frozen layers: what they put out may be kept or
 * not, be interrupted, damaged or of other weights, and training does not show
 */
#include "base/rng.h"
#include "nn/gemm.h"
#include "nn/model.h"
#include "stages/train/frozen_cache.h"
#include "tap.h"
#include "test_dir.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    SIDE = 36, /* odd at the border of ResNet-50 */
    PIXELS = SIDE * SIDE * 3,
    CLASSES = 3,
    TRAIN = 70, /* with those of validation more than one chunk */
    ALL = 90,
    BATCH = 32,
};

static struct trainset set;
static char warned[600];
static int stop_at, asked;
static bool bf16, whole;
static double ema;
static const struct safetensors *given;

static void open_set(void)
{
    struct err err = {0};

    need(trainset_open(&set, &(struct trainset_args){.data = in_dir("data")},
                       &err) == 0,
         &err);
}

static void make_store(void)
{
    static const char name[CLASSES][CONFIG_NAME_MAX] = {"a", "b", "c"};
    const struct store_args a = {.dir = in_dir("data"),
                                 .header = "file,class,split,status",
                                 .n = ALL,
                                 .h = SIDE,
                                 .w = SIDE,
                                 .class_name = name,
                                 .n_class = CLASSES};
    struct store_writer *w = NULL;
    static uint8_t pixels[PIXELS];
    struct err err = {0};
    char line[64];
    const char *record = line;
    int rc = file_dir_make(a.dir, &err);

    if (rc == 0)
        rc = store_create(&w, &a, &err);
    for (int i = 0; i < ALL && rc == 0; i++) {
        const int label = i % CLASSES;
        struct rng rng;

        rng_init(&rng, 78, RNG_TEST, (uint32_t)i, 0);
        for (int k = 0; k < PIXELS; k++)
            pixels[k] = (uint8_t)(rng_below(&rng, 120) +
                                  (k % 3 == label ? rng_below(&rng, 130) : 0u));
        snprintf(line, sizeof(line), "%d,%s,%s,ok", i, name[label],
                 i < TRAIN ? "train" : "validation");
        rc = store_put(w, (size_t)i, 1, pixels, &label, &record, &err);
    }
    works(rc == 0 && store_finish(w, &err) == 0, err, "cells");
    open_set();
}

static bool is_stopping(void *self)
{
    (void)self;
    return ++asked == stop_at;
}

static void on_progress(void *self, double done, double total, const char *note)
{
    (void)self;
    (void)note;
    BUG_ON(done > total);
}

static void on_warning(void *self, const char *text)
{
    (void)self;
    snprintf(warned, sizeof(warned), "%s", text);
}

static const struct trainer_hooks hooks = {is_stopping, on_progress, on_warning,
                                           NULL};

static struct frozen_layers_args front_args(const struct net *net,
                                            uint64_t seed)
{
    return (struct frozen_layers_args){.net = net,
                                       .shape = {.h = SIDE,
                                                 .w = SIDE,
                                                 .classes = CLASSES,
                                                 .cut = net->paper_cut,
                                                 .freeze = net->paper_freeze},
                                       .seed = seed,
                                       .input = net->preprocess,
                                       .bf16 = bf16,
                                       .threads = 2};
}

static int open_by(struct dist *d, struct frozen_cache *t,
                   const struct net *net, uint64_t seed, struct err *err)
{
    const struct frozen_layers_args frozen = front_args(net, seed);

    warned[0] = '\0';
    asked = 0;
    return frozen_cache_open(t,
                             &(struct frozen_cache_args){.dir = in_dir("trunk"),
                                                         .frozen = &frozen,
                                                         .set = &set,
                                                         .data = "key",
                                                         .dist = d,
                                                         .hooks = hooks},
                             err);
}

static int open_trunk(struct frozen_cache *t, const struct net *net,
                      uint64_t seed, struct err *err)
{
    struct dist d;

    dist_alone(&d);
    return open_by(&d, t, net, seed, err);
}

static int train_frozen(const struct net *net, const struct frozen_cache *t,
                        const char *out, struct err *err)
{
    static struct config c;
    struct dist d;
    const struct trainer_args a = {.dir = in_dir(out),
                                   .hash = "0123",
                                   .network = net->name,
                                   .cut = net->paper_cut,
                                   .freeze = whole ? 0 : net->paper_freeze,
                                   .start = given,
                                   .cache = t,
                                   .seed = 3,
                                   .config = &c,
                                   .set = &set,
                                   .dist = &d,
                                   .threads = 2,
                                   .hooks = hooks};

    config_init(&c);
    c.train.epochs = 1;
    c.train.batch = BATCH;
    c.train.ema = ema;
    c.train.frozen_precision = bf16 ? PRECISION_BF16 : PRECISION_FLOAT32;
    c.train.checkpoint_seconds = 1e9;
    dist_alone(&d);
    stop_at = 0;
    return file_dir_make(a.dir, err) < 0 ? -1 : trainer_run(&a, err);
}

static bool same_file(const char *a, const char *b)
{
    char *data[2] = {NULL, NULL};
    size_t size[2] = {0, 1};
    struct err err;
    bool same = file_read(in_dir(a), 1 << 30, &data[0], &size[0], &err) == 0 &&
                file_read(in_dir(b), 1 << 30, &data[1], &size[1], &err) == 0 &&
                size[0] == size[1] && memcmp(data[0], data[1], size[0]) == 0;

    free(data[0]);
    free(data[1]);
    return same;
}

/* Training from the cache ends with the bytes of training without. */
static void check_same(const struct net *net)
{
    struct frozen_cache t = {.n_border = 0};
    struct err err = {0};

    if (!ok(train_frozen(net, NULL, "off", &err) == 0 &&
                open_trunk(&t, net, 3, &err) == 0 && t.n_border > 0 &&
                train_frozen(net, &t, "kept", &err) == 0,
            net->name))
        printf("# %s\n", err.text);
    ok(!warned[0], "  without a warning");
    ok(same_file("off/last.safetensors", "kept/last.safetensors") &&
           same_file("off/model.safetensors", "kept/model.safetensors") &&
           same_file("off/history.csv", "kept/history.csv") &&
           same_file("off/steps.csv", "kept/steps.csv"),
       "the same bytes with what is kept and without");
    frozen_cache_close(&t);
    ok(file_dir_remove(in_dir("off"), &err) == 0 &&
           file_dir_remove(in_dir("kept"), &err) == 0,
       "the test's run is removed");
}

/* The one directory that the cache is in, and a file there. */
static const char *cache_file(const char *name)
{
    static char path[FILE_PATH_MAX];
    char **list = NULL;
    size_t n = 0;
    struct err err;

    if (file_dir_list(in_dir("trunk"), &list, &n, &err) == 0 && n == 1)
        snprintf(path, sizeof(path), "%s/%s/%s", in_dir("trunk"), list[0],
                 name);
    file_dir_list_free(list, n);
    return path;
}

static size_t count_directories(void)
{
    char **list = NULL;
    size_t n = 0;
    struct err err;

    if (file_dir_list(in_dir("trunk"), &list, &n, &err) == 0)
        file_dir_list_free(list, n);
    return n;
}

/* Overwrite a byte, or with at < 0 cut the file. */
static void damage_file(const char *name, long at)
{
    FILE *f = fopen(cache_file(name), "r+b");

    ok(f && (at < 0 ? ftruncate(fileno(f), -at) == 0
                    : fseek(f, at, SEEK_SET) == 0 && fputc(0x55, f) != EOF),
       name);
    if (f)
        fclose(f);
}

/* Does sample i's first value, where it is kept, equal what 'want' has? */
static bool same_values(const struct frozen_cache *t, const float *want)
{
    const size_t row = tensor_row(&t->shape[0]);
    float *got = calloc(row, sizeof(*got));
    bool same = got != NULL;

    for (size_t i = 0; same && i < ALL; i++) {
        frozen_cache_row(t, 0, i, got);
        same = memcmp(got, want + i * row, row * sizeof(*got)) == 0;
    }
    free(got);
    return same;
}

static void check_repair(const struct net *net, const float *want,
                         const char *parts)
{
    struct frozen_cache t;
    struct err err = {0};

    ok(open_trunk(&t, net, 3, &err) == 0 && t.n_border > 0,
       "what frozen layers put out is opened again");
    if (!ok(strstr(warned, parts) != NULL, parts))
        printf("# '%s'\n", warned);
    ok(same_values(&t, want), "  with the same values");
    frozen_cache_close(&t);
}

static void check_damage(const struct net *net)
{
    struct frozen_cache t;
    struct err err = {0};
    float *want;
    size_t row;

    stop_at = 1;
    fails(open_trunk(&t, net, 3, &err), err, ERR_AGAIN,
          "stopped before training", "stopped after a part");
    stop_at = 0;
    ok(open_trunk(&t, net, 3, &err) == 0 &&
           strstr(warned, "1 of 2 parts are missing"),
       "the rest is made");
    row = tensor_row(&t.shape[0]);
    want = malloc(ALL * row * sizeof(*want));
    BUG_ON(!want);
    for (size_t i = 0; i < ALL; i++)
        frozen_cache_row(&t, 0, i, want + i * row);
    frozen_cache_close(&t);
    ok(open_trunk(&t, net, 3, &err) == 0 && !warned[0] && same_values(&t, want),
       "again: all is there");
    frozen_cache_close(&t);
    damage_file("block_11_expand_relu.npy", 5000);
    check_repair(net, want, "1 of 2 parts");
    damage_file("block_11_expand_relu.npy", 20);
    check_repair(net, want, "");
    damage_file("block_11_expand_relu.npy", -5000);
    check_repair(net, want, "");
    damage_file("chunks", 40);
    check_repair(net, want, "1 of 2 parts");
    ok(count_directories() == 1 && open_trunk(&t, net, 4, &err) == 0 &&
           count_directories() == 2 && !same_values(&t, want),
       "other weights have other files");
    frozen_cache_close(&t);
    free(want);
}

/* Of ResNet-50's border a strided convolution reads every second pixel; and
 * bfloat16 is half as long again, rounded. */
static void check_kept(const struct net *net)
{
    struct frozen_layers_args a;
    const uint8_t *image[1] = {set.train[1].pixels};
    struct frozen_layers f;
    struct frozen_cache full, half;
    struct err err = {0};
    float *want, *got, *near;
    bool same = true, close = true;
    size_t row, kept;
    float *out[FROZEN_LAYERS_MAX_BORDER];

    bf16 = false;
    ok(open_trunk(&full, net, 3, &err) == 0 && full.n_border == 1,
       "what frozen layers put out is kept as float32");
    bf16 = true;
    ok(open_trunk(&half, net, 3, &err) == 0 && half.n_border == 1,
       "what frozen layers put out is kept as bfloat16");
    bf16 = false;
    a = front_args(net, 3);
    row = tensor_row(&full.shape[0]);
    kept = (size_t)(3 * 3 * full.shape[0].c);
    ok(full.step[0] == 2 && full.shape[0].w == 5 && full.row[0] == kept &&
           half.row[0] == kept &&
           npy_bytes(&half.value[0]) * 2 == npy_bytes(&full.value[0]),
       "of five rows and columns three are kept, in bfloat16 by half the bytes");
    want = calloc(3 * row, sizeof(*want));
    BUG_ON(!want || frozen_layers_init(&f, &a, &err) < 0);
    got = want + row;
    near = got + row;
    out[0] = want;
    frozen_layers_rows(&f, image, 1, out);
    frozen_cache_row(&full, 0, 1, got);
    frozen_cache_row(&half, 0, 1, near);
    for (size_t i = 0; i < row; i++) {
        const size_t pixel = i / (size_t)full.shape[0].c;
        const size_t w = (size_t)full.shape[0].w;
        const bool read = pixel / w % 2 == 0 && pixel % w % 2 == 0;

        same = same && got[i] == (read ? want[i] : 0.0f);
        close = close && fabsf(near[i] - got[i]) <= fabsf(got[i]) / 256;
    }
    ok(same, "what is read, and no more");
    ok(close, "rounded within half a step of 8 bits");
    free(want);
    frozen_layers_release(&f);
    frozen_cache_close(&full);
    frozen_cache_close(&half);
}

/* Do both have the same bits of such a tensor? */
static bool same_tensor(const struct safetensors *a,
                        const struct safetensors *b, const char *name)
{
    const struct safetensors_tensor *x = safetensors_find(a, name);
    const struct safetensors_tensor *y = safetensors_find(b, name);

    return x && y && safetensors_bytes(x) == safetensors_bytes(y) &&
           memcmp(x->data, y->data, safetensors_bytes(x)) == 0;
}

/* What a moving average makes of layers that learn and of those that do not. */
static void check_average(const struct net *net)
{
    static const char *const frozen[] = {
        "bn_Conv1/moving_mean:0", "bn_Conv1/moving_variance:0",
        "expanded_conv_depthwise_BN/moving_variance:0",
        "block_5_project_BN/moving_mean:0", "Conv1/kernel:0"};
    struct safetensors start = {0}, f = {0};
    struct err err = {0};
    bool same = true;

    whole = true;
    ok(train_frozen(net, NULL, "start", &err) == 0 &&
           safetensors_read(&start, in_dir("start/last.safetensors"), &err) ==
               0,
       "weights to begin with");
    whole = false;
    given = &start;
    ema = 0.99;
    ok(train_frozen(net, NULL, "averaged", &err) == 0 &&
           safetensors_read(&f, in_dir("averaged/last.safetensors"), &err) == 0,
       "a training with averages behind frozen layers");
    given = NULL;
    ema = 0;
    for (size_t i = 0; i < sizeof(frozen) / sizeof(frozen[0]); i++)
        same = same && same_tensor(&start, &f, frozen[i]);
    ok(same, "  the frozen ones are those that were given, to the bit");
    ok(!same_tensor(&start, &f, "block_11_project_BN/moving_mean:0"),
       "  others have moved");
    safetensors_release(&start);
    safetensors_release(&f);
}

/* --- other arithmetic ------------------------------------------------------*/

/* The slowest that the libraries have. */
#define PLAIN_ARITHMETIC "env DNNL_MAX_CPU_ISA=SSE41 OPENBLAS_CORETYPE=Nehalem "

/* A rank that opens the cache; rank 0 leaves word of its arithmetic. */
static int run_child(const char *where)
{
    char arithmetic[GEMM_DESCRIPTION];
    struct frozen_cache t = {.n_border = 0};
    struct dist d;
    struct err err = {0};
    int rc;

    snprintf(dir, sizeof(dir), "%.60s", where);
    if (dist_start(&d, &err) < 0)
        return 1;
    open_set();
    gemm_describe(arithmetic);
    rc = open_by(&d, &t, net_find("mobilenetv2", &err), 3, &err);
    if (d.rank == 0)
        put_file("arithmetic", arithmetic);
    frozen_cache_close(&t);
    dist_stop(&d);
    trainset_close(&set);
    return rc < 0;
}

/* Two ranks on hosts that are not alike: rank 0's is the one directory; then
 * one of another arithmetic alone, which has another. */
static void check_arithmetic(const char *self)
{
    const size_t before = count_directories();
    struct frozen_cache t = {.n_border = 0};
    char command[1200], here[GEMM_DESCRIPTION];
    struct err err = {0};
    bool other;

    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* Open MPI's own leaks */
    snprintf(command, sizeof(command),
             "timeout 120 mpirun --oversubscribe "
             "-n 1 " PLAIN_ARITHMETIC "'%.400s' --ranks '%s' : "
             "-n 1 '%.400s' --ranks '%s' 2>/dev/null",
             self, dir, self, dir);
    fflush(stdout);
    ok(system(command) == 0, "two ranks of unlike arithmetic keep values");
    ok(count_directories() == before + 1, "  in one directory");
    gemm_describe(here);
    other = strcmp(here, text_of("arithmetic")) != 0;
    if (!other)
        printf("# no other arithmetic than: %s\n", here);
    works(open_trunk(&t, net_find("mobilenetv2", &err), 3, &err) == 0, err,
          "another arithmetic alone");
    ok(count_directories() == before + (other ? 2 : 1),
       "  has a directory of its own");
    frozen_cache_close(&t);
}

int main(int argc, char **argv)
{
    struct err err = {0};

    if (argc == 3 && strcmp(argv[1], "--ranks") == 0)
        return run_child(argv[2]);
    if (!mkdtemp(dir))
        return 1;
    make_store();
    check_arithmetic(argv[0]);
    BUG_ON(file_dir_remove(in_dir("trunk"), &err) < 0);
    check_damage(net_find("mobilenetv2", &err));
    for (size_t i = 0; net_at(i); i++)
        check_same(net_at(i));
    bf16 = true;
    check_same(net_find("resnet50", &err));
    check_kept(net_find("resnet50", &err));
    check_average(net_find("mobilenetv2", &err));
    trainset_close(&set);
    ok(file_dir_remove(dir, &err) == 0, "the test's directory is removed");
    return tap_done();
}
