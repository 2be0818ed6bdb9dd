"""NumPy's functions given our tensors."""

import numpy
import pytest

import mltensor as np


@pytest.fixture
def x():
    return np.array([1.0, 2.0, 3.0])


def test_ufuncs(x):
    for result, expected in (
            (numpy.add(x, 1), [2, 3, 4]), (numpy.ones(3) * x, [1, 2, 3]), (numpy.ones(3) - x, [0, -1, -2]),
            (numpy.float64(2) * x, [2, 4, 6]), (numpy.exp(x * 0), [1, 1, 1]), (numpy.true_divide(x, 2), [0.5, 1, 1.5]),
            (numpy.arctan2(x * 0, x), [0, 0, 0]), (numpy.multiply.outer(x, x)[1], [2, 4, 6]),
            (numpy.add.accumulate(x), [1, 3, 6]), (numpy.add.reduce(x), 6), (numpy.maximum.reduce(x), 3)):
        assert isinstance(result, np.Tensor)
        assert result.tolist() == expected


def test_ufuncs_are_recorded(x):
    x.requires_grad_()
    y = numpy.sum(numpy.ones(3) * x * numpy.float64(2.0) + numpy.square(x))
    y.backward()
    assert x.grad.tolist() == [4, 6, 8]


def test_ufunc_outputs(x):
    out = numpy.zeros(3)
    assert numpy.add(x, 1, out=out) is out
    assert out.tolist() == [2, 3, 4]
    target = np.zeros(3)
    assert numpy.multiply(numpy.arange(3), 2.0, out=target) is target
    assert target.tolist() == [0, 2, 4]
    array = numpy.zeros(3)
    array += x
    assert array.tolist() == [1, 2, 3]


def test_ufunc_at(x):
    numpy.add.at(x, [0, 0], 1)
    assert x.tolist() == [3, 2, 3]


def test_functions(x):
    for result, expected in ((numpy.sum(x), 6), (numpy.mean(x), 2), (numpy.concatenate([x, x]), [1, 2, 3, 1, 2, 3]),
                             (numpy.where(x > 1, x, 0), [0, 2, 3]), (numpy.zeros_like(x), [0, 0, 0]),
                             (numpy.median(x), 2), (numpy.interp(1.5, x, x), 1.5), (numpy.cumsum(x), [1, 3, 6])):
        assert isinstance(result, np.Tensor)
        assert result.tolist() == expected
    assert numpy.shape(x) == (3,) and numpy.ndim(x) == 1
    assert numpy.allclose(x, x)


def test_functions_without_a_counterpart_refuse_the_tape(x):
    assert numpy.float_power.reduceat(np.array([0.0, 1.0, 2.0]), [0, 2]).tolist() == [0, 2]
    x.requires_grad_()
    with pytest.raises(RuntimeError, match="detach"):
        numpy.float_power.reduceat(x, [0, 2])


def test_ufunc_methods_are_ours(x):
    assert numpy.add.reduceat(x, [0, 2]).tolist() == [3, 3]
    assert numpy.subtract.reduce(x, keepdims=True).tolist() == [-4]
    assert numpy.ldexp.outer(x, np.array([0, 1])).tolist() == [[1, 2], [2, 4], [3, 6]]
    out = numpy.zeros(3, int)
    assert numpy.add.accumulate(x, out=out) is out and out.tolist() == [1, 3, 6]
    assert numpy.add.outer(x, x, out=numpy.zeros((3, 3))).tolist()[2] == [4, 5, 6]
    array = numpy.zeros(3)
    numpy.maximum.at(array, np.array([0, 2, 2]), x)
    assert array.tolist() == [1, 0, 3]
    x.requires_grad_()
    numpy.multiply.accumulate(x).sum().backward()
    assert x.grad.tolist() == [9, 4, 2]
    with pytest.raises(RuntimeError, match="leaf"):
        numpy.add.at(x, [0], 1)


def test_array_method(x):
    assert x.__array__().tolist() == [1, 2, 3]
    assert x.__array__(numpy.float32).dtype == numpy.float32
    assert not numpy.shares_memory(numpy.array(x, copy=True), numpy.asarray(x))
    with pytest.raises(ValueError, match="copy"):
        x.__array__(numpy.float32, copy=False)
