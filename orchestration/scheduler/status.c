#include "orchestration/scheduler/status.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "orchestration/scheduler/time_left.h"

static const char *const state_names[] = {
    [STEP_WAITING] = "waiting", [STEP_RUNNING] = "running",
    [STEP_DONE] = "done",       [STEP_CURRENT] = "current",
    [STEP_FAILED] = "failed",   [STEP_SKIPPED] = "skipped",
    [STEP_LATER] = "later",
};

static json_t *hosts_json(const struct host_list *l)
{
    json_t *list = json_array();

    for (int i = 0; i < l->n; i++) {
        const struct host *h = &l->host[i];

        json_array_append_new(
            list,
            json_pack("{s:o, s:i, s:i, s:f, s:f}", "name", json_text(h->name),
                      "cores", h->cores, "cores_free", h->cores_free, "memory",
                      h->memory, "memory_free", h->memory_free));
    }
    return list;
}

/* Where the processes of a running step are: cores on each host. */
static json_t *places_json(const struct scheduler *s, int step)
{
    const struct host_list *hosts = &s->allocation.hosts;
    json_t *list = json_object();

    for (int i = 0; i < LAUNCH_MAX_CHILDREN; i++) {
        const struct child *c = &s->launcher.child[i];

        for (int k = 0; c->pid && c->step == step && k < c->place.n_part; k++) {
            const struct host_part *part = &c->place.part[k];
            const char *name = hosts->host[part->host].name;
            const json_t *before = json_object_get(list, name);

            json_object_set_new(
                list, name,
                json_integer(part->cores + json_integer_value(before)));
        }
    }
    return list;
}

/* What the workers of a step do in a second, as they count it. */
static double step_rate(const struct scheduler *s, int step)
{
    double sum = 0;

    for (int i = 0; i < s->workers.n; i++) {
        const struct listed_worker *w = &s->workers.worker[i];
        const double rate = worker_list_rate(w, s->clock.now);

        if (worker_list_is_there(w) && (w->step == step || w->served == step))
            sum += rate > 0 ? rate : w->rate;
    }
    return sum;
}

static void add_running(const struct scheduler *s, const struct running_step *r,
                        json_t *step)
{
    const char *note;
    const double done = running_step_done(r, &note);

    json_object_set_new(step, "seconds", json_real(clock_now() - r->started));
    json_object_set_new(step, "cores", json_integer(running_step_cores(r)));
    json_object_set_new(step, "units",
                        json_pack("{s:I, s:I, s:I}", "done",
                                  (json_int_t)r->queue.n_done, "set_aside",
                                  (json_int_t)r->queue.n_aside, "total",
                                  (json_int_t)r->queue.n_unit));
    json_object_set_new(step, "fraction", json_number(done));
    json_object_set_new(step, "left",
                        json_number(time_left_step(s, r, clock_now())));
    json_object_set_new(step, "rate", json_number(step_rate(s, r->index)));
    json_object_set_new(step, "note", json_text(note));
    json_object_set_new(step, "places", places_json(s, r->index));
}

static json_t *steps_json(const struct scheduler *s)
{
    json_t *list = json_array();

    for (int i = 0; i < s->plan->n_step; i++)
        json_array_append_new(
            list,
            json_pack(
                "{s:s, s:s, s:o, s:f}", "name", s->plan->step[i].name, "state",
                state_names[s->state[i]], "reason",
                json_text(s->why[i] ? s->why[i] : s->plan->step[i].reason),
                "seconds", s->seconds[i]));
    for (int i = 0; i < s->n_running; i++) {
        time_left_watch(s->running[i], clock_now());
        if (s->running[i]->leaving <= 0)
            add_running(s, s->running[i],
                        json_array_get(list, (size_t)s->running[i]->index));
    }
    return list;
}

static json_t *workers_json(const struct scheduler *s)
{
    json_t *list = json_array();

    for (int i = 0; i < s->workers.n; i++) {
        const struct listed_worker *w = &s->workers.worker[i];
        const double rate = worker_list_rate(w, s->clock.now);

        if (worker_list_is_there(w))
            json_array_append_new(
                list,
                json_pack("{s:s, s:s, s:f, s:f, s:f, s:I, s:s, s:f}", "name",
                          w->name, "stage", w->stage, "done", w->done, "total",
                          w->total, "rate", rate > 0 ? rate : w->rate, "units",
                          (json_int_t)w->units_done, "note", w->note, "silent",
                          s->clock.now - w->seen));
    }
    return list;
}

int status_write(const struct scheduler *s, const char *state, struct err *err)
{
    char path[FILE_PATH_MAX], now[CLOCK_TEXT];
    struct process self;
    bool guessed;
    json_t *j;
    int rc;

    clock_text(now, clock_date());
    process_self(&self);
    j = json_pack(
        "{s:s, s:s, s:f, s:i, s:i, s:I, s:I, s:o, s:o}", "state", state,
        "updated", now, "seconds", clock_now() - s->run_started, "cores",
        host_list_cores(&s->allocation.hosts), "cores_free",
        host_list_cores_free(&s->allocation.hosts), "set_aside",
        (json_int_t)s->n_aside, "ignored", (json_int_t)s->router.n_ignored,
        "nodes", steps_json(s), "workers", workers_json(s));
    process_write(&self, j);
    json_object_set_new(j, "hosts", hosts_json(&s->allocation.hosts));
    json_object_set_new(j, "left",
                        json_number(time_left_run(s, clock_now(), &guessed)));
    json_object_set_new(j, "left_guessed", json_boolean(guessed));
    rc = file_path(path, err, "%s/status.json", s->run_dir);
    if (rc == 0)
        rc = json_write(path, j, JSON_INDENT(1), err);
    json_decref(j);
    return rc;
}
