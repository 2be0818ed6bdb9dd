"""Single elements: reading and writing them by their position, and arithmetic of 0-d tensors.

Both have ways of their own past the general ones; the general way is asked through tensors of one dimension.
"""

import operator

import numpy
import pytest

import mltensor as np
from mltensor.errors import GradientError, IndexingError, ReadOnlyError

OPERATORS = {name: getattr(operator, name) for name in (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lt", "le", "eq", "ne", "gt", "ge", "and_", "or_", "xor",
    "lshift", "rshift")}
VALUES = {
    "float64": [0.0, -0.0, 1.0, -2.5, 3.0, 1e308, 5e-324, float("inf"), float("-inf"), float("nan")],
    "float32": [0.0, -0.0, 1.0, -2.5, 3.0, 3e38, 1e-45, float("inf"), float("-inf"), float("nan")],
    "float16": [0.0, 1.0, -2.5, 60000.0, float("nan")],
    "int64": [0, 1, -1, 2, 7, -7, 60, 2**53 + 1, 2**63 - 1, -2**63],
    "int32": [0, 1, -1, 7, 2**31 - 1, -2**31],
    "uint8": [0, 1, 7, 255],
    "bool": [False, True],
    "complex128": [0j, 1 + 2j, complex("nan")],
}
NUMBERS = [0, 1, -1, 3, 2**53, 2**53 + 1, 2**63 - 1, 2**64, 0.0, -0.0, 2.5, float("inf"), float("nan"), 1e300, True, 2j]


def outcome(function, *arguments):
    """What a call gives: class, dtype and bits (of a NaN any), or the class of its error."""
    try:
        result = function(*arguments)
    except (ArithmeticError, TypeError, ValueError) as error:
        return type(error)
    value = numpy.asarray(result)
    return type(result), str(result.dtype), "NaN" if value.dtype.kind == "f" and numpy.isnan(value) else value.tobytes()


def same(function, single, line):
    """The same from 0-d tensors as from tensors of one element."""
    assert outcome(function, *single) == outcome(function, *line), (single, line)


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("dtype", VALUES)
@pytest.mark.filterwarnings("ignore")
def test_operators_of_elements_are_those_of_arrays(name, dtype):
    function = OPERATORS[name]
    values = np.array(VALUES[dtype], dtype=dtype)
    if name in ("lshift", "rshift"):
        values = values[:5]
    for i in range(len(values)):
        for j in range(len(values)):
            same(function, (values[i], values[j]), (values[i:i + 1], values[j:j + 1]))


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int32", "bool"])
@pytest.mark.filterwarnings("ignore")
def test_operators_of_an_element_and_a_python_number(name, dtype):
    function = OPERATORS[name]
    values = np.array(VALUES[dtype], dtype=dtype)
    for i in range(len(values)):
        for number in NUMBERS:
            if name.endswith("shift") and number not in (0, 1, 3):
                continue
            same(function, (values[i], number), (values[i:i + 1], number))
            same(function, (number, values[i]), (number, values[i:i + 1]))


@pytest.mark.parametrize("dtype", VALUES)
def test_signs_of_elements(dtype):
    values = np.array(VALUES[dtype], dtype=dtype)
    for i in range(len(values)):
        for function in (operator.neg, operator.pos, abs, operator.invert):
            assert outcome(function, values[i]) == outcome(function, values[i:i + 1])


def test_arithmetic_of_elements_is_recorded():
    x = np.array([2.0, 3.0], requires_grad=True)
    (x[0] * x[1] + 2.0 * x[0] - x[1] / x[0] + x[1] ** 2 + -x[0] + abs(x[1])).backward()
    assert x.grad.tolist() == [3 + 2 + 3 / 4 - 1, 2 - 1 / 2 + 6 + 1]
    y = np.array(3.0, requires_grad=True)
    (y * y).backward()
    assert y.grad.item() == 6.0


def test_a_result_is_written_by_nobody_else():
    a = np.arange(3.0)
    first, second = a[1] * 2.0, a[1] * 2.0
    first[...] = 7.0
    assert second.item() == 2.0 and a.tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int64", "uint8", "bool", "complex128"])
def test_elements_by_position(dtype):
    plain = numpy.arange(24).reshape(2, 3, 4).astype(dtype)
    for array in (plain, plain[::-1, :, ::2], plain.transpose(2, 0, 1), plain[:, 1:2]):
        tensor = np.asarray(array)
        for place in numpy.ndindex(array.shape):
            negative = tuple(int(i) - n for i, n in zip(place, array.shape, strict=True))
            for key in (tuple(int(i) for i in place), negative):
                found = tensor[key]
                assert found.shape == () and found.base is not None and found.item() == array[key].item()


@pytest.mark.parametrize("key", [(0, 3), (2, 0), (-3, 0), (0, -4), (0, 0, 0), (10**30, 0), (0, 10**30)])
def test_positions_that_are_none(key):
    a = np.zeros((2, 3))
    with pytest.raises(IndexingError):
        a[key]
    with pytest.raises(IndexingError):
        a[key] = 1.0
    assert a.sum() == 0


def test_keys_that_are_no_positions():
    a = np.arange(6.0).reshape(2, 3)
    assert a[True, 1].shape == (1, 3) and a[1, True].shape == (1, 3)
    assert a[numpy.int64(1), 2].item() == 5.0 and a[np.array(1), 2].item() == 5.0
    assert a[()].shape == (2, 3) and np.array(3.0)[()].item() == 3.0
    with pytest.raises(IndexingError):
        a[1.0, 0]


def test_writing_elements():
    a = np.zeros((2, 3))
    a[1, 2] = 2.5
    a[0, -1] = 3
    a[-1, 0] = a[1, 2]
    a[0, 0] = np.array(4, dtype=np.int8)
    a[0, 1] = True
    a[1, 1] = numpy.float32(1.5)
    assert a.tolist() == [[4.0, 1.0, 3.0], [2.5, 1.5, 2.5]]
    integers = np.zeros(3, dtype="uint8")
    integers[0] = 255
    integers[1] = 2.9
    with pytest.raises(OverflowError):
        integers[2] = 256
    with pytest.raises(ValueError, match="NaN"):
        integers[2] = float("nan")
    assert integers.tolist() == [255, 2, 0]
    a[:, 0][1] = 9.0
    assert a[1, 0] == 9.0


def test_writing_an_element_asks_who_may():
    with pytest.raises(ReadOnlyError):
        np.broadcast_to(np.zeros(1), (3,))[0] = 1.0
    leaf = np.zeros(3, requires_grad=True)
    with pytest.raises(GradientError):
        leaf[0] = 1.0
    with np.no_grad():
        leaf[0] = 1.0
    assert leaf.tolist() == [1.0, 0.0, 0.0]
    target, source = np.zeros(3), np.array([2.0], requires_grad=True)
    target[1] = source[0]
    target.sum().backward()
    assert target.tolist() == [0.0, 2.0, 0.0] and source.grad.tolist() == [1.0]


def test_an_element_that_a_rule_reads_is_noticed_when_it_is_written():
    x, w = np.array([1.0, 2.0]), np.array([3.0, 4.0], requires_grad=True)
    loss = (x * w).sum()
    x[0] = 5.0
    with pytest.raises(GradientError, match="overwritten"):
        loss.backward()


def test_memory_that_is_used_again_has_no_past():
    """Small tensors take over the storages of those before them, whose versions and keepers are not theirs."""
    for _ in range(3):
        for size in (1, 8, 9, 100, 5000):
            old = np.zeros(size)
            old[0] = 1.0
            old += 1.0
            w = np.ones(size, requires_grad=True)
            (old * w).sum().backward()
            del old, w
            new = [np.full(size, float(k)) for k in range(70)]
            assert all(one.version <= 1 for one in new)
            assert [one.tolist() == [float(k)] * size for k, one in enumerate(new)] == [True] * 70
            del new
    np.empty_cache()
    assert np.ones(3).sum() == 3.0
