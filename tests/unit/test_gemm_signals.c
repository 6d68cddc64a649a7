/*
 * test_gemm_signals.c - no handler runs while a library's kernel has the stack
 * pointer in memory that is not the stack
 */
#include "base/clock.h"
#include "base/thread.h"
#include "nn/gemm.h"

#include "tap.h"

#include <omp.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

enum { THREADS = 2, NEAR = 1 << 18, SIZE = 1 << 18, ROOM = 1 << 16 };

#define SECONDS 1.5

static _Thread_local char *stack; /* an address on it; NULL: does not count */
static volatile sig_atomic_t on_stack, elsewhere;

static void on_signal(int sig)
{
    char here;

    (void)sig;
    if (!stack)
        return;
    if (&here > stack - NEAR && &here < stack + NEAR)
        on_stack++;
    else
        elsewhere++;
}

/* Signals for threads that compute, as fast as they come. */
struct sender {
    pthread_t to[THREADS];
    atomic_int n, end;
};

static void *send_signals(void *self)
{
    const struct timespec pause = {.tv_nsec = 100000};
    struct sender *s = self;

    while (!atomic_load(&s->end)) {
        for (int i = 0; i < atomic_load(&s->n); i++)
            pthread_kill(s->to[i], SIGUSR1);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

/* Products of some shapes, of long and short k, for a while. */
static void multiply(float *x)
{
    static const int shape[][3] = {
        {200, 32, 1152}, {64, 128, 512}, {49, 64, 1000}, {784, 64, 64}};
    const double end = clock_now() + SECONDS;

    for (int i = 0; clock_now() < end; i = (i + 1) % 4)
        gemm_one(&(struct gemm){.m = shape[i][0],
                                .n = shape[i][1],
                                .k = shape[i][2],
                                .a = x,
                                .b = x,
                                .c = x + SIZE});
}

/* By this thread and one of OpenMP's own. */
static void compute(struct sender *s, float *x[THREADS])
{
#pragma omp parallel num_threads(THREADS)
    {
        const int i = omp_get_thread_num();
        char here;

        stack = &here;
#pragma omp critical
        {
            s->to[atomic_load(&s->n)] = pthread_self();
            atomic_fetch_add(&s->n, 1);
        }
        multiply(x[i]);
#pragma omp barrier
        stack = NULL;
    }
}

static void check_products(void)
{
    const struct sigaction sa = {.sa_handler = on_signal};
    struct sender s = {.n = 0};
    struct err err = {0};
    float *x[THREADS];
    pthread_t thread;

    for (int i = 0; i < THREADS; i++) {
        x[i] = calloc(SIZE + ROOM, sizeof(**x));
        BUG_ON(!x[i]);
    }
    sigaction(SIGUSR1, &sa, NULL);
    BUG_ON(thread_start(&thread, send_signals, &s, &err) < 0);
    compute(&s, x);
    atomic_store(&s.end, true);
    pthread_join(thread, NULL);
    signal(SIGUSR1, SIG_IGN);
    ok(on_stack > 0, "signals are taken between products");
    ok(elsewhere == 0, "  none while a kernel has the stack pointer");
    for (int i = 0; i < THREADS; i++)
        free(x[i]);
}

static void check_nested(void)
{
    const struct sigaction sa = {.sa_handler = on_signal};
    char here;

    stack = &here;
    sigaction(SIGUSR1, &sa, NULL);
    on_stack = 0;
    thread_hold_signals();
    thread_hold_signals();
    raise(SIGUSR1);
    thread_let_signals();
    ok(on_stack == 0 && thread_holds_signals(),
       "a signal waits for the outer end of two that are nested");
    thread_let_signals();
    ok(on_stack == 1 && !thread_holds_signals(), "  and is taken there");
    stack = NULL;
}

int main(void)
{
    gemm_setup();
    check_products();
    check_nested();
    return tap_done();
}
