"""x[key] and x[key] = value against NumPy: fixed cases, random keys, errors, overlap, gradients."""

import random

import numpy
import pytest

import mltensor as np
from mltensor.autograd import gradcheck, gradgradcheck
from mltensor.errors import IndexingError, ReadOnlyError, ShapeError

DTYPES = ["bool", "int8", "uint16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128"]
BASIC = [
    3, -1, slice(1, 4), slice(None), slice(None, None, -1), slice(4, 1, -2), slice(-100, 100), slice(5, 2), ..., None,
    (), (1, 2), (..., 1), (1, ..., 2), (slice(None), None, 1), (None, ..., None), (numpy.int32(2), slice(1, None)),
    (slice(None, None, 2), slice(None, None, -3), -1), slice(-(10**30), 10**30), (numpy.array(1), 2),
]


def numpy_key(key):
    """The key with tensors as ndarrays."""
    if isinstance(key, tuple):
        return tuple(map(numpy_key, key))
    return numpy.asarray(key) if isinstance(key, np.Tensor) else key


def check_get(array, key):
    expected = numpy.asarray(array[numpy_key(key)])
    result = np.asarray(array)[key]
    assert result.shape == expected.shape and result.dtype == expected.dtype
    assert numpy.array_equal(numpy.asarray(result), expected)


@pytest.mark.parametrize("key", BASIC, ids=repr)
def test_basic_keys_are_views(key):
    array = numpy.arange(5 * 6 * 7).reshape(5, 6, 7)
    check_get(array, key)
    tensor = np.asarray(array)
    before = array.copy()
    tensor[key] = -1
    before[key] = -1
    assert numpy.array_equal(array, before)


def test_a_view_writes_through():
    x = np.arange(10)
    view = x[2:8:2]
    view[1] = 77
    assert x.tolist() == [0, 1, 2, 3, 77, 5, 6, 7, 8, 9]
    assert view.base is x and x[...].shape == (10,)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype(dtype):
    array = numpy.arange(24).reshape(2, 3, 4).astype(dtype)
    mask = array > 5 if "complex" not in dtype else [[True] * 3] * 2
    for key in ([1, 0], (0, [2, 1]), (slice(None), [[0, 1], [2, 0]]), mask):
        check_get(array, key)
        changed = array.copy()
        tensor = np.array(array)
        changed[key] = array[key][::-1]
        tensor[key] = np.array(array[key][::-1])
        assert numpy.array_equal(numpy.asarray(tensor), changed)


def test_where_the_dimensions_of_indices_go():
    x = np.zeros((2, 3, 4, 5))
    index = np.asarray([[0, 1, 0]])
    assert x[:, index].shape == (2, 1, 3, 4, 5)
    assert x[:, index, index].shape == (2, 1, 3, 5)
    assert x[:, index, :, index].shape == (1, 3, 2, 4)
    assert x[0, :, index].shape == (1, 3, 3, 5)
    assert x[:, 0, index].shape == (2, 1, 3, 5)
    assert x[index, None, index].shape == (1, 3, 1, 4, 5)


# --- random keys ------------------------------------------------------------------------------

def random_key(rng, shape):
    """A random mixed key for a tensor of a shape, with tensors, ndarrays and lists among its items."""
    items, axis = [], 0
    ellipsis = False
    common = rng.choice([(), (1,), (2,), (3,), (2, 3), (0,)])
    while axis < len(shape):
        choice, length = rng.random(), shape[axis]
        if choice < 0.15 and not ellipsis and not any(isinstance(i, numpy.ndarray) and i.dtype == bool for i in items):
            items.append(...)
            ellipsis = True
            axis += rng.randint(0, len(shape) - axis)
        elif choice < 0.25:
            items.append(None)
        elif choice < 0.45:
            bounds = [rng.choice([None, *range(-length - 2, length + 3)]) for _ in range(2)]
            items.append(slice(*bounds, rng.choice([None, 1, 2, -1, -2, 3])))
            axis += 1
        elif choice < 0.6 and length:
            items.append(rng.choice([int, numpy.int32, numpy.array])(rng.randrange(-length, length)))
            axis += 1
        elif choice < 0.85 and (length or 0 in common):
            dims = common[rng.randint(0, len(common)):] if rng.random() < 0.3 else common
            count = int(numpy.prod(dims))
            index = numpy.array([rng.randrange(-length, length) for _ in range(count if length else 0)], dtype="int64")
            index = index.reshape(dims) if index.size == count else numpy.zeros((0,), dtype="int64")
            items.append(index.tolist() if rng.random() < 0.3 and dims else index)
            axis += 1
        elif choice < 0.97 and not ellipsis:
            dims = rng.randint(0, min(2, len(shape) - axis))
            mask = [rng.random() < 0.5 for _ in range(int(numpy.prod(shape[axis:axis + dims])))]
            items.append(numpy.array(mask, dtype=bool).reshape(shape[axis:axis + dims]) if dims else mask[0])
            axis += dims
        elif rng.random() < 0.3:
            break
    return items[0] if len(items) == 1 and rng.random() < 0.5 else tuple(items)


def random_array(rng, shape, dtype):
    """Distinct numbers with plain, transposed or stepped strides."""
    array = numpy.arange(1, 1 + int(numpy.prod(shape))).astype(dtype).reshape(shape)
    choice = rng.random()
    if choice < 0.5 or not shape:
        return array
    if choice < 0.75:
        return numpy.asfortranarray(array)
    wide = numpy.zeros([2 * n + 1 for n in shape], dtype)
    view = wide[tuple(rng.choice([slice(None, 0, -2), slice(0, 2 * n, 2)]) for n in shape)]
    view[...] = array
    return view


def as_tensors(rng, key):
    if isinstance(key, tuple):
        return tuple(as_tensors(rng, item) for item in key)
    return np.array(key) if isinstance(key, numpy.ndarray) and rng.random() < 0.5 else key


@pytest.mark.parametrize("seed", range(8))
def test_random_keys(seed):
    rng = random.Random(seed)
    for _ in range(400):
        shape = tuple(rng.choice([0, 1, 2, 3, 4]) if rng.random() < 0.3 else rng.randint(1, 4)
                      for _ in range(rng.randint(0, 4)))
        array = random_array(rng, shape, rng.choice(["float64", "int32", "complex128", "uint8", "float16"]))
        key = random_key(rng, shape)
        ours = as_tensors(rng, key)
        try:
            expected = numpy.asarray(array[key])
        except IndexError:
            with pytest.raises(IndexingError):
                np.asarray(array)[ours]
            continue
        result = np.asarray(array)[ours]
        assert result.shape == expected.shape, (shape, key)
        assert numpy.array_equal(numpy.asarray(result), expected), (shape, key)

        value_shape = tuple(1 if rng.random() < 0.2 else n for n in expected.shape)
        if rng.random() < 0.2:
            value_shape = value_shape[rng.randint(0, len(value_shape)):]
        value = numpy.arange(100, 100 + int(numpy.prod(value_shape))).reshape(value_shape).astype("int64")
        changed, tensor = array.copy(), np.array(array)
        changed[key] = value
        tensor[ours] = np.asarray(value)
        assert numpy.array_equal(numpy.asarray(tensor), changed), (shape, key, value_shape)

        added = numpy.zeros(shape, array.dtype)
        numpy.add.at(added, key, numpy.ones_like(expected))
        counted = np.index_scatter(np.ones_like(result), ours, shape)
        assert numpy.array_equal(numpy.asarray(counted), added), (shape, key)


# --- large ------------------------------------------------------------------------------------

def test_large_keys_and_threads():
    generator = numpy.random.default_rng(0)
    array = generator.standard_normal((1000, 300))
    rows = generator.integers(-1000, 1000, 5000)
    mask = array > 0.3
    results = []
    threads = np.get_num_threads()
    try:
        for count in (1, 2, 3):
            np.set_num_threads(count)
            x = np.array(array)
            added = np.index_scatter(np.array(array[rows]), (np.array(rows),), (1000, 300))
            x[np.array(rows)] = np.array(array[:1] * numpy.arange(5000)[:, None])
            picked = np.array(array)[np.array(mask)]
            results.append([numpy.asarray(one) for one in (added, x, picked, np.array(array)[:, rows % 300])])
    finally:
        np.set_num_threads(threads)
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            assert a.tobytes() == b.tobytes()
    expected = array.copy()
    expected[rows] = array[:1] * numpy.arange(5000)[:, None]
    assert numpy.array_equal(results[0][1], expected)
    assert numpy.array_equal(results[0][2], array[mask])
    assert numpy.array_equal(results[0][3], array[:, rows % 300])
    total = numpy.zeros_like(array)
    numpy.add.at(total, rows, array[rows])
    assert numpy.allclose(results[0][0], total)


# --- assignment -------------------------------------------------------------------------------

def test_overlap_is_right():
    for key, value in [(slice(1, None), slice(None, -1)), (slice(None, None, -1), slice(None))]:
        x, array = np.arange(10), numpy.arange(10)
        x[key] = x[value]
        array[key] = array[value].copy()
        assert x.tolist() == array.tolist()
    x, array = np.arange(6), numpy.arange(6)
    index = [5, 4, 3, 2, 1, 0]
    x[index] = x
    array[index] = array.copy()
    assert x.tolist() == array.tolist()
    x = np.asarray([1, 2, 0])
    x[x] = 10 * x
    assert x.tolist() == [0, 10, 20]


def test_the_last_duplicate_wins():
    x = np.zeros(3)
    x[[1, 1, 1]] = np.asarray([5.0, 6.0, 7.0])
    assert x.tolist() == [0, 7, 0]


def test_assignment_casts_and_broadcasts():
    x = np.zeros((2, 3), dtype=np.int32)
    x[:, [0, 2]] = [[1.9], [2.9]]
    assert x.tolist() == [[1, 0, 1], [2, 0, 2]]
    x[0] = np.ones((1, 1, 3))
    assert x[0].tolist() == [1, 1, 1]
    x[x > 1] = -1
    assert x[1].tolist() == [-1, 0, -1]
    x[:, True] = 4
    x[False] = 9
    assert x.tolist() == [[4] * 3] * 2


def test_a_mask_takes_values_in_order():
    x = np.arange(6).reshape(2, 3)
    x[x % 2 == 1] = np.asarray([10, 11, 12])
    assert x.tolist() == [[0, 10, 2], [11, 4, 12]]


# --- errors -----------------------------------------------------------------------------------

@pytest.mark.parametrize(("key", "words"), [
    (7, "index 7 is out of bounds for axis 0 with size 5"),
    ((0, -4), "index -4 is out of bounds for axis 1 with size 3"),
    ([0, 9], "index 9 is out of bounds for axis 0 with size 5"),
    ((slice(None), [[0], [-4]]), "index -4 is out of bounds for axis 1 with size 3"),
    ((0, 0, 0), "too many indices for tensor: it is 2-dimensional, but 3 were indexed"),
    ((0, 0, [0]), "too many indices for tensor: it is 2-dimensional, but 3 were indexed"),
    (1.0, "only integers, slices"),
    ("a", "only integers, slices"),
    ([0.5], "integer (or boolean) type, not float64"),
    ((..., ...), "one ellipsis"),
    (numpy.ones((5, 4), bool), "mask of shape (5, 4) does not match the tensor of shape (5, 3) along axis 1: 4 and 3"),
    (([0, 1], [0, 1, 2]), "could not be broadcast together with shapes (2,) (3,)"),
    (10**30, "does not fit"),
])
def test_errors(key, words):
    x = np.zeros((5, 3))
    with pytest.raises(IndexingError) as caught:
        x[key]
    assert words in str(caught.value)
    with pytest.raises(IndexError):
        x[key] = 1
    assert not x.any()


def test_a_value_that_does_not_fit():
    x = np.zeros((5, 3))
    with pytest.raises(ShapeError, match=r"\(4,\).*\(2, 3\)"):
        x[[0, 1]] = np.ones(4)
    with pytest.raises(ShapeError):
        x[0] = np.ones(4)


def test_read_only_tensors_refuse():
    x = np.broadcast_to(np.zeros(3), (2, 3))
    for key in (0, [0], x == 0):
        with pytest.raises(ReadOnlyError):
            x[key] = 1


# --- gradients --------------------------------------------------------------------------------

KEYS = [
    1, slice(None, None, -2), (..., 0), (None, slice(1, 3)), [2, 0, 2], (slice(None), [1, 1]), ([0, 2], [1, 0]),
    numpy.arange(12).reshape(3, 4) % 2 == 0, (numpy.array([True, False, True]), 1), ([[0], [1]], slice(1, 3)),
]


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_gradient_of_getitem(key):
    x = np.asarray(numpy.random.default_rng(1).standard_normal((3, 4)), requires_grad=True)
    assert gradcheck(lambda t: t[key], (x,))
    assert gradgradcheck(lambda t: t[key] ** 2, (x,))


UNIQUE_KEYS = [1, slice(None, None, -2), (..., 0), [2, 0], (slice(None), [1, 3]), ([0, 2], [1, 0]), KEYS[7]]


@pytest.mark.parametrize("key", UNIQUE_KEYS, ids=repr)
def test_gradient_of_assignment(key):
    generator = numpy.random.default_rng(2)
    x = np.asarray(generator.standard_normal((3, 4)), requires_grad=True)
    value = np.asarray(generator.standard_normal((3, 4))[key], requires_grad=True)

    def assigned(t, v):
        t = t * 1.0
        t[key] = v * v
        return t * t

    assert gradcheck(assigned, (x, value))
    assert gradgradcheck(assigned, (x, value))
    assert gradcheck(lambda t, v: np.index_put(t, v, key), (x, value))
    assert gradgradcheck(lambda t, v: np.index_add(t, v, key) ** 2, (x, value))


def test_gradient_of_a_broadcast_value():
    x = np.asarray(numpy.ones((3, 4)), requires_grad=True)
    value = np.asarray(numpy.full((1, 1, 4), 2.0), requires_grad=True)
    result = np.index_put(x, value, [0, 2])
    result.sum().backward()
    assert x.grad.tolist() == [[0] * 4, [1] * 4, [0] * 4]
    assert value.grad.shape == (1, 1, 4) and value.grad.sum().item() == 8


# --- keys of one index alone ------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["tensor", "numpy", "list", "tuple of one"])
@pytest.mark.parametrize("shape", [(9,), (9, 4), (9, 2, 3)])
def test_one_index_alone(kind, shape):
    generator = numpy.random.default_rng(8)
    array = generator.standard_normal(shape)
    indices = numpy.array([3, -1, 0, 3])

    def key(given):
        return {"tensor": np.asarray(given), "numpy": given, "list": given.tolist(),
                "tuple of one": (np.asarray(given),)}[kind]

    mask = array[(slice(None), *[0] * (len(shape) - 1))] > 0
    row = generator.standard_normal(shape[1:])
    for given in (indices, mask, indices.reshape(2, 2), indices[:0], array > 0):
        assert numpy.array_equal(numpy.asarray(np.asarray(array)[key(given)]), array[given])
        full = given.dtype == bool and given.shape == shape
        for value in (2.0, array[given] * 3) if full else (2.0, row, array[given] * 3, array[given][None] * 2):
            expected, target = array.copy(), np.asarray(array.copy())
            expected[given] = value
            target[key(given)] = np.asarray(value)
            assert numpy.array_equal(numpy.asarray(target), expected)
            backwards = np.asarray(numpy.ascontiguousarray(array[::-1]))[::-1]
            backwards[key(given)] = value
            assert numpy.array_equal(numpy.asarray(backwards), expected)


def test_one_index_alone_checks_before_it_writes():
    x = np.asarray([1.0, 2.0, 3.0])
    with pytest.raises(IndexingError, match="index 3 is out of bounds"):
        x[np.asarray([0, 3])] = 9.0
    with pytest.raises(ShapeError, match="cannot be broadcast"):
        x[np.asarray([0, 1])] = np.ones(3)
    assert x.tolist() == [1, 2, 3]
    with pytest.raises(IndexingError, match="too many indices"):
        np.asarray(1.0)[np.asarray([0])]


def test_one_index_alone_reads_before_it_writes():
    x = np.arange(6)
    x[np.asarray([1, 2, 3])] = x[:3]
    assert x.tolist() == [0, 0, 1, 2, 4, 5]
    x = np.asarray([2, 0, 1])
    x[x] = x[::-1]
    expected = numpy.array([2, 0, 1])
    expected[expected.copy()] = expected[::-1].copy()
    assert x.tolist() == expected.tolist()


@pytest.mark.parametrize("dtype", ["bool", "int16", "float32", "int64", "complex128"])
@pytest.mark.parametrize("size", [1, 7, 16, 33, 1000, 200_001])
@pytest.mark.parametrize("share", [0.0, 0.03, 0.5, 1.0])
def test_writing_to_where_a_mask_is_true(size, share, dtype, generator):
    start = generator.integers(0, 100, size).astype(dtype)
    mask = generator.random(size) < share
    values = generator.integers(0, 100, int(mask.sum())).astype(dtype)
    wanted = start.copy()
    wanted[mask] = values
    x = np.array(start)
    x[np.asarray(mask)] = np.asarray(values)
    assert numpy.array_equal(numpy.asarray(x), wanted)
    if values.size > 1:
        with pytest.raises(ShapeError, match="cannot be broadcast to what the index selects"):
            x[np.asarray(mask)] = np.asarray(values[1:].repeat(3))
    ours = np.asarray(numpy.ones(size, "bool"))
    ours[ours] = np.zeros(size, dtype="bool")
    assert not ours.any()
