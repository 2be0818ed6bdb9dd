"""Sequential, ModuleList, ModuleDict, ParameterList, Flatten, Unflatten."""

from collections import OrderedDict

import pytest

import mltensor as np
from mltensor import nn
from mltensor.errors import IndexingError


class Add(nn.Module):
    def __init__(self, amount):
        self.amount = amount

    def forward(self, x):
        return x + self.amount


def amounts(container):
    return [module.amount for module in container]


def test_sequential():
    model = nn.Sequential(Add(1), Add(2), Add(3))
    assert model(np.asarray(0)).item() == 6
    assert len(model) == 3 and model[-1].amount == 3 and amounts(model) == [1, 2, 3]
    assert amounts(model[1:]) == [2, 3] and type(model[1:]) is nn.Sequential
    model[0] = Add(10)
    model.append(Add(4)).insert(0, Add(0))
    assert amounts(model) == [0, 10, 2, 3, 4]
    del model[1]
    assert amounts(model) == [0, 2, 3, 4]
    assert [name for name, _ in model.named_children()] == ["0", "1", "2", "3"]
    model.extend([Add(5)])
    assert model(np.asarray(0)).item() == 14
    with pytest.raises(IndexingError, match="length 5"):
        model[5]


def test_sequential_with_names():
    model = nn.Sequential(OrderedDict(first=nn.Linear(2, 2), second=nn.ReLU()))
    assert [name for name, _ in model.named_parameters()] == ["first.weight", "first.bias"]
    assert model.second is model[1]
    with pytest.raises(TypeError, match="must be a Module"):
        nn.Sequential(3)


def test_module_list():
    modules = nn.ModuleList([Add(1), Add(2)])
    modules.append(Add(3)).extend([Add(4)])
    modules.insert(0, Add(0))
    modules += [Add(5)]
    assert amounts(modules) == [0, 1, 2, 3, 4, 5] and len(modules) == 6
    assert amounts(modules[::2]) == [0, 2, 4]
    assert modules.pop().amount == 5
    del modules[0]
    del modules[1:3]
    assert amounts(modules) == [1, 4]
    assert amounts(modules + nn.ModuleList([Add(9)])) == [1, 4, 9]
    assert modules[1] in modules and Add(1) not in modules
    assert [name for name, _ in modules.named_children()] == ["0", "1"]
    modules[-1] = Add(7)
    assert amounts(modules) == [1, 7]
    with pytest.raises(TypeError, match="holds Modules"):
        modules.append(3)
    with pytest.raises(IndexingError):
        modules[2]


def test_module_dict():
    modules = nn.ModuleDict({"a": Add(1)})
    modules["b"] = Add(2)
    modules.update([("c", nn.Linear(1, 1))])
    assert list(modules) == list(modules.keys()) == ["a", "b", "c"]
    assert "b" in modules and "z" not in modules and len(modules) == 3
    assert modules.pop("a").amount == 1
    del modules["b"]
    assert [name for name, _ in modules.named_parameters()] == ["c.weight", "c.bias"]
    assert [name for name, _ in modules.items()] == ["c"] and isinstance(next(iter(modules.values())), nn.Linear)
    with pytest.raises(KeyError, match="of its own"):
        modules["items"] = Add(3)
    modules.clear()
    assert len(modules) == 0


def test_parameter_list():
    values = nn.ParameterList([np.ones(2), nn.Parameter(np.zeros(1))])
    values.append(np.ones(3))
    assert [value.shape for value in values] == [(2,), (1,), (3,)]
    assert [name for name, _ in values.named_parameters()] == ["0", "1", "2"]
    assert "(0): Parameter of shape (2,), float64" in repr(values)


@pytest.mark.parametrize(("start", "end", "shape"), [
    (1, -1, (2, 60)), (0, -1, (120,)), (1, 2, (2, 12, 5)), (-2, -1, (2, 3, 20)), (2, 2, (2, 3, 4, 5))])
def test_flatten(start, end, shape):
    assert nn.Flatten(start, end)(np.zeros((2, 3, 4, 5))).shape == shape


def test_flatten_refuses_dimensions_that_are_not_there():
    with pytest.raises(IndexingError, match="dimension 1 is out of range"):
        nn.Flatten()(np.zeros(3))
    assert nn.Flatten(0)(np.asarray(1.0)).shape == (1,)
    assert nn.Flatten()(np.zeros((0, 2, 3))).shape == (0, 6)


def test_unflatten_and_identity():
    assert nn.Unflatten(1, (2, -1))(np.zeros((3, 8, 5))).shape == (3, 2, 4, 5)
    assert nn.Unflatten(-1, (5, 1))(np.zeros((3, 5))).shape == (3, 5, 1)
    x = np.zeros(2)
    assert nn.Identity(3, some="thing")(x) is x


def test_sequentials_joined_and_repeated():
    first, second = nn.Sequential(nn.Linear(1, 1), nn.ReLU()), nn.Sequential(nn.Tanh())
    assert [type(m).__name__ for m in first + second] == ["Linear", "ReLU", "Tanh"]
    assert (first + second)[0] is first[0] and len(first) == 2
    first += second
    assert isinstance(first.pop(-1), nn.Tanh) and len(first) == 2
    assert len(first * 2) == len(2 * first) == 4 and (first * 2)[2] is first[0]
    first *= 3
    assert list(first.state_dict()) == [f"{n}.{name}" for n in (0, 2, 4) for name in ("weight", "bias")]
    with pytest.raises(TypeError):
        first + nn.ReLU()
