"""The libraries that are compared, and how each makes its tensors."""

import importlib
import importlib.util
import os
import platform
import sys

import numpy

from .cases import LIBRARIES

# Flags of /proc/cpuinfo that say which kernels a library can choose.
SIMD = ("sse4_2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_bf16",
        "avx512_vnni", "amx_tile", "asimd", "sve")


class Library:
    """One library: its namespace and tensors with given contents.

    Parameters
    ----------
    name : str
        "mltensor", "numpy" or "torch".
    threads : int
        Number of threads it may use.
    """

    def __init__(self, name, threads):
        self.name = name
        self.xp = importlib.import_module(name)
        if name != "numpy":  # NumPy's BLAS reads the environment, which `limit_threads` has set
            self.xp.set_num_threads(threads)

    def tensor(self, array, requires_grad=False):
        """A tensor of the library in memory of its own, with the contents of a NumPy array."""
        if self.name == "numpy":
            return array.copy()
        tensor = self.xp.tensor(array) if self.name == "torch" else self.xp.array(array)
        return tensor.requires_grad_() if requires_grad else tensor

    def module(self, name):
        """A module of the library, such as "nn"."""
        return importlib.import_module(f"{self.name}.{name}")

    @property
    def version(self):
        """Version of the library."""
        return self.xp.__version__


def limit_threads(threads):
    """Set the environment by which libraries choose their number of threads; before they are imported.

    Threads of OpenMP are bound to cores: two that spin on one core take a hundred times as long.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
    os.environ.setdefault("OMP_PROC_BIND", "true")


def installed(wanted=LIBRARIES):
    """Those of the wanted libraries that can be imported."""
    return [name for name in wanted if importlib.util.find_spec(name) is not None]


def summary(value):
    """A number that tells two results apart: the sum of the absolute values, or None."""
    if value is None:
        return None
    array = numpy.asarray(value.detach() if hasattr(value, "detach") else value)
    return float(numpy.sum(numpy.abs(array.astype(numpy.float64)))) if array.dtype.kind in "biuf" else None


def machine():
    """What the numbers depend on: processor, its vector instructions, cores, Python."""
    model, flags = platform.machine(), set()
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                key, _, value = line.partition(":")
                if key.strip() == "model name":
                    model = value.strip()
                elif key.strip() in ("flags", "Features"):
                    flags = set(value.split())
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"processor": model, "vector_instructions": [flag for flag in SIMD if flag in flags],
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "load_at_start": load, "system": platform.system(), "python": sys.version.split()[0]}
