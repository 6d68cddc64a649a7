/*
 * papline-draw - draw a data set of Pap-smear-like cells
 *
 *     reads    nothing
 *     writes   RUN/drawn, or the directory of --out (stages/draw/draw.h), there
 *              with a mark that its cells are drawn (evaluation/about_cells.h)
 */
#include "base/file.h"
#include "base/log.h"
#include "base/output_name.h"
#include "base/progress.h"
#include "evaluation/about_cells.h"
#include "run/output.h"
#include "stages/draw/draw.h"
#include "worker/stage.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- as a stage ----------------------------------------------------------- */

static int handle(void *self, const struct unit *u, struct err *err)
{
    char dir[FILE_PATH_MAX];
    bool resumed;
    const struct draw_args a = {.dir = dir,
                                .per_class = u->config->dataset.draw_per_class,
                                .seed = (uint64_t)u->config->run.seed,
                                .each = stage_cells,
                                .self = u->link};

    (void)self;
    if (output_begin(u->run_dir, u->step, dir, &resumed, err) < 0 ||
        draw_into(&a, err) < 0)
        return -1;
    return output_commit(u->run_dir, u->step, err);
}

static const struct stage stage = {
    .id = STAGE_DRAW,
    .summary = "draw Pap-smear-like cells of five classes",
    .handle = handle,
};

/* --- without a run -------------------------------------------------------- */

static bool each_cell(void *self, size_t done, size_t total)
{
    progress_report(self, (double)done, (double)total, "cells");
    return true;
}

/* A whole number, lo .. hi, of option 'name'. */
static int parse_number(const char *name, const char *text, int64_t lo,
                        int64_t hi, int64_t *out, struct err *err)
{
    char *end;
    long long x;

    errno = 0;
    x = strtoll(text, &end, 10);
    if (errno || end == text || *end || x < lo || x > hi)
        return err_set(err, ERR_USAGE,
                       "--%s %s: must be a whole number, %lld to %lld", name,
                       text, (long long)lo, (long long)hi);
    *out = x;
    return 0;
}

static int parse_options(struct draw_args *a, int argc, char **argv,
                         struct err *err)
{
    static const struct option known[] = {{"out", 1, NULL, 'o'},
                                          {"per-class", 1, NULL, 'n'},
                                          {"seed", 1, NULL, 's'},
                                          {NULL, 0, NULL, 0}};
    int64_t seed = 1;
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (c == 'o')
            a->dir = optarg;
        else if (c == 'n' &&
                 parse_number("per-class", optarg, 1, DRAW_MAX_PER_CLASS,
                              &a->per_class, err) < 0)
            return -1;
        else if (c == 's' &&
                 parse_number("seed", optarg, 0, INT64_MAX, &seed, err) < 0)
            return -1;
        else if (c == '?')
            return err_set(err, ERR_USAGE,
                           "%s: unknown, or lacks a value; see --help",
                           argv[optind - 1]);
    }
    if (optind < argc)
        return err_set(err, ERR_USAGE, "%s: unexpected; see --help",
                       argv[optind]);
    a->seed = (uint64_t)seed;
    return output_name_directory(a->dir, "papline-draw", err);
}

static bool is_out(const char *arg)
{
    return strcmp(arg, "--out") == 0 || strncmp(arg, "--out=", 6) == 0;
}

/* The page of whoever uses the directory says that its cells are drawn. */
static int mark_drawn(const char *dir, struct err *err)
{
    static const char text[] = "drawn by papline-draw; no patient\n";
    char path[FILE_PATH_MAX];

    return file_path(path, err, "%s/" ABOUT_CELLS_MARK, dir) < 0
               ? -1
               : file_write(path, text, strlen(text), err);
}

int main(int argc, char **argv)
{
    struct progress progress;
    struct draw_args a = {
        .per_class = 120, .each = each_cell, .self = &progress};
    struct err err = {0};
    bool out = false;

    for (int i = 1; i < argc; i++)
        out = out || is_out(argv[i]);
    if (!out) {
        if (argc == 2 && strcmp(argv[1], "--help") == 0)
            printf("papline-draw --out DIR [--per-class N] [--seed S]\n"
                   "    draw N cells (default 120) of each class into the new "
                   "directory DIR, and nothing else\n\n");
        return stage_main(&stage, argc, argv);
    }
    log_name("papline-draw");
    progress_begin(&progress, "draw");
    if (parse_options(&a, argc, argv, &err) == 0 &&
        draw_dataset(&a, &err) == 0 && mark_drawn(a.dir, &err) == 0)
        return 0;
    log_warn("%s", err.text);
    return err_exit_status(err.code);
}
