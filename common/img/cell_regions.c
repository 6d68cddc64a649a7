#include "img/cell_regions.h"

#include "img/cell_look.h"
#include "img/nuclei.h"

#include <stdlib.h>
#include <string.h>

#define FAINT     0.01 /* halvings of the light across the border */
#define CUT       0.25
#define CYTOPLASM 0.1

const char *cell_regions_fault(enum cell_fault fault)
{
    static const char *const word[] = {
        [CELL_FOUND] = "ok",
        [CELL_NO_NUCLEUS] = "no nucleus",
        [CELL_FAINT] = "nucleus too faint",
        [CELL_CUT] = "nucleus cut by the frame",
        [CELL_NO_CYTOPLASM] = "no cytoplasm",
    };

    return word[fault];
}

int cell_regions_init(struct cell_regions *r, int h, int w, struct err *err)
{
    const size_t n = (size_t)h * (size_t)w;

    *r = (struct cell_regions){.h = h, .w = w};
    r->nucleus = calloc(n, 1);
    r->cell = calloc(n, 1);
    return r->nucleus && r->cell
               ? 0
               : err_set(err, ERR_SYSTEM, "no memory for regions of %zu pixels",
                         n);
}

void cell_regions_release(struct cell_regions *r)
{
    free(r->nucleus);
    free(r->cell);
    *r = (struct cell_regions){0};
}

int cell_regions_largest(const struct cell_regions *r, double *area)
{
    double count[256] = {0};
    int best = 1;

    for (int i = 0; i < r->h * r->w; i++)
        count[r->nucleus[i]] += 1;
    for (int k = 2; k <= r->nuclei; k++)
        best = count[k] > count[best] ? k : best;
    *area = count[best];
    return best;
}

/* --- all ------------------------------------------------------------------ */

/* Sides of the nucleus that the frame is. */
static size_t sides_at_frame(const struct cell_regions *r)
{
    const size_t h = (size_t)r->h, w = (size_t)r->w;
    size_t n = 0;

    for (size_t x = 0; x < w; x++)
        n += (r->nucleus[x] != 0) + (size_t)(r->nucleus[(h - 1) * w + x] != 0);
    for (size_t y = 0; y < h; y++)
        n +=
            (r->nucleus[y * w] != 0) + (size_t)(r->nucleus[y * w + w - 1] != 0);
    return n;
}

/* What is wrong with regions whose nuclei are numbered. */
static enum cell_fault find_fault(const struct cell_regions *r)
{
    const size_t n = (size_t)r->h * (size_t)r->w;
    size_t nucleus = 0, cell = 0;

    for (size_t i = 0; i < n; i++) {
        nucleus += r->nucleus[i] != 0;
        cell += r->cell[i];
    }
    if (nucleus == 0)
        return CELL_NO_NUCLEUS;
    return (double)(cell - nucleus) < CYTOPLASM * (double)nucleus
               ? CELL_NO_CYTOPLASM
               : CELL_FOUND;
}

int cell_regions_take(struct cell_regions *r, const uint8_t *nucleus,
                      const uint8_t *cell, enum cell_fault *fault,
                      struct err *err)
{
    const size_t n = (size_t)r->h * (size_t)r->w;

    for (size_t i = 0; i < n; i++)
        r->cell[i] = cell[i] || nucleus[i];
    if (nuclei_number(nucleus, r->h, r->w, r->nucleus, &r->nuclei, err) < 0)
        return -1;
    *fault = find_fault(r);
    return 0;
}

/* Regions of a look's own picture. */
static int segment_look(struct cell_look *l, struct cell_regions *r,
                        enum cell_fault *fault, struct err *err)
{
    *fault = CELL_NO_NUCLEUS;
    if (cell_look_nucleus(l, r, err) < 0)
        return -1;
    if (!l->first)
        return 0;
    if (cell_look_cell(l, r, err) < 0 || cell_look_second(l, r, err) < 0)
        return -1;
    memcpy(l->part, r->nucleus, l->n);
    if (cell_regions_take(r, l->part, r->cell, fault, err) < 0)
        return -1;
    if (l->first->contrast / l->first->sides < FAINT)
        *fault = CELL_FAINT;
    else if ((double)sides_at_frame(r) > CUT * l->first->sides)
        *fault = CELL_CUT;
    return 0;
}

/* Put what was found in a part of the picture where the part lies. */
static void place_regions(const struct cell_regions *part,
                          const struct resize_place *p, struct cell_regions *r)
{
    memset(r->nucleus, 0, (size_t)r->h * (size_t)r->w);
    memset(r->cell, 0, (size_t)r->h * (size_t)r->w);
    for (int y = 0; y < part->h; y++) {
        const size_t from = (size_t)y * (size_t)part->w;
        const size_t to = (size_t)(y + p->top) * (size_t)r->w + (size_t)p->left;

        memcpy(r->nucleus + to, part->nucleus + from, (size_t)part->w);
        memcpy(r->cell + to, part->cell + from, (size_t)part->w);
    }
    r->nuclei = part->nuclei;
}

int cell_regions_segment(struct cell_regions *r, const uint8_t *rgb,
                         const struct resize_place *place,
                         enum cell_fault *fault, struct err *err)
{
    struct cell_regions part;
    struct cell_look l = {0};
    int rc = -1;

    if (cell_regions_init(&part, place->h, place->w, err) == 0 &&
        cell_look_init(&l, rgb, r->w, place, err) == 0)
        rc = segment_look(&l, &part, fault, err);
    if (rc == 0)
        place_regions(&part, place, r);
    cell_look_release(&l);
    cell_regions_release(&part);
    return rc;
}
