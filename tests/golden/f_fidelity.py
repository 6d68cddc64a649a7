#!/usr/bin/python3
"""F-Fidelity of a map that has ties, of a small network, in NumPy and float64.

    /usr/bin/python3 tests/golden/f_fidelity.py \
        > tests/golden/f_fidelity_golden.inc

Written from the formula in stages/explain/f_fidelity.h.  Draws repeat the
generator of common/base/rng.c, weights and picture are those of nn_digest.h.
"""
import sys

import numpy as np

SEED, F_FIDELITY = 0x123456789ABCDEF, 36
H, W, TARGET, DRAWS, SHARE = 61, 47, 1, 3, 0.15
GRID = 14
D = GRID * GRID


def values(name, n):
    salt = 0x811C9DC5
    for b in name.encode():
        salt = ((salt ^ b) * 0x01000193) & 0xFFFFFFFF
    h = (np.arange(n, dtype=np.uint64) + salt * 0x9E3779B1) & 0xFFFFFFFF
    h = ((h ^ (h >> np.uint64(16))) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ (h >> np.uint64(13))) * 0xC2B2AE35) & 0xFFFFFFFF
    h = h ^ (h >> np.uint64(16))
    return (h >> np.uint64(8)).astype(np.float64) * 2.0**-23 - 1.0


def philox(purpose, a, b, n):
    """The first n draws of 32 bits of stream (SEED, purpose, a, b)."""
    m = 0xFFFFFFFF
    out = []
    for block in range((n + 3) // 4):
        c = [block, purpose, a, b]
        k = [SEED & m, SEED >> 32]
        for _ in range(10):
            p0, p1 = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
            c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & m,
                 (p0 >> 32) ^ c[3] ^ k[1], p0 & m]
            k = [(k[0] + 0x9E3779B9) & m, (k[1] + 0xBB67AE85) & m]
        out += c
    return np.array(out[:n])


def probability(x):
    """4x4 convolution at stride 4, rectified, averaged, dense, softmax."""
    kernel = values("conv/kernel:0", 4 * 4 * 3 * 5) * np.sqrt(6 / 48)
    dense = values("logits/kernel:0", 5 * 3) * np.sqrt(6 / 5)
    rows, columns = (H - 4) // 4 + 1, (W - 4) // 4 + 1
    y = x[:4 * rows, :4 * columns].reshape(rows, 4, columns, 4, 3)
    y = np.einsum("aibjc,ijck->abk", y, kernel.reshape(4, 4, 3, 5))
    y = np.maximum(y + .25 * values("conv/bias:0", 5), 0).mean((0, 1))
    z = y @ dense.reshape(5, 3) + .25 * values("logits/bias:0", 3)
    p = np.exp(z - z.max())
    return (p / p.sum())[TARGET]


def box(i):
    """The pixels of patch i."""
    y, x = divmod(i, GRID)
    return (slice(y * H // GRID, (y + 1) * H // GRID),
            slice(x * W // GRID, (x + 1) * W // GRID))


def hidden(relevance, share, draw):
    """Which patches x+ and x- lack."""
    key = philox(F_FIDELITY, share, draw, 2 * D)
    order = sorted(range(D), key=lambda i: (-relevance[i], key[i]))
    k = int(np.floor((share + 1) / 10 * D + .5))
    limit = max(1, int(SHARE * D))
    return [sorted(sorted(part, key=lambda i: key[D + i])
                   [:min(-(-len(part) // 2), limit)])
            for part in (order[:k], order[k:])]


def main():
    y, x = np.mgrid[:H, :W]
    heat = ((y // 9 * 3 + x // 8 * 5) % 4) / 4
    relevance = [heat[box(i)].mean() for i in range(D)]
    picture = 2 * values("x", H * W * 3).reshape(H, W, 3) + 1
    whole, fall = probability(picture), [[], []]
    for share in range(9):
        for draw in range(DRAWS):
            for side, gone in enumerate(hidden(relevance, share, draw)):
                holed = picture.copy()
                for i in gone:
                    holed[box(i)] = 0
                fall[side].append(whole - probability(holed))
    plus, minus = np.mean(fall[0]), np.mean(fall[1])
    print("/* written by tests/golden/f_fidelity.py with Python %s, NumPy %s */"
          % (sys.version.split()[0], np.__version__))
    print("static const double golden_f_fidelity[] = {%.9g, %.9g, %.9g};"
          % (plus, minus, plus - minus))
    for name, share in (("few", 0), ("many", 8)):
        for side, gone in zip(("plus", "minus"), hidden(relevance, share, 2)):
            print("static const int golden_%s_%s[] = {%s};"
                  % (name, side, ", ".join(map(str, gone))))


if __name__ == "__main__":
    main()
