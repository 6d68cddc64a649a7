/* test_report.c - one offline page, whatever a run's files hold or lack */
#include "base/buf.h"
#include "page/page_glossary.h"
#include "report_run.h"
#include "stages/report/report_explainers.h"
#include "stages/report/report_html.h"
#include "stats/metrics_table.h"

static void check_empty(void)
{
    char *p = make_page(1, SPLIT_BY_GROUP);

    check_page(p);
    page_has(p, "no experiment is evaluated yet", "no accuracy without one");
    page_has(p, "The images are not prepared yet",
             "missing images are a warning");
    page_has(p, "there is no evaluate/e1/metrics.json yet",
             "missing evaluation");
    page_has(p, "there is no train/e1/history.csv yet", "missing history");
    page_has(p, "there is no explain/e1/scores.csv yet",
             "missing explanations");
    page_has(p, "e1</strong> is incomplete: training, evaluation, explanations",
             "and all of it in the warnings");
    page_has(p, "run:\n  dir:", "the configuration is shown");
}

static void fill_metrics(const char *name, double validation)
{
    struct buf b = {0};

    buf_printf(&b,
               "{\"model\":\"best\",\"classes\":[\"" EVIL "\",\"b\"],"
               "\"validation\":{\"n\":10,\"accuracy\":%.3f},"
               "\"test\":{\"n\":20,\"correct\":15,\"accuracy\":0.75,"
               "\"bootstrap\":{\"groups\":20,\"accuracy\":[0.5,0.9]},"
               "\"interval\":[0.531,0.888],\"per_class\":["
               "{\"class\":\"" EVIL
               "\",\"precision\":0.8,\"recall\":0.7,\"f1\":0.746,"
               "\"support\":9},"
               "{\"class\":\"b\",\"precision\":0,\"recall\":0.6,\"f1\":0.5,"
               "\"support\":11}],"
               "\"weighted\":{\"precision\":0.811,\"recall\":0.75,\"f1\":0.722,"
               "\"support\":20},"
               "\"macro\":{\"precision\":0.8,\"recall\":0.7,\"f1\":0.7,"
               "\"support\":20},"
               "\"confusion\":[[7,2],[3,8]],\"notes\":[\"0/0 of " EVIL "\"]}}",
               validation);
    put_file(name, b.data);
    buf_release(&b);
}

/* 9 cells of the first class, 2 of them wrong; 11 of the second, 3 wrong. */
static void fill_predictions(const char *name)
{
    struct buf b = {0};

    buf_puts(&b, "file,split,label,predicted,group\n");
    for (int i = 0; i < 20; i++)
        buf_printf(&b, "%d,test,%s,%s,\n", i, i < 9 ? EVIL : "b",
                   i < 7 || i > 16 ? EVIL : "b");
    put_file(name, b.data);
    buf_release(&b);
}

static void check_headline(const char *p)
{
    page_has(p, "<div class=\"figure\">75.0&nbsp;%", "the accuracy");
    page_has(p, "15 of 20; Wilson 95 % interval 53.1 to 88.8 %",
             "with its interval");
    page_has(p, "<div class=\"figure base\">61.2&nbsp;%",
             "beside the baseline");
    page_has(p, "Colour alone 50.0&nbsp;%, size alone &ndash;",
             "and its parts");
    page_has(p, "e2, the experiment that does best on the validation split",
             "of the experiment that validation prefers");
    page_has(
        p,
        "Not clearly better than colour and size</strong>: the interval of "
        "the best network begins at 53.1",
        "an interval that holds the baseline is a warning");
}

static void check_metrics(const char *p)
{
    page_has(p, "<th scope=\"row\">" EVIL_HTML "</th><td class=\"num\">80.0",
             "figures by class");
    page_has(p,
             ">accuracy</a></th><td class=\"num\">75.0&nbsp;%</td>"
             "<td class=\"num\">53.1&nbsp;% to 88.8&nbsp;%</td>",
             "metrics, accuracy with the interval of the headline");
    page_has(p,
             "weighted by class size</a></th><td class=\"num\">81.1&nbsp;%</td>"
             "<td></td>",
             "metrics, where nothing was drawn again without an interval");
    page_has(
        p,
        "balanced: mean recall of the classes; precision, recall, F1: weighted "
        "by class size; ECE: mean gap",
        "how metrics are worked out");
}

static void check_figures(void)
{
    char *p;

    fill_metrics("evaluate/e1/metrics.json", 0.5);
    fill_metrics("evaluate/e2/metrics.json", 0.9);
    fill_predictions("evaluate/e2/predictions.csv");
    put_file("data/baseline.json", "{\"test\":0.612,\"colour_only_test\":0.5}");
    put_file("train/e1/history.csv",
             "epoch,loss,accuracy,val_loss,val_accuracy,"
             "learning_rate\n1,2,.3,2.5,.2,.001\n"
             "2,1,.6,nan,.5,.001\n");
    p = make_page(3, SPLIT_BY_GROUP);
    check_page(p);
    check_headline(p);
    page_has(p, "e2: 0/0 of " EVIL_HTML, "undefined figures are a warning");
    page_has(
        p,
        "<td class=\"num\">3</td><td colspan=\"12\" class=\"missing\">missing: "
        "there is",
        "an experiment without figures is in the table");
    check_metrics(p);
    page_has(p, "weighted mean</th><td class=\"num\">81.1", "weighted figures");
    page_has(p, "data-n=\"3\" data-is=\"b\" data-called=\"" EVIL_HTML "\"",
             "the confusion matrix");
    page_lacks(p, ">called abnormal<", "without sides where no class has one");
    page_has(p,
             "e2 is right far more often on the validation split</strong>, "
             "90.0&nbsp;%, than on the test split, 75.0&nbsp;%: 15.0 points "
             "less.",
             "validation far above test is a warning");
    page_lacks(p, "e1 is right far more often", "  below it is none");
    ok(markup_count(p, "class=\"pl-chart\" viewBox") == 2,
       "one pair of curves");
    put_file("data/baseline.json", "{\"test\":0.5}");
    p = make_page(3, SPLIT_BY_GROUP);
    page_lacks(p, "Not clearly better", "an interval above it is not");
}

static void check_errors(void)
{
    char *p;

    put_file("evaluate/e1/errors.csv",
             "by,part,from,to,cells,correct,accuracy,low,high\n"
             "size,1,60.5,102.2,5,4,0.8,0.376,0.964\n"
             "size,2,102.2,120,0,0,,,\n"
             "picture,trained,,,5,5,1,0.566,1\n"
             "picture,new,,,15,10,0.667,0.417,0.848\n"
             "groups,mean,,,9,,0.71,,\ngroups,deviation,,,9,,0.25,,\n"
             "groups,least,,,9,,0.125,,\ngroups,lower quartile,,,9,,0.5,,\n");
    p = make_page(1, SPLIT_BY_GROUP);
    check_page(p);
    page_has(p,
             "size 60 to 102&nbsp;px</th><td class=\"num\">5</td>"
             "<td class=\"num\">80.0&nbsp;%</td>",
             "accuracy by size");
    page_lacks(p, "size 102", "  not of no cells");
    page_has(p, "cluster image not trained on</th><td class=\"num\">15",
             "  by picture");
    page_has(
        p,
        "the 9 cluster images (or cells without one): mean 71.0&nbsp;%, "
        "deviation 25.0&nbsp;%, a quarter of them at most 50.0&nbsp;%, the "
        "worst 12.5&nbsp;%",
        "  spread over pictures");
}

/* What a page says of an ensemble that stands first: of one without
 * probabilities nothing that follows from these. */
static void check_vote(const char *p, const struct plan *plan)
{
    static const char weights[] =
        "<li>How much each member of the vote weighs: "
        "its accuracy on the validation split";

    page_has(p, "<p class=\"mute\">By e2, which does best", "  stands first");
    page_lacks(p, "Under a cell stands", "  has no probabilities");
    page_lacks(p, "calibrated</a>", "  none that are calibrated");
    page_lacks(p, "sets: the validation split", "  no temperature nor sets");
    page_lacks(p, weights, "  no weights");
    snprintf(plan->step[3].network, sizeof(plan->step[3].network),
             "weighted_vote");
    put_file("evaluate/e2/predictions.csv",
             "file,split,label,predicted,p_" EVIL ",p_b,group\n"
             "1,test,b,b,.1,.9,\n2,validation,b,b,.1,.9,\n");
    p = page_of(plan);
    page_has(p, weights, "  of votes, validation weighs the members");
    page_has(p, "<li>Prediction sets: the validation split", "  and fits sets");
    page_has(p, "as the network gives it.</p>",
             "  to probabilities as they are");
    fill_predictions("evaluate/e2/predictions.csv");
}

/* The page of one experiment and an ensemble of it. */
static void check_ensemble(void)
{
    struct plan_step step[9];
    const struct plan plan = {.step = step, .n_step = 4};
    struct plan_step *e = &step[3];
    char *p;

    plan_experiments(step, 2);
    *e = step[4]; /* evaluate/e2, without a training or explanations */
    snprintf(e->network, sizeof(e->network), "fuzzy_rank");
    e->ensemble = true;
    config_init(&config);
    p = page_of(&plan);
    check_page(p);
    page_has(p,
             "<a href=\"#experiment-2\">e2</a></th><td>fuzzy_rank</td><td>"
             "</td><td class=\"num\">2</td><td class=\"num\">75.0",
             "  is in the table of results with its accuracy");
    page_has(p, "<p class=\"mute\">fuzzy_rank, ", "  with what it is");
    page_lacks(p, "e2</strong> is incomplete", "  lacks nothing");
    check_vote(p, &plan);
}

static void check_damaged(void)
{
    char *p;

    put_file("evaluate/e1/metrics.json", "{\"test\": oops");
    put_file("train/e1/history.csv", "epoch,loss\n1,2,3\n");
    put_file("evaluate/e2/metrics.json",
             "{\"classes\":[\"a\"],\"test\":{\"n\":\"many\","
             "\"confusion\":[[1,2]],\"interval\":[1],\"per_class\":7}}");
    put_file("evaluate/e2/predictions.csv", "file\n1\n");
    put_file("data/baseline.json", "[]");
    p = make_page(2, SPLIT_BY_GROUP);
    check_page(p);
    page_has(p, "evaluate/e1/metrics.json&#39;:1: ", "broken JSON is said so");
    page_has(p, "3 fields, the header has 2", "a broken table too");
    page_has(p, "predictions.csv&#39; has no column &#39;split&#39;",
             "predictions that are none, too");
}

static void check_methods(void)
{
    char *p;

    put_file("explain/e1/scores.csv",
             "file,class,predicted,target,p,method,map\n"
             "a,a,a,a,.9,gradcam,maps/lost.npy\n"
             "a,a,a,a,.9,lime,maps/lost.npy\n");
    put_file("explain/e1/faithfulness.csv",
             "method,class,figure,cells,groups,mean,low,high\n"
             "gradcam,all,insertion,2,2,0.5,0.4,0.6\n"
             "gradcam,all,drop,2,2,0.25,,\n"
             "gradcam,a,insertion,2,2,0.9,,\n"
             "lime,all,insertion,2,2,0.125,0.1,0.2\n"
             "lime,all,drop,2,2,0.75,0.7,0.8\n");
    put_file("explain/e1/f_fidelity.csv",
             "method,class,figure,cells,groups,mean,low,high\n"
             "lime,all,f_fidelity_plus,2,2,0.375,0.3,0.4\n"
             "lime,all,f_fidelity,2,2,0.0625,0.05,0.07\n");
    p = make_page(1, SPLIT_BY_GROUP);
    check_page(p);
    page_lacks(p, "<figure", "without maps there is no gallery");
    page_has(p,
             "#word-lime\">LIME</a></th><td class=\"num\">0.125 <span "
             "class=\"mute\">0.100 to 0.200</span></td><td class=\"num\">0.750",
             "faithfulness by method");
    page_has(p, "<td class=\"num\">0.250</td></tr>",
             "also without an interval");
    page_has(p,
             "<h4>F-Fidelity</h4>\n"
             "<div",
             "F-Fidelity has a table of its own");
    page_has(p,
             "0.375 <span class=\"mute\">0.300 to 0.400</span></td>"
             "<td class=\"num\">0.062 <span",
             "  of its figures");
    page_has(p, "#word-f_fidelity\">F-Fidelity</a>",
             "  and a column beside ROAD's");
    ok(strstr(strstr(p, "id=\"experiment-1\""), "0.900</td>") >
           strstr(p, "id=\"explainers\""),
       "of all classes");
}

/* A training of so many epochs that its curves alone would fill the page. */
static void check_limit(void)
{
    struct buf b = {0};
    char *p;

    buf_puts(&b, "epoch,loss,accuracy,val_loss,val_accuracy\n");
    for (int i = 1; i < 150000; i++)
        buf_printf(&b, "%d,1.25,0.5,1.75,0.25\n", i);
    put_file("train/e2/history.csv", b.data);
    buf_release(&b);
    p = make_page(2, SPLIT_BY_GROUP);
    check_page(p);
    ok(strlen(p) < REPORT_MAX_BYTES && markup_count(p, "Left out to keep") == 1,
       "a section that would fill the page is left out");
    page_has(p, "its files are in <code>evaluate/e2</code>",
             "  which says where its files are");
    put_file("train/e2/history.csv", "epoch\n");
}

static void check_origin(void)
{
    char *p, *again;

    put_file("run.yaml", "run:\n  dir: </code></pre>" EVIL "\n");
    put_file(
        "journal.jsonl",
        "{\"time\":\"2026-01-01T00:00:00Z" EVIL "\",\"event\":\"run-start\"}\n"
        "{\"event\":\"node-failed\",\"node\":\"old\",\"reason\":\"past\"}\n"
        "nonsense\n"
        "{\"time\":\"T1\",\"event\":\"run-start\"}\n"
        "{\"event\":\"unit-set-aside\",\"node\":\"augment\","
        "\"reason\":\"three " EVIL "\"}\n"
        "{\"event\":\"node-failed\",\"node\":\"train/e1\","
        "\"reason\":\"no disk\"}\n"
        "{\"time\":\"2026-01-01T01:00:00Z\",\"event\":\"worker-lost\",\"why\":\"killed\"}\n"
        "{\"event\":\"worker-lost\",\"why\":\"exit status 0\"}\n"
        "{\"time\":\"2026-01-01T02:0");
    put_file(
        "train/e1/manifest.json",
        "{\"key\":\"0000000000000000000000000000000000000000000000000000000000"
        "000001\",\"program\":\"" EVIL "\",\"host\":\"h1\",\"seconds\":61.4,"
        "\"resumed\":2,\"files\":[]}");
    put_file("explain/e1/manifest.json", "{\"key\":\"other\"}");
    p = make_page(1, SPLIT_BY_GROUP);
    check_page(p);
    page_has(p, "dir: &lt;/code&gt;&lt;/pre&gt;" EVIL_HTML,
             "run.yaml, escaped");
    page_has(p,
             "Begun 2026-01-01T00:00:00Z" EVIL_HTML
             ", last event before this page 2026-01-01T01:00:00Z; 7 events in "
             "journal.jsonl, 2 starts",
             "the journal, without lines that are cut short");
    page_has(p, "augment: a unit was set aside</strong>: three " EVIL_HTML,
             "units that were set aside");
    page_has(p, "train/e1 failed</strong>: no disk", "steps that failed");
    page_has(p, "1 worker was lost", "workers that were lost");
    page_lacks(p, ">past<", "only those of the last start");
    page_lacks(p, "old failed", "not of earlier ones");
    page_has(p, "train/e1</th><td>complete</td><td><code>000000000000",
             "a step");
    page_has(p,
             "<td>" EVIL_HTML "</td><td>h1</td><td></td><td></td><td></td>"
             "<td class=\"num\">61</td><td class=\"num\">2</td>",
             "who made it");
    page_has(p, "evaluate/e1</th><td><span class=\"missing\">not complete",
             "none");
    page_has(p, "explain/e1</th><td>made with other settings", "an older one");
    again = make_page(1, SPLIT_BY_GROUP);
    ok(strcmp(p, again) == 0, "the same files, the same page");
}

static void check_failure(void)
{
    const struct plan plan = {0};
    struct err err = {0};

    config_init(&config);
    fails(report_write(dir, &config, &plan, in_dir("nowhere"), &err), err,
          ERR_SYSTEM, "nowhere", "a directory that is not there");
}

/* A share is 100.0 % if it is all, alone or as a metric. */
static void check_shares(void)
{
    struct buf b = {0};

    report_html_put(&b, "%f %f %f ", 4048. / 4049, 1. / 2100, 1.);
    report_html_metric(&b, &metrics_table[METRIC_ACCURACY], 4048. / 4049);
    ok(strcmp(b.data, "99.9&nbsp;% 0.1&nbsp;% 100.0&nbsp;% 99.9&nbsp;%") == 0,
       "a share is all or none only if it is");
    buf_release(&b);
}

/* Every metric, every figure of explainers and every method has a word. */
static void check_glossary(void)
{
    static const char *const methods[] = {
#define EXPLAINER(name, title) #name,
#include "config/explainers.def"
#undef EXPLAINER
    };
    bool metrics = true, figures = true, explained = true;

    for (const struct metric *m = metrics_table; m->name; m++)
        metrics = metrics && page_glossary_find(m->name);
    for (int f = 0; f < EXPLAINER_FIGURES; f++)
        figures = figures && page_glossary_find(explainer_figure[f].name);
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        explained = explained && page_glossary_find(methods[i]);
    ok(metrics, "the glossary has every metric");
    ok(figures, "  every figure of explainers");
    ok(explained, "  every method");
    ok(page_glossary_class("im_KOILOCYTOTIC")->id ==
           page_glossary_find("koilocytotic")->id,
       "  and the classes of SIPaKMeD, whatever they are called around");
    ok(!page_glossary_class("unknown") && !page_glossary_find("unknown"),
       "  but not what nobody knows");
}

int main(void)
{
    begin_dir();
    check_glossary();
    check_shares();
    check_empty();
    check_figures();
    check_errors();
    check_ensemble();
    check_damaged();
    check_methods();
    check_limit();
    check_origin();
    check_failure();
    return end_dir();
}
