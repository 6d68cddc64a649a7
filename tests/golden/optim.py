#!/usr/bin/python3
"""optim.py - write optim_golden.inc and optim_more.inc: Keras in NumPy

The arithmetic of keras/optimizers/{adam,adamw,sgd}.py and the decisions of
keras/callbacks.py (ReduceLROnPlateau, EarlyStopping), version 2.12, written
again in NumPy float32; at a constant rate they are held against PyTorch's
optimisers.  Run by /usr/bin/python3 from the root of the repository.
"""
import numpy as np
import torch

rng = np.random.default_rng(13)
f32 = np.float32


def adam(w, grads, rates, b1=0.9, b2=0.999, eps=1e-7):
    w, m, v = w.copy(), np.zeros_like(w), np.zeros_like(w)
    after = []
    for i, (g, lr) in enumerate(zip(grads, rates)):
        t = f32(i + 1)
        b1_power, b2_power = np.power(f32(b1), t), np.power(f32(b2), t)
        alpha = f32(lr) * np.sqrt(f32(1) - b2_power) / (f32(1) - b1_power)
        m = m + (g - m) * f32(1 - b1)
        v = v + (np.square(g) - v) * f32(1 - b2)
        w = w - (m * alpha) / (np.sqrt(v) + f32(eps))
        after.append(w)
    return after, m, v


def adamw(w, grads, rates, decay=0.004, eps=1e-7):
    """Keras' apply_weight_decay(), then Adam's update."""
    m, v, after = np.zeros_like(w), np.zeros_like(w), []
    for i, (g, lr) in enumerate(zip(grads, rates)):
        w = w - w * f32(decay) * f32(lr)
        t = f32(i + 1)
        alpha = f32(lr) * np.sqrt(f32(1) - np.power(f32(.999), t)) / (
            f32(1) - np.power(f32(.9), t))
        m = m + (g - m) * f32(1 - .9)
        v = v + (np.square(g) - v) * f32(1 - .999)
        w = w - (m * alpha) / (np.sqrt(v) + f32(eps))
        after.append(w)
    return after


def sgd(w, grads, rates, momentum, nesterov=False):
    m, after = np.zeros_like(w), []
    for g, lr in zip(grads, rates):
        m = -g * f32(lr) + m * f32(momentum)
        w = w + (-g * f32(lr) + m * f32(momentum) if nesterov else m)
        after.append(w)
    return after


def by_torch(make, w, grads):
    """The weights after each step of a PyTorch optimiser, in float64."""
    p = torch.tensor(w.astype(np.float64), requires_grad=True)
    optim, after = make([p]), []
    for g in grads:
        p.grad = torch.tensor(g.astype(np.float64))
        optim.step()
        after.append(p.detach().numpy().copy())
    return np.array(after)


def agree(ours, torchs):
    scale = np.abs(torchs).max()
    assert np.abs(np.array(ours) - torchs).max() < 2e-6 * scale


class Plateau:
    def __init__(self, factor, patience, min_lr, min_delta=1e-4):
        self.factor, self.patience, self.min_lr = factor, patience, min_lr
        self.min_delta, self.best, self.wait = min_delta, np.inf, 0

    def epoch_end(self, current, lr):
        if np.less(current, self.best - self.min_delta):
            self.best, self.wait = current, 0
            return lr
        self.wait += 1
        if self.wait >= self.patience and lr > f32(self.min_lr):
            self.wait = 0
            return f32(max(float(lr) * self.factor, self.min_lr))
        return lr


def early_stop(values, patience):
    best, wait = np.inf, 0
    for epoch, current in enumerate(values):
        wait += 1
        if np.less(current, best):
            best, wait = current, 0
        elif wait >= patience and epoch > 0:
            return epoch
    return -1


def hexa(x):
    mantissa, exponent = float(f32(x)).hex().split("p")
    return "%sp%sf" % (mantissa.rstrip("0").rstrip("."), exponent)


def numbers(x):
    return ", ".join("%.17g" % v if np.isfinite(v) else "NAN"
                     for v in np.asarray(x).ravel())


N, STEPS, EPOCHS = 12, 5, 16
w = rng.standard_normal(N).astype(f32)
grads = (rng.standard_normal((STEPS, N)) *
         10.0 ** rng.integers(-9, 4, N)).astype(f32)
grads[:, 0] = 0
rates = np.array([1e-3, 1e-3, 2e-4, 2e-4, 1e-5], f32)
after, m, v = adam(w, grads, rates)

out = ["/* optim_golden.inc - made by optim.py; numpy %s */" % np.__version__,
       "/* clang-format off */",
       "enum { N = %d, STEPS = %d, EPOCHS = %d };" % (N, STEPS, EPOCHS)]
for name, x in (("w0[N]", w), ("rate[STEPS]", rates),
                ("grad[STEPS][N]", grads), ("after[STEPS][N]", np.array(after)),
                ("m_end[N]", m), ("v_end[N]", v)):
    rows = np.atleast_2d(x)
    body = ",\n    ".join(("{%s}" if "][" in name else "%s") %
                         ", ".join(hexa(e) for e in row)
                         for row in rows)
    out += ["static const float %s = {" % name, "    " + body, "};"]

SEQUENCES = [
    ("falling", np.linspace(2, .5, EPOCHS), .2, 2, 1e-5, 3),
    ("flat from the start", np.full(EPOCHS, 1.5), .2, 2, 1e-5, 3),
    ("by less than min_delta", 1 - 5e-5 * np.arange(EPOCHS), .5, 3, 1e-6, 2),
    ("noise", rng.uniform(.5, 1, EPOCHS), .2, 2, 1e-5, 4),
    ("noise, patience 1", rng.uniform(.5, 1, EPOCHS), .7, 1, 2e-4, 1),
    ("falling noise", np.linspace(2, 1, EPOCHS) +
     rng.uniform(-.2, .2, EPOCHS), .3, 1, 1e-5, 2),
    ("not a number", np.array([1, .9] + [np.nan] * (EPOCHS - 2)), .2, 2, 0, 5),
    ("first not a number", np.array([np.nan] * 2 + [.5] * (EPOCHS - 2)), .5, 2,
     0, 1),
]
out += ["static const struct sequence {", "    const char *name;",
        "    double factor, min_rate;",
        "    int plateau_patience, stop_patience, stop_epoch;",
        "    double value[EPOCHS];", "    float rate_after[EPOCHS];",
        "} sequences[] = {"]
for name, values, factor, patience, min_lr, stop_patience in SEQUENCES:
    plateau, lr, after = Plateau(factor, patience, min_lr), f32(1e-3), []
    for value in values:
        lr = plateau.epoch_end(value, lr)
        after.append(lr)
    out += ["    {\"%s\", %.17g, %.17g, %d, %d, %d," %
            (name, factor, min_lr, patience, stop_patience,
             early_stop(values, stop_patience)),
            "     {%s}," % numbers(values),
            "     {%s}}," % ", ".join(hexa(e) for e in after)]
out += ["};", "/* clang-format on */"]
with open("tests/golden/optim_golden.inc", "w") as f:
    f.write("\n".join(out) + "\n")

# --- SGD and AdamW: ten steps, rates that change -------------------------------

MORE = 10
w = rng.standard_normal(N).astype(f32)
grads = rng.standard_normal((MORE, N)).astype(f32)
grads[:, 0] = 0
flat = np.full(MORE, 1e-2, f32)
agree(sgd(w, grads, flat, .9),
      by_torch(lambda p: torch.optim.SGD(p, 1e-2, .9), w, grads))
agree(sgd(w, grads, flat, .9, True),
      by_torch(lambda p: torch.optim.SGD(p, 1e-2, .9, nesterov=True), w, grads))
full = np.where(grads == 0, f32(1e-3), grads)
agree(adamw(w, full, flat, .3, 0),
      by_torch(lambda p: torch.optim.AdamW(p, 1e-2, eps=0, weight_decay=.3), w,
               full))
rates = (1e-2 * .7 ** np.arange(MORE)).astype(f32)
RUNS = [
    ("adamw", "adamw", 0, .004, adamw(w, grads, rates, .004)),
    ("adamw, much decay", "adamw", 0, .5, adamw(w, grads, rates, .5)),
    ("adamw without decay", "adamw", 0, 0,
     adam(w, grads, rates)[0]),
    ("sgd", "sgd", .9, 0, sgd(w, grads, rates, .9)),
    ("sgd without momentum", "sgd", 0, 0, sgd(w, grads, rates, 0)),
    ("nesterov", "nesterov", .9, 0, sgd(w, grads, rates, .9, True)),
    ("nesterov without momentum", "nesterov", 0, 0, sgd(w, grads, rates, 0)),
]
out = ["/* optim_more.inc - made by optim.py; numpy %s, torch %s */" %
       (np.__version__, torch.__version__), "/* clang-format off */",
       "enum { MORE = %d };" % MORE]
for name, x in (("more_w0[N]", w), ("more_rate[MORE]", rates),
                ("more_grad[MORE][N]", grads)):
    body = ",\n    ".join(("{%s}" if "][" in name else "%s") %
                         ", ".join(hexa(e) for e in row)
                         for row in np.atleast_2d(x))
    out += ["static const float %s = {" % name, "    " + body, "};"]
out += ["static const struct run {", "    const char *name, *optim;",
        "    float momentum, weight_decay;", "    float after[MORE][N];",
        "} runs[] = {"]
for name, optim, momentum, decay, after in RUNS:
    out += ["    {\"%s\", \"%s\", %s, %s," %
            (name, optim, hexa(momentum), hexa(decay)),
            "     {" + ",\n      ".join("{%s}" % ", ".join(hexa(e) for e in row)
                                      for row in after) + "}},"]
out += ["};", "/* clang-format on */"]
with open("tests/golden/optim_more.inc", "w") as f:
    f.write("\n".join(out) + "\n")
