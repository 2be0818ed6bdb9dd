"""Running sums and products and the linear recurrence against NumPy, with their gradients."""

import numpy
import pytest

import mltensor as np
from mltensor.autograd import gradcheck, gradgradcheck

SHAPES = [(), (0,), (1,), (9,), (3, 4), (5, 1, 6), (33, 300), (0, 3), (3, 0), (4, 20000)]
TOLERANCE = {"e": 2e-3, "f": 1e-6, "F": 1e-5}


def random_array(shape, char, seed=0):
    generator = numpy.random.default_rng(seed)
    if char in "FD":
        array = numpy.exp(1j * generator.normal(size=shape))
    elif char in "efd":
        array = generator.choice([-1.0, 0.5, 1.0, 1.5], size=shape)
    else:
        array = generator.integers(0, 4, size=shape)
    return numpy.asarray(array).astype(char)


def wide(array):
    """Narrow floats in the precision that the kernels run in."""
    return array.astype({"e": "d", "f": "d", "F": "D"}.get(array.dtype.char, array.dtype.char))


def check(result, wanted, char):
    result = numpy.asarray(result)
    assert result.shape == wanted.shape
    if char in "efF":
        assert result.dtype.char == char
    else:
        assert result.dtype == wanted.dtype
    numpy.testing.assert_allclose(result, wanted.astype(result.dtype), rtol=TOLERANCE.get(char, 1e-12), atol=1e-3)


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid:RuntimeWarning")
@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
@pytest.mark.parametrize("char", "?biqBQefdFD")
def test_values(name, char):
    for shape in SHAPES:
        array = random_array(shape, char)
        for view in (array, array.T, array[::-1] if array.ndim else array):
            for axis in [None, *range(-view.ndim, view.ndim)]:
                check(getattr(np, name)(np.asarray(view), axis), getattr(numpy, name)(wide(view), axis), char)


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid:RuntimeWarning")
@pytest.mark.parametrize("name", ["cumulative_sum", "cumulative_prod"])
@pytest.mark.parametrize("char", "?iBfD")
@pytest.mark.parametrize("include_initial", [False, True])
def test_array_api_names(name, char, include_initial):
    for shape in SHAPES[1:]:
        array = random_array(shape, char)
        for axis in [*range(-array.ndim, array.ndim), *([None] if array.ndim == 1 else [])]:
            check(getattr(np, name)(np.asarray(array), axis=axis, include_initial=include_initial),
                  getattr(numpy, name)(wide(array), axis=axis, include_initial=include_initial), char)


def test_dtype():
    array = numpy.arange(6).reshape(2, 3)
    for dtype in ("int8", "float32", "complex128", "uint16", "bool"):
        result = numpy.asarray(np.cumsum(np.asarray(array), 1, dtype=dtype))
        wanted = numpy.cumsum(array, 1, dtype=dtype)
        numpy.testing.assert_array_equal(result, wanted, strict=True)


def test_infinities_follow_the_definition():
    values = numpy.array([1e308, 1e308, -1e308, numpy.inf, -numpy.inf])
    with numpy.errstate(all="ignore"):
        wanted = numpy.cumsum(values)
    numpy.testing.assert_array_equal(np.cumsum(np.asarray(values)), wanted)


def test_axes_are_checked():
    with pytest.raises(ValueError, match="axis="):
        np.cumulative_sum(np.zeros((2, 3)))
    with pytest.raises(numpy.exceptions.AxisError):
        np.cumsum(np.zeros((2, 3)), axis=2)


def test_the_same_bits_with_any_number_of_threads():
    before = np.get_num_threads()
    arrays = [random_array(shape, "d") for shape in [(300, 1000), (9, 50_000), (5, 200, 300)]]
    try:
        results = []
        for threads in (1, 2):
            np.set_num_threads(threads)
            results.append([numpy.asarray(np.cumsum(np.asarray(array), axis)).tobytes()
                            for array in arrays for axis in range(array.ndim)])
    finally:
        np.set_num_threads(before)
    assert results[0] == results[1]


@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_gradients(name, axis):
    x = np.asarray(numpy.random.default_rng(0).normal(size=(3, 4))).requires_grad_()
    assert gradcheck(lambda x: getattr(np, name)(x, axis), (x,))
    assert gradgradcheck(lambda x: getattr(np, name)(x, axis), (x,))


@pytest.mark.parametrize("name", ["cumulative_sum", "cumulative_prod"])
def test_gradients_with_the_initial_value(name):
    x = np.asarray(numpy.random.default_rng(0).normal(size=(3, 4))).requires_grad_()
    assert gradcheck(lambda x: getattr(np, name)(x, axis=1, include_initial=True), (x,))
    assert gradgradcheck(lambda x: getattr(np, name)(x, axis=1, include_initial=True), (x,))


def test_gradient_of_running_products_with_zeros():
    x = np.array([2.0, 0.0, 3.0, 0.0, 5.0]).requires_grad_()
    assert gradcheck(lambda x: np.cumprod(x), (x,))
    assert gradgradcheck(lambda x: np.cumprod(x), (x,))


@pytest.mark.parametrize("char", "efdFD")
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_linear_recurrence(char, axis):
    a, b = random_array((6, 5, 4), char, 1), random_array((6, 5, 4), char, 2)
    wanted = numpy.moveaxis(wide(b), axis, 0).copy()
    factors = numpy.moveaxis(wide(a), axis, 0)
    for i in range(1, len(wanted)):
        wanted[i] += factors[i] * wanted[i - 1]
    check(np.linear_recurrence(np.asarray(a), np.asarray(b), axis=axis), numpy.moveaxis(wanted, 0, axis), char)


def test_linear_recurrence_gradients():
    generator = numpy.random.default_rng(3)
    a, b = (np.asarray(generator.normal(size=(2, 5))).requires_grad_() for _ in range(2))
    assert gradcheck(lambda a, b: np.linear_recurrence(a, b), (a, b))
    assert gradgradcheck(lambda a, b: np.linear_recurrence(a, b), (a, b))
    with pytest.raises(ValueError, match="one shape"):
        np.linear_recurrence(a, b[0])


@pytest.mark.parametrize("char", "fd")
@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
def test_long_rows_have_the_same_bits_with_any_number_of_threads(name, char):
    array = 1 + numpy.random.default_rng(1).normal(size=700_001).astype(char) / 1000
    before, found = np.get_num_threads(), []
    try:
        for threads in (1, 2, 3):
            np.set_num_threads(threads)
            found.append(numpy.asarray(getattr(np, name)(np.asarray(array))).tobytes())
    finally:
        np.set_num_threads(before)
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("char", "fd")
@pytest.mark.parametrize("length", [63, 64, 65, 1000, 2048, 2049, 2050, 10_000])
def test_blocks_meet(length, char):
    array = numpy.random.default_rng(2).normal(size=length).astype(char)
    wanted = numpy.cumsum(array.astype(numpy.longdouble))
    scale = numpy.cumsum(numpy.abs(array.astype(numpy.longdouble)))
    bound = {"f": 2 ** -24 + 1e-12, "d": 1e-15}[char]
    for rows in (1, 5):
        result = numpy.asarray(np.cumsum(np.asarray(numpy.stack([array] * rows)), 1))
        assert (numpy.abs(result - wanted) <= bound * scale).all()


def test_sums_of_what_is_not_negative_never_fall():
    array = numpy.random.default_rng(3).random(20_000) * (numpy.random.default_rng(4).random(20_000) < 0.3)
    assert (numpy.diff(numpy.asarray(np.cumsum(np.asarray(array)))) >= 0).all()


def test_products_keep_their_range_where_parts_would_leave_it():
    alternating = numpy.ones(5000)
    alternating[::2], alternating[1::2] = 1e-200, 1e200
    growing = numpy.full(2000, 2.0)
    growing[0] = 2.0 ** -1000
    for array in (alternating, growing):
        numpy.testing.assert_allclose(numpy.asarray(np.cumprod(np.asarray(array))), numpy.cumprod(array), rtol=1e-12)


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning", "ignore:invalid:RuntimeWarning")
@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
def test_special_values_travel_along_long_rows(name):
    array = numpy.random.default_rng(5).random(9000) + 0.5
    array[5000], array[7000], array[8000] = 0.0, numpy.inf, numpy.nan
    result, wanted = numpy.asarray(getattr(np, name)(np.asarray(array))), getattr(numpy, name)(array)
    numpy.testing.assert_array_equal(numpy.isnan(result), numpy.isnan(wanted))
    numpy.testing.assert_array_equal(numpy.isinf(result), numpy.isinf(wanted))


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
@pytest.mark.parametrize("length", [1, 31, 32, 33, 5000])
@pytest.mark.parametrize("char", "fd")
def test_signs_of_zeros_and_single_precision_products(length, char):
    zeros = np.full(length, -0.0, dtype=char)
    assert numpy.signbit(numpy.asarray(np.cumsum(zeros))).all()
    array = (numpy.random.default_rng(6).random(length) * 1e-30).astype(char)
    array[::2] = 1 / array[::2]
    wanted = numpy.cumprod(array.astype("d"))
    numpy.testing.assert_allclose(numpy.asarray(np.cumprod(np.asarray(array))), wanted.astype(char),
                                  rtol={"f": 1e-6, "d": 1e-12}[char])


def test_columns_have_the_same_bits_with_any_number_of_threads():
    array = numpy.random.default_rng(7).normal(size=(300, 1100)).astype("f")
    before, found = np.get_num_threads(), []
    try:
        for threads in (1, 2, 3):
            np.set_num_threads(threads)
            found.append([numpy.asarray(getattr(np, name)(np.asarray(array), 0)).tobytes()
                          for name in ("cumsum", "cumprod")])
    finally:
        np.set_num_threads(before)
    assert found[0] == found[1] == found[2]
