"""New tensors: the creation functions that small programs call often.

Names, parameters and meaning are NumPy's and the Array API's; `zeros(2, 3)` means the shape (2, 3).
"""

from cpython.list cimport PyList_CheckExact
from cpython.long cimport PyLong_AsLongLong, PyLong_CheckExact
from libc.stdint cimport int64_t
from libc.string cimport memset

from mltensor._core.dtypes cimport FLOAT64, code_of, default_float_code, mlt_itemsize
from mltensor._core.elementwise cimport copy_into, fill
from mltensor._core.interop cimport (
    COPY_ALWAYS, COPY_IF_NEEDED, COPY_NEVER, as_tensor, as_tensor_default, from_sequence, python_code)
from mltensor._core.scalars cimport write_scalar
from mltensor._core.storage cimport default_device_code, device_code
from mltensor._core.shapes cimport read_shape
from mltensor._core.tensor cimport (
    MLT_MAX_DIMS, Tensor, empty as new_tensor, from_storage, like_class, requires_grad as on_tape)

import operator

from mltensor.errors import ShapeError, UnsupportedError

stack = None


def plug_stack(function):
    """Give `array` the operation that joins tensors of the tape."""
    global stack
    stack = function


cdef extern from "Python.h":
    int PyTuple_CheckExact(object value)
    long long PyLong_AsLongLongAndOverflow(object value, int* overflow) except? -1

# Bytes from which filling is left to the threads.
cdef enum:
    LARGE = 1 << 20


# --- arguments ------------------------------------------------------------------------------

cdef Tensor allocate(object shape, tuple more, object dtype, object order, object device, int fallback):
    """Uninitialised memory as a creation function's arguments say. dtype None gives `fallback`.

    `more` are positional arguments after the shape: the other dimensions, ``zeros(2, 3)``, where NumPy
    would have taken 3 for a dtype and failed; or NumPy's dtype and order.
    """
    cdef int64_t dims[MLT_MAX_DIMS]
    cdef int ndim, code
    if more:
        if type(more[0]) is int:
            shape = (shape, *more)
        elif dtype is not None or len(more) > 2 or (len(more) == 2 and order != "C"):
            raise TypeError("the arguments after the shape are a dtype and an order, each given once, or the other "
                            "dimensions as integers")
        else:
            dtype = more[0]
            order = more[1] if len(more) == 2 else order
    if PyLong_CheckExact(shape):
        try:
            dims[0] = PyLong_AsLongLong(shape)
        except OverflowError:
            raise ShapeError(f"a tensor of {shape} elements is too big") from None
        ndim = 1
    else:
        ndim = lengths(shape, dims)
    code = fallback if dtype is None else code_of(dtype)
    if ndim == 1 and dims[0] < 0:
        raise ShapeError(f"negative dimensions are not allowed: {dims[0]}")
    t = new_tensor(ndim, dims, code, default_device_code() if device is None else device_code(device))
    return t if order is None or order in ("C", "K", "A") else ordered(t, order)


cdef int lengths(object shape, int64_t* dims) except -1:
    """`read_shape` with a short way for a tuple of small ints, as most shapes are."""
    cdef Py_ssize_t i
    cdef int overflow = 0
    if not PyTuple_CheckExact(shape) or len(<tuple> shape) > MLT_MAX_DIMS:
        return read_shape(shape, dims)
    for i in range(len(<tuple> shape)):
        if not PyLong_CheckExact((<tuple> shape)[i]):
            return read_shape(shape, dims)
        dims[i] = PyLong_AsLongLongAndOverflow((<tuple> shape)[i], &overflow)
        if overflow:
            return read_shape(shape, dims)
    return <int> len(<tuple> shape)


cdef int check_order(object order) except -1:
    if not isinstance(order, str):
        raise TypeError(f"order must be 'C', 'F', 'A' or 'K', not of type {type(order).__name__}")
    if order not in ("C", "F", "A", "K"):
        raise ValueError(f"order must be 'C', 'F', 'A' or 'K', not {order!r}")
    return 0


cdef Tensor ordered(Tensor t, object order):
    """The same memory with its dimensions in Fortran's order."""
    cdef int64_t strides[MLT_MAX_DIMS]
    cdef int64_t step = mlt_itemsize[t.view.dtype]
    cdef int i
    check_order(order)
    for i in range(t.view.ndim):
        strides[i] = step
        step *= t.view.shape[i] if t.view.shape[i] else 1
    return from_storage(t.storage, t.view.data, t.view.ndim, t.view.shape, strides, t.view.dtype)


cdef Tensor same_shape_as(object source, object dtype, object order, object shape, object device):
    """Uninitialised memory with the shape, dtype, device and class of another tensor."""
    cdef Tensor t, other
    cdef int64_t dims[MLT_MAX_DIMS]
    cdef int code
    other = source if isinstance(source, Tensor) else as_tensor(source, -1, -1, COPY_IF_NEEDED)
    code = other.view.dtype if dtype is None else code_of(dtype)
    where = other.storage.device if device is None else device_code(device)
    if shape is None:
        t = new_tensor(other.view.ndim, other.view.shape, code, where)
    else:
        t = new_tensor(read_shape(shape, dims), dims, code, where)
    if order != "K":
        check_order("C" if order is None else order)
        if order == "F":
            t = ordered(t, order)
    if type(other) is not Tensor:
        t = like_class(t, getattr(type(other), "_result_class", Tensor))
    return t


cdef int clear(Tensor t) except -1:
    cdef int64_t nbytes = t.view.size * mlt_itemsize[t.view.dtype]
    if nbytes < LARGE:
        memset(t.view.data, 0, nbytes)
    else:
        fill(t, 0)
    return 0


cdef object finish(Tensor t, object wants_grad):
    """The new tensor, a leaf of the tape where that was asked for."""
    return t.requires_grad_(True) if wants_grad else t


# --- constants ------------------------------------------------------------------------------

def empty(shape, *more, dtype=None, order="C", device=None, requires_grad=False):
    """Tensor of a shape whose elements are whatever the memory held.

    Parameters
    ----------
    shape : int or tuple of int
        Lengths of the dimensions; may be given one by one, ``empty(2, 3)``.
    *more
        The other dimensions, or the dtype and the order as positional arguments.
    dtype : dtype, optional
        By default float64.
    order : {'C', 'F'}, optional
        Rows or columns next to each other in memory.
    device : device, optional
        By default the CPU.
    requires_grad : bool, optional
        Record what is computed from the tensor.

    Returns
    -------
    Tensor
    """
    cdef Tensor t = allocate(shape, more, dtype, order, device, default_float_code())
    return finish(t, requires_grad) if requires_grad else t


def zeros(shape, *more, dtype=None, order="C", device=None, requires_grad=False):
    """Tensor of a shape filled with zeros. Parameters as of :func:`empty`.

    Examples
    --------
    >>> np.zeros((2, 3))
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    cdef Tensor t = allocate(shape, more, dtype, order, device, default_float_code())
    clear(t)
    return finish(t, requires_grad) if requires_grad else t


def ones(shape, *more, dtype=None, order="C", device=None, requires_grad=False):
    """Tensor of a shape filled with ones. Parameters as of :func:`empty`.

    Examples
    --------
    >>> np.ones(3)
    tensor([1., 1., 1.])
    """
    cdef Tensor t = allocate(shape, more, dtype, order, device, default_float_code())
    fill(t, 1)
    t.storage.version = 0
    return finish(t, requires_grad) if requires_grad else t


cdef Tensor fill_any(Tensor t, object value):
    """Fills with a number, or with the elements of an array broadcast to the shape."""
    if python_code(value, FLOAT64, True) >= 0:
        fill(t, value)
        t.storage.version = 0
    elif isinstance(value, Tensor) and on_tape(value):
        t[...] = value
    else:
        copy_into(t, as_tensor(value, -1, -1, COPY_IF_NEEDED))
        t.storage.version = 0
    return t


def full(shape, fill_value, dtype=None, order="C", *, device=None, requires_grad=False):
    """Tensor of a shape filled with a value.

    Parameters
    ----------
    shape : int or tuple of int
        Lengths of the dimensions.
    fill_value : number or array_like
        The value, or values that are broadcast to the shape.
    dtype : dtype, optional
        By default that of `fill_value`.
    order, device, requires_grad
        As for :func:`empty`.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> np.full(3, 2.5)
    tensor([2.5000, 2.5000, 2.5000])
    """
    cdef int code = -1
    if dtype is None:
        code = python_code(fill_value, default_float_code(), False)
        if code < 0:
            if not isinstance(fill_value, Tensor):
                fill_value = as_tensor(fill_value, -1, -1, COPY_IF_NEEDED)
            code = (<Tensor> fill_value).view.dtype
    elif type(dtype) is int:
        raise TypeError("full(shape, fill_value) takes the shape as one tuple")
    return finish(fill_any(allocate(shape, (), dtype, order, device, code), fill_value), requires_grad)


def empty_like(x, dtype=None, order="K", subok=True, shape=None, *, device=None, requires_grad=False):
    """Tensor with the shape, dtype and device of another, elements whatever the memory held."""
    return finish(same_shape_as(x, dtype, order, shape, device), requires_grad)


def zeros_like(x, dtype=None, order="K", subok=True, shape=None, *, device=None, requires_grad=False):
    """Tensor of zeros with the shape, dtype and device of another."""
    cdef Tensor t = same_shape_as(x, dtype, order, shape, device)
    clear(t)
    return finish(t, requires_grad) if requires_grad else t


def ones_like(x, dtype=None, order="K", subok=True, shape=None, *, device=None, requires_grad=False):
    """Tensor of ones with the shape, dtype and device of another."""
    cdef Tensor t = same_shape_as(x, dtype, order, shape, device)
    fill(t, 1)
    t.storage.version = 0
    return finish(t, requires_grad) if requires_grad else t


def full_like(x, fill_value, dtype=None, order="K", subok=True, shape=None, *, device=None, requires_grad=False):
    """Tensor of one value with the shape, dtype and device of another."""
    return finish(fill_any(same_shape_as(x, dtype, order, shape, device), fill_value), requires_grad)


def eye(N, M=None, k=0, dtype=None, order="C", *, device=None, requires_grad=False):
    """Matrix with ones on a diagonal and zeros elsewhere.

    Parameters
    ----------
    N, M : int
        Rows and columns; by default as many columns as rows.
    k : int, optional
        The diagonal: 0 the main one, above it positive.
    dtype, order, device, requires_grad
        As for :func:`empty`.

    Returns
    -------
    Tensor of shape (N, M)

    Examples
    --------
    >>> np.eye(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    cdef Tensor t = allocate((N, N if M is None else M), (), dtype, order, device, default_float_code())
    cdef int64_t rows = t.view.shape[0], columns = t.view.shape[1]
    cdef int64_t shift = max(-rows, min(columns, operator.index(k)))
    cdef int64_t row = 0 if shift > 0 else -shift
    clear(t)
    while row < rows and row + shift < columns:
        write_scalar(t.view.data + row * t.view.strides[0] + (row + shift) * t.view.strides[1], t.view.dtype, 1)
        row += 1
    return finish(t, requires_grad)


# --- from values ----------------------------------------------------------------------------

cdef object stacked(object value):
    """A nested sequence with tensors of the tape inside, joined by recorded operations."""
    if isinstance(value, (list, tuple)):
        return stack([stacked(one) for one in value])
    return as_tensor(value, -1, -1, COPY_IF_NEEDED) if not isinstance(value, Tensor) else value


cdef object make(object value, object dtype, object device, int copy, object order, int float_code):
    cdef int code = -1 if dtype is None else code_of(dtype)
    cdef int place = -1 if device is None else device_code(device)
    cdef bint graded = False
    cdef Tensor t
    if isinstance(value, Tensor):
        t = <Tensor> value
        if ((code < 0 or code == t.view.dtype) and (place < 0 or place == t.storage.device)
                and copy != COPY_ALWAYS):
            result = t
        elif on_tape(t):
            if copy == COPY_NEVER:
                as_tensor(value, code, place, copy)
            result = t.copy() if copy == COPY_ALWAYS else t
            result = result if code < 0 else result.astype(dtype)
            result = result if place < 0 else result.to(device)
        else:
            result = as_tensor(value, code, place, copy)
            if type(t) is not Tensor:
                result = like_class(result, getattr(type(t), "_result_class", Tensor))
    elif copy != COPY_NEVER and (PyList_CheckExact(value) or PyTuple_CheckExact(value)):
        result = from_sequence(value, code, default_device_code() if place < 0 else place,
                               float_code, &graded)
        if graded:
            joined = stacked(value)
            result = joined if joined.dtype == result.dtype else joined.astype(result.dtype)
    else:
        result = as_tensor_default(value, code, place, copy, float_code)
    if order is not None and order != "K":
        if order == "F" and (<Tensor> result).view.ndim > 1:
            return in_fortran_order(result, copy)
        check_order(order)
    return result


cdef object in_fortran_order(Tensor source, int copy):
    cdef Tensor t = ordered(new_tensor(source.view.ndim, source.view.shape, source.view.dtype,
                                       source.storage.device), "F")
    if source.strides == t.strides:
        return source
    if copy == COPY_NEVER:
        raise ValueError("copy=False, but order='F' needs a copy")
    if on_tape(source):
        raise UnsupportedError("order='F' cannot be asked of a tensor that requires a gradient; the order of "
                               "memory has no bearing on results, leave it out")
    copy_into(t, source)
    return t


cdef inline int copy_mode(object copy) except -1:
    return COPY_IF_NEEDED if copy is None else COPY_ALWAYS if copy else COPY_NEVER


def asarray(obj, dtype=None, order=None, *, device=None, copy=None, requires_grad=False):
    """A tensor of anything array-like; without copying where that is possible.

    Parameters
    ----------
    obj : array_like
        A tensor, a NumPy array (whose memory is then shared), a number, a nested sequence, an object
        with the buffer protocol, DLPack, ``__array__`` or ``__array_interface__``.
    dtype : dtype, optional
        By default what `obj` says; Python floats become float64, ints int64.
    order : {'C', 'F', 'A', 'K'}, optional
        'F' lays the elements out by columns.
    device : device, optional
        By default where `obj` is.
    copy : bool, optional
        True always copies, False never (ValueError where it must), None where needed.
    requires_grad : bool, optional
        Record what is computed from the tensor.

    Returns
    -------
    Tensor

    Raises
    ------
    ShapeError
        For ragged sequences, naming the element.
    DTypeError
        For strings, objects, dates and other things that are no numbers.

    Examples
    --------
    >>> np.asarray([[1, 2], [3, 4]])
    tensor([[1, 2],
            [3, 4]])
    """
    result = make(obj, dtype, device, COPY_IF_NEEDED if copy is None else copy_mode(copy), order, default_float_code())
    if requires_grad:
        return result.requires_grad_(True)
    return result


def array(object, dtype=None, *, copy=True, order="K", subok=False, ndmin=0, device=None, requires_grad=False):
    """A new tensor of anything array-like; it has its own memory.

    Parameters as of :func:`asarray`, and:

    Parameters
    ----------
    copy : bool, optional
        True by default. None shares memory where possible, False insists on it.
    ndmin : int, optional
        Least number of dimensions; ones are put in front.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> np.array([1.5, 2.5])
    tensor([1.5000, 2.5000])
    """
    result = make(object, dtype, device, copy_mode(copy), order, default_float_code())
    if (<Tensor> result).view.ndim < ndmin:
        result = result.reshape((1,) * (ndmin - result.ndim) + result.shape)
    if requires_grad:
        return result.requires_grad_(True)
    return result


def from_data(obj, dtype=None, device=None, copy=None, default=None):
    """:func:`asarray` with a dtype of its own for Python floats.

    Parameters
    ----------
    obj, dtype, device, copy
        As for :func:`asarray`.
    default : dtype, optional
        What Python floats become.

    Returns
    -------
    Tensor
    """
    return make(obj, dtype, device, copy_mode(copy), "K",
                default_float_code() if default is None else code_of(default))
