/* test_explain_run.c - what the explanations of a network are written as */
#include "base/csv.h"
#include "markup.h"
#include "stages/explain/explain_private.h"
#include "stages/explain/faithfulness.h"
#include "trained_run.h"

static struct explain_settings settings; /* of explain_args() */

static struct explain_args explain_args(void)
{
    struct config c;

    config_init(&c);
    settings = c.explain;
    settings.per_class = 1;
    settings.scorecam_max_n = 8;
    settings.lime_samples = 16;
    settings.lime_kernel_size = 2;
    settings.faith_steps = 4;
    settings.bootstrap = 20;
    return (struct explain_args){
        .data = in_dir("data"),
        .model = in_dir("model.safetensors"),
        .out = in_dir("out"),
        .network = "mobilenetv2",
        .settings = &settings,
        .seed = 3,
    };
}

static void set_words(struct word_list *l, const char *a, const char *b)
{
    *l = (struct word_list){.n = b ? 2 : 1};
    snprintf(l->word[0], CONFIG_NAME_MAX, "%s", a);
    snprintf(l->word[1], CONFIG_NAME_MAX, "%s", b ? b : "");
}

static bool check_map(const char *name)
{
    char path[FILE_PATH_MAX];
    struct npy a;
    struct err err = {0};
    bool good;

    BUG_ON(file_path(path, &err, "%s/out/%s", dir, name) < 0);
    if (npy_map(&a, path, &err) < 0)
        return false;
    good = a.type == NPY_F32 && a.n_dim == 2 && a.dim[0] == SIDE &&
           a.dim[1] == SIDE;
    for (size_t i = 0; good && i < SIDE * SIDE; i++) {
        const float v = ((const float *)a.data)[i];

        good = v >= 0.0f && v <= 1.0f;
    }
    npy_release(&a);
    return good;
}

enum { BASELINES = 2 }; /* the third wants contours */
enum { METHODS = 5, COL_METHOD = 6, COL_MAP, COL_OVERLAY, COL_STRIP };

static bool has_file(const char *name)
{
    char path[FILE_PATH_MAX];
    struct err err = {0};

    BUG_ON(file_path(path, &err, "%s/out/%s", dir, name) < 0);
    return file_exists(path);
}

/* Insertion, deletion and drop are areas under and differences of
 * probabilities. */
static bool check_figures(const struct csv *c, size_t row)
{
    bool good = true;

    for (int f = 0; f < FAITHFULNESS_FIGURES; f++) {
        const int at =
            csv_column(c, faithfulness_name((enum faithfulness_figure)f));
        const double v = at < 0 ? 9 : strtod(csv_get(c, row, (size_t)at), NULL);

        good =
            good && v >= (f < FAITHFULNESS_ROAD_MORF ? 0.0 : -1.0) && v <= 1.0;
    }
    return good;
}

static void check_scores(void)
{
    struct csv c;
    struct err err = {0};
    bool maps = true, pictures = true, targets = true, figures = true;
    size_t wrong = 0, doubled = 0, lime = 0;

    if (!ok(csv_read(&c, in_dir("out/scores.csv"), &err) == 0,
            "scores.csv can be read"))
        return;
    for (size_t i = 0; i < c.n_row; i++) {
        const char *truth = csv_get(&c, i, 2), *said = csv_get(&c, i, 3);
        const char *target = csv_get(&c, i, 4);

        pictures = pictures && has_file(csv_get(&c, i, COL_OVERLAY)) &&
                   has_file(csv_get(&c, i, COL_STRIP));
        maps = maps && check_map(csv_get(&c, i, COL_MAP));
        figures = figures && check_figures(&c, i);
        targets = targets &&
                  (strcmp(target, said) == 0 || strcmp(target, truth) == 0);
        wrong += strcmp(truth, said) != 0 && strcmp(target, said) == 0;
        doubled += strcmp(truth, said) != 0 && strcmp(target, truth) == 0;
        lime += strcmp(csv_get(&c, i, COL_METHOD), "lime") == 0;
    }
    ok(c.n_row > 0 && wrong > 0, "cells were explained, wrong ones too");
    ok(c.n_row == METHODS * lime, "  by each method");
    ok(wrong == doubled && targets,
       "wrong cells for the predicted and for the true class");
    ok(wrong <= K * METHODS, "  at most one wrong cell of a class");
    ok(maps, "maps are float32 of the picture's size, 0 .. 1");
    ok(pictures, "each has an overlay and a strip");
    ok(figures, "  and figures of faithfulness");
    csv_release(&c);
}

static void check_faithfulness(void)
{
    struct csv c;
    struct err err = {0};
    bool ordered = true;
    size_t all = 0;

    if (!ok(csv_read(&c, in_dir("out/faithfulness.csv"), &err) == 0,
            "faithfulness.csv can be read"))
        return;
    for (size_t i = 0; i < c.n_row; i++) {
        const double mean = strtod(csv_get(&c, i, 5), NULL);
        const char *low = csv_get(&c, i, 6), *high = csv_get(&c, i, 7);

        all += strcmp(csv_get(&c, i, 1), "all") == 0;
        ordered = ordered && *low && strtod(low, NULL) <= mean + 1e-6 &&
                  strtod(high, NULL) >= mean - 1e-6;
    }
    ok(all == (METHODS + BASELINES) * FAITHFULNESS_FIGURES && c.n_row > all,
       "every figure of every method, over all and by class");
    ok(ordered, "  with intervals about the mean");
    ok(has_file("curves.svg") &&
           strstr(text_of("out/curves.csv"), "gradcam,all,insertion_50,"),
       "curves of insertion and deletion are drawn");
    csv_release(&c);
}

/* Every cell of the split has a line, measured or not, and is in a mean. */
static void check_concepts(void)
{
    struct csv c, m;
    struct err err = {0};
    size_t tests = 0, measured = 0, said = 0;

    if (!ok(csv_read(&c, in_dir("out/concepts.csv"), &err) == 0 &&
                csv_read(&m, in_dir("out/concept_means.csv"), &err) == 0,
            "concepts.csv and concept_means.csv can be read"))
        return;
    for (int i = 0; i < N; i++)
        tests += split_of(i) == SPLIT_TEST;
    for (size_t i = 0; i < c.n_row; i++) {
        measured += strcmp(csv_get(&c, i, 7), "ok") == 0 &&
                    csv_number(&c, i, "nucleus_area") > 0;
        said += *csv_get(&c, i, 4) && csv_number(&c, i, "p") > 0;
    }
    ok(c.n_row == tests && said == tests,
       "  a line a test cell, with what is said of it");
    ok(measured > 0, "  measured where there is a cell");
    for (size_t i = 0; i < m.n_row; i++)
        if (strcmp(csv_get(&m, i, 0), "all") == 0 &&
            strcmp(csv_get(&m, i, 1), "all") == 0 &&
            strcmp(csv_get(&m, i, 2), "measured") == 0)
            near(strtod(csv_get(&m, i, 5), NULL),
                 (double)measured / (double)tests, 1e-6,
                 "  the share that is measured");
    csv_release(&c);
    csv_release(&m);
}

/* A cell's first line is of the stored picture, with what scores.csv says. */
static void check_doses(void)
{
    struct csv d, s;
    struct err err = {0};
    bool same = true, controls = false;
    size_t cells = 0;

    if (!ok(csv_read(&d, in_dir("out/dose_response.csv"), &err) == 0 &&
                csv_read(&s, in_dir("out/scores.csv"), &err) == 0,
            "dose_response.csv can be read"))
        return;
    for (size_t i = 0; i < d.n_row; i++) {
        const char *said = csv_get(&d, i, 3);

        controls = controls || strcmp(csv_get(&d, i, 5), "ground") == 0;
        if (strcmp(csv_get(&d, i, 4), "none") != 0)
            continue;
        cells++;
        for (size_t k = 0; k < s.n_row; k++)
            if (strcmp(csv_get(&s, k, 0), csv_get(&d, i, 0)) == 0)
                for (int c = 0; c < K; c++)
                    same = same &&
                           (strcmp(said, names[c]) != 0 ||
                            fabs(strtod(csv_get(&d, i, 8 + (size_t)c), NULL) -
                                 csv_number(&s, k, "p")) < 1e-4);
    }
    ok(cells > 0 && d.n_row > 10 * cells, "  of several cells, many pictures");
    ok(same, "  begins with what is said of the stored picture");
    ok(controls, "  has controls");
    csv_release(&d);
    csv_release(&s);
}

static void check_methods(struct explain_args a)
{
    struct err err = {0};
    char *text;

    set_words(&settings.methods, "intgrad", "smoothgrad");
    settings.intgrad_steps = settings.smoothgrad_samples = 3;
    settings.faith_steps = 0;
    ok(explain_run(&a, &err) == 0, "other methods, without faithfulness");
    text = text_of("out/scores.csv");
    ok(strstr(text, ",intgrad,") && strstr(text, ",smoothgrad,") &&
           !strstr(text, ",lime,") && strstr(text, ",,,,,,,\n"),
       "  give their rows, figures are empty");
    set_words(&settings.methods, "guess", NULL);
    fails(explain_run(&a, &err), err, ERR_USAGE, "'guess' is unknown",
          "an unknown explainer is refused");
}

static void check_layers(struct explain_args a)
{
    struct err err = {0};

    set_words(&settings.methods, "gradcam", "layercam");
    set_words(&settings.layers, "block_13_expand_relu", "out_relu");
    ok(explain_run(&a, &err) == 0, "explained at layers by name");
    set_words(&settings.layers, "auto", "out_rellu");
    fails(explain_run(&a, &err), err, ERR_USAGE,
          "mobilenetv2 has no layer 'out_rellu'; did you mean 'out_relu'?",
          "an unknown layer is refused with the nearest");
    set_words(&settings.layers, "qqqqqqqqqqqqqqqqqqqqqqqqq", NULL);
    fails(explain_run(&a, &err), err, ERR_USAGE, "qqqq'",
          "a layer that resembles none is refused");
}

static void check_explain(void)
{
    struct explain_args a = explain_args();
    struct err err = {0};
    char *first, *again;
    size_t total = 0;

    works(explain_run(&a, &err) == 0, err, "an experiment is explained");
    check_scores();
    check_faithfulness();
    check_concepts();
    check_doses();
    settings.concepts = settings.dose_response = EXPLAIN_OFF;
    BUG_ON(remove(in_dir("out/concepts.csv")) != 0 ||
           remove(in_dir("out/dose_response.csv")) != 0);
    first = text_of("out/scores.csv");
    set_words(&settings.layers, "out_relu", NULL); /* the default */
    ok(explain_run(&a, &err) == 0, "the default layer by name");
    again = text_of("out/scores.csv");
    ok(strcmp(first, again) == 0, "  with the same scores");
    ok(!has_file("concepts.csv") && !has_file("dose_response.csv"),
       "  without concepts and doses where these are off");
    check_layers(explain_args());
    check_methods(explain_args());
    a = explain_args();
    a.each = stop_never;
    a.self = &total;
    fails(explain_run(&a, &err), err, ERR_AGAIN, "stopped",
          "explaining stops when it is told to");
    a = explain_args();
    settings.per_class = 0;
    ok(explain_run(&a, &err) == 0, "explaining no cells is no failure");
    first = text_of("out/scores.csv");
    ok(markup_count(first, "\n") == 1, "  and leaves the header alone");
}

/* The list is what predictions.csv says, whoever wrote it. */
static void check_list(void)
{
    const struct explain_args a = explain_args();
    struct explanation *e, *other;
    struct err err = {0};
    struct buf text = {0};
    size_t chosen = 0;
    bool surest = true;

    works(explain_open(&e, &a, &err) == 0, err, "an explanation is opened");
    ok(has_file(".parts/predictions.csv") && explain_is_current(e),
       "  it leaves its predictions to others");
    buf_puts(&text, "row,predicted,p\n");
    for (int i = 0; i < N; i++)
        if (split_of(i) == SPLIT_TEST)
            buf_printf(&text, "%d,%d,%.9g\n", i, i / 3 % K, (100 - i) / 128.0);
    BUG_ON(buf_save(&text, in_dir("out/.parts"), "predictions.csv", &err) < 0);
    ok(!explain_is_current(e), "  and sees that these are others now");
    works(explain_open(&other, &a, &err) == 0, err, "opened beside it");
    for (size_t i = 0; i < other->n; i++) {
        const struct prediction *p = &other->list[i];

        chosen += p->truth == p->predicted;
        surest = surest && p->row < 9;
    }
    ok(chosen == K && other->n == K && surest,
       "  it chooses from the predictions that it finds");
    explain_close(e);
    explain_close(other);
    put_file("out/.parts/predictions.csv", "row,predicted,p\n1,0,0.5\n");
    fails(explain_open(&e, &a, &err), err, ERR_INPUT, "not of this split",
          "predictions of another split are refused");
    BUG_ON(file_dir_remove(in_dir("out/.parts"), &err) < 0);
}

/* No table is made of nothing; of some cells, where the others were set aside;
 * and of all as often as it is asked for. */
static void check_gather(void)
{
    const struct explain_args a = explain_args();
    struct explanation *e;
    struct err err = {0};
    char *first;

    BUG_ON(file_dir_remove(in_dir("out/scores.csv"), &err) < 0);
    fails(explain_gather(&a, &err), err, ERR_INPUT, "predictions.csv",
          "tables of nothing are refused");
    works(explain_open(&e, &a, &err) == 0 && e->n > 1, err, "cells are chosen");
    fails(explain_gather(&a, &err), err, ERR_INPUT, "none of ",
          "tables are refused while no cell is explained");
    ok(!has_file("scores.csv"), "  and not written");
    works(explain_at(e, 1, &err) == 0 && explain_gather(&a, &err) == 0, err,
          "tables of one, if the others were set aside");
    first = text_of("out/scores.csv");
    for (size_t i = 0; i < e->n; i++)
        BUG_ON(explain_at(e, i, &err) < 0);
    works(explain_gather(&a, &err) == 0, err, "tables of all are made");
    ok(strlen(text_of("out/scores.csv")) > strlen(first), "  with more lines");
    first = text_of("out/scores.csv");
    works(explain_gather(&a, &err) == 0, err, "  and once more");
    ok(markup_count(first, "\n") > e->n &&
           strcmp(first, text_of("out/scores.csv")) == 0,
       "  with the same lines");
    explain_close(e);
    BUG_ON(file_dir_remove(in_dir("out/.parts"), &err) < 0);
}

static void check_layer_without_rows(struct graph *g)
{
    struct err err = {0};
    const char *last = graph_output(g)->name;

    ok(explain_layer(g, "mobilenetv2", last, &err) == NULL &&
           err.code == ERR_USAGE && strstr(err.text, "is a single point here"),
       "a layer without rows and columns is refused");
}

static void check_small_pictures(void)
{
    struct err err = {0};
    const struct net_args a = {.h = 32, .w = 32, .classes = 3};
    const struct graph_args ga = {.max_batch = 1, .memory = GRAPH_KEEP_ALL};
    const struct net *net = net_find("densenet169", &err);
    struct graph *g = net_new(net, &a, &ga, &err);
    struct node *nd;

    BUG_ON(!g);
    ok(graph_node(g, net->cam_layer)->out.h == 1, "a point where CAM looks");
    nd = explain_layer(g, net->name, "auto", &err);
    ok(nd && strcmp(nd->name, "pool4_conv") == 0 && nd->out.h == 2,
       "the default is then the last layer with rows and columns");
    graph_free(g);
    net = net_find("resnet50", &err);
    g = net_new(net, &a, &ga, &err);
    BUG_ON(!g);
    nd = explain_layer(g, net->name, "auto", &err);
    ok(nd && strcmp(nd->name, "conv4_block5_out") == 0 &&
           graph_read_step(g, nd) == 1,
       "  whose values all reach what is behind");
    fails(explain_layer(g, net->name, "conv4_block6_out", &err) ? 0 : -1, err,
          ERR_USAGE, "is a single point here", "  and no other");
    graph_free(g);
}

int main(void)
{
    struct graph *g = begin_trained();

    check_explain();
    check_list();
    check_gather();
    check_layer_without_rows(g);
    check_small_pictures();
    return end_trained(g);
}
