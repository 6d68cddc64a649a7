/* test_progress.c - the line of progress: its width, its text, when it is said */
#include "base/clock.h"
#include "base/progress.h"
#include "base/utf8.h"
#include "test_dir.h"

#include <fcntl.h>

static const char *fit(const char *text, int columns)
{
    static char s[100];

    snprintf(s, sizeof(s), "%s", text);
    utf8_fit(s, columns);
    return s;
}

static void check_width(void)
{
    ok(strcmp(fit("abcdef", 4), "abcd") == 0, "a line is cut");
    ok(strcmp(fit("abcd", 4), "abcd") == 0, "  not one that fits");
    ok(strcmp(fit("abc", 0), "") == 0, "  nor left where there is no room");
    ok(strcmp(fit("細胞核", 4), "細胞") == 0,
       "wide characters take two columns");
    ok(strcmp(fit("細胞核", 5), "細胞") == 0, "  and are not halved");
    ok(strcmp(fit("🔬ab", 3), "🔬a") == 0, "so do emoji");
    ok(strcmp(fit("e\u0301e\u0301e", 2), "e\u0301e\u0301") == 0,
       "combining marks take none");
    ok(strcmp(fit("a\033[Kb\nc\xff", 20), "a?[Kb?c?") == 0,
       "what moves the cursor, or is no UTF-8, is '?'");
    ok(strcmp(fit("\xc2\x85x", 3), "??x") == 0,
       "  control characters of two bytes too");
}

static void check_text(void)
{
    struct progress p = {.what = "augment",
                         .begun = 10,
                         .since = 10,
                         .heard = 14,
                         .now = 15,
                         .done = 20,
                         .total = 100,
                         .note = "cells"};
    char text[PROGRESS_TEXT];

    progress_text(&p, "", text);
    ok(strcmp(text, "augment 20/100 (20%), 5.0/s, 15 s left, cells") == 0,
       "rate and time left");
    p.first = 18;
    p.since = 12;
    progress_text(&p, ", and 2 other steps", text);
    ok(strcmp(text, "augment 20/100 (20%), 1.0/s, 0:01:19 left, and 2 other "
                    "steps, cells") == 0,
       "  of what was done since it went on");
    p.first = 20;
    progress_text(&p, "", text);
    ok(strcmp(text, "augment 20/100 (20%), cells") == 0,
       "no rate is told of what was done before");
    p.total = 0;
    progress_text(&p, "", text);
    ok(strcmp(text, "augment: for 5 s") == 0, "what has not been heard of");
}

/* Lines that were said, and the last of them. */
static int said(char last[PROGRESS_TEXT])
{
    int lines = 0;

    last[0] = '\0';
    for (char *s = strtok(text_of("said"), "\n"); s; s = strtok(NULL, "\n")) {
        snprintf(last, PROGRESS_TEXT, "%s", s);
        lines++;
    }
    return lines;
}

/* Standard error is a file meanwhile. */
static void check_lines(void)
{
    const int before = dup(STDERR_FILENO);
    char last[PROGRESS_TEXT];
    struct progress p;
    int fd;

    fd = open(in_dir("said"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    dup2(fd, STDERR_FILENO);
    progress_begin(&p, "train/a");
    progress_take(&p, 1, 30, "epoch 1/3 loss 2");
    progress_take(&p, 9, 30, "validation, epoch 1/3 loss 1.5");
    progress_show(&p, "");
    ok(said(last) == 0, "nothing is said within an epoch");
    progress_take(&p, 11, 30, "epoch 2/3 loss 1");
    ok(said(last) == 1 && strstr(last, "train/a 9/30 (30%)") &&
           strstr(last, " left, epoch 1/3 loss 1.5"),
       "  but at its end");
    progress_take(&p, 12, 30, "epoch 2/3 loss 0.9");
    p.said -= PROGRESS_SECONDS;
    progress_take(&p, 13, 30, "epoch 2/3 loss 0.8");
    ok(said(last) == 2 && strstr(last, "13/30 (43%)"), "and after 30 s");
    progress_take(&p, 11, 30, "epoch 2/3 loss 1");
    progress_take(&p, 13, 30, "epoch 3/3 loss 0.7");
    ok(said(last) == 2, "an epoch that is made again is not said twice");
    progress_take(&p, 29, 30, "epoch 3/3 loss 0.4");
    progress_end(&p);
    progress_end(&p);
    ok(said(last) == 3 && strstr(last, "epoch 3/3 loss 0.4"),
       "the last epoch is said once");
    progress_begin(&p, "draw");
    progress_report(&p, 5, 10, "cells");
    progress_report(&p, 10, 10, "cells");
    ok(said(last) == 4 && strstr(last, "draw 10/10 (100%)"), "the end is said");
    dup2(before, STDERR_FILENO);
    close(before);
    close(fd);
}

int main(void)
{
    begin_dir();
    put_file("said", "");
    check_width();
    check_text();
    check_lines();
    return end_dir();
}
