/*
 * test_train_ema.c - the moving average of weights and statistics in a training
 */
#include "nn/model.h"
#include "nn/safetensors.h"
#include "train_run.h"

static double number_of(const struct safetensors *f, const char *name)
{
    const struct safetensors_tensor *t = safetensors_find(f, name);
    int64_t x = -1;

    if (t)
        memcpy(&x, t->data, sizeof(x));
    return (double)x;
}

/* Move 'average' by the 'n' numbers of 'of' in the checkpoint of optimiser step
 * 't', which has in 'in' what it should have become. */
static bool follows(const struct safetensors *f, const char *of, const char *in,
                    int t, float *average, size_t n)
{
    const struct safetensors_tensor *w = safetensors_find(f, of);
    const struct safetensors_tensor *a = safetensors_find(f, in);
    const float keep = (1.0f + (float)t) / (10.0f + (float)t);
    bool same = true;

    if (!w || !a || w->dim[0] != n || a->dim[0] != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        const float want =
            keep * average[i] + (1 - keep) * ((const float *)w->data)[i];

        average[i] = ((const float *)a->data)[i];
        same =
            same && fabsf(want - average[i]) <= 1e-6f * (1e-3f + fabsf(want));
    }
    return same;
}

/* Weights, then statistics: (n + s). */
static void check_step(int t, float *average, size_t n, size_t s)
{
    struct safetensors f = {0};
    struct err err = {0};

    if (!ok(safetensors_read(&f,
                             in_dir(t % 2 ? "ema/checkpoint/1.safetensors"
                                          : "ema/checkpoint/0.safetensors"),
                             &err) == 0,
            "a checkpoint is read"))
        return;
    ok((int)number_of(&f, "t") == t &&
           follows(&f, "param", "average", t, average, n),
       "  has the average of the weights, (1 + t) / (10 + t) of the one before");
    ok(follows(&f, "state", "average.state", t, average + n, s),
       "  and so that of the statistics");
    safetensors_release(&f);
}

/* What a training begins with. */
static struct graph *initial_graph(void)
{
    const struct graph_args ga = {
        .max_batch = 1, .threads = 1, .seed = 3, .memory = GRAPH_TRAIN};
    struct model_info info = {0};
    struct err err = {0};
    struct graph *g =
        model_read(in_dir("plain/last.safetensors"), &ga, &info, &err);

    graph_free(g);
    g = model_fresh(&info, &ga, &err);
    if (!ok(g != NULL, "a network as it was at first"))
        exit(1);
    return g;
}

/* Stopped after each step of the first epoch, and while it is validated. */
static void check_steps(const struct config *c)
{
    struct graph *g = initial_graph();
    const size_t n = graph_n_param(g), s = graph_n_state(g);
    float *average = malloc((n + s) * sizeof(*average));
    struct train_watch w;
    struct err err = {0};

    BUG_ON(!average);
    memcpy(average, graph_param(g), n * sizeof(*average));
    memcpy(average + n, graph_state(g), s * sizeof(*average));
    for (int t = 1; t <= STEPS; t++) {
        w = (struct train_watch){.stop_at = 1};
        fails(train_alone("ema", c, &w, &err), err, ERR_AGAIN, "stopped",
              "stopped after a step");
        check_step(t, average, n, s);
    }
    w = (struct train_watch){.stop_at = 1};
    fails(train_alone("ema", c, &w, &err), err, ERR_AGAIN,
          "in epoch 1 after step 3",
          "a training with averages is stopped while it validates");
    graph_free(g);
    free(average);
}

int main(void)
{
    struct train_watch w = {0};
    struct err err = {0};
    struct config c;

    begin_training(&c);
    ok(train_alone("plain", &c, &w, &err) == 0, "a training without averages");
    c.train.ema = 0.9;
    check_steps(&c);
    w = (struct train_watch){0};
    ok(train_alone("ema", &c, &w, &err) == 0 &&
           train_alone("whole", &c, &w, &err) == 0 &&
           same_results("ema", "whole"),
       "a training with averages goes on to the bytes of one that did not stop");
    ok(same_file("plain", "whole", "steps.csv"),
       "a training with averages has the steps of one without");
    ok(!same_file("plain", "whole", "history.csv") &&
           !same_file("plain", "whole", "last.safetensors"),
       "a training with averages validates and writes the average");
    return end_training();
}
