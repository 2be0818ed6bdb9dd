"""The standard's special cases and dtype rules in the large: where threads, blocks and vectors do the work.

The standard's own suite stops at 1,024 elements. Here every operation gets all pairs of special values, repeated
beyond every threshold, contiguous, strided and transposed, with one and two threads; the answer must be what
single elements give, whose agreement with the standard `tests/ops` and that suite prove.
"""

import os
import subprocess
import sys

import numpy
import pytest

import mltensor as np
from mltensor._build import OPERATIONS
from ops.records import ELEMENTWISE, accepted_dtypes, name_of

# Several times the number of elements at which threads begin, and no multiple of any vector.
SIZE = 2 * 131072 + 4099
KINDS = ("bool", "uint8", "int64", "float16", "float32", "float64", "complex64")
PAIRS = [(record, dtype) for record in ELEMENTWISE for dtype in accepted_dtypes(record) if dtype.name in KINDS]
FLOATS = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, numpy.inf, -numpy.inf, numpy.nan)


def special(dtype):
    """The values of a dtype at which the standard says something special, and some between."""
    dtype = numpy.dtype(dtype)
    if dtype.kind == "b":
        return numpy.array([False, True])
    if dtype.kind in "iu":
        limits = numpy.iinfo(dtype)
        return numpy.array([0, 1, 2, 3, 7, limits.max, limits.min, limits.max - 1], dtype)
    if dtype.kind == "f":
        limits = numpy.finfo(dtype)
        return numpy.array([*FLOATS, limits.max, -limits.max, limits.tiny, limits.smallest_subnormal], dtype)
    parts = numpy.array(FLOATS, "float64")
    grid = numpy.empty((len(parts), len(parts)), dtype)
    grid.real, grid.imag = numpy.meshgrid(parts, parts)
    return grid.reshape(-1)[:: 1 if dtype.itemsize == 8 else 3]


def operands(record, dtype):
    """Every combination of special values, one array per input."""
    values = special(dtype)
    if record.name == "power" and numpy.dtype(dtype).kind == "i":
        second = values[values >= 0]
    else:
        second = values
    inputs = [values, second, second[:3]][: len(record.inputs)]
    return [grid.reshape(-1) for grid in numpy.meshgrid(*inputs, indexing="ij")]


def laid_out(array, layout):
    """A tensor of the values of a vector in one of three layouts; always a matrix."""
    matrix = array.reshape(-1, 2)
    if layout == "transposed":
        return np.array(numpy.ascontiguousarray(matrix.T)).T
    if layout == "strided":
        wide = np.zeros((matrix.shape[0], 4), dtype=matrix.dtype)
        wide[:, ::2] = np.array(matrix)
        return wide[:, ::2]
    return np.array(matrix)


def same(actual, wanted):
    """Whether two arrays agree: NaN where NaN, zeros with their sign, everything else nearly to the last bit."""
    if wanted.dtype.kind == "c":
        return same(actual.real, wanted.real) & same(actual.imag, wanted.imag)
    if wanted.dtype.kind != "f":
        return actual == wanted
    with numpy.errstate(all="ignore"):
        # A vector's arithmetic may round otherwise than one element's, by its own documented error.
        near = numpy.abs(actual - wanted) <= 4 * numpy.spacing(numpy.abs(wanted))
    equal = (actual == wanted) & (numpy.signbit(actual) == numpy.signbit(wanted))
    return equal | (near & (wanted != 0)) | (numpy.isnan(actual) & numpy.isnan(wanted))


@pytest.mark.parametrize(("record", "dtype"), PAIRS, ids=name_of)
def test_an_operation_gives_in_the_large_what_it_gives_for_single_elements(record, dtype):
    operation = OPERATIONS[record.name]
    inputs = operands(record, dtype)
    count = inputs[0].size
    single = numpy.stack([numpy.asarray(operation(*(np.array(one[i:i + 1]) for one in inputs)))[0]
                          for i in range(count)])
    times = SIZE // count + 1
    times += times * count % 2
    large = [numpy.tile(one, times) for one in inputs]
    wanted = numpy.tile(single, times).reshape(-1, 2)
    first = None
    for threads, layout in ((1, "contiguous"), (2, "contiguous"), (2, "strided"), (2, "transposed")):
        np.set_num_threads(threads)
        result = operation(*(laid_out(one, layout) for one in large))
        assert result.dtype == single.dtype
        actual = numpy.asarray(result)
        agrees = same(actual, wanted)
        if not agrees.all():
            at = tuple(int(i[0]) for i in numpy.nonzero(~agrees))
            given = [one.reshape(-1, 2)[at] for one in large]
            raise AssertionError(f"{record.name}{given} {layout}: {actual[at]!r}, alone {wanted[at]!r}")
        if layout == "contiguous":
            first = actual if first is None else first
            assert first.tobytes() == actual.tobytes(), "the number of threads changes the result"


# --- what has structure ---------------------------------------------------------------------------


REDUCTIONS = ("sum", "prod", "max", "min", "mean", "std", "var", "any", "all", "argmax", "argmin", "count_nonzero")


def reduction_inputs():
    """Large matrices with one special value each, and NumPy's dtype rules on integers."""
    shape = (SIZE // 512, 512)
    for value in (numpy.nan, numpy.inf, -numpy.inf, -0.0):
        for dtype in ("float32", "float64"):
            matrix = numpy.ones(shape, dtype) if value else numpy.full(shape, -0.0, dtype)
            matrix[shape[0] // 2, 77] = value
            yield f"{value} {dtype}", matrix
    for dtype in ("bool", "int8", "uint8", "uint32", "int64"):
        yield dtype, (numpy.arange(shape[0] * shape[1]) % 7 == 3).astype(dtype).reshape(shape)


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("transposed", [False, True])
def test_reductions_in_the_large_follow_numpy_in_special_values_and_dtypes(name, transposed):
    for what, matrix in reduction_inputs():
        given, tensor = (x.T if transposed else x for x in (matrix, np.array(matrix)))
        for axis in (None, 0, 1):
            with numpy.errstate(all="ignore"):
                wanted = numpy.asarray(getattr(numpy, name)(given, axis=axis))
            for threads in (1, 2):
                np.set_num_threads(threads)
                actual = numpy.asarray(getattr(np, name)(tensor, axis=axis))
                assert actual.dtype == wanted.dtype, (what, axis)
                numpy.testing.assert_allclose(actual, wanted, rtol=1e-5, atol=1e-6, err_msg=f"{what}, axis {axis}")


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64", "complex64"])
@pytest.mark.parametrize("threads", [1, 2])
def test_sorting_searching_and_sets_in_the_large(dtype, threads, generator):
    np.set_num_threads(threads)
    values = special(dtype)
    array = generator.choice(values, SIZE)
    for tensor in (np.array(array), np.array(numpy.repeat(array, 2))[::2]):
        ordered = numpy.asarray(np.sort(tensor))
        assert same(numpy.abs(ordered), numpy.abs(numpy.sort(array))).all()
        places = numpy.asarray(np.argsort(tensor))
        numpy.testing.assert_array_equal(places, numpy.argsort(array, stable=True))
        distinct, indices, inverse, counts = (numpy.asarray(one) for one in np.unique_all(tensor))
        assert counts.sum() == SIZE
        assert numpy.isnan(distinct).sum() == numpy.isnan(array).sum()
        assert same(numpy.abs(distinct[inverse]), numpy.abs(array)).all()
        assert same(distinct, array[indices]).all()
        chosen = values[::2]
        numpy.testing.assert_array_equal(numpy.asarray(np.isin(tensor, chosen)), numpy.isin(array, chosen))
        with numpy.errstate(all="ignore"):
            numpy.testing.assert_array_equal(numpy.asarray(np.diff(tensor)), numpy.diff(array))


@pytest.mark.parametrize("threads", [1, 2])
def test_running_sums_and_choices_in_the_large(threads, generator):
    np.set_num_threads(threads)
    array = generator.integers(0, 255, (SIZE // 256, 256)).astype("uint8")
    for axis in (0, 1):
        for given, tensor in ((array, np.array(array)), (array.T, np.array(array).T)):
            actual = np.cumulative_sum(tensor, axis=axis, include_initial=True)
            assert actual.dtype == "uint64"
            wanted = numpy.cumulative_sum(given, axis=axis, include_initial=True)
            numpy.testing.assert_array_equal(numpy.asarray(actual), wanted)
    single = np.array(array)
    for scalar, dtype in ((1, "uint8"), (1.5, "float64")):
        assert np.where(single > 3, single, scalar).dtype == dtype
        assert (single + scalar).dtype == dtype
    clipped = np.clip(single.astype("float32"), 2, np.array(200.0, dtype="float32"))
    assert clipped.dtype == "float32" and float(clipped.max()) == 200 and float(clipped.min()) == 2


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float16", "float32", "float64", "complex64"])
def test_products_in_the_large_keep_dtypes_and_special_values(dtype, generator):
    a, b = (generator.integers(0, 4, shape).astype(dtype) for shape in ((257, 301), (301, 263)))
    if a.dtype.kind in "fc":
        a[3, 5], a[100, 7], a[200, 9] = numpy.nan, numpy.inf, -numpy.inf
    with numpy.errstate(all="ignore"):
        wanted = a @ b
    for layout in ("contiguous", "transposed", "strided"):
        results = []
        for threads in (1, 2):
            np.set_num_threads(threads)
            results.append(np.matmul(*(matrix_laid_out(one, layout) for one in (a, b))))
        actual = numpy.asarray(results[0])
        assert actual.dtype == wanted.dtype and actual.tobytes() == numpy.asarray(results[1]).tobytes()
        if wanted.dtype.kind == "c":
            # Where a part is not finite, which of the parts are NaN depends on how the products are added up.
            finite = numpy.isfinite(wanted)
            assert (finite == numpy.isfinite(actual)).all()
            numpy.testing.assert_allclose(actual[finite], wanted[finite], rtol=1e-5)
        else:
            numpy.testing.assert_allclose(actual, wanted, rtol=2e-3 if dtype == "float16" else 1e-5)


def matrix_laid_out(matrix, layout):
    """A tensor of a matrix in one of three layouts."""
    if layout == "transposed":
        return np.array(numpy.ascontiguousarray(matrix.T)).T
    if layout == "strided":
        wide = np.zeros((matrix.shape[0], 2 * matrix.shape[1]), dtype=matrix.dtype)
        wide[:, ::2] = np.array(matrix)
        return wide[:, ::2]
    return np.array(matrix)


def other_instruction_sets():
    """Those this machine has beside the one in use; none where this is such a run itself."""
    order = ("base", "avx2", "avx512")
    inner = "MLTENSOR_LARGE_INNER" in os.environ
    return [] if inner else [isa for isa in order[: order.index(np.isa()) + 1] if isa != np.isa()]


def test_every_instruction_set_of_this_machine_gives_the_same():
    """All of this page under the others that MLTENSOR_ISA may name here; the one in use runs above."""
    for isa in other_instruction_sets():
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", os.path.abspath(__file__)]
        answer = subprocess.run(command, env={**os.environ, "MLTENSOR_ISA": isa, "MLTENSOR_LARGE_INNER": "1"},
                                capture_output=True, text=True, check=False)
        assert answer.returncode == 0, f"{isa}:\n{answer.stdout[-3000:]}{answer.stderr[-1000:]}"
