"""Elementwise loops over strided memory: operations of the table, casts, copies, selection, filling."""

cimport cython
from cpython.object cimport PyObject
from libc.stdint cimport int32_t, int64_t

from mltensor._core.dtypes cimport (
    BOOL, FLOAT64, INT32, UINT8, code_of, mlt_itemsize, objects, promotion, real_of)
from mltensor._core.scalars cimport write_scalar
from mltensor._core.storage cimport check_interrupt, kernel_capsule, mlt_runtime, runtime, shortcut_capsule
from mltensor._core.tensor cimport (
    Tensor, empty, empty_like, mark_written, mlt_same_shape, mlt_view, new_view, require_writeable, shape_tuple,
    shares_memory)

from mltensor.errors import DeviceError, DTypeError, ShapeError

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer
    enum:
        MLT_PARALLEL_THRESHOLD
    int64_t mlt_now_ns()

cdef extern from "mltensor/bytes.h" nogil:
    void mlt_copy_bytes(void* to, const void* source, int64_t n)

cdef extern from "mltensor/iterate.h" nogil:
    ctypedef void (*mlt_transpose)(const char*, int64_t, char*, int64_t, int64_t, int64_t) noexcept nogil
    ctypedef struct mlt_iteration:
        mlt_loop loop
        mlt_loop streaming
        mlt_loop scatter
        int operands
        int ndim
        int crossed
        int scattered
        int converted
        int32_t itemsize[5]
        int64_t size
        int64_t shape[64]
        int64_t strides[64][5]
        char* data[5]
    void mlt_iteration_prepare(mlt_iteration* it, mlt_loop loop, int operands, int ndim, const int64_t* shape,
                               const int64_t** strides, char** data, const int32_t* itemsize)
    void mlt_iteration_convert(mlt_iteration* it, int k, mlt_loop fetch, int32_t size)
    void mlt_iteration_cross(mlt_iteration* it, const mlt_transpose* transpose, const mlt_loop* copy)
    void mlt_iteration_task(void* context, int64_t begin, int64_t end) noexcept
    void mlt_iteration_stream(mlt_iteration* it)
    int mlt_iteration_run(mlt_iteration* it, int64_t serial_below)

cdef extern from "mltensor/loops_index.h" nogil:
    ctypedef struct mlt_operation_loops:
        const char* name
        int arity
        int returns
        mlt_loop loops[3][15]
        mlt_loop streamed[3][15]
        mlt_loop integers[3][15]
        mlt_loop integers_streamed[3][15]
    const mlt_operation_loops* mlt_find_loops(const char* name)

cdef extern from "mltensor/cast.h" nogil:
    void mlt_fill_cast_tables(int isa)
    mlt_loop mlt_cast_table[15][15]
    mlt_loop mlt_copy_table[17]
    mlt_costed_loop mlt_select_table[17]
    mlt_transpose mlt_transpose_table[17]

mlt_runtime_pointer = runtime()
mlt_fill_cast_tables(runtime().isa)


@cython.final
cdef class Loops:
    """The loops of one elementwise operation, for the instruction set in use."""

    def dtypes(self):
        """The dtypes that have a loop."""
        return [objects[d] for d in range(15) if self.by_dtype[d].loop != NULL]


# Elements from which an operand of another dtype needs no tensor of its own.
cdef int64_t CONVERTED_FROM = 256

# Known costs by name, plugged in from above; a loop without one is then measured.
cdef dict known_costs = None

# Picoseconds of a region's work that pay for a second thread that is awake.
cdef double WORTH_A_THREAD = 9e6
# Picoseconds a byte takes between the second-level cache and a core: no loop is cheaper than what it moves.
cdef double PICOSECONDS_PER_BYTE = 12


cdef int64_t measured_cost(mlt_loop loop, int operands, int dtype, int result) except -1:
    """Picoseconds per element of a loop over ones in the first-level cache."""
    cdef int64_t n = 1024, best = 0, start, took
    cdef int64_t strides[4]
    cdef char* data[4]
    cdef int k, i, itemsize = mlt_itemsize[dtype]
    memory = bytearray(n * 64)
    cdef char* base = memory
    for k in range(operands):
        data[k] = base + k * n * 16
        strides[k] = itemsize if k < operands - 1 else mlt_itemsize[result]
        if k < operands - 1:
            for i in range(n):
                write_scalar(data[k] + i * itemsize, dtype, 1)
    for i in range(5):
        start = mlt_now_ns()
        loop(data, strides, n)
        loop(data, strides, n)
        loop(data, strides, n)
        loop(data, strides, n)
        took = mlt_now_ns() - start
        if i == 0 or took < best:
            best = took
    return max(1, best * 1000 // (4 * n))


cdef int fixed_dtype(int returns) noexcept:
    if returns == RETURNS_BOOL:
        return BOOL
    return UINT8 if returns == RETURNS_UINT8 else INT32 if returns == RETURNS_INT32 else -1


cdef int result_dtype(int returns, int dtype) noexcept:
    if returns == RETURNS_SAME:
        return dtype
    return real_of[dtype] if returns == RETURNS_REAL_OF else fixed_dtype(returns)


cdef int set_costs(Loops loops, object known) except -1:
    """Fill in from how many elements on each loop goes to all threads."""
    cdef int d, result
    cdef double cost
    for d in range(15):
        loops.by_dtype[d].serial_below = MLT_PARALLEL_THRESHOLD
        if loops.by_dtype[d].loop == NULL or known_costs is None:
            continue
        result = result_dtype(loops.returns, d)
        if known is None or not known[d]:
            loops.costs[d] = measured_cost(loops.by_dtype[d].loop, loops.arity + 1, d, result)
        else:
            loops.costs[d] = known[d]
        cost = max(<double> loops.costs[d],
                   PICOSECONDS_PER_BYTE * (loops.arity * mlt_itemsize[d] + mlt_itemsize[result]))
        loops.by_dtype[d].serial_below = max(1024, <int64_t> (WORTH_A_THREAD / cost))
    return 0


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
                loops.by_dtype[d].loop = entry.loops[isa][d]
                loops.by_dtype[d].streamed = entry.streamed[isa][d]
                break
    set_costs(loops, known_costs.get(name) if known_costs is not None else None)
    for d in range(15):
        for isa in range(runtime().isa, -1, -1):
            if entry.integers[isa][d] != NULL:
                loops.integers[d].loop = entry.integers[isa][d]
                loops.integers[d].streamed = entry.integers_streamed[isa][d]
                loops.integers[d].serial_below = loops.by_dtype[FLOAT64].serial_below
                break
    return loops


def plug_costs(dict costs not None):
    """Take the costs of loops from a table; those that it lacks are measured."""
    global known_costs
    known_costs = costs


def loop_costs(str name):
    """Picoseconds per element of an operation by the code of the dtype, 0 where there is no loop."""
    cdef Loops loops = find_loops(name)
    return tuple([loops.costs[d] for d in range(15)])


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


cdef object different_devices(str name, Tensor a, Tensor b):
    return DeviceError(
        f"{name}: one tensor of shape {shape_tuple(a)} is on {a.device} and one of shape {shape_tuple(b)} on "
        f"{b.device}; move one of them with .to({str(a.device)!r})")


cdef int same_device(str name, Tensor a, Tensor b) except -1:
    if a.storage.device != b.storage.device:
        raise different_devices(name, a, b)
    return 0


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
    cdef int32_t itemsize[5]
    cdef int k
    for k in range(count):
        data[k] = operands[k].data
        itemsize[k] = mlt_itemsize[operands[k].dtype]
        if not broadcast_strides(operands[k], out.ndim, out.shape, rows[k]):
            raise shape_mismatch("write", count, operands)
        strides[k] = rows[k]
    mlt_iteration_prepare(it, loop, count, out.ndim, out.shape, strides, data, itemsize)
    return 0


cdef int run(mlt_loop loop, int count, mlt_view** operands) except -1:
    cdef mlt_costed_loop costed
    costed.loop = loop
    costed.streamed = NULL
    costed.serial_below = MLT_PARALLEL_THRESHOLD
    return run_costed(&costed, count, operands, NULL)


cdef int run_costed(const mlt_costed_loop* loop, int count, mlt_view** operands, const int* computed) except -1:
    cdef mlt_iteration it
    cdef int k
    if operands[count - 1].size == 0:
        return 0
    prepare(&it, loop.loop, count, operands)
    if computed != NULL:
        for k in range(count - 1):
            if operands[k].dtype != computed[k]:
                mlt_iteration_convert(&it, k, mlt_cast_table[operands[k].dtype][computed[k]],
                                      mlt_itemsize[computed[k]])
    mlt_iteration_cross(&it, mlt_transpose_table, mlt_copy_table)
    if it.size < loop.serial_below:
        mlt_iteration_run(&it, loop.serial_below)
        return 0
    return run_long(&it, loop)


cdef int run_long(mlt_iteration* it, const mlt_costed_loop* loop) except -1:
    """A prepared iteration on all threads, past the cache where the result is too large for it."""
    cdef int status
    it.streaming = loop.streamed
    mlt_iteration_stream(it)
    with nogil:
        status = mlt_iteration_run(it, loop.serial_below)
    return check_interrupt(status)


cdef int run_flat(Loops loops, int dtype, int64_t n, char** data, const int64_t* strides) except -1:
    cdef mlt_iteration it
    cdef const mlt_costed_loop* loop = &loops.by_dtype[dtype]
    cdef int k, out = loops.arity
    if n < loop.serial_below:
        loop.loop(data, strides, n)
        return 0
    it.loop = loop.loop
    it.scatter = NULL
    it.operands = out + 1
    it.ndim = 1
    it.size = it.shape[0] = n
    it.crossed = it.scattered = it.converted = 0
    for k in range(out + 1):
        it.data[k] = data[k]
        it.strides[0][k] = strides[k]
        it.itemsize[k] = mlt_itemsize[dtype]
    it.itemsize[out] = strides[out]
    return run_long(&it, loop)


cdef int run_serial(mlt_loop loop, int count, mlt_view** operands) except -1:
    cdef mlt_iteration it
    if operands[count - 1].size > 0:
        prepare(&it, loop, count, operands)
        mlt_iteration_task(&it, 0, it.size)
    return 0


# --- copies and casts -----------------------------------------------------------------------

cdef mlt_loop cast_loop(int source, int destination) noexcept:
    return mlt_cast_table[source][destination]


cdef int convert(Tensor destination, Tensor source) except -1:
    """Write source into destination; the caller knows that they do not overlap."""
    cdef mlt_view* operands[2]
    cdef char* data[2]
    cdef int64_t strides[2]
    if (source.view.contiguous and destination.view.contiguous and source.view.size < MLT_PARALLEL_THRESHOLD
            and mlt_same_shape(&source.view, &destination.view)):
        data[0] = source.view.data
        data[1] = destination.view.data
        strides[0] = mlt_itemsize[source.view.dtype]
        strides[1] = mlt_itemsize[destination.view.dtype]
        mlt_cast_table[source.view.dtype][destination.view.dtype](data, strides, source.view.size)
        return 0
    operands[0] = &source.view
    operands[1] = &destination.view
    return run(mlt_cast_table[source.view.dtype][destination.view.dtype], 2, operands)


cdef Tensor copy(Tensor t):
    cdef Tensor result = empty_like(t, t.view.dtype)
    cdef int64_t nbytes = t.view.size * mlt_itemsize[t.view.dtype]
    if t.view.contiguous and nbytes < MLT_PARALLEL_THRESHOLD:
        if nbytes:
            mlt_copy_bytes(result.view.data, t.view.data, nbytes)
    else:
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


cdef Tensor computed_in(Tensor t, int dtype, const mlt_view* out):
    """An operand for `run_costed`, which converts large ones piece by piece; small and repeated ones are cast here."""
    if t.view.dtype == dtype or (t.view.size == out.size and t.view.size >= CONVERTED_FROM
                                 and mlt_cast_table[t.view.dtype][dtype] != NULL):
        return t
    return cast(t, dtype)


cdef int copy_into(Tensor destination, Tensor source) except -1:
    require_writeable(destination)
    if destination.view.size == 0:
        broadcast_view(source, destination.view.ndim, destination.view.shape)
        return 0
    if shares_memory(destination, source):
        if same_elements(destination, source):    # `a[key] += b` ends with storing the result where it lies
            return mark_written(destination)
        source = copy(source)
    convert(destination, source)
    return mark_written(destination)


cdef bint same_elements(Tensor a, Tensor b) noexcept:
    """The same elements at the same places."""
    cdef int d
    if a.view.data != b.view.data or not mlt_same_shape(&a.view, &b.view) or a.view.dtype != b.view.dtype:
        return False
    for d in range(a.view.ndim):
        if a.view.strides[d] != b.view.strides[d] and a.view.shape[d] != 1:
            return False
    return True


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
    run_costed(&mlt_select_table[mlt_itemsize[destination.view.dtype]], 4, operands, NULL)
    return mark_written(destination)


cdef int fill(Tensor t, object value) except -1:
    """Set every element to one scalar."""
    cdef int64_t buffer[2]
    cdef mlt_view scalar
    cdef mlt_view* operands[2]
    require_writeable(t)
    write_scalar(<char*> buffer, t.view.dtype, value)
    scalar.data = <char*> buffer
    scalar.ndim = 0
    scalar.size = 1
    scalar.dtype = t.view.dtype
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


cdef Tensor scalar_tensor(object value, int dtype, int device):
    """0-d tensor of one scalar."""
    cdef Tensor t = empty(0, NULL, dtype, device)
    write_scalar(t.view.data, dtype, value)
    return t


# --- kernels of the table that are not expressions --------------------------------------------

cdef object select(PyObject** a):
    """where(condition, x1, x2)"""
    cdef Tensor condition = <Tensor> a[0]
    cdef Tensor x1 = <Tensor> a[1]
    cdef Tensor x2 = <Tensor> a[2]
    cdef int64_t shape[64]
    cdef mlt_view* operands[4]
    cdef int computed[3]
    cdef int ndim, dtype = promotion[x1.view.dtype][x2.view.dtype]
    cdef Tensor result
    operands[0] = &condition.view
    operands[1] = &x1.view
    operands[2] = &x2.view
    ndim = broadcast_shape("where", 3, operands, shape)
    result = empty(ndim, shape, dtype, x1.storage.device)
    operands[3] = &result.view
    condition = computed_in(condition, BOOL, &result.view)
    x1 = computed_in(x1, dtype, &result.view)
    x2 = computed_in(x2, dtype, &result.view)
    operands[0] = &condition.view
    operands[1] = &x1.view
    operands[2] = &x2.view
    computed[0] = BOOL
    computed[1] = computed[2] = dtype
    run_costed(&mlt_select_table[mlt_itemsize[dtype]], 4, operands, computed)
    return result


cdef Tensor reversed_dimensions(Tensor t):
    cdef int64_t shape[64]
    cdef int64_t strides[64]
    cdef int d, n = t.view.ndim
    for d in range(n):
        shape[d] = t.view.shape[n - 1 - d]
        strides[d] = t.view.strides[n - 1 - d]
    return new_view(t, t.view.data, n, shape, strides, t.view.dtype)


cdef object copy_kernel(PyObject** a):
    """copy(x, order, subok)"""
    order = <object> a[1]
    if order == "F":
        return reversed_dimensions(copy(reversed_dimensions(<Tensor> a[0])))
    if order not in ("C", "K", "A"):
        raise ValueError(f"copy: order must be 'C', 'F', 'A' or 'K', not {order!r}")
    return copy(<Tensor> a[0])


cdef object copy_shortcut(PyObject** a, Py_ssize_t count):
    return copy(<Tensor> a[0]) if count == 1 else None


cdef object astype_shortcut(PyObject** a, Py_ssize_t count):
    cdef int dtype
    if count != 2:
        return None
    dtype = code_of(<object> a[1])
    return copy(<Tensor> a[0]) if (<Tensor> a[0]).view.dtype == dtype else cast(<Tensor> a[0], dtype)


SHORTCUTS = {"copy": shortcut_capsule(copy_shortcut), "astype": shortcut_capsule(astype_shortcut)}
KERNELS = {"copy": kernel_capsule(copy_kernel)}
