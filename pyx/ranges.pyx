"""Ranges: evenly spaced numbers, as NumPy computes them."""

from libc.math cimport ceil
from libc.stdint cimport int64_t, uint64_t

from mltensor._core.dtypes cimport (
    BOOL, FLOAT16, FLOAT32, FLOAT64, INT64, UINT64, code_of, default_float_code, is_complex, promotion)
from mltensor._core.elementwise cimport cast
from mltensor._core.interop cimport COPY_IF_NEEDED, as_tensor, python_code
from mltensor._core.scalars cimport read_scalar, write_scalar
from mltensor._core.storage cimport default_device_code, device_code
from mltensor._core.tensor cimport Tensor, empty as new_tensor

import operator

from mltensor.errors import DTypeError, ShapeError


cdef object plain_number(object value, str name):
    """A Python number of what arange was given."""
    if isinstance(value, (int, float)):
        return value
    if hasattr(value, "item"):
        value = value.item()
    elif hasattr(type(value), "__index__"):
        value = operator.index(value)
    if isinstance(value, complex) or not isinstance(value, (int, float)):
        raise DTypeError(f"arange: {name} must be a real number, not {value!r}")
    return value


cdef int number_code(object value) except -1:
    cdef int code
    if isinstance(value, Tensor):
        return (<Tensor> value).view.dtype
    code = python_code(value, default_float_code(), False)
    if code < 0:
        code = as_tensor(value, -1, -1, COPY_IF_NEEDED).view.dtype
    return INT64 if code == BOOL else code


cdef int64_t range_length(object start, object stop, object step) except -1:
    cdef double length
    if step == 0:
        raise ZeroDivisionError("arange: the step must not be zero")
    if isinstance(start, int) and isinstance(stop, int) and isinstance(step, int):
        count = len(range(start, stop, step)) if abs(stop - start) < 2**63 else 2**63
    else:
        length = ceil((stop - start) / step)
        if length != length:
            raise ValueError(f"arange: a range from {start} to {stop} by {step} has no length")
        count = 2**63 if length >= 2.0**62 else max(0, <int64_t> length)
    if count >= 2**62:
        raise ShapeError(f"arange: a range from {start} to {stop} by {step} is too big")
    return count


cdef int write_range(Tensor t, object start, object step) except -1:
    """start, start + step, ... as NumPy computes them: from the first value and the rounded difference
    of the first two."""
    cdef int64_t i, n = t.view.size
    cdef int code = t.view.dtype
    cdef double first, delta
    cdef float first_single, delta_single
    cdef uint64_t first_integer, delta_integer
    cdef char second[16]
    if n == 0:
        return 0
    if code == INT64 or code == UINT64:
        # Modulo 2**64, in which both dtypes agree.
        first_integer = int(start) & 0xFFFFFFFFFFFFFFFF
        delta_integer = (int(start + step) - int(start)) & 0xFFFFFFFFFFFFFFFF
        for i in range(n):
            (<uint64_t*> t.view.data)[i] = first_integer + <uint64_t> i * delta_integer
        return 0
    write_scalar(t.view.data, code, start)
    write_scalar(second, code, start + step)
    if code == FLOAT64:
        first = (<double*> t.view.data)[0]
        delta = (<double*> second)[0] - first
        for i in range(n):
            (<double*> t.view.data)[i] = first + i * delta
        return 0
    first_single = read_scalar(t.view.data, code)
    delta_single = <float> <double> read_scalar(second, code) - first_single
    if code == FLOAT32:
        for i in range(n):
            (<float*> t.view.data)[i] = first_single + <float> i * delta_single
    else:
        for i in range(n):
            write_scalar(t.view.data + 2 * i, code, first_single + <float> i * delta_single)
    return 0


def arange(start=None, stop=None, step=1, dtype=None, *, device=None, requires_grad=False):
    """Evenly spaced numbers from `start` up to, not including, `stop`.

    Parameters
    ----------
    start : number, optional
        First number, 0 when only `stop` is given.
    stop : number
        Where it ends.
    step : number, optional
        Distance between neighbours.
    dtype : dtype, optional
        By default int64 for integers, float64 for floats.
    device, requires_grad
        As for :func:`empty`.

    Returns
    -------
    Tensor of shape (ceil((stop - start) / step),)

    Examples
    --------
    >>> np.arange(5)
    tensor([0, 1, 2, 3, 4])
    """
    cdef Tensor t
    cdef int64_t n
    cdef int code, place
    if stop is None:
        if start is None:
            raise TypeError("arange needs at least the end of the range")
        start, stop = 0, start
    elif start is None:
        start = 0
    if step is None:
        step = 1
    if type(start) is int and type(stop) is int and type(step) is int:
        code = INT64 if -2**63 <= start < 2**63 and -2**63 <= stop <= 2**63 else UINT64
    else:
        code = promotion[promotion[number_code(start)][number_code(stop)]][number_code(step)]
        start, stop, step = plain_number(start, "start"), plain_number(stop, "stop"), plain_number(step, "step")
    if dtype is not None:
        code = code_of(dtype)
    n = range_length(start, stop, step)
    if code == BOOL and n > 2:
        raise DTypeError("arange: a range of bools has at most two elements")
    place = default_device_code() if device is None else device_code(device)
    if code == FLOAT64 or code == FLOAT32 or code == FLOAT16 or code == INT64 or code == UINT64:
        t = new_tensor(1, &n, code, place)
        write_range(t, start, step)
    else:
        t = new_tensor(1, &n, FLOAT64 if is_complex(code) else INT64, place)
        write_range(t, start, step)
        t = cast(t, code)
    return t.requires_grad_(True) if requires_grad else t


def spaced(double start, double stop, int64_t num, int64_t pieces, device=None):
    """`num` numbers from `start` towards `stop` in `pieces` equal steps, in float64.

    The last one is `stop` itself when there are as many steps as lie between the numbers.
    """
    cdef Tensor t = new_tensor(1, &num, FLOAT64, default_device_code() if device is None else device_code(device))
    cdef double* out = <double*> t.view.data
    cdef double step = (stop - start) / pieces if pieces > 0 else 0.0
    cdef int64_t i
    if step != 0.0:
        for i in range(num):
            out[i] = i * step + start
    else:
        # The step underflowed, or there is none: scale last.
        for i in range(num):
            out[i] = (<double> i / (pieces if pieces > 0 else 1)) * (stop - start) + start
    if num > 1 and pieces == num - 1:
        out[num - 1] = stop
    return t
