"""Counting numbers in bins between edges, and finding the bin of each."""

from cpython.object cimport PyObject
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.string cimport memcpy

from mltensor._core.dtypes cimport FLOAT16, FLOAT32, FLOAT64, INT64, mlt_itemsize, objects, promotion
from mltensor._core.elementwise cimport cast, contiguous
from mltensor._core.gather cimport launch, mlt_parallel, mlt_task, zeros
from mltensor._core.storage cimport check_interrupt, kernel_capsule, mlt_runtime, runtime
from mltensor._core.tensor cimport Tensor, empty, shape_tuple

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


cdef int count_bytes(mlt_bins* b, int64_t numbers, int64_t* sums) except -1:
    """The 256 numbers of one byte, each with what it is worth."""
    cdef mlt_byte_counts c
    cdef int64_t room, many = 256, place, count
    cdef int k, table
    cdef Tensor tables, places = empty(1, &many, INT64, 0)
    cdef uint8_t values[256]
    c.values = <const uint8_t*> b.values
    c.slots = slots_for(numbers, 1024)
    room = c.slots * 1024
    tables = zeros(1, &room, INT64, 0)
    c.counts = <int64_t*> tables.view.data
    count_on(c.slots, numbers, mlt_byte_counts_task, &c)
    for k in range(256):
        values[k] = <uint8_t> k
    b.values = <const char*> values
    b.counts = NULL
    b.places = <int64_t*> places.view.data
    launch(256, 256, mlt_bins_task(), b, 256)
    for k in range(256):
        place = b.places[k]
        if place < b.bins:
            count = 0
            for table in range(c.slots * 4):
                count += c.counts[table * 256 + k]
            sums[place] += count
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


KERNELS = {
    "bin_counts": kernel_capsule(bin_counts_kernel),
    "bin_places": kernel_capsule(bin_places_kernel),
}
