#include "stages/explain/cell_edit.h"

#include "stages/explain/cell_edit_private.h"

#include "img/cell_concepts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NOMINAL = 110, LEVEL_ONE = 1 << OPTICAL_DENSITY_BITS, HALF_LEAST = 5 };

#define FEATHER    1.5f /* pixels of a picture of 110 x 110 */
#define GROUND_FAR 2.0f
#define HALO_LEAST 0.05
#define FADES_TO   0.75f /* depth where the inner half's w is 0 */
#define PALEST     0.95

static const struct {
    const char *name;
    double dose[EDIT_DOSES];
} edits[CELL_EDITS] = {
    [EDIT_NUCLEUS_LARGER] = {"nucleus_larger", {1.25, 1.5, 2, 3}},
    [EDIT_NUCLEUS_PALER] = {"nucleus_paler", {0.15, 0.3, 0.45, 0.6}},
    [EDIT_NUCLEUS_DARKER] = {"nucleus_darker", {0.15, 0.3, 0.45, 0.6}},
    [EDIT_HALO_FILLED] = {"halo_filled", {0.25, 0.5, 0.75, 1}},
    [EDIT_HALO_MADE] = {"halo_made", {0.15, 0.3, 0.45, 0.6}},
    [EDIT_CYTOPLASM_TURNED] = {"cytoplasm_turned", {0.25, 0.5, 0.75, 1}},
};

const char *cell_edit_name(enum cell_edit_kind kind)
{
    return edits[kind].name;
}

const double *cell_edit_doses(enum cell_edit_kind kind)
{
    return edits[kind].dose;
}

/* --- opening -------------------------------------------------------------- */

static size_t pixels_of(const struct cell_edit *e)
{
    return (size_t)e->h * (size_t)e->w;
}

static float edit_scale(const struct cell_edit *e)
{
    return sqrtf((float)pixels_of(e)) / NOMINAL;
}

static int take_memory(struct cell_edit *e, struct err *err)
{
    const size_t n = pixels_of(e);

    e->table = malloc(sizeof(*e->table));
    e->density = malloc(3 * n * sizeof(*e->density));
    e->spare = malloc(6 * n * sizeof(*e->spare));
    e->nucleus = malloc(n * sizeof(*e->nucleus));
    e->lift = malloc(3 * n * sizeof(*e->lift));
    e->inner = malloc(n * sizeof(*e->inner));
    e->cytoplasm = malloc(n * sizeof(*e->cytoplasm));
    e->ground = malloc(n);
    if (e->table && e->density && e->spare && e->nucleus && e->lift &&
        e->inner && e->cytoplasm && e->ground)
        return 0;
    return err_set(err, ERR_SYSTEM, "no memory to change %zu pixels", n);
}

/* w of the pixels where set[] is not 0.
 *   far [scratch] (h, w) */
static int feather_region(const struct cell_edit *e, const uint8_t *set,
                          float *w, float *far, uint8_t *other, struct err *err)
{
    const float feather = FEATHER * edit_scale(e);
    const struct pixel_pitch one = {1, 1};

    for (size_t i = 0; i < pixels_of(e); i++)
        other[i] = !set[i];
    if (distance_to(set, e->h, e->w, one, w, err) < 0 ||
        distance_to(other, e->h, e->w, one, far, err) < 0)
        return -1;
    for (size_t i = 0; i < pixels_of(e); i++) {
        /* half a pixel from the border is inside, or outside */
        const float in = set[i] ? fminf(far[i], 2 * feather) - 0.5f
                                : 0.5f - fminf(w[i], 2 * feather);

        w[i] = fminf(fmaxf((in + feather) / (2 * feather), 0.0f), 1.0f);
    }
    return 0;
}

/* Mean of the cytoplasm, which is where depth[] is a number; w of its inner
 * half. */
static void weigh_cytoplasm(struct cell_edit *e, const float *depth)
{
    double n[2] = {0}, all;

    for (size_t i = 0; i < pixels_of(e); i++) {
        const float fades = (FADES_TO - depth[i]) / (FADES_TO - CONCEPT_INNER);

        e->inner[i] = 0.0f;
        if (isnan(depth[i]))
            continue;
        n[depth[i] < CONCEPT_INNER] += 1;
        for (size_t c = 0; c < 3; c++)
            e->mean[c] += (double)e->density[3 * i + c];
        e->inner[i] = (1.0f - e->nucleus[i]) * fminf(fmaxf(fades, 0.0f), 1.0f);
    }
    all = n[0] + n[1];
    for (size_t c = 0; c < 3; c++)
        e->mean[c] /= all;
    e->has_cytoplasm = all >= HALF_LEAST;
    e->has_halves = n[0] >= HALF_LEAST && n[1] >= HALF_LEAST;
}

/* What each tenth of the cytoplasm lacks of colour c. */
static void find_lack(const struct cell_edit *e, const float *depth, size_t c,
                      double lack[CONCEPT_TENTHS])
{
    double n[CONCEPT_TENTHS] = {0}, density[CONCEPT_TENTHS] = {0};
    double filled[CONCEPT_TENTHS];

    for (size_t i = 0; i < pixels_of(e); i++)
        if (!isnan(depth[i])) {
            const int k = cell_concepts_tenth(depth[i]);

            n[k] += 1;
            density[k] += (double)e->density[3 * i + c];
        }
    for (int k = 0; k < CONCEPT_TENTHS; k++)
        density[k] /= n[k];
    cell_concepts_fill(density, filled);
    for (int k = 0; k < CONCEPT_TENTHS; k++)
        lack[k] = n[k] > 0 ? filled[k] - density[k] : 0.0;
}

/* Between the middles of tenths. */
static double lack_at(const double lack[CONCEPT_TENTHS], float depth)
{
    const double at = fmin(fmax((double)depth * CONCEPT_TENTHS - 0.5, 0.0),
                           CONCEPT_TENTHS - 1.001);
    const int k = (int)at;

    return lack[k] + (at - k) * (lack[k + 1] - lack[k]);
}

/* w F of all pixels and colours. */
static void find_lift(struct cell_edit *e, const float *depth)
{
    double most[CONCEPT_TENTHS] = {0};

    for (size_t c = 0; c < 3; c++) {
        double lack[CONCEPT_TENTHS];

        find_lack(e, depth, c, lack);
        for (int k = 0; k < CONCEPT_TENTHS; k++)
            most[k] += lack[k] / 3.0;
        for (size_t i = 0; i < pixels_of(e); i++)
            e->lift[3 * i + c] =
                isnan(depth[i])
                    ? 0.0f
                    : (float)lack_at(lack, depth[i]) * (1.0f - e->nucleus[i]);
    }
    for (int k = 0; k < CONCEPT_TENTHS; k++)
        e->has_halo = e->has_halo || most[k] >= HALO_LEAST * LEVEL_ONE;
}

/* The byte that a share of what is not the cell, or of all where that is
 * nothing, does not exceed. */
static void find_light(struct cell_edit *e, const uint8_t *cell)
{
    size_t outside = 0;

    for (size_t i = 0; i < pixels_of(e); i++)
        outside += !cell[i];
    for (size_t c = 0; c < 3; c++) {
        size_t count[256] = {0}, n = 0, met = 0;
        int v = 0;

        for (size_t i = 0; i < pixels_of(e); i++)
            if (outside == 0 || !cell[i]) {
                count[e->rgb[3 * i + c]]++;
                n++;
            }
        for (met = count[0]; v < 255 && (double)met < PALEST * (double)n; v++)
            met += count[v + 1];
        e->light[c] = (double)e->table->level[v];
    }
}

/* Regions as weights; 'set' and 'other' are (h, w) scratch. */
static int weigh_regions(struct cell_edit *e, const struct cell_regions *r,
                         uint8_t *set, uint8_t *other, float *far,
                         struct err *err)
{
    const float apart = GROUND_FAR * edit_scale(e);

    if (feather_region(e, r->nucleus, e->nucleus, far, other, err) < 0)
        return -1;
    for (size_t i = 0; i < pixels_of(e); i++)
        set[i] = r->cell[i] && !r->nucleus[i];
    if (feather_region(e, set, e->cytoplasm, far, other, err) < 0 ||
        distance_to(r->cell, e->h, e->w, (struct pixel_pitch){1, 1}, far, err) <
            0)
        return -1;
    for (size_t i = 0; i < pixels_of(e); i++)
        e->ground[i] = far[i] > apart;
    return 0;
}

int cell_edit_open(struct cell_edit *e, const uint8_t *rgb,
                   const struct cell_regions *r, struct pixel_pitch pitch,
                   struct err *err)
{
    const size_t n = (size_t)r->h * (size_t)r->w;
    float *far = malloc(n * sizeof(*far));
    uint8_t *set = malloc(2 * n);
    int rc = -1;

    *e = (struct cell_edit){.h = r->h, .w = r->w, .rgb = rgb};
    if (!far || !set) {
        err_set(err, ERR_SYSTEM, "no memory to change %zu pixels", n);
        goto out;
    }
    if (take_memory(e, err) < 0)
        goto out;
    optical_density_init(e->table);
    for (size_t i = 0; i < 3 * n; i++)
        e->density[i] = e->table->level[rgb[i]];
    if (weigh_regions(e, r, set, set + n, far, err) < 0 ||
        cell_concepts_depth(r, pitch, far, err) < 0)
        goto out;
    weigh_cytoplasm(e, far);
    find_lift(e, far);
    find_light(e, r->cell);
    cell_edit_outline(e, r);
    rc = 0;
out:
    free(far);
    free(set);
    return rc;
}

void cell_edit_close(struct cell_edit *e)
{
    free(e->table);
    free(e->density);
    free(e->spare);
    free(e->nucleus);
    free(e->inner);
    free(e->lift);
    free(e->cytoplasm);
    free(e->ground);
    *e = (struct cell_edit){0};
}

/* --- changing densities --------------------------------------------------- */

/* The density for colour c of pixel i after a change. */
static double changed_density(const struct cell_edit *e,
                              enum cell_edit_kind kind, double a, size_t i,
                              size_t c)
{
    const float *at = e->density + 3 * i;
    const double d = (double)at[c], nucleus = a * (double)e->nucleus[i];
    const double inner = a * (double)e->inner[i];
    const double turned = a * (double)e->cytoplasm[i];

    switch (kind) {
    case EDIT_NUCLEUS_PALER:
        return d - nucleus * (d - e->mean[c]);
    case EDIT_NUCLEUS_DARKER:
        return d + nucleus * (d - e->mean[c]);
    case EDIT_HALO_FILLED:
        return d + a * (double)e->lift[3 * i + c];
    case EDIT_HALO_MADE:
        return d - inner * (d - e->light[c]);
    case EDIT_CYTOPLASM_TURNED:
        return c == 2 ? d : d + turned * (double)(at[1 - c] - at[c]);
    case EDIT_NUCLEUS_LARGER:
    case CELL_EDITS:
        break;
    }
    BUG_ON(true);
    return d;
}

static uint8_t byte_of(const struct cell_edit *e, double density)
{
    return e->table->byte[optical_density_level((float)density)];
}

static void change_densities(const struct cell_edit *e,
                             enum cell_edit_kind kind, double a, uint8_t *out)
{
    for (size_t i = 0; i < pixels_of(e); i++)
        for (size_t c = 0; c < 3; c++)
            out[3 * i + c] = byte_of(e, changed_density(e, kind, a, i, c));
}

/* Is there what the change is made from? */
static bool can_change(const struct cell_edit *e, enum cell_edit_kind kind)
{
    return kind == EDIT_HALO_FILLED ? e->has_halo
           : kind == EDIT_HALO_MADE ? e->has_halves
                                    : e->has_cytoplasm;
}

bool cell_edit_apply(const struct cell_edit *e, enum cell_edit_kind kind,
                     double dose, uint8_t *out)
{
    if (kind == EDIT_NUCLEUS_LARGER)
        return cell_edit_stretch(e, dose, false, out);
    if (!can_change(e, kind))
        return false;
    change_densities(e, kind, dose, out);
    return true;
}

bool cell_edit_round_trip(const struct cell_edit *e, enum cell_edit_kind kind,
                          double dose, uint8_t *out)
{
    if (kind == EDIT_NUCLEUS_LARGER)
        return cell_edit_stretch(e, dose, true, out);
    return cell_edit_apply(e, kind, 0.0, out);
}

/* --- the ground ----------------------------------------------------------- */

/* Sum of squared differences if the ground has 'more' density, from how often
 * it has each byte. */
static double ground_change(const struct cell_edit *e, size_t count[3][256],
                            int more)
{
    double sum = 0.0;

    for (int c = 0; c < 3; c++)
        for (int v = 0; v < 256; v++) {
            const int to =
                byte_of(e, (double)e->table->level[v] + (double)more);

            sum += (double)count[c][v] * (v - to) * (v - to);
        }
    return sum;
}

bool cell_edit_ground(const struct cell_edit *e, double change, uint8_t *out)
{
    const size_t n = 3 * pixels_of(e);
    const double want = change * change * (double)n;
    int low = 0, high = OPTICAL_DENSITY_LEVELS;
    size_t count[3][256] = {{0}};

    for (size_t i = 0; i < n; i++)
        count[i % 3][e->rgb[i]] += e->ground[i / 3];
    if (ground_change(e, count, high) < want)
        return false;
    while (low < high) {
        const int middle = (low + high) / 2;

        if (ground_change(e, count, middle) < want)
            low = middle + 1;
        else
            high = middle;
    }
    /* bytes come in steps: the nearer one */
    if (low > 0 && want - ground_change(e, count, low - 1) <
                       ground_change(e, count, low) - want)
        low--;
    for (size_t i = 0; i < n; i++)
        out[i] = e->ground[i / 3]
                     ? byte_of(e, (double)e->density[i] + (double)low)
                     : e->rgb[i];
    return true;
}

double cell_edit_change(const struct cell_edit *e, const uint8_t *out)
{
    const size_t n = 3 * pixels_of(e);
    double sum = 0.0;

    for (size_t i = 0; i < n; i++) {
        const double d = (double)out[i] - (double)e->rgb[i];

        sum += d * d;
    }
    return sqrt(sum / (double)n);
}
