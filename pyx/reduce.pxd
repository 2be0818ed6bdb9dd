from libc.stdint cimport uint64_t

from mltensor._core.tensor cimport Tensor

# Sum over the axes of a mask, in the tensor's own dtype for floats and 64 bits for integers.
cdef Tensor sum_axes(Tensor x, uint64_t mask, bint keepdims)
# New tensor with the shape that a reduction over the axes of a mask gives.
cdef Tensor reduced_like(Tensor x, uint64_t mask, bint keepdims, int dtype)
