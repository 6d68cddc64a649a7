#!/usr/bin/python3
"""slide_stain.py - stains of pictures, and another slide's, from NumPy alone

    python3 tests/golden/slide_stain.py > tests/golden/slide_stain_golden.inc

Pictures are formulas that test_slide_stain.c repeats.  Densities are not
rounded to levels here, so that means agree to 2^-12 or so; the picture's bytes
are those of the exact logarithm, so that a byte may be the one beside it.
"""
import numpy as np

PICTURES = [("hashed", 7, 5), ("hashed", 1, 1), ("hashed", 9, 3),
            ("even", 5, 3), ("black", 3, 5), ("white", 1, 7),
            ("both", 5, 5), ("slope", 9, 7)]
OTHERS = [((.4, .9, .3), (.2, .3, .1)), ((2.5, 3, 1), (.9, 0, 2)),
          ((0, 8, .05), (.001, .5, .05))]
AMOUNTS = [0, .375, 1]


def picture(kind, w, h):
    i = np.arange(w * h * 3, dtype=np.uint64)
    if kind == "hashed":
        v = (i * 2654435761 % 2**32) >> 24
    elif kind == "slope":
        v = 60 + i // 3 + 20 * (i % 3)
    elif kind == "both":
        v = i // 3 % 2 * 255
    else:
        v = {"even": 77, "black": 0, "white": 255}[kind] + 0 * i
    return np.minimum(v, 255).astype(np.uint8).reshape(h, w, 3)


def density(im):
    return -np.log2((im.astype(float) + 1) / 256)


def stain(d, mean, sd, amount):
    own, spread = d.mean((0, 1)), d.std((0, 1))
    safe = np.where(spread > 1e-9, spread, 1)
    gain = np.where(spread > 1e-9, np.clip(sd / safe, .25, 4), 1)
    return d + amount * (mean + (d - own) * gain - d)


def rows(values, per=18):
    text = ["0x%02x" % v for v in values]
    return ",\n      ".join(", ".join(text[i:i + per])
                            for i in range(0, len(text), per))


def numbers(values):
    return ", ".join("%.6ff" % v for v in values)


print(f"/* by slide_stain.py: numpy {np.__version__} */")
for kind, w, h in PICTURES:
    im = picture(kind, w, h)
    d = density(im)
    for mean, sd in OTHERS:
        for amount in AMOUNTS:
            to = np.clip(stain(d, np.array(mean), np.array(sd), amount), 0, 8)
            byte = np.clip(np.floor(256 * 2.0**-to - 1 + .5), 0, 255)
            print("{\"%s\", %d, %d,\n     {%s},\n     {%s}, %.3ff,\n     {%s}},"
                  % (kind, w, h, numbers([*d.mean((0, 1)), *d.std((0, 1))]),
                     numbers([*mean, *sd]), amount,
                     rows(byte.astype(int).ravel())))
