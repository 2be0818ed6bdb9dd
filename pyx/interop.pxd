from mltensor._core.tensor cimport Tensor

# How `as_tensor` treats memory that could be shared.
cdef enum Copy:
    COPY_NEVER = 0
    COPY_ALWAYS = 1
    COPY_IF_NEEDED = 2

# A tensor of anything array-like. dtype -1: as the value says; device -1: where it is, else the default.
cdef Tensor as_tensor(object value, int dtype, int device, int copy)
# The same, with the dtype that Python floats get.
cdef Tensor as_tensor_default(object value, int dtype, int device, int copy, int float_code)
# Python scalar of a one-element tensor, for tensor.slots.item.
cdef object item(Tensor t)
