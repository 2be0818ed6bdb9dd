"""Names whose rooms are loaded when asked for, and what is told about names that there are not."""

import doctest
import importlib
import inspect
import subprocess
import sys
import warnings

import numpy
import pytest

import mltensor as np
from mltensor._on_demand import ROOM_OF, ROOMS
from mltensor.errors import DTypeError, GradientError, IndexingError, ReadOnlyError, ShapeError, UnsupportedError


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_offers_what_it_says(room):
    module = importlib.import_module(room)
    for name in ROOMS[room]:
        assert getattr(np, name) is getattr(module, name)
        assert name in dir(np)
    if room.startswith("mltensor._on_demand"):
        assert set(ROOMS[room]) <= set(module.__all__)


@pytest.mark.parametrize("room", sorted({*ROOMS, "mltensor.lib.stride_tricks"} - {"numpy"}))
def test_the_examples_of_a_room(room):
    failed, _ = doctest.testmod(importlib.import_module(room), extraglobs={"np": np})
    assert not failed


def test_no_room_is_loaded_by_the_import():
    program = ("import sys, mltensor; print([name for name in sys.modules if name.startswith("
               "('mltensor._on_demand.', 'mltensor.io', 'mltensor.lib', 'mltensor.testing', 'numpy.testing'))])")
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize("name", [name for name in ROOM_OF if inspect.isroutine(getattr(numpy, name, None))])
def test_arguments_are_called_as_in_numpy(name):
    try:
        theirs = inspect.signature(getattr(numpy, name)).parameters
    except ValueError:  # NumPy's function in C says nothing
        return
    ours = inspect.signature(getattr(np, name)).parameters
    if name in ("genfromtxt", "einsum_path", "frompyfunc"):  # by keyword, or passed on
        return
    assert [one for one in theirs if one not in ("like", "device")] == [
        one for one in ours if one not in ("like", "device")], name


@pytest.mark.parametrize("name, said", [
    ("matrix", "two dimensions"), ("ma", "mask"), ("rec", "dictionary"), ("datetime64", "numpy.datetime64"),
    ("str_", "text|numbers"), ("longdouble", "float64"), ("object_", "list"), ("memmap", "load"), ("float_", "float64"),
    ("int", "int64"), ("Inf", "use inf"), ("polynomial", "polyval"), ("get_include", "numpy.get_include")])
def test_absent_names_say_what_to_use(name, said):
    assert not hasattr(np, name)
    with pytest.raises(AttributeError, match=f"no attribute '{name}'.*{said}"):
        getattr(np, name)


def test_unknown_names_say_nothing_more():
    with pytest.raises(AttributeError, match=r"no attribute 'arrange'$"):
        np.arrange  # noqa: B018


def test_all_names_at_once():
    program = ("from mltensor import *; import sys; print(linalg.norm(append(c_[3.0], 4)), polyval([1, 2], 3),"
               " 'importlib' in globals(), 'mltensor.torch' in sys.modules)")
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["5.0", "5", "False", "False"]


def test_annotations_and_exceptions():
    assert np.typing.NDArray[np.float64].__origin__ is np.ndarray
    assert np.ndarray[tuple[int], np.dtype[np.float64]].__origin__ is np.ndarray
    with pytest.raises(np.exceptions.AxisError):
        np.ones(2).sum(axis=1)
    assert np.dtypes.Float64DType is numpy.dtypes.Float64DType
    assert isinstance(numpy.float64(1), np.ScalarType) and np.True_ is numpy.True_


# --- settings for floating-point errors ---------------------------------------------------------------

def test_settings_for_errors_are_kept_and_nothing_is_printed():
    assert np.geterr() == dict.fromkeys(("divide", "over", "under", "invalid"), "ignore")
    before = np.seterr(all="warn", under="ignore")
    assert np.geterr() == {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error")
        assert np.geterr()["divide"] == "ignore"
        assert (np.array(1.0) / 0).item() == numpy.inf
    assert np.geterr()["divide"] == "warn"
    assert np.seterr(**before)["divide"] == "warn"
    assert np.geterr()["divide"] == "ignore"


def test_errstate_as_decorator_and_nested():
    @np.errstate(divide="print")
    def inside():
        with np.errstate(over="warn"):
            return np.geterr()

    assert inside() == {"divide": "print", "over": "warn", "under": "ignore", "invalid": "ignore"}
    assert set(np.geterr().values()) == {"ignore"}


@pytest.mark.parametrize("value", ["raise", "call", "log"])
def test_what_would_have_to_interrupt_is_refused(value):
    for function in (np.seterr, np.errstate):
        with pytest.raises(UnsupportedError, match="isfinite"):
            function(divide=value)
    assert set(np.geterr().values()) == {"ignore"}


def test_the_function_for_errors_is_kept():
    assert np.seterrcall(print) is None
    assert np.geterrcall() is print
    assert np.seterrcall(None) is print
    with pytest.raises(ValueError):
        np.seterrcall(3)


# --- strides --------------------------------------------------------------------------------------------

def test_strided_views_stay_inside_the_memory():
    x = np.arange(6.0)
    view = np.lib.stride_tricks.as_strided(x, (2, 2), (8, 16))
    view[0, 1] = 9
    assert x[2].item() == 9
    for shape, strides in (((7,), (8,)), ((2,), (48,)), ((2, 4), (8, 16)), ((2,), (-8,)), ((2 ** 40,), (8,))):
        with pytest.raises(ValueError):
            np.lib.stride_tricks.as_strided(x, shape, strides)
    with pytest.raises(ReadOnlyError):
        np.lib.stride_tricks.as_strided(x, (2,), (8,), writeable=False)[0] = 1


def test_windows_are_views_that_cannot_be_written():
    x = np.arange(5.0)
    windows = np.lib.stride_tricks.sliding_window_view(x, 3)
    assert np.shares_memory(x, windows)
    with pytest.raises(ReadOnlyError):
        windows[0, 0] = 1
    np.lib.stride_tricks.sliding_window_view(x, 3, writeable=True)[0, 1] = 7
    assert x[1].item() == 7
    x.requires_grad_()
    np.lib.stride_tricks.sliding_window_view(x, 3).sum().backward()
    assert x.grad.tolist() == [1, 2, 3, 2, 1]


# --- assertions -----------------------------------------------------------------------------------------

def test_assertions_compare_tensors():
    x = np.array([1.0, 2.0]).requires_grad_()
    np.testing.assert_allclose(x, [1.0, 2.0 + 1e-9])
    np.testing.assert_equal({"a": [x, 1]}, {"a": [numpy.array([1.0, 2.0]), 1]})
    np.testing.assert_array_equal(x, x)
    np.testing.assert_almost_equal(x, np.array([1.0, 2.0]), decimal=12)
    np.testing.assert_array_less(x, x + 1)
    np.testing.assert_equal(x.sum(), 3.0)
    with np.testing.assert_raises(AssertionError):
        np.testing.assert_array_almost_equal(x, x + 1)
    with pytest.raises(AssertionError, match="Mismatched elements: 1 / 2"):
        np.testing.assert_allclose(x, [1.0, 3.0])


# --- loops ----------------------------------------------------------------------------------------------

def test_what_iterators_do_not_do_is_said():
    with pytest.raises(UnsupportedError, match="external_loop"):
        np.nditer(np.ones(3), flags=["external_loop"])
    with pytest.raises(ReadOnlyError):
        np.nditer(np.broadcast_to(np.ones(1), (3,)), op_flags=["readwrite"])
    with pytest.raises(ValueError):
        np.nditer(np.ones(0))
    with pytest.raises(UnsupportedError, match="apply_along_axis"):
        np.vectorize(sum, signature="(n)->()")
    with pytest.raises(ReadOnlyError):
        for value in np.nditer(np.broadcast_to(np.ones(1), (3,))):
            value[...] = 1


def test_iterators_count_along():
    iterator = np.nditer([np.arange(6).reshape(2, 3), np.arange(3)], flags=["c_index", "multi_index"])
    seen = [(iterator.index, iterator.multi_index, int(a), int(b)) for a, b in iterator]
    assert seen == [(3 * i + j, (i, j), 3 * i + j, j) for i in range(2) for j in range(3)]


def test_a_vectorized_function_gets_numbers_or_what_is_on_the_tape():
    kinds = set()

    def double(v):
        kinds.add(type(v))
        return v * 2

    x = np.array([1.0, 2.0])
    np.vectorize(double)(x)
    np.vectorize(double)(x.requires_grad_()).sum().backward()
    assert kinds == {float, np.Tensor}
    assert x.grad.tolist() == [2, 2]


# --- memory and devices -----------------------------------------------------------------------------------

def test_what_flags_say_cannot_be_set():
    with pytest.raises(ValueError, match="cannot be set"):
        np.ones(3).flags["C"] = False


def test_tensors_are_closed_and_opened():
    x = np.ones((2, 3))
    x.flags.writeable = False
    for write in (lambda: x.fill(2), lambda: x.__setitem__(0, 1), lambda: x.__iadd__(1), lambda: np.add(x, 1, out=x),
                  lambda: np.put(x, 0, 1), lambda: x[0].fill(1), lambda: x.sort(), lambda: x.flat.__setitem__(0, 1)):
        with pytest.raises(ReadOnlyError):
            write()
    assert not x.numpy().flags.writeable and x.sum().item() == 6
    with pytest.raises(ReadOnlyError, match="protects"):
        x[0].flags.writeable = True
    x.setflags(write=True)
    x[0] = 2
    assert x.sum().item() == 9
    with pytest.raises(ReadOnlyError, match="repeated"):
        np.broadcast_to(np.ones(1), (3,)).flags.writeable = True
    with pytest.raises(ReadOnlyError):
        np.frombuffer(b"12345678").flags["W"] = True


def test_views_as_a_subclass():
    class Named(np.ndarray):
        def __array_finalize__(self, other):
            self.name = getattr(other, "name", "none")

    x = np.ones(2)
    view = x.view(Named)
    assert type(view) is Named and view.name == "none" and np.shares_memory(x, view)
    view[0] = 5
    assert x.tolist() == [5, 1]


def test_an_iterator_makes_a_place_for_results():
    it = np.nditer([np.arange(3).reshape(3, 1), np.arange(2.0), None])
    for x, y, z in it:
        z[...] = x + y
    assert it.operands[2].tolist() == [[0, 1], [1, 2], [2, 3]] and it.operands[2].dtype == np.float64


def test_the_elements_in_a_line():
    x = np.arange(6.0).reshape(2, 3).T
    assert [value.item() for value in x.flat] == [0, 3, 1, 4, 2, 5]
    line = x.flat
    next(line)
    assert line.coords == (0, 1) and line.index == 1 and len(line) == 6
    assert numpy.asarray(x.flat).tolist() == x.flat.copy().tolist() == [0, 3, 1, 4, 2, 5]


@pytest.mark.parametrize("call", [
    lambda x: np.append(x, [1.0, 2.0]), lambda x: np.insert(x, 1, 5), lambda x: np.delete(x, [0]),
    lambda x: np.resize(x, (5,)), lambda x: np.r_[x, 1, [2.0]], lambda x: np.c_[x, x], lambda x: np.union1d(x, [1.0]),
    lambda x: np.select([x > 0], [x]), lambda x: np.choose([0, 1, 0], [x, 2.0]), lambda x: np.polyval([1.0, 2.0], x),
    lambda x: np.polymul(x, [1.0, 2.0]), lambda x: np.lexsort((x,)), lambda x: np.block([x, 1.0]),
    lambda x: np.packbits(x.astype(bool)), lambda x: np.apply_along_axis(np.sum, 0, x),
    lambda x: np.piecewise(x, [x > 1], [1.0, lambda v: v])])
def test_results_are_where_the_tensor_is(call):
    x = np.array([0.0, 1.0, 2.0], device="cpu:1")
    assert str(call(x).device) == "cpu:1"
    assert call(x).to("cpu").tolist() == call(x.to("cpu")).tolist()


# --- messages ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("call, error, said", [
    (lambda: np.insert([1, 2], 9, 0), IndexingError, "insert: index 9 is out of bounds for axis 0 with size 2"),
    (lambda: np.delete([1, 2], 9), IndexingError, "delete: index 9 is out of bounds"),
    (lambda: np.put(np.zeros(3), [5], 1), IndexingError, "out of bounds for a tensor of shape \\(3,\\)"),
    (lambda: np.select([[1, 0]], [[1, 2]]), DTypeError, "condition 0 must be of bool, not int64"),
    (lambda: np.copyto(np.zeros(2, dtype=int), 1.5), DTypeError, "float64 into int64"),
    (lambda: np.block([[1], 2]), ShapeError, "arrays\\[1\\] is nested 0 lists deep"),
    (lambda: np.unravel_index(12, (3, 4)), ShapeError, "index 12 is out of bounds for a tensor of shape \\(3, 4\\)"),
    (lambda: np.polyfit([1, 2], [1], 1), ShapeError, "shapes \\(2,\\) and \\(1,\\)"),
    (lambda: np.apply_along_axis(np.sum, 0, np.zeros((2, 0))), ShapeError, "no line along axis 0"),
    (lambda: np.put(np.zeros(2).requires_grad_(), [0], 1), GradientError, "leaf"),
    (lambda: np.copyto([1], 2), TypeError, "which list is not")])
def test_messages(call, error, said):
    with pytest.raises(error, match=said):
        call()
