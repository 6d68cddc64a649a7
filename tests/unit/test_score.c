/* test_score.c - figures of stored folds, worked out by hand */
#include "orchestration/tools/score_command.h"

#include "orchestration/tools/compare.h"
#include "orchestration/tools/score.h"
#include "test_dir.h"

#include <math.h>
#include <string.h>

#define HEAD                                                                   \
    "file,split,label,predicted,p_Dyskeratotic,p_Parabasal,group,family\n"

/* Dyskeratotic is abnormal.  Validation of fold 0 wants .4 or more to find all
 * of its abnormal cells, that of fold 2 .9. */
static const char fold_0[] =
    HEAD "a,test,Dyskeratotic,Dyskeratotic,0.75,0.25,g1,f1\n"
         "b,test,Dyskeratotic,Parabasal,0.45,0.55,g2,f1\n"
         "c,test,Parabasal,Parabasal,0.1234567,0.8765433,g3,f3\n"
         "v,validation,Dyskeratotic,Parabasal,0.4,0.6,g9,f9\n"
         "w,validation,Parabasal,Parabasal,0.2,0.8,g8,f8\n";
static const char fold_2[] =
    HEAD "d,test,Dyskeratotic,Dyskeratotic,0.8,0.2,g4,f4\n"
         "e,test,Parabasal,Dyskeratotic,0.95,0.05,g5,f5\n"
         "x,validation,Dyskeratotic,Dyskeratotic,0.9,0.1,g7,f7\n";

static struct config config;
static struct score_source from;
static struct score s;

static void put_folds(void)
{
    put_file("run/e-f0/predictions.csv", fold_0);
    put_file("run/e-f2/predictions.csv", fold_2);
}

static bool is_share(const struct grouped_share *g, size_t k, size_t n)
{
    return g->k == k && g->n == n;
}

static void check_figures(void)
{
    struct err err = {0};
    char name[300];

    snprintf(name, sizeof(name), "%s", in_dir("run/e"));
    ok(score_find(&from, name, &err) == 0 && from.n == 2 && from.fold[1] == 2,
       "folds of a run, of which one is missing");
    if (!ok(score_read(&s, &from, &config, &err) == 0, "are scored")) {
        printf("# %s\n", err.text);
        return;
    }
    ok(is_share(&s.screening.accuracy, 3, 5) &&
           s.screening.accuracy.groups == 4,
       "  accuracy of all cells, in families");
    near(s.least, .5, 1e-12, "  the worst fold");
    near(s.most, 2.0 / 3, 1e-12, "  the best fold");
    ok(is_share(&s.screening.missed, 1, 3) &&
           is_share(&s.screening.raised, 1, 2),
       "  what is missed and raised as called");
    ok(is_share(&s.screening.above_found, 2, 3) &&
           is_share(&s.screening.above_raised, 1, 2),
       "  each cell at its own fold's threshold");
    near(s.metrics.input[0].m.of[1].recall, .5, 1e-12, "  a class");
    near(calibration_log_loss(&s.cells.o),
         -log(.75 * .45 * .8765433 * .8 * .05) / 5, 1e-12,
         "  log-likelihood of all folds");
    score_release(&s);
}

static void check_without(void)
{
    bool left[CONFIG_FOLDS_MAX] = {false};
    struct err err = {0};
    char name[300];

    snprintf(name, sizeof(name), "%s", in_dir("run/e"));
    left[0] = true;
    ok(score_find(&from, name, &err) == 0 &&
           score_without(&from, left, &err) == 0 && from.n == 1 &&
           score_read(&s, &from, &config, &err) == 0 &&
           is_share(&s.screening.accuracy, 1, 2),
       "without the first fold");
    score_release(&s);
    left[2] = true;
    ok(score_find(&from, name, &err) == 0, "  found again");
    fails(score_without(&from, left, &err), err, ERR_USAGE, "no other fold",
          "without all of them");
    left[2] = false;
    left[1] = true;
    ok(score_find(&from, name, &err) == 0, "  found again");
    fails(score_without(&from, left, &err), err, ERR_USAGE, "has no fold 1",
          "without one that is not there");
}

static void check_written(void)
{
    struct err err = {0};
    char name[300], out[300], *text = NULL;
    size_t size;

    snprintf(name, sizeof(name), "%s", in_dir("run/e"));
    snprintf(out, sizeof(out), "%s", in_dir("stored/deep"));
    ok(score_find(&from, name, &err) == 0 &&
           score_write(&from, 1, out, &err) == 0,
       "predictions are stored");
    ok(file_read(in_dir("stored/deep/f0.csv"), 4096, &text, &size, &err) == 0 &&
           strstr(text,
                  "group\na,test,Dyskeratotic,Dyskeratotic,0.75,0.25,f1\n") &&
           strstr(text,
                  "\nc,test,Parabasal,Parabasal,0.123457,0.876543,f3\n") &&
           strstr(text, "\nv,validation,"),
       "  rounded, with families and validation");
    free(text);
    ok(score_find(&from, out, &err) == 0 && from.n == 2 &&
           score_read(&s, &from, &config, &err) == 0 &&
           is_share(&s.screening.accuracy, 3, 5) &&
           s.screening.accuracy.groups == 4 &&
           is_share(&s.screening.above_found, 2, 3),
       "  and score the same");
    score_release(&s);
}

/* Of two runs that have the same cells; the second is surer of its own. */
static void check_vote(void)
{
    static struct score_source both[2];
    char a[300], b[300], out[300];
    const char *const name[] = {a, b};
    struct score_args args = {.name = name, .n_name = 2, .out = out};
    struct err err = {0};

    snprintf(a, sizeof(a), "%s", in_dir("voter-a"));
    snprintf(b, sizeof(b), "%s", in_dir("voter-b"));
    snprintf(out, sizeof(out), "%s", in_dir("vote"));
    put_file("voter-a/f0.csv",
             HEAD "a,test,Parabasal,Parabasal,0.3,0.7,g,f\n"
                  "b,test,Dyskeratotic,Parabasal,0.4,0.6,g,h\n"
                  "v,validation,Parabasal,Parabasal,0,1,g,f\n");
    put_file("voter-b/f0.csv",
             HEAD "a,test,Parabasal,Dyskeratotic,0.6,0.4,g,f\n"
                  "b,test,Dyskeratotic,Dyskeratotic,0.9,0.1,g,h\n"
                  "v,validation,Parabasal,Parabasal,0.5,0.5,g,f\n");
    works(score_command_run(stdout, &args, &err) == 0, err, "two vote");
    ok(strstr(text_of("vote/f0.csv"),
              "a,test,Parabasal,Parabasal,0.45,0.55,f\n"
              "b,test,Dyskeratotic,Dyskeratotic,0.65,0.35,h\n"
              "v,validation,Parabasal,Parabasal,0.25,0.75,f\n"),
       "  by the mean of their probabilities, on validation, too");
    ok(score_find(&both[0], out, &err) == 0 &&
           score_read(&s, &both[0], &config, &err) == 0 &&
           is_share(&s.screening.accuracy, 2, 2),
       "  and the vote is scored");
    score_release(&s);
    args.out = b;
    fails(score_command_run(stdout, &args, &err), err, ERR_USAGE,
          "voter-b' holds predictions that vote", "not over one of them");
    put_file("voter-b/f1.csv", HEAD);
    BUG_ON(score_find(&both[0], a, &err) < 0 ||
           score_find(&both[1], b, &err) < 0);
    fails(score_write(both, 2, in_dir("odd"), &err), err, ERR_USAGE,
          "voter-b' has other folds than", "not of other folds");
    ok(!file_exists(in_dir("odd")), "  nothing is written");
}

/* A directory that holds a fold of something else stays as it is. */
static void check_others(void)
{
    struct err err = {0};
    char out[300];

    BUG_ON(file_dir_make(in_dir("others"), &err) < 0);
    put_file("others/f5.csv", fold_2);
    put_file("others/f2.csv", "an older one");
    snprintf(out, sizeof(out), "%s", in_dir("others"));
    ok(score_find(&from, in_dir("run/e"), &err) == 0, "folds 0 and 2");
    fails(score_write(&from, 1, out, &err), err, ERR_USAGE,
          "others/f5.csv' is there, and", "beside a fold that is not of them");
    ok(!file_exists(in_dir("others/f0.csv")), "  nothing is written");
    BUG_ON(remove(in_dir("others/f5.csv")) != 0);
    ok(score_write(&from, 1, out, &err) == 0 &&
           score_find(&from, out, &err) == 0 && from.n == 2 &&
           score_read(&s, &from, &config, &err) == 0,
       "  its own are written anew");
    score_release(&s);
}

/* What does not belong together is not pooled. */
static void check_unlike(void)
{
    static const struct {
        const char *first, *second, *says;
    } bad[] = {
        {fold_0, HEAD "d,validation,Parabasal,Parabasal,0,1,g,f\n",
         "unlike/f1.csv' has validation cells, the fold before test cells"},
        {HEAD "d,validation,Parabasal,Parabasal,0,1,g,f\n", fold_0,
         "unlike/f1.csv' has test cells, the fold before validation cells"},
        {fold_0, HEAD "d,train,Parabasal,Parabasal,0,1,g,f\n",
         "unlike/f1.csv' has no test cell and no validation cell"},
        {HEAD, fold_0, "unlike/f0.csv' has no test cell and"},
        {fold_0, HEAD "d,tests,Parabasal,Parabasal,0,1,g,f\n",
         "line 2: 'tests' is no split"},
        {fold_0,
         "file,split,label,predicted,p_Dyskeratotic,p_Parabasal\n"
         "d,test,Parabasal,Parabasal,0,1\n",
         "unlike/f1.csv' has no column 'group', the first fold has one"},
        {fold_0,
         "file,split,label,predicted,p_Dyskeratotic,p_Parabasal,group\n"
         "d,test,Parabasal,Parabasal,0,1,g\n",
         "unlike/f1.csv' has no column 'family', the first fold has one"},
    };
    struct err err = {0};

    BUG_ON(file_dir_make(in_dir("unlike"), &err) < 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        put_file("unlike/f0.csv", bad[i].first);
        put_file("unlike/f1.csv", bad[i].second);
        BUG_ON(score_find(&from, in_dir("unlike"), &err) < 0);
        if (!ok(score_read(&s, &from, &config, &err) < 0 &&
                    strstr(err.text, bad[i].says),
                bad[i].says))
            printf("# %s\n", err.text);
        score_release(&s);
    }
}

/* Sources beside each other. */
static void check_beside(void)
{
    enum { MANY = COMPARE_EACH_MAX + 1 };
    char test[300], slash[310], checked[300], number[MANY][8];
    const char *name[MANY] = {test, slash};
    struct score_args a = {.name = name, .n_name = 2};
    struct err err = {0};

    snprintf(test, sizeof(test), "%s", in_dir("run/e"));
    snprintf(slash, sizeof(slash), "%s//", test);
    fails(score_command_run(stdout, &a, &err), err, ERR_USAGE,
          "run/e' is named twice", "a source beside itself");
    a.name = &name[1];
    a.n_name = 1;
    ok(score_command_run(stdout, &a, &err) == 0, "a name with '/' behind it");
    a.without = "";
    fails(score_command_run(stdout, &a, &err), err, ERR_USAGE,
          "--without: '' is no list of folds", "an empty list of folds");
    a.without = NULL;
    BUG_ON(file_dir_make(in_dir("checked"), &err) < 0);
    put_file("checked/f0.csv",
             HEAD "v,validation,Parabasal,Parabasal,0,1,g,f\n");
    snprintf(checked, sizeof(checked), "%s", in_dir("checked"));
    a.name = name;
    a.n_name = 2;
    name[1] = checked;
    fails(score_command_run(stdout, &a, &err), err, ERR_USAGE,
          "checked' of validation cells: they are not compared",
          "test cells beside validation cells");
    for (int i = 0; i < MANY; i++) {
        snprintf(number[i], sizeof(number[i]), "%d", i);
        name[i] = number[i];
    }
    a.n_name = MANY;
    fails(score_command_run(stdout, &a, &err), err, ERR_USAGE,
          "32 experiments to compare, 1 to 31 can", "more than can be paired");
}

static void check_refused(void)
{
    static const char *const no_list[] = {"0;1", "+0",   "-0", "0,+2", "0,",
                                          ",0",  "0,,2", " ",  "25"};
    const char *const one[] = {in_dir("b")};
    struct score_args a = {.name = one, .n_name = 1};
    struct err err = {0};

    fails(score_find(&from, "nowhere/at-all", &err), err, ERR_USAGE,
          "there is no 'nowhere/at-all/f0.csv', no "
          "'nowhere/at-all-f0/predictions.csv'",
          "nothing to score");
    fails(score_find(&from, in_dir("run/e-f0/predictions.csv"), &err), err,
          ERR_USAGE,
          "run/e-f0/predictions.csv' is a file: a directory is wanted that has "
          "f0.csv, f1.csv, ..., or RUN/evaluate/EXPERIMENT",
          "a file to score");
    for (size_t i = 0; i < sizeof(no_list) / sizeof(no_list[0]); i++) {
        char want[80];

        a.without = no_list[i];
        snprintf(want, sizeof(want), "--without: '%s' is no list of folds",
                 no_list[i]);
        fails(score_command_run(stdout, &a, &err), err, ERR_USAGE, want, want);
    }
    a.without = "0, 2";
    fails(score_command_run(stdout, &a, &err), err, ERR_USAGE, "b/f0.csv'",
          "a list with a blank");
    put_file("run/twice-f0/predictions.csv", fold_0);
    put_file("run/twice-f1/predictions.csv", fold_0);
    ok(score_find(&from, in_dir("run/twice"), &err) == 0, "a fold twice");
    fails(score_read(&s, &from, &config, &err), err, ERR_USAGE,
          "is tested in two folds", "  is refused");
    score_release(&s);
}

int main(void)
{
    static const char *const folder[] = {"run/e-f0", "run/e-f2", "run/twice-f0",
                                         "run/twice-f1"};
    struct err err = {0};

    begin_dir();
    for (size_t i = 0; i < sizeof(folder) / sizeof(folder[0]); i++)
        BUG_ON(file_dir_make(in_dir(folder[i]), &err) < 0);
    config_init(&config);
    config.evaluate.bootstrap = 100;
    put_folds();
    check_figures();
    check_without();
    check_written();
    check_vote();
    check_others();
    check_unlike();
    check_beside();
    check_refused();
    return end_dir();
}
