/* test_submit_script.c - the scripts of the three forms, a site's file, and
 * which job waits for which */
#include "orchestration/submit/submit_jobs.h"

#include "test_dir.h"

/* Behind the directives, variables and functions it is the same in all. */
static const char body[] = "\n# --- the same in every ";

#define HEAD(what, system)                                                     \
    "#!/bin/bash\n# " what                                                     \
    ".sh - written by papline submit, each time that it is called\n" system    \
    "papline-it_s_night-" what "\n"
#define END_TIME                                                               \
    "if [ -z \"${SLURM_JOB_END_TIME-}\" ] &&\n"                                \
    "    ends=$(date -d \"$(squeue -h -j \"$SLURM_JOB_ID\" -o %e)\" +%s "      \
    "2>/dev/null)\n"                                                           \
    "then\n"                                                                   \
    "    export SLURM_JOB_END_TIME=$ends\n"                                    \
    "fi\n"
#define LEAVE_REST                                                             \
    "requeue() {\n"                                                            \
    "    scontrol requeue \"$SLURM_JOB_ID\" && return\n"                       \
    "    echo \"papline: the last job will do what is left\"\n"                \
    "}\n"

/* The script up to its body; what comes there is looked at elsewhere. */
static const char *head_of(const struct submit_script *s, enum submit_kind kind)
{
    static char text[8192];
    struct buf b = {0};
    const char *end;

    submit_script_write(s, kind, &b);
    BUG_ON(b.failed || !(end = strstr(b.data, body)));
    snprintf(text, sizeof(text), "%.*s", (int)(end - b.data), b.data);
    buf_release(&b);
    return text;
}

static void says_head(const struct submit_script *s, enum submit_kind kind,
                      const char *want, const char *what)
{
    const char *got = head_of(s, kind);

    if (!ok(strcmp(got, want) == 0, what))
        printf("# got:\n%s# wanted:\n%s", got, want);
}

static const char site_text[] =
    "batch: {partition: long, account: lab, qos: low, mail: me@lab.org,\n"
    "  options: --constraint=ib --exclusive}\n"
    "job: {nodes: 2, cores: 4, memory: 8G, time: \"4:00:00\"}\n"
    "worker: {cores: 1, memory: 1G, time: \"1:00:00\"}\n"
    "split: {cores: 4, memory: 6G, time: \"2:00:00\"}\n"
    "environment: {modules: openmpi/4.1 openblas, local: /tmp/$USER}\n"
    "requeue: {warning: 90, limit: 3}\n";

/* --- one allocation, and workers ------------------------------------------ */

static void check_run(const struct submit_script *s)
{
    says_head(
        s, SUBMIT_RUN,
        HEAD(
            "run",
            "#SBATCH --job-name=") "#SBATCH --output=\"/big/it's night/submit/run-%j.log\"\n"
                                   "#SBATCH --open-mode=append\n#SBATCH --requeue\n"
                                   "#SBATCH --signal=B:USR1@90\n"
                                   "#SBATCH --nodes=2\n#SBATCH --ntasks-per-node=1\n"
                                   "#SBATCH --cpus-per-task=4\n#SBATCH --mem=8G\n"
                                   "#SBATCH --time=4:00:00\n#SBATCH --partition=long\n"
                                   "#SBATCH --account=lab\n#SBATCH --qos=low\n"
                                   "#SBATCH --mail-user=me@lab.org\n#SBATCH --mail-type=END,FAIL\n"
                                   "#SBATCH --constraint=ib\n#SBATCH --exclusive\n"
                                   "set -u\nrun='/big/it'\\''s night'\nlimit=3\n"
                                   "module load openmpi/4.1 openblas || exit 1\n"
                                   "export PATH=/opt/papline:$PATH\nexport TMPDIR=\"/tmp/$USER\"\n" END_TIME
                                   "requeue() {\n"
                                   "    scontrol requeue \"$SLURM_JOB_ID\" && return\n"
                                   "    local id\n"
                                   "    id=$(PAPLINE_RESTARTS=$again env -u SLURM_RESTART_COUNT \\\n"
                                   "        -u SLURM_JOB_END_TIME sbatch --parsable "
                                   "\"$run/submit/run.sh\") || return\n"
                                   "    echo '{\"system\": \"slurm\", \"job\": \"'\"${id%%;*}\"'\", "
                                   "\"script\": \"run.sh\"}' \\\n"
                                   "        >>\"$run/submit/jobs.jsonl\"\n"
                                   "}\n"
                                   "work() {\n"
                                   "    one papline run \"$run\" --set scheduler.endpoint='tcp://*:*'\n"
                                   "}\n",
        "one job that runs all");
}

static void check_workers(const struct submit_script *s)
{
    says_head(
        s, SUBMIT_WORKERS,
        HEAD(
            "workers",
            "#SBATCH --job-name=") "#SBATCH --output=\"/big/it's night/submit/workers-%A_%a.log\"\n"
                                   "#SBATCH --open-mode=append\n#SBATCH --requeue\n"
                                   "#SBATCH --signal=B:USR1@90\n#SBATCH --array=1-12\n"
                                   "#SBATCH --nodes=1\n#SBATCH --ntasks-per-node=1\n"
                                   "#SBATCH --cpus-per-task=1\n#SBATCH --mem=1G\n"
                                   "#SBATCH --time=1:00:00\n#SBATCH --partition=long\n"
                                   "#SBATCH --account=lab\n#SBATCH --qos=low\n"
                                   "#SBATCH --mail-user=me@lab.org\n#SBATCH --mail-type=END,FAIL\n"
                                   "#SBATCH --constraint=ib\n#SBATCH --exclusive\n"
                                   "set -u\nrun='/big/it'\\''s night'\nlimit=3\n"
                                   "module load openmpi/4.1 openblas || exit 1\n"
                                   "export PATH=/opt/papline:$PATH\nexport TMPDIR=\"/tmp/$USER\"\n"
                                   "programs=(papline-augment papline-explain)\npatience=60\n",
        "an array of workers");
}

/* --- an experiment a job -------------------------------------------------- */

static void check_split(struct submit_script s, const struct site *plain)
{
    const char *text;

    s.site = plain;
    s.endpoint = NULL;
    says_head(
        &s, SUBMIT_EXPERIMENT,
        HEAD(
            "experiment",
            "#SBATCH --job-name=") "#SBATCH --output=\"/big/it's night/submit/experiment-%j.log\"\n"
                                   "#SBATCH --open-mode=append\n#SBATCH --requeue\n"
                                   "#SBATCH --signal=B:USR1@120\n"
                                   "#SBATCH --nodes=1\n#SBATCH --ntasks-per-node=1\n"
                                   "#SBATCH --cpus-per-task=1\n"
                                   "set -u\nrun='/big/it'\\''s night'\nlimit=20\n"
                                   "export PATH=/opt/papline:$PATH\n" END_TIME
                                       LEAVE_REST "export OMP_NUM_THREADS=1\n"
                                   "work() {\n"
                                   "    local stage\n"
                                   "    for stage in ${PAPLINE_STAGES//:/ }; do\n"
                                   "        one \"papline-$stage\" --run \"$run\" \\\n"
                                   "            --experiment \"$PAPLINE_EXPERIMENT\" || return\n"
                                   "    done\n"
                                   "}\n",
        "one experiment, by the site's defaults");
    s.ranks = 2;
    text = head_of(&s, SUBMIT_EXPERIMENT);
    ok(strstr(text, "ranks=(mpirun --bind-to none -n 2)\n") &&
           strstr(text, "one $([ $stage != train ] || echo \"${ranks[@]}\") "
                        "\"papline-$stage\" --run"),
       " its training has ranks");
    text = head_of(&s, SUBMIT_PREPARE);
    ok(strstr(text, LEAVE_REST "work() {\n    one papline run \"$run\" "
                               "--until weights\n}\n"),
       "what all experiments need");
    text = head_of(&s, SUBMIT_REPORT);
    ok(strstr(text, "work() {\n    one papline run \"$run\"\n}\n"),
       "what is left");
}

static void check_launcher(struct submit_script s, struct site site)
{
    const char *text;

    site.environment.launcher = SITE_MPIRUN;
    s.site = &site;
    text = head_of(&s, SUBMIT_RUN);
    ok(strstr(text, "#SBATCH --ntasks-per-node=4\n#SBATCH --cpus-per-task=1\n"),
       "mpirun: a task a core");
    ok(strstr(text, "    one mpirun --bind-to none -n 8 papline run \"$run\""),
       " so many ranks");
}

static void check_pbs(struct submit_script s, struct site site)
{
    site.batch.system = BATCH_PBS;
    s.site = &site;
    says_head(
        &s, SUBMIT_WORKERS,
        HEAD(
            "workers",
            "#PBS -N ") "#PBS -o \"/big/it's night/submit/\"\n#PBS -j oe\n#PBS -r y\n"
                        "#PBS -J 1-12\n#PBS -l select=1:ncpus=1:mem=1G\n"
                        "#PBS -l walltime=1:00:00\n#PBS -q long\n#PBS -A lab\n"
                        "#PBS -l qos=low\n#PBS -M me@lab.org\n#PBS -m ae\n"
                        "#PBS --constraint=ib\n#PBS --exclusive\n"
                        "set -u\nrun='/big/it'\\''s night'\nlimit=3\n"
                        "module load openmpi/4.1 openblas || exit 1\n"
                        "export PATH=/opt/papline:$PATH\nexport TMPDIR=\"/tmp/$USER\"\n"
                        "programs=(papline-augment papline-explain)\npatience=60\n",
        "an array of PBS");
    ok(strstr(head_of(&s, SUBMIT_RUN),
              "(sleep 14310 && kill -USR1 $$) &\nrequeue() {\n    local id\n"
              "    id=$(qsub -v PAPLINE_RESTARTS=$again "
              "\"$run/submit/run.sh\") || return\n"),
       "a job of PBS warns itself");
}

/* --- a site's file -------------------------------------------------------- */

static int read_site(struct site *site, const char *text, struct err *err)
{
    *err = (struct err){0};
    put_file("site.yaml", text);
    return site_read(site, in_dir("site.yaml"), err);
}

static void check_site(void)
{
    struct site site;
    struct err err;

    ok(site_read(&site, NULL, &err) == 0 && site.job.nodes == 1 &&
           site.split.nodes == 1 && site.requeue.limit == 20,
       "a site without a file has the defaults");
    fails(read_site(&site, "batch:\n  acount: me\n", &err), err, ERR_USAGE,
          "site.yaml:2: batch.acount: no such key; did you mean batch.account?",
          " an unknown key is refused with its line and the nearest");
    fails(read_site(&site, "batch: {system: slrm}\n", &err), err, ERR_USAGE,
          "did you mean slurm?", " so is a word");
    fails(read_site(&site, "jobs: {cores: 1}\n", &err), err, ERR_USAGE,
          "jobs: no such section; did you mean job?", " so is a section");
    fails(read_site(&site, "job: {cores: 0}\n", &err), err, ERR_USAGE,
          "job.cores: 0 is out of range 1..4096", " so is a number");
    fails(read_site(&site, "job: {time: 4h}\n", &err), err, ERR_USAGE,
          "job.time: '4h' is not hours:minutes:seconds", " so is a time");
    fails(read_site(&site, "job: {time: \"1:30\"}\n", &err), err, ERR_USAGE,
          "90 seconds are not more than requeue.warning, 120",
          " so is one that is shorter than the warning");
    fails(read_site(&site, "batch: {account: \"a`b\"}\n", &err), err, ERR_USAGE,
          "batch.account: 'a`b' has a character that cannot stand in a script",
          " so is what a shell would take for something else");
    fails(read_site(&site, "environment: {scratch: big}\n", &err), err,
          ERR_USAGE, "'big' does not begin with /", " so is a relative path");
    ok(site_seconds("1:00:01") == 3601 && site_seconds("2:03") == 123 &&
           site_seconds("") == 0 && site_seconds("5") < 0 &&
           site_seconds("1:x") < 0 && site_seconds("1:2:3:4") < 0,
       "a time in seconds");
}

/* --- which job waits for which -------------------------------------------- */

static bool waits_for(const struct submit_job *job, int a, int b)
{
    return job->n_after == 1 + (b >= 0) && job->after[0] == a &&
           (b < 0 || job->after[1] == b);
}

static void add_step(struct plan *p, enum stage_id id, const char *experiment,
                     int *input, int n_input)
{
    struct plan_step *s = &p->step[p->n_step++];

    *s = (struct plan_step){.stage = &stage_table[id],
                            .run = true,
                            .input = input,
                            .n_input = n_input};
    snprintf(s->experiment, sizeof(s->experiment), "%s", experiment);
}

static void check_jobs(void)
{
    static struct plan_step step[16];
    static int of_a[] = {0}, of_b[] = {0, 1}, train_b[] = {3};
    struct plan p = {.step = step};
    struct submit_jobs j;
    struct err err = {0};

    add_step(&p, STAGE_PREPROCESS, "", NULL, 0);
    add_step(&p, STAGE_TRAIN, "a", of_a, 1);
    add_step(&p, STAGE_EVALUATE, "a", of_b, 2);
    add_step(&p, STAGE_TRAIN, "b", of_b, 2); /* goes on from a's model */
    add_step(&p, STAGE_EVALUATE, "b", train_b, 1);
    add_step(&p, STAGE_EVALUATE, "vote", train_b, 1);
    step[5].ensemble = true;
    add_step(&p, STAGE_REPORT, "", NULL, 0);
    BUG_ON(submit_jobs_split(&j, &p, &err) < 0);
    ok(j.n == 4 && strcmp(j.until, "preprocess") == 0 &&
           j.job[0].kind == SUBMIT_PREPARE && j.job[3].kind == SUBMIT_REPORT,
       "a job that prepares, two experiments, a report");
    ok(strcmp(j.job[1].stages, "train:evaluate") == 0 &&
           strcmp(j.job[2].experiment, "b") == 0,
       " each with its steps");
    ok(waits_for(&j.job[1], 0, -1) && waits_for(&j.job[2], 0, 1),
       " one waits for the other, whose model it goes on from");
    submit_jobs_release(&j);
    step[0].run = step[1].run = step[2].run = false;
    BUG_ON(submit_jobs_split(&j, &p, &err) < 0);
    ok(j.n == 2 && !j.until && j.job[0].n_after == 0,
       " what is done has no job and is not waited for");
    submit_jobs_release(&j);
}

int main(void)
{
    struct site site, plain;
    struct err err = {0};
    struct submit_script s = {
        .site = &site,
        .run_dir = "/big/it's night",
        .bin = "/opt/papline",
        .endpoint = "tcp://*:*",
        .until = "weights",
        .programs = "papline-augment papline-explain",
        .array = 12,
        .ranks = 1,
    };

    begin_dir();
    ok(read_site(&site, site_text, &err) == 0 &&
           site_read(&plain, NULL, &err) == 0,
       "a site's file is read");
    check_run(&s);
    check_workers(&s);
    check_split(s, &plain);
    check_launcher(s, site);
    check_pbs(s, site);
    check_site();
    check_jobs();
    return end_dir();
}
