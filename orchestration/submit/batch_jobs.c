/* batch_jobs.c - jobs.jsonl, and asking a batch system */
#include "orchestration/submit/batch_jobs.h"

#include "base/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { RECORD_MAX_BYTES = 1 << 24, LINE_MAX_BYTES = 512 };

static const char *const systems[] = {
    [BATCH_SLURM] = "slurm", [BATCH_PBS] = "pbs"};

/* --- the record ----------------------------------------------------------- */

static int record_path(char path[FILE_PATH_MAX], const char *run_dir,
                       struct err *err)
{
    return file_path(path, err, "%s/submit/jobs.jsonl", run_dir);
}

/* One line; ids become words of commands, so they are looked at. */
static int parse_job(struct batch_job *job, const char *path, const char *line,
                     size_t size, struct err *err)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.[]";
    json_t *j = json_parse(path, line, size, 0, err);
    const char *system = "", *id = "", *script = "", *experiment = "";
    int rc = 0;

    if (!j)
        return -1;
    if (json_unpack(j, "{s:s, s:s, s:s, s?s}", "system", &system, "job", &id,
                    "script", &script, "experiment", &experiment) < 0 ||
        !*id || strlen(id) >= BATCH_ID_MAX || *id == '-' ||
        id[strspn(id, safe)])
        rc = err_set(err, ERR_INPUT, "%s: not a job: %.100s", path, line);
    snprintf(job->id, sizeof(job->id), "%s", id);
    snprintf(job->what, sizeof(job->what), "%s%s%s", script,
             *experiment ? " " : "", experiment);
    job->system =
        strcmp(system, systems[BATCH_PBS]) == 0 ? BATCH_PBS : BATCH_SLURM;
    job->state = BATCH_PENDING;
    json_decref(j);
    return rc;
}

static int add_job(struct batch_jobs *j, const struct batch_job *job,
                   struct err *err)
{
    struct batch_job *more = realloc(j->job, (j->n + 1) * sizeof(*more));

    if (!more)
        return err_set(err, ERR_SYSTEM, "no memory for jobs");
    j->job = more;
    j->job[j->n++] = *job;
    return 0;
}

int batch_jobs_read(struct batch_jobs *j, const char *run_dir, struct err *err)
{
    char path[FILE_PATH_MAX], *text = NULL;
    struct batch_job job;
    size_t size = 0;
    int rc = 0;

    *j = (struct batch_jobs){0};
    if (record_path(path, run_dir, err) < 0)
        return -1;
    if (!file_exists(path))
        return 0;
    if (file_read(path, RECORD_MAX_BYTES, &text, &size, err) < 0)
        return -1;
    for (const char *s = text; rc == 0 && *s;) {
        const size_t n = strcspn(s, "\n");

        rc = parse_job(&job, path, s, n, err);
        if (rc == 0)
            rc = add_job(j, &job, err);
        s += n + (s[n] == '\n');
    }
    free(text);
    if (rc < 0)
        batch_jobs_release(j);
    return rc;
}

void batch_jobs_release(struct batch_jobs *j)
{
    free(j->job);
    *j = (struct batch_jobs){0};
}

int batch_jobs_add(const char *run_dir, const struct batch_job *job,
                   struct err *err)
{
    const int n = (int)strcspn(job->what, " ");
    const char *experiment = job->what[n] ? job->what + n + 1 : "";
    char path[FILE_PATH_MAX], *text;
    struct buf b = {0};
    json_t *j = json_pack("{s:s, s:s, s:s#}", "system", systems[job->system],
                          "job", job->id, "script", job->what, n);
    int rc = -1;

    if (j && *experiment)
        json_object_set_new(j, "experiment", json_text(experiment));
    text = j ? json_dumps(j, JSON_PRESERVE_ORDER) : NULL;
    buf_printf(&b, "%s\n", text ? text : "");
    if (!text)
        err_set(err, ERR_SYSTEM, "no memory for the record of a job");
    else if (buf_check(&b, err) == 0 && record_path(path, run_dir, err) == 0)
        rc = file_append(path, b.data, b.len, err);
    buf_release(&b);
    free(text);
    json_decref(j);
    return rc;
}

/* --- commands ------------------------------------------------------------- */

int batch_jobs_command(const char *command, struct buf *out, struct err *err)
{
    FILE *f = popen(command, "r");
    char line[LINE_MAX_BYTES], last[LINE_MAX_BYTES] = "";
    int status;

    if (!f)
        return err_set(err, ERR_SYSTEM, "cannot start a shell: %s",
                       strerror(errno));
    while (fgets(line, sizeof(line), f)) {
        buf_puts(out, line);
        line[strcspn(line, "\n")] = '\0';
        if (line[0])
            memcpy(last, line, sizeof(last));
    }
    status = pclose(f);
    if (status != 0)
        return err_set(err, ERR_AGAIN, "%.*s: %.300s (status %d)",
                       (int)strcspn(command, " "), command,
                       last[0] ? last : "it failed",
                       WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return buf_check(out, err);
}

/* A line of squeue: "12 RUNNING". */
static void note_state(struct batch_jobs *j, const char *line)
{
    char id[BATCH_ID_MAX], word[32];
    enum batch_state state = BATCH_RUNNING;

    if (sscanf(line, "%63s %31s", id, word) != 2)
        return;
    if (strcmp(word, "PENDING") == 0)
        state = BATCH_PENDING;
    for (size_t i = 0; i < j->n; i++)
        if (strcmp(j->job[i].id, id) == 0 && j->job[i].state < state)
            j->job[i].state = state;
}

static bool has_slurm(const struct batch_jobs *j)
{
    for (size_t i = 0; i < j->n; i++)
        if (j->job[i].system == BATCH_SLURM)
            return true;
    return false;
}

int batch_jobs_look(struct batch_jobs *j, struct err *err)
{
    struct buf b = {0};
    int rc;

    if (!has_slurm(j))
        return 0;
    rc = batch_jobs_command("squeue --me --noheader -o '%F %T' 2>&1", &b, err);
    for (size_t i = 0; rc == 0 && i < j->n; i++)
        if (j->job[i].system == BATCH_SLURM)
            j->job[i].state = BATCH_GONE;
    for (const char *s = rc == 0 && b.data ? b.data : ""; *s;) {
        note_state(j, s);
        s += strcspn(s, "\n");
        s += *s == '\n';
    }
    buf_release(&b);
    return rc;
}
