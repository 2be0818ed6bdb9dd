"""Other libraries' own tests, as installed, with mltensor as the array namespace they compute in.

    python tests/conformance/adopters.py [NAME ...] [--jobs 2] [--log FOLDER]

NAME is one of those that ``--list`` prints; without one all of them run. They are installed by
``pip install ".[adopters]"``. For each the last line is ``NAME: P of N``: N tests ran and P passed; what the library
itself skips (another library that is not installed, say) did not run and is counted beside it. A failure whose reason
is known, a list of names that knows no newcomers or a test marked as for NumPy only, is printed with the reason;
any other makes the exit status 1.
"""

import argparse
import collections
import dataclasses
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from array_api import HERE, identifier, search_path, state

PLUGIN = "adopter_plugin"


@dataclasses.dataclass(frozen=True)
class Adopter:
    """Where the tests of a library are, and how those about a namespace are selected."""

    distribution: str
    folder: str
    select: tuple = ()
    only_files_with: str = ""
    environment: tuple = ()


SCIPY = {"distribution": "scipy", "select": ("-m", "array_api_backends"), "environment": (("SCIPY_ARRAY_API", "1"),)}
SCIPY_PACKAGES = ("cluster", "constants", "differentiate", "fft", "integrate", "interpolate", "linalg", "optimize",
                  "spatial", "special", "stats", "signal", "ndimage")

ADOPTERS = {
    "einops": Adopter("einops", "einops/tests", environment=(("EINOPS_TEST_BACKENDS", "mltensor"),)),
    "array-api-compat": Adopter("array-api-compat", "array_api_compat/tests", ("-k", "mltensor")),
    "array-api-extra": Adopter("array-api-extra", "array_api_extra/tests/main",
                               ("-k", "mltensor", "-W", "error::DeprecationWarning")),
    "scikit-learn": Adopter(
        "scikit-learn", "sklearn", ("-k", "mltensor"),
        "yield_namespace_device_dtype_combinations|yield_namespaces|_array_api_for_tests|yield_mixed_namespace",
        (("SCIPY_ARRAY_API", "1"),)),
    **{f"scipy.{package}": Adopter(folder=f"scipy/{package}", **SCIPY) for package in SCIPY_PACKAGES},
}

# Failures that are no fault of the namespace: a pattern of the test, and why.
KNOWN = {
    "array-api-compat": {
        "test_xp_is_array_generics": "it asks for one of its is_*_array functions, one per library it knows",
    },
    "array-api-extra": {
        "TestNUnique::test_delegates": "unique_counts is used for the libraries that it knows by name only",
    },
    "scipy.ndimage": {
        "TestVectorizedFilter::test_input_validation": "it compares a message with those of the libraries it knows",
    },
    "scipy.spatial": {
        "test_rotation_spline.py::test_xp_errors": "it asserts that the result is an array of NumPy's",
    },
    "scipy.stats": {
        r"test_device_dtype.py::test_(combine_pvalues|entropy|hypothesis_tests|quantile)\[mltensor":
            "scipy.special goes through NumPy for namespaces it does not know, and comes back on the default device",
        "TestXP_Mean::test_dtype":
            "the mean of float32 values is added up in float64; the test wants it to overflow as in NumPy",
    },
}


def command(adopter, package_folder, report, jobs):
    """The command that runs an adopter's tests."""
    folder = package_folder / adopter.folder
    files = [folder]
    if adopter.only_files_with:
        wanted = re.compile(adopter.only_files_with)
        files = sorted(path for path in folder.rglob("test_*.py") if wanted.search(path.read_text(encoding="utf-8")))
    parallel = ["-n", str(jobs)] if importlib.util.find_spec("xdist") is not None else []
    return [sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", "-q", "--tb=short", "-rfE",
            *parallel, "-o", "junit_family=xunit1", f"--junitxml={report}", *adopter.select, *map(str, files)]


def environment(name, adopter):
    """The environment of a run."""
    return {**os.environ, "ADOPTER": name, "PYTHONPATH": search_path(HERE), **dict(adopter.environment)}


def run(name, options):
    """Run the tests of one adopter; how each of them ended, or None if it is not installed."""
    adopter = ADOPTERS[name]
    try:
        distribution = importlib.metadata.distribution(adopter.distribution)
    except importlib.metadata.PackageNotFoundError:
        print(f"{name}: NOT RUN, {adopter.distribution} is not installed: pip install '.[adopters]'")
        return None
    folder = Path(distribution.locate_file("")).resolve()
    with tempfile.TemporaryDirectory() as work:
        report, log = Path(work) / "report.xml", Path(work) / "log.txt"
        with open(log, "w") as stream:
            subprocess.run(command(adopter, folder, report, options.jobs), cwd=work, env=environment(name, adopter),
                           stdout=stream, stderr=subprocess.STDOUT, check=False)
        if options.log:
            Path(options.log).mkdir(parents=True, exist_ok=True)
            shutil.copy(log, Path(options.log) / f"{name}.txt")
        if not report.exists():
            print(f"{name}: its tests did not start:\n{log.read_text()[-3000:]}")
            return {}
        return endings(report)


def endings(report):
    """How each test of a report ended, and the reason noted beside a failure, by its identifier.

    Of a test that ended several times, in its setup, itself and afterwards, the worst.
    """
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name, ending = identifier(case).rpartition("site-packages/")[2], state(case)
        noted = next((one.get("value") for one in case.iter("property") if one.get("name") == "numpy_only"), None)
        if found.get(name, ("", None))[0] != "failed":
            found[name] = ending, noted
    return found


def tell(name, found):
    """Print how an adopter's tests ended; numbers passed, run, and failed for no known reason."""
    count = collections.Counter(ending for ending, _ in found.values())
    unexplained = 0
    for test, (ending, noted) in sorted(found.items()):
        if ending == "failed":
            listed = (why for pattern, why in KNOWN.get(name, {}).items() if re.search(pattern, test))
            why = noted or next(listed, None)
            print(f"KNOWN {test}: {why}" if why else f"FAILED {test}")
            unexplained += why is None
    ran = count["passed"] + count["failed"]
    version = importlib.metadata.version(ADOPTERS[name].distribution)
    print(f"{name}: {count['passed']} of {ran} (version {version}; {count['failed'] - unexplained} failures known; "
          f"{count['skipped'] + count['xfailed']} skipped by its own marks)", flush=True)
    return count["passed"], ran, unexplained


def main():
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="adopters, or the beginning of their names")
    parser.add_argument("--list", action="store_true", help="print their names")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes, where pytest-xdist is there")
    parser.add_argument("--log", metavar="FOLDER", help="where pytest's output is kept")
    parser.add_argument("--optional", action="store_true", help="an adopter that is not installed is no failure")
    options = parser.parse_args()
    if options.list:
        print(*ADOPTERS, sep="\n")
        return 0
    chosen = [name for name in ADOPTERS if not options.names or any(name.startswith(one) for one in options.names)]
    if not chosen:
        parser.error(f"no adopter is called {', '.join(options.names)}; they are {', '.join(ADOPTERS)}")
    unavailable, unexplained, totals = 0, 0, collections.defaultdict(lambda: [0, 0])
    for name in chosen:
        found = run(name, options)
        if found is None:
            unavailable += 1
            continue
        passed, ran, unknown = tell(name, found)
        unexplained += unknown or passed == 0
        total = totals[name.partition(".")[0]]
        total[:] = total[0] + passed, total[1] + ran
    if len(chosen) > len(totals) > 0:
        print(*(f"all of {name}: {passed} of {ran}" for name, (passed, ran) in totals.items()), sep="\n")
    return 1 if unexplained or (unavailable and not options.optional) else 0


if __name__ == "__main__":
    sys.exit(main())
