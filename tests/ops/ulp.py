"""Errors of the transcendental functions in units in the last place, against mpmath.

Run as a program it prints the largest errors as JSON, or writes the table of docs/accuracy.md for all instruction sets,
which are chosen when the library is imported:

    MLTENSOR_ISA=base python tests/ops/ulp.py 500
    python tests/ops/ulp.py --pages
"""

import json
import math
import os
import subprocess
import sys
import zlib
from pathlib import Path

import mpmath
import numpy

import mltensor as np

DTYPES = ("float32", "float64")
BOUNDS = {"float32": 2.0, "float64": 1.5}
INSTRUCTION_SETS = ("base", "avx2", "avx512")
PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "accuracy.md"
BEGIN, END = "<!-- errors: written by python tests/ops/ulp.py --pages -->", "<!-- end of errors -->"
PAGE_COUNT = 1500  # points of each kind on the page


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def softplus(x):
    return mpmath.log1p(mpmath.exp(x)) if x < 50 else x + mpmath.log1p(mpmath.exp(-x))


def gelu(x):
    return x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def silu(x):
    return x * sigmoid(x)


def cbrt(x):
    return mpmath.sign(x) * mpmath.cbrt(abs(x))


# name: exact function, interval of ordinary arguments, points of interest (zeros, ends of tails)
UNARY = {
    "exp": (mpmath.exp, (-90, 90), (-745, -708, 709, -103, -87.3, 88.7)),
    "exp2": (lambda x: mpmath.power(2, x), (-130, 130), (-1074, -1022, 1023, -149, -126, 127)),
    "expm1": (mpmath.expm1, (-40, 80), (0, 709, 88.7, 0.35, -0.35)),
    "log": (mpmath.log, (0, 50), (1, 0.7, 1.4)),
    "log1p": (mpmath.log1p, (-0.999, 50), (0, -1)),
    "log2": (lambda x: mpmath.log(x, 2), (0, 50), (1, 2, 0.5, 8)),
    "log10": (mpmath.log10, (0, 50), (1, 10, 0.1, 1000)),
    "sin": (mpmath.sin, (-50, 50), (0, 3.141592653589793, 6.283185307179586, 1e5, 1e10, 1e22, 710)),
    "cos": (mpmath.cos, (-50, 50), (1.5707963267948966, 4.71238898038469, 1e5, 1e10, 1e22)),
    "tan": (mpmath.tan, (-50, 50), (0, 0.7853981633974483, 1.5707963267948966, 3.141592653589793, 1e5, 1e22)),
    "asin": (mpmath.asin, (-1, 1), (0, 0.5, -0.5, 1, -1)),
    "acos": (mpmath.acos, (-1, 1), (0, 0.5, -0.5, 1, -1)),
    "atan": (mpmath.atan, (-20, 20), (0, 1, -1, 0.4375, 2.4375)),
    "sinh": (mpmath.sinh, (-80, 80), (0, 1, 709, 88.7)),
    "cosh": (mpmath.cosh, (-80, 80), (0, 1, 709, 88.7)),
    "tanh": (mpmath.tanh, (-25, 25), (0, 0.55, 1, 9, 19)),
    "asinh": (mpmath.asinh, (-50, 50), (0, 1, 1e10)),
    "acosh": (mpmath.acosh, (1, 50), (1, 1e10)),
    "atanh": (mpmath.atanh, (-1, 1), (0, 0.5, 1, -1)),
    "erf": (mpmath.erf, (-6, 6), (0, 0.84375, 1.25, 2.857)),
    "erfc": (mpmath.erfc, (-6, 27), (0, 0.84375, 1.25, 10, 26.5)),
    "sigmoid": (sigmoid, (-100, 40), (0, -87.3, -103, -708, -745)),
    "softplus": (softplus, (-100, 100), (0, -87.3, -708, 36)),
    "gelu": (gelu, (-13, 6), (0, 0.5, -0.5, -5, 5)),
    "silu": (silu, (-80, 40), (0, 1, -1)),
    "cbrt": (cbrt, (-50, 50), (0, 1, 8, -27)),
    "sqrt": (mpmath.sqrt, (0, 50), (0, 1, 2)),
}
BINARY = {
    "power": (mpmath.power, (0, 40), (-40, 40)),
    "atan2": (mpmath.atan2, (-40, 40), (-40, 40)),
    "hypot": (mpmath.hypot, (-40, 40), (-40, 40)),
}
# Functions of the whole exponent range where they are defined.
POSITIVE = {"log", "log2", "log10", "sqrt"}
SIGNED = {"sin", "cos", "tan", "atan", "asinh", "cbrt", "erf", "tanh", "expm1"}


def near(points, dtype, count, generator):
    """Numbers close to each of the points: neighbours, and at all distances down to the smallest."""
    found = []
    for point in numpy.asarray(points, dtype):
        step = point
        for _ in range(4):
            found.append(step)
            step = numpy.nextafter(step, dtype.type(numpy.inf))
        distance = numpy.exp2(-generator.uniform(0, 60, count // 8)) * (abs(point) or 1)
        found.extend(point + distance.astype(dtype))
        found.extend(point - distance.astype(dtype))
    return numpy.array(found, dtype)


def all_exponents(dtype, count, generator):
    """Positive numbers with logarithms spread over the whole range, subnormals too."""
    info = numpy.finfo(dtype)
    low, high = numpy.log2(float(info.smallest_subnormal)), numpy.log2(float(info.max))
    values = numpy.exp2(numpy.clip(generator.uniform(low, high, count), low, high - 1e-3)).astype(dtype)
    return values[numpy.isfinite(values)]


def arguments_of(name, dtype, count, generator):
    """Points at which a function of one argument is measured."""
    dtype = numpy.dtype(dtype)
    _, (low, high), points = UNARY[name]
    with numpy.errstate(all="ignore"):
        parts = [generator.uniform(low, high, count).astype(dtype), near(points, dtype, count, generator)]
        if name in POSITIVE | SIGNED:
            parts.append(all_exponents(dtype, count, generator))
        if name in SIGNED:
            parts.append(-all_exponents(dtype, count, generator))
        tiny = all_exponents(dtype, count, generator)
        parts.append(tiny[tiny < 1] if low >= 0 else numpy.concatenate([tiny[tiny < 1], -tiny[tiny < 1]]))
    x = numpy.concatenate(parts)
    if name in ("asin", "acos", "atanh"):
        x = x[numpy.abs(x) <= (1 if name != "atanh" else 1 - numpy.finfo(dtype).epsneg)]
    if name == "acosh":
        x = numpy.concatenate([x[x >= 1], 1 + tiny[tiny < 1]])
    if name == "log1p":
        x = x[x > -1]
    if name in POSITIVE:
        x = x[x > 0]
    return x


def error(actual, exact, dtype):
    """Distance of a float from an exact value, in units of the last place there."""
    info = numpy.finfo(dtype)
    if abs(exact) >= mpmath.mpf(float(info.max)) * (1 + mpmath.mpf(float(info.eps)) / 4):
        return 0.0 if not numpy.isfinite(actual) or abs(actual) == info.max else numpy.inf
    if not numpy.isfinite(actual):
        return numpy.inf
    unit = abs(float(numpy.spacing(dtype.type(float(exact)))))
    return float(abs(mpmath.mpf(float(actual)) - exact) / unit)


def worst(name, dtype, arguments):
    """Largest error of an operation over arrays of arguments, and where it is."""
    dtype = numpy.dtype(dtype)
    exact = (UNARY.get(name) or BINARY[name])[0]
    actual = numpy.asarray(getattr(np, name)(*map(np.array, arguments)))
    largest, place = 0.0, None
    with mpmath.workprec(160), numpy.errstate(all="ignore"):
        for point, value in zip(zip(*arguments, strict=True), actual, strict=True):
            found = error(value, exact(*(mpmath.mpf(float(x)) for x in point)), dtype)
            if found > largest:
                largest, place = found, [float(x) for x in point]
    return largest, place


def binary_arguments(name, dtype, count, generator):
    """Pairs of points: ordinary ones, and for results that do not overflow those of any size."""
    dtype = numpy.dtype(dtype)
    _, first, second = BINARY[name]
    a, b = (generator.uniform(*limits, 2 * count).astype(dtype) for limits in (first, second))
    if name == "power":
        limit = numpy.log(float(numpy.finfo(dtype).max))
        base = all_exponents(dtype, count, generator)
        base = base[base != 1]
        exponent = (generator.uniform(-1, 1, base.size) * limit / numpy.log(base.astype(float))).astype(dtype)
        close = (1 + numpy.exp2(-generator.uniform(1, 22, count))).astype(dtype)
        power = (generator.uniform(-1, 1, count) * limit / numpy.log(close.astype(float))).astype(dtype)
        whole = generator.integers(-8, 9, count).astype(dtype)
        return numpy.concatenate([a, base, close, a[:count]]), numpy.concatenate([b, exponent, power, whole])
    large = all_exponents(dtype, count, generator) / 4
    other = numpy.resize(large[::-1], large.size)
    kept = large / other
    kept = numpy.isfinite(kept) & (kept > numpy.finfo(dtype).tiny)
    return numpy.concatenate([a, large[kept]]), numpy.concatenate([b, -other[kept]])


def measure(name, dtype, count):
    """Largest error of a function over about `count` points of each kind, always the same ones."""
    generator = numpy.random.default_rng(zlib.crc32(f"{name} {dtype}".encode()))
    if name in UNARY:
        return worst(name, dtype, (arguments_of(name, dtype, count, generator),))
    return worst(name, dtype, binary_arguments(name, dtype, count, generator))


def all_errors(count, names=(*UNARY, *BINARY)):
    """Largest errors and their places by function and dtype."""
    return {f"{name} {dtype}": measure(name, dtype, count) for name in names for dtype in DTYPES}


def errors_under(isa, count, names=(*UNARY, *BINARY)):
    """The same under another instruction set, in a process of its own; None where the machine does not have it."""
    environment = {**os.environ, "MLTENSOR_ISA": isa, "PYTHONPATH": str(Path(np.__file__).parent.parent)}
    done = subprocess.run([sys.executable, __file__, str(count), *names], capture_output=True, text=True, check=True,
                          env=environment)
    found = json.loads(done.stdout)
    return found["errors"] if found["isa"] == isa else None


def written(error):
    """An error as the page has it: two digits behind the point, rounded up."""
    return f"{math.ceil(error * 100) / 100:.2f}"


def page_rows(text):
    """The table of the page: errors by function, in the order of DTYPES and INSTRUCTION_SETS."""
    table = text[text.index(BEGIN):text.index(END)].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table if line.startswith("| `")]
    return {row[0].strip("`"): row[1:] for row in cells}


def write_page():
    """Measure everything and put the table into the page."""
    by_isa = {isa: errors_under(isa, PAGE_COUNT) for isa in INSTRUCTION_SETS}
    missing = [isa for isa, errors in by_isa.items() if errors is None]
    if missing:
        raise SystemExit(f"this machine cannot run {', '.join(missing)}: the page needs one that has all of them")
    lines = [BEGIN, "| | " + " | ".join(f"{dtype}, {isa}" for dtype in DTYPES for isa in INSTRUCTION_SETS) + " |",
             "| --- |" + " ---: |" * (len(DTYPES) * len(INSTRUCTION_SETS))]
    lines += ["| " + " | ".join([f"`{name}`", *(
        written(by_isa[isa][f"{name} {dtype}"][0]) for dtype in DTYPES for isa in INSTRUCTION_SETS)]) + " |"
              for name in (*UNARY, *BINARY)]
    text = PAGE.read_text()
    PAGE.write_text(text[:text.index(BEGIN)] + "\n".join(lines) + "\n" + text[text.index(END):])


if __name__ == "__main__":
    if sys.argv[1:] == ["--pages"]:
        write_page()
    else:
        points = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
        print(json.dumps({"isa": np.isa(), "errors": all_errors(points, sys.argv[2:] or (*UNARY, *BINARY))}))
