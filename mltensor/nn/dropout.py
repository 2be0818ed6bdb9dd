"""Dropout."""

from .functional import dropout
from .inputs import as_floating
from .module import Module


class Dropout(Module):
    """In training sets each element to 0 with probability `p` and divides the others by ``1 - p``.

    Parameters
    ----------
    p : float
        From 0 to 1.
    inplace : bool
        Accepted for PyTorch's signature; the result is always a new tensor.

    Notes
    -----
    The lots are drawn from the generator that `mltensor.random.manual_seed` seeds. G. Hinton et al.,
    Improving neural networks by preventing co-adaptation of feature detectors, 2012.
    """

    def __init__(self, p=0.5, inplace=False):
        if not 0 <= p <= 1:
            raise ValueError(f"the dropout probability must be between 0 and 1, got {p}")
        self.p = p
        self.inplace = inplace

    def forward(self, input):
        """Result of the input's shape; the input itself after `eval`."""
        if not self.training:
            return input
        return dropout(as_floating(input), self.p)

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"
