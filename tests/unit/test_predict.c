/* test_predict.c - a trained network is opened with its data, and asked */
#include "trained_run.h"

static int open_model(const char *name, const struct store *s, struct err *err)
{
    struct inference p;
    const int rc =
        inference_open(&p,
                       &(struct inference_args){.path = in_dir(name),
                                                .network = "mobilenetv2",
                                                .data = s,
                                                .batch = 1,
                                                .memory = GRAPH_INFER},
                       err);

    ok(rc == 0 || p.graph == NULL, "  nothing is left behind");
    inference_close(&p);
    return rc;
}

/* The model's file with its tensor 'which' left out, or one put in. */
static void tamper_model(const char *name, bool extra)
{
    const float zero[2] = {0};
    struct safetensors f;
    struct safetensors_tensor *list;
    struct err err = {0};
    struct safetensors_tensor *was;

    BUG_ON(safetensors_read(&f, in_dir("model.safetensors"), &err) < 0);
    list = calloc(f.n_tensor + 1, sizeof(*list));
    if (!ok(list != NULL, "room for the tensors of a model")) {
        safetensors_release(&f);
        return;
    }
    memcpy(list, f.tensor, f.n_tensor * sizeof(*list));
    list[f.n_tensor] = (struct safetensors_tensor){.name = "ghost/kernel:0",
                                                   .type = SAFETENSORS_F32,
                                                   .n_dim = 1,
                                                   .dim = {2}};
    list[f.n_tensor].data = zero;
    was = f.tensor;
    f.tensor = extra ? list : list + 1;
    f.n_tensor += extra ? 1 : (size_t)-1;
    if (safetensors_write(&f, in_dir(name), &err) < 0)
        printf("# %s\n", err.text);
    f.tensor = was;
    safetensors_release(&f);
    free(list);
}

static void check_loading(struct graph *g, const struct store *s)
{
    struct model_info info;
    struct err err = {0};

    ok(open_model("model.safetensors", s, &err) == 0,
       "a model that fits the store is opened");
    fails(open_model("none.safetensors", s, &err), err, ERR_INPUT,
          "none.safetensors", "a model that is not there is refused");
    tamper_model("extra.safetensors", true);
    fails(open_model("extra.safetensors", s, &err), err, ERR_INPUT,
          "the network has no tensor 'ghost/kernel:0'",
          "a model with a tensor too many is refused");
    tamper_model("fewer.safetensors", false);
    fails(open_model("fewer.safetensors", s, &err), err, ERR_INPUT,
          "there is no tensor 'Conv1/kernel:0'",
          "a model with a tensor too few is refused");
    describe_model(&info);
    memcpy(info.class_name[2], "delta", 6);
    write_net(g, &info, "delta.safetensors");
    fails(open_model("delta.safetensors", s, &err), err, ERR_INPUT,
          "class 2 is 'delta', in the store 'gamma'",
          "a model of other classes is refused");
    describe_model(&info);
    info.h = 2 * SIDE;
    write_net(g, &info, "large.safetensors");
    fails(open_model("large.safetensors", s, &err), err, ERR_INPUT,
          "takes pictures of 80 x 40, the store holds 40 x 40",
          "a model of another picture size is refused");
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

    describe_model(&info);
    info.size = (struct size_scale){true, {3.0, 3.5}, {0.5, 0.25}};
    if (!ok(g != NULL, "a network that takes sizes"))
        return;
    write_net(g, &info, "sized.safetensors");
    graph_free(g);
}

/* What is said of row 0 as a picture of that size. */
static void predict_row(struct inference *p, const struct store *s, int w,
                        int h, float out[K])
{
    const uint8_t *image = store_image(s, 0);
    const struct cell_size size = {w, h};
    const struct inference_images a = {&image, &size, 1};
    struct err err = {0};

    ok(inference_images(p, &a, out, &err) == 0,
       "a picture and its size are predicted");
}

static void check_sizes(const struct store *s)
{
    const struct inference_args a = {.path = in_dir("sized.safetensors"),
                                     .data = s,
                                     .batch = 2,
                                     .memory = GRAPH_INFER};
    const struct cell_size large = {90, 70};
    struct inference p;
    struct err err = {0};
    const size_t row = 0;
    float rows[K], same[K], other[K];

    write_sized();
    if (!works(inference_open(&p, &a, &err) == 0, err,
               "a model that takes sizes is opened"))
        return;
    ok(p.info.size.on && p.info.size.mean[1] == 3.5 && p.info.size.sd[0] == 0.5,
       "  with the scale of sizes");
    ok(inference_rows(&p, s, &row, 1, rows, &err) == 0,
       "a row of the store is predicted");
    predict_row(&p, s, 9, 9, same);
    predict_row(&p, s, 90, 70, other);
    ok(memcmp(rows, same, sizeof(rows)) == 0,
       "a row has the size of the index");
    ok(memcmp(rows, other, sizeof(rows)) != 0,
       "another size gives another answer");
    inference_hold_size(&p, &large);
    inference_input(&p, s, 0, graph_input(p.graph));
    graph_forward(p.graph, PHASE_INFER);
    memcpy(rows, graph_output(p.graph)->out.data, sizeof(rows));
    inference_input(&p, s, 0, graph_input(p.graph));
    graph_forward(p.graph, PHASE_INFER);
    ok(memcmp(rows, graph_output(p.graph)->out.data, sizeof(rows)) == 0,
       "a size that is held stays");
    inference_close(&p);
}

/* exp() of the largest double's logarithm is infinite. */
static void check_large_logits(const struct store *s)
{
    const struct inference_args a = {.path = in_dir("model.safetensors"),
                                     .data = s,
                                     .batch = 1,
                                     .memory = GRAPH_INFER};
    const struct named_tensor *t;
    struct inference p;
    const size_t row = 0;
    float out[K];
    struct err err = {0};
    size_t n;

    BUG_ON(inference_open(&p, &a, &err) < 0);
    graph_tensors(p.graph, &t, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(t[i].name, "dense_1/bias:0") == 0)
            for (int c = 0; c < K; c++)
                t[i].data[c] = c == 1 ? 3000.0f : -3000.0f;
    graph_changed(p.graph);
    ok(inference_rows(&p, s, &row, 1, out, &err) == 0 && out[1] >= 1 &&
           out[0] <= 0,
       "logits far apart give the probabilities 1 and 0");
    inference_close(&p);
}

static void check_paths(void)
{
    static struct config c;
    struct plan_step step[2] = {
        {.stage = &stage_table[STAGE_PREPROCESS], .dir = "data"},
        {.stage = &stage_table[STAGE_TRAIN],
         .dir = "train/e",
         .experiment = "e"}};
    const struct plan plan = {.step = step, .n_step = 2};
    struct plan_step other = {.experiment = "f"};
    char path[FILE_PATH_MAX];
    struct err err = {0};

    config_init(&c);
    ok(strcmp(inference_file(&c), "model.safetensors") == 0,
       "evaluate.model best_accuracy is model.safetensors");
    c.evaluate.model = MODEL_LAST;
    ok(strcmp(inference_file(&c), "last.safetensors") == 0,
       "evaluate.model last is last.safetensors");
    ok(inference_dir(path, "R", &plan, &step[1], &err) == 0 &&
           strcmp(path, "R/train/e") == 0,
       "the directory of a training");
    fails(inference_dir(path, "R", &plan, &other, &err), err, ERR_USAGE,
          "the plan trains no experiment 'f'",
          "a training that the plan has not is refused");
}

int main(void)
{
    struct graph *g = begin_trained();
    struct store s = {0};
    struct err err = {0};

    if (ok(store_open(&s, in_dir("data"), &err) == 0,
           "the store of the cells opens")) {
        check_loading(g, &s);
        check_sizes(&s);
        check_large_logits(&s);
    } else {
        printf("# %s\n", err.text);
    }
    check_paths();
    store_close(&s);
    return end_trained(g);
}
