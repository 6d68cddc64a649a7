/*
 * site.h - how jobs are given to a site's batch system: the file of --site
 *
 * YAML of sections and keys like a run's configuration, read by a table of its
 * own in site.c; configs/sites/ has examples.  To add a key: one member here,
 * one row in that table, and its use in submit_script.c.
 */
#ifndef ORCHESTRATION_SUBMIT_SITE_H
#define ORCHESTRATION_SUBMIT_SITE_H

#include "config/config.h"

enum batch_system { BATCH_SLURM, BATCH_PBS };
enum site_launcher { SITE_DIRECT, SITE_MPIRUN };

enum { SITE_TEXT_MAX = 256 };

/* What a job asks for; "" leaves it to the site. */
struct site_job {
    int64_t nodes;
    int64_t cores;   /* of each node */
    char memory[32]; /* of each node, "2G" */
    char time[32];   /* "hours:minutes:seconds" */
};

struct site {
    struct {
        enum batch_system system;
        char partition[SITE_TEXT_MAX], account[SITE_TEXT_MAX];
        char qos[SITE_TEXT_MAX], mail[SITE_TEXT_MAX];
        char options[SITE_TEXT_MAX]; /* separated by blanks */
    } batch;
    struct site_job job;    /* that runs all, prepares or gathers */
    struct site_job worker; /* of --array */
    struct site_job split;  /* of one experiment */
    struct {
        char modules[SITE_TEXT_MAX];
        enum site_launcher launcher;
        char endpoint[SITE_TEXT_MAX];
        char scratch[FILE_PATH_MAX]; /* that a relative run.dir lies below */
        char local[FILE_PATH_MAX];   /* TMPDIR of the jobs */
    } environment;
    struct {
        int64_t warning; /* seconds before a job's time is up */
        int64_t limit;   /* times that a job is put into the queue anew */
    } requeue;
};

/*
 * The defaults, and over them the file 'path' if it is not NULL.
 * Errors: ERR_USAGE with "file:line: key: what", as config_read(), or words
 * that cannot stand in a script; ERR_SYSTEM.
 */
MUST_USE int site_read(struct site *s, const char *path, struct err *err);

/* "1:30:00" or "90:00" in seconds; 0 of "".  Errors: -1, it is no time. */
long site_seconds(const char *time);

#endif
