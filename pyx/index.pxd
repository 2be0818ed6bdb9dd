from mltensor._core.tensor cimport Tensor

# What a key with index tensors or masks selects from `t`, worked out: see index.pyx.
cdef object plan(Tensor t, object key)
# x[key]: a view for a basic key, else a new tensor. No tape.
cdef Tensor index_get(Tensor t, object key)
# The same for a key of which `basic_index` said that it is not basic.
cdef Tensor index_elements(Tensor t, object key)
# x[key] = value, in place: broadcasts, casts, right when memory overlaps; counts the write. No tape.
cdef int assign(Tensor t, object key, object value) except -1
# The same for a writeable `t` and a key that is not basic.
cdef int assign_elements(Tensor t, object key, Tensor value) except -1
