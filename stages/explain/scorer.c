#include "stages/explain/scorer.h"

#include <math.h>
#include <string.h>

int scorer_classes(const struct scorer *s)
{
    return graph_output(s->graph)->out.c;
}

void scorer_logits(const struct scorer *s, size_t n, scorer_fill_f fill,
                   const void *self, float *out)
{
    const size_t k = (size_t)scorer_classes(s);
    const size_t row = tensor_row(&graph_node_at(s->graph, 0)->out);
    const size_t most = (size_t)graph_max_batch(s->graph);

    for (size_t i = 0; i < n; i += most) {
        const int m = (int)(n - i < most ? n - i : most);
        float *x = graph_input(s->graph);

        graph_set_batch(s->graph, m);
#pragma omp parallel for num_threads(s->threads) schedule(dynamic)
        for (int j = 0; j < m; j++)
            fill(self, i + (size_t)j, x + (size_t)j * row);
        graph_forward(s->graph, PHASE_INFER);
        memcpy(out + i * k, graph_output(s->graph)->out.data,
               (size_t)m * k * sizeof(*out));
    }
}

void scorer_softmax(float *z, int k)
{
    double top = -INFINITY, sum = 0.0;

    for (int c = 0; c < k; c++)
        top = fmax(top, (double)z[c]);
    for (int c = 0; c < k; c++)
        sum += exp((double)z[c] - top);
    for (int c = 0; c < k; c++)
        z[c] = isfinite(sum) && isfinite(top)
                   ? (float)(exp((double)z[c] - top) / sum)
                   : 1.0f / (float)k;
}

void scorer_probabilities(const struct scorer *s, size_t n, scorer_fill_f fill,
                          const void *self, float *out)
{
    const int k = scorer_classes(s);

    scorer_logits(s, n, fill, self, out);
    for (size_t i = 0; i < n; i++)
        scorer_softmax(out + i * (size_t)k, k);
}
