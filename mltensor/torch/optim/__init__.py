"""``torch.optim``: mltensor's optimisers."""

from mltensor import optim as base
from mltensor.optim import *  # noqa: F403

from . import lr_scheduler as lr_scheduler

__all__ = base.__all__
