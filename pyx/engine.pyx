"""The walk back over the tape.

Nodes are visited in an order in which every node comes after all nodes that feed gradients to it (a
reversed post-order of the graph), found without recursion; each node's rules then turn the gradient
of its result into the gradients of its inputs.
"""

from cpython.object cimport PyObject
from libc.stdint cimport uint64_t

from mltensor._core.dtypes cimport objects
from mltensor._core.elementwise cimport Loops, fill, find_loops, run
from mltensor._core.tape cimport Leaf, Node, Output, PythonNode, Rules, current_node, set_grad, unpack
from mltensor._core.tensor cimport (
    ADD, Tensor, detached, empty_like, like_class, mark_written, mlt_view, same_shape, shape_tuple, slots)

import threading

from mltensor.errors import GradientError, ShapeError

cdef extern from "Python.h":
    PyObject* PyObject_Vectorcall(object callable, PyObject** arguments, size_t count, PyObject* names) except NULL
    void Py_DECREF_pointer "Py_DECREF"(PyObject* o)
    Py_ssize_t Py_REFCNT(object o)

cdef uint64_t runs = 0
lock = threading.RLock()

# The operations the engine itself needs, plugged in when the namespace is built.
sum_to = None
cast_gradient = None


def plug(sum_to_function, cast_function):
    """Give the engine the operations that undo broadcasting and casts."""
    global sum_to, cast_gradient
    sum_to = sum_to_function
    cast_gradient = cast_function


cdef list order_nodes(list roots, dict captures, bint everything):
    """All nodes below the roots, each before the nodes it feeds; marks those that are needed."""
    global runs
    cdef list order = []
    cdef list stack = []
    cdef Node node, child
    cdef uint64_t number
    runs += 1
    number = runs
    for root in roots:
        node = <Node> root
        if node.visit == number:
            continue
        node.visit = number
        node.cursor = 0
        stack.append(node)
        while stack:
            node = <Node> stack[len(stack) - 1]
            if node.cursor < len(node.edges):
                edge = node.edges[node.cursor]
                node.cursor += 1
                if edge is not None:
                    child = <Node> edge
                    if child.visit != number:
                        child.visit = number
                        child.cursor = 0
                        child.gradient = None
                        stack.append(child)
            else:
                stack.pop()
                node.needed = everything or node in captures
                if not node.needed:
                    for edge in node.edges:
                        if edge is not None and (<Node> edge).needed:
                            node.needed = True
                            break
                order.append(node)
    return order


cdef object add_gradients(object a, object b):
    return slots.binary(ADD, a, b)


cdef int deliver(Node node, object gradient) except -1:
    """Add a gradient to what has arrived at a node."""
    cdef Output output
    if type(node) is Output:
        output = <Output> node
        if output.gradient is None:
            output.gradient = gradient
        else:
            output.gradient = add_gradients(output.gradient, gradient)
        return 0
    node.gradient = gradient if node.gradient is None else add_gradients(node.gradient, gradient)
    return 0


cdef object run_hooks(Node node, object gradient):
    for hook in list(node.hooks):
        replaced = hook(gradient)
        if replaced is not None:
            gradient = fitting(node, <Tensor> gradient, replaced) if isinstance(gradient, Tensor) else replaced
    return gradient


cdef object fitting(Node node, Tensor gradient, object replaced):
    """What a hook returned, when it can stand for the gradient."""
    if not isinstance(replaced, Tensor):
        raise TypeError(f"a hook of {node!r} must return a tensor or None, not {type(replaced).__name__}")
    if not same_shape(gradient, <Tensor> replaced) or (<Tensor> replaced).storage.device != gradient.storage.device:
        raise ShapeError(
            f"a hook of {node!r} returned a gradient of shape {shape_tuple(<Tensor> replaced)} on {replaced.device} "
            f"for one of shape {shape_tuple(gradient)} on {gradient.device}")
    if (<Tensor> replaced).view.dtype != gradient.view.dtype:
        return cast_gradient(replaced, gradient.dtype)
    return replaced


cdef int accumulate(Leaf leaf, Tensor gradient, bint create_graph) except -1:
    """Add to the gradient that a leaf keeps; the leaf's own memory is shared with nobody."""
    if leaf.grad is None:
        if create_graph:
            leaf.grad = gradient
        elif (Py_REFCNT(gradient) == 1 and gradient.base is None and gradient.node is None
                and Py_REFCNT(gradient.storage) == 1 and gradient.view.contiguous and gradient.storage.owner is None):
            leaf.grad = gradient
        else:
            leaf.grad = copy_of(gradient)
    elif create_graph:
        leaf.grad = add_gradients(leaf.grad, gradient)
    else:
        add_into(<Tensor> leaf.grad, gradient)
    return 0


cdef Loops add = find_loops("add")


cdef int add_into(Tensor total, Tensor gradient) except -1:
    """total += gradient, past the tape and past what only users need."""
    cdef mlt_view* operands[3]
    cdef bint before
    if total.view.dtype == gradient.view.dtype and same_shape(total, gradient) and total.view.writeable and (
            total.storage is not gradient.storage and total.storage.device == gradient.storage.device):
        operands[0] = operands[2] = &total.view
        operands[1] = &gradient.view
        run(add.by_dtype[total.view.dtype], 3, operands)
        return mark_written(total)
    before = set_grad(False)
    try:
        slots.inplace(ADD, total, gradient)
    finally:
        set_grad(before)
    return 0


cdef object copy_of(Tensor gradient):
    cdef bint before = set_grad(False)
    try:
        return gradient.copy()
    finally:
        set_grad(before)


cdef object call_rule(Node node, int i, object gradient, bint create_graph):
    """Gradient of input i: the rule called with what its parameters ask for."""
    cdef Rules rules = node.rules
    cdef PyObject* arguments[8]
    cdef list keep = []
    cdef int k, slot
    for k in range(rules.rule_length[i]):
        slot = rules.rule_slot[i][k]
        if slot < 0:
            arguments[k] = <PyObject*> gradient
        else:
            value = unpack(node, slot, create_graph)
            keep.append(value)
            arguments[k] = <PyObject*> value
    result = PyObject_Vectorcall(rules.functions[i], arguments, rules.rule_length[i], NULL)
    answer = <object> result
    Py_DECREF_pointer(result)
    return answer


cdef object adjusted(object gradient, tuple adjustment):
    """Undo broadcasting and casting on the way to an input."""
    cdef Tensor g = <Tensor> gradient
    shape = adjustment[0]
    if shape is not None and shape != shape_tuple(g):
        g = <Tensor> sum_to(g, shape)
    if g.view.dtype != <int> adjustment[1]:
        g = <Tensor> cast_gradient(g, objects[<int> adjustment[1]])
    return g


cdef int go_back(Node node, object gradient, bint create_graph) except -1:
    """Hand the gradient of a node's result on to its inputs."""
    cdef Rules rules = node.rules
    cdef int i
    cdef Node edge
    if node.released:
        raise GradientError(
            f"{node!r} has been walked back already and what it kept is freed; pass retain_graph=True to the first "
            "backward to go back twice")
    if rules.variadic:
        deliver_all(node, call_rule(node, 0, gradient, create_graph), node.adjust)
        return 0
    for i in range(rules.inputs):
        if node.edges[i] is None:
            continue
        edge = <Node> node.edges[i]
        if not edge.needed:
            continue
        result = call_rule(node, i, gradient, create_graph)
        if result is None:
            continue
        if node.adjust is not None and node.adjust[i] is not None:
            result = adjusted(result, <tuple> node.adjust[i])
        elif type(gradient) is not tuple and (<Tensor> result).view.dtype != (<Tensor> gradient).view.dtype:
            # Input and result have one dtype: a complex gradient of a real input keeps its real part.
            result = cast_gradient(result, (<Tensor> gradient).dtype)
        deliver(edge, result)
    return 0


cdef int deliver_all(Node node, object gradients, tuple adjust) except -1:
    cdef int i = 0
    if len(gradients) != len(node.edges):
        raise GradientError(f"the backward of {node!r} gave {len(gradients)} gradients for {len(node.edges)} inputs")
    for result in gradients:
        edge = node.edges[i]
        if edge is not None and result is not None and (<Node> edge).needed:
            if adjust is not None and adjust[i] is not None:
                result = adjusted(result, <tuple> adjust[i])
            deliver(<Node> edge, result)
        i += 1
    return 0


cdef int pass_to_parent(Output output, object gradient) except -1:
    """Put the gradient of one of several results into the parent's list."""
    cdef Node parent = <Node> output.edges[0]
    if parent.gradient is None:
        parent.gradient = [None] * output.count
    parent.gradient[output.index] = gradient
    return 0


def backward(list roots, list gradients, list captures, bint accumulate_leaves, bint retain_graph,
             bint create_graph):
    """Walk back from the roots.

    Parameters
    ----------
    roots, gradients : list
        Nodes of the outputs and the gradients to start from.
    captures : list of Node
        Nodes whose gradient is wanted back; empty for all leaves.
    accumulate_leaves : bool
        Whether leaves add to their `grad`.
    retain_graph, create_graph : bool
        Keep what the nodes saved; record the walk itself.

    Returns
    -------
    dict
        Gradient that arrived at each captured node.
    """
    with lock:
        return walk(roots, gradients, {capture: None for capture in captures}, accumulate_leaves, retain_graph,
                    create_graph)


def backward_from(Tensor result, bint retain_graph, bint create_graph):
    """Walk back from a result of one element, starting with 1; False when it is not on the tape."""
    cdef Tensor start
    node = current_node(result)
    if node is None:
        return False
    start = empty_like(result, result.view.dtype)
    fill(start, 1)
    if type(result) is not Tensor:
        start = like_class(start, type(result)._result_class)
    with lock:
        walk([node], [start], {}, True, retain_graph, create_graph)
    return True


cdef dict walk(list roots, list gradients, dict wanted, bint accumulate_leaves, bint retain_graph, bint create_graph):
    cdef Node node
    cdef list order
    cdef bint before
    cdef bint captures = len(wanted) > 0
    cdef Py_ssize_t position
    cdef dict found = {}
    for root in roots:
        (<Node> root).gradient = None
    order = order_nodes(roots, wanted, not captures)
    before = set_grad(create_graph)
    try:
        for root, gradient in zip(roots, gradients):
            deliver(<Node> root, gradient)
        for position in range(len(order) - 1, -1, -1):
            node = <Node> order[position]
            gradient = node.gradient
            node.gradient = None
            if gradient is None or not node.needed:
                continue
            if node.hooks is not None:
                gradient = run_hooks(node, gradient)
            if node.retains:
                node.retained = gradient if create_graph else detached(<Tensor> gradient)
            if captures and node in wanted:
                found[node] = gradient
            if type(node) is Leaf:
                if accumulate_leaves:
                    check_leaf(<Leaf> node, <Tensor> gradient)
                    accumulate(<Leaf> node, <Tensor> gradient, create_graph)
            elif type(node) is Output:
                pass_to_parent(<Output> node, gradient)
            elif type(node) is PythonNode:
                run_python(<PythonNode> node, gradient, retain_graph)
            else:
                if isinstance(gradient, list):
                    gradient = tuple(gradient)
                go_back(node, gradient, create_graph)
                if not retain_graph and node.saved is not None:
                    node.saved = None
                    node.released = True
    finally:
        set_grad(before)
        for root in order:
            (<Node> root).gradient = None
    return found


cdef int run_python(PythonNode node, object gradient, bint retain_graph) except -1:
    if node.released:
        raise GradientError(
            f"{node!r} has been walked back already and what it kept is freed; pass retain_graph=True to the first "
            "backward to go back twice")
    node.check_saved()
    if node.outputs == 1 and not isinstance(gradient, list):
        gradient = [gradient]
    results = node.function(*gradient)
    if results is None or isinstance(results, Tensor):
        results = (results,)
    deliver_all(node, results, None)
    if not retain_graph:
        node.saved_tensors = ()
        node.released = True
    return 0


cdef int check_leaf(Leaf leaf, Tensor gradient) except -1:
    if shape_tuple(gradient) != leaf.shape:
        raise ShapeError(
            f"a gradient of shape {shape_tuple(gradient)} arrived at a leaf of shape {leaf.shape}; a gradient rule "
            "gave the wrong shape")
    return 0
