/*
 * main.c - papline-train: one rank of a training job
 *
 * Rank 0 is the stage: it speaks with the scheduler, reads the plan and writes
 * the files.  It sends each unit to the other ranks, which wait for nothing
 * else, and at the end an empty one.
 */
#include "base/log.h"
#include "nn/nets.h"
#include "run/dist_team.h"
#include "run/node.h"
#include "run/pretrained.h"
#include "run/regime.h"
#include "run/stage.h"
#include "stages/train/trainer.h"
#include "stages/train/trunk.h"

#include <omp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { PARTS = 2 };

/* A unit as it is sent to the other ranks. */
struct job {
    bool end; /* there is none any more */
    bool augmented;
    char data[FILE_PATH_MAX], augment[FILE_PATH_MAX]; /* directories */
    char out[FILE_PATH_MAX];
    char trunk[FILE_PATH_MAX];
    char key[HASH_HEX];
    char data_key[HASH_HEX], augment_key[HASH_HEX]; /* of the stores */
    char network[CONFIG_NAME_MAX], regime[CONFIG_NAME_MAX];
    char start[FILE_PATH_MAX]; /* weights to begin with; "": random ones */
    int64_t seed;
    struct config config;
};

struct train {
    struct dist *dist; /* borrowed */
    struct job job;
};

static bool stopping(void *self)
{
    return stage_stopping(self);
}

static void progress(void *self, double done, double total, const char *note)
{
    stage_progress(self, done, total, note);
}

static void warn(void *self, const char *text)
{
    (void)self;
    log_warn("%s", text);
}

/* Cores for this rank: its own if it is bound to some, else its share. */
static int count_threads(const struct config *c, const struct dist *d)
{
    const int cores = omp_get_num_procs();
    const bool bound = cores < (int)sysconf(_SC_NPROCESSORS_ONLN);
    const int share = bound ? cores : cores / d->here;

    if (c->train.threads > 0)
        return (int)c->train.threads;
    return share > 1 ? share : 1;
}

/* One of the PARTS that a batch is divided into, and how it fared. */
struct part {
    struct trainer_args a;
    int rc;
    struct err err;
};

static void train_part(void *self, struct dist *d)
{
    struct part *p = self;

    p->a.dist = d;
    omp_set_num_threads(p->a.threads);
    p->rc = trainer_run(&p->a, &p->err);
}

/*
 * A batch is always divided into PARTS, however many processes share them, so
 * that one rank and PARTS ranks do the same arithmetic.  With another number
 * of ranks each takes one part of its own.
 */
static int parts_of(const struct dist *d, const struct config *c)
{
    const int parts = PARTS / d->size;

    return parts * d->size == PARTS && c->train.batch >= PARTS ? parts : 1;
}

/* What all members of this process have in common. */
struct shared {
    const struct job *job;
    const struct net *net;
    struct trainset set;      /* owned */
    struct safetensors start; /* owned */
    struct trunk trunk;       /* owned: n_border 0 if there is none */
};

static int open_shared(struct shared *s, const struct job *j, struct err *err)
{
    *s = (struct shared){.job = j, .net = net_find(j->network, err)};
    if (!s->net || trainset_open(&s->set, j->data,
                                 j->augmented ? j->augment : NULL, err) < 0)
        return -1;
    return j->start[0] ? safetensors_read(&s->start, j->start, err) : 0;
}

static void close_shared(struct shared *s)
{
    trunk_close(&s->trunk);
    safetensors_release(&s->start);
    trainset_close(&s->set);
}

static struct trainer_args trainer_args(const struct shared *s,
                                        struct stage_link *link, int threads)
{
    const struct job *j = s->job;
    const bool pretrained = j->start[0] != '\0';

    return (struct trainer_args){
        .dir = j->out,
        .key = j->key,
        .network = j->network,
        .cut = pretrained ? s->net->paper_cut : NULL,
        .freeze = pretrained ? s->net->paper_freeze : 0,
        .start = pretrained ? &s->start : NULL,
        .trunk = s->trunk.n_border ? &s->trunk : NULL,
        .weighs = strcmp(j->regime, "cost_sensitive") == 0,
        .seed = (uint64_t)j->seed,
        .config = &j->config,
        .set = &s->set,
        .threads = threads > 1 ? threads : 1,
        .hooks = {.stopping = stopping,
                  .progress = progress,
                  .warn = warn,
                  .self = link},
    };
}

/* Collective.  What the frozen layers make of the samples, unless it is not to
 * be kept. */
static int open_trunk(struct shared *s, struct dist *d, const int threads,
                      const struct trainer_args *t, struct err *err)
{
    const struct job *j = s->job;
    const struct front_args front = {.net = s->net,
                                     .shape = {.h = (int)s->set.h,
                                               .w = (int)s->set.w,
                                               .classes = s->set.n_class,
                                               .cut = t->cut,
                                               .freeze = t->freeze},
                                     .start = t->start,
                                     .seed = t->seed,
                                     .input = trainer_input(t->config, s->net),
                                     .threads = threads};
    const struct trunk_args a = {.dir = j->trunk,
                                 .front = &front,
                                 .set = &s->set,
                                 .data = j->data_key,
                                 .augment = j->augment_key,
                                 .dist = d,
                                 .hooks = t->hooks};

    if (t->freeze == 0 || t->config->train.cache == CACHE_OFF)
        return 0;
    return trunk_open(&s->trunk, &a, err);
}

/* Collective: every rank has the same job; 'link' is NULL but on rank 0. */
static int do_job(struct dist *d, const struct job *j, struct stage_link *link,
                  struct err *err)
{
    const int n = parts_of(d, &j->config);
    const int threads = count_threads(&j->config, d) / n;
    struct shared shared;
    struct part part[PARTS];
    void *self[PARTS];
    int rc = open_shared(&shared, j, err);

    rc = dist_agree(d, rc, err);
    if (rc == 0) {
        const struct trainer_args a = trainer_args(&shared, link, 1);

        rc = open_trunk(&shared, d, count_threads(&j->config, d), &a, err);
    }
    for (int i = 0; i < n; i++) {
        self[i] = &part[i];
        part[i] = (struct part){.a = trainer_args(&shared, link, threads)};
    }
    if (rc == 0) {
        dist_team_run(d, n, train_part, self);
        rc = part[0].rc; /* the parts agree */
        *err = part[0].err;
    }
    close_shared(&shared);
    if (d->fault.code != ERR_NONE) { /* the ranks cannot agree on anything */
        log_error("%s", d->fault.text);
        dist_abort(d, err_exit_status(d->fault.code));
    }
    return rc;
}

/* What is read of input 'in'. */
static int find_input(struct job *j, const struct unit *u,
                      const struct plan_node *in, struct err *err)
{
    if (strcmp(in->stage, "preprocess") == 0)
        memcpy(j->data_key, in->key, HASH_HEX);
    if (strcmp(in->stage, "augment") == 0)
        memcpy(j->augment_key, in->key, HASH_HEX);
    if (strcmp(in->stage, "preprocess") == 0)
        return file_path(j->data, err, "%s/%s", u->run_dir, in->dir);
    if (strcmp(in->stage, "augment") == 0) {
        j->augmented = true;
        return file_path(j->augment, err, "%s/%s", u->run_dir, in->dir);
    }
    if (strcmp(in->stage, "train") == 0) /* it goes on from that one */
        return file_path(j->start, err, "%s/%s/%s", u->run_dir, in->dir,
                         "model.safetensors");
    if (strcmp(in->stage, "weights") == 0 && !j->start[0])
        return pretrained_path(j->start, u->run_dir, in, err);
    return 0;
}

static int find_inputs(struct job *j, const struct unit *u, struct err *err)
{
    for (int i = 0; i < u->node->n_input; i++)
        if (find_input(j, u, &u->plan->node[u->node->input[i]], err) < 0)
            return -1;
    if (!j->data[0])
        return err_set(err, ERR_USAGE, "%s reads no images in the plan",
                       u->node->name);
    return 0;
}

static int make_job(struct job *j, const struct unit *u, struct err *err)
{
    bool resumed;

    memset(j, 0, sizeof(*j));
    if (!regime_find(u->node->regime, err))
        return -1;
    j->seed = u->node->seed;
    j->config = *u->config;
    memcpy(j->key, u->node->key, sizeof(j->key));
    memcpy(j->network, u->node->network, sizeof(j->network));
    memcpy(j->regime, u->node->regime, sizeof(j->regime));
    if (find_inputs(j, u, err) < 0 ||
        file_path(j->trunk, err, "%s/trunk", u->run_dir) < 0)
        return -1;
    return node_begin(u->run_dir, u->node, j->out, &resumed, err);
}

static int handle(void *self, const struct unit *u, struct err *err)
{
    struct train *t = self;

    if (node_is_current(u->run_dir, u->node))
        return 0;
    if (make_job(&t->job, u, err) < 0 ||
        dist_bcast(t->dist, &t->job, sizeof(t->job), err) < 0 ||
        do_job(t->dist, &t->job, u->link, err) < 0)
        return -1;
    return node_commit(u->run_dir, u->node, err);
}

/* The other ranks: whatever goes wrong with a job, rank 0 reports it. */
static int follow(struct dist *d, struct job *j)
{
    struct err err = {0};

    for (;;) {
        if (dist_bcast(d, j, sizeof(*j), &err) < 0)
            dist_abort(d, err_exit_status(err.code));
        if (j->end)
            return 0;
        if (do_job(d, j, NULL, &err) < 0)
            err = (struct err){0};
    }
}

/* The stage, then word to the others that it is over. */
static int lead(struct train *t, int argc, char **argv)
{
    const struct stage stage = {
        .name = "train",
        .summary = "train networks on the stores of a run; under mpirun with "
                   "several ranks",
        .handle = handle,
        .self = t,
    };
    const int status = stage_main(&stage, argc, argv);
    struct err err = {0};

    memset(&t->job, 0, sizeof(t->job));
    t->job.end = true;
    if (dist_bcast(t->dist, &t->job, sizeof(t->job), &err) < 0)
        dist_abort(t->dist, status ? status : 1);
    return status;
}

int main(int argc, char **argv)
{
    struct dist d;
    struct train t = {.dist = &d};
    struct err err = {0};
    int status;

    log_name("papline-train");
    if (dist_start(&d, &err) < 0) {
        log_error("%s", err.text);
        return err_exit_status(err.code);
    }
    if (d.rank == 0) {
        status = lead(&t, argc, argv);
    } else {
        /* rank 0 decides when to stop, and tells */
        signal(SIGTERM, SIG_IGN);
        signal(SIGINT, SIG_IGN);
        signal(SIGUSR1, SIG_IGN);
        status = follow(&d, &t.job);
    }
    dist_stop(&d);
    return status;
}
