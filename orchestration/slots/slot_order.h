/*
 * slot_order.h - the order to start a program on slots
 *
 * Words of SLOT_START: the slots ("1" or "1,2"), the file that takes what the
 * program prints ("": the slot's own output), as many variables NAME=VALUE as
 * the message's value says, the program and its arguments.
 */
#ifndef ORCHESTRATION_SLOTS_SLOT_ORDER_H
#define ORCHESTRATION_SLOTS_SLOT_ORDER_H

#include "orchestration/slots/slot_message.h"

enum { SLOT_GROUP_MAX = 256 };

struct slot_order {
    int rank[SLOT_GROUP_MAX]; /* each once; the first leads */
    int n_rank;               /* more than one: they train together */
    const char *output;       /* borrowed, as all that follow */
    const char *const *env;   /* (n_env) */
    int n_env;
    const char *const *arg; /* (n_arg) program and arguments, then NULL */
    int n_arg;
};

/*
 * What `papline-slot start` is told, as a message.
 *   args [in] (n) RANKS [--output FILE] [--env NAME=VALUE]... PROGRAM ARGS...;
 *             the message borrows them
 * Errors: ERR_USAGE, what is wrong.
 */
MUST_USE int slot_order_parse(struct slot_message *m, int n, char **args,
                              struct err *err);

/*
 * What a message orders; it borrows the words.
 *   n_rank [in] ranks of the job; those that are ordered lie in 1 .. n_rank-1
 * Errors: ERR_USAGE what is wrong.
 */
MUST_USE int slot_order_read(struct slot_order *o, const struct slot_message *m,
                             int n_rank, struct err *err);

#endif
