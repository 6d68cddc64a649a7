/*
 * test_control_groups.c - limits of control groups, in a made-up directory
 */
#include "base/control_groups.h"
#include "base/core_mask.h"
#include "base/machine.h"
#include "test_dir.h"

/* NAME of a group, "" being the uppermost, in the hierarchy that is mounted at
 * 'mount'. */
static void put_value(const char *mount, const char *group, const char *name,
                      const char *text)
{
    char path[FILE_PATH_MAX];
    struct err err;

    snprintf(path, sizeof(path), "%s/%s%s", dir, mount, group);
    BUG_ON(file_dir_make(path, &err) < 0);
    snprintf(path, sizeof(path), "%s/%s%s/%s", dir, mount, group, name);
    put_file(path, text);
}

static void put_mount(const char *root, const char *mount, const char *type,
                      const char *options)
{
    char text[1024];

    snprintf(text, sizeof(text),
             "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/a rw\n"
             "35 31 0:32 %s %s/%s rw,relatime shared:9 - %s none rw,%s\n",
             root, dir, mount, type, options);
    put_file("mounts", text);
}

static double left_for(const char *groups)
{
    put_file("groups", groups);
    return control_groups_memory(in_dir("groups"), in_dir("mounts"));
}

static double cores_for(const char *groups)
{
    put_file("groups", groups);
    return control_groups_cores(in_dir("groups"), in_dir("mounts"));
}

static void check_version_2(void)
{
    put_mount("/", "two", "cgroup2", "nsdelegate");
    put_value("two", "", "cgroup.procs", "");
    put_value("two", "/job", "memory.max", "4000\n");
    put_value("two", "/job", "memory.current", "1500\n");
    put_value("two", "/job", "memory.stat",
              "anon 900\ninactive_file 500\nactive_file 100\n");
    put_value("two", "/job/step", "memory.max", "max\n");
    put_value("two", "/job/step", "memory.current", "1400\n");
    near(left_for("0::/job/step\n"), 3000, 0,
         "version 2: the group above leaves its limit less what is used, and "
         "cache does not count");
    put_value("two", "/job/step", "memory.max", "2000\n");
    near(left_for("0::/job/step\n"), 600, 0,
         "version 2: the own group leaves less");
    put_value("two", "/job/step", "memory.max", "1000\n");
    near(left_for("0::/job/step\n"), 0, 0,
         "version 2: over the limit nothing is left");
    ok(isinf(left_for("0::/\n")), "version 2: the uppermost has no limit");
    ok(isinf(left_for("4:memory:/job\n")),
       "version 2 alone is mounted: groups of version 1 do not count");
}

static void check_version_1(void)
{
    put_mount("/", "one", "cgroup", "cpu,memory");
    put_value("one", "", "memory.limit_in_bytes", "9223372036854771712\n");
    put_value("one", "", "memory.usage_in_bytes", "70000\n");
    put_value("one", "/slurm/job_7", "memory.limit_in_bytes", "8000\n");
    put_value("one", "/slurm/job_7", "memory.usage_in_bytes", "3000\n");
    put_value("one", "/slurm/job_7", "memory.stat",
              "inactive_file 1\ntotal_inactive_file 1000\n");
    put_value("one", "/slurm/job_7/step_0", "cgroup.procs", "");
    near(left_for("5:cpuset:/\n4:cpu,memory:/slurm/job_7/step_0\n0::/\n"), 6000,
         0, "version 1: a job limits its steps");
    ok(isinf(left_for("4:cpu,memory:/\n")), "version 1: a huge limit is none");
    ok(isinf(left_for("4:cpu,memory_not:/slurm/job_7\n")),
       "version 1: another controller's group does not count");
}

/* A container sees its own group as the root of the mount. */
static void check_containers(void)
{
    put_mount("/docker/7f", "box", "cgroup", "memory");
    put_value("box", "", "memory.limit_in_bytes", "5000\n");
    put_value("box", "", "memory.usage_in_bytes", "1000\n");
    put_value("box", "/in", "memory.limit_in_bytes", "3000\n");
    put_value("box", "/in", "memory.usage_in_bytes", "100\n");
    near(left_for("4:memory:/docker/7f\n"), 4000, 0,
         "a container: what is mounted is its own group");
    near(left_for("4:memory:/docker/7f/in\n"), 2900, 0,
         "a container: groups in it lie below");
    near(left_for("4:memory:/docker/7fa\n"), 4000, 0,
         "a group that the mount does not show counts as what it shows");
}

static void check_quota_2(void)
{
    put_mount("/", "two", "cgroup2", "nsdelegate");
    put_value("two", "/job", "cpu.max", "150000 100000\n");
    put_value("two", "/job/step", "cpu.max", "max 100000\n");
    near(cores_for("0::/job/step\n"), 1.5, 0,
         "version 2: a quota of the group above");
    put_value("two", "/job/step", "cpu.max", "50000 100000\n");
    near(cores_for("0::/job/step\n"), .5, 0,
         "version 2: the own group's is less");
    put_value("two", "/odd", "cpu.max", "0 0\n");
    ok(isinf(cores_for("0::/odd\n")), "version 2: no period, no quota");
    ok(isinf(cores_for("0::/\n")), "version 2: the uppermost has no quota");
}

static void check_quota_1(void)
{
    put_mount("/", "one", "cgroup", "cpu,cpuacct");
    put_value("one", "", "cpu.cfs_quota_us", "-1\n");
    put_value("one", "", "cpu.cfs_period_us", "100000\n");
    put_value("one", "/job", "cpu.cfs_quota_us", "300000\n");
    put_value("one", "/job", "cpu.cfs_period_us", "100000\n");
    put_value("one", "/job/step", "cgroup.procs", "");
    near(cores_for("4:cpu,cpuacct:/job/step\n0::/\n"), 3, 0,
         "version 1: a quota of the job is that of its steps");
    ok(isinf(cores_for("4:cpu,cpuacct:/\n")), "version 1: -1 is none");
    ok(isinf(cores_for("4:cpuset:/job\n")),
       "version 1: another controller's group does not count");
}

/* Of this machine, whatever its limits are. */
static void check_own(void)
{
    struct core_mask own;

    core_mask_own(&own);
    ok(machine_cores() >= 1 && machine_cores() <= core_mask_count(&own),
       "this process has cores, no more than it may use");
}

static void check_nothing(void)
{
    ok(isinf(control_groups_memory(in_dir("none"), in_dir("mounts"))) &&
           isinf(control_groups_memory(in_dir("groups"), in_dir("none"))),
       "without files there is no limit");
    ok(isinf(left_for("")) && isinf(left_for("4:memory\n")) &&
           isinf(left_for("nothing\n4:memory:relative\n")),
       "lines that are cut short are passed over");
    ok(machine_memory() > 0, "this machine has memory left");
    ok(machine_peak_memory() > 1e5, "this process has had some");
}

int main(void)
{
    begin_dir();
    check_version_2();
    check_version_1();
    check_containers();
    check_quota_2();
    check_quota_1();
    check_own();
    check_nothing();
    return end_dir();
}
