#!/usr/bin/python3
"""decode.py - one small file of each kind, and what its pixels are

    python3 tests/golden/decode.py > tests/golden/decode_golden.inc

writes the files below tests/fuzz/corpus/decode.  Each holds the picture
"wheel", 8 x 6, or what its kind can keep of it; the sums are of what Pillow
reads, or of the formula where Pillow cannot read it.
"""
import os
import struct
import zlib

import numpy as np
import PIL
from PIL import Image

HERE = os.path.join(os.path.dirname(__file__), "..", "fuzz", "corpus", "decode")
W, H = 8, 6
y, x = np.mgrid[0:H, 0:W]
wheel = np.stack([x * 30, y * 40, 255 - x * 10 - y * 10], 2).astype(np.uint8)
grey = (x * 20 + y * 15).astype(np.uint8)
alpha = np.where(x < 4, 255, np.where(x < 6, 0, 128)).astype(np.uint8)
on_white = np.rint((wheel.astype(float) * alpha[..., None] +
                    255.0 * (255 - alpha[..., None])) / 255.0).astype(np.uint8)


def chunk(name, data):
    return (struct.pack(">I", len(data)) + name + data +
            struct.pack(">I", zlib.crc32(name + data)))


def png16(a):
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[a.shape[2]]
    rows = b"".join(b"\0" + r.astype(">u2").tobytes() for r in a)
    return (b"\x89PNG\r\n\x1a\n" +
            chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, 16, colour, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def grey3(a):
    return np.repeat(a[..., None], 3, 2)


def file(name, im, want, tol, **how):
    path = os.path.join(HERE, name)
    if isinstance(im, bytes):
        open(path, "wb").write(im)
    else:
        im.save(path, **how)
    if want is None:
        want = np.asarray(Image.open(path).convert("RGB"))
    values = ", ".join(str(v) for v in want.reshape(-1))
    print(f'{{"{name}", {tol}, {{{values}}}}},')


print(f"/* by decode.py: Pillow {PIL.__version__}, numpy {np.__version__} */")
rgb = Image.fromarray(wheel)
rgba = Image.fromarray(np.dstack([wheel, alpha]))
wide = wheel.astype(np.uint16) * 257
file("rgb.png", rgb, wheel, 0)
file("palette.png", rgb.quantize(48), None, 0)
file("grey.png", Image.fromarray(grey), grey3(grey), 0)
file("alpha.png", rgba, on_white, 1)
file("grey_alpha.png", Image.fromarray(np.dstack([grey, alpha])),
     np.rint(grey3(grey * (alpha / 255.0) + 255 - alpha)).astype(np.uint8), 1)
file("rgb16.png", png16(wide), wheel, 1)
file("alpha16.png", png16(np.dstack([wide, alpha.astype(np.uint16) * 257])),
     on_white, 1)
file("grey16.png", png16(grey.astype(np.uint16)[..., None] * 257),
     grey3(grey), 1)
file("one_bit.png", Image.fromarray(grey > 100), grey3(
    np.where(grey > 100, 255, 0)), 0)
file("rgb.tiff", rgb, wheel, 0, compression="tiff_lzw")
file("plain.tiff", rgb, wheel, 0)
file("alpha.tiff", rgba, on_white, 1)
file("rgb.webp", rgb, wheel, 0, lossless=True)
file("alpha.webp", rgba, on_white, 1, lossless=True, exact=True)
file("rgb.jpg", rgb, None, 3, quality=95, subsampling=0)
file("sampled.jpg", rgb, None, 3, quality=95, subsampling=2)
file("progressive.jpg", rgb, None, 3, quality=90, progressive=True)
file("grey.jpg", Image.fromarray(grey), None, 1, quality=95)
white = np.full((H, W, 3), 255)
file("cmyk.jpg", Image.new("CMYK", (W, H), (0, 0, 0, 0)), white, 3, quality=95)
file("rgb.bmp", rgb, wheel, 0)
Image.fromarray(grey.astype(np.float32)).save(os.path.join(HERE, "float.tiff"))
huge = (b"\x89PNG\r\n\x1a\n" +
        chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)) +
        chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b""))
open(os.path.join(HERE, "huge.png"), "wb").write(huge)
