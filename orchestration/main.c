/* papline - the scheduler and the user's one command; its verbs: verbs.c */
#include "base/log.h"
#include "base/program.h"
#include "base/version.h"
#include "orchestration/scheduler/launch.h"
#include "orchestration/verb_parse.h"
#include "ranks/launched.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the verb "help" does, of one verb or (NULL) of all. */
static int print_help(const char *verb, struct err *err)
{
    const char *const word[] = {verb, NULL};
    struct verb_args a = {.word = word, .n_word = verb ? 1 : 0};

    return verbs_find("help", err)->act(&a, err);
}

/* A rank of papline-slot, which starts this command once, beside rank 0. */
static int become_rank(char **argv, struct err *err)
{
    const char *arg[4 * RUN_LIST_MAX] = {"serve"};
    char self[FILE_PATH_MAX];
    size_t n = 1;

    if (program_path(self, "papline", err) < 0)
        return -1;
    arg[n++] = self;
    while (*argv && n < sizeof(arg) / sizeof(arg[0]) - 1)
        arg[n++] = *argv++;
    if (*argv)
        return err_set(err, ERR_USAGE, "more than %zu words", n - 2);
    /* else a library starts threads, which spin for a while */
    setenv("OPENBLAS_NUM_THREADS", "1", 0);
    return launch_exec("papline-slot", arg, err);
}

static int do_verb(int argc, char **argv, struct err *err)
{
    const struct verb *v = verbs_find(argv[0], err);
    const bool silent =
        launched_rank() > 0 && !(v && v->ranks == VERB_EVERY_RANK);
    struct verb_args a;

    if (!v || verb_parse(v, argc, argv, &a, err) < 0)
        return silent ? 0 : -1;
    if (v->ranks == VERB_SLOTS && !a.help && launched_size() > 1)
        return become_rank(argv, err);
    if (silent)
        return 0;
    if (a.help)
        return print_help(v->name, err);
    if (v->program) { /* which reads what else is there again */
        argv[0] = (char *)(uintptr_t)v->option;
        return launch_exec(v->program, (const char *const *)argv, err);
    }
    if (sodium_init() < 0)
        return err_set(err, ERR_SYSTEM, "cannot start libsodium");
    return v->act(&a, err);
}

static int do_command(int argc, char **argv, struct err *err)
{
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("papline %s\n", PAPLINE_VERSION);
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "--help") != 0)
        return do_verb(argc - 1, argv + 1, err);
    if (print_help(NULL, err) < 0)
        return -1;
    return argc > 1 ? 0 : err_set(err, ERR_USAGE, "give a verb");
}

int main(int argc, char **argv)
{
    struct err err = {0};

    signal(SIGCHLD, SIG_DFL); /* ignored, no child could be waited for */
    if (do_command(argc, argv, &err) == 0 && program_flush(&err) == 0)
        return 0;
    log_error("%s", err.text);
    return err_exit_status(err.code);
}
