/* test_test_time_augment.c - flips and turns of a cell, as NumPy has them */
#include "stages/evaluate/test_time_augment.h"
#include "tap.h"

enum { SIDE = 3, PIXELS = SIDE * SIDE };

/* np.fliplr for bit 0, then np.flipud for bit 1, then .T for bit 2, of
 * np.arange(9).reshape(3, 3) */
static const uint8_t want[TEST_TIME_AUGMENT_MAX][PIXELS] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8}, {2, 1, 0, 5, 4, 3, 8, 7, 6},
    {6, 7, 8, 3, 4, 5, 0, 1, 2}, {8, 7, 6, 5, 4, 3, 2, 1, 0},
    {0, 3, 6, 1, 4, 7, 2, 5, 8}, {2, 5, 8, 1, 4, 7, 0, 3, 6},
    {6, 3, 0, 7, 4, 1, 8, 5, 2}, {8, 5, 2, 7, 4, 1, 6, 3, 0},
};

static void check_square(void)
{
    uint8_t in[3 * PIXELS], out[3 * PIXELS];

    for (int i = 0; i < PIXELS; i++)
        for (int c = 0; c < 3; c++)
            in[3 * i + c] = (uint8_t)(10 * i + c);
    for (int v = 0; v < TEST_TIME_AUGMENT_MAX; v++) {
        bool same = true;

        test_time_augment_view(v, in, SIDE, SIDE, out);
        for (int i = 0; i < PIXELS; i++)
            for (int c = 0; c < 3; c++)
                same = same && out[3 * i + c] == 10 * want[v][i] + c;
        ok(same, "a view of a square picture");
    }
}

static void check_oblong(void)
{
    static const uint8_t in[] = {0, 0, 0, 1, 1, 1, 2, 2, 2,
                                 3, 3, 3, 4, 4, 4, 5, 5, 5};
    static const int flipped[] = {5, 4, 3, 2, 1, 0};
    uint8_t out[sizeof(in)];
    bool same = true;

    test_time_augment_view(3, in, 2, 3, out);
    for (int i = 0; i < 6; i++)
        same = same && out[3 * i] == flipped[i];
    ok(same, "both flips of an oblong one");
}

int main(void)
{
    ok(test_time_augment_count(VIEWS_ONE) == 1 &&
           test_time_augment_count(VIEWS_FLIPS) == 4 &&
           test_time_augment_count(VIEWS_ALL) == TEST_TIME_AUGMENT_MAX,
       "how many views");
    check_square();
    check_oblong();
    return tap_done();
}
