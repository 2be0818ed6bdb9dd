"""x[key] and x[key] = value: views for basic keys, gathers for index tensors and masks.

A key with an index tensor or a mask in it becomes a `Plan`: the geometry of the dimensions that are
left once integers, slices and None are applied, which of them are indexed and by what, and where
the dimensions of the indices go in the result. Reading, writing and adding then are one gather.
"""

from cpython.object cimport PyObject
from libc.stdint cimport int8_t, int64_t

from mltensor._core.dtypes cimport BOOL, INT64, is_integer, mlt_itemsize, objects
from mltensor._core.elementwise cimport (
    broadcast_view, cast, contiguous, copy, copy_into, copy_where, same_device)
from mltensor._core.gather cimport (
    MLT_ADD, MLT_GET, MLT_PUT, check_indices, index_tensor, mlt_gather, mlt_indices, run_gather, take_axis, zeros)
from mltensor._core.interop cimport COPY_IF_NEEDED, as_tensor
from mltensor._core.keys cimport (
    Geometry, basic_index, keep_axes, new_axis, one_integer, one_slice, scalar_integer, too_many)
from mltensor._core.positions cimport nonzero_places, pick, put_in_order, unravel
from mltensor._core.storage cimport kernel_capsule, runtime
from mltensor._core.shapes cimport read_shape
from mltensor._core.tensor cimport (
    MLT_MAX_DIMS, Tensor, empty, mark_written, require_writeable, same_shape, shape_tuple, shares_memory)
from mltensor._core.view cimport reshape

import numpy

from mltensor.errors import IndexingError, ShapeError

cdef extern from "Python.h":
    int PySlice_Check(object o)

cdef extern from "mltensor/thread.h" nogil:
    void* mlt_runtime_pointer

global mlt_runtime_pointer
mlt_runtime_pointer = runtime()

cdef object array_type = numpy.ndarray

cdef str WRONG_KIND = (
    "only integers, slices (`:`), ellipsis (`...`), None and integer or boolean arrays are valid indices")


cdef class Plan:
    """What a key selects."""

    cdef Geometry geometry
    cdef int8_t indexed[64]       # dimension of the geometry: 1 when an index tensor picks from it
    cdef list indices             # int64 tensors, one per indexed dimension, in order
    cdef list axes                # the tensor's axis that each one indexes, for errors
    cdef int position             # dimensions of the result before those of the indices
    cdef int index_ndim
    cdef int64_t index_shape[64]  # common shape of the indices


cdef Tensor array_item(Tensor t, object item):
    """An item of a key as a tensor of integers or booleans."""
    cdef Tensor index
    if isinstance(item, Tensor):
        index = item
        same_device("index", t, index)
    elif isinstance(item, (float, complex, str, bytes)):
        raise IndexingError(f"{WRONG_KIND}, not {type(item).__name__} {item!r}")
    else:
        try:
            index = as_tensor(item, -1, t.storage.device, COPY_IF_NEEDED)
        except (TypeError, ValueError) as error:
            raise IndexingError(f"{WRONG_KIND}, not {type(item).__name__} ({error})") from None
        if index.view.size == 0 and isinstance(item, (list, tuple)) and index.view.dtype != BOOL:
            index = cast(index, INT64)
    if index.view.dtype == BOOL:
        return contiguous(index)
    if not is_integer(index.view.dtype):
        raise IndexingError(
            f"arrays used as indices must be of integer (or boolean) type, not {objects[index.view.dtype]}: "
            f"{WRONG_KIND}")
    return index_tensor(index, "index")


cdef int add_index(Plan p, Tensor index, int axis, int64_t length, int64_t stride) except -1:
    cdef Geometry* g = &p.geometry
    new_axis(g)
    g.shape[g.ndim - 1] = length
    g.strides[g.ndim - 1] = stride
    p.indexed[g.ndim - 1] = 1
    p.indices.append(index)
    p.axes.append(axis)
    return 0


cdef int add_mask(Plan p, Tensor t, Tensor mask) except -1:
    """The places where a mask is true, for as many dimensions as it has."""
    cdef Geometry* g = &p.geometry
    cdef Tensor places = nonzero_places(mask)
    cdef int first = g.axis, n = mask.view.ndim, i
    cdef int64_t inner = 1
    cdef bint merges = True
    if n == 0:
        # True is a dimension of length 1, False one of length 0.
        return add_index(p, places, g.axis, 1, 0)
    for i in range(n):
        # A mask without elements selects nothing, whatever the length beside it; so has it the standard.
        if mask.view.shape[i] != t.view.shape[first + i] and mask.view.shape[i] != 0:
            raise IndexingError(
                f"the boolean mask of shape {shape_tuple(mask)} does not match the tensor of shape "
                f"{shape_tuple(t)} along axis {first + i}: {mask.view.shape[i]} and {t.view.shape[first + i]}")
    for i in range(n - 1):
        if t.view.strides[first + i] != t.view.strides[first + i + 1] * t.view.shape[first + i + 1]:
            merges = False
    g.axis += n
    if merges:
        return add_index(p, places, first, mask.view.size, t.view.strides[first + n - 1])
    for i in range(n):
        inner *= mask.view.shape[i]
    for i in range(n):
        inner = inner // max(mask.view.shape[i], 1)
        add_index(p, unravel(places, max(inner, 1), max(mask.view.shape[i], 1)), first + i,
                  t.view.shape[first + i], t.view.strides[first + i])
    return 0


cdef int common_shape(Plan p) except -1:
    """Broadcast the index tensors against each other."""
    cdef Tensor index
    cdef int k, d
    cdef int64_t n
    p.index_ndim = 0
    for one in p.indices:
        p.index_ndim = max(p.index_ndim, (<Tensor> one).view.ndim)
    for d in range(p.index_ndim):
        p.index_shape[d] = 1
    for one in p.indices:
        index = <Tensor> one
        for k in range(index.view.ndim):
            d = p.index_ndim - index.view.ndim + k
            n = index.view.shape[k]
            if p.index_shape[d] == 1:
                p.index_shape[d] = n
            elif n != 1 and n != p.index_shape[d]:
                shapes = " ".join([str(shape_tuple(<Tensor> i)) for i in p.indices])
                raise IndexingError(
                    f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}")
    return 0


cdef object plan(Tensor t, object key):
    cdef Plan p = Plan.__new__(Plan)
    cdef Geometry* g = &p.geometry
    cdef list items = []
    cdef Py_ssize_t at, consumed = 0
    cdef bint ellipsis = False
    cdef int state = 0      # 0: no index yet, 1: in the run of indices, 2: after it, 3: a second run
    cdef int kept
    cdef Tensor index
    for item in (key if isinstance(key, tuple) else (key,)):
        if item is Ellipsis:
            if ellipsis:
                raise IndexingError("an index can have one ellipsis ('...') only")
            ellipsis = True
        elif item is not None:
            if PySlice_Check(item) or scalar_integer(item, &at):
                consumed += 1
            else:
                item = array_item(t, item)
                consumed += (<Tensor> item).view.ndim if (<Tensor> item).view.dtype == BOOL else 1
        items.append(item)
    if consumed > t.view.ndim:
        too_many(t, consumed)
    p.indices = []
    p.axes = []
    g.data = t.view.data
    kept = 0
    for item in items:
        if isinstance(item, Tensor) or not (item is None or item is Ellipsis or PySlice_Check(item)):
            # Integers count as indices when NumPy decides where the result's dimensions go.
            if state == 0:
                p.position = kept
                state = 1
            elif state == 2:
                state = 3
            if scalar_integer(item, &at):
                one_integer(t, g, at)
                continue
            index = <Tensor> item
            if index.view.dtype == BOOL:
                add_mask(p, t, index)
            else:
                add_index(p, index, g.axis, t.view.shape[g.axis], t.view.strides[g.axis])
                g.axis += 1
            continue
        if state == 1:
            state = 2
        if item is None:
            new_axis(g)
            kept += 1
        elif item is Ellipsis:
            keep_axes(t, g, <int> (t.view.ndim - consumed))
            kept += <int> (t.view.ndim - consumed)
        else:
            one_slice(t, g, item)
            kept += 1
    keep_axes(t, g, t.view.ndim - g.axis)
    if state == 3:
        p.position = 0
    common_shape(p)
    if g.ndim - len(p.indices) + p.index_ndim > MLT_MAX_DIMS:
        raise IndexingError(f"the result would have more than {MLT_MAX_DIMS} dimensions")
    return p


cdef int plan_shape(Plan p, int64_t* shape) noexcept:
    """Shape of what is selected; returns its number of dimensions."""
    cdef int n = 0, kept = 0, d, k
    for d in range(p.geometry.ndim + 1):
        if kept == p.position and n == kept:
            for k in range(p.index_ndim):
                shape[n] = p.index_shape[k]
                n += 1
        if d < p.geometry.ndim and not p.indexed[d]:
            shape[n] = p.geometry.shape[d]
            n += 1
            kept += 1
    return n


cdef Tensor spread_over(Plan p, Tensor index, mlt_indices* d):
    """Says which of some indices stands for which place; returns them, or their broadcast copy where it takes one."""
    cdef int first = 0, last = p.index_ndim - 1, surplus = p.index_ndim - index.view.ndim, k
    # What is broadcast in front is gone through again, what is broadcast behind is stood for.
    while first <= last and (first < surplus or index.view.shape[first - surplus] == 1):
        first += 1
    while last > first and index.view.shape[last - surplus] == 1:
        last -= 1
    if first > last:
        # One index for all places.
        first, last = 0, -1
    d.count = d.inner = 1
    for k in range(first, p.index_ndim):
        if k > last:
            d.inner *= p.index_shape[k]
        elif index.view.shape[k - surplus] != p.index_shape[k]:
            index = contiguous(broadcast_view(index, p.index_ndim, p.index_shape))
            d.count, d.inner = index.view.size, 1
            break
        else:
            d.count *= p.index_shape[k]
    d.index = <const int64_t*> index.view.data
    return index


cdef object place_indices(Plan p, Tensor t, mlt_gather* m, mlt_indices* indices, bint check):
    """Fills in the indices of a gather, looked over where they must be before; returns what holds them."""
    cdef Tensor index
    cdef list kept = []
    cdef int which = 0, d
    cdef int64_t unit = m.itemsize    # of the way to a place: elements, where all strides are whole ones
    cdef Geometry* g = &p.geometry
    m.known_inside = check
    m.several = len(p.indices)
    m.indices = indices
    m.length = m.count = 1
    for d in range(p.index_ndim):
        m.count *= p.index_shape[d]
    for d in range(g.ndim):
        if p.indexed[d] and g.strides[d] % m.itemsize:
            unit = 1
    for d in range(g.ndim):
        if not p.indexed[d]:
            continue
        index = <Tensor> p.indices[which]
        if check or m.count == 0:
            check_indices(<const int64_t*> index.view.data, index.view.size, g.shape[d], p.axes[which])
            if shares_memory(index, t):
                index = copy(index)
        if m.several == 1:
            m.several = 0
            m.length = g.shape[d]
            m.step = g.strides[d]
            m.index = <const int64_t*> index.view.data
            return index
        kept.append(spread_over(p, index, indices + which))
        indices[which].length = g.shape[d]
        indices[which].step = g.strides[d] // unit
        indices[which].axis = p.axes[which]
        m.length *= g.shape[d]
        which += 1
    m.step = unit
    if m.several == 0:
        # A basic key: one block.
        index = zeros(0, NULL, INT64, 0)
        m.index = <const int64_t*> index.view.data
        kept.append(index)
    return kept


cdef bint one_stride(Tensor t, int first, int last, int64_t* step) noexcept:
    """Whether the dimensions from `first` to before `last` can be walked with one stride, and which."""
    cdef int d
    cdef int64_t expected = 0
    cdef bint found = False
    step[0] = 0
    for d in range(last - 1, first - 1, -1):
        if t.view.shape[d] == 1:
            continue
        if not found:
            step[0] = t.view.strides[d]
            found = True
        elif t.view.strides[d] != expected:
            return False
        expected = t.view.strides[d] * t.view.shape[d]
    return True


cdef int run_plan(Plan p, Tensor t, Tensor dense, int mode) except -1:
    """Moves or adds between what is selected of `t` and `dense`, which has its shape."""
    cdef mlt_gather m
    cdef Geometry* g = &p.geometry
    cdef int d, kept = 0, at, last
    cdef mlt_indices indices[MLT_MAX_DIMS]
    cdef object _kept    # alive while the gather reads them
    m.itemsize = mlt_itemsize[t.view.dtype]
    _kept = place_indices(p, t, &m, indices, mode != MLT_GET or dense.view.size == 0)
    if dense.view.size == 0:
        return 0
    m.data = g.data
    m.dtype = t.view.dtype
    last = p.position + p.index_ndim
    if not one_stride(dense, p.position, last, &m.dense_step):
        dense = copy(dense)
        one_stride(dense, p.position, last, &m.dense_step)
    m.dense = dense.view.data
    m.outer_ndim = m.inner_ndim = 0
    for d in range(g.ndim):
        if p.indexed[d]:
            continue
        if kept < p.position:
            at = m.outer_ndim
            m.outer_shape[at] = g.shape[d]
            m.outer_data[at] = g.strides[d]
            m.outer_dense[at] = dense.view.strides[kept]
            m.outer_ndim += 1
        else:
            at = m.inner_ndim
            m.inner_shape[at] = g.shape[d]
            m.inner_data[at] = g.strides[d]
            m.inner_dense[at] = dense.view.strides[kept + p.index_ndim]
            m.inner_ndim += 1
        kept += 1
    return run_gather(&m, mode, p.axes[0] if p.axes else -1)


cdef Tensor only_index(Tensor t, object key):
    """The tensor of positions, or the mask, when that is all there is to a key; else None."""
    if isinstance(key, tuple):
        if len(<tuple> key) != 1:
            return None
        key = (<tuple> key)[0]
    if isinstance(key, (Tensor, array_type, list)):
        return array_item(t, key)
    return None


cdef inline bint is_full_mask(Tensor t, Tensor index):
    return index.view.dtype == BOOL and index.view.ndim and same_shape(index, t)


cdef Tensor index_get(Tensor t, object key):
    view = basic_index(t, key)
    return <Tensor> view if view is not None else index_elements(t, key)


cdef Tensor index_elements(Tensor t, object key):
    cdef int64_t shape[64]
    cdef Tensor y, index = only_index(t, key)
    cdef Plan p
    cdef int n
    if index is not None:
        if index.view.dtype != BOOL and t.view.ndim:
            return take_axis(t, index, 0, False)
        if is_full_mask(t, index):
            return pick(contiguous(t), index)
        key = index
    p = <Plan> plan(t, key)
    n = plan_shape(p, shape)
    y = empty(n, shape, t.view.dtype, t.storage.device)
    run_plan(p, t, y, MLT_GET)
    return y


cdef Tensor fitted(Tensor value, int ndim, const int64_t* shape):
    """The value broadcast to the selection; leading dimensions of length 1 may be surplus, as in NumPy."""
    cdef int surplus = value.view.ndim - ndim, i
    cdef bint fits = True
    for i in range(surplus):
        fits = fits and value.view.shape[i] == 1
    if fits and surplus > 0:
        value = reshape(value, ndim, value.view.shape + surplus)
    if fits:
        try:
            return broadcast_view(value, ndim, shape)
        except ShapeError:
            pass
    selected = tuple([shape[i] for i in range(ndim)])
    raise ShapeError(
        f"a value of shape {shape_tuple(value)} cannot be broadcast to what the index selects, "
        f"shape {selected}")


cdef bint put_rows(Tensor t, Tensor index, Tensor value, int mode, bint new) except -1:
    """Writes or adds to whole rows at a 1-d index, without the detour of a plan; False where it takes one.

    Where an index is outside, a new tensor is dropped, and may be left half written; any other one stays as it was.
    """
    cdef mlt_gather g
    cdef int64_t strides[MLT_MAX_DIMS]
    cdef int surplus = value.view.ndim - t.view.ndim, d
    cdef int64_t length
    if index.view.ndim != 1 or surplus > 0:
        return False
    for d in range(t.view.ndim):
        length = index.view.size if d == 0 else t.view.shape[d]
        if d + surplus < 0 or (value.view.shape[d + surplus] == 1 and length != 1):
            strides[d] = 0
        elif value.view.shape[d + surplus] == length:
            strides[d] = value.view.strides[d + surplus]
        else:
            return False
    g.several = 0
    g.known_inside = not new or value.view.size == 0 or t.view.size == 0
    if g.known_inside:
        check_indices(<const int64_t*> index.view.data, index.view.size, t.view.shape[0], 0)
    if shares_memory(index, t):
        index = copy(index)
    g.data = t.view.data
    g.dense = value.view.data
    g.index = <const int64_t*> index.view.data
    g.count = index.view.size
    g.length = t.view.shape[0]
    g.step = t.view.strides[0]
    g.dense_step = strides[0]
    g.itemsize = mlt_itemsize[t.view.dtype]
    g.dtype = t.view.dtype
    g.outer_ndim = 0
    g.inner_ndim = t.view.ndim - 1
    for d in range(g.inner_ndim):
        g.inner_shape[d] = t.view.shape[d + 1]
        g.inner_data[d] = t.view.strides[d + 1]
        g.inner_dense[d] = strides[d + 1]
    run_gather(&g, mode, 0)
    return True


cdef int put(Tensor t, object key, Tensor value, int mode, bint new) except -1:
    cdef int64_t shape[64]
    cdef Plan p
    cdef int n
    cdef Tensor index = only_index(t, key)
    if value.view.dtype != t.view.dtype:
        value = cast(value, t.view.dtype)
    # What is read must not change while it is written.
    if shares_memory(value, t):
        value = copy(value)
    if index is not None:
        key = index
        if index.view.dtype != BOOL and t.view.ndim and put_rows(t, index, value, mode, new):
            return mark_written(t)
        if (mode == MLT_PUT and t.view.contiguous and value.view.contiguous and value.view.ndim == 1
                and is_full_mask(t, index) and not shares_memory(index, t) and put_in_order(t, index, value)):
            return mark_written(t)
    p = <Plan> plan(t, key)
    n = plan_shape(p, shape)
    value = fitted(value, n, shape)
    for i in range(len(p.indices)):
        index = <Tensor> p.indices[i]
        if shares_memory(index, t):
            p.indices[i] = copy(index)
    run_plan(p, t, value, mode)
    return mark_written(t)


def add_at(Tensor t, key, Tensor value):
    """t[key] += value, past the tape, with every duplicate counted."""
    require_writeable(t)
    same_device("add.at", t, value)
    put(t, key, value, MLT_ADD, False)


cdef int assign(Tensor t, object key, object value_given) except -1:
    cdef Tensor value, view
    require_writeable(t)
    if isinstance(value_given, Tensor):
        value = value_given
    else:
        value = as_tensor(value_given, -1, t.storage.device, COPY_IF_NEEDED)
    basic = basic_index(t, key)
    if basic is not None:
        view = <Tensor> basic
        copy_into(view, fitted(value, view.view.ndim, view.view.shape))
        return 0
    return assign_elements(t, key, value)


cdef int assign_elements(Tensor t, object key, Tensor value) except -1:
    cdef Tensor mask
    same_device("assignment", t, value)
    if value.view.size == 1:
        mask = only_index(t, key)
        if mask is not None:
            if is_full_mask(t, mask):
                copy_where(t, reshape(value, 0, NULL) if value.view.ndim else value, mask)
                return 0
            key = mask
    return put(t, key, value, MLT_PUT, False)


# --- kernels ----------------------------------------------------------------------------------

cdef object getitem_kernel(PyObject** a):
    return index_get(<Tensor> a[0], <object> a[1])


cdef object index_scatter_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef int64_t shape[64]
    cdef int n = read_shape(<object> a[2], shape)
    cdef Tensor y = zeros(n, shape, x.view.dtype, x.storage.device)
    basic = basic_index(y, <object> a[1])
    if basic is not None:
        copy_into(<Tensor> basic, x)
    else:
        put(y, <object> a[1], x, MLT_ADD, True)
    return y


cdef object index_put_kernel(PyObject** a):
    cdef Tensor y = copy(<Tensor> a[0])
    assign(y, <object> a[2], <Tensor> a[1])
    return y


cdef object index_add_kernel(PyObject** a):
    cdef Tensor y = copy(<Tensor> a[0])
    put(y, <object> a[2], <Tensor> a[1], MLT_ADD, True)
    return y


KERNELS = {
    "getitem": kernel_capsule(getitem_kernel),
    "index_scatter": kernel_capsule(index_scatter_kernel),
    "index_put": kernel_capsule(index_put_kernel),
    "index_add": kernel_capsule(index_add_kernel),
}
