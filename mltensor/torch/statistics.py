"""Statistics and functions of numbers under PyTorch's signatures."""

from collections import namedtuple

from mltensor._core.create import zeros
from mltensor._numbers import frexp as numpy_frexp
from mltensor._numbers import ldexp as numpy_ldexp
from mltensor._ops.record import F

from .arranging import MedianResult, median, picked, tensor_of
from .tensor import Tensor, as_torch, get_default_dtype

FrexpResult = namedtuple("frexp", "mantissa exponent")


# --- what is not NaN ----------------------------------------------------------------------------------


def nansum(input, dim=None, keepdim=False, *, dtype=None):
    """Sum over dimensions with NaN as zero."""
    return F.nansum(tensor_of(input), dim, dtype, keepdims=keepdim)


def nanmean(input, dim=None, keepdim=False, *, dtype=None):
    """Mean over dimensions of what is not NaN."""
    return F.nanmean(tensor_of(input), dim, dtype, keepdims=keepdim)


def nanmedian(input, dim=None, keepdim=False):
    """The lower middle element of what is not NaN; along a dimension ``(values, indices)``."""
    input = tensor_of(input)
    if input.dtype.kind != "f":
        return median(input, dim, keepdim)
    flat = F.reshape(input, (-1,)) if dim is None else input
    axis = 0 if dim is None else dim
    if flat.ndim == 0:
        return MedianResult(*picked(flat, as_torch(zeros((), dtype="int64")), axis, True))
    found = F.count_numbers(flat.detach(), axis, keepdims=True)
    middle = F.take_along_axis(F.argsort(flat, axis=axis), F.maximum(F.floor_divide(found - 1, 2), 0), axis)
    values, indices = picked(flat, middle, axis, keepdim)
    return values if dim is None else MedianResult(values, indices)


# --- quantiles ----------------------------------------------------------------------------------------


def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """The numbers below which shares `q` of the elements lie; of several shares the first dimension of the result."""
    return F.quantile(tensor_of(input), q, dim, method=interpolation, keepdims=keepdim)


def nanquantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """:func:`quantile` of what is not NaN."""
    return F.nanquantile(tensor_of(input), q, dim, method=interpolation, keepdims=keepdim)


# --- covariances --------------------------------------------------------------------------------------


def floating(input):
    """The dtype of statistics of a tensor."""
    return input.dtype if input.dtype.kind in "fc" else get_default_dtype()


def cov(input, *, correction=1, fweights=None, aweights=None):
    """Covariances of the variables in the rows, in the dtype of the observations."""
    input = tensor_of(input)
    dtype = floating(input)
    return F.cast(F.cov(input, ddof=correction, fweights=fweights, aweights=aweights, dtype=dtype), dtype)


def corrcoef(input):
    """Correlations of the variables in the rows, in the dtype of the observations."""
    input = tensor_of(input)
    return F.corrcoef(input, dtype=floating(input))


# --- areas --------------------------------------------------------------------------------------------


def trapezoid(y, x=None, *, dx=1, dim=-1):
    """The area below samples along a dimension, by trapezoids."""
    return F.trapezoid(tensor_of(y), x, 1.0 if dx is None else dx, dim)


def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    """The areas below the first samples, two and more of them."""
    y = tensor_of(y)
    (axis,) = F.checked_axes(dim, y.ndim)
    before, after = ((slice(None),) * axis + (part,) for part in (slice(None, -1), slice(1, None)))
    if x is not None:
        x = tensor_of(x)
        dx = F.diff(x, axis=-1 if x.ndim == 1 else axis)
        if x.ndim == 1:
            dx = F.reshape(dx, (-1,) + (1,) * (y.ndim - axis - 1))
    return F.cumsum(dx * (y[before] + y[after]) / 2.0, axis=axis)


# --- numbers ------------------------------------------------------------------------------------------


def nan_to_num(input, nan=0.0, posinf=None, neginf=None):
    """NaN and infinities replaced: by `nan`, and the greatest finite numbers or what is given."""
    return F.nan_to_num(tensor_of(input), True, 0.0 if nan is None else nan, posinf, neginf)


def frexp(input):
    """``(mantissa, exponent)`` with ``input = mantissa * 2**exponent``."""
    return FrexpResult(*map(as_torch, numpy_frexp(tensor_of(input))))


def ldexp(input, other):
    """``input * 2**other``; whole exponents are exact."""
    input, other = tensor_of(input), tensor_of(other)
    if input.dtype.kind in "fc" and other.dtype.kind in "iu":
        return as_torch(numpy_ldexp(input, other))
    return input * F.exp2(other)


FUNCTIONS = {
    "nansum": nansum, "nanmean": nanmean, "nanmedian": nanmedian, "quantile": quantile, "nanquantile": nanquantile,
    "cov": cov, "corrcoef": corrcoef, "trapezoid": trapezoid, "trapz": trapezoid,
    "cumulative_trapezoid": cumulative_trapezoid, "nan_to_num": nan_to_num, "frexp": frexp, "ldexp": ldexp}
# Operations that need no other signature, and are methods too.
OPERATIONS_AS_METHODS = ("gcd", "lcm", "logaddexp2", "sinc", "i0", "isposinf", "isneginf", "isreal", "diff")

for _name, _function in FUNCTIONS.items():
    if not _name.startswith(("trapz", "trapezoid", "cumulative")):
        setattr(Tensor, _name, _function)
for _name in OPERATIONS_AS_METHODS:
    if not hasattr(Tensor, _name):
        setattr(Tensor, _name, getattr(F, _name))
