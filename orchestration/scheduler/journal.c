#include "orchestration/scheduler/journal.h"

#include "base/clock.h"
#include "base/log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void journal_add_all(const char *run_dir, const char *event,
                     const char *const *member)
{
    json_t *j = json_object();
    char path[FILE_PATH_MAX], now[CLOCK_TEXT], *text;
    struct buf line = {0};
    struct err err = {0};

    clock_text_exact(now, clock_date());
    json_object_set_new(j, "time", json_string(now));
    json_object_set_new(j, "event", json_string(event));
    for (; *member; member += 2)
        json_object_set_new(j, member[0],
                            json_stringn_nocheck(member[1], strlen(member[1])));
    text = json_dumps(j, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(j);
    if (!text)
        return;
    buf_printf(&line, "%s\n", text);
    free(text);
    if (buf_check(&line, &err) < 0 ||
        file_path(path, &err, "%s/journal.jsonl", run_dir) < 0 ||
        file_append(path, line.data, line.len, &err) < 0)
        log_warn("journal: %s", err.text);
    buf_release(&line);
}

/* Seconds that steps took, on the way through a journal. */
struct step_times {
    const struct plan *plan;
    double *seconds; /* of each step of the plan; 0: not known */
    double *sum;     /* (plan->n_step) of those that are alike */
    int *n;
};

/* Is 'name' that of a step of the same stage and network? */
static bool is_alike(const char *name, const struct plan_step *step)
{
    const size_t stage = strlen(step->stage->word);
    const size_t network = strlen(step->network);

    if (strncmp(name, step->stage->word, stage) != 0)
        return false;
    return network == 0 ||
           (name[stage] == '/' &&
            strncmp(name + stage + 1, step->network, network) == 0 &&
            name[stage + 1 + network] == '-');
}

/* A line that says that a step was done. */
static void take_line(const char *line, struct step_times *t)
{
    json_t *j = json_loads(line, 0, NULL);
    const char *event = json_string_value(json_object_get(j, "event"));
    const char *name = json_string_value(json_object_get(j, "node"));
    const char *text = json_string_value(json_object_get(j, "seconds"));
    const double took = text ? strtod(text, NULL) : 0;

    if (event && name && took > 0 && strcmp(event, "node-done") == 0)
        for (int i = 0; i < t->plan->n_step; i++)
            if (is_alike(name, &t->plan->step[i])) {
                t->sum[i] += took;
                t->n[i]++;
                if (strcmp(name, t->plan->step[i].name) == 0)
                    t->seconds[i] = took;
            }
    json_decref(j);
}

static void read_lines(const char *path, struct step_times *t)
{
    FILE *f = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;

    while (f && getline(&line, &room, f) >= 0)
        take_line(line, t);
    free(line);
    if (f)
        fclose(f);
}

void journal_read_seconds(const char *run_dir, const struct plan *plan,
                          double *seconds)
{
    const size_t n = (size_t)plan->n_step + 1;
    struct step_times t = {.plan = plan,
                           .seconds = seconds,
                           .sum = calloc(n, sizeof(*t.sum)),
                           .n = calloc(n, sizeof(*t.n))};
    char path[FILE_PATH_MAX];
    struct err err;

    for (int i = 0; i < plan->n_step; i++)
        seconds[i] = 0;
    if (t.sum && t.n && file_path(path, &err, "%s/journal.jsonl", run_dir) == 0)
        read_lines(path, &t);
    for (int i = 0; t.sum && t.n && i < plan->n_step; i++)
        if (seconds[i] <= 0 && t.n[i] > 0)
            seconds[i] = t.sum[i] / t.n[i];
    free(t.sum);
    free(t.n);
}
