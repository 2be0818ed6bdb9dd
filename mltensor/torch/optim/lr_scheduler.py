"""``torch.optim.lr_scheduler``: mltensor's schedules."""

from mltensor.optim.lr_scheduler import *  # noqa: F403
