#include "orchestration/slots/slot_post.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <time.h>

int slot_post_open(struct slot_post *p, const struct rank_mail *mail,
                   struct err *err)
{
    *p = (struct slot_post){.mail = mail, .bytes = malloc(SLOT_MESSAGE_MAX)};
    return p->bytes ? 0 : err_set(err, ERR_SYSTEM, "no memory for messages");
}

void slot_post_close(struct slot_post *p)
{
    free(p->bytes);
    *p = (struct slot_post){0};
}

int slot_post_send(struct slot_post *p, int to, const struct slot_message *m,
                   struct err *err)
{
    struct buf b = {0};
    int rc = slot_message_write(m, &b, err);

    if (rc == 0)
        rc = rank_mail_send(p->mail, to, b.data, b.len, err);
    buf_release(&b);
    return rc;
}

int slot_post_receive(struct slot_post *p, int *from, struct slot_message *m,
                      struct err *err)
{
    for (;;) {
        const int got = rank_mail_receive(p->mail, from, p->bytes,
                                          SLOT_MESSAGE_MAX, &p->n, err);

        if (got <= 0 || slot_message_read(m, p->bytes, p->n, err) == 0)
            return got;
        log_warn("ignored what came from rank %d: %s", *from, err->text);
    }
}

bool slot_post_beat_due(struct slot_post *p)
{
    const double now = clock_now();

    if (now - p->beaten < SLOT_BEAT_SECONDS)
        return false;
    p->beaten = now;
    return true;
}

int slot_post_beat(struct slot_post *p, int to, struct err *err)
{
    const struct slot_message m = {.kind = SLOT_BEAT};

    return slot_post_send(p, to, &m, err);
}

void slot_post_pause(void)
{
    const struct timespec pause = {.tv_nsec = SLOT_PAUSE_MS * 1000000L};

    nanosleep(&pause, NULL);
}
