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
    check_swap();
    return tap_done();
}
