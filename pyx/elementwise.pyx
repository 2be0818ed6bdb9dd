"""Elementwise loops over strided memory: operations of the table, casts, copies, selection, filling."""

cimport cython
from cpython.object cimport PyObject
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from mltensor._core.dtypes cimport (
    BOOL, COMPLEX64, COMPLEX128, FLOAT16, FLOAT32, FLOAT64, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32,
    UINT64, is_integer, mlt_itemsize, objects, promotion)
from mltensor._core.storage cimport check_interrupt, kernel_capsule, mlt_runtime, runtime
from mltensor._core.tensor cimport (
    Tensor, empty, empty_like, mark_written, mlt_view, new_view, require_writeable, same_shape, shape_tuple,
    shares_memory)

import operator

from mltensor.errors import DTypeError, ShapeError

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer
    ctypedef void (*mlt_task)(void* context, int64_t begin, int64_t end) noexcept nogil
    int mlt_parallel(int64_t count, int64_t chunk, mlt_task task, void* context)
    enum:
        MLT_PARALLEL_THRESHOLD

cdef extern from "mltensor/iterate.h" nogil:
    enum:
        MLT_MAX_OPERANDS
        MLT_CHUNK
    ctypedef struct mlt_iteration:
        int64_t size
    void mlt_iteration_prepare(mlt_iteration* it, mlt_loop loop, int operands, int ndim,
                               const int64_t* shape, const int64_t** strides, char** data)
    void mlt_iteration_task(void* context, int64_t begin, int64_t end) noexcept

cdef extern from "mltensor/loops_index.h" nogil:
    ctypedef struct mlt_operation_loops:
        const char* name
        int arity
        int returns
        mlt_loop loops[3][15]
    const mlt_operation_loops* mlt_find_loops(const char* name)

cdef extern from "mltensor/cast.h" nogil:
    void mlt_fill_cast_tables(int isa)
    mlt_loop mlt_cast_table[15][15]
    mlt_loop mlt_copy_table[17]
    mlt_loop mlt_select_table[17]

cdef extern from "mltensor/half.h" nogil:
    ctypedef struct mlt_half:
        uint16_t bits
    float mlt_half_to_float(mlt_half h)
    mlt_half mlt_float_to_half(float value)

mlt_runtime_pointer = runtime()
mlt_fill_cast_tables(runtime().isa)
parallel_threshold = MLT_PARALLEL_THRESHOLD


@cython.final
cdef class Loops:
    """The loops of one elementwise operation, for the instruction set in use."""

    def dtypes(self):
        """The dtypes that have a loop."""
        return [objects[d] for d in range(15) if self.by_dtype[d] != NULL]


cdef Loops find_loops(str name):
    cdef const mlt_operation_loops* entry = mlt_find_loops(name.encode())
    cdef Loops loops = Loops.__new__(Loops)
    cdef int d, isa
    if entry == NULL:
        raise LookupError(f"no loops were built for the operation {name!r}; build the library again")
    loops.name = name
    loops.arity = entry.arity
    loops.returns = entry.returns
    for d in range(15):
        for isa in range(runtime().isa, -1, -1):
            if entry.loops[isa][d] != NULL:
                loops.by_dtype[d] = entry.loops[isa][d]
                break
    return loops


# --- broadcasting and running ---------------------------------------------------------------

cdef int broadcast_shape(str name, int count, mlt_view** operands, int64_t* shape) except -1:
    cdef int ndim = 0, k, d, at
    cdef mlt_view* v
    for k in range(count):
        ndim = max(ndim, operands[k].ndim)
    for d in range(ndim):
        shape[d] = 1
    for k in range(count):
        v = operands[k]
        for d in range(v.ndim):
            at = d + ndim - v.ndim
            if v.shape[d] == shape[at] or v.shape[d] == 1:
                continue
            if shape[at] != 1:
                raise shape_mismatch(name, count, operands)
            shape[at] = v.shape[d]
    return ndim


cdef object shape_mismatch(str name, int count, mlt_view** operands):
    shapes = [tuple([operands[k].shape[d] for d in range(operands[k].ndim)]) for k in range(count)]
    return ShapeError(
        f"{name}: shapes {' and '.join(map(str, shapes))} cannot be broadcast together; dimensions are "
        "compared from the last one backwards and must be equal or 1")


cdef int broadcast_strides(const mlt_view* v, int ndim, const int64_t* shape, int64_t* out) noexcept nogil:
    """Strides of `v` for walking `shape`: 0 where it repeats. Returns 0 when it does not fit."""
    cdef int d, at
    for d in range(ndim - v.ndim):
        out[d] = 0
    for d in range(v.ndim):
        at = d + ndim - v.ndim
        if at < 0 or (v.shape[d] != shape[at] and v.shape[d] != 1):
            return 0
        out[at] = 0 if v.shape[d] == 1 else v.strides[d]
    return 1


cdef int prepare(mlt_iteration* it, mlt_loop loop, int count, mlt_view** operands) except -1:
    cdef mlt_view* out = operands[count - 1]
    cdef char* data[5]
    cdef const int64_t* strides[5]
    cdef int64_t rows[5][64]
    cdef int k
    for k in range(count):
        data[k] = operands[k].data
        if not broadcast_strides(operands[k], out.ndim, out.shape, rows[k]):
            raise shape_mismatch("write", count, operands)
        strides[k] = rows[k]
    mlt_iteration_prepare(it, loop, count, out.ndim, out.shape, strides, data)
    return 0


cdef int run(mlt_loop loop, int count, mlt_view** operands) except -1:
    cdef mlt_iteration it
    cdef int status
    if operands[count - 1].size == 0:
        return 0
    prepare(&it, loop, count, operands)
    if it.size < parallel_threshold:
        mlt_iteration_task(&it, 0, it.size)
        return 0
    with nogil:
        status = mlt_parallel(it.size, MLT_CHUNK, mlt_iteration_task, &it)
    return check_interrupt(status)


cdef int run_serial(mlt_loop loop, int count, mlt_view** operands) except -1:
    cdef mlt_iteration it
    if operands[count - 1].size > 0:
        prepare(&it, loop, count, operands)
        mlt_iteration_task(&it, 0, it.size)
    return 0


# --- copies and casts -----------------------------------------------------------------------

cdef int convert(Tensor destination, Tensor source) except -1:
    """Write source into destination; the caller knows that they do not overlap."""
    cdef mlt_view* operands[2]
    operands[0] = &source.view
    operands[1] = &destination.view
    return run(mlt_cast_table[source.view.dtype][destination.view.dtype], 2, operands)


cdef Tensor copy(Tensor t):
    cdef Tensor result = empty_like(t, t.view.dtype)
    convert(result, t)
    return result


cdef Tensor contiguous(Tensor t):
    return t if t.view.contiguous else copy(t)


cdef Tensor cast(Tensor t, int dtype):
    """`t` as a C-contiguous tensor of a dtype: itself where it is one already."""
    cdef Tensor result
    if t.view.dtype == dtype and t.view.contiguous:
        return t
    result = empty_like(t, dtype)
    convert(result, t)
    return result


cdef int copy_into(Tensor destination, Tensor source) except -1:
    require_writeable(destination)
    if destination.view.size == 0 and same_shape(destination, source):
        return 0
    if shares_memory(destination, source):
        source = copy(source)
    convert(destination, source)
    return mark_written(destination)


cdef int copy_where(Tensor destination, Tensor source, Tensor mask) except -1:
    """destination[mask] = source[mask], all broadcast to the destination's shape."""
    cdef mlt_view* operands[4]
    require_writeable(destination)
    if mask.view.dtype != BOOL:
        raise DTypeError(f"where= must be a boolean tensor, not {mask.dtype}")
    if shares_memory(destination, source) or source.view.dtype != destination.view.dtype:
        source = cast(copy(source), destination.view.dtype)
    operands[0] = &mask.view
    operands[1] = &source.view
    operands[2] = &destination.view
    operands[3] = &destination.view
    run(mlt_select_table[mlt_itemsize[destination.view.dtype]], 4, operands)
    return mark_written(destination)


cdef int fill(Tensor t, object value) except -1:
    """Set every element to one scalar."""
    cdef int64_t buffer[2]
    cdef mlt_view scalar
    cdef mlt_view* operands[2]
    require_writeable(t)
    store_scalar(value, t.view.dtype, <char*> buffer)
    scalar.data = <char*> buffer
    scalar.ndim = 0
    operands[0] = &scalar
    operands[1] = &t.view
    run(mlt_copy_table[mlt_itemsize[t.view.dtype]], 2, operands)
    return mark_written(t)


cdef Tensor broadcast_view(Tensor t, int ndim, const int64_t* shape):
    cdef int64_t strides[64]
    cdef Tensor result
    if ndim < t.view.ndim or not broadcast_strides(&t.view, ndim, shape, strides):
        raise ShapeError(
            f"a tensor of shape {shape_tuple(t)} cannot be broadcast to shape "
            f"{tuple([shape[d] for d in range(ndim)])}")
    result = new_view(t, t.view.data, ndim, shape, strides, t.view.dtype)
    if result.view.size != t.view.size:
        result.view.writeable = False
    return result


# --- scalars --------------------------------------------------------------------------------

cdef object too_big(object value, int dtype):
    return OverflowError(f"Python integer {value} out of bounds for {objects[dtype]}")


cdef int store_scalar(object value, int dtype, char* out) except -1:
    cdef int64_t i
    cdef uint64_t u
    cdef double f
    cdef double complex c
    if dtype == FLOAT64:
        (<double*> out)[0] = value
    elif dtype == FLOAT32:
        f = value
        (<float*> out)[0] = <float> f
    elif dtype == BOOL:
        out[0] = 1 if value else 0
    elif dtype == INT64:
        try:
            (<int64_t*> out)[0] = operator.index(value) if not isinstance(value, float) else int(value)
        except OverflowError:
            raise too_big(value, dtype) from None
    elif is_integer(dtype):
        number = int(value)
        if dtype == UINT64:
            if not 0 <= number < 2**64:
                raise too_big(value, dtype)
            u = number
            (<uint64_t*> out)[0] = u
            return 0
        if not -2**63 <= number < 2**63:
            raise too_big(value, dtype)
        i = number
        if dtype == INT8 and -128 <= i <= 127:
            (<int8_t*> out)[0] = <int8_t> i
        elif dtype == INT16 and -32768 <= i <= 32767:
            (<int16_t*> out)[0] = <int16_t> i
        elif dtype == INT32 and -2147483648 <= i <= 2147483647:
            (<int32_t*> out)[0] = <int32_t> i
        elif dtype == UINT8 and 0 <= i <= 255:
            (<uint8_t*> out)[0] = <uint8_t> i
        elif dtype == UINT16 and 0 <= i <= 65535:
            (<uint16_t*> out)[0] = <uint16_t> i
        elif dtype == UINT32 and 0 <= i <= 4294967295:
            (<uint32_t*> out)[0] = <uint32_t> i
        else:
            raise too_big(value, dtype)
    elif dtype == FLOAT16:
        f = value
        (<mlt_half*> out)[0] = mlt_float_to_half(<float> f)
    elif dtype == COMPLEX64:
        c = complex(value)
        (<float*> out)[0] = <float> c.real
        (<float*> out)[1] = <float> c.imag
    elif dtype == COMPLEX128:
        c = complex(value)
        (<double*> out)[0] = c.real
        (<double*> out)[1] = c.imag
    else:
        raise DTypeError("bfloat16 is reserved but not supported yet")
    return 0


cdef object load_scalar(const char* data, int dtype):
    """The Python scalar of one element."""
    if dtype == FLOAT64:
        return (<const double*> data)[0]
    if dtype == FLOAT32:
        return <double> (<const float*> data)[0]
    if dtype == INT64:
        return (<const int64_t*> data)[0]
    if dtype == BOOL:
        return data[0] != 0
    if dtype == INT32:
        return (<const int32_t*> data)[0]
    if dtype == UINT8:
        return (<const uint8_t*> data)[0]
    if dtype == INT8:
        return (<const int8_t*> data)[0]
    if dtype == INT16:
        return (<const int16_t*> data)[0]
    if dtype == UINT16:
        return (<const uint16_t*> data)[0]
    if dtype == UINT32:
        return (<const uint32_t*> data)[0]
    if dtype == UINT64:
        return (<const uint64_t*> data)[0]
    if dtype == FLOAT16:
        return <double> mlt_half_to_float((<const mlt_half*> data)[0])
    if dtype == COMPLEX64:
        return complex((<const float*> data)[0], (<const float*> data)[1])
    if dtype == COMPLEX128:
        return complex((<const double*> data)[0], (<const double*> data)[1])
    raise DTypeError("bfloat16 is reserved but not supported yet")


cdef Tensor scalar_tensor(object value, int dtype, int device):
    """0-d tensor of one scalar."""
    cdef Tensor t = empty(0, NULL, dtype, device)
    store_scalar(value, dtype, t.view.data)
    return t


# --- kernels of the table that are not expressions --------------------------------------------

cdef object where_kernel(PyObject** a):
    """where(condition, x1, x2)"""
    cdef Tensor condition = <Tensor> a[0]
    cdef Tensor x1 = <Tensor> a[1]
    cdef Tensor x2 = <Tensor> a[2]
    cdef int64_t shape[64]
    cdef mlt_view* operands[4]
    cdef int ndim, dtype = promotion[x1.view.dtype][x2.view.dtype]
    cdef Tensor result
    if condition.view.dtype != BOOL:
        condition = cast(condition, BOOL)
    if x1.view.dtype != dtype:
        x1 = cast(x1, dtype)
    if x2.view.dtype != dtype:
        x2 = cast(x2, dtype)
    operands[0] = &condition.view
    operands[1] = &x1.view
    operands[2] = &x2.view
    ndim = broadcast_shape("where", 3, operands, shape)
    result = empty(ndim, shape, dtype, x1.storage.device)
    operands[3] = &result.view
    run(mlt_select_table[mlt_itemsize[dtype]], 4, operands)
    return result


cdef object copy_kernel(PyObject** a):
    """copy(x)"""
    return copy(<Tensor> a[0])


KERNELS = {"where": kernel_capsule(where_kernel), "copy": kernel_capsule(copy_kernel)}
