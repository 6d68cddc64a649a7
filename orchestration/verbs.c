/* verbs.c - the table of verbs, and what each of them does */
#include "orchestration/verbs.h"

#include "base/spell.h"
#include "orchestration/scheduler/launch.h"
#include "orchestration/submit/submit_verbs.h"
#include "orchestration/tools/clean.h"
#include "orchestration/tools/tool_verbs.h"
#include "orchestration/tools/verify.h"
#include "orchestration/verb_completion.h"
#include "orchestration/verb_help.h"
#include "worker/scheduler_link.h"

#include <string.h>

/* --- runs ----------------------------------------------------------------- */

/* Of plan; those of run are all but the first two. */
static const struct verb_option plan_options[] = {
    LIST("why", "STEP", "tell all differences of this step instead", run.why),
    FLAG("schedule", "also draw where and when each step would run",
         run.schedule),
    LIST("set", "KEY=VALUE", "instead of what the file says of this key",
         run.set),
    TEXT("run", "DIR", "where the run lives, instead of run.dir", run.dir),
    LIST("force", "STEP", "run it again, and what reads it", run.force),
    LIST("only", "STEP", "put off all others", run.only),
    TEXT("until", "STAGE", "put off all stages behind this one", run.until),
    FLAG("verify", "read every output, also if it looks unchanged", run.verify),
    {.name = NULL},
};

static int act_run(struct verb_args *a, struct err *err)
{
    a->run.config = a->word[0];
    return run_command_start(&a->run, err);
}

static int act_plan(struct verb_args *a, struct err *err)
{
    a->run.config = a->word[0];
    return run_command_plan(&a->run, err);
}

static const struct verb_option status_options[] = {
    FLAG("watch", "every second, in place, until the run ends", status.watch),
    FLAG("json", "status.json, and whether the run is alive", status.json),
    {.name = NULL},
};

static int act_status(struct verb_args *a, struct err *err)
{
    a->status.run_dir = a->word[0];
    scheduler_link_signals();
    return status_print(stdout, &a->status, err);
}

static int act_report(struct verb_args *a, struct err *err)
{
    const char *const args[] = {"--run", a->word[0], "--anew", NULL};

    return launch_exec("papline-report", args, err);
}

static const struct verb_option verify_options[] = {
    FLAG("augment", "derive stored variants again instead, and compare",
         augment),
    NUMBER("sample", "N", "100", "so many of them", sample),
    {.name = NULL},
};

static int act_verify(struct verb_args *a, struct err *err)
{
    char k[16];
    const char *const args[] = {"--again", a->word[0], "--sample", k, NULL};

    if (!a->augment)
        return verify_run(stdout, a->word[0], err);
    snprintf(k, sizeof(k), "%d", a->sample);
    return launch_exec("papline-augment", args, err);
}

static const struct verb_option clean_options[] = {
    FLAG("dry-run", "say it alone", dry_run),
    {.name = NULL},
};

static int act_clean(struct verb_args *a, struct err *err)
{
    return clean_run(stdout, a->word[0], a->dry_run, err);
}

static const struct verb_option compare_options[] = {
    TEXT("with", "RUN", "each experiment in both runs, say of another split",
         compare.other),
    {0, "on", "SPLIT", "test",
     "whose cells; validation: ranked, each against the best",
     INTO(VERB_TEXT, compare.on)},
    TEXT("against", "EXPERIMENT", "then against this one instead",
         compare.against),
    OUTPUT("FILE.csv|.md", "then for the table", compare.out),
    {.name = NULL},
};

static int act_compare(struct verb_args *a, struct err *err)
{
    a->compare.run_dir = a->word[0];
    a->compare.name = a->word + 1;
    a->compare.n_name = a->n_word - 1;
    return compare_command_run(stdout, &a->compare, err);
}

/* --- what stages' programs do --------------------------------------------- */

static const struct verb_option predict_options[] = {
    {0, "explain", "METHOD", NULL, "also a picture of where the model looked",
     VERB_LIST, 0},
    {0, "class", "CLASS", NULL, "then for this class, not the predicted one",
     VERB_TEXT, 0},
    {0, "calibrated", NULL, NULL, "probabilities at the bundle's temperature",
     VERB_FLAG, 0},
    {0, "threshold", "stored|P", NULL,
     "say which cells are raised: abnormal at least so", VERB_TEXT, 0},
    {0, "sets", NULL, NULL, "the classes that each may be, and which to refer",
     VERB_FLAG, 0},
    {0, "unlike", NULL, NULL, "how far each is from the training cells",
     VERB_FLAG, 0},
    {0, "precision", "float32|bf16", NULL,
     "of products and values between layers", VERB_TEXT, 0},
    {0, "json", NULL, NULL, "a line of JSON for each picture", VERB_FLAG, 0},
    {'o', "output", "DIR|FILE.csv|FILE.html", NULL,
     "predictions.csv and these pictures, the table alone, or a page",
     VERB_TEXT, 0},
    {.name = NULL},
};

static const struct verb_option crop_options[] = {
    FLAG("contours", "cells by NNN_cytMM.dat beside the field NNN",
         crop.contours),
    TEXT("boxes", "FILE", "cells by rows file,x,y,width,height[,label]",
         crop.boxes),
    OUTPUT("DIR", "for the crops; must be given", crop.dir),
    NUMBER("margin", "N", "10", "pixels around a cell, as SIPaKMeD has them",
           crop.margin),
    {.name = NULL},
};

static int act_crop(struct verb_args *a, struct err *err)
{
    a->crop.field = a->word;
    a->crop.n_field = a->n_word;
    return crop_run(&a->crop, err);
}

static const struct verb_option preview_options[] = {
    {'o', "output", "SHEET.png", NULL, "the sheet of examples; must be given",
     VERB_TEXT, 0},
    {0, "recipe", "RECIPE", NULL,
     "24 variants by this recipe, not every operation", VERB_TEXT, 0},
    {0, "seed", "N", "1", "of their random numbers", VERB_TEXT, 0},
    {.name = NULL},
};

/* --- papline itself ------------------------------------------------------- */

static int act_reference(struct verb_args *a, struct err *err)
{
    struct buf b = {0};

    (void)a;
    config_reference(&b);
    return buf_print(&b, stdout, err);
}

static int act_help(struct verb_args *a, struct err *err)
{
    const struct verb *v = a->word[0] ? verbs_find(a->word[0], err) : NULL;
    struct buf b = {0};

    if (a->word[0] && !v)
        return -1;
    verb_help_text(v, &b);
    return buf_print(&b, stdout, err);
}

static int act_man(struct verb_args *a, struct err *err)
{
    return verb_help_man(a->word[0], err);
}

static int act_completion(struct verb_args *a, struct err *err)
{
    struct buf b = {0};

    if (verb_completion(a->word[0], &b, err) < 0)
        return -1;
    return buf_print(&b, stdout, err);
}

/* --- the table ------------------------------------------------------------ */

/* What --help says of a verb, then what it does. */
#define VERB(name, words, help, about, ...)                                    \
    {                                                                          \
        name, words, help, about, __VA_ARGS__                                  \
    }

static const struct verb verbs[] = {
    VERB("run", "CONFIG",
         "do all that has to be done; goes on where it stopped",
         "CONFIG is a YAML file (configs/), or the directory of a run to "
         "go on with. Starts the processes of every step that is not "
         "done, and prints in the end where the report is and how "
         "accurate each experiment was. Ctrl-C or SIGTERM: it saves a "
         "checkpoint and ends with status 75. A STEP is a step's name as "
         "plan prints it, a stage, an experiment, or a pattern like "
         "'train/resnet50-*'; the option may be given again.",
         .example = "run configs/demo.yaml --set train.epochs=2 --until train",
         .options = plan_options + 2, .act = act_run, .ranks = VERB_SLOTS),
    VERB("plan", "CONFIG", "say what would run, what is reused, and why",
         "CONFIG and options are those of run. Changes nothing. Behind "
         "what would run is the memory that it takes with all cores of "
         "this host. --why tells what of a STEP was and is: parameters, "
         "and the inputs with what has changed them. With --schedule it "
         "also draws where and when each step would run, by what steps "
         "took before.",
         .example =
             "plan configs/demo.yaml --set augment.variants=6 --why train",
         .options = plan_options, .act = act_plan),
    VERB("submit", "CONFIG", "hand a run to a cluster's batch system",
         "CONFIG is as of run. Writes scripts to RUN/submit and submits "
         "them: one job that runs all; with --array also workers that "
         "join it; with --split a job for each experiment. A job whose "
         "time is up saves, and goes on in the next one.",
         .example = "submit configs/demo.yaml --site site.yaml --array 8",
         .options = submit_verbs_submit_options, .act = submit_verbs_submit),
    VERB("cancel", "RUN", "take the jobs of a run out of the queue",
         "Those that run are told to save and end. papline submit, or "
         "run, goes on later.",
         .example = "cancel demo", .options = submit_verbs_cancel_options,
         .act = submit_verbs_cancel),
    VERB("status", "RUN", "how far a run is",
         "Steps, hosts, what runs where and how fast, about how long it "
         "will take, why a step failed. Reads files of the run alone, so "
         "any host that sees them can be asked.",
         .example = "status demo --watch", .options = status_options,
         .act = act_status),
    VERB("report", "RUN", "write the page of a run anew",
         "RUN/report/index.html is made of what is there, and says what "
         "is not.",
         .example = "report demo", .act = act_report),
    VERB("verify", "RUN", "compare every file of a run with its manifest",
         "A file of a finished output that is missing, cut short or "
         "changed is named, and the status is 1.",
         .example = "verify demo --augment --sample 50",
         .options = verify_options, .act = act_verify),
    VERB("clean", "RUN", "remove what no step of the run's plan needs",
         "Outputs of steps that are not in the plan, unfinished work that "
         "no step goes on with, caches that no step reads; nothing else. "
         "Says what and how much. Refuses while something works on the "
         "run.",
         .example = "clean demo --dry-run", .options = clean_options,
         .act = act_clean),
    VERB("compare", "RUN [EXPERIMENT...]",
         "experiments against each other on the test cells",
         "Without names all that are evaluated. Prints two tables and "
         "writes them to RUN/compare. In a run with folds a name stands "
         "for all folds of an experiment. To choose among many, rank them "
         "--on validation.",
         .example = "compare demo vgg19-scratch-s1 resnet50-scratch-s1",
         .options = compare_options, .act = act_compare),
    VERB("score", "RESULTS...", "figures of stored predictions of folds",
         "RESULTS is a directory with f0.csv, f1.csv, ..., or "
         "RUN/evaluate/EXPERIMENT without a fold. Accuracy, what was "
         "missed and raised, classes and calibration of all folds "
         "together; of several RESULTS paired tests, and with -o their "
         "vote.",
         .example =
             "score demo/evaluate/vgg19-finetune-s1 --without 0 -o results",
         .options = tool_verbs_score_options, .act = tool_verbs_score),
    VERB("augment-preview", "IMAGE", "draw examples of every augmentation",
         "Each from its weaker to its stronger form, labelled by its "
         "numbers.",
         .example = "augment-preview cell.bmp -o sheet.png --recipe strong",
         .options = preview_options, .program = "papline-augment",
         .option = "--preview"),
    VERB("predict", "MODEL IMAGE...", "what a trained model says of pictures",
         "MODEL is a bundle, RUN/report/bundle/EXPERIMENT, or a file, "
         "RUN/train/EXPERIMENT/model.safetensors; an IMAGE may be a "
         "directory, a list FILE.txt with one a line, or - for such a "
         "list from standard input. Prints a table. What validation "
         "cells have fitted (temperature, threshold, sets, distances) a bundle "
         "knows. A picture that cannot be read is named with its reason, "
         "and the status is 1.",
         .example = "predict demo/report/bundle/mobilenetv2-scratch-s1 cells",
         .options = predict_options, .program = "papline-explain",
         .option = "--predict"),
    VERB("crop", "IMAGE...", "cut cells out of whole fields",
         "An IMAGE is a field, or a directory of fields; what its crops "
         "are called and where they were is in DIR/crops.csv; a directory "
         "that has one is refused. A label becomes a class folder. What "
         "cannot be read or cut is named, and the status is 1.",
         .example = "crop im_Parabasal --contours -o cells",
         .options = crop_options, .act = act_crop),
    VERB("doctor", "[RUN]", "check this machine, and a run's directory",
         "One line a check: ok, warn or fail; of the last the status is "
         "1.",
         .example = "doctor --ranks 2", .options = tool_verbs_doctor_options,
         .act = tool_verbs_doctor),
    VERB("bench", "[NET]", "how fast a network is here",
         "Without NET each of them. Prints medians of milliseconds an "
         "image, in training and inference, and the memory.",
         .example = "bench mobilenetv2 --size 64 --batch 8",
         .options = tool_verbs_bench_options, .act = tool_verbs_bench),
    VERB("weights", "import|inspect|export|fetch FILE|NET",
         "import, inspect or fetch weights, export a model or weights",
         "import FILE -o OUT.safetensors reads Keras' .h5 and accounts "
         "for every tensor. inspect FILE prints them. fetch NET prints "
         "address and checksum of the official file; with -o it is "
         "downloaded. export FILE -o OUT, of a model that training wrote "
         "or a bundle: OUT.onnx is a model for ONNX Runtime, OUT.h5 one "
         "for Keras, OUT.safetensors with --torch a state dict for "
         "PyTorch, all with scaling and classes; without it, and of other "
         "weights, OUT has the tensors alone.",
         .example = "weights import vgg16.h5 -o vgg16.safetensors",
         .options = tool_verbs_weights_options, .act = tool_verbs_weights),
    VERB("features", "", "pooled features of the images in a directory",
         "Each image that can be read becomes a row of float32: what the "
         "network makes of it, averaged over rows and columns. Of one "
         "that cannot OUT.csv has the reason, and the status is 1.",
         .example = "features --weights vgg16.h5 --images cells -o vgg16.npy",
         .options = tool_verbs_features_options, .act = tool_verbs_features),
    VERB("reference", "", "print every configuration key with its default",
         "With range, unit and meaning of each, as YAML.",
         .example = "reference", .act = act_reference),
    VERB("help", "[VERB]", "say what there is, or all about a verb", NULL,
         .example = "help run", .act = act_help),
    VERB("man", "DIR", "write the man pages of papline and its verbs",
         "papline.1 and papline-VERB.1 in DIR, which is made.",
         .example = "man man1", .act = act_man),
    VERB("completion", "bash|zsh",
         "print what completes command lines in a shell",
         "To be read by the shell when it starts: source <(papline "
         "completion bash).",
         .example = "completion bash", .act = act_completion),
    VERB("doctor-rank", "", "where a rank computes; under mpirun or srun", NULL,
         .example = "doctor-rank --threads 1",
         .options = tool_verbs_doctor_options, .act = tool_verbs_doctor_rank,
         .ranks = VERB_EVERY_RANK, .hidden = true),
    VERB("bench-rank", "NET",
         "as bench, as one of the ranks that mpirun starts", NULL,
         .example = "bench-rank mobilenetv2 --steps 3",
         .options = tool_verbs_bench_options, .act = tool_verbs_bench_rank,
         .ranks = VERB_EVERY_RANK, .hidden = true),
};

enum { N_VERB = sizeof(verbs) / sizeof(verbs[0]) };

const struct verb *verbs_at(size_t i)
{
    return i < N_VERB ? &verbs[i] : NULL;
}

const struct verb *verbs_shown_at(size_t i)
{
    const struct verb *v = verbs;

    for (; v < verbs + N_VERB; v++)
        if (!v->hidden && i-- == 0)
            return v;
    return NULL;
}

const struct verb *verbs_find(const char *name, struct err *err)
{
    const char *shown[N_VERB];
    size_t n = 0;
    const char *meant;

    for (size_t i = 0; i < N_VERB; i++) {
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
        if (!verbs[i].hidden)
            shown[n++] = verbs[i].name;
    }
    meant = spell_nearest(name, shown, n);
    err_set(err, ERR_USAGE, "no verb '%.64s'; %s%s%s", name,
            meant ? "did you mean " : "see papline --help", meant ? meant : "",
            meant ? "?" : "");
    return NULL;
}
