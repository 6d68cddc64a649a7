#!/usr/bin/python3
"""A layer's values placed at given pixels, and the curve between them.

    /usr/bin/python3 tests/golden/map_grid.py > tests/golden/map_grid_golden.inc

SciPy's PchipInterpolator through the values, of which the outermost stand once
more one step further out, rows first, then columns.
"""
import numpy as np
import scipy
from scipy.interpolate import PchipInterpolator

CASES = [("mobilenetv2", 4, 4, 13, 32, 110, 110), ("vgg16", 3, 5, 7.5, 16, 60, 90),
         ("single", 1, 3, 6, 12, 20, 31)]


def along(values, first, step, n):
    """(k, m) values along the last axis to (k, n) pixels."""
    m = values.shape[1]
    at = first + step * np.arange(-1, m + 1)
    padded = np.concatenate([values[:, :1], values, values[:, -1:]], 1)
    pixel = np.clip(np.arange(n), first, first + step * (m - 1))
    return PchipInterpolator(at, padded, axis=1)(pixel)


def put(name, x):
    print("static const float golden_%s[] = {" % name)
    print(",\n".join("%.8ef" % v for v in np.asarray(x).ravel()))
    print("};")


print("/* written by tests/golden/map_grid.py with SciPy %s, NumPy %s */" %
      (scipy.__version__, np.__version__))
for name, h, w, first, step, out_h, out_w in CASES:
    i = np.arange(h * w).reshape(h, w)
    x = (((i * 37 + 11) % 17) / 16.0)**2
    big = along(along(x, first, step, out_w).T, first, step, out_h).T
    put("values_" + name, x)
    put("sample_" + name, big[::7, ::5])
