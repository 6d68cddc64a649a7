/*
 * trained_run.h - a store of drawn cells and a network of drawn weights
 */
#ifndef TESTS_TRAINED_RUN_H
#define TESTS_TRAINED_RUN_H

#include "evaluation/inference.h"
#include "test_dir.h"

enum { SIDE = 40, PIXELS = SIDE * SIDE * 3, N = 36, K = 3, ASIDE = 7 };

static const char names[K][CONFIG_NAME_MAX] = {"alpha", "be, \"ta\"", "gamma"};

static inline enum split split_of(int i)
{
    return i == ASIDE ? SPLIT_NONE : (enum split)(i % 3);
}

static inline void put_row(struct store_writer *w, int i, struct err *err)
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
             store_split_name(split_of(i)), i == ASIDE ? "broken" : "ok");
    BUG_ON(store_put(w, (size_t)i, 1, px, &label, &record, err) < 0);
    buf_release(&b);
}

static inline void make_store(void)
{
    const struct store_args a = {
        .dir = in_dir("data"),
        .header = "file,label,group,split,sha256,width,height,status",
        .n = N,
        .h = SIDE,
        .w = SIDE,
        .class_name = names,
        .n_class = K,
    };
    struct store_writer *w = NULL;
    struct err err = {0};

    BUG_ON(file_dir_make(a.dir, &err) < 0);
    if (!ok(store_create(&w, &a, &err) == 0, "a store"))
        return;
    for (int i = 0; i < N; i++)
        put_row(w, i, &err);
    works(store_finish(w, &err) == 0, err, "is filled");
}

static inline void describe_model(struct model_info *info)
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
static inline struct graph *make_net(void)
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

static inline void write_net(struct graph *g, const struct model_info *info,
                             const char *name)
{
    struct err err = {0};

    works(model_write(g, info, in_dir(name), &err) == 0, err, name);
}

static inline bool stop_never(void *self, size_t done, size_t total)
{
    *(size_t *)self = total;
    return done > 0;
}

/* A directory with data/, model.safetensors and an empty out/; the network. */
static inline struct graph *begin_trained(void)
{
    struct graph *g;
    struct model_info info;
    struct err err = {0};

    begin_dir();
    BUG_ON(file_dir_make(in_dir("out"), &err) < 0);
    make_store();
    g = make_net();
    describe_model(&info);
    write_net(g, &info, "model.safetensors");
    return g;
}

static inline int end_trained(struct graph *g)
{
    graph_free(g);
    return end_dir();
}

#endif
