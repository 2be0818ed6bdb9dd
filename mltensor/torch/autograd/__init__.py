"""``torch.autograd``: mltensor's, with the names of old scripts."""

import contextlib

from mltensor.autograd import *  # noqa: F403
from mltensor.autograd import __all__ as base_names
from mltensor.autograd import function
from mltensor.autograd import grad as base_grad

from ..tensor import as_torch
from . import functional

__all__ = [*base_names, "Variable", "detect_anomaly", "function", "functional", "set_detect_anomaly"]


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, only_inputs=True,
         allow_unused=None, is_grads_batched=False, materialize_grads=False):
    """See :func:`mltensor.autograd.grad`; `only_inputs` must be True, as in PyTorch."""
    if not only_inputs:
        raise ValueError("only_inputs=False is not supported; call backward to fill the grad of other leaves")
    return base_grad(outputs, inputs, grad_outputs, retain_graph, create_graph, allow_unused, is_grads_batched,
                     materialize_grads)


def Variable(data, requires_grad=False):
    """The tensor itself; in PyTorch too, tensors have long been variables."""
    tensor = as_torch(data)
    return tensor.requires_grad_() if requires_grad else tensor


class set_detect_anomaly(contextlib.nullcontext):
    """Accepted, also as a context: there is nothing to switch on, errors of `backward` always name their lines."""

    def __init__(self, mode, check_nan=True):
        super().__init__()


class detect_anomaly(set_detect_anomaly):
    """See `set_detect_anomaly`."""

    def __init__(self, check_nan=True):
        super().__init__(True, check_nan)
