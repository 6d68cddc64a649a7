/* test_f_fidelity.c - hidden patches, as f_fidelity.py hides them, and the
 * network that is tuned on them */
#include "golden/f_fidelity_golden.inc"
#include "golden/nn_digest.h"
#include "nn/layers.h"
#include "stages/explain/explain.h"
#include "stages/explain/f_fidelity.h"
#include "trained_run.h"

#include <math.h>
#include <omp.h>

enum { H = 61, W = 47, TARGET = 1, HOLES = F_FIDELITY_PATCHES };

static const uint64_t SEED = 0x123456789ABCDEF;

/* --- one map -------------------------------------------------------------- */

static struct graph *build_small(void)
{
    const struct conv_args conv = {
        .filters = 5, .size = 4, .stride = 4, .bias = true};
    struct graph *g = graph_new(
        &(struct graph_args){.max_batch = SCORER_BATCH, .memory = GRAPH_INFER});
    struct node *x = nn_input(g, "input", H, W, 3);
    struct err err = {0};

    x = nn_relu(g, nn_conv2d(g, x, "conv", conv), "relu");
    x = nn_global_avg_pool(g, x, "pool");
    nn_dense(g, x, "logits", (struct dense_args){.units = 3});
    BUG_ON(graph_finish(g, &err) < 0);
    fill_weights(g);
    return g;
}

static void measure(const struct graph *g, const float *x, const float *heat,
                    int64_t draws, double share, double *figure)
{
    const struct explain_settings settings = {.f_fidelity_draws = draws,
                                              .f_fidelity_share = share};
    const struct scorer scorer = {.graph = (struct graph *)(uintptr_t)g,
                                  .threads = 2};
    const struct explainer_task t = {
        .settings = &settings, .seed = SEED, .x = x, .h = H, .w = W};
    struct err err = {0};

    BUG_ON(f_fidelity_measure(&t, &scorer, heat, TARGET, figure, &err) < 0);
}

static bool same_holes(const uint8_t *gone, const int *want, int n)
{
    int found = 0, met = 0;

    for (int i = 0; i < n; i++)
        met += gone[want[i]] != 0;
    for (int i = 0; i < HOLES; i++)
        found += gone[i] != 0;
    return met == n && found == n;
}

#define SAME_HOLES(gone, want)                                                 \
    same_holes(gone, want, (int)(sizeof(want) / sizeof((want)[0])))

static void fill_ties(float *heat)
{
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            heat[y * W + x] = (float)((y / 9 * 3 + x / 8 * 5) % 4) / 4.0f;
}

static void check_golden(const struct graph *g)
{
    static float x[3 * H * W], heat[H * W];
    double patch[HOLES], figure[F_FIDELITY_FIGURES];
    uint8_t gone[2][HOLES];
    const int limit = f_fidelity_limit(0.15);

    fill_values("x", 1.0f, 2.0f, x, 3 * H * W);
    fill_ties(heat);
    f_fidelity_patches(heat, H, W, patch);
    f_fidelity_hide(patch, limit, SEED, 0, 2, gone);
    ok(SAME_HOLES(gone[0], golden_few_plus) &&
           SAME_HOLES(gone[1], golden_few_minus),
       "of a tenth those patches are hidden that NumPy hides");
    f_fidelity_hide(patch, limit, SEED, 8, 2, gone);
    ok(SAME_HOLES(gone[0], golden_many_plus) &&
           SAME_HOLES(gone[1], golden_many_minus),
       "  of nine tenths, too");
    measure(g, x, heat, 3, 0.15, figure);
    for (int i = 0; i < F_FIDELITY_FIGURES; i++)
        near(figure[i], golden_f_fidelity[i], 2e-6, f_fidelity_name(i));
}

/* --- maps that know nothing ----------------------------------------------- */

static bool in_square(int i)
{
    return i / W >= 17 && i / W < 34 && i % W >= 13 && i % W < 26;
}

/* All that the network sees is a square: maps that show it, that show all but
 * it, and that know nothing. */
static void check_chance(const struct graph *g)
{
    static float x[3 * H * W], heat[4][H * W];
    double figure[4][F_FIDELITY_FIGURES];

    for (int i = 0; i < H * W; i++) {
        for (int c = 0; c < 3; c++)
            x[3 * i + c] = in_square(i) ? (float)(20 * (3 - 2 * c)) : 0.0f;
        heat[0][i] = in_square(i) ? 1.0f : 0.0f;
        heat[1][i] = 1.0f - heat[0][i];
        heat[2][i] = 0.25f;
    }
    fill_values("heat", 0.5f, 0.5f, heat[3], H * W);
    for (int i = 0; i < 4; i++)
        measure(g, x, heat[i], 150, 0.1, figure[i]);
    for (int i = 0; i < 4; i++)
        printf("# plus %g, minus %g, lead %g\n", figure[i][F_FIDELITY_PLUS],
               figure[i][F_FIDELITY_MINUS], figure[i][F_FIDELITY_LEAD]);
    ok(fabs(figure[0][F_FIDELITY_PLUS]) > 0.01, "hiding the square matters");
    near(figure[0][F_FIDELITY_MINUS], 0.0, 1e-7,
         "  hiding what the network sees nothing of does not");
    ok(figure[0][F_FIDELITY_LEAD] * figure[1][F_FIDELITY_LEAD] < 0,
       "a map of all else is on the other side of chance");
    ok(fabs(figure[2][F_FIDELITY_LEAD]) <
           0.05 * fabs(figure[0][F_FIDELITY_LEAD]),
       "a constant map is at chance");
    ok(fabs(figure[3][F_FIDELITY_LEAD]) <
           0.2 * fabs(figure[0][F_FIDELITY_LEAD]),
       "a random map is near chance");
}

/* --- holes ---------------------------------------------------------------- */

static void check_holes(void)
{
    static float x[3 * H * W];
    int most = 0, least = HOLES, pixels = 0;
    uint8_t gone[HOLES] = {0};

    ok(f_fidelity_limit(0.01) == 1 && f_fidelity_limit(0.1) == 19 &&
           f_fidelity_limit(0.5) == 98,
       "a share of the picture is so many patches, one at least");
    for (uint32_t i = 0; i < 400; i++) {
        struct rng rng;
        int n = 0;

        rng_init(&rng, SEED, RNG_TUNE, i, 0);
        f_fidelity_hide_any(&rng, 19, gone);
        for (int j = 0; j < HOLES; j++)
            n += gone[j];
        most = n > most ? n : most;
        least = n < least ? n : least;
    }
    ok(most == 19 && least == 0, "while tuning, none to all of these hide");
    for (int i = 0; i < 3 * H * W; i++)
        x[i] = 1.0f;
    for (int i = 0; i < HOLES; i++)
        gone[i] = 1;
    gone[HOLES - 1] = 0;
    f_fidelity_mask(gone, H, W, x);
    for (int i = 0; i < 3 * H * W; i++)
        pixels += x[i] > 0.0f;
    ok(pixels == 3 * 5 * 4 && x[3 * H * W - 1] > 0.0f,
       "a patch that is not hidden stays as it is");
}

/* --- tuning --------------------------------------------------------------- */

static int tune(const struct store *s, const char *model, int64_t steps,
                uint64_t seed, const char *to, struct f_fidelity_tuned *was,
                struct err *err)
{
    const struct f_fidelity_tuning a = {.model = in_dir(model),
                                        .data = s,
                                        .steps = steps,
                                        .share = 0.1,
                                        .seed = seed};

    return f_fidelity_tune(&a, in_dir(to), was, err);
}

static bool same_files(const char *a, const char *b)
{
    char *x, *y;
    size_t n, m;
    struct err err = {0};
    bool same;

    BUG_ON(file_read(in_dir(a), 1 << 28, &x, &n, &err) < 0 ||
           file_read(in_dir(b), 1 << 28, &y, &m, &err) < 0);
    same = n == m && memcmp(x, y, n) == 0;
    free(x);
    free(y);
    return same;
}

/* Tensors that differ between two models: statistics, and others. */
static void count_changed(const char *a, const char *b, size_t changed[2],
                          size_t of[2])
{
    const struct graph_args ga = {.max_batch = 1, .memory = GRAPH_INFER};
    struct model_info info;
    struct err err = {0};
    struct graph *g = model_read(in_dir(a), &ga, &info, &err);
    struct graph *h = model_read(in_dir(b), &ga, &info, &err);
    const struct named_tensor *t, *u;
    size_t n;

    BUG_ON(!g || !h);
    graph_tensors(g, &t, &n);
    graph_tensors(h, &u, &n);
    for (size_t i = 0; i < n; i++) {
        of[t[i].is_state]++;
        changed[t[i].is_state] +=
            memcmp(t[i].data, u[i].data, t[i].len * sizeof(float)) != 0;
    }
    graph_free(g);
    graph_free(h);
}

/* A network of drawn weights whose statistics are those of the cells that
 * train: values neither vanish nor grow from layer to layer. */
static void write_alive(const struct store *s)
{
    const struct inference_args a = {
        .path = in_dir("model.safetensors"), .batch = N, .memory = GRAPH_TRAIN};
    struct inference net;
    struct err err = {0};
    size_t *row, n;

    BUG_ON(inference_open(&net, &a, &err) < 0);
    graph_free(net.graph);
    net.graph = model_fresh(
        &net.info,
        &(struct graph_args){.max_batch = N, .seed = 5, .memory = GRAPH_TRAIN},
        &err);
    BUG_ON(!net.graph || inference_split(s, SPLIT_TRAIN, &row, &n, &err) < 0);
    graph_set_share(net.graph, 1.0);
    inference_fill(&net, s, row, n);
    graph_forward(net.graph, PHASE_TRAIN);
    write_net(net.graph, &net.info, "alive.safetensors");
    free(row);
    inference_close(&net);
}

/* Mean cross-entropy of the cells that train, each masked anew 8 times. */
static double masked_loss(const struct store *s, const char *model)
{
    const struct inference_args a = {
        .path = in_dir(model), .batch = N, .memory = GRAPH_INFER};
    struct inference net;
    struct err err = {0};
    size_t *row, n;
    double sum = 0;

    BUG_ON(inference_open(&net, &a, &err) < 0 ||
           inference_split(s, SPLIT_TRAIN, &row, &n, &err) < 0);
    for (uint32_t k = 0; k < 8; k++) {
        float out[N * K];

        inference_fill(&net, s, row, n);
        for (size_t i = 0; i < n; i++) {
            uint8_t gone[HOLES];
            struct rng rng;

            rng_init(&rng, 99, RNG_TEST, k, (uint32_t)i);
            f_fidelity_hide_any(&rng, 19, gone);
            f_fidelity_mask(gone, SIDE, SIDE,
                            graph_input(net.graph) + i * PIXELS);
        }
        graph_forward(net.graph, PHASE_INFER);
        memcpy(out, graph_output(net.graph)->out.data, n * K * sizeof(*out));
        for (size_t i = 0; i < n; i++) {
            scorer_softmax(out + i * K, K);
            sum -= log((double)out[i * K + (size_t)store_label(s, row[i])]);
        }
    }
    free(row);
    inference_close(&net);
    return sum / (8.0 * (double)n);
}

static void check_tuned(const struct store *s)
{
    struct f_fidelity_tuned was;
    struct err err = {0};
    size_t changed[2] = {0}, of[2] = {0};
    double before, after;

    omp_set_num_threads(1);
    write_alive(s);
    works(tune(s, "alive.safetensors", 6, 3, "one", &was, &err) == 0, err,
          "a network is tuned");
    before = masked_loss(s, "alive.safetensors");
    after = masked_loss(s, "one");
    printf("# masked cells: loss %g, then %g; told %g, %g\n", before, after,
           was.first_loss, was.last_loss);
    ok(after < before - 0.05, "  its loss on masked cells falls");
    ok(was.last_loss < was.first_loss, "  so it says");
    count_changed("alive.safetensors", "one", changed, of);
    ok(changed[0] > of[0] * 9 / 10, "  it is another network");
    ok(of[1] > 0 && changed[1] == 0, "  of the same running statistics");
    BUG_ON(tune(s, "alive.safetensors", 2, 3, "one", &was, &err) < 0);
    omp_set_num_threads(2);
    works(tune(s, "alive.safetensors", 2, 3, "two", &was, &err) == 0, err,
          "it is tuned by two threads");
    omp_set_num_threads(1);
    ok(same_files("one", "two"), "  to the same bits");
    BUG_ON(tune(s, "alive.safetensors", 2, 4, "two", &was, &err) < 0);
    ok(!same_files("one", "two"), "  by another seed to others");
}

static void check_refused(const struct store *s, struct graph *g)
{
    struct f_fidelity_tuned was;
    struct f_fidelity_tuning a = {.model = in_dir("model.safetensors"),
                                  .data = s,
                                  .steps = 2,
                                  .share = 0.1};
    struct store none;
    struct err err = {0};
    struct model_info info;
    size_t total = 0;

    a.each = stop_never;
    a.self = &total;
    fails(f_fidelity_tune(&a, in_dir("three"), &was, &err), err, ERR_AGAIN,
          "stopped", "tuning stops when it is told to");
    ok(!file_exists(in_dir("three")), "  and leaves no file");
    BUG_ON(store_open(&none, in_dir("data"), &err) < 0);
    none.n = 0;
    a.each = NULL;
    a.data = &none;
    fails(f_fidelity_tune(&a, in_dir("three"), &was, &err), err, ERR_INPUT,
          "no cell trains", "tuning on nothing is refused");
    none.n = s->n;
    store_close(&none);
    graph_param(g)[0] = NAN;
    describe_model(&info);
    write_net(g, &info, "diverged.safetensors");
    fails(tune(s, "diverged.safetensors", 2, 3, "three", &was, &err), err,
          ERR_INPUT, "training has diverged",
          "a network whose loss is not a number is refused");
}

/* --- in a run ------------------------------------------------------------- */

struct calls {
    size_t n;
};

static bool count_calls(void *self, size_t done, size_t total)
{
    struct calls *c = self;

    c->n++;
    return done <= total;
}

/* Open the explanation; how often it asked whether to go on. */
static size_t open_once(struct explain_args a)
{
    struct calls c = {0};
    struct explanation *e;
    struct err err = {0};

    a.each = count_calls;
    a.self = &c;
    works(explain_open(&e, &a, &err) == 0, err, "an explanation is opened");
    explain_close(e);
    return c.n;
}

static void check_run(void)
{
    struct config c;
    struct explain_args a = {.data = in_dir("data"),
                             .model = in_dir("alive.safetensors"),
                             .out = in_dir("out"),
                             .network = "mobilenetv2",
                             .settings = &c.explain,
                             .seed = 3};
    struct err err = {0};
    size_t first, again;

    config_init(&c);
    c.explain.methods.n = 1; /* gradcam */
    c.explain.per_class = 1;
    c.explain.faith_steps = 0;
    c.explain.f_fidelity = 3;
    c.explain.f_fidelity_draws = 1;
    c.explain.bootstrap = 20;
    c.explain.concepts = c.explain.dose_response = EXPLAIN_OFF;
    first = open_once(a);
    ok(file_exists(in_dir("out/.parts/f_fidelity.safetensors")),
       "  it left a tuned network");
    again = open_once(a);
    ok(first == 1 + 3 && again == 0,
       "  neither are cells predicted nor is that tuned anew");
    works(explain_run(&a, &err) == 0, err, "cells are explained");
    ok(strstr(text_of("out/scores.csv"),
              ",f_fidelity_plus,f_fidelity_minus,f_fidelity\n"),
       "  with columns in scores.csv");
    ok(strstr(text_of("out/f_fidelity.csv"), "gradcam,all,f_fidelity,") &&
           strstr(text_of("out/f_fidelity.csv"), "centre,all,f_fidelity,"),
       "  and means, of the baselines, too");
    ok(strstr(text_of("out/f_fidelity.json"), "\"steps\": 3"),
       "  and what was done to the network");
    ok(!file_exists(in_dir("out/.parts")), "  the network itself is gone");
}

/* What is predicted, and so which cells and classes are explained, does not hang
 * on the precision of many passes. */
static void check_precision(void)
{
    struct config c;
    const struct explain_args a = {.data = in_dir("data"),
                                   .model = in_dir("alive.safetensors"),
                                   .out = in_dir("precise"),
                                   .network = "mobilenetv2",
                                   .settings = &c.explain,
                                   .seed = 3};
    struct err err = {0};
    char *exact;

    config_init(&c);
    BUG_ON(file_dir_make(a.out, &err) < 0);
    open_once(a);
    exact = text_of("precise/.parts/predictions.csv");
    BUG_ON(file_dir_remove(in_dir("precise/.parts"), &err) < 0);
    c.explain.precision = PRECISION_BF16;
    open_once(a);
    ok(*exact && strcmp(exact, text_of("precise/.parts/predictions.csv")) == 0,
       "  which in bf16 predicts as in float32");
}

int main(void)
{
    struct graph *small = build_small(), *g = begin_trained();
    struct store s;
    struct err err = {0};

    check_golden(small);
    check_chance(small);
    check_holes();
    BUG_ON(store_open(&s, in_dir("data"), &err) < 0);
    check_tuned(&s);
    check_run();
    check_precision();
    check_refused(&s, g);
    store_close(&s);
    graph_free(small);
    return end_trained(g);
}
