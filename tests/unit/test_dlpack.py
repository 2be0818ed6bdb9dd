"""DLPack both ways."""

import gc
import sys

import numpy
import pytest

import mltensor as np

ARRAYS = [numpy.arange(6.0).reshape(2, 3)[::-1, ::2], numpy.array(3), numpy.zeros((0, 3)), numpy.array([True]),
          numpy.array([1j], "c8"), numpy.arange(3, dtype="f2"), numpy.arange(3, dtype="u8"), numpy.array(1.5)]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype}-{a.shape}")
def test_round_trip_shares_memory(array):
    tensor = np.from_dlpack(array)
    back = numpy.from_dlpack(tensor)
    assert back.dtype == array.dtype
    numpy.testing.assert_array_equal(back, array)
    if array.size:
        assert numpy.shares_memory(back, array)
    numpy.testing.assert_array_equal(numpy.asarray(np.from_dlpack(tensor)), array)


def test_unversioned_and_versioned_capsules():
    tensor = np.arange(3)
    for capsule, name in ((tensor.__dlpack__(), '"dltensor"'),
                          (tensor.__dlpack__(max_version=(1, 0)), '"dltensor_versioned"')):
        assert name in repr(capsule)
        assert np.from_dlpack(capsule).tolist() == [0, 1, 2]
        with pytest.raises(BufferError, match="consumed"):
            np._core.dlpack.from_capsule(capsule)


def test_read_only_memory():
    array = numpy.arange(3.0)
    array.flags.writeable = False
    tensor = np.from_dlpack(array)
    assert not tensor.writeable
    assert not numpy.from_dlpack(tensor).flags.writeable
    with pytest.raises(BufferError, match="read-only"):
        tensor.__dlpack__()


def test_values_on_the_tape_are_exported_for_reading():
    x = np.array([1.0, 2.0, 3.0], requires_grad=True)
    shared = numpy.from_dlpack(x)
    assert numpy.shares_memory(shared, numpy.asarray(x)) and not shared.flags.writeable
    copied = numpy.from_dlpack(x, copy=True)
    assert not numpy.shares_memory(copied, numpy.asarray(x)) and copied.flags.writeable
    assert not np.from_dlpack(Legacy(x)).requires_grad
    np.from_dlpack(Legacy(x))[0] = 7.0
    assert x[0] == 1.0, "a consumer that cannot be told not to write got a copy"
    np.from_dlpack(Legacy(x, copy=False))[0] = 7.0
    assert x[0] == 7.0


class Legacy:
    """Hands over a tensor as to a consumer from before DLPack had versions."""

    def __init__(self, tensor, **asked):
        self.tensor, self.asked = tensor, asked

    def __dlpack__(self, **_):
        return self.tensor.__dlpack__(**self.asked)

    def __dlpack_device__(self):
        return self.tensor.__dlpack_device__()


def test_copies_and_devices():
    tensor = np.arange(3.0)
    assert tensor.__dlpack_device__() == (1, 0)
    assert not numpy.shares_memory(numpy.from_dlpack(tensor, copy=True), numpy.asarray(tensor))
    assert not numpy.shares_memory(numpy.asarray(np.from_dlpack(tensor, copy=True)), numpy.asarray(tensor))
    moved = np.from_dlpack(tensor, device="cpu:1")
    assert moved.device == "cpu:1" and moved.__dlpack_device__() == (1, 1)
    assert np.from_dlpack(moved).device == "cpu:1"
    with pytest.raises(ValueError, match="copy"):
        np.from_dlpack(tensor, device="cpu:1", copy=False)
    with pytest.raises(BufferError, match="device"):
        tensor.__dlpack__(dl_device=(2, 0))
    with pytest.raises(BufferError, match="stream"):
        tensor.__dlpack__(stream=5)


def test_memory_is_released_once():
    array = numpy.arange(3.0)
    before = sys.getrefcount(array)
    for _ in range(100):
        tensor = np.from_dlpack(array)
        tensor.__dlpack__()                        # nobody takes these over
        tensor.__dlpack__(max_version=(1, 0))
        numpy.from_dlpack(tensor)
        np.from_dlpack(tensor)
    del tensor
    gc.collect()
    assert sys.getrefcount(array) == before


def test_exported_memory_outlives_the_tensor():
    tensor = np.arange(1000.0)
    array = numpy.from_dlpack(tensor)
    del tensor
    gc.collect()
    np.full(1000, 7.0)
    assert array[999] == 999


def test_other_objects_are_refused():
    with pytest.raises(TypeError, match="__dlpack__"):
        np.from_dlpack([1, 2])


def test_producers_older_than_the_standard():
    class Old:
        def __dlpack__(self):
            return numpy.arange(3).__dlpack__()

        def __dlpack_device__(self):
            return (1, 0)

    assert np.from_dlpack(Old()).tolist() == [0, 1, 2]
    assert np.asarray(Old()).tolist() == [0, 1, 2]
