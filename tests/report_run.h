/*
 * report_run.h - the files of a run, and the page that is made of them
 */
#ifndef TESTS_REPORT_RUN_H
#define TESTS_REPORT_RUN_H

#include "markup.h"
#include "stages/report/report.h"
#include "test_dir.h"

#define EVIL      "<script>alert(1)</script>"
#define EVIL_HTML "&lt;script&gt;alert(1)&lt;/script&gt;"

static struct config config;

/* The page of a plan; as text_of(). */
static inline char *page_of(const struct plan *plan)
{
    struct err err = {0};

    put_file("report/keep", "");
    works(report_write(dir, &config, plan, in_dir("report"), &err) == 0, err,
          "report");
    return text_of("report/index.html");
}

/* A plan of 'n' experiments, e1, e2, ...; each trains, evaluates, explains. */
static inline int plan_experiments(struct plan_step *step, int n)
{
    static const enum stage_id stage[] = {STAGE_TRAIN, STAGE_EVALUATE,
                                          STAGE_EXPLAIN};
    int k = 0;

    for (int i = 1; i <= n; i++)
        for (int s = 0; s < 3; s++) {
            struct plan_step *nd = &step[k++];

            *nd =
                (struct plan_step){.stage = &stage_table[stage[s]], .seed = i};
            snprintf(nd->experiment, sizeof(nd->experiment), "e%d", i);
            snprintf(nd->name, sizeof(nd->name), "%s/e%d", nd->stage->word, i);
            memcpy(nd->dir, nd->name, sizeof(nd->dir));
            snprintf(nd->network, sizeof(nd->network), "net<b>");
            snprintf(nd->hash, sizeof(nd->hash), "%064d", i);
        }
    return k;
}

/* The page of 'n' experiments; as text_of(). */
static inline char *make_page(int n, enum split_method method)
{
    struct plan_step step[9];
    const struct plan plan = {.step = step,
                              .n_step = plan_experiments(step, n)};

    config_init(&config);
    config.split.method = method;
    return page_of(&plan);
}

static inline void page_has(const char *page, const char *part,
                            const char *what)
{
    ok(strstr(page, part) != NULL, what);
}

static inline void page_lacks(const char *page, const char *part,
                              const char *what)
{
    ok(strstr(page, part) == NULL, what);
}

/* What holds of every page. */
static inline void check_page(const char *p)
{
    ok(markup_balanced(p), "  every element is closed");
    ok(markup_count(p, "<script>") == 1 &&
           markup_count(p, "script-src &#39;") == 0 &&
           markup_count(p, "script-src 'sha256-") == 1,
       "  one script, which the policy knows");
    ok(markup_count(p, "<script") == 2 &&
           markup_count(p, "<script type=\"application/json\"") == 1,
       "  beside it what it knows of cells, which runs nothing");
    page_lacks(p, "<link", "  no style sheet from elsewhere");
    page_lacks(p, "@import", "  nor within the style");
    ok(markup_count(p, "url(") == markup_count(p, "url(#heat)"),
       "  nor a picture");
    ok(markup_count(p, "<image ") == markup_count(p, "href=\"data:image/"),
       "  pictures are embedded");
    ok(markup_count(p, "://") == markup_count(p, "http://www.w3.org/2000/svg"),
       "  no address but the name of SVG");
    ok(markup_count(p, "<svg class=\"picture\"") ==
           markup_count(p, "<svg class=\"picture\" role=\"img\" aria-label"),
       "  pictures have words for them");
    page_has(p, "<html lang=\"en\">", "  the language is said");
    page_has(p, "prefers-color-scheme:dark", "  dark mode");
    page_has(p, "<main id=\"main\">", "  a place to skip to");
    ok(markup_count(p, "\n<li><a href=\"#") == markup_count(p, "<section ") &&
           markup_count(p, "<h2 id=") == markup_count(p, "<section "),
       "  every section is in the list and has a title");
}

#endif
