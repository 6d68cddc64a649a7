/*
 * draw_class.c - what the five classes look like
 *
 * One row of ranges a class; a cell is a draw from its row, its cluster's style
 * and nothing else.  Sizes, densities and stains of the classes overlap on
 * purpose: what tells them apart is the nucleus beside the cytoplasm, halo,
 * outline and texture.  Source: Plissiti et al., ICIP 2018 (SIPaKMeD), sec. 2.
 */
#include "stages/draw/draw_cell.h"

#include "base/err.h"

enum { STAINS = 7 };

struct trait {
    const char *name;
    struct range radius; /* of the circle of equal area, nominal pixels */
    struct range stretch, wobble, corner, spikes;
    struct range density; /* of the cytoplasm */
    struct range edge;    /* softness of the border by radius */
    struct range dome;    /* 0 flat .. 1 thin towards the border */
    struct range rim;     /* extra density at the border */
    struct range grain, wrinkle, folds, granules, vacuoles;
    struct range halo; /* radius by the body's; 0 none */
    float halo_share;  /* of the cells have one */
    struct range halo_depth;
    struct range nucleus; /* radius by the body's */
    struct range nucleus_stretch, nucleus_wobble, nucleus_density, chromatin;
    float off_centre; /* of the nucleus, 0 .. 1 */
    float two_nuclei; /* share */
    struct range neighbours;
    float stain[STAINS]; /* weights: how often each stain */
};

static const struct trait traits[CELL_CLASSES] = {
    {
        .name = "Dyskeratotic",
        .radius = {52, 76},
        .stretch = {1.02f, 1.5f},
        .wobble = {0.06f, 0.16f},
        .corner = {0.0f, 0.45f},
        .spikes = {0, 1.6f},
        .density = {0.75f, 1.25f},
        .edge = {0.04f, 0.09f},
        .dome = {0.1f, 0.5f},
        .rim = {0.05f, 0.25f},
        .grain = {0.15f, 0.4f},
        .granules = {0, 3},
        .halo = {0.5f, 0.62f},
        .halo_share = 0.15f,
        .halo_depth = {0.15f, 0.4f},
        .nucleus = {0.4f, 0.53f},
        .nucleus_stretch = {1.05f, 1.6f},
        .nucleus_wobble = {0.12f, 0.24f},
        .nucleus_density = {1.25f, 2.0f},
        .chromatin = {0.2f, 0.5f},
        .off_centre = 0.5f,
        .two_nuclei = 0.06f,
        .neighbours = {1.5f, 4.5f},
        .stain = {5, 3, 0.4f, 0.4f, 1, 0.4f, 1},
    },
    {
        .name = "Koilocytotic",
        .radius = {64, 94},
        .stretch = {1.02f, 1.45f},
        .wobble = {0.04f, 0.11f},
        .corner = {0.1f, 0.7f},
        .density = {0.5f, 0.95f},
        .edge = {0.025f, 0.06f},
        .dome = {0, 0.2f},
        .rim = {0.1f, 0.4f},
        .grain = {0.08f, 0.22f},
        .wrinkle = {0, 0.25f},
        .granules = {0, 3},
        .halo = {0.62f, 0.8f},
        .halo_share = 1,
        .halo_depth = {0.7f, 0.92f},
        .nucleus = {0.28f, 0.39f},
        .nucleus_stretch = {1.15f, 1.7f},
        .nucleus_wobble = {0.05f, 0.14f},
        .nucleus_density = {0.8f, 1.4f},
        .chromatin = {0.25f, 0.55f},
        .off_centre = 0.45f,
        .two_nuclei = 0.25f,
        .neighbours = {0.5f, 3.5f},
        .stain = {0.4f, 0.8f, 0.8f, 1, 5, 2, 1.5f},
    },
    {
        .name = "Metaplastic",
        .radius = {70, 100},
        .stretch = {1.0f, 1.28f},
        .wobble = {0.02f, 0.08f},
        .corner = {0, 0.2f},
        .spikes = {0, 2.6f},
        .density = {0.7f, 1.25f},
        .edge = {0.015f, 0.045f},
        .dome = {0, 0.25f},
        .rim = {0.25f, 0.7f},
        .grain = {0.12f, 0.3f},
        .granules = {0, 4},
        .vacuoles = {0, 9},
        .halo = {0.36f, 0.44f},
        .halo_share = 0.1f,
        .halo_depth = {0.15f, 0.35f},
        .nucleus = {0.2f, 0.28f},
        .nucleus_stretch = {1.02f, 1.35f},
        .nucleus_wobble = {0.02f, 0.08f},
        .nucleus_density = {0.85f, 1.5f},
        .chromatin = {0.15f, 0.4f},
        .off_centre = 0.6f,
        .two_nuclei = 0.05f,
        .neighbours = {0, 2.6f},
        .stain = {0.7f, 0.5f, 4, 2, 1, 2.5f, 0.5f},
    },
    {
        .name = "Parabasal",
        .radius = {62, 96},
        .stretch = {1.02f, 1.4f},
        .wobble = {0.02f, 0.07f},
        .corner = {0, 0.15f},
        .density = {0.4f, 0.85f},
        .edge = {0.06f, 0.16f},
        .dome = {0.2f, 0.7f},
        .rim = {0, 0.1f},
        .grain = {0.05f, 0.14f},
        .granules = {0, 1.5f},
        .nucleus = {0.48f, 0.61f},
        .nucleus_stretch = {1.0f, 1.3f},
        .nucleus_wobble = {0.01f, 0.05f},
        .nucleus_density = {0.5f, 1.05f},
        .chromatin = {0.08f, 0.25f},
        .off_centre = 0.4f,
        .two_nuclei = 0.02f,
        .neighbours = {0, 2.6f},
        .stain = {0.3f, 0.6f, 3, 4, 1, 0.8f, 0.9f},
    },
    {
        .name = "Superficial-Intermediate",
        .radius = {90, 134},
        .stretch = {1.02f, 1.4f},
        .wobble = {0.03f, 0.08f},
        .corner = {0.85f, 1.0f},
        .density = {0.3f, 0.6f},
        .edge = {0.01f, 0.025f},
        .dome = {0, 0.1f},
        .rim = {0.04f, 0.25f},
        .grain = {0.06f, 0.16f},
        .wrinkle = {0.15f, 0.55f},
        .folds = {0, 3.4f},
        .granules = {0, 18},
        .halo = {0.13f, 0.17f},
        .halo_share = 0.15f,
        .halo_depth = {0.15f, 0.4f},
        .nucleus = {0.075f, 0.115f},
        .nucleus_stretch = {1.05f, 1.5f},
        .nucleus_wobble = {0.03f, 0.1f},
        .nucleus_density = {1.1f, 2.1f},
        .chromatin = {0.1f, 0.4f},
        .off_centre = 0.3f,
        .two_nuclei = 0.02f,
        .neighbours = {1, 4},
        .stain = {0.4f, 4, 3, 1, 0.8f, 0.5f, 1.5f},
    },
};

/* Transmitted red, green, blue of one layer of each stain, and of nuclei. */
static const float stain_light[STAINS][3] = {
    {0.86f, 0.47f, 0.26f}, /* orange G */
    {0.93f, 0.52f, 0.60f}, /* eosin, pink */
    {0.40f, 0.72f, 0.74f}, /* light green, cyan */
    {0.45f, 0.53f, 0.74f}, /* blue */
    {0.60f, 0.56f, 0.64f}, /* grey violet */
    {0.50f, 0.62f, 0.56f}, /* grey green */
    {0.72f, 0.45f, 0.66f}, /* magenta */
};

static const float nucleus_light[4][3] = {
    {0.30f, 0.24f, 0.40f}, /* violet */
    {0.25f, 0.28f, 0.45f}, /* blue */
    {0.36f, 0.24f, 0.33f}, /* red brown */
    {0.27f, 0.27f, 0.34f}, /* black */
};

/* Optical density of what lets 'x' of the light through: -ln x, by the series
 * of artanh; good to a picture's accuracy for 0.2 .. 1. */
static float density_of(float x)
{
    const float z = (x - 1.0f) / (x + 1.0f), s = z * z;

    return -2.0f * z * (1.0f + s * (1.0f / 3 + s * (0.2f + s / 7.0f)));
}

const char *cell_class_name(int class)
{
    return traits[class].name;
}

/* An index in 0 .. n-1 with the given weights. */
static int draw_index(const float *weight, int n, struct rng *rng)
{
    float sum = 0.0f, x;
    int i;

    for (i = 0; i < n; i++)
        sum += weight[i];
    x = rng_uniform(rng) * sum;
    for (i = 0; i < n - 1 && x >= weight[i]; i++)
        x -= weight[i];
    return i;
}

static void stain_draw(float colour[3], int stain, struct rng *rng)
{
    for (int k = 0; k < 3; k++)
        colour[k] =
            density_of(stain_light[stain][k]) * (1.0f + 0.13f * draw_bell(rng));
}

static void light_draw(struct style *s, struct rng *rng)
{
    const float brightness = rng_uniform_in(rng, 0.7f, 0.98f);
    const float warm = 0.035f * draw_bell(rng), green = 0.02f * draw_bell(rng);

    s->light[0] = draw_clamp(brightness + warm, 0.5f, 1.0f);
    s->light[1] = draw_clamp(brightness + green, 0.5f, 1.0f);
    s->light[2] = draw_clamp(brightness - warm, 0.5f, 1.0f);
}

void style_draw(struct style *s, int class, struct rng *rng)
{
    const struct trait *t = &traits[class];
    const int main_stain = draw_index(t->stain, STAINS, rng);
    const int nucleus = (int)rng_below(rng, 4);
    const float haze = rng_uniform(rng);

    stain_draw(s->stain[0], main_stain, rng);
    stain_draw(s->stain[1], draw_index(t->stain, STAINS, rng), rng);
    for (int k = 0; k < 3; k++) {
        const float jitter = 0.1f * draw_bell(rng);

        s->nucleus_stain[k] =
            density_of(nucleus_light[nucleus][k]) * (1.0f + jitter);
        s->haze[k] =
            0.5f * draw_mix(s->stain[0][k], s->stain[1][k], 0.5f) + 0.2f;
    }
    light_draw(s, rng);
    s->scale = draw_exp(0.19f * draw_bell(rng));
    s->strength = rng_uniform_in(rng, 0.8f, 1.2f);
    s->haze_amount = 0.75f * haze * haze;
    s->blur = 0.5f + 2.3f * rng_uniform(rng) * rng_uniform(rng);
    s->noise = rng_uniform_in(rng, 1.5f, 6.5f);
    s->crowd = rng_uniform_in(rng, 0.3f, 1.4f);
    s->veil = 0.7f * rng_uniform(rng);
    s->debris = 2.5f * rng_uniform(rng) * rng_uniform(rng);
}

int cell_neighbours(int class, const struct style *s, struct rng *rng)
{
    return (int)(draw_from(rng, traits[class].neighbours) * s->crowd + 0.5f);
}

static void body_draw(struct cell *c, const struct trait *t, float radius,
                      struct rng *rng)
{
    struct outline_args a = {.radius = radius};

    a.stretch = draw_from(rng, t->stretch);
    a.turn = rng_uniform(rng);
    a.wobble = draw_from(rng, t->wobble);
    a.corner = draw_from(rng, t->corner);
    a.n_spike = (int)draw_from(rng, t->spikes);
    outline_draw(&c->body, &a, rng);
    c->density = draw_from(rng, t->density);
    c->edge = draw_from(rng, t->edge) * radius + 0.7f;
    c->dome = draw_from(rng, t->dome);
    c->rim = draw_from(rng, t->rim);
    c->rim_width = radius * rng_uniform_in(rng, 0.04f, 0.09f);
    c->grain = draw_from(rng, t->grain);
    c->grain_size = radius * rng_uniform_in(rng, 0.06f, 0.12f);
    c->ragged = radius * rng_uniform_in(rng, 0.004f, 0.03f);
    c->wrinkle = draw_from(rng, t->wrinkle);
    c->wrinkle_size = radius * rng_uniform_in(rng, 0.35f, 0.7f);
    c->texture = rng_u32(rng);
}

static void nucleus_draw(struct nucleus *n, const struct trait *t,
                         const struct outline_args *where, struct rng *rng)
{
    struct outline_args a = *where;

    a.stretch = draw_from(rng, t->nucleus_stretch);
    a.wobble = draw_from(rng, t->nucleus_wobble);
    outline_draw(&n->shape, &a, rng);
    n->density = draw_from(rng, t->nucleus_density);
    n->chromatin = draw_from(rng, t->chromatin);
    n->grain =
        draw_clamp(a.radius * rng_uniform_in(rng, 0.14f, 0.24f), 1.5f, 8.0f);
    n->membrane = rng_uniform_in(rng, 0.05f, 0.35f);
    n->edge = 0.8f + 0.05f * a.radius * rng_uniform(rng);
}

static void nuclei_draw(struct cell *c, const struct trait *t, float radius,
                        struct rng *rng)
{
    const bool two = rng_uniform(rng) < t->two_nuclei;
    const float size = radius * draw_from(rng, t->nucleus) * (two ? 0.8f : 1);
    const float room = (radius - size) * t->off_centre * rng_uniform(rng);
    const float at = rng_uniform(rng), turn = rng_uniform(rng);
    const float apart = two ? size * rng_uniform_in(rng, 0.85f, 1.15f) : 0.0f;

    c->n_nucleus = two ? 2 : 1;
    for (int i = 0; i < c->n_nucleus; i++) {
        const float side = i ? -apart : apart;
        struct outline_args a = {.radius = size};

        a.cx = room * draw_cos(at) + side * draw_cos(turn + 0.25f);
        a.cy = room * draw_sin(at) + side * draw_sin(turn + 0.25f);
        a.turn = turn + 0.04f * draw_bell(rng);
        nucleus_draw(&c->nucleus[i], t, &a, rng);
    }
}

static void halo_draw(struct cell *c, const struct trait *t, float radius,
                      struct rng *rng)
{
    const struct outline *n = &c->nucleus[0].shape;
    struct outline_args a = {0};

    c->has_halo = rng_uniform(rng) < t->halo_share;
    a.radius = radius * draw_from(rng, t->halo) + 0.5f;
    a.cx = 0.55f * n->cx;
    a.cy = 0.55f * n->cy;
    a.stretch = rng_uniform_in(rng, 1.02f, 1.35f);
    a.turn = rng_uniform(rng);
    a.wobble = rng_uniform_in(rng, 0.05f, 0.13f);
    outline_draw(&c->halo, &a, rng);
    c->halo_depth = draw_from(rng, t->halo_depth);
    c->halo_rim = c->halo_depth * rng_uniform_in(rng, 0.2f, 0.8f);
}

static void spots_draw(struct cell *c, const struct trait *t, float radius,
                       struct rng *rng)
{
    const int n_vacuole = (int)draw_from(rng, t->vacuoles);
    const int n_granule = (int)draw_from(rng, t->granules);

    c->n_spot = n_vacuole + n_granule;
    BUG_ON(c->n_spot > CELL_MAX_SPOTS);
    for (int i = 0; i < c->n_spot; i++) {
        const bool vacuole = i < n_vacuole;
        const float far = radius * rng_uniform_in(rng, 0.3f, 0.85f);
        const float at = rng_uniform(rng);
        struct spot *s = &c->spot[i];

        s->x = far * draw_cos(at);
        s->y = far * draw_sin(at);
        s->r = radius * (vacuole ? rng_uniform_in(rng, 0.05f, 0.14f)
                                 : rng_uniform_in(rng, 0.012f, 0.028f));
        s->depth = vacuole ? -rng_uniform_in(rng, 0.35f, 0.8f)
                           : rng_uniform_in(rng, 0.4f, 1.2f);
    }
}

static void folds_draw(struct cell *c, const struct trait *t, float radius,
                       struct rng *rng)
{
    c->n_fold = (int)draw_from(rng, t->folds);
    for (int i = 0; i < c->n_fold; i++) {
        const float at = rng_uniform(rng), tilt = 0.08f * draw_bell(rng);
        const float far = radius * rng_uniform_in(rng, 0.45f, 0.85f);
        struct fold *f = &c->fold[i];

        f->x = far * draw_cos(at);
        f->y = far * draw_sin(at);
        f->nx = draw_cos(at + tilt);
        f->ny = draw_sin(at + tilt);
        f->depth = rng_uniform_in(rng, 0.15f, 0.55f);
    }
}

void cell_shape_draw(struct cell *c, int class, const struct style *s,
                     struct rng *rng)
{
    const struct trait *t = &traits[class];
    const float radius = draw_from(rng, t->radius) * s->scale;
    const float tint = 0.35f + 0.25f * draw_bell(rng);
    const float strength = s->strength * (1.0f + 0.12f * draw_bell(rng));

    memset(c, 0, sizeof(*c));
    body_draw(c, t, radius, rng);
    nuclei_draw(c, t, radius, rng);
    halo_draw(c, t, radius, rng);
    spots_draw(c, t, radius, rng);
    folds_draw(c, t, radius, rng);
    for (int k = 0; k < 3; k++) {
        const float jitter = 1.0f + 0.08f * draw_bell(rng);
        const float a = s->stain[0][k], b = s->stain[1][k];

        c->colour[0][k] = draw_mix(a, b, draw_clamp(tint - 0.2f, 0.0f, 1.0f)) *
                          strength * jitter;
        c->colour[1][k] = draw_mix(a, b, draw_clamp(tint + 0.2f, 0.0f, 1.0f)) *
                          strength * jitter;
        c->nucleus_colour[k] = s->nucleus_stain[k] * s->strength * jitter;
    }
}

void cell_move(struct cell *c, float dx, float dy)
{
    outline_move(&c->body, dx, dy);
    outline_move(&c->halo, dx, dy);
    for (int i = 0; i < c->n_nucleus; i++)
        outline_move(&c->nucleus[i].shape, dx, dy);
    for (int i = 0; i < c->n_spot; i++) {
        c->spot[i].x += dx;
        c->spot[i].y += dy;
    }
    for (int i = 0; i < c->n_fold; i++) {
        c->fold[i].x += dx;
        c->fold[i].y += dy;
    }
}
