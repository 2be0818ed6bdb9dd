"""Reductions against NumPy: dtypes, axes, strides, empty ranges, masks, start values, threads, gradients."""

import itertools

import numpy
import pytest

import mltensor as np
from mltensor.autograd import gradcheck, gradgradcheck
from mltensor.errors import AxisError

ALL = "?bhiqBHIQefdFD"
REAL = "?bhiqBHIQefd"
TOLERANCE = {"e": 4e-3, "f": 1e-5, "F": 1e-5}
SHAPES = [(), (1,), (7,), (3, 4), (5, 1, 6), (33, 65), (700, 3), (3, 700), (2, 3, 4, 5), (1, 3000), (40000,)]


def random_array(shape, char, seed=0):
    generator = numpy.random.default_rng(seed)
    if char in "FD":
        return numpy.asarray(generator.normal(size=shape) + 1j * generator.normal(size=shape)).astype(char)
    if char in "efd":
        return numpy.asarray(generator.normal(size=shape)).astype(char)
    return numpy.asarray(generator.integers(0, 5, size=shape)).astype(char)


def layouts(array):
    """The same kind of data under other strides."""
    yield array
    if array.ndim:
        yield array[::-1]
        yield array[..., ::2]
    if array.ndim > 1:
        yield array.T
        yield numpy.swapaxes(array, 0, 1)[::-1]
        yield numpy.broadcast_to(array, (2, *array.shape))


def axes_of(array):
    yield None
    yield from range(-array.ndim, array.ndim)
    if array.ndim > 1:
        yield (0, -1)
    if array.ndim > 2:
        yield (0, 2)


def expected(name, array, **keywords):
    """NumPy's answer; float16 and float32 through float64, where NumPy rounds at every step."""
    if array.dtype.char in "ef" and name not in ("max", "min", "any", "all", "argmax", "argmin"):
        return numpy.asarray(getattr(numpy, name)(array.astype("d"), **keywords)).astype(
            "q" if name == "count_nonzero" else array.dtype)
    return numpy.asarray(getattr(numpy, name)(array, **keywords))


def check(name, array, **keywords):
    result = numpy.asarray(getattr(np, name)(np.asarray(array), **keywords))
    wanted = expected(name, array, **keywords)
    assert result.shape == wanted.shape and result.dtype == wanted.dtype
    tolerance = TOLERANCE.get(array.dtype.char, 1e-12)
    numpy.testing.assert_allclose(result, wanted, rtol=tolerance, atol=10 * tolerance)


@pytest.mark.parametrize("name", ["sum", "mean", "var", "std", "any", "all"])
@pytest.mark.parametrize("char", ALL)
def test_values(name, char):
    for shape in SHAPES:
        for array in layouts(random_array(shape, char)):
            for axis, keepdims in itertools.product(axes_of(array), (False, True)):
                check(name, array, axis=axis, keepdims=keepdims)


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("char", REAL)
def test_extremes_are_exact(name, char):
    for shape in SHAPES:
        for array in layouts(random_array(shape, char)):
            for axis in axes_of(array):
                result = numpy.asarray(getattr(np, name)(np.asarray(array), axis=axis, keepdims=True))
                wanted = getattr(numpy, name)(array, axis=axis, keepdims=True)
                numpy.testing.assert_array_equal(result, wanted, strict=True)


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@pytest.mark.parametrize("char", REAL)
def test_positions_of_the_first(name, char):
    for shape in SHAPES:
        for array in layouts(random_array(shape, char)):
            for axis in [None, *range(array.ndim)]:
                result = numpy.asarray(getattr(np, name)(np.asarray(array), axis=axis))
                wanted = numpy.asarray(getattr(numpy, name)(array, axis=axis))
                numpy.testing.assert_array_equal(result, wanted, strict=True)


@pytest.mark.parametrize("char", "?bhiqBHIQfdFD")
def test_prod(char):
    for shape in [(), (1,), (9,), (3, 4), (2, 3, 2), (70, 3), (5000,)]:
        array = random_array(shape, char)
        if char in "fdFD":
            array = (array / numpy.maximum(abs(array), 1e-6)).astype(char)
        for axis in axes_of(array):
            check("prod", array, axis=axis)


@pytest.mark.parametrize("char", ALL)
def test_count_nonzero(char):
    for shape in SHAPES:
        array = random_array(shape, char)
        array = numpy.where(numpy.abs(array) < 1, 0, array).astype(char)
        for axis in axes_of(array):
            result = numpy.asarray(np.count_nonzero(np.asarray(array), axis=axis))
            numpy.testing.assert_array_equal(result, numpy.asarray(numpy.count_nonzero(array, axis=axis)))
            assert result.dtype == numpy.int64


@pytest.mark.parametrize("char", "efd")
def test_logsumexp(char):
    for shape in SHAPES:
        array = random_array(shape, char)
        for axis in axes_of(array):
            wide = array.astype("d")
            wanted = numpy.log(numpy.exp(wide).sum(axis=axis))
            result = np.logsumexp(np.asarray(array), axis=axis)
            assert result.dtype == array.dtype
            numpy.testing.assert_allclose(numpy.asarray(result), wanted, rtol=TOLERANCE.get(char, 1e-12), atol=1e-3)


def test_logsumexp_at_the_ends():
    infinity = float("inf")
    rows = [[-infinity, -infinity], [-infinity, 2.0], [infinity, 1.0], [1000.0, 1000.0]]
    result = np.logsumexp(np.array(rows), axis=1).tolist()
    assert result[:3] == [-infinity, 2.0, infinity]
    assert result[3] == pytest.approx(1000 + numpy.log(2))
    assert numpy.isnan(np.logsumexp(np.array([1.0, numpy.nan])).item())
    assert np.logsumexp(np.zeros((0,))).item() == -infinity


@pytest.mark.parametrize("name", ["sum", "prod", "mean"])
@pytest.mark.parametrize(("char", "dtype"), [("i", "d"), ("f", "d"), ("b", "b"), ("q", "i"), ("d", "f"), ("f", "D"),
                                             ("i", "B"), ("?", "f")])
def test_dtype(name, char, dtype):
    array = random_array((20, 3), char) % 3 if char in "ibq" else random_array((20, 3), char)
    result = numpy.asarray(getattr(np, name)(np.asarray(array), axis=0, dtype=dtype))
    wanted = getattr(numpy, name)(array, axis=0, dtype=dtype)
    assert result.dtype == wanted.dtype
    numpy.testing.assert_allclose(result, wanted, rtol=1e-6)


def test_out_receives_the_result():
    out = np.zeros((3,))
    assert np.sum(np.ones((4, 3)), 0, out=out) is out
    assert out.tolist() == [4.0, 4.0, 4.0]


@pytest.mark.parametrize("char", "iefdF")
def test_where(char):
    array = random_array((6, 50, 3), char)
    mask = numpy.random.default_rng(1).random((50, 1)) < 0.5
    for name, axis in itertools.product(["sum", "prod", "mean", "var", "std", "any", "all"], [None, 1, (0, 1)]):
        if name == "prod" and char == "i":
            continue
        check(name, array, axis=axis, where=mask)
    if char != "F":
        for name in ("max", "min"):
            check(name, array, axis=1, where=mask, initial=2)


@pytest.mark.parametrize("name", ["sum", "prod", "max", "min"])
def test_initial(name):
    for array in (numpy.arange(6.0).reshape(2, 3), numpy.zeros((2, 0)), numpy.arange(6).reshape(2, 3)):
        for axis in (None, 0, 1):
            result = numpy.asarray(getattr(np, name)(np.asarray(array), axis=axis, initial=3))
            numpy.testing.assert_array_equal(result, getattr(numpy, name)(array, axis=axis, initial=3))


def test_empty_ranges():
    x = np.zeros((0, 3))
    assert np.sum(x, axis=0).tolist() == [0.0, 0.0, 0.0]
    assert numpy.copysign(1, np.sum(x).item()) == 1
    assert np.prod(x).item() == 1.0
    assert numpy.isnan(np.mean(x).item()) and numpy.isnan(np.var(x).item())
    assert np.sum(x, axis=1).shape == (0,) and np.max(x, axis=1).shape == (0,)
    assert not np.any(x).item() and np.all(x).item()
    with pytest.raises(ValueError, match=r"max over axis 0 of a tensor of shape \(0, 3\)"):
        np.max(x, axis=0)
    with pytest.raises(ValueError, match="argmin"):
        np.argmin(x)


def test_not_a_number_wins():
    array = numpy.ones((5, 3000), dtype="f")
    array[2, 1234] = numpy.nan
    array[2, 2000] = 5
    for view in (array, array.T):
        axis = 1 if view is array else 0
        for name in ("max", "min"):
            result = numpy.asarray(getattr(np, name)(np.asarray(view), axis=axis))
            numpy.testing.assert_array_equal(result, getattr(numpy, name)(view, axis=axis))
        for name in ("argmax", "argmin"):
            result = numpy.asarray(getattr(np, name)(np.asarray(view), axis=axis))
            numpy.testing.assert_array_equal(result, getattr(numpy, name)(view, axis=axis))
    infinities = np.full((3, 70), -float("inf"))
    assert np.max(infinities).item() == -float("inf") and np.argmax(infinities).item() == 0


@pytest.mark.parametrize("length", [1, 2, 100, 300_000])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_sum_of_negative_zeros_has_numpys_sign(length, dtype):
    zeros = numpy.full((2, length), -0.0, dtype)
    for axis in (None, 0, 1):
        wanted = numpy.signbit(zeros.sum(axis))
        numpy.testing.assert_array_equal(numpy.signbit(numpy.asarray(np.asarray(zeros).sum(axis))), wanted)


def test_axes_are_checked():
    x = np.zeros((2, 3))
    with pytest.raises(ValueError, match="duplicate"):
        np.sum(x, axis=(0, -2))
    with pytest.raises(numpy.exceptions.AxisError):
        np.sum(x, axis=2)
    with pytest.raises(TypeError, match="one axis"):
        np.argmax(x, axis=(0, 1))
    with pytest.raises(TypeError, match="max is not defined for dtype complex128"):
        np.max(np.array([1j]))
    with pytest.raises(TypeError, match="correction"):
        np.var(x, ddof=1, correction=2)
    with pytest.raises(ValueError, match="initial="):
        np.max(x, where=np.asarray([True, False, True]))


def test_correction():
    array = random_array((8, 5), "d")
    numpy.testing.assert_allclose(np.var(np.asarray(array), axis=0, correction=1), numpy.var(array, axis=0, ddof=1))
    numpy.testing.assert_allclose(np.std(np.asarray(array), ddof=1), numpy.std(array, ddof=1))
    numpy.testing.assert_allclose(np.var(np.asarray(array), correction=0.5), numpy.var(array) * 40 / 39.5)


def test_variance_does_not_cancel():
    array = 1e8 + numpy.random.default_rng(0).normal(size=100_000)
    assert np.var(np.asarray(array)).item() == pytest.approx(numpy.var(array), rel=1e-10)


def test_sums_are_accurate():
    array = numpy.random.default_rng(0).random(1_000_003)
    exact = numpy.sum(array.astype(numpy.longdouble))
    for view in (array, array[::-1], array.astype("f")):
        result = np.sum(np.asarray(view)).item()
        reference = numpy.sum(view.astype(numpy.longdouble))
        assert abs(result - reference) <= 2 * numpy.spacing(numpy.asarray(reference, dtype=view.dtype))
    columns = numpy.stack([array, array], axis=1)
    assert abs(np.sum(np.asarray(columns), axis=0).tolist()[1] - exact) < 1e-9


@pytest.mark.parametrize("char", "ifd")
def test_the_same_bits_with_any_number_of_threads(char):
    before = np.get_num_threads()
    arrays = [random_array(shape, char) for shape in [(300_000,), (1000, 300), (100_000, 3), (3, 100_000)]]
    try:
        results = []
        for threads in (1, 2):
            np.set_num_threads(threads)
            results.append([numpy.asarray(getattr(np, name)(np.asarray(array), axis=axis)).tobytes()
                            for array in arrays for axis in (None, *range(array.ndim))
                            for name in ("sum", "mean", "var", "max", "argmax", "any")])
    finally:
        np.set_num_threads(before)
    assert results[0] == results[1]


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "var", "std", "max", "min", "logsumexp"])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_gradients(name, axis, keepdims):
    x = np.asarray(random_array((2, 3, 2), "d", seed=4)).requires_grad_()
    function = getattr(np, name)
    assert gradcheck(lambda x: function(x, axis=axis, keepdims=keepdims), (x,))
    assert gradgradcheck(lambda x: function(x, axis=axis, keepdims=keepdims), (x,))


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "var", "std"])
def test_gradients_under_a_mask(name):
    x = np.asarray(random_array((4, 3), "d", seed=5)).requires_grad_()
    mask = np.asarray([[True], [False], [True], [True]])
    assert gradcheck(lambda x: getattr(np, name)(x, axis=0, where=mask), (x,))


@pytest.mark.parametrize("zeros", [1, 2])
def test_gradient_of_a_product_with_zeros(zeros):
    values = numpy.array([2.0, 3.0, 5.0, 7.0])
    values[:zeros] = 0
    x = np.asarray(values).requires_grad_()
    np.prod(x).backward()
    assert x.grad.tolist() == ([105.0, 0.0, 0.0, 0.0] if zeros == 1 else [0.0] * 4)
    assert gradgradcheck(lambda x: np.prod(x), (x,))


def test_equal_extremes_share_the_gradient():
    x = np.array([1.0, 3.0, 3.0]).requires_grad_()
    np.max(x).backward()
    assert x.grad.tolist() == [0.0, 0.5, 0.5]


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "var", "std"])
def test_complex_gradients(name):
    x = np.asarray(random_array((3, 2), "D", seed=6)).requires_grad_()
    assert gradcheck(lambda x: getattr(np, name)(x, axis=0), (x,))


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "var", "max", "argmax", "any", "count_nonzero", "logsumexp"])
def test_a_number_has_the_axes_0_and_minus_1(name):
    function = getattr(np, name)
    for axis in (0, -1):
        assert function(np.array(3.0), axis=axis).shape == ()
        assert function(np.array(3.0), axis=axis).item() == function(np.array(3.0)).item()
    with pytest.raises(AxisError):
        function(np.array(3.0), axis=1)
    x = np.array(3.0).requires_grad_()
    np.sum(x, axis=0).backward()
    assert x.grad.item() == 1


def test_a_sum_for_a_wider_out_is_computed_in_its_dtype():
    a = numpy.full(1000, 0.1, "float16")
    for name in ("sum", "cumsum"):
        shape = getattr(numpy, name)(a).shape
        wanted = getattr(numpy, name)(a, out=numpy.zeros(shape))
        actual = getattr(np, name)(np.asarray(a), out=np.zeros(shape))
        numpy.testing.assert_allclose(numpy.asarray(actual), wanted, rtol=1e-12)


@pytest.mark.parametrize("name", ["min", "max", "argmin", "argmax"])
@pytest.mark.parametrize("shape, axis", [
    ((0, 0), 0), ((0, 3), 0), ((2, 0, 0), 1), ((0, 3), 1), ((3, 0), 0), ((0,), None)])
def test_extremes_of_nothing_raise_where_numpys_do(name, shape, axis):
    def result(library):
        try:
            return getattr(library, name)(library.zeros(shape), axis=axis).shape
        except ValueError:
            return ValueError

    assert result(np) == result(numpy)


@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("scale", [1e-25, 1.0, 1e20])
def test_deviations_keep_their_range(axis, scale):
    array = (numpy.random.default_rng(0).normal(size=(300, 200)) * scale).astype("f")
    result = numpy.asarray(np.std(np.asarray(array), axis=axis))
    numpy.testing.assert_allclose(result, numpy.std(array.astype("d"), axis=axis).astype("f"), rtol=1e-6)


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_variance_of_blocks_that_lie_apart(axis):
    array = numpy.random.default_rng(0).normal(size=(3000, 40)).astype("f")
    array[:1000] += 1e4
    array[:, :7] -= 3e3
    result = numpy.asarray(np.var(np.asarray(array), axis=axis))
    numpy.testing.assert_allclose(result, numpy.var(array.astype("d"), axis=axis), rtol=1e-6)


@pytest.mark.parametrize("char", "fd")
@pytest.mark.parametrize("place", [0, 63, 64, 130, 999])
def test_extremes_notice_one_nan(place, char):
    array = random_array((7, 1000), char)
    array[3, place] = numpy.nan
    array[5, place], array[6, 999 - place] = numpy.inf, -numpy.inf
    for name in ("max", "min", "argmax", "argmin"):
        for view in (array, array.T.copy(), array.T):
            for axis in (None, 0, 1):
                wanted = getattr(numpy, name)(view, axis=axis)
                numpy.testing.assert_array_equal(numpy.asarray(getattr(np, name)(np.asarray(view), axis=axis)), wanted)


@pytest.mark.parametrize("char", "?bhiqefdFD")
def test_truth_sees_one_element(char):
    for place in (0, 255, 256, 300, 999):
        array = numpy.zeros((3, 1000), char)
        array[1, place] = 1
        for values in (array, ~array if char == "?" else (1 - array).astype(char)):
            for view in (values, values.T.copy()):
                for axis in (None, 0, 1):
                    for name in ("any", "all"):
                        numpy.testing.assert_array_equal(numpy.asarray(getattr(np, name)(np.asarray(view), axis=axis)),
                                                         getattr(numpy, name)(view, axis=axis))


@pytest.mark.parametrize("columns", [1, 2, 3, 8, 100])
def test_truth_of_each_column_is_its_own(columns):
    for rows in (300, 70_000, 3_000_000 // columns):
        array = numpy.zeros((rows, columns), dtype="int8")
        array[0, 0] = array[-1, -1] = 1
        wanted = numpy.zeros(columns, dtype=bool)
        wanted[[0, -1]] = True
        numpy.testing.assert_array_equal(np.any(np.asarray(array), axis=0), wanted)
        numpy.testing.assert_array_equal(np.all(np.asarray(1 - array), axis=0), ~wanted)


@pytest.mark.parametrize("name", ["sum", "mean", "var", "max", "argmax", "argmin", "prod", "any", "count_nonzero"])
@pytest.mark.parametrize("char", "fdqB?")
@pytest.mark.parametrize("shape", [(300, 2), (70_000, 3), (2, 70_000), (9000, 7), (7, 9000), (500, 6, 9), (9, 500, 2),
                                   (1, 5000), (5000, 1), (3, 4, 5000)])
def test_few_in_a_row_or_column(shape, char, name):
    array = random_array(shape, char)
    for given in (array, array[::-1], numpy.asfortranarray(array), array[..., ::2] if shape[-1] > 4 else array):
        for axis in range(array.ndim):
            check(name, given, axis=axis)


@pytest.mark.parametrize("char", "efd")
@pytest.mark.parametrize("shape", [(1, 2), (1, 40), (3, 1), (40, 1, 7), (1, 1), (1,)])
def test_deviations_of_one_that_is_no_number(shape, char):
    array = numpy.ones(shape, char)
    array.reshape(-1)[0] = numpy.nan
    array.reshape(-1)[-1] = numpy.inf
    axis = shape.index(1)
    with numpy.errstate(invalid="ignore"):
        check("var", array, axis=axis)
        check("std", array, axis=axis)


@pytest.mark.parametrize("char", "fd")
@pytest.mark.parametrize("shape", [(5,), (33,), (1000,), (40_000,), (1000, 37), (37, 1000), (9, 1030), (3, 50, 40)])
def test_moments_keep_their_digits(shape, char):
    """Also where the deviations are small beside the mean, sorted, or all the same."""
    generator = numpy.random.default_rng(0)
    normal = generator.normal(size=shape)
    spread = normal + 1000
    for array in (normal, spread, numpy.sort(spread, axis=None).reshape(shape), numpy.full(shape, 3.3),
                  numpy.where(generator.random(shape) < 0.02, 1000, 0) * normal):
        array = array.astype(char)
        exact = array.astype(numpy.longdouble)
        for axis in axes_of(array):
            wanted = numpy.var(exact, axis=axis)
            # The rounding of a mean in the elements' own precision is what no method can see through.
            bound = {"f": 4e-7, "d": 2e-13}[char] * wanted + numpy.max(numpy.abs(exact)) ** 2 * 1e-27
            found = numpy.asarray(np.var(np.asarray(array), axis=axis))
            assert (numpy.abs(found - wanted) <= bound).all()


@pytest.mark.parametrize("name", ["sum", "mean", "var", "max", "argmax", "prod", "any", "count_nonzero"])
@pytest.mark.parametrize("char", "fdqB")
def test_shapes_of_every_path(name, char):
    """Short rows, few rows, blocks of several dimensions, more results than one batch holds."""
    for shape in ((1000, 10), (10, 3000), (300, 20, 10), (20, 300, 7), (4, 70, 9, 5)):
        array = random_array(shape, char, seed=1)
        if name == "prod" and char in "fd":
            array = 1 + array / 100
        for axis in (0, 1, -1, (0, -1)):
            if name != "argmax" or not isinstance(axis, tuple):
                check(name, array, axis=axis)


@pytest.mark.parametrize("n", [1, 7, 8, 9, 31, 32, 33, 100])
@pytest.mark.parametrize("char", "fd")
def test_extremes_of_short_rows(n, char):
    array = random_array((200, n), char)
    array[::7, n // 2] = numpy.nan
    array[3::7, n - 1] = numpy.inf
    array[5::7] = -0.0
    for name in ("max", "min", "argmax", "argmin"):
        numpy.testing.assert_array_equal(numpy.asarray(getattr(np, name)(np.asarray(array), axis=1)),
                                         getattr(numpy, name)(array, axis=1))


@pytest.mark.parametrize("char", "efd")
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_lengths_keep_the_range_of_float32(char, axis):
    for scale in {"e": (1e-3, 1.0), "f": (1e-25, 1.0, 1e25), "d": (1e-100, 1.0, 1e100)}[char]:
        array = (numpy.random.default_rng(0).normal(size=(60, 70)) * scale).astype(char)
        wanted = numpy.sqrt(numpy.sum(array.astype(numpy.longdouble) ** 2, axis=axis)).astype(char)
        found = numpy.asarray(np.linalg.vector_norm(np.asarray(array), axis=axis))
        numpy.testing.assert_allclose(found, wanted, rtol={"e": 1e-3, "f": 2e-7, "d": 1e-15}[char])
    assert np.linalg.vector_norm(np.zeros((0, 3)), axis=0).tolist() == [0.0, 0.0, 0.0]


def test_a_length_of_zero_has_the_gradient_zero():
    x = np.zeros(3).requires_grad_()
    np.linalg.vector_norm(x).backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8"])
@pytest.mark.parametrize("columns", [100, 1000, 3167, 20_011])
def test_columns_beyond_the_caches(columns, dtype):
    rows = (35 << 20) // (numpy.dtype(dtype).itemsize * columns) + 3
    generator = numpy.random.default_rng(columns)
    theirs = numpy.resize(generator.integers(-9 if dtype != "uint8" else 0, 9, 100_003), (rows, columns)).astype(dtype)
    ours = np.asarray(theirs)
    for part in ((slice(None), slice(None)), (slice(1, -1), slice(5, -3)), (slice(None, None, -1), slice(None))):
        x, expected = ours[part], theirs[part]
        assert numpy.array_equal(x.sum(axis=0), expected.sum(axis=0, dtype="int64"))
        assert numpy.array_equal(x.max(axis=0), expected.max(axis=0))
        assert numpy.array_equal(x.min(axis=0), expected.min(axis=0))
        assert numpy.array_equal(np.count_nonzero(x, axis=0), numpy.count_nonzero(expected, axis=0))
    if dtype.startswith("float"):
        theirs[rows // 2, columns // 2] = numpy.nan
        assert numpy.array_equal(np.asarray(theirs).max(axis=0), theirs.max(axis=0), equal_nan=True)
        factors = numpy.where(theirs > 0, 1.0, -1.0).astype(dtype)
        assert numpy.array_equal(np.asarray(factors).prod(axis=0), factors.prod(axis=0))
