#!/usr/bin/env python3
"""Golden sizes of folds, from scikit-learn's StratifiedGroupKFold.

Writes tests/golden/folds_golden.inc.  The cells are those of
tests/unit/test_folds.c: clusters of 1 to 8 cells, each of one class.  Which
group is in which fold hangs on the order of equal ones; how many cells of a
class are in the largest fold, the second largest, ... does not.  (Its
shuffle=True is not used: version 1.2 then forgets which group is which.)
"""
import os
import platform

import numpy as np
import sklearn
from sklearn.model_selection import StratifiedGroupKFold

CELLS = [813, 825, 793, 787, 831]


def cells():
    label, group = [], []
    for c, n in enumerate(CELLS):
        cluster, left = 1, 1
        for _ in range(n):
            label.append(c)
            group.append(1000 * c + cluster)
            left -= 1
            if left == 0:
                cluster += 1
                left = cluster % 8 + 1
    return np.array(label), np.array(group)


def sizes(k):
    label, group = cells()
    rows = np.zeros((len(CELLS), k), int)
    split = StratifiedGroupKFold(k)
    for f, (_, test) in enumerate(split.split(label, label, group)):
        rows[:, f] = np.bincount(label[test], minlength=len(CELLS))
    return -np.sort(-rows, axis=1)


def main():
    path = os.path.join(os.path.dirname(__file__), "folds_golden.inc")
    with open(path, "w") as f:
        f.write("/* Made by tests/golden/folds.py: Python %s, scikit-learn "
                "%s. */\n" % (platform.python_version(), sklearn.__version__))
        for k in (3, 5, 10):
            f.write("static const int folds_of_%d[CLASSES][%d] = {\n" % (k, k))
            for row in sizes(k):
                f.write("    {%s},\n" % ", ".join(map(str, row)))
            f.write("};\n")


main()
