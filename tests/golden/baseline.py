#!/usr/bin/python3
"""baseline.py - what scikit-learn makes of the rows of test_preprocess_baseline.c

    python3 tests/golden/baseline.py > tests/golden/baseline_golden.inc
"""
import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

N, D, K = 600, 8, 3
state = 1


def draw():
    global state
    state = (state * 1664525 + 1013904223) % (1 << 32)
    return (state >> 24) / 256.0


x = np.zeros((N, D), np.float32)
y = np.arange(N) % K
split = np.arange(N) // K % 5  # 0..2 train, 3 validation, 4 test
for i in range(N):
    for j in range(D):
        x[i, j] = 10 * j + (y[i] * (j + 1) % K) * 0.5 + draw() + draw() + draw()


def scores(columns):
    a = x[:, columns].astype(float)
    train = split <= 2
    a = (a - a[train].mean(0)) / a[train].std(0)
    m = LogisticRegression(tol=1e-9, max_iter=10000).fit(a[train], y[train])
    return [(m.predict(a[split == s]) == y[split == s]).mean() for s in (3, 4)]


everything = scores(range(8))
print(f"/* by baseline.py: scikit-learn {sklearn.__version__}, "
      f"numpy {np.__version__} */")
print(f".validation = {everything[0]!r},\n.test = {everything[1]!r},")
print(f".colour_test = {scores(range(2, 8))[1]!r},")
print(f".size_test = {scores(range(2))[1]!r},")
