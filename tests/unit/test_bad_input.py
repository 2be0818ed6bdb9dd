"""Bad calls: the exception NumPy would raise, never a crash, a read outside of memory or an accident of our own."""

import contextlib
import functools
import re
import subprocess
import sys
import textwrap

import numpy
import pytest

import mltensor as np
from mltensor import OPERATIONS
from mltensor.errors import DTypeError, ShapeError

BIG = 2**62


def nested(depth):
    """A list in a list, and so on."""
    return functools.reduce(lambda inner, _: [inner], range(depth), 1.0)


def self_containing():
    loop = [1.0]
    loop.append(loop)
    return loop


# --- nothing that an operation is given may crash it ------------------------------------------------

# In a process of its own for each family of operations: a crash is then found and named.
BATTERY = """
import faulthandler, itertools, sys
import numpy
import mltensor as np
faulthandler.enable()
loop = [1.0]; loop.append(loop)
values = [None, "abc", object(), [[1.0], [1.0, 2.0]], loop, (2, -3), -1, 2**62, 1.5, np.ones((2, 3)), np.zeros((0, 3)),
          np.ones(3, dtype="int8"), np.array([0, 7, -9]), numpy.array(["a"]), {}]
refusals = (TypeError, ValueError, IndexError, OverflowError, MemoryError, RuntimeError)
for name in sys.argv[1:]:
    operation = np.OPERATIONS[name]
    parameters = [p for p in operation.__signature__.parameters.values() if p.kind != p.VAR_KEYWORD]
    needed = sum(p.default is p.empty and p.kind != p.KEYWORD_ONLY for p in parameters)
    usual = np.ones((2, 3))
    for at in range(max(needed, 1)):
        for value, others in itertools.product(values, (usual, 1)):
            arguments = [usual] + [others] * (max(needed, 1) - 1)
            arguments[at] = value
            try:
                operation(*arguments)
            except refusals as error:
                assert not isinstance(error, (AttributeError, NameError)), (name, arguments, error)
                assert str(error), (name, arguments)
print("done")
"""


@pytest.mark.parametrize("part", range(8))
def test_no_operation_crashes_on_bad_arguments(part):
    names = sorted(OPERATIONS)[part::8]
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(BATTERY), *names], capture_output=True, text=True,
                          timeout=120, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "done"), done.stderr[-2000:]


# --- as NumPy refuses ---------------------------------------------------------------------------

@pytest.mark.parametrize("call", [
    lambda xp: xp.zeros((BIG, 4)), lambda xp: xp.zeros((-1,)), lambda xp: xp.empty((2**31, 2**31, 2**31)),
    lambda xp: xp.eye(2**40), lambda xp: xp.ones(3).reshape((2**63, 0)), lambda xp: xp.tile(xp.ones(3), BIG),
    lambda xp: xp.repeat(xp.ones(3), BIG), lambda xp: xp.repeat(xp.ones(3), -1),
    lambda xp: xp.broadcast_to(xp.ones(3), (2, 4)), lambda xp: xp.ones((2, 3)).sum(axis=5),
    lambda xp: xp.ones((2, 3)).sum(axis=(0, 0)), lambda xp: xp.ones((2, 3)).sum(axis=2**63),
    lambda xp: xp.ones((2, 3)).sum(axis=1.0), lambda xp: xp.ones((2, 3)) @ xp.ones((2, 3)),
    lambda xp: xp.concatenate([]), lambda xp: xp.stack([xp.ones(3), xp.ones(2)]), lambda xp: xp.ones(3)[5],
    lambda xp: xp.ones(3)[2**63], lambda xp: xp.ones(3)[1.0], lambda xp: xp.ones(3)["a"], lambda xp: xp.ones(3)[0, 0],
    lambda xp: xp.ones(3).reshape(2, -1, -1), lambda xp: xp.ones(3).reshape(2), lambda xp: xp.array([[1], [1, 2]]),
    lambda xp: xp.sin(xp.ones(3), dtype=bool), lambda xp: xp.sin(xp.ones(3), dtype="int8"),
    lambda xp: xp.floor(xp.ones(3), dtype=bool), lambda xp: xp.add(xp.ones(3), 1.0, dtype="int64"),
    lambda xp: xp.add(xp.ones(3), 1.0, out=xp.zeros(3, dtype="int64")), lambda xp: xp.sin(xp.ones(3), dtype=xp.ones(2)),
    lambda xp: xp.zeros(3, dtype="nosuch"), lambda xp: xp.partition(xp.ones(3), 3),
    lambda xp: xp.argpartition(xp.ones(3), -4), lambda xp: xp.vsplit(xp.ones(3), 3),
    lambda xp: xp.dsplit(xp.ones((3, 3)), 3), lambda xp: xp.tile(5, BIG), lambda xp: xp.broadcast_to(1.0, (BIG, 4)),
    lambda xp: xp.broadcast_shapes("C"), lambda xp: xp.broadcast_shapes((2,), (3,)),
    lambda xp: xp.broadcast_shapes((slice(None), 0)), lambda xp: xp.ones((2, 2)).compress(xp.ones((2, 2), dtype=bool)),
    lambda xp: xp.asarray([1.0], order="Z"), lambda xp: xp.zeros_like(xp.ones(3), order=5),
    lambda xp: xp.frombuffer(bytearray(12)), lambda xp: xp.frombuffer(bytearray(16), offset=-8),
    lambda xp: xp.frombuffer(bytearray(16), count=3), lambda xp: xp.ones(3) << 1.0, lambda xp: ~xp.ones(3),
    lambda xp: -xp.ones(3, dtype=bool), lambda xp: xp.array([2]) ** -1, lambda xp: bool(xp.ones(2)),
    lambda xp: int(xp.ones(2)), lambda xp: len(xp.ones(())), lambda xp: xp.ones(3) + None, lambda xp: xp.ones(3) < "a",
    lambda xp: xp.ravel(xp.ones((2, 2)), "Z"), lambda xp: xp.take(xp.ones(3), 3), lambda xp: xp.diagonal(xp.ones(3))])
def test_what_numpy_refuses_is_refused_with_its_class(call):
    with pytest.raises(Exception) as expected:
        call(numpy)
    classes = [cls for cls in expected.type.__mro__ if cls.__module__ == "builtins" and cls not in (Exception, object)]
    with pytest.raises(tuple(classes)) as found:
        call(np)
    assert str(found.value)


@pytest.mark.parametrize(
    "name", ["ravel", "sum", "sort", "outer", "concat", "matmul", "take", "where", "linear_recurrence"])
def test_none_in_the_place_of_a_tensor_is_a_type_error(name):
    count = max(1, sum(p.default is p.empty for p in OPERATIONS[name].__signature__.parameters.values()))
    with pytest.raises(TypeError):
        OPERATIONS[name](*[None] * count)


@pytest.mark.parametrize("name", sorted(name for name in dir(np.Tensor) if not name.startswith("_")))
def test_none_in_the_place_of_self_crashes_nothing(name):
    method = getattr(np.Tensor, name)
    if callable(method) and not isinstance(method, type):
        with contextlib.suppress(TypeError, AttributeError, NotImplementedError):
            method(None)


# --- what is no tensor, where the tape and the optimisers expect one ----------------------------------

@pytest.mark.parametrize("given", ["a", object(), [[1.0], [1.0, 2.0]]])
def test_a_starting_gradient_that_is_none(given):
    with pytest.raises((TypeError, ValueError)):
        np.ones(3).requires_grad_().sum().backward(given)


def test_a_starting_gradient_may_be_an_array():
    for given in (numpy.array([1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]):
        w = np.ones(3).requires_grad_()
        (w * 2.0).backward(given)
        assert w.grad.tolist() == [2.0, 4.0, 6.0]
    (gradient,) = np.grad(w * 2.0, w, grad_outputs=numpy.ones(3))
    assert gradient.tolist() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize("arguments", [([None], "w"), ("y", [None]), (5, "w"), ("y", 5)])
def test_gradients_of_what_is_no_tensor(arguments):
    w = np.ones(3).requires_grad_()
    names = {"w": w, "y": w.sum()}
    with pytest.raises(TypeError):
        np.grad(*(names[a] if isinstance(a, str) else a for a in arguments))


@pytest.mark.parametrize("returned", [1.0, "a", numpy.ones(3), np.ones(2), np.ones(3, device="cpu:1")])
@pytest.mark.parametrize("place", ["function", "leaf hook", "hook"])
def test_gradients_of_users_are_checked(returned, place):
    class Twice(np.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2.0

        @staticmethod
        def backward(ctx, g):
            return returned

    w = np.ones(3).requires_grad_()
    y = Twice.apply(w) if place == "function" else w * 2.0
    if place != "function":
        (w if place == "leaf hook" else y).register_hook(lambda g: returned)
    with pytest.raises((TypeError, ValueError)):
        y.sum().backward()


@pytest.mark.parametrize("returned", [1.0, "a", {}, numpy.ones(3), None])
def test_what_a_function_returns_beside_tensors_comes_back_as_it_is(returned):
    class Odd(np.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return returned

    assert Odd.apply(np.ones(3).requires_grad_()) is returned


def test_parameters_that_are_no_tensors():
    w = np.ones(3).requires_grad_()
    for bad in (5, None, numpy.ones(3)):
        with pytest.raises(TypeError, match="parameters must be tensors"):
            np.nn.utils.clip_grad_norm_([bad], 1.0)
        optimizer = np.optim.Adam([w])
        optimizer.param_groups[0]["params"].append(bad)
        with pytest.raises(TypeError, match="parameters must be tensors"):
            optimizer.step()
    with pytest.raises(ValueError, match="cpu:1"):
        w.grad = np.ones(3, device="cpu:1")


def test_numbers_beyond_a_dtype():
    for dtype in ("complex64", "complex128", "float64"):
        with pytest.raises(OverflowError):
            np.ones(3, dtype=dtype).fill(10**400)
    assert np.logical_xor(np.array([0, 1]), 2**63).tolist() == [True, False]


def test_lists_nested_too_deep_or_in_themselves():
    for value in (nested(2000), self_containing()):
        with pytest.raises(ValueError, match=r"nested deeper than 64|ragged"):
            np.array(value)
    with pytest.raises(TypeError):
        np.zeros(nested(2000))


def test_lists_that_are_too_short_for_their_operation():
    with pytest.raises(IndexError):
        np.pad_constant(np.ones((2, 3)), [(1, 1)], None)


def test_memory_of_others_is_checked():
    class Lies:
        def __init__(self, **changes):
            self.__array_interface__ = {"version": 3, "shape": (100,), "typestr": "<f8", "data": bytes(8), **changes}

    for lie in (Lies(), Lies(shape=(1,), offset=8), Lies(shape=(1,), offset=-8), Lies(shape=(2,), strides=(-8,))):
        with pytest.raises(ShapeError, match="outside its memory"):
            np.asarray(lie)
    with pytest.raises(ValueError, match="offset"):
        np.ndarray((1,), buffer=b"12345678", offset=-8)
    memory = bytearray(16)
    view = np.frombuffer(memory)
    with pytest.raises(BufferError):
        memory.extend(bytes(16))
    assert view.tolist() == [0.0, 0.0]


def test_membership_of_what_is_no_number():
    assert 1 in np.ones(3)
    assert "a" not in np.ones(3)
    assert object() not in np.ones((0, 3))


def test_out_may_be_larger_than_the_operands():
    out = np.zeros((2, 3))
    np.add(np.array([1.0, 2.0, 3.0]), 1.0, out=out)
    assert out.tolist() == [[2.0, 3.0, 4.0]] * 2
    np.negative(5.0, out=out, where=np.array([True, False, True]))
    assert out.tolist() == [[-5.0, 3.0, -5.0]] * 2
    with pytest.raises(ShapeError, match=re.escape("does not fit out= of shape (3,)")):
        np.add(np.ones((2, 3)), 1.0, out=np.zeros(3))


def test_dtype_of_a_comparison_and_of_a_magnitude():
    assert np.less(np.array([0.25, 0.75]), np.array([0.5, 0.5]), dtype=bool).tolist() == [True, False]
    assert np.absolute(np.array([3 + 4j]), dtype="float64").tolist() == [5.0]
    with pytest.raises(DTypeError, match=r"complex128.*float64.*astype"):
        np.add(np.array([1j]), 1.0, dtype="float64")


def test_ravel_in_the_order_of_memory():
    x = numpy.arange(24.0).reshape(2, 3, 4)
    for array in (x, x.T, x.transpose(1, 0, 2), x[:, ::-1], numpy.asfortranarray(x)):
        for order in "CFAK":
            assert np.asarray(array).ravel(order).tolist() == array.ravel(order).tolist(), order


@pytest.mark.parametrize("method", ["view_as", "reshape_as", "expand_as", "type_as", "is_same_size"])
def test_methods_that_need_a_tensor_say_so(method):
    with pytest.raises(TypeError, match="takes a tensor, not int"):
        getattr(np.ones(3), method)(3)


@pytest.mark.parametrize("method", ["uniform_", "normal_", "random_", "bernoulli_", "exponential_"])
def test_a_generator_must_be_one(method):
    with pytest.raises(TypeError, match="generator must be"):
        getattr(np.ones(3), method)(generator=np.ones(3))


# --- integers at their limits ---------------------------------------------------------------------

@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64"])
def test_integers_at_their_limits_do_not_trap(dtype):
    least = numpy.iinfo(dtype).min
    x = np.array([least, least, 7, -7], dtype=dtype)
    y = np.array([-1, 0, 0, 0], dtype=dtype)
    with numpy.errstate(all="ignore"):
        for name in ("floor_divide", "remainder", "fmod", "power", "left_shift", "right_shift"):
            if name == "power":
                continue
            wanted = getattr(numpy, name)(numpy.asarray(x), numpy.asarray(y))
            assert getattr(np, name)(x, y).tolist() == wanted.tolist(), name
        bits = numpy.iinfo(dtype).bits
        for count in (bits - 1, bits, 100):
            for name in ("left_shift", "right_shift"):
                wanted = getattr(numpy, name)(numpy.asarray(x), numpy.asarray(count, dtype))
                assert getattr(np, name)(x, np.array(count, dtype=dtype)).tolist() == wanted.tolist(), (name, count)
        assert np.abs(x).tolist() == numpy.abs(numpy.asarray(x)).tolist()
        assert (x ** 3).tolist() == (numpy.asarray(x) ** 3).tolist()


@pytest.mark.parametrize("call, argument", [
    (lambda x: np.moveaxis(x, 5, 0), "source"), (lambda x: np.moveaxis(x, 0, 5), "destination"),
    (lambda x: np.swapaxes(x, 5, 0), "axis1"), (lambda x: np.swapaxes(x, 0, -4), "axis2"),
    (lambda x: np.diagonal(x, axis1=5), "axis1"), (lambda x: np.diagonal(x, axis2=2**70), "axis2")])
def test_of_several_axes_the_error_names_the_wrong_one(call, argument):
    with pytest.raises(numpy.exceptions.AxisError, match=f"^{argument}: "):
        call(np.ones((2, 3)))
