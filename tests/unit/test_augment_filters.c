/* test_augment_filters.c - filters and changes of values beside other
 * people's: OpenCV, scikit-image, SciPy */
#include "base/rng.h"
#include "stages/augment/augment.h"
#include "tap.h"

#include "golden/augment_filters_golden.inc"

#include <stdint.h>
#include <stdlib.h>

enum { BYTES = GOLDEN_W * GOLDEN_H * 3 };

/* The formula of tests/golden/augment_filters.py. */
static void fill_source(uint8_t *px)
{
    for (int i = 0; i < BYTES; i++) {
        const int k = i % 3, x = i / 3 % GOLDEN_W, y = i / 3 / GOLDEN_W;
        const int d = 3 * (x - 11) * (x - 11) + 4 * (y - 9) * (y - 9);
        const int v = d < 60    ? 50 + 30 * k
                      : d < 250 ? 150 - 10 * k * k
                                : 215 - 5 * k + x / 4;

        px[i] = (uint8_t)(v + (int)(((uint32_t)i * 2654435761u) >> 28));
    }
}

static int hex_digits(const char *text)
{
    const char pair[3] = {text[0], text[1], '\0'};

    return (int)strtol(pair, NULL, 16);
}

static void check_case(size_t i, const uint8_t *src, uint8_t *scratch)
{
    struct augment_op op = {.op = augment_find(golden[i].name)};
    int worst = 0, off = 0;
    uint8_t dst[BYTES];
    char what[80];

    BUG_ON(!op.op || strlen(golden[i].want) != 2 * BYTES);
    memcpy(op.param, golden[i].param, sizeof(op.param));
    augment_run(
        &op, 1,
        &(struct augment_picture){GOLDEN_W, GOLDEN_H, src, dst, scratch});
    for (int k = 0; k < BYTES; k++) {
        const int d = abs(dst[k] - hex_digits(golden[i].want + 2 * k));

        worst = d > worst ? d : worst;
        off += d > 0;
    }
    snprintf(what, sizeof(what), "golden %zu: %s", i, golden[i].name);
    if (!ok(worst <= golden[i].most && off * 1000 <= golden[i].permille * BYTES,
            what))
        printf("# worst %d, %d of %d differ\n", worst, off, BYTES);
}

int main(void)
{
    uint8_t src[BYTES];
    uint8_t *scratch = malloc(augment_scratch(GOLDEN_W, GOLDEN_H));

    if (!scratch)
        abort();
    fill_source(src);
    for (size_t i = 0; i < sizeof(golden) / sizeof(*golden); i++)
        check_case(i, src, scratch);
    free(scratch);
    return tap_done();
}
