"""Histograms: NumPy's counts at every edge, on any number of threads; estimators, weights, errors."""

import os
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

import mltensor as np
from mltensor import torch
from mltensor.errors import DTypeError

ROOT = Path(__file__).resolve().parents[2]
ESTIMATORS = ["auto", "fd", "doane", "scott", "stone", "rice", "sturges", "sqrt"]


def same(result, expected, rtol=0.0):
    """Whether a result, or all of several, has NumPy's shape, dtype and values."""
    if isinstance(expected, (tuple, list)):
        assert len(result) == len(expected)
        return all(same(one, other, rtol) for one, other in zip(result, expected, strict=True))
    expected = numpy.asarray(expected)
    assert result.shape == expected.shape and result.dtype == expected.dtype
    return numpy.allclose(numpy.asarray(result), expected, rtol, 0, equal_nan=True)


def numbers(dtype, size, generator):
    if numpy.dtype(dtype).kind == "f":
        # Some of them lie on edges.
        return numpy.where(generator.random(size) < 0.3, generator.integers(-4, 9, size) / 4,
                           generator.normal(size=size)).astype(dtype)
    low = 0 if dtype.startswith("u") else -50
    return generator.integers(low, 100, size).astype(dtype)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16",
                                   "float32", "float64"])
@pytest.mark.parametrize("size", [0, 1, 50, 5000, 150_000])
def test_histogram(dtype, size, generator):
    array = numbers(dtype, size, generator)
    tensor = np.asarray(array)
    for bins in (1, 10, 100, 600, 3000, [0, 1, 1, 2, 5], [-1.0, 0.0, 0.3, 2.0], numpy.linspace(-2, 4, 25), [1], []):
        for limits in (None, (0, 1), (-1.5, 2.25), (numpy.float64(0.1), numpy.float64(0.7)), (3, 3)):
            if dtype == "float16" and numpy.ndim(bins) == 0 and bins > 100:
                continue  # there are not so many edges
            # NumPy miscounts many float16 between given edges.
            known = array.astype("float32") if dtype == "float16" and numpy.ndim(bins) else array
            assert same(np.histogram(tensor, bins, limits), numpy.histogram(known, bins, limits))


def test_histograms_have_the_same_counts_on_any_number_of_threads(generator):
    array = generator.normal(size=600_001)
    for bins in (7, 1000, 5000, 400_000, numpy.sort(generator.normal(size=70))):
        expected = numpy.histogram(array, bins)[0]
        for threads in (1, 2, 4):
            np.set_num_threads(threads)
            assert same(np.histogram(np.asarray(array), bins)[0], expected)
    array = generator.integers(0, 256, 600_001).astype("uint8")
    for threads in (1, 2, 4):
        np.set_num_threads(threads)
        assert same(np.histogram(np.asarray(array), 13), numpy.histogram(array, 13))


def test_numbers_beside_edges_that_float64_cannot_tell_apart():
    array = numpy.array([2 ** 60 + 3, 2 ** 60, 2 ** 60 + 500, 2 ** 60 - 1, 2 ** 60 + 5000])
    for bins, limits in (([2 ** 60, 2 ** 60 + 3, 2 ** 60 + 500], None), (3, (2 ** 60, 2 ** 60 + 4096))):
        assert same(np.histogram(np.asarray(array), bins, limits), numpy.histogram(array, bins, limits))
    narrow = numpy.float32(1000) + numpy.arange(40, dtype="float32") * numpy.float32(2 ** -13)
    assert same(np.histogram(np.asarray(narrow), 17), numpy.histogram(narrow, 17))


def test_nan_and_infinities():
    array = numpy.array([numpy.nan, 0.5, numpy.inf, -numpy.inf, 1.0])
    for bins in ([0, 1, 2], [-numpy.inf, 0, numpy.inf], numpy.linspace(0, 1, 11)):
        assert same(np.histogram(np.asarray(array), bins), numpy.histogram(array, bins))
    assert same(np.histogram(np.asarray(array), 4, (0, 1)), numpy.histogram(array, 4, (0, 1)))
    with pytest.raises(ValueError, match=r"autodetected range of \[nan, nan\] is not finite"):
        np.histogram(array)
    with pytest.raises(ValueError, match=r"supplied range of \[0, inf\] is not finite"):
        np.histogram(array, range=(0, numpy.inf))


@pytest.mark.parametrize("weights", ["float64", "float32", "int64", "complex128"])
def test_weights_and_density(weights, generator):
    array = generator.normal(size=3000)
    given = (generator.normal(size=3000) * 10).astype(weights)
    for bins in (10, [-1, 0, 0.5, 3]):
        for density in (None, True):
            result = np.histogram(np.asarray(array), bins, None, density, np.asarray(given))
            assert same(result, numpy.histogram(array, bins, None, density, given), 2e-4 if "32" in weights else 1e-9)
    assert same(np.histogram(np.asarray(array), 20, density=True), numpy.histogram(array, 20, density=True), 1e-15)


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.filterwarnings("ignore:The number of bins estimated")
def test_estimators(name, generator):
    for array in (generator.normal(size=1000), generator.exponential(size=300).astype("float32"),
                  generator.integers(0, 30, 500), numpy.ones(5), numpy.zeros(0), numpy.array([2.5])):
        assert same(np.histogram_bin_edges(np.asarray(array), name), numpy.histogram_bin_edges(array, name))
        assert same(np.histogram_bin_edges(np.asarray(array), name, (0.5, 2)),
                    numpy.histogram_bin_edges(array, name, (0.5, 2)))


def test_histogramdd(generator):
    columns = [generator.normal(size=2000), generator.integers(0, 9, 2000).astype(float), generator.random(2000)]
    for bins in (5, [3, 4, 5], [numpy.linspace(-1, 1, 4), 3, [0, 0.2, 0.3, 1]]):
        for limits in (None, [None, (1, 5), None]):
            for weights in (None, columns[2]):
                for density in (False, True):
                    options = (bins, limits, density, weights)
                    assert same(np.histogramdd(columns, *options), numpy.histogramdd(columns, *options), 1e-9)
    points = numpy.stack(columns, 1)
    assert same(np.histogramdd(np.asarray(points), 4), numpy.histogramdd(points, 4))
    assert same(np.histogramdd(np.asarray(columns[0]), 4), numpy.histogramdd(columns[0], 4))
    for bins in (6, [3, 4], numpy.linspace(0, 1, 5), [numpy.linspace(0, 1, 3), numpy.linspace(0, 9, 4)]):
        assert same(np.histogram2d(*columns[:2], bins), numpy.histogram2d(*columns[:2], bins))


@pytest.mark.parametrize("right", [False, True])
def test_digitize(right, generator):
    array = generator.integers(-3, 8, (4, 5)) / 2
    for bins in ([0.0, 1.0, 1.0, 2.5], [2.5, 1.0, 0.0], [1.0, 1.0], []):
        assert same(np.digitize(np.asarray(array), bins, right), numpy.digitize(array, bins, right))
    assert np.digitize(1.5, [1, 2]).shape == ()
    with pytest.raises(ValueError, match="monotonically"):
        np.digitize(array, [1, 3, 2])
    with pytest.raises(TypeError, match="complex"):
        np.digitize(array * 1j, [1, 2])


@pytest.mark.parametrize("call", [
    lambda p: p.histogram([1.0], 0), lambda p: p.histogram([1.0], -2), lambda p: p.histogram([1.0], 2.5),
    lambda p: p.histogram([1.0], "best"), lambda p: p.histogram([1.0], "auto", weights=[1.0]),
    lambda p: p.histogram([1.0], [[1, 2]]), lambda p: p.histogram([1.0], [2, 1]),
    lambda p: p.histogram([1.0], range=(2, 1)), lambda p: p.histogram([1.0], weights=[1.0, 2.0]),
    lambda p: p.histogram([1.0, 1.0 + 1e-15], 100), lambda p: p.histogram2d([1, 2], [1, 2, 3]),
    lambda p: p.histogramdd([[1, 2], [3, 4]], [3]), lambda p: p.histogramdd([[1, 2], [3, 4]], 3, [(0, 1)]),
    lambda p: p.histogramdd([[1, 2], [3, 4]], 0), lambda p: p.histogramdd(numpy.zeros((2, 2, 2)), 3),
])
def test_errors_are_of_numpys_classes(call):
    with pytest.raises((ValueError, TypeError)) as expected:
        call(numpy)
    with pytest.raises(expected.type):
        call(np)


def test_bools_are_counted_as_bytes_with_a_warning_and_complex_numbers_are_refused():
    with pytest.warns(RuntimeWarning, match="Converting input from bool"):
        assert np.histogram([True, False, True], 2)[0].tolist() == [1, 2]
    with pytest.raises(DTypeError, match="absolute value"):
        np.histogram([1j, 2j])


def test_numpys_functions_come_here_and_results_stay_off_the_tape(generator):
    tensor = np.asarray(generator.normal(size=50)).requires_grad_()
    counts, edges = numpy.histogram(tensor, 5)
    assert isinstance(counts, np.Tensor) and not counts.requires_grad and not edges.requires_grad
    assert same((counts, edges), numpy.histogram(numpy.asarray(tensor.detach()), 5))


PROGRAM = """
import numpy
import mltensor as np
generator = numpy.random.default_rng(3)
for dtype in ("float32", "float64", "float16", "int32", "uint8"):
    array = (generator.normal(size=10_007) * 20).astype(dtype)
    for bins in (10, 700, 5000 if dtype != "float16" else 9, numpy.unique(generator.normal(size=60) * 20)):
        for limits in (None, (-3, 11)):
            assert np.array_equal(np.histogram(array, bins, limits)[0], numpy.histogram(array, bins, limits)[0])
"""


@pytest.mark.parametrize("isa", ["base", "avx2"])
def test_other_instruction_sets(isa):
    names = ["base", "avx2", "avx512"]
    isa = names[min(names.index(isa), names.index(np.isa()))]
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, cwd=ROOT, env={**os.environ, "MLTENSOR_ISA": isa})


# --- PyTorch's ----------------------------------------------------------------------------------------

def test_pytorchs_functions():
    x = torch.tensor([0.0, 1.0, 2.0, 2.0, 5.0])
    assert torch.histc(x, bins=2, min=1, max=3).tolist() == [1, 2]
    found = torch.histogram(x, bins=2, range=(0.0, 4.0), weight=torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert found.hist.tolist() == [3, 7] and found.bin_edges.tolist() == [0, 2, 4] and found.hist.dtype == torch.float32
    assert torch.bucketize(x, torch.tensor([1.0, 2.0])).tolist() == [0, 0, 1, 1, 2]
    right = torch.bucketize(x, torch.tensor([1.0, 2.0]), right=True, out_int32=True)
    assert right.tolist() == [0, 1, 2, 2, 2] and right.dtype == torch.int32
    rows = torch.tensor([[1.0, 3.0], [2.0, 4.0]])
    assert torch.searchsorted(rows, rows, right=True).tolist() == [[1, 2], [1, 2]]
    assert torch.searchsorted(rows[0], 3.0, side="left").item() == 1
    with pytest.raises(ValueError, match="differ before the last"):
        torch.searchsorted(rows, torch.ones(3, 2))
    with pytest.raises(ValueError, match="side="):
        torch.searchsorted(rows[0], 3.0, side="left", right=True)
