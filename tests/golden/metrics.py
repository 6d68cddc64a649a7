#!/usr/bin/python3
"""metrics.py - write metrics_golden.inc: scikit-learn's numbers for test_metrics

Run from the root of the repository: tests/golden/metrics.py
"""
import warnings

import numpy as np
import scipy
import sklearn
from scipy.stats import binomtest
from sklearn.metrics import (accuracy_score, confusion_matrix,
                             precision_recall_fscore_support)

warnings.filterwarnings("ignore")
rng = np.random.default_rng(7)
CASES = [
    ("paper's VGG16, contrastive", [[160, 2, 0, 0, 1], [6, 155, 3, 0, 1],
                                    [1, 2, 154, 0, 2], [1, 0, 1, 156, 0],
                                    [0, 0, 2, 0, 165]]),
    ("one class never predicted", [[3, 2, 0], [1, 4, 0], [2, 5, 0]]),
    ("one class absent", [[5, 0, 1], [0, 0, 0], [2, 1, 7]]),
    ("a class absent and never predicted", [[2, 0, 1], [0, 0, 0], [1, 0, 3]]),
    ("everything wrong", [[0, 4], [3, 0]]),
    ("everything right", [[9, 0], [0, 7]]),
    ("one cell", [[0, 1], [0, 0]]),
    ("random, 7 classes", rng.integers(0, 40, (7, 7)).tolist()),
]


def lists(cm):
    truth, said = [], []
    for i, row in enumerate(cm):
        for j, count in enumerate(row):
            truth += [i] * count
            said += [j] * count
    return truth, said


def number(x):
    return "%.17g" % x


def scores(p, r, f, s):
    return "{%s, %s, %s, %d, 0}" % (number(p), number(r), number(f), s)


def main():
    out = ["/* metrics_golden.inc - made by metrics.py; scikit-learn %s, "
           "scipy %s, numpy %s */" % (sklearn.__version__, scipy.__version__,
                                      np.__version__),
           "/* clang-format off */",
           "static const struct golden {",
           "    const char *name;",
           "    int k;",
           "    size_t n, correct;",
           "    double accuracy, low, high;",
           "    struct scores weighted, macro, of[8];",
           "    size_t confusion[8][8];",
           "} golden[] = {"]
    for name, cm in CASES:
        k = len(cm)
        truth, said = lists(cm)
        labels = list(range(k))
        assert confusion_matrix(truth, said, labels=labels).tolist() == cm
        per = precision_recall_fscore_support(truth, said, labels=labels)
        mean = {a: precision_recall_fscore_support(truth, said, labels=labels,
                                                   average=a)[:3]
                for a in ("weighted", "macro")}
        hit = sum(cm[i][i] for i in labels)
        ci = binomtest(hit, len(truth)).proportion_ci(method="wilson")
        out += ['    {"%s", %d, %d, %d,' % (name, k, len(truth), hit),
                "     %s, %s, %s," % (number(accuracy_score(truth, said)),
                                      number(ci.low), number(ci.high)),
                "     %s," % scores(*mean["weighted"], len(truth)),
                "     %s," % scores(*mean["macro"], len(truth)),
                "     {" + ",\n      ".join(scores(*c) for c in zip(*per))
                + "},",
                "     {" + ",\n      ".join(
                    "{" + ", ".join(map(str, r)) + "}" for r in cm) + "}},"]
    out += ["};", "/* clang-format on */"]
    with open("tests/golden/metrics_golden.inc", "w") as f:
        f.write("\n".join(out) + "\n")


main()
