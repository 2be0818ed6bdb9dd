from cpython.object cimport PyObject
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint64_t

from mltensor._core.storage cimport Storage, written

cdef extern from "mltensor/mltensor.h" nogil:
    enum:
        MLT_MAX_DIMS
        MLT_INLINE_DIMS
    ctypedef struct mlt_view:
        char* data
        int64_t* shape
        int64_t* strides
        int64_t size
        int32_t ndim
        int16_t dtype
        int8_t contiguous
        int8_t writeable
    bint mlt_same_shape(const mlt_view* a, const mlt_view* b)

cdef class Tensor:
    cdef mlt_view view                  # what kernels see
    cdef readonly Storage storage       # who owns the memory
    cdef readonly object node           # tape node: None, the node that made it, or its Leaf
    cdef readonly object base           # root tensor this is a view of, or None
    cdef uint64_t node_version          # storage version that `node` belongs to (views only)
    cdef int64_t inline_dims[16]        # shape and strides of up to 8 dimensions
    cdef bint element                   # a view of one element by its position: what NumPy gives as a scalar
    cdef object __weakref__

# --- making tensors. None of these touches the tape. ---------------------------------------
# New C-contiguous tensor with uninitialised memory.
cdef Tensor empty(int ndim, const int64_t* shape, int dtype, int device)
# New C-contiguous tensor with the shape and device of another.
cdef Tensor empty_like(Tensor other, int dtype)
# A C-contiguous tensor's memory in another shape of as many elements; sets `base`.
cdef Tensor reshaped(Tensor source, int ndim, const int64_t* shape)
# Another view of `source`'s storage (any pointer, shape, strides inside it); sets `base`.
cdef Tensor new_view(Tensor source, char* data, int ndim, const int64_t* shape, const int64_t* strides, int dtype)
# A view with the same geometry that the tape does not connect with `source` (shares storage and version).
cdef Tensor detached(Tensor source)
# Tensor over the memory of a storage.
cdef Tensor from_storage(Storage storage, char* data, int ndim, const int64_t* shape, const int64_t* strides, int dtype)
# Gives `result` (a fresh tensor) the class that results of operations on `source` have.
cdef Tensor like_class(Tensor result, object cls)

# --- asking about tensors -----------------------------------------------------------------
cdef object shape_tuple(Tensor t)
cdef inline bint same_shape(Tensor a, Tensor b) noexcept nogil:
    return mlt_same_shape(&a.view, &b.view)

cdef bint shares_memory(Tensor a, Tensor b) noexcept nogil    # byte ranges overlap
cdef int byte_range(Tensor t, char** low, char** high) noexcept nogil
cdef bint requires_grad(Tensor t) noexcept
cdef int require_writeable(Tensor t) except -1
# After an in-place write.
cdef inline int mark_written(Tensor t) except -1:
    return written(t.storage)


# --- what the layers above plug into the slots of the class ---------------------------------
ctypedef struct Slots:
    object (*binary)(int operator, object a, object b)
    object (*inplace)(int operator, object a, object b)
    object (*unary)(int operator, object a)
    object (*compare)(int operator, object a, object b)
    object (*get_item)(object a, object key)
    int (*set_item)(object a, object key, object value) except -1
    object (*item)(Tensor a)                    # Python scalar of a one-element tensor
    object (*power)(object a, object b)
    int (*export_buffer)(Tensor t, Py_buffer* buffer, int flags) except -1

cdef Slots slots

cdef enum Operator:
    ADD
    SUBTRACT
    MULTIPLY
    DIVIDE
    FLOOR_DIVIDE
    REMAINDER
    MATMUL
    AND
    OR
    XOR
    LEFT_SHIFT
    RIGHT_SHIFT
    POWER
    NEGATIVE
    POSITIVE
    ABSOLUTE
    INVERT
    LESS
    LESS_EQUAL
    EQUAL
    NOT_EQUAL
    GREATER
    GREATER_EQUAL
    OPERATOR_COUNT
