#!/usr/bin/python3
"""compare.py - write compare_golden.inc: other people's numbers for test_compare

McNemar and Holm by statsmodels, percentiles by NumPy, resamples by the Philox
of stats.py.  Run from the root of the repository: tests/golden/compare.py
"""
import numpy as np
import statsmodels
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from stats import below, row, whole

N, RESAMPLES, SEED, PURPOSE = 60, 400, 5, 9
PAIRS = [(0, 1), (0, 2), (1, 2)]


def main():
    rng = np.random.default_rng(23)
    group = np.unique(np.sort(rng.integers(0, 9, N)), return_inverse=True)[1]
    right = (rng.random((3, N)) < [[.9], [.7], [.6]]).astype(int)
    k = group.max() + 1
    w = [np.bincount(below(SEED, PURPOSE, r, k, k), minlength=k)[group]
         for r in range(RESAMPLES)]
    acc = np.array([[np.average(r, weights=v) for r in right] for v in w])
    ends = np.percentile(acc, [2.5, 97.5], axis=0).T
    out = ["/* compare_golden.inc - made by compare.py; statsmodels %s, numpy "
           "%s */" % (statsmodels.__version__, np.__version__),
           "/* clang-format off */",
           "static const int group_of[] = %s;" % whole(group),
           "static const int right[3][%d] = {%s};"
           % (N, ",\n    ".join(whole(r) for r in right)),
           "static const double accuracy_ends[3][2] = {%s};"
           % ", ".join(row(e) for e in ends),
           "/* difference, low, high, p, p by Holm; low and high as of two "
           "runs */",
           "static const double pairs[3][7] = {"]
    p = [mcnemar([[np.sum((right[a] == i) & (right[b] == j)) for j in (1, 0)]
                  for i in (1, 0)], exact=True).pvalue for a, b in PAIRS]
    holm = multipletests(p, method="holm")[1]
    for (a, b), one, adjusted in zip(PAIRS, p, holm):
        x, y = right[a].mean(), right[b].mean()
        low = x - y - np.sqrt((x - ends[a, 0])**2 + (ends[b, 1] - y)**2)
        high = x - y + np.sqrt((ends[a, 1] - x)**2 + (y - ends[b, 0])**2)
        out.append("    %s," % row(
            [x - y, *np.percentile(acc[:, a] - acc[:, b], [2.5, 97.5]), one,
             adjusted, low, high]))
    out += ["};", "/* clang-format on */"]
    with open("tests/golden/compare_golden.inc", "w") as f:
        f.write("\n".join(out) + "\n")


main()
