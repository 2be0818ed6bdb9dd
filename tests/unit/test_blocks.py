"""A result depends on the argument alone: not on its place in an array, the array's length or its strides."""

import numpy
import pytest

import mltensor as np

UNARY = ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
         "cosh", "tanh", "asinh", "acosh", "atanh", "cbrt", "erf", "erfc", "sigmoid", "softplus", "gelu", "silu")
BINARY = ("power", "atan2", "hypot", "logaddexp", "gelu_gradient", "silu_gradient", "sigmoid_gradient")
DTYPES = ("float32", "float64")
ENDS = (0.0, -0.0, 1.0, -1.0, numpy.inf, -numpy.inf, numpy.nan, 1e-40, 1e-310, -200.0, 200.0, 3e4)


def arguments(dtype, seed=0):
    """Ordinary numbers, with those among them that take other ways."""
    generator = numpy.random.default_rng(seed)
    drawn = generator.normal(0, 2, 600)
    drawn[generator.choice(600, 60, replace=False)] = numpy.resize(ENDS, 60)
    with numpy.errstate(all="ignore"):
        return drawn.astype(dtype)


def same(actual, wanted):
    """Equal bit for bit, but for the bits of a NaN."""
    actual, wanted = numpy.asarray(actual), numpy.asarray(wanted)
    return numpy.array_equal(actual, wanted, equal_nan=True) and numpy.array_equal(
        numpy.signbit(actual) | numpy.isnan(actual), numpy.signbit(wanted) | numpy.isnan(wanted))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", UNARY)
def test_one_argument(name, dtype):
    function, x = getattr(np, name), np.asarray(arguments(dtype))
    whole = function(x)
    for start, stop in ((0, 1), (1, 2), (3, 10), (5, 22), (7, 40), (1, 600), (17, 311)):
        assert same(function(x[start:stop]), whole[start:stop]), (start, stop)
    assert same(function(x[::3]), whole[::3])
    assert same(function(x[::-1]), whole[::-1])
    assert same(function(np.reshape(x, (20, 30)).T), np.reshape(whole, (20, 30)).T)
    out = np.empty(1200, dtype=dtype)
    function(x, out=out[::2])
    assert same(out[::2], whole)
    function(x, out=x)
    assert same(x, whole)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BINARY)
def test_two_arguments(name, dtype):
    function = getattr(np, name)
    x, y = np.asarray(arguments(dtype, 1)), np.asarray(arguments(dtype, 2))
    whole = function(x, y)
    for start, stop in ((0, 1), (3, 10), (5, 22), (1, 600), (17, 311)):
        assert same(function(x[start:stop], y[start:stop]), whole[start:stop]), (start, stop)
    assert same(function(x[::3], y[::3]), whole[::3])
    assert same(function(x[::-1], y[::-1]), whole[::-1])
    for at in (0, 5, 77):
        assert same(function(x, y[at]), function(x, np.full(600, y[at].item(), dtype=dtype))), at
        assert same(function(x[at], y), function(np.full(600, x[at].item(), dtype=dtype), y)), at


@pytest.mark.parametrize("dtype", ("float16", *DTYPES, "complex64"))
@pytest.mark.parametrize("exponent", [2, 3, -1, 2.0, 3.0, 0.5])
def test_powers_that_people_write(exponent, dtype):
    x = numpy.array([-2.0, 0.5, 3.0, 7.3, 1e-3]).astype(dtype)
    if exponent == 0.5 and dtype != "complex64":
        x = numpy.abs(x)
    result = np.asarray(x) ** exponent
    assert str(result.dtype) == dtype
    numpy.testing.assert_allclose(numpy.asarray(result), x**exponent, rtol=4 * float(numpy.finfo(dtype).eps))


def test_powers_of_whole_numbers_are_exact():
    pairs = [(base, exponent) for base in range(1, 300) for exponent in range(25)
             if base**exponent < 2**127 and int(numpy.float32(base**exponent)) == base**exponent]
    base, exponent = (np.asarray(numpy.array(side, numpy.float32)) for side in zip(*pairs, strict=True))
    assert [int(power) for power in (base**exponent).tolist()] == [a**b for a, b in pairs]


def test_powers_beside_those_that_overflow():
    """A vector that holds special cases gives its other elements the results they have elsewhere."""
    base = numpy.linspace(0.5, 40, 64).astype(numpy.float32)
    exponent = numpy.linspace(-20, 23, 64).astype(numpy.float32)
    alone = numpy.asarray(np.asarray(base) ** np.asarray(exponent))
    for special, power in ((0.0, -1.0), (-8.0, 3.0), (numpy.inf, 2.0), (3.0, 90.0), (2.0, -1e30), (2.0, 1e30)):
        mixed, powers = base.copy(), exponent.copy()
        mixed[::5], powers[::5] = special, power
        with numpy.errstate(all="ignore"):
            expected = numpy.where(numpy.arange(64) % 5 == 0, numpy.float32(special) ** numpy.float32(power), alone)
        result = numpy.asarray(np.asarray(mixed) ** np.asarray(powers))
        assert same(result, expected.astype(numpy.float32)), (special, power)
