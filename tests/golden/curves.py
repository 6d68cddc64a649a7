#!/usr/bin/python3
"""curves.py - write curves_golden.inc: scikit-learn's ROC and precision-recall
curves for test_curves

Run from the root of the repository: tests/golden/curves.py
"""
import numpy as np
import sklearn
from sklearn.metrics import precision_recall_curve, roc_curve

rng = np.random.default_rng(5)


def cases():
    y = rng.integers(0, 2, 40)
    yield "scores that all differ", y, rng.random(40) + 0.3 * y
    y = rng.integers(0, 2, 50)
    yield "many equal scores", y, np.round(rng.random(50) + 0.4 * y, 1)
    yield "all scores equal", np.array([0, 1, 1, 0, 1]), np.full(5, 0.5)
    yield "all right", np.array([0, 0, 1, 1]), np.array([.1, .2, .8, .9])
    yield "all wrong", np.array([1, 1, 0, 0]), np.array([.1, .2, .8, .9])
    yield "one positive", np.array([0, 0, 1, 0]), np.array([.4, .6, .5, .1])


def row(v):
    return "{" + ", ".join("%.15g" % float(x) for x in v) + "}"


def case(name, y, score):
    fpr, tpr, _ = roc_curve(y, score, drop_intermediate=False)
    precision, recall, _ = precision_recall_curve(y, score)
    # by falling score, without the point of no cell
    precision, recall = precision[:-1][::-1], recall[:-1][::-1]
    assert np.allclose(recall, tpr[1:])
    return ['    {"%s", %d, %d,' % (name, len(y), len(recall)),
            "     %s," % row(score), "     %s," % row(y),
            "     %s," % row(fpr[1:]), "     %s," % row(tpr[1:]),
            "     %s}," % row(precision)]


def main():
    out = ["/* curves_golden.inc - made by curves.py; scikit-learn %s, "
           "numpy %s */" % (sklearn.__version__, np.__version__),
           "/* clang-format off */",
           "static const struct golden {",
           "    const char *name;",
           "    size_t n, n_point;",
           "    double score[50];",
           "    uint8_t positive[50];",
           "    double fpr[50], tpr[50], precision[50];",
           "} golden[] = {"]
    for name, y, score in cases():
        out += case(name, y, score)
    out += ["};", ""]
    with open("tests/golden/curves_golden.inc", "w") as f:
        f.write("\n".join(out))


main()
