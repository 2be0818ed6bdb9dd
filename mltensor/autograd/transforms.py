"""Derivatives as functions: `vjp` walks back, `jvp` pushes tangents forward.

There are no rules for the forward direction. A walk back is linear in the gradient that it starts with, so the
derivative of *that walk* with respect to *that gradient*, transposed once more by a second walk, is the derivative in
the forward direction. It is exact and works for every operation whose rule can be differentiated, to any order; it
costs two walks back, and the memory of one, where forward rules would need no walk and no memory.
"""

from typing import NamedTuple

from mltensor._core.create import asarray, zeros_like
from mltensor._core.gradient import detach
from mltensor._core.tape import Leaf, node_of
from mltensor._core.tensor import Tensor
from mltensor._ops.record import F
from mltensor.errors import DeviceError, DTypeError, GradientError, ShapeError

from .backward import as_sequence, grad
from .modes import enable_grad, is_grad_enabled


class Traced(NamedTuple):
    """A function's value at a point, on the tape.

    Attributes
    ----------
    inputs : list of Tensor
        The point, as tensors that only the function has seen.
    outputs : list of Tensor
        What it gave.
    single : bool
        Whether the function gave a tensor rather than a sequence of them.
    outside : bool
        Whether the outputs depend on tensors with gradients that lie outside: on the caller's primals, or on
        parameters that the function uses without being given them.
    """

    inputs: list
    outputs: list
    single: bool
    outside: bool

    def given_back(self, tensors):
        """Tensors like the outputs, in the form in which the function gave these."""
        return tensors[0] if self.single else tuple(tensors)


def checked_primals(name, primals):
    """The point as tensors in floating dtypes."""
    primals = [one if isinstance(one, Tensor) else asarray(one) for one in primals]
    if not primals:
        raise GradientError(f"{name}: give at least one primal")
    for number, primal in enumerate(primals):
        if primal.dtype.kind not in "fc":
            raise DTypeError(
                f"{name}: primal {number} is {primal.dtype}; only floating and complex tensors have derivatives. "
                "Convert it with .astype('float64'), or let the function have it by a closure")
    return primals


def checked_like(name, kind, of, tensors, references):
    """Tangents or cotangents, one for each reference, of its shape, dtype and device; None stands for zeros."""
    if len(tensors) != len(references):
        raise GradientError(f"{name}: {len(references)} {of}s need as many {kind}s, not {len(tensors)}")
    checked = []
    for number, (tensor, reference) in enumerate(zip(tensors, references, strict=True)):
        if tensor is None:
            tensor = zeros_like(reference)
        elif not isinstance(tensor, Tensor):
            # Numbers and lists take the dtype that is wanted; arrays have one of their own.
            dtype = None if hasattr(tensor, "dtype") else reference.dtype
            tensor = asarray(tensor, dtype=dtype, device=reference.device)
        if tensor.shape != reference.shape:
            raise ShapeError(f"{name}: {kind} {number} has shape {tensor.shape}, its {of} {reference.shape}")
        if tensor.dtype != reference.dtype:
            raise DTypeError(f"{name}: {kind} {number} is {tensor.dtype}, its {of} {reference.dtype}; convert it with "
                             f".astype({reference.dtype.name!r})")
        if tensor.device != reference.device:
            raise DeviceError(f"{name}: {kind} {number} is on {tensor.device}, its {of} on {reference.device}; move "
                              f"it with .to({str(reference.device)!r})")
        checked.append(tensor)
    return checked


def reaches_outside(outputs, inputs):
    """Whether a leaf that is none of `inputs`, nor lies behind them, has a part in the outputs."""
    seen = {id(node_of(one)) for one in inputs}
    stack = [node_of(one) for one in outputs]
    while stack:
        node = stack.pop()
        if node is None or id(node) in seen:
            continue
        if isinstance(node, Leaf):
            return True
        seen.add(id(node))
        stack.extend(node.edges)
    return False


def traced(name, function, primals):
    """Call a function on tensors of its own; see `Traced`."""
    recording = is_grad_enabled()
    with enable_grad():
        # A view keeps the way back to the caller's tensor; without one the function gets a new leaf.
        inputs = [F.reshape(primal, primal.shape) if recording and primal.requires_grad else
                  detach(primal).requires_grad_() for primal in primals]
        results = function(*inputs)
    single = isinstance(results, Tensor)
    outputs = [results] if single else list(results) if isinstance(results, (tuple, list)) else []
    if not outputs or not all(isinstance(one, Tensor) for one in outputs):
        kinds = ", ".join(type(one).__name__ for one in outputs) or type(results).__name__
        raise TypeError(f"{name}: the function must give a tensor, or a tuple or list of tensors, not {kinds}")
    outside = recording and (any(primal.requires_grad for primal in primals) or reaches_outside(outputs, inputs))
    return Traced(inputs, outputs, single, outside)


def check_strict(name, trace, used):
    """Refuse outputs and inputs that have nothing to do with each other."""
    for number, output in enumerate(trace.outputs):
        if not output.requires_grad:
            raise GradientError(f"{name}: output {number} of the function does not depend on the inputs")
    for number, one in enumerate(used):
        if not one:
            raise GradientError(f"{name}: no output of the function depends on input {number}")


def pushed_forward(name, function, primals, tangents, strict=False):
    """The `Traced` value and the list of its tangents; `strict` refuses inputs and outputs without connection."""
    primals = checked_primals(name, primals)
    tangents = checked_like(name, "tangent", "primal", tangents, primals)
    trace = traced(name, function, primals)
    record = is_grad_enabled() and (trace.outside or any(tangent.requires_grad for tangent in tangents))
    on_tape = [output for output in trace.outputs if output.requires_grad]
    pushed = []
    if on_tape:
        starts = [zeros_like(output).requires_grad_() for output in on_tape]
        pulled = grad(on_tape, trace.inputs, starts, create_graph=True, allow_unused=True)
        if strict:
            check_strict(name, trace, [one is not None for one in pulled])
        # What does not hang on the start is constant in it: a gradient of zero.
        pairs = [(one, tangent) for one, tangent in zip(pulled, tangents, strict=True)
                 if one is not None and one.requires_grad]
        pushed = [zeros_like(output) for output in on_tape] if not pairs else grad(
            [one for one, _ in pairs], starts, [tangent for _, tangent in pairs], create_graph=record,
            materialize_grads=True)
    elif strict:
        check_strict(name, trace, ())
    found = iter(pushed)
    return keeping(trace, record), [next(found) if output.requires_grad else zeros_like(output)
                                    for output in trace.outputs]


def keeping(trace, record):
    """The trace whose outputs the caller gets: off the tape where only our own leaves lie behind them."""
    return trace if record else trace._replace(outputs=[detach(output) for output in trace.outputs])


def pulled_back(name, trace, cotangents, strict=False):
    """Gradients of the inputs of a `Traced` value."""
    cotangents = checked_like(name, "cotangent", "output", cotangents, trace.outputs)
    record = is_grad_enabled() and (trace.outside or any(one.requires_grad for one in cotangents))
    pairs = [(output, one) for output, one in zip(trace.outputs, cotangents, strict=True) if output.requires_grad]
    pulled = [None] * len(trace.inputs) if not pairs else grad(
        [output for output, _ in pairs], trace.inputs, [one for _, one in pairs], retain_graph=True,
        create_graph=record, allow_unused=True)
    if strict:
        check_strict(name, trace, [one is not None for one in pulled])
    return tuple(zeros_like(one) if gradient is None else gradient
                 for one, gradient in zip(trace.inputs, pulled, strict=True))


def jvp(function, primals, tangents):
    """The value of a function and its derivative in a direction: forward mode.

    It costs two walks back over the tape, whatever the number of inputs and outputs; see the module's text. Inputs
    and outputs may be complex: then it is the derivative of the real and imaginary parts.

    Parameters
    ----------
    function : callable
        Takes tensors, one for each primal; gives a tensor, or a tuple or list of them.
    primals : Tensor or sequence of array_like
        Where the derivative is taken: floating or complex.
    tangents : Tensor or sequence of array_like
        The direction: one tangent for each primal, of its shape, dtype and device; None stands for zeros.

    Returns
    -------
    outputs : Tensor or tuple of Tensor
        What the function gives at the primals.
    tangents : Tensor or tuple of Tensor
        The tangent of each output; zeros for one that does not depend on the primals, or is no floating tensor.
        Both require gradients if the primals, the tangents or parameters that the function uses do.

    Raises
    ------
    DTypeError
        If a primal is not floating or complex, or a tangent has another dtype than its primal.
    ShapeError, DeviceError
        If a tangent differs from its primal.

    See Also
    --------
    vjp : backward mode, for many inputs and few outputs.

    Examples
    --------
    >>> import mltensor as np
    >>> from mltensor.autograd import jvp
    >>> value, slope = jvp(lambda x, y: x * x * y, (3.0, 2.0), (1.0, 0.0))
    >>> value.item(), slope.item()
    (18.0, 12.0)
    """
    trace, pushed = pushed_forward("jvp", function, as_sequence(primals), as_sequence(tangents))
    return trace.given_back(trace.outputs), trace.given_back(pushed)


def vjp(function, *primals):
    """The value of a function and the function that pulls gradients of it back to the inputs.

    Parameters
    ----------
    function : callable
        Takes tensors, one for each primal; gives a tensor, or a tuple or list of them.
    *primals : array_like
        Where the derivative is taken: floating or complex.

    Returns
    -------
    outputs : Tensor or tuple of Tensor
        What the function gives at the primals.
    pull : callable
        Takes one cotangent for each output, of its shape, dtype and device (None stands for zeros), and gives a tuple
        with the gradient of each primal: zeros for one that no output depends on. It may be called many times.

    Raises
    ------
    DTypeError
        If a primal is not floating or complex.

    See Also
    --------
    jvp : forward mode.

    Examples
    --------
    >>> import mltensor as np
    >>> from mltensor.autograd import vjp
    >>> value, pull = vjp(lambda x, y: x * x * y, 3.0, 2.0)
    >>> [gradient.item() for gradient in pull(1.0)]
    [12.0, 9.0]
    """
    trace = traced("vjp", function, checked_primals("vjp", primals))

    def pull(*cotangents):
        return pulled_back("vjp", trace, cotangents)

    kept = keeping(trace, trace.outside)
    return kept.given_back(kept.outputs), pull
