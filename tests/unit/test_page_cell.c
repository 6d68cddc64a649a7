/* test_page_cell.c - what a page's script is told of a cell */
#include "page/page_cell.h"
#include "tap.h"

enum { K = 3, SECOND = 7 };

/* Entry 'i' of the line of a cell; -1: null. */
static json_int_t number_in(int called, const double *p, int k, size_t i)
{
    json_t *line = page_cell_line(&(struct page_cell){
        .row = 4, .is = -1, .called = called, .k = k, .p = p});
    const json_t *v = json_array_get(line, i);
    const json_int_t n = json_is_integer(v) ? json_integer_value(v)
                         : json_is_null(v)  ? -1
                                            : -2;

    json_decref(line);
    return n;
}

static void check_runner_up(void)
{
    const double sure[K] = {.99999, 1e-6, 9e-6}, tie[K] = {.4, .4, .2};
    const double even[K] = {.6, .2, .2}, late[K] = {.1, .1, .8};
    const double vote[K] = {.5, .3, .2};

    ok(number_in(0, sure, K, SECOND) == 2,
       "the runner-up is told before probabilities are rounded");
    ok(number_in(1, tie, K, SECOND) == 0,
       "  of two at the top it is the one that is not called");
    ok(number_in(1, vote, K, SECOND) == 0,
       "  the likeliest where another is called");
    ok(number_in(0, even, K, SECOND) < 0, "  of two as likely it is neither");
    ok(number_in(2, late, K, SECOND) < 0, "  also before the one called");
    ok(number_in(0, NULL, K, SECOND) < 0, "  without probabilities none");
    ok(number_in(0, sure, 1, SECOND) < 0, "  of one class none");
}

static void check_line(void)
{
    const double p[K] = {.125, .75, .125};
    json_t *line = page_cell_line(&(struct page_cell){
        .row = 4, .verdict = 3, .is = -1, .called = 1, .k = K, .p = p});
    char *text = json_dumps(line, JSON_COMPACT);

    ok(strcmp(text, "[4,3,null,1,null,[1250,7500,1250],[],null]") == 0,
       "a line of a cell that nobody has named");
    free(text);
    json_decref(line);
}

int main(void)
{
    check_line();
    check_runner_up();
    return tap_done();
}
