"""Operations applied in place to the elements that an index names, as often as it names them."""

import numpy

from mltensor._core import fold
from mltensor._core.create import asarray
from mltensor._core.index import add_at
from mltensor._core.ranges import arange
from mltensor._core.tape import is_grad_enabled
from mltensor._core.tensor import Tensor
from mltensor._dtypes import promote_types
from mltensor._ops.record import F
from mltensor.errors import GradientError, ShapeError

from .arguments import as_dtype, beside

__all__ = ["at"]


def at(self, a, indices, b=None, /):
    """Apply the operation in place to the elements at an index; where it names one twice, twice.

    Parameters
    ----------
    a : Tensor
        What is written to; its dtype stays, whatever is lost.
    indices : index
        Whatever ``a[indices]`` takes.
    b : array_like, optional
        The second operand of an operation of two; broadcast to the shape of ``a[indices]``.

    Examples
    --------
    >>> a = np.zeros(3)
    >>> np.add.at(a, [0, 0, 2], 1)
    >>> a.tolist()
    [2.0, 0.0, 1.0]
    """
    name = f"{self.name}.at"
    count = self.arity
    if count > 2:
        raise ValueError(f"{name}: only unary and binary functions are supported, and {self.name} takes {count} "
                         "operands")
    if count == 2 and b is None:
        raise ValueError(f"{name}: second operand needed for an operation of two")
    if count == 1 and b is not None:
        raise ValueError(f"{name}: second operand provided when the operation has one only")
    if not isinstance(a, (Tensor, numpy.ndarray)):
        raise TypeError(f"{name}: first operand must be an array, which {type(a).__name__} is not")
    target = a if isinstance(a, Tensor) else asarray(a, copy=False)
    b = None if b is None else beside(target, b)
    # A Python number counts as an array of its own dtype, as in NumPy.
    dtype = target.dtype if b is None else promote_types(target.dtype, b.dtype)
    computed = fold.computed_dtype(self, dtype)
    if is_grad_enabled() and (target.requires_grad or (b is not None and b.requires_grad)):
        if target is not a:
            raise GradientError(f"{name}: a NumPy array has no place on the tape; write to a tensor, or give .detach()")
        on_the_tape(self, target, indices, b)
        return
    if self.name in ("add", "subtract") and computed == target.dtype and computed.kind != "b":
        add_at(target, indices, as_dtype(b, computed) if self.name == "add" else F.negative(as_dtype(b, computed)))
        return
    if self.name == "power" and computed.kind == "i" and b.size and F.min(b).item() < 0:
        raise ValueError("power: integers to negative integer powers are not allowed; use a float dtype")
    places, shape, length, step = places_of(target, indices)
    if b is not None:
        b = as_dtype(b, computed)
        b = b if b.size == 1 and b.ndim <= len(shape) else fitted(name, b, shape)
    fold.apply_at(self, target, places, length, step, computed, b)


def fitted(name, b, shape):
    """The second operand in the shape of what is selected."""
    surplus = b.ndim - len(shape)
    if surplus > 0 and all(n == 1 for n in b.shape[:surplus]):
        b = F.reshape(b, b.shape[surplus:])
    try:
        return F.broadcast_to(b, shape)
    except ShapeError:
        raise ShapeError(f"{name}: the second operand of shape {b.shape} is not broadcastable to the shape {shape} of "
                         "what the index selects") from None


def places_of(target, indices):
    """Where the elements at an index lie: numbers, their shape, and what makes bytes of them, see `fold.apply_at`."""
    key = indices[0] if isinstance(indices, tuple) and len(indices) == 1 else indices
    if target.ndim == 1 and isinstance(key, (Tensor, numpy.ndarray, list)):
        places = beside(target, key)
        if places.dtype.kind in "iu":
            return fold.places_along(target, places), places.shape, target.shape[0], target.strides[0]
    places = F.zeros((), dtype="int64", device=target.device)
    for axis, (length, stride) in enumerate(zip(target.shape, target.strides, strict=True)):
        # What the index selects of the way to every element along this axis; without copies, however large the tensor.
        way = arange(length, device=target.device) * stride
        way = F.broadcast_to(F.reshape(way, (-1,) + (1,) * (target.ndim - axis - 1)), target.shape)
        places = places + F.getitem(way, indices)
    if target.ndim == 0:
        places = F.getitem(places, indices)
    return places, places.shape, 0, 1


def on_the_tape(op, target, indices, b):
    """The new elements by operations that are recorded, written over the old ones."""
    old = F.copy(target)
    if op.name in ("add", "subtract"):
        b = as_dtype(b, target.dtype)
        target.copy_(F.index_add(old, b if op.name == "add" else F.negative(b), indices))
        return
    places = F.getitem(F.reshape(arange(target.size, device=target.device), target.shape), indices)
    if b is not None:
        b = F.reshape(fitted(f"{op.name}.at", b, places.shape), (-1,))
    values = F.reshape(old, (-1,))
    for chosen, where in rounds(places.numpy().ravel()):
        where = asarray(where, device=target.device)
        operands = [F.take(values, where)]
        if b is not None:
            operands.append(F.take(b, asarray(chosen, device=target.device)))
        values = F.index_put(values, as_dtype(op(*operands), target.dtype), (where,))
    target.copy_(F.reshape(values, target.shape))


def rounds(places):
    """Selections of places, and the places: first where each occurs first, then where it does a second time, ..."""
    order = numpy.argsort(places, kind="stable")
    inorder = places[order]
    fresh = numpy.flatnonzero(numpy.append(True, inorder[1:] != inorder[:-1])[:len(places)])
    counts = numpy.diff(numpy.append(fresh, len(places)))
    occurrence = numpy.arange(len(places)) - numpy.repeat(fresh, counts)
    for turn in range(int(counts.max()) if len(places) else 0):
        chosen = order[occurrence == turn]
        yield chosen, places[chosen]
