/* test_run_timeline.c - a journal as bars: where, when, how busy */
#include "base/clock.h"
#include "run/run_timeline.h"
#include "test_dir.h"

static struct run_timeline t;

static void read_journal(const char *text)
{
    struct err err = {0};

    put_file("journal.jsonl", text);
    run_timeline_release(&t);
    ok(run_timeline_read(&t, dir, &err) == 0, "a journal is read");
}

#define AT(time, event)                                                        \
    "{\"time\":\"2026-01-31T12:" time "Z\",\"event\":\"" event "\""
#define START(time, step, host, cores, process)                                \
    AT(time, "process-start")                                                  \
    ",\"node\":\"" step "\",\"host\":\"" host "\",\"cores\":\"" cores          \
    "\",\"process\":\"" process "\"}\n"
#define END(time, process, status)                                             \
    AT(time, "process-end")                                                    \
    ",\"process\":\"" process "\",\"status\":\"" status "\"}\n"
#define HOSTS(time)                                                            \
    AT(time, "hosts") ",\"cores\":\"4\",\"hosts\":\"a:2,b:2\"}\n"

static void check_dates(void)
{
    char text[CLOCK_TEXT];

    clock_text_exact(text, 1769860800.25);
    ok(strcmp(text, "2026-01-31T12:00:00.250Z") == 0, "a date as text");
    near(clock_date_of(text), 1769860800.25, 1e-12, "  and back");
    near(clock_date_of("2026-01-31T12:00:00Z"), 1769860800, 0,
         "  without milliseconds");
    ok(isnan(clock_date_of("2026-01-31T12:00:00.5Zx")) &&
           isnan(clock_date_of("")) && isnan(clock_date_of("T1")),
       "what is no date");
}

static void check_bars(void)
{
    read_journal(AT("00:00.000", "run-start") "}\n" HOSTS("00:00.000")
                     START("00:00.000", "train/x", "a", "2",
                           "7") START("00:01.500", "train/y", "b", "1", "8")
                         START("00:02.000", "augment", "b", "1", "9")
                             END("00:04.000", "8", "exit status 3")
                                 START("00:05.000", "augment", "b", "1", "10")
                                     END("00:06.000", "9", "exit status 0")
                                         AT("00:10.000", "run-end") "}\n");
    ok(t.n_host == 2 && t.n_bar == 4 && t.n_piece == 1, "hosts, bars, a piece");
    ok(t.host[0].cores == 2 && strcmp(t.host[1].name, "b") == 0,
       "  hosts have names and cores");
    near(t.bar[1].start, 1.5, 1e-6, "a bar begins");
    near(t.bar[1].end, 4, 1e-6, "  and ends");
    ok(t.bar[1].failed && !t.bar[2].failed, "  one has failed");
    ok(t.bar[1].lane == 0 && t.bar[2].lane == 1 && t.bar[3].lane == 0,
       "two at a time lie in two lanes; a free one is taken again");
    ok(t.host[0].lanes == 1 && t.host[1].lanes == 2, "  lanes are counted");
    near(t.bar[0].end, 10, 1e-9, "what has not ended ends with the run");
    ok(run_timeline_stage(&t.bar[0]) == 5 && run_timeline_stage(&t.bar[2]) == 7,
       "the stage of a bar");
    near(run_timeline_busy(&t), (2 * 10 + 2.5 + 4 + 5) / 40, 1e-6,
         "the share of the cores that were busy");
    ok(isnan(run_timeline_busy_waiting(&t)), "  no work has waited");
}

static void check_waiting(void)
{
    read_journal(AT("00:00.000", "run-start") "}\n" HOSTS("00:00.000") START(
        "00:00.000", "train/x", "a,b", "3", "7")
                     AT("00:02.000", "waiting") ",\"node\":\"train/y\"}\n" END(
                         "00:06.000", "7", "exit status 0")
                         AT("00:07.000", "waiting") ",\"node\":\"\"}\n" AT(
                             "00:09.000", "run-end") "}\n");
    ok(t.n_bar == 2 && t.bar[0].host == 0 && t.bar[1].host == 1,
       "ranks on two hosts have a bar on each");
    near(run_timeline_busy(&t), 3. * 6 / 36, 1e-6, "  their cores count once");
    near(run_timeline_busy_waiting(&t), 3. * 4 / (4 * 5), 1e-6,
         "the share while work waited");
}

static void check_pieces(void)
{
    read_journal(
        AT("00:00.000", "run-start") "}\n" HOSTS("00:00.000") START(
            "00:01.000", "train/x", "a", "2", "7")
            AT("00:04.000", "worker-join") "}\n{\"time\":\"20\nnonsense\n" AT(
                "30:00.000", "run-start") "}\n" HOSTS("30:00.000")
                START("30:02.000", "train/x", "a", "2", "7")
                    END("30:05.000", "7", "exit status 75")
                        AT("30:06.000", "run-end") "}\n");
    ok(t.n_piece == 2 && t.n_bar == 2,
       "a run that was killed and gone on with");
    near(t.bar[0].end, 4, 1e-6, "  a bar ends with the last event before");
    near(t.bar[1].start, 6, 1e-6, "  time goes on where it was");
    near(t.piece[1].end, 10, 1e-6, "  to the end");
    near(t.piece[1].date - t.piece[0].date, 1800, 1e-6, "  dates stay");
    ok(!t.bar[1].failed, "  asked to stop is not failed");
    near(run_timeline_busy(&t), 2. * 6 / 40, 1e-6,
         "  what lies between does "
         "not count");
}

/* As versions wrote it that did not note ends. */
static void check_earlier(void)
{
    read_journal(
        AT("00:00", "run-start") "}\n" AT("00:00", "process-start") ",\"node\":\"draw\",\"host\":\"a\",\"cores\":\"1\"}\n" AT(
            "00:03", "node-done") ",\"node\":\"draw\"}\n" AT("00:09",
                                                             "run-end") "}\n");
    ok(t.n_bar == 1 && t.bar[0].end == 3, "a bar ends with its step");
    ok(isnan(run_timeline_busy(&t)), "  cores are not known");
    read_journal(START("00:00", "x", "a", "1", "1") "[]\n{}\n3\n" AT(
        "00:09", "hosts") ",\"hosts\":\":,,:9,a\"}\n");
    ok(t.n_bar == 0 && t.n_host == 0, "without a beginning there is nothing");
    read_journal(AT("00:05", "run-start") "}\n" HOSTS("00:05")
                     START("00:06", "x", ",a,", "-1", "z")
                         START("00:02", "y", "b", "1", "2")
                             AT("00:01", "run-end") "}\n");
    ok(t.n_bar == 2 && t.bar[1].start == 1 && t.bar[1].end == 1,
       "a clock that is set back stands still");
}

int main(void)
{
    struct err err;

    begin_dir();
    check_dates();
    ok(run_timeline_read(&t, dir, &err) < 0 && err.code == ERR_INPUT,
       "no journal");
    check_bars();
    check_waiting();
    check_pieces();
    check_earlier();
    run_timeline_release(&t);
    return end_dir();
}
