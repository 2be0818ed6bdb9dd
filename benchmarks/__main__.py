"""Runs the benchmarks.

    python -m benchmarks                                all groups
    python -m benchmarks small training --rounds 41     two of them, more carefully
    python -m benchmarks matmul --isolate               a process per library
    python -m benchmarks --markdown results.json        tables of a run that was kept

The libraries take turns, sample by sample, with the same number of threads; the table shows the median of
the samples and our time over each peer's, and what that is to be at most where there is a target. Quiet the
machine first: the load is kept in the JSON file.
"""

import argparse
import json
import math
import statistics
import sys
import time
from pathlib import Path

from . import report as reports
from .cases import LIBRARIES
from .groups import GROUPS
from .libraries import installed, limit_threads, machine
from .timing import interleaved
from .workers import LocalWorker, ProcessWorker


def parse(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"some of: {', '.join(GROUPS)} (default: all)")
    parser.add_argument("--only", default="", help="cases whose title contains this text")
    parser.add_argument("--libraries", default=",".join(LIBRARIES), help="separated by commas (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of every library (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=15, help="samples per library (default: %(default)s)")
    parser.add_argument("--sample", type=float, default=0.005, metavar="SECONDS",
                        help="length of a sample; a longer call runs once (default: %(default)s)")
    parser.add_argument("--sizes", type=lambda text: [int(float(size)) for size in text.split(",")],
                        default=[100_000, 1_000_000, 10_000_000], help="of elementwise and reductions")
    parser.add_argument("--largest", type=int, default=2048, help="matrix of matmul (default: %(default)s)")
    parser.add_argument("--statistic", choices=("median", "best"), default="median", help="shown in the table")
    parser.add_argument("--isolate", action="store_true", help="run each library in a process of its own")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the results")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="print the tables of an earlier run and end")
    options = parser.parse_args(arguments)
    unknown = set(options.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    options.groups = options.groups or list(GROUPS)
    return options


def check_agreement(title, summaries):
    """Say so when two libraries did not compute the same."""
    known = {name: value for name, value in summaries.items() if value is not None}
    values = list(known.values())
    if any(not math.isclose(value, values[0], rel_tol=1e-3, abs_tol=1e-6) for value in values):
        print(f"{title}: the results differ, sums of absolute values are {known}", file=sys.stderr)


def measure(options, workers, group, case):
    """One row: the case in all libraries that have it."""
    able = {name: worker for name, worker in workers.items() if case.statement_of(name) is not None}
    check_agreement(case.name, {name: worker.prepare(group, case.name) for name, worker in able.items()})
    samples = interleaved(able, options.rounds, options.sample)
    return {"group": group, "case": case.name, "targets": case.targets,
            "times": {name: {"median": statistics.median(times), "best": min(times), "samples": len(times)}
                      for name, times in samples.items()}}


def run(options):
    """All rows; returns the report."""
    limit_threads(options.threads)
    libraries = installed(options.libraries.split(","))
    conditions = machine()
    kind = ProcessWorker if options.isolate else LocalWorker
    plain = argparse.Namespace(threads=options.threads, sizes=options.sizes, largest=options.largest)
    workers = {name: kind(name, plain) for name in libraries}
    report = {"machine": conditions, "versions": {name: worker.version() for name, worker in workers.items()},
              "isa": workers["mltensor"].isa() if "mltensor" in workers else None, "threads": options.threads,
              "isolated": options.isolate, "rounds": options.rounds, "started": time.strftime("%Y-%m-%dT%H:%M:%S"),
              "libraries": libraries, "results": []}
    print(", ".join(f"{name} {version}" for name, version in report["versions"].items())
          + f"; {options.threads} threads; {conditions['processor']}, {conditions['cores']} cores, "
          f"kernels for {report['isa']}; load {conditions['load_at_start']:.1f}")
    for group in options.groups:
        print(f"\n{group}\n{reports.text_line(reports.header(libraries))}")
        for case in GROUPS[group](options):
            if options.only in case.name:
                report["results"].append(measure(options, workers, group, case))
                print(reports.text_line(reports.row(report["results"][-1], libraries, options.statistic)), flush=True)
    for worker in workers.values():
        worker.close()
    print(f"\n{reports.summary(report['results'], options.statistic)}")
    return report


def main(arguments=None):
    """The program."""
    options = parse(arguments)
    if options.markdown:
        print(reports.markdown(json.loads(options.markdown.read_text(encoding="utf-8")), options.statistic))
        return
    report = run(options)
    if options.json:
        reports.write_json(report, options.json)


if __name__ == "__main__":
    main()
