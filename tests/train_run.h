/*
 * train_run.h - a small training for tests
 *
 * Cells of 32x32 random pixels with a tint that tells the class.
 */
#ifndef TESTS_TRAIN_RUN_H
#define TESTS_TRAIN_RUN_H

#include "base/rng.h"
#include "ranks/dist_threads.h"
#include "stages/train/trainer.h"
#include "test_dir.h"

enum {
    SIDE = 32,
    PIXELS = SIDE * SIDE * 3,
    CLASSES = 3,
    TRAIN = 17, /* batches of 8, 8 and 1 */
    VALIDATION = 11,
    ALL = TRAIN + VALIDATION,
    BATCH = 8,
    EPOCHS = 2,
    STEPS = 3,
    EACH = STEPS + 2, /* batches of an epoch, those of validation, too */
    MOST_MEMBERS = 3,
};

static const char class_name[CLASSES][CONFIG_NAME_MAX] = {"blue", "red, dark",
                                                          "white"};

static inline void draw_cell(uint8_t *p, uint32_t cell, int label)
{
    struct rng rng;

    rng_init(&rng, 77, RNG_TEST, cell, 0);
    for (int i = 0; i < PIXELS; i++)
        p[i] = (uint8_t)(rng_below(&rng, 120) +
                         (i % 3 == label ? 40u + rng_below(&rng, 90) : 0u));
}

/* Rows 0 .. n-1; 'from' shifts which cells they are.  One row is set aside. */
static inline int make_store(const char *path, size_t n, size_t train,
                             uint32_t from, int classes, struct err *err)
{
    const struct store_args a = {.dir = path,
                                 .header = "file,label,split,status",
                                 .n = n,
                                 .h = SIDE,
                                 .w = SIDE,
                                 .class_name = class_name,
                                 .n_class = classes};
    struct store_writer *w = NULL;
    static uint8_t pixels[PIXELS];
    char line[128];
    const char *record = line;

    if (file_dir_make(path, err) < 0 || store_create(&w, &a, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        const bool aside = n > 1 && i == n - 1;
        const int label = aside ? -1 : (int)(i % (size_t)classes);

        draw_cell(pixels, from + (uint32_t)i, label);
        snprintf(line, sizeof(line), "%zu,\"%s\",%s,%s", i,
                 class_name[i % (size_t)classes],
                 i < train ? "train" : "validation", aside ? "bad" : "ok");
        if (store_put(w, i, 1, pixels, &label, &record, err) < 0)
            return -1;
    }
    return store_finish(w, err);
}

struct train_watch {
    int calls, stop_at; /* of is_stopping(); 0: never */
    int copy_at;        /* of on_progress(): copy checkpoint/ to ... */
    int told;
    int threads;      /* 0: 1 */
    int at_once;      /* of a team's members; 0: all */
    const char *kept; /* of the last checkpoint; NULL: none */
    const char *from, *to;
    char warned[600];
};

static inline bool is_stopping(void *self)
{
    struct train_watch *w = self;

    return ++w->calls == w->stop_at;
}

static inline void copy_file(const char *from, const char *to, const char *name)
{
    char a[512], b[512], *data = NULL;
    size_t size = 0;
    struct err err;

    snprintf(a, sizeof(a), "%s/checkpoint/%s", from, name);
    snprintf(b, sizeof(b), "%s/checkpoint", to);
    if (file_dir_make(b, &err) < 0 || !file_exists(a))
        return;
    snprintf(b, sizeof(b), "%s/checkpoint/%s", to, name);
    if (file_read(a, 1 << 28, &data, &size, &err) == 0 &&
        file_write(b, data, size, &err) == 0)
        free(data);
}

/* What a machine that loses power at this moment would leave. */
static inline void on_progress(void *self, double done, double total,
                               const char *note)
{
    struct train_watch *w = self;

    (void)note;
    BUG_ON(done < 0 || done > total);
    if (++w->told != w->copy_at)
        return;
    copy_file(w->from, w->to, "0.safetensors");
    copy_file(w->from, w->to, "1.safetensors");
}

static inline void on_warning(void *self, const char *text)
{
    snprintf(((struct train_watch *)self)->warned, 600, "%s", text);
}

static inline void configure_run(struct config *c)
{
    config_init(c);
    c->train.epochs = EPOCHS;
    c->train.batch = BATCH;
    c->train.learning_rate = 1e-3;
    c->train.bn_momentum = 0.8;
    c->train.checkpoint_seconds = 1e9;
}

static inline int train_members(struct dist *d, const char *store,
                                const char *out, const struct config *c,
                                struct train_watch *w, struct err *err)
{
    struct trainset set;
    const struct trainer_args a = {
        .dir = out,
        .hash = "0123",
        .kept = w->kept,
        .any_length = "any",
        .network = "mobilenetv2",
        .seed = 3,
        .config = c,
        .set = &set,
        .dist = d,
        .threads = w->threads > 1 ? w->threads : 1,
        .hooks = {is_stopping, on_progress, on_warning, w}};
    int rc;

    if (file_dir_make(out, err) < 0 ||
        trainset_open(&set, &(struct trainset_args){.data = store}, err) < 0)
        return -1;
    rc = trainer_run(&a, err);
    trainset_close(&set);
    return rc;
}

/* A training in OUT under 'dir' by one rank. */
static inline int train_alone(const char *out, const struct config *c,
                              struct train_watch *w, struct err *err)
{
    struct dist d;

    dist_alone(&d);
    w->from = in_dir(out);
    return train_members(&d, in_dir("data"), in_dir(out), c, w, err);
}

/* A member of a process's team, and how it fared. */
struct train_member {
    struct trainer_args a;
    int rc;
    struct err err;
};

static inline void run_member(void *self, struct dist *d)
{
    struct train_member *m = self;

    m->a.dist = d;
    m->rc = trainer_run(&m->a, &m->err);
}

/*
 * A training in OUT under 'dir' by so many members of process how->dist, which
 * may be NULL: alone.  Of 'how' the network, the seed and all of the harness
 * are put in here.
 */
static inline int train_team(const char *out, const struct trainer_args *how,
                             int members, struct train_watch *w,
                             struct err *err)
{
    struct train_member m[MOST_MEMBERS] = {0};
    void *self[MOST_MEMBERS];
    struct dist alone;

    dist_alone(&alone);
    if (file_dir_make(in_dir(out), err) < 0)
        return -1;
    for (int i = 0; i < members; i++) {
        m[i].a = *how;
        m[i].a.dir = in_dir(out);
        m[i].a.hash = "0123";
        m[i].a.network = "mobilenetv2";
        m[i].a.seed = 3;
        m[i].a.threads = 1;
        m[i].a.hooks =
            (struct trainer_hooks){is_stopping, on_progress, on_warning, w};
        self[i] = &m[i];
    }
    dist_threads_turns(how->dist ? how->dist : &alone, members,
                       w->at_once ? w->at_once : members, run_member, self);
    *err = m[0].err;
    return m[0].rc;
}

/* Have two files under 'dir' the same bytes? */
static inline bool same_bytes(const char *a, const char *b)
{
    char *data[2] = {NULL, NULL};
    size_t size[2] = {0, 1};
    struct err err;
    bool same;

    same = file_read(in_dir(a), 1 << 28, &data[0], &size[0], &err) == 0 &&
           file_read(in_dir(b), 1 << 28, &data[1], &size[1], &err) == 0 &&
           size[0] == size[1] && memcmp(data[0], data[1], size[0]) == 0;
    free(data[0]);
    free(data[1]);
    return same;
}

static inline bool same_file(const char *a, const char *b, const char *name)
{
    char path[2][600];

    snprintf(path[0], sizeof(path[0]), "%s/%s", a, name);
    snprintf(path[1], sizeof(path[1]), "%s/%s", b, name);
    return same_bytes(path[0], path[1]);
}

static inline bool same_results(const char *a, const char *b)
{
    return same_file(a, b, "last.safetensors") &&
           same_file(a, b, "model.safetensors") &&
           same_file(a, b, "history.csv") && same_file(a, b, "steps.csv");
}

/* Losses of steps.csv; returns how many. */
static inline size_t read_steps(const char *out, double *loss, size_t max)
{
    char path[600];
    struct csv csv;
    struct err err;
    size_t n = 0;

    snprintf(path, sizeof(path), "%s/%s/steps.csv", dir, out);
    if (csv_read(&csv, path, &err) < 0)
        return 0;
    for (; n < csv.n_row && n < max; n++)
        loss[n] =
            strtod(csv_get(&csv, n, (size_t)csv_column(&csv, "loss")), NULL);
    csv_release(&csv);
    return n;
}

static inline double history_of(const char *out, size_t row, const char *column)
{
    char path[600];
    struct csv csv;
    struct err err;
    double x = NAN;

    snprintf(path, sizeof(path), "%s/%s/history.csv", dir, out);
    if (csv_read(&csv, path, &err) < 0)
        return x;
    if (row < csv.n_row)
        x = strtod(csv_get(&csv, row, (size_t)csv_column(&csv, column)), NULL);
    csv_release(&csv);
    return x;
}

/* This program under mpirun as two ranks, with such arguments; its status. */
static inline int under_mpirun(const char *self, const char *arguments)
{
    char command[900];

    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* Open MPI's own leaks */
    snprintf(command, sizeof(command),
             "timeout 300 mpirun --oversubscribe -n 2 '%.400s' %.400s "
             "2>/dev/null",
             self, arguments);
    fflush(stdout);
    return system(command);
}

/* A directory with cells, and how they are trained. */
static inline void begin_training(struct config *c)
{
    struct err err = {0};

    BUG_ON(!mkdtemp(dir));
    configure_run(c);
    ok(make_store(in_dir("data"), ALL, TRAIN, 0, CLASSES, &err) == 0, "cells");
}

/* Those cells, to be closed by trainset_close(). */
static inline void open_set(struct trainset *set)
{
    struct err err = {0};

    need(trainset_open(set, &(struct trainset_args){.data = in_dir("data")},
                       &err) == 0,
         &err);
}

static inline int end_training(void)
{
    struct err err = {0};

    ok(file_dir_remove(dir, &err) == 0, "clean up");
    return tap_done();
}

#endif
