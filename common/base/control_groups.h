/*
 * control_groups.h - what the control groups of a process leave it
 *
 * A container and a job of a cluster limit memory and processor time by control
 * groups, which /proc/meminfo and the list of cores do not know of.  Limits are
 * those of the group of this process and of all above it, the least of them, in
 * version 2 and in version 1:
 *
 *     memory  memory.max less memory.current, or memory.limit_in_bytes less
 *             memory.usage_in_bytes; page cache that can be dropped
 *             (inactive_file of memory.stat) does not count as used
 *     cores   the two numbers of cpu.max, or cpu.cfs_quota_us by
 *             cpu.cfs_period_us
 *
 * Source: the kernel's Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/
 * memory.rst and scheduler/sched-bwc.rst.
 */
#ifndef BASE_CONTROL_GROUPS_H
#define BASE_CONTROL_GROUPS_H

/* Where they are told; tests have others. */
#define CONTROL_GROUPS_OWN    "/proc/self/cgroup"    /* which groups it is in */
#define CONTROL_GROUPS_MOUNTS "/proc/self/mountinfo" /* where they lie */

/* Bytes that the process may still take; HUGE_VAL: there is no limit. */
double control_groups_memory(const char *own, const char *mounts);

/* Cores' time that it may take, say 1.5; HUGE_VAL: there is no limit. */
double control_groups_cores(const char *own, const char *mounts);

#endif
