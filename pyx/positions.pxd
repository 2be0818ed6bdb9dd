from libc.stdint cimport int64_t

from mltensor._core.tensor cimport Tensor

# Flat C-order positions of the nonzero elements, int64.
cdef Tensor nonzero_places(Tensor mask)
# Elements of a contiguous tensor where a contiguous bool mask of the same shape is true, 1-d.
cdef Tensor pick(Tensor x, Tensor mask)
# Coordinate of flat places along one dimension: (place // inner) % length.
cdef Tensor unravel(Tensor places, int64_t inner, int64_t length)
# x[mask] = value for contiguous ones of x's dtype, a mask of x's shape and memory that is not shared; False where there
# is not an element for each place.
cdef bint put_in_order(Tensor x, Tensor mask, Tensor value) except -1
