"""Einstein summation against NumPy, its errors and gradients."""

import numpy
import pytest

import mltensor as np
from mltensor._ops.einsum import plan_steps
from mltensor.autograd import gradcheck, gradgradcheck
from mltensor.errors import ShapeError

CASES = [
    ("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("ii", (3, 3)), ("ii->i", (3, 3)), ("ij->ji", (2, 3)),
    ("ij->", (2, 3)), ("ba", (2, 3)), ("i,i", (3,), (3,)), ("i,j", (3,), (4,)), ("ij,ij->i", (2, 3), (2, 3)),
    ("ij,j", (2, 3), (3,)), (" i j , j -> i ", (2, 3), (3,)), (",", (), ()), ("ij,->ij", (2, 3), ()),
    ("bhqd,bhkd->bhqk", (2, 3, 4, 5), (2, 3, 6, 5)), ("bhqk,bhkd->bqhd", (2, 3, 4, 6), (2, 3, 6, 5)),
    ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 6)), ("...ij,jk", (2, 3, 4), (4, 5)),
    ("...", (2, 3)), ("...->...", (2, 3)),
    ("ij...,jk...->ik...", (2, 3, 4), (3, 5, 4)), ("...a,...b->...ab", (2, 3), (1, 4)), ("i...->...", (2, 3)),
    ("ii...->i...", (3, 3, 2)), ("iii->i", (3, 3, 3)), ("ijij->ij", (2, 3, 2, 3)), ("iij,jk->ik", (3, 3, 4), (4, 5)),
    ("ij,kj->", (2, 3), (4, 3)), ("ijk,ljm->il", (2, 3, 4), (5, 3, 6)), ("ij,ij->ij", (1, 3), (2, 3)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)), ("ij,jk,kl,lm->im", (20, 3), (3, 40), (40, 5), (5, 6)),
    ("a,b,c->abc", (2,), (3,), (4,)), ("ab,ab,ab->a", (2, 3), (2, 3), (2, 3)),
    ("ij,jk->ik", (0, 3), (3, 4)), ("ij,jk->ik", (2, 0), (0, 4)),
    ("ea,fb,abcd,gc,hd->efgh", (3, 4), (3, 4), (4, 4, 4, 4), (3, 4), (3, 4)),
]


@pytest.fixture
def generator():
    return numpy.random.default_rng(21)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]} {case[1:]}")
def test_values(generator, case):
    subscripts, *shapes = case
    operands = [generator.standard_normal(shape) for shape in shapes]
    found = np.einsum(subscripts, *operands)
    expected = numpy.einsum(subscripts, *operands)
    assert found.shape == numpy.shape(expected)
    numpy.testing.assert_allclose(numpy.asarray(found), expected, rtol=1e-11, atol=1e-12)


def test_a_dimension_of_length_one_broadcasts_where_it_is_summed(generator):
    a, b = generator.standard_normal((2, 1)), generator.standard_normal((3, 4))
    numpy.testing.assert_allclose(numpy.asarray(np.einsum("ij,jk->ik", a, b)), numpy.repeat(a, 3, 1) @ b, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["bool", "int8", "int32", "float32", "complex64"])
@pytest.mark.parametrize("subscripts", ["ij,jk->ik", "ij,jk->i", "ij,jk->ikj"])
def test_dtypes_stay(generator, dtype, subscripts):
    a, b = generator.integers(0, 2, (3, 4)).astype(dtype), generator.integers(0, 2, (4, 2)).astype(dtype)
    found = np.einsum(subscripts, a, b)
    expected = numpy.einsum(subscripts, a, b)
    assert found.dtype == expected.dtype
    assert numpy.array_equal(numpy.asarray(found), expected)


@pytest.mark.parametrize(("subscripts", "shapes", "message"), [
    ("ij,jk->ik", [(2, 3), (4, 5)], "'j' has the lengths 3 and 4"),
    ("ij->ijk", [(2, 3)], "output index 'k' is in no operand"),
    ("ij,jk", [(2, 3)], "describe 2 operands, but 1"),
    ("ij->ii", [(2, 2)], "names 'i' twice"),
    ("ii", [(2, 3)], "a diagonal needs equal ones"),
    ("i->", [(2, 3)], "names 1 dimensions, but its operand has 2"),
    ("i1", [(2, 3)], "'1' is not an index"),
    ("...i->i", [(2, 3)], "must name them by '...'"),
])
def test_errors(subscripts, shapes, message):
    with pytest.raises(ShapeError, match=message):
        np.einsum(subscripts, *[np.ones(shape) for shape in shapes])


def test_the_form_with_lists(generator):
    a, b = generator.normal(size=(2, 3)), generator.normal(size=(3, 4))
    for arguments in ((a, [0, 1], b, [1, 2], [0, 2]), (a, [0, 1], b, [1, 2]), (a, [0, 1], [1, 0]),
                      (a, [0, ...], [..., 0])):
        numpy.testing.assert_allclose(numpy.asarray(np.einsum(*arguments)), numpy.einsum(*arguments))
    with pytest.raises(ValueError, match="index"):
        np.einsum(a, [0, -1])
    with pytest.raises(TypeError, match="subscripts as a string"):
        np.einsum(a)


def test_dtypes():
    small, bools = numpy.full((2, 3), 100, "int8"), numpy.ones((3, 4), bool)
    for operands in ((small, bools), (bools.T, small.T), (small, bools.astype("int32")),
                     (small.astype("float32"), bools)):
        wanted = numpy.einsum("ij,jk->", *operands)
        actual = np.einsum("ij,jk->", *operands)
        assert actual.dtype == wanted.dtype
        assert actual.item() == wanted
    assert np.einsum("ij->j", small, dtype="int64").tolist() == [200] * 3
    with pytest.raises(TypeError, match="casting='safe'"):
        np.einsum("ij->j", small, dtype="uint8")
    assert np.einsum("ij->j", small, dtype="uint8", casting="unsafe").tolist() == [200] * 3
    assert np.einsum("ij->ji", small, order="F").tolist() == small.T.tolist()
    with pytest.raises(ValueError, match="out="):
        np.einsum("ij->j", small, out=np.zeros(4))


def test_two_operands_become_one_matrix_product():
    steps, _ = plan_steps("bij,bjk->bik", ((2, 3, 4), (2, 4, 5)))
    assert steps == (("matmul", 0, 1),)


def test_several_operands_are_contracted_in_a_cheap_order():
    """A vector at the end of a chain of matrices makes every product one with a vector."""
    steps, _ = plan_steps("ij,jk,kl,l->i", ((100, 100), (100, 100), (100, 100), (100,)))
    products = [(step[1], step[2]) for step in steps if step[0] == "matmul"]
    assert products == [(2, 3), (1, 2), (0, 1)]


@pytest.mark.parametrize("case", [
    ("ij,jk->ik", (2, 3), (3, 2)), ("ii->i", (3, 3)), ("iij->j", (2, 2, 3)), ("...i,i->...", (2, 2, 3), (3,)),
    ("ij,ij->ij", (1, 3), (2, 3)), ("ij,jk,ki->", (2, 3), (3, 2), (2, 2)), ("ij->j", (2, 3))],
    ids=lambda case: case[0])
def test_gradients(generator, case):
    subscripts, *shapes = case
    inputs = tuple(np.asarray(generator.standard_normal(shape)).requires_grad_() for shape in shapes)

    def function(*operands):
        return np.einsum(subscripts, *operands)

    assert gradcheck(function, inputs)
    assert gradgradcheck(function, inputs)
