/* test_report.c - one offline page, whatever a run's files hold or lack */
#include "base/buf.h"
#include "report_run.h"

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
             "<th scope=\"row\">accuracy</th><td class=\"num\">75.0&nbsp;%</td>"
             "<td class=\"num\">53.1&nbsp;% to 88.8&nbsp;%</td>",
             "metrics, accuracy with the interval of the headline");
    page_has(p,
             "weighted by class size</th><td class=\"num\">81.1&nbsp;%</td>"
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
    page_has(p, "b called " EVIL_HTML ": 3 of 11", "the confusion matrix");
    page_has(p,
             "e2 is right far more often on the validation split</strong>, "
             "90.0&nbsp;%, than on the test split, 75.0&nbsp;%: 15.0 points "
             "less.",
             "validation far above test is a warning");
    page_lacks(p, "e1 is right far more often", "  below it is none");
    ok(markup_count(p, "<svg") == 3, "two matrices and one pair of curves");
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
    put_file("evaluate/e1/mistakes.png", "a sheet");
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
    page_has(p, "data:image/png;base64,YSBzaGVldA==", "the sheet of mistakes");
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
}

static void check_damaged(void)
{
    char *p;

    put_file("evaluate/e1/metrics.json", "{\"test\": oops");
    put_file("train/e1/history.csv", "epoch,loss\n1,2,3\n");
    put_file("evaluate/e2/metrics.json",
             "{\"classes\":[\"a\"],\"test\":{\"n\":\"many\","
             "\"confusion\":[[1,2]],\"interval\":[1],\"per_class\":7}}");
    put_file("data/baseline.json", "[]");
    p = make_page(2, SPLIT_BY_GROUP);
    check_page(p);
    page_has(p, "evaluate/e1/metrics.json&#39;:1: ", "broken JSON is said so");
    page_has(p, "3 fields, the header has 2", "a broken table too");
    page_has(p, "metrics.json has none", "a matrix that is not square is none");
}

static void fill_gallery(void)
{
    put_file("explain/e1/scores.csv",
             "row,file,class,predicted,target,p,map,overlay,peak_x,peak_y\n"
             "4,a/" EVIL ".bmp,a,a,a,0.9876,maps/4_0.npy,overlays/4_0.png,1,2\n"
             "5,a/5.bmp,a,b,b,0.8,maps/5_1.npy,overlays/5_1.png,1,2\n"
             "5,a/5.bmp,a,b,a,0.8,maps/5_0.npy,overlays/lost.png,1,2\n"
             "6,b/6.bmp,b,b,b,0.7,maps/6_1.npy,overlays/../../x.png,1,2\n");
    put_file("explain/e1/overlays/4_0.png", "first picture");
    put_file("explain/e1/overlays/5_1.png", "second picture");
    put_file("explain/x.png", "not in the folder");
}

static void check_gallery(void)
{
    char *p;

    fill_gallery();
    p = make_page(1, SPLIT_BY_GROUP);
    check_page(p);
    page_has(p, "data:image/png;base64,Zmlyc3QgcGljdHVyZQ==", "a picture");
    page_has(p, "data:image/png;base64,c2Vjb25kIHBpY3R1cmU=", "another");
    ok(markup_count(p, "<img") == 2, "and no third");
    ok(markup_count(p, "<h4>Classified right</h4>") == 2 &&
           markup_count(p, "<h4>Classified wrong</h4>") == 1,
       "by class, right and wrong");
    page_has(p, "<span class=\"right\">right</span>, 98.8&nbsp;% sure",
             "captions");
    page_has(p, "called b</span>, 80.0&nbsp;%; map for b", "of wrong ones too");
    page_has(p, "alt=\"Cell of class a, then maps of what speaks for b\"",
             "and words for each picture");
    page_has(p, "a/" EVIL_HTML ".bmp", "file names are escaped");
    page_has(p, "overlays/lost.png is missing", "a lost picture is said so");
    page_has(p, "overlays/../../x.png is missing: not in its folder",
             "a path that leads out of the folder is not followed");
}

static void check_methods(void)
{
    char *p;

    put_file("explain/e1/scores.csv",
             "file,class,predicted,target,p,method,overlay,strip\n"
             "a,a,a,a,.9,gradcam,overlays/lost.png,overlays/4_0.png\n"
             "a,a,a,a,.9,lime,overlays/lost.png,overlays/4_0.png\n"
             "b,a,b,b,.9,gradcam,overlays/lost.png,overlays/5_1.png\n"
             "b,a,b,b,.9,lime,overlays/lost.png,overlays/5_1.png\n");
    put_file("explain/e1/faithfulness.csv",
             "method,class,figure,cells,groups,mean,low,high\n"
             "gradcam,all,insertion,2,2,0.5,0.4,0.6\n"
             "gradcam,all,drop,2,2,0.25,,\n"
             "gradcam,a,insertion,2,2,0.9,,\n"
             "lime,all,insertion,2,2,0.125,0.1,0.2\n"
             "lime,all,drop,2,2,0.75,0.7,0.8\n");
    p = make_page(1, SPLIT_BY_GROUP);
    check_page(p);
    ok(markup_count(p, "<img") == 2, "one picture for all methods of a cell");
    page_has(p, "data-stops=\"gradcam lime all\"", "stops of the slider");
    page_has(p,
             "From the left the cell, gradcam, lime, the parts that speak most",
             "whose panels are named");
    page_has(p,
             "<th scope=\"row\">lime</th><td class=\"num\">0.125 <span "
             "class=\"mute\">0.100 to 0.200</span></td><td class=\"num\">0.750",
             "faithfulness by method");
    page_has(p, "<td class=\"num\">0.250</td></tr>",
             "also without an interval");
    page_lacks(strstr(p, "id=\"experiment-1\""), "0.900</td>",
               "of all classes");
}

static void check_limit(void)
{
    enum { PICTURE = 4000000, ROWS = 5 }; /* two fit into 13 MB as base64 */
    static char big[PICTURE + 1];
    char *p;
    struct buf b = {0};

    memset(big, 'x', PICTURE);
    put_file("explain/e1/overlays/big.png", big);
    buf_puts(&b, "file,class,predicted,target,p,overlay\n");
    for (int i = 0; i < ROWS; i++)
        buf_puts(&b, "a,a,a,a,.9,overlays/big.png\n");
    put_file("explain/e1/scores.csv", b.data);
    p = make_page(1, SPLIT_BY_GROUP);
    ok(markup_count(p, "<img") == 2, "pictures that fit are shown");
    page_has(p, "3 more cells are left out", "the others are counted");
    ok(strlen(p) < REPORT_MAX_BYTES, "and the page stays below its limit");
    buf_release(&b);
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

int main(void)
{
    begin_dir();
    check_empty();
    check_figures();
    check_errors();
    check_ensemble();
    check_damaged();
    check_gallery();
    check_methods();
    check_limit();
    check_origin();
    check_failure();
    return end_dir();
}
