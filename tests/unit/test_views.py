"""Views: the same memory under another shape, strides or order."""

import itertools

import numpy
import pytest

import mltensor as np
from mltensor.errors import AxisError, ReadOnlyError, ShapeError

SOURCES = {
    "contiguous": lambda x: x, "transposed": lambda x: x.transpose(2, 0, 1), "backwards": lambda x: x[::-1, :, ::-1],
    "every second": lambda x: x[:, ::2], "one plane": lambda x: x[1], "empty": lambda x: x[:0],
    "element": lambda x: x[0, 0, 0, ...],
}
VIEWS = {
    "T": lambda m, x: x.T,
    "mT": lambda m, x: x.mT if x.ndim > 1 else x,
    "reverse": lambda m, x: m.flip(x) if x.ndim else x,
    "reverse one": lambda m, x: m.flip(x, -1) if x.ndim else x,
    "squeeze": lambda m, x: m.squeeze(m.expand_dims(x, 0)),
    "expand": lambda m, x: m.expand_dims(x, (0, -1)),
    "moveaxis": lambda m, x: m.moveaxis(x, 0, -1) if x.ndim else x,
    "moveaxes": lambda m, x: m.moveaxis(x, (0, 1), (-1, 0)) if x.ndim > 1 else x,
    "swapaxes": lambda m, x: m.swapaxes(x, 0, -1) if x.ndim else x,
    "diagonal": lambda m, x: m.diagonal(x) if x.ndim > 1 else x,
    "diagonal of last": lambda m, x: m.diagonal(x, -1, -2, -1) if x.ndim > 1 else x,
    "broadcast": lambda m, x: m.broadcast_to(x, (2, *x.shape)),
    "newaxis": lambda m, x: x[None, ..., None],
    "steps": lambda m, x: x[..., ::-2] if x.ndim else x,
    "ellipsis": lambda m, x: x[...],
    "split": lambda m, x: m.array_split(x, 2, axis=-1)[0] if x.ndim else x,
    "unstack": lambda m, x: m.unstack(x)[-1] if x.ndim and x.shape[0] else x,
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_numpys_shape_and_strides_and_the_same_memory(source, view):
    base = numpy.arange(24, dtype="int32").reshape(2, 4, 3)
    wanted = VIEWS[view](numpy, SOURCES[source](base))
    tensor = np.asarray(base)
    actual = VIEWS[view](np, SOURCES[source](tensor))
    assert actual.shape == wanted.shape
    numpy.testing.assert_array_equal(numpy.asarray(actual), wanted)
    if wanted.size:
        assert all(a == b for a, b, n in zip(actual.strides, wanted.strides, wanted.shape, strict=True) if n > 1)
        assert numpy.asarray(actual).__array_interface__["data"][0] == wanted.__array_interface__["data"][0]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("order", ["C", "F"])
def test_reshape_shares_memory_where_numpy_does(source, order):
    base = numpy.arange(24).reshape(2, 4, 3)
    array, tensor = SOURCES[source](base), SOURCES[source](np.asarray(base))
    shapes = {shape for n in range(1, 4) for shape in itertools.product((1, 2, 3, 4, 6, 8, 12, 24, 0), repeat=n)
              if numpy.prod(shape) == array.size}
    for shape in [*shapes, (-1,), (1, -1)]:
        if array.size == 0 and -1 in shape:
            continue
        wanted = array.reshape(shape, order=order)
        actual = np.reshape(tensor, shape, order)
        assert actual.shape == wanted.shape
        numpy.testing.assert_array_equal(numpy.asarray(actual), wanted)
        if wanted.size:
            assert np.shares_memory(actual, tensor) == numpy.shares_memory(wanted, array), shape


def test_reshape_that_must_not_copy():
    x = np.ones((2, 3)).T
    with pytest.raises(ValueError, match="copy"):
        np.reshape(x, (6,), copy=False)
    assert not np.shares_memory(np.reshape(x, (3, 2), copy=True), x)
    assert np.shares_memory(np.reshape(x, (3, 1, 2), copy=False), x)


def test_shapes_that_do_not_fit():
    x = np.ones((2, 3))
    for shape in ((4,), (5, -1), (-1, -1), (2, 4), (-2, 3)):
        with pytest.raises(ValueError, match=r"reshape|shape"):
            x.reshape(shape)
    with pytest.raises(ShapeError, match=r"\(2, 3\)"):
        np.broadcast_to(x, (2, 2))
    with pytest.raises(ShapeError):
        np.broadcast_to(x, (3,))
    for axes in ((0,), (0, 0), (0, 1, 2)):
        with pytest.raises(ValueError, match=r"axes|axis"):
            np.permute_dims(x, axes)
    with pytest.raises(AxisError, match="axis 2 is out of bounds"):
        np.flip(x, 2)
    with pytest.raises(IndexError):
        np.expand_dims(x, 5)
    with pytest.raises(ValueError, match=r"squeeze|length|size"):
        np.squeeze(x, 0)
    with pytest.raises(ValueError, match="diagonal"):
        np.diagonal(np.ones(3))


def test_writes_are_seen_by_every_view():
    x = np.zeros((3, 4))
    row, column, diagonal, flat = x[1], x[:, 2], np.diagonal(x), x.reshape(12)
    x[1, 1] = 5
    assert row.tolist() == [0, 5, 0, 0]
    assert diagonal.tolist() == [0, 5, 0]
    column += 7
    assert flat.tolist() == [0, 0, 7, 0, 0, 5, 7, 0, 0, 0, 7, 0]
    flat[::5] = 1
    assert x.tolist() == [[1, 0, 7, 0], [0, 1, 7, 0], [0, 0, 1, 0]]


def test_overlapping_assignment_goes_by_values():
    for written, read in ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None)),
                          (slice(None), slice(None, None, -1))):
        for length in (10, 50_000):
            array = numpy.arange(length)
            tensor = np.array(array)
            array[written] = array[read].copy()
            tensor[written] = tensor[read]
            numpy.testing.assert_array_equal(numpy.asarray(tensor), array)
    square = np.array(numpy.arange(9).reshape(3, 3))
    square[...] = square.T
    assert square.tolist() == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]


def test_repeated_memory_is_read_only():
    x = np.broadcast_to(np.arange(3), (2, 3))
    for write in (lambda: x.__setitem__(0, 1), lambda: x.__iadd__(1), lambda: x[0].__imul__(2), lambda: x.copy_(x),
                  lambda: np.add(x, x, out=x)):
        with pytest.raises(ReadOnlyError, match="read-only"):
            write()
    y = x.copy()
    y[0] = 9
    assert x.tolist() == [[0, 1, 2]] * 2
    assert np.broadcast_to(np.arange(3), (3,)).copy().tolist() == [0, 1, 2]


def test_strided_views_stay_inside_the_memory():
    x = np.arange(10.0)
    windows = np.as_strided(x, (7, 4), (8, 8))
    assert windows[3].tolist() == [3, 4, 5, 6]
    assert np.as_strided(x, (5,), (-16,), 72).tolist() == [9, 7, 5, 3, 1]
    for shape, strides, offset in (((8, 4), (8, 8), 0), ((11,), (8,), 0), ((2,), (-8,), 0), ((2,), (8,), 72),
                                   ((1,), (8,), -8),
                                   ((2**40, 2**40), (2**40, 8), 0), ((3,), (2**62,), 0)):
        with pytest.raises(ValueError, match="outside its memory"):
            np.as_strided(x, shape, strides, offset)
    part = x[2:5]
    assert np.as_strided(part, (8,), (8,)).tolist() == list(range(2, 10))
    with pytest.raises(ValueError, match="outside its memory"):
        np.as_strided(part, (9,), (8,))
    assert np.as_strided(x, (0,), (8,), 0).shape == (0,)


def test_iteration_length_and_containment():
    x = np.array(numpy.arange(6).reshape(3, 2))
    assert len(x) == 3
    rows = list(x)
    assert [row.tolist() for row in rows] == [[0, 1], [2, 3], [4, 5]]
    rows[0][0] = 9
    assert x[0, 0] == 9
    assert 9 in x
    assert 77 not in x
    with pytest.raises(TypeError, match=r"0-d|no length|len"):
        len(np.array(1.0))
    with pytest.raises(TypeError):
        iter(np.array(1.0))
    assert [value.item() for value in reversed(np.arange(3))] == [2, 1, 0]


def test_hash_is_by_identity():
    x, y = np.ones(2), np.ones(2)
    assert {x: 1, y: 2}[x] == 1
    assert hash(x) != hash(y)
    assert hash(x) == hash(x)


def test_copies():
    x = np.array(numpy.arange(6.0).reshape(2, 3))
    for copied in (x.copy(), np.copy(x), x.T.copy(), x[:, ::2].copy()):
        assert copied.flags["C_CONTIGUOUS"] if hasattr(copied, "flags") else copied.is_contiguous()
        copied += 100
    assert x.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_orders_of_elements():
    base = numpy.arange(24.0).reshape(2, 3, 4)
    for array in (base, base.T, base[::-1], base.transpose(1, 0, 2), numpy.asfortranarray(base), base[:, :, ::2]):
        for order in "CFAK":
            x = np.asarray(array).detach().copy(order).requires_grad_()
            tensor = np.asarray(array)
            numpy.testing.assert_array_equal(numpy.asarray(np.ravel(tensor, order)), array.ravel(order))
            numpy.testing.assert_array_equal(numpy.asarray(tensor.flatten(order)), array.flatten(order))
            numpy.testing.assert_array_equal(numpy.asarray(np.copy(tensor, order)), array)
            weights = np.arange(float(array.size))
            (np.ravel(x, order) * weights).sum().backward()
            wanted = numpy.zeros_like(numpy.asarray(x.detach()))
            places = numpy.ravel(numpy.asarray(x.detach()), order)
            for place, weight in zip(places, weights.tolist(), strict=True):
                wanted[numpy.asarray(x.detach()) == place] = weight
            assert x.grad.tolist() == wanted.tolist()
    assert np.copy(np.ones((2, 3)), order="F").strides == (8, 16)
    with pytest.raises(ValueError, match="order"):
        np.copy(np.ones(2), order="X")
    assert not np.shares_memory(np.reshape(base.T, (24,), "F", copy=True), base)


def test_negative_lengths_are_refused():
    for shape in ((-1, 3), (-2,), (2, -3)):
        with pytest.raises(ValueError, match="negative"):
            np.broadcast_to(np.ones(()), shape)


def test_nothing_is_assigned_only_where_it_fits():
    x = np.zeros((3, 0, 2))
    x[...] = np.ones((1, 2))
    with pytest.raises(ValueError, match=r"broadcast|assign"):
        x[...] = [1, 2, 3]


def test_parts_of_complex_numbers_are_views():
    z = np.asarray([[1 + 2j, 3 + 4j], [5 + 6j, 7 + 8j]])
    np.real(z)[0, 0] = 9
    z.imag[:, 1] = -1
    assert z.tolist() == [[9 + 2j, 3 - 1j], [5 + 6j, 7 - 1j]]
    assert z[:, ::-1].T.real.tolist() == [[3.0, 7.0], [9.0, 5.0]]
    x = np.ones(3)
    assert np.real(x) is x
    assert np.imag(x).tolist() == [0.0, 0.0, 0.0]
    w = np.asarray([1 + 2j]).requires_grad_()
    (np.real(w) * 3 + np.imag(w)).sum().backward()
    assert w.grad.tolist() == [3 + 1j]
