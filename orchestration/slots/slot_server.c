#define _GNU_SOURCE /* accept4 */
#include "orchestration/slots/slot_server.h"

#include "base/log.h"
#include "base/turn_clock.h"
#include "orchestration/slots/slot_order.h"
#include "orchestration/slots/slot_post.h"
#include "orchestration/slots/slot_program.h"
#include "orchestration/slots/slot_socket.h"
#include "worker/socket_dir.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIGNALLED = 128, LEAVE_SECONDS = 30, SLOT_TEXT = 256, SLOT_LINES = 128 };

/* A slot, as it described itself. */
struct slot_seen {
    char line[SLOT_TEXT]; /* of `papline-slot list`; "": not yet there */
    double heard;         /* of the server's clock */
    uint32_t training;    /* order of several ranks that it is part of, or 0 */
};

/* Whoever is connected, and its order, once it has given one. */
struct slot_client {
    bool used;
    int fd;         /* owned; -1: it has gone, its order has not ended */
    uint32_t order; /* 0: none yet */
    int leader;     /* rank whose status counts */
    int left;       /* ranks that have not said how it ended */
    int status;
    char why[SLOT_TEXT];
};

struct slot_server {
    struct turn_clock clock;
    struct slot_post post;
    struct slot_seen *slot;     /* owned: (ranks), without use for 0 */
    struct slot_client *client; /* owned: (SLOT_SOCKET_CLIENTS) */
    char *bytes;                /* owned: the packet that came last */
    struct socket_dir dir;
    int listens; /* owned: descriptor */
    uint32_t n_order;
    pid_t program;
    bool ended;
    double ended_at;
    int status;
};

static volatile sig_atomic_t asked; /* the first signal that came */

static void on_signal(int sig)
{
    if (!asked)
        asked = sig;
}

/* --- clients -------------------------------------------------------------- */

static void close_client(struct slot_client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    *c = (struct slot_client){.fd = -1};
}

/* The order is over, or was none. */
static void finish_client(struct slot_client *c, int status, const char *why)
{
    const struct slot_message m = {.kind = SLOT_EXIT,
                                   .value = status,
                                   .n_word = why[0] ? 1 : 0,
                                   .word = {why}};
    struct err err;

    if (c->fd >= 0 && slot_socket_send(c->fd, &m, &err) < 0)
        log_warn("%s", err.text);
    close_client(c);
}

/* One: a further one is seen by the next poll(). */
static void accept_client(struct slot_server *s)
{
    struct slot_client *c = s->client;

    while (c < s->client + SLOT_SOCKET_CLIENTS && c->used)
        c++;
    if (c == s->client + SLOT_SOCKET_CLIENTS)
        return;
    c->fd = accept4(s->listens, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    c->used = c->fd >= 0;
}

static struct slot_client *find_client(struct slot_server *s, uint32_t order)
{
    for (int i = 0; i < SLOT_SOCKET_CLIENTS; i++)
        if (s->client[i].used && s->client[i].order == order && order)
            return &s->client[i];
    return NULL;
}

/* --- orders --------------------------------------------------------------- */

static int check_free(const struct slot_server *s, const struct slot_order *o,
                      struct err *err)
{
    for (int i = 0; i < o->n_rank && o->n_rank > 1; i++)
        if (s->slot[o->rank[i]].training)
            return err_set(err, ERR_AGAIN, "slot %d is training with others",
                           o->rank[i]);
    return 0;
}

/* A fault of the order is told; -1: the job is broken. */
static int give_order(struct slot_server *s, struct slot_client *c,
                      struct slot_message *m, struct err *err)
{
    struct slot_order o;
    struct err why;

    if (slot_order_read(&o, m, s->post.mail->size, &why) < 0 ||
        check_free(s, &o, &why) < 0) {
        finish_client(c, err_exit_status(why.code), why.text);
        return 0;
    }
    if (++s->n_order == 0) /* 0 is none */
        s->n_order = 1;
    m->order = c->order = s->n_order;
    c->leader = o.rank[0];
    c->left = o.n_rank;
    for (int i = 0; i < o.n_rank; i++) {
        if (o.n_rank > 1)
            s->slot[o.rank[i]].training = m->order;
        if (slot_post_send(&s->post, o.rank[i], m, err) < 0)
            return -1;
    }
    return 0;
}

static int signal_order(struct slot_server *s, const struct slot_client *c,
                        int sig, struct err *err)
{
    const struct slot_message m = {
        .kind = SLOT_SIGNAL, .order = c->order, .value = sig};

    return slot_post_send(&s->post, c->leader, &m, err);
}

/* So many to a packet that it has room for them. */
static void list_slots(struct slot_server *s, struct slot_client *c)
{
    struct slot_message m = {.kind = SLOT_LIST};
    struct err err;

    for (int r = 1; r < s->post.mail->size; r++) {
        m.word[m.n_word++] = s->slot[r].line;
        if (m.n_word < SLOT_LINES && r + 1 < s->post.mail->size)
            continue;
        if (slot_socket_send(c->fd, &m, &err) < 0) {
            finish_client(c, err_exit_status(err.code), err.text);
            return;
        }
        m.n_word = 0;
    }
    finish_client(c, 0, "");
}

/* It has gone: its program must not stay. */
static int lose_client(struct slot_server *s, struct slot_client *c,
                       struct err *err)
{
    if (c->order == 0) {
        close_client(c);
        return 0;
    }
    close(c->fd);
    c->fd = -1;
    return signal_order(s, c, SIGKILL, err);
}

static int take_packet(struct slot_server *s, struct slot_client *c,
                       struct err *err)
{
    struct slot_message m;
    struct err why;
    const int got = slot_socket_receive(c->fd, &m, s->bytes, &why);

    if (got == 0)
        return lose_client(s, c, err);
    if (got > 0 && m.kind == SLOT_START && c->order == 0)
        return give_order(s, c, &m, err);
    if (got > 0 && m.kind == SLOT_SIGNAL && c->order != 0)
        return signal_order(s, c, m.value, err);
    if (got > 0 && m.kind == SLOT_LIST && c->order == 0)
        list_slots(s, c);
    else
        log_warn("ignored a message that is no order");
    return 0;
}

/* --- slots ---------------------------------------------------------------- */

static void take_exit(struct slot_server *s, int rank,
                      const struct slot_message *m)
{
    struct slot_client *c = find_client(s, m->order);

    if (s->slot[rank].training == m->order)
        s->slot[rank].training = 0;
    if (!c)
        return;
    if (rank == c->leader) {
        c->status = m->value;
        snprintf(c->why, sizeof(c->why), "%.255s",
                 m->n_word > 0 ? m->word[0] : "");
    }
    if (--c->left == 0)
        finish_client(c, c->status, c->why);
}

static int take_mail(struct slot_server *s, struct err *err)
{
    struct slot_message m;
    int from, got;

    while ((got = slot_post_receive(&s->post, &from, &m, err)) > 0) {
        s->slot[from].heard = s->clock.now;
        if (m.kind == SLOT_HELLO && m.n_word == 3)
            snprintf(s->slot[from].line, SLOT_TEXT, "%d %.64s %d %.31s %.23s",
                     from, m.word[0], m.value, m.word[2], m.word[1]);
        else if (m.kind == SLOT_EXIT)
            take_exit(s, from, &m);
    }
    return got;
}

static int send_all(struct slot_server *s, enum slot_kind kind, struct err *err)
{
    const struct slot_message m = {.kind = kind};

    for (int r = 1; r < s->post.mail->size; r++)
        if (slot_post_send(&s->post, r, &m, err) < 0)
            return -1;
    return 0;
}

static int check_slots(struct slot_server *s, struct err *err)
{
    if (slot_post_beat_due(&s->post) && send_all(s, SLOT_BEAT, err) < 0)
        return -1;
    for (int r = 1; r < s->post.mail->size; r++)
        if (s->clock.now - s->slot[r].heard > SLOT_SILENT_SECONDS)
            return err_set(err, ERR_AGAIN, "slot %s has been silent for %d s",
                           s->slot[r].line, SLOT_SILENT_SECONDS);
    return 0;
}

static bool all_there(const struct slot_server *s)
{
    for (int r = 1; r < s->post.mail->size; r++)
        if (!s->slot[r].line[0])
            return false;
    return true;
}

/* --- its program ---------------------------------------------------------- */

static int start_program(struct slot_server *s, const char *const *arg,
                         struct err *err)
{
    char variable[128];
    const char *const env[] = {variable};
    const struct slot_program p = {
        .arg = arg, .env = env, .n_env = 1, .output = "", .reads = true};

    snprintf(variable, sizeof(variable), "%s=%s/slots", SLOT_SOCKET_PATH,
             s->dir.path);
    return slot_program_start(&s->program, &p, err);
}

/* One signal is passed on: those that follow mean the same. */
static void watch_program(struct slot_server *s)
{
    static const int passed = -1;

    if (s->ended || s->program == 0)
        return;
    if (asked > 0) {
        slot_program_signal(s->program, asked);
        asked = passed;
    }
    if (!slot_program_reap(s->program, &s->status))
        return;
    s->ended = true;
    s->ended_at = s->clock.now;
    if (s->status <= SIGNALLED)
        return;
    log_error("signal %d ended the scheduler; the same command goes on",
              s->status - SIGNALLED);
    s->status = err_exit_status(ERR_AGAIN);
}

/* Those that it started may have checkpoints to save. */
static bool is_over(const struct slot_server *s)
{
    if (!s->ended)
        return false;
    for (int i = 0; i < SLOT_SOCKET_CLIENTS; i++)
        if (s->client[i].used && s->client[i].order)
            return s->clock.now - s->ended_at > LEAVE_SECONDS;
    return true;
}

/* --- from beginning to end ------------------------------------------------ */

static int open_server(struct slot_server *s, const struct rank_mail *mail,
                       struct err *err)
{
    char path[128];

    s->listens = -1;
    s->slot = calloc((size_t)mail->size, sizeof(*s->slot));
    s->client = calloc(SLOT_SOCKET_CLIENTS, sizeof(*s->client));
    s->bytes = malloc(SLOT_MESSAGE_MAX);
    if (!s->slot || !s->client || !s->bytes)
        return err_set(err, ERR_SYSTEM, "no memory for slots");
    turn_clock_start(&s->clock);
    for (int r = 0; r < mail->size; r++)
        s->slot[r].heard = s->clock.now;
    for (int i = 0; i < SLOT_SOCKET_CLIENTS; i++)
        s->client[i].fd = -1;
    if (slot_post_open(&s->post, mail, err) < 0 ||
        socket_dir_make(&s->dir, err) < 0)
        return -1;
    snprintf(path, sizeof(path), "%s/slots", s->dir.path);
    return slot_socket_listen(&s->listens, path, err);
}

static void close_server(struct slot_server *s)
{
    for (int i = 0; i < SLOT_SOCKET_CLIENTS && s->client; i++)
        close_client(&s->client[i]);
    if (s->listens >= 0)
        close(s->listens);
    socket_dir_remove(&s->dir);
    slot_post_close(&s->post);
    free(s->slot);
    free(s->client);
    free(s->bytes);
}

/* Wait a little for clients, then see what they and the slots say. */
static int do_turn(struct slot_server *s, struct err *err)
{
    struct pollfd p[SLOT_SOCKET_CLIENTS + 1] = {
        {.fd = s->listens, .events = POLLIN}};

    for (int i = 0; i < SLOT_SOCKET_CLIENTS; i++)
        p[i + 1] = (struct pollfd){.fd = s->client[i].fd, .events = POLLIN};
    if (poll(p, SLOT_SOCKET_CLIENTS + 1, SLOT_PAUSE_MS) > 0) {
        for (int i = 0; i < SLOT_SOCKET_CLIENTS; i++)
            if (p[i + 1].revents && take_packet(s, &s->client[i], err) < 0)
                return -1;
        if (p[0].revents)
            accept_client(s);
    }
    turn_clock_turn(&s->clock, SLOT_TURN_SECONDS);
    watch_program(s);
    return take_mail(s, err) < 0 ? -1 : check_slots(s, err);
}

static int serve(struct slot_server *s, const char *const *arg, struct err *err)
{
    while (!all_there(s))
        if (do_turn(s, err) < 0)
            return -1;
    if (start_program(s, arg, err) < 0)
        return -1;
    while (!is_over(s))
        if (do_turn(s, err) < 0)
            return -1;
    return send_all(s, SLOT_END, err);
}

int slot_server_run(const struct rank_mail *mail, const char *const *arg,
                    int *status, struct err *err)
{
    const struct sigaction sa = {.sa_handler = on_signal};
    struct slot_server s = {0};
    int rc;

    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGUSR1, &sa, NULL);
    rc = open_server(&s, mail, err);
    if (rc == 0)
        rc = serve(&s, arg, err);
    *status = s.status;
    close_server(&s);
    return rc;
}
