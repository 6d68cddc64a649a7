/* test_launched.c - what launchers say in the environment, and forgetting it */
#include "ranks/launched.h"
#include "tap.h"

#include <stdlib.h>

int main(void)
{
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
