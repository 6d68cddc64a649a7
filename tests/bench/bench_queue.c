/*
 * bench_queue.c - samples a second from a worker to a sink
 *
 * Two processes, real sockets, the messages of PROTOCOL.md's data plane with
 * 110x110x3 samples; the sink decodes and confirms each message but does not
 * write to disk.  Over ipc, and over tcp with CURVE; one by one, and 32 in a
 * message as papline-augment sends them.
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/sort.h"
#include "proto/confirm.h"
#include "proto/samples.h"
#include "worker/curve_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

enum { SIDE = 110, PIXELS = SIDE * SIDE * 3, MANY = 32, ROUNDS = 5 };

static void must_be(bool good, const char *what, const struct err *err)
{
    if (good)
        return;
    fprintf(stderr, "bench_queue: %s: %s\n", what,
            err ? err->text : zmq_strerror(zmq_errno()));
    exit(1);
}

/* Confirm 'n' messages, then leave. */
static void be_sink(const char *at, const struct curve_keypair *keys, int n)
{
    void *zmq = zmq_ctx_new(), *s = zmq_socket(zmq, ZMQ_ROUTER);
    struct curve_server *guard = NULL;
    struct msg_samples x = {.count = 0};
    struct buf out = {0};
    struct err err = {0};

    if (keys) {
        guard = curve_server_new(zmq, keys, &err);
        must_be(guard && curve_keys_server(guard, s, &err) == 0, "server",
                &err);
    }
    must_be(zmq_bind(s, at) == 0, at, NULL);
    for (int i = 0; i < n; i++) {
        struct msg_confirm c = {.code = ERR_NONE};
        zmq_msg_t from, m;

        zmq_msg_init(&from);
        zmq_msg_init(&m);
        must_be(zmq_msg_recv(&from, s, 0) >= 0 && zmq_msg_recv(&m, s, 0) >= 0,
                "receive", NULL);
        must_be(samples_decode(&x, zmq_msg_data(&m), zmq_msg_size(&m), &err) ==
                    0,
                "decode", &err);
        c.unit = x.unit;
        must_be(confirm_encode(&c, &out, &err) == 0, "confirm", &err);
        zmq_msg_send(&from, s, ZMQ_SNDMORE);
        zmq_send(s, out.data, out.len, 0);
        zmq_msg_close(&m);
    }
    samples_release(&x);
    buf_release(&out);
    zmq_close(s);
    curve_server_free(guard);
    zmq_ctx_term(zmq);
    _exit(0);
}

static void send_one(void *s, struct msg_samples *m, struct buf *out)
{
    struct err err = {0};
    char answer[1024];

    must_be(samples_encode(m, out, &err) == 0, "encode", &err);
    must_be(zmq_send(s, out->data, out->len, 0) >= 0, "send", NULL);
    must_be(zmq_recv(s, answer, sizeof(answer), 0) > 0, "answer", NULL);
}

/* Median samples a second with 'count' samples in a message. */
static double samples_a_second(void *s, struct msg_samples *m, int count,
                               int messages)
{
    double rate[ROUNDS];
    struct buf out = {0};

    m->count = (uint32_t)count;
    for (int r = 0; r < ROUNDS; r++) {
        const double since = clock_now();

        for (int i = 0; i < messages; i++)
            send_one(s, m, &out);
        rate[r] = messages * count / (clock_now() - since);
    }
    buf_release(&out);
    sort_numbers(rate, ROUNDS);
    return rate[ROUNDS / 2];
}

static void bench_link(const char *name, const char *at,
                       const struct curve_keypair *server,
                       const struct curve_keypair *worker)
{
    enum { SINGLES = 2000, BATCHES = 200 };
    static const char record[] =
        "1234,1,Parabasal,train,"
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad,"
        "\"flip_h();affine(rotate=12.5,scale=1.02)\",ok";
    const int wait = 20000;
    struct msg_samples m = {
        .unit = 1, .attempt = 1, .height = SIDE, .width = SIDE, .channels = 3};
    uint8_t *pixels = calloc(MANY, PIXELS);
    struct err err = {0};
    double one, many;
    void *zmq, *s;
    const pid_t pid = fork();

    if (pid == 0)
        be_sink(at, server, ROUNDS * (SINGLES + BATCHES) + 1);
    zmq = zmq_ctx_new();
    s = zmq_socket(zmq, ZMQ_DEALER);
    zmq_setsockopt(s, ZMQ_RCVTIMEO, &wait, sizeof(wait));
    must_be(pixels && s, "memory", NULL);
    for (int i = 0; i < MANY * PIXELS; i++)
        pixels[i] = (uint8_t)(i * 7);
    for (int i = 0; i < MANY; i++)
        m.record[i] = record;
    m.pixels = pixels;
    must_be(!worker || curve_keys_client(worker, s, NULL, &err) == 0, "client",
            &err);
    must_be(zmq_connect(s, at) == 0, at, NULL);
    m.count = 1;
    send_one(s, &m, &(struct buf){0});
    one = samples_a_second(s, &m, 1, SINGLES);
    many = samples_a_second(s, &m, MANY, BATCHES);
    printf("%-14s %8.0f samples/s %6.0f MB/s one by one, %8.0f samples/s "
           "%6.0f MB/s in batches of %d\n",
           name, one, one * PIXELS / 1e6, many, many * PIXELS / 1e6, MANY);
    free(pixels);
    zmq_close(s);
    zmq_ctx_term(zmq);
    waitpid(pid, NULL, 0);
}

int main(void)
{
    char dir[] = "/tmp/papline-bench-XXXXXX", at[128], path[128];
    struct curve_keypair server, worker;
    struct err err = {0};

    must_be(mkdtemp(dir) != NULL, "mkdtemp", NULL);
    snprintf(at, sizeof(at), "ipc://%s/sink", dir);
    printf("queue, worker to sink, samples of %d bytes:\n", PIXELS);
    fflush(stdout);
    bench_link("ipc", at, NULL, NULL);
    must_be(curve_keys_make(dir, &err) == 0, "keys", &err);
    snprintf(path, sizeof(path), "%s/keys/server.key", dir);
    must_be(curve_keys_read(path, &server, &err) == 0, "keys", &err);
    snprintf(path, sizeof(path), "%s/keys/worker.key", dir);
    must_be(curve_keys_read(path, &worker, &err) == 0, "keys", &err);
    snprintf(at, sizeof(at), "tcp://127.0.0.1:%d",
             20000 + (int)getpid() % 20000);
    fflush(stdout);
    bench_link("tcp with CURVE", at, &server, &worker);
    must_be(file_dir_remove(dir, &err) == 0, "remove", &err);
    return 0;
}
