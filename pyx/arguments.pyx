"""Arguments of operations: positions and keywords, other spellings, array-likes to tensors."""

from cpython.object cimport PyObject

from mltensor._core.dtypes cimport BOOL, INT64, is_inexact, promotion
from mltensor._core.elementwise cimport cast, different_devices
from mltensor._core.operation cimport (
    SELECTOR, TENSOR, TENSORS, VALUE, Op, adopt, class_dtype, class_floats, is_weak, weak_dtype, winner)
from mltensor._core.tensor cimport Tensor

import numpy

# Other names under which scripts give an argument; the first one that the operation has is meant.
ALIASES = {
    "dim": ("axis", "axes"), "dims": ("axis", "axes", "shape"), "axis": ("dim",), "axes": ("axis",),
    "keepdim": ("keepdims",), "keepdims": ("keepdim",), "input": (0,), "other": (1,), "a": (0,), "x": (0,),
    "self": (0,), "tensor": (0,), "tensors": (0,), "arrays": (0,), "b": (1,), "unbiased": ("correction",),
    "newshape": ("shape",), "size": ("shape",), "min": ("a_min",), "max": ("a_max",), "a_min": ("min",),
    "a_max": ("max",), "num": ("steps",), "repeats": ("reps",), "source": ("src",), "mat2": (1,),
    "vec2": (1,), "tensor1": (1,), "tensor2": (2,), "condition": (0,),
    "element": (0,), "test_elements": (1,), "v": (1,),
}


cdef int find_argument(Op op, object name) except -1:
    cdef int k
    for k in range(op.count):
        if op.names[k] is name:
            return k
    for k in range(op.count):
        if op.names[k] == name:
            return k
    for meant in ALIASES.get(name, ()):
        if isinstance(meant, int):
            if meant < op.count and op.kinds[<int> meant] != VALUE:
                return meant
        elif meant in op.names:
            return op.names.index(meant)
    known = ", ".join(op.names)
    raise TypeError(f"{op.name}() got an unexpected keyword argument {name!r}; its arguments are: {known}")


cdef object gather_ints(Op op, PyObject** arguments, Py_ssize_t* count):
    """reshape(x, 2, 5) as reshape(x, (2, 5)): the integers from `ints_position` on as a tuple."""
    cdef Py_ssize_t k, first = op.ints_position
    if count[0] <= first + 1 or isinstance(<object> arguments[first], (tuple, list)):
        return None
    ints = []
    for k in range(first, count[0]):
        if not isinstance(<object> arguments[k], (int, numpy.integer, Tensor)):
            break
        ints.append(<object> arguments[k])
    return tuple(ints) if len(ints) > 1 else None


cdef int parse(Op op, PyObject** arguments, Py_ssize_t count, PyObject* names, PyObject** values, list keep) except -1:
    """Sort positional and keyword arguments into the order of the signature; fill defaults in."""
    cdef int k, at
    cdef Py_ssize_t i, shift = 0
    for k in range(op.count):
        values[k] = NULL
    if op.ints_position >= 0:
        ints = gather_ints(op, arguments, &count)
        if ints is not None:
            keep.append(ints)
            for k in range(op.ints_position):
                values[k] = arguments[k]
            values[op.ints_position] = <PyObject*> ints
            shift = len(ints) - 1
            for i in range(op.ints_position + len(ints), count):
                if i - shift >= op.positional:
                    break
                values[i - shift] = arguments[i]
    if count - shift > op.positional:
        raise TypeError(
            f"{op.name}() takes at most {op.positional} positional arguments ({', '.join(op.names[:op.positional])}), "
            f"{count} were given")
    if shift == 0:
        for k in range(count):
            values[k] = arguments[k]
    if names != NULL:
        for i, name in enumerate(<tuple> names):
            at = find_argument(op, name)
            if values[at] != NULL:
                raise TypeError(f"{op.name}() got two values for {op.names[at]!r}; {name!r} is the same argument")
            values[at] = arguments[count + i]
            if name == "unbiased":
                correction = 1 if <object> values[at] else 0
                keep.append(correction)
                values[at] = <PyObject*> correction
    for k in range(op.count):
        if values[k] == NULL:
            if op.defaults[k] is ...:
                raise TypeError(f"{op.name}() is missing the argument {op.names[k]!r}")
            values[k] = <PyObject*> op.defaults[k]
    return 0


cdef int convert_inputs(Op op, PyObject** values, list keep, list classes) except -1:
    """Array-likes and scalars among the inputs to tensors on one device; returns the device."""
    cdef int k, common = -1, weak = 0, device = -1
    cdef Tensor t, first = None
    for k in range(op.count):
        # What is no tensor goes where the first tensor is.
        if (op.kinds[k] == TENSOR or op.kinds[k] == SELECTOR) and isinstance(<object> values[k], Tensor):
            device = (<Tensor> <object> values[k]).storage.device
            break
    for k in range(op.count):
        if op.kinds[k] == TENSOR or op.kinds[k] == SELECTOR:
            value = <object> values[k]
            if value is None:
                if op.defaults[k] is not None:
                    raise TypeError(f"{op.name}() needs a tensor or a number as {op.names[k]!r}, not None")
                continue
            if isinstance(value, Tensor):
                t = <Tensor> value
            elif op.kinds[k] == TENSOR and is_weak(value):
                weak += 1
                continue
            else:
                t = adopt(value, -1, device)
                if op.kinds[k] == SELECTOR and t.view.size == 0:
                    t = cast(t, INT64)
                keep.append(t)
                values[k] = <PyObject*> t
        elif op.kinds[k] == TENSORS:
            sequence = tensor_list(op, <object> values[k])
            keep.append(sequence)
            values[k] = <PyObject*> sequence
            for one in sequence:
                classes[0] = winner(classes[0], type(one))
                if first is None:
                    first = <Tensor> one
                elif (<Tensor> one).storage.device != first.storage.device:
                    raise different_devices(op.name, first, <Tensor> one)
            continue
        else:
            continue
        if type(t) is not Tensor:
            classes[0] = winner(classes[0], type(t))
        if first is None:
            first = t
        elif t.storage.device != first.storage.device:
            raise different_devices(op.name, first, t)
        if op.kinds[k] == TENSOR:
            common = t.view.dtype if common < 0 else promotion[common][t.view.dtype]
    if weak:
        if first is not None:
            device = first.storage.device
        for k in range(op.count):
            if op.kinds[k] == TENSOR and is_weak(<object> values[k]):
                t = adopt_weak(op, <object> values[k], common, device, classes[0])
                keep.append(t)
                values[k] = <PyObject*> t
                if first is None:
                    first = t
    if op.promotes and classes[0] is not Tensor and classes[0] in class_floats:
        yield_integers(op, values, keep)
    return first.storage.device if first is not None else 0


cdef Tensor adopt_weak(Op op, object value, int common, int device, object cls):
    """A Python scalar as a tensor of the dtype that it and a common dtype give, -1 where there is none."""
    if common < 0 and cls is Tensor:
        return adopt(value, -1, device)
    common = BOOL if common < 0 else common
    try:
        return adopt(value, class_dtype(cls, [common], [value], weak_dtype(value, common)), device)
    except OverflowError:
        # What only compares can answer for a number that the dtype cannot hold.
        if op.record.returns in ("BOOL", "INDEX"):
            return adopt(value, -1, device)
        raise


cdef int yield_integers(Op op, PyObject** values, list keep) except -1:
    """Integer tensors beside floating ones in the dtype of these."""
    cdef int k, common = -1
    cdef Tensor t
    cdef list inputs = []
    for k in range(op.count):
        if op.kinds[k] == TENSORS:
            inputs += <list> values[k]
        elif op.kinds[k] == TENSOR and isinstance(<object> values[k], Tensor):
            inputs.append(<object> values[k])
    for one in inputs:
        t = <Tensor> one
        if is_inexact(t.view.dtype):
            common = t.view.dtype if common < 0 else promotion[common][t.view.dtype]
    if common < 0:
        return 0
    for k in range(op.count):
        if op.kinds[k] == TENSORS:
            sequence = <list> values[k]
            sequence[:] = [one if is_inexact((<Tensor> one).view.dtype) or (<Tensor> one).view.dtype == BOOL
                           else cast(<Tensor> one, common) for one in sequence]
        elif op.kinds[k] == TENSOR and isinstance(<object> values[k], Tensor):
            t = <Tensor> values[k]
            if not is_inexact(t.view.dtype) and t.view.dtype != BOOL:
                t = cast(t, common)
                keep.append(t)
                values[k] = <PyObject*> t
    return 0


cdef list tensor_list(Op op, object values):
    """A sequence of array-likes as a list of tensors."""
    if isinstance(values, Tensor):
        return list(values)
    cdef int device = -1
    try:
        values = list(values)
        for one in values:
            if isinstance(one, Tensor):
                device = (<Tensor> one).storage.device
                break
        return [one if isinstance(one, Tensor) else adopt(one, -1, device) for one in values]
    except TypeError:
        if hasattr(values, "__iter__"):
            raise
        raise TypeError(f"{op.name}() takes a sequence of tensors, not {type(values).__name__}") from None
