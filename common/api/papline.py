"""
papline - trained networks of Papline, by libpapline and NumPy

    import papline

    model = papline.Model("bundle")          # or model.safetensors
    model.predict(["a.png", "b.png"])        # (2, classes) float32
    model.explain(["a.png"], "gradcam")      # (1, height, width) float32, 0 .. 1
    model.features(["a.png"])                # (1, features) float32

A picture is a file's name or an array (height, width, 3) of uint8, red first,
of any size.  Faults of files and arguments are raised as papline.Error.

papline.h says how threads share a model; other threads of Python run while one
computes.  A child that os.fork() or multiprocessing's "fork" makes must not
compute after its parent has: start such processes by "spawn".

The library is $PAPLINE_LIBRARY, or the one that was installed beside this file,
or the one that the system's loader finds.
"""
import ctypes
import os
import warnings

import numpy

__all__ = ["Error", "Model", "USAGE", "INPUT", "SYSTEM", "version"]

USAGE, INPUT, SYSTEM = 1, 2, 4  # an argument, a file, the system


class Error(Exception):
    """What went wrong; code is USAGE, INPUT or SYSTEM."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class _Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("text", ctypes.c_char * 512)]


class _Pictures(ctypes.Structure):
    _fields_ = [
        ("rgb", ctypes.c_void_p),
        ("size", ctypes.c_void_p),
        ("n", ctypes.c_size_t),
    ]


def _open_library():
    here = os.path.dirname(os.path.realpath(__file__))
    beside = os.path.join(here, "..", "..", "lib", "libpapline.so.0")
    path = os.environ.get("PAPLINE_LIBRARY")
    if not path:
        path = beside if os.path.exists(beside) else "libpapline.so.0"
    return ctypes.CDLL(path)


def _declare(library):
    """Types of papline.h: p a pointer, i an int, s a text."""
    kinds = {"p": ctypes.c_void_p, "i": ctypes.c_int, "s": ctypes.c_char_p}
    for name, result, arguments in (
        ("version", "s", ""),
        ("load", "p", "sip"),
        ("free", None, "p"),
        ("n_class", "i", "p"),
        ("class", "s", "pi"),
        ("width", "i", "p"),
        ("height", "i", "p"),
        ("takes_size", "i", "p"),
        ("read", "i", "psppp"),
        ("fit", "i", "ppiipp"),
        ("predict", "i", "pppp"),
        ("explain", "i", "ppsppp"),
        ("n_feature", "i", "pp"),
        ("features", "i", "pppp"),
    ):
        function = getattr(library, "papline_" + name)
        function.restype = kinds.get(result)
        function.argtypes = [kinds[a] for a in arguments]
    return library


_library = _declare(_open_library())


def _call(name, *arguments):
    """Call a function that takes an error last and returns -1 or NULL then."""
    error = _Error()
    function = getattr(_library, "papline_" + name)
    result = function(*arguments, ctypes.byref(error))
    if result is None or result < 0:
        raise Error(error.code, error.text.decode("utf-8", "replace"))
    return result


def version():
    """Version of the library, "0.1.0"."""
    return _library.papline_version().decode()


class Model:
    """A trained network: a bundle's directory, or model.safetensors.

    threads: that it uses; 0: as many as OpenMP would start.
    """

    def __init__(self, path, threads=0):
        self._model = None
        self._model = _call("load", os.fsencode(path), threads)
        self.height = _library.papline_height(self._model)
        self.width = _library.papline_width(self._model)
        self.takes_size = bool(_library.papline_takes_size(self._model))
        self.classes = [
            _library.papline_class(self._model, i).decode()
            for i in range(_library.papline_n_class(self._model))
        ]

    def close(self):
        """Free the model; it cannot be used any more."""
        if self._model:
            _library.papline_free(self._model)
        self._model = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        self.close()

    def _handle(self):
        if not self._model:
            raise Error(USAGE, "the model is closed")
        return self._model

    def _read(self, path, rgb, size):
        if _call("read", self._handle(), os.fsencode(path), rgb.ctypes.data,
                 size.ctypes.data):
            warnings.warn("%s looks like a whole field of several cells"
                          % os.fsdecode(path), stacklevel=5)

    def _fit(self, pixels, rgb, size):
        if pixels.dtype != numpy.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
            raise Error(USAGE, "a picture of %s %s, not (height, width, 3) uint8"
                        % (pixels.shape, pixels.dtype))
        pixels = numpy.ascontiguousarray(pixels)
        size[:] = pixels.shape[1], pixels.shape[0]
        _call("fit", self._handle(), pixels.ctypes.data, pixels.shape[1],
              pixels.shape[0], rgb.ctypes.data)

    def _take(self, pictures):
        """Pictures as the model takes them, (n, height, width, 3), and the sizes
        that they had, (n, 2)."""
        if isinstance(pictures, (str, bytes, os.PathLike)):
            raise Error(USAGE, "give a list of pictures")
        rgb = numpy.empty((len(pictures), self.height, self.width, 3), numpy.uint8)
        size = numpy.empty((len(pictures), 2), numpy.intc)
        for i, picture in enumerate(pictures):
            if isinstance(picture, numpy.ndarray):
                self._fit(picture, rgb[i], size[i])
            else:
                self._read(picture, rgb[i], size[i])
        return rgb, size

    def _ask(self, name, pictures, shape, *arguments):
        """What a function says of pictures, (n, *shape)."""
        rgb, size = self._take(pictures)
        out = numpy.empty((len(rgb), *shape), numpy.float32)
        taken = _Pictures(rgb.ctypes.data, size.ctypes.data, len(rgb))
        _call(name, self._handle(), ctypes.byref(taken), *arguments,
              out.ctypes.data)
        return out

    def predict(self, pictures):
        """Probabilities of the classes, (n, classes)."""
        return self._ask("predict", pictures, (len(self.classes),))

    def explain(self, pictures, method="gradcam", classes=None):
        """Where the model looked, (n, height, width), 0 .. 1.

        classes: numbers of the classes that are asked about, one a picture;
        None: those that are predicted.
        """
        target = None
        if classes is not None:
            target = numpy.ascontiguousarray(classes, numpy.intc)
            if target.shape != (len(pictures),):
                raise Error(USAGE, "%d pictures and classes %s"
                            % (len(pictures), target.shape))
        return self._ask("explain", pictures, (self.height, self.width),
                         method.encode(),
                         None if target is None else target.ctypes.data)

    def features(self, pictures):
        """What the network makes of pictures without its head, (n, features)."""
        return self._ask("features", pictures, (_call("n_feature", self._handle()),))
