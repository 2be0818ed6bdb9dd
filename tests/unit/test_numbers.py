"""Functions of numbers: divisors, parts of floats, what is not a number, and those with two results."""

import numpy
import pytest

import mltensor as np
from mltensor.errors import DTypeError

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
FLOATS = ["float16", "float32", "float64"]


def special(dtype):
    info = numpy.finfo(dtype)
    return numpy.array([0.0, -0.0, 1, -1, 0.5, 2.75, -3.25, numpy.inf, -numpy.inf, numpy.nan, info.tiny, info.max,
                        -info.smallest_subnormal, info.smallest_subnormal * 3], dtype)


def assert_same(actual, wanted):
    wanted = numpy.asarray(wanted)
    assert actual.dtype == wanted.dtype
    numpy.testing.assert_array_equal(actual.numpy(), wanted)
    if wanted.dtype.kind == "f":
        known = ~numpy.isnan(wanted)
        numpy.testing.assert_array_equal(numpy.signbit(actual.numpy())[known], numpy.signbit(wanted)[known])


@pytest.mark.parametrize("dtype", INTEGERS)
def test_divisors_and_multiples(dtype, generator):
    limits = numpy.iinfo(dtype)
    for low, high in ((limits.min, limits.max), (max(limits.min, -60), 60)):
        a = generator.integers(low, high, 1003, dtype=dtype, endpoint=True)
        a[:6] = [limits.min, limits.max, 0, 1, 0, 64]
        b = numpy.roll(a, 5)
        for name in ("gcd", "lcm"):
            ours, theirs = getattr(np, name), getattr(numpy, name)
            assert_same(ours(np.array(a), np.array(b)), theirs(a, b))
            assert_same(ours(np.array(a)[::-3], np.array(b)[::3][:335]), theirs(a[::-3], b[::3][:335]))
            assert_same(ours(np.array(a), 12), theirs(a, 12))
            assert_same(ours(12, np.array(a[:5])), theirs(12, a[:5]))
        assert_same(np.bitwise_count(np.array(a)), numpy.bitwise_count(a))


def test_divisors_take_integers_alone():
    for wrong in ([True], [1.0], [1j]):
        with pytest.raises(DTypeError):
            np.gcd(wrong, wrong)
    with pytest.raises(DTypeError):
        np.bitwise_count([1.0])


@pytest.mark.parametrize("dtype", FLOATS)
def test_parts_of_floats(dtype):
    x = special(dtype)
    with numpy.errstate(all="ignore"):
        for name in ("frexp", "modf"):
            for actual, wanted in zip(getattr(np, name)(np.array(x)), getattr(numpy, name)(x), strict=True):
                assert_same(actual, wanted)
        assert_same(np.spacing(np.array(x)), numpy.spacing(x))
        for exponents in (numpy.arange(-7, 7), numpy.arange(-7, 7).astype("int8"), numpy.arange(-1400, 1400, 200)):
            assert_same(np.ldexp(np.array(x), np.array(exponents)), numpy.ldexp(x, exponents))
        for exponent in (3, -1080, 2000):
            assert_same(np.ldexp(np.array(x), exponent), numpy.ldexp(x, exponent))


def test_integers_and_scalars_become_the_floats_that_numpy_makes_of_them():
    for dtype in ("bool", *INTEGERS):
        x = numpy.array([0, 1, 3]).astype(dtype)
        for name in ("frexp", "modf"):
            actual, wanted = getattr(np, name)(np.array(x)), getattr(numpy, name)(x)
            assert [one.dtype for one in actual] == [one.dtype for one in wanted]
        for name in ("i0", "sinc"):
            if dtype != "bool":
                assert getattr(np, name)(np.array(x)).dtype == getattr(numpy, name)(x).dtype
        assert np.ldexp(np.array(x), 2).dtype == numpy.ldexp(x, 2).dtype
    assert np.ldexp(1.5, np.array([1, 2])).tolist() == [3.0, 6.0]
    assert np.ldexp(3, 2).dtype == "float64"
    with pytest.raises(DTypeError, match="exp2"):
        np.ldexp(1.0, 2.0)


def test_two_results_by_out_and_where():
    x = np.array([7.5, -2.5])
    first, second = np.zeros(2), np.zeros(2)
    assert np.modf(x, out=(first, second))[1] is second
    assert (first.tolist(), second.tolist()) == ([0.5, -0.5], [7.0, -2.0])
    np.divmod(x, 2.0, x, first)  # the first result goes over an operand
    assert (x.tolist(), first.tolist()) == ([3.0, -2.0], [1.5, 1.5])
    mantissa, exponent = np.zeros(2), np.zeros(2, dtype="int32")
    np.frexp([8.0, 3.0], out=(mantissa, exponent), where=[True, False])
    assert (mantissa.tolist(), exponent.tolist()) == ([0.5, 0.0], [4, 0])
    assert np.modf(np.array([1.5], dtype="float32"), dtype="float64")[0].dtype == "float64"
    with pytest.raises(TypeError, match="tuple of two"):
        np.modf(x, out=first)
    with pytest.raises(TypeError, match="not both"):
        np.modf(x, first, out=(None, second))


def test_divmod_is_that_of_the_operators():
    bytes_ = np.array([1, 2, 0], dtype="uint8")
    for a, b in ((np.array([7, -7]), 2), (7.5, np.array([2.0, -2.0])), (bytes_, bytes_[::-1])):
        for one, two in zip(np.divmod(a, b), divmod(a, b), strict=True):
            assert one.tolist() == two.tolist()
            assert one.dtype == two.dtype


@pytest.mark.parametrize("dtype", ["int64", "float16", "float32", "float64", "complex64", "complex128"])
def test_nan_to_num(dtype):
    x = numpy.array([1, 2]).astype(dtype) if dtype == "int64" else special(FLOATS[-1])[:10].astype(dtype)
    if x.dtype.kind == "c":
        x.imag = x[::-1].real
    for settings in ({}, {"nan": 3.0}, {"posinf": 7, "neginf": -8.0}, {"neginf": -8.0}, {"nan": 1, "posinf": 2}):
        wanted = numpy.nan_to_num(x, **settings)
        actual = np.nan_to_num(np.array(x), **settings)
        assert actual.dtype == wanted.dtype
        numpy.testing.assert_array_equal(actual.numpy(), wanted)
        given = np.array(x)
        assert np.nan_to_num(given, copy=False, **settings) is given
        numpy.testing.assert_array_equal(given.numpy(), wanted)
    assert np.nan_to_num(numpy.inf).item() == numpy.finfo("float64").max


def test_gradients_of_what_was_replaced():
    x = np.array([1.0, numpy.nan, numpy.inf, -numpy.inf]).requires_grad_()
    assert np.grad(np.nan_to_num(x).sum(), x)[0].tolist() == [1.0, 0.0, 0.0, 0.0]
    assert np.grad(np.nan_to_num(x, posinf=1.0).sum(), x)[0].tolist() == [1.0, 0.0, 0.0, 0.0]
    assert np.grad(np.ldexp(x, 3)[:1].sum(), x)[0].tolist() == [8.0, 0.0, 0.0, 0.0]


def derivatives(function, at, count):
    x = np.array(at).requires_grad_()
    found, y = [], function(x)
    for _ in range(count):
        (y,) = np.grad(y, x, create_graph=True)
        found.append(y.item())
    return found


def test_derivatives_of_any_order_at_zero_and_elsewhere():
    pi = numpy.pi
    numpy.testing.assert_allclose(derivatives(np.sinc, 0.0, 4), [0, -pi**2 / 3, 0, pi**4 / 5], atol=1e-12)
    numpy.testing.assert_allclose(derivatives(np.sinc, 2.0, 3), [0.5, -0.5, (3 - 2 * pi**2) / 4], rtol=1e-12)
    numpy.testing.assert_allclose(derivatives(np.i0, 0.0, 4), [0, 0.5, 0, 0.375], atol=1e-15)
    numpy.testing.assert_allclose(derivatives(np.i0, 1.0, 2), [0.565159103992485, 0.70090677375], rtol=1e-9)


def test_i0_and_sinc_far_out():
    assert np.i0(710.0).item() == pytest.approx(3.3449e306, rel=1e-3)
    assert np.i0(numpy.inf).item() == numpy.inf
    assert np.sinc(1e300).item() == 0.0
    assert np.sinc(numpy.arange(1.0, 9.0)).tolist() == [0.0] * 8
    with pytest.raises(DTypeError):
        np.i0(1j)


def test_kinds_of_numbers():
    assert np.iscomplexobj(np.array([1j]))
    assert np.iscomplexobj([1, 1j])
    assert not np.iscomplexobj(np.array([1.0]))
    assert np.isrealobj(3)
    assert np.isscalar(3.0)
    assert np.isscalar("a")
    assert np.isscalar(numpy.float32(1))
    assert not np.isscalar(np.array(3.0))
    assert np.real_if_close(np.array([1 + 1e-16j])).dtype == "float64"
    assert np.real_if_close(np.array([1 + 1e-3j])).dtype == "complex128"
    assert np.real_if_close(np.array([1 + 1e-3j]), tol=0.1).tolist() == [1.0]
    with pytest.raises(DTypeError):
        np.isposinf([1j])


def test_numpys_ufuncs_find_ours():
    x = np.array([2.5, -0.75]).requires_grad_()
    for results in (numpy.modf(x), numpy.frexp(x), numpy.divmod(x, 2.0), (numpy.ldexp(x, 3), numpy.spacing(x))):
        assert all(isinstance(one, np.Tensor) for one in results)
        assert results[0].requires_grad == (results[0].dtype == "float64")
    out = numpy.zeros(2)
    assert numpy.modf(np.array([2.5, -0.75]), out=(out, None))[1].tolist() == [2.0, -0.0]
    assert out.tolist() == [0.5, -0.75]
    assert numpy.nanmedian(np.array([1.0, numpy.nan, 3.0])).item() == 2.0
    assert numpy.gcd(np.array([12]), 8).tolist() == [4]
