/* test_report_paper.c - the paper's figures, and a run's beside them */
#include "markup.h"
#include "stages/report/report_published.h"
#include "stages/report/report_sections.h"
#include "stats/metrics.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>

/* Metrics of one class that the paper has, and of one that it has not. */
static json_t *make_metrics(double accuracy, double recall)
{
    char text[512];

    snprintf(text, sizeof(text),
             "{\"test\":{\"accuracy\":%.4f,\"per_class\":["
             "{\"class\":\"parabasal\",\"precision\":0.5,\"recall\":%.3f,"
             "\"f1\":0.25},{\"class\":\"Other\",\"precision\":0.111,"
             "\"recall\":0.111,\"f1\":0.111}]}}",
             accuracy, recall);
    return json_loads(text, 0, NULL);
}

static struct config config;

static bool untested;

static struct buf make_page(struct report_experiment *e, int n)
{
    const struct report_data d = {.config = &config,
                                  .experiment = e,
                                  .n_experiment = n,
                                  .counts = {.untested = untested}};
    struct buf b = {0};

    report_paper(&d, &b);
    ok(markup_balanced(b.data ? b.data : ""), "the tables are well formed");
    return b;
}

static void check_figures(void)
{
    const struct published_network *vgg16 = &published_tables[2].of[0];
    const struct published_network *dense = &published_tables[1].of[2];
    double sum = 0;

    ok(strcmp(published_tables[2].regime, "contrastive") == 0 &&
           strcmp(published_name[0].network, "vgg16") == 0 &&
           vgg16->accuracy == 0.9729,
       "table III: VGG16 97.29 %");
    ok(strcmp(published_name[2].network, "densenet169") == 0 &&
           dense->accuracy == 0.9729,
       "table II: DenseNet-169 97.29 %");
    for (int t = 0; t < PUBLISHED_TABLES; t++)
        for (int i = 0; i < PUBLISHED_NETWORKS; i++)
            for (int c = 0; c < PUBLISHED_CLASSES; c++)
                sum += published_tables[t].of[i].figure[c][PUB_F1];
    near(sum, 71.78, 1e-9, "75 F1 scores, as summed from the paper's text");
}

/* To two digits, as it is printed. */
static bool prints_as(double v, double printed)
{
    return fabs(v - printed) < 0.005 + 1e-9;
}

/* The confusion matrix that the authors' notebook of table III, VGG16, prints:
 * 790 of 812, and one image more than 97.17 %. */
static void check_matrix(void)
{
    static const int printed[PUBLISHED_CLASSES][PUBLISHED_CLASSES] = {
        {160, 2, 0, 0, 1},
        {6, 155, 3, 0, 1},
        {1, 2, 154, 0, 2},
        {1, 0, 1, 156, 0},
        {0, 0, 2, 0, 165}};
    const struct published_network *vgg16 = &published_tables[2].of[0];
    struct metrics m;
    int same = 0;

    metrics_init(&m, PUBLISHED_CLASSES);
    for (int i = 0; i < PUBLISHED_CLASSES; i++)
        for (int j = 0; j < PUBLISHED_CLASSES; j++)
            m.confusion[i][j] = (size_t)printed[i][j];
    metrics_finish(&m);
    ok(m.n == 812 && m.correct == 790, "790 of 812 cells are right");
    near(m.accuracy, vgg16->accuracy, 5e-5, "  which table III prints");
    near(789.0 / 812, published_tables[0].of[2].accuracy, 5e-5,
         "  one image fewer is the 97.17 % of table I");
    ok(m.low < 789.0 / 812 && m.low < 0.9696 && m.high > 0.9791,
       "  its interval holds both, 96.96 % of Pramanik et al. and 97.91 %");
    for (int c = 0; c < PUBLISHED_CLASSES; c++)
        same += prints_as(m.of[c].precision, vgg16->figure[c][PUB_PRECISION]) +
                prints_as(m.of[c].recall, vgg16->figure[c][PUB_RECALL]) +
                prints_as(m.of[c].f1, vgg16->figure[c][PUB_F1]);
    ok(same == 14 && !prints_as(m.of[1].precision, 0.98),
       "  fourteen figures of its classes are the table's; precision of "
       "Koilocytotic is 0.9748, printed 0.98");
}

/* Every accuracy that is printed is some number of 812 cells. */
static void check_whole_cells(void)
{
    int whole = 0;

    for (int t = 0; t < PUBLISHED_TABLES; t++)
        for (int i = 0; i < PUBLISHED_NETWORKS; i++) {
            const double v = published_tables[t].of[i].accuracy;

            whole += fabs(round(v * 812) / 812 - v) < 6e-5;
        }
    ok(whole == PUBLISHED_TABLES * PUBLISHED_NETWORKS,
       "fifteen accuracies are of whole cells");
}

static void check_beside(void)
{
    struct plan_step step[3] = {
        {.network = "vgg16", .regime = "finetune", .seed = 1},
        {.network = "vgg16", .regime = "finetune", .seed = 2},
        {.network = "vgg16", .regime = "scratch", .seed = 1}};
    struct report_experiment e[3] = {
        {.train = &step[0], .name = "a<1>"},
        {.train = &step[1], .name = "a2"},
        {.train = &step[2], .name = "a3"},
    };
    struct buf b;

    e[0].metrics.root = make_metrics(0.90, 0.625);
    e[1].metrics.root = make_metrics(0.92, 0.875);
    b = make_page(e, 3);
    ok(strstr(b.data, "VGG16 <br><span class=\"mute\">mean of 2</span>") !=
           NULL,
       "experiments of a network are averaged");
    ok(strstr(b.data, "<td class=\"num here\" rowspan=\"5\">91.00&nbsp;%</td>"
                      "<td class=\"num mute\" rowspan=\"5\">95.57&nbsp;%"),
       "accuracy beside the paper's");
    ok(strstr(b.data, "Parabasal</th><td class=\"num here\">0.50</td>"
                      "<td class=\"num mute\">0.99</td>"
                      "<td class=\"num here\">0.75</td>"),
       "classes by their names, in any case");
    ok(strstr(b.data, "Koilocytotic</th><td class=\"num here\">&ndash;"),
       "a class that the run lacks is a dash");
    ok(markup_count(b.data, "0.11") == 0, "one that the paper lacks is not in");
    ok(markup_count(b.data, "<details open>") == 2 &&
           markup_count(b.data, "(this run has no such experiment)") == 2,
       "tables without an experiment are closed");
    ok(strstr(b.data, "a&lt;1&gt;</td><td class=\"num\">90.00") &&
           markup_count(b.data, "this run</th>") == 2,
       "table IV has each evaluated experiment");
    for (int i = 0; i < 3; i++)
        json_decref(e[i].metrics.root);
    buf_release(&b);
}

/* Of other data, or without an experiment of the paper, there is nothing. */
static void check_where(void)
{
    struct plan_step step = {.network = "vgg16", .regime = "scratch"};
    struct report_experiment e = {.train = &step, .name = "e"};
    struct buf b = make_page(&e, 1);

    ok(b.len == 0, "a regime that the paper has not: no tables");
    snprintf(step.regime, sizeof(step.regime), "contrastive");
    b = make_page(&e, 1);
    ok(markup_count(b.data, "<tbody>") == 16, "one that it has: all of them");
    buf_release(&b);
    untested = true;
    b = make_page(&e, 1);
    ok(markup_count(b.data, "<table") == 0 &&
           strstr(b.data, "<p>No cell of this run tests."),
       "figures of validation do not stand beside the paper's");
    buf_release(&b);
    untested = false;
    snprintf(config.dataset.name, sizeof(config.dataset.name), "Herlev");
    b = make_page(&e, 1);
    ok(b.len == 0, "cells of another data set do not stand beside the paper's");
    snprintf(config.dataset.name, sizeof(config.dataset.name), "sipakmed");
}

/* The sentence of what a run does otherwise. */
static void check_differences(void)
{
    struct plan_step step[2] = {
        {.network = "resnet50", .regime = "cost_sensitive"},
        {.network = "vgg16", .regime = "scratch"}};
    struct report_experiment e[2] = {{.train = &step[0], .name = "r"},
                                     {.train = &step[1], .name = "v"}};
    const struct config_set notebook[] = {{"run.profile=notebook"},
                                          {"dataset.name=SIPaKMeD"}};
    const struct config corrected = config;
    struct err err = {0};
    struct buf b;

    e[0].metrics.root = make_metrics(0.90, 0.625);
    b = make_page(e, 2);
    ok(strstr(b.data, "of profile <code>corrected</code>: 0 test cells "
                      "(theirs: 812) of 0 (the whole data set has 4,049), "
                      "split by whole cluster images, which "
                      "theirs are not; cost-sensitive training weighs classes "
                      "by its training cells") != NULL,
       "what profile corrected does otherwise");
    ok(strstr(b.data,
              "<strong>v</strong> is VGG16 trained from random weights") !=
           NULL,
       "a network without pretrained weights is named");
    buf_release(&b);
    BUG_ON(config_read(&config, NULL, notebook, 2, &err) < 0);
    b = make_page(e, 1);
    ok(strstr(b.data, "split by cell, as theirs are; cost-sensitive training "
                      "weighs classes by the test cells, as theirs does, "
                      "which leaks labels.") != NULL,
       "what profile notebook does alike");
    buf_release(&b);
    json_decref(e[0].metrics.root);
    config = corrected;
}

int main(void)
{
    struct buf b;

    config_init(&config);
    snprintf(config.dataset.name, sizeof(config.dataset.name),
             "SIPaKMeD, 3,230 cells");
    check_figures();
    check_matrix();
    check_whole_cells();
    check_beside();
    check_where();
    check_differences();
    config.dataset.draw_per_class = 3;
    b = make_page(NULL, 0);
    ok(markup_count(b.data, "<table") == 0 &&
           strstr(b.data, "The cells of this run are drawn."),
       "beside drawn cells none of them");
    buf_release(&b);
    return tap_done();
}
