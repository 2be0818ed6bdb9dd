"""Functions of Python's numbers with what NumPy's ufuncs can do: called with every element, for convenience."""

import functools
import itertools
import math

import numpy

from mltensor._core.create import asarray
from mltensor._core.tensor import Tensor
from mltensor._functions import broadcast_arrays
from mltensor._ops.record import F
from mltensor.errors import DTypeError, IndexingError, ShapeError

from .arguments import as_dtype, one_axis, tensors

__all__ = ["frompyfunc"]

UNKNOWN = object()


def elements(x):
    """All elements in C order: Python's numbers, or tensors without dimensions where a gradient is wanted."""
    line = F.reshape(x, (-1,))
    return list(F.unstack(line)) if x.requires_grad else line.tolist()


def gathered(name, values, shape, dtype):
    """Results as a tensor; `object` stands for the dtype that they have."""
    if any(isinstance(one, Tensor) and one.requires_grad for one in values):
        result = F.stack([asarray(one) for one in values])
    else:
        try:
            result = asarray(values)
        except (TypeError, ValueError) as error:
            raise DTypeError(f"{name}: tensors hold numbers only, and the function gave {type(values[0]).__name__}; "
                             "call it in a list comprehension") from error
    result = F.reshape(result, shape)
    return result if dtype in (None, object, "object", "O") else as_dtype(result, numpy.dtype(dtype))


def delivered(results, out):
    """The result, or `out` with it."""
    target = out[0] if isinstance(out, tuple) else out
    if target is None:
        return results
    target[...] = results if isinstance(target, Tensor) else results.detach().numpy()
    return target


class PythonFunction:
    """What `frompyfunc` makes; see there."""

    signature = None
    ntypes = 1

    def __init__(self, func, nin, nout, identity):
        self.function, self.nin, self.nout, self.identity = func, nin, nout, None if identity is UNKNOWN else identity
        self.nargs = nin + nout
        self.types = ["O" * nin + "->" + "O" * nout]
        self.__name__ = getattr(func, "__name__", "function")
        self.__doc__ = func.__doc__

    def __repr__(self):
        return f"<{self.__name__} of numbers, with {self.nin} operands and {self.nout} results>"

    def __call__(self, *args, out=None, dtype=None):
        """The function of the elements that lie together when the operands are broadcast."""
        if len(args) == self.nin + 1 and out is None:
            args, out = args[:-1], args[-1]
        if len(args) != self.nin:
            raise TypeError(f"{self.__name__} takes {self.nin} operands, not {len(args)}")
        if out is None and not any(isinstance(one, (Tensor, numpy.ndarray, list, tuple)) for one in args):
            return self.function(*args)
        operands = broadcast_arrays(*tensors(*args))
        shape = operands[0].shape
        results = [self.function(*values) for values in zip(*map(elements, operands), strict=True)]
        if self.nout == 1:
            return delivered(gathered(self.__name__, results, shape, dtype), out)
        columns = zip(*results, strict=True) if results else [()] * self.nout
        found = tuple(gathered(self.__name__, list(column), shape, dtype) for column in columns)
        return found if out is None else tuple(map(delivered, found, out))

    def of_two(self, method):
        """Only what takes two numbers and gives one can take its own result."""
        if self.nin != 2 or self.nout != 1:
            raise ValueError(f"{method} only supported for binary functions, and {self.__name__} has {self.nin} "
                             f"operands and {self.nout} results")

    def lines(self, method, array, axis):
        """The elements along an axis, line by line, and the axis."""
        self.of_two(method)
        x = asarray(array)
        axis = one_axis(axis, x.ndim)
        count = math.prod(n for i, n in enumerate(x.shape) if i != axis)
        return [elements(line) for line in F.reshape(F.moveaxis(x, axis, -1), (count, x.shape[axis]))], x, axis

    def placed(self, lines, x, axis, length, dtype):
        """Lines of another length in the place of an axis."""
        shape = [n for i, n in enumerate(x.shape) if i != axis]
        result = gathered(self.__name__, list(itertools.chain.from_iterable(lines)), (*shape, length), dtype)
        return F.moveaxis(result, -1, axis)

    def reduce(self, array, axis=0, dtype=None, out=None, keepdims=False, initial=UNKNOWN):
        """The function of what came before and the next element along an axis, from the first to the last."""
        x = asarray(array)
        if axis is None:
            if x.ndim > 1 and self.identity is None:
                raise ShapeError(f"reduction operation {self.__name__!r} is not reorderable, so at most one axis may "
                                 "be specified")
            shape, x, axis = (1,) * x.ndim, F.reshape(x, (-1,)), 0
        else:
            shape = tuple(1 if i == one_axis(axis, x.ndim) else n for i, n in enumerate(x.shape))
        lines, x, axis = self.lines("reduce", x, axis)
        first = [] if initial is UNKNOWN else [initial]
        if x.shape[axis] == 0 and not first:
            if self.identity is None:
                raise ShapeError(f"zero-size array to reduction operation {self.__name__} which has no identity")
            first = [self.identity]
        lines = [[functools.reduce(self.function, first + line)] for line in lines]
        result = self.placed(lines, x, axis, 1, dtype)
        return delivered(F.reshape(result, shape if keepdims else [n for i, n in enumerate(x.shape) if i != axis]), out)

    def accumulate(self, array, axis=0, dtype=None, out=None):
        """The results of `reduce` up to every element along an axis."""
        lines, x, axis = self.lines("accumulate", array, axis)
        lines = [list(itertools.accumulate(line, self.function)) for line in lines]
        return delivered(self.placed(lines, x, axis, x.shape[axis], dtype), out)

    def reduceat(self, array, indices, axis=0, dtype=None, out=None):
        """`reduce` within segments of an axis, from each index to the next."""
        lines, x, axis = self.lines("reduceat", array, axis)
        starts = [int(one) for one in asarray(indices).tolist()]
        for one in starts:
            if not 0 <= one < x.shape[axis]:
                raise IndexingError(f"index {one} out-of-bounds in {self.__name__}.reduceat [0, {x.shape[axis]})")
        ends = [max(one, start + 1) for start, one in zip(starts, [*starts[1:], x.shape[axis]], strict=False)]
        lines = [[functools.reduce(self.function, line[start:end]) for start, end in zip(starts, ends, strict=True)]
                 for line in lines]
        return delivered(self.placed(lines, x, axis, len(starts), dtype), out)

    def outer(self, a, b, /, **kwargs):
        """The function of every element of one tensor and every element of another."""
        self.of_two("outer product")
        a, b = tensors(a, b)
        return self(F.reshape(a, a.shape + (1,) * b.ndim), b, **kwargs)


def frompyfunc(func, /, nin, nout, *, identity=UNKNOWN):
    """A function of numbers as one of tensors, with `reduce`, `accumulate`, `reduceat` and `outer`.

    It is called with every element, for convenience, not for speed.

    Parameters
    ----------
    func : callable
        Takes Python's numbers and gives numbers. Where a gradient is wanted it is given 0-d tensors.
    nin, nout : int
        How many it takes and gives.
    identity : number, optional
        The result of `reduce` without elements.

    Returns
    -------
    PythonFunction
        NumPy's gives arrays of objects; this one tensors of the dtype that the numbers have, and what the function
        gave when it is called with numbers. ``dtype=object`` is accepted and means that.

    Examples
    --------
    >>> longest = np.frompyfunc(lambda x, y: x if abs(x) > abs(y) else y, 2, 1)
    >>> longest.accumulate([1, -3, 2]).tolist()
    [1, -3, -3]
    """
    if not callable(func):
        raise TypeError(f"frompyfunc takes a function, not {type(func).__name__}")
    return PythonFunction(func, nin, nout, identity)
