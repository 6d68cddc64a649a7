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

static void draw(struct field *f, float most, uint32_t seed)
{
    struct rng rng;

    rng_init(&rng, seed, RNG_PIXELS, 0, 0);
    for (int y = 0; y < f->cells + 3; y++)
        for (int x = 0; x < f->cells + 3; x++)
            for (int k = 0; k < 2; k++)
                f->node[y][x][k] = rng_uniform_in(&rng, -most, most);
}

/* Weights of four nodes from the one returned on, for pixel i of n. */
static int spline(int i, int n, int cells, float w[4])
{
    const float s = ((float)i + 0.5f) * (float)cells / (float)n;
    const int first = (int)s < cells ? (int)s : cells - 1;
    const float t = s - (float)first, u = 1.0f - t;

    w[0] = u * u * u / 6.0f;
    w[1] = (3.0f * t * t * t - 6.0f * t * t + 4.0f) / 6.0f;
    w[2] = (3.0f * u * u * u - 6.0f * u * u + 4.0f) / 6.0f;
    w[3] = t * t * t / 6.0f;
    return first;
}

/* The nodes' displacements at row y. */
static void nodes_at(const struct field *f, int y, int h,
                     float line[MAX_NODES][2])
{
    float w[4];
    const int first = spline(y, h, f->cells, w);

    for (int x = 0; x < f->cells + 3; x++)
        for (int k = 0; k < 2; k++) {
            line[x][k] = 0.0f;
            for (int j = 0; j < 4; j++)
                line[x][k] += w[j] * f->node[first + j][x][k];
        }
}

static void filter(const float *param, const struct augment_picture *p)
{
    const enum augment_fill fill = (enum augment_fill)param[FILL];
    const int side = p->w < p->h ? p->w : p->h;
    const int64_t one = (int64_t)1 << WARP_POINT_BITS;
    struct field f = {.cells = (int)param[CELLS]};
    float line[MAX_NODES][2], w[4];
    uint8_t *out = p->dst;

    BUG_ON(f.cells < 1 || f.cells > MAX_CELLS);
    draw(&f, param[AMOUNT] * (float)side, (uint32_t)param[SEED]);
    for (int y = 0; y < p->h; y++) {
        nodes_at(&f, y, p->h, line);
        for (int x = 0; x < p->w; x++, out += 3) {
            const int first = spline(x, p->w, f.cells, w);
            float d[2] = {0};

            for (int j = 0; j < 4; j++)
                for (int k = 0; k < 2; k++)
                    d[k] += w[j] * line[first + j][k];
            warp_sample(p, x * one + warp_point((double)d[0], 65536),
                        y * one + warp_point((double)d[1], 65536), fill, out);
        }
    }
}

const struct augment augment_elastic = {
    .name = "elastic",
    .param = {{"amount", 0, NULL},
              {"cells", 4, augment_whole},
              {"seed", 0, augment_whole},
              {"fill", 0, augment_fill_word}},
    .weak = {0.05f, 4, 1, FILL_REFLECT},
    .strong = {0.2f, 4, 1, FILL_REFLECT},
    .filter = filter,
};
