"""The compiled layer: the modules of pyx/ and their declarations.

Two libraries under it read the environment once, when they are loaded. libgomp: how long an idle thread spins before it
sleeps; its default of some milliseconds makes every join wait for a core that others use, and a training step on a busy
machine ten times as long, while a short spin costs a wake-up of some microseconds. OpenBLAS: how many threads to start;
we call it on our own threads only, and a pool of its own would keep a core busy for some milliseconds after each use.
"""

import importlib
import os

# NumPy has an OpenBLAS of its own, loaded first so that it does not read our setting.
import numpy

_SETTINGS = {"OPENBLAS_NUM_THREADS": "1"}
if "GOMP_SPINCOUNT" not in os.environ and "OMP_WAIT_POLICY" not in os.environ:
    _SETTINGS["GOMP_SPINCOUNT"] = "1000"
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
