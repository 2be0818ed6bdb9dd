"""Tensors from Python numbers, nested lists and arrays of others, and back to Python and NumPy.

Nothing here touches the tape, and dispatch lies above: it converts array-likes by `as_tensor`.
"""

from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.list cimport PyList_CheckExact
from cpython.long cimport PyLong_CheckExact
from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core cimport scalars
from mltensor._core.dtypes cimport (
    BOOL, COMPLEX64, COMPLEX128, FLOAT32, FLOAT64, INT64, UINT64, code_of, code_of_number, default_float_code,
    mlt_itemsize, objects, promotion)
from mltensor._core.elementwise cimport copy_into
from mltensor._core.foreign cimport from_array, from_protocol
from mltensor._core.scalars cimport write_scalar
from mltensor._core.storage cimport default_device_code, device_object
from mltensor._core.tensor cimport (
    MLT_MAX_DIMS, Tensor, empty, from_storage, requires_grad, shape_tuple)

import numpy

from mltensor.errors import DTypeError, ReadOnlyError, ShapeError

cdef extern from "Python.h":
    long long PyLong_AsLongLongAndOverflow(object value, int* overflow) except? -1
    bint PySequence_Check(object value)
    int PyTuple_CheckExact(object value)
    Py_ssize_t PySequence_Fast_GET_SIZE(object value)
    PyObject** PySequence_Fast_ITEMS(object value)
    ctypedef struct PyTypeObject:
        pass
    bint PyObject_TypeCheck(object value, PyTypeObject* cls)

cdef object array_type = numpy.ndarray
cdef object scalar_type = numpy.generic


# A type check without the detour over the metaclass.
cdef inline bint is_array(object value) noexcept:
    return PyObject_TypeCheck(value, <PyTypeObject*> array_type)


cdef inline bint is_numpy_scalar(object value) noexcept:
    return PyObject_TypeCheck(value, <PyTypeObject*> scalar_type)


# --- nested sequences -----------------------------------------------------------------------

cdef class Nest:
    """What is known of a nested sequence: its shape as far as seen, its leaves in order."""
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int known           # dimensions whose length is known
    cdef int ndim            # -1 before the first leaf
    cdef int dtype           # promoted dtype of the leaves, -1 before the first
    cdef int float_code
    cdef bint wanted         # an explicit dtype was asked for
    cdef bint arrays         # some leaf has dimensions of its own
    cdef bint graded         # some leaf requires a gradient
    cdef list leaves


cdef int python_code(object value, int float_code, bint wanted) except -2:
    """dtype code of a number, -1 for other objects."""
    cdef int overflow = 0, code
    if PyFloat_CheckExact(value):
        return float_code
    code = code_of_number(value)
    if code >= 0:
        return code
    if isinstance(value, float):
        return float_code
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        PyLong_AsLongLongAndOverflow(value, &overflow)
        if not overflow:
            return INT64
        if overflow < 0 or value >= 2**64:
            if wanted:
                return FLOAT64
            raise OverflowError(f"Python integer {hex(value):.40} fits neither int64 nor uint64; give dtype=float64")
        return UINT64
    if is_numpy_scalar(value):
        return code_of(value.dtype)
    if isinstance(value, complex):
        return COMPLEX64 if float_code == FLOAT32 else COMPLEX128
    return -1


cdef object no_tensor(object value):
    if isinstance(value, (str, bytes)):
        return DTypeError(f"a tensor holds numbers, not the {type(value).__name__} {value!r:.60}; convert it first")
    return DTypeError(
        f"cannot make a tensor of {type(value).__name__}: give a number, a nested list of numbers, "
        "or an object with the buffer, DLPack or array protocol")


cdef object ragged(Nest nest, int depth, Py_ssize_t where, object found, object expected):
    place = f"element {where} of dimension {depth - 1}" if depth else "the value"
    return ShapeError(f"the nested sequences are ragged: {place} {found}, expected {expected}")


cdef int add_leaf(Nest nest, object value, int code, int depth, Py_ssize_t where) except -1:
    if nest.ndim < 0 and nest.known == depth:
        nest.ndim = depth
    elif nest.ndim != depth:
        raise ragged(nest, depth, where, "is a number", f"a sequence of length {nest.shape[depth]}")
    nest.dtype = code if nest.dtype < 0 or nest.dtype == code else promotion[nest.dtype][code]
    nest.leaves.append(value)
    return 0


cdef int add_array(Nest nest, Tensor value, int depth, Py_ssize_t where) except -1:
    """A leaf with dimensions of its own."""
    cdef int i, n = value.view.ndim
    nest.graded = nest.graded or requires_grad(value)
    if n == 0:
        return add_leaf(nest, scalars.read_scalar(value.view.data, value.view.dtype), value.view.dtype, depth, where)
    for i in range(n):
        add_length(nest, value.view.shape[i], depth + i, where)
    if nest.ndim < 0 and nest.known == depth + n:
        nest.ndim = depth + n
    elif nest.ndim != depth + n:
        raise ragged(nest, depth, where, f"is an array of shape {shape_tuple(value)}",
                     f"one of {(nest.known if nest.ndim < 0 else nest.ndim) - depth} dimensions")
    nest.dtype = value.view.dtype if nest.dtype < 0 else promotion[nest.dtype][value.view.dtype]
    nest.arrays = True
    nest.leaves.append(value)
    return 0


cdef int add_length(Nest nest, int64_t length, int depth, Py_ssize_t where) except -1:
    if depth >= MLT_MAX_DIMS:
        raise ShapeError(
            f"sequences are nested deeper than {MLT_MAX_DIMS} levels, the most dimensions a tensor has "
            "(does a list contain itself?)")
    if depth < nest.known:
        if nest.shape[depth] != length:
            raise ragged(nest, depth, where, f"has length {length}", nest.shape[depth])
    elif nest.ndim >= 0:
        raise ragged(nest, depth, where, f"is a sequence of length {length}", "a number")
    else:
        nest.shape[depth] = length
        nest.known = depth + 1
    return 0


cdef int scan(Nest nest, object value, int depth, Py_ssize_t where) except -1:
    """Adds one value at a depth to the nest. The first elements settle the shape, so that a list that
    contains itself meets the bound on dimensions before it fans out."""
    cdef Tensor array
    cdef Py_ssize_t i, n
    cdef int code
    cdef object one
    if PyFloat_CheckExact(value):
        return add_leaf(nest, value, nest.float_code, depth, where)
    if not (PyList_CheckExact(value) or PyTuple_CheckExact(value)):
        if isinstance(value, Tensor):
            return add_array(nest, value, depth, where)
        code = python_code(value, nest.float_code, nest.wanted)
        if code >= 0:
            return add_leaf(nest, value.item() if nest.wanted and is_numpy_scalar(value) else value, code, depth, where)
        if isinstance(value, (str, bytes)):
            raise no_tensor(value)
        array = from_protocol(value)
        if array is not None:
            return add_array(nest, array, depth, where)
        if not PySequence_Check(value):
            value, code = number_of(value, nest.float_code)
            return add_leaf(nest, value, code, depth, where)
        value = list(value)
    n = len(value)
    add_length(nest, n, depth, where)
    if n == 0 and nest.ndim < 0:
        nest.ndim = depth + 1
    for i in range(n):
        if i >= len(value):
            raise ValueError("the list changed its length while it was read")
        one = value[i]
        scan(nest, one, depth + 1, i)
    return 0


cdef tuple number_of(object value, int float_code):
    """Value and dtype code of an object that converts itself to a number."""
    cls = type(value)
    if hasattr(cls, "__index__"):
        value = value.__index__()
        return value, python_code(value, float_code, False)
    if hasattr(cls, "__float__"):
        return float(value), float_code
    if hasattr(cls, "__complex__"):
        return complex(value), COMPLEX64 if float_code == FLOAT32 else COMPLEX128
    raise no_tensor(value)


cdef Tensor flat_floats(object value, int dtype, int device):
    """A tensor of a list of Python floats; None when something else is in it."""
    cdef int64_t n = PySequence_Fast_GET_SIZE(value)
    cdef PyObject** items = PySequence_Fast_ITEMS(value)
    cdef Tensor result = empty(1, &n, dtype, device)
    cdef double* wide = <double*> result.view.data
    cdef float* narrow = <float*> result.view.data
    cdef int64_t i
    for i in range(n):
        if not PyFloat_CheckExact(<object> items[i]):
            return None
        if dtype == FLOAT64:
            wide[i] = PyFloat_AS_DOUBLE(<object> items[i])
        else:
            narrow[i] = <float> PyFloat_AS_DOUBLE(<object> items[i])
    return result


cdef Tensor flat_ints(object value, int device):
    """A tensor of a list of Python ints; None when something else is in it or one is too big."""
    cdef int64_t n = PySequence_Fast_GET_SIZE(value)
    cdef PyObject** items = PySequence_Fast_ITEMS(value)
    cdef Tensor result = empty(1, &n, INT64, device)
    cdef int64_t* out = <int64_t*> result.view.data
    cdef int64_t i
    cdef int overflow = 0
    for i in range(n):
        if not PyLong_CheckExact(<object> items[i]):
            return None
        out[i] = PyLong_AsLongLongAndOverflow(<object> items[i], &overflow)
        if overflow:
            return None
    return result


cdef Tensor from_sequence(object value, int dtype, int device, int float_code, bint* graded):
    cdef Nest nest
    cdef Tensor result, part
    cdef char* p
    cdef int64_t strides[MLT_MAX_DIMS]
    cdef int code, itemsize
    cdef object first, leaf
    if (PyList_CheckExact(value) or PyTuple_CheckExact(value)) and PySequence_Fast_GET_SIZE(value) > 0:
        first = <object> PySequence_Fast_ITEMS(value)[0]
        result = None
        code = float_code if dtype < 0 else dtype
        if PyFloat_CheckExact(first) and (code == FLOAT64 or code == FLOAT32):
            result = flat_floats(value, code, device)
        elif PyLong_CheckExact(first) and (dtype < 0 or dtype == INT64):
            result = flat_ints(value, device)
        if result is not None:
            return result
    nest = Nest.__new__(Nest)
    nest.ndim = nest.dtype = -1
    nest.float_code = float_code
    nest.wanted = dtype >= 0
    nest.leaves = []
    scan(nest, value, 0, 0)
    graded[0] = nest.graded
    code = dtype if dtype >= 0 else nest.dtype if nest.dtype >= 0 else float_code
    result = empty(nest.ndim, nest.shape, code, device)
    itemsize = mlt_itemsize[code]
    p = result.view.data
    for leaf in nest.leaves:
        if nest.arrays and isinstance(leaf, Tensor):
            part = <Tensor> leaf
            strides_of(part, itemsize, strides)
            copy_into(from_storage(result.storage, p, part.view.ndim, part.view.shape, strides, code), part)
            p += part.view.size * itemsize
        else:
            write_scalar(p, code, leaf)
            p += itemsize
    return result


cdef int strides_of(Tensor t, int64_t step, int64_t* strides) noexcept:
    """C-contiguous strides for the shape of a tensor."""
    cdef int i
    for i in range(t.view.ndim - 1, -1, -1):
        strides[i] = step
        step *= t.view.shape[i]
    return 0


cdef Tensor from_range(object value, int device):
    """The numbers of a range object, written without making Python ints of them."""
    cdef int64_t n, start, step, i
    cdef Tensor result
    start, step, n = value.start, value.step, len(value)
    if n and not -2**63 <= start + (n - 1) * <object> step < 2**63:
        raise OverflowError(f"{value!r} does not fit int64")
    result = empty(1, &n, INT64, device)
    for i in range(n):
        (<int64_t*> result.view.data)[i] = start + i * step
    return result


# --- the way in -----------------------------------------------------------------------------

cdef object copy_needed(str reason):
    return ValueError(f"copy=False, but a copy is needed: {reason}")


cdef Tensor conform(Tensor t, int dtype, int device, int copy):
    """The tensor itself, or its copy with the dtype and device asked for."""
    cdef Tensor result
    if dtype < 0:
        dtype = t.view.dtype
    if device < 0:
        device = t.storage.device
    if copy != COPY_ALWAYS and dtype == t.view.dtype and device == t.storage.device:
        return t
    if copy == COPY_NEVER:
        if dtype != t.view.dtype:
            raise copy_needed(f"the dtype changes from {objects[t.view.dtype]} to {objects[dtype]}")
        raise copy_needed(f"the device changes from {device_object(t.storage.device)} to {device_object(device)}")
    result = empty(t.view.ndim, t.view.shape, dtype, device)
    copy_into(result, t)
    return result


cdef Tensor as_tensor_default(object value, int dtype, int device, int copy, int float_code):
    cdef Tensor t
    cdef int code
    cdef bint graded = False
    if isinstance(value, Tensor):
        return conform(<Tensor> value, dtype, device, copy)
    if is_array(value):
        t = from_array(value)
        if device > 0:
            t.storage.device = device
        return conform(t, dtype, device, copy)
    if PyList_CheckExact(value) or PyTuple_CheckExact(value):
        if copy == COPY_NEVER:
            raise copy_needed(f"a {type(value).__name__} is no array")
        return from_sequence(value, dtype, device if device >= 0 else default_device_code(), float_code, &graded)
    if device < 0:
        device = default_device_code()
    code = python_code(value, float_code, dtype >= 0)
    if code < 0:
        if isinstance(value, range):
            t = from_range(value, device)
            return conform(t, dtype, device, COPY_IF_NEEDED)
        if isinstance(value, (str, bytes)):
            raise no_tensor(value)
        t = from_protocol(value)
        if t is not None:
            return conform(t, dtype, device, copy)
        if PySequence_Check(value):
            return from_sequence(value, dtype, device, float_code, &graded)
        value, code = number_of(value, float_code)
    elif dtype >= 0 and dtype != code and is_numpy_scalar(value):
        value = value.item()
    if copy == COPY_NEVER:
        raise copy_needed(f"a {type(value).__name__} is no array")
    if dtype >= 0:
        code = dtype
    t = empty(0, NULL, code, device)
    write_scalar(t.view.data, code, value)
    return t


cdef Tensor as_tensor(object value, int dtype, int device, int copy):
    return as_tensor_default(value, dtype, device, copy, default_float_code())


cpdef object item(Tensor t):
    """The Python number of a tensor with one element."""
    if t is None:
        raise TypeError("item() needs a tensor, not None")
    return scalars.item(t)


def item_at(Tensor t, *index):
    """The Python number of a tensor with one element, or of the element at an index.

    Parameters
    ----------
    *index : int
        Nothing, a position in C order, or one position per dimension.
    """
    return scalars.item_at(t, index)


# --- the way out ----------------------------------------------------------------------------

def to_numpy(Tensor t):
    """A numpy.ndarray over the same memory; read-only where the tensor may not be written from outside."""
    return numpy.asarray(memoryview(t))


def to_list(Tensor t):
    """The elements as nested lists of Python numbers; a number for a 0-d tensor."""
    return scalars.to_list(t)


def array_interface(Tensor t):
    """The tensor's memory as NumPy's ``__array_interface__`` describes it."""
    if objects[t.view.dtype] is None:
        raise AttributeError("bfloat16 has no array interface; cast to float32 first")
    return {
        "version": 3,
        "shape": shape_tuple(t),
        "strides": t.strides,
        "typestr": (<object> objects[t.view.dtype]).str,
        "data": (<size_t> t.view.data, not t.view.writeable or requires_grad(t)),
    }


def set_writeable(Tensor t, bint value):
    """Say whether the elements may be assigned to; only memory that may be written can be opened again."""
    cdef int d
    if value and not t.view.writeable:
        for d in range(t.view.ndim):
            if t.view.strides[d] == 0 and t.view.shape[d] > 1:
                raise ReadOnlyError(
                    f"the elements of this view of shape {shape_tuple(t)} are repeated: write to a .copy()")
        if not t.storage.writeable or (t.base is not None and not (<Tensor> t.base).view.writeable):
            raise ReadOnlyError(
                f"this tensor of shape {shape_tuple(t)} lies in memory that its owner protects: write to a .copy()")
    t.view.writeable = value


def convert(value, dtype=None, copy=None):
    """A tensor of an array-like, off the tape.

    Parameters
    ----------
    value : array_like
        A tensor, NumPy array, number, nested sequence, or object with an array protocol.
    dtype : dtype, optional
        Asked for; by default what the value says.
    copy : bool, optional
        True always copies, False never (ValueError where it must), None where needed.

    Returns
    -------
    Tensor
    """
    return as_tensor(value, -1 if dtype is None else code_of(dtype), -1,
                     COPY_IF_NEEDED if copy is None else COPY_ALWAYS if copy else COPY_NEVER)
