#include "orchestration/scheduler/journal.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void journal_add(const char *run_dir, const char *event,
                 const struct journal_member *member, size_t n)
{
    json_t *j = json_object();
    char path[FILE_PATH_MAX], now[CLOCK_TEXT], *text, *line;
    struct err err = {0};
    size_t len;

    clock_text(now, clock_date());
    json_object_set_new(j, "time", json_string(now));
    json_object_set_new(j, "event", json_string(event));
    for (size_t i = 0; i < n; i++)
        json_object_set_new(
            j, member[i].name,
            json_stringn_nocheck(member[i].value, strlen(member[i].value)));
    text = json_dumps(j, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(j);
    len = text ? strlen(text) : 0;
    line = text ? realloc(text, len + 2) : NULL;
    if (!line) {
        free(text);
        return;
    }
    memcpy(line + len, "\n", 2);
    if (file_path(path, &err, "%s/journal.jsonl", run_dir) < 0 ||
        file_append(path, line, len + 1, &err) < 0)
        log_warn("journal: %s", err.text);
    free(line);
}

/* The seconds of a line that says that a step was done. */
static void take_line(const char *line, const struct plan *plan,
                      double *seconds)
{
    json_t *j = json_loads(line, 0, NULL);
    const char *event = json_string_value(json_object_get(j, "event"));
    const char *name = json_string_value(json_object_get(j, "node"));
    const char *took = json_string_value(json_object_get(j, "seconds"));
    const struct plan_step *step = name ? plan_find(plan, name) : NULL;

    if (step && event && took && strcmp(event, "node-done") == 0)
        seconds[step - plan->step] = strtod(took, NULL);
    json_decref(j);
}

void journal_read_seconds(const char *run_dir, const struct plan *plan,
                          double *seconds)
{
    char path[FILE_PATH_MAX], *line = NULL;
    struct err err;
    size_t room = 0;
    FILE *f;

    for (int i = 0; i < plan->n_step; i++)
        seconds[i] = 0;
    if (file_path(path, &err, "%s/journal.jsonl", run_dir) < 0)
        return;
    f = fopen(path, "re");
    while (f && getline(&line, &room, f) >= 0)
        take_line(line, plan, seconds);
    free(line);
    if (f)
        fclose(f);
}
