/* submit_script.c - directives, variables and functions before the body */
#include "orchestration/submit/submit_script.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const job_body[] = {
#include "orchestration/submit/job_body.sh.inc"
    NULL};
static const char *const worker_body[] = {
#include "orchestration/submit/worker_body.sh.inc"
    NULL};

/* What the kinds of scripts differ in. */
struct script_kind {
    const char *file, *what;
    size_t job; /* offset in struct site */
    bool anew;  /* it may be submitted as another job: none waits for it */
    void (*work)(const struct submit_script *s, struct buf *out);
};

void submit_script_quote(struct buf *out, const char *text)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+";

    if (*text && !text[strspn(text, safe)]) {
        buf_puts(out, text);
        return;
    }
    buf_puts(out, "'");
    for (; *text; text++)
        if (*text == '\'')
            buf_puts(out, "'\\''");
        else
            buf_put(out, text, 1);
    buf_puts(out, "'");
}

void submit_script_job(const struct submit_script *s, const char *what,
                       char name[CONFIG_NAME_MAX])
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const char *slash = strrchr(s->run_dir, '/');

    snprintf(name, CONFIG_NAME_MAX, "papline-%.20s-%.34s",
             slash ? slash + 1 : s->run_dir, what);
    for (char *c = name; *c; c++)
        if (!strchr(safe, *c))
            *c = '_';
}

/* --- directives ----------------------------------------------------------- */

/* "#SBATCH --account=me", if there is a value. */
static void put_option(struct buf *out, const char *option, const char *value)
{
    if (*value)
        buf_printf(out, "%s%s\n", option, value);
}

/* One line for each word. */
static void put_options(struct buf *out, const char *prefix, const char *words)
{
    while (*(words += strspn(words, " "))) {
        const int n = (int)strcspn(words, " ");

        buf_printf(out, "%s%.*s\n", prefix, n, words);
        words += n;
    }
}

/* Ranks of mpirun are tasks; papline run alone is one that divides its cores. */
static void slurm_resources(const struct site *site, const struct site_job *job,
                            struct buf *out)
{
    const bool ranks = site->environment.launcher == SITE_MPIRUN;

    buf_printf(out,
               "#SBATCH --nodes=%lld\n#SBATCH --ntasks-per-node=%lld\n"
               "#SBATCH --cpus-per-task=%lld\n",
               (long long)job->nodes, ranks ? (long long)job->cores : 1,
               ranks ? 1 : (long long)job->cores);
    put_option(out, "#SBATCH --mem=", job->memory);
    put_option(out, "#SBATCH --time=", job->time);
}

static void slurm_directives(const struct submit_script *s,
                             const struct script_kind *k,
                             const struct site_job *job, struct buf *out)
{
    const struct site *site = s->site;

    buf_printf(out, "#SBATCH --output=\"%s/submit/%s-%s.log\"\n", s->run_dir,
               k->what, s->array ? "%A_%a" : "%j");
    buf_printf(out,
               "#SBATCH --open-mode=append\n#SBATCH --requeue\n"
               "#SBATCH --signal=B:USR1@%lld\n",
               (long long)site->requeue.warning);
    if (s->array)
        buf_printf(out, "#SBATCH --array=1-%d\n", s->array);
    slurm_resources(site, job, out);
    put_option(out, "#SBATCH --partition=", site->batch.partition);
    put_option(out, "#SBATCH --account=", site->batch.account);
    put_option(out, "#SBATCH --qos=", site->batch.qos);
    if (site->batch.mail[0])
        buf_printf(out,
                   "#SBATCH --mail-user=%s\n#SBATCH --mail-type=END,FAIL\n",
                   site->batch.mail);
    put_options(out, "#SBATCH ", site->batch.options);
}

static void pbs_directives(const struct submit_script *s,
                           const struct script_kind *k,
                           const struct site_job *job, struct buf *out)
{
    const struct site *site = s->site;

    (void)k;
    buf_printf(out, "#PBS -o \"%s/submit/\"\n#PBS -j oe\n#PBS -r y\n",
               s->run_dir);
    if (s->array)
        buf_printf(out, "#PBS -J 1-%d\n", s->array);
    buf_printf(out, "#PBS -l select=%lld:ncpus=%lld", (long long)job->nodes,
               (long long)job->cores);
    if (site->environment.launcher == SITE_MPIRUN)
        buf_printf(out, ":mpiprocs=%lld", (long long)job->cores);
    if (job->memory[0])
        buf_printf(out, ":mem=%s", job->memory);
    buf_puts(out, "\n");
    put_option(out, "#PBS -l walltime=", job->time);
    put_option(out, "#PBS -q ", site->batch.partition);
    put_option(out, "#PBS -A ", site->batch.account);
    put_option(out, "#PBS -l qos=", site->batch.qos);
    if (site->batch.mail[0])
        buf_printf(out, "#PBS -M %s\n#PBS -m ae\n", site->batch.mail);
    put_options(out, "#PBS ", site->batch.options);
}

/* --- into the queue anew -------------------------------------------------- */

static void slurm_functions(const struct site_job *job, long warning,
                            struct buf *out)
{
    (void)job;
    (void)warning;
    buf_puts(out, "if [ -z \"${SLURM_JOB_END_TIME-}\" ] &&\n"
                  "    ends=$(date -d \"$(squeue -h -j \"$SLURM_JOB_ID\" -o %e)"
                  "\" +%s 2>/dev/null)\n"
                  "then\n"
                  "    export SLURM_JOB_END_TIME=$ends\n"
                  "fi\n"
                  "requeue() {\n"
                  "    scontrol requeue \"$SLURM_JOB_ID\" && return\n");
}

/* PBS gives no warning of its own, and requeues no job for its owner. */
static void pbs_functions(const struct site_job *job, long warning,
                          struct buf *out)
{
    const long seconds = site_seconds(job->time);

    if (seconds > 0)
        buf_printf(out, "(sleep %ld && kill -USR1 $$) &\n", seconds - warning);
    buf_puts(out, "requeue() {\n");
}

static const struct batch_writer {
    const char *name;   /* of a job, by this directive */
    const char *system; /* its word */
    const char *again;  /* submits another job */
    void (*directives)(const struct submit_script *s,
                       const struct script_kind *k, const struct site_job *job,
                       struct buf *out);
    void (*functions)(const struct site_job *job, long warning,
                      struct buf *out);
} writers[] = {
    [BATCH_SLURM] = {"#SBATCH --job-name=", "slurm",
                     "PAPLINE_RESTARTS=$again env -u SLURM_RESTART_COUNT \\\n"
                     "        -u SLURM_JOB_END_TIME sbatch --parsable",
                     slurm_directives, slurm_functions},
    [BATCH_PBS] = {"#PBS -N ", "pbs", "qsub -v PAPLINE_RESTARTS=$again",
                   pbs_directives, pbs_functions},
};

/* The end of requeue(): another job is submitted, and noted, as batch_jobs.h
 * reads it; or the last job does what is left. */
static void end_requeue(const struct batch_writer *w,
                        const struct script_kind *k, struct buf *out)
{
    if (k->anew)
        buf_printf(
            out,
            "    local id\n"
            "    id=$(%s \"$run/submit/%s\") || return\n"
            "    echo '{\"system\": \"%s\", \"job\": \"'\"${id%%%%;*}\"'\", "
            "\"script\": \"%s\"}' \\\n        >>\"$run/submit/jobs.jsonl\"\n",
            w->again, k->file, w->system, k->file);
    else
        buf_puts(out, "    echo \"papline: the last job will do what is "
                      "left\"\n");
    buf_puts(out, "}\n");
}

/* --- what a job does ------------------------------------------------------ */

/* papline run, alone or as mpirun's ranks, without the end of the line. */
static void put_run(const struct submit_script *s, struct buf *out)
{
    const struct site_job *job = &s->site->job;

    buf_puts(out, "work() {\n    one ");
    if (s->site->environment.launcher == SITE_MPIRUN)
        buf_printf(out, "mpirun --bind-to none -n %lld ",
                   (long long)(job->nodes * job->cores));
    buf_puts(out, "papline run \"$run\"");
    if (s->endpoint) {
        buf_puts(out, " --set scheduler.endpoint=");
        submit_script_quote(out, s->endpoint);
    }
}

static void work_run(const struct submit_script *s, struct buf *out)
{
    put_run(s, out);
    buf_puts(out, "\n}\n");
}

static void work_prepare(const struct submit_script *s, struct buf *out)
{
    put_run(s, out);
    buf_printf(out, " --until %s\n}\n", s->until);
}

static void work_experiment(const struct submit_script *s, struct buf *out)
{
    const long long threads = (long long)s->site->split.cores / s->ranks;

    buf_printf(out, "export OMP_NUM_THREADS=%lld\n", threads > 0 ? threads : 1);
    if (s->ranks > 1)
        buf_printf(out, "ranks=(mpirun --bind-to none -n %d)\n", s->ranks);
    buf_puts(out, "work() {\n"
                  "    local stage\n"
                  "    for stage in ${PAPLINE_STAGES//:/ }; do\n"
                  "        one ");
    if (s->ranks > 1)
        buf_puts(out, "$([ $stage != train ] || echo \"${ranks[@]}\") ");
    buf_puts(out, "\"papline-$stage\" --run \"$run\" \\\n"
                  "            --experiment \"$PAPLINE_EXPERIMENT\" || return\n"
                  "    done\n"
                  "}\n");
}

static void work_join(const struct submit_script *s, struct buf *out)
{
    buf_printf(out, "programs=(%s)\npatience=60\n", s->programs);
}

static const struct script_kind kinds[SUBMIT_KINDS] = {
    [SUBMIT_RUN] = {"run.sh", "run", offsetof(struct site, job), true,
                    work_run},
    [SUBMIT_WORKERS] = {"workers.sh", "workers", offsetof(struct site, worker),
                        false, work_join},
    [SUBMIT_PREPARE] = {"prepare.sh", "prepare", offsetof(struct site, job),
                        false, work_prepare},
    [SUBMIT_EXPERIMENT] = {"experiment.sh", "experiment",
                           offsetof(struct site, split), false,
                           work_experiment},
    [SUBMIT_REPORT] = {"report.sh", "report", offsetof(struct site, job), true,
                       work_run},
};

const char *submit_script_file(enum submit_kind kind)
{
    return kinds[kind].file;
}

/* --- a script ------------------------------------------------------------- */

static void put_environment(const struct submit_script *s, struct buf *out)
{
    const struct site *site = s->site;

    buf_puts(out, "set -u\nrun=");
    submit_script_quote(out, s->run_dir);
    buf_printf(out, "\nlimit=%lld\n", (long long)site->requeue.limit);
    if (site->environment.modules[0])
        buf_printf(out, "module load %s || exit 1\n",
                   site->environment.modules);
    buf_puts(out, "export PATH=");
    submit_script_quote(out, s->bin);
    buf_puts(out, ":$PATH\n");
    if (site->environment.local[0])
        buf_printf(out, "export TMPDIR=\"%s\"\n", site->environment.local);
}

void submit_script_write(const struct submit_script *s, enum submit_kind kind,
                         struct buf *out)
{
    const struct script_kind *k = &kinds[kind];
    const struct batch_writer *w = &writers[s->site->batch.system];
    const struct site_job *job =
        (const struct site_job *)((const char *)s->site + k->job);
    struct submit_script own = *s;
    const char *const *line;
    char name[CONFIG_NAME_MAX];

    if (kind != SUBMIT_WORKERS)
        own.array = 0;
    submit_script_job(s, k->what, name);
    buf_printf(out,
               "#!/bin/bash\n# %s - written by papline submit, each time "
               "that it is called\n%s%s\n",
               k->file, w->name, name);
    w->directives(&own, k, job, out);
    put_environment(s, out);
    if (kind != SUBMIT_WORKERS) {
        w->functions(job, (long)s->site->requeue.warning, out);
        end_requeue(w, k, out);
    }
    k->work(s, out);
    for (line = kind == SUBMIT_WORKERS ? worker_body : job_body; *line; line++)
        buf_puts(out, *line);
}
