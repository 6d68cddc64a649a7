/* test_bundle.c - a model to hand on: its card, its metadata, its weights */
#include "stages/report/bundle.h"
#include "test_dir.h"

#include <sys/stat.h>
#include <unistd.h>

static void write_model(void)
{
    static const float w[2] = {1, 2};
    struct safetensors_tensor t = {
        .name = "w", .n_dim = 1, .dim = {2}, .data = w};
    struct safetensors_meta meta[] = {
        {"network", "vgg16"}, {"height", "64"},      {"width", "48"},
        {"input", "caffe"},   {"resize", "lanczos"}, {"aspect", "scale"},
        {"field", "301"}};
    const struct safetensors f = {
        .tensor = &t, .n_tensor = 1, .meta = meta, .n_meta = 7};
    struct err err = {0};

    ok(file_dir_make(in_dir("train/e"), &err) == 0 &&
           safetensors_write(&f, in_dir("train/e/model.safetensors"), &err) ==
               0,
       "a model for the bundle is written");
}

static json_t *make_metrics(void)
{
    return json_loads(
        "{\"classes\":[\"a|b\",\"c\"],\"temperature\":{\"value\":1.5,"
        "\"nll_before\":1.25},\"binary\":{\"map\":{\"normal\":[],\"benign\":["
        "\"c\"],\"abnormal\":[\"a|b\"]},\"benign_as\":\"abnormal\","
        "\"wanted_sensitivity\":0.95,\"threshold\":0.375},\"sets\":{"
        "\"promised\":0.9,\"per_class\":[{\"quantile\":0.75},{\"quantile\":"
        "null}]},\"test\":{\"n\":20,\"accuracy\":0.75,"
        "\"bootstrap\":{\"groups\":4,\"accuracy\":[0.5,0.9]},"
        "\"interval\":[0.531,0.888],\"kappa\":0.5,\"per_class\":["
        "{\"class\":\"a|b\",\"precision\":0.8,\"recall\":0.7,\"f1\":0.746,"
        "\"support\":9},{\"class\":\"c\",\"precision\":0.7,\"recall\":0.6,"
        "\"f1\":0.5,\"support\":11}],\"weighted\":{\"precision\":0.811,"
        "\"recall\":0.75,\"f1\":0.722,\"support\":20}}}",
        0, NULL);
}

static void has_part(const char *text, const char *part, const char *what)
{
    ok(strstr(text, part) != NULL, what);
}

static void check_card(void)
{
    char *t = text_of("b/docs/README.md");

    has_part(t, "# vgg16-scratch-s3\n", "the card names the experiment");
    has_part(
        t,
        "accuracy 75.0 % (95 % interval 50.0 to 90.0 %, over only 4 groups of cells)",
        "its accuracy");
    has_part(t, "| a\\|b | 80.0 % | 70.0 % | 74.6 % | 9 |", "each class");
    has_part(t, "Not a medical device", "what it is not for");
    has_part(t, "- 3 of 7 test cells come from a picture",
             "and what flatters it");
    has_part(t, "- aspect ratio: scale\n", "how its pictures were prepared");
    has_part(t, "- field, pixels of the picture: 301\n", "  and at what scale");
}

/* The card of a fold's model counts that fold's splits. */
static void check_fold_card(struct report_data *d, struct report_experiment *e,
                            struct plan_step *step)
{
    struct err err = {0};
    char *t;

    step->fold = 1;
    step->folds = 3;
    d->counts = (struct report_counts){
        .folds = 3,
        .leaked = 5,
        .tests = 61,
        .twins = 2,
        .n_class = 1,
        .of = {{.name = "c", .fold = {30, 11, 20}, .set_aside = 4}}};
    ok(bundle_write(d, e, in_dir("f"), &err) == 0, "a fold's bundle");
    t = text_of("f/docs/README.md");
    has_part(t, "The model is of fold 1 of 3, counted from 0: that fold tests",
             "the card says which fold");
    has_part(t, "| c | 30 | 20 | 11 | 4 |", "and counts its splits");
    has_part(t, "- Few test cells of c: 11.", "few of them");
    has_part(t, "- 5 of 61 test cells of all folds come from a picture",
             "what flatters is told of all folds");
    has_part(t, "- 2 files are exact copies across folds.", "and copies");
}

/* The card of a model that no cell tested. */
static void check_untested_card(struct report_data *d,
                                struct report_experiment *e)
{
    static struct config config;
    const struct config *const was = d->config;
    struct err err = {0};
    char *t;

    config_init(&config);
    d->config = &config;
    d->counts = (struct report_counts){.folds = 3,
                                       .fold_use = FOLDS_VALIDATE,
                                       .untested = true,
                                       .leaked = 5,
                                       .n_class = 0,
                                       .all = {.fold = {30, 11, 20}}};
    ok(bundle_write(d, e, in_dir("u"), &err) == 0, "a bundle without a test");
    t = text_of("u/docs/README.md");
    has_part(t, "- 5 of 61 validation cells of all folds come from a picture",
             "what flatters is told of validation cells");
    has_part(t, "the epoch was chosen by these cells", "which chose the epoch");
    config.evaluate.model = MODEL_AVERAGE;
    BUG_ON(link(in_dir("train/e/model.safetensors"),
                in_dir("train/e/average.safetensors")) != 0);
    ok(bundle_write(d, e, in_dir("v"), &err) == 0, "one of averaged weights");
    t = text_of("v/docs/README.md");
    has_part(t, "tested this model: these cells serve to choose between",
             "of which no epoch was chosen");
    d->config = was;
}

static void check_leak(struct report_data *d, struct report_experiment *e,
                       struct plan_step *step)
{
    static struct config config;
    const struct config_set leak = {"train.class_weights=balanced_test"};
    struct err err = {0};
    char *t;

    BUG_ON(config_read(&config, NULL, &leak, 1, &err) < 0);
    d->config = &config;
    snprintf(step->regime, sizeof(step->regime), "cost_sensitive");
    ok(bundle_write(d, e, in_dir("l"), &err) == 0, "a leaking bundle");
    t = text_of("l/docs/README.md");
    has_part(t, "so labels of the test split leaked into training",
             "the card says that test labels leaked");
}

static void check_metadata(void)
{
    char *t = text_of("b/configs/metadata.json");
    json_t *j = json_loads(t, 0, NULL);
    const json_t *in = report_json_at(j, "network_data_format.inputs.image");
    const json_t *out = report_json_at(j, "network_data_format.outputs.pred");

    ok(j != NULL, "metadata.json is JSON");
    near(report_json_number(j, "eval_metrics.accuracy"), 0.75, 0,
         "metadata.json: the accuracy");
    near(report_json_number(j, "eval_metrics.kappa"), 0.5, 0,
         "metadata.json: kappa");
    ok(json_integer_value(
           json_array_get(json_object_get(in, "spatial_shape"), 1)) == 48 &&
           json_integer_value(json_object_get(out, "num_channels")) == 2,
       "metadata.json: shapes of what goes in and comes out");
    ok(strcmp(json_string_value(report_json_at(out, "channel_def.0")), "a|b") ==
           0,
       "metadata.json: names of the outputs");
    json_decref(j);
    t = text_of("b/configs/inference.json");
    has_part(t, "\"preprocess\": \"caffe\"",
             "inference.json: the preprocessing");
    has_part(t, "\"resize\": \"lanczos\"", "and the size");
}

static void check_decisions(void)
{
    json_t *root = json_loads(text_of("b/configs/inference.json"), 0, NULL);
    const json_t *j = json_object_get(root, "decisions");
    const json_t *q = report_json_at(j, "sets.quantiles");
    const json_t *near = report_json_at(j, "neighbours.validation");

    near(report_json_number(j, "temperature"), 1.5, 0,
         "inference.json: the temperature");
    near(report_json_number(j, "abnormal.threshold"), 0.375, 0,
         "  the threshold");
    ok(json_array_size(report_json_at(j, "abnormal.classes")) == 2,
       "  abnormal classes, with benign ones that count as such");
    ok(json_array_size(q) == 2 &&
           json_number_value(json_array_get(q, 0)) > 0.74 &&
           json_is_null(json_array_get(q, 1)),
       "  quantiles of sets");
    ok(strcmp(json_string_value(json_object_get(j, "views")), "one") == 0,
       "  of one view each");
    ok(json_integer_value(report_json_at(j, "neighbours.k")) == 2,
       "  of neighbours");
    ok(json_array_size(near) == 2 &&
           json_number_value(json_array_get(near, 0)) < 0.15 &&
           json_number_value(json_array_get(near, 1)) > 0.35,
       "  how far validation cells lie, the nearest first");
    ok(strcmp(text_of("b/models/training_cells.npy"), "cells") == 0,
       "the training cells are there");
    json_decref(root);
}

static void check_weights(void)
{
    struct stat a, b;

    ok(stat(in_dir("train/e/model.safetensors"), &a) == 0 &&
           stat(in_dir("b/models/model.safetensors"), &b) == 0 &&
           a.st_ino == b.st_ino,
       "the weights take no room of their own");
}

int main(void)
{
    static struct config config;
    struct plan_step step = {
        .dir = "train/e", .network = "vgg16", .regime = "scratch", .seed = 3};
    const struct plan_step evaluated = {.dir = "evaluate/e"};
    struct report_experiment e = {
        .train = &step, .evaluate = &evaluated, .name = "vgg16-scratch-s3"};
    struct report_data d = {.run_dir = dir,
                            .config = &config,
                            .counts = {.folds = 1, .leaked = 3, .tests = 7}};
    struct err err = {0};

    begin_dir();
    config_init(&config);
    ok(bundle_write(&d, &e, in_dir("b"), &err) == 1 &&
           !file_exists(in_dir("b")),
       "no bundle without an evaluation");
    e.metrics.root = make_metrics();
    ok(bundle_write(&d, &e, in_dir("b"), &err) == 1, "  nor without a model");
    write_model();
    put_file("evaluate/e/training_cells.npy", "cells");
    put_file("evaluate/e/neighbours.csv",
             "file,split,distance,beyond,row_1,distance_1,row_2,distance_2\n"
             "a,test,0.9,1,1,0.8,2,0.9\nb,validation,0.4,0.5,1,0.3,2,0.4\n"
             "c,validation,0.1,0,1,0.1,2,0.1\n");
    ok(bundle_write(&d, &e, in_dir("b"), &err) == 0, "a bundle is written");
    check_card();
    check_metadata();
    check_decisions();
    check_weights();
    ok(bundle_write(&d, &e, in_dir("b"), &err) == 0,
       "a bundle is written over an older one");
    check_fold_card(&d, &e, &step);
    check_untested_card(&d, &e);
    check_leak(&d, &e, &step);
    json_decref(e.metrics.root);
    return end_dir();
}
