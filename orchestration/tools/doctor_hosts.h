/*
 * doctor_hosts.h - the hosts of an allocation, as a run would use them
 */
#ifndef ORCHESTRATION_TOOLS_DOCTOR_HOSTS_H
#define ORCHESTRATION_TOOLS_DOCTOR_HOSTS_H

#include "orchestration/scheduler/allocation.h"

enum { DOCTOR_HOSTS_TEXT = 512 };

/* What a run would do there, a line each, without the line's end. */
struct doctor_hosts {
    struct allocation allocation;
    char hosts[DOCTOR_HOSTS_TEXT];     /* who gave them, how many, which */
    char launcher[DOCTOR_HOSTS_TEXT];  /* of processes and of MPI ranks */
    char transport[DOCTOR_HOSTS_TEXT]; /* of messages */
    char binding[DOCTOR_HOSTS_TEXT];   /* of threads to cores */
};

/*
 * By the configuration of the run in 'run_dir', if there is one; NULL: by
 * defaults.  Errors: as config_read() and allocation_find().
 */
MUST_USE int doctor_hosts_find(struct doctor_hosts *d, const char *run_dir,
                               struct err *err);

/*
 * How many hosts see a file that was written here, by starting a command there
 * as a run would start a process.
 *   missing [out] (HOST_LIST_NAME) the first that does not; "" if all do
 */
int doctor_hosts_seeing(const struct allocation *a, const char *file,
                        char *missing);

#endif
