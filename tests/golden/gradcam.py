#!/usr/bin/python3
"""gradcam.py - write gradcam_golden.inc: PyTorch's and SciPy's numbers

A small network with seeded weights, its activations and gradients at one layer
by PyTorch's autograd, the map by NumPy from the paper's two equations, its
enlargement by SciPy (as tf-keras-vis does).  Run from the root of the
repository: tests/golden/gradcam.py
"""
import numpy as np
import scipy
import torch
import torch.nn.functional as F
from scipy.ndimage import zoom

H, W, CLASSES, EPS = 9, 7, 3, 1e-3
rng = np.random.default_rng(3)


def draw(*shape, scale=1.0, low=None):
    x = rng.normal(0, scale, shape) if low is None else rng.uniform(low, 2,
                                                                    shape)
    return np.round(x, 4).astype(np.float32)


# Keras' layouts: (h, w, in, out) and (in, out)
P = {
    "x": draw(H, W, 3),
    "conv_kernel": draw(3, 3, 3, 6, scale=.4), "conv_bias": draw(6, scale=.2),
    "bn_gamma": draw(6, low=.5), "bn_beta": draw(6, scale=.5),
    "bn_mean": draw(6, scale=.3), "bn_variance": draw(6, low=.5),
    "mix_kernel": draw(1, 1, 6, 4, scale=.6), "mix_bias": draw(4, scale=.1),
    "hidden_kernel": draw(4, 8, scale=.7), "hidden_bias": draw(8, scale=.3),
    "logits_kernel": draw(8, CLASSES, scale=.7), "logits_bias": draw(CLASSES),
}
T = {k: torch.tensor(v, dtype=torch.float64) for k, v in P.items()}


def forward():
    oihw = lambda k: T[k].permute(3, 2, 0, 1)
    y = F.conv2d(T["x"].permute(2, 0, 1)[None], oihw("conv_kernel"),
                 T["conv_bias"], stride=2, padding=1)
    y = F.batch_norm(y, T["bn_mean"], T["bn_variance"], T["bn_gamma"],
                     T["bn_beta"], training=False, eps=EPS)
    a = F.relu6(y).requires_grad_()
    y = F.relu(F.conv2d(a, oihw("mix_kernel"), T["mix_bias"]))
    y = y.mean((2, 3))
    y = F.relu(y @ T["hidden_kernel"] + T["hidden_bias"])
    return a, (y @ T["logits_kernel"] + T["logits_bias"])[0]


def stretch(x, h, w):
    """Align-corners bilinear, and SciPy and PyTorch agree about it."""
    y = zoom(x, (h / x.shape[0], w / x.shape[1]), order=1, mode="nearest")
    t = F.interpolate(torch.tensor(x, dtype=torch.float64)[None, None], (h, w),
                      mode="bilinear", align_corners=True)[0, 0].numpy()
    assert y.shape == (h, w) and np.allclose(y, t, atol=1e-6), (y, t)
    return y


def array(name, x):
    flat = ["%.9gf" % v if "." in "%.9g" % v or "e" in "%.9g" % v
            else "%.9g.0f" % v for v in np.asarray(x, np.float32).ravel()]
    lines = [", ".join(flat[i:i + 6]) for i in range(0, len(flat), 6)]
    return ["static const float golden_%s[%d] = {" % (name, len(flat)),
            "    " + ",\n    ".join(lines) + "};"]


def main():
    out = ["/* gradcam_golden.inc - made by gradcam.py; torch %s, scipy %s, "
           "numpy %s */" % (torch.__version__, scipy.__version__,
                            np.__version__), "/* clang-format off */"]
    for k, v in P.items():
        out += array(k, v)
    a, logits = forward()
    out += array("logits", logits.detach().numpy())
    nhwc = lambda t: t[0].permute(1, 2, 0).detach().numpy()
    out += array("a", nhwc(a))
    for c in range(CLASSES):
        (da,) = torch.autograd.grad(logits[c], a, retain_graph=True)
        cam = np.maximum((nhwc(da).mean((0, 1)) * nhwc(a)).sum(-1), 0)
        big = stretch(cam, H, W)
        big = (big - big.min()) / (big.max() - big.min() + 1e-7)
        assert cam.max() > 0, "an empty map tests nothing"
        out += array("da_%d" % c, nhwc(da)) + array("cam_%d" % c, cam)
        out += array("map_%d" % c, big)
    for h, w, hh, ww in ((3, 3, 10, 10), (2, 2, 7, 5), (4, 5, 2, 3),
                         (3, 4, 3, 4)):
        x = draw(h, w)
        name = "%dx%d_%dx%d" % (h, w, hh, ww)
        out += array("from_" + name, x)
        out += array("to_" + name, stretch(x, hh, ww))
    out += ["/* clang-format on */"]
    with open("tests/golden/gradcam_golden.inc", "w") as f:
        f.write("\n".join(out) + "\n")


main()
