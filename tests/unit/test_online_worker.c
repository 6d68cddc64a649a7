/*
 * test_online_worker.c - a worker that streams fresh variants, as its rank sees it:
 * papline-augment --stream is started, ordered and read here
 */
#include "proto/credit.h"
#include "proto/samples.h"
#include "proto/want.h"
#include "stages/augment/online_variant.h"
#include "test_dir.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <zmq.h>

enum { N = 3, SIDE = 32, BYTES = SIDE * SIDE * 3, SEED = 9, PATIENCE = 20000 };

static const char mine[] = "each: [affine: {rotate: [-90, 90]}]\n";

static char program[FILE_PATH_MAX];

static int make_store(struct err *err)
{
    static const char name[2][CONFIG_NAME_MAX] = {"a", "b"};
    const struct store_args a = {.dir = in_dir("data"),
                                 .header = "file,class,split,status",
                                 .n = N,
                                 .h = SIDE,
                                 .w = SIDE,
                                 .class_name = name,
                                 .n_class = 2};
    static uint8_t pixels[BYTES];
    struct store_writer *w = NULL;

    if (file_dir_make(a.dir, err) < 0 || store_create(&w, &a, err) < 0)
        return -1;
    for (int i = 0; i < N; i++) {
        const char *record = i % 2 ? "x,b,train,ok" : "x,a,train,ok";
        const int label = i % 2;

        for (int k = 0; k < BYTES; k++)
            pixels[k] = (uint8_t)(k * (i + 3) / 7);
        if (store_put(w, (size_t)i, 1, pixels, &label, &record, err) < 0)
            return -1;
    }
    return store_finish(w, err);
}

/* --- the rank's side -------------------------------------------------------*/

struct online_rank {
    void *zmq, *router;
    char endpoint[128];
    pid_t worker;
    uint8_t identity[255];
    size_t size;
};

/* A worker of process 'pid', which is this one unless that one has ended. */
static void open_rank(struct online_rank *r, const char *recipe, long pid)
{
    char rank[32];
    const int ms = PATIENCE;

    snprintf(rank, sizeof(rank), "%ld", pid);
    *r = (struct online_rank){.zmq = zmq_ctx_new()};
    r->router = zmq_socket(r->zmq, ZMQ_ROUTER);
    snprintf(r->endpoint, sizeof(r->endpoint), "ipc://%s", in_dir("socket"));
    zmq_setsockopt(r->router, ZMQ_RCVTIMEO, &ms, sizeof(ms));
    BUG_ON(zmq_bind(r->router, r->endpoint) < 0);
    r->worker = fork();
    if (r->worker == 0) {
        dup2(open("/dev/null", O_WRONLY), 2);
        execl(program, program, "--stream", r->endpoint, in_dir("data"), recipe,
              rank, (char *)NULL);
        _exit(127);
    }
}

/* The worker's next message, into m; false if none comes. */
static bool receive_message(struct online_rank *r, zmq_msg_t *m)
{
    const int n = zmq_recv(r->router, r->identity, sizeof(r->identity), 0);

    r->size = n < 0 ? 0 : (size_t)n;
    zmq_msg_init(m);
    return n >= 0 && zmq_msg_recv(m, r->router, 0) >= 0;
}

static bool receive_credit(struct online_rank *r, uint32_t want)
{
    struct msg_credit c = {0};
    struct err err;
    zmq_msg_t m;
    const bool good =
        receive_message(r, &m) &&
        credit_decode(&c, zmq_msg_data(&m), zmq_msg_size(&m), &err) == 0;

    zmq_msg_close(&m);
    return good && c.n == want;
}

static void send_want(struct online_rank *r, const char *recipe)
{
    struct msg_want m = {.unit = 7,
                         .seed = SEED,
                         .epoch = 3,
                         .count = 2,
                         .row = {{2, 1}, {0, 4}}};
    struct buf b = {0};
    struct err err;

    snprintf(m.recipe, sizeof(m.recipe), "%.*s", WANT_MAX_RECIPE, recipe);
    BUG_ON(want_encode(&m, &b, &err) < 0);
    zmq_send(r->router, r->identity, r->size, ZMQ_SNDMORE);
    zmq_send(r->router, b.data, b.len, 0);
    buf_release(&b);
}

/* Exit status of the worker, which ends by itself; -1: it does not. */
static int end_of(struct online_rank *r)
{
    const struct timespec tick = {.tv_nsec = 10000000};
    int status;

    for (int i = 0; i < PATIENCE / 10; i++) {
        if (waitpid(r->worker, &status, WNOHANG) == r->worker) {
            r->worker = 0;
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        }
        nanosleep(&tick, NULL);
    }
    return -1;
}

static void close_rank(struct online_rank *r)
{
    const int zero = 0;

    if (r->worker > 0) {
        kill(r->worker, SIGKILL);
        waitpid(r->worker, NULL, 0);
    }
    zmq_setsockopt(r->router, ZMQ_LINGER, &zero, sizeof(zero));
    zmq_close(r->router);
    zmq_ctx_term(r->zmq);
}

/* --- tests -----------------------------------------------------------------*/

/* Variants of the order, as anyone makes them. */
static void expected_rows(const struct recipe_text *text, uint8_t *out)
{
    struct store data;
    struct recipe recipe;
    struct err err;
    struct online_variant f = {&data, &recipe, SEED};
    uint8_t *scratch;

    BUG_ON(store_open(&data, in_dir("data"), &err) < 0 ||
           recipe_init(&recipe, text, &err) < 0);
    scratch = malloc(online_variant_scratch(&f));
    BUG_ON(!scratch);
    online_variant_make(&f, 2, 1, 3, out, scratch);
    online_variant_make(&f, 0, 4, 3, out + BYTES, scratch);
    free(scratch);
    recipe_release(&recipe);
    store_close(&data);
}

static void check_recipe(const struct recipe_text *text, const char *what)
{
    static uint8_t want[2 * BYTES];
    struct msg_samples x = {0};
    struct err err = {0};
    struct online_rank r;
    zmq_msg_t m;

    expected_rows(text, want);
    BUG_ON(file_write(in_dir("r.yaml"), text->text, text->size, &err) < 0);
    open_rank(&r, in_dir("r.yaml"), (long)getpid());
    ok(receive_credit(&r, 2), what);
    send_want(&r, text->id);
    ok(receive_message(&r, &m) &&
           samples_decode(&x, zmq_msg_data(&m), zmq_msg_size(&m), &err) == 0 &&
           x.unit == 7 && x.count == 2,
       "  its answer");
    ok(x.count == 2 && memcmp(x.pixels, want, sizeof(want)) == 0,
       "  has the very bytes");
    zmq_msg_close(&m);
    ok(receive_credit(&r, 1), "  and is followed by a credit");
    send_want(&r, text->id[0] == 'l' ? "strong" : "light");
    ok(end_of(&r) == 1, "  an order of another recipe is not taken");
    samples_release(&x);
    close_rank(&r);
}

static void check_options(void)
{
    struct err err;
    struct online_rank r;

    open_rank(&r, in_dir("none.yaml"), (long)getpid());
    ok(end_of(&r) == 2, "a worker of an unknown recipe is refused");
    close_rank(&r);
    BUG_ON(file_write(in_dir("bad.yaml"), "each: [gery: {}]\n", 17, &err) < 0);
    open_rank(&r, in_dir("bad.yaml"), (long)getpid());
    ok(end_of(&r) == 2, "a worker of a bad recipe is refused");
    close_rank(&r);
}

/* A rank that ended before its worker had begun. */
static void check_orphan(const struct recipe_text *text)
{
    struct err err = {0};
    struct online_rank r;

    BUG_ON(file_write(in_dir("r.yaml"), text->text, text->size, &err) < 0);
    open_rank(&r, in_dir("r.yaml"), (long)getpid() + 1);
    ok(end_of(&r) == 0, "a worker whose rank is gone ends");
    close_rank(&r);
}

int main(void)
{
    const char *bin = getenv("BIN");
    struct recipe_text text;
    struct err err = {0};

    if (!bin || file_path(program, &err, "%s/papline-augment", bin) < 0 ||
        !file_exists(program)) {
        printf("1..0 # SKIP BIN is not set: no workers\n");
        return 0;
    }
    begin_dir();
    BUG_ON(make_store(&err) < 0);
    BUG_ON(recipe_text_read(&text, "", "light", &err) < 0);
    check_recipe(&text, "a worker of a built-in recipe");
    recipe_text_release(&text);
    BUG_ON(recipe_text_take(&text, "mine", mine, strlen(mine), &err) < 0);
    check_recipe(&text, "a worker of one's own");
    check_orphan(&text);
    recipe_text_release(&text);
    check_options();
    return end_dir();
}
