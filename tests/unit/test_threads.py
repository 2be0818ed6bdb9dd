"""Threads: when they start, and that no result depends on them."""

import os
import subprocess
import sys
import threading

import numpy
import pytest

import mltensor as np
from mltensor._costs import COSTS
from mltensor._ops import TABLE


def run_python(code, **environment):
    """Standard output of a program in a process of its own."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def threads():
    """Sets the number of threads for one test."""
    before = np.get_num_threads()
    yield np.set_num_threads
    np.set_num_threads(before)


def test_helpers_start_with_the_first_long_work_and_never_more_than_are_wanted():
    code = """
import os, mltensor as np
count = lambda: len(os.listdir("/proc/self/task"))
before = count()
np.set_num_threads(3)
x = np.ones(1_000_000)
x[:10] + x[:10]
short = count() - before
np.exp(x); x + x
print(short, count() - before)
"""
    assert run_python(code) in ("0 2", "2 2")


def test_threads_of_the_program_compute_at_once(threads):
    threads(3)
    x = np.asarray(numpy.random.default_rng(0).normal(size=300_000))
    expected = [numpy.asarray(np.exp(x * k) + x.sum()).tobytes() for k in range(4)]
    wrong = []

    def work(k):
        results = [numpy.asarray(np.exp(x * k) + x.sum()).tobytes() for _ in range(30)]
        wrong.extend(k for result in results if result != expected[k])

    workers = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong


def test_more_threads_than_cores_are_no_harm(threads):
    x = np.asarray(numpy.random.default_rng(0).normal(size=200_000).astype("float32"))
    results = set()
    for count in (1, 2, 7, 64):
        threads(count)
        for _ in range(50):
            results.add(numpy.asarray(np.tanh(x + x)).tobytes())
    assert len(results) == 1


def test_changing_the_number_of_threads_between_regions(threads):
    x = np.ones(500_000)
    for count in (2, 5, 1, 3, 2, 4) * 20:
        threads(count)
        assert float((x + x)[-1]) == 2.0


def test_every_loop_has_a_cost():
    for record in TABLE.values():
        if record.expr is not None:
            assert record.name in COSTS, "python -m mltensor._calibrate makes the table anew"


def test_costs_can_be_measured_anew():
    code = """
from mltensor._core.elementwise import loop_costs
from mltensor._costs import COSTS
measured = loop_costs("exp")
print(measured != COSTS["exp"], [bool(a) == bool(b) for a, b in zip(measured, COSTS["exp"])].count(False))
"""
    assert run_python(code, MLTENSOR_CALIBRATE="1") == "True 0"
    assert run_python(code) == "False 0"


def test_the_callers_processors_stay_its_own():
    assert run_python("""
import os, mltensor as np
affinity = getattr(os, "sched_getaffinity", lambda process: {0})
confine = getattr(os, "sched_setaffinity", lambda process, processors: None)
np.set_num_threads(2)
x = np.ones(2_000_000)
allowed = affinity(0)
for processors in (allowed, {min(allowed)}):
    confine(0, processors)
    for _ in range(50):
        assert float((x + x).sum()) == 4_000_000
    assert affinity(0) == processors
print("kept")
""") == "kept"
