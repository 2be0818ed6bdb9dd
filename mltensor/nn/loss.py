"""The loss functions as modules."""

from . import loss_functions as functions
from .module import Module


class Loss(Module):
    """Base of the losses: how the losses of the elements become one number.

    Parameters
    ----------
    size_average, reduce : bool, optional
        PyTorch's old spelling of `reduction`.
    reduction : {"mean", "sum", "none"}
    """

    def __init__(self, size_average=None, reduce=None, reduction="mean"):
        self.reduction = functions.legacy_reduction(size_average, reduce, reduction)

    def extra_repr(self):
        return "" if self.reduction == "mean" else f"reduction={self.reduction!r}"


class MSELoss(Loss):
    """Squared differences. Input and target must have one shape."""

    def forward(self, input, target):
        """The loss."""
        return functions.mse_loss(input, target, reduction=self.reduction)


class L1Loss(Loss):
    """Absolute differences. Input and target must have one shape."""

    def forward(self, input, target):
        """The loss."""
        return functions.l1_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(Loss):
    """Squared differences below `beta`, absolute ones above; see `functional.smooth_l1_loss`."""

    def __init__(self, size_average=None, reduce=None, reduction="mean", beta=1.0):
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input, target):
        """The loss."""
        return functions.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(Loss):
    """Squared differences up to `delta`, absolute ones times `delta` above; see `functional.huber_loss`."""

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input, target):
        """The loss."""
        return functions.huber_loss(input, target, self.reduction, self.delta)


class CrossEntropyLoss(Loss):
    """Cross entropy of the softmax of logits; see `functional.cross_entropy`.

    Parameters
    ----------
    weight : array_like, shape (classes,), optional
    ignore_index : int
    reduction : {"mean", "sum", "none"}
    label_smoothing : float
    """

    def __init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean",
                 label_smoothing=0.0):
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", as_buffer(weight))
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input, target):
        """The loss of logits (batch, classes, ...) and classes (batch, ...) or probabilities."""
        return functions.cross_entropy(input, target, self.weight, None, self.ignore_index, None, self.reduction,
                                       self.label_smoothing)


class NLLLoss(Loss):
    """Negative log likelihood of classes; see `functional.nll_loss`."""

    def __init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", as_buffer(weight))
        self.ignore_index = ignore_index

    def forward(self, input, target):
        """The loss of log probabilities (batch, classes, ...) and classes (batch, ...)."""
        return functions.nll_loss(input, target, self.weight, ignore_index=self.ignore_index,
                                  reduction=self.reduction)


class BCELoss(Loss):
    """Binary cross entropy of probabilities; see `functional.binary_cross_entropy`."""

    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", as_buffer(weight))

    def forward(self, input, target):
        """The loss."""
        return functions.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(Loss):
    """Binary cross entropy of the sigmoid of logits; see `functional.binary_cross_entropy_with_logits`."""

    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None):
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", as_buffer(weight))
        self.register_buffer("pos_weight", as_buffer(pos_weight))

    def forward(self, input, target):
        """The loss."""
        return functions.binary_cross_entropy_with_logits(input, target, self.weight, reduction=self.reduction,
                                                          pos_weight=self.pos_weight)


class KLDivLoss(Loss):
    """Kullback-Leibler divergence of distributions; see `functional.kl_div`."""

    def __init__(self, size_average=None, reduce=None, reduction="mean", log_target=False):
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input, target):
        """The loss of log probabilities and probabilities of one shape."""
        return functions.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


def as_buffer(weight):
    """Weights given as anything array-like, as a floating tensor."""
    return None if weight is None else functions.as_floating(weight)
