"""Results that are written past the cache are those of the ordinary loops, bit by bit."""

import numpy
import pytest

import mltensor as np
from mltensor._build import OPERATIONS
from mltensor._ops import TABLE
from mltensor._ops.record import CATEGORIES

# Elements whose operands and result are more bytes than any cache from which writing past it begins.
MOVED = 49 << 20
PIECE = 50_000
DTYPES = {"float32": "f", "float64": "f", "int64": "iu", "uint8": "iu", "bool": "b"}
CASES = [(name, dtype) for name, record in TABLE.items() if record.streams
         for dtype, kind in DTYPES.items() if kind in CATEGORIES[record.accepts].split()]


def operand(dtype, size, seed):
    """Numbers of all kinds, beginning on no line of the cache."""
    values = numpy.random.default_rng(seed).integers(0, 2 if dtype == "bool" else 100, 9973).astype(dtype)
    if values.dtype.kind == "f":
        values -= 50
        values[::101] = numpy.nan
        values[::203] = numpy.inf
        values[7::303] = -0.0
    return np.asarray(numpy.resize(values, size + 1))[1:]


def pieces(function, operands):
    """The result of calls too small to be written past the cache."""
    size = max(x.size for x in operands)
    parts = [function(*(x if x.size == 1 else x[at:at + PIECE] for x in operands)) for at in range(0, size, PIECE)]
    return np.concat(parts)


def bits(x):
    return numpy.asarray(x).view("uint8")


@pytest.mark.parametrize(("name", "dtype"), CASES)
def test_expression(name, dtype):
    operation, count = OPERATIONS[name], len(TABLE[name].inputs)
    one = operand(dtype, 1, 0)
    size = MOVED // (count * one.itemsize + operation(*[one] * count).itemsize) + 77
    operands = [operand(dtype, size, seed) for seed in range(count)]
    assert (bits(operation(*operands)) == bits(pieces(operation, operands))).all()
    if len(operands) > 1:
        size += size // 2
        longer = [operand(dtype, size, 3)] + [one] * (len(operands) - 1)
        for mixed in (longer, longer[::-1]):
            assert (bits(operation(*mixed)) == bits(pieces(operation, mixed))).all()


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "uint8", "complex128"])
def test_selection(dtype):
    x, y = (operand(dtype, MOVED // 3, seed) for seed in (0, 1))
    mask, one = operand("bool", x.size, 2), operand(dtype, 3, 2)[:1]
    for operands in ((mask, x, y), (mask, x, one), (mask, one, y), (mask, one, one)):
        assert (bits(np.where(*operands)) == bits(pieces(np.where, operands))).all()


def test_rows_and_gaps():
    x = operand("float32", 3001 * 4000, 0).reshape(4000, 3001)
    expected = numpy.asarray(x) * 2
    assert (bits(x * 2) == bits(expected)).all()
    out = np.zeros((4000, 3003), dtype="float32")
    np.multiply(x, 2, out=out[:, 1:-1])
    assert (bits(numpy.asarray(out[:, 1:-1]).copy()) == bits(expected)).all()
    assert not numpy.asarray(out[:, 0]).any() and not numpy.asarray(out[:, -1]).any()
    row, column = x[:1], x[:, :1]
    for other in (row, column, x[::-1], x[:, ::-1]):
        with numpy.errstate(invalid="ignore"):
            expected = numpy.asarray(x) - numpy.asarray(other)
        assert numpy.array_equal(numpy.asarray(x - other), expected, equal_nan=True)


def test_in_place():
    x = operand("float64", MOVED // 16, 0)
    expected = numpy.asarray(x) * 2 + 1
    x *= 2
    x += 1
    assert numpy.array_equal(numpy.asarray(x), expected, equal_nan=True)
