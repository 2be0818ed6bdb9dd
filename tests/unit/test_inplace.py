"""In-place operators, assignment and views on the tape; errors for values overwritten."""

import linecache

import numpy
import pytest

import mltensor as np
from mltensor import torch
from mltensor.errors import GradientError, ShapeError


def leaf(*values):
    return np.array(list(values)).requires_grad_()


def gradient_of(function, *values):
    """The gradient at a leaf after `function` of a fresh inner tensor of those values."""
    w = leaf(*values)
    function(w * 1.0).sum().backward()
    return w.grad.tolist()


def test_in_place_operators_are_recorded():
    def steps(x):
        x += 1
        x *= 3
        x -= 2
        x /= 2
        x **= 2
        return x

    # x = ((3 (w + 1) - 2) / 2)**2
    assert gradient_of(steps, 1.0, 3.0) == pytest.approx([2 * 2.0 * 1.5, 2 * 5.0 * 1.5])


def test_an_operand_of_an_in_place_operator_receives_its_gradient():
    x, factor = leaf(1.0, 2.0), leaf(5.0)
    y = x * 1.0
    y *= factor
    y.sum().backward()
    assert x.grad.tolist() == [5.0, 5.0]
    assert factor.grad.tolist() == [3.0]


def test_a_tensor_that_required_no_gradient_does_after_a_recorded_write():
    w = leaf(1.0, 2.0)
    x = np.zeros(3)
    x[1:] = w
    assert x.requires_grad
    (x * x).sum().backward()
    assert w.grad.tolist() == [2.0, 4.0]
    total = np.zeros(2)
    total += w
    total += w
    w.grad = None
    total.sum().backward()
    assert w.grad.tolist() == [2.0, 2.0]


def test_operands_that_are_the_tensor_itself_or_lie_in_it():
    def itself(x):
        x *= x
        return x

    def first(x):
        x *= x[0]
        return x

    def neighbour(x):
        x[1:] *= x[:-1]
        return x

    assert gradient_of(itself, 1.0, 2.0, 3.0) == [2.0, 4.0, 6.0]
    assert gradient_of(first, 2.0, 3.0, 4.0) == [2 * 2 + 3 + 4, 2.0, 2.0]
    assert gradient_of(neighbour, 1.0, 2.0, 3.0) == [3.0, 4.0, 2.0]


def test_assignment_to_slices():
    def shifted(x):
        x[1:] = x[:-1]
        return x * np.array([1.0, 10.0, 100.0])

    def constant(x):
        x[0] = 7
        return x * x

    def broadcast(x):
        x[...] = x[1]
        return x

    assert gradient_of(shifted, 1.0, 2.0, 3.0) == [11.0, 100.0, 0.0]
    assert gradient_of(constant, 1.0, 2.0) == [0.0, 4.0]
    assert gradient_of(broadcast, 1.0, 2.0, 3.0) == [0.0, 3.0, 0.0]


def test_assignment_by_masks_and_index_arrays():
    def doubled(x):
        x[np.array([True, False, True])] *= 2
        return x * x

    def written(x):
        x[[0, 0, 1]] = np.array([5.0, 6.0, 7.0])
        return x * x

    assert gradient_of(doubled, 1.0, 2.0, 3.0) == [8.0, 4.0, 24.0]
    assert gradient_of(written, 1.0, 2.0, 3.0) == [0.0, 0.0, 6.0]
    w = leaf(1.0, 2.0)
    x = np.zeros(4)
    x[[3, 1]] = w
    (x * np.array([1.0, 10.0, 100.0, 1000.0])).sum().backward()
    assert w.grad.tolist() == [1000.0, 10.0]


def test_a_value_of_another_dtype_or_shape_receives_its_own():
    w = np.ones(1, dtype="float32").requires_grad_()
    x = np.zeros((2, 3))
    x[:, 1:] = w
    x.sum().backward()
    assert w.grad.dtype == np.float32
    assert w.grad.tolist() == [4.0]


# --- views ------------------------------------------------------------------------------------------


def test_a_write_through_a_view_is_seen_by_its_base():
    def through(x):
        view = x[1:3]
        view *= 10
        return x * x

    assert gradient_of(through, 1.0, 2.0, 3.0, 4.0) == [2.0, 400.0, 600.0, 8.0]


def test_a_write_through_the_base_is_seen_by_views_made_before():
    w = leaf(1.0, 2.0, 3.0)
    x = w * 1.0
    view = x[1:]
    x *= 3
    (view * view).sum().backward()
    assert view.tolist() == [6.0, 9.0]
    assert w.grad.tolist() == [0.0, 36.0, 54.0]


def test_views_of_views_and_siblings():
    w = leaf(1.0, 2.0, 3.0, 4.0)
    x = w * 1.0
    view = x[1:3]
    inner, sibling = view[1:], x[::2]
    inner *= 10
    (view * view).sum().backward(retain_graph=True)
    assert w.grad.tolist() == [0.0, 4.0, 600.0, 0.0]
    w.grad = None
    (sibling * sibling).sum().backward()
    assert w.grad.tolist() == [2.0, 0.0, 600.0, 0.0]


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x.T,
        lambda x: x.reshape(6),
        lambda x: x[::-1],
        lambda x: x[:, ::2],
        lambda x: np.diagonal(x),
        lambda x: x[None],
        lambda x: np.expand_dims(x, 1),
        lambda x: np.moveaxis(x, 0, 1),
        lambda x: np.split(x, [1])[1],
        lambda x: np.unstack(x)[1],
        lambda x: np.flip(x, 1)[1:],
        lambda x: x[..., 1, 1],
    ],
    ids=[
        "T",
        "reshape",
        "backwards",
        "columns",
        "diagonal",
        "None",
        "expand_dims",
        "moveaxis",
        "split",
        "unstack",
        "flip",
        "element",
    ],
)
def test_writes_through_every_kind_of_view(view, generator):
    start = generator.normal(size=(2, 3))
    factors = np.array(generator.normal(size=(2, 3)))
    w = np.array(start).requires_grad_()
    x = w * 1.0
    part = view(x)
    part *= 5
    (x * x * factors).sum().backward()
    scale = numpy.ones((2, 3))
    view(np.asarray(scale))[...] = 5
    numpy.testing.assert_allclose(numpy.asarray(w.grad), 2 * start * scale**2 * numpy.asarray(factors))


def test_an_element_is_replaced_as_numpys_scalars_are():
    for space in (np, numpy):
        a = space.array([1.0, 2.0, 3.0])
        m = space.array([[1, 2], [3, 4]])
        x = a[0]
        x += 5
        total = m[1, 0]
        for value in m[0]:
            total += value
        half = m.sum()
        half /= 4
        spread = a.sum()
        spread -= a
        a[1] *= 10
        m[0, 1] -= 1
        view = a[..., 2]
        view += 1
        assert (float(x), int(total), float(half), spread.tolist()) == (6.0, 6, 2.5, [5.0, 4.0, 3.0])
        assert a.tolist() == [1.0, 20.0, 4.0]
        assert m.tolist() == [[1, 1], [3, 4]]


def test_an_element_of_the_pytorch_face_is_written():
    a = torch.tensor([1.0, 2.0])
    x = a[0]
    x += 5
    assert a.tolist() == [6.0, 2.0]


def test_replaced_elements_are_on_the_tape():
    w = leaf(2.0, 3.0)
    x = w[0]
    x *= w[1]
    y = w * w
    y[0] *= w[1]
    (x + y.sum()).backward()
    # w0 w1 + w0**2 w1 + w1**2
    assert w.grad.tolist() == [3.0 + 2 * 2 * 3, 2.0 + 4 + 2 * 3]


def test_a_second_derivative_through_a_write():
    w = leaf(2.0, 3.0)
    x = w * w
    x[0] *= w[1]
    (g,) = np.grad((x * x).sum(), w, create_graph=True)
    # (w0**2 w1)**2 + w1**4
    assert g.tolist() == [4 * 8.0 * 9, 2 * 16 * 3.0 + 4 * 27]
    (h,) = np.grad(g.sum(), w)
    assert h.tolist() == [12 * 4.0 * 9 + 8 * 8 * 3, 8 * 8.0 * 3 + 2 * 16 + 12 * 9]


def test_a_view_taken_under_no_grad_writes_without_record():
    x = leaf(1.0, 2.0)
    with np.no_grad():
        x[0] = 5
        x += 1
        view = x[1:]
        view *= 2
    assert x.tolist() == [6.0, 6.0]
    assert x.is_leaf
    assert x.requires_grad


# --- what is refused ----------------------------------------------------------------------------------


def test_leaves_and_their_views_are_not_written_under_the_tape():
    x = leaf(1.0, 2.0)
    with pytest.raises(GradientError, match=r"leaf.*no_grad"):
        x += 1
    with pytest.raises(GradientError, match="view of a leaf"):
        x[0] = 1
    view = x[1:]
    with pytest.raises(GradientError, match="view of a leaf"):
        view *= 2
    with pytest.raises(GradientError, match="leaf"):
        x[[0]] = 3
    assert x.tolist() == [1.0, 2.0]


def test_a_value_overwritten_before_backward_is_reported_with_both_lines():
    x = leaf(1.0, 2.0)
    y = np.exp(x)  # keeps its result
    y += 1  # and overwrites it
    with pytest.raises(GradientError) as caught:
        y.sum().backward()
    message = str(caught.value)
    assert "gradient of exp" in message
    assert "shape (2,)" in message
    assert "float64" in message
    lines = [line.strip() for line in linecache.getlines(__file__)]
    for text in ("y = np.exp(x)  # keeps its result", "y += 1  # and overwrites it"):
        assert text in message
        assert f"test_inplace.py:{lines.index(text) + 1}" in message
    assert ".copy()" in message


@pytest.mark.parametrize(
    "write",
    [
        lambda y: y.__iadd__(1),
        lambda y: y.__setitem__(0, 1),
        lambda y: y.__setitem__([0], 1.0),
        lambda y: y.zero_(),
        lambda y: y[1:].__imul__(2),
        lambda y: y.detach().__imul__(2),
        lambda y: np.add(y.detach(), 1, out=y.detach()),
        lambda y: y.copy_(np.zeros(2)),
    ],
    ids=["operator", "item", "index", "zero_", "view", "detached", "out", "copy_"],
)
def test_every_way_of_overwriting_is_noticed(write):
    x = leaf(1.0, 2.0)
    y = np.exp(x)
    z = y * 2
    write(y)
    with pytest.raises(GradientError, match="overwritten"):
        z.sum().backward()


def test_what_no_rule_reads_may_be_overwritten():
    x = leaf(1.0, 2.0)
    y = x + 1
    z = y * 2
    y += 5
    z.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_shapes_and_dtypes_of_in_place_writes_are_checked():
    y = leaf(1.0, 2.0) * 1
    with pytest.raises(ShapeError):
        y += np.ones((2, 2))
    with pytest.raises(ShapeError):
        y[:1] = np.ones(2)
    n = np.zeros(2, dtype="int64")
    with pytest.raises(GradientError, match="int64"):
        n += leaf(1.0, 2.0)
    assert y.tolist() == [1.0, 2.0]
    frozen = np.broadcast_to(np.zeros(1), (3,))
    with pytest.raises(ValueError, match="read-only"):
        frozen += 1
    with pytest.raises(ValueError, match="read-only"):
        frozen[0] = 1


@pytest.mark.parametrize("write", [
    lambda y: y.sin_(), lambda y: y.exp_(), lambda y: y.clamp_(0.5), lambda y: y.masked_fill_(y > 2.5, 0.0),
    lambda y: y.div_(0.7, rounding_mode="floor"), lambda y: y.sort(), lambda y: y.cumprod_(0),
])
def test_in_place_methods_whose_rules_read_the_old_value(write):
    x = np.array([1.0, 3.0, 2.0]).requires_grad_()
    y = x * 1
    write(y)
    (y * np.array([1.0, 2.0, 4.0])).sum().backward()
    with np.no_grad():
        expected, step = [], 1e-6
        for place in range(3):
            ends = []
            for sign in (1, -1):
                moved = x.copy()
                moved[place] += sign * step
                write(moved)
                ends.append((moved * np.array([1.0, 2.0, 4.0])).sum().item())
            expected.append((ends[0] - ends[1]) / (2 * step))
    assert x.grad.tolist() == pytest.approx(expected, rel=1e-6)


def test_writes_after_an_operator_that_reads_its_result():
    x, s = np.array([1.0, 2.0]).requires_grad_(), np.array(2.0).requires_grad_()
    y = x * 1
    y /= s
    y += 1
    y **= s
    y *= 3
    y.sum().backward()
    assert x.grad.tolist() == [3 * 1.5, 3 * 2.0]


def test_a_shuffled_tensor_keeps_its_gradient():
    x = np.arange(5.0).requires_grad_()
    y = x * 1
    np.random.default_rng(3).shuffle(y)
    (y * np.arange(5.0)).sum().backward()
    assert [y.tolist().index(place) for place in range(5)] == x.grad.tolist()


@pytest.mark.parametrize("write", [lambda y: y.fill_(5.0), lambda y: y.zero_(), lambda y: y.copy_(numpy.ones(2)),
                                   lambda y: y.__setitem__(..., 2.0)], ids=["fill_", "zero_", "copy_", "item"])
def test_a_result_that_constants_are_written_to_keeps_a_gradient_of_zero(write):
    x = np.array([2.0, 3.0]).requires_grad_()
    y = x * 2
    write(y)
    assert y.requires_grad
    assert np.grad((y * x).sum(), x, retain_graph=True)[0].tolist() == y.tolist()
    assert np.grad(y.sum(), x)[0].tolist() == [0.0, 0.0]
    whole = x * 2
    write(whole[:])
    assert np.grad(whole.sum(), x)[0].tolist() == [0.0, 0.0]
