/* test_loss_distill.c - cross-entropy with a teacher: PyTorch's, and its own
 * slope */
#include "base/rng.h"
#include "nn/loss.h"
#include "tap.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../golden/distill_golden.inc"

enum { LEN = 30 };

static struct loss_batch batch_of(const struct distill_golden *g,
                                  const float *z, float *dz)
{
    return (struct loss_batch){.n = g->n,
                               .k = g->k,
                               .n_global = g->n_global,
                               .z = z,
                               .label = g->label,
                               .other = g->mixed ? g->other : NULL,
                               .share = g->share,
                               .weight = g->weighted ? g->class_weight : NULL,
                               .smoothing = g->smoothing,
                               .teacher = g->teacher,
                               .teacher_weight = g->weight,
                               .temperature = g->temperature,
                               .dz = dz};
}

static void check_golden(const struct distill_golden *g)
{
    float dz[LEN];
    struct loss_batch b = batch_of(g, g->z, dz);
    double worst = 0, largest = 0;

    near(loss_cross_entropy(&b) / g->sum, 1.0, 1e-6, g->name);
    for (int i = 0; i < g->n * g->k; i++) {
        worst = fmax(worst, fabs((double)dz[i] - (double)g->dz[i]));
        largest = fmax(largest, fabs((double)g->dz[i]));
    }
    if (!ok(worst < 1e-6 * largest, "  gradient as PyTorch's"))
        printf("# %g of %g\n", worst, largest);
    b.dz = NULL;
    near(loss_cross_entropy(&b) / g->sum, 1.0, 1e-6, "  without gradient");
    b.teacher = NULL;
    ok(g->weight == 0.0 || loss_cross_entropy(&b) != g->sum,
       "  another than without teacher");
}

/* Along a random direction v, the change of the mean is <dz, v>. */
static void check_slope(const struct distill_golden *g)
{
    const float h = 1e-2f;
    float z[LEN], v[LEN], dz[LEN];
    struct loss_batch b = batch_of(g, z, dz);
    const int len = g->n * g->k;
    double want = 0, got = 0, norm = 0;
    struct rng rng;

    rng_init(&rng, 3, RNG_TEST, 0, 0);
    for (int i = 0; i < len; i++) {
        z[i] = g->z[i];
        v[i] = rng_uniform_in(&rng, -1, 1);
    }
    loss_cross_entropy(&b);
    for (int i = 0; i < len; i++) {
        want += (double)dz[i] * (double)v[i];
        norm += (double)dz[i] * (double)dz[i];
    }
    b.dz = NULL;
    for (int side = -1; side <= 1; side += 2) {
        for (int i = 0; i < len; i++)
            z[i] = g->z[i] + (float)side * h * v[i];
        got += side * loss_cross_entropy(&b) / g->n_global / (2.0 * (double)h);
    }
    near(got / sqrt(norm), want / sqrt(norm), 5e-3, "  the slope");
}

/* What is written before it is read is found out. */
static void check_in_place(const struct distill_golden *g)
{
    float z[LEN];
    int status = 0;
    pid_t child;

    memcpy(z, g->z, (size_t)(g->n * g->k) * sizeof(*z));
    fflush(stdout);
    child = fork();
    if (child == 0) {
        const struct loss_batch b = batch_of(g, z, z);

        _exit(loss_cross_entropy(&b) > 0 ? 0 : 1);
    }
    ok(child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status),
       "a gradient in the place of the logits is a bug");
}

int main(void)
{
    const size_t n = sizeof(distill_golden) / sizeof(distill_golden[0]);

    for (size_t i = 0; i < n; i++) {
        check_golden(&distill_golden[i]);
        if (fabsf(distill_golden[i].z[0]) < 100.0f)
            check_slope(&distill_golden[i]);
    }
    check_in_place(&distill_golden[0]);
    return tap_done();
}
