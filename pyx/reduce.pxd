from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint64_t

from mltensor._core.tensor cimport Tensor

cdef extern from "mltensor/reduce_ops.h" nogil:
    enum:
        MLT_REDUCE_BLOCK
        MLT_REDUCE_NANSUM_OP
        MLT_REDUCE_NANPROD_OP
        MLT_REDUCE_NANMAX_OP
        MLT_REDUCE_NANMIN_OP
        MLT_REDUCE_NANSQUARES_OP
        MLT_REDUCE_NUMBERS_OP


ctypedef void (*row_function)(const char* source, int64_t n, char* result, const char* aux) noexcept nogil

# The loop of a row of at most MLT_REDUCE_BLOCK elements for an operation of two operands, and what it accumulates in;
# NULL where there is none.
cdef row_function row_loop(str name, int dtype, int* accumulated) noexcept
# Sum over the axes of a mask, in the tensor's own dtype for floats and 64 bits for integers.
cdef Tensor sum_axes(Tensor x, uint64_t mask, bint keepdims)
# New tensor with the shape that a reduction over the axes of a mask gives.
cdef Tensor reduced_like(Tensor x, uint64_t mask, bint keepdims, int dtype)
# A reduction of real floats whose accumulators are doubles, in float64; `aux` has a double for every result.
cdef Tensor in_double(int op, Tensor x, uint64_t mask, bint keepdims, Tensor aux)
# A reduction that counts, in int64; an extreme, in the tensor's dtype.
cdef Tensor counted_by(int op, Tensor x, uint64_t mask, bint keepdims)
cdef Tensor extreme(int op, Tensor x, uint64_t mask, bint keepdims)
# sums / (counts - correction) in place, perhaps the roots; sums are float64 or complex128.
cdef int divide_counts(Tensor sums, Tensor counted, double correction, bint root) except -1
# Number of elements that go into one result.
cdef int64_t reduced_count(Tensor x, uint64_t mask) noexcept
# x where a mask holds, `other` (a scalar or a tensor that broadcasts) elsewhere.
cdef Tensor masked(Tensor x, object where, object other)
