"""Reductions that pass over NaN: NumPy's values, dtypes and errors, and gradients where there is NaN."""

import warnings

import numpy
import pytest

import mltensor as np
from mltensor.autograd import gradcheck, gradgradcheck
from mltensor.errors import ShapeError

DTYPES = ["bool", "int8", "uint8", "int64", "float16", "float32", "float64", "complex64", "complex128"]
TOLERANCE = {"float16": 8e-3, "float32": 1e-4, "complex64": 1e-4}
CASES = [((7,), None), ((7,), 0), ((4, 5), None), ((4, 5), 0), ((4, 5), -1), ((3, 4, 5), (0, 2)), ((0, 3), 0),
         ((), None), ((30, 40), 1), ((30, 40), 0)]
TOTALS = ["nansum", "nanprod", "nanmean", "nanvar", "nanstd"]
EXTREMES = ["nanmax", "nanmin"]


def numbers(shape, dtype, generator):
    """Numbers of a dtype, a third of them NaN where it has one."""
    values = numpy.asarray(generator.normal(size=shape) * 3)
    values = numpy.array((abs(values) if dtype == "uint8" else values).astype(dtype))
    if values.dtype.kind == "c":
        values.imag = generator.normal(size=shape)
    if values.dtype.kind in "fc":
        values[generator.random(shape) < 0.3] = numpy.nan
    return values


def assert_as_numpy(name, array, *args, **kwargs):
    with numpy.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            wanted = getattr(numpy, name)(array, *args, **kwargs)
        except (ValueError, TypeError) as error:
            with pytest.raises(type(error)):
                getattr(np, name)(np.array(array), *args, **kwargs)
            return
    actual = getattr(np, name)(np.array(array), *args, **kwargs)
    wanted = numpy.asarray(wanted)
    assert (actual.dtype, actual.shape) == (wanted.dtype, wanted.shape), (name, args, kwargs)
    tolerance = TOLERANCE.get(wanted.dtype.name, 1e-12)
    numpy.testing.assert_allclose(actual.numpy(), wanted, rtol=tolerance,
                                  atol=tolerance if wanted.dtype.kind in "fc" else 0)


@pytest.mark.parametrize("name", TOTALS + EXTREMES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_values_dtypes_and_shapes_are_numpys(name, dtype, generator):
    if dtype.startswith("complex") and name in EXTREMES:
        return
    for shape, axis in CASES:
        if name == "nanprod" and numpy.prod(shape, dtype=int) > 100:
            continue
        array = numbers(shape, dtype, generator)
        for keepdims in (False, True):
            assert_as_numpy(name, array, axis=axis, keepdims=keepdims)


@pytest.mark.parametrize("name", TOTALS)
@pytest.mark.parametrize("dtype", ["int64", "float32", "float64", "complex128"])
def test_where_dtype_and_initial(name, dtype, generator):
    array = numbers((3, 5), dtype, generator)
    where = generator.random((3, 5)) < 0.7
    assert_as_numpy(name, array, axis=0, where=where)
    if dtype == "float64":
        assert_as_numpy(name, array, dtype="float32")
    if name in ("nansum", "nanprod"):
        assert_as_numpy(name, array, axis=1, initial=2)
    if name in ("nanvar", "nanstd"):
        mean = numpy.nanmean(array, axis=1, keepdims=True)
        assert_as_numpy(name, array, axis=1, ddof=1)
        assert_as_numpy(name, array, axis=1, correction=1)
        assert_as_numpy(name, array, axis=1, mean=mean)
        assert_as_numpy(name[3:], numpy.nan_to_num(array), axis=1, mean=mean, where=where)


@pytest.mark.parametrize("name", EXTREMES)
def test_extremes_with_a_start_value_and_a_mask(name, generator):
    array = numbers((3, 5), "float64", generator)
    where = generator.random((3, 5)) < 0.5
    assert_as_numpy(name, array, axis=0, initial=1.0)
    assert_as_numpy(name, array, axis=0, initial=1.0, where=where)
    assert_as_numpy(name, numpy.ones((0, 3)), axis=0, initial=1.0)
    with pytest.raises(ValueError, match="initial="):
        getattr(np, name)(np.array(array), where=where)
    with pytest.raises(ShapeError, match="no elements"):
        getattr(np, name)(np.ones((0, 3)), axis=0)


@pytest.mark.parametrize("name", EXTREMES)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_extremes_of_rows_with_nothing_but_nan_or_the_worst_number(name, dtype):
    worst = -numpy.inf if name == "nanmax" else numpy.inf
    for length in (1, 5, 40, 3000):
        array = numpy.full((3, length), numpy.nan, dtype)
        array[1, -1] = worst
        array[2, length // 2] = 2.0
        for turned in (array, numpy.asfortranarray(array)):
            actual = getattr(np, name)(np.array(turned), axis=1)
            assert numpy.isnan(actual[0].item())
            assert actual[1:].tolist() == [worst, 2.0]


@pytest.mark.parametrize("name", ["nanargmax", "nanargmin"])
def test_positions_and_slices_without_a_number(name, generator):
    for dtype in DTYPES[:7]:
        array = numbers((6, 5), dtype, generator)
        array[0] = 1
        for axis in (None, 0):
            assert_as_numpy(name, array, axis=axis)
    array = numpy.array([[numpy.nan, 1.0], [numpy.nan, numpy.nan]])
    with pytest.raises(ValueError, match="All-NaN slice encountered"):
        getattr(np, name)(np.array(array), axis=1)
    assert getattr(np, name)(np.array([numpy.nan, -numpy.inf, numpy.inf])).item() == getattr(numpy, name)(
        [numpy.nan, -numpy.inf, numpy.inf])


@pytest.mark.parametrize("name", ["nancumsum", "nancumprod"])
def test_running_sums_and_products(name, generator):
    for dtype in DTYPES:
        array = numbers((4, 3), dtype, generator)
        for axis in (None, 0, 1):
            assert_as_numpy(name, array, axis=axis)


@pytest.mark.parametrize("name", [*TOTALS, *EXTREMES, "nancumsum", "nancumprod", "nanmedian"])
def test_gradients_go_to_what_is_not_nan(name, generator):
    array = generator.uniform(-2, 2, (3, 4))
    array[[0, 1], [1, 3]] = numpy.nan
    missing = np.array(numpy.isnan(array))
    given = np.array(numpy.where(numpy.isnan(array), 0, array)).requires_grad_()

    def function(x):
        return getattr(np, name)(np.where(missing, numpy.nan, x), axis=1)

    assert gradcheck(function, [given], atol=1e-6, rtol=1e-5)
    assert gradgradcheck(function, [given], atol=1e-5, rtol=1e-4)
    leaf = np.array(array).requires_grad_()
    (gradient,) = np.grad(getattr(np, name)(leaf, axis=1).sum(), leaf)
    assert numpy.isfinite(gradient.numpy()).all()
    assert not np.any(gradient[missing])


def test_gradients_of_slices_without_a_number_are_zero():
    for name in ("nansum", "nanmax", "nanmin"):
        leaf = np.full((2, 3), numpy.nan).requires_grad_()
        (gradient,) = np.grad(np.nansum(getattr(np, name)(leaf, axis=1)), leaf)
        assert not np.any(gradient), name


def test_results_are_the_same_for_any_number_of_threads(generator):
    array = np.array(numbers((700, 900), "float32", generator))
    threads = np.get_num_threads()
    try:
        for name in (*TOTALS, *EXTREMES):
            results = []
            for count in (1, 2):
                np.set_num_threads(count)
                results.append([getattr(np, name)(array, axis=axis).numpy() for axis in (None, 0, 1)])
            for one, two in zip(*results, strict=True):
                numpy.testing.assert_array_equal(one, two)
    finally:
        np.set_num_threads(threads)


def test_out_receives_the_result():
    out = np.zeros(2)
    assert np.nansum(np.array([[1.0, numpy.nan], [2.0, 3.0]]), axis=1, out=out) is out
    assert out.tolist() == [1.0, 5.0]
