#include "orchestration/scheduler/placement.h"

#include "base/program.h"
#include "worker/scheduler_link.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define MEGABYTE (1024.0 * 1024.0)

void command_add(struct command *c, const char *fmt, ...)
{
    char *at = c->text + c->used;
    va_list args;
    int n;

    BUG_ON(c->n >= PLACEMENT_ARGS - 1);
    va_start(args, fmt);
    n = vsnprintf(at, sizeof(c->text) - c->used, fmt, args);
    va_end(args);
    BUG_ON(n < 0 || c->used + (size_t)n >= sizeof(c->text));
    c->used += (size_t)n + 1;
    c->arg[c->n++] = at;
    c->arg[c->n] = NULL;
}

/* --- parts of a place ----------------------------------------------------- */

static int count_ranks(const struct process_place *place)
{
    int n = 0;

    for (int i = 0; i < place->n_part; i++)
        n += place->part[i].ranks;
    return n;
}

/* The most that a host of the place has to give. */
static double most_memory(const struct process_place *place)
{
    double most = 0;

    for (int i = 0; i < place->n_part; i++)
        if (place->part[i].memory > most)
            most = place->part[i].memory;
    return most;
}

/* The names of its hosts, each as often as 'by_rank' or once, or with ":RANKS"
 * behind it. */
enum host_style { HOST_BY_RANK, HOST_WITH_RANKS };

static void list_hosts(char *text, size_t size, const struct allocation *a,
                       const struct process_place *place, enum host_style style)
{
    size_t used = 0;

    text[0] = '\0';
    for (int i = 0; i < place->n_part; i++) {
        const struct host_part *p = &place->part[i];
        const char *name = a->hosts.host[p->host].name;
        const int times = style == HOST_BY_RANK ? p->ranks : 1;

        for (int k = 0; k < times && used < size; k++)
            used += (size_t)snprintf(text + used, size - used,
                                     used ? ",%s" : "%s", name);
        if (style == HOST_WITH_RANKS && used < size)
            used += (size_t)snprintf(text + used, size - used, ":%d", p->ranks);
    }
}

/* --- mpirun --------------------------------------------------------------- */

/* mpirun gives ranks on other hosts only those variables that it is told. */
static void add_variables(struct command *c)
{
    static const char *const name[] = {SCHEDULER_LINK_TOKEN, "OMP_NUM_THREADS",
                                       "OPENBLAS_NUM_THREADS"};

    for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
        command_add(c, "-x");
        command_add(c, "%s", name[i]);
    }
}

static void begin_mpirun(struct command *c, int ranks, const char *map_by)
{
    command_add(c, "mpirun");
    command_add(c, "-n");
    command_add(c, "%d", ranks);
    command_add(c, "--quiet");
    command_add(c, "--oversubscribe");
    if (*map_by) {
        command_add(c, "--map-by");
        command_add(c, "%s", map_by);
    } else {
        command_add(c, "--bind-to");
        command_add(c, "none");
    }
    if (geteuid() == 0)
        command_add(c, "--allow-run-as-root");
}

void placement_begin_ranks(struct command *c, int ranks)
{
    begin_mpirun(c, ranks, "");
}

/* One rank needs no launcher, and mpirun waits for ever in some job steps
 * (open-mpi #8378). */
static void begin_local(struct command *c, const struct placement_request *r)
{
    if (count_ranks(r->place) < 2)
        return;
    begin_mpirun(c, count_ranks(r->place), r->map_by);
    add_variables(c);
}

static void add_mpirun_hosts(struct command *c,
                             const struct placement_request *r)
{
    char hosts[PLACEMENT_TEXT / 2];

    list_hosts(hosts, sizeof(hosts), r->allocation, r->place, HOST_WITH_RANKS);
    begin_mpirun(c, count_ranks(r->place), r->map_by);
    command_add(c, "--host");
    command_add(c, "%s", hosts);
    add_variables(c);
}

static void begin_remote(struct command *c, const struct placement_request *r)
{
    const struct host *first =
        &r->allocation->hosts.host[r->place->part[0].host];

    if (count_ranks(r->place) > 1 || !first->here)
        add_mpirun_hosts(c, r);
}

/* --- Slurm ---------------------------------------------------------------- */

/* Cores of each rank, which Slurm counts: its threads, or what the fullest host
 * of the place has for it; 0: there are more ranks than cores. */
static int cores_by_rank(const struct process_place *place)
{
    int cores = place->threads;

    for (int i = 0; i < place->n_part; i++) {
        const int has = place->part[i].cores / place->part[i].ranks;

        if (has < cores)
            cores = has;
    }
    return cores;
}

/* A step takes its share of the job; but within a step of the job it shares
 * that one's. */
static void add_slurm_share(struct command *c, const struct allocation *a,
                            const struct process_place *place)
{
    if (a->job_step) {
        command_add(c, "--overlap");
        return;
    }
    command_add(c, "--exact");
    if (most_memory(place) > 0)
        command_add(c, "--mem=%.0fM", ceil(most_memory(place) / MEGABYTE));
}

static void begin_slurm(struct command *c, const struct placement_request *r)
{
    const struct allocation *a = r->allocation;
    const struct process_place *place = r->place;
    const int ranks = count_ranks(place), cores = cores_by_rank(place);
    char hosts[PLACEMENT_TEXT / 2];

    if (ranks > 1 && !a->pmix) {
        add_mpirun_hosts(c, r);
        return;
    }
    list_hosts(hosts, sizeof(hosts), a, place, HOST_BY_RANK);
    command_add(c, "srun");
    command_add(c, "--quiet");
    command_add(c, "--input=none");
    command_add(c, "--unbuffered");
    command_add(c, "--ntasks=%d", ranks);
    command_add(c, "--nodes=%d", place->n_part);
    command_add(c, "--cpus-per-task=%d", cores > 0 ? cores : 1);
    if (cores == 0)
        command_add(c, "--overcommit");
    command_add(c, "--nodelist=%s", hosts);
    if (ranks > 1) {
        command_add(c, "--distribution=arbitrary");
        command_add(c, "--mpi=pmix");
    } else {
        command_add(c, "--mpi=none");
    }
    command_add(c, "--kill-on-bad-exit=1");
    add_slurm_share(c, a, place);
}

/* --- slots of an mpirun --------------------------------------------------- */

/* Slots that train together lie in one process each. */
static void begin_slots(struct command *c, const struct placement_request *r)
{
    const struct process_place *place = r->place;
    char slots[PLACEMENT_TEXT / 4], program[FILE_PATH_MAX];
    size_t used = 0;
    struct err err;

    for (int i = 0; i < place->n_part && used < sizeof(slots); i++)
        used += (size_t)snprintf(
            slots + used, sizeof(slots) - used, "%s%d", i ? "," : "",
            r->allocation->hosts.host[place->part[i].host].slot);
    command_add(c, "%s",
                program_path(program, "papline-slot", &err) < 0 ? "papline-slot"
                                                                : program);
    command_add(c, "start");
    command_add(c, "%s", slots);
    command_add(c, "--output");
    command_add(c, "%s", r->log);
    command_add(c, "--env");
    command_add(c, "%s=%s", SCHEDULER_LINK_TOKEN, r->token);
    command_add(c, "--env");
    command_add(c, "OMP_NUM_THREADS=%d", place->threads);
    command_add(c, "--env");
    command_add(c, "OPENBLAS_NUM_THREADS=1");
}

/* --- the table ------------------------------------------------------------ */

static const struct {
    const char *word;
    void (*begin)(struct command *c, const struct placement_request *r);
} table[] = {
    [LAUNCHER_LOCAL] = {"local", begin_local},
    [LAUNCHER_SLURM] = {"slurm", begin_slurm},
    [LAUNCHER_SLOTS] = {"slots", begin_slots},
    [LAUNCHER_MPIRUN] = {"mpirun", begin_remote},
};

const char *placement_word(enum launcher_choice launcher)
{
    return table[launcher].word;
}

void placement_begin(struct command *c, const struct placement_request *r)
{
    table[r->allocation->launcher].begin(c, r);
}
