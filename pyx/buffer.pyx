"""The buffer protocol: a tensor's memory for NumPy, memoryview and everything else that reads buffers."""

import numpy

from cpython.mem cimport PyMem_Malloc
from libc.stdint cimport int64_t

from mltensor._core.dtypes cimport BFLOAT16, mlt_itemsize
from mltensor._core.tensor cimport Tensor, detached, requires_grad, slots

# Of the two C types of 64 bits, long and long long, NumPy's int64 is one, and compiled code that asks for an
# array's type number knows that one only.
cdef list buffer_formats = [b"?", b"b", b"h", b"i", numpy.dtype("int64").char.encode(), b"B", b"H", b"I",
                            numpy.dtype("uint64").char.encode(), b"e", None, b"f", b"d", b"Zf", b"Zd"]

cdef extern from "Python.h":
    enum:
        PyBUF_WRITABLE
        PyBUF_FORMAT
        PyBUF_ND
        PyBUF_STRIDES
        PyBUF_C_CONTIGUOUS
        PyBUF_F_CONTIGUOUS
        PyBUF_ANY_CONTIGUOUS


cdef bint fortran_contiguous(Tensor t) noexcept nogil:
    cdef int64_t expected = mlt_itemsize[t.view.dtype]
    cdef int i
    for i in range(t.view.ndim):
        if t.view.shape[i] != 1 and t.view.strides[i] != expected:
            return False
        expected *= t.view.shape[i]
    return True


cdef int fill_buffer(Tensor t, Py_buffer* buffer, int flags) except -1:
    """Export the memory. A tensor on the tape is exported read-only: a write would bypass it."""
    cdef bint readonly = not t.view.writeable or requires_grad(t)
    cdef int n = t.view.ndim
    buffer.obj = None
    buffer.internal = NULL
    if t.view.dtype == BFLOAT16:
        raise BufferError("bfloat16 has no format in the buffer protocol; cast to float32 first")
    if flags & PyBUF_WRITABLE and readonly:
        raise BufferError("this tensor is read-only for others: it requires a gradient or its "
                          "memory may not be written; use .detach() or .copy()")
    if (flags & PyBUF_C_CONTIGUOUS) == PyBUF_C_CONTIGUOUS and not t.view.contiguous:
        raise BufferError("the tensor is not C-contiguous")
    if (flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS and not fortran_contiguous(t):
        raise BufferError("the tensor is not Fortran-contiguous")
    if ((flags & PyBUF_ANY_CONTIGUOUS) == PyBUF_ANY_CONTIGUOUS and not t.view.contiguous
            and not fortran_contiguous(t)):
        raise BufferError("the tensor is not contiguous")
    if (flags & PyBUF_STRIDES) != PyBUF_STRIDES and not t.view.contiguous:
        raise BufferError("the tensor is not contiguous and the consumer did not ask for strides")
    cdef Py_ssize_t* dims = <Py_ssize_t*> PyMem_Malloc(2 * (n + 1) * sizeof(Py_ssize_t))
    if dims == NULL:
        raise MemoryError()
    for i in range(n):
        dims[i] = t.view.shape[i]
        dims[n + i] = t.view.strides[i]
    buffer.internal = dims
    buffer.buf = t.view.data
    buffer.len = t.view.size * mlt_itemsize[t.view.dtype]
    buffer.itemsize = mlt_itemsize[t.view.dtype]
    buffer.readonly = readonly
    buffer.ndim = n
    buffer.format = <char*> (<bytes> buffer_formats[t.view.dtype]) if flags & PyBUF_FORMAT else NULL
    buffer.shape = dims if (flags & PyBUF_ND) == PyBUF_ND else NULL
    buffer.strides = dims + n if (flags & PyBUF_STRIDES) == PyBUF_STRIDES else NULL
    buffer.suboffsets = NULL
    # Not the tensor itself: `set_data` may give that other memory while this is in use.
    buffer.obj = detached(t)
    return 0


slots.export_buffer = fill_buffer
