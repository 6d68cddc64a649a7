/*
 * plan_run.h - a dataset, a plan of it, and a run in which its work is done
 */
#ifndef TESTS_PLAN_RUN_H
#define TESTS_PLAN_RUN_H

#include "base/file.h"
#include "run/output.h"
#include "run/plan.h"
#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

#define EXP "mobilenetv2-scratch-s1"

static char top[] = "/tmp/papline-plan-XXXXXX";

/* Path below the test's directory; eight may be in use. */
static inline const char *path_at(const char *name)
{
    static char path[8][512];
    static int turn;

    turn = (turn + 1) % 8;
    snprintf(path[turn], sizeof(path[turn]), "%s/%.400s", top, name);
    return path[turn];
}

static inline void put_file(const char *path, const char *text)
{
    struct err err = {0};

    BUG_ON(file_write(path, text, strlen(text), &err) < 0);
}

static inline void make_dir(const char *path)
{
    struct err err = {0};

    BUG_ON(file_dir_make(path, &err) < 0);
}

static inline void make_dataset(void)
{
    make_dir(path_at("data/alpha"));
    make_dir(path_at("data/im_beta/im_beta/CROPPED"));
    put_file(path_at("data/alpha/1.bmp"), "one");
    put_file(path_at("data/alpha/2.bmp"), "two");
    put_file(path_at("data/im_beta/im_beta/CROPPED/1_01.bmp"), "three");
    put_file(path_at("data/im_beta/im_beta/1.bmp"), "the whole cluster");
    put_file(path_at("data/im_beta/im_beta/1_cyt01.dat"), "1,2");
    put_file(path_at("data/.hidden"), "x");
    put_file(path_at("split.csv"), "file,split\n");
}

static inline struct config base_config(void)
{
    struct config c;

    config_init(&c);
    snprintf(c.dataset.path, sizeof(c.dataset.path), "%s", path_at("data"));
    return c;
}

static struct plan plan; /* the one made last */

static inline struct plan *make_plan(const struct config *c)
{
    struct err err = {0};

    plan_release(&plan);
    if (plan_init(&plan, c, path_at("run"), &err) < 0)
        printf("# %s\n", err.text);
    return &plan;
}

/* Do all the work of a plan: each output is one file. */
static inline void complete_plan(const struct plan *p)
{
    char path[FILE_PATH_MAX], file[FILE_PATH_MAX];
    struct err err = {0};
    bool resumed;

    for (int i = 0; i < p->n_step; i++) {
        if (!p->step[i].run)
            continue;
        BUG_ON(output_begin(path_at("run"), &p->step[i], path, &resumed, &err) <
                   0 ||
               file_path(file, &err, "%s/out", path) < 0);
        put_file(file, p->step[i].name);
        BUG_ON(output_commit(path_at("run"), &p->step[i], &err) < 0);
    }
}

/* "name: reason;" of all steps that run. */
static inline const char *what_runs(const struct config *c)
{
    static char text[8192];
    const struct plan *p = make_plan(c);
    size_t used = 0;

    text[0] = '\0';
    for (int i = 0; i < p->n_step; i++)
        if (p->step[i].run)
            used +=
                (size_t)snprintf(text + used, sizeof(text) - used, "%s: %s; ",
                                 p->step[i].name, p->step[i].reason);
    BUG_ON(used >= sizeof(text));
    return text;
}

static inline void text_is(const char *got, const char *want, const char *what)
{
    if (!ok(strcmp(got, want) == 0, what))
        printf("# got  %s\n# want %s\n", got, want);
}

/* Begin with the dataset, and with all done as base_config() wants it. */
static inline void begin_complete(void)
{
    struct config c;

    BUG_ON(!mkdtemp(top));
    make_dataset();
    c = base_config();
    complete_plan(make_plan(&c));
}

static inline int end_plan(void)
{
    struct err err = {0};

    plan_release(&plan);
    ok(file_dir_remove(top, &err) == 0, "clean up");
    return tap_done();
}

#endif
