/*
 * memory_limit.h - how much memory the control groups of a process leave it
 *
 * A container and a job of a cluster limit memory by control groups, which
 * /proc/meminfo does not know of.  Of the group of this process and of all
 * above it, in version 2 (memory.max, memory.current) and in version 1
 * (memory.limit_in_bytes, memory.usage_in_bytes), each lets it have its limit
 * less what is used; page cache that can be dropped (inactive_file of
 * memory.stat) does not count as used.
 * Source: the kernel's Documentation/admin-guide/cgroup-v2.rst and
 * cgroup-v1/memory.rst.
 */
#ifndef BASE_MEMORY_LIMIT_H
#define BASE_MEMORY_LIMIT_H

/*
 * Bytes that the process may still take by them; HUGE_VAL: there is no limit.
 *   proc   [in] "/proc/self/cgroup", which groups it is in
 *   mounts [in] "/proc/self/mountinfo", where they are mounted
 */
double memory_limit_left(const char *proc, const char *mounts);

#endif
