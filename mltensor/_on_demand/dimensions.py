"""More dimensions, dimensions turned over, tensors put together in blocks."""

import operator
import warnings

from mltensor._core.create import asarray
from mltensor._core.tensor import Tensor
from mltensor._ops.joining import at_least
from mltensor._ops.record import F
from mltensor.errors import AxisError, ShapeError

from .arguments import one_axis, tensors

__all__ = ["atleast_1d", "atleast_2d", "atleast_3d", "block", "fliplr", "flipud", "rollaxis", "rot90", "row_stack"]


def with_dimensions(arrays, ndim):
    """Views of the arrays with at least so many dimensions: one, or a tuple of them."""
    if len(arrays) == 1:
        return at_least(asarray(arrays[0]), ndim)
    return tuple(at_least(one, ndim) for one in tensors(*arrays))


def atleast_1d(*arys):
    """Tensors with at least one dimension: a number becomes a vector of length one.

    Parameters
    ----------
    *arys : array_like

    Returns
    -------
    Tensor, or a tuple of them for several arrays

    Examples
    --------
    >>> np.atleast_1d(3.0).shape
    (1,)
    """
    return with_dimensions(arys, 1)


def atleast_2d(*arys):
    """Tensors with at least two dimensions: a vector becomes a row.

    Parameters
    ----------
    *arys : array_like

    Returns
    -------
    Tensor, or a tuple of them for several arrays

    Examples
    --------
    >>> np.atleast_2d([1, 2, 3]).shape
    (1, 3)
    """
    return with_dimensions(arys, 2)


def atleast_3d(*arys):
    """Tensors with at least three dimensions: a vector of n becomes (1, n, 1), a matrix (m, n, 1).

    Parameters
    ----------
    *arys : array_like

    Returns
    -------
    Tensor, or a tuple of them for several arrays
    """
    return with_dimensions(arys, 3)


def depth_of(nested, place=""):
    """How many lists lie around the tensors of `block`, everywhere the same number."""
    if isinstance(nested, tuple):
        raise TypeError(f"block: arrays{place} is a tuple; only lists arrange blocks, and tuples are no arrays here")
    if not isinstance(nested, list):
        return 0
    if not nested:
        raise ShapeError(f"block: the list arrays{place} is empty")
    depths = [depth_of(one, f"{place}[{k}]") for k, one in enumerate(nested)]
    if min(depths) != max(depths):
        k = next(k for k, depth in enumerate(depths) if depth != depths[0])
        raise ShapeError(f"block: arrays{place}[{k}] is nested {depths[k]} lists deep, arrays{place}[0] {depths[0]}; "
                         "all blocks lie equally deep")
    return depths[0] + 1


def leaves(nested):
    """The blocks in order."""
    return [leaf for one in nested for leaf in leaves(one)] if isinstance(nested, list) else [nested]


def joined(nested, blocks, ndim, axis):
    """The blocks of a nest as one tensor; the innermost lists join along the last axis."""
    if not isinstance(nested, list):
        x = next(blocks)
        return F.reshape(x, (1,) * (ndim - x.ndim) + x.shape)
    return F.concat([joined(one, blocks, ndim, axis + 1) for one in nested], axis=axis)


def block(arrays):
    """A tensor put together from blocks in nested lists.

    Parameters
    ----------
    arrays : nested list of array_like
        The innermost lists are joined along the last axis, those around them along the one before, and so on.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> np.block([[np.eye(2), np.zeros((2, 1))], [np.ones((1, 3))]]).shape
    (3, 3)
    """
    depth = depth_of(arrays)
    blocks = tensors(*leaves(arrays))
    ndim = max(depth, *(one.ndim for one in blocks))
    return F.copy(blocks[0]) if depth == 0 else joined(arrays, iter(blocks), ndim, ndim - depth)


def fliplr(m):
    """The columns in reverse order: a view turned over along the second axis."""
    (m,) = tensors(m)
    if m.ndim < 2:
        raise ShapeError(f"fliplr takes a tensor of at least two dimensions, not shape {m.shape}; flip takes any")
    return F.flip(m, 1)


def flipud(m):
    """The rows in reverse order: a view turned over along the first axis."""
    (m,) = tensors(m)
    if m.ndim < 1:
        raise ShapeError("flipud takes a tensor of at least one dimension, not a number")
    return F.flip(m, 0)


def rot90(m, k=1, axes=(0, 1)):
    """A plane turned by right angles, as a view.

    Parameters
    ----------
    m : array_like
        At least two dimensions.
    k : int, optional
        How many quarters of a turn, from the first axis towards the second.
    axes : pair of int, optional
        The axes of the plane.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> np.rot90([[1, 2], [3, 4]]).tolist()
    [[2, 4], [1, 3]]
    """
    (m,) = tensors(m)
    axes = tuple(axes)
    if len(axes) != 2:
        raise ShapeError(f"rot90: axes are two, not {axes}")
    if not all(-m.ndim <= axis < m.ndim for axis in axes) or (axes[0] - axes[1]) % m.ndim == 0:
        raise ShapeError(f"rot90: axes={axes} must be two different axes of a tensor of shape {m.shape}")
    first, second = axes[0] % m.ndim, axes[1] % m.ndim
    k %= 4
    if k == 0:
        return m[...]
    if k == 2:
        return F.flip(m, (first, second))
    return F.swapaxes(F.flip(m, second) if k == 1 else F.flip(m, first), first, second)


def rollaxis(a, axis, start=0):
    """The dimension `axis` moved to before the dimension `start`, as a view; `moveaxis` is easier to read."""
    (a,) = tensors(a)
    axis, start = one_axis(axis, a.ndim), operator.index(start)
    before = start
    start = start + a.ndim if start < 0 else start
    if not 0 <= start <= a.ndim:
        raise AxisError(f"rollaxis: start={before} is not in -{a.ndim} .. {a.ndim} for shape {a.shape}")
    return F.moveaxis(a, axis, start - 1 if axis < start else start)


def row_stack(tup, *, dtype=None, casting="same_kind"):
    """`vstack` under a name that NumPy has deprecated."""
    warnings.warn("`row_stack` alias is deprecated. Use `np.vstack` directly.", DeprecationWarning, stacklevel=2)
    tup = list(tup) if not isinstance(tup, Tensor) else tup
    return F.vstack(tup, dtype=dtype, casting=casting)
