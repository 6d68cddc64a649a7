/* draw_paint.c - densities of cytoplasm, nuclei, ground and debris */
#include "stages/draw/draw_paint.h"

#include <stdlib.h>

enum { PAINT_BLUR_MAX = 16 };

int canvas_init(struct canvas *c, int w, int h, struct err *err)
{
    *c = (struct canvas){.w = w, .h = h};
    if (image_check_size(w, h, err) < 0)
        return -1;
    c->density = calloc((size_t)w * (size_t)h * 3, sizeof(float));
    c->scratch = calloc((size_t)w * (size_t)h * 3, sizeof(float));
    if (c->density && c->scratch)
        return 0;
    canvas_release(c);
    return err_set(err, ERR_SYSTEM, "no memory for a canvas of %d x %d", w, h);
}

void canvas_release(struct canvas *c)
{
    free(c->density);
    free(c->scratch);
    *c = (struct canvas){0};
}

static float *canvas_at(const struct canvas *c, int x, int y)
{
    return c->density + ((size_t)y * (size_t)c->w + (size_t)x) * 3;
}

/* Pixels x0 <= x < x1, y0 <= y < y1 of the canvas that 'o' can reach. */
struct area {
    int x0, y0, x1, y1;
};

static struct area area_of(const struct canvas *c, const struct outline *o,
                           float margin)
{
    const float r = o->r_max + margin;

    return (struct area){(int)draw_clamp(o->cx - r, 0.0f, (float)c->w),
                         (int)draw_clamp(o->cy - r, 0.0f, (float)c->h),
                         (int)draw_clamp(o->cx + r + 1.0f, 0.0f, (float)c->w),
                         (int)draw_clamp(o->cy + r + 1.0f, 0.0f, (float)c->h)};
}

void draw_paint_ground(struct canvas *c, const struct style *s, struct rng *rng)
{
    const uint32_t seed = rng_u32(rng);
    const float size = 1.0f / rng_uniform_in(rng, 25.0f, 70.0f);

    for (int y = 0; y < c->h; y++) {
        for (int x = 0; x < c->w; x++) {
            const float n =
                draw_cloud((float)x * size, (float)y * size, 3, seed);
            const float t = 0.02f + s->haze_amount * (0.5f + 0.5f * n);
            float *d = canvas_at(c, x, y);

            for (int k = 0; k < 3; k++)
                d[k] += t * s->haze[k];
        }
    }
}

/* A shape of density 'amount' whose border is 'soft' pixels wide each way. */
static void paint_shape(struct canvas *c, const struct outline *o, float soft,
                        float amount, const float colour[3])
{
    const struct area a = area_of(c, o, soft);

    for (int y = a.y0; y < a.y1; y++) {
        for (int x = a.x0; x < a.x1; x++) {
            float u;
            const float d = outline_depth(o, (float)x, (float)y, &u);
            const float t = amount * draw_step(-soft, soft, d);
            float *od = canvas_at(c, x, y);

            for (int k = 0; k < 3; k++)
                od[k] += t * colour[k];
        }
    }
}

void draw_paint_veil(struct canvas *c, const struct style *s, struct rng *rng)
{
    const int n = (int)rng_below(rng, 4);

    for (int i = 0; i < n; i++) {
        const float amount = s->veil * rng_uniform(rng);
        const float soft = rng_uniform_in(rng, 6.0f, 22.0f);
        const int stain = rng_uniform(rng) < 0.6f ? 1 : 0;
        struct outline_args a = {.stretch = 1.4f, .wobble = 0.12f};
        struct outline o;

        a.radius = (float)(c->w + c->h) * rng_uniform_in(rng, 0.15f, 0.4f);
        a.turn = rng_uniform(rng);
        a.cx = (float)c->w * rng_uniform_in(rng, -0.2f, 1.2f);
        a.cy = (float)c->h * rng_uniform_in(rng, -0.2f, 1.2f);
        outline_draw(&o, &a, rng);
        paint_shape(c, &o, soft, amount, s->stain[stain]);
    }
}

/* Creases: thin dark lines where the noise crosses zero. */
static float crease_at(const struct cell *c, float x, float y)
{
    const float n =
        draw_cloud(x / c->wrinkle_size, y / c->wrinkle_size, 3, c->texture + 9);

    const float where =
        draw_noise(x / c->wrinkle_size, y / c->wrinkle_size, c->texture + 13);

    return draw_hill(n * 14.0f) * draw_step(-0.3f, 0.7f, where);
}

static float fold_at(const struct cell *c, float x, float y)
{
    float t = 0.0f;

    for (int i = 0; i < c->n_fold; i++) {
        const struct fold *f = &c->fold[i];
        const float wave =
            5.0f * draw_noise(x * 0.025f, y * 0.025f, c->texture + 77);
        const float d = (x - f->x) * f->nx + (y - f->y) * f->ny + wave;

        t +=
            f->depth * (draw_step(-1.0f, 1.5f, d) + 0.5f * draw_hill(d / 2.5f));
    }
    return t;
}

static float spots_at(const struct cell *c, float x, float y)
{
    float t = 0.0f;

    for (int i = 0; i < c->n_spot; i++) {
        const struct spot *s = &c->spot[i];
        const float dx = x - s->x, dy = y - s->y;
        const float r2 = dx * dx + dy * dy, r = s->r + 1.5f;

        if (r2 < r * r)
            t += s->depth * draw_step(0.0f, 0.7f, 1.0f - sqrtf(r2) / r);
    }
    return t;
}

/* What the halo leaves of the cytoplasm: 1 outside, a bright ring inside. */
static float halo_at(const struct cell *c, float x, float y)
{
    float u;
    const float d = outline_depth(&c->halo, x, y, &u);
    const float soft = c->edge + 0.04f * c->halo.r_max;
    const float inside = draw_step(-soft, soft, d);
    const float ring = draw_hill((d + 1.8f * soft) / (2.2f * soft));

    return 1.0f - c->halo_depth * inside + c->halo_rim * ring * (1.0f - inside);
}

/* Thickness of the cytoplasm at (x, y); 0 outside. */
static float thickness_at(const struct cell *c, float x, float y)
{
    float u, t;
    const float g = 1.0f / c->grain_size;
    const float d =
        outline_depth(&c->body, x, y, &u) +
        c->ragged * draw_noise(x * 0.6f * g, y * 0.6f * g, c->texture + 55);

    if (d < -c->edge)
        return 0.0f;
    t = 1.0f - c->dome * draw_clamp(u * u, 0.0f, 1.0f);
    t += c->rim * draw_hill((d - c->rim_width) / c->rim_width);
    t *= 1.0f + c->grain * draw_cloud(x * g, y * g, 3, c->texture);
    if (c->wrinkle > 0.05f)
        t += c->wrinkle * crease_at(c, x, y);
    t += fold_at(c, x, y);
    if (c->has_halo)
        t *= halo_at(c, x, y);
    t *= draw_clamp(1.0f + spots_at(c, x, y), 0.1f, 3.0f);
    return t * c->density * draw_step(-c->edge, c->edge, d);
}

static void paint_body(struct canvas *c, const struct cell *cell)
{
    const struct area a = area_of(c, &cell->body, cell->edge);
    const float g = 1.2f / (cell->body.r_max + 1.0f);

    for (int y = a.y0; y < a.y1; y++) {
        for (int x = a.x0; x < a.x1; x++) {
            const float fx = (float)x, fy = (float)y;
            const float t = thickness_at(cell, fx, fy);
            const float hue =
                t > 0.0f ? draw_noise(fx * g, fy * g, cell->texture + 5) : 0.0f;
            float *d = canvas_at(c, x, y);

            for (int k = 0; k < 3; k++)
                d[k] += t * draw_mix(cell->colour[0][k], cell->colour[1][k],
                                     0.5f + 0.5f * hue);
        }
    }
}

static void paint_nucleus(struct canvas *c, const struct cell *cell,
                          const struct nucleus *n)
{
    const struct area a = area_of(c, &n->shape, n->edge);
    const float g = 1.0f / n->grain;

    for (int y = a.y0; y < a.y1; y++) {
        for (int x = a.x0; x < a.x1; x++) {
            const float fx = (float)x, fy = (float)y;
            float u, t;
            const float d = outline_depth(&n->shape, fx, fy, &u);
            float *od = canvas_at(c, x, y);

            if (d < -n->edge)
                continue;
            t = 0.8f + n->membrane * draw_hill((d - 1.5f) / (1.0f + n->edge));
            t += n->chromatin *
                 draw_cloud(fx * g, fy * g, 3, cell->texture + 31);
            t = draw_clamp(t, 0.25f, 3.0f) * n->density *
                draw_step(-n->edge, n->edge, d);
            for (int k = 0; k < 3; k++)
                od[k] += t * 0.8f * cell->nucleus_colour[k];
        }
    }
}

void draw_paint_cell(struct canvas *c, const struct cell *cell)
{
    paint_body(c, cell);
    for (int i = 0; i < cell->n_nucleus; i++)
        paint_nucleus(c, cell, &cell->nucleus[i]);
}

/* Two to four lobes: a neutrophil. */
static void paint_leukocyte(struct canvas *c, const struct style *s,
                            struct outline_args a, struct rng *rng)
{
    const int lobes = 2 + (int)rng_below(rng, 3);
    const float cx = a.cx, cy = a.cy;

    a.radius = 6.5f * s->scale;
    for (int i = 0; i < lobes; i++) {
        struct outline o;

        a.cx = cx + 1.1f * a.radius * draw_bell(rng);
        a.cy = cy + 1.1f * a.radius * draw_bell(rng);
        a.stretch = rng_uniform_in(rng, 1.0f, 1.5f);
        outline_draw(&o, &a, rng);
        paint_shape(c, &o, 1.2f, rng_uniform_in(rng, 0.4f, 0.8f),
                    s->nucleus_stain);
    }
}

void draw_paint_debris(struct canvas *c, const struct style *s, struct rng *rng)
{
    const float mean = s->debris * (float)c->w * (float)c->h * 1e-4f;
    const int n = (int)(mean * rng_uniform_in(rng, 0.4f, 1.6f) + 0.5f);

    for (int i = 0; i < n; i++) {
        struct outline_args a = {.wobble = 0.06f, .turn = rng_uniform(rng)};
        struct outline o;

        a.cx = rng_uniform(rng) * (float)c->w;
        a.cy = rng_uniform(rng) * (float)c->h;
        if (rng_uniform(rng) < 0.2f) {
            paint_leukocyte(c, s, a, rng);
            continue;
        }
        a.radius = rng_uniform_in(rng, 1.0f, 2.6f) * s->scale;
        a.stretch = rng_uniform_in(rng, 1.0f, 4.0f);
        outline_draw(&o, &a, rng);
        paint_shape(c, &o, 1.2f, rng_uniform_in(rng, 0.15f, 0.6f),
                    s->nucleus_stain);
    }
}

/* --- development ---------------------------------------------------------- */

/* Weights of a Gaussian; returns its half width. */
static int gaussian_kernel(float blur, float weight[PAINT_BLUR_MAX + 1])
{
    const int half = (int)draw_clamp(3.0f * blur, 0.0f, PAINT_BLUR_MAX);
    float sum = 0.0f;

    for (int i = 0; i <= half; i++) {
        weight[i] = draw_hill((float)i / (1.41421356f * blur));
        sum += i ? 2.0f * weight[i] : weight[i];
    }
    for (int i = 0; i <= half; i++)
        weight[i] /= sum;
    return half;
}

static int clamp_index(int i, int n)
{
    return i < 0 ? 0 : i >= n ? n - 1 : i;
}

static void blur_rows(const struct canvas *c, const float *weight, int half)
{
    for (int y = 0; y < c->h; y++) {
        const float *in = c->density + (size_t)y * (size_t)c->w * 3;
        float *out = c->scratch + (size_t)y * (size_t)c->w * 3;

        for (int x = 0; x < c->w; x++) {
            for (int k = 0; k < 3; k++) {
                float sum = weight[0] * in[3 * x + k];

                for (int i = 1; i <= half; i++)
                    sum += weight[i] * (in[3 * clamp_index(x - i, c->w) + k] +
                                        in[3 * clamp_index(x + i, c->w) + k]);
                out[3 * x + k] = sum;
            }
        }
    }
}

static void blur_columns(const struct canvas *c, const float *weight, int half)
{
    const int n = c->w * 3;

    for (int y = 0; y < c->h; y++) {
        float *out = c->density + (size_t)y * (size_t)n;
        const float *in = c->scratch + (size_t)y * (size_t)n;

        for (int j = 0; j < n; j++)
            out[j] = weight[0] * in[j];
        for (int i = 1; i <= half; i++) {
            const float *up =
                c->scratch + (size_t)clamp_index(y - i, c->h) * (size_t)n;
            const float *down =
                c->scratch + (size_t)clamp_index(y + i, c->h) * (size_t)n;

            for (int j = 0; j < n; j++)
                out[j] += weight[i] * (up[j] + down[j]);
        }
    }
}

/* Light that passes, 0 .. 255; a little uneven over the field. */
static void expose_canvas(struct canvas *c, const struct style *s,
                          struct rng *rng)
{
    const float gx = 0.04f * draw_bell(rng) / (float)c->w;
    const float gy = 0.04f * draw_bell(rng) / (float)c->h;

    for (int y = 0; y < c->h; y++) {
        for (int x = 0; x < c->w; x++) {
            const float slope =
                1.0f + gx * (float)(x - c->w / 2) + gy * (float)(y - c->h / 2);
            float *d = canvas_at(c, x, y);

            for (int k = 0; k < 3; k++)
                d[k] = 255.0f * s->light[k] * slope * draw_exp(-d[k]);
        }
    }
}

/* Noise of the camera: fine, and coarser from its colour filter. */
static float camera_noise(int x, int y, uint32_t seed)
{
    const uint32_t h = draw_hash(x, y, seed);
    const uint32_t sum =
        (h & 255) + (h >> 8 & 255) + (h >> 16 & 255) + (h >> 24);

    return ((float)sum - 510.0f) / 148.0f +
           1.8f * draw_noise((float)x * 0.55f, (float)y * 0.55f, seed + 1);
}

void draw_paint_develop(struct canvas *c, const struct style *s, float blur,
                        struct rng *rng, struct image *im)
{
    float weight[PAINT_BLUR_MAX + 1];
    const int half = gaussian_kernel(blur, weight);
    const uint32_t seed = rng_u32(rng);

    expose_canvas(c, s, rng);
    blur_rows(c, weight, half);
    blur_columns(c, weight, half);
    for (int y = 0; y < c->h; y++) {
        uint8_t *row = image_row(im, y);

        for (int x = 0; x < c->w; x++) {
            const float *d = canvas_at(c, x, y);

            for (int k = 0; k < 3; k++) {
                const float v =
                    d[k] + s->noise * 0.7f *
                               camera_noise(x, y, seed + (uint32_t)k * 7);

                row[3 * x + k] = (uint8_t)draw_clamp(v + 0.5f, 0.0f, 255.0f);
            }
        }
    }
}
