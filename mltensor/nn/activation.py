"""Activation functions as layers."""

from . import functional
from .inputs import as_floating
from .module import Module


class Activation(Module):
    """Base of the layers that have settings but no parameters."""

    def extra_repr(self):
        return ", ".join(f"{name}={value!r}" for name, value in vars(self).items())


class ReLU(Activation):
    """``max(x, 0)``.

    Parameters
    ----------
    inplace : bool
        Accepted for PyTorch's signature; the result is always a new tensor.
    """

    def __init__(self, inplace=False):
        if inplace:
            self.inplace = True

    def forward(self, input):
        """Result of the input's shape."""
        return functional.relu(input)


class LeakyReLU(Activation):
    """``x`` where it is positive, ``negative_slope * x`` elsewhere."""

    def __init__(self, negative_slope=0.01, inplace=False):
        self.negative_slope = negative_slope
        if inplace:
            self.inplace = True

    def forward(self, input):
        """Result of the input's shape."""
        return functional.leaky_relu(as_floating(input), self.negative_slope)


class ELU(Activation):
    """``x`` where it is positive, ``alpha * (exp(x) - 1)`` elsewhere."""

    def __init__(self, alpha=1.0, inplace=False):
        self.alpha = alpha
        if inplace:
            self.inplace = True

    def forward(self, input):
        """Result of the input's shape."""
        return functional.elu(as_floating(input), self.alpha)


class GELU(Activation):
    r"""Gaussian error linear unit, :math:`x \Phi(x)`.

    Parameters
    ----------
    approximate : {"none", "tanh"}
        Exact, or :math:`x (1 + \tanh(\sqrt{2/\pi} (x + 0.044715 x^3))) / 2`.
    """

    def __init__(self, approximate="none"):
        self.approximate = approximate

    def forward(self, input):
        """Result of the input's shape."""
        return functional.gelu(as_floating(input), self.approximate)


class SiLU(Activation):
    """``x * sigmoid(x)``, also called swish."""

    def __init__(self, inplace=False):
        if inplace:
            self.inplace = True

    def forward(self, input):
        """Result of the input's shape."""
        return functional.silu(as_floating(input))


class Sigmoid(Activation):
    """``1 / (1 + exp(-x))``."""

    def forward(self, input):
        """Result of the input's shape."""
        return functional.sigmoid(as_floating(input))


class Tanh(Activation):
    """Hyperbolic tangent."""

    def forward(self, input):
        """Result of the input's shape."""
        return functional.tanh(as_floating(input))


class Softplus(Activation):
    """``log(1 + exp(beta * x)) / beta``, and ``x`` where ``beta * x`` exceeds `threshold`."""

    def __init__(self, beta=1.0, threshold=20.0):
        self.beta = beta
        self.threshold = threshold

    def forward(self, input):
        """Result of the input's shape."""
        return functional.softplus(as_floating(input), self.beta, self.threshold)


class Softmax(Activation):
    """Exponentials that add up to 1 along a dimension.

    Parameters
    ----------
    dim : int, optional
        Which one; default: the last for inputs of 2 or 4 and more dimensions, the first for 1 and 3,
        as PyTorch chooses. Name it.
    """

    def __init__(self, dim=None):
        self.dim = dim

    def forward(self, input):
        """Result of the input's shape."""
        return functional.softmax(as_floating(input), self.dim)


class LogSoftmax(Activation):
    """Logarithm of `Softmax`, computed without overflow or loss of small values."""

    def __init__(self, dim=None):
        self.dim = dim

    def forward(self, input):
        """Result of the input's shape."""
        return functional.log_softmax(as_floating(input), self.dim)
