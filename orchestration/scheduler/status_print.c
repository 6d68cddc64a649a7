#define _DEFAULT_SOURCE /* ioctl */
#include "orchestration/scheduler/status_print.h"

#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "orchestration/scheduler/status_text.h"
#include "worker/scheduler_link.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    STATUS_MAX_BYTES = 1 << 24,
    STATE = 256,          /* bytes of what is said of a run */
    SILENT_SECONDS = 120, /* a scheduler writes twice a second, but while it
                             makes the report */
};

/* --- what has become of it ------------------------------------------------ */

/* Seconds since a file was written. */
static double age_of(const char *path)
{
    struct stat st;

    return stat(path, &st) < 0 ? 0 : difftime(time(NULL), st.st_mtime);
}

/*
 * What has become of a run whose file says that it is running: is its scheduler
 * there?  On another host only its signs of life tell.
 */
static bool still_going(const json_t *j, const char *path, char state[STATE])
{
    const double age = age_of(path);
    struct process p;

    process_read(&p, j);
    switch (process_check(&p)) {
    case PROCESS_ALIVE:
        return true;
    case PROCESS_GONE:
        snprintf(state, STATE,
                 "stopped (its scheduler is gone; run again to go on)");
        return false;
    case PROCESS_ELSEWHERE:
        break;
    }
    if (age > SILENT_SECONDS)
        snprintf(state, STATE,
                 "silent (no sign of life from its scheduler, process %ld on "
                 "%s, for %.0f s; if it is gone, run again to go on)",
                 p.pid, p.host, age);
    else
        snprintf(state, STATE, "running on %s", p.host);
    return age <= SILENT_SECONDS;
}

static json_t *read_status(char path[FILE_PATH_MAX], const char *run_dir,
                           struct err *err)
{
    if (file_path(path, err, "%s/status.json", run_dir) < 0)
        return NULL;
    if (!file_exists(path)) {
        err_set(err, ERR_USAGE,
                "'%s' has no status.json: no run was started there", run_dir);
        return NULL;
    }
    return json_read(path, STATUS_MAX_BYTES, 0, err);
}

/* status.json, and what it does not say itself. */
struct status_seen {
    json_t *j; /* owned */
    char state[STATE];
    int going;
    double age;
};

static int see_status(struct status_seen *s, const char *run_dir,
                      struct err *err)
{
    char path[FILE_PATH_MAX];
    const char *said;

    s->j = read_status(path, run_dir, err);
    if (!s->j)
        return -1;
    said = json_string_value(json_object_get(s->j, "state"));
    snprintf(s->state, sizeof(s->state), "%s", said ? said : "?");
    s->going =
        strcmp(s->state, "running") == 0 && still_going(s->j, path, s->state);
    s->age = age_of(path);
    return 0;
}

/* --- in place ------------------------------------------------------------- */

/* What stands on a terminal. */
struct terminal {
    bool is_one;
    int rows, columns, drawn; /* lines of ours above the cursor */
};

static void ask_size(struct terminal *t, int fd)
{
    const int rows = t->rows, columns = t->columns;
    struct winsize w = {0};

    if (ioctl(fd, TIOCGWINSZ, &w) < 0 || w.ws_row < 2 || w.ws_col < 2)
        w = (struct winsize){.ws_row = 24, .ws_col = 80};
    t->rows = w.ws_row;
    t->columns = w.ws_col;
    if (rows > 0 && (t->rows != rows || t->columns != columns))
        t->drawn = -1; /* lines may lie otherwise now */
}

static int count_lines(const char *text)
{
    int n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* Bytes of a line of which so many columns are shown; a character of several
 * bytes takes one. */
static size_t cut_line(const char *line, int columns)
{
    size_t n = 0;

    for (; line[n] && line[n] != '\n'; n++)
        if (((unsigned char)line[n] & 0xc0) != 0x80 && columns-- == 0)
            break;
    return n;
}

/* One write, in which each line goes over the one that was there: nothing
 * flickers, and nothing scrolls. */
static void draw_text(struct terminal *t, const char *text, struct buf *frame)
{
    if (t->drawn < 0)
        buf_puts(frame, "\033[H\033[2J");
    else if (t->drawn > 0)
        buf_printf(frame, "\033[%dA", t->drawn);
    for (t->drawn = 0; *text && t->drawn < t->rows - 1; t->drawn++) {
        buf_put(frame, text, cut_line(text, t->columns - 1));
        buf_puts(frame, "\033[K\n");
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    buf_puts(frame, "\033[J");
}

/* --- printing ------------------------------------------------------------- */

/* With fewer lines where all of them have no room. */
static void put_text(const struct status_seen *s, struct terminal *t,
                     const struct status_print_args *a, struct buf *out)
{
    struct status_text_args args = {
        .run_dir = a->run_dir, .state = s->state, .going = s->going};
    struct buf text = {0};

    status_text(s->j, &args, t->is_one ? &text : out);
    if (!t->is_one)
        return;
    if (text.data && count_lines(text.data) >= t->rows) {
        buf_release(&text);
        args.brief = true;
        status_text(s->j, &args, &text);
    }
    if (text.data)
        draw_text(t, text.data, out);
    out->failed = out->failed || text.failed;
    buf_release(&text);
}

static int put_json(const struct status_seen *s, bool one_line, struct buf *out,
                    struct err *err)
{
    char *text;

    json_object_set_new(s->j, "alive", json_boolean(s->going));
    json_object_set_new(s->j, "now", json_text(s->state));
    json_object_set_new(s->j, "age", json_number(s->age));
    text = json_dumps(s->j, one_line ? JSON_COMPACT : JSON_INDENT(1));
    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for the status");
    buf_printf(out, "%s\n", text);
    free(text);
    return 0;
}

/* Read and print; *going tells whether the run is alive. */
static int print_once(FILE *out, const struct status_print_args *a,
                      struct terminal *t, int *going, struct err *err)
{
    struct status_seen s = {0};
    struct buf b = {0};
    int rc = 0;

    if (see_status(&s, a->run_dir, err) < 0)
        return -1;
    if (t->is_one)
        ask_size(t, fileno(out));
    if (a->json)
        rc = put_json(&s, a->watch, &b, err);
    else
        put_text(&s, t, a, &b);
    *going = s.going;
    if (rc == 0)
        rc = buf_print(&b, out, err);
    fflush(out);
    json_decref(s.j);
    return rc;
}

int status_print(FILE *out, const struct status_print_args *a, struct err *err)
{
    const struct timespec second = {.tv_sec = 1};
    struct terminal t = {.is_one = a->watch && !a->json && isatty(fileno(out))};
    int going = 1;

    while (going && !scheduler_link_signalled()) {
        if (print_once(out, a, &t, &going, err) < 0)
            return -1;
        if (!a->watch)
            break;
        if (going)
            nanosleep(&second, NULL);
    }
    return 0;
}
