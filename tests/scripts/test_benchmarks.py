"""The benchmark program: a table with targets, JSON, Markdown, pages of the documentation, instruction counts."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))  # at the end: an installed mltensor comes before the source
Case = importlib.import_module("benchmarks.cases").Case
instructions, limits, pages, report = (importlib.import_module(f"benchmarks.{name}")
                                       for name in ("instructions", "limits", "pages", "report"))
QUICK = ["--libraries", "mltensor,numpy", "--threads", "1", "--rounds", "1", "--sample", "0.0001"]


def benchmarks(*arguments):
    """What the program prints."""
    done = subprocess.run([sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, env=os.environ,
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_row_shows_its_target_and_whether_it_is_met(tmp_path):
    kept = tmp_path / "results.json"
    printed = benchmarks("small", "--only", "a + b", *QUICK, "--json", str(kept))
    assert printed.count("0.35 numpy: met") + printed.count("0.35 numpy: MISSED") == 1
    assert "of 2 targets met" in printed
    results = json.loads(kept.read_text())["results"]
    assert [row["targets"] for row in results] == [{"numpy": 0.35}, {"numpy": 0.55, "torch": 0.15}]
    assert all(row["times"]["mltensor"]["median"] > 0 for row in results)
    assert [row["threads"] for row in results] == [1, 1]
    table = benchmarks("--markdown", str(kept))
    assert "| best peer | / best | floor | of floor | target |" in table
    assert "| a + b, recorded |" in table


def test_every_group_has_rows_that_agree():
    for arguments in (["elementwise", "reductions", "scans", "--sizes", "1e4"], ["matmul", "--largest", "16"],
                      ["calls", "--only", "add, 1"], ["indexing", "--only", "1e5"], ["sorting", "--only", "1e3"]):
        printed = benchmarks(*arguments, *QUICK)
        assert "targets met" in printed
        assert "the results differ" not in printed


def row(ours, best, targets, floor=None, **fields):
    times = {"mltensor": ours, "numpy": 9.0, "torch": best}
    return {"case": "a + b", "work": "sums", "group": "small", "threads": 1, "targets": targets, "floor": floor,
            "times": {name: {"median": time} for name, time in times.items()}} | fields


def test_targets_compare_to_the_best_peer_and_to_the_floor():
    record = row(2.0, 4.0, {"best": 0.5, "floor": 1.25}, floor=1.0)
    assert report.verdicts(record, "median") == [("best", 0.5, 0.5, True), ("floor", 1.25, 2.0, False)]
    assert report.row(record, ["mltensor", "numpy", "torch"], "median")[4:] == [
        "torch", "0.50", "1 s", "50%", "0.5 best: met, 1.25 floor: MISSED"]
    assert "missed: a + b (1 threads): 2.00 of floor, at most 1.25" in report.summary([record], "median")
    record = row(3.5, 4.0, {"best": 0.5}, floor=3.0)
    assert report.target_text(record, "median") == "0.5 best: MISSED (the floor is 0.75)"


def test_the_floor_is_the_slower_of_moving_and_computing():
    found = {"stream": {"1000": 100.0, "100000": 10.0}, "read": {"1000": 200.0, "100000": 20.0},
             "flops": {"float32": 50.0}}
    case = Case("", "", None, reads=800, writes=200)
    assert limits.floor(case, found) == 10.0
    assert limits.floor(Case("", "", None, reads=1000), found) == 5.0
    assert limits.floor(Case("", "", None, reads=800, writes=200, flops=1000), found) == 20.0
    assert limits.floor(Case("", "", None), found) is None


def test_pages_sum_up_kinds_of_work():
    kept = {"results": [row(2.0, 4.0, {"best": 0.5}), row(3.0, 4.0, {"best": 0.5}, threads=2)], "threads": [1, 2]}
    assert pages.summary_rows(kept, "median") == [["sums", "0.50", "0.50", "0.75", "0.75", "1 of 2"]]


def test_kept_instruction_counts_name_the_statements():
    titles = [title for title, _, _ in instructions.STATEMENTS if title != "nothing"]
    for counts in instructions.read_kept().values():
        assert list(counts) == titles
