#!/usr/bin/python3
"""Small weight files in Keras' legacy layout, good ones and hostile ones, by
h5py; inputs of test_keras_h5 and of its fuzz target.

    /usr/bin/python3 tests/golden/keras_h5.py tests/fuzz/corpus/keras_h5

Number i of a weight is i / 8 - 1, which float16 holds exactly.
"""
import os
import sys

import h5py
import numpy as np

CONV, BN = ("conv", ("kernel", "bias")), ("bn", ("gamma", "beta",
                                                 "moving_mean",
                                                 "moving_variance"))
SHAPES = {"kernel": (3, 3, 2, 4)}


def numbers(shape, dtype="f4"):
    return (np.arange(np.prod(shape)) / 8 - 1).reshape(shape).astype(dtype)


def create(path):
    return h5py.File(path, "w", libver="earliest")


def strings(of, name, words):
    of.attrs[name] = np.array(words, dtype="S") if words else np.array([])


def layer(f, name, kinds, spell="%s/%s:0", dtype="f4", **how):
    g = f.create_group(name)
    strings(g, "weight_names", [spell % (name, k) for k in kinds])
    for k in kinds:
        g.create_dataset(spell % (name, k), dtype=dtype,
                         data=numbers(SHAPES.get(k, (4, )), dtype), **how)


def head(f, names):
    strings(f, "layer_names", names)
    f.attrs["backend"] = "tensorflow"
    f.attrs["keras_version"] = "2.12.0"


def good(to):
    with create(to("float32.h5")) as f:
        head(f, ["input_1", "conv", "bn"])
        layer(f, "input_1", ())
        layer(f, *CONV)
        layer(f, *BN)
    with create(to("float16.h5")) as f:
        head(f, ["a/conv", "a/bn"])
        layer(f, "a/conv", CONV[1], dtype="f2", chunks=True,
              compression="gzip", shuffle=True)
        layer(f, "a/bn", BN[1], chunks=True, compression="gzip")
    with create(to("whole_model.h5")) as f:
        f.attrs["model_config"] = "{}"
        w = f.create_group("model_weights")
        head(w, ["conv", "dense"])
        layer(w, *CONV, spell="model/%s/%s:0")
        layer(w, "dense", ("bias", ))
    with create(to("nested.h5")) as f:
        head(f, ["conv", "model"])
        layer(f, "conv", ("bias", ))
        layer(f, "model", ("bias", ), spell="conv/bias:0%.0s%.0s")
    with create(to("keras1.h5")) as f:
        f.attrs["layer_names"] = ["conv", "bn"]  # of variable length
        layer(f, "conv", ("W", "b"), spell="%s_%s_1:0")
        layer(f, "bn", ("gamma", "beta", "running_mean", "running_std"),
              spell="%s_%s_2:0")
    with create(to("parts.h5")) as f:
        strings(f, "layer_names0", ["conv"])
        strings(f, "layer_names1", ["bn"])
        layer(f, *CONV)
        layer(f, *BN)


def hostile(to):
    with create(to("bad_list.h5")) as f:
        f.create_dataset("x", data=numbers((2, )))
    with create(to("bad_missing.h5")) as f:
        head(f, ["conv"])
        strings(f.create_group("conv"), "weight_names", ["conv/kernel:0"])
    with create(to("bad_integers.h5")) as f:
        head(f, ["conv"])
        layer(f, "conv", ("bias", ), dtype="i4")
    with create(to("bad_claim.h5")) as f:
        head(f, ["conv"])
        g = f.create_group("conv")
        strings(g, "weight_names", ["conv/bias:0"])
        g.create_dataset("conv/bias:0", shape=(1 << 28, ), dtype="f4",
                         chunks=(1 << 16, ))
    with create(to("bad_piece.h5")) as f:
        head(f, ["conv"])
        g = f.create_group("conv")
        strings(g, "weight_names", ["conv/bias:0"])
        g.create_dataset("conv/bias:0", shape=(4, ), maxshape=(None, ),
                         dtype="f4", chunks=(1 << 29, ))
    with create(to("bad_external.h5")) as f:
        head(f, ["conv"])
        g = f.create_group("conv")
        strings(g, "weight_names", ["conv/bias:0"])
        g.create_dataset("conv/bias:0", shape=(4, ), dtype="f4",
                         external=[("/etc/hostname", 0, 16)])
    with create(to("bad_link.h5")) as f:
        head(f, ["conv"])
        g = f.create_group("conv")
        strings(g, "weight_names", ["bias:0"])
        g["bias:0"] = h5py.ExternalLink("float32.h5", "/conv/conv/bias:0")


def main():
    where = sys.argv[1]
    os.makedirs(where, exist_ok=True)
    to = lambda name: os.path.join(where, name)
    good(to)
    hostile(to)
    whole = open(to("float16.h5"), "rb").read()
    open(to("bad_cut.h5"), "wb").write(whole[:len(whole) * 2 // 3])
    print("h5py %s, HDF5 %s" % (h5py.__version__, h5py.version.hdf5_version))


if __name__ == "__main__":
    main()
