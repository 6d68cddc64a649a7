/*
 * test_report_gallery.c - pictures of the page: smaller, and fairly thinned
 */
#include "img/decode.h"
#include "img/png.h"
#include "markup.h"
#include "stages/report/report_sections.h"
#include "test_dir.h"

enum { SIDE = 40, CELLS = 3, METHODS = 2 };

static void put_picture(const char *name)
{
    struct err err = {0};
    struct image im;

    BUG_ON(image_init(&im, SIDE, SIDE, &err) < 0);
    for (size_t i = 0; i < image_bytes(&im); i++)
        im.px[i] = (uint8_t)(i * i * 7 % 251);
    BUG_ON(png_write(&im, in_dir(name), &err) < 0);
    image_release(&im);
}

/* CELLS right cells of class a, then as many wrong ones, each by METHODS. */
static void make_scores(void)
{
    static const char *const method[METHODS] = {"gradcam", "lime"};
    struct buf b = {0};
    struct err err = {0};
    char name[64];

    BUG_ON(file_dir_make(in_dir("explain/e"), &err) < 0);
    put_picture("explain/e/o.png");
    buf_puts(&b, "file,label,predicted,target,p,method,map,overlay,strip\n");
    for (int i = 0; i < 2 * CELLS; i++) {
        snprintf(name, sizeof(name), "explain/e/s%d.png", i);
        put_picture(name);
        for (int m = 0; m < METHODS; m++)
            buf_printf(&b, "%d.bmp,a,%s,a,.9,%s,maps/%d.npy,o.png,s%d.png\n", i,
                       i < CELLS ? "a" : "b", method[m], i, i);
    }
    BUG_ON(file_write(in_dir("explain/e/scores.csv"), b.data, b.len, &err) < 0);
    buf_release(&b);
}

static char *make_gallery(struct report_experiment *e, size_t room)
{
    const struct report_data d = {.run_dir = dir, .n_experiment = 1};
    struct buf b = {0};

    report_gallery(&d, e, room, &b);
    ok(!b.failed && markup_balanced(b.data), "a gallery is written");
    return b.data;
}

static void check_all(struct report_experiment *e)
{
    char *p = make_gallery(e, SIZE_MAX);

    ok(markup_count(p, "<figure") == 2 * CELLS, "the gallery has every cell");
    ok(markup_count(p, "src=\"data:image/webp;base64,") ==
           2 * CELLS * (METHODS + 1),
       "  with its strip and each method's picture, as WebP");
    ok(markup_count(p, "\" hidden src=") == 2 * CELLS * METHODS,
       "  of which the strip is shown without a script");
    ok(markup_count(p, "data-verdict=\"wrong\"") == CELLS &&
           markup_count(p, "data-class=\"a\"") == 2 * CELLS,
       "the gallery has what filters ask for");
    ok(markup_count(p, "href=\"../explain/e/maps/0.npy\"") == METHODS,
       "  and links to the maps");
    ok(!strstr(p, "left out"), "of a small gallery nothing is left out");
    free(p);
}

/* Room for two and a half cells. */
static void check_thinned(struct report_experiment *e)
{
    char *p = make_gallery(e, SIZE_MAX);
    const char *first = strstr(p, "<figure");
    const size_t one = (size_t)(strstr(first + 1, "<figure") - first);

    free(p);
    p = make_gallery(e, 2 * one + one / 2);
    ok(markup_count(p, "data-verdict=\"right\"") == 1 &&
           markup_count(p, "data-verdict=\"wrong\"") == 1,
       "of little room the right and the wrong cells have the same");
    ok(strstr(p, "4 more cells are left out to keep the page under") != NULL,
       "cells that the gallery leaves out are counted");
    free(p);
}

static void check_smaller(void)
{
    struct image im = {0}, back = {0};
    struct err err = {0};
    char *webp = NULL;
    size_t n = 0;

    ok(decode_read(&im, in_dir("explain/e/o.png"), &err) == 0 &&
           png_encode_webp(&im, &webp, &n, &err) == 0 &&
           decode_bytes(&back, webp, n, &err) == 0 && back.w == SIDE &&
           back.h == SIDE,
       "WebP is read again");
    free(webp);
    image_release(&im);
    image_release(&back);
}

int main(void)
{
    struct plan_step step = {.dir = "explain/e"};
    struct report_experiment e = {.explain = &step};
    struct err err = {0};

    begin_dir();
    make_scores();
    e.scores.there =
        csv_read(&e.scores.csv, in_dir("explain/e/scores.csv"), &err) == 0;
    check_all(&e);
    check_thinned(&e);
    check_smaller();
    csv_release(&e.scores.csv);
    return end_dir();
}
