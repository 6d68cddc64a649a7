#!/usr/bin/python3
"""Baselines of explainers: the middle of a picture, and how dark it is, blurred.

    /usr/bin/python3 tests/golden/explain_baselines.py \
        > tests/golden/explain_baselines_golden.inc

The blur is SciPy's, without what lies beside the picture: that of the picture
over that of ones, both with zeros around.
"""
import numpy as np
import scipy
from scipy.ndimage import gaussian_filter

CASES = [(26, 22), (48, 64)]


def picture(h, w):
    i = np.arange(h * w * 3)
    return ((i * 37 + i // (3 * w) * 11) % 256).reshape(h, w, 3)


def norm(m):
    return (m - m.min()) / (m.max() - m.min() + 1e-7)


def centre(h, w):
    y = (np.arange(h) - (h - 1) / 2) / (h / 4)
    x = (np.arange(w) - (w - 1) / 2) / (w / 4)
    return norm(np.exp(-(y[:, None]**2 + x**2) / 2))


def blurred(h, w):
    luma = picture(h, w) @ np.array([.2126, .7152, .0722])
    sigma = max(h, w) / 16
    radius = int(np.ceil(3 * sigma))

    def blur(x):
        return gaussian_filter(x, sigma, mode="constant",
                               truncate=(radius + .1) / sigma)

    dark = blur(luma) / blur(np.ones((h, w)))
    return norm(dark.max() - dark)


print("/* written by tests/golden/explain_baselines.py with SciPy %s, NumPy %s */" %
      (scipy.__version__, np.__version__))
for h, w in CASES:
    for f in (centre, blurred):
        print("static const float golden_%s_%d[] = {" % (f.__name__, h))
        print(",\n".join("%.8ef" % v for v in f(h, w)[::3, ::5].ravel()))
        print("};")
