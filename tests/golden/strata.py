#!/usr/bin/python3
"""strata.py - write strata_golden.inc: NumPy's numbers for test_mistakes

Run from the root of the repository: tests/golden/strata.py
"""
import numpy as np

from stats import num, row, whole

N, GROUPS = 45, 8


def main():
    rng = np.random.default_rng(31)
    v = np.round(rng.gamma(4, 25, N))       # whole numbers: some are equal
    v[rng.integers(0, N, 6)] = np.median(v)
    v[[7, 30]] = np.nan
    right = (rng.random(N) < .8).astype(int)
    group = np.concatenate([np.arange(GROUPS), rng.integers(0, GROUPS,
                                                            N - GROUPS)])
    there = ~np.isnan(v)
    ends = np.percentile(v[there], [0, 25, 50, 75, 100])
    part = np.digitize(v[there], ends[1:4], right=True)
    share = np.array([right[group == g].mean() for g in range(GROUPS)])
    out = ["/* strata_golden.inc - made by strata.py; numpy %s */"
           % np.__version__,
           "/* clang-format off */",
           "static const double figure[] = %s;" % row(v),
           "static const int right[] = %s;" % whole(right),
           "static const uint32_t group_of[] = %s;" % whole(group),
           "static const double ends[] = %s;" % row(ends),
           "static const size_t cells_of[] = %s;"
           % whole(np.bincount(part, minlength=4)),
           "static const size_t right_of[] = %s;"
           % whole(np.bincount(part, weights=right[there], minlength=4)),
           "static const double group_share[] = %s;" % row(share),
           "static const double group_mean = %s, group_deviation = %s;"
           % (num(share.mean()), num(share.std(ddof=1))),
           "static const double group_quartile[] = %s;"
           % row(np.percentile(share, [0, 25, 50, 75, 100])),
           "/* clang-format on */"]
    with open("tests/golden/strata_golden.inc", "w") as f:
        f.write("\n".join(out) + "\n")


main()
