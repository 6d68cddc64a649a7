/* test_mixup.c - partners are uniform, shares of the Beta distribution, both
 * always the same */
#include "nn/mixup.h"
#include "tap.h"

#include "../golden/mixup_golden.inc"

enum { DRAWS = 40000, FEW = 7 };

/* Quantiles within 4 standard errors. */
static void check_shares(size_t at)
{
    static const double p[4] = {.25, .4, .45, .7};
    double below[4] = {0}, sum = 0, squares = 0;
    bool inside = true, good = true;

    for (uint32_t i = 0; i < DRAWS; i++) {
        const double x =
            (double)mixup_draw(5, 0, i, DRAWS, betas[at].alpha).share;

        inside = inside && x >= 0.0 && x <= 1.0;
        sum += x;
        squares += (x - 0.5) * (x - 0.5);
        for (int q = 0; q < 4; q++)
            below[q] += x <= betas[at].quantile[q];
    }
    for (int q = 0; q < 4; q++)
        good = good && fabs(below[q] / DRAWS - p[q]) < 0.01;
    ok(inside, "shares lie from 0 to 1");
    ok(good, "shares have SciPy's quantiles");
    ok(fabs(sum / DRAWS - 0.5) < 4 * betas[at].sd / sqrt(DRAWS),
       "shares have the mean 1/2");
    ok(fabs(sqrt(squares / DRAWS) / betas[at].sd - 1) < 0.02,
       "shares have Beta's deviation");
}

static void check_partners(void)
{
    double seen[FEW] = {0};
    bool another = true, even = true;

    for (uint32_t epoch = 0; epoch < 6000; epoch++) {
        const uint32_t sample = epoch % FEW;
        const struct mixup m = mixup_draw(7, epoch, sample, FEW, 1.0);

        another = another && m.partner < FEW && m.partner != sample;
        seen[m.partner < FEW ? m.partner : 0]++;
    }
    for (int i = 0; i < FEW; i++)
        even = even && fabs(seen[i] * FEW / 6000 - 1) < 0.15;
    ok(another, "a partner is another sample");
    ok(even, "all are partners alike");
    ok(mixup_draw(7, 0, 0, 1, 1.0).partner == 0, "alone, its own partner");
}

/* What a draw depends on; a change of these numbers changes old runs. */
static void check_same(void)
{
    const struct mixup a = mixup_draw(42, 3, 17, 1000, 0.2);
    const struct mixup b = mixup_draw(42, 3, 17, 1000, 0.2);
    const struct mixup c = mixup_draw(42, 4, 17, 1000, 0.2);
    const struct mixup d = mixup_draw(43, 3, 17, 1000, 0.2);

    ok(a.partner == b.partner && memcmp(&a.share, &b.share, 4) == 0,
       "the same draw has the same partner and share");
    ok(a.partner != c.partner && a.partner != d.partner && a.share != c.share,
       "another epoch or seed draws another partner and share");
    ok(mixup_seed(42, 0) == 42 && mixup_seed(42, 1) != 42 &&
           mixup_seed(42, 1) != mixup_seed(42, 2) &&
           mixup_seed(42, 1) == mixup_seed(42, 1),
       "a sample that comes again is mixed by another seed each time");
    ok(a.partner == 82, "a draw has the partner that it always had");
    near((double)a.share, 0.0140585313, 1e-6,
         "a draw has the share that it always had");
}

static void check_blend(void)
{
    const float other[3] = {1, 5, -3};
    float x[3] = {3, 5, 0.1f};

    mixup_blend(x, other, 3, 1.0f);
    ok(x[0] == 3.0f && x[1] == 5.0f && x[2] == 0.1f,
       "a blend with share 1 is the sample itself");
    mixup_blend(x, other, 3, 0.25f);
    near((double)x[0], 1.5, 1e-7, "a blend with share 1/4");
    near((double)x[1], 5.0, 1e-7,
         "a blend of equal values does not change them");
    mixup_blend(x, other, 3, 0.0f);
    ok(memcmp(x, other, sizeof(x)) == 0, "a blend with share 0 is the other");
}

int main(void)
{
    for (size_t i = 0; i < sizeof(betas) / sizeof(betas[0]); i++)
        check_shares(i);
    check_partners();
    check_same();
    check_blend();
    return tap_done();
}
