#define _DEFAULT_SOURCE /* clearenv, putenv */
#include "orchestration/slots/slot_training.h"

#include "base/clock.h"
#include "base/log.h"
#include "orchestration/slots/slot_program.h"
#include "ranks/dist.h"
#include "stages/train/train_rank.h"

#include <fcntl.h>
#include <omp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

enum {
    STACK = 16 << 20,  /* bytes: as a main thread has, and more */
    TAG_MASK = 0x7fff, /* dist_start_group() */
    THREADS_MAX = 4096
};

#define REMIND_SECONDS 0.5

/* --- on its own thread ---------------------------------------------------- */

/* Options are sorted in place. */
static int train(struct slot_training *t, struct dist *d)
{
    const struct slot_order *o = &t->order;
    char *arg[SLOT_WORDS_MAX + 1];

    for (int i = 0; i <= o->n_arg; i++)
        arg[i] = (char *)(uintptr_t)o->arg[i];
    return train_rank_run(d, o->n_arg, arg);
}

static void *training_thread(void *self)
{
    struct slot_training *t = self;
    const int tag = (int)(t->message.order & TAG_MASK);
    struct err err = {0};
    struct dist d;

    omp_set_num_threads(t->threads);
    if (dist_start_group(&d, t->order.rank, t->order.n_rank, tag, &err) < 0) {
        log_error("%s", err.text);
        dist_abort(&d, err_exit_status(err.code));
    }
    t->status = train(t, &d);
    dist_stop(&d);
    atomic_store(&t->over, true);
    return NULL;
}

/* --- on the slot's thread ------------------------------------------------- */

static int start_thread(struct slot_training *t, struct err *err)
{
    pthread_attr_t attr;
    int rc;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    rc = pthread_create(&t->thread, &attr, training_thread, t);
    pthread_attr_destroy(&attr);
    return rc == 0 ? 0
                   : err_set(err, ERR_SYSTEM, "cannot start a thread: %s",
                             strerror(rc));
}

static bool is_training(const char *program)
{
    const char *slash = strrchr(program, '/');

    return strcmp(slash ? slash + 1 : program, "papline-train") == 0;
}

/* --- its environment: of the process, while it trains --------------------- */

static int keep_environment(struct slot_training *t, struct err *err)
{
    size_t n = 0;

    while (environ[n])
        n++;
    t->environment = calloc(n + 1, sizeof(*t->environment));
    if (!t->environment)
        return err_set(err, ERR_SYSTEM, "no memory for %zu variables", n);
    memcpy(t->environment, environ, n * sizeof(*environ));
    return 0;
}

static void put_environment_back(struct slot_training *t)
{
    if (!t->environment)
        return;
    clearenv();
    for (char **v = t->environment; *v; v++)
        putenv(*v);
    free(t->environment);
}

static int set_environment(struct slot_training *t, int cores, struct err *err)
{
    const char *threads;
    char text[16];
    long n;

    if (keep_environment(t, err) < 0)
        return -1;
    for (int i = 0; i < t->order.n_env; i++)
        putenv((char *)(uintptr_t)t->order.env[i]);
    threads = getenv("OMP_NUM_THREADS");
    n = threads ? strtol(threads, NULL, 10) : cores;
    t->threads = n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (int)n;
    snprintf(text, sizeof(text), "%d", t->threads);
    setenv("OMP_NUM_THREADS", text, 1);
    return 0;
}

/* --- signals and output --------------------------------------------------- */

/* Until it has handlers of its own, and after it. */
static void ignore_signals(void)
{
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
}

static void take_output(struct slot_training *t)
{
    struct err err;

    t->out = t->error_out = -1;
    if (!t->order.output[0])
        return;
    fflush(stdout);
    t->out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    t->error_out = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (slot_program_redirect(t->order.output, &err) < 0)
        log_warn("%s", err.text);
}

static void put_back(int *kept, int fd)
{
    if (*kept >= 0) {
        dup2(*kept, fd);
        close(*kept);
    }
    *kept = -1;
}

/* --- from beginning to end ------------------------------------------------ */

static void release(struct slot_training *t)
{
    fflush(stdout);
    put_back(&t->out, STDOUT_FILENO);
    put_back(&t->error_out, STDERR_FILENO);
    put_environment_back(t);
    ignore_signals();
    log_name("papline-slot");
    free(t->bytes);
    *t = (struct slot_training){0};
}

/* Keep the order: its words are arguments and variables. */
static int keep_order(struct slot_training *t, const char *bytes, size_t n,
                      int n_rank, struct err *err)
{
    t->bytes = malloc(n);
    if (!t->bytes)
        return err_set(err, ERR_SYSTEM, "no memory for an order");
    memcpy(t->bytes, bytes, n);
    if (slot_message_read(&t->message, t->bytes, n, err) < 0 ||
        slot_order_read(&t->order, &t->message, n_rank, err) < 0)
        return -1;
    return is_training(t->order.arg[0])
               ? 0
               : err_set(err, ERR_USAGE,
                         "'%.200s' does not run on several slots; "
                         "papline-train alone does",
                         t->order.arg[0]);
}

int slot_training_start(struct slot_training *t, const char *bytes, size_t n,
                        int n_rank, int cores, struct err *err)
{
    if (t->running)
        return err_set(err, ERR_AGAIN, "the slot is training");
    *t = (struct slot_training){0};
    if (keep_order(t, bytes, n, n_rank, err) < 0) {
        free(t->bytes);
        *t = (struct slot_training){0};
        return -1;
    }
    ignore_signals();
    take_output(t);
    if (set_environment(t, cores, err) == 0 && start_thread(t, err) == 0) {
        t->running = true;
        return 0;
    }
    release(t);
    return -1;
}

int slot_training_reap(struct slot_training *t, int *status)
{
    if (!t->running || !atomic_load(&t->over))
        return 0;
    pthread_join(t->thread, NULL);
    *status = t->status;
    release(t);
    return 1;
}

void slot_training_stop(struct slot_training *t)
{
    t->stopping = true;
    t->told = -REMIND_SECONDS;
    slot_training_remind(t);
}

void slot_training_remind(struct slot_training *t)
{
    const double now = clock_now();

    if (!t->running || !t->stopping || now - t->told < REMIND_SECONDS)
        return;
    t->told = now;
    pthread_kill(t->thread, SIGTERM);
}
