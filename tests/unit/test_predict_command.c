/*
 * test_predict_command.c - papline predict: batches whatever cannot be read, pictures
 * brought to size as the model says, lines in three forms
 */
#include "base/npy.h"
#include "evaluation/inference.h"
#include "golden/nn_digest.h"
#include "img/png.h"
#include "img/resize.h"
#include "stages/explain/predict_command.h"
#include "stages/explain/predict_decisions.h"
#include "stats/calibration.h"
#include "test_dir.h"

#include <jansson.h>
#include <unistd.h>

enum { SIDE = 32, CLASSES = 3, BATCH = 32, PICTURES = 40, MAX_TEXT = 1 << 20 };

static struct image picture[PICTURES]; /* as the network sees them */

static void write_model(const char *name, enum net_head head,
                        struct resizing resizing)
{
    struct err err = {0};
    const struct net *net = net_find("mobilenetv2", &err);
    struct model_info info = {.network = "mobilenetv2",
                              .head = head,
                              .input = PREPROCESS_TF,
                              .h = SIDE,
                              .w = SIDE,
                              .resizing = resizing,
                              .n_class = CLASSES,
                              .class_name = {"a,b", "b", "c\"d"},
                              .epoch = 1};
    struct graph *g = net_new(
        net,
        &(struct net_args){
            .h = SIDE, .w = SIDE, .classes = CLASSES, .head = head},
        &(struct graph_args){.max_batch = 1, .memory = GRAPH_INFER}, &err);

    fill_weights(g);
    ok(model_write(g, &info, in_dir(name), &err) == 0, name);
    graph_free(g);
}

/* Pictures of several sizes; each fifth file is none. */
static void make_pictures(struct pictures *list)
{
    struct err err = {0};
    char name[32];
    int rc = 0;

    for (int i = 0; i < PICTURES && rc == 0; i++) {
        struct image im;

        snprintf(name, sizeof(name), "p%02d.png", i);
        rc = image_init(&im, SIDE + 5 * (i % 3), SIDE + 4 * (i % 4), &err);
        for (size_t k = 0; rc == 0 && k < image_bytes(&im); k++)
            im.px[k] = (uint8_t)(k * (size_t)(2 * i + 7) % 251);
        if (rc == 0)
            rc = png_write(&im, in_dir(name), &err);
        if (rc == 0)
            rc = pictures_add(list, in_dir(name), &err);
        if (rc == 0)
            rc = resize_as(&picture[i], &im, SIDE, SIDE,
                           &(struct resizing){true, ASPECT_KEEP, 0}, &err);
        image_release(&im);
        if (rc == 0 && i % 5 == 0)
            rc = pictures_add(list, in_dir("lost.png"), &err);
    }
    ok(rc == 0, "pictures are made");
}

/* What predict_command_run() writes; the caller frees it. */
static char *predicted_text(struct predict_command_args a, int want,
                            size_t *n_aside)
{
    char *text = calloc(MAX_TEXT, 1);
    FILE *f = fmemopen(text, MAX_TEXT, "w");
    struct err err = {0};

    works(predict_command_run(&a, f, n_aside, &err) == want, err,
          "pictures are told of");
    fclose(f);
    return text;
}

/* Straight from the network, in the batches of an evaluation. */
static void ask_network(float *p)
{
    const uint8_t *image[PICTURES];
    struct inference net;
    struct err err = {0};

    BUG_ON(inference_open(&net,
                          &(struct inference_args){.path = in_dir("m"),
                                                   .batch = BATCH,
                                                   .memory = GRAPH_INFER},
                          &err) < 0);
    for (int i = 0; i < PICTURES; i++)
        image[i] = picture[i].px;
    BUG_ON(inference_images(&net,
                            &(struct inference_images){image, NULL, BATCH}, p,
                            &err) < 0);
    BUG_ON(inference_images(&net,
                            &(struct inference_images){image + BATCH, NULL,
                                                       PICTURES - BATCH},
                            p + BATCH * CLASSES, &err) < 0);
    inference_close(&net);
}

static bool same_row(const json_t *line, const float *p)
{
    static const char *const name[CLASSES] = {"a,b", "b", "c\"d"};
    const json_t *got = json_object_get(line, "probability");
    const char *predicted =
        json_string_value(json_object_get(line, "predicted"));

    for (int c = 0; c < CLASSES; c++)
        if ((float)json_number_value(json_object_get(got, name[c])) != p[c])
            return false;
    return predicted &&
           strcmp(predicted, name[inference_class(p, CLASSES)]) == 0;
}

static void check_json(const struct pictures *list)
{
    float p[PICTURES * CLASSES];
    size_t n_aside, at = 0, i = 0;
    bool same = true, named = true;
    char *text = predicted_text(
        (struct predict_command_args){
            .model = in_dir("m"), .list = list, .json = true},
        0, &n_aside);

    ask_network(p);
    for (char *s = text, *end; (end = strchr(s, '\n')); s = end + 1, i++) {
        json_t *line = json_loadb(s, (size_t)(end - s), 0, NULL);
        const char *file = json_string_value(json_object_get(line, "file"));

        named = named && file && strcmp(file, list->path[i]) == 0;
        if (!json_object_get(line, "set_aside"))
            same = same && same_row(line, p + CLASSES * at++);
        json_decref(line);
    }
    ok(i == list->n && named, "a line for each file, in order");
    ok(same && at == PICTURES,
       "the network's own probabilities, bit for bit, across batches");
    ok(n_aside == PICTURES / 5, "what cannot be read is counted");
    free(text);
}

static void check_table(const struct pictures *list)
{
    size_t n_aside;
    char *text =
        predicted_text((struct predict_command_args){.model = in_dir("m"),
                                                     .list = list,
                                                     .method = {"gradcam"},
                                                     .n_method = 1,
                                                     .dir = dir},
                       0, &n_aside);

    ok(strstr(text, "  a,b      b        c\"d"), "a table names the classes");
    ok(strstr(text, "set aside: cannot open"), "  and why a file is set aside");
    free(text);
    text = text_of("predictions.csv");
    ok(strstr(text, "file,predicted,\"p_a,b\",p_b,\"p_c\"\"d\",picture,"
                    "status\n") == text,
       "predictions.csv is written");
    ok(file_exists(in_dir("000001_p00.png")) &&
           !file_exists(in_dir("000002_lost.png")),
       "pictures of what could be read");
}

static void check_refusals(const struct pictures *list)
{
    struct predict_command_args a = {.model = in_dir("p00.png"), .list = list};
    struct err err = {0};
    size_t n;

    fails(predict_command_run(&a, stderr, &n, &err), err, ERR_INPUT,
          "RUN/train/EXPERIMENT/model.safetensors", "a picture is no model");
    a.model = in_dir("encoder");
    fails(predict_command_run(&a, stderr, &n, &err), err, ERR_USAGE,
          "is an encoder", "  nor is an encoder");
    a.model = in_dir("m");
    a.method[0] = "gradcan";
    a.n_method = 1;
    fails(predict_command_run(&a, stderr, &n, &err), err, ERR_USAGE, "gradcan",
          "an explainer that is none");
}

/* Pictures of 32, 37, 42 by 32, 36, 40, 44 pixels in a field of 36: 7 of them
 * fit. */
static void check_field(const struct pictures *list)
{
    const int kept = dup(STDERR_FILENO);
    FILE *f = freopen(in_dir("said"), "w", stderr);
    size_t n_aside;
    char *text;

    BUG_ON(!f || kept < 0);
    text = predicted_text(
        (struct predict_command_args){
            .model = in_dir("field"), .list = list, .json = true},
        0, &n_aside);
    fflush(stderr);
    BUG_ON(dup2(kept, STDERR_FILENO) < 0);
    close(kept);
    free(text);
    text = text_of("said");
    ok(strstr(text, "33 of 48 pictures are larger than the model's field, 36 "
                    "pixels") != NULL,
       "pictures that are larger than the field are told");
}

/* --- what a bundle has stored ---------------------------------------------- */

/* Of classes "a,b", "b" and 'c"d', at a temperature of 2. */
static const char stored[] =
    "{\"decisions\":{\"views\":\"one\",\"temperature\":2,\"abnormal\":{"
    "\"classes\":[\"b\",\"c\\\"d\"],\"threshold\":0.6},\"sets\":{"
    "\"coverage\":0.9,\"quantiles\":[0.7,null,0.5]}}}";

static void write_decisions(const char *text)
{
    put_file("bundle/configs/inference.json", text);
}

/* Of one line of JSON and what the network says. */
static bool decided(const json_t *line, const float *said)
{
    static const char *const name[CLASSES] = {"a,b", "b", "c\"d"};
    const json_t *set = json_object_get(line, "set");
    const bool in[CLASSES] = {1 - (double)said[0] <= 0.7, true,
                              1 - (double)said[2] <= 0.5};
    double p[CLASSES] = {(double)said[0], (double)said[1], (double)said[2]};
    const double abnormal = p[1] + p[2];
    bool same = json_boolean_value(json_object_get(line, "raised")) ==
                    (abnormal >= 0.6) &&
                fabs(json_number_value(json_object_get(line, "abnormal")) -
                     abnormal) < 1e-8 &&
                json_array_size(set) == (size_t)(in[0] + in[1] + in[2]) &&
                json_boolean_value(json_object_get(line, "refer")) ==
                    (json_array_size(set) != 1);

    for (size_t c = 0, at = 0; c < CLASSES; c++)
        if (in[c])
            same = same && strcmp(json_string_value(json_array_get(set, at++)),
                                  name[c]) == 0;
    temperature_apply(2, p, 1, CLASSES, p);
    for (int c = 0; c < CLASSES; c++)
        same =
            same && fabs(json_number_value(json_object_get(
                             json_object_get(line, "probability"), name[c])) -
                         p[c]) < 1e-8;
    return same;
}

static void check_decisions(const struct pictures *list)
{
    const struct predict_command_args a = {.model = in_dir("bundle"),
                                           .list = list,
                                           .json = true,
                                           .calibrated = true,
                                           .threshold = "stored",
                                           .sets = true};
    float p[PICTURES * CLASSES];
    size_t n_aside, at = 0, raised = 0;
    bool same = true;
    char *text;

    write_decisions(stored);
    text = predicted_text(a, 0, &n_aside);
    ask_network(p);
    for (char *s = text, *end; (end = strchr(s, '\n')); s = end + 1) {
        json_t *line = json_loadb(s, (size_t)(end - s), 0, NULL);

        if (!json_object_get(line, "set_aside"))
            same = decided(line, p + CLASSES * at++) && same;
        raised += json_boolean_value(json_object_get(line, "raised"));
        json_decref(line);
    }
    ok(same && at == PICTURES,
       "temperature, threshold and sets of a bundle decide about each picture");
    ok(raised > 0 && raised < PICTURES, "  some are raised, and some are not");
    free(text);
}

/* What rounding can cost a threshold is a share of it. */
static void check_small_threshold(void)
{
    const struct model_info model = {.n_class = CLASSES,
                                     .class_name = {"a,b", "b", "c\"d"}};
    struct predict_decisions d;
    struct err err = {0};

    write_decisions("{\"decisions\":{\"abnormal\":{\"classes\":[\"b\"],"
                    "\"threshold\":2e-10}}}");
    ok(predict_decisions_read(&d, in_dir("bundle"), &model, &err) == 0 &&
           d.threshold <= 2e-10 && d.threshold > 1.99e-10,
       "a small threshold is no less than it was");
    predict_decisions_release(&d);
}

static void check_decision_columns(const struct pictures *list)
{
    const struct predict_command_args a = {.model = in_dir("bundle"),
                                           .list = list,
                                           .method = {"gradcam", "layercam"},
                                           .n_method = 2,
                                           .class_name = "b",
                                           .dir = dir,
                                           .threshold = "0.25",
                                           .sets = true};
    size_t n_aside;
    char *text = predicted_text(a, 0, &n_aside);

    ok(strstr(text, "  abnormal  raised  set\n") != NULL &&
           strstr(text, "(refer)") != NULL,
       "the table has columns of what is decided");
    free(text);
    text = text_of("predictions.csv");
    ok(strstr(text, "p_abnormal,raised,set,refer,picture_gradcam,"
                    "picture_layercam,status\n") != NULL,
       "  and so has predictions.csv");
    ok(strstr(text, "lost.png,,,,,,,,,,,cannot open") != NULL,
       "  which are empty where a picture was set aside");
    ok(file_exists(in_dir("000001_p00_gradcam.png")) &&
           file_exists(in_dir("000001_p00_layercam.png")),
       "a picture of each method");
}

/* Training cells that are the first unit vectors. */
static void write_cells(size_t n, size_t d)
{
    float *x = calloc(n * d, sizeof(*x));
    struct npy a = {.type = NPY_F32, .n_dim = 2, .dim = {n, d}, .data = x};
    struct err err = {0};

    for (size_t i = 0; x && i < n; i++)
        x[i * d + i] = 1;
    ok(x &&
           npy_write(&a, in_dir("bundle/models/training_cells.npy"), &err) == 0,
       "training cells");
    free(x);
}

/* How many pictures are called unlike if validation cells lie so far. */
static size_t unlike_at(struct predict_command_args a, double distance)
{
    char text[256], *said;
    size_t n_aside, n = 0;

    snprintf(text, sizeof(text),
             "{\"decisions\":{\"neighbours\":{\"k\":2,\"validation\":[%g]}}}",
             distance);
    write_decisions(text);
    said = predicted_text(a, 0, &n_aside);
    for (char *at = said; (at = strstr(at, "\"unlike\": true")); at++)
        n++;
    free(said);
    return n;
}

static void check_unlike(const struct pictures *list)
{
    struct predict_command_args a = {
        .model = in_dir("bundle"), .list = list, .json = true, .unlike = true};

    write_cells(3, 1280);
    ok(unlike_at(a, 0.001) == PICTURES,
       "pictures farther away than all validation cells are unlike");
    ok(unlike_at(a, 2) == 0, "  nearer ones are not");
}

static void refuses(struct predict_command_args a, enum err_code code,
                    const char *part)
{
    struct err err = {0};
    size_t n;

    fails(predict_command_run(&a, stderr, &n, &err), err, code, part, part);
}

static void check_decision_refusals(const struct pictures *list)
{
    struct predict_command_args a = {
        .model = in_dir("bundle"), .list = list, .sets = true};

    write_decisions("{\"decisions\":{\"abnormal\":{\"classes\":[\"b\"]}}}");
    refuses(a, ERR_USAGE, "--sets: ");
    a.sets = false;
    a.calibrated = true;
    refuses(a, ERR_USAGE, "--calibrated: ");
    a.calibrated = false;
    a.threshold = "stored";
    refuses(a, ERR_USAGE, "validation had no abnormal cell");
    a.threshold = "0.5x";
    refuses(a, ERR_USAGE, "'0.5x' is neither stored nor a number");
    a.threshold = "0.5";
    a.class_name = "bb";
    refuses(a, ERR_USAGE, "no class 'bb'");
    a.class_name = NULL;
    write_decisions("{\"decisions\":{}}");
    refuses(a, ERR_USAGE, "does not say which classes are abnormal");
    write_decisions("{\"decisions\":{\"abnormal\":{\"classes\":[\"z\"]}}}");
    refuses(a, ERR_INPUT, "the model has no class 'z'");
    write_decisions("{\"decisions\":{\"sets\":{\"quantiles\":[1]}}}");
    refuses(a, ERR_INPUT, "sets.quantiles: 1, and the model has 3 classes");
    write_decisions("{\"decisions\":{\"temperature\":-1}}");
    refuses(a, ERR_INPUT, "temperature is no number within");
    a.threshold = NULL;
    a.unlike = true;
    write_decisions("{\"decisions\":{}}");
    refuses(a, ERR_USAGE, "set evaluate.neighbours to 5");
    write_decisions("{\"decisions\":{\"neighbours\":{\"k\":1,\"validation\":"
                    "[0.2,0.1]}}}");
    refuses(a, ERR_INPUT, "no rising distances");
    write_decisions("{\"decisions\":{\"neighbours\":{\"k\":4,\"validation\":"
                    "[0.2]}}}");
    refuses(a, ERR_INPUT, "3 x 1280, not at least 4 x 1280");
    write_cells(4, 640);
    refuses(a, ERR_INPUT, "is not of this model");
    write_decisions("{}");
    refuses(a, ERR_USAGE, "has no decisions: an earlier version wrote it");
    a.model = in_dir("m");
    refuses(a, ERR_USAGE, "give a bundle, RUN/report/bundle/EXPERIMENT");
}

int main(void)
{
    const struct resizing keep = {true, ASPECT_KEEP, 0};
    struct pictures list = {0};

    begin_dir();
    write_model("m", HEAD_LINEAR, keep);
    write_model("encoder", HEAD_PROJECT, keep);
    make_pictures(&list);
    check_json(&list);
    check_table(&list);
    write_model("field", HEAD_LINEAR,
                (struct resizing){true, ASPECT_SCALE, 36});
    check_field(&list);
    check_refusals(&list);
    make_folder_of(in_dir("bundle/models/m"));
    write_model("bundle/models/model.safetensors", HEAD_LINEAR, keep);
    check_decisions(&list);
    check_decision_columns(&list);
    check_unlike(&list);
    check_decision_refusals(&list);
    check_small_threshold();
    for (int i = 0; i < PICTURES; i++)
        image_release(&picture[i]);
    pictures_release(&list);
    return end_dir();
}
