"""``torch.nn.parameter``: the parameters of the PyTorch face."""

from mltensor import nn as base

from ..tensor import Tensor


class Parameter(Tensor, base.Parameter):
    """A tensor that a module trains; with PyTorch's meaning of methods."""

    _result_class = Tensor

    def __repr__(self):
        return "Parameter containing:\n" + Tensor.__repr__(self)

    __str__ = __repr__
