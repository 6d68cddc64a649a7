/*
 * fuzz_scheduler.c - what peers may say to the scheduler, in any order
 *
 * The input is a list of messages: a byte for the peer, two for the size, low
 * byte first, then so many bytes.  The first byte of all says of what kind the
 * step in hand is; a peer of 128 or more is the clock.  After each the
 * scheduler's books must be in order.
 */
#include "base/clock.h"
#include "base/version.h"
#include "orchestration/scheduler/scheduler_private.h"
#include "proto/hello.h"

#include "fuzz_main.h"
#include "fuzz_tree.h"

enum { UNITS = 5, TICK = 128 };

static void check_books(const struct scheduler *s)
{
    const struct running_step *r = s->running[0];
    const struct lease_queue *q = &r->queue;
    size_t done = 0, aside = 0;

    for (size_t i = 0; i < q->n_unit; i++) {
        const struct lease_queue_unit *u = &q->unit[i];

        done += u->state == UNIT_DONE;
        aside += u->state == UNIT_ASIDE;
        BUG_ON(u->state != UNIT_LEASED && u->worker >= 0);
        BUG_ON(u->worker >= s->workers.n ||
               (u->worker >= 0 && !s->workers.worker[u->worker].identity_size));
        BUG_ON(u->tries > q->tries);
    }
    BUG_ON(done != q->n_done || aside != q->n_aside);
    for (int i = 0; i < s->workers.n; i++)
        BUG_ON(s->workers.worker[i].credits < 0 ||
               s->workers.worker[i].credits > WIRE_MAX_CREDIT);
    BUG_ON(r->sink >= s->workers.n ||
           (r->sink >= 0 && !s->workers.worker[r->sink].identity_size));
}

/* Leases end, units are offered. */
static void pass_time(struct scheduler *s)
{
    lease_queue_expire(&s->running[0]->queue, clock_now() + 1e6, NULL, NULL);
    scheduler_offer(s->running[0]);
}

/* Of most peers a hello is one of this release, whenever it was stored. */
static void take_message(struct scheduler *s, uint8_t peer, const uint8_t *data,
                         size_t size)
{
    struct router_message m = {
        .from = &peer, .from_size = 1, .bytes = data, .size = size};
    struct msg_hello h;
    struct buf b = {0};
    struct err err;

    if (peer < TICK / 2 && hello_decode(&h, data, size, &err) == 0) {
        snprintf(h.release, sizeof(h.release), "%s", PAPLINE_VERSION);
        BUG_ON(hello_encode(&h, &b, &err) < 0);
        m.bytes = b.data;
        m.size = b.len;
    }
    scheduler_take(s, &m);
    buf_release(&b);
}

static void take_all(struct scheduler *s, const uint8_t *data, size_t size)
{
    for (size_t at = 1; at + 3 <= size;) {
        const uint8_t peer = data[at];
        size_t n = (size_t)(data[at + 1] | data[at + 2] << 8);

        at += 3;
        n = n < size - at ? n : size - at;
        if (peer < TICK)
            take_message(s, peer, data + at, n);
        else
            pass_time(s);
        scheduler_offer(s->running[0]);
        check_books(s);
        at += n;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const enum stage_division kind =
        size ? (enum stage_division)(data[0] % 3) : STAGE_WHOLE;
    const struct stage_row stage = {
        .id = STAGE_AUGMENT, .word = "augment", .division = kind};
    struct plan_step step = {
        .name = "augment", .dir = "augment", .stage = &stage};
    const struct plan plan = {.step = &step, .n_step = 1};
    enum step_state state = STEP_RUNNING;
    struct running_step running = {.step = &step, .sink = -1};
    static struct scheduler s;
    struct err err = {0};

    s = (struct scheduler){.plan = &plan, .state = &state, .n_running = 1};
    s.running[0] = &running;
    running.scheduler = &s;
    fuzz_put("keep", "", 0);
    snprintf(s.run_dir, sizeof(s.run_dir), "%s", fuzz_dir());
    BUG_ON(worker_list_init(&s.workers, &err) < 0);
    lease_queue_init(&running.queue, &s.workers, 10, 3);
    for (uint64_t i = 0; i < (kind == STAGE_WHOLE ? 1 : UNITS); i++)
        BUG_ON(lease_queue_add(&running.queue, ((uint64_t)1 << 32) + i, 8 * i,
                               8, &err) < 0);
    take_all(&s, data, size);
    lease_queue_release(&running.queue);
    worker_list_release(&s.workers);
    buf_release(&s.out);
    fuzz_clear();
    return 0;
}
