#include "img/cell_concepts.h"

#include "img/optical_density.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW = 9 }; /* pixels that a deviation needs */
enum { SECOND = 1, NINTH = CONCEPT_TENTHS - 2 };

#define BLUR_REACHES 1.5

const char *cell_concepts_name(enum cell_concept c)
{
    static const char *const name[CELL_CONCEPTS] = {
        [CONCEPT_NUCLEUS_AREA] = "nucleus_area",
        [CONCEPT_NUCLEUS_RATIO] = "nucleus_ratio",
        [CONCEPT_CELL_AREA] = "cell_area",
        [CONCEPT_NC_RATIO] = "nc_ratio",
        [CONCEPT_DARKNESS] = "nucleus_darkness",
        [CONCEPT_TEXTURE] = "nucleus_texture",
        [CONCEPT_ROUNDNESS] = "nucleus_roundness",
        [CONCEPT_HALO] = "halo",
        [CONCEPT_COLOUR] = "cytoplasm_colour",
        [CONCEPT_NUCLEI] = "nuclei",
    };

    return name[c];
}

/* --- distances ------------------------------------------------------------ */

/* Distance to what is not the cell, a frame of one pixel included. */
static int distance_to_border(const struct cell_regions *r,
                              struct pixel_pitch pitch, float *out,
                              struct err *err)
{
    const size_t w = (size_t)r->w + 2, n = w * ((size_t)r->h + 2);
    uint8_t *outside = calloc(n, 1);
    float *far = malloc(n * sizeof(*far));
    int rc = -1;

    if (!outside || !far) {
        err_set(err, ERR_SYSTEM, "no memory for distances");
        goto out;
    }
    memset(outside, 1, n);
    for (int i = 0; i < r->h * r->w; i++)
        outside[(size_t)(i / r->w + 1) * w + (size_t)(i % r->w + 1)] =
            !r->cell[i];
    rc = distance_to(outside, r->h + 2, r->w + 2, pitch, far, err);
    for (int i = 0; rc == 0 && i < r->h * r->w; i++)
        out[i] = far[(size_t)(i / r->w + 1) * w + (size_t)(i % r->w + 1)];
out:
    free(outside);
    free(far);
    return rc;
}

int cell_concepts_depth(const struct cell_regions *r, struct pixel_pitch pitch,
                        float *depth, struct err *err)
{
    const float blur = (float)(BLUR_REACHES * sqrt(pitch.x * pitch.y));
    const size_t n = (size_t)r->h * (size_t)r->w;
    float *far = malloc(n * sizeof(*far));
    int rc = -1;

    if (!far)
        return err_set(err, ERR_SYSTEM, "no memory for %zu distances", n);
    if (distance_to(r->nucleus, r->h, r->w, pitch, depth, err) == 0)
        rc = distance_to_border(r, pitch, far, err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        depth[i] = r->cell[i] && depth[i] > blur
                       ? depth[i] / (depth[i] + far[i])
                       : NAN;
    free(far);
    return rc;
}

/* --- sums ----------------------------------------------------------------- */

struct mean {
    double n, sum, squares;
};

static void add_value(struct mean *m, double v)
{
    m->n += 1;
    m->sum += v;
    m->squares += v * v;
}

static double mean_of(const struct mean *m)
{
    return m->n > 0 ? m->sum / m->n : (double)NAN;
}

static double deviation_of(const struct mean *m)
{
    const double mean = mean_of(m);

    return sqrt(fmax(m->squares / m->n - mean * mean, 0.0));
}

/* Is a pixel of a nucleus beside none that is not of it? */
static bool is_within(const struct cell_regions *r, int i)
{
    const int x = i % r->w, y = i / r->w;
    const uint8_t of = r->nucleus[i];

    return x > 0 && x + 1 < r->w && y > 0 && y + 1 < r->h &&
           r->nucleus[i - 1] == of && r->nucleus[i + 1] == of &&
           r->nucleus[i - r->w] == of && r->nucleus[i + r->w] == of;
}

/* Densities by region. */
struct density_sums {
    struct mean nucleus, within, colour, tenth[CONCEPT_TENTHS];
    double cell; /* pixels */
};

static void add_cytoplasm(struct density_sums *s, float depth, double mean,
                          double colour)
{
    add_value(&s->colour, colour);
    if (!isnan(depth))
        add_value(&s->tenth[cell_concepts_tenth(depth)], mean);
}

static struct density_sums add_densities(const struct cell_regions *r,
                                         const uint8_t *rgb, const float *depth)
{
    const double one = 1 << OPTICAL_DENSITY_BITS;
    struct density_sums s = {0};
    struct optical_density table;

    optical_density_init(&table);
    for (int i = 0; i < r->h * r->w; i++) {
        const double red = (double)table.level[rgb[3 * i]] / one;
        const double green = (double)table.level[rgb[3 * i + 1]] / one;
        const double blue = (double)table.level[rgb[3 * i + 2]] / one;
        const double mean = (red + green + blue) / 3.0;

        s.cell += r->cell[i];
        if (r->nucleus[i])
            add_value(&s.nucleus, mean);
        else if (r->cell[i])
            add_cytoplasm(&s, depth[i], mean, green - red);
        if (r->nucleus[i] && is_within(r, i))
            add_value(&s.within, mean);
    }
    return s;
}

/* Short by long axis of a nucleus. */
static double roundness_of(const struct cell_regions *r, int number,
                           struct pixel_pitch pitch)
{
    double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0, half, root;

    for (int i = 0; i < r->h * r->w; i++) {
        const double u = i % r->w * pitch.x, v = i / r->w * pitch.y;

        if (r->nucleus[i] != number)
            continue;
        n += 1;
        x += u;
        y += v;
        xx += u * u;
        yy += v * v;
        xy += u * v;
    }
    xx = xx / n - x * x / n / n + pitch.x * pitch.x / 12;
    yy = yy / n - y * y / n / n + pitch.y * pitch.y / 12;
    xy = xy / n - x * y / n / n;
    half = (xx + yy) / 2;
    root = sqrt(fmax(half * half - (xx * yy - xy * xy), 0.0));
    return sqrt(fmax(half - root, 0.0) / (half + root));
}

void cell_concepts_fill(const double density[CONCEPT_TENTHS],
                        double filled[CONCEPT_TENTHS])
{
    const double from = density[SECOND], to = density[NINTH];

    memcpy(filled, density, CONCEPT_TENTHS * sizeof(*filled));
    for (int i = SECOND; i <= NINTH; i++) {
        const double line =
            from + (to - from) * (i - SECOND) / (NINTH - SECOND);

        if (isnan(density[i]))
            continue;
        for (int k = i + 1; k <= NINTH; k++)
            filled[i] = fmax(filled[i], density[k]);
        filled[i] = fmax(filled[i], line);
    }
}

/* NaN of fewer than two tenths. */
static double halo_of(const struct density_sums *s)
{
    double density[CONCEPT_TENTHS], filled[CONCEPT_TENTHS], most = 0.0;
    int n = 0;

    for (int i = 0; i < CONCEPT_TENTHS; i++)
        density[i] = mean_of(&s->tenth[i]);
    cell_concepts_fill(density, filled);
    for (int i = SECOND; i <= NINTH; i++) {
        n += !isnan(density[i]);
        most = fmax(most, filled[i] - density[i]);
    }
    return n > 1 ? most : (double)NAN;
}

/* --- all ------------------------------------------------------------------ */

static void measure_values(const struct cell_regions *r,
                           const struct density_sums *s,
                           struct pixel_pitch pitch, double *value)
{
    const double pixel = pitch.x * pitch.y;
    double area;
    const int largest = cell_regions_largest(r, &area);

    value[CONCEPT_NUCLEUS_AREA] = area * pixel;
    value[CONCEPT_NUCLEUS_RATIO] = (double)NAN;
    value[CONCEPT_CELL_AREA] = s->cell * pixel;
    value[CONCEPT_NC_RATIO] = s->nucleus.n / s->cell;
    value[CONCEPT_DARKNESS] = mean_of(&s->nucleus);
    value[CONCEPT_TEXTURE] =
        deviation_of(s->within.n >= FEW ? &s->within : &s->nucleus);
    value[CONCEPT_ROUNDNESS] = roundness_of(r, largest, pitch);
    value[CONCEPT_HALO] = halo_of(s);
    value[CONCEPT_COLOUR] = mean_of(&s->colour);
    value[CONCEPT_NUCLEI] = r->nuclei;
}

int cell_concepts_measure(const struct cell_regions *r, const uint8_t *rgb,
                          struct pixel_pitch pitch, double value[CELL_CONCEPTS],
                          struct err *err)
{
    const size_t n = (size_t)r->h * (size_t)r->w;
    float *depth = malloc(n * sizeof(*depth));
    struct density_sums s;

    BUG_ON(r->nuclei < 1);
    if (!depth)
        return err_set(err, ERR_SYSTEM, "no memory to measure %zu pixels", n);
    if (cell_concepts_depth(r, pitch, depth, err) < 0) {
        free(depth);
        return -1;
    }
    s = add_densities(r, rgb, depth);
    measure_values(r, &s, pitch, value);
    free(depth);
    return 0;
}
