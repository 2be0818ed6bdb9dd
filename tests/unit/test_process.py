"""Threads, fork, Ctrl-C, memory, devices: how the library behaves in a process."""

import gc
import os
import resource
import subprocess
import sys

import numpy
import pytest

import mltensor as np
from mltensor._core.storage import available_threads
from mltensor.errors import DeviceError


def run_python(code, **environment):
    """Standard output of a program in a process of its own."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_number_of_threads_is_taken_from_the_environment():
    assert run_python("import mltensor as np; print(np.get_num_threads())", OMP_NUM_THREADS="3") == "3"


def test_loading_starts_no_threads():
    code = """
import os, numpy
count = lambda: len(os.listdir("/proc/self/task"))
before = count()
import mltensor
print(count() - before)
"""
    assert run_python(code) == "0"


def test_settings_for_loading_are_taken_back():
    code = """
import os
before = dict(os.environ)
import mltensor
print(dict(os.environ) == before)
"""
    assert run_python(code) == "True"
    assert run_python(code, OPENBLAS_NUM_THREADS="4", GOMP_SPINCOUNT="5") == "True"


@pytest.mark.parametrize(
    ("value", "expected"), [("9" * 30, "1024"), ("", None), ("0", None), ("abc", None), ("\u00b2", None)])
def test_a_number_of_threads_that_is_none_is_ignored(value, expected):
    found = run_python("import mltensor as np; print(np.get_num_threads())", OMP_NUM_THREADS=value)
    assert found == (expected or str(available_threads()))


@pytest.mark.parametrize(("processors", "running"), [("1", 1), ("3", 3), ("64", 4)])
def test_no_more_threads_run_than_there_are_processors(processors, running):
    program = """
import os, numpy
before = len(os.listdir("/proc/self/task"))
import mltensor as np
np.set_num_threads(4)
for _ in range(20):
    np.exp(np.ones(4_000_000))
print(np.get_num_threads(), 1 + len(os.listdir("/proc/self/task")) - before)
"""
    assert run_python(program, MLTENSOR_PROCESSORS=processors) == f"4 {running}"


def test_a_wrong_number_of_processors_is_refused():
    with pytest.raises(AssertionError, match="MLTENSOR_PROCESSORS='two': it must be a number from 1 to 1024"):
        run_python("import mltensor", MLTENSOR_PROCESSORS="two")


@pytest.mark.parametrize("count", [0, -1])
def test_number_of_threads_must_be_positive(count):
    with pytest.raises(ValueError, match="at least 1"):
        np.set_num_threads(count)


@pytest.mark.parametrize("function", [
    lambda x: np.exp(x) + x, lambda x: x.sum(), lambda x: x.reshape(500, 600).mean(0), lambda x: np.cumsum(x),
    lambda x: x.reshape(500, 600) @ x.reshape(600, 500), lambda x: np.softmax(x.reshape(3000, 100)), lambda x: x.var(),
    lambda x: np.sort(x), lambda x: np.argmax(x), lambda x: np.logsumexp(x)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_results_are_the_same_bits_for_any_number_of_threads(function, dtype):
    before = np.get_num_threads()
    x = np.asarray(numpy.random.default_rng(0).normal(size=300_000).astype(dtype))
    results = []
    try:
        for count in (1, 2, 4):
            np.set_num_threads(count)
            results.append(numpy.asarray(function(x)).tobytes())
    finally:
        np.set_num_threads(before)
    assert results[0] == results[1] == results[2]


def test_a_forked_child_computes_after_the_parent_used_its_threads():
    code = """
import os, sys, mltensor as np
np.set_num_threads(2)
x = np.ones((700, 700)); (x @ x); np.exp(np.ones(2_000_000))
child = os.fork()
if child == 0:
    ok = float((x @ x)[0, 0]) == 700 and float(np.exp(np.zeros(2_000_000)).sum()) == 2_000_000
    os._exit(0 if ok else 1)
import time
for _ in range(100):
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        print(os.waitstatus_to_exitcode(status)); break
    time.sleep(0.05)
else:
    os.kill(child, 9); print("hangs")
"""
    assert run_python(code) == "0"


# One long call each: the data is there before the clock starts.
LONG = {
    "elementwise": "np.sin(x)", "reduction": "x.var()", "scan": "np.cumsum(x)", "sort": "np.sort(x)",
    "argsort": "np.argsort(x)", "topk": "np.topk(x, 5)", "unique": "np.unique(where)", "matmul": "m @ m",
    "integer matmul": "k @ k", "take": "x[where]", "gather": "np.gather(x, 0, where)",
    "scatter_add": "np.scatter_add(x, 0, where, x)", "concat": "np.concat([x, x])", "fill": "np.ones(40_000_000)",
    "copy": "m.T.copy()", "fft": "np.fft.fft(m)",
}


@pytest.mark.parametrize("work", LONG)
def test_ctrl_c_ends_a_long_kernel(work):
    code = f"""
import os, signal, threading, time, numpy, mltensor as np
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
generator = numpy.random.default_rng(0)
x = np.asarray(generator.normal(size=20_000_000))
where = np.asarray(generator.integers(0, x.size, x.size))
m = np.asarray(generator.normal(size=(4000, 4000)))
k = np.asarray(generator.integers(0, 9, (2000, 2000)))
sent, go = [], threading.Event()
def interrupt():
    go.wait()
    time.sleep(0.1)
    sent.append(time.perf_counter()); os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
try:
    go.set()
    while True:
        {LONG[work]}
except KeyboardInterrupt:
    print(time.perf_counter() - sent[0] < 0.5, float(np.ones(3).sum()))
"""
    assert run_python(code) == "True 3.0"


def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


@pytest.mark.parametrize("recorded", [False, True])
def test_small_operations_do_not_grow_memory(recorded):
    x, y = np.ones(10), np.asarray(numpy.arange(10.0))
    w = np.ones((10, 10)).requires_grad_(recorded)

    def work(times):
        for i in range(times):
            z = np.exp(x * y + 1.0)[1:7].reshape(2, 3).sum(0)
            v = (w @ y - z[0]).mean()
            if recorded:
                w.grad = None
                v.backward()
            if i % 50 == 0:
                with pytest.raises(ValueError, match="broadcast"):
                    x + np.ones(3)

    work(3_000)
    before = resident()
    work(25_000)
    assert resident() - before < 1 << 20


def test_tensors_of_two_devices_do_not_mix():
    a, b = np.ones(3), np.ones(3, device="cpu:1")
    assert str(b.device) == "cpu:1" and (b + b).device == b.device
    with pytest.raises(DeviceError, match=r"cpu.*cpu:1"):
        a + b
    with pytest.raises(DeviceError, match="cpu:1"):
        np.concat([a, b])
    assert numpy.asarray(a + b.to("cpu")).tolist() == [2.0, 2.0, 2.0]


def test_gradients_cross_devices():
    x = np.ones(3).requires_grad_()
    (x.to("cpu:1") * 3.0).sum().backward()
    assert x.grad.device == x.device
    assert x.grad.tolist() == [3.0, 3.0, 3.0]


def test_gradcheck_on_another_device():
    x = np.array([0.5, 1.5], device="cpu:1").requires_grad_()
    assert np.autograd.gradcheck(np.sin, (x,))
    assert np.autograd.gradgradcheck(np.sin, (x,))


def test_an_unknown_device_is_refused():
    with pytest.raises(DeviceError, match="the devices are cpu, cpu:1"):
        np.ones(3, device="tpu")


def test_an_instruction_set_can_be_forced_and_is_checked():
    assert run_python("import mltensor as np; print(np.isa(), float(np.exp(np.zeros(3)).sum()))",
                      MLTENSOR_ISA="base") == "base 3.0"
    done = subprocess.run([sys.executable, "-c", "import mltensor"], capture_output=True, text=True, check=False,
                          env={**os.environ, "MLTENSOR_ISA": "mmx"})
    assert done.returncode != 0
    assert "base, avx2, avx512" in done.stderr
