/* job.c - one regime: its phases, and the members that share each */
#include "stages/train/job.h"

#include "base/log.h"
#include "config/trained_layers.h"
#include "evaluation/class_groups.h"
#include "ranks/dist_threads.h"
#include "ranks/rank_cores.h"
#include "stages/train/frozen_cache.h"
#include "stages/train/teacher.h"
#include "stages/train/trainer.h"
#include "store/sample_bits.h"

#include <omp.h>

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

/* One of the parts that a batch is divided into, and how it fared. */
struct batch_part {
    struct trainer_args a;
    int rc;
    struct err err;
};

static void train_part(void *self, struct dist *d)
{
    struct batch_part *p = self;

    p->a.dist = d;
    omp_set_num_threads(p->a.threads);
    p->rc = trainer_run(&p->a, &p->err);
}

/* What all members of this process have in common. */
struct rank_inputs {
    const struct train_job *job;
    const struct net *net;
    const struct regime *regime;
    struct trainset set;       /* owned */
    struct safetensors start;  /* owned */
    struct recipe_text recipe; /* owned: of fresh variants; "" if stored */
    struct teacher teacher;    /* owned; empty: there is none */
    struct frozen_cache cache; /* owned: n_border 0 if there is none */
};

/* What evaluation could not use is better said before training. */
static int check_classes(const struct rank_inputs *s, struct err *err)
{
    struct class_groups sides;

    return class_groups_init(&sides, &s->job->config.evaluate,
                             (const char(*)[CONFIG_NAME_MAX])s->set.class_name,
                             s->set.n_class, err);
}

/* Fresh variants of an image in an epoch; 0: they are stored. */
static int fresh_variants(const struct train_job *j)
{
    return j->config.train.augment == AUGMENT_ONLINE
               ? (int)j->config.train.augment_variants
               : 0;
}

static int open_teacher(struct rank_inputs *s, struct err *err)
{
    const struct train_job *j = s->job;
    const struct teacher_args a = {.path = j->config.train.teacher,
                                   .hash = j->teacher_hash,
                                   .data = &s->set.data,
                                   .temperature =
                                       j->config.train.teacher_temperature};

    return a.path[0] ? teacher_read(&s->teacher, &a, err) : 0;
}

static int open_shared(struct rank_inputs *s, const struct train_job *j,
                       struct err *err)
{
    *s = (struct rank_inputs){.job = j,
                              .net = net_find(j->network, err),
                              .regime = regime_find(j->regime, err)};
    if (!s->net || !s->regime ||
        trainset_open(
            &s->set,
            &(struct trainset_args){.data = j->data,
                                    .augment = j->augmented ? j->augment : NULL,
                                    .fold = j->fold,
                                    .folds = j->folds,
                                    .size = j->config.inputs.size == SIZE_ON,
                                    .fresh = fresh_variants(j)},
            err) < 0)
        return -1;
    if (sample_bits_read(j->data, &j->config, &s->set.bits, err) < 0 ||
        check_classes(s, err) < 0 || open_teacher(s, err) < 0 ||
        (fresh_variants(j) &&
         recipe_text_take(&s->recipe, j->config.train.augment_recipe, j->recipe,
                          j->recipe_size, err) < 0))
        return -1;
    return j->start[0] ? safetensors_read(&s->start, j->start, err) : 0;
}

static void close_shared(struct rank_inputs *s)
{
    frozen_cache_close(&s->cache);
    recipe_text_release(&s->recipe);
    teacher_release(&s->teacher);
    safetensors_release(&s->start);
    trainset_close(&s->set);
}

/* What a regime does once or twice. */
struct course {
    const char *dir;
    const char *kept; /* where its last checkpoint goes; "": nowhere, of what
                         is before another course: no longer training has it */
    const struct config *config;
    const struct safetensors *start; /* NULL: random weights */
    enum net_head head;
    struct trained_layers layers;
    bool contrastive;
};

static struct trainer_args trainer_args(const struct rank_inputs *s,
                                        const struct course *p,
                                        struct stage_link *link, int threads)
{
    const struct train_job *j = s->job;

    return (struct trainer_args){
        .dir = p->dir,
        .hash = j->hash,
        .kept = p->kept,
        .any_length = j->any_length,
        .network = j->network,
        .cut = p->layers.cut,
        .head = p->head,
        .freeze = p->layers.freeze,
        .start = p->start,
        .cache = s->cache.n_border ? &s->cache : NULL,
        .contrastive = p->contrastive,
        .teacher = s->teacher.p && !p->contrastive ? &s->teacher : NULL,
        .weighs = s->regime->does & REGIME_WEIGHS,
        .seed = (uint64_t)j->seed,
        .config = p->config,
        .set = &s->set,
        .data_dir = j->data,
        .recipe = &s->recipe,
        .threads = threads > 1 ? threads : 1,
        .hooks = {.stopping = stopping,
                  .progress = progress,
                  .warn = warn,
                  .self = link},
    };
}

/* Collective.  What the frozen layers make of the samples, unless it is not to
 * be kept. */
static int open_cache(struct rank_inputs *s, struct dist *d, const int threads,
                      const struct trainer_args *t, struct err *err)
{
    const struct train_job *j = s->job;
    const struct frozen_layers_args frozen = {
        .net = s->net,
        .shape = {.h = (int)s->set.h,
                  .w = (int)s->set.w,
                  .classes = s->set.n_class,
                  .cut = t->cut,
                  .head = t->head,
                  .freeze = t->freeze},
        .start = t->start,
        .seed = t->seed,
        .input = trainer_input(t->config, s->net),
        .products_bf16 = t->config->train.precision == PRECISION_BF16,
        .bf16 = t->config->train.frozen_precision == PRECISION_BF16,
        .threads = threads};
    const struct frozen_cache_args a = {.dir = j->cache,
                                        .frozen = &frozen,
                                        .set = &s->set,
                                        .data = j->data_hash,
                                        .augment = j->augment_hash,
                                        .dist = d,
                                        .hooks = t->hooks};

    if (t->freeze == 0 || t->config->train.cache == CACHE_OFF)
        return 0;
    if (t->config->train.augment == AUGMENT_ONLINE) {
        if (d->rank == 0)
            log_info("variants are fresh in every epoch: what %d frozen layers "
                     "put out is not kept",
                     t->freeze);
        return 0;
    }
    return frozen_cache_open(&s->cache, &a, err);
}

/* Collective.  Train, by as many parts as a batch has here.  The first is done
 * by the calling thread, which has the threads of a part meanwhile. */
static int train_parts(struct rank_inputs *s, struct dist *d,
                       const struct course *p, struct stage_link *link,
                       struct err *err)
{
    const bool strict = p->config->train.reproducible == REPRODUCIBLE_STRICT;
    const int n = rank_cores_parts(d, strict ? STRICT_PARTS : PAIR_PARTS,
                                   strict, p->config->train.batch, err);
    const int threads = rank_cores_of(d, p->config->train.threads).threads;
    const int before = omp_get_max_threads();
    struct trainer_args a;
    struct batch_part part[STRICT_PARTS];
    void *self[STRICT_PARTS];

    if (n < 1)
        return -1;
    a = trainer_args(s, p, link, threads / n);
    if (open_cache(s, d, threads, &a, err) < 0)
        return -1;
    a.cache = s->cache.n_border ? &s->cache : NULL;
    for (int i = 0; i < n; i++) {
        self[i] = &part[i];
        part[i] = (struct batch_part){.a = a};
    }
    dist_threads_turns(d, n, threads < n ? threads : n, train_part, self);
    omp_set_num_threads(before);
    frozen_cache_close(&s->cache);
    *err = part[0].err; /* the parts agree */
    return part[0].rc;
}

/* Collective.  Nothing is opened for a course that has ended. */
static int run_course(struct rank_inputs *s, struct dist *d,
                      const struct course *p, struct stage_link *link,
                      struct err *err)
{
    struct trainer_args a = trainer_args(s, p, link, 1);
    bool done;

    a.dist = d;
    if (trainer_complete(&a, &done, err) < 0)
        return -1;
    return done ? 0 : train_parts(s, d, p, link, err);
}

/*
 * Collective.  A course before the one proper, in directory 'name' of the
 * output; training goes on with 'file' of it.
 */
static int run_before(struct rank_inputs *s, struct dist *d,
                      const struct course *p, const char *const name[2],
                      struct stage_link *link, struct err *err)
{
    char dir[FILE_PATH_MAX], model[FILE_PATH_MAX];
    struct course first = *p;
    int rc = file_path(dir, err, "%s/%s", s->job->out, name[0]);

    first.dir = dir;
    first.kept = "";
    if (rc == 0)
        rc = file_path(model, err, "%s/%s", dir, name[1]);
    if (rc == 0 && d->rank == 0)
        rc = file_dir_make(dir, err);
    if (dist_agree(d, rc, err) < 0 || run_course(s, d, &first, link, err) < 0)
        return -1;
    safetensors_release(&s->start);
    return dist_agree(d, safetensors_read(&s->start, model, err), err);
}

/* Collective.  An encoder by its embeddings; the classifier is to come behind
 * the best one, frozen. */
static int train_encoder(struct rank_inputs *s, struct dist *d,
                         struct course *p, struct stage_link *link,
                         struct err *err)
{
    static const char *const encoder[] = {"encoder", "model.safetensors"};
    struct config config = s->job->config;
    struct course first = *p;

    config.train.epochs = config.train.encoder_epochs;
    config.train.learning_rate = config.train.encoder_rate;
    config.train.mixup = 0;          /* embeddings have no labels to mix */
    config.train.average_epochs = 0; /* the classifier's are averaged */
    first.config = &config;
    first.head = config.train.projection == PROJECTION_TWO ? HEAD_PROJECT_TWO
                                                           : HEAD_PROJECT;
    first.contrastive = true;
    if (run_before(s, d, &first, encoder, link, err) < 0)
        return -1;
    p->start = &s->start;
    p->layers.freeze = net_count_layers(s->net, err);
    return dist_agree(d, p->layers.freeze < 0 ? -1 : 0, err);
}

/* Collective.  More threads than cores get in each other's way. */
static int check_cores(struct dist *d, const struct train_job *j,
                       struct err *err)
{
    const struct rank_cores p = rank_cores_of(d, j->config.train.threads);
    char text[RANK_CORES_TEXT];
    int crowded = 0;

    if (rank_cores_count_crowded(d, &p, &crowded, err) < 0)
        return -1;
    rank_cores_describe(&p, text);
    if (crowded > 0 && d->rank == 0)
        log_warn("%d of %d ranks have more threads than cores, which is slow; "
                 "rank 0: %s",
                 crowded, d->size, text);
    return 0;
}

int job_run(struct dist *d, const struct train_job *j, struct stage_link *link,
            struct err *err)
{
    struct rank_inputs s;
    struct course p = {.dir = j->out, .kept = j->kept, .config = &j->config};
    int rc = open_shared(&s, j, err);

    rc = dist_agree(d, rc, err);
    if (rc == 0)
        rc = check_cores(d, j, err);
    if (rc == 0 && d->rank == 0 && regime_leaks(s.regime, &j->config))
        log_warn("train.class_weights balanced_test: classes are weighed by "
                 "the labels of test cells, which leak into this training");
    if (j->start[0])
        p.start = &s.start;
    if (rc == 0) {
        p.head = regime_head(s.regime, &j->config);
        rc = trained_layers_init(&p.layers, s.net, &j->config, s.regime, err);
        rc = dist_agree(d, rc, err);
    }
    if (rc == 0 && s.regime->does & REGIME_CONTRASTS)
        rc = train_encoder(&s, d, &p, link, err);
    if (rc == 0)
        rc = run_course(&s, d, &p, link, err);
    close_shared(&s);
    if (d->fault.code != ERR_NONE) { /* the ranks cannot agree on anything */
        log_error("%s", d->fault.text);
        dist_abort(d, err_exit_status(d->fault.code));
    }
    return rc;
}
