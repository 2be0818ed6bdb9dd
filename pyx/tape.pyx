"""The tape: what was computed from what, and what each gradient rule needs to go back.

A result that requires a gradient points at its Node; a Node points at the nodes of its inputs (its
edges) and keeps what the rules of those inputs read, nothing else. A tensor the user asked a
gradient for points at a Leaf. The graph hangs on its results alone and dies with them.
"""

cimport cython
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from libc.stdint cimport uint64_t

from mltensor._core.dtypes cimport is_complex, is_inexact
from mltensor._core.tensor cimport Tensor, detached, same_shape, shape_tuple

import importlib

from mltensor.errors import GradientError

cdef extern from *:
    """
    static _Thread_local int mlt_grad_enabled = 1;
    static PyObject *mlt_frame_code(int *instruction) {
      PyFrameObject *frame = PyEval_GetFrame();
      if (!frame) return NULL;
      *instruction = PyFrame_GetLasti(frame);
      return (PyObject *)PyFrame_GetCode(frame);
    }
    static int mlt_code_line(PyObject *code, int instruction) {
      return PyCode_Addr2Line((PyCodeObject *)code, instruction);
    }
    """
    int mlt_grad_enabled
    PyObject* mlt_frame_code(int* instruction)
    int mlt_code_line(object code, int instruction)

cdef extern from "Python.h":
    void Py_DECREF_pointer "Py_DECREF"(PyObject* o)

cdef enum SlotKind:
    INPUT
    SHAPE
    STRIDES
    DEVICE
    ARGUMENT
    RESULT
    RESULT_SHAPE


METADATA = {"shape": SHAPE, "strides": STRIDES, "device": DEVICE}


cdef bint grad_enabled() noexcept nogil:
    return mlt_grad_enabled


cdef bint set_grad(bint enabled) noexcept nogil:
    """Switch recording on or off for this thread; returns what it was."""
    global mlt_grad_enabled
    cdef bint before = mlt_grad_enabled
    mlt_grad_enabled = enabled
    return before


def is_grad_enabled():
    """True when operations are recorded for gradients in this thread."""
    return bool(mlt_grad_enabled)


def set_grad_enabled_flag(enabled):
    """Switch recording on or off for this thread; returns what it was."""
    return bool(set_grad(enabled))


@cython.final
cdef class Rules:
    """The gradient rules of one operation, ready to be called.

    Parameters
    ----------
    name : str
        Name of the operation.
    functions : tuple
        One rule per tensor input, or None.
    inputs : list of str
        Names of the tensor inputs as the rules call them.
    arguments : list of str
        Names of all arguments in order; an input called ``a`` in a rule is at the position of inputs.
    positions : list of int
        Position of each input among the arguments.
    broadcasts : bool
        Whether the engine has to undo broadcasting.
    variadic : bool
        Whether the one tensor input is a sequence.
    """

    def __init__(self, str name, tuple functions, list inputs, list arguments, list positions,
                 bint broadcasts, bint variadic):
        cdef int i, k
        self.name = name
        self.functions = functions
        self.inputs = len(inputs)
        self.broadcasts = broadcasts
        self.variadic = variadic
        known = {}
        for i, position in enumerate(positions):
            self.input_argument[i] = position
        for i, function in enumerate(functions):
            if function is None:
                continue
            parameters = function.__code__.co_varnames[:function.__code__.co_argcount]
            self.rule_length[i] = len(parameters)
            for k, parameter in enumerate(parameters):
                if parameter == "g":
                    self.rule_slot[i][k] = -1
                    continue
                if parameter not in known:
                    add_slot(self, known, parameter, inputs, arguments, positions)
                self.rule_slot[i][k] = known[parameter]
                self.slot_users[<int> known[parameter]] |= 1 << i


cdef int add_slot(Rules rules, dict known, str parameter, list inputs, list arguments, list positions) except -1:
    cdef int slot = rules.slots
    stem, _, ending = parameter.rpartition("_")
    if parameter == "y":
        rules.slot_kind[slot] = RESULT
    elif parameter == "y_shape":
        rules.slot_kind[slot] = RESULT_SHAPE
    elif parameter in inputs:
        rules.slot_kind[slot] = INPUT
        rules.slot_argument[slot] = positions[inputs.index(parameter)]
    elif stem in inputs and ending in METADATA:
        rules.slot_kind[slot] = METADATA[ending]
        rules.slot_argument[slot] = positions[inputs.index(stem)]
    elif parameter in arguments:
        rules.slot_kind[slot] = ARGUMENT
        rules.slot_argument[slot] = arguments.index(parameter)
    else:
        raise TypeError(
            f"a gradient rule of {rules.name!r} has a parameter {parameter!r}; it may ask for g, y, y_shape, the "
            f"inputs {inputs}, their _shape, _strides and _device, and the arguments {arguments}")
    known[parameter] = slot
    rules.slots += 1
    return 0


@cython.trashcan(True)
@cython.freelist(256)
cdef class Node:
    """One recorded operation."""

    @property
    def name(self):
        """Name of the operation."""
        return node_name(self)

    @property
    def next_functions(self):
        """The nodes of the inputs, as PyTorch lists them."""
        return tuple((edge, 0) for edge in self.edges if edge is not None)

    @property
    def line(self):
        """File and line that recorded the node, where it keeps values."""
        return source_line(self.code, self.instruction)

    def retain(self):
        """Keep the gradient that passes here for the user."""
        self.retains = True

    def forget(self):
        """Drop the retained gradient."""
        self.retained = None

    def __repr__(self):
        return f"<{''.join(part.title() for part in node_name(self).split('_'))}Backward>"


cdef str node_name(Node node):
    if isinstance(node, PythonNode):
        return (<PythonNode> node).title
    if isinstance(node, Output):
        return node_name(<Node> node.edges[0])
    return "accumulate_grad" if node.rules is None else node.rules.name


@cython.final
cdef class Leaf(Node):
    """A tensor that the user asked a gradient for; gradients accumulate in `grad`."""

    def __init__(self, Tensor t):
        if not is_inexact(t.view.dtype):
            raise GradientError(
                f"only floating and complex tensors can require a gradient, not {t.dtype}; cast with .astype first")
        self.edges = ()
        self.shape = shape_tuple(t)
        self.dtype = t.view.dtype


@cython.final
cdef class Output(Node):
    """One of several results of a node."""


@cython.final
cdef class PythonNode(Node):
    """A node whose backward is a Python callable.

    Parameters
    ----------
    title : str
        Name for messages.
    function : callable
        Takes one gradient per result (None where none arrived), gives one per edge.
    edges : tuple of Node or None
    saved : tuple of Tensor
        Tensors whose memory must not be overwritten before the backward.
    outputs : int
    """

    def __init__(self, str title, function, tuple edges, tuple saved=(), int outputs=1):
        cdef int k = 0
        self.title = title
        self.function = function
        self.edges = edges
        self.saved_tensors = saved
        self.outputs = outputs
        for t in saved[:16]:
            self.versions[k] = (<Tensor> t).storage.version
            k += 1
        remember_line(self)

    def check_saved(self):
        """Raise when a saved tensor was overwritten."""
        cdef int k = 0
        for t in self.saved_tensors[:16]:
            if (<Tensor> t).storage.version != self.versions[k]:
                raise overwritten(self, <Tensor> t, self.versions[k])
            k += 1


cdef int remember_line(Node node) except -1:
    cdef PyObject* code = mlt_frame_code(&node.instruction)
    if code != NULL:
        node.code = <object> code
        Py_DECREF_pointer(code)
    return 0


cdef object capture_line():
    """(code object, instruction) of the Python line that is running."""
    cdef int instruction = 0
    cdef PyObject* code = mlt_frame_code(&instruction)
    if code == NULL:
        return None
    result = (<object> code, instruction)
    Py_DECREF_pointer(code)
    return result


cdef object source_line(object code, int instruction):
    """"file:line: text" of an instruction."""
    if code is None:
        return "an unknown line"
    line = mlt_code_line(code, instruction)
    text = importlib.import_module("linecache").getline(code.co_filename, line).strip()
    return f"{code.co_filename}:{line}" + (f": {text}" if text else "")


# --- recording --------------------------------------------------------------------------------

as_strided_rules = None


def plug_as_strided(Rules rules):
    """Give the tape the rules with which a view finds its way back to its base."""
    global as_strided_rules
    as_strided_rules = rules


cdef object current_node(Tensor t):
    """The node of the value that `t` holds now.

    The memory of a view may have been written through its base or through another view since the
    view was made; the view then hangs on the node that its base has now.
    """
    cdef Tensor base
    cdef object offset
    cdef PyObject* arguments[4]
    if t.base is None or t.node_version == t.storage.version:
        return t.node
    base = <Tensor> t.base
    if base.node is None:
        t.node = None
    else:
        shape, strides = shape_tuple(t), t.strides
        offset = t.view.data - base.view.data
        arguments[0] = <PyObject*> base
        arguments[1] = <PyObject*> shape
        arguments[2] = <PyObject*> strides
        arguments[3] = <PyObject*> offset
        record(<Rules> as_strided_rules, t, arguments)
    t.node_version = t.storage.version
    return t.node


cdef inline object input_node(PyObject* value):
    cdef Tensor t
    if not isinstance(<object> value, Tensor):
        return None
    t = <Tensor> value
    if t.base is None:
        return t.node
    return current_node(t)


cdef object slot_value(Rules rules, int slot, Tensor result, PyObject** arguments):
    cdef int kind = rules.slot_kind[slot]
    cdef PyObject* value
    if kind == RESULT:
        return detached(result)
    value = arguments[rules.slot_argument[slot]]
    if kind == INPUT or kind == ARGUMENT:
        return <object> value
    if not isinstance(<object> value, Tensor):
        return [shape_tuple(<Tensor> one) for one in <object> value] if isinstance(<object> value, list) else ()
    if kind == DEVICE:
        return (<Tensor> value).device
    return shape_tuple(<Tensor> value) if kind == SHAPE else (<Tensor> value).strides


cdef int record(Rules rules, object result, PyObject** arguments) except -1:
    """Put `result` (a fresh tensor or a tuple of them) on the tape if an input requires a gradient."""
    cdef Node node
    cdef Tensor first
    cdef int i, slot, n = rules.inputs
    cdef unsigned int wanted = 0
    cdef object edge, value
    if rules.variadic:
        edges = tuple([input_node(<PyObject*> one) for one in <object> arguments[rules.input_argument[0]]])
        if all([edge is None for edge in edges]):
            return 0
        wanted = 1
    else:
        edges = PyTuple_New(n)
        for i in range(n):
            edge = None
            if rules.functions[i] is not None:
                edge = input_node(arguments[rules.input_argument[i]])
                if edge is not None:
                    wanted |= 1 << i
            Py_INCREF(edge)
            PyTuple_SET_ITEM(edges, i, edge)
        if wanted == 0:
            return 0
    if isinstance(result, Tensor):
        first = <Tensor> result
        if not is_inexact(first.view.dtype):
            return 0
    else:
        first = <Tensor> result[0]
    node = Node.__new__(Node)
    node.rules = rules
    node.edges = edges
    if rules.slots:
        saved = PyTuple_New(rules.slots)
        for slot in range(rules.slots):
            value = None
            if rules.slot_users[slot] & wanted:
                if rules.slot_kind[slot] == RESULT_SHAPE:
                    value = shape_tuple(first) if isinstance(result, Tensor) else tuple(
                        [shape_tuple(<Tensor> one) for one in result])
                elif rules.slot_kind[slot] == RESULT and not isinstance(result, Tensor):
                    value = tuple([detached(<Tensor> one) for one in result])
                    node.versions[slot] = versions_together(<tuple> value)
                    if node.code is None:
                        remember_line(node)
                else:
                    value = slot_value(rules, slot, first, arguments)
                if isinstance(value, Tensor):
                    node.versions[slot] = (<Tensor> value).storage.version
                    if node.code is None:
                        remember_line(node)
            Py_INCREF(value)
            PyTuple_SET_ITEM(saved, slot, value)
        node.saved = saved
    node.adjust = adjustments(rules, first, arguments, wanted)
    if isinstance(result, Tensor):
        first.node = node
        first.node_version = first.storage.version
    else:
        attach_outputs(node, <tuple> result)
    return 0


cdef uint64_t versions_together(tuple tensors) noexcept:
    """A number that grows with a write to any of the tensors."""
    cdef uint64_t total = 0
    for one in tensors:
        total += (<Tensor> one).storage.version
    return total


cdef tuple adjustments(Rules rules, Tensor result, PyObject** arguments, unsigned int wanted):
    """What the engine must undo on the way to each input: broadcasting and casts."""
    cdef int i
    cdef Tensor t
    cdef bint any_adjusted = False
    cdef list found
    if rules.variadic:
        found = []
        for one in <object> arguments[rules.input_argument[0]]:
            t = <Tensor> one
            found.append((None, t.view.dtype) if t.view.dtype != result.view.dtype else None)
            any_adjusted = any_adjusted or t.view.dtype != result.view.dtype
        return tuple(found) if any_adjusted else None
    for i in range(rules.inputs):
        if wanted >> i & 1:
            t = <Tensor> arguments[rules.input_argument[i]]
            if t.view.dtype != result.view.dtype or (rules.broadcasts and not same_shape(t, result)):
                any_adjusted = True
                break
    if not any_adjusted:
        return None
    found = [None] * rules.inputs
    for i in range(rules.inputs):
        if wanted >> i & 1:
            t = <Tensor> arguments[rules.input_argument[i]]
            found[i] = (shape_tuple(t) if rules.broadcasts else None, t.view.dtype)
    return tuple(found)


cdef int attach_outputs(Node node, tuple results) except -1:
    cdef Output output
    cdef Tensor t
    cdef int i, count = len(results)
    for i in range(count):
        t = <Tensor> results[i]
        if not is_inexact(t.view.dtype):
            continue
        output = Output.__new__(Output)
        output.edges = (node,)
        output.index = i
        output.count = count
        t.node = output
        t.node_version = t.storage.version
    return 0


def attach(Node node, tensors):
    """Put the results of a PythonNode on the tape."""
    if isinstance(tensors, Tensor):
        (<Tensor> tensors).node = node
        (<Tensor> tensors).node_version = (<Tensor> tensors).storage.version
    else:
        attach_outputs(node, tuple(tensors))


def node_of(Tensor t):
    """The tape node of the tensor's present value, or None."""
    return current_node(t)


# --- reading back -----------------------------------------------------------------------------

conj = None


def plug_conj(function):
    """Give the tape the operation that conjugates."""
    global conj
    conj = function


cdef object unpack(Node node, int slot, bint create_graph):
    """A value that the node kept: checked, conjugated where complex, with its own place on the tape."""
    cdef Tensor t
    value = node.saved[slot]
    if not isinstance(value, Tensor):
        if isinstance(value, tuple) and node.rules.slot_kind[slot] == RESULT:
            if versions_together(<tuple> value) != node.versions[slot]:
                raise overwritten(node, written_last(<tuple> value), node.versions[slot])
            return unpack_results(node, value, create_graph)
        return value
    t = <Tensor> value
    if t.storage.version != node.versions[slot]:
        raise overwritten(node, t, node.versions[slot])
    if node.rules.slot_kind[slot] == RESULT and create_graph:
        t = detached(t)
        t.node = node
    if node.rules.slot_kind[slot] != ARGUMENT and is_complex(t.view.dtype):
        return conj(t)
    return t


cdef Tensor written_last(tuple tensors):
    """One of several tensors that somebody has written to."""
    for one in tensors:
        if (<Tensor> one).storage.overwritten is not None:
            return <Tensor> one
    return <Tensor> tensors[0]


cdef object unpack_results(Node node, tuple values, bint create_graph):
    results = tuple([detached(<Tensor> one) for one in values])
    if create_graph:
        attach_outputs(node, results)
    return results


cdef object overwritten(Node node, Tensor t, uint64_t version):
    written = t.storage.overwritten
    where = source_line(written[0], written[1]) if written is not None else "an unknown line"
    return GradientError(
        f"the gradient of {node_name(node)} needs a tensor of shape {shape_tuple(t)} and dtype {t.dtype} that has been "
        f"overwritten since: it was kept at version {version} and is at version {t.storage.version}.\n"
        f"  kept by        {source_line(node.code, node.instruction)}\n"
        f"  overwritten by {where}\n"
        "Write to a copy instead (x = x + 1 rather than x += 1, or x.copy() before), or call backward first.")
