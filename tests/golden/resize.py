#!/usr/bin/python3
"""resize.py - what Pillow makes of a few sizes, as CRC-32 of the bytes

    python3 tests/golden/resize.py > tests/golden/resize_golden.inc

The input is a formula that test_img.c repeats, so that only sizes and sums
are stored.  "keep" is Pillow's resize to the size that fits, then numpy.pad.
"scale" is Pillow's resize by SIDE / FIELD, then numpy.pad, weighed by the
distance from the picture against the median colour of its outermost pixels.
"""
import zlib

import numpy as np
import PIL
from PIL import Image

SIZES = [(1, 1), (2, 3), (44, 220), (62, 48), (100, 110), (110, 110),
         (111, 109), (165, 77), (330, 331), (531, 553), (2048, 3)]
METHODS = {"nearest": Image.NEAREST, "lanczos": Image.LANCZOS}
SIDE = 110
FIELD = 331


def picture(w, h):
    i = np.arange(w * h * 3, dtype=np.uint64)
    v = i * 2654435761 % (1 << 32)
    return ((v >> 24).astype(np.uint8)).reshape(h, w, 3)


def smooth(w, h):
    x, y = np.meshgrid(np.arange(w), np.arange(h))
    return np.stack([(x * 3 + y) % 256, (x * y) % 256, (255 - x + 2 * y) % 256],
                    axis=2).astype(np.uint8)


def keep(im, method):
    w, h = im.size
    if w * SIDE >= h * SIDE:
        fit = (SIDE, max(1, int(np.floor(h * SIDE / w + 0.5))))
    else:
        fit = (max(1, int(np.floor(w * SIDE / h + 0.5))), SIDE)
    a = np.asarray(im.resize(fit, method))
    left, top = (SIDE - fit[0]) // 2, (SIDE - fit[1]) // 2
    return np.pad(a, ((top, SIDE - fit[1] - top), (left, SIDE - fit[0] - left),
                      (0, 0)), mode="reflect")


def scale(im, method):
    w, h = im.size
    if max(w, h) > FIELD:
        side = SIDE / max(w, h)
    else:
        side = SIDE / FIELD
    fit = [min(SIDE, max(1, int(np.floor(n * side + 0.5)))) for n in (w, h)]
    a = np.asarray(im.resize(tuple(fit), method)).astype(int)
    pad = [((SIDE - n) // 2, SIDE - n - (SIDE - n) // 2) for n in a.shape[:2]]
    inside = np.pad(np.ones(a.shape[:2], bool), pad)
    y, x = np.nonzero(inside)
    far = np.maximum(*[np.maximum(np.maximum(v.min() - at, at - v.max()), 0)
                       for v, at in ((y, np.arange(SIDE)[:, None]),
                                     (x, np.arange(SIDE)[None, :]))])
    edge = np.ones(a.shape[:2], bool)
    edge[1:-1, 1:-1] = False
    edge = np.sort(a[edge], axis=0)
    colour = edge[len(edge) // 2]
    reach = SIDE // 16 + 1
    fade = np.minimum(far, reach)[..., None]
    mirrored = np.pad(a, (*pad, (0, 0)), mode="reflect")
    return ((colour * fade + mirrored * (reach - fade) + reach // 2)
            // reach).astype(np.uint8)


def crc(a):
    return zlib.crc32(np.ascontiguousarray(a).tobytes())


print(f"/* by resize.py: Pillow {PIL.__version__}, numpy {np.__version__} */")
for w, h in SIZES:
    for noise in (1, 0):
        im = Image.fromarray(picture(w, h) if noise else smooth(w, h))
        for name, method in METHODS.items():
            squash = crc(np.asarray(im.resize((SIDE, SIDE), method)))
            print(f"{{{w}, {h}, {noise}, resize_{name}, 0x{squash:08x}, "
                  f"0x{crc(keep(im, method)):08x}, "
                  f"0x{crc(scale(im, method)):08x}}},")
