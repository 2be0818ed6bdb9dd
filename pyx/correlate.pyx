"""Sliding dot products, of which convolution and correlation are made; the loops are in `correlate.h`."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t
from libc.string cimport memcpy, memset

from mltensor._core.dtypes cimport (
    BOOL, COMPLEX64, FLOAT16, FLOAT32, INT64, is_complex, mlt_itemsize, objects, promotion)
from mltensor._core.elementwise cimport cast, contiguous, copy_into
from mltensor._core.storage cimport check_interrupt, kernel_capsule, mlt_runtime, runtime
from mltensor._core.tensor cimport Tensor, empty, empty_like, new_view, shape_tuple
from mltensor._core.view cimport flat

from mltensor.errors import DTypeError, ShapeError

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer
    enum:
        MLT_PARALLEL_THRESHOLD

cdef extern from "mltensor/correlate.h" nogil:
    ctypedef struct mlt_correlation:
        const char* a
        const char* v
        char* y
        int64_t count
        int64_t m
    int mlt_correlation_run(mlt_correlation* c, int dtype)

mlt_runtime_pointer = runtime()


cdef Tensor padded(Tensor x, int64_t before, int64_t after):
    """Contiguous elements between zeros."""
    cdef int64_t length = x.view.shape[0] + before + after, item = mlt_itemsize[x.view.dtype]
    cdef Tensor result
    x = contiguous(x)
    if before == 0 and after == 0:
        return x
    result = empty(1, &length, x.view.dtype, x.storage.device)
    memset(result.view.data, 0, before * item)
    memcpy(result.view.data + before * item, x.view.data, x.view.size * item)
    memset(result.view.data + (before + x.view.size) * item, 0, after * item)
    return result


cdef Tensor backwards(Tensor x):
    cdef int64_t stride = -x.view.strides[0]
    return new_view(x, x.view.data + (x.view.shape[0] - 1) * x.view.strides[0], 1, x.view.shape, &stride, x.view.dtype)


cdef object sliding_dot_kernel(PyObject** a):
    """Arguments a, v, before, after, reverse."""
    cdef Tensor x = <Tensor> a[0], v = <Tensor> a[1], result
    cdef int64_t before = <object> a[2], after = <object> a[3]
    cdef int dtype = promotion[x.view.dtype][v.view.dtype], computed, status
    cdef mlt_correlation c
    if x.view.ndim != 1 or v.view.ndim != 1 or x.view.size + before + after < v.view.size or v.view.size == 0:
        raise ShapeError(f"sliding_dot takes two tensors of one dimension, the second one not longer than the first "
                         f"with what is put before and after it, not {shape_tuple(x)} ({before}, {after}) and "
                         f"{shape_tuple(v)}")
    computed = FLOAT32 if dtype == FLOAT16 else dtype
    x = padded(cast(x, computed), before, after)
    v = contiguous(cast(backwards(v) if <object> a[4] else v, computed))
    c.m = v.view.size
    c.count = x.view.size - c.m + 1
    result = empty(1, &c.count, computed, x.storage.device)
    c.a = x.view.data
    c.v = v.view.data
    c.y = result.view.data
    if c.count * c.m <= MLT_PARALLEL_THRESHOLD:
        status = mlt_correlation_run(&c, computed)
    else:
        with nogil:
            status = mlt_correlation_run(&c, computed)
    if status < 0:
        raise DTypeError(f"sliding_dot is not defined for dtype {objects[dtype]}")
    check_interrupt(status)
    return cast(result, dtype)


cdef object slid(str name, Tensor a, Tensor v, object mode, bint convolving):
    """Convolution, which turns the shorter one round, or correlation, which may turn the result."""
    cdef PyObject* arguments[5]
    cdef Tensor swap, result
    cdef bint swapped, truth = a.view.dtype == BOOL and v.view.dtype == BOOL
    cdef int64_t m
    cdef object before, after, turned
    if a.view.ndim != 1 or v.view.ndim != 1:
        if not convolving or a.view.ndim > 1 or v.view.ndim > 1:
            raise ShapeError(f"{name} takes two tensors of one dimension, not {shape_tuple(a)} and {shape_tuple(v)}")
        a, v = flat(a), flat(v)
    if a.view.size == 0 or v.view.size == 0:
        raise ShapeError(f"{name}: {'a' if a.view.size == 0 else 'v'} cannot be empty")
    if truth:
        a, v = cast(a, INT64), cast(v, INT64)
    swapped = v.view.size > a.view.size
    if swapped:
        swap = a
        a = v
        v = swap
    m = v.view.size
    if mode == "same":
        before, after = m // 2, m - m // 2 - 1
    elif mode == "full":
        before, after = m - 1, m - 1
    elif mode == "valid":
        before, after = 0, 0
    else:
        raise ValueError(f"{name}: mode must be one of 'valid', 'same', or 'full' (got {mode!r})")
    turned = convolving
    arguments[0] = <PyObject*> a
    arguments[1] = <PyObject*> v
    arguments[2] = <PyObject*> before
    arguments[3] = <PyObject*> after
    arguments[4] = <PyObject*> turned
    result = sliding_dot_kernel(arguments)
    if swapped and not convolving:
        result = contiguous(backwards(result))
    return cast(result, BOOL) if truth else result


cdef object convolve_kernel(PyObject** a):
    """Arguments a, v, mode."""
    return slid("convolve", <Tensor> a[0], <Tensor> a[1], <object> a[2], True)


cdef Tensor conjugated(Tensor x):
    """A copy with the imaginary parts negated."""
    cdef Tensor result = empty_like(x, x.view.dtype)
    cdef int64_t i
    copy_into(result, x)
    if x.view.dtype == COMPLEX64:
        for i in range(x.view.size):
            (<float*> result.view.data)[2 * i + 1] = -(<float*> result.view.data)[2 * i + 1]
    else:
        for i in range(x.view.size):
            (<double*> result.view.data)[2 * i + 1] = -(<double*> result.view.data)[2 * i + 1]
    return result


cdef object correlate_kernel(PyObject** a):
    """Arguments a, v, mode."""
    cdef Tensor v = <Tensor> a[1]
    return slid("correlate", <Tensor> a[0], conjugated(v) if is_complex(v.view.dtype) else v, <object> a[2], False)


KERNELS = {
    "sliding_dot": kernel_capsule(sliding_dot_kernel),
    "convolve": kernel_capsule(convolve_kernel),
    "correlate": kernel_capsule(correlate_kernel),
}
