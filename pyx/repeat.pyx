"""Repeating, tiling and padding: elements of a tensor in several places of a larger one."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core.dtypes cimport INT64, mlt_itemsize
from mltensor._core.elementwise cimport broadcast_view, contiguous, copy, copy_into, fill
from mltensor._core.gather cimport (
    MLT_PARALLEL_THRESHOLD, index_tensor, launch, mlt_task, spread_axis, take_axis)
from mltensor._core.interop cimport COPY_IF_NEEDED, as_tensor
from mltensor._core.storage cimport check_interrupt, kernel_capsule, runtime
from mltensor._core.shapes cimport normalize_axis, plus, read_shape, times
from mltensor._core.tensor cimport MLT_MAX_DIMS, Tensor, empty, shape_tuple
from mltensor._core.view cimport flat, reshape, section

from mltensor.errors import ShapeError

cdef extern from "mltensor/positions.h" nogil:
    ctypedef struct mlt_repeats:
        const char* source "from"
        char* to
        int64_t block
        int64_t times
    void mlt_repeat_task(void* context, int64_t begin, int64_t end) noexcept
    ctypedef struct mlt_repeats_each:
        const char* source "from"
        char* to
        char* end
        const int64_t* counts
        int64_t n
        int64_t block
    void mlt_repeat_each_task(void* context, int64_t begin, int64_t end) noexcept nogil
    int64_t mlt_repeat_total(const int64_t* counts, int64_t n)
    void mlt_repeat_positions(int64_t* out, const int64_t* repeats, int64_t times, int64_t n)
    enum:
        MLT_PAD_EDGE
        MLT_PAD_WRAP
        MLT_PAD_REFLECT
        MLT_PAD_SYMMETRIC
    void mlt_pad_positions(int64_t* out, int64_t before, int64_t n, int64_t after, int mode)

cdef extern from "mltensor/thread.h" nogil:
    void* mlt_runtime_pointer
    int mlt_serial(int64_t count, int64_t chunk, mlt_task task, void* context)

global mlt_runtime_pointer
mlt_runtime_pointer = runtime()


# --- repeating ------------------------------------------------------------------------------

cdef Tensor repeat_counts(object repeats, int64_t n, int64_t* total):
    """How often each of n elements is repeated, or of one element how often all are; and their sum."""
    cdef Tensor counts = index_tensor(as_tensor(repeats, -1, 0, COPY_IF_NEEDED), "repeat")
    cdef const int64_t* each
    if counts.view.ndim > 1 or (counts.view.size != 1 and counts.view.size != n):
        raise ShapeError(
            f"repeat: repeats of shape {shape_tuple(counts)} do not match {n} elements; give one number or one each")
    each = <const int64_t*> counts.view.data
    total[0] = mlt_repeat_total(each, counts.view.size)
    if total[0] == -1:
        raise ValueError(f"repeat: repeats must not be negative, got {counts.min()}")
    if total[0] == -2:
        plus("repeat", 2**62, 2**62)    # raises what a size beyond the machine's integers raises
    if counts.view.size == 1 and n != 1:
        total[0] = times("repeat", n, each[0])
    return counts


cdef Tensor repeat_positions(object repeats, int64_t n):
    """Each of the n positions as often as it is repeated."""
    cdef int64_t total
    cdef Tensor counts = repeat_counts(repeats, n, &total)
    cdef const int64_t* each = <const int64_t*> counts.view.data
    cdef Tensor positions = empty(1, &total, INT64, 0)
    mlt_repeat_positions(<int64_t*> positions.view.data, each if counts.view.size == n else NULL,
                         each[0] if counts.view.size else 0, n)
    return positions


cdef int64_t blocks_along(Tensor x, int axis, int64_t* shape, int64_t* block) noexcept:
    """How many blocks of contiguous memory a contiguous tensor has along an axis; their bytes, and the shape."""
    cdef int64_t blocks = 1
    cdef int d
    block[0] = mlt_itemsize[x.view.dtype]
    for d in range(x.view.ndim):
        shape[d] = x.view.shape[d]
        if d <= axis:
            blocks *= shape[d]
        else:
            block[0] *= shape[d]
    return blocks


cdef Tensor repeated(Tensor x, int64_t count, int axis):
    """Every slice along an axis the same number of times."""
    cdef mlt_repeats r
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int64_t blocks
    cdef Tensor y
    if count < 0:
        raise ValueError(f"repeat: repeats must not be negative, got {count}")
    x = contiguous(x)
    blocks = blocks_along(x, axis, shape, &r.block)
    shape[axis] = times("repeat", shape[axis], count)
    y = empty(x.view.ndim, shape, x.view.dtype, x.storage.device)
    if y.view.size:
        r.source = x.view.data
        r.to = y.view.data
        r.times = count
        launch(blocks, max(1, 65536 // (r.block * count)), mlt_repeat_task, &r, y.view.size)
    return y


cdef Tensor repeated_each(Tensor x, object repeats, int axis):
    """Every slice along an axis as often as its own count says."""
    cdef mlt_repeats_each r
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int64_t blocks, total
    cdef int status
    cdef Tensor y, counts = repeat_counts(repeats, x.view.shape[axis], &total)
    r.counts = <const int64_t*> counts.view.data
    if counts.view.size == 1:
        return repeated(x, r.counts[0], axis)
    x = contiguous(x)
    blocks = blocks_along(x, axis, shape, &r.block)
    shape[axis] = total
    y = empty(x.view.ndim, shape, x.view.dtype, x.storage.device)
    if y.view.size:
        r.source = x.view.data
        r.to = y.view.data
        r.end = r.to + y.view.size * mlt_itemsize[x.view.dtype]
        r.n = x.view.shape[axis]
        if y.view.size < MLT_PARALLEL_THRESHOLD:
            mlt_repeat_each_task(&r, 0, blocks)
        else:
            with nogil:
                status = mlt_serial(blocks, 65536, mlt_repeat_each_task, &r)
            check_interrupt(status)
    return y


cdef object repeat_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef int axis = 0
    if <object> a[2] is None or x.view.ndim == 0:
        x = flat(x)
    else:
        axis = normalize_axis(<object> a[2], x.view.ndim)
    if isinstance(<object> a[1], int):
        return repeated(x, <object> a[1], axis)
    return repeated_each(x, <object> a[1], axis)


cdef object repeat_sum_kernel(PyObject** a):
    """The transpose of repeat: elements that came from one place are added there."""
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor y
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int64_t size
    cdef int n = read_shape(<object> a[3], shape), d
    if <object> a[2] is None or n == 0:
        size = 1
        for d in range(n):
            size = times("repeat_sum", size, shape[d])
        y = spread_axis(x, repeat_positions(<object> a[1], size), 0, 1, &size)
        return reshape(y, n, shape)
    d = normalize_axis(<object> a[2], n)
    return spread_axis(x, repeat_positions(<object> a[1], shape[d]), d, n, shape)


cdef object tile_kernel(PyObject** a):
    """Copies side by side: a broadcast to (repeats, length) pairs of dimensions, laid out anew."""
    cdef Tensor x = <Tensor> a[0]
    cdef int64_t reps[MLT_MAX_DIMS]
    cdef int64_t pairs[MLT_MAX_DIMS]
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int64_t lengths[MLT_MAX_DIMS]
    cdef int given = read_shape(<object> a[1], reps), n = max(given, x.view.ndim), d, p = 0
    cdef int64_t repeats
    for d in range(given):
        if reps[d] < 0:
            raise ValueError(f"tile: repetitions must not be negative, got {reps[d]}")
    if n + x.view.ndim > MLT_MAX_DIMS:
        raise ShapeError(f"tile: shape {shape_tuple(x)} has too many dimensions for {given} repetitions")
    # Only dimensions that x has need a pair; a new one is its repetitions.
    for d in range(n):
        repeats = reps[d - (n - given)] if d >= n - given else 1
        if d >= n - x.view.ndim:
            shape[d] = times("tile", repeats, x.view.shape[d - (n - x.view.ndim)])
            pairs[p] = repeats
            lengths[p] = 1
            pairs[p + 1] = lengths[p + 1] = x.view.shape[d - (n - x.view.ndim)]
            p += 2
        else:
            shape[d] = pairs[p] = repeats
            lengths[p] = 1
            p += 1
    return reshape(copy(broadcast_view(reshape(x, p, lengths), p, pairs)), n, shape)


# --- padding --------------------------------------------------------------------------------

cdef int64_t padded(int64_t before, int64_t length, int64_t after) except -1:
    """Length of a dimension with its margins."""
    if before < 0 or after < 0:
        raise ValueError(f"pad: widths must not be negative, got {before} and {after}")
    return plus("pad", plus("pad", before, length), after)


cdef object pad_constant_kernel(PyObject** a):
    """`widths` and `values` have a pair per dimension; the last dimension's pads cover the corners."""
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor y, region
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int64_t before[MLT_MAX_DIMS]
    cdef int d
    widths, values = list(<object> a[1]), None if <object> a[2] is None else list(<object> a[2])
    for d in range(x.view.ndim):
        before[d] = widths[d][0]
        shape[d] = padded(before[d], x.view.shape[d], widths[d][1])
    y = empty(x.view.ndim, shape, x.view.dtype, x.storage.device)
    region = y
    for d in range(x.view.ndim - 1, -1, -1):
        # What `region` has outside of x along d: NumPy fills dimension after dimension, the last one last.
        if values is not None:
            fill(section(region, d, 0, before[d]), values[d][0])
            fill(section(region, d, before[d] + x.view.shape[d], shape[d]), values[d][1])
        region = section(region, d, before[d], before[d] + x.view.shape[d])
    copy_into(region, x)
    return y


cdef dict pad_modes = {
    "edge": MLT_PAD_EDGE, "wrap": MLT_PAD_WRAP, "reflect": MLT_PAD_REFLECT, "symmetric": MLT_PAD_SYMMETRIC}


cdef Tensor pad_positions(PyObject** a, int64_t length):
    cdef int64_t before = <object> a[2], after = <object> a[3]
    cdef int64_t total = padded(before, length, after)
    cdef Tensor positions
    if <object> a[4] not in pad_modes:
        raise ValueError(f"pad: mode must be one of {', '.join(pad_modes)}, not {<object> a[4]!r}")
    if length == 0 and total:
        raise ShapeError(f"pad: an axis of length 0 has nothing to pad from in mode {<object> a[4]!r}")
    positions = empty(1, &total, INT64, 0)
    if total:
        mlt_pad_positions(<int64_t*> positions.view.data, before, length, after, pad_modes[<object> a[4]])
    return positions


cdef object pad_axis_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef int axis = normalize_axis(<object> a[1], x.view.ndim), d
    cdef Tensor positions = pad_positions(a, x.view.shape[axis]), y
    cdef int64_t before = <object> a[2], end = before + x.view.shape[axis]
    cdef int64_t shape[MLT_MAX_DIMS]
    for d in range(x.view.ndim):
        shape[d] = x.view.shape[d]
    shape[axis] = positions.view.size
    y = empty(x.view.ndim, shape, x.view.dtype, x.storage.device)
    copy_into(section(y, axis, before, end), x)
    if before:
        copy_into(section(y, axis, 0, before), take_axis(x, section(positions, 0, 0, before), axis, True))
    if end < shape[axis]:
        copy_into(section(y, axis, end, shape[axis]),
                  take_axis(x, section(positions, 0, end, shape[axis]), axis, True))
    return y


cdef object pad_axis_sum_kernel(PyObject** a):
    """The transpose of pad_axis: what was read from one place is added there."""
    cdef Tensor x = <Tensor> a[0]
    cdef int axis = normalize_axis(<object> a[1], x.view.ndim), d
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef Tensor positions
    for d in range(x.view.ndim):
        shape[d] = x.view.shape[d]
    shape[axis] = <object> a[5]
    positions = pad_positions(a, shape[axis])
    if positions.view.size != x.view.shape[axis]:
        raise ShapeError(f"pad: axis {axis} of shape {shape_tuple(x)} is not the padded length {positions.view.size}")
    return spread_axis(x, positions, axis, x.view.ndim, shape)


KERNELS = {
    "repeat": kernel_capsule(repeat_kernel),
    "repeat_sum": kernel_capsule(repeat_sum_kernel),
    "tile": kernel_capsule(tile_kernel),
    "pad_constant": kernel_capsule(pad_constant_kernel),
    "pad_axis": kernel_capsule(pad_axis_kernel),
    "pad_axis_sum": kernel_capsule(pad_axis_sum_kernel),
}
