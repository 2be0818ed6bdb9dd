"""``torch.nn.init``: first values of parameters."""

from mltensor.nn.init import *  # noqa: F403
