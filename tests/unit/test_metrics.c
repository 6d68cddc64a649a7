/* test_metrics.c - our figures are scikit-learn's, and say what is undefined */
#include "stages/evaluate/metrics.h"
#include "tap.h"

#include "golden/metrics_golden.inc"

#include <jansson.h>
#include <stdlib.h>

static const char names[][CONFIG_NAME_MAX] = {
    "a", "b, \"quoted\"", "c\xff", "d", "e", "f", "g", "h",
};

static void near_scores(const struct scores *got, const struct scores *want,
                        const char *what)
{
    near(got->precision, want->precision, 1e-12, what);
    near(got->recall, want->recall, 1e-12, "  recall");
    near(got->f1, want->f1, 1e-12, "  F1");
    ok(got->support == want->support, "  support");
}

static void check_golden(const struct golden *g)
{
    struct metrics m;

    metrics_init(&m, g->k);
    for (int i = 0; i < g->k; i++)
        for (int j = 0; j < g->k; j++)
            for (size_t n = 0; n < g->confusion[i][j]; n++)
                metrics_add(&m, i, j);
    metrics_finish(&m);
    metrics_finish(&m); /* a second time changes nothing */
    ok(m.n == g->n && m.correct == g->correct, g->name);
    near(m.accuracy, g->accuracy, 1e-12, "  accuracy");
    near(m.low, g->low, 1e-9, "  Wilson, lower end");
    near(m.high, g->high, 1e-9, "  Wilson, upper end");
    near_scores(&m.weighted, &g->weighted, "  weighted precision");
    near_scores(&m.macro, &g->macro, "  macro precision");
    for (int c = 0; c < g->k; c++)
        near_scores(&m.of[c], &g->of[c], "  precision of a class");
}

static void check_paper(void)
{
    double low, high;

    wilson(790, 812, &low, &high);
    near(low, 0.959, 5e-4, "790 of 812: Wilson from 95.9 %");
    near(high, 0.982, 5e-4, "to 98.2 %");
    wilson(0, 0, &low, &high);
    ok(low <= 0.0 && high >= 1.0, "no cells, no knowledge");
    wilson(0, 10, &low, &high);
    ok(low <= 0.0 && high < 0.5, "none of ten begins at 0");
    wilson(10, 10, &low, &high);
    ok(low > 0.5 && high >= 1.0, "ten of ten ends at 1");
}

static void fill(struct metrics *m)
{
    metrics_init(m, 3);
    metrics_add(m, 0, 0);
    metrics_add(m, 0, 1);
    metrics_add(m, 1, 1);
    metrics_finish(m);
}

static void check_undefined(void)
{
    struct metrics m;

    fill(&m);
    ok(m.of[0].undefined == 0, "a class with cells is defined");
    ok(m.of[2].undefined == (UNDEFINED_PRECISION | UNDEFINED_RECALL),
       "a class without cells or predictions is not");
    metrics_init(&m, 2);
    metrics_finish(&m);
    ok(m.n == 0 && fabs(m.accuracy) < 1e-15, "no cell at all gives 0");
}

static const char *note(const json_t *root, const char *split, size_t i)
{
    const json_t *s = json_object_get(root, split);

    return json_string_value(json_array_get(json_object_get(s, "notes"), i));
}

static void check_json(void)
{
    struct metrics m;
    struct buf b = {0};
    struct err err = {0};
    const struct metrics_text t = {
        "an \"experiment\"", "net", "best", names, &m, &m};
    json_t *root, *test;

    fill(&m);
    ok(metrics_json(&t, &b, &err) == 0, "metrics.json is written");
    root = json_loads(b.data, 0, NULL);
    test = json_object_get(root, "test");
    ok(root != NULL, "and is JSON, though a class name is not UTF-8");
    ok(json_integer_value(json_object_get(test, "n")) == 3, "n");
    near(json_real_value(json_object_get(test, "accuracy")), 2.0 / 3.0, 1e-9,
         "accuracy");
    ok(json_integer_value(json_array_get(
           json_array_get(json_object_get(test, "confusion"), 0), 1)) == 1,
       "rows of the matrix are the true classes");
    ok(note(root, "test", 0) &&
           strstr(note(root, "test", 0), "precision of c? is 0/0"),
       "0/0 is noted");
    ok(note(root, "validation", 1) &&
           strstr(note(root, "validation", 1), "recall of c? is 0/0"),
       "for both splits");
    json_decref(root);
    buf_release(&b);
}

static void check_csv(void)
{
    struct metrics m;
    struct buf b = {0};

    fill(&m);
    metrics_csv(&m, names, &b);
    ok(strcmp(b.data, "true,a,\"b, \"\"quoted\"\"\",c\xff\n"
                      "a,1,1,0\n"
                      "\"b, \"\"quoted\"\"\",0,1,0\n"
                      "c\xff,0,0,0\n") == 0,
       "confusion.csv has the true classes as rows and quotes names");
    buf_release(&b);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++)
        check_golden(&golden[i]);
    check_paper();
    check_undefined();
    check_json();
    check_csv();
    return tap_done();
}
