"""Applying an operation: arguments to tensors, dtypes, the kernel of the device, the tape.

An Op is made from a record of the table. Elementwise operations have a path of their own that looks
at nothing it does not need: ten numbers are added in the time NumPy takes to look at its arguments.
"""

cimport cython
from cpython.complex cimport PyComplex_CheckExact
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from cpython.object cimport PyObject
from cpython.pycapsule cimport PyCapsule_CheckExact, PyCapsule_GetPointer
from cpython.ref cimport Py_INCREF
from libc.stdint cimport int8_t, int64_t

from mltensor._core.dtypes cimport (
    BFLOAT16, BOOL, COMPLEX64, COMPLEX128, FLOAT32, FLOAT64, INT8, INT64, UINT64, code_of, complex_of,
    default_float_code, float_of, is_complex, is_inexact, is_integer, kind_of, mlt_itemsize, objects,
    promotion, real_of)
from mltensor._core.elementwise cimport (
    RETURNS_BOOL, RETURNS_REAL_OF, Loops, broadcast_shape, cast, contiguous, copy, copy_into, copy_where,
    fill, find_loops, mlt_loop, parallel_threshold, run, scalar_tensor, store_scalar)
from mltensor._core.interop cimport COPY_IF_NEEDED, as_tensor
from mltensor._core.storage cimport Device, Kernel, Shortcut, device_object
from mltensor._core.tape cimport Rules, current_node, grad_enabled, record
from mltensor._core.tensor cimport (
    Tensor, empty, empty_like, like_class, mark_written, mlt_view, requires_grad, require_writeable,
    same_shape, shape_tuple, shares_memory)

import inspect
import sys

import numpy

from mltensor.errors import DeviceError, DTypeError, GradientError, ShapeError

cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        pass
    PyObject* PyVectorcall_Call(PyObject* callable, PyObject* args, PyObject* kwargs) except NULL
    PyObject* PyMethod_New(object function, object self) except NULL
    PyObject* PyObject_Vectorcall(object callable, PyObject** arguments, size_t count, PyObject* names) except NULL
    size_t PyVectorcall_NARGS(size_t count)
    bint PyBool_Check(object o)
    bint PyTuple_CheckExact(object o)
    void Py_DECREF_pointer "Py_DECREF"(PyObject* o)

cdef extern from *:
    """
    /* Lets instances of an extension type be called by the vectorcall protocol and be bound as methods
     * without a bound-method object. Done once, before any instance exists. */
    static void mlt_make_callable(PyTypeObject *type, Py_ssize_t offset) {
      type->tp_vectorcall_offset = offset;
      type->tp_call = PyVectorcall_Call;
      type->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR;
      PyType_Modified(type);
    }
    """
    void mlt_make_callable(PyTypeObject* type, Py_ssize_t offset)


# --- classes of results ------------------------------------------------------------------------

cdef dict result_classes = {Tensor: Tensor}


cdef object result_class(object cls):
    """Class that results of operations on `cls` have: its `_result_class`, else Tensor itself."""
    found = result_classes.get(cls)
    if found is None:
        found = getattr(cls, "_result_class", None)
        if found is None:
            found = Tensor
        result_classes[cls] = found
    return found


cdef inline object winner(object first, object cls):
    """The class of the result when one more input is of class `cls`: a subclass wins."""
    if cls is Tensor:
        return first
    cls = result_class(cls)
    return first if cls is Tensor else cls


cdef object with_class(object result, object cls):
    if cls is Tensor:
        return result
    if isinstance(result, Tensor):
        return like_class(<Tensor> result, cls)
    if type(result) is tuple or type(result) is list:
        return type(result)([with_class(one, cls) for one in result])
    return result


# --- inputs ------------------------------------------------------------------------------------

cdef inline bint is_weak(object value):
    """A Python scalar, whose dtype gives way to a tensor's."""
    return (PyFloat_CheckExact(value) or PyLong_CheckExact(value) or PyBool_Check(value)
            or PyComplex_CheckExact(value))


cdef int weak_dtype(object value, int dtype) except -1:
    """dtype of a tensor's dtype and a Python scalar together (NEP 50)."""
    if PyBool_Check(value):
        return dtype
    if PyLong_CheckExact(value):
        return INT64 if dtype == BOOL else dtype
    if PyFloat_CheckExact(value):
        return dtype if is_inexact(dtype) else default_float_code()
    if is_complex(dtype):
        return dtype
    return complex_of[dtype] if is_inexact(dtype) else COMPLEX128


cdef Tensor adopt(object value, int dtype, int device):
    """An array-like as a tensor."""
    return as_tensor(value, dtype, device, COPY_IF_NEEDED)


array_types = (numpy.ndarray, numpy.generic, list, tuple, memoryview, range)


cdef bint is_array_like(object value):
    """Whether an operator should take `value` as an array rather than leave it to the other side."""
    if isinstance(value, array_types):
        return True
    cls = type(value)
    return (hasattr(cls, "__array__") or hasattr(cls, "__dlpack__") or hasattr(cls, "__array_interface__")) \
        and getattr(cls, "__array_ufunc__", True) is not None


cdef object different_devices(str name, Tensor a, Tensor b):
    return DeviceError(
        f"{name}: one tensor of shape {shape_tuple(a)} is on {a.device} and one of shape {shape_tuple(b)} on "
        f"{b.device}; move one of them with .to({str(a.device)!r})")


# --- elementwise ---------------------------------------------------------------------------------

cdef object refused(Op op, list codes):
    names = ", ".join(str(objects[<int> code]) for code in codes)
    accepted = ", ".join(str(dtype) for dtype in op.loops.dtypes())
    hint = "; use ^ or logical_xor" if op.name == "subtract" else "; use ~ or logical_not" if op.name == "negative" else ""
    return DTypeError(f"{op.name} is not defined for dtype {names}{hint}. It computes in: {accepted}")


cdef inline int out_dtype(Op op, int dtype) noexcept:
    if op.returns == RETURNS_BOOL:
        return BOOL
    if op.returns == RETURNS_REAL_OF:
        return real_of[dtype]
    return dtype


cdef object fast_binary(Op op, Tensor a, Tensor b, int dtype):
    """Two contiguous tensors of one shape and dtype, on the host, small."""
    cdef char* pointers[3]
    cdef int64_t strides[3]
    cdef Tensor result = empty_like(a, out_dtype(op, dtype))
    cdef PyObject* arguments[2]
    pointers[0] = a.view.data
    pointers[1] = b.view.data
    pointers[2] = result.view.data
    strides[0] = strides[1] = mlt_itemsize[dtype]
    strides[2] = mlt_itemsize[result.view.dtype]
    op.loops.by_dtype[dtype](pointers, strides, a.view.size)
    if op.rules is not None and (a.node is not None or b.node is not None or a.base is not None
                                 or b.base is not None) and grad_enabled():
        arguments[0] = <PyObject*> a
        arguments[1] = <PyObject*> b
        record(op.rules, result, arguments)
    return result


cdef object fast_scalar(Op op, Tensor a, object scalar, bint reversed, int dtype):
    """A contiguous small tensor and a Python scalar that does not change its dtype."""
    cdef char* pointers[3]
    cdef int64_t strides[3]
    cdef int64_t buffer[2]
    cdef Tensor result
    cdef PyObject* arguments[2]
    store_scalar(scalar, dtype, <char*> buffer)
    result = empty_like(a, out_dtype(op, dtype))
    pointers[reversed] = a.view.data
    pointers[1 - reversed] = <char*> buffer
    pointers[2] = result.view.data
    strides[reversed] = mlt_itemsize[dtype]
    strides[1 - reversed] = 0
    strides[2] = mlt_itemsize[result.view.dtype]
    op.loops.by_dtype[dtype](pointers, strides, a.view.size)
    if op.rules is not None and (a.node is not None or a.base is not None) and grad_enabled():
        arguments[reversed] = <PyObject*> a
        arguments[1 - reversed] = <PyObject*> scalar
        record(op.rules, result, arguments)
    return result


cdef object fast_unary(Op op, Tensor a, int dtype):
    cdef char* pointers[2]
    cdef int64_t strides[2]
    cdef Tensor result = empty_like(a, out_dtype(op, dtype))
    cdef PyObject* arguments[1]
    pointers[0] = a.view.data
    pointers[1] = result.view.data
    strides[0] = mlt_itemsize[dtype]
    strides[1] = mlt_itemsize[result.view.dtype]
    op.loops.by_dtype[dtype](pointers, strides, a.view.size)
    if op.rules is not None and (a.node is not None or a.base is not None) and grad_enabled():
        arguments[0] = <PyObject*> a
        record(op.rules, result, arguments)
    return result


cdef inline bint plain(Op op, Tensor t, int dtype) noexcept:
    """Small, contiguous, of exactly class Tensor, on the host, in a dtype that has a loop."""
    return (type(t) is Tensor and t.view.contiguous and t.view.size < parallel_threshold
            and op.fast[dtype] and op.kernels[t.storage.device] == NULL)


cdef object unary(Op op, object x):
    cdef Tensor a
    cdef PyObject* inputs[1]
    if isinstance(x, Tensor):
        a = <Tensor> x
        if plain(op, a, a.view.dtype):
            return fast_unary(op, a, a.view.dtype)
    inputs[0] = <PyObject*> x
    return call_elementwise(op, inputs, None, True, None)


cdef object binary(Op op, object x, object y):
    cdef Tensor a
    cdef Tensor b
    cdef PyObject* inputs[2]
    cdef int dtype
    if isinstance(x, Tensor):
        a = <Tensor> x
        dtype = a.view.dtype
        if isinstance(y, Tensor):
            b = <Tensor> y
            if (b.view.dtype == dtype and plain(op, a, dtype) and plain(op, b, dtype) and same_shape(a, b)
                    and a.storage.device == b.storage.device):
                return fast_binary(op, a, b, dtype)
        elif ((PyFloat_CheckExact(y) and is_inexact(dtype)) or (PyLong_CheckExact(y) and dtype != BOOL
                and op.returns != RETURNS_BOOL and not is_integer(dtype))) and plain(op, a, dtype):
            return fast_scalar(op, a, y, False, dtype)
    elif isinstance(y, Tensor) and PyFloat_CheckExact(x):
        b = <Tensor> y
        if is_inexact(b.view.dtype) and plain(op, b, b.view.dtype):
            return fast_scalar(op, b, x, True, b.view.dtype)
    inputs[0] = <PyObject*> x
    inputs[1] = <PyObject*> y
    return call_elementwise(op, inputs, None, True, None)


cdef object compare_out_of_range(Op op, Tensor a, object scalar, bint reversed):
    """Compare an integer tensor with a Python integer that its dtype cannot hold."""
    outcome = {"equal": False, "not_equal": True, "less": scalar > 0, "less_equal": scalar > 0,
               "greater": scalar < 0, "greater_equal": scalar < 0}[op.name]
    if reversed and op.name not in ("equal", "not_equal"):
        outcome = not outcome
    cdef Tensor result = empty_like(a, BOOL)
    fill(result, outcome)
    return result


cdef object call_elementwise(Op op, PyObject** inputs, object out, object where, object dtype):
    """The general case: any operands, `out`, `where` and `dtype`."""
    cdef int n = op.arity, k, common = -1, computed, device = -1, ndim
    cdef Tensor t, first = None, result, target, mask = None
    cdef mlt_view* operands[5]
    cdef int64_t shape[64]
    cdef PyObject* arguments[4]
    cdef list values = [<object> inputs[k] for k in range(n)]
    cdef list weak = []
    cdef list codes = []
    cdef object cls = Tensor
    cdef bint overlap = False
    for k in range(n):
        value = values[k]
        if is_weak(value):
            weak.append(k)
            continue
        t = <Tensor> value if isinstance(value, Tensor) else adopt(value, -1, -1)
        values[k] = t
        cls = winner(cls, type(t))
        if first is None:
            first = t
        elif t.storage.device != first.storage.device:
            raise different_devices(op.name, first, t)
        common = t.view.dtype if common < 0 else promotion[common][t.view.dtype]
        codes.append(t.view.dtype)
    device = first.storage.device if first is not None else 0
    if first is None:
        for k in weak:
            values[k] = t = adopt(values[k], -1, -1)
            common = t.view.dtype if common < 0 else promotion[common][t.view.dtype]
            codes.append(t.view.dtype)
        first = t
        weak = []
    for k in weak:
        common = weak_dtype(values[k], common)
    if dtype is not None:
        common = code_of(dtype)
    if op.returns == RETURNS_BOOL and len(codes) == 2 and common == FLOAT64 and not weak and dtype is None:
        if is_integer(codes[0]) and is_integer(codes[1]) and op.name in COMPARED_WITH_NEGATIVE:
            return compare_signs(op, <Tensor> values[0], <Tensor> values[1], out, where)
    computed = op.loop_dtype[common] if common >= 0 else -1
    if computed < 0:
        raise refused(op, codes or [common])
    for k in weak:
        value = values[k]
        try:
            values[k] = scalar_tensor(value, computed, device)
        except OverflowError:
            if op.returns == RETURNS_BOOL and n == 2 and out is None:
                return with_class(compare_out_of_range(op, first, value, k == 0), cls)
            raise
    if op.name == "power" and is_integer(computed):
        refuse_negative(op, <Tensor> values[1])
    for k in range(n):
        t = <Tensor> values[k]
        if t.view.dtype != computed:
            t = cast(t, computed)
            values[k] = (values[k], t)
        operands[k] = &t.view
    ndim = broadcast_shape(op.name, n, operands, shape)
    if where is not True:
        mask = where if isinstance(where, Tensor) else adopt(where, BOOL, device)
        operands[n] = &mask.view
        ndim = broadcast_shape(op.name, n + 1, operands, shape)
    if isinstance(out, tuple):
        if len(out) != 1:
            raise ValueError(f"{op.name}: out must be one tensor, not a tuple of {len(out)}")
        out = out[0]
    if out is None:
        result = empty(ndim, shape, out_dtype(op, computed), device)
        if mask is not None:
            fill(result, 0)
        target = result
    else:
        target = checked_out(op.name, out, ndim, shape, out_dtype(op, computed), first)
        if grad_enabled():
            refuse_tracked_out(op, values, target)
        for k in range(n):
            t = values[k][1] if isinstance(values[k], tuple) else values[k]
            overlap = overlap or (shares_memory(t, target) and not same_memory(t, target))
        result = target
        if target.view.dtype != out_dtype(op, computed) or overlap or mask is not None:
            result = empty_like(target, out_dtype(op, computed))
    if mask is None:
        operands[n] = &result.view
        run(op.loops.by_dtype[computed], n + 1, operands)
        if result is not target:
            copy_into(target, result)
        elif out is not None:
            mark_written(target)
    else:
        if result is target:
            result = empty_like(target, target.view.dtype)
        operands[n] = &result.view
        run(op.loops.by_dtype[computed], n + 1, operands)
        copy_where(target, result, mask)
    if out is not None:
        return out
    if op.rules is not None and grad_enabled():
        if mask is not None and any([requires_grad(<Tensor> (v[0] if isinstance(v, tuple) else v)) for v in values]):
            raise GradientError(
                f"{op.name}: where= has no gradient; use mltensor.where(mask, {op.name}(...), other) instead")
        for k in range(n):
            values[k] = values[k][0] if isinstance(values[k], tuple) else values[k]
            arguments[k] = <PyObject*> values[k]
        record(op.rules, target, arguments)
    return with_class(target, cls)


cdef int refuse_tracked_out(Op op, list values, Tensor target) except -1:
    """`out=` writes past the tape: not where an operand is on it."""
    cdef Tensor t
    for value in values:
        t = <Tensor> (value[0] if isinstance(value, tuple) else value)
        if requires_grad(target) or (op.rules is not None and requires_grad(t)):
            raise GradientError(
                f"{op.name}: out= writes past the tape, but an operand requires a gradient; leave out= away, or "
                "compute under no_grad()")
    return 0


cdef bint same_memory(Tensor a, Tensor b) noexcept:
    """The same elements at the same places: safe to compute in place."""
    cdef int d
    if a.view.data != b.view.data or not same_shape(a, b) or a.view.dtype != b.view.dtype:
        return False
    for d in range(a.view.ndim):
        if a.view.strides[d] != b.view.strides[d] and a.view.shape[d] != 1:
            return False
    return True


cdef Tensor checked_out(str name, object out, int ndim, const int64_t* shape, int dtype, Tensor like):
    """`out` as a tensor that the result fits: its shape, a dtype of the same kind or a wider one."""
    cdef Tensor target
    cdef int d
    if not isinstance(out, Tensor):
        raise TypeError(f"{name}: out must be a tensor, not {type(out).__name__}")
    target = <Tensor> out
    require_writeable(target)
    if target.storage.device != like.storage.device:
        raise different_devices(name, like, target)
    fits = target.view.ndim == ndim
    if fits:
        for d in range(ndim):
            if target.view.shape[d] != shape[d]:
                fits = False
    if not fits:
        raise ShapeError(
            f"{name}: the result has shape {tuple([shape[d] for d in range(ndim)])} and does not fit out= of shape "
            f"{shape_tuple(target)}")
    check_same_kind(name, dtype, target.view.dtype)
    return target


cdef int check_same_kind(str name, int source, int destination) except -1:
    if source != destination and not numpy.can_cast(objects[source], objects[destination], "same_kind"):
        raise DTypeError(
            f"{name}: the result has dtype {objects[source]} and cannot be written to {objects[destination]} without "
            "losing its kind; cast explicitly with .astype")
    return 0


cdef int refuse_negative(Op op, Tensor exponent) except -1:
    if kind_of[exponent.view.dtype] == c"i" and exponent.view.size and bool((exponent < 0).any()):
        raise ValueError("power: integers to negative integer powers are not allowed; use a float base")
    return 0


# What a comparison of a negative integer with an unsigned one gives: when the negative one comes first, and second.
COMPARED_WITH_NEGATIVE = {"equal": (False, False), "not_equal": (True, True), "less": (True, False),
                          "less_equal": (True, False), "greater": (False, True), "greater_equal": (False, True)}


cdef object compare_signs(Op op, Tensor a, Tensor b, object out, object where):
    """Compare int64 with uint64 exactly: float64 would round both."""
    cdef bint swapped = kind_of[a.view.dtype] == c"u"
    cdef Tensor result, target
    signed, unsigned = (b, a) if swapped else (a, b)
    negative = signed < 0
    converted = cast(signed, UINT64)
    outcome = op(unsigned, converted) if swapped else op(converted, unsigned)
    result = (outcome | negative) if COMPARED_WITH_NEGATIVE[op.name][swapped] else (outcome & ~negative)
    if where is not True:
        where = where if isinstance(where, Tensor) else adopt(where, BOOL, a.storage.device)
    if out is None:
        return result if where is True else result & where
    if isinstance(out, tuple):
        out = out[0]
    target = checked_out(op.name, out, result.view.ndim, result.view.shape, BOOL, a)
    if where is True:
        copy_into(target, result)
    else:
        copy_where(target, result, where)
    return out


# --- calling -------------------------------------------------------------------------------------

# Other names under which scripts give an argument; the first one that the operation has is meant.
ALIASES = {
    "dim": ("axis", "axes"), "dims": ("axis", "axes", "shape"), "axis": ("dim",), "axes": ("axis",),
    "keepdim": ("keepdims",), "keepdims": ("keepdim",), "input": (0,), "other": (1,), "a": (0,), "x": (0,),
    "self": (0,), "tensor": (0,), "tensors": (0,), "arrays": (0,), "b": (1,), "unbiased": ("correction",),
    "newshape": ("shape",), "size": ("shape",), "min": ("a_min",), "max": ("a_max",), "a_min": ("min",),
    "a_max": ("max",), "num": ("steps",), "repeats": ("reps",), "source": ("src",), "mat2": (1,),
    "vec2": (1,), "tensor1": (1,), "tensor2": (2,), "condition": (0,),
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
        if not isinstance(<object> arguments[k], (int, numpy.integer)) and not isinstance(<object> arguments[k], Tensor):
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
    cdef int k, common = -1, weak = 0
    cdef Tensor t, first = None
    for k in range(op.count):
        if op.kinds[k] == TENSOR:
            value = <object> values[k]
            if value is None:
                continue
            if isinstance(value, Tensor):
                t = <Tensor> value
            elif is_weak(value):
                weak += 1
                continue
            else:
                t = adopt(value, -1, -1)
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
        common = t.view.dtype if common < 0 else promotion[common][t.view.dtype]
    if weak:
        for k in range(op.count):
            if op.kinds[k] == TENSOR and is_weak(<object> values[k]):
                t = adopt(<object> values[k], -1 if common < 0 else weak_dtype(<object> values[k], common), -1)
                keep.append(t)
                values[k] = <PyObject*> t
                if first is None:
                    first = t
    return first.storage.device if first is not None else 0


cdef list tensor_list(Op op, object values):
    """A sequence of array-likes as a list of tensors."""
    if isinstance(values, Tensor):
        return list(values)
    try:
        return [one if isinstance(one, Tensor) else adopt(one, -1, -1) for one in values]
    except TypeError:
        if hasattr(values, "__iter__"):
            raise
        raise TypeError(f"{op.name}() takes a sequence of tensors, not {type(values).__name__}") from None


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


cdef object write_out(Op op, object out, Tensor result):
    cdef Tensor target = checked_out(
        op.name, out, result.view.ndim, result.view.shape, result.view.dtype, result)
    if result.node is not None or requires_grad(target):
        raise GradientError(f"{op.name}: out= writes past the tape, but an operand requires a gradient; leave out= "
                            "away, or compute under no_grad()")
    copy_into(target, result)
    return out


cdef PyObject* call_op(PyObject* self, PyObject** arguments, size_t flags, PyObject* names) except NULL:
    """vectorcall of an Op."""
    cdef Op op = <Op> self
    cdef Py_ssize_t count = PyVectorcall_NARGS(flags)
    cdef PyObject* values[16]
    cdef list keep
    if op.shortcut != NULL and names == NULL and count > 0 and type(<object> arguments[0]) is Tensor and (
            not requires_grad(<Tensor> arguments[0]) or not grad_enabled()):
        result = op.shortcut(arguments, count)
        if result is not None:
            Py_INCREF(result)
            return <PyObject*> result
    if op.arity and names == NULL and count == op.arity:
        if count == 2:
            result = binary(op, <object> arguments[0], <object> arguments[1])
        elif count == 1:
            result = unary(op, <object> arguments[0])
        else:
            result = call_elementwise(op, arguments, None, True, None)
    else:
        keep = []
        parse(op, arguments, count, names, values, keep)
        if op.arity:
            result = call_elementwise(op, values, <object> values[op.arity], <object> values[op.arity + 1],
                                      <object> values[op.arity + 2])
        else:
            result = call_general(op, values, keep)
    Py_INCREF(result)
    return <PyObject*> result


@cython.final
cdef class Op:
    # The docstring of an instance is its operation's; see __doc__ below.

    def __init__(self, record):
        cdef int k, d
        self.vectorcall = <vectorcall_function> call_op
        self.record = record
        self.name = record.name
        arguments = record.arguments
        self.count = len(arguments)
        if self.count > 16:
            raise ValueError(f"operation {self.name!r} has {self.count} arguments; 16 are the most")
        self.names = tuple([sys.intern(name) for name, _, _ in arguments])
        self.defaults = tuple([default for _, _, default in arguments])
        self.ints_position = self.out_position = -1
        positions = []
        kinds = {"value": VALUE, "tensor": TENSOR, "tensors": TENSORS, "ints": INTS}
        for k, (name, kind, _) in enumerate(arguments):
            self.kinds[k] = kinds[kind]
            if kind == "ints":
                self.ints_position = k
            if kind in ("tensor", "tensors"):
                positions.append(k)
            if name == "out":
                self.out_position = k
        self.inputs = len(positions)
        self.positional = record.positional
        if record.expr is not None:
            self.loops = find_loops(record.name)
            self.arity = self.loops.arity
            self.returns = self.loops.returns
            for d in range(15):
                self.loop_dtype[d] = self.dtype_for(d, record.accepts)
                # Integer powers look at their exponents first.
                self.fast[d] = self.loop_dtype[d] == d and not (self.name == "power" and kind_of[d] == c"i")
        self.via = record.via
        if record.vjp:
            inputs = record.inputs
            self.rules = Rules(record.name, record.vjp, inputs, inputs if record.expr else list(self.names), positions,
                               record.expr is not None, TENSORS in [self.kinds[k] for k in positions])

    def dtype_for(self, int dtype, str accepts):
        """Code of the dtype in which an input of a dtype is computed, or -1."""
        if dtype == BFLOAT16:
            return -1
        if self.loops.by_dtype[dtype] != NULL:
            return dtype
        if accepts in ("FLOATING", "REAL_FLOATING") and not is_inexact(dtype):
            # The quotient of small integers is a double in NumPy, unlike their sine.
            return FLOAT64 if self.name == "divide" else float_of[dtype]
        if dtype == BOOL and accepts in ("NUMERIC", "REAL", "INTEGER"):
            return INT8
        return -1

    def bind(self, int device, kernel):
        """Use a kernel (a capsule of a C function) for tensors on a device."""
        if not PyCapsule_CheckExact(kernel):
            raise TypeError(f"the kernel of {self.name!r} must be a capsule, not {type(kernel).__name__}")
        self.kernels[device] = <Kernel> PyCapsule_GetPointer(kernel, "mltensor.kernel")

    def take_shortcut(self, shortcut):
        """Use a function (a capsule) that answers the commonest calls before arguments are parsed."""
        self.shortcut = <Shortcut> PyCapsule_GetPointer(shortcut, "mltensor.shortcut")

    def __call__(self, *args, **kwargs):
        answer = PyVectorcall_Call(<PyObject*> self, <PyObject*> args, <PyObject*> kwargs)
        result = <object> answer
        Py_DECREF_pointer(answer)
        return result

    def __get__(self, instance, owner):
        if instance is None:
            return self
        answer = PyMethod_New(self, instance)
        result = <object> answer
        Py_DECREF_pointer(answer)
        return result

    @property
    def __name__(self):
        return self.name

    @property
    def __qualname__(self):
        return self.name

    @property
    def __module__(self):
        return "mltensor"

    @property
    def __doc__(self):
        return self.record.documentation

    @property
    def __signature__(self):
        return self.record.python_signature

    def __reduce__(self):
        return find_operation, (self.name,)

    def __repr__(self):
        return f"<operation {self.name}{self.__signature__}>"



cdef void install_vectorcall() except *:
    cdef Op probe = Op.__new__(Op)
    mlt_make_callable(<PyTypeObject*> Op, <char*> &probe.vectorcall - <char*> <void*> probe)


install_vectorcall()

OPERATIONS = {}


def find_operation(name):
    """The operation of a name."""
    return OPERATIONS[name]


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
        op = Op(record)
        OPERATIONS[name] = op
        if record.kernel is not None:
            if record.kernel not in kernels:
                raise LookupError(f"operation {name!r} asks for a kernel {record.kernel!r} that nobody registered")
            for device in range(2):
                op.bind(device, kernels[record.kernel])
        if name in shortcuts:
            op.take_shortcut(shortcuts[name])
    return OPERATIONS
