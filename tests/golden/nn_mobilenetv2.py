#!/usr/bin/python3
"""Logits, loss and gradients of MobileNetV2 with Keras' semantics, in float64.

    /usr/bin/python3 tests/golden/nn_mobilenetv2.py \
        > tests/golden/nn_mobilenetv2.inc
"""
import torch

from nn_common import batch_norm, conv, header, initial, row, values

SUMS = 4
BLOCKS = ([(1, 16, 1)] + [(6, 24, 2), (6, 24, 1)] + [(6, 32, 2)] +
          [(6, 32, 1)] * 2 + [(6, 64, 2)] + [(6, 64, 1)] * 3 +
          [(6, 96, 1)] * 3 + [(6, 160, 2)] + [(6, 160, 1)] * 2 +
          [(6, 320, 1)])


class Net:

    def __init__(self, train):
        self.train, self.param, self.state = train, {}, {}

    def p(self, name, shape=None):
        if name not in self.param:
            self.param[name] = initial(name, shape or
                                       (self.c, )).requires_grad_(True)
        return self.param[name]

    def conv(self, x, name, co, k=1, s=1, pad="same"):
        return conv(x, self.p(name + "/kernel:0", (k, k, x.shape[3], co)), s,
                    pad)

    def norm(self, x, name, act=True):
        self.c = x.shape[-1]
        x, mm, mv = batch_norm(x, self.p, name, self.train, momentum=0.999)
        self.state[name + "/moving_mean:0"] = mm
        self.state[name + "/moving_variance:0"] = mv
        return torch.clamp(x, 0, 6) if act else x

    def block(self, x, name, t, co, s):
        y, ci = x, x.shape[3]
        if t > 1:
            y = self.norm(self.conv(y, name + "_expand", t * ci),
                          name + "_expand_BN")
        w = self.p(name + "_depthwise/depthwise_kernel:0",
                   (3, 3, y.shape[3], 1))
        y = conv(y, w, s, "correct" if s == 2 else "same", depthwise=True)
        y = self.norm(y, name + "_depthwise_BN")
        y = self.norm(self.conv(y, name + "_project", co),
                      name + "_project_BN", False)
        return x + y if s == 1 and ci == co else y

    def dense(self, x, name, m):
        return x @ self.p(name + "/kernel:0", (x.shape[1], m)) + self.p(
            name + "/bias:0", (m, ))

    def __call__(self, x):
        x = self.norm(self.conv(x, "Conv1", 32, 3, 2), "bn_Conv1")
        for i, (t, c, s) in enumerate(BLOCKS):
            x = self.block(x, "block_%d" % i if i else "expanded_conv", t, c,
                           s)
        x = self.norm(self.conv(x, "Conv_1", 1280), "Conv_1_bn")
        self.map = x
        self.map.retain_grad()
        return self.dense(
            torch.relu(self.dense(x.mean((1, 2)), "dense", 1024)), "dense_1",
            5)


def run(case, n, h, w, train):
    net = Net(train)
    y = net(values("x", (n, h, w, 3)))
    loss = torch.nn.functional.cross_entropy(y, torch.arange(n) % 5)
    loss.backward()
    row(case, "logits", y, SUMS)
    row(case, "loss", loss, SUMS)
    row(case, "map", net.map, SUMS)
    row(case, "dmap", net.map.grad, SUMS)
    for name, t in net.param.items():
        if "moving" not in name:
            row(case, name, t.grad, SUMS)
    if train:
        for name, t in net.state.items():
            row(case, name, t, SUMS)


if __name__ == "__main__":
    header("nn_mobilenetv2.py")
    run("train 110", 5, 110, 110, True)
    run("train 75x97", 1, 75, 97, True)
    run("infer 110", 2, 110, 110, False)
