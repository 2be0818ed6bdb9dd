"""Losses against formulas in NumPy; refusal of shapes that do not match."""

import math

import numpy
import pytest

import mltensor as np
from mltensor import nn
from mltensor.autograd import gradcheck
from mltensor.errors import DTypeError, ShapeError
from mltensor.nn import functional

RANDOM = numpy.random.default_rng(0)
INPUT = RANDOM.normal(size=(5, 4)) * 2
TARGET = RANDOM.normal(size=(5, 4)) * 2
SHARES = RANDOM.uniform(0.05, 0.95, size=(5, 4))
D = numpy.abs(INPUT - TARGET)
SIGMOID = 1 / (1 + numpy.exp(-INPUT))
LOGARITHMS = INPUT - numpy.log(numpy.exp(INPUT).sum(1, keepdims=True))
CLASSES = numpy.array([0, 3, 1, 1, 2])
WEIGHT = numpy.array([0.5, 1.0, 2.0, 4.0])


def leaf(values):
    return np.asarray(numpy.array(values, dtype=numpy.float64)).requires_grad_()


def reductions(make, arguments, expected):
    """Compare the three reductions of a loss module with the losses of the elements."""
    assert make(reduction="none")(*arguments).numpy() == pytest.approx(expected, rel=1e-10)
    assert make(reduction="sum")(*arguments).item() == pytest.approx(expected.sum(), rel=1e-10)
    assert make()(*arguments).item() == pytest.approx(expected.mean(), rel=1e-10)


@pytest.mark.parametrize(("make", "expected"), [
    (nn.MSELoss, D**2),
    (nn.L1Loss, D),
    (lambda **k: nn.SmoothL1Loss(beta=0.7, **k), numpy.where(D < 0.7, D**2 / 1.4, D - 0.35)),
    (lambda **k: nn.SmoothL1Loss(beta=0, **k), D),
    (lambda **k: nn.HuberLoss(delta=0.7, **k), numpy.where(D <= 0.7, D**2 / 2, 0.7 * (D - 0.35))),
])
def test_distances(make, expected):
    reductions(make, (INPUT, TARGET), expected)
    assert gradcheck(make(), (leaf(INPUT), leaf(TARGET)))


def test_binary_cross_entropy():
    expected = -(SHARES * numpy.log(SIGMOID) + (1 - SHARES) * numpy.log(1 - SIGMOID))
    reductions(nn.BCELoss, (SIGMOID, SHARES), expected)
    reductions(nn.BCEWithLogitsLoss, (INPUT, SHARES), expected)
    reductions(lambda **k: nn.BCELoss(weight=WEIGHT, **k), (SIGMOID, SHARES), WEIGHT * expected)
    reductions(lambda **k: nn.BCEWithLogitsLoss(weight=WEIGHT, **k), (INPUT, SHARES), WEIGHT * expected)
    weighted = -(WEIGHT * SHARES * numpy.log(SIGMOID) + (1 - SHARES) * numpy.log(1 - SIGMOID))
    reductions(lambda **k: nn.BCEWithLogitsLoss(pos_weight=WEIGHT, **k), (INPUT, SHARES), weighted)
    assert gradcheck(nn.BCELoss(), (leaf(SIGMOID), leaf(SHARES)))
    assert gradcheck(nn.BCEWithLogitsLoss(), (leaf(INPUT), leaf(SHARES)))


def test_binary_cross_entropy_at_the_ends():
    ends = leaf([0.0, 1.0, 0.0, 1.0])
    losses = functional.binary_cross_entropy(ends, np.asarray([0.0, 1.0, 1.0, 0.0]), reduction="none")
    assert losses.tolist() == [0, 0, 100, 100]
    np.sum(losses).backward()
    assert np.all(np.isfinite(ends.grad))
    with pytest.raises(ValueError, match="probabilities between 0 and 1"):
        functional.binary_cross_entropy([1.5], [1.0])


def test_logits_of_any_size():
    losses = functional.binary_cross_entropy_with_logits(
        np.asarray([1000.0, -1000, 1000, -1000, 30]), np.asarray([1.0, 0, 0, 1, 1]), reduction="none")
    assert losses.tolist() == pytest.approx([0, 0, 1000, 1000, math.exp(-30)], rel=1e-6)


def test_divergence():
    logs = numpy.log(SHARES)
    expected = SHARES * (logs - INPUT)
    reductions(nn.KLDivLoss, (INPUT, SHARES), expected)
    reductions(lambda **k: nn.KLDivLoss(log_target=True, **k), (INPUT, logs), expected)
    assert nn.KLDivLoss(reduction="batchmean")(INPUT, SHARES).item() == pytest.approx(expected.sum() / 5)
    zero = functional.kl_div(np.asarray([0.0]), np.asarray([0.0]))
    assert zero.item() == 0


@pytest.mark.parametrize("function", ["nll_loss", "cross_entropy"])
@pytest.mark.parametrize("weight", [None, WEIGHT])
@pytest.mark.parametrize("ignored", [-100, 1])
def test_classes(function, weight, ignored):
    call = getattr(functional, function)
    values = LOGARITHMS if function == "nll_loss" else INPUT
    weights = (numpy.ones(4) if weight is None else weight)[CLASSES] * (ignored != CLASSES)
    losses = -LOGARITHMS[numpy.arange(5), CLASSES] * weights
    options = {"weight": weight, "ignore_index": ignored}
    assert call(values, CLASSES, reduction="none", **options).numpy() == pytest.approx(losses, rel=1e-10)
    assert call(values, CLASSES, reduction="sum", **options).item() == pytest.approx(losses.sum())
    assert call(values, CLASSES, **options).item() == pytest.approx(losses.sum() / weights.sum())
    assert gradcheck(lambda x: call(x, CLASSES, **options), (leaf(values),))


@pytest.mark.parametrize("loss", [nn.NLLLoss(), nn.CrossEntropyLoss()])
def test_classes_of_other_shapes_and_dtypes(loss):
    values = LOGARITHMS if isinstance(loss, nn.NLLLoss) else INPUT
    whole = loss(values, CLASSES).item()
    for dtype in ("int8", "uint8", "int32", "int64"):
        assert loss(values, CLASSES.astype(dtype)).item() == pytest.approx(whole)
    single = [loss(values[k], np.asarray(int(CLASSES[k]))).item() for k in range(5)]
    assert numpy.mean(single) == pytest.approx(whole)
    spatial = values[:4].reshape(2, 2, 4).transpose(0, 2, 1)
    assert loss(spatial, CLASSES[:4].reshape(2, 2)).item() == pytest.approx(numpy.mean(single[:4]))


def test_cross_entropy_with_smoothing_and_probabilities():
    smooth = 0.8 * numpy.eye(4)[CLASSES] + 0.05
    expected = -(smooth * LOGARITHMS).sum(1)
    reductions(lambda **k: nn.CrossEntropyLoss(label_smoothing=0.2, **k), (INPUT, CLASSES), expected)
    reductions(lambda **k: nn.CrossEntropyLoss(label_smoothing=0.2, **k), (INPUT, numpy.eye(4)[CLASSES]), expected)
    shares = SHARES / SHARES.sum(1, keepdims=True)
    reductions(nn.CrossEntropyLoss, (INPUT, shares), -(shares * LOGARITHMS).sum(1))
    reductions(lambda **k: nn.CrossEntropyLoss(weight=WEIGHT, **k), (INPUT, shares),
               -(shares * LOGARITHMS * WEIGHT).sum(1))
    assert gradcheck(nn.CrossEntropyLoss(label_smoothing=0.2), (leaf(INPUT), np.asarray(CLASSES)))
    with pytest.raises(ValueError, match="label_smoothing"):
        functional.cross_entropy(INPUT, CLASSES, label_smoothing=2)


def test_cross_entropy_of_huge_logits():
    assert functional.cross_entropy([[1e5, 0.0]], [1]).item() == 1e5
    assert functional.cross_entropy([[1e5, 0.0]], [0]).item() == 0


def test_the_losses_of_float32_stay_float32():
    x = np.asarray(INPUT.astype(numpy.float32)).requires_grad_()
    for loss, target in ((nn.MSELoss(), TARGET), (nn.CrossEntropyLoss(weight=WEIGHT), CLASSES),
                         (nn.CrossEntropyLoss(), SHARES), (nn.BCEWithLogitsLoss(), SHARES)):
        assert loss(x, target).dtype == np.float32


@pytest.mark.parametrize("loss", [nn.MSELoss(), nn.L1Loss(), nn.SmoothL1Loss(), nn.HuberLoss(), nn.BCELoss(),
                                  nn.BCEWithLogitsLoss(), nn.KLDivLoss()])
def test_shapes_that_would_broadcast_are_refused(loss):
    with pytest.raises(ShapeError, match=r"input of shape \(5, 1\) and target of shape \(5,\).*input\.squeeze\(1\)"):
        loss(np.zeros((5, 1)), np.zeros(5))
    with pytest.raises(ShapeError, match=r"target\.squeeze\(0\)"):
        loss(np.zeros(5), np.zeros((1, 5)))
    with pytest.raises(ShapeError, match="transposed"):
        loss(np.zeros((5, 2)), np.zeros((2, 5)))
    with pytest.raises(ShapeError, match=r"target\.reshape\(\(5, 1, 1\)\)"):
        loss(np.zeros((5, 1, 1)), np.zeros(5))
    with pytest.raises(ShapeError, match="must be equal"):
        loss(np.zeros((5, 2)), np.zeros((5, 3)))


@pytest.mark.parametrize("loss", [nn.NLLLoss(), nn.CrossEntropyLoss()])
def test_targets_that_are_no_classes_are_refused(loss):
    with pytest.raises(ShapeError, match=r"needs a target of shape \(5,\), not \(5, 1\); use target\.squeeze\(1\)"):
        loss(INPUT, CLASSES[:, None])
    with pytest.raises(ShapeError, match="one-hot"):
        loss(INPUT, numpy.eye(4, dtype=int)[CLASSES])
    with pytest.raises(ShapeError, match=r"\(4,\)"):
        loss(INPUT, CLASSES[:4])
    with pytest.raises(DTypeError, match="integer classes"):
        nn.NLLLoss()(INPUT, CLASSES.astype(float))


def test_reduction_names():
    with pytest.raises(ValueError, match="reduction must be"):
        functional.mse_loss(INPUT, TARGET, reduction="average")
    with pytest.warns(DeprecationWarning, match="reduction='sum'"):
        assert functional.mse_loss(INPUT, TARGET, size_average=False).item() == pytest.approx((D**2).sum())
    with pytest.warns(DeprecationWarning, match="reduction='none'"):
        assert nn.MSELoss(reduce=False).reduction == "none"
    assert repr(nn.MSELoss()) == "MSELoss()" and repr(nn.L1Loss(reduction="sum")) == "L1Loss(reduction='sum')"
