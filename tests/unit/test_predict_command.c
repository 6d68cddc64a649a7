/*
 * test_predict_command.c - papline predict: batches whatever cannot be read, pictures
 * brought to size as the model says, lines in three forms
 */
#include "evaluation/inference.h"
#include "golden/nn_digest.h"
#include "img/png.h"
#include "img/resize.h"
#include "stages/explain/predict_command.h"
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
            rc =
                resize_keep(&picture[i], &im, SIDE, SIDE, resize_lanczos, &err);
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
                                                     .method = "gradcam",
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
    a.method = "gradcan";
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
    for (int i = 0; i < PICTURES; i++)
        image_release(&picture[i]);
    pictures_release(&list);
    return end_dir();
}
