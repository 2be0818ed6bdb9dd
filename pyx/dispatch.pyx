"""Applying an operation: arguments to tensors, the kernel of the device, the tape, the class of the result."""

from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_GET_SIZE
from libc.stdint cimport int64_t

from mltensor._core.arguments cimport convert_inputs, parse
from mltensor._core.dtypes cimport is_inexact, objects, promotion
from mltensor._core.elementwise cimport copy_into
from mltensor._core.operation cimport TENSORS, Op, plug_call, result_class, vectorcall_function, with_class
from mltensor._core.storage cimport device_object
from mltensor._core.tape cimport grad_enabled, record
from mltensor._core.tensor cimport Tensor, requires_grad, shape_tuple
from mltensor._core.ufunc cimport binary, call_elementwise, checked_out, plainly_given, plainly_into, unary

from mltensor._core.operation import OPERATIONS, ElementwiseOp
from mltensor.errors import DeviceError, GradientError, ShapeError

cdef extern from "Python.h":
    PyObject* PyObject_Vectorcall(object callable, PyObject** arguments, size_t count, PyObject* names) except NULL
    PyObject* PyTuple_GET_ITEM(object tuple, Py_ssize_t position)
    size_t PyVectorcall_NARGS(size_t count)
    void Py_DECREF_pointer "Py_DECREF"(PyObject* o)


cdef str OUT = "out"


cdef object call_general(Op op, PyObject** values, list keep):
    """An operation with a kernel or a composition, arguments in order."""
    cdef list classes = [Tensor]
    cdef int device = convert_inputs(op, values, keep, classes)
    cdef object cls = classes[0]
    cdef PyObject* answer
    cdef object out = None
    if op.out_position >= 0:
        out = <object> values[op.out_position]
        if isinstance(out, tuple):
            out = out[0]
        values[op.out_position] = <PyObject*> None
        if op.dtype_position >= 0:
            compute_wider(op, values, out)
    if op.via is not None:
        answer = PyObject_Vectorcall(op.via, values, op.count, NULL)
        result = <object> answer
        Py_DECREF_pointer(answer)
    else:
        if op.kernels[device] == NULL:
            raise DeviceError(f"{op.name} has no kernel for {device_object(device)}; move the tensors with .to('cpu')")
        result = op.kernels[device](values)
        if op.rules is not None and grad_enabled():
            record(op.rules, result, values)
    if out is not None:
        return write_out(op, out, <Tensor> result)
    return with_class(result, cls)


cdef int compute_wider(Op op, PyObject** values, object out) except -1:
    """A sum that goes to a wider `out` is computed in its dtype, as in NumPy."""
    cdef int narrow, wide
    if (isinstance(out, Tensor) and <object> values[op.dtype_position] is None
            and isinstance(<object> values[0], Tensor)):
        narrow, wide = (<Tensor> <object> values[0]).view.dtype, (<Tensor> out).view.dtype
        if is_inexact(wide) and promotion[narrow][wide] == wide:
            values[op.dtype_position] = <PyObject*> (<object> objects[wide])
    return 0


cdef object write_out(Op op, object out, Tensor result):
    cdef int64_t shape[64]
    cdef int ndim = result.view.ndim, d
    for d in range(ndim):
        shape[d] = result.view.shape[d]
    cdef Tensor target = checked_out(op.name, out, &ndim, shape, result.view.dtype, result, "same_kind")
    if ndim != result.view.ndim or target.view.size != result.view.size:
        raise ShapeError(f"{op.name}: the result has shape {shape_tuple(result)} and does not fit out= of shape "
                         f"{shape_tuple(target)}")
    if result.node is not None or requires_grad(target):
        raise GradientError(f"{op.name}: out= writes past the tape, but an operand requires a gradient; leave out= "
                            "away, or compute under no_grad()")
    copy_into(target, result)
    return out


cdef object call_alone(Op op, PyObject* x):
    """A kernel with one tensor and the defaults of its other arguments."""
    cdef PyObject* values[16]
    cdef int k
    values[0] = x
    for k in range(1, op.count):
        values[k] = PyTuple_GET_ITEM(op.defaults, k)
    return op.kernels[(<Tensor> x).storage.device](values)


cdef inline bint given_alike(PyObject* argument) noexcept:
    """A tensor of a subclass with nothing on the tape, in a dtype that means the same in every class."""
    return (isinstance(<object> argument, Tensor) and is_inexact((<Tensor> argument).view.dtype)
            and not (grad_enabled() and requires_grad(<Tensor> argument)))


cdef inline PyObject* handed_out(object result, PyObject* first, bint plain) except NULL:
    """A result of a short way as a new reference, in the class that follows from the first argument's."""
    if not plain:
        result = with_class(result, result_class(type(<object> first)))
    Py_INCREF(result)
    return <PyObject*> result


cdef PyObject* call_op(PyObject* self, PyObject** arguments, size_t flags, PyObject* names) except NULL:
    """vectorcall of an Op."""
    cdef Op op = <Op> self
    cdef Py_ssize_t count = PyVectorcall_NARGS(flags)
    cdef PyObject* values[16]
    cdef list keep
    cdef bint plain
    if names == NULL and count > 0 and (op.shortcut != NULL or op.alone and count == 1):
        plain = op.kinds[0] == TENSORS or plainly_given(arguments[0])
        if plain or given_alike(arguments[0]):
            if op.shortcut != NULL:
                result = op.shortcut(arguments, count)
                if result is not None:
                    return handed_out(result, arguments[0], plain)
            if op.alone and count == 1 and op.kernels[(<Tensor> arguments[0]).storage.device] != NULL:
                return handed_out(call_alone(op, arguments[0]), arguments[0], plain)
    if op.arity and names == NULL and count == op.arity:
        if count == 2:
            result = binary(op, <object> arguments[0], <object> arguments[1])
        elif count == 1:
            result = unary(op, <object> arguments[0])
        else:
            result = call_elementwise(op, arguments, None, True, None, "same_kind")
    elif (op.arity and count == op.arity and names != NULL and PyTuple_GET_SIZE(<object> names) == 1
            and PyTuple_GET_ITEM(<object> names, 0) == <PyObject*> OUT
            and plainly_into(op, arguments, <object> arguments[count])):
        result = <object> arguments[count]
    else:
        keep = []
        parse(op, arguments, count, names, values, keep)
        if op.arity:
            result = call_elementwise(op, values, <object> values[op.arity], <object> values[op.arity + 1],
                                      <object> values[op.arity + 2], <str?> <object> values[op.arity + 3])
        else:
            result = call_general(op, values, keep)
    Py_INCREF(result)
    return <PyObject*> result


plug_call(<vectorcall_function> call_op)


def build(table, kernels, shortcuts):
    """Make an Op of every record.

    Parameters
    ----------
    table : dict of str to Record
    kernels, shortcuts : dict of str to capsule
        The host's kernels by the name that records use, and its shortcuts by that of operations.

    Returns
    -------
    dict of str to Op
    """
    for name, record in table.items():
        op = Op(record) if record.expr is None else ElementwiseOp(record)
        OPERATIONS[name] = op
        if record.kernel is not None:
            if record.kernel not in kernels:
                raise LookupError(f"operation {name!r} asks for a kernel {record.kernel!r} that nobody registered")
            for device in range(2):
                op.bind(device, kernels[record.kernel])
        if name in shortcuts:
            op.take_shortcut(shortcuts[name])
    return OPERATIONS
