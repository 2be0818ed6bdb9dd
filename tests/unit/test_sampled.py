"""Functions given by samples, averages, covariances, convolution: NumPy's values, dtypes and errors."""

import warnings

import numpy
import pytest

import mltensor as np
from mltensor.autograd import gradcheck
from mltensor.errors import DTypeError, ShapeError

DTYPES = ["int8", "uint8", "int64", "float16", "float32", "float64", "complex64", "complex128"]
TOLERANCE = {"float16": 8e-3, "float32": 1e-4, "complex64": 1e-4}


def numbers(shape, dtype, generator):
    values = numpy.asarray(generator.normal(size=shape) * 3)
    values = numpy.array((abs(values) if dtype == "uint8" else values).astype(dtype))
    if values.dtype.kind == "c":
        values.imag = generator.normal(size=shape)
    return values


def assert_as_numpy(name, *args, **kwargs):
    def ours(value):
        return np.array(value) if isinstance(value, numpy.ndarray) else value

    arguments, named = [ours(one) for one in args], {key: ours(one) for key, one in kwargs.items()}
    with numpy.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            wanted = getattr(numpy, name)(*args, **kwargs)
        except (ValueError, TypeError, ZeroDivisionError, RuntimeError) as error:
            kinds = (ZeroDivisionError, TypeError, ValueError, RuntimeError)
            kind = next(one for one in kinds if isinstance(error, one))
            with pytest.raises(kind):
                getattr(np, name)(*arguments, **named)
            return
    actual = getattr(np, name)(*arguments, **named)
    both = zip(actual, wanted, strict=True) if isinstance(wanted, tuple) else [(actual, wanted)]
    for one, other in both:
        other = numpy.asarray(other)
        assert (one.dtype, one.shape) == (other.dtype, other.shape), (name, args, kwargs)
        tolerance = max([TOLERANCE.get(getattr(a, "dtype", other.dtype).name, 1e-11) for a in args])
        numpy.testing.assert_allclose(one.numpy(), other, rtol=tolerance, atol=tolerance, err_msg=f"{name} {kwargs}")


@pytest.mark.parametrize("dtype", DTYPES)
def test_averages_and_ranges(dtype, generator):
    x, weights = numbers((4, 5), dtype, generator), generator.random((4, 5))
    for settings in ({}, {"axis": 1, "weights": weights[0]}, {"weights": weights, "returned": True},
                     {"axis": 0, "weights": weights, "returned": True, "keepdims": True}, {"axis": 0, "returned": True},
                     {"axis": (1, 0), "weights": weights.T}, {"weights": weights[0]},
                     {"axis": 0, "weights": weights[0]},
                     {"axis": 1, "weights": 0 * weights[0]}, {"axis": 1, "weights": numpy.arange(1, 6)}):
        assert_as_numpy("average", x, **settings)
    if x.dtype.kind != "c":
        for settings in ({}, {"axis": 1}, {"axis": (0, 1), "keepdims": True}):
            assert_as_numpy("ptp", x, **settings)


@pytest.mark.parametrize("dtype", DTYPES)
def test_covariances(dtype, generator):
    x, weights = numbers((4, 5), dtype, generator), generator.random(5)
    counts = numpy.array([1, 2, 1, 3, 1])
    for name in ("cov", "corrcoef"):
        for args, settings in (((x,), {}), ((x, x[::-1]), {}), ((x,), {"rowvar": False}), ((x[0],), {}),
                               ((x[0], x[1]), {}), ((x[0], x[1]), {"rowvar": False})):
            assert_as_numpy(name, *args, **settings)
    for settings in ({"bias": True}, {"ddof": 2}, {"fweights": counts}, {"aweights": weights}, {"ddof": 1.5},
                     {"aweights": weights, "fweights": counts}, {"aweights": weights, "fweights": counts, "ddof": 0},
                     {"fweights": weights}, {"fweights": -counts}, {"aweights": -weights}, {"aweights": weights[:3]},
                     {"aweights": weights[None]}):
        assert_as_numpy("cov", x, **settings)
    assert_as_numpy("cov", numpy.ones((2, 2, 2)))
    assert np.cov(np.ones((2, 3), dtype="float32"), dtype="float32").dtype == "float32"


@pytest.mark.parametrize("dtype", DTYPES)
def test_areas_and_slopes(dtype, generator):
    x, other = numbers((4, 5), dtype, generator), generator.random((4, 5))
    for args, settings in (((), {}), ((), {"dx": 0.5, "axis": 0}), ((numpy.array([1, 2, 4, 5, 7.0]),), {}),
                           ((other,), {}), ((other[:, 0],), {"axis": 0})):
        assert_as_numpy("trapezoid", x, *args, **settings)
    assert_as_numpy("trapezoid", x[:, :1])
    places, unequal = numpy.array([0, 1, 3, 4.0]), numpy.array([0, 1, 3, 4, 9])
    for args, settings in (((), {}), ((), {"axis": 0}), ((), {"axis": (0, 1), "edge_order": 2}), ((2.0,), {}),
                           ((2.0, 3), {}), ((places, unequal), {}), ((places, 2.0), {"edge_order": 2}),
                           ((2.0, numpy.arange(5)), {"edge_order": 2}), ((1, 2, 3), {}), ((places, places), {}),
                           ((), {"edge_order": 3})):
        assert_as_numpy("gradient", x, *args, **settings)
    assert_as_numpy("gradient", x[:1])
    assert_as_numpy("ediff1d", x)
    assert_as_numpy("ediff1d", x, to_end=x[0], to_begin=x[0, :1])
    assert_as_numpy("ediff1d", x, to_end=numpy.array([1.5j]))
    if x.dtype.kind in "iuf" and dtype != "uint8":
        for settings in ({}, {"period": 4}, {"discont": 4, "axis": 0}, {"period": 2.5}):
            assert_as_numpy("unwrap", x, **settings)


def in_space(vectors):
    """Vectors of length two with a third number of zero; longer ones as they are."""
    missing = 3 - vectors.shape[1]
    return numpy.pad(vectors, ((0, 0), (0, missing)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_vector_products(dtype, generator):
    x, y = numbers((4, 5), dtype, generator), numbers((4, 5), dtype, generator)
    # NumPy 2.5 has no products of vectors of length two; these are those with a third number of zero.
    for first, second in ((3, 3), (2, 3), (3, 2), (2, 2)):
        wanted = numpy.cross(in_space(x[:, :first]), in_space(y[:, :second]))
        wanted = wanted[:, 2] if first == second == 2 else wanted
        for actual in (np.cross(x[:, :first], y[:, :second]),
                       np.cross(x[:, :first].T.copy(), y[:, :second], axisa=0)):
            assert (actual.dtype, actual.shape) == (wanted.dtype, wanted.shape)
            tolerance = TOLERANCE.get(dtype, 1e-11)
            numpy.testing.assert_allclose(actual.numpy(), wanted, rtol=tolerance, atol=tolerance)
    assert_as_numpy("cross", x[:, :3], y[:, :3], axisc=0)
    assert_as_numpy("cross", x[:1, :3], y[:, :3])
    assert_as_numpy("cross", x[:3], y[:3], axis=0)
    assert_as_numpy("cross", x, y)
    assert_as_numpy("cross", x[0, 0], y[0])


LENGTHS = [(7, 3), (3, 7), (1, 1), (5, 5), (100, 9), (200, 150), (90, 70), (1000, 1), (3000, 40), (40, 3000)]


@pytest.mark.parametrize("dtype", ["bool", "int16", "int32", *DTYPES])
@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_sliding_products(name, dtype, generator):
    for m, n in LENGTHS:
        if dtype in TOLERANCE and max(m, n) > 500:
            continue
        a, v = numbers((m,), dtype, generator), numbers((n,), dtype, generator)
        for mode in ("full", "same", "valid"):
            assert_as_numpy(name, a, v, mode=mode)
        assert_as_numpy(name, a[::-1], v)


def test_sliding_products_of_long_float32_are_close_to_those_in_double(generator):
    a, v = generator.normal(size=30_000).astype("float32"), generator.normal(size=2_000).astype("float32")
    for one, two in ((a, v), (a, a[:29_990])):
        wanted = numpy.convolve(one.astype("float64"), two.astype("float64"), "valid")
        actual = np.convolve(np.array(one), np.array(two), "valid").numpy()
        size = numpy.abs(one).max() * numpy.abs(two).max() * numpy.sqrt(two.size)
        assert numpy.abs(actual - wanted).max() < 2e-6 * size


def test_sliding_products_are_the_same_for_any_number_of_threads(generator):
    for dtype in ("float32", "float64", "int64", "complex128"):
        a, v = (np.array(numbers((size,), dtype, generator)) for size in (9_001, 333))
        results = []
        for count in (1, 2, 4):
            np.set_num_threads(count)
            results.append(np.convolve(a, v).numpy())
        for one in results[1:]:
            numpy.testing.assert_array_equal(one, results[0])


def test_what_cannot_slide_is_refused():
    for name in ("convolve", "correlate"):
        function = getattr(np, name)
        with pytest.raises(ShapeError, match="cannot be empty"):
            function([], [1.0])
        with pytest.raises(ShapeError, match="one dimension"):
            function([[1.0]], [1.0])
        with pytest.raises(ValueError, match="'full'"):
            function([1.0], [1.0], mode="none of them")
    assert np.convolve(2.0, [1.0, 3.0]).tolist() == [2.0, 6.0]
    with pytest.raises(ShapeError):
        np.sliding_dot([1.0], [1.0, 2.0])


POINTS = numpy.array([-1.5, -0.2, 0.1, 0.9, 2.0])
VALUES = numpy.array([3.0, -1.0, 2.0, 2.0, 7.0])


def test_interpolation(generator):
    x = generator.normal(size=(5, 6)) * 2
    x[0, 0], x[1, 1], x[2, 2], x[2, 3] = numpy.nan, POINTS[3], POINTS[-1], numpy.inf
    for settings in ({}, {"left": -1, "right": 9.5}, {"period": 1.7}, {"period": -1.7}, {"period": 0}):
        assert_as_numpy("interp", x, POINTS, VALUES, **settings)
        assert_as_numpy("interp", x, POINTS, VALUES * (1 - 2j), **settings)
    for args in ((0.3, POINTS, VALUES), (x, POINTS, VALUES[:3]), (x, numpy.zeros(0), numpy.zeros(0)),
                 (x[0], [1.0], [2.0]),
                 (x, POINTS.astype("float32"), VALUES.astype("float32")), (numpy.arange(3), [0, 4], [0, 8]),
                 (x, numpy.array([0, 1, 2.0]), numpy.array([0, numpy.inf, 2])), (x, POINTS[None], VALUES[None]),
                 (numpy.array([0.0, 0.5, 1, 1.5, 2]), numpy.array([0, 1, 1, 2.0]), numpy.array([0, 3.0, 7, 2])),
                 (numpy.array([0.0, 0.5, 2]), numpy.array([-numpy.inf, 0, 1.0]), numpy.array([5.0, 0, 3.0]))):
        assert_as_numpy("interp", *args)
    many = generator.normal(size=50_000)
    assert_as_numpy("interp", many, numpy.sort(generator.normal(size=1000)), generator.normal(size=1000))
    with pytest.raises(DTypeError, match="real"):
        np.interp([1j], POINTS, VALUES)


def test_interpolation_on_the_tape_gives_the_same(generator):
    x = numpy.append(generator.normal(size=40), [numpy.nan, POINTS[0], POINTS[-1]])
    for values in (VALUES, VALUES * 1j):
        plain = np.interp(x, POINTS, values)
        recorded = np.interp(x, POINTS, np.array(values).requires_grad_())
        assert recorded.requires_grad
        numpy.testing.assert_allclose(recorded.detach().numpy(), plain.numpy(), rtol=1e-14)
    leaf = np.array(VALUES).requires_grad_()
    (gradient,) = np.grad(np.interp([-9.0, -0.05, 0.1, 9.0], POINTS, leaf).sum(), leaf)
    numpy.testing.assert_allclose(gradient.numpy(), [1.0, 0.5, 1.5, 0.0, 1.0])


def test_slopes_are_differentiated_by_the_places_too(generator):
    places = np.array(numpy.cumsum(generator.random(5) + 0.5)).requires_grad_()
    values = np.array(generator.normal(size=(2, 5))).requires_grad_()
    for order in (1, 2):
        assert gradcheck(lambda f, x, order=order: np.gradient(f, x, axis=1, edge_order=order), [values, places],
                         atol=1e-6, rtol=1e-5)
