"""Functions of the namespace that are not operations of the table: several results, other signatures."""

import operator
import string

import numpy

from mltensor._core import gather
from mltensor._core.create import asarray
from mltensor._core.interop import to_numpy
from mltensor._core.tape import is_grad_enabled
from mltensor._core.tensor import Tensor
from mltensor._ops.record import F
from mltensor.errors import DTypeError, ShapeError

__all__ = ["allclose", "array_equal", "broadcast_arrays", "broadcast_shapes", "einsum", "isclose", "may_share_memory",
           "ndim", "put_along_axis", "shape", "shares_memory", "size"]


LETTERS = string.ascii_letters


def spelled_out(operands):
    """``einsum(a, [0, 1], b, [1, 2], [0, 2])`` as subscripts and operands: axis numbers become letters."""
    def letters(axes):
        for one in axes:
            if one is not Ellipsis and not (hasattr(one, "__index__") and 0 <= one < len(LETTERS)):
                raise ShapeError(
                    f"einsum: an index is a number from 0 to {len(LETTERS) - 1} or an Ellipsis, not {one!r}")
        return "".join("..." if one is Ellipsis else LETTERS[one] for one in axes)

    output = "" if len(operands) % 2 == 0 else "->" + letters(operands[-1])
    pairs = len(operands) // 2
    return ",".join(letters(operands[2 * k + 1]) for k in range(pairs)) + output, operands[:2 * pairs:2]


def einsum(subscripts, *operands, out=None, dtype=None, order="K", casting="safe", optimize=None):
    """Sum of products by Einstein's convention.

    Parameters
    ----------
    subscripts : str
        As in NumPy: ``"ij,jk->ik"``; an ellipsis stands for broadcast dimensions. Or the operands alternate
        with lists of axis numbers: ``einsum(a, [0, 1], b, [1, 2], [0, 2])``.
    *operands : array_like
        One per group of subscripts.
    out : Tensor, optional
        Where the result is written.
    dtype : dtype, optional
        What the operands are converted to first.
    order : {'C', 'F', 'A', 'K'}, optional
        How the result lies in memory.
    casting : {'no', 'equiv', 'safe', 'same_kind', 'unsafe'}, optional
        Which conversions `dtype` and `out` may ask for.
    optimize : optional
        Accepted and ignored: an order of contraction is always chosen by size.

    Returns
    -------
    Tensor
    """
    if isinstance(subscripts, str):
        if len(operands) == 1 and isinstance(operands[0], (list, tuple)) and "," in subscripts:
            operands = tuple(operands[0])
    elif operands:
        subscripts, operands = spelled_out((subscripts, *operands))
    if dtype is not None:
        operands = [converted(asarray(one), dtype, casting) for one in operands]
    result = F.einsum(subscripts, list(operands))
    if out is not None:
        if out.shape != result.shape:
            raise ShapeError(f"einsum: the result has shape {result.shape} and does not fit out= of shape {out.shape}")
        out[...] = converted(result, out.dtype, "same_kind" if casting == "safe" else casting)
        return out
    return asarray(result, order="F") if order == "F" else result


def converted(x, dtype, casting):
    """A tensor in another dtype, as far as `casting` lets it."""
    if not numpy.can_cast(x.dtype, dtype, casting):
        raise DTypeError(f"einsum: casting={casting!r} does not turn {x.dtype} into {numpy.dtype(dtype)}")
    return F.astype(x, dtype, copy=False)


def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Where two tensors are equal within ``atol + rtol * abs(b)``.

    Returns
    -------
    Tensor
        bool.
    """
    a, b = asarray(a).detach(), asarray(b).detach()
    if b.dtype.kind in "biu":
        b = b.astype("float64")
    close = (abs(a - b) <= atol + rtol * abs(b)) & F.isfinite(b) | (a == b)
    if equal_nan:
        close = close | (F.isnan(a) & F.isnan(b))
    return close


def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Whether two tensors are equal everywhere within ``atol + rtol * abs(b)``.

    Returns
    -------
    bool
    """
    return bool(F.all(isclose(a, b, rtol, atol, equal_nan)))


def array_equal(a1, a2, equal_nan=False):
    """Whether two tensors have the same shape and elements.

    Returns
    -------
    bool
    """
    a1, a2 = asarray(a1), asarray(a2)
    if a1.shape != a2.shape:
        return False
    same = a1 == a2
    if equal_nan and a1.dtype.kind in "fc" and a2.dtype.kind in "fc":
        same = same | (F.isnan(a1) & F.isnan(a2))
    return bool(F.all(same))


def coordinates(positions, shape):
    """Positions in C order, all in bounds, as one tensor of positions per dimension."""
    found = []
    for length in shape[:0:-1]:
        found.append(F.remainder(positions, length))
        positions = F.floor_divide(positions, length)
    return (positions, *reversed(found)) if shape else ()


def broadcast_shapes(*shapes):
    """The shape to which all shapes broadcast.

    Returns
    -------
    tuple of int
    """
    shapes = [(operator.index(s),) if hasattr(s, "__index__") else tuple(map(operator.index, s)) for s in shapes]
    for one in shapes:
        if min(one, default=0) < 0:
            raise ShapeError(f"negative dimensions are not allowed: {one}")
    ndim = max(map(len, shapes), default=0)
    result = [1] * ndim
    for one in shapes:
        for i, length in enumerate(one, ndim - len(one)):
            if length != 1 and result[i] not in (1, length):
                raise ShapeError(f"shapes {' and '.join(map(str, shapes))} cannot be broadcast together")
            result[i] = result[i] if length == 1 else length
    return tuple(result)


def broadcast_arrays(*arrays):
    """Views of the arrays with the shape to which all of them broadcast."""
    arrays = [asarray(a) for a in arrays]
    common = broadcast_shapes(*(a.shape for a in arrays))
    return tuple(a if a.shape == common else F.broadcast_to(a, common) for a in arrays)


def put_along_axis(x, indices, values, axis):
    """Write `values` into `x`, in place, at the places that :func:`take_along_axis` reads.

    Parameters
    ----------
    x : Tensor
        Tensor to write to.
    indices : array_like of int
        As many dimensions as `x`; broadcasts against it away from the axis.
    values : array_like
        Broadcast to the shape of the indices and cast to the dtype of `x`.
    axis : int or None
        Axis to write along; None writes to `x` flattened.

    Raises
    ------
    IndexingError
        When an index is out of bounds; nothing has then been written.
    """
    on_tape = is_grad_enabled() and any(isinstance(one, Tensor) and one.requires_grad for one in (x, values))
    if not on_tape:
        gather.put_along_axis(x, indices, values, axis)
        return
    # The tape sees a new tensor that is assigned; the kernel checks the arguments on a tensor of its own.
    indices = asarray(indices, device=x.device)
    values = F.cast(asarray(values, device=x.device), x.dtype)
    gather.put_along_axis(F.copy(x.detach()), indices, values.detach(), axis)
    if axis is None:
        written = F.scatter(F.copy(F.reshape(x, (-1,))), 0, indices, F.broadcast_to(values, indices.shape))
        x[...] = F.reshape(written, x.shape)
        return
    (axis,) = F.checked_axes(axis, x.ndim)
    places = tuple(indices.shape[i] if i == axis else n for i, n in enumerate(x.shape))
    x[...] = F.scatter(F.copy(x), axis, F.broadcast_to(indices, places), F.broadcast_to(values, places))


def shape(a):
    """The lengths of the dimensions of an array-like."""
    return asarray(a).shape


def ndim(a):
    """The number of dimensions of an array-like."""
    return asarray(a).ndim


def size(a, axis=None):
    """The number of elements, along one axis or in all."""
    a = asarray(a)
    return a.size if axis is None else a.shape[axis]


def shares_memory(a, b):
    """Whether two tensors have an element in common."""
    return numpy.shares_memory(*(to_numpy(x.detach()) if isinstance(x, Tensor) else x for x in (a, b)))


def may_share_memory(a, b):
    """Whether the memory of two tensors may overlap: a quick answer that can be too careful."""
    return numpy.may_share_memory(*(to_numpy(x.detach()) if isinstance(x, Tensor) else x for x in (a, b)))
