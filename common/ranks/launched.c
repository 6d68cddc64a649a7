#include "ranks/launched.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

/* Variables that a launcher sets for each process. */
struct launcher_names {
    const char *rank, *size;
};

static const struct launcher_names launchers[] = {
    {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"}, /* Open MPI's mpirun */
    {"PMI_RANK", "PMI_SIZE"},              /* srun --mpi=pmi2, MPICH's mpirun */
    {"PMIX_RANK", "SLURM_STEP_NUM_TASKS"}, /* srun --mpi=pmix */
};

enum { N_LAUNCHER = sizeof(launchers) / sizeof(launchers[0]) };

/* Those that begin so, some of which MPI itself reads; by the universe mpirun
 * knows that it is within another. */
static const char *const forgotten[] = {
    "PMIX_",        "PMI_",           "OMPI_COMM_WORLD_", "OMPI_UNIVERSE_SIZE=",
    "OMPI_MCA_ess", "OMPI_MCA_orte_", "OMPI_MCA_pmix=",   "SLURM_STEPID=",
};

enum { N_FORGOTTEN = sizeof(forgotten) / sizeof(forgotten[0]) };

static const struct launcher_names *launcher_of_this(void)
{
    for (size_t i = 0; i < N_LAUNCHER; i++)
        if (getenv(launchers[i].rank))
            return &launchers[i];
    return NULL;
}

/* A whole number of at least 'least', which it is if there is none. */
static int number_of(const char *name, int least)
{
    const char *text = getenv(name);
    char *end = NULL;
    const long n = text ? strtol(text, &end, 10) : 0;

    return text && end != text && *end == '\0' && n >= least && n <= INT_MAX
               ? (int)n
               : least;
}

bool launched_is_rank(void)
{
    return launcher_of_this() != NULL;
}

int launched_size(void)
{
    const struct launcher_names *l = launcher_of_this();

    return l ? number_of(l->size, 1) : 1;
}

int launched_rank(void)
{
    const struct launcher_names *l = launcher_of_this();

    return l ? number_of(l->rank, 0) : 0;
}

static bool is_forgotten(const char *variable)
{
    for (size_t i = 0; i < N_FORGOTTEN; i++)
        if (strncmp(variable, forgotten[i], strlen(forgotten[i])) == 0)
            return true;
    return false;
}

void launched_forget(void)
{
    char **kept = environ;

    for (char **v = environ; *v; v++)
        if (!is_forgotten(*v))
            *kept++ = *v;
    *kept = NULL;
}

void launched_set_threads(int threads)
{
    char text[32];

    snprintf(text, sizeof(text), "%d", threads);
    if (threads > 0)
        setenv("OMP_NUM_THREADS", text, 0);
    setenv("OPENBLAS_NUM_THREADS", "1", 0);
    if (!getenv("OMP_WAIT_POLICY"))
        setenv("GOMP_SPINCOUNT", "30000", 0); /* pauses of the processor */
}
