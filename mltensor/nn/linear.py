"""Affine layers."""

import math

from . import init
from .functional import linear
from .inputs import as_input
from .module import Module


class Linear(Module):
    r"""Affine map of the last dimension, :math:`y = x W^T + b`.

    Parameters
    ----------
    in_features, out_features : int
        Length of the last dimension of the input and of the result.
    bias : bool
        Whether to add :math:`b`.
    device, dtype : optional
        Of the parameters; float32 by default. The layer computes in this dtype and converts an
        input that wants no gradient.

    Attributes
    ----------
    weight : Parameter
        Shape (out_features, in_features), uniform in :math:`\pm 1/\sqrt{in\_features}`.
    bias : Parameter or None
        Shape (out_features,), from the same distribution.
    """

    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        self.in_features = in_features
        self.out_features = out_features
        self.weight = self.empty_parameter((out_features, in_features), dtype, device)
        self.bias = self.empty_parameter((out_features,), dtype, device) if bias else None
        self.reset_parameters()

    def reset_parameters(self):
        """Draw fresh values."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input):
        """Result of shape ``(*input.shape[:-1], out_features)``."""
        weight = self.weight
        return linear(as_input(input, weight, self), weight, self.bias)

    def extra_repr(self):
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
