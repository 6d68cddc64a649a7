/* test_recipe_yaml.c - recipes from text: what is taken, what is refused */
#include "run/plan.h"
#include "stages/augment/recipe.h"
#include "test_dir.h"

static int read_text(struct recipe *r, const char *yaml, struct err *err)
{
    struct recipe_text text;
    int rc;

    if (recipe_text_take(&text, "my.yaml", yaml, strlen(yaml), err) < 0)
        return -1;
    rc = recipe_init(r, &text, err);
    recipe_text_release(&text);
    return rc;
}

static const struct {
    const char *yaml, *text;
} bad[] = {
    {"", "my.yaml:1: an empty recipe"},
    {"[1", "my.yaml:2: not YAML"},
    {"each: &a [grey: *a]\n", "anchors, aliases and tags"},
    {"each: [grey: {}]\n--- {}\n", "a second document"},
    {"each:\n- afine: {}\n", "my.yaml:2: recipe: there is no 'afine'; did you "
                             "mean affine?"},
    {"each:\n- affine:\n    rotat: 3\n",
     "my.yaml:3: affine: there is no 'rotat'; did you mean rotate?"},
    {"each:\n- affine: {rotate: 3, rotate: 4}\n", "affine.rotate: given twice"},
    {"each:\n- affine: {rotate: [-90, 900]}\n",
     "affine.rotate: 900 is out of range -360..360"},
    {"each:\n- affine: {rotate: [9, 3]}\n", "affine.rotate: 9 is above 3"},
    {"each:\n- affine: {rotate: [1, 2, 3]}\n", "of two numbers"},
    {"each:\n- affine: {rotate: far}\n", "'far' is not a number"},
    {"each:\n- affine: {rotate: nan}\n", "'nan' is not a number"},
    {"each:\n- affine: {rotate: {}}\n", "is not a number"},
    {"each:\n- affine: {sx: 0}\n", "affine.sx: 0 is out of range"},
    {"each:\n- affine: {fill: reflct}\n",
     "affine.fill: there is no 'reflct'; did you mean reflect?"},
    {"each:\n- affine: [1]\n", "affine: {number: value, ...} must follow"},
    {"each:\n- kmeans: {colours: 4.5}\n", "kmeans.colours: whole numbers only"},
    {"each:\n- kmeans: {colours: 65}\n", "65 is out of range 0..64"},
    {"each:\n- grey: {}\n  blur: {}\n", "a step is one operation or one group"},
    {"each:\n- probability: 1\n", "neither an operation nor a group"},
    {"each:\n- grey\n", "a step is 'operation: {number: value, ...}'"},
    {"each:\n- grey: {}\n  probability: 2\n",
     "my.yaml:3: probability: 2 is out of range 0..1"},
    {"each:\n- grey: {}\n  share: 2\n", "share: belongs to a step of one_of"},
    {"one_of:\n- grey: {}\n  probability: 1\n",
     "probability: belongs to a step of each"},
    {"one_of:\n- grey: {}\n  share: 0\n", "share: 0 is out of range"},
    {"each:\n- grey: {}\n  count: 1\n", "count: belongs to some_of"},
    {"each:\n- grey: {}\n  summary: x\n", "summary: belongs to the whole"},
    {"some_of:\n- grey: {}\n", "some_of: needs 'count'"},
    {"some_of:\n- grey: {}\ncount: 2\n", "count: 2 is out of range 1..1"},
    {"some_of: [grey: , blur: ]\ncount: 1.5\n", "count: a whole number only"},
    {"each: []\n", "each: a list of 1 to 16 steps must follow"},
    {"each: grey\n", "each: a list of 1 to 16 steps must follow"},
    {"grey: {}\n", "a recipe is a group: each, some_of, one_of or in_turn"},
    {"eech: [grey: ]\n", "there is no 'eech'; did you mean each?"},
    {"each: [grey: ]\nin_turn: [grey: ]\n", "one operation or one group"},
    {"each: [each: [each: [each: [each: [each: [each: [each: [each: [each: "
     "[grey: ]]]]]]]]]]\n",
     "more than 32 groups, or 8 inside each other"},
    {"each:\n- each: [grey: , grey: , grey: , grey: , grey: , grey: ]\n"
     "- each: [grey: , grey: , grey: , grey: , grey: , grey: ]\n"
     "- each: [grey: , grey: , grey: , grey: , grey: , grey: ]\n",
     "up to 18 operations for one variant, at most 16"},
    {"each:\n- afine: {}\n- gray: {}\n- blurr: {}\n", "(and 2 more)"},
};

static void check_refusals(void)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct recipe r = {0};
        struct err err = {0};

        fails(read_text(&r, bad[i].yaml, &err), err, ERR_USAGE, bad[i].text,
              bad[i].text);
    }
}

static void check_meaning(void)
{
    static const char yaml[] = "summary: mine\n"
                               "each:\n"
                               "- one_of:\n"
                               "  - noise: {scale: [1, 2], channels: any}\n"
                               "    share: 3\n"
                               "  - grey:\n"
                               "  probability: .25\n"
                               "- affine: {fill: replicate, tx: -0.1}\n";
    struct recipe r;
    struct err err = {0};
    const struct recipe_step *s, *noise;

    if (!works(read_text(&r, yaml, &err) == 0, err, "a recipe is read"))
        return;
    s = r.all.step;
    noise = s[0].group->step;
    ok(strcmp(r.summary, "mine") == 0 && r.all.kind == RECIPE_EACH &&
           r.all.n_step == 2,
       "  its summary and group");
    near((double)s[0].probability, 0.25, 0, "a recipe: a probability");
    ok(!s[0].op && s[0].group->kind == RECIPE_ONE && s[0].group->n_step == 2,
       "a recipe: a group inside");
    ok(noise[0].op == &augment_noise && noise[1].op == &augment_grey,
       "a recipe: the operations of a group");
    near((double)noise[0].probability, 3, 0, "a recipe: a share");
    near((double)noise[1].probability, 1, 0,
         "a recipe: a share that is not said is 1");
    near((double)noise[0].range[0].hi, 2, 0, "a recipe: a range");
    near((double)noise[0].range[1].hi, 1, 0, "a recipe: any word");
    near((double)noise[0].range[2].hi, AUGMENT_SEED_MAX, 0,
         "a recipe: a seed is drawn");
    near((double)s[1].range[6].lo, FILL_REPLICATE, 0, "a recipe: a word");
    near((double)s[1].range[1].lo, (double)-0.1f, 0,
         "a recipe: a fixed number");
    near((double)s[1].range[3].lo, 1, 0,
         "a recipe: what is not said is neutral");
    recipe_release(&r);
}

/* Every operation from one end of its limits to the other. */
static void check_limits(void)
{
    enum { SIDE = 24, BYTES = SIDE * SIDE * 3 };
    static uint8_t src[BYTES], dst[BYTES];
    uint8_t *scratch = calloc(augment_scratch(SIDE, SIDE), 1);

    for (size_t i = 0; i < BYTES; i++)
        src[i] = (uint8_t)((uint32_t)(i * 2654435761u) >> 24);
    for (int k = 0; augment_at(k); k++)
        for (int turn = 0; turn < 64; turn++) {
            struct augment_op op = {.op = augment_at(k)};

            for (int i = 0; op.op->param[i].name; i++) {
                const struct augment_param *p = &op.op->param[i];
                const bool high = turn == 63 || (turn >> i % 6 & 1);
                size_t n;

                op.param[i] = augment_words(p, &n)
                                  ? (high ? (float)(n - 1) : 0.0f)
                                  : (high ? p->max : p->min);
            }
            augment_run(
                &op, 1,
                &(struct augment_picture){SIDE, SIDE, src, dst, scratch});
        }
    ok(true, "every operation bears its limits");
    for (int k = 0; augment_at(k); k++)
        for (int i = 0; augment_at(k)->param[i].name; i++) {
            const struct augment_param *p = &augment_at(k)->param[i];
            size_t n;

            if (!augment_words(p, &n) &&
                !(p->min < p->max && p->neutral >= p->min &&
                  p->neutral <= p->max) &&
                strcmp(p->name, "tiles") != 0)
                ok(false, augment_at(k)->name);
        }
    free(scratch);
}

static void check_identity(void)
{
    static const char comment[] = "# mine\neach: [ {grey: {alpha: 1}} ]\n";
    static const char plain[] = "each:\n  - grey:\n      alpha: 1\n";
    static const char other[] = "each:\n  - grey:\n      alpha: 0\n";
    const char *path = in_dir("x.yaml");
    struct recipe_text a, b, c, light;
    struct err err = {0};

    if (recipe_text_take(&a, "a", comment, strlen(comment), &err) ||
        recipe_text_take(&b, "b", plain, strlen(plain), &err) ||
        recipe_text_take(&c, "c", other, strlen(other), &err))
        abort();
    ok(strcmp(a.id, b.id) == 0, "comments and layout do not count");
    ok(strcmp(a.id, c.id) != 0, "other numbers are another recipe");
    if (recipe_text_read(&light, "", "light", &err) < 0 ||
        file_write(path, light.text, light.size, &err) < 0)
        abort();
    ok(strcmp(light.id, "light") == 0, "a built-in recipe is its name");
    recipe_text_release(&c);
    ok(recipe_text_read(&c, "", path, &err) == 0 && strcmp(c.id, "light") == 0,
       "  and so is a copy of it in a file");
    recipe_text_release(&a);
    recipe_text_release(&b);
    recipe_text_release(&c);
    recipe_text_release(&light);
    unlink(path);
    fails(recipe_text_read(&a, "", path, &err), err, ERR_USAGE, "x.yaml",
          "a recipe's file that is not there is refused");
    fails(recipe_text_read(&a, "a.key", "ligth", &err), err, ERR_USAGE,
          "a.key: there is no 'ligth'; did you mean light?",
          "an unknown recipe's name is refused");
    fails(recipe_text_take(&a, "long.yaml", comment, RECIPE_TEXT_MAX + 1, &err),
          err, ERR_USAGE, "'long.yaml' has 65537 bytes, at most 65536",
          "a text that is too long");
}

int main(void)
{
    check_meaning();
    check_refusals();
    check_limits();
    begin_dir();
    check_identity();
    return end_dir();
}
