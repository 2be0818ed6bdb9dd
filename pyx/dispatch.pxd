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
    cdef tuple names                  # interned
    cdef tuple defaults               # Ellipsis: required
    cdef int8_t kinds[16]
    cdef int inputs                   # tensor inputs
    # elementwise
    cdef int arity
    cdef Loops loops
    cdef int returns
    cdef int8_t loop_dtype[15]        # dtype computed in for an input dtype, -1: refused
    cdef bint fast[15]                # whether the short paths may take operands of the dtype
    # others
    cdef Kernel kernels[8]            # by device code
    cdef object via
    cdef Shortcut shortcut
    # gradient
    cdef readonly Rules rules         # None: no gradient

cdef object result_class(object cls)
cdef Tensor adopt(object value, int dtype, int device)
cdef object call_elementwise(Op op, PyObject** inputs, object out, object where, object dtype)
cdef object binary(Op op, object a, object b)
cdef object unary(Op op, object a)
