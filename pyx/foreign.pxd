from mltensor._core.tensor cimport Tensor

# Whether a NumPy array has any.
cdef bint has_dimensions(object array) except -1
# Zero-copy tensor over a NumPy array; DTypeError naming a dtype we do not have.
cdef Tensor from_array(object value)
# The same over an object with the buffer protocol; DTypeError naming a dtype we do not have.
cdef Tensor from_buffer(object value)
# The tensor of an object with one of the array protocols, None for other objects.
cdef Tensor from_protocol(object value)
