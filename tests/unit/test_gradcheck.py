"""Comparing gradients with differences of values."""

import numpy
import pytest

import mltensor as np
from mltensor.autograd import Function, gradcheck, gradgradcheck
from mltensor.errors import GradientError


def leaf(*values):
    return np.array(list(values)).requires_grad_()


class Scaled(Function):
    """x**2 with a gradient that is off by a factor, and second derivatives that are off by another."""

    factor, second = 1.0, 1.0

    @classmethod
    def forward(cls, ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @classmethod
    def backward(cls, ctx, g):
        (x,) = ctx.saved_tensors
        g = g * 2 * cls.factor
        return g * (x * cls.second + x.detach() * (1 - cls.second))


def off(factor=1.0, second=1.0):
    return type("Off", (Scaled,), {"factor": factor, "second": second}).apply


def test_right_gradients_pass():
    assert gradcheck(off(), [leaf(1.0, 2.0)])
    assert gradgradcheck(off(), [leaf(1.0, 2.0)])
    assert gradcheck(lambda x: (np.sin(x), x * 2), leaf(0.5))
    assert gradcheck(lambda x, k: x ** k, [leaf(2.0), 3])


def test_wrong_gradients_are_told_with_their_place():
    with pytest.raises(GradientError, match=r"element 1, with respect to element 1 of input 0.*4\.4.*4"):
        gradcheck(lambda x: off(1.1)(x) * np.array([0.0, 1.0]), [leaf(1.0, 2.0)])
    assert not gradcheck(off(1.1), [leaf(1.0)], raise_exception=False)
    assert not gradcheck(off(1.001), [leaf(1.0)], raise_exception=False, rtol=1e-5)


def test_wrong_second_gradients_are_found():
    assert gradcheck(off(second=0.5), [leaf(1.0, 2.0)])
    assert not gradgradcheck(off(second=0.5), [leaf(1.0, 2.0)], raise_exception=False)


def test_a_result_cut_off_the_tape_is_found():
    with pytest.raises(GradientError, match="does not require a gradient but depends on input 0"):
        gradcheck(lambda x: x.detach() * 2, [leaf(1.0)])
    assert gradcheck(np.floor, [leaf(1.5)])


def test_complex_functions():
    z = np.array([1 + 2j, -0.5 + 1j]).requires_grad_()
    assert gradcheck(lambda z: z * np.conj(z), [z])
    assert gradcheck(lambda z: np.absolute(z), [z])
    assert gradgradcheck(lambda z: np.exp(z) * z, [z])
    assert not gradcheck(lambda z: z * z.detach(), [z], raise_exception=False)


def test_what_cannot_be_checked_is_refused():
    with pytest.raises(GradientError, match="no input requires a gradient"):
        gradcheck(np.sin, [np.ones(2)])
    with pytest.raises(GradientError, match="float32"):
        gradcheck(np.sin, [np.ones(2, dtype="float32").requires_grad_()])


def test_empty_inputs_and_views():
    assert gradcheck(np.sin, [np.array(numpy.zeros((0, 3))).requires_grad_()])
    x = np.array(numpy.arange(6.0).reshape(2, 3)).requires_grad_()
    assert gradcheck(lambda t: t.T[::-1] * 2, [x])
    assert x.grad is None
