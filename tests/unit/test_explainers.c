/*
 * test_explainers.c - explainers and measures of faithfulness are those that
 * explain.py writes again, on a small network and on MobileNetV2
 */
#include "explain_golden.h"
#include "nn/layers.h"
#include "nn/nets.h"
#include "stages/explain/explainer.h"
#include "stages/explain/faithfulness.h"
#include "stages/explain/map_similarity.h"

/* What explain.py has under one name, and how near we must come: relative L2
 * distance, in faithfulness the difference of probabilities. */
struct explainer_golden {
    const char *name;
    int h, w, target[GRADIENTS_TARGETS_MAX];
    const char *layer[GRADIENTS_LAYERS_MAX];
    int n_layer;
    double kernel;
    int64_t max_n, steps, samples, n_lime, n_faith, n_rise;
    double tol;
    /* Gradients of the input cross every rectifier, where a unit at 0 in
     * float32 may be on the other side in float64. */
    double input_tol;
    struct graph *(*build)(const struct explainer_golden *r,
                           const struct graph_args *a);
};

static struct graph *build_small(const struct explainer_golden *r,
                                 const struct graph_args *a)
{
    struct graph *g = graph_new(a);
    struct node *x = nn_input(g, "input", r->h, r->w, 3);
    const struct conv_args conv = {
        .filters = 6, .size = 3, .stride = 2, .pad = PAD_SAME};
    const struct conv_args conv2 = {
        .filters = 8, .size = 3, .stride = 2, .pad = PAD_SAME};
    const struct conv_args mix = {.filters = 7, .size = 1, .bias = true};
    struct err err = {0};

    x = nn_conv2d(g, x, "conv", conv);
    x = nn_batch_norm(g, x, "bn",
                      (struct bn_args){.act = ACT_RELU6, .act_name = "act"});
    x = nn_conv2d(g, x, "conv2", conv2);
    x = nn_batch_norm(g, x, "bn2",
                      (struct bn_args){.act = ACT_RELU, .act_name = "act2"});
    x = nn_conv2d(g, x, "mix", mix);
    x = nn_relu(g, x, "mix_relu");
    x = nn_global_avg_pool(g, x, "pool");
    nn_dense(g, x, "logits", (struct dense_args){.units = 3});
    BUG_ON(graph_finish(g, &err) < 0);
    return g;
}

static struct graph *build_large(const struct explainer_golden *r,
                                 const struct graph_args *a)
{
    struct err err = {0};
    const struct net *net = net_find("mobilenetv2", &err);
    struct graph *g = net_new(
        net, &(struct net_args){.h = r->h, .w = r->w, .classes = 5}, a, &err);

    BUG_ON(!g);
    return g;
}

static const struct explainer_golden runs[] = {
    {"small",
     26,
     22,
     {0, 1},
     {"act2", "act"},
     2,
     1.5,
     0,
     32,
     4,
     200,
     12,
     60,
     5e-6,
     1e-5,
     build_small},
    {"mobilenetv2",
     110,
     110,
     {3, 1},
     {"out_relu"},
     1,
     4.0,
     48,
     8,
     4,
     64,
     6,
     16,
     5e-4,
     5e-2,
     build_large},
};

/* --- a cell and its network ----------------------------------------------- */

struct explainer_case {
    const struct explainer_golden *run;
    struct explain_settings settings;
    struct graph *keep, *fold;
    struct gradients gradients;
    struct scorer scorer;
    uint8_t rgb[3 * MAX_PIXELS], view[GRADIENTS_TARGETS_MAX][MAX_PIXELS];
    float x[3 * MAX_PIXELS], heat[GRADIENTS_TARGETS_MAX][MAX_PIXELS];
    struct explainer_task task;
};

static struct graph *build_graph(const struct explainer_golden *r, int batch,
                                 enum graph_memory memory, bool bf16)
{
    struct graph *g = r->build(r, &(struct graph_args){.max_batch = batch,
                                                       .threads = 2,
                                                       .memory = memory,
                                                       .bf16 = bf16,
                                                       .frozen = true});
    const struct named_tensor *t;
    size_t n;

    fill_weights(g);
    graph_tensors(g, &t, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(t[i].name, "bn2/beta:0") == 0)
            t[i].data[2] = -50.0f;
    return g;
}

static void set_settings(struct explain_settings *s,
                         const struct explainer_golden *r)
{
    *s = (struct explain_settings){
        .placement = PLACEMENT_STRETCHED,
        .scorecam_max_n = r->max_n,
        .lime_samples = r->n_lime,
        .lime_kernel_width = 0.25,
        .lime_features = 5,
        .lime_kernel_size = r->kernel,
        .lime_max_dist = 200,
        .lime_ratio = 0.2,
        .intgrad_steps = r->steps,
        .smoothgrad_samples = r->samples,
        .smoothgrad_noise = 0.2,
        .finercam_strength = 1,
        .finercam_classes = 3,
        .rise_masks = r->n_rise,
        .rise_cells = 7,
        .rise_share = 0.5,
        .faith_steps = r->n_faith,
    };
}

static struct explainer_case *bench_new(const struct explainer_golden *r)
{
    struct explainer_case *b = calloc(1, sizeof(*b));
    struct node *node[GRADIENTS_LAYERS_MAX];
    struct err err = {0};

    BUG_ON(!b);
    b->run = r;
    set_settings(&b->settings, r);
    b->keep = build_graph(r, GRADIENTS_BATCH, GRAPH_KEEP_ALL, false);
    b->fold = build_graph(r, 16, GRAPH_INFER, false);
    b->scorer = (struct scorer){b->fold, 2};
    for (int i = 0; i < r->n_layer; i++)
        node[i] = graph_node(b->keep, r->layer[i]);
    BUG_ON(gradients_init(&b->gradients, b->keep, node, r->n_layer, &err) < 0);
    draw_picture(r->h, r->w, b->rgb);
    preprocess(PREPROCESS_TF, b->rgb, (size_t)(r->h * r->w), b->x);
    gradients_take(&b->gradients, b->x, r->target, 2);
    b->task = (struct explainer_task){
        .settings = &b->settings,
        .seed = 0x123456789ABCDEFu,
        .rgb = b->rgb,
        .x = b->x,
        .h = r->h,
        .w = r->w,
        .input = PREPROCESS_TF,
        .target = r->target,
        .n_target = 2,
        .layer = b->gradients.layer,
        .n_layer = 1,
        .graph = b->keep,
        .gradients = &b->gradients,
        .scorer = &b->scorer,
    };
    return b;
}

static void bench_free(struct explainer_case *b)
{
    gradients_release(&b->gradients);
    graph_free(b->keep);
    graph_free(b->fold);
    free(b);
}

/* --- maps ----------------------------------------------------------------- */

static void explain_case(struct explainer_case *b, const char *method)
{
    struct err err = {0};
    const struct explainer *e = explainer_find(method, &err);
    struct explainer_map map[GRADIENTS_TARGETS_MAX];

    for (int i = 0; i < GRADIENTS_TARGETS_MAX; i++)
        map[i] = (struct explainer_map){.heat = b->heat[i], .view = b->view[i]};
    works(e && e->explain(&b->task, map, &err) == 0, err, method);
}

static void check_map(struct explainer_case *b, const char *method,
                      const char *name, double tol)
{
    const struct explainer_golden *r = b->run;

    explain_case(b, method);
    for (int i = 0; i < GRADIENTS_TARGETS_MAX; i++) {
        char what[64];

        snprintf(what, sizeof(what), "%s %d", name, r->target[i]);
        close_to(distance_of(r->name, what, b->heat[i], (size_t)(r->h * r->w)),
                 tol, r->name, what);
    }
}

static void check_cams(struct explainer_case *b)
{
    static const char *const variant[] = {"scorecam paper", "scorecam tfkv",
                                          "scorecam ptgc", "scorecam official"};
    const double tol = b->run->tol;

    check_map(b, "gradcam", "gradcam", tol);
    b->settings.placement = PLACEMENT_CENTRES;
    check_map(b, "gradcam", "gradcam centres", tol);
    b->settings.placement = PLACEMENT_STRETCHED;
    check_map(b, "hirescam", "hirescam", tol);
    check_map(b, "finercam", "finercam", tol);
    check_map(b, "rise", "rise", tol);
    b->settings.gradcampp_variant = CAMPP_TFKV;
    check_map(b, "gradcampp", "gradcampp tfkv", tol);
    b->settings.gradcampp_variant = CAMPP_PTGC;
    check_map(b, "gradcampp", "gradcampp ptgc", tol);
    check_map(b, "layercam", "layercam", tol);
    b->task.n_layer = b->run->n_layer;
    if (b->run->n_layer > 1)
        check_map(b, "layercam", "layercam fused", tol);
    for (int v = SCORECAM_PAPER; v <= SCORECAM_OFFICIAL; v++) {
        b->settings.scorecam_variant = (enum scorecam_variant)v;
        check_map(b, "scorecam", variant[v], tol);
    }
    if (b->settings.scorecam_max_n == 0) {
        b->settings.scorecam_max_n = 3;
        b->settings.scorecam_variant = SCORECAM_TFKV;
        check_map(b, "scorecam", "scorecam max_n", tol);
    }
    check_map(b, "intgrad", "intgrad", b->run->input_tol);
    check_map(b, "smoothgrad", "smoothgrad", b->run->input_tol);
}

static void check_lime(struct explainer_case *b)
{
    const struct explainer_golden *r = b->run;
    const size_t n = (size_t)(r->h * r->w);

    check_map(b, "lime", "lime", r->tol);
    for (int i = 0; i < GRADIENTS_TARGETS_MAX; i++) {
        float view[MAX_PIXELS];
        char what[64];

        for (size_t j = 0; j < n; j++)
            view[j] = (float)b->view[i][j];
        snprintf(what, sizeof(what), "lime views %d", r->target[i]);
        close_to(distance_of(r->name, what, view, n), 1e-7, r->name, what);
    }
}

/* A map without two pixels alike, as explain.py makes it. */
static void make_heat(const struct explainer_case *b, float *heat)
{
    const int n = b->run->h * b->run->w;

    for (int i = 0; i < n; i++)
        heat[i] = (float)(b->rgb[3 * i] * 1000 + i);
    explainer_normalise(heat, (size_t)n);
}

static void check_faith(struct explainer_case *b)
{
    struct err err = {0};

    make_heat(b, b->heat[0]);
    for (int i = 0; i < GRADIENTS_TARGETS_MAX; i++) {
        const int target = b->run->target[i];
        struct faithfulness f = {0};

        ok(faithfulness_measure(&b->task, b->heat[0], target, &f, &err) == 0,
           "measure faithfulness");
        for (int k = 0; k < FAITHFULNESS_FIGURES; k++) {
            const struct golden_digest *want;
            char what[64];

            snprintf(what, sizeof(what), "%s %d",
                     faithfulness_name((enum faithfulness_figure)k), target);
            want = find_golden(golden, N_GOLDEN, b->run->name, what);
            BUG_ON(!want); /* of one number: plus or minus it */
            close_to(fabs(fabs(f.figure[k]) - want->norm), b->run->tol / 10,
                     b->run->name, what);
            ok((mix_bits(0, 12345) & 1 ? f.figure[k] : -f.figure[k]) *
                       want->sum[0] >=
                   0.0,
               "  and its sign");
        }
    }
}

/* With as many steps as the curves have points apart the areas are theirs. */
static void check_curves(struct explainer_case *b)
{
    struct err err = {0};
    struct faithfulness f = {0};
    const double *c = f.curve;

    b->settings.faith_steps = CURVE_POINTS - 1;
    ok(faithfulness_measure(&b->task, b->heat[0], b->run->target[0], &f,
                            &err) == 0,
       "measure curves");
    for (int k = 0; k < 2; k++, c += CURVE_POINTS) {
        double area = -(c[0] + c[CURVE_POINTS - 1]) / 2.0;

        for (int i = 0; i < CURVE_POINTS; i++)
            area += c[i];
        near(area / (CURVE_POINTS - 1),
             f.figure[k ? FAITHFULNESS_DELETION : FAITHFULNESS_INSERTION], 1e-9,
             "  the area below a curve is its figure");
    }
    near(f.curve[CURVE_POINTS - 1], f.curve[CURVE_POINTS], 0,
         "  all pixels back are none removed");
    b->settings.faith_steps = b->run->n_faith;
}

/* --- what has no answer has a defined one --------------------------------- */

static bool all_zero(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(x[i] <= 0.0f && x[i] >= 0.0f))
            return false;
    return true;
}

static void check_formulas(void)
{
    const float zero[8] = {0}, a[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const float pole[4] = {1, 1, -3, -1}, one[4] = {1, 1, 1, 1};
    float cam[4];

    for (int v = CAMPP_TFKV; v <= CAMPP_PTGC; v++) {
        gradcampp((enum campp_variant)v, zero, a, 2, 2, 2, cam);
        ok(all_zero(cam, 4), "Grad-CAM++ without activation");
        gradcampp((enum campp_variant)v, a, zero, 2, 2, 2, cam);
        ok(all_zero(cam, 4), "without gradient");
        gradcampp((enum campp_variant)v, pole, one, 2, 2, 1, cam);
        ok(isfinite(cam[0] + cam[1] + cam[2] + cam[3]),
           "with a denominator of 0");
    }
    layercam(zero, a, 2, 2, 2, cam);
    ok(all_zero(cam, 4), "LayerCAM without activation");
    hirescam(a, zero, 2, 2, 2, cam);
    ok(all_zero(cam, 4), "HiResCAM without gradient");
    layercam(a, zero, 2, 2, 2, cam);
    ok(all_zero(cam, 4), "without gradient");
}

static void check_no_activation(struct explainer_case *b)
{
    static const char *const method[] = {"gradcam", "gradcampp", "scorecam",
                                         "layercam"};
    static const float zero[13 * 13 * 8];
    const struct gradients_layer none = {
        7, 6, 8, zero, {zero, zero}, b->gradients.layer[0].field};
    const size_t n = (size_t)(b->run->h * b->run->w);

    b->task.layer = &none;
    b->task.n_layer = 1;
    for (int v = SCORECAM_PAPER; v <= SCORECAM_OFFICIAL; v++) {
        b->settings.scorecam_variant = (enum scorecam_variant)v;
        for (int i = 0; i < 4; i++) {
            explain_case(b, method[i]);
            ok(all_zero(b->heat[0], n) && all_zero(b->heat[1], n),
               "  a flat map is 0");
        }
    }
    b->task.layer = b->gradients.layer;
}

/* A black picture: nothing to hide, nothing to integrate over. */
static void check_black(struct explainer_case *b)
{
    const size_t n = (size_t)(b->run->h * b->run->w);
    struct err err = {0};
    struct faithfulness f = {0}, again = {0};

    memset(b->rgb, 0, sizeof(b->rgb));
    preprocess(PREPROCESS_TF, b->rgb, n, b->x);
    explain_case(b, "intgrad");
    ok(all_zero(b->heat[0], n), "  a black picture gives 0");
    explain_case(b, "lime");
    ok(all_zero(b->heat[0], n), "  hiding changes nothing");
    b->settings.lime_kernel_size = 100.0;
    explain_case(b, "lime");
    ok(all_zero(b->heat[0], n), "  one segment is a flat map");
    explain_case(b, "smoothgrad");
    ok(isfinite(b->heat[0][0]), "  without a range there is no noise");
    memset(b->heat[0], 0, n * sizeof(float));
    ok(faithfulness_measure(&b->task, b->heat[0], 0, &f, &err) == 0 &&
           faithfulness_measure(&b->task, b->heat[0], 0, &again, &err) == 0,
       "faithfulness of a flat map");
    ok(memcmp(&f, &again, sizeof(f)) == 0, "  is the same again");
    for (int i = 0; i < FAITHFULNESS_FIGURES; i++)
        ok(f.figure[i] >= -1.0 && f.figure[i] <= 1.0, "  and defined");
}

/* Many passes in bf16 rank pixels as float32 does. */
static void check_bf16(struct explainer_case *b)
{
    static const char *const method[] = {"scorecam", "rise"};
    const size_t bytes = (size_t)b->run->h * (size_t)b->run->w * sizeof(float);
    struct graph *half = build_graph(b->run, 16, GRAPH_INFER, true);
    struct map_similarity s = {0};
    struct err err = {0};
    float *exact = malloc(bytes);

    BUG_ON(!exact);
    for (int i = 0; i < 2; i++) {
        explain_case(b, method[i]);
        memcpy(exact, b->heat[0], bytes);
        b->scorer.graph = half;
        explain_case(b, method[i]);
        b->scorer.graph = b->fold;
        ok(map_similarity(exact, b->heat[0], b->run->h, b->run->w, &s, &err) ==
                   0 &&
               s.spearman >= 0.99,
           "  in bf16 ranks correlate by .99 at least");
        printf("# %s: %.5f\n", method[i], s.spearman);
        ok(memcmp(exact, b->heat[0], bytes) != 0, "  and it was bf16");
    }
    free(exact);
    graph_free(half);
}

int main(void)
{
    check_formulas();
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        struct explainer_case *b = bench_new(&runs[i]);

        graph_set_batch(b->keep, 1);
        close_to(distance_of(runs[i].name, "logits",
                             graph_output(b->keep)->out.data,
                             (size_t)graph_output(b->keep)->out.c),
                 runs[i].tol, runs[i].name, "logits");
        check_cams(b);
        check_lime(b);
        check_faith(b);
        if (i > 0)
            check_bf16(b);
        if (i == 0) {
            check_curves(b);
            check_no_activation(b);
            check_black(b);
        }
        bench_free(b);
    }
    return tap_done();
}
