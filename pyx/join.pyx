"""Joining tensors, and rolling them: parts copied next to each other."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core.dtypes cimport INT64, code_of, mlt_itemsize, objects, promotion
from mltensor._core.elementwise cimport cast, copy, copy_into
from mltensor._core.gather cimport launch
from mltensor._core.storage cimport HOSTS, kernel_capsule, runtime, shortcut_capsule
from mltensor._core.shapes cimport normalize_axis, plus
from mltensor._core.tensor cimport (
    MLT_INLINE_DIMS, MLT_MAX_DIMS, Tensor, empty, new_view, requires_grad, shape_tuple)
from mltensor._core.view cimport flat, reshape, section

import operator

import numpy

from mltensor.errors import DTypeError, ShapeError

cdef extern from "Python.h":
    bint PyTuple_CheckExact(object o)
    bint PyList_CheckExact(object o)
    bint PyLong_CheckExact(object o)
    long PyLong_AsLongAndOverflow(object o, int* overflow) except? -1
    Py_ssize_t PySequence_Fast_GET_SIZE(object sequence)
    PyObject** PySequence_Fast_ITEMS(object sequence)

cdef extern from "mltensor/joint.h" nogil:
    ctypedef struct mlt_bytes:
        const char* source "from"
        char* to
    void mlt_bytes_task(void* context, int64_t begin, int64_t end) noexcept
    ctypedef struct mlt_joint:
        char* to
        int64_t count
        int64_t row
        const int64_t* source "from"
        const int64_t* steps
        const int64_t* starts
        int streamed
    void mlt_joint_task(void* context, int64_t begin, int64_t end) noexcept
    bint mlt_is_streamed(int64_t moved, int64_t written)

cdef extern from "mltensor/thread.h" nogil:
    void* mlt_runtime_pointer

global mlt_runtime_pointer
mlt_runtime_pointer = runtime()

# Tensors that the short way of joining takes.
cdef enum:
    FEW = 64
# Bytes up to which what is joined is never written past the cache, and of which a thread takes so many at once.
cdef int64_t LITTLE = 1 << 16
cdef int64_t CHUNK = 1 << 18


cdef int move(Tensor destination, Tensor source) except -1:
    """Copies into a part of a new tensor."""
    cdef mlt_bytes b
    cdef int64_t size = source.view.size * mlt_itemsize[source.view.dtype]
    if size == 0:
        return 0
    if not (source.view.contiguous and destination.view.contiguous and source.view.dtype == destination.view.dtype):
        return copy_into(destination, source)
    b.source = source.view.data
    b.to = destination.view.data
    return launch(size, 1 << 18, mlt_bytes_task, &b, source.view.size)


# --- joining --------------------------------------------------------------------------------

cdef int check_joint(str name, list tensors, int axis) except -1:
    """All tensors have the same shape, but for the length along the axis (-1: no exception)."""
    cdef Tensor first = <Tensor> tensors[0]
    cdef Tensor t
    cdef int k, d
    for k in range(1, len(tensors)):
        t = <Tensor> tensors[k]
        if t.view.ndim != first.view.ndim:
            raise ShapeError(
                f"{name}: all tensors must have the same number of dimensions, but tensor 0 has shape "
                f"{shape_tuple(first)} and tensor {k} has shape {shape_tuple(t)}")
        for d in range(t.view.ndim):
            if d != axis and t.view.shape[d] != first.view.shape[d]:
                but = f" except along axis {axis}" if axis >= 0 else ""
                raise ShapeError(
                    f"{name}: all tensors must have the same shape{but}, but tensor 0 has shape "
                    f"{shape_tuple(first)} and tensor {k} has shape {shape_tuple(t)}")
    return 0


cdef int joint_dtype(str name, list tensors, object wanted, object casting) except -1:
    """The dtype to which the tensors promote, or the wanted one where the rule of casting allows it."""
    cdef int dtype = (<Tensor> tensors[0]).view.dtype, target
    for one in tensors:
        dtype = promotion[dtype][(<Tensor> one).view.dtype]
    if wanted is None:
        return dtype
    target = code_of(wanted)
    for one in tensors:
        if not numpy.can_cast(objects[(<Tensor> one).view.dtype], objects[target], casting):
            raise DTypeError(
                f"{name}: a tensor of dtype {objects[(<Tensor> one).view.dtype]} cannot be cast to "
                f"{objects[target]} by the rule {casting!r}; see casting=")
    return target


cdef bint in_rows(Tensor t, int axis, int64_t* step) noexcept:
    """Whether a tensor is rows of contiguous memory at one distance: `step`, over the dimensions before the axis."""
    cdef int64_t next_one = mlt_itemsize[t.view.dtype]
    cdef int d
    cdef bint found = False
    for d in range(t.view.ndim - 1, axis - 1, -1):
        if t.view.shape[d] != 1:
            if t.view.strides[d] != next_one:
                return False
            next_one *= t.view.shape[d]
    step[0] = next_one
    for d in range(axis - 1, -1, -1):
        if t.view.shape[d] != 1:
            if not found:
                step[0] = t.view.strides[d]
                found = True
            elif t.view.strides[d] != next_one:
                return False
            next_one = t.view.strides[d] * t.view.shape[d]
    return True


cdef bint join_rows(Tensor y, list tensors, int axis, int64_t outer) except -1:
    """Lays tensors side by side in each of the `outer` rows of y, unless one is of another dtype or not in rows."""
    cdef int64_t row = y.view.size // outer * mlt_itemsize[y.view.dtype], places = 3 * len(tensors) + 1, block, chunk
    cdef int64_t near[49]
    cdef int64_t* starts = near
    cdef int64_t* addresses
    cdef int64_t* steps
    cdef mlt_joint p
    cdef Tensor t, far
    if places > 49:
        far = empty(1, &places, INT64, 0)
        starts = <int64_t*> far.view.data
    addresses = starts + len(tensors) + 1
    steps = addresses + len(tensors)
    p.count = 0
    starts[0] = 0
    for one in tensors:
        t = <Tensor> one
        block = t.view.size // outer * mlt_itemsize[y.view.dtype]
        if block == 0:
            continue
        if t.view.dtype != y.view.dtype or not in_rows(t, axis, steps + p.count):
            return False
        addresses[p.count] = <int64_t> t.view.data
        starts[p.count + 1] = starts[p.count] + block
        p.count += 1
    p.to = y.view.data
    p.row = row
    p.source = addresses
    p.steps = steps
    p.starts = starts
    p.streamed = 0
    if row * outer > LITTLE:
        p.streamed = mlt_is_streamed(2 * row * outer, row * outer)
    chunk = CHUNK // row * row if row < CHUNK else CHUNK
    launch(row * outer, chunk, mlt_joint_task, &p, y.view.size)
    return True


cdef Tensor joined(list tensors, int axis, int dtype, bint stacked):
    """The tensors one after the other along an axis, a new one where they are stacked; their shapes fit."""
    cdef Tensor first = <Tensor> tensors[0]
    cdef Tensor t, y
    cdef int64_t shape[MLT_MAX_DIMS + 1]
    cdef int64_t outer = 1, at = 0
    cdef int d, ndim = first.view.ndim + stacked
    for d in range(ndim):
        if d != axis:
            shape[d] = first.view.shape[d - (stacked and d > axis)]
        if d < axis:
            outer *= shape[d]
    shape[axis] = 0
    for one in tensors:
        t = <Tensor> one
        shape[axis] = plus("concat", shape[axis], 1 if stacked else t.view.shape[axis])
    y = empty(ndim, shape, dtype, first.storage.device)
    if y.view.size == 0 or join_rows(y, tensors, axis, outer):
        return y
    for one in tensors:
        t = with_axis(<Tensor> one, axis) if stacked else <Tensor> one
        move(section(y, axis, at, at + t.view.shape[axis]), t)
        at += t.view.shape[axis]
    return y


cdef list converted(str name, list tensors, object dtype, str casting):
    """The tensors in the dtype asked for, as far as `casting` lets them."""
    cdef int code
    if dtype is None:
        return tensors
    code = code_of(dtype)
    for one in tensors:
        if not numpy.can_cast(objects[(<Tensor> one).view.dtype], objects[code], casting):
            raise DTypeError(f"{name}: casting={casting!r} does not turn {one.dtype} into {objects[code]}")
    return [cast(<Tensor> one, code) for one in tensors]


cdef object concat_kernel(PyObject** a):
    """concat(arrays, axis, out, dtype, casting)"""
    cdef list tensors = converted("concat", <list> a[0], <object> a[3], <str?> <object> a[4])
    cdef int axis = 0
    if len(tensors) == 0:
        raise ValueError("concat: at least one tensor is needed")
    if <object> a[1] is None:
        tensors = [flat(<Tensor> one) for one in tensors]
    else:
        if (<Tensor> tensors[0]).view.ndim == 0:
            raise ShapeError("concat: 0-d tensors cannot be joined along an axis; use stack, or axis=None")
        axis = normalize_axis(<object> a[1], (<Tensor> tensors[0]).view.ndim)
    check_joint("concat", tensors, axis)
    return joined(tensors, axis, joint_dtype("concat", tensors, <object> a[3], <object> a[4]), False)


cdef object join_shortcut(PyObject** a, Py_ssize_t count, bint stacked):
    """A few plain tensors off the tape, contiguous and alike but for the length along the axis."""
    cdef Py_ssize_t k, n
    cdef PyObject** items
    cdef Tensor first, t, y
    cdef mlt_joint p
    cdef int64_t shape[MLT_INLINE_DIMS + 1]
    cdef int64_t starts[FEW + 1]
    cdef int64_t addresses[FEW]
    cdef int64_t steps[FEW]
    cdef int64_t outer = 1, itemsize
    cdef int d, ndim, overflow
    cdef long axis = 0
    sequence = <object> a[0]
    if not (PyTuple_CheckExact(sequence) or PyList_CheckExact(sequence)):
        return None
    if count > 1:
        if count > 2 or not PyLong_CheckExact(<object> a[1]):
            return None
        axis = PyLong_AsLongAndOverflow(<object> a[1], &overflow)
        if overflow:
            return None
    n = PySequence_Fast_GET_SIZE(sequence)
    items = PySequence_Fast_ITEMS(sequence)
    if n == 0 or n > FEW or type(<object> items[0]) is not Tensor:
        return None
    first = <Tensor> items[0]
    ndim = first.view.ndim + stacked
    axis += ndim if axis < 0 else 0
    if axis < 0 or axis >= ndim or ndim > MLT_INLINE_DIMS or first.storage.device >= HOSTS:
        return None
    for d in range(ndim):
        if d != axis:
            shape[d] = first.view.shape[d - (stacked and d > axis)]
            if d < axis:
                outer *= shape[d]
    shape[axis] = 0
    p.count = 0
    starts[0] = 0
    itemsize = mlt_itemsize[first.view.dtype]
    for k in range(n):
        if type(<object> items[k]) is not Tensor:
            return None
        t = <Tensor> items[k]
        if (t.view.ndim + stacked != ndim or t.view.dtype != first.view.dtype or not t.view.contiguous
                or t.storage.device != first.storage.device or requires_grad(t)):
            return None
        for d in range(ndim):
            if d != axis and t.view.shape[d - (stacked and d > axis)] != shape[d]:
                return None
        shape[axis] += 1 if stacked else t.view.shape[axis]
        if t.view.size:
            addresses[p.count] = <int64_t> t.view.data
            steps[p.count] = t.view.size // outer * itemsize
            starts[p.count + 1] = starts[p.count] + steps[p.count]
            p.count += 1
    if p.count == 0 or starts[p.count] * outer > LITTLE:
        return None
    y = empty(ndim, shape, first.view.dtype, first.storage.device)
    p.to = y.view.data
    p.row = starts[p.count]
    p.source = addresses
    p.steps = steps
    p.starts = starts
    p.streamed = 0
    mlt_joint_task(&p, 0, p.row * outer)
    return y


cdef object concat_shortcut(PyObject** a, Py_ssize_t count):
    return join_shortcut(a, count, False)


cdef object stack_shortcut(PyObject** a, Py_ssize_t count):
    return join_shortcut(a, count, True)


cdef Tensor with_axis(Tensor x, int axis):
    """The view with a new dimension of length 1."""
    cdef int64_t shape[MLT_MAX_DIMS + 1]
    cdef int64_t strides[MLT_MAX_DIMS + 1]
    cdef int d
    for d in range(x.view.ndim + 1):
        if d == axis:
            shape[d] = 1
            strides[d] = mlt_itemsize[x.view.dtype]
        else:
            shape[d] = x.view.shape[d - (d > axis)]
            strides[d] = x.view.strides[d - (d > axis)]
    return new_view(x, x.view.data, x.view.ndim + 1, shape, strides, x.view.dtype)


cdef object stack_kernel(PyObject** a):
    """stack(arrays, axis, out, dtype, casting)"""
    cdef list tensors = converted("stack", <list> a[0], <object> a[3], <str?> <object> a[4])
    cdef int axis
    if len(tensors) == 0:
        raise ValueError("stack: at least one tensor is needed")
    axis = normalize_axis(<object> a[1], (<Tensor> tensors[0]).view.ndim + 1)
    check_joint("stack", tensors, -1)
    if (<Tensor> tensors[0]).view.ndim == MLT_MAX_DIMS:
        raise ShapeError(f"stack: the result would have more than {MLT_MAX_DIMS} dimensions")
    return joined(tensors, axis, joint_dtype("stack", tensors, <object> a[3], <object> a[4]), True)


# --- rolling --------------------------------------------------------------------------------

cdef Tensor rolled(Tensor x, int64_t shift, int axis):
    cdef int64_t n = x.view.shape[axis], outer = 1
    cdef Tensor y, head, tail
    cdef int d
    if x.view.size == 0:
        return copy(x)
    shift %= n
    if shift < 0:
        shift += n
    if shift == 0:
        return copy(x)
    y = empty(x.view.ndim, x.view.shape, x.view.dtype, x.storage.device)
    for d in range(axis):
        outer *= x.view.shape[d]
    head, tail = section(x, axis, n - shift, n), section(x, axis, 0, n - shift)
    if not join_rows(y, [head, tail], axis, outer):
        copy_into(section(y, axis, 0, shift), head)
        copy_into(section(y, axis, shift, n), tail)
    return y


cdef object roll_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor y = x
    shifts, axes = <object> a[1], <object> a[2]
    if isinstance(shifts, Tensor):
        shifts = shifts.tolist()
    if axes is None:
        total = sum(map(operator.index, shifts)) if isinstance(shifts, (tuple, list)) else operator.index(shifts)
        y = flat(x)
        if y.view.size:
            y = rolled(y, total % y.view.size, 0)
        return reshape(y if y is not x else copy(x), x.view.ndim, x.view.shape)
    shifts = tuple(shifts) if isinstance(shifts, (tuple, list)) else (shifts,)
    axes = tuple(axes) if isinstance(axes, (tuple, list)) else (axes,)
    if len(shifts) == 1:
        shifts = shifts * len(axes)
    elif len(axes) == 1:
        axes = axes * len(shifts)
    if len(shifts) != len(axes):
        raise ValueError(f"roll: {len(shifts)} shifts {shifts} do not match {len(axes)} axes {axes}")
    for shift, axis in zip(shifts, axes):
        at = normalize_axis(axis, x.view.ndim)
        y = rolled(y, operator.index(shift) % max(x.view.shape[<int> at], 1), at)
    return copy(x) if y is x else y


KERNELS = {
    "concat": kernel_capsule(concat_kernel),
    "stack": kernel_capsule(stack_kernel),
    "roll": kernel_capsule(roll_kernel),
}
SHORTCUTS = {
    "concat": shortcut_capsule(concat_shortcut),
    "concatenate": shortcut_capsule(concat_shortcut),
    "stack": shortcut_capsule(stack_shortcut),
}
