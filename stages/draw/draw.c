/* draw.c - scenes, clusters and the files of a drawn data set */
#include "stages/draw/draw.h"

#include "base/file.h"
#include "img/bmp.h"
#include "stages/draw/draw_paint.h"

#include <stdio.h>
#include <stdlib.h>

enum { CONTOUR_STEP = 3 }; /* directions between two points of a polygon */

/* Second halves of the stream names: cells, styles and sizes of clusters. */
#define CELL_STREAM(cluster, number)                                           \
    ((uint32_t)(cluster)*DRAW_MAX_CLUSTER + (uint32_t)(number))
#define STYLE_STREAM(cluster) (0x80000000u + (uint32_t)(cluster))
#define SIZE_STREAM           0xffffffffu

/* --- one cell ------------------------------------------------------------- */

/* A cell that fits, moved so that its crop begins at (0, 0). */
static void place_cell(struct cell *c, int class, const struct style *style,
                       int side[2], struct rng *rng)
{
    struct style s = *style;
    float box[4], before[2];

    do {
        cell_shape_draw(c, class, &s, rng);
        outline_box(&c->body, box);
        s.scale *= 0.85f;
    } while (box[2] - box[0] > 500.0f || box[3] - box[1] > 500.0f);
    for (int i = 0; i < 2; i++) {
        const float size = box[i + 2] - box[i];
        const float after = size * rng_uniform_in(rng, 0.02f, 0.16f);
        float all;

        before[i] = size * rng_uniform_in(rng, 0.02f, 0.16f);
        all =
            draw_clamp(size + before[i] + after, DRAW_MIN_SIDE, DRAW_MAX_SIDE);
        before[i] *= (all - size) / (before[i] + after);
        side[i] = (int)all;
    }
    cell_move(c, before[0] - box[0], before[1] - box[1]);
}

static void paint_neighbours(struct canvas *canvas, const struct cell *c,
                             int class, const struct style *style,
                             struct rng *rng)
{
    const int n = cell_neighbours(class, style, rng);

    for (int i = 0; i < n; i++) {
        const float at = rng_uniform(rng);
        struct cell other;
        float far;

        cell_shape_draw(&other, class, style, rng);
        far = (c->body.r_max + other.body.r_max) *
              rng_uniform_in(rng, 0.68f, 0.98f);
        cell_move(&other, c->body.cx + far * draw_cos(at),
                  c->body.cy + far * draw_sin(at));
        draw_paint_cell(canvas, &other);
    }
}

static void put_contour(struct buf *b, const struct outline *o)
{
    for (int i = 0; i <= OUTLINE_ANGLES; i += CONTOUR_STEP) {
        const float t = (float)i / OUTLINE_ANGLES;

        buf_printf(b, "%.1f,%.1f\n", (double)(o->cx + o->r[i] * draw_cos(t)),
                   (double)(o->cy + o->r[i] * draw_sin(t)));
    }
}

int draw_cell(struct drawn *d, uint64_t seed, int class, int cluster,
              int number, struct err *err)
{
    struct canvas canvas = {0};
    struct style style;
    struct cell c;
    struct rng rng;
    int side[2], rc = -1;

    *d = (struct drawn){0};
    rng_init(&rng, seed, RNG_DRAW, (uint32_t) class, STYLE_STREAM(cluster));
    style_draw(&style, class, &rng);
    rng_init(&rng, seed, RNG_DRAW, (uint32_t) class,
             CELL_STREAM(cluster, number));
    place_cell(&c, class, &style, side, &rng);
    if (canvas_init(&canvas, side[0], side[1], err) < 0 ||
        image_init(&d->im, side[0], side[1], err) < 0)
        goto out;
    draw_paint_ground(&canvas, &style, &rng);
    draw_paint_veil(&canvas, &style, &rng);
    paint_neighbours(&canvas, &c, class, &style, &rng);
    draw_paint_cell(&canvas, &c);
    draw_paint_debris(&canvas, &style, &rng);
    draw_paint_develop(&canvas, &style,
                       style.blur * rng_uniform_in(&rng, 0.75f, 1.25f), &rng,
                       &d->im);
    put_contour(&d->cytoplasm, &c.body);
    for (int i = 0; i < c.n_nucleus; i++)
        put_contour(&d->nucleus, &c.nucleus[i].shape);
    if (c.n_nucleus > 1)
        buf_printf(&d->nucleus, "%.1f,%.1f\n",
                   (double)(c.nucleus[0].shape.cx + c.nucleus[0].shape.r[0]),
                   (double)c.nucleus[0].shape.cy);
    if (buf_check(&d->cytoplasm, err) < 0 || buf_check(&d->nucleus, err) < 0)
        goto out;
    rc = 0;
out:
    canvas_release(&canvas);
    if (rc < 0)
        drawn_release(d);
    return rc;
}

void drawn_release(struct drawn *d)
{
    image_release(&d->im);
    buf_release(&d->cytoplasm);
    buf_release(&d->nucleus);
}

/* --- the data set --------------------------------------------------------- */

void draw_clusters(uint64_t seed, int class, int per_class, int *size, int *n)
{
    const uint32_t spread = DRAW_MAX_CLUSTER - DRAW_MIN_CLUSTER + 1;
    int left = per_class;
    struct rng rng;

    rng_init(&rng, seed, RNG_DRAW, (uint32_t) class, SIZE_STREAM);
    for (*n = 0; left > 0; ++*n) {
        const uint32_t a = rng_below(&rng, spread), b = rng_below(&rng, spread);
        int k = DRAW_MIN_CLUSTER + (int)(a < b ? a : b);

        if (left - k < DRAW_MIN_CLUSTER)
            k = left <= DRAW_MAX_CLUSTER ? left : left - DRAW_MIN_CLUSTER;
        k = k > DRAW_MAX_CLUSTER ? DRAW_MAX_CLUSTER : k;
        size[*n] = k;
        left -= k;
    }
}

/* Which cell. */
struct cell_id {
    int class, cluster, number;
};

static struct cell_id *list_cells(const struct draw_args *a, struct err *err)
{
    const size_t n = (size_t)a->per_class * CELL_CLASSES;
    struct cell_id *cells = calloc(n, sizeof(*cells));
    int *size = calloc((size_t)a->per_class, sizeof(*size));
    size_t k = 0;

    if (!cells || !size) {
        err_set(err, ERR_SYSTEM, "no memory for a list of %zu cells", n);
        free(cells);
        free(size);
        return NULL;
    }
    for (int class = 0; class < CELL_CLASSES; class ++) {
        int clusters;

        draw_clusters(a->seed, class, (int)a->per_class, size, &clusters);
        for (int c = 0; c < clusters; c++)
            for (int m = 0; m < size[c]; m++)
                cells[k++] = (struct cell_id){class, c, m};
    }
    BUG_ON(k != n);
    free(size);
    return cells;
}

/* A file of contours, "cyt" or "nuc"; neither synced nor atomic, like
 * bmp_write(). */
static int save_contours(const struct draw_args *a, const struct cell_id *id,
                         const char *kind, const struct buf *b, struct err *err)
{
    const char *name = cell_class_name(id->class);
    char path[FILE_PATH_MAX];
    size_t put = 0;
    FILE *f;

    if (file_path(path, err, "%s/im_%s/im_%s/%03d_%s%02d.dat", a->dir, name,
                  name, id->cluster + 1, kind, id->number + 1) < 0)
        return -1;
    f = fopen(path, "wb");
    if (f) {
        put = fwrite(b->data, 1, b->len, f);
        if (fclose(f) != 0)
            put = 0;
    }
    if (put != b->len)
        return err_set(err, ERR_SYSTEM, "cannot write %s", path);
    return 0;
}

static int save_cell(const struct draw_args *a, const struct cell_id *id,
                     const struct drawn *d, struct err *err)
{
    const char *name = cell_class_name(id->class);
    char path[FILE_PATH_MAX];

    if (file_path(path, err, "%s/im_%s/im_%s/CROPPED/%03d_%02d.bmp", a->dir,
                  name, name, id->cluster + 1, id->number + 1) < 0 ||
        bmp_write(&d->im, path, err) < 0)
        return -1;
    return save_contours(a, id, "cyt", &d->cytoplasm, err) < 0
               ? -1
               : save_contours(a, id, "nuc", &d->nucleus, err);
}

static int make_cell(const struct draw_args *a, const struct cell_id *id,
                     struct err *err)
{
    struct drawn d;
    int rc;

    if (draw_cell(&d, a->seed, id->class, id->cluster, id->number, err) < 0)
        return -1;
    rc = save_cell(a, id, &d, err);
    drawn_release(&d);
    return rc;
}

/* What the threads share. */
struct progress {
    size_t done, total;
    bool failed;
    struct err err; /* the first */
};

static void note_done(const struct draw_args *a, struct progress *p, int rc,
                      const struct err *err)
{
    if (p->failed)
        return;
    if (rc < 0) {
        p->failed = true;
        p->err = *err;
        return;
    }
    p->done++;
    if (a->each && !a->each(a->self, p->done, p->total)) {
        p->failed = true;
        err_set(&p->err, ERR_AGAIN, "stopped after %zu of %zu cells", p->done,
                p->total);
    }
}

static int make_cells(const struct draw_args *a, const struct cell_id *cells,
                      struct err *err)
{
    struct progress p = {.total = (size_t)a->per_class * CELL_CLASSES};

#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < p.total; i++) {
        struct err e = {0};
        bool skip;
        int rc;

#pragma omp critical(draw_progress)
        skip = p.failed;
        if (skip)
            continue;
        rc = make_cell(a, &cells[i], &e);
#pragma omp critical(draw_progress)
        note_done(a, &p, rc, &e);
    }
    if (!p.failed)
        return 0;
    *err = p.err;
    return -1;
}

static int make_dirs(const struct draw_args *a, struct err *err)
{
    char path[FILE_PATH_MAX];

    for (int class = 0; class < CELL_CLASSES; class ++) {
        const char *name = cell_class_name(class);

        if (file_path(path, err, "%s/im_%s/im_%s/CROPPED", a->dir, name, name) <
                0 ||
            file_dir_make(path, err) < 0)
            return -1;
    }
    return 0;
}

int draw_into(const struct draw_args *a, struct err *err)
{
    struct cell_id *cells;
    int rc;

    if (a->per_class < 1 || a->per_class > DRAW_MAX_PER_CLASS)
        return err_set(err, ERR_USAGE, "%lld cells a class: must be 1 to %d",
                       (long long)a->per_class, DRAW_MAX_PER_CLASS);
    if (make_dirs(a, err) < 0)
        return -1;
    cells = list_cells(a, err);
    if (!cells)
        return -1;
    rc = make_cells(a, cells, err);
    free(cells);
    return rc;
}

int draw_dataset(const struct draw_args *a, struct err *err)
{
    char partial[FILE_PATH_MAX];
    struct draw_args b = *a;

    if (file_exists(a->dir))
        return err_set(err, ERR_USAGE, "%s exists: name a new directory",
                       a->dir);
    if (file_path(partial, err, "%s.partial", a->dir) < 0 ||
        file_dir_remove(partial, err) < 0)
        return -1;
    b.dir = partial;
    if (draw_into(&b, err) < 0)
        return -1;
    if (rename(partial, a->dir) != 0)
        return err_set(err, ERR_SYSTEM, "cannot rename %s to %s", partial,
                       a->dir);
    return 0;
}
