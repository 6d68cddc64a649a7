/* test_metrics_json.c - metrics.json holds all figures and says what is undefined;
 * class maps are checked */
#include "base/clock.h"
#include "base/rng.h"
#include "evaluation/predictions.h"
#include "markup.h"
#include "stages/evaluate/metrics_json.h"
#include "test_dir.h"

#include <jansson.h>

enum { K = 3 };

static const char names[][CONFIG_NAME_MAX] = {"a", "b, \"quoted\"", "c\xff"};

/* A number at a path of keys, dots between; an index is a number. */
static const json_t *json_at(const json_t *j, const char *path)
{
    char key[64];

    while (j && *path) {
        const size_t n = strcspn(path, ".");

        snprintf(key, sizeof(key), "%.*s", (int)n, path);
        j = json_is_array(j) ? json_array_get(j, strtoul(key, NULL, 10))
                             : json_object_get(j, key);
        path += n + (path[n] == '.');
    }
    return j;
}

static double number_at(const json_t *j, const char *path)
{
    const json_t *v = json_at(j, path);

    return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

static bool has_note(const json_t *j, const char *path, const char *part)
{
    const json_t *list = json_at(j, path);

    for (size_t i = 0; i < json_array_size(list); i++)
        if (strstr(json_string_value(json_array_get(list, i)), part))
            return true;
    return false;
}

/* --- metrics.json --------------------------------------------------------- */

static const int label[] = {0, 0, 1};
static const int predicted[] = {0, 1, 1};
static const double p[] = {.7, .2, .1, .3, .6, .1, .1, .8, .1};
static const char *const group[] = {"a/1", "a/1", "b/1"};

static struct metrics_json small_case(const struct evaluate_settings *s)
{
    const struct metrics_json_split split = {{3, K, label, predicted, p, NULL},
                                             group};

    return (struct metrics_json){.experiment = "an \"experiment\"",
                                 .network = "net",
                                 .model = "best",
                                 .class_name = names,
                                 .settings = s,
                                 .seed = 3,
                                 .test = split,
                                 .validation = split};
}

/* Assess and parse; 'a' is released. */
static json_t *parsed_json(struct metrics_json *a)
{
    struct buf b = {0};
    struct err err = {0};
    json_t *root = NULL;

    if (works(metrics_json_run(a, &err) == 0 &&
                  metrics_json_encode(a, &b, &err) == 0,
              err, "a test split is assessed and written as JSON"))
        root = json_loads(b.data, 0, NULL);
    buf_release(&b);
    metrics_json_release(a);
    return root;
}

static void check_json(const struct evaluate_settings *s)
{
    struct metrics_json a = small_case(s);
    json_t *j = parsed_json(&a);

    ok(j != NULL, "metrics.json is JSON, though a class name is not UTF-8");
    near(number_at(j, "test.n"), 3, 0, "three test cells are counted");
    near(number_at(j, "test.accuracy"), 2.0 / 3, 1e-9,
         "accuracy of three cells");
    near(number_at(j, "test.balanced_accuracy"), .75, 1e-9,
         "balanced accuracy of three cells");
    near(number_at(j, "test.confusion.0.1"), 1, 0,
         "rows of the confusion matrix are the true classes");
    ok(has_note(j, "test.notes", "precision of c? is 0/0"),
       "precision of 0/0 is noted for the test split");
    ok(has_note(j, "validation.notes", "recall of c? is 0/0"),
       "recall of 0/0 is noted for the validation split");
    ok(has_note(j, "test.notes", "ROC-AUC is the mean of 2 of 3 classes"),
       "a class without ROC-AUC is noted");
    ok(json_is_null(json_at(j, "test.per_class.2.roc_auc")), "  which is null");
    near(number_at(j, "test.roc_auc"), 1, 1e-9, "ROC-AUC of three cells");
    near(number_at(j, "test.brier"), (.14 + .86 + .06) / 3, 1e-9,
         "mean Brier score");
    near(number_at(j, "test.nll"), -log(.7 * .3 * .8) / 3, 1e-9, "mean NLL");
    ok(json_array_size(json_at(j, "test.reliability")) == RELIABILITY_BINS,
       "metrics.json has all bins of confidence");
    ok(number_at(j, "temperature.value") > 0 &&
           number_at(j, "temperature.test.nll") > 0,
       "metrics.json has a temperature and its log-likelihood");
    ok(has_note(j, "binary.notes", "no class map"), "no class map is noted");
    near(number_at(j, "costs.as_said"), 1.0 / 3, 1e-9, "cost of what is said");
    near(number_at(j, "costs.best_constant"), 1.0 / 3, 1e-9,
         "  and of the best constant answer");
    near(number_at(j, "sets.referred"), 1, 1e-9,
         "few validation cells: all are referred");
    ok(has_note(j, "sets.notes", "2 validation cells, too few"), "  with why");
    near(number_at(j, "test.bootstrap.groups"), 2, 0,
         "the bootstrap draws two groups");
    near(number_at(j, "test.bootstrap.accuracy.0"), .5, 1e-9,
         "interval of two groups: lower end");
    near(number_at(j, "test.bootstrap.accuracy.1"), 1, 1e-9, "  upper end");
    ok(has_note(j, "test.notes", "2 groups of cells, too few"), "  noted");
    json_decref(j);
}

/* Nothing that validation fitted is tried on it. */
static void check_untested(const struct evaluate_settings *s)
{
    static const char *const left_out[] = {"test", "temperature", "binary",
                                           "costs", "sets"};
    struct metrics_json a = small_case(s);
    json_t *j;
    bool there = false;

    a.test.o.n = 0;
    j = parsed_json(&a);
    for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
        there |= json_object_get(j, left_out[i]) != NULL;
    ok(!there, "without test cells nothing is said of them");
    near(number_at(j, "validation.accuracy"), 2.0 / 3, 1e-9,
         "  but of validation");
    near(number_at(j, "validation.bootstrap.accuracy.0"), .5, 1e-9,
         "  with its interval");
    json_decref(j);
}

static void check_decisions(struct evaluate_settings s)
{
    struct metrics_json a = small_case(&s);
    json_t *j;

    a.test.o.p = a.validation.o.p = NULL;
    s.bootstrap = 0;
    j = parsed_json(&a);
    near(number_at(j, "test.accuracy"), 2.0 / 3, 1e-9,
         "decisions alone are counted");
    ok(json_is_false(json_at(j, "probabilities")) && !json_at(j, "test.nll") &&
           !json_at(j, "temperature") && !json_at(j, "sets") &&
           json_at(j, "costs.as_said"),
       "  what needs probabilities is left out");
    ok(!json_at(j, "test.bootstrap"), "  and the bootstrap, when not wanted");
    json_decref(j);
}

static void check_one_class(const struct evaluate_settings *s)
{
    static const int same[] = {0, 0, 0};
    static const double even[] = {.5, .3, .2, .5, .3, .2, .5, .3, .2};
    struct metrics_json a = small_case(s);
    json_t *j;

    a.test.o = (struct outcomes){3, K, same, same, even, NULL};
    a.validation.o.n = 0;
    j = parsed_json(&a);
    ok(has_note(j, "test.notes", "kappa is 0/0") &&
           has_note(j, "test.notes", "MCC is 0/0"),
       "one class alone: kappa and MCC are noted");
    ok(json_is_null(json_at(j, "test.roc_auc")), "  no ROC-AUC");
    near(number_at(j, "test.pr_auc"), 1, 1e-9, "  PR-AUC of the class");
    ok(has_note(j, "test.notes", "bootstrap: kappa has a value in 0 of"),
       "  no interval of kappa");
    near(number_at(j, "temperature.value"), 1, 1e-9,
         "no validation cell: temperature 1");
    ok(json_is_null(json_at(j, "validation.nll")), "  and null");
    json_decref(j);
}

static void check_alike(const struct evaluate_settings *s)
{
    static const double even[] = {.5, .3, .2, .5, .3, .2, .5, .3, .2};
    static const int first[] = {0, 0, 0};
    struct metrics_json a = small_case(s);
    json_t *j;

    a.test.o = (struct outcomes){3, K, label, first, even, NULL};
    a.validation.o = a.test.o;
    j = parsed_json(&a);
    ok(has_note(j, "test.notes", "every cell has the same probabilities"),
       "probabilities that are all alike are noted");
    near(number_at(j, "test.per_class.0.roc_auc"), .5, 1e-12, "  ROC-AUC .5");
    near(number_at(j, "test.per_class.0.pr_auc"), 2.0 / 3, 1e-9,
         "  PR-AUC the class's share");
    near(number_at(j, "test.mcc"), 0, 1e-12, "  MCC 0");
    ok(number_at(j, "temperature.value") > 0, "  a temperature");
    json_decref(j);
    a = small_case(s);
    j = parsed_json(&a);
    ok(!has_note(j, "test.notes", "the same probabilities"), "  others not");
    json_decref(j);
}

static void check_no_positives(struct evaluate_settings s)
{
    struct metrics_json a = small_case(&s);
    json_t *j;

    snprintf(s.normal, sizeof(s.normal), "a, c\xff");
    snprintf(s.benign, sizeof(s.benign), "%s", "");
    snprintf(s.abnormal, sizeof(s.abnormal), "z");
    a.class_name = (const char[K][CONFIG_NAME_MAX]){"a", "z", "c\xff"};
    a.test.o.n = a.validation.o.n = 2; /* both of class a, which is normal */
    j = parsed_json(&a);
    ok(json_is_null(json_at(j, "binary.as_said.sensitivity")),
       "no abnormal cell: no sensitivity");
    near(number_at(j, "binary.as_said.specificity"), .5, 1e-12,
         "  a specificity");
    ok(has_note(j, "binary.notes", "cells of one side alone") &&
           has_note(j, "binary.notes", "validation has no abnormal cell") &&
           json_is_null(json_at(j, "binary.threshold")),
       "  no threshold, both noted");
    ok(json_is_null(json_at(j, "binary.roc_auc")), "  no area");
    json_decref(j);
}

/* Is 'part' in the text of a file that was written? */
static bool file_has(const char *name, const char *part)
{
    return strstr(text_of(name), part) != NULL;
}

static void check_files(const struct evaluate_settings *s)
{
    static const char want[] = "label,a,\"b, \"\"quoted\"\"\",c\xff\n"
                               "a,1,1,0\n"
                               "\"b, \"\"quoted\"\"\",0,1,0\n"
                               "c\xff,0,0,0\n";
    struct metrics_json a = small_case(s);
    struct err err = {0};
    char *text;

    ok(metrics_json_run(&a, &err) == 0 &&
           metrics_json_write(&a, dir, &err) == 0,
       "the files of an assessment");
    metrics_json_release(&a);
    ok(strcmp(text_of("confusion.csv"), want) == 0,
       "  confusion.csv has the true classes as rows and quotes names");
    text = text_of("reliability.svg");
    ok(markup_balanced(text) && strstr(text, "at temperature"),
       "  reliability.svg");
    ok(file_has("reliability.csv",
                "before,0.666667,0.733333,1,0.700000,1.000000"),
       "  reliability.csv");
}

/* --- class maps ----------------------------------------------------------- */

static const char cells[][CONFIG_NAME_MAX] = {
    "im_Dyskeratotic", "im_Koilocytotic", "Metaplastic", "im_Parabasal",
    "im_Superficial-Intermediate"};

static int map_classes(struct class_groups *s, const char *normal,
                       const char *benign, const char *abnormal,
                       struct err *err)
{
    struct config c;

    config_init(&c);
    snprintf(c.evaluate.normal, CONFIG_CLASS_LIST, "%s", normal);
    snprintf(c.evaluate.benign, CONFIG_CLASS_LIST, "%s", benign);
    snprintf(c.evaluate.abnormal, CONFIG_CLASS_LIST, "%s", abnormal);
    return class_groups_init(s, &c.evaluate, cells, 5, err);
}

static void check_sides(void)
{
    static const enum class_group want[] = {
        CLASS_GROUP_ABNORMAL, CLASS_GROUP_ABNORMAL, CLASS_GROUP_BENIGN,
        CLASS_GROUP_NORMAL, CLASS_GROUP_NORMAL};
    const char *rest = "im_Parabasal, im_Superficial-Intermediate";
    struct class_groups s;
    struct err err = {0};

    ok(map_classes(&s, "auto", "auto", "auto", &err) == 0 && s.known && s.two &&
           memcmp(s.of, want, sizeof(want)) == 0,
       "SIPaKMeD's classes are known by name");
    ok(s.abnormal[0] && !s.abnormal[2] && s.costs.cost[0][2] >= 10,
       "  benign ones count as normal, missing an abnormal one is dear");
    ok(map_classes(&s, rest, "", "Metaplastic,im_Dyskeratotic,im_Koilocytotic",
                   &err) == 0 &&
           s.abnormal[2],
       "a map of one's own");
    fails(map_classes(&s, rest, "Metaplastik", "", &err), err, ERR_USAGE,
          "evaluate.benign: the dataset has no class 'Metaplastik'; did you "
          "mean Metaplastic?",
          "a class that is none");
    fails(map_classes(&s, rest, "im_Parabasal", "", &err), err, ERR_USAGE,
          "'im_Parabasal' is listed twice", "a class in two lists");
    fails(map_classes(&s, rest, "auto", "im_Dyskeratotic", &err), err,
          ERR_USAGE, "class 'im_Koilocytotic' is in none of evaluate.normal",
          "a class in none");
}

/* --- speed ---------------------------------------------------------------- */

static void check_speed(const struct evaluate_settings *s)
{
    enum { N = 812, C = 5 };
    static int y[N], called[N];
    static double q[N * C];
    static char name[N][16];
    const char *of[N];
    struct metrics_json a = small_case(s);
    double begin;
    struct rng rng;
    json_t *j;

    rng_init(&rng, 1, RNG_TEST, 0, 0);
    for (size_t i = 0; i < N; i++) {
        double sum = 0;

        y[i] = (int)rng_below(&rng, C);
        for (int c = 0; c < C; c++)
            sum += q[i * C + (size_t)c] =
                (double)rng_uniform(&rng) + .6 * (c == y[i]);
        for (int c = 0; c < C; c++)
            q[i * C + (size_t)c] /= sum;
        called[i] = outcomes_argmax(q + i * C, C);
        snprintf(name[i], sizeof(name[i]), "g/%zu", i / 4);
        of[i] = name[i];
    }
    a.class_name = cells;
    a.test.o = (struct outcomes){N, C, y, called, q, NULL};
    a.test.group = of;
    a.validation = a.test;
    begin = clock_now();
    j = parsed_json(&a);
    printf("# 2,000 resamples of 14 figures on 812 cells: %.2f s\n",
           clock_now() - begin);
    ok(number_at(j, "test.bootstrap.accuracy.0") <
           number_at(j, "test.accuracy"),
       "intervals of 812 cells");
    ok(number_at(j, "binary.as_said.sensitivity") > .5 &&
           number_at(j, "binary.at_threshold.sensitivity") >= .95,
       "  sensitivity as wanted, where validation is the test split");
    ok(number_at(j, "sets.coverage") >= .95, "  coverage likewise");
    json_decref(j);
}

int main(void)
{
    struct config c;

    begin_dir();
    config_init(&c);
    check_json(&c.evaluate);
    check_untested(&c.evaluate);
    check_decisions(c.evaluate);
    check_one_class(&c.evaluate);
    check_alike(&c.evaluate);
    check_no_positives(c.evaluate);
    check_files(&c.evaluate);
    check_sides();
    check_speed(&c.evaluate);
    return end_dir();
}
