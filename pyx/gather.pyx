"""Picking elements by index tensors, and putting or adding them back."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t
from libc.string cimport memset

from mltensor._core.dtypes cimport BOOL, INT64, is_integer, mlt_itemsize, objects
from mltensor._core.elementwise cimport broadcast_view, cast, contiguous, copy, copy_into
from mltensor._core.interop cimport COPY_IF_NEEDED, as_tensor
from mltensor._core.storage cimport kernel_capsule, runtime
from mltensor._core.shapes cimport normalize_axis, read_shape
from mltensor._core.tensor cimport (
    MLT_MAX_DIMS, Tensor, empty, mark_written, require_writeable, shape_tuple, shares_memory)
from mltensor._core.view cimport flat, reshape

from mltensor.errors import IndexingError, ShapeError

cdef extern from "mltensor/gather.h" nogil:
    void mlt_gather_prepare(mlt_gather* g)
    int mlt_gather_run(mlt_gather* g, int mode)
    void mlt_gather_here(mlt_gather* g, int mode)
    ctypedef struct mlt_signs:
        const int64_t* values
        int negative
    mlt_task mlt_signs_of()
    int64_t mlt_index_check(const int64_t* index, int64_t n, int64_t length)
    void mlt_index_wrap(int64_t* out, const int64_t* index, int64_t n, int64_t length)
    void mlt_index_clip(int64_t* out, const int64_t* index, int64_t n, int64_t length)

cdef extern from "mltensor/along.h" nogil:
    ctypedef struct mlt_along:
        char* data
        char* dense
        const char* index
        int64_t length
        int64_t step
        int64_t lines
        int64_t group
        int ndim
        int itemsize
        int dtype
        int64_t shape[64]
        int64_t data_strides[64]
        int64_t dense_strides[64]
        int64_t index_strides[64]
    int mlt_along_run(mlt_along* a, int mode)
    void mlt_along_here(mlt_along* a, int mode)

global mlt_runtime_pointer
mlt_runtime_pointer = runtime()


# --- foundations --------------------------------------------------------------------------

cdef int run_gather(mlt_gather* g, int mode, int axis) except -1:
    cdef int status, k
    mlt_gather_prepare(g)
    if g.outer_count * g.count * g.inner_count < MLT_PARALLEL_THRESHOLD:
        mlt_gather_here(g, mode)
    else:
        with nogil:
            status = mlt_gather_run(g, mode)
        check_interrupt(status)
    if g.outside:
        for k in range(g.several):
            check_indices(g.indices[k].index, g.indices[k].count, g.indices[k].length, g.indices[k].axis)
        if g.several == 0:
            check_indices(g.index, g.count, g.length, axis)
        raise IndexingError(f"an index of axis {axis} was outside its {g.length} places while it was used, and has "
                            "been changed since by another thread")
    return 0


cdef Tensor index_tensor(Tensor indices, str operation):
    if indices.view.dtype == INT64 and indices.view.contiguous:
        return indices
    if indices.view.dtype != BOOL and not is_integer(indices.view.dtype):
        raise IndexingError(
            f"{operation}: indices must be integers, not {objects[indices.view.dtype]}; "
            "convert them with .astype('int64')")
    return cast(indices, INT64)


cdef bint any_negative(Tensor integers) except -1:
    cdef mlt_signs s
    s.values = <const int64_t*> integers.view.data
    s.negative = 0
    launch(integers.view.size, 65536, mlt_signs_of(), &s, integers.view.size)
    return s.negative != 0


cdef int check_indices(const int64_t* index, int64_t n, int64_t length, int axis) except -1:
    cdef int64_t bad
    if n < MLT_PARALLEL_THRESHOLD:
        bad = mlt_index_check(index, n, length)
    else:
        with nogil:
            bad = mlt_index_check(index, n, length)
        check_interrupt(bad == -2)
    if bad >= 0:
        raise IndexingError(f"index {index[bad]} is out of bounds for axis {axis} with size {length}")
    return 0


cdef Tensor zeros(int ndim, const int64_t* shape, int dtype, int device):
    cdef Tensor t = empty(ndim, shape, dtype, device)
    memset(t.view.data, 0, t.view.size * mlt_itemsize[dtype])
    return t


cdef int move_axis(Tensor indexed, Tensor index, Tensor dense, int axis, int mode, bint known_inside) except -1:
    """Blocks between `indexed` at the indices of one axis and a contiguous `dense`."""
    cdef mlt_gather g
    cdef int i
    if dense.view.size == 0:
        if not known_inside:
            check_indices(<const int64_t*> index.view.data, index.view.size, indexed.view.shape[axis], axis)
        return 0
    g.known_inside = known_inside
    g.several = 0
    g.data = indexed.view.data
    g.dense = dense.view.data
    g.index = <const int64_t*> index.view.data
    g.count = index.view.size
    g.length = indexed.view.shape[axis]
    g.step = indexed.view.strides[axis]
    g.itemsize = mlt_itemsize[indexed.view.dtype]
    g.dtype = indexed.view.dtype
    g.outer_ndim = axis
    for i in range(axis):
        g.outer_shape[i] = indexed.view.shape[i]
        g.outer_data[i] = indexed.view.strides[i]
        g.outer_dense[i] = dense.view.strides[i]
    g.inner_ndim = indexed.view.ndim - axis - 1
    g.dense_step = g.itemsize
    for i in range(g.inner_ndim):
        g.inner_shape[i] = indexed.view.shape[axis + 1 + i]
        g.inner_data[i] = indexed.view.strides[axis + 1 + i]
        g.inner_dense[i] = dense.view.strides[axis + index.view.ndim + i]
        g.dense_step *= g.inner_shape[i]
    return run_gather(&g, mode, axis)


cdef Tensor take_axis(Tensor x, Tensor index, int axis, bint known_inside):
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int n = 0, i
    cdef Tensor y
    if x.view.ndim - 1 + index.view.ndim > MLT_MAX_DIMS:
        raise ShapeError(
            f"indices of shape {shape_tuple(index)} on a tensor of {x.view.ndim} dimensions give more "
            f"than {MLT_MAX_DIMS} dimensions")
    for i in range(axis):
        shape[n] = x.view.shape[i]
        n += 1
    for i in range(index.view.ndim):
        shape[n] = index.view.shape[i]
        n += 1
    for i in range(axis + 1, x.view.ndim):
        shape[n] = x.view.shape[i]
        n += 1
    y = empty(n, shape, x.view.dtype, x.storage.device)
    move_axis(x, index, y, axis, MLT_GET, known_inside)
    return y


cdef Tensor spread_axis(Tensor x, Tensor index, int axis, int ndim, const int64_t* shape):
    cdef Tensor y
    cdef int d, k = index.view.ndim
    cdef bint fits = x.view.ndim == ndim - 1 + k
    if fits:
        for d in range(ndim):
            fits = fits and (d == axis or x.view.shape[d if d < axis else d + k - 1] == shape[d])
        for d in range(k):
            fits = fits and x.view.shape[axis + d] == index.view.shape[d]
    if not fits:
        raise ShapeError(f"a gradient of shape {shape_tuple(x)} did not come from axis {axis} of shape "
                         f"{tuple([shape[d] for d in range(ndim)])} at indices of shape {shape_tuple(index)}")
    y = zeros(ndim, shape, x.view.dtype, x.storage.device)
    move_axis(y, index, contiguous(x), axis, MLT_ADD, True)
    return y


# --- along an axis, whole blocks ------------------------------------------------------------

cdef Tensor mode_indices(Tensor index, int64_t length, object mode):
    """Indices that are right for an axis: wrapped around or clipped."""
    cdef Tensor out
    if mode != "wrap" and mode != "clip":
        raise ValueError(f"take: mode must be 'raise', 'wrap' or 'clip', not {mode!r}")
    if length == 0 and index.view.size:
        raise IndexingError(f"take: cannot take {index.view.size} elements from an axis of size 0")
    out = empty(index.view.ndim, index.view.shape, INT64, index.storage.device)
    if index.view.size and mode == "wrap":
        mlt_index_wrap(<int64_t*> out.view.data, <const int64_t*> index.view.data, index.view.size, length)
    elif index.view.size:
        mlt_index_clip(<int64_t*> out.view.data, <const int64_t*> index.view.data, index.view.size, length)
    return out


cdef object take_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor index = index_tensor(<Tensor> a[1], "take")
    cdef int axis = 0
    if <object> a[2] is None or x.view.ndim == 0:
        if <object> a[2] is not None:
            normalize_axis(<object> a[2], 1)
        x = flat(x)
    else:
        axis = normalize_axis(<object> a[2], x.view.ndim)
    if <object> a[4] == "raise":
        return take_axis(x, index, axis, False)
    return take_axis(x, mode_indices(index, x.view.shape[axis], <object> a[4]), axis, True)


cdef object embedding_kernel(PyObject** a):
    cdef Tensor weight = <Tensor> a[0]
    cdef Tensor index
    if weight.view.ndim != 2:
        raise ShapeError(
            f"embedding: the weight has one row per entry, shape (entries, features), not {shape_tuple(weight)}")
    index = index_tensor(<Tensor> a[1], "embedding")
    return take_axis(weight, index, 0, False)


# --- along an axis, element by element ------------------------------------------------------

cdef int run_along(Tensor data, Tensor index, Tensor dense, int axis, int mode) except -1:
    """`index` has the shape to walk; the other two are walked with their strides, from their origin.

    The axis is walked second to last, so that threads never meet in one place.
    """
    cdef mlt_along along
    cdef int order[MLT_MAX_DIMS]
    cdef int n = 0, i, d, last = index.view.ndim - 1, status
    if index.view.size == 0:
        return 0
    for i in range(last + 1):
        if i != axis and i != last:
            order[n] = i
            n += 1
    order[n] = axis
    if axis != last:
        order[n + 1] = last
    along.ndim = last + 1
    along.data = data.view.data
    along.dense = dense.view.data
    along.index = index.view.data
    along.length = data.view.shape[axis]
    along.step = data.view.strides[axis]
    along.itemsize = mlt_itemsize[data.view.dtype]
    along.dtype = data.view.dtype
    along.lines = 1
    for i in range(last + 1):
        d = order[i]
        along.shape[i] = index.view.shape[d]
        along.data_strides[i] = 0 if d == axis else data.view.strides[d]
        along.dense_strides[i] = dense.view.strides[d]
        along.index_strides[i] = index.view.strides[d]
        if i < last:
            along.lines *= along.shape[i]
    along.group = index.view.shape[axis] if axis != last else 1
    # Lines of one element make one line together.
    while along.ndim > 1 and along.shape[along.ndim - 1] == 1:
        along.ndim -= 1
        along.lines //= along.shape[along.ndim - 1]
        along.group = 1
    if index.view.size < MLT_PARALLEL_THRESHOLD:
        mlt_along_here(&along, mode)
        return 0
    with nogil:
        status = mlt_along_run(&along, mode)
    return check_interrupt(status)


cdef Tensor along_axis(Tensor x, Tensor index, int axis):
    cdef Tensor y = empty(index.view.ndim, index.view.shape, x.view.dtype, x.storage.device)
    run_along(x, index, y, axis, MLT_GET)
    return y


cdef int check_along(Tensor index, int64_t length, int axis) except -1:
    return check_indices(<const int64_t*> index.view.data, index.view.size, length, axis)


cdef int along_shape(str name, Tensor x, Tensor index, int axis, int64_t* shape) except -1:
    """Common shape of both away from the axis, where it has the length of the index."""
    cdef int i
    if x.view.ndim != index.view.ndim:
        raise ShapeError(
            f"{name}: the tensor of shape {shape_tuple(x)} and the indices of shape {shape_tuple(index)} "
            "must have the same number of dimensions")
    for i in range(x.view.ndim):
        if i == axis or x.view.shape[i] == 1:
            shape[i] = index.view.shape[i]
        elif index.view.shape[i] == 1 or index.view.shape[i] == x.view.shape[i]:
            shape[i] = x.view.shape[i]
        else:
            raise ShapeError(
                f"{name}: shape {shape_tuple(x)} and indices of shape {shape_tuple(index)} do not "
                f"broadcast against each other away from axis {axis}")
    return 0


cdef Tensor broadcast_but(Tensor t, const int64_t* shape, int axis):
    """The view of `t` with this shape, its own length kept along the axis."""
    cdef int64_t full[MLT_MAX_DIMS]
    cdef int i
    for i in range(t.view.ndim):
        full[i] = t.view.shape[i] if i == axis else shape[i]
    return broadcast_view(t, t.view.ndim, full)


cdef object take_along_axis_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor index = index_tensor(<Tensor> a[1], "take_along_axis")
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef Tensor y
    cdef int axis
    if <object> a[2] is None:
        if index.view.ndim != 1:
            raise ShapeError(
                f"take_along_axis with axis=None takes 1-d indices, not shape {shape_tuple(index)}")
        x = flat(x)
        axis = 0
    else:
        axis = normalize_axis(<object> a[2], x.view.ndim)
    along_shape("take_along_axis", x, index, axis, shape)
    check_along(index, x.view.shape[axis], axis)
    y = empty(x.view.ndim, shape, x.view.dtype, x.storage.device)
    run_along(broadcast_but(x, shape, axis), broadcast_view(index, x.view.ndim, shape), y, axis, MLT_GET)
    return y


cdef int fits_within(str name, Tensor index, Tensor other, int axis, str what) except -1:
    cdef int i
    if index.view.ndim != other.view.ndim:
        raise ShapeError(
            f"{name}: the indices of shape {shape_tuple(index)} and {what} of shape "
            f"{shape_tuple(other)} must have the same number of dimensions")
    for i in range(index.view.ndim):
        if i != axis and index.view.shape[i] > other.view.shape[i]:
            raise ShapeError(
                f"{name}: the indices of shape {shape_tuple(index)} are longer than {what} of shape "
                f"{shape_tuple(other)} in dimension {i}")
    return 0


cdef Tensor lifted(Tensor t):
    """The tensor with at least one dimension."""
    cdef int64_t one = 1
    return reshape(t, 1, &one) if t.view.ndim == 0 else t


cdef object gather_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor given = <Tensor> a[2]
    cdef Tensor index = index_tensor(lifted(given), "gather")
    cdef Tensor y
    cdef int axis
    x = lifted(x)
    axis = normalize_axis(<object> a[1], x.view.ndim)
    fits_within("gather", index, x, axis, "the tensor")
    check_along(index, x.view.shape[axis], axis)
    y = empty(index.view.ndim, index.view.shape, x.view.dtype, x.storage.device)
    run_along(x, index, y, axis, MLT_GET)
    return reshape(y, given.view.ndim, given.view.shape)


cdef int put_along(str name, Tensor y, object axis_given, Tensor index, Tensor source, int mode) except -1:
    """Writes or adds `source` (of one element, or at least as long as the indices) into y."""
    cdef int axis
    cdef Tensor values
    y = lifted(y)
    index = index_tensor(lifted(index), name)
    axis = normalize_axis(axis_given, y.view.ndim)
    fits_within(name, index, y, axis, "the tensor")
    check_along(index, y.view.shape[axis], axis)
    values = source if source.view.dtype == y.view.dtype else cast(source, y.view.dtype)
    if source.view.ndim == 0:
        values = broadcast_view(values, index.view.ndim, index.view.shape)
    else:
        fits_within(name, index, values, -1, "the source")
    return run_along(y, index, values, axis, mode)


cdef object scatter_kernel(PyObject** a):
    cdef Tensor y = copy(<Tensor> a[0])
    put_along("scatter", y, <object> a[1], <Tensor> a[2], <Tensor> a[3], MLT_PUT)
    return y


cdef object scatter_add_kernel(PyObject** a):
    cdef Tensor y = copy(<Tensor> a[0])
    put_along("scatter_add", y, <object> a[1], <Tensor> a[2], <Tensor> a[3], MLT_ADD)
    return y


cdef object along_scatter_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int n = read_shape(<object> a[3], shape)
    cdef Tensor y = zeros(n, shape, x.view.dtype, x.storage.device)
    put_along("scatter_add", y, <object> a[1], <Tensor> a[2], x, MLT_ADD)
    return y


def put_along_axis(Tensor x, indices, values, axis):
    """Past the tape: see the function of the namespace."""
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef Tensor target = x
    cdef Tensor index = index_tensor(as_tensor(indices, -1, x.storage.device, COPY_IF_NEEDED), "put_along_axis")
    cdef Tensor value = as_tensor(values, -1, x.storage.device, COPY_IF_NEEDED)
    cdef int dim = 0
    require_writeable(x)
    if axis is None:
        if index.view.ndim != 1:
            raise ShapeError(f"put_along_axis with axis=None takes 1-d indices, not shape {shape_tuple(index)}")
        target = flat(x)
    else:
        dim = normalize_axis(axis, x.view.ndim)
    along_shape("put_along_axis", target, index, dim, shape)
    check_along(index, target.view.shape[dim], dim)
    for i in range(target.view.ndim):
        if i != dim and target.view.shape[i] != shape[i]:
            raise ShapeError(
                f"put_along_axis: indices of shape {shape_tuple(index)} do not fit into shape {shape_tuple(x)}")
    if value.view.dtype != x.view.dtype:
        value = cast(value, x.view.dtype)
    elif shares_memory(value, x):
        value = copy(value)
    if shares_memory(index, x):
        index = copy(index)
    run_along(target, broadcast_view(index, target.view.ndim, shape),
              broadcast_view(value, target.view.ndim, shape), dim, MLT_PUT)
    if axis is None and not shares_memory(target, x):
        copy_into(x, reshape(target, x.view.ndim, x.view.shape))
    else:
        mark_written(x)


KERNELS = {
    "take": kernel_capsule(take_kernel),
    "take_along_axis": kernel_capsule(take_along_axis_kernel),
    "gather": kernel_capsule(gather_kernel),
    "scatter": kernel_capsule(scatter_kernel),
    "scatter_add": kernel_capsule(scatter_add_kernel),
    "along_scatter": kernel_capsule(along_scatter_kernel),
    "embedding": kernel_capsule(embedding_kernel),
}
