"""What Python sees of the tape: the gradient properties of a tensor, and lists of gradients for optimisers."""

from mltensor._core.tape cimport Leaf, Node, current_node
from mltensor._core.tensor cimport Tensor, detached, like_class, requires_grad as is_tracked, shape_tuple

from mltensor._core.tensor import set_data
from mltensor.errors import DeviceError, GradientError, ShapeError


def get_requires_grad(Tensor t):
    """Whether operations on this tensor are recorded for gradients."""
    return is_tracked(t) and current_node(t) is not None


def set_requires_grad(Tensor t, value):
    """Make the tensor a leaf that collects a gradient, or take it off the tape."""
    node = current_node(t)
    if value:
        if node is None:
            t.node = Leaf(t)
            t.base = None
    elif node is None or isinstance(node, Leaf):
        t.node = None
    else:
        raise GradientError(
            "requires_grad can be switched off for leaves only; this tensor is the result of "
            f"{node!r}: use .detach()")


def requires_grad_(Tensor t, requires_grad=True):
    """Set `requires_grad` and return the tensor."""
    set_requires_grad(t, requires_grad)
    return t


def get_grad(Tensor t):
    """The gradient that backward left here, or None."""
    node = t.node if t.base is None else current_node(t)
    if node is None:
        return None
    if isinstance(node, Leaf):
        return (<Leaf> node).grad
    return (<Node> node).retained


def set_grad(Tensor t, value):
    """Set or clear the gradient of a leaf."""
    node = t.node
    if value is None:
        if isinstance(node, Leaf):
            (<Leaf> node).grad = None
        elif node is not None:
            (<Node> node).forget()
        return
    if not isinstance(value, Tensor):
        raise TypeError(f"grad must be a tensor or None, not {type(value).__name__}")
    if not isinstance(node, Leaf):
        raise GradientError("grad can be set on leaves that require a gradient only")
    if shape_tuple(<Tensor> value) != shape_tuple(t) or (<Tensor> value).view.dtype != t.view.dtype:
        raise ShapeError(
            f"the gradient of a tensor of shape {shape_tuple(t)} and dtype {t.dtype} cannot have shape "
            f"{shape_tuple(<Tensor> value)} and dtype {(<Tensor> value).dtype}")
    if (<Tensor> value).storage.device != t.storage.device:
        raise DeviceError(f"the gradient of a tensor on {t.device} cannot be on {(<Tensor> value).device}")
    (<Leaf> node).grad = value


def get_grad_fn(Tensor t):
    """The node of the operation that made this tensor, or None for leaves."""
    node = current_node(t)
    return None if isinstance(node, Leaf) else node


def get_is_leaf(Tensor t):
    """True unless an operation on the tape made this tensor."""
    node = current_node(t)
    return node is None or isinstance(node, Leaf)


def retain_grad(Tensor t):
    """Keep the gradient that backward computes for this tensor although it is no leaf."""
    node = current_node(t)
    if node is None:
        raise GradientError("retain_grad: this tensor does not require a gradient")
    if not isinstance(node, Leaf):
        (<Node> node).retain()


def detach(Tensor t):
    """The same memory as a tensor that the tape does not know."""
    cdef Tensor result = detached(t)
    return result if type(t) is Tensor else like_class(result, getattr(type(t), "_result_class", Tensor))


def set_value(Tensor t, Tensor source):
    """Give a tensor other memory, as an assignment to `data` does; a leaf stays the leaf it is."""
    cdef object node = current_node(t)
    cdef Leaf leaf
    set_data(t, source)
    if isinstance(node, Leaf):
        leaf = <Leaf> node
        if leaf.dtype != t.view.dtype or leaf.shape != shape_tuple(t):
            leaf = Leaf(t)
        t.node = leaf


def detach_(Tensor t):
    """Take the tensor itself off the tape."""
    t.node = None
    t.base = None
    return t


class Registration:
    """One entry in the hooks of a node: the same function registered twice is two of them."""

    __slots__ = ("hook",)

    def __init__(self, hook):
        self.hook = hook


class RemovableHandle:
    """Takes a hook away again, also at the end of a ``with`` block."""

    def __init__(self, hooks, hook):
        self.hooks, self.registration = hooks, Registration(hook)
        hooks.append(self.registration)

    def remove(self):
        """Remove the hook; a second call does nothing."""
        if self.registration in self.hooks:
            self.hooks.remove(self.registration)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


def register_hook(Tensor t, hook):
    """Call `hook(gradient)` when backward has the gradient of this tensor; what it returns replaces it.

    Returns
    -------
    RemovableHandle
    """
    cdef Node node = current_node(t)
    if node is None:
        raise GradientError("register_hook: this tensor does not require a gradient")
    if node.hooks is None:
        node.hooks = []
    return RemovableHandle(node.hooks, hook)


cdef object node_of_parameter(object parameter):
    if not isinstance(parameter, Tensor):
        raise TypeError(f"parameters must be tensors, not {type(parameter).__name__}")
    return (<Tensor> parameter).node


def gradients(parameters):
    """The gradients of a sequence of tensors as a list, None where there is none."""
    cdef list found = []
    for parameter in parameters:
        node = node_of_parameter(parameter)
        found.append((<Leaf> node).grad if isinstance(node, Leaf) else None)
    return found


def clear_grads(parameters):
    """Set the gradients of a sequence of tensors to None."""
    for parameter in parameters:
        node = node_of_parameter(parameter)
        if isinstance(node, Leaf):
            (<Leaf> node).grad = None
