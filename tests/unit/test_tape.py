"""The tape: leaves, accumulation, graphs kept and freed, hooks, switching it off, depth."""

import gc
import threading
import weakref

import pytest

import mltensor as np
from mltensor.errors import GradientError, ShapeError


def leaf(*values, dtype=None):
    return np.array(list(values), dtype=dtype).requires_grad_()


# --- leaves --------------------------------------------------------------------------------------

def test_a_leaf_is_what_the_user_asked_for():
    x = leaf(1.0, 2.0)
    assert x.requires_grad
    assert x.is_leaf
    assert x.grad is None
    assert x.grad_fn is None
    y = x * 2
    assert y.requires_grad
    assert not y.is_leaf
    assert y.grad_fn.name == "multiply"
    assert repr(y.grad_fn) == "<MultiplyBackward>"
    assert not np.ones(2).requires_grad
    assert np.ones(2).is_leaf


def test_only_floating_and_complex_tensors_require_a_gradient():
    for dtype in ("int64", "bool", "uint8"):
        with pytest.raises(GradientError, match="floating"):
            np.ones(2, dtype=dtype).requires_grad_()
    assert np.ones(2, dtype="complex64").requires_grad_().requires_grad
    assert np.ones(2, dtype="float16").requires_grad_().requires_grad


def test_requires_grad_can_be_switched_off_for_leaves_only():
    x = leaf(1.0)
    x.requires_grad = False
    assert not x.requires_grad
    y = leaf(1.0) * 2
    with pytest.raises(GradientError, match="detach"):
        y.requires_grad = False
    assert y.requires_grad_() is y


def test_integer_results_leave_the_tape():
    x = leaf(1.0, 3.0)
    assert not (x > 2).requires_grad
    assert not np.argmax(x).requires_grad
    assert not x.astype("int64").requires_grad


# --- going back ----------------------------------------------------------------------------------

def test_gradients_accumulate_at_the_leaf():
    x = leaf(1.0, 2.0)
    for times in (1, 2, 3):
        (x * x).sum().backward()
        assert x.grad.tolist() == [2.0 * times, 4.0 * times]
    x.grad = None
    assert x.grad is None


def test_a_gradient_shares_memory_with_no_other_tensor():
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    start = np.ones(2)
    (x + y).backward(start)
    x.grad += 1
    assert y.grad.tolist() == [1.0, 1.0]
    assert start.tolist() == [1.0, 1.0]
    (x + y).backward(start)
    assert x.grad.tolist() == [3.0, 3.0]
    assert y.grad.tolist() == [2.0, 2.0]


def test_a_leaf_takes_over_the_memory_of_a_gradient_that_nobody_else_holds():
    weight, x = np.ones((4, 3)).requires_grad_(), np.ones((2, 3))
    seen, held = [], []
    handle = weight.register_hook(lambda gradient: seen.append(gradient.data_ptr()))
    np.linear(x, weight).sum().backward()
    assert weight.grad.data_ptr() == seen[0]
    handle.remove()
    weight.grad = None
    weight.register_hook(held.append)
    np.linear(x, weight).sum().backward()
    assert weight.grad.data_ptr() != held[0].data_ptr()


def test_an_input_used_several_times_receives_the_sum():
    x = leaf(3.0)
    y = x * x + x * 2 + x
    y.sum().backward()
    assert x.grad.tolist() == [9.0]
    z = x + x
    (z * z).backward(np.ones(1), inputs=[x])
    assert x.grad.tolist() == [9.0 + 24.0]


def test_backward_needs_a_place_to_start():
    x = leaf(1.0, 2.0)
    with pytest.raises(GradientError, match=r"shape \(2,\)"):
        (x * 2).backward()
    with pytest.raises(ShapeError, match=r"\(3,\).*\(2,\)"):
        (x * 2).backward(np.ones(3))
    with pytest.raises(GradientError, match="no_grad"):
        np.ones(1).backward()
    (x * 2).backward(np.array([1, 10]))
    assert x.grad.tolist() == [2.0, 20.0]


def test_a_second_walk_needs_retain_graph():
    x = leaf(2.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [8.0]
    with pytest.raises(GradientError, match="retain_graph=True"):
        y.backward()
    assert x.grad.tolist() == [8.0]


def test_parts_of_a_graph_walked_in_turn():
    x = leaf(2.0)
    y = np.exp(x)
    first, second = y * 2, y * 3
    first.backward(retain_graph=True)
    second.backward()
    assert x.grad.item() == pytest.approx(5 * 7.38905609893065)


def test_grad_returns_gradients_and_leaves_the_leaves_alone():
    x, y = leaf(1.0, 2.0), leaf(3.0, 5.0)
    z = x * y
    gx, gy = np.grad(z.sum(), (x, y), retain_graph=True)
    assert gx.tolist() == [3.0, 5.0]
    assert gy.tolist() == [1.0, 2.0]
    assert x.grad is None
    assert y.grad is None
    (gz,) = np.grad((z * z).sum(), z)
    assert gz.tolist() == [6.0, 20.0]


def test_grad_of_an_unused_input():
    x, unused = leaf(1.0), leaf(1.0)
    with pytest.raises(GradientError, match=r"input 1.*allow_unused"):
        np.grad(x * 2, (x, unused))
    assert np.grad(x * 2, (x, unused), allow_unused=True)[1] is None
    assert np.grad(x * 2, (x, unused), materialize_grads=True)[1].tolist() == [0.0]


def test_backward_with_inputs_fills_those_only():
    x, y = leaf(1.0), leaf(2.0)
    (x * y).backward(inputs=[x])
    assert x.grad.tolist() == [2.0]
    assert y.grad is None


def test_several_outputs_at_once():
    x = leaf(2.0)
    np.autograd.backward([x * 2, x * 3], [np.ones(1), np.array([10.0])])
    assert x.grad.tolist() == [32.0]
    with pytest.raises(GradientError, match="2 outputs"):
        np.autograd.backward([x * 2, x * 3], [np.ones(1)])


def test_create_graph_to_the_third_order():
    x = leaf(2.0)
    y = x ** 4
    (first,) = np.grad(y, x, create_graph=True)
    (second,) = np.grad(first, x, create_graph=True)
    (third,) = np.grad(second, x, create_graph=True)
    (fourth,) = np.grad(third, x)
    assert [g.item() for g in (first, second, third, fourth)] == [32.0, 48.0, 48.0, 24.0]


def test_create_graph_puts_the_leafs_gradient_on_the_tape():
    x = leaf(2.0)
    (x * x * x).backward(create_graph=True)
    assert x.grad.requires_grad
    penalty = x.grad * x.grad
    x.grad = None
    penalty.backward()
    assert x.grad.item() == pytest.approx(2 * 12 * 12)
    x.grad = None


def test_a_gradient_of_a_sum_of_sine_to_the_fifth_order():
    x = leaf(0.3)
    y = np.sin(x)
    for wanted in (np.cos, lambda t: -np.sin(t), lambda t: -np.cos(t), np.sin, np.cos):
        (y,) = np.grad(y.sum(), x, create_graph=True)
        assert y.item() == pytest.approx(wanted(np.array([0.3])).item(), rel=1e-14)


# --- hooks and retained gradients ------------------------------------------------------------------

def test_hooks_see_and_replace_gradients():
    x = leaf(1.0, 2.0)
    seen = []
    handle = x.register_hook(lambda g: seen.append(g.tolist()))
    other = x.register_hook(lambda g: g * 10)
    (x * 3).sum().backward()
    assert seen == [[3.0, 3.0]]
    assert x.grad.tolist() == [30.0, 30.0]
    handle.remove()
    handle.remove()
    other.remove()
    (x * 3).sum().backward()
    assert len(seen) == 1
    assert x.grad.tolist() == [33.0, 33.0]


def test_a_hook_on_an_inner_tensor_sees_the_sum_of_what_arrives():
    x = leaf(1.0)
    y = x * 2
    seen = []
    y.register_hook(lambda g: seen.append(g.item()))
    (y * 3 + y * 4).backward()
    assert seen == [7.0]
    with pytest.raises(GradientError, match="register_hook"):
        np.ones(1).register_hook(print)


def test_an_error_in_a_hook_arrives_and_leaves_the_tape_usable():
    x = leaf(1.0)
    handle = x.register_hook(lambda g: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        (x * 2).backward()
    handle.remove()
    (x * 2).backward()
    assert x.grad.tolist() == [2.0]
    assert np.is_grad_enabled()


def test_retain_grad_keeps_the_gradient_of_an_inner_tensor():
    x = leaf(1.0, 2.0)
    y = x * 2
    y.retain_grad()
    x.retain_grad()
    (y * y).sum().backward()
    assert y.grad.tolist() == [4.0, 8.0]
    assert x.grad.tolist() == [8.0, 16.0]
    assert (x * 2).grad is None
    with pytest.raises(GradientError, match="retain_grad"):
        np.ones(1).retain_grad()


def test_setting_a_gradient_checks_what_it_is():
    x = leaf(1.0, 2.0)
    x.grad = np.ones(2)
    (x * 2).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]
    with pytest.raises(ShapeError, match=r"\(3,\)"):
        x.grad = np.ones(3)
    with pytest.raises(ShapeError, match="float32"):
        x.grad = np.ones(2, dtype="float32")
    with pytest.raises(TypeError, match="list"):
        x.grad = [1, 2]


# --- switching it off -----------------------------------------------------------------------------

def test_nothing_is_recorded_under_no_grad():
    x = leaf(1.0)
    with np.no_grad():
        assert not np.is_grad_enabled()
        y = x * 2
        with np.enable_grad():
            z = x * 2
    assert np.is_grad_enabled()
    assert not y.requires_grad
    assert z.requires_grad


def test_modes_as_decorators_with_and_without_parentheses():
    x = leaf(1.0)

    @np.no_grad()
    def first():
        return x * 2

    @np.no_grad
    def second():
        """Said."""
        return x * 2

    @np.enable_grad()
    def third():
        return x * 2

    assert not first().requires_grad
    assert not second().requires_grad
    assert second.__doc__ == "Said."
    with np.no_grad():
        assert third().requires_grad
    assert np.is_grad_enabled()


def test_modes_on_generators_hold_while_the_generator_runs():
    @np.no_grad()
    def numbers():
        yield np.is_grad_enabled()
        yield np.is_grad_enabled()

    for value in numbers():
        assert value is False
        assert np.is_grad_enabled()


def test_modes_are_put_back_after_an_exception_and_may_be_used_again():
    mode = np.no_grad()
    for _ in range(2):
        with pytest.raises(KeyError), mode, mode:
            assert not np.is_grad_enabled()
            raise KeyError
        assert np.is_grad_enabled()


def test_set_grad_enabled_acts_at_once_and_as_a_block():
    np.set_grad_enabled(False)
    assert not np.is_grad_enabled()
    np.set_grad_enabled(True)
    with np.set_grad_enabled(False):
        assert not np.is_grad_enabled()
    assert np.is_grad_enabled()
    with np.inference_mode():
        assert not np.is_grad_enabled()


def test_each_thread_switches_for_itself():
    found = []
    with np.no_grad():
        thread = threading.Thread(target=lambda: found.append(np.is_grad_enabled()))
        thread.start()
        thread.join()
    assert found == [True]


def test_detach_shares_memory_and_leaves_the_tape():
    x = leaf(1.0, 2.0)
    y = (x * 2).detach()
    assert not y.requires_grad
    z = x.detach()
    z[0] = 9.0
    assert x.tolist() == [9.0, 2.0]
    w = x * 3
    assert not w.detach_().requires_grad


def test_a_detached_factor_is_a_constant():
    x = leaf(3.0)
    (x * x.detach()).backward()
    assert x.grad.tolist() == [3.0]


# --- broadcasting and dtypes -----------------------------------------------------------------------

def test_broadcasting_is_undone():
    column, row, scalar = np.ones((3, 1)).requires_grad_(), np.ones(4).requires_grad_(), np.array(2.0).requires_grad_()
    (column * row * scalar).sum().backward()
    assert column.grad.tolist() == [[8.0]] * 3
    assert row.grad.tolist() == [6.0] * 4
    assert scalar.grad.item() == 12.0
    assert scalar.grad.shape == ()


def test_a_gradient_has_the_dtype_of_its_tensor():
    half, single, double = (np.ones(2, dtype=d).requires_grad_() for d in ("float16", "float32", "float64"))
    (half * single * double).sum().backward()
    assert [t.grad.dtype.name for t in (half, single, double)] == ["float16", "float32", "float64"]
    whole = np.array([2, 3])
    (single * whole).sum().backward()
    assert single.grad.dtype == np.float32
    assert single.grad.tolist() == [3.0, 4.0]


def test_a_real_tensor_in_a_complex_product_receives_the_real_part():
    x = leaf(1.0, 2.0)
    (x * np.array([1j, 2 + 1j])).imag.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]
    assert x.grad.dtype == np.float64


def test_complex_gradients_follow_pytorchs_convention():
    z = leaf(1 + 2j, 3 - 1j)
    (np.absolute(z) ** 2).sum().backward()
    assert np.allclose(z.grad, 2 * z.detach())
    z.grad = None
    (z * z).real.sum().backward()
    assert np.allclose(z.grad, np.conj(2 * z.detach()))
    z.grad = None
    np.exp(z).backward(np.array([1 + 0j, 1j]))
    assert np.allclose(z.grad, np.conj(np.exp(z.detach())) * np.array([1, 1j]))


# --- depth and memory ------------------------------------------------------------------------------

def test_a_graph_of_100_000_nodes_neither_recurses_nor_leaks():
    x = leaf(1.0)
    for create_graph in (False, True):
        y = x
        for _ in range(100_000):
            y = y * 1.0
        (g,) = np.grad(y, x, create_graph=create_graph)
        assert g.item() == 1.0
        del y, g
    y = x
    for _ in range(100_000):
        y = y + 1.0
    watched = weakref.ref(y)
    del y
    assert watched() is None


def test_a_graph_dies_with_its_result_without_the_collector():
    gc.disable()
    try:
        x = leaf(1.0, 2.0)
        inner = x * 3
        watched = weakref.ref(inner)
        y = np.exp(inner) * inner
        del inner
        assert watched() is not None
        del y
        assert watched() is None
    finally:
        gc.enable()


def test_what_a_graph_kept_is_freed_as_backward_goes():
    gc.disable()
    try:
        x = leaf(1.0, 2.0)
        inner = x * 3
        watched = weakref.ref(inner)
        y = (inner * inner).sum()
        del inner
        assert watched() is not None
        y.backward()
        assert watched() is None
        assert y.requires_grad
    finally:
        gc.enable()


def test_a_wide_graph():
    x = leaf(1.0)
    total = x * 0
    for k in range(1000):
        total = total + x * float(k)
    total.backward()
    assert x.grad.item() == 499500.0


def test_a_graph_in_the_form_of_a_ladder_is_walked_once():
    x = leaf(1.0)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad.item() == 2.0 ** 60


def test_backward_within_backward():
    x = leaf(2.0)

    def inner(g):
        # A hook runs unrecorded, as the rules do, unless it asks for recording.
        w = leaf(3.0)
        with np.enable_grad():
            (w * w).backward()
        return g * w.grad

    x.register_hook(inner)
    (x * x).backward()
    assert x.grad.tolist() == [24.0]


def test_threads_walk_their_own_graphs():
    results = {}

    def work(k):
        x = leaf(float(k))
        for _ in range(200):
            x.grad = None
            (x * x * x).backward()
        results[k] = x.grad.item()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {k: 3.0 * k * k for k in range(8)}


# --- walks inside walks, hooks, what is given and kept ---------------------------------------------

@pytest.mark.parametrize("hooked", ["first", "second"])
def test_a_walk_inside_a_walk_over_the_same_nodes(hooked):
    """What the outer walk has collected at a node outlives an inner walk over it."""
    x = leaf(1.0, 2.0)
    shared = x * 2
    first, second = shared * shared, shared * 3
    product = (first * second).sum()
    inner = []

    def walk_again(g):
        if not inner:       # the inner walk comes by here as well
            inner.append(None)
            inner[0] = np.grad(product, x, retain_graph=True)[0]

    (first if hooked == "first" else second).register_hook(walk_again)
    (first + second).sum().backward(retain_graph=True)
    assert inner[0].tolist() == [72.0, 288.0]
    assert x.grad.tolist() == [8 * 1.0 + 6, 8 * 2.0 + 6]


def test_a_walk_that_starts_itself_again():
    x = leaf(1.0, 2.0)
    middle = x * 2
    total = (middle * middle).sum()
    rounds = []

    def again(g):
        rounds.append(g.tolist())
        if len(rounds) < 4:
            total.backward(retain_graph=True)

    middle.register_hook(again)
    total.backward(retain_graph=True)
    assert rounds == [[4.0, 8.0]] * 4
    assert x.grad.tolist() == [32.0, 64.0]


def test_leaves_share_no_gradient_when_the_walk_is_recorded():
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    start = np.array([5.0, 6.0])
    (x + y).backward(start, create_graph=True)
    (x * 2).sum().backward()
    assert (x.grad.tolist(), y.grad.tolist(), start.tolist()) == ([7.0, 8.0], [5.0, 6.0], [5.0, 6.0])


def test_inputs_of_backward_may_be_inner_tensors():
    x = leaf(1.0, 2.0)
    y = x * 3
    (y * y).sum().backward(inputs=[y, x], retain_graph=True)
    assert (x.grad.tolist(), y.grad.tolist()) == ([18.0, 36.0], [6.0, 12.0])
    y.sum().backward(inputs=y)
    assert (x.grad.tolist(), y.grad.tolist()) == ([18.0, 36.0], [7.0, 13.0])
    with pytest.raises(GradientError, match="inputs is empty"):
        (x * 2).sum().backward(inputs=[])


def test_a_retained_gradient_adds_up():
    x = leaf(1.0)
    y = x * 3
    y.retain_grad()
    z = y * y
    z.backward(retain_graph=True)
    z.backward()
    assert y.grad.tolist() == [12.0]


def test_a_graph_that_kept_only_shapes_can_be_walked_again():
    x = leaf(1.0, 2.0)
    y = (x + x).reshape(2, 1).sum()
    y.backward()
    y.backward()
    assert x.grad.tolist() == [4.0, 4.0]


def test_what_hooks_give_is_checked():
    for wrong, error in ((lambda g: g.sum(), ShapeError), (lambda g: g.astype("float32"), ShapeError),
                         (lambda g: 3.0, TypeError)):
        x = leaf(1.0, 2.0)
        x.register_hook(wrong)
        with pytest.raises(error, match="hook"):
            (x * 2).sum().backward()


def test_a_hook_registered_twice_is_removed_once():
    x, seen = leaf(1.0), []

    def hook(g):
        seen.append("hook")

    x.register_hook(hook)
    x.register_hook(lambda g: seen.append("other"))
    handle = x.register_hook(hook)
    with handle:
        (x * 2).backward()
    handle.remove()
    (x * 2).backward()
    assert seen == ["hook", "other", "hook", "hook", "other"]


def test_starting_gradients():
    x = leaf(1.0, 2.0)
    (x * 2).backward([1.0, 3.0])
    assert x.grad.tolist() == [2.0, 6.0]
    with pytest.raises(GradientError, match="real"):
        (leaf(1 + 2j) * 2).sum().backward()
    with pytest.raises(GradientError, match="complex128"):
        (x * 2).backward(np.ones(2, dtype="complex128"))
    with pytest.raises(ValueError, match="cpu:1"):
        (x * 2).backward(np.ones(2, device="cpu:1"))


def test_a_mode_on_a_generator_passes_on_what_is_sent_and_thrown():
    @np.no_grad()
    def numbers():
        try:
            got = yield np.is_grad_enabled()
            yield got, np.is_grad_enabled()
        except KeyError:
            yield "caught", np.is_grad_enabled()
        return "end"

    running = numbers()
    assert next(running) is False
    assert running.send("sent") == ("sent", False)
    assert running.throw(KeyError) == ("caught", False)
    with pytest.raises(StopIteration, match="end"):
        next(running)
    assert np.is_grad_enabled()
    assert np.inference_mode(lambda: np.is_grad_enabled())() is False
