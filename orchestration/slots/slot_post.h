/*
 * slot_post.h - messages of slots between ranks, and signs of life
 */
#ifndef ORCHESTRATION_SLOTS_SLOT_POST_H
#define ORCHESTRATION_SLOTS_SLOT_POST_H

#include "orchestration/slots/slot_message.h"
#include "ranks/rank_mail.h"

enum {
    SLOT_PAUSE_MS = 10,       /* between two looks at what has come */
    SLOT_BEAT_SECONDS = 2,    /* between two signs of life */
    SLOT_SILENT_SECONDS = 60, /* whoever is silent for longer is lost */
    SLOT_TURN_SECONDS = 5     /* more do not pass in a turn of its clock */
};

struct slot_post {
    const struct rank_mail *mail; /* borrowed */
    char *bytes;                  /* owned: the message that came last */
    size_t n;
    double beaten; /* when the last sign of life was given */
};

/* Errors: ERR_SYSTEM memory. */
MUST_USE int slot_post_open(struct slot_post *p, const struct rank_mail *mail,
                            struct err *err);
void slot_post_close(struct slot_post *p);

/* Errors: ERR_SYSTEM memory, or the job is broken; ERR_USAGE too long. */
MUST_USE int slot_post_send(struct slot_post *p, int to,
                            const struct slot_message *m, struct err *err);

/* 1 with a message, whose words are there until the next one; 0 if there is
 * none.  What is no message is logged and left out.  Errors: ERR_SYSTEM. */
MUST_USE int slot_post_receive(struct slot_post *p, int *from,
                               struct slot_message *m, struct err *err);

/* Is it time for a sign of life?  Says so once, then again when it is. */
bool slot_post_beat_due(struct slot_post *p);
MUST_USE int slot_post_beat(struct slot_post *p, int to, struct err *err);

/* Sleep for SLOT_PAUSE_MS. */
void slot_post_pause(void);

#endif
