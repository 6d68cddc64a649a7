/*
 * test_papline.c - the library: what the programs say, to the bit, from any
 * thread; faults are handed out
 */
#include "api/papline.h"
#include "base/npy.h"
#include "base/version.h"
#include "img/png.h"
#include "orchestration/tools/features.h"
#include "stages/explain/explained_network.h"
#include "trained_run.h"

#include <cblas.h>
#include <locale.h>
#include <omp.h>
#include <pthread.h>
#include <unistd.h>

enum { BATCH = 32, AREA = SIDE * SIDE, WIDE = 55, HIGH = 41, CALLERS = 4 };

static uint8_t rgb[N * PIXELS]; /* the store's pictures */

/* 'call' fails with that code and a text that has 'part'. */
static bool refused(int rc, const struct papline_error *e, int code,
                    const char *part)
{
    const bool good =
        rc < 0 && e->code == code && strstr(e->text, part) != NULL;

    if (!good)
        printf("# rc %d, code %d, text '%s'\n", rc, e->code, e->text);
    return good;
}

static struct papline_model *load(const char *path)
{
    struct papline_error e = {0};
    struct papline_model *m = papline_load(path, 2, &e);

    if (!ok(m != NULL, "a model is loaded")) {
        printf("# %s\n", e.text);
        exit(tap_done());
    }
    return m;
}

static void check_loading(void)
{
    struct papline_error e = {0};
    struct papline_model *m = load(in_dir("model.safetensors"));

    ok(strcmp(papline_version(), PAPLINE_VERSION) == 0, "the version");
    ok(papline_n_class(m) == K && strcmp(papline_class(m, 1), names[1]) == 0,
       "the model's classes by name");
    ok(!papline_class(m, -1) && !papline_class(m, K), "  and no others");
    ok(papline_width(m) == SIDE && papline_height(m) == SIDE &&
           !papline_takes_size(m),
       "  and what pictures it takes");
    papline_free(m);
    papline_free(NULL);
    ok(!papline_load(in_dir("none"), 0, NULL), "no error need be asked for");
    ok(refused(papline_load(in_dir("none"), 0, &e) ? 0 : -1, &e, PAPLINE_INPUT,
               "none"),
       "a model that is missing is named");
    ok(refused(papline_load(in_dir("encoder"), 0, &e) ? 0 : -1, &e,
               PAPLINE_USAGE, "is an encoder"),
       "an encoder tells no classes apart");
    ok(refused(papline_load(in_dir("model.safetensors"), -1, &e) ? 0 : -1, &e,
               PAPLINE_USAGE, "-1 threads"),
       "threads below 0 are refused");
    ok(refused(papline_load(in_dir("out"), 0, &e) ? 0 : -1, &e, PAPLINE_INPUT,
               "is no bundle"),
       "a directory that is no bundle is refused");
}

static void check_bundle(struct graph *g)
{
    struct model_info info;
    struct err err = {0};
    struct papline_model *m;

    describe_model(&info);
    ok(file_dir_make(in_dir("bundle/models"), &err) == 0, "a bundle");
    write_net(g, &info, "bundle/models/model.safetensors");
    m = load(in_dir("bundle"));
    ok(papline_n_class(m) == K, "  is loaded by its directory");
    papline_free(m);
}

/* --- pictures -------------------------------------------------------------- */

static void check_reading(const struct papline_model *m)
{
    uint8_t got[PIXELS], fitted[PIXELS];
    struct papline_error e = {0};
    struct err err = {0};
    struct image im;
    int size[2] = {0};

    if (!ok(image_init(&im, WIDE, HIGH, &err) == 0, "a picture"))
        return;
    for (size_t k = 0; k < image_bytes(&im); k++)
        im.px[k] = (uint8_t)(k * 29 % 251);
    ok(png_write(&im, in_dir("one.png"), &err) == 0 &&
           papline_read(m, in_dir("one.png"), got, size, &e) == 0,
       "  is read from its file");
    ok(size[0] == WIDE && size[1] == HIGH, "  with the size that it had");
    ok(papline_fit(m, im.px, WIDE, HIGH, fitted, &e) == 0 &&
           memcmp(got, fitted, sizeof(got)) == 0,
       "  and from memory, with the same bytes");
    ok(refused(papline_read(m, in_dir("lost.png"), got, NULL, &e), &e,
               PAPLINE_INPUT, "lost.png"),
       "a picture that is missing is named");
    ok(refused(papline_fit(m, im.px, 0, HIGH, got, &e), &e, PAPLINE_INPUT,
               "empty image"),
       "a picture without pixels is refused");
    image_release(&im);
}

/* As the evaluation asks, in its batches. */
static void ask_network(const struct store *s, float *p)
{
    struct inference net;
    size_t row[N];
    struct err err = {0};

    need(inference_open(
             &net,
             &(struct inference_args){.path = in_dir("model.safetensors"),
                                      .batch = BATCH,
                                      .memory = GRAPH_INFER},
             &err) == 0,
         &err);
    for (size_t i = 0; i < N; i++)
        row[i] = i;
    need(inference_rows(&net, s, row, BATCH, p, &err) == 0 &&
             inference_rows(&net, s, row + BATCH, N - BATCH, p + BATCH * K,
                            &err) == 0,
         &err);
    inference_close(&net);
}

static float want[N * K]; /* by ask_network() */

static void check_predictions(struct papline_model *m, const struct store *s)
{
    const struct papline_pictures all = {rgb, NULL, N}, none = {NULL, NULL, 0};
    const int blas = openblas_get_num_threads(), omp = omp_get_max_threads();
    struct papline_error e = {0};
    float p[N * K];

    ask_network(s, want);
    openblas_set_num_threads(2);
    omp_set_num_threads(3);
    ok(papline_predict(m, &all, p, &e) == 0 && memcmp(p, want, sizeof(p)) == 0,
       "predictions are those of the evaluation, bit for bit");
    ok(openblas_get_num_threads() == 2 && omp_get_max_threads() == 3,
       "  and the caller's numbers of threads are as before");
    openblas_set_num_threads(blas);
    omp_set_num_threads(omp);
    ok(papline_predict(m, &none, p, &e) == 0, "no picture is no fault");
}

static void write_sized(void)
{
    struct err err = {0};
    const struct net *net = net_find("mobilenetv2", &err);
    struct graph *g = net_new(
        net,
        &(struct net_args){.h = SIDE, .w = SIDE, .classes = K, .size = true},
        &(struct graph_args){.max_batch = 1, .seed = 5, .memory = GRAPH_INFER},
        &err);
    struct model_info info;

    need(g != NULL, &err);
    describe_model(&info);
    info.size = (struct size_scale){true, {3.0, 3.5}, {0.5, 0.25}};
    write_net(g, &info, "sized.safetensors");
    graph_free(g);
}

static void check_sizes(void)
{
    const int small[] = {9, 9}, large[] = {90, 70}, bad[] = {9, 0};
    struct papline_pictures one = {rgb, NULL, 1};
    struct papline_error e = {0};
    struct papline_model *m;
    float a[K], b[K], x[1280];

    write_sized();
    m = load(in_dir("sized.safetensors"));
    ok(papline_takes_size(m) == 1, "a model that takes sizes says so");
    ok(refused(papline_predict(m, &one, a, &e), &e, PAPLINE_USAGE,
               "none is given"),
       "  none is given");
    one.size = bad;
    ok(refused(papline_predict(m, &one, a, &e), &e, PAPLINE_USAGE,
               "picture 0: a size of 9 x 0"),
       "  one is below 1");
    one.size = small;
    ok(papline_predict(m, &one, a, &e) == 0, "  one is given");
    one.size = large;
    ok(papline_predict(m, &one, b, &e) == 0 && memcmp(a, b, sizeof(a)) != 0,
       "  another gives another answer");
    one.size = NULL;
    ok(papline_n_feature(m, &e) == 1280 &&
           papline_features(m, &one, x, &e) == 0,
       "  features need none");
    papline_free(m);
}

/* --- explanations and features --------------------------------------------- */

/* As papline-explain asks, of picture i. */
static void explain_cell(const char *method, size_t i, int target, float *map)
{
    struct explained_network n;
    struct explain_settings set;
    static struct config c;
    float x[PIXELS];
    uint8_t view[AREA];
    struct explainer_map to = {.heat = map, .view = view};
    struct explainer_task t = {.settings = &set,
                               .rgb = rgb + i * PIXELS,
                               .x = x,
                               .h = SIDE,
                               .w = SIDE,
                               .target = &target,
                               .n_target = 1};
    struct err err = {0};

    config_init(&c);
    set = c.explain;
    t.seed = rng_mix((uint64_t)c.run.seed, t.rgb, PIXELS);
    need(explained_network_open(
             &n,
             &(struct explained_network_args){
                 .model = in_dir("model.safetensors"), .layers = &set.layers},
             &err) == 0,
         &err);
    preprocess(PREPROCESS_TF, t.rgb, AREA, x);
    explained_network_gradients(&n, &t);
    need(explainer_find(method, &err)->explain(&t, &to, &err) == 0, &err);
    explained_network_close(&n);
}

static void check_maps(struct papline_model *m)
{
    const struct papline_pictures two = {rgb + 3 * PIXELS, NULL, 2};
    const int other[] = {2, 0}, bad[] = {0, K};
    struct papline_error e = {0};
    float map[2 * AREA], of_stage[AREA];

    for (const char *const *method =
             (const char *const[]){"gradcam", "lime", "smoothgrad", NULL};
         *method; method++) {
        explain_cell(*method, 4, other[1], of_stage);
        ok(papline_explain(m, &two, *method, other, map, &e) == 0 &&
               memcmp(map + AREA, of_stage, sizeof(of_stage)) == 0,
           "a map is that of papline-explain, bit for bit");
    }
    explain_cell("gradcam", 4, inference_class(want + 4 * K, K), of_stage);
    ok(papline_explain(m, &two, "gradcam", NULL, map, &e) == 0 &&
           memcmp(map + AREA, of_stage, sizeof(of_stage)) == 0,
       "  by default of the class that is predicted");
    ok(refused(papline_explain(m, &two, "gradcam", bad, map, &e), &e,
               PAPLINE_USAGE, "picture 1: there is no class 3"),
       "a class that there is not is refused");
    ok(refused(papline_explain(m, &two, "gradcan", NULL, map, &e), &e,
               PAPLINE_USAGE, "layercam"),
       "of a method that there is not all are listed");
    ok(refused(papline_explain(m, &two, "contour", NULL, map, &e), &e,
               PAPLINE_USAGE, "needs the contours"),
       "and one that needs contours is refused");
}

static void write_pictures(void)
{
    struct image im = {SIDE, SIDE, NULL};
    char name[32];
    struct err err = {0};

    need(file_dir_make(in_dir("pictures"), &err) == 0, &err);
    for (size_t i = 0; i < N; i++) {
        im.px = rgb + i * PIXELS;
        snprintf(name, sizeof(name), "pictures/%03zu.png", i);
        need(png_write(&im, in_dir(name), &err) == 0, &err);
    }
}

/* By papline features, of all pictures. */
static void make_features(struct npy *x)
{
    struct features_args a = {.size = SIDE, .batch = BATCH, .threads = 2};
    size_t n_aside;
    struct err err = {0};

    write_pictures();
    a.weights = in_dir("model.safetensors");
    a.images = in_dir("pictures");
    a.out = in_dir("f.npy");
    need(features(&a, &n_aside, &err) == 0 && npy_map(x, a.out, &err) == 0,
         &err);
}

static void check_features(struct papline_model *m)
{
    const struct papline_pictures all = {rgb, NULL, N};
    struct papline_error e = {0};
    struct npy x;
    int n;
    float *got;

    make_features(&x);
    n = papline_n_feature(m, &e);
    ok(n == 1280 && x.dim[1] == 1280, "the features of a MobileNetV2");
    got = malloc((size_t)N * 1280 * sizeof(*got));
    ok(got && papline_features(m, &all, got, &e) == 0 &&
           memcmp(got, x.data, (size_t)N * 1280 * sizeof(*got)) == 0,
       "  are those of papline features, bit for bit");
    free(got);
    npy_release(&x);
}

/* --- threads ---------------------------------------------------------------- */

struct caller {
    struct papline_model *m;
    bool same; /* what each call said */
};

static void *call_often(void *self)
{
    struct caller *c = self;
    const struct papline_pictures all = {rgb, NULL, N};
    float p[N * K], map[AREA];

    c->same = true;
    for (int i = 0; i < 3; i++)
        c->same =
            c->same && papline_predict(c->m, &all, p, NULL) == 0 &&
            memcmp(p, want, sizeof(p)) == 0 &&
            papline_explain(c->m, &(struct papline_pictures){rgb, NULL, 1},
                            "gradcam", NULL, map, NULL) == 0;
    return NULL;
}

static void check_threads(struct papline_model *m)
{
    struct papline_model *second = load(in_dir("model.safetensors"));
    struct caller c[CALLERS];
    pthread_t t[CALLERS];
    bool same = true;

    for (int i = 0; i < CALLERS; i++) {
        c[i].m = i % 2 ? second : m;
        BUG_ON(pthread_create(&t[i], NULL, call_often, &c[i]) != 0);
    }
    for (int i = 0; i < CALLERS; i++) {
        pthread_join(t[i], NULL);
        same = same && c[i].same;
    }
    ok(same, "four threads with two models all get the same bits");
    papline_free(second);
}

static void write_encoder(void)
{
    struct err err = {0};
    const struct net *net = net_find("mobilenetv2", &err);
    struct graph *g = net_new(
        net, &(struct net_args){.h = SIDE, .w = SIDE, .head = HEAD_PROJECT},
        &(struct graph_args){.max_batch = 1, .memory = GRAPH_INFER}, &err);
    struct model_info info;

    need(g != NULL, &err);
    describe_model(&info);
    info.head = HEAD_PROJECT;
    write_net(g, &info, "encoder");
    graph_free(g);
}

/* --- what happens to a program that uses it --------------------------------- */

static void copy_model(const char *to)
{
    struct err err = {0};
    char *bytes = NULL;
    size_t size = 0;

    need(file_read(in_dir("model.safetensors"), 1 << 28, &bytes, &size, &err) ==
                 0 &&
             file_write(in_dir(to), bytes, size, &err) == 0,
         &err);
    free(bytes);
}

static void check_replaced(void)
{
    const struct papline_pictures one = {rgb, NULL, 1};
    static float map[AREA];
    struct papline_error e = {0};
    struct papline_model *m;
    float p[K];

    copy_model("soon.safetensors");
    m = load(in_dir("soon.safetensors"));
    copy_model("soon.safetensors");
    ok(papline_predict(m, &one, p, &e) == 0,
       "a model whose file is replaced predicts");
    ok(refused(papline_explain(m, &one, "gradcam", NULL, map, &e), &e,
               PAPLINE_INPUT, "has been replaced since it was loaded"),
       "  but is not explained by another");
    ok(refused(papline_n_feature(m, &e), &e, PAPLINE_INPUT, "replaced"),
       "  nor are features another's");
    papline_free(m);
}

static void check_elsewhere(void)
{
    const struct papline_pictures one = {rgb, NULL, 1};
    static float map[AREA];
    struct papline_error e = {0};
    struct papline_model *m;
    char home[FILE_PATH_MAX];

    BUG_ON(!getcwd(home, sizeof(home)) || chdir(in_dir(".")) < 0);
    m = load("model.safetensors");
    BUG_ON(chdir("/") < 0);
    ok(papline_explain(m, &one, "gradcam", NULL, map, &e) == 0 &&
           papline_n_feature(m, &e) > 0,
       "a program may go to another directory");
    papline_free(m);
    BUG_ON(chdir(home) < 0);
}

/* Where numbers have a comma, if there is such a language here. */
static void check_comma(void)
{
    static const char *const languages[] = {"de_DE.UTF-8", "fr_FR.UTF-8",
                                            "it_IT.UTF-8"};
    const struct papline_pictures one = {rgb, NULL, 1};
    static float map[AREA];
    struct papline_error e = {0};
    struct papline_model *m;
    const char *is = NULL;

    for (int i = 0; i < 3 && !is; i++)
        is = setlocale(LC_NUMERIC, languages[i]);
    if (!is) {
        printf("# not tried: no language with a comma is installed\n");
        return;
    }
    m = load(in_dir("model.safetensors"));
    ok(papline_explain(m, &one, "gradcam", NULL, map, &e) == 0,
       "a model is explained where numbers have a comma");
    ok(strcmp(localeconv()->decimal_point, ",") == 0, "  which they keep");
    papline_free(m);
    setlocale(LC_NUMERIC, "C");
}

static void check_no_number(struct graph *g)
{
    const struct papline_pictures one = {rgb, NULL, 1};
    const int target = 0;
    static float map[AREA];
    struct papline_error e = {0};
    struct papline_model *m;
    struct model_info info;
    const struct named_tensor *t;
    size_t n;
    float was;

    describe_model(&info);
    graph_tensors(g, &t, &n);
    was = t[n - 1].data[0];
    t[n - 1].data[0] = NAN;
    write_net(g, &info, "nan.safetensors");
    t[n - 1].data[0] = was;
    graph_changed(g);
    m = load(in_dir("nan.safetensors"));
    ok(refused(papline_explain(m, &one, "gradcam", &target, map, &e), &e,
               PAPLINE_INPUT, "picture 0 is not a number"),
       "a network that says no number is not explained");
    papline_free(m);
}

int main(void)
{
    struct graph *g = begin_trained();
    struct papline_model *m;
    struct store s;
    struct err err = {0};

    need(store_open(&s, in_dir("data"), &err) == 0, &err);
    for (size_t i = 0; i < N; i++)
        memcpy(rgb + i * PIXELS, store_image(&s, i), PIXELS);
    write_encoder();
    check_loading();
    check_bundle(g);
    m = load(in_dir("model.safetensors"));
    check_reading(m);
    check_predictions(m, &s);
    check_maps(m);
    check_features(m);
    check_threads(m);
    check_sizes();
    papline_free(m);
    check_replaced();
    check_elsewhere();
    check_comma();
    check_no_number(g);
    store_close(&s);
    return end_trained(g);
}
