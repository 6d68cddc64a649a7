#!/usr/bin/python3
"""schedule.py - write schedule_golden.inc: Keras' CosineDecay in NumPy

The steps of keras/optimizers/schedules/learning_rate_schedule.py (class
CosineDecay, with warmup_target), written again in NumPy float64 and held
against PyTorch's LinearLR and CosineAnnealingLR, one after the other.  Run by
/usr/bin/python3 from the root of the repository.
"""
import warnings

import numpy as np
import torch


class CosineDecay:
    def __init__(self, initial, decay_steps, alpha, target, warmup_steps):
        self.initial, self.decay_steps, self.alpha = initial, decay_steps, alpha
        self.target, self.warmup_steps = target, warmup_steps

    def __call__(self, step):
        step = min(step, self.decay_steps + self.warmup_steps)
        if step < self.warmup_steps:
            done = np.float64(step) / self.warmup_steps
            return (self.target - self.initial) * done + self.initial
        done = np.float64(step - self.warmup_steps) / self.decay_steps
        cosine = 0.5 * (1.0 + np.cos(np.pi * done))
        return self.target * ((1 - self.alpha) * cosine + self.alpha)


def by_torch(rate, start, least, warmup, decay, n):
    sgd = torch.optim.SGD([torch.zeros(1, requires_grad=True)], rate)
    part = torch.optim.lr_scheduler
    cosine = part.CosineAnnealingLR(sgd, decay, rate * least)
    if warmup:
        sgd.param_groups[0]["lr"] = rate
        linear = part.LinearLR(sgd, start / rate, 1.0, warmup)
        cosine = part.SequentialLR(sgd, [linear, cosine], [warmup])
    rates = []
    for _ in range(n):
        rates.append(sgd.param_groups[0]["lr"])
        sgd.step()
        cosine.step()
    return np.array(rates)


# name, rate, start, least, warmup, decay
CASES = [
    ("cosine", 1e-3, 0, 0, 0, 40),
    ("cosine to a floor", 1e-3, 0, .01, 0, 30),
    ("warm-up from 0", 1e-3, 0, 0, 10, 30),
    ("warm-up from a tenth, to a floor", .1, .01, .1, 7, 33),
    ("warm-up from above", .01, .02, 0, 5, 20),
    ("one step of each", .5, .1, .2, 1, 1),
]
STEPS = 48

warnings.simplefilter("ignore")
out = ["/* schedule_golden.inc - made by schedule.py; numpy %s, torch %s */" %
       (np.__version__, torch.__version__), "/* clang-format off */",
       "enum { COURSE = %d };" % STEPS,
       "static const struct course {", "    const char *name;",
       "    struct cosine_args a;", "    double rate[COURSE];", "} courses[] = {"]
for name, rate, start, least, warmup, decay in CASES:
    keras = CosineDecay(start, decay, least, rate, warmup)
    want = [keras(step) for step in range(STEPS)]
    if 0 < start < rate or warmup == 0:
        n = warmup + decay + 1
        torchs = by_torch(rate, start, least, warmup, decay, n)
        assert np.allclose(want[:n], torchs, rtol=1e-9, atol=1e-12), name
    out += ["    {\"%s\", {%.17g, %.17g, %.17g, %d, %d}," %
            (name, rate, start, least, warmup, decay),
            "     {%s}}," % ", ".join("%.12g" % r for r in want)]
out += ["};", "/* clang-format on */"]
with open("tests/golden/schedule_golden.inc", "w") as f:
    f.write("\n".join(out) + "\n")
