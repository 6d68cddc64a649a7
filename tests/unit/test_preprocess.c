/* test_preprocess.c - a directory goes in, good and bad; a store comes out */
#include "stages/preprocess/preprocess.h"

#include "base/hash.h"
#include "img/bmp.h"
#include "img/png.h"
#include "store/store.h"
#include "test_dir.h"

#include <jansson.h>
#include <omp.h>

enum { SIDE = 16, PER_CLASS = 10 };

static void put_bytes(const char *name, const void *bytes, size_t n)
{
    struct err err = {0};

    need(file_write(in_dir(name), bytes, n, &err) == 0, &err);
}

static void put_dir(const char *name)
{
    struct err err = {0};

    need(file_dir_make(in_dir(name), &err) == 0, &err);
}

/* A picture of one colour, with a mark at its corner that makes it unique. */
static void put_picture(const char *name, int w, int h, uint8_t level,
                        uint8_t mark)
{
    struct image im;
    struct err err = {0};

    need(image_init(&im, w, h, &err) == 0, &err);
    memset(im.px, level, image_bytes(&im));
    im.px[0] = mark;
    need((strstr(name, ".png") ? png_write(&im, in_dir(name), &err)
                               : bmp_write(&im, in_dir(name), &err)) == 0,
         &err);
    image_release(&im);
}

/* Two classes of ten, five clusters each; dark and bright. */
static void put_dataset(void)
{
    char name[128];

    put_dir("in/im_Dark");
    put_dir("in/im_Light");
    put_dir("out");
    for (int i = 0; i < PER_CLASS; i++) {
        snprintf(name, sizeof(name), "in/im_Dark/%03d_%02d.bmp", i / 2, i % 2);
        put_picture(name, 20 + i, 30, 40, (uint8_t)i);
        snprintf(name, sizeof(name), "in/im_Light/%03d_%02d.png", i / 2, i % 2);
        put_picture(name, 40, 20 + i, 200, (uint8_t)i);
    }
}

/* Files that are no pictures, each in its own way. */
static void put_bad(void)
{
    uint8_t huge[54] = {'B', 'M'};

    put_bytes("in/im_Dark/text.jpg", "hello, world\n", 13);
    put_bytes("in/im_Dark/zero.png", "", 0);
    put_dir("in/im_Dark/folder.bmp");
    huge[10] = 54;
    huge[14] = 40;
    huge[18] = huge[22] = 30000 & 255;
    huge[19] = huge[23] = 30000 >> 8;
    huge[26] = 1;
    huge[28] = 24;
    put_bytes("in/im_Light/huge.bmp", huge, sizeof(huge));
    huge[18] = huge[22] = 10;
    huge[19] = huge[23] = 0;
    put_bytes("in/im_Light/cut.bmp", huge, sizeof(huge));
    BUG_ON(symlink("loop.tif", in_dir("in/im_Light/loop.tif")) < 0);
    put_picture("in/im_Light/one.bmp", 1, 1, 9, 9);
}

static int run_preprocess(struct config *c, struct preprocess_summary *s,
                          struct err *err)
{
    const struct preprocess_args a = {
        .dataset = in_dir("in"), .out = in_dir("out"), .config = c};

    return preprocess_run(&a, s, err);
}

static struct config small_config(void)
{
    static struct config c;

    config_init(&c);
    c.preprocess.size = SIDE;
    c.preprocess.resize = RESIZE_NEAREST;
    c.preprocess.aspect = ASPECT_SQUASH;
    c.split.method = SPLIT_BY_RANDOM;
    c.split.test = 0.2;
    c.split.validation = 0.2;
    return c;
}

static const char *get_field(const struct store *s, size_t i,
                             const char *column)
{
    const int c = csv_column(&s->index, column);

    return c < 0 ? "no such column" : csv_get(&s->index, i, (size_t)c);
}

/* Row of a file; s->n if there is none. */
static size_t row_of(const struct store *s, const char *file)
{
    size_t i = 0;

    while (i < s->n && strcmp(get_field(s, i, "file"), file) != 0)
        i++;
    return i;
}

static void open_out(struct store *s)
{
    struct err err = {0};

    need(store_open(s, in_dir("out"), &err) == 0, &err);
}

static void check_plain(void)
{
    struct config c = small_config();
    struct preprocess_summary sum;
    struct store s;
    struct err err = {0};
    int n[4] = {0};
    size_t i;

    ok(run_preprocess(&c, &sum, &err) == 0 && sum.n == 20 && sum.n_aside == 0 &&
           sum.n_duplicate == 0 && sum.warnings.len == 0,
       "twenty good pictures are preprocessed");
    preprocess_summary_release(&sum);
    open_out(&s);
    ok(s.n == 20 && s.h == SIDE && s.w == SIDE && s.n_class == 2 &&
           strcmp(s.class_name[1], "Light") == 0,
       "the store of twenty pictures has their shape and classes");
    for (i = 0; i < s.n; i++)
        n[store_split(&s, i)]++;
    ok(n[SPLIT_TRAIN] == 12 && n[SPLIT_VALIDATION] == 4 && n[SPLIT_TEST] == 4,
       "twenty pictures are split 6, 2, 2 in each class");
    i = row_of(&s, "im_Dark/001_01.bmp");
    ok(i < s.n && strcmp(get_field(&s, i, "label"), "Dark") == 0 &&
           strcmp(get_field(&s, i, "group"), "Dark/001") == 0 &&
           strcmp(get_field(&s, i, "width"), "23") == 0 &&
           strcmp(get_field(&s, i, "height"), "30") == 0 &&
           strcmp(get_field(&s, i, "status"), "ok") == 0,
       "index.csv: class, group, size and status of a picture");
    near(atof(get_field(&s, i, "mean_r")), 40.0 - 37.0 / 690.0, 1e-5,
         "index.csv: mean red");
    near(atof(get_field(&s, i, "mean_g")), 40.0, 1e-5, "index.csv: mean green");
    near(atof(get_field(&s, i, "std_r")),
         37.0 * sqrt(1 / 690.0 - 1 / 690.0 / 690.0), 1e-3,
         "index.csv: deviation of red");
    ok(store_image(&s, i)[3 * SIDE] == 40 && store_label(&s, i) == 0,
       "pixels and label of a picture in the store");
    store_close(&s);
}

/* "Label and pixels of a picture that was set aside" and why. */
static void check_aside(const struct store *s, const char *file,
                        const char *part)
{
    const size_t i = row_of(s, file);
    bool black = i < s->n;

    for (size_t k = 0; black && k < s->h * s->w * 3; k++)
        black = store_image(s, i)[k] == 0;
    if (!ok(black && store_label(s, i) == -1 &&
                *get_field(s, i, "split") == '\0' &&
                strstr(get_field(s, i, "status"), part),
            file) &&
        i < s->n)
        printf("# %s\n", get_field(s, i, "status"));
}

static void check_bad(void)
{
    struct config c = small_config();
    struct preprocess_summary sum;
    struct store s;
    struct err err = {0};

    put_bad();
    ok(run_preprocess(&c, &sum, &err) == 0 && sum.n == 27 && sum.n_aside == 6,
       "six bad pictures are set aside");
    preprocess_summary_release(&sum);
    open_out(&s);
    check_aside(&s, "im_Dark/text.jpg",
                "not a BMP, JPEG, PNG, TIFF or WebP image (13 bytes)");
    check_aside(&s, "im_Dark/zero.png", "empty file (0 bytes)");
    check_aside(&s, "im_Dark/folder.bmp", "is not a regular file");
    check_aside(&s, "im_Light/huge.bmp", "image of 30000 x 30000 pixels");
    check_aside(&s, "im_Light/cut.bmp", "truncated bitmap: 0 bytes of pixels");
    check_aside(&s, "im_Light/loop.tif", "Too many levels of symbolic links");
    ok(strcmp(get_field(&s, row_of(&s, "im_Light/one.bmp"), "status"), "ok") ==
           0,
       "one pixel is a picture");
    store_close(&s);
}

static json_t *load_json(const char *name)
{
    json_t *o = json_load_file(in_dir(name), 0, NULL);

    BUG_ON(!o);
    return o;
}

static json_int_t integer_at(json_t *o, const char *a, const char *b)
{
    o = json_object_get(o, a);
    return json_integer_value(b ? json_object_get(o, b) : o);
}

static void check_json(void)
{
    json_t *o = load_json("out/stats.json"),
           *b = load_json("out/baseline.json"), *dark;

    dark = json_array_get(json_object_get(o, "classes"), 0);
    ok(integer_at(o, "pictures", NULL) == 27 &&
           integer_at(o, "used", NULL) == 21 &&
           integer_at(o, "set_aside", NULL) == 6,
       "stats.json counts pictures, used and set aside");
    ok(integer_at(dark, "set_aside", NULL) == 3 &&
           integer_at(dark, "train", NULL) +
                   integer_at(dark, "validation", NULL) +
                   integer_at(dark, "test", NULL) ==
               10,
       "stats.json counts by class and split");
    ok(json_array_size(json_object_get(o, "set_aside_files")) == 6,
       "stats.json lists the six that are set aside");
    near(json_number_value(
             json_object_get(json_object_get(o, "width"), "least")),
         1.0, 1e-9, "stats.json: the least width");
    near(json_number_value(json_object_get(b, "test")), 1.0, 1e-9,
         "baseline.json: dark and light are told apart by colour");
    ok(json_array_size(json_object_get(b, "features")) == 8 &&
           json_is_number(json_object_get(b, "validation")) &&
           json_is_number(json_object_get(b, "colour_only_test")) &&
           json_is_number(json_object_get(b, "size_only_test")),
       "baseline.json has all its figures");
    json_decref(o);
    json_decref(b);
}

static void hash_out(char all[HASH_HEX])
{
    static const char *const names[] = {"images.npy", "labels.npy",
                                        "index.csv",  "classes.txt",
                                        "stats.json", "baseline.json"};
    char name[64], hex[HASH_HEX];
    struct hash h;
    struct err err = {0};

    hash_init(&h);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(name, sizeof(name), "out/%s", names[i]);
        need(hash_file(in_dir(name), hex, &err) == 0, &err);
        hash_add_string(&h, hex);
    }
    hash_final(&h, all);
}

static void check_threads(void)
{
    char one[HASH_HEX], four[HASH_HEX];
    const int threads = omp_get_max_threads();
    struct config c = small_config();
    struct preprocess_summary sum;
    struct err err = {0};

    omp_set_num_threads(1);
    ok(run_preprocess(&c, &sum, &err) == 0, "preprocessed by one thread");
    preprocess_summary_release(&sum);
    hash_out(one);
    omp_set_num_threads(4);
    ok(run_preprocess(&c, &sum, &err) == 0, "preprocessed by four threads");
    preprocess_summary_release(&sum);
    hash_out(four);
    ok(strcmp(one, four) == 0, "one and four threads write the same bytes");
    omp_set_num_threads(threads);
}

/* A damaged file does not move the others; nor does it train. */
static void check_stable_split(void)
{
    struct config c = small_config();
    struct preprocess_summary sum;
    struct store s;
    struct err err = {0};
    char before[32][16];
    size_t i, n, moved = 0;

    open_out(&s);
    for (i = 0, n = s.n; i < n; i++)
        snprintf(before[i], sizeof(before[i]), "%s", get_field(&s, i, "split"));
    store_close(&s);
    put_bytes("in/im_Dark/000_00.bmp", "BM", 2);
    ok(run_preprocess(&c, &sum, &err) == 0 && sum.n_aside == 7,
       "preprocessed with one more damaged picture");
    preprocess_summary_release(&sum);
    open_out(&s);
    for (i = 0; i < n; i++)
        moved += strcmp(before[i], get_field(&s, i, "split")) != 0;
    ok(moved == 1, "  only its own split changes");
    store_close(&s);
}

static void check_duplicates(void)
{
    struct config c = small_config();
    struct preprocess_summary sum;
    struct err err = {0};
    json_t *o;

    put_picture("in/im_Dark/copy.bmp", 40, 40, 77, 1);
    put_picture("in/im_Light/copy.bmp", 40, 40, 77, 1);
    ok(run_preprocess(&c, &sum, &err) == 0 && sum.n_duplicate == 1,
       "a duplicate is counted");
    ok(strstr(sum.warnings.data, "'im_Dark/copy.bmp' and 'im_Light/copy.bmp' "
                                 "are the same picture in two classes\n"),
       "  is warned about");
    preprocess_summary_release(&sum);
    o = load_json("out/stats.json");
    ok(integer_at(o, "duplicates", "files") == 1 &&
           integer_at(o, "duplicates", "across_classes") == 1,
       "stats.json counts a duplicate across classes");
    json_decref(o);
}

static bool stop_at_3(void *self, size_t done, size_t total)
{
    (void)self;
    return done < 3 || done == total;
}

static void check_failures(void)
{
    struct config c = small_config();
    struct preprocess_args a = {.dataset = in_dir("in"),
                                .out = in_dir("out"),
                                .config = &c,
                                .each = stop_at_3};
    struct preprocess_summary sum;
    struct err err = {0};

    omp_set_num_threads(1);
    fails(preprocess_run(&a, &sum, &err), err, ERR_AGAIN, "stopped after 3 of",
          "preprocessing stops when it is told to");
    preprocess_summary_release(&sum);
    need(file_dir_remove(a.out, &err) == 0 && file_dir_make(a.out, &err) == 0,
         &err);
    put_dir("in/im_None");
    put_bytes("in/im_None/1.png", "?", 1);
    fails(run_preprocess(&c, &sum, &err), err, ERR_USAGE,
          "class 'None' has no picture to train on: 'im_",
          "a class of which all is set aside is refused");
    preprocess_summary_release(&sum);
    a.out = in_dir("nowhere");
    fails(preprocess_run(&a, &sum, &err), err, ERR_SYSTEM, "nowhere",
          "preprocessing into a directory that is not there fails");
    preprocess_summary_release(&sum);
    a.dataset = in_dir("nowhere");
    fails(preprocess_run(&a, &sum, &err), err, ERR_USAGE,
          "cannot read the dataset",
          "preprocessing a dataset that is not there is refused");
    preprocess_summary_release(&sum);
}

int main(void)
{
    begin_dir();
    put_dataset();
    check_plain();
    check_bad();
    check_json();
    check_threads();
    check_stable_split();
    check_duplicates();
    check_failures();
    return end_dir();
}
