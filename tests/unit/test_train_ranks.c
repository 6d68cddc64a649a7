/*
 * test_train_ranks.c - two ranks train as one does, stopped or not
 *
 * It starts itself under mpirun: test_train_ranks --ranks DIR OUT STOP-AT.
 */
#include "train_run.h"

#include <math.h>

/* So slow that rounding cannot grow: see check_ranks(). */
#define SLOW 1e-6

static int run_child(const char *where, const char *out, int stop_at)
{
    struct train_watch w = {.stop_at = stop_at};
    struct config c;
    struct dist d;
    struct err err = {0};
    int rc;

    snprintf(dir, sizeof(dir), "%.60s", where);
    configure_run(&c);
    if (stop_at < 0)
        c.train.batch = 1;
    if (strcmp(out, "slow2") == 0)
        c.train.learning_rate = SLOW;
    if (dist_start(&d, &err) < 0)
        return 1;
    rc = train_members(&d, in_dir("data"), in_dir(out), &c, &w, &err);
    if (rc < 0 && d.rank == 1)
        printf("# %s\n", err.text);
    dist_stop(&d);
    return rc < 0 ? err_exit_status(err.code) : 0;
}

static int two_ranks(const char *self, const char *out, int stop_at)
{
    char child[200];

    snprintf(child, sizeof(child), "--ranks '%s' '%s' %d", dir, out, stop_at);
    return under_mpirun(self, child);
}

/* Relative distance of the two first gradients, from Adam's first moment. */
static double compare_gradients(const char *a, const char *b)
{
    struct safetensors f[2] = {{0}, {0}};
    const struct safetensors_tensor *m[2] = {NULL, NULL};
    struct err err = {0};
    double apart = INFINITY, length = 0;
    char path[600];

    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s/checkpoint/1.safetensors", dir,
                 i ? b : a);
        if (safetensors_read(&f[i], path, &err) == 0)
            m[i] = safetensors_find(&f[i], "m");
    }
    if (m[0] && m[1]) {
        const float *x = m[0]->data, *y = m[1]->data;

        apart = 0;
        for (size_t i = 0; i < m[0]->dim[0]; i++) {
            apart += pow((double)x[i] - (double)y[i], 2);
            length += pow((double)x[i], 2);
        }
        apart = sqrt(apart / length);
    }
    safetensors_release(&f[0]);
    safetensors_release(&f[1]);
    return apart;
}

/*
 * Rounding differs with the number of ranks, and training of such a small and
 * noisy set multiplies a difference in every step; so the first gradients are
 * compared, and the losses while the weights hardly move.
 */
static void check_ranks(const struct config *c, const char *self)
{
    struct config slow = *c;
    struct train_watch w = {0};
    struct err err = {0};
    double one[64] = {0}, two[64] = {0}, worst = 0;

    slow.train.learning_rate = SLOW;
    ok(train_alone("slow1", &slow, &w, &err) == 0,
       "one rank trains at a slow rate");
    ok(two_ranks(self, "slow2", 0) == 0, "two ranks train at a slow rate");
    ok(read_steps("slow1", one, 64) == (size_t)EPOCHS * STEPS &&
           read_steps("slow2", two, 64) == (size_t)EPOCHS * STEPS,
       "one and two ranks make as many steps");
    for (int i = 0; i < EPOCHS * STEPS; i++)
        worst = fmax(worst, fabs(two[i] / one[i] - 1));
    printf("# largest relative difference of losses: %.3g\n", worst);
    ok(worst < 1e-3, "two ranks have the losses of one");
    ok(two_ranks(self, "two", 0) == 0, "two ranks train to the end");
    ok(two_ranks(self, "torn", 1) != 0, "two ranks stop after a step");
    w = (struct train_watch){.stop_at = 1};
    fails(train_alone("torn1", c, &w, &err), err, ERR_AGAIN, "after step 1",
          "one rank stops after a step");
    worst = compare_gradients("torn", "torn1");
    printf("# relative difference of gradients: %.3g\n", worst);
    ok(worst < 0.1, "the first gradient of two ranks is that of one");
    ok(two_ranks(self, "torn", 0) == 0 && same_results("two", "torn"),
       "two ranks go on to the same bytes");
    ok(two_ranks(self, "small", -1) != 0,
       "a batch of 1 is refused for two ranks");
}

int main(int argc, char **argv)
{
    struct config c;

    if (argc == 5 && strcmp(argv[1], "--ranks") == 0)
        return run_child(argv[2], argv[3], atoi(argv[4]));
    begin_training(&c);
    check_ranks(&c, argv[0]);
    return end_training();
}
