from libc.stdint cimport int64_t

from mltensor._core.tensor cimport Tensor

# A view with a new shape where the strides allow one, else a copy. Shape may contain one -1.
cdef Tensor reshape(Tensor t, int ndim, const int64_t* shape)
# All elements in C order as one dimension.
cdef Tensor flat(Tensor t)
# The view of t[begin:end] along an axis.
cdef Tensor section(Tensor t, int axis, int64_t begin, int64_t end)
# Dimension i of the result is dimension axes[i] of t.
cdef Tensor permute(Tensor t, const int* axes)
cdef Tensor transpose_last(Tensor t)
# A view of any geometry (bytes from the first element of x), checked to stay inside the storage.
cdef Tensor strided_view(Tensor x, object shape, object strides, object offset)
