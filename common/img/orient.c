/* orient.c - each pixel of the upright picture is fetched from the stored one
 */
#include "img/orient.h"

#include <stdbool.h>
#include <string.h>

/* What the stored row and column are of, in the upright picture. */
static const struct orientation {
    bool swapped;      /* rows are columns */
    bool right, below; /* the first column is the right one, the first row the
                          lowest one, after swapping */
} orientations[9] = {
    [2] = {.right = true},
    [3] = {.right = true, .below = true},
    [4] = {.below = true},
    [5] = {.swapped = true},
    [6] = {.swapped = true, .right = true},
    [7] = {.swapped = true, .right = true, .below = true},
    [8] = {.swapped = true, .below = true},
};

static void fetch_pixels(const struct image *from, const struct orientation *o,
                         struct image *to)
{
    for (int y = 0; y < to->h; y++)
        for (int x = 0; x < to->w; x++) {
            const int u = o->right ? to->w - 1 - x : x;
            const int v = o->below ? to->h - 1 - y : y;
            const int row = o->swapped ? u : v, column = o->swapped ? v : u;

            memcpy(image_row(to, y) + 3 * (size_t)x,
                   image_row(from, row) + 3 * (size_t)column, 3);
        }
}

int orient(struct image *im, int how, struct err *err)
{
    const struct orientation *o = &orientations[how > 1 && how < 9 ? how : 1];
    struct image stored = *im;
    int rc;

    if (!o->swapped && !o->right && !o->below)
        return 0;
    rc = image_init(im, o->swapped ? stored.h : stored.w,
                    o->swapped ? stored.w : stored.h, err);
    if (rc == 0)
        fetch_pixels(&stored, o, im);
    image_release(&stored);
    return rc;
}
