"""Differences of neighbours."""

import operator

from .record import F, family

op = family("differences")


def edge(x, given, axis, name):
    """What `diff` puts before or after `x`: a number without dimensions becomes one slice."""
    if given.ndim == 0:
        return F.broadcast_to(given, (*x.shape[:axis], 1, *x.shape[axis + 1:]))
    expected = (*x.shape[:axis], None, *x.shape[axis + 1:])
    if given.ndim != x.ndim or any(n not in (None, m) for n, m in zip(expected, given.shape, strict=True)):
        raise F.errors.ShapeError(
            f"diff: {name} of shape {given.shape} must have the shape {x.shape} of x but along axis {axis}")
    return given


# All but the first and all but the last of a dimension.
LATER, SOONER = slice(1, None), slice(None, -1)


def diff(x, n=1, axis=-1, prepend=None, append=None):
    n = operator.index(n)
    if n < 0:
        raise ValueError(f"diff: the number of differences must not be negative, got {n}")
    if n == 0:
        return x
    if x.ndim == 0:
        raise F.errors.ShapeError("diff: x needs at least one dimension")
    (axis,) = F.checked_axes(axis, x.ndim)
    pieces = [x]
    if prepend is not None:
        pieces.insert(0, edge(x, prepend, axis, "prepend"))
    if append is not None:
        pieces.append(edge(x, append, axis, "append"))
    if len(pieces) > 1:
        x = F.concat(pieces, axis=axis)
    subtract = F.not_equal if x.dtype.kind == "b" else F.subtract
    later, sooner = ((..., LATER), (..., SOONER)) if axis == x.ndim - 1 else (
        (*(slice(None),) * axis, LATER), (*(slice(None),) * axis, SOONER))
    for _ in range(min(n, x.shape[axis] + 1)):
        x = subtract(x[later], x[sooner])
    return x


op("diff", via=diff, signature="x: Tensor, /, n=1, axis=-1, prepend: Tensor = None, append: Tensor = None",
   doc="Each element less the one before it along an axis, `n` times over. `prepend` and `append` are joined to `x` "
       "first. Of bools, whether they differ; unsigned integers wrap around.\n\n"
       ">>> np.diff([1, 4, 9], prepend=0).tolist()\n[1, 3, 5]")
