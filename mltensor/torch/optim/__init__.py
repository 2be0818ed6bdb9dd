"""``torch.optim``: mltensor's optimisers."""

from mltensor.optim import *  # noqa: F403
from mltensor.optim import __all__ as __all__

from . import lr_scheduler as lr_scheduler
