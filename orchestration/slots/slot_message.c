#include "orchestration/slots/slot_message.h"

#include <string.h>

/* How a message begins. */
struct slot_head {
    uint32_t kind, order;
    int32_t value;
};

int slot_message_write(const struct slot_message *m, struct buf *out,
                       struct err *err)
{
    const struct slot_head head = {(uint32_t)m->kind, m->order, m->value};
    const size_t begin = out->len;

    buf_put(out, &head, sizeof(head));
    for (int i = 0; i < m->n_word; i++)
        buf_put(out, m->word[i], strlen(m->word[i]) + 1);
    if (buf_check(out, err) < 0)
        return -1;
    if (out->len - begin > SLOT_MESSAGE_MAX)
        return err_set(err, ERR_USAGE, "an order of %zu bytes, at most %d",
                       out->len - begin, SLOT_MESSAGE_MAX);
    return 0;
}

int slot_message_read(struct slot_message *m, const char *bytes, size_t n,
                      struct err *err)
{
    struct slot_head head;
    size_t at = sizeof(head);

    if (n < sizeof(head) || n > SLOT_MESSAGE_MAX)
        return err_set(err, ERR_INPUT, "a message of %zu bytes", n);
    memcpy(&head, bytes, sizeof(head));
    if (head.kind < SLOT_HELLO || head.kind > SLOT_END)
        return err_set(err, ERR_INPUT, "a message of kind %u", head.kind);
    if (n > at && bytes[n - 1] != '\0')
        return err_set(err, ERR_INPUT, "a message whose last word is cut");
    *m = (struct slot_message){.kind = (enum slot_kind)head.kind,
                               .order = head.order,
                               .value = head.value};
    for (; at < n; at += strlen(bytes + at) + 1) {
        if (m->n_word == SLOT_WORDS_MAX)
            return err_set(err, ERR_INPUT, "a message of over %d words",
                           SLOT_WORDS_MAX);
        m->word[m->n_word++] = bytes + at;
    }
    return 0;
}
