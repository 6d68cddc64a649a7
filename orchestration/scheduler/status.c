#include "orchestration/scheduler/status.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "orchestration/scheduler/scheduler.h"
#include "worker/scheduler_link.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    STATUS_MAX_BYTES = 1 << 24,
    STATE = 256,          /* bytes of what is said of a run */
    SILENT_SECONDS = 120, /* a scheduler writes twice a second, but while it
                             makes the report */
};

static const char *const state_names[] = {
    [STEP_WAITING] = "waiting", [STEP_RUNNING] = "running",
    [STEP_DONE] = "done",       [STEP_CURRENT] = "current",
    [STEP_FAILED] = "failed",   [STEP_SKIPPED] = "skipped",
    [STEP_LATER] = "later",
};

/* --- writing -------------------------------------------------------------- */

static json_t *units_json(const struct lease_queue *q)
{
    return json_pack("{s:I, s:I, s:I}", "done", (json_int_t)q->n_done,
                     "set_aside", (json_int_t)q->n_aside, "total",
                     (json_int_t)q->n_unit);
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
        const struct running_step *r = s->running[i];
        json_t *step = json_array_get(list, (size_t)r->index);

        if (r->leaving > 0)
            continue;
        json_object_set_new(step, "seconds",
                            json_real(clock_now() - r->started));
        json_object_set_new(step, "cores", json_integer(running_step_cores(r)));
        json_object_set_new(step, "units", units_json(&r->queue));
    }
    return list;
}

static json_t *workers_json(const struct scheduler *s)
{
    json_t *list = json_array();

    for (int i = 0; i < s->workers.n; i++) {
        const struct listed_worker *w = &s->workers.worker[i];
        const double rate = worker_list_rate(w, clock_now());

        if (w->identity_size)
            json_array_append_new(
                list,
                json_pack("{s:s, s:s, s:f, s:f, s:f, s:I, s:s, s:f}", "name",
                          w->name, "stage", w->stage, "done", w->done, "total",
                          w->total, "rate", rate > 0 ? rate : w->rate, "units",
                          (json_int_t)w->units_done, "note", w->note, "silent",
                          clock_now() - w->seen));
    }
    return list;
}

int status_write(const struct scheduler *s, const char *state, struct err *err)
{
    char path[FILE_PATH_MAX], now[CLOCK_TEXT];
    struct process self;
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
    rc = file_path(path, err, "%s/status.json", s->run_dir);
    if (rc == 0)
        rc = json_write(path, j, JSON_INDENT(1), err);
    json_decref(j);
    return rc;
}

/* --- printing ------------------------------------------------------------- */

static const char *get_text(const json_t *j, const char *name)
{
    const char *s = json_string_value(json_object_get(j, name));

    return s ? s : "?";
}

static double get_number(const json_t *j, const char *name)
{
    return json_number_value(json_object_get(j, name));
}

static bool has_failed(const char *state)
{
    return strcmp(state, state_names[STEP_FAILED]) == 0 ||
           strcmp(state, state_names[STEP_SKIPPED]) == 0;
}

static void print_steps(FILE *out, const json_t *j)
{
    const json_t *step;
    size_t i;

    json_array_foreach(json_object_get(j, "nodes"), i, step)
    {
        const json_t *units = json_object_get(step, "units");

        fprintf(out, "  %-9s %-40s", get_text(step, "state"),
                get_text(step, "name"));
        if (get_number(step, "seconds") > 0)
            fprintf(out, " %7.1f s", get_number(step, "seconds"));
        if (get_number(step, "cores") > 0)
            fprintf(out, "  %.0f core%s", get_number(step, "cores"),
                    get_number(step, "cores") > 1 ? "s" : "");
        if (get_number(units, "total") > 1)
            fprintf(out, "  %.0f of %.0f units", get_number(units, "done"),
                    get_number(units, "total"));
        putc('\n', out);
        if (has_failed(get_text(step, "state")))
            fprintf(out, "            %s\n", get_text(step, "reason"));
    }
}

static void print_workers(FILE *out, const json_t *j)
{
    const json_t *list = json_object_get(j, "workers"), *w;
    double total = 0;
    size_t i;

    if (json_array_size(list) == 0)
        return;
    fprintf(out, "workers:\n");
    json_array_foreach(list, i, w)
    {
        fprintf(out, "  %-32s %-12s %6.0f units", get_text(w, "name"),
                get_text(w, "stage"), get_number(w, "units"));
        if (get_number(w, "total") > 0)
            fprintf(out, "  %.0f/%.0f", get_number(w, "done"),
                    get_number(w, "total"));
        fprintf(out, "  %.1f/s", get_number(w, "rate"));
        fprintf(out, "  %s\n", get_text(w, "note"));
        total += get_number(w, "rate");
    }
    fprintf(out, "  all together %.1f/s\n", total);
}

/* Seconds since a file was written. */
static double age_of(const char *path)
{
    struct stat st;

    return stat(path, &st) < 0 ? 0 : difftime(time(NULL), st.st_mtime);
}

/*
 * What has become of a run whose file says that it is running: is its scheduler
 * there?  On another host only its signs of life tell.
 */
static bool still_going(const json_t *j, const char *path, char state[STATE])
{
    const double age = age_of(path);
    struct process p;

    process_read(&p, j);
    switch (process_check(&p)) {
    case PROCESS_ALIVE:
        return true;
    case PROCESS_GONE:
        snprintf(state, STATE,
                 "stopped (its scheduler is gone; run again to go on)");
        return false;
    case PROCESS_ELSEWHERE:
        break;
    }
    if (age > SILENT_SECONDS)
        snprintf(state, STATE,
                 "silent (no sign of life from its scheduler, process %ld on "
                 "%s, for %.0f s; if it is gone, run again to go on)",
                 p.pid, p.host, age);
    else
        snprintf(state, STATE, "running on %s", p.host);
    return age <= SILENT_SECONDS;
}

static json_t *read_status(char path[FILE_PATH_MAX], const char *run_dir,
                           struct err *err)
{
    if (file_path(path, err, "%s/status.json", run_dir) < 0)
        return NULL;
    if (!file_exists(path)) {
        err_set(err, ERR_USAGE,
                "'%s' has no status.json: no run was started there", run_dir);
        return NULL;
    }
    return json_read(path, STATUS_MAX_BYTES, 0, err);
}

/* Read and print; *going tells whether the run is alive. */
static int print_once(FILE *out, const char *run_dir, int *going,
                      struct err *err)
{
    char path[FILE_PATH_MAX], state[STATE];
    json_t *j = read_status(path, run_dir, err);

    if (!j)
        return -1;
    snprintf(state, sizeof(state), "%s", get_text(j, "state"));
    *going = strcmp(state, "running") == 0 && still_going(j, path, state);
    fprintf(out, "%s: %s, %.0f s, as of %s\n", run_dir, state,
            get_number(j, "seconds"), get_text(j, "updated"));
    print_steps(out, j);
    if (*going)
        print_workers(out, j);
    if (get_number(j, "set_aside") > 0)
        fprintf(out, "set aside: %.0f units\n", get_number(j, "set_aside"));
    if (get_number(j, "ignored") > 0)
        fprintf(
            out,
            "ignored: %.0f messages, not valid or not their senders' to say\n",
            get_number(j, "ignored"));
    json_decref(j);
    return 0;
}

int status_print(FILE *out, const char *run_dir, int watch, struct err *err)
{
    const struct timespec second = {.tv_sec = 1};
    int going = 1;

    while (going && !scheduler_link_signalled()) {
        if (watch && isatty(fileno(out)))
            fprintf(out, "\033[H\033[2J");
        if (print_once(out, run_dir, &going, err) < 0)
            return -1;
        fflush(out);
        if (!watch)
            break;
        if (going)
            nanosleep(&second, NULL);
    }
    return 0;
}
