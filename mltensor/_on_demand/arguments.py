"""Array-likes as tensors on one device."""

import operator

import numpy

from mltensor._core.create import asarray
from mltensor._core.tensor import Tensor
from mltensor._ops.joining import at_least
from mltensor._ops.record import F
from mltensor.errors import IndexingError


def place_of(values):
    """The device of the first tensor among arguments; None where there is none."""
    for value in values:
        if isinstance(value, Tensor):
            return value.device
    return None


def tensors(*values):
    """Every argument as a tensor; lists and numbers go where the first tensor is."""
    device = place_of(values)
    return [value if isinstance(value, Tensor) else asarray(value, device=device) for value in values]


def beside(x, value):
    """A value as a tensor: what is none goes where `x` is; one on another device stays there, and is refused later."""
    return value if isinstance(value, Tensor) else asarray(value, device=x.device)


def at_least_1d(*values):
    """Every argument as a tensor of at least one dimension."""
    return [at_least(one, 1) for one in tensors(*values)]


def flat(x):
    """All elements in C order."""
    return F.reshape(x, (-1,))


def one_axis(axis, ndim):
    """The axis that a number means, from 0 on."""
    return F.checked_axes(operator.index(axis), ndim)[0]


def positions(name, indices, device):
    """What somebody gave as positions, as integers or a mask; nothing at all is no position."""
    given, indices = indices, asarray(indices, device=device)
    if indices.size == 0 and not isinstance(given, (Tensor, numpy.ndarray)):
        return F.cast(indices, "int64")
    if indices.dtype.kind not in "biu":
        raise IndexingError(f"{name}: positions are integers or a mask of bools, not {indices.dtype}")
    return indices


def in_bounds(name, indices, length, mode):
    """Positions along a length as numbers from 0 on: those beyond raise, wrap around or are clipped."""
    if mode == "wrap":
        return F.remainder(indices, length)
    if mode == "clip":
        return F.clip(indices, 0, length - 1)
    if mode != "raise":
        raise ValueError(f"{name}: mode must be one of 'clip', 'raise' and 'wrap', not {mode!r}")
    return indices


def beyond(indices, length, least=0):
    """A position that is not in ``least .. length - 1``; None where there is none."""
    if not indices.size:
        return None
    low, high = F.min(indices).item(), F.max(indices).item()
    return low if low < least else high if high >= length else None


def repeated(values, count):
    """So many of the values, in C order, again from the first when there are too few."""
    line = flat(values)
    if line.shape[0] < count:
        line = F.tile(line, -(-count // line.shape[0]))
    return line[:count]


def as_dtype(values, dtype):
    """The values in a dtype, whatever is lost; the tensor itself where it has it."""
    return values if values.dtype == dtype else F.cast(values, dtype)
