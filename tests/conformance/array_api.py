"""The Array API standard's own test suite, run on mltensor with no expected failures and no skips of ours.

    python tests/conformance/array_api.py [PATH] [--examples 20] [--seed 0] [--module mltensor]

PATH is a checkout of https://github.com/data-apis/array-api-tests with its submodule; without one the
environment variable ARRAY_API_TESTS_PATH says where it is, and without that the pinned commit is cloned. The
suite needs pytest, hypothesis, ndindex and pytest-json-report; with pytest-xdist a crash costs one test.

The last line is ``array-api: P passed, F failed, X xfailed, S skipped of N (spec V)``. N is what the suite
collects for the module or, where that is more, for NumPy; a test that crashed its process, was not
collected, never reported, or was skipped because an extension is missing, has failed. The exit status is 0
only if nothing failed. With ``--optional`` a suite that cannot be had is said loudly and is no failure.

With ``--recording`` every floating tensor requires a gradient before each call (`recording.py`); in-place writes to
a leaf are then refused, as documented, and counted as such.
"""

import argparse
import collections
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

REPOSITORY = "https://github.com/data-apis/array-api-tests"
COMMIT = "55fcc60179efa2680ddd6cd926ddf17b83530e2b"
NEEDED = ("pytest", "hypothesis", "ndindex", "pytest_jsonreport")
RANK = {"passed": 0, "skipped": 1, "xfailed": 2, "refused": 3, "failed": 4}
# The documented error of a write to a leaf that requires a gradient, and any other exception.
REFUSAL = re.compile(r"GradientError: \w+ writes in place to (a view of )?a leaf")
EXCEPTION = re.compile(r"^E   +[\w.]*(?:Error|Exception|Group)\b.*", re.MULTILINE)
# Of the suite: what would let a run pass more cheaply.
FOREIGN_SETTINGS = ("PYTEST_ADDOPTS", "ARRAY_API_TESTS_SKIP_DTYPES", "ARRAY_API_TESTS_XFAIL_MARK",
                    "ARRAY_API_TESTS_MAX_ARRAY_SIZE", "ARRAY_API_TESTS_VERSION")
HERE = os.path.dirname(os.path.abspath(__file__))
RECORDING = "recording"
UNPINNED = ["--skips-file=/dev/null", "--xfails-file=/dev/null", "-p", "no:cacheprovider"]


class UnavailableError(Exception):
    """The suite, or what it needs, cannot be had here."""


def clone(target, patience):
    """The pinned commit of the suite and its submodule, from the network."""
    steps = (["git", "init", "-q", str(target)],
             ["git", "-C", str(target), "fetch", "-q", "--depth", "1", REPOSITORY, COMMIT],
             ["git", "-C", str(target), "checkout", "-q", "FETCH_HEAD"],
             ["git", "-C", str(target), "submodule", "-q", "update", "--init", "--depth", "1"])
    for step in steps:
        try:
            subprocess.run(step, check=True, timeout=patience, stdin=subprocess.DEVNULL, capture_output=True,
                           env={**os.environ, "GIT_TERMINAL_PROMPT": "0"})
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", None) or b""
            raise UnavailableError(f"{' '.join(step)}: {said.decode(errors='replace').strip() or error}") from None


def prepared(path, work, patience):
    """A copy of the suite without anybody's lists, examples and caches."""
    suite = work / "suite"
    if path is None:
        clone(suite, patience)
    elif not (Path(path) / "array_api_tests").is_dir():
        raise UnavailableError(f"{path} is no checkout of {REPOSITORY}")
    else:
        shutil.copytree(path, suite, symlinks=True, ignore=shutil.ignore_patterns(
            ".git", ".hypothesis", "__pycache__", "skips.txt", "xfails.txt"))
    if not (suite / "array-api" / "spec").is_dir():
        raise UnavailableError(f"{path or suite} lacks its submodule array-api: git submodule update --init")
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UnavailableError(
            f"the suite needs {', '.join(missing)}; pip install hypothesis ndindex pytest-json-report")
    return suite


def newest_version(suite):
    """The newest edition of the standard that the suite knows: a module that claims less must not have it easier."""
    return max(entry.name for entry in (suite / "array-api" / "spec").iterdir()
               if re.fullmatch(r"20\d\d\.\d\d", entry.name))


def search_path(*more):
    """PYTHONPATH with further folders; relative entries hold in another working folder too."""
    return os.pathsep.join(os.path.abspath(entry) for entry in
                           [*more, *os.environ.get("PYTHONPATH", "").split(os.pathsep)] if entry)


def environment(module, version):
    """The environment of a run."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN_SETTINGS}
    further = [HERE] if module == RECORDING else []
    return {**kept, "PYTHONPATH": search_path(*further), "ARRAY_API_TESTS_MODULE": module,
            "ARRAY_API_TESTS_VERSION": version}


def collected(suite, module, version):
    """The identifiers of all tests for a module."""
    command = [sys.executable, "-m", "pytest", *UNPINNED, "--collect-only", "-q", "--continue-on-collection-errors",
               "array_api_tests"]
    answer = subprocess.run(command, cwd=suite, env=environment(module, version), capture_output=True, text=True,
                            check=False)
    return {line for line in answer.stdout.splitlines() if "::" in line}


def identifier(case):
    """What pytest calls the test of an entry of its report."""
    name = case.get("classname") or ""
    file = case.get("file") or name.replace(".", "/") + ".py"
    module = file.removesuffix(".py").replace("/", ".")
    inner = name[len(module) + 1:] if name.startswith(module + ".") else ""
    return "::".join(part for part in (file, inner.replace(".", "::"), case.get("name")) if part)


def state(case):
    """How one test ended."""
    found = "passed"
    for child in case:
        if child.tag in ("failure", "error"):
            return "failed"
        if child.tag == "skipped":
            reason = child.get("message") or ""
            found = ("xfailed" if child.get("type") == "pytest.xfail"
                     else "failed" if "not found in array module" in reason else "skipped")
    return found


def refused(case):
    """Whether a test failed only because it wrote in place to a leaf that requires a gradient."""
    raised = EXCEPTION.findall("\n".join(child.text or "" for child in case if child.tag in ("failure", "error")))
    return bool(raised) and all(REFUSAL.search(line) for line in raised)


def outcomes(report, expected, reference, recording):
    """The state of every test by its identifier, those that never reported and were never collected included."""
    reported = {}
    if report.exists():
        for case in ElementTree.parse(report).iter("testcase"):
            name, ending = identifier(case), "refused" if recording and refused(case) else state(case)
            if RANK[ending] >= RANK[reported.get(name, "passed")]:
                reported[name] = ending
    final = {name: reported.get(name, "failed") for name in expected}
    final.update({name: "failed" for name, ending in reported.items() if ending == "failed"})
    mine, theirs = (collections.Counter(name.partition("[")[0] for name in names) for names in (expected, reference))
    for function, count in theirs.items():
        for k in range(mine[function], count):
            final[f"{function}[not collected {k - mine[function] + 1}]"] = "failed"
    return final


def run(suite, module, version, options):
    """Run the suite; the state of every test."""
    report = suite / "report.xml"
    command = [sys.executable, "-m", "pytest", *UNPINNED, "-q", "--tb=short", "--continue-on-collection-errors",
               "--disable-deadline", "--max-examples", str(options.examples), f"--hypothesis-seed={options.seed}",
               "-o", "junit_family=xunit1", f"--junitxml={report}"]
    if importlib.util.find_spec("xdist") is not None:
        command += ["-n", str(options.jobs)]
    expected, reference = (collected(suite, name, version) for name in (module, "numpy"))
    with open(suite / "log.txt", "w") as log:
        subprocess.run([*command, "array_api_tests"], cwd=suite, env=environment(module, version), stdout=log,
                       stderr=subprocess.STDOUT, check=False)
    if options.log:
        shutil.copy(suite / "log.txt", options.log)
    return outcomes(report, expected, reference, module == RECORDING)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("path", nargs="?", default=os.environ.get("ARRAY_API_TESTS_PATH") or None)
    parser.add_argument("--module", default="mltensor", help="the namespace to test")
    parser.add_argument("--recording", dest="module", action="store_const", const=RECORDING,
                        help="the namespace with gradients recorded for everything")
    parser.add_argument("--examples", type=int, default=20, help="of Hypothesis, for each test")
    parser.add_argument("--seed", type=int, default=0, help="of Hypothesis")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes, where pytest-xdist is there")
    parser.add_argument("--patience", type=float, default=60, help="seconds that each step of cloning may take")
    parser.add_argument("--log", help="where pytest's output is kept")
    parser.add_argument("--optional", action="store_true", help="a suite that cannot be had is no failure")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        try:
            suite = prepared(options.path, Path(work), options.patience)
        except UnavailableError as error:
            print(f"array-api: NOT RUN, the suite cannot be had: {error}\n"
                  "array-api: THE NAMESPACE HAS NOT BEEN CHECKED AGAINST THE STANDARD; set ARRAY_API_TESTS_PATH")
            return 0 if options.optional else 1
        version = newest_version(suite)
        final = run(suite, options.module, version, options)
    failed = sorted(name for name, ending in final.items() if ending == "failed")
    print(*(f"FAILED {name}" for name in failed), sep="\n", end="\n" if failed else "")
    count = collections.Counter(final.values())
    title = "array-api" if options.module != RECORDING else "array-api, gradients recorded"
    refused = f"{count['refused']} in-place writes to a leaf refused, " if options.module == RECORDING else ""
    print(f"{title}: {count['passed']} passed, {count['failed']} failed, {refused}{count['xfailed']} xfailed, "
          f"{count['skipped']} skipped of {len(final)} (spec {version})")
    return 0 if final and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
