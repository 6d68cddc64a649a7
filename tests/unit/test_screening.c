/*
 * test_screening.c - shares with one interval, what was missed and raised,
 * whether promises hold, what the cells are
 */
#include "evaluation/about_cells.h"
#include "evaluation/screening.h"
#include "evaluation/test_accuracy.h"
#include "stats/proportion.h"
#include "test_dir.h"

static struct config config;

static void text_has(struct buf *b, const char *part, const char *what)
{
    if (!ok(b->data && strstr(b->data, part), what))
        printf("# %s\n# lacks %s\n", b->data ? b->data : "", part);
}

static void text_is(const char *got, const char *want, const char *what)
{
    if (!ok(got && strcmp(got, want) == 0, what))
        printf("# got  %s\n# want %s\n", got ? got : "", want);
}

/* --- one share, one interval ---------------------------------------------- */

static struct grouped_share share_of(size_t k, size_t n, size_t groups,
                                     const struct interval *drawn)
{
    struct grouped_share s = {.k = k, .n = n, .groups = groups};

    grouped_share_choose(&s, drawn);
    return s;
}

static void check_words(const struct grouped_share *s, const char *want,
                        const char *what)
{
    struct buf b = {0};

    grouped_share_words(s, &b);
    text_is(b.data, want, what);
    buf_release(&b);
}

static void check_basis(void)
{
    const struct interval drawn = {0.5, 0.9, 2000};
    struct grouped_share s = share_of(15, 20, 4, &drawn);
    double low, high;

    near(s.low, 0.5, 0, "of groups: what was drawn, lower end");
    near(s.high, 0.9, 0, "  upper end");
    check_words(&s, "95 % interval 50.0 to 90.0 %, over only 4 groups of cells",
                "  which is said");
    s = share_of(15, 20, 20, &drawn);
    proportion_wilson(15, 20, &low, &high);
    near(s.low, low, 0, "where no cells share a group: Wilson, lower end");
    near(s.high, high, 0, "  upper end");
    check_words(&s, "Wilson 95 % interval 53.1 to 88.8 %", "  called so");
    s = share_of(20, 20, 4, &drawn);
    proportion_wilson(4, 4, &low, &high);
    near(s.low, low, 0, "where all are so: Wilson of the groups");
    check_words(&s,
                "Wilson 95 % interval 51.0 to 100.0 %, each of 4 groups "
                "counted as one cell",
                "  called so");
    s = share_of(0, 20, 1, NULL);
    check_words(&s,
                "Wilson 95 % interval 0.0 to 79.3 %, each of 1 group counted "
                "as one cell",
                "  of none likewise");
    s = share_of(15, 20, 4, NULL);
    proportion_wilson(3, 4, &low, &high);
    near(s.low, low, 0, "where nothing was drawn: Wilson of the groups");
    s = share_of(15, 20, 0, NULL);
    ok(isnan(s.low) && isnan(s.high), "of groups not known no interval");
    check_words(&s, "no interval", "  which is said");
    s = share_of(0, 0, 0, &drawn);
    ok(isnan(grouped_share_value(&s)) && s.basis == SHARE_NO_INTERVAL,
       "no cell: no share");
}

static void check_bases(void)
{
    struct buf b = {0};

    grouped_share_bases(1u << SHARE_NO_INTERVAL, &b);
    ok(b.len == 0, "without intervals nothing is said of them");
    grouped_share_bases(1u << SHARE_OVER_GROUPS | 1u << SHARE_WILSON_GROUPS,
                        &b);
    text_is(b.data,
            "over groups of cells drawn again or Wilson's of groups of which "
            "each is counted as one cell",
            "  else how those that there are come about");
    buf_release(&b);
}

static void check_percent(void)
{
    const struct screening s = {.two = true,
                                .missed = share_of(1, 2100, 9, NULL)};
    struct buf b = {0};

    near(grouped_share_percent(4048. / 4049), 99.9, 1e-12,
         "all but one are not all");
    near(grouped_share_percent(1999. / 2000), 99.9, 1e-12,
         "  nor 1,999 of 2,000");
    near(grouped_share_percent(1. / 2100), .1, 1e-12, "  one is not none");
    near(grouped_share_percent(.9994), 99.94, 1e-12,
         "  others are as they are");
    ok(grouped_share_percent(1) >= 100 && grouped_share_percent(0) <= 0,
       "  all and none, too");
    ok(grouped_share_percent(1 - 1e-15) > 99.99,
       "  what arithmetic makes of all is all");
    ok(isnan(grouped_share_percent((double)NAN)), "  what is no share is none");
    screening_put_found(&s, &b);
    text_has(&b, "1 was missed (0.1 %", "  so it is in sentences");
    buf_release(&b);
}

static void check_metrics(void)
{
    json_t *j = json_loads("{\"test\":{\"n\":20,\"accuracy\":0.75,"
                           "\"interval\":[0.1,0.2],\"bootstrap\":{"
                           "\"groups\":4,\"accuracy\":[0.5,0.9]}}}",
                           0, NULL);
    struct screening seen = {.two = false};
    struct grouped_share s;

    test_accuracy_read(&s, j, NULL);
    ok(s.k == 15 && s.n == 20 && s.groups == 4 && s.low == 0.5,
       "metrics.json: accuracy over groups, not Wilson's");
    json_object_del(json_object_get(j, "test"), "bootstrap");
    test_accuracy_read(&s, j, NULL);
    ok(s.n == 20 && s.basis == SHARE_NO_INTERVAL,
       "  without resamples no interval");
    seen.accuracy = share_of(15, 20, 4, NULL);
    test_accuracy_read(&s, j, &seen);
    ok(s.basis == SHARE_WILSON_GROUPS, "  but that of predictions.csv");
    json_decref(j);
    test_accuracy_read(&s, NULL, NULL);
    ok(s.n == 0, "  without a file no cell");
}

/* --- predictions ---------------------------------------------------------- */

/* 'n' cells of class 'label' that are called 'said' with 'p' of d. */
static void add_cells(struct buf *b, int n, const char *split,
                      const char *label, const char *said, double p,
                      const char *group)
{
    static int number;

    for (int i = 0; i < n; i++)
        buf_printf(b, "%d,%s,%s,%s,%g,%g,%s\n", number++, split, label, said,
                   1 - p, p, group);
}

static void write_table(const char *name, struct buf *b, char *path)
{
    struct err err = {0};

    BUG_ON(file_path(path, &err, "%s/%s", dir, name) < 0 ||
           file_write(path, b->data, b->len, &err) < 0);
    buf_release(b);
}

/* Validation: d at 0.6, so that is the threshold for all, and the sets'. */
static void write_fold(const char *name, const char *group, char *path)
{
    struct buf b = {0};

    buf_puts(&b, "file,split,class,predicted,p_b,p_d,group\n");
    add_cells(&b, 40, "validation", "d", "d", 0.6, "v");
    add_cells(&b, 40, "validation", "b", "b", 0.25, "v");
    add_cells(&b, 30, "test", "d", "d", 0.75, group);
    add_cells(&b, 6, "test", "d", "d", 0.55, "");
    add_cells(&b, 4, "test", "d", "b", 0.25, "");
    add_cells(&b, 55, "test", "b", "b", 0.125, group);
    add_cells(&b, 5, "test", "b", "d", 0.875, "");
    write_table(name, &b, path);
}

static void check_found(const struct screening *s)
{
    struct buf b = {0};

    ok(s->two && s->sets && s->threshold, "two sides, sets and a threshold");
    ok(s->accuracy.k == 91 && s->accuracy.n == 100, "right");
    ok(s->missed.k == 4 && s->missed.n == 40, "abnormal cells missed");
    ok(s->raised.k == 5 && s->raised.n == 60, "others raised");
    ok(s->above_found.k == 30 && s->above_raised.k == 5,
       "found and raised at the threshold");
    ok(s->covered.k == 85, "sets that hold the class");
    ok(s->accuracy.groups == 16 && s->missed.groups == 11,
       "groups of the cells that a share is of");
    screening_put_found(s, &b);
    text_has(&b, "Of 40 abnormal test cells 4 were missed (10.0 %; 95 % ",
             "what was missed, in words");
    text_has(&b, "Of 60 other test cells 5 were raised as abnormal (8.3 %",
             "  and raised");
    b.len = 0;
    screening_put_classes(s, &b);
    text_is(b.data, "Abnormal: d. Other: b (benign).", "  and of what");
    buf_release(&b);
}

static void check_promises(struct screening *s)
{
    struct buf b = {0};

    screening_put_threshold(s, &b);
    text_has(
        &b,
        "finds at least 95 % of the abnormal cells of the validation split "
        "finds 30 of 40 of the test split (75.0 %",
        "the threshold on test");
    text_has(&b, ", and raises 5 of 60 other cells", "  with what it raises");
    b.len = 0;
    s->above_found.high = 0.94;
    screening_put_threshold(s, &b);
    text_has(&b, "Not kept: the threshold", "  a promise that is not kept");
    b.len = 0;
    s->above_found.high = 0.96;
    screening_put_threshold(s, &b);
    text_has(&b, "Not kept, though the interval reaches 95 %: the",
             "  one that may have been chance");
    b.len = 0;
    s->above_found.k = 38;
    screening_put_threshold(s, &b);
    text_has(&b, "Kept: the threshold", "  one that is kept");
    b.len = 0;
    screening_put_sets(s, &b);
    text_has(&b,
             "sets of classes that promise to hold the true one for 95 % of "
             "cells hold it for 85 of 100 test cells (85.0 %",
             "  likewise of sets");
    b.len = 0;
    s->threshold = false;
    screening_put_threshold(s, &b);
    text_has(&b, "No threshold could be chosen", "  of no threshold");
    buf_release(&b);
}

static void check_one(const char *path)
{
    struct screening s;
    struct err err = {0};

    works(screening_read(&s, &path, 1, &config, &err) == 0, err, "predictions");
    check_found(&s);
    check_promises(&s);
    config.evaluate.bootstrap = 0;
    ok(screening_read(&s, &path, 1, &config, &err) == 0 &&
           s.missed.basis == SHARE_WILSON_GROUPS && s.missed.k == 4,
       "without resamples Wilson of the groups");
    config.evaluate.bootstrap = 200;
}

static void check_folds(const char *const *path)
{
    struct screening s;
    struct err err = {0};

    ok(screening_read(&s, path, 2, &config, &err) == 0 && s.accuracy.n == 200 &&
           s.missed.k == 8 && s.missed.n == 80,
       "folds together");
    ok(s.accuracy.groups == 32, "  with the groups of both");
}

/* One table of 'n_b' and 'n_d' validation cells; of the sets it is said that
 * they keep their promise 'how', and at the end 'why'. */
static void check_few(const char *name, int n_b, int n_d, const char *how,
                      const char *why)
{
    char path[FILE_PATH_MAX];
    const char *of[2] = {path, path};
    struct screening s;
    struct err err = {0};
    struct buf b = {0};

    buf_puts(&b, "file,split,class,predicted,p_b,p_d,group\n");
    add_cells(&b, n_d, "validation", "d", "d", 0.6, "");
    add_cells(&b, n_b, "validation", "b", "b", 0.25, "");
    add_cells(&b, 4, "test", "d", "d", 0.75, "");
    write_table(name, &b, path);
    works(screening_read(&s, of, 1, &config, &err) == 0, err, name);
    screening_put_sets(&s, &b);
    text_has(&b, how, "  sets");
    ok(b.len > strlen(why) && strcmp(b.data + b.len - strlen(why), why) == 0,
       "  which classes are in every set");
    b.len = 0;
    works(screening_read(&s, of, 2, &config, &err) == 0, err, name);
    screening_put_sets(&s, &b);
    ok((strstr(b.data, " in a fold (19 ") != NULL) == (n_b < 19 || n_d < 19),
       "  likewise in folds");
    buf_release(&b);
}

static void check_too_few(void)
{
    check_few("enough.csv", 19, 19, "Kept: sets of", "%).");
    check_few("few.csv", 19, 18, "Kept: sets of",
              "). Too few validation cells of d (19 are needed): it is in "
              "every set.");
    check_few("none.csv", 18, 0,
              "Kept only because each set holds every class: sets of",
              "). Too few validation cells of b, d (19 of each are needed): "
              "they are in every set.");
}

/* Decisions alone, of classes that have no sides. */
static void check_decisions(void)
{
    char path[FILE_PATH_MAX];
    const char *of = path;
    struct screening s;
    struct err err = {0};
    struct buf b = {0};

    buf_puts(&b, "file,split,class,predicted,group\n1,test,d,d,\n");
    write_table("decisions.csv", &b, path);
    ok(screening_read(&s, &of, 1, &config, &err) < 0 && err.code == ERR_USAGE,
       "a list that names a class which the table lacks");
    snprintf(config.evaluate.normal, sizeof(config.evaluate.normal), "auto");
    snprintf(config.evaluate.benign, sizeof(config.evaluate.benign), "auto");
    snprintf(config.evaluate.abnormal, sizeof(config.evaluate.abnormal),
             "auto");
    ok(screening_read(&s, &of, 1, &config, &err) == 0 && !s.two && !s.sets &&
           s.accuracy.k == 1,
       "decisions alone: accuracy");
    screening_put_found(&s, &b);
    text_has(&b, "What was missed is not known", "  and why nothing is missed");
    b.len = 0;
    screening_put_threshold(&s, &b);
    screening_put_sets(&s, &b);
    screening_put_classes(&s, &b);
    screening_put_short(&s, &b);
    ok(b.len == 0, "  nothing was promised");
    buf_release(&b);
}

/* --- what the cells are --------------------------------------------------- */

static void check_about(void)
{
    struct config c;
    char mark[FILE_PATH_MAX];
    struct err err = {0};
    struct buf b = {0};

    config_init(&c);
    c.dataset.draw_per_class = 160;
    about_cells(&c, 800, &b);
    text_is(b.data, "800 drawn cells; no patient, no diagnosis.",
            "drawn cells are called so");
    b.len = 0;
    c.dataset.draw_per_class = 0;
    snprintf(c.dataset.path, sizeof(c.dataset.path), "%s", dir);
    BUG_ON(file_path(mark, &err, "%s/" ABOUT_CELLS_MARK, dir) < 0 ||
           file_write(mark, "", 0, &err) < 0);
    about_cells(&c, 0, &b);
    text_is(b.data, "Drawn cells; no patient, no diagnosis.",
            "  so are those of a directory with the mark");
    b.len = 0;
    snprintf(c.dataset.path, sizeof(c.dataset.path), "/data/cells");
    about_cells(&c, 12, &b);
    text_is(b.data,
            "12 cells of /data/cells. Where they come from is not said "
            "(dataset.name, .source).",
            "cells of which nothing is said");
    b.len = 0;
    snprintf(c.dataset.name, sizeof(c.dataset.name), "SIPaKMeD");
    snprintf(c.dataset.source, sizeof(c.dataset.source), "Plissiti 2018.");
    snprintf(c.dataset.licence, sizeof(c.dataset.licence), "ask");
    snprintf(c.dataset.note, sizeof(c.dataset.note), "No patients' numbers");
    about_cells(&c, 12, &b);
    text_is(b.data,
            "12 cells of SIPaKMeD. Source: Plissiti 2018. Licence: ask. No "
            "patients' numbers.",
            "cells of which it is said");
    buf_release(&b);
}

int main(void)
{
    char path[2][FILE_PATH_MAX];
    const char *const folds[2] = {path[0], path[1]};

    begin_dir();
    check_basis();
    check_bases();
    check_percent();
    check_metrics();
    config_init(&config);
    config.evaluate.bootstrap = 200;
    snprintf(config.evaluate.normal, sizeof(config.evaluate.normal), "%s", "");
    snprintf(config.evaluate.benign, sizeof(config.evaluate.benign), "b");
    snprintf(config.evaluate.abnormal, sizeof(config.evaluate.abnormal), "d");
    write_fold("one.csv", "x", path[0]);
    write_fold("two.csv", "y", path[1]);
    check_one(path[0]);
    check_folds(folds);
    check_too_few();
    check_decisions();
    check_about();
    return end_dir();
}
