#!/usr/bin/python3
"""loss.py - write loss_golden.inc: PyTorch's losses of a classifier, in
float64, and scikit-learn's balanced weights, for test_loss

Run from the root of the repository: tests/golden/loss.py
"""
import numpy as np
import sklearn
import torch
import torch.nn.functional as F
from sklearn.utils.class_weight import compute_class_weight

rng = np.random.default_rng(11)
CASES = [
    ("ordinary", 6, 5, 1.0),
    ("two classes", 4, 2, 3.0),
    ("one row", 1, 7, 2.0),
    ("confident", 5, 5, 30.0),
    ("enormous", 4, 3, 1e4),
    ("all equal", 3, 4, 0.0),
]


def floats(x):
    return ", ".join("%.8ef" % v for v in np.asarray(x).ravel())


out = ["/* loss_golden.inc - made by loss.py; torch %s, numpy %s,"
       % (torch.__version__, np.__version__),
       " * scikit-learn %s */" % sklearn.__version__,
       "/* clang-format off */",
       "static const struct golden {",
       "    const char *name;",
       "    int n, k, n_global, correct;",
       "    double sum;",
       "    int label[6];",
       "    float z[30];",
       "    float dz[30];",
       "} golden[] = {"]
for name, n, k, scale in CASES:
    z32 = (scale * rng.standard_normal((n, k))).astype(np.float32)
    y = rng.integers(0, k, n)
    n_global = n + 3
    z = torch.tensor(z32, dtype=torch.float64, requires_grad=True)
    total = F.cross_entropy(z, torch.tensor(y), reduction="sum")
    (total / n_global).backward()
    correct = int((z32.argmax(1) == y).sum())
    out += ["    {\"%s\", %d, %d, %d, %d, %.17g," % (name, n, k, n_global,
                                                  correct, total.item()),
            "     {%s}," % ", ".join(map(str, y)),
            "     {%s}," % floats(z32), "     {%s}}," % floats(z.grad)]
out += ["};"]


def options_case(name, n, k, scale, smoothing=0.0, weighted=False, mixed=False,
                 costly=False):
    """A loss with options: rows weigh w[y] and are divided by their number,
    as in Keras; two labels are mixed as by mixup_criterion()."""
    z32 = (scale * rng.standard_normal((n, k))).astype(np.float32)
    y, other = rng.integers(0, k, (2, n))
    share = rng.uniform(0, 1, n).astype(np.float32)
    w, cost = rng.uniform(0, 3, k), rng.uniform(0, 9, (k, k))
    np.fill_diagonal(cost, 0)
    z = torch.tensor(z32, dtype=torch.float64, requires_grad=True)

    def rows(label):
        if costly:
            return (torch.tensor(cost)[label] * torch.softmax(z, 1)).sum(1)
        l = F.cross_entropy(z, torch.tensor(label), reduction="none",
                            label_smoothing=smoothing)
        return l * torch.tensor(w)[label] if weighted else l

    total = rows(y).sum()
    if mixed:
        lam = torch.tensor(share.astype(np.float64))
        total = (lam * rows(y) + (1 - lam) * rows(other)).sum()
    n_global = n + 2
    (total / n_global).backward()
    flags = [str(int(f)) for f in (weighted, mixed, costly)]
    return ["    {\"%s\", %d, %d, %d, %s, %.17g, %.17g," % (
                name, n, k, n_global, ", ".join(flags), smoothing,
                total.item()),
            "     {%s}," % ", ".join(map(str, y)),
            "     {%s}," % ", ".join(map(str, other)),
            "     {%s}," % floats(share), "     {%s}," % doubles(w),
            "     {%s}," % doubles(cost), "     {%s}," % floats(z32),
            "     {%s}}," % doubles(z.grad)]


def doubles(x):
    return ", ".join("%.17g" % v for v in np.asarray(x).ravel())


out += ["static const struct options_golden {", "    const char *name;",
        "    int n, k, n_global;", "    bool weighted, mixed, costly;",
        "    double smoothing, sum;", "    int label[7], other[7];",
        "    float share[7];", "    double weight[6], cost[36];",
        "    float z[35];", "    double dz[35];", "} options_golden[] = {"]
out += options_case("smoothed", 7, 5, 2.0, smoothing=.1)
out += options_case("smoothed, confident", 5, 5, 30.0, smoothing=.3)
out += options_case("weighted", 7, 5, 1.0, weighted=True)
out += options_case("weighted, one row", 1, 4, 1.0, weighted=True)
out += options_case("weighted, smoothed", 5, 3, 1.0, .2, weighted=True)
out += options_case("mixed", 5, 6, 1.0, mixed=True)
out += options_case("mixed, weighted, smoothed", 7, 5, 3.0, .1, True, True)
out += options_case("expected cost", 7, 5, 1.0, costly=True)
out += options_case("expected cost, one row", 1, 3, 1.0, costly=True)
out += options_case("expected cost, confident", 5, 5, 30.0, costly=True)
out += options_case("expected cost, mixed", 5, 4, 2.0, mixed=True, costly=True)
out += ["};"]

counts = np.array([163, 165, 159, 158, 167])  # the published test split
y = np.repeat(np.arange(5), counts)
out += ["static const size_t balanced_count[5] = {%s};"
        % ", ".join(map(str, counts)),
        "static const double balanced_weight[5] = {%s};"
        % doubles(compute_class_weight("balanced", classes=np.arange(5), y=y)),
        "/* clang-format on */"]
with open("tests/golden/loss_golden.inc", "w") as f:
    f.write("\n".join(out) + "\n")
