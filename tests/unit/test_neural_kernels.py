"""Softmax, cross entropy, layer and batch normalisation against plain NumPy, with their gradients."""

import itertools

import numpy
import pytest

import mltensor as np
from mltensor.autograd import gradcheck, gradgradcheck

TOLERANCE = {"e": 4e-3, "f": 3e-6, "d": 1e-13}
generator = numpy.random.default_rng(0)


def softmax(x, axis):
    x = x.astype("d")
    exponentials = numpy.exp(x - x.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def cross_entropy(x, target, weight, reduction, ignore_index, smoothing, axis):
    """Loss and its gradient in x, written as the definition."""
    x = numpy.moveaxis(x.astype("d"), axis, -1)
    classes = x.shape[-1]
    logarithms = numpy.log(softmax(x, -1))
    weight = numpy.ones(classes) if weight is None else weight.astype("d")
    if target.dtype.kind in "iu":
        counts = target != ignore_index
        safe = numpy.where(counts, target, 0).astype(int)
        share = (numpy.eye(classes)[safe] * (1 - smoothing) + smoothing / classes) * counts[..., None]
        divisor = (weight[safe] * counts).sum()
    else:
        share = numpy.moveaxis(target.astype("d"), axis, -1) * (1 - smoothing) + smoothing / classes
        divisor = x.size // classes
    k = share * weight
    loss = -(k * logarithms).sum(-1)
    gradient = k.sum(-1, keepdims=True) * numpy.exp(logarithms) - k
    if reduction == "mean":
        loss, gradient = loss.sum() / divisor, gradient / divisor
    elif reduction == "sum":
        loss = loss.sum()
    return loss, numpy.moveaxis(gradient, -1, axis)


@pytest.mark.parametrize("char", "efd")
def test_softmax(char):
    tolerance = TOLERANCE[char]
    for shape in [(), (1,), (10,), (32, 10), (7, 65), (3, 2000), (4, 5, 6), (2, 300, 700), (1000, 64)]:
        x = numpy.asarray(generator.normal(size=shape) * 5).astype(char)
        for view in (x, x.T):
            for axis in range(-view.ndim, view.ndim):
                wanted = softmax(view, axis)
                result = numpy.asarray(np.softmax(np.asarray(view), axis))
                assert result.dtype == view.dtype
                numpy.testing.assert_allclose(result, wanted, rtol=5 * tolerance, atol=tolerance)
                result = numpy.asarray(np.log_softmax(np.asarray(view), axis=axis))
                numpy.testing.assert_allclose(result, numpy.log(wanted), rtol=2 * tolerance, atol=10 * tolerance)


def test_softmax_at_the_ends():
    infinity = float("inf")
    assert np.softmax(np.array([-infinity, 0.0, 0.0])).tolist() == [0.0, 0.5, 0.5]
    assert np.softmax(np.array([1e300, 1e300])).tolist() == [0.5, 0.5]
    for position, size in itertools.product((0, 3), (10, 100)):
        row = numpy.zeros(size)
        row[position] = numpy.nan
        assert numpy.isnan(numpy.asarray(np.softmax(np.asarray(row)))).all()
        assert numpy.isnan(numpy.asarray(np.log_softmax(np.asarray(row)))).all()
    assert np.softmax(np.zeros((0, 3))).shape == (0, 3)
    with pytest.raises(TypeError, match="float"):
        np.softmax(np.array([1j]))


@pytest.mark.parametrize("char", "efd")
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy(char, reduction, smoothing):
    tolerance = TOLERANCE[char]
    cases = [((10,), -1), ((32, 10), -1), ((5, 7, 3), 1), ((4, 100, 9), 1), ((3, 3000), 1), ((500, 10), -1),
             ((6, 4, 2), 0)]
    for (shape, axis), kind, weighted in itertools.product(cases, ("q", "i", "B", "p"), (False, True)):
        x = (generator.normal(size=shape) * 3).astype(char)
        classes = shape[axis]
        weight = generator.random(classes).astype(char) if weighted else None
        if kind == "p":
            target = generator.random(shape).astype(char)
        else:
            target = generator.integers(0, min(classes, 200), size=numpy.delete(shape, axis)).astype(kind)
            if kind == "q" and target.size > 1:
                target.flat[1] = -100
        wanted, slope = cross_entropy(x, target, weight, reduction, -100, smoothing, axis)
        logits = np.asarray(x).requires_grad_()
        loss = np.softmax_cross_entropy(
            logits, np.asarray(target), None if weight is None else np.asarray(weight), reduction=reduction,
            label_smoothing=smoothing, axis=axis)
        assert loss.dtype == logits.dtype and loss.shape == numpy.shape(wanted)
        numpy.testing.assert_allclose(numpy.asarray(loss.detach()), wanted, rtol=tolerance, atol=tolerance)
        if reduction != "sum":
            np.sum(loss).backward()
            numpy.testing.assert_allclose(numpy.asarray(logits.grad), slope, rtol=tolerance, atol=3 * tolerance)


def test_cross_entropy_with_nothing_to_count():
    logits = np.zeros((2, 3)).requires_grad_()
    loss = np.softmax_cross_entropy(logits, np.array([1, 1]), ignore_index=1)
    assert numpy.isnan(loss.item())
    weight = np.array([0.0, 0.0, 1.0])
    np.softmax_cross_entropy(logits, np.array([0, 2]), weight, reduction="sum").backward()
    numpy.testing.assert_allclose(numpy.asarray(logits.grad), [[0, 0, 0], [1 / 3, 1 / 3, -2 / 3]])


def test_cross_entropy_says_what_is_wrong():
    logits = np.zeros((2, 3))
    with pytest.raises(IndexError, match="class 3 is out of range for 3 classes"):
        np.softmax_cross_entropy(logits, np.array([0, 3]))
    with pytest.raises(ValueError, match=r"\(2, 3\).*\(3,\)"):
        np.softmax_cross_entropy(logits, np.array([0, 1, 2]))
    with pytest.raises(ValueError, match=r"weight of shape \(2,\)"):
        np.softmax_cross_entropy(logits, np.array([0, 1]), np.ones((2,)))
    with pytest.raises(ValueError, match="reduction"):
        np.softmax_cross_entropy(logits, np.array([0, 1]), reduction="average")


@pytest.mark.parametrize("axis", [0, 1])
def test_softmax_gradients(axis):
    x = np.asarray(generator.normal(size=(3, 4))).requires_grad_()
    for function in (np.softmax, np.log_softmax):
        assert gradcheck(lambda x, f=function: f(x, axis), (x,))
        assert gradgradcheck(lambda x, f=function: f(x, axis), (x,))


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weighted", [False, True])
def test_cross_entropy_gradients(reduction, weighted):
    x = np.asarray(generator.normal(size=(3, 4, 2))).requires_grad_()
    classes = np.asarray([[0, 3], [-100, 1], [2, 2]])
    weight = np.asarray([0.5, 1.0, 2.0, 0.0]) if weighted else None

    def loss(x):
        return np.softmax_cross_entropy(x, classes, weight, reduction=reduction, label_smoothing=0.2, axis=1)

    assert gradcheck(loss, (x,))
    assert gradgradcheck(loss, (x,))
    probabilities = np.asarray(generator.random((3, 4, 2))).requires_grad_()

    def loss_of_both(x, q):
        return np.softmax_cross_entropy(x, q, weight, reduction=reduction, label_smoothing=0.2, axis=1)

    assert gradcheck(loss_of_both, (x, probabilities))
    assert gradgradcheck(loss_of_both, (x, probabilities))


@pytest.mark.parametrize("char", "fd")
def test_layer_norm(char):
    tolerance = {"f": 1e-5, "d": 1e-13}[char]
    for shape, count in (((4, 10), 1), ((3, 4, 5), 2), ((2, 3, 700), 1), ((300, 300), 1)):
        x = (generator.normal(size=shape) + 100).astype(char)
        weight, bias = (generator.normal(size=shape[-count:]).astype(char) for _ in range(2))
        axes, wide = tuple(range(-count, 0)), x.astype("d")
        scale = numpy.sqrt(wide.var(axis=axes, keepdims=True) + 1e-5)
        wanted = (wide - wide.mean(axis=axes, keepdims=True)) / scale * weight + bias
        result = np.layer_norm(*map(np.asarray, (x, weight, bias)), normalized_ndim=count)
        numpy.testing.assert_allclose(numpy.asarray(result), wanted, rtol=tolerance, atol=20 * tolerance)
    with pytest.raises(ValueError, match=r"weight of shape \(5,\), not \(4,\)"):
        np.layer_norm(np.zeros((3, 5)), np.zeros((4,)))


@pytest.mark.parametrize("count", [1, 2])
def test_layer_norm_gradients(count):
    x = np.asarray(generator.normal(size=(2, 3, 4))).requires_grad_()
    weight, bias = (np.asarray(generator.normal(size=(2, 3, 4)[-count:])).requires_grad_() for _ in range(2))

    def norm(x, weight=None, bias=None):
        return np.layer_norm(x, weight, bias, normalized_ndim=count, eps=0.1)

    assert gradcheck(norm, (x, weight, bias))
    assert gradgradcheck(norm, (x, weight, bias))
    assert gradgradcheck(norm, (x,))


def test_batch_norm():
    x = generator.normal(size=(5, 3, 2)) + 7
    weight, bias = generator.normal(size=(2, 3))
    mean, variance = x.mean(axis=(0, 2), keepdims=True), x.var(axis=(0, 2), keepdims=True)
    wanted = (x - mean) / numpy.sqrt(variance + 1e-5) * weight[:, None] + bias[:, None]
    tensors = [np.asarray(array) for array in (x, weight, bias)]
    numpy.testing.assert_allclose(np.batch_norm(*tensors), wanted, rtol=1e-12)
    given = [np.asarray(array.reshape(-1)) for array in (mean, variance)]
    numpy.testing.assert_allclose(np.batch_norm(*tensors, *given), wanted, rtol=1e-12)
    for tensor in tensors:
        tensor.requires_grad_()
    assert gradcheck(lambda *arrays: np.batch_norm(*arrays, eps=0.1), tensors)


def test_the_same_bits_with_any_number_of_threads():
    before = np.get_num_threads()
    x = np.asarray(generator.normal(size=(300, 700)).astype("f"))
    target = np.asarray(generator.integers(0, 700, size=300))
    try:
        results = []
        for threads in (1, 2):
            np.set_num_threads(threads)
            values = (np.softmax(x, 0), np.softmax(x, 1), np.log_softmax(x), np.layer_norm(x),
                      np.softmax_cross_entropy(x, target))
            results.append([numpy.asarray(value).tobytes() for value in values])
    finally:
        np.set_num_threads(before)
    assert results[0] == results[1]


@pytest.mark.parametrize("length", [2, 40, 65, 1000, 1041])
def test_softmax_of_float32_is_right_to_two_units(length):
    # On a grid on which the differences from the maximum are exact.
    x = (numpy.round(numpy.linspace(-120, 0, 30 * length) * 1024) / 1024).astype("f").reshape(length, 30).T.copy()
    result = numpy.asarray(np.softmax(np.asarray(x), 1)).astype("d")
    wanted = softmax(x, 1)
    assert (numpy.abs(result - wanted) <= 2.5 * numpy.spacing(wanted.astype("f"))).all()
    wide = x.astype("d")
    wanted = numpy.log(numpy.exp(wide).sum(1))
    numpy.testing.assert_allclose(numpy.asarray(np.logsumexp(np.asarray(x), 1)), wanted, rtol=2e-7, atol=1e-7)


def test_rows_of_minus_infinity():
    x = numpy.full((3, 1000), -numpy.inf, "f")
    x[1, 999], x[2, 0] = 0.0, numpy.nan
    result = numpy.asarray(np.softmax(np.asarray(x), 1))
    assert numpy.isnan(result[0]).all()
    assert numpy.isnan(result[2]).all()
    assert result[1, 999] == 1
    assert not result[1, :999].any()
    numpy.testing.assert_array_equal(numpy.asarray(np.logsumexp(np.asarray(x), 1)), [-numpy.inf, 0, numpy.nan])


@pytest.mark.parametrize("scale", [1e-22, 1.0, 1e22])
def test_layer_norm_keeps_its_range(scale):
    x = (generator.normal(size=(5, 300)) * scale).astype("f")
    wide = x.astype("d")
    wanted = (wide - wide.mean(1, keepdims=True)) / numpy.sqrt(wide.var(1, keepdims=True) + 1e-50)
    result = numpy.asarray(np.layer_norm(np.asarray(x), eps=1e-50))
    numpy.testing.assert_allclose(result, wanted, rtol=2e-5, atol=2e-6)
