#define _XOPEN_SOURCE 700 /* realpath */
#include "orchestration/run_command.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/version.h"
#include "orchestration/choose_steps.h"
#include "orchestration/print_results.h"
#include "orchestration/scheduler/expected_schedule.h"
#include "orchestration/scheduler/journal.h"
#include "orchestration/scheduler/scheduler.h"
#include "orchestration/scheduler/step_memory.h"
#include "orchestration/scheduler/trace_file.h"
#include "run/output.h"
#include "run/plan_why.h"
#include "run/run.h"
#include "stages/augment/recipe.h"
#include "stages/preprocess/split_given.h"
#include "stages/weights/import_weights.h"
#include "worker/scheduler_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Configuration and plan of one invocation. */
struct plan_run {
    struct config config;
    struct plan plan;        /* owned */
    char dir[FILE_PATH_MAX]; /* absolute */
    int lock;                /* owned: file descriptor, 0 if none */
};

/* A run directory stands for the configuration that it was started with. */
static int config_path(char path[FILE_PATH_MAX], const char *given,
                       bool *is_run, struct err *err)
{
    if (file_path(path, err, "%s/run.yaml", given) < 0)
        return -1;
    *is_run = file_exists(path);
    if (*is_run)
        return 0;
    return file_path(path, err, "%s", given);
}

/* A run.dir that is relative, below the directory for runs. */
static int join_scratch(char dir[FILE_PATH_MAX], const char *scratch,
                        struct err *err)
{
    char given[FILE_PATH_MAX];

    if (!scratch || !scratch[0] || dir[0] == '/')
        return 0;
    memcpy(given, dir, FILE_PATH_MAX);
    return file_path(dir, err, "%s/%s", scratch, given);
}

/* Where the run lives: as asked; else a run directory is itself the run,
 * wherever it was made. */
static int choose_dir(struct config *c, const struct run_command_args *a,
                      bool is_run, struct err *err)
{
    const char *dir = a->dir ? a->dir : is_run ? a->config : NULL;

    for (size_t i = 0; i < a->set.n && !a->dir; i++)
        if (strncmp(a->set.item[i].text, "run.dir=", 8) == 0)
            dir = NULL;
    return dir ? file_path(c->run.dir, err, "%s", dir)
               : join_scratch(c->run.dir, a->scratch, err);
}

/* Workers may start elsewhere, so a path is made absolute, in place. */
static int make_absolute(char path[FILE_PATH_MAX], struct err *err)
{
    char cwd[FILE_PATH_MAX], given[FILE_PATH_MAX];

    if (path[0] == '/' || path[0] == '\0')
        return 0;
    if (!getcwd(cwd, sizeof(cwd)))
        return err_set(err, ERR_SYSTEM, "cannot tell this directory: %s",
                       strerror(errno));
    memcpy(given, path, FILE_PATH_MAX);
    return file_path(path, err, "%s/%s", cwd, given);
}

/* What only the stages understand. */
static int check_parts(const struct config *c, const struct plan *p,
                       struct err *err)
{
    struct recipe r;

    if (recipe_init(&r, &p->recipe, err) < 0)
        return -1;
    recipe_release(&r);
    if (recipe_init(&r, &p->fresh_recipe, err) < 0)
        return -1;
    recipe_release(&r);
    for (int i = 0; i < p->n_step; i++)
        if (p->step[i].run && p->step[i].stage->id == STAGE_WEIGHTS &&
            import_weights_check(p->step[i].network, c->train.weights, err) < 0)
            return -1;
    return 0;
}

/* What a run writes must not be read as pictures by the next one. */
static int check_apart(const struct config *c, const char *dir, struct err *err)
{
    char *data = c->dataset.path[0] ? realpath(c->dataset.path, NULL) : NULL;
    char above[FILE_PATH_MAX], *there = NULL;
    size_t n = data ? strlen(data) : 0;
    int rc = 0;

    snprintf(above, sizeof(above), "%s", dir);
    while (data && !there && strrchr(above, '/')) { /* it may not exist yet */
        there = realpath(above, NULL);
        *strrchr(above, '/') = '\0';
    }
    if (there && strncmp(there, data, n) == 0 && (there[n] == '/' || !there[n]))
        rc = err_set(err, ERR_USAGE,
                     "run.dir: '%.300s' lies in dataset.path; what the run "
                     "writes would be taken for pictures of it",
                     dir);
    free(data);
    free(there);
    return rc;
}

/* A recipe may be a name. */
static int absolute_recipe(char word[FILE_PATH_MAX], struct err *err)
{
    return recipe_text_is_path(word) ? make_absolute(word, err) : 0;
}

/* Use a split that comes with the data, and say so. */
static int choose_split(struct config *c, struct err *err)
{
    struct buf said = {0};
    const int rc = split_given_choose(c, &said, err);

    log_lines(said.data, false);
    buf_release(&said);
    return rc;
}

/* What the command line says of steps. */
static int choose_what_runs(struct plan *p, const struct run_command_args *a,
                            struct err *err)
{
    const struct step_words force = {"--force", a->force.item, a->force.n};
    const struct step_words only = {"--only", a->only.item, a->only.n};

    if (choose_steps_run(p, &force, &only, err) < 0)
        return -1;
    return a->until ? choose_steps_until(p, a->until, err) : 0;
}

static int plan_run_open(struct plan_run *j, const struct run_command_args *a,
                         struct err *err)
{
    char path[FILE_PATH_MAX];
    struct config *c = &j->config;
    bool is_run;

    if (config_path(path, a->config, &is_run, err) < 0 ||
        config_read(c, path, a->set.item, a->set.n, err) < 0 ||
        choose_dir(c, a, is_run, err) < 0)
        return -1;
    if (make_absolute(c->run.dir, err) < 0 ||
        make_absolute(c->dataset.path, err) < 0 ||
        make_absolute(c->split.csv, err) < 0 ||
        make_absolute(c->layout.csv, err) < 0 ||
        make_absolute(c->train.weights, err) < 0 ||
        make_absolute(c->train.teacher, err) < 0 ||
        (strchr(c->scheduler.hosts, '/') && /* not a list */
         make_absolute(c->scheduler.hosts, err) < 0) ||
        absolute_recipe(c->augment.recipe, err) < 0 ||
        absolute_recipe(c->train.augment_recipe, err) < 0 ||
        file_path(j->dir, err, "%s", c->run.dir) < 0 ||
        check_apart(c, j->dir, err) < 0 || choose_split(c, err) < 0)
        return -1;
    if (plan_init(&j->plan, c, j->dir, err) < 0 ||
        check_parts(c, &j->plan, err) < 0)
        return -1;
    if (a->verify && plan_refresh(&j->plan, j->dir, true, err) < 0)
        return -1;
    return choose_what_runs(&j->plan, a, err);
}

static void plan_run_free(struct plan_run *j)
{
    if (!j)
        return;
    plan_release(&j->plan);
    if (j->lock)
        close(j->lock);
    free(j);
}

static struct plan_run *plan_run_new(struct err *err)
{
    struct plan_run *j = calloc(1, sizeof(*j));

    if (!j)
        err_set(err, ERR_SYSTEM, "no memory for the configuration and plan");
    return j;
}

static void print_step(const struct plan_step *step)
{
    printf("%-6s %-40s %s",
           step->run     ? "run"
           : step->later ? "later"
                         : "reuse",
           step->name, step->reason);
}

static void print_plan(const struct plan *p)
{
    for (int i = 0; i < p->n_step; i++) {
        print_step(&p->step[i]);
        printf("\n");
    }
    fflush(stdout);
}

/* Threads of each process, if they had all cores of this host. */
static int share_cores(const struct config *c, const struct stage_row *row)
{
    const int workers = stage_table_workers(row, c);
    const int n = stage_table_ranks(row, c) * (workers > 1 ? workers : 1);

    return machine_cores() > n ? machine_cores() / n : 1;
}

/* The same, with the memory of what would run. */
static void print_needs(const struct plan_run *j)
{
    struct step_memory_data data;

    step_memory_count(&data, &j->config, &j->plan, j->dir);
    for (int i = 0; i < j->plan.n_step; i++) {
        const struct plan_step *step = &j->plan.step[i];
        const struct step_memory m =
            step_memory_plan(&(struct step_memory_args){
                .config = &j->config,
                .step = step,
                .data = &data,
                .threads = share_cores(&j->config, step->stage)});

        print_step(step);
        if (step->run)
            printf(" (%.2f GB)", step_memory_total(&m) / 1e9);
        printf("\n");
    }
}

/* The named steps, line by line. */
static int print_why(const struct plan_run *j, const struct step_words *w,
                     struct err *err)
{
    bool *chosen, *told;
    struct buf b = {0};
    int rc;

    if (choose_steps(&j->plan, w, &chosen, err) < 0)
        return -1;
    told = calloc((size_t)j->plan.n_step + 1, sizeof(*told));
    for (int i = 0; told && i < j->plan.n_step; i++)
        if (chosen[i])
            plan_why(&j->plan, &j->plan.step[i], j->dir, told, &b);
    rc = told ? buf_print(&b, stdout, err)
              : err_set(err, ERR_SYSTEM, "no memory");
    free(told);
    free(chosen);
    return rc;
}

int run_command_plan(const struct run_command_args *a, struct err *err)
{
    const struct step_words why = {"--why", a->why.item, a->why.n};
    struct plan_run *j = plan_run_new(err);
    int rc = j ? plan_run_open(j, a, err) : -1;

    if (rc == 0 && why.n > 0)
        rc = print_why(j, &why, err);
    else if (rc == 0)
        print_needs(j);
    if (rc == 0 && a->schedule)
        rc = expected_schedule_print(stdout, &j->config, &j->plan, j->dir, err);
    plan_run_free(j);
    return rc;
}

static int write_config(const struct plan_run *j, struct err *err)
{
    char host[64] = "", now[CLOCK_TEXT];
    struct buf b = {0};

    gethostname(host, sizeof(host) - 1);
    clock_text(now, clock_date());
    buf_printf(&b, "# papline %s on %s, %s\n", PAPLINE_VERSION, host, now);
    config_write(&j->config, &b);
    return buf_save(&b, j->dir, "run.yaml", err);
}

static int run_scheduler(struct plan_run *j, struct err *err)
{
    struct scheduler *s = calloc(1, sizeof(*s));
    struct err why;
    int rc = -1;

    if (!s)
        return err_set(err, ERR_SYSTEM, "no memory for the scheduler");
    journal_add(j->dir, "run-start", "version", PAPLINE_VERSION);
    if (scheduler_init(s, &j->config, &j->plan, j->dir, err) == 0)
        rc = scheduler_run(s, err);
    if (rc == 0 && s->n_aside > 0)
        log_warn("%zu units were set aside; the report names them", s->n_aside);
    if (s->router.n_ignored > 0)
        log_warn("%zu messages were ignored: not valid, or not their senders' "
                 "to say",
                 s->router.n_ignored);
    if (rc == 0 && s->n_failed > 0)
        rc = err_set(err, ERR_INPUT, "%d of %d steps failed; see above",
                     s->n_failed, j->plan.n_step);
    journal_add(j->dir, "run-end", "outcome", rc == 0 ? "complete" : err->text);
    if (trace_file_write(j->dir, &why) < 0) /* the run is what it is */
        log_warn("no trace.json is written: %s", why.text);
    scheduler_release(s);
    free(s);
    return rc;
}

/* Of steps that run though they are current. */
static int forget_outputs(const struct plan_run *j, struct err *err)
{
    for (int i = 0; i < j->plan.n_step; i++)
        if (j->plan.step[i].forced &&
            output_make_again(j->dir, &j->plan.step[i], err) < 0)
            return -1;
    return 0;
}

/* What processes that were killed right after the sealing left. */
static int remove_parts(const struct plan_run *j, struct err *err)
{
    for (int i = 0; i < j->plan.n_step; i++)
        if (output_remove_parts(j->dir, &j->plan.step[i], err) < 0)
            return -1;
    return 0;
}

int run_command_start(const struct run_command_args *a, struct err *err)
{
    struct plan_run *j = plan_run_new(err);
    int rc = -1;

    scheduler_link_signals();
    if (j && plan_run_open(j, a, err) == 0 && file_dir_make(j->dir, err) == 0 &&
        run_lock_scheduler(j->dir, &j->lock, err) == 0 &&
        write_config(j, err) == 0 &&
        plan_pin(&j->plan, &j->config, j->dir, err) == 0 &&
        output_rename_hashes(j->dir, &j->plan, err) == 0 &&
        remove_parts(j, err) == 0 && forget_outputs(j, err) == 0) {
        print_plan(&j->plan);
        rc = run_scheduler(j, err);
        if (rc == 0 && !a->until && a->only.n == 0)
            print_results(&j->config, &j->plan, j->dir);
    }
    plan_run_free(j);
    return rc;
}

/* Write what those that start the run read; the lock is theirs then. */
static int write_planned(struct plan_run *j, struct err *err)
{
    int rc = -1;

    if (file_dir_make(j->dir, err) == 0 &&
        run_lock_scheduler(j->dir, &j->lock, err) == 0 &&
        write_config(j, err) == 0)
        rc = plan_pin(&j->plan, &j->config, j->dir, err);
    if (j->lock)
        close(j->lock);
    j->lock = 0;
    return rc;
}

int run_command_prepare(const struct run_command_args *a, bool write,
                        run_planned_f then, void *self, struct err *err)
{
    struct plan_run *j = plan_run_new(err);
    int rc = j ? plan_run_open(j, a, err) : -1;

    if (rc == 0 && write)
        rc = write_planned(j, err);
    if (rc == 0) {
        const struct run_planned r = {
            .config = &j->config, .plan = &j->plan, .dir = j->dir};

        rc = then(self, &r, err);
    }
    plan_run_free(j);
    return rc;
}
