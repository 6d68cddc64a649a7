/*
 * test_report_gallery.c - cells on the page: matrix, pictures, maps, what the
 * cell view knows; fairly thinned where there is little room
 */
#include "base/json.h"
#include "base/npy.h"
#include "base/rng.h"
#include "img/decode.h"
#include "img/png.h"
#include "report_run.h"
#include "stages/report/report_gallery.h"
#include "store/store.h"

enum { SIDE = 16, CELLS = 8, PIXELS = SIDE * SIDE };

/* Classes with groups of their own: two abnormal cells missed, one raised. */
static const char names[3][CONFIG_NAME_MAX] = {"Koilocytotic <k>", "Parabasal",
                                               "Superficial"};
static const int is[CELLS] = {0, 0, 0, 1, 1, 2, 2, 1};
static const int called[CELLS] = {0, 1, 2, 1, 0, 2, 1, 1};

/* --- a run ---------------------------------------------------------------- */

static void make_store(void)
{
    const struct store_args a = {.dir = in_dir("data"),
                                 .header = "file,label,group,split,width,"
                                           "height,status",
                                 .n = CELLS,
                                 .h = SIDE,
                                 .w = SIDE,
                                 .class_name = names,
                                 .n_class = 3};
    struct store_writer *w = NULL;
    uint8_t px[3 * PIXELS];
    char record[128];
    const char *const line = record;
    struct err err;

    BUG_ON(file_dir_make(a.dir, &err) < 0 || store_create(&w, &a, &err) < 0);
    for (int i = 0; i < CELLS; i++) {
        for (int k = 0; k < 3 * PIXELS; k++)
            px[k] = (uint8_t)(i * 29 + k * k * 7 % 251);
        snprintf(record, sizeof(record), "%d.bmp,%s,g%d,test,90,%d,ok", i,
                 names[is[i]], i, 100 + i);
        BUG_ON(store_put(w, (size_t)i, 1, px, &is[i], &line, &err) < 0);
    }
    BUG_ON(store_finish(w, &err) < 0);
}

static void put_map(const char *name, float peak)
{
    static float v[PIXELS];
    const struct npy map = {
        .type = NPY_F32, .n_dim = 2, .dim = {SIDE, SIDE}, .data = v};
    struct err err;

    for (int i = 0; i < PIXELS; i++)
        v[i] = peak * (float)i / PIXELS;
    make_folder_of(in_dir(name));
    BUG_ON(npy_write(&map, in_dir(name), &err) < 0);
}

/* Test rows of CELLS; enough validation rows to fit sets of two classes on. */
static void make_predictions(void)
{
    struct buf b = {0};

    buf_puts(&b, "file,split,label,predicted,p_Koilocytotic <k>,p_Parabasal,"
                 "p_Superficial,group\n");
    for (int i = 0; i < CELLS; i++)
        buf_printf(&b, "%d.bmp,test,%s,%s,%s,\n", i, names[is[i]],
                   names[called[i]],
                   called[i] == 0   ? ".8,.15,.05"
                   : called[i] == 1 ? ".1,.7,.2"
                                    : ".2,.2,.6");
    for (int i = 0; i < 60; i++)
        buf_printf(&b, "v%d.bmp,validation,%s,%s,%s,\n", i, names[i % 3],
                   names[i % 3],
                   i % 3 == 0   ? ".9,.05,.05"
                   : i % 3 == 1 ? ".1,.8,.1"
                                : ".2,.2,.6");
    put_file("evaluate/e1/predictions.csv", b.data);
    buf_release(&b);
    put_file("evaluate/e1/metrics.json",
             "{\"model\":\"best\",\"classes\":[\"Koilocytotic <k>\","
             "\"Parabasal\",\"Superficial\"],\"validation\":{\"n\":60,"
             "\"accuracy\":1},\"test\":{\"n\":8,\"correct\":4,\"accuracy\":0.5,"
             "\"per_class\":[]},\"temperature\":{\"value\":2}}");
}

/* Cell 0 is right; cell 1 is missed, with maps of both classes. */
static void make_scores(void)
{
    put_map("explain/e1/maps/a.npy", 1);
    put_map("explain/e1/maps/b.npy", 0);
    put_file("explain/e1/scores.csv",
             "row,file,label,predicted,target,p,method,map,peak_x,peak_y,"
             "nucleus_pointing,nucleus_mass,nucleus_area\n"
             "0,0.bmp,Koilocytotic <k>,Koilocytotic <k>,Koilocytotic <k>,.8,"
             "gradcam,maps/a.npy,3,4,1,.25,.1\n"
             "0,0.bmp,Koilocytotic <k>,Koilocytotic <k>,Koilocytotic <k>,.8,"
             "lime,maps/a.npy,3,4,0,.001,.1\n"
             "1,1.bmp,Koilocytotic <k>,Parabasal,Parabasal,.7,gradcam,"
             "maps/a.npy,3,4,,,\n"
             "1,1.bmp,Koilocytotic <k>,Parabasal,Parabasal,.7,lime,"
             "maps/lost.npy,3,4,,,\n"
             "1,1.bmp,Koilocytotic <k>,Parabasal,Koilocytotic <k>,.7,gradcam,"
             "maps/b.npy,3,4,,,\n"
             "2,2.bmp,Koilocytotic <k>,Superficial,Superficial,.6,gradcam,"
             "../../x.npy,3,4,,,\n");
    put_map("x.npy", 1);
    put_file("explain/e1/faithfulness.csv",
             "method,label,figure,cells,groups,mean,low,high\n"
             "gradcam,all,road,8,8,0.1,-0.01,0.2\n");
    put_file("evaluate/e1/neighbours.csv",
             "file,split,distance,beyond,row_1,distance_1,row_2,distance_2\n"
             "1.bmp,test,0.25,0.975,6,0.125,3,0.25\n");
}

/* --- the page ------------------------------------------------------------- */

static void check_matrix(const char *p)
{
    page_has(p, "<th scope=\"colgroup\" colspan=\"1\">called abnormal</th>",
             "the matrix has abnormal classes apart");
    page_has(p,
             "<td class=\"square missed edge\" style=\"--share:37.3%\" "
             "data-n=\"1\" data-is=\"Koilocytotic &lt;k&gt;\" "
             "data-called=\"Parabasal\">",
             "  which were missed, of which class, called what");
    page_has(p,
             "<td class=\"square raised\" style=\"--share:37.3%\" data-n=\"1\" "
             "data-is=\"Parabasal\" data-called=\"Koilocytotic &lt;k&gt;\">",
             "  which were raised");
    page_has(p, "<table class=\"matrix\" data-experiments=\"0\">",
             "  by which experiments");
    page_has(p,
             "<a class=\"term\" href=\"#word-koilocytotic\">Koilocytotic "
             "&lt;k&gt;</a> <span class=\"mute\">3</span>",
             "  of how many cells, of a class that explains itself");
}

static void check_strips(const char *p)
{
    const char *missed = strstr(p, "Missed: abnormal cells called another "
                                   "class: 2</h3>");
    const char *raised =
        strstr(p, "Raised: other cells called abnormal: 1</h3>");

    ok(missed && raised && missed < raised,
       "what was missed is shown, then what was raised");
    if (!missed || !raised)
        return;
    ok(strstr(missed, "data-cell=\"0/1\"") <
           strstr(missed, "data-cell=\"0/2\""),
       "  the surest first");
    ok(strstr(raised, "data-cell=\"0/4\"") != NULL, "  with its address");
    page_has(p,
             "aria-label=\"Koilocytotic &lt;k&gt;, called Parabasal\" "
             "viewBox=\"0 0 16 16\"><use href=\"#p1\"/></svg>",
             "  and its picture");
    ok(markup_count(p, "<image id=\"p1\"") == 1, "  which is there once");
    page_has(p, "Mistaken for a class of the same side: 1</h3>",
             "  other mistakes stand apart");
}

static void check_maps(const char *p)
{
    const char *gallery = strstr(p, "id=\"gallery\"");

    ok(gallery && markup_count(gallery, "<figure class=\"explained\"") == 2,
       "a figure for each explained cell with maps");
    page_has(p,
             "data-class=\"Koilocytotic &lt;k&gt;\" data-verdict=\"missed\" "
             "data-cell=\"0/1\"",
             "  with what filters ask for");
    page_has(p, "data-maps=\"gradcam:m1-0 lime:m1-1\"",
             "  and all methods' maps");
    ok(markup_count(p, "<image id=\"m1-") == 4, "a map is there once");
    page_lacks(p, "id=\"m1-3\"", "  a lost one is not");
    page_lacks(p, "id=\"m1-5\"", "  nor one outside its folder");
    page_has(p, "maps: what speaks for Parabasal, then for Koilocytotic &lt;k",
             "of a mistake both classes have a map");
    page_has(p, "<filter id=\"heat\"", "maps are coloured by a filter");
}

/* One of five others raised, one of three abnormal cells found; of 15 pairs of
 * one and another 9.5 are in order, ties counting half. */
static void check_charts(const char *p)
{
    page_has(p, ">abnormal or not: 0.633<", "how well it tells abnormal cells");
    page_has(p, "cx=\"111.2\" cy=\"224.0\"",
             "  where on the curve cells are called");
    page_has(p, ">as trained: ECE ",
             "how far its confidence is to be believed");
    page_has(p, "at temperature 2.00: ", "  also at the temperature");
}

/* --- what the cell view knows --------------------------------------------- */

/* The JSON of a page; the caller drops it. */
static json_t *data_of(const char *p)
{
    static const char open[] = "id=\"cells\">";
    const char *from = strstr(p, open), *to = strstr(from, "</script>");

    from += strlen(open);
    return json_loadb(from, (size_t)(to - from), 0, NULL);
}

/* The line of a cell in the first experiment. */
static const json_t *line_of(const json_t *data, json_int_t row)
{
    const json_t *e = json_array_get(json_object_get(data, "experiments"), 0);
    const json_t *cells = json_object_get(e, "cells");

    for (size_t i = 0; i < json_array_size(cells); i++)
        if (json_integer_value(json_array_get(json_array_get(cells, i), 0)) ==
            row)
            return json_array_get(cells, i);
    return NULL;
}

static json_int_t number_at(const json_t *line, size_t i)
{
    return json_integer_value(json_array_get(line, i));
}

static void check_data(const char *p)
{
    json_t *data = data_of(p);
    const json_t *e = json_array_get(json_object_get(data, "experiments"), 0);
    const json_t *missed = line_of(data, 1);
    char *facts = json_dumps(json_object_get(e, "facts"), JSON_COMPACT);
    char *near = json_dumps(json_object_get(e, "nearest"),
                            JSON_COMPACT | JSON_REAL_PRECISION(6));
    char *maps = json_dumps(json_object_get(e, "maps"), JSON_COMPACT);

    page_lacks(p, "<k>", "no name of a class is an element");
    ok(json_array_size(json_object_get(e, "cells")) == CELLS,
       "the view knows every cell");
    ok(number_at(missed, 1) == CELL_MISSED && number_at(missed, 2) == 0 &&
           number_at(missed, 3) == 1,
       "  verdict, class, what it is called");
    ok(number_at(json_array_get(missed, 5), 1) == 7000,
       "  probabilities in ten thousandths");
    /* softmax(ln p / 2) of .1, .7, .2: roots over their sum */
    ok(number_at(json_array_get(missed, 6), 1) == 5229,
       "  at the temperature, too");
    /* 1 - p <= q, q the greatest score of 20 validation cells: .1, .2, .4 */
    ok(json_array_size(json_array_get(missed, 4)) == 0,
       "  the prediction set: none");
    ok(json_array_size(json_array_get(line_of(data, 2), 4)) == 1 &&
           number_at(json_array_get(line_of(data, 2), 4), 0) == 2,
       "  or the third class alone");
    ok(strstr(facts, "[\"size as it came\",\"90 x 101 pixels\"]") != NULL,
       "  facts of the picture");
    ok(strstr(maps, "in the nucleus. Of the map 25 % lie in the nucleus, which "
                    "covers 10 % of the picture: more than by chance.") != NULL,
       "  sentences on a map");
    ok(strstr(maps, "outside the cell. Of the map 0 % lie") &&
           strstr(maps, "does not touch the nucleus") != NULL,
       "  that says when it misses the nucleus");
    ok(strstr(maps, "its ROAD is 0.100 (95 % interval -0.010 to 0.200): not "
                    "told from chance") != NULL,
       "  and what is measured of its method");
    ok(strstr(maps,
              "Its brightest point lies within the picture (pixel 3, 4)") !=
           NULL,
       "  without contours where it is brightest");
    ok(strstr(maps, "nothing speaks for this class") != NULL, "  or is empty");
    ok(strstr(near, "{\"1\":{\"distance\":0.25,\"beyond\":0.975") &&
           strstr(near, "[[6,\"Superficial\",0.125],[3,\"Parabasal\",0.25]]"),
       "  the training cells that are nearest");
    free(near);
    free(facts);
    free(maps);
    json_decref(data);
}

/* --- little room ---------------------------------------------------------- */

/* Noise of so many pixels a side, which no encoding makes small. */
static void put_noise(const char *name, size_t side)
{
    float *v = malloc(side * side * sizeof(*v));
    struct rng rng;
    const struct npy map = {
        .type = NPY_F32, .n_dim = 2, .dim = {side, side}, .data = v};
    struct err err;

    BUG_ON(!v);
    rng_init(&rng, 1, RNG_DRAW, 0, 0);
    for (size_t i = 0; i < side * side; i++)
        v[i] = rng_uniform(&rng);
    BUG_ON(npy_write(&map, in_dir(name), &err) < 0);
    free(v);
}

/* Six maps, of which some fit: three of right cells stand before three of
 * wrong ones. */
static void check_thinned(void)
{
    struct buf b = {0};
    size_t shown[2] = {0, 0};
    char *p, id[32];

    put_noise("explain/e1/maps/noise.npy", 1200);
    buf_puts(&b, "row,file,label,predicted,target,p,method,map\n");
    for (int i = 0; i < 6; i++)
        buf_printf(&b, "%d,%d.bmp,a,%s,a,.9,gradcam,maps/noise.npy\n", i, i,
                   i < 3 ? "a" : "b");
    put_file("explain/e1/scores.csv", b.data);
    buf_release(&b);
    p = make_page(1, SPLIT_BY_GROUP);
    for (int i = 0; i < 6; i++) {
        snprintf(id, sizeof(id), "<image id=\"m1-%d\"", i);
        shown[i / 3] += markup_count(p, id);
    }
    ok(shown[0] + shown[1] < 6 && shown[0] > 0,
       "maps are left out where there is little room");
    ok(shown[0] - shown[1] < 2, "  of right cells as many as of wrong ones");
    page_has(p, "left out to keep the page under", "  which is said");
    ok(strlen(p) < REPORT_MAX_BYTES, "  and the page stays below its limit");
}

static void check_smaller(void)
{
    struct image im = {0}, back = {0};
    struct err err = {0};
    char *webp = NULL;
    size_t n = 0;

    BUG_ON(image_init(&im, SIDE, SIDE, &err) < 0);
    ok(png_encode_webp(&im, &webp, &n, &err) == 0 &&
           decode_bytes(&back, webp, n, &err) == 0 && back.w == SIDE &&
           back.h == SIDE,
       "WebP is read again");
    free(webp);
    image_release(&im);
    image_release(&back);
}

/* Classes are of several views, maps of one, which calls cell 0 otherwise. */
static void check_views(void)
{
    struct plan_step step[9];
    const struct plan plan = {.step = step,
                              .n_step = plan_experiments(step, 1)};
    const char *p;

    put_file("explain/e1/concepts.csv",
             "row,file,group,label,predicted,p,source,status\n"
             "0,0.bmp,,Koilocytotic <k>,Parabasal,.6,segmentation,ok\n"
             "1,1.bmp,,Koilocytotic <k>,Parabasal,.6,segmentation,ok\n");
    put_file("explain/e1/scores.csv",
             "row,file,label,predicted,target,p,method,map\n"
             "0,0.bmp,Koilocytotic <k>,Parabasal,Parabasal,.6,gradcam,"
             "maps/a.npy\n"
             "1,1.bmp,Koilocytotic <k>,Parabasal,Parabasal,.6,gradcam,"
             "maps/a.npy\n");
    put_file("explain/e1/faithfulness.csv",
             "method,label,figure,cells,groups,mean,low,high\n"
             "gradcam,all,road,8,8,0.1,0.06,0.2\n"
             "centre,all,road,8,8,0.08,0.06,0.2\n"
             "blurred,all,road,8,8,0.05,0.02,0.2\n");
    config_init(&config);
    config.evaluate.views = VIEWS_ALL;
    p = page_of(&plan);
    check_page(p);
    page_has(p, "Seen once, 1 of 2 test cells are called another class",
             "cells that one view calls otherwise are counted");
    page_has(p,
             "<span class=\"right\">right</span>, 80.0&nbsp;%<br><span "
             "class=\"mute\">seen once, as in the maps: Parabasal, "
             "60.0&nbsp;%",
             "  told beside the class that counts");
    ok(markup_count(p, "Seen once, as it stands here, the network calls this "
                       "cell Parabasal (60.0 %); Koilocytotic") == 1,
       "  and by its map");
    page_has(p,
             "0.100 (95 % interval 0.060 to 0.200): better than chance, but "
             "not clearly better than marking the middle of each picture "
             "(0.080), which asks no network.",
             "a method is set beside what asks no network");
}

/* The page of 'n' folds, the experiments e1, e2, ... from fold 'first' on. */
static const char *page_of_folds(int n, int first)
{
    struct plan_step step[9];
    const struct plan plan = {.step = step,
                              .n_step = plan_experiments(step, n)};

    for (int i = 0; i < plan.n_step; i++) {
        step[i].seed = 1;
        step[i].fold = (i / 3 + first) % n;
        step[i].folds = n;
    }
    return page_of(&plan);
}

/* On the ROC curve is what is called of the cells that it is of: of all folds
 * one of six others is raised, of the first alone one of five. */
static void check_marks(const char *p, const char *what)
{
    const char *all = strstr(p, "cx=\"102.0\" cy=\"224.0\"");
    const char *each = strstr(p, "<details");
    const char *own = each ? strstr(each, "cx=\"111.2\" cy=\"224.0\"") : NULL;

    ok(all && each && all < each && own &&
           !strstr(all + 1, "cx=\"102.0\" cy=\"224.0\""),
       what);
}

/* The same of the cells of two folds; of none if that is not known. */
static void check_folds(void)
{
    const char *p;
    struct err err;

    put_file("evaluate/e2/predictions.csv",
             "file,split,label,predicted,p_Koilocytotic <k>,p_Parabasal,"
             "p_Superficial,group\n"
             "5.bmp,test,Superficial,Superficial,.1,.2,.7,\n");
    put_file("evaluate/e2/metrics.json",
             "{\"test\":{\"n\":1},\"temperature\":{\"value\":3}}");
    put_file("explain/e2/concepts.csv",
             "row,file,group,label,predicted,p,source,status\n"
             "5,5.bmp,,Superficial,Parabasal,.6,segmentation,ok\n");
    p = page_of_folds(2, 0);
    page_has(p, "Seen once, 2 of 3 test cells are called another class",
             "  over all folds");
    page_has(p, "at each fold&#39;s temperature: ",
             "curves of all folds have no one temperature");
    check_marks(p, "marks of curves are of the cells of the curve");
    check_marks(page_of_folds(3, 1), "  where the first fold is missing, too");
    for (int i = 1; i <= 2; i++)
        BUG_ON(file_dir_remove(in_dir(i == 1 ? "explain/e1/concepts.csv"
                                             : "explain/e2/concepts.csv"),
                               &err) < 0);
    p = page_of_folds(2, 0);
    page_has(p, "Seen once, a cell may be called another class; the maps",
             "  not where nothing is known of it");
}

int main(void)
{
    char *p;

    begin_dir();
    make_store();
    make_predictions();
    make_scores();
    p = make_page(1, SPLIT_BY_GROUP);
    check_page(p);
    check_matrix(p);
    check_strips(p);
    check_maps(p);
    check_charts(p);
    check_data(p);
    check_thinned();
    check_smaller();
    make_scores();
    check_views();
    check_folds();
    return end_dir();
}
