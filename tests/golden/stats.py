#!/usr/bin/python3
"""stats.py - write stats_golden.inc and ensemble_golden.inc: other people's
numbers for test_stats and test_ensemble_vote

Areas, log-likelihood and Brier by scikit-learn, tests by statsmodels and SciPy,
temperature by SciPy's bounded minimiser, distances of the fuzzy ensemble by
SciPy, quantiles by NumPy, and the resamples by Philox4x32-10 written anew.
Run from the root of the repository: tests/golden/stats.py
"""
import warnings

import numpy as np
import scipy
import sklearn
import statsmodels
from scipy.optimize import minimize_scalar
from scipy.spatial import distance
from scipy.special import log_softmax
from sklearn.metrics import (average_precision_score, balanced_accuracy_score,
                             brier_score_loss, cohen_kappa_score, log_loss,
                             matthews_corrcoef, roc_auc_score, roc_curve)
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

warnings.filterwarnings("ignore")
rng = np.random.default_rng(11)
BINS = 15


def make(n, k, sharp, digits, skill):
    y = rng.integers(0, k, n)
    z = rng.normal(size=(n, k)) * sharp
    z[np.arange(n), y] += skill
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    p = np.round(p, digits)
    p[:, -1] = np.round(1 - p[:, :-1].sum(1), digits)
    return y, np.abs(p)


def cases():
    y, p = make(60, 5, 1.5, 2, 1.5)
    yield "five classes, with ties", y, p, None
    yield "the same, weighted", y, p, rng.integers(0, 4, 60)
    y, p = make(40, 2, 1.0, 6, 1.0)
    yield "two classes", y, p, None
    y, p = make(30, 4, 3.0, 6, 2.0)
    y[y == 2] = 1
    yield "a class without cells", y, p, None
    y, p = make(20, 3, 0.2, 4, 6.0)
    yield "all right", y, p, None
    y = np.array([0, 1, 1, 2, 2, 2])
    yield "all predictions equal", y, np.tile([0.5, 0.3, 0.2], (6, 1)), None
    yield "one class alone", np.zeros(5, int), make(5, 3, 1, 3, 0)[1], None
    y = np.array([0, 1, 2, 0])
    yield "certain, once wrong", y, np.eye(3)[[0, 1, 1, 0]], None


def num(x):
    x = float(x)
    return "NAN" if np.isnan(x) else "INFINITY" if np.isinf(x) else "%.15g" % x


def row(v):
    return "{" + ", ".join(num(x) for x in np.ravel(v)) + "}"


def whole(v):
    return "{" + ", ".join(str(int(x)) for x in np.ravel(v)) + "}"


def nan_mean(v):
    v = [x for x in v if not np.isnan(x)]
    return np.mean(v) if v else np.nan


def ece(y, p, w):
    """Bins (i/15, (i+1)/15] of the largest probability."""
    c, hit = p.max(1), p.argmax(1) == y
    b = np.digitize(c, np.linspace(0, 1, BINS + 1)[1:-1], right=True)
    gaps, share = [], []
    for i in range(BINS):
        m = (b == i) & (w > 0)
        if m.any():
            gaps.append(abs(np.average(hit[m], weights=w[m])
                            - np.average(c[m], weights=w[m])))
            share.append(w[m].sum() / w.sum())
    return np.dot(gaps, share), max(gaps)


def temperature(y, p, w):
    z = np.log(np.maximum(p, np.finfo(np.float32).tiny))

    def loss(beta):
        return -np.average(log_softmax(z * beta, axis=1)[np.arange(len(y)), y],
                           weights=w)
    best = minimize_scalar(loss, bounds=(1 / 20, 1 / .05), method="bounded",
                           options={"xatol": 1e-12, "maxiter": 1000})
    return 1 / best.x, loss(best.x)


def case(name, y, p, w):
    n, k = p.shape
    u = np.ones(n, int) if w is None else w
    roc, pr = [], []
    for c in range(k):
        t = y == c
        both = t[u > 0].any() and (~t[u > 0]).any()
        roc.append(roc_auc_score(t, p[:, c], sample_weight=u) if both
                   else np.nan)
        pr.append(average_precision_score(t, p[:, c], sample_weight=u)
                  if t[u > 0].any() else np.nan)
    if not np.isnan(roc).any() and k > 2:
        assert np.isclose(np.mean(roc), roc_auc_score(
            y, p, multi_class="ovr",
            sample_weight=u))
    nll = -np.average(np.log(np.maximum(p[np.arange(n), y],
                                        np.finfo(float).eps)), weights=u)
    if p.max() < 1:
        full = log_loss(y, p, labels=range(k), sample_weight=u)
        assert abs(full - nll) < 1e-9 or abs(p.sum(1) - 1).max() > 1e-9
    bri = sum(brier_score_loss(y == c, p[:, c], sample_weight=u, pos_label=True)
              for c in range(k))
    said = p.argmax(1)
    e, m = ece(y, p, u)
    t, after = temperature(y, p, u)
    kappa = cohen_kappa_score(y, said, sample_weight=u)
    return ['    {"%s", %d, %d, %d,' % (name, n, k, w is not None),
            "     %s," % whole(y), "     %s," % row(p), "     %s," % whole(u),
            "     %s," % row(roc), "     %s," % row(pr),
            "     %s, %s," % (num(nan_mean(roc)), num(nan_mean(pr))),
            "     %s, %s, %s, %s," % (num(nll), num(bri), num(e), num(m)),
            "     %s, %s," % (num(t), num(after)),
            "     %s, %s, %s}," % (
                num(balanced_accuracy_score(y, said, sample_weight=u)),
                num(kappa), num(matthews_corrcoef(y, said, sample_weight=u)))]


def tests(out):
    pairs = [(0, 0), (1, 0), (5, 5), (3, 12), (22, 9), (60, 100), (0, 812),
             (400, 412), (1000, 1100)]
    out.append("static const struct { size_t b, c; double p; } "
               "mcnemar_golden[] = {")
    for b, c in pairs:
        r = mcnemar([[10, b], [c, 10]], exact=True)
        out.append("    {%d, %d, %s}," % (b, c, num(r.pvalue)))
    out.append("};")
    p = np.array([0.01, 0.04, 0.03, 0.005, 0.04, 0.9, 0.2, 1.0, 1e-9])
    out += ["static const double holm_p[] = %s;" % row(p),
            "static const double holm_adjusted[] = %s;"
            % row(multipletests(p, method="holm")[1])]


def binary(out):
    y, p = make(80, 4, 1.5, 2, 1.5)
    abnormal = np.array([0, 1, 0, 1], bool)
    score = p[:, abnormal].sum(1)
    t = abnormal[y]
    fpr, tpr, at = roc_curve(t, score, drop_intermediate=False)
    want = [0.5, 0.8, 0.9, 0.95, 1.0]
    rows = []
    for w in want:
        i = np.argmax(tpr >= w - 1e-12)
        rows.append([w, at[i], tpr[i], 1 - fpr[i]])
    out += ["static const int side_label[] = %s;" % whole(y),
            "static const double side_p[] = %s;" % row(p),
            "static const double side_golden[][4] = {"]
    out += ["    %s," % row(r) for r in rows]
    cost = np.array([[0, 1, 2, 1], [9, 0, 9, 2], [1, 1, 0, 1], [7, 2, 9, 0.5]])
    rule = (p @ cost).argmin(1)
    out += ["};", "static const double cost_matrix[] = %s;" % row(cost),
            "static const int cost_rule[] = %s;" % whole(rule),
            "static const double cost_means[] = %s;" % row(
                [cost[y, p.argmax(1)].mean(), cost[y, rule].mean()])]


def sets(out):
    y, p = make(90, 4, 1.0, 3, 1.5)
    y[:6] = 3
    y[6:][y[6:] == 3] = 2           # six cells of class 3: too few for 95 %
    y2, p2 = make(50, 4, 1.0, 3, 1.5)
    out += ["static const int set_label[] = %s;" % whole(y),
            "static const double set_p[] = %s;" % row(p),
            "static const int new_label[] = %s;" % whole(y2),
            "static const double new_p[] = %s;" % row(p2),
            "static const struct {",
            "    double coverage, q[4];",
            "    size_t covered, empty, one, more, one_right;",
            "} set_golden[] = {"]
    for cover in (0.8, 0.9, 0.95):
        q = []
        for c in range(4):
            s = 1 - p[y == c, c]
            level = np.ceil((len(s) + 1) * cover - 1e-9) / len(s)
            q.append(np.quantile(s, level, method="inverted_cdf")
                     if level <= 1 else np.inf)
        member = 1 - p2 <= np.array(q)
        size, hit = member.sum(1), member[np.arange(50), y2]
        out.append("    {%s, %s, %d, %d, %d, %d, %d}," % (
            num(cover), row(q), hit.sum(), (size == 0).sum(),
            (size == 1).sum(), (size > 1).sum(), (hit & (size == 1)).sum()))
    out.append("};")


def ensembles(out):
    y = rng.integers(0, 4, 40)
    p = []
    for _ in range(3):
        z = rng.normal(size=(40, 4)) * 3
        z[np.arange(40), y] += 1
        p.append(np.exp(z) / np.exp(z).sum(1, keepdims=True))
    p = np.array(p)
    p[:, 39] = [[.2, .3, .4, .1], [.21, .28, .41, .1], [.19, .3, .41, .1]]
    d = (p - 1) ** 2 / 2
    rank = ((1 - np.exp(-d)) * (1 - np.tanh(d))).sum(0)
    dist = np.array([[distance.cosine(np.ones(3), p[:, i, c])
                      * distance.euclidean(np.ones(3), p[:, i, c])
                      * distance.cityblock(np.ones(3), p[:, i, c])
                      for c in range(4)] for i in range(40)]).argmin(1)
    best = p.argmax(2)
    agree = (best[0] == best[1]) & (best[1] == best[2])
    weight = [0.5, 0.2, 0.3]
    out += ["static const double member_p[3][160] = {%s};"
            % ",\n    ".join(row(m) for m in p),
            "static const double member_weight[] = %s;" % row(weight),
            "static const int fuzzy_rank[] = %s;"
            % whole((rank * (1 - p.mean(0))).argmin(1)),
            "static const int fuzzy_rank_code[] = %s;"
            % whole(rank.argmin(1)),
            "static const int fuzzy_distance[] = %s;" % whole(dist),
            "static const int fuzzy_distance_code[] = %s;"
            % whole(np.where(agree, best[0], dist)),
            "static const double voted[] = %s;" % row(p.mean(0)),
            "static const double voted_weighted[] = %s;"
            % row(np.average(p, axis=0, weights=weight))]


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & 0xffffffff,
             (a >> 32) ^ c[3] ^ k[1], a & 0xffffffff]
        k = [(k[0] + 0x9E3779B9) & 0xffffffff, (k[1] + 0xBB67AE85) & 0xffffffff]
    return c


def below(seed, purpose, a, n, count):
    """The first 'count' draws in 0 .. n-1 of stream (seed, purpose, a, 0)."""
    out, block, left = [], 0, []
    while len(out) < count:
        if not left:
            left = philox([block, purpose, a, 0], [seed & 0xffffffff,
                                                   seed >> 32])
            block += 1
        v = left.pop(0) * n
        if (v & 0xffffffff) >= 2 ** 32 % n:
            out.append(v >> 32)
    return out


def bootstrap(out):
    group = np.array([0, 0, 0, 1, 1, 2, 3, 3, 3, 3, 4, 5, 5, 6, 6])
    value = np.array([1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1.])
    means = []
    for r in range(500):
        w = np.bincount(below(5, 9, r, 7, 7), minlength=7)[group]
        means.append(np.average(value, weights=w) if w.sum() else np.nan)
        if r == 3:
            third = w
    low, high = np.percentile(means, [2.5, 97.5])
    out += ["static const uint32_t boot_group[] = %s;" % whole(group),
            "static const double boot_value[] = %s;" % row(value),
            "static const uint32_t boot_third[] = %s;" % whole(third),
            "static const double boot_interval[] = %s;" % row([low, high])]


def head(name):
    return ["/* %s - made by stats.py; scikit-learn %s, scipy %s, "
            "statsmodels %s, numpy %s */"
            % (name, sklearn.__version__, scipy.__version__,
               statsmodels.__version__, np.__version__),
            "/* clang-format off */"]


def write(name, out):
    with open("tests/golden/" + name, "w") as f:
        f.write("\n".join(out + ["/* clang-format on */"]) + "\n")


def main():
    out = head("stats_golden.inc")
    out += ["static const struct golden {",
            "    const char *name;", "    size_t n;", "    int k, weighted;",
            "    int label[60];", "    double p[300];", "    uint32_t w[60];",
            "    double roc[5], pr[5], macro_roc, macro_pr;",
            "    double nll, brier, ece, mce, temperature, nll_after;",
            "    double balanced_accuracy, kappa, mcc;",
            "} golden[] = {"]
    for c in cases():
        out += case(*c)
    out.append("};")
    tests(out)
    binary(out)
    sets(out)
    fused = head("ensemble_golden.inc")
    ensembles(fused)
    bootstrap(out)
    write("stats_golden.inc", out)
    write("ensemble_golden.inc", fused)


if __name__ == "__main__":
    main()
