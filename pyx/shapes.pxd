from libc.stdint cimport int64_t, uint64_t

cdef extern from "mltensor/mltensor.h" nogil:
    enum:
        MLT_MAX_DIMS

# An axis as a number from 0; AxisError when the tensor has it not.
cdef int normalize_axis(object axis, int ndim, str argument=*) except -1
# Axes given as None, an int or a tuple -> bit mask of reduced axes (None: all).
cdef uint64_t axis_mask(object axis, int ndim) except? 0
cdef uint64_t reduced_axes(object axis, int ndim) except? 0
# Reads a shape given as an int or a sequence of ints (at most MLT_MAX_DIMS); returns ndim.
cdef int read_shape(object shape, int64_t* out) except -1
# Product and sum of lengths; ShapeError, with the operation's name, where they do not fit an integer.
cdef int64_t times(str name, int64_t a, int64_t b) except? -1
cdef int64_t plus(str name, int64_t a, int64_t b) except? -1
# Number of elements, when that times the itemsize does not overflow; else ShapeError.
cdef int64_t checked_size(int ndim, const int64_t* shape, int dtype) except -1
