"""Elements at given places of the sorted order of lines; the work is in `select.h`."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core.dtypes cimport FLOAT16, FLOAT32, INT64, objects
from mltensor._core.elementwise cimport cast, contiguous
from mltensor._core.storage cimport check_interrupt, kernel_capsule, mlt_runtime, runtime
from mltensor._core.tensor cimport MLT_MAX_DIMS, Tensor, empty, shape_tuple

from mltensor.errors import AllocationError, DTypeError, IndexingError

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer

cdef extern from "mltensor/select.h" nogil:
    ctypedef struct mlt_selection:
        const char* lines
        char* result
        int64_t n
        int64_t count
        const int64_t* ranks
        int poison
    int mlt_selection_run(mlt_selection* s, int64_t lines, int dtype)

mlt_runtime_pointer = runtime()


cdef object sorted_elements_kernel(PyObject** a):
    """Arguments x, ranks (a tuple in increasing order), poison; along the last axis."""
    cdef Tensor x = <Tensor> a[0], result, places
    cdef tuple ranks = <object> a[1]
    cdef int dtype = x.view.dtype, computed = FLOAT32 if dtype == FLOAT16 else dtype, d, status
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int64_t count = len(ranks), k, last = -1
    cdef mlt_selection s
    if x.view.ndim == 0:
        raise IndexingError("sorted_elements takes a tensor of at least one dimension")
    s.n = x.view.shape[x.view.ndim - 1]
    places = empty(1, &count, INT64, 0)
    for k in range(count):
        if not max(last, 0) <= ranks[k] < s.n:
            raise IndexingError(f"sorted_elements: places {ranks} are not in increasing order within the {s.n} "
                                f"elements along the last axis of shape {shape_tuple(x)}")
        last = ranks[k]
        (<int64_t*> places.view.data)[k] = last
    for d in range(x.view.ndim - 1):
        shape[d] = x.view.shape[d]
    shape[x.view.ndim - 1] = count
    x = contiguous(cast(x, computed))
    result = empty(x.view.ndim, shape, computed, x.storage.device)
    s.lines = x.view.data
    s.result = result.view.data
    s.count = count
    s.ranks = <const int64_t*> places.view.data
    s.poison = bool(<object> a[2])
    with nogil:
        status = mlt_selection_run(&s, x.view.size // s.n if s.n else 0, computed)
    if status == -2:
        raise DTypeError(f"sorted_elements is not defined for dtype {objects[dtype]}")
    if status < 0:
        raise AllocationError(f"no memory to select from lines of {s.n} elements")
    check_interrupt(status)
    return cast(result, dtype)


KERNELS = {"sorted_elements": kernel_capsule(sorted_elements_kernel)}
