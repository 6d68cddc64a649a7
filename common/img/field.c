#include "img/field.h"

#include <stdbool.h>
#include <stdlib.h>

enum {
    SIDE = 512,         /* what it is made smaller to, about */
    AREA_LEAST = 12,    /* pixels of a nucleus then */
    AREA_BITS = 19,     /* of the largest there can be */
    ALIKE_BITS = 3,     /* areas of nuclei are within a factor of 2^3 or so */
    LONGER_AT_MOST = 3, /* of two sides */
};

/* The picture made smaller, and what is looked at of it. */
struct field_look {
    int w, h;
    uint8_t *grey; /* owned: (h, w), then 0 where no nucleus is */
    int *stack;    /* owned: (h, w) pixels of a piece that wait */
};

struct piece {
    int area, left, right, top, bottom;
};

static int max_of(int a, int b)
{
    return a > b ? a : b;
}

/* The brightest channel of k x k pixels, on average. */
static uint8_t average_block(const struct image *im, int x, int y, int k)
{
    int sum = 0;

    for (int i = 0; i < k * k; i++) {
        const uint8_t *p = image_row(im, y * k + i / k) + 3 * (x * k + i % k);

        sum += max_of(p[0], max_of(p[1], p[2]));
    }
    return (uint8_t)(sum / (k * k));
}

/* Otsu's threshold of the values from 0 to 'most': the darker ones are at or
 * below it. */
static int otsu_threshold(const size_t count[256], int most)
{
    double all = 0, n = 0, dark = 0, n_dark = 0, best = -1;
    int at = 0;

    for (int v = 0; v <= most; v++) {
        all += v * (double)count[v];
        n += (double)count[v];
    }
    for (int v = 0; v < most; v++) {
        double apart;

        dark += v * (double)count[v];
        n_dark += (double)count[v];
        if (n_dark <= 0 || n_dark >= n)
            continue;
        apart = dark / n_dark - (all - dark) / (n - n_dark);
        if (n_dark * (n - n_dark) * apart * apart > best) {
            best = n_dark * (n - n_dark) * apart * apart;
            at = v;
        }
    }
    return at;
}

/* 1 where it is darkest, else 0. */
static void keep_dark(struct field_look *l)
{
    const int n = l->w * l->h;
    size_t count[256] = {0};
    int limit;

    for (int i = 0; i < n; i++)
        count[l->grey[i]]++;
    limit = otsu_threshold(count, otsu_threshold(count, 255));
    for (int i = 0; i < n; i++)
        l->grey[i] = l->grey[i] <= limit;
}

/* A pixel of the piece in hand, if it is one that has not been taken yet. */
static int take_pixel(struct field_look *l, int x, int y, int n)
{
    if (x < 0 || x >= l->w || y < 0 || y >= l->h || !l->grey[y * l->w + x])
        return n;
    l->grey[y * l->w + x] = 0;
    l->stack[n] = y * l->w + x;
    return n + 1;
}

/* Take away the piece that has pixel i. */
static struct piece take_piece(struct field_look *l, int i)
{
    struct piece p = {.left = l->w, .right = -1, .top = l->h, .bottom = -1};
    int n = take_pixel(l, i % l->w, i / l->w, 0);

    while (n > 0) {
        const int at = l->stack[--n], x = at % l->w, y = at / l->w;

        p.area++;
        p.left = x < p.left ? x : p.left;
        p.right = max_of(p.right, x);
        p.top = y < p.top ? y : p.top;
        p.bottom = max_of(p.bottom, y);
        n = take_pixel(l, x - 1, y, n);
        n = take_pixel(l, x + 1, y, n);
        n = take_pixel(l, x, y - 1, n);
        n = take_pixel(l, x, y + 1, n);
    }
    return p;
}

/* Round enough, and large enough. */
static bool is_nucleus(const struct piece *p)
{
    const int w = p->right - p->left + 1, h = p->bottom - p->top + 1;

    return p->area >= AREA_LEAST && w <= LONGER_AT_MOST * h &&
           h <= LONGER_AT_MOST * w && 2 * p->area >= w * h;
}

/* Pieces that are round, and about as large as the largest of these: beside one
 * large nucleus its grains and the specks around it do not count. */
static int count_nuclei(struct field_look *l)
{
    int alike[AREA_BITS + 1] = {0}, most = 0, n = 0;

    for (int i = 0; i < l->w * l->h; i++)
        if (l->grey[i]) {
            const struct piece p = take_piece(l, i);
            int bits = 0;

            if (!is_nucleus(&p))
                continue;
            while (p.area >> bits > 1)
                bits++;
            alike[bits]++;
            most = max_of(most, bits);
        }
    for (int bits = max_of(0, most - ALIKE_BITS); bits <= most; bits++)
        n += alike[bits];
    return n;
}

int field_nuclei(const struct image *im, struct err *err)
{
    const int k = (max_of(im->w, im->h) + SIDE - 1) / SIDE;
    struct field_look l = {.w = im->w / k, .h = im->h / k};
    const size_t n = (size_t)l.w * (size_t)l.h;
    int nuclei = -1;

    if (max_of(im->w, im->h) < FIELD_SIDE || n == 0)
        return 0;
    l.grey = malloc(n);
    l.stack = malloc(n * sizeof(*l.stack));
    if (l.grey && l.stack) {
        for (int i = 0; i < l.w * l.h; i++)
            l.grey[i] = average_block(im, i % l.w, i / l.w, k);
        keep_dark(&l);
        nuclei = count_nuclei(&l);
    }
    free(l.stack);
    free(l.grey);
    if (nuclei < 0)
        return err_set(err, ERR_SYSTEM, "no memory for a look at a picture");
    return nuclei >= FIELD_NUCLEI ? nuclei : 0;
}
