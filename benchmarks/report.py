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


def size_text(size):
    """A number of bytes: "256 KB"."""
    return f"{size >> 20} MB" if size >= 1 << 20 else f"{size >> 10} KB"


def limits_text(limits):
    """What the machine reached."""
    stream, read = (", ".join(f"{rate / 1e9:.0f} ({size_text(int(size))})" for size, rate in limits[kind].items())
                    for kind in ("stream", "read"))
    products = ", ".join(f"{rate / 1e9:.0f} ({dtype})" for dtype, rate in limits["flops"].items())
    return f"limits: GB/s read and written {stream or '-'}; read {read or '-'}; GFLOP/s of products {products or '-'}"


def compared(record, statistic):
    """The times that targets compare ours to: every peer's, "best" of them, and "floor"."""
    times = {name: measured[statistic] for name, measured in record["times"].items()}
    peers = [time for name, time in times.items() if name != "mltensor"]
    if peers:
        times["best"] = min(peers)
    if record.get("floor"):
        times["floor"] = record["floor"]
    return times


def best_peer(record, statistic):
    """The fastest of the others, or None."""
    peers = {name: measured[statistic] for name, measured in record["times"].items() if name != "mltensor"}
    return min(peers, key=peers.get, default=None)


def verdicts(record, statistic):
    """For every target that was measured: (what it compares to, target, our ratio, whether it is kept)."""
    times = compared(record, statistic)
    if "mltensor" not in times:
        return []
    return [(name, target, times["mltensor"] / times[name], times["mltensor"] <= target * times[name])
            for name, target in record.get("targets", {}).items() if name in times]


def target_text(record, statistic):
    """Targets and whether they are met: "0.35 numpy: met"; or that the machine's own limit is above one."""
    times = compared(record, statistic)
    texts = []
    for name, target, _, met in verdicts(record, statistic):
        text = f"{target:g} {name}: {'met' if met else 'MISSED'}"
        if not met and times.get("floor", 0) > target * times[name]:
            text += f" (the floor is {times['floor'] / times[name]:.2f})"
        texts.append(text)
    return ", ".join(texts)


def summary(results, statistic):
    """How many targets are met, and the rows that miss one, the worst first."""
    found = [(reached / target, met,
              f"{record['case']} ({record['threads']} threads): {reached:.2f} of {name}, at most {target:g}")
             for record in results for name, target, reached, met in verdicts(record, statistic)]
    if not found:
        return "no targets among these rows"
    missed = [text for _, met, text in sorted(found, reverse=True) if not met]
    return "\n".join([f"{len(found) - len(missed)} of {len(found)} targets met",
                      *(f"missed: {text}" for text in missed)])


def header(libraries):
    """Titles of the columns: a time per library, how we stand to the fastest peer, the floor."""
    if "mltensor" not in libraries:
        return ["", *libraries]
    return ["", *libraries, "best peer", "/ best", "floor", "of floor", "target"]


def row(record, libraries, statistic):
    """One line of the table."""
    times = {name: record["times"].get(name, {}).get(statistic) for name in libraries}
    cells = [record["case"], *(duration(times[name]) for name in libraries)]
    if "mltensor" in libraries:
        reference = compared(record, statistic)
        floor = reference.get("floor")
        cells += [best_peer(record, statistic) or "-", ratio(times["mltensor"], reference.get("best")), duration(floor),
                  "-" if floor is None else f"{floor / times['mltensor']:.0%}", target_text(record, statistic)]
    return cells


def text_line(cells):
    """Cells in columns for the terminal."""
    return (f"{cells[0]:<38}" + "".join(f"{cell:>10}" if cell != "target" and ":" not in cell else f"  {cell}"
                                        for cell in cells[1:])).rstrip()


def table(titles, rows, words=("", "best peer", "target")):
    """A Markdown table; columns of words to the left, numbers to the right."""
    lines = ["| " + " | ".join(titles) + " |",
             "|" + "".join(" --- |" if title in words else " ---: |" for title in titles)]
    return lines + ["| " + " | ".join(cells) + " |" for cells in rows]


def markdown(report, statistic="median"):
    """The whole report as Markdown tables, a section per group and number of threads."""
    lines = []
    libraries = report["libraries"]
    for group in dict.fromkeys(record["group"] for record in report["results"]):
        for threads in report["threads"]:
            rows = [row(record, libraries, statistic) for record in report["results"]
                    if (record["group"], record["threads"]) == (group, threads)]
            lines += [f"**{group}, {threads} thread{'s' * (threads != 1)}**", "", *table(header(libraries), rows), ""]
    return "\n".join(lines)


def write_json(report, path):
    """Keep a report; the times are in seconds."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")


def read_json(path):
    """A report that was kept."""
    return json.loads(path.read_text(encoding="utf-8"))
