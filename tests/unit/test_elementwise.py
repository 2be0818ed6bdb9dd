"""Walking operands: crossed and strided ones, results larger than the cache, selection, limits."""

import numpy
import pytest

import mltensor as np

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "float16", "float32", "float64", "complex64",
          "complex128"]


def numbers(shape, dtype, seed=0):
    return (numpy.random.default_rng(seed).normal(size=shape) * 50).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(8, 9), (37, 53), (130, 257), (4, 30, 61), (3, 70, 9, 5)])
def test_operands_that_lie_across(shape, dtype):
    a, b = numbers(shape, dtype), numbers(shape[::-1], dtype, 1)
    x, y = np.asarray(a), np.asarray(b)
    axes = tuple(range(len(shape)))[::-1]
    turned = np.permute_dims(y, axes)
    assert (numpy.asarray(turned.copy()) == b.transpose(axes)).all()
    assert (numpy.asarray(x + turned) == a + b.transpose(axes)).all()
    assert (numpy.asarray(turned == x) == (b.transpose(axes) == a)).all()
    assert (numpy.asarray(turned.astype("complex128")) == b.transpose(axes).astype("complex128")).all()
    target = np.zeros(shape, dtype=dtype)
    target[...] = turned
    assert (numpy.asarray(target) == b.transpose(axes)).all()


def test_both_operands_across_and_in_place():
    a = numbers((90, 90), "float32")
    x = np.asarray(a.copy())
    assert (numpy.asarray(x.T * x.T[::-1]) == a.T * a.T[::-1]).all()
    x += x.T
    assert (numpy.asarray(x) == a + a.T).all()


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("dtype", ["float32", "uint8", "int64"])
def test_results_larger_than_the_cache(dtype, count):
    size = (40 << 20) // numpy.dtype(dtype).itemsize + 37
    a, b = numbers(size, dtype), numbers(size, dtype, 1)
    x, y = np.asarray(a), np.asarray(b)
    before = np.get_num_threads()
    np.set_num_threads(count)
    try:
        assert (numpy.asarray(x + y) == a + b).all()
        assert (numpy.asarray(x[3:] - y[:-3]) == a[3:] - b[:-3]).all()
        out = np.zeros(size + 1, dtype=dtype)
        np.add(x, y, out=out[1:])
        assert (numpy.asarray(out[1:]) == a + b).all()
        assert (numpy.asarray(np.where(x > y, x, y)) == numpy.where(a > b, a, b)).all()
        assert (numpy.asarray(x[:-2:3] + y[2::3]) == a[:-2:3] + b[2::3]).all()
        total = x.copy()
        total += y
        assert (numpy.asarray(total) == a + b).all()
    finally:
        np.set_num_threads(before)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [1, 7, 64, 1001])
def test_selection(dtype, size):
    a, b = numbers(size, dtype), numbers(size, dtype, 1)
    condition = numpy.random.default_rng(2).random(size) < 0.5
    x, y, c = np.asarray(a), np.asarray(b), np.asarray(condition)
    for first, second in ((x, y), (x[0], y), (x, y[0]), (x[0], y[0])):
        expected = numpy.where(condition, numpy.asarray(first), numpy.asarray(second))
        assert (numpy.asarray(np.where(c, first, second)) == expected).all()
    assert (numpy.asarray(np.where(c[::-1], x, y)) == numpy.where(condition[::-1], a, b)).all()


@pytest.mark.parametrize("limits", [(-10, 20), (20, -10), (-10, None), (None, 20), (-10.5, 3.25)])
@pytest.mark.parametrize("dtype", ["int32", "float32", "float64"])
def test_limits(dtype, limits):
    a = numbers(500, dtype)
    assert (numpy.asarray(np.clip(np.asarray(a), *limits)) == numpy.clip(a, *limits)).all()
    assert np.clip(np.asarray(a), *limits).dtype == numpy.clip(a, *limits).dtype


def test_limits_that_are_tensors_have_gradients():
    x = np.asarray([-3.0, -0.5, 0.25, 2.0]).requires_grad_()
    low, high = np.asarray(-1.0).requires_grad_(), np.asarray([1.0, 1.0, 1.0, 1.5]).requires_grad_()
    np.clip(x, low, high).sum().backward()
    assert (x.grad.tolist(), low.grad.item(), high.grad.tolist()) == ([0, 1, 1, 0], 1.0, [0, 0, 0, 1])


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8", "complex64"])
@pytest.mark.parametrize("columns", [3, 40, 1301])
def test_operands_with_gaps(dtype, columns):
    a, b = numbers((7, 4 * columns), dtype), numbers((7, 2 * columns), dtype, 1)
    x, y = np.asarray(a.copy()), np.asarray(b.copy())
    assert (numpy.asarray(x[:, ::4] + y[:, 1::2]) == a[:, ::4] + b[:, 1::2]).all()
    assert (numpy.asarray(x[:, 3::-4] * y[:, 1:0:-1]) == a[:, 3::-4] * b[:, 1:0:-1]).all()
    assert (numpy.asarray(y[:, ::2].copy()) == b[:, ::2]).all()
    assert (numpy.asarray(y[:, ::2] == y[:, 1::2]) == (b[:, ::2] == b[:, 1::2])).all()
    if dtype != "uint8":
        # The same bits as without gaps.
        assert (numpy.asarray(np.sin(y[:, ::2])) == numpy.asarray(np.sin(y[:, ::2].copy()))).all()
    y[:, ::2] += x[:, ::4]
    b[:, ::2] += a[:, ::4]
    assert (numpy.asarray(y) == b).all()
    np.multiply(x[:, ::4], x[:, 1::4], out=y[:, 1::2])
    b[:, 1::2] = a[:, ::4] * a[:, 1::4]
    assert (numpy.asarray(y) == b).all()


@pytest.mark.parametrize("layout", ["contiguous", "reversed", "transposed", "every second", "broadcast row"])
@pytest.mark.parametrize("pair", [("int64", "float32"), ("int8", "float64"), ("float16", "float32"),
                                  ("uint64", "int64"),
                                  ("bool", "complex64"), ("float64", "complex64"), ("uint8", "int16")])
def test_operands_of_two_dtypes(pair, layout):
    """Converted piece by piece on the way to the loop, however they lie; more than a piece, and an odd rest."""
    view = {"contiguous": lambda x: x, "reversed": lambda x: x[::-1, ::-1], "transposed": lambda x: x.T,
            "every second": lambda x: x[:, ::2], "broadcast row": lambda x: x[:1]}[layout]
    a, b = numbers((53, 53), pair[0]), numbers((53, 53), pair[1], 1)
    first, second = np.asarray(a.copy()), np.asarray(b.copy())
    for function in ("multiply", "equal", "add"):
        rows, columns = view(a).shape
        wanted = getattr(numpy, function)(view(a), b[:rows, :columns] if rows > 1 else b)
        other = second[:rows, :columns] if rows > 1 else second
        actual = getattr(np, function)(view(first), other)
        assert actual.dtype == wanted.dtype
        numpy.testing.assert_array_equal(numpy.asarray(actual), wanted)
        numpy.testing.assert_array_equal(numpy.asarray(getattr(np, function)(other, view(first))), wanted)


def test_operands_of_another_dtype_keep_their_gradient_and_may_be_the_output():
    a = numbers(1000, "float32")
    x, whole = np.asarray(a.copy()).requires_grad_(), np.arange(1000)
    (x * whole).sum().backward()
    numpy.testing.assert_array_equal(numpy.asarray(x.grad), numpy.arange(1000))
    counts = np.arange(1000)
    np.multiply(counts, 2.5, out=counts, casting="unsafe")
    numpy.testing.assert_array_equal(numpy.asarray(counts), (numpy.arange(1000) * 2.5).astype("int64"))
    flags, values = np.asarray(a > 0), np.asarray(a.copy())
    np.not_equal(flags, values, out=flags)
    numpy.testing.assert_array_equal(numpy.asarray(flags), (a > 0) != a)
    memory = numpy.arange(2000, dtype="int32")
    target = np.asarray(memory.copy())
    np.add(target[:1000], whole, out=target[500:1500], casting="unsafe")  # reads what it writes
    memory[500:1500] = memory[:1000] + numpy.arange(1000)
    numpy.testing.assert_array_equal(numpy.asarray(target), memory)


@pytest.mark.parametrize("dtype", ["uint8", "float32", "complex128"])
@pytest.mark.parametrize("offset", [0, 1, 3])
def test_copies_larger_than_the_cache(dtype, offset):
    a = numbers((40 << 20) // numpy.dtype(dtype).itemsize, dtype)
    source = np.asarray(a.copy())
    numpy.testing.assert_array_equal(numpy.asarray(source[offset:].copy()), a[offset:])
    target = np.zeros(a.size + offset, dtype=dtype)
    target[offset:] = source
    numpy.testing.assert_array_equal(numpy.asarray(target[offset:]), a)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["remainder", "fmod"])
def test_remainders_of_great_quotients_among_small_ones(name, dtype):
    """Elements that need the long way stand alone, at the ends of pieces and side by side; also written in place."""
    a, b = numbers(1000, dtype), numbers(1000, dtype, 1)
    for place in (0, 255, 256, 257, 600, 601, 999):
        a[place] *= 1e30
    a[10], a[300], b[20], b[700], b[255] = numpy.inf, numpy.nan, 0.0, numpy.inf, -numpy.inf
    with numpy.errstate(all="ignore"):
        wanted = getattr(numpy, name)(a.astype("longdouble"), b.astype("longdouble")).astype(dtype)
        times = getattr(numpy, name)(a.astype("longdouble"), 3.0).astype(dtype)
    # float64 rounds once where the signs differ.
    close = {"rtol": 0 if name == "fmod" else numpy.finfo(dtype).eps, "atol": 0}
    function = getattr(np, name)
    numpy.testing.assert_allclose(numpy.asarray(function(a, b)), wanted, **close)
    numpy.testing.assert_allclose(numpy.asarray(function(a, 3.0)), times, **close)
    numpy.testing.assert_allclose(numpy.asarray(function(np.asarray(a)[::-1], np.asarray(b)[::-1]))[::-1], wanted,
                                  **close)
    for position in (0, 1):
        operands = [np.asarray(a.copy()), np.asarray(b.copy())]
        function(*operands, out=operands[position])
        numpy.testing.assert_allclose(numpy.asarray(operands[position]), wanted, **close)


@pytest.mark.parametrize("size", [1, 9, 300, 5000, 1 << 20])
@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "int16"])
def test_quotients_of_integers(dtype, size):
    generator = numpy.random.default_rng(size)
    limits = numpy.iinfo(dtype)
    a, b = (generator.integers(limits.min, limits.max, size, dtype=dtype, endpoint=True) for _ in range(2))
    b[::5] = generator.integers(0, 3, len(b[::5]))
    x, y, larger = np.asarray(a), np.asarray(b), a > b
    with numpy.errstate(all="ignore"):
        pairs = [(x / y, a / b), (x[::2] / y[::2], a[::2] / b[::2]), (x[::-1] / y, a[::-1] / b), (x[:1] / y, a[:1] / b),
                 (x / y[:1], a / b[:1]), (x / 3, a / 3), (x[:9, None] / y[:9], a[:9, None] / b[:9]),
                 (np.divide(x, y, out=np.ones(size)), a / b),
                 (np.divide(x, y, out=np.ones(size), where=np.asarray(larger)), numpy.where(larger, a / b, 1.0))]
    for actual, wanted in pairs:
        actual = numpy.asarray(actual)
        assert actual.dtype == wanted.dtype
        number = ~numpy.isnan(wanted)
        assert numpy.array_equal(actual, wanted, equal_nan=True)
        assert numpy.array_equal(numpy.signbit(actual[number]), numpy.signbit(wanted[number]))
