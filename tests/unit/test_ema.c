/* test_ema.c - the moving average of weights, bit by bit as Keras' */
#include "nn/ema.h"
#include "tap.h"

#include "../golden/ema_golden.inc"

static void check_average(size_t at)
{
    float ema[N];

    memcpy(ema, weights[0], sizeof(ema));
    for (int t = 1; t <= STEPS; t++)
        ema_step(ema, weights[t], N, averages[at].momentum, 1 + t % 2);
    ok(memcmp(ema, averages[at].after, sizeof(ema)) == 0,
       "a moving average is Keras'");
}

/* Of TensorFlow's ExponentialMovingAverage with num_updates. */
static void check_start(void)
{
    float ema[1] = {100}, one[1] = {1};

    near(ema_momentum(.999, 1), 2. / 11, 1e-15, "momentum of the first step");
    near(ema_momentum(.999, 90), .91, 1e-15, "  of the 90th");
    near(ema_momentum(.999, 8990), 8991. / 9000, 1e-15, "  it rises");
    near(ema_momentum(.999, 8991), .999, 1e-15, "  until it is the one given");
    near(ema_momentum(.5, 8), .5, 1e-15, "  which may be soon");
    near(ema_momentum(.5, INT64_MAX), .5, 1e-15, "  and stays");
    for (int t = 1; t <= 30; t++)
        ema_step(ema, one, 1, ema_momentum(.999, t), 1);
    near((double)ema[0], 1, 1e-4,
         "after 30 steps nothing is left of the initial weights");
}

/* Momenta of the first steps, by which 1 - m and m do not add up to 1. */
static void check_rest(void)
{
    float ema[N], w[N];

    memcpy(w, weights[0], sizeof(w));
    memcpy(ema, weights[0], sizeof(ema));
    for (int t = 1; t <= 100; t++)
        ema_step(ema, w, N, ema_momentum(.999, t), 1);
    ok(memcmp(ema, w, sizeof(ema)) == 0,
       "an average of what does not change does not change, to the bit");
}

static void check_swap(void)
{
    float ema[N], w[N];

    memcpy(ema, weights[0], sizeof(ema));
    memcpy(w, weights[1], sizeof(w));
    ema_swap(ema, w, N);
    ok(memcmp(ema, weights[1], sizeof(ema)) == 0 &&
           memcmp(w, weights[0], sizeof(w)) == 0,
       "ema_swap exchanges average and weights");
    ema_swap(ema, w, N);
    ok(memcmp(ema, weights[0], sizeof(ema)) == 0 &&
           memcmp(w, weights[1], sizeof(w)) == 0,
       "ema_swap twice changes nothing");
    ema_step(ema, w, 0, 0.9, 1);
    ok(memcmp(ema, weights[0], sizeof(ema)) == 0,
       "an average of no weights stays as it is");
}

int main(void)
{
    for (size_t i = 0; i < sizeof(averages) / sizeof(averages[0]); i++)
        check_average(i);
    check_start();
    check_rest();
    check_swap();
    return tap_done();
}
