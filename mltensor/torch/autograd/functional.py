"""``torch.autograd.functional``: derivatives as functions, with PyTorch's signatures."""

from mltensor._core.create import ones_like
from mltensor.autograd.transforms import checked_primals, pulled_back, pushed_forward, traced
from mltensor.errors import GradientError

from ..tensor import BaseTensor, as_torch

__all__ = ["jvp", "vjp"]


def as_tuple(value):
    """One tensor, or several, as a tuple of torch tensors."""
    values = (value,) if isinstance(value, BaseTensor) else tuple(value)
    return tuple(as_torch(one) if isinstance(one, BaseTensor) else one for one in values)


def finished(tensors, create_graph):
    """What PyTorch hands out: tensors off the tape unless they shall be differentiated further."""
    return tuple(as_torch(one if create_graph else one.detach()) for one in tensors)


def direction(v, tensors, refusal):
    """The tensors of `v`; where it was left out, 1 for a single tensor of one element."""
    if v is not None:
        return as_tuple(v)
    if len(tensors) != 1 or tensors[0].numel() != 1:
        raise GradientError(refusal)
    return (ones_like(tensors[0]),)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """The value of a function and its derivative in the direction `v`, by two walks back.

    Parameters
    ----------
    func : callable
        Takes tensors, gives a tensor or a tuple of them.
    inputs : Tensor or tuple of Tensor
    v : Tensor or tuple of Tensor, optional
        The direction; 1 for a single input of one element.
    create_graph : bool, optional
        Leave the results on the tape of inputs and directions that require gradients.
    strict : bool, optional
        Raise for an input or output that has nothing to do with the others; zeros otherwise.

    Returns
    -------
    func_output, jvp : Tensor or tuple of Tensor

    See Also
    --------
    mltensor.autograd.jvp
    """
    inputs = as_tuple(inputs)
    v = direction(v, inputs, "jvp: v may be left out for a single input of one element alone")
    trace, pushed = pushed_forward("jvp", func, inputs, v, strict)
    return (trace.given_back(finished(trace.outputs, create_graph)),
            trace.given_back(finished(pushed, create_graph)))


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """The value of a function and the gradient of its inputs for the gradient `v` of its value.

    Parameters
    ----------
    func : callable
        Takes tensors, gives a tensor or a tuple of them.
    inputs : Tensor or tuple of Tensor
    v : Tensor or tuple of Tensor, optional
        The gradient to start from; 1 for a single output of one element.
    create_graph : bool, optional
        Leave the results on the tape of inputs and gradients that require gradients.
    strict : bool, optional
        Raise for an input or output that has nothing to do with the others; zeros otherwise.

    Returns
    -------
    func_output : Tensor or tuple of Tensor
    vjp : Tensor or tuple of Tensor
        Like `inputs`.

    See Also
    --------
    mltensor.autograd.vjp
    """
    single = isinstance(inputs, BaseTensor)
    trace = traced("vjp", func, checked_primals("vjp", as_tuple(inputs)))
    v = direction(v, trace.outputs, "vjp: v may be left out for a function that gives one tensor of one element alone")
    gradients = finished(pulled_back("vjp", trace, v, strict), create_graph)
    return trace.given_back(finished(trace.outputs, create_graph)), gradients[0] if single else gradients
