#define _GNU_SOURCE /* ppoll */
#include "orchestration/slots/slot_client.h"

#include "orchestration/slots/slot_order.h"
#include "orchestration/slots/slot_socket.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SIGNALS = 3 };

static const int passed_on[SIGNALS] = {SIGTERM, SIGINT, SIGUSR1};
static volatile sig_atomic_t came[SIGNALS];

static void on_signal(int sig)
{
    for (int i = 0; i < SIGNALS; i++)
        if (passed_on[i] == sig)
            came[i] = 1;
}

/* They come only while nothing else is done. */
static void take_signals(sigset_t *before)
{
    const struct sigaction sa = {.sa_handler = on_signal};
    sigset_t held;

    sigemptyset(&held);
    for (int i = 0; i < SIGNALS; i++)
        sigaddset(&held, passed_on[i]);
    sigprocmask(SIG_BLOCK, &held, before);
    for (int i = 0; i < SIGNALS; i++) {
        sigaction(passed_on[i], &sa, NULL);
        sigdelset(before, passed_on[i]);
    }
}

static int pass_signals(int fd, struct err *err)
{
    for (int i = 0; i < SIGNALS; i++) {
        const struct slot_message m = {.kind = SLOT_SIGNAL,
                                       .value = passed_on[i]};

        if (!came[i])
            continue;
        came[i] = 0;
        if (slot_socket_send(fd, &m, err) < 0)
            return -1;
    }
    return 0;
}

/* The next message; signals are passed on meanwhile. */
static int next_message(int fd, const sigset_t *open, struct slot_message *m,
                        char *bytes, struct err *err)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int got;

    while (ppoll(&p, 1, NULL, open) < 0)
        if (pass_signals(fd, err) < 0)
            return -1;
    got = slot_socket_receive(fd, m, bytes, err);
    return got == 0 ? err_set(err, ERR_AGAIN, "the slots have gone") : got;
}

/* Send a message, print the words that come, until it is over. */
static int talk(const struct slot_message *ask, const sigset_t *open,
                int *status, struct err *err)
{
    char *bytes = malloc(SLOT_MESSAGE_MAX);
    struct slot_message m = {.kind = SLOT_LIST};
    int fd = -1, rc = 0;

    if (!bytes)
        rc = err_set(err, ERR_SYSTEM, "no memory for messages");
    if (rc == 0 && slot_socket_connect(&fd, err) < 0)
        rc = fd = -1;
    if (rc == 0)
        rc = slot_socket_send(fd, ask, err);
    while (rc == 0 && m.kind != SLOT_EXIT) {
        rc = next_message(fd, open, &m, bytes, err) < 0 ? -1 : 0;
        for (int i = 0; rc == 0 && m.kind == SLOT_LIST && i < m.n_word; i++)
            printf("%s\n", m.word[i]);
    }
    *status = m.value;
    if (rc == 0 && m.n_word > 0)
        fprintf(stderr, "papline-slot: error: %s\n", m.word[0]);
    if (fd >= 0)
        close(fd);
    free(bytes);
    return rc;
}

int slot_client_start(int n, char **args, int *status, struct err *err)
{
    struct slot_message m;
    sigset_t open;

    take_signals(&open);
    return slot_order_parse(&m, n, args, err) < 0
               ? -1
               : talk(&m, &open, status, err);
}

int slot_client_list(struct err *err)
{
    const struct slot_message m = {.kind = SLOT_LIST};
    sigset_t open;
    int status;

    sigprocmask(SIG_BLOCK, NULL, &open);
    return talk(&m, &open, &status, err);
}
