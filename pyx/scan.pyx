"""Running sums and products: the Array API's cumulative_sum and cumulative_prod, NumPy's cumsum and cumprod."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core.dtypes cimport (
    BFLOAT16, FLOAT16, FLOAT32, INT64, UINT8, UINT64, code_of, is_inexact, objects, promotion)
from mltensor._core.elementwise cimport cast, contiguous
from mltensor._core.storage cimport check_interrupt, kernel_capsule, mlt_runtime, runtime
from mltensor._core.shapes cimport normalize_axis
from mltensor._core.tensor cimport MLT_MAX_DIMS, Tensor, empty, empty_like, same_shape, shape_tuple

from mltensor.errors import DTypeError, ShapeError

cdef extern from "Python.h":
    PyObject* Py_None

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer
    enum:
        MLT_PARALLEL_THRESHOLD

cdef extern from "mltensor/scan.h" nogil:
    enum:
        MLT_SCAN_THRESHOLD
    ctypedef struct mlt_scan:
        const char* source
        char* result
        int64_t outer
        int64_t n
        int64_t m
        int initial
    int mlt_scan_run(mlt_scan* scan, int product, int dtype)
    ctypedef struct mlt_recurrence:
        const char* factors
        const char* terms
        char* result
        int64_t outer
        int64_t n
        int64_t m
    int mlt_recurrence_run(mlt_recurrence* recurrence, int dtype)

mlt_runtime_pointer = runtime()


cdef Tensor scan(Tensor x, int axis, bint flat, object dtype, bint product, bint initial):
    """Along one axis, or over all elements in C order when `flat`."""
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef mlt_scan s
    cdef Tensor result
    cdef int i, status, target, computed, ndim = x.view.ndim
    if dtype is None:
        target = x.view.dtype
        if not is_inexact(target):
            target = UINT64 if target >= UINT8 else INT64
    else:
        target = code_of(dtype)
    if target == BFLOAT16 or x.view.dtype == BFLOAT16:
        raise DTypeError(f"a running {'product' if product else 'sum'} is not defined for dtype {objects[BFLOAT16]}")
    # Integers run in 64 bits; cutting them afterwards is what their own arithmetic gives.
    computed = target if is_inexact(target) else UINT64 if target >= UINT8 else INT64
    x = contiguous(cast(cast(x, target), computed))
    s.outer = s.m = 1
    if flat:
        s.n = x.view.size
        ndim = 1
        shape[0] = s.n + initial
    else:
        s.n = x.view.shape[axis]
        for i in range(ndim):
            shape[i] = x.view.shape[i]
            if i < axis:
                s.outer *= shape[i]
            elif i > axis:
                s.m *= shape[i]
        shape[axis] += initial
    result = empty(ndim, shape, computed, x.storage.device)
    s.source = x.view.data
    s.result = result.view.data
    s.initial = initial
    if result.view.size <= MLT_SCAN_THRESHOLD:
        status = mlt_scan_run(&s, product, computed)
    else:
        with nogil:
            status = mlt_scan_run(&s, product, computed)
    check_interrupt(status)
    return cast(result, target)


cdef object cumulative(PyObject** a, bint product, str name):
    """Arguments x, axis, dtype, out, include_initial; the axis may be left out for one dimension only."""
    cdef Tensor x = <Tensor> a[0]
    cdef int axis = 0
    if a[1] != Py_None:
        axis = normalize_axis(<object> a[1], x.view.ndim)
    elif x.view.ndim != 1:
        raise ShapeError(
            f"{name} of a tensor of shape {shape_tuple(x)} needs axis=; it may be left out for one dimension only")
    return scan(x, axis, False, <object> a[2], product, bool(<object> a[4]))


cdef object running(PyObject** a, bint product):
    """Arguments x, axis, dtype, out; without an axis over the flattened tensor."""
    cdef Tensor x = <Tensor> a[0]
    if a[1] == Py_None or (x.view.ndim == 0 and <object> a[1] in (0, -1)):
        return scan(x, 0, True, <object> a[2], product, False)
    return scan(x, normalize_axis(<object> a[1], x.view.ndim), False, <object> a[2], product, False)


cdef object cumulative_sum_kernel(PyObject** a):
    return cumulative(a, False, "cumulative_sum")


cdef object cumulative_prod_kernel(PyObject** a):
    return cumulative(a, True, "cumulative_prod")


cdef object cumsum_kernel(PyObject** a):
    return running(a, False)


cdef object cumprod_kernel(PyObject** a):
    return running(a, True)


cdef object linear_recurrence_kernel(PyObject** a):
    """Arguments a, b, axis: y[i] = b[i] + a[i] y[i - 1]."""
    cdef Tensor factors = <Tensor> a[0], terms = <Tensor> a[1], result
    cdef int dtype = promotion[factors.view.dtype][terms.view.dtype], axis, i, status, computed
    cdef mlt_recurrence r
    if dtype < FLOAT16:
        raise DTypeError(f"linear_recurrence takes floating tensors, not {factors.dtype} and {terms.dtype}; convert "
                         "with .astype('float64')")
    if not same_shape(factors, terms):
        raise ShapeError(f"linear_recurrence takes two tensors of one shape, not {shape_tuple(factors)} and "
                         f"{shape_tuple(terms)}")
    axis = normalize_axis(<object> a[2], factors.view.ndim)
    computed = FLOAT32 if dtype == FLOAT16 else dtype
    factors = contiguous(cast(factors, computed))
    terms = contiguous(cast(terms, computed))
    result = empty_like(terms, computed)
    r.factors = factors.view.data
    r.terms = terms.view.data
    r.result = result.view.data
    r.outer = r.m = 1
    r.n = terms.view.shape[axis]
    for i in range(terms.view.ndim):
        if i < axis:
            r.outer *= terms.view.shape[i]
        elif i > axis:
            r.m *= terms.view.shape[i]
    if result.view.size <= MLT_PARALLEL_THRESHOLD:
        status = mlt_recurrence_run(&r, computed)
    else:
        with nogil:
            status = mlt_recurrence_run(&r, computed)
    check_interrupt(status)
    return cast(result, dtype)


KERNELS = {
    "cumulative_sum": kernel_capsule(cumulative_sum_kernel),
    "cumulative_prod": kernel_capsule(cumulative_prod_kernel),
    "cumsum": kernel_capsule(cumsum_kernel),
    "cumprod": kernel_capsule(cumprod_kernel),
    "linear_recurrence": kernel_capsule(linear_recurrence_kernel),
}
