/* papline - the scheduler and the user's one command */
#include "base/log.h"
#include "base/version.h"
#include "orchestration/run_command.h"
#include "orchestration/scheduler/launch.h"
#include "orchestration/scheduler/status.h"
#include "orchestration/tools/bench.h"
#include "orchestration/tools/compare_command.h"
#include "orchestration/tools/doctor.h"
#include "orchestration/tools/doctor_ranks.h"
#include "orchestration/tools/features.h"
#include "orchestration/tools/verify.h"
#include "orchestration/tools/weights_command.h"
#include "worker/scheduler_link.h"

#include <getopt.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SET = 64, MAX_WORDS = 32 };

struct options {
    struct run_args run;
    struct config_set set[MAX_SET];
    struct bench_args bench;
    struct features_args features;
    struct weights_args weights;
    bool watch, augment;
    int sample;
    const char *other; /* --with */
    const char *word[MAX_WORDS];
    int n_word;
    const char *target; /* the word behind the verb, or NULL */
    const char *second; /* and the one behind that */
};

static int verb_run(const struct options *o, struct err *err)
{
    return run_start(&o->run, err);
}

static int verb_plan(const struct options *o, struct err *err)
{
    return run_plan(&o->run, err);
}

static int verb_status(const struct options *o, struct err *err)
{
    link_signals();
    return status_print(stdout, o->target, o->watch, err);
}

static int verb_report(const struct options *o, struct err *err)
{
    const char *const args[] = {"--run", o->target, "--anew", NULL};

    return launch_become("papline-report", args, err);
}

static int verb_verify(const struct options *o, struct err *err)
{
    char k[16];
    const char *const args[] = {"--again", o->target, "--sample", k, NULL};

    if (!o->augment)
        return verify_run(o->target, err);
    snprintf(k, sizeof(k), "%d", o->sample);
    return launch_become("papline-augment", args, err);
}

static int verb_doctor(const struct options *o, struct err *err)
{
    if (doctor(o->target, err) < 0)
        return -1;
    return o->bench.ranks
               ? doctor_ranks(stdout, o->bench.ranks, o->bench.threads, err)
               : 0;
}

static int verb_doctor_rank(const struct options *o, struct err *err)
{
    return doctor_rank(stdout, o->bench.threads, err);
}

static int verb_bench(const struct options *o, struct err *err)
{
    struct bench_args a = o->bench;

    a.net = o->target;
    return bench(stdout, &a, err);
}

static int verb_bench_rank(const struct options *o, struct err *err)
{
    struct bench_args a = o->bench;

    a.net = o->target;
    return bench_rank(stdout, &a, err);
}

static int verb_features(const struct options *o, struct err *err)
{
    return features(&o->features, err);
}

static int verb_weights(const struct options *o, struct err *err)
{
    struct weights_args a = o->weights;

    a.what = o->target;
    a.file = o->second;
    a.net = o->features.net;
    a.out = o->features.out;
    return weights_verb(stdout, &a, err);
}

static int verb_compare(const struct options *o, struct err *err)
{
    const struct compare_args a = {.run_dir = o->target,
                                   .other = o->other,
                                   .name = o->word + 1,
                                   .n_name = o->n_word - 1};

    return compare_verb(stdout, &a, err);
}

static int verb_reference(const struct options *o, struct err *err)
{
    struct buf b = {0};
    int rc;

    (void)o;
    config_reference(&b);
    rc = buf_check(&b, err);
    if (rc == 0)
        fputs(b.data, stdout);
    buf_release(&b);
    return rc;
}

static const struct verb {
    const char *name, *target, *help;
    bool optional; /* the target may be left out */
    int words;     /* at most */
    int (*act)(const struct options *o, struct err *err); /* NULL: a tool */
} verbs[] = {
    {"run", "CONFIG", "do all that has to be done; goes on where it stopped",
     false, 1, verb_run},
    {"plan", "CONFIG", "say what would run, what is reused, and why", false, 1,
     verb_plan},
    {"status", "RUN", "how far a run is; --watch repeats it", false, 1,
     verb_status},
    {"report", "RUN", "write the page of a run anew", false, 1, verb_report},
    {"verify", "RUN", "compare every file of a run with its manifest", false, 1,
     verb_verify},
    {"compare", "RUN",
     "experiments (named behind RUN; else all) on the test "
     "cells",
     false, MAX_WORDS, verb_compare},
    {"augment-preview", "IMAGE",
     "draw examples of every augmentation (-o SHEET.png)", false, 1, NULL},
    {"predict", "MODEL", "what a trained model says of pictures", false, 1,
     NULL},
    {"doctor", "RUN", "check this machine (and a run's directory)", true, 1,
     verb_doctor},
    {"doctor-rank", "", "where a rank computes; under mpirun or srun", true, 0,
     verb_doctor_rank},
    {"bench", "NET", "how fast a network is here (without NET: each of them)",
     true, 1, verb_bench},
    {"bench-rank", "NET", "the same as one of the ranks that mpirun starts",
     false, 1, verb_bench_rank},
    {"weights", "WHAT", "import, inspect, export or fetch pretrained weights",
     false, 2, verb_weights},
    {"features", "", "pooled features of the images in a directory", true, 0,
     verb_features},
    {"reference", "", "print every configuration key with its default", true, 1,
     verb_reference},
};

static void help(void)
{
    printf("papline %s: from Pap-smear cell crops to classifiers, their "
           "evaluation and explanations\n\nusage:\n",
           PAPLINE_VERSION);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        printf("  papline %-15s %-8s %s\n", verbs[i].name, verbs[i].target,
               verbs[i].help);
    printf(
        "\n  CONFIG is a YAML file (configs/), or a run directory to go on "
        "with\n"
        "  --set section.key=value   overrides the file (run, plan)\n"
        "  --run DIR                 where the run lives (run, plan)\n"
        "  --until STAGE             stop behind this stage (run, plan)\n"
        "  --verify                  read every output, also if it looks "
        "unchanged (run, plan)\n"
        "  --augment --sample 100    derive so many variants again (verify)\n"
        "  --with RUN2               each experiment in both runs, say of "
        "another split (compare)\n"
        "  -o SHEET.png --recipe NAME --seed 1   of augment-preview\n"
        "  --ranks 2 --threads 0     where so many ranks would compute "
        "(doctor)\n"
        "  predict MODEL IMAGE... --json --explain METHOD -o DIR\n"
        "  --layers                  each layer for itself (bench)\n"
        "  --ranks 2 [--strict]      a step that ranks divide (bench)\n"
        "  --size 110 --batch 32 --threads 0 --steps 9   of bench\n\n");
    printf("  weights import FILE -o OUT.safetensors    Keras' .h5, checked\n"
           "  weights export FILE -o OUT.h5             for Keras\n"
           "  weights inspect FILE                      what it holds\n"
           "  weights fetch NET [-o FILE]               the official file\n"
           "  --net NET                 instead of what the file says\n\n"
           "  features --net NET --weights FILE --images DIR -o OUT.npy\n"
           "  --layer NAME              this layer's output, not pooled\n"
           "  --preprocess raw|caffe|tf|torch   not what the weights expect\n"
           "  --resize nearest|lanczos  of images of another --size (110)\n\n"
           "  --help, --version\n\n"
           "exit status: 0 done, 1 failed, 2 bad usage or configuration, "
           "75 stopped, start again\n");
}

static int whole_number(const char *text, int *value, struct err *err)
{
    char *end;
    const long x = strtol(text, &end, 10);

    if (end == text || *end || x < 0 || x > INT_MAX)
        return err_set(err, ERR_USAGE, "'%s' is not a whole number", text);
    *value = (int)x;
    return 0;
}

static int parse_words(struct options *o, int argc, char **argv,
                       struct err *err)
{
    while (o->n_word < MAX_WORDS && optind < argc)
        o->word[o->n_word++] = argv[optind++];
    o->target = o->word[0];
    o->second = o->word[1];
    if (optind < argc)
        return err_set(err, ERR_USAGE, "unexpected '%s'; see --help",
                       argv[optind]);
    o->run.set = o->set;
    o->run.config = o->target;
    return 0;
}

static int add_set(struct options *o, const char *text, struct err *err)
{
    if (o->run.n_set == MAX_SET)
        return err_set(err, ERR_USAGE, "more than %d --set", MAX_SET);
    o->set[o->run.n_set++].text = text;
    return 0;
}

/* What getopt_long() returns: places in parse()'s lists, then the others. */
enum {
    WORDS = 0,
    N_WORD = 10,
    NUMBERS = WORDS + N_WORD,
    N_NUMBER = 6,
    SET = NUMBERS + N_NUMBER,
    WATCH,
    LAYERS,
    AUGMENT,
    STRICT,
    VERIFY
};

static const struct option known[] = {
    {"run", required_argument, NULL, WORDS + 0},
    {"until", required_argument, NULL, WORDS + 1},
    {"net", required_argument, NULL, WORDS + 2},
    {"weights", required_argument, NULL, WORDS + 3},
    {"images", required_argument, NULL, WORDS + 4},
    {"layer", required_argument, NULL, WORDS + 5},
    {"preprocess", required_argument, NULL, WORDS + 6},
    {"resize", required_argument, NULL, WORDS + 7},
    {"output", required_argument, NULL, 'o'},
    {"with", required_argument, NULL, WORDS + 9},
    {"size", required_argument, NULL, NUMBERS + 0},
    {"batch", required_argument, NULL, NUMBERS + 1},
    {"threads", required_argument, NULL, NUMBERS + 2},
    {"steps", required_argument, NULL, NUMBERS + 3},
    {"sample", required_argument, NULL, NUMBERS + 4},
    {"ranks", required_argument, NULL, NUMBERS + 5},
    {"set", required_argument, NULL, SET},
    {"augment", no_argument, NULL, AUGMENT},
    {"watch", no_argument, NULL, WATCH},
    {"layers", no_argument, NULL, LAYERS},
    {"strict", no_argument, NULL, STRICT},
    {"verify", no_argument, NULL, VERIFY},
    {0},
};

static int parse(struct options *o, int argc, char **argv, struct err *err)
{
    struct features_args *f = &o->features;
    const char **const word[N_WORD] = {
        &o->run.dir, &o->run.until, &f->net,    &f->weights, &f->images,
        &f->layer,   &f->input,     &f->resize, &f->out,     &o->other};
    int *const number[N_NUMBER] = {&o->bench.size,    &o->bench.batch,
                                   &o->bench.threads, &o->bench.steps,
                                   &o->sample,        &o->bench.ranks};
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "o:", known, NULL)) != -1) {
        if (c == WATCH)
            o->watch = true;
        else if (c == LAYERS)
            o->bench.layers = true;
        else if (c == STRICT)
            o->bench.strict = true;
        else if (c == AUGMENT)
            o->augment = true;
        else if (c == VERIFY)
            o->run.verify = true;
        else if (c == '?')
            return err_set(err, ERR_USAGE, "bad option '%s'; see --help",
                           argv[optind - 1]);
        else if (c == SET && add_set(o, optarg, err) < 0)
            return -1;
        else if (c == 'o')
            f->out = optarg;
        else if (c < NUMBERS)
            *word[c - WORDS] = optarg;
        else if (c < SET && whole_number(optarg, number[c - NUMBERS], err) < 0)
            return -1;
    }
    f->size = o->bench.size;
    f->batch = o->bench.batch;
    f->threads = o->bench.threads;
    return parse_words(o, argc, argv, err);
}

static int act(const char *word, struct options *o, struct err *err)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, word) != 0)
            continue;
        if (!o->target && !verbs[i].optional)
            return err_set(err, ERR_USAGE, "papline %s needs a %s", word,
                           verbs[i].target);
        if (o->n_word > verbs[i].words)
            return err_set(err, ERR_USAGE, "unexpected '%s'; see --help",
                           o->word[verbs[i].words]);
        return verbs[i].act(o, err);
    }
    return err_set(err, ERR_USAGE, "no verb '%s'; see papline --help", word);
}

/* Verbs that a stage's program does: it reads the words itself. */
static const struct tool {
    const char *verb, *program, *option;
} tools[] = {
    {"augment-preview", "papline-augment", "--preview"},
    {"predict", "papline-explain", "--predict"},
};

static const struct tool *find_tool(const char *verb)
{
    for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
        if (strcmp(tools[i].verb, verb) == 0)
            return &tools[i];
    return NULL;
}

/* argv[1] is the verb. */
static int become(const struct tool *t, char **argv, struct err *err)
{
    argv[1] = (char *)(uintptr_t)t->option;
    return launch_become(t->program, (const char *const *)argv + 1, err);
}

int main(int argc, char **argv)
{
    struct options o = {.bench = {.size = 110, .batch = 32, .steps = 9},
                        .sample = 100};
    struct err err = {0};

    if (argc < 2 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "help") == 0) {
        help();
        return argc < 2 ? err_exit_status(ERR_USAGE) : 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("papline %s\n", PAPLINE_VERSION);
        return 0;
    }
    if (find_tool(argv[1]))
        become(find_tool(argv[1]), argv, &err);
    else if (sodium_init() < 0)
        err_set(&err, ERR_SYSTEM, "cannot start libsodium");
    else if (parse(&o, argc - 1, argv + 1, &err) == 0 &&
             act(argv[1], &o, &err) == 0)
        return 0;
    log_error("%s", err.text);
    return err_exit_status(err.code);
}
