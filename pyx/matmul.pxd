from libc.stdint cimport int16_t, int32_t, int64_t

from mltensor._core.tensor cimport Tensor

cdef extern from "mltensor/gemm_types.h" nogil:
    ctypedef struct mlt_gemm:
        const char* a
        const char* b
        const char* initial
        char* c
        int64_t m
        int64_t n
        int64_t k
        int64_t a_row
        int64_t a_col
        int64_t b_row
        int64_t b_col
        int64_t c_row
        int64_t initial_row
        int64_t batch
        int32_t batch_ndim
        int16_t dtype
        int16_t activation
        const int64_t* batch_shape
        const int64_t* a_batch
        const int64_t* b_batch
        int64_t c_batch

# C = activation(initial + A @ B), see gemm_types.h, for kernels that contain a matrix product.
# Returns 0, 1 when interrupted (then call check_interrupt), 2 when there is no memory.
cdef int run_gemm(const mlt_gemm* problem) noexcept nogil
# True when a product is long enough to be run without the GIL, on several threads.
cdef bint is_long(const mlt_gemm* problem) noexcept nogil
# The product of two tensors as numpy.matmul defines it.
cdef Tensor product(Tensor a, Tensor b, int dtype)
