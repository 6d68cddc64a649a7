#!/usr/bin/python3
"""loss.py - write loss_golden.inc: PyTorch's cross-entropy for test_loss

Run from the root of the repository: tests/golden/loss.py
"""
import numpy as np
import torch
import torch.nn.functional as F

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


out = ["/* loss_golden.inc - made by loss.py; torch %s, numpy %s */"
       % (torch.__version__, np.__version__),
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
out += ["};", "/* clang-format on */"]
with open("tests/golden/loss_golden.inc", "w") as f:
    f.write("\n".join(out) + "\n")
