/*
 * aug_clahe.c - contrast-limited adaptive histogram equalisation
 *
 * The picture is cut into tiles x tiles; each has a table that equalises its
 * histogram, whose bins hold at most 'clip' times the mean; a pixel mixes the
 * four nearest tables.  On the Lab lightness, or on each channel.
 * Source: Zuiderveld 1994, "Contrast limited adaptive histogram equalization";
 * OpenCV's createCLAHE in its details.
 */
#include "lab.h"
#include "warp.h"

#include <stdbool.h>
#include <string.h>

enum { CLIP, TILES, ON, ORDER };
enum { MAX_TILES = 32 };

static const char *const on_word[] = {"lightness", "channels", NULL};

/* One channel, every third byte of 'px', in place. */
struct clahe {
    const struct augment_picture *p; /* borrowed */
    int tiles, tw, th;               /* a tile's size, pixels */
    float clip;
    uint8_t (*table)[256]; /* (tiles, tiles) */
};

/* Tiles of whole pixels: a picture that does not divide is reflected on. */
static int tile_size(int n, int tiles, bool divides)
{
    return divides ? n / tiles : (n + tiles - n % tiles) / tiles;
}

static void count_tile(const struct clahe *c, const uint8_t *px, int column,
                       int row, int count[256])
{
    const struct augment_picture *p = c->p;

    memset(count, 0, 256 * sizeof(*count));
    for (int y = row * c->th; y < (row + 1) * c->th; y++) {
        const uint8_t *line =
            px + 3 * (ptrdiff_t)p->w * warp_beyond(y, p->h, FILL_REFLECT);

        for (int x = column * c->tw; x < (column + 1) * c->tw; x++)
            count[line[3 * warp_beyond(x, p->w, FILL_REFLECT)]]++;
    }
}

/* What is over the limit goes to all bins alike, the rest to every step-th. */
static void limit_histogram(int count[256], int most)
{
    int over = 0, rest, step;

    for (int v = 0; v < 256; v++)
        if (count[v] > most) {
            over += count[v] - most;
            count[v] = most;
        }
    for (int v = 0; v < 256; v++)
        count[v] += over / 256;
    rest = over % 256;
    step = rest > 0 ? 256 / rest : 1;
    for (int v = 0; v < 256 && rest > 0; v += step, rest--)
        count[v]++;
}

static void make_tables(const struct clahe *c, const uint8_t *px)
{
    const int area = c->tw * c->th, most = (int)((double)c->clip * area / 256);
    const float scale = 255.0f / (float)area;
    int count[256];

    for (int row = 0; row < c->tiles; row++)
        for (int column = 0; column < c->tiles; column++) {
            uint8_t *table = c->table[row * c->tiles + column];
            int sum = 0;

            count_tile(c, px, column, row, count);
            limit_histogram(count, most > 1 ? most : 1);
            for (int v = 0; v < 256; v++) {
                sum += count[v];
                table[v] = (uint8_t)rintf((float)sum * scale);
            }
        }
}

/* The two tiles that a coordinate lies between, and the second one's share. */
struct between {
    int first, second;
    float share;
};

static struct between tiles_at(int x, float inverse, int tiles)
{
    const float at = (float)x * inverse - 0.5f;
    const int first = (int)floorf(at);

    return (struct between){first > 0 ? first : 0,
                            first + 1 < tiles ? first + 1 : tiles - 1,
                            at - (float)first};
}

static void look_up(const struct clahe *c, uint8_t *px, struct between *column)
{
    const struct augment_picture *p = c->p;

    for (int x = 0; x < p->w; x++)
        column[x] = tiles_at(x, 1.0f / (float)c->tw, c->tiles);
    for (int y = 0; y < p->h; y++) {
        const struct between row = tiles_at(y, 1.0f / (float)c->th, c->tiles);
        uint8_t(*top)[256] = c->table + row.first * c->tiles;
        uint8_t(*low)[256] = c->table + row.second * c->tiles;

        for (int x = 0; x < p->w; x++, px += 3) {
            const struct between *b = &column[x];
            const float right = b->share, left = 1.0f - right;
            const float t = (float)top[b->first][*px] * left +
                            (float)top[b->second][*px] * right;
            const float l = (float)low[b->first][*px] * left +
                            (float)low[b->second][*px] * right;

            *px = (uint8_t)rintf(t * (1.0f - row.share) + l * row.share);
        }
    }
}

/* Of the scratch, in this order. */
struct clahe_scratch {
    struct lab_tables lab;
    uint8_t table[MAX_TILES * MAX_TILES][256];
    struct between column[]; /* (w) */
};

static void equalize_tiles(struct clahe *c, struct clahe_scratch *s,
                           uint8_t *px)
{
    make_tables(c, px);
    look_up(c, px, s->column);
}

static void filter(const float *param, const struct augment_picture *p)
{
    struct clahe_scratch *s = (struct clahe_scratch *)(void *)p->scratch;
    const int tiles = (int)param[TILES];
    const bool divides = p->w % tiles == 0 && p->h % tiles == 0;
    const size_t n = augment_bytes(p) / 3, red = param[ORDER] > 0.0f ? 2 : 0;
    struct clahe c = {.p = p,
                      .tiles = tiles,
                      .tw = tile_size(p->w, tiles, divides),
                      .th = tile_size(p->h, tiles, divides),
                      .clip = param[CLIP],
                      .table = s->table};

    BUG_ON(tiles < 1 || tiles > MAX_TILES);
    memcpy(p->dst, p->src, 3 * n);
    if (!(param[CLIP] > 0.0f))
        return;
    if (param[ON] > 0.0f) {
        for (int k = 0; k < 3; k++)
            equalize_tiles(&c, s, p->dst + k);
        return;
    }
    lab_init(&s->lab);
    lab_from_rgb(&s->lab, p->dst, p->dst, n, red);
    equalize_tiles(&c, s, p->dst);
    lab_to_rgb(&s->lab, p->dst, p->dst, n, red);
}

/* A limit of 0 is taken for: leave it. */
const struct augment augment_clahe = {
    .name = "clahe",
    .param = {{"clip", 0, NULL, 0, 256},
              {"tiles", 8, augment_whole, 1, MAX_TILES},
              {"on", 0, on_word, 0, 0},
              {"order", 0, augment_order_word, 0, 0}},
    .weak = {1, 4},
    .strong = {8, 8},
    .filter = filter,
    .work = {.fixed = sizeof(struct clahe_scratch),
             .column = sizeof(struct between)},
};
