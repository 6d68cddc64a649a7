#include "worker/sink.h"

#include "proto/confirm.h"
#include "proto/samples.h"
#include "proto/sealed.h"
#include "proto/stored.h"
#include "run/output.h"
#include "run/plan_units.h"
#include "run/run.h"
#include "worker/router.h"
#include "worker/scheduler_address.h"
#include "worker/scheduler_link.h"

#include <stdio.h>
#include <string.h>
#include <zmq.h>

int sink_store_open(struct sink_store *s, const char *run_dir,
                    const struct config *c, const struct plan_step *step,
                    struct err *err)
{
    char dir[FILE_PATH_MAX];
    bool resumed;

    *s = (struct sink_store){.run_dir = run_dir, .step = step};
    if (!output_is_begun(run_dir, step) && output_is_current(run_dir, step)) {
        s->sealed = true;
        return augmented_rows_open(&s->sources, run_dir, c->augment.variants,
                                   err);
    }
    if (output_begin(run_dir, step, dir, &resumed, err) < 0 ||
        augmented_rows_open(&s->sources, run_dir, c->augment.variants, err) < 0)
        return -1;
    if (augmented_rows_create(&s->sources, dir, &s->writer, err) < 0) {
        augmented_rows_close(&s->sources);
        return -1;
    }
    return 0;
}

static bool has_row(const struct sink_store *s, uint64_t row)
{
    return s->sealed || store_has(s->writer, row);
}

int sink_store_put(struct sink_store *s, const struct sample_rows *r,
                   struct err *err)
{
    enum { MAX_ROWS = SAMPLES_MAX_COUNT };
    int label[MAX_ROWS];
    bool all_here = true;

    if (r->count > MAX_ROWS || r->first > augmented_rows_count(&s->sources) ||
        r->count > augmented_rows_count(&s->sources) - r->first)
        return err_set(err, ERR_INPUT,
                       "rows %ju..%ju do not fit a store of %zu rows",
                       (uintmax_t)r->first, (uintmax_t)(r->first + r->count),
                       augmented_rows_count(&s->sources));
    if (r->h != s->sources.data.h || r->w != s->sources.data.w || r->c != 3)
        return err_set(err, ERR_INPUT, "samples of %ux%ux%u, wanted %zux%zux3",
                       r->h, r->w, r->c, s->sources.data.h, s->sources.data.w);
    for (size_t i = 0; i < r->count; i++) {
        all_here = all_here && has_row(s, r->first + i);
        label[i] = store_label(
            &s->sources.data, augmented_rows_source(&s->sources, r->first + i));
    }
    if (all_here) /* a repeated unit: the same bytes are there already */
        return 0;
    return store_put(s->writer, r->first, r->count, r->pixels, label, r->record,
                     err);
}

int sink_store_sync(struct sink_store *s, struct err *err)
{
    return s->sealed ? 0 : store_sync(s->writer, err);
}

int sink_store_seal(struct sink_store *s, struct err *err)
{
    struct store_writer *w = s->writer;

    if (s->sealed)
        return 0;
    s->writer = NULL;
    if (store_finish(w, err) < 0)
        return -1;
    return output_commit(s->run_dir, s->step, err);
}

void sink_store_close(struct sink_store *s)
{
    store_abandon(s->writer);
    augmented_rows_close(&s->sources);
    *s = (struct sink_store){0};
}

/* --- the process ---------------------------------------------------------- */

enum {
    ADDRESS = 264, /* bytes: scheduler_address.h's endpoint, and a little */
    TOGETHER = 16, /* messages that are synced at once, if as many are there */
};

/* A message whose rows are put, but not synced. */
struct taken {
    uint8_t from[ROUTER_ID];
    size_t from_size;
    uint64_t unit, first, bytes;
    struct err what; /* code 0: the rows are in */
};

struct sink_state {
    struct run_state run; /* owned */
    struct sink_store store;
    const struct plan_step *step; /* borrowed from run.plan */
    uint64_t first_id;            /* of the step's units */
    struct scheduler_link *link;  /* owned */
    struct router router;         /* owned */
    struct msg_samples samples;   /* owned, used again */
    struct taken taken[TOGETHER];
    int n_taken;
    struct buf out; /* owned */
    double rows;    /* since the start */
};

/* Where to listen: beside the scheduler's socket, or on its address. */
static void listen_at(const struct scheduler_address *a, char at[ADDRESS])
{
    const char *port = strrchr(a->endpoint, ':');

    if (a->curve)
        snprintf(at, ADDRESS, "%.*s:*", (int)(port - a->endpoint), a->endpoint);
    else
        snprintf(at, ADDRESS, "%s-sink", a->endpoint);
}

static int sink_bind(struct sink_state *s, const char *join, struct err *err)
{
    const struct router_limits limits = {.bytes = WIRE_MAX_DATA, .in = 8};
    struct scheduler_address a;
    char at[ADDRESS];

    if (scheduler_address_read(&a, join, err) < 0 ||
        router_open(&s->router, &limits, err) < 0 ||
        (a.curve && router_guard(&s->router, join, err) < 0))
        return -1;
    listen_at(&a, at);
    return router_bind(&s->router, at, err);
}

/* Tell the scheduler that a unit is safe. */
static int send_stored(struct sink_state *s, uint64_t unit, uint64_t bytes,
                       struct err *err)
{
    const struct msg_stored m = {.unit = unit, .bytes = bytes};

    if (stored_encode(&m, &s->out, err) < 0)
        return -1;
    return scheduler_link_send(s->link, s->out.data, s->out.len, err);
}

/* Are all rows of [first, first + count) in the store? */
static bool rows_here(const struct sink_state *s, uint64_t first,
                      uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++)
        if (!has_row(&s->store, i))
            return false;
    return true;
}

/* After (re)connection: name every unit that is complete already. */
static int announce_units(struct sink_state *s, struct err *err)
{
    const uint64_t rows = augmented_rows_count(&s->store.sources);
    const uint64_t each = plan_units_each(&s->run.config);

    for (uint64_t at = 0, k = 0; at < rows; at += each, k++) {
        const uint64_t n = rows - at < each ? rows - at : each;

        if (rows_here(s, at, n) && send_stored(s, s->first_id + k, 0, err) < 0)
            return -1;
    }
    return 0;
}

static void send_confirm(struct sink_state *s, const struct taken *t)
{
    struct msg_confirm m = {.unit = t->unit, .code = t->what.code};
    struct err err;

    if (m.code)
        snprintf(m.text, sizeof(m.text), "%s", t->what.text);
    if (confirm_encode(&m, &s->out, &err) == 0)
        router_send(&s->router, t->from, t->from_size, &s->out);
}

/* Put the rows of a message. */
static int take_samples(void *self, struct router_message *m, struct err *err)
{
    struct sink_state *s = self;
    struct msg_samples *x = &s->samples;
    struct taken *t = &s->taken[s->n_taken];
    struct sample_rows r;

    if (samples_decode(x, m->bytes, m->size, err) < 0)
        return -1;
    *t = (struct taken){.from_size = m->from_size,
                        .unit = x->unit,
                        .first = x->first,
                        .bytes = m->size};
    memcpy(t->from, m->from, m->from_size);
    r = (struct sample_rows){x->first,    x->count,  x->height, x->width,
                             x->channels, x->pixels, x->record};
    if (sink_store_put(&s->store, &r, &t->what) == 0) {
        t->what.code = ERR_NONE;
        s->rows += (double)x->count;
    }
    s->n_taken++;
    return 0;
}

/* Tell worker and scheduler what became of a message. */
static int settle_message(struct sink_state *s, struct taken *t,
                          struct err *err)
{
    const uint64_t each = plan_units_each(&s->run.config);
    const uint64_t rows = augmented_rows_count(&s->store.sources);
    const uint64_t at = t->first / each * each;

    send_confirm(s, t);
    if (t->what.code == ERR_NONE &&
        rows_here(s, at, rows - at < each ? rows - at : each))
        return send_stored(s, s->first_id + at / each, t->bytes, err);
    return 0;
}

/* Store the rows of all messages that are there.  Only a failing disk ends the
 * sink. */
static int on_data(struct sink_state *s, struct err *err)
{
    const double rows = (double)augmented_rows_count(&s->store.sources);
    struct err sync = {0}, disk = {0}, later;
    int rc = 0;

    s->n_taken = 0;
    router_receive(&s->router, TOGETHER, take_samples, s);
    if (s->n_taken > 0 && sink_store_sync(&s->store, &sync) == 0)
        sync.code = ERR_NONE;
    for (int i = 0; i < s->n_taken; i++) {
        struct taken *t = &s->taken[i];

        if (t->what.code == ERR_SYSTEM)
            disk = t->what;
        if (sync.code && !t->what.code)
            t->what = disk = sync;
        if (settle_message(s, t, rc < 0 ? &later : err) < 0)
            rc = -1;
    }
    scheduler_link_progress(s->link, 0, s->rows, rows, "stored");
    if (disk.code && rc == 0) {
        *err = disk;
        rc = -1;
    }
    return rc;
}

static int send_sealed(struct sink_state *s, struct err *err)
{
    struct msg_sealed m = {0};
    struct err what = {0};

    if (sink_store_seal(&s->store, &what) < 0) {
        m.code = what.code;
        snprintf(m.text, sizeof(m.text), "%s", what.text);
    }
    if (sealed_encode(&m, &s->out, err) < 0 ||
        scheduler_link_send(s->link, s->out.data, s->out.len, err) < 0)
        return -1;
    if (m.code)
        *err = what;
    return m.code ? -1 : 1;
}

/* 1: the step is sealed, 0: go on. */
static int on_link(struct sink_state *s, struct err *err)
{
    enum scheduler_link_event event;
    struct msg_unit unit;
    const int rc = scheduler_link_wait(s->link, 0, &event, &unit, err);

    if (rc <= 0)
        return rc;
    if (event == SCHEDULER_LINK_CONNECTED)
        return announce_units(s, err);
    if (event == SCHEDULER_LINK_FINISH)
        return send_sealed(s, err);
    if (event == SCHEDULER_LINK_STOP)
        return err_set(err, ERR_AGAIN, "stopped before the store was complete");
    return 0;
}

static int sink_loop(struct sink_state *s, struct err *err)
{
    int rc = 0;

    while (rc == 0) {
        zmq_pollitem_t item[] = {
            {.socket = scheduler_link_socket(s->link), .events = ZMQ_POLLIN},
            {.socket = s->router.socket, .events = ZMQ_POLLIN},
        };

        zmq_poll(item, 2, 1000);
        if (item[1].revents)
            rc = on_data(s, err);
        if (rc == 0)
            rc = on_link(s, err);
    }
    return rc > 0 ? 0 : -1;
}

/* The first step of this stage. */
static int find_step(struct sink_state *s, enum stage_id stage, struct err *err)
{
    for (int i = 0; i < s->run.plan.n_step; i++)
        if (s->run.plan.step[i].stage->id == stage) {
            s->step = &s->run.plan.step[i];
            s->first_id = (uint64_t)(i + 1) << PLAN_UNITS_SHIFT;
            return 0;
        }
    return err_set(err, ERR_USAGE, "'%s' plans no %s", s->run.dir,
                   stage_table[stage].word);
}

int sink_run(const struct stage *stage, const char *join, struct err *err)
{
    struct sink_state s = {0};
    struct scheduler_link_args a = {.join = join};
    char role[WIRE_MAX_STAGE + 1];
    int rc = -1;

    snprintf(role, sizeof(role), "%.20s.sink", stage_table[stage->id].word);
    a.stage = role;
    a.listen = s.router.endpoint;
    if (run_load(&s.run, join, err) == 0 &&
        find_step(&s, stage->id, err) == 0 &&
        run_lock(&s.run, s.step, err) == 0 &&
        sink_store_open(&s.store, s.run.dir, &s.run.config, s.step, err) == 0 &&
        sink_bind(&s, join, err) == 0 &&
        scheduler_link_open(&s.link, &a, err) == 0)
        rc = sink_loop(&s, err);
    scheduler_link_close(s.link);
    router_close(&s.router);
    sink_store_close(&s.store);
    samples_release(&s.samples);
    buf_release(&s.out);
    run_release(&s.run);
    return rc;
}
