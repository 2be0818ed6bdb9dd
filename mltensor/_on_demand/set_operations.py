"""Sets of the distinct elements of tensors; orders by several keys."""

from mltensor._core.create import asarray
from mltensor._functions import broadcast_shapes
from mltensor._ops.record import F
from mltensor.errors import DTypeError, ShapeError

from .arguments import flat, one_axis, tensors

__all__ = ["array_equiv", "intersect1d", "lexsort", "setdiff1d", "setxor1d", "sort_complex", "union1d"]


def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    """The elements that are in both tensors, in order.

    Parameters
    ----------
    ar1, ar2 : array_like
        Flattened.
    assume_unique : bool, optional
        That no element is in either of them twice: saves the search.
    return_indices : bool, optional
        Give the positions of the first of each in `ar1` and in `ar2` too.

    Returns
    -------
    Tensor, or three of them

    Examples
    --------
    >>> np.intersect1d([1, 3, 4, 3], [3, 1, 2, 1]).tolist()
    [1, 3]
    """
    first, second = (flat(one) for one in tensors(ar1, ar2))
    if not assume_unique:
        first, first_places = F.unique(first, return_index=True)
        second, second_places = F.unique(second, return_index=True)
    both = F.concat([first, second])
    order = F.argsort(both)
    both = F.take(both, order)
    (twice,) = F.nonzero(both[1:] == both[:-1])
    common = F.take(both, twice)
    if not return_indices:
        return common
    in_first, in_second = F.take(order, twice), F.take(order, twice + 1) - first.shape[0]
    if not assume_unique:
        in_first, in_second = F.take(first_places, in_first), F.take(second_places, in_second)
    return common, in_first, in_second


def union1d(ar1, ar2):
    """The elements that are in one of two tensors or in both, in order.

    Examples
    --------
    >>> np.union1d([2, 1], [3, 2]).tolist()
    [1, 2, 3]
    """
    return F.unique(F.concat(tensors(ar1, ar2), axis=None))


def setdiff1d(ar1, ar2, assume_unique=False):
    """The elements of one tensor that are not in another, in order.

    Parameters
    ----------
    ar1, ar2 : array_like
    assume_unique : bool, optional
        That no element is in either of them twice; the elements of `ar1` then keep their order.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> np.setdiff1d([1, 2, 3, 2, 4], [2, 5]).tolist()
    [1, 3, 4]
    """
    first, second = tensors(ar1, ar2)
    first = flat(first) if assume_unique else F.unique(first)
    return first[F.isin(first, flat(second), invert=True)]


def setxor1d(ar1, ar2, assume_unique=False):
    """The elements that are in one of two tensors and not in the other, in order.

    Parameters
    ----------
    ar1, ar2 : array_like
    assume_unique : bool, optional
        That no element is in either of them twice: saves the search.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> np.setxor1d([1, 2, 3], [2, 3, 5]).tolist()
    [1, 5]
    """
    first, second = tensors(ar1, ar2)
    if not assume_unique:
        first, second = F.unique(first), F.unique(second)
    both = F.sort(F.concat([first, second], axis=None))
    if not both.size:
        return both
    ends = F.full_like(both[:1], True, dtype="bool")
    other = F.concat([ends, both[1:] != both[:-1], ends])
    return both[F.logical_and(other[1:], other[:-1])]


def lexsort(keys, axis=-1):
    """Positions that sort by several keys: the last key counts first.

    Parameters
    ----------
    keys : sequence of array_like
        Of one shape; of one tensor its slices along the first axis are the keys.
    axis : int, optional
        Along which to sort.

    Returns
    -------
    Tensor
        int64, of the shape of a key.

    Examples
    --------
    >>> np.lexsort(([3, 1, 2], [0, 0, -1])).tolist()
    [2, 1, 0]
    """
    keys = tensors(*keys)
    if not keys:
        raise DTypeError("lexsort: there must be one key at least")
    shape = keys[0].shape
    for one in keys:
        if one.shape != shape:
            raise ShapeError(f"lexsort: all keys must have one shape, not {shape} and {one.shape}")
    axis = one_axis(axis, max(len(shape), 1))
    if not shape:
        return asarray(0, device=keys[0].device)
    order = F.argsort(keys[0], axis=axis)
    for key in keys[1:]:
        order = F.take_along_axis(order, F.argsort(F.take_along_axis(key, order, axis=axis), axis=axis), axis=axis)
    return order


def sort_complex(a):
    """The elements sorted along the last axis, as complex numbers.

    Returns
    -------
    Tensor
        complex64 for integers of 8 and 16 bits, else complex128; complex numbers keep their dtype.
    """
    a = F.sort(asarray(a))
    if a.dtype.kind == "c":
        return a
    return F.cast(a, "complex64" if a.dtype.kind in "iu" and a.dtype.itemsize <= 2 else "complex128")


def array_equiv(a1, a2):
    """Whether two tensors broadcast to one shape and are equal there.

    Returns
    -------
    bool

    Examples
    --------
    >>> np.array_equiv([1, 2], [[1, 2], [1, 2]])
    True
    """
    try:
        a1, a2 = tensors(a1, a2)
        broadcast_shapes(a1.shape, a2.shape)
    except (TypeError, ValueError):
        return False
    return bool(F.all(a1 == a2))
