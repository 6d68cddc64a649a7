/* test_report_paper.c - the paper's figures, and a run's beside them */
#include "markup.h"
#include "stages/report/report_published.h"
#include "stages/report/report_sections.h"
#include "tap.h"

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

static struct buf make_page(struct report_experiment *e, int n)
{
    const struct report_data d = {
        .config = &config, .experiment = e, .n_experiment = n};
    struct buf b = {0};

    report_paper(&d, &b);
    ok(b.data && markup_balanced(b.data), "the tables are well formed");
    return b;
}

static void check_figures(void)
{
    const struct published_network *vgg16 = &published_tables[2].of[0];
    const struct published_network *dense = &published_tables[1].of[2];
    double sum = 0;

    ok(strcmp(published_tables[2].regime, "contrastive") == 0 &&
           strcmp(vgg16->network, "vgg16") == 0 && vgg16->accuracy == 0.9729,
       "table III: VGG16 97.29 %");
    ok(strcmp(dense->network, "densenet169") == 0 && dense->accuracy == 0.9729,
       "table II: DenseNet-169 97.29 %");
    for (int t = 0; t < PUBLISHED_TABLES; t++)
        for (int i = 0; i < PUBLISHED_NETWORKS; i++)
            for (int c = 0; c < PUBLISHED_CLASSES; c++)
                sum += published_tables[t].of[i].figure[c][PUB_F1];
    near(sum, 71.78, 1e-9, "75 F1 scores, as summed from the paper's text");
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
    ok(strstr(b.data, "VGG16<br><span class=\"mute\">mean of 2</span>") != NULL,
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

int main(void)
{
    struct buf b;

    config_init(&config);
    check_figures();
    check_beside();
    b = make_page(NULL, 0);
    ok(markup_count(b.data, "<tbody>") == 16,
       "without experiments the paper's figures alone");
    buf_release(&b);
    config.dataset.draw_per_class = 3;
    b = make_page(NULL, 0);
    ok(markup_count(b.data, "<table") == 0 &&
           strstr(b.data, "The cells of this run are drawn."),
       "beside drawn cells none of them");
    buf_release(&b);
    return tap_done();
}
