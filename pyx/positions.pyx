"""Masks and positions: where elements are nonzero, one-hot rows, triangles."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint8_t

from mltensor._core.dtypes cimport BOOL, INT64, mlt_itemsize
from mltensor._core.elementwise cimport cast, contiguous, select
from mltensor._core.gather cimport index_tensor, launch, mlt_index_bounds, mlt_task, zeros
from mltensor._core.storage cimport kernel_capsule, runtime
from mltensor._core.tensor cimport MLT_MAX_DIMS, Tensor, empty, shape_tuple
from mltensor._core.view cimport reshape

from mltensor.errors import IndexingError, ShapeError

cdef extern from "mltensor/thread.h" nogil:
    void* mlt_runtime_pointer

cdef extern from "mltensor/mask.h" nogil:
    enum:
        MLT_MASK_CHUNK
    ctypedef struct mlt_mask:
        const uint8_t* mask
        int64_t n
        int64_t* starts
        int64_t* places
        int64_t total
        const char* source "from"
        char* to
        int itemsize
    ctypedef struct mlt_unravel:
        const int64_t* places
        int64_t* out
        int64_t inner
        int64_t length
        int64_t step
    void mlt_mask_count(void* context, int64_t begin, int64_t end) noexcept
    int64_t mlt_mask_starts(mlt_mask* m, int64_t chunks)
    mlt_task mlt_mask_places()
    mlt_task mlt_mask_pick()
    mlt_task mlt_mask_put()
    void mlt_unravel_task(void* context, int64_t begin, int64_t end) noexcept

cdef extern from "mltensor/bands.h" nogil:
    ctypedef struct mlt_bands:
        const char* source
        char* to
        int64_t rows
        int64_t columns
        int64_t diagonal
        int itemsize
        int upper
    void mlt_bands_task(void* context, int64_t begin, int64_t end) noexcept
    ctypedef struct mlt_one_hot:
        const int64_t* index
        int64_t* to
        int64_t classes
    void mlt_one_hot_task(void* context, int64_t begin, int64_t end) noexcept

global mlt_runtime_pointer
mlt_runtime_pointer = runtime()


# --- masks --------------------------------------------------------------------------------

cdef Tensor begin_mask(mlt_mask* m, Tensor mask, int64_t* total):
    """Counts a contiguous bool mask; returns the tensor that holds the starts of its chunks."""
    cdef int64_t chunks = (mask.view.size + MLT_MASK_CHUNK - 1) // MLT_MASK_CHUNK
    cdef Tensor starts = empty(1, &chunks, INT64, 0)
    m.mask = <const uint8_t*> mask.view.data
    m.n = mask.view.size
    m.starts = <int64_t*> starts.view.data
    launch(chunks, 4, mlt_mask_count, m, m.n)
    total[0] = mlt_mask_starts(m, chunks)
    return starts


cdef Tensor nonzero_places(Tensor mask):
    cdef mlt_mask m
    cdef int64_t total
    cdef Tensor truth = cast(mask, BOOL)
    cdef Tensor starts = begin_mask(&m, truth, &total)
    cdef Tensor places = empty(1, &total, INT64, mask.storage.device)
    m.places = <int64_t*> places.view.data
    launch(starts.view.size, 1, mlt_mask_places(), &m, m.n)
    return places


cdef Tensor pick(Tensor x, Tensor mask):
    cdef mlt_mask m
    cdef int64_t total
    cdef Tensor starts = begin_mask(&m, mask, &total)
    cdef Tensor y = empty(1, &total, x.view.dtype, x.storage.device)
    m.source = x.view.data
    m.to = y.view.data
    m.itemsize = mlt_itemsize[x.view.dtype]
    launch(starts.view.size, 1, mlt_mask_pick(), &m, m.n)
    return y


cdef bint put_in_order(Tensor x, Tensor mask, Tensor value) except -1:
    """x[mask] = value in memory that they do not share, where there is an element for each place; else False."""
    cdef mlt_mask m
    cdef Tensor starts = begin_mask(&m, mask, &m.total)
    if value.view.size != m.total:
        return False
    m.source = value.view.data
    m.to = x.view.data
    m.itemsize = mlt_itemsize[x.view.dtype]
    launch(starts.view.size, 1, mlt_mask_put(), &m, m.n)
    return True


cdef int unravel_into(Tensor places, int64_t inner, int64_t length, int64_t* out, int64_t step) except -1:
    cdef mlt_unravel u
    u.places = <const int64_t*> places.view.data
    u.out = out
    u.inner = inner
    u.length = length
    u.step = step
    return launch(places.view.size, 16384, mlt_unravel_task, &u, places.view.size)


cdef Tensor unravel(Tensor places, int64_t inner, int64_t length):
    cdef Tensor y = empty(1, places.view.shape, INT64, places.storage.device)
    unravel_into(places, inner, length, <int64_t*> y.view.data, 1)
    return y


cdef object nonzero_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor places
    cdef int64_t inner = x.view.size
    cdef list found = []
    cdef int i
    if x.view.ndim == 0:
        raise ShapeError("nonzero of a 0-d tensor is not defined; use x.reshape(1).nonzero() or bool(x)")
    places = nonzero_places(x)
    if x.view.ndim == 1:
        return (places,)
    for i in range(x.view.ndim):
        inner = inner // x.view.shape[i] if x.view.shape[i] else 1
        found.append(unravel(places, inner, x.view.shape[i] if x.view.shape[i] else 1))
    return tuple(found)


cdef object where_kernel(PyObject** a):
    """where(condition, x1, x2), or where(condition), which is nonzero."""
    if <object> a[1] is None and <object> a[2] is None:
        return nonzero_kernel(a)
    if <object> a[1] is None or <object> a[2] is None:
        raise ValueError("where takes both x1 and x2, or neither for the positions where the condition holds")
    return select(a)


cdef object argwhere_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor places = nonzero_places(x)
    cdef int64_t shape[2]
    cdef int64_t inner = x.view.size, length
    cdef Tensor y
    cdef int i
    shape[0] = places.view.size
    shape[1] = x.view.ndim
    if x.view.ndim == 1:
        return reshape(places, 2, shape)
    y = empty(2, shape, INT64, x.storage.device)
    for i in range(x.view.ndim):
        length = x.view.shape[i] if x.view.shape[i] else 1
        inner = inner // length
        unravel_into(places, inner if inner else 1, length, <int64_t*> y.view.data + i, x.view.ndim)
    return y


# --- made from indices ----------------------------------------------------------------------

cdef object one_hot_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor index = index_tensor(x, "one_hot")
    cdef const int64_t* at = <const int64_t*> index.view.data
    cdef int64_t shape[MLT_MAX_DIMS + 1]
    cdef int64_t classes = <object> a[1]
    cdef int64_t low, high, i
    cdef mlt_one_hot h
    cdef Tensor y
    mlt_index_bounds(at, index.view.size, &low, &high)
    if classes == -1:
        if index.view.size == 0:
            raise ShapeError("one_hot of no elements needs num_classes")
        classes = high + 1
    if low < 0 or high >= classes:
        raise IndexingError(
            f"one_hot: class {low if low < 0 else high} is outside of 0 to {classes - 1} "
            f"(num_classes={classes})")
    for i in range(x.view.ndim):
        shape[i] = x.view.shape[i]
    shape[x.view.ndim] = classes
    y = zeros(x.view.ndim + 1, shape, INT64, x.storage.device)
    h.index = at
    h.to = <int64_t*> y.view.data
    h.classes = classes
    launch(index.view.size, 16384, mlt_one_hot_task, &h, index.view.size)
    return y


cdef Tensor band(Tensor x, object k, bint upper, str name):
    cdef mlt_bands b
    cdef Tensor y
    if x.view.ndim < 2:
        raise ShapeError(f"{name} takes matrices, at least two dimensions, not shape {shape_tuple(x)}")
    x = contiguous(x)
    y = empty(x.view.ndim, x.view.shape, x.view.dtype, x.storage.device)
    b.source = x.view.data
    b.to = y.view.data
    b.rows = x.view.shape[x.view.ndim - 2]
    b.columns = x.view.shape[x.view.ndim - 1]
    b.diagonal = k
    b.itemsize = mlt_itemsize[x.view.dtype]
    b.upper = upper
    if x.view.size:
        launch(x.view.size // b.columns, max(1, 16384 // b.columns), mlt_bands_task, &b, x.view.size)
    return y


cdef object tril_kernel(PyObject** a):
    return band(<Tensor> a[0], <object> a[1], False, "tril")


cdef object triu_kernel(PyObject** a):
    return band(<Tensor> a[0], <object> a[1], True, "triu")


KERNELS = {
    "nonzero": kernel_capsule(nonzero_kernel),
    "where": kernel_capsule(where_kernel),
    "argwhere": kernel_capsule(argwhere_kernel),
    "one_hot": kernel_capsule(one_hot_kernel),
    "tril": kernel_capsule(tril_kernel),
    "triu": kernel_capsule(triu_kernel),
}
