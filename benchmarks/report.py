"""Numbers as a table to read and as JSON to keep."""

import json


def duration(seconds):
    """Seconds with three significant digits and a unit: "463 ns", "1.40 µs"."""
    if seconds is None:
        return "-"
    for limit, factor, unit in ((1e-6, 1e9, "ns"), (1e-3, 1e6, "µs"), (1.0, 1e3, "ms"), (float("inf"), 1.0, "s")):
        if seconds < limit:
            number = seconds * factor
            return f"{number:.0f} {unit}" if number >= 100 else f"{number:.3g} {unit}"
    raise ValueError(f"not a duration: {seconds}")


def ratio(ours, theirs):
    """Our time over theirs."""
    return "-" if ours is None or theirs is None else f"{ours / theirs:.2f}"


def header(libraries):
    """Titles of the columns: a time per library, then our time over each peer's."""
    if "mltensor" not in libraries:
        return ["", *libraries]
    return ["", *libraries, *(f"/ {name}" for name in libraries if name != "mltensor"), "target"]


def verdicts(record, statistic):
    """For every target whose libraries were measured: (library, target, whether our time keeps it)."""
    times = {name: measured[statistic] for name, measured in record["times"].items()}
    return [(name, target, times["mltensor"] <= target * times[name])
            for name, target in record.get("targets", {}).items() if {"mltensor", name} <= set(times)]


def target_text(record, statistic):
    """Targets and whether they are met: "0.35 numpy: met"."""
    return ", ".join(f"{target:g} {name}: {'met' if met else 'MISSED'}"
                     for name, target, met in verdicts(record, statistic))


def summary(results, statistic):
    """How many targets are met, and the rows that miss one."""
    found = [(record["case"], met) for record in results for _, _, met in verdicts(record, statistic)]
    if not found:
        return "no targets among these rows"
    missed = list(dict.fromkeys(case for case, met in found if not met))
    kept = sum(met for _, met in found)
    return f"{kept} of {len(found)} targets met" + "".join(f"; missed: {case}" for case in missed)


def row(record, libraries, statistic):
    """One line of the table."""
    times = {name: record["times"].get(name, {}).get(statistic) for name in libraries}
    cells = [record["case"], *(duration(times[name]) for name in libraries)]
    if "mltensor" in libraries:
        cells += [ratio(times["mltensor"], times[name]) for name in libraries if name != "mltensor"]
        cells.append(target_text(record, statistic))
    return cells


def text_line(cells):
    """Cells in columns for the terminal."""
    return (f"{cells[0]:<36}" + "".join(f"{cell:>12}" if cell != "target" and ":" not in cell else f"  {cell}"
                                        for cell in cells[1:])).rstrip()


def markdown(report, statistic="median"):
    """The whole report as Markdown tables, a section per group."""
    lines = []
    libraries = report["libraries"]
    for group in dict.fromkeys(record["group"] for record in report["results"]):
        cells = header(libraries)
        lines += [f"**{group}**", "", "| " + " | ".join(cells) + " |",
                  "| --- |" + "".join(" --- |" if cell == "target" else " ---: |" for cell in cells[1:])]
        lines += ["| " + " | ".join(row(record, libraries, statistic)) + " |"
                  for record in report["results"] if record["group"] == group]
        lines.append("")
    return "\n".join(lines)


def write_json(report, path):
    """Keep a report; the times are in seconds."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")
