"""Bytes from one place to another: any length, at any distance from the beginning of a line, page or vector."""

import os
import subprocess
import sys

import numpy
import pytest

import mltensor as np

LENGTHS = (0, 1, 1023, 1024, 1025, 1151, 4096, 5000, 70_001)
OFFSETS = (0, 1, 8, 12, 31, 64, 4095)


def wrong_copies():
    """What differs from NumPy, of copies into and out of the middle of larger tensors."""
    found = []
    for dtype in ("uint8", "int16", "float32", "float64", "complex128"):
        source = (numpy.arange(80_000) % 251).astype(dtype)
        x = np.asarray(source)
        for length in LENGTHS:
            for offset in OFFSETS:
                part = source[offset:offset + length]
                results = {"copy": x[offset:offset + length].copy(), "reversed": x[offset:offset + length][::-1].copy()}
                target = np.zeros(80_000, dtype=dtype)
                target[offset:offset + length] = x[:length]
                results["write"] = target[offset:offset + length]
                results["beside"] = target[:offset].any() | target[offset + length:].any()
                results["roll"] = np.roll(x[:length], offset)
                results["concat"] = np.concatenate((x[:offset], x[:length]))
                wanted = {"copy": part, "reversed": part[::-1], "write": source[:length], "beside": False,
                          "roll": numpy.roll(source[:length], offset),
                          "concat": numpy.concatenate((source[:offset], source[:length]))}
                found += [(dtype, length, offset, name) for name in wanted
                          if not numpy.array_equal(numpy.asarray(results[name]), wanted[name])]

    table = numpy.arange(7 * 900, dtype="int16").reshape(7, 900)
    x = np.asarray(table)
    for width in (1, 2, 3, 7, 8, 15, 16, 17, 31, 63, 128, 129, 150, 700):
        for begin in (0, 3):
            cut, wanted = x[::2, begin:begin + width], table[::2, begin:begin + width]
            results = [(cut.copy(), wanted), (cut + cut, wanted + wanted),
                       (np.concatenate((cut, x[:4, :5], cut), 1), numpy.hstack((wanted, table[:4, :5], wanted))),
                       (np.stack((cut, cut, cut), -1), numpy.stack((wanted, wanted, wanted), -1)),
                       (np.roll(cut, 2, 1), numpy.roll(wanted, 2, 1)),
                       (np.roll(cut.T, 3, 0), numpy.roll(wanted.T, 3, 0)),
                       (np.concatenate((cut[::-1], cut)), numpy.concatenate((wanted[::-1], wanted)))]
            found += [("cut", width, begin, i) for i, (actual, expected) in enumerate(results)
                      if not numpy.array_equal(numpy.asarray(actual), expected)]
    return found


def test_copies():
    assert wrong_copies() == []


@pytest.mark.parametrize("isa", ["base", "avx2"])
def test_copies_by_other_instruction_sets(isa):
    names = ("base", "avx2", "avx512")
    isa = names[min(names.index(isa), names.index(np.isa()))]
    program = "import test_copies\nassert test_copies.wrong_copies() == []"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=os.path.dirname(__file__),
                   env={**os.environ, "MLTENSOR_ISA": isa,
                        "PYTHONPATH": os.path.dirname(os.path.dirname(np.__file__))})


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "int64", "complex128"])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_single_elements_side_by_side(count, dtype, generator):
    parts = [generator.integers(0, 100, (100_003,)).astype(dtype) for _ in range(count)]
    tensors = [np.asarray(part) for part in parts]
    assert numpy.array_equal(numpy.asarray(np.stack(tensors, -1)), numpy.stack(parts, -1))
    columns = [tensor[::2, None] for tensor in tensors]
    assert numpy.array_equal(numpy.asarray(np.concatenate(columns, 1)), numpy.stack(parts, -1)[::2])


@pytest.mark.parametrize("width", [255, 256, 257, 1000])
def test_rows_that_are_longer_than_a_vector(width, generator):
    table = generator.standard_normal((50, width)).astype("float32")
    rows = generator.integers(-50, 50, 300)
    taken = np.asarray(table)[np.asarray(rows)]
    assert numpy.array_equal(numpy.asarray(taken), table[rows])
    numpy.testing.assert_array_equal(numpy.asarray(np.repeat(np.asarray(table), 3, axis=0)), numpy.repeat(table, 3, 0))
