#include "orchestration/scheduler/journal.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#include <jansson.h>
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
