"""The transcendental functions against mpmath: float32 within 2 units in the last place, float64 within 1.5."""

import os
import subprocess
import sys

import mpmath
import numpy
import pytest

import mltensor as np

BOUNDS = {"float32": 2.0, "float64": 1.5}
# Exact value, and the intervals that points are drawn from.
UNARY = {
    "exp": (mpmath.exp, [(-80, 80), (-1, 1), (-1e-3, 1e-3)]),
    "exp2": (lambda x: mpmath.mpf(2) ** x, [(-100, 100), (-1, 1)]),
    "expm1": (mpmath.expm1, [(-40, 80), (-1, 1), (-1e-4, 1e-4)]),
    "log": (mpmath.log, [(1e-30, 1e30), (0.5, 2), (0.999, 1.001)]),
    "log2": (lambda x: mpmath.log(x, 2), [(1e-30, 1e30), (0.5, 2), (0.999, 1.001)]),
    "log10": (mpmath.log10, [(1e-30, 1e30), (0.5, 2), (0.999, 1.001)]),
    "log1p": (mpmath.log1p, [(-0.99, 10), (-1e-4, 1e-4), (1, 1e20)]),
    "sin": (mpmath.sin, [(-10, 10), (-1e4, 1e4), (-1e12, 1e12)]),
    "cos": (mpmath.cos, [(-10, 10), (-1e4, 1e4), (-1e12, 1e12)]),
    "tan": (mpmath.tan, [(-10, 10), (-1e4, 1e4), (-1e12, 1e12)]),
    "asin": (mpmath.asin, [(-1, 1), (-1e-3, 1e-3), (0.99, 1)]),
    "acos": (mpmath.acos, [(-1, 1), (0.99, 1)]),
    "atan": (mpmath.atan, [(-3, 3), (-1e6, 1e6)]),
    "sinh": (mpmath.sinh, [(-80, 80), (-1, 1), (-1e-3, 1e-3)]),
    "cosh": (mpmath.cosh, [(-80, 80), (-1, 1)]),
    "tanh": (mpmath.tanh, [(-20, 20), (-1, 1), (-1e-3, 1e-3)]),
    "asinh": (mpmath.asinh, [(-1e6, 1e6), (-1, 1), (-1e-3, 1e-3)]),
    "acosh": (mpmath.acosh, [(1, 1e6), (1, 1.1)]),
    "atanh": (mpmath.atanh, [(-0.999, 0.999), (-1e-3, 1e-3)]),
    "cbrt": (lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)), [(-1e6, 1e6), (-1e-6, 1e-6)]),
    "erf": (mpmath.erf, [(-5, 5), (-1e-3, 1e-3)]),
    "erfc": (mpmath.erfc, [(-5, 9), (-1e-3, 1e-3)]),
    "sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), [(-80, 40), (-1, 1)]),
    "softplus": (lambda x: mpmath.log1p(mpmath.exp(x)), [(-80, 80), (-1, 1)]),
    "gelu": (lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2, [(-10, 10), (-1e-3, 1e-3)]),
    "silu": (lambda x: x / (1 + mpmath.exp(-x)), [(-60, 60), (-1, 1)]),
}
BINARY = {
    "power": (lambda x, y: x**y, [((0.01, 100), (-15, 15)), ((0.99, 1.01), (-900, 900))]),
    "atan2": (mpmath.atan2, [((-3, 3), (-3, 3)), ((-1e-6, 1e-6), (-1e6, 1e6))]),
    "hypot": (mpmath.hypot, [((-3, 3), (-3, 3)), ((1e15, 1e18), (-1e18, 1e18))]),
    # Where both are negative the terms cancel near zero; what then counts is the absolute error.
    "logaddexp": (lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y)), [((0, 40), (-40, 40))]),
}
CASES = {**UNARY, **{name: (function, boxes) for name, (function, boxes) in BINARY.items()}}


def points(intervals, dtype, generator, count):
    """Numbers of a dtype, uniform in their size or in their exponent."""
    drawn = []
    for low, high in intervals:
        half = count // 2
        drawn.append(generator.uniform(low, high, half))
        largest = numpy.log(max(abs(high), abs(low)))
        exponents = generator.uniform(largest - 18, largest, half)
        signs = generator.choice([-1, 1], half) if low < 0 < high else numpy.full(half, 1 if high > 0 else -1)
        logarithmic = numpy.exp(exponents) * signs
        drawn.append(logarithmic[(logarithmic >= low) & (logarithmic <= high)])
    return numpy.concatenate(drawn).astype(dtype)


def units(actual, exact, dtype):
    """Distance from the exact value in units of its last place."""
    nearest = numpy.dtype(dtype).type(exact)
    if numpy.isinf(nearest) or numpy.isnan(actual):
        return 0.0 if numpy.isinf(nearest) and actual == nearest else numpy.inf
    spacing = mpmath.mpf(float(numpy.spacing(abs(nearest))))
    return float(abs(mpmath.mpf(float(actual)) - exact) / spacing)


def worst(name, dtype, count, seed=0):
    """Largest error found of one function."""
    generator = numpy.random.default_rng(seed)
    function, boxes = CASES[name]
    found = 0.0
    with mpmath.workprec(240):
        if name in BINARY:
            arrays = [numpy.concatenate(parts) for parts in zip(*(
                [generator.uniform(*axis, count).astype(dtype) for axis in box] for box in boxes), strict=True)]
        else:
            arrays = [points(boxes, dtype, generator, count)]
        results = numpy.asarray(getattr(np, name)(*map(np.asarray, arrays)))
        for values in zip(*arrays, results, strict=True):
            exact = function(*(mpmath.mpf(float(value)) for value in values[:-1]))
            found = max(found, units(values[-1], exact, dtype))
    return found


@pytest.mark.parametrize("dtype", BOUNDS)
@pytest.mark.parametrize("name", CASES)
def test_error_in_units_of_the_last_place(name, dtype):
    assert worst(name, dtype, 400) <= BOUNDS[dtype]


@pytest.mark.parametrize("isa", ["base", "avx2"])
def test_error_on_other_instruction_sets(isa):
    if ("base", "avx2", "avx512").index(isa) > ("base", "avx2", "avx512").index(np.isa()):
        isa = "base"
    code = ("import sys; sys.path.insert(0, sys.argv[1]); import test_accuracy as t; import mltensor as np\n"
            "print(np.isa(), [(n, d, e) for n in t.CASES for d, b in t.BOUNDS.items() "
            "if (e := t.worst(n, d, 60)) > b])")
    done = subprocess.run([sys.executable, "-c", code, os.path.dirname(__file__)], capture_output=True, text=True,
                          check=False, env={**os.environ, "MLTENSOR_ISA": isa})
    assert done.stdout.strip() == f"{isa} []", done.stderr
