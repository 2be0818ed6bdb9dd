"""What the namespace says about itself, and what it takes beside the standard's arguments."""

import inspect
import operator
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

import mltensor as np


def test_a_tensor_names_its_namespace():
    x = np.ones(2)
    assert x.__array_namespace__() is np
    assert x.__array_namespace__(api_version="2025.12") is np
    assert np.__array_api_version__ == "2025.12"
    with pytest.raises(ValueError, match=r"2031\.12"):
        x.__array_namespace__(api_version="2031.12")


def test_dtypes_by_kind():
    info = np.__array_namespace_info__()
    assert len(info.dtypes()) == 13
    assert set(info.dtypes(kind="real floating")) == {"float32", "float64"}
    assert set(info.dtypes(kind=("bool", "signed integer"))) == {"bool", "int8", "int16", "int32", "int64"}
    assert all(np.empty(1, dtype=dtype, device="cpu").dtype == name for name, dtype in info.dtypes().items())
    assert info.default_device() in info.devices()
    assert info.capabilities()["max dimensions"] == 64
    with pytest.raises(ValueError, match="floating"):
        info.dtypes(kind="floating")


@pytest.mark.parametrize("wanted", ["float32", "float64"])
def test_default_dtypes_are_those_that_numbers_get(wanted):
    np.set_default_dtype(wanted)
    defaults = np.__array_namespace_info__().default_dtypes()
    assert defaults["real floating"] == np.asarray(1.0).dtype == wanted
    assert defaults["complex floating"] == np.asarray(1j).dtype
    assert defaults["integral"] == np.asarray(1).dtype
    assert defaults["indexing"] == np.argmax(np.ones(3)).dtype


CASES = [
    ("sum", [numpy.ones((2, 3))], {}, [(None, None, None, True), (0, "float32")]),
    ("mean", [numpy.ones((2, 3))], {}, [(1, None, None, True)]),
    ("std", [numpy.arange(6.0).reshape(2, 3)], {}, [(1, None, None, 1, True)]),
    ("max", [numpy.ones((2, 3))], {}, [(1, None, True, 5.0)]),
    ("any", [numpy.ones((2, 3))], {}, [(1, None, True)]),
    ("round", [numpy.array([1.005, -2.675, 12345.678])], {}, [(), (1,), (-2,)]),
    ("round", [numpy.array([15, 25, -149, 151])], {}, [(), (1,), (-1,), (-2,)]),
    ("round", [numpy.array([1.25 - 2.35j])], {}, [(1,)]),
    ("rint", [numpy.array([1, 2])], {}, [()]),
    ("diff", [numpy.array([[1, 4, 9], [2, 2, 7]])], {}, [(), (2,), (1, 0), (0,), (5,)]),
    ("diff", [numpy.array([True, False, False])], {"prepend": False}, [()]),
    ("diff", [numpy.array([3, 1], "uint8")], {"append": numpy.array([7, 9], "uint8")}, [()]),
    ("isin", [numpy.array([1.0, numpy.nan, -0.0]), [0.0, numpy.nan]], {}, [(), (False, True)]),
    ("isin", [numpy.array([200, 3], "uint8"), [300, 3]], {}, [()]),
    ("isin", [numpy.array([1j, 2 + 1j]), [2 + 1j]], {}, [()]),
    ("isin", [numpy.ones((2, 2)), []], {}, [(), (False, True)]),
    ("searchsorted", [numpy.array([1, 5], "uint8"), 300], {}, [()]),
    ("take", [numpy.arange(3.0), 1], {}, [()]),
    ("tensordot", [numpy.ones((2, 2)), numpy.ones((2, 3))], {}, [(1,)]),
    ("broadcast_to", [numpy.ones(3), (2, 3)], {"subok": True}, [()]),
    ("clip", [numpy.arange(4.0)], {"a_min": 1, "a_max": 2}, [()]),
]


@pytest.mark.parametrize(("name", "arrays", "named", "calls"), CASES)
def test_numpys_arguments_give_numpys_results(name, arrays, named, calls):
    for positional in calls:
        wanted = numpy.asarray(getattr(numpy, name)(*arrays, *positional, **named))
        tensors = [np.array(one) if isinstance(one, numpy.ndarray) else one for one in arrays]
        actual = numpy.asarray(getattr(np, name)(*tensors, *positional, **named))
        assert actual.dtype == wanted.dtype
        numpy.testing.assert_array_equal(actual, wanted)


def test_joining_to_a_dtype():
    x = np.arange(3)
    for join in (np.concat, np.stack):
        assert join([x, x], dtype="float32").dtype == "float32"
        with pytest.raises(TypeError, match="int8"):
            join([x * 1.5, x], dtype="int8")
        assert join([x * 1.5, x], dtype="int8", casting="unsafe").dtype == "int8"
    leaf = np.ones(2).requires_grad_()
    np.concat([leaf, leaf], dtype="float32").sum().backward()
    assert leaf.grad.dtype == "float64" and leaf.grad.tolist() == [2.0, 2.0]


def test_positions_and_masks_have_no_say_in_the_dtype_of_a_number():
    single = np.array([0.1, 0.2], dtype="float32")
    assert np.where(np.array([1, 0]), single, 0.5).dtype == "float32"
    assert np.where(np.array([1, 0]), np.array([1, 2], dtype="uint8"), 3).dtype == "uint8"
    assert np.searchsorted(single, 0.1, side="right", sorter=[0, 1]).item() == 1


def test_membership_of_the_two_large_integer_dtypes_is_exact():
    signed = np.array([-1, 2**62 + 1, 5])
    unsigned = np.array([2**64 - 1, 2**62, 5], dtype="uint64")
    assert np.isin(signed, unsigned).tolist() == [False, False, True]
    assert np.isin(unsigned, signed, invert=True).tolist() == [True, True, False]


def test_a_tensor_on_the_tape_goes_through_from_dlpack_to_a_tensor_on_the_tape():
    x = np.arange(3.0).requires_grad_()
    for copy, device in ((None, None), (True, None), (None, "cpu:1")):
        y = np.from_dlpack(x, copy=copy, device=device)
        assert y.requires_grad and y.device == (device or "cpu")
    with pytest.raises(ValueError, match="copy=False"):
        np.from_dlpack(x, device="cpu:1", copy=False)


def test_unstacking_nothing_of_a_leaf_gives_nothing():
    assert np.unstack(np.ones((0, 2)).requires_grad_()) == ()


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("real", [0.0, -0.0])
@pytest.mark.parametrize("imaginary", [0.0, -0.0, numpy.nan])
def test_a_complex_number_keeps_the_signs_of_its_zeros(dtype, real, imaginary):
    value = complex(real, imaginary)
    for tensor in (np.full(2, value, dtype=dtype), np.zeros(2, dtype=dtype).copy_(value)):
        found = tensor[1].item()
        assert numpy.signbit(found.real) == numpy.signbit(real)
        assert numpy.signbit(found.imag) == numpy.signbit(imaginary)


def test_masks_without_elements_select_nothing_whatever_lies_beside():
    x = np.ones((2, 3))
    for shape in ((2, 0), (0, 3), (0, 0), (0,)):
        mask = np.zeros(shape, dtype=bool)
        assert x[mask].shape == numpy.ones((2, 3))[numpy.zeros(shape, bool)].shape
    with pytest.raises(IndexError):
        x[np.zeros((2, 1), dtype=bool)]


def test_signatures_can_be_inspected():
    assert str(inspect.signature(np.sum)).startswith("(x, /, axis=None")
    assert list(inspect.signature(np.diff).parameters)[:3] == ["x", "n", "axis"]


@pytest.mark.parametrize(("option", "status"), [("--optional", 0), ("--seed=1", 1)])
def test_a_suite_that_cannot_be_had_is_said_loudly(option, status, tmp_path):
    script = Path(__file__).parents[1] / "conformance" / "array_api.py"
    answer = subprocess.run([sys.executable, str(script), str(tmp_path), option], capture_output=True, text=True,
                            check=False)
    assert answer.returncode == status
    assert "NOT RUN" in answer.stdout


def test_devices_are_a_tuple_that_joins_lists_too():
    devices = np.__array_namespace_info__().devices()
    assert isinstance(devices, tuple)
    assert operator.add(devices, [None]) == [*devices, None] and operator.add([None], devices) == [None, *devices]
    assert operator.add(devices, (None,)) == (*devices, None)
    with pytest.raises(TypeError):
        devices + 1
