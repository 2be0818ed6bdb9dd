from cpython.object cimport PyObject
from libc.stdint cimport int8_t, int64_t

from mltensor._core.elementwise cimport Loops, mlt_loop
from mltensor._core.storage cimport Kernel, Shortcut
from mltensor._core.tape cimport Rules
from mltensor._core.tensor cimport Tensor

ctypedef PyObject* (*vectorcall_function)(PyObject* self, PyObject** arguments, size_t count, PyObject* names)

cdef enum ArgumentKind:
    VALUE
    TENSOR
    TENSORS
    SELECTOR                          # a tensor of positions or a mask: it has no say in the dtype of the others
    INTS

# One operation, callable as a function and as a method.
cdef class Op:
    cdef vectorcall_function vectorcall
    cdef readonly object record
    cdef readonly str name
    cdef int count                    # arguments
    cdef int positional               # of them positional
    cdef int ints_position            # argument that gathers several integers, or -1
    cdef int out_position             # argument called out, or -1
    cdef int dtype_position           # argument called dtype, or -1
    cdef tuple names                  # interned
    cdef tuple defaults               # Ellipsis: required
    cdef int8_t kinds[16]
    cdef int inputs                   # tensor inputs
    cdef bint promotes                # whether the inputs of a kernel are brought to one dtype
    # elementwise
    cdef readonly int arity           # operands; 0: not elementwise
    cdef Loops loops
    cdef int returns
    cdef int8_t loop_dtype[15]        # dtype computed in for an input dtype, -1: refused
    cdef bint floats                  # whether integer operands become floats, each for itself
    cdef bint fast[15]                # whether the short paths may take operands of the dtype
    # others
    cdef Kernel kernels[8]            # by device code
    cdef bint alone                   # whether its kernel takes one tensor and defaults as they are
    cdef object via
    cdef Shortcut shortcut
    # gradient
    cdef readonly Rules rules         # None: no gradient

cdef int plug_call(vectorcall_function function) except -1

# The class that results of operations on tensors of `cls` have.
cdef object result_class(object cls)
# The class of the result when one more input is of class `cls`: a subclass wins.
cdef object winner(object first, object cls)
# A result (or several) as instances of a class.
cdef object with_class(object result, object cls)
# A Python scalar, whose dtype gives way to a tensor's; and the dtype of the two together.
cdef bint is_weak(object value)
cdef int weak_dtype(object value, int dtype) except -1
# The same, and that of tensors, by the rule of a class of results, where it has one.
cdef dict class_floats
cdef int class_dtype(object cls, list codes, list scalars, int common) except -1
cdef int class_float(object cls, int dtype) except -1
# An array-like as a tensor.
cdef Tensor adopt(object value, int dtype, int device)
