"""The walk back over the tape.

Nodes are visited in an order in which every node comes after all nodes that feed gradients to it (a
reversed post-order of the graph), found without recursion; each node's rules then turn the gradient
of its result into the gradients of its inputs.
"""

from cpython.object cimport PyObject
from libc.stdint cimport uint64_t

from mltensor._core.dtypes cimport is_complex, objects
from mltensor._core.elementwise cimport Loops, fill, find_loops, run
from mltensor._core.storage cimport device_object
from mltensor._core.tape cimport (
    Leaf, Node, Output, PythonNode, Rules, current_node, edge_at, forget_saved, set_grad, unpack)
from mltensor._core.tensor cimport (
    ADD, Tensor, detached, empty_like, like_class, mark_written, mlt_view, same_shape, shape_tuple, slots)

import threading

from mltensor.errors import DeviceError, GradientError, ShapeError

cdef extern from "Python.h":
    PyObject* PyObject_Vectorcall(object callable, PyObject** arguments, size_t count, PyObject* names) except NULL
    void Py_DECREF_pointer "Py_DECREF"(PyObject* o)
    Py_ssize_t Py_REFCNT(PyObject* o)

cdef uint64_t runs = 0
cdef int depth = 0
lock = threading.RLock()

# The operations the engine itself needs, plugged in when the namespace is built.
sum_to = None
cast_gradient = None


def plug(sum_to_function, cast_function):
    """Give the engine the operations that undo broadcasting and casts."""
    global sum_to, cast_gradient
    sum_to = sum_to_function
    cast_gradient = cast_function


cdef list order_nodes(list roots, dict captures, bint everything, list outer):
    """All nodes below the roots, each before the nodes it feeds; marks those that are needed.

    What a walk that is going on around this one has left at the nodes is noted in `outer`.
    """
    global runs
    cdef list order = []
    cdef list stack = []
    cdef Node node, child
    cdef uint64_t number
    cdef int i
    runs += 1
    number = runs
    for root in roots:
        node = <Node> root
        if node.visit == number:
            continue
        if outer is not None:
            outer.append((node, node.gradient, node.needed))
        node.visit = number
        node.cursor = 0
        node.gradient = None
        stack.append(node)
        while stack:
            node = <Node> stack[len(stack) - 1]
            if node.cursor < node.count:
                edge = edge_at(node, node.cursor)
                node.cursor += 1
                if edge is not None:
                    child = <Node> edge
                    if child.visit != number:
                        if outer is not None:
                            outer.append((child, child.gradient, child.needed))
                        child.visit = number
                        child.cursor = 0
                        child.gradient = None
                        stack.append(child)
            else:
                stack.pop()
                node.needed = everything or node in captures
                if not node.needed:
                    for i in range(node.count):
                        edge = edge_at(node, i)
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
    for entry in list(node.hooks):
        replaced = entry.hook(gradient)
        if replaced is not None:
            gradient = checked_replacement(entry.hook, <Tensor> gradient, replaced)
    return gradient


cdef object checked_replacement(object hook, Tensor gradient, object replaced):
    """What a hook returned in place of a gradient, if it can take that place."""
    if not isinstance(replaced, Tensor):
        raise TypeError(
            f"the hook {hook!r} must return a tensor or None in place of the gradient, not {type(replaced).__name__}")
    if not same_shape(gradient, <Tensor> replaced) or gradient.view.dtype != (<Tensor> replaced).view.dtype:
        raise ShapeError(
            f"the hook {hook!r} was given a gradient of shape {shape_tuple(gradient)} and dtype {gradient.dtype} and "
            f"returned one of shape {shape_tuple(<Tensor> replaced)} and dtype {(<Tensor> replaced).dtype}; they must "
            "be the same")
    if (<Tensor> replaced).storage.device != gradient.storage.device:
        raise DeviceError(f"the hook {hook!r} was given a gradient on {gradient.device} and returned one on "
                          f"{replaced.device}")
    return replaced


cdef int accumulate(Leaf leaf, Tensor gradient, bint create_graph) except -1:
    """Add to the gradient that a leaf keeps; the leaf's own memory is shared with nobody."""
    if leaf.grad is None:
        if (Py_REFCNT(<PyObject*> gradient) == 1 and gradient.base is None and (create_graph or gradient.node is None)
                and Py_REFCNT(<PyObject*> gradient.storage) == 1 and gradient.view.contiguous
                and gradient.storage.owner is None):
            leaf.grad = gradient
        else:
            leaf.grad = gradient.copy() if create_graph else copy_of(gradient)
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
        run(add.by_dtype[total.view.dtype].loop, 3, operands)
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


cdef object with_retained(Node node, Tensor gradient, bint create_graph):
    """What a node keeps for the user: the sum of all gradients that passed, as at a leaf."""
    cdef Tensor kept
    if node.retained is not None:
        return add_gradients(node.retained, gradient)
    if create_graph:
        return gradient
    kept = detached(gradient)
    return kept if type(gradient) is Tensor else like_class(kept, type(gradient))


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
        found = edge_at(node, i)
        if found is None:
            continue
        edge = <Node> found
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
    if len(gradients) != node.count:
        raise GradientError(f"the backward of {node!r} gave {len(gradients)} gradients for {node.count} inputs")
    for result in gradients:
        edge = edge_at(node, i)
        if edge is not None and result is not None and (<Node> edge).needed:
            if adjust is not None and adjust[i] is not None:
                result = adjusted(result, <tuple> adjust[i])
            deliver(<Node> edge, result)
        i += 1
    return 0


cdef int pass_to_parent(Output output, object gradient) except -1:
    """Add the gradient of one of several results to what the parent has for it.

    A result has several places on the tape when a rule that reads it is differentiated itself.
    """
    cdef Node parent = <Node> output.edge0
    if parent.gradient is None:
        parent.gradient = [None] * output.outputs
    if parent.gradient[output.index] is not None:
        gradient = add_gradients(parent.gradient[output.index], gradient)
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
    if node is None or is_complex(result.view.dtype):
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
    global depth
    # A hook or a Function may walk nodes that the walk around it has not finished with.
    cdef list outer = [] if depth else None
    order = order_nodes(roots, wanted, not captures, outer)
    before = set_grad(create_graph)
    depth += 1
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
            if captures and node in wanted:
                found[node] = gradient
                if accumulate_leaves and type(node) is not Leaf and not node.retains:
                    node.retained = with_retained(node, <Tensor> gradient, create_graph)
            if node.retains:
                node.retained = with_retained(node, <Tensor> gradient, create_graph)
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
                # A node that kept nothing but shapes and numbers can be walked again.
                if not retain_graph and node.keeps:
                    forget_saved(node)
    finally:
        depth -= 1
        set_grad(before)
        for root in order:
            (<Node> root).gradient = None
        if outer is not None:
            for root, gradient, needed in outer:
                (<Node> root).gradient = gradient
                (<Node> root).needed = needed
    return found


cdef int run_python(PythonNode node, object gradient, bint retain_graph) except -1:
    if node.released:
        raise GradientError(
            f"{node!r} has been walked back already and what it kept is freed; pass retain_graph=True to the first "
            "backward to go back twice")
    node.check_saved()
    if node.outputs == 1 and not isinstance(gradient, list):
        gradient = [gradient]
    results = node.function(node, *gradient)
    if results is None or isinstance(results, Tensor):
        results = (results,)
    if node.adjust is not None:
        for position in range(min(len(results), len(node.adjust))):
            if node.adjust[position] is not None and results[position] is not None:
                check_given(node, position, results[position], <tuple> node.adjust[position])
    deliver_all(node, results, node.adjust)
    if not retain_graph:
        node.saved_tensors = ()
        node.function = None
        node.released = True
    return 0


cdef int check_given(PythonNode node, int position, object given, tuple wanted) except -1:
    """A gradient that a Function gave must be a tensor that sums to the shape of the argument."""
    cdef int i, extra, device = wanted[2]
    cdef tuple shape = wanted[0]
    if not isinstance(given, Tensor):
        raise TypeError(
            f"{node.title}.backward must give tensors or None, not {type(given).__name__} for argument {position}")
    got = shape_tuple(<Tensor> given)
    extra = len(got) - len(shape)
    fits = extra >= 0
    for i in range(len(shape) if fits else 0):
        fits = fits and (shape[i] == got[extra + i] or shape[i] == 1)
    if not fits:
        raise ShapeError(
            f"{node.title}.backward gave a gradient of shape {got} for argument {position} of shape {shape}; give one "
            "of that shape, or one that broadcasting the argument would have")
    if (<Tensor> given).storage.device != device:
        raise DeviceError(
            f"{node.title}.backward gave a gradient on {given.device} for argument {position} on "
            f"{device_object(device)}")
    return 0


cdef int check_leaf(Leaf leaf, Tensor gradient) except -1:
    if shape_tuple(gradient) != leaf.shape:
        raise ShapeError(
            f"a gradient of shape {shape_tuple(gradient)} arrived at a leaf of shape {leaf.shape}; a gradient rule "
            "gave the wrong shape")
    return 0
