"""What the golden scripts of the network share: pseudo-random tensors that C
makes too, and digests, so that no tensor has to be committed.

value(name, i) is a hash in [-1, 1).  The digest of a tensor is its L2 norm and
a few sums with random signs: the root mean square of the differences of two
tensors' sums estimates the L2 norm of their difference.
"""
import sys

import numpy as np
import torch


def fnv(name):
    h = 0x811C9DC5
    for b in name.encode():
        h = ((h ^ b) * 0x01000193) & 0xFFFFFFFF
    return h


def mix(i, salt):
    """murmur3's finaliser of i + salt * golden ratio, on uint32."""
    h = (i.astype(np.uint64) + salt * 0x9E3779B1) & 0xFFFFFFFF
    h ^= h >> np.uint64(16)
    h = (h * 0x85EBCA6B) & 0xFFFFFFFF
    h ^= h >> np.uint64(13)
    h = (h * 0xC2B2AE35) & 0xFFFFFFFF
    return h ^ (h >> np.uint64(16))


def values(name, shape):
    n = int(np.prod(shape))
    h = mix(np.arange(n, dtype=np.uint64), fnv(name))
    v = (h >> np.uint64(8)).astype(np.float64) * 2.0**-23 - 1.0
    return torch.tensor(v.reshape(shape))


def digest(t, count):
    t = t.detach().numpy().reshape(-1)
    i = np.arange(t.size, dtype=np.uint64)
    bits = mix(i, 12345)
    sums = [float(np.sum(np.where((bits >> np.uint64(k)) & np.uint64(1), t,
                                  -t))) for k in range(count)]
    return float(np.sqrt(np.sum(t * t))), sums


def row(case, name, t, count):
    norm, sums = digest(t, count)
    print('{"%s", "%s", %.9g, {%s}},' %
          (case, name, norm, ", ".join("%.9g" % s for s in sums)))


def header(script):
    print("/* written by tests/golden/%s with Python %s, PyTorch %s, NumPy %s */"
          % (script, sys.version.split()[0], torch.__version__,
             np.__version__))


def initial(name, shape):
    """Weights in Keras' layout: kernels of He's scale, statistics near 0, 1."""
    v = values(name, shape)
    part = name.split("/")[-1]
    if "kernel" in part:
        fan = 9 if "depthwise" in part else int(np.prod(shape[:-1]))
        return v * np.float32(np.sqrt(6.0 / fan))
    if part in ("gamma:0", "moving_variance:0"):
        return 1.0 + 0.25 * v
    return 0.25 * v


def same(size, k, s):
    """Zeros before and after, TensorFlow's SAME."""
    total = max((-(-size // s) - 1) * s + k - size, 0)
    return total // 2, total - total // 2


def correct(size, k):
    """Keras' correct_pad()."""
    return k // 2 - (1 - size % 2), k // 2


def pads(h, w, k, s, pad):
    if pad == "same":
        return same(h, k, s) + same(w, k, s)
    if pad == "correct":
        return correct(h, k) + correct(w, k)
    return 0, 0, 0, 0


def conv(x, w, s=1, pad="valid", b=None, depthwise=False):
    """x is NHWC, w HWIO or (h, w, c, 1)."""
    t, d, l, r = pads(x.shape[1], x.shape[2], w.shape[0], s, pad)
    x = torch.nn.functional.pad(x.permute(0, 3, 1, 2), (l, r, t, d))
    w = w.permute(2, 3, 0, 1) if depthwise else w.permute(3, 2, 0, 1)
    groups = x.shape[1] if depthwise else 1
    return torch.nn.functional.conv2d(x, w, b, s, 0, 1,
                                      groups).permute(0, 2, 3, 1)


def batch_norm(x, p, name, train, eps=1e-3, momentum=0.99):
    """Normalised x and the new moving statistics."""
    axes = tuple(range(x.dim() - 1))
    mm, mv = p(name + "/moving_mean:0"), p(name + "/moving_variance:0")
    mean, var = mm, mv
    if train:
        mean = x.mean(axes)
        var = ((x - mean)**2).mean(axes)
        n = x.numel() / x.shape[-1]
        bessel = n / max(n - 1, 1) if x.dim() == 4 else 1.0
        mm = momentum * mm + (1 - momentum) * mean
        mv = momentum * mv + (1 - momentum) * var * bessel
    y = (x - mean) / torch.sqrt(var + eps) * p(name + "/gamma:0") + p(
        name + "/beta:0")
    return y, mm, mv
