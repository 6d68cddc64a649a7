/*
 * test_train_dist.c - ranks add in a tree's order and agree on faults
 *
 * Alone it checks a job of one rank, then starts itself under mpirun with
 * several; those say "rank R: ..." of whatever is wrong and exit with 1.
 */
#include "base/rng.h"
#include "ranks/dist_threads.h"
#include "tap.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { LONGEST = (1 << 20) + 12345 };

static atomic_int faults;

static void expect_rank(const struct dist *d, bool good, const char *what)
{
    if (!good) {
        printf("# rank %d of %d: not %s\n", d->rank, d->size, what);
        faults++;
    }
}

/* What rank r has at i: of very different sizes, so that order shows. */
static float value_of(int r, size_t i)
{
    struct rng rng;

    rng_init(&rng, 3, RNG_TEST, (uint32_t)r, (uint32_t)i);
    return rng_normal(&rng) * (r % 2 ? 1e4f : 1.0f);
}

static void check_sum(struct dist *d, size_t n)
{
    float *x = malloc(n * sizeof(*x) + 1);
    double *y = malloc(n * sizeof(*y) + 1);
    bool same = true;
    struct err err = {0};

    for (size_t i = 0; x && y && i < n; i++) {
        x[i] = value_of(d->rank, i);
        y[i] = (double)x[i];
    }
    expect_rank(d,
                x && y && dist_sum_float(d, x, n, &err) == 0 &&
                    dist_sum(d, y, n, &err) == 0,
                "summed");
    for (size_t i = 0; x && y && i<n; i += n> 4096 ? 997 : 1) {
        float s[4] = {0}; /* at most four ranks */
        double t[4] = {0};

        for (int r = 0; r < d->size; r++) {
            s[r] = value_of(r, i);
            t[r] = (double)s[r];
        }
        s[0] = (s[0] + s[1]) + (s[2] + s[3]);
        t[0] = (t[0] + t[1]) + (t[2] + t[3]);
        same = same && memcmp(&x[i], s, sizeof(*s)) == 0 &&
               memcmp(&y[i], t, sizeof(*t)) == 0;
    }
    expect_rank(d, same, "the sum in the order of the tree");
    free(x);
    free(y);
}

static void check_bcast(struct dist *d)
{
    const size_t n = (size_t)3 * DIST_PIECE + 5;
    char *bytes = calloc(n, 1);
    struct err err = {0};

    if (bytes && d->rank == 0)
        memset(bytes, 'x', n);
    expect_rank(d, bytes && dist_bcast(d, bytes, n, &err) == 0, "broadcast");
    expect_rank(
        d, bytes && bytes[0] == 'x' && memcmp(bytes, bytes + 1, n - 1) == 0,
        "rank 0's bytes");
    free(bytes);
}

static void check_agree(struct dist *d)
{
    struct err err = {0};
    int rc = 0;

    expect_rank(d, dist_agree(d, 0, &err) == 0, "all well");
    if (d->rank == d->size - 1)
        rc = err_set(&err, ERR_INPUT, "disk of the last");
    expect_rank(d,
                dist_agree(d, rc, &err) < 0 && err.code == ERR_INPUT &&
                    strstr(err.text, "disk of the last"),
                "the last one's fault on all");
    rc = err_set(&err, ERR_AGAIN, "fault of %d", d->rank);
    expect_rank(
        d, dist_agree(d, rc, &err) < 0 && strcmp(err.text, "fault of 0") == 0,
        "the first one's fault on all");
    err = (struct err){0};
    expect_rank(d, dist_agree(d, 0, &err) == 0 && dist_barrier(d, &err) == 0,
                "well again");
}

static void check_collective(struct dist *d)
{
    const struct collective c = dist_collective(d);
    double x[2] = {1.0, (double)d->rank};

    c.sum(c.self, x, 2);
    expect_rank(d,
                fabs(x[0] - d->size) <= 0.0 &&
                    fabs(x[1] - d->size * (d->size - 1) / 2.0) <= 0.0,
                "summed for the layers");
    expect_rank(d, c.rank == d->rank && c.size == d->size, "the same ranks");
}

/* Rank r of the check numbered 'round' has so many rows. */
static size_t rows_of(int r, int round)
{
    static const size_t rows[][4] = {{3, 1, 0, 5},
                                     {0, 2, 7, 1},
                                     {0, 0, 1, 0},
                                     {0, 0, 0, 0},
                                     {40000, 1, 9000, 31000}};

    return rows[round][r];
}

/* Rows of 'width' floats and a label each, from every rank. */
static void check_gather(struct dist *d, int round, size_t width, bool in_place)
{
    size_t n[4] = {0}, sum = 0, begin = 0, at = 0;
    float *all, *x;
    int *label, mine[1] = {d->rank};
    struct err err = {0};
    bool same = true;

    for (int r = 0; r < d->size; r++) {
        n[r] = rows_of(r, round);
        begin += r < d->rank ? n[r] : 0;
        sum += n[r];
    }
    all = malloc(sum * width * sizeof(*all) + 1);
    label = malloc((size_t)d->size * sizeof(*label));
    x = in_place && all ? all + begin * width
                        : malloc(n[d->rank] * width * sizeof(*x) + 1);
    for (size_t i = 0; x && i < n[d->rank] * width; i++)
        x[i] = (float)(d->rank * 1000000 + (int)i);
    expect_rank(
        d,
        x && all &&
            dist_gather(d, &(struct dist_items){x, n, width * sizeof(*x), all},
                        &err) == 0,
        "gathered");
    for (int r = 0; all && r < d->size; r++)
        for (size_t i = 0; i < n[r] * width; i++, at++)
            same = same && (int)all[at] == r * 1000000 + (int)i;
    for (int r = 0; r < d->size; r++)
        n[r] = 1;
    same = same && label &&
           dist_gather(d, &(struct dist_items){mine, n, sizeof(*label), label},
                       &err) == 0;
    for (int r = 0; label && r < d->size; r++)
        same = same && label[r] == r;
    expect_rank(d, same, "all ranks' rows in order");
    free(in_place ? NULL : x);
    free(all);
    free(label);
}

/* As many bytes as none will take: refused by all before any is sent. */
static void check_gather_limit(struct dist *d)
{
    size_t n[4] = {0};
    char byte = 0;
    struct err err = {0};

    n[d->size - 1] = (size_t)DIST_MAX_BYTES / 8 + 1;
    expect_rank(
        d,
        dist_gather(d, &(struct dist_items){&byte, n, 8, &byte}, &err) < 0 &&
            err.code == ERR_USAGE &&
            strstr(err.text, "gather more than 250000000 items of 8 bytes"),
        "refused");
    err = (struct err){0};
    expect_rank(d, dist_barrier(d, &err) == 0, "well after a refusal");
}

static int all_checks(struct dist *d)
{
    const size_t sizes[] = {0,    1,     2,     3,     1000,
                            4097, 16384, 16385, 70001, LONGEST};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        check_sum(d, sizes[i]);
    check_bcast(d);
    check_agree(d);
    check_collective(d);
    for (int round = 0; round < 5; round++) {
        check_gather(d, round, 7, false);
        check_gather(d, round, 1, true);
    }
    check_gather_limit(d);
    return faults;
}

/* The same as a member of a process. */
static void member_checks(void *self, struct dist *d)
{
    (void)self;
    all_checks(d);
}

static int run_child(int ranks)
{
    struct dist d;
    struct err err = {0};

    if (dist_start(&d, &err) < 0) {
        printf("# %s\n", err.text);
        return 1;
    }
    expect_rank(
        &d, d.size == ranks && d.sharers >= 1 && d.sharers <= ranks,
        "as many ranks as asked for, each with cores of its own or shared");
    all_checks(&d);
    if (ranks == 2)
        dist_threads_turns(&d, 2, 2, member_checks, (void *[]){NULL, NULL});
    dist_stop(&d);
    return faults != 0;
}

/* Three members of one process: sums in the tree's order, words, faults. */
static void one_member(void *self, struct dist *d)
{
    static const float x[3] = {16777216.0f, 1.0f, 1.0f};
    int *good = self, word = d->rank == 0 ? 7 : 0;
    double y = d->rank + 1.0;
    float z[2] = {x[d->rank], (float)d->rank};
    struct err err = {0};

    *good = d->size == 3 && dist_sum_float(d, z, 2, &err) == 0 &&
            z[0] == (x[0] + x[1]) + x[2] && z[1] == 3.0f &&
            dist_sum(d, &y, 1, &err) == 0 && y == 6.0 &&
            dist_bcast(d, &word, sizeof(word), &err) == 0 && word == 7 &&
            dist_barrier(d, &err) == 0 && dist_agree(d, 0, &err) == 0;
    if (d->rank == 2)
        err_set(&err, ERR_INPUT, "the third fails");
    *good = *good && dist_agree(d, d->rank == 2 ? -1 : 0, &err) < 0 &&
            err.code == ERR_INPUT && strstr(err.text, "the third fails");
}

static void check_team(void)
{
    int good[3] = {0};
    struct dist process;

    dist_alone(&process);
    dist_threads_turns(&process, 3, 3, one_member,
                       (void *[]){&good[0], &good[1], &good[2]});
    ok(good[0] && good[1] && good[2], "three members of one process");
    dist_threads_turns(&process, 4, 4, member_checks,
                       (void *[]){NULL, NULL, NULL, NULL});
    ok(faults == 0, "four members of one process");
    for (int at_once = 1; at_once < 4; at_once++)
        dist_threads_turns(&process, 4, at_once, member_checks,
                           (void *[]){NULL, NULL, NULL, NULL});
    ok(faults == 0, "one, two, three of the four at a time");
}

int main(int argc, char **argv)
{
    struct dist d;
    struct err err = {0};
    char command[600];

    if (argc == 3 && strcmp(argv[1], "--ranks") == 0)
        return run_child(atoi(argv[2]));
    ok(dist_start(&d, &err) == 0 && d.size == 1 && !d.mpi,
       "alone, without MPI");
    ok(all_checks(&d) == 0, "statistics of one rank");
    check_team();
    dist_stop(&d);
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    setenv("OMP_NUM_THREADS", "1", 1);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* Open MPI's own leaks */
    for (int ranks = 2; ranks <= 3; ranks++) {
        snprintf(command, sizeof(command),
                 "timeout 60 mpirun --oversubscribe -n %d '%.400s' --ranks %d",
                 ranks, argv[0], ranks);
        fflush(stdout);
        ok(system(command) == 0, ranks == 2 ? "two ranks" : "three ranks");
    }
    return tap_done();
}
