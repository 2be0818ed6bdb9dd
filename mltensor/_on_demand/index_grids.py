"""Positions: of triangles and diagonals, in C order and by axes, grids of coordinates by slices."""

import math
import operator

import numpy

from mltensor._core.create import asarray, ones
from mltensor._core.ranges import arange
from mltensor._core.tensor import Tensor
from mltensor._creation import indices as all_coordinates
from mltensor._creation import linspace, tri
from mltensor._functions import broadcast_arrays, coordinates
from mltensor._ops.record import F
from mltensor.errors import DTypeError, ShapeError, UnsupportedError

from .arguments import as_dtype, beyond, in_bounds, place_of

__all__ = ["c_", "diag_indices", "diag_indices_from", "index_exp", "ix_", "mask_indices", "mgrid", "ogrid", "r_",
           "ravel_multi_index", "s_", "tril_indices", "tril_indices_from", "triu_indices", "triu_indices_from",
           "unravel_index"]


def matrix_shape(name, arr):
    """The shape of what must be a matrix."""
    arr = asarray(arr)
    if arr.ndim != 2:
        raise ShapeError(f"{name}: the input must have two dimensions, not shape {arr.shape}")
    return arr.shape


def tril_indices(n, k=0, m=None):
    """The positions on and below diagonal `k` of an n by m matrix: a tensor of rows and one of columns.

    Examples
    --------
    >>> rows, columns = np.tril_indices(2)
    >>> rows.tolist(), columns.tolist()
    ([0, 1, 1], [0, 0, 1])
    """
    return F.nonzero(tri(n, m, k=k, dtype=bool))


def tril_indices_from(arr, k=0):
    """`tril_indices` for the shape of a matrix."""
    rows, columns = matrix_shape("tril_indices_from", arr)
    return tril_indices(rows, k, columns)


def triu_indices(n, k=0, m=None):
    """The positions on and above diagonal `k` of an n by m matrix: a tensor of rows and one of columns."""
    return F.nonzero(F.logical_not(tri(n, m, k=k - 1, dtype=bool)))


def triu_indices_from(arr, k=0):
    """`triu_indices` for the shape of a matrix."""
    rows, columns = matrix_shape("triu_indices_from", arr)
    return triu_indices(rows, k, columns)


def mask_indices(n, mask_func, k=0):
    """The positions that a function such as `triu` leaves in an n by n matrix of ones.

    Parameters
    ----------
    n : int
    mask_func : callable
        ``mask_func(matrix, k)`` sets elements to zero.
    k : optional
        Handed on to it.
    """
    return F.nonzero(asarray(mask_func(ones((n, n), dtype="int64"), k)))


def diag_indices(n, ndim=2):
    """The positions of the main diagonal of a tensor of `ndim` dimensions of length `n`."""
    return (arange(operator.index(n)),) * ndim


def diag_indices_from(arr):
    """`diag_indices` for the shape of a tensor with equal lengths."""
    arr = asarray(arr)
    if arr.ndim < 2:
        raise ShapeError(f"diag_indices_from: the input must have at least two dimensions, not shape {arr.shape}")
    if len(set(arr.shape)) > 1:
        raise ShapeError(f"diag_indices_from: all lengths must be equal, not {arr.shape}")
    return diag_indices(arr.shape[0], arr.ndim)


def ix_(*args):
    """The key that selects the product of positions: `a[ix_([0, 2], [1, 3])]` has two rows and two columns.

    Parameters
    ----------
    *args : array_like of int or bool
        1-d, one per dimension.

    Returns
    -------
    tuple of Tensor
    """
    parts = []
    for k, one in enumerate(args):
        given = asarray(one)
        if given.size == 0 and not isinstance(one, (Tensor, numpy.ndarray)):
            given = F.cast(given, "int64")
        if given.ndim != 1:
            raise ShapeError(f"ix_: every argument has one dimension; number {k} has shape {given.shape}")
        if given.dtype.kind == "b":
            (given,) = F.nonzero(given)
        parts.append(F.reshape(given, (1,) * k + given.shape + (1,) * (len(args) - k - 1)))
    return tuple(parts)


# --- positions in C order and by axes -----------------------------------------------------------------

def whole_numbers(name, indices, device=None):
    """Positions as int64."""
    given = asarray(indices, device=device)
    if given.dtype.kind not in "biu":
        raise DTypeError(f"{name}: positions are integers, not {given.dtype}")
    return as_dtype(given, "int64")


def checked_lengths(name, shape, order):
    """A shape as a tuple whose number of elements int64 holds."""
    shape = (operator.index(shape),) if hasattr(shape, "__index__") else tuple(map(operator.index, shape))
    if order not in ("C", "F"):
        raise ValueError(f"{name}: order must be 'C' or 'F', not {order!r}")
    if math.prod(shape) >= 2 ** 63 or min(shape, default=0) < 0:
        raise ShapeError(f"{name}: {shape} is no shape of a tensor: its number of elements must fit int64")
    return shape


def unravel_index(indices, shape, order="C"):
    """Positions in C order as one tensor of positions per axis.

    Parameters
    ----------
    indices : int or array_like of int
    shape : int or tuple of int
        Of the tensor that they are positions in.
    order : {'C', 'F'}, optional
        Whether the last or the first axis changes fastest.

    Returns
    -------
    tuple of Tensor

    Examples
    --------
    >>> row, column = np.unravel_index(5, (3, 4))
    >>> row.item(), column.item()
    (1, 1)
    """
    shape = checked_lengths("unravel_index", shape, order)
    places = whole_numbers("unravel_index", indices)
    size = math.prod(shape)
    wrong = beyond(places, size)
    if wrong is not None:
        raise ShapeError(f"unravel_index: index {wrong} is out of bounds for a tensor of shape {shape} with {size} "
                         "elements")
    return coordinates(places, shape) if order == "C" else coordinates(places, shape[::-1])[::-1]


def ravel_multi_index(multi_index, dims, mode="raise", order="C"):
    """One tensor of positions per axis as positions in C order.

    Parameters
    ----------
    multi_index : sequence of array_like of int
        One per axis; they broadcast.
    dims : int or tuple of int
        The shape that they are positions in.
    mode : {'raise', 'wrap', 'clip'} or a tuple of them, optional
        What happens with positions out of bounds, along all axes or each.
    order : {'C', 'F'}, optional
        Whether the last or the first axis changes fastest.

    Returns
    -------
    Tensor
        int64.

    Examples
    --------
    >>> np.ravel_multi_index(([1, 2], [0, 3]), (3, 4)).tolist()
    [4, 11]
    """
    shape = checked_lengths("ravel_multi_index", dims, order)
    if len(multi_index) != len(shape):
        raise ShapeError(f"ravel_multi_index: {len(multi_index)} positions for the {len(shape)} axes of shape {shape}")
    modes = (mode,) * len(shape) if isinstance(mode, str) else tuple(mode)
    if len(modes) != len(shape):
        raise ShapeError(f"ravel_multi_index: {len(modes)} modes for the {len(shape)} axes of shape {shape}")
    device = place_of(multi_index)
    total, step = asarray(0, device=device), 1
    axes = range(len(shape))
    for axis in reversed(axes) if order == "C" else axes:
        part = whole_numbers("ravel_multi_index", multi_index[axis], device)
        part = in_bounds("ravel_multi_index", part, shape[axis], modes[axis])
        wrong = beyond(part, shape[axis])
        if wrong is not None:
            raise ShapeError(f"ravel_multi_index: {wrong} is out of bounds along axis {axis} of shape {shape}")
        total = total + part * step
        step *= shape[axis]
    return total


# --- by square brackets -------------------------------------------------------------------------------

def plain(bound):
    """A bound of a slice as a number: tensors are read."""
    return bound.item() if isinstance(bound, Tensor) else bound


def bounds(part):
    """Start, stop, step of a slice as numbers, and the number of points where the step is imaginary."""
    start, stop, step = plain(part.start), plain(part.stop), plain(part.step)
    start, step = 0 if start is None else start, 1 if step is None else step
    if isinstance(step, (complex, numpy.complexfloating)):
        count = int(abs(step))
        return start, stop, (stop - start) / float(count - 1) if count != 1 else 1, count
    return start, stop, step, None


class Grid:
    """What `mgrid` and `ogrid` are: coordinates by slices in square brackets."""

    def __init__(self, name, sparse, doc):
        self.name, self.sparse, self.__doc__ = name, sparse, doc

    def __repr__(self):
        return f"<mltensor.{self.name}>"

    def __getitem__(self, key):
        if not isinstance(key, tuple):
            start, stop, step, count = bounds(key)
            if count is None:
                return arange(start, stop, step)
            return arange(count, dtype=numpy.result_type(start, stop, 1.0)) * step + start
        lines = [bounds(one) for one in key]
        dtype = numpy.result_type(0, *(one for start, stop, step, count in lines
                                       for one in (start, stop, step if count is None else 1.0)))
        sizes = [count if count is not None else max(math.ceil((stop - start) / step), 0)
                 for start, stop, step, count in lines]
        vectors = [arange(size, dtype=dtype) * step + start
                   for size, (start, _, step, _) in zip(sizes, lines, strict=True)]
        parts = [F.reshape(one, (1,) * k + (-1 if one.size else 0,) + (1,) * (len(lines) - k - 1))
                 for k, one in enumerate(vectors)]
        if self.sparse:
            return tuple(parts)
        return F.stack(broadcast_arrays(*parts)) if parts else all_coordinates((), dtype=dtype)


mgrid = Grid("mgrid", False, """Coordinates of all points of a grid, one tensor per dimension, stacked.

A slice ``start:stop:step`` has points at distances of `step`; ``start:stop:5j`` has five, the last at `stop`.

Examples
--------
>>> np.mgrid[0:2, 0:3].shape
(2, 2, 3)
>>> np.mgrid[0:1:3j].tolist()
[0.0, 0.5, 1.0]
""")
ogrid = Grid("ogrid", True, """Coordinates of a grid that broadcast against each other, one tensor per dimension.

Slices mean what they mean for `mgrid`.

Examples
--------
>>> [one.shape for one in np.ogrid[0:2, 0:3]]
[(2, 1), (1, 3)]
""")


class Joined:
    """What `r_` and `c_` are: numbers, tensors and slices in square brackets, joined along an axis."""

    def __init__(self, name, axis, ndmin, first, doc):
        self.name, self.axis, self.ndmin, self.first, self.__doc__ = name, axis, ndmin, first, doc

    def __repr__(self):
        return f"<mltensor.{self.name}>"

    def directive(self, text):
        """Axis, number of dimensions and place of the first one, from a text such as '0,2'."""
        words = text.split(",")
        if text in ("r", "c"):
            raise UnsupportedError(f"{self.name}[{text!r}, ...] makes a numpy.matrix, which there is not: tensors of "
                                   "two dimensions do the same; column_stack and vstack make them")
        try:
            numbers = [int(word) for word in words]
        except ValueError:
            raise ValueError(f"{self.name}: unknown special directive {text!r}") from None
        return (*numbers, *(self.axis, self.ndmin, self.first)[len(numbers):])[:3]

    def __getitem__(self, key):
        items = key if isinstance(key, tuple) else (key,)
        axis, ndmin, first = self.axis, self.ndmin, self.first
        if items and isinstance(items[0], str):
            axis, ndmin, first = self.directive(items[0])
            items = items[1:]
        if not items:
            raise ShapeError(f"{self.name}: there is nothing to join")
        device = place_of(items)
        parts, kinds = [], []
        for item in items:
            if isinstance(item, str):
                raise ValueError(f"{self.name}: special directives must be the first entry, not {item!r}")
            if isinstance(item, slice):
                start, stop, step, count = bounds(item)
                line = arange(start, stop, step) if count is None else linspace(start, stop, count)
                item = asarray(line, device=device)
            weak = type(item) in (bool, int, float, complex)
            part = asarray(item, device=device)
            kinds.append(item if weak else part.dtype)
            parts.append(with_dimensions(part, ndmin, first))
        dtype = numpy.result_type(*kinds)
        return F.concat([as_dtype(part, dtype) for part in parts], axis=axis)


def with_dimensions(x, ndmin, first):
    """The tensor with at least so many dimensions, its own from number `first` on; -1 puts them last."""
    new = ndmin - x.ndim
    if new <= 0:
        return x
    before = first if first >= 0 else first + new + 1
    return F.reshape(x, (1,) * before + x.shape + (1,) * (new - before))


r_ = Joined("r_", 0, 1, -1, """Numbers, tensors and slices joined along the first axis.

Examples
--------
>>> np.r_[1:4, 0, [7, 8]].tolist()
[1, 2, 3, 0, 7, 8]
>>> np.r_[0:1:3j].tolist()
[0.0, 0.5, 1.0]
""")
c_ = Joined("c_", -1, 2, 0, """Vectors as the columns of a matrix; matrices side by side.

Examples
--------
>>> np.c_[[1, 2], [3, 4]].tolist()
[[1, 3], [2, 4]]
""")


class Expression:
    """What `s_` and `index_exp` are: the key that stands in square brackets."""

    def __init__(self, name, maketuple, doc):
        self.name, self.maketuple, self.__doc__ = name, maketuple, doc

    def __repr__(self):
        return f"<mltensor.{self.name}>"

    def __getitem__(self, key):
        return (key,) if self.maketuple and not isinstance(key, tuple) else key


s_ = Expression("s_", False, "The key in square brackets: ``s_[2:5, ...]`` is ``(slice(2, 5), Ellipsis)``.")
index_exp = Expression("index_exp", True, "The key in square brackets, always as a tuple.")
