"""``torch.nn``: the layers of ``mltensor.nn`` with parameters that are torch tensors."""

from mltensor import nn as base

from ..tensor import as_torch
from . import functional as functional
from . import init as init
from . import utils as utils
from .parameter import Parameter

__all__ = [*base.__all__]


class Module(base.Module):
    """Base of all models; layers inside are found by themselves. See :class:`mltensor.nn.Module`."""

    parameter_class = Parameter

    def register_buffer(self, name, tensor, persistent=True):
        """See :meth:`mltensor.nn.Module.register_buffer`; a tensor becomes one of the PyTorch face."""
        super().register_buffer(name, as_torch(tensor), persistent)


def with_torch_parameters(layer):
    """A layer of ``mltensor.nn`` that makes torch parameters and is a ``torch.nn.Module``."""
    return type(layer)(layer.__name__, (layer, Module), {"__doc__": layer.__doc__, "__module__": __name__})


for _name in base.__all__:
    _value = getattr(base, _name)
    if _name in globals():
        continue
    if isinstance(_value, type) and issubclass(_value, base.Module):
        _value = with_torch_parameters(_value)
    globals()[_name] = _value


def __getattr__(name):
    return getattr(base, name)
