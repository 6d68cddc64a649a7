/*
 * fresh_model.c - a model that nobody trained
 *
 *     fresh_model OUT NETWORK HEAD CUT SIDE SIZE
 *
 * writes to OUT a model of that network and head (nets.h) for pictures of SIDE
 * pixels, cut at layer CUT ("-": whole), with the size of cells if SIZE is 1.
 */
#include "made_model.h"

int main(int argc, char **argv)
{
    struct made_model m;
    struct err err = {0};

    if (argc != 7) {
        fprintf(stderr, "fresh_model OUT NETWORK HEAD CUT SIDE SIZE\n");
        return 2;
    }
    m = (struct made_model){.network = argv[2],
                            .cut = strcmp(argv[4], "-") ? argv[4] : NULL,
                            .side = (int)strtol(argv[5], NULL, 10),
                            .size = argv[6][0] == '1'};
    if (net_head_find(argv[3], &m.head, &err) < 0 ||
        made_model_write(&m, argv[1], &err) < 0) {
        fprintf(stderr, "fresh_model: %s\n", err.text);
        return 1;
    }
    return 0;
}
