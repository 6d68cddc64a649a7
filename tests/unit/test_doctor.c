/* test_doctor.c - every check says something, and damage is seen */
#include "orchestration/tools/doctor.h"

#include "test_dir.h"

#include <sys/resource.h>

static const char *run_doctor(const char *path, int *rc, struct err *err)
{
    FILE *f = tmpfile();

    BUG_ON(!f);
    *err = (struct err){0};
    *rc = doctor_run(f, path, err);
    return printed_text(f);
}

static void check_all_lines(void)
{
    static const char *const names[] = {
        "MPI ",          "mpirun ",     "shared memory ", "cores ",
        "memory ",       "huge pages ", "OpenBLAS ",      "bf16 ",
        "ZeroMQ ",       "libvips ",    "open files ",    "locked memory ",
        "run directory "};
    struct err err;
    const char *text;
    int rc;

    text = run_doctor(in_dir("not/yet"), &rc, &err);
    ok(rc == 0, "this machine, where the tests run, can run Papline");
    if (rc < 0)
        printf("# %s\n", text);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        ok(strstr(text, names[i]) != NULL, names[i]);
    ok(strstr(text, "starts 2 processes"), "mpirun was tried");
    ok(strstr(text, "with CURVE"), "CURVE was looked for");
}

/* Few open files, no mpirun, generic kernels, a directory one cannot use. */
static void check_damage(void)
{
    struct rlimit files, few;
    struct err err;
    const char *text;
    int rc;

    BUG_ON(getrlimit(RLIMIT_NOFILE, &files) < 0);
    few = files;
    few.rlim_cur = 200;
    BUG_ON(setrlimit(RLIMIT_NOFILE, &few) < 0 ||
           setenv("PATH", "/nonexistent", 1) < 0 ||
           setenv("OMP_NUM_THREADS", "3", 1) < 0);
    put_file("file", "");
    text = run_doctor(in_dir("file/run"), &rc, &err);
    fails(rc, err, ERR_SYSTEM, "2 of the checks above failed",
          "what must work and does not");
    ok(strstr(text, "fail  mpirun          not found; install"),
       "doctor says that there is no mpirun");
    ok(strstr(text, "warn  open files      at most 200; ulimit -n 1024"),
       "doctor says that few files may be open");
    ok(strstr(text, "OMP_NUM_THREADS=3 overrides"),
       "doctor says that OMP_NUM_THREADS is set");
    ok(strstr(text, "fail  run directory   writing fails in '") != NULL,
       "doctor says that a file is in the place of the run directory");
}

int main(void)
{
    char **names = NULL;
    size_t n = 0;
    struct err err = {0};

    begin_dir();
    check_all_lines();
    ok(file_dir_list(dir, &names, &n, &err) == 0 && n == 0,
       "doctor leaves nothing behind");
    file_dir_list_free(names, n);
    check_damage();
    return end_dir();
}
