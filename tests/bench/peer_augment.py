#!/usr/bin/env python3
"""peer_augment.py - augmentation beside OpenCV's and NumPy's, on one core

Two mixes on 110 x 110 x 3 bytes, the operations and ranges of
tests/bench/bench_augment.c and configs/recipes:

    mix       flip, affine, brightness, Gaussian noise
    notebook  the six variants of the authors' code in turn

once with OpenCV's functions (OpenCV alone, no imgaug around them) and once
with NumPy and SciPy in imgaug's manner.  Processor time, best of the rounds;
ours is measured in between, so that all see the same machine.
"""
import argparse
import re
import subprocess
import time

import cv2
import numpy as np
from scipy import ndimage

SIDE = 110
rng = np.random.default_rng(1)


def source():
    """The picture of bench_augment.c."""
    y, x, k = np.meshgrid(np.arange(SIDE) - 60, np.arange(SIDE) - 50,
                          np.arange(3), indexing="ij")
    d = 3 * x * x + 4 * y * y
    v = np.where(d < 1000, 50 + 30 * k, np.where(
        d < 6000, 150 - 10 * k * k + x, 205 - 5 * k + np.trunc(y / 4)))
    i = np.arange(SIDE * SIDE * 3, dtype=np.uint64)
    grain = (i * 2654435761 % 2**32 >> 29).reshape(SIDE, SIDE, 3)
    return np.clip(v + grain, 0, 255).astype(np.uint8)


def matrix(rotate=0, tx=0, ty=0, sx=1, sy=1, shear=0):
    """Output to input, as cv2.WARP_INVERSE_MAP wants it."""
    r, s, c = np.deg2rad(rotate), np.deg2rad(shear), (SIDE - 1) / 2
    m = np.array([[sx * np.cos(r), -sy * np.sin(r + s), 0],
                  [sx * np.sin(r), sy * np.cos(r + s), 0], [0, 0, 1]])
    to = np.array([[1, 0, c + tx * SIDE], [0, 1, c + ty * SIDE], [0, 0, 1]])
    back = np.array([[1, 0, -c], [0, 1, -c], [0, 0, 1]])
    return np.linalg.inv(to @ m @ back)


def geometric():
    """Matrices or flips of one of the six geometric steps."""
    u = rng.uniform
    return (lambda: matrix(rotate=u(-90, 90)),
            lambda: matrix(sx=u(.5, .9), sy=u(.5, .9)),
            lambda: matrix(tx=u(-.15, .15), ty=u(-.15, .15)),
            lambda: matrix(shear=u(-2, 2)),
            lambda: 1, lambda: 0)


def two_of(n):
    return rng.permutation(n)[:2]


# --- OpenCV -------------------------------------------------------------------


class OpenCV:
    noise = np.empty((SIDE, SIDE, 3), np.int16)

    def warp(self, im, m, border):
        return cv2.warpAffine(im, m[:2], (SIDE, SIDE), borderMode=border,
                              flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)

    def mix(self, im):
        u = rng.uniform
        if u() < .5:
            im = cv2.flip(im, 1)
        m = matrix(u(-90, 90), u(-.1, .1), u(-.1, .1), u(.8, 1.2), u(.8, 1.2))
        im = self.warp(im, m, cv2.BORDER_REFLECT_101)
        im = cv2.convertScaleAbs(im, alpha=u(.65, 1.35))
        cv2.randn(self.noise, 0, u(5, 15))
        return cv2.add(im, self.noise, dtype=cv2.CV_8U)

    def geometry(self, im):
        for i in two_of(6):
            m = geometric()[i]()
            im = (cv2.flip(im, m) if np.isscalar(m)
                  else self.warp(im, m, cv2.BORDER_CONSTANT))
        return im

    def clahe(self, im, clip, tiles):
        lab = cv2.cvtColor(im, cv2.COLOR_RGB2LAB)
        f = cv2.createCLAHE(clip, (tiles, tiles))
        lab[..., 0] = f.apply(np.ascontiguousarray(lab[..., 0]))
        return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)

    def local(self, im):
        u, n = rng.uniform, rng.integers
        for i in two_of(4):
            if i == 3:
                table = (np.arange(256) / 255.) ** u(.5, 2) * 255 + .5
                im = cv2.LUT(im, table.astype(np.uint8))
            else:
                im = self.clahe(im, u(1, 10) if i == 1 else u(.1, 8),
                                n(3, 22 if i == 2 else 13))
        return im

    def edges(self, im):
        a = rng.uniform(0, .7)
        k = a * np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], np.float32)
        k[1, 1] += 1 - a
        return cv2.filter2D(im, -1, k)

    def canny(self, im):
        a, c = rng.uniform(), rng.integers(0, 256, (2, 3)).astype(np.uint8)
        e = cv2.Canny(im, rng.uniform(60, 140), rng.uniform(160, 240),
                      apertureSize=2 * int(rng.integers(1, 4)) + 1,
                      L2gradient=True)
        return cv2.addWeighted(c[(e > 0).astype(np.uint8)], a, im, 1 - a, 0)

    def hsv(self, im, hue, sat):
        h = cv2.cvtColor(im, cv2.COLOR_RGB2HSV)
        t = np.empty((1, 256, 3), np.uint8)
        t[0, :, 0] = np.mod(hue(np.arange(256.)), 180)
        t[0, :, 1] = np.clip(sat(np.arange(256.)), 0, 255)
        t[0, :, 2] = np.arange(256)
        return cv2.cvtColor(cv2.LUT(h, t), cv2.COLOR_HSV2RGB)

    def kmeans(self, im, k):
        z = im.reshape(-1, 3).astype(np.float32)
        stop = (cv2.TERM_CRITERIA_MAX_ITER + cv2.TERM_CRITERIA_EPS, 10, 1.)
        _, of, centre = cv2.kmeans(z, k, None, stop, 1,
                                   cv2.KMEANS_PP_CENTERS)
        return np.uint8(centre)[of.ravel()].reshape(im.shape)

    def colour(self, im):
        u, i = rng.uniform, rng.integers(5)
        if i == 0:
            return np.ascontiguousarray(im[..., rng.permutation(3)])
        if i == 1:
            return cv2.cvtColor(cv2.cvtColor(im, cv2.COLOR_RGB2GRAY),
                                cv2.COLOR_GRAY2RGB)
        if i == 4:
            return self.kmeans(im, int(rng.integers(4, 17)))
        a, b, c, d = ((u(.5, 1.5), 0, u(.5, 1.5), 0) if i == 2 else
                      (1, u(-35, 35), 1, u(-50, 50)))
        return self.hsv(im, lambda h: h * a + b, lambda s: s * c + d)

    def light(self, im):
        u, i = rng.uniform, rng.integers(3)
        if i == 0:
            a = u(.75, 1.5)
            return cv2.convertScaleAbs(im, alpha=a, beta=127 * (1 - a))
        if i == 1 or u() < .25:
            return cv2.convertScaleAbs(im, alpha=u(.5, 1.5))
        return cv2.multiply(im, (u(.5, 1.5), u(.5, 1.5), u(.5, 1.5), 0))

    def turns(self):
        return (self.geometry, self.local, self.edges, self.canny,
                self.colour, self.light)


# --- NumPy and SciPy ----------------------------------------------------------


def to_byte(x):
    return np.clip(x + .5, 0, 255).astype(np.uint8)


class NumPy(OpenCV):
    def warp(self, im, m, border):
        y, x = np.mgrid[:SIDE, :SIDE]
        u = m[0, 0] * x + m[0, 1] * y + m[0, 2]
        v = m[1, 0] * x + m[1, 1] * y + m[1, 2]
        mode = "mirror" if border == cv2.BORDER_REFLECT_101 else "constant"
        out = [ndimage.map_coordinates(im[..., k], [v, u], order=1, mode=mode)
               for k in range(3)]
        return np.stack(out, -1)

    def mix(self, im):
        u = rng.uniform
        if u() < .5:
            im = im[:, ::-1]
        m = matrix(u(-90, 90), u(-.1, .1), u(-.1, .1), u(.8, 1.2), u(.8, 1.2))
        im = self.warp(im, m, cv2.BORDER_REFLECT_101)
        im = to_byte(im * np.float32(u(.65, 1.35)))
        return to_byte(im + rng.normal(0, u(5, 15), im.shape))

    def geometry(self, im):
        for i in two_of(6):
            m = geometric()[i]()
            im = (np.flip(im, m) if np.isscalar(m)
                  else self.warp(im, m, cv2.BORDER_CONSTANT))
        return im

    rgb = np.array([[.412453, .357580, .180423], [.212671, .715160, .072169],
                    [.019334, .119193, .950227]])
    white = np.array([.95047, 1, 1.08883])

    def to_lab(self, im):
        c = im / 255.
        c = np.where(c > .04045, ((c + .055) / 1.055) ** 2.4, c / 12.92)
        t = c @ self.rgb.T / self.white
        t = np.where(t > .008856, np.cbrt(t), 7.787 * t + 16 / 116)
        return np.stack([116 * t[..., 1] - 16, 500 * (t[..., 0] - t[..., 1]),
                         200 * (t[..., 1] - t[..., 2])], -1)

    def from_lab(self, lab):
        f = (lab[..., 0] + 16) / 116
        t = np.stack([f + lab[..., 1] / 500, f, f - lab[..., 2] / 200], -1)
        t = np.where(t > .2069, t ** 3, (t - 16 / 116) / 7.787) * self.white
        c = np.clip(t @ np.linalg.inv(self.rgb).T, 0, 1)
        c = np.where(c > .0031308, 1.055 * c ** (1 / 2.4) - .055, 12.92 * c)
        return to_byte(c * 255)

    def clahe(self, im, clip, tiles):
        lab = self.to_lab(im)
        px = to_byte(lab[..., 0] * 2.55)
        side = SIDE if SIDE % tiles == 0 else SIDE + tiles - SIDE % tiles
        t = side // tiles
        big = np.pad(px, (0, side - SIDE), mode="reflect")
        big = big.reshape(tiles, t, tiles, t).swapaxes(1, 2)
        big = big.reshape(tiles * tiles, -1)
        count = np.apply_along_axis(np.bincount, 1, big, minlength=256)
        most = max(int(clip * t * t / 256), 1)
        over = np.maximum(count - most, 0).sum(1, keepdims=True)
        table = np.cumsum(np.minimum(count, most) + over / 256, 1)
        table = (table * 255 / (t * t)).reshape(tiles, tiles, 256)
        at = np.arange(SIDE) / t - .5
        a = np.floor(at).astype(int)
        share, b = at - a, np.minimum(a + 1, tiles - 1)
        a = np.maximum(a, 0)
        y, x = np.ix_(share, share)
        ya, xa = np.ix_(a, a)
        yb, xb = np.ix_(b, b)
        lab[..., 0] = ((table[ya, xa, px] * (1 - x) + table[ya, xb, px] * x) *
                       (1 - y) + (table[yb, xa, px] * (1 - x) +
                                  table[yb, xb, px] * x) * y) / 2.55
        return self.from_lab(lab)

    def local(self, im):
        u, n = rng.uniform, rng.integers
        for i in two_of(4):
            if i == 3:
                im = to_byte((im / 255.) ** u(.5, 2) * 255)
            else:
                im = self.clahe(im, u(1, 10) if i == 1 else u(.1, 8),
                                n(3, 22 if i == 2 else 13))
        return im

    def edges(self, im):
        a = rng.uniform(0, .7)
        p = np.pad(im.astype(np.float32), ((1, 1), (1, 1), (0, 0)), "reflect")
        return to_byte(a * (p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] +
                            p[1:-1, 2:]) + (1 - 5 * a) * p[1:-1, 1:-1])

    def canny(self, im):
        low, high = rng.uniform(60, 140), rng.uniform(160, 240)
        a, c = rng.uniform(), rng.integers(0, 256, (2, 3))
        z = im.astype(float)
        dx = ndimage.sobel(z, 1, mode="nearest")
        dy = ndimage.sobel(z, 0, mode="nearest")
        size = np.hypot(dx, dy)
        k = size.argmax(-1)[..., None]
        dx, dy, size = (np.take_along_axis(q, k, -1)[..., 0]
                        for q in (dx, dy, size))
        p = np.pad(size, 1)
        octant = np.round(np.arctan2(dy, dx) * 4 / np.pi).astype(int) % 4
        crest = np.zeros(size.shape, bool)
        for d, (j, i) in enumerate(((0, 1), (1, 1), (1, 0), (1, -1))):
            one = p[1 + j:SIDE + 1 + j, 1 + i:SIDE + 1 + i]
            two = p[1 - j:SIDE + 1 - j, 1 - i:SIDE + 1 - i]
            crest |= (octant == d) & (size > one) & (size >= two)
        part, n = ndimage.label(crest & (size > low), np.ones((3, 3)))
        keep = np.zeros(n + 1, bool)
        keep[part[crest & (size > high)]] = True
        keep[0] = False
        return to_byte(a * c[keep[part].astype(int)] + (1 - a) * im)

    def hsv(self, im, hue, sat):
        z = im / 255.
        v, least = z.max(-1), z.min(-1)
        d = np.where(v > least, v - least, 1)
        r, g, b = z[..., 0], z[..., 1], z[..., 2]
        h = np.where(v == r, (g - b) / d, np.where(
            v == g, 2 + (b - r) / d, 4 + (r - g) / d)) % 6
        h = hue(h * 30) / 30 % 6
        s = np.clip(sat((v - least) / np.maximum(v, 1e-9) * 255) / 255, 0, 1)
        out = []
        for n in (5, 3, 1):
            k = (n + h) % 6
            out.append(v - v * s * np.clip(np.minimum(k, 4 - k), 0, 1))
        return to_byte(np.stack(out, -1) * 255)

    def kmeans(self, im, k):
        z = im.reshape(-1, 3).astype(np.float32)
        centre = z[rng.choice(len(z), k, replace=False)]
        for _ in range(10):
            of = ((z[:, None] - centre) ** 2).sum(-1).argmin(1)
            n = np.maximum(np.bincount(of, minlength=k), 1)
            centre = np.stack([np.bincount(of, z[:, c], k) / n
                               for c in range(3)], -1).astype(np.float32)
        return to_byte(centre)[of].reshape(im.shape)

    def colour(self, im):
        i = rng.integers(5)
        if i == 1:
            g = im @ np.float32([.299, .587, .114])
            return np.repeat(to_byte(g)[..., None], 3, -1)
        if i == 4:
            return self.kmeans(im, int(rng.integers(4, 17)))
        u = rng.uniform
        if i == 0:
            return im[..., rng.permutation(3)]
        a, b, c, d = ((u(.5, 1.5), 0, u(.5, 1.5), 0) if i == 2 else
                      (1, u(-35, 35), 1, u(-50, 50)))
        return self.hsv(im, lambda h: h * a + b, lambda s: s * c + d)

    def light(self, im):
        u, i = rng.uniform, rng.integers(3)
        z = im.astype(np.float32)
        if i == 0:
            return to_byte(127 + np.float32(u(.75, 1.5)) * (z - 127))
        return to_byte(z * np.float32(u(.5, 1.5, 3) if i else u(.35, 1.65)))


# --- all of it ----------------------------------------------------------------


def rate(f, n):
    begin = time.process_time()
    for v in range(n):
        f(v)
    return n / (time.process_time() - begin)


def rates(peer, im, n):
    turns = peer.turns()
    return {"mix": rate(lambda v: peer.mix(im), n),
            "notebook": rate(lambda v: turns[v % 6](im), n)}


def ours(program):
    out = subprocess.run([program], check=True, stdout=subprocess.PIPE,
                         text=True).stdout
    return {name: float(x) for name, x in
            re.findall(r"augment (\w+) +(\d+) images/s", out)}


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--bench", default="build/release/bench/bench_augment")
    a.add_argument("--rounds", type=int, default=3)
    args = a.parse_args()
    cv2.setNumThreads(1)
    im, best = source(), {}
    for _ in range(args.rounds):
        for name, r in (("Papline", ours(args.bench)),
                        ("OpenCV", rates(OpenCV(), im, 600)),
                        ("NumPy", rates(NumPy(), im, 120))):
            for mix in ("mix", "notebook"):
                key = name, mix
                best[key] = max(best.get(key, 0), r[mix])
    cpu = [x for x in open("/proc/cpuinfo") if x.startswith("model name")][0]
    print(f"{cpu.split(':')[1].strip()}, one core, {SIDE}x{SIDE}, OpenCV "
          f"{cv2.__version__}, NumPy {np.__version__}, "
          f"{time.strftime('%Y-%m-%d')}; images/s, best of {args.rounds}\n")
    print("| | Papline | OpenCV | NumPy | Papline / OpenCV | / NumPy |")
    print("|---|---:|---:|---:|---:|---:|")
    for mix, what in (("mix", "flip + affine + brightness + noise"),
                      ("notebook", "the notebook recipe")):
        p, o, n = (best[name, mix] for name in ("Papline", "OpenCV", "NumPy"))
        print(f"| {what} | {p:.0f} | {o:.0f} | {n:.0f} | {p / o:.2f} "
              f"| {p / n:.1f} |")


if __name__ == "__main__":
    main()
