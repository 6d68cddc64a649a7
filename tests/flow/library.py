"""library.py MODEL DIR PICTURE... - papline.py beside what the programs wrote

DIR has predictions.csv of papline predict and features.npy of papline features
for these pictures, in this order.  Prints TAP.
"""
import csv
import sys
import threading

import numpy

import papline

n = failed = 0


def ok(what, good):
    global n, failed
    n += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", n, what))


def refused(what, code, text, call, *arguments):
    try:
        call(*arguments)
        ok(what, False)
    except papline.Error as e:
        ok(what, e.code == code and text in str(e))


model_path, where, *pictures = sys.argv[1:]
with open(where + "/predictions.csv", newline="") as f:
    rows = list(csv.DictReader(f))
model = papline.Model(model_path)
ok("the version is one", papline.version().count(".") == 2)
want = numpy.array([[row["p_" + c] for c in model.classes] for row in rows],
                   numpy.float32)
p = model.predict(pictures)
ok("Python's predictions are predict's, bit for bit",
   p.dtype == numpy.float32 and numpy.array_equal(p, want))
ok("  which differ from cell to cell", len(numpy.unique(p, axis=0)) == len(p) > 32)
ok("  the class as well", [model.classes[i] for i in p.argmax(axis=1)] ==
   [row["predicted"] for row in rows])

# A picture that is an array: of the model's size, and of another.
rgb, size = model._take(pictures[:2])
fitted = model.predict([rgb[0], rgb[1]])
ok("an array is predicted as its file", numpy.array_equal(
    fitted, model.predict(pictures[:2])))
wide = numpy.repeat(rgb[0], 2, axis=1)[:, ::-1]  # not contiguous
ok("an array of another size is fitted", numpy.array_equal(
    model.predict([wide]), model.predict([wide.copy()])))
refused("an array of floats is refused", papline.USAGE, "uint8",
        model.predict, [rgb[0].astype(float)])

features = model.features(pictures)
ok("features are papline features', bit for bit",
   numpy.array_equal(features, numpy.load(where + "/features.npy")))
maps = model.explain(pictures[:2], "gradcam")
ok("maps are of the pictures' size", maps.shape == (2, model.height, model.width))
noise = model.explain(pictures[:2], "smoothgrad")
ok("  from 0 to 1", noise.min() >= 0 and 0.9 < noise.max() <= 1)
ok("  of the predicted class by default", numpy.array_equal(
    maps, model.explain(pictures[:2], classes=p[:2].argmax(axis=1))))
refused("as many classes as pictures", papline.USAGE, "2 pictures",
        model.explain, pictures[:2], "gradcam", [0])
refused("a method that there is not", papline.USAGE, "gradcam",
        model.explain, pictures[:1], "gradcan")
refused("a picture that is missing", papline.INPUT, "lost.png",
        model.predict, ["lost.png"])
refused("a model that is missing", papline.INPUT, "lost.safetensors",
        papline.Model, "lost.safetensors")
refused("a single name", papline.USAGE, "list", model.predict, pictures[0])

same = []
threads = [threading.Thread(target=lambda: same.append(numpy.array_equal(
    model.predict(pictures), p))) for _ in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
ok("three threads get the same bits", same == [True] * 3)
model.close()
refused("a closed model is refused", papline.USAGE, "closed", model.predict,
        pictures)
print("1..%d" % n)
sys.exit(failed != 0)
