"""Loops over elements and indices, and functions of numbers called with every element."""

import itertools

import numpy

from mltensor._core.create import asarray
from mltensor._core.tensor import Tensor
from mltensor._dtypes import result_type
from mltensor._functions import broadcast_arrays, broadcast_shapes
from mltensor._ops.record import F
from mltensor.errors import ReadOnlyError, ShapeError, UnsupportedError

from .arguments import tensors

__all__ = ["broadcast", "ndenumerate", "ndindex", "nditer", "vectorize"]

ndindex = numpy.ndindex


class ndenumerate:  # noqa: N801  NumPy's name
    """Pairs of an index and the element there, in C order.

    Examples
    --------
    >>> [(index, value.item()) for index, value in np.ndenumerate(np.array([[1, 2]]))]
    [((0, 0), 1), ((0, 1), 2)]
    """

    def __init__(self, arr):
        self.tensor = asarray(arr)
        self.indices = itertools.product(*map(range, self.tensor.shape))

    def __iter__(self):
        return self

    def __next__(self):
        index = next(self.indices)
        return index, self.tensor[index]


class broadcast:  # noqa: N801  NumPy's name
    """What arrays would broadcast to: ``shape``, ``size``, ``ndim``, and the elements side by side when iterated."""

    def __init__(self, *arrays):
        self.arrays = tensors(*arrays)
        self.shape = broadcast_shapes(*(one.shape for one in self.arrays))
        self.ndim = self.nd = len(self.shape)
        self.numiter = len(self.arrays)
        self.size = 1
        for length in self.shape:
            self.size *= length

    def __iter__(self):
        return zip(*(F.reshape(one, (-1,)) for one in broadcast_arrays(*self.arrays)), strict=True)


class nditer:  # noqa: N801  NumPy's name
    """The elements of one tensor or of several side by side, as 0-d views that can be written through.

    Parameters
    ----------
    op : array_like or sequence of array_like
        Several broadcast against each other; None among them is a new one for results, in `operands`.
    flags : sequence of str, optional
        'multi_index', 'c_index' and 'f_index' count along; 'refs_ok', 'zerosize_ok' and 'common_dtype' are accepted.
    op_flags : sequence of str or of sequences, optional
        'readonly' (the default) or 'readwrite' for every operand.
    order : {'K', 'C', 'F'}, optional
        By rows, by columns, or as the elements of the first operand lie in memory.

    Notes
    -----
    What hands out blocks instead of elements (external_loop, buffered) is not there: whole tensors are faster.

    Examples
    --------
    >>> a = np.array([1, 2, 3])
    >>> with np.nditer(a, op_flags=["readwrite"]) as it:
    ...     for x in it:
    ...         x[...] = 2 * x
    >>> a.tolist()
    [2, 4, 6]
    """

    ACCEPTED = ("refs_ok", "zerosize_ok", "common_dtype", "multi_index", "c_index", "f_index")

    def __init__(self, op, flags=(), op_flags=None, op_dtypes=None, order="K", **other):
        unknown = [one for one in flags if one not in self.ACCEPTED]
        if unknown or other or op_dtypes is not None:
            raise UnsupportedError(f"nditer: {', '.join([*unknown, *other]) or 'op_dtypes'} is not there; operations "
                                   "on whole tensors do the same and are faster")
        several = isinstance(op, (tuple, list)) and any(isinstance(one, (Tensor, numpy.ndarray)) for one in op)
        given = list(op) if several else [op]
        read = tensors(*(one for one in given if one is not None))
        self.shape = broadcast_shapes(*(one.shape for one in read))
        flags_of = [("writeonly",) if one is None else ("readonly",) for one in given] if op_flags is None else op_flags
        flags_of = [flags_of] * len(given) if isinstance(flags_of[0], str) else flags_of
        read = iter(read)
        given = [self.result(op) if one is None else next(read) for one in given]
        self.operands = tuple(self.operand(*pair) for pair in zip(given, flags_of, strict=True))
        self.itersize, self.ndim, self.flags = 1, len(self.shape), tuple(flags)
        for length in self.shape:
            self.itersize *= length
        if not self.itersize and "zerosize_ok" not in flags:
            raise ShapeError(f"nditer: the shape {self.shape} has no elements; the flag 'zerosize_ok' allows that")
        self.axes = self.axes_in(order)
        self.reset()

    def result(self, op):
        """A new operand for results, of the dtype that the others promote to."""
        read = tensors(*(one for one in op if one is not None))
        return F.zeros(self.shape, dtype=result_type(*read), device=read[0].device)

    def operand(self, x, flags):
        """One operand in the shape of all."""
        if {"readwrite", "writeonly"} & set(flags):
            if x.shape != self.shape:
                raise ShapeError(f"nditer: an operand of shape {x.shape} cannot be written in the shape {self.shape}")
            if not x.writeable:
                raise ReadOnlyError(f"nditer: the operand of shape {x.shape} is read-only")
            return x
        return x if x.shape == self.shape else F.broadcast_to(x, self.shape)

    def axes_in(self, order):
        """The axes from the outermost loop to the innermost."""
        axes = list(range(self.ndim))
        if order == "F":
            return axes[::-1]
        if order == "K":
            return sorted(axes, key=lambda axis: -abs(self.operands[0].strides[axis]))
        return axes

    def reset(self):
        """Begin anew."""
        self.indices = itertools.product(*(range(self.shape[axis]) for axis in self.axes))
        self.started = False
        self.step()

    def step(self):
        """Go to the next element; whether there is one."""
        found = next(self.indices, None)
        self.finished = found is None
        if not self.finished:
            index = [0] * self.ndim
            for axis, one in zip(self.axes, found, strict=True):
                index[axis] = one
            self.place = tuple(index)
        return not self.finished

    iternext = step

    @property
    def multi_index(self):
        """The index of the element."""
        if "multi_index" not in self.flags:
            raise ValueError("nditer: multi_index needs the flag 'multi_index'")
        return self.place

    @property
    def index(self):
        """The position of the element in C order or by columns."""
        if not {"c_index", "f_index"} & set(self.flags):
            raise ValueError("nditer: index needs the flag 'c_index' or 'f_index'")
        axes = range(self.ndim) if "c_index" in self.flags else reversed(range(self.ndim))
        position = 0
        for axis in axes:
            position = position * self.shape[axis] + self.place[axis]
        return position

    @property
    def value(self):
        """The elements, a tuple of several."""
        found = tuple(one[(*self.place, ...)] for one in self.operands)
        return found[0] if len(found) == 1 else found

    def __getitem__(self, key):
        return self.operands[key][(*self.place, ...)]

    def __setitem__(self, key, value):
        self.operands[key][self.place] = value

    def __len__(self):
        return len(self.operands)

    def __iter__(self):
        return self

    def __next__(self):
        # The place stays that of the element handed out until the next is asked for.
        if self.started:
            self.step()
        self.started = True
        if self.finished:
            raise StopIteration
        return self.value

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """Nothing is held back that would have to be written."""


class vectorize:  # noqa: N801  NumPy's name
    """A function of numbers as one of tensors: it is called with every element, for convenience, not for speed.

    Parameters
    ----------
    pyfunc : callable
        Takes Python's numbers and gives numbers, or a tuple of them. Where a gradient is wanted it is given 0-d
        tensors.
    otypes : str or sequence of dtype, optional
        Dtypes of the results; by default that of the first ones.
    doc : str, optional
        The docstring; by default that of the function.
    excluded : set of int or str, optional
        Arguments that are handed on whole.
    cache : bool, optional
        Accepted: the function is called once for every element in any case.
    signature : str, optional
        Functions of vectors are not there.

    Examples
    --------
    >>> np.vectorize(lambda x, y: x + y if x > y else 0)([1, 5], 3).tolist()
    [0, 8]
    """

    def __init__(self, pyfunc, otypes=None, doc=None, excluded=None, cache=False, signature=None):
        if signature is not None:
            raise UnsupportedError("vectorize: signature= is not there; apply_along_axis calls functions of vectors")
        if not callable(pyfunc):
            raise TypeError(f"vectorize takes a function, not {type(pyfunc).__name__}")
        self.pyfunc, self.cache, self.excluded = pyfunc, cache, set(excluded or ())
        self.otypes = None if otypes is None else [numpy.dtype(one) for one in otypes]
        self.__name__ = getattr(pyfunc, "__name__", "vectorize")
        self.__doc__ = pyfunc.__doc__ if doc is None else doc

    def __call__(self, *args, **kwargs):
        places = [k for k in range(len(args)) if k not in self.excluded]
        names = [name for name in kwargs if name not in self.excluded]
        arrays = broadcast_arrays(*tensors(*(args[k] for k in places), *(kwargs[name] for name in names)))
        if not arrays:
            return self.pyfunc(*args, **kwargs)
        shape = arrays[0].shape
        lines = [F.reshape(one, (-1,)) for one in arrays]
        lines = [F.unstack(one) if one.requires_grad else one.tolist() for one in lines]
        given, results = list(args), []
        for values in zip(*lines, strict=True):
            for k, value in zip(places, values, strict=False):
                given[k] = value
            named = kwargs | dict(zip(names, values[len(places):], strict=True))
            results.append(self.pyfunc(*given, **named))
        return self.gathered(results, shape)

    def gathered(self, results, shape):
        """The results of all calls as tensors."""
        if not results:
            if self.otypes is None:
                raise ShapeError("vectorize: without elements otypes= must say what the result is")
            empty = tuple(F.zeros(shape, dtype=one) for one in self.otypes)
            return empty[0] if len(empty) == 1 else empty
        several = isinstance(results[0], tuple)
        columns = zip(*results, strict=True) if several else [results]
        found = []
        for k, column in enumerate(columns):
            values = [asarray(one) for one in column]
            dtype = self.otypes[k] if self.otypes is not None else values[0].dtype
            found.append(F.reshape(F.stack([F.astype(one, dtype, copy=False) for one in values]), shape))
        return tuple(found) if several else found[0]
