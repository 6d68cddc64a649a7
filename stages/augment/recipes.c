/*
 * recipes.c - the table of recipes
 *
 * Ranges stand in the order of each operation's parameters (aug_X.c).  A
 * change here changes users' bytes: raise the stage's version in plan.c.
 */
#include "recipe.h"

/* clang-format off: rows of a table, and groups inside them */
#define FIX(x)                                                                 \
    {                                                                          \
        (x), (x)                                                               \
    }
#define SEED                                                                   \
    {                                                                          \
        0, 16777215                                                            \
    } /* exact in a float */
#define ANY_BYTE                                                               \
    {                                                                          \
        0, 255                                                                 \
    }

#define OP(name, share, ...)                                                   \
    {                                                                          \
        .op = &augment_##name, .probability = (share), .range = {              \
            __VA_ARGS__                                                        \
        }                                                                      \
    }

/* How its steps are drawn, then the array of them. */
#define GROUP(how, number, steps)                                              \
    {                                                                          \
        .kind = RECIPE_##how, .some = (number), .step = (steps),               \
        .n_step = sizeof(steps) / sizeof(*(steps))                             \
    }

/* One parameter group of augment_affine at a time. */
#define ROTATE(share, lo, hi, fill)                                            \
    OP(affine, share, {lo, hi}, FIX(0), FIX(0), FIX(1), FIX(1), FIX(0),        \
       FIX(fill))
#define SHIFT(share, most, fill)                                               \
    OP(affine, share, FIX(0), {-(most), most}, {-(most), most}, FIX(1),        \
       FIX(1), FIX(0), FIX(fill))
#define SCALE(share, lo, hi, fill)                                             \
    OP(affine, share, FIX(0), FIX(0), FIX(0), {lo, hi}, {lo, hi}, FIX(0),      \
       FIX(fill))
#define SHEAR(share, most, fill)                                               \
    OP(affine, share, FIX(0), FIX(0), FIX(0), FIX(1), FIX(1), {-(most), most}, \
       FIX(fill))

enum { RGB, BGR };            /* of 'order' */
enum { EACH, SAME };          /* of noise's 'channels' */
enum { LIGHTNESS, CHANNELS }; /* of clahe's 'on' */
enum { HE, PAP };             /* of 'stains' */

/* --- light ----------------------------------------------------------------- */

static const struct recipe_step light[] = {
    OP(fliph, 0.5f, FIX(FILL_REFLECT)),
    OP(flipv, 0.5f, FIX(FILL_REFLECT)),
    OP(affine, 1, {-180, 180}, {-0.05f, 0.05f}, {-0.05f, 0.05f}, {0.9f, 1.1f},
       {0.9f, 1.1f}, FIX(0), FIX(FILL_REFLECT)),
    OP(brightness, 0.5f, {0.8f, 1.2f}),
    OP(contrast, 0.5f, {0.8f, 1.2f}),
};

/* --- geometric ------------------------------------------------------------- */

static const struct recipe_step geometric[] = {
    ROTATE(1, -90, 90, FILL_CONSTANT), SCALE(1, 0.5f, 0.9f, FILL_CONSTANT),
    SHIFT(1, 0.15f, FILL_CONSTANT),    SHEAR(1, 2, FILL_CONSTANT),
    OP(fliph, 1, FIX(FILL_CONSTANT)),  OP(flipv, 1, FIX(FILL_CONSTANT)),
};
static const struct recipe_group two_geometric = GROUP(SOME, 2, geometric);

/* --- notebook -------------------------------------------------------------- */

static const struct recipe_step local_contrast[] = {
    OP(clahe, 1, {0.1f, 8}, {3, 12}, FIX(LIGHTNESS), FIX(BGR)),
    OP(clahe, 1, {1, 10}, {3, 12}, FIX(LIGHTNESS), FIX(BGR)),
    OP(clahe, 1, {0.1f, 8}, {3, 21}, FIX(LIGHTNESS), FIX(BGR)),
    OP(gamma, 1, {0.5f, 2}),
};
static const struct recipe_group two_local = GROUP(SOME, 2, local_contrast);

static const struct recipe_step colours[] = {
    OP(channels, 1, {0, 5}),
    OP(grey, 1, FIX(1), FIX(BGR)),
    OP(huesat, 1, {0.5f, 1.5f}, FIX(0), {0.5f, 1.5f}, FIX(0), FIX(BGR)),
    /* imgaug's 255 are the circle */
    OP(huesat, 1, FIX(1), {-50 * 360 / 255.0f, 50 * 360 / 255.0f}, FIX(1),
       {-50, 50}, FIX(BGR)),
    OP(kmeans, 1, {4, 16}),
};
static const struct recipe_group one_colour = GROUP(ONE, 0, colours);

static const struct recipe_step gains[] = {
    OP(channel_gain, 0.75f, {0.5f, 1.5f}, {0.5f, 1.5f}, {0.5f, 1.5f}),
    OP(brightness, 0.25f, {0.5f, 1.5f}),
};
static const struct recipe_group one_gain = GROUP(ONE, 0, gains);
static const struct recipe_step lights[] = {
    OP(contrast, 1, {0.75f, 1.5f}),
    OP(brightness, 1, {0.35f, 1.65f}),
    {.group = &one_gain, .probability = 1},
};
static const struct recipe_group one_light = GROUP(ONE, 0, lights);

static const struct recipe_step notebook[] = {
    {.group = &two_geometric},
    {.group = &two_local},
    OP(edges, 1, {0, 0.7f}),
    OP(canny, 1, {0, 1}, {60, 140}, {160, 240}, {0, 2}, ANY_BYTE, ANY_BYTE,
       ANY_BYTE, ANY_BYTE, ANY_BYTE, ANY_BYTE),
    {.group = &one_colour},
    {.group = &one_light},
};

/* --- paper ----------------------------------------------------------------- */

static const struct recipe_step named_geometry[] = {
    ROTATE(1, -90, 90, FILL_CONSTANT),
    SCALE(1, 0.5f, 0.9f, FILL_CONSTANT),
    SHIFT(1, 0.15f, FILL_CONSTANT),
    SHEAR(1, 2, FILL_CONSTANT),
    OP(fliph, 1, FIX(FILL_CONSTANT)),
    OP(flipv, 1, FIX(FILL_CONSTANT)),
    OP(perspective, 1, {0, 0.15f}, {0, 0.15f}, {0, 0.15f}, {0, 0.15f},
       {0, 0.15f}, {0, 0.15f}, {0, 0.15f}, {0, 0.15f}, FIX(FILL_CONSTANT)),
    OP(croppad, 1, {0, 0.25f}, {0, 0.25f}, {0, 0.25f}, {0, 0.25f},
       FIX(FILL_CONSTANT)),
};
static const struct recipe_group two_named = GROUP(SOME, 2, named_geometry);
static const struct recipe_step noises[] = {
    OP(noise, 1, {0, 12.75f}, {EACH, SAME}, SEED),
    OP(laplace, 1, {0, 12.75f}, {EACH, SAME}, SEED),
};
static const struct recipe_group one_noise = GROUP(ONE, 0, noises);

static const struct recipe_step paper[] = {
    {.group = &two_named, .probability = 1},
    OP(contrast, 0.5f, {0.75f, 1.5f}),
    OP(brightness, 0.5f, {0.65f, 1.35f}),
    OP(channel_add, 0.25f, {-20, 20}, {-20, 20}, {-20, 20}),
    {.group = &one_noise, .probability = 0.5f},
};

/* --- strong ---------------------------------------------------------------- */

static const struct recipe_step strong[] = {
    OP(fliph, 0.5f, FIX(FILL_REFLECT)),
    OP(flipv, 0.5f, FIX(FILL_REFLECT)),
    OP(affine, 1, {-180, 180}, {-0.08f, 0.08f}, {-0.08f, 0.08f}, {0.85f, 1.2f},
       {0.85f, 1.2f}, {-5, 5}, FIX(FILL_REFLECT)),
    OP(elastic, 0.5f, {0, 0.15f}, {3, 5}, SEED, FIX(FILL_REFLECT)),
    OP(stain, 0.75f, {0.75f, 1.3f}, {0.75f, 1.3f}, {0.75f, 1.3f}, FIX(PAP)),
    OP(brightness, 0.5f, {0.8f, 1.2f}),
    OP(contrast, 0.5f, {0.75f, 1.3f}),
    OP(blur, 0.25f, {0.2f, 1.2f}),
    OP(noise, 0.25f, {0, 8}, {EACH, SAME}, SEED),
};

/* --- all of them ----------------------------------------------------------- */

const struct recipe recipes[] = {
    {"light", "flips, rotation, a little scale, shift, brightness, contrast",
     GROUP(EACH, 0, light)},
    {"geometric", "two of rotation, scale, shift, shear and flips",
     GROUP(SOME, 2, geometric)},
    {"notebook", "the six variants of the authors' code, one after another",
     GROUP(TURN, 0, notebook)},
    {"paper", "geometry with zoom and padding, noise, contrast, brightness",
     GROUP(EACH, 0, paper)},
    {"strong", "geometry, elastic, stains, light, a little blur and noise",
     GROUP(EACH, 0, strong)},
    {.name = NULL},
};
/* clang-format on */
