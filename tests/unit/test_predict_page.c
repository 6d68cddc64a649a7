/*
 * test_predict_page.c - the page of papline predict: it is whole, loads nothing,
 * and no name of a file or class gets out of its place
 */
#include "page_check.h"
#include "stages/explain/predict_page.h"
#include "stages/explain/predict_unlike.h"
#include "test_dir.h"

enum { SIDE = 16, CLASSES = 2, PIXELS = SIDE * SIDE };

/* No name that a system of files forbids. */
#define HOSTILE "a/\"><img src=x onerror=alert(1)></script>&'\xff.png"

static const struct model_info info = {
    .h = SIDE,
    .w = SIDE,
    .n_class = CLASSES,
    .class_name = {"Koilocytotic", "</script><b>\"&"}};

static const struct predict_command_args bare = {.model = "m.safetensors"};
static const struct predict_command_args all = {.model = "</title><script>m",
                                                .method = {"gradcam", "lime"},
                                                .n_method = 2,
                                                .calibrated = true,
                                                .threshold = "stored",
                                                .sets = true,
                                                .unlike = true};

static const struct predict_decisions decisions = {
    .two = true, .abnormal = {true, false}, .sets = {.coverage = 0.9}};

static void add_maps(struct predict_page *g, int n)
{
    static float heat[PIXELS];
    const struct explainer_map map = {.heat = heat, .low = -1, .high = 3};
    struct err err = {0};
    int rc = 0;

    for (int i = 0; i < PIXELS; i++)
        heat[i] = (float)i / PIXELS;
    for (int m = 0; m < n && rc == 0; m++)
        rc = predict_page_map(g, m, &map, &err);
    works(rc == 0, err, "maps are kept");
}

/* A picture of each class, and one set aside. */
static void add_pictures(struct predict_page *g, int n_map)
{
    static const double said[] = {0.7, 0.3}, told[] = {0.6, 0.4};
    static const bool set[] = {true, true};
    static uint8_t rgb[3 * PIXELS];
    const struct predict_page_picture p = {rgb, {90, 80}, 0, n_map > 0};
    const struct predict_line aside = {.file = HOSTILE,
                                       .aside = "<i>it & is none"};
    struct err err = {0};
    int rc = 0;

    for (int c = 0; c < CLASSES && rc == 0; c++) {
        const struct predict_line l = {.file = HOSTILE,
                                       .p = told,
                                       .said = said,
                                       .predicted = c,
                                       .abnormal = 0.7,
                                       .raised = c == 0,
                                       .set = set,
                                       .n_set = 2,
                                       .distance = 0.5,
                                       .beyond = c == 0 ? PREDICT_UNLIKE : 0};

        add_maps(g, n_map);
        rc = predict_page_add(g, &l, &p, &err);
    }
    if (rc == 0)
        rc = predict_page_add(g, &aside, NULL, &err);
    works(rc == 0, err, "pictures are added");
}

/* The text of a page whose pictures have 'room' bytes, until the next one. */
static const char *make_page(const struct predict_command_args *ask,
                             size_t room)
{
    const struct predict_columns columns = {&info, ask, 0};
    struct predict_page g;
    struct err err = {0};

    need(predict_page_init(&g, &columns, &decisions, 0.4, &err) == 0, &err);
    g.room = room;
    add_pictures(&g, ask->n_method);
    works(predict_page_write(&g, in_dir("p.html"), &err) == 0, err,
          "a page is written");
    predict_page_release(&g);
    return text_of("p.html");
}

/* The JSON that the script reads; the caller drops it. */
static json_t *read_cells(const char *page)
{
    static const char begin[] =
        "<script type=\"application/json\" id=\"cells\">";
    const char *at = strstr(page, begin), *end;

    if (!at)
        return NULL;
    at += sizeof(begin) - 1;
    end = strstr(at, "</script>");
    return end ? json_loadb(at, (size_t)(end - at), 0, NULL) : NULL;
}

static void check_cells(const char *page)
{
    json_t *root = read_cells(page), *of = NULL;
    const char *first = NULL, *file = NULL, *id = NULL;
    int p = 0, calibrated = 0, is = 0, set = 0, far = 0;

    ok(root &&
           json_unpack(root,
                       "{s:[{s:[[i,i,n,i,[i,i],[i,i!],[i,i!]],o], s:{s:[{s:[["
                       "s,s,o],o]}]}, s:{s:{s:o}}}], s:{s:{s:s}}}",
                       "experiments", "cells", &is, &far, &far, &set, &set, &p,
                       &far, &calibrated, &far, &of, "maps", "0", "of", &first,
                       &id, &of, &of, "nearest", "1", "beyond", &of, "cells",
                       "1", "file", &file) == 0,
       "the view has cells without a class that is known");
    ok(p == 7000 && calibrated == 6000,
       "  with probabilities as they are and calibrated");
    ok(first && strcmp(first, "gradcam") == 0 && strstr(page, id),
       "  with maps that are on the page");
    ok(file && strncmp(file, "a/\"><img", 8) == 0 && !strstr(file, "\xff"),
       "  with names as they are, but for what is no text");
    json_decref(root);
}

static void check_all(void)
{
    const char *page = make_page(&all, PREDICT_PAGE_BYTES);

    check_page(page);
    page_lacks(page, "<img", "a name of a file is no element");
    page_lacks(page, "<b>", "  nor that of a class");
    page_lacks(page, "<i>", "  nor a reason");
    page_lacks(page, "\xff", "  bytes that are no text are left out");
    page_has(page, "2 pictures: 1 Koilocytotic, 1 ", "pictures are counted");
    page_has(page, " 1 raised as abnormal. 2 to refer", "  and decisions");
    page_has(page,
             " 1 unlike the training cells. 2 like a whole field of several "
             "cells, of which a model of single cells can say nothing. 1 set "
             "aside.",
             "  and what is odd");
    page_has(
        page,
        "60.0&nbsp;%<br><span class=\"wrong\">raised refer unlike field </span",
        "each has its own, beside the calibrated probability");
    ok(markup_count(page, "<image id=\"m") == 4 &&
           markup_count(page, "data-maps=\"gradcam:m1-0 lime:m1-1\"") == 1,
       "maps of both methods");
    page_has(page, "id=\"word-lime\"", "  whose words are explained");
    check_cells(page);
}

static void check_bare(void)
{
    const char *page = make_page(&bare, PREDICT_PAGE_BYTES);

    check_page(page);
    page_lacks(page, "class=\"map\"", "no map without a method");
    page_lacks(page, "class=\"wrong\"", "  no decision that nobody asked for");
    page_has(page, "\"coverage\":0.0,", "  nor a set");
}

static void check_room(void)
{
    const char *page = make_page(&all, 1);

    check_page(page);
    page_has(page, ">2 pictures and their maps are left out",
             "pictures without room are counted");
    ok(markup_count(page, "<span class=\"nopicture\">") == 2 &&
           markup_count(page, "<image ") == 0,
       "  told of without them");
}

int main(void)
{
    begin_dir();
    check_all();
    check_bare();
    check_room();
    return end_dir();
}
