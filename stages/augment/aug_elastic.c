/*
 * aug_elastic.c - pixels moved by a smooth random field
 *
 * Each node of a grid of cells x cells over the picture, and of one ring
 * around it, is moved by up to 'amount' of the shorter side in x and in y; in
 * between, the displacement is the cubic B-spline of the nodes.  Stream
 * RNG_PIXELS of 'seed'.
 * Source: Simard et al. 2003, "Best practices for convolutional neural
 * networks", with a spline where they smooth white noise.
 */
#include "base/rng.h"
#include "warp.h"

enum { AMOUNT, CELLS, SEED, FILL };
enum { MAX_CELLS = 16, MAX_NODES = MAX_CELLS + 3 };

struct field {
    int cells;
    float node[MAX_NODES][MAX_NODES][2]; /* pixels, by y, x */
};

static void draw_field(struct field *f, float most, uint32_t seed)
{
    struct rng rng;

    rng_init(&rng, seed, RNG_PIXELS, 0, 0);
    for (int y = 0; y < f->cells + 3; y++)
        for (int x = 0; x < f->cells + 3; x++)
            for (int k = 0; k < 2; k++)
                f->node[y][x][k] = rng_uniform_in(&rng, -most, most);
}

/* Between which four nodes pixel i of n is: from 'first' on, by weights. */
struct grid_weights {
    int first;
    float w[4];
};

static struct grid_weights spline_weights(int i, int n, int cells)
{
    const float s = ((float)i + 0.5f) * (float)cells / (float)n;
    const int first = (int)s < cells ? (int)s : cells - 1;
    const float t = s - (float)first, u = 1.0f - t;

    return (struct grid_weights){
        first,
        {u * u * u / 6.0f, (3.0f * t * t * t - 6.0f * t * t + 4.0f) / 6.0f,
         (3.0f * u * u * u - 6.0f * u * u + 4.0f) / 6.0f, t * t * t / 6.0f}};
}

/* The nodes' displacements at row y. */
static void nodes_at(const struct field *f, int y, int h,
                     float line[MAX_NODES][2])
{
    const struct grid_weights s = spline_weights(y, h, f->cells);

    for (int x = 0; x < f->cells + 3; x++)
        for (int k = 0; k < 2; k++) {
            line[x][k] = 0.0f;
            for (int j = 0; j < 4; j++)
                line[x][k] += s.w[j] * f->node[s.first + j][x][k];
        }
}

/* n pixels of row y from x on. */
static void displace_pixels(const struct augment_picture *p, const float *param,
                            int x, int y, int n, float line[MAX_NODES][2])
{
    const struct grid_weights *s =
        (const struct grid_weights *)(const void *)p->scratch + x;
    const int64_t one = (int64_t)1 << WARP_POINT_BITS;
    int64_t u[WARP_RUN], v[WARP_RUN];

    for (int i = 0; i < n; i++) {
        float dx = 0, dy = 0;

        for (int j = 0; j < 4; j++) {
            dx += s[i].w[j] * line[s[i].first + j][0];
            dy += s[i].w[j] * line[s[i].first + j][1];
        }
        u[i] = (x + i) * one + warp_point((double)dx, 65536);
        v[i] = y * one + warp_point((double)dy, 65536);
    }
    warp_run(p, u, v, n, (enum augment_fill)param[FILL],
             p->dst + 3 * ((ptrdiff_t)y * p->w + x));
}

static void filter(const float *param, const struct augment_picture *p)
{
    struct grid_weights *s = (struct grid_weights *)(void *)p->scratch;
    const int side = p->w < p->h ? p->w : p->h;
    struct field f = {.cells = (int)param[CELLS]};
    float line[MAX_NODES][2];

    BUG_ON(f.cells < 1 || f.cells > MAX_CELLS);
    draw_field(&f, param[AMOUNT] * (float)side, (uint32_t)param[SEED]);
    for (int x = 0; x < p->w; x++)
        s[x] = spline_weights(x, p->w, f.cells);
    for (int y = 0; y < p->h; y++) {
        nodes_at(&f, y, p->h, line);
        for (int x = 0; x < p->w; x += WARP_RUN)
            displace_pixels(p, param, x, y,
                            p->w - x < WARP_RUN ? p->w - x : WARP_RUN, line);
    }
}

const struct augment augment_elastic = {
    .name = "elastic",
    .param = {{"amount", 0, NULL, 0, 0.5f},
              {"cells", 4, augment_whole, 1, MAX_CELLS},
              {"seed", 0, augment_seed, 0, AUGMENT_SEED_MAX},
              {"fill", 0, augment_fill_word, 0, 0}},
    .weak = {0.05f, 4, 1, FILL_REFLECT},
    .strong = {0.2f, 4, 1, FILL_REFLECT},
    .filter = filter,
    .work = {.column = sizeof(struct grid_weights)},
};
