"""What the operators, comparisons, indexing and in-place writes of a Tensor do.

In-place writes on the tape: the memory changes, the tensor moves on to a node for its new value. A
write through a view gives the base a node that puts the view's new value into the base's old one;
other views find it there when they are next asked for theirs (see `current_node`).
"""

from cpython.float cimport PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from cpython.object cimport PyObject
from libc.stdint cimport int64_t
from libc.string cimport memmove

from mltensor._core.operation cimport Op, adopt, result_class
from mltensor._core.ufunc cimport binary, call_elementwise, inplace, unary
from mltensor._core.dtypes cimport INT8, code_of_number, is_complex, is_inexact, mlt_itemsize
from mltensor._core.elementwise cimport copy, copy_into, fill, same_elements, scalar_tensor
from mltensor._core.index cimport assign_elements, index_elements
from mltensor._core.keys cimport basic_index, element_address
from mltensor._core.scalars cimport combined, item, negated, write_scalar
from mltensor._core.storage cimport HOSTS, Storage
from mltensor._core.tape cimport Leaf, Rules, current_node, grad_enabled, record, set_grad
from mltensor._core.tensor cimport (
    ABSOLUTE, ADD, AND, DIVIDE, EQUAL, FLOOR_DIVIDE, GREATER, GREATER_EQUAL, INVERT, LEFT_SHIFT, LESS, LESS_EQUAL,
    MATMUL, MULTIPLY, NEGATIVE, NOT_EQUAL, OR, POSITIVE, POWER, REMAINDER, RIGHT_SHIFT, SUBTRACT, XOR, Tensor,
    detached, like_class, mark_written, new_view, requires_grad, require_writeable, shape_tuple, shares_memory, slots)

from mltensor.errors import GradientError, ShapeError

cdef extern from *:
    """
    #include "opcode.h"

    /* Whether a left or right operand is a temporary of the running expression: what the interpreter holds on its
     * stack alone and drops when the operator returns.  A count of one is not enough, because C code that calls
     * an operator may own its operand.  From 3.14 on the interpreter says.  In 3.11 and 3.12 the running instruction
     * must be an operator, and the C stack between the interpreter's loop and here as deep as it is when nothing
     * lies between the two (measured at import); any other caller makes it deeper.  3.13 shows neither. */
    #define MLT_OPERATORS 32
    static int mlt_measuring; /* note the depth instead of comparing it */
    #if PY_VERSION_HEX >= 0x030E0000
    static int mlt_is_temporary(PyObject *o, int operator_number) {
      return PyUnstable_Object_IsUniqueReferencedTemporary(o);
    }
    #elif PY_VERSION_HEX < 0x030D0000 && defined(__GNUC__)
    static intptr_t mlt_direct_depth[MLT_OPERATORS];
    static __attribute__((noinline)) int mlt_is_temporary(PyObject *o, int operator_number) {
      const intptr_t depth = (char *)PyThreadState_Get()->cframe - (char *)__builtin_frame_address(0);
      if (mlt_measuring) mlt_direct_depth[operator_number] = depth;
      if (Py_REFCNT(o) != 1 || depth != mlt_direct_depth[operator_number]) return 0;
      PyFrameObject *frame = PyEval_GetFrame();
      if (!frame) return 0;
      PyCodeObject *code = PyFrame_GetCode(frame);
      const int at = PyFrame_GetLasti(frame);
      const int instruction = at < 0 ? -1 : ((const unsigned char *)code->co_code_adaptive)[at];
      Py_DECREF(code);
    #ifdef BINARY_OP_ADAPTIVE
      if (instruction == BINARY_OP_ADAPTIVE) return 1;
    #endif
      return instruction == BINARY_OP;
    }
    #else
    static int mlt_is_temporary(PyObject *o, int operator_number) { return 0; }
    #endif
    static int mlt_has_weak_references(PyObject *o) {
      return *(PyObject **)((char *)o + Py_TYPE(o)->tp_weaklistoffset) != NULL;
    }
    """
    int mlt_is_temporary(PyObject* o, int operator_number)
    int mlt_has_weak_references(PyObject* o)
    int mlt_measuring
    int Py_REFCNT(PyObject* o)

# Bytes of an operand from which it is worth a look whether its memory can be taken over.
cdef int64_t TAKE_OVER_FROM = 65536

OPERATOR_NAMES = {
    ADD: "add", SUBTRACT: "subtract", MULTIPLY: "multiply", DIVIDE: "divide", FLOOR_DIVIDE: "floor_divide",
    REMAINDER: "remainder", MATMUL: "matmul", AND: "bitwise_and", OR: "bitwise_or", XOR: "bitwise_xor",
    LEFT_SHIFT: "bitwise_left_shift", RIGHT_SHIFT: "bitwise_right_shift", POWER: "power", NEGATIVE: "negative",
    POSITIVE: "positive", ABSOLUTE: "absolute", INVERT: "bitwise_invert", LESS: "less", LESS_EQUAL: "less_equal",
    EQUAL: "equal", NOT_EQUAL: "not_equal", GREATER: "greater", GREATER_EQUAL: "greater_equal",
}

cdef list table = [None] * 32
cdef Op getitem_op = None
cdef Rules put_rules = None
cdef Rules assign_rules = None
cdef object square = None
cdef object sqrt = None
cdef object reciprocal = None
cdef object broadcast_to = None
cdef object astype = None
cdef object transfer = None


cdef bint foreign(object value):
    """Whether an operator leaves `value` to the other operand's class."""
    if isinstance(value, (Tensor, bool, int, float, complex, list, tuple)):
        return False
    cls = type(value)
    if getattr(cls, "__array_ufunc__", 1) is None:
        return True
    return not (hasattr(cls, "__array__") or hasattr(cls, "__dlpack__") or hasattr(cls, "__array_interface__")
                or isinstance(value, (memoryview, range, bytearray)))


cdef inline object of_elements(int operator, object a, object b):
    """What comes of single elements; None at once where the left operand has dimensions."""
    return combined(operator, a, b) if type(a) is not Tensor or (<Tensor> a).view.ndim == 0 else None


cdef object binary_slot(int operator, object a, object b):
    cdef Op op
    found = of_elements(operator, a, b)
    if found is not None:
        return found
    op = <Op> table[operator]
    if not isinstance(b, (Tensor, float, int)) and foreign(b) or not isinstance(a, (Tensor, float, int)) and foreign(a):
        return NotImplemented
    if not op.arity:
        return op(a, b)
    if isinstance(a, Tensor) and (<Tensor> a).view.size * mlt_itemsize[(<Tensor> a).view.dtype] >= TAKE_OVER_FROM:
        if mlt_is_temporary(<PyObject*> a, operator) and taken_over(op, <Tensor> a, b, False):
            return a
        if (isinstance(b, Tensor) and Py_REFCNT(<PyObject*> b) == 1 and mlt_is_temporary(<PyObject*> b, operator)
                and taken_over(op, <Tensor> b, a, True)):
            return b
    return binary(op, a, b)


cdef bint taken_over(Op op, Tensor t, object other, bint reversed) except -1:
    """Whether a temporary was overwritten with the result: only where nobody else can see its memory."""
    cdef Storage storage = t.storage
    if (type(t) is not Tensor or t.base is not None or t.node is not None or mlt_has_weak_references(<PyObject*> t)
            or storage.owner is not None or storage.kept or Py_REFCNT(<PyObject*> storage) != 2):
        return False
    if isinstance(other, Tensor) and (type(other) is not Tensor or grad_enabled() and requires_grad(<Tensor> other)):
        return False
    return inplace(op, t, other, reversed)


cdef object compare_slot(int operator, object a, object b):
    found = of_elements(operator, a, b)
    if found is not None:
        return found
    if not isinstance(b, (Tensor, float, int)) and foreign(b):
        if b is None and operator in (EQUAL, NOT_EQUAL):
            return full_bool(<Tensor> a, operator)
        return NotImplemented
    return binary(<Op> table[operator], a, b)


cdef object full_bool(Tensor a, int operator):
    """`t == None` is False everywhere, `t != None` True, as in NumPy."""
    result = broadcast_to(operator == NOT_EQUAL, shape_tuple(a))
    return result.copy()


cdef object unary_slot(int operator, object a):
    found = negated(operator, <Tensor> a)
    return unary(<Op> table[operator], a) if found is None else found


cdef object power_slot(object a, object b):
    """a ** b, with the powers people write replaced by what computes them exactly and faster."""
    cdef bint number = type(b) is int or type(b) is float
    if type(b) is int and b == 2:
        found = of_elements(MULTIPLY, a, a)
        if found is not None:
            return found
        return unary(<Op> square, a)
    if number and isinstance(a, Tensor) and is_inexact((<Tensor> a).view.dtype):
        if b == 2:
            return unary(<Op> square, a)
        if b == 0.5:
            return unary(<Op> sqrt, a)
        if b == -1:
            return unary(<Op> reciprocal, a)
        # Two roundings: of float16, which is computed in float32, one is worth more.
        if b == 3 and mlt_itemsize[(<Tensor> a).view.dtype] > 2:
            return binary_slot(MULTIPLY, unary(<Op> square, a), a)
    return binary_slot(POWER, a, b)


# --- in-place ------------------------------------------------------------------------------------

cdef int refuse_leaf(str name, Tensor t) except -1:
    """A leaf's value belongs to its owner: writing it under the tape would make it no leaf."""
    cdef Tensor root = t if t.base is None else <Tensor> t.base
    if isinstance(root.node, Leaf):
        what = "a view of a leaf" if t.base is not None else "a leaf"
        raise GradientError(
            f"{name} writes in place to {what} of shape {shape_tuple(t)} that requires a gradient; do it under "
            "no_grad(), or make a new tensor")
    return 0


cdef int rebase(Tensor t, object node, object old_base_node) except -1:
    """Move a tensor that was written in place on to the node of its new value (None: no gradient)."""
    cdef Tensor base
    cdef Tensor value
    cdef PyObject* arguments[5]
    if t.base is None:
        t.node = node
        t.node_version = t.storage.version
        return 0
    base = <Tensor> t.base
    if not base.view.contiguous:
        raise GradientError(
            f"cannot record an in-place write through a view whose base of shape {shape_tuple(base)} is not "
            "contiguous; start from a .copy()")
    # The base's new value is its old one with the view's region replaced.
    value = detached(t)
    value.node = node
    old = detached(base)
    (<Tensor> old).node = old_base_node
    shape, strides = shape_tuple(t), t.strides
    cdef object offset = t.view.data - base.view.data
    arguments[0] = <PyObject*> old
    arguments[1] = <PyObject*> value
    arguments[2] = <PyObject*> shape
    arguments[3] = <PyObject*> strides
    arguments[4] = <PyObject*> offset
    base.node = None
    record(assign_rules, base, arguments)
    base.node_version = base.storage.version
    t.node = node
    t.node_version = t.storage.version - 1     # looked up in the base when next asked for
    return 0


def written_by_function(str name, Tensor t):
    """Check that a Function was allowed to write an argument in place."""
    refuse_leaf(name, t)


def rebase_written(Tensor t):
    """Tell the base of a view that the view's value is now that of its new node."""
    if t.base is not None:
        rebase(t, t.node, base_node(t))


cdef object base_node(Tensor t):
    return None if t.base is None else (<Tensor> t.base).node


cdef bint is_replaced(Tensor target, object b, int operator) noexcept:
    """Whether `target op= b` gives the name a new tensor, because the target stands for one of NumPy's scalars.

    An element that was asked for by its position is one, so that ``x = a[0]; x += 1`` leaves a alone; what was
    computed is one too, which shows where the result does not fit its shape or its kind of dtype.
    """
    cdef int dtype = target.view.dtype
    if target.view.ndim > 0 or type(target) is not Tensor:
        return False
    if target.element:
        return True
    if isinstance(b, Tensor):
        return ((<Tensor> b).view.ndim > 0 or is_inexact((<Tensor> b).view.dtype) and not is_inexact(dtype)
                or is_complex((<Tensor> b).view.dtype) and not is_complex(dtype)
                or operator == DIVIDE and not is_inexact(dtype))
    return (operator == DIVIDE or isinstance(b, (float, complex))) and not is_inexact(dtype) or (
        isinstance(b, complex) and not is_complex(dtype))


cdef object inplace_slot(int operator, object a, object b):
    """a op= b"""
    cdef Op op = <Op> table[operator]
    cdef Tensor target, old
    if not isinstance(a, Tensor):
        return NotImplemented
    if not isinstance(b, (Tensor, float, int)) and foreign(b):
        return NotImplemented
    target = <Tensor> a
    if is_replaced(target, b, operator):
        if target.element and grad_enabled() and requires_grad(target):
            # ``x[0] *= b`` assigns what comes out to the place that a rule may want to read the old value from.
            old = copy(target)
            old.node = current_node(target)
            return binary_slot(operator, old, b)
        return binary_slot(operator, a, b)
    if grad_enabled() and (requires_grad(target) or (isinstance(b, Tensor) and requires_grad(<Tensor> b))):
        return tracked_inplace(op, target, b)
    if not inplace(op, target, b, False):
        write_inplace(op, target, b)
    return a


cdef int write_inplace(Op op, Tensor target, object b) except -1:
    cdef PyObject* inputs[2]
    cdef bint before = set_grad(False)
    try:
        if op.arity:
            inputs[0] = <PyObject*> target
            inputs[1] = <PyObject*> b
            call_elementwise(op, inputs, target, True, None, "same_kind")
        else:
            result = op(target, b)
            if (<Tensor> result).shape != shape_tuple(target):
                raise ShapeError(
                    f"{op.name}: the result has shape {result.shape} and does not fit the tensor of shape "
                    f"{shape_tuple(target)} it is to be written to")
            copy_into(target, <Tensor> result)
    finally:
        set_grad(before)
    return 0


cdef object tracked_inplace(Op op, Tensor target, object b):
    """An in-place operator on the tape."""
    cdef Tensor old
    cdef PyObject* arguments[2]
    cdef Tensor result, other
    refuse_leaf(op.name, target)
    if not is_inexact(target.view.dtype):
        raise GradientError(f"{op.name}: an in-place write of {target.dtype} has no gradient")
    old_base = base_node(target)
    # The rules may read the old value, which is about to go: they get a copy, also of an operand in the same memory.
    old = copy(target)
    old.node = current_node(target)
    if not isinstance(b, (Tensor, float, int, complex)):
        b = adopt(b, -1, target.storage.device)
    if isinstance(b, Tensor) and shares_memory(<Tensor> b, target):
        other = copy(<Tensor> b)
        other.node = current_node(<Tensor> b)
        b = other
    write_inplace(op, target, b)
    # The next in-place write must not reach a result that a rule reads.
    result = copy(target) if op.rules is not None and op.rules.keeps_result else detached(target)
    arguments[0] = <PyObject*> old
    arguments[1] = <PyObject*> b
    if op.rules is not None:
        record(op.rules, result, arguments)
    rebase(target, result.node, old_base)
    return target


cdef int write_value(Tensor target, object value) except -1:
    """target[...] = value, on the tape where it has to be; a value on another device is moved, as in PyTorch."""
    cdef Tensor source
    cdef Tensor shown
    if PyFloat_CheckExact(value) or PyLong_CheckExact(value):
        if not (requires_grad(target) and grad_enabled()):
            if target.view.size == 1:
                write_scalar(target.view.data, target.view.dtype, value)
                mark_written(target)
            else:
                fill(target, value)
            return 0
    if not isinstance(value, Tensor):
        if isinstance(value, (bool, int, float, complex)):
            value = adopt(value, target.view.dtype, target.storage.device)
        else:
            value = adopt(value, -1, target.storage.device)
    source = <Tensor> value
    if source.base is not None and source.base is target.base and same_elements(source, target):
        return 0        # x[key] += y ends by assigning the view to its own place
    if source.storage.device != target.storage.device:
        source = <Tensor> transfer(source, target.device)
    if not (grad_enabled() and (requires_grad(target) or requires_grad(source))):
        copy_into(target, trimmed(source, target))
        return 0
    refuse_leaf("assignment", target)
    old_base = base_node(target)
    source = trimmed(source, target)
    # The new value as a result of its own: the assigned one, cast and broadcast.
    shown = source if source.view.dtype == target.view.dtype else <Tensor> astype(source, target.dtype)
    if shape_tuple(shown) != shape_tuple(target):
        shown = <Tensor> broadcast_to(shown, shape_tuple(target))
    node = current_node(shown)
    if node is None:
        node = constant_node(target, shown)
    copy_into(target, source)
    rebase(target, node, old_base)
    return 0


cdef object constant_node(Tensor target, Tensor value):
    """The node of a tensor on the tape that holds constants now: its old value has a gradient, of zero."""
    cdef PyObject* arguments[3]
    cdef Tensor old = detached(target), result = detached(value)
    old.node = current_node(target)
    key = Ellipsis
    arguments[0] = <PyObject*> old
    arguments[1] = <PyObject*> value
    arguments[2] = <PyObject*> key
    record(put_rules, result, arguments)
    return result.node


cdef Tensor trimmed(Tensor source, Tensor target):
    """Leading dimensions of length 1 that the target has not, dropped: NumPy assigns so."""
    cdef int extra = source.view.ndim - target.view.ndim
    if extra <= 0:
        return source
    for i in range(extra):
        if source.view.shape[i] != 1:
            raise ShapeError(
                f"cannot assign a value of shape {shape_tuple(source)} to a target of shape {shape_tuple(target)}")
    return source.reshape(shape_tuple(source)[extra:])


# --- items ---------------------------------------------------------------------------------------

cdef bint names_the_rest(tuple key) noexcept:
    """Whether a key has an ellipsis, which asks for an array even of one element."""
    for one in key:
        if one is Ellipsis:
            return True
    return False


cdef object get_item_slot(object x, object key):
    cdef Tensor t = <Tensor> x
    cdef Tensor view
    cdef PyObject* arguments[2]
    cdef char* address = NULL
    if type(t) is Tensor and not isinstance(key, slice) and not requires_grad(t):
        address = element_address(t, key)
    if address != NULL:
        view = new_view(t, address, 0, NULL, NULL, t.view.dtype)
        view.element = True
        return view
    found = basic_index(t, key)
    if found is None:
        if type(t) is Tensor and t.storage.device < HOSTS and not (grad_enabled() and requires_grad(t)):
            return index_elements(t, key)
        return getitem_op(x, key)
    view = <Tensor> found
    if (t.node is not None or t.base is not None) and grad_enabled() and requires_grad(t):
        arguments[0] = <PyObject*> t
        arguments[1] = <PyObject*> key
        record(getitem_op.rules, view, arguments)
    if type(t) is Tensor:
        if view.view.ndim == 0:
            view.element = not (key is Ellipsis or isinstance(key, tuple) and names_the_rest(<tuple> key))
        return view
    return like_class(view, result_class(type(t)))


cdef bint write_element(Tensor t, char* address, object value) except -1:
    """Whether a Python number, or a single element of the same dtype, was written to an address on the host."""
    cdef Tensor source
    if t.storage.device >= HOSTS or requires_grad(t):
        return False
    if PyFloat_CheckExact(value) or PyLong_CheckExact(value) or code_of_number(value) == t.view.dtype:
        write_scalar(address, t.view.dtype, value)
    elif isinstance(value, Tensor):
        source = <Tensor> value
        if (source.view.ndim > 0 or source.view.dtype != t.view.dtype or source.storage.device >= HOSTS
                or requires_grad(source)):
            return False
        memmove(address, source.view.data, mlt_itemsize[t.view.dtype])
    else:
        return False
    mark_written(t)
    return True


cdef int set_item_slot(object x, object key, object value) except -1:
    cdef Tensor t = <Tensor> x
    cdef Tensor source
    cdef char* address
    require_writeable(t)
    address = NULL if isinstance(key, slice) else element_address(t, key)
    if address != NULL and write_element(t, address, value):
        return 0
    found = basic_index(t, key)
    if found is not None:
        write_value(<Tensor> found, value)
        return 0
    source = value if isinstance(value, Tensor) else adopt(value, -1, t.storage.device)
    if not (grad_enabled() and (requires_grad(t) or requires_grad(source))):
        assign_elements(t, key, source)
        return 0
    tracked_put(t, key, source)
    return 0


cdef int tracked_put(Tensor t, object key, Tensor source) except -1:
    """x[advanced key] = value on the tape."""
    cdef PyObject* arguments[3]
    cdef Tensor old
    cdef Tensor result
    refuse_leaf("assignment", t)
    old_base = base_node(t)
    old_node = current_node(t)
    assign_elements(t, key, source)
    old = detached(t)
    old.node = old_node
    result = detached(t)
    arguments[0] = <PyObject*> old
    arguments[1] = <PyObject*> source
    arguments[2] = <PyObject*> key
    record(put_rules, result, arguments)
    rebase(t, result.node, old_base)
    return 0


def copy_(Tensor target, value):
    """Write a value (broadcast and cast) into a tensor; returns the tensor."""
    require_writeable(target)
    write_value(target, value)
    return target


def plug(dict operations):
    """Connect the class with the operations of the table.

    Parameters
    ----------
    operations : dict of str to Op
    """
    global getitem_op, put_rules, assign_rules, square, sqrt, reciprocal, broadcast_to, astype, transfer
    for code, name in OPERATOR_NAMES.items():
        table[code] = operations[name]
    getitem_op = operations["getitem"]
    put_rules = (<Op> operations["index_put"]).rules
    assign_rules = (<Op> operations["as_strided_assign"]).rules
    square, sqrt, reciprocal = operations["square"], operations["sqrt"], operations["reciprocal"]
    broadcast_to = operations["broadcast_to"]
    astype, transfer = operations["astype"], operations["transfer"]
    slots.binary = binary_slot
    slots.inplace = inplace_slot
    slots.unary = unary_slot
    slots.compare = compare_slot
    slots.get_item = get_item_slot
    slots.set_item = set_item_slot
    slots.item = item
    slots.power = power_slot
    measure_depths()


cdef object measure_depths():
    """Let the interpreter run each operator once, with nothing between it and the slot."""
    global mlt_measuring, TAKE_OVER_FROM
    cdef int64_t before = TAKE_OVER_FROM
    names = {"a": scalar_tensor(1, INT8, 0)}
    TAKE_OVER_FROM = 0
    mlt_measuring = True
    try:
        for symbol in ("+", "-", "*", "/", "//", "%", "&", "|", "^"):
            eval(compile(f"a {symbol} a", "<operator>", "eval"), names)
    finally:
        mlt_measuring = False
        TAKE_OVER_FROM = before
