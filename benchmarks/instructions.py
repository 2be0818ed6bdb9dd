"""Instructions per small operation, counted by callgrind: the same on a busy machine as on a quiet one.

    python -m benchmarks instructions               counts and prints
    python -m benchmarks instructions --check       fails where one is above the number kept for this Python
    python -m benchmarks instructions --write       keeps them as the numbers to check against

Valgrind knows no AVX-512, so the kernels run for AVX2 here; what is counted is the way to the kernel. The counts
depend on the compiler and on the versions of Python and NumPy, hence the slack and one list per Python.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import timeit
from pathlib import Path

from .libraries import Library
from .small import names, recorded

KEPT = Path(__file__).with_name("instructions.json")
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
LOOPS = 200

# (title, statement, whether a and b require a gradient)
STATEMENTS = [
    ("nothing", "pass", False),
    ("a + b", "a + b", False),
    ("a + b, recorded", "a + b", True),
    ("a * 2.0", "a * 2.0", False),
    ("a < b", "a < b", False),
    ("exp(a)", "xp.exp(a)", False),
    ("where(a < b, a, b)", "xp.where(a < b, a, b)", False),
    ("a.sum()", "a.sum()", False),
    ("a.max()", "a.max()", False),
    ("m.sum(0)", "m.sum(0)", False),
    ("a.cumsum(0)", "xp.cumsum(a, 0)", False),
    ("softmax(m)", "xp.softmax(m, 1)", False),
    ("a.reshape(2, 5)", "a.reshape(2, 5)", False),
    ("m.T", "m.T", False),
    ("a[1:5]", "a[1:5]", False),
    ("a[3]", "a[3]", False),
    ("a[3] = 2.0", "a[3] = 2.0", False),
    ("a[3] * a[4]", "a[3] * a[4]", False),
    ("m @ n", "m @ n", False),
    ("zeros(10)", "xp.zeros(10)", False),
    ("asarray(NumPy array)", "xp.asarray(array)", False),
    ("asarray([1.0, 2.0, 3.0])", "xp.asarray([1.0, 2.0, 3.0])", False),
    ("concatenate((a, b))", "xp.concatenate((a, b))", False),
    ("(g * a).sum().backward()", "(g * a).sum().backward()", True),
]


def counted():
    """What runs under callgrind: every statement between two calls of getppid, at which the counts are written out."""
    library = Library("mltensor", 1)
    spaces = {False: names(library), True: recorded(library)}
    timers = [timeit.Timer(statement, globals=spaces[gradient]) for _, statement, gradient in STATEMENTS]
    for timer in timers:
        timer.timeit(20)
    os.getppid()
    for timer in timers:
        timer.timeit(LOOPS)
        os.getppid()


def count():
    """Instructions per run of each statement, less those of a loop that does nothing."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise SystemExit("valgrind is not installed; `apt install valgrind` or the like brings it")
    settings = {"MLTENSOR_ISA": "avx2", "OPENBLAS_CORETYPE": "Haswell", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0",
                "OPENBLAS_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [valgrind, "--tool=callgrind", "--dump-before=getppid", f"--callgrind-out-file={folder}/counts",
             sys.executable, "-c", "from benchmarks.instructions import counted; counted()"],
            env=os.environ | settings, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"callgrind failed:\n{done.stderr[-4000:]}")
        parts = sorted(Path(folder).glob("counts.*"), key=lambda path: int(path.suffix[1:]))
        totals = [int(re.search(r"^(?:totals|summary): (\d+)", part.read_text(encoding="utf-8"), re.M).group(1))
                  for part in parts]
    # The first part ends before the statements; what follows the last has none.
    per_run = [round(total / LOOPS) for total in totals[1:len(STATEMENTS) + 1]]
    if len(per_run) != len(STATEMENTS):
        raise SystemExit(f"callgrind wrote {len(parts)} parts, not one per statement:\n{done.stderr[-4000:]}")
    return {title: number - per_run[0] for (title, _, _), number in zip(STATEMENTS, per_run, strict=True)
            if title != "nothing"}


def read_kept():
    """The numbers to check against, by version of Python."""
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}


def main(arguments):
    """The program; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks instructions", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="fail where a number is above the kept one")
    parser.add_argument("--write", action="store_true", help=f"keep the numbers in {KEPT.name}")
    parser.add_argument("--slack", type=float, default=0.05, help="share by which they may grow (default: %(default)s)")
    options = parser.parse_args(arguments)
    kept = read_kept()
    before = kept.get(VERSION, {})
    if options.check and not before:
        raise SystemExit(f"{KEPT.name} has no numbers for Python {VERSION}; --write makes them")
    found = count()
    grown = [title for title, number in found.items() if number > before.get(title, number) * (1 + options.slack)]
    for title, number in found.items():
        known = f"{number / before[title] - 1:+8.1%} of {before[title]}" if title in before else ""
        print(f"{title:<30}{number:>8}  {known}{'  GROWN' if title in grown else ''}".rstrip())
    if options.write:
        KEPT.write_text(json.dumps(kept | {VERSION: found}, indent=1) + "\n", encoding="utf-8")
    return 1 if options.check and grown else 0
