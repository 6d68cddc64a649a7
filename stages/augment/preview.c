/* preview.c - augmented pictures side by side, labelled by their numbers */
#include "preview.h"

#include "base/output_name.h"
#include "img/decode.h"
#include "img/png.h"
#include "img/resize.h"
#include "img/sheet.h"
#include "recipe.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 110, STRENGTHS = 4, MAX_CELLS = 256, VARIANTS = 24 };

struct preview_options {
    const char *image, *out, *recipe;
    uint64_t seed;
};

struct preview {
    struct image im;      /* owned: SIDE x SIDE */
    struct sheet sheet;   /* owned */
    uint8_t *dst;         /* owned: one picture, then scratch */
    struct buf text;      /* owned: as in an index */
    struct buf label;     /* owned: as on a sheet */
    struct recipe recipe; /* owned */
    struct augment_op op[MAX_CELLS];
    int n;
};

static struct augment_picture preview_picture(const struct preview *v)
{
    return (struct augment_picture){.w = SIDE,
                                    .h = SIDE,
                                    .src = v->im.px,
                                    .dst = v->dst,
                                    .scratch = v->dst + image_bytes(&v->im)};
}

/* Words that a sheet can break: an operation a line, room around numbers. */
static int to_label(struct preview *v, struct err *err)
{
    v->label.len = 0;
    for (size_t i = 0; i < v->text.len; i++) {
        const char c = v->text.data[i];

        if (c == '(')
            buf_puts(&v->label, " ");
        if (c == ';')
            buf_puts(&v->label, "\n");
        else
            buf_put(&v->label, &c, 1);
        if (c == ',')
            buf_puts(&v->label, " ");
    }
    return buf_check(&v->text, err) < 0 ? -1 : buf_check(&v->label, err);
}

/* --- every operation ------------------------------------------------------ */

/* Its numbers 'at' of the way from weak to strong. */
static void set_strength(const struct augment *a, float at,
                         struct augment_op *op)
{
    op->op = a;
    for (int i = 0; i < AUGMENT_MAX_PARAMS; i++) {
        const float x = a->weak[i] + at * (a->strong[i] - a->weak[i]);
        const float step = a->param[i].words ? 1.0f : 1000.0f;

        op->param[i] = floorf(x * step + 0.5f) / step;
    }
}

/* The examples of each operation, one if it has no strength. */
static void list_operations(struct preview *v)
{
    const struct augment *a;

    for (int i = 0; (a = augment_at(i)) != NULL; i++) {
        const bool same = memcmp(a->weak, a->strong, sizeof(a->weak)) == 0;
        const int n = same ? 1 : STRENGTHS;

        BUG_ON(v->n + n > MAX_CELLS);
        for (int k = 0; k < n; k++)
            set_strength(a, (float)k / (STRENGTHS - 1), &v->op[v->n++]);
    }
}

static int show_operations(struct preview *v, struct err *err)
{
    struct sheet_shape shape = {
        .columns = 8, .w = SIDE, .h = SIDE, .zoom = 1, .lines = 4};

    list_operations(v);
    shape.n = v->n + 1;
    if (sheet_init(&v->sheet, &shape, err) < 0 ||
        sheet_put(&v->sheet, 0, v->im.px, "as it is", err) < 0)
        return -1;
    for (int i = 0; i < v->n; i++) {
        const struct augment_picture p = preview_picture(v);

        augment_run(&v->op[i], 1, &p);
        v->text.len = 0;
        augment_describe(&v->op[i], &v->text);
        if (to_label(v, err) < 0 ||
            sheet_put(&v->sheet, i + 1, v->dst, v->label.data, err) < 0)
            return -1;
    }
    return 0;
}

/* --- a recipe ------------------------------------------------------------- */

static int show_recipe(struct preview *v, const struct preview_options *o,
                       struct err *err)
{
    static const struct sheet_shape shape = {.n = VARIANTS,
                                             .columns = 6,
                                             .w = SIDE,
                                             .h = SIDE,
                                             .zoom = 2,
                                             .lines = 10};

    if (recipe_find(&v->recipe, o->recipe, err) < 0 ||
        sheet_init(&v->sheet, &shape, err) < 0)
        return -1;
    for (uint32_t i = 0; i < VARIANTS; i++) {
        const struct augment_picture p = preview_picture(v);
        const struct recipe_stream stream = {.seed = o->seed, .variant = i};

        v->text.len = 0;
        recipe_vary(&v->recipe, stream, &p, &v->text);
        if (to_label(v, err) < 0 ||
            sheet_put(&v->sheet, (int)i, v->dst, v->label.data, err) < 0)
            return -1;
    }
    return 0;
}

/* --- the command line ----------------------------------------------------- */

static int parse_options(struct preview_options *o, int argc, char **argv,
                         struct err *err)
{
    static const struct option known[] = {
        {"output", required_argument, NULL, 'o'},
        {"recipe", required_argument, NULL, 'r'},
        {"seed", required_argument, NULL, 's'},
        {0},
    };
    static const char *const endings[] = {".png", NULL};
    char *end = NULL;
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "o:", known, NULL)) != -1) {
        if (c == 'o')
            o->out = optarg;
        else if (c == 'r')
            o->recipe = optarg;
        else if (c != 's')
            return err_set(err, ERR_USAGE, "bad option '%s'; see --help",
                           argv[optind - 1]);
        else
            o->seed = strtoull(optarg, &end, 10);
        if (end && (end == optarg || *end))
            return err_set(err, ERR_USAGE, "--seed %s is not a whole number",
                           optarg);
        end = NULL;
    }
    if (optind != argc - 1 || !o->out)
        return err_set(err, ERR_USAGE,
                       "a preview needs one picture and -o SHEET.png");
    o->image = argv[optind];
    return output_name_check(o->out, endings, "augment-preview", err);
}

static int open_image(struct preview *v, const char *path, struct err *err)
{
    struct image whole = {0};
    int rc = decode_read(&whole, path, err);

    if (rc == 0)
        rc = resize_lanczos(&v->im, &whole, SIDE, SIDE, err);
    image_release(&whole);
    if (rc < 0)
        return -1;
    v->dst = malloc(image_bytes(&v->im) + augment_scratch(SIDE, SIDE));
    return v->dst ? 0 : err_set(err, ERR_SYSTEM, "no memory for a picture");
}

int preview_main(int argc, char **argv, struct err *err)
{
    struct preview_options o = {.seed = 1};
    struct preview *v = NULL;
    int rc;

    if (parse_options(&o, argc, argv, err) < 0)
        return -1;
    v = calloc(1, sizeof(*v));
    if (!v)
        return err_set(err, ERR_SYSTEM, "no memory for a sheet");
    rc = open_image(v, o.image, err);
    if (rc == 0)
        rc = o.recipe ? show_recipe(v, &o, err) : show_operations(v, err);
    if (rc == 0)
        rc = png_write(&v->sheet.im, o.out, err);
    sheet_release(&v->sheet);
    image_release(&v->im);
    recipe_release(&v->recipe);
    buf_release(&v->text);
    buf_release(&v->label);
    free(v->dst);
    free(v);
    return rc;
}
