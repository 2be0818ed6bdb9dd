"""Calling elementwise operations: short paths for plain operands, one general path for all others.

The short paths look at nothing they do not need: ten numbers are added in the time NumPy takes to
look at its arguments.
"""

from cpython.float cimport PyFloat_CheckExact
from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core.dtypes cimport (
    BOOL, FLOAT64, INT64, UINT64, code_of, code_of_number, complex_of, default_float_code, float_of, is_complex,
    is_inexact, is_integer, kind_of, mlt_itemsize, objects, promotion)
from mltensor._core.elementwise cimport (
    RETURNS_BOOL, RETURNS_REAL_OF, RETURNS_SAME, broadcast_shape, cast, computed_in, copy_into, copy_where,
    different_devices, fill, fixed_dtype, mlt_costed_loop, result_dtype, run_costed, run_flat, same_device,
    same_elements, scalar_tensor)
from mltensor._core.gather cimport any_negative
from mltensor._core.operation cimport (
    Op, adopt, class_dtype, class_float, is_weak, result_class, weak_dtype, winner, with_class)
from mltensor._core.scalars cimport keeps, write_scalar
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
    return dtype if op.returns == RETURNS_SAME else result_dtype(op.returns, dtype)


cdef object fast_binary(Op op, Tensor a, Tensor b, int dtype):
    """Two tensors of one shape and dtype, on the host; contiguous or one number repeated."""
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
    run_flat(op.loops, dtype, a.view.size, pointers, strides)
    if op.rules is not None and (a.node is not None or b.node is not None or a.base is not None
                                 or b.base is not None) and grad_enabled():
        arguments[0] = <PyObject*> a
        arguments[1] = <PyObject*> b
        record(op.rules, result, arguments)
    if type(a) is Tensor and type(b) is Tensor:
        return result
    return like_class(result, winner(winner(Tensor, type(a)), type(b)))


cdef object broadcast_binary(Op op, Tensor a, Tensor b, int dtype):
    """Two tensors of one dtype, on the host, of any shapes and strides."""
    cdef mlt_view* operands[3]
    cdef int64_t shape[64]
    cdef PyObject* arguments[2]
    cdef int ndim
    cdef Tensor result
    operands[0] = &a.view
    operands[1] = &b.view
    ndim = broadcast_shape(op.name, 2, operands, shape)
    result = empty(ndim, shape, out_dtype(op, dtype), a.storage.device)
    operands[2] = &result.view
    run_costed(&op.loops.by_dtype[dtype], 3, operands, NULL)
    if op.rules is not None and grad_enabled():
        arguments[0] = <PyObject*> a
        arguments[1] = <PyObject*> b
        record(op.rules, result, arguments)
    return result


cdef object fast_scalar(Op op, Tensor a, object scalar, bint reversed, int dtype):
    """A contiguous tensor and a scalar that does not change its dtype."""
    cdef char* pointers[3]
    cdef int64_t strides[3]
    cdef int64_t buffer[2]
    cdef Tensor result
    cdef PyObject* arguments[2]
    write_scalar(<char*> buffer, dtype, scalar)
    result = empty_like(a, out_dtype(op, dtype))
    pointers[reversed] = a.view.data
    pointers[1 - reversed] = <char*> buffer
    pointers[2] = result.view.data
    strides[reversed] = mlt_itemsize[dtype]
    strides[1 - reversed] = 0
    strides[2] = mlt_itemsize[result.view.dtype]
    run_flat(op.loops, dtype, a.view.size, pointers, strides)
    if op.rules is not None and (a.node is not None or a.base is not None) and grad_enabled():
        if not is_weak(scalar):
            scalar = scalar.item()  # rules put it on the left of tensors too, where NumPy's numbers take a long way
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
    run_flat(op.loops, dtype, a.view.size, pointers, strides)
    if op.rules is not None and (a.node is not None or a.base is not None) and grad_enabled():
        arguments[0] = <PyObject*> a
        record(op.rules, result, arguments)
    return result if type(a) is Tensor else like_class(result, result_class(type(a)))


cdef object any_unary(Op op, Tensor a, const mlt_costed_loop* loop, int dtype):
    """A tensor of any strides on the host, computed in a dtype by a loop that reads it as it is or converted."""
    cdef mlt_view* operands[2]
    cdef PyObject* arguments[1]
    cdef bint converted = a.view.dtype != dtype and loop == &op.loops.by_dtype[dtype]
    cdef Tensor read
    cdef Tensor result = empty(a.view.ndim, a.view.shape, out_dtype(op, dtype), a.storage.device)
    read = computed_in(a, dtype, &result.view) if converted else a
    operands[0] = &read.view
    operands[1] = &result.view
    run_costed(loop, 2, operands, &dtype if converted else NULL)
    if op.rules is not None and grad_enabled():
        arguments[0] = <PyObject*> a
        record(op.rules, result, arguments)
    return result


cdef inline bint constant(Tensor t) noexcept:
    """One number repeated: a view whose strides are all 0."""
    cdef int d
    for d in range(t.view.ndim):
        if t.view.strides[d] != 0:
            return False
    return True


cdef inline bint plain(Op op, Tensor t, int dtype) noexcept:
    """Contiguous, on the host, in a dtype that has a loop."""
    return t.view.contiguous and op.fast[dtype] and op.kernels[t.storage.device] == NULL


cdef object unary(Op op, object x):
    cdef Tensor a
    cdef PyObject* inputs[1]
    cdef int code
    if isinstance(x, Tensor):
        a = <Tensor> x
        code = a.view.dtype
        if plain(op, a, code):
            return fast_unary(op, a, code)
        if type(a) is Tensor and op.kernels[a.storage.device] == NULL:
            if op.fast[code]:
                return any_unary(op, a, &op.loops.by_dtype[code], code)
            if op.floats and float_of[code] == FLOAT64 and op.loop_dtype[FLOAT64] == FLOAT64:
                return any_unary(op, a, &op.loops.by_dtype[FLOAT64] if op.loops.integers[code].loop == NULL
                                 else &op.loops.integers[code], FLOAT64)
    else:
        code = default_float_code() if PyFloat_CheckExact(x) else code_of_number(x)
        if code >= 0 and op.fast[code]:
            return fast_unary(op, scalar_tensor(x, code, 0), code)
    inputs[0] = <PyObject*> x
    return call_elementwise(op, inputs, None, True, None, "same_kind")


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
            if (b.view.dtype == dtype and op.fast[dtype] and a.storage.device == b.storage.device
                    and op.kernels[a.storage.device] == NULL and type(a) is Tensor and type(b) is Tensor):
                return broadcast_binary(op, a, b, dtype)
        elif keeps(dtype, y) and plain(op, a, dtype):
            return fast_scalar(op, a, y, False, dtype)
    elif isinstance(y, Tensor):
        b = <Tensor> y
        if keeps(b.view.dtype, x) and plain(op, b, b.view.dtype):
            return fast_scalar(op, b, x, True, b.view.dtype)
    inputs[0] = <PyObject*> x
    inputs[1] = <PyObject*> y
    return call_elementwise(op, inputs, None, True, None, "same_kind")


cdef Tensor compare_out_of_range(Op op, Tensor a, object scalar, bint reversed):
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


cdef bint into(Op op, PyObject** inputs, Tensor out) except -1:
    """out = op(inputs) where one loop over all of them does it: contiguous, of one shape and dtype.

    False: take the long way.
    """
    cdef char* pointers[3]
    cdef int64_t strides[3]
    cdef int64_t buffer[2]
    cdef int k, dtype = -1
    cdef Tensor t
    if op.arity > 2 or not out.view.writeable or not out.view.contiguous:
        return False
    for k in range(op.arity):
        if not isinstance(<object> inputs[k], Tensor):
            continue
        t = <Tensor> <object> inputs[k]
        if (dtype >= 0 and t.view.dtype != dtype or not plain(op, t, t.view.dtype) or not same_shape(t, out)
                or t.storage.device != out.storage.device):
            return False
        dtype = t.view.dtype
        if out_dtype(op, dtype) != out.view.dtype or (t.view.data != out.view.data or dtype != out.view.dtype) \
                and shares_memory(t, out):
            return False
        pointers[k] = t.view.data
        strides[k] = mlt_itemsize[dtype]
    for k in range(op.arity):
        if not isinstance(<object> inputs[k], Tensor):
            if dtype < 0 or not keeps(dtype, <object> inputs[k]):
                return False
            write_scalar(<char*> buffer, dtype, <object> inputs[k])
            pointers[k] = <char*> buffer
            strides[k] = 0
    pointers[op.arity] = out.view.data
    strides[op.arity] = mlt_itemsize[out.view.dtype]
    run_flat(op.loops, dtype, out.view.size, pointers, strides)
    mark_written(out)
    return True


cdef bint inplace(Op op, Tensor target, object other, bint reversed) except -1:
    """target op= other, or target = other op target, where one loop does it."""
    cdef PyObject* inputs[2]
    inputs[reversed] = <PyObject*> target
    inputs[1 - reversed] = <PyObject*> other
    return op.arity == 2 and into(op, inputs, target)


cdef bint plainly_into(Op op, PyObject** inputs, object out) except -1:
    """op(inputs, out=out) with nothing on the tape, where one loop does it."""
    cdef int k
    if not plainly_given(<PyObject*> out):
        return False
    for k in range(op.arity):
        if isinstance(<object> inputs[k], Tensor) and not plainly_given(inputs[k]):
            return False
    return into(op, inputs, <Tensor> out)


cdef int chosen_dtype(Op op, object dtype, int common, list codes, str casting) except -1:
    """The dtype computed in when the caller asks for one, which is that of the result, as in NumPy."""
    cdef int wanted = code_of(dtype), computed
    if fixed_dtype(op.returns) >= 0:
        computed = common if wanted == fixed_dtype(op.returns) else -1
    elif op.returns == RETURNS_REAL_OF and is_complex(common) and not is_complex(wanted):
        computed = complex_of[wanted]
    else:
        computed = wanted
    if computed < 0 or op.loop_dtype[computed] < 0 or out_dtype(op, op.loop_dtype[computed]) != wanted:
        raise DTypeError(f"{op.name} does not compute results of dtype {objects[wanted]}; leave dtype= away and "
                         "convert the result with .astype")
    for code in codes:
        check_cast(op.name, "an operand", <int> code, computed, casting)
    return computed


cdef int dtype_read(Op op, list values, int computed) noexcept:
    """The dtype that a loop reads: the one computed in, or that of integers where a loop computes doubles of those."""
    cdef int k, dtype = (<Tensor> values[0]).view.dtype
    if computed != FLOAT64 or op.loops.integers[dtype].loop == NULL:
        return computed
    for k in range(1, op.arity):
        if (<Tensor> values[k]).view.dtype != dtype:
            return computed
    return dtype


cdef object call_elementwise(Op op, PyObject** inputs, object out, object where, object dtype, str casting):
    """The general case: any operands, `out`, `where`, `dtype` and `casting`."""
    cdef int n = op.arity, k, common = -1, floating = -1, computed, read, device = -1, ndim
    cdef const mlt_costed_loop* loop
    cdef Tensor t, first = None, result, target, mask = None
    cdef mlt_view* operands[5]
    cdef int64_t shape[64]
    cdef PyObject* arguments[4]
    cdef list values = [<object> inputs[k] for k in range(n)]
    cdef list weak = []
    cdef list codes = []
    cdef list held = []  # operands that were cast, until the loop has run
    cdef object cls = Tensor
    cdef bint overlap = False
    cdef int read_as[4]
    for k in range(n):
        if isinstance(values[k], Tensor):
            device = (<Tensor> values[k]).storage.device
            break
    for k in range(n):
        value = values[k]
        if is_weak(value):
            weak.append(k)
            continue
        t = <Tensor> value if isinstance(value, Tensor) else adopt(value, -1, device)
        values[k] = t
        cls = winner(cls, type(t))
        if first is None:
            first = t
        elif t.storage.device != first.storage.device:
            raise different_devices(op.name, first, t)
        common = t.view.dtype if common < 0 else promotion[common][t.view.dtype]
        if op.floats:
            floating = float_of[t.view.dtype] if floating < 0 else promotion[floating][float_of[t.view.dtype]]
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
        common = chosen_dtype(op, dtype, common, codes, casting)
    else:
        if floating >= 0 and not weak and not is_inexact(common):
            # Each integer dtype becomes the float that holds it: int8 and uint8 meet in float16.
            common = floating
        if cls is not Tensor and fixed_dtype(op.returns) < 0:
            common = class_dtype(cls, codes, [values[k] for k in weak], common)
    if op.returns == RETURNS_BOOL and len(codes) == 2 and common == FLOAT64 and not weak:
        if is_integer(codes[0]) and is_integer(codes[1]) and op.name in COMPARED_WITH_NEGATIVE:
            return compare_signs(op, <Tensor> values[0], <Tensor> values[1], out, where, casting)
    computed = op.loop_dtype[common] if common >= 0 else -1
    if computed < 0:
        raise refused(op, codes or [common])
    if cls is not Tensor and is_inexact(computed) and not is_inexact(common):
        computed = class_float(cls, computed)
    for k in weak:
        value = values[k]
        try:
            values[k] = scalar_tensor(value, computed, device)
        except OverflowError:
            if op.name in COMPARED_WITH_NEGATIVE:
                result = compare_out_of_range(op, first, value, k == 0)
                return with_class(deliver_comparison(op, result, out, where, casting), cls)
            if op.returns != RETURNS_BOOL:
                raise
            values[k] = scalar_tensor(True, computed, device)
    if op.name == "power" and is_integer(computed):
        refuse_negative(op, <Tensor> values[1])
    for k in range(n):
        operands[k] = &(<Tensor> values[k]).view
    ndim = broadcast_shape(op.name, n, operands, shape)
    if where is not True:
        mask = where if isinstance(where, Tensor) else adopt(where, BOOL, device)
        same_device(op.name, first, mask)
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
        target = checked_out(op.name, out, &ndim, shape, out_dtype(op, computed), first, casting)
        if grad_enabled():
            refuse_tracked_out(op, values, target)
        for k in range(n):
            t = <Tensor> values[k]
            overlap = overlap or (shares_memory(t, target) and not same_elements(t, target))
        result = target
        if target.view.dtype != out_dtype(op, computed) or overlap or mask is not None:
            result = empty_like(target, out_dtype(op, computed))
    read = dtype_read(op, values, computed)
    loop = &op.loops.by_dtype[computed] if read == computed else &op.loops.integers[read]
    for k in range(n):
        t = <Tensor> values[k]
        if t.view.dtype != read:
            t = computed_in(t, computed, &result.view)
            held.append(t)
            operands[k] = &t.view
        read_as[k] = read
    if mask is None:
        operands[n] = &result.view
        run_costed(loop, n + 1, operands, read_as)
        if result is not target:
            copy_into(target, result)
        elif out is not None:
            mark_written(target)
    else:
        if result is target:
            result = empty_like(target, target.view.dtype)
        operands[n] = &result.view
        run_costed(loop, n + 1, operands, read_as)
        copy_where(target, result, mask)
    if out is not None:
        return out
    if op.rules is not None and grad_enabled():
        if mask is not None and any([requires_grad(<Tensor> v) for v in values]):
            raise GradientError(
                f"{op.name}: where= has no gradient; use mltensor.where(mask, {op.name}(...), other) instead")
        for k in range(n):
            arguments[k] = <PyObject*> values[k]
        record(op.rules, target, arguments)
    return with_class(target, cls)


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
        t = <Tensor> value
        if requires_grad(target) or (op.rules is not None and requires_grad(t)):
            raise GradientError(
                f"{op.name}: out= writes past the tape, but an operand requires a gradient; leave out= away, or "
                "compute under no_grad()")
    return 0


cdef Tensor checked_out(str name, object out, int* ndim, int64_t* shape, int dtype, Tensor like, str casting):
    """`out` as a tensor to whose shape the result broadcasts, and whose dtype `casting` lets it have.

    The shape becomes that of `out`.
    """
    cdef Tensor target
    cdef int d, surplus
    if not isinstance(out, Tensor):
        raise TypeError(f"{name}: out must be a tensor, not {type(out).__name__}")
    target = <Tensor> out
    require_writeable(target)
    same_device(name, like, target)
    surplus = target.view.ndim - ndim[0]
    fits = surplus >= 0
    if fits:
        for d in range(ndim[0]):
            if target.view.shape[d + surplus] != shape[d] and shape[d] != 1:
                fits = False
    if not fits:
        raise ShapeError(
            f"{name}: the result has shape {tuple([shape[d] for d in range(ndim[0])])} and does not fit out= of shape "
            f"{shape_tuple(target)}")
    ndim[0] = target.view.ndim
    for d in range(target.view.ndim):
        shape[d] = target.view.shape[d]
    check_cast(name, "the result", dtype, target.view.dtype, casting)
    return target


cdef int check_cast(str name, str what, int source, int destination, str casting) except -1:
    if source != destination and not numpy.can_cast(objects[source], objects[destination], casting):
        raise DTypeError(
            f"{name}: {what} has dtype {objects[source]}, which casting={casting!r} does not turn into "
            f"{objects[destination]}; convert it with .astype or give casting='unsafe'")
    return 0


cdef int refuse_negative(Op op, Tensor exponent) except -1:
    if kind_of[exponent.view.dtype] == c"i" and any_negative(cast(exponent, INT64)):
        raise ValueError("power: integers to negative integer powers are not allowed; use a float base")
    return 0


# What a comparison of a negative integer with an unsigned one gives: when the negative one comes first, and second.
COMPARED_WITH_NEGATIVE = {"equal": (False, False), "not_equal": (True, True), "less": (True, False),
                          "less_equal": (True, False), "greater": (False, True), "greater_equal": (False, True)}


cdef object compare_signs(Op op, Tensor a, Tensor b, object out, object where, str casting):
    """Compare int64 with uint64 exactly: float64 would round both."""
    cdef bint swapped = kind_of[a.view.dtype] == c"u"
    cdef Tensor result
    signed, unsigned = (b, a) if swapped else (a, b)
    negative = signed < 0
    converted = cast(signed, UINT64)
    outcome = op(unsigned, converted) if swapped else op(converted, unsigned)
    result = (outcome | negative) if COMPARED_WITH_NEGATIVE[op.name][swapped] else (outcome & ~negative)
    return deliver_comparison(op, result, out, where, casting)


cdef object deliver_comparison(Op op, Tensor result, object out, object where, str casting):
    """What was compared by other means, as `where=` and `out=` ask for it."""
    cdef int64_t shape[64]
    cdef int ndim = result.view.ndim, d
    cdef Tensor target
    if where is not True:
        where = where if isinstance(where, Tensor) else adopt(where, BOOL, result.storage.device)
    if isinstance(out, tuple):
        out = out[0]
    if out is None:
        return result if where is True else result & where
    for d in range(ndim):
        shape[d] = result.view.shape[d]
    target = checked_out(op.name, out, &ndim, shape, BOOL, result, casting)
    if where is True:
        copy_into(target, result)
    else:
        copy_where(target, result, where)
    return out
