"""Layers that normalise: over the features of a sample, over the samples of a batch."""

import mltensor as np
from mltensor.errors import ShapeError

from . import init
from .functional import batch_norm, layer_norm
from .inputs import as_input
from .module import Module
from .parameter import get_default_dtype


class LayerNorm(Module):
    r"""Mean 0 and variance 1 over the last dimensions of each sample, then scale and shift.

    :math:`y = (x - \mathrm{E}[x]) / \sqrt{\mathrm{Var}[x] + \epsilon} \cdot w + b`, with the
    variance divided by the number of elements.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        Lengths of the last dimensions.
    eps : float
    elementwise_affine : bool
        Whether there are `weight` and `bias`.
    bias : bool
        Whether there is a `bias`.
    device, dtype : optional

    Notes
    -----
    J. L. Ba, J. R. Kiros, G. E. Hinton, Layer normalization, 2016.
    """

    def __init__(self, normalized_shape, eps=1e-05, elementwise_affine=True, bias=True, device=None, dtype=None):
        shape = (normalized_shape,) if hasattr(normalized_shape, "__index__") else tuple(normalized_shape)
        self.normalized_shape = shape
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self.weight = self.empty_parameter(shape, dtype, device) if elementwise_affine else None
        self.bias = self.empty_parameter(shape, dtype, device) if elementwise_affine and bias else None
        self.reset_parameters()

    def reset_parameters(self):
        """Scale 1, shift 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input):
        """Result of the input's shape."""
        input = as_input(input, self.weight, self)
        return layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return (f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
                f"bias={self.bias is not None}")


class BatchNorm1d(Module):
    r"""Mean 0 and variance 1 of each channel over a batch, then scale and shift.

    In training the statistics are those of the batch, and running ones are kept; after `eval` the
    running ones are used.

    Parameters
    ----------
    num_features : int
        Channels: the second dimension of the input.
    eps : float
    momentum : float or None
        Share of the new batch in the running statistics; None: the mean of all batches.
    affine : bool
        Whether there are `weight` and `bias`.
    track_running_stats : bool
        Whether running statistics are kept. Without, those of the batch are always used.
    device, dtype : optional

    Notes
    -----
    S. Ioffe, C. Szegedy, Batch normalization, ICML 2015. The running variance is the unbiased one.
    """

    def __init__(self, num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None,
                 dtype=None):
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self.weight = self.empty_parameter((num_features,), dtype, device) if affine else None
        self.bias = self.empty_parameter((num_features,), dtype, device) if affine else None
        tracked = track_running_stats
        dtype = dtype or get_default_dtype()
        self.register_buffer("running_mean", np.zeros(num_features, dtype=dtype, device=device) if tracked else None)
        self.register_buffer("running_var", np.ones(num_features, dtype=dtype, device=device) if tracked else None)
        self.register_buffer("num_batches_tracked",
                             np.zeros((), dtype=np.int64, device=device) if tracked else None)
        self.reset_parameters()

    def reset_running_stats(self):
        """Forget the batches seen so far."""
        if self.track_running_stats:
            self.running_mean[...] = 0
            self.running_var[...] = 1
            self.num_batches_tracked[...] = 0

    def reset_parameters(self):
        """Scale 1, shift 0, no batches seen."""
        self.reset_running_stats()
        if self.affine:
            init.ones_(self.weight)
            init.zeros_(self.bias)

    def forward(self, input):
        """Result of the input's shape, (batch, channels) or (batch, channels, length)."""
        reference = self.weight if self.weight is not None else self.running_mean
        input = as_input(input, reference, self)
        if input.ndim not in (2, 3) or input.shape[1] != self.num_features:
            raise ShapeError(f"batch norm of {self.num_features} channels takes shape (batch, {self.num_features}) or "
                             f"(batch, {self.num_features}, length), not {tuple(input.shape)}")
        momentum = self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked[...] = self.num_batches_tracked + 1
            if momentum is None:
                momentum = 1 / int(self.num_batches_tracked)
        return batch_norm(input, self.running_mean, self.running_var, self.weight, self.bias,
                          self.training or not self.track_running_stats, momentum, self.eps)

    def extra_repr(self):
        return (f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
                f"track_running_stats={self.track_running_stats}")
