/* test_launched.c - what launchers say in the environment, and forgetting it */
#include "ranks/launched.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static bool is_set(const char *name, const char *want)
{
    const char *value = getenv(name);

    return value && strcmp(value, want) == 0;
}

static void check_threads(void)
{
    static const char *const name[] = {"OMP_NUM_THREADS", "OMP_WAIT_POLICY",
                                       "OPENBLAS_NUM_THREADS",
                                       "GOMP_SPINCOUNT"};

    for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
        unsetenv(name[i]);
    launched_set_threads(0);
    ok(!getenv("OMP_NUM_THREADS") && is_set("OPENBLAS_NUM_THREADS", "1") &&
           is_set("GOMP_SPINCOUNT", "30000"),
       "a program is told one thread of OpenBLAS, and to sleep soon");
    launched_set_threads(3);
    ok(is_set("OMP_NUM_THREADS", "3"), "  and how many threads it has");
    launched_set_threads(2);
    ok(is_set("OMP_NUM_THREADS", "3"), "  unless the user has said so");
    unsetenv("GOMP_SPINCOUNT");
    setenv("OMP_WAIT_POLICY", "active", 1);
    launched_set_threads(0);
    ok(!getenv("GOMP_SPINCOUNT"), "  or how threads wait");
}

int main(void)
{
    check_threads();
    launched_forget();
    ok(!launched_is_rank() && launched_size() == 1 && launched_rank() == 0,
       "started alone");
    setenv("OMPI_COMM_WORLD_RANK", "2", 1);
    setenv("OMPI_COMM_WORLD_SIZE", "4", 1);
    ok(launched_is_rank() && launched_size() == 4 && launched_rank() == 2,
       "Open MPI's mpirun");
    launched_forget();
    ok(!launched_is_rank() && !getenv("OMPI_COMM_WORLD_SIZE"), "  forgotten");
    setenv("SLURM_STEP_NUM_TASKS", "3", 1);
    ok(launched_size() == 1, "srun without MPI");
    setenv("PMIX_RANK", "1", 1);
    ok(launched_size() == 3 && launched_rank() == 1, "  with PMIx");
    setenv("PMI_RANK", "1x", 1);
    ok(launched_is_rank() && launched_size() == 1 && launched_rank() == 0,
       "what is no number");
    launched_forget();
    setenv("OMPI_MCA_mpi_yield_when_idle", "1", 1);
    launched_forget();
    ok(getenv("OMPI_MCA_mpi_yield_when_idle") != NULL,
       "what the user set for MPI stays");
    return tap_done();
}
