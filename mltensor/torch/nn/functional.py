"""``torch.nn.functional``: mltensor's, which gives the class of tensors it is given."""

from mltensor.nn import functional as base
from mltensor.nn.functional import *  # noqa: F403

__all__ = base.__all__


def __getattr__(name):
    return getattr(base, name)
