"""Products of vectors and matrices against NumPy, the linear layer, their gradients."""

import math
import os
import signal
import subprocess
import sys
import threading
import time

import numpy
import pytest

import mltensor as np
from mltensor.autograd import gradcheck, gradgradcheck
from mltensor.errors import DTypeError, ShapeError

BOOL_AND_INTEGERS = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
INEXACT = ["float16", "float32", "float64", "complex64", "complex128"]
TOLERANCE = {"float16": 2e-3, "float32": 1e-5, "float64": 1e-13, "complex64": 1e-5, "complex128": 1e-13}


@pytest.fixture
def generator():
    return numpy.random.default_rng(20)


@pytest.fixture
def threads():
    """Set the number of threads; what it was comes back afterwards."""
    before = np.get_num_threads()
    yield np.set_num_threads
    np.set_num_threads(before)


def sample(generator, shape, dtype):
    dtype = numpy.dtype(dtype)
    if dtype.kind == "b":
        return generator.integers(0, 2, shape).astype(dtype)
    if dtype.kind in "iu":
        return generator.integers(0, 100, shape).astype(dtype)
    values = generator.standard_normal(shape)
    if dtype.kind == "c":
        values = values + 1j * generator.standard_normal(shape)
    return values.astype(dtype)


def layouts(generator, shape, dtype):
    """The same shape with all kinds of strides."""
    yield sample(generator, shape, dtype)
    if len(shape) == 1:
        yield sample(generator, (2 * shape[0],), dtype)[::2]
        yield sample(generator, shape, dtype)[::-1]
        return
    yield sample(generator, (*shape[:-2], shape[-1], shape[-2]), dtype).swapaxes(-1, -2)
    yield sample(generator, tuple(2 * n for n in shape), dtype)[tuple(slice(None, None, 2) for _ in shape)]
    yield sample(generator, shape, dtype)[..., ::-1]
    yield sample(generator, shape, dtype)[..., ::-1, :]
    yield numpy.broadcast_to(sample(generator, shape[-1:], dtype), shape)


def assert_product(a, b):
    expected = numpy.matmul(a, b)
    found = numpy.asarray(np.matmul(np.asarray(a), np.asarray(b)))
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    if expected.dtype.kind in "biu":
        assert (found == expected).all()
        return
    scale = numpy.matmul(abs(a.astype("complex128")), abs(b.astype("complex128"))).real
    error = abs(found.astype("complex128") - expected.astype("complex128"))
    assert (error <= TOLERANCE[expected.dtype.name] * scale + (1e-3 if expected.dtype == "float16" else 0)).all()


# --- values -------------------------------------------------------------------------------

@pytest.mark.parametrize("dtype", BOOL_AND_INTEGERS + INEXACT)
@pytest.mark.parametrize("shape", [
    (1, 1, 1), (2, 3, 4), (5, 7, 9), (10, 10, 10), (17, 33, 13), (1, 64, 64), (64, 64, 1), (9, 20, 65), (3, 0, 4),
    (0, 3, 4), (4, 3, 0), (8, 16, 16), (1, 700, 1), (40, 300, 30)])
def test_matrices_of_any_strides(generator, dtype, shape):
    m, k, n = shape
    for a in layouts(generator, (m, k), dtype):
        for b in layouts(generator, (k, n), dtype):
            assert_product(a, b)


@pytest.mark.parametrize("dtype", ["bool", "int32", "float16", "float32", "float64", "complex128"])
def test_vectors(generator, dtype):
    for a in layouts(generator, (9,), dtype):
        for shape in [(9,), (9, 5), (2, 9, 5)]:
            for b in layouts(generator, shape, dtype):
                assert_product(a, b)
        for shape in [(5, 9), (3, 5, 9)]:
            for b in layouts(generator, shape, dtype):
                assert_product(b, a)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "float32", "float64", "complex64"])
@pytest.mark.parametrize("shapes", [
    ((3, 4, 5), (3, 5, 6)), ((3, 4, 5), (5, 6)), ((4, 5), (3, 5, 6)), ((2, 1, 4, 5), (3, 5, 6)),
    ((2, 3, 4, 5), (2, 3, 5, 2)), ((2, 1, 1, 5), (5, 7)), ((0, 4, 5), (5, 6)), ((7, 1, 5), (1, 5, 3)),
    ((1, 1), (2, 1, 1)), ((2, 3, 1, 5), (3, 5, 1))])
def test_stacks_broadcast(generator, dtype, shapes):
    for a in layouts(generator, shapes[0], dtype):
        for b in layouts(generator, shapes[1], dtype):
            assert_product(a, b)


LARGE = [((200, 300), (300, 250)), ((300, 200), (200,)), ((5000, 30), (30, 20)), ((30, 50000), (50000, 20)),
         ((1, 500000), (500000, 1)), ((330, 400), (400, 520)), ((70, 64, 64), (70, 64, 64)), ((2, 3000), (3000, 900)),
         ((4000,), (4000, 900)), ((600, 2500), (2500, 10)), ((513, 900), (900, 1030))]


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float16", "float32", "float64", "complex64"])
@pytest.mark.parametrize("shapes", LARGE, ids=str)
def test_large_products_have_the_same_bits_at_any_thread_count(generator, threads, dtype, shapes):
    a, b = sample(generator, shapes[0], dtype), sample(generator, shapes[1], dtype)
    for left, right in [(a, b), (numpy.asfortranarray(a), b), (a, numpy.asfortranarray(b))]:
        threads(1)
        one = np.asarray(left) @ np.asarray(right)
        threads(2)
        two = np.asarray(left) @ np.asarray(right)
        assert numpy.asarray(one).tobytes() == numpy.asarray(two).tobytes()
    if dtype != "float16":
        assert_product(a, b)


@pytest.mark.parametrize("dtype", ["int8", "int32", "float32", "float64", "complex64", "complex128"])
def test_tiles_of_every_height_and_width(generator, dtype):
    """Small integers, whose products are exact in every dtype, compare bit for bit."""
    for m in range(1, 31):
        for n in (1, 7, 8, 16, 31, 33, 64, 70):
            a, b = (generator.integers(-2, 3, shape).astype(dtype) for shape in ((m, 11), (11, n)))
            if a.dtype.kind == "c":
                a, b = a + 1j * a[::-1], b - 1j * b[::-1]
            expected = a @ b
            for left in (a, numpy.asfortranarray(a)):
                for right in (b, numpy.asfortranarray(b)):
                    assert numpy.array_equal(numpy.asarray(np.matmul(left, right)), expected), (m, n)


@pytest.mark.parametrize("dtype", ["int8", "float32", "float64", "complex128"])
def test_packed_blocks_are_exact(generator, dtype):
    """Several blocks of the depth, the rows and the columns, none of them whole."""
    a, b = (generator.integers(-2, 3, shape).astype(dtype) for shape in ((530, 1601), (1601, 1100)))
    expected = (a.real.astype("float64") @ b.real.astype("float64")).astype(dtype)
    for left, right in [(a, b), (numpy.asfortranarray(a), numpy.asfortranarray(b)), (a[:, ::-1], b[::-1])]:
        assert numpy.array_equal(numpy.asarray(np.matmul(left, right)), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("m, k, n", [(70, 1100, 200), (64, 40, 5000), (333, 130, 1300), (231, 2060, 300)])
def test_shared_panels_are_exact_at_any_thread_count(generator, threads, dtype, m, k, n):
    """Few and many tiles of rows, several pieces of the depth and of the columns; bias and activation at the end."""
    x, weight = (generator.integers(-2, 3, shape).astype(dtype) for shape in ((m, k), (n, k)))
    bias = generator.integers(-20, 20, n).astype(dtype)
    expected = x @ weight.T + bias
    for count in (1, 2, 3):
        threads(count)
        for left in (x, numpy.asfortranarray(x)):
            for right in (weight, numpy.asfortranarray(weight)):
                left, right = np.asarray(left), np.asarray(right)
                assert numpy.array_equal(numpy.asarray(np.linear(left, right, bias)), expected)
                assert numpy.array_equal(numpy.asarray(np.linear(left, right, bias, activation="relu")),
                                         numpy.maximum(expected, 0))


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128", "int32"])
@pytest.mark.parametrize("m, k", [(127, 64), (128, 64), (129, 70), (200, 200), (333, 65), (530, 300)])
def test_a_matrix_with_its_own_transpose(generator, threads, dtype, m, k):
    values = generator.integers(-2, 3, (m, k)).astype(dtype)
    if dtype == "complex128":
        values = values + 1j * generator.integers(-2, 3, (m, k))
    a = np.asarray(values).copy()
    expected = values @ values.T
    results = []
    for count in (1, 2, 3):
        threads(count)
        results += [a @ a.T, np.asarray(values.T).copy().T @ a.T, np.matmul(a, np.swapaxes(a, 0, 1))]
    b = np.asarray(numpy.ascontiguousarray(values.T)).copy()
    results.append(b.T @ b)
    for result in results:
        numpy.testing.assert_array_equal(numpy.asarray(result), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_symmetric_product_has_the_same_bits_at_any_thread_count(generator, threads, dtype):
    x = np.asarray(generator.standard_normal((400, 300)).astype(dtype))
    results = []
    for count in (1, 2, 3):
        threads(count)
        results.append(numpy.asarray(x @ x.T))
    assert (results[0] == results[0].T).all()
    assert all((result == results[0]).all() for result in results)
    numpy.testing.assert_allclose(results[0], numpy.asarray(x) @ numpy.asarray(x).T, rtol=1e-3, atol=1e-3)


def test_gradient_of_a_matrix_with_its_own_transpose(generator):
    values = generator.standard_normal((150, 70))
    x = np.asarray(values).requires_grad_()
    weight = generator.standard_normal((150, 150))
    (x @ x.T * np.asarray(weight)).sum().backward()
    numpy.testing.assert_allclose(numpy.asarray(x.grad), (weight + weight.T) @ values, rtol=1e-10, atol=1e-10)


def test_products_side_by_side(generator, threads):
    """Several Python threads compute large products at once, each in memory of its own."""
    threads(2)
    a = [generator.integers(-2, 3, (220, 300)).astype("float32") for _ in range(6)]
    b = [generator.integers(-2, 3, (300, 210)).astype("float32") for _ in range(6)]
    wrong = []

    def multiply(k):
        expected = a[k] @ b[k]
        wrong.extend(k for _ in range(10) if not numpy.array_equal(numpy.asarray(np.matmul(a[k], b[k])), expected))

    workers = [threading.Thread(target=multiply, args=(k,)) for k in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong


def test_large_operands_without_a_contiguous_dimension(generator):
    for dtype in ("float32", "complex64"):
        a = sample(generator, (400, 600), dtype)[::2, ::2]
        b = sample(generator, (600, 400), dtype)[::-2, ::-2]
        assert_product(a, b)


def test_mixed_dtypes_promote_as_numpy(generator):
    for left in BOOL_AND_INTEGERS + INEXACT:
        for right in BOOL_AND_INTEGERS + INEXACT:
            assert_product(sample(generator, (3, 4), left), sample(generator, (4, 2), right))


def test_integers_wrap_around():
    a = np.full((3, 200), 100, dtype=np.int8)
    assert numpy.array_equal(numpy.asarray(a @ a.T), numpy.matmul(numpy.asarray(a), numpy.asarray(a).T))


def test_infinities_and_nan_stay_where_they_are():
    a = numpy.zeros((9, 9))
    b = numpy.ones((9, 33))
    b[4, 32] = numpy.inf
    a[3, 3] = numpy.nan
    found = numpy.asarray(np.matmul(a, b))
    assert numpy.isnan(found[3]).all()
    assert numpy.isnan(found[:, 32]).all()
    assert not numpy.isnan(numpy.delete(found, 3, 0)[:, :32]).any()


def test_the_operator_on_and_off_the_tape(generator):
    """Plain tensors take a short way, which none that wants a gradient may take."""
    a, b = np.asarray(sample(generator, (3, 4), "float64")), np.asarray(sample(generator, (4, 5), "float64"))
    off = a @ b
    for left, right in ((True, False), (False, True), (True, True)):
        x, y = a.copy(), b.copy()
        x.requires_grad, y.requires_grad = left, right
        product = x @ y
        assert product.requires_grad and numpy.array_equal(numpy.asarray(product.detach()), numpy.asarray(off))
        product.sum().backward()
        assert (x.grad is not None, y.grad is not None) == (left, right)
        with np.no_grad():
            assert not (x @ y).requires_grad
    with pytest.raises(ShapeError, match="do not fit"):
        b @ a


def test_the_operator_out_and_dtype(generator):
    a, b = sample(generator, (3, 4), "float32"), sample(generator, (4, 5), "float32")
    out = np.zeros((3, 5), dtype=np.float32)
    assert np.matmul(a, b, out=out) is out
    assert numpy.allclose(numpy.asarray(out), a @ b, rtol=1e-6)
    assert np.matmul(a, b, dtype=np.float64).dtype == np.float64
    assert numpy.allclose(numpy.asarray(np.asarray(a) @ b), a @ b, rtol=1e-6)
    with pytest.raises(DTypeError, match="would lose values"):
        np.matmul(a, b, dtype=np.float16)


@pytest.mark.parametrize("shapes", [((2, 3), (2, 3)), ((3,), (4,)), ((2, 3), (4,)), ((3,), (4, 3))])
def test_shapes_that_do_not_fit_are_named(shapes):
    with pytest.raises(ShapeError) as caught:
        np.ones(shapes[0]) @ np.ones(shapes[1])
    for shape in shapes:
        assert str(shape) in str(caught.value)
    assert ".mT" in str(caught.value)


def test_other_errors_say_what_to_do():
    with pytest.raises(ShapeError, match=r"multiply by a number with \*"):
        np.matmul(np.ones((2, 3)), 1.0)
    with pytest.raises(ShapeError, match="leading dimension -3 is 2 and 3"):
        np.ones((2, 2, 3)) @ np.ones((3, 3, 3))


# --- other products -----------------------------------------------------------------------

@pytest.mark.parametrize("shapes", [
    ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)), ((2, 5, 3), (3,)), ((3,), (2, 3, 4)),
    ((2, 5, 3), (6, 3, 4)), ((), (3,)), ((2, 2), ()), ((4, 5, 3), (3, 2))])
def test_dot(generator, shapes):
    a, b = (generator.standard_normal(shape) for shape in shapes)
    numpy.testing.assert_allclose(numpy.asarray(np.dot(np.asarray(a), np.asarray(b))), numpy.dot(a, b), rtol=1e-12)


@pytest.mark.parametrize("shapes", [((3,), (3,)), ((2, 3), (3,)), ((3,), (4, 3)), ((2, 5, 3), (6, 3)), ((), (3,))])
def test_inner(generator, shapes):
    a, b = (generator.standard_normal(shape) for shape in shapes)
    numpy.testing.assert_allclose(numpy.asarray(np.inner(np.asarray(a), np.asarray(b))), numpy.inner(a, b), rtol=1e-12)


@pytest.mark.parametrize(("first", "second", "axes"), [
    ((2, 3, 4), (3, 4, 5), 2), ((2, 3), (3, 2), ((0, 1), (1, 0))), ((2, 3), (4, 5), 0), ((2, 3), (3, 4), 1),
    ((2, 3, 4), (4, 3), ((-1, 1), (0, 1))), ((2, 0), (0, 3), 1), ((2, 3), (4, 3), (1, 1))])
def test_tensordot(generator, first, second, axes):
    a, b = generator.standard_normal(first), generator.standard_normal(second)
    found = np.tensordot(np.asarray(a), np.asarray(b), axes=axes)
    numpy.testing.assert_allclose(numpy.asarray(found), numpy.tensordot(a, b, axes=axes), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("first", "second", "axis"), [
    ((3,), (3,), -1), ((2, 3), (3,), -1), ((2, 3), (2, 3), 0), ((4, 1, 3), (2, 3), -1), ((3, 2), (3, 2), -2)])
def test_vecdot_conjugates_the_first(generator, first, second, axis):
    a, b = sample(generator, first, "complex128"), sample(generator, second, "complex128")
    found = np.vecdot(np.asarray(a), np.asarray(b), axis=axis)
    numpy.testing.assert_allclose(numpy.asarray(found), numpy.vecdot(a, b, axis=axis), rtol=1e-12)


def test_outer_kron_and_vdot(generator):
    a, b = sample(generator, (2, 3), "float64"), sample(generator, (4,), "float64")
    c = sample(generator, (2, 2, 2), "int32")
    numpy.testing.assert_allclose(numpy.asarray(np.outer(np.asarray(a), np.asarray(b))), numpy.outer(a, b))
    for left, right in [(a, b), (b, a), (a, c), (c, a)]:
        found = np.kron(np.asarray(left), np.asarray(right))
        numpy.testing.assert_allclose(numpy.asarray(found), numpy.kron(left, right))
    z = sample(generator, (2, 3), "complex128")
    numpy.testing.assert_allclose(numpy.asarray(np.vdot(np.asarray(z), np.asarray(a))), numpy.vdot(z, a), rtol=1e-12)


def test_products_that_do_not_fit():
    with pytest.raises(ShapeError, match="lengths 3 and 4"):
        np.vecdot(np.ones((2, 3)), np.ones(4))
    with pytest.raises(ShapeError, match="between 0 and 1"):
        np.tensordot(np.ones((2, 3)), np.ones(4))
    with pytest.raises(ShapeError, match=r"lengths \(2, 3\)"):
        np.tensordot(np.ones((2, 3)), np.ones((4, 2)))
    with pytest.raises(ShapeError, match="6 and 4 elements"):
        np.vdot(np.ones((2, 3)), np.ones(4))


# --- the linear layer ---------------------------------------------------------------------

erf = numpy.vectorize(math.erf, otypes=[float])
ACTIVATIONS = {
    None: lambda z: z,
    "relu": lambda z: numpy.maximum(z, 0),
    "sigmoid": lambda z: 1 / (1 + numpy.exp(-z)),
    "tanh": numpy.tanh,
    "gelu": lambda z: z * 0.5 * (1 + erf(z / math.sqrt(2))),
    "silu": lambda z: z / (1 + numpy.exp(-z)),
}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 2e-5), ("float16", 1e-2)])
@pytest.mark.parametrize(("shape", "features"), [
    ((5,), 3), ((7, 5), 3), ((2, 3, 5), 4), ((32, 64), 64), ((32, 64), 10), ((1, 64), 64), ((4, 64), 1),
    ((300, 400), 200), ((0, 5), 3), ((4, 0), 3), ((300, 5000), 1), ((4, 50000), 3)])
def test_linear(generator, activation, dtype, tolerance, shape, features):
    x = sample(generator, shape, dtype)
    weight = (generator.standard_normal((features, shape[-1])) / math.sqrt(max(1, shape[-1]))).astype(dtype)
    for bias in (None, sample(generator, (features,), dtype)):
        found = np.linear(np.asarray(x), np.asarray(weight), None if bias is None else np.asarray(bias),
                          activation=activation)
        z = x.astype("float64") @ weight.T.astype("float64") + (0 if bias is None else bias.astype("float64"))
        assert found.dtype == np.asarray(x).dtype
        numpy.testing.assert_allclose(numpy.asarray(found), ACTIVATIONS[activation](z), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", [None, "relu", "tanh", "gelu"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_rows_have_the_bits_of_fewer(generator, threads, count, activation, dtype):
    """Products of 16 to 64 rows are taken as their transpose: each row as if it stood among seven others.

    OpenBLAS, which multiplies where there are no wide vectors, does not give the same bits.
    """
    threads(count)
    tolerance = {"float32": 1e-4, "float64": 1e-12}[dtype] if np.isa() == "base" else 0
    for rows, columns, depth in ((16, 128, 64), (32, 300, 784), (32, 512, 65), (48, 131, 100), (64, 700, 512)):
        x, weight, bias = (np.asarray(generator.normal(size=shape).astype(dtype)) for shape in
                           ((rows, depth), (columns, depth), (columns,)))
        eights = [x[i:i + 8].T.copy().T for i in range(0, rows, 8)]
        wanted = numpy.asarray(np.concat([np.linear(eight, weight.T.copy().T, bias, activation=activation)
                                          for eight in eights]))
        for left in (x, x.T.copy().T, np.concat([x, x], axis=1)[:, :depth]):
            for right in (weight, weight.T.copy().T):
                found = np.linear(left, right, bias, activation=activation)
                numpy.testing.assert_allclose(numpy.asarray(found), wanted, rtol=tolerance, atol=tolerance)
        if activation is None:
            without = numpy.asarray(np.linear(x, weight))
            numpy.testing.assert_allclose(without, numpy.asarray(x @ weight.T), rtol=tolerance, atol=tolerance)
            numpy.testing.assert_allclose(without + numpy.asarray(bias), wanted, rtol=1e-3, atol=1e-3)


def test_linear_of_any_strides_and_dtypes(generator):
    x = sample(generator, (6, 2, 8), "float64")[::2, :, ::-1].transpose(1, 0, 2)
    weight, bias = sample(generator, (5, 16), "float64")[:, ::2], sample(generator, (10,), "float64")[::2]
    found = np.linear(np.asarray(x), np.asarray(weight), np.asarray(bias))
    numpy.testing.assert_allclose(numpy.asarray(found), x @ weight.T + bias, rtol=1e-12)
    integers = np.linear(np.asarray([[1, 2], [3, 4]]), np.asarray([[1, 1]]), np.asarray([10]))
    assert integers.tolist() == [[13], [17]]
    z = sample(generator, (3, 2), "complex128")
    numpy.testing.assert_allclose(numpy.asarray(np.linear(np.asarray(z), np.asarray(z), np.asarray(z[:, 0]))),
                                  z @ z.T + z[:, 0], rtol=1e-12)


def test_linear_relu_keeps_nan():
    found = np.linear(np.asarray([[numpy.nan, 1.0]]), np.asarray([[1.0, 1.0]]), activation="relu")
    assert numpy.isnan(numpy.asarray(found)).all()


def test_linear_errors_name_the_shapes_and_the_fix():
    with pytest.raises(ShapeError, match=r"\(2, 3\).*\(4, 5\).*in_features=3"):
        np.linear(np.ones((2, 3)), np.ones((4, 5)))
    with pytest.raises(ShapeError, match=r"must have shape \(4,\)"):
        np.linear(np.ones((2, 3)), np.ones((4, 3)), np.ones(3))
    with pytest.raises(ShapeError, match=r"\(out_features, in_features\), not \(4,\)"):
        np.linear(np.ones((2, 3)), np.ones(4))
    with pytest.raises(ValueError, match="'elu' is none of"):
        np.linear(np.ones((2, 3)), np.ones((4, 3)), activation="elu")
    with pytest.raises(DTypeError, match="real floating"):
        np.linear(np.ones((2, 3), dtype=np.int32), np.ones((4, 3), dtype=np.int32), activation="relu")


# --- gradients ----------------------------------------------------------------------------

def variables(generator, *shapes, dtype="float64"):
    return tuple(np.asarray(sample(generator, shape, dtype)).requires_grad_() for shape in shapes)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("shapes", [
    ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)), ((2, 2, 3), (3,)), ((3,), (2, 3, 2)),
    ((2, 2, 3), (3, 2)), ((2, 3), (2, 3, 2)), ((2, 1, 2, 3), (3, 3, 2)), ((1, 2, 3), (2, 3, 2))])
def test_matmul_gradient(generator, dtype, shapes):
    inputs = variables(generator, *shapes, dtype=dtype)
    assert gradcheck(np.matmul, inputs)
    assert gradgradcheck(np.matmul, inputs)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("leading", [(), (3,), (2, 2)])
def test_linear_gradient(generator, activation, leading):
    inputs = variables(generator, (*leading, 4), (3, 4), (3,))

    def layer(x, weight, bias):
        return np.linear(x, weight, bias, activation=activation)

    def without_bias(x, weight):
        return np.linear(x, weight, activation=activation)

    for function, values in ((layer, inputs), (without_bias, inputs[:2])):
        assert gradcheck(function, values)
        assert gradgradcheck(function, values)


@pytest.mark.parametrize("name", ["dot", "inner", "outer", "vecdot", "kron", "vdot"])
def test_gradients_of_other_products(generator, name):
    inputs = variables(generator, (2, 2), (2, 2))
    assert gradcheck(getattr(np, name), inputs)
    assert gradgradcheck(getattr(np, name), inputs)


def test_linear_may_be_overwritten_after_use(generator):
    """The plain layer does not keep its result: adding to it in place is allowed."""
    x, weight, bias = variables(generator, (3, 4), (2, 4), (2,))
    y = np.linear(x, weight, bias)
    y += 1.0
    y.sum().backward()
    numpy.testing.assert_allclose(bias.grad.numpy(), [3.0, 3.0])


# --- threads and signals --------------------------------------------------------------------

@pytest.fixture
def interruptible():
    """Ctrl-C raises, as in a program in the foreground."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_a_long_product_answers_ctrl_c(generator):
    a = np.asarray(sample(generator, (4096, 4096), "float64"))
    sent = []

    def interrupt():
        time.sleep(0.2)
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        a @ a
    answered = time.perf_counter()
    thread.join()
    # 100 ms on a quiet machine; the bound leaves room for a busy one.
    assert answered - sent[0] < 0.5


@pytest.mark.parametrize("isa", ["base", "avx2", "avx512"])
def test_every_instruction_set(isa):
    """The kernels of each target that this machine has, in a process of its own."""
    names = ("base", "avx2", "avx512")
    if names.index(isa) > names.index(np.isa()):
        isa = np.isa()
    program = """
import numpy, mltensor as np
g = numpy.random.default_rng(1)
for dtype in ("float32", "float64", "int16", "bool", "int8", "complex64"):
    for m, k, n in [(1, 5, 3), (1, 70, 37), (3, 40, 50), (10, 10, 10), (19, 300, 45), (37, 64, 100), (64, 65, 1)]:
        a, b = g.integers(0, 9, (m, k)).astype(dtype), g.integers(0, 9, (k, n)).astype(dtype)
        at, bt = numpy.asfortranarray(a), numpy.asfortranarray(b)
        for left, right in [(a, b), (a, bt), (at, b), (at, bt)]:
            assert numpy.array_equal(numpy.asarray(np.matmul(left, right)), a @ b), (dtype, m, k, n)
x, w, b = g.standard_normal((9, 33)), g.standard_normal((21, 33)), g.standard_normal(21)
for name, f in (("relu", lambda z: numpy.maximum(z, 0)), ("tanh", numpy.tanh)):
    assert numpy.allclose(numpy.asarray(np.linear(x, w, b, activation=name)), f(x @ w.T + b), rtol=1e-12)
"""
    subprocess.run([sys.executable, "-c", program], check=True, env={**os.environ, "MLTENSOR_ISA": isa})
