/*
 * aug_directed_edges.c - edges that face one direction, mixed with the picture
 *
 * A neighbour at angle d from the direction (0 degrees is up, 90 right) weighs
 * (1 - d / 180)^4; the weights are scaled to the sum -1, the centre is 1.
 * Source: imgaug 0.4, DirectedEdgeDetect.
 */
#include "conv3.h"

enum { ALPHA, DIRECTION };

static void filter(const float *param, const struct augment_picture *p)
{
    const double pi = 3.14159265358979323846;
    const double a = ((double)param[DIRECTION] - 90) * pi / 180;
    double k[9], sum = 0;

    for (int i = 0; i < 9; i++) {
        const int x = i % 3 - 1, y = i / 3 - 1;
        const double between =
            (x * cos(a) + y * sin(a)) / (x && y ? sqrt(2) : 1);
        const double c = between < -1 ? -1 : between > 1 ? 1 : between;

        k[i] = i == 4 ? 0 : pow(1 - acos(c) / pi, 4);
        sum += k[i];
    }
    for (int i = 0; i < 9; i++)
        k[i] = i == 4 ? 1 : -k[i] / sum;
    conv3_mix(k, (double)param[ALPHA]);
    conv3(p, k);
}

const struct augment augment_directed_edges = {
    .name = "directed_edges",
    .param = {{"alpha", 0, NULL, 0, 1}, {"direction", 0, NULL, -360, 360}},
    .weak = {0.3f, 45},
    .strong = {0.9f, 315},
    .filter = filter,
};
