/* test_schedule.c - plateau and early stopping against Keras' decisions */
#include "nn/schedule.h"
#include "tap.h"

#include "../golden/optim_golden.inc"

static void check_sequence(const struct sequence *s)
{
    const struct plateau_args a = {.patience = s->plateau_patience,
                                   .factor = s->factor,
                                   .min_rate = s->min_rate};
    struct plateau p;
    struct stopper st;
    float lr = 1e-3f;
    bool same = true;
    int stop = -1;

    plateau_init(&p);
    stopper_init(&st);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        lr = plateau_step(&p, &a, s->value[epoch], lr);
        same = same && fabsf(lr - s->rate_after[epoch]) <= 0.0f;
        if (stopper_step(&st, s->stop_patience, epoch, s->value[epoch]) &&
            stop < 0)
            stop = epoch;
    }
    ok(same, s->name);
    if (!ok(stop == s->stop_epoch, "stops when Keras does"))
        printf("# got %d, want %d\n", stop, s->stop_epoch);
}

static void check_off(void)
{
    const struct plateau_args a = {.patience = 0, .factor = 0.1};
    struct plateau p;
    struct stopper st;
    bool stopped = false;
    float lr = 0.5f;

    plateau_init(&p);
    stopper_init(&st);
    for (int epoch = 0; epoch < 100; epoch++) {
        lr = plateau_step(&p, &a, 1.0, lr);
        stopped = stopped || stopper_step(&st, 0, epoch, 1.0);
    }
    ok(fabsf(lr - 0.5f) <= 0.0f, "patience 0: the rate stays");
    ok(!stopped, "patience 0: never stop");
}

/* The state is all there is: a copy goes on as the original would have. */
static void check_resume(void)
{
    const struct sequence *s = &sequences[3];
    const struct plateau_args a = {s->plateau_patience, s->factor, s->min_rate};
    struct plateau p;
    float lr = 1e-3f;

    plateau_init(&p);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        const struct plateau saved = {.best = p.best, .wait = p.wait};

        p = saved;
        lr = plateau_step(&p, &a, s->value[epoch], lr);
    }
    ok(fabsf(lr - s->rate_after[EPOCHS - 1]) <= 0.0f, "state survives a copy");
}

int main(void)
{
    (void)w0, (void)rate, (void)grad, (void)after, (void)m_end, (void)v_end;
    for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
        check_sequence(&sequences[i]);
    check_off();
    check_resume();
    return tap_done();
}
