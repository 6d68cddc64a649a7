#include "orchestration/tools/features.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/npy.h"
#include "base/output_name.h"
#include "base/progress.h"
#include "img/decode.h"
#include "img/pictures.h"
#include "img/resize.h"
#include "nn/model.h"
#include "nn/weights.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_SIDE = 110 };

struct features_run {
    const struct features_args *args;
    const struct net *net;
    enum preprocess input;
    int side;        /* of images: args->size, else the model's */
    const char *cut; /* borrowed: where the weights' trunk ends; NULL: whole */
    struct decoding reading;  /* of images: as the weights' file says */
    struct resizing resizing; /* likewise, but for args->resize */
    struct graph *graph;      /* owned */
    struct pictures list;     /* owned: below args->images, in byte order */
    uint8_t *pixels;          /* owned: a batch of images */
    struct err *why;          /* owned: of each image of a batch */
    struct buf rows;          /* the array's data */
    struct buf csv;
    size_t n_rows;
};

/* --- the network ---------------------------------------------------------- */

static int check_resize(const char *name, struct err *err)
{
    if (!name || strcmp(name, "nearest") == 0 || strcmp(name, "lanczos") == 0)
        return 0;
    return err_set(err, ERR_USAGE, "--resize '%.64s' is not nearest or lanczos",
                   name);
}

/* How a model that training wrote wants pictures read. */
static void find_reading(struct features_run *w, const struct safetensors *f)
{
    const char *bits = safetensors_meta(f, "bits");
    const char *orientation = safetensors_meta(f, "orientation");
    const char *jpeg = safetensors_meta(f, "jpeg");
    const long n = bits ? strtol(bits, NULL, 10) : 0;
    const long q = jpeg ? strtol(jpeg, NULL, 10) : 0;

    if (n >= DECODE_BITS_LEAST && n <= DECODE_BITS_MOST)
        w->reading.bits = (int)n;
    if (q >= 1 && q <= 100)
        w->reading.jpeg = (int)q;
    w->reading.upright = orientation && strcmp(orientation, "exif") == 0;
}

/* The side of a trained model's pictures, if it has one. */
static int find_side(const struct safetensors *f)
{
    const char *height = safetensors_meta(f, "height");
    const char *width = safetensors_meta(f, "width");
    const long h = height ? strtol(height, NULL, 10) : 0;

    if (h < NET_MIN_SIDE || h > NET_MAX_SIDE || !width ||
        strcmp(height, width) != 0)
        return USUAL_SIDE;
    return (int)h;
}

/* How the weights want their input: as their file says, else the network. */
static int find_input(struct features_run *w, const struct safetensors *f,
                      struct err *err)
{
    const char *named = safetensors_meta(f, "input");
    struct err unknown;

    find_reading(w, f);
    w->side = w->args->size ? w->args->size : find_side(f);
    if (model_resizing(&w->resizing, f, err) < 0)
        return -1;
    if (w->args->resize)
        w->resizing.lanczos = strcmp(w->args->resize, "lanczos") == 0;
    if (w->args->input)
        return preprocess_find(w->args->input, &w->input, err);
    if (!named || preprocess_find(named, &w->input, &unknown) < 0)
        w->input = w->net->preprocess;
    return 0;
}

static struct graph *build_graph(const struct features_run *w, bool unfused,
                                 struct err *err)
{
    const struct features_args *a = w->args;

    return net_new(w->net,
                   &(struct net_args){.h = w->side,
                                      .w = w->side,
                                      .cut = a->layer ? a->layer : w->cut,
                                      .head = a->layer ? HEAD_NONE : HEAD_POOL},
                   &(struct graph_args){.max_batch = a->batch,
                                        .threads = a->threads,
                                        .memory = GRAPH_INFER,
                                        .unfused = unfused},
                   err);
}

/* A layer may exist only where nothing is fused. */
static int open_graph(struct features_run *w, const struct safetensors *f,
                      struct err *err)
{
    struct err fused = {0};

    w->cut = safetensors_meta(f, "cut");
    w->graph = build_graph(w, false, &fused);
    if (!w->graph && w->args->layer && fused.code == ERR_USAGE)
        w->graph = build_graph(w, true, &fused);
    if (!w->graph) {
        *err = fused;
        return -1;
    }
    return weights_load(w->graph, w->net, f, err);
}

static int open_weights(struct features_run *w, struct err *err)
{
    const char *path = w->args->weights;
    struct safetensors f = {0};
    struct weights_opened opened;
    struct err why = {0};
    int rc;

    if (weights_open(&f, path, w->args->net, &opened, err) < 0)
        return -1;
    w->net = opened.net;
    rc = find_input(w, &f, err);
    if (rc == 0)
        rc = open_graph(w, &f, &why);
    if (rc < 0 && why.code)
        err_set(err, why.code,
                why.code == ERR_INPUT ? "'%.200s': %.250s" : "%.0s%.450s", path,
                why.text);
    safetensors_release(&f);
    return rc;
}

/* --- rows ----------------------------------------------------------------- */

/* Image i of the list, resized. */
static int read_image(const struct features_run *w, size_t i, uint8_t *pixels,
                      struct err *err)
{
    const int side = w->side;
    struct decoding d = w->reading;
    struct image im = {0}, out = {0};
    char path[FILE_PATH_MAX];
    int rc;

    if (file_path(path, err, "%s/%s", w->args->images, w->list.path[i]) < 0 ||
        decode_read_as(&im, path, &d, err) < 0)
        return -1;
    rc = resize_as(&out, &im, side, side, &w->resizing, err);
    if (rc == 0)
        memcpy(pixels, out.px, image_bytes(&out));
    image_release(&im);
    image_release(&out);
    return rc;
}

/* Read images [first, end), put the good ones behind each other into the
 * graph; returns how many, or -1. */
static int load_batch(struct features_run *w, size_t first, size_t end,
                      struct err *err)
{
    const size_t area = (size_t)w->side * (size_t)w->side;
    const int n = (int)(end - first);
    int good = 0;

#pragma omp parallel for num_threads(w->args->threads) schedule(dynamic)
    for (int i = 0; i < n; i++) {
        w->why[i].code = ERR_NONE;
        if (read_image(w, first + (size_t)i, w->pixels + (size_t)i * area * 3,
                       &w->why[i]) < 0)
            BUG_ON(w->why[i].code == ERR_NONE);
    }
    for (int i = 0; i < n; i++) {
        const char *path = w->list.path[first + (size_t)i];

        if (w->why[i].code == ERR_SYSTEM) {
            *err = w->why[i];
            return -1;
        }
        if (w->why[i].code == ERR_NONE)
            buf_printf(&w->csv, "%zu,", w->n_rows++);
        else
            log_warn("set aside: %s", w->why[i].text);
        buf_puts(&w->csv, w->why[i].code == ERR_NONE ? "" : ",");
        buf_csv(&w->csv, path);
        buf_csv_next(&w->csv,
                     w->why[i].code == ERR_NONE ? "ok" : w->why[i].text);
        buf_puts(&w->csv, "\n");
        if (w->why[i].code == ERR_NONE)
            preprocess(w->input, w->pixels + (size_t)i * area * 3, area,
                       graph_input(w->graph) + (size_t)good++ * area * 3);
    }
    return good;
}

static int run_batches(struct features_run *w, struct err *err)
{
    const size_t step = (size_t)w->args->batch;
    struct progress progress;

    progress_begin(&progress, "features");
    for (size_t i = 0; i < w->list.n; i += step) {
        const size_t end = i + step < w->list.n ? i + step : w->list.n;
        const int good = load_batch(w, i, end, err);
        const struct tensor *y = &graph_output(w->graph)->out;

        if (good < 0)
            return -1;
        graph_set_batch(w->graph, good);
        graph_forward(w->graph, PHASE_INFER);
        buf_put(&w->rows, y->data, tensor_len(y) * sizeof(float));
        progress_report(&progress, (double)end, (double)w->list.n, "");
    }
    return buf_check(&w->rows, err) < 0 ? -1 : buf_check(&w->csv, err);
}

static int write_rows(const struct features_run *w, struct err *err)
{
    const struct node *y = graph_output(w->graph);
    struct npy a = {.type = NPY_F32,
                    .n_dim = y->flat ? 2 : 4,
                    .dim = {w->n_rows, (size_t)y->out.h, (size_t)y->out.w,
                            (size_t)y->out.c},
                    .data = w->rows.data};
    const char *out = w->args->out;
    const size_t stem = strlen(out) - strlen(".npy");
    char csv[FILE_PATH_MAX];

    if (y->flat)
        a.dim[1] = (size_t)y->out.c;
    if (w->n_rows == 0)
        return err_set(err, ERR_INPUT, "no image in '%.200s' can be read",
                       w->args->images);
    if (file_path(csv, err, "%.*s.csv", (int)stem, out) < 0 ||
        npy_write(&a, out, err) < 0 ||
        file_write(csv, w->csv.data, w->csv.len, err) < 0)
        return -1;
    log_info("%s: %zu images, %d %s numbers each (%s, %s, input %s)", out,
             w->n_rows, (int)tensor_row(&y->out),
             w->args->layer ? w->args->layer : "pooled", w->net->name,
             w->args->weights, preprocess_name(w->input));
    if (w->n_rows < w->list.n)
        log_warn("%s says which images were set aside", csv);
    return 0;
}

static int write_features(struct features_run *w, struct err *err)
{
    const struct features_args *a = w->args;

    if (check_resize(a->resize, err) < 0 ||
        pictures_walk(&w->list, a->images, err) < 0)
        return -1;
    if (w->list.n == 0)
        return err_set(err, ERR_USAGE, "there is no image in '%.200s'",
                       a->images);
    if (open_weights(w, err) < 0)
        return -1;
    w->pixels =
        malloc((size_t)a->batch * (size_t)w->side * (size_t)w->side * 3);
    w->why = calloc((size_t)a->batch, sizeof(*w->why));
    if (!w->pixels || !w->why)
        return err_set(err, ERR_SYSTEM, "no memory for %d images", a->batch);
    buf_puts(&w->csv, "row,file,status\n");
    return run_batches(w, err) < 0 ? -1 : write_rows(w, err);
}

int features(const struct features_args *args, size_t *n_aside, struct err *err)
{
    static const char *const endings[] = {".npy", NULL};
    struct features_args a = *args;
    struct features_run w = {.args = &a};
    int rc;

    if (!a.weights || !a.images || !a.out)
        return err_set(err, ERR_USAGE,
                       "features needs --weights FILE --images DIR -o OUT.npy");
    if (a.size && (a.size < NET_MIN_SIDE || a.size > NET_MAX_SIDE))
        return err_set(err, ERR_USAGE, "--size %d is not %d .. %d", a.size,
                       NET_MIN_SIDE, NET_MAX_SIDE);
    if (output_name_check(a.out, endings, "features", err) < 0 ||
        output_name_place(a.out, err) < 0)
        return -1;
    if (a.batch < 1 || a.batch > GRAPH_MAX_BATCH)
        return err_set(err, ERR_USAGE, "--batch %d is not 1 .. %d", a.batch,
                       GRAPH_MAX_BATCH);
    if (a.threads == 0)
        a.threads = omp_get_max_threads();
    rc = write_features(&w, err);
    *n_aside = rc == 0 ? w.list.n - w.n_rows : 0;
    pictures_release(&w.list);
    free(w.pixels);
    free(w.why);
    buf_release(&w.rows);
    buf_release(&w.csv);
    graph_free(w.graph);
    return rc;
}
