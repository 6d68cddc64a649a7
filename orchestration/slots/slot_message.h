/*
 * slot_message.h - what the programs of slots say to each other
 *
 * The same bytes between ranks (rank_mail.h) and, one packet a message, between
 * rank 0 and a `papline-slot start` beside it: three numbers of 32 bits, kind,
 * order and value, in the order of bytes of the host, then words that each end
 * in a NUL.
 */
#ifndef ORCHESTRATION_SLOTS_SLOT_MESSAGE_H
#define ORCHESTRATION_SLOTS_SLOT_MESSAGE_H

#include "base/buf.h"

#include <stdint.h>

enum { SLOT_MESSAGE_MAX = 1 << 16, /* bytes */ SLOT_WORDS_MAX = 512 };

enum slot_kind {
    SLOT_HELLO = 1, /* slot to 0: it is there; words: host, process, memory in
                       bytes; value: cores */
    SLOT_BEAT,      /* either way, every few seconds */
    SLOT_START,     /* to a slot: slot_order.h */
    SLOT_SIGNAL,    /* to a slot: send signal 'value' to what it runs for
                       'order' */
    SLOT_EXIT,      /* back: it ended with status 'value'; a word, if any, why
                       it was not started */
    SLOT_LIST,      /* to 0: which slots are there?  Back: one a word, then
                       SLOT_EXIT */
    SLOT_END,       /* to a slot: leave */
};

struct slot_message {
    enum slot_kind kind;
    uint32_t order; /* rank 0 numbers the orders */
    int32_t value;
    int n_word;
    const char *word[SLOT_WORDS_MAX + 1]; /* borrowed; then NULL */
};

/* Errors: ERR_USAGE more bytes or words than fit; ERR_SYSTEM memory.  What was
 * appended to 'out' is then of no use. */
MUST_USE int slot_message_write(const struct slot_message *m, struct buf *out,
                                struct err *err);

/* The words stay in 'bytes'.  Errors: ERR_INPUT it is none. */
MUST_USE int slot_message_read(struct slot_message *m, const char *bytes,
                               size_t n, struct err *err);

#endif
