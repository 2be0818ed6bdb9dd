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
HAS_AFFINITY = hasattr(os, "sched_getaffinity")


class Library:
    """One library: its namespace and tensors with given contents.

    Parameters
    ----------
    name : str
        "mltensor", "numpy", "torch" or "jax".
    threads : int
        Number of threads it may use.
    """

    def __init__(self, name, threads):
        self.name = name
        self.module_of_versions = importlib.import_module(name)
        self.xp = importlib.import_module("jax.numpy") if name == "jax" else self.module_of_versions
        if name in ("mltensor", "torch"):  # the others read the environment, which `environment` has set
            self.xp.set_num_threads(threads)
        if name == "jax":
            self.module_of_versions.config.update("jax_enable_x64", True)
            start_on_all_cores(lambda: self.xp.zeros(1).block_until_ready())

    def tensor(self, array, requires_grad=False):
        """A tensor of the library in memory of its own, with the contents of a NumPy array."""
        if self.name == "numpy":
            return array.copy()
        if self.name == "jax":
            return self.xp.array(array)
        tensor = self.xp.tensor(array) if self.name == "torch" else self.xp.array(array)
        return tensor.requires_grad_() if requires_grad else tensor

    def module(self, name):
        """A module of the library, such as "nn"."""
        return importlib.import_module(f"{self.name}.{name}")

    @property
    def version(self):
        """Version of the library."""
        return self.module_of_versions.__version__


def start_on_all_cores(start):
    """Call what starts a pool of threads where they are not confined to the core that OpenMP bound us to."""
    if not HAS_AFFINITY:
        start()
        return
    bound = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count()))
    start()
    os.sched_setaffinity(0, bound)


def environment(threads):
    """The environment of a process whose libraries use so many threads.

    They read it when they are loaded. Threads of OpenMP are bound to cores: two that spin on one core take a
    hundred times as long. JAX takes the size of its pool from NPROC.
    """
    settings = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC"), str(threads))
    settings["JAX_PLATFORMS"] = "cpu"
    if threads == 1:
        settings["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false".strip()
    return {"OMP_PROC_BIND": "true", **os.environ, **settings}


def installed(wanted=LIBRARIES):
    """Those of the wanted libraries that can be imported."""
    return [name for name in wanted if importlib.util.find_spec(name) is not None]


def summary(value):
    """A number that tells two results apart: the sum of the absolute values, or None."""
    if value is None:
        return None
    array = numpy.asarray(value.detach() if hasattr(value, "detach") else value)
    return float(numpy.sum(numpy.abs(array.astype(numpy.float64)))) if array.dtype.kind in "biuf" else None


def load():
    """How many programs want to run, on average over a minute."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


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
    return {"processor": model, "vector_instructions": [flag for flag in SIMD if flag in flags],
            "cores": len(os.sched_getaffinity(0)) if HAS_AFFINITY else os.cpu_count(),
            "load_at_start": load(), "system": platform.system(), "python": sys.version.split()[0]}
