/* stage.c - the four ways to start a stage program */
#include "worker/stage.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/program.h"
#include "base/progress.h"
#include "base/version.h"
#include "proto/samples.h"
#include "run/output.h"
#include "run/plan_units.h"
#include "run/run.h"
#include "worker/sink.h"
#include "worker/sink_client.h"

#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct stage_link {
    const struct stage *stage;   /* borrowed */
    struct scheduler_link *link; /* owned; NULL alone */
    struct sink_store *store;    /* borrowed; alone, of a divided stage */
    struct msg_unit unit;        /* in hand */
    struct sink_client sink;     /* owned */
    double started;
    struct progress progress; /* alone */
    /* Content hash of the step whose inputs have been seen. */
    char awaited[HASH_HEX];
};

struct stage_options {
    const char *run, *join, *connect, *key, *experiment;
    bool sink, anew;
};

void stage_progress(struct stage_link *l, double done, double total,
                    const char *note)
{
    if (l->link)
        scheduler_link_progress(l->link, l->unit.id, done, total, note);
    else
        progress_report(&l->progress, done, total, note);
}

bool stage_cells(void *link, size_t done, size_t total)
{
    stage_progress(link, (double)done, (double)total, "cells");
    return !stage_stopping(link);
}

bool stage_stopping(const struct stage_link *l)
{
    return l->link ? scheduler_link_stopping(l->link)
                   : scheduler_link_signalled();
}

/* --- rows to the sink ----------------------------------------------------- */

int stage_emit(struct stage_link *l, const struct sample_rows *r,
               struct err *err)
{
    BUG_ON(r->count < 1 || r->count > SAMPLES_MAX_COUNT);
    if (!l->store)
        return sink_client_put(&l->sink, &l->unit, r, err);
    if (sink_store_put(l->store, r, err) < 0)
        return -1;
    return sink_store_sync(l->store, err);
}

/* --- alone ---------------------------------------------------------------- */

static int alone_rows(struct stage_link *l, void *self, struct unit *u,
                      struct err *err)
{
    struct sink_store store = {0};
    int rc = -1;

    if (sink_store_open(&store, u->run_dir, u->config, u->step, err) < 0)
        return -1;
    l->store = &store;
    u->count = augmented_rows_count(&store.sources);
    if (u->count == 0 || l->stage->handle(self, u, err) == 0)
        rc = sink_store_seal(&store, err);
    l->store = NULL;
    sink_store_close(&store);
    return rc;
}

/* All units that write files, then what sums them up. */
static int alone_files(struct stage_link *l, void *self, struct unit *u,
                       struct err *err)
{
    char path[FILE_PATH_MAX];
    struct plan_units units;
    bool resumed;

    if (plan_units_of(&units, u->run_dir, u->config, u->step, err) < 0 ||
        output_begin(u->run_dir, u->step, path, &resumed, err) < 0)
        return -1;
    u->count = units.rows;
    if (u->count > 0 && l->stage->handle(self, u, err) < 0)
        return -1;
    u->first = units.rows;
    u->count = 0;
    return l->stage->handle(self, u, err);
}

static int alone_unit(struct stage_link *l, void *self, struct unit *u,
                      struct err *err)
{
    progress_begin(&l->progress, u->step->name);
    if (u->step->stage->division == STAGE_ROWS)
        return alone_rows(l, self, u, err);
    if (u->step->stage->division == STAGE_FILES)
        return alone_files(l, self, u, err);
    return l->stage->handle(self, u, err);
}

static bool is_wanted(const struct stage_options *o, const struct stage *st,
                      const struct plan_step *step)
{
    return step->stage->id == st->id &&
           (!o->experiment || strcmp(step->experiment, o->experiment) == 0);
}

/* Have what is current made again, if that can be done now. */
static int begin_anew(const char *run_dir, const struct plan_step *step,
                      struct err *err)
{
    if (!output_is_current(run_dir, step))
        return 0;
    if (!step->stage->any_inputs && output_check_inputs(run_dir, step, err) < 0)
        return -1;
    return output_make_again(run_dir, step, err);
}

static int run_alone(const struct stage *st, void *self,
                     const struct stage_options *o, struct err *err)
{
    struct stage_link l = {.stage = st};
    struct run_state run = {0};
    int n = 0, rc = run_load(&run, o->run, err);

    if (rc == 0 && !o->anew)
        rc = plan_refresh(&run.plan, run.dir, false, err);
    for (int i = 0; rc == 0 && i < run.plan.n_step; i++) {
        const struct plan_step *step = &run.plan.step[i];
        struct unit u = {.id = (uint64_t)(i + 1) << PLAN_UNITS_SHIFT,
                         .attempt = 1,
                         .run_dir = run.dir,
                         .config = run_config(&run, step),
                         .plan = &run.plan,
                         .step = step,
                         .link = &l};

        if (!is_wanted(o, st, step))
            continue;
        n++;
        if (!step->run && !o->anew) {
            log_info("%s: %s", step->name, step->reason);
            continue;
        }
        rc = run_lock(&run, step, err);
        if (rc == 0 && o->anew)
            rc = begin_anew(run.dir, step, err);
        if (rc == 0)
            rc = alone_unit(&l, self, &u, err);
        run_unlock(&run);
    }
    if (rc == 0 && n == 0)
        rc = err_set(err, ERR_USAGE, "'%s' plans no %s%s%s", o->run,
                     stage_table[st->id].word,
                     o->experiment ? " of experiment " : "",
                     o->experiment ? o->experiment : "");
    run_release(&run);
    return rc;
}

/* --- as a worker ---------------------------------------------------------- */

/* The scheduler has seen the inputs; a file system that hosts share may show
 * them here a little later.  Once for a step is enough. */
static void await_inputs(struct stage_link *l, const struct unit *u)
{
    const struct timespec pause = {.tv_nsec = 500000000};
    const double end = clock_now() + OUTPUT_SHARED_SECONDS;
    struct err err;

    if (u->step->stage->any_inputs || strcmp(l->awaited, u->step->hash) == 0)
        return;
    while (output_check_inputs(u->run_dir, u->step, &err) < 0 &&
           clock_now() < end && !stage_stopping(l))
        nanosleep(&pause, NULL);
    memcpy(l->awaited, u->step->hash, HASH_HEX);
}

/* The unit as the stage sees it; the step is found in the run's plan. */
static int unit_find(struct unit *u, struct stage_link *l,
                     struct run_state *run, const struct stage_options *o,
                     struct err *err)
{
    const char *dir = o->join ? o->join : l->unit.run_dir;

    if (run_load(run, dir, err) < 0)
        return -1;
    *u = (struct unit){
        .id = l->unit.id,
        .attempt = (int)l->unit.attempt,
        .run_dir = run->dir,
        .plan = &run->plan,
        .step = plan_find(&run->plan, l->unit.step),
        .first = l->unit.first,
        .count = l->unit.count,
        .link = l,
    };
    if (!u->step)
        return err_set(err, ERR_USAGE, "'%s' plans no %s", run->dir,
                       l->unit.step);
    u->config = run_config(run, u->step);
    return 0;
}

/* Its inputs are there, and its output is this process's to write. */
static int unit_open(const struct unit *u, struct stage_link *l,
                     struct run_state *run, struct err *err)
{
    if (u->step->stage->division == STAGE_ROWS)
        return 0;
    await_inputs(l, u);
    return u->count > 0 ? run_share(run, u->step, err)
                        : run_lock(run, u->step, err);
}

/* Was the step finished meanwhile, by others? */
static bool too_late(const struct unit *u)
{
    return u->step->stage->division == STAGE_FILES &&
           !output_is_begun(u->run_dir, u->step) &&
           output_is_current(u->run_dir, u->step);
}

/*
 * Do the unit in hand and hand in the result.  -1 ends this process: the
 * fault is not the unit's.  One that came from elsewhere may not see the run:
 * then the unit is given back, at no cost, for one that does.
 */
static int do_unit(struct stage_link *l, void *self, struct run_state *run,
                   const struct stage_options *o, struct err *err)
{
    struct err what = {0}, astray = {0};
    struct unit u;
    int rc;

    l->started = clock_now();
    scheduler_link_progress(l->link, l->unit.id, 0, 0, "");
    rc = unit_find(&u, l, run, o, &what);
    if (rc < 0 && !o->join) {
        astray = what;
        what.code = ERR_AGAIN;
    }
    if (rc == 0)
        rc = unit_open(&u, l, run, &what);
    if (rc == 0 && !too_late(&u))
        rc = l->stage->handle(self, &u, &what);
    if (rc == 0)
        rc = sink_client_flush(&l->sink, l->unit.id, &what);
    else
        sink_client_drop(&l->sink);
    run_unlock(run);
    if (rc == 0)
        what.code = ERR_NONE;
    scheduler_link_progress(l->link, 0, 0, 0, "");
    if (scheduler_link_result(l->link, l->unit.id, &what,
                              clock_now() - l->started, err) < 0)
        return -1;
    if (astray.code || what.code == ERR_USAGE || what.code == ERR_SYSTEM) {
        *err = astray.code ? astray : what;
        return -1;
    }
    if (what.code && !scheduler_link_stopping(l->link))
        log_warn("%s: %s", l->unit.step, what.text);
    return 0;
}

static int serve_scheduler(struct stage_link *l, void *self,
                           const struct stage_options *o, struct err *err)
{
    struct run_state run = {0};
    bool owe_credit = false; /* the scheduler does not know that we are free */
    enum scheduler_link_event event;
    int rc = 0;

    while (rc == 0 && !scheduler_link_stopping(l->link)) {
        int got = scheduler_link_wait(l->link, owe_credit ? 0 : -1, &event,
                                      &l->unit, err);

        if (got == 0 && owe_credit) {
            owe_credit = false;
            rc = scheduler_link_credit(l->link, err);
        } else if (got < 0) {
            rc = -1;
        } else if (got > 0 && event == SCHEDULER_LINK_CONNECTED) {
            owe_credit = true;
        } else if (got > 0 && event == SCHEDULER_LINK_UNIT) {
            rc = do_unit(l, self, &run, o, err);
            owe_credit = true;
        }
    }
    run_release(&run);
    return rc;
}

static int run_worker(const struct stage *st, void *self,
                      const struct stage_options *o, struct err *err)
{
    const struct scheduler_link_args a = {.stage = stage_table[st->id].word,
                                          .join = o->join,
                                          .endpoint = o->connect,
                                          .key_file = o->key,
                                          .listen = ""};
    struct stage_link *l = calloc(1, sizeof(*l));
    int rc = -1;

    if (!l)
        return err_set(err, ERR_SYSTEM, "no memory for a worker");
    l->stage = st;
    if (scheduler_link_open(&l->link, &a, err) == 0) {
        l->sink.link = l->link;
        rc = serve_scheduler(l, self, o, err);
    }
    if (rc == 0 && scheduler_link_signalled())
        rc = err_set(err, ERR_AGAIN, "stopped by a signal");
    sink_client_close(&l->sink);
    scheduler_link_close(l->link);
    free(l);
    return rc;
}

/* --- the command line ----------------------------------------------------- */

static bool has_sink(const struct stage *st)
{
    return stage_table[st->id].division == STAGE_ROWS;
}

static void print_help(const struct stage *st)
{
    const char *program = stage_table[st->id].program;

    printf("%s: %s\n\n"
           "usage: %s --run DIR [--experiment NAME] [--anew]\n"
           "       %s --join DIR%s\n"
           "       %s --connect ENDPOINT [--key FILE]\n\n"
           "  --run DIR          do what DIR/run.yaml plans for this stage, "
           "alone\n"
           "  --experiment NAME  only this experiment\n"
           "  --anew             also what is current, from its beginning\n"
           "  --join DIR         work for the scheduler that runs DIR\n"
           "  --connect ENDPOINT work for a scheduler elsewhere, e.g. "
           "tcp://host:5555\n"
           "  --key FILE         its worker.key (tcp is always encrypted)\n"
           "%s"
           "  --help, --version\n\n"
           "exit status: 0 done, 1 failed, 2 bad usage or configuration, "
           "75 start again\n",
           program, st->summary, program, program,
           has_sink(st) ? " [--sink]" : "", program,
           has_sink(st) ? "  --sink             gather the rows that workers "
                          "make\n"
                        : "");
    for (const struct stage_tool *t = st->tools; t && t->option; t++)
        printf("\n       %s %s %s\n  %s\n", program, t->option, t->usage,
               t->help);
}

static int parse_options(const struct stage *st, struct stage_options *o,
                         int argc, char **argv, struct err *err)
{
    enum { RUN, JOIN, CONNECT, KEY, EXPERIMENT, SINK, ANEW };
    static const struct option known[] = {
        {"run", required_argument, NULL, RUN},
        {"join", required_argument, NULL, JOIN},
        {"connect", required_argument, NULL, CONNECT},
        {"key", required_argument, NULL, KEY},
        {"experiment", required_argument, NULL, EXPERIMENT},
        {"sink", no_argument, NULL, SINK},
        {"anew", no_argument, NULL, ANEW},
        {0},
    };
    const char **text[] = {&o->run, &o->join, &o->connect, &o->key,
                           &o->experiment};
    int c;

    optind = 1; /* a process may run a stage several times */
    opterr = 0;
    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (c >= RUN && c <= EXPERIMENT)
            *text[c] = optarg;
        else if (c == SINK && has_sink(st))
            o->sink = true;
        else if (c == ANEW)
            o->anew = true;
        else
            return err_set(err, ERR_USAGE, "bad option '%s'; see --help",
                           argv[optind - 1]);
    }
    if (optind < argc)
        return err_set(err, ERR_USAGE, "unexpected '%s'; see --help",
                       argv[optind]);
    if (!o->run + !o->join + !o->connect != 2)
        return err_set(err, ERR_USAGE,
                       "give one of --run, --join and --connect; see --help");
    if (o->connect && strncmp(o->connect, "tcp:", 4) == 0 && !o->key)
        return err_set(err, ERR_USAGE,
                       "a tcp endpoint needs --key FILE, the run's "
                       "keys/worker.key");
    if (o->sink && !o->join)
        return err_set(err, ERR_USAGE, "--sink goes with --join");
    return 0;
}

static const struct stage_tool *tool_of(const struct stage *st,
                                        const char *word)
{
    for (const struct stage_tool *t = st->tools; t && t->option; t++)
        if (word && strcmp(t->option, word) == 0)
            return t;
    return NULL;
}

static int dispatch_mode(const struct stage *st, const struct stage_options *o,
                         struct err *err)
{
    void *self = st->self;
    int rc;

    if (o->sink)
        return sink_run(st, o->join, err);
    if (st->open && st->open(&self, err) < 0)
        return -1;
    rc = o->run ? run_alone(st, self, o, err) : run_worker(st, self, o, err);
    if (st->close)
        st->close(self);
    return rc;
}

int stage_main(const struct stage *st, int argc, char **argv)
{
    const char *program = stage_table[st->id].program;
    struct stage_options o = {0};
    struct err err = {0};
    const struct stage_tool *tool = tool_of(st, argc > 1 ? argv[1] : NULL);

    log_name(program);
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        print_help(st);
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("%s %s\n", program, PAPLINE_VERSION);
        return 0;
    }
    scheduler_link_signals();
    if (sodium_init() < 0)
        err_set(&err, ERR_SYSTEM, "cannot start libsodium");
    else if (tool && tool->act(argc - 1, argv + 1, &err) == 0 &&
             program_flush(&err) == 0)
        return 0;
    else if (!tool && parse_options(st, &o, argc, argv, &err) == 0 &&
             dispatch_mode(st, &o, &err) == 0)
        return 0;
    log_error("%s", err.text);
    return err_exit_status(err.code);
}
