"""Devices: names, moves, tensors that must not mix, gradients that cross."""

import copy
import pickle

import numpy
import pytest

import mltensor as np
from mltensor.errors import DeviceError


def test_device_objects():
    first, second = np.device("cpu"), np.device("cpu:1")
    assert first == np.device("cpu", 0) == np.device("cpu:0") == "cpu"
    assert first != second
    assert second == np.device("cpu", 1) == "cpu:1"
    assert str(second) == "cpu:1"
    assert repr(second) == "device(type='cpu', index=1)"
    assert len({first, second, np.device("cpu:0")}) == 2
    assert (second.type, second.index) == ("cpu", 1)
    assert np.device(second) == second
    assert pickle.loads(pickle.dumps(second)) == second
    assert copy.deepcopy(second) == second
    assert [str(device) for device in np.devices()] == ["cpu", "cpu:1"]
    assert (first == 3) is False


@pytest.mark.parametrize("spec", ["tpu", "cpu:7", "cuda", "cuda:0", "cpu:-1", "cpu:x", ""])
def test_unknown_devices_are_refused_where_tensors_would_go(spec):
    with pytest.raises(DeviceError):
        np.zeros(2, device=spec)
    with pytest.raises(DeviceError):
        np.zeros(2).to(spec)


def test_creation_on_a_device():
    made = [np.zeros(2, device="cpu:1"), np.ones((2,), device="cpu:1"), np.full((2,), 3.0, device="cpu:1"),
            np.empty(2, device="cpu:1"), np.arange(3, device="cpu:1"),
            np.linspace(0, 1, 3, device="cpu:1"),
            np.eye(2, device="cpu:1"), np.asarray([1, 2], device="cpu:1"), np.array([1, 2], device=np.device("cpu:1"))]
    assert {str(x.device) for x in made} == {"cpu:1"}
    for x in made:
        assert str(np.zeros_like(x).device) == "cpu:1"
        assert str(np.ones_like(x, device="cpu").device) == "cpu"


def test_results_stay_on_the_device_of_their_operands():
    x = np.ones((2, 3), device="cpu:1")
    results = [x + 1, x + x, np.exp(x), x.sum(), x[0], x[[0]], x @ x.T, x.reshape(6), x.T, x > 0,
               np.concat([x, x]), np.where(x > 0, x, 0.0), np.sort(x), np.argmax(x), x.astype("float32"), x.copy(),
               np.softmax(x),
               x.detach(),
               np.cumsum(x), np.take(x, [0]), np.pad(x, 1), np.tile(x, 2), x.var(), *np.split(x, 2),
               np.einsum("ij->j", x)]
    assert {str(result.device) for result in results} == {"cpu:1"}
    x += 1
    x[0] = 5
    assert str(x.device) == "cpu:1"


def test_moving_there_and_back():
    x = np.arange(4.0)
    y = x.to("cpu:1")
    assert y.tolist() == x.tolist()
    assert not np.shares_memory(x, y)
    assert x.to("cpu") is x
    assert y.to_device("cpu:1") is y
    assert str(y.to_device("cpu").device) == "cpu"
    z = x.to("cpu:1", "float32")
    assert z.dtype == np.float32
    assert str(z.device) == "cpu:1"
    assert numpy.asarray(y).tolist() == x.tolist()


@pytest.mark.parametrize("mix", [
    lambda a, b: a + b, lambda a, b: a @ b, lambda a, b: np.where(a > 0, a, b), lambda a, b: np.concat([a, b]),
    lambda a, b: np.stack([a, b]), lambda a, b: a.__iadd__(b), lambda a, b: np.add(a, a, out=b),
    lambda a, b: np.maximum(a, b), lambda a, b: a == b, lambda a, b: np.take(a, b.astype("int64")),
    lambda a, b: np.addcmul(a, a, b), lambda a, b: a.__setitem__([0, 1, 2], b),
    lambda a, b: np.sum(a, out=b[0]), lambda a, b: a[b > 0], lambda a, b: a.__setitem__(b > 0, 1.0),
    lambda a, b: np.exp(a, where=b > 0),
    lambda a, b: np.sum(a, where=b > 0), lambda a, b: a[b.astype("int64")]],
    ids=["add", "matmul", "where", "concat", "stack", "in place", "out", "maximum", "equal", "take", "addcmul",
         "assign", "sum out", "mask", "mask assign", "where=", "sum where=", "index"])
def test_tensors_of_two_devices_do_not_mix(mix):
    a, b = np.ones(3), np.ones(3, device="cpu:1")
    with pytest.raises(DeviceError, match=r"cpu.*cpu:1|cpu:1.*cpu"):
        mix(a, b)


def test_a_copy_and_a_plain_assignment_move_the_value():
    a, b = np.zeros(3), np.arange(3.0, device="cpu:1").requires_grad_()
    c = np.zeros(3)
    c.copy_(b)
    a[1:] = b[1:] * 2
    assert a.tolist() == [0, 2, 4]
    assert c.tolist() == [0, 1, 2]
    assert {str(x.device) for x in (a, c)} == {"cpu"}
    (a + c).sum().backward()
    assert b.grad.tolist() == [1, 3, 3]
    assert str(b.grad.device) == "cpu:1"


def test_what_is_no_tensor_goes_where_the_tensor_is():
    x = np.ones(2, device="cpu:1")
    results = [x * 2 + 1.5, np.maximum(0, x), x - [1, 2], [1, 2] - x, x * numpy.ones(2), numpy.ones(2) * x,
               x + numpy.float64(1),
               np.where(x > 0, 0.0, x), np.where(x > 0, [1, 2], x), np.concat([[1.0], x]), np.matmul([1, 2], x),
               np.where([True, False], x, 1), np.searchsorted([1, 2, 3], x), x[[0, 1]], x[numpy.array([0])],
               x.max(initial=3)]
    assert {str(result.device) for result in results} == {"cpu:1"}


def test_gradients_cross_devices():
    x = np.array([1.0, 2.0]).requires_grad_()
    there = x.to("cpu:1")
    w = np.array([3.0, 4.0], device="cpu:1").requires_grad_()
    back = (there * w).to("cpu")
    (back * back).sum().backward()
    assert str(x.grad.device) == "cpu"
    assert str(w.grad.device) == "cpu:1"
    assert x.grad.tolist() == [2 * 3 * 3.0, 2 * 8 * 4.0]
    assert w.grad.tolist() == [2 * 3 * 1.0, 2 * 8 * 2.0]
    (g,) = np.grad((x.to("cpu:1") ** 3).sum(), x, create_graph=True)
    (h,) = np.grad(g.sum(), x)
    assert h.tolist() == [6.0, 12.0]
