#include "img/contour.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BESIDE = 2, NUMBER_MAX = 40 };

/* A number of the line that ends at 'end'; NULL: there is none. */
static const char *read_number(const char *s, const char *end, double *out)
{
    char text[NUMBER_MAX + 1], *stop;
    size_t n = 0;

    while (s < end && (*s == ' ' || *s == '\t'))
        s++;
    while (s + n < end && n < NUMBER_MAX && s[n] &&
           strchr("+-.0123456789eE", s[n]))
        n++;
    memcpy(text, s, n);
    text[n] = '\0';
    *out = strtod(text, &stop);
    if (n == 0 || *stop || !(fabs(*out) <= IMAGE_MAX_SIDE))
        return NULL;
    s += n;
    while (s < end && (*s == ' ' || *s == '\t' || *s == '\r'))
        s++;
    return s;
}

/* 1: a point, 0: an empty line, -1: something else. */
static int parse_line(const char *s, const char *end, struct point *p)
{
    const char *q = s;

    while (q < end && (*q == ' ' || *q == '\t' || *q == '\r'))
        q++;
    if (q == end)
        return 0;
    q = read_number(s, end, &p->x);
    if (!q || q == end || *q != ',')
        return -1;
    q = read_number(q + 1, end, &p->y);
    return q == end ? 1 : -1;
}

static int add_point(struct contour *c, struct point p, struct err *err)
{
    if (c->n == CONTOUR_MAX_POINTS)
        return err_set(err, ERR_INPUT, "a contour of over %d points",
                       CONTOUR_MAX_POINTS);
    /* grows when the count is a power of two */
    if ((c->n & (c->n - 1)) == 0) {
        struct point *grown =
            realloc(c->point, (c->n ? 2 * c->n : 1) * sizeof(*grown));

        if (!grown)
            return err_set(err, ERR_SYSTEM, "no memory for a contour");
        c->point = grown;
    }
    c->point[c->n++] = p;
    return 0;
}

static int parse_all(struct contour *c, const char *text, size_t size,
                     struct err *err)
{
    const char *end = text + size;
    size_t line = 1;

    for (const char *s = text; s < end; line++) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        struct point p;
        int got;

        if (!stop)
            stop = end;
        got = parse_line(s, stop, &p);
        if (got < 0)
            return err_set(err, ERR_INPUT,
                           "line %zu is not \"x,y\" within %d pixels", line,
                           IMAGE_MAX_SIDE);
        if (got > 0 && add_point(c, p, err) < 0)
            return -1;
        s = stop + 1;
    }
    if (c->n < CONTOUR_MIN_POINTS)
        return err_set(err, ERR_INPUT, "%zu points, a contour has %d or more",
                       c->n, CONTOUR_MIN_POINTS);
    return 0;
}

int contour_parse(struct contour *c, const char *text, size_t size,
                  struct err *err)
{
    *c = (struct contour){0};
    if (size > CONTOUR_MAX_BYTES)
        return err_set(err, ERR_INPUT, "a contour of over %d bytes",
                       CONTOUR_MAX_BYTES);
    if (parse_all(c, text, size, err) == 0)
        return 0;
    contour_release(c);
    return -1;
}

void contour_release(struct contour *c)
{
    free(c->point);
    *c = (struct contour){0};
}

/* The smallest box around a contour. */
struct box {
    struct point low, high;
};

static struct box box_of(const struct contour *c)
{
    struct box b = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};

    for (size_t i = 0; i < c->n; i++) {
        b.low.x = fmin(b.low.x, c->point[i].x);
        b.low.y = fmin(b.low.y, c->point[i].y);
        b.high.x = fmax(b.high.x, c->point[i].x);
        b.high.y = fmax(b.high.y, c->point[i].y);
    }
    return b;
}

/* Does it lie in the picture once it is moved? */
static bool lies_in(const struct box *b, struct point by, int w, int h)
{
    return b->low.x + by.x >= -BESIDE && b->low.y + by.y >= -BESIDE &&
           b->high.x + by.x <= w - 1 + BESIDE &&
           b->high.y + by.y <= h - 1 + BESIDE;
}

static void move_contour(struct contour *c, struct point by)
{
    for (size_t i = 0; i < c->n; i++) {
        c->point[i].x += by.x;
        c->point[i].y += by.y;
    }
}

int contour_place(struct contour *c, int w, int h, struct point *by,
                  struct err *err)
{
    const struct box b = box_of(c);

    *by = (struct point){0, 0};
    if (lies_in(&b, *by, w, h))
        return 0;
    if (b.high.x - b.low.x > w - 1 + 2 * BESIDE ||
        b.high.y - b.low.y > h - 1 + 2 * BESIDE)
        return err_set(err, ERR_INPUT,
                       "a contour of %.0f x %.0f pixels for a picture of %d x "
                       "%d",
                       b.high.x - b.low.x + 1, b.high.y - b.low.y + 1, w, h);
    by->x = (w - 1) / 2.0 - (b.low.x + b.high.x) / 2.0;
    by->y = (h - 1) / 2.0 - (b.low.y + b.high.y) / 2.0;
    move_contour(c, *by);
    return 0;
}

int contour_follow(struct contour *c, int w, int h, struct point by,
                   struct err *err)
{
    const struct box b = box_of(c);

    if (!lies_in(&b, by, w, h))
        return err_set(err, ERR_INPUT,
                       "a contour from (%.0f, %.0f) to (%.0f, %.0f), moved as "
                       "its cell's, for a picture of %d x %d",
                       b.low.x + by.x, b.low.y + by.y, b.high.x + by.x,
                       b.high.y + by.y, w, h);
    move_contour(c, by);
    return 0;
}

void contour_scale(struct contour *c, struct point scale, struct point shift)
{
    for (size_t i = 0; i < c->n; i++) {
        struct point *p = &c->point[i];

        p->x = (p->x + 0.5) * scale.x - 0.5 + shift.x;
        p->y = (p->y + 0.5) * scale.y - 0.5 + shift.y;
    }
}

/* Where the side from p to q crosses row y turn over the pixels from there on,
 * 'row' having (w). */
static void toggle_crossing(struct point p, struct point q, int y, int w,
                            uint8_t *row)
{
    double x;

    if ((p.y <= y) == (q.y <= y))
        return;
    x = ceil(p.x + (y - p.y) * (q.x - p.x) / (q.y - p.y));
    if (x < w)
        row[x > 0 ? (int)x : 0] ^= 1;
}

void contour_fill(const struct contour *c, int h, int w, uint8_t *mask)
{
    memset(mask, 0, (size_t)h * (size_t)w);
    for (int y = 0; y < h; y++) {
        uint8_t *row = mask + (size_t)y * (size_t)w;

        for (size_t i = 0; i < c->n; i++)
            toggle_crossing(c->point[i], c->point[(i + 1) % c->n], y, w, row);
        for (int x = 1; x < w; x++)
            row[x] ^= row[x - 1];
    }
}

static void draw_dot(const struct contour_pen *pen, double x, double y,
                     struct image *im)
{
    const int px = (int)lround((x + 0.5) * pen->zoom - 0.5);
    const int py = (int)lround((y + 0.5) * pen->zoom - 0.5);

    if (px >= 0 && px < pen->w * pen->zoom && px + pen->left < im->w &&
        py >= 0 && py < pen->h * pen->zoom && py + pen->top < im->h)
        memcpy(image_row(im, py + pen->top) + 3 * (px + pen->left), pen->rgb,
               3);
}

void contour_draw(const struct contour *c, const struct contour_pen *pen,
                  struct image *im)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct point p = c->point[i], q = c->point[(i + 1) % c->n];
        const double far = fmax(fabs(q.x - p.x), fabs(q.y - p.y));
        const int steps = 1 + (int)ceil(far * pen->zoom);

        for (int k = 0; k < steps; k++)
            draw_dot(pen, p.x + (q.x - p.x) * k / steps,
                     p.y + (q.y - p.y) * k / steps, im);
    }
}
