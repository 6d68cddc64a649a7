/* test_allocation.c - hosts of lists, host files and Slurm jobs; what starts a
 * process on them */
#include "orchestration/scheduler/allocation.h"
#include "orchestration/scheduler/placement.h"
#include "test_dir.h"

static struct allocation a;
static struct err err;

static bool host_is(int i, const char *name, int cores)
{
    return i < a.hosts.n && strcmp(a.hosts.host[i].name, name) == 0 &&
           a.hosts.host[i].cores == cores;
}

static void check_lists(void)
{
    memset(&a, 0, sizeof(a));
    ok(allocation_add_hosts(&a.hosts, "n1:4, n2,n3:16", "KEY", &err) == 0 &&
           a.hosts.n == 3 && host_is(0, "n1", 4) && host_is(1, "n2", 1) &&
           host_is(2, "n3", 16),
       "a list of hosts with and without their cores");
    ok(allocation_add_hosts(&a.hosts, "n1:x", "KEY", &err) < 0 &&
           strncmp(err.text, "KEY: 'n1'", 9) == 0,
       "cores that are no number are refused");
    ok(allocation_add_hosts(&a.hosts, "n1:0", "KEY", &err) < 0,
       "  and none at all");
    ok(allocation_add_hosts(&a.hosts, "n1;reboot", "KEY", &err) < 0 &&
           allocation_add_hosts(&a.hosts, "-oProxy", "KEY", &err) < 0,
       "a name that a shell or a launcher would take for more is refused");
}

static void check_files(void)
{
    const char *path = in_dir("hosts");

    memset(&a, 0, sizeof(a));
    put_file(path, "# two\nn1 max-slots=9 slots=4\n\nn2\n");
    ok(allocation_add_file(&a.hosts, path, &err) == 0 && a.hosts.n == 2 &&
           host_is(0, "n1", 4) && host_is(1, "n2", 1),
       "a host file as Open MPI's");
    memset(&a, 0, sizeof(a));
    put_file(path, "n1\nn1\nn2\n");
    ok(allocation_add_file(&a.hosts, path, &err) == 0 && a.hosts.n == 2 &&
           host_is(0, "n1", 2) && host_is(1, "n2", 1),
       "a host file with a line for each core, as PBS'");
    put_file(path, "n1\nn2 slots=none\n");
    ok(allocation_add_file(&a.hosts, path, &err) < 0 &&
           strstr(err.text, "/hosts:2: 'n2'"),
       "a fault in it is told with its line");
    unlink(path);
    ok(allocation_add_file(&a.hosts, path, &err) < 0 && err.code == ERR_USAGE,
       "one that is not there is refused");
}

static void check_slurm(void)
{
    memset(&a, 0, sizeof(a));
    ok(allocation_add_slurm(&a.hosts, "n1\nn2\nn3\nn4\n", "2(x2),1,8", 100,
                            false, &err) == 0 &&
           a.hosts.n == 4 && host_is(0, "n1", 2) && host_is(1, "n2", 2) &&
           host_is(2, "n3", 1) && host_is(3, "n4", 8),
       "nodes of a Slurm job with their cores");
    near(a.hosts.host[3].memory, 100, 0, "memory of a node");
    memset(&a, 0, sizeof(a));
    ok(allocation_add_slurm(&a.hosts, "n1\n", "3", 100, true, &err) == 0,
       "memory by core is that of all");
    near(a.hosts.host[0].memory_free, 300, 0, "  its cores");
}

/* The words of the command that starts something at 'p', in one text. */
static const char *command_of(const struct process_place *p, const char *map_by)
{
    static char text[PLACEMENT_TEXT];
    static struct command c;
    size_t used = 0;

    memset(&c, 0, sizeof(c));
    placement_begin(&c, &(struct placement_request){.allocation = &a,
                                                    .place = p,
                                                    .map_by = map_by,
                                                    .token = "12ab",
                                                    .log = "/run/x.log"});
    text[0] = '\0';
    for (int i = 0; i < c.n; i++)
        used +=
            (size_t)snprintf(text + used, sizeof(text) - used, " %s", c.arg[i]);
    return text;
}

static bool has(const char *text, const char *word)
{
    if (!strstr(text, word))
        printf("# '%s' is not in '%s'\n", word, text);
    return strstr(text, word) != NULL;
}

static bool has_not(const char *text, const char *word)
{
    return strstr(text, word) == NULL;
}

static void check_commands(void)
{
    const struct process_place single = {
        .n_part = 1,
        .part = {{.host = 1, .ranks = 1, .cores = 2, .memory = 1048576}},
        .threads = 2};
    const struct process_place ranks = {
        .n_part = 2,
        .part = {{.host = 0, .ranks = 2, .cores = 2},
                 {.host = 1, .ranks = 1, .cores = 1}},
        .threads = 1};
    const char *text;

    memset(&a, 0, sizeof(a));
    if (allocation_add_hosts(&a.hosts, "n1:2, n2:2", "KEY", &err) < 0)
        return;
    a.launcher = LAUNCHER_SLURM;
    a.pmix = true;
    text = command_of(&single, "");
    ok(has(text, "srun") && has(text, "--ntasks=1 ") && has(text, "--exact") &&
           has(text, "--cpus-per-task=2") && has(text, "--nodelist=n2") &&
           has(text, "--mem=1M") && has_not(text, "--overlap"),
       "in a Slurm job a process is a step with its cores and memory");
    text = command_of(&ranks, "");
    ok(has(text, "--ntasks=3") && has(text, "--nodelist=n1,n1,n2") &&
           has(text, "--distribution=arbitrary") && has(text, "--mpi=pmix"),
       "its ranks lie where they were placed");
    a.pmix = false;
    text = command_of(&ranks, "");
    ok(has(text, " mpirun -n 3") && has(text, "--host n1:2,n2:1"),
       "without PMIx mpirun starts them");
    a.job_step = true;
    text = command_of(&single, "");
    ok(has(text, "--overlap") && has_not(text, "--exact"),
       "within a step of the job its processes share that step");
    a.launcher = LAUNCHER_MPIRUN;
    text = command_of(&single, "");
    ok(has(text, " mpirun -n 1") && has(text, "--host n2:1") &&
           has(text, "--bind-to none"),
       "on another host mpirun starts a single process, too");
    a.hosts.host[1].here = true;
    ok(strcmp(command_of(&single, ""), "") == 0, "on this one nothing does");
    text = command_of(&ranks, "socket:PE=4");
    ok(has(text, "--map-by socket:PE=4") && has_not(text, "--bind-to"),
       "ranks are mapped as the key says");
    a.launcher = LAUNCHER_LOCAL;
    ok(strcmp(command_of(&single, ""), "") == 0,
       "locally one rank needs no launcher");
    ok(has(command_of(&ranks, ""), " mpirun -n 3"), "three ranks need mpirun");
    a.launcher = LAUNCHER_SLOTS;
    a.hosts.host[0].slot = 5;
    a.hosts.host[1].slot = 2;
    text = command_of(&ranks, "");
    ok(has(text, "papline-slot start 5,2 --output /run/x.log ") &&
           has(text, "=12ab --env OMP_NUM_THREADS=1"),
       "within an mpirun its slots are told to start it");
}

/* Where a training is started by srun that needs more than there is. */
static const char *forced_command(int ranks, int threads)
{
    const struct process_need need = {.ranks = ranks, .threads = threads};
    static struct process_place place;

    memset(&a, 0, sizeof(a));
    BUG_ON(allocation_add_hosts(&a.hosts, "n1:4", "KEY", &err) < 0);
    a.launcher = LAUNCHER_SLURM;
    a.pmix = true;
    return host_list_take(&a.hosts, &need, &place) ? command_of(&place, "")
                                                   : "";
}

static void check_forced(void)
{
    const char *text = forced_command(1, 8);

    ok(has(text, "--ntasks=1 ") && has(text, "--cpus-per-task=4 ") &&
           has_not(text, "--overcommit"),
       "of Slurm 8 threads ask for the 4 cores that there are");
    text = forced_command(3, 2);
    ok(has(text, "--ntasks=3 ") && has(text, "--cpus-per-task=1 ") &&
           has_not(text, "--overcommit"),
       "  3 ranks of 2 threads for a core each");
    text = forced_command(6, 1);
    ok(has(text, "--ntasks=6 ") && has(text, "--cpus-per-task=1 ") &&
           has(text, "--overcommit"),
       "  6 ranks share them");
    text = forced_command(2, 2);
    ok(has(text, "--ntasks=2 ") && has(text, "--cpus-per-task=2 ") &&
           has_not(text, "--overcommit"),
       "  what fits has a core for each thread");
}

int main(void)
{
    check_lists();
    check_slurm();
    check_commands();
    check_forced();
    begin_dir();
    check_files();
    return end_dir();
}
