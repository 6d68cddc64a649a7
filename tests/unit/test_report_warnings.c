/* test_report_warnings.c - what the page says of files that may mislead */
#include "report_run.h"

static void fill_index(void)
{
    put_file(
        "data/index.csv",
        "file,class,group,split,sha256,width,height,status\n"
        "a/1.bmp,a,g1,train,s1,9,9,ok\n"
        "a/2.bmp,a,g1,test,s2,9,9,ok\n"
        "a/3.bmp,a,g2,test,s3,9,9,ok\n"
        "a/4.bmp,a,g3,validation,s1,9,9,ok\n"
        "a/5.bmp,a,g4,,s9,9,9,cut short " EVIL "\n"
        "a/6.bmp,a,g4,,s9,9,9,cut short " EVIL "\n"
        "\"a/\"\"7\"\" & '.bmp\",a,g4,,s8,9,9,\"not a picture, <b>\"\n" EVIL
        "/8.bmp," EVIL ",g1,train,s7,9,9,ok\n" EVIL "/9.bmp," EVIL
        ",g5,test,s2,9,9,ok\n");
    put_file("augment/index.csv",
             "source,variant,class,split,sha256,operations,status\n"
             "0,0,a,train,x,none,ok\n"
             "0,1,a,train,x,rotate,ok\n"
             "7,1,a,train,x,rotate,lost " EVIL "\n");
}

/* The page of an experiment whose plan may store variants; split at random, or
 * into folds. */
static char *page_with_variants(bool stored, int folds)
{
    struct plan_step step[4];
    const struct plan plan = {
        .step = step, .n_step = plan_experiments(step, 1) + (stored ? 1 : 0)};

    step[3] = (struct plan_step){.stage = &stage_table[STAGE_AUGMENT]};
    snprintf(step[3].name, sizeof(step[3].name), "augment");
    snprintf(step[3].dir, sizeof(step[3].dir), "augment");
    config_init(&config);
    config.split.method = SPLIT_BY_RANDOM;
    config.split.folds = folds;
    return page_of(&plan);
}

/* Variants are of cells, which train as well; those that no step of the plan
 * stores are left from before. */
static void check_variants(void)
{
    char *p;

    put_file("data/index.csv",
             "file,label,group,split,fold,sha256,status\n"
             "a,a,g1,test,0,s1,ok\nb,a,g2,validation,1,s2,ok\n"
             "c,a,g3,train,2,s3,ok\nd,a,g4,train,2,s4,ok\n");
    p = page_with_variants(true, 1);
    page_has(p,
             "The network is trained on the 2 training cells and 2 variants of "
             "them.",
             "variants train beside the cells that they are made from");
    p = page_with_variants(false, 1);
    page_lacks(p, "2 variants", "  not those that are left from before");
    page_lacks(p, "augmented image was set aside", "  nor warnings of them");
    p = page_with_variants(true, 3);
    page_has(p,
             "There are 2 variants of all cells, of which each fold trains on "
             "those of its own training cells",
             "  of folds each has its own");
}

/* Copies of cells that are told by what trained are counted apart. */
static void check_twins(void)
{
    const char *p;

    put_file("data/index.csv",
             "file,label,group,split,sha256,status\n"
             "a,a,g1,validation,s1,ok\nb,a,g2,test,s1,ok\n"
             "c,b,g3,test,s2,ok\nd,b,g4,train,s2,ok\ne,b,g5,test,s2,ok\n"
             "f,b,g6,train,s3,ok\ng,b,g7,validation,s3,ok\n");
    p = make_page(1, SPLIT_BY_GROUP);
    page_has(p,
             "<strong>7 files are exact copies across splits</strong>: of 2 of "
             "3 test cells a copy was trained on (e.g. <code>d</code> and "
             "<code>c</code>)",
             "test cells whose copy was trained on are counted");
    put_file("data/index.csv", "file,label,group,split,sha256,status\n"
                               "a,a,g1,validation,s1,ok\nb,a,g2,test,s1,ok\n"
                               "f,b,g6,train,s3,ok\n");
    p = make_page(1, SPLIT_BY_GROUP);
    page_has(p,
             "<strong>2 files are exact copies across splits</strong> (e.g. "
             "<code>a</code> and <code>b</code>)",
             "  others are no more than copies");
}

static void check_warnings(void)
{
    char *p;

    fill_index();
    put_file("data/stats.json", "{\"warnings\":[\"class folder '" EVIL
                                "' holds no pictures\",\"b\"],"
                                "\"bits_found\":12,\"without_content\":{"
                                "\"almost black\":2,\"files\":[\"a\"]}}");
    p = page_with_variants(true, 1);
    check_page(p);
    page_has(p, "<strong>3 files were set aside",
             "set-aside files are counted");
    page_has(p, "2 &times; cut short " EVIL_HTML,
             "by reason, the text escaped");
    page_has(p, "1 &times; not a picture, &lt;b&gt;", "every reason");
    page_has(p, "a/&quot;7&quot; &amp; &#39;.bmp", "with an example, escaped");
    page_has(p, "<strong>1 augmented image was set aside",
             "augmented ones too");
    page_has(p, "of source <code>7</code>", "by their source");
    page_has(p, "<strong>2 files are exact copies across splits", "twins");
    page_has(p, "<code>a/1.bmp</code> and <code>a/4.bmp</code>", "an example");
    page_lacks(p, "a copy was trained on", "  of which no test cell is one");
    page_has(p, "<strong>2 files are exact copies under different classes",
             "equal files with other labels");
    page_has(p,
             "<strong>1 group has cells in more than one split</strong>, "
             "because the split is random over cells: 1 of 3 test cells",
             "groups that a random split tears (of one class each)");
    page_has(p,
             "Few test cells</strong>, so the figures of these classes say "
             "little: " EVIL_HTML " (1), a (2)",
             "small classes");
    page_has(p, "2 training cells and 2 variants", "augmented images in use");
    page_has(p,
             "<th scope=\"row\">a</th><td class=\"num\">1</td>"
             "<td class=\"num\">1</td><td class=\"num\">2</td>"
             "<td class=\"num\">4</td><td class=\"num\">3</td>",
             "the classes by split");
    page_has(p, "<strong>16-bit images use 12 bits</strong> and were read 16 ",
             "samples that were read too dark");
    page_has(p, "<strong>2 images are without content</strong>",
             "images without content");
    page_has(p, "2 remarks from preparing the images",
             "remarks of preprocessing");
    page_has(p, "class folder &#39;" EVIL_HTML "&#39; holds",
             "escaped as well");
    p = make_page(1, SPLIT_BY_GROUP);
    page_lacks(p, "because the split is random", "another split is not blamed");
    put_file("data/index.csv", "file,class,group,split,sha256,status\n"
                               "a,a,g1,train,s1,ok\nb,a,g2,train,s2,ok\n");
    p = make_page(1, SPLIT_BY_GROUP);
    page_has(p, "The test split is empty", "an empty test split");
    page_has(p, "The validation split is empty", "an empty validation split");
    page_lacks(p, "The train split is empty", "the other is not");
    page_lacks(p, "Test labels were used", "no leak, no warning");
    page_lacks(p, "exact copies", "no twins, no warning");
    page_lacks(p, "cells in more than one split", "no torn groups, no warning");
}

/* Nothing tests: all that is said is of validation cells. */
static void check_untested(void)
{
    struct plan_step step[3];
    const struct plan plan = {.step = step,
                              .n_step = plan_experiments(step, 1)};
    char *p;

    put_file("data/index.csv", "file,class,group,split,sha256,status\n"
                               "a,a,g1,train,s1,ok\nb,a,g1,validation,s2,ok\n"
                               "c,b,g2,validation,s3,ok\n");
    put_file("data/stats.json", "{\"not_in_split_csv\":7}");
    put_file("evaluate/e1/metrics.json",
             "{\"classes\":[\"a\",\"b\"],\"validation\":{\"n\":20,"
             "\"correct\":15,\"accuracy\":0.75,\"ece\":0.123,\"bootstrap\":"
             "{\"groups\":20,\"ece\":[0.111,0.222]},\"confusion\":"
             "[[7,2],[3,8]],\"per_class\":[],\"notes\":[]}}");
    put_file("evaluate/e1/predictions.csv",
             "file,split,label,predicted,p_a,p_b,group\n"
             "b,validation,a,a,.9,.1,\nc,validation,b,a,.8,.2,\n");
    p = make_page(1, SPLIT_BY_RANDOM);
    page_has(p, "1 of 2 validation cells come from a picture",
             "torn groups are told of validation cells");
    page_has(p, "of validation cells, by which the epoch was chosen. They",
             "which chose the epoch");
    page_has(p, "Each class of the validation split</h3>", "classes are of it");
    page_has(p, ">validation split</th>", "and further figures");
    page_has(p, "0.111 to 0.222", "with their intervals");
    page_lacks(p, "test split</th>", "nothing is of the test split");
    page_has(p, "data-n=\"1\" data-is=\"b\" data-called=\"a\"",
             "its confusion matrix is shown");
    page_has(p, ",null,[9000,1000],[],1]", "no set, no temperature of them");
    page_has(p, "<strong>7 pictures are left out</strong>: <code>split.csv",
             "what a table of folds does not name is told");
    config.evaluate.model = MODEL_LAST;
    p = page_of(&plan);
    page_has(p, "of validation cells. They serve",
             "the last epoch is not chosen");
    step[1].ensemble = true;
    snprintf(step[1].network, sizeof(step[1].network), "weighted_vote");
    p = page_of(&plan);
    page_has(p, "of validation cells; the weights of weighted_vote are fitted",
             "but votes are weighted by these cells");
    snprintf(config.evaluate.ensemble_weights,
             sizeof(config.evaluate.ensemble_weights), "1 1");
    p = page_of(&plan);
    page_lacks(p, "the weights of weighted_vote", "unless weights are given");
}

int main(void)
{
    begin_dir();
    check_warnings();
    check_twins();
    check_variants();
    check_untested();
    return end_dir();
}
