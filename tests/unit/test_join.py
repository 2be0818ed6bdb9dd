"""Joining, splitting, rolling, repeating and padding against NumPy; gradients to second order."""

import numpy
import pytest

import mltensor as np
from mltensor.autograd import gradcheck, gradgradcheck
from mltensor.errors import AxisError, ShapeError

DTYPES = ["bool", "int8", "uint16", "int32", "float16", "float32", "float64", "complex64", "complex128"]


@pytest.fixture
def generator():
    return numpy.random.default_rng(7)


def same(result, expected):
    expected = numpy.asarray(expected)
    assert result.shape == expected.shape and result.dtype == expected.dtype
    return numpy.array_equal(numpy.asarray(result), expected)


def leaf(generator, *shape):
    return np.asarray(generator.standard_normal(shape), requires_grad=True)


# --- joining ----------------------------------------------------------------------------------

@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_concat(dtype, axis):
    a = numpy.arange(6).reshape(2, 3).astype(dtype)
    for parts in ([a, a], [a, a.T.copy().T, a[::-1]], [a], [a, a[:, :0]] if axis != 0 else [a, a[:0]]):
        tensors = [np.asarray(part) for part in parts]
        assert same(np.concat(tensors, axis=axis), numpy.concatenate(parts, axis=axis))
    assert np.concatenate is not None and same(np.concatenate((a, a), 1), numpy.concatenate((a, a), 1))


@pytest.mark.parametrize("dtype", ["uint8", "float32", "complex128"])
@pytest.mark.parametrize(("rows", "widths"), [(1, [300_000, 1, 0, 400_001]), (70_001, [1, 2, 1]), (1000, [301, 0, 77]),
                                              (3, [100_000, 50_001]), (40, [7] * 50)])
def test_concat_of_many_elements(dtype, rows, widths, generator):
    parts = [(generator.standard_normal((rows, width)) * 50).astype("int8").astype(dtype) for width in widths]
    threads = np.get_num_threads()
    try:
        for count in (1, 2):
            np.set_num_threads(count)
            assert same(np.concatenate([np.asarray(part) for part in parts], 1), numpy.concatenate(parts, 1))
            assert same(np.concatenate([np.asarray(part.T) for part in parts], 0),
                        numpy.concatenate([part.T for part in parts], 0))
    finally:
        np.set_num_threads(threads)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_stack_of_many(axis, generator):
    parts = [generator.standard_normal((4, 30)) for _ in range(40)]
    assert same(np.stack([np.asarray(part) for part in parts], axis), numpy.stack(parts, axis))
    parts[3] = parts[3].astype("float32")
    parts[5] = parts[5][::-1]
    assert same(np.stack([np.asarray(part) for part in parts], axis), numpy.stack(parts, axis))
    numbers = [numpy.asarray(float(k)) for k in range(5)]
    assert same(np.stack([np.asarray(one) for one in numbers]), numpy.stack(numbers))


def test_concat_promotes_and_writes_out():
    result = np.concat([np.asarray([1], dtype=np.int8), np.asarray([0.5], dtype=np.float32)])
    assert result.dtype == numpy.float32 and result.tolist() == [1, 0.5]
    out = np.zeros(2)
    assert np.concat([np.ones(1), np.ones(1)], out=out) is out and out.tolist() == [1, 1]
    assert np.concat(np.ones((2, 3))).shape == (6,)
    big = numpy.arange(200_000.0).reshape(2, -1)
    assert same(np.concat([np.asarray(big)] * 3, axis=1), numpy.concatenate([big] * 3, axis=1))
    assert same(np.concat([np.asarray(big)] * 3), numpy.concatenate([big] * 3))


def test_concat_errors():
    with pytest.raises(ShapeError, match=r"tensor 0 has shape \(2, 3\) and tensor 1 has shape \(2, 4\)"):
        np.concat([np.zeros((2, 3)), np.zeros((2, 4))])
    with pytest.raises(ShapeError, match="number of dimensions"):
        np.concat([np.zeros((2, 3)), np.zeros(3)])
    with pytest.raises(ShapeError, match="0-d"):
        np.concat([np.asarray(1.0), np.asarray(2.0)])
    with pytest.raises(AxisError):
        np.concat([np.zeros(3)], axis=1)
    with pytest.raises(ValueError, match="at least one"):
        np.concat([])
    with pytest.raises(ShapeError, match=r"tensor 1 has shape \(3,\)"):
        np.stack([np.zeros(2), np.zeros(3)])


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_stack_and_unstack(axis, generator):
    arrays = [generator.standard_normal((3, 4)) for _ in range(3)]
    stacked = np.stack([np.asarray(a) for a in arrays], axis=axis)
    assert same(stacked, numpy.stack(arrays, axis=axis))
    parts = np.unstack(stacked, axis=axis)
    assert all(map(same, parts, arrays)) and parts[0].base is stacked
    assert np.stack([np.asarray(1), np.asarray(2)]).tolist() == [1, 2]
    assert np.unstack(np.zeros((0, 2))) == ()


def test_numpy_stacks():
    for shapes in ([(3,), (3,)], [(2, 3), (2, 3)], [(2, 3, 4), (2, 3, 4)], [(), ()]):
        arrays = [numpy.arange(float(numpy.prod(shape))).reshape(shape) for shape in shapes]
        for name in ("vstack", "hstack", "dstack", "column_stack"):
            assert same(getattr(np, name)([np.asarray(a) for a in arrays]), getattr(numpy, name)(arrays))


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_gradients_of_joining(axis, generator):
    a, b = leaf(generator, 2, 3), leaf(generator, 2, 3)
    assert gradcheck(lambda x, y: np.concat([x, y, x], axis=axis), (a, b))
    assert gradgradcheck(lambda x, y: np.concat([x, y * x], axis=axis) ** 2, (a, b))
    assert gradcheck(lambda x, y: np.stack([x, y], axis=axis or 0), (a, b))
    assert gradgradcheck(lambda x, y: np.stack([x, y], axis=axis or 0) ** 2, (a, b))
    assert gradcheck(lambda x, y: np.hstack([x, y]), (a, b))


# --- splitting --------------------------------------------------------------------------------

@pytest.mark.parametrize("cuts", [1, 2, 6, [2], [1, 3], [0, 3, 3, 9], [-2], [4, 2], [], (3, -1)])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_split(cuts, axis):
    array = numpy.arange(36).reshape(6, 6)
    x = np.asarray(array)
    parts = np.split(x, cuts, axis=axis)
    expected = numpy.split(array, cuts, axis=axis)
    assert len(parts) == len(expected) and all(map(same, parts, expected))
    assert all(part.base is x for part in parts)
    assert all(map(same, np.split(x, np.asarray(cuts, dtype=int), axis=axis), expected))


def test_array_split_and_errors():
    array = numpy.arange(7)
    assert all(map(same, np.array_split(np.asarray(array), 3), numpy.array_split(array, 3)))
    with pytest.raises(ShapeError, match="does not divide into 3 equal sections"):
        np.split(np.asarray(array), 3)
    with pytest.raises(ValueError, match="at least 1"):
        np.split(np.asarray(array), 0)
    with pytest.raises(ShapeError):
        np.split(np.asarray(1.0), 1)
    cube = numpy.arange(8).reshape(2, 2, 2)
    for name in ("vsplit", "hsplit", "dsplit"):
        assert all(map(same, getattr(np, name)(np.asarray(cube), 2), getattr(numpy, name)(cube, 2)))


def test_gradients_of_splitting(generator):
    x = leaf(generator, 4, 3)
    for cuts in (2, [1, 3], [3, 1], np.asarray([1])):
        assert gradcheck(lambda t, cuts=cuts: np.split(t, cuts), (x,))
        assert gradcheck(lambda t, cuts=cuts: np.split(t, cuts)[-1], (x,))
        assert gradgradcheck(lambda t, cuts=cuts: np.split(t, cuts)[0] ** 2, (x,))
    for axis in (0, 1):
        assert gradcheck(lambda t, axis=axis: np.unstack(t, axis=axis), (x,))
        assert gradcheck(lambda t, axis=axis: np.unstack(t, axis=axis)[1], (x,))
        assert gradgradcheck(lambda t, axis=axis: np.unstack(t, axis=axis)[1] ** 2, (x,))


# --- rolling, repeating, tiling -----------------------------------------------------------------

@pytest.mark.parametrize(("shift", "axis"), [
    (1, None), (-2, None), (100, None), (0, None), ((1, 2), None), (1, 0), (-1, 1), (7, -1), ((1, 2), (0, 1)),
    (2, (0, 1)), ((1, 1), (1, 1)), (0, 0)])
def test_roll(shift, axis, generator):
    for array in (numpy.arange(12).reshape(3, 4), numpy.zeros((0, 4)), numpy.arange(24).reshape(4, 6)[::-1, ::2]):
        x = np.asarray(array)
        result = np.roll(x, shift, axis=axis)
        assert same(result, numpy.roll(array, shift, axis=axis))
        assert result.size == 0 or result.base is None or result.base is not x
    assert gradcheck(lambda t: np.roll(t, shift, axis=axis), (leaf(generator, 3, 4),))
    assert gradgradcheck(lambda t: np.roll(t, shift, axis=axis) ** 2, (leaf(generator, 2, 3),))


def test_roll_of_a_scalar_and_errors():
    assert np.roll(np.asarray(3), 2).item() == 3
    with pytest.raises(ValueError, match="do not match"):
        np.roll(np.zeros((2, 2)), (1, 2, 3), (0, 1))
    with pytest.raises(AxisError):
        np.roll(np.zeros(2), 1, 1)


@pytest.mark.parametrize(("repeats", "axis"), [
    (2, None), (0, None), (3, 0), (2, 1), (2, -1), ([1, 0, 2], 0), ([2], 0), ([1, 2, 0, 1], 1), (numpy.int64(2), 0)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_repeat(repeats, axis, dtype):
    cube = numpy.arange(24).reshape(3, 4, 2)
    for array in (numpy.arange(12).reshape(3, 4), numpy.arange(24).reshape(4, 6).T[::2], cube):
        array = array.astype(dtype)
        if array.ndim == 2 or axis != -1:
            assert same(np.repeat(np.asarray(array), repeats, axis=axis), numpy.repeat(array, repeats, axis=axis))


def test_repeat_at_the_edges(generator):
    assert np.repeat(np.asarray(2), 3).tolist() == [2, 2, 2]
    assert np.repeat(np.zeros((2, 0)), 2, axis=0).shape == (4, 0)
    assert np.repeat(np.asarray([1, 2]), np.asarray([0, 2])).tolist() == [2, 2]
    with pytest.raises(ValueError, match="negative"):
        np.repeat(np.ones(2), -1)
    with pytest.raises(ShapeError, match="do not match"):
        np.repeat(np.ones(2), [1, 2, 3])
    for repeats, axis in ((2, None), (2, 1), ([1, 0, 3], 0)):
        assert gradcheck(lambda t, r=repeats, a=axis: np.repeat(t, r, axis=a), (leaf(generator, 3, 2),))
        assert gradgradcheck(lambda t, r=repeats, a=axis: np.repeat(t, r, axis=a) ** 2, (leaf(generator, 3, 2),))


@pytest.mark.parametrize("reps", [2, (2,), (2, 3), (2, 1, 3), (1, 1), (0, 2), ()])
def test_tile(reps, generator):
    for array in (numpy.arange(6).reshape(2, 3), numpy.arange(3), numpy.asarray(4), numpy.arange(6).reshape(2, 3).T):
        assert same(np.tile(np.asarray(array), reps), numpy.tile(array, reps))
    assert gradcheck(lambda t: np.tile(t, reps), (leaf(generator, 2, 3),))
    if np.tile(np.ones((2, 3)), reps).size:
        assert gradgradcheck(lambda t: np.tile(t, reps) ** 2, (leaf(generator, 2, 3),))


# --- padding ------------------------------------------------------------------------------------

WIDTHS = [0, 2, (1, 3), ((1, 2), (3, 0)), ((2,), (1,)), (7, 9)]


@pytest.mark.parametrize("width", WIDTHS, ids=repr)
@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "symmetric", "wrap"])
def test_pad(width, mode, generator):
    stepped = numpy.arange(24.0).reshape(4, 6)[::-2, ::2]
    for array in (numpy.arange(6).reshape(2, 3), stepped, numpy.arange(3).reshape(1, 3)):
        result = np.pad(np.asarray(array), width, mode=mode)
        assert same(result, numpy.pad(array, width, mode=mode))
        assert not np.asarray(array).size or result.base is None
    assert gradcheck(lambda t: np.pad(t, width, mode=mode), (leaf(generator, 2, 3),))
    assert gradgradcheck(lambda t: np.pad(t, width, mode=mode) ** 2, (leaf(generator, 2, 2),))


@pytest.mark.parametrize("values", [5, (1, 2), ((1, 2), (3, 4))])
def test_pad_values(values):
    array = numpy.arange(6).reshape(2, 3)
    assert same(np.pad(np.asarray(array), 2, constant_values=values), numpy.pad(array, 2, constant_values=values))


def test_pad_at_the_edges():
    assert np.pad(np.asarray(3), ()).item() == 3
    assert np.pad(np.zeros((0, 2)), 1).shape == (2, 4)
    assert np.pad(np.ones(2), {0: (1, 0)}).tolist() == [0, 1, 1]
    with pytest.raises(ShapeError, match="length 0"):
        np.pad(np.zeros(0), 1, mode="edge")
    with pytest.raises(ValueError, match="not negative"):
        np.pad(np.zeros(2), -1)
    with pytest.raises(ShapeError, match="pad_width"):
        np.pad(np.zeros(2), ((1, 1), (1, 1)))


@pytest.mark.parametrize("function", ["concatenate", "stack", "vstack", "hstack"])
def test_joining_in_a_dtype(function):
    arrays = [numpy.array([1.5, 2.0]), numpy.array([3, 4])]
    for dtype, casting in (("float32", "same_kind"), ("int8", "unsafe"), ("complex128", "safe")):
        wanted = getattr(numpy, function)(arrays, dtype=dtype, casting=casting)
        actual = getattr(np, function)([np.asarray(a) for a in arrays], dtype=dtype, casting=casting)
        assert actual.dtype == wanted.dtype
        assert actual.tolist() == wanted.tolist()
    with pytest.raises(TypeError, match="casting='same_kind'"):
        getattr(np, function)(arrays, dtype="int8")
