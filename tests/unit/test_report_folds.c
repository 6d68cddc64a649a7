/* test_report_folds.c - what folds say together */
#include "report_run.h"
#include "stages/report/report_folds.h"
#include "stages/report/report_headline.h"
#include "stages/report/report_matrix.h"
#include "stages/report/report_sections.h"

enum { FOLDS = 3, STEPS = 2 * (FOLDS + 1) };

static struct plan_step step[STEPS];
static struct plan plan = {.step = step, .n_step = STEPS};

/* Experiment n-r-s1 in three folds, then n-other-s1 without. */
static void make_plan(void)
{
    for (int i = 0; i < STEPS; i++) {
        struct plan_step *nd = &step[i];
        const int fold = i / 2;
        char name[64], in_fold[32];

        *nd = (struct plan_step){
            .stage = &stage_table[i % 2 ? STAGE_EVALUATE : STAGE_TRAIN],
            .seed = 1,
            .fold = fold,
            .folds = FOLDS};
        snprintf(nd->network, sizeof(nd->network), "vgg16");
        snprintf(nd->regime, sizeof(nd->regime), "finetune");
        snprintf(in_fold, sizeof(in_fold), "n-r-s1-f%d", fold);
        memcpy(nd->experiment, in_fold, sizeof(in_fold));
        if (fold == FOLDS) {
            nd->fold = 0;
            nd->folds = 1;
            snprintf(nd->regime, sizeof(nd->regime), "other");
            snprintf(nd->experiment, sizeof(nd->experiment), "n-other-s1");
        }
        snprintf(name, sizeof(name), "%s/%s", nd->stage->word,
                 fold == FOLDS ? "n-other-s1" : in_fold);
        memcpy(nd->name, name, sizeof(name));
        memcpy(nd->dir, name, sizeof(name));
    }
}

static void fill_fold(int fold, const char *accuracy, const char *rows)
{
    char name[64], text[1024];

    snprintf(name, sizeof(name), "evaluate/n-r-s1-f%d/metrics.json", fold);
    snprintf(text, sizeof(text),
             "{\"test\":{\"accuracy\":%s,\"balanced_accuracy\":0.5,"
             "\"macro\":{\"f1\":%s}}}",
             accuracy, accuracy);
    put_file(name, text);
    snprintf(name, sizeof(name), "evaluate/n-r-s1-f%d/predictions.csv", fold);
    snprintf(text, sizeof(text), "file,split,label,predicted,%s,group\n%s",
             fold ? "p_parabasal,p_a" : "p_a,p_parabasal", rows);
    put_file(name, text);
}

static void check_summary(void)
{
    struct report_data d = {.run_dir = dir, .config = &config, .plan = &plan};
    static struct fold_summary s;
    struct err err = {0};

    ok(report_data_read(&d, &err) == 0 && d.n_experiment == 4,
       "experiments of folds are read");
    ok(report_folds_first(&d, 0) && !report_folds_first(&d, 1) &&
           !report_folds_first(&d, 3),
       "one of them begins folds");
    report_folds_summary(&s, &d, 0);
    ok(strcmp(s.name, "n-r-s1") == 0 && s.folds == 3 && s.evaluated == 2,
       "two of three folds are there");
    near(s.metric[METRIC_ACCURACY].mean, 0.75, 1e-12, "folds: mean accuracy");
    near(s.metric[METRIC_ACCURACY].sd, 0.353553390593274, 1e-12,
         "folds: deviation of a sample");
    near(s.metric[1].mean, 0.5, 1e-12, "folds: mean of equal ones");
    near(s.metric[1].sd, 0, 1e-12, "folds: deviation of equal ones");
    ok(s.pooled.n == 5 && s.pooled.correct == 4,
       "folds pooled: test rows alone");
    near(s.pooled.accuracy, 0.8, 1e-12, "folds pooled: their accuracy");
    ok(strcmp(s.class_name[0], "a") == 0 && s.pooled.k == 2 &&
           s.pooled.confusion[0][0] == 2 && s.pooled.confusion[0][1] == 0 &&
           s.pooled.confusion[1][0] == 1 && s.pooled.confusion[1][1] == 2,
       "classes by their names, in whatever order a fold has them");
    ok(report_folds_head(&d, 2) == 0 && report_folds_head(&d, 0) == 0 &&
           report_folds_head(&d, 3) < 0,
       "the first fold of each");
    report_data_release(&d);
}

/* Of the four groups one, of two cells, is in both folds, and one is wrong: of
 * 256 resamples 1 has no right cell, 8 have a quarter, so the interval begins
 * there. */
static void check_headline(const char *text)
{
    ok(strstr(
           text,
           "<div class=\"figure\">80.0&nbsp;%</div>\n"
           "<p>of the test cells of all folds are classified right: "
           "4 of 5; 95 % interval 25.0 to 100.0 %, over only 4 groups of cells; "
           "single folds 50.0&nbsp;% to 100.0&nbsp;%.</p>") &&
           strstr(text, "<p class=\"mute\">n-r-s1, the experiment that does "
                        "best on the validation split of all folds; 2 of 3 "
                        "folds are evaluated</p>"),
       "the headline is of all folds");
    ok(strstr(text, "<div class=\"figure base\">60.0&nbsp;%") &&
           strstr(text, "size alone; single folds 25.0&nbsp;% to "
                        "75.0&nbsp;%.</p>") &&
           strstr(text, ", on the test cells of all folds.</p>"),
       "  so is the baseline beside it");
    ok(strstr(text, "the interval of the best network begins at 25.0&nbsp;%, "
                    "the baseline reaches 60.0&nbsp;%.</li>") != NULL,
       "  and the warning that it is hardly better");
}

static void check_files(void)
{
    char *text;

    put_file("data/baseline.json",
             "{\"test\":0.6,\"n_test\":5,\"folds\":[{\"test\":0.5},"
             "{\"test\":0.25},{\"test\":0.75}]}");
    text = page_of(&plan);
    ok(strstr(text, "Over all folds") &&
           strstr(text, "<th scope=\"row\">n-r-s1</th><td class=\"num\">2 of "
                        "3</td><td class=\"num\">75.0&nbsp;% &plusmn; "
                        "35.4&nbsp;%") &&
           strstr(text, "4 of 5</td></tr>"),
       "the page has the table over all folds");
    check_headline(text);
    ok(strstr(text, "baseline, all folds together</td><td class=\"num\">60.0"),
       "  or of all folds");
    ok(strstr(text, "colour and size alone</th><td class=\"num\">3 of 3</td>"
                    "<td class=\"num\">50.0&nbsp;% &plusmn; 25.0&nbsp;%</td>"
                    "<td colspan=\"2\"></td><td class=\"num\">60.0&nbsp;%</td>"
                    "<td></td>"
                    "<td class=\"num\">3 of 5</td>"),
       "  as the experiments' it is told over folds");
    ok(strstr(text, "VGG16 <br><span class=\"mute\">2 folds</span></th>"
                    "<th scope=\"row\">") &&
           strstr(text, "<td class=\"num here\" rowspan=\"5\">80.00&nbsp;%"),
       "beside the paper they are pooled");
    ok(strstr(text, "Parabasal</th><td class=\"num here\">1.00</td>"
                    "<td class=\"num mute\">0.99</td>"
                    "<td class=\"num here\">0.67</td>"),
       "folds beside the paper class by class");
    ok(markup_count(text, "this run</th>") == 1 &&
           strstr(text, "<td>n-r-s1, 2 of 3 folds</td>"
                        "<td class=\"num\">80.00&nbsp;%"),
       "one row of table IV for all");
    text = text_of("report/folds.csv");
    ok(strstr(text, "\nn-r-s1,3,2,0.750000,0.353553,0.500000,0.000000,"
                    "0.750000,0.353553,5,4,0.800000,0.250000,1.000000,"
                    "0.800000\n"),
       "and a table");
    printf("# %s", text);
}

/* A baseline of the first fold alone is not set beside all of them. */
static void check_old_baseline(void)
{
    struct report_data d = {.run_dir = dir, .config = &config, .plan = &plan};
    struct buf b = {0};
    struct err err = {0};

    put_file("data/baseline.json", "{\"test\":0.9,\"n_test\":5}");
    ok(report_data_read(&d, &err) == 0, "a baseline without folds is read");
    report_headline(&d, &b);
    ok(!strstr(b.data, "90.0&nbsp;%") &&
           strstr(b.data, "data/baseline.json is of the first fold alone"),
       "  is of the first fold");
    buf_release(&b);
    report_data_release(&d);
}

/* Metrics of the test split, or of validation where nothing tests. */
static void check_metrics(void)
{
    static const char part[] = "{\"n\":4,\"accuracy\":0.5,"
                               "\"weighted\":{\"precision\":0.25}}";
    char text[256];

    for (int tests = 0; tests < 2; tests++) {
        json_t *j;

        snprintf(text, sizeof(text),
                 tests ? "{\"validation\":{\"n\":9},\"test\":%s}"
                       : "{\"validation\":%s}",
                 part);
        j = json_loads(text, 0, NULL);
        for (const struct metric *m = metrics_table; m->name; m++)
            if (strcmp(m->name, "accuracy") == 0)
                near(report_metric(j, m), .5, 0, "accuracy of the cells told");
            else if (strcmp(m->name, "weighted_precision") == 0)
                near(report_metric(j, m), .25, 0, "  and precision");
        json_decref(j);
    }
}

/* Validation of all folds chooses, not the luckiest fold. */
static void check_choice(void)
{
    static const struct {
        const char *name, *metrics;
    } of[] = {
        {"x-f0", "{\"validation\":{\"n\":10,\"accuracy\":1.0}}"},
        {"x-f1", "{\"validation\":{\"n\":30,\"accuracy\":0.5}}"},
        {"y-f0", "{\"validation\":{\"n\":0,\"accuracy\":0}}"},
        {"y-f1", "{\"validation\":{\"n\":30,\"accuracy\":0.7}}"},
        {"z-f0", "{\"validation\":{\"n\":10,\"accuracy\":0.9}}"},
        {"z-f1", "{\"validation\":{\"n\":20,\"accuracy\":0.3}}"},
    };
    enum { N = sizeof(of) / sizeof(of[0]) };
    struct plan_step nd[N] = {{.name = ""}};
    struct report_experiment e[N] = {{.name = ""}};
    struct report_data d = {.experiment = e, .n_experiment = N};

    for (int i = 0; i < N; i++) {
        nd[i].seed = of[i].name[0];
        nd[i].fold = i % 2;
        nd[i].folds = 2;
        e[i].train = &nd[i];
        e[i].metrics.root = json_loads(of[i].metrics, 0, NULL);
    }
    ok(headline_choose(&d) == 2, "the best on validation over all folds");
    json_decref(e[2].metrics.root);
    e[2].metrics.root = NULL;
    ok(headline_choose(&d) == 3, "  of which the first may not be evaluated");
    d.n_experiment = 2;
    ok(headline_choose(&d) == 0, "  of one, its first fold");
    d.n_experiment = 0;
    ok(headline_choose(&d) < 0, "  of none, none");
    for (int i = 0; i < N; i++)
        json_decref(e[i].metrics.root);
}

/* Folds 2 and 3 of 4 both train in the first one, and are apart all the same. */
static void check_crossings(void)
{
    struct report_data d = {.run_dir = dir, .config = &config, .plan = &plan};
    const struct report_counts *c = &d.counts;
    struct buf b = {0};
    struct err err = {0};

    config.split.folds = 4;
    put_file("data/index.csv",
             "file,label,group,split,fold,sha256,status\n"
             "a/1,a,g1,train,2,s1,ok\na/2,a,g1,train,3,s1,ok\n"
             "a/3,a,g2,test,0,s3,ok\na/4,a,g2,train,2,s4,ok\n"
             "a/5,a,g3,train,3,s5,ok\na/6,a,g3,train,3,s5,ok\n"
             "a/7,a,g2,,,s4,broken\n");
    ok(report_data_read(&d, &err) == 0 && c->folds == 4 && c->tests == 6,
       "every cell is tested in some fold");
    ok(c->twins == 2 && c->twins_trained == 1 && strcmp(c->twin[1], "a/2") == 0,
       "copies in two folds, not those in one");
    ok(c->shared_groups == 2 && c->leaked == 3,
       "cells that are tested by what members of their group trained");
    report_warnings(&d, &b);
    ok(strstr(b.data, "2 files are exact copies across folds</strong>") &&
           strstr(b.data, "2 groups have cells in more than one fold</strong>"
                          ": 3 of 6 test cells come"),
       "  which the page says");
    ok(strstr(b.data, "<strong>Fold 1 is empty</strong>: it tests nothing") &&
           !strstr(b.data, "split is empty"),
       "an empty fold is told, not the splits of the first");
    buf_release(&b);
    report_data_release(&d);
}

/* 'n' cells of a class, in a fold. */
static void add_cells(struct buf *b, const char *name, int n, int fold)
{
    for (int i = 0; i < n; i++)
        buf_printf(b, "%s/%d-%d,%s,,%s,%d,,ok\n", name, fold, i, name,
                   fold == 0 ? "test" : "train", fold);
}

/* Cells of three classes in three folds. */
static void put_classes(void)
{
    struct buf b = {0};

    buf_puts(&b, "file,label,group,split,fold,sha256,status\n");
    add_cells(&b, "even", 20, 0);
    add_cells(&b, "even", 20, 1);
    add_cells(&b, "even", 21, 2);
    add_cells(&b, "first", 25, 0);
    add_cells(&b, "first", 3, 1);
    add_cells(&b, "first", 4, 2);
    add_cells(&b, "rare", 7, 0);
    add_cells(&b, "rare", 8, 2);
    buf_puts(&b, "rare/x,rare,,,,,broken\n");
    put_file("data/index.csv", b.data);
    buf_release(&b);
}

/* Classes are told by fold: the first one's splits say nothing of the rest. */
static void check_classes(void)
{
    struct report_data d = {.run_dir = dir, .config = &config, .plan = &plan};
    const struct report_counts *c = &d.counts;
    struct buf b = {0};
    struct err err = {0};

    config.split.folds = 3;
    put_classes();
    ok(report_data_read(&d, &err) == 0 && c->tests == 108 && c->n_class == 3 &&
           report_used(&c->of[1]) == 32 && c->of[2].set_aside == 1,
       "cells of each class in all folds");
    ok(report_cells(c, &c->of[1], 0, SPLIT_TEST) == 25 &&
           report_cells(c, &c->of[1], 2, SPLIT_TEST) == 4 &&
           report_cells(c, &c->of[1], 2, SPLIT_VALIDATION) == 25 &&
           report_cells(c, &c->of[1], 2, SPLIT_TRAIN) == 3,
       "  and in the splits of any");
    report_warnings(&d, &b);
    ok(strstr(b.data,
              "Few test cells</strong>, so the figures of these "
              "classes say little: rare (15 in all folds).</li>") != NULL,
       "few test cells are few in all folds");
    ok(strstr(b.data, "pooled they are of more: first (3 to 25 of 32).</li>") !=
           NULL,
       "few in a fold are told apart from them");
    b.len = 0;
    json_decref(d.stats.root);
    d.stats.root = json_pack("{s{si si}}", "near_duplicates", "pairs_alike", 8,
                             "pairs_of_two_classes", 2);
    report_samples(&d, &b);
    ok(strstr(
           b.data,
           "Of 8 pairs of pictures that look alike 2 (25.0&nbsp;%; Wilson 95&nbsp;% interval 7.1 to 59.1&nbsp;%) "
           "bear different labels."),
       "labels of what looks alike are told");
    ok(strstr(b.data, "<th scope=\"col\" class=\"num\">fold 2</th>"
                      "<th scope=\"col\" class=\"num\">used</th>") &&
           !strstr(b.data, "training</th>") &&
           strstr(b.data,
                  "first</th><td class=\"num\">25</td>"
                  "<td class=\"num\">3</td><td class=\"num\">4</td>"
                  "<td class=\"num\">32</td><td class=\"num\">0</td>") &&
           strstr(b.data, "all</th><td class=\"num\">52</td>"
                          "<td class=\"num\">23</td><td class=\"num\">33</td>"
                          "<td class=\"num\">108</td>"
                          "<td class=\"num\">1</td>") &&
           markup_balanced(b.data),
       "the class table has a column a fold");
    buf_release(&b);
    report_data_release(&d);
}

/* Votes of decisions alone, in three folds: none is tested in the second one,
 * and only the third names a class. */
static void put_votes(void)
{
    static const char *const rows[FOLDS] = {
        "x,test,a,a,g\ny,validation,a,a,g\n", "y,validation,a,b,g\n",
        "z,test,rare,a,\nw,test,b,b,\nx,validation,a,a,g\n"};
    char name[64], text[256];

    put_file("data/index.csv", "file,label,group,split,fold,sha256,status\n"
                               "x,a,g,test,0,s1,ok\nz,rare,,train,2,s3,ok\n"
                               "w,b,,train,2,s4,ok\n");
    for (int f = 0; f < FOLDS; f++) {
        snprintf(name, sizeof(name), "evaluate/n-r-s1-f%d/predictions.csv", f);
        snprintf(text, sizeof(text), "file,split,label,predicted,group\n%s",
                 rows[f]);
        put_file(name, text);
        snprintf(name, sizeof(name), "evaluate/n-r-s1-f%d/metrics.json", f);
        put_file(name, f == 1 ? "{\"validation\":{\"n\":1,\"accuracy\":0}}"
                              : "{\"test\":{\"accuracy\":0.75}}");
    }
}

static void check_votes(void)
{
    struct report_data d = {.run_dir = dir, .config = &config, .plan = &plan};
    static struct fold_summary s;
    struct report_told_of t;
    struct buf b = {0};
    struct err err = {0};

    put_votes();
    works(report_data_read(&d, &err) == 0, err, "folds of decisions are read");
    ok(d.experiment[0].cells.told.o.n == 1 &&
           d.experiment[1].cells.told.o.n == 0 &&
           d.experiment[2].cells.told.o.n == 2,
       "  what validates a fold that tests none is not told as tested");
    ok(d.experiment[0].pooled && d.experiment[0].pooled->accuracy.n == 3 &&
           d.experiment[0].pooled->accuracy.k == 2 &&
           !d.experiment[0].pooled->validation,
       "  nor in all folds together");
    report_folds_summary(&s, &d, 0);
    ok(s.pooled.n == 3 && s.pooled.correct == 2, "  nor in their table");
    near(s.metric[METRIC_ACCURACY].mean, 0.75, 1e-12,
         "  means are of folds that test");
    ok(d.experiment[0].pooled->k == 3, "classes are those of all folds");
    report_cells_told_of(&t, &d, 0);
    report_matrix_put(&d, &t, "all", &b);
    ok(strstr(b.data, "data-n=\"1\" data-is=\"rare\" data-called=\"a\"") &&
           markup_count(b.data, "data-n=\"1\"") == 3,
       "  so the matrix has every cell");
    buf_release(&b);
    report_data_release(&d);
}

int main(void)
{
    begin_dir();
    config_init(&config);
    snprintf(config.dataset.name, sizeof(config.dataset.name), "SIPaKMeD");
    make_plan();
    fill_fold(
        0, "1",
        "x,test,a,a,1,0,g\ny,test,parabasal,parabasal,0,1,\nz,validation,a,parabasal,0,1,g\n");
    fill_fold(
        2, "0.5",
        "u,test,a,a,0,1,g\nv,test,parabasal,a,0,1,\nw,test,parabasal,parabasal,1,0,\n");
    check_summary();
    check_files();
    check_old_baseline();
    check_metrics();
    check_choice();
    check_crossings();
    check_classes();
    check_votes();
    return end_dir();
}
