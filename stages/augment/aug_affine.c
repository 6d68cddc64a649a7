/*
 * aug_affine.c - scale, shear, rotate, translate about the centre
 *
 * Forward, from the centre: (x, y) ->
 *     (sx cos r x - sy sin(r + s) y, sx sin r x + sy cos(r + s) y) + (tx, ty)
 * with rotation r (clockwise on the screen, as y points down) and shear s.
 * Source: skimage.transform.AffineTransform up to 0.18, which imgaug.Affine
 * uses.
 */
#include "augment.h"

#include <math.h>

enum { ROTATE, TX, TY, SX, SY, SHEAR, FILL };

static enum augment_fill matrix(const float *param, int w, int h, double m[9])
{
    const double degree = 3.14159265358979323846 / 180;
    const double r = (double)param[ROTATE] * degree;
    const double s = r + (double)param[SHEAR] * degree;
    const double sx = (double)param[SX], sy = (double)param[SY];
    const double a = sx * cos(r), b = -sy * sin(s);
    const double c = sx * sin(r), d = sy * cos(s), det = a * d - b * c;
    const double cx = 0.5 * (w - 1), cy = 0.5 * (h - 1);
    const double tx = cx + (double)param[TX] * w;
    const double ty = cy + (double)param[TY] * h;

    BUG_ON(!(fabs(det) > 1e-6));
    m[0] = d / det;
    m[1] = -b / det;
    m[2] = cx - m[0] * tx - m[1] * ty;
    m[3] = -c / det;
    m[4] = a / det;
    m[5] = cy - m[3] * tx - m[4] * ty;
    m[6] = m[7] = 0;
    m[8] = 1;
    return (enum augment_fill)param[FILL];
}

const struct augment augment_affine = {
    .name = "affine",
    .param = {{"rotate", 0, NULL, -360, 360}, /* degrees */
              {"tx", 0, NULL, -1, 1},         /* share of the width */
              {"ty", 0, NULL, -1, 1},         /* share of the height */
              {"sx", 1, NULL, 0.05f, 20}, /* below 1: what is seen shrinks */
              {"sy", 1, NULL, 0.05f, 20},
              {"shear", 0, NULL, -80, 80}, /* degrees */
              {"fill", 0, augment_fill_word, 0, 0}},
    .weak = {-15, 0, 0, 0.9f, 0.9f, -4},
    .strong = {60, 0.1f, 0, 0.6f, 0.7f, 8},
    .matrix = matrix,
};
