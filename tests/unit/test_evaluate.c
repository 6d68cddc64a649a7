/* test_evaluate.c - what the evaluation of a network writes */
#include "base/csv.h"
#include "markup.h"
#include "stages/evaluate/evaluate.h"
#include "trained_run.h"

#include <jansson.h>

static struct evaluate_args evaluate_args(void)
{
    static struct config config;

    config_init(&config);
    return (struct evaluate_args){
        .data = in_dir("data"),
        .model = in_dir("model.safetensors"),
        .history = in_dir("history.csv"),
        .out = in_dir("out"),
        .experiment = "the <experiment>",
        .network = "mobilenetv2",
        .choice = "best",
        .settings = &config.evaluate,
        .seed = 1,
    };
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
    if (!ok(csv_read(&c, in_dir("out/predictions.csv"), &err) == 0,
            "predictions.csv can be read"))
        return;
    ok(c.n_column == 5 + K && strcmp(c.header[5], "p_be, \"ta\"") == 0,
       "  it has a column for each class, and the group");
    for (size_t i = 0; i < c.n_row; i++) {
        const bool test = strcmp(csv_get(&c, i, 1), "test") == 0;

        sums = sums && fabs(sum_row(&c, i, &top) - 1.0) < 1e-5;
        argmax = argmax && strcmp(csv_get(&c, i, 3), names[top]) == 0;
        n_test += test;
        *right += test && strcmp(csv_get(&c, i, 2), csv_get(&c, i, 3)) == 0;
    }
    ok(c.n_row == 23 && n_test == 12,
       "the test and validation rows, without the one set aside");
    ok(strcmp(csv_get(&c, 0, 0), "f, 2.bmp") == 0, "  in the store's order");
    ok(sums, "probabilities add up to 1");
    ok(argmax, "the largest is the prediction");
    csv_release(&c);
}

static void check_outputs(size_t right)
{
    char *text = text_of("out/metrics.json");
    json_t *j = json_loads(text, 0, NULL);
    json_t *test = json_object_get(j, "test");

    ok(json_integer_value(json_object_get(test, "n")) == 12 &&
           (size_t)json_integer_value(json_object_get(test, "correct")) ==
               right,
       "metrics.json counts what predictions.csv says");
    json_decref(j);
    text = text_of("out/confusion.csv");
    ok(strncmp(text, "label,alpha,\"be, \"\"ta\"\"\",gamma\nalpha,", 37) == 0,
       "confusion.csv quotes names of classes");
    text = text_of("out/confusion.svg");
    ok(markup_balanced(text) && strstr(text, "the &lt;experiment&gt;, test"),
       "confusion.svg is well formed and names the experiment");
}

static void check_evaluate(void)
{
    struct evaluate_args a = evaluate_args();
    struct err err = {0};
    char *first, *again;
    size_t right, total = 0;

    works(evaluate_run(&a, &err) == 0, err, "an experiment is evaluated");
    check_predictions(&right);
    check_outputs(right);
    first = text_of("out/curves.svg");
    ok(strstr(first, "no epoch yet") != NULL,
       "curves.svg says that there is no epoch yet");

    BUG_ON(file_write(in_dir("history.csv"), "epoch,loss\n1,2\n2,1\n", 19,
                      &err) < 0);
    first = text_of("out/predictions.csv");
    ok(evaluate_run(&a, &err) == 0, "an experiment is evaluated again");
    again = text_of("out/predictions.csv");
    ok(strcmp(first, again) == 0, "  with the same predictions");
    first = text_of("out/curves.svg");
    ok(markup_balanced(first) && !strstr(first, "no epoch yet"),
       "curves.svg has the epochs of history.csv");
    a.each = stop_never;
    a.self = &total;
    fails(evaluate_run(&a, &err), err, ERR_AGAIN, "stopped",
          "evaluation stops when it is told to");
    ok(total == 23, "progress of an evaluation knows the total");
}

/* With the training cells behind the others, which are as without. */
static void check_training(void)
{
    struct evaluate_args a = evaluate_args();
    struct evaluate_settings s = *a.settings;
    char *without = text_of("out/predictions.csv"), *with;
    struct csv c;
    struct err err = {0};
    size_t train = 0;
    int top = 0;

    s.training = TRAINING_ON;
    a.settings = &s;
    ok(evaluate_run(&a, &err) == 0, "training cells are evaluated as well");
    with = text_of("out/predictions.csv");
    ok(strncmp(with, without, strlen(without)) == 0,
       "  what tests and validates is said as before");
    if (!ok(csv_read(&c, in_dir("out/predictions.csv"), &err) == 0 &&
                c.n_row == 35,
            "  training cells come behind"))
        return;
    for (size_t i = 23; i < c.n_row; i++)
        train += strcmp(csv_get(&c, i, 1), "train") == 0 &&
                 fabs(sum_row(&c, i, &top) - 1.0) < 1e-5;
    ok(train == 12, "  with their probabilities");
    csv_release(&c);
}

/* Of folds the table says which it is of. */
static void check_fold(void)
{
    const char *file = "x.bmp", *group = "";
    char class[2][CONFIG_NAME_MAX] = {"a", "b"};
    int label = 0;
    const double p[2] = {0.75, 0.25};
    const struct predictions t = {.o = {1, 2, &label, &label, p, NULL},
                                  .file = &file,
                                  .group = &group,
                                  .class_name = class,
                                  .fold = 3,
                                  .folds = 5};
    struct buf b = {0};

    predictions_header(&t, &b);
    predictions_rows(&t, SPLIT_TRAIN, &b);
    ok(b.data &&
           strcmp(b.data, "file,split,label,predicted,p_a,p_b,group,fold\n"
                          "x.bmp,train,a,a,0.75,0.25,,3\n") == 0,
       "of folds the table says which it is of");
    buf_release(&b);
}

static void check_not_a_number(struct graph *g)
{
    struct evaluate_args a = evaluate_args();
    const struct named_tensor *t;
    struct model_info info;
    struct err err = {0};
    size_t n;

    describe_model(&info);
    graph_tensors(g, &t, &n);
    t[n - 1].data[0] = NAN;
    write_net(g, &info, "nan.safetensors");
    a.model = in_dir("nan.safetensors");
    fails(evaluate_run(&a, &err), err, ERR_INPUT, "training has diverged",
          "a network that gives no numbers");
}

int main(void)
{
    struct graph *g = begin_trained();

    check_evaluate();
    check_training();
    check_fold();
    check_not_a_number(g);
    return end_trained(g);
}
