#include "orchestration/scheduler/expected_schedule.h"

#include "orchestration/scheduler/placement.h"
#include "orchestration/scheduler/ready_steps.h"

#include <stdlib.h>

enum { BAR = 40 };

/* When and where a step would run. */
struct expected_step {
    double start, end;
    int host, n_host, cores;
};

struct simulation {
    struct scheduler *s;        /* owned: it never listens */
    struct expected_step *step; /* owned: (plan->n_step) */
    int *order;                 /* owned: (plan->n_step) as they start */
    int n_started;
    double now, busy; /* seconds; seconds of cores */
};

/* --- one step ------------------------------------------------------------- */

/* A process of the step takes its place.  False: there is none. */
static bool place_process(struct simulation *m, int step,
                          const struct process_need *need, bool force)
{
    struct host_list *hosts = &m->s->allocation.hosts;
    struct child *c = launch_free_child(&m->s->launcher);
    struct expected_step *e = &m->step[step];

    if (!c)
        return false;
    if (!host_list_take(hosts, need, &c->place)) {
        if (!force)
            return false;
        host_list_force(hosts, need, &c->place);
    }
    c->pid = 1;
    c->step = step;
    if (e->cores == 0) {
        e->host = c->place.part[0].host;
        e->n_host = c->place.n_part;
    } else if (c->place.part[0].host != e->host) {
        e->n_host++;
    }
    e->cores += host_list_place_cores(&c->place);
    return true;
}

static int start_step(struct simulation *m, const struct ready_choice *c,
                      struct err *err)
{
    struct scheduler *s = m->s;
    const struct stage_row *row = s->plan->step[c->step].stage;
    const int workers = stage_table_workers(row, s->config);
    struct running_step *r = calloc(1, sizeof(*r));

    if (!r)
        return err_set(err, ERR_SYSTEM, "no memory for a step");
    *r = (struct running_step){
        .index = c->step, .need = c->need, .started = m->now};
    s->running[s->n_running++] = r;
    s->state[c->step] = STEP_RUNNING;
    m->order[m->n_started++] = c->step;
    m->step[c->step].start = m->now;
    m->step[c->step].end = m->now + s->expected[c->step];
    for (int i = 0; i < (workers == CONFIG_AUTO ? 1 : workers); i++)
        if (!place_process(m, c->step, &c->need, true))
            break;
    return 0;
}

/* Workers of elastic steps take what nobody waits for. */
static void grow_steps(struct simulation *m)
{
    struct scheduler *s = m->s;

    for (int i = 0; i < s->n_running; i++) {
        const struct running_step *r = s->running[i];
        const struct stage_row *row = s->plan->step[r->index].stage;
        struct process_need need = r->need;

        if (stage_table_workers(row, s->config) != CONFIG_AUTO)
            continue;
        do {
            need.threads = host_list_widest(&s->allocation.hosts);
            if (!row->parallel || need.threads < 1)
                need.threads = 1;
        } while (place_process(m, r->index, &need, false));
    }
}

static void end_step(struct simulation *m, int running)
{
    struct scheduler *s = m->s;
    struct running_step *r = s->running[running];

    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++) {
        struct child *c = &s->launcher.child[i];

        if (c->pid && c->step == r->index) {
            host_list_give(&s->allocation.hosts, &c->place);
            c->pid = 0;
        }
    }
    s->state[r->index] = STEP_DONE;
    free(r);
    s->running[running] = s->running[--s->n_running];
}

/* --- all of them ---------------------------------------------------------- */

static int start_steps(struct simulation *m, struct err *err)
{
    struct ready_choice c;

    for (;;) {
        ready_steps_choose(m->s, m->now, &c);
        if (c.step < 0)
            break;
        if (start_step(m, &c, err) < 0)
            return -1;
    }
    if (c.waits < 0)
        grow_steps(m);
    return 0;
}

/* Go on to the moment when the next step ends. */
static void end_first(struct simulation *m)
{
    const struct scheduler *s = m->s;
    int first = 0;
    double end;

    for (int i = 1; i < s->n_running; i++)
        if (m->step[s->running[i]->index].end <
            m->step[s->running[first]->index].end)
            first = i;
    end = m->step[s->running[first]->index].end;
    m->busy += (end - m->now) * (host_list_cores(&s->allocation.hosts) -
                                 host_list_cores_free(&s->allocation.hosts));
    m->now = end;
    end_step(m, first);
}

static int simulate(struct simulation *m, struct err *err)
{
    if (start_steps(m, err) < 0)
        return -1;
    while (m->s->n_running > 0) {
        end_first(m);
        if (start_steps(m, err) < 0)
            return -1;
    }
    return 0;
}

/* --- printing ------------------------------------------------------------- */

static void print_bar(FILE *out, const struct expected_step *e, double end)
{
    const double scale = end > 0 ? BAR / end : 0;
    const int from = (int)(e->start * scale), to = (int)(e->end * scale + 0.5);

    for (int i = 0; i < BAR; i++)
        putc(i >= from && (i < to || i == from) ? '#' : '.', out);
}

static void print_row(FILE *out, const struct simulation *m, int i)
{
    const struct scheduler *s = m->s;
    const struct expected_step *e = &m->step[i];
    char more[32] = "";

    if (e->n_host > 1)
        snprintf(more, sizeof(more), " and %d more", e->n_host - 1);
    print_bar(out, e, m->now);
    fprintf(out, " %7.0f s %7.0f s  %2d core%s  %s: %s%s\n", e->start,
            e->end - e->start, e->cores, e->cores == 1 ? " " : "s",
            s->plan->step[i].name,
            e->cores > 0 ? s->allocation.hosts.host[e->host].name : "by hand",
            more);
}

static void print_all(FILE *out, const struct simulation *m)
{
    const struct allocation *a = &m->s->allocation;
    const int cores = host_list_cores(&a->hosts);

    fprintf(out, "%s: %d host%s, %d core%s, by %s\n%-*s     start      time\n",
            a->source, a->hosts.n, a->hosts.n == 1 ? "" : "s", cores,
            cores == 1 ? "" : "s", placement_word(a->launcher), BAR, "");
    for (int k = 0; k < m->n_started; k++)
        print_row(out, m, m->order[k]);
    fprintf(out, "all together %.0f s, with %.0f %% of the cores at work\n",
            m->now, m->now > 0 ? 100 * m->busy / (m->now * cores) : 0);
}

int expected_schedule_print(FILE *out, const struct config *c,
                            const struct plan *plan, const char *run_dir,
                            struct err *err)
{
    const size_t n = (size_t)plan->n_step + 1;
    struct simulation m = {.s = calloc(1, sizeof(*m.s)),
                           .step = calloc(n, sizeof(*m.step)),
                           .order = calloc(n, sizeof(*m.order))};
    int rc = -1;

    if (!m.s || !m.step || !m.order)
        err_set(err, ERR_SYSTEM, "no memory for a schedule");
    else if (scheduler_prepare(m.s, c, plan, run_dir, err) == 0)
        rc = simulate(&m, err);
    if (rc == 0)
        print_all(out, &m);
    if (m.s)
        scheduler_release(m.s);
    free(m.s);
    free(m.step);
    free(m.order);
    return rc;
}
