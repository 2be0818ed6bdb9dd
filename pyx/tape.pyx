"""The tape: what was computed from what, and what each gradient rule needs to go back.

A result that requires a gradient points at its Node; a Node points at the nodes of its inputs (its
edges) and keeps what the rules of those inputs read, nothing else. A tensor the user asked a
gradient for points at a Leaf. The graph hangs on its results alone and dies with them.
"""

cimport cython
from cpython.object cimport PyObject
from libc.stdint cimport uint64_t

from mltensor._core.dtypes cimport is_complex, is_inexact
from mltensor._core.storage cimport running_code
from mltensor._core.tensor cimport Tensor, detached, same_shape, shape_tuple

import importlib

from mltensor.errors import GradientError

cdef extern from *:
    """
    static _Thread_local int mlt_grad_enabled = 1;
    static int mlt_code_line(PyObject *code, int instruction) {
      return PyCode_Addr2Line((PyCodeObject *)code, instruction);
    }
    """
    int mlt_grad_enabled
    int mlt_code_line(object code, int instruction)

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
            self.wanted |= 1 << i
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
        rules.keeps_result = True
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
    def edges(self):
        """The node of each input, None for those without a gradient."""
        return tuple([edge_at(self, i) for i in range(self.count)])

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
        return node_name(<Node> node.edge0)
    return "accumulate_grad" if node.rules is None else node.rules.name


@cython.final
cdef class Leaf(Node):
    """A tensor that the user asked a gradient for; gradients accumulate in `grad`."""

    def __init__(self, Tensor t):
        if not is_inexact(t.view.dtype):
            raise GradientError(
                f"only floating and complex tensors can require a gradient, not {t.dtype}; cast with .astype first")
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
        Takes the node and one gradient per result (None where none arrived), gives one per edge.
    edges : tuple of Node or None
    saved : tuple of Tensor
        Tensors whose memory must not be overwritten before the backward.
    outputs : int
    inputs : tuple, optional
        The arguments that the edges belong to: gradients are brought to their shapes and dtypes.
    """

    def __init__(self, str title, function, tuple edges, tuple saved=(), int outputs=1, tuple inputs=None):
        self.title = title
        self.function = function
        set_edges(self, edges)
        self.saved_tensors = saved
        self.saved_versions = tuple([(<Tensor> t).storage.version for t in saved])
        for t in saved:
            (<Tensor> t).storage.kept = True
        self.outputs = outputs
        if inputs is not None:
            self.adjust = tuple([
                (shape_tuple(<Tensor> one), (<Tensor> one).view.dtype, (<Tensor> one).storage.device)
                if edge is not None else None
                for one, edge in zip(inputs, edges, strict=True)])
        remember_line(self)

    def check_saved(self):
        """Raise when a saved tensor was overwritten."""
        for t, version in zip(self.saved_tensors, self.saved_versions):
            if (<Tensor> t).storage.version != <uint64_t> version:
                raise overwritten(self, <Tensor> t, version)


cdef int set_edges(Node node, edges) except -1:
    node.count = len(edges)
    if node.count > 0:
        node.edge0 = edges[0]
    if node.count > 1:
        node.edge1 = edges[1]
    if node.count > 2:
        node.more_edges = tuple(edges[2:])
    return 0


cdef int forget_saved(Node node) except -1:
    """Free what the node kept; it cannot be walked back again."""
    node.saved0 = node.saved1 = None
    node.more_saved = None
    node.released = True
    return 0


cdef int remember_line(Node node) except -1:
    node.code = running_code(&node.instruction)
    return 0


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
    cdef int i, n = rules.inputs
    cdef unsigned int wanted = 0
    cdef object edge = None, edge0 = None, edge1 = None
    cdef list more = None
    if rules.variadic:
        return record_sequence(rules, result, arguments)
    for i in range(n):
        edge = None
        if rules.wanted >> i & 1:
            edge = input_node(arguments[rules.input_argument[i]])
            if edge is not None:
                wanted |= 1 << i
        if i == 0:
            edge0 = edge
        elif i == 1:
            edge1 = edge
        else:
            if more is None:
                more = []
            more.append(edge)
    if wanted == 0:
        return 0
    if isinstance(result, Tensor):
        first = <Tensor> result
        if not is_inexact(first.view.dtype):
            return 0
    elif not result:
        return 0        # unstack along a dimension of length 0 gives nothing that could be recorded
    else:
        first = <Tensor> result[0]
    node = Node.__new__(Node)
    node.rules = rules
    node.count = n
    node.edge0 = edge0
    node.edge1 = edge1
    if more is not None:
        node.more_edges = tuple(more)
    if rules.slots:
        keep(node, result, first, arguments, wanted)
    for i in range(n):
        if wanted >> i & 1 and adjusts(rules, first, <Tensor> arguments[rules.input_argument[i]]):
            node.adjust = adjustments(rules, arguments, wanted)
            break
    return attach_result(node, result)


cdef int record_sequence(Rules rules, object result, PyObject** arguments) except -1:
    """`record` for an operation whose one input is a sequence of tensors."""
    cdef Node node
    cdef Tensor t, first = <Tensor> (result if isinstance(result, Tensor) else result[0])
    cdef list edges = [], found = []
    cdef bint wanted = False, adjusted = False
    for one in <object> arguments[rules.input_argument[0]]:
        t = <Tensor> one
        edge = input_node(<PyObject*> one)
        edges.append(edge)
        wanted = wanted or edge is not None
        found.append((None, t.view.dtype) if t.view.dtype != first.view.dtype else None)
        adjusted = adjusted or t.view.dtype != first.view.dtype
    if not wanted or not is_inexact(first.view.dtype):
        return 0
    node = Node.__new__(Node)
    node.rules = rules
    set_edges(node, edges)
    if rules.slots:
        keep(node, result, first, arguments, 1)
    if adjusted:
        node.adjust = tuple(found)
    return attach_result(node, result)


cdef int attach_result(Node node, object result) except -1:
    cdef Tensor t
    if not isinstance(result, Tensor):
        return attach_outputs(node, <tuple> result)
    t = <Tensor> result
    t.node = node
    t.node_version = t.storage.version
    return 0


cdef int keep(Node node, object result, Tensor first, PyObject** arguments, unsigned int wanted) except -1:
    """Keep what the rules of the wanted inputs will read."""
    cdef Rules rules = node.rules
    cdef int slot
    cdef uint64_t version
    cdef list more = None
    for slot in range(rules.slots):
        value = None
        version = 0
        if rules.slot_users[slot] & wanted:
            if rules.slot_kind[slot] == RESULT_SHAPE:
                value = shape_tuple(first) if isinstance(result, Tensor) else tuple(
                    [shape_tuple(<Tensor> one) for one in result])
            elif rules.slot_kind[slot] == RESULT and not isinstance(result, Tensor):
                value = tuple([detached(<Tensor> one) for one in result])
                version = versions_together(<tuple> value)
                keep_line(node)
                for one in <tuple> value:
                    (<Tensor> one).storage.kept = True
            else:
                value = slot_value(rules, slot, first, arguments)
            if isinstance(value, Tensor):
                version = (<Tensor> value).storage.version
                (<Tensor> value).storage.kept = True
                keep_line(node)
        if slot == 0:
            node.saved0 = value
            node.version0 = version
        elif slot == 1:
            node.saved1 = value
            node.version1 = version
        else:
            if more is None:
                more = []
            more.append((value, version))
    if more is not None:
        node.more_saved = tuple(more)
    return 0


cdef int keep_line(Node node) except -1:
    """Note that the node keeps a tensor, and the line that is running."""
    node.keeps = True
    return remember_line(node) if node.code is None else 0


cdef uint64_t versions_together(tuple tensors) noexcept:
    """A number that grows with a write to any of the tensors."""
    cdef uint64_t total = 0
    for one in tensors:
        total += (<Tensor> one).storage.version
    return total


cdef inline bint adjusts(Rules rules, Tensor result, Tensor t) noexcept:
    """Whether the engine must undo broadcasting or a cast on the way to an input."""
    return t.view.dtype != result.view.dtype or (rules.broadcasts and not same_shape(t, result))


cdef tuple adjustments(Rules rules, PyObject** arguments, unsigned int wanted):
    """Shape (where broadcasting is to be undone) and dtype of every wanted input."""
    cdef int i
    cdef Tensor t
    cdef list found = [None] * rules.inputs
    for i in range(rules.inputs):
        if wanted >> i & 1:
            t = <Tensor> arguments[rules.input_argument[i]]
            found[i] = (shape_tuple(t) if rules.broadcasts else None, t.view.dtype)
    return tuple(found)


def attach_output(Node node, Tensor t, int index, int count):
    """Put a tensor that holds one of several results of a node on the tape."""
    cdef Output output = Output.__new__(Output)
    output.count = 1
    output.edge0 = node
    output.index = index
    output.outputs = count
    t.node = output
    t.node_version = t.storage.version


cdef int attach_outputs(Node node, tuple results) except -1:
    cdef int i, count = len(results)
    for i in range(count):
        if is_inexact((<Tensor> results[i]).view.dtype):
            attach_output(node, <Tensor> results[i], i, count)
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
    cdef uint64_t version
    if slot == 0:
        value, version = node.saved0, node.version0
    elif slot == 1:
        value, version = node.saved1, node.version1
    else:
        value, version = node.more_saved[slot - 2]
    if not isinstance(value, Tensor):
        if isinstance(value, tuple) and node.rules.slot_kind[slot] == RESULT:
            if versions_together(<tuple> value) != version:
                raise overwritten(node, written_last(<tuple> value), version)
            return unpack_results(node, value, create_graph)
        return value
    t = <Tensor> value
    if t.storage.version != version:
        raise overwritten(node, t, version)
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
