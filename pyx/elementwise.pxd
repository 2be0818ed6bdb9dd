from cpython.object cimport PyObject
from libc.stdint cimport int8_t, int64_t

from mltensor._core.tensor cimport Tensor, mlt_view

cdef extern from "mltensor/mltensor.h" nogil:
    ctypedef void (*mlt_loop)(char** args, const int64_t* strides, int64_t n) noexcept nogil

cdef extern from "mltensor/iterate.h" nogil:
    ctypedef struct mlt_costed_loop:
        mlt_loop loop
        mlt_loop streamed       # writes past the cache; or NULL
        int64_t serial_below    # elements below which it stays on the calling thread

cdef enum:
    RETURNS_SAME
    RETURNS_BOOL
    RETURNS_REAL_OF
    RETURNS_UINT8
    RETURNS_INT32

# The loops of one elementwise operation for the running machine.
cdef class Loops:
    cdef readonly str name
    cdef readonly int arity
    cdef int returns
    cdef mlt_costed_loop by_dtype[15]  # without a loop where the dtype is not in the category
    cdef mlt_costed_loop integers[15]  # those that read integers of the dtype and compute doubles, if there are
    cdef int64_t costs[15]             # picoseconds per element

cdef Loops find_loops(str name)
# The dtype of what an operation gives that computes in `dtype`; the one it always gives, or -1.
cdef int result_dtype(int returns, int dtype) noexcept
cdef int fixed_dtype(int returns) noexcept
# Result shape of operands; raises ShapeError naming the operation and all shapes.
cdef int broadcast_shape(str name, int count, mlt_view** operands, int64_t* shape) except -1
# Runs `loop` over `count` operands (the last one the output) broadcast to the output's shape.
cdef int run(mlt_loop loop, int count, mlt_view** operands) except -1
# The same for a loop whose cost is known, which reads its inputs as elements of the dtypes `computed` (NULL: as
# they are).
cdef int run_costed(const mlt_costed_loop* loop, int count, mlt_view** operands, const int* computed) except -1
# An operand that run_costed can read in a dtype, for an output.
cdef Tensor computed_in(Tensor t, int dtype, const mlt_view* out)

# One loop over n elements of each operand, a stride for each, on all threads.
cdef int run_flat(Loops loops, int dtype, int64_t n, char** data, const int64_t* strides) except -1
# The same on the calling thread, in order: for outputs whose elements overlap.
cdef int run_serial(mlt_loop loop, int count, mlt_view** operands) except -1

# The loop that converts elements of one dtype into another.
cdef mlt_loop cast_loop(int source, int destination) noexcept
# The error when operands are on two devices, and the check that raises it.
cdef object different_devices(str name, Tensor a, Tensor b)
cdef int same_device(str name, Tensor a, Tensor b) except -1

# The same elements at the same places: safe to compute in place.
cdef bint same_elements(Tensor a, Tensor b) noexcept
cdef Tensor contiguous(Tensor t)
cdef Tensor copy(Tensor t)
cdef Tensor cast(Tensor t, int dtype)
cdef int copy_into(Tensor destination, Tensor source) except -1
cdef int copy_where(Tensor destination, Tensor source, Tensor mask) except -1
cdef int fill(Tensor t, object value) except -1
cdef Tensor scalar_tensor(object value, int dtype, int device)
# where(condition, x1, x2) as a kernel's arguments.
cdef object select(PyObject** a)
# A new 0-stride view of t with a larger shape (no tape, not writeable).
cdef Tensor broadcast_view(Tensor t, int ndim, const int64_t* shape)
