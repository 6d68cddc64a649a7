#include "stages/report/report_cell_facts.h"

#include "base/json.h"

#include <math.h>
#include <stdio.h>

enum { SENTENCE = 400 };

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

/* Where it is brightest. */
void report_facts_peak(const struct report_data *d,
                       const struct report_experiment *e, size_t score,
                       json_t *list)
{
    const double x = report_number(&e->scores, score, "peak_x");
    const double y = report_number(&e->scores, score, "peak_y");
    char text[SENTENCE];

    (void)d;
    if (e->maps.map[score] == REPORT_MAP_EMPTY) {
        report_sentence(list, "This map is empty: nothing speaks for this "
                              "class.");
        return;
    }
    if (!isfinite(x) || !isfinite(y))
        return;
    snprintf(text, sizeof(text), "It is brightest at pixel %.0f, %.0f.", x, y);
    report_sentence(list, text);
}

/* Where it lies, of a cell with contours. */
void report_facts_regions(const struct report_data *d,
                          const struct report_experiment *e, size_t score,
                          json_t *list)
{
    const double mass = report_number(&e->scores, score, "nucleus_mass");
    const double area = report_number(&e->scores, score, "nucleus_area");
    const double peak = report_number(&e->scores, score, "nucleus_pointing");
    char text[SENTENCE];

    (void)d;
    if (!isfinite(mass) || !isfinite(area) ||
        e->maps.map[score] == REPORT_MAP_EMPTY)
        return;
    snprintf(text, sizeof(text),
             "%.0f %% of it %s in the nucleus, which is %.0f %% of the "
             "picture; its peak %s.%s",
             100 * mass, mass < 0.005 ? "lies" : "lie", 100 * area,
             peak > 0.5 ? "is there, too" : "is elsewhere",
             mass < 0.005 ? " This map does not touch the nucleus." : "");
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
             "Taking away what it marks changes the probability by %+.1f "
             "points, taking away what it does not mark by %+.1f (ROAD "
             "%.3f): it %s the pixels that matter.",
             100 * most, 100 * least, road,
             road > 0.02    ? "finds"
             : road < -0.02 ? "marks others than"
                            : "cannot be told to mark");
    report_sentence(list, text);
}
