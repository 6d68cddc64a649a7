#!/usr/bin/env python3
"""Golden pictures of the augmentations, from NumPy and SciPy alone.

Writes tests/golden/augment_golden.inc.  Independent of the C code: forward
matrices are built as a product of the elementary ones and inverted by
numpy.linalg, a perspective is solved from its four pairs of points, padding is
numpy.pad, and pixels come from scipy.ndimage.map_coordinates (order 1).
"""
import os
import platform

import numpy as np
import scipy
from scipy.ndimage import map_coordinates

W, H = 12, 9
MODE = {0: "grid-constant", 1: "mirror", 2: "nearest"}


def source():
    """Hashed values: no smoothness that could hide a shift."""
    i = np.arange(W * H * 3, dtype=np.uint64)
    return ((i * 2654435761 % 2**32) >> 24).astype(np.uint8).reshape(H, W, 3)


def sample(im, x, y, fill):
    out = [map_coordinates(im[..., k].astype(np.float64), [y, x], order=1,
                           mode=MODE[fill], cval=0.0) for k in range(3)]
    return np.floor(np.clip(np.stack(out, -1), 0, 255) + .5).astype(np.uint8)


def grid():
    return np.meshgrid(np.arange(W, dtype=np.float64),
                       np.arange(H, dtype=np.float64))


def by_inverse(im, forward, fill):
    x, y = grid()
    p = np.linalg.inv(forward) @ np.stack([x.ravel(), y.ravel(),
                                           np.ones(x.size)])
    return sample(im, (p[0] / p[2]).reshape(H, W), (p[1] / p[2]).reshape(H, W),
                  fill)


def forward_affine(rotate, tx, ty, sx, sy, shear):
    r, s = np.deg2rad(rotate), np.deg2rad(shear)
    to = np.array([[1, 0, -(W - 1) / 2], [0, 1, -(H - 1) / 2], [0, 0, 1]])
    back = np.array([[1, 0, (W - 1) / 2], [0, 1, (H - 1) / 2], [0, 0, 1]])
    move = np.array([[1, 0, tx * W], [0, 1, ty * H], [0, 0, 1]])
    turn = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0],
                     [0, 0, 1]])
    slant = np.array([[1, -np.sin(s), 0], [0, np.cos(s), 0], [0, 0, 1]])
    scale = np.diag([sx, sy, 1])
    return move @ back @ turn @ slant @ scale @ to


def affine(im, rotate, tx, ty, sx, sy, shear, fill):
    return by_inverse(im, forward_affine(rotate, tx, ty, sx, sy, shear), fill)


def perspective(im, *p):
    fill = p[8]
    frame = [(0, 0), (W - 1, 0), (W - 1, H - 1), (0, H - 1)]
    a, b = [], []
    for i, (u, v) in enumerate(frame):
        x = u + (W - 1) * p[2 * i] * (-1 if u else 1)
        y = v + (H - 1) * p[2 * i + 1] * (-1 if v else 1)
        a += [[x, y, 1, 0, 0, 0, -u * x, -u * y],
              [0, 0, 0, x, y, 1, -v * x, -v * y]]
        b += [u, v]
    m = np.append(np.linalg.solve(np.array(a), np.array(b)), 1).reshape(3, 3)
    return by_inverse(im, m, fill)


def croppad(im, left, top, right, bottom, fill):
    n = [round(left * W), round(right * W), round(top * H), round(bottom * H)]
    more = 3  # room for the interpolation at the new border
    mode = {0: "constant", 1: "reflect", 2: "edge"}[fill]
    big = np.pad(im, ((H, H), (W, W), (0, 0)), mode=mode)
    cut = big[H - n[2] - more:2 * H + n[3] + more,
              W - n[0] - more:2 * W + n[1] + more]
    x, y = grid()
    x = (x + .5) * (W + n[0] + n[1]) / W - .5 + more
    y = (y + .5) * (H + n[2] + n[3]) / H - .5 + more
    return sample(cut, x, y, 2)


def to_byte(v):
    return np.clip(np.floor(v + np.float32(.5)), 0, 255).astype(np.uint8)


def brightness(im, b):
    return to_byte(np.float32(b) * im.astype(np.float32))


def contrast(im, a):
    return to_byte(127 + np.float32(a) * (im.astype(np.float32) - 127))


def fliph(im, fill):
    return im[:, ::-1]


def flipv(im, fill):
    return im[::-1]


CASES = [
    ("affine", (30, 0, 0, 1, 1, 0, 0)),
    ("affine", (-77.5, .1, -.15, 1, 1, 0, 1)),
    ("affine", (0, .3, -.2, 1, 1, 0, 2)),
    ("affine", (0, 0, 0, .5, .9, 0, 0)),
    ("affine", (0, 0, 0, .55, .7, 0, 1)),
    ("affine", (0, 0, 0, 1, 1, 15, 0)),
    ("affine", (12.5, -.031, .04, 1.1, .93, -8, 1)),
    ("affine", (145, 1.4, -1.3, .3, .3, 0, 1)),
    ("fliph", (0,)),
    ("flipv", (0,)),
    ("perspective", (.1, .05, .2, .15, .02, .3, .12, .08, 0)),
    ("croppad", (3 / 12, 0, -2 / 12, 3 / 9, 0)),
    ("croppad", (2 / 12, -1 / 9, 4 / 12, 2 / 9, 1)),
    ("croppad", (-1 / 12, 4 / 9, 2 / 12, -2 / 9, 2)),
    ("brightness", (1.37,)),
    ("brightness", (.35,)),
    ("contrast", (1.5,)),
    ("contrast", (.75,)),
]


def row(im):
    """Two affine operations and a flip act as one interpolation; values
    change between, so that the picture turned in afterwards has its own
    black."""
    m = (np.array([[-1, 0, W - 1], [0, 1, 0], [0, 0, 1]]) @
         forward_affine(40, .2, 0, .8, .8, 0) @
         forward_affine(-25, 0, .3, 1, 1, 0))
    im = contrast(brightness(by_inverse(im, m, 0), 1.2), .8)
    return affine(im, 10, 0, .2, 1, 1, 0, 0)


def bytes_of(im):
    v = [str(x) for x in np.ascontiguousarray(im).ravel()]
    return ",\n     ".join(",".join(v[i:i + 20]) for i in range(0, len(v), 20))


def main():
    im = source()
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "augment_golden.inc"), "w") as f:
        f.write("/* Written by tests/golden/augment.py: Python %s, NumPy %s, "
                "SciPy %s */\n" % (platform.python_version(), np.__version__,
                                   scipy.__version__))
        f.write("enum { GOLDEN_W = %d, GOLDEN_H = %d };\n" % (W, H))
        f.write("static const struct {\n    const char *name;\n"
                "    float param[AUGMENT_MAX_PARAMS];\n"
                "    uint8_t want[GOLDEN_H * GOLDEN_W * 3];\n} golden[] = {\n")
        for name, param in CASES:
            numbers = ", ".join("%.9gf" % float(p) if p != int(p)
                                else "%d" % p for p in param)
            f.write('    {"%s",\n     {%s},\n    {%s}},\n' %
                    (name, numbers, bytes_of(globals()[name](im, *param))))
        f.write("};\n\nstatic const uint8_t golden_row[] = {\n     %s};\n" %
                bytes_of(row(im)))


main()
