#!/usr/bin/env python3
"""Digests of small networks whose values and gradients lie in bf16, by PyTorch
in float64 with the same roundings.

Usage: tests/golden/bf16_values.py > tests/golden/bf16_values_golden.inc
       tests/golden/bf16_values.py gaps  (what one rounding less would change)
Which tensors are rounded is written down here by hand, as test_bf16_values.c
has it in words: out of a value when it is written, dout of its gradient.  A
convolution whose name begins with c rounds all that it multiplies, in either
direction; others do not, but for the second of VGG where products are made of
tiles.

In the exact cases weights are so few small integers, and batch normalisations
scale by powers of two, that sums are exact or nearly so: every rounding has the
same result as in C, so that a single one more or less is seen.  The others are
usual weights and statistics of the batch: there a number near the middle of two
goes either way, and so do others behind it.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import numpy as np
import torch
import torch.nn.functional as F
from nn_common import batch_norm, conv, header, initial, row, values

H, W, CLASSES, SUMS = 13, 11, 5, 8
torch.set_default_dtype(torch.float64)
left_out = [None]  # one rounding


def bf16(t):
    return t.float().bfloat16().double()


class Value(torch.autograd.Function):
    """x, as it and its gradient lie in memory."""

    @staticmethod
    def forward(ctx, x, out, dout):
        ctx.dout = dout
        return bf16(x) if out else x.clone()

    @staticmethod
    def backward(ctx, g):
        return bf16(g) if ctx.dout else g, None, None


class Product(torch.autograd.Function):
    """A convolution of numbers in bf16, and those of its gradients."""

    @staticmethod
    def forward(ctx, x, w, s, pad):
        ctx.save_for_backward(bf16(x), bf16(w))
        ctx.how = s, pad
        return conv(bf16(x), bf16(w), s, pad)

    @staticmethod
    def backward(ctx, g):
        with torch.enable_grad():
            x, w = (t.detach().requires_grad_() for t in ctx.saved_tensors)
            return torch.autograd.grad(conv(x, w, *ctx.how), (x, w),
                                       bf16(g)) + (None, None)


def clip(x, top):
    """Without a gradient at the corners themselves."""
    return torch.where((x > 0) & (x < top), x, x.detach().clamp(0, top))


def exact(name, shape):
    v, part = values(name, shape), name.split("/")[-1]
    if "kernel" in part:
        fan = 9 if "depthwise" in part else int(np.prod(shape[:-1]))
        some = (v.abs() > 1 - min(0.5, 32.0 / fan)) * torch.sign(v)
        return some * (1 + 2.0**-9) if name[0] == "c" else some
    if part == "bias:0":
        return torch.round(8 * v) + (0.075 if name[:2] == "s2" else 0)
    if part == "gamma:0":
        size = 2.0**-6 if name.startswith("n1/") else 0.25
        return torch.where(v < -0.5, -size, size)
    if part == "moving_variance:0":
        return 0.999 + 0 * v
    return torch.round((2 if part == "beta:0" else 4) * v)


def usual(name, shape):
    """Most units stay far from the corners of their activation."""
    v = values(name, shape)
    if name.endswith("/beta:0"):
        return torch.where(v >= -0.5, 2.5 + 0.25 * v, v - 2)
    return initial(name, shape)


class Net:

    def __init__(self, is_exact, tiles):
        self.exact, self.tiles = is_exact, tiles
        self.param, self.state = {}, {}

    def p(self, name, shape=None):
        if name not in self.param:
            make = exact if self.exact else usual
            self.param[name] = make(name, shape or (self.c, )).requires_grad_(
                "moving" not in name)
        return self.param[name]

    def value(self, x, name, kind, bn=""):
        """Rounded less the moving mean of 'bn', which alone reads it."""
        out = "o" in kind and left_out[0] != name
        dout = "d" in kind and left_out[0] != "d " + name
        mean = self.p(bn + "/moving_mean:0", x.shape[-1:]) if bn else 0
        return Value.apply(x - mean, out, dout) + mean

    def conv(self, x, name, co, k=1, kind="", s=1, bias=False, act=False,
             bn=""):
        w = self.p(name + "/kernel:0", (k, k, x.shape[3], co))
        rounds = name[0] == "c" or (self.tiles and name == "s2")
        y = Product.apply(x, w, s, "same") if rounds else conv(
            x, w, s, "same")
        if bias:
            y = y + self.p(name + "/bias:0", (co, ))
        return self.value(clip(y, np.inf) if act else y, name, kind, bn)

    def depthwise(self, x, name, s, pad, kind, bn):
        w = self.p(name + "/depthwise_kernel:0", (3, 3, x.shape[3], 1))
        return self.value(conv(x, w, s, pad, depthwise=True), name, kind, bn)

    def bn(self, x, name, kind="", top=None):
        """Its value is named r... where it has an activation."""
        self.c = x.shape[-1]
        x, mm, mv = batch_norm(x, self.p, name, not self.exact)
        if not self.exact:
            self.state[name + "/moving_mean:0"] = mm
            self.state[name + "/moving_variance:0"] = mv
        if top:
            x, name = clip(x, top), name.replace("n", "r")
        return self.value(x, name, kind)

    def dense(self, x):
        x = x.reshape(x.shape[0], -1)
        return x @ self.p("d/kernel:0", (x.shape[1], CLASSES)) + self.p(
            "d/bias:0", (CLASSES, ))


RELU, RELU6 = np.inf, 6.0


def resnet(k, x):
    x = k.conv(x, "s1", 128, 3, "o", 2, bias=True, bn="n1")
    x = k.bn(x, "n1", "o", RELU)
    y = k.bn(k.conv(x, "c0", 144, 1, "od", bn="n0"), "n0", "o")
    x = k.bn(k.conv(x, "c2", 144, 1, "od", bn="n2"), "n2", "o")
    x = k.value(x + y, "a", "o")
    x = k.value(clip(x, RELU), "r", "o")
    x = k.bn(k.conv(x, "c3", 160, 1, "od", bn="n3"), "n3", "od", RELU)
    x = k.bn(k.conv(x, "c4", 128, 1, "od", bn="n4"), "n4", "", RELU)
    return k.dense(x.mean((1, 2)))


def densenet(k, x):
    x = k.conv(x, "s0", 128, 3, "o")
    for i in "123":
        y = k.bn(x, "n" + i, "od", RELU)
        y = k.conv(y, "c" + i, 128, 1, "od", bn="n%sb" % i)
        y = k.bn(y, "n%sb" % i, "od", RELU)
        y = k.conv(y, "c%sb" % i, 24, 3, "od")
        x = k.value(torch.cat((x, y), 3), "j" + i, "o")
    x = k.conv(k.bn(x, "n4", "od", RELU), "c4", 128)
    x = F.avg_pool2d(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)
    x = k.bn(x, "n5", "od", RELU)
    x = k.bn(k.conv(x, "c5", 128, 1, "od", bn="n6"), "n6", "", RELU)
    return k.dense(x.mean((1, 2)))


def larger(x):
    """Padding "same"; of equal ones the first has the gradient."""
    return F.max_pool2d(x.permute(0, 3, 1, 2).contiguous(), 2,
                        ceil_mode=True).permute(0, 2, 3, 1)


def vgg(k, x):
    x = k.conv(x, "s1", 64, 3, "o", bias=True, act=True)
    x = k.conv(x, "s2", 64, 3, "od", bias=True, act=True)
    x = k.conv(x, "c3", 48, 3, "o", bias=True, act=True)
    x = k.value(larger(x), "p1", "o")
    x = k.conv(x, "c4", 32, 3, "o", bias=True, act=True)
    return k.dense(larger(x))


def mobilenet(k, x):
    x = k.bn(k.conv(x, "s1", 128, 3, "o", bn="n1"), "n1", "od", RELU6)
    x = k.bn(k.conv(x, "c1", 144, 1, "od", bn="n2"), "n2", "", RELU6)
    x = k.depthwise(x, "w1", 2, "correct", "o", bn="n3")
    x = k.bn(x, "n3", "od", RELU6)
    x = k.bn(k.conv(x, "c2", 128, 1, "od", bn="n4"), "n4", "o")
    y = k.bn(k.conv(x, "c3", 160, 1, "od", bn="n5"), "n5", "", RELU6)
    y = k.bn(k.depthwise(y, "w2", 1, "same", "o", bn="n6"), "n6", "od", RELU6)
    y = k.bn(k.conv(y, "c4", 128, 1, "od", bn="n7"), "n7", "o")
    x = k.conv(x + y, "s2", 24, 1, "o", bn="n8")
    x = k.bn(x, "n8", "", RELU6)
    x = k.bn(k.conv(x, "s3", 144, 1, "o", bn="n9"), "n9", "od", RELU6)
    x = k.bn(k.conv(x, "c5", 128, 1, "od", bn="n10"), "n10", "", RELU6)
    return k.dense(x.mean((1, 2)))


def run(trunk, n, is_exact, tiles=False):
    """Logits, gradients and, of usual weights, the new moving statistics."""
    k, x = Net(is_exact, tiles), values("x", (n, H, W, 3))
    dy = values("dy", (n, CLASSES))
    if is_exact:
        x, dy = torch.round(200 * x), torch.round(200 * dy)
    y = trunk(k, x)
    y.backward(dy)
    out = {"logits": y.detach()}
    out.update((name, p.grad) for name, p in k.param.items()
               if p.requires_grad)
    out.update((name, s.detach()) for name, s in k.state.items())
    return out


def cases():
    for trunk in (resnet, densenet, vgg, mobilenet):
        for n in (3, 1):
            for is_exact in (True, False):
                for tiles in ((False, True) if trunk is vgg else (False, )):
                    yield "%s %d%s%s" % (trunk.__name__, n,
                                         " exact" if is_exact else "",
                                         " tiles" if tiles else ""), (
                                             trunk, n, is_exact, tiles)


def gap(a, b):
    """The largest of all tensors' relative distances."""
    return max(float((a[name] - b[name]).norm() / b[name].norm())
               for name in b if float(b[name].norm()) > 1e-2)


# All that is in bf16: values, then gradients.
ROUNDED = {
    resnet: "s1 r1 c0 n0 c2 n2 a r c3 r3 c4/c0 c2 c3 r3 c4",
    densenet: "s0 r1 c1 r1b c1b j1 r2 c2 r2b c2b j2 r3 c3 r3b c3b j3 r4 r5 c5/"
              "r1 c1 r1b c1b r2 c2 r2b c2b r3 c3 r3b c3b r4 r5 c5",
    vgg: "s1 s2 c3 p1 c4/s2",
    mobilenet: "s1 r1 c1 w1 r3 c2 n4 c3 w2 r6 c4 n7 s2 s3 r9 c5/"
               "r1 c1 r3 c2 c3 r6 c4 r9 c5",
}


def gaps():
    """Of a value whose readers round it anyway it is 0."""
    for case, how in cases():
        full, least = run(*how), {}
        outs, douts = ROUNDED[how[0]].split("/")
        for name in outs.split() + ["d " + d for d in douts.split()]:
            left_out[0] = name
            least[name] = gap(run(*how), full)
        left_out[0] = None
        seen = {name: d for name, d in least.items() if d > 0}
        print("%s: %d of %d are seen, the least is %s, by %.1e" %
              (case, len(seen), len(least), min(seen, key=seen.get),
               min(seen.values())))


if __name__ == "__main__":
    if sys.argv[1:] == ["gaps"]:
        gaps()
        sys.exit()
    header("bf16_values.py")
    for case, how in cases():
        for tensor, t in run(*how).items():
            row(case, tensor, t, SUMS)
