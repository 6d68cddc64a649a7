/*
 * test_nets_golden.c - the five networks against PyTorch
 *
 * Logits, gradients, running statistics and the losses of three Adam steps,
 * whole, cut and with frozen layers, without dropout.  Then ten steps of each
 * as fine-tuning has it, cut, frozen and with its head: what they take from the
 * loss, and how far they move the weights.
 */
#include "golden/nn_digest.h"
#include "nn/nets.h"
#include "nn/optim.h"

#include <stdlib.h>

enum { CLASSES = 5, SUMS = 4, MAX_STEPS = 11, MANY = 10 };

static const struct golden_digest golden[] = {
#include "golden/nn_nets.inc"
};

enum { N_GOLDEN = sizeof(golden) / sizeof(golden[0]) };

/*
 * The weights keep every unit away from the corners of its activation (see
 * nn_nets.py), so gradients of the whole network can be held to 1e-3 (below).
 */
static const struct network_case {
    const char *name, *net; /* of the case in nn_nets.py; of the network */
    bool cut;
    const char *frozen; /* last frozen layer */
    int n, h, w;
    enum phase phase;
    int steps;
    enum net_head head;
    double tolerance; /* of gradients */
} runs[] = {
    {"vgg16 75x97", "vgg16", false, NULL, 5, 75, 97, PHASE_TRAIN, 3,
     HEAD_LINEAR, 1e-3},
    {"vgg16 cut", "vgg16", true, "block4_conv2", 2, 110, 110, PHASE_TRAIN, 3,
     HEAD_PAPER, 1e-3},
    {"vgg19 cut", "vgg19", true, "block4_conv4", 5, 75, 97, PHASE_TRAIN, 3,
     HEAD_LINEAR, 1e-3},
    {"vgg19 infer", "vgg19", false, NULL, 1, 110, 110, PHASE_INFER, 0,
     HEAD_PAPER, 1e-3},
    {"resnet50 75x97", "resnet50", false, NULL, 5, 75, 97, PHASE_TRAIN, 3,
     HEAD_LINEAR, 1e-3},
    {"resnet50 cut", "resnet50", true, "conv3_block4_3_bn", 5, 110, 110,
     PHASE_TRAIN, 3, HEAD_LINEAR, 1e-3},
    {"resnet50 infer", "resnet50", false, NULL, 1, 75, 97, PHASE_INFER, 0,
     HEAD_LINEAR, 1e-3},
    {"mobilenetv2 frozen", "mobilenetv2", false, "block_11_expand_BN", 5, 75,
     97, PHASE_TRAIN, 3, HEAD_PAPER, 1e-3},
    /* these gradients are what is left of sums many times as large */
    {"mobilenetv2 32", "mobilenetv2", false, NULL, 32, 110, 110, PHASE_TRAIN, 0,
     HEAD_PAPER, 3e-2},
    {"mobilenetv2 one", "mobilenetv2", false, NULL, 1, 75, 97, PHASE_TRAIN, 3,
     HEAD_PAPER, 1e-3},
    {"densenet169 75x97", "densenet169", false, NULL, 5, 75, 97, PHASE_TRAIN, 3,
     HEAD_PAPER, 1e-3},
    {"densenet169 frozen", "densenet169", false, "conv4_block16_1_conv", 5, 110,
     110, PHASE_TRAIN, 3, HEAD_PAPER, 1e-3},
    {"densenet169 infer", "densenet169", false, NULL, 1, 110, 110, PHASE_INFER,
     0, HEAD_PAPER, 1e-3},
    {"vgg16 ten", "vgg16", true, "block4_conv2", 5, 45, 59, PHASE_TRAIN, MANY,
     HEAD_PAPER, 1e-3},
    {"vgg19 ten", "vgg19", true, "block4_conv4", 5, 75, 97, PHASE_TRAIN, MANY,
     HEAD_PAPER, 1e-3},
    {"resnet50 ten", "resnet50", true, "conv3_block4_3_bn", 5, 45, 59,
     PHASE_TRAIN, MANY, HEAD_PAPER, 1e-3},
    {"mobilenetv2 ten", "mobilenetv2", false, "block_11_expand_BN", 5, 75, 97,
     PHASE_TRAIN, MANY, HEAD_PAPER, 1e-3},
    {"densenet169 ten", "densenet169", false, "conv4_block16_1_conv", 5, 75, 97,
     PHASE_TRAIN, MANY, HEAD_PAPER, 1e-3},
};

static const float rate = 2e-6f;

/* Is a tensor of a frozen layer? */
static bool is_frozen(const struct graph *g, const struct named_tensor *t)
{
    for (int i = 0; i < graph_n_node(g); i++) {
        const struct node *nd = graph_node_at(g, i);
        const float *own = t->is_state ? nd->state : nd->param;
        const size_t n = t->is_state ? nd->n_state : nd->n_param;

        if (n > 0 && t->data >= own && t->data < own + n)
            return nd->frozen;
    }
    return false;
}

/* nn_nets.py's calm(); with 'rough' of the layers that learn. */
static void fill_calm(struct graph *g, bool rough)
{
    const struct named_tensor *t;
    size_t n;

    fill_weights(g);
    graph_tensors(g, &t, &n);
    for (; n--; t++) {
        const bool vgg = strncmp(t->name, "block", 5) == 0 &&
                         strstr(t->name, "_conv") && !strstr(t->name, "block_");
        const bool beta = strstr(t->name, "/beta:0");
        const bool sum = strstr(t->name, "_3_") || strstr(t->name, "_0_");

        if (rough && is_frozen(g, t))
            continue;
        if (strstr(t->name, "/gamma:0"))
            fill_values(t->name, 0.1f, 0.025f, t->data, t->len);
        if (vgg && strstr(t->name, "/kernel:0")) {
            const float fan = (float)(t->len / (size_t)t->dim[3]);

            fill_values(t->name, 1 / fan, 0.5f / fan, t->data, t->len);
        }
        if (!beta && !(vgg && strstr(t->name, "/bias:0")))
            continue;
        fill_values(t->name, 0.0f, 1.0f, t->data, t->len);
        for (size_t i = 0; i < t->len; i++) {
            float *v = &t->data[i];

            if (*v >= -0.5f || (beta && sum))
                *v = 1 + 0.25f * *v;
            else
                *v -= beta ? 0.5f : 6.0f;
        }
    }
}

/* A frozen layer is named; the first that learns is the one behind it.  Ten
 * steps are of fine-tuning, whose number of layers must come to the same. */
static int count_frozen(const struct net *net, const struct network_case *r)
{
    struct err err = {0};

    if (r->steps == MANY)
        return net->paper_freeze;
    return r->frozen ? net_layer_index(net, r->frozen, &err) + 1 : 0;
}

/* nn_nets.py's images(). */
static void fill_input(const struct network_case *r, struct graph *g)
{
    const struct golden_digest *seed =
        find_golden(golden, N_GOLDEN, r->name, "seed");
    const size_t row = (size_t)(r->h * r->w) * 3;
    float *x = graph_input(g);
    char name[16];

    snprintf(name, sizeof(name), "x%.0f", seed->norm);
    fill_values(name, 0, 1, x, (size_t)r->n * row);
    for (int i = 0; i < r->n; i++)
        for (size_t j = 0; j < row; j++, x++)
            *x = *x * (1 + 0.5f * (float)i) + 0.25f * (float)i;
}

static struct graph *new_net(const struct network_case *r,
                             enum graph_memory memory)
{
    struct err err = {0};
    const struct net *net = net_find(r->net, &err);
    struct graph *g = net_new(
        net,
        &(struct net_args){.h = r->h,
                           .w = r->w,
                           .classes = CLASSES,
                           .cut = r->cut ? net->paper_cut : NULL,
                           .head = r->head,
                           .freeze = count_frozen(net, r),
                           .no_dropout = true},
        &(struct graph_args){.max_batch = r->n, .seed = 1, .memory = memory},
        &err);

    need(g != NULL, &err);
    fill_calm(g, r->steps == MANY);
    fill_input(r, g);
    return g;
}

/* The distance of one tensor; negative if there is no such row. */
static double distance_of(const struct network_case *r, const char *tensor,
                          const float *x, size_t n)
{
    const struct golden_digest *want =
        find_golden(golden, N_GOLDEN, r->name, tensor);

    return want ? digest_distance(want, SUMS, x, n) : -1.0;
}

static void check_close(const struct network_case *r, const char *what,
                        double d, double tol)
{
    char text[200];

    snprintf(text, sizeof(text), "%s: %s within %g", r->name, what, tol);
    ok(d >= 0 && d < tol, text);
    printf("# %s %g\n", what, d);
}

/* Gradients and running statistics after the first step. */
static void check_first(const struct network_case *r, struct graph *g)
{
    const struct named_tensor *t;
    double grad = 0, state = 0, head = 0, diff = 0, norm = 0;
    int found = 0;
    size_t n;

    graph_tensors(g, &t, &n);
    for (; n--; t++) {
        const size_t at = (size_t)(t->data - graph_param(g));
        const bool top = strstr(t->name, "dense") == t->name ||
                         strstr(t->name, "batch_norm") == t->name;
        double d;

        if (!t->is_state && at >= graph_n_param(g))
            continue;
        d = distance_of(r, t->name,
                        t->is_state ? t->data : graph_dparam(g) + at, t->len);
        found += d >= 0;
        if (d >= 0 && !t->is_state) {
            const double all =
                find_golden(golden, N_GOLDEN, r->name, t->name)->norm;

            diff += d * all * d * all;
            norm += all * all;
        }
        if (t->is_state)
            state = fmax(state, d);
        else if (top)
            head = fmax(head, d);
        else
            grad = fmax(grad, d);
    }
    ok(found > 2, "there are gradients to compare");
    check_close(r, "all gradients together", sqrt(diff / norm), 1e-3);
    check_close(r, "worst of all gradients", grad, r->tolerance);
    check_close(r, "worst of the head's gradients", head, 1e-3);
    if (r->phase == PHASE_TRAIN)
        check_close(r, "worst of all running statistics", state, 1e-5);
}

/* How far the weights went from 'begin', and the running statistics. */
static void check_last(const struct network_case *r, struct graph *g,
                       const float *begin)
{
    const size_t n_param = graph_n_param(g);
    float *moved = malloc(n_param * sizeof(*moved));
    const struct named_tensor *t;
    double diff = 0, norm = 0, state = 0;
    int found = 0;
    size_t n;

    for (size_t i = 0; i < n_param; i++)
        moved[i] = graph_param(g)[i] - begin[i];
    graph_tensors(g, &t, &n);
    for (; n--; t++) {
        const size_t at = (size_t)(t->data - graph_param(g));
        char name[160];
        double d, all;

        snprintf(name, sizeof(name), "%s %s",
                 t->is_state ? "after" : "change of", t->name);
        d = distance_of(r, name, t->is_state ? t->data : moved + at % n_param,
                        t->len);
        if (d < 0)
            continue;
        found++;
        if (t->is_state) {
            state = fmax(state, d);
            continue;
        }
        all = find_golden(golden, N_GOLDEN, r->name, name)->norm;
        diff += all < 1e-9 ? d * d : d * all * d * all;
        norm += all * all;
    }
    ok(found > 4, "there are weights to compare");
    check_close(r, "all changes of weights together", sqrt(diff / norm), 5e-3);
    check_close(r, "worst of all running statistics then", state, 1e-5);
    free(moved);
}

static void adam_step(struct graph *g, float *slot, int t)
{
    const size_t n = graph_n_param(g);

    optim_adam.step(&(struct optim_step){.n = n,
                                         .w = graph_param(g),
                                         .dw = graph_dparam(g),
                                         .slot = {slot, slot + n},
                                         .t = (uint32_t)t + 1,
                                         .learning_rate = rate,
                                         .threads = 2});
}

static void check_run(const struct network_case *r)
{
    struct graph *g = new_net(r, GRAPH_TRAIN);
    const struct node *y = graph_output(g);
    float *slot = calloc(3 * graph_n_param(g), sizeof(*slot));
    float *begin = slot + 2 * graph_n_param(g);
    float losses[MAX_STEPS], drops[MAX_STEPS];
    double first = 0;

    memcpy(begin, graph_param(g), graph_n_param(g) * sizeof(*begin));
    for (int t = 0; t <= r->steps; t++) {
        double now;

        fill_input(r, g);
        graph_forward(g, r->phase);
        now = mean_loss(g);
        first = t ? first : now;
        losses[t] = (float)now;
        drops[t] = (float)(now - first);
        if (t == 0)
            check_close(
                r, "logits",
                distance_of(r, "logits", y->out.data, tensor_len(&y->out)),
                1e-5);
        graph_zero_grad(g);
        graph_backward(g);
        if (t == 0)
            check_first(r, g);
        if (t < r->steps)
            adam_step(g, slot, t);
    }
    check_close(r, "losses before and after the steps",
                distance_of(r, "losses", losses, (size_t)r->steps + 1), 1e-4);
    if (r->steps)
        check_close(r, "what the steps take from the loss",
                    distance_of(r, "drops", drops + 1, (size_t)r->steps), 1e-2);
    if (r->steps == MANY)
        check_last(r, g, begin);
    free(slot);
    graph_free(g);
}

/* Inference: every layer kept, and folded in reused memory. */
static void check_infer(const struct network_case *r)
{
    struct graph *g = new_net(r, GRAPH_INFER),
                 *all = new_net(r, GRAPH_KEEP_ALL);

    graph_forward(g, PHASE_INFER);
    check_close(
        r, "logits of inference",
        distance_of(r, "logits", graph_output(g)->out.data, (size_t)r->n * 5),
        1e-5);
    graph_forward(all, PHASE_INFER);
    check_close(
        r, "logits with every layer kept",
        distance_of(r, "logits", graph_output(all)->out.data, (size_t)r->n * 5),
        1e-5);
    graph_free(g);
    graph_free(all);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        check_run(&runs[i]);
        if (runs[i].phase == PHASE_INFER)
            check_infer(&runs[i]);
    }
    return tap_done();
}
