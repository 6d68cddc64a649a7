/* test_draw.c - drawn cells: the same always, of the right kind, in place */
#include "base/hash.h"
#include "img/bmp.h"
#include "stages/draw/draw.h"
#include "stages/draw/draw_cell.h"
#include "stages/draw/draw_math.h"
#include "test_dir.h"

#include <omp.h>
#include <sodium.h>

enum { CELLS = 10 };
enum { DYS, KOIL, META, PARA, SUPER };

/* draw_math.h against the C library: as near as a picture needs. */
static void check_math(void)
{
    double worst[4] = {0};

    for (int i = -400; i <= 400; i++) {
        const float t = 0.01f * (float)i, turn = 6.2831853f;
        const double got[4] = {(double)(draw_exp(t) / expf(t) - 1.0f),
                               (double)(draw_sin(t) - sinf(turn * t)),
                               (double)(draw_cos(t) - cosf(turn * t)), 0};

        for (int k = 0; k < 3; k++)
            worst[k] = fmax(worst[k], fabs(got[k]));
        worst[3] = fmax(
            worst[3],
            (double)fabsf(draw_turn(cosf(0.7f * t), sinf(0.7f * t)) -
                          (t < 0 ? 1 + 0.7f * t / turn : 0.7f * t / turn)));
    }
    near(worst[0], 0, 1e-3, "draw_exp is exp");
    near(worst[1], 0, 2e-3, "draw_sin is sin");
    near(worst[2], 0, 2e-3, "draw_cos is cos");
    near(worst[3], 0, 1e-4, "draw_turn is atan2");
}

static void check_clusters(void)
{
    static int size[1000];
    bool sums = true, bounds = true;

    for (int n = 1; n <= 1000; n++) {
        int k, sum = 0;

        draw_clusters(3, n % 5, n, size, &k);
        for (int i = 0; i < k; i++) {
            sum += size[i];
            bounds = bounds && size[i] <= DRAW_MAX_CLUSTER &&
                     size[i] >= (n < DRAW_MIN_CLUSTER ? n : DRAW_MIN_CLUSTER);
        }
        sums = sums && sum == n;
    }
    ok(sums, "clusters hold every cell once");
    ok(bounds, "clusters of 8 to 26 cells");
}

/* Area of a polygon given as "x,y" lines; also counts its points. */
static double area_of(const struct buf *b, int *points)
{
    double area = 0, x, y, px = 0, py = 0;
    const char *s = b->data;
    int n;

    *points = 0;
    while (*s && sscanf(s, "%lf,%lf\n%n", &x, &y, &n) == 2) {
        if ((*points)++)
            area += 0.5 * (px * y - x * py);
        px = x;
        py = y;
        s += n;
    }
    return *s ? -1 : fabs(area);
}

/* Mean over cells of nucleus diameter by cell diameter. */
static double nucleus_share(int class)
{
    double sum = 0;
    struct err err;

    for (int i = 0; i < CELLS; i++) {
        struct drawn d;
        double cyt, nuc;
        int n_cyt, n_nuc;

        BUG_ON(draw_cell(&d, 5, class, i, 0, &err) < 0);
        cyt = area_of(&d.cytoplasm, &n_cyt);
        nuc = area_of(&d.nucleus, &n_nuc);
        BUG_ON(cyt <= 0 || nuc <= 0 || n_cyt < 60 || n_nuc < 60);
        sum += sqrt(nuc / cyt) / CELLS;
        drawn_release(&d);
    }
    return sum;
}

static void check_nuclei(void)
{
    near(nucleus_share(DYS), 0.465, 0.05, "Dyskeratotic: nucleus of 0.47");
    near(nucleus_share(KOIL), 0.345, 0.06, "Koilocytotic: nucleus of 0.35");
    near(nucleus_share(META), 0.24, 0.04, "Metaplastic: nucleus of 0.24");
    near(nucleus_share(PARA), 0.545, 0.04, "Parabasal: nucleus of 0.55");
    near(nucleus_share(SUPER), 0.095, 0.03,
         "Superficial-Intermediate: nucleus of 0.1");
}

/* Light at (x, y), green, mean over 3 x 3. */
static double light_at(const struct image *im, double x, double y)
{
    double sum = 0;

    for (int i = -1; i <= 1; i++)
        for (int k = -1; k <= 1; k++) {
            int px = (int)(x + 0.5) + i, py = (int)(y + 0.5) + k;

            px = px < 0 ? 0 : px >= im->w ? im->w - 1 : px;
            py = py < 0 ? 0 : py >= im->h ? im->h - 1 : py;
            sum += image_row(im, py)[3 * px + 1] / 9.0;
        }
    return sum;
}

/* How much brighter the cytoplasm is half-way to the border than near it,
 * mean over the cells of a class, grey levels. */
static double halo_light(int class)
{
    double sum = 0;
    int n = 0;
    struct err err;

    for (int i = 0; i < CELLS; i++) {
        struct drawn d;
        double x, y, cx, cy;
        const char *s;
        int skip;

        BUG_ON(draw_cell(&d, 6, class, i, 0, &err) < 0);
        s = d.cytoplasm.data;
        cx = 0.5 * d.im.w;
        cy = 0.5 * d.im.h;
        while (sscanf(s, "%lf,%lf\n%n", &x, &y, &skip) == 2) {
            sum += light_at(&d.im, cx + 0.55 * (x - cx), cy + 0.55 * (y - cy)) -
                   light_at(&d.im, cx + 0.88 * (x - cx), cy + 0.88 * (y - cy));
            n++;
            s += skip;
        }
        drawn_release(&d);
    }
    return sum / n;
}

static void check_halo(void)
{
    const double koil = halo_light(KOIL), meta = halo_light(META);

    if (!ok(koil > meta + 15, "koilocytes are clear about the nucleus"))
        printf("# %g, metaplastic %g\n", koil, meta);
}

/* The first bytes of SHA-256 of a cell's pixels: the same on any platform. */
static void check_fixed(void)
{
    static const char *const want[CELL_CLASSES] = {
        "37556253041c", "54e28ebc64fd", "f2fe00cd4ff8", "8c3459755299",
        "78fce51fcb57"};
    bool sizes = true;

    for (int class = 0; class < CELL_CLASSES; class ++) {
        struct drawn d, again;
        char hex[HASH_HEX], what[100];
        struct err err;

        BUG_ON(draw_cell(&d, 1, class, 0, 0, &err) < 0 ||
               draw_cell(&again, 1, class, 0, 0, &err) < 0);
        snprintf(what, sizeof(what), "%s: twice the same",
                 cell_class_name(class));
        ok(d.im.w == again.im.w && d.im.h == again.im.h &&
               !memcmp(d.im.px, again.im.px, image_bytes(&d.im)) &&
               !strcmp(d.nucleus.data, again.nucleus.data),
           what);
        hash_of(d.im.px, image_bytes(&d.im), hex);
        hex[12] = '\0';
        snprintf(what, sizeof(what), "%s: as it always was",
                 cell_class_name(class));
        if (!ok(!strcmp(hex, want[class]), what))
            printf("# %s\n", hex);
        sizes = sizes && d.im.w >= DRAW_MIN_SIDE && d.im.w <= DRAW_MAX_SIDE &&
                d.im.h >= DRAW_MIN_SIDE && d.im.h <= DRAW_MAX_SIDE;
        drawn_release(&d);
        drawn_release(&again);
    }
    ok(sizes, "crops of 62 to 550 pixels");
}

/* Hash of all names and contents below 'path'. */
static void hash_tree(struct hash *h, const char *path, int *files)
{
    char **names;
    size_t n;
    struct err err;

    if (file_dir_list(path, &names, &n, &err) < 0) {
        char hex[HASH_HEX];

        BUG_ON(hash_file(path, hex, &err) < 0);
        hash_add_string(h, hex);
        ++*files;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        char below[FILE_PATH_MAX];

        BUG_ON(file_path(below, &err, "%s/%s", path, names[i]) < 0);
        hash_add_string(h, names[i]);
        hash_tree(h, below, files);
    }
    file_dir_list_free(names, n);
}

static int digest_tree(const char *path, char hex[HASH_HEX])
{
    struct hash h;
    int files = 0;

    hash_init(&h);
    hash_tree(&h, path, &files);
    hash_final(&h, hex);
    return files;
}

static void check_dataset(void)
{
    char one[HASH_HEX], two[HASH_HEX];
    struct draw_args a = {.dir = in_dir("one"), .per_class = 8, .seed = 4};
    struct err err = {0};
    struct image im;
    char *bytes;
    size_t size;

    omp_set_num_threads(1);
    ok(draw_dataset(&a, &err) == 0, "a data set is drawn by one thread");
    ok(digest_tree(a.dir, one) == 5 * 8 * 3, "  three files a cell");
    ok(file_read(in_dir("one/im_Parabasal/im_Parabasal/CROPPED/001_08.bmp"),
                 1 << 20, &bytes, &size, &err) == 0 &&
           bmp_decode(&im, bytes, size, &err) == 0 && bytes[28] == 24,
       "  a 24-bit bitmap where the archive has it");
    image_release(&im);
    free(bytes);
    ok(file_exists(in_dir("one/im_Metaplastic/im_Metaplastic/001_cyt01.dat")) &&
           file_exists(in_dir("one/im_Metaplastic/im_Metaplastic/"
                              "001_nuc08.dat")),
       "  outlines beside CROPPED");
    ok(!file_exists(in_dir("one.partial")), "  no partial directory is left");
    omp_set_num_threads(3);
    a.dir = in_dir("two");
    ok(file_dir_make(in_dir("two.partial/im_Old"), &err) == 0 &&
           draw_dataset(&a, &err) == 0,
       "a data set is drawn by three threads, over the rest of a crash");
    digest_tree(a.dir, two);
    ok(!strcmp(one, two), "  with the same files");
    fails(draw_dataset(&a, &err), err, ERR_USAGE,
          "exists: name a new directory",
          "a data set is not drawn over a directory that exists");
    a.dir = in_dir("three");
    a.seed = 5;
    ok(draw_dataset(&a, &err) == 0, "a data set is drawn with another seed");
    digest_tree(a.dir, two);
    ok(strcmp(one, two) != 0, "  with other files");
}

static bool stop_at_five(void *self, size_t done, size_t total)
{
    *(size_t *)self = total;
    return done < 5;
}

static void check_failures(void)
{
    size_t total = 0;
    struct draw_args a = {.dir = in_dir("four"), .seed = 4};
    struct err err = {0};

    fails(draw_into(&a, &err), err, ERR_USAGE,
          "0 cells a class: must be 1 to 100000",
          "drawing no cells is refused");
    a.per_class = DRAW_MAX_PER_CLASS + 1;
    fails(draw_into(&a, &err), err, ERR_USAGE,
          "100001 cells a class: must be 1 to 100000",
          "drawing too many cells is refused");
    ok(!file_exists(a.dir), "a refusal makes no directory");
    a.per_class = 3;
    a.each = stop_at_five;
    a.self = &total;
    fails(draw_dataset(&a, &err), err, ERR_AGAIN, "stopped after 5 of 15 cells",
          "drawing stops when it is told to");
    ok(total == 15 && !file_exists(a.dir),
       "  and leaves no half-filled directory");
    a.each = NULL;
    ok(file_write(in_dir("file"), "x", 1, &err) == 0,
       "a file lies where the data set is to go");
    a.dir = in_dir("file");
    fails(draw_into(&a, &err), err, ERR_SYSTEM, "file",
          "a file in the way of the data set is a failure");
    a.dir = in_dir("five");
    ok(file_dir_make(in_dir("five/im_Dyskeratotic/im_Dyskeratotic/CROPPED/"
                            "001_02.bmp"),
                     &err) == 0,
       "a directory lies where a bitmap is to go");
    fails(draw_into(&a, &err), err, ERR_SYSTEM, "001_02.bmp",
          "a bitmap that cannot be written is a failure");
}

int main(void)
{
    BUG_ON(sodium_init() < 0);
    begin_dir();
    check_math();
    check_clusters();
    check_fixed();
    check_nuclei();
    check_halo();
    check_dataset();
    check_failures();
    return end_dir();
}
