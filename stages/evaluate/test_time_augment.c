/* test_time_augment.c - flips and turns */
#include "stages/evaluate/test_time_augment.h"

#include "base/err.h"

#include <string.h>

int test_time_augment_count(enum view_choice choice)
{
    static const int n[] = {1, 4, TEST_TIME_AUGMENT_MAX};

    return n[choice];
}

void test_time_augment_view(int v, const uint8_t *in, size_t h, size_t w,
                            uint8_t *out)
{
    BUG_ON(v & 4 && h != w);
    for (size_t y = 0; y < h; y++)
        for (size_t x = 0; x < w; x++) {
            const size_t row = v & 2 ? h - 1 - y : y;
            const size_t column = v & 1 ? w - 1 - x : x;
            const size_t to = v & 4 ? x * w + y : y * w + x;

            memcpy(out + 3 * to, in + 3 * (row * w + column), 3);
        }
}
