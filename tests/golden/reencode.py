#!/usr/bin/python3
"""reencode.py - what JPEG leaves of a picture, as Pillow makes and reads it

    python3 tests/golden/reencode.py > tests/golden/reencode_golden.inc

Quality 95 and 40 with colours of half the size (4:2:0), and quality 95 with all
of them (4:4:4), from which the first must differ.
"""
import io

import numpy as np
import PIL
from PIL import Image, features

W, H = 13, 11
y, x = np.mgrid[0:H, 0:W]
picture = np.stack([(x * 37 + y * 11) % 256, (x * x * 5 + y * 40) % 256,
                    (255 - x * 19 - y * y * 3) % 256], 2).astype(np.uint8)


def again(quality, subsampling):
    f = io.BytesIO()
    Image.fromarray(picture).save(f, "JPEG", quality=quality,
                                  subsampling=subsampling)
    return np.asarray(Image.open(f).convert("RGB"))


print("/* made by tests/golden/reencode.py with Pillow %s, libjpeg %s */" %
      (PIL.__version__, features.version("jpg")))
for name, quality, subsampling in (("q95_420", 95, 2), ("q40_420", 40, 2),
                                   ("q95_444", 95, 0)):
    p = again(quality, subsampling).reshape(-1)
    print("static const uint8_t %s[] = {" % name)
    for i in range(0, p.size, 16):
        print("    " + ", ".join("%d" % v for v in p[i:i + 16]) + ",")
    print("};")
