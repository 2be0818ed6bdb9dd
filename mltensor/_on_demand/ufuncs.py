"""What NumPy's ufuncs can do beside being called: operations between the elements along an axis, and all pairs.

Loading the room attaches these functions to the class of elementwise operations.
"""

import numpy

from mltensor._core import fold
from mltensor._core.create import asarray
from mltensor._core.operation import ElementwiseOp
from mltensor._core.tape import is_grad_enabled
from mltensor._core.tensor import Tensor, attach
from mltensor._dtypes import promote_types
from mltensor._ops.record import F
from mltensor._ops.statistics import along
from mltensor.errors import AxisError, DTypeError, GradientError, IndexingError, ShapeError

from .arguments import as_dtype, beside, tensors
from .folds import FOLD, FOLD_SEGMENTS, RUNNING
from .ufunc_at import at

__all__ = ["ufunc"]

ufunc = ElementwiseOp

# What changes nothing; operations that have none and whose order matters all the same are not among the keys.
IDENTITIES = {
    "add": 0, "multiply": 1, "bitwise_and": -1, "bitwise_or": 0, "bitwise_xor": 0, "logical_and": True,
    "logical_or": False, "logical_xor": False, "logaddexp": -numpy.inf, "logaddexp2": -numpy.inf, "hypot": 0, "gcd": 0,
    "maximum": None, "minimum": None, "fmax": None, "fmin": None}
# Integers are added and multiplied in 64 bits.
WIDENED = ("add", "multiply")
LOGICAL = ("logical_and", "logical_or", "logical_xor")
# Operations of the table that do the same over axes, and what they are told besides.
REDUCTIONS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logical_and": "all",
              "logical_or": "any", "logaddexp": "logsumexp"}
SCANS = {"add": "cumsum", "multiply": "cumprod"}
# Those that do so whatever they are given, in the dtype that NumPy's methods choose.
SIMPLY = {name: function for name, function in REDUCTIONS.items() if function != "logsumexp"}


# --- arguments ------------------------------------------------------------------------------------

def operand(op, method, array):
    """The tensor that a method of an operation of two operands works on."""
    if op.arity != 2:
        raise ValueError(f"{op.name}.{method}: {method} only supported for binary functions, and {op.name} takes "
                         f"{op.arity} operand{'s' * (op.arity > 1)}")
    return array if isinstance(array, Tensor) else asarray(array)


def target_of(name, out):
    """What `out=` names: a tensor over its memory, or None."""
    if out is None:
        return None
    if isinstance(out, tuple):
        if len(out) != 1:
            raise ValueError(f"{name}: out must be one tensor, not a tuple of {len(out)}")
        out = out[0]
    if isinstance(out, numpy.ndarray):
        return asarray(out, copy=False)
    if out is not None and not isinstance(out, Tensor):
        raise TypeError(f"{name}: out must be a tensor, not {type(out).__name__}")
    return out


def delivered(name, result, target, out):
    """The result, or what `out=` named with the result in it; it is converted whatever is lost, as in NumPy."""
    if target is None:
        return result
    if target.shape != result.shape:
        raise ShapeError(f"{name}: the result has shape {result.shape} and does not fit out= of shape {target.shape}")
    if tracked(result) or tracked(target):
        raise GradientError(f"{name}: out= writes past the tape, but an operand requires a gradient; leave out= away, "
                            "or compute under no_grad()")
    target[...] = result
    return out[0] if isinstance(out, tuple) else out


def tracked(x):
    """Whether what is done with a tensor goes on the tape."""
    return x.requires_grad and is_grad_enabled()


def dtype_of(op, method, x, dtype, target):
    """The dtype that a fold computes in, which is that of its result."""
    wanted = x.dtype if dtype is None else numpy.dtype(dtype)
    if dtype is None and target is not None:
        wanted = promote_types(x.dtype, target.dtype)
    elif dtype is None and op.name in WIDENED and wanted.kind in "biu":
        wanted = numpy.dtype("uint64" if wanted.kind == "u" else "int64")
    if op.record.returns == "BOOL":
        if wanted.kind != "b" and (op.name not in LOGICAL or dtype is not None):
            raise DTypeError(f"{op.name}.{method}: {op.name} gives bools and takes its own results, so that the "
                             f"elements must be bools, not {wanted}; convert them with .astype(bool)")
        return numpy.dtype(bool)
    computed = fold.computed_dtype(op, wanted)
    if dtype is not None and computed != wanted:
        raise DTypeError(f"{op.name}.{method}: {op.name} does not compute in {wanted}; leave dtype= away or ask for "
                         f"{computed}")
    return computed


def refuse_negative(exponents):
    """Integers have no negative powers."""
    if exponents.dtype.kind == "i" and exponents.size and F.min(exponents).item() < 0:
        raise ValueError("power: integers to negative integer powers are not allowed; use a float dtype")


def one_axis(name, axis, ndim):
    """The axis of a method that takes one only."""
    if ndim == 0:
        raise TypeError(f"cannot {name.rpartition('.')[2]} on a scalar: {name} takes a tensor of at least one "
                        "dimension")
    axes = tuple(range(ndim)) if axis is None else F.checked_axes(axis, ndim)
    if len(axes) != 1:
        raise ValueError(f"{name} does not allow multiple axes; flatten the tensor of {ndim} dimensions first, or give "
                         "one axis")
    return axes[0]


# --- reduce ---------------------------------------------------------------------------------------

def reduce(self, array, axis=0, dtype=None, out=None, keepdims=False, initial=numpy._NoValue, where=True):
    """The operation between all elements along an axis, from the first to the last.

    Parameters
    ----------
    array : array_like
    axis : int, tuple of int or None, optional
        The first by default; None is all. Several only where the order does not matter.
    dtype : dtype, optional
        What is computed in; integers are added and multiplied in 64 bits by default.
    out : Tensor, optional
        Where the result is written.
    keepdims : bool, optional
        Whether the axes stay, with length 1.
    initial : scalar, optional
        What comes before the first element. None: nothing, not even the identity of the operation.
    where : array_like of bool, optional
        Which elements go in.

    Returns
    -------
    Tensor

    Raises
    ------
    ShapeError
        Without elements, or with `where`, when the operation has no identity and there is no `initial`.

    Examples
    --------
    >>> np.subtract.reduce([10, 3, 2]).item()
    5
    >>> np.bitwise_or.reduce([[1, 2], [4, 2]], axis=1).tolist()
    [3, 6]
    """
    name = f"{self.name}.reduce"
    if (dtype is None and out is None and initial is numpy._NoValue and where is True and self.name in SIMPLY
            and isinstance(array, Tensor) and array.ndim):
        return getattr(F, SIMPLY[self.name])(array, axis, keepdims=keepdims)
    x = operand(self, "reduce", array)
    target = target_of(name, out)
    axes = reduced(name, axis, x.ndim)
    computed = dtype_of(self, "reduce", x, dtype, target)
    identity = IDENTITIES.get(self.name)
    if len(axes) > 1 and self.name not in IDENTITIES:
        raise ShapeError(f"reduction operation {self.name!r} is not reorderable, so at most one axis may be specified, "
                         f"not {axes}: the order of the elements matters")
    if initial is None:
        identity, initial = None, numpy._NoValue
    if initial is not numpy._NoValue:
        initial = given_first(name, initial, computed, x)
    elif identity is None and (where is not True or not x.size):
        refuse_nothing(self.name, x.shape, axes, where)
    mask = None if where is True else mask_for(name, where, x)
    if self.name in REDUCTIONS and (self.name != "logaddexp" or (mask is None and initial is numpy._NoValue)):
        result = by_table(self, x, axes, computed, initial, mask)
    else:
        result = folded(self, as_dtype(x, computed), axes, initial, identity, mask)
    if keepdims:
        result = F.reshape(result, tuple(1 if i in axes else n for i, n in enumerate(x.shape)))
    return delivered(name, result, target, out)


def reduced(name, axis, ndim):
    """The axes of a reduction in order; a scalar has one, which leaves nothing to do."""
    if axis is None:
        return tuple(range(ndim))
    if ndim == 0 and axis in (0, -1, (0,), (-1,), ()):
        return ()
    if ndim == 0:
        raise AxisError(f"{name}: axis {axis} is out of bounds for a tensor of dimension 0")
    return tuple(sorted(F.checked_axes(axis, ndim)))


def refuse_nothing(name, shape, axes, where):
    """An operation without identity needs an element for every result."""
    if where is not True:
        raise ShapeError(f"reduction operation {name!r} does not have an identity, so to use a where mask one has to "
                         "specify 'initial'")
    if any(shape[i] == 0 for i in axes) and all(n for i, n in enumerate(shape) if i not in axes):
        raise ShapeError(f"zero-size array to reduction operation {name} which has no identity: the tensor of shape "
                         f"{shape} has no elements along axes {axes}; give initial=")


def given_first(name, initial, dtype, x):
    """`initial` as a tensor without dimensions."""
    initial = beside(x, initial)
    if initial.ndim:
        raise ShapeError(f"{name}: initial must be one number, not of shape {initial.shape}")
    if tracked(initial):
        raise GradientError(f"{name}: initial= has no gradient; apply the operation to it and the result instead")
    return as_dtype(initial, dtype)


def mask_for(name, where, x):
    """`where=` as a mask in the shape of a tensor."""
    where = beside(x, where)
    if where.dtype.kind != "b":
        raise DTypeError(f"{name}: where must be bools, not {where.dtype}; convert it with .astype(bool)")
    return F.broadcast_to(where, x.shape)


def by_table(op, x, axes, computed, initial, mask):
    """A reduction that the table has under a name of its own."""
    function = getattr(F, REDUCTIONS[op.name])
    axis = None if len(axes) == x.ndim else axes
    options = {} if mask is None else {"where": mask}
    if op.name in LOGICAL:
        result = function(x, axis, **options)
        return result if initial is numpy._NoValue else op(initial, result)
    if initial is not numpy._NoValue:
        options["initial"] = initial
    if op.name in WIDENED:
        return function(x, axis, None if x.dtype == computed and x.dtype.kind in "fc" else computed, **options)
    return function(as_dtype(x, computed), axis, **options)


def folded(op, x, axes, initial, identity, mask):
    """A reduction by the loop of the operation itself."""
    if len(axes) == 1:
        axis, shape = axes[0], x.shape
    else:
        others = [i for i in range(x.ndim) if i not in axes]
        # Several axes make one, at the end.
        axis, shape = len(others), (*(x.shape[i] for i in others), numpy.prod([x.shape[i] for i in axes], dtype=int))
        x = F.reshape(F.permute_dims(x, (*others, *axes)), shape)
        mask = None if mask is None else F.reshape(F.permute_dims(mask, (*others, *axes)), shape)
    if initial is numpy._NoValue:
        # The identity comes first, as in NumPy: gcd and hypot of one number are not negative.
        initial = None if identity is None else as_dtype(asarray(identity, device=x.device), x.dtype)
    if op.name == "power":
        refuse_negative(x[along(axis, 1 if initial is None else 0, None)])
    if tracked(x) and op.rules is not None:
        if mask is not None:
            raise GradientError(f"{op.name}.reduce: where= has no gradient; select the elements before")
        if initial is not None:
            first = F.broadcast_to(initial, tuple(1 if i == axis else n for i, n in enumerate(shape)))
            x = F.concat([first, x], axis=axis)
        return RUNNING(x, op, axis, None)[(*along(axis, None, None)[:-1], -1)]
    return FOLD(x, op, axis, op.name in IDENTITIES, initial, mask)


# --- accumulate and reduceat ----------------------------------------------------------------------

def accumulate(self, array, axis=0, dtype=None, out=None):
    """The results of `reduce` up to every element along an axis.

    Parameters
    ----------
    array : array_like
    axis : int, optional
    dtype : dtype, optional
        What is computed in; integers are added and multiplied in 64 bits by default.
    out : Tensor, optional
        Where the result is written.

    Returns
    -------
    Tensor
        Of the shape of `array`.

    Examples
    --------
    >>> np.maximum.accumulate([1, 3, 2, 5]).tolist()
    [1, 3, 3, 5]
    """
    name = f"{self.name}.accumulate"
    x = operand(self, "accumulate", array)
    target = target_of(name, out)
    axis = one_axis(name, axis, x.ndim)
    computed = dtype_of(self, "accumulate", x, dtype, target)
    if self.name in SCANS:
        result = getattr(F, SCANS[self.name])(x, axis, computed)
    else:
        x = as_dtype(x, computed)
        if self.name == "power":
            refuse_negative(x[along(axis, 1, None)])
        result = RUNNING(x if self.rules is not None else x.detach(), self, axis, None)
    return delivered(name, result, target, out)


def reduceat(self, array, indices, axis=0, dtype=None, out=None):
    """`reduce` within segments of an axis.

    Parameters
    ----------
    array : array_like
    indices : array_like of int
        Where each segment starts; it goes up to the start of the next one or, the last, to the end. Where that does
        not come after it, the segment is one element.
    axis : int, optional
    dtype : dtype, optional
        What is computed in; integers are added and multiplied in 64 bits by default.
    out : Tensor, optional
        Where the result is written.

    Returns
    -------
    Tensor
        With the number of segments as the length of the axis.

    Examples
    --------
    >>> np.add.reduceat([1, 2, 3, 4, 5], [0, 3]).tolist()
    [6, 9]
    """
    name = f"{self.name}.reduceat"
    x = operand(self, "reduceat", array)
    target = target_of(name, out)
    axis = one_axis(name, axis, x.ndim)
    starts = starts_of(name, beside(x, indices), x.shape[axis])
    computed = dtype_of(self, "reduceat", x, dtype, target)
    # A sum of float16 is rounded once.
    wide = numpy.dtype("float32") if self.name in WIDENED and computed == numpy.float16 else computed
    x = as_dtype(x, wide)
    if self.name == "power":
        elements, begins, _ = segments(starts, x.shape[axis])
        refuse_negative(F.take(x, asarray(numpy.delete(elements, begins), device=x.device), axis))
    if tracked(x) and self.rules is not None:
        result = by_running(self, x, starts, axis)
    else:
        result = FOLD_SEGMENTS(x, self, axis, self.name in IDENTITIES, starts)
    return delivered(name, as_dtype(result, computed), target, out)


def starts_of(name, starts, length):
    """The starts of segments as int64, looked over."""
    if starts.ndim != 1:
        raise ShapeError(f"{name}: indices must have one dimension, not shape {starts.shape}")
    starts = as_dtype(starts, "int64")
    for one in (F.min(starts).item(), F.max(starts).item()) if starts.size else ():
        if not 0 <= one < length:
            raise IndexingError(f"index {one} out-of-bounds in {name} [0, {length})")
    return starts


def segments(starts, length):
    """The elements of all segments one after the other, where each segment begins among them, and where it ends."""
    first = starts.numpy()
    lengths = numpy.maximum(numpy.append(first[1:], length) - first, 1) if first.size else first
    ends = numpy.cumsum(lengths)
    begins = ends - lengths
    return numpy.repeat(first - begins, lengths) + numpy.arange(lengths.sum()), begins, ends


def by_running(op, x, starts, axis):
    """`reduceat` on the tape: the last running result of every segment."""
    elements, begins, ends = segments(starts, x.shape[axis])
    y = RUNNING(F.take(x, asarray(elements, device=x.device), axis), op, axis, asarray(begins, device=x.device))
    return F.take(y, asarray(ends - 1, device=x.device), axis)


# --- all pairs ------------------------------------------------------------------------------------

def outer(self, a, b, /, **kwargs):
    """The operation between every element of one tensor and every element of another.

    Parameters
    ----------
    a, b : array_like
    **kwargs
        As in a call of the operation: `dtype`, `out`, `where`, `casting`.

    Returns
    -------
    Tensor
        Of the shape of `a`, followed by that of `b`.

    Examples
    --------
    >>> np.add.outer([10, 20], [1, 2, 3]).tolist()
    [[11, 12, 13], [21, 22, 23]]
    """
    operand(self, "outer", a)
    a, b = tensors(a, b)
    return self(F.reshape(a, a.shape + (1,) * b.ndim) if b.ndim else a, b, **kwargs)


# --- attributes -----------------------------------------------------------------------------------

def nin(self):
    """How many operands there are."""
    return self.arity


def nout(self):
    """How many results there are: one."""
    return 1


def nargs(self):
    """How many operands and results there are."""
    return self.arity + 1


def identity(self):
    """What changes nothing and is the result of no elements; None where there is none."""
    return IDENTITIES.get(self.name)


def signature(self):
    """None: the operation works element by element."""


def types(self):
    """What the compiled loops take and give, in NumPy's letters."""
    return [f"{given.char * self.arity}->{result.char}" for given, result in fold.loop_types(self)]


def ntypes(self):
    """How many compiled loops there are."""
    return len(fold.loop_types(self))


for _function in (reduce, accumulate, reduceat, outer, at):
    attach(ElementwiseOp, _function.__name__, _function)
for _function in (nin, nout, nargs, identity, signature, types, ntypes):
    attach(ElementwiseOp, _function.__name__, property(_function))
