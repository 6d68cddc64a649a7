#!/usr/bin/python3
"""average.py - write average_golden.inc: PyTorch's averaged model

torch.optim.swa_utils.AveragedModel over a small network's weights, then its
statistics as swa_utils.update_bn makes them, but that a batch counts by its
number of images (update_bn gives a short last batch the weight of a full one).
Where all batches are full both are held against each other here.  Run by
/usr/bin/python3 from the root of the repository.
"""
import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, update_bn

H, W, C, CLASSES, EPOCHS, BATCH = 5, 3, 2, 2, 3, 4
EPS = 1e-3  # Keras' default


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(C, 3, 3, padding=1)
        self.bn = torch.nn.BatchNorm2d(3, eps=EPS, momentum=.1)
        self.conv_1 = torch.nn.Conv2d(3, 5, 1)
        self.bn_1 = torch.nn.BatchNorm2d(5, eps=EPS, momentum=.1)
        self.dense = torch.nn.Linear(5, CLASSES)

    def forward(self, x):
        x = torch.relu(self.bn(self.conv(x)))
        x = torch.relu(self.bn_1(self.conv_1(x)))
        return self.dense(x.mean((2, 3)))


def bns(model):
    return [m for m in model.modules()
            if isinstance(m, torch.nn.BatchNorm2d)]


def remake(model, x):
    model.train()
    for at in range(0, len(x), BATCH):
        part = x[at:at + BATCH]
        for bn in bns(model):
            bn.momentum = len(part) / (at + len(part))
        with torch.no_grad():
            model(part)
    model.eval()


def flat(t):
    return t.detach().numpy().astype(np.float64).ravel()


def weights(net):
    """In the order, and in the layouts, of Papline's block of parameters."""
    def conv(m):
        return [flat(m.weight.permute(2, 3, 1, 0)), flat(m.bias)]

    def norm(m):
        return [flat(m.weight), flat(m.bias)]
    return np.concatenate(conv(net.conv) + norm(net.bn) + conv(net.conv_1) +
                          norm(net.bn_1) +
                          [flat(net.dense.weight.T), flat(net.dense.bias)])


def state(net):
    return np.concatenate([flat(t) for bn in bns(net)
                           for t in (bn.running_mean, bn.running_var)])


def number(v):
    text = "%.9g" % v
    return text + "f" if set(text) & set(".e") else text


def table(name, a):
    a = np.atleast_2d(a)
    rows = ["    {" + ", ".join(number(v) for v in r) + "}," for r in a]
    return "static const float %s[%d][%d] = {\n%s\n};" % (
        name, a.shape[0], a.shape[1], "\n".join(rows))


torch.manual_seed(18)
n = 11  # batches of 4, 4 and 3
x = 2 * torch.randn(n, C, H, W) + .5
net = Net()
averaged = AveragedModel(net)
epochs = []
for e in range(EPOCHS):
    with torch.no_grad():
        for p in net.parameters():
            p.add_(.3 * torch.randn_like(p))
    net.train()
    net(x[e:])  # statistics that belong to none of the averages
    epochs.append(weights(net))
    averaged.update_parameters(net)
remake(averaged, x[:8])
ours = state(averaged.module)
for bn in bns(averaged):
    bn.momentum = .1
update_bn([x[:4], x[4:8]], averaged)
assert np.allclose(ours, state(averaged.module), rtol=1e-5)
remake(averaged, x)
z = averaged(x)

out = ["/* average_golden.inc - made by average.py; numpy %s, torch %s */" %
       (np.__version__, torch.__version__), "/* clang-format off */",
       "enum { H = %d, W = %d, C = %d, CLASSES = %d, EPOCHS = %d, BATCH = %d, "
       "IMAGES = %d };" % (H, W, C, CLASSES, EPOCHS, BATCH, n),
       table("epoch_weights", np.array(epochs)),
       table("images", np.array([flat(i.permute(1, 2, 0)) for i in x])),
       table("mean_weights", weights(averaged.module)),
       table("mean_state", state(averaged.module)),
       table("mean_logits", z.detach().numpy()),
       "/* clang-format on */"]
with open("tests/golden/average_golden.inc", "w") as f:
    f.write("\n".join(out) + "\n")
