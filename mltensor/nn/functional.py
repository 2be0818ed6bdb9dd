"""The layers as functions, with PyTorch's names and signatures."""

import mltensor as np
from mltensor.errors import DTypeError, IndexingError, ShapeError

from .loss_functions import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)

__all__ = [
    "batch_norm", "binary_cross_entropy", "binary_cross_entropy_with_logits", "cosine_similarity", "cross_entropy",
    "dropout", "elu", "embedding", "gelu", "huber_loss", "kl_div", "l1_loss", "layer_norm", "leaky_relu", "linear",
    "log_softmax", "logsigmoid", "mse_loss", "nll_loss", "normalize", "one_hot", "pairwise_distance", "relu",
    "sigmoid", "silu", "smooth_l1_loss", "softmax", "softplus", "tanh",
]


def linear(input, weight, bias=None):
    r"""Affine map :math:`x W^T + b` of the last dimension.

    Parameters
    ----------
    input : Tensor, shape (..., in_features)
    weight : Tensor, shape (out_features, in_features) or (in_features,)
    bias : Tensor, shape (out_features,) or (), optional

    Returns
    -------
    Tensor, shape (..., out_features)
    """
    return np.linear(input, weight, bias)


# --- activations ------------------------------------------------------------------------------


def relu(input, inplace=False):
    """``max(x, 0)``; the gradient at 0 is 0. `inplace` is accepted, the result is a new tensor."""
    return np.relu(input)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """``x`` where it is positive, ``negative_slope * x`` elsewhere."""
    return np.leaky_relu(input, negative_slope)


def elu(input, alpha=1.0, inplace=False):
    """``x`` where it is positive, ``alpha * (exp(x) - 1)`` elsewhere."""
    return np.elu(input, alpha)


def gelu(input, approximate="none"):
    """``x`` times the normal distribution function of ``x``, exact or (``"tanh"``) approximated."""
    if approximate == "none":
        return np.gelu(input)
    if approximate != "tanh":
        raise ValueError(f"approximate must be 'none' or 'tanh', not {approximate!r}")
    return 0.5 * input * (1 + np.tanh(0.7978845608028654 * (input + 0.044715 * input * input * input)))


def silu(input, inplace=False):
    """``x * sigmoid(x)``."""
    return np.silu(input)


def sigmoid(input):
    """``1 / (1 + exp(-x))``."""
    return np.sigmoid(input)


def logsigmoid(input):
    """``log(sigmoid(x))`` without overflow."""
    return -np.softplus(-input)


def tanh(input):
    """Hyperbolic tangent."""
    return np.tanh(input)


def softplus(input, beta=1.0, threshold=20.0):
    """``log(1 + exp(beta * x)) / beta``, and ``x`` where ``beta * x`` exceeds `threshold`."""
    return np.softplus_below(input, threshold) if beta == 1 else np.softplus_below(input * beta, threshold) / beta


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    """Exponentials that add up to 1 along `dim`."""
    input = input if dtype is None else input.astype(dtype)
    return np.softmax(input, axis=usual_dimension(dim, input.ndim))


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """Logarithm of `softmax`, computed without overflow or loss of small values."""
    input = input if dtype is None else input.astype(dtype)
    return np.log_softmax(input, axis=usual_dimension(dim, input.ndim))


def usual_dimension(dim, ndim):
    """The dimension along which softmax goes when none is named, as PyTorch chooses it."""
    return dim if dim is not None else 0 if ndim in (0, 1, 3) else 1


# --- dropout, embedding -----------------------------------------------------------------------


def dropout(input, p=0.5, training=True, inplace=False, generator=None):
    """Each element becomes 0 with probability `p`, the others are divided by ``1 - p``.

    Parameters
    ----------
    input : Tensor
    p : float
    training : bool
        Otherwise the input is returned.
    inplace : bool
        Accepted; the result is a new tensor.
    generator : Generator, optional
        Default: that of `mltensor.random.manual_seed`.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"the dropout probability must be between 0 and 1, got {p}")
    if not training or p == 0:
        return input
    if p == 1:
        return input * 0
    if generator is None:
        drawn = np.random.default_generator().random(input.shape, np.float32)
    else:
        drawn = np.asarray(generator.random(input.shape))
    kept = drawn >= p
    return np.where(kept, input * (1 / (1 - p)), 0)


def embedding(input, weight, padding_idx=None):
    """Rows of a matrix by number.

    Parameters
    ----------
    input : array_like of int, any shape
    weight : Tensor, shape (rows, length)
    padding_idx : int, optional
        A row that gets no gradient.

    Returns
    -------
    Tensor, shape (*input.shape, length)
    """
    input = np.asarray(input)
    if input.dtype.kind not in "iu":
        raise DTypeError(f"an embedding is looked up by integers, not by {input.dtype}; convert with .astype('int64')")
    if input.dtype.kind == "i" and input.size and int(np.min(input)) < 0:
        raise IndexingError(f"an embedding has no negative rows, got {int(np.min(input))}")
    rows = np.take(weight, input, axis=0)
    if padding_idx is None:
        return rows
    padding_idx %= weight.shape[0]
    return np.where(np.expand_dims(input == padding_idx, -1), rows.detach(), rows)


def one_hot(tensor, num_classes=-1):
    """Integers as rows with a 1 at their place: shape ``(*tensor.shape, num_classes)``, int64.

    With ``num_classes=-1`` there are as many as the largest integer needs.
    """
    tensor = np.asarray(tensor)
    if tensor.dtype.kind not in "iu":
        raise DTypeError(f"one_hot takes integers, not {tensor.dtype}")
    if tensor.size == 0:
        if num_classes < 0:
            raise ShapeError("one_hot of an empty tensor: name num_classes")
        return np.zeros((*tensor.shape, num_classes), dtype=np.int64)
    low, high = int(np.min(tensor)), int(np.max(tensor))
    count = high + 1 if num_classes < 0 else num_classes
    if low < 0 or high >= count:
        raise IndexingError(f"class {low if low < 0 else high} is not one of {count}")
    return (np.expand_dims(tensor, -1) == np.arange(count)).astype(np.int64)


# --- normalisation ----------------------------------------------------------------------------


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05):
    """Mean 0 and variance 1 over the last dimensions, then scale and shift; see `LayerNorm`."""
    count = len(normalized_shape)
    if tuple(input.shape[input.ndim - count:]) != tuple(normalized_shape):
        raise ShapeError(f"layer norm over {tuple(normalized_shape)} takes an input whose last dimensions are that, "
                         f"not {tuple(input.shape)}")
    return np.layer_norm(input, weight, bias, normalized_ndim=count, eps=eps)


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05):
    """Mean 0 and variance 1 of each channel (dimension 1); see `BatchNorm1d`.

    In training the statistics are those of the batch, and `running_mean` and `running_var` are
    changed in place; otherwise these two are used.
    """
    if not training:
        return np.batch_norm(input, weight, bias, running_mean, running_var, axis=1, eps=eps)
    count = input.size // max(input.shape[1], 1)
    if count == 0:
        zero = np.zeros_like(input, shape=(input.shape[1],))
        return np.batch_norm(input, weight, bias, zero, zero + 1, axis=1, eps=eps)
    if count == 1:
        raise ShapeError("batch norm in training needs more than one value in each channel, got an input of shape "
                         f"{tuple(input.shape)}; use a larger batch or .eval()")
    axes = (0, *range(2, input.ndim))
    mean = np.mean(input, axis=axes)
    variance = np.var(input, axis=axes)
    if running_mean is not None:
        follow(running_mean, mean, momentum, 1.0)
        follow(running_var, variance, momentum, count / (count - 1))
    return np.batch_norm(input, weight, bias, mean, variance, axis=1, eps=eps)


def follow(running, value, momentum, factor):
    """Move a running statistic towards that of a batch, times `factor`."""
    with np.no_grad():
        running[...] = (1 - momentum) * running + (momentum * factor) * value.detach()


def normalize(input, p=2.0, dim=1, eps=1e-12):
    """Divide by the p-norm along `dim`, or by `eps` where the norm is smaller."""
    if p == 2:
        # The bound lies under the root, where the gradient of a zero vector is finite.
        return input / np.sqrt(np.maximum(np.sum(np.square(input), axis=dim, keepdims=True), eps * eps))
    powers = np.sum(np.power(np.abs(input), p), axis=dim, keepdims=True)
    return input / np.maximum(np.power(powers, 1 / p), eps)


def cosine_similarity(x1, x2, dim=1, eps=1e-08):
    """Cosine of the angle between vectors along `dim`; each norm counts as at least `eps`."""
    return np.sum(normalize(x1, 2.0, dim, eps) * normalize(x2, 2.0, dim, eps), axis=dim)


def pairwise_distance(x1, x2, p=2.0, eps=1e-06, keepdim=False):
    """p-norm of ``x1 - x2 + eps`` along the last dimension."""
    return (x1 - x2 + eps).norm(p, -1, keepdim)
