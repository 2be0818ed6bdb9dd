from libc.stdint cimport int64_t

from mltensor._core.tensor cimport Tensor

# Where a walk through a key has arrived: the dimensions of the result so far.
cdef struct Geometry:
    char* data
    int ndim
    int axis                  # next dimension of the tensor
    int64_t shape[64]
    int64_t strides[64]

# The view that a key of integers, slices, None and an ellipsis selects; None for any other key.
cdef object basic_index(Tensor t, object key)
# Address of the element that a key of integers selects; NULL for any other key, and for one that is outside.
cdef char* element_address(Tensor t, object key) except? NULL
# 1 and the value when an item of a key is a single integer of any kind (not a bool).
cdef int scalar_integer(object item, Py_ssize_t* at) except -1
# Steps over the next dimension of `t` by an integer or a slice, keeps some, or inserts a new one.
cdef int one_integer(Tensor t, Geometry* g, Py_ssize_t at) except -1
cdef int one_slice(Tensor t, Geometry* g, object key) except -1
cdef int keep_axes(Tensor t, Geometry* g, int count) except -1
cdef int new_axis(Geometry* g) except -1
cdef int too_many(Tensor t, Py_ssize_t consumed) except -1
