"""Runs the benchmarks.

    python -m benchmarks                                all groups
    python -m benchmarks softmax training --rounds 41   two of them, more carefully
    python -m benchmarks matmul --isolate               a process per library
    python -m benchmarks --json results.json            keeps the numbers
    python -m benchmarks --markdown results.json        tables of a run that was kept
    python -m benchmarks --pages results.json           writes them into README.md and docs/benchmarks.md
    python -m benchmarks instructions                   instructions per small operation, see instructions.py

One process per number of threads; in it the libraries take turns, sample by sample. The table shows the median of the
samples, our time over the fastest peer's and what it is to be at most, and the floor: the time in which the bytes
that must move could have moved, or the multiplications have been done. Quiet the machine first: the load is
kept in the JSON file.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import instructions, pages
from . import report as reports
from .cases import LIBRARIES
from .groups import GROUPS
from .libraries import environment


def numbers(text):
    """Whole numbers separated by commas; 1e6 is one."""
    return [int(float(number)) for number in text.split(",")]


def parse(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"some of: {', '.join(GROUPS)} (default: all)")
    parser.add_argument("--only", default="", help="cases whose title contains this text")
    parser.add_argument("--libraries", default=",".join(LIBRARIES), help="separated by commas (default: %(default)s)")
    parser.add_argument("--threads", type=numbers, default=[1, 2], help="of every library (default: 1,2)")
    parser.add_argument("--rounds", type=int, default=15, help="samples per library (default: %(default)s)")
    parser.add_argument("--sample", type=float, default=0.005, metavar="SECONDS",
                        help="length of a sample; a longer call runs once (default: %(default)s)")
    parser.add_argument("--budget", type=float, default=0.6, metavar="SECONDS",
                        help="a row gets no more rounds than fit, three at least (default: %(default)s)")
    parser.add_argument("--sizes", type=numbers, default=[100_000, 1_000_000, 10_000_000],
                        help="of elementwise, mathematics, reductions, scans (default: 1e5,1e6,1e7)")
    parser.add_argument("--largest", type=int, default=2048, help="matrix of matmul (default: %(default)s)")
    parser.add_argument("--statistic", choices=("median", "best"), default="median", help="shown in the table")
    parser.add_argument("--isolate", action="store_true", help="run each library in a process of its own")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the results")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="print the tables of an earlier run and end")
    parser.add_argument("--pages", type=Path, metavar="FILE", help="write an earlier run into the documentation")
    options = parser.parse_args(arguments)
    unknown = set(options.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    options.groups = options.groups or list(GROUPS)
    return options


def session(options, threads, kept):
    """The report of a process with one number of threads."""
    asked = vars(options) | {"threads": threads, "json": str(kept), "markdown": None, "pages": None}
    command = [sys.executable, "-m", "benchmarks.session", json.dumps(asked)]
    subprocess.run(command, env=environment(threads), check=True)
    return json.loads(kept.read_text(encoding="utf-8"))


def run(options):
    """The report over all numbers of threads."""
    together = {"started": time.strftime("%Y-%m-%dT%H:%M:%S"), "isolated": options.isolate, "rounds": options.rounds,
                "threads": options.threads, "limits": {}, "results": []}
    with tempfile.TemporaryDirectory() as folder:
        for threads in options.threads:
            one = session(options, threads, Path(folder) / "report.json")
            limits = together["limits"] | one["limits"]
            together = one | together | {"limits": limits, "results": together["results"] + one["results"]}
    print(f"\n{reports.summary(together['results'], options.statistic)}")
    return together


def main(arguments):
    """The program."""
    if arguments[:1] == ["instructions"]:
        return instructions.main(arguments[1:])
    options = parse(arguments)
    if options.markdown:
        print(reports.markdown(reports.read_json(options.markdown), options.statistic))
    elif options.pages:
        pages.write(reports.read_json(options.pages), options.statistic)
    else:
        report = run(options)
        if options.json:
            reports.write_json(report, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
