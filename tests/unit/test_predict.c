/* test_predict.c - a stored network evaluates and explains stored cells */
#include "base/csv.h"
#include "base/file.h"
#include "markup.h"
#include "run/predict.h"
#include "stages/evaluate/evaluate.h"
#include "stages/explain/explain.h"
#include "stages/explain/faith.h"
#include "tap.h"

#include <jansson.h>
#include <stdlib.h>

enum { SIDE = 40, PIXELS = SIDE * SIDE * 3, N = 36, K = 3, ASIDE = 7 };

static const char names[K][CONFIG_NAME_MAX] = {"alpha", "be, \"ta\"", "gamma"};
static char dir[64]; /* holds data/, *.safetensors, out/ */

static const char *path_of(const char *name)
{
    static char path[16][FILE_PATH_MAX];
    static int next;
    struct err err;

    next = (next + 1) % 16;
    BUG_ON(file_path(path[next], &err, "%s/%s", dir, name) < 0);
    return path[next];
}

/* --- a store and a network -------------------------------------------------
 */

static enum split split_of(int i)
{
    return i == ASIDE ? SPLIT_NONE : (enum split)(i % 3);
}

static void put_row(struct store_writer *w, int i, struct err *err)
{
    uint8_t px[PIXELS];
    char text[256];
    const char *record = text;
    const int label = i == ASIDE ? -1 : i / 3 % K;
    struct buf b = {0};

    for (int j = 0; j < PIXELS; j++)
        px[j] = (uint8_t)(i == ASIDE ? 0 : (j * (i % 7 + 1) + 37 * i) % 251);
    buf_csv(&b, names[i / 3 % K]);
    snprintf(text, sizeof(text), "\"f, %d.bmp\",%s,g,%s,x,9,9,%s", i, b.data,
             split_name(split_of(i)), i == ASIDE ? "broken" : "ok");
    BUG_ON(store_put(w, (size_t)i, 1, px, &label, &record, err) < 0);
    buf_release(&b);
}

static void make_store(void)
{
    const struct store_args a = {
        .dir = path_of("data"),
        .header = "file,class,group,split,sha256,width,height,status",
        .n = N,
        .h = SIDE,
        .w = SIDE,
        .class_name = names,
        .n_class = K,
    };
    struct store_writer *w = NULL;
    struct err err = {0};

    BUG_ON(dir_make(a.dir, &err) < 0);
    if (!ok(store_create(&w, &a, &err) == 0, "a store"))
        return;
    for (int i = 0; i < N; i++)
        put_row(w, i, &err);
    if (!ok(store_finish(w, &err) == 0, "is filled"))
        printf("# %s\n", err.text);
}

static void describe(struct model_info *info)
{
    *info = (struct model_info){.network = "mobilenetv2",
                                .h = SIDE,
                                .w = SIDE,
                                .input = PREPROCESS_TF,
                                .n_class = K,
                                .epoch = 1};
    for (int i = 0; i < K; i++)
        memcpy(info->class_name[i], names[i], CONFIG_NAME_MAX);
}

/* A network of drawn weights, its last layer steep, so that it has opinions. */
static struct graph *make_net(void)
{
    struct err err = {0};
    const struct net *net = net_find("mobilenetv2", &err);
    struct graph *g =
        net ? net_new(net,
                      &(struct net_args){.h = SIDE, .w = SIDE, .classes = K},
                      &(struct graph_args){
                          .max_batch = 1, .seed = 5, .memory = GRAPH_INFER},
                      &err)
            : NULL;
    const struct named_tensor *t;
    size_t n;

    if (!ok(g != NULL, "a network"))
        return NULL;
    graph_tensors(g, &t, &n);
    for (size_t i = 0; i < n; i++)
        if (t[i].n_dim == 2 && t[i].dim[1] == K)
            for (size_t j = 0; j < t[i].len; j++)
                t[i].data[j] *= 40.0f;
    return g;
}

static void write_net(struct graph *g, const struct model_info *info,
                      const char *name)
{
    struct err err = {0};

    if (!ok(model_write(g, info, path_of(name), &err) == 0, name))
        printf("# %s\n", err.text);
}

/* --- loading --------------------------------------------------------------- */

static int open_model(const char *name, const struct store *s, struct err *err)
{
    struct predictor p;
    const int rc = predict_open(&p,
                                &(struct predict_args){.path = path_of(name),
                                                       .network = "mobilenetv2",
                                                       .data = s,
                                                       .batch = 1,
                                                       .memory = GRAPH_INFER},
                                err);

    ok(rc == 0 || p.graph == NULL, "  nothing is left behind");
    predict_close(&p);
    return rc;
}

/* The model's file with its tensor 'which' left out, or one put in. */
static void tamper(const char *name, bool extra)
{
    const float zero[2] = {0};
    struct safetensors f;
    struct st_tensor *list;
    struct err err = {0};
    struct st_tensor *was;

    BUG_ON(safetensors_read(&f, path_of("model.safetensors"), &err) < 0);
    list = calloc(f.n_tensor + 1, sizeof(*list));
    if (!ok(list != NULL, "room for tensors")) {
        safetensors_release(&f);
        return;
    }
    memcpy(list, f.tensor, f.n_tensor * sizeof(*list));
    list[f.n_tensor] = (struct st_tensor){
        .name = "ghost/kernel:0", .type = ST_F32, .n_dim = 1, .dim = {2}};
    list[f.n_tensor].data = zero;
    was = f.tensor;
    f.tensor = extra ? list : list + 1;
    f.n_tensor += extra ? 1 : (size_t)-1;
    if (safetensors_write(&f, path_of(name), &err) < 0)
        printf("# %s\n", err.text);
    f.tensor = was;
    safetensors_release(&f);
    free(list);
}

static void check_loading(struct graph *g, const struct store *s)
{
    struct model_info info;
    struct err err = {0};

    ok(open_model("model.safetensors", s, &err) == 0, "a model that fits");
    fails(open_model("none.safetensors", s, &err), err, ERR_INPUT,
          "none.safetensors", "a model that is not there");
    tamper("extra.safetensors", true);
    fails(open_model("extra.safetensors", s, &err), err, ERR_INPUT,
          "the network has no tensor 'ghost/kernel:0'", "a tensor too many");
    tamper("fewer.safetensors", false);
    fails(open_model("fewer.safetensors", s, &err), err, ERR_INPUT,
          "there is no tensor 'Conv1/kernel:0'", "a tensor too few");
    describe(&info);
    memcpy(info.class_name[2], "delta", 6);
    write_net(g, &info, "delta.safetensors");
    fails(open_model("delta.safetensors", s, &err), err, ERR_INPUT,
          "class 2 is 'delta', in the store 'gamma'", "other classes");
    describe(&info);
    info.h = 2 * SIDE;
    write_net(g, &info, "large.safetensors");
    fails(open_model("large.safetensors", s, &err), err, ERR_INPUT,
          "takes pictures of 80 x 40, the store holds 40 x 40", "other size");
}

/* A model that takes the size of cells; those of the store are 9 x 9. */
static void write_sized(void)
{
    struct err err = {0};
    const struct net *net = net_find("mobilenetv2", &err);
    const struct net_args na = {
        .h = SIDE, .w = SIDE, .classes = K, .size = true};
    const struct graph_args ga = {
        .max_batch = 1, .seed = 5, .memory = GRAPH_INFER};
    struct graph *g = net ? net_new(net, &na, &ga, &err) : NULL;
    struct model_info info;

    describe(&info);
    info.size = (struct size_scale){true, {3.0, 3.5}, {0.5, 0.25}};
    if (!ok(g != NULL, "a network that takes sizes"))
        return;
    write_net(g, &info, "sized.safetensors");
    graph_free(g);
}

/* What is said of row 0 as a picture of that size. */
static void say(struct predictor *p, const struct store *s, int w, int h,
                float out[K])
{
    const uint8_t *image = store_image(s, 0);
    const struct cell_size size = {w, h};
    const struct predict_images a = {&image, &size, 1};
    struct err err = {0};

    ok(predict_images(p, &a, out, &err) == 0, "a picture and its size");
}

static void check_sizes(const struct store *s)
{
    const struct predict_args a = {.path = path_of("sized.safetensors"),
                                   .data = s,
                                   .batch = 2,
                                   .memory = GRAPH_INFER};
    const struct cell_size large = {90, 70};
    struct predictor p;
    struct err err = {0};
    const size_t row = 0;
    float rows[K], same[K], other[K];

    write_sized();
    if (!ok(predict_open(&p, &a, &err) == 0, "is loaded")) {
        printf("# %s\n", err.text);
        return;
    }
    ok(p.info.size.on && p.info.size.mean[1] == 3.5 && p.info.size.sd[0] == 0.5,
       "with how it takes them");
    ok(predict_rows(&p, s, &row, 1, rows, &err) == 0, "a row");
    say(&p, s, 9, 9, same);
    say(&p, s, 90, 70, other);
    ok(memcmp(rows, same, sizeof(rows)) == 0, "has the size of the index");
    ok(memcmp(rows, other, sizeof(rows)) != 0, "another size, another answer");
    predict_hold_size(&p, &large);
    predict_input(&p, s, 0, graph_input(p.graph));
    graph_forward(p.graph, PHASE_INFER);
    memcpy(rows, graph_output(p.graph)->out.data, sizeof(rows));
    predict_input(&p, s, 0, graph_input(p.graph));
    graph_forward(p.graph, PHASE_INFER);
    ok(memcmp(rows, graph_output(p.graph)->out.data, sizeof(rows)) == 0,
       "a size that is held stays");
    predict_close(&p);
}

static void check_paths(void)
{
    static struct config c;
    struct plan_node node[2] = {
        {.stage = "preprocess", .dir = "data"},
        {.stage = "train", .dir = "train/e", .experiment = "e"}};
    const struct plan plan = {.node = node, .n_node = 2};
    struct plan_node other = {.experiment = "f"};
    char path[FILE_PATH_MAX];
    struct err err = {0};

    config_init(&c);
    ok(strcmp(predict_file(&c), "model.safetensors") == 0, "the best model");
    c.evaluate.model = MODEL_LAST;
    ok(strcmp(predict_file(&c), "last.safetensors") == 0, "the last model");
    ok(predict_dir(path, "R", &plan, &node[1], &err) == 0 &&
           strcmp(path, "R/train/e") == 0,
       "where the training is");
    fails(predict_dir(path, "R", &plan, &other, &err), err, ERR_USAGE,
          "the plan trains no experiment 'f'", "a training that is not there");
}

/* --- evaluation ------------------------------------------------------------
 */

static bool stop(void *self, size_t done, size_t total)
{
    *(size_t *)self = total;
    return done > 0;
}

static struct evaluate_args evaluate_args(void)
{
    static struct config config;

    config_init(&config);
    return (struct evaluate_args){
        .data = path_of("data"),
        .model = path_of("model.safetensors"),
        .history = path_of("history.csv"),
        .out = path_of("out"),
        .experiment = "the <experiment>",
        .network = "mobilenetv2",
        .choice = "best",
        .settings = &config.evaluate,
        .seed = 1,
    };
}

static char *slurp(const char *name)
{
    char *text = NULL;
    size_t size;
    struct err err = {0};

    if (file_read(path_of(name), 1 << 24, &text, &size, &err) < 0)
        return strdup("");
    return text;
}

/* Sum of the probabilities, and the class that is largest. */
static double sum_row(const struct csv *c, size_t row, int *top)
{
    double sum = 0.0, most = -1.0;

    for (int k = 0; k < K; k++) {
        const double p = strtod(csv_get(c, row, (size_t)(4 + k)), NULL);

        sum += p;
        if (p > most) {
            most = p;
            *top = k;
        }
    }
    return sum;
}

static void check_predictions(size_t *right)
{
    struct csv c;
    struct err err = {0};
    bool sums = true, argmax = true;
    size_t n_test = 0;
    int top = 0;

    *right = 0;
    if (!ok(csv_read(&c, path_of("out/predictions.csv"), &err) == 0,
            "predictions.csv can be read"))
        return;
    ok(c.n_column == 5 + K && strcmp(c.header[5], "p_be, \"ta\"") == 0,
       "it has a column for each class, and the group");
    for (size_t i = 0; i < c.n_row; i++) {
        const bool test = strcmp(csv_get(&c, i, 1), "test") == 0;

        sums = sums && fabs(sum_row(&c, i, &top) - 1.0) < 1e-5;
        argmax = argmax && strcmp(csv_get(&c, i, 3), names[top]) == 0;
        n_test += test;
        *right += test && strcmp(csv_get(&c, i, 2), csv_get(&c, i, 3)) == 0;
    }
    ok(c.n_row == 23 && n_test == 12,
       "the test and validation rows, without the one set aside");
    ok(strcmp(csv_get(&c, 0, 0), "f, 2.bmp") == 0, "in the store's order");
    ok(sums, "probabilities add up to 1");
    ok(argmax, "the largest is the prediction");
    csv_release(&c);
}

static void check_outputs(size_t right)
{
    char *text = slurp("out/metrics.json");
    json_t *j = json_loads(text, 0, NULL);
    json_t *test = json_object_get(j, "test");

    ok(json_integer_value(json_object_get(test, "n")) == 12 &&
           (size_t)json_integer_value(json_object_get(test, "correct")) ==
               right,
       "metrics.json counts what predictions.csv says");
    json_decref(j);
    free(text);
    text = slurp("out/confusion.csv");
    ok(strncmp(text, "true,alpha,\"be, \"\"ta\"\"\",gamma\nalpha,", 36) == 0,
       "confusion.csv");
    free(text);
    text = slurp("out/confusion.svg");
    ok(markup_balanced(text) && strstr(text, "the &lt;experiment&gt;, test"),
       "confusion.svg");
    free(text);
}

static void check_evaluate(void)
{
    struct evaluate_args a = evaluate_args();
    struct err err = {0};
    char *first, *again;
    size_t right, total = 0;

    if (!ok(evaluate_run(&a, &err) == 0, "evaluate"))
        printf("# %s\n", err.text);
    check_predictions(&right);
    check_outputs(right);
    first = slurp("out/curves.svg");
    ok(strstr(first, "no epoch yet") != NULL, "no history, no curves");
    free(first);

    BUG_ON(file_write(path_of("history.csv"), "epoch,loss\n1,2\n2,1\n", 19,
                      &err) < 0);
    first = slurp("out/predictions.csv");
    ok(evaluate_run(&a, &err) == 0, "evaluate again");
    again = slurp("out/predictions.csv");
    ok(strcmp(first, again) == 0, "the same predictions");
    free(first);
    free(again);
    first = slurp("out/curves.svg");
    ok(markup_balanced(first) && !strstr(first, "no epoch yet"), "curves");
    free(first);
    a.each = stop;
    a.self = &total;
    fails(evaluate_run(&a, &err), err, ERR_AGAIN, "stopped", "a stop is heard");
    ok(total == 23, "and progress knows the total");
}

static void check_not_a_number(struct graph *g)
{
    struct evaluate_args a = evaluate_args();
    const struct named_tensor *t;
    struct model_info info;
    struct err err = {0};
    size_t n;

    describe(&info);
    graph_tensors(g, &t, &n);
    t[n - 1].data[0] = NAN;
    write_net(g, &info, "nan.safetensors");
    a.model = path_of("nan.safetensors");
    fails(evaluate_run(&a, &err), err, ERR_INPUT, "training has diverged",
          "a network that gives no numbers");
}

/* --- explanation -----------------------------------------------------------
 */

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
        .data = path_of("data"),
        .model = path_of("model.safetensors"),
        .out = path_of("out"),
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

    for (int f = 0; f < FAITH_FIGURES; f++) {
        const int at = csv_column(c, faith_name((enum faith_figure)f));
        const double v = at < 0 ? 9 : strtod(csv_get(c, row, (size_t)at), NULL);

        good = good && v >= (f < FAITH_ROAD_MORF ? 0.0 : -1.0) && v <= 1.0;
    }
    return good;
}

static void check_scores(void)
{
    struct csv c;
    struct err err = {0};
    bool maps = true, pictures = true, targets = true, figures = true;
    size_t wrong = 0, doubled = 0, lime = 0;

    if (!ok(csv_read(&c, path_of("out/scores.csv"), &err) == 0,
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
    ok(c.n_row == METHODS * lime, "by each method");
    ok(wrong == doubled && targets,
       "wrong cells for the predicted and for the true class");
    ok(wrong <= K * METHODS, "at most one wrong cell of a class");
    ok(maps, "maps are float32 of the picture's size, 0 .. 1");
    ok(pictures, "each has an overlay and a strip");
    ok(figures, "and figures of faithfulness");
    csv_release(&c);
}

static void check_faithfulness(void)
{
    struct csv c;
    struct err err = {0};
    bool ordered = true;
    size_t all = 0;

    if (!ok(csv_read(&c, path_of("out/faithfulness.csv"), &err) == 0,
            "faithfulness.csv can be read"))
        return;
    for (size_t i = 0; i < c.n_row; i++) {
        const double mean = strtod(csv_get(&c, i, 5), NULL);
        const char *low = csv_get(&c, i, 6), *high = csv_get(&c, i, 7);

        all += strcmp(csv_get(&c, i, 1), "all") == 0;
        ordered = ordered && *low && strtod(low, NULL) <= mean + 1e-6 &&
                  strtod(high, NULL) >= mean - 1e-6;
    }
    ok(all == METHODS * FAITH_FIGURES && c.n_row > all,
       "every figure of every method, over all and by class");
    ok(ordered, "with intervals about the mean");
    csv_release(&c);
}

static void check_methods(struct explain_args a)
{
    struct err err = {0};
    char *text;

    set_words(&settings.methods, "intgrad", "smoothgrad");
    settings.intgrad_steps = settings.smoothgrad_samples = 3;
    settings.faith_steps = 0;
    ok(explain_run(&a, &err) == 0, "other methods, without faithfulness");
    text = slurp("out/scores.csv");
    ok(strstr(text, ",intgrad,") && strstr(text, ",smoothgrad,") &&
           !strstr(text, ",lime,") && strstr(text, ",,,,,,,\n"),
       "give their rows, figures are empty");
    free(text);
    set_words(&settings.methods, "guess", NULL);
    fails(explain_run(&a, &err), err, ERR_USAGE, "'guess' is unknown",
          "an unknown method");
}

static void check_layers(struct explain_args a)
{
    struct err err = {0};

    set_words(&settings.methods, "gradcam", "layercam");
    set_words(&settings.layers, "block_13_expand_relu", "out_relu");
    ok(explain_run(&a, &err) == 0, "other layers");
    set_words(&settings.layers, "auto", "out_rellu");
    fails(explain_run(&a, &err), err, ERR_USAGE,
          "mobilenetv2 has no layer 'out_rellu'; did you mean 'out_relu'?",
          "an unknown layer");
    set_words(&settings.layers, "qqqqqqqqqqqqqqqqqqqqqqqqq", NULL);
    fails(explain_run(&a, &err), err, ERR_USAGE, "qqqq'",
          "one that resembles none");
}

static void check_explain(void)
{
    struct explain_args a = explain_args();
    struct err err = {0};
    char *first, *again;
    size_t total = 0;

    if (!ok(explain_run(&a, &err) == 0, "explain"))
        printf("# %s\n", err.text);
    check_scores();
    check_faithfulness();
    first = slurp("out/scores.csv");
    set_words(&settings.layers, "out_relu", NULL); /* the default */
    ok(explain_run(&a, &err) == 0, "the default layer by name");
    again = slurp("out/scores.csv");
    ok(strcmp(first, again) == 0, "gives the same");
    free(first);
    free(again);
    check_layers(explain_args());
    check_methods(explain_args());
    a = explain_args();
    a.each = stop;
    a.self = &total;
    fails(explain_run(&a, &err), err, ERR_AGAIN, "stopped", "a stop is heard");
    a = explain_args();
    settings.per_class = 0;
    ok(explain_run(&a, &err) == 0, "nothing to explain is fine");
    first = slurp("out/scores.csv");
    ok(markup_count(first, "\n") == 1, "and leaves the header alone");
    free(first);
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
}

int main(void)
{
    struct store s = {0};
    struct graph *g;
    struct model_info info;
    struct err err = {0};

    snprintf(dir, sizeof(dir), "/tmp/test-predict-XXXXXX");
    BUG_ON(!mkdtemp(dir) || dir_make(path_of("out"), &err) < 0);
    make_store();
    g = make_net();
    describe(&info);
    write_net(g, &info, "model.safetensors");
    if (ok(store_open(&s, path_of("data"), &err) == 0, "the store opens")) {
        check_loading(g, &s);
        check_sizes(&s);
    } else {
        printf("# %s\n", err.text);
    }
    check_paths();
    check_evaluate();
    check_explain();
    check_layer_without_rows(g);
    check_small_pictures();
    check_not_a_number(g);
    store_close(&s);
    graph_free(g);
    ok(dir_remove(dir, &err) == 0, "clean up");
    return tap_done();
}
