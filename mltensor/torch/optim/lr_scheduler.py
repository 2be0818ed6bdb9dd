"""``torch.optim.lr_scheduler``: mltensor's schedules."""

from mltensor.optim.lr_scheduler import *  # noqa: F403
from mltensor.optim.lr_scheduler import LRScheduler

# The base's old name, from which many a script derives its own schedule.
_LRScheduler = LRScheduler
