"""In-place methods in PyTorch's spelling, `add_`, `zero_`, `normal_`: each writes through `copy_`, which the
tape sees, and returns the tensor."""

import importlib
import operator

import numpy

from mltensor._core.create import asarray
from mltensor._core.tensor import Tensor
from mltensor._ops.record import F
from mltensor._value_methods import METHODS as VALUE_METHODS
from mltensor._value_methods import method as value_method
from mltensor._value_methods import scaled

__all__ = ["METHODS"]

METHODS = {}


def method(function):
    """Make a function of a tensor one of its in-place methods."""
    METHODS[function.__name__] = function
    return function


def old_value(self):
    """What a tensor holds before a write: in memory of its own where a gradient rule may ask for it later."""
    return F.copy(self) if self.requires_grad else self


# --- arithmetic ---------------------------------------------------------------------------------

@method
def add_(self, other, *, alpha=1):
    """Add ``alpha * other``."""
    return operator.iadd(self, scaled(other, alpha))


@method
def sub_(self, other, *, alpha=1):
    """Subtract ``alpha * other``."""
    return operator.isub(self, scaled(other, alpha))


@method
def mul_(self, other):
    """Multiply."""
    return operator.imul(self, other)


@method
def div_(self, other, *, rounding_mode=None):
    """Divide, optionally rounding down ('floor') or towards zero ('trunc')."""
    if rounding_mode is None:
        return operator.itruediv(self, other)
    return self.copy_(VALUE_METHODS["div"](old_value(self), other, rounding_mode=rounding_mode))


@method
def pow_(self, exponent):
    """Raise to a power."""
    return operator.ipow(self, exponent)


@method
def fill_(self, value):
    """Set every element to one value."""
    return self.copy_(value)


@method
def zero_(self):
    """Set every element to zero."""
    return self.copy_(0)


@method
def masked_fill_(self, mask, value):
    """Set the elements where the mask holds."""
    return self.copy_(VALUE_METHODS["masked_fill"](old_value(self), mask, value))


@method
def fill_diagonal_(self, fill_value, wrap=False):
    """Set the main diagonal of a matrix."""
    F.diagonal(self)[...] = fill_value
    return self


@method
def t_(self):
    """Not possible in place; see :meth:`t`."""
    raise NotImplementedError("a tensor's shape is not changed in place; assign x = x.t()")


# Methods whose in-place twin computes the new values and copies them in.
TWINS = (
    "absolute", "acos", "asin", "atan", "ceil", "clamp", "clamp_max", "clamp_min", "clip", "cos", "cosh",
    "erf", "exp", "expm1", "floor", "floor_divide", "fmod", "lerp", "log", "log10", "log1p", "log2", "logical_not",
    "neg", "reciprocal", "relu", "remainder", "round", "rsqrt", "sigmoid", "sign", "sin", "sinh", "softmax", "sqrt",
    "square", "tan", "tanh", "trunc", "addcmul", "addcdiv", "addmm", "index_fill", "scatter", "scatter_add",
    "index_add", "tril", "triu", "cumsum", "eq", "ne", "lt", "le", "gt", "ge", "bitwise_and", "bitwise_or",
    "bitwise_xor", "copysign", "hypot", "atan2", "cumprod")


def twin(name):
    """The in-place method that belongs to a method."""
    operation = VALUE_METHODS.get(name)

    def in_place(self, *args, **kwargs):
        function = operation or getattr(F, name)
        return self.copy_(function(old_value(self), *args, **kwargs))

    in_place.__name__ = in_place.__qualname__ = name + "_"
    in_place.__doc__ = f"In-place form of `{name}`."
    return in_place


for _name in TWINS:
    METHODS[_name + "_"] = twin(_name)
METHODS["abs_"] = METHODS["absolute_"]


@method
def nan_to_num_(self, nan=0.0, posinf=None, neginf=None):
    """Set NaN to a number, infinities to others (by default the greatest and the least of the dtype)."""
    if self.dtype.kind != "f":
        return self
    limits = numpy.finfo(self.dtype)
    finite = F.where(F.isnan(self), nan, self)
    finite = F.where(finite == numpy.inf, float(limits.max) if posinf is None else posinf, finite)
    return self.copy_(F.where(finite == -numpy.inf, float(limits.min) if neginf is None else neginf, finite))


# --- random numbers -------------------------------------------------------------------------------

def generator_of(generator):
    """NumPy's generator behind the one given, or behind the library's own.

    The random module is loaded at its first use: it costs more than all the rest of the import.
    """
    if generator is None:
        generator = importlib.import_module("mltensor.random").default_generator()
    generator = generator.numpy() if callable(getattr(generator, "numpy", None)) else generator
    if not isinstance(generator, numpy.random.Generator):
        raise TypeError(f"generator must be a Generator of mltensor.random or numpy.random, not "
                        f"{type(generator).__name__}")
    return generator


def single(self):
    """The dtype in which numbers for a tensor are drawn."""
    return numpy.float32 if self.dtype == numpy.float32 else numpy.float64


@method
def uniform_(self, a=0.0, b=1.0, *, generator=None):
    """Fill with numbers drawn evenly from [a, b)."""
    draws = generator_of(generator).random(self.shape, dtype=single(self))
    return self.copy_(draws * draws.dtype.type(b - a) + draws.dtype.type(a))


@method
def normal_(self, mean=0.0, std=1.0, *, generator=None):
    """Fill with numbers of a normal distribution."""
    draws = generator_of(generator).standard_normal(self.shape, dtype=single(self))
    return self.copy_(draws * draws.dtype.type(std) + draws.dtype.type(mean))


@method
def random_(self, low=0, high=None, *, generator=None):
    """Fill with whole numbers from `low` up to, not including, `high`.

    With one bound it is the upper one; with none it is the dtype's greatest number (2**24 or 2**53 for
    floats, up to which they hold all whole numbers).
    """
    if high is None:
        low, high = 0, low
    if not high:
        digits = {"float16": 11, "float32": 24, "float64": 53}
        high = 2 ** digits[self.dtype.name] if self.dtype.name in digits else int(numpy.iinfo(self.dtype).max) + 1
    return self.copy_(generator_of(generator).integers(low, high, self.shape, dtype=numpy.int64))


@method
def bernoulli_(self, p=0.5, *, generator=None):
    """Fill with ones with probability `p`, zeros otherwise."""
    p = p.numpy() if isinstance(p, Tensor) else p
    return self.copy_(generator_of(generator).random(self.shape) < p)


@method
def exponential_(self, lambd=1.0, *, generator=None):
    """Fill with numbers of an exponential distribution of rate `lambd`."""
    return self.copy_(generator_of(generator).standard_exponential(self.shape) / lambd)


@value_method
def bernoulli(self, *, generator=None):
    """Ones with the probabilities in the tensor, zeros otherwise."""
    draws = generator_of(generator).random(self.shape) < self.detach().numpy()
    return asarray(draws).astype(self.dtype)
