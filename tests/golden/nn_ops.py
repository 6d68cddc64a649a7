#!/usr/bin/python3
"""Forward and gradients of every layer, in float64, by PyTorch.

    /usr/bin/python3 tests/golden/nn_ops.py > tests/golden/nn_ops.inc
"""
import torch

from nn_common import batch_norm, conv, header, initial, row, same, values

SUMS = 16
relu6 = lambda x: torch.clamp(x, 0, 6)


class Case:
    """One graph: its parameters on demand, its state updates."""

    def __init__(self):
        self.param, self.state = {}, {}

    def p(self, name, shape=None):
        if name not in self.param:
            shape = shape or (self.c, )
            self.param[name] = initial(name, shape).requires_grad_(True)
        return self.param[name]

    def conv(self, x, co, k, s=1, pad="valid", bias=False, name="f"):
        w = self.p(name + "/kernel:0", (k, k, x.shape[3], co))
        return conv(x, w, s, pad,
                    self.p(name + "/bias:0", (co, )) if bias else None)

    def depthwise(self, x, s, pad):
        w = self.p("f/depthwise_kernel:0", (3, 3, x.shape[3], 1))
        return conv(x, w, s, pad, depthwise=True)

    def dense(self, x, m):
        x = x.reshape(x.shape[0], -1)
        return x @ self.p("d/kernel:0", (x.shape[1], m)) + self.p(
            "d/bias:0", (m, ))

    def bn(self, x, train=True, act=lambda v: v, **kw):
        self.c = x.shape[-1]
        y, mm, mv = batch_norm(x, self.p, "f", train, **kw)
        self.state["f/moving_mean:0"] = mm
        self.state["f/moving_variance:0"] = mv
        return act(y)


def zero_pad(x, t, d, l, r):
    return torch.nn.functional.pad(x, (0, 0, l, r, t, d))


def window(x, k, s, pad, mean):
    """Maximum or mean over what lies inside the image of a k x k window."""
    t, d = same(x.shape[1], k, s) if pad == "same" else (0, 0)
    l, r = same(x.shape[2], k, s) if pad == "same" else (0, 0)
    x = x.permute(0, 3, 1, 2)
    grow = lambda v, fill: torch.nn.functional.pad(v, (l, r, t, d), value=fill)
    if mean:
        pool = lambda v: torch.nn.functional.avg_pool2d(grow(v, 0.0), k, s)
        y = pool(x) / pool(torch.ones_like(x))
    else:
        y = torch.nn.functional.max_pool2d(grow(x, -torch.inf), k, s)
    return y.permute(0, 2, 3, 1)


def max_pool(x, k, s, pad="valid"):
    return window(x, k, s, pad, False)


def avg_pool(x, k, s, pad="valid"):
    return window(x, k, s, pad, True)


def l2(x):
    """tf.math.l2_normalize(x, axis=-1)"""
    sums = (x * x).sum(-1, keepdim=True)
    return x * torch.rsqrt(torch.clamp(sums, min=1e-12))


# name: (n, h, w, c), graph
CASES = {
    "conv 1x1": ((3, 5, 7, 6), lambda k, x: k.conv(x, 4, 1)),
    "conv 1x1 bias": ((3, 5, 7, 6), lambda k, x: k.conv(x, 4, 1, bias=True)),
    "conv 1x1 large": ((5, 40, 37, 8), lambda k, x: k.conv(x, 16, 1)),
    "conv 1x1 wide": ((2, 4, 4, 96), lambda k, x: k.conv(x, 320, 1)),
    "conv 1x1 stride 2": ((2, 7, 8, 5), lambda k, x: k.conv(x, 3, 1, 2)),
    "conv 3x3 same": ((2, 7, 6, 5), lambda k, x: k.conv(x, 3, 3, 1, "same")),
    "conv 3x3 same large":
    ((5, 40, 37, 8), lambda k, x: k.conv(x, 16, 3, 1, "same")),
    "conv 3x3 same stride 2 even":
    ((2, 8, 10, 3), lambda k, x: k.conv(x, 4, 3, 2, "same")),
    "conv 3x3 same stride 2 odd":
    ((1, 7, 9, 3), lambda k, x: k.conv(x, 4, 3, 2, "same")),
    "conv 3x3 correct stride 2":
    ((2, 8, 9, 3), lambda k, x: k.conv(x, 4, 3, 2, "correct")),
    "conv 3x3 valid bias":
    ((2, 6, 7, 3), lambda k, x: k.conv(x, 4, 3, bias=True)),
    "conv 5x5 same stride 3":
    ((2, 11, 8, 3), lambda k, x: k.conv(x, 4, 5, 3, "same")),
    "pad, conv 7x7 stride 2":
    ((2, 11, 8, 3), lambda k, x: k.conv(zero_pad(x, 3, 3, 2, 4), 4, 7, 2)),
    "depthwise same": ((2, 5, 7, 19), lambda k, x: k.depthwise(x, 1, "same")),
    "depthwise correct stride 2 even, odd":
    ((2, 8, 7, 24), lambda k, x: k.depthwise(x, 2, "correct")),
    "depthwise correct stride 2 odd, even":
    ((1, 7, 10, 16), lambda k, x: k.depthwise(x, 2, "correct")),
    "depthwise same stride 2 even, odd":
    ((2, 8, 7, 5), lambda k, x: k.depthwise(x, 2, "same")),
    "depthwise valid": ((2, 4, 3, 5), lambda k, x: k.depthwise(x, 1, "valid")),
    "depthwise of one pixel":
    ((3, 1, 1, 8), lambda k, x: k.depthwise(x, 2, "correct")),
    "bn": ((3, 5, 7, 6), lambda k, x: k.bn(5 + x)),
    "bn large": ((5, 40, 37, 8), lambda k, x: k.bn(x)),
    "bn relu": ((3, 5, 7, 6), lambda k, x: k.bn(x, act=torch.relu)),
    "bn relu6":
    ((3, 5, 7, 20),
     lambda k, x: k.bn(x, act=relu6, eps=1.001e-5, momentum=0.9)),
    "bn infer":
    ((3, 5, 7, 6), lambda k, x: k.bn(x, train=False, act=relu6, eps=1.001e-5)),
    "bn flat": ((7, 2, 2, 9), lambda k, x: k.bn(x.mean((1, 2)))),
    "relu": ((3, 5, 7, 6), lambda k, x: torch.relu(x)),
    "relu6": ((3, 5, 7, 6), lambda k, x: relu6(x + x + x)),
    "add": ((3, 5, 7, 6), lambda k, x: torch.relu(x) + x),
    "add twice": ((3, 5, 7, 6), lambda k, x: x + x),
    "average": ((3, 5, 7, 6), lambda k, x: x.mean((1, 2))),
    "pad": ((3, 5, 7, 6), lambda k, x: zero_pad(x, 1, 0, 2, 3)),
    "dense": ((3, 5, 7, 6), lambda k, x: k.dense(x, 11)),
    "dense wide": ((33, 1, 1, 70), lambda k, x: k.dense(x, 300)),
    "conv 1x1 stride 2 odd":
    ((1, 7, 9, 5), lambda k, x: k.conv(x, 3, 1, 2, bias=True)),
    "conv 1x1 stride 2 odd, even":
    ((5, 7, 8, 16), lambda k, x: k.conv(x, 32, 1, 2, "same")),
    "winograd": ((2, 12, 12, 16), lambda k, x: k.conv(x, 32, 3, 1, "same")),
    "winograd bias":
    ((1, 13, 11, 32), lambda k, x: k.conv(x, 48, 3, 1, "same", True)),
    "winograd valid":
    ((5, 7, 9, 16), lambda k, x: k.conv(x, 16, 3, bias=True)),
    "winograd of one pixel":
    ((3, 1, 1, 16), lambda k, x: k.conv(x, 16, 3, 1, "same")),
    "winograd relu": ((5, 9, 7, 16), lambda k, x: torch.relu(
        k.conv(k.conv(x, 16, 1, name="e"), 32, 3, 1, "same", True))),
    "winograd relu6": ((2, 5, 6, 16), lambda k, x: relu6(
        k.conv(k.conv(x, 32, 1, name="e"), 16, 3, 1, "same", True))),
    "winograd relu without bias": ((2, 5, 5, 16), lambda k, x: torch.relu(
        k.conv(k.conv(x, 16, 1, name="e"), 16, 3, 1, "same"))),
    "conv relu": ((5, 7, 9, 3), lambda k, x: torch.relu(
        k.conv(k.conv(x, 5, 1, name="e"), 4, 3, 2, "same", True))),
    "conv 1x1 relu6": ((1, 5, 7, 6), lambda k, x: relu6(
        k.conv(k.conv(x, 5, 1, name="e"), 4, 1, bias=True))),
    "conv frozen":
    ((2, 7, 6, 5), lambda k, x: k.conv(x, 3, 3, 1, "same", True)),
    "winograd frozen":
    ((1, 7, 7, 16), lambda k, x: k.conv(x, 16, 3, 1, "same", True)),
    "dense frozen": ((5, 3, 3, 6), lambda k, x: k.dense(x, 11)),
    "bn frozen": ((5, 5, 7, 6), lambda k, x: k.bn(x, train=False)),
    "bn relu frozen":
    ((1, 5, 7, 6), lambda k, x: k.bn(x, train=False, act=torch.relu)),
    "bn relu6 frozen":
    ((3, 7, 5, 20),
     lambda k, x: k.bn(x, train=False, act=relu6, eps=1.001e-5)),
    "conv, bn frozen, conv": ((1, 7, 5, 6), lambda k, x: k.conv(
        k.bn(k.conv(x, 5, 1, name="e"), train=False), 4, 3, name="h")),
    "conv, bn relu6 frozen, conv": ((5, 7, 9, 6), lambda k, x: k.conv(
        k.bn(k.conv(x, 5, 1, name="e"), train=False, act=relu6, eps=1.001e-5),
        4, 3, name="h")),
    "bn of one image": ((1, 7, 5, 6), lambda k, x: k.bn(x)),
    "max pool 2x2": ((2, 6, 8, 6), lambda k, x: max_pool(x, 2, 2)),
    "max pool 2x2 odd": ((5, 7, 9, 6), lambda k, x: max_pool(x, 2, 2)),
    "max pool 2x2 same odd":
    ((1, 7, 9, 6), lambda k, x: max_pool(x, 2, 2, "same")),
    "max pool 3x3 stride 2 same":
    ((2, 8, 7, 5), lambda k, x: max_pool(x, 3, 2, "same")),
    "max pool 3x3 stride 1 same":
    ((1, 5, 6, 5), lambda k, x: max_pool(x, 3, 1, "same")),
    "max pool 3x3 stride 2":
    ((5, 9, 8, 17), lambda k, x: max_pool(x, 3, 2)),
    "max pool 2x2 stride 3": ((2, 8, 7, 4), lambda k, x: max_pool(x, 2, 3)),
    "relu, pad, max pool 3x3 stride 2": ((2, 7, 9, 5), lambda k, x: max_pool(
        zero_pad(torch.relu(x), 1, 1, 1, 1), 3, 2)),
    "pad, max pool 3x3 stride 2":
    ((5, 8, 7, 5), lambda k, x: max_pool(zero_pad(x, 1, 1, 1, 1), 3, 2)),
    "max pool beside": ((2, 7, 7, 5), lambda k, x: max_pool(x, 3, 1, "same") +
                        torch.relu(x)),
    "average pool 2x2": ((2, 6, 8, 6), lambda k, x: avg_pool(x, 2, 2)),
    "average pool 2x2 odd": ((5, 7, 9, 6), lambda k, x: avg_pool(x, 2, 2)),
    "average pool 2x2 same odd":
    ((1, 7, 9, 6), lambda k, x: avg_pool(x, 2, 2, "same")),
    "average pool 3x3 stride 2 same":
    ((2, 8, 7, 5), lambda k, x: avg_pool(x, 3, 2, "same")),
    "average pool 3x3 stride 1 same":
    ((1, 5, 6, 5), lambda k, x: avg_pool(x, 3, 1, "same")),
    "average pool 3x3 stride 2":
    ((5, 9, 8, 17), lambda k, x: avg_pool(x, 3, 2)),
    "average pool beside":
    ((2, 7, 7, 5), lambda k, x: avg_pool(x, 3, 1, "same") + torch.relu(x)),
    "global max": ((5, 5, 7, 6), lambda k, x: x.amax((1, 2))),
    "global max of one image": ((1, 3, 5, 23), lambda k, x: x.amax((1, 2))),
    "concat":
    ((5, 5, 7, 6), lambda k, x: torch.cat((torch.relu(x), x), 3)),
    "concat of different widths": ((1, 7, 5, 6), lambda k, x: torch.cat(
        (x, k.conv(x, 17, 1)), 3)),
    "concat twice": ((2, 3, 5, 6), lambda k, x: torch.cat((x, x), 3)),
    "concat flat": ((5, 3, 3, 6), lambda k, x: torch.cat(
        (x.mean((1, 2)), x.amax((1, 2))), 1)),
    "l2": ((5, 5, 7, 6), lambda k, x: l2(x)),
    "l2 of one image": ((1, 1, 1, 128), lambda k, x: l2(x)),
    "l2 wide": ((3, 1, 1, 1000), lambda k, x: l2(x)),
    "l2 beside": ((2, 3, 5, 4), lambda k, x: l2(x) + torch.relu(x)),
}

if __name__ == "__main__":
    header("nn_ops.py")
    for name, (shape, make) in CASES.items():
        case = Case()
        x = (3.0 * values("x", shape)).requires_grad_(True)
        y = make(case, x)
        y.backward(values("dy", tuple(y.shape)))
        row(name, "y", y, SUMS)
        row(name, "dx", x.grad, SUMS)
        for p, t in case.param.items():
            if "moving" not in p and not ("frozen" in name and p[0] in "df"):
                row(name, p, t.grad, SUMS)
        for p, t in case.state.items():
            row(name, p, t, SUMS)
