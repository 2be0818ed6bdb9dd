"""Loss functions. They refuse shapes that do not match: broadcasting them is nearly always a mistake."""

import warnings

import mltensor as np
from mltensor._core.tensor import Tensor
from mltensor.errors import DTypeError, ShapeError

from .inputs import as_floating


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """Squared differences."""
    input, target = matched("mse_loss", input, target)
    return reduced(np.squared_difference(input, target), "mse_loss", size_average, reduce, reduction)


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """Absolute differences."""
    input, target = matched("l1_loss", input, target)
    return reduced(np.abs(input - target), "l1_loss", size_average, reduce, reduction)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """``d**2 / (2 * beta)`` for differences below `beta`, ``abs(d) - beta / 2`` above."""
    if beta < 0:
        raise ValueError(f"beta must not be negative, got {beta}")
    if beta == 0:
        return l1_loss(input, target, size_average, reduce, reduction)
    input, target = matched("smooth_l1_loss", input, target)
    loss = reduced(np.huber(input - target, beta), "smooth_l1_loss", size_average, reduce, reduction)
    return loss if beta == 1 else loss / beta


def huber_loss(input, target, reduction="mean", delta=1.0):
    """``d**2 / 2`` for differences up to `delta`, ``delta * (abs(d) - delta / 2)`` above."""
    if delta <= 0:
        raise ValueError(f"delta must be positive, got {delta}")
    input, target = matched("huber_loss", input, target)
    return reduced(np.huber(input - target, delta), "huber_loss", None, None, reduction)


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """Cross entropy of probabilities; each logarithm counts as at least -100.

    `binary_cross_entropy_with_logits` is exact where this one loses digits.
    """
    input, target = matched("binary_cross_entropy", input, target)
    plain = input.detach()
    if plain.size and not (float(np.min(plain)) >= 0 and float(np.max(plain)) <= 1):
        raise ValueError("binary_cross_entropy takes probabilities between 0 and 1; for numbers of any size use "
                         "binary_cross_entropy_with_logits")
    log_yes, log_no = bounded_log(input), bounded_log(1 - input)
    loss = -(target * log_yes + (1 - target) * log_no)
    loss = loss if weight is None else loss * weight
    return reduced(loss, "binary_cross_entropy", size_average, reduce, reduction)


def bounded_log(value):
    """Logarithm, at least -100. The gradient at 0 is 0: it never becomes infinite or NaN."""
    positive = value > 0
    return np.where(positive, np.maximum(np.log(np.where(positive, value, 1)), -100), -100)


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction="mean",
                                     pos_weight=None):
    """Cross entropy of ``sigmoid(input)``, without overflow or loss of digits.

    `pos_weight` multiplies the part of the positive targets.
    """
    input, target = matched("binary_cross_entropy_with_logits", input, target)
    if pos_weight is None:
        loss = np.logistic_loss(input, target)
    else:
        loss = target * pos_weight * np.softplus(-input) + (1 - target) * np.softplus(input)
    loss = loss if weight is None else loss * weight
    return reduced(loss, "binary_cross_entropy_with_logits", size_average, reduce, reduction)


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """Divergence ``target * (log(target) - input)`` of distributions; `input` holds logarithms.

    ``reduction="batchmean"`` divides the sum by the batch: the divergence of its definition.
    """
    input, target = matched("kl_div", input, target)
    loss = np.exp(target) * (target - input) if log_target else np.xlogy(target, target) - target * input
    if reduction == "batchmean":
        return np.sum(loss) / input.shape[0]
    return reduced(loss, "kl_div", size_average, reduce, reduction)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    """Negative log likelihood of the target classes; `input` holds logarithms of probabilities.

    Parameters
    ----------
    input : Tensor, shape (classes,), (batch, classes) or (batch, classes, ...)
    target : array_like of int, the input's shape without the classes
    weight : array_like, shape (classes,), optional
        Weight of each class; the mean divides by the sum of the weights.
    ignore_index : int
        Targets that do not count.
    """
    input, target, axis = class_indices("nll_loss", input, target)
    reduction = legacy_reduction(size_average, reduce, reduction)
    counted = target != ignore_index
    safe = np.where(counted, target, 0)
    picked = np.squeeze(np.take_along_axis(input, np.expand_dims(safe, axis), axis=axis), axis=axis)
    weights = counted.astype(input.dtype)
    if weight is not None:
        weights = weights * np.take(np.asarray(weight, dtype=input.dtype), safe, axis=0)
    # Where a target is ignored, the logarithm may be infinite: it must not meet the weight 0.
    loss = -np.where(counted, picked, 0) * weights
    if reduction == "mean":
        return np.sum(loss) / np.sum(weights)
    return reduced(loss, "nll_loss", None, None, reduction)


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean",
                  label_smoothing=0.0):
    """Cross entropy of ``softmax(input)``, in one pass.

    Parameters
    ----------
    input : Tensor, shape (classes,), (batch, classes) or (batch, classes, ...)
        Logits: numbers of any size, not probabilities.
    target : array_like
        Classes, integers of any dtype in the input's shape without the classes; or probabilities
        of all classes, in the input's shape.
    weight : array_like, shape (classes,), optional
        Weight of each class; with classes as targets the mean divides by the sum of the weights.
    ignore_index : int
        Targets that do not count.
    label_smoothing : float
        Share of the uniform distribution that is mixed into the target.
    """
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce, reduction)
    if not isinstance(input, Tensor):
        input = as_floating(input)
    axis = 1 if input.ndim > 2 else -1
    try:
        return np.softmax_cross_entropy(input, target, weight, reduction=reduction, ignore_index=ignore_index,
                                        label_smoothing=label_smoothing, axis=axis)
    except (ShapeError, DTypeError):
        # The operation has refused: say it as advice to somebody who trains a network, if it can be said.
        target = np.asarray(target)
        if target.dtype.kind == "f":
            matched("cross_entropy", input, target)
        else:
            class_indices("cross_entropy", input, target)
        raise


# --- what they share --------------------------------------------------------------------------


def matched(name, input, target):
    """Input and target as floating tensors of one dtype; ShapeError unless the shapes are equal."""
    input = as_floating(input)
    if not isinstance(target, Tensor):
        target = np.asarray(target, dtype=input.dtype)
    elif target.dtype is not input.dtype and not target.requires_grad:
        target = target.astype(input.dtype)
    if input.shape != target.shape:
        raise ShapeError(f"{name}: input of shape {tuple(input.shape)} and target of shape {tuple(target.shape)} differ"
                         + remedy(tuple(input.shape), tuple(target.shape)))
    return input, target


def remedy(input, target):
    """What would make two shapes equal, as the end of a sentence."""
    for name, longer, shorter in (("input", input, target), ("target", target, input)):
        if len(longer) == len(shorter) + 1:
            for axis, length in enumerate(longer):
                if length == 1 and longer[:axis] + longer[axis + 1:] == shorter:
                    return f"; use {name}.squeeze({axis})"
    if len(input) == len(target) and input == target[::-1]:
        return "; is one of them transposed?"
    if [n for n in input if n != 1] == [n for n in target if n != 1]:
        return f"; use target.reshape({input})"
    return "; they must be equal, element by element"


def class_indices(name, input, target):
    """Input, integer target and the axis of the classes, with the shapes checked."""
    input = as_floating(input)
    target = np.asarray(target)
    if target.dtype.kind not in "iu":
        raise DTypeError(f"{name}: the target must hold integer classes, not {target.dtype}")
    if input.ndim == 0:
        raise ShapeError(f"{name}: the input needs a dimension of classes, its shape is ()")
    axis = 0 if input.ndim == 1 else 1
    wanted = input.shape[:axis] + input.shape[axis + 1:]
    if tuple(target.shape) != tuple(wanted):
        advice = ""
        if tuple(target.shape) == tuple(input.shape):
            advice = "; a one-hot target must be floating, or take .argmax(1) of it"
        elif target.ndim == len(wanted) + 1 and target.shape[-1] == 1:
            advice = f"; use target.squeeze({target.ndim - 1})"
        raise ShapeError(f"{name}: an input of shape {tuple(input.shape)} (classes in dimension {axis}) needs a target "
                         f"of shape {tuple(wanted)}, not {tuple(target.shape)}{advice}")
    return input, target, axis


def reduced(loss, name, size_average, reduce, reduction):
    """The losses of the elements as `reduction` says."""
    if size_average is not None or reduce is not None:
        reduction = legacy_reduction(size_average, reduce, reduction)
    if reduction == "mean":
        return np.mean(loss)
    if reduction == "sum":
        return np.sum(loss)
    if reduction == "none":
        return loss
    raise ValueError(f"{name}: reduction must be 'mean', 'sum' or 'none', not {reduction!r}")


def legacy_reduction(size_average, reduce, reduction):
    """The reduction that PyTorch's old arguments stand for."""
    if size_average is None and reduce is None:
        return reduction
    meant = "none" if reduce is False else "sum" if size_average is False else "mean"
    warnings.warn(f"size_average and reduce are old; write reduction={meant!r}", DeprecationWarning, stacklevel=4)
    return meant
