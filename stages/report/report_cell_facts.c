#include "stages/report/report_cell_facts.h"

#include "base/json.h"
#include "page/page_glossary.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SENTENCE = 400 };

/* Smaller differences of one map are taken for noise. */
static const double ROAD_CLEAR = 0.02;

void report_fact(json_t *list, const char *name, const char *value)
{
    json_t *pair = json_array();

    json_array_append_new(pair, json_text(name));
    json_array_append_new(pair, json_text(value));
    json_array_append_new(list, pair);
}

void report_sentence(json_t *list, const char *sentence)
{
    json_array_append_new(list, json_text(sentence));
}

json_t *report_facts_of_cell(const struct report_data *d,
                             const struct report_experiment *e, size_t i)
{
    static const struct {
        const char *title;
        void (*write)(const struct report_data *,
                      const struct report_experiment *, size_t, json_t *);
    } table[] = {
#define CELL_FACTS(title, write) {title, write},
#define MAP_FACTS(write)
#include "report_cell_facts.def"
#undef CELL_FACTS
#undef MAP_FACTS
    };
    json_t *all = json_array();

    for (size_t k = 0; k < sizeof(table) / sizeof(table[0]); k++) {
        json_t *list = json_array();

        table[k].write(d, e, i, list);
        if (json_array_size(list) > 0)
            json_array_append_new(all,
                                  json_pack("[s, O]", table[k].title, list));
        json_decref(list);
    }
    return all;
}

json_t *report_facts_of_map(const struct report_data *d,
                            const struct report_experiment *e, size_t score)
{
    static void (*const table[])(const struct report_data *,
                                 const struct report_experiment *, size_t,
                                 json_t *) = {
#define CELL_FACTS(title, write)
#define MAP_FACTS(write) write,
#include "report_cell_facts.def"
#undef CELL_FACTS
#undef MAP_FACTS
    };
    json_t *list = json_array();

    for (size_t k = 0; k < sizeof(table) / sizeof(table[0]); k++)
        table[k](d, e, score, list);
    return list;
}

/* --- of a cell ------------------------------------------------------------ */

void report_facts_picture(const struct report_data *d,
                          const struct report_experiment *e, size_t i,
                          json_t *list)
{
    const size_t row = e->cells.row[i];
    const double w = report_number(&d->index, row, "width");
    const double h = report_number(&d->index, row, "height");
    const char *group = report_field(&d->index, row, "group");
    char text[64];

    report_fact(list, "file", report_field(&d->index, row, "file"));
    if (w > 0 && h > 0) {
        snprintf(text, sizeof(text), "%.0f x %.0f pixels", w, h);
        report_fact(list, "size as it came", text);
    }
    if (*group)
        report_fact(list, "cluster image", group);
}

/* --- of a map ------------------------------------------------------------- */

/* A cell that the network calls another class when it sees it once, as the map
 * has it, than in the mean over several views. */
void report_facts_views(const struct report_data *d,
                        const struct report_experiment *e, size_t score,
                        json_t *list)
{
    const struct predictions *p = &e->cells.told;
    const char *seen = report_field(&e->scores, score, "predicted");
    const char *file = report_field(&e->scores, score, "file");
    char text[SENTENCE];
    size_t i = 0;

    (void)d;
    while (e->cells.there && i < p->o.n && strcmp(p->file[i], file) != 0)
        i++;
    if (!e->cells.there || i == p->o.n || !*seen ||
        strcmp(p->class_name[p->o.predicted[i]], seen) == 0)
        return;
    snprintf(text, sizeof(text),
             "Seen once, as it stands here, the network calls this cell "
             "%.60s (%.1f %%); %.60s is what the mean over several views of "
             "it says, which no map explains.",
             seen, 100 * report_number(&e->scores, score, "p"),
             p->class_name[p->o.predicted[i]]);
    report_sentence(list, text);
}

/* The method before it whose map it has. */
void report_facts_same(const struct report_data *d,
                       const struct report_experiment *e, size_t score,
                       json_t *list)
{
    const char *same = report_field(&e->scores, score, "same_as");
    const struct glossary_word *word = page_glossary_find(same);
    char text[SENTENCE];

    (void)d;
    if (!*same)
        return;
    snprintf(text, sizeof(text), "It is the same map as that of %.60s here.",
             word ? word->term : same);
    report_sentence(list, text);
}

/* What the map is made of, and what its scale means. */
void report_facts_grid(const struct report_data *d,
                       const struct report_experiment *e, size_t score,
                       json_t *list)
{
    const struct report_csv *c = &e->scores;
    const char *grid = report_field(c, score, "grid");
    const char *note = report_field(c, score, "note");
    const double low = report_number(c, score, "raw_low");
    const double high = report_number(c, score, "raw_high");
    char text[SENTENCE];

    (void)d;
    if (*grid) {
        snprintf(text, sizeof(text),
                 "It is made of %.20s values, %.0f pixels apart: it tells "
                 "nothing finer than that.",
                 grid, report_number(c, score, "spacing"));
        report_sentence(list, text);
    }
    if (*note) {
        snprintf(text, sizeof(text), "Made of %.60s.", note);
        report_sentence(list, text);
    }
    if (!isfinite(low) || !isfinite(high))
        return;
    snprintf(text, sizeof(text),
             "Its darkest colour stands for %.3g, its brightest for %.3g: maps "
             "of other methods or classes have scales of their own.",
             low, high);
    report_sentence(list, text);
}

/* An empty map, or where one without contours is brightest. */
void report_facts_peak(const struct report_data *d,
                       const struct report_experiment *e, size_t score,
                       json_t *list)
{
    const double x = report_number(&e->scores, score, "peak_x");
    const double y = report_number(&e->scores, score, "peak_y");
    const double right = (double)d->pictures.data.w - 1;
    const double low = (double)d->pictures.data.h - 1;
    char text[SENTENCE];

    if (e->maps.map[score] == REPORT_MAP_EMPTY) {
        report_sentence(list, "This map is empty: nothing speaks for this "
                              "class.");
        return;
    }
    if (!isfinite(x) || !isfinite(y) ||
        isfinite(report_number(&e->scores, score, "nucleus_mass")))
        return;
    snprintf(text, sizeof(text),
             "Its brightest point lies %s (pixel %.0f, "
             "%.0f).",
             x < 1 || y < 1 || x > right - 1 || y > low - 1
                 ? "at the picture's edge"
                 : "within the picture",
             x, y);
    report_sentence(list, text);
}

/* Where it lies, of a cell with contours. */
void report_facts_regions(const struct report_data *d,
                          const struct report_experiment *e, size_t score,
                          json_t *list)
{
    const struct report_csv *c = &e->scores;
    const double mass = report_number(c, score, "nucleus_mass");
    const double area = report_number(c, score, "nucleus_area");
    char text[SENTENCE];

    (void)d;
    if (!isfinite(mass) || !isfinite(area) ||
        e->maps.map[score] == REPORT_MAP_EMPTY)
        return;
    snprintf(text, sizeof(text),
             "Its brightest point lies %s. Of the map %.0f %% lie in the "
             "nucleus, which covers %.0f %% of the picture: %s.",
             report_number(c, score, "nucleus_pointing") > 0.5
                 ? "in the nucleus"
             : report_number(c, score, "cytoplasm_pointing") > 0.5
                 ? "in the cytoplasm"
                 : "outside the cell",
             100 * mass, 100 * area,
             mass < 0.005        ? "this map does not touch the nucleus"
             : mass > 1.5 * area ? "more than by chance"
                                 : "no more than by chance");
    report_sentence(list, text);
}

/* What the probability does when the marked pixels are removed. */
void report_facts_removal(const struct report_data *d,
                          const struct report_experiment *e, size_t score,
                          json_t *list)
{
    const double road = report_number(&e->scores, score, "road");
    const double most = report_number(&e->scores, score, "road_morf");
    const double least = report_number(&e->scores, score, "road_lerf");
    char text[SENTENCE];

    (void)d;
    if (!isfinite(road) || !isfinite(most) || !isfinite(least))
        return;
    snprintf(text, sizeof(text),
             "Without what it marks most the probability changes by %+.1f "
             "points, without what it marks least by %+.1f (ROAD %.3f): %s.",
             100 * most, 100 * least, road,
             road > ROAD_CLEAR    ? "it marks what matters to the network"
             : road < -ROAD_CLEAR ? "others matter more than what it marks"
                                  : "that tells nothing of it");
    report_sentence(list, text);
}

/* The row of a method's mean ROAD over all classes; n_row: there is none. */
static size_t find_road(const struct report_csv *c, const char *method)
{
    size_t i = 0;

    while (i < c->csv.n_row &&
           (strcmp(report_label(c, i), "all") != 0 ||
            strcmp(report_field(c, i, "figure"), "road") != 0 ||
            strcmp(report_field(c, i, "method"), method) != 0))
        i++;
    return i;
}

/* The best mean ROAD of what asks no network, and its word; NaN: none. */
static double best_baseline(const struct report_csv *c, const char **word)
{
    static const char *const name[] = {"centre", "blurred", "contour"};
    static const char *const words[] = {"the middle of each picture",
                                        "what is dark in it",
                                        "the nucleus itself"};
    double best = (double)NAN;

    for (size_t k = 0; k < sizeof(name) / sizeof(name[0]); k++) {
        const double v = report_number(c, find_road(c, name[k]), "mean");

        if (!isfinite(v) || v <= best)
            continue;
        best = v;
        *word = words[k];
    }
    return best;
}

/* What is measured of the method over all explained cells. */
void report_facts_method(const struct report_data *d,
                         const struct report_experiment *e, size_t score,
                         json_t *list)
{
    const struct report_csv *c = &e->figures[TABLE_FAITHFULNESS];
    const size_t row = find_road(c, report_field(&e->scores, score, "method"));
    const double low = report_number(c, row, "low");
    const char *word = "";
    const double base = best_baseline(c, &word);
    char text[SENTENCE], beside[160] = "";

    (void)d;
    if (!isfinite(low))
        return;
    if (low > 0 && base >= low)
        snprintf(beside, sizeof(beside),
                 ", but not clearly better than marking %s (%.3f), which asks "
                 "no network",
                 word, base);
    snprintf(text, sizeof(text),
             "Over all explained cells its ROAD is %.3f (95 %% interval "
             "%.3f to %.3f): %s%s.",
             report_number(c, row, "mean"), low, report_number(c, row, "high"),
             low > 0 ? "better than chance"
                     : "not told from chance, so do not lean on it",
             beside);
    report_sentence(list, text);
}
