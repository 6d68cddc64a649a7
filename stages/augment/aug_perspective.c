/*
 * aug_perspective.c - zoom into a quadrangle whose corners lie inside the frame
 *
 * Each corner moves inwards by its own shares of width and height; the
 * quadrangle between is spread over the whole frame.  Shares below 1/3 keep it
 * convex: from there on a corner may lie beyond the line between its
 * neighbours, and the mapping then has a pole inside the frame.
 * Source: Heckbert 1989, "Fundamentals of texture mapping and image warping",
 * sec. 2.2.3, unit square to quadrangle.
 */
#include "augment.h"

#include <math.h>

/* Corners in the order upper left, upper right, lower right, lower left. */
enum { FILL = 8 };

#define MOST 0.33f /* that a corner moves inwards */

/* m maps the unit square to the corners (x[i], y[i]). */
static void square_to_quad(const double x[4], const double y[4], double m[9])
{
    const double dx1 = x[1] - x[2], dx2 = x[3] - x[2];
    const double dy1 = y[1] - y[2], dy2 = y[3] - y[2];
    const double ex = x[0] - x[1] + x[2] - x[3], ey = y[0] - y[1] + y[2] - y[3];
    const double det = dx1 * dy2 - dx2 * dy1;

    BUG_ON(!(fabs(det) > 1e-9));
    m[6] = (ex * dy2 - dx2 * ey) / det;
    m[7] = (dx1 * ey - ex * dy1) / det;
    m[8] = 1;
    m[0] = x[1] - x[0] + m[6] * x[1];
    m[1] = x[3] - x[0] + m[7] * x[3];
    m[2] = x[0];
    m[3] = y[1] - y[0] + m[6] * y[1];
    m[4] = y[3] - y[0] + m[7] * y[3];
    m[5] = y[0];
}

static enum augment_fill matrix(const float *param, int w, int h, double m[9])
{
    const double right = w > 1 ? w - 1 : 1, low = h > 1 ? h - 1 : 1;
    double x[4], y[4];

    for (int i = 0; i < 4; i++) {
        const double dx = (double)param[2 * i], dy = (double)param[2 * i + 1];

        x[i] = (i == 1 || i == 2 ? 1 - dx : dx) * right;
        y[i] = (i >= 2 ? 1 - dy : dy) * low;
    }
    square_to_quad(x, y, m);
    for (int i = 0; i < 9; i += 3) {
        m[i] /= right;
        m[i + 1] /= low;
    }
    return (enum augment_fill)param[FILL];
}

const struct augment augment_perspective = {
    .name = "perspective",
    .param = {{"x0", 0, NULL, 0, MOST},
              {"y0", 0, NULL, 0, MOST},
              {"x1", 0, NULL, 0, MOST},
              {"y1", 0, NULL, 0, MOST},
              {"x2", 0, NULL, 0, MOST},
              {"y2", 0, NULL, 0, MOST},
              {"x3", 0, NULL, 0, MOST},
              {"y3", 0, NULL, 0, MOST},
              {"fill", 0, augment_fill_word, 0, 0}},
    .weak = {0.05f, 0, 0, 0.1f, 0.1f, 0, 0, 0.05f},
    .strong = {0.3f, 0.1f, 0.05f, 0.2f, 0.2f, 0.05f, 0, 0.3f},
    .matrix = matrix,
};
