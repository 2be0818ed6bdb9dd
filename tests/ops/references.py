"""What the elementwise operations are compared with: NumPy's functions of the same meaning."""

import cmath
import math
from decimal import Decimal

import numpy

erf = numpy.vectorize(math.erf, otypes=[float])
erfc = numpy.vectorize(math.erfc, otypes=[float])


def in_double(function):
    """A function of real floats computed in double and rounded to the dtype of its arguments."""

    def rounded(*arrays):
        dtype = numpy.result_type(*arrays)
        return numpy.asarray(function(*(array.astype(numpy.float64) for array in arrays))).astype(dtype)

    return rounded


def sigmoid(x):
    small = numpy.exp(-numpy.abs(x))
    return numpy.where(x < 0, small, 1) / (1 + small)


def xlogy(x, y):
    zero = (x == 0) & ~numpy.isnan(y)
    return numpy.where(zero, 0, x * numpy.log(numpy.where(zero, 1, y)))


def reciprocal(x):
    """NumPy's, but 0 of integers has the reciprocal 0."""
    if x.dtype.kind not in "iu":
        return numpy.reciprocal(x)
    return numpy.where(x == 0, 0, numpy.floor_divide(1, x) + ((x < -1) & (x.dtype.kind == "i"))).astype(x.dtype)


def times(x, factor):
    """x times a factor that vanishes faster than x grows: zero, and no NaN, at minus infinity."""
    return numpy.where(x == -numpy.inf, -0.0, x * factor)


def gelu_slope(x):
    slope = 0.5 * erfc(-x * math.sqrt(0.5)) + numpy.clip(x, -40, 40) * numpy.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return numpy.where(x < -38.6, -0.0, slope)


def silu_slope(x):
    return sigmoid(x) * (1 + numpy.clip(x, -800, 800) * (1 - sigmoid(x)))


def times_power_of_two(x, n):
    known = numpy.isfinite(n)
    whole = numpy.floor(n.astype("float64") + 1023) - 1023
    power = numpy.where(known, numpy.clip(whole, -9999, 9999), numpy.where(n < 0, -9999, 9999))
    return numpy.where(numpy.isnan(n), n, numpy.ldexp(x, power.astype(int)))


def sinc(x):
    """NumPy's, and zero where pi x is beyond the range."""
    far = numpy.abs(x) > 1e16
    return numpy.where(far & numpy.isfinite(x), 0 * x, numpy.sinc(numpy.where(far & numpy.isfinite(x), 0, x)))


def each(function):
    """A function of Python numbers for arrays."""
    def of_arrays(*arrays):
        dtype = numpy.result_type(*arrays)
        wide = "complex128" if dtype.kind == "c" else "float64"
        result = numpy.vectorize(function, otypes=[wide])(*(array.astype(wide) for array in arrays))
        return result.astype(dtype)

    return of_arrays


def total(terms):
    parts = [complex(term) for term in terms]
    return complex(math.fsum(part.real for part in parts), math.fsum(part.imag for part in parts))


def sinc_derivative(x, order):
    """The power series near zero, elsewhere from one order to the next, as ``x sinc(x)`` is differentiated."""
    order, kind = order.real, type(x)
    if cmath.isnan(x) or cmath.isinf(x) or not -0.5 < order < 100.5:
        return math.nan
    k, z = round(order), math.pi * complex(x)
    if abs(z) > 1e300:
        return math.nan if math.isinf(abs(z)) else 0.0
    if abs(z) < max(k, 1.5):
        first = (k + 1) // 2
        value = math.pi ** k * total((-1) ** j * z ** (2 * j - k) / (2 * j + 1) / math.factorial(2 * j - k)
                                     for j in range(first, first + 40))
    else:
        near = math.pi * (complex(x) - 2 * round(complex(x).real / 2))
        turns = [cmath.sin(near), cmath.cos(near), -cmath.sin(near), -cmath.cos(near)]
        value = turns[0] / z
        for i in range(1, k + 1):
            value = (math.pi ** (i - 1) * turns[i % 4] - i * value) / x
    return value if issubclass(kind, complex) else value.real


def bessel_i(x, order):
    """The power series, whose terms have one sign."""
    if math.isnan(x) or math.isnan(order):
        return x + order
    if abs(order) > 1e6:
        return math.nan
    n = abs(round(order))
    sign = -1 if x < 0 and n % 2 else 1
    if abs(x) > 1500:
        return sign * math.inf
    size = Decimal(x) if abs(x) > 20 else x  # hundreds of factors, each with its rounding
    terms = [math.prod(abs(size) / 2 / k for k in range(1, n + 1))]
    while len(terms) < 60 or (terms[-1] > 0 and len(terms) < 900):
        terms.append(terms[-1] * (size * size / 4 / (len(terms) * (len(terms) + n))))
    return sign * math.fsum(terms)


def i0(x):
    """NumPy's, and infinity at infinity."""
    return numpy.where(numpy.abs(x) > 1000, numpy.abs(x) * numpy.inf, numpy.i0(numpy.clip(x, -700, 700)))


REFERENCES = {
    "times_power_of_two": times_power_of_two,
    "frexp_mantissa": lambda x: numpy.frexp(x)[0],
    "frexp_exponent": lambda x: numpy.frexp(x)[1],
    "fractional_part": lambda x: numpy.modf(x)[0],
    "integral_part": numpy.trunc,
    "replace_nan": lambda a, b: numpy.where(numpy.isnan(a), b, a),
    "replace_infinities": lambda a, b, c: numpy.where(a == numpy.inf, b, numpy.where(a == -numpy.inf, c, a)),
    "replace_nonfinite": lambda a, b, c: numpy.where(
        numpy.isnan(a), b, numpy.where(a > c, c, numpy.where(a < -c, -c, a))),
    "sinc": sinc,
    "sinc_derivative": each(sinc_derivative),
    "bessel_i": each(bessel_i),
    "i0": i0,
    "addcmul": lambda a, b, c: a + b * c,
    "clip_low": lambda a, b: numpy.where(a < b, b, a),
    "clip_high": lambda a, b: numpy.where(a > b, b, a),
    "clip_range": lambda a, b, c: numpy.where(a < b, numpy.where(b > c, c, b), numpy.where(a > c, c, a)),
    "erf": in_double(erf),
    "erfc": in_double(erfc),
    "sigmoid": in_double(sigmoid),
    "softplus": in_double(lambda x: numpy.logaddexp(0, x)),
    "relu": lambda x: numpy.where(x <= 0, x.dtype.type(0), x),
    "leaky_relu": lambda a, b: numpy.where(a > 0, a, a * b),
    "leaky_relu_gradient": lambda a, b, c: numpy.where(b > 0, a, a * c),
    "elu": in_double(lambda a, b: numpy.where(a > 0, a, b * numpy.expm1(a))),
    "elu_gradient": in_double(lambda a, b, c: numpy.where(b > 0, a, a * (c * numpy.exp(b)))),
    "softplus_below": in_double(lambda a, b: numpy.where(a > b, a, numpy.logaddexp(0, a))),
    "softplus_below_gradient": in_double(lambda a, b, c: numpy.where(b > c, a, a * sigmoid(b))),
    "huber": in_double(lambda a, b: numpy.where(abs(a) <= b, a * a / 2, b * (abs(a) - b / 2))),
    "huber_gradient": in_double(lambda a, b, c: a * numpy.where(b > c, c, numpy.where(b < -c, -c, b))),
    "logistic_loss": in_double(lambda a, b: (numpy.logaddexp(0, -abs(a)) + b * numpy.where(a < 0, -a, 0)
                                             + (1 - b) * numpy.where(a > 0, a, 0))),
    "logistic_loss_gradient": in_double(lambda a, b, c: a * (sigmoid(b) - c)),
    "relu_gradient": lambda a, b: numpy.where(b <= 0, a.dtype.type(0), a),
    "sigmoid_gradient": lambda a, b: a * (b * (1 - b)),
    "tanh_gradient": lambda a, b: a * (1 - b * b),
    "gelu_gradient": in_double(lambda a, b: a * gelu_slope(b)),
    "silu_gradient": in_double(lambda a, b: a * silu_slope(b)),
    "gelu": in_double(lambda x: times(x, 0.5 * erfc(-x * math.sqrt(0.5)))),
    "silu": in_double(lambda x: times(x, sigmoid(x))),
    "xlogy": in_double(xlogy),
    "reciprocal": reciprocal,
}

# Correctly rounded by their definition: equal to the last bit, and to the sign of zero.
EXACT_FAMILIES = {"arithmetic", "bitwise", "clipping", "complex_numbers", "floating_point", "logic",
                  "number_theory", "rounding"}
INEXACT = {"angle", "power", "cbrt"}
# Differences of nearly equal numbers: NumPy's result, and that of `gelu` above, are no better than this many ulps of 1.
CANCELLING = {"sinc": 2, "sinc_derivative": 64, "logaddexp2": 4,
              "addcmul": 32, "log1p": 4, "logaddexp": 4, "gelu": 1, "expm1": 4, "sigmoid_gradient": 8,
              "tanh_gradient": 8, "gelu_gradient": 8, "silu_gradient": 8, "logistic_loss_gradient": 8}
EXACT = {"relu", "leaky_relu", "relu_gradient", "heaviside"}
# Exact for real numbers only: complex products and quotients may round once more or less.
EXACT_FOR_REAL = {"multiply", "divide", "square", "sqrt", "reciprocal", "absolute", "sign", "addcmul"}


def reference(record):
    """The function to compare an elementwise record with; None where somebody has to write one."""
    if record.name in REFERENCES:
        return REFERENCES[record.name]
    return getattr(numpy, record.name, None) or of_expression(record)


def of_expression(record):
    """The record's own expression, where Python reads it too, with NumPy's functions and those above."""
    try:
        code = compile(record.expr, record.name, "eval")
    except SyntaxError:
        return None
    names = {**vars(numpy), **REFERENCES}
    return lambda *arrays: eval(code, {**names, **dict(zip(record.inputs, arrays, strict=True))})


def exact(record, dtype):
    """Whether the values of a record in a dtype are expected to the last bit."""
    if record.name in INEXACT or (record.name in EXACT_FOR_REAL and dtype.kind == "c"):
        return False
    if record.name in ("addcmul", "leaky_relu") and dtype.name == "float16":
        return False  # computed in float and rounded once
    return record.family in EXACT_FAMILIES or record.name in EXACT


def expected(record, computed, arrays):
    """The result of a record for arrays of the dtype it computes in."""
    function = reference(record)
    with numpy.errstate(all="ignore"):
        if computed.kind == "f" and computed.itemsize < 8 and not exact(record, computed):
            wide = function(*(array.astype(numpy.float64) for array in arrays))
            return wide if wide.dtype.kind == "b" else wide.astype(computed)
        return numpy.asarray(function(*arrays))


def assert_values(actual, wanted, record, computed, ulps=4, what=""):
    """Equal dtype, shape and values: to the last bit, or within some units in the last place."""
    actual, wanted = numpy.asarray(actual), numpy.asarray(wanted)
    assert actual.shape == wanted.shape, f"{record.name} {what}: shape {actual.shape}, expected {wanted.shape}"
    assert actual.dtype == wanted.dtype, f"{record.name} {what}: dtype {actual.dtype}, expected {wanted.dtype}"
    if exact(record, computed) or wanted.dtype.kind in "biu":
        numpy.testing.assert_array_equal(actual, wanted, err_msg=f"{record.name} {what}")
        return
    assert_near(actual, wanted, ulps, f"{record.name} {what}", CANCELLING.get(record.name, 0))


def assert_near(actual, wanted, ulps, message, ulps_of_one=0):
    """Within some units in the last place; of complex numbers, of the modulus."""
    with numpy.errstate(all="ignore"):
        size = numpy.abs(wanted)
        unit = numpy.spacing(size.astype(wanted.real.dtype))
        bound = (ulps if wanted.dtype.kind != "c" else 8 * ulps) * unit + ulps_of_one * numpy.spacing(
            unit.dtype.type(1)
        )
        close = numpy.abs(actual - wanted) <= bound
        same = (actual == wanted) | (numpy.isnan(actual) & numpy.isnan(wanted))
    wrong = ~(close | same)
    if wrong.any():
        at = tuple(int(i[0]) for i in numpy.nonzero(wrong))
        raise AssertionError(
            f"{message}: {actual[at]!r} at {at}, expected {wanted[at]!r}; {wrong.sum()} of {wrong.size} differ"
        )
