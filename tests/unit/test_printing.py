"""repr, str and format of tensors."""

import numpy
import pytest

import mltensor as np

REPRESENTATIONS = [
    ([1.0, 2.5], "tensor([1.0000, 2.5000])"),
    ([[1.0, 2], [3, 4]], "tensor([[1., 2.],\n        [3., 4.]])"),
    ([1e-5, 1.0], "tensor([1.0000e-05, 1.0000e+00])"),
    ([1.0, 2000.0], "tensor([1.0000e+00, 2.0000e+03])"),
    ([1.5, float("nan"), float("inf")], "tensor([1.5000,    nan,    inf])"),
    ([0.0, 0.0], "tensor([0., 0.])"),
    (3.5, "tensor(3.5000)"),
    (7, "tensor(7)"),
    ([True, False], "tensor([ True, False])"),
    ([1, -20], "tensor([  1, -20])"),
    ([-1.5, 2.5], "tensor([-1.5000,  2.5000])"),
    (numpy.zeros((0, 3)), "tensor([], size=(0, 3))"),
    ([], "tensor([])"),
    (numpy.zeros(0, "i8"), "tensor([], dtype=int64)"),
    (numpy.float32([1, 2]), "tensor([1., 2.], dtype=float32)"),
    (numpy.uint8([1, 2]), "tensor([1, 2], dtype=uint8)"),
    ([1 + 2.5j, -1.5j], "tensor([1.+2.5000j, -0.-1.5000j])"),
    (numpy.zeros((2, 1, 2)), "tensor([[[0., 0.]],\n\n        [[0., 0.]]])"),
    (numpy.arange(1001), "tensor([   0,    1,    2,  ...,  998,  999, 1000])"),
    (numpy.full((1, 1), 0.1), "tensor([[0.1000]])"),
]


@pytest.mark.parametrize("value, text", REPRESENTATIONS, ids=lambda v: str(v)[:20])
def test_repr(value, text):
    assert repr(np.asarray(value)) == text


def test_large_matrices_are_summarised():
    lines = repr(np.arange(10000).reshape(100, 100)).split("\n")
    assert lines[0] == "tensor([[   0,    1,    2,  ...,   97,   98,   99],"
    assert lines[3] == "        ...,"
    assert len(lines) == 7


def test_long_rows_are_wrapped():
    text = repr(np.arange(40) * 1.25)
    assert all(len(line) <= 80 for line in text.split("\n"))
    assert text.split("\n")[1].startswith("        10.0000, ")


def test_notes():
    assert repr(np.zeros(1, device="cpu:1")) == "tensor([0.], device='cpu:1')"
    x = np.array([1.0, 2.0], requires_grad=True)
    assert repr(x) == "tensor([1., 2.], requires_grad=True)"
    assert repr(x * x) == "tensor([1., 4.], grad_fn=<MulBackward>)"
    assert repr(np.exp(x * 0)) == "tensor([1., 1.], grad_fn=<ExpBackward>)"
    assert repr(np.zeros(20, dtype="f4", requires_grad=True)).endswith(
        "\n       dtype=float32, requires_grad=True)")


def test_str_is_in_numpys_brackets():
    assert str(np.asarray([1.0, 2.5])) == "[1.0000 2.5000]"
    assert str(np.asarray([[1, 2], [3, 4]])) == "[[1 2]\n [3 4]]"
    assert str(np.zeros((0, 3))) == "[]"
    assert str(np.asarray(0.1 + 0.2)) == "0.30000000000000004"
    assert str(np.asarray(0.1, dtype="f4")) == "0.1"
    assert str(np.asarray(True)) == "True"


def test_format():
    assert f"{np.asarray(3.14159):.3f}" == "3.142"
    assert f"{np.asarray([2.5]):6.2f}" == "  2.50"
    assert f"{np.asarray(7):>5}" == "    7"
    assert f"{np.asarray(0.5)}" == "0.5"
    assert f"{np.asarray([1.0, 2.0])}" == "[1. 2.]"
    assert f"{np.array(2.0, requires_grad=True) * 2:.1f}" == "4.0"
    with pytest.raises(TypeError, match="one element"):
        format(np.zeros(2), ".2f")


def test_options():
    x = np.asarray([1.23456, 1000.5])
    with np.printoptions(precision=2, sci_mode=False):
        assert repr(x) == "tensor([   1.23, 1000.50])"
    with np.printoptions(sci_mode=True):
        assert repr(np.asarray([1.5])) == "tensor([1.5000e+00])"
    with np.printoptions(threshold=5, edgeitems=1):
        assert repr(np.arange(6)) == "tensor([0,  ..., 5])"
    with np.printoptions(suppress=True):
        assert repr(np.asarray([1e-5, 1.0])) == "tensor([0.0000, 1.0000])"
    assert np.get_printoptions()["precision"] == 4
    assert np.array_repr(x, precision=1, suppress_small=True) == "tensor([   1.2, 1000.5])"
    with pytest.raises(TypeError):
        np.set_printoptions(colour=True)
    with pytest.raises(ValueError):
        np.set_printoptions(precision=-1)
