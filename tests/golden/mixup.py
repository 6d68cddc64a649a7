#!/usr/bin/python3
"""mixup.py - write mixup_golden.inc: the Beta distribution of mixup's shares

Quantiles and standard deviation by SciPy, and a moving average of weights as
keras/optimizers/optimizer.py, version 2.12, in NumPy float32, held against
PyTorch's lerp() in float64.  Run by /usr/bin/python3 from the root of the
repository.
"""
import numpy as np
import scipy
import torch
from scipy.stats import beta

rng = np.random.default_rng(23)
f32 = np.float32
out = ["/* mixup_golden.inc - made by mixup.py; scipy %s */"
       % scipy.__version__, "/* clang-format off */", "static const struct {",
       "    double alpha, sd, quantile[4]; /* of .25, .4, .45, .7 */",
       "} betas[] = {"]
for a in (.05, .2, 1, 4, 100):
    b = beta(a, a)
    out.append("    {%g, %.17g, {%s}}," % (a, b.std(), ", ".join(
        "%.17g" % q for q in b.ppf([.25, .4, .45, .7]))))
out += ["};", "/* clang-format on */"]
with open("tests/golden/mixup_golden.inc", "w") as f:
    f.write("\n".join(out) + "\n")


def hexa(x):
    return ", ".join("%sf" % float(v).hex() for v in np.asarray(x).ravel())


N, STEPS = 7, 6
w = (rng.standard_normal((STEPS + 1, N)) * 10.0 ** rng.integers(-6, 4, N))
w = w.astype(f32)
out = ["/* ema_golden.inc - made by mixup.py; numpy %s, torch %s */"
       % (np.__version__, torch.__version__), "/* clang-format off */",
       "enum { N = %d, STEPS = %d };" % (N, STEPS),
       "static const float weights[STEPS + 1][N] = {"]
out += ["    {%s}," % hexa(row) for row in w]
out += ["};", "static const struct {", "    double momentum;",
        "    float after[N];", "} averages[] = {"]
for m in (0, .5, .99, .9999):
    average, exact = w[0], torch.tensor(w[0].astype(np.float64))
    for row in w[1:]:
        average = f32(m) * average + f32(1 - m) * row
        exact = exact.lerp(torch.tensor(row.astype(np.float64)), 1 - m)
    scale = np.abs(w).max(0)
    assert (np.abs(average - exact.numpy()) < 1e-6 * scale).all()
    out.append("    {%.17g, {%s}}," % (m, hexa(average)))
out += ["};", "/* clang-format on */"]
with open("tests/golden/ema_golden.inc", "w") as f:
    f.write("\n".join(out) + "\n")
