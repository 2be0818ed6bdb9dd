"""Tensors over memory that others own: the buffer protocol and the array protocols, zero-copy.

Nothing here touches the tape.
"""

from cpython.buffer cimport (
    PyBUF_FULL_RO, PyBuffer_Release, PyObject_CheckBuffer, PyObject_GetBuffer)
from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core.dtypes cimport (
    BFLOAT16, BOOL, COMPLEX64, COMPLEX128, DTYPE_COUNT, FLOAT16, FLOAT32, FLOAT64, INT8, UINT8, code_of, mlt_itemsize,
    objects)
from mltensor._core.elementwise cimport copy_into
from mltensor._core.storage cimport Storage, foreign_storage
from mltensor._core.tensor cimport MLT_MAX_DIMS, Tensor, empty_like, from_storage

import numpy

from mltensor.errors import DTypeError, ShapeError

cdef extern from *:
    """
    /* What lies in the object of a NumPy array: the part of NumPy's binary interface that its own macros (PyArray_DATA
     * and the like) read in every extension compiled against it. The buffer protocol says the same, but makes a format
     * string and an export for each array, which takes longer than the rest of making a tensor. */
    typedef struct {
      PyObject_HEAD
      char *data;
      int nd;
      Py_ssize_t *dimensions, *strides;
      PyObject *base, *descr;
      int flags;
    } mlt_numpy_array;
    #define MLT_NUMPY_WRITEABLE 0x0400
    #define MLT_NUMPY_WRITTEN_BACK 0x2000        /* a copy that goes to another array later */
    #define MLT_NUMPY_WARNS_OF_WRITING (1 << 31) /* read-only in the buffer protocol too */
    """
    ctypedef struct mlt_numpy_array:
        char* data
        int nd
        Py_ssize_t* dimensions
        Py_ssize_t* strides
        PyObject* descr
        int flags
    int MLT_NUMPY_WRITEABLE
    int MLT_NUMPY_WRITTEN_BACK
    int MLT_NUMPY_WARNS_OF_WRITING

cdef object array_type = numpy.ndarray


cdef Tensor over_memory(char* data, int ndim, const int64_t* shape, const int64_t* strides, int dtype, object owner,
                        bint writeable):
    """A tensor over the memory of `owner`; None where elements lie at addresses that typed loads may not use."""
    cdef int64_t low = 0, high = 0
    cdef size_t misaligned = <size_t> data
    cdef bint nothing = False
    cdef int i
    for i in range(ndim):
        nothing = nothing or shape[i] == 0
        misaligned |= <size_t> strides[i]
        if strides[i] < 0:
            low += strides[i] * (shape[i] - 1)
        else:
            high += strides[i] * (shape[i] - 1)
    if nothing:
        low = 0
        high = -mlt_itemsize[dtype]
    elif misaligned & (alignment(dtype) - 1):
        return None
    cdef Storage storage = foreign_storage(data + low, high - low + mlt_itemsize[dtype], owner, writeable)
    return from_storage(storage, data, ndim, shape, strides, dtype)


cdef inline size_t alignment(int dtype) noexcept:
    return mlt_itemsize[dtype] // 2 if dtype >= COMPLEX64 else mlt_itemsize[dtype]


# --- NumPy's arrays -------------------------------------------------------------------------

cdef PyObject* descriptors[15]
cdef int code
for code in range(DTYPE_COUNT):
    descriptors[code] = <PyObject*> objects[code]

# Arrays are read where they lie if this one lies there as the header says; else the buffer protocol says the same.
cdef object probe = numpy.zeros((2, 3), "float32")[:, ::-1]
cdef mlt_numpy_array* probed = <mlt_numpy_array*> probe
cdef bint readable = (
    sizeof(Py_ssize_t) == sizeof(int64_t) and probed.nd == 2 and probed.descr == <PyObject*> probe.dtype
    and <size_t> probed.data == probe.__array_interface__["data"][0] and probed.dimensions[0] == 2
    and probed.dimensions[1] == 3 and probed.strides[0] == 12 and probed.strides[1] == -4
    and probed.flags & MLT_NUMPY_WRITEABLE)


cdef bint has_dimensions(object array) except -1:
    return (<mlt_numpy_array*> array).nd != 0 if readable else array.ndim != 0


cdef Tensor from_array(object value):
    cdef mlt_numpy_array* array = <mlt_numpy_array*> value
    cdef Tensor t
    cdef bint writeable
    cdef int dtype
    if readable and not array.flags & MLT_NUMPY_WRITTEN_BACK:
        for dtype in range(DTYPE_COUNT):
            if array.descr == descriptors[dtype] and dtype != BFLOAT16:
                writeable = array.flags & MLT_NUMPY_WRITEABLE and not array.flags & MLT_NUMPY_WARNS_OF_WRITING
                t = over_memory(array.data, array.nd, <const int64_t*> array.dimensions,
                                <const int64_t*> array.strides, dtype, value, writeable)
                if t is not None:
                    return t
                break
    return from_buffer(value)


# --- buffers --------------------------------------------------------------------------------

cdef class Export:
    """Holds the buffer of another object until the storage over it is gone."""
    cdef Py_buffer buffer
    cdef bint held

    def __dealloc__(self):
        if self.held:
            PyBuffer_Release(&self.buffer)


cdef int format_code(const char* text, Py_ssize_t itemsize) noexcept:
    """dtype code of a format of the buffer protocol, -1 for what is not a number of ours."""
    cdef char kind
    cdef int first
    if text == NULL:
        return UINT8 if itemsize == 1 else -1
    if text[0] == c"@" or text[0] == c"=" or text[0] == c"<" or text[0] == c"|":
        text += 1
    elif (text[0] == c">" or text[0] == c"!") and itemsize == 1:
        text += 1
    kind = text[0]
    if kind == c"Z":
        kind = c"F" if text[1] == c"f" else c"D" if text[1] == c"d" else 0
        text += 1
    if kind == 0 or text[1] != 0:
        return -1
    if kind == c"d":
        return FLOAT64 if itemsize == 8 else -1
    if kind == c"f":
        return FLOAT32
    if kind == c"?":
        return BOOL
    if kind == c"e":
        return FLOAT16
    if kind == c"F":
        return COMPLEX64
    if kind == c"D":
        return COMPLEX128
    if kind in b"bhilqn":
        first = INT8
    elif kind in b"BHILQN":
        first = UINT8
    else:
        return -1
    return first + (0 if itemsize == 1 else 1 if itemsize == 2 else 2 if itemsize == 4 else 3)


cdef object refused(object value, object cause):
    """DTypeError that names the dtype of a foreign array."""
    dtype = getattr(value, "dtype", None)
    name = f"dtype {dtype}" if dtype is not None else f"its element type ({cause})"
    return DTypeError(
        f"a tensor cannot take the {type(value).__name__} with {name}: elements must be bool, integer, "
        "float or complex numbers of a standard width in native byte order; convert it with .astype() first")


cdef Tensor from_buffer(object value):
    cdef Export export = Export.__new__(Export)
    cdef Py_buffer* b = &export.buffer
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int64_t strides[MLT_MAX_DIMS]
    cdef int64_t step
    cdef int dtype, i
    cdef Tensor t
    try:
        PyObject_GetBuffer(value, b, PyBUF_FULL_RO)
    except (ValueError, BufferError) as error:
        raise refused(value, error) from None
    export.held = True
    dtype = format_code(b.format, b.itemsize)
    if dtype < 0 or mlt_itemsize[dtype] != b.itemsize or b.suboffsets != NULL:
        raise refused(value, f"buffer format {(<bytes> b.format).decode() if b.format != NULL else None!r}")
    step = b.itemsize
    for i in range(b.ndim - 1, -1, -1):
        shape[i] = b.shape[i]
        strides[i] = b.strides[i] if b.strides != NULL else step
        step *= shape[i]
    t = over_memory(<char*> b.buf, b.ndim, shape, strides, dtype, export, not b.readonly)
    # Elements of packed records.
    return t if t is not None else from_buffer(numpy.array(value, copy=True, order="C"))


# --- array protocols ------------------------------------------------------------------------

cdef Tensor from_interface(object value, object interface):
    """A tensor over memory described by an ``__array_interface__`` dict; what reads outside is refused."""
    cdef int64_t low = 0, high = 0
    cdef Tensor memory = None
    cdef bint readonly = False
    if not isinstance(interface, dict) or "shape" not in interface or "typestr" not in interface:
        raise TypeError(f"__array_interface__ of {type(value).__name__} must be a dict with 'shape' and 'typestr'")
    shape = tuple([int(n) for n in interface["shape"]])
    try:
        dtype = numpy.dtype(interface["typestr"])
        code = code_of(dtype)
    except TypeError:
        raise DTypeError(
            f"__array_interface__ of {type(value).__name__} has the typestr {interface['typestr']!r}, "
            "which is no dtype of ours") from None
    strides = interface.get("strides")
    if strides is None:
        strides = []
        step = dtype.itemsize
        for n in reversed(shape):
            strides.insert(0, step)
            step *= n
    strides = tuple([int(s) for s in strides])
    if len(strides) != len(shape) or min(shape, default=0) < 0 or len(shape) > MLT_MAX_DIMS:
        raise ShapeError(f"__array_interface__ of {type(value).__name__} has shape {shape} and strides {strides}")
    extents = [s * (n - 1) for n, s in zip(shape, strides)] if 0 not in shape else []
    first = sum([e for e in extents if e < 0])
    last = sum([e for e in extents if e > 0]) + (dtype.itemsize if 0 not in shape else 0)
    if max(-first, last) >= 2**62:
        raise ShapeError(f"__array_interface__ of {type(value).__name__}: shape {shape} is too big")
    data = interface.get("data")
    offset = int(interface.get("offset", 0))
    if isinstance(data, tuple):
        address, readonly = int(data[0]), bool(data[1])
        if address == 0 and last:
            raise ValueError(f"__array_interface__ of {type(value).__name__} has a null address")
        owner = (value, interface)
    else:
        memory = from_buffer(memoryview(value if data is None else data).cast("B"))
        if offset + first < 0 or offset + last > memory.view.size:
            raise ShapeError(
                f"__array_interface__ of {type(value).__name__} reads outside its memory: shape {shape}, strides "
                f"{strides}, offset {offset} need bytes {offset + first} to {offset + last} of {memory.view.size}")
        address, readonly = <size_t> memory.view.data, not memory.view.writeable
        owner = memory
        address += offset
    cdef int64_t c_shape[MLT_MAX_DIMS]
    cdef int64_t c_strides[MLT_MAX_DIMS]
    cdef int i
    for i in range(len(shape)):
        c_shape[i] = shape[i]
        c_strides[i] = strides[i]
    low, high = first, last
    cdef char* origin = <char*> <size_t> address
    cdef Storage storage = foreign_storage(origin + low, high - low, owner, not readonly)
    cdef Tensor result = from_storage(storage, origin, <int> len(shape), c_shape, c_strides, code)
    misaligned = address
    for s in strides:
        misaligned |= s
    if misaligned & (alignment(code) - 1):
        return cast_bytes(result)
    return result


cdef Tensor cast_bytes(Tensor misaligned):
    """An aligned copy of elements at addresses that typed loads may not use."""
    cdef Tensor bytes_view, result
    cdef int64_t shape[MLT_MAX_DIMS + 1]
    cdef int64_t strides[MLT_MAX_DIMS + 1]
    cdef int i, n = misaligned.view.ndim, itemsize = mlt_itemsize[misaligned.view.dtype]
    if n == MLT_MAX_DIMS:
        raise ShapeError(f"unaligned memory with {MLT_MAX_DIMS} dimensions cannot be read")
    result = empty_like(misaligned, misaligned.view.dtype)
    for i in range(n):
        shape[i] = misaligned.view.shape[i]
        strides[i] = misaligned.view.strides[i]
    shape[n] = itemsize
    strides[n] = 1
    bytes_view = from_storage(misaligned.storage, misaligned.view.data, n + 1, shape, strides, UINT8)
    for i in range(n):
        strides[i] = result.view.strides[i]
    copy_into(from_storage(result.storage, result.view.data, n + 1, shape, strides, UINT8), bytes_view)
    return result


# `from_dlpack` of the module above this one, which needs the conversions here for its own part.
cdef object dlpack_reader = None


def set_dlpack_reader(function):
    """Give the function that reads objects with ``__dlpack__``."""
    global dlpack_reader
    dlpack_reader = function


cdef Tensor from_protocol(object value):
    """The tensor of an object with one of the array protocols, None for other objects."""
    if isinstance(value, type):
        return None
    if PyObject_CheckBuffer(value):
        return from_buffer(value)
    interface = getattr(value, "__array_interface__", None)
    if interface is not None:
        return from_interface(value, interface)
    if hasattr(value, "__dlpack__") and hasattr(value, "__dlpack_device__"):
        return dlpack_reader(value)
    method = getattr(value, "__array__", None)
    if method is not None:
        array = method()
        if not isinstance(array, array_type):
            raise TypeError(
                f"__array__ of {type(value).__name__} gave {type(array).__name__}, not a numpy.ndarray")
        return from_buffer(array)
    return None
