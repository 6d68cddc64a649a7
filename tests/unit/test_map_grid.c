/* test_map_grid.c - where a layer's values lie, and the map that they make */
#include "golden/map_grid_golden.inc"
#include "nn/layers.h"
#include "nn/nets.h"
#include "nn/receptive_field.h"
#include "stages/explain/gradients.h"
#include "stages/explain/map_grid.h"
#include "tap.h"

#include <stdlib.h>

enum { SIDE = 110, MAX_PIXELS = SIDE * SIDE };

/* --- receptive fields ----------------------------------------------------- */

static struct graph *new_net(const char *name, const char *cut)
{
    struct err err = {0};
    const struct net *net = net_find(name, &err);
    struct graph *g = net_new(
        net, &(struct net_args){.h = SIDE, .w = SIDE, .classes = 5, .cut = cut},
        &(struct graph_args){.max_batch = 1,
                             .memory = GRAPH_KEEP_ALL,
                             .frozen = true,
                             .sizes = true},
        &err);

    BUG_ON(!g);
    return g;
}

static void check_network(const char *name, int n, double first, int step)
{
    struct err err = {0};
    struct graph *g = new_net(name, NULL);
    const struct node *nd = net_cam_node(net_find(name, &err), g);
    const struct receptive_field f = receptive_field_of(g, nd);

    ok(nd->out.h == n && f.y.step == step && f.x.step == step, name);
    near(receptive_field_centre(&f.y), first, 0, "  the first row's middle");
    near(receptive_field_centre(&f.x), first, 0, "  the first column's middle");
    graph_free(g);
}

/* By hand from the layers' sizes, strides and paddings at 110 pixels. */
static void check_networks(void)
{
    check_network("mobilenetv2", 4, 13, 32);
    check_network("vgg16", 6, 7.5, 16);
    check_network("vgg19", 6, 7.5, 16);
    check_network("resnet50", 4, 0, 32);
    check_network("densenet169", 3, 14, 32);
}

static struct graph *build_graph(void)
{
    struct err err = {0};
    struct graph *g = graph_new(&(struct graph_args){
        .max_batch = 1, .threads = 1, .seed = 4, .memory = GRAPH_KEEP_ALL});
    struct node *x = nn_input(g, "input", 41, 53, 3), *y;

    x = nn_zero_pad(g, x, "pad", (struct pad_args){2, 1, 0, 3});
    x = nn_conv2d(g, x, "conv",
                  (struct conv_args){.filters = 4, .size = 5, .stride = 2});
    x = nn_depthwise(
        g, x, "depthwise",
        (struct conv_args){.size = 3, .stride = 2, .pad = PAD_SAME});
    y = nn_conv2d(g, x, "wide",
                  (struct conv_args){.filters = 4, .size = 3, .pad = PAD_SAME});
    x = nn_add(g, x, y, "add");
    nn_avg_pool(g, x, "pool", (struct pool_args){.size = 2});
    BUG_ON(graph_finish(g, &err) < 0);
    return g;
}

/* The least and the largest row and column of the input with a gradient. */
static void find_support(struct graph *g, int row, int column, int box[4])
{
    const struct node *in = graph_node_at(g, 0);
    struct node *out = graph_output(g);
    const int c = out->out.c, w = in->out.w;

    memset(out->dout.data, 0, tensor_len(&out->dout) * sizeof(float));
    for (int k = 0; k < c; k++)
        out->dout.data[(row * out->out.w + column) * c + k] = 1.0f;
    graph_backward(g);
    box[0] = box[2] = 1000;
    box[1] = box[3] = -1;
    for (int i = 0; i < in->out.h * w; i++) {
        const float *d = in->dout.data + 3 * i;

        if (fabsf(d[0]) + fabsf(d[1]) + fabsf(d[2]) > 0.0f) {
            box[0] = i / w < box[0] ? i / w : box[0];
            box[1] = i / w > box[1] ? i / w : box[1];
            box[2] = i % w < box[2] ? i % w : box[2];
            box[3] = i % w > box[3] ? i % w : box[3];
        }
    }
}

static void check_axis(const struct receptive_axis *a, int i, int n, int low,
                       int high)
{
    const int first = a->first + i * a->step, end = first + a->size - 1;

    ok(low == (first > 0 ? first : 0) && high == (end < n ? end : n - 1),
       "  a value depends on the pixels of its receptive field alone");
}

/* What has a gradient is what is said to be seen, border included. */
static void check_support(void)
{
    struct graph *g = build_graph();
    const struct node *in = graph_node_at(g, 0);
    struct node *out = graph_output(g);
    const struct receptive_field f = receptive_field_of(g, out);
    int box[4];

    for (size_t i = 0; i < tensor_len(&in->out); i++)
        graph_input(g)[i] = (float)(i * 7 % 13) - 6.0f;
    graph_forward(g, PHASE_INFER);
    ok(out->out.h >= 4 && out->out.w >= 5, "a layer of a small network");
    for (int i = 0; i < out->out.h; i++) {
        find_support(g, i, i, box);
        check_axis(&f.y, i, in->out.h, box[0], box[1]);
        check_axis(&f.x, i, in->out.w, box[2], box[3]);
    }
    graph_free(g);
}

/* The authors' ResNet-50 ends in a raw convolution that skips every second row
 * and column. */
static void check_cut(void)
{
    struct err err = {0};
    const struct net *net = net_find("resnet50", &err);
    struct graph *g = new_net("resnet50", net->paper_cut);
    struct node *nd = net_cam_node(net, g);
    struct gradients grad;

    ok(strcmp(nd->name, "conv3_block4_out") == 0,
       "a cut ResNet-50 is looked at behind a rectifier");
    ok(nd->rectified && graph_read_step(g, nd) == 2,
       "  of which every second row and column is read");
    BUG_ON(gradients_init(&grad, g, &nd, 1, &err) < 0);
    ok(nd->out.h == 14 && grad.layer[0].h == 7 && grad.layer[0].w == 7,
       "  and only these are kept");
    ok(grad.layer[0].field.y.step == 16 &&
           receptive_field_centre(&grad.layer[0].field.y) < 0.5,
       "  and lie 16 pixels apart");
    gradients_release(&grad);
    graph_free(g);
}

/* --- maps ----------------------------------------------------------------- */

/* Of every seventh row and fifth column. */
static double worst_difference(const float *y, int h, int w, const float *want)
{
    double worst = 0.0;

    for (int i = 0; i < h; i += 7)
        for (int j = 0; j < w; j += 5)
            worst = fmax(worst, fabs((double)y[i * w + j] - (double)*want++));
    return worst;
}

static void check_golden(void)
{
    static float y[MAX_PIXELS];
    const struct map_grid four = {{4, 13, 32}, {4, 13, 32}},
                          oblong = {{3, 7.5, 16}, {5, 7.5, 16}},
                          single = {{1, 6, 12}, {3, 6, 12}};

    map_grid_enlarge(&four, golden_values_mobilenetv2, y, 110, 110);
    near(worst_difference(y, 110, 110, golden_sample_mobilenetv2), 0, 1e-6,
         "4 x 4 values at 13 + 32 i are enlarged as SciPy does");
    near(y[45 * 110 + 77], golden_values_mobilenetv2[1 * 4 + 2], 1e-7,
         "  each has its value at its place");
    near(y[0], golden_values_mobilenetv2[0], 0,
         "  and the outermost as far as the border");
    map_grid_enlarge(&oblong, golden_values_vgg16, y, 60, 90);
    near(worst_difference(y, 60, 90, golden_sample_vgg16), 0, 1e-6,
         "3 x 5 values between pixels are enlarged");
    map_grid_enlarge(&single, golden_values_single, y, 20, 31);
    near(worst_difference(y, 20, 31, golden_sample_single), 0, 1e-6,
         "one row of values is enlarged");
}

/* A wide picture is done in parts. */
static void check_wide(void)
{
    const float x[] = {0, 1, 0, 4, 4, 2};
    const struct map_grid g = {{2, 0, 1}, {3, 100, 150}};
    float y[2 * 600];
    bool inside = true;

    map_grid_enlarge(&g, x, y, 2, 600);
    near(y[250], 1, 1e-7, "a value in the first part of a wide picture");
    near(y[600 + 400], 2, 1e-7, "  and in the second, one row below");
    for (int i = 0; i < 1200; i++)
        inside = inside && y[i] >= 0.0f && y[i] <= 4.0f;
    ok(inside, "  and no pixel beyond the values");
}

static void check_places(void)
{
    const struct map_axis a = {4, 13, 32};
    const struct map_grid s = map_grid_stretched(4, 1, 110, 90);

    ok(map_grid_pixel(&a, 0, 110) == 13 && map_grid_pixel(&a, 3, 110) == 109 &&
           map_grid_pixel(&a, 3, 100) == 99,
       "a value's pixel, none beside the picture");
    near(s.y.first + 3 * s.y.step, 109, 1e-12,
         "stretched values reach the last pixel");
    ok(s.x.n == 1 && s.x.first < 0.5, "  a single one lies at the first");
}

int main(void)
{
    check_networks();
    check_support();
    check_cut();
    check_golden();
    check_wide();
    check_places();
    return tap_done();
}
