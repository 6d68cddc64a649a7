#!/usr/bin/env python3
"""Digests of Keras' layer orders, from weight files in its legacy layout.

Usage: nn_layers.py DIRECTORY > nn_layers.inc
The directory holds NET_notop.h5, whose attribute layer_names lists model.layers
of Keras 2.12.  A network whose file is not there is left out.
"""
import hashlib
import os
import sys

import h5py

print("/* nn_layers.py with h5py %s */" % h5py.__version__)
for net in ("vgg16", "vgg19", "resnet50", "mobilenetv2", "densenet169"):
    path = os.path.join(sys.argv[1], net + "_notop.h5")
    if not os.path.exists(path):
        continue
    with h5py.File(path, "r") as f:
        names = [n.decode().rstrip("\0") for n in f.attrs["layer_names"]]
    text = "".join(n + "\n" for n in names)
    print('{"%s", %d, "%s"},' % (
        net, len(names), hashlib.sha256(text.encode()).hexdigest()))
