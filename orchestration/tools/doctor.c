#define _XOPEN_SOURCE 700 /* realpath */
#include "orchestration/tools/doctor.h"

#include "base/control_groups.h"
#include "base/file.h"
#include "base/machine.h"
#include "img/vipslib.h"
#include "nn/blas_kernels.h"
#include "nn/block_product.h"
#include "nn/gemm.h"
#include "orchestration/tools/doctor_hosts.h"
#include "ranks/dist.h"

#include <errno.h>
#include <fcntl.h>
#include <omp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zmq.h>

struct doctor {
    FILE *out;           /* borrowed */
    const char *run_dir; /* borrowed */
    int n_fail;
};

enum verdict { FINE, WARN, FAIL };

PRINTF(4, 5)
static void print_finding(struct doctor *d, enum verdict v, const char *what,
                          const char *fmt, ...)
{
    static const char *const words[] = {"ok", "warn", "fail"};
    va_list ap;

    d->n_fail += v == FAIL;
    fprintf(d->out, "%-5s %-15s ", words[v], what);
    va_start(ap, fmt);
    vfprintf(d->out, fmt, ap);
    va_end(ap);
    fprintf(d->out, "\n");
    fflush(d->out);
}

/* --- small readers -------------------------------------------------------- */

/* First line of a small file, or "". */
static void first_line(const char *path, char *line, size_t size)
{
    FILE *f = fopen(path, "re");

    line[0] = '\0';
    if (!f)
        return;
    if (fgets(line, (int)size, f))
        line[strcspn(line, "\n")] = '\0';
    fclose(f);
}

/*
 * Run a command; how many of the lines that it prints begin with 'want'?
 * The first of them goes into 'copy', unless that is NULL.
 */
static int run_lines(const char *command, const char *want, char *copy,
                     size_t size)
{
    FILE *p = popen(command, "r");
    char line[512];
    int n = 0;

    while (p && fgets(line, sizeof(line), p)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, want, strlen(want)) != 0)
            continue;
        if (n++ == 0 && copy)
            snprintf(copy, size, "%.*s", (int)size - 1, line);
    }
    if (p)
        pclose(p);
    return n;
}

static double free_mb(const char *path)
{
    struct statvfs fs;

    if (statvfs(path, &fs) < 0)
        return -1;
    return (double)fs.f_bavail * (double)fs.f_frsize / 1e6;
}

/* --- MPI ------------------------------------------------------------------ */

static void check_mpi(struct doctor *d)
{
    char library[256];

    dist_library(library, sizeof(library));
    if (strncmp(library, "Open MPI", 8) == 0)
        print_finding(d, FINE, "MPI", "%s", library);
    else
        print_finding(d, WARN, "MPI", "%s; only Open MPI has been tried",
                      library);
}

static void check_mpirun(struct doctor *d)
{
    char command[256], version[256] = "";
    int n;

    if (run_lines("mpirun --version 2>&1", "mpirun", version,
                  sizeof(version)) == 0) {
        print_finding(d, FAIL, "mpirun",
                      "not found; install openmpi-bin or 'module load "
                      "openmpi'");
        return;
    }
    snprintf(command, sizeof(command),
             "timeout %d mpirun --oversubscribe --bind-to none %s -n 2 "
             "echo papline-is-up 2>/dev/null",
             DOCTOR_MPIRUN_SECONDS,
             geteuid() == 0 ? "--allow-run-as-root" : "");
    n = run_lines(command, "papline-is-up", NULL, 0);
    if (n == 2)
        print_finding(d, FINE, "mpirun", "%s starts 2 processes", version);
    else
        print_finding(d, FAIL, "mpirun",
                      "%s started %d of 2 processes; to see why: %s", version,
                      n, command);
}

static void check_shared_memory(struct doctor *d)
{
    const double mb = free_mb("/dev/shm");

    if (mb < 0)
        print_finding(d, WARN, "shared memory",
                      "no /dev/shm: ranks on one host talk more slowly");
    else if (mb < DOCTOR_LEAST_SHARED_MEMORY)
        print_finding(
            d, WARN, "shared memory",
            "%.0f MB free in /dev/shm; give a container --shm-size=1g", mb);
    else
        print_finding(d, FINE, "shared memory", "%.0f MB free in /dev/shm", mb);
}

/* --- the machine ---------------------------------------------------------- */

static void check_cores(struct doctor *d)
{
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    const int usable = omp_get_num_procs();
    const double quota =
        control_groups_cores(CONTROL_GROUPS_OWN, CONTROL_GROUPS_MOUNTS);
    const char *threads = getenv("OMP_NUM_THREADS");

    if (threads)
        print_finding(d, WARN, "cores",
                      "%d of %ld; OMP_NUM_THREADS=%s overrides "
                      "train.threads, unset it",
                      usable, online, threads);
    else if (quota < usable)
        print_finding(d, FINE, "cores",
                      "%d of %ld, and a quota of %.1f: %d are used", usable,
                      online, quota, machine_cores());
    else
        print_finding(d, FINE, "cores", "%d of %ld", usable, online);
}

static void check_memory(struct doctor *d)
{
    const double mb = machine_memory() / 1e6;

    if (mb <= 0)
        print_finding(d, WARN, "memory", "cannot be told (no /proc/meminfo)");
    else if (mb < DOCTOR_LEAST_MEMORY)
        print_finding(
            d, WARN, "memory",
            "%.0f MB available; training wants about %d, or a smaller "
            "train.batch",
            mb, DOCTOR_LEAST_MEMORY);
    else
        print_finding(d, FINE, "memory", "%.1f GB available", mb / 1e3);
}

static void check_huge_pages(struct doctor *d)
{
    char line[128];

    first_line("/sys/kernel/mm/transparent_hugepage/enabled", line,
               sizeof(line));
    if (strstr(line, "[always]") || strstr(line, "[madvise]"))
        print_finding(d, FINE, "huge pages", "transparent, %s", line);
    else
        print_finding(d, WARN, "huge pages",
                      "off: page faults slow training; as root: echo madvise > "
                      "/sys/kernel/mm/transparent_hugepage/enabled");
}

/* --- libraries ------------------------------------------------------------ */

/* Slow if its kernels are older than the processor. */
static void check_openblas(struct doctor *d)
{
    const char *core = gemm_processor();
    const char *better = blas_kernels_better(core, blas_kernels_level());
    const char *chosen = getenv("OPENBLAS_CORETYPE");
    char why[128] = "";

    if (chosen)
        snprintf(why, sizeof(why), ", OPENBLAS_CORETYPE=%s", chosen);
    else if (*blas_kernels_before())
        snprintf(why, sizeof(why), "; by itself it takes those for %s",
                 blas_kernels_before());
    if (!strstr(gemm_library(), "DYNAMIC_ARCH"))
        print_finding(d, WARN, "OpenBLAS",
                      "%s: built for %s alone, slow elsewhere", gemm_library(),
                      core);
    else if (better)
        print_finding(d, chosen ? FINE : WARN, "OpenBLAS",
                      "%s, kernels for %s%s; this processor has those for %s",
                      gemm_library(), core, why, better);
    else
        print_finding(d, FINE, "OpenBLAS", "%s, kernels for %s%s",
                      gemm_library(), core, why);
}

static void check_bf16(struct doctor *d)
{
    const char *name = block_kernel_bf16()->name;

    print_finding(d, FINE, "bf16", "%s%s", name,
                  strcmp(name, "plain") == 0
                      ? ": this processor has no instructions for it, float32 "
                        "is faster"
                      : "");
}

static void check_zeromq(struct doctor *d)
{
    int major, minor, patch;

    zmq_version(&major, &minor, &patch);
    if (zmq_has("curve"))
        print_finding(d, FINE, "ZeroMQ", "%d.%d.%d with CURVE", major, minor,
                      patch);
    else
        print_finding(
            d, FAIL, "ZeroMQ",
            "%d.%d.%d without CURVE: workers cannot join over tcp; take one "
            "built with libsodium",
            major, minor, patch);
}

static void check_vips(struct doctor *d)
{
    struct err err = {0};

    if (vipslib_start(&err) < 0)
        print_finding(d, FAIL, "libvips", "%s", err.text);
    else
        print_finding(d, FINE, "libvips", "%s", vipslib_version());
}

/* --- limits and disk ------------------------------------------------------ */

static void check_limits(struct doctor *d)
{
    struct rlimit files = {0}, locked = {0}, size = {0};

    getrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_MEMLOCK, &locked);
    getrlimit(RLIMIT_FSIZE, &size);
    if (files.rlim_cur < DOCTOR_LEAST_FILES)
        print_finding(d, WARN, "open files", "at most %ju; ulimit -n %d",
                      (uintmax_t)files.rlim_cur, DOCTOR_LEAST_FILES);
    else
        print_finding(d, FINE, "open files", "at most %ju",
                      (uintmax_t)files.rlim_cur);
    if (locked.rlim_cur != RLIM_INFINITY && file_exists("/dev/infiniband"))
        print_finding(
            d, WARN, "locked memory",
            "at most %ju kB, InfiniBand wants more; ulimit -l unlimited",
            (uintmax_t)locked.rlim_cur / 1024);
    else if (locked.rlim_cur == RLIM_INFINITY)
        print_finding(d, FINE, "locked memory", "unlimited");
    else
        print_finding(d, FINE, "locked memory",
                      "at most %ju kB, enough without InfiniBand",
                      (uintmax_t)locked.rlim_cur / 1024);
    if (size.rlim_cur != RLIM_INFINITY)
        print_finding(d, WARN, "file size",
                      "at most %ju MB; ulimit -f unlimited",
                      (uintmax_t)size.rlim_cur >> 20);
}

/* The nearest directory above 'path' that exists. */
static void existing_parent(char dir[FILE_PATH_MAX], const char *path)
{
    snprintf(dir, FILE_PATH_MAX, "%s", path);
    while (!file_exists(dir))
        file_parent(dir, dir);
}

/* Write, reserve and lock a file as a run does; NULL if all went well. */
static const char *try_disk(const char *file)
{
    struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    const int fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const char *failed = NULL;

    if (fd < 0)
        return "writing";
    if (posix_fallocate(fd, 0, 1 << 16) != 0)
        failed = "reserving space";
    else if (fcntl(fd, F_SETLK, &fl) < 0)
        failed = "locking";
    else if (fsync(fd) < 0)
        failed = "syncing";
    close(fd);
    unlink(file);
    return failed;
}

static void check_disk(struct doctor *d)
{
    char dir[FILE_PATH_MAX], file[FILE_PATH_MAX];
    const char *failed;
    struct err err;
    double mb;

    existing_parent(dir, d->run_dir ? d->run_dir : ".");
    if (file_path(file, &err, "%s/.papline-doctor-%ld", dir, (long)getpid()) <
        0)
        return;
    failed = try_disk(file);
    mb = free_mb(dir);
    if (failed)
        print_finding(d, FAIL, "run directory",
                      "%s fails in '%s' (%s); choose another run.dir", failed,
                      dir, strerror(errno));
    else if (mb < DOCTOR_LEAST_DISK)
        print_finding(d, WARN, "run directory",
                      "'%s' has %.0f MB free; a run of 4000 "
                      "cells takes about %d",
                      dir, mb, DOCTOR_LEAST_DISK);
    else
        print_finding(d, FINE, "run directory",
                      "'%s' can be written, locked and synced, %.1f GB free",
                      dir, mb / 1e3);
}

/* --- hosts ---------------------------------------------------------------- */

/* Of several hosts each must see the files of the run. */
static void check_shared_files(struct doctor *d, const struct allocation *a)
{
    char dir[FILE_PATH_MAX], file[FILE_PATH_MAX], missing[HOST_LIST_NAME];
    struct err err;
    int n;

    existing_parent(dir, d->run_dir ? d->run_dir : ".");
    if (!realpath(dir, file))
        return;
    memcpy(dir, file, sizeof(dir));
    if (file_path(file, &err, "%s/.papline-doctor-%ld-hosts", dir,
                  (long)getpid()) < 0 ||
        file_write(file, "seen\n", 5, &err) < 0) {
        print_finding(d, FAIL, "shared files", "%s", err.text);
        return;
    }
    n = doctor_hosts_seeing(a, file, missing);
    unlink(file);
    if (n == a->hosts.n)
        print_finding(d, FINE, "shared files", "all %d hosts see '%s'", n, dir);
    else
        print_finding(d, FAIL, "shared files",
                      "%d of %d hosts see '%s', '%s' does not, or no process "
                      "can be started there; choose another run.dir, or "
                      "scheduler.launcher",
                      n, a->hosts.n, dir, missing);
}

static void check_hosts(struct doctor *d)
{
    struct doctor_hosts *h = calloc(1, sizeof(*h));
    struct err err = {0};

    if (!h || doctor_hosts_find(h, d->run_dir, &err) < 0) {
        print_finding(d, FAIL, "hosts", "%s", h ? err.text : "no memory");
        free(h);
        return;
    }
    print_finding(d, FINE, "hosts", "%s", h->hosts);
    print_finding(d, FINE, "launcher", "%s", h->launcher);
    print_finding(d, FINE, "transport", "%s", h->transport);
    print_finding(d, FINE, "binding", "%s", h->binding);
    if (h->allocation.hosts.n > 1)
        check_shared_files(d, &h->allocation);
    free(h);
}

int doctor_run(FILE *out, const char *run_dir, struct err *err)
{
    static void (*const checks[])(struct doctor * d) = {
        check_mpi,    check_mpirun,     check_shared_memory, check_cores,
        check_memory, check_huge_pages, check_openblas,      check_bf16,
        check_zeromq, check_vips,       check_limits,        check_disk,
        check_hosts,
    };
    struct doctor d = {.out = out, .run_dir = run_dir};

    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        checks[i](&d);
    if (d.n_fail > 0)
        return err_set(err, ERR_SYSTEM, "%d of the checks above failed",
                       d.n_fail);
    return 0;
}
