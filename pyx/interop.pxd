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
# A tensor of a nested sequence; says whether a tensor inside requires a gradient.
cdef Tensor from_sequence(object value, int dtype, int device, int float_code, bint* graded)
# dtype code of a Python or NumPy number, -1 for other objects; `wanted`: an explicit dtype will be used.
cdef int python_code(object value, int float_code, bint wanted) except -2
# Python scalar of a one-element tensor, for tensor.slots.item.
cpdef object item(Tensor t)
