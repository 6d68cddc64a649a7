/*
 * allocation.h - which hosts a run has, how its processes are started there,
 * and until when
 */
#ifndef ORCHESTRATION_SCHEDULER_ALLOCATION_H
#define ORCHESTRATION_SCHEDULER_ALLOCATION_H

#include "config/config.h"
#include "orchestration/scheduler/host_list.h"

struct allocation {
    struct host_list hosts;
    enum launcher_choice launcher; /* never LAUNCHER_AUTO */
    char source[128];              /* "Slurm job 12": who gave the hosts */
    bool pmix;                     /* srun can start MPI ranks */
    bool job_step; /* this process is itself a step of its Slurm job */
    double ends;   /* clock_date() when it is taken away; 0: not known */
};

/*
 * By scheduler.hosts and scheduler.launcher.  With 'auto' these are the slots
 * of an mpirun that started us, the nodes of a Slurm job, those of a PBS job,
 * or else this host.
 * Errors: ERR_USAGE no such hosts, or none; ERR_SYSTEM.
 */
MUST_USE int allocation_find(struct allocation *a, const struct config *c,
                             struct err *err);

/*
 * Enter the hosts that a text lists.
 *   text [in] "NAME:CORES, NAME": one core if no number stands there
 *   name [in] of the key or file, for messages
 * Errors: ERR_USAGE.
 */
MUST_USE int allocation_add_hosts(struct host_list *l, const char *text,
                                  const char *name, struct err *err);

/* The same of a host file as Open MPI's ("NAME slots=N") or PBS' (a line for
 * each core).  Errors: ERR_USAGE. */
MUST_USE int allocation_add_file(struct host_list *l, const char *path,
                                 struct err *err);

/*
 * The nodes of a Slurm job.
 *   names [in] a name a line
 *   cores [in] of each, as SLURM_JOB_CPUS_PER_NODE has it: "2(x3),1"
 *   memory     bytes of a node, or (by_core) of a core; 0: not known
 * Errors: ERR_USAGE.
 */
MUST_USE int allocation_add_slurm(struct host_list *l, const char *names,
                                  const char *cores, double memory,
                                  bool by_core, struct err *err);

#endif
