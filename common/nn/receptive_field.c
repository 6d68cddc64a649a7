#include "nn/receptive_field.h"

/* Of a layer that reads 'window' values of one with axis 'a' for each of its
 * own. */
static struct receptive_axis widen_axis(struct receptive_axis a, int window,
                                        int stride, int before)
{
    return (struct receptive_axis){.first = a.first - before * a.step,
                                   .size = a.size + (window - 1) * a.step,
                                   .step = a.step * stride};
}

/* What holds both, of value 0. */
static struct receptive_axis join_axes(struct receptive_axis a,
                                       struct receptive_axis b)
{
    const int first = a.first < b.first ? a.first : b.first;
    const int a_end = a.first + a.size, b_end = b.first + b.size;
    const int end = a_end > b_end ? a_end : b_end;

    return (struct receptive_axis){first, end - first, a.step};
}

/* Through one layer; one without a window reads the value of its place. */
static struct receptive_field through_layer(const struct node *nd,
                                            const struct receptive_field *in)
{
    const struct op_form f = node_form(nd);
    const bool whole = f.kind == KIND_GLOBAL_MEAN || f.kind == KIND_GLOBAL_MAX;
    const int size = f.size ? f.size : 1, stride = f.stride ? f.stride : 1;

    return (struct receptive_field){
        .y = widen_axis(in->y, whole ? nd->in[0]->out.h : size, stride, f.top),
        .x =
            widen_axis(in->x, whole ? nd->in[0]->out.w : size, stride, f.left)};
}

struct receptive_field receptive_field_of(const struct graph *g,
                                          const struct node *nd)
{
    static const struct receptive_axis pixel = {0, 1, 1};
    struct receptive_field of[GRAPH_MAX_NODES];
    const int last = graph_index(g, nd);

    BUG_ON(last < 0);
    for (int i = 0; i <= last; i++) {
        const struct node *at = graph_node_at(g, i);

        of[i] = (struct receptive_field){pixel, pixel};
        for (int k = 0; k < NN_MAX_IN && at->in[k]; k++) {
            const struct receptive_field f =
                through_layer(at, &of[graph_index(g, at->in[k])]);

            of[i].y = k ? join_axes(of[i].y, f.y) : f.y;
            of[i].x = k ? join_axes(of[i].x, f.x) : f.x;
        }
    }
    return of[last];
}

double receptive_field_centre(const struct receptive_axis *a)
{
    return a->first + (a->size - 1) / 2.0;
}
