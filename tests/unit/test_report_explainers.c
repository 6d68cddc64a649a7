/*
 * test_report_explainers.c - the explainers' figures of all experiments
 *
 * Expected values are worked out by hand from the formulas in the header.
 */
#include "report_run.h"
#include "stages/report/report_explainers.h"

enum { EXPERIMENTS = 4, STEPS = 2 * EXPERIMENTS };

#define TITLE "method,label,figure,cells,groups,mean,low,high\n"

static struct plan_step step[STEPS];
static struct plan plan = {.step = step, .n_step = STEPS};

/* Two folds of seed 1 and one of seed 2 of network n; m without folds. */
static void make_plan(void)
{
    static const struct {
        const char *network;
        int seed, fold, folds;
    } of[EXPERIMENTS] = {
        {"n", 1, 0, 3}, {"n", 1, 1, 3}, {"n", 2, 0, 3}, {"m", 1, 0, 1}};

    for (int i = 0; i < STEPS; i++) {
        struct plan_step *nd = &step[i];

        *nd = (struct plan_step){
            .stage = &stage_table[i % 2 ? STAGE_EXPLAIN : STAGE_TRAIN],
            .seed = of[i / 2].seed,
            .fold = of[i / 2].fold,
            .folds = of[i / 2].folds};
        snprintf(nd->network, sizeof(nd->network), "%s", of[i / 2].network);
        snprintf(nd->regime, sizeof(nd->regime), "r");
        snprintf(nd->experiment, sizeof(nd->experiment), "e%d", i / 2);
        snprintf(nd->name, sizeof(nd->name), "%s/e%d", nd->stage->word, i / 2);
        snprintf(nd->dir, sizeof(nd->dir), "%s/e%d", nd->stage->word, i / 2);
    }
}

static void fill_run(void)
{
    put_file("explain/e0/faithfulness.csv",
             TITLE "cam,all,insertion,10,4,0.5,0.4,0.7\n"
                   "cam,all,deletion,10,4,0.2,,\n"
                   "cam,all,increase,10,4,0.25,0.2,0.3\n"
                   "cam,\"a<b\",insertion,6,2,0.9,0.8,1\n"
                   "lime,all,insertion,10,4,0.8,0.74,0.85\n"
                   "lime,all,deletion,10,4,0.3,,\n");
    put_file("explain/e0/stability.csv",
             TITLE "cam,all,spearman,9,4,0.5,0.4,0.6\n"
                   "lime,all,spearman,9,4,0.5,0.1,0.9"
                   "\n");
    put_file("explain/e0/sanity.csv",
             TITLE "cam,all,spearman_100,9,4,0.3,,\n"
                   "lime,all,spearman_100,9,4,-0.1,,\n");
    put_file("explain/e1/faithfulness.csv",
             TITLE "cam,all,insertion,30,9,0.7,0.6,0.8\n"
                   "cam,all,deletion,30,9,0.3,0.2,0.4\n");
    put_file("explain/e2/faithfulness.csv",
             TITLE "cam,all,insertion,10,4,0.6,0.5,0.65\n");
    put_file("explain/e3/faithfulness.csv",
             TITLE "cam,all,insertion,7,7,0.125,0.1,0.2\n");
    put_file("explain/e3/localisation.csv",
             TITLE "cam,all,nucleus_pointing,5,5,1,1,1\n");
}

static const struct explainer_row *row_of(const struct explainers *e,
                                          const char *network,
                                          const char *class_name,
                                          const char *method)
{
    for (size_t i = 0; i < e->n; i++)
        if (strcmp(e->row[i].network, network) == 0 &&
            strcmp(e->row[i].class_name, class_name) == 0 &&
            strcmp(e->row[i].method, method) == 0)
            return &e->row[i];
    BUG_ON(true);
}

/* Figures in the order of explainer_figure[]. */
enum { INSERTION, DELETION, POINTING = 5, SANITY = 7 };

static void check_merged(void)
{
    struct report_data d = {.run_dir = dir, .config = &config, .plan = &plan};
    struct explainers e;
    const struct explainer_row *r;
    const struct explainer_value *v;
    struct err err = {0};

    ok(report_data_read(&d, &err) == 0 && d.n_experiment == EXPERIMENTS &&
           explainers_init(&e, &d, &err) == 0,
       "experiments of explainers are read");
    ok(e.n == 4, "rows by network, regime, class and explainer");
    r = row_of(&e, "n", "all", "cam");
    v = &r->value[INSERTION];
    ok(r->experiments == 3 && v->cells == 50, "  of three experiments");
    near(v->mean, 0.64, 1e-12, "explainers: the mean is weighted by cells");
    near(v->low, 0.556754446796633, 1e-12,
         "explainers: folds are independent, seeds not: below");
    near(v->high, 0.722111025509280, 1e-12,
         "explainers: folds are independent, seeds not: above");
    ok(isnan(r->value[DELETION].low) && r->value[DELETION].cells == 40,
       "explainers: no interval where one of them has none");
    ok(isnan(r->value[POINTING].mean) && e.has[POINTING],
       "explainers: nothing of a figure that another has");
    v = &row_of(&e, "m", "all", "cam")->value[INSERTION];
    near(v->low, 0.1, 1e-12,
         "explainers: one experiment keeps its interval: below");
    near(v->high, 0.2, 1e-12,
         "explainers: one experiment keeps its interval: above");
    explainers_release(&e);

    config.split.method = SPLIT_BY_RANDOM;
    ok(explainers_init(&e, &d, &err) == 0,
       "explainers of a split by cell are read");
    v = &row_of(&e, "n", "all", "cam")->value[INSERTION];
    near(v->low, 0.54, 1e-12,
         "explainers split by cell: intervals of folds add: below");
    near(v->high, 0.75, 1e-12,
         "explainers split by cell: intervals of folds add: above");
    explainers_release(&e);
    report_data_release(&d);
}

static void check_best(void)
{
    struct report_data d = {.run_dir = dir, .config = &config, .plan = &plan};
    struct explainers e;
    struct err err = {0};
    size_t cam, lime;

    BUG_ON(report_data_read(&d, &err) < 0 || explainers_init(&e, &d, &err) < 0);
    cam = (size_t)(row_of(&e, "n", "all", "cam") - e.row);
    lime = (size_t)(row_of(&e, "n", "all", "lime") - e.row);
    ok(explainers_is_best(&e, lime, INSERTION) &&
           !explainers_is_best(&e, cam, INSERTION),
       "the best explainer has the highest insertion");
    ok(explainers_is_best(&e, cam, DELETION) &&
           !explainers_is_best(&e, lime, DELETION),
       "the best explainer has the lowest deletion");
    ok(explainers_is_best(&e, lime, SANITY) &&
           !explainers_is_best(&e, cam, SANITY),
       "the best explainer has the likeness nearest 0");
    ok(!explainers_is_best(&e, (size_t)(row_of(&e, "m", "all", "cam") - e.row),
                           INSERTION),
       "an explainer alone is not the best");
    e.row[cam].value[INSERTION].mean = e.row[lime].value[INSERTION].mean;
    ok(explainers_is_best(&e, lime, INSERTION) &&
           explainers_is_best(&e, cam, INSERTION),
       "equal explainers are the best together");
    explainers_release(&e);
    report_data_release(&d);
}

static void check_rows(void)
{
    char *p;

    config.split.method = SPLIT_BY_GROUP;
    p = page_of(&plan);
    check_page(p);

    ok(strstr(p, "<td>all classes</td><td>cam</td><td class=\"num\">3</td>"
                 "<td class=\"num\">50</td><td class=\"num\">&ndash;</td>"
                 "<td class=\"num\">0.640 <span class=\"mute\">0.557 to "
                 "0.722</span></td>"),
       "an explainer's row");
    ok(strstr(p, "<td class=\"num top\">0.800 <span class=\"mute\">0.740 to "
                 "0.850</span> <strong>best</strong></td>"),
       "the best is said in words");
    ok(strstr(p, "<td>a&lt;b</td><td>cam</td>") < strstr(p, "id=\"words\"") &&
           strstr(p, "<td>a&lt;b</td><td>cam</td>") >
               strstr(p, "<th scope=\"row\">m</th><td>r</td><td>all classes"),
       "classes stand behind all of them");
    ok(markup_count(p, "data-pick=\"all classes\"") == 1,
       "  and are not shown at first");
    ok(strstr(p, "<th scope=\"row\">n</th><td>r</td>"
                 "<td>LIME; apart from cam</td>"
                 "<td>cam; no interval, next is LIME</td>"),
       "  which explainer first");
    ok(strstr(p, "<td>cam, the only one</td>"), "  or the only one");
    ok(strstr(p, "<td>cam; equals LIME</td></tr>"), "  or two alike");
    ok(!strstr(p, "increase (high)"), "a figure that is not among the main");
    config.split.method = SPLIT_BY_RANDOM;
    p = page_of(&plan);
    ok(strstr(p, "<td>LIME; overlaps cam</td>"),
       "intervals overlap if one holds the other");
}

static void check_table(void)
{
    char *text = text_of("report/explainers.csv");

    ok(strncmp(text,
               "network,regime,seed,fold,label,method,table,figure,mean,"
               "low,high,cells,groups\n"
               "n,r,1,0,all,cam,faithfulness,insertion,0.5,0.4,0.7,10,4\n",
               130) == 0,
       "explainers.csv: a fold's");
    ok(strstr(text, "\nn,r,1,0,a<b,cam,faithfulness,insertion,0.9,0.8,1,6,2\n"),
       "explainers.csv: a class's row");
    ok(strstr(text, "\nn,r,1,0,all,cam,faithfulness,increase,0.25,"),
       "explainers.csv: every figure");
    ok(strstr(text, "\nn,r,2,0,all,cam,"), "explainers.csv: a seed's row");
    ok(strstr(text, "\nm,r,1,,all,cam,localisation,nucleus_pointing,1,1,1,5,"
                    "5\n"),
       "explainers.csv: a row without folds");
    ok(markup_count(text, "\n") == 16, "explainers.csv: nothing else");
}

static void check_overlap(void)
{
    const struct explainer_value low = {0.2, 0.1, 0.3, 5};
    const struct explainer_value high = {0.5, 0.4, 0.6, 5};
    const struct explainer_value wide = {0.3, 0.3, 0.4, 5};

    ok(!explainers_overlap(&low, &high) && !explainers_overlap(&high, &low),
       "intervals apart do not overlap, whichever is first");
    ok(explainers_overlap(&low, &wide) && explainers_overlap(&high, &wide),
       "intervals that touch overlap");
}

static void check_none(void)
{
    const char *table = in_dir("report/explainers.csv");
    char *p;
    struct err err = {0};

    BUG_ON(file_dir_remove(in_dir("explain"), &err) < 0 || unlink(table) < 0);
    config.split.method = SPLIT_BY_GROUP;
    p = page_of(&plan);
    ok(!strstr(p, "id=\"explainers\"") && !strstr(p, "href=\"#explainers\""),
       "no section without figures");
    ok(!file_exists(table), "  and no table");
}

int main(void)
{
    begin_dir();
    config_init(&config);
    config.split.method = SPLIT_BY_GROUP;
    make_plan();
    fill_run();
    check_merged();
    check_best();
    check_rows();
    check_table();
    check_overlap();
    check_none();
    return end_dir();
}
