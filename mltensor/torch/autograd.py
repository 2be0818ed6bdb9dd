"""``torch.autograd``: mltensor's, with the names of old scripts."""

from mltensor.autograd import *  # noqa: F403
from mltensor.autograd import __all__ as base_names
from mltensor.autograd import function

from .tensor import as_torch

__all__ = [*base_names, "Variable", "function"]


def Variable(data, requires_grad=False):
    """The tensor itself; in PyTorch too, tensors have long been variables."""
    tensor = as_torch(data)
    return tensor.requires_grad_() if requires_grad else tensor
