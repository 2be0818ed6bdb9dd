"""The benchmark program: a table with targets, JSON, Markdown."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
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
    table = benchmarks("--markdown", str(kept))
    assert "| / numpy | target |" in table
    assert "| a + b, recorded |" in table


def test_every_group_has_rows_that_agree():
    for arguments in (["elementwise", "reductions", "--sizes", "1e4"], ["matmul", "--largest", "16"]):
        printed = benchmarks(*arguments, *QUICK)
        assert printed.count("\n") > 8
        assert "no targets" in printed
