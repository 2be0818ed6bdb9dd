"""Taking, gathering and scattering against NumPy and against loops; gradients to second order."""

import numpy
import pytest

import mltensor as np
from mltensor.autograd import gradcheck, gradgradcheck
from mltensor.errors import GradientError, IndexingError, ReadOnlyError, ShapeError

DTYPES = ["bool", "int8", "uint16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128"]


@pytest.fixture
def generator():
    return numpy.random.default_rng(5)


def same(result, expected):
    expected = numpy.asarray(expected)
    assert result.shape == expected.shape and result.dtype == expected.dtype
    return numpy.array_equal(numpy.asarray(result), expected)


def leaf(array):
    return np.asarray(numpy.asarray(array, dtype="float64"), requires_grad=True)


# --- take -------------------------------------------------------------------------------------

@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_take(dtype, axis, generator):
    array = numpy.arange(60).reshape(3, 4, 5).astype(dtype)
    for strided in (array, array.transpose(2, 0, 1), array[:, ::-1, ::2]):
        for indices in (1, -1, [0, 2, 2, -1], [[0, 1], [2, 0]], numpy.zeros((0,), "int64")):
            assert same(np.take(np.asarray(strided), np.asarray(indices), axis=axis), strided.take(indices, axis=axis))


@pytest.mark.parametrize("mode", ["wrap", "clip"])
def test_take_modes(mode):
    array = numpy.arange(5)
    indices = [-7, -1, 0, 4, 5, 12]
    assert same(np.take(np.asarray(array), indices, mode=mode), array.take(indices, mode=mode))
    x = leaf(numpy.arange(5))
    assert gradcheck(lambda t: np.take(t, indices, mode=mode), (x,))
    with pytest.raises(IndexingError, match="index -7 is out of bounds for axis 0 with size 5"):
        np.take(np.asarray(array), indices)
    with pytest.raises(ValueError, match="mode"):
        np.take(np.asarray(array), [0], mode="bounce")


def test_take_out_and_empty():
    out = np.zeros(2)
    assert np.take(np.arange(4.0), [3, 1], out=out) is out and out.tolist() == [3, 1]
    assert np.take(np.zeros((3, 0)), [0, 1], axis=0).shape == (2, 0)
    assert np.take(np.asarray(7.0), [0, 0]).tolist() == [7, 7]
    with pytest.raises(IndexingError):
        np.take(np.zeros((0, 3)), [0], axis=0)
    with pytest.raises(IndexingError, match="integers"):
        np.take(np.zeros(3), [0.5])


def test_index_select_and_compress():
    x = np.arange(12).reshape(3, 4)
    assert np.index_select(x, 1, np.asarray([3, 0])).tolist() == [[3, 0], [7, 4], [11, 8]]
    with pytest.raises(ShapeError):
        np.index_select(x, 1, np.asarray([[0]]))
    assert same(np.compress([True, False, True], x, axis=0), numpy.arange(12).reshape(3, 4)[[0, 2]])
    assert np.extract(x > 8, x).tolist() == [9, 10, 11]


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_gradient_of_take(axis, generator):
    x = leaf(generator.standard_normal((3, 4)))
    assert gradcheck(lambda t: np.take(t, [[0, 2], [2, 1]], axis=axis), (x,))
    assert gradgradcheck(lambda t: np.take(t, [0, 2, 2], axis=axis) ** 2, (x,))


# --- along an axis ----------------------------------------------------------------------------

@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_take_along_axis(dtype, axis, generator):
    array = generator.integers(0, 2 if dtype == "bool" else 100, (3, 4, 5)).astype(dtype)
    for strided in (array, array.transpose(1, 2, 0), array[::-1, :, ::2]):
        shape = list(strided.shape)
        shape[axis] = 7
        indices = generator.integers(-strided.shape[axis], strided.shape[axis], shape)
        expected = numpy.take_along_axis(strided, indices, axis)
        assert same(np.take_along_axis(np.asarray(strided), np.asarray(indices), axis), expected)


def test_take_along_axis_broadcasts():
    array = numpy.arange(12.0).reshape(3, 4)
    indices = numpy.array([[2, 0]])
    assert same(np.take_along_axis(np.asarray(array), np.asarray(indices), 1), numpy.take_along_axis(array, indices, 1))
    flat = numpy.array([5, -1])
    assert same(np.take_along_axis(np.asarray(array), flat, None), numpy.take_along_axis(array, flat, None))
    with pytest.raises(ShapeError, match="same number of dimensions"):
        np.take_along_axis(np.asarray(array), flat, 0)
    with pytest.raises(ShapeError, match="broadcast"):
        np.take_along_axis(np.asarray(array), numpy.zeros((2, 2), int), 1)
    with pytest.raises(IndexingError, match="index 4 is out of bounds for axis 1 with size 4"):
        np.take_along_axis(np.asarray(array), numpy.full((3, 1), 4), 1)


@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_put_along_axis(axis, generator):
    array = generator.standard_normal((4, 5))
    tensor = np.array(array)
    if axis is None:
        indices = numpy.array([3, -1, 7])
    else:
        indices = numpy.argsort(array, axis=axis)[:2, :2] if axis else numpy.argsort(array, axis=0)[:2]
        indices = indices if axis in (0, None) else numpy.argsort(array, axis=axis)[:, :2]
    numpy.put_along_axis(array, indices, 9, axis)
    assert np.put_along_axis(tensor, indices, 9, axis) is None
    assert same(tensor, array)


@pytest.mark.parametrize("axis", [0, 1, None])
def test_put_along_axis_is_seen_by_the_tape(axis, generator):
    indices = numpy.array([1, 3, 1]) if axis is None else numpy.array([[1, 0, 1]] if axis == 0 else [[1], [2]])
    old, new = (np.array(generator.normal(size=(2, 3))).requires_grad_() for _ in range(2))
    values = np.reshape(new, (-1,))[:3] if axis is None else new[:1] if axis == 0 else new[:, :1]
    target = old * 1.0
    np.put_along_axis(target, indices, values, axis)
    expected = old.detach().numpy().copy()
    numpy.put_along_axis(expected, indices, values.detach().numpy(), axis)
    assert target.tolist() == expected.tolist()
    (kept,) = np.grad(target.sum(), old)
    assert kept.numpy().tolist() == (expected == old.detach().numpy()).astype(float).tolist()
    with pytest.raises(GradientError, match="leaf"):
        np.put_along_axis(old, indices, values, axis)
    with np.no_grad():
        np.put_along_axis(old, indices, values, axis)
    assert old.tolist() == expected.tolist()
    fresh = np.zeros((2, 3))
    np.put_along_axis(fresh, indices, values, axis)
    (arrived,) = np.grad(fresh.sum(), new)
    # Where two indices name one place the gradient goes to both, as for an assignment.
    assert arrived.sum().item() == numpy.broadcast_to(indices, values.shape).size


def test_put_along_axis_checks_first():
    x = np.zeros((2, 3))
    with pytest.raises(IndexingError):
        np.put_along_axis(x, [[0], [5]], 1.0, 1)
    assert not x.any()
    with pytest.raises(ReadOnlyError):
        np.put_along_axis(np.broadcast_to(np.zeros(3), (2, 3)), [[0], [0]], 1.0, 1)
    transposed = np.zeros((2, 3)).T
    np.put_along_axis(transposed, np.asarray([4]), 1.0, None)
    assert transposed.tolist() == [[0, 0], [0, 0], [1, 0]]


def loop_gather(x, axis, index):
    out = numpy.zeros(index.shape, x.dtype)
    for place in numpy.ndindex(index.shape):
        source = list(place)
        source[axis] = index[place]
        out[place] = x[tuple(source)]
    return out


def loop_scatter(x, axis, index, src, add):
    out = x.copy()
    for place in numpy.ndindex(index.shape):
        target = list(place)
        target[axis] = index[place]
        out[tuple(target)] = src[place] + (out[tuple(target)] if add else 0)
    return out


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("dtype", ["int32", "float16", "float64", "complex64", "uint8"])
def test_gather_and_scatter(axis, dtype, generator):
    x = generator.integers(0, 50, (4, 5, 6)).astype(dtype)
    shape = [3, 4, 5]
    shape[axis] = 9
    index = generator.integers(0, x.shape[axis], shape)
    src = generator.integers(0, 50, [n + 1 for n in shape]).astype(dtype)
    assert same(np.gather(np.asarray(x), axis, np.asarray(index)), loop_gather(x, axis, index))
    tensors = np.asarray(x), axis, np.asarray(index), np.asarray(src)
    assert same(np.scatter_add(*tensors), loop_scatter(x, axis, index, src, True))
    assert same(np.scatter(*tensors), loop_scatter(x, axis, index, src, False))


def test_scatter_of_one_number_and_errors():
    x = np.zeros((2, 3))
    assert np.scatter(x, 1, np.asarray([[1], [0]]), 5.0).tolist() == [[0, 5, 0], [5, 0, 0]]
    assert not x.any()
    with pytest.raises(ShapeError, match="longer"):
        np.gather(x, 1, np.zeros((3, 1), dtype=int))
    with pytest.raises(ShapeError, match="source"):
        np.scatter_add(x, 1, np.zeros((2, 2), dtype=int), np.ones((2, 1)))
    with pytest.raises(IndexingError):
        np.scatter_add(x, 1, np.asarray([[3]]), np.ones((1, 1)))
    assert np.gather(np.asarray(3.0), 0, np.asarray(0)).item() == 3


@pytest.mark.parametrize("axis", [0, 1])
def test_large_scatter_add_is_the_same_on_any_number_of_threads(axis, generator):
    x = generator.standard_normal((300, 400))
    index = generator.integers(0, 300, (300, 400))
    src = generator.standard_normal((300, 400))
    threads = np.get_num_threads()
    results = []
    try:
        for count in (1, 2, 4):
            np.set_num_threads(count)
            results.append(numpy.asarray(np.scatter_add(np.asarray(x), axis, np.asarray(index), np.asarray(src))))
    finally:
        np.set_num_threads(threads)
    assert all(r.tobytes() == results[0].tobytes() for r in results)
    expected = x.copy()
    where = (index, numpy.arange(400)[None, :]) if axis == 0 else (numpy.arange(300)[:, None], index)
    numpy.add.at(expected, where, src)
    assert numpy.allclose(results[0], expected)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "float16", "float32", "int64", "complex128"])
@pytest.mark.parametrize(("places", "shape"), [(5000, (200_000,)), (300, (5000, 33)), (1000, (4000, 64)),
                                               (200, (300, 2000)), (70, (3000, 5, 12))])
def test_large_writes_are_the_same_on_any_number_of_threads(dtype, places, shape, generator):
    indices = generator.integers(-places, places, shape[0])
    values = (generator.standard_normal(shape) * 9).astype("int8").astype(dtype)
    start = (generator.standard_normal((places, *shape[1:])) * 9).astype("int8").astype(dtype)
    added, put = start.copy(), start.copy()
    numpy.add.at(added, indices, values)
    put[indices] = values
    threads = np.get_num_threads()
    try:
        for count in (1, 2, 3):
            np.set_num_threads(count)
            assert same(np.index_add(np.asarray(start), np.asarray(values), np.asarray(indices)), added)
            target = np.asarray(start.copy())
            target[np.asarray(indices)] = np.asarray(values)
            assert same(target, put)
            assert same(target[np.asarray(indices)], put[indices])
            turned = np.asarray(numpy.ascontiguousarray(start[::-1]))[::-1]
            turned[np.asarray(indices)] = np.asarray(values)
            assert same(turned, put)
    finally:
        np.set_num_threads(threads)


@pytest.mark.parametrize("bad", [1000, -1001])
@pytest.mark.parametrize("at", [0, 3, 150_000, 199_999])
def test_an_index_outside_among_many(bad, at):
    indices = numpy.arange(200_000) % 1000
    indices[at] = bad
    x = np.zeros(1000)
    for act in (lambda i: x[i], lambda i: np.index_add(x, 1.0, i), lambda i: x.__setitem__(i, 1.0)):
        with pytest.raises(IndexingError, match=f"index {bad} is out of bounds for axis 0 with size 1000"):
            act(np.asarray(indices))
    assert not x.any()


@pytest.mark.parametrize("shape", [(3, 0), (0,), (0, 4), (3,)])
def test_an_index_outside_of_tensors_without_elements(shape):
    x, indices = np.zeros(shape), np.asarray([0, 3])
    acts = [lambda: x[indices], lambda: np.take(x, indices, axis=0), lambda: np.index_add(x, 1.0, indices),
            lambda: x.__setitem__(indices, 1.0)]
    if len(shape) == 2:
        acts.append(lambda: np.embedding(x, indices))
    for act in acts:
        with pytest.raises(IndexingError, match="is out of bounds for axis 0 with size"):
            act()


@pytest.mark.parametrize("axis", [0, 1])
def test_gradients_along_an_axis(axis, generator):
    x = leaf(generator.standard_normal((3, 4)))
    src = leaf(generator.standard_normal((3, 4)))
    index = generator.integers(0, 3, (2, 3))
    whole = generator.integers(0, 3, (3, 4))
    distinct = numpy.argsort(generator.standard_normal((3, 4)), axis=axis)
    assert gradcheck(lambda t: np.gather(t, axis, index), (x,))
    assert gradgradcheck(lambda t: np.gather(t, axis, index) ** 2, (x,))
    assert gradcheck(lambda t: np.take_along_axis(t, whole, axis), (x,))
    assert gradcheck(lambda t: np.take_along_axis(t, whole[:1, :1], axis), (x,))
    assert gradgradcheck(lambda t: np.take_along_axis(t, whole, axis) ** 2, (x,))
    assert gradcheck(lambda t, s: np.scatter_add(t, axis, index, s), (x, src))
    assert gradgradcheck(lambda t, s: np.scatter_add(t, axis, index, s) ** 2, (x, src))
    assert gradcheck(lambda t, s: np.scatter(t, axis, distinct, s), (x, src))
    assert gradgradcheck(lambda t, s: np.scatter(t, axis, distinct, s) ** 2, (x, src))
    assert gradcheck(lambda t: np.take_along_axis(t, [5, 1, 1], None), (x,))


# --- embedding --------------------------------------------------------------------------------

def test_embedding(generator):
    weight = generator.standard_normal((6, 3))
    indices = generator.integers(0, 6, (2, 4))
    assert same(np.embedding(np.asarray(weight), np.asarray(indices)), weight[indices])
    table = leaf(weight)
    assert gradcheck(lambda w: np.embedding(w, indices), (table,))
    assert gradgradcheck(lambda w: np.embedding(w, indices) ** 2, (table,))
    np.embedding(table, [1, 2, 2, 1], padding_idx=2).sum().backward()
    assert table.grad.tolist() == [[0] * 3, [2] * 3, [0] * 3, [0] * 3, [0] * 3, [0] * 3]
    with pytest.raises(IndexingError, match="index 6 is out of bounds for axis 0 with size 6"):
        np.embedding(table, [6])
    with pytest.raises(ShapeError):
        np.embedding(np.zeros(3), [0])


# --- positions --------------------------------------------------------------------------------

@pytest.mark.parametrize("shape", [(0,), (7,), (3, 4), (2, 0, 3), (2, 3, 4), (70000,), (300, 400)])
@pytest.mark.parametrize("dtype", ["bool", "int8", "float64", "complex64"])
def test_nonzero(shape, dtype, generator):
    array = generator.integers(0, 2, shape).astype(dtype)
    for strided in (array, array.T, array[::-1]):
        found = np.nonzero(np.asarray(strided))
        assert all(map(same, found, numpy.nonzero(strided))) and len(found) == len(shape)
        assert same(np.argwhere(np.asarray(strided)), numpy.argwhere(strided))
        assert same(np.flatnonzero(np.asarray(strided)), numpy.flatnonzero(strided))


def test_nonzero_of_special_values():
    assert np.nonzero(np.asarray([0.0, -0.0, numpy.nan, numpy.inf]))[0].tolist() == [2, 3]
    with pytest.raises(ShapeError):
        np.nonzero(np.asarray(1.0))
    assert np.argwhere(np.asarray(1.0)).shape == (1, 0) and np.argwhere(np.asarray(0)).shape == (0, 0)


def test_one_hot():
    assert np.one_hot(np.asarray([[1], [2]])).tolist() == [[[0, 1, 0]], [[0, 0, 1]]]
    assert np.one_hot(np.asarray(1), 2).tolist() == [0, 1]
    assert np.one_hot(np.zeros((0,), dtype=int), 3).shape == (0, 3)
    for bad in ([3], [-1]):
        with pytest.raises(IndexingError, match="num_classes=3"):
            np.one_hot(np.asarray(bad), 3)
    with pytest.raises(ShapeError):
        np.one_hot(np.zeros((0,), dtype=int))


def test_bincount(generator):
    array = generator.integers(0, 20, 500)
    weights = generator.standard_normal(500)
    assert same(np.bincount(np.asarray(array)), numpy.bincount(array))
    assert same(np.bincount(np.asarray(array), minlength=30), numpy.bincount(array, minlength=30))
    assert same(np.bincount(np.asarray(array), weights=np.asarray(weights)), numpy.bincount(array, weights))
    assert np.bincount(np.zeros((0,), dtype=int), minlength=2).tolist() == [0, 0]
    assert gradcheck(lambda w: np.bincount(array[:6], weights=w), (leaf(weights[:6]),))
    with pytest.raises(ValueError, match="negative"):
        np.bincount(np.asarray([-1]))
    with pytest.raises(ShapeError):
        np.bincount(np.asarray([1]), weights=np.ones(2))


@pytest.mark.parametrize("size", [0, 1, 7, 5000, 200_001])
@pytest.mark.parametrize("length", [1, 100, 5000])
def test_bincount_of_many(size, length, generator):
    array = generator.integers(0, length, size)
    assert same(np.bincount(np.asarray(array)), numpy.bincount(array))
    assert same(np.bincount(np.asarray(array), minlength=length + 3), numpy.bincount(array, minlength=length + 3))
    with pytest.raises(ValueError, match="-2"):
        np.bincount(np.asarray([*array, -2]))


@pytest.mark.parametrize("name", ["tril", "triu"])
@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3), (2, 3, 4), (0, 3), (3, 0), (200, 300)])
def test_triangles(name, shape, generator):
    array = generator.standard_normal(shape)
    for k in (-9, -1, 0, 1, 9):
        assert same(getattr(np, name)(np.asarray(array), k=k), getattr(numpy, name)(array, k))
        if array.size < 50:
            assert gradcheck(lambda t, k=k: getattr(np, name)(t, k=k), (leaf(array),))
    with pytest.raises(ShapeError):
        getattr(np, name)(np.zeros(3))


@pytest.mark.parametrize("dtype", ["float64", "float32", "int8", "bool"])
def test_positions_are_integers_whatever_the_tensor_holds(dtype):
    array = numpy.arange(6).reshape(2, 3).astype(dtype)
    for index, axis in ((4, None), (-1, None), (1, 0), ([], None), ([], 1)):
        wanted = numpy.take(array, index, axis=axis)
        actual = np.take(np.asarray(array), index, axis=axis)
        assert actual.shape == wanted.shape
        assert actual.tolist() == wanted.tolist()
    assert np.asarray(array)[(), 0].shape == array[(), 0].shape


@pytest.mark.parametrize("dtype", ["uint8", "float32", "complex128"])
def test_many_places_by_several_indices(dtype, generator):
    array = numpy.arange(60 * 50 * 7).reshape(60, 50, 7).astype(dtype)
    i, j, k = (generator.integers(-n, n, 3001) for n in array.shape)
    one = numpy.array([[3]])
    keys = [(i, j, k), (i, j), (i, slice(None), k), (i[:600, None], j[:5]), (j[:5] % 50, i[:600, None] % 50),
            (i[:40, None, None], j[:9, None], k[:3]), (i[:30].reshape(5, 1, 6), j[:24].reshape(4, 6)), (one, j, one),
            (one, one[0]), (i[:0], j[:0]), (i.reshape(-1, 1), one), (Ellipsis, j, k), (i, 3, k)]
    for key in keys:
        for given in (array, array[::-1], numpy.asfortranarray(array)):
            assert same(np.asarray(given)[key], given[key])
        target, expected = np.array(array), array.copy()
        target[key], expected[key] = 1, 1
        assert same(target, expected)
    for threads in (1, 4):
        np.set_num_threads(threads)
        added = np.index_add(np.asarray(array), np.asarray(numpy.ones(3001, dtype)), (i, j, k))
        expected = array.copy()
        numpy.add.at(expected, (i, j, k), numpy.ones(3001, dtype))
        assert same(added, expected)
    for wrong in ((i, numpy.where(j == j[-1], 50, j)), (numpy.where(i == i[7], -61, i), j)):
        with pytest.raises(IndexError, match="out of bounds for axis"):
            np.asarray(array)[wrong]
        with pytest.raises(IndexError, match="out of bounds for axis"):
            target[wrong] = 2
    places = np.asarray(numpy.array([[1, 0], [0, 1]]))
    places[places[0], places[1]] = 5
    assert places.tolist() == [[1, 5], [5, 1]]


@pytest.mark.parametrize("shape", [(7,), (3, 50), (200, 1500), (4, 1), (2, 3, 9)])
def test_indices_along_the_last_axis_that_are_outside(shape, generator):
    array = generator.normal(size=shape)
    n = shape[-1]
    index = generator.integers(-n, n, shape)
    expected = numpy.take_along_axis(array, index, -1)
    assert same(np.take_along_axis(np.asarray(array), np.asarray(index), -1), expected)
    assert same(np.gather(np.asarray(array), -1, np.asarray(index)), expected)
    for wrong in (n, -n - 1, 2 ** 62, -2 ** 63):
        for place in (0, index.size // 2, index.size - 1):
            bad = index.copy()
            bad.flat[place] = wrong
            for call in (lambda i: np.take_along_axis(np.asarray(array), i, -1),
                         lambda i: np.gather(np.asarray(array), -1, i)):
                with pytest.raises(IndexError, match=f"index {wrong} is out of bounds"):
                    call(np.asarray(bad))
