#!/usr/bin/python3
"""MixStyle forward and backward, in float64, by PyTorch.

    /usr/bin/python3 tests/golden/mixstyle.py > tests/golden/mixstyle.inc

The layer is that of KaiyangZhou/mixstyle-release, mixstyle/mixstyle.py, with
partners and shares given from outside: those that mixstyle.h draws for layer
"f" of seed 1 in step 2 with alpha .4, which test_mixstyle.c holds against these.
"""
import torch

from nn_common import header, row, values

SUMS = 16
SHARE = [0.544533372, 0.997771084, 0.953682959, 0.745945811, 0.463940978]


def mixstyle(x, perm, lmda, eps=1e-6):
    x = x.permute(0, 3, 1, 2)
    mu = x.mean(dim=[2, 3], keepdim=True)
    var = x.var(dim=[2, 3], keepdim=True)
    sig = (var + eps).sqrt()
    mu, sig = mu.detach(), sig.detach()
    x_normed = (x - mu) / sig
    mu2, sig2 = mu[perm], sig[perm]
    mu_mix = mu * lmda + mu2 * (1 - lmda)
    sig_mix = sig * lmda + sig2 * (1 - lmda)
    return (x_normed * sig_mix + mu_mix).permute(0, 2, 3, 1)


# name: (n, h, w, c), first sample, partners, a channel without variance
CASES = {
    "mixstyle": ((5, 4, 6, 19), 0, [1, 4, 0, 3, 2], False),
    "mixstyle odd": ((5, 7, 9, 6), 0, [1, 4, 0, 3, 2], False),
    "mixstyle of one image": ((1, 5, 3, 8), 0, [0], False),
    "mixstyle of a later part": ((2, 3, 1, 5), 3, [1, 0], False),
    "mixstyle without variance": ((5, 5, 5, 4), 0, [1, 4, 0, 3, 2], True),
}

if __name__ == "__main__":
    header("mixstyle.py")
    for name, (shape, first, perm, flat) in CASES.items():
        x = 1.0 + 3.0 * values("x", shape)
        if flat:
            x[:, :, :, 1] = 0.625
            x[2, :, :, 3] = -1.5
        x.requires_grad_(True)
        share = torch.tensor(SHARE[first:first + shape[0]]).double()
        y = mixstyle(x, perm, share.reshape(-1, 1, 1, 1))
        y.backward(values("dy", tuple(y.shape)))
        row(name, "y", y, SUMS)
        row(name, "dx", x.grad, SUMS)
