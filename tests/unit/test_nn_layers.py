"""Layers against formulas in NumPy, and their gradients."""

import math

import numpy
import pytest

import mltensor as np
from mltensor import nn
from mltensor.autograd import gradcheck
from mltensor.errors import DTypeError, IndexingError, ShapeError
from mltensor.nn import functional

NUMBERS = numpy.random.default_rng(0).normal(size=(4, 6)) * 3


def leaf(values):
    tensor = np.asarray(numpy.array(values, dtype=numpy.float64))
    return tensor.requires_grad_()


def normal_distribution(x):
    return numpy.vectorize(lambda v: 0.5 * math.erfc(-v / math.sqrt(2)))(x)


SIGMOID = 1 / (1 + numpy.exp(-NUMBERS))
EXPONENTIALS = numpy.exp(NUMBERS)


@pytest.mark.parametrize(("layer", "expected"), [
    (nn.ReLU(), numpy.maximum(NUMBERS, 0)),
    (nn.LeakyReLU(0.1), numpy.where(NUMBERS > 0, NUMBERS, 0.1 * NUMBERS)),
    (nn.ELU(2.0), numpy.where(NUMBERS > 0, NUMBERS, 2 * (EXPONENTIALS - 1))),
    (nn.GELU(), NUMBERS * normal_distribution(NUMBERS)),
    (nn.GELU("tanh"), NUMBERS / 2 * (1 + numpy.tanh(math.sqrt(2 / math.pi) * (NUMBERS + 0.044715 * NUMBERS**3)))),
    (nn.SiLU(), NUMBERS * SIGMOID),
    (nn.Sigmoid(), SIGMOID),
    (nn.Tanh(), numpy.tanh(NUMBERS)),
    (nn.Softplus(), numpy.log1p(EXPONENTIALS)),
    (nn.Softplus(2, 3), numpy.where(2 * NUMBERS > 3, NUMBERS, numpy.log1p(numpy.exp(2 * NUMBERS)) / 2)),
    (nn.Softmax(1), EXPONENTIALS / EXPONENTIALS.sum(1, keepdims=True)),
    (nn.Softmax(), EXPONENTIALS / EXPONENTIALS.sum(1, keepdims=True)),
    (nn.LogSoftmax(0), NUMBERS - numpy.log(EXPONENTIALS.sum(0, keepdims=True))),
])
def test_activation(layer, expected):
    result = layer(NUMBERS)
    assert result.dtype == np.float64
    assert result.numpy() == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert layer(NUMBERS.astype(numpy.float32)).dtype == np.float32
    assert gradcheck(layer, (leaf(NUMBERS + 0.01),))


def test_activation_of_integers_is_floating():
    assert nn.Sigmoid()([0, 1]).dtype == np.float32
    assert nn.Softmax(0)(np.arange(3)).dtype == np.float32


def test_activation_repr_and_choice_of_dimension():
    assert repr(nn.LeakyReLU()) == "LeakyReLU(negative_slope=0.01)"
    assert repr(nn.GELU("tanh")) == "GELU(approximate='tanh')"
    assert repr(nn.Softmax(dim=-1)) == "Softmax(dim=-1)"
    for shape, axis in (((3,), 0), ((3, 4), 1), ((2, 3, 4), 0), ((2, 3, 4, 5), 1)):
        assert np.sum(functional.softmax(np.zeros(shape)), axis=axis).numpy() == pytest.approx(1)
    with pytest.raises(ValueError, match="approximate"):
        nn.GELU("fast")(NUMBERS)


def test_linear():
    layer = nn.Linear(6, 5, dtype=np.float64)
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    for x in (NUMBERS, NUMBERS[0], NUMBERS.reshape(2, 2, 6)):
        assert layer(x).detach().numpy() == pytest.approx(x @ weight.T + bias, rel=1e-12)
    assert nn.Linear(6, 5, bias=False)(NUMBERS).shape == (4, 5)
    assert gradcheck(functional.linear, (leaf(NUMBERS), leaf(weight), leaf(bias)))


def test_dropout():
    layer = nn.Dropout(0.25)
    np.random.manual_seed(0)
    x = np.ones((100, 100), dtype=np.float32)
    result = layer(x)
    assert result.dtype == np.float32
    kept = result.numpy() != 0
    assert kept.mean() == pytest.approx(0.75, abs=0.02)
    assert result.numpy()[kept] == pytest.approx(1 / 0.75)
    np.random.manual_seed(0)
    assert np.all(layer(x) == result)
    layer.eval()
    assert layer(x) is x
    x = leaf(NUMBERS)
    result = functional.dropout(x, 0.5)
    np.sum(result).backward()
    assert numpy.array_equal(x.grad.numpy(), numpy.where(result.detach().numpy() != 0, 2.0, 0.0))
    assert not np.any(functional.dropout(np.ones(5), 1.0))
    assert functional.dropout(x, 0.5, training=False) is x
    with pytest.raises(ValueError, match="between 0 and 1"):
        nn.Dropout(1.5)


def test_embedding():
    layer = nn.Embedding(5, 3, padding_idx=1, dtype=np.float64)
    indices = numpy.array([[0, 1], [4, 0]], dtype=numpy.int32)
    rows = layer(indices)
    assert rows.shape == (2, 2, 3)
    assert numpy.array_equal(rows.detach().numpy(), layer.weight.detach().numpy()[indices])
    np.sum(rows).backward()
    assert layer.weight.grad[:, 0].tolist() == [2, 0, 0, 0, 1]
    assert repr(layer) == "Embedding(5, 3, padding_idx=1)"
    assert layer(np.zeros(0, dtype=np.int64)).shape == (0, 3)


def test_embedding_refuses_what_is_no_row():
    layer = nn.Embedding(5, 3)
    with pytest.raises(IndexingError):
        layer([5])
    with pytest.raises(IndexingError, match="no negative rows, got -1"):
        layer([-1, 2])
    with pytest.raises(DTypeError, match="looked up by integers"):
        layer([1.0])
    with pytest.raises(ValueError, match="padding_idx 5"):
        nn.Embedding(5, 3, padding_idx=5)


def test_embedding_from_given_rows():
    rows = numpy.ones((4, 2))
    layer = nn.Embedding.from_pretrained(rows)
    assert layer.weight.shape == (4, 2) and not layer.weight.requires_grad and layer.weight.dtype == np.float64
    assert nn.Embedding.from_pretrained(rows, freeze=False).weight.requires_grad


def test_layer_norm():
    layer = nn.LayerNorm((3, 2), dtype=np.float64)
    x = NUMBERS.reshape(4, 3, 2)
    mean, variance = x.mean((1, 2), keepdims=True), x.var((1, 2), keepdims=True)
    expected = (x - mean) / numpy.sqrt(variance + 1e-5)
    assert layer(x).detach().numpy() == pytest.approx(expected, rel=1e-10)
    layer.load_state_dict({"weight": numpy.full((3, 2), 2.0), "bias": numpy.full((3, 2), 1.0)})
    assert layer(x).detach().numpy() == pytest.approx(2 * expected + 1, rel=1e-10)
    assert gradcheck(lambda *a: functional.layer_norm(a[0], (6,), *a[1:]),
                     (leaf(NUMBERS), leaf(NUMBERS[0]), leaf(NUMBERS[1])))
    assert list(nn.LayerNorm(3, elementwise_affine=False).parameters()) == []
    assert nn.LayerNorm(3, bias=False).bias is None
    with pytest.raises(ShapeError, match=r"over \(6,\).*not \(4, 3, 2\)"):
        nn.LayerNorm(6)(x)


@pytest.mark.parametrize("shape", [(8, 3), (8, 3, 5)])
def test_batch_norm(shape):
    layer = nn.BatchNorm1d(3, dtype=np.float64)
    x = numpy.random.default_rng(1).normal(2, 3, shape)
    axes = (0,) if len(shape) == 2 else (0, 2)
    channels = (1, 3) + (1,) * (len(shape) - 2)
    expected = (x - x.mean(axes, keepdims=True)) / numpy.sqrt(x.var(axes, keepdims=True) + 1e-5)
    assert layer(x).detach().numpy() == pytest.approx(expected, rel=1e-10)
    assert layer.running_mean.numpy() == pytest.approx(0.1 * x.mean(axes))
    assert layer.running_var.numpy() == pytest.approx(0.9 + 0.1 * x.var(axes, ddof=1))
    assert int(layer.num_batches_tracked) == 1
    layer.eval()
    expected = (x - layer.running_mean.numpy().reshape(channels)) / numpy.sqrt(
        layer.running_var.numpy().reshape(channels) + 1e-5)
    assert layer(x).detach().numpy() == pytest.approx(expected, rel=1e-10)
    layer.reset_running_stats()
    assert layer.running_var.tolist() == [1, 1, 1]
    assert gradcheck(lambda *a: functional.batch_norm(a[0], None, None, *a[1:], training=True),
                     (leaf(x), leaf([1, 2, 3]), leaf([3, 2, 1])))


def test_batch_norm_without_momentum_is_the_mean_of_all_batches():
    layer = nn.BatchNorm1d(2, momentum=None)
    batches = numpy.random.default_rng(2).normal(size=(3, 5, 2))
    for batch in batches:
        layer(batch)
    assert layer.running_mean.numpy() == pytest.approx(batches.mean((0, 1)), rel=1e-5)


def test_batch_norm_without_statistics_and_wrong_shapes():
    layer = nn.BatchNorm1d(2, affine=False, track_running_stats=False)
    assert dict(layer.state_dict()) == {}
    layer.eval()
    assert np.mean(layer(np.asarray([[1.0, 2], [3, 4]]))).item() == pytest.approx(0, abs=1e-6)
    with pytest.raises(ShapeError, match=r"2 channels.*not \(2, 3\)"):
        layer(np.zeros((2, 3)))
    with pytest.raises(ShapeError, match="more than one value"):
        nn.BatchNorm1d(2)(np.zeros((1, 2)))


def test_one_hot():
    assert functional.one_hot([2, 0]).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert functional.one_hot(np.asarray(1), 3).tolist() == [0, 1, 0]
    assert functional.one_hot(np.zeros((2, 0), dtype=np.int64), 3).shape == (2, 0, 3)
    with pytest.raises(IndexingError, match="class 3 is not one of 3"):
        functional.one_hot([3], 3)
    with pytest.raises(DTypeError):
        functional.one_hot([0.5])
    with pytest.raises(ShapeError):
        functional.one_hot(np.zeros(0, dtype=np.int64))


def test_normalize_and_cosine_similarity():
    x = np.asarray([[3.0, 4.0], [0.0, 0.0]]).requires_grad_()
    result = functional.normalize(x)
    assert result.tolist() == [[0.6, 0.8], [0, 0]]
    np.sum(result).backward()
    assert np.all(np.isfinite(x.grad))
    assert functional.normalize(np.asarray([[1.0, -3.0]]), p=1).tolist() == [[0.25, -0.75]]
    assert functional.cosine_similarity(np.asarray([[1.0, 0]]), np.asarray([[1.0, 1.0]])).item() == pytest.approx(
        math.sqrt(0.5))
    assert functional.logsigmoid(np.asarray([-1000.0, 0.0])).tolist() == [-1000, -math.log(2)]


def test_a_call_costs_little_more_than_forward():
    """No hooks: the call must not do anything but go on to forward and stand ready for an error."""
    layer = nn.Identity()
    assert layer._hooks is None
    names = nn.Module.__call__.__code__.co_names
    assert set(names) <= {"_hooks", "forward", "call", "MISSING", "ValueError", "DTypeError", "IndexingError", "locate"}


def test_flatten_refuses_dimensions_out_of_order_or_range():
    for settings in ((1, 0), (1, 2)):
        with pytest.raises((ValueError, IndexError)):
            nn.Flatten(*settings)(np.ones((2, 3)))
        with pytest.raises((ValueError, IndexError)):
            np.ones((2, 3)).flatten(*settings)


def test_elu_at_zero_has_the_slope_of_the_left():
    x = np.asarray([0.0, -1.0, 2.0]).requires_grad_()
    np.sum(nn.ELU(alpha=2.0)(x)).backward()
    assert np.allclose(x.grad, [2.0, 2 * np.exp(-1.0), 1.0])


def test_batch_norm_of_an_empty_batch():
    layer = nn.BatchNorm1d(3)
    assert layer(np.ones((0, 3))).shape == (0, 3) and layer.running_mean.tolist() == [0, 0, 0]


def test_text_of_repeated_layers():
    model = nn.ModuleList([nn.Linear(1, 2), nn.Linear(1, 2), nn.LayerNorm(2)])
    assert repr(model) == ("ModuleList(\n  (0-1): 2 x Linear(in_features=1, out_features=2, bias=True)\n"
                           "  (2): LayerNorm((2,), eps=1e-05, elementwise_affine=True, bias=True)\n)")
    assert "(1): Parameter of shape (2,)" in repr(nn.ParameterList([np.ones(1), np.ones(2)]))
    assert repr(model.load_state_dict(model.state_dict())) == "<All keys matched successfully>"
