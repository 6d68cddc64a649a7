#include "page/page_cell.h"

#include <math.h>
#include <stdio.h>

void page_cell_key(char key[PAGE_CELL_KEY], size_t row)
{
    snprintf(key, PAGE_CELL_KEY, "%zu", row);
}

/* In ten thousandths. */
static json_t *shares(const double *p, int k)
{
    json_t *list = json_array();

    for (int c = 0; p && c < k; c++)
        json_array_append_new(list, json_integer(lround(1e4 * p[c])));
    return list;
}

/* The likeliest class but the one called; none where two are equally so. */
static json_t *runner_up(const struct page_cell *c)
{
    int best = -1;
    bool tie = false;

    for (int k = 0; c->p && k < c->k; k++) {
        if (k == c->called)
            continue;
        if (best < 0 || c->p[k] > c->p[best]) {
            best = k;
            tie = false;
        } else {
            tie = tie || c->p[k] >= c->p[best];
        }
    }
    return best < 0 || tie ? json_null() : json_integer(best);
}

static json_t *set_classes(const struct page_cell *c)
{
    json_t *list;

    if (!c->set)
        return json_null();
    list = json_array();
    for (int k = 0; k < c->k; k++)
        if (c->set[k])
            json_array_append_new(list, json_integer(k));
    return list;
}

json_t *page_cell_line(const struct page_cell *c)
{
    json_t *line = json_array();

    json_array_append_new(line, json_integer((json_int_t)c->row));
    json_array_append_new(line, json_integer(c->verdict));
    json_array_append_new(line, c->is < 0 ? json_null() : json_integer(c->is));
    json_array_append_new(line, json_integer(c->called));
    json_array_append_new(line, set_classes(c));
    json_array_append_new(line, shares(c->p, c->k));
    json_array_append_new(line, shares(c->calibrated, c->k));
    json_array_append_new(line, runner_up(c));
    return line;
}
