"""Elements added to a tensor, taken out of it, repeated to fill a shape."""

import math
import operator

from mltensor._core.create import asarray, ones, zeros
from mltensor._core.ranges import arange
from mltensor._core.tensor import Tensor
from mltensor._ops.record import F
from mltensor.errors import DTypeError, IndexingError, ShapeError

from .arguments import flat, one_axis, positions, tensors

__all__ = ["append", "delete", "insert", "resize", "trim_zeros"]


def line_of(arr, axis):
    """The tensor and the axis that is meant; without one the elements in a line."""
    if axis is None:
        return flat(arr), 0
    return arr, one_axis(axis, arr.ndim)


def append(arr, values, axis=None):
    """Values behind those of a tensor; a new tensor, as tensors do not grow.

    Parameters
    ----------
    arr, values : array_like
    axis : int, optional
        The axis along which `values` follows; without one both are flattened.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> np.append([1, 2], [[3], [4]]).tolist()
    [1, 2, 3, 4]
    """
    arr, values = tensors(arr, values)
    if axis is None:
        return F.concat([flat(arr), flat(values)])
    return F.concat([arr, values], axis=axis)


def chosen(name, obj, length, device):
    """The positions that a slice, numbers or a mask name along an axis: 0-d or 1-d, none negative."""
    if isinstance(obj, slice):
        return arange(*obj.indices(length), device=device)
    if isinstance(obj, range):
        obj = list(obj)
    if isinstance(obj, float):
        raise DTypeError(f"{name}: a position is an integer, not {obj!r}")
    where = positions(name, obj, device)
    if where.dtype.kind == "b":
        if where.ndim != 1:
            raise ShapeError(f"{name}: a mask has one dimension, not shape {where.shape}")
        return F.nonzero(where)[0]
    if where.ndim > 1:
        raise ShapeError(f"{name}: positions are a number or have one dimension, not shape {where.shape}")
    return F.cast(where, "int64")


def insert(arr, obj, values, axis=None):
    """Values between those of a tensor: a new tensor.

    Parameters
    ----------
    arr : array_like
    obj : int, slice, sequence of int or mask
        Before which elements of `arr` they go; the length stands for the end.
    values : array_like
        Cast to the dtype of `arr`, and repeated where several positions have one value.
    axis : int, optional
        Without one `arr` is flattened.

    Returns
    -------
    Tensor

    Raises
    ------
    IndexingError
        When a position is out of bounds.

    Examples
    --------
    >>> np.insert([1, 2, 3], 1, 9).tolist()
    [1, 9, 2, 3]
    >>> np.insert([[1, 1], [2, 2]], 1, 5, axis=1).tolist()
    [[1, 5, 1], [2, 5, 2]]
    """
    (arr,) = tensors(arr)
    arr, axis = line_of(arr, axis)
    length = arr.shape[axis]
    where = chosen("insert", obj, length, arr.device)
    if where.size and (bool(F.min(where) < -length) or bool(F.max(where) > length)):
        raise IndexingError(f"insert: index {obj} is out of bounds for axis {axis} with size {length}")
    where = F.where(where < 0, where + length, where)
    values = asarray(values, device=arr.device)
    values = values if values.dtype == arr.dtype else F.cast(values, arr.dtype)
    if where.size == 1:
        values = F.reshape(values, (1,) * (arr.ndim - values.ndim) + values.shape)
        if where.ndim == 0:
            # As in arr[:, 0] = values, where values have one dimension less.
            values = F.moveaxis(values, 0, axis)
        where = F.broadcast_to(flat(where), (values.shape[axis],))
    shape = (*arr.shape[:axis], where.shape[0], *arr.shape[axis + 1:])
    values = F.broadcast_to(values, shape)
    # Where the new ones come to lie, in the order in which they were named.
    order = F.argsort(where)
    places = F.take(where, order) + arange(where.shape[0], device=arr.device)
    source = zeros((length + where.shape[0],), dtype="int64", device=arr.device)
    old = ones(source.shape, dtype="bool", device=arr.device)
    old[places] = False
    source[old] = arange(length, device=arr.device)
    source[places] = order + length
    return F.take(F.concat([arr, values], axis=axis), source, axis=axis)


def delete(arr, obj, axis=None):
    """A tensor without some elements: a new tensor.

    Parameters
    ----------
    arr : array_like
    obj : int, slice, sequence of int or mask
        Which to leave out.
    axis : int, optional
        Along which axis; without one `arr` is flattened.

    Returns
    -------
    Tensor

    Raises
    ------
    IndexingError
        When a position is out of bounds.

    Examples
    --------
    >>> np.delete([1, 2, 3, 4], [0, 2]).tolist()
    [2, 4]
    """
    (arr,) = tensors(arr)
    arr, axis = line_of(arr, axis)
    length = arr.shape[axis]
    keep = ones((length,), dtype="bool", device=arr.device)
    if isinstance(obj, slice):
        keep[obj] = False
    else:
        where = positions("delete", list(obj) if isinstance(obj, range) else obj, arr.device)
        if where.dtype.kind == "b":
            if where.shape != (length,):
                raise ShapeError(f"delete: a mask has one dimension of the length of the axis, {length}, not shape "
                                 f"{where.shape}")
            keep = F.logical_not(where)
        else:
            if where.size and (bool(F.min(where) < -length) or bool(F.max(where) >= length)):
                raise IndexingError(f"delete: index {obj} is out of bounds for axis {axis} with size {length}")
            keep[flat(where)] = False
    return F.take(arr, F.nonzero(keep)[0], axis=axis)


def resize(a, new_shape):
    """The elements in C order under a new shape, again from the first when there are too few.

    Parameters
    ----------
    a : array_like
    new_shape : int or tuple of int

    Returns
    -------
    Tensor
        A copy; zeros where `a` has no elements.

    Examples
    --------
    >>> np.resize([1, 2, 3], (2, 4)).tolist()
    [[1, 2, 3, 1], [2, 3, 1, 2]]
    """
    (a,) = tensors(a)
    shape = (new_shape,) if hasattr(new_shape, "__index__") else tuple(new_shape)
    shape = tuple(operator.index(n) for n in shape)
    if min(shape, default=0) < 0:
        raise ShapeError(f"resize: no length of the new shape {shape} may be negative")
    size = math.prod(shape)
    if a.size == 0 or size == 0:
        return zeros(shape, dtype=a.dtype, device=a.device)
    line = flat(a)
    if size > a.size:
        line = F.tile(line, -(-size // a.size))
    return F.reshape(F.copy(line[:size]), shape)


def trim_zeros(filt, trim="fb", axis=None):
    """Without the zeros at the ends.

    Parameters
    ----------
    filt : array_like or sequence
    trim : {'fb', 'f', 'b'}, optional
        From the front, the back or both.
    axis : int or tuple of int, optional
        Axes along which slices of zeros go; all by default.

    Returns
    -------
    Tensor
        A view; of a list or tuple of numbers, one like it.

    Examples
    --------
    >>> np.trim_zeros(np.array([0, 0, 1, 0, 2, 0])).tolist()
    [1, 0, 2]
    """
    x = asarray(filt)
    trim = trim.lower()
    if trim not in ("fb", "bf", "f", "b"):
        raise ValueError(f"trim_zeros: unexpected character(s) in trim={trim!r}; it is made of 'f' and 'b'")
    axes = tuple(range(x.ndim)) if axis is None else F.checked_axes(axis, x.ndim)
    if not axes:
        return filt
    filled = F.argwhere(x)
    key = (slice(None),) * x.ndim
    for one in axes:
        if filled.shape[0]:
            begin, end = F.min(filled[:, one]).item(), F.max(filled[:, one]).item() + 1
        else:
            begin = end = 0
        part = slice(begin if "f" in trim or not filled.shape[0] else None,
                     end if "b" in trim or not filled.shape[0] else None)
        key = (*key[:one], part, *key[one + 1:])
    if isinstance(filt, Tensor):
        return filt[key]
    return filt[key[0]] if x.ndim == 1 else x[key]
