"""peer_explain.py [--rounds N] [NET...] - beside PyTorch and scikit-image

For each network bench_explain --short in one process, and in this one, with
PyTorch: as many forward passes as Score-CAM (all channels) and LIME (1,000
samples) make, in the best of several batches and of the two memory formats, the
inputs being there already; one forward and one backward pass of one picture, as
the family of Grad-CAM needs them; scikit-image's quickshift.  Times of passes
are those of a few batches, multiplied.  Both sides take turns, N times (2), and
the best of each counts.  Run by 'make bench-peer-explain'; needs python3-torch
and python3-skimage.  Where the processor has instructions for bf16 the first two in
it, too, PyTorch by autocast.

Without arguments: mobilenetv2.
"""
import argparse
import os
import re
import subprocess
import time

from peer import CLASSES, FORMATS, SIZE, has_bf16, networks

BATCHES = (16, 32, 64)


def best_of(n, step):
    best = float("inf")
    for _ in range(n):
        start = time.perf_counter()
        step()
        best = min(best, time.perf_counter() - start)
    return best


def papline(bench, name, threads, *options):
    out = subprocess.run([bench, "--short", *options, name], check=True, text=True,
                         env={**os.environ, "OMP_NUM_THREADS": str(threads)},
                         stdout=subprocess.PIPE).stdout
    found = re.findall(r"explain \S+ +(\w+) +([\d.]+) s(?: +(\d+) passes)?", out)
    return {what: (float(s), int(n or 0)) for what, s, n in found}


def forward(name, torch, bf16):
    """Seconds of one picture's forward pass: the best batch and format."""
    found = []
    for fmt in FORMATS:
        net = networks()(name).eval().to(memory_format=getattr(torch, fmt))
        for batch in BATCHES:
            x = torch.rand(batch, 3, SIZE, SIZE).to(
                memory_format=getattr(torch, fmt))
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, bf16):
                net(x)
                found.append((best_of(2, lambda: net(x)) / batch, batch, fmt))
    return min(found)


def both_ways(name, torch):
    """Seconds of a forward and a backward pass of one picture."""
    found = []
    for fmt in FORMATS:
        net = networks()(name).eval().to(memory_format=getattr(torch, fmt))
        x = torch.rand(1, 3, SIZE, SIZE, requires_grad=True)

        def step():
            torch.autograd.grad(net(x)[0, 0], x)

        step()
        found.append(best_of(3, step))
    return min(found)


def quickshift_seconds():
    import numpy as np
    from skimage.segmentation import quickshift

    i = np.arange(3 * SIZE * SIZE)
    rng = np.random.default_rng(1)
    rgb = 128 + 100 * np.sin(0.002 * i) + rng.integers(0, 20, len(i))
    rgb = rgb.astype(np.uint8).reshape(SIZE, SIZE, 3)
    return best_of(3, lambda: quickshift(rgb, kernel_size=4, max_dist=200,
                                         ratio=0.2))


def one_round(name, args, torch):
    """What: (ours in seconds, passes, the peer's seconds, how it does it)."""
    ours = papline(args.bench, name, args.threads)
    one, batch, fmt = forward(name, torch, False)
    peer = {w: (one * ours[w][1], f"PyTorch's passes, batch {batch}, {fmt}")
            for w in ("scorecam", "lime")}
    if has_bf16():
        half = papline(args.bench, name, args.threads, "--bf16")
        one, batch, fmt = forward(name, torch, True)
        for w in ("scorecam", "lime"):
            ours[w + " in bf16"] = half[w]
            peer[w + " in bf16"] = (one * half[w][1],
                                    f"PyTorch's passes, batch {batch}, {fmt}")
    peer["family"] = both_ways(name, torch), "PyTorch, forward and backward"
    peer["quickshift"] = quickshift_seconds(), "scikit-image"
    return {w: (*ours[w], *p) for w, p in peer.items()}


def best_rounds(name, args, torch):
    rounds = [one_round(name, args, torch) for _ in range(args.rounds)]
    return {w: (min(r[w][0] for r in rounds), rounds[0][w][1],
                *min(r[w][2:] for r in rounds)) for w in rounds[0]}


def report(name, rows):
    for what, (s, n, peer, how) in rows.items():
        print(f"| {name} | {what} ({how}) | {n} | {s:.4f} | {peer:.4f} "
              f"| {peer / s:.2f} |", flush=True)


def main():
    a = argparse.ArgumentParser()
    a.add_argument("nets", nargs="*", default=["mobilenetv2"])
    a.add_argument("--bench", required=True)
    a.add_argument("--threads", type=int, default=2)
    a.add_argument("--rounds", type=int, default=2)
    args = a.parse_args()
    import skimage
    import torch

    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    print(f"{args.threads} threads, {SIZE}x{SIZE}, {CLASSES} classes, PyTorch "
          f"{torch.__version__}, scikit-image {skimage.__version__}, "
          f"{time.strftime('%Y-%m-%d')}\n")
    print("| network | what | passes | Papline, s | peer, s | peer / Papline |")
    print("|---|---|---:|---:|---:|---:|")
    for name in args.nets:
        report(name, best_rounds(name, args, torch))


if __name__ == "__main__":
    main()
