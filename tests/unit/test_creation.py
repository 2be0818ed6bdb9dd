"""Creation functions against NumPy's."""

import numpy
import pytest

import mltensor as np

CALLS = [
    "zeros(3)", "zeros((2, 3))", "zeros(())", "zeros([2])", "zeros(3, int)", "zeros(3, 'f4')",
    "zeros((2, 3), order='F')", "ones(3, dtype=bool)", "ones(3, dtype='f2')", "ones((2, 2), dtype='c8')", "full(3, 2)",
    "full((2,), 2.5)", "full(3, 1j)", "full((2, 2), [1, 2])", "full(2, 2**63)", "full((), True)",
    "full(3, 2.7, dtype=int)",
    "eye(3)", "eye(3, 4, k=1)", "eye(3, 4, -2)", "eye(3, k=9)", "eye(0)", "identity(2)", "arange(5)", "arange(1, 5, 2)",
    "arange(0, 1, 0.1)", "arange(5.0)", "arange(3, dtype='f2')", "arange(0.3, 5, 0.7, dtype='f4')",
    "arange(0.3, 5, 0.7, dtype='f2')", "arange(10, 0, -3)", "arange(-3)", "arange(2, dtype=bool)",
    "arange(4, dtype='c8')",
    "arange(2**53 - 3, 2**53 + 3)", "arange(0.0, 2**53, 2**50)", "arange(2**63, 2**63 + 3, dtype='u8')",
    "arange(1, 2, 0.5, dtype=int)", "zeros_like([1, 2])", "ones_like([[1.0, 2]])", "full_like([1, 2], 3.7)",
    "array([1, 2], ndmin=2)", "array(5.0, ndmin=1)", "asarray([[1, 2], [3, 4]], order='F')", "linspace(0, 1, 5)",
    "linspace(0, 1, 7, endpoint=False)", "linspace(5, -5)", "linspace(0, 10, 4, dtype=int)", "linspace(0, 1, 1)",
    "linspace(0, 1, 0)", "linspace(0, 1, 3, dtype='f4')", "linspace([0, 1], [2, 3], 3)",
    "linspace([0, 1], 2, 3, axis=1)",
    "linspace(0, 1j, 3)", "linspace(0, 5e-324, 3)", "linspace(-7, 3, 11, retstep=True)[1]", "logspace(0, 3, 4)",
    "logspace(0, 3, 4, base=2)", "geomspace(1, 1000, 4)", "geomspace(-1, -1000, 4)", "meshgrid([1, 2], [3, 4, 5])[0]",
    "meshgrid([1, 2], [3, 4, 5], indexing='ij')[1]", "meshgrid([1, 2], [3, 4, 5], sparse=True)[0]",
    "meshgrid([1], [2], [3, 4])[2]",
    "indices((2, 3))", "diag([1, 2, 3])", "diag([1, 2], 1)", "diag([1, 2], -2)", "diag([[1, 2], [3, 4]])",
    "diag([[1, 2], [3, 4]], 1)", "diagflat([[1, 2], [3, 4]])", "tri(3)", "tri(3, 4, 1)", "tri(3, k=-1, dtype=int)",
    "vander([1, 2, 3])", "vander([1, 2, 3], 2, increasing=True)", "frombuffer(b'abcd', dtype='u1')",
    "fromiter(range(4), dtype=float)", "fromfunction(lambda i, j: i * 10 + j, (2, 3))", "ascontiguousarray(5)",
]


@pytest.mark.parametrize("call", CALLS)
def test_as_numpy(call):
    ours, theirs = eval("np." + call), eval("numpy." + call)
    assert isinstance(ours, np.Tensor)
    theirs = numpy.asarray(theirs)
    assert ours.shape == theirs.shape and ours.dtype == theirs.dtype
    numpy.testing.assert_allclose(numpy.asarray(ours), theirs, rtol=1e-15 if theirs.dtype != numpy.float32 else 1e-7)


@pytest.mark.parametrize("call", [c for c in CALLS if c.startswith(("arange", "linspace(0, 1", "linspace(5"))])
def test_ranges_are_bitwise_numpys(call):
    numpy.testing.assert_array_equal(numpy.asarray(eval("np." + call)), eval("numpy." + call))


def test_dimensions_one_by_one():
    assert np.zeros(2, 3).shape == (2, 3)
    assert np.ones(2, 3, 4, dtype="f4").shape == (2, 3, 4)
    assert np.empty(2, 3, 4, 5).shape == (2, 3, 4, 5)
    assert np.zeros(2, 3, order="F").strides == (8, 16)


@pytest.mark.parametrize("call, error", [
    ("zeros(-1)", ValueError), ("zeros((2, -1))", ValueError), ("zeros((2**40, 2**40))", ValueError),
    ("zeros(2**62)", ValueError), ("zeros(2.0)", TypeError), ("zeros('a')", TypeError), ("zeros(3, 'q8')", TypeError),
    ("zeros(2**70)", ValueError), ("zeros(2**50)", MemoryError), ("zeros(2, order='Q')", ValueError),
    ("zeros(3, device='gpu')", ValueError), ("zeros((1,) * 65)", ValueError), ("arange(0, 1, 0)", ZeroDivisionError),
    ("arange(float('nan'))", ValueError), ("arange(1e300)", ValueError), ("arange(1j)", TypeError),
    ("arange()", TypeError), ("arange(2**62)", ValueError), ("arange(3, dtype=bool)", TypeError),
    ("eye(-1)", ValueError),
    ("full(3, 'a')", TypeError), ("full(3, 300, dtype='u1')", OverflowError), ("linspace(0, 1, -1)", ValueError),
    ("geomspace(0, 1, 3)", ValueError), ("meshgrid([1], indexing='a')", ValueError), ("diag(5)", ValueError)])
def test_errors(call, error):
    with pytest.raises(error):
        eval("np." + call)


def test_fortran_order():
    for t in (np.zeros((2, 3), order="F"), np.asarray([[1, 2, 3], [4, 5, 6]], order="F")):
        assert t.strides == (8, 16)
    assert np.asfortranarray([[1, 2], [3, 4]]).tolist() == [[1, 2], [3, 4]]


def test_gradient_and_device_keywords():
    x = np.ones((2, 2), requires_grad=True)
    (x * x).sum().backward()
    assert x.grad.tolist() == [[2, 2], [2, 2]]
    for t in (np.zeros(2, device="cpu:1"), np.arange(3, device="cpu:1"), np.eye(2, device="cpu:1"),
              np.linspace(0, 1, 3, device="cpu:1"), np.zeros_like(np.zeros(2, device="cpu:1"))):
        assert t.device == "cpu:1"
    assert np.full(2, 3.0, requires_grad=True).requires_grad
    assert np.array([1.0], requires_grad=True).is_leaf


def test_differentiable_creation():
    v = np.array([1.0, 2.0], requires_grad=True)
    np.diag(v, 1).sum().backward()
    assert v.grad.tolist() == [1, 1]
    a = np.array(1.0, requires_grad=True)
    np.linspace(a, 3.0, 3).sum().backward()
    assert a.grad.item() == pytest.approx(1.5)
    b = np.array(2.0, requires_grad=True)
    np.full((2, 2), b).sum().backward()
    assert b.grad.item() == 4


def test_likes_keep_dtype_device_and_class():
    x = np.zeros((2, 3), dtype="f4", device="cpu:1")
    for make in (np.zeros_like, np.ones_like, np.empty_like, lambda t: np.full_like(t, 3)):
        y = make(x)
        assert y.dtype == x.dtype and y.device == x.device and y.shape == x.shape
    assert np.ones_like(x, dtype=int, shape=(4,)).shape == (4,)


def test_large_fills():
    assert float(np.ones(300_001).sum()) == 300_001
    assert not np.zeros(300_001).any()


def test_from_numpy():
    array = numpy.arange(3.0)
    np.from_numpy(array)[0] = 9
    assert array[0] == 9
    with pytest.raises(TypeError, match="asarray"):
        np.from_numpy([1])


def test_dtype_questions():
    assert np.finfo("f4").eps == float(numpy.finfo("f4").eps) and type(np.finfo("f4").eps) is float
    assert np.finfo(np.zeros(1, dtype="c8")).bits == 32
    assert np.finfo("f8").tiny == numpy.finfo("f8").tiny
    assert np.iinfo(np.int8).max == 127 and np.iinfo(np.zeros(1, dtype="u2")).bits == 16
    assert np.result_type(np.float32, 1.0) == numpy.float32
    assert np.result_type(np.zeros(1, dtype="f4"), np.zeros(1)) == numpy.float64
    assert np.can_cast(np.zeros(1), "f4") is False and np.can_cast("i4", "f8") is True
    assert np.isdtype(np.float32, "real floating")
    assert np.float32 is numpy.float32
