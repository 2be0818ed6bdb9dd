"""Values of the elementwise operations against NumPy: dtypes, shapes, layouts, mixed operands."""

import numpy
import pytest

import mltensor as np
from mltensor._build import OPERATIONS
from ops.records import (
    DTYPES,
    ELEMENTWISE,
    IN_DOUBLE,
    SHAPES,
    accepted_dtypes,
    computed_dtype,
    layouts,
    main_dtypes,
    name_of,
    result_dtype,
    sample,
    samples,
    tensors,
)
from ops.references import assert_values, expected

BINARY = [record for record in ELEMENTWISE if len(record.inputs) == 2]
ALL_PAIRS = [(record, dtype) for record in ELEMENTWISE for dtype in accepted_dtypes(record)]
MAIN_PAIRS = [(record, dtype) for record in ELEMENTWISE for dtype in main_dtypes(record)]


def pair_name(value):
    return value.name


def wanted_for(record, dtype, arrays):
    """The expected values and the dtype they are computed in."""
    computed = computed_dtype(record, dtype)
    wanted = expected(record, computed, [array.astype(computed) for array in arrays])
    return wanted.astype(result_dtype(record, computed)), computed


@pytest.mark.parametrize(("record", "dtype"), ALL_PAIRS, ids=pair_name)
def test_values_of_every_dtype_and_shape(record, dtype, generator):
    for shape in SHAPES:
        arrays = samples(record, dtype, shape, generator)
        wanted, computed = wanted_for(record, dtype, arrays)
        actual = OPERATIONS[record.name](*tensors(arrays))
        assert_values(actual, wanted, record, computed, what=f"{dtype} of shape {shape}")


@pytest.mark.parametrize(("record", "dtype"), ALL_PAIRS, ids=pair_name)
def test_the_dtype_of_the_result_is_numpys(record, dtype, generator):
    function = getattr(numpy, record.name, None)
    if function is None or record.name in ("real", "imag", "angle"):
        assert computed_dtype(record, dtype) is not None
        return
    arrays = samples(record, dtype, (3,), generator)
    with numpy.errstate(all="ignore"):
        wanted = function(*arrays).dtype
    assert OPERATIONS[record.name](*tensors(arrays)).dtype == wanted


@pytest.mark.parametrize(("record", "dtype"), MAIN_PAIRS, ids=pair_name)
def test_values_of_operands_in_any_layout(record, dtype, generator):
    arrays = samples(record, dtype, (6, 5), generator)
    kept = tensors(arrays)
    for name, view in layouts(arrays[0]).items():
        wanted, computed = wanted_for(record, dtype, [view(array) for array in arrays])
        actual = OPERATIONS[record.name](*(view(tensor) for tensor in kept))
        assert_values(actual, wanted, record, computed, what=name)
        # One operand in this layout, the others contiguous.
        mixed = [view(kept[0])] + [np.array(view(array)) for array in arrays[1:]]
        assert_values(OPERATIONS[record.name](*mixed), wanted, record, computed, what=f"{name}, then contiguous")


@pytest.mark.parametrize(("record", "dtype"), MAIN_PAIRS, ids=pair_name)
def test_values_of_large_operands_in_any_layout(record, dtype, generator):
    arrays = samples(record, dtype, (260, 181), generator)
    kept = tensors(arrays)
    views = layouts(arrays[0])
    for name in ("transposed", "both backwards", "every second column"):
        wanted, computed = wanted_for(record, dtype, [views[name](array) for array in arrays])
        actual = OPERATIONS[record.name](*(views[name](tensor) for tensor in kept))
        assert_values(actual, wanted, record, computed, what=name)


@pytest.mark.parametrize(("record", "dtype"), MAIN_PAIRS, ids=pair_name)
def test_values_of_operands_that_broadcast(record, dtype, generator):
    shapes = [((3, 1), (1, 4), (4,)), ((), (5,), (2, 1)), ((2, 3, 4), (4,), (3, 1)), ((1,), (0,), (1,)),
              ((300, 1), (1, 200), (200,)), ((2, 0, 3), (1, 1, 3), (1,))]
    for group in shapes:
        arrays = [sample(record, k, dtype, group[k], generator) for k in range(len(record.inputs))]
        wanted, computed = wanted_for(record, dtype, arrays)
        assert_values(OPERATIONS[record.name](*tensors(arrays)), wanted, record, computed, what=f"shapes {group}")
    base = samples(record, dtype, (1, 4), generator)
    repeated = [numpy.broadcast_to(array, (3, 4)) for array in base]
    wanted, computed = wanted_for(record, dtype, repeated)
    actual = OPERATIONS[record.name](*(np.broadcast_to(np.array(array), (3, 4)) for array in base))
    assert_values(actual, wanted, record, computed, what="strides of zero")


@pytest.mark.parametrize("record", BINARY, ids=name_of)
def test_operands_of_two_dtypes_are_promoted_as_numpy_promotes(record, generator):
    for first in accepted_dtypes(record):
        for second in accepted_dtypes(record):
            common = numpy.promote_types(first, second)
            computed = computed_dtype(record, common)
            if computed is None:
                continue
            if computed.kind == "f" and common.kind in "biu" and record.name not in IN_DOUBLE:
                # Each of two integer dtypes becomes a float for itself.
                computed = numpy.promote_types(computed_dtype(record, first), computed_dtype(record, second))
            # Values that every dtype holds.
            arrays = [sample(record, 0, "bool" if "b" in (first.kind, second.kind) and first.kind != "f" else "uint8"
                             if computed.kind in "iu" else "float16", (5,), generator).astype(first),
                      numpy.ones(5, second)]
            wanted = expected(record, computed, [array.astype(computed) for array in arrays])
            if record.returns == "BOOL" and "float" in common.name and {first.kind, second.kind} == {"i", "u"}:
                wanted = getattr(numpy, record.name)(*arrays)
            actual = OPERATIONS[record.name](*tensors(arrays))
            assert_values(actual, wanted.astype(result_dtype(record, computed)), record, computed,
                          what=f"{first} and {second}")


SCALARS = [True, 2, 0.5, 1.5 + 0.5j]


@pytest.mark.parametrize("record", BINARY, ids=name_of)
def test_python_scalars_on_either_side_give_way_to_the_tensors_dtype(record, generator):
    for dtype in accepted_dtypes(record):
        array = sample(record, 0, dtype, (4,), generator)
        for scalar in SCALARS:
            weak = numpy.result_type(dtype, type(scalar)(0)) if not isinstance(scalar, bool) else dtype
            computed = computed_dtype(record, weak)
            if computed is None or (record.name == "power" and computed.kind in "iu"):
                continue
            other = numpy.full(4, scalar, computed)
            for arguments, arrays in (((np.array(array), scalar), (array.astype(computed), other)),
                                      ((scalar, np.array(array)), (other, array.astype(computed)))):
                wanted = expected(record, computed, arrays).astype(result_dtype(record, computed))
                actual = OPERATIONS[record.name](*arguments)
                assert_values(actual, wanted, record, computed, what=f"{dtype} and {scalar!r}")


@pytest.mark.parametrize("record", ELEMENTWISE, ids=name_of)
def test_scalars_lists_and_numpy_arrays_are_taken_as_operands(record, generator):
    dtype = accepted_dtypes(record)[-1] if "c" not in accepted_dtypes(record)[-1].kind else DTYPES[11]
    arrays = samples(record, dtype, (3,), generator)
    wanted, computed = wanted_for(record, dtype, arrays)
    assert_values(OPERATIONS[record.name](*arrays), wanted, record, computed, what="NumPy arrays")
    single = [array[1] for array in arrays]
    assert_values(OPERATIONS[record.name](*single), wanted[1], record, computed, what="NumPy scalars")
    if dtype.name in ("int64", "float64"):
        assert_values(OPERATIONS[record.name](*(array.tolist() for array in arrays)), wanted, record, computed,
                      what="lists")
        assert_values(OPERATIONS[record.name](*(array[1].item() for array in arrays)), wanted[1], record, computed,
                      what="Python scalars")
