/* online_worker.c - orders in, samples out; PROTOCOL.md, "a rank as sink" */
#include "stages/augment/online_worker.h"

#include "proto/credit.h"
#include "proto/samples.h"
#include "proto/want.h"
#include "stages/augment/online_variant.h"
#include "worker/scheduler_link.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

enum {
    CREDIT = 2,    /* orders: one in hand, one behind it */
    WAIT_MS = 200, /* between two looks at whether the rank is alive */
};

struct online_worker {
    struct store data;           /* owned */
    struct online_variant fresh; /* of the last order */
    struct recipe recipe;        /* owned */
    char id[HASH_HEX];           /* its own */
    void *zmq, *dealer;          /* owned */
    uint8_t *pixels; /* owned: (WANT_MAX_COUNT, h, w, 3), then scratch */
    struct buf out;  /* owned */
    pid_t rank;      /* that has started us */
};

static int open_recipe(struct online_worker *s, const char *path,
                       struct err *err)
{
    struct recipe_text text;
    int rc;

    if (recipe_text_read(&text, "--recipe", path, err) < 0)
        return -1;
    rc = recipe_init(&s->recipe, &text, err);
    memcpy(s->id, text.id, sizeof(s->id));
    s->fresh.recipe = &s->recipe;
    recipe_text_release(&text);
    return rc;
}

static int open_server(struct online_worker *s, const char *endpoint,
                       const char *data, struct err *err)
{
    const int zero = 0;
    const int64_t max = WIRE_MAX_CONTROL;
    size_t image;

    if (store_open(&s->data, data, err) < 0)
        return -1;
    image = s->data.h * s->data.w * 3;
    s->fresh.data = &s->data;
    s->pixels =
        malloc(WANT_MAX_COUNT * image + online_variant_scratch(&s->fresh));
    if (!s->pixels)
        return err_set(err, ERR_SYSTEM, "no memory for %d pictures",
                       WANT_MAX_COUNT);
    s->zmq = zmq_ctx_new();
    s->dealer = s->zmq ? zmq_socket(s->zmq, ZMQ_DEALER) : NULL;
    if (!s->dealer ||
        zmq_setsockopt(s->dealer, ZMQ_LINGER, &zero, sizeof(zero)) < 0 ||
        zmq_setsockopt(s->dealer, ZMQ_MAXMSGSIZE, &max, sizeof(max)) < 0)
        return err_set(err, ERR_SYSTEM, "cannot open a socket: %s",
                       zmq_strerror(errno));
    if (zmq_connect(s->dealer, endpoint) < 0)
        return err_set(err, ERR_USAGE, "cannot connect to '%s': %s", endpoint,
                       zmq_strerror(errno));
    return 0;
}

static void close_server(struct online_worker *s)
{
    if (s->dealer)
        zmq_close(s->dealer);
    if (s->zmq)
        zmq_ctx_term(s->zmq);
    free(s->pixels);
    recipe_release(&s->recipe);
    buf_release(&s->out);
    store_close(&s->data);
}

static int send_out(struct online_worker *s, struct err *err)
{
    if (zmq_send(s->dealer, s->out.data, s->out.len, 0) < 0)
        return err_set(err, ERR_SYSTEM, "cannot send: %s", zmq_strerror(errno));
    return 0;
}

static int send_credit(struct online_worker *s, uint32_t n, struct err *err)
{
    const struct msg_credit m = {.n = n};

    if (credit_encode(&m, &s->out, err) < 0)
        return -1;
    return send_out(s, err);
}

/* Orders are of the recipe that the rank gave us when it started us. */
static int make_rows(struct online_worker *s, const struct msg_want *m,
                     struct err *err)
{
    const size_t image = s->data.h * s->data.w * 3;

    s->fresh.seed = m->seed;
    if (strncmp(s->id, m->recipe, WANT_MAX_RECIPE) != 0)
        return err_set(err, ERR_INPUT,
                       "wanted is recipe '%.64s', known '%.64s'", m->recipe,
                       s->id);
    for (uint32_t i = 0; i < m->count; i++) {
        const size_t row = m->row[i].row;

        if (row >= s->data.n || store_label(&s->data, row) < 0)
            return err_set(err, ERR_INPUT,
                           "row %zu is no image; there are %zu rows", row,
                           s->data.n);
        online_variant_make(&s->fresh, row, m->row[i].variant, m->epoch,
                            s->pixels + i * image,
                            s->pixels + WANT_MAX_COUNT * image);
    }
    return 0;
}

static int answer_want(struct online_worker *s, const struct msg_want *m,
                       struct err *err)
{
    struct msg_samples x = {.unit = m->unit,
                            .attempt = 1,
                            .count = m->count,
                            .height = (uint32_t)s->data.h,
                            .width = (uint32_t)s->data.w,
                            .channels = 3,
                            .pixels = s->pixels};

    if (make_rows(s, m, err) < 0)
        return -1;
    for (uint32_t i = 0; i < m->count; i++)
        x.record[i] = "-";
    if (samples_encode(&x, &s->out, err) < 0 || send_out(s, err) < 0)
        return -1;
    return send_credit(s, 1, err);
}

static int serve_rank(struct online_worker *s, struct err *err)
{
    zmq_pollitem_t item = {.socket = s->dealer, .events = ZMQ_POLLIN};
    struct msg_want want;

    if (send_credit(s, CREDIT, err) < 0)
        return -1;
    while (getppid() == s->rank && !scheduler_link_signalled()) {
        zmq_msg_t m;
        int rc;

        if (zmq_poll(&item, 1, WAIT_MS) <= 0)
            continue;
        zmq_msg_init(&m);
        rc = zmq_msg_recv(&m, s->dealer, 0) < 0
                 ? err_set(err, ERR_SYSTEM, "cannot receive: %s",
                           zmq_strerror(errno))
                 : want_decode(&want, zmq_msg_data(&m), zmq_msg_size(&m), err);
        zmq_msg_close(&m);
        if (rc < 0 || answer_want(s, &want, err) < 0)
            return -1;
    }
    return 0;
}

int online_worker_main(int argc, char **argv, struct err *err)
{
    struct online_worker s = {0};
    int rc = -1;

    if (argc != 5)
        return err_set(err, ERR_USAGE,
                       "--stream needs an endpoint, a directory of data, a "
                       "recipe's file and the rank's process");
    s.rank = (pid_t)strtol(argv[4], NULL, 10);
    signal(SIGINT, SIG_IGN); /* the rank says when it is over */
    signal(SIGUSR1, SIG_IGN);
    if (open_recipe(&s, argv[3], err) == 0 &&
        open_server(&s, argv[1], argv[2], err) == 0)
        rc = serve_rank(&s, err);
    close_server(&s);
    return rc;
}
