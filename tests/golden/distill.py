#!/usr/bin/python3
"""distill.py - write distill_golden.inc: cross-entropy with a teacher, by
PyTorch in float64, for test_loss_distill

Run from the root of the repository: tests/golden/distill.py
"""
import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(29)
# name, n, k, scale, weight, temperature, smoothing, weighted, mixed, sharp
CASES = [
    ("a teacher", 6, 5, 1.0, 0.5, 2.0, 0.0, False, False, False),
    ("one row", 1, 7, 3.0, 0.25, 4.0, 0.0, False, False, False),
    ("a cold teacher", 5, 3, 2.0, 0.7, 0.1, 0.0, False, False, False),
    ("a teacher alone", 4, 2, 2.0, 1.0, 100.0, 0.0, False, False, False),
    ("a teacher that is not heeded", 3, 4, 1.0, 0.0, 2.0, 0.0, False, False,
     False),
    ("a teacher without doubt", 4, 5, 3.0, 0.5, 3.0, 0.0, False, False, True),
    ("enormous", 4, 3, 1e4, 0.5, 2.0, 0.0, False, False, False),
    ("smoothed, weighed and mixed", 5, 5, 2.0, 0.4, 2.5, 0.1, True, True,
     False),
]


def floats(x):
    return ", ".join("%.8ef" % v for v in np.asarray(x).ravel())


out = ["/* distill_golden.inc - made by distill.py; torch %s, numpy %s */"
       % (torch.__version__, np.__version__), "/* clang-format off */",
       "static const struct distill_golden {", "    const char *name;",
       "    int n, k, n_global;", "    double weight, temperature, smoothing;",
       "    bool weighted, mixed;", "    double sum;",
       "    int label[6], other[6];", "    float share[6];",
       "    double class_weight[7];", "    float z[30], teacher[30], dz[30];",
       "} distill_golden[] = {"]
for name, n, k, scale, w, t, smoothing, weighted, mixed, sharp in CASES:
    z32 = (scale * rng.standard_normal((n, k))).astype(np.float32)
    y, other = rng.integers(0, k, (2, n))
    share = rng.uniform(0, 1, n).astype(np.float32)
    cw = rng.uniform(0, 3, k)
    q = torch.softmax(torch.tensor(2 * rng.standard_normal((n, k))), 1)
    if sharp:
        q = F.one_hot(torch.tensor(rng.integers(0, k, n)), k).double()
    q = q**(1 / t)
    q = (q / q.sum(1, keepdim=True)).float()
    z = torch.tensor(z32, dtype=torch.float64, requires_grad=True)

    def hard(label):
        label = torch.tensor(label)
        l = F.cross_entropy(z, label, reduction="none",
                            label_smoothing=smoothing)
        return l * torch.tensor(cw)[label] if weighted else l

    l = hard(y)
    if mixed:
        s = torch.tensor(share).double()
        l = s * l + (1 - s) * hard(other)
    kl = F.kl_div(F.log_softmax(z / t, 1), q.double(), reduction="none").sum(1)
    total = ((1 - w) * l + w * t * t * kl).sum()
    n_global = n + 2
    (total / n_global).backward()
    out += ["    {\"%s\", %d, %d, %d, %g, %g, %g, %d, %d, %.17g," %
            (name, n, k, n_global, w, t, smoothing, weighted, mixed,
             total.item()),
            "     {%s}, {%s}," % (", ".join(map(str, y)),
                                  ", ".join(map(str, other))),
            "     {%s}," % floats(share),
            "     {%s}," % ", ".join("%.17g" % v for v in cw),
            "     {%s}," % floats(z32), "     {%s}," % floats(q),
            "     {%s}}," % floats(z.grad)]
out += ["};", "/* clang-format on */"]
with open("tests/golden/distill_golden.inc", "w") as f:
    f.write("\n".join(out) + "\n")
