/*
 * test_features.c - papline features: what it makes of drawn and of real cells
 *
 * The latter, and real weights, are not part of the project: where they are
 * absent (PAPLINE_SHARED, else ../shared) that part is skipped.
 */
#include "base/npy.h"
#include "golden/nn_digest.h"
#include "img/png.h"
#include "nn/weights.h"
#include "orchestration/tools/features.h"
#include "test_dir.h"

enum { SUMS = 8, SIDE = 40, IMAGES = 3 };

static size_t n_aside; /* by the last features() */

static const struct golden_digest golden[] = {
#include "golden/features_golden.inc"
};

enum { N_GOLDEN = sizeof(golden) / sizeof(golden[0]) };

/* --- drawn images ----------------------------------------------------------*/

static void make_images(void)
{
    struct image im;
    struct err err = {0};
    char name[32];
    int rc = file_dir_make(in_dir("images/b"), &err);

    for (int i = 0; i < IMAGES && rc == 0; i++) {
        rc = image_init(&im, SIDE + 3 * (i == 1), SIDE, &err);
        for (size_t k = 0; rc == 0 && k < image_bytes(&im); k++)
            im.px[k] = (uint8_t)(k * (size_t)(i + 7) % 251);
        snprintf(name, sizeof(name), "images/%s.png",
                 (const char *[]){"c", "b/z", "a"}[i]);
        if (rc == 0)
            rc = png_write(&im, in_dir(name), &err);
        image_release(&im);
    }
    ok(rc == 0 && file_write(in_dir("images/bad.jpg"), "no", 2, &err) == 0,
       "images for features are made");
}

static struct graph *make_weights(void)
{
    struct err err = {0};
    const struct net *net = net_find("mobilenetv2", &err);
    struct graph *g = net_new(
        net, &(struct net_args){.h = SIDE, .w = SIDE, .head = HEAD_POOL},
        &(struct graph_args){.max_batch = 1, .memory = GRAPH_INFER}, &err);
    const struct named_tensor *list;
    struct safetensors f = {0};
    struct safetensors_tensor *t;

    fill_weights(g);
    graph_tensors(g, &list, &f.n_tensor);
    f.tensor = t = calloc(f.n_tensor, sizeof(*t));
    for (size_t i = 0; i < f.n_tensor; i++) {
        t[i] = (struct safetensors_tensor){
            .name = list[i].name, .n_dim = list[i].n_dim, .data = list[i].data};
        for (int k = 0; k < list[i].n_dim; k++)
            t[i].dim[k] = (size_t)list[i].dim[k];
    }
    ok(weights_write(net, &f, "test", in_dir("w.st"), &err) == 0,
       "weights for features are made");
    free(t);
    return g;
}

static struct features_args drawn_args(const char *out)
{
    return (struct features_args){.weights = in_dir("w.st"),
                                  .images = in_dir("images"),
                                  .out = in_dir(out),
                                  .size = SIDE,
                                  .batch = 2,
                                  .threads = 2};
}

/* Row 0 is a.png, which has the size: the graph by itself gives the same. */
static void check_first(struct graph *g, const float *row)
{
    uint8_t px[SIDE * SIDE * 3];

    for (size_t k = 0; k < sizeof(px); k++)
        px[k] = (uint8_t)(k * 9 % 251);
    graph_set_batch(g, 1);
    preprocess(PREPROCESS_TF, px, (size_t)SIDE * SIDE, graph_input(g));
    graph_forward(g, PHASE_INFER);
    ok(relative_gap(row, graph_output(g)->out.data, 1280) < 1e-5,
       "a row is what the network makes of the image");
}

static void check_drawn(void)
{
    struct features_args a;
    struct npy x = {0}, y = {0};
    struct err err = {0};
    struct graph *g;
    char *csv = NULL;
    size_t size = 0;

    make_images();
    g = make_weights();
    a = drawn_args("f.npy");
    ok(features(&a, &n_aside, &err) == 0 &&
           npy_map(&x, in_dir("f.npy"), &err) == 0,
       "features of drawn images");
    ok(x.n_dim == 2 && x.dim[0] == IMAGES && x.dim[1] == 1280,
       "one row an image that can be read");
    check_first(g, x.data);
    ok(file_read(in_dir("f.csv"), 4096, &csv, &size, &err) == 0 &&
           n_aside == 1 &&
           strstr(csv, "row,file,status\n0,a.png,ok\n1,b/z.png,ok\n,bad.jpg,"),
       "the table names them in byte order, and why one has no row");
    free(csv);
    a = drawn_args("g.npy");
    a.threads = 1;
    ok(features(&a, &n_aside, &err) == 0 &&
           npy_map(&y, in_dir("g.npy"), &err) == 0 &&
           memcmp(x.data, y.data, npy_bytes(&x)) == 0,
       "the same bits for any number of threads");
    npy_release(&y);
    a.batch = 1;
    ok(features(&a, &n_aside, &err) == 0 &&
           npy_map(&y, in_dir("g.npy"), &err) == 0 &&
           relative_gap(x.data, y.data, IMAGES * 1280) < 1e-5,
       "the same up to rounding for any batch");
    npy_release(&y);
    a = drawn_args("h.npy");
    a.layer = "block_1_pad"; /* only there where nothing is fused */
    ok(features(&a, &n_aside, &err) == 0 &&
           npy_map(&y, in_dir("h.npy"), &err) == 0 && y.n_dim == 4 &&
           y.dim[1] == SIDE / 2 + 1 && y.dim[3] == 96,
       "features of a layer by name");
    npy_release(&y);
    npy_release(&x);
    graph_free(g);
}

static void refuse_args(struct features_args a, enum err_code code,
                        const char *text)
{
    struct err err = {0};

    fails(features(&a, &n_aside, &err), err, code, text, text);
}

static void check_refused(void)
{
    struct features_args a = drawn_args("x.npy");

    a.layer = "block_1_ped";
    refuse_args(a, ERR_USAGE, "nearest is 'block_1_pad'");
    a = drawn_args("x.npy");
    a.net = "vgg16";
    refuse_args(a, ERR_INPUT, "is not one of vgg16's");
    a.net = "vgg15";
    refuse_args(a, ERR_USAGE, "network 'vgg15' is not one of");
    a = drawn_args("x.npy");
    a.input = "cafe";
    refuse_args(a, ERR_USAGE, "preprocess 'cafe' is not");
    a = drawn_args("x.npy");
    a.resize = "cubic";
    refuse_args(a, ERR_USAGE, "--resize 'cubic' is not nearest or lanczos");
    a = drawn_args("x.npy");
    a.out = in_dir("x.csv");
    refuse_args(a, ERR_USAGE, "features writes a file that ends in .npy");
    a.out = in_dir("x.npy");
    a.size = 31;
    refuse_args(a, ERR_USAGE, "--size 31 is not 32 .. 512");
    a = drawn_args("x.npy");
    a.batch = 0;
    refuse_args(a, ERR_USAGE, "--batch 0 is not");
    a = drawn_args("x.npy");
    a.weights = in_dir("images/bad.jpg");
    refuse_args(a, ERR_INPUT, "safetensors");
    a = drawn_args("x.npy");
    a.images = in_dir("nowhere");
    refuse_args(a, ERR_INPUT, "nowhere");
    a.images = NULL;
    refuse_args(a, ERR_USAGE, "features needs --weights FILE");
}

/* --- real ones -------------------------------------------------------------*/

static void check_real(const char *shared, const char *net)
{
    char weights[FILE_PATH_MAX], images[FILE_PATH_MAX];
    struct features_args a = {.net = net,
                              .weights = weights,
                              .images = images,
                              .out = in_dir("real.npy"),
                              .size = 110,
                              .batch = 20};
    const struct golden_digest *want =
        find_golden(golden, N_GOLDEN, net, "features");
    struct npy y = {0};
    struct err err = {0};
    double d;

    snprintf(weights, sizeof(weights), "%s/weights/%s_notop.h5", shared, net);
    snprintf(images, sizeof(images), "%s/data/sipakmed-original-layout",
             shared);
    if (!file_exists(weights) || !file_exists(images)) {
        printf("# no %s or no cells: skipped\n", weights);
        return;
    }
    if (!works(features(&a, &n_aside, &err) == 0 &&
                   npy_map(&y, a.out, &err) == 0,
               err, net))
        return;
    d = digest_distance(want, SUMS, y.data, npy_bytes(&y) / sizeof(float));
    ok(d < 1e-4, "features of real cells agree within 1e-4");
    printf("# relative L2 distance about %g\n", d);
    npy_release(&y);
}

int main(void)
{
    const char *shared = getenv("PAPLINE_SHARED");

    begin_dir();
    check_drawn();
    check_refused();
    for (size_t i = 0; net_at(i); i++)
        if (find_golden(golden, N_GOLDEN, net_at(i)->name, "features"))
            check_real(shared ? shared : "../shared", net_at(i)->name);
    return end_dir();
}
