"""The loop of any operation of two operands along an axis, within segments and at places; see `fold.h`."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint8_t

from mltensor._core.dtypes cimport code_of, mlt_itemsize, objects
from mltensor._core.elementwise cimport (
    broadcast_view, cast, cast_loop, contiguous, copy, copy_into, mlt_loop, result_dtype,
    same_device)
from mltensor._core.gather cimport check_indices, index_tensor
from mltensor._core.operation cimport Op
from mltensor._core.reduce cimport row_function, row_loop
from mltensor._core.storage cimport check_interrupt, kernel_capsule, mlt_runtime, runtime
from mltensor._core.tensor cimport MLT_MAX_DIMS, Tensor, empty, mark_written, require_writeable, shares_memory

from mltensor.errors import DTypeError

cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8(str text) except NULL

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer
    enum:
        MLT_PARALLEL_THRESHOLD

cdef extern from "mltensor/fold.h" nogil:
    enum:
        MLT_RUNNING_ANY
        MLT_RUNNING_MAX
        MLT_RUNNING_MIN
    ctypedef void (*mlt_chain)(const void* links) noexcept nogil
    mlt_chain mlt_find_chain(const char* name, int dtype)
    ctypedef struct mlt_fold:
        mlt_loop loop
        mlt_chain chain
        row_function row
        mlt_chain combine
        mlt_loop finish
        int64_t accumulator
        const char* x
        char* result
        const uint8_t* mask
        const int64_t* starts
        int64_t segments
        int64_t outer
        int64_t n
        int64_t inner
        int64_t item
        int free
        int begun
    ctypedef struct mlt_running:
        mlt_fold lines
        int kind
        int dtype
    ctypedef struct mlt_at:
        mlt_loop loop
        mlt_chain chain
        int arity
        char* data
        const int64_t* index
        int64_t count
        int64_t length
        int64_t step
        const char* values
        int64_t value_step
        int64_t item
        int64_t computed
        int64_t given
        mlt_loop fetch
        mlt_loop store
    int mlt_fold_run(mlt_fold* f)
    int mlt_running_run(mlt_running* r)
    int mlt_at_run(mlt_at* a)

mlt_runtime_pointer = runtime()


# --- what an operation computes in ----------------------------------------------------------------

def computed_dtype(Op op, dtype):
    """The dtype in which an operation computes operands of a dtype; DTypeError where it takes none."""
    cdef int code = op.loop_dtype[code_of(dtype)]
    if code < 0:
        raise DTypeError(f"{op.name} is not defined for dtype {dtype}")
    return objects[code]


def loop_types(Op op):
    """Pairs of the dtype that a loop reads and the one that it gives, for every loop of an operation."""
    return [(objects[d], objects[result_dtype(op.returns, d)]) for d in range(15) if op.loops.by_dtype[d].loop != NULL]


cdef mlt_loop loop_of(Op op, int dtype) except NULL:
    """The loop that takes and gives a dtype."""
    cdef mlt_loop loop = op.loops.by_dtype[dtype].loop
    if loop == NULL or result_dtype(op.returns, dtype) != dtype:
        raise DTypeError(f"{op.name} does not give what it takes, {objects[dtype]}, and cannot take its own result")
    return loop


# --- along an axis ----------------------------------------------------------------------------------

cdef Tensor lay_out(mlt_fold* f, Op op, Tensor x, int axis, int64_t rows):
    """Fills in what x and its axis say; returns memory for the result, with so many rows in place of the axis.

    Without rows the axis is dropped. The caller holds x, which is contiguous.
    """
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int i, n = 0, accumulated
    cdef Tensor result
    f.outer = f.inner = 1
    f.n = x.view.shape[axis]
    for i in range(x.view.ndim):
        if i < axis:
            f.outer *= x.view.shape[i]
        elif i > axis:
            f.inner *= x.view.shape[i]
        if i == axis and rows < 0:
            continue
        shape[n] = rows if i == axis else x.view.shape[i]
        n += 1
    f.loop = loop_of(op, x.view.dtype)
    f.chain = mlt_find_chain(PyUnicode_AsUTF8(op.name), x.view.dtype)
    f.row = row_loop(op.name, x.view.dtype, &accumulated)
    f.combine = mlt_find_chain(PyUnicode_AsUTF8(op.name), accumulated)
    f.finish = NULL if accumulated == x.view.dtype else cast_loop(accumulated, x.view.dtype)
    f.accumulator = mlt_itemsize[accumulated]
    f.item = mlt_itemsize[x.view.dtype]
    f.mask = NULL
    f.starts = NULL
    f.segments = 1
    f.free = f.begun = False
    result = empty(n, shape, x.view.dtype, x.storage.device)
    f.x = x.view.data
    f.result = result.view.data
    return result


cdef int run_fold(mlt_fold* f) except -1:
    cdef int status
    if f.outer * f.n * f.inner < MLT_PARALLEL_THRESHOLD:
        status = mlt_fold_run(f)
    else:
        with nogil:
            status = mlt_fold_run(f)
    return check_interrupt(status)


cdef object fold_kernel(PyObject** a):
    """Arguments x, op, axis, free, initial, where: op(op(initial, x[0]), x[1]) and so on."""
    cdef Tensor x = contiguous(<Tensor> a[0]), result, mask = None
    cdef mlt_fold f
    cdef Tensor initial
    result = lay_out(&f, <Op?> <object> a[1], x, <object> a[2], -1)
    f.free = <object> a[3]
    if <object> a[4] is not None:
        initial = <Tensor?> <object> a[4]
        same_device("initial=", x, initial)
        copy_into(result, initial)
        f.begun = True
    if <object> a[5] is not None:
        same_device("where=", x, <Tensor?> <object> a[5])
        mask = contiguous(broadcast_view(<Tensor> <object> a[5], x.view.ndim, x.view.shape))
        f.mask = <const uint8_t*> mask.view.data
    if x.view.size:
        run_fold(&f)
    return result


cdef object fold_segments_kernel(PyObject** a):
    """Arguments x, op, axis, free, starts: segments up to where the next one starts, of one element at least."""
    cdef Tensor x = contiguous(<Tensor> a[0]), starts = contiguous(<Tensor?> <object> a[4]), result
    cdef mlt_fold f
    same_device("reduceat", x, starts)
    result = lay_out(&f, <Op?> <object> a[1], x, <object> a[2], starts.view.size)
    f.free = <object> a[3]
    f.starts = <const int64_t*> starts.view.data
    f.segments = starts.view.size
    if result.view.size:
        run_fold(&f)
    return result


cdef object running_kernel(PyObject** a):
    """Arguments x, op, axis, starts: y[i] = op(y[i - 1], x[i]) along the axis, anew at each start."""
    cdef Tensor x = contiguous(<Tensor> a[0]), result, starts
    cdef Op op = <Op?> <object> a[1]
    cdef mlt_running r
    cdef int axis = <object> a[2], status
    result = lay_out(&r.lines, op, x, axis, x.view.shape[axis])
    r.kind = (MLT_RUNNING_MAX if op.name == "maximum" else MLT_RUNNING_MIN if op.name == "minimum"
              else MLT_RUNNING_ANY)
    r.dtype = x.view.dtype
    if <object> a[3] is not None:
        starts = contiguous(<Tensor?> <object> a[3])
        r.lines.starts = <const int64_t*> starts.view.data
        r.lines.segments = starts.view.size
    if x.view.size < MLT_PARALLEL_THRESHOLD:
        status = mlt_running_run(&r)
    else:
        with nogil:
            status = mlt_running_run(&r)
    check_interrupt(status)
    return result


# --- at places ----------------------------------------------------------------------------------------

def apply_at(Op op, Tensor a, Tensor places, int64_t length, int64_t step, dtype, Tensor value=None):
    """a[place] = op(a[place], value) for one place after the other, past the tape.

    Parameters
    ----------
    op : Op
    a : Tensor
    places : Tensor of int64
        Times `step` they are bytes from the first element of `a`; with a `length` they are positions along it, of
        which negative ones count from the end.
    length, step : int
    dtype : dtype
        What the operation computes in.
    value : Tensor, optional
        As many as places, or one; none for an operation of one operand.
    """
    cdef mlt_at run
    cdef int computed = code_of(dtype), given = result_dtype(op.returns, computed), status
    require_writeable(a)
    places = contiguous(places)
    if shares_memory(places, a):
        places = copy(places)
    run.loop = op.loops.by_dtype[computed].loop
    run.chain = mlt_find_chain(PyUnicode_AsUTF8(op.name), computed)
    run.arity = op.arity
    run.data = a.view.data
    run.index = <const int64_t*> places.view.data
    run.count = places.view.size
    run.length = length
    run.step = step
    run.item = mlt_itemsize[a.view.dtype]
    run.computed = mlt_itemsize[computed]
    run.given = mlt_itemsize[given]
    run.fetch = NULL if a.view.dtype == computed else cast_loop(a.view.dtype, computed)
    run.store = NULL if given == a.view.dtype else cast_loop(given, a.view.dtype)
    run.values = NULL
    run.value_step = 0
    if value is not None:
        same_device("at", a, value)
        value = cast(value, computed)
        if shares_memory(value, a):
            value = copy(value)
        run.values = value.view.data
        run.value_step = 0 if value.view.size == 1 else run.computed
    if places.view.size < MLT_PARALLEL_THRESHOLD:
        status = mlt_at_run(&run)
    else:
        with nogil:
            status = mlt_at_run(&run)
    mark_written(a)
    check_interrupt(status)


def places_along(Tensor a, Tensor index):
    """Integers as positions along the only dimension of a tensor, looked over."""
    cdef Tensor places
    same_device("index", a, index)
    places = index_tensor(index, "at")
    check_indices(<const int64_t*> places.view.data, places.view.size, a.view.shape[0], 0)
    return places


KERNELS = {
    "fold": kernel_capsule(fold_kernel),
    "fold_segments": kernel_capsule(fold_segments_kernel),
    "running": kernel_capsule(running_kernel),
}
