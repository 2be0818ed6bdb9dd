from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t

from mltensor._core.storage cimport check_interrupt, mlt_runtime
from mltensor._core.tensor cimport Tensor

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer
    enum:
        MLT_PARALLEL_THRESHOLD
    ctypedef void (*mlt_task)(void* context, int64_t begin, int64_t end) noexcept nogil
    int mlt_parallel(int64_t count, int64_t chunk, mlt_task task, void* context)

cdef extern from "mltensor/gather.h" nogil:
    enum:
        MLT_GET
        MLT_PUT
        MLT_ADD
    ctypedef struct mlt_indices:
        const int64_t* index
        int64_t count
        int64_t inner
        int64_t length
        int64_t step
        int32_t axis
    ctypedef struct mlt_gather:
        char* data
        char* dense
        const int64_t* index
        const mlt_indices* indices
        int64_t count
        int64_t length
        int64_t step
        int64_t dense_step
        int32_t outer_ndim
        int32_t inner_ndim
        int64_t outer_count
        int64_t inner_count
        int32_t itemsize
        int32_t dtype
        int32_t several
        bint known_inside
        int outside
        int64_t outer_shape[64]
        int64_t outer_data[64]
        int64_t outer_dense[64]
        int64_t inner_shape[64]
        int64_t inner_data[64]
        int64_t inner_dense[64]
    void mlt_index_bounds(const int64_t* index, int64_t n, int64_t* least, int64_t* most)

# Runs a task: little work right here, long work on all threads without the GIL.
cdef inline int launch(int64_t count, int64_t chunk, mlt_task task, void* context, int64_t work) except -1:
    cdef int status
    if work < MLT_PARALLEL_THRESHOLD:
        if count > 0:
            task(context, 0, count)
        return 0
    with nogil:
        status = mlt_parallel(count, chunk, task, context)
    return check_interrupt(status)

# A filled-in gather, all but its counts: reads, writes or adds. Indices that are not known to be inside are looked over
# while they are used, and IndexingError names the axis: for what goes into a new tensor.
cdef int run_gather(mlt_gather* g, int mode, int axis) except -1
# The indices as contiguous int64; IndexingError naming `operation` when they are not integers.
cdef Tensor index_tensor(Tensor indices, str operation)
# Whether one of contiguous int64 is negative.
cdef bint any_negative(Tensor integers) except -1
# Raises IndexingError when one of n contiguous indices is outside [-length, length).
cdef int check_indices(const int64_t* index, int64_t n, int64_t length, int axis) except -1
# Elements of x along one axis at int64 contiguous indices of any shape, which replaces the axis.
cdef Tensor take_axis(Tensor x, Tensor index, int axis, bint known_inside)
# A new tensor of zeros.
cdef Tensor zeros(int ndim, const int64_t* shape, int dtype, int device)
# Elements of x at checked indices of the same number of dimensions, along one axis: out[p] = x[p with index[p]].
cdef Tensor along_axis(Tensor x, Tensor index, int axis)
# A new zero tensor of `shape` to which the blocks of x are added at checked indices of one axis.
cdef Tensor spread_axis(Tensor x, Tensor index, int axis, int ndim, const int64_t* shape)
