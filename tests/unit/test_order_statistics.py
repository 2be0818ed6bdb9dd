"""Medians and quantiles against NumPy: methods, weights, NaN, dtypes, errors, and where the gradient goes."""

import warnings

import numpy
import pytest

import mltensor as np
from mltensor._ops.order_statistics import METHODS
from mltensor.errors import DTypeError, ShapeError

DTYPES = ["bool", "int8", "uint8", "int64", "float16", "float32", "float64"]
TOLERANCE = {"float16": 4e-3, "float32": 1e-5}
CASES = [((1,), None), ((7,), 0), ((8,), None), ((4, 6), 0), ((4, 6), -1), ((3, 4, 5), (0, 2)), ((500,), None)]
SHARES = [0.3, 0, 1, 1.0, [0.25, 0.75], numpy.float32(0.3), numpy.array([[0.1, 0.5], [0.0, 1.0]])]


def numbers(shape, dtype, generator, missing):
    values = numpy.asarray(generator.normal(size=shape) * 5)
    values = numpy.array((abs(values) if dtype == "uint8" else values).astype(dtype))
    if missing and values.dtype.kind == "f":
        values[generator.random(shape) < 0.2] = numpy.nan
    return values


def assert_as_numpy(name, array, *args, **kwargs):
    with numpy.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        wanted = numpy.asarray(getattr(numpy, name)(array, *args, **kwargs))
    actual = getattr(np, name)(np.array(array), *args, **kwargs)
    what = (name, array.dtype, array.shape, args, kwargs)
    assert (actual.dtype, actual.shape) == (wanted.dtype, wanted.shape), what
    tolerance = TOLERANCE.get(array.dtype.name, 1e-12 if actual.dtype == "float64" else 1e-5)
    tolerance = 1e-6 if args and isinstance(args[0], numpy.float32) else tolerance
    numpy.testing.assert_allclose(actual.numpy(), wanted, rtol=tolerance, atol=tolerance, err_msg=str(what))


@pytest.mark.parametrize("name", ["median", "nanmedian"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_medians(name, dtype, generator):
    for missing in (False, True):
        for shape, axis in CASES:
            array = numbers(shape, dtype, generator, missing)
            for keepdims in (False, True):
                assert_as_numpy(name, array, axis=axis, keepdims=keepdims)
    assert_as_numpy(name, numpy.zeros((0,)))
    assert_as_numpy(name, numpy.zeros((3, 0)), axis=1, keepdims=True)
    assert_as_numpy(name, numpy.array(5.0))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", DTYPES[1:])
def test_quantiles_by_every_method(method, dtype, generator):
    for shape, axis in CASES:
        for q in SHARES:
            array = numbers(shape, dtype, generator, False)
            assert_as_numpy("quantile", array, q, axis=axis, method=method)
            if numpy.ndim(q) < 2:  # of more NumPy arranges the dimensions otherwise where there is NaN
                array = numbers(shape, dtype, generator, shape != (1,))
                assert_as_numpy("nanquantile", array, q, axis=axis, method=method)
        array = numbers(shape, dtype, generator, True)
        assert_as_numpy("percentile", array, [30, 50], axis=axis, method=method, keepdims=True)
        assert_as_numpy("nanpercentile", array, 30, axis=axis, method=method, keepdims=True)
        assert_as_numpy("quantile", array, 0.4, axis=axis, method=method)


def test_methods_are_numpys():
    with pytest.raises(ValueError, match="inverted_cdf") as caught:
        numpy.quantile([1.0], 0.5, method="none of them")
    assert all(repr(name) in str(caught.value) for name in METHODS)
    with pytest.raises(ValueError, match="'median_unbiased'"):
        np.quantile([1.0], 0.5, method="none of them")


@pytest.mark.parametrize("name", ["quantile", "nanquantile"])
def test_weights(name, generator):
    for dtype in ("int64", "float32", "float64"):
        array = numbers((4, 6), dtype, generator, True)
        weights = generator.random((4, 6))
        weights[0, :2] = 0
        array[2:] = numpy.nan_to_num(array[2:])
        for axis in (None, 0, 1):
            assert_as_numpy(name, array, [0.0, 0.2, 0.5, 1.0], axis=axis, method="inverted_cdf", weights=weights)
            assert_as_numpy(name, array, 0.4, axis=axis, method="inverted_cdf", weights=weights)
    array = generator.normal(size=(4, 6))
    assert_as_numpy("quantile", array, 0.4, axis=1, method="inverted_cdf", weights=weights[0])
    x = np.array(array)
    for wrong, error in (({"weights": weights}, ValueError),
                         ({"weights": -weights, "method": "inverted_cdf"}, ValueError),
                         ({"weights": weights[0], "method": "inverted_cdf"}, TypeError),
                         ({"weights": weights[0], "method": "inverted_cdf", "axis": 0}, ShapeError),
                         ({"weights": 0 * weights, "method": "inverted_cdf"}, ValueError)):
        with pytest.raises(error):
            np.quantile(x, 0.5, **wrong)


def test_what_is_no_quantile_is_refused():
    for wrong in (-0.1, 1.5, [0.2, numpy.nan]):
        with pytest.raises(ValueError, match=r"Quantiles must be in the range \[0, 1\]"):
            np.quantile([1.0, 2.0], wrong)
    with pytest.raises(ValueError, match=r"Percentiles must be in the range \[0, 100\]"):
        np.percentile([1.0, 2.0], 101)
    with pytest.raises(DTypeError, match="real"):
        np.quantile([1j], 0.5)
    with pytest.raises(IndexError):
        np.quantile([], 0.5)
    with pytest.raises(ShapeError):
        np.quantile([1.0], numpy.full((1, 1, 1), 0.5))


def test_the_gradient_goes_to_the_elements_that_were_taken():
    leaf = np.array([4.0, 1.0, 3.0, 2.0]).requires_grad_()
    assert np.grad(np.median(leaf), leaf)[0].tolist() == [0.0, 0.0, 0.5, 0.5]
    assert np.grad(np.quantile(leaf, 0.25), leaf)[0].tolist() == [0.0, 0.25, 0.0, 0.75]
    assert np.grad(np.percentile(leaf, 100), leaf)[0].tolist() == [1.0, 0.0, 0.0, 0.0]
    equal = np.ones(4).requires_grad_()
    assert np.grad(np.median(equal), equal)[0].tolist() == [0.0, 0.5, 0.5, 0.0]
    missing = np.array([4.0, numpy.nan, 3.0]).requires_grad_()
    assert np.grad(np.nanmedian(missing), missing)[0].tolist() == [0.5, 0.0, 0.5]
    assert np.grad(np.nanquantile(missing, 0.0), missing)[0].tolist() == [0.0, 0.0, 1.0]


def test_an_operand_is_never_written_to():
    x = np.array([3.0, 1.0, 2.0])
    np.median(x, overwrite_input=True)
    np.quantile(x, 0.5, overwrite_input=True)
    assert x.tolist() == [3.0, 1.0, 2.0]
