#include "img/optical_density.h"

#include <math.h>
#include <string.h>

static double density_of(double value)
{
    return floor(-log2((value + 1) / 256) * (1 << OPTICAL_DENSITY_BITS) + 0.5);
}

void optical_density_init(struct optical_density *t)
{
    size_t at = 0;

    for (int v = 255; v >= 0; v--) {
        const size_t end =
            v > 0 ? (size_t)density_of(v - 0.5) + 1 : OPTICAL_DENSITY_LEVELS;

        t->level[v] = (float)density_of(v);
        memset(t->byte + at, v, end - at);
        at = end;
    }
}
