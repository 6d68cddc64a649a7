/*
 * outputs.c - what the last layer of a model says
 *
 *     outputs MODEL STORE N
 *
 * prints a table of it for the first N pictures of a store: of an encoder its
 * embeddings, of which 'papline predict' says nothing.
 */
#include "evaluation/inference.h"

#include <stdio.h>
#include <stdlib.h>

/* Pictures and, where the network takes them, sizes of cells. */
static void put_inputs(struct inference *p, const struct store *s, size_t n)
{
    const size_t pixels = s->h * s->w * 3;
    float *z = net_size(p->graph);

    for (size_t i = 0; i < n; i++) {
        const struct cell_size size = store_size(s, i);

        inference_input(p, s, i, graph_input(p->graph) + i * pixels);
        if (z)
            cell_size_standardise(&p->info.size, &size, z + CELL_SIZE * i);
    }
}

static void print_rows(struct inference *p, const struct store *s, size_t n)
{
    const int file = csv_column(&s->index, "file");
    const struct node *y = graph_output(p->graph);
    const size_t k = (size_t)y->out.c;

    graph_set_batch(p->graph, (int)n);
    put_inputs(p, s, n);
    graph_forward(p->graph, PHASE_INFER);
    printf("file");
    for (size_t c = 0; c < k; c++)
        printf(",p_%zu", c);
    for (size_t i = 0; i < n; i++) {
        printf("\n%s", csv_field(&s->index, i, file));
        for (size_t c = 0; c < k; c++)
            printf(",%.9g", (double)y->out.data[i * k + c]);
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    struct store s = {0};
    struct inference p = {0};
    struct err err = {0};
    size_t n;

    if (argc != 4) {
        fprintf(stderr, "outputs MODEL STORE N\n");
        return 2;
    }
    n = strtoul(argv[3], NULL, 10);
    if (store_open(&s, argv[2], &err) < 0 ||
        inference_open(&p,
                       &(struct inference_args){.path = argv[1],
                                                .batch = (int)n,
                                                .memory = GRAPH_INFER},
                       &err) < 0) {
        fprintf(stderr, "outputs: %s\n", err.text);
        return 1;
    }
    print_rows(&p, &s, n);
    inference_close(&p);
    store_close(&s);
    return 0;
}
