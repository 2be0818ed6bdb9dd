"""Initial values have the distributions that PyTorch's have."""

import math

import numpy
import pytest

import mltensor as np
from mltensor import nn
from mltensor.errors import ShapeError
from mltensor.nn import init


def spread(tensor):
    values = tensor.detach().numpy().ravel().astype(numpy.float64)
    return values.mean(), values.std(), values.min(), values.max()


def test_linear_is_uniform_in_the_root_of_its_inputs():
    layer = nn.Linear(100, 400)
    for values in (layer.weight, layer.bias):
        mean, deviation, low, high = spread(values)
        assert low >= -0.1 and high <= 0.1
        assert abs(mean) < 0.01 and deviation == pytest.approx(0.1 / math.sqrt(3), rel=0.1)


def test_embedding_is_standard_normal_with_a_zero_row():
    layer = nn.Embedding(200, 100, padding_idx=-1)
    mean, deviation, _, _ = spread(layer.weight)
    assert abs(mean) < 0.03 and deviation == pytest.approx(1, rel=0.03)
    assert layer.padding_idx == 199 and not np.any(layer.weight[199])


def test_seeded_layers_are_equal():
    values = []
    for _ in range(2):
        np.random.manual_seed(3)
        values.append(nn.Linear(4, 4).weight.detach().numpy())
    assert numpy.array_equal(*values)


@pytest.mark.parametrize(("fill", "deviation"), [
    (lambda t: init.uniform_(t, -2, 2), 2 / math.sqrt(3)),
    (lambda t: init.normal_(t, 0, 3), 3),
    (init.xavier_uniform_, math.sqrt(2 / 300)),
    (lambda t: init.xavier_normal_(t, gain=2), 2 * math.sqrt(2 / 300)),
    (lambda t: init.kaiming_uniform_(t, nonlinearity="relu"), math.sqrt(2 / 200)),
    (lambda t: init.kaiming_normal_(t, mode="fan_out", nonlinearity="linear"), math.sqrt(1 / 100)),
    (lambda t: init.kaiming_normal_(t, a=1), math.sqrt(1 / 200)),
])
def test_deviations(fill, deviation):
    tensor = nn.Parameter(np.zeros((100, 200), dtype=np.float32))
    assert fill(tensor) is tensor
    mean, measured, _, _ = spread(tensor)
    assert abs(mean) < 0.05 * deviation and measured == pytest.approx(deviation, rel=0.05)
    assert tensor.is_leaf and tensor.version > 0


@pytest.mark.parametrize(("mean", "std", "low", "high"), [(0, 1, -2, 2), (1, 0.5, 0, 1.2), (0, 1, 3, 4), (5, 1, -1, 0)])
def test_truncated_normal(mean, std, low, high):
    values = init.trunc_normal_(np.zeros((100, 100)), mean, std, low, high)
    numbers = numpy.linspace(low, high, 20001)
    density = numpy.exp(-((numbers - mean) / std) ** 2 / 2)
    expected = (numbers * density).sum() / density.sum()
    measured, _, least, most = spread(values)
    assert low <= least and most <= high
    assert measured == pytest.approx(expected, abs=0.03 * (high - low))


def test_constants():
    assert init.constant_(np.zeros(2), 3).tolist() == [3, 3]
    assert init.zeros_(np.ones(2)).tolist() == [0, 0]
    assert init.ones_(np.zeros(2)).tolist() == [1, 1]
    assert init.eye_(np.ones((2, 3))).tolist() == [[1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize("shape", [(5, 5), (3, 7), (7, 3), (4, 2, 3)])
def test_orthogonal(shape):
    matrix = init.orthogonal_(np.zeros(shape), gain=2).numpy().reshape(shape[0], -1)
    small = min(matrix.shape)
    product = matrix @ matrix.T if matrix.shape[0] == small else matrix.T @ matrix
    assert product == pytest.approx(4 * numpy.eye(small), abs=1e-12)


def test_generators_repeat():
    drawn = [init.normal_(np.zeros(5), generator=np.random.default_rng(1)).tolist() for _ in range(2)]
    assert drawn[0] == drawn[1]


def test_gains_and_refusals():
    assert init.calculate_gain("linear") == 1 and init.calculate_gain("tanh") == 5 / 3
    assert init.calculate_gain("relu") == math.sqrt(2)
    assert init.calculate_gain("leaky_relu", 1) == 1
    with pytest.raises(ValueError, match="unknown nonlinearity 'rlu'"):
        init.calculate_gain("rlu")
    with pytest.raises(ShapeError, match="2 or more dimensions"):
        init.xavier_uniform_(np.zeros(3))
    with pytest.raises(ValueError, match="fan_in"):
        init.kaiming_uniform_(np.zeros((2, 2)), mode="fan")
    with pytest.raises(ShapeError):
        init.eye_(np.zeros(3))
    with pytest.raises(ValueError, match="order"):
        init.trunc_normal_(np.zeros(3), a=1, b=0)
