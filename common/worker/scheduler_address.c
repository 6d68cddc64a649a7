#include "worker/scheduler_address.h"

#include "base/file.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONTROL_MAX_BYTES = 4096 };

int scheduler_address_write(const char *run_dir,
                            const struct scheduler_address *a, struct err *err)
{
    char path[FILE_PATH_MAX];
    json_t *j = json_pack("{s:s, s:b}", "endpoint", a->endpoint, "curve",
                          (int)a->curve);
    char *text;
    int rc;

    process_write(&a->scheduler, j);
    text = j ? json_dumps(j, JSON_INDENT(1)) : NULL;
    json_decref(j);
    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for control.json");
    rc = file_path(path, err, "%s/control.json", run_dir);
    if (rc == 0)
        rc = file_write_secret(path, text, strlen(text), err);
    free(text);
    return rc;
}

/* An endpoint that a scheduler writes down: ipc without keys, tcp with. */
static bool is_endpoint(const char *s, bool curve)
{
    return curve ? strncmp(s, "tcp://", 6) == 0 && strchr(s + 6, ':')
                 : strncmp(s, "ipc://", 6) == 0;
}

int scheduler_address_read(struct scheduler_address *a, const char *run_dir,
                           struct err *err)
{
    char path[FILE_PATH_MAX];
    const char *endpoint = NULL;
    json_t *j;
    int curve = 0, rc = 0;

    *a = (struct scheduler_address){0};
    if (file_path(path, err, "%s/control.json", run_dir) < 0)
        return -1;
    if (!file_exists(path))
        return err_set(err, ERR_AGAIN,
                       "no scheduler is running for '%s' (no control.json)",
                       run_dir);
    j = json_read(path, CONTROL_MAX_BYTES, 0, err);
    if (!j)
        return -1;
    if (json_unpack(j, "{s:s, s:b}", "endpoint", &endpoint, "curve", &curve) <
            0 ||
        strlen(endpoint) >= sizeof(a->endpoint) ||
        !is_endpoint(endpoint, curve)) {
        rc = err_set(err, ERR_INPUT, "'%s' is damaged", path);
    } else {
        snprintf(a->endpoint, sizeof(a->endpoint), "%s", endpoint);
        a->curve = curve != 0;
        process_read(&a->scheduler, j);
    }
    json_decref(j);
    return rc;
}

void scheduler_address_remove(const char *run_dir)
{
    char path[FILE_PATH_MAX];
    struct err err;

    if (file_path(path, &err, "%s/control.json", run_dir) == 0)
        unlink(path);
}
