"""Every record is complete: loops for all its dtypes or a kernel, documentation, a gradient, a GPU entry."""

import operator

import numpy
import pytest

import mltensor as np
from mltensor._build import KERNEL_MODULES, OPERATIONS, merged
from mltensor._ops import TABLE, loop_lines
from mltensor.errors import DTypeError
from ops.records import DTYPES, ELEMENTWISE, STRUCTURED, computed_dtype, name_of, samples, tensors
from ops.references import reference

# Operations without a gradient: their results are integers or bools, or jump everywhere.
WITHOUT_GRADIENT = {
    "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_invert", "bitwise_left_shift", "bitwise_right_shift",
    "equal", "not_equal", "less", "less_equal", "greater", "greater_equal",
    "logical_and", "logical_or", "logical_xor", "logical_not",
    "isnan", "isinf", "isfinite", "signbit", "isposinf", "isneginf", "isreal", "iscomplex",
    "gcd", "lcm", "bitwise_count", "frexp_exponent", "count_numbers", "interp_values",
    "all", "any", "argmax", "argmin", "argsort", "count_nonzero", "nonzero", "argwhere", "one_hot", "searchsorted",
    "bin_counts", "bin_places", "softmax_cross_entropy_coefficients",
    # Values alone, or R; asked for a gradient, the functions compute the vectors too.
    "linalg.qr_triangle", "linalg.singular_values", "linalg.eigh_values", "linalg.eig_values",
}
# Kernels that the device side replaces by compositions of others.
WITHOUT_DEVICE_ENTRY = set()


@pytest.mark.parametrize("record", ELEMENTWISE, ids=name_of)
def test_an_elementwise_record_has_a_loop_for_every_dtype_of_its_category(record, generator):
    operation = OPERATIONS[record.name]
    for dtype in DTYPES:
        inputs = tensors(numpy.ones(2, dtype) for _ in record.inputs)
        if computed_dtype(record, dtype) is None:
            with pytest.raises(DTypeError, match=record.name):
                operation(*inputs)
        else:
            assert operation(*inputs).shape == (2,)


@pytest.mark.parametrize("record", ELEMENTWISE, ids=name_of)
def test_an_elementwise_record_has_a_line_of_c_and_a_reference_to_compare_with(record):
    lines = loop_lines()[record.family]
    assert sum(f"({record.name}, " in line for line in lines) == 1
    assert reference(record) is not None, "add a reference to tests/ops/references.py"


@pytest.mark.parametrize("record", STRUCTURED, ids=name_of)
def test_a_record_with_structure_has_a_kernel_on_the_host_or_is_a_composition(record):
    kernels = merged(module.KERNELS for module in KERNEL_MODULES)
    assert (record.via is not None) != (record.kernel in kernels)


@pytest.mark.parametrize("record", TABLE.values(), ids=name_of)
def test_a_record_is_documented_and_differentiable_or_listed(record):
    assert record.doc.strip()
    assert record.doc[0].isupper() or record.doc[0] in "`0123456789-e" or record.doc.startswith("x1"), record.doc
    differentiable = bool(record.vjp) or record.via is not None
    assert differentiable != (record.name in WITHOUT_GRADIENT)


@pytest.mark.parametrize("record", TABLE.values(), ids=name_of)
def test_a_record_has_an_entry_for_the_device_side_or_needs_none(record):
    assert record.gpu or record.via is not None or record.name in WITHOUT_DEVICE_ENTRY


def test_the_lists_of_exceptions_name_records_only():
    assert WITHOUT_GRADIENT | WITHOUT_DEVICE_ENTRY <= set(TABLE)


@pytest.mark.parametrize("record", TABLE.values(), ids=name_of)
def test_a_record_is_in_the_namespace(record):
    folder, _, name = record.name.rpartition(".")
    place = operator.attrgetter(folder)(np) if folder else np
    assert callable(getattr(place, name))
    assert folder or name in dir(np)
    operation = OPERATIONS[record.name]
    assert operation.__name__ == name
    assert operation.__module__ == place.__name__


@pytest.mark.parametrize("record", ELEMENTWISE, ids=name_of)
def test_an_operation_without_a_gradient_gives_results_that_need_none(record, generator):
    if record.vjp:
        return
    inputs = samples(record, "float64" if computed_dtype(record, numpy.dtype("float64")) else "int64", (3,), generator)
    leaves = [np.array(x).requires_grad_(x.dtype.kind == "f") for x in inputs]
    assert not OPERATIONS[record.name](*leaves).requires_grad
