"""One process: all libraries with one number of threads, taking turns. Started by ``python -m benchmarks``."""

import argparse
import json
import math
import statistics
import sys

from . import report as reports
from .groups import GROUPS
from .libraries import installed, load, machine
from .limits import best_of, floor, wanted_by
from .timing import hopeless, interleaved
from .workers import LocalWorker, ProcessWorker

# Seconds in which idle threads of OpenMP and XLA have gone to sleep; those of OpenBLAS, which NumPy has for products.
PAUSE = 0.01
PAUSE_OF_PRODUCTS = 0.12


def check_agreement(title, summaries):
    """Say so when two libraries did not compute the same."""
    known = {name: value for name, value in summaries.items() if value is not None}
    values = list(known.values())
    if any(not math.isclose(value, values[0], rel_tol=1e-3, abs_tol=1e-6) for value in values):
        print(f"{title}: the results differ, sums of absolute values are {known}", file=sys.stderr)


def measure(options, workers, limits, group, case):
    """One row: the case in all libraries that have it."""
    able = {name: worker for name, worker in workers.items() if case.statement_of(name) is not None}
    first = {name: worker.prepare(group, case.name) for name, worker in able.items()}
    check_agreement(case.name, {name: value for name, (value, _) in first.items()})
    given_up = hopeless({name: seconds for name, (_, seconds) in first.items()}) - {"mltensor"}
    samples = interleaved({name: worker for name, worker in able.items() if name not in given_up},
                          max(1, round(options.rounds * case.effort)), options.sample * case.effort, options.budget,
                          0.0 if options.threads == 1 else PAUSE_OF_PRODUCTS if group == "matmul" else PAUSE)
    samples |= {name: [first[name][1]] for name in given_up}
    return {"group": group, "work": case.work or group, "case": case.name, "threads": options.threads,
            "targets": case.targets, "floor": floor(case, limits), "load": load(),
            "times": {name: {"median": statistics.median(times), "best": min(times), "samples": len(times)}
                      for name, times in samples.items()}}


def run(options):
    """All rows; returns the report."""
    libraries = installed(options.libraries.split(","))
    conditions = machine()
    kind = ProcessWorker if options.isolate else LocalWorker
    plain = argparse.Namespace(threads=options.threads, sizes=options.sizes, largest=options.largest)
    workers = {name: kind(name, plain) for name in libraries}
    chosen = {group: [case for case in GROUPS[group](options) if options.only in case.name] for group in options.groups}
    wanted = wanted_by([case for cases in chosen.values() for case in cases])
    limits = best_of([worker.limits(*wanted) for worker in workers.values()])
    report = {"machine": conditions, "versions": {name: worker.version() for name, worker in workers.items()},
              "isa": workers["mltensor"].isa() if "mltensor" in workers else None,
              "limits": {str(options.threads): limits}, "libraries": libraries, "results": []}
    print(", ".join(f"{name} {version}" for name, version in report["versions"].items())
          + f"; {options.threads} threads; {conditions['processor']}, {conditions['cores']} cores, "
          f"kernels for {report['isa']}; load {conditions['load_at_start']:.1f}\n{reports.limits_text(limits)}")
    for group, cases in chosen.items():
        print(f"\n{group}\n{reports.text_line(reports.header(libraries))}")
        for case in cases:
            report["results"].append(measure(options, workers, limits, group, case))
            print(reports.text_line(reports.row(report["results"][-1], libraries, options.statistic)), flush=True)
    for worker in workers.values():
        worker.close()
    return report


if __name__ == "__main__":
    asked = argparse.Namespace(**json.loads(sys.argv[1]))
    reports.write_json(run(asked), asked.json)
