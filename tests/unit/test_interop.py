"""Conversion from Python and NumPy, and back."""

import gc
import sys
import weakref

import numpy
import pytest

import mltensor as np
from mltensor.errors import DTypeError, ShapeError

ARRAYS = [
    numpy.arange(6.0).reshape(2, 3), numpy.arange(6.0).reshape(2, 3)[::-1, ::2], numpy.arange(4, dtype="i2").T,
    numpy.array(3.5), numpy.zeros((0, 3)), numpy.zeros((2, 0, 4), "c8"), numpy.array([True, False]),
    numpy.arange(3, dtype="f2"), numpy.array([1 + 2j]), numpy.broadcast_to(numpy.arange(3), (4, 3)),
    numpy.arange(24, dtype="u4").reshape(2, 3, 4).transpose(2, 0, 1), numpy.zeros((1,) * 20),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype}-{a.shape}")
def test_array_and_back(array):
    tensor = np.asarray(array)
    assert tensor.shape == array.shape and tensor.dtype == array.dtype
    back = numpy.asarray(tensor)
    assert back.dtype == array.dtype
    numpy.testing.assert_array_equal(back, array)
    if array.size:
        assert numpy.shares_memory(back, array)
    numpy.testing.assert_array_equal(numpy.asarray(np.array(array)), array)
    assert not numpy.shares_memory(numpy.asarray(np.array(array)), array)


def test_memory_is_shared_both_ways():
    array = numpy.zeros(3)
    tensor = np.asarray(array)
    tensor[1] = 5
    assert array[1] == 5
    numpy.asarray(tensor)[2] = 7
    assert array[2] == 7


def test_arrays_of_every_making():
    packed = numpy.zeros(3, [("a", "i1"), ("b", "f8")])
    packed["b"] = 1, 2, 3
    swapped = numpy.arange(4, dtype=">i4" if sys.byteorder == "little" else "<i4")
    again = numpy.arange(4, dtype="i4").view(numpy.dtype("i4").newbyteorder("="))
    shared = numpy.broadcast_arrays(numpy.arange(3), numpy.zeros((2, 1)))[0]
    masked = numpy.ma.masked_array([1.0, 2.0], [True, False])
    long_long = numpy.arange(3, dtype=numpy.longlong)
    for array in (packed["b"], again, shared, masked, long_long, numpy.array(3.0)):
        tensor = np.asarray(array)
        numpy.testing.assert_array_equal(numpy.asarray(tensor), numpy.asarray(array))
        assert tensor.shape == array.shape and tensor.dtype == array.dtype
    assert not np.asarray(shared).writeable
    with pytest.raises(DTypeError, match=r"dtype [<>]i4"):
        np.asarray(swapped)
    with pytest.raises(DTypeError):
        np.asarray(packed)


def test_read_only_arrays_stay_read_only():
    array = numpy.arange(3)
    array.flags.writeable = False
    tensor = np.asarray(array)
    assert not tensor.writeable
    with pytest.raises(ValueError, match="read-only"):
        tensor[0] = 1
    assert np.array(array).writeable


def test_owner_lives_as_long_as_the_tensor():
    class Owner(numpy.ndarray):
        pass

    array = numpy.arange(1000).view(Owner)
    watch = weakref.ref(array)
    tensor = np.asarray(array)[10:]
    del array
    gc.collect()
    assert watch() is not None
    assert int(tensor[0]) == 10
    del tensor
    gc.collect()
    assert watch() is None


@pytest.mark.parametrize("array, name", [
    (numpy.array(["a"]), "<U1"), (numpy.array([object()]), "object"), (numpy.array([1], ">i4"), ">i4"),
    (numpy.zeros(2, "M8[s]"), "datetime64"), (numpy.zeros(2, [("a", "i4")]), "'a'"), (numpy.zeros(1, "g"), "float128"),
    (numpy.zeros(2, "S3"), "S3")])
def test_foreign_dtypes_are_named(array, name):
    with pytest.raises(DTypeError, match=name):
        np.asarray(array)


@pytest.mark.parametrize("dtype",
                         ["bool", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"])
def test_numpy_scalars_keep_their_dtype(dtype):
    scalar = numpy.dtype(dtype).type(1)
    assert np.asarray(scalar).dtype == dtype
    assert np.asarray([scalar, scalar]).dtype == dtype
    assert np.asarray(scalar).item() == scalar.item()


VALUES = [1, True, 2.5, 1j, 2**63, [1.0, 2.0], [1, 2], [[1, 2], [3, 4.0]], [], [[], []], range(5), range(10, 0, -3),
          [True, 1], [[True], [1]], [numpy.float32(1), 2], (1, 2**63), [numpy.arange(3), [1, 2, 3.0]],
          bytearray(b"abc"),
          [(1, 2), (3, 4)], [[[1], [2]], [[3], [4]]], [1, 1j], [numpy.arange(2), numpy.arange(2)], -2**63,
          [float("nan"), float("inf")]]


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_python_values_as_numpy_takes_them(value):
    tensor, array = np.asarray(value), numpy.array(value)
    assert tensor.dtype == array.dtype and tensor.shape == array.shape
    numpy.testing.assert_array_equal(numpy.asarray(tensor), array)


@pytest.mark.parametrize("value, dtype", [
    ([1, 2], "f4"), ([1.7, -2.7], "i8"), ([2.0, 0.0], "bool"), ([1, 2], "c8"), ([2**63], "f4"), ([2**70], "f8"),
    ([1e10], "f2"), ([1.0004883], "f2"), ([255], "u1"), ([2**64 - 1], "u8"), ([[1], [2]], "i2"), (3, "f8")])
def test_explicit_dtypes(value, dtype):
    with numpy.errstate(over="ignore"):
        array = numpy.array(value, dtype=dtype)
    tensor = np.asarray(value, dtype=dtype)
    assert tensor.dtype == array.dtype
    numpy.testing.assert_array_equal(numpy.asarray(tensor), array)


def test_halves_are_rounded_once():
    # Just above the middle of two neighbours, by less than a float32 can tell.
    value = 1.0 + 2.0**-11 + 2.0**-40
    assert np.asarray(value, dtype="f2").item() == float(numpy.float16(value)) == 1.0 + 2.0**-10


@pytest.mark.parametrize("value, dtype, error", [
    ([300], "u1", OverflowError), ([-1], "u8", OverflowError), ([2**63], "i8", OverflowError),
    ([float("nan")], "i4", ValueError), ([1j], "f8", TypeError), (["1"], "f8", TypeError), (2**70, None, OverflowError),
    ([2**70], None, OverflowError), ([None], "f8", TypeError)])
def test_values_that_do_not_fit(value, dtype, error):
    with pytest.raises(error):
        np.asarray(value, dtype=dtype)


@pytest.mark.parametrize("value, message", [
    ([[1, 2], [3, 4], [5, 6, 7]], "element 2 of dimension 0 has length 3, expected 2"),
    ([1, [2]], "element 1 of dimension 0 is a sequence of length 1, expected a number"),
    ([[1], 2], "element 1 of dimension 0 is a number, expected a sequence of length 1"),
    ([[[1, 2]], [[1, 2, 3]]], "element 0 of dimension 1 has length 3, expected 2"),
    ([numpy.arange(3), numpy.arange(2)], "has length 2, expected 3")])
def test_ragged_sequences_say_where(value, message):
    with pytest.raises(ShapeError, match=message):
        np.asarray(value)
    with pytest.raises(ValueError, match=message):
        np.asarray(value, dtype="f4")


def test_lists_that_contain_themselves_end():
    single, double, later = [], [], [[1, 2]]
    single.append(single)
    double += [double, double]
    later.append(later)
    for value in (single, double, later):
        with pytest.raises(ValueError):
            np.asarray(value)


@pytest.mark.parametrize("value",
                         ["abc", b"abc", None, {1, 2}, {1: 2}, object(), ["a"], numpy.ndarray, (n for n in [1])])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(TypeError, match=r"tensor"):
        np.asarray(value)


def test_objects_with_numbers_inside():
    class Index:
        def __index__(self):
            return 3

    class Real:
        def __float__(self):
            return 1.5

    assert np.asarray([Index(), 2]).dtype == numpy.int64
    assert np.asarray(Real()).item() == 1.5


def test_array_protocol():
    class Wrapped:
        def __array__(self, dtype=None, copy=None):
            return numpy.arange(3)

    numpy.testing.assert_array_equal(numpy.asarray(np.asarray([Wrapped(), Wrapped()])), [[0, 1, 2]] * 2)

    class Wrong:
        def __array__(self, dtype=None, copy=None):
            return [1, 2]

    with pytest.raises(TypeError, match=r"not a numpy\.ndarray"):
        np.asarray(Wrong())


class Interface:
    def __init__(self, **fields):
        self.__array_interface__ = fields


def test_array_interface_is_read():
    memory = bytearray(numpy.arange(4.0).tobytes())
    tensor = np.asarray(Interface(shape=(2, 2), typestr="<f8", data=memory))
    assert tensor.tolist() == [[0, 1], [2, 3]]
    assert np.asarray(Interface(shape=(2,), typestr="<f8", data=memory, offset=24, strides=(-8,))).tolist() == [3, 2]
    assert np.asarray(Interface(shape=(3,), typestr="<i8", data=bytearray(26), offset=1)).tolist() == [0, 0, 0]
    array = numpy.arange(3)
    address = array.__array_interface__["data"]
    assert not np.asarray(Interface(shape=(3,), typestr="<i8", data=(address[0], True))).writeable


@pytest.mark.parametrize("fields", [
    {"shape": (5,)}, {"shape": (2,), "offset": 24}, {"shape": (2,), "strides": (-8,)}, {"shape": (-1,)},
    {"shape": (2**40, 2**40)}, {"shape": (2,), "typestr": "<M8[s]"}, {"shape": (2,), "typestr": "nonsense"},
    {"shape": (2,), "data": (0, False)}, {"shape": (2,), "strides": (8, 8)}, {"shape": (2,), "strides": (1 << 40,)}])
def test_array_interface_that_reads_outside_is_refused(fields):
    fields = {"typestr": "<f8", "data": bytearray(32)} | fields
    with pytest.raises((ValueError, TypeError)):
        np.asarray(Interface(**fields))


def test_unaligned_memory_is_copied():
    records = numpy.zeros(4, numpy.dtype([("a", "u1"), ("b", "f8")]))
    records["b"] = [1, 2, 3, 4]
    assert np.asarray(records["b"]).tolist() == [1, 2, 3, 4]


def test_copy_argument():
    array = numpy.arange(3.0)
    assert numpy.shares_memory(numpy.asarray(np.asarray(array, copy=False)), array)
    assert not numpy.shares_memory(numpy.asarray(np.asarray(array, copy=True)), array)
    for call in (lambda: np.asarray([1.0], copy=False), lambda: np.asarray(array, dtype="f4", copy=False),
                 lambda: np.asarray(np.zeros(2), device="cpu:1", copy=False)):
        with pytest.raises(ValueError, match="copy"):
            call()


def test_tensors_pass_through():
    tensor = np.zeros(3)
    assert np.asarray(tensor) is tensor
    assert np.asarray(tensor, dtype="f8") is tensor
    assert np.array(tensor) is not tensor
    assert np.asarray(tensor, device="cpu:1").device == "cpu:1"


def test_lists_of_tensors():
    assert np.asarray([np.asarray(1.0), np.asarray(2)]).tolist() == [1, 2]
    assert np.asarray([np.arange(2), [3, 4]]).tolist() == [[0, 1], [3, 4]]


def test_lists_of_tensors_on_the_tape_stay_on_it():
    x = np.array(2.0, requires_grad=True)
    y = np.array([[x, x * x], [x, x]])
    y.sum().backward()
    assert x.grad.item() == 7


def test_conversions_of_tensors_on_the_tape_are_recorded():
    x = np.array([1.0, 2.0], requires_grad=True)
    y = np.array(np.asarray(x, dtype="f4"))
    assert y.requires_grad and y.dtype == numpy.float32
    y.sum().backward()
    assert x.grad.tolist() == [1, 1]


def test_way_out():
    t = np.asarray([[1, 2], [3, 4]])
    assert t.tolist() == [[1, 2], [3, 4]]
    assert np.asarray(2.5).tolist() == 2.5
    assert t.T.tolist() == [[1, 3], [2, 4]]
    assert np.zeros((2, 0)).tolist() == [[], []]
    assert t.item(3) == 4 and t.item(1, 0) == 3 and t.item((0, 1)) == 2 and t.T.item(-3) == 3 and t.item(-1, -2) == 3
    for wrong in ((4,), (-5,), (0, 2), (-3, 0), (0, 0, 0), ()):
        with pytest.raises((IndexError, ValueError)):
            t.item(*wrong)
    assert type(np.asarray([True]).item()) is bool
    assert type(np.asarray([1], dtype="u1").item()) is int
    with pytest.raises(ValueError, match="one element"):
        t.item()
    interface = np.asarray(3.0).__array_interface__
    assert interface["shape"] == () and interface["typestr"] == "<f8"


def test_numpy_refuses_to_lose_a_gradient():
    x = np.zeros(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="detach"):
        x.numpy()
    assert x.detach().numpy().shape == (3,)
    with pytest.raises(ValueError):
        numpy.asarray(x)[0] = 1


@pytest.mark.parametrize("dtype", [
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64",
    "complex64", "complex128"])
def test_exported_memory_has_the_type_number_of_its_dtype(dtype):
    # `long` and `long long` may both have 64 bits; compiled code asks for the one that NumPy calls int64.
    exported = numpy.asarray(np.zeros(3, dtype=dtype))
    assert exported.dtype.num == numpy.dtype(dtype).num and exported.dtype.char == numpy.dtype(dtype).char
