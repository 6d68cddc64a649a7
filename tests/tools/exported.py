"""exported.py STORE DIR LOADER NAME... - exported models in Python

DIR/NAME.csv is what 'papline predict' (or outputs.c) says of pictures of a store.
DIR/NAME.onnx is given to ONNX's checker, DIR/NAME.safetensors to the lines of
LOADER, those of the model card, which build it in PyTorch; VGG16's, VGG19's and
DenseNet-169's tensors also to torchvision.  What is not installed is skipped.
"""
import csv
import json
import os
import sys

import numpy as np

TOLERANCE = 1e-4


def say(good, what):
    print("%sok - %s" % ("" if good else "not ", what), flush=True)


def installed(name):
    try:
        return __import__(name)
    except ImportError:
        print("ok - # skip no %s: Debian's python3-%s has it" % (name, name))
        return None


def read_case(store, path):
    with open(store + "/index.csv") as f:
        index = list(csv.DictReader(f))
    with open(path) as f:
        rows = list(csv.DictReader(f))
    at = [next(i for i, x in enumerate(index) if r["file"].endswith(x["file"])) for r in rows]
    images = np.load(store + "/images.npy")[at]
    size = [[float(index[i]["width"]), float(index[i]["height"])] for i in at]
    wanted = [[float(v) for k, v in r.items() if k.startswith("p_")] for r in rows]
    return images, size, np.array(wanted)


def metadata(path):
    with open(path, "rb") as f:
        n = int.from_bytes(f.read(8), "little")
        return json.loads(f.read(n))["__metadata__"]


def check_onnx(onnx, name, path):
    model = onnx.load(path + ".onnx")
    try:
        onnx.checker.check_model(model, full_check=True)
        what = "ONNX's checker finds nothing"
    except Exception as e:
        say(False, "%s: %s" % (name, str(e).split("\n")[0]))
        return
    ends = [v.name for v in list(model.graph.input) + list(model.graph.output)]
    say(ends[0] == "image" and len(ends) <= 3, "%s: %s" % (name, what))


def check_torch(torch, name, path, loader, case):
    """The loader reads torch.safetensors where it is run."""
    images, size, wanted = case
    spread = np.ptp(wanted, axis=0).max()
    if not spread > 100 * TOLERANCE:
        say(False, "%s tells pictures apart, or nothing is compared" % name)
    os.symlink(os.path.abspath(path + ".safetensors"), "torch.safetensors")
    scope = {}
    try:
        exec(compile(loader, "the model card", "exec"), scope)
        sized = any("size" in l["in"] for l in scope["layers"])
        with torch.inference_mode():
            got = scope["forward"](torch.from_numpy(images),
                                   torch.tensor(size) if sized else None).numpy()
    finally:
        os.unlink("torch.safetensors")
    most = np.abs(got - wanted).max()
    say(got.shape == wanted.shape and most <= TOLERANCE,
        "%s in PyTorch says what Papline says" % name)
    print("# %s in PyTorch: %d numbers, they differ by %.2g between pictures, at most by "
          "%.1e from Papline's" % (name, got.size, spread, most))
    return scope


def check_torchvision(torch, models, name, meta, scope, case):
    """The trunk's tensors in torchvision's own network, under its names."""
    network = meta["network"]
    if network not in ("vgg16", "vgg19", "densenet169"):
        return
    trunk = getattr(models, network)(weights=None).features.eval()
    mine = {k[len("features."):]: v for k, v in scope["state"].items()
            if k.startswith("features.")}
    lacks, more = trunk.load_state_dict(mine, strict=False)
    lacks = [k for k in lacks if not k.endswith("num_batches_tracked")]
    whole = "cut" not in meta
    say(not more and (not whole or not lacks),
        "%s: torchvision's %s has its tensors" % (name, network))
    if not whole:
        return
    seen, net = [], scope["net"]
    pool = next(l for l in scope["layers"] if l["name"].startswith("global_"))
    hook = net[pool["name"]].register_forward_pre_hook(lambda m, x: seen.append(x[0]))
    with torch.inference_mode():
        scope["forward"](torch.from_numpy(case[0]), torch.tensor(case[1]))
        hook.remove()
        x = torch.from_numpy(case[0]).permute(0, 3, 1, 2).float()
        y = trunk(net["input_scaling"](x))
        y = torch.relu(y) if network == "densenet169" else y
        gap = ((y - seen[0]).abs().max() / seen[0].abs().max()).item()
    say(y.shape == seen[0].shape and gap < 1e-4,
        "%s: torchvision's maps are the same" % name)


def main():
    store, folder, loader, names = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    onnx, torch = installed("onnx"), installed("torch")
    vision = torch and installed("torchvision")
    with open(loader) as f:
        loader = f.read()
    for name in names:
        path = os.path.abspath("%s/%s" % (folder, name))
        if onnx:
            check_onnx(onnx, name, path)
        if not torch:
            continue
        case = read_case(store, path + ".csv")
        scope = check_torch(torch, name, path, loader, case)
        if vision:
            check_torchvision(torch, vision.models, name, metadata(path + ".safetensors"),
                              scope, case)
    print("done")


main()
