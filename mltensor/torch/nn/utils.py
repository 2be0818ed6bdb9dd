"""``torch.nn.utils``: clipping of gradients, parameters as one vector."""

from mltensor.nn.utils import *  # noqa: F403
