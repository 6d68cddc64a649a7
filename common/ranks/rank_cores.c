#include "ranks/rank_cores.h"

#include "base/machine.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

struct rank_cores rank_cores_of(const struct dist *d, int64_t wanted)
{
    struct rank_cores p = {.cores = machine_cores(), .sharers = d->sharers};

    if (wanted > 0)
        p.threads = (int)wanted;
    else if (getenv("OMP_NUM_THREADS"))
        p.threads = omp_get_max_threads();
    else
        p.threads = p.cores / p.sharers;
    if (p.threads < 1)
        p.threads = 1;
    return p;
}

bool rank_cores_crowded(const struct rank_cores *p)
{
    return (int64_t)p->threads * p->sharers > p->cores;
}

void rank_cores_describe(const struct rank_cores *p, char text[RANK_CORES_TEXT])
{
    char list[MACHINE_VALUE], shared[48] = "";

    machine_value("/proc/self/status", "Cpus_allowed_list", list);
    if (p->sharers > 1)
        snprintf(shared, sizeof(shared), ", shared by %d ranks", p->sharers);
    snprintf(text, RANK_CORES_TEXT, "%d thread%s on core%s %s%s", p->threads,
             p->threads > 1 ? "s" : "", p->cores > 1 ? "s" : "",
             list[0] ? list : "?", shared);
}

int rank_cores_count_crowded(struct dist *d, const struct rank_cores *p,
                             int *count, struct err *err)
{
    double sum = rank_cores_crowded(p);

    if (dist_sum(d, &sum, 1, err) < 0)
        return -1;
    *count = (int)sum;
    return 0;
}

int rank_cores_parts(const struct dist *d, int parts, bool strict,
                     int64_t batch, struct err *err)
{
    if (parts % d->size == 0 && batch >= parts)
        return parts / d->size;
    if (!strict)
        return 1;
    return err_set(err, ERR_USAGE,
                   "train.reproducible strict: %d parts of a batch of %jd "
                   "cannot be shared out among %d ranks",
                   parts, (intmax_t)batch, d->size);
}
