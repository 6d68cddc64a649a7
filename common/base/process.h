/*
 * process.h - which process on which host
 *
 * Written into files that other processes, also on other hosts, read later: a
 * process number alone is given to another process sooner or later.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

struct json_t; /* jansson's */

struct process {
    char host[65];
    long pid;
    long long start; /* of the process, in clock ticks since its host booted;
                        0: not known */
};

enum process_life {
    PROCESS_ALIVE,
    PROCESS_GONE,
    PROCESS_ELSEWHERE, /* on another host: it cannot be told */
};

/* This process. */
void process_self(struct process *p);

enum process_life process_check(const struct process *p);

/* Put it into, or take it from, members host, pid and start of an object.  What
 * is not there, or no number of a process, is "" or 0. */
void process_write(const struct process *p, struct json_t *j);
void process_read(struct process *p, const struct json_t *j);

#endif
