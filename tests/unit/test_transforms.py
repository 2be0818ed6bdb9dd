"""Derivatives as functions: forward mode by two walks, pulling gradients back."""

import numpy
import pytest

import mltensor as np
import mltensor.torch as torch
from mltensor.autograd import jvp, vjp
from mltensor.errors import DeviceError, DTypeError, GradientError, ShapeError


def product(x, y):
    return x * x * y


def test_the_value_and_its_derivative_in_a_direction():
    value, slope = jvp(product, (np.array([3.0, 1.0]), np.array([2.0, 5.0])), ([1.0, 0.0], [0.0, 2.0]))
    assert value.tolist() == [18.0, 5.0]
    assert slope.tolist() == [12.0, 2.0]
    assert not value.requires_grad
    assert not slope.requires_grad


def test_one_primal_needs_no_sequence():
    value, slope = jvp(np.exp, np.array(0.0), np.array(2.0))
    assert (value.item(), slope.item()) == (1.0, 2.0)


def test_several_outputs_some_without_connection():
    def several(x, y):
        return x * y, np.ones(3), x > 1, np.floor(y)

    values, slopes = jvp(several, (2.0, 3.0), (1.0, None))
    assert [one.tolist() for one in values] == [6.0, [1.0, 1.0, 1.0], True, 3.0]
    assert [one.tolist() for one in slopes] == [3.0, [0.0, 0.0, 0.0], False, 0.0]
    assert slopes[2].dtype == bool
    _, pull = vjp(several, 2.0, 3.0)
    assert [one.item() for one in pull(1.0, None, None, 1.0)] == [3.0, 2.0]
    assert [one.item() for one in pull(2.0, np.ones(3), False, 0.0)] == [6.0, 4.0]


def test_an_input_that_is_an_output_and_one_that_is_not_used():
    assert [one.tolist() for one in jvp(lambda x, y: (x, x), (1.0, 2.0), (5.0, 7.0))[1]] == [5.0, 5.0]
    _, pull = vjp(lambda x, y: (x, x), 1.0, 2.0)
    assert [one.item() for one in pull(2.0, 3.0)] == [5.0, 0.0]


def test_derivatives_of_any_order_along_a_direction():
    def derivative(function):
        return lambda x: jvp(function, (x,), (np.ones_like(x),))[1]

    def along(function, order):
        for _ in range(order):
            function = derivative(function)
        return function

    x = np.array([0.3, -1.1])
    for order, expected in enumerate((numpy.sin, numpy.cos, lambda v: -numpy.sin(v), lambda v: -numpy.cos(v))):
        numpy.testing.assert_allclose(along(np.sin, order)(x).numpy(), expected(x.numpy()), rtol=1e-14)


def test_forward_over_backward_is_the_product_with_the_second_derivative():
    def loss(x):
        return (x ** 3).sum() * x[0]

    x, v = np.array([1.0, 2.0]), np.array([1.0, -1.0])

    def gradient(x):
        return vjp(loss, x)[1](1.0)[0]

    _, product = jvp(gradient, (x,), (v,))
    # d/dx_i of (x0³ + x1³) x0: Hessian [[12 x0², 3 x1²], [3 x1², 6 x1 x0]].
    assert product.tolist() == [12.0 - 12.0, 12.0 - 12.0]


def test_results_stay_on_the_tape_of_what_requires_a_gradient():
    weight = np.array([2.0, 3.0]).requires_grad_()
    x = np.array([1.0, 4.0])

    def layer(x):
        return (weight * x * x).sum()

    value, slope = jvp(layer, (x,), (np.ones(2),))
    assert np.grad(slope, weight, retain_graph=True)[0].tolist() == [2.0, 8.0]
    assert np.grad(value, weight)[0].tolist() == [1.0, 16.0]
    primal, tangent = x.detach().requires_grad_(), np.ones(2).requires_grad_()
    _, slope = jvp(lambda x: (x ** 3).sum(), (primal,), (tangent,))
    of_primal, of_tangent = np.grad(slope, (primal, tangent))
    assert of_primal.tolist() == [6.0, 24.0]
    assert of_tangent.tolist() == [3.0, 48.0]
    _, pull = vjp(lambda x: x ** 2, x)
    start = np.ones(2).requires_grad_()
    assert np.grad(pull(start)[0].sum(), start)[0].tolist() == [2.0, 8.0]


def test_nothing_is_left_at_the_callers_leaves_and_no_grad_is_respected():
    x = np.array([1.0, 2.0]).requires_grad_()
    jvp(np.exp, (x,), (np.ones(2),))
    vjp(np.exp, x)[1](np.ones(2))
    assert x.grad is None
    with np.no_grad():
        value, slope = jvp(np.exp, (x,), (np.ones(2),))
        assert not value.requires_grad
        assert not slope.requires_grad
        assert not np.is_grad_enabled()
    numpy.testing.assert_allclose(slope.numpy(), numpy.exp([1.0, 2.0]))


def test_complex_numbers():
    z, t = np.array([1 + 2j]), np.array([0.5 - 1j])
    assert jvp(np.square, (z,), (t,))[1].tolist() == [2 * (1 + 2j) * (0.5 - 1j)]
    assert jvp(np.conj, (z,), (t,))[1].tolist() == [0.5 + 1j]
    assert jvp(np.real, (z,), (t,))[1].tolist() == [0.5]
    assert jvp(lambda x: x * 1j, (np.array([2.0]),), (np.array([3.0]),))[1].tolist() == [3j]


@pytest.mark.parametrize(("error", "message", "primals", "tangents"), [
    (DTypeError, "primal 0 is int64", (np.array([1]),), (np.array([1]),)),
    (ShapeError, r"tangent 0 has shape \(3,\), its primal \(2,\)", (np.ones(2),), (np.ones(3),)),
    (DTypeError, "tangent 0 is float32, its primal float64", (np.ones(2),), (np.ones(2, dtype="float32"),)),
    (DTypeError, "tangent 0 is complex128, its primal float64", (np.ones(2),), (np.ones(2) * 1j,)),
    (DeviceError, "tangent 0 is on cpu:1, its primal on cpu", (np.ones(2),), (np.ones(2).to_device("cpu:1"),)),
    (GradientError, "2 primals need as many tangents, not 1", (np.ones(2), np.ones(2)), (np.ones(2),)),
    (GradientError, "at least one primal", (), ()),
])
def test_what_does_not_fit_is_refused(error, message, primals, tangents):
    with pytest.raises(error, match=message):
        jvp(lambda *x: x[0] * 1.0, primals, tangents)


def test_functions_that_give_no_tensor_are_refused():
    for bad in (lambda x: None, lambda x: 1.0, lambda x: (), lambda x: (x, 2.0)):
        with pytest.raises(TypeError, match="must give a tensor"):
            jvp(bad, (1.0,), (1.0,))
        with pytest.raises(TypeError, match="must give a tensor"):
            vjp(bad, 1.0)
    _, pull = vjp(np.exp, np.ones(2))
    with pytest.raises(ShapeError, match="cotangent 0 has shape"):
        pull(np.ones(3))
    with pytest.raises(GradientError, match="1 outputs need"):
        pull(np.ones(2), np.ones(2))


def test_a_function_that_cannot_be_differentiated_twice_says_so():
    class Once(np.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        @np.autograd.function.once_differentiable
        def backward(ctx, g):
            return g * 2

    with pytest.raises(GradientError):
        jvp(Once.apply, (1.0,), (1.0,))


def test_pytorchs_signatures():
    functional = torch.autograd.functional
    x = torch.tensor([1.0, 2.0])
    value, slope = functional.jvp(lambda x: x ** 2, x, torch.ones(2))
    assert isinstance(slope, torch.Tensor)
    assert slope.dtype == torch.float32
    assert (value.tolist(), slope.tolist()) == ([1.0, 4.0], [2.0, 4.0])
    assert functional.jvp(torch.exp, torch.tensor(0.0))[1].item() == 1.0
    value, gradients = functional.vjp(lambda x, y: (x * y).sum(), (x, x + 1))
    assert (value.item(), [one.tolist() for one in gradients]) == (8.0, [[2.0, 3.0], [1.0, 2.0]])
    assert functional.vjp(lambda x: x ** 2, x, torch.ones(2))[1].tolist() == [2.0, 4.0]
    leaf = x.clone().requires_grad_()
    assert not functional.jvp(lambda x: x ** 2, leaf, torch.ones(2))[1].requires_grad
    _, slope = functional.jvp(lambda x: x ** 3, leaf, torch.ones(2), create_graph=True)
    slope.sum().backward()
    assert leaf.grad.tolist() == [6.0, 12.0]
    for transform in (functional.jvp, functional.vjp):
        with pytest.raises(RuntimeError, match="does not depend"):
            transform(lambda x: torch.ones(2), x, torch.ones(2), strict=True)
        with pytest.raises(RuntimeError, match="depends on input 1"):
            transform(lambda x, y: x * 2, (x, x), (x, x) if transform is functional.jvp else x, strict=True)
        with pytest.raises(RuntimeError, match="v may be left out"):
            transform(lambda x: x * 2, x)
