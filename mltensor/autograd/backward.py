"""Walking back: `backward` leaves gradients at the leaves, `grad` returns those asked for."""

from mltensor._core import engine
from mltensor._core.create import asarray, ones_like, zeros_like
from mltensor._core.tape import node_of
from mltensor._core.tensor import Tensor
from mltensor._ops.record import F
from mltensor.errors import DeviceError, GradientError, ShapeError


def as_sequence(value):
    """A tensor or an array as a tuple of one, a sequence as a tuple."""
    return (value,) if value is None or isinstance(value, Tensor) or hasattr(value, "__array__") else tuple(value)


def starting_gradients(outputs, given):
    """The gradient each output starts with: the given one, or 1 for an output of one element."""
    given = (None,) * len(outputs) if given is None else as_sequence(given)
    if len(given) != len(outputs):
        raise GradientError(f"{len(outputs)} outputs need as many starting gradients, {len(given)} were given")
    gradients = []
    for output, gradient in zip(outputs, given, strict=True):
        if gradient is not None and not isinstance(gradient, Tensor):
            gradient = asarray(gradient, dtype=output.dtype, device=output.device)
        if gradient is None:
            if output.size != 1:
                raise GradientError(
                    f"backward starts from one number, but the tensor has shape {output.shape}; take its .sum() or "
                    ".mean() first, or give a gradient of that shape")
            if output.dtype.kind == "c":
                raise GradientError(
                    f"backward starts from a real number, but the tensor is {output.dtype}; take its .real or .abs() "
                    "first, or give a gradient")
            gradient = ones_like(output)
        elif gradient.shape != output.shape:
            raise ShapeError(f"the starting gradient has shape {gradient.shape}, the output {output.shape}")
        elif gradient.device != output.device:
            raise DeviceError(f"the starting gradient is on {gradient.device}, the output on {output.device}; move it "
                              f"with .to({str(output.device)!r})")
        elif gradient.dtype.kind == "c" and output.dtype.kind != "c":
            raise GradientError(
                f"the starting gradient is {gradient.dtype}, the output {output.dtype}: the gradient of a real tensor "
                "is real")
        elif gradient.dtype != output.dtype:
            gradient = F.cast(gradient, output.dtype)
        gradients.append(gradient)
    return gradients


def roots_of(outputs):
    """The nodes of the outputs; every output must be on the tape."""
    nodes = []
    for output in outputs:
        node = node_of(output)
        if node is None:
            raise GradientError(
                f"a tensor of shape {output.shape} does not require a gradient and was not made from one that does; "
                "was it made under no_grad(), detached, or converted to NumPy on the way?")
        nodes.append(node)
    return nodes


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, inputs=None):
    """Add the gradients of `tensors` to the ``grad`` of the leaves they were computed from.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensor
    grad_tensors : Tensor or sequence, optional
        Gradients to start from; needed for tensors of more than one element.
    retain_graph : bool, optional
        Keep what the graph saved for another walk; by default what `create_graph` says.
    create_graph : bool
        Record the walk, for gradients of gradients.
    inputs : sequence of Tensor, optional
        The only tensors whose ``grad`` is to change; they need not be leaves.
    """
    if inputs is not None:
        inputs = as_sequence(inputs)
        if not inputs:
            raise GradientError("backward: inputs is empty; leave it out to fill the grad of all leaves")
    outputs = as_sequence(tensors)
    roots = roots_of(outputs)
    gradients = starting_gradients(outputs, grad_tensors)
    retain = create_graph if retain_graph is None else retain_graph
    captures = [] if inputs is None else roots_of(inputs)
    engine.backward(roots, gradients, captures, True, bool(retain), bool(create_graph))


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, allow_unused=None,
         is_grads_batched=False, materialize_grads=False):
    """Gradients of outputs with respect to inputs, leaving every ``grad`` as it is.

    Parameters
    ----------
    outputs, inputs : Tensor or sequence of Tensor
    grad_outputs, retain_graph, create_graph
        As for `backward`.
    allow_unused : bool, optional
        Give None for an input that the outputs do not depend on instead of raising.
    is_grads_batched : bool
        Must be False.
    materialize_grads : bool
        Give zeros instead of None.

    Returns
    -------
    tuple of Tensor
        One gradient per input.
    """
    if materialize_grads and allow_unused is False:
        raise ValueError("grad: materialize_grads=True gives zeros for unused inputs; allow_unused=False forbids them")
    if is_grads_batched:
        raise NotImplementedError("is_grads_batched=True is not supported; call grad once for every gradient")
    outputs, inputs = as_sequence(outputs), as_sequence(inputs)
    roots = roots_of(outputs)
    gradients = starting_gradients(outputs, grad_outputs)
    nodes = roots_of(inputs)
    retain = create_graph if retain_graph is None else retain_graph
    found = engine.backward(roots, gradients, nodes, False, bool(retain), bool(create_graph))
    results = []
    for number, (wanted, node) in enumerate(zip(inputs, nodes, strict=True)):
        gradient = found.get(node)
        if gradient is None:
            if materialize_grads:
                gradient = zeros_like(wanted)
            elif not allow_unused:
                raise GradientError(
                    f"input {number} of shape {wanted.shape} was not used in computing the outputs; pass "
                    "allow_unused=True to get None for it")
        results.append(gradient)
    return tuple(results)


def tensor_backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
    """Add the gradients of this tensor to the ``grad`` of the leaves it was computed from.

    See :func:`mltensor.autograd.backward`.
    """
    if gradient is None and inputs is None and self.size == 1 and engine.backward_from(
            self, create_graph if retain_graph is None else retain_graph, create_graph):
        return
    backward((self,), None if gradient is None else (gradient,), retain_graph, create_graph, inputs)
