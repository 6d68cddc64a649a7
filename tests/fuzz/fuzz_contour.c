/* fuzz_contour.c - outlines from anyone */
#include "img/contour.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz_main.h"

enum { SIDE = 64 };

/* What was read can be placed, resized, filled and drawn. */
static void use_contour(struct contour *c)
{
    const struct contour_pen pen = {.zoom = 2, .w = SIDE, .h = SIDE};
    struct image im;
    struct point by;
    struct err err = {0};
    uint8_t mask[SIDE * SIDE];

    BUG_ON(image_init(&im, 2 * SIDE, 2 * SIDE, &err) < 0);
    BUG_ON(contour_place(c, 200, 100, &by, &err) < 0 && err.code != ERR_INPUT);
    BUG_ON(contour_follow(c, 90, 70, by, &err) < 0 && err.code != ERR_INPUT);
    contour_scale(c, (struct point){0.32, 0.64}, (struct point){0, 0});
    contour_fill(c, SIDE, SIDE, mask);
    for (int i = 0; i < SIDE * SIDE; i++)
        BUG_ON(mask[i] > 1);
    if (c->n < 100)
        contour_draw(c, &pen, &im);
    image_release(&im);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct contour c;
    struct err err = {0};

    BUG_ON(!text);
    memcpy(text, data, size);
    text[size] = '\0';
    if (contour_parse(&c, text, size, &err) == 0)
        use_contour(&c);
    else
        BUG_ON(err.code != ERR_INPUT || c.point);
    contour_release(&c);
    free(text);
    return 0;
}
