from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core.operation cimport Op
from mltensor._core.tape cimport grad_enabled
from mltensor._core.tensor cimport Tensor, requires_grad


cdef inline bint plainly_given(PyObject* argument) noexcept:
    """A tensor of the class itself with nothing on the tape."""
    return type(<object> argument) is Tensor and (
        ((<Tensor> argument).node is None and (<Tensor> argument).base is None)
        or not requires_grad(<Tensor> argument) or not grad_enabled())


cdef object unary(Op op, object x)
cdef object binary(Op op, object x, object y)
cdef object call_elementwise(Op op, PyObject** inputs, object out, object where, object dtype, str casting)
# `out` as a tensor to which a result of this shape and dtype may be broadcast; the shape becomes that of `out`.
cdef Tensor checked_out(str name, object out, int* ndim, int64_t* shape, int dtype, Tensor like, str casting)
# op(inputs, out=out) of plain operands; False when it takes the general way.
cdef bint plainly_into(Op op, PyObject** inputs, object out) except -1
# target op= other, or target = other op target, by one loop where that is possible; False when it is not.
cdef bint inplace(Op op, Tensor target, object other, bint reversed) except -1
