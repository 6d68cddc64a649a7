#!/usr/bin/python3
"""Every explainer and every measure of faithfulness, written again in float64.

    /usr/bin/python3 tests/golden/explain.py > tests/golden/explain_golden.inc

Gradients by PyTorch's autograd, enlargement by SciPy (corners aligned) and
OpenCV (areas), values at the centres of receptive fields by SciPy's
PchipInterpolator, masks of RISE enlarged and segments by scikit-image, the regression of LIME by
scikit-learn, ROAD's equations by SciPy's sparse solver.  Draws repeat the
generator of common/base/rng.c.  A small network with all variants, then
MobileNetV2.  Two targets each: the class that the network prefers, and class
1.
"""
import cv2
import numpy as np
import scipy
import scipy.ndimage
import scipy.sparse
import scipy.sparse.linalg
import skimage
import skimage.transform
import sklearn
import torch
from scipy.interpolate import PchipInterpolator
from skimage.segmentation import quickshift
from sklearn.linear_model import Ridge
from sklearn.metrics import pairwise_distances

import nn_mobilenetv2
from nn_common import batch_norm, conv, fnv, header, initial, mix, row

SUMS = 8
SEED = 0x123456789ABCDEF
LIME, SMOOTHGRAD, ROAD, RISE = 32, 33, 34, 35

# --- pictures and draws ------------------------------------------------------


def picture(h, w):
    """Nucleus, cytoplasm, background, and grain that leaves no ties."""
    y, x = np.mgrid[:h, :w]
    d = (abs(2 * y - h) * 50 // h)**2 + (abs(2 * x - w) * 50 // w)**2
    base = np.array([[90, 60, 120], [200, 150, 190], [230, 228, 220]])
    rgb = base[(d >= 300) * 1 + (d >= 1300) * 1]
    grain = mix(np.arange(h * w * 3, dtype=np.uint64), fnv("rgb"))
    return (rgb + ((grain >> np.uint64(24)) % 24).astype(int).reshape(
        h, w, 3)).astype(np.uint8)


def philox(purpose, a, n):
    """The first n draws of 32 bits of stream (SEED, purpose, a, 0)."""
    m = 0xFFFFFFFF
    block = np.arange((n + 3) // 4, dtype=np.uint64)
    c = [block, block * 0 + purpose, block * 0 + a, block * 0]
    c = [v.astype(np.uint64) for v in c]
    k0, k1 = SEED & m, SEED >> 32
    for _ in range(10):
        p0, p1 = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        hi0, hi1 = p0 >> np.uint64(32), p1 >> np.uint64(32)
        c = [hi1 ^ c[1] ^ np.uint64(k0), p1 & np.uint64(m),
             hi0 ^ c[3] ^ np.uint64(k1), p0 & np.uint64(m)]
        k0, k1 = (k0 + 0x9E3779B9) & m, (k1 + 0xBB67AE85) & m
    return np.stack(c, 1).ravel()[:n]


def normal(purpose, a, n):
    u = (philox(purpose, a, 2 * n) >> np.uint64(8)).astype(float) * 2.0**-24
    return np.sqrt(-2 * np.log(1 - u[::2])) * np.cos(2 * np.pi * u[1::2])


# --- networks ----------------------------------------------------------------


class Small:
    """Two convolutions; channel 2 of the second never fires."""
    steps, samples, n_lime, n_faith, other = 32, 4, 200, 12, 1
    kernel, n_rise = 1.5, 60
    first, step = 1, 4  # where the values of the last layer lie

    def __init__(self):
        self.param = {}

    def p(self, name, shape=None):
        if name not in self.param:
            self.param[name] = initial(name, shape or (self.c, ))
            if name == "bn2/beta:0":
                self.param[name][2] = -50
        return self.param[name]

    def layers(self, x):
        self.c = 6
        y = conv(x, self.p("conv/kernel:0", (3, 3, 3, 6)), 2, "same")
        y = batch_norm(y, self.p, "bn", False)[0]
        a = torch.clamp(y, 0, 6)
        self.c = 8
        y = conv(a, self.p("conv2/kernel:0", (3, 3, 6, 8)), 2, "same")
        y = batch_norm(y, self.p, "bn2", False)[0]
        return [torch.relu(y), a]

    def head(self, a):
        y = torch.relu(
            conv(a, self.p("mix/kernel:0", (1, 1, 8, 7)), 1, "valid",
                 self.p("mix/bias:0", (7, ))))
        return y.mean((1, 2)) @ self.p("logits/kernel:0", (7, 3)) + self.p(
            "logits/bias:0", (3, ))

    def logits(self, x):
        return self.head(self.layers(x)[0])

    def activations(self, x, score):
        """[(a, da), ...] of one picture, the last layer first; da is the
        gradient of score(logits)."""
        first = self.layers(x)[1].detach().requires_grad_()
        self.c = 8
        y = conv(first, self.p("conv2/kernel:0", (3, 3, 6, 8)), 2, "same")
        last = torch.relu(batch_norm(y, self.p, "bn2", False)[0])
        last.retain_grad()
        score(self.head(last)[0]).backward()
        return [(t[0].detach().numpy(), t.grad[0].numpy())
                for t in (last, first)]


class Large:
    """MobileNetV2 of nn_mobilenetv2.py."""
    steps, samples, n_lime, n_faith, other = 8, 4, 64, 6, 1
    kernel, n_rise = 4, 16
    first, step = 13, 32

    def __init__(self):
        self.net = nn_mobilenetv2.Net(False)

    def logits(self, x):
        return self.net(x)

    def activations(self, x, score):
        score(self.net(x)[0]).backward()
        a = self.net.map
        return [(a[0].detach().numpy(), a.grad[0].numpy())]


def run(net, x):
    """Logits of many pictures, (n, h, w, 3)."""
    out = []
    with torch.no_grad():
        for i in range(0, len(x), 16):
            t = torch.tensor(x[i:i + 16])
            out.append(forward_only(net, t))
    return np.concatenate(out)


def forward_only(net, t):
    with torch.enable_grad():  # the large network keeps a gradient
        return net.logits(t).detach().numpy()


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# --- maps --------------------------------------------------------------------


def zoom(a, h, w):
    return scipy.ndimage.zoom(a, (h / a.shape[0], w / a.shape[1]), order=1,
                              mode="nearest")


def tfkv(cam, h, w):
    m = zoom(cam, h, w)
    return (m - m.min()) / (m.max() - m.min() + 1e-7)


def scale(x):
    x = x - x.min()
    return x / (1e-7 + x.max())


def along(values, first, step, n):
    """(k, m) values along the last axis to (k, n) pixels."""
    m = values.shape[1]
    at = first + step * np.arange(-1, m + 1)
    padded = np.concatenate([values[:, :1], values, values[:, -1:]], 1)
    pixel = np.clip(np.arange(n), first, first + step * (m - 1))
    return PchipInterpolator(at, padded, axis=1)(pixel)


def centres(net, cam, h, w):
    return norm(along(along(cam, net.first, net.step, w).T, net.first,
                      net.step, h).T)


def ptgc(cam, h, w):
    return scale(cv2.resize(scale(cam), (w, h)))


def gradcam(a, g):
    return np.maximum((a * g.mean((0, 1))).sum(-1), 0)


def hirescam(a, g):
    return np.maximum((a * g).sum(-1), 0)


def finer(z, c):
    """FinerWeightedTarget of the authors' code, of the logits z."""
    far = abs(z - z[c]).detach().numpy()
    others = [int(d) for d in np.argsort(far, kind="stable") if d != c][:3]
    p = torch.softmax(z, -1)
    return sum(p[d] * (z[c] - z[d]) for d in others) / sum(p[others])


def gradcampp_tfkv(a, g):
    d = 2 * g**2 + g**3 * a.sum((0, 1))
    alpha = g**2 / (d + (g**2 == 0))
    total = alpha.sum((0, 1))
    alpha = alpha / (total + (total == 0))
    return np.maximum((a * (np.maximum(g, 0) * alpha).sum((0, 1))).sum(-1), 0)


def gradcampp_ptgc(a, g):
    alpha = g**2 / (2 * g**2 + a.sum((0, 1)) * g**3 + 1e-6)
    alpha = np.where(g != 0, alpha, 0)
    return np.maximum((a * (np.maximum(g, 0) * alpha).sum((0, 1))).sum(-1), 0)


def layercam(layers, h, w):
    maps = []
    for a, g in layers:
        m = zoom(np.maximum((np.maximum(g, 0) * a).sum(-1), 0), h, w)
        m = m / m.max()
        maps.append(np.tanh(2 * m) if len(maps) else m)
    m = np.max(maps, 0)
    return (m - m.min()) / (m.max() - m.min() + 1e-7)


def areas(a, h, w):
    return torch.nn.functional.interpolate(
        torch.tensor(a)[None, None], (h, w), mode="bilinear",
        align_corners=False)[0, 0].numpy()


def scorecam(net, x, a, variant, target, max_n):
    h, w = x.shape[:2]
    keep = np.arange(a.shape[2])
    if max_n:
        keep = np.sort(np.argsort(-a.std((0, 1)), kind="stable")[:max_n])
    a = a[:, :, keep]
    if variant == "official":
        big = np.stack([areas(m, h, w) for m in a.transpose(2, 0, 1)])
        used = [m for m in big if m.max() > m.min()]
        masks = [(m - m.min()) / (m.max() - m.min()) for m in used]
        p = softmax(run(net, np.stack([x * m[..., None] for m in masks])))
        cam = np.maximum((p[:, target, None, None] * np.stack(used)).sum(0), 0)
        return (cam - cam.min()) / (cam.max() - cam.min())
    eps = 1e-7 if variant == "tfkv" else 1e-8
    big = [zoom(m, h, w) for m in a.transpose(2, 0, 1)]
    masks = [(m - m.min()) / (m.max() - m.min() + eps) for m in big]
    z = run(net, np.stack([x * m[..., None] for m in masks]))
    weight = (softmax(softmax(z))[:, target] if variant == "tfkv" else
              softmax(z[:, target]))
    cam = np.maximum((a * weight).sum(-1), 0)
    return ptgc(cam, h, w) if variant == "ptgc" else tfkv(cam, h, w)


def input_gradient(net, x, target):
    t = torch.tensor(x[None], requires_grad=True)
    return torch.autograd.grad(net.logits(t)[0, target], t)[0][0].numpy()


def norm(m):
    return (m - m.min()) / (m.max() - m.min() + 1e-7)


def intgrad(net, x, target):
    black = np.full_like(x, -1)
    g = [input_gradient(net, black + (m + .5) / net.steps * (x - black),
                        target) for m in range(net.steps)]
    return ((x - black) * np.mean(g, 0)).sum(-1)


def smoothgrad(net, x, target):
    noise = .2 * (x.max() - x.min())
    g = [abs(input_gradient(
        net, x + noise * normal(SMOOTHGRAD, m, x.size).reshape(x.shape),
        target)) for m in range(net.samples)]
    return norm(np.mean(g, 0).max(-1))


def rise(net, x, target):
    h, w = x.shape[:2]
    s, p = 7, .5
    cell = -(-h // s), -(-w // s)
    masks = []
    for i in range(net.n_rise):
        u = (philox(RISE, i, s * s + 2) >> np.uint64(8)).astype(
            np.float32) * np.float32(2.0**-24)
        top, left = (int(u[s * s + k] * np.float32(cell[k])) for k in (0, 1))
        big = skimage.transform.resize(
            (u[:s * s] < p).astype(float).reshape(s, s),
            ((s + 1) * cell[0], (s + 1) * cell[1]), order=1, mode="reflect",
            anti_aliasing=False)
        masks.append(big[top:top + h, left:left + w])
    masks = np.stack(masks)
    y = softmax(run(net, x * masks[..., None]))[:, target]
    return norm((y[:, None, None] * masks).sum(0) / net.n_rise / p)


# --- LIME --------------------------------------------------------------------


def lime(net, rgb, label, target):
    """As lime_image.py and lime_base.py, with feature selection that keeps
    all segments."""
    n, d = net.n_lime, label.max() + 1
    z = np.ones((n, d))
    for i in range(1, n):
        draws = philox(LIME, i, (d + 31) // 32)
        z[i] = [int(draws[s // 32]) >> (s % 32) & 1 for s in range(d)]
    fudged = rgb.copy()
    for s in range(d):
        fudged[label == s] = rgb[label == s].mean(0).astype(np.uint8)
    pictures = np.where(z[:, label][..., None] > 0, rgb, fudged)
    y = softmax(run(net, pictures / 127.5 - 1))[:, target]
    far = pairwise_distances(z, z[:1], metric="cosine").ravel()
    weight = np.sqrt(np.exp(-far**2 / .25**2))
    fit = Ridge(alpha=1, fit_intercept=True).fit(z, y, sample_weight=weight)
    order = np.argsort(-abs(fit.coef_), kind="stable")
    view = np.zeros(label.shape)
    for s in order[:5]:
        view[label == s] = 2 if fit.coef_[s] < 0 else 1
    return norm(np.maximum(fit.coef_, 0)[label]), view


# --- faithfulness ------------------------------------------------------------


def impute(x, keep, noise):
    h, w, _ = x.shape
    gone = np.argwhere(keep.ravel() == 0).ravel()
    number = {p: i for i, p in enumerate(gone)}
    m = scipy.sparse.lil_matrix((len(gone), len(gone)))
    b = np.zeros((len(gone), 3))
    for p, i in number.items():
        for dr in (-1, 0, 1):
            for dc in (-1, 0, 1):
                r, c = p // w + dr, p % w + dc
                if (dr, dc) == (0, 0) or not (0 <= r < h and 0 <= c < w):
                    continue
                weight = 1 / 12 if dr and dc else 1 / 6
                m[i, i] -= weight
                if r * w + c in number:
                    m[i, number[r * w + c]] += weight
                else:
                    b[i] -= weight * x[r, c]
    y = x.copy().reshape(-1, 3)
    y[gone] = scipy.sparse.linalg.spsolve(m.tocsc(), b) + noise.reshape(
        -1, 3)[:len(gone)]
    return y.reshape(x.shape)


def road(x, heat):
    rows = []
    for i, (map_, p) in enumerate([(heat, p) for p in range(10, 100, 10)] +
                                  [(1 - heat, p) for p in range(10, 100, 10)]):
        keep = map_ < np.percentile(map_, p)
        n = int((keep == 0).sum())
        # 1 % of the range of pixels, which is 2 here
        rows.append(impute(x, keep, .02 * normal(ROAD, i, 3 * n)))
    return np.stack(rows)


def gkern():
    k = np.zeros((11, 11))
    k[5, 5] = 1
    return scipy.ndimage.gaussian_filter(k, 5)


def blur(x):
    k = torch.zeros(3, 3, 11, 11, dtype=torch.float64)
    for c in range(3):
        k[c, c] = torch.tensor(gkern())
    return torch.nn.functional.conv2d(
        torch.tensor(x).permute(2, 0, 1)[None], k,
        padding=5)[0].permute(1, 2, 0).numpy()


def area(p):
    return (p.sum() - (p[0] + p[-1]) / 2) / (len(p) - 1)


def faith(net, x, heat, target):
    n, steps = heat.size, net.n_faith
    order = np.argsort(-heat.ravel(), kind="stable")
    start = {"deletion": (x, np.zeros_like(x)), "insertion": (blur(x), x)}
    out = {}
    for name, (a, b) in start.items():
        rows = [a]
        for k in range(1, steps + 1):
            y = a.copy().reshape(-1, 3)
            gone = order[:k * n // steps]
            y[gone] = b.reshape(-1, 3)[gone]
            rows.append(y.reshape(x.shape))
        out[name] = area(softmax(run(net, np.stack(rows)))[:, target])
    p = softmax(run(net, x[None]))[0, target]
    masked = softmax(run(net, (x * heat[..., None])[None]))[0, target]
    change = softmax(run(net, road(x, heat)))[:, target] - p
    return [out["insertion"], out["deletion"], max(0, p - masked),
            float(masked > p), change[:9].mean(), change[9:].mean(),
            (change[9:].mean() - change[:9].mean()) / 2]


# --- all ---------------------------------------------------------------------


def put(case, name, target, m):
    assert np.max(m) > 0, (case, name, "an empty map tests nothing")
    row(case, "%s %d" % (name, target), torch.tensor(np.asarray(m, float)),
        SUMS)


def segments(case, h, w, kernel, max_dist=200):
    label = quickshift(picture(h, w), kernel_size=kernel, max_dist=max_dist,
                       ratio=.2)
    row(case, "segments", torch.tensor(label.astype(float)), SUMS)
    row(case, "n segments", torch.tensor([float(label.max() + 1)]), SUMS)
    return label


def explain(case, net, h, w, max_n):
    rgb = picture(h, w)
    x = rgb / 127.5 - 1
    t = torch.tensor(x[None])
    row(case, "logits", net.logits(t), SUMS)
    label = segments(case, h, w, net.kernel)
    best = int(forward_only(net, t)[0].argmax())
    assert best != net.other
    for target in (best, net.other):
        a, g = net.activations(t, lambda z: finer(z, target))[0]
        put(case, "finercam", target, tfkv(gradcam(a, g), h, w))
        layers = net.activations(t, lambda z: z[target])
        a, g = layers[0]
        put(case, "gradcam", target, tfkv(gradcam(a, g), h, w))
        put(case, "gradcam centres", target,
            centres(net, gradcam(a, g), h, w))
        put(case, "hirescam", target, tfkv(hirescam(a, g), h, w))
        put(case, "gradcampp tfkv", target, tfkv(gradcampp_tfkv(a, g), h, w))
        put(case, "gradcampp ptgc", target, ptgc(gradcampp_ptgc(a, g), h, w))
        put(case, "layercam", target, layercam(layers[:1], h, w))
        if len(layers) > 1:
            put(case, "layercam fused", target, layercam(layers, h, w))
        for v in ("tfkv", "paper", "ptgc", "official"):
            put(case, "scorecam " + v, target,
                scorecam(net, x, a, v, target, max_n))
        if case == "small":
            put(case, "scorecam max_n", target,
                scorecam(net, x, a, "tfkv", target, 3))
        r = intgrad(net, x, target)
        put(case, "intgrad", target, norm(np.maximum(r, 0)))
        put(case, "smoothgrad", target, smoothgrad(net, x, target))
        put(case, "rise", target, rise(net, x, target))
        m, view = lime(net, rgb, label, target)
        put(case, "lime", target, m)
        put(case, "lime views", target, view)
        heat = picture(h, w)[..., 0] * 1000.0 + np.arange(h * w).reshape(h, w)
        heat = norm(heat.astype(np.float32))  # no two pixels alike
        for name, v in zip(("insertion", "deletion", "drop", "increase",
                            "road_morf", "road_lerf", "road"),
                           faith(net, x, heat, target)):
            row(case, "%s %d" % (name, target), torch.tensor([v]), SUMS)


def noise():
    """One colour: scikit-image's noise breaks every tie."""
    h, w = 12, 14
    values = np.random.default_rng(42).normal(scale=0.00001, size=(h, w))
    with open("tests/golden/quickshift_noise.inc", "w") as f:
        f.write("/* written by tests/golden/explain.py: default_rng(42) */\n")
        f.write(",\n".join("%.17g" % v for v in values.ravel()) + "\n")
    label = quickshift(np.full((h, w, 3), 90, np.uint8), kernel_size=1,
                       max_dist=2, ratio=1, random_seed=42)
    assert label.max() > 3
    row("noise", "segments", torch.tensor(label.astype(float)), SUMS)


header("explain.py")
print("/* SciPy %s, scikit-image %s, scikit-learn %s, OpenCV %s */" %
      (scipy.__version__, skimage.__version__, sklearn.__version__,
       cv2.__version__))
explain("small", Small(), 26, 22, 0)
explain("mobilenetv2", Large(), 110, 110, 48)
segments("wide", 40, 75, 2.5, 4)
noise()
