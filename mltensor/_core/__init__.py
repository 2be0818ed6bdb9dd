"""The compiled modules: memory, kernels, dispatch, the tape.

OpenBLAS starts its threads as soon as it is loaded, and each of them keeps a core busy for some
milliseconds. We call it on our own threads only, so the library is loaded here, before any module that
might load it, while the environment says that it is to have no others. NumPy's OpenBLAS is another
library with its own settings; it is loaded before, so that it does not read ours.
"""

import importlib
import os

import numpy

_before = os.environ.get("OPENBLAS_NUM_THREADS")
os.environ["OPENBLAS_NUM_THREADS"] = "1"
try:
    importlib.import_module("mltensor._core.matmul")
finally:
    if _before is None:
        del os.environ["OPENBLAS_NUM_THREADS"]
    else:
        os.environ["OPENBLAS_NUM_THREADS"] = _before
