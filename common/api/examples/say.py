"""say.py - what a model says of pictures: say.py MODEL PICTURE..."""
import sys

import papline

with papline.Model(sys.argv[1]) as model:
    for path, p in zip(sys.argv[2:], model.predict(sys.argv[2:])):
        print(path, model.classes[p.argmax()], p.max())
    maps = model.explain(sys.argv[2:], "gradcam")  # (n, height, width), 0 .. 1
    print("where it looked most:", [divmod(m.argmax(), model.width) for m in maps])
