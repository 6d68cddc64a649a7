/*
 * verbs.h - what papline can be told to do: one row a verb
 *
 * Whatever is known of a verb stands in its row in verbs.c: the words and the
 * options that it takes, where their values go, and what is said about it.
 * The command line is read by the row (verb_parse.h); help, man pages
 * (verb_help.h) and completion (verb_completion.h) are printed from it.  To add
 * a verb: one row and its function.
 */
#ifndef ORCHESTRATION_VERBS_H
#define ORCHESTRATION_VERBS_H

#include "orchestration/run_command.h"
#include "orchestration/scheduler/status_print.h"
#include "orchestration/submit/submit_command.h"
#include "orchestration/tools/bench.h"
#include "orchestration/tools/compare_command.h"
#include "orchestration/tools/crop.h"
#include "orchestration/tools/features.h"
#include "orchestration/tools/score_command.h"
#include "orchestration/tools/weights_command.h"

enum { VERB_OPTIONS_MAX = 16 };

/* What a command line said; text is borrowed from it. */
struct verb_args {
    const char *const *word; /* (n_word) those behind the verb, then NULL */
    int n_word;
    bool help; /* --help: nothing else is to be done, or was looked at */

    struct run_command_args run; /* its set is also score's */
    struct submit_args submit;
    struct bench_args bench; /* its ranks and threads are also doctor's */
    struct compare_args compare;
    struct crop_args crop;
    struct features_args features;
    struct score_args score;
    struct weights_args weights;
    struct status_print_args status;
    bool augment, dry_run;
    int sample, wait;
};

enum verb_type {
    VERB_TEXT,   /* const char * */
    VERB_NUMBER, /* int, 0 or more */
    VERB_FLAG,   /* bool */
    VERB_LIST,   /* struct run_list: the option may be given again */
};

struct verb_option {
    char letter;          /* 'o' of -o; '\0': none */
    const char *name;     /* "output" of --output; NULL ends a list */
    const char *argument; /* "DIR", or "nearest|lanczos": what it may be, which
                             completion knows by its name; NULL of a flag */
    const char *initial;  /* the value without the option; NULL: none */
    const char *help;     /* one line */
    enum verb_type type;
    size_t place; /* in struct verb_args; unused if a program does the verb */
};

/* What the ranks do when mpirun or srun starts several with this verb. */
enum verb_ranks {
    VERB_FIRST_RANK, /* rank 0 does it, the others end */
    VERB_SLOTS,      /* rank 0 does it, the others are its slots */
    VERB_EVERY_RANK,
};

/* Rows of options that go into a member of verb_args: most have no letter, and
 * no value unless they are given. */
#define INTO(type, member) type, offsetof(struct verb_args, member)
#define FLAG(name, help, member)                                               \
    {                                                                          \
        0, name, NULL, NULL, help, INTO(VERB_FLAG, member)                     \
    }
#define TEXT(name, argument, help, member)                                     \
    {                                                                          \
        0, name, argument, NULL, help, INTO(VERB_TEXT, member)                 \
    }
#define LIST(name, argument, help, member)                                     \
    {                                                                          \
        0, name, argument, NULL, help, INTO(VERB_LIST, member)                 \
    }
#define NUMBER(name, argument, initial, help, member)                          \
    {                                                                          \
        0, name, argument, initial, help, INTO(VERB_NUMBER, member)            \
    }
#define OUTPUT(argument, help, member)                                         \
    {                                                                          \
        'o', "output", argument, NULL, help, INTO(VERB_TEXT, member)           \
    }

struct verb {
    const char *name;
    const char *words;   /* "RUN [EXPERIMENT...]": may be left out, so many as
                          there are; names as of arguments above */
    const char *help;    /* one line */
    const char *about;   /* more of it, in whole sentences; NULL: none */
    const char *example; /* a command line without "papline" */
    const struct verb_option *options; /* NULL: none */
    int (*act)(struct verb_args *a, struct err *err);
    enum verb_ranks ranks;

    /* Instead of act: a stage's program that does it, by this option, and
     * reads words and options itself, which the row repeats. */
    const char *program, *option;
    bool hidden; /* papline starts it itself: no list of verbs has it */
};

/* The verb of that name.  Errors: ERR_USAGE there is none; the nearest. */
MUST_USE const struct verb *verbs_find(const char *name, struct err *err);

/* The i-th verb, or the i-th that is not hidden; NULL past the last. */
const struct verb *verbs_at(size_t i);
const struct verb *verbs_shown_at(size_t i);

#endif
