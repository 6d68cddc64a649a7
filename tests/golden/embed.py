#!/usr/bin/python3
"""embed.py - write embed_golden.inc: losses of embeddings in PyTorch, float64

Written after tensorflow-addons' metric_learning.py, npairs.py and triplet.py
(whole matrices, masked minima and maxima, the guard at distance 0), after
SupConLoss of HobbitLong/SupContrast and after NPairsLoss and TripletMarginLoss
of pytorch-metric-learning; differentiated by autograd.  amin() and amax() give
equal elements equal shares of the gradient, as TensorFlow's do.

Run by /usr/bin/python3 from the root of the repository.
"""
import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(17)


def n_pairs(z, y, tau, **_):
    target = (y[:, None] == y[None, :]).to(z.dtype)
    target = target / target.sum(1, keepdim=True)
    return F.cross_entropy(z @ z.T / tau, target)


def n_pairs_single(z, y, tau, **_):
    """get_all_pairs_indices(), then the first pair of each label."""
    match = (y[:, None] == y[None, :]).to(torch.int8)
    match.fill_diagonal_(0)
    anchor, positive = torch.where(match)
    if len(anchor) == 0:
        return None
    _, first = np.unique(y[anchor].numpy(), return_index=True)
    s = z[anchor[first]] @ z[positive[first]].T / tau
    return F.cross_entropy(s, torch.arange(len(first)))


def supcon(z, y, tau, base, drop, **_):
    n = len(y)
    if n < 2:
        return None
    mask = (y[:, None] == y[None, :]).to(z.dtype)
    s = z @ z.T / tau
    others = 1 - torch.eye(n, dtype=z.dtype)
    mask = mask * others
    # SupConLoss takes the maximum of the whole row away, where exp() of the
    # others underflows if a row is long
    log_prob = s - s.masked_fill(others == 0, -np.inf).logsumexp(1, True)
    m = mask.sum(1)
    loss = -(tau / base) * (mask * log_prob).sum(1) / m.clamp(min=1)
    if drop:
        loss = loss[m > 0]
    return loss.mean() if len(loss) else None


def distances(z):
    sq = ((z[:, None] - z[None, :]) ** 2).sum(-1)
    zero = (sq <= 0).to(z.dtype)
    d = torch.sqrt(sq + zero * 1e-16) * (1 - zero)
    return d * (1 - torch.eye(len(z), dtype=z.dtype))


def masked_minimum(d, mask):
    top = d.amax(1, keepdim=True)
    return ((d - top) * mask).amin(1, keepdim=True) + top


def masked_maximum(d, mask):
    bottom = d.amin(1, keepdim=True)
    return ((d - bottom) * mask).amax(1, keepdim=True) + bottom


def triplet_semihard(z, y, margin, **_):
    n, d = len(y), distances(z)
    same = y[:, None] == y[None, :]
    tile = d.repeat(n, 1)
    mask = (~same).repeat(n, 1) & (tile > d.T.reshape(-1, 1))
    final = (mask.sum(1) > 0).reshape(n, n).T
    outside = masked_minimum(tile, mask.to(z.dtype)).reshape(n, n).T
    inside = masked_maximum(d, (~same).to(z.dtype)).repeat(1, n)
    loss = margin + d - torch.where(final, outside, inside)
    positive = same.to(z.dtype) - torch.eye(n, dtype=z.dtype)
    if positive.sum() == 0:
        return None
    return (loss * positive).clamp(min=0).sum() / positive.sum()


def triplet_hard(z, y, margin, **_):
    n, d = len(y), distances(z)
    same = (y[:, None] == y[None, :]).to(z.dtype)
    negative = masked_minimum(d, 1 - same)
    positive = masked_maximum(d, same - torch.eye(n, dtype=z.dtype))
    return (positive - negative + margin).clamp(min=0).mean()


def triplet_all(z, y, margin, **_):
    d, same = distances(z), y[:, None] == y[None, :]
    apart = ~torch.eye(len(y), dtype=torch.bool)
    a, p, n = torch.where((same & apart)[:, :, None] & ~same[:, None, :])
    loss = (d[a, p] - d[a, n] + margin).clamp(min=0)
    return loss[loss > 0].mean() if (loss > 0).any() else None


def unit(z):
    norm = np.sqrt((z ** 2).sum(1, keepdims=True))
    return (z / np.maximum(norm, 1e-6)).astype(np.float32)


def normal(n, d):
    return rng.standard_normal((n, d))


repeated = normal(9, 5)
repeated[[3, 4, 5, 8]] = repeated[[0, 1, 2, 2]]
zeros = normal(6, 3)
zeros[[1, 4]] = 0
SETS = [
    ("ordinary", unit(normal(13, 7)), [2, 0, 1, 1, 0, 2, 2, 1, 0, 0, 1, 2, 0]),
    ("one row", unit(normal(1, 5)), [3]),
    ("two rows of a class", unit(normal(2, 4)), [1, 1]),
    ("lone classes", unit(normal(7, 6)), [4, 1, 2, 4, 9, -3, 4]),
    ("all alone", unit(normal(4, 3)), [0, 1, 2, 3]),
    ("one class", unit(normal(5, 3)), [7, 7, 7, 7, 7]),
    ("repeated rows", unit(repeated), [0, 1, 2, 0, 0, 2, 1, 1, 0]),
    ("rows of zeros", unit(zeros), [0, 1, 0, 1, 0, 1]),
    ("collapsed", np.zeros((5, 3), np.float32), [0, 1, 0, 1, 1]),
    ("wide", unit(normal(4, 70)), [0, 1, 0, 1]),
    ("far apart", (4 * normal(8, 9)).astype(np.float32),
     [0, 1, 0, 1, 2, 2, 0, 1]),
]
CASES = [
    (n_pairs, .05, 1, 1, 0), (n_pairs_single, 1, 1, 1, 0),
    (n_pairs_single, .1, 1, 1, 0), (supcon, .07, .07, 1, 0),
    (supcon, .5, .07, 1, 1), (triplet_semihard, 1, 1, 1.0, 0),
    (triplet_semihard, 1, 1, .2, 0), (triplet_hard, 1, 1, .3, 0),
    (triplet_all, 1, 1, .05, 0),
]


def numbers(x, form="%.9g"):
    return ", ".join(form % v for v in np.asarray(x).ravel())


def hexa(x):
    mantissa, exponent = float(x).hex().split("p")
    return "%sp%sf" % (mantissa.rstrip("0").rstrip("."), exponent)


out = ["/* embed_golden.inc - made by embed.py; torch %s, numpy %s */"
       % (torch.__version__, np.__version__), "/* clang-format off */",
       "static const struct embed_set {", "    const char *name;",
       "    int n, d;", "    const int *label;", "    const float *z;",
       "} embed_sets[] = {"]
for name, z, y in SETS:
    out += ["    {\"%s\", %d, %d," % (name, *z.shape),
            "     (const int[]){%s}," % numbers(y, "%d"),
            "     (const float[]){%s}}," % ", ".join(map(hexa, z.ravel()))]
out += ["};", "static const struct embed_golden {", "    int set;",
        "    const char *loss;", "    struct embed_args args;",
        "    double value;", "    const double *dz; /* NULL: all 0 */",
        "} embed_golden[] = {"]
for i, (_, z32, y) in enumerate(SETS):
    for loss, tau, base, margin, drop in CASES:
        z = torch.tensor(z32, dtype=torch.float64, requires_grad=True)
        value = loss(z, torch.tensor(y), tau=tau, base=base, margin=margin,
                     drop=drop)
        grad = np.zeros_like(z32)
        if value is not None:
            value.backward()
            grad = z.grad.numpy()
        assert np.isfinite(grad).all(), (SETS[i][0], loss.__name__)
        dz = ("(const double[]){%s}" % numbers(grad) if np.abs(grad).max() > 0
              else "NULL")
        out += ["    {%d, \"%s\", {%g, %g, %g, %s}, %.17g," % (
            i, loss.__name__, tau, base, margin, "true" if drop else "false",
            0 if value is None else value.item()), "     %s}," % dz]
out += ["};", "/* clang-format on */"]
with open("tests/golden/embed_golden.inc", "w") as f:
    f.write("\n".join(out) + "\n")
