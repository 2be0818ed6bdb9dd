"""Applying operations: operators, foreign operands, subclasses, Python scalars, comparisons, arguments."""

import math
import operator

import numpy
import pytest

import mltensor as np
from mltensor.errors import DTypeError, ShapeError

BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
          operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
INTEGER = [operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift]


@pytest.mark.parametrize("function", BINARY, ids=lambda f: f.__name__)
def test_operators_with_tensors_scalars_arrays_and_lists(function):
    a, b = numpy.array([1.0, 2.0, 3.0]), numpy.array([3.0, 2.0, 0.5])
    x, y = np.array(a), np.array(b)
    for result in (function(x, y), function(x, b), function(a, y), function(x, b.tolist()), function(a.tolist(), y)):
        assert type(result) is np.Tensor
        numpy.testing.assert_allclose(numpy.asarray(result), function(a, b))
    for scalar in (2, 2.5, True, numpy.float64(1.5), numpy.int8(2)):
        numpy.testing.assert_allclose(numpy.asarray(function(x, scalar)), function(a, scalar))
        numpy.testing.assert_allclose(numpy.asarray(function(scalar, x)), function(scalar, a))


@pytest.mark.parametrize("function", INTEGER, ids=lambda f: f.__name__)
def test_operators_on_integers(function):
    a, b = numpy.array([1, 5, 12]), numpy.array([3, 2, 1])
    assert function(np.array(a), np.array(b)).tolist() == function(a, b).tolist()
    assert function(np.array(a), 2).tolist() == function(a, 2).tolist()
    assert function(2, np.array(b)).tolist() == function(2, b).tolist()
    with pytest.raises(DTypeError, match="float64"):
        function(np.ones(3), 2)


def test_unary_operators():
    x = np.array([1.5, -2.0])
    assert (-x).tolist() == [-1.5, 2.0]
    assert (+x).tolist() == [1.5, -2.0]
    assert abs(x).tolist() == [1.5, 2.0]
    assert (~np.array([True, False])).tolist() == [False, True]
    with pytest.raises(DTypeError, match=r"use ~ or logical_not"):
        -np.array([True])
    with pytest.raises(DTypeError, match=r"use \^ or logical_xor"):
        np.array([True]) - np.array([True])


@pytest.mark.parametrize("exponent", [2, 2.0, 0.5, -1.0, 3, 0, -2, 1])
def test_powers_people_write(exponent):
    a = numpy.array([0.5, 2.0, 9.0])
    numpy.testing.assert_allclose(numpy.asarray(np.array(a) ** exponent), a ** exponent, rtol=1e-15)
    assert (np.array([1, 2, 3], dtype="int8") ** 2).dtype == np.int8
    assert (np.array([2, 3]) ** 2.0).dtype == np.float64


def test_matrix_product_as_an_operator():
    a = numpy.arange(6.0).reshape(2, 3)
    x = np.array(a)
    for result in (x @ x.T, x @ a.T, a @ x.T):
        assert type(result) is np.Tensor
        numpy.testing.assert_array_equal(numpy.asarray(result), a @ a.T)
    x @= np.eye(3)
    numpy.testing.assert_array_equal(numpy.asarray(x), a)
    with pytest.raises(ShapeError):
        x @= np.ones((3, 2))


def test_comparison_with_none_and_with_strangers():
    x = np.ones(2)
    assert (x == None).tolist() == [False, False]  # noqa: E711
    assert (x != None).tolist() == [True, True]  # noqa: E711
    assert (x == "text") is False
    assert (x != object()) is True
    with pytest.raises(TypeError):
        x < "text"  # noqa: B015
    with pytest.raises(TypeError, match="unsupported operand"):
        x + "text"
    with pytest.raises(TypeError, match="unsupported operand"):
        None * x


def test_an_operand_that_wants_to_answer_is_asked():
    class Other:
        __array_ufunc__ = None

        def __radd__(self, other):
            return "asked"

        def __rmul__(self, other):
            return "asked too"

        def __eq__(self, other):
            return "compared"

        __hash__ = None

    assert np.ones(2) + Other() == "asked"
    assert np.ones(2) * Other() == "asked too"
    assert (np.ones(2) == Other()) == "compared"


class Special(np.Tensor):
    """A subclass that operations hand on."""


Special._result_class = Special


def special(values):
    from_list = np.array(values)
    return np._core.tensor.as_class(from_list, Special)


def test_a_subclass_is_handed_on_by_every_kind_of_operation():
    x = special([[1.0, 2.0], [3.0, 4.0]])
    plain = np.ones((2, 2))
    results = [x + 1, 1 + x, x + plain, plain + x, np.exp(x), x[0], x[[0]], x.T, x.sum(), x @ plain, plain @ x, x > 2,
               np.concat([plain, x]), *np.split(x, 2), np.where(x > 2, plain, x), x.reshape(4), -x, x.detach(),
               x.copy(),
               x.astype("float32")]
    assert {type(result) for result in results} == {Special}
    assert type(plain + plain) is np.Tensor
    y = x.requires_grad_() if x.is_leaf else x
    y.sum().backward()
    assert y.grad.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_python_scalars_are_weak():
    for dtype in ("int8", "uint16", "float16", "float32", "complex64"):
        x = np.ones(2, dtype=dtype)
        assert (x + 1).dtype == dtype
        assert (1 + x).dtype == dtype
        assert (x * True).dtype == dtype
    assert (np.ones(2, dtype="int32") + 0.5).dtype == np.float64
    assert (np.ones(2, dtype="float32") + 0.5).dtype == np.float32
    assert (np.ones(2, dtype="float32") + 0.5j).dtype == np.complex64
    assert (np.ones(2, dtype=bool) + 1).dtype == np.int64
    with pytest.raises(OverflowError, match="300 out of bounds for int8"):
        np.ones(2, dtype="int8") + 300
    with pytest.raises(OverflowError, match="-1 out of bounds for uint8"):
        np.ones(2, dtype="uint8") - (-1)
    np.set_default_dtype("float32")
    assert (np.ones(2, dtype="int32") + 0.5).dtype == np.float32
    assert np.array([0.5]).dtype == np.float32


def test_numpy_scalars_are_strong():
    assert (np.ones(2, dtype="float32") + numpy.float64(1)).dtype == np.float64
    assert (np.ones(2, dtype="int8") + numpy.int64(1)).dtype == np.int64


def test_tensors_without_dimensions_behave_as_numbers():
    x = np.array(3.7)
    assert float(x) == 3.7
    assert int(x) == 3
    assert round(x) == 4
    assert f"{x:.1f}" == "3.7"
    assert complex(x) == 3.7 + 0j
    assert (math.trunc(x), math.floor(x), math.ceil(x)) == (3, 3, 4)
    assert not x.is_integer()
    assert np.array(2).as_integer_ratio() == (2, 1)
    assert bool(x)
    assert range(10)[np.array(2)] == 2
    assert [1, 2, 3][np.array(1)] == 2
    with pytest.raises(TypeError):
        range(3)[np.array(1.0)]
    assert divmod(np.array(7.0), 2) == (3, 1)
    with pytest.raises((TypeError, ValueError)):
        float(np.ones(2))
    with pytest.raises(ValueError, match=r"ambiguous|any|all"):
        bool(np.ones(2))


def test_shapes_that_do_not_broadcast():
    with pytest.raises(ShapeError, match=r"add: shapes \(2,\) and \(3,\)"):
        np.ones(2) + np.ones(3)
    with pytest.raises(ValueError, match=r"\(2, 3\) and \(2,\)"):
        np.ones((2, 3)) * np.ones(2)
    with pytest.raises(RuntimeError):
        np.maximum(np.ones((2, 3)), np.ones((4, 1, 2)))
    with pytest.raises(ShapeError, match="64 dimensions"):
        np.ones((1,) * 65)
    assert (np.ones((1,) * 64) + 1).ndim == 64
    assert (np.ones((1,) * 12) + np.ones(3)).shape == (1,) * 11 + (3,)


def test_results_do_not_share_memory_with_operands():
    x = np.ones(3)
    for result in (+x, np.positive(x), x.astype("float64"), np.conj(x), np.round(x), np.copy(x),
                   np.clip(x)):
        result += 5
        assert x.tolist() == [1.0, 1.0, 1.0]


def test_where_without_out_gives_zero_elsewhere():
    x = np.add(np.ones(3), 1, where=np.array([True, False, True]))
    assert x.tolist() == [2.0, 0.0, 2.0]
    with pytest.raises(DTypeError, match="where= must be a boolean"):
        np.add(np.ones(3), 1, where=np.array([1.0, 0.0, 1.0]))


def test_casting_of_operands_and_results():
    a, out = numpy.array([1.5, 2.5]), numpy.zeros(2, "int32")
    with pytest.raises(DTypeError, match="casting='same_kind'"):
        np.add(a, 1, out=np.asarray(out))
    assert np.add(a, 1, out=np.asarray(out), casting="unsafe").tolist() == [2, 3]
    with pytest.raises(DTypeError, match="an operand has dtype float64"):
        np.add(a, 1, dtype="int32")
    assert np.add(a, 1, dtype="int32", casting="unsafe").tolist() == [2, 3]
    with pytest.raises(DTypeError, match="results of dtype int64"):
        np.sqrt(numpy.array([4]), dtype="int64")
    assert np.absolute(numpy.array([3 + 4j]), dtype="float64").tolist() == [5.0]
    with pytest.raises(DTypeError, match="casting"):
        numpy.add(np.asarray(a), 1, out=out)


def test_results_broadcast_into_out():
    out = np.zeros((2, 3))
    assert np.add(np.arange(3.0), 1, out=out) is out
    assert out.tolist() == [[1, 2, 3]] * 2
    with pytest.raises(ShapeError, match=r"\(2, 3\)"):
        np.add(np.ones((2, 3)), 1, out=np.zeros(3))
    with pytest.raises(ShapeError, match="does not fit"):
        np.sum(np.ones((2, 3)), axis=0, out=np.zeros((2, 3)))


def test_small_integers_of_two_kinds_meet_in_the_float_that_holds_each():
    for first, second in (("int8", "uint8"), ("int16", "uint16"), ("int8", "int32"), ("bool", "int8")):
        a, b = numpy.array([3], first), numpy.array([1], second)
        assert np.hypot(a, b).dtype == numpy.hypot(a, b).dtype
    assert np.hypot(numpy.array([1], "int8"), 1.5).dtype == np.float64
    assert np.hypot(numpy.array([True]), 2).dtype == np.float64


def test_comparisons_and_truth_with_integers_out_of_range():
    a, mask = numpy.array([1, 0, 3], "int8"), numpy.array([True, False, True])
    for name in ("equal", "not_equal", "less", "greater_equal", "logical_and", "logical_or", "logical_xor"):
        for scalar in (300, -300):
            wanted = getattr(numpy, name)(a, scalar)
            function = getattr(np, name)
            assert function(np.asarray(a), scalar).tolist() == wanted.tolist()
            assert function(np.asarray(a), scalar, where=mask).tolist() == (wanted & mask).tolist()
            assert function(np.asarray(a), scalar, out=np.zeros(3, dtype=bool)).tolist() == wanted.tolist()
