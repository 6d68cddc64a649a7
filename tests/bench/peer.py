"""peer.py [NET...] - PyTorch and ONNX Runtime beside Papline's engine, in the same run

For each network, in turn and several times over, each time another one first:
'papline bench NET' in one process, with and without oneDNN, and in bf16 where the
processor has instructions for it, and the same work in PyTorch in another; medians
of all.  PyTorch: the same layers as in torchvision, with a global average, 5 classes,
Adam, the better of its two memory formats; with malloc told to keep memory ("tuned"),
as installed, and tuned in bf16 by autocast, likewise.  ONNX Runtime: that network by
torch.onnx.export, opset 13; by node, where 'make rivals' has installed it.  A network
that PyTorch cannot train in bf16 (1.13 lacks the gradient of ReLU6) has inference
alone.  oneDNN's convolutions alone (bench_conv.c) as what no engine built on them
could beat.  Inference in batches of 32 and of 1.

A second table says where the engine's time goes, kind of layer by kind of layer, and
how near each is to what the processor can do.  Run by 'make bench-peer'; needs
python3-torch.

Without arguments: all five.  --quick: one round, few steps.
"""
import argparse
import functools
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
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


def median_ms(step, steps, batch):
    step()
    step()
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3 / batch


def peer(name, memory_format, threads, steps, bf16):
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    fmt = getattr(torch, memory_format)
    net = networks()(name).to(memory_format=fmt)
    x = torch.rand(BATCH, 3, SIZE, SIZE).to(memory_format=fmt)
    one = x[:1].clone(memory_format=fmt)
    y = torch.randint(0, CLASSES, (BATCH,))
    adam = torch.optim.Adam(net.parameters(), lr=1e-6)
    loss = torch.nn.CrossEntropyLoss()
    cast = functools.partial(torch.autocast, "cpu", dtype=torch.bfloat16, enabled=bf16)

    def train():
        adam.zero_grad(set_to_none=True)
        with cast():
            out = loss(net(x), y)
        out.backward()
        adam.step()

    def infer(x):
        with torch.inference_mode(), cast():
            net(x)

    result = {}
    try:
        result["training"] = median_ms(train, steps, BATCH)
        result["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    except RuntimeError as e:
        if not bf16 or "not implemented" not in str(e):
            raise
        print(f"{name} does not train in bf16 here: {e}", file=sys.stderr)
    net.eval()
    result["inference"] = median_ms(lambda: infer(x), steps, BATCH)
    result["one"] = median_ms(lambda: infer(one), steps, 1)
    print(json.dumps(result))


def export(name, path):
    """The network, with weights that nobody trained, as a model of ONNX."""
    import torch

    torch.manual_seed(1)
    torch.onnx.export(networks()(name).eval(), torch.rand(2, 3, SIZE, SIZE), path,
                      opset_version=13, input_names=["x"], dynamic_axes={"x": {0: "N"}})


# --- all of it ----------------------------------------------------------------


def run(words, **env):
    return subprocess.run(words, env={**os.environ, **env}, check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def run_peer(name, args, tuned, bf16=False):
    runs = [json.loads(run([sys.executable, __file__, "--peer", name, "--format", fmt,
                            "--threads", str(args.threads), "--steps", str(args.steps),
                            *(["--bf16"] if bf16 else [])], **(TUNED if tuned else {})))
            for fmt in FORMATS]
    return {k: min(r[k] for r in runs) for k in runs[0]}


def run_papline(name, args, mode="release", precision="float32"):
    def bench(batch):
        out = run([f"build/{mode}/bin/papline", "bench", name, "--steps", str(args.steps),
                   "--threads", str(args.threads), "--batch", str(batch),
                   "--precision", precision],
                  OMP_NUM_THREADS=str(args.threads))
        return re.findall(r"(training|inference): ([\d.]+) ms/image, peak memory (\d+)", out)

    found = bench(BATCH)
    result = {what: float(ms) for what, ms, _ in found}
    result["memory"] = float(found[0][2])
    result["one"] = {what: float(ms) for what, ms, _ in bench(1)}["inference"]
    return result


def run_onnx(model, args):
    out = json.loads(run(["node", os.path.join(HERE, "peer_onnx.js"), model,
                          str(args.threads), str(args.steps), str(BATCH), "1"],
                         NODE_PATH=MODULES))
    return {"inference": out[str(BATCH)], "one": out["1"]}


def run_bare(name, args):
    return run(["build/release/bench/bench_conv", name], OMP_NUM_THREADS=str(args.threads))


def run_convolutions(name, args):
    """oneDNN's primitives alone; nothing where Papline was built without it."""
    out = run_bare(name, args)
    found = re.search(r"forward ([\d.]+) ms/image, forward and backward ([\d.]+)", out)
    return {"inference": float(found[1]), "training": float(found[2])} if found else {}


def merge(runs):
    return {k: statistics.median(r[k] for r in runs) for k in runs[0]}


FORMATS = ("contiguous_format", "channels_last")
HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = os.path.abspath(os.environ.get("RIVALS", "build/rivals")) + "/node_modules"


def has_onnx():
    return shutil.which("node") and os.path.isdir(MODULES + "/onnxruntime-node")


def has_bf16():
    with open("/proc/cpuinfo") as f:
        return bool(re.search(r"\b(avx512_bf16|amx_bf16)\b", f.read()))


def compare(name, args, folder):
    """Medians of each rival.  Noise that comes and goes meets all alike: each round
    begins with another one."""
    rivals = {
        "Papline": lambda: run_papline(name, args),
        "OpenBLAS alone": lambda: run_papline(name, args, "openblas"),
        "PyTorch tuned": lambda: run_peer(name, args, True),
        "as installed": lambda: run_peer(name, args, False),
    }
    if has_bf16():
        rivals["Papline bf16"] = lambda: run_papline(name, args, precision="bf16")
        rivals["PyTorch bf16"] = lambda: run_peer(name, args, True, True)
    if has_onnx():
        model = f"{folder}/{name}.onnx"
        run([sys.executable, __file__, "--export", model, name])
        rivals["ONNX Runtime"] = lambda: run_onnx(model, args)
    found = {what: [] for what in rivals}
    for i in range(args.rounds):
        order = list(rivals)
        for what in order[i % len(order):] + order[:i % len(order)]:
            found[what].append(rivals[what]())
    return {what: merge(runs) for what, runs in found.items()} | {
        "bare": run_convolutions(name, args)}


COLUMNS = ("Papline", "Papline bf16", "OpenBLAS alone", "PyTorch tuned", "as installed",
           "PyTorch bf16", "ONNX Runtime")
RATIOS = (("PyTorch tuned", "Papline"), ("as installed", "OpenBLAS alone"),
          ("ONNX Runtime", "Papline"), ("Papline bf16", "Papline"),
          ("PyTorch bf16", "Papline bf16"))
ROWS = (("training", "training, ms/image"), ("inference", f"inference, batch {BATCH}, ms/image"),
        ("one", "inference, batch 1, ms/image"), ("memory", "peak memory, MB"))


def row(name, found, key, what):
    def cell(of, digits):
        return f"{found[of][key]:.{digits}f}" if key in found.get(of, {}) else ""

    def ratio(a, b):
        return f"{found[a][key] / found[b][key]:.2f}" if cell(a, 2) and cell(b, 2) else ""

    digits = 0 if key == "memory" else 2
    return [name, what, *(cell(c, digits) for c in COLUMNS), *(ratio(a, b) for a, b in RATIOS),
            cell("bare", 2), ratio("Papline", "bare")]


def table(args, folder):
    heads = ["network", "phase", *COLUMNS, "tuned / Papline", "as installed / OpenBLAS",
             "ONNX Runtime / Papline", "Papline bf16 / float32", "PyTorch bf16 / Papline bf16",
             "oneDNN's convolutions alone", "Papline / those"]
    print("| " + " | ".join(heads) + " |")
    print("|---|---|" + "---:|" * (len(heads) - 2))
    for name in args.nets:
        found = compare(name, args, folder)
        for key, what in ROWS:
            print("| " + " | ".join(row(name, found, key, what)) + " |", flush=True)


# --- where the engine's time goes ---------------------------------------------

LAYER = re.compile(r"  \S+ +(\S+) +(\S+) +(\d+)x(\d+)x(\d+) +([\d.]+) +([\d.]+) +([\d.]+) "
                   r"+([\d.]+) +[\d.]+%$")
NOTABLE = 0.05  # of the time of a pass


def kinds_of(lines):
    """Of each kind of layer and each direction: ms and GFLOP of an image, and GB of
    outputs in float32 that are written and read once."""
    found = ({}, {})
    for m in filter(None, map(LAYER.match, lines)):
        kind, provider, *numbers = m.groups()
        h, w, c, *speeds = map(float, numbers)
        if provider not in ("-", kind):
            kind += " by " + provider
        for i, sums in enumerate(found):
            ms, rate = speeds[2 * i:2 * i + 2]
            old = sums.get(kind, (0, 0, 0))
            sums[kind] = (old[0] + ms, old[1] + ms * rate * 1e-3, old[2] + 8e-9 * h * w * c)
    return found


def kind_words(kind, sums, total):
    ms, gflop, gigabytes = sums
    speed = (f"{gflop / ms * 1e3:.0f} GFLOP/s" if gflop else f"{gigabytes / ms * 1e3:.0f} GB/s")
    return f"{kind} {ms:.2f} ms ({100 * ms / total:.0f} %, {speed})"


def passes_of(name, args, batch, precision):
    """(what, kinds) of the passes over a batch; of an image alone the one of inference."""
    lines = run(["build/release/bin/papline", "bench", name, "--steps", str(args.steps),
                 "--threads", str(args.threads), "--batch", str(batch), "--precision",
                 precision, "--layers"], OMP_NUM_THREADS=str(args.threads)).splitlines()
    second = next(i for i, l in enumerate(lines) if " inference: " in l)
    if batch > 1:
        forward, backward = kinds_of(lines[:second])
        yield "training, forward", forward
        yield "training, backward", backward
    yield f"inference, batch {batch}", kinds_of(lines[second:])[0]


def layer_table(args):
    print("\n| network | in | pass | ms/image | kinds of layers of a twentieth and more |")
    print("|---|---|---|---:|---|")
    for name in args.nets:
        for precision in ("float32", "bf16") if has_bf16() else ("float32",):
            for batch in (BATCH, 1):
                for what, kinds in passes_of(name, args, batch, precision):
                    total = sum(ms for ms, _, _ in kinds.values())
                    words = [kind_words(k, kinds[k], total)
                             for k in sorted(kinds, key=lambda k: -kinds[k][0])
                             if kinds[k][0] > NOTABLE * total]
                    print(f"| {name} | {precision} | {what} | {total:.2f} | "
                          f"{'; '.join(words)} |", flush=True)


def main():
    a = argparse.ArgumentParser()
    a.add_argument("nets", nargs="*", default=NETS)
    a.add_argument("--peer", help=argparse.SUPPRESS)
    a.add_argument("--export", help=argparse.SUPPRESS)
    a.add_argument("--format", help=argparse.SUPPRESS)
    a.add_argument("--bf16", action="store_true", help=argparse.SUPPRESS)
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--steps", type=int, default=9)
    a.add_argument("--rounds", type=int, default=3)
    a.add_argument("--quick", action="store_true")
    args = a.parse_args()
    if args.quick:
        args.rounds, args.steps = 1, 5
    if args.peer:
        peer(args.peer, args.format, args.threads, args.steps, args.bf16)
        return
    if args.export:
        export(args.nets[0], args.export)
        return
    import torch

    cpu = [l for l in open("/proc/cpuinfo") if l.startswith("model name")][0]
    print(f"{cpu.split(':')[1].strip()}, {args.threads} threads, {SIZE}x{SIZE}, training in "
          f"batches of {BATCH}, PyTorch {torch.__version__}, {time.strftime('%Y-%m-%d')}; "
          f"medians of {args.rounds} rounds of {args.steps} steps")
    if not has_onnx():
        print("skipped: ONNX Runtime ('make rivals' installs it, and needs npm)")
    if not has_bf16():
        print("skipped: bf16 (this processor has no instructions for it)")
    print()
    with tempfile.TemporaryDirectory() as folder:
        table(args, folder)
    layer_table(args)
    print("\nGFLOP/s: Winograd's as those of the plain convolution.  GB/s: of a layer's "
          "output in float32, written and read once.  "
          f"{run_bare('mobilenetv2', args).splitlines()[0]}.")


if __name__ == "__main__":
    main()
