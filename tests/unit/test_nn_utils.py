"""Clipping of gradients, and parameters as one vector."""

import numpy
import pytest

import mltensor as np
from mltensor import nn
from mltensor.errors import ShapeError
from mltensor.nn import utils


def parameters(dtype="float64", sizes=((3, 4), (5,), (200, 301), (0,))):
    random = numpy.random.default_rng(0)
    found = []
    for shape in sizes:
        parameter = nn.Parameter(np.zeros(shape, dtype=dtype))
        parameter.grad = np.asarray(random.normal(size=shape).astype(dtype))
        found.append(parameter)
    return [*found, nn.Parameter([1.0])]


def gathered(found):
    return numpy.concatenate([p.grad.numpy().ravel() for p in found if p.grad is not None]).astype("float64")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("order", [1, 2, 3.5, float("inf")])
def test_norm_and_clipping(order, dtype):
    found = parameters(dtype)
    before = gathered(found)
    norm = numpy.linalg.norm(before, order)
    total = utils.clip_grad_norm_(found, norm / 2, order)
    assert total.shape == () and total.dtype == dtype
    assert total.item() == pytest.approx(norm, rel=1e-4 if dtype == "float32" else 1e-10)
    assert gathered(found) == pytest.approx(before / 2, rel=1e-4)
    again = gathered(found)
    utils.clip_grad_norm_(iter(found), 2 * norm, order)
    assert numpy.array_equal(gathered(found), again)


def test_a_single_parameter_mixed_dtypes_and_strides():
    found = parameters("float32")
    found[0].grad = np.asarray(numpy.ones((4, 3), dtype="float32")).T
    assert utils.clip_grad_norm_(found[0], 1e9).item() == pytest.approx(12**0.5)
    both = [*found, *parameters("float64")]
    assert utils.get_total_norm([p.grad for p in both if p.grad is not None]).item() == pytest.approx(
        numpy.linalg.norm(gathered(both)), rel=1e-6)
    assert utils.clip_grad_norm_([nn.Parameter([1.0])], 1).item() == 0


@pytest.mark.parametrize("order", [2, float("inf")])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_norms_that_are_not_finite(order, value):
    found = parameters(sizes=((3,), (20000,)))
    found[1].grad[11111] = value
    total = utils.get_total_norm([p.grad for p in found[:2]], order)
    assert numpy.isnan(total.item()) if value != value else total.item() == value
    with pytest.raises(ValueError, match="overflowed, or is NaN"):
        utils.clip_grad_norm_(found, 1, order, error_if_nonfinite=True)


def test_the_norm_has_the_same_bits_at_any_thread_count():
    found = [p.grad for p in parameters(sizes=((300, 301), (70000,)))[:2]]
    totals = set()
    for threads in (1, 2, 3):
        np.set_num_threads(threads)
        totals.add(utils.get_total_norm(found).item())
    assert len(totals) == 1


def test_clipping_of_values():
    found = parameters()
    before = gathered(found)
    utils.clip_grad_value_(found, 0.5)
    assert numpy.array_equal(gathered(found), before.clip(-0.5, 0.5))


def test_vectors():
    layer = nn.Linear(3, 2)
    vector = utils.parameters_to_vector(layer.parameters())
    assert vector.shape == (8,) and vector.requires_grad
    utils.vector_to_parameters(numpy.arange(8.0), layer.parameters())
    assert layer.weight.detach().tolist() == [[0, 1, 2], [3, 4, 5]] and layer.bias.detach().tolist() == [6, 7]
    with pytest.raises(ShapeError, match=r"8 elements together, the vector has shape \(7,\)"):
        utils.vector_to_parameters(numpy.arange(7.0), layer.parameters())
