/*
 * test_plan_keys.c - which stages does a change of each key run again?
 *
 * One row or more for every key of the configuration: a new key without one
 * fails.  A row's stages are those that read the key, and all behind them.
 */
#include "config/config_key.h"
#include "plan_run.h"

#define EVALUATE "evaluate report "
#define EXPLAIN  "explain report "
#define MODEL    "evaluate explain report "
#define TRAIN    "train " MODEL
#define AUGMENT  "augment " TRAIN
#define ALL      "preprocess " AUGMENT
#define NONE     ""

#define CONTRASTIVE "train.regimes=[contrastive] "
#define TRIPLETS    CONTRASTIVE "train.contrastive_loss=triplet_hard"
#define WEIGHTS     " train.weights=@weights"
#define WEIGHS      "train.regimes=[cost_sensitive]" WEIGHTS
#define FINE        "train.regimes=[finetune]" WEIGHTS
#define TWO         "train.networks=[mobilenetv2,vgg16]"
#define BY_CSV      "split.method=csv split.csv=@split.csv"

/* @NAME stands for the path of a file of the test. */
static const struct row {
    const char *change; /* "section.key=value" */
    const char *stages; /* that run for it */
    const char *beside; /* settings before and after it, by blanks; or NULL */
} rows[] = {
    {"run.dir=elsewhere", NONE, NULL},
    {"run.seed=2", ALL, NULL},
    {"run.profile=paper", ALL, NULL},
    {"dataset.path=@other", ALL, NULL},
    {"dataset.draw_per_class=5", "draw " ALL, NULL},
    {"dataset.name=Cells of Here", "report ", NULL},
    {"dataset.source=the laboratory", "report ", NULL},
    {"dataset.licence=CC0", "report ", NULL},
    {"dataset.note=Ask first", "report ", NULL},
    {"layout.csv=@layout.csv", ALL, NULL},
    {"layout.classes=alpha, im_beta=b", ALL, NULL},
    {"layout.include=*.bmp", ALL, NULL},
    {"layout.columns=label=kind", NONE, NULL}, /* read beside layout.csv */
    {"layout.exclude=*.png", ALL, NULL},
    {"layout.group=([0-9]+)", ALL, NULL},
    {"preprocess.size=64", ALL, NULL},
    {"preprocess.resize=lanczos", ALL, NULL},
    {"preprocess.aspect=keep", ALL, NULL},
    {"preprocess.aspect=scale", ALL, NULL},
    {"preprocess.field=300", NONE, NULL},
    {"preprocess.field=300", ALL, "preprocess.aspect=scale"},
    {"preprocess.bits=12", ALL, NULL},
    {"preprocess.orientation=exif", ALL, NULL},
    {"preprocess.jpeg=95", ALL, NULL},
    {"split.method=random", ALL, NULL},
    {"split.csv=@split.csv", ALL, NULL}, /* a split that is given is used */
    {"split.csv=@other.csv", ALL, BY_CSV},
    {"split.test=0.3", ALL, NULL},
    {"split.test=0.3", NONE, "split.folds=3"},
    {"split.test=0", ALL, "split.folds=3"},
    {"split.csv=@other.csv", ALL, BY_CSV " split.folds=3"},
    {"split.test=0", ALL, BY_CSV " split.folds=3"},
    {"split.test=0.3", NONE, BY_CSV},
    {"split.validation=0.3", ALL, NULL},
    {"split.validation=0.3", NONE, "split.folds=3"},
    {"split.folds=3", ALL, NULL},
    {"split.near_duplicates=separate", ALL, NULL},
    {"inputs.size=on", TRAIN, NULL},
    {"augment.recipe=strong", AUGMENT, NULL},
    {"augment.variants=6", AUGMENT, NULL},
    {"augment.workers=3", NONE, NULL},
    {"augment.unit=8", NONE, NULL},
    {"train.networks=[vgg16]", TRAIN, NULL},
    {"train.regimes=[contrastive]", TRAIN, NULL},
    {"train.seeds=[2]", TRAIN, NULL},
    {"train.variants={a: {}}", TRAIN, NULL},
    {"train.weights=@other", NONE, NULL},
    {"train.trainable=all", NONE, NULL},
    {"train.trainable=all", TRAIN, FINE},
    {"train.trainable=all", NONE, CONTRASTIVE},
    {"train.trainable=head", TRAIN,
     CONTRASTIVE "train.encoder=weights" WEIGHTS},
    {"train.cut=none", NONE, NULL},
    {"train.cut=none", TRAIN, FINE},
    {"train.cut=block_6_expand", TRAIN, NULL},
    {"train.rate_decay=0.5", TRAIN, NULL},
    {"train.cache=off", NONE, NULL},
    {"train.precision=bf16", TRAIN, NULL},
    {"train.frozen_precision=bf16", NONE, NULL},
    {"train.frozen_precision=bf16", TRAIN, "train.regimes=[contrastive]"},
    {"train.frozen_precision=bf16", TRAIN, FINE},
    {"train.frozen_precision=bf16", NONE, FINE " train.trainable=all"},
    {"train.augment=online", TRAIN, NULL},
    {"train.augment_recipe=strong", NONE, NULL},
    {"train.augment_recipe=strong", TRAIN, "train.augment=online"},
    {"train.augment_variants=2", NONE, NULL},
    {"train.augment_variants=2", TRAIN, "train.augment=online"},
    {"train.augment_workers=2", NONE, "train.augment=online"},
    {"train.class_weights=1 2", NONE, NULL},
    {"train.class_weights=1 2", TRAIN, WEIGHS},
    {"train.class_weights=1 2", NONE, WEIGHS " train.costs=0_1;2_0"},
    {"train.costs=0 1; 2 0", NONE, NULL},
    {"train.costs=0 1; 2 0", TRAIN, WEIGHS},
    {"train.contrastive_loss=supcon", NONE, NULL},
    {"train.contrastive_loss=supcon", TRAIN, CONTRASTIVE},
    {"train.encoder=weights", NONE, NULL},
    {"train.encoder=weights", "weights " TRAIN, CONTRASTIVE WEIGHTS},
    {"train.projection=two", NONE, NULL},
    {"train.projection=two", TRAIN, CONTRASTIVE},
    {"train.temperature=0.1", NONE, NULL},
    {"train.temperature=0.1", TRAIN, CONTRASTIVE},
    {"train.temperature=0.1", NONE, TRIPLETS},
    {"train.margin=2", NONE, CONTRASTIVE},
    {"train.margin=2", TRAIN, TRIPLETS},
    {"train.encoder_epochs=7", NONE, NULL},
    {"train.encoder_epochs=7", TRAIN, CONTRASTIVE},
    {"train.encoder_rate=0.01", NONE, NULL},
    {"train.encoder_rate=0.01", TRAIN, CONTRASTIVE},
    {"train.epochs=7", TRAIN, NULL},
    {"train.keep_every=2", TRAIN, NULL},
    {"train.batch=16", TRAIN, NULL},
    {"train.sampler=balanced", TRAIN, NULL},
    {"train.learning_rate=0.01", TRAIN, NULL},
    {"train.optimizer=sgd", TRAIN, NULL},
    {"train.momentum=0.5", NONE, NULL},
    {"train.momentum=0.5", TRAIN, "train.optimizer=nesterov"},
    {"train.weight_decay=0.1", NONE, NULL},
    {"train.weight_decay=0.1", TRAIN, "train.optimizer=adamw"},
    {"train.label_smoothing=0.1", TRAIN, NULL},
    {"train.teacher=@other.csv", TRAIN, NULL},
    {"train.teacher=@layout.csv", TRAIN, "train.teacher=@other.csv"},
    {"train.teacher_weight=0.2", NONE, NULL},
    {"train.teacher_weight=0.2", TRAIN, "train.teacher=@other.csv"},
    {"train.teacher_temperature=4", NONE, NULL},
    {"train.teacher_temperature=4", TRAIN, "train.teacher=@other.csv"},
    {"train.mixup=0.2", TRAIN, NULL},
    {"train.ema=0.9", TRAIN, NULL},
    {"train.average_epochs=2", TRAIN, "train.stop_patience=0"},
    {"train.clip_norm=1", TRAIN, NULL},
    {"train.schedule=cosine", TRAIN, NULL},
    {"train.warmup_epochs=3", TRAIN, "train.schedule=cosine"},
    {"train.bn_momentum=0.5", TRAIN, NULL},
    {"train.input=raw", TRAIN, NULL},
    {"train.dropout=all", TRAIN, NULL},
    {"train.dropout=all", NONE, CONTRASTIVE},
    {"train.stop_patience=9", TRAIN, NULL},
    {"train.plateau_patience=9", TRAIN, NULL},
    {"train.plateau_patience=9", NONE, "train.schedule=cosine"},
    {"train.plateau_factor=0.5", TRAIN, NULL},
    {"train.plateau_factor=0.5", NONE, "train.schedule=constant"},
    {"train.min_learning_rate=0.0001", TRAIN, NULL},
    {"train.min_learning_rate=0.0001", TRAIN, "train.schedule=cosine"},
    {"train.min_learning_rate=0.0001", NONE, "train.schedule=constant"},
    {"train.checkpoint_seconds=1", NONE, NULL},
    {"train.reproducible=strict", TRAIN, NULL},
    {"train.ranks=2", NONE, NULL},
    {"train.threads=2", NONE, NULL},
    {"evaluate.model=last", MODEL, NULL},
    {"evaluate.model=best", NONE, NULL}, /* as best_accuracy was called */
    {"evaluate.model=best", NONE, "evaluate.model=best_accuracy"},
    {"evaluate.model=best_loss", MODEL, NULL},
    {"evaluate.model=average", MODEL,
     "train.average_epochs=2 train.stop_patience=0"},
    {"evaluate.views=all", EVALUATE, NULL},
    {"evaluate.training=on", EVALUATE, NULL},
    {"evaluate.neighbours=5", EVALUATE, NULL},
    {"evaluate.bootstrap=100", EVALUATE, NULL},
    {"evaluate.normal=alpha", EVALUATE, NULL},
    {"evaluate.benign=alpha", EVALUATE, NULL},
    {"evaluate.abnormal=beta", EVALUATE, NULL},
    {"evaluate.benign_as=abnormal", EVALUATE, NULL},
    {"evaluate.sensitivity=0.9", EVALUATE, NULL},
    {"evaluate.miss_cost=5", EVALUATE, NULL},
    {"evaluate.miss_cost=5", NONE, "evaluate.costs=0_1;2_0"},
    {"evaluate.costs=0 1; 2 0", EVALUATE, NULL},
    {"evaluate.coverage=0.9", EVALUATE, NULL},
    {"evaluate.ensembles=[soft_vote]", EVALUATE, TWO},
    {"evaluate.ensemble_members=[" EXP ", vgg16-scratch-s1]", NONE, TWO},
    {"evaluate.ensemble_members=[" EXP ", vgg16-scratch-s1]", EVALUATE,
     TWO " evaluate.ensembles=[soft_vote]"},
    {"evaluate.ensemble_members=[mobile*, v?g16-*]", NONE,
     TWO " evaluate.ensembles=[soft_vote] evaluate.ensemble_members=[" EXP
         ",vgg16-scratch-s1]"},
    {"evaluate.ensemble_weights=1 2", NONE,
     TWO " evaluate.ensembles=[soft_vote]"},
    {"evaluate.ensemble_weights=1 2", EVALUATE,
     TWO " evaluate.ensembles=[weighted_vote]"},
    {"explain.methods=[gradcam]", EXPLAIN, NULL},
    {"explain.layers=[out_relu]", EXPLAIN, NULL},
    {"explain.per_class=2", EXPLAIN, NULL},
    {"explain.workers=2", NONE, NULL},
    {"explain.cells=all", EXPLAIN, NULL},
    {"explain.placement=stretched", EXPLAIN, NULL},
    {"explain.colours=jet", EXPLAIN, NULL},
    {"explain.precision=bf16", EXPLAIN, NULL},
    {"explain.scale=cell", EXPLAIN, NULL},
    {"explain.baselines=off", EXPLAIN, NULL},
    {"explain.sanity=whole", EXPLAIN, NULL},
    {"explain.stability=2", EXPLAIN, NULL},
    {"explain.gradcampp_variant=ptgc", EXPLAIN, NULL},
    {"explain.gradcampp_variant=ptgc", NONE, "explain.methods=[lime]"},
    {"explain.scorecam_variant=tfkv", EXPLAIN, NULL},
    {"explain.scorecam_variant=tfkv", NONE, "explain.methods=[lime]"},
    {"explain.scorecam_max_n=8", EXPLAIN, NULL},
    {"explain.lime_samples=9", EXPLAIN, NULL},
    {"explain.lime_samples=9", NONE, "explain.methods=[gradcam]"},
    {"explain.lime_kernel_width=1", EXPLAIN, NULL},
    {"explain.lime_features=2", EXPLAIN, NULL},
    {"explain.lime_kernel_size=5", EXPLAIN, NULL},
    {"explain.lime_max_dist=9", EXPLAIN, NULL},
    {"explain.lime_ratio=0.5", EXPLAIN, NULL},
    {"explain.intgrad_steps=9", NONE, NULL},
    {"explain.intgrad_steps=9", EXPLAIN, "explain.methods=[intgrad]"},
    {"explain.smoothgrad_samples=9", NONE, NULL},
    {"explain.smoothgrad_samples=9", EXPLAIN, "explain.methods=[smoothgrad]"},
    {"explain.smoothgrad_noise=0.5", NONE, NULL},
    {"explain.smoothgrad_noise=0.5", EXPLAIN, "explain.methods=[smoothgrad]"},
    {"explain.finercam_strength=2", NONE, NULL},
    {"explain.finercam_strength=2", EXPLAIN, "explain.methods=[finercam]"},
    {"explain.finercam_classes=1", EXPLAIN, "explain.methods=[finercam]"},
    {"explain.rise_masks=9", NONE, NULL},
    {"explain.rise_masks=9", EXPLAIN, "explain.methods=[rise]"},
    {"explain.rise_cells=9", EXPLAIN, "explain.methods=[rise]"},
    {"explain.rise_share=0.25", EXPLAIN, "explain.methods=[rise]"},
    {"explain.faith_steps=9", EXPLAIN, NULL},
    {"explain.f_fidelity=9", EXPLAIN, NULL},
    {"explain.f_fidelity_share=0.2", NONE, NULL},
    {"explain.f_fidelity_share=0.2", EXPLAIN, "explain.f_fidelity=9"},
    {"explain.f_fidelity_draws=2", NONE, NULL},
    {"explain.f_fidelity_draws=2", EXPLAIN, "explain.f_fidelity=9"},
    {"explain.bootstrap=100", EXPLAIN, NULL},
    {"explain.concepts=off", EXPLAIN, NULL},
    {"explain.dose_response=off", EXPLAIN, NULL},
    {"scheduler.endpoint=tcp://a:1", NONE, NULL},
    {"scheduler.hosts=n1:4", NONE, NULL},
    {"scheduler.launcher=mpirun", NONE, NULL},
    {"scheduler.ranks=spread", NONE, NULL},
    {"scheduler.map_by=node", NONE, NULL},
    {"scheduler.walltime=60", NONE, NULL},
    {"scheduler.end_margin=5", NONE, NULL},
    {"scheduler.memory=2", NONE, NULL},
    {"scheduler.lease=3", NONE, NULL},
    {"scheduler.tries=9", NONE, NULL},
};

enum { N_ROW = sizeof(rows) / sizeof(rows[0]), MAX_SETTINGS = 4 };

/* The setting with paths in the place of @, and blanks in that of _ in a
 * matrix. */
static void put_setting(char out[1024], const char *text, size_t n)
{
    const char *at = memchr(text, '@', n);

    if (!at) {
        char *matrix;

        snprintf(out, 1024, "%.*s", (int)n, text);
        matrix = strstr(out, "costs=");
        for (char *s = matrix; matrix && (s = strchr(s, '_')); s++)
            *s = ' ';
        return;
    }
    snprintf(out, 1024, "%.*s%s/%.*s", (int)(at - text), text, top,
             (int)(n - (size_t)(at - text) - 1), at + 1);
}

/* The plan of the settings of a row, with its change or without. */
static void plan_row(struct plan *p, const struct row *row, bool changed)
{
    static char text[MAX_SETTINGS + 2][1024];
    struct config_set set[MAX_SETTINGS + 2];
    const char *s = row->beside ? row->beside : "";
    struct err err = {0};
    struct config c;
    size_t n = 1;

    put_setting(text[0], "dataset.path=@data", strlen("dataset.path=@data"));
    for (s += strspn(s, " "); *s; s += strspn(s, " ")) {
        BUG_ON(n > MAX_SETTINGS);
        put_setting(text[n++], s, strcspn(s, " "));
        s += strcspn(s, " ");
    }
    if (changed)
        put_setting(text[n++], row->change, strlen(row->change));
    for (size_t i = 0; i < n; i++)
        set[i].text = text[i];
    if (config_read(&c, NULL, set, n, &err) < 0 ||
        plan_init(p, &c, path_at("run"), &err) < 0) {
        printf("# %s: %s\n", row->change, err.text);
        exit(1);
    }
}

/* The stages that have a step in 'p' which is not in 'was'. */
static void stages_anew(const struct plan *was, const struct plan *p,
                        char out[256])
{
    out[0] = '\0';
    for (size_t k = 0; k < STAGE_COUNT; k++) {
        bool anew = false;

        for (int i = 0; i < p->n_step; i++) {
            const struct plan_step *old = plan_find(was, p->step[i].name);

            anew |= p->step[i].stage == &stage_table[k] &&
                    (!old || strcmp(old->hash, p->step[i].hash) != 0);
        }
        if (anew)
            snprintf(out + strlen(out), 256 - strlen(out), "%s ",
                     stage_table[k].word);
    }
}

static void check_row(const struct row *row)
{
    struct plan was, is;
    char got[256], what[256];

    plan_row(&was, row, false);
    plan_row(&is, row, true);
    stages_anew(&was, &is, got);
    snprintf(what, sizeof(what), "%.100s%s%.100s runs %s", row->change,
             row->beside ? " beside " : "", row->beside ? row->beside : "",
             row->stages[0] ? row->stages : "nothing");
    text_is(got, row->stages, what);
    plan_release(&was);
    plan_release(&is);
}

/* Every key has a row. */
static void check_all_keys(void)
{
    const struct config_key *k = config_key_run.key;

    for (size_t i = 0; i < config_key_run.n; i++) {
        const size_t len = strlen(k[i].full);
        bool found = false;
        char what[128];

        for (size_t r = 0; r < N_ROW; r++)
            found |= strncmp(rows[r].change, k[i].full, len) == 0 &&
                     rows[r].change[len] == '=';
        snprintf(what, sizeof(what), "%s has a row here", k[i].full);
        if (!found)
            ok(false, what);
    }
}

/* Sealed by the rules before, and taken for what it is. */
static void check_before(void)
{
    struct config c = base_config();
    struct plan *p = make_plan(&c);
    struct err err = {0};
    const char *old;

    for (int i = 0; i < p->n_step; i++) {
        memcpy(p->step[i].hash, p->step[i].before, HASH_HEX);
        free(p->step[i].inputs);
        p->step[i].inputs = strdup("{}");
    }
    complete_plan(p);
    text_is(what_runs(&c), "", "outputs by the rules before are current");
    c.evaluate.bootstrap = 100;
    old = what_runs(&c);
    ok(strstr(old, "explain/") && !strstr(old, "train/" EXP ": "),
       "  as long as what these counted is as it was");
    c = base_config();
    ok(output_rename_hashes(path_at("run"), make_plan(&c), &err) == 0,
       "their hashes are written anew");
    text_is(what_runs(&c), "", "  and all is current");
    c.evaluate.bootstrap = 100;
    ok(!strstr(what_runs(&c), "explain/" EXP ": "),
       "  by the rules that hold now");
}

/* Only explanations in bf16 changed when predictions became float32. */
static void check_revised(void)
{
    struct config c = base_config();

    ok(!strstr(plan_find(make_plan(&c), "explain/" EXP)->params,
               "\"predictions\""),
       "explanations in float32 keep their content hash");
    c.explain.precision = PRECISION_BF16;
    ok(strstr(plan_find(make_plan(&c), "explain/" EXP)->params,
              "\"predictions\":\"in float32\""),
       "  those in bf16 have another");
}

int main(void)
{
    BUG_ON(!mkdtemp(top));
    make_dataset();
    make_dir(path_at("other"));
    put_file(path_at("other/x.bmp"), "x");
    make_dir(path_at("weights"));
    put_file(path_at("weights/mobilenetv2.safetensors"), "w");
    put_file(path_at("other.csv"), "file,split\na,b\n");
    put_file(path_at("layout.csv"), "file,label\n");
    check_all_keys();
    for (size_t i = 0; i < N_ROW; i++)
        check_row(&rows[i]);
    check_before();
    check_revised();
    return end_plan();
}
