/* papline.c - arguments checked, the engine asked, faults handed out */
#include "api/papline.h"

#include "api/model_file.h"
#include "base/version.h"
#include "evaluation/inference.h"
#include "evaluation/model_picture.h"
#include "img/vipslib.h"
#include "nn/gemm.h"
#include "stages/explain/explain_picture.h"

#include <locale.h>
#include <math.h>
#include <omp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = SCORER_BATCH };

struct papline_model {
    pthread_mutex_t lock; /* held by whoever computes */
    struct model_file file;
    int threads;
    struct inference net;        /* folded */
    struct explain_picture look; /* empty until it is asked for */
    struct graph *trunk;         /* owned; likewise NULL */
};

/* --- faults ---------------------------------------------------------------- */

/* Returns rc; if that is a failure, 'to' says why. */
static int hand_out(int rc, const struct err *err, struct papline_error *to)
{
    if (rc < 0 && to) {
        to->code = err->code == ERR_USAGE   ? PAPLINE_USAGE
                   : err->code == ERR_INPUT ? PAPLINE_INPUT
                                            : PAPLINE_SYSTEM;
        snprintf(to->text, sizeof(to->text), "%s", err->text);
    }
    return rc;
}

/* --- calls that compute ---------------------------------------------------- */

/* What a call changes for its thread, and gives back. */
struct working {
    struct papline_model *m;
    int threads;     /* OpenMP's, before */
    locale_t locale; /* likewise */
};

/* Numbers in files have a point, whatever the program's language has. */
static locale_t plain_numbers;

static void make_locale(void)
{
    plain_numbers = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
}

static struct working begin_work(struct papline_model *m)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct working w = {.m = m, .threads = omp_get_max_threads()};

    pthread_once(&once, make_locale);
    w.locale = uselocale(plain_numbers);
    pthread_mutex_lock(&m->lock);
    gemm_enter();
    omp_set_num_threads(m->threads);
    return w;
}

static void end_work(const struct working *w)
{
    gemm_leave();
    omp_set_num_threads(w->threads);
    pthread_mutex_unlock(&w->m->lock);
    uselocale(w->locale);
}

static size_t picture_bytes(const struct papline_model *m)
{
    return (size_t)m->net.info.h * (size_t)m->net.info.w * 3;
}

static int check_sizes(const struct papline_model *m,
                       const struct papline_pictures *a, struct err *err)
{
    if (!m->net.info.size.on)
        return 0;
    if (!a->size)
        return err_set(err, ERR_USAGE,
                       "the model takes the size of each cell, too, and none "
                       "is given");
    for (size_t i = 0; i < a->n; i++)
        if (a->size[2 * i] < 1 || a->size[2 * i + 1] < 1)
            return err_set(err, ERR_USAGE, "picture %zu: a size of %d x %d", i,
                           a->size[2 * i], a->size[2 * i + 1]);
    return 0;
}

/* The size of cell i; any if the model takes none. */
static struct cell_size size_of(const struct papline_model *m,
                                const struct papline_pictures *a, size_t i)
{
    if (!m->net.info.size.on)
        return (struct cell_size){1, 1};
    return (struct cell_size){a->size[2 * i], a->size[2 * i + 1]};
}

/* How many of them there are from i on, in a batch. */
static size_t batch_from(const struct papline_pictures *a, size_t i)
{
    return a->n - i < BATCH ? a->n - i : BATCH;
}

/* --- a model --------------------------------------------------------------- */

static int open_model(struct papline_model *m, const char *path,
                      struct err *err)
{
    const struct inference_args a = {
        .path = m->file.path, .batch = BATCH, .memory = GRAPH_INFER};

    if (model_file_find(&m->file, path, err) < 0 ||
        inference_open(&m->net, &a, err) < 0)
        return -1;
    return inference_classifies(&m->net)
               ? 0
               : err_set(err, ERR_USAGE,
                         "'%.200s' is an encoder, it tells no classes apart",
                         m->file.path);
}

static struct papline_model *new_model(int threads, struct err *err)
{
    struct papline_model *m = NULL;

    if (threads < 0)
        err_set(err, ERR_USAGE, "%d threads; give 0 or more", threads);
    else if (!(m = calloc(1, sizeof(*m))))
        err_set(err, ERR_SYSTEM, "no memory for a model");
    else if (pthread_mutex_init(&m->lock, NULL) != 0) {
        err_set(err, ERR_SYSTEM, "no lock for a model");
        free(m);
        m = NULL;
    }
    if (m)
        m->threads = threads ? threads : omp_get_max_threads();
    return m;
}

struct papline_model *papline_load(const char *path, int threads,
                                   struct papline_error *error)
{
    struct err err = {0};
    struct papline_model *m = new_model(threads, &err);
    struct working w;
    int rc;

    if (!m) {
        hand_out(-1, &err, error);
        return NULL;
    }
    w = begin_work(m);
    rc = open_model(m, path, &err);
    end_work(&w);
    if (hand_out(rc, &err, error) == 0)
        return m;
    papline_free(m);
    return NULL;
}

void papline_free(struct papline_model *m)
{
    if (!m)
        return;
    explain_picture_release(&m->look);
    inference_close(&m->net);
    graph_free(m->trunk);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

const char *papline_version(void)
{
    return PAPLINE_VERSION;
}

int papline_n_class(const struct papline_model *m)
{
    return m->net.info.n_class;
}

const char *papline_class(const struct papline_model *m, int i)
{
    return i >= 0 && i < m->net.info.n_class ? m->net.info.class_name[i] : NULL;
}

int papline_width(const struct papline_model *m)
{
    return m->net.info.w;
}

int papline_height(const struct papline_model *m)
{
    return m->net.info.h;
}

int papline_takes_size(const struct papline_model *m)
{
    return m->net.info.size.on;
}

/* --- pictures -------------------------------------------------------------- */

/* Into the caller's memory; the picture is released. */
static void take_picture(struct model_picture *p, uint8_t *rgb, int *size)
{
    memcpy(rgb, p->image.px, image_bytes(&p->image));
    if (size) {
        size[0] = p->size.w;
        size[1] = p->size.h;
    }
    model_picture_release(p);
}

int papline_read(const struct papline_model *m, const char *path, uint8_t *rgb,
                 int *size, struct papline_error *error)
{
    struct model_picture p;
    struct err err = {0};
    const int rc = model_picture_read(&p, &m->net.info, path, &err);

    if (rc == 0)
        take_picture(&p, rgb, size);
    vipslib_end_thread();
    return rc < 0 ? hand_out(rc, &err, error) : p.nuclei > 0;
}

int papline_fit(const struct papline_model *m, const uint8_t *pixels, int width,
                int height, uint8_t *rgb, struct papline_error *error)
{
    struct model_picture p;
    struct image im;
    struct err err = {0};
    int rc = image_init(&im, width, height, &err);

    if (rc == 0) {
        memcpy(im.px, pixels, image_bytes(&im));
        rc = model_picture_fit(&p, &m->net.info, &im, &err);
    }
    if (rc == 0)
        take_picture(&p, rgb, NULL);
    vipslib_end_thread();
    return hand_out(rc, &err, error);
}

/* --- predictions ----------------------------------------------------------- */

/* A batch from picture 'first' on. */
static int predict_batch(struct papline_model *m,
                         const struct papline_pictures *a, size_t first,
                         float *p, struct err *err)
{
    const uint8_t *image[BATCH];
    struct cell_size size[BATCH];
    const struct inference_images in = {image, size, batch_from(a, first)};

    for (size_t i = 0; i < in.n; i++) {
        image[i] = a->rgb + (first + i) * picture_bytes(m);
        size[i] = size_of(m, a, first + i);
    }
    return inference_images(&m->net, &in, p, err);
}

static int predict_all(struct papline_model *m,
                       const struct papline_pictures *a, float *p,
                       struct err *err)
{
    const size_t k = (size_t)m->net.info.n_class;

    if (check_sizes(m, a, err) < 0)
        return -1;
    for (size_t i = 0; i < a->n; i += BATCH)
        if (predict_batch(m, a, i, p + i * k, err) < 0)
            return -1;
    return 0;
}

int papline_predict(struct papline_model *m,
                    const struct papline_pictures *pictures, float *p,
                    struct papline_error *error)
{
    const struct working w = begin_work(m);
    struct err err = {0};
    const int rc = predict_all(m, pictures, p, &err);

    end_work(&w);
    return hand_out(rc, &err, error);
}

/* --- explanations ---------------------------------------------------------- */

/* The class of picture i that is asked about, or -1. */
static int find_target(struct papline_model *m,
                       const struct papline_pictures *a, const int *target,
                       size_t i, struct err *err)
{
    const struct papline_pictures one = {a->rgb + i * picture_bytes(m),
                                         a->size ? a->size + 2 * i : NULL, 1};
    float p[MODEL_MAX_CLASSES];

    if (target && (target[i] < 0 || target[i] >= m->net.info.n_class))
        return err_set(err, ERR_USAGE, "picture %zu: there is no class %d", i,
                       target[i]);
    if (target)
        return target[i];
    return predict_batch(m, &one, 0, p, err) < 0
               ? -1
               : inference_class(p, m->net.info.n_class);
}

/* The second network is the first's, but the class may have been given. */
static int check_logits(const struct papline_model *m, size_t i,
                        struct err *err)
{
    const float *p = graph_output(m->look.net.graph)->out.data;

    for (int c = 0; c < m->net.info.n_class; c++)
        if (!isfinite(p[c]))
            return err_set(err, ERR_INPUT,
                           "the network's output for picture %zu is not a "
                           "number",
                           i);
    return 0;
}

static int explain_all(struct papline_model *m,
                       const struct papline_pictures *a,
                       const struct explainer *method, const int *target,
                       float *map, uint8_t *view, struct err *err)
{
    const size_t area = picture_bytes(m) / 3;

    for (size_t i = 0; i < a->n; i++) {
        struct explainer_map to = {.heat = map + i * area, .view = view};
        const struct cell_size size = size_of(m, a, i);
        const int class = find_target(m, a, target, i, err);

        if (class < 0)
            return -1;
        explain_picture_look(&m->look, a->rgb + i * 3 * area, &size, class);
        if (check_logits(m, i, err) < 0 ||
            explain_picture_map(&m->look, method, &to, err) < 0)
            return -1;
    }
    return 0;
}

static int open_look(struct papline_model *m, struct err *err)
{
    if (m->look.net.graph)
        return 0;
    if (model_file_check(&m->file, err) < 0 ||
        explain_picture_init(&m->look, m->file.path, &m->net, err) < 0)
        return -1;
    if (model_file_check(&m->file, err) == 0)
        return 0;
    explain_picture_release(&m->look);
    return -1;
}

/* Views, which LIME also makes, are not handed out. */
static int explain_with(struct papline_model *m,
                        const struct papline_pictures *a, const char *name,
                        const int *target, float *map, struct err *err)
{
    const struct explainer *method = explain_picture_method(name, err);
    uint8_t *view;
    int rc;

    if (!method || check_sizes(m, a, err) < 0 || open_look(m, err) < 0)
        return -1;
    view = malloc(picture_bytes(m));
    if (!view)
        return err_set(err, ERR_SYSTEM, "no memory for a map");
    rc = explain_all(m, a, method, target, map, view, err);
    free(view);
    return rc;
}

int papline_explain(struct papline_model *m,
                    const struct papline_pictures *pictures, const char *method,
                    const int *target, float *map, struct papline_error *error)
{
    const struct working w = begin_work(m);
    struct err err = {0};
    const int rc = explain_with(m, pictures, method, target, map, &err);

    end_work(&w);
    return hand_out(rc, &err, error);
}

/* --- features -------------------------------------------------------------- */

static int open_trunk(struct papline_model *m, struct err *err)
{
    const struct graph_args ga = {
        .max_batch = BATCH, .memory = GRAPH_INFER, .frozen = true};

    if (m->trunk)
        return 0;
    if (model_file_check(&m->file, err) < 0)
        return -1;
    m->trunk = model_read_trunk(m->file.path, &ga, err);
    if (!m->trunk || model_file_check(&m->file, err) == 0)
        return m->trunk ? 0 : -1;
    graph_free(m->trunk);
    m->trunk = NULL;
    return -1;
}

static size_t feature_count(const struct papline_model *m)
{
    return tensor_row(&graph_output(m->trunk)->out);
}

static int all_features(struct papline_model *m,
                        const struct papline_pictures *a, float *x,
                        struct err *err)
{
    const size_t bytes = picture_bytes(m);

    if (open_trunk(m, err) < 0)
        return -1;
    for (size_t i = 0; i < a->n; i += BATCH) {
        const size_t n = batch_from(a, i);

        graph_set_batch(m->trunk, (int)n);
        preprocess(m->net.info.input, a->rgb + i * bytes, n * bytes / 3,
                   graph_input(m->trunk));
        graph_forward(m->trunk, PHASE_INFER);
        memcpy(x + i * feature_count(m), graph_output(m->trunk)->out.data,
               n * feature_count(m) * sizeof(*x));
    }
    return 0;
}

int papline_n_feature(struct papline_model *m, struct papline_error *error)
{
    const struct working w = begin_work(m);
    struct err err = {0};
    const int rc = open_trunk(m, &err);
    const int n = rc == 0 ? (int)feature_count(m) : -1;

    end_work(&w);
    return hand_out(n, &err, error);
}

int papline_features(struct papline_model *m,
                     const struct papline_pictures *pictures, float *x,
                     struct papline_error *error)
{
    const struct working w = begin_work(m);
    struct err err = {0};
    const int rc = all_features(m, pictures, x, &err);

    end_work(&w);
    return hand_out(rc, &err, error);
}
