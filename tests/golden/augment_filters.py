#!/usr/bin/env python3
"""Golden pictures of the filters and value changes, from other people's code.

Writes tests/golden/augment_filters_golden.inc.  OpenCV (HSV, grey, filter2D,
Canny, equalizeHist, createCLAHE), scikit-image (Lab, gamma), SciPy (Gaussian
filter, splines, inverse distributions, vector quantisation), NumPy (the rest).
Philox is written here again; its known answer is checked.
"""
import os
import platform

import cv2
import numpy as np
import scipy
import skimage
from scipy import stats
from scipy.cluster.vq import vq
from scipy.ndimage import gaussian_filter, map_coordinates
from skimage import color, exposure

W, H = 24, 20


def source():
    """A cell of sorts: nucleus, cytoplasm, background, and hashed grain."""
    y, x, k = np.meshgrid(np.arange(H), np.arange(W), np.arange(3),
                          indexing="ij")
    d = 3 * (x - 11) ** 2 + 4 * (y - 9) ** 2
    v = np.where(d < 60, 50 + 30 * k, np.where(d < 250, 150 - 10 * k * k,
                                               215 - 5 * k + x // 4))
    i = ((y * W + x) * 3 + k).astype(np.uint64)
    return (v + (i * 2654435761 % 2**32 >> 28)).astype(np.uint8)


def to_byte(v):
    return np.clip(np.floor(v + .5), 0, 255).astype(np.uint8)


def mix(im, effect, alpha):
    return to_byte(im + alpha * (effect.astype(float) - im))


def swap(im, order):
    return np.ascontiguousarray(im[..., ::-1] if order else im)


# --- random numbers -----------------------------------------------------------


def philox(seed, purpose, block):
    m = 2**32 - 1
    c = [block, purpose, 0, 0]
    k = [seed & m, seed >> 32]
    for _ in range(10):
        p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(q >> 32) ^ c[1] ^ k[0], q & m, (p >> 32) ^ c[3] ^ k[1], p & m]
        k = [(k[0] + 0x9E3779B9) & m, (k[1] + 0xBB67AE85) & m]
    return c


# Random123's kat_vectors, philox4x32 10, all zero.
assert philox(0, 0, 0) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
PIXELS = 10


def words(seed, n):
    w = []
    for block in range((n + 3) // 4):
        w += philox(int(seed), PIXELS, block)
    return np.array(w[:n], np.uint64)


def add_noise(im, ppf, scale, same, seed):
    n = im.size // (3 if same else 1)
    w = words(seed, (n + 1) // 2)
    u = np.stack([w % 65536, w // 65536], -1).ravel()[:n]
    e = np.round(ppf((u + .5) / 65536) * scale)
    e = e.reshape(H, W, -1)
    return np.clip(im.astype(float) + e, 0, 255).astype(np.uint8)


def noise(im, scale, same, seed):
    return add_noise(im, stats.norm.ppf, scale, same, seed)


def laplace(im, scale, same, seed):
    return add_noise(im, stats.laplace.ppf, scale, same, seed)


def elastic(im, amount, cells, seed, fill):
    m, n = min(W, H) * amount, int(cells) + 3
    u = (words(seed, n * n * 2) >> 8).astype(float) / 2**24
    node = (-m + 2 * m * u).reshape(n, n, 2)
    y, x = np.meshgrid(np.arange(H, dtype=float), np.arange(W, dtype=float),
                       indexing="ij")
    # Node 0 is left of the picture: the grid's cell 0 lies between 1 and 2.
    at = [(y + .5) * cells / H + 1, (x + .5) * cells / W + 1]
    dx, dy = (map_coordinates(node[..., k], at, order=3, prefilter=False)
              for k in range(2))
    mode = {0: "grid-constant", 1: "mirror", 2: "nearest"}[fill]
    out = [map_coordinates(im[..., k].astype(float), [y + dy, x + dx], order=1,
                           mode=mode) for k in range(3)]
    return to_byte(np.stack(out, -1))


# --- values -------------------------------------------------------------------


def gamma(im, g):
    return to_byte(exposure.adjust_gamma(im / 255., g) * 255)


def channel_gain(im, *b):
    return to_byte(im * np.float32(b))


def channel_contrast(im, *a):
    return to_byte(127 + (im.astype(np.float32) - 127) * np.float32(a))


def channel_add(im, *d):
    return to_byte(im + np.array(d))


def channels(im, order):
    names = ["rgb", "gbr", "brg", "bgr", "grb", "rbg"]
    return im[..., ["rgb".index(c) for c in names[order]]]


def grey(im, alpha, order):
    g = cv2.cvtColor(swap(im, order), cv2.COLOR_RGB2GRAY)
    return mix(im, np.repeat(g[..., None], 3, -1), alpha)


def huesat(im, hue, hue_add, sat, sat_add, order):
    hsv = cv2.cvtColor(swap(im, order), cv2.COLOR_RGB2HSV).astype(float)
    hsv[..., 0] = np.mod(np.floor(hsv[..., 0] * hue + hue_add / 2 + .5), 180)
    hsv[..., 1] = to_byte(hsv[..., 1] * sat + sat_add)
    return swap(cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB), order)


def stain(im, h, e, rest, pap):
    m = np.array([[.65, .70, .29], [.07, .99, .11], [.11, .37, .92]])
    if not pap:
        m[2] = np.cross(m[0], m[1])
    od = -np.log((im + 1) / 256.).reshape(-1, 3)
    amounts = np.linalg.solve(m.T, od.T) * np.array([[h], [e], [rest]])
    return to_byte(np.exp(-(m.T @ amounts).T) * 256 - 1).reshape(H, W, 3)


# --- neighbourhoods -----------------------------------------------------------


def blur(im, sigma):
    out = [gaussian_filter(im[..., k].astype(float), sigma, mode="mirror")
           for k in range(3)]
    return to_byte(np.stack(out, -1))


def kernel(im, effect, alpha):
    nothing = np.zeros((3, 3))
    nothing[1, 1] = 1
    k = alpha * np.array(effect, float) + (1 - alpha) * nothing
    return to_byte(cv2.filter2D(im.astype(float), -1, k,
                                borderType=cv2.BORDER_REFLECT_101))


def sharpen(im, alpha, lightness):
    return kernel(im, [[-1, -1, -1], [-1, 8 + lightness, -1], [-1, -1, -1]],
                  alpha)


def edges(im, alpha):
    return kernel(im, [[0, 1, 0], [1, -4, 1], [0, 1, 0]], alpha)


def directed_edges(im, alpha, direction):
    rad = np.deg2rad(direction)
    to = np.array([np.cos(rad - .5 * np.pi), np.sin(rad - .5 * np.pi)])
    m = np.zeros((3, 3))
    for x in (-1, 0, 1):
        for y in (-1, 0, 1):
            if (x, y) != (0, 0):
                v = np.array([x, y]) / np.hypot(x, y)
                deg = np.rad2deg(np.arccos(np.clip(v @ to, -1, 1)))
                m[y + 1, x + 1] = (1 - deg / 180) ** 4
    m /= -m.sum()
    m[1, 1] = 1
    return kernel(im, m, alpha)


def canny(im, alpha, low, high, sobel, *colours):
    e = cv2.Canny(im, low, high, apertureSize=3 + 2 * sobel, L2gradient=True)
    return mix(im, np.where(e[..., None] > 0, colours[:3], colours[3:]), alpha)


# --- histograms and colours ---------------------------------------------------


def on_lightness(im, order, change):
    lab = color.rgb2lab(swap(im, order))
    lab = to_byte(lab * [2.55, 1, 1] + [0, 128, 128])
    lab[..., 0] = change(np.ascontiguousarray(lab[..., 0]))
    lab = (lab - np.array([0., 128, 128])) / [2.55, 1, 1]
    return swap(to_byte(color.lab2rgb(lab) * 255), order)


def on_channels(im, change):
    return np.stack([change(np.ascontiguousarray(im[..., k]))
                     for k in range(3)], -1)


def equalize(im, alpha, lightness, order):
    f = cv2.equalizeHist
    return mix(im, on_lightness(im, order, f) if lightness
               else on_channels(im, f), alpha)


def clahe(im, clip, tiles, channels, order):
    f = cv2.createCLAHE(clip, (tiles, tiles)).apply
    return on_channels(im, f) if channels else on_lightness(im, order, f)


def kmeans(im, k):
    px = im.reshape(-1, 3).astype(float)
    order = np.argsort(px.sum(1), kind="stable")
    of = np.empty(len(px), int)
    of[order] = np.arange(len(px)) * k // len(px)
    centre = np.zeros((k, 3))
    for _ in range(10):
        for j in np.unique(of):
            centre[j] = px[of == j].mean(0)
        of = vq(px, centre)[0]
    return to_byte(centre[of]).reshape(im.shape)


# name, numbers, largest difference, values in a thousand that may differ
CASES = [
    ("gamma", (.5,), 0, 0),
    ("gamma", (1.7,), 0, 0),
    ("channel_gain", (.5, 1, 1.5), 0, 0),
    ("channel_contrast", (.5, 1.25, 1.5), 0, 0),
    ("channel_add", (-40, 7, 50), 0, 0),
    ("channels", (1,), 0, 0),
    ("channels", (4,), 0, 0),
    ("grey", (1, 0), 0, 0),
    ("grey", (1, 1), 0, 0),
    ("grey", (.375, 0), 0, 0),
    ("huesat", (1, 100, 1, 0, 0), 1, 20),
    ("huesat", (1.375, 0, .625, 0, 1), 1, 20),
    ("huesat", (1, -70, 1, 50, 0), 1, 20),
    ("stain", (1.5, .5, 1, 0), 1, 30),
    ("stain", (.75, 1.25, .5, 1), 1, 30),
    ("noise", (12.75, 0, 7), 1, 2),
    ("noise", (4, 1, 123456), 1, 2),
    ("laplace", (10, 0, 3), 1, 2),
    ("laplace", (20, 1, 77), 1, 2),
    ("blur", (.75,), 1, 20),
    ("blur", (3,), 1, 20),
    ("sharpen", (.5, 1), 1, 10),
    ("sharpen", (1, .75), 1, 10),
    ("edges", (.375,), 1, 10),
    ("edges", (1,), 0, 0),
    ("directed_edges", (.5, 0), 1, 10),
    ("directed_edges", (.75, 130), 1, 10),
    ("canny", (1, 100, 200, 0, 255, 0, 9, 7, 8, 0), 0, 0),
    ("canny", (1, 400, 700, 1, 255, 0, 9, 7, 8, 0), 0, 0),
    ("canny", (.5, 800, 100, 2, 255, 0, 9, 7, 8, 0), 0, 0),
    ("equalize", (1, 0, 0), 0, 0),
    ("equalize", (.625, 1, 0), 1, 30),
    ("equalize", (1, 1, 1), 1, 30),
    ("clahe", (4, 4, 1, 0), 0, 0),
    ("clahe", (1.5, 3, 1, 0), 0, 0),
    ("clahe", (8, 5, 0, 0), 2, 30),
    ("clahe", (40, 2, 0, 1), 2, 30),
    ("kmeans", (2,), 1, 10),
    ("kmeans", (5,), 1, 10),
    ("elastic", (.2, 2, 5, 1), 1, 20),
    ("elastic", (.35, 4, 9, 0), 1, 20),
]


def main():
    cv2.setNumThreads(1)
    im = source()
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "augment_filters_golden.inc"), "w") as f:
        f.write("/* Written by tests/golden/augment_filters.py: Python %s, "
                "NumPy %s, SciPy %s,\n * OpenCV %s, scikit-image %s */\n" %
                (platform.python_version(), np.__version__, scipy.__version__,
                 cv2.__version__, skimage.__version__))
        f.write("enum { GOLDEN_W = %d, GOLDEN_H = %d };\n" % (W, H))
        f.write("static const struct {\n    const char *name;\n"
                "    float param[AUGMENT_MAX_PARAMS];\n"
                "    int most, permille;\n    const char *want;\n"
                "} golden[] = {\n")
        for name, param, most, permille in CASES:
            numbers = ", ".join("%.9gf" % p if p != int(p) else "%d" % p
                                for p in param)
            text = np.ascontiguousarray(globals()[name](im, *param))
            text = text.tobytes().hex()
            rows = "\n".join('     "%s"' % text[i:i + 72]
                             for i in range(0, len(text), 72))
            f.write('    {"%s",\n     {%s},\n     %d,\n     %d,\n%s},\n' %
                    (name, numbers, most, permille, rows))
        f.write("};\n")


main()
