"""Functions on which PyTorch and NumPy disagree: sorting, extremes, statistics, cutting and joining."""

import math
from collections import namedtuple

import numpy

import mltensor
from mltensor._core.create import asarray, zeros
from mltensor._ops.joining import at_least
from mltensor._ops.record import F
from mltensor._value_methods import METHODS as VALUE_METHODS
from mltensor._value_methods import lengths as lengths_of
from mltensor.errors import ShapeError

from .tensor import BaseTensor, Tensor, as_torch, from_data, get_default_dtype

MaxResult = namedtuple("max", "values indices")
MinResult = namedtuple("min", "values indices")
SortResult = namedtuple("sort", "values indices")
MedianResult = namedtuple("median", "values indices")
ModeResult = namedtuple("mode", "values indices")
TopkResult = namedtuple("topk", "values indices")
HistogramResult = namedtuple("histogram", "hist bin_edges")


def tensor_of(value):
    """A torch tensor of anything array-like."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, BaseTensor):
        return as_torch(value)
    return as_torch(from_data(value, None, None, None, get_default_dtype()))


def by_numpy(function, *tensors):
    """The result of a NumPy function of tensors' values, as torch tensors; not differentiable."""
    result = function(*(tensor_of(t).detach().numpy() for t in tensors))
    if isinstance(result, tuple):
        return tuple(as_torch(asarray(part)) for part in result)
    return as_torch(asarray(result))


def picked(input, indices, dim, keepdim):
    """The values at indices along a dimension; the gradient goes to those places alone."""
    if input.ndim == 0:
        return F.copy(input), F.reshape(indices, ())
    values = F.take_along_axis(input, indices, dim)
    return (values, indices) if keepdim else (F.squeeze(values, dim), F.squeeze(indices, dim))


# --- extremes and order ---------------------------------------------------------------------------

def extreme(input, dim, keepdim, over_all, position, of_two, result):
    """max and min: over everything, along a dimension with the places, or of two tensors."""
    input = tensor_of(input)
    if dim is None:
        return over_all(input)
    if isinstance(dim, BaseTensor):
        return of_two(input, dim)
    if input.ndim == 0:
        return result(F.copy(input), as_torch(zeros((), dtype="int64")))
    return result(*picked(input, position(input, axis=dim, keepdims=True), dim, keepdim))


def max(input, dim=None, keepdim=False, *, other=None):
    """Greatest element; along a dimension ``(values, indices)``; of two tensors the greater elements.

    Parameters
    ----------
    input : Tensor
    dim : int or Tensor, optional
        The dimension, or a second tensor to compare with.
    keepdim : bool, optional
        Keep the dimension with length one.
    other : Tensor, optional
        A second tensor to compare with.
    """
    return extreme(input, dim if other is None else other, keepdim, F.max, F.argmax, F.maximum, MaxResult)


def min(input, dim=None, keepdim=False, *, other=None):
    """Least element; along a dimension ``(values, indices)``; of two tensors the lesser elements."""
    return extreme(input, dim if other is None else other, keepdim, F.min, F.argmin, F.minimum, MinResult)


def sort(input, dim=-1, descending=False, stable=False):
    """``(values, indices)`` of the elements in order along a dimension."""
    input = tensor_of(input)
    if input.ndim == 0:
        return SortResult(*picked(input, as_torch(zeros((), dtype="int64")), dim, True))
    indices = F.argsort(input, axis=dim, descending=descending)
    return SortResult(F.take_along_axis(input, indices, dim), indices)


def argsort(input, dim=-1, descending=False, stable=False):
    """The places of the elements in order along a dimension."""
    return sort(input, dim, descending, stable).indices


def topk(input, k, dim=-1, largest=True, sorted=True):
    """``(values, indices)`` of the k greatest, or least, elements of a dimension."""
    input = tensor_of(input)
    if input.ndim == 0:
        return TopkResult(*sort(input, dim, largest))
    (axis,) = F.checked_axes(dim, input.ndim)
    if not 0 <= k <= input.shape[axis]:
        raise ShapeError(f"topk: k = {k} is more than the {input.shape[axis]} elements of dimension {dim}")
    indices = F.argsort(input, axis=axis, descending=largest)[(slice(None),) * axis + (slice(k),)]
    return TopkResult(F.take_along_axis(input, indices, axis), F.copy(indices))


def median(input, dim=None, keepdim=False):
    """The lower of the two middle elements; along a dimension ``(values, indices)``."""
    input = tensor_of(input)
    flat = F.reshape(input, (-1,)) if dim is None else input
    axis = 0 if dim is None else dim
    if flat.ndim == 0:
        return MedianResult(*picked(flat, as_torch(zeros((), dtype="int64")), axis, True))
    order = F.argsort(flat, axis=axis)
    middle = VALUE_METHODS["narrow"](order, axis, (flat.shape[axis] - 1) // 2, 1)
    if input.dtype.kind == "f":
        # A NaN anywhere is the median, as in PyTorch.
        missing = F.isnan(flat)
        first = F.argmax(F.astype(missing, "uint8"), axis=axis, keepdims=True)
        middle = F.where(F.any(missing, axis=axis, keepdims=True), first, middle)
    values, indices = picked(flat, middle, axis, keepdim)
    return values if dim is None else MedianResult(values, indices)


def mode(input, dim=-1, keepdim=False):
    """``(values, indices)`` of the most frequent element of a dimension (the least of several)."""
    input = tensor_of(input)
    lines = numpy.moveaxis(input.detach().numpy(), dim, -1)
    places = numpy.empty((*lines.shape[:-1], 1), numpy.int64)
    for where in numpy.ndindex(*lines.shape[:-1]):
        values, counts = numpy.unique(lines[where], return_counts=True)
        places[where] = numpy.flatnonzero(lines[where] == values[counts.argmax()])[-1]
    return ModeResult(*picked(input, as_torch(asarray(numpy.moveaxis(places, -1, dim))), dim, keepdim))


def spread(operation, input, dim, correction, keepdim, unbiased):
    """std and var, with one degree of freedom less than elements unless told otherwise."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = int(unbiased)
    return operation(tensor_of(input), dim or None if isinstance(dim, tuple) else dim,
                     correction=1 if correction is None else correction, keepdims=keepdim)


def std(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Standard deviation with ``n - 1`` in the denominator; `correction` is what is taken from n."""
    return spread(F.std, input, dim, correction, keepdim, unbiased)


def var(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Variance with ``n - 1`` in the denominator; `correction` is what is taken from n."""
    return spread(F.var, input, dim, correction, keepdim, unbiased)


def std_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Standard deviation and mean."""
    return (std(input, dim, unbiased, keepdim, correction=correction),
            F.mean(tensor_of(input), None if isinstance(dim, bool) else dim, keepdims=keepdim))


def var_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """Variance and mean."""
    return (var(input, dim, unbiased, keepdim, correction=correction),
            F.mean(tensor_of(input), None if isinstance(dim, bool) else dim, keepdims=keepdim))


# --- shape ----------------------------------------------------------------------------------------

def split(tensor, split_size_or_sections, dim=0):
    """Parts of a dimension: of one length (the last may be shorter), or of the lengths in a list."""
    tensor = tensor_of(tensor)
    total = tensor.shape[dim]
    lengths = split_size_or_sections
    if isinstance(lengths, int):
        if lengths < 1:
            raise ShapeError(f"split: the length of the parts must be positive, got {lengths}")
        lengths = [lengths] * (total // lengths) + ([total % lengths] if total % lengths or not total else [])
    if sum(lengths) != total:
        raise ShapeError(f"split: the lengths {list(lengths)} add up to {sum(lengths)}, but dimension {dim} of shape "
                         f"{tuple(tensor.shape)} has {total} elements")
    starts = [sum(lengths[:k]) for k in range(len(lengths))]
    return tuple(VALUE_METHODS["narrow"](tensor, dim, start, length)
                 for start, length in zip(starts, lengths, strict=True))


def repeat(input, *repeats):
    """The tensor laid side by side, so many times along each dimension."""
    repeats = lengths_of(repeats)
    input = tensor_of(input)
    if len(repeats) < input.ndim:
        raise ShapeError(f"repeat: {len(repeats)} numbers {repeats} are too few for shape {tuple(input.shape)}")
    return F.tile(input, repeats)


def view(input, *shape):
    """The same memory under another shape, or its bytes read as another dtype."""
    if len(shape) == 1 and not isinstance(shape[0], (int, tuple, list)):
        return as_torch(BaseTensor.view(input, shape[0]))
    return F.reshape(input, lengths_of(shape), copy=False)


def transpose(input, dim0, dim1):
    """Two dimensions exchanged."""
    return F.swapaxes(tensor_of(input), dim0, dim1)


def resize(input, *sizes):
    """The elements under another shape."""
    return F.reshape(input, lengths_of(sizes))


def squeeze(input, dim=None):
    """Without dimensions of length one; a named one that is longer stays."""
    input = tensor_of(input)
    if dim is None:
        return F.squeeze(input)
    axes = F.checked_axes(dim, input.ndim) if input.ndim else ()
    return F.squeeze(input, tuple(axis for axis in axes if input.shape[axis] == 1))


def nonzero(input, *, as_tuple=False):
    """Places of the elements that are not zero: a matrix with a row each, or a tuple with a tensor per dimension."""
    return F.nonzero(tensor_of(input)) if as_tuple else F.argwhere(tensor_of(input))


def take(input, index):
    """The elements at positions in C order."""
    return F.take(F.reshape(tensor_of(input), (-1,)), index, axis=0)


def put(input, index, source, accumulate=False):
    """A copy in which the elements at positions in C order are set to, or increased by, others."""
    flat = F.copy(F.reshape(tensor_of(input), (-1,)))
    index, source = F.reshape(index, (-1,)), F.reshape(source, (-1,))
    if accumulate:
        flat = F.scatter_add(flat, 0, index, source)
    else:
        flat[index] = source
    return F.reshape(flat, tuple(input.shape))


def select(input, dim, index):
    """One slice of a dimension."""
    (axis,) = F.checked_axes(dim, input.ndim)
    return input[(slice(None),) * axis + (index,)]


# --- comparing and combining ------------------------------------------------------------------------

def equal(input, other):
    """Whether two tensors have the same shape and elements, as a Python bool."""
    return input.shape == other.shape and bool(F.all(F.equal(input, other)))


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The distinct elements, or slices of a dimension, with their inverse and counts where wanted."""
    input = tensor_of(input)
    found = numpy.unique(input.detach().numpy(), return_inverse=True, return_counts=True, axis=dim)
    values, inverse, counts = (as_torch(asarray(part)) for part in found)
    parts = [values]
    if return_inverse:
        parts.append(F.reshape(inverse, tuple(input.shape)) if dim is None else F.reshape(inverse, (-1,)))
    if return_counts:
        parts.append(counts)
    return parts[0] if len(parts) == 1 else tuple(parts)


def cross(input, other, dim=None):
    """Vector product; by default along the first dimension of length three."""
    input, other = tensor_of(input), tensor_of(other)
    if dim is None:
        if 3 not in input.shape:
            raise ShapeError(f"cross: no dimension of shape {tuple(input.shape)} has length 3")
        dim = input.shape.index(3)
    a = VALUE_METHODS["unbind"](input, dim)
    b = VALUE_METHODS["unbind"](other, dim)
    return F.stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]], axis=dim)


def gradient(input, *, spacing=1.0, dim=None, edge_order=1):
    """Central differences along each dimension, always as a tuple."""
    distances = spacing if isinstance(spacing, (list, tuple)) else [spacing]
    result = mltensor.gradient(tensor_of(input), *distances, axis=dim, edge_order=edge_order)
    return tuple(map(as_torch, result if isinstance(result, tuple) else [result]))


def histc(input, bins=100, min=0, max=0):
    """Counts, as floats, of the elements in bins of equal width."""
    input = tensor_of(input).detach()
    if min == max == 0 and input.size:
        min, max = F.min(input).item(), F.max(input).item()
    if min == max:
        min, max = min - 1, max + 1
    return as_torch(mltensor.histogram(input, bins, (min, max))[0].astype(input.dtype))


def histogram(input, bins=100, *, range=None, weight=None, density=False):
    """Counts, as floats, and the edges of the bins."""
    input = tensor_of(input)
    found = mltensor.histogram(input, bins if isinstance(bins, int) else tensor_of(bins), range, density,
                               None if weight is None else tensor_of(weight))
    return HistogramResult(*(as_torch(part.astype(input.dtype)) for part in found))


def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
    """Where elements would go into sorted rows: one for all of them, or one for each row of `input`."""
    rows, values = tensor_of(sorted_sequence).detach(), tensor_of(input).detach()
    if side not in (None, "left", "right") or (side == "left" and right):
        raise ValueError(f"searchsorted: side={side!r} and right={right} do not go together")
    side = side or ("right" if right else "left")
    if rows.ndim == 1:
        found = F.searchsorted(rows, values, side=side, sorter=sorter)
    else:
        if rows.shape[:-1] != values.shape[:-1]:
            raise ShapeError(f"searchsorted: sorted rows of shape {tuple(rows.shape)} and elements of shape "
                             f"{tuple(values.shape)} differ before the last dimension")
        lines = [F.reshape(one, (-1, one.shape[-1])) for one in (rows, values)]
        order = [None] * len(lines[0]) if sorter is None else F.reshape(sorter, (-1, rows.shape[-1]))
        found = F.reshape(F.stack([F.searchsorted(row, line, side=side, sorter=by)
                                   for row, line, by in zip(*lines, order, strict=True)]), values.shape)
    return as_torch(found.astype("int32") if out_int32 else found)


def bucketize(input, boundaries, *, out_int32=False, right=False):
    """The bucket of every element among boundaries in order: those of a bucket are at most the upper one, and with
    `right` below it."""
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


def lifted(least):
    """atleast_1d and its kin: a result for each tensor."""

    def function(*tensors):
        if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
            tensors = tensors[0]
        results = tuple(at_least(tensor_of(t), least) for t in tensors)
        return results[0] if len(results) == 1 else results

    function.__name__ = f"atleast_{least}d"
    function.__doc__ = f"The tensors with at least {least} dimensions, each for itself."
    return function


def tril_indices(row, col, offset=0, *, dtype=None, device=None):
    """Rows and columns of the elements on and below a diagonal, as a tensor of shape (2, n)."""
    return as_torch(F.stack(mltensor.tril_indices(row, offset, col))).to(dtype=dtype, device=device)


def triu_indices(row, col, offset=0, *, dtype=None, device=None):
    """Rows and columns of the elements on and above a diagonal, as a tensor of shape (2, n)."""
    return as_torch(F.stack(mltensor.triu_indices(row, offset, col))).to(dtype=dtype, device=device)


def where(condition, input=None, other=None):
    """`input` where the condition holds and `other` elsewhere; alone, the places where it holds."""
    if input is None:
        return F.nonzero(tensor_of(condition))
    return F.where(tensor_of(condition), input, other)
