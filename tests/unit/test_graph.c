/*
 * test_graph.c - building, faults, memory planning, data-parallel ranks
 */
#include "golden/nn_digest.h"
#include "nn/layers.h"
#include "nn/memplan.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROWS = 7, SIDE = 9, MAX_SUM = 4096 };

/* Two ranks in two threads. */
struct meeting {
    pthread_mutex_t lock;
    pthread_cond_t all_here;
    int here, round;
    double x[2][MAX_SUM];
};

struct graph_rank {
    struct meeting *at; /* borrowed */
    struct collective coll;
    int n, first_row;
    struct graph *g; /* owned */
};

static void wait_for_all(struct meeting *m)
{
    int round;

    pthread_mutex_lock(&m->lock);
    round = m->round;
    if (++m->here == 2) {
        m->here = 0;
        m->round++;
        pthread_cond_broadcast(&m->all_here);
    }
    while (m->round == round)
        pthread_cond_wait(&m->all_here, &m->lock);
    pthread_mutex_unlock(&m->lock);
}

static void sum_two(void *self, double *x, size_t n)
{
    const struct graph_rank *r = self;
    struct meeting *m = r->at;

    BUG_ON(n > MAX_SUM);
    memcpy(m->x[r->coll.rank], x, n * sizeof(double));
    wait_for_all(m);
    for (size_t i = 0; i < n; i++)
        x[i] = m->x[0][i] + m->x[1][i];
    wait_for_all(m);
}

static struct graph *new_net(int max_batch, const struct collective *coll)
{
    struct graph *g = graph_new(&(struct graph_args){
        .max_batch = max_batch, .threads = 1, .seed = 3, .coll = coll});
    struct node *x = nn_input(g, "x", SIDE, SIDE, 3);
    struct err err = {0};

    x = nn_conv2d(g, x, "c",
                  (struct conv_args){.filters = 8, .size = 3, .stride = 2});
    x = nn_batch_norm(g, x, "b",
                      (struct bn_args){.act = ACT_RELU6, .act_name = "r"});
    x = nn_depthwise(g, x, "w", (struct conv_args){.size = 3, .pad = PAD_SAME});
    x = nn_batch_norm(g, x, "b2", (struct bn_args){0});
    x = nn_global_avg_pool(g, x, "g");
    x = nn_dropout(g, x, "o", (struct dropout_args){0.5f});
    x = nn_dense(g, x, "d", (struct dense_args){.units = 6});
    nn_batch_norm(g, x, "b3", (struct bn_args){0});
    need(graph_finish(g, &err) == 0, &err);
    return g;
}

/* One step on rows [first, first + n) of the global batch. */
static void run_step(struct graph *g, int first, int n)
{
    static const size_t row = SIDE * SIDE * 3;
    float x[ROWS * SIDE * SIDE * 3], dy[ROWS * 6];

    fill_values("x", 0, 3, x, ROWS * row);
    fill_values("dy", 0, 1, dy, (size_t)ROWS * 6);
    graph_set_batch(g, n);
    graph_set_step(g, 5, (uint32_t)first);
    memcpy(graph_input(g), x + (size_t)first * row,
           (size_t)n * row * sizeof(float));
    graph_forward(g, PHASE_TRAIN);
    memcpy(graph_output(g)->dout.data, dy + first * 6,
           (size_t)n * 6 * sizeof(float));
    graph_zero_grad(g);
    graph_backward(g);
}

static void *run_rank(void *arg)
{
    struct graph_rank *r = arg;

    run_step(r->g, r->first_row, r->n);
    return NULL;
}

static double norm_of(const float *x, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sqrt(sum);
}

/* |a + b - c| / |c|; b may be NULL. */
static double sum_gap(const float *a, const float *b, const float *c, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        const double d = (double)a[i] + (b ? (double)b[i] : 0.0) - (double)c[i];

        sum += d * d;
    }
    return sqrt(sum) / norm_of(c, n);
}

/* Ranks with 'n0' and ROWS - n0 rows against one with all. */
static void check_ranks(int n0)
{
    struct meeting m = {.lock = PTHREAD_MUTEX_INITIALIZER,
                        .all_here = PTHREAD_COND_INITIALIZER};
    struct graph_rank r[2] = {{.at = &m, .n = n0},
                              {.at = &m, .n = ROWS - n0, .first_row = n0}};
    struct graph *one = new_net(ROWS, NULL);
    const size_t np = graph_n_param(one), ns = graph_n_state(one);
    pthread_t thread[2];
    char what[100];

    for (int i = 0; i < 2; i++) {
        r[i].coll = (struct collective){i, 2, sum_two, &r[i]};
        r[i].g = new_net(ROWS, &r[i].coll);
        if (pthread_create(&thread[i], NULL, run_rank, &r[i]) != 0)
            abort();
    }
    run_step(one, 0, ROWS);
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], NULL);
    snprintf(what, sizeof(what), "ranks of %d and %d rows: one's outputs", n0,
             ROWS - n0);
    ok(sum_gap(graph_output(r[0].g)->out.data, NULL,
               graph_output(one)->out.data, (size_t)n0 * 6) < 1e-5 &&
           (n0 == ROWS || sum_gap(graph_output(r[1].g)->out.data, NULL,
                                  graph_output(one)->out.data + n0 * 6,
                                  (size_t)(ROWS - n0) * 6) < 1e-5),
       what);
    ok(sum_gap(graph_dparam(r[0].g), graph_dparam(r[1].g), graph_dparam(one),
               np) < 1e-5,
       "  their gradients add up to one's");
    ok(sum_gap(graph_state(r[0].g), NULL, graph_state(one), ns) < 1e-6,
       "  their running statistics are one's");
    ok(!memcmp(graph_state(r[0].g), graph_state(r[1].g), ns * sizeof(float)),
       "  and the same bits on both");
    graph_free(one);
    graph_free(r[0].g);
    graph_free(r[1].g);
}

static void check_plan(void)
{
    float *at[5] = {0}, base[1024];
    struct memplan p;
    struct err err = {0};
    size_t need;

    ok(memplan_init(&p, 5, &err) == 0, "a plan of memory begins");
    memplan_add(&p, &at[0], 64, 0, 1);
    memplan_add(&p, &at[1], 32, 1, 2);
    memplan_add(&p, &at[2], 64, 2, 3);
    memplan_add(&p, &at[3], 30, 3, 4);
    memplan_add(&p, &at[4], 0, 0, 4);
    need = memplan_solve(&p);
    memplan_bind(&p, base);
    ok(need == 96, "plan of memory: a chain needs its two largest neighbours");
    ok(at[0] == at[2], "plan of memory: what is free again is used again");
    ok(at[1] >= at[0] + 64 && at[3] >= at[2] + 64,
       "plan of memory: neighbours do not overlap");
    ok(!at[4], "plan of memory: nothing needs no place");
    memplan_release(&p);
}

static void check_building(void)
{
    struct graph *g = graph_new(&(struct graph_args){.max_batch = 3});
    struct node *x = nn_input(g, "x", 4, 5, 6), *r = nn_relu(g, x, "r");
    const struct named_tensor *t;
    struct err err = {0};
    size_t n;

    nn_dense(g, r, "d", (struct dense_args){.units = 2});
    ok(graph_finish(g, &err) == 0, "a graph of three nodes is built");
    ok(graph_n_node(g) == 3 && graph_node_at(g, 1) == r &&
           !graph_node_at(g, 3) && !graph_node_at(g, -1),
       "  its nodes in order");
    ok(graph_node(g, "r") == r && !graph_node(g, "q"), "  its nodes by name");
    ok(graph_n_param(g) == 4 * 5 * 6 * 2 + 2 && graph_n_state(g) == 0,
       "  its parameters");
    graph_tensors(g, &t, &n);
    ok(n == 2 && !strcmp(t[1].name, "d/bias:0") && t[1].len == 2 &&
           t[1].data == graph_param(g) + 240,
       "  its tensors");
    ok(graph_batch(g) == 3 && graph_max_batch(g) == 3,
       "the batch of a new graph is full");
    ok(((uintptr_t)r->out.data & 63) == 0 &&
           ((uintptr_t)r->dout.data & 63) == 0,
       "activations are aligned to 64 bytes");
    graph_free(g);
    graph_free(NULL);
}

static void check_faults(void)
{
    struct err err = {0};
    struct graph *g = graph_new(&(struct graph_args){.max_batch = 0});
    char longest[NN_NAME_MAX + 1];

    fails(graph_finish(g, &err), err, ERR_USAGE, "batch of 0 is not in 1",
          "a graph of an empty batch is refused");
    graph_free(g);
    fails(graph_finish(NULL, &err), err, ERR_SYSTEM, "no memory",
          "no graph at all is refused");
    g = graph_new(&(struct graph_args){.max_batch = 1});
    fails(graph_finish(g, &err), err, ERR_USAGE, "first node is no input",
          "a graph without nodes is refused");
    nn_relu(g, nn_input(g, "x", 2, 2, 2), "x");
    fails(graph_finish(g, &err), err, ERR_USAGE, "two nodes are named 'x'",
          "a name twice is refused");
    graph_free(g);
    g = graph_new(&(struct graph_args){.max_batch = 1});
    memset(longest, 'a', NN_NAME_MAX);
    longest[NN_NAME_MAX] = '\0';
    nn_input(g, longest, 2, 2, 2);
    fails(graph_finish(g, &err), err, ERR_USAGE, "has not 1 .. 63 bytes",
          "a name too long is refused");
    graph_free(g);
    g = graph_new(&(struct graph_args){.max_batch = GRAPH_MAX_BATCH});
    nn_input(g, "x", 4096, 4096, 3);
    fails(graph_finish(g, &err), err, ERR_USAGE, "more than 2147483647 values",
          "a tensor too large is refused");
    graph_free(g);
}

static void check_first_error(void)
{
    struct graph *g = graph_new(&(struct graph_args){.max_batch = 1});
    struct node *x = nn_input(g, "x", 2, 2, 2);
    struct err err = {0};
    char name[16];

    nn_dropout(g, x, "d", (struct dropout_args){.rate = 2});
    ok(!nn_dropout(g, x, "e", (struct dropout_args){.rate = 3}) &&
           !nn_relu(g, x, "r"),
       "after an error constructors do nothing");
    fails(graph_finish(g, &err), err, ERR_USAGE, "'rate' is 2",
          "the first error stays");
    graph_free(g);
    ok(!graph_add(NULL, NULL, "r", NULL) && !graph_commit(NULL, NULL),
       "no graph, no node");
    g = graph_new(&(struct graph_args){.max_batch = 1});
    x = nn_input(g, "x", 1, 1, 1);
    for (int i = 1; x && i <= GRAPH_MAX_NODES; i++) {
        snprintf(name, sizeof(name), "r%d", i);
        x = nn_relu(g, x, name);
    }
    fails(graph_finish(g, &err), err, ERR_USAGE, "more than 1024 nodes",
          "a graph of too many nodes is refused");
    graph_free(g);
}

/* Terabytes, while the process may have few: the sanitizers want more. */
static void check_no_memory(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    const struct rlimit few = {(rlim_t)1 << 34, RLIM_INFINITY};
    struct graph *g =
        graph_new(&(struct graph_args){.max_batch = GRAPH_MAX_BATCH});
    struct node *x = nn_input(g, "x", 256, 256, 7);
    struct rlimit old;
    struct err err = {0};
    char name[16];

    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof(name), "r%d", i);
        x = nn_relu(g, x, name);
    }
    ok(getrlimit(RLIMIT_AS, &old) == 0 && setrlimit(RLIMIT_AS, &few) == 0,
       "a graph over the limit of memory is refused");
    fails(graph_finish(g, &err), err, ERR_SYSTEM, "no memory for",
          "a graph of terabytes is refused");
    ok(setrlimit(RLIMIT_AS, &old) == 0,
       "a graph without limit of memory is built");
    graph_free(g);
#endif
}

static void train_infer(struct graph *g)
{
    graph_forward(g, PHASE_TRAIN);
}

static void grow_batch(struct graph *g)
{
    graph_set_batch(g, ROWS + 1);
}

static void shrink_batch(struct graph *g)
{
    graph_set_batch(g, -1);
}

/* Does f(g) abort? */
static bool does_abort(void (*f)(struct graph *g), struct graph *g)
{
    int status = 0;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        const struct rlimit no_core = {0, 0};

        setrlimit(RLIMIT_CORE, &no_core);
        if (!freopen("/dev/null", "w", stderr))
            _exit(1);
        f(g);
        _exit(0);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGABRT;
}

static void check_bugs(void)
{
    struct graph *g = graph_new(
        &(struct graph_args){.max_batch = ROWS, .memory = GRAPH_INFER});
    struct err err = {0};

    nn_relu(g, nn_input(g, "x", 2, 2, 2), "r");
    ok(graph_finish(g, &err) == 0, "a graph for inference is built");

    ok(does_abort(train_infer, g), "a bug: PHASE_TRAIN with GRAPH_INFER");
    ok(does_abort(graph_backward, g), "a bug: backward with GRAPH_INFER");
    ok(does_abort(grow_batch, g), "a bug: a batch above the largest");
    ok(does_abort(shrink_batch, g), "a bug: a negative batch");
    graph_free(g);
    g = graph_new(&(struct graph_args){.max_batch = 1});
    nn_input(g, "x", 1, 1, 1);
    ok(does_abort(train_infer, g), "a bug: forward before graph_finish()");
    graph_free(g);
}

/* A network whose gradients are asked for, not its weights'. */
static struct graph *new_deep(bool frozen)
{
    struct graph *g = graph_new(
        &(struct graph_args){.max_batch = 2, .seed = 3, .frozen = frozen});
    const struct conv_args conv = {.filters = 4, .size = 3, .bias = true};
    struct err err = {0};
    struct node *x = nn_input(g, "x", 6, 6, 3);

    x = nn_relu(g, nn_conv2d(g, x, "a", conv), "a_relu");
    x = nn_relu(g, nn_conv2d(g, x, "b", conv), "b_relu");
    nn_dense(g, nn_global_avg_pool(g, x, "pool"), "logits",
             (struct dense_args){.units = 3});
    BUG_ON(graph_finish(g, &err) < 0);
    fill_values("x", 0, 1, graph_input(g), 2 * 6 * 6 * 3);
    graph_forward(g, PHASE_INFER);
    fill_values("dy", 0, 1, graph_output(g)->dout.data, 6);
    return g;
}

static bool same_dout(struct graph *a, struct graph *b, const char *name)
{
    const struct tensor *x = &graph_node(a, name)->dout;
    const struct tensor *y = &graph_node(b, name)->dout;

    return memcmp(x->data, y->data, tensor_len(x) * sizeof(float)) == 0;
}

static void check_partial(void)
{
    struct graph *a = new_deep(false), *b = new_deep(true);
    const struct tensor *t = &graph_node(b, "a_relu")->dout;

    graph_backward(a);
    fill_values("mark", 0, 1, t->data, tensor_len(t));
    graph_backward_to(b, graph_node(b, "b_relu"));
    ok(graph_n_param(b) == 0 && graph_n_all(b) == graph_n_param(a),
       "a frozen graph learns nothing");
    ok(same_dout(a, b, "b_relu"), "backward to a layer gives its gradient");
    ok(!same_dout(a, b, "a_relu"), "  and leaves those before it");
    graph_backward(b);
    ok(same_dout(a, b, "a_relu") && same_dout(a, b, "x"),
       "  then all of them, the input's too");
    graph_free(a);
    graph_free(b);
}

int main(void)
{
    check_bugs();
    check_partial();
    check_plan();
    check_building();
    check_faults();
    check_first_error();
    check_no_memory();
    check_ranks(4);
    check_ranks(ROWS);
    return tap_done();
}
