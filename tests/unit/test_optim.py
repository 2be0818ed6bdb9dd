"""Optimisers against the formulas of their papers, one array at a time."""

import copy

import numpy
import pytest

import mltensor as np
from mltensor import nn, optim
from mltensor.errors import StateError, UnsupportedError

SHAPES = [(7, 5), (5,), (), (0, 3), (300, 130)]


def sgd(p, g, s, t, lr=0.1, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False):
    g = (-g if maximize else g) + weight_decay * p
    if momentum:
        s["b"] = g if t == 1 else momentum * s["b"] + (1 - dampening) * g
        g = g + momentum * s["b"] if nesterov else s["b"]
    return p - lr * g


def adam(p, g, s, t, lr=0.1, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, maximize=False, shrink=0):
    g = (-g if maximize else g) + weight_decay * p
    p = p * (1 - lr * shrink)
    s["m"] = betas[0] * s.get("m", 0) + (1 - betas[0]) * g
    s["v"] = betas[1] * s.get("v", 0) + (1 - betas[1]) * g * g
    v = s["v"]
    if amsgrad:
        s["x"] = v = numpy.maximum(s.get("x", 0), v)
    return p - lr * s["m"] / (1 - betas[0]**t) / (numpy.sqrt(v / (1 - betas[1]**t)) + eps)


def adamw(p, g, s, t, weight_decay=0.01, **options):
    return adam(p, g, s, t, shrink=weight_decay, **options)


def rmsprop(p, g, s, t, lr=0.1, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False, maximize=False):
    g = (-g if maximize else g) + weight_decay * p
    s["v"] = alpha * s.get("v", 0) + (1 - alpha) * g * g
    v = s["v"]
    if centered:
        s["m"] = alpha * s.get("m", 0) + (1 - alpha) * g
        v = v - s["m"]**2
    step = g / (numpy.sqrt(v) + eps)
    if momentum:
        s["b"] = step = momentum * s.get("b", 0) + step
    return p - lr * step


CASES = [
    (optim.SGD, sgd, {}), (optim.SGD, sgd, {"weight_decay": 0.1, "maximize": True}),
    (optim.SGD, sgd, {"momentum": 0.9}), (optim.SGD, sgd, {"momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    (optim.SGD, sgd, {"momentum": 0.9, "nesterov": True}),
    (optim.SGD, sgd, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.2}),
    (optim.Adam, adam, {}), (optim.Adam, adam, {"weight_decay": 0.1, "betas": (0.5, 0.7), "eps": 0.01}),
    (optim.Adam, adam, {"amsgrad": True, "maximize": True}),
    (optim.Adam, adam, {"amsgrad": True, "weight_decay": 0.1}),
    (optim.AdamW, adamw, {}), (optim.AdamW, adamw, {"weight_decay": 0.3, "amsgrad": True}),
    (optim.RMSprop, rmsprop, {}), (optim.RMSprop, rmsprop, {"momentum": 0.5, "weight_decay": 0.1}),
    (optim.RMSprop, rmsprop, {"centered": True, "alpha": 0.6}),
    (optim.RMSprop, rmsprop, {"centered": True, "momentum": 0.5, "maximize": True}),
]


def with_gradient(parameter, gradient):
    parameter.grad = np.asarray(numpy.array(gradient, dtype=parameter.dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("make", "formula", "options"), CASES)
def test_five_steps(make, formula, options, dtype):
    random = numpy.random.default_rng(0)
    values = [random.normal(size=shape) for shape in SHAPES]
    parameters = [nn.Parameter(np.asarray(value.astype(dtype))) for value in values]
    states = [{} for _ in values]
    optimizer = make(parameters, lr=0.1, **options)
    for t in range(1, 6):
        gradients = [random.normal(size=shape) for shape in SHAPES]
        for parameter, gradient in zip(parameters, gradients, strict=True):
            with_gradient(parameter, gradient)
        versions = [parameter.version for parameter in parameters]
        optimizer.step()
        assert all(parameter.version > version for parameter, version in zip(parameters, versions, strict=True))
        values = [formula(p, g, s, t, lr=0.1, **options)
                  for p, g, s in zip(values, gradients, states, strict=True)]
    tolerance = {"float32": 2e-4, "float64": 1e-10}[dtype]
    for parameter, value in zip(parameters, values, strict=True):
        assert parameter.detach().numpy() == pytest.approx(value, rel=tolerance, abs=tolerance)


@pytest.mark.parametrize("make", [lambda p: optim.SGD(p, momentum=0.9), optim.Adam, optim.RMSprop])
def test_the_bits_do_not_depend_on_the_threads(make):
    random = numpy.random.default_rng(1)
    value, gradient = random.normal(size=(400, 301)), random.normal(size=(400, 301))
    results = []
    threads = np.get_num_threads()
    try:
        for count in (1, 2, 3):
            np.set_num_threads(count)
            parameters = [nn.Parameter(np.asarray(value.copy())), nn.Parameter(np.asarray(value[3].copy()))]
            optimizer = make(parameters)
            for parameter, g in zip(parameters, (gradient, gradient[5]), strict=True):
                with_gradient(parameter, g)
            optimizer.step()
            optimizer.step()
            results.append([parameter.detach().numpy().tobytes() for parameter in parameters])
    finally:
        np.set_num_threads(threads)
    assert results[0] == results[1] == results[2]


def test_parameters_without_a_gradient_stay():
    first, second = nn.Parameter([1.0]), nn.Parameter([1.0])
    optimizer = optim.Adam([first, second], lr=0.5)
    with_gradient(first, [1.0])
    optimizer.step()
    assert second.detach().tolist() == [1] and first.detach().tolist() != [1]
    assert list(optimizer.state) == [first] and optimizer.state[first]["step"] == 1
    with_gradient(second, [1.0])
    optimizer.step()
    assert optimizer.state[first]["step"] == 2 and optimizer.state[second]["step"] == 1


def test_parameters_and_gradients_with_any_strides():
    base = np.asarray(numpy.arange(12.0).reshape(3, 4))
    turned = nn.Parameter(base.T[::-1])
    turned.grad = np.asarray(numpy.arange(12.0).reshape(3, 4)).T[::-1]
    optimizer = optim.SGD([turned], lr=0.5, momentum=0.9)
    optimizer.step()
    assert base.tolist() == (numpy.arange(12.0).reshape(3, 4) / 2).tolist()
    constant = nn.Parameter(np.zeros((2, 3)))
    constant.grad = np.broadcast_to(np.ones(()), (2, 3))
    optim.SGD([constant], lr=1).step()
    assert constant.detach().tolist() == [[-1] * 3] * 2


def test_complex_parameters_step_as_pairs():
    parameter = nn.Parameter(np.asarray([1 + 2j, 3j]))
    parameter.grad = np.asarray([1 + 1j, 2 - 1j])
    optim.SGD([parameter], lr=0.5).step()
    assert parameter.detach().tolist() == [0.5 + 1.5j, -1 + 3.5j]


@pytest.mark.parametrize("make", [optim.SGD, optim.Adam, optim.AdamW, optim.RMSprop])
def test_half_precision_is_computed_in_single(make):
    start = np.asarray([[1.0, -2.0], [0.5, 3.0]])
    half, single = (nn.Parameter(start.astype(dtype)) for dtype in ("float16", "float32"))
    half_optimizer, single_optimizer = (make([parameter], lr=0.25) for parameter in (half, single))
    for _ in range(3):
        # The square of this gradient is zero in half precision.
        half.grad = np.full((2, 2), 2.0**-13, dtype=np.float16).T
        single.grad = np.full((2, 2), 2.0**-13, dtype=np.float32)
        half_optimizer.step()
        single_optimizer.step()
        half_optimizer.load_state_dict(half_optimizer.state_dict())
    assert half.dtype == np.float16
    assert np.allclose(half.detach(), single.detach(), rtol=2e-3, atol=2e-3)


def test_momentum_of_zero_keeps_nothing_of_earlier_gradients():
    parameter = nn.Parameter([0.0])
    optimizer = optim.Adam([parameter], betas=(0.0, 0.0))
    for gradient in (0.3, 1.5099831e-05):
        parameter.grad = np.asarray([gradient], dtype=np.float32)
        optimizer.step()
    assert optimizer.state[parameter]["exp_avg"].item() == np.float32(1.5099831e-05)


def test_groups_have_their_own_settings():
    first, second, third = (nn.Parameter([1.0]) for _ in range(3))
    optimizer = optim.SGD([{"params": [first], "lr": 1.0}, {"params": second}], lr=0.5)
    optimizer.add_param_group({"params": [third], "weight_decay": 1.0})
    for parameter in (first, second, third):
        with_gradient(parameter, [1.0])
    optimizer.step()
    assert [p.detach().item() for p in (first, second, third)] == [0, 0.5, 0]
    assert "Parameter Group 2" in repr(optimizer) and "weight_decay: 1.0" in repr(optimizer)


def test_named_parameters_are_taken():
    layer = nn.Linear(1, 1)
    optimizer = optim.Adam(layer.named_parameters())
    assert optimizer.param_groups[0]["params"][0] is layer.weight
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]


def test_zero_grad():
    parameter = nn.Parameter([1.0, 2.0])
    optimizer = optim.SGD([parameter])
    with_gradient(parameter, [3.0, 4.0])
    optimizer.zero_grad(set_to_none=False)
    assert parameter.grad.tolist() == [0, 0]
    optimizer.zero_grad()
    assert parameter.grad is None


def test_closure():
    parameter = nn.Parameter([3.0])
    optimizer = optim.SGD([parameter], lr=0.25)

    def closure():
        optimizer.zero_grad()
        loss = np.sum(parameter * parameter)
        loss.backward()
        return loss

    with np.no_grad():
        assert optimizer.step(closure).item() == 9
    assert parameter.detach().item() == 1.5


@pytest.mark.parametrize("make", [lambda p: optim.SGD(p, momentum=0.9), lambda p: optim.Adam(p, amsgrad=True),
                                  lambda p: optim.RMSprop(p, momentum=0.5, centered=True)])
def test_training_goes_on_from_a_saved_state(make):
    def train(parameter, optimizer, steps):
        for k in range(steps):
            with_gradient(parameter, [1.0 + k, -2.0])
            optimizer.step()

    parameter = nn.Parameter([1.0, 2.0])
    optimizer = make([parameter])
    train(parameter, optimizer, 3)
    state = copy.deepcopy(optimizer.state_dict())
    again = nn.Parameter(parameter.detach().copy())
    second = make([again])
    second.load_state_dict(state)
    train(parameter, optimizer, 3)
    train(again, second, 3)
    assert again.detach().tolist() == parameter.detach().tolist()
    assert state["param_groups"][0]["params"] == [0]


def test_states_that_do_not_fit():
    parameter = nn.Parameter([1.0])
    optimizer = optim.Adam([parameter])
    with_gradient(parameter, [1.0])
    optimizer.step()
    state = optimizer.state_dict()
    with pytest.raises(StateError, match=r"groups of \[1\].*groups of \[2\]"):
        optim.Adam([nn.Parameter([1.0]), nn.Parameter([1.0])]).load_state_dict(state)
    with pytest.raises(StateError, match=r"shape \(1,\), its parameter \(3,\)"):
        optim.Adam([nn.Parameter([1.0, 2, 3])]).load_state_dict(state)


def test_a_model_may_change_its_dtype_between_steps():
    layer = nn.Linear(2, 1)
    optimizer = optim.Adam(layer.parameters())
    for dtype in (np.float32, np.float64):
        layer.to(dtype)
        optimizer.zero_grad()
        np.sum(layer(np.ones((1, 2)))).backward()
        optimizer.step()
    assert optimizer.state[layer.weight]["exp_avg"].dtype == np.float64
    assert optimizer.state[layer.weight]["step"] == 2


def test_refusals():
    parameter = nn.Parameter([1.0])
    with pytest.raises(ValueError, match="got no parameters"):
        optim.SGD([])
    with pytest.raises(TypeError, match=r"write \[parameter\]"):
        optim.SGD(parameter)
    with pytest.raises(ValueError, match="twice"):
        optim.SGD([parameter, parameter])
    with pytest.raises(ValueError, match="not a leaf"):
        optim.SGD([parameter * 2])
    with pytest.raises(TypeError, match="not int"):
        optim.SGD([3])
    with pytest.raises(TypeError, match="order"):
        optim.SGD([{"params": {parameter}}])
    with pytest.raises(ValueError, match="invalid lr: -1"):
        optim.Adam([parameter], lr=-1)
    with pytest.raises(ValueError, match="invalid betas"):
        optim.Adam([parameter], betas=(0.9, 1.0))
    with pytest.raises(ValueError, match="nesterov"):
        optim.SGD([parameter], nesterov=True)
    with pytest.raises(UnsupportedError, match="differentiable"):
        optim.SGD([parameter], differentiable=True)


@pytest.mark.parametrize("maximize", [False, True])
@pytest.mark.parametrize("max_norm", [0.5, 1000.0])
@pytest.mark.parametrize("settings", [("SGD", {"momentum": 0.9}), ("SGD", {"weight_decay": 0.1}), ("Adam", {}),
                                      ("AdamW", {"amsgrad": True}), ("RMSprop", {"centered": True})])
def test_a_step_that_clips_and_forgets_is_three_calls_in_one(settings, max_norm, maximize):
    """The same bits as clip_grad_norm_, step, zero_grad; over two groups and two precisions."""
    name, options = settings
    numbers = numpy.random.default_rng(5)
    starts = [numbers.normal(size=shape).astype(dtype) for shape, dtype in
              (((40, 30), "float32"), ((7,), "float64"), ((3, 3), "float32"))]
    slopes = [[numbers.normal(size=start.shape).astype(start.dtype) for start in starts] for _ in range(3)]
    results = []
    for at_once in (False, True):
        params = [np.asarray(start.copy()).requires_grad_() for start in starts]
        optimizer = getattr(optim, name)([{"params": params[:1]}, {"params": params[1:], "lr": 0.02}], lr=0.01,
                                         maximize=maximize, **options)
        for slope in slopes:
            for param, gradient in zip(params, slope, strict=True):
                param.grad = np.asarray(gradient.copy())
            if at_once:
                assert optimizer.step(lambda: 3.5, max_norm=max_norm, zero_grad=True) == 3.5
            else:
                nn.utils.clip_grad_norm_(params, max_norm)
                optimizer.step()
                optimizer.zero_grad()
            assert all(param.grad is None for param in params)
        results.append([numpy.asarray(param.detach()) for param in params])
    for separate, together in zip(*results, strict=True):
        numpy.testing.assert_array_equal(separate, together)


def test_a_step_that_clips_leaves_the_gradients_alone():
    param = np.asarray([3.0, 4.0]).requires_grad_()
    param.grad = np.asarray([30.0, 40.0])
    optim.SGD([param], lr=1.0).step(max_norm=5.0)
    assert param.grad.tolist() == [30.0, 40.0]
    numpy.testing.assert_allclose(numpy.asarray(param.detach()), [0.0, 0.0], atol=1e-6)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_step_that_cannot_be_clipped_changes_nothing(value):
    param = np.asarray([3.0, 4.0]).requires_grad_()
    param.grad = np.asarray([1.0, value])
    optimizer = optim.Adam([param])
    with pytest.raises(ValueError, match=r"the norm of the gradients is .*; no parameter was changed"):
        optimizer.step(max_norm=5.0, zero_grad=True)
    assert param.tolist() == [3.0, 4.0]
    assert param.grad is not None
    assert not optimizer.state
    with pytest.raises(ValueError, match="invalid max_norm: -1"):
        optimizer.step(max_norm=-1.0)
