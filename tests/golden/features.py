#!/usr/bin/python3
"""Pooled features of real cells by real weights, in float64; needs h5py,
Pillow, and the weights and cells, which are not part of the project.

    /usr/bin/python3 tests/golden/features.py SHARED > tests/golden/features_golden.inc
    /usr/bin/python3 tests/golden/features.py SHARED NET FEATURES.npy

The first form prints digests (as nn_common.py's) of the features of the BMP
cells in SHARED/data/sipakmed-original-layout; the second compares an array of
papline features, made of the same cells, image by image.
"""
import os
import sys

import h5py
import numpy as np
import torch
from PIL import Image

import nn_nets
from nn_common import header, row

SIZE, SUMS, BATCH = 110, 8, 20
torch.set_default_dtype(torch.float64)


class Trained(nn_nets.Net):

    def __init__(self, path):
        super().__init__(False, None)
        self.file = h5py.File(path, "r")
        self.used = set()

    def p(self, name, shape=None):
        layer = name.rsplit("/", 1)[0]
        t = np.asarray(self.file[layer + "/" + name]).astype(np.float64)
        assert shape is None or name.endswith("depthwise_kernel:0") or \
            tuple(shape) == t.shape, (name, shape, t.shape)
        self.used.add(name)
        return torch.tensor(t)

    def all_used(self):
        there = {w.decode() for g in self.file.attrs["layer_names"]
                 for w in np.atleast_1d(self.file[g].attrs["weight_names"])
                 if isinstance(w, bytes)}
        assert there == self.used, there ^ self.used


def caffe(x):
    return x[..., ::-1].copy() - np.array([103.939, 116.779, 123.68])


def tf(x):
    return x / 127.5 - 1


def torch_mode(x):
    return (x / 255 - np.array([.485, .456, .406])) / np.array(
        [.229, .224, .225])


NETS = {
    "vgg19": (nn_nets.vgg((2, 2, 4, 4, 4)), caffe),
    "resnet50": (nn_nets.resnet(), caffe),
    "mobilenetv2": (nn_nets.mobilenet, tf),
    "densenet169": (nn_nets.densenet, torch_mode),
}


def cells(shared):
    top = os.path.join(shared, "data", "sipakmed-original-layout")
    found = sorted(
        os.path.relpath(os.path.join(d, f), top) for d, _, files in os.walk(top)
        for f in files if f.endswith(".bmp"))
    for f in found:
        im = Image.open(os.path.join(top, f)).convert("RGB")
        im = im.resize((SIZE, SIZE), Image.NEAREST)
        yield np.asarray(im).astype(np.float64)


def features(shared, net):
    trunk, mode = NETS[net]
    k = Trained(os.path.join(shared, "weights", net + "_notop.h5"))
    x = mode(np.stack(list(cells(shared))))
    with torch.no_grad():
        y = [trunk(k, torch.tensor(x[i:i + BATCH])).mean((1, 2))
             for i in range(0, len(x), BATCH)]
    k.all_used()
    return torch.cat(y)


def main():
    if len(sys.argv) == 4:
        want = features(sys.argv[1], sys.argv[2]).numpy()
        got = np.load(sys.argv[3])
        assert got.shape == want.shape, (got.shape, want.shape)
        off = np.linalg.norm(got - want, axis=1) / np.linalg.norm(want, axis=1)
        print("%s: relative L2 %.2e, worst image %.2e" %
              (sys.argv[2], np.linalg.norm(got - want) / np.linalg.norm(want),
               off.max()))
        return
    header("features.py")
    for net in NETS:
        row(net, "features", features(sys.argv[1], net), SUMS)


if __name__ == "__main__":
    main()
