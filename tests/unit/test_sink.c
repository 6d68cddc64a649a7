/*
 * test_sink.c - what a sink takes from a peer that nobody vouches for, before
 * it has read a byte of it
 */
#include "proto/confirm.h"
#include "proto/hello.h"
#include "proto/samples.h"
#include "run/output.h"
#include "test_dir.h"
#include "worker/scheduler_address.h"
#include "worker/sink.h"

#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <zmq.h>

enum { SIDE = 4, PIXELS = SIDE * SIDE * 3, UNIT = 7, MB = 1 << 20 };

/* --- a run whose cells are there, and that wants variants of them --------- */

static int fill_data(const char *where, struct err *err)
{
    static const char name[1][CONFIG_NAME_MAX] = {"a"};
    static const uint8_t pixels[PIXELS];
    const struct store_args a = {.dir = where,
                                 .header = "file,class,split,status",
                                 .n = 1,
                                 .h = SIDE,
                                 .w = SIDE,
                                 .class_name = name,
                                 .n_class = 1};
    const char *const record = "x,a,train,ok";
    const int label = 0;
    struct store_writer *w = NULL;

    if (store_create(&w, &a, err) < 0 ||
        store_put(w, 0, 1, pixels, &label, &record, err) < 0)
        return -1;
    return store_finish(w, err);
}

/* Pictures are drawn: nobody looks at them here. */
static int no_pictures(const char *where, struct err *err)
{
    char path[FILE_PATH_MAX];

    if (file_path(path, err, "%s/none", where) < 0)
        return -1;
    return file_write(path, "", 0, err);
}

static int make_step(const struct plan *p, const char *name,
                     int (*fill)(const char *where, struct err *err),
                     struct err *err)
{
    const struct plan_step *step = plan_find(p, name);
    char path[FILE_PATH_MAX];
    bool resumed;

    BUG_ON(!step);
    if (output_begin(dir, step, path, &resumed, err) < 0 || fill(path, err) < 0)
        return -1;
    return output_commit(dir, step, err);
}

static int make_run(struct err *err)
{
    struct config c;
    struct plan plan = {0};
    struct buf yaml = {0};
    int rc = -1;

    config_init(&c);
    c.dataset.draw_per_class = 1;
    config_write(&c, &yaml);
    if (file_write(in_dir("run.yaml"), yaml.data, yaml.len, err) == 0 &&
        plan_init(&plan, &c, dir, err) == 0 &&
        make_step(&plan, "draw", no_pictures, err) == 0)
        rc = make_step(&plan, "preprocess", fill_data, err);
    plan_release(&plan);
    buf_release(&yaml);
    return rc;
}

/* --- its sink, a process of its own --------------------------------------- */

struct sink_process {
    void *zmq, *scheduler;
    pid_t sink;
    int said, more;      /* both ends of what the sink prints into */
    struct msg_hello is; /* the sink's */
};

static void be_sink(void)
{
    const struct stage augment = {.id = STAGE_AUGMENT};
    struct err err = {0};

    dup2(open(in_dir("said"), O_WRONLY), STDERR_FILENO);
    if (sink_run(&augment, dir, &err) < 0)
        printf("# the sink: %s\n", err.text);
    fflush(stdout);
    _exit(1);
}

/* The sink's hello; other messages are passed over. */
static bool hear_hello(struct sink_process *r)
{
    char bytes[WIRE_MAX_CONTROL];
    struct err err;
    int n;

    do {
        if (zmq_recv(r->scheduler, bytes, sizeof(bytes), 0) < 0)
            return false;
        n = zmq_recv(r->scheduler, bytes, sizeof(bytes), 0);
        if (n < 0)
            return false;
    } while (hello_decode(&r->is, bytes, (size_t)n, &err) < 0);
    return true;
}

static bool start_sink(struct sink_process *r)
{
    const int zero = 0, patience = 20000;
    struct scheduler_address c = {.scheduler.pid = 1};
    struct err err = {0};

    snprintf(c.endpoint, sizeof(c.endpoint), "ipc://%s", in_dir("control"));
    BUG_ON(mkfifo(in_dir("said"), 0600) < 0 ||
           scheduler_address_write(dir, &c, &err) < 0);
    r->said = open(in_dir("said"), O_RDONLY | O_NONBLOCK);
    r->more = open(in_dir("said"), O_WRONLY | O_NONBLOCK);
    fflush(stdout);
    r->sink = fork();
    if (r->sink == 0)
        be_sink();
    r->zmq = zmq_ctx_new();
    r->scheduler = zmq_socket(r->zmq, ZMQ_ROUTER);
    zmq_setsockopt(r->scheduler, ZMQ_LINGER, &zero, sizeof(zero));
    zmq_setsockopt(r->scheduler, ZMQ_RCVTIMEO, &patience, sizeof(patience));
    BUG_ON(zmq_bind(r->scheduler, c.endpoint) < 0);
    return ok(hear_hello(r) && strncmp(r->is.endpoint, "ipc://", 6) == 0,
              "a sink says where it listens");
}

static void end_sink(struct sink_process *r)
{
    kill(r->sink, SIGKILL);
    waitpid(r->sink, NULL, 0);
    close(r->said);
    close(r->more);
    zmq_close(r->scheduler);
    zmq_ctx_term(r->zmq);
}

/* --- peers ---------------------------------------------------------------- */

/* A connection that is made once; 'ahead' messages may wait at its end. */
static void *connect_peer(struct sink_process *r, int ahead)
{
    const int zero = 0, never = -1, ms = 200;
    void *peer = zmq_socket(r->zmq, ZMQ_DEALER);

    zmq_setsockopt(peer, ZMQ_LINGER, &zero, sizeof(zero));
    zmq_setsockopt(peer, ZMQ_RECONNECT_IVL, &never, sizeof(never));
    zmq_setsockopt(peer, ZMQ_SNDHWM, &ahead, sizeof(ahead));
    zmq_setsockopt(peer, ZMQ_SNDTIMEO, &ms, sizeof(ms));
    zmq_setsockopt(peer, ZMQ_RCVTIMEO, &ms, sizeof(ms));
    BUG_ON(zmq_connect(peer, r->is.endpoint) < 0);
    return peer;
}

static int send_noise(void *peer, void *noise, size_t size)
{
    zmq_msg_t m;
    int rc;

    zmq_msg_init_data(&m, noise, size, NULL, NULL);
    rc = zmq_msg_send(&m, peer, 0);
    if (rc < 0)
        zmq_msg_close(&m);
    return rc;
}

/* Rows of a shape that is not the run's, which a sink refuses. */
static void send_rows(void *peer)
{
    static const uint8_t pixels[3];
    struct msg_samples m = {.unit = UNIT,
                            .attempt = 1,
                            .count = 1,
                            .height = 1,
                            .width = 1,
                            .channels = 3,
                            .pixels = pixels};
    struct buf b = {0};
    struct err err = {0};

    m.record[0] = "0,0,a,train,,,ok";
    BUG_ON(samples_encode(&m, &b, &err) < 0);
    zmq_send(peer, b.data, b.len, 0);
    buf_release(&b);
}

/* A peer that is cut off has nobody to send to. */
static bool is_cut(void *peer)
{
    int events = 0;
    size_t size = sizeof(events);

    return zmq_getsockopt(peer, ZMQ_EVENTS, &events, &size) == 0 &&
           !(events & ZMQ_POLLOUT);
}

/* The peer sends rows behind what it has sent: 1 they are refused, 0 it is cut
 * off, -1 neither within 20 s. */
static int outcome_of(void *peer)
{
    struct msg_confirm c;
    struct err err;
    char bytes[WIRE_MAX_CONTROL];

    send_rows(peer);
    for (int i = 0; i < 100; i++) {
        const int n = zmq_recv(peer, bytes, sizeof(bytes), 0);

        if (n >= 0 && confirm_decode(&c, bytes, (size_t)n, &err) == 0)
            return c.unit == UNIT && c.code == ERR_INPUT;
        if (is_cut(peer))
            return 0;
    }
    return -1;
}

/* PROTOCOL.md: a message of samples has at most 67,108,864 bytes. */
static void check_size(struct sink_process *r, void *noise)
{
    void *peer = connect_peer(r, 10);

    send_noise(peer, noise, 67108864);
    ok(outcome_of(peer) == 1,
       "noise of 64 MiB is ignored by a sink, and what follows is answered");
    zmq_close(peer);
    peer = connect_peer(r, 10);
    send_noise(peer, noise, 67108864 + 1);
    ok(outcome_of(peer) == 0, "a byte more costs the sender its connection");
    zmq_close(peer);
}

/*
 * A sink warns of noise; where it can print no more, it waits.  Meanwhile 8
 * messages may wait for it, and a few are on their way: that is all.
 */
static void check_waiting(struct sink_process *r, void *noise)
{
    void *peer = connect_peer(r, 1);
    int n = 0;

    while (write(r->more, "", 1) == 1)
        ;
    while (n < 40 && send_noise(peer, noise, MB) >= 0)
        n++;
    if (!ok(n <= 20, "a sink that is stuck leaves most messages to the sender"))
        printf("# it has taken %d of 1 MiB\n", n);
    zmq_close(peer);
}

/* Rows 0 and 1 of the run's store, of a source of which row 1 is there. */
static void check_rows_that_lack(void)
{
    static const uint8_t pixels[2 * PIXELS];
    const char *const record[] = {"0,0,a,train,,,ok", "0,1,a,train,,,ok"};
    struct sample_rows r = {1, 1, SIDE, SIDE, 3, pixels, &record[1]};
    struct config c;
    struct plan plan = {0};
    struct sink_store s;
    struct err err = {0};

    BUG_ON(config_read(&c, in_dir("run.yaml"), NULL, 0, &err) < 0 ||
           plan_init(&plan, &c, dir, &err) < 0);
    works(sink_store_open(&s, dir, &c, plan_find(&plan, "augment"), &err) ==
                  0 &&
              sink_store_put(&s, &r, &err) == 0,
          err, "a sink's store takes a row");
    r = (struct sample_rows){0, 2, SIDE, SIDE, 3, pixels, record};
    ok(sink_store_put(&s, &r, &err) == 0 && store_has(s.writer, 0),
       "rows of which the last is there are taken for the others");
    sink_store_close(&s);
    plan_release(&plan);
}

int main(void)
{
    void *noise = calloc(1, 65 * MB);
    struct sink_process r = {0};
    struct err err = {0};

    BUG_ON(!noise || sodium_init() < 0);
    begin_dir();
    works(make_run(&err) == 0, err, "a run has cells that are to be varied");
    check_rows_that_lack();
    if (start_sink(&r)) {
        check_size(&r, noise);
        check_waiting(&r, noise);
    }
    end_sink(&r);
    free(noise);
    return end_dir();
}
