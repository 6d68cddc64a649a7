#!/usr/bin/python3
"""Cell sizes joined to pooled features: values and gradients, by PyTorch.

    /usr/bin/python3 tests/golden/cell_size.py > tests/golden/cell_size_golden.inc

The standardisation is NumPy's; the network is a global average, the join, and
a dense layer, in float64.
"""
import numpy as np
import torch

from nn_common import header, values

N, H, W, C, UNITS = 4, 3, 5, 6, 5
CROPS = [(35, 41), (120, 97), (64, 64), (210, 333), (88, 12)]
ASKED = [(64, 64), (1, 500), (300, 20), (97, 120)]


def standardise():
    logs = np.log(np.array(CROPS, float))
    mean, sd = logs.mean(0), logs.std(0)
    return mean, sd, (np.log(np.array(ASKED, float)) - mean) / sd


def rows(name, t):
    t = np.asarray(t, float)
    print("static const double %s[] = {%s};" %
          (name, ", ".join("%.12g" % v for v in t.reshape(-1))))


def main():
    header("cell_size.py")
    mean, sd, z = standardise()
    rows("golden_mean", mean)
    rows("golden_sd", sd)
    rows("golden_z", z)
    x = values("x", (N, H, W, C))
    z = torch.tensor(z).requires_grad_(True)
    w = values("kernel", (C + 2, UNITS)).requires_grad_(True)
    b = values("bias", (UNITS, )).requires_grad_(True)
    y = torch.cat([x.mean((1, 2)), z], 1) @ w + b
    (y * values("dy", (N, UNITS))).sum().backward()
    rows("golden_y", y.detach())
    rows("golden_dw", w.grad)
    rows("golden_db", b.grad)
    rows("golden_dz", z.grad)


main()
