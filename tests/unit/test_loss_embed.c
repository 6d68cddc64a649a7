/*
 * test_loss_embed.c - losses of embeddings against PyTorch, against their own
 * slope, and against themselves on more ranks
 */
#include "base/rng.h"
#include "nn/loss_pairs.h"
#include "ranks/dist_threads.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#include "../golden/embed_golden.inc"

enum { MOST = 300 }; /* floats of a batch of the golden numbers */

static const char *const names[] = {
#define EMBED_LOSS(name) #name,
#include "nn/embed_losses.def"
#undef EMBED_LOSS
};
enum { N_NAMES = sizeof(names) / sizeof(names[0]) };

static const struct embed_loss *find_loss(const char *name)
{
    const struct embed_loss *l = NULL;

    for (int i = 0; (l = loss_embed_at(i)) && strcmp(l->name, name) != 0; i++)
        ;
    return l;
}

static double value_of(const char *name, const struct embed_args *a,
                       struct embed_batch *b)
{
    struct err err = {0};
    const struct embed_loss *l = find_loss(name);
    double value = (double)NAN;

    b->scratch = malloc(loss_embed_scratch(b->n));
    if (l && b->scratch && loss_embed_check(l, a, &err) == 0)
        value = loss_embed_value(l, a, b);
    free(b->scratch);
    return value;
}

/* --- PyTorch's numbers -----------------------------------------------------*/

static void check_golden(const struct embed_golden *g)
{
    const struct embed_set *s = &embed_sets[g->set];
    float dz[MOST];
    struct embed_batch b = {.n = s->n,
                            .d = s->d,
                            .end = s->n,
                            .z = s->z,
                            .label = s->label,
                            .dz = dz,
                            .threads = 1};
    double worst = 0, largest = 1e-3;
    char what[160];
    double got;

    BUG_ON(s->n * s->d > MOST);
    memset(dz, 0xff, sizeof(dz));
    got = value_of(g->loss, &g->args, &b);
    snprintf(what, sizeof(what), "%s of %s, tau %g, margin %g", g->loss,
             s->name, g->args.temperature, g->args.margin);
    near(got, g->value, 1e-12, what);
    for (int i = 0; i < s->n * s->d; i++) {
        const double want = g->dz ? g->dz[i] : 0.0;

        if (!(fabs((double)dz[i] - want) <= worst))
            worst = fabs((double)dz[i] - want);
        largest = fmax(largest, fabs(want));
    }
    if (!ok(worst <= 1e-7 * largest, "  gradient as PyTorch's"))
        printf("# off by %g of %g\n", worst, largest);
}

/* --- slopes ----------------------------------------------------------------*/

enum { ROWS = 11, DIM = 19, LEN = ROWS * DIM };

static const int some_label[ROWS] = {3, 0, 1, 1, 0, 5, 0, 1, 3, 0, 1};
static const struct embed_args some_args = {
    .temperature = 0.5, .base_temperature = 0.3, .margin = 0.7};

static void draw_rows(float *z, size_t n, uint32_t a)
{
    struct rng rng;

    rng_init(&rng, 8, RNG_TEST, a, 0);
    for (size_t i = 0; i < n; i++)
        z[i] = 0.3f * rng_normal(&rng);
}

/* Along a direction v, the change of the value is <dz, v>. */
static void check_slope(const char *name)
{
    float z[LEN], up[LEN], down[LEN], dz[LEN], v[LEN];
    struct embed_batch b = {.n = ROWS,
                            .d = DIM,
                            .end = ROWS,
                            .z = z,
                            .label = some_label,
                            .dz = dz,
                            .threads = 2};
    double want = 0, got;

    draw_rows(z, LEN, 1);
    draw_rows(v, LEN, 2);
    value_of(name, &some_args, &b);
    for (int i = 0; i < LEN; i++) {
        up[i] = z[i] + 1e-3f * v[i];
        down[i] = z[i] - 1e-3f * v[i];
        want += (double)dz[i] * ((double)up[i] - (double)down[i]);
    }
    b.dz = NULL;
    b.z = up;
    got = value_of(name, &some_args, &b);
    b.z = down;
    got -= value_of(name, &some_args, &b);
    ok(fabs(want) > 1e-5, "a slope to speak of");
    if (!ok(fabs(got / want - 1.0) < 2e-5, name))
        printf("# got %.9g, want %.9g\n", got, want);
}

/* --- ranks -----------------------------------------------------------------*/

/* What a rank is given and what it finds. */
struct rank_loss {
    const char *name;
    const float *z; /* (ROWS, DIM) of all */
    float *dz;      /* (ROWS, DIM), of which a rank writes its rows */
    double value[4];
    bool good[4];
};

/* Rank r of the ranks has rows r ROWS / size to (r + 1) ROWS / size - 1. */
static void one_rank(void *self, struct dist *d)
{
    struct rank_loss *j = self;
    const int begin = d->rank * ROWS / d->size;
    const int end = (d->rank + 1) * ROWS / d->size;
    size_t n[4];
    float z[LEN];
    int label[ROWS];
    struct embed_batch b = {.n = ROWS,
                            .d = DIM,
                            .begin = begin,
                            .end = end,
                            .z = z,
                            .label = label,
                            .dz = j->dz + begin * DIM,
                            .threads = 1 + d->rank % 2};
    const struct dist_items rows = {
        .x = j->z + begin * DIM, .n = n, .item = DIM * sizeof(float), .all = z};
    const struct dist_items labels = {
        .x = some_label + begin, .n = n, .item = sizeof(int), .all = label};
    struct err err = {0};

    for (int r = 0; r < d->size; r++)
        n[r] = (size_t)((r + 1) * ROWS / d->size - r * ROWS / d->size);
    j->good[d->rank] =
        dist_gather(d, &rows, &err) == 0 && dist_gather(d, &labels, &err) == 0;
    j->value[d->rank] = value_of(j->name, &some_args, &b);
}

static void check_ranks(const char *name)
{
    float z[LEN], whole[LEN], parts[LEN];
    struct rank_loss one = {.name = name, .z = z, .dz = whole};
    struct dist process;

    draw_rows(z, LEN, 3);
    dist_alone(&process);
    dist_threads_turns(&process, 1, 1, one_rank, (void *[]){&one});
    for (int ranks = 2; ranks <= 4; ranks++) {
        struct rank_loss job = {.name = name, .z = z, .dz = parts};
        bool same = one.good[0] && isfinite(one.value[0]);

        memset(parts, 0, sizeof(parts));
        dist_threads_turns(&process, ranks, ranks, one_rank,
                           (void *[]){&job, &job, &job, &job});
        for (int r = 0; r < ranks; r++)
            same = same && job.good[r] &&
                   memcmp(&job.value[r], &one.value[0], sizeof(double)) == 0;
        ok(same, "each rank has the value of one");
        ok(memcmp(whole, parts, sizeof(whole)) == 0,
           "each rank has the gradient of one");
    }
}

/* A batch large enough to be shared out among threads. */
static void check_threads(const char *name)
{
    enum { N = 97, D = 5 };
    static float z[N * D], one[N * D], three[N * D];
    int label[N];
    struct embed_batch b = {.n = N,
                            .d = D,
                            .end = N,
                            .z = z,
                            .label = label,
                            .dz = one,
                            .threads = 1};
    double value;

    draw_rows(z, (size_t)N * D, 4);
    for (int i = 0; i < N; i++)
        label[i] = i * i % 7;
    value = value_of(name, &some_args, &b);
    b.dz = three;
    b.threads = 3;
    near(value_of(name, &some_args, &b), value, 0, "the same by three threads");
    ok(memcmp(one, three, sizeof(one)) == 0, "  and the gradient");
}

/* --- corners ---------------------------------------------------------------*/

static void check_corners(const char *name)
{
    static const int label[4] = {0, 0, 1, 1};
    float z[8] = {1, 0, 0.6f, 0.8f, 0, 1, 0.8f, 0.6f}, dz[1] = {7};
    struct embed_batch b = {.n = 4,
                            .d = 2,
                            .begin = 2,
                            .end = 2,
                            .z = z,
                            .label = label,
                            .dz = dz,
                            .threads = 1};
    const double whole = value_of(name, &some_args, &b);

    ok(isfinite(whole) && whole > 0.0 && dz[0] == 7.0f,
       "a rank without rows has the value and no gradient");
    z[1] = NAN;
    ok(!isfinite(value_of(name, &some_args, &b)),
       "a loss of what is not a number is not finite");
    z[1] = INFINITY;
    ok(!isfinite(value_of(name, &some_args, &b)),
       "a loss of infinity is not finite");
}

static void check_refused(const char *name, struct embed_args a,
                          const char *text)
{
    struct err err = {0};
    const struct embed_loss *l = find_loss(name);

    fails(l ? loss_embed_check(l, &a, &err) : 0, err, ERR_USAGE, text, text);
}

static void check_refusals(void)
{
    ok(!loss_embed_at(N_NAMES) && !loss_embed_at(-1),
       "there are no others than those");
    check_refused("n_pairs", (struct embed_args){.temperature = 0},
                  "loss n_pairs: temperature 0 is not a finite number above 0");
    check_refused("n_pairs_single", (struct embed_args){.temperature = -1},
                  "loss n_pairs_single: temperature -1 is not");
    check_refused("supcon", (struct embed_args){.temperature = (double)NAN},
                  "loss supcon: temperature ");
    check_refused(
        "supcon", (struct embed_args){.temperature = 1},
        "loss supcon: base temperature 0 is not a finite number above 0");
    check_refused("triplet_all", (struct embed_args){.margin = 0},
                  "loss triplet_all: margin 0 is not a finite number above 0");
    check_refused("triplet_hard",
                  (struct embed_args){.margin = (double)INFINITY},
                  "loss triplet_hard: margin inf is not");
}

int main(void)
{
    for (size_t i = 0; i < sizeof(embed_golden) / sizeof(embed_golden[0]); i++)
        check_golden(&embed_golden[i]);
    for (size_t i = 0; i < N_NAMES; i++) {
        check_slope(names[i]);
        check_ranks(names[i]);
        check_threads(names[i]);
        check_corners(names[i]);
    }
    check_refusals();
    return tap_done();
}
