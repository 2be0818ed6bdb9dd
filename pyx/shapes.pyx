"""Shapes and axes as people give them, checked: before memory is touched, sizes are known to fit."""

from libc.stdint cimport int64_t, uint64_t

from mltensor._core.dtypes cimport code_of_number, mlt_itemsize, objects

import operator
from reprlib import repr as shortened

from mltensor.errors import AxisError, ShapeError

cdef extern from "Python.h":
    object PyNumber_Index(object o)


cdef int64_t checked_size(int ndim, const int64_t* shape, int dtype) except -1:
    cdef int64_t size = mlt_itemsize[dtype]
    cdef bint zero = False
    cdef int i
    for i in range(ndim):
        if shape[i] < 0:
            raise ShapeError(f"negative dimensions are not allowed: {[shape[k] for k in range(ndim)]}")
        zero = zero or shape[i] == 0
    if zero:
        return 0
    for i in range(ndim):
        if size > (<int64_t> 1 << 62) // shape[i]:
            raise ShapeError(
                f"a tensor of shape {tuple([shape[k] for k in range(ndim)])} and dtype "
                f"{objects[dtype]} is too big: its size in bytes does not fit an integer")
        size *= shape[i]
    return size // mlt_itemsize[dtype]


cdef extern from *:
    bint mlt_mul_overflow "__builtin_mul_overflow"(int64_t a, int64_t b, int64_t* result) nogil
    bint mlt_add_overflow "__builtin_add_overflow"(int64_t a, int64_t b, int64_t* result) nogil


cdef int64_t times(str name, int64_t a, int64_t b) except? -1:
    cdef int64_t result
    if mlt_mul_overflow(a, b, &result):
        raise ShapeError(f"{name}: a dimension of {a} times {b} elements is too big")
    return result


cdef int64_t plus(str name, int64_t a, int64_t b) except? -1:
    cdef int64_t result
    if mlt_add_overflow(a, b, &result):
        raise ShapeError(f"{name}: a dimension of {a} plus {b} elements is too big")
    return result


cdef int normalize_axis(object axis, int ndim, str argument=None) except -1:
    cdef Py_ssize_t k
    try:
        k = operator.index(axis)
    except TypeError:
        raise TypeError(f"an axis must be an integer, not {type(axis).__name__}") from None
    except OverflowError:
        raise AxisError(str(axis), ndim, argument) from None
    if k < -ndim or k >= ndim:
        raise AxisError(int(k), ndim, argument)
    return <int> (k + ndim if k < 0 else k)


cdef uint64_t axis_mask(object axis, int ndim) except? 0:
    cdef uint64_t mask = 0, bit
    if axis is None:
        return (<uint64_t> 1 << ndim) - 1 if ndim < 64 else <uint64_t> -1
    if not isinstance(axis, (tuple, list)):
        return <uint64_t> 1 << normalize_axis(axis, ndim)
    for one in axis:
        bit = <uint64_t> 1 << normalize_axis(one, ndim)
        if mask & bit:
            raise ValueError(f"duplicate axis in {tuple(axis)}")
        mask |= bit
    return mask


cdef uint64_t reduced_axes(object axis, int ndim) except? 0:
    """`axis_mask` for reductions: a number has no axis to lose, and 0 and -1 name it, as in NumPy and PyTorch."""
    if ndim == 0 and isinstance(axis, int) and (axis == 0 or axis == -1):
        return 0
    return axis_mask(axis, ndim)


cdef int read_shape(object shape, int64_t* out) except -1:
    cdef int n = 0
    if not isinstance(shape, (tuple, list)):
        try:
            shape = (shape,) if code_of_number(shape) >= 0 else tuple(shape)
        except TypeError:
            shape = (shape,)
    if len(shape) > MLT_MAX_DIMS:
        raise ShapeError(f"a tensor has at most {MLT_MAX_DIMS} dimensions, not {len(shape)}")
    for length in shape:
        try:
            out[n] = PyNumber_Index(length)
        except TypeError:
            raise TypeError(
                f"a shape consists of integers, not {type(length).__name__}: {shortened(shape)}") from None
        except OverflowError:
            raise ShapeError(f"the dimension {length} of shape {shortened(shape)} is too big") from None
        n += 1
    return n


def normalized_axes(axis, int ndim, str argument=None):
    """An axis or a sequence of them as a tuple of distinct non-negative integers; None: all.

    Where a call has several arguments that name axes, `argument` says in errors which of them it was.
    """
    if axis is None:
        return tuple(range(ndim))
    given = axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = tuple([normalize_axis(one, ndim, argument) for one in given])
    if len(set(axes)) != len(axes):
        raise ShapeError(f"duplicate axis in {axis}" if argument is None else f"{argument}: repeated axis in {axis}")
    return axes
