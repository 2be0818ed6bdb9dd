"""Modules: finding parameters, state, modes, conversions."""

import copy

import numpy
import pytest

import mltensor as np
from mltensor import nn
from mltensor.errors import DTypeError, StateError


class Block(nn.Module):
    def __init__(self, width=3):
        self.scale = nn.Parameter(np.ones(width, dtype=np.float32))
        self.register_buffer("seen", np.zeros((), dtype=np.int64))
        self.register_buffer("scratch", np.zeros(2), persistent=False)
        self.inner = nn.Linear(width, 2)

    def forward(self, x):
        return self.inner(x * self.scale)


class Scattered(nn.Module):
    """Parameters in every kind of container."""

    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(2, 2), nn.Linear(2, 2, bias=False)]
        self.pair = (nn.Parameter(np.zeros(1)), "text")
        self.heads = {"a": nn.Linear(2, 1), "b": {"deep": [nn.Parameter(np.ones(2))]}}
        self.number = 3
        self.own = self.layers[0].weight


def test_parameters_are_found_in_containers_under_their_path():
    names = [name for name, _ in Scattered().named_parameters()]
    assert names == ["pair.0", "heads.b.deep.0", "own", "layers.0.bias", "layers.1.weight", "heads.a.weight",
                     "heads.a.bias"]


def test_parameters_come_in_the_order_of_their_names():
    inner, outer, root = nn.Module(), nn.Module(), nn.Module()
    inner.weight, outer.weight, root.weight = (nn.Parameter([0.0]) for _ in range(3))
    shared = [inner, nn.Linear(1, 1)]
    outer.parts, outer.last = shared, nn.Linear(1, 1)
    root.outer, root.parts, root.table = outer, shared, {"x": [root, inner.weight]}
    for model in (root, Scattered(), nn.Sequential(Block(), Block())):
        named = [value for _, value in model.named_parameters()]
        plain = list(model.parameters())
        assert len(named) == len(plain) and all(a is b for a, b in zip(named, plain, strict=True))
    assert len(list(root.parameters(recurse=False))) == 2


def test_a_shared_parameter_comes_once_but_is_saved_under_each_name():
    model = Scattered()
    assert sum(value is model.own for value in model.parameters()) == 1
    state = model.state_dict()
    assert {"own", "layers.0.weight"} <= set(state)
    assert "own" in dict(model.named_parameters(remove_duplicate=False))


def test_containers_that_hold_themselves_end():
    model = nn.Module()
    model.layers = [nn.Linear(1, 1)]
    model.layers.append(model.layers)
    model.table = {"me": model}
    assert len(list(model.parameters())) == 2
    assert len(list(model.modules())) == 2
    assert set(model.state_dict()) == {"layers.0.weight", "layers.0.bias"}


def test_a_module_works_without_calling_the_constructor_of_the_base():
    assert Block().training
    assert set(Block().state_dict()) == {"scale", "seen", "inner.weight", "inner.bias"}


def test_children_modules_and_buffers():
    model = nn.Sequential(Block(), nn.Identity())
    assert [name for name, _ in model.named_children()] == ["0", "1"]
    assert [name for name, _ in model.named_modules()] == ["", "0", "0.inner", "1"]
    assert [name for name, _ in model.named_buffers()] == ["0.seen", "0.scratch"]
    assert len(list(model.buffers())) == 2
    assert model.get_submodule("0.inner") is model[0].inner
    assert model.get_submodule("") is model
    assert model.get_parameter("0.inner.bias") is model[0].inner.bias
    with pytest.raises(AttributeError, match=r"'0\.outer'.*'0\.inner'"):
        model.get_submodule("0.outer")


def test_register():
    model = nn.Module()
    model.register_parameter("weight", nn.Parameter(np.ones(2)))
    model.register_parameter("bias", None)
    model.register_module("layer", nn.Linear(1, 1))
    model.add_module("nothing", None)
    assert [name for name, _ in model.named_parameters()] == ["weight", "layer.weight", "layer.bias"]
    with pytest.raises(TypeError, match="must be a Parameter"):
        model.register_parameter("other", np.ones(2))
    with pytest.raises(TypeError, match="must be a Module"):
        model.register_module("other", np.ones(2))
    with pytest.raises(TypeError, match="must be a tensor"):
        model.register_buffer("other", [1])
    with pytest.raises(KeyError, match=r"without '\.'"):
        model.register_buffer("a.b", None)
    with pytest.raises(KeyError, match="of its own"):
        model.register_module("forward", nn.Identity())


def test_state_round_trip():
    first, second = Block(), Block()
    first.seen[...] = 7
    result = second.load_state_dict({name: value.numpy() for name, value in first.state_dict().items()})
    assert result.missing_keys == [] and result.unexpected_keys == []
    for name, value in first.state_dict().items():
        assert np.all(second.state_dict()[name] == value)
    assert second.scale.requires_grad


def test_state_shares_memory_and_keeps_no_gradient():
    model = nn.Linear(2, 1)
    state = model.state_dict()
    state["bias"][...] = 5
    assert float(model.bias.detach()[0]) == 5
    assert not state["bias"].requires_grad
    assert model.state_dict(prefix="p.", keep_vars=True)["p.bias"] is model.bias


def test_a_state_that_does_not_fit_is_refused_as_a_whole():
    model = Block()
    before = model.scale.detach().copy()
    state = model.state_dict()
    wrong = {"scale": np.zeros(4), "seen": state["seen"], "inner.weight": state["inner.weight"], "more": np.zeros(1)}
    with pytest.raises(StateError) as caught:
        model.load_state_dict(wrong)
    text = str(caught.value)
    assert "missing: inner.bias" in text and "unexpected: more" in text
    assert "scale has shape (4,) in the state, (3,) in the model" in text
    assert np.all(model.scale == before)
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, RuntimeError)


def test_not_strict_still_wants_the_shapes():
    model = Block()
    result = model.load_state_dict({"scale": np.full(3, 2.0), "more": np.zeros(1)}, strict=False)
    assert result.unexpected_keys == ["more"]
    assert result.missing_keys == ["inner.weight", "inner.bias", "seen"] or set(result.missing_keys) == {
        "inner.weight", "inner.bias", "seen"}
    assert model.scale.detach().tolist() == [2, 2, 2]
    with pytest.raises(StateError):
        model.load_state_dict({"scale": np.zeros(4)}, strict=False)


def test_assign_takes_the_dtype_over():
    model = nn.Linear(2, 1)
    weight = model.weight
    model.load_state_dict({"weight": np.ones((1, 2)), "bias": np.zeros(1)}, assign=True)
    assert model.weight is weight and weight.dtype == np.float64 and weight.requires_grad


def test_train_and_eval_reach_everything():
    model = nn.Sequential(nn.Dropout(), nn.Sequential(nn.Dropout()))
    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    model.train()
    assert all(module.training for module in model.modules())


def test_apply_goes_from_the_inside_out():
    model = nn.Sequential(nn.Linear(1, 1), nn.ReLU())
    called = []
    model.apply(lambda module: called.append(type(module).__name__))
    assert called == ["Linear", "ReLU", "Sequential"]


def test_conversion_keeps_the_parameter_objects():
    model = Block()
    scale = model.scale
    np.sum(model(np.ones((2, 3), dtype=np.float32))).backward()
    model.double()
    assert model.scale is scale and scale.dtype == np.float64 and scale.grad.dtype == np.float64
    assert model.seen.dtype == np.int64
    assert scale.requires_grad and scale.is_leaf
    assert model(np.ones((2, 3))).dtype == np.float64
    model.to(np.float32)
    assert scale.dtype == np.float32
    model.half()
    assert model.inner.weight.dtype == np.float16
    with pytest.raises(DTypeError, match="floating"):
        model.to(np.int64)


def test_conversion_leaves_arrays_that_share_the_old_memory_alone():
    model = nn.Linear(2, 2)
    model.requires_grad_(False)
    array = numpy.asarray(model.weight)
    values = array.copy()
    model.double()
    filler = [np.full((2, 2), 9.0, dtype=np.float32) for _ in range(100)]
    assert numpy.array_equal(array, values) and filler


def test_move_to_another_device():
    model = nn.Linear(2, 2).to("cpu:1")
    assert str(model.weight.device) == "cpu:1"
    assert str(model.to(np.zeros(1, dtype=np.float64)).weight.device) == "cpu"
    assert model.weight.dtype == np.float64
    assert str(model.to("cpu:1").cpu().weight.device) == "cpu"


def test_zero_grad_and_requires_grad():
    model = nn.Linear(2, 1)
    np.sum(model(np.ones((1, 2)))).backward()
    assert model.weight.grad is not None
    model.zero_grad(set_to_none=False)
    assert model.weight.grad.tolist() == [[0, 0]]
    model.zero_grad()
    assert model.weight.grad is None
    assert model.requires_grad_(False) is model
    assert not any(value.requires_grad for value in model.parameters())


def test_deep_copies_are_independent():
    model = Block()
    again = copy.deepcopy(model)
    again.scale.detach()[...] = 9
    assert model.scale.detach().tolist() == [1, 1, 1]
    assert isinstance(again.scale, nn.Parameter) and again.scale.requires_grad
    assert set(again.state_dict()) == set(model.state_dict())


def test_repr_has_pytorchs_form():
    model = nn.Sequential(nn.Flatten(), nn.Sequential(nn.Linear(4, 2), nn.ReLU()))
    assert repr(model) == """Sequential(
  (0): Flatten(start_dim=1, end_dim=-1)
  (1): Sequential(
    (0): Linear(in_features=4, out_features=2, bias=True)
    (1): ReLU()
  )
)"""


def test_a_parameter_is_a_tensor_whose_results_are_plain():
    parameter = nn.Parameter([1, 2])
    assert parameter.dtype == np.float32 and parameter.requires_grad and parameter.is_leaf
    assert type(parameter * 2) is np.Tensor and type(parameter.detach()) is np.Tensor
    assert repr(parameter).startswith("Parameter containing:\ntensor([1., 2.]")
    assert nn.Parameter(numpy.ones(2)).dtype == np.float64
    assert not nn.Parameter(np.ones(2), requires_grad=False).requires_grad
    data = np.zeros(2)
    nn.Parameter(data).detach()[...] = 1
    assert data.tolist() == [1, 1]


def test_default_dtype_of_parameters():
    try:
        nn.set_default_dtype("float64")
        assert nn.Linear(1, 1).weight.dtype == np.float64
    finally:
        nn.set_default_dtype("float32")
    with pytest.raises(TypeError, match="floating"):
        nn.set_default_dtype("int32")
