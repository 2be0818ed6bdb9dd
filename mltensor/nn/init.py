"""Values that parameters begin with. Each function fills a tensor in place and returns it."""

import math

import numpy

import mltensor as np
from mltensor.errors import ShapeError


def calculate_gain(nonlinearity, param=None):
    """Factor by which an activation function calls for a larger spread of the weights before it.

    Parameters
    ----------
    nonlinearity : str
        linear, conv1d, conv2d, conv3d, sigmoid, tanh, relu, leaky_relu or selu.
    param : float, optional
        Of leaky_relu the slope; default 0.01.
    """
    gains = {"sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 0.75}
    if nonlinearity == "linear" or nonlinearity.startswith("conv"):
        return 1.0
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        return math.sqrt(2 / (1 + slope**2))
    if nonlinearity not in gains:
        raise ValueError(f"unknown nonlinearity {nonlinearity!r}; known are linear, leaky_relu, "
                         + ", ".join(gains))
    return gains[nonlinearity]


def assign(tensor, values):
    """Write values into a tensor, unseen by the tape."""
    with np.no_grad():
        tensor[...] = values
    return tensor


def uniform_(tensor, a=0.0, b=1.0, generator=None):
    """Uniform between `a` and `b`."""
    source = generator or np.random.default_generator()
    return assign(tensor, np.asarray(source.uniform(a, b, tuple(tensor.shape))))


def normal_(tensor, mean=0.0, std=1.0, generator=None):
    """Normal with a mean and a standard deviation."""
    source = generator or np.random.default_generator()
    return assign(tensor, np.asarray(source.normal(mean, std, tuple(tensor.shape))))


def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
    """Normal, but only values between `a` and `b`: what falls outside is drawn again."""
    if not a < b:
        raise ValueError(f"the bounds must be in order, got a={a} and b={b}")
    source = generator or np.random.default_generator()
    low, high = (a - mean) / std, (b - mean) / std
    inside = 0.5 * (math.erf(high / math.sqrt(2)) - math.erf(low / math.sqrt(2)))
    values = numpy.empty(tensor.size)
    missing = numpy.arange(tensor.size)
    # Far from the mean hardly any normal number falls between the bounds: there a uniform one is
    # kept with a probability proportional to the density.
    nearest = min(max(0.0, low), high)
    while missing.size:
        if inside > 0.2:
            drawn = numpy.asarray(source.normal(0.0, 1.0, missing.size))
            good = (drawn >= low) & (drawn <= high)
        else:
            drawn = numpy.asarray(source.uniform(low, high, missing.size))
            density = numpy.exp((nearest**2 - drawn**2) / 2)
            good = numpy.asarray(source.uniform(0.0, 1.0, missing.size)) < density
        values[missing[good]] = drawn[good]
        missing = missing[~good]
    values = numpy.clip(values * std + mean, a, b)
    return assign(tensor, np.asarray(values.reshape(tensor.shape)))


def constant_(tensor, val):
    """The same value everywhere."""
    return assign(tensor, val)


def zeros_(tensor):
    """Zeros."""
    return assign(tensor, 0)


def ones_(tensor):
    """Ones."""
    return assign(tensor, 1)


def eye_(tensor):
    """The identity matrix."""
    if tensor.ndim != 2:
        raise ShapeError(f"eye_ fills matrices, not shape {tuple(tensor.shape)}")
    return assign(tensor, np.eye(*tensor.shape, dtype=tensor.dtype))


def fans(tensor):
    """Inputs and outputs of one unit, from the shape (outputs, inputs, *kernel) of a weight."""
    if tensor.ndim < 2:
        raise ShapeError(f"fan in and fan out need a weight of 2 or more dimensions, not shape {tuple(tensor.shape)}; "
                         "use uniform_ or normal_")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def xavier_uniform_(tensor, gain=1.0, generator=None):
    """Uniform with the bound ``gain * sqrt(6 / (fan_in + fan_out))`` (Glorot and Bengio, 2010)."""
    bound = gain * math.sqrt(6 / sum(fans(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor, gain=1.0, generator=None):
    """Normal with the deviation ``gain * sqrt(2 / (fan_in + fan_out))`` (Glorot and Bengio, 2010)."""
    return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(fans(tensor))), generator)


def kaiming_deviation(tensor, a, mode, nonlinearity):
    """``gain / sqrt(fan)`` of He et al., 2015."""
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"mode must be 'fan_in' or 'fan_out', not {mode!r}")
    fan = fans(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan) if fan else 0.0


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Uniform with the bound ``gain * sqrt(3 / fan)`` (He et al., 2015).

    Parameters
    ----------
    tensor : Tensor
    a : float
        Slope of leaky_relu for negative numbers.
    mode : {"fan_in", "fan_out"}
        Keep the variance of the values on the way forward, or of the gradients on the way back.
    nonlinearity : str
        See `calculate_gain`.
    generator : Generator, optional
    """
    bound = math.sqrt(3) * kaiming_deviation(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Normal with the deviation ``gain / sqrt(fan)``; the parameters are those of `kaiming_uniform_`."""
    return normal_(tensor, 0.0, kaiming_deviation(tensor, a, mode, nonlinearity), generator)


def orthogonal_(tensor, gain=1, generator=None):
    """A matrix (the first dimension by all others) with orthonormal rows or columns (Saxe et al., 2013)."""
    if tensor.ndim < 2:
        raise ShapeError(f"orthogonal_ needs 2 or more dimensions, not shape {tuple(tensor.shape)}")
    if tensor.size == 0:
        return tensor
    rows = tensor.shape[0]
    columns = tensor.size // rows
    source = generator or np.random.default_generator()
    drawn = numpy.asarray(source.normal(0.0, 1.0, (max(rows, columns), min(rows, columns))))
    q, r = numpy.linalg.qr(drawn)
    # The signs make the distribution uniform over all orthogonal matrices.
    q = q * numpy.where(numpy.diag(r) < 0, -1.0, 1.0)
    q = q.T if rows < columns else q
    return assign(tensor, np.asarray(gain * q.reshape(tensor.shape)))
