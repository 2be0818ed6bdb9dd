"""The main job as a user runs it: train, save, load again."""

import importlib.util
import os
import re
import subprocess
import sys

import mltensor as np
from mltensor.data import load_digits
from mltensor.examples import digits
from mltensor.io import load


def run(folder, *arguments):
    return subprocess.run([sys.executable, "-m", "mltensor.examples.digits", *arguments], cwd=folder, timeout=120,
                          capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)})


def test_the_digits_are_learned(tmp_path):
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    shares = [float(text) for text in re.findall(r"(\d+\.\d+)%", done.stdout)]
    assert len(shares) == 2 and shares[0] == shares[1] >= 97
    assert "training: 100%" in done.stderr and "accuracy=" in done.stderr
    state = load(tmp_path / "digits.safetensors")
    assert [tuple(value.shape) for name, value in sorted(state.items()) if name.endswith("weight")] == [
        (256, 64), (128, 256), (10, 128)]
    if importlib.util.find_spec("matplotlib"):
        assert (tmp_path / "digits.png").stat().st_size > 5000
    else:
        assert "matplotlib is not installed" in done.stdout


def test_options(tmp_path):
    first = run(tmp_path, "--epochs", "2", "--seed", "3", "--output", "a.safetensors")
    second = run(tmp_path, "--epochs", "2", "--seed", "3", "--output", "b.safetensors")
    assert first.returncode == second.returncode == 0
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    wrong = run(tmp_path, "--epochs", "0")
    assert wrong.returncode == 2 and "at least 1" in wrong.stderr


def test_the_split_keeps_a_fifth_of_each_digit():
    _, labels = load_digits()
    learned, kept = digits.split(labels, 0)
    assert sorted([*learned.tolist(), *kept.tolist()]) == list(range(1797))
    for digit in range(10):
        assert int(np.sum(labels[kept] == digit)) == int(np.sum(labels == digit)) // 5
