/* test_cell_edit.c - one thing in a cell is changed, and nothing else */
#include "img/cell_concepts.h"
#include "img/optical_density.h"
#include "stages/explain/cell_edit.h"
#include "tap.h"

#include <string.h>

enum { H = 52, W = 48, PIXELS = H * W, BYTES = 3 * PIXELS, GROUND = 225 };
enum { CX = 24, CY = 26 }; /* middle of cell and nucleus */

static uint8_t rgb[BYTES], out[BYTES];
static struct cell_regions regions;
static struct cell_edit edit;
static struct optical_density table;

static double from_middle(int i)
{
    return hypot(i % W - CX, i / W - CY);
}

/* A round cell of radius 20, its nucleus of radius 'r', a ring of 'halo' to the
 * half of the cytoplasm. */
static void open_cell(double r, bool halo)
{
    static const uint8_t colour[4][3] = {{GROUND, GROUND, GROUND},
                                         {190, 130, 160},
                                         {210, 180, 200},
                                         {80, 60, 100}};
    const struct pixel_pitch one = {1, 1};
    struct err err = {0};

    BUG_ON(cell_regions_init(&regions, H, W, &err) < 0);
    regions.nuclei = 1;
    for (int i = 0; i < PIXELS; i++) {
        const double d = from_middle(i);
        const int part = d <= r                     ? 3
                         : halo && d < (20 + r) / 2 ? 2
                         : d <= 20                  ? 1
                                                    : 0;

        memcpy(rgb + 3 * i, colour[part], 3);
        regions.cell[i] = part > 0;
        regions.nucleus[i] = part == 3;
    }
    works(cell_edit_open(&edit, rgb, &regions, one, &err) == 0, err,
          "a cell to be changed");
}

static void close_cell(void)
{
    cell_edit_close(&edit);
    cell_regions_release(&regions);
}

/* Is everything as it was from 'near' to 'far' pixels from the middle? */
static bool is_same(double near_to, double far)
{
    for (int i = 0; i < PIXELS; i++)
        if (from_middle(i) >= near_to && from_middle(i) <= far &&
            memcmp(out + 3 * i, rgb + 3 * i, 3) != 0)
            return false;
    return true;
}

/* Density of colour c at (x, y), in halvings of the light. */
static double density_at(const uint8_t *px, int x, int y, int c)
{
    return (double)table.level[px[3 * (y * W + x) + c]] /
           (1 << OPTICAL_DENSITY_BITS);
}

static void apply(enum cell_edit_kind kind, double dose, const char *what)
{
    ok(cell_edit_apply(&edit, kind, dose, out), what);
}

/* --- densities ------------------------------------------------------------ */

static void check_nucleus(void)
{
    const double d = density_at(rgb, CX, CY, 1), c = density_at(rgb, 8, CY, 1);

    open_cell(7, false);
    apply(EDIT_NUCLEUS_PALER, 0.5, "a nucleus made half as pale again");
    near(density_at(out, CX, CY, 1), d - 0.5 * (d - c), 0.02,
         "  is half-way to the cytoplasm");
    ok(is_same(10, 99), "  and nothing else changes");
    apply(EDIT_NUCLEUS_DARKER, 0.5, "made darker");
    near(density_at(out, CX, CY, 1), d + 0.5 * (d - c), 0.02,
         "  it is as much further from it");
    ok(is_same(10, 99), "  and nothing else changes");
    close_cell();
}

static double mean_density(const uint8_t *px, double near_to, double far)
{
    double sum = 0.0, n = 0.0;

    for (int i = 0; i < PIXELS; i++)
        if (from_middle(i) >= near_to && from_middle(i) <= far) {
            sum += density_at(px, i % W, i / W, 1);
            n += 1.0;
        }
    return sum / n;
}

static void check_halo(void)
{
    open_cell(7, true);
    ok(edit.has_halo, "a pale ring is a halo");
    apply(EDIT_HALO_FILLED, 1, "it is filled");
    near(mean_density(out, 10, 12), mean_density(rgb, 15, 19), 0.03,
         "  as dark as the cytoplasm around it");
    ok(is_same(0, 5) && is_same(18, 99), "  nucleus and border stay");
    close_cell();
    open_cell(7, false);
    ok(!edit.has_halo && !cell_edit_apply(&edit, EDIT_HALO_FILLED, 1, out),
       "without one nothing is filled");
    apply(EDIT_HALO_MADE, 0.5, "one is made");
    near(mean_density(out, 10, 13),
         (mean_density(rgb, 10, 13) + mean_density(rgb, 22, 25)) / 2, 0.03,
         "  half-way to the light");
    ok(is_same(0, 5) && is_same(18, 99), "  nucleus and border stay");
    close_cell();
}

static void check_colour(void)
{
    open_cell(7, false);
    apply(EDIT_CYTOPLASM_TURNED, 1, "cytoplasm whose colour is turned");
    ok(out[3 * (CY * W + 10)] == rgb[3 * (CY * W + 10) + 1] &&
           out[3 * (CY * W + 10) + 1] == rgb[3 * (CY * W + 10)] &&
           out[3 * (CY * W + 10) + 2] == rgb[3 * (CY * W + 10) + 2],
       "  has red for green");
    ok(is_same(0, 5) && is_same(23, 99), "  nucleus and ground stay");
    close_cell();
}

/* --- size ----------------------------------------------------------------- */

static int dark_pixels(const uint8_t *px)
{
    int n = 0;

    for (int i = 0; i < PIXELS; i++)
        n += px[3 * i + 1] < 95;
    return n;
}

static void check_size(void)
{
    const double *dose = cell_edit_doses(EDIT_NUCLEUS_LARGER);

    open_cell(7, false);
    for (int k = 0; k < EDIT_DOSES; k++) {
        apply(EDIT_NUCLEUS_LARGER, dose[k], "a nucleus made larger");
        near(dark_pixels(out) / (double)dark_pixels(rgb), dose[k], 0.04,
             "  is as many times as large");
        ok(is_same(21, 99), "  within its cell");
    }
    ok(!cell_edit_apply(&edit, EDIT_NUCLEUS_LARGER, 8, out),
       "one that leaves no cytoplasm is refused");
    close_cell();
}

/* --- controls ------------------------------------------------------------- */

static void check_round_trip(void)
{
    double change;

    open_cell(7, true);
    for (int k = EDIT_NUCLEUS_PALER; k < CELL_EDITS; k++)
        ok(cell_edit_round_trip(&edit, (enum cell_edit_kind)k, 0.5, out) &&
               memcmp(out, rgb, BYTES) == 0,
           cell_edit_name((enum cell_edit_kind)k));
    apply(EDIT_NUCLEUS_LARGER, 1, "a nucleus made as large as it is");
    ok(memcmp(out, rgb, BYTES) == 0, "  stays as it is, byte for byte");
    apply(EDIT_NUCLEUS_LARGER, 2, "a nucleus made larger");
    change = cell_edit_change(&edit, out);
    ok(cell_edit_round_trip(&edit, EDIT_NUCLEUS_LARGER, 2, out) &&
           cell_edit_change(&edit, out) < 0.4 * change &&
           memcmp(out, rgb, BYTES) != 0,
       "  and smaller again, is nearly as it was");
    near(dark_pixels(out), dark_pixels(rgb), 0.03, "  and as large");
    close_cell();
}

static void check_ground(void)
{
    open_cell(7, false);
    ok(cell_edit_ground(&edit, 12, out), "the ground is changed");
    near(cell_edit_change(&edit, out), 12, 0.05, "  by as much as is asked");
    ok(is_same(0, 20) && !is_same(24, 99), "  outside the cell");
    ok(cell_edit_ground(&edit, 0, out) && memcmp(out, rgb, BYTES) == 0,
       "  by nothing, if that is asked");
    ok(!cell_edit_ground(&edit, 250, out),
       "  never by more than a black ground");
    close_cell();
}

/* A nucleus at the frame, and one without cytoplasm. */
static void check_odd(void)
{
    const struct pixel_pitch one = {1, 1};
    struct err err = {0};

    BUG_ON(cell_regions_init(&regions, H, W, &err) < 0);
    regions.nuclei = 1;
    memset(rgb, GROUND, sizeof(rgb));
    for (int i = 0; i < PIXELS; i++) {
        regions.cell[i] = i % W < 9 && i / W < 9;
        regions.nucleus[i] = i % W < 5 && i / W < 5;
    }
    works(cell_edit_open(&edit, rgb, &regions, one, &err) == 0, err,
          "a nucleus in the corner");
    ok(cell_edit_apply(&edit, EDIT_NUCLEUS_DARKER, 0.5, out) &&
           memcmp(out, rgb, BYTES) == 0,
       "  of the cytoplasm's density cannot be made darker");
    cell_edit_close(&edit);
    memcpy(regions.cell, regions.nucleus, PIXELS);
    works(cell_edit_open(&edit, rgb, &regions, one, &err) == 0, err,
          "a cell without cytoplasm");
    for (int k = 0; k < CELL_EDITS; k++)
        ok(!cell_edit_apply(&edit, (enum cell_edit_kind)k,
                            cell_edit_doses((enum cell_edit_kind)k)[3], out),
           cell_edit_name((enum cell_edit_kind)k));
    close_cell();
}

int main(void)
{
    optical_density_init(&table);
    open_cell(7, false); /* for the colours of check_nucleus() */
    close_cell();
    check_nucleus();
    check_halo();
    check_colour();
    check_size();
    check_round_trip();
    check_ground();
    check_odd();
    return tap_done();
}
