"""What NumPy's own functions do when they are given our tensors: they come here.

``numpy.add(t, 1)``, ``numpy.ones(3) * t`` and ``numpy.sum(t)`` give tensors, recorded on the tape as if
mltensor's function had been called. A NumPy function that mltensor does not have runs on the tensors'
memory and its result becomes a tensor; it cannot be differentiated, so it refuses tensors of the tape.
"""

import functools
import sys

import numpy

from mltensor._core.create import asarray
from mltensor._core.interop import to_numpy
from mltensor._core.operation import ElementwiseOp
from mltensor._core.tensor import Tensor
from mltensor._ops.record import F
from mltensor.errors import DTypeError, GradientError

# ufuncs whose name in the table differs from NumPy's.
UFUNC_NAMES = {"true_divide": "divide", "arctan2": "atan2", "conjugate": "conj", "left_shift": "bitwise_left_shift",
               "right_shift": "bitwise_right_shift", "invert": "bitwise_invert", "arcsin": "asin", "arccos": "acos",
               "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "fabs": "absolute"}


def find_function(function):
    """Our function of the same name and module as one of NumPy's, or None.

    The namespace lies above this module; it is complete by the time NumPy calls.
    """
    root = sys.modules["mltensor"]
    place = root
    for part in (getattr(function, "__module__", None) or "numpy").split(".")[1:]:
        place = getattr(place, part, None)
    found = getattr(place, function.__name__, None)
    return found if callable(found) and found is not function else None


def any_tensor(value, test):
    """Whether a test holds for a tensor among (nested) arguments."""
    if isinstance(value, Tensor):
        return test(value)
    if isinstance(value, (list, tuple)):
        return any(any_tensor(one, test) for one in value)
    if isinstance(value, dict):
        return any(any_tensor(one, test) for one in value.values())
    return False


# What holds no tensors and is met most often.
PLAIN = frozenset((int, float, bool, str, type(None)))


def to_arrays(value):
    """Arguments with every tensor replaced by a NumPy view of its memory."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, Tensor):
        return to_numpy(value)
    if type(value) is tuple:
        return tuple([to_arrays(one) for one in value])
    if isinstance(value, (list, tuple)):
        items = [to_arrays(one) for one in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    if isinstance(value, dict):
        return {key: to_arrays(one) for key, one in value.items()}
    return value


def to_tensors(value):
    """A result of NumPy with every array and NumPy number replaced by a tensor, where it is of our dtypes."""
    if isinstance(value, (numpy.ndarray, numpy.generic)):
        try:
            return asarray(value)
        except DTypeError:
            return value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(to_tensors, value))
    if isinstance(value, (list, tuple)):
        return type(value)(map(to_tensors, value))
    return value


def by_numpy(function, name, args, kwargs):
    """Run a NumPy function on the memory of tensors."""
    if any_tensor((args, kwargs), lambda t: t.requires_grad):
        raise GradientError(
            f"numpy.{name} has no counterpart in mltensor and cannot be differentiated; give it .detach()ed tensors")
    return to_tensors(function(*to_arrays(args), **to_arrays(kwargs)))


def store(results, out, casting):
    """Write results into the arrays or tensors that `out=` named, as far as `casting` lets them."""
    several = isinstance(results, tuple)
    given = list(results) if several else [results]
    for k, target in enumerate(out):
        if target is None:
            continue
        if not numpy.can_cast(given[k].dtype, target.dtype, casting):
            raise DTypeError(f"the result has dtype {given[k].dtype}, which casting={casting!r} does not turn into the "
                             f"{target.dtype} of out=")
        target[...] = given[k] if isinstance(target, Tensor) else to_numpy(given[k].detach())
        given[k] = target
    return tuple(given) if several else given[0]


@functools.cache
def counterpart(ufunc):
    """Our operation of the same meaning as a NumPy ufunc, or None."""
    return getattr(F, UFUNC_NAMES.get(ufunc.__name__, ufunc.__name__), None)


def array_ufunc(self, ufunc, method, *inputs, out=None, **kwargs):
    """``__array_ufunc__``: a NumPy ufunc met a tensor."""
    operation = counterpart(ufunc)
    if method == "__call__" and operation is not None and out is None and not kwargs:
        return operation(*inputs)
    if kwargs.get("where", True) is True:
        kwargs.pop("where", None)
    casting = kwargs.get("casting", "same_kind")
    kwargs = {key: value for key, value in kwargs.items() if key not in ("casting", "order", "subok", "signature")}
    if method == "outer" and operation is not None:
        first, second = asarray(inputs[0]), asarray(inputs[1])
        inputs = F.reshape(first, first.shape + (1,) * second.ndim), second
    if method in ("__call__", "outer"):
        ours = operation
    else:
        ours = getattr(operation, method) if isinstance(operation, ElementwiseOp) else None
    if method == "at":
        return by_numpy_at(ufunc, *inputs) if ours is None else ours(*inputs)
    if ours is not None and method not in ("__call__", "outer"):
        # These write to arrays too, and compute in a dtype that depends on what they write to.
        return ours(*inputs, out=out, **kwargs)
    if ours is None:
        result = by_numpy(getattr(ufunc, method), ufunc.__name__, inputs, kwargs)
    else:
        result = ours(*inputs, **kwargs)
    return result if out is None else store(result, out, casting)


def by_numpy_at(ufunc, target, *inputs):
    """A NumPy ufunc without a counterpart, at places of a tensor or with tensors at places of an array."""
    if any_tensor((target, *inputs), lambda t: t.requires_grad):
        raise GradientError(f"numpy.{ufunc.__name__}.at cannot be differentiated; use scatter_add or an index")
    values = to_numpy(target).copy() if isinstance(target, Tensor) else target
    ufunc.at(values, *to_arrays(inputs))
    if isinstance(target, Tensor):
        target[...] = values


def array_function(self, function, types, args, kwargs):
    """``__array_function__``: a NumPy function met a tensor."""
    ours = find_function(function)
    if ours is None:
        return by_numpy(function, function.__name__, args, kwargs)
    out = kwargs.get("out")
    if isinstance(out, numpy.ndarray):
        kwargs = {key: value for key, value in kwargs.items() if key != "out"}
        return store(ours(*args, **kwargs), (out,), "same_kind")
    return ours(*args, **kwargs)


def array(self, dtype=None, copy=None):
    """``__array__``: the tensor as a numpy.ndarray, over the same memory where that is possible."""
    view = to_numpy(self)
    if dtype is not None and numpy.dtype(dtype) != view.dtype:
        if copy is False:
            raise ValueError(f"copy=False, but the dtype changes from {view.dtype} to {numpy.dtype(dtype)}")
        return view.astype(dtype)
    return view.copy() if copy else view


METHODS = {"__array__": array, "__array_ufunc__": array_ufunc, "__array_function__": array_function}
