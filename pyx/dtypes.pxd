from libc.stdint cimport int8_t

cdef extern from "mltensor/mltensor.h" nogil:
    const int8_t mlt_itemsize[15]
    enum:
        BOOL "MLT_BOOL"
        INT8 "MLT_INT8"
        INT16 "MLT_INT16"
        INT32 "MLT_INT32"
        INT64 "MLT_INT64"
        UINT8 "MLT_UINT8"
        UINT16 "MLT_UINT16"
        UINT32 "MLT_UINT32"
        UINT64 "MLT_UINT64"
        FLOAT16 "MLT_FLOAT16"
        BFLOAT16 "MLT_BFLOAT16"
        FLOAT32 "MLT_FLOAT32"
        FLOAT64 "MLT_FLOAT64"
        COMPLEX64 "MLT_COMPLEX64"
        COMPLEX128 "MLT_COMPLEX128"
        DTYPE_COUNT "MLT_DTYPE_COUNT"

cdef int8_t promotion[15][15]      # NumPy 2's result type of two dtypes
cdef int8_t float_of[15]           # dtype of a floating function of an integer: bool -> float16, ..., int64 -> float64
cdef int8_t real_of[15]            # complex64 -> float32, complex128 -> float64, others themselves
cdef int8_t complex_of[15]         # float32 -> complex64, float64 -> complex128
cdef char kind_of[15]              # 'b', 'i', 'u', 'f', 'c'
cdef tuple objects                 # the numpy.dtype of each code

cdef int code_of(object dtype) except -1
# Code of one of NumPy's numbers by its class; -1 for other objects, and for classes that are another's alias.
cdef int code_of_number(object value) noexcept
cdef object default_float()        # numpy.dtype of Python floats at creation: float64 unless set
cdef int default_float_code() noexcept
cdef inline bint is_inexact(int code) noexcept nogil:
    return code >= FLOAT16
cdef inline bint is_complex(int code) noexcept nogil:
    return code >= COMPLEX64
cdef inline bint is_integer(int code) noexcept nogil:
    return INT8 <= code <= UINT64
