/* test_explain_words.c - what stands beside a map */
#include "stages/explain/explain_private.h"
#include "tap.h"

/* Of a picture of 110 pixels: four methods, of which the third says what the
 * second does, and the fourth has outlines. */
static struct explanation *new_explanation(struct explain_args *args,
                                           struct explain_settings *settings)
{
    static const char *const name[] = {"gradcam", "gradcampp", "layercam",
                                       "lime"};
    struct explanation *e = calloc(1, sizeof(*e));
    struct err err = {0};

    BUG_ON(!e);
    *args = (struct explain_args){.settings = settings};
    e->args = args;
    e->data.h = e->data.w = 110;
    e->n_shown = e->n_method = 4;
    for (int m = 0; m < 4; m++) {
        e->method[m] = explainer_find(name[m], &err);
        e->same[0][m] = -1;
        e->map[0][m] = (struct explainer_map){.low = 0.25f, .high = 0.75f};
        if (m < 3)
            e->map[0][m].grid = (struct map_grid){{4, 13, 32}, {4, 13, 32}};
    }
    e->same[0][2] = 1;
    e->map[1][0].high = 3.0f;
    return e;
}

static void head_is(const struct explanation *e, int method, const char *want)
{
    const struct explained_target x = {.n_target = 1};
    struct buf b = {0};

    explain_words_head(e, &x, method, &b);
    ok(strcmp(b.data, want) == 0, want);
    buf_release(&b);
}

static void foot_is(const struct explanation *e,
                    const struct explained_target *x, int method,
                    const char *want)
{
    struct buf b = {0};

    explain_words_foot(e, x, method, &b);
    if (!ok(strcmp(b.data, want) == 0, want))
        printf("# got %s\n", b.data);
    buf_release(&b);
}

static void check_heads(struct explanation *e)
{
    head_is(e, 0, "Grad-CAM");
    head_is(e, 1, "Grad-CAM++ and LayerCAM: the same here");
    e->same[0][3] = 1;
    head_is(e, 1, "Grad-CAM++, LayerCAM and LIME: the same here");
    e->same[0][3] = -1;
    e->map[0][0].used = 64;
    e->map[0][0].of = 1280;
    head_is(e, 0, "Grad-CAM, 64 of 1280 channels");
    e->map[0][0].used = 1280;
    head_is(e, 0, "Grad-CAM");
}

static void check_feet(struct explanation *e, struct explain_settings *settings)
{
    static struct point corner[3] = {{10, 10}, {90, 10}, {50, 90}};
    struct explained_target x = {.n_target = 2};

    foot_is(e, &x, 0,
            "0.25 to 0.75; 4x4: cannot tell a nucleus from its border");
    foot_is(e, &x, 3, "orange + for it, blue - against it; up to 0.75");
    near(explain_words_top(e, &x, 0), 3, 0,
         "a method's largest value is that of all targets");
    x.measured[0].has_localisation = true;
    settings->placement = PLACEMENT_STRETCHED;
    foot_is(e, &x, 0,
            "0.25 to 0.75; 4x4 stretched: cannot tell a nucleus from its "
            "border; does not touch the nucleus");
    settings->placement = PLACEMENT_CENTRES;
    x.measured[0].localisation[LOCALISATION_TOUCHED] = 1;
    e->shape[CONTOUR_NUCLEUS] = (struct contour){corner, 3};
    foot_is(e, &x, 0, "0.25 to 0.75; 4x4");
    e->shape[CONTOUR_NUCLEUS] = (struct contour){0};
    e->map[0][0].low = e->map[0][0].high = 0.0f;
    foot_is(e, &x, 0, "0 everywhere: nothing speaks for it");
}

static void check_cell(struct explanation *e)
{
    static char names[2][CONFIG_NAME_MAX] = {"Normal", "Abnormal"};
    const struct prediction c = {.truth = 0, .predicted = 1};
    struct explained_target x = {.cell = &c, .target = 1, .p = 0.0003};
    struct buf head = {0}, foot = {0};

    memcpy(e->data.class_name, names, sizeof(names));
    explain_words_cell(e, &x, &head, &foot);
    ok(strcmp(head.data,
              "What speaks for Abnormal, whose probability is 0.0003") == 0 &&
           strcmp(foot.data, "labelled Normal, called Abnormal") == 0,
       "a cell's words: the class, its probability, both labels");
    head.len = foot.len = 0;
    x.p = 0.9999;
    for (int m = 0; m < 4; m++)
        x.measured[m].has_localisation = true;
    explain_words_cell(e, &x, &head, &foot);
    ok(strstr(foot.data, "; no map touches the nucleus") != NULL,
       "  and that no map touches the nucleus");
    ok(strstr(head.data, "probability is over 0.99") != NULL,
       "  and of a sure one no more than that");
    foot.len = 0;
    x.measured[2].localisation[LOCALISATION_TOUCHED] = 1;
    explain_words_cell(e, &x, &head, &foot);
    buf_put(&foot, "", 1);
    ok(!strstr(foot.data, "touches"), "  unless one does");
    buf_release(&head);
    buf_release(&foot);
}

int main(void)
{
    struct explain_settings settings = {.placement = PLACEMENT_CENTRES};
    struct explain_args args;
    struct explanation *e = new_explanation(&args, &settings);

    check_heads(e);
    check_feet(e, &settings);
    check_cell(e);
    free(e);
    return tap_done();
}
