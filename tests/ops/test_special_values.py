"""NaN, infinities, signed zeros, subnormals and the edges of integers."""

import numpy
import pytest

import mltensor as np
from mltensor._build import OPERATIONS
from ops.records import CATEGORIES, ELEMENTWISE, name_of
from ops.references import CANCELLING, assert_near, reference

FLOATS = [record for record in ELEMENTWISE if "f" in CATEGORIES[record.accepts] and len(record.inputs) < 3]
# Equal numbers: which of two zeros comes out is left open by NumPy and C.
ZERO_SIGN_OPEN = {"maximum", "minimum", "fmax", "fmin", "clip_low", "clip_high", "clip_range"}
# The Array API standard and NumPy differ at infinities; the standard's table is below.
STANDARD_DIFFERS = {"floor_divide"}


def special(dtype):
    info = numpy.finfo(dtype)
    return numpy.array(
        [
            0.0,
            -0.0,
            1,
            -1,
            0.5,
            -0.5,
            2,
            -2,
            3,
            -3,
            numpy.inf,
            -numpy.inf,
            numpy.nan,
            info.tiny,
            -info.tiny,
            info.smallest_subnormal,
            info.max,
            -info.max,
        ],
        dtype,
    )


@pytest.mark.parametrize("record", FLOATS, ids=name_of)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("copies", [1, 17], ids=["few", "many"])
def test_special_floats_give_what_numpy_gives(record, dtype, copies):
    values = numpy.tile(special(dtype), copies)
    if len(record.inputs) == 1:
        arrays = [values]
    else:
        grid = numpy.meshgrid(special(dtype), values, indexing="ij")
        arrays = [part.ravel() for part in grid]
    if record.name in STANDARD_DIFFERS:
        arrays = [
            array[
                numpy.isfinite(arrays[0])
                & numpy.isfinite(arrays[1])
                & (numpy.abs(arrays[0]) < 10)
                & (numpy.abs(arrays[1]) > 0.1)
            ]
            for array in arrays
        ]
    with numpy.errstate(all="ignore"):
        wanted = numpy.asarray(reference(record)(*arrays))
    actual = numpy.asarray(OPERATIONS[record.name](*map(np.array, arrays)))
    assert actual.dtype == wanted.dtype
    wrong = numpy.isnan(actual) != numpy.isnan(wanted)
    assert not wrong.any(), f"{record.name}: NaN differs at {[array[wrong][:5] for array in arrays]}"
    if wanted.dtype.kind == "f" and record.name not in ZERO_SIGN_OPEN:
        wrong = (wanted == 0) & (actual == 0) & (numpy.signbit(actual) != numpy.signbit(wanted))
        assert not wrong.any(), f"{record.name}: sign of zero differs at {[array[wrong][:5] for array in arrays]}"
    if wanted.dtype.kind == "f":
        assert_near(actual, wanted, 4, record.name, CANCELLING.get(record.name, 0))
    else:
        numpy.testing.assert_array_equal(actual, wanted)


@pytest.mark.parametrize(
    "name",
    [
        "absolute",
        "isnan",
        "isinf",
        "isfinite",
        "real",
        "imag",
        "conj",
        "negative",
        "add",
        "subtract",
        "equal",
        "not_equal",
        "logical_not",
    ],
)
def test_special_complex_numbers_give_what_numpy_gives(name):
    parts = special("float64")
    values = (parts[:, None] + 0j).repeat(len(parts), 1)
    values.imag = parts
    record = OPERATIONS[name].record
    arrays = [values.ravel()] * len(record.inputs)
    with numpy.errstate(all="ignore"):
        wanted = getattr(numpy, name)(*arrays)
    actual = numpy.asarray(OPERATIONS[name](*arrays))
    if name == "absolute":
        assert_near(actual, wanted, 1, name)
    else:
        numpy.testing.assert_array_equal(actual, wanted)


def test_floor_division_with_infinities_follows_the_standard():
    inf, nan = float("inf"), float("nan")
    cases = [
        (1.0, inf, 0.0),
        (-1.0, inf, -0.0),
        (1.0, -inf, -0.0),
        (-1.0, -inf, 0.0),
        (0.0, inf, 0.0),
        (inf, 2.0, inf),
        (inf, -2.0, -inf),
        (-inf, 2.0, -inf),
        (-inf, -2.0, inf),
        (inf, inf, nan),
        (nan, 1.0, nan),
        (1.0, nan, nan),
        (0.0, 0.0, nan),
    ]
    for dtype in ("float32", "float64"):
        for a, b, wanted in cases:
            actual = np.floor_divide(np.array(a, dtype=dtype), np.array(b, dtype=dtype)).item()
            assert repr(actual) == repr(wanted), (a, b, actual, wanted)


INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize(
    "name",
    [
        "add",
        "subtract",
        "multiply",
        "floor_divide",
        "remainder",
        "fmod",
        "maximum",
        "minimum",
        "bitwise_left_shift",
        "bitwise_right_shift",
        "bitwise_and",
        "bitwise_or",
        "bitwise_xor",
        "equal",
        "less",
        "greater_equal",
        "fmax",
        "fmin",
    ],
)
def test_edges_of_integers_in_pairs(name, dtype):
    limits = numpy.iinfo(dtype)
    edges = [
        value
        for value in (limits.min, limits.min + 1, -2, -1, 0, 1, 2, 7, 8, 31, 63, limits.max - 1, limits.max)
        if limits.min <= value <= limits.max
    ]
    edges = numpy.array(edges * 5, dtype)
    first, second = (part.ravel() for part in numpy.meshgrid(edges, edges))
    if name.endswith("shift"):
        first, second = first[second >= 0], second[second >= 0]
    with numpy.errstate(all="ignore"):
        wanted = getattr(numpy, name)(first, second)
    actual = OPERATIONS[name](np.array(first), np.array(second))
    numpy.testing.assert_array_equal(numpy.asarray(actual), wanted)
    with numpy.errstate(all="ignore"):
        wanted = getattr(numpy, name)(first[::-3], second[::-3])
    actual = OPERATIONS[name](np.array(first)[::-3], np.array(second)[::-3])
    numpy.testing.assert_array_equal(numpy.asarray(actual), wanted)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize(
    "name",
    [
        "negative",
        "absolute",
        "sign",
        "square",
        "bitwise_invert",
        "positive",
        "logical_not",
        "floor",
        "ceil",
        "trunc",
        "conj",
    ],
)
def test_edges_of_integers_one_by_one(name, dtype):
    limits = numpy.iinfo(dtype)
    edges = numpy.array([limits.min, 0, 1, limits.max], dtype)
    with numpy.errstate(all="ignore"):
        numpy.testing.assert_array_equal(numpy.asarray(OPERATIONS[name](np.array(edges))), getattr(numpy, name)(edges))


def test_integers_to_negative_powers_are_refused():
    with pytest.raises(ValueError, match="negative integer powers"):
        np.array([2, 3]) ** np.array([1, -1])
    with pytest.raises(ValueError, match="negative integer powers"):
        np.array([2, 3]) ** -1


@pytest.mark.parametrize("name", ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"])
def test_signed_and_unsigned_integers_compare_exactly(name):
    signed = numpy.array([-1, 0, 2**53, 2**53 + 1, 2**63 - 1, -(2**63)], dtype="int64")
    unsigned = numpy.array([2**64 - 1, 0, 2**53 + 1, 2**53, 2**63, 2**63], dtype="uint64")
    function = getattr(numpy, name)
    for first, second in ((signed, unsigned), (unsigned, signed)):
        wanted = function(first[:, None], second)
        actual = OPERATIONS[name](np.array(first)[:, None], np.array(second))
        numpy.testing.assert_array_equal(numpy.asarray(actual), wanted)
    out = np.zeros(6, dtype=bool)
    mask = numpy.arange(6) < 2
    OPERATIONS[name](np.array(signed), np.array(unsigned), out=out, where=np.array(mask))
    numpy.testing.assert_array_equal(numpy.asarray(out), function(signed, unsigned) & mask)


@pytest.mark.parametrize("name", ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"])
def test_integers_compare_with_python_integers_of_any_size(name):
    for dtype in INTEGERS:
        array = numpy.array([0, 1, 100], dtype)
        for scalar in (-1, 300, -(2**40), 2**40, 2**70, -(2**70), 100):
            assert OPERATIONS[name](np.array(array), scalar).tolist() == getattr(numpy, name)(array, scalar).tolist()
            assert OPERATIONS[name](scalar, np.array(array)).tolist() == getattr(numpy, name)(scalar, array).tolist()
