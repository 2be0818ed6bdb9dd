"""`out=`, `where=`, `dtype=` and writing in place, also where operands overlap the result."""

import operator

import numpy
import pytest

import mltensor as np
from mltensor._build import OPERATIONS
from mltensor.errors import DTypeError, GradientError, ShapeError
from ops.records import (
    ELEMENTWISE,
    FIXED,
    accepted_dtypes,
    computed_dtype,
    main_dtypes,
    name_of,
    result_dtype,
    sample,
    samples,
    tensors,
)
from ops.references import assert_values, expected

MAIN_PAIRS = [(record, dtype) for record in ELEMENTWISE for dtype in main_dtypes(record)]


def problem(record, dtype, shape, generator):
    """Tensors, their expected result, and the dtype they are computed in."""
    arrays = samples(record, dtype, shape, generator)
    computed = computed_dtype(record, dtype)
    wanted = expected(record, computed, [array.astype(computed) for array in arrays])
    return tensors(arrays), wanted.astype(result_dtype(record, computed)), computed


@pytest.mark.parametrize(("record", "dtype"), MAIN_PAIRS, ids=name_of)
def test_out_receives_the_result_and_is_returned(record, dtype, generator):
    for shape in ((), (0,), (5, 4), (300, 200)):
        inputs, wanted, computed = problem(record, dtype, shape, generator)
        out = np.zeros(shape, dtype=wanted.dtype)
        assert OPERATIONS[record.name](*inputs, out=out) is out
        assert_values(out, wanted, record, computed, what=f"shape {shape}")
    inputs, wanted, computed = problem(record, dtype, (5, 4), generator)
    base = np.zeros((10, 8), dtype=wanted.dtype)
    view = base[::-2, 1::2]
    assert OPERATIONS[record.name](*inputs, out=(view,)) is view
    assert_values(view, wanted, record, computed, what="strided out")
    assert not numpy.asarray(base)[::-2][:, ::2].any()
    assert not numpy.asarray(base)[::2].any()


@pytest.mark.parametrize(("record", "dtype"), MAIN_PAIRS, ids=name_of)
def test_where_writes_only_the_chosen_places(record, dtype, generator):
    for shape in ((), (6, 5), (300, 200)):
        inputs, wanted, computed = problem(record, dtype, shape, generator)
        mask = numpy.asarray(generator.integers(0, 2, shape)).astype(bool)
        out = np.ones(shape, dtype=wanted.dtype)
        OPERATIONS[record.name](*inputs, out=out, where=np.array(mask))
        assert_values(out, numpy.where(mask, wanted, wanted.dtype.type(1)), record, computed, what=f"where {shape}")
    fresh = OPERATIONS[record.name](*inputs, where=np.array(mask))
    assert_values(numpy.asarray(fresh)[mask], wanted[mask], record, computed, what="where without out")
    row = mask[0]
    out = np.ones(shape, dtype=wanted.dtype)
    OPERATIONS[record.name](*inputs, out=out, where=row)
    assert_values(out, numpy.where(row, wanted, wanted.dtype.type(1)), record, computed, what="where broadcast")


@pytest.mark.parametrize("record", ELEMENTWISE, ids=name_of)
def test_dtype_says_what_is_computed_in(record, generator):
    if record.returns in FIXED:
        ones = [np.ones(2, dtype=accepted_dtypes(record)[-1])] * len(record.inputs)
        fixed = FIXED[record.returns]
        assert OPERATIONS[record.name](*ones, dtype=fixed).dtype == fixed
        with pytest.raises(DTypeError, match="results of dtype float64"):
            OPERATIONS[record.name](*ones, dtype="float64")
        return
    wide = next(name for name in ("float64", "int64", "bool") if numpy.dtype(name) in accepted_dtypes(record))
    narrow = {"float64": "float32", "int64": "int16", "bool": "bool"}[wide]
    arrays = samples(record, narrow, (5,), generator)
    wanted = expected(record, numpy.dtype(wide), [array.astype(wide) for array in arrays])
    actual = OPERATIONS[record.name](*tensors(arrays), dtype=wide)
    assert_values(actual, wanted.astype(result_dtype(record, numpy.dtype(wide))), record, numpy.dtype(wide))


@pytest.mark.parametrize("record", ELEMENTWISE, ids=name_of)
def test_out_that_does_not_fit_is_refused_before_anything_is_written(record, generator):
    dtype = main_dtypes(record)[0]
    inputs, wanted, _ = problem(record, dtype, (3, 4), generator)
    with pytest.raises(ShapeError, match=record.name):
        OPERATIONS[record.name](*inputs, out=np.zeros((4, 3), dtype=wanted.dtype))
    with pytest.raises(TypeError, match="out must be a tensor"):
        OPERATIONS[record.name](*inputs, out=numpy.zeros((3, 4)))
    if wanted.dtype.kind != "b":
        with pytest.raises(DTypeError, match="casting='same_kind'"):
            OPERATIONS[record.name](*inputs, out=np.zeros((3, 4), dtype=bool))
    frozen = np.broadcast_to(np.zeros((), dtype=wanted.dtype), (3, 4))
    with pytest.raises(ValueError, match="read-only"):
        OPERATIONS[record.name](*inputs, out=frozen)


def test_out_is_refused_for_operands_on_the_tape_and_left_as_it_was():
    leaf = np.ones(3).requires_grad_()
    out = np.zeros(3)
    with pytest.raises(GradientError, match="out="):
        np.exp(leaf, out=out)
    assert out.tolist() == [0, 0, 0]
    with np.no_grad():
        np.exp(leaf, out=out)
    assert out[0] > 2


UNARY_OVERLAPS = [
    (slice(1, None), slice(None, -1)),
    (slice(None, -1), slice(1, None)),
    (slice(None, None, -1), slice(None)),
    (slice(0, 20), slice(0, 40, 2)),
    (slice(0, 40, 2), slice(0, 20)),
]


@pytest.mark.parametrize(("record", "dtype"), MAIN_PAIRS, ids=name_of)
@pytest.mark.parametrize("length", [40, 70_001])
def test_results_written_over_operands_are_those_of_separate_memory(record, dtype, length, generator):
    computed = computed_dtype(record, dtype)
    if computed != dtype or result_dtype(record, computed) != dtype:
        return
    for written, read in UNARY_OVERLAPS:
        arrays = samples(record, dtype, (length,), generator)
        others = [array[read] for array in arrays[1:]]
        wanted = arrays[0].copy()
        wanted[written] = expected(record, computed, [arrays[0][read].copy(), *others])
        tensor = np.array(arrays[0])
        OPERATIONS[record.name](tensor[read], *tensors(others), out=tensor[written])
        assert_values(tensor, wanted, record, computed, what=f"{written} from {read}")


IN_PLACE = {
    "add": operator.iadd,
    "subtract": operator.isub,
    "multiply": operator.imul,
    "divide": operator.itruediv,
    "floor_divide": operator.ifloordiv,
    "remainder": operator.imod,
    "bitwise_and": operator.iand,
    "bitwise_or": operator.ior,
    "bitwise_xor": operator.ixor,
    "bitwise_left_shift": operator.ilshift,
    "bitwise_right_shift": operator.irshift,
}


@pytest.mark.parametrize("name", IN_PLACE)
def test_operators_in_place_on_overlapping_views(name, generator):
    record = OPERATIONS[name].record
    for dtype in ("int64", "float32", "float64"):
        if computed_dtype(record, numpy.dtype(dtype)) is None or computed_dtype(record, numpy.dtype(dtype)) != dtype:
            continue
        for length in (9, 50_001):
            array = sample(record, 1, dtype, (length,), generator)
            for written, read in (
                (slice(1, None), slice(None, -1)),
                (slice(None, -1), slice(1, None)),
                (slice(None), slice(None, None, -1)),
            ):
                wanted = array.copy()
                wanted[written] = expected(record, numpy.dtype(dtype), [array[written].copy(), array[read].copy()])
                tensor = np.array(array)
                view = tensor[written]
                assert IN_PLACE[name](view, tensor[read]) is view
                assert_values(tensor, wanted, record, numpy.dtype(dtype), what=f"{dtype} {written}")


def test_an_in_place_operator_keeps_the_dtype_of_its_left_side():
    x = np.ones(3, dtype="float32")
    x += np.ones(3)
    assert x.dtype == np.float32
    n = np.ones(3, dtype="int64")
    with pytest.raises(TypeError, match="casting='same_kind'"):
        n += 0.5
    with pytest.raises(TypeError, match="casting='same_kind'"):
        n /= 2
    assert n.tolist() == [1, 1, 1]
    with pytest.raises(ShapeError):
        x += np.ones((2, 3))
