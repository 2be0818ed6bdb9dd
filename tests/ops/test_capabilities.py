"""The table of dtypes, derivatives and devices: it is complete, without unexplained holes, and true."""

import subprocess
import sys
import types
from pathlib import Path

import numpy
import pytest

import mltensor as np
from mltensor._build import OPERATIONS
from mltensor._ops import CATEGORIES, TABLE
from mltensor._ops.capabilities import PYTHON_FUNCTIONS, REASONS, counts, dtypes_taken, rows
from mltensor.autograd import gradcheck, gradgradcheck, jvp
from mltensor.errors import GradientError, LinAlgError
from ops.constants import CALLS_BY_DTYPE, CONSTANTS, FOR_ALL_DTYPES, PYTHON_CONSTANTS, PYTHON_SAMPLES
from ops.records import DTYPES, ELEMENTWISE, STRUCTURED, computed_dtype, name_of
from ops.structured import SAMPLES, Leaf
from ops.test_gradients import (
    COMPLEX,
    COMPLEX_STRUCTURED,
    DIFFERENTIABLE,
    SHAPES,
    STRUCTURED_DIFFERENTIABLE,
    as_function,
    leaves,
)

ROOT = Path(__file__).resolve().parents[2]
ROWS = {row.name: row for row in rows()}


# --- complete -------------------------------------------------------------------------------------

def public_functions():
    """Names of the functions of the namespace and of its extensions."""
    for prefix, module in (("", np), ("linalg.", np.linalg), ("fft.", np.fft)):
        for name in dir(module) if module is np else module.__all__:
            value = getattr(module, name)
            if callable(value) and not name.startswith("_") and not isinstance(value, (type, types.ModuleType)):
                yield prefix + name


def test_every_public_function_has_a_row_and_every_row_a_function():
    public = set(public_functions())
    assert public <= set(ROWS)
    assert set(ROWS) <= public | set(TABLE)


def test_there_is_no_hole_without_a_reason():
    for row in ROWS.values():
        assert row.dtypes, row.name
        assert row.device, row.name
        assert row.inputs, row.name
        for one in row.inputs:
            assert one.state == "yes" or one.reason, f"{row.name}: why has {one.name} no gradient?"


def test_reasons_are_given_for_inputs_that_exist_and_have_no_rule():
    for name, argument in REASONS:
        record = TABLE[name]
        assert argument in record.inputs
        assert not record.vjp or record.vjp[record.inputs.index(argument)] is None


def test_an_operation_without_gradient_and_reason_would_be_found():
    record = TABLE["argsort"]
    (one,) = np._ops.capabilities.derivatives(type(record)(*(
        "SAME" if field == "returns" else getattr(record, field) for field in record.FIELDS)))
    assert (one.state, one.reason) == ("none", "")


# --- forward mode ---------------------------------------------------------------------------------

def check_forward(function, inputs, generator, step=1e-6):
    """The derivative in a direction against a difference of values; `test_gradients` checks second gradients."""
    tangents = []
    for tensor in inputs:
        tangent = generator.normal(size=tensor.shape)
        if tensor.dtype.kind == "c":
            tangent = tangent + 1j * generator.normal(size=tensor.shape)
        tangents.append(np.array(numpy.asarray(tangent, tensor.dtype)))
    primals = [tensor.detach() for tensor in inputs]
    values, pushed = jvp(lambda *tensors: tensor_results(function(*tensors)), primals, tangents)
    up, down = (tensor_results(function(*(x + sign * t for x, t in zip(primals, tangents, strict=True))))
                for sign in (step, -step))
    for value, tangent, above, below in zip(values, pushed, up, down, strict=True):
        if value.dtype.kind not in "fc":
            assert not np.any(tangent)
            continue
        expected = (above.detach().numpy() - below.detach().numpy()) / (2 * step)
        numpy.testing.assert_allclose(tangent.numpy(), expected, rtol=1e-4, atol=1e-5)


def tensor_results(result):
    """The tensors among the results, as a tuple."""
    values = result if isinstance(result, (tuple, list)) else (result,)
    return tuple(value for value in values if isinstance(value, np.Tensor))


@pytest.mark.parametrize("record", DIFFERENTIABLE, ids=name_of)
def test_forward_mode_of_an_elementwise_operation(record, generator):
    for shapes in SHAPES[len(record.inputs)]:
        check_forward(OPERATIONS[record.name], leaves(record, "float64", shapes, generator), generator)
        if record in COMPLEX:
            check_forward(OPERATIONS[record.name], leaves(record, "complex128", shapes, generator), generator)


@pytest.mark.parametrize("record", STRUCTURED_DIFFERENTIABLE, ids=name_of)
def test_forward_mode_of_an_operation_with_structure(record, generator):
    for call in SAMPLES[record.name]:
        for dtype in ("float64", "complex128") if record in COMPLEX_STRUCTURED else ("float64",):
            function, inputs = as_function(record.name, call, generator, dtype)
            check_forward(function, inputs, generator)


@pytest.mark.parametrize("record", [record for record in ELEMENTWISE if record.vjp], ids=name_of)
def test_zero_gradients_are_zero(record, generator):
    for number, one in enumerate(ROWS[record.name].inputs):
        inputs = leaves(record, "float64", [(3,)] * len(record.inputs), generator)
        (gradient,) = np.grad(OPERATIONS[record.name](*inputs).sum(), inputs[number])
        if one.state == "zero":
            assert not np.any(gradient)


# --- functions written in Python --------------------------------------------------------------------

def test_python_functions_with_a_gradient_have_a_sample():
    assert set(PYTHON_SAMPLES) == {name for name, function in PYTHON_FUNCTIONS.items() if function.inputs}


@pytest.mark.parametrize("name", PYTHON_SAMPLES)
def test_gradients_and_forward_mode_of_a_python_function(name, generator):
    function, shapes = PYTHON_SAMPLES[name]
    inputs = [np.array(generator.uniform(-2, 2, shape)).requires_grad_() for shape in shapes]
    assert gradcheck(function, inputs, atol=1e-6, rtol=1e-5)
    assert gradgradcheck(function, inputs, atol=1e-5, rtol=1e-4)
    check_forward(function, inputs, generator)


# --- no gradient ------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", CONSTANTS)
def test_what_claims_no_gradient_gives_results_that_require_none(name, generator):
    assert not ROWS[name].differentiable
    record = TABLE[name]
    if not set("fc") & set(CATEGORIES[record.accepts]):
        return
    function, inputs = as_function(name, CONSTANTS[name], generator, "float64")
    results = tensor_results(function(*inputs))
    assert results
    assert not any(result.requires_grad for result in results)


def test_every_constant_operation_with_structure_has_a_sample():
    assert set(CONSTANTS) == {record.name for record in STRUCTURED if not ROWS[record.name].differentiable}


@pytest.mark.parametrize("name", PYTHON_CONSTANTS)
def test_python_functions_that_claim_no_gradient_give_none(name):
    assert not PYTHON_CONSTANTS[name](np.array([1.0, 2.0]).requires_grad_()).requires_grad


# --- dtypes -----------------------------------------------------------------------------------------

def claimed(accepts):
    computed, converted = dtypes_taken(accepts)
    return set(computed) | set(converted)


@pytest.mark.parametrize("record", ELEMENTWISE, ids=name_of)
def test_dtypes_of_an_elementwise_operation(record):
    """`test_table` tries each of them."""
    assert claimed(record.accepts) == {dtype.name for dtype in DTYPES if computed_dtype(record, dtype) is not None}


def given(value, dtype):
    """Leaves as tensors of a dtype, of numbers that all dtypes have."""
    if isinstance(value, Leaf):
        numbers = numpy.arange(1, 1 + numpy.prod(value.shape, dtype=int)).reshape(value.shape) % 4
        return np.array(numbers.astype(dtype))
    if isinstance(value, list) and any(isinstance(one, Leaf) for one in value):
        return [given(one, dtype) for one in value]
    return value


@pytest.mark.parametrize("record", STRUCTURED, ids=name_of)
def test_dtypes_of_an_operation_with_structure(record):
    call = FOR_ALL_DTYPES.get(record.name) or CONSTANTS.get(record.name) or SAMPLES[record.name][0]
    taken = claimed(record.accepts)
    for dtype in DTYPES:
        arguments = [given(one, dtype) for one in call.args]
        named = {key: given(one, dtype) for key, one in call.kwargs.items()}
        if dtype.name not in taken:
            with pytest.raises((TypeError, IndexError)):
                OPERATIONS[record.name](*arguments, **named)
            continue
        try:
            OPERATIONS[record.name](*arguments, **named)
        except LinAlgError as error:  # it has computed with the dtype: the matrix is singular
            assert "singular" in str(error) or "positive definite" in str(error)


def test_every_python_function_of_values_is_called_with_every_dtype():
    # Functions about other things than values have no dtypes.
    assert set(CALLS_BY_DTYPE) == {
        name for name, function in PYTHON_FUNCTIONS.items() if function.dtypes in CATEGORIES}


@pytest.mark.parametrize("name", CALLS_BY_DTYPE)
def test_dtypes_of_a_python_function(name):
    taken = claimed(PYTHON_FUNCTIONS[name].dtypes)
    for dtype in DTYPES:
        if dtype.name in taken:
            CALLS_BY_DTYPE[name](dtype.name)
        else:
            with pytest.raises((TypeError, GradientError)):
                CALLS_BY_DTYPE[name](dtype.name)


# --- the page ---------------------------------------------------------------------------------------

def test_the_page_is_written_without_anything_compiled(tmp_path):
    program = [sys.executable, "-S", str(ROOT / "docs" / "build_reference.py")]
    printed = subprocess.run([*program, "--differentiation"], capture_output=True, text=True, check=True).stdout
    for name in ROWS:
        assert f"| `{name}`" in printed
    assert printed.count("\n| `") == len(ROWS)
    subprocess.run([*program, "--to", str(tmp_path)], capture_output=True, check=True)
    assert (tmp_path / "differentiation.md").read_text() == printed[:-1]
    assert "(differentiation.md)" in (tmp_path / "index.md").read_text()


def test_the_guide_counts_what_the_table_has():
    found = counts(rows())
    guide = (ROOT / "docs" / "README.md").read_text()
    assert (f"{found['functions']} functions, of which {found['differentiable']} have gradients, second gradients and "
            f"forward mode and {found['with a reason']} have none") in " ".join(guide.split())
