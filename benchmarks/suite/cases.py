"""A class per group, made from the cases of ``python -m benchmarks``; here mltensor alone, over its history."""

import argparse
import importlib
import importlib.util
import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent


def load_benchmarks():
    """The package of the cases, without its parent on the path: the source there would hide what asv has built."""
    spec = importlib.util.spec_from_file_location(
        "benchmarks", FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)])
    package = importlib.util.module_from_spec(spec)
    sys.modules["benchmarks"] = package
    spec.loader.exec_module(package)


load_benchmarks()
groups = importlib.import_module("benchmarks.groups")
libraries = importlib.import_module("benchmarks.libraries")
timing = importlib.import_module("benchmarks.timing")

THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))
OPTIONS = argparse.Namespace(threads=THREADS, sizes=[100_000, 1_000_000], largest=1024)


def class_of(group):
    """The class that asv finds for one group."""

    def setup(self, case):
        library = libraries.Library("mltensor", THREADS)
        self.timed = timing.Timed(groups.find_case(OPTIONS, group, case), library)

    def time_case(self, _case):
        self.timed.timer.timeit(1)

    names = [case.name for case in groups.GROUPS[group](OPTIONS)]
    return type(group.capitalize(), (), {"setup": setup, "time_case": time_case, "params": names,
                                         "param_names": ["case"], "__module__": __name__})


globals().update({group.capitalize(): class_of(group) for group in groups.GROUPS})
