/*
 * test_choose_steps.c - steps that a command line names: again, alone, up to,
 * and why
 */
#include "orchestration/choose_steps.h"
#include "plan_run.h"
#include "run/plan_why.h"

/* "run name, ...; later name, ..." of all steps. */
static const char *what_is_planned(const struct plan *p)
{
    static char text[4096];
    size_t used = 0;

    text[0] = '\0';
    for (int i = 0; i < p->n_step; i++)
        if (p->step[i].run || p->step[i].later)
            used +=
                (size_t)snprintf(text + used, sizeof(text) - used, "%s%s: %s; ",
                                 p->step[i].later ? "later " : "",
                                 p->step[i].name, p->step[i].reason);
    return text;
}

static struct config two_seeds(void)
{
    struct config c = base_config();

    c.train.seeds = (struct int_list){.value = {1, 2}, .n = 2};
    return c;
}

/* How many steps a word names, or -1. */
static int count_named(const struct plan *p, const char *word, struct err *err)
{
    const struct config_set set = {word};
    bool *chosen;
    int n = 0;

    *err = (struct err){0};
    if (choose_steps(p, &(struct step_words){"--force", &set, 1}, &chosen,
                     err) < 0)
        return -1;
    for (int i = 0; i < p->n_step; i++)
        n += chosen[i];
    free(chosen);
    return n;
}

static void check_names(void)
{
    const struct config c = two_seeds();
    const struct plan *p = make_plan(&c);
    struct err err;

    ok(count_named(p, "train/" EXP, &err) == 1, "a step by its name");
    ok(count_named(p, "explain", &err) == 2, "all steps of a stage");
    ok(count_named(p, EXP, &err) == 3, "all steps of an experiment");
    ok(count_named(p, "*/*-s2", &err) == 3, "a pattern");
    ok(count_named(p, "report", &err) == 1, "a stage of one step");
    fails(count_named(p, "explian", &err), err, ERR_USAGE,
          "--force: the plan has no step 'explian'; did you mean explain?",
          "a stage nearly right");
    fails(count_named(p, "train/mobilenetv2-scratch-s3", &err), err, ERR_USAGE,
          "did you mean train/mobilenetv2-scratch-s1?", "an experiment");
    fails(count_named(p, "", &err), err, ERR_USAGE, "has no step ''",
          "an empty word");
    fails(count_named(p, "train/x*", &err), err, ERR_USAGE, "has no step",
          "a pattern of nothing");
}

static int force_only(struct plan *p, const char *force, const char *only,
                      struct err *err)
{
    const struct config_set f = {force}, o = {only};

    *err = (struct err){0};
    return choose_steps_run(
        p, &(struct step_words){"--force", &f, force != NULL},
        &(struct step_words){"--only", &o, only != NULL}, err);
}

static void check_force(void)
{
    struct config c = base_config();
    struct plan *p = make_plan(&c);
    struct err err;

    ok(force_only(p, "evaluate", NULL, &err) == 0, "evaluation is forced");
    text_is(what_is_planned(p),
            "evaluate/" EXP ": asked for (--force); report: input "
            "evaluate/" EXP " runs; ",
            "  it runs, and what reads it");
    ok(force_only(make_plan(&c), "train", "train", &err) == 0 &&
           !strcmp(what_is_planned(&plan),
                   "train/" EXP ": asked for (--force); ") &&
           !plan_find(&plan, "report")->forced,
       "with --only it runs alone, and what is current stays so");
    fails(force_only(make_plan(&c), "train", "explain", &err), err, ERR_USAGE,
          "--force: train/" EXP " is left out by --only",
          "but not one without");
    p = make_plan(&c);
    ok(force_only(p, "explain", NULL, &err) == 0 &&
           choose_steps_until(p, "explain", &err) == 0,
       "with --until");
    text_is(what_is_planned(p),
            "explain/" EXP ": asked for (--force); later report: put off "
            "(--until explain); ",
            "  what reads it is put off");
    for (int i = 0; i < p->n_step; i++)
        if (p->step[i].forced)
            BUG_ON(output_make_again(path_at("run"), &p->step[i], &err) < 0);
    text_is(what_runs(&c),
            "explain/" EXP ": is to be made again (--force); "
            "report: is to be made again (--force); ",
            "what was begun with --force is gone on with without");
    complete_plan(make_plan(&c));
    text_is(what_runs(&c), "", "  until it is done");
}

static void check_only(void)
{
    struct config c = base_config();
    struct err err;

    c.train.epochs = 7;
    fails(force_only(make_plan(&c), NULL, "evaluate", &err), err, ERR_USAGE,
          "--only: evaluate/" EXP " reads train/" EXP
          ", which would have to run first; name that, too",
          "a step cannot do without its inputs");
    ok(force_only(make_plan(&c), NULL, "train", &err) == 0 &&
           plan_find(&plan, "train/" EXP)->run &&
           plan_find(&plan, "evaluate/" EXP)->later,
       "one that has them runs, others are put off");
    ok(force_only(make_plan(&c), NULL, "report", &err) == 0 &&
           plan_find(&plan, "report")->run,
       "the report makes do with what there is");
    ok(choose_steps_until(make_plan(&c), "drw", &err) < 0 &&
           strstr(err.text, "has no such stage"),
       "--until of no stage");
}

/* How many steps of a stage run; how many are put off, in the hundreds. */
static int count_steps(const struct plan *p, enum stage_id stage)
{
    int n = 0;

    for (int i = 0; i < p->n_step; i++)
        if (p->step[i].stage->id == stage)
            n += p->step[i].later ? 100 : p->step[i].run;
    return n;
}

static bool does_until(struct plan *p, const char *until, int train,
                       int evaluate, int explain)
{
    struct err err;

    return choose_steps_until(p, until, &err) == 0 &&
           count_steps(p, STAGE_PREPROCESS) == 1 &&
           count_steps(p, STAGE_TRAIN) == train &&
           count_steps(p, STAGE_EVALUATE) == evaluate &&
           count_steps(p, STAGE_EXPLAIN) == explain;
}

/* Two experiments, and two ensembles of them, of which nothing is done. */
static void check_until(void)
{
    struct config c = two_seeds();

    c.preprocess.size = 96;
    c.evaluate.ensembles =
        (struct word_list){.word = {"soft_vote", "weighted_vote"}, .n = 2};
    snprintf(c.evaluate.ensemble_members.word[0], CONFIG_NAME_MAX, "*");
    ok(does_until(make_plan(&c), "preprocess", 200, 400, 200),
       "--until preprocess makes the data");
    ok(does_until(make_plan(&c), "train", 2, 400, 200),
       "--until train trains every experiment, and no more");
    ok(does_until(make_plan(&c), "evaluate", 2, 4, 200),
       "--until evaluate has ensembles, too, and no maps");
    ok(does_until(make_plan(&c), "explain", 2, 4, 2) &&
           plan_find(&plan, "report")->later,
       "--until explain puts off the report alone");
    ok(does_until(make_plan(&c), "report", 2, 4, 2) &&
           plan_find(&plan, "report")->run,
       "--until report is all");
}

static void check_why(void)
{
    struct config c = base_config();
    bool told[16] = {false};
    struct buf b = {0};
    struct plan *p;

    c.augment.variants = 4;
    c.explain.bootstrap = 7;
    snprintf(c.evaluate.costs, sizeof(c.evaluate.costs), "0 1; 2 0");
    p = make_plan(&c);
    plan_why(p, plan_find(p, "explain/" EXP), path_at("run"), told, &b);
    plan_why(p, plan_find(p, "evaluate/" EXP), path_at("run"), told, &b);
    plan_why(p, plan_find(p, "preprocess"), path_at("run"), told, &b);
    ok(!buf_check(&b, &(struct err){0}) &&
           strstr(b.data, "explain/" EXP " runs\n"
                          "  parameter explain.bootstrap: 2000 -> 7\n"
                          "  input train/" EXP ": ") &&
           strstr(b.data, ", because\n    input augment: ") &&
           strstr(b.data, ", because\n      parameter augment.variants: 2 -> "
                          "4\n"),
       "parameters and inputs, and what has changed those");
    ok(strstr(b.data, "evaluate/" EXP " runs\n"
                      "  parameter evaluate.costs: (empty) -> 0 1; 2 0\n"
                      "  input train/" EXP ": ") &&
           strstr(b.data, ", because\n    as above\n"),
       "what was told is not told again");
    ok(strstr(b.data, "preprocess is reused\n  output is current\n"),
       "what is current");
    buf_release(&b);
}

int main(void)
{
    begin_complete();
    check_names();
    check_force();
    check_only();
    check_until();
    check_why();
    return end_plan();
}
