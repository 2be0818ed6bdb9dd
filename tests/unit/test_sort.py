"""Sorting, searching and distinct values against NumPy; special values, stability, gradients."""

import os
import subprocess
import sys

import numpy
import pytest

import mltensor as np
from mltensor.autograd import gradcheck, gradgradcheck
from mltensor.errors import AxisError, DTypeError, IndexingError, ShapeError

REAL = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64",
        "float16", "float32", "float64"]
DTYPES = [*REAL, "complex64", "complex128"]


@pytest.fixture
def generator():
    return numpy.random.default_rng(6)


def same(result, expected):
    expected = numpy.asarray(expected)
    assert result.shape == expected.shape and result.dtype == expected.dtype
    return numpy.asarray(result).tobytes() == expected.tobytes()


def numbers(generator, shape, dtype):
    """Numbers with many ties, extremes, and for floats NaN, infinities and both zeros."""
    kind = numpy.dtype(dtype).kind
    if kind == "b":
        return generator.integers(0, 2, shape).astype(bool)
    if kind in "iu":
        info = numpy.iinfo(dtype)
        choices = numpy.array([info.min, info.max, 0, 1, 5, info.max - 1, info.min + 1], dtype=dtype)
        return generator.choice(choices, shape)
    choices = numpy.array([0.0, -0.0, 1.5, -1.5, numpy.inf, -numpy.inf, numpy.nan, 2.0, 1e-7, -3.0])
    array = generator.choice(choices, shape).astype(dtype)
    if kind == "c":
        array.imag = generator.choice(choices, shape)
    return array


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(0,), (1,), (5,), (40,), (200,), (3000,), (4, 30), (30, 4), (3, 0, 2), (2, 50, 3)])
def test_sort_and_argsort(dtype, shape, generator):
    array = numbers(generator, shape, dtype)
    for axis in (None, *range(-1, len(shape))):
        assert same(np.sort(np.asarray(array), axis=axis), numpy.sort(array, axis=axis, kind="stable"))
        assert same(np.argsort(np.asarray(array), axis=axis), numpy.argsort(array, axis=axis, kind="stable"))


@pytest.mark.parametrize("dtype", DTYPES)
def test_strided_lines(dtype, generator):
    array = numbers(generator, (9, 40), dtype)
    for view in (array.T, array[::-1, ::-2], numpy.broadcast_to(array[0], (3, 40))):
        assert same(np.sort(np.asarray(view)), numpy.sort(view, kind="stable"))
        assert same(np.argsort(np.asarray(view), axis=0), numpy.argsort(view, axis=0, kind="stable"))


@pytest.mark.parametrize("dtype", REAL)
@pytest.mark.parametrize("size", [5, 300, 2000])
def test_descending_is_stable_with_nan_last(dtype, size, generator):
    array = numbers(generator, size, dtype)
    nan = array != array
    keys = numpy.flatnonzero(~nan)
    ranks = numpy.unique(array[keys], return_inverse=True)[1]
    order = numpy.concatenate([keys[numpy.argsort(-ranks, kind="stable")], numpy.flatnonzero(nan)])
    assert same(np.argsort(np.asarray(array), descending=True), order)
    assert same(np.sort(np.asarray(array), descending=True), array[order])


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint8"])
def test_one_long_line_on_several_threads(dtype, generator):
    array = (generator.standard_normal(300_000) * 50).astype("int8").astype(dtype)
    array[::7] = generator.standard_normal(len(array[::7])).astype(dtype)
    threads = np.get_num_threads()
    try:
        for count in (1, 2, 3):
            np.set_num_threads(count)
            assert same(np.sort(np.asarray(array)), numpy.sort(array))
            assert same(np.argsort(np.asarray(array)), numpy.argsort(array, kind="stable"))
    finally:
        np.set_num_threads(threads)


def distributions(generator, size):
    """Keys that lie evenly, in clusters, all but a few at one place, in order, and far from each other."""
    heavy = numpy.where(generator.random(size) < 0.999, 7, generator.integers(0, 1 << 40, size))
    special = generator.standard_normal(size)
    special[::7], special[::11], special[::13], special[3::7] = numpy.nan, -0.0, 0.0, -numpy.nan
    return {
        "even": generator.random(size),
        "normal": generator.standard_normal(size),
        "exponential": numpy.exp(5 * generator.standard_normal(size)),
        "few": generator.integers(0, 10, size),
        "heavy": heavy,
        "equal": numpy.full(size, 3),
        "sorted": numpy.sort(generator.random(size)),
        "reversed": numpy.sort(generator.random(size))[::-1],
        "almost sorted": numpy.sort(generator.random(size)) + (generator.random(size) < 1e-3),
        "outliers": numpy.concatenate([generator.random(size - 2), [1e30, -1e30]]),
        "integers": generator.integers(-(1 << 40), 1 << 40, size),
        "clusters": generator.integers(0, 5, size) * 1e6 + generator.random(size),
        "special": special,
    }


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int16"])
@pytest.mark.parametrize("size", [33, 100, 1000, 20_000, 300_001])
def test_every_distribution_is_sorted(dtype, size, generator):
    threads = np.get_num_threads()
    for name, array in distributions(generator, size).items():
        with numpy.errstate(all="ignore"):
            array = numpy.ascontiguousarray(array).astype(dtype)
        order = numpy.argsort(array, kind="stable")
        try:
            np.set_num_threads(1 + size % 2)
            assert same(np.sort(np.asarray(array)), array[order]), name
            assert same(np.argsort(np.asarray(array)), order), name
            assert same(np.sort(np.asarray(array[::-1])[::-1]), array[order]), name
        finally:
            np.set_num_threads(threads)


def test_a_bucket_that_holds_almost_everything(generator):
    array = numpy.zeros(1_500_000, dtype="int64")
    array[::1000] = generator.integers(-(1 << 62), 1 << 62, len(array[::1000]))
    array[1::2] += generator.integers(0, 3, len(array[1::2]))
    assert same(np.sort(np.asarray(array)), numpy.sort(array))
    assert same(np.argsort(np.asarray(array)), numpy.argsort(array, kind="stable"))


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_lines_across_memory(dtype, generator):
    array = (generator.standard_normal((70, 40, 30)) * 40).astype(dtype)
    for axis in (0, 1):
        assert same(np.sort(np.asarray(array), axis=axis), numpy.sort(array, axis=axis))
        assert same(np.argsort(np.asarray(array), axis=axis), numpy.argsort(array, axis=axis, kind="stable"))
        values, positions = np.topk(np.asarray(array), 5, axis=axis, largest=False)
        expected = numpy.argsort(array, axis=axis, kind="stable").take(range(5), axis=axis)
        assert same(positions, expected) and same(values, numpy.take_along_axis(array, expected, axis))


def wrong_short_lines():
    """Descriptions of sorts of many short lines whose bits are not those of NumPy's stable order."""
    generator, found = numpy.random.default_rng(8), []
    for dtype in REAL:
        for length in (2, 3, 15, 16, 17, 33, 100, 257, 1030):
            for lines in (3, 8, 15, 16, 40, 301 if length < 100 else 50):
                array = (generator.normal(size=(lines, length)) * 9).astype(dtype)
                if numpy.dtype(dtype).kind == "f":
                    special = generator.random(array.shape) < 0.1
                    array[special] = generator.choice([0.0, -0.0, numpy.nan, numpy.inf], special.sum())
                if dtype == "int64" and lines % 2:
                    # Far apart, but near to each other in places: keys have no room beside their positions.
                    array[:, ::5] += generator.choice([2 ** 62, -2 ** 62], array[:, ::5].shape)
                for given, axis in ((array, 1), (array.T.copy(), 0), (numpy.asfortranarray(array), 1),
                                    (array[:, ::-1], 1)):
                    order = numpy.argsort(given, axis=axis, kind="stable")
                    values = numpy.take_along_axis(given, order, axis)
                    tensor = np.asarray(given)
                    top = np.topk(tensor, length // 2, axis=axis, largest=False)
                    part = order.take(range(length // 2), axis)
                    if not (numpy.array_equal(numpy.asarray(np.argsort(tensor, axis=axis)), order)
                            and numpy.asarray(np.sort(tensor, axis=axis)).tobytes() == values.tobytes()
                            and numpy.array_equal(numpy.asarray(top[1]), part)
                            and numpy.asarray(top[0]).tobytes() == values.take(range(length // 2), axis).tobytes()):
                        found.append((dtype, length, lines, given.strides))
    return found


def wrong_few():
    """Descriptions of the first few of longer lines that are not those of NumPy's stable order."""
    generator, found = numpy.random.default_rng(9), []
    for dtype in ("int8", "uint16", "float16", "float32", "int64", "float64"):
        for length in (256, 257, 1000, 5003):
            for few in (1, 2, 7, length // 16):
                numbers = (generator.normal(size=(3, length)) * 20).astype(dtype)
                if numpy.dtype(dtype).kind == "f":
                    numbers[:, ::37] = generator.choice([0.0, -0.0, numpy.nan, numpy.inf])
                for lines in (numbers, numpy.sort(numbers)[:, ::-1], numpy.sort(numbers), numpy.zeros_like(numbers),
                              numpy.asfortranarray(numbers)):
                    values, places = np.topk(np.asarray(lines), few, largest=False)
                    order = numpy.argsort(lines, axis=1, kind="stable")[:, :few]
                    if not (numpy.array_equal(numpy.asarray(places), order) and numpy.asarray(values).tobytes()
                            == numpy.take_along_axis(lines, order, 1).tobytes()):
                        found.append((dtype, length, few))
    return found


def test_many_short_lines():
    assert wrong_short_lines() == []


def test_few_of_longer_lines():
    assert wrong_few() == []


@pytest.mark.parametrize("isa", ["base", "avx2"])
def test_short_lines_and_few_by_other_instruction_sets(isa):
    names = ("base", "avx2", "avx512")
    isa = names[min(names.index(isa), names.index(np.isa()))]
    program = "import test_sort\nassert test_sort.wrong_short_lines() == [] and test_sort.wrong_few() == []"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=os.path.dirname(__file__),
                   env={**os.environ, "MLTENSOR_ISA": isa,
                        "PYTHONPATH": os.path.dirname(os.path.dirname(np.__file__))})


def test_signed_zeros_and_nan_keep_their_bits():
    array = numpy.array([0.0, -0.0, numpy.nan, -0.0, 0.0, -numpy.nan, -1.0])
    result = numpy.asarray(np.sort(np.asarray(array)))
    assert numpy.signbit(result).tolist() == [True, False, True, True, False, False, True]
    assert numpy.isnan(result[5:]).all()


def test_sort_of_scalars_and_options():
    assert np.sort(np.asarray(3.0)).shape == () and np.argsort(np.asarray(3.0)).item() == 0
    x = np.asarray([3, 1, 2])
    assert np.sort(x, kind="heapsort").tolist() == [1, 2, 3]
    assert np.sort(x, stable=False, descending=True).tolist() == [3, 2, 1]
    assert x.argsort().tolist() == [1, 2, 0]
    with pytest.raises(ValueError, match="kind"):
        np.sort(x, kind="bogo")
    with pytest.raises(ValueError, match="order"):
        np.sort(x, order="f0")
    with pytest.raises(AxisError):
        np.sort(x, axis=1)
    assert np.partition(x, 1).tolist() == [1, 2, 3] and np.argpartition(x, 1).tolist() == [1, 2, 0]


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("descending", [False, True])
def test_gradient_of_sort(axis, descending, generator):
    x = np.asarray(generator.standard_normal((3, 4)), requires_grad=True)
    assert gradcheck(lambda t: np.sort(t, axis=axis, descending=descending), (x,))
    assert gradgradcheck(lambda t: np.sort(t, axis=axis, descending=descending) ** 2, (x,))


# --- topk -------------------------------------------------------------------------------------

@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize("axis", [0, 1])
def test_topk(largest, axis, generator):
    array = generator.permutation(60).reshape(6, 10).astype("float64")
    values, positions = np.topk(np.asarray(array), 4, axis=axis, largest=largest)
    order = numpy.argsort(-array if largest else array, axis=axis).take(range(4), axis=axis)
    assert same(positions, order)
    assert same(values, numpy.take_along_axis(array, order, axis))
    x = np.asarray(array, requires_grad=True)
    assert gradcheck(lambda t: np.topk(t, 4, axis=axis, largest=largest)[0], (x,))
    assert gradgradcheck(lambda t: np.topk(t, 2, axis=axis, largest=largest)[0] ** 2, (x,))


@pytest.mark.parametrize("dtype", ["int8", "float32", "float64", "uint64"])
@pytest.mark.parametrize("size", [300, 5000, 200_000])
def test_few_of_many(dtype, size, generator):
    array = (generator.standard_normal(size) * 20).astype("int8").astype(dtype)
    for k in (1, 7, size // 5):
        values, positions = np.topk(np.asarray(array), k, largest=False)
        expected = numpy.argsort(array, kind="stable")[:k]
        assert same(positions, expected) and same(values, array[expected])
        assert same(np.topk(np.asarray(array), k)[0], numpy.sort(array)[::-1][:k])


def test_topk_at_the_edges():
    values, positions = np.topk(np.asarray([1.0, numpy.nan, 3.0]), 2)
    assert numpy.isnan(values[0].item()) and positions.tolist() == [1, 2]
    values, positions = np.topk(np.asarray([1.0, 2.0]), 0)
    assert values.shape == positions.shape == (0,)
    with pytest.raises(ShapeError, match="k=3 is outside of 0 to 2"):
        np.topk(np.asarray([1.0, 2.0]), 3)
    with pytest.raises(DTypeError):
        np.topk(np.asarray([1j]), 1)


# --- searching --------------------------------------------------------------------------------

@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("side", ["left", "right"])
def test_searchsorted(dtype, side, generator):
    array = numbers(generator, 50, dtype)
    queries = numbers(generator, (4, 5), dtype)
    ordered, order = numpy.sort(array), numpy.argsort(array, kind="stable")
    expected = numpy.searchsorted(ordered, queries, side)
    assert same(np.searchsorted(np.asarray(ordered), np.asarray(queries), side=side), expected)
    assert same(np.searchsorted(np.asarray(array), np.asarray(queries), side=side, sorter=np.asarray(order)), expected)


@pytest.mark.parametrize("dtype", ["int8", "uint32", "int64", "float16", "float32", "float64"])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(("length", "count"), [(1, 40), (2, 40), (16, 90), (31, 70), (32, 70), (33, 70), (1000, 3),
                                               (1000, 5003), (5003, 1000)])
def test_many_searches(dtype, side, length, count, generator):
    array, queries = (numbers(generator, n, dtype) for n in (length, count))
    array[: length // 2] = (generator.standard_normal(length // 2) * 50).astype("int8").astype(dtype)
    queries[: count // 2] = (generator.standard_normal(count // 2) * 50).astype("int8").astype(dtype)
    order = numpy.argsort(array, kind="stable")
    expected = numpy.searchsorted(array[order], queries, side)
    assert same(np.searchsorted(np.asarray(array[order]), np.asarray(queries), side=side), expected)
    assert same(np.searchsorted(np.asarray(array), np.asarray(queries), side=side, sorter=np.asarray(order)), expected)


def test_searchsorted_promotes_and_checks():
    assert np.searchsorted(np.asarray([1, 2, 3]), np.asarray([1.5, 9.0])).tolist() == [1, 3]
    assert np.searchsorted(np.asarray([1.0, 2.0]), 2).item() == 1
    assert np.searchsorted(np.zeros(0), np.ones(2)).tolist() == [0, 0]
    with pytest.raises(ShapeError):
        np.searchsorted(np.zeros((2, 2)), 1.0)
    with pytest.raises(ValueError, match="side"):
        np.searchsorted(np.zeros(2), 1.0, side="middle")
    with pytest.raises(IndexingError):
        np.searchsorted(np.zeros(2), 1.0, sorter=np.asarray([0, 2]))


# --- distinct values --------------------------------------------------------------------------

@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(0,), (), (20,), (4, 30)])
def test_unique(dtype, shape, generator):
    array = numpy.asarray(numbers(generator, shape, dtype))
    expected = numpy.unique(array, return_index=True, return_inverse=True, return_counts=True)
    found = np.unique(np.asarray(array), return_index=True, return_inverse=True, return_counts=True)
    assert numpy.array_equal(numpy.asarray(found[0]), expected[0], equal_nan=True) and found[0].dtype == array.dtype
    assert all(map(same, found[1:], expected[1:]))
    assert numpy.array_equal(numpy.asarray(np.unique(np.asarray(array))), expected[0], equal_nan=True)


def test_unique_of_the_standard():
    x = np.asarray([2.0, numpy.nan, 1.0, 2.0, numpy.nan])
    values, counts = np.unique_counts(x)
    assert values.tolist()[:2] == [1, 2] and counts.tolist() == [1, 2, 1, 1]
    everything = np.unique_all(np.asarray([3, 1, 3]))
    assert [one.tolist() for one in everything] == [[1, 3], [1, 0], [1, 0, 1], [1, 2]]
    assert everything.inverse_indices is everything[2]
    values, inverse = np.unique_inverse(np.asarray([[3, 1], [1, 3]]))
    assert values[inverse].tolist() == [[3, 1], [1, 3]]
    assert np.unique_values(np.asarray([2, 1, 2])).tolist() == [1, 2]


def test_unique_along_an_axis():
    array = numpy.array([[1, 2], [3, 4], [1, 2]])
    rows, counts = np.unique(np.asarray(array), axis=0, return_counts=True)
    assert rows.tolist() == [[1, 2], [3, 4]] and counts.tolist() == [2, 1]


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64", "uint64"])
def test_isin_of_integers(dtype, generator):
    array = generator.integers(0, 100, (40, 25)).astype(dtype)
    near, far = generator.integers(0, 120, 30), numpy.array([3, 2 ** 40, -2 ** 60])
    for given in (near.astype(dtype), near - 60, far, near[:0]):
        for invert in (False, True):
            assert same(np.isin(np.asarray(array), np.asarray(given), invert=invert),
                        numpy.isin(array, given, invert=invert))
    assert np.isin(np.asarray([2 ** 62, -2 ** 62]), np.asarray([2 ** 62])).tolist() == [True, False]
