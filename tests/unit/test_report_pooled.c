/* test_report_pooled.c - what folds say together of concepts, reactions and
 * where they are wrong */
#include "report_run.h"
#include "stages/report/report_pooled_errors.h"
#include "stages/report/report_pooled_means.h"

enum { FOLDS = 2, STEPS = 3 * FOLDS };

static struct plan_step step[STEPS];
static const struct plan plan = {.step = step, .n_step = STEPS};

#define HEAD   "label,predicted,concept,cells,groups,mean,low,high\n"
#define DOSES  "label,edit,control,dose,class,cells,groups,mean,low,high\n"
#define ERRORS "by,part,from,to,cells,correct,accuracy,low,high\n"

static void make_plan(void)
{
    plan_experiments(step, FOLDS);
    for (int i = 0; i < STEPS; i++) {
        struct plan_step *nd = &step[i];

        nd->seed = 1;
        nd->fold = i / 3;
        nd->folds = FOLDS;
        snprintf(nd->regime, sizeof(nd->regime), "scratch");
        snprintf(nd->experiment, sizeof(nd->experiment), "n-s1-f%d", nd->fold);
    }
}

static void put_means(void)
{
    put_file("explain/e1/concept_means.csv",
             HEAD "all,all,halo,4,2,0.2,0.1,0.3\n"
                  "all,all,measured,4,2,1,1,1\n"
                  "a,all,nuclei,2,1,3,,\n"
                  "a,all,measured,2,1,1,,\n"
                  "a,b,measured,1,1,1,,\n");
    put_file("explain/e2/concept_means.csv",
             HEAD "all,all,measured,8,3,0.75,0.5,1\n"
                  "a,b,measured,2,1,1,,\n"
                  "all,all,halo,6,3,0.4,0.1,0.6\n"
                  "b,all,measured,5,3,1,1,1\n");
    put_file("explain/e1/dose_response_means.csv",
             DOSES "all,halo_made,none,0.6,predicted,5,3,-0.2,-0.3,-0.1\n");
    put_file("explain/e2/dose_response_means.csv",
             DOSES "all,halo_made,none,0.6,predicted,15,9,-0.4,-0.5,-0.3\n");
}

/* Cells of 10, 20, 30, 40, 50, 60 pixels, of which 30 and 60 are wrong. */
static void put_cells(void)
{
    put_file("data/index.csv", "file,label,group,split,fold,width,height,mean_r"
                               ",mean_g,mean_b,status\n"
                               "0,a,g0,train,0,10,10,5,5,5,ok\n"
                               "1,a,g1,train,1,20,20,5,5,5,ok\n"
                               "2,a,g0,train,0,30,30,5,5,5,ok\n"
                               "3,b,g2,train,1,40,40,5,5,5,ok\n"
                               "4,b,g3,train,0,50,50,5,5,5,ok\n"
                               "5,b,g2,train,1,60,60,5,5,5,ok\n");
    put_file("evaluate/e1/predictions.csv",
             "file,split,label,predicted,p_a,p_b,group\n"
             "0,test,a,a,.9,.1,g0\n2,test,a,b,.4,.6,g0\n"
             "4,test,b,b,.1,.9,g3\n");
    put_file("evaluate/e2/predictions.csv",
             "file,split,label,predicted,p_a,p_b,group\n"
             "1,test,a,a,.9,.1,g1\n3,test,b,b,.4,.6,g2\n"
             "5,test,b,a,.8,.2,g2\n");
    for (int i = 1; i <= FOLDS; i++) {
        char name[64];

        snprintf(name, sizeof(name), "evaluate/e%d/errors.csv", i);
        put_file(name, ERRORS "size,1,1,2,3,2,.67,,\npicture,new,,,2,1,.5,,\n"
                              "picture,trained,,,1,1,1,,\n");
        snprintf(name, sizeof(name), "evaluate/e%d/metrics.json", i);
        put_file(name, "{\"test\":{\"accuracy\":0.67}}");
    }
}

static struct report_told_of both(void)
{
    return (struct report_told_of){FOLDS, {0, 1}};
}

/* The row of a label and a concept. */
static size_t row_of(const struct report_csv *c, const char *label,
                     const char *concept)
{
    size_t i = 0;

    while (i < c->csv.n_row &&
           (strcmp(report_label(c, i), label) != 0 ||
            strcmp(report_field(c, i, "concept"), concept) != 0))
        i++;
    return i;
}

static void check_means(struct report_data *d)
{
    const struct report_told_of t = both(), one = {1, {1}};
    struct report_csv c;
    size_t i;

    ok(report_pooled_means(&c, d, &t, "concept_means.csv") == 2,
       "means of two folds");
    i = row_of(&c, "all", "halo");
    near(report_number(&c, i, "cells"), 10, 0, "  of all their cells");
    near(report_number(&c, i, "groups"), 5, 0, "  and groups");
    near(report_number(&c, i, "mean"), .32, 1e-8, "  weighted by cells");
    near(report_number(&c, i, "low"), .32 - sqrt(.16 + 3.24) / 10, 1e-8,
         "  with limits of what is independent");
    near(report_number(&c, i, "high"), .32 + sqrt(.16 + 1.44) / 10, 1e-8,
         "  above too");
    i = row_of(&c, "a", "nuclei");
    ok(report_number(&c, i, "mean") > 2.99 &&
           isnan(report_number(&c, i, "low")),
       "what one fold has, without limits that it lacks");
    ok(row_of(&c, "b", "measured") < c.csv.n_row && c.csv.n_row == 6,
       "and what the other has");
    csv_release(&c.csv);
    d->counts.shared_groups = 1;
    ok(report_pooled_means(&c, d, &t, "concept_means.csv") == 2,
       "folds that share groups");
    near(report_number(&c, row_of(&c, "all", "halo"), "low"), .1, 1e-8,
         "  have limits as wide as their parts'");
    d->counts.shared_groups = 0;
    csv_release(&c.csv);
    ok(report_pooled_means(&c, d, &one, "concept_means.csv") == 1 &&
           c.csv.n_row == 4,
       "one fold alone is as it is");
    csv_release(&c.csv);
    ok(report_pooled_means(&c, d, &t, "none.csv") == 0 && !c.there,
       "what no fold has is not there");
}

static void check_errors(const struct report_data *d)
{
    const struct report_told_of t = both(), none = {0};
    struct report_csv c;

    report_pooled_errors(&c, d, &t);
    ok(c.there && c.csv.n_row == 14, "where folds are wrong");
    ok(strcmp(report_field(&c, 0, "by"), "size") == 0 &&
           report_number(&c, 0, "from") == 10 &&
           report_number(&c, 3, "to") == 60,
       "  by size, of all cells");
    near(report_number(&c, 0, "cells") + report_number(&c, 1, "cells") +
             report_number(&c, 2, "cells") + report_number(&c, 3, "cells"),
         6, 0, "  each once");
    near(report_number(&c, 3, "accuracy"), .5, 0,
         "  of 50 and 60 one is right");
    ok(strcmp(report_field(&c, 8, "part"), "new") == 0 &&
           report_number(&c, 8, "cells") == 4 &&
           report_number(&c, 8, "correct") == 2 &&
           report_number(&c, 9, "cells") == 2,
       "  by cluster image, as each fold has it");
    ok(report_number(&c, 10, "cells") == 4 &&
           fabs(report_number(&c, 10, "accuracy") - .75) < 1e-9,
       "  over all cluster images");
    csv_release(&c.csv);
    report_pooled_errors(&c, d, &none);
    ok(!c.there, "no fold is wrong nowhere");
}

static void check_page_of_both(void)
{
    const char *p = page_of(&plan);

    check_page(p);
    page_has(p, "<code>n-s1, all folds</code>", "concepts are of all folds");
    page_has(p, "cytoplasm of 10 of the 12 test cells",
             "  of all of their cells");
    page_has(p, "a</th><td>b</td><td class=\"num\">3</td>",
             "  mistakes that no fold alone has often");
    page_has(p,
             "<td>n-s1, all folds</td><td class=\"num\">20</td>"
             "<td class=\"num\">-0.350 <br>",
             "so are reactions");
    ok(markup_count(p, "halo made") == 1, "  once");
    page_has(p, "cluster image not trained on</th><td class=\"num\">4</td>",
             "and where they are wrong");
}

int main(void)
{
    struct report_data d = {.run_dir = NULL, .config = &config, .plan = &plan};
    struct err err = {0};

    begin_dir();
    d.run_dir = dir;
    config_init(&config);
    config.split.method = SPLIT_BY_GROUP;
    make_plan();
    put_means();
    put_cells();
    works(report_data_read(&d, &err) == 0, err, "folds are read");
    check_means(&d);
    check_errors(&d);
    report_data_release(&d);
    check_page_of_both();
    return end_dir();
}
