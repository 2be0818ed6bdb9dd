"""Sorting, the positions that sort, the largest few, binary search and distinct values."""

from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint8_t, uint64_t
from libc.string cimport memset

from mltensor._core.dtypes cimport (
    BOOL, COMPLEX64, INT64, UINT8, UINT32, UINT64, is_complex, mlt_itemsize, promotion, real_of)
from mltensor._core.elementwise cimport cast, contiguous, copy_into
from mltensor._core.gather cimport along_axis, any_negative, check_indices, index_tensor, launch, mlt_task, take_axis
from mltensor._core.interop cimport COPY_IF_NEEDED, as_tensor
from mltensor._core.positions cimport nonzero_places
from mltensor._core.storage cimport check_interrupt, kernel_capsule, runtime
from mltensor._core.shapes cimport normalize_axis
from mltensor._core.tensor cimport MLT_MAX_DIMS, Tensor, empty, empty_like, new_view, shape_tuple
from mltensor._core.view cimport flat, reshape

import numpy

from mltensor.errors import DTypeError, IndexingError, ShapeError

cdef extern from "mltensor/thread.h" nogil:
    void* mlt_runtime_pointer

cdef extern from "mltensor/sort.h" nogil:
    enum:
        MLT_ASCENDING
        MLT_DESCENDING
        MLT_DESCENDING_NAN_FIRST
    ctypedef struct mlt_sort_lines:
        const char* source "from"
        char* values
        int64_t* positions
        int64_t n
        int64_t keep
        int64_t from_stride
        int64_t value_stride
        int64_t position_stride
        int dtype
        int direction
        int ndim
        int64_t lines
        int64_t shape[64]
        int64_t from_strides[64]
        int64_t value_strides[64]
        int64_t position_strides[64]
        char* scratch
    int mlt_sort_in_turn(const mlt_sort_lines* s)
    int mlt_network_lanes(const mlt_sort_lines* s)
    int64_t mlt_sort_scratch(const mlt_sort_lines* s)
    int mlt_sort_run(mlt_sort_lines* s)
    ctypedef struct mlt_search:
        const char* sorted
        const char* queries
        const int64_t* sorter
        int64_t* out
        int64_t n
        int dtype
        int right
        void* keys
    void mlt_search_few(void* context, int64_t begin, int64_t end) noexcept
    bint mlt_search_many(int64_t n, int64_t count, int dtype)
    mlt_task mlt_search_keys()
    mlt_task mlt_search_among()
    ctypedef struct mlt_distinct:
        const char* sorted
        uint8_t* first
        int dtype
        int nan_equal
    void mlt_distinct_task(void* context, int64_t begin, int64_t end) noexcept

cdef extern from "mltensor/sort_complex.h" nogil:
    enum:
        MLT_COMPLEX_FEW
    ctypedef struct mlt_complex_keys:
        const char* source "from"
        uint64_t* keys
        int nan
        int lossy
    ctypedef struct mlt_complex_values:
        const uint64_t* keys
        char* to
    ctypedef struct mlt_complex_lines:
        const char* source "from"
        int64_t* positions
        int64_t n
        int dtype
        int direction
        int stop
        int failed
    void mlt_complex_keys_task(void* context, int64_t begin, int64_t end) noexcept
    void mlt_complex_values_task(void* context, int64_t begin, int64_t end) noexcept
    void mlt_complex_lines_task(void* context, int64_t begin, int64_t end) noexcept

# Loops over elements that hold the interpreter look at Ctrl-C every so often.
cdef enum:
    POLL = (1 << 20) - 1

# Elements from which lines across memory are turned over.
cdef enum:
    TURN_FROM = 8192

global mlt_runtime_pointer
mlt_runtime_pointer = runtime()


# --- lines ----------------------------------------------------------------------------------

cdef Tensor axis_last(Tensor t, int axis):
    """The view with one axis moved to the end."""
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int64_t strides[MLT_MAX_DIMS]
    cdef int d, n = 0
    for d in range(t.view.ndim):
        if d != axis:
            shape[n] = t.view.shape[d]
            strides[n] = t.view.strides[d]
            n += 1
    shape[n] = t.view.shape[axis]
    strides[n] = t.view.strides[axis]
    return new_view(t, t.view.data, n + 1, shape, strides, t.view.dtype)


cdef int sort_turned(Tensor x, Tensor values, Tensor positions, int axis, int direction) except -1:
    """Along an axis that is not the last: lines that lie across memory are turned over in tiles, there and back."""
    cdef Tensor turned_values = None, turned_positions = None
    if values is not None:
        values = axis_last(values, axis)
        turned_values = empty(values.view.ndim, values.view.shape, values.view.dtype, 0)
    if positions is not None:
        positions = axis_last(positions, axis)
        turned_positions = empty(positions.view.ndim, positions.view.shape, INT64, 0)
    sort_axis(contiguous(axis_last(x, axis)), turned_values, turned_positions, x.view.ndim - 1, direction)
    if values is not None:
        copy_into(values, turned_values)
    if positions is not None:
        copy_into(positions, turned_positions)
    return 0


cdef int sort_axis(Tensor x, Tensor values, Tensor positions, int axis, int direction) except -1:
    """Sorts x along an axis into `values` and `positions`, of which one may be None.

    Where they are shorter along the axis, the first ones are written.
    """
    cdef mlt_sort_lines s
    cdef Tensor result = values if values is not None else positions
    cdef Tensor scratch    # kept alive while the lines are sorted
    cdef int64_t bytes
    cdef int d, n = 0, status
    if result.view.size == 0:
        return 0
    s.positions = <int64_t*> positions.view.data if positions is not None else NULL
    s.n = x.view.shape[axis]
    s.keep = result.view.shape[axis]
    s.dtype = x.view.dtype
    if (axis != x.view.ndim - 1 and x.view.size >= TURN_FROM and x.view.shape[x.view.ndim - 1] > 1
            and (mlt_network_lanes(&s) == 0 or (s.positions != NULL and mlt_itemsize[s.dtype] == 8))):
        return sort_turned(x, values, positions, axis, direction)
    s.source = x.view.data
    s.values = values.view.data if values is not None else NULL
    s.from_stride = x.view.strides[axis]
    s.value_stride = values.view.strides[axis] if values is not None else 0
    s.position_stride = positions.view.strides[axis] // 8 if positions is not None else 0
    s.direction = direction
    s.lines = 1
    for d in range(x.view.ndim):
        if d == axis:
            continue
        s.shape[n] = x.view.shape[d]
        s.from_strides[n] = x.view.strides[d]
        s.value_strides[n] = values.view.strides[d] if values is not None else 0
        s.position_strides[n] = positions.view.strides[d] // 8 if positions is not None else 0
        s.lines *= s.shape[n]
        n += 1
    s.ndim = n
    s.scratch = NULL
    bytes = mlt_sort_scratch(&s)
    if bytes > 16384 and mlt_sort_in_turn(&s):
        scratch = empty(1, &bytes, UINT8, 0)
        s.scratch = scratch.view.data
    if x.view.size < 2048:
        status = mlt_sort_run(&s)
    else:
        with nogil:
            status = mlt_sort_run(&s)
    if status < 0:
        raise MemoryError(f"no memory to sort lines of {s.n} elements")
    return check_interrupt(status)


cdef Tensor part(Tensor x, bint imaginary):
    """Real or imaginary part of a complex tensor, as a view."""
    cdef int real = real_of[x.view.dtype]
    return new_view(x, x.view.data + (mlt_itemsize[real] if imaginary else 0), x.view.ndim, x.view.shape,
                    x.view.strides, real)


cdef Tensor complex_keys(Tensor x, mlt_complex_keys* c):
    """The numbers of single precision as integers of their order, and what these do not tell."""
    cdef Tensor keys = empty_like(x, UINT64)
    x = contiguous(x)
    c.source = x.view.data
    c.keys = <uint64_t*> keys.view.data
    launch(x.view.size, 16384, mlt_complex_keys_task, c, x.view.size)
    return keys


cdef Tensor complex_positions(Tensor x, int axis, int direction):
    """Positions that sort complex numbers: those without NaN first, then by real and imaginary part."""
    cdef mlt_complex_lines c
    cdef mlt_complex_keys k
    cdef Tensor keys, positions
    if axis != x.view.ndim - 1:
        positions = empty_like(x, INT64)
        copy_into(axis_last(positions, axis),
                  complex_positions(contiguous(axis_last(x, axis)), x.view.ndim - 1, direction))
        return positions
    x = contiguous(x)
    positions = empty_like(x, INT64)
    if x.view.size == 0:
        return positions
    if x.view.dtype == COMPLEX64:
        memset(&k, 0, sizeof(k))
        keys = complex_keys(x, &k)
        if not k.nan:
            sort_axis(keys, None, positions, axis, direction)
            return positions
    memset(&c, 0, sizeof(c))
    c.source = x.view.data
    c.positions = <int64_t*> positions.view.data
    c.n = x.view.shape[axis]
    c.dtype = x.view.dtype
    c.direction = direction
    if c.n > MLT_COMPLEX_FEW:
        sort_axis(part(x, False), None, positions, axis, direction)
    launch(x.view.size // c.n, max(1, 16384 // c.n), mlt_complex_lines_task, &c, x.view.size)
    check_interrupt(c.stop)
    if c.failed:
        raise MemoryError(f"no memory to sort lines of {c.n} complex numbers")
    return positions


cdef Tensor sorting_positions(Tensor x, int axis, int direction):
    cdef Tensor positions
    if is_complex(x.view.dtype):
        return complex_positions(x, axis, direction)
    positions = empty_like(x, INT64)
    sort_axis(x, None, positions, axis, direction)
    return positions


cdef Tensor sorted_values(Tensor x, int axis, int direction):
    cdef Tensor values, keys, ordered
    cdef mlt_complex_keys k
    cdef mlt_complex_values v
    if x.view.dtype == COMPLEX64:
        memset(&k, 0, sizeof(k))
        keys = complex_keys(x, &k)
        if not (k.nan or k.lossy):
            ordered = empty_like(keys, UINT64)
            sort_axis(keys, ordered, None, axis, direction)
            values = empty_like(x, COMPLEX64)
            v.keys = <const uint64_t*> ordered.view.data
            v.to = values.view.data
            launch(x.view.size, 16384, mlt_complex_values_task, &v, x.view.size)
            return values
    if is_complex(x.view.dtype):
        return along_axis(x, complex_positions(x, axis, direction), axis)
    values = empty_like(x, x.view.dtype)
    sort_axis(x, values, None, axis, direction)
    return values


cdef int check_options(str name, object kind, object order) except -1:
    if order is not None:
        raise ValueError(f"{name}: order= is for structured dtypes, which tensors have not")
    if kind is not None and kind not in ("quicksort", "heapsort", "mergesort", "stable"):
        raise ValueError(f"{name}: kind must be 'quicksort', 'heapsort', 'mergesort' or 'stable', not {kind!r}")
    return 0


cdef object sort_with(PyObject** a, str name, bint positions):
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor lines = x, y
    cdef int axis = 0
    cdef int direction = MLT_DESCENDING if <object> a[4] else MLT_ASCENDING
    check_options(name, <object> a[2], <object> a[3])
    if <object> a[1] is None or x.view.ndim == 0:
        if <object> a[1] is not None:
            normalize_axis(<object> a[1], 1)
        lines = flat(x)
    else:
        axis = normalize_axis(<object> a[1], x.view.ndim)
    y = sorting_positions(lines, axis, direction) if positions else sorted_values(lines, axis, direction)
    # The positions in a number have a dimension in NumPy, and so has what is flattened.
    return reshape(y, 0, NULL) if x.view.ndim == 0 and not positions and <object> a[1] is not None else y


cdef object sort_kernel(PyObject** a):
    return sort_with(a, "sort", False)


cdef object argsort_kernel(PyObject** a):
    return sort_with(a, "argsort", True)


cdef object topk_kernel(PyObject** a):
    """(values, indices) of the k largest or smallest along an axis, in order."""
    cdef Tensor x = <Tensor> a[0]
    cdef int64_t k = <object> a[1]
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int direction = MLT_DESCENDING_NAN_FIRST if <object> a[3] else MLT_ASCENDING
    cdef int axis, d
    cdef int64_t one = 1
    cdef Tensor lines = reshape(x, 1, &one) if x.view.ndim == 0 else x
    cdef Tensor values, positions
    if is_complex(x.view.dtype):
        raise DTypeError("topk: complex numbers have no order; take the absolute value first")
    axis = normalize_axis(<object> a[2], lines.view.ndim)
    if k < 0 or k > lines.view.shape[axis]:
        raise ShapeError(
            f"topk: k={k} is outside of 0 to {lines.view.shape[axis]}, the length of axis {axis} of shape "
            f"{shape_tuple(x)}")
    for d in range(lines.view.ndim):
        shape[d] = lines.view.shape[d]
    shape[axis] = k
    values = empty(lines.view.ndim, shape, x.view.dtype, x.storage.device)
    positions = empty(lines.view.ndim, shape, INT64, x.storage.device)
    sort_axis(lines, values, positions, axis, direction)
    if x.view.ndim == 0 and k == 1:
        return reshape(values, 0, NULL), reshape(positions, 0, NULL)
    return values, positions


# --- searching --------------------------------------------------------------------------------

cdef object searchsorted_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor queries = <Tensor> a[1]
    cdef Tensor y, keys, sorter = None
    cdef mlt_search s
    cdef int dtype = promotion[x.view.dtype][queries.view.dtype]
    side = <object> a[2]
    if side not in ("left", "right"):
        raise ValueError(f"searchsorted: side must be 'left' or 'right', not {side!r}")
    if x.view.ndim != 1:
        raise ShapeError(f"searchsorted: the sorted tensor has one dimension, not shape {shape_tuple(x)}")
    if <object> a[3] is not None:
        sorter = index_tensor(<Tensor> a[3], "searchsorted")
        if sorter.view.ndim != 1 or sorter.view.size != x.view.size:
            raise ShapeError(
                f"searchsorted: sorter of shape {shape_tuple(sorter)} must have the shape {shape_tuple(x)} of x1")
        if any_negative(sorter):
            raise IndexingError("searchsorted: sorter must not have negative positions")
        check_indices(<const int64_t*> sorter.view.data, sorter.view.size, x.view.size, 0)
    if is_complex(dtype):
        found = numpy.searchsorted(numpy.asarray(x), numpy.asarray(queries), side,
                                   None if sorter is None else numpy.asarray(sorter))
        return as_tensor(numpy.asarray(found), INT64, x.storage.device, COPY_IF_NEEDED)
    x = cast(x, dtype)
    queries = cast(queries, dtype)
    y = empty_like(queries, INT64)
    s.sorted = x.view.data
    s.queries = queries.view.data
    s.sorter = NULL
    if sorter is not None:
        s.sorter = <const int64_t*> sorter.view.data
    s.out = <int64_t*> y.view.data
    s.n = x.view.size
    s.dtype = dtype
    s.right = side == "right"
    if not mlt_search_many(s.n, queries.view.size, dtype):
        launch(queries.view.size, 4096, mlt_search_few, &s, 8 * queries.view.size)
        return y
    keys = empty(1, &s.n, UINT32 if mlt_itemsize[dtype] <= 4 else UINT64, 0)
    s.keys = keys.view.data
    launch(s.n, 65536, mlt_search_keys(), &s, s.n)
    launch(queries.view.size, 4096, mlt_search_among(), &s, 8 * queries.view.size)
    return y


# --- distinct values --------------------------------------------------------------------------

cdef Tensor marked_first(Tensor ordered, bint nan_equal):
    """True where a sorted element differs from the one before."""
    cdef Tensor first = empty_like(ordered, BOOL)
    cdef mlt_distinct s
    if not is_complex(ordered.view.dtype):
        s.sorted = ordered.view.data
        s.first = <uint8_t*> first.view.data
        s.dtype = ordered.view.dtype
        s.nan_equal = nan_equal
        launch(ordered.view.size, 65536, mlt_distinct_task, &s, ordered.view.size)
        return first
    values, marks = numpy.asarray(ordered), numpy.asarray(first)
    before = values[:max(ordered.view.size - 1, 0)]
    marks[:1] = True
    marks[1:] = values[1:] != before
    if nan_equal:
        marks[1:] &= ~(numpy.isnan(values[1:]) & numpy.isnan(before))
    return first


cdef tuple unique_along(Tensor x, bint index, bint inverse, bint counts, object axis, bint nan_equal):
    """Distinct slices along an axis: NumPy does this rare case."""
    found = numpy.unique(numpy.asarray(x), return_index=index, return_inverse=inverse, return_counts=counts,
                         axis=axis, equal_nan=nan_equal)
    if not isinstance(found, tuple):
        found = (found,)
    return tuple([as_tensor(numpy.asarray(one), -1, x.storage.device, COPY_IF_NEEDED) for one in found])


cdef object unique_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef bint index = <object> a[1], inverse = <object> a[2], counts = <object> a[3], nan_equal = <object> a[5]
    cdef Tensor line, ordered, positions = None, first, starts, group, number
    cdef const uint8_t* mark
    cdef const int64_t* at
    cdef int64_t* out
    cdef int64_t i, k
    cdef list results
    if <object> a[4] is not None:
        results = list(unique_along(x, index, inverse, counts, <object> a[4], nan_equal))
        return tuple(results) if len(results) > 1 else results[0]
    line = contiguous(flat(x))
    if index or inverse:
        positions = sorting_positions(line, 0, MLT_ASCENDING)
        ordered = take_axis(line, positions, 0, True)
    else:
        ordered = sorted_values(line, 0, MLT_ASCENDING)
    first = marked_first(ordered, nan_equal)
    starts = nonzero_places(first)
    results = [take_axis(ordered, starts, 0, True)]
    if index:
        results.append(take_axis(positions, starts, 0, True))
    if inverse:
        group = empty_like(line, INT64)
        mark = <const uint8_t*> first.view.data
        at = <const int64_t*> positions.view.data
        out = <int64_t*> group.view.data
        k = -1
        for i in range(line.view.size):
            if i & POLL == POLL:
                PyErr_CheckSignals()
            k += mark[i]
            out[at[i]] = k
        results.append(reshape(group, x.view.ndim, x.view.shape))
    if counts:
        number = empty_like(starts, INT64)
        at = <const int64_t*> starts.view.data
        out = <int64_t*> number.view.data
        for i in range(starts.view.size):
            if i & POLL == POLL:
                PyErr_CheckSignals()
            out[i] = (at[i + 1] if i + 1 < starts.view.size else line.view.size) - at[i]
        results.append(number)
    return tuple(results) if len(results) > 1 else results[0]


KERNELS = {
    "sort": kernel_capsule(sort_kernel),
    "argsort": kernel_capsule(argsort_kernel),
    "topk": kernel_capsule(topk_kernel),
    "searchsorted": kernel_capsule(searchsorted_kernel),
    "unique": kernel_capsule(unique_kernel),
}
