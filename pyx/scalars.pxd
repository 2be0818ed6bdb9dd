from mltensor._core.tensor cimport Tensor

# Python scalar of the element at an address.
cdef object read_scalar(const char* address, int dtype)
# Stores a Python number as an element; OverflowError where it does not fit, DTypeError where it would lose a part.
cdef int write_scalar(char* address, int dtype, object value) except -1
# Whether a Python number beside a tensor of a dtype is stored in that dtype and changes nothing else.
cdef bint keeps(int dtype, object value) noexcept
# Python scalar of a one-element tensor.
cdef object item(Tensor t)
# Nested lists of Python scalars; a scalar for a 0-d tensor.
cdef object to_list(Tensor t)
# The number of the only element, at a position in C order, or at one per dimension.
cdef object item_at(Tensor t, tuple index)
# `x operator y` of single elements of one dtype, off the tape and on the host, or of one and a Python number; and
# `operator x` of one. None where there is more to it.
cdef object combined(int operator, object x, object y)
cdef object negated(int operator, Tensor x)
