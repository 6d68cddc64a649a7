/* submit_command.c - write the scripts, hand them in, note the jobs */
#include "orchestration/submit/submit_command.h"

#include "base/program.h"
#include "orchestration/submit/batch_jobs.h"
#include "orchestration/submit/submit_jobs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One call of papline submit. */
struct submission {
    const struct submit_args *args; /* borrowed */
    FILE *out;                      /* borrowed */
    struct site site;
    struct submit_script script;
    char bin[FILE_PATH_MAX];
    char programs[128];
    struct submit_jobs jobs;  /* owned */
    char (*id)[BATCH_ID_MAX]; /* owned; of each job */
};

/* --- what is to be submitted ---------------------------------------------- */

/* Stages that more workers can help with. */
static void find_programs(struct submission *s, const struct plan *p)
{
    for (int i = 0; i < p->n_step; i++) {
        const struct stage_row *row = p->step[i].stage;
        const size_t n = strlen(s->programs);

        if (p->step[i].run && row->division != STAGE_WHOLE &&
            !strstr(s->programs, row->program))
            snprintf(s->programs + n, sizeof(s->programs) - n, "%s%s",
                     n ? " " : "", row->program);
    }
}

static int list_jobs(struct submission *s, const struct plan *p,
                     struct err *err)
{
    if (s->args->split)
        return submit_jobs_split(&s->jobs, p, err);
    s->jobs.job = calloc(2, sizeof(*s->jobs.job));
    if (!s->jobs.job)
        return err_set(err, ERR_SYSTEM, "no memory for jobs");
    s->jobs.job[s->jobs.n++].kind = SUBMIT_RUN;
    if (s->args->array > 0 && s->programs[0])
        s->jobs.job[s->jobs.n++].kind = SUBMIT_WORKERS;
    return 0;
}

/* A path that directives can hold. */
static int check_path(const char *path, struct err *err)
{
    if (path[strcspn(path, "\"\\\n%$`")])
        return err_set(err, ERR_USAGE,
                       "run.dir: '%.300s' has a character that cannot stand in "
                       "a batch script",
                       path);
    return 0;
}

static int fill_script(struct submission *s, const struct run_planned *r,
                       struct err *err)
{
    const struct config *c = r->config;
    const bool spread = s->args->array > 0 || s->site.job.nodes > 1;

    if (check_path(r->dir, err) < 0 || program_path(s->bin, "papline", err) < 0)
        return -1;
    *strrchr(s->bin, '/') = '\0';
    s->script = (struct submit_script){
        .site = &s->site,
        .run_dir = r->dir,
        .bin = s->bin,
        .programs = s->programs,
        .until = s->jobs.until,
        .array = s->args->array,
        .ranks = (int)c->train.ranks,
    };
    if (spread && (strcmp(c->scheduler.endpoint, "ipc") == 0 ||
                   strcmp(c->scheduler.endpoint, "auto") == 0))
        s->script.endpoint = s->site.environment.endpoint;
    return 0;
}

/* --- commands ------------------------------------------------------------- */

/* "afterok:12:13", by the numbers of jobs or, not yet known, their places. */
static void put_after(const struct submission *s, int i, struct buf *b)
{
    const struct submit_job *job = &s->jobs.job[i];

    if (job->kind == SUBMIT_WORKERS)
        buf_printf(b, "after:%s", s->id[0]);
    for (int k = 0; k < job->n_after; k++)
        buf_printf(b, "%s:%s", k ? "" : "afterok", s->id[job->after[k]]);
    if (job->kind == SUBMIT_REPORT)
        for (int k = 0; k < i; k++)
            buf_printf(b, "%s:%s", k ? "" : "afterany", s->id[k]);
}

/* How a system's command is written. */
static const struct submit_words {
    const char *command, *after, *behind, *name, *variables;
} words[] = {
    [BATCH_SLURM] = {"sbatch --parsable",
                     " --dependency=", " --kill-on-invalid-dep=yes",
                     " --job-name=", " --export=ALL,"},
    [BATCH_PBS] = {"qsub", " -W depend=", "", " -N ", " -v "},
};

static void put_words(const struct submit_words *w, const struct submission *s,
                      int i, const char *after, struct buf *b)
{
    const struct submit_job *job = &s->jobs.job[i];
    char name[CONFIG_NAME_MAX];

    buf_puts(b, w->command);
    if (*after)
        buf_printf(b, "%s%s%s", w->after, after, w->behind);
    if (!job->experiment[0])
        return;
    submit_script_job(&s->script, job->experiment, name);
    buf_printf(b, "%s%s%sPAPLINE_EXPERIMENT=%s,PAPLINE_STAGES=%s", w->name,
               name, w->variables, job->experiment, job->stages);
}

static void put_command(const struct submission *s, int i, struct buf *b)
{
    char path[FILE_PATH_MAX];
    struct buf after = {0};
    struct err err;

    put_after(s, i, &after);
    put_words(&words[s->site.batch.system], s, i, after.data ? after.data : "",
              b);
    buf_release(&after);
    buf_puts(b, " ");
    if (file_path(path, &err, "%s/submit/%s", s->script.run_dir,
                  submit_script_file(s->jobs.job[i].kind)) < 0)
        b->failed = true;
    submit_script_quote(b, path);
}

/* --- for a look ----------------------------------------------------------- */

static bool is_first_of_kind(const struct submit_jobs *j, int i)
{
    for (int k = 0; k < i; k++)
        if (j->job[k].kind == j->job[i].kind)
            return false;
    return true;
}

static int print_all(struct submission *s, struct err *err)
{
    struct buf b = {0};

    for (int i = 0; i < s->jobs.n; i++) {
        if (!is_first_of_kind(&s->jobs, i))
            continue;
        buf_printf(&b, "# --- %s/submit/%s\n", s->script.run_dir,
                   submit_script_file(s->jobs.job[i].kind));
        submit_script_write(&s->script, s->jobs.job[i].kind, &b);
        buf_puts(&b, "\n");
    }
    buf_puts(&b, "# --- what would be called\n");
    for (int i = 0; i < s->jobs.n; i++) {
        snprintf(s->id[i], BATCH_ID_MAX, "JOB%d", i + 1);
        put_command(s, i, &b);
        buf_printf(&b, " # %s\n", s->id[i]);
    }
    return buf_print(&b, s->out, err);
}

/* --- for the batch system ------------------------------------------------- */

static int check_queue(const struct submission *s, struct err *err)
{
    struct batch_jobs j;
    int rc;

    if (batch_jobs_read(&j, s->script.run_dir, err) < 0)
        return -1;
    rc = batch_jobs_look(&j, err);
    for (size_t i = 0; rc == 0 && i < j.n; i++)
        if (j.job[i].system == BATCH_SLURM && j.job[i].state != BATCH_GONE)
            rc = err_set(err, ERR_AGAIN,
                         "job %s (%s) of '%.200s' is in the queue; see papline "
                         "cancel",
                         j.job[i].id, j.job[i].what, s->script.run_dir);
    batch_jobs_release(&j);
    return rc;
}

/* What an earlier submission has left there to be read by its jobs. */
static int remove_marks(const char *dir, struct err *err)
{
    static const char *const marks[] = {"cancelled", "ended"};
    char path[FILE_PATH_MAX];

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (file_path(path, err, "%s/%s", dir, marks[i]) < 0)
            return -1;
        if (unlink(path) < 0 && errno != ENOENT)
            return err_set(err, ERR_SYSTEM, "cannot remove '%s': %s", path,
                           strerror(errno));
    }
    return 0;
}

static int write_scripts(struct submission *s, struct err *err)
{
    char dir[FILE_PATH_MAX];

    if (file_path(dir, err, "%s/submit", s->script.run_dir) < 0 ||
        file_dir_make(dir, err) < 0 || remove_marks(dir, err) < 0)
        return -1;
    for (int i = 0; i < s->jobs.n; i++) {
        const enum submit_kind kind = s->jobs.job[i].kind;
        struct buf b = {0};

        if (!is_first_of_kind(&s->jobs, i))
            continue;
        submit_script_write(&s->script, kind, &b);
        if (buf_save(&b, dir, submit_script_file(kind), err) < 0)
            return -1;
    }
    return 0;
}

/* The number that the command printed: its last line, as far as ';'. */
static int take_id(char id[BATCH_ID_MAX], const struct buf *printed,
                   struct err *err)
{
    const char *s = printed->data ? printed->data : "";
    size_t n = strlen(s);

    while (n > 0 && s[n - 1] == '\n')
        n--;
    while (n > 0 && s[n - 1] != '\n')
        n--;
    s += n;
    n = strcspn(s, ";\n");
    if (n == 0 || n >= BATCH_ID_MAX)
        return err_set(err, ERR_AGAIN,
                       "the batch system gives no number of a "
                       "job, but '%.100s'",
                       s);
    snprintf(id, BATCH_ID_MAX, "%.*s", (int)n, s);
    return 0;
}

static int submit_one(struct submission *s, int i, struct err *err)
{
    const struct submit_job *job = &s->jobs.job[i];
    struct batch_job record = {.system = s->site.batch.system};
    struct buf command = {0}, printed = {0};
    int rc = -1;

    put_command(s, i, &command);
    if (buf_check(&command, err) == 0)
        buf_puts(&command, " 2>&1");
    if (buf_check(&command, err) == 0 &&
        batch_jobs_command(command.data, &printed, err) == 0)
        rc = take_id(s->id[i], &printed, err);
    buf_release(&command);
    buf_release(&printed);
    if (rc < 0)
        return -1;
    snprintf(record.id, sizeof(record.id), "%s", s->id[i]);
    snprintf(record.what, sizeof(record.what), "%s%s%s",
             submit_script_file(job->kind), job->experiment[0] ? " " : "",
             job->experiment);
    fprintf(s->out, "%s %s\n", record.id, record.what);
    return batch_jobs_add(s->script.run_dir, &record, err);
}

/* Half of the jobs would do nothing, or wait for ever. */
static void take_back(const struct submission *s, int n)
{
    const char *cancel = s->site.batch.system == BATCH_PBS ? "qdel" : "scancel";

    for (int i = 0; i < n; i++) {
        struct buf b = {0}, out = {0};
        struct err err;

        buf_printf(&b, "%s '%s' 2>&1", cancel, s->id[i]);
        if (buf_check(&b, &err) == 0 &&
            batch_jobs_command(b.data, &out, &err) == 0)
            fprintf(s->out, "%s cancelled\n", s->id[i]);
        buf_release(&b);
        buf_release(&out);
    }
}

static int submit_all(struct submission *s, struct err *err)
{
    if (check_queue(s, err) < 0 || write_scripts(s, err) < 0)
        return -1;
    for (int i = 0; i < s->jobs.n; i++)
        if (submit_one(s, i, err) < 0) {
            take_back(s, i);
            return -1;
        }
    fprintf(s->out, "\nfollow it: papline status %s\nlogs: %s/submit/\n",
            s->script.run_dir, s->script.run_dir);
    return 0;
}

/* --- the verb ------------------------------------------------------------- */

static int submit_planned(void *self, const struct run_planned *r,
                          struct err *err)
{
    struct submission *s = self;

    find_programs(s, r->plan);
    if (list_jobs(s, r->plan, err) < 0 || fill_script(s, r, err) < 0)
        return -1;
    s->id = calloc((size_t)s->jobs.n, sizeof(*s->id));
    if (!s->id)
        return err_set(err, ERR_SYSTEM, "no memory for jobs");
    return s->args->dry_run ? print_all(s, err) : submit_all(s, err);
}

int submit_command_run(FILE *out, struct run_command_args *run,
                       const struct submit_args *a, struct err *err)
{
    struct submission *s = calloc(1, sizeof(*s));
    int rc = -1;

    if (!s)
        return err_set(err, ERR_SYSTEM, "no memory for jobs");
    s->args = a;
    s->out = out;
    if (a->array > 0 && a->split)
        err_set(err, ERR_USAGE,
                "--array: not with --split, whose jobs have no "
                "scheduler that workers could join");
    else if (site_read(&s->site, a->site, err) == 0) {
        run->scratch = s->site.environment.scratch;
        rc = run_command_prepare(run, !a->dry_run, submit_planned, s, err);
    }
    submit_jobs_release(&s->jobs);
    free(s->id);
    free(s);
    return rc;
}
