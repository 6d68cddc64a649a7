/*
 * test_slide_stain.c - stains of pictures and of slides, beside NumPy's; whose
 * stain a picture is given, and whose never
 */
#include "img/image.h"
#include "stages/augment/slide_stains.h"
#include "tap.h"
#include "test_dir.h"

#include <stdlib.h>

enum { MAX_BYTES = 9 * 7 * 3, GROUPS = 3, FOLDS = 3, CELLS = 4 };

/* --- beside NumPy --------------------------------------------------------- */

static const struct {
    const char *kind;
    int w, h;
    float own[OPTICAL_DENSITY_NUMBERS], other[OPTICAL_DENSITY_NUMBERS], amount;
    uint8_t want[MAX_BYTES];
} golden[] = {
#include "golden/slide_stain_golden.inc"
};

/* The pictures of slide_stain.py. */
static uint8_t byte_of(const char *kind, uint32_t i)
{
    const uint32_t v = *kind == 'h'   ? (i * 2654435761u) >> 24
                       : *kind == 's' ? 60 + i / 3 + 20 * (i % 3)
                       : *kind == 'e' ? 77
                       : *kind == 'w' ? 255
                                      : 0;

    return (uint8_t)(strcmp(kind, "both") == 0 ? i / 3 % 2 * 255
                     : v > 255                 ? 255
                                               : v);
}

static void check_golden(size_t k)
{
    struct augment_op op = {.op = augment_find("slide_stain")};
    uint8_t src[MAX_BYTES], dst[MAX_BYTES];
    uint8_t *scratch = malloc(augment_scratch(golden[k].w, golden[k].h));
    const struct image im = {.w = golden[k].w, .h = golden[k].h, .px = src};
    float own[OPTICAL_DENSITY_NUMBERS];
    int worst = 0, same = 0;
    char what[96];

    for (uint32_t i = 0; i < MAX_BYTES; i++)
        src[i] = byte_of(golden[k].kind, i);
    optical_density_measure(&im, own);
    for (int i = 0; i < OPTICAL_DENSITY_NUMBERS; i++)
        if (fabsf(own[i] - golden[k].own[i]) > 2e-4f)
            ok(false, "the stain of a picture");
    slide_stains_between(own, golden[k].other, op.param);
    op.param[SLIDE_STAIN_AMOUNT] = golden[k].amount;
    augment_run(&op, 1,
                &(struct augment_picture){im.w, im.h, src, dst, scratch});
    for (size_t i = 0; i < image_bytes(&im); i++) {
        const int d = abs(dst[i] - golden[k].want[i]);

        worst = d > worst ? d : worst;
        same += d == 0;
    }
    snprintf(what, sizeof(what), "golden %zu: %d x %d, %s, amount %.3f", k,
             im.w, im.h, golden[k].kind, (double)golden[k].amount);
    if (!ok(worst <= (golden[k].amount > 0) &&
                same * 20 >= (int)image_bytes(&im) * 19,
            what))
        printf("# worst %d, %d of %zu equal\n", worst, same, image_bytes(&im));
    free(scratch);
}

/* --- a store -------------------------------------------------------------- */

enum store_kind { WITH_FOLDS, WITH_SPLITS, WITHOUT_DENSITIES, SPOILT, LONELY };

static int label_of(enum store_kind kind, int i)
{
    return kind == LONELY && i % FOLDS == 1 ? 0 : i / FOLDS % 2;
}

/* Groups of two classes in each of three parts: folds, or train, validation
 * and test; a part's densities are near its number. */
static void put_line(struct buf *b, enum store_kind kind, int i)
{
    const int part = i % FOLDS, label = label_of(kind, i);
    const int group =
        kind == LONELY && part == 1 ? 0 : i / (FOLDS * 2) % GROUPS;

    b->len = 0;
    buf_printf(
        b, "f%d,%c,%c/%d,%s,", i, 'a' + label, 'a' + label, 10 * part + group,
        kind == WITH_SPLITS ? store_split_name((enum split)part) : "train");
    if (kind != WITH_SPLITS)
        buf_printf(b, "%d,", part);
    for (int k = 0; kind != WITHOUT_DENSITIES && k < 6; k++)
        buf_printf(b, kind == SPOILT && i == 9 ? "dark," : "%.4f,",
                   k < 3 ? part + 0.1 * group + 0.01 * k : 0.5 + 0.1 * group);
    buf_puts(b, "ok");
}

static void open_store(struct store *data, enum store_kind kind)
{
    static const char name[2][CONFIG_NAME_MAX] = {"a", "b"};
    static const uint8_t black[3];
    struct store_args a = {
        .dir = in_dir("data"),
        .header = kind == WITH_SPLITS
                      ? "file,label,group,split," STORE_DENSITIES ",status"
                  : kind == WITHOUT_DENSITIES
                      ? "file,label,group,split,fold,status"
                      : "file,label,group,split,fold," STORE_DENSITIES
                        ",status",
        .n = FOLDS * 2 * GROUPS * CELLS,
        .h = 1,
        .w = 1,
        .class_name = name,
        .n_class = 2};
    struct store_writer *w = NULL;
    struct buf b = {0};
    struct err err = {0};
    int rc;

    BUG_ON(file_dir_remove(a.dir, &err) < 0 || file_dir_make(a.dir, &err) < 0);
    rc = store_create(&w, &a, &err);
    for (size_t i = 0; rc == 0 && i < a.n; i++) {
        const int label = label_of(kind, (int)i);
        const char *line;

        put_line(&b, kind, (int)i);
        line = b.data;
        rc = store_put(w, i, 1, black, &label, &line, &err);
    }
    buf_release(&b);
    if (rc < 0 || store_finish(w, &err) < 0 ||
        store_open(data, in_dir("data"), &err) < 0) {
        printf("# %s\n", err.text);
        abort();
    }
}

static void read_recipe(struct recipe *r, const char *text)
{
    struct recipe_text t;
    struct err err = {0};

    BUG_ON(recipe_text_take(&t, "t", text, strlen(text), &err) < 0 ||
           recipe_init(r, &t, &err) < 0);
    recipe_text_release(&t);
}

/* The operation that row 'row' is given for the number 'drawn'. */
static struct augment_op taken(const struct slide_stains *s, size_t row,
                               int drawn, bool match, bool own)
{
    struct augment_op op = {.op = augment_find("slide_stain")};

    op.param[SLIDE_STAIN_AMOUNT] = 1;
    op.param[SLIDE_STAIN_SLIDE] = (float)drawn;
    op.param[SLIDE_STAIN_MATCH] = match;
    op.param[SLIDE_STAIN_CLASSES] = own;
    slide_stains_take(s, row, &op, 1);
    return op;
}

/* Mean density of the first channel that a picture of density 'own' gets. */
static double mean_after(const struct augment_op *op, double own)
{
    return own * (double)op->param[SLIDE_STAIN_GAIN] +
           (double)op->param[SLIDE_STAIN_SHIFT];
}

/* Every row and many draws: the part and class that stains come from. */
static void check_choice(const struct slide_stains *s, const struct store *data,
                         bool own)
{
    int wrong_part = 0, itself = 0, wrong_class = 0;
    bool seen[FOLDS][2 * FOLDS * GROUPS + 1] = {{false}};

    for (size_t row = 0; row < data->n; row++)
        for (int drawn = 0; drawn < 40; drawn++) {
            const struct augment_op op = taken(s, row, drawn, false, own);
            const int slide = (int)op.param[SLIDE_STAIN_SLIDE];
            const int part = (int)row % FOLDS, label = (int)row / FOLDS % 2;
            const double mean =
                mean_after(&op, (double)s->picture[row].density[0]);

            /* slides lie by fold, class, group */
            wrong_part += (slide - 1) / (2 * GROUPS) != part ||
                          (int)floor(mean + 0.05) != part;
            wrong_class += (slide - 1) / GROUPS % 2 != label;
            itself += (uint32_t)slide - 1 == s->picture[row].slide;
            seen[part][slide] = true;
        }
    ok(wrong_part == 0, "a stain is of a slide of the same fold, always");
    ok(itself == 0, "  and of another slide");
    ok(own ? wrong_class == 0 : wrong_class > 0,
       own ? "  of its class, where that is asked for" : "  of any class");
    for (int k = 0, n = 0; k < FOLDS; k++) {
        for (int i = 1; i <= 2 * FOLDS * GROUPS; i++)
            n += seen[k][i];
        if (k == FOLDS - 1)
            ok(n == 2 * FOLDS * GROUPS, "  every slide is drawn");
    }
}

static void check_folds(const struct recipe *r)
{
    struct slide_stains s;
    struct store data;
    struct err err = {0};
    struct augment_op op;

    open_store(&data, WITH_FOLDS);
    ok(slide_stains_open(&s, r, &data, &err) == 0 &&
           s.n_slide == 2 * FOLDS * GROUPS,
       "slides of each fold and class");
    check_choice(&s, &data, false);
    check_choice(&s, &data, true);
    s.picture[0].density[0] += 0.25f;
    op = taken(&s, 0, 3, false, false);
    near(mean_after(&op, (double)s.picture[0].density[0]),
         (double)s.slide[(int)op.param[SLIDE_STAIN_SLIDE] - 1].density[0], 1e-5,
         "a picture that is darker than its slide gets the other's mean");
    op = taken(&s, 0, 3, true, false);
    ok(mean_after(&op, (double)s.picture[0].density[0]) >
           (double)s.slide[(int)op.param[SLIDE_STAIN_SLIDE] - 1].density[0] +
               0.1,
       "  or stays darker, if slides are matched");
    slide_stains_release(&s);
    store_close(&data);
}

/* What does not train neither gives a stain nor takes one. */
static void check_split(const struct recipe *r)
{
    struct slide_stains s;
    struct store data;
    struct err err = {0};
    bool idle = true, train = true;

    open_store(&data, WITH_SPLITS);
    ok(slide_stains_open(&s, r, &data, &err) == 0 && s.n_slide == 2 * GROUPS,
       "without folds, slides of the training split alone");
    for (size_t row = 0; row < data.n; row++) {
        const struct augment_op op = taken(&s, row, (int)row, false, false);
        const bool trains = row % FOLDS == SPLIT_TRAIN;

        train &= !trains ||
                 (op.param[SLIDE_STAIN_GAIN] > 0 && mean_after(&op, 0.0) < 1);
        idle &= trains || (!(op.param[SLIDE_STAIN_GAIN] > 0) &&
                           !(op.param[SLIDE_STAIN_SLIDE] > 0));
    }
    ok(train, "  training pictures take one");
    ok(idle, "  others are left as they are");
    slide_stains_release(&s);
    store_close(&data);
}

static void check_refused(const struct recipe *r, enum store_kind kind,
                          enum err_code code, const char *text)
{
    struct slide_stains s;
    struct store data;
    struct err err = {0};

    open_store(&data, kind);
    fails(slide_stains_open(&s, r, &data, &err), err, code, text, text);
    ok(!s.picture && !s.slide, "  nothing is left");
    store_close(&data);
}

/* A recipe without it needs nothing of the store. */
static void check_unread(void)
{
    struct recipe r;
    struct slide_stains s;
    struct store data;
    struct err err = {0};

    read_recipe(&r, "each: [blur: {sigma: 1}]\n");
    open_store(&data, WITHOUT_DENSITIES);
    ok(!recipe_takes_slides(&r) &&
           slide_stains_open(&s, &r, &data, &err) == 0 && !slide_stains_any(&s),
       "no slide, no reading");
    slide_stains_release(&s);
    store_close(&data);
    recipe_release(&r);
}

/* Through a recipe: what the index tells, and the same bytes again. */
static void check_recipe(const struct recipe *r)
{
    enum { SIDE = 5, BYTES = SIDE * SIDE * 3 };
    struct slide_stains s;
    struct store data;
    struct err err = {0};
    struct buf text = {0};
    uint8_t src[BYTES], dst[2][BYTES];
    uint8_t *scratch = malloc(augment_scratch(SIDE, SIDE));
    struct recipe_stream stream = {.seed = 3, .variant = 1, .row = 7};

    for (uint32_t i = 0; i < BYTES; i++)
        src[i] = byte_of("slope", i);
    open_store(&data, WITH_FOLDS);
    BUG_ON(slide_stains_open(&s, r, &data, &err) < 0 || !scratch);
    recipe_vary(r, stream,
                &(struct augment_picture){SIDE, SIDE, src, dst[0], scratch},
                NULL);
    ok(memcmp(src, dst[0], BYTES) == 0, "without slides nothing is done");
    stream.slides = &s;
    for (int i = 0; i < 2; i++)
        recipe_vary(r, stream,
                    &(struct augment_picture){SIDE, SIDE, src, dst[i], scratch},
                    i ? NULL : &text);
    ok(memcmp(src, dst[0], BYTES) != 0, "with them the stain is another");
    ok(memcmp(dst[0], dst[1], BYTES) == 0, "  the same one again");
    ok(strncmp(text.data, "slide_stain(amount=", 19) == 0 &&
           strstr(text.data, ",slide="),
       "  and its slide is told");
    buf_release(&text);
    free(scratch);
    slide_stains_release(&s);
    store_close(&data);
}

int main(void)
{
    struct recipe r;
    struct err err = {0};

    BUG_ON(!mkdtemp(dir));
    read_recipe(&r, "each:\n- one_of: [slide_stain: {amount: [0.5, 1]}]\n");
    ok(recipe_takes_slides(&r), "a recipe that takes slides' stains");
    for (size_t k = 0; k < sizeof(golden) / sizeof(golden[0]); k++)
        check_golden(k);
    check_folds(&r);
    check_split(&r);
    check_refused(&r, WITHOUT_DENSITIES, ERR_USAGE,
                  "papline run --force preprocess makes it anew");
    check_refused(&r, SPOILT, ERR_INPUT, "row 9 has optical density 'dark'");
    check_refused(&r, LONELY, ERR_USAGE,
                  "the training pictures of fold 1 are all of one");
    check_unread();
    check_recipe(&r);
    recipe_release(&r);
    BUG_ON(file_dir_remove(dir, &err) < 0);
    return tap_done();
}
