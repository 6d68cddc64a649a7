#include "base/process.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Field 22 of /proc/PID/stat, 0 if it cannot be read. */
static long long start_of(long pid)
{
    char path[64], text[1024];
    const char *p;
    FILE *f;
    size_t n;

    snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
    f = fopen(path, "re");
    if (!f)
        return 0;
    n = fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    text[n] = '\0';
    p = strrchr(text, ')'); /* the name, field 2, may hold blanks */
    for (int field = 2; p && field < 22; field++)
        p = strchr(p + 1, ' ');
    return p ? atoll(p) : 0;
}

void process_self(struct process *p)
{
    *p = (struct process){.pid = (long)getpid()};
    gethostname(p->host, sizeof(p->host) - 1);
    p->start = start_of(p->pid);
}

enum process_life process_check(const struct process *p)
{
    struct process self;
    long long start;

    process_self(&self);
    if (p->host[0] && strcmp(p->host, self.host) != 0)
        return PROCESS_ELSEWHERE;
    if (p->pid < 1 || (kill((pid_t)p->pid, 0) < 0 && errno == ESRCH))
        return PROCESS_GONE;
    start = start_of(p->pid); /* 0 where others' processes are hidden */
    return p->start && start && p->start != start ? PROCESS_GONE
                                                  : PROCESS_ALIVE;
}

void process_write(const struct process *p, json_t *j)
{
    json_object_set_new(j, "host", json_string(p->host));
    json_object_set_new(j, "pid", json_integer(p->pid));
    json_object_set_new(j, "start", json_integer(p->start));
}

void process_read(struct process *p, const json_t *j)
{
    const char *host = json_string_value(json_object_get(j, "host"));
    const json_int_t pid = json_integer_value(json_object_get(j, "pid"));

    *p = (struct process){
        .pid = pid > 0 && pid <= INT_MAX ? (long)pid : 0,
        .start = json_integer_value(json_object_get(j, "start")),
    };
    snprintf(p->host, sizeof(p->host), "%s", host ? host : "");
}
