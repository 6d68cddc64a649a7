#include "run/run_timeline.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HOSTS_MAX = 4096,
    CORES_MAX = 1 << 20,
    OPEN_MAX = 4096, /* processes at a time */
    LINE_MAX_BYTES = 1 << 20,
};

/* A timeline while the journal is read. */
struct reading {
    struct run_timeline *t;
    double now;   /* date of the event before */
    size_t *open; /* owned: bars that have not ended */
    size_t n_open;
    int busy;     /* cores that they have */
    bool waiting; /* there is work for more cores */
    bool failed;  /* no memory */
};

/* --- events --------------------------------------------------------------- */

static int count_of(const char *text)
{
    const long n = strtol(text, NULL, 10);

    return n < 0 ? 0 : n > CORES_MAX ? CORES_MAX : (int)n;
}

/* The list of 'n' with room for one more, of 'size' bytes; NULL: no memory. */
static void *add_room(void *list, size_t n, size_t size)
{
    return n & (n + 1) ? list /* room is made for 1, 3, 7, ... */
                       : realloc(list, (2 * n + 1) * size);
}

/* --- hosts ---------------------------------------------------------------- */

/* The host of a name of 'n' bytes, a new one if need be; -1: no room. */
static int find_host(struct reading *r, const char *name, size_t n)
{
    struct run_timeline *t = r->t;
    struct timeline_host *more;
    char *copy;

    for (size_t i = 0; i < t->n_host; i++)
        if (strlen(t->host[i].name) == n &&
            memcmp(t->host[i].name, name, n) == 0)
            return (int)i;
    if (t->n_host == HOSTS_MAX)
        return -1;
    copy = strndup(name, n);
    more = add_room(t->host, t->n_host, sizeof(*more));
    t->host = more ? more : t->host;
    if (!copy || !more) {
        free(copy);
        r->failed = true;
        return -1;
    }
    t->host[t->n_host] = (struct timeline_host){.name = copy};
    return (int)t->n_host++;
}

/* "n1:2,n2:2" */
static void take_hosts(struct reading *r, const json_t *event)
{
    struct run_timeline *t = r->t;

    if (t->n_piece == 0)
        return;
    t->piece[t->n_piece - 1].cores = count_of(json_member(event, "cores"));
    for (const char *s = json_member(event, "hosts"); *s;) {
        const size_t n = strcspn(s, ","), name = strcspn(s, ":,");
        const int host = name > 0 ? find_host(r, s, name) : -1;

        if (host >= 0 && name < n)
            t->host[host].cores = count_of(s + name + 1);
        s += n + (s[n] == ',');
    }
}

/* --- bars ----------------------------------------------------------------- */

static double time_now(const struct reading *r)
{
    const struct run_timeline *t = r->t;
    const struct timeline_piece *p = &t->piece[t->n_piece - 1];

    return p->start + r->now - p->date;
}

/* The first lane of a host in which no open bar is. */
static int free_lane(const struct reading *r, int host)
{
    bool taken[OPEN_MAX + 1] = {false};
    int lane = 0;

    for (size_t i = 0; i < r->n_open; i++) {
        const struct timeline_bar *b = &r->t->bar[r->open[i]];

        if (b->host == host)
            taken[b->lane] = true;
    }
    while (taken[lane])
        lane++;
    return lane;
}

/* Of a process' bars the first has its cores. */
static void add_bar(struct reading *r, const json_t *event, int host,
                    bool first)
{
    struct run_timeline *t = r->t;
    const int cores = count_of(json_member(event, "cores"));
    struct timeline_bar *bar = add_room(t->bar, t->n_bar, sizeof(*bar));
    size_t *open = add_room(r->open, r->n_open, sizeof(*open));
    char *step = strdup(json_member(event, "node"));

    t->bar = bar ? bar : t->bar;
    r->open = open ? open : r->open;
    if (!step || !bar || !open) {
        free(step);
        r->failed = true;
        return;
    }
    t->bar[t->n_bar] = (struct timeline_bar){
        .step = step,
        .host = host,
        .lane = free_lane(r, host),
        .process = strtol(json_member(event, "process"), NULL, 10),
        .cores = cores,
        .first = first,
        .start = time_now(r),
        .piece = (int)t->n_piece - 1};
    if (t->bar[t->n_bar].lane >= t->host[host].lanes)
        t->host[host].lanes = t->bar[t->n_bar].lane + 1;
    r->open[r->n_open++] = t->n_bar++;
    r->busy += first ? cores : 0;
}

static void take_start(struct reading *r, const json_t *event)
{
    bool first = true;

    for (const char *s = json_member(event, "host"); *s && r->t->n_piece;) {
        const size_t n = strcspn(s, ",");
        const int host =
            n > 0 && r->n_open < OPEN_MAX ? find_host(r, s, n) : -1;

        if (host >= 0) {
            add_bar(r, event, host, first);
            first = false;
        }
        s += n + (s[n] == ',');
    }
}

static void close_bar(struct reading *r, size_t k, const char *status)
{
    struct timeline_bar *b = &r->t->bar[r->open[k]];

    b->end = time_now(r);
    snprintf(b->status, sizeof(b->status), "%s", status);
    b->failed = status[0] && strcmp(status, "exit status 0") != 0 &&
                strcmp(status, "exit status 75") != 0;
    r->busy -= b->first ? b->cores : 0;
    r->open[k] = r->open[--r->n_open];
}

/* The bars of a process, or all that are open. */
static void close_bars(struct reading *r, long process, const char *status)
{
    for (size_t k = r->n_open; k-- > 0;)
        if (process < 0 || r->t->bar[r->open[k]].process == process)
            close_bar(r, k, status);
}

/* Of processes without a number the end was not noted: they end with their
 * step. */
static void end_step(struct reading *r, const json_t *event)
{
    for (size_t k = r->n_open; k-- > 0;) {
        const struct timeline_bar *b = &r->t->bar[r->open[k]];

        if (b->process == 0 && strcmp(b->step, json_member(event, "node")) == 0)
            close_bar(r, k, "");
    }
}

/* --- pieces --------------------------------------------------------------- */

static void end_piece(struct reading *r)
{
    struct run_timeline *t = r->t;

    if (t->n_piece == 0)
        return;
    close_bars(r, -1, "");
    t->piece[t->n_piece - 1].end = time_now(r);
    r->waiting = false;
}

static void begin_piece(struct reading *r, double date)
{
    struct run_timeline *t = r->t;
    const double start = t->n_piece ? t->piece[t->n_piece - 1].end : 0;
    struct timeline_piece *more = add_room(t->piece, t->n_piece, sizeof(*more));

    if (!more) {
        r->failed = true;
        return;
    }
    t->piece = more;
    t->piece[t->n_piece++] =
        (struct timeline_piece){.date = date, .start = start, .end = start};
    r->now = date;
}

/* Time goes on to a date; a clock that was set back stands still. */
static void pass_time(struct reading *r, double date)
{
    struct run_timeline *t = r->t;
    const int cores = t->n_piece ? t->piece[t->n_piece - 1].cores : 0;
    const double seconds = date - r->now;

    if (t->n_piece == 0 || !(seconds > 0))
        return;
    t->cores += seconds * cores;
    t->busy += cores ? seconds * r->busy : 0;
    if (r->waiting) {
        t->cores_waiting += seconds * cores;
        t->busy_waiting += cores ? seconds * r->busy : 0;
    }
    r->now = date;
}

/* --- the journal ---------------------------------------------------------- */

static void take_event(struct reading *r, const json_t *event)
{
    const char *kind = json_member(event, "event");
    const double date = clock_date_of(json_member(event, "time"));
    const long process = strtol(json_member(event, "process"), NULL, 10);

    if (!isfinite(date))
        return;
    if (strcmp(kind, "run-start") == 0) {
        end_piece(r);
        begin_piece(r, date);
        return;
    }
    pass_time(r, date);
    if (strcmp(kind, "hosts") == 0)
        take_hosts(r, event);
    else if (strcmp(kind, "process-start") == 0)
        take_start(r, event);
    else if (strcmp(kind, "process-end") == 0 && process > 0)
        close_bars(r, process, json_member(event, "status"));
    else if (strcmp(kind, "node-done") == 0 || strcmp(kind, "node-failed") == 0)
        end_step(r, event);
    else if (strcmp(kind, "waiting") == 0)
        r->waiting = json_member(event, "node")[0] != '\0';
    else if (strcmp(kind, "run-end") == 0)
        end_piece(r);
}

static void read_lines(struct reading *r, FILE *f)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;

    while (!r->failed && (n = getline(&line, &room, f)) >= 0) {
        json_t *event =
            n < LINE_MAX_BYTES ? json_loadb(line, (size_t)n, 0, NULL) : NULL;

        take_event(r, event);
        json_decref(event);
    }
    free(line);
}

int run_timeline_read(struct run_timeline *t, const char *run_dir,
                      struct err *err)
{
    struct reading r = {.t = t};
    char path[FILE_PATH_MAX];
    FILE *f;

    memset(t, 0, sizeof(*t));
    if (file_path(path, err, "%s/journal.jsonl", run_dir) < 0)
        return -1;
    f = fopen(path, "re");
    if (!f)
        return err_set(err, ERR_INPUT, "there is no '%s'", path);
    read_lines(&r, f);
    fclose(f);
    end_piece(&r);
    free(r.open);
    if (!r.failed)
        return 0;
    run_timeline_release(t);
    return err_set(err, ERR_SYSTEM, "no memory for the timeline");
}

void run_timeline_release(struct run_timeline *t)
{
    for (size_t i = 0; i < t->n_host; i++)
        free(t->host[i].name);
    for (size_t i = 0; i < t->n_bar; i++)
        free(t->bar[i].step);
    free(t->host);
    free(t->bar);
    free(t->piece);
    memset(t, 0, sizeof(*t));
}

/* --- shares --------------------------------------------------------------- */

double run_timeline_busy(const struct run_timeline *t)
{
    return t->cores > 0 ? t->busy / t->cores : (double)NAN;
}

double run_timeline_busy_waiting(const struct run_timeline *t)
{
    return t->cores_waiting > 0 ? t->busy_waiting / t->cores_waiting
                                : (double)NAN;
}

size_t run_timeline_stage(const struct timeline_bar *bar)
{
    return strcspn(bar->step, "/");
}
