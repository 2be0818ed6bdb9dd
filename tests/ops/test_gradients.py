"""Gradients against differences of values, to second order, for every record that has one."""

import numpy
import pytest

import mltensor as np
from mltensor._build import OPERATIONS
from mltensor._ops import CATEGORIES
from mltensor.autograd import gradcheck, gradgradcheck
from ops.records import ELEMENTWISE, STRUCTURED, name_of, sample
from ops.structured import INTEGER_RESULTS, REAL_ONLY, SAMPLES, Leaf

DIFFERENTIABLE = [record for record in ELEMENTWISE if record.vjp]
COMPLEX = [record for record in DIFFERENTIABLE if "c" in CATEGORIES[record.accepts]]
STRUCTURED_DIFFERENTIABLE = [
    record
    for record in STRUCTURED
    if (record.vjp or record.via) and record.name not in INTEGER_RESULTS
]
COMPLEX_STRUCTURED = [
    record for record in STRUCTURED_DIFFERENTIABLE if "c" in CATEGORIES[record.accepts] and record.name not in REAL_ONLY
]
SHAPES = {1: [((2, 3),), ((),)], 2: [((2, 3), (2, 3)), ((3, 1), (2,)), ((), (2,))], 3: [((2, 2), (2, 1), (2,))]}


def leaves(record, dtype, shapes, generator):
    return [
        np.array(sample(record, which, dtype, shape, generator)).requires_grad_() for which, shape in enumerate(shapes)
    ]


@pytest.mark.parametrize("record", DIFFERENTIABLE, ids=name_of)
def test_elementwise(record, generator):
    operation = OPERATIONS[record.name]
    for shapes in SHAPES[len(record.inputs)]:
        inputs = leaves(record, "float64", shapes, generator)
        assert gradcheck(operation, inputs, atol=1e-6, rtol=1e-5)
        assert gradgradcheck(operation, inputs, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("record", COMPLEX, ids=name_of)
def test_elementwise_of_complex_numbers(record, generator):
    operation = OPERATIONS[record.name]
    for shapes in SHAPES[len(record.inputs)]:
        inputs = leaves(record, "complex128", shapes, generator)
        assert gradcheck(operation, inputs, atol=1e-6, rtol=1e-5)
        assert gradgradcheck(operation, inputs, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("record", [record for record in COMPLEX if len(record.inputs) == 2], ids=name_of)
def test_elementwise_of_a_real_and_a_complex_operand(record, generator):
    operation = OPERATIONS[record.name]
    for dtypes in (("float64", "complex128"), ("complex128", "float64")):
        inputs = [
            np.array(sample(record, which, dtypes[which], (2,), generator)).requires_grad_() for which in range(2)
        ]
        assert gradcheck(operation, inputs, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("record", DIFFERENTIABLE, ids=name_of)
def test_one_operand_alone_and_a_scalar_beside_it(record, generator):
    """Rules run for the inputs that need them, and keep only what those read."""
    operation = OPERATIONS[record.name]
    count = len(record.inputs)
    for wanted in range(count):
        inputs = [np.array(sample(record, which, "float64", (3,), generator)) for which in range(count)]
        inputs[wanted].requires_grad_()
        assert gradcheck(operation, inputs, atol=1e-6, rtol=1e-5)
        if count == 2:
            inputs[1 - wanted] = inputs[1 - wanted][0].item()
            assert gradcheck(operation, inputs, atol=1e-6, rtol=1e-5)


def arguments(arguments_, generator, dtype, leaves):
    """Leaves replaced by tensors, also within a list; pairs of tensor and leaf are collected in `leaves`."""
    if isinstance(arguments_, Leaf):
        leaves.append((np.array(arguments_.values(generator, dtype)).requires_grad_(), arguments_))
        return leaves[-1][0]
    if isinstance(arguments_, list) and any(isinstance(one, Leaf) for one in arguments_):
        return [arguments(one, generator, dtype, leaves) for one in arguments_]
    return arguments_


def as_function(name, call, generator, dtype):
    """A function of tensors alone and the tensors, from a sample."""
    found = []
    given = [arguments(one, generator, dtype, found) for one in call.args]
    named = {key: arguments(one, generator, dtype, found) for key, one in call.kwargs.items()}

    def replaced(value, places):
        if isinstance(value, list):
            return [replaced(one, places) for one in value]
        return next((new for old, new in places if old is value), value)

    def function(*tensors):
        places = [
            (old, new if leaf.through is None else leaf.through(new))
            for (old, leaf), new in zip(found, tensors, strict=True)
        ]
        result = OPERATIONS[name](
            *(replaced(one, places) for one in given), **{key: replaced(one, places) for key, one in named.items()}
        )
        return result if call.after is None else call.after(result)

    return function, [tensor for tensor, _ in found]


def check_samples(record, generator, dtype):
    assert record.name in SAMPLES, "add argument samples to tests/ops/structured.py"
    for call in SAMPLES[record.name]:
        function, inputs = as_function(record.name, call, generator, dtype)
        try:
            gradcheck(function, inputs, atol=1e-6, rtol=1e-5)
            gradgradcheck(function, inputs, atol=1e-5, rtol=1e-4)
        except Exception as error:
            shapes = [tensor.shape for tensor in inputs]
            raise AssertionError(f"{record.name}, tensors {shapes}, {call.args[1:]} {call.kwargs}: {error}") from error


@pytest.mark.parametrize("record", STRUCTURED_DIFFERENTIABLE, ids=name_of)
def test_with_structure(record, generator):
    check_samples(record, generator, "float64")


@pytest.mark.parametrize("record", COMPLEX_STRUCTURED, ids=name_of)
def test_with_structure_of_complex_numbers(record, generator):
    check_samples(record, generator, "complex128")


def test_samples_name_records_only():
    assert set(SAMPLES) <= {record.name for record in STRUCTURED}
    assert INTEGER_RESULTS | REAL_ONLY <= {record.name for record in STRUCTURED}


def test_a_rule_that_is_wrong_would_be_found():
    class Wrong(np.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * x

        @staticmethod
        def backward(ctx, g):
            return g

    x = np.array(numpy.array([2.0, 3.0])).requires_grad_()
    assert not gradcheck(Wrong.apply, [x], raise_exception=False)


def gradient_at(function, *values):
    leaves = [np.array(value).requires_grad_() for value in values]
    return [one.tolist() for one in np.grad(function(*leaves).sum(), leaves)]


def test_gradients_where_values_are_special():
    nan, inf = float("nan"), float("inf")
    assert gradient_at(np.relu, [nan, 0.0, -1.0, 2.0]) == [[1.0, 0.0, 0.0, 1.0]]
    assert gradient_at(np.atan2, [0.0, 0.0, 1e-300, 1e200], [0.0, 1e-300, 0.0, 1.0]) == [
        [0.0, 1 / 1e-300, 0.0, 0.0], [0.0, 0.0, -1 / 1e-300, -1e-200]]
    assert gradient_at(lambda x: np.max(x, axis=1), [[nan, 1.0, 2.0], [3.0, 3.0, inf], [3.0, 3.0, 1.0]]) == [
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.5, 0.5, 0.0]]]
    assert gradient_at(np.min, [nan, 1.0, nan]) == [[0.5, 0.0, 0.5]]
    assert gradient_at(lambda x: np.unique(x) * np.array([1.0, 2.0]), [5.0, 3.0, 5.0]) == [[2.0, 1.0, 0.0]]
    assert gradient_at(lambda a, b: np.nextafter(a, b), [1.0], [2.0]) == [[1.0], [0.0]]


CUTS = {"asin": (2, -2), "acos": (2, -2), "acosh": (-2, 0.5, -0.5), "atanh": (2, -2), "log": (-2,), "sqrt": (-2,),
        "log1p": (-2,), "asinh": (2j, -2j), "atan": (2j, -2j)}


@pytest.mark.parametrize("name", CUTS)
def test_gradients_on_either_side_of_a_branch_cut(name):
    """The sign of a zero says on which side; along the cut the function is smooth."""
    function, step = OPERATIONS[name], 1e-6
    for point in CUTS[name]:
        for zero in (0.0, -0.0):
            along = 1j if point.imag else 1
            at, up, down = (
                numpy.array([complex(zero, moved.imag) if point.imag else complex(moved.real, zero)])
                for moved in (point, point + step * along, point - step * along))
            x = np.array(at).requires_grad_()
            (gradient,) = np.grad(function(x), x, np.array([1 + 0j]))
            expected = (function(np.array(up)).item() - function(np.array(down)).item()) / (2 * step * along)
            assert abs(gradient.item().conjugate() - expected) < 1e-8
