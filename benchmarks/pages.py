"""The numbers of a run as part of the documentation: a table in the README, a page in docs."""

import statistics
from pathlib import Path

from . import report as reports

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- benchmarks: written by python -m benchmarks --pages -->", "<!-- end of benchmarks -->"


def conditions(report):
    """Under what conditions the numbers were taken."""
    machine = report["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    return (f"{versions}; {machine['processor']}, {machine['cores']} cores, kernels for {report['isa']}; "
            f"load {machine['load_at_start']:.1f} at the start; float32 unless said, results in fresh memory, all "
            "libraries in one process in turns.")


def summary_rows(report, statistic):
    """A line per kind of work: the ratio to the fastest peer with each number of threads, median and worst."""
    rows = []
    for work in dict.fromkeys(record["work"] for record in report["results"]):
        cells, met, wanted = [work], 0, 0
        for threads in report["threads"]:
            records = [record for record in report["results"] if (record["work"], record["threads"]) == (work, threads)]
            found = [verdict for record in records for verdict in reports.verdicts(record, statistic)]
            ratios = [record["times"]["mltensor"][statistic] / reports.compared(record, statistic)["best"]
                      for record in records if "best" in reports.compared(record, statistic)]
            cells += [f"{statistics.median(ratios):.2f}", f"{max(ratios):.2f}"] if ratios else ["-", "-"]
            met, wanted = met + sum(verdict[3] for verdict in found), wanted + len(found)
        rows.append([*cells, f"{met} of {wanted}" if wanted else "-"])
    return rows


def summary_table(report, statistic):
    """The table of the README."""
    titles = ["our time over the fastest of the others"]
    for threads in report["threads"]:
        titles += [f"{threads} thread{'s' * (threads != 1)}: median", "worst"]
    return reports.table([*titles, "targets met"], summary_rows(report, statistic), words=titles[:1])


def page(report, statistic):
    """The page of docs."""
    limits = [f"With {threads} thread{'s' * (int(threads) != 1)}, {reports.limits_text(found)}.\n"
              for threads, found in report["limits"].items()]
    return "\n".join([
        "# Benchmarks", "", f"{conditions(report)} Times are the {statistic} of the samples.", "",
        "The floor is the time in which the bytes that must move could have moved at the best rate that any of the "
        "libraries reached on as many bytes, or the multiplications have been done at the rate of the fastest product.",
        "", *limits, *summary_table(report, statistic), "", reports.markdown(report, statistic)])


def write(report, statistic):
    """Replace the section of the README between the marks, and the page."""
    (ROOT / "docs" / "benchmarks.md").write_text(page(report, statistic), encoding="utf-8")
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"README.md has no section between {BEGIN} and {END}")
    section = "\n".join([BEGIN, "", conditions(report), "", *summary_table(report, statistic), "", END])
    readme.write_text(before + section + after, encoding="utf-8")
