/* test_schedule.c - plateau, early stopping and cosine against Keras' */
#include "nn/schedule.h"
#include "tap.h"

#include "../golden/optim_golden.inc"
#include "../golden/schedule_golden.inc"

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

/* Less than 1e-4 is no progress. */
static void check_small_progress(void)
{
    const struct plateau_args a = {.patience = 2, .factor = 0.5};
    struct plateau p;
    float lr = 1.0f;

    plateau_init(&p);
    for (int epoch = 0; epoch < 3; epoch++)
        lr = plateau_step(&p, &a, 1.0 - 4e-5 * epoch, lr);
    ok(lr < 1.0f, "a loss that falls by less than 1e-4 is on a plateau");
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

static void check_course(const struct course *c)
{
    double worst = 0;

    for (int step = 0; step < COURSE; step++)
        worst = fmax(worst, fabs((double)schedule_cosine_rate(&c->a, step) -
                                 c->rate[step]) /
                                c->a.rate);
    near(worst, 0, 1e-7, c->name);
}

static void check_cosine(void)
{
    const struct cosine_args a = {
        .rate = 0.5, .start = 0.125, .least = 0.25, .warmup = 3, .decay = 4};
    const struct cosine_args none = {.rate = 0.5, .least = 0.25, .warmup = 2};
    const struct cosine_args flat = {.rate = 0.5, .least = 1, .decay = 9};

    ok(schedule_cosine_rate(&a, 0) == 0.125f,
       "step 0 has the rate of the start");
    ok(schedule_cosine_rate(&a, 3) == 0.5f,
       "after the warm-up comes the largest");
    ok(schedule_cosine_rate(&a, 2) < 0.5f && schedule_cosine_rate(&a, 4) < 0.5f,
       "  and that is the top");
    ok(schedule_cosine_rate(&a, 7) == 0.125f &&
           schedule_cosine_rate(&a, INT64_MAX) == 0.125f,
       "  at the end stays the least");
    ok(schedule_cosine_rate(&none, 1) == 0.25f &&
           schedule_cosine_rate(&none, 2) == 0.125f,
       "  without steps to decay it is there at once");
    ok(schedule_cosine_rate(&flat, 0) == 0.5f &&
           schedule_cosine_rate(&flat, 5) == 0.5f,
       "a least share of 1 is a constant rate");
}

int main(void)
{
    (void)w0, (void)rate, (void)grad, (void)after, (void)m_end, (void)v_end;
    for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
        check_sequence(&sequences[i]);
    for (size_t i = 0; i < sizeof(courses) / sizeof(courses[0]); i++)
        check_course(&courses[i]);
    check_cosine();
    check_off();
    check_small_progress();
    check_resume();
    return tap_done();
}
