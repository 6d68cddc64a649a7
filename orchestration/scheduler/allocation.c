/* allocation.c - from mpirun's slots, Slurm, PBS, the configuration, or here */
#define _XOPEN_SOURCE 700 /* strptime */
#include "orchestration/scheduler/allocation.h"

#include "base/clock.h"
#include "base/core_mask.h"
#include "base/machine.h"
#include "base/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { OUTPUT_MAX = 1 << 18, LINE = 1024 };

#define MEGABYTE (1024.0 * 1024.0)

/* --- texts ---------------------------------------------------------------- */

static int add_host(struct host_list *l, const char *name, long cores,
                    const char *where, struct err *err)
{
    if (!*name || cores < 1 || cores > CORE_MASK_MAX ||
        name[strcspn(name, "/\"'\\;&|<>$`")] != '\0' || *name == '-')
        return err_set(err, ERR_USAGE,
                       "%s: '%.80s' with %ld cores is no host; write "
                       "NAME:CORES, NAME:CORES",
                       where, name, cores);
    return host_list_add(l, name, (int)cores, 0, err);
}

int allocation_add_hosts(struct host_list *l, const char *text,
                         const char *name, struct err *err)
{
    char word[HOST_LIST_NAME + 16], host[sizeof(word)];

    while (*(text += strspn(text, ", \t\n"))) {
        const size_t n = strcspn(text, ", \t\n");
        const char *colon;
        char *end;
        long cores = 1;

        snprintf(word, sizeof(word), "%.*s", (int)n, text);
        colon = strchr(word, ':');
        snprintf(host, sizeof(host), "%.*s",
                 colon ? (int)(colon - word) : (int)strlen(word), word);
        if (colon) {
            cores = strtol(colon + 1, &end, 10);
            if (*end || end == colon + 1)
                cores = 0;
        }
        if (add_host(l, host, cores, name, err) < 0)
            return -1;
        text += n;
    }
    return 0;
}

/* "slots=4" of a line of Open MPI's host file, else 1. */
static long slots_of(const char *rest)
{
    const char *slots = rest;

    while ((slots = strstr(slots, "slots=")) != NULL) {
        if (slots > rest && (slots[-1] == ' ' || slots[-1] == '\t'))
            return strtol(slots + strlen("slots="), NULL, 10);
        slots++;
    }
    return 1;
}

int allocation_add_file(struct host_list *l, const char *path, struct err *err)
{
    char line[LINE], where[FILE_PATH_MAX + 16];
    FILE *f = fopen(path, "re");
    int number = 0, rc = 0;

    if (!f)
        return err_set(err, ERR_USAGE, "cannot open host file '%s': %s", path,
                       strerror(errno));
    while (rc == 0 && fgets(line, sizeof(line), f)) {
        char *name = line + strspn(line, " \t");
        char *end = name + strcspn(name, " \t\r\n#");
        const long slots = slots_of(end);

        snprintf(where, sizeof(where), "%s:%d", path, ++number);
        if (end == name)
            continue;
        *end = '\0';
        rc = add_host(l, name, slots, where, err);
    }
    fclose(f);
    return rc;
}

/* The next number of "2(x3),1", which is said of *times nodes. */
static const char *next_cores(const char *text, long *cores, long *times)
{
    char *end;

    *cores = strtol(text, &end, 10);
    *times = 1;
    if (strncmp(end, "(x", 2) == 0) {
        *times = strtol(end + 2, &end, 10);
        end += *end == ')';
    }
    return end + (*end == ',');
}

int allocation_add_slurm(struct host_list *l, const char *names,
                         const char *cores, double memory, bool by_core,
                         struct err *err)
{
    char name[HOST_LIST_NAME];
    long n = 1, times = 0;

    while (*(names += strspn(names, "\n"))) {
        const size_t length = strcspn(names, "\n");

        if (times == 0 && *cores)
            cores = next_cores(cores, &n, &times);
        snprintf(name, sizeof(name), "%.*s", (int)length, names);
        if (add_host(l, name, n, "the Slurm job", err) < 0)
            return -1;
        l->host[l->n - 1].memory = l->host[l->n - 1].memory_free =
            by_core ? memory * (double)n : memory;
        names += length;
        times -= times > 0;
    }
    return 0;
}

/* --- what others say ------------------------------------------------------ */

/* What a command prints, "" if it fails; the caller frees it. */
static char *read_output(const char *command)
{
    char *text = calloc(1, OUTPUT_MAX);
    FILE *f = text ? popen(command, "r") : NULL;
    size_t n = f ? fread(text, 1, OUTPUT_MAX - 1, f) : 0;

    if (text)
        text[n] = '\0';
    if (f && pclose(f) != 0)
        text[0] = '\0';
    return text;
}

static double variable_number(const char *name)
{
    const char *text = getenv(name);

    return text ? strtod(text, NULL) : 0;
}

/* When the Slurm job ends: its environment says so since version 22.05. */
static double find_job_end(void)
{
    double end = variable_number("SLURM_JOB_END_TIME");
    struct tm tm = {.tm_isdst = -1};
    char *text;

    if (end > 0)
        return end;
    text = read_output("squeue -h -j \"$SLURM_JOB_ID\" -o %e 2>/dev/null");
    if (text && strptime(text, "%Y-%m-%dT%H:%M:%S", &tm))
        end = (double)mktime(&tm);
    free(text);
    return end;
}

/* Bytes of "mem=8000M" of what the job has on all its nodes; 0: Slurm does not
 * share out memory. */
static double find_job_memory(void)
{
    static const char units[] = "KMGT";
    char *text = read_output("squeue -h -j \"$SLURM_JOB_ID\" -O "
                             "tres-alloc:200 2>/dev/null");
    const char *mem = text ? strstr(text, "mem=") : NULL;
    double bytes = 0;
    char *unit;

    if (mem) {
        bytes = strtod(mem + strlen("mem="), &unit);
        for (const char *u = units; *unit && *u; u++) {
            bytes *= 1024;
            if (*u == *unit)
                break;
        }
    }
    free(text);
    return bytes;
}

static int add_slurm_nodes(struct host_list *l, const char *names,
                           struct err *err)
{
    const char *cores = getenv("SLURM_JOB_CPUS_PER_NODE");
    const double node = variable_number("SLURM_MEM_PER_NODE") * MEGABYTE;
    const double core = variable_number("SLURM_MEM_PER_CPU") * MEGABYTE;
    const double all = node > 0 || core > 0 ? 0 : find_job_memory();

    if (allocation_add_slurm(l, names, cores ? cores : "1",
                             node > 0 ? node : core, node <= 0, err) < 0)
        return -1;
    for (int i = 0; all > 0 && i < l->n; i++)
        l->host[i].memory = l->host[i].memory_free = all / l->n;
    return 0;
}

static int use_slurm(struct allocation *a, struct err *err)
{
    char *names = read_output("scontrol show hostnames 2>/dev/null"), *kinds;
    int rc = -1;

    if (!names || !*names)
        err_set(err, ERR_USAGE,
                "'scontrol show hostnames' does not name the nodes of this "
                "Slurm job; with scheduler.hosts=local one host is used");
    else
        rc = add_slurm_nodes(&a->hosts, names, err);
    free(names);
    snprintf(a->source, sizeof(a->source), "Slurm job %.40s",
             getenv("SLURM_JOB_ID"));
    a->launcher = LAUNCHER_SLURM;
    a->job_step = getenv("SLURM_STEP_ID") || getenv("SLURM_STEPID");
    kinds = read_output("srun --mpi=list 2>&1");
    a->pmix = kinds && strstr(kinds, "pmix");
    free(kinds);
    a->ends = find_job_end();
    return rc;
}

/* --- slots of an mpirun --------------------------------------------------- */

/* A line of `papline-slot list`: rank, host, cores, free bytes of its memory.
 * Returns the line after it, NULL at the end. */
static const char *next_slot(const char *line, struct host *slot)
{
    char name[HOST_LIST_NAME / 2];

    if (sscanf(line, "%d %120s %d %lf", &slot->slot, name, &slot->cores,
               &slot->memory) != 4)
        return NULL;
    snprintf(slot->name, sizeof(slot->name), "%s-%d", name, slot->slot);
    line += strcspn(line, "\n");
    return line + (*line == '\n');
}

/* Slots of one host share its memory. */
static void share_memory(struct host_list *l, const char *list)
{
    struct host slot;

    for (int i = 0; i < l->n; i++) {
        struct host *h = &l->host[i];
        const size_t n = strlen(h->name) - strlen(strrchr(h->name, '-'));
        int sharers = 0;

        for (const char *at = list; (at = next_slot(at, &slot));)
            sharers += strncmp(slot.name, h->name, n + 1) == 0 &&
                       strrchr(slot.name, '-') == slot.name + n;
        h->memory_free = h->memory /= sharers > 0 ? sharers : 1;
    }
}

static int use_slots(struct allocation *a, struct err *err)
{
    char program[FILE_PATH_MAX], command[FILE_PATH_MAX + 16];
    const char *at;
    struct host slot;
    char *list;
    int rc = 0;

    if (program_path(program, "papline-slot", err) < 0)
        return -1;
    snprintf(command, sizeof(command), "'%s' list", program);
    list = read_output(command);
    at = list ? list : "";
    while (rc == 0 && (at = next_slot(at, &slot))) {
        rc = host_list_add(&a->hosts, slot.name, slot.cores, slot.memory, err);
        if (rc == 0)
            a->hosts.host[a->hosts.n - 1].slot = slot.slot;
    }
    if (rc == 0 && a->hosts.n == 0)
        rc = err_set(err, ERR_AGAIN, "mpirun's ranks do not answer");
    if (rc == 0)
        share_memory(&a->hosts, list);
    free(list);
    snprintf(a->source, sizeof(a->source), "mpirun");
    a->launcher = LAUNCHER_SLOTS;
    return rc;
}

/* --- this host, and those of the configuration ---------------------------- */

static bool is_this_host(const char *name)
{
    char self[HOST_LIST_NAME] = "";
    size_t n;

    if (gethostname(self, sizeof(self) - 1) < 0)
        return false;
    n = strcspn(self, ".");
    return strcmp(name, "localhost") == 0 || strcmp(name, self) == 0 ||
           (strncmp(name, self, n) == 0 && (name[n] == '\0' || name[n] == '.'));
}

static int use_this_host(struct allocation *a, struct err *err)
{
    char name[HOST_LIST_NAME] = "localhost";

    gethostname(name, sizeof(name) - 1);
    a->launcher = LAUNCHER_LOCAL;
    snprintf(a->source, sizeof(a->source), "this host");
    return host_list_add(&a->hosts, name, machine_cores(), machine_memory(),
                         err);
}

static void mark_this_host(struct allocation *a)
{
    for (int i = 0; i < a->hosts.n; i++)
        if (is_this_host(a->hosts.host[i].name)) {
            a->hosts.host[i].here = true;
            if (a->hosts.host[i].memory <= 0)
                a->hosts.host[i].memory = a->hosts.host[i].memory_free =
                    machine_memory();
        }
}

/* Hosts that are reached by mpirun, unless it is this one alone. */
static int use_list(struct allocation *a, const char *source, struct err *err)
{
    if (a->hosts.n == 0)
        return err_set(err, ERR_USAGE, "%s names no host", source);
    mark_this_host(a);
    snprintf(a->source, sizeof(a->source), "%s", source);
    a->launcher = a->hosts.n == 1 && a->hosts.host[0].here ? LAUNCHER_LOCAL
                                                           : LAUNCHER_MPIRUN;
    return 0;
}

static int use_configured(struct allocation *a, const char *hosts,
                          struct err *err)
{
    const int rc =
        strchr(hosts, '/')
            ? allocation_add_file(&a->hosts, hosts, err)
            : allocation_add_hosts(&a->hosts, hosts, "scheduler.hosts", err);

    return rc < 0 ? -1 : use_list(a, "scheduler.hosts", err);
}

static int find_hosts(struct allocation *a, const struct config *c,
                      struct err *err)
{
    const char *hosts = c->scheduler.hosts;

    if (strcmp(hosts, "local") == 0)
        return use_this_host(a, err);
    if (strcmp(hosts, "auto") != 0)
        return use_configured(a, hosts, err);
    if (getenv("PAPLINE_SLOTS"))
        return use_slots(a, err);
    if (getenv("SLURM_JOB_ID"))
        return use_slurm(a, err);
    if (getenv("PBS_NODEFILE"))
        return allocation_add_file(&a->hosts, getenv("PBS_NODEFILE"), err) < 0
                   ? -1
                   : use_list(a, "the PBS job", err);
    return use_this_host(a, err);
}

/* A process can only be forked here. */
static int check_launcher(const struct allocation *a, struct err *err)
{
    for (int i = 0; i < a->hosts.n && a->launcher == LAUNCHER_LOCAL; i++)
        if (!a->hosts.host[i].here)
            return err_set(err, ERR_USAGE,
                           "scheduler.launcher: local does not reach host '%s' "
                           "of %s",
                           a->hosts.host[i].name, a->source);
    return 0;
}

int allocation_find(struct allocation *a, const struct config *c,
                    struct err *err)
{
    const double ends = clock_date() + c->scheduler.walltime;

    *a = (struct allocation){0};
    if (find_hosts(a, c, err) < 0)
        return -1;
    mark_this_host(a);
    for (int i = 0; c->scheduler.memory > 0 && i < a->hosts.n; i++)
        a->hosts.host[i].memory = a->hosts.host[i].memory_free =
            c->scheduler.memory * 1e9;
    if (c->scheduler.launcher != LAUNCHER_AUTO)
        a->launcher = c->scheduler.launcher;
    if (c->scheduler.walltime > 0 && (a->ends <= 0 || ends < a->ends))
        a->ends = ends;
    return check_launcher(a, err);
}
