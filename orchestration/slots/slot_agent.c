#include "orchestration/slots/slot_agent.h"

#include "base/machine.h"
#include "base/turn_clock.h"
#include "orchestration/slots/slot_post.h"
#include "orchestration/slots/slot_program.h"
#include "orchestration/slots/slot_training.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum {
    PROGRAMS_MAX = 256,
    TRAINING_PAUSES = 10, /* a training has MPI for itself most of the time */
};

/* What runs, and for which order. */
struct slot_child {
    pid_t pid; /* 0: the place is free */
    uint32_t order;
};

struct slot_agent {
    struct slot_post post;
    int cores;
    struct slot_child child[PROGRAMS_MAX];
    struct slot_training training;
    bool ending;
    struct turn_clock clock;
    double heard; /* when rank 0 last said anything */
};

/* --- to rank 0 ------------------------------------------------------------ */

static int send_hello(struct slot_agent *a, struct err *err)
{
    char host[65] = "", pid[24], memory[32];
    const struct slot_message m = {.kind = SLOT_HELLO,
                                   .value = a->cores,
                                   .n_word = 3,
                                   .word = {host, pid, memory}};

    gethostname(host, sizeof(host) - 1);
    snprintf(pid, sizeof(pid), "%ld", (long)getpid());
    snprintf(memory, sizeof(memory), "%.0f", machine_memory());
    return slot_post_send(&a->post, 0, &m, err);
}

/* 'why' may be "". */
static int send_exit(struct slot_agent *a, uint32_t order, int status,
                     const char *why, struct err *err)
{
    const struct slot_message m = {.kind = SLOT_EXIT,
                                   .order = order,
                                   .value = status,
                                   .n_word = why[0] ? 1 : 0,
                                   .word = {why}};

    return slot_post_send(&a->post, 0, &m, err);
}

/* --- orders --------------------------------------------------------------- */

static int start_program(struct slot_agent *a, uint32_t order,
                         const struct slot_order *o, struct err *err)
{
    const struct slot_program p = {.arg = o->arg,
                                   .env = o->env,
                                   .n_env = o->n_env,
                                   .output = o->output,
                                   .cores = a->cores};

    for (int i = 0; i < PROGRAMS_MAX; i++) {
        if (a->child[i].pid != 0)
            continue;
        a->child[i].order = order;
        if (slot_program_start(&a->child[i].pid, &p, err) == 0)
            return 0;
        a->child[i].pid = 0;
        return -1;
    }
    return err_set(err, ERR_AGAIN, "the slot runs %d programs", PROGRAMS_MAX);
}

/* The other ranks of a training would wait for one that is not there. */
static int start_order(struct slot_agent *a, const struct slot_message *m,
                       struct err *err)
{
    const struct slot_post *p = &a->post;
    struct slot_order o;
    struct err why = {0};
    int rc = slot_order_read(&o, m, p->mail->size, &why);

    if (rc == 0 && o.n_rank == 1)
        rc = start_program(a, m->order, &o, &why);
    else if (rc == 0)
        rc = slot_training_start(&a->training, p->bytes, p->n, p->mail->size,
                                 a->cores, &why);
    if (rc == 0)
        return 0;
    if (why.code == ERR_SYSTEM) {
        *err = why;
        return -1;
    }
    return send_exit(a, m->order, err_exit_status(why.code), why.text, err);
}

static void signal_order(struct slot_agent *a, uint32_t order, int sig)
{
    if (a->training.running && a->training.message.order == order)
        slot_training_stop(&a->training);
    for (int i = 0; i < PROGRAMS_MAX; i++)
        if (a->child[i].pid && a->child[i].order == order)
            slot_program_signal(a->child[i].pid, sig);
}

/* Nobody waits for what still runs. */
static void begin_end(struct slot_agent *a)
{
    a->ending = true;
    if (a->training.running)
        slot_training_stop(&a->training);
    for (int i = 0; i < PROGRAMS_MAX; i++)
        if (a->child[i].pid)
            slot_program_signal(a->child[i].pid, SIGKILL);
}

static int take_message(struct slot_agent *a, const struct slot_message *m,
                        struct err *err)
{
    a->heard = a->clock.now;
    if (m->kind == SLOT_START)
        return start_order(a, m, err);
    if (m->kind == SLOT_SIGNAL)
        signal_order(a, m->order, m->value);
    else if (m->kind == SLOT_END)
        begin_end(a);
    return 0;
}

/* --- what ends ------------------------------------------------------------ */

static int reap_all(struct slot_agent *a, struct err *err)
{
    const uint32_t order = a->training.message.order;
    int status, rc = 0;

    if (slot_training_reap(&a->training, &status))
        rc = send_exit(a, order, status, "", err);
    for (int i = 0; i < PROGRAMS_MAX && rc == 0; i++) {
        struct slot_child *c = &a->child[i];

        if (c->pid == 0 || !slot_program_reap(c->pid, &status))
            continue;
        c->pid = 0;
        rc = send_exit(a, c->order, status, "", err);
    }
    return rc;
}

static bool is_idle(const struct slot_agent *a)
{
    for (int i = 0; i < PROGRAMS_MAX; i++)
        if (a->child[i].pid)
            return false;
    return !a->training.running;
}

static int do_turn(struct slot_agent *a, struct err *err)
{
    struct slot_message m;
    int from, got;

    turn_clock_turn(&a->clock, SLOT_TURN_SECONDS);
    while ((got = slot_post_receive(&a->post, &from, &m, err)) > 0)
        if (take_message(a, &m, err) < 0)
            return -1;
    if (got < 0 || reap_all(a, err) < 0)
        return -1;
    slot_training_remind(&a->training);
    if (slot_post_beat_due(&a->post) && slot_post_beat(&a->post, 0, err) < 0)
        return -1;
    if (!a->ending && a->clock.now - a->heard > SLOT_SILENT_SECONDS)
        return err_set(err, ERR_AGAIN, "rank 0 has been silent for %d s",
                       SLOT_SILENT_SECONDS);
    return 0;
}

int slot_agent_run(const struct rank_mail *mail, int cores, struct err *err)
{
    struct slot_agent a = {.cores = cores};
    int rc;

    turn_clock_start(&a.clock);
    a.heard = a.clock.now;
    if (slot_post_open(&a.post, mail, err) < 0)
        return -1;
    rc = send_hello(&a, err);
    while (rc == 0 && !(a.ending && is_idle(&a))) {
        rc = do_turn(&a, err);
        for (int i = 0; i < (a.training.running ? TRAINING_PAUSES : 1); i++)
            slot_post_pause();
    }
    slot_post_close(&a.post);
    return rc;
}
