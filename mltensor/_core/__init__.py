"""The compiled layer: the modules of pyx/ and their declarations.

OpenBLAS under it reads the environment once, when it is loaded: how many threads to start. We call it on our own
threads only, and a pool of its own would keep a core busy for some milliseconds after each use.
"""

import importlib
import os

# NumPy has an OpenBLAS of its own, loaded first so that it does not read our setting.
import numpy

_SETTINGS = {"OPENBLAS_NUM_THREADS": "1"}
_before = {name: os.environ.get(name) for name in _SETTINGS}
os.environ.update(_SETTINGS)
try:
    importlib.import_module("mltensor._core.matmul")
finally:
    for _name, _value in _before.items():
        if _value is None:
            del os.environ[_name]
        else:
            os.environ[_name] = _value

__all__ = []
