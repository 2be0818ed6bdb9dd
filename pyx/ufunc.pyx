"""Calling elementwise operations: short paths for plain operands, one general path for all others.

The short paths look at nothing they do not need: ten numbers are added in the time NumPy takes to
look at its arguments.
"""

from cpython.float cimport PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core.dtypes cimport (
    BOOL, FLOAT64, UINT64, code_of, complex_of, is_complex, is_inexact, is_integer, kind_of, mlt_itemsize, objects,
    promotion, real_of)
from mltensor._core.elementwise cimport (
    RETURNS_BOOL, RETURNS_REAL_OF, broadcast_shape, cast, copy_into, copy_where, fill, parallel_threshold, run,
    scalar_tensor, store_scalar)
from mltensor._core.operation cimport (
    Op, adopt, different_devices, is_weak, result_class, weak_dtype, winner, with_class)
from mltensor._core.tape cimport grad_enabled, record
from mltensor._core.tensor cimport (
    Tensor, empty, empty_like, like_class, mark_written, mlt_view, require_writeable, requires_grad, same_shape,
    shape_tuple, shares_memory)

import numpy

from mltensor.errors import DTypeError, GradientError, ShapeError


cdef object refused(Op op, list codes):
    names = ", ".join(str(objects[<int> code]) for code in codes)
    accepted = ", ".join(str(dtype) for dtype in op.loops.dtypes())
    hint = {"subtract": "; use ^ or logical_xor", "negative": "; use ~ or logical_not"}.get(op.name, "")
    return DTypeError(f"{op.name} is not defined for dtype {names}{hint}. It computes in: {accepted}")


cdef inline int out_dtype(Op op, int dtype) noexcept:
    if op.returns == RETURNS_BOOL:
        return BOOL
    if op.returns == RETURNS_REAL_OF:
        return real_of[dtype]
    return dtype


cdef object fast_binary(Op op, Tensor a, Tensor b, int dtype):
    """Two tensors of one shape and dtype, on the host, small; contiguous or one number repeated."""
    cdef char* pointers[3]
    cdef int64_t strides[3]
    cdef Tensor result = empty_like(a, out_dtype(op, dtype))
    cdef PyObject* arguments[2]
    pointers[0] = a.view.data
    pointers[1] = b.view.data
    pointers[2] = result.view.data
    strides[0] = mlt_itemsize[dtype] if a.view.contiguous else 0
    strides[1] = mlt_itemsize[dtype] if b.view.contiguous else 0
    strides[2] = mlt_itemsize[result.view.dtype]
    op.loops.by_dtype[dtype](pointers, strides, a.view.size)
    if op.rules is not None and (a.node is not None or b.node is not None or a.base is not None
                                 or b.base is not None) and grad_enabled():
        arguments[0] = <PyObject*> a
        arguments[1] = <PyObject*> b
        record(op.rules, result, arguments)
    if type(a) is Tensor and type(b) is Tensor:
        return result
    return like_class(result, winner(winner(Tensor, type(a)), type(b)))


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
    return result if type(a) is Tensor else like_class(result, result_class(type(a)))


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
    return result if type(a) is Tensor else like_class(result, result_class(type(a)))


cdef inline bint constant(Tensor t) noexcept:
    """One number repeated: a view whose strides are all 0."""
    cdef int d
    for d in range(t.view.ndim):
        if t.view.strides[d] != 0:
            return False
    return True


cdef inline bint plain(Op op, Tensor t, int dtype) noexcept:
    """Small, contiguous, on the host, in a dtype that has a loop."""
    return (t.view.contiguous and t.view.size < parallel_threshold
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
            if b.view.dtype == dtype and same_shape(a, b) and a.storage.device == b.storage.device:
                if plain(op, a, dtype):
                    if plain(op, b, dtype) or constant(b):
                        return fast_binary(op, a, b, dtype)
                elif plain(op, b, dtype) and constant(a):
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
    if op.name not in COMPARED_WITH_NEGATIVE:  # logical: the number counts as True
        return op(True, a) if reversed else op(a, True)
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
        common = asked_dtype(op, dtype, common, codes)
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
    if isinstance(out, Tensor):
        ndim = stretched_to(<Tensor> out, ndim, shape)
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


cdef int asked_dtype(Op op, object dtype, int common, list codes) except -2:
    """The dtype to compute in as `dtype=` says; operands must be cast to it within their kind."""
    cdef int asked = code_of(dtype)
    if op.returns == RETURNS_BOOL and asked == BOOL:
        return common
    if op.returns == RETURNS_REAL_OF and common >= 0 and is_complex(common):
        asked = common if out_dtype(op, common) == asked else complex_of[asked] if asked != BOOL else asked
    if op.loop_dtype[asked] != asked:
        raise refused(op, [asked])
    for code in codes:
        if not numpy.can_cast(objects[code], objects[asked], "same_kind"):
            raise DTypeError(f"{op.name}: an operand of dtype {objects[code]} cannot be computed in {objects[asked]}, "
                             "as dtype= asks, without losing its kind; cast it explicitly with .astype")
    return asked


cdef int stretched_to(Tensor out, int ndim, int64_t* shape) noexcept:
    """Operands are broadcast to the shape of `out=` where they can be; the number of dimensions then."""
    cdef int extra = out.view.ndim - ndim, d
    if extra < 0:
        return ndim
    for d in range(ndim):
        if shape[d] != 1 and shape[d] != out.view.shape[extra + d]:
            return ndim
    for d in range(out.view.ndim):
        shape[d] = out.view.shape[d]
    return out.view.ndim


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
