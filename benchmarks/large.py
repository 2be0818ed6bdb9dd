"""Elementwise functions, reductions and scans over 1e5, 1e6 and 1e7 numbers."""

import numpy

from .cases import count_text, from_arrays
from .source import made, uniform

NOT_IN_NUMPY = {"numpy": None}
COLUMNS = 1000
LARGEST = 10_000_000

# --- element by element: (title, statement, other spellings, arrays read, bytes written per element or None) ---

ARITHMETIC = [("a + b", "a + b"), ("a - b", "a - b"), ("a * b", "a * b"), ("a / b", "a / b"),
              ("minimum", "xp.minimum(a, b)"), ("a < b", "a < b")]
CHOOSING = [("where", "xp.where(mask, a, b)"), ("clip", "xp.clip(a, 0.75, 1.5)"), ("maximum", "xp.maximum(a, b)")]
FUNCTIONS = [("exp", {}), ("log", {}), ("tanh", {}), ("sigmoid", {"numpy": None, "jax": "jax.nn.sigmoid(a)"}),
             ("sin", {}), ("cos", {}),
             ("gelu", {"numpy": None, "torch": "xp.nn.functional.gelu(a)", "jax": "jax.nn.gelu(a, approximate=False)"}),
             ("erf", {"numpy": None, "jax": "jax.scipy.special.erf(a)"})]


def arrays(size, dtype="float32"):
    """What the statements of this file name."""
    low, high = (0.5, 2.0) if numpy.dtype(dtype).kind == "f" else (1, 60)
    names = {name: made((size,), dtype, low, high, seed) for seed, name in enumerate("abc")}
    return names | {"mask": lambda: uniform((size,)) > uniform((size,), seed=1),
                    "nowhere": lambda: uniform((size,)) > 3,
                    "matrix": lambda: uniform((size,)).reshape(-1, COLUMNS),
                    "empty_matrix": lambda: (uniform((size,)) > 3).reshape(-1, COLUMNS),
                    "near_one": made((size,), "float32", 0.999, 1.001),
                    "near_one_matrix": lambda: uniform((size,), "float32", 0.999, 1.001).reshape(-1, COLUMNS)}


def near_floor(title, size):
    """The bound on our time over the machine's limit, for the rows that have one."""
    return {"floor": 1.25} if size >= 1_000_000 and title in ("a + b", "sum", "copy", "where") else {}


def arithmetic_row(title, statement, size, dtype):
    """One row of elementary arithmetic."""
    width, ratio = numpy.dtype(dtype).itemsize, 0.5 if size >= LARGEST else 0.75
    # The others divide integers into floats of other widths.
    others = {"torch": None, "jax": None} if title == "a / b" and dtype == "uint8" else {}
    result = 1 if title == "a < b" else 8 if title == "a / b" and dtype == "int64" else width
    suffix = "" if dtype == "float32" else f", {dtype}"
    return from_arrays(f"{title}, {count_text(size)}{suffix}", statement, arrays(size, dtype), others=others,
                       targets={"best": ratio, **(near_floor(title, size) if dtype == "float32" else {})},
                       work="add, sub, mul, div, minimum, compare", reads=2 * width * size, writes=result * size)


def elementwise(options):
    """Arithmetic, choosing and copying in float32."""
    found = []
    for size in options.sizes:
        found += [arithmetic_row(title, statement, size, "float32") for title, statement in ARITHMETIC]
        found.append(from_arrays(f"a * b + c, {count_text(size)}", "a * b + c", arrays(size), targets={"best": 0.7},
                                 work="`a*b+c` written so", reads=12 * size, writes=4 * size))
        for title, statement in CHOOSING:
            others = {"torch": "xp.clamp(a, 0.75, 1.5)"} if title == "clip" else {}
            read = {"where": 9, "clip": 4, "maximum": 8}[title]
            found.append(from_arrays(f"{title}, {count_text(size)}", statement, arrays(size), others=others,
                                     targets={"best": 0.5, **near_floor(title, size)},
                                     work="where, clip, maximum", reads=read * size, writes=4 * size))
        found.append(from_arrays(f"copy, {count_text(size)}", "a.copy()", arrays(size), others={"torch": "a.clone()"},
                                 work="copy",
                                 targets=near_floor("copy", size), reads=4 * size, writes=4 * size))
    return found


def dtypes(options):
    """Arithmetic in float64, int64 and uint8."""
    return [arithmetic_row(title, statement, size, dtype) for dtype in ("float64", "int64", "uint8")
            for size in options.sizes for title, statement in ARITHMETIC]


def mathematics(options):
    """Functions that are computed, and powers."""
    found = []
    for dtype in ("float32", "float64"):
        width, suffix = numpy.dtype(dtype).itemsize, "" if dtype == "float32" else f", {dtype}"
        for size in options.sizes:
            found += [from_arrays(f"{name}, {count_text(size)}{suffix}", f"xp.{name}(a)", arrays(size, dtype),
                                  others=others, targets={"best": 0.8},
                                  work="exp, log, tanh, sigmoid, sin, cos, gelu, erf",
                                  reads=width * size, writes=width * size) for name, others in FUNCTIONS]
            found.append(from_arrays(f"a ** b, {count_text(size)}{suffix}", "a ** b", arrays(size, dtype),
                                     targets={"best": 0.5}, work="pow", reads=2 * width * size, writes=width * size))
    return found


# --- reductions ---------------------------------------------------------------------------------

TOTALS = [("sum", "sum, mean, max, argmax, any", 0.95), ("mean", "sum, mean, max, argmax, any", 0.95),
          ("max", "sum, mean, max, argmax, any", 0.95), ("argmax", "sum, mean, max, argmax, any", 0.95),
          ("any", "sum, mean, max, argmax, any", 0.95), ("var", "var, std", 0.4), ("std", "var, std", 0.4)]


def total(name, axis, size, work, ratio):
    """One row: a reduction over everything or along an axis of a matrix with 1000 columns."""
    array = {None: "a", 0: "matrix", 1: "matrix"}[axis]
    if name == "any":
        array = {"a": "nowhere", "matrix": "empty_matrix"}[array]
    along = "" if axis is None else f", {axis}"
    torch_name = "amax" if name == "max" and axis is not None else name
    extra = ", correction=0" if name in ("var", "std") else ""
    return from_arrays(f"{name}{'' if axis is None else f', axis {axis}'}, {count_text(size)}",
                       f"xp.{name}({array}{along})", arrays(size),
                       others={"torch": f"xp.{torch_name}({array}{along}{extra})"},
                       targets={"best": ratio, **(near_floor(name, size) if axis is None else {})}, work=work,
                       reads=(1 if name == "any" else 4) * size)


def reductions(options):
    """Sums, averages, extremes, truth, spread."""
    return [total(name, axis, size, work, ratio) for size in options.sizes for name, work, ratio in TOTALS
            for axis in (None, 0, 1)]


def scans(options):
    """Running sums and products."""
    return [from_arrays(f"{name}{title}, {count_text(size)}", f"xp.{name}({array}, {axis})", arrays(size),
                        checked=size < LARGEST,  # where NumPy's rounding errors have grown to a hundredth
                        targets={"best": 0.7}, work="cumsum, cumprod", reads=4 * size, writes=4 * size)
            for size in options.sizes for name, vector, matrix in
            (("cumsum", "a", "matrix"), ("cumprod", "near_one", "near_one_matrix"))
            for title, array, axis in (("", vector, 0), (", axis 0", matrix, 0), (", axis 1", matrix, 1))]


# --- along rows ---------------------------------------------------------------------------------

ROWS = {
    "softmax": ("xp.softmax(matrix, 1)", {"numpy": None, "jax": "jax.nn.softmax(matrix, 1)"}),
    "log_softmax": ("xp.log_softmax(matrix, 1)", {"numpy": None, "jax": "jax.nn.log_softmax(matrix, 1)"}),
    "logsumexp": ("xp.logsumexp(matrix, 1)", {"numpy": None, "jax": "jax.nn.logsumexp(matrix, 1)"}),
    "layer norm": ("xp.layer_norm(matrix, weight, bias)", {
        "numpy": None, "torch": "xp.layer_norm(matrix, weight.shape, weight, bias)",
        "jax": "jax.nn.standardize(matrix, -1, epsilon=1e-5) * weight + bias"}),
}


def softmax(_options):
    """Softmax and its kin, layer norm."""
    found = []
    for shape in ((1000, 1000), (64, 10)):
        contents = {"matrix": made(shape, "float32", -3, 3), "weight": made(shape[1:]), "bias": made(shape[1:], seed=1)}
        size = shape[0] * shape[1]
        found += [from_arrays(f"{name}, {shape[0]} x {shape[1]}", statement, contents, others=others,
                              targets={"best": 0.7}, work="softmax, log_softmax, logsumexp, layer norm",
                              reads=4 * size if size > 10_000 else 0,
                              writes=4 * size if size > 10_000 and name != "logsumexp" else 0)
                  for name, (statement, others) in ROWS.items()]
    return found
