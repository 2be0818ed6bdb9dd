"""Counting integers, and numbers in bins between edges; the bin of each number."""

from cpython.object cimport PyObject
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.string cimport memcpy

from mltensor._core.dtypes cimport (
    BOOL, FLOAT16, FLOAT32, FLOAT64, INT8, INT64, is_complex, mlt_itemsize, objects, promotion)
from mltensor._core.elementwise cimport cast, contiguous
from mltensor._core.gather cimport (
    MLT_ADD, MLT_PARALLEL_THRESHOLD, index_tensor, launch, mlt_gather, mlt_index_bounds, mlt_parallel, mlt_task,
    run_gather, zeros)
from mltensor._core.storage cimport check_interrupt, kernel_capsule, mlt_runtime, runtime
from mltensor._core.tensor cimport Tensor, empty, same_shape, shape_tuple

from mltensor.errors import DTypeError, ShapeError

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer
    int mlt_serial(int64_t count, int64_t chunk, mlt_task task, void* context)

cdef extern from "mltensor/histogram.h" nogil:
    enum:
        MLT_BINS_CHUNK
    ctypedef struct mlt_bins:
        const char* values
        int32_t dtype
        int32_t wide
        int64_t bins
        int64_t* counts
        int64_t* places
        int32_t ways
        int32_t slots
    ctypedef struct mlt_integer_counts:
        const int64_t* values
        int64_t length
        int64_t* counts
        int64_t* least
        int64_t* most
        int32_t ways
        int32_t slots
    void mlt_integer_bounds_task(void* context, int64_t begin, int64_t end) noexcept
    void mlt_integer_counts_task(void* context, int64_t begin, int64_t end) noexcept
    void mlt_integer_counts_sum(const mlt_integer_counts* c, int64_t* sums)
    ctypedef struct mlt_byte_counts:
        const uint8_t* values
        int64_t* counts
        int32_t slots
    int64_t mlt_bins_room(int64_t bins)
    void mlt_bins_prepare(mlt_bins* b, void* edges)
    mlt_task mlt_bins_task()
    int32_t mlt_bins_ways(int64_t bins)
    void mlt_bins_sum(const mlt_bins* b, int64_t* sums)
    void mlt_byte_counts_task(void* context, int64_t begin, int64_t end) noexcept

# Numbers from which bytes are counted before their bins are found.
cdef enum:
    MANY_BYTES = 4096

global mlt_runtime_pointer
mlt_runtime_pointer = runtime()


cdef Tensor prepare(mlt_bins* b, Tensor x, Tensor edges, str name):
    """Fills in what the edges say; returns the tensor that holds them, to be kept."""
    cdef int common = promotion[x.view.dtype][edges.view.dtype]
    cdef int64_t room
    cdef Tensor kept
    if common > FLOAT64:
        raise DTypeError(f"{name}: complex numbers lie in no bins ({objects[x.view.dtype]}, "
                         f"{objects[edges.view.dtype]}); take their real part or their absolute value")
    if edges.view.ndim != 1 or edges.view.size < 2 or edges.view.size > 1 << 30:
        raise ShapeError(f"{name}: the edges are a vector of two or more numbers, not of shape {shape_tuple(edges)}")
    b.wide = common != FLOAT16 and common != FLOAT32
    common = FLOAT64 if b.wide else FLOAT32
    edges = cast(edges, common)
    b.bins = edges.view.size - 1
    room = mlt_bins_room(b.bins)
    kept = empty(1, &room, common, 0)
    memcpy(kept.view.data, edges.view.data, edges.view.size * mlt_itemsize[common])
    mlt_bins_prepare(b, kept.view.data)
    b.dtype = x.view.dtype
    b.values = x.view.data
    return kept


cdef int32_t slots_for(int64_t numbers, int64_t table):
    """How many threads count: one where the tables of all would be longer than what is counted."""
    cdef int32_t threads = mlt_runtime_pointer.threads
    return threads if numbers >= 2 * MLT_BINS_CHUNK and threads * table <= numbers // 2 else 1


cdef int count_on(int32_t slots, int64_t numbers, mlt_task task, void* context) except -1:
    cdef int status
    if numbers < MLT_PARALLEL_THRESHOLD:
        if numbers:
            task(context, 0, numbers)
        return 0
    with nogil:
        if slots > 1:
            status = mlt_parallel(numbers, MLT_BINS_CHUNK, task, context)
        else:
            status = mlt_serial(numbers, MLT_BINS_CHUNK, task, context)
    return check_interrupt(status)


cdef int count_all(mlt_bins* b, int64_t numbers, int64_t* sums) except -1:
    cdef int64_t room
    cdef Tensor tables
    b.ways = mlt_bins_ways(b.bins)
    b.slots = slots_for(numbers, b.ways * (b.bins + 1))
    room = b.slots * b.ways * (b.bins + 1)
    tables = zeros(1, &room, INT64, 0)
    b.counts = <int64_t*> tables.view.data
    count_on(b.slots, numbers, mlt_bins_task(), b)
    mlt_bins_sum(b, sums)
    return 0


cdef int count_each_byte(const uint8_t* values, int64_t numbers, int64_t* counts) except -1:
    """How often each of 256 bytes occurs."""
    cdef mlt_byte_counts c
    cdef int64_t room
    cdef int k, table
    cdef Tensor tables
    c.values = values
    c.slots = slots_for(numbers, 1024)
    room = c.slots * 1024
    tables = zeros(1, &room, INT64, 0)
    c.counts = <int64_t*> tables.view.data
    count_on(c.slots, numbers, mlt_byte_counts_task, &c)
    for k in range(256):
        counts[k] = 0
        for table in range(c.slots * 4):
            counts[k] += c.counts[table * 256 + k]
    return 0


cdef int count_bytes(mlt_bins* b, int64_t numbers, int64_t* sums) except -1:
    """The 256 numbers of one byte, each with what it is worth."""
    cdef int64_t many = 256
    cdef int64_t counts[256]
    cdef int k
    cdef Tensor places = empty(1, &many, INT64, 0)
    cdef uint8_t values[256]
    count_each_byte(<const uint8_t*> b.values, numbers, counts)
    for k in range(256):
        values[k] = <uint8_t> k
    b.values = <const char*> values
    b.counts = NULL
    b.places = <int64_t*> places.view.data
    launch(256, 256, mlt_bins_task(), b, 256)
    for k in range(256):
        if b.places[k] < b.bins:
            sums[b.places[k]] += counts[k]
    return 0


cdef object bin_counts_kernel(PyObject** a):
    cdef Tensor x = contiguous(<Tensor> a[0])
    cdef Tensor edges = <Tensor> a[1]
    cdef mlt_bins b
    cdef Tensor _kept = prepare(&b, x, edges, "bin_counts")
    cdef Tensor y = zeros(1, &b.bins, INT64, x.storage.device)
    if mlt_itemsize[x.view.dtype] == 1 and x.view.size >= MANY_BYTES:
        count_bytes(&b, x.view.size, <int64_t*> y.view.data)
    elif x.view.size:
        count_all(&b, x.view.size, <int64_t*> y.view.data)
    return y


cdef object bin_places_kernel(PyObject** a):
    cdef Tensor x = contiguous(<Tensor> a[0])
    cdef mlt_bins b
    cdef Tensor _kept = prepare(&b, x, <Tensor> a[1], "bin_places")
    cdef Tensor y = empty(x.view.ndim, x.view.shape, INT64, x.storage.device)
    b.counts = NULL
    b.places = <int64_t*> y.view.data
    launch(x.view.size, MLT_BINS_CHUNK, mlt_bins_task(), &b, x.view.size)
    return y


cdef int bounds(Tensor index, int64_t* least, int64_t* most) except -1:
    """The least and the most of contiguous int64; 0 and -1 are among them."""
    cdef mlt_integer_counts c
    cdef int64_t room, k
    cdef Tensor low, high
    if index.view.size < MLT_PARALLEL_THRESHOLD:
        mlt_index_bounds(<const int64_t*> index.view.data, index.view.size, least, most)
        return 0
    room = slots_for(index.view.size, 0)
    low = zeros(1, &room, INT64, 0)
    high = zeros(1, &room, INT64, 0)
    c.values = <const int64_t*> index.view.data
    c.slots = <int32_t> room
    c.least, c.most = <int64_t*> low.view.data, <int64_t*> high.view.data
    for k in range(room):
        c.most[k] = -1
    count_on(c.slots, index.view.size, mlt_integer_bounds_task, &c)
    least[0], most[0] = c.least[0], c.most[0]
    for k in range(1, room):
        least[0] = min(least[0], c.least[k])
        most[0] = max(most[0], c.most[k])
    return 0


cdef object integer_counts(Tensor x, int64_t minimum):
    """How often each of some integers that are not negative occurs."""
    cdef mlt_integer_counts c
    cdef int64_t low, high, length, room
    cdef Tensor index = index_tensor(x, "bincount"), y, tables
    bounds(index, &low, &high)
    if low < 0:
        raise ValueError(f"bincount: values must not be negative, got {low}")
    length = max(minimum, high + 1)
    y = zeros(1, &length, INT64, x.storage.device)
    if index.view.size == 0:
        return y
    c.values = <const int64_t*> index.view.data
    c.length = length
    c.ways = 2 if length <= index.view.size // 8 and 1024 <= index.view.size and length <= MANY_BYTES else 1
    c.slots = slots_for(index.view.size, 2 * length)
    if c.slots == 1 and c.ways == 1:
        c.counts = <int64_t*> y.view.data
        count_on(1, index.view.size, mlt_integer_counts_task, &c)
        return y
    room = c.slots * c.ways * length
    tables = zeros(1, &room, INT64, 0)
    c.counts = <int64_t*> tables.view.data
    count_on(c.slots, index.view.size, mlt_integer_counts_task, &c)
    mlt_integer_counts_sum(&c, <int64_t*> y.view.data)
    return y


cdef object byte_counts(Tensor x, int64_t minimum):
    """`integer_counts` of bytes."""
    cdef int64_t counts[256]
    cdef int64_t length = 0
    cdef int k
    cdef bint signed = x.view.dtype == INT8
    cdef Tensor y
    count_each_byte(<const uint8_t*> x.view.data, x.view.size, counts)
    for k in range(256):
        if counts[k]:
            if signed and k >= 128:
                raise ValueError(f"bincount: values must not be negative, got {k - 256}")
            length = k + 1
    length = max(minimum, length)
    y = zeros(1, &length, INT64, x.storage.device)
    memcpy(y.view.data, counts, min(length, 256) * 8)
    return y


cdef object bincount_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor index, y, weights
    cdef int64_t length = <object> a[2]
    cdef mlt_gather g
    cdef int64_t low, high
    if x.view.ndim != 1:
        raise ShapeError(f"bincount takes one dimension, not shape {shape_tuple(x)}")
    if length < 0:
        raise ValueError(f"bincount: minlength must not be negative, got {length}")
    if <object> a[1] is None:
        if mlt_itemsize[x.view.dtype] == 1 and x.view.dtype != BOOL and x.view.contiguous and x.view.size >= 256:
            return byte_counts(x, length)
        return integer_counts(x, length)
    index = index_tensor(x, "bincount")
    bounds(index, &low, &high)
    if low < 0:
        raise ValueError(f"bincount: values must not be negative, got {low}")
    length = max(length, high + 1)
    weights = <Tensor> a[1]
    if is_complex(weights.view.dtype):
        raise DTypeError(f"bincount: weights of {objects[weights.view.dtype]} have no sum in float64; take real "
                         "and imaginary parts one after the other")
    if not same_shape(weights, x):
        raise ShapeError(
            f"bincount: weights of shape {shape_tuple(weights)} and values of shape {shape_tuple(x)} differ")
    weights = cast(weights, FLOAT64)
    y = zeros(1, &length, FLOAT64, x.storage.device)
    if index.view.size == 0:
        return y
    g.data = y.view.data
    g.dense = weights.view.data
    g.index = <const int64_t*> index.view.data
    g.count = index.view.size
    g.length = 0
    g.step = g.dense_step = g.itemsize = mlt_itemsize[FLOAT64]
    g.dtype = FLOAT64
    g.outer_ndim = g.inner_ndim = 0
    g.known_inside = True
    g.several = 0
    run_gather(&g, MLT_ADD, 0)
    return y


KERNELS = {
    "bincount": kernel_capsule(bincount_kernel),
    "bin_counts": kernel_capsule(bin_counts_kernel),
    "bin_places": kernel_capsule(bin_places_kernel),
}
