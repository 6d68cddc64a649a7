/* test_preprocess_pictures.c - how pictures are stored: bits, content,
 * orientation, pages, samples; what is no picture */
#include "base/json.h"
#include "img/decode.h"
#include "img/png.h"
#include "img/reencode.h"
#include "made_tiff.h"
#include "stages/preprocess/preprocess.h"
#include "store/contours.h"
#include "store/sample_bits.h"
#include "store/store.h"
#include "test_dir.h"

#include <sys/stat.h>

enum { SIDE = 32, PER_CLASS = 6 };

static int brightest = 255; /* of pattern(), as 8 bits */
static int shift;           /* and its bits beyond 8 */

/* A pattern from 0 to 'brightest', scaled. */
static int pattern(int x, int y, int c)
{
    const int v = (x * x * (7 + c) + y * 13 + x * y) % (brightest + 1);

    return c > 2 ? (1 << (8 + shift)) - 1 : v << shift | v >> (8 - shift);
}

static int level;

static int even(int x, int y, int c)
{
    (void)x;
    (void)y;
    (void)c;
    return level;
}

static void make_dir(const char *name)
{
    struct err err;

    BUG_ON(file_dir_make(in_dir(name), &err) < 0);
}

static void put_tiff(const char *name, struct made_tiff t)
{
    struct err err;

    t.w = t.w ? t.w : SIDE;
    t.h = t.h ? t.h : SIDE;
    t.samples = t.samples ? t.samples : 3;
    t.bits = t.bits ? t.bits : 16;
    t.photometric = 2;
    t.sample = t.sample ? t.sample : pattern;
    BUG_ON(made_tiff_write(&t, in_dir(name), &err) < 0);
}

/* Two classes in "in"; their pictures have 8 + extra bits, of 16 if 'wide',
 * and different largest samples. */
static void put_classes(int extra, bool wide)
{
    struct err err;
    char name[64];

    BUG_ON(file_dir_remove(in_dir("in"), &err) < 0);
    make_dir("in/A");
    make_dir("in/B");
    shift = extra;
    for (int i = 0; i < 2 * PER_CLASS; i++) {
        snprintf(name, sizeof(name), "in/%c/%03d_1.tif", i % 2 ? 'A' : 'B', i);
        brightest = i == 3 ? 255 : 150 + 5 * i;
        put_tiff(name, (struct made_tiff){.bits = wide ? 16 : 8});
    }
    brightest = 255;
}

static struct config config_of(const char *bits)
{
    struct config c;

    config_init(&c);
    c.preprocess.size = SIDE;
    snprintf(c.preprocess.bits, sizeof(c.preprocess.bits), "%s", bits);
    c.split.method = SPLIT_BY_RANDOM;
    return c;
}

/* Preprocess "in" to "out"; the summary is kept for the checks. */
static struct preprocess_summary said;

static bool prepare(const struct config *c)
{
    struct err err = {0};
    const struct preprocess_args a = {
        .dataset = in_dir("in"), .out = in_dir("out"), .config = c};
    bool fine;

    preprocess_summary_release(&said);
    BUG_ON(file_dir_remove(in_dir("out"), &err) < 0);
    make_dir("out");
    fine = preprocess_run(&a, &said, &err) == 0;
    if (!fine)
        printf("# %s\n", err.text);
    return fine;
}

static bool warned(const char *part)
{
    return said.warnings.data && strstr(said.warnings.data, part);
}

/* Member 'name' of stats.json, a count. */
static int stat_of(const char *name)
{
    struct err err;
    json_t *o = json_read(in_dir("out/stats.json"), 1 << 20, 0, &err);
    const int n = (int)json_integer_value(json_object_get(o, name));

    json_decref(o);
    return n;
}

/* The pixels of the store, to be freed. */
static uint8_t *pixels_of(void)
{
    struct store s;
    struct err err;
    uint8_t *p = calloc(2 * PER_CLASS, SIDE * SIDE * 3);

    BUG_ON(store_open(&s, in_dir("out"), &err) < 0);
    for (size_t i = 0; i < s.n && i < 2 * PER_CLASS; i++)
        memcpy(p + i * SIDE * SIDE * 3, store_image(&s, i), SIDE * SIDE * 3);
    store_close(&s);
    return p;
}

static bool same_pixels(const uint8_t *want)
{
    uint8_t *got = pixels_of();
    const bool same =
        memcmp(want, got, (size_t)2 * PER_CLASS * SIDE * SIDE * 3) == 0;

    free(got);
    return same;
}

/* --- bits ----------------------------------------------------------------- */

/* 'bits' of 16 give the same store as 8 bits, 'want'. */
static void check_scaled(int bits, const uint8_t *want)
{
    struct config full = config_of("full"), automatic = config_of("auto");
    struct config fixed;
    struct err err;
    char text[64], limit[64];
    int found = -1;

    snprintf(text, sizeof(text), "%d", bits);
    snprintf(limit, sizeof(limit), "is over %d: they use %d bits",
             (1 << bits) - 1, bits);
    fixed = config_of(text);
    put_classes(bits - 8, true);
    ok(prepare(&full) && warned(limit) && stat_of("bits_found") == bits &&
           stat_of("bits") == 0 && (bits == 8 || !same_pixels(want)),
       limit);
    ok(prepare(&automatic) && same_pixels(want),
       "  auto scales all alike, whatever their own largest sample");
    ok(stat_of("bits") == bits && warned("are scaled from") &&
           sample_bits_read(in_dir("out"), &automatic, &found, &err) == 0 &&
           found == bits,
       "  what auto took is on record");
    ok(prepare(&fixed) && same_pixels(want) &&
           sample_bits_read(in_dir("out"), &fixed, &found, &err) == 0 &&
           found == bits,
       "  and so does the number");
}

static void check_bits(void)
{
    struct config c = config_of("full"), automatic = config_of("auto");
    struct config twelve = config_of("12");
    uint8_t *eight;
    struct err err;
    int found = -1;

    put_classes(0, false);
    ok(prepare(&c) && !warned("bits") && stat_of("bits_found") == 0,
       "of 8 bits nothing is said");
    eight = pixels_of();
    ok(prepare(&automatic) && same_pixels(eight) && stat_of("bits") == 0,
       "  nor done with auto");
    for (int bits = 8; bits <= 15; bits += bits < 10 ? 1 : 2)
        check_scaled(bits, eight);
    put_classes(8, true);
    ok(prepare(&c) && same_pixels(eight) && !warned("bits"),
       "full 16 bits stay as they are");
    ok(prepare(&automatic) && same_pixels(eight) && !warned("bits") &&
           sample_bits_read(in_dir("out"), &automatic, &found, &err) == 0 &&
           found == 0,
       "  with auto, too");
    put_classes(4, true);
    shift = 8;
    put_tiff("in/A/101_1.tif", (struct made_tiff){0});
    ok(prepare(&automatic) && !warned("bits") && stat_of("bits") == 0,
       "one full picture among those of 12 bits: 16 bits");
    ok(prepare(&twelve) && said.n_aside == 1, "  as 12 bits it is set aside");
    free(eight);
}

/* Samples shifted up with the lower bits 0, as PNG with sBIT has them. */
static int left_justified(int x, int y, int c)
{
    return (pattern(x, y, c) >> 4) << 8;
}

static void check_justified(void)
{
    struct config c = config_of("auto");

    put_classes(4, true);
    for (int i = 0; i < 2 * PER_CLASS; i++) {
        char name[64];

        snprintf(name, sizeof(name), "in/%c/%03d_1.tif", i % 2 ? 'A' : 'B', i);
        put_tiff(name, (struct made_tiff){.sample = left_justified});
    }
    ok(prepare(&c) && !warned("bits") && stat_of("bits") == 0,
       "samples that were shifted up stay as they are");
}

/* --- content -------------------------------------------------------------- */

static void check_content(void)
{
    struct config c = config_of("full");
    struct made_tiff flat = {.bits = 8, .sample = even};

    put_classes(0, false);
    ok(prepare(&c) && !warned("without content"), "pictures have content");
    level = 3;
    put_tiff("in/A/201_1.tif", flat);
    level = 252;
    put_tiff("in/A/202_1.tif", flat);
    level = 128;
    put_tiff("in/B/203_1.tif", flat);
    ok(prepare(&c) &&
           warned("3 of 15 pictures are without content: 1 of one colour, 1 "
                  "almost black, 1 almost white\n"),
       "pictures without content are counted");
    ok(warned("'A/201_1.tif' is almost black\n") &&
           warned("'A/202_1.tif' is almost white\n") &&
           warned("'B/203_1.tif' is of one colour\n"),
       "  and named");
    for (int i = 0; i < 2 * PER_CLASS; i++) {
        char name[64];

        level = i;
        snprintf(name, sizeof(name), "in/%c/%03d_1.tif", i % 2 ? 'A' : 'B', i);
        put_tiff(name, flat);
    }
    ok(prepare(&c) && warned("15 of 15 pictures are without content") &&
           warned("10 more without content") &&
           warned("all 8 pictures of class 'A' are without content"),
       "a whole data set without content");
}

/* --- orientation, pages, samples ------------------------------------------ */

static void check_others(void)
{
    struct config c = config_of("full");
    struct store s;
    struct err err;

    put_classes(0, false);
    put_tiff("in/A/301_1.tif",
             (struct made_tiff){.bits = 8, .w = SIDE / 2, .orientation = 6});
    put_tiff("in/A/302_1.tif", (struct made_tiff){.bits = 8, .pages = 3});
    put_tiff("in/A/303_1.tif", (struct made_tiff){.bits = 8, .samples = 4});
    ok(prepare(&c) &&
           warned("1 pictures have an EXIF orientation and are used as they "
                  "are stored") &&
           warned("e.g. 'A/301_1.tif'") && stat_of("orientation") == 1,
       "an orientation is counted and said");
    ok(warned("1 files have 2 further pages") && warned("e.g. 'A/302_1.tif'"),
       "further pages are");
    ok(warned("1 pictures have samples that are neither colour nor alpha") &&
           warned("e.g. 'A/303_1.tif'"),
       "samples that are left out are");
    c.preprocess.orientation = ORIENTATION_EXIF;
    ok(prepare(&c) && warned("are turned by it") &&
           store_open(&s, in_dir("out"), &err) == 0,
       "an orientation is applied");
    ok(strcmp(csv_get(&s.index, PER_CLASS, 0), "A/301_1.tif") == 0 &&
           store_size(&s, PER_CLASS).w == SIDE &&
           store_size(&s, PER_CLASS).h == SIDE / 2,
       "  width is height then");
    store_close(&s);
}

/* --- one scale for all ---------------------------------------------------- */

static double mean_x(const struct contour *c)
{
    double sum = 0;

    for (size_t i = 0; i < c->n; i++)
        sum += c->point[i].x;
    return sum / (double)c->n;
}

/* Row 0 is A/001_1.tif: 13 of 32 pixels wide, from 9 on. */
static void check_field_contour(void)
{
    struct contours all;
    struct contour c = {0};
    struct err err = {0};

    ok(contours_open(&all, in_dir("out"), &err) == 0 &&
           contours_of(&all, 0, CONTOUR_CYTOPLASM, &c, &err) == 0 && c.n == 4,
       "  a contour comes with its picture");
    if (c.n == 4) {
        near(mean_x(&c), (8 + 0.5) * 13 / SIDE - 0.5 + 9, 1e-3,
             "  to where that lies");
        near(c.point[2].y - c.point[0].y, 8.0 * 13 / SIDE, 1e-3,
             "  and by the same factor");
    }
    contour_release(&c);
    contours_close(&all);
}

static void put_square(const char *name, int x, int y, int side)
{
    char text[256];

    snprintf(text, sizeof(text), "%d,%d\n%d,%d\n%d,%d\n%d,%d\n", x, y, x + side,
             y, x + side, y + side, x, y + side);
    put_file(in_dir(name), text);
}

/* How far the nucleus of row 0 lies right of its cell's middle. */
static double nucleus_right(void)
{
    struct contours all;
    struct contour cell = {0}, nucleus = {0};
    struct err err = {0};
    double right = NAN;

    BUG_ON(contours_open(&all, in_dir("out"), &err) < 0);
    if (contours_of(&all, 0, CONTOUR_CYTOPLASM, &cell, &err) == 0 &&
        contours_of(&all, 0, CONTOUR_NUCLEUS, &nucleus, &err) == 0 &&
        cell.n > 0 && nucleus.n > 0)
        right = mean_x(&nucleus) - mean_x(&cell);
    contour_release(&cell);
    contour_release(&nucleus);
    contours_close(&all);
    return right;
}

/* Contours that count in the picture that the cell was cut out of. */
static void check_moved(void)
{
    struct config c = config_of("full");

    put_classes(0, false);
    put_square("in/A/001_cyt1.dat", 1000, 500, 24);
    put_square("in/A/001_nuc1.dat", 1001, 501, 6);
    ok(prepare(&c), "contours of an uncut picture");
    near(nucleus_right(), -8, 1e-3, "  a nucleus stays where its cell has it");
    put_square("in/A/001_cyt1.dat", 20, 2, 24);
    put_square("in/A/001_nuc1.dat", 21, 3, 6);
    ok(prepare(&c), "contours of which the nucleus lies in the picture");
    near(nucleus_right(), -8, 1e-3, "  it is moved as its cell is");
    put_square("in/A/001_nuc1.dat", 901, 3, 6);
    ok(prepare(&c) && isnan(nucleus_right()),
       "a nucleus apart from its cell is not used");
}

static void check_field(void)
{
    struct config c = config_of("full");

    put_classes(0, false);
    c.preprocess.aspect = ASPECT_SCALE;
    c.preprocess.field = 80;
    put_file(in_dir("in/A/001_cyt1.dat"), "4,4\n12,4\n12,12\n4,12\n");
    ok(prepare(&c) && stat_of("shrunk") == 0 && !warned("preprocess.field"),
       "pictures that the field holds are not counted");
    check_field_contour();
    put_tiff("in/A/101_1.tif", (struct made_tiff){.bits = 8, .w = 81});
    put_tiff("in/A/103_1.tif", (struct made_tiff){.bits = 8, .w = 80, .h = 9});
    ok(prepare(&c) && stat_of("shrunk") == 1 &&
           warned("1 of 14 pictures are larger than preprocess.field, 80"),
       "one that is larger is");
    c.preprocess.aspect = ASPECT_KEEP;
    ok(prepare(&c) && stat_of("shrunk") == 0, "  not if its aspect is kept");
}

/* --- what is no picture --------------------------------------------------- */

/* A name with a dot may be a file's, unless it is listed. */
static void check_dotted(const struct preprocess_args *a)
{
    struct config listed = *a->config;
    struct preprocess_args b = *a;
    struct preprocess_summary none;
    struct err err = {0};

    BUG_ON(symlink("/nonexistent", in_dir("in/3. HSIL")) < 0);
    ok(prepare(a->config) && warned("'3. HSIL' is a link that leads nowhere"),
       "a link to nothing beside the classes is warned about");
    snprintf(listed.layout.classes, sizeof(listed.layout.classes),
             "A, B, 3. HSIL=HSIL");
    b.config = &listed;
    fails(preprocess_run(&b, &none, &err), err, ERR_USAGE,
          "class folder '3. HSIL' in", "  one that is listed is refused");
    preprocess_summary_release(&none);
    unlink(in_dir("in/3. HSIL"));
}

static void check_ignored(void)
{
    struct config c = config_of("full");
    struct preprocess_summary none;
    struct err err = {0};
    char in[FILE_PATH_MAX], out[FILE_PATH_MAX];
    const struct preprocess_args a = {.dataset = in, .out = out, .config = &c};

    snprintf(in, sizeof(in), "%s", in_dir("in"));
    snprintf(out, sizeof(out), "%s", in_dir("out"));
    put_classes(0, false);
    make_dir("in/A/@eaDir/001_1.tif");
    put_tiff("in/A/@eaDir/001_1.tif/SYNOPHOTO_THUMB_M.tif",
             (struct made_tiff){.bits = 8});
    make_dir("in/@eaDir");
    put_file("in/A/1.GIF", "GIF");
    put_file("in/A/2.gif", "GIF");
    put_file("in/B/notes", "-");
    put_file("in/B/1_cyt01.dat", "-");
    BUG_ON(symlink("/nonexistent", in_dir("in/B/more")) < 0);
    ok(prepare(&c) && said.n == 2 * PER_CLASS,
       "folders of a NAS hold no pictures");
    ok(warned("2 folders are left out: the file system's own"),
       "  and are counted");
    ok(warned("class 'A': files that are not read as pictures: 2 .gif\n"),
       "files of other kinds are counted by class and ending");
    ok(!warned(".dat"), "  but not contours");
    ok(warned("'B/more' is a link that leads nowhere"), "a link to nothing");
    BUG_ON(symlink("/nonexistent", in_dir("in/C")) < 0);
    fails(preprocess_run(&a, &none, &err), err, ERR_USAGE,
          "class folder 'C' in", "a class folder that is one is refused");
    preprocess_summary_release(&none);
    unlink(in_dir("in/C"));
    check_dotted(&a);
    BUG_ON(file_dir_remove(in_dir("in/B"), &err) < 0);
    fails(preprocess_run(&a, &none, &err), err, ERR_USAGE,
          "not read as pictures: 2 .gif", "too few classes: what is there");
    preprocess_summary_release(&none);
}

/* What is stored is what JPEG leaves of the picture in its own size. */
static void check_jpeg(void)
{
    struct config c = config_of("full");
    char path[FILE_PATH_MAX];
    struct image im = {0};
    struct store s;
    struct err err;

    put_classes(0, false);
    c.preprocess.jpeg = 95;
    ok(prepare(&c) && store_open(&s, in_dir("out"), &err) == 0,
       "pictures are made JPEG");
    snprintf(path, sizeof(path), "%s/%s", in_dir("in"),
             csv_get(&s.index, 2, 0));
    ok(decode_read(&im, path, &err) == 0 &&
           memcmp(im.px, store_image(&s, 2), image_bytes(&im)) != 0 &&
           reencode(&im, 95, &err) == 0 &&
           memcmp(im.px, store_image(&s, 2), image_bytes(&im)) == 0,
       "  and stored as that leaves them");
    image_release(&im);
    store_close(&s);
}

int main(void)
{
    begin_dir();
    check_bits();
    check_justified();
    check_content();
    check_others();
    check_jpeg();
    check_field();
    check_moved();
    check_ignored();
    preprocess_summary_release(&said);
    return end_dir();
}
