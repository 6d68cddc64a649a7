#!/usr/bin/python3
"""Similarity of maps by SciPy and scikit-image, filled polygons by scikit-image.

    /usr/bin/python3 tests/golden/similar.py > tests/golden/similar_golden.inc
"""
import numpy as np
import scipy
import scipy.stats
import skimage
from skimage.measure import grid_points_in_poly
from skimage.metrics import structural_similarity

H, W = 17, 23


def maps():
    """Two maps of 0 .. 1, with ties; as make_maps() of the test."""
    y, x = np.mgrid[:H, :W]
    a = ((7 * x + 3 * y + x * y) % 32) / np.float32(31)
    b = ((5 * x + 11 * y + x * y) % 16) / np.float32(15)
    b = np.where(x < 12, a, b)
    return a.astype(np.float32), b.astype(np.float32)


STAR = [(2.3, 1.4), (20.6, 4.2), (5.1, 9.7), (21.2, 14.9), (11.3, 2.6),
        (3.4, 15.2), (-3.5, 8.3)]
CONCAVE = [(4.2, 2.1), (18.7, 3.3), (18.2, 13.6), (11.4, 6.2), (4.9, 13.1)]


def numbers(name, points):
    flat = ', '.join(f'{v}' for p in points for v in p)
    print(f'static const double {name}[] = {{{flat}}};')
    mask = grid_points_in_poly((H, W), [(y, x) for x, y in points])
    print(f'static const char *const {name}_mask[] = {{')
    for r in mask:
        print('    "' + ''.join('#' if v else '.' for v in r) + '",')
    print('};')


def main():
    a, b = maps()
    print('/* similar.py with SciPy %s, scikit-image %s */' %
          (scipy.__version__, skimage.__version__))
    print('/* clang-format off */')
    print('static const double golden_spearman = %.12f;' %
          scipy.stats.spearmanr(a.ravel(), b.ravel())[0])
    print('static const double golden_ssim = %.12f;' %
          structural_similarity(a.astype(float), b.astype(float),
                                data_range=1.0))
    numbers('golden_star', STAR)
    numbers('golden_concave', CONCAVE)
    print('/* clang-format on */')


main()
