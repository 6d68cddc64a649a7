/* test_report_timeline.c - where the time went, as the page shows it */
#include "report_run.h"

#define AT(time, event)                                                        \
    "{\"time\":\"2026-01-31T" time "Z\",\"event\":\"" event "\""
#define HOSTS(time)                                                            \
    AT(time, "run-start")                                                      \
    "}\n" AT(time, "hosts") ",\"cores\":\"4\",\"hosts\":\"a:2,<b>:2\"}\n"
#define START(time, step, host, process)                                       \
    AT(time, "process-start")                                                  \
    ",\"node\":\"" step "\",\"host\":\"" host                                  \
    "\",\"cores\":\"2\",\"process\":\"" process "\"}\n"
#define END(time, process, status)                                             \
    AT(time, "process-end")                                                    \
    ",\"process\":\"" process "\",\"status\":\"" status "\"}\n"

static void check_none(void)
{
    char *p = make_page(1, SPLIT_BY_GROUP);

    page_lacks(p, "Where the time went", "without a journal no timeline");
}

static void check_pieces(void)
{
    char *p;

    put_file(
        "journal.jsonl",
        HOSTS("12:00:00.000") START("12:00:00.000", "train/" EVIL, "a", "7")
            AT("12:00:10.000", "worker-join") "}\n" HOSTS("18:00:00.000")
                START("18:00:00.000", "train/" EVIL, "a", "7")
                    AT("18:00:00.000", "waiting") ",\"node\":\"x\"}\n" START(
                        "18:00:05.000", "explain/x", "a,<b>", "8")
                        END("18:00:09.000", "8", "exit status 3")
                            END("18:00:10.000", "7", "exit status 0"));
    p = make_page(1, SPLIT_BY_GROUP);
    check_page(p);
    page_has(p, "<summary>Where the time went</summary>", "the timeline");
    page_has(p, "20.0 s of work in 2 pieces", "  over pieces");
    page_has(p, "Processes had 60.0&nbsp;% of the cores", "  how busy");
    page_has(p, "<strong>70.0&nbsp;%</strong> while work was ready",
             "  how busy while work was ready");
    page_has(p,
             "<title>train/" EVIL_HTML " on a: 10.0 s from 10.0 s, 2 cores, "
             "exit status 0</title>",
             "  a bar in words");
    page_has(p,
             "from 15.0 s, 2 cores, exit status 3</title><rect "
             "class=\"pl-k6 pl-mark\"",
             "  one that failed is marked");
    ok(markup_count(p, "explain/x on ") == 2, "  a bar on each host");
    page_has(p, "x1=\"50.00%\" x2=\"50.00%\" y1=\"0\"", "  where it stopped");
    page_has(
        p,
        "&#160;explain</th><td class=\"num\">1</td><td class=\"num\">1</td>"
        "<td class=\"num\">8.0 s</td>",
        "  sums of a stage, a process once");
    page_has(p, ">15&#160;s<", "  times below");
}

/* More bars than are drawn. */
static void check_many(void)
{
    struct buf b = {0};
    char *p;

    buf_puts(&b, HOSTS("12:00:00.000"));
    for (int i = 0; i < 3000; i++) {
        buf_printf(&b, START("12:%02d:%02d.000", "augment", "a", "%d"), i / 60,
                   i % 60, i + 1);
        buf_printf(&b, END("12:%02d:%02d.%03d", "%d", "exit status 0"), i / 60,
                   i % 60, i % 2 ? 900 : 1, i + 1);
    }
    put_file("journal.jsonl", b.data);
    p = make_page(1, SPLIT_BY_GROUP);
    ok(markup_balanced(p), "many bars");
    page_has(p, "1500 processes that took less",
             "  the short ones are left out");
    buf_release(&b);
}

/* Of a clock that stands still. */
static void check_instant(void)
{
    struct buf b = {0};
    char *p;

    buf_puts(&b, HOSTS("12:00:00.000"));
    for (int i = 0; i < 2500; i++)
        buf_printf(&b,
                   START("12:00:00.000", "augment", "a", "%d")
                       END("12:00:00.000", "%d", "exit status 0"),
                   i + 1, i + 1);
    put_file("journal.jsonl", b.data);
    p = make_page(1, SPLIT_BY_GROUP);
    ok(markup_balanced(p), "many bars of no time");
    page_has(p, "2500 processes that took less", "  are left out");
    buf_release(&b);
}

int main(void)
{
    begin_dir();
    check_none();
    check_pieces();
    check_many();
    check_instant();
    return end_dir();
}
