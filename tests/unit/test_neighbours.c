/* test_neighbours.c - the training cells nearest to a cell */
#include "base/csv.h"
#include "stages/evaluate/neighbours.h"
#include "trained_run.h"

#include <math.h>

enum { NEAR = 3, FEATURES = 1280 };

/* Features of all rows, by a graph that keeps all, at length 1. */
static double feature[N][FEATURES];

static void measure_row(struct inference *p, const struct store *s, size_t i)
{
    const struct node *last;
    double sum = 0;
    size_t pixels;

    graph_set_batch(p->graph, 1);
    inference_input(p, s, i, graph_input(p->graph));
    graph_forward(p->graph, PHASE_INFER);
    last = graph_node(p->graph, "out_relu");
    BUG_ON(!last || last->out.c != FEATURES);
    pixels = (size_t)last->out.h * (size_t)last->out.w;
    for (int c = 0; c < FEATURES; c++) {
        feature[i][c] = 0;
        for (size_t k = 0; k < pixels; k++)
            feature[i][c] += (double)last->out.data[k * FEATURES + (size_t)c];
        sum += feature[i][c] * feature[i][c];
    }
    for (int c = 0; c < FEATURES; c++)
        feature[i][c] /= sqrt(sum);
}

static void measure_all(struct model_info *info)
{
    struct inference p = {.batch = 1};
    struct store s;
    struct err err;

    BUG_ON(store_open(&s, in_dir("data"), &err) < 0);
    p.graph = model_read(in_dir("model.safetensors"),
                         &(struct graph_args){.max_batch = 1,
                                              .memory = GRAPH_KEEP_ALL,
                                              .frozen = true,
                                              .unfused = true},
                         &p.info, &err);
    BUG_ON(!p.graph);
    for (size_t i = 0; i < N; i++)
        measure_row(&p, &s, i);
    *info = p.info;
    inference_close(&p);
    store_close(&s);
}

static double apart(size_t a, size_t b)
{
    double sum = 0;

    for (int c = 0; c < FEATURES; c++)
        sum +=
            (feature[a][c] - feature[b][c]) * (feature[a][c] - feature[b][c]);
    return sqrt(sum);
}

/* How many training cells are clearly nearer to cell 'a' than 'limit'. */
static int nearer_cells(size_t a, double limit)
{
    int n = 0;

    for (int i = 0; i < N; i++)
        n += split_of(i) == SPLIT_TRAIN && apart(a, (size_t)i) < limit - 1e-4;
    return n;
}

static size_t row_of(const char *file)
{
    size_t row = N;

    BUG_ON(sscanf(file, "f, %zu.bmp", &row) != 1 || row >= N);
    return row;
}

/* Are the neighbours of a line those that there are, in order? */
static bool is_nearest(const struct csv *c, size_t line)
{
    const size_t row = row_of(csv_get(c, line, 0));
    bool good = true;
    double last = 0;

    for (int j = 0; j < NEAR; j++) {
        const size_t other = (size_t)atoi(csv_get(c, line, 4 + 2 * (size_t)j));
        const double d = atof(csv_get(c, line, 5 + 2 * (size_t)j));

        good = good && split_of((int)other) == SPLIT_TRAIN && d >= last &&
               fabs(d - apart(row, other)) < 1e-3 && nearer_cells(row, d) <= j;
        last = d;
    }
    return good && fabs(csv_number(c, line, "distance") - last) < 1e-5;
}

static bool is_checked(const struct csv *c, size_t line)
{
    return strcmp(csv_get(c, line, 1), "validation") == 0;
}

/* Is 'beyond' the share of validation lines at smaller distances? */
static bool is_beyond(const struct csv *c, size_t line)
{
    const double d = csv_number(c, line, "distance");
    double n = 0, below = 0;

    for (size_t i = 0; i < c->n_row; i++) {
        n += is_checked(c, i);
        below += is_checked(c, i) && csv_number(c, i, "distance") < d - 2e-6;
    }
    return fabs(csv_number(c, line, "beyond") - below / n) < 1.5 / n;
}

static void check_file(void)
{
    struct csv c;
    struct err err = {0};
    size_t nearest = 0, beyond = 0, checked = 0;

    if (!works(csv_read(&c, in_dir("out/neighbours.csv"), &err) == 0, err,
               "neighbours.csv can be read"))
        return;
    ok(c.n_column == 4 + 2 * NEAR && strcmp(c.header[4], "row_1") == 0,
       "  it has two columns for each");
    for (size_t i = 0; i < c.n_row; i++) {
        nearest += is_nearest(&c, i);
        beyond += is_beyond(&c, i);
        checked += is_checked(&c, i);
    }
    ok(c.n_row == 23 && checked == 11, "  a line a test or validation cell");
    ok(nearest == c.n_row, "  with the training cells that are nearest");
    ok(beyond == c.n_row,
       "  and the share of validation cells that are nearer");
    csv_release(&c);
}

static bool stop_at_once(void *self, size_t done, size_t total)
{
    (void)self;
    (void)done;
    (void)total;
    return false;
}

int main(void)
{
    struct graph *g = begin_trained();
    struct model_info info;
    struct store s;
    struct err err = {0};
    struct neighbours_args a = {.data = &s, .info = &info, .k = NEAR};

    measure_all(&info);
    BUG_ON(store_open(&s, in_dir("data"), &err) < 0);
    a.model = in_dir("model.safetensors");
    a.dir = in_dir("out");
    works(neighbours_write(&a, &err) == 0, err, "neighbours are written");
    check_file();
    a.each = stop_at_once;
    fails(neighbours_write(&a, &err), err, ERR_AGAIN, "stopped",
          "a stop is heeded");
    a.each = NULL;
    a.model = in_dir("data/index.csv");
    fails(neighbours_write(&a, &err), err, ERR_INPUT, "index.csv",
          "a file that is no model");
    store_close(&s);
    return end_trained(g);
}
