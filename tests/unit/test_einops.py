"""The bridge to einops: its functions take tensors, its layers are modules, gradients pass."""

import einops
import numpy
import pytest

import mltensor as np
import mltensor.einops
from mltensor import nn


@pytest.mark.parametrize("pattern, lengths", [
    ("a b c -> c (a b)", {}), ("a (b1 b2) c -> b2 a b1 c", {"b1": 2}), ("... c -> c ...", {}),
    ("a b c -> a b c 1", {})])
def test_rearranging_is_what_it_is_for_numpy(pattern, lengths, generator):
    array = generator.standard_normal((3, 4, 5))
    tensor = einops.rearrange(np.array(array), pattern, **lengths)
    assert isinstance(tensor, np.Tensor)
    numpy.testing.assert_array_equal(tensor, einops.rearrange(array, pattern, **lengths))


@pytest.mark.parametrize("reduction", ["min", "max", "sum", "mean", "prod"])
def test_reductions_have_gradients(reduction, generator):
    array = generator.standard_normal((2, 4, 6))
    tensor = np.array(array, requires_grad=True)
    reduced = einops.reduce(tensor, "a (b 2) (c 3) -> a b c", reduction)
    numpy.testing.assert_allclose(reduced.detach(), einops.reduce(array, "a (b 2) (c 3) -> a b c", reduction))
    assert np.autograd.gradcheck(lambda x: einops.reduce(x, "a (b 2) (c 3) -> a b c", reduction), (tensor,))


def test_repeating_reads_the_same_memory_until_it_is_needed_elsewhere():
    row = np.arange(3.0, requires_grad=True)
    table = einops.repeat(row, "c -> r c", r=4)
    table.sum().backward()
    numpy.testing.assert_array_equal(table.detach(), numpy.tile(numpy.arange(3.0), (4, 1)))
    assert row.grad.tolist() == [4.0, 4.0, 4.0]


def test_packing_and_einsum():
    parts = [np.ones((2, 3)), np.zeros((2, 5, 3))]
    packed, shapes = einops.pack(parts, "b * c")
    assert packed.shape == (2, 6, 3)
    first, second = einops.unpack(packed, shapes, "b * c")
    assert first.shape == (2, 3) and second.shape == (2, 5, 3)
    assert einops.einsum(parts[0], parts[0], "a c, b c -> a b").tolist() == [[3.0, 3.0], [3.0, 3.0]]


def test_layers_are_modules_that_train(generator):
    model = nn.Sequential(mltensor.einops.Rearrange("b (h w) -> b h w", h=2),
                          mltensor.einops.EinMix("b h w -> b h k", weight_shape="w k", bias_shape="k", w=3, k=4),
                          mltensor.einops.Reduce("b h k -> b k", "mean"))
    assert [tuple(one.shape) for one in model.parameters()] == [(3, 4), (1, 1, 4)]
    model(np.array(generator.standard_normal((5, 6)), dtype="float32")).sum().backward()
    assert all(one.grad is not None for one in model.parameters())
    with pytest.raises(einops.EinopsError, match="7"):
        model(np.ones((5, 7), dtype="float32"))
