#!/usr/bin/python3
"""look.py - perceptual hashes by SciPy's DCT, for test_preprocess_checks.c

Writes look_golden.inc: for each of a few 32 x 32 patterns the hash whose bits
are the signs of the 8 x 8 lowest DCT-II coefficients against their median.
"""
import numpy as np
import scipy
from scipy.fft import dct


def pattern(k):
    """The same in C: see grey_of()."""
    y, x = np.mgrid[0:32, 0:32]
    v = (x * x * (k + 1) + 3 * y * (k + 2) + x * y * (5 - k) + 7 * k) % 251
    return v.astype(np.float64)


print(f"/* by look.py, SciPy {scipy.__version__}, NumPy {np.__version__} */")
for k in range(6):
    c = dct(dct(pattern(k), axis=0), axis=1)[:8, :8].ravel()
    bits = c > np.median(c)
    h = 0
    for b in bits:
        h = h << 1 | int(b)
    print(f"UINT64_C(0x{h:016x}),")
