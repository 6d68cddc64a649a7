/* site.c - the keys of a site's file, and what they may be */
#include "orchestration/submit/site.h"

#define CONFIG_STRUCT struct site
#include "config/config_rows.h"

#include <stdlib.h>
#include <string.h>

/* All are placement: none decides a result. */
static const struct config_key rows[] = {
    {AT(batch, system), PLACEMENT, ENUM("slurm", "slurm", "pbs"),
     .help = "whose commands and directives"},
    {TEXT(batch, partition), PLACEMENT, STRING(""),
     .help = "or queue; \"\": the site's default"},
    {TEXT(batch, account), PLACEMENT, STRING(""),
     .help = "that the time is charged to"},
    {TEXT(batch, qos), PLACEMENT, STRING(""), .help = "quality of service"},
    {TEXT(batch, mail), PLACEMENT, STRING(""),
     .help = "address that is told of ends and failures"},
    {TEXT(batch, options), PLACEMENT, STRING(""),
     .help = "more directives, e.g. --constraint=ib --exclusive"},

    {AT(job, nodes), PLACEMENT, INT(1, 10000, "1"),
     .help = "of the job that runs all"},
    {AT(job, cores), PLACEMENT, INT(1, 4096, "1"), .help = "of each node"},
    {TEXT(job, memory), PLACEMENT, STRING(""), .help = "of each node, as 8G"},
    {TEXT(job, time), PLACEMENT, STRING(""),
     .help = "hours:minutes:seconds; then it goes on in the next one"},

    {AT(worker, cores), PLACEMENT, INT(1, 4096, "1"),
     .help = "of each worker of --array"},
    {TEXT(worker, memory), PLACEMENT, STRING(""), .help = "of each worker"},
    {TEXT(worker, time), PLACEMENT, STRING(""), .help = "of each worker"},

    {AT(split, cores), PLACEMENT, INT(1, 4096, "1"),
     .help = "of each experiment's job of --split"},
    {TEXT(split, memory), PLACEMENT, STRING(""), .help = "of each experiment"},
    {TEXT(split, time), PLACEMENT, STRING(""), .help = "of each experiment"},

    {TEXT(environment, modules), PLACEMENT, STRING(""),
     .help = "that each job loads, separated by blanks"},
    {AT(environment, launcher), PLACEMENT, ENUM("direct", "direct", "mpirun"),
     .help = "how papline run starts: alone, or as mpirun's ranks"},
    {TEXT(environment, endpoint), PLACEMENT, STRING("tcp://*:*"),
     .help = "scheduler.endpoint of several nodes, if the run's is ipc"},
    {TEXT(environment, scratch), PLACEMENT, STRING(""),
     .help = "directory that all nodes see, for a run.dir that is relative"},
    {TEXT(environment, local), PLACEMENT, STRING(""),
     .help = "TMPDIR of the jobs, on each node's own disk"},

    {AT(requeue, warning), PLACEMENT, INT(1, 65535, "120"), .unit = "seconds",
     .help = "before its time is up a job saves and ends"},
    {AT(requeue, limit), PLACEMENT, INT(0, 10000, "20"),
     .help = "times that a job which is not done is queued again"},
};

static const struct config_key_table table = {rows,
                                              sizeof(rows) / sizeof(rows[0])};

/* What may stand in a directive, and, of 'local', between double quotes. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "
                            "-_./:=@,+%*[]~$&";

long site_seconds(const char *time)
{
    long total = 0, part;
    char *end;

    if (!*time)
        return 0;
    for (int i = 0; i < 3; i++) {
        part = strtol(time, &end, 10);
        if (end == time || part < 0 || part > 100000)
            return -1;
        total = total * 60 + part;
        if (!*end && i > 0)
            return total;
        if (*end != ':')
            return -1;
        time = end + 1;
    }
    return -1;
}

static int check_words(const struct site *s, const char *path, struct err *err)
{
    for (size_t i = 0; i < table.n; i++) {
        const char *text = (const char *)s + rows[i].offset;
        char cut[CONFIG_KEY_SNIPPET];

        if (rows[i].type == KEY_STRING && text[strspn(text, plain)])
            return err_set(err, ERR_USAGE,
                           "%.200s: %s: '%s' has a character that cannot stand "
                           "in a script",
                           path, rows[i].full, config_key_snippet(cut, text));
    }
    return 0;
}

static int check_times(const struct site *s, const char *path, struct err *err)
{
    const struct {
        const char *key, *text;
    } times[] = {{"job.time", s->job.time},
                 {"worker.time", s->worker.time},
                 {"split.time", s->split.time}};

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        const long seconds = site_seconds(times[i].text);

        if (seconds < 0)
            return err_set(err, ERR_USAGE,
                           "%.200s: %s: '%s' is not hours:minutes:seconds",
                           path, times[i].key, times[i].text);
        if (seconds > 0 && seconds <= s->requeue.warning)
            return err_set(err, ERR_USAGE,
                           "%.200s: %s: %ld seconds are not more than "
                           "requeue.warning, %lld",
                           path, times[i].key, seconds,
                           (long long)s->requeue.warning);
    }
    return 0;
}

int site_read(struct site *s, const char *path, struct err *err)
{
    memset(s, 0, sizeof(*s));
    config_key_defaults(&table, s);
    s->worker.nodes = s->split.nodes = 1;
    if (!path)
        return 0;
    if (config_take_file(&table, s, path, err) < 0 ||
        check_words(s, path, err) < 0)
        return -1;
    if (s->environment.scratch[0] && s->environment.scratch[0] != '/')
        return err_set(err, ERR_USAGE,
                       "%.200s: environment.scratch: '%.200s' does not begin "
                       "with /",
                       path, s->environment.scratch);
    return check_times(s, path, err);
}
