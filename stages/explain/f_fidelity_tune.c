/* f_fidelity_tune.c - a network learns to see pictures with holes */
#include "stages/explain/f_fidelity.h"

#include "nn/loss.h"
#include "nn/optim.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

static const float RATE = 1e-4f;

struct tuning {
    const struct f_fidelity_tuning *a;
    struct inference net;        /* owned */
    size_t *row, n;              /* owned: of data, that train */
    float *slot[OPTIM_MAX_SLOT]; /* owned: what Adam remembers */
    int label[F_FIDELITY_BATCH];
};

/* Cells of step 'step', drawn, each with patches hidden. */
static void fill_batch(struct tuning *t, int64_t step)
{
    const struct store *s = t->a->data;
    const int limit = f_fidelity_limit(t->a->share);
    const size_t pixels = 3 * s->h * s->w;
    uint8_t gone[F_FIDELITY_BATCH][F_FIDELITY_PATCHES];
    size_t row[F_FIDELITY_BATCH];

    for (int i = 0; i < F_FIDELITY_BATCH; i++) {
        struct rng rng;

        rng_init(&rng, t->a->seed, RNG_TUNE, (uint32_t)step, (uint32_t)i);
        row[i] = t->row[rng_below(&rng, (uint32_t)t->n)];
        f_fidelity_hide_any(&rng, limit, gone[i]);
        t->label[i] = store_label(s, row[i]);
    }
    inference_fill(&t->net, s, row, F_FIDELITY_BATCH);
    for (int i = 0; i < F_FIDELITY_BATCH; i++)
        f_fidelity_mask(gone[i], (int)s->h, (int)s->w,
                        graph_input(t->net.graph) + (size_t)i * pixels);
}

/* One step downhill; returns the mean loss before it. */
static double tune_step(struct tuning *t, int64_t step)
{
    struct graph *g = t->net.graph;
    const struct node *y = graph_output(g);
    const struct loss_batch b = {.n = F_FIDELITY_BATCH,
                                 .k = y->out.c,
                                 .n_global = F_FIDELITY_BATCH,
                                 .z = y->out.data,
                                 .label = t->label,
                                 .dz = y->dout.data};
    struct optim_step s = {.n = graph_n_param(g),
                           .w = graph_param(g),
                           .dw = graph_dparam(g),
                           .t = (uint32_t)step + 1,
                           .learning_rate = RATE,
                           .threads = omp_get_max_threads()};
    double loss;

    fill_batch(t, step);
    graph_forward(g, PHASE_INFER);
    loss = loss_cross_entropy(&b) / F_FIDELITY_BATCH;
    graph_zero_grad(g);
    graph_backward(g);
    for (int i = 0; i < optim_adam.n_slot; i++)
        s.slot[i] = t->slot[i];
    optim_adam.step(&s);
    return loss;
}

static int run_steps(struct tuning *t, struct f_fidelity_tuned *was,
                     struct err *err)
{
    const struct f_fidelity_tuning *a = t->a;
    const int64_t tenth = a->steps < 10 ? 1 : a->steps / 10;

    *was = (struct f_fidelity_tuned){0};
    graph_set_batch(t->net.graph, F_FIDELITY_BATCH);
    for (int64_t i = 0; i < a->steps; i++) {
        double loss;

        if (a->each && !a->each(a->self, (size_t)i, (size_t)a->steps))
            return err_set(err, ERR_AGAIN, "explanation was stopped");
        loss = tune_step(t, i);
        if (!isfinite(loss))
            return err_set(err, ERR_INPUT,
                           "the loss of step %lld on masked cells is not a "
                           "number; training has diverged",
                           (long long)i + 1);
        was->first_loss += i < tenth ? loss / (double)tenth : 0.0;
        was->last_loss += i >= a->steps - tenth ? loss / (double)tenth : 0.0;
    }
    return 0;
}

static int open_tuning(struct tuning *t, struct err *err)
{
    const struct inference_args p = {.path = t->a->model,
                                     .data = t->a->data,
                                     .batch = F_FIDELITY_BATCH,
                                     .memory = GRAPH_TRAIN,
                                     .learns = true};

    if (inference_open(&t->net, &p, err) < 0 ||
        inference_split(t->a->data, SPLIT_TRAIN, &t->row, &t->n, err) < 0)
        return -1;
    if (t->n == 0)
        return err_set(err, ERR_INPUT,
                       "explain.f_fidelity: no cell trains that a network "
                       "could be tuned on");
    for (int i = 0; i < optim_adam.n_slot; i++) {
        t->slot[i] =
            calloc(graph_n_param(t->net.graph) + 1, sizeof(*t->slot[i]));
        if (!t->slot[i])
            return err_set(err, ERR_SYSTEM, "no memory to tune a network");
    }
    return 0;
}

int f_fidelity_tune(const struct f_fidelity_tuning *a, const char *to,
                    struct f_fidelity_tuned *was, struct err *err)
{
    struct tuning t = {.a = a};
    int rc = -1;

    if (open_tuning(&t, err) == 0 && run_steps(&t, was, err) == 0)
        rc = model_write(t.net.graph, &t.net.info, to, err);
    inference_close(&t.net);
    free(t.row);
    for (int i = 0; i < OPTIM_MAX_SLOT; i++)
        free(t.slot[i]);
    return rc;
}
