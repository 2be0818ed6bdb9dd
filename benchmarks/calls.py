"""Every elementwise operation and reduction on 1, 10, 100 and 1000 float32 numbers: what a call costs."""

from .cases import from_arrays
from .source import made

SIZES = (1, 10, 100, 1000)
WORK = "every elementwise and reduction function, 1 to 1000 elements"

# Names of the functions, and of the operands they take.
UNARY = ("negative", "positive", "absolute", "sign", "square", "sqrt", "cbrt", "reciprocal", "real", "conj", "exp",
         "exp2", "expm1", "log", "log1p", "log2", "log10", "erf", "erfc", "sigmoid", "softplus", "relu", "gelu", "silu",
         "logical_not", "isnan", "isinf", "isfinite", "signbit", "floor", "ceil", "trunc", "rint", "sin", "cos", "tan",
         "asin", "acos", "atan", "degrees", "radians", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh")
BINARY = ("add", "subtract", "multiply", "divide", "floor_divide", "remainder", "fmod", "power", "maximum", "minimum",
          "fmax", "fmin", "logaddexp", "xlogy", "heaviside", "equal", "not_equal", "less", "less_equal", "greater",
          "greater_equal", "logical_and", "logical_or", "logical_xor", "copysign", "nextafter", "atan2", "hypot")
INTEGER = ("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift")
REDUCTIONS = ("sum", "prod", "mean", "std", "var", "max", "min", "argmax", "argmin", "any", "all", "count_nonzero",
              "logsumexp", "cumsum", "cumprod")

# Where functions lie that are not at the top.
FUNCTIONAL = {"torch": "xp.nn.functional", "jax": "jax.nn"}
INSIDE = {"softplus": FUNCTIONAL, "gelu": FUNCTIONAL, "silu": FUNCTIONAL,
          "sigmoid": {"jax": "jax.nn"}, "relu": {"jax": "jax.nn"},
          "erf": {"jax": "jax.scipy.special"}, "erfc": {"jax": "jax.scipy.special"},
          "xlogy": {"jax": "jax.scipy.special"}, "logsumexp": {"jax": "jax.scipy.special"}}
OTHER_NAMES = {
    "torch": {"equal": "eq", "not_equal": "ne", "power": "pow", "bitwise_invert": "bitwise_not", "rint": "round",
              "degrees": "rad2deg", "radians": "deg2rad"},
}
ABSENT = {"numpy": {"erf", "erfc", "sigmoid", "softplus", "relu", "gelu", "silu", "xlogy", "logsumexp"},
          "torch": {"cbrt"}}
# PyTorch wants the dimension of running sums, and divides by n - 1 unless told otherwise.
ARGUMENTS = {("torch", "std"): "a, correction=0", ("torch", "var"): "a, correction=0",
             ("torch", "logsumexp"): "a, 0", ("torch", "cumsum"): "a, 0", ("torch", "cumprod"): "a, 0"}
# From where the numbers are, for functions that are not defined or overflow between 1.1 and 2.
DOMAINS = dict.fromkeys(("asin", "acos", "atanh"), (0.1, 0.9)) | dict.fromkeys(("prod", "cumprod"), (0.99, 1.01))


def spelled(library, name, arguments):
    """A call of a function in one library's spelling, or None."""
    if name in ABSENT.get(library, ()):
        return None
    folder = INSIDE.get(name, {}).get(library, "xp")
    name = OTHER_NAMES.get(library, {}).get(name, name)
    return f"{folder}.{name}({arguments})"


def call(name, arguments, size, dtype):
    """One row."""
    low, high = DOMAINS.get(name, (1.1, 2.0)) if dtype == "float32" else (1, 9)
    arrays = {"a": made((size,), dtype, low, high), "b": made((size,), dtype, low, high, seed=1)}
    others = {library: spelled(library, name, ARGUMENTS.get((library, name), arguments))
              for library in ("numpy", "torch", "jax")}
    return from_arrays(f"{name}, {size}", f"xp.{name}({arguments})", arrays, others=others, checked=False,
                       targets={"best": 0.5}, work=WORK, effort=0.3)


def cases(_options):
    """Rows of the table."""
    return [call(name, arguments, size, dtype)
            for names, arguments, dtype in ((UNARY, "a", "float32"), (BINARY, "a, b", "float32"),
                                            (INTEGER, "a, b", "int32"), (("bitwise_invert",), "a", "int32"),
                                            (REDUCTIONS, "a", "float32"))
            for name in names for size in SIZES]
