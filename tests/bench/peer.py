"""peer.py [NET...] - PyTorch beside Papline's engine, in the same run

For each network, in turn and several times over: 'papline bench NET' in one
process and the same work in PyTorch in another; medians of all.  PyTorch: the same
layers as in torchvision, with a global average, 5 classes, Adam, the better of
its two memory formats; once with malloc told to keep memory ("tuned") and once as
installed.  Papline a second time without oneDNN.  oneDNN's convolutions alone
(bench_conv.c) as what no engine built on them could beat.  Run by 'make bench-peer';
needs python3-torch.

Without arguments: all five.  --quick: one round, few steps.
"""
import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time

NETS = ["vgg16", "vgg19", "resnet50", "mobilenetv2", "densenet169"]
SIZE, BATCH, CLASSES = 110, 32, 5
TUNED = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "17179869184",
    "MALLOC_TOP_PAD_": "268435456",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}


# --- the peer's networks ------------------------------------------------------


def networks():
    import torch
    from torch import nn

    def conv_bn(i, o, size, stride=1, groups=1, act=None):
        layers = [
            nn.Conv2d(i, o, size, stride, size // 2, groups=groups, bias=False),
            nn.BatchNorm2d(o),
        ]
        return nn.Sequential(*layers, *([act(inplace=True)] if act else []))

    class Add(nn.Module):
        """act(body(x) + shortcut(x))"""

        def __init__(self, body, shortcut=None, act=None):
            super().__init__()
            self.body = body
            self.shortcut = shortcut or nn.Identity()
            self.act = act(inplace=True) if act else nn.Identity()

        def forward(self, x):
            return self.act(self.body(x) + self.shortcut(x))

    class Join(nn.Module):
        """x and body(x), channel after channel"""

        def __init__(self, body):
            super().__init__()
            self.body = body

        def forward(self, x):
            return torch.cat([x, self.body(x)], 1)

    def vgg(repeats):
        layers, i = [], 3
        for o, n in zip((64, 128, 256, 512, 512), repeats):
            for _ in range(n):
                layers += [nn.Conv2d(i, o, 3, padding=1), nn.ReLU(True)]
                i = o
            layers.append(nn.MaxPool2d(2))
        return layers, 512

    def resnet():
        layers = [conv_bn(3, 64, 7, 2, act=nn.ReLU), nn.MaxPool2d(3, 2, 1)]
        i = 64
        for width, n, first in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
            for k in range(n):
                stride = first if k == 0 else 1
                body = nn.Sequential(
                    conv_bn(i, width, 1, stride, act=nn.ReLU),
                    conv_bn(width, width, 3, act=nn.ReLU),
                    conv_bn(width, 4 * width, 1),
                )
                short = conv_bn(i, 4 * width, 1, stride) if k == 0 else None
                layers.append(Add(body, short, nn.ReLU))
                i = 4 * width
        return layers, i

    def mobilenet():
        layers, i = [conv_bn(3, 32, 3, 2, act=nn.ReLU6)], 32
        table = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
                 (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
        for t, o, n, first in table:
            for k in range(n):
                stride, h = (first if k == 0 else 1), i * t
                body = [conv_bn(i, h, 1, act=nn.ReLU6)] if t > 1 else []
                body += [conv_bn(h, h, 3, stride, h, nn.ReLU6), conv_bn(h, o, 1)]
                body = nn.Sequential(*body)
                layers.append(Add(body) if stride == 1 and i == o else body)
                i = o
        return layers + [conv_bn(i, 1280, 1, act=nn.ReLU6)], 1280

    def densenet():
        layers, i = [conv_bn(3, 64, 7, 2, act=nn.ReLU), nn.MaxPool2d(3, 2, 1)], 64
        for b, n in enumerate((6, 12, 32, 32)):
            for _ in range(n):
                layers.append(Join(nn.Sequential(
                    nn.BatchNorm2d(i), nn.ReLU(True),
                    conv_bn(i, 128, 1, act=nn.ReLU),
                    nn.Conv2d(128, 32, 3, padding=1, bias=False),
                )))
                i += 32
            layers += [nn.BatchNorm2d(i), nn.ReLU(True)]
            if b < 3:
                layers += [nn.Conv2d(i, i // 2, 1, bias=False), nn.AvgPool2d(2)]
                i //= 2
        return layers, i

    def build(name):
        layers, width = {
            "vgg16": lambda: vgg((2, 2, 3, 3, 3)),
            "vgg19": lambda: vgg((2, 2, 4, 4, 4)),
            "resnet50": resnet,
            "mobilenetv2": mobilenet,
            "densenet169": densenet,
        }[name]()
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                             nn.Linear(width, CLASSES))

    return build


# --- one process of the peer --------------------------------------------------


def median_ms(step, steps):
    step()
    step()
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3 / BATCH


def peer(name, memory_format, threads, steps):
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    fmt = getattr(torch, memory_format)
    net = networks()(name).to(memory_format=fmt)
    x = torch.rand(BATCH, 3, SIZE, SIZE).to(memory_format=fmt)
    y = torch.randint(0, CLASSES, (BATCH,))
    adam = torch.optim.Adam(net.parameters(), lr=1e-6)
    loss = torch.nn.CrossEntropyLoss()

    def train():
        adam.zero_grad(set_to_none=True)
        loss(net(x), y).backward()
        adam.step()

    def infer():
        with torch.inference_mode():
            net(x)

    result = {"training": median_ms(train, steps)}
    result["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    net.eval()
    result["inference"] = median_ms(infer, steps)
    print(json.dumps(result))


# --- all of it ----------------------------------------------------------------


def run_peer(name, fmt, args, tuned):
    env = {**os.environ, **(TUNED if tuned else {})}
    out = subprocess.run(
        [sys.executable, __file__, "--peer", name, "--format", fmt,
         "--threads", str(args.threads), "--steps", str(args.steps)],
        env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(out)


def run_papline(name, args, mode="release"):
    out = subprocess.run(
        [f"build/{mode}/bin/papline", "bench", name, "--steps", str(args.steps),
         "--threads", str(args.threads)],
        env={**os.environ, "OMP_NUM_THREADS": str(args.threads)},
        check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.findall(r"(training|inference): ([\d.]+) ms/image, peak memory (\d+)", out)
    result = {what: float(ms) for what, ms, _ in found}
    result["memory"] = float(found[0][2])
    return result


def run_convolutions(name, args):
    """oneDNN's primitives alone; nothing where Papline was built without it."""
    out = subprocess.run(
        ["build/release/bench/bench_conv", name],
        env={**os.environ, "OMP_NUM_THREADS": str(args.threads)},
        check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.search(r"forward ([\d.]+) ms/image, forward and backward ([\d.]+)", out)
    return {"inference": float(found[1]), "training": float(found[2])} if found else {}


def merge(runs):
    return {k: statistics.median(r[k] for r in runs) for k in runs[0]}


def best(runs):
    return {k: min(r[k] for r in runs) for k in runs[0]}


FORMATS = ("contiguous_format", "channels_last")


def compare(name, args):
    ours, blas, tuned, plain = [], [], [], []
    for _ in range(args.rounds):
        ours.append(run_papline(name, args))
        blas.append(run_papline(name, args, "openblas"))
        tuned.append(best([run_peer(name, f, args, True) for f in FORMATS]))
        plain.append(best([run_peer(name, f, args, False) for f in FORMATS]))
    return (merge(ours), merge(blas), merge(tuned), merge(plain),
            run_convolutions(name, args))


def table(args):
    print("| network | phase | Papline | OpenBLAS alone | PyTorch tuned | as installed "
          "| tuned / Papline | as installed / OpenBLAS "
          "| oneDNN's convolutions alone | Papline / those |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for name in args.nets:
        o, b, t, p, c = compare(name, args)
        for what in ("training", "inference"):
            bare = f"{c[what]:.2f} | {o[what] / c[what]:.2f}" if c else "|"
            print(f"| {name} | {what}, ms/image | {o[what]:.2f} | {b[what]:.2f} "
                  f"| {t[what]:.2f} | {p[what]:.2f} | {t[what] / o[what]:.2f} "
                  f"| {p[what] / b[what]:.2f} | {bare} |", flush=True)
        print(f"| {name} | peak memory, MB | {o['memory']:.0f} | {b['memory']:.0f} "
              f"| {t['memory']:.0f} | {p['memory']:.0f} "
              f"| {t['memory'] / o['memory']:.2f} | {p['memory'] / b['memory']:.2f} | | |",
              flush=True)


def main():
    a = argparse.ArgumentParser()
    a.add_argument("nets", nargs="*", default=NETS)
    a.add_argument("--peer", help=argparse.SUPPRESS)
    a.add_argument("--format", help=argparse.SUPPRESS)
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--steps", type=int, default=9)
    a.add_argument("--rounds", type=int, default=3)
    a.add_argument("--quick", action="store_true")
    args = a.parse_args()
    if args.quick:
        args.rounds, args.steps = 1, 5
    if args.peer:
        peer(args.peer, args.format, args.threads, args.steps)
        return
    import torch

    cpu = [l for l in open("/proc/cpuinfo") if l.startswith("model name")][0]
    print(f"{cpu.split(':')[1].strip()}, {args.threads} threads, batch {BATCH}, "
          f"{SIZE}x{SIZE}, PyTorch {torch.__version__}, {time.strftime('%Y-%m-%d')}; "
          f"medians of {args.rounds} rounds of {args.steps} steps\n")
    table(args)


if __name__ == "__main__":
    main()
