#include "orchestration/scheduler/trace_file.h"

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "run/run_timeline.h"

#include <math.h>

/* Microseconds from the first beginning to a time of a piece. */
static double micros(const struct run_timeline *t, int piece, double seconds)
{
    const struct timeline_piece *p = &t->piece[piece];

    return 1e6 * (p->date - t->piece[0].date + seconds - p->start);
}

static json_t *bar_json(const struct run_timeline *t,
                        const struct timeline_bar *b)
{
    const double start = micros(t, b->piece, b->start);

    return json_pack(
        "{s:o, s:o, s:s, s:I, s:I, s:i, s:i, s:{s:I, s:i, s:o, s:i}}", "name",
        json_text(b->step), "cat", json_textn(b->step, run_timeline_stage(b)),
        "ph", "X", "ts", llround(start), "dur",
        llround(micros(t, b->piece, b->end) - start), "pid", b->host + 1, "tid",
        b->lane + 1, "args", "process", (json_int_t)b->process, "cores",
        b->cores, "status", json_text(b->status), "run_start", b->piece + 1);
}

/* Names of rows. */
static void add_hosts(const struct run_timeline *t, json_t *list)
{
    for (size_t i = 0; i < t->n_host; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:{s:o}}",
                                              "name", "process_name", "ph", "M",
                                              "pid", (int)i + 1, "args", "name",
                                              json_text(t->host[i].name)));
}

static json_t *trace_json(const struct run_timeline *t)
{
    json_t *list = json_array();

    add_hosts(t, list);
    for (size_t i = 0; i < t->n_bar; i++)
        json_array_append_new(list, bar_json(t, &t->bar[i]));
    return json_pack("{s:o, s:s, s:{s:o, s:o}}", "traceEvents", list,
                     "displayTimeUnit", "ms", "otherData", "cores_busy",
                     json_number(run_timeline_busy(t)),
                     "cores_busy_while_work_was_ready",
                     json_number(run_timeline_busy_waiting(t)));
}

static void log_busy(const struct run_timeline *t)
{
    const double all = run_timeline_busy(t);
    const double ready = run_timeline_busy_waiting(t);

    if (isfinite(ready))
        log_info("processes had %.1f %% of the cores, and %.1f %% while work "
                 "was ready for more",
                 100 * all, 100 * ready);
    else if (isfinite(all))
        log_info("processes had %.1f %% of the cores; no work was ready for "
                 "more",
                 100 * all);
}

int trace_file_write(const char *run_dir, struct err *err)
{
    char path[FILE_PATH_MAX];
    struct run_timeline t;
    json_t *trace;
    int rc;

    if (file_path(path, err, "%s/trace.json", run_dir) < 0 ||
        run_timeline_read(&t, run_dir, err) < 0)
        return -1;
    trace = trace_json(&t);
    rc = json_write(path, trace, JSON_COMPACT, err);
    json_decref(trace);
    if (rc == 0)
        log_busy(&t);
    run_timeline_release(&t);
    return rc;
}
