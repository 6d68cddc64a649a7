/* test_report_cell_data.c - what the view of a cell knows where not all is on
 * the page: cells of a large run, maps, what a vote has not */
#include "base/npy.h"
#include "report_run.h"

#include <jansson.h>

enum { CELLS = 4, MANY = 30001, SIDE = 1200 };

static struct plan_step step[9];
static struct plan plan = {.step = step};
static json_t *data; /* of the last page */

static const json_t *experiment(size_t e)
{
    return json_array_get(json_object_get(data, "experiments"), e);
}

/* Read what the page of 'plan' tells its script. */
static void read_page(void)
{
    static const char open[] = "id=\"cells\">";
    const char *from = strstr(page_of(&plan), open) + sizeof(open) - 1;

    json_decref(data);
    data =
        json_loadb(from, (size_t)(strstr(from, "</script>") - from), 0, NULL);
    BUG_ON(!data);
}

static bool has_cell(size_t e, json_int_t row)
{
    const json_t *cells = json_object_get(experiment(e), "cells");

    for (size_t i = 0; i < json_array_size(cells); i++)
        if (json_integer_value(json_array_get(json_array_get(cells, i), 0)) ==
            row)
            return true;
    return false;
}

/* Is 'part' in what 'words' say of 'what'? */
static bool says(const json_t *words, const char *what, const char *part)
{
    const char *said = json_string_value(json_object_get(words, what));

    return said && strstr(said, part);
}

/* Predictions of the four cells, a letter each, and of 'more' right ones that
 * data/ does not know. */
static void put_predictions(const char *name, const char *called, int more,
                            double validation)
{
    char path[64], metrics[64];
    struct buf b = {0};

    buf_puts(&b, "file,split,label,predicted,p_a,p_b,group\n");
    for (int i = 0; i < CELLS; i++)
        buf_printf(&b, "%d,test,a,%c,.5,.5,\n", i, called[i]);
    for (int i = 0; i < more; i++)
        buf_printf(&b, "m%d,test,a,a,.9,.1,\n", i);
    snprintf(path, sizeof(path), "evaluate/%s/predictions.csv", name);
    put_file(path, b.data);
    buf_release(&b);
    snprintf(metrics, sizeof(metrics),
             "{\"validation\":{\"n\":9,\"accuracy\":%.1f},\"test\":{}}",
             validation);
    snprintf(path, sizeof(path), "evaluate/%s/metrics.json", name);
    put_file(path, metrics);
}

/* In the headline cell 1 is wrong and cell 2 has maps, in the other cell 3 is
 * wrong. */
static void put_run(int more)
{
    put_file("data/index.csv", "file,label,group,split,width,height,status\n"
                               "0,a,,test,9,9,ok\n1,a,,test,9,9,ok\n"
                               "2,a,,test,9,9,ok\n3,a,,test,9,9,ok\n");
    put_predictions("e1", "abaa", 0, .9);
    put_predictions("e2", "aaab", more, .5);
    put_file("explain/e1/scores.csv",
             "row,file,label,predicted,target,p,method,map\n"
             "2,2,a,a,a,.9,gradcam,maps/noise.npy\n");
}

static void check_others(void)
{
    put_run(0);
    read_page();
    ok(has_cell(1, 0) && has_cell(1, 1) &&
           json_is_false(json_object_get(experiment(1), "left_out")),
       "of a small run every experiment has every cell");
    put_run(MANY);
    read_page();
    ok(has_cell(0, 0) && has_cell(0, 1) && has_cell(0, 2) && has_cell(0, 3) &&
           json_is_false(json_object_get(experiment(0), "left_out")),
       "of a large one the headline has every cell");
    ok(has_cell(1, 3), "  others have those that are wrong");
    ok(has_cell(1, 1), "  those that the headline has wrong");
    ok(has_cell(1, 2), "  and those that it explains");
    ok(!has_cell(1, 0) &&
           json_is_true(json_object_get(experiment(1), "left_out")),
       "  the rest is left out, which is told");
}

/* Noise, which no encoding makes small. */
static void put_noise(void)
{
    static float v[SIDE * SIDE];
    const struct npy map = {
        .type = NPY_F32, .n_dim = 2, .dim = {SIDE, SIDE}, .data = v};
    unsigned x = 1;
    struct err err;

    for (int i = 0; i < SIDE * SIDE; i++) {
        x = x * 1664525u + 1013904223u;
        v[i] = (float)(x >> 8) / (float)(1 << 24);
    }
    make_folder_of(in_dir("explain/e1/maps/noise.npy"));
    BUG_ON(npy_write(&map, in_dir("explain/e1/maps/noise.npy"), &err) < 0);
}

/* Cells 0 to 3 have maps, of which not all have room; cell 1 has none. */
static void check_room(void)
{
    const json_t *maps;

    put_noise();
    put_file("explain/e1/scores.csv",
             "row,file,label,predicted,target,p,method,map\n"
             "0,0,a,a,a,.9,gradcam,maps/noise.npy\n"
             "2,2,a,a,a,.9,gradcam,maps/noise.npy\n"
             "3,3,a,a,a,.9,gradcam,maps/noise.npy\n");
    read_page();
    maps = json_object_get(experiment(0), "maps");
    ok(json_array_size(json_object_get(maps, "0")) == 1,
       "a cell has its maps where there is room");
    ok(json_is_array(json_object_get(maps, "3")) &&
           json_array_size(json_object_get(maps, "3")) == 0,
       "  an empty list where they are left out");
    ok(!json_object_get(maps, "1"), "  and none where none were made");
    ok(says(json_object_get(data, "missing"), "room",
            "left out to keep the page small"),
       "  for which there are words");
}

static void check_vote(void)
{
    const json_t *missing;

    ok(!json_object_get(experiment(0), "missing"),
       "a training that has none has no words of its own");
    step[3] = step[4];
    step[3].ensemble = true;
    plan.n_step = 4;
    read_page();
    missing = json_object_get(experiment(1), "missing");
    ok(says(missing, "nearest", "A vote has no distances") &&
           says(missing, "maps", "A vote looks nowhere"),
       "  a vote says why it has neither distances nor maps");
}

int main(void)
{
    begin_dir();
    config_init(&config);
    plan.n_step = plan_experiments(step, 2);
    check_others();
    put_run(0);
    check_room();
    check_vote();
    json_decref(data);
    return end_dir();
}
