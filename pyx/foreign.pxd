from mltensor._core.tensor cimport Tensor

# Zero-copy tensor over an object with the buffer protocol; DTypeError naming a dtype we do not have.
cdef Tensor from_buffer(object value)
# The tensor of an object with one of the array protocols, None for other objects.
cdef Tensor from_protocol(object value)
