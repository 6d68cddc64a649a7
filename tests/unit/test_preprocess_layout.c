/* test_preprocess_layout.c - folders, patterns and groups by configuration */
#include "stages/preprocess/group_check.h"
#include "stages/preprocess/layout.h"
#include "tap.h"

#include <stdlib.h>

static struct config c;

static struct layout init_layout(const char *classes, const char *include,
                                 const char *exclude, const char *group)
{
    struct layout l;
    struct err err = {0};

    config_init(&c);
    snprintf(c.layout.classes, sizeof(c.layout.classes), "%s", classes);
    snprintf(c.layout.include, sizeof(c.layout.include), "%s", include);
    snprintf(c.layout.exclude, sizeof(c.layout.exclude), "%s", exclude);
    snprintf(c.layout.group, sizeof(c.layout.group), "%s", group);
    if (layout_init(&l, &c, &err) < 0) {
        printf("Bail out! %s\n", err.text);
        exit(1);
    }
    return l;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_group(const struct layout *l, const char *path,
                        const char *want)
{
    char *got = layout_group(l, "A", path);

    if (!ok(same_text(got, want), want))
        printf("# %s: %s\n", path, got ? got : "(none)");
    free(got);
}

static void check_plain(void)
{
    struct layout l = init_layout("", "", "", "");

    ok(same_text(layout_class(&l, "im_Dys"), "Dys") &&
           same_text(layout_class(&l, "Dys"), "Dys"),
       "every folder is a class");
    ok(layout_takes(&l, "x.bmp"), "every name is taken");
    check_group(&l, "im_A/CROPPED/012_03.bmp", "A/012");
    check_group(&l, "im_A/cell.bmp", "im_A/cell.bmp");
    layout_release(&l);
}

static void check_all(void)
{
    struct layout l = init_layout("a, b c=no,d=Class D", "*.bmp, *.p?g",
                                  "*-d.bmp", "/([0-9]+)-");

    ok(same_text(layout_class(&l, "a"), "a") &&
           same_text(layout_class(&l, "d"), "Class D"),
       "listed folders and their names");
    ok(!layout_class(&l, "e") && !layout_class(&l, "Class D"),
       "layout: no folders but those listed");
    ok(layout_takes(&l, "1.BMP") && layout_takes(&l, "1.png"),
       "layout: patterns of file names");
    ok(!layout_takes(&l, "1.tif"), "  what none matches");
    ok(!layout_takes(&l, "1-D.BMP"), "  what is excluded");
    check_group(&l, "d/148-7-001.BMP", "A/148");
    check_group(&l, "d/x148-7.bmp", "d/x148-7.bmp");
    layout_release(&l);
    l = init_layout("", "", "", "^[^/]*/[a-z]+");
    check_group(&l, "d/abc12.bmp", "A/d/abc");
    layout_release(&l);
}

/* group_check() of two pictures, which 'warnings' is about. */
static int check_two(const char *one, const char *two, const char *group,
                     struct buf *warnings, struct err *err)
{
    struct layout l = init_layout("", "", "", group);
    char path[2][64];
    struct find_images_file f[2];
    const struct find_images w = {.file = f, .n = 2};
    int rc;

    snprintf(path[0], sizeof(path[0]), "%s", one);
    snprintf(path[1], sizeof(path[1]), "%s", two);
    for (int i = 0; i < 2; i++)
        f[i] = (struct find_images_file){
            .path = path[i], .group = layout_group(&l, "A", path[i])};
    rc = group_check(&w, &c, warnings, err);
    for (int i = 0; i < 2; i++)
        free(f[i].group);
    layout_release(&l);
    return rc;
}

static void check_two_warned(const char *one, const char *two,
                             const char *group, const char *want)
{
    struct buf said = {0};
    struct err err = {0};

    if (!ok(check_two(one, two, group, &said, &err) == 0 &&
                (*want ? said.data && strstr(said.data, want) : said.len == 0),
            *want ? want : "groups about which nothing is said"))
        printf("# %s\n", said.data ? said.data : "(nothing)");
    buf_release(&said);
}

static void check_groups(void)
{
    const char *const number = "slide([0-9]+)";
    struct buf said = {0};
    struct err err = {0};

    check_two_warned("A/012_1.bmp", "A/012_2.bmp", "", "");
    check_two_warned("A/S12_F3_01.png", "A/S12_F3_02.png", "",
                     "no group has two pictures: split.method group parts "
                     "single cells, as no name tells a group");
    check_two_warned("A/slide7_1.png", "A/slide7_2.png", number, "");
    check_two_warned("A/slide7_1.png", "A/slide8_2.png", number,
                     "as layout.group finds another in each name");
    check_two_warned("A/slide7_1.png", "A/Slide7_2.png", number,
                     "1 of 2 pictures are not matched by layout.group, each of "
                     "which is a group alone, such as 'A/Slide7_2.png'");
    fails(check_two("A/Slide7_1.png", "A/Slide7_2.png", number, &said, &err),
          err, ERR_USAGE, "'slide([0-9]+)' matches none of 2 pictures",
          "layout.group that matches nothing is refused");
    buf_release(&said);
}

static void check_refused(const char *classes, const char *expression,
                          const char *text)
{
    struct layout l;
    struct err err = {0};

    config_init(&c);
    snprintf(c.layout.classes, sizeof(c.layout.classes), "%s", classes);
    snprintf(c.layout.group, sizeof(c.layout.group), "%s", expression);
    fails(layout_init(&l, &c, &err), err, ERR_USAGE, text, text);
}

int main(void)
{
    check_plain();
    check_all();
    check_groups();
    check_refused("a", "", "layout.classes: 'a' alone, at least 2 are needed");
    check_refused("a, b, a", "", "layout.classes: 'a' is there twice");
    check_refused("a=x, b=x", "", "layout.classes: 'x' is there twice");
    check_refused("a, , b", "", "a folder and a class have 1 to 63 bytes");
    check_refused("a, b=", "", "a folder and a class have 1 to 63 bytes");
    check_refused("a, b/c", "", "and no slash");
    check_refused("", "(a", "layout.group: '(a': ");
    return tap_done();
}
