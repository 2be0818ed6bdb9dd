"""An element has the same bits wherever it is computed: alone or among many, on one thread or several, in any layout."""

import numpy
import pytest

import mltensor as np
from mltensor._build import OPERATIONS
from ops.records import CATEGORIES, ELEMENTWISE, STRUCTURED, main_dtypes, name_of, samples, tensors

LENGTH = 100_003
PAIRS = [(record, dtype) for record in ELEMENTWISE for dtype in main_dtypes(record)]


def bits(result):
    """The bytes of a tensor, or of several."""
    if isinstance(result, (tuple, list)):
        return [bits(one) for one in result]
    return numpy.ascontiguousarray(numpy.asarray(result.detach())).tobytes()


def with_threads(count, function, *args):
    np.set_num_threads(count)
    return bits(function(*args))


@pytest.mark.parametrize(("record", "dtype"), PAIRS, ids=name_of)
def test_elementwise_results_for_one_and_two_threads(record, dtype, generator):
    inputs = tensors(samples(record, dtype, (LENGTH,), generator))
    operation = OPERATIONS[record.name]
    assert with_threads(1, operation, *inputs) == with_threads(2, operation, *inputs)
    matrices = [tensor[:LENGTH - 3].reshape(400, 250).T for tensor in inputs]
    assert with_threads(1, operation, *matrices) == with_threads(2, operation, *matrices)


@pytest.mark.parametrize(("record", "dtype"), PAIRS, ids=name_of)
def test_elementwise_results_alone_and_among_many(record, dtype, generator):
    inputs = tensors(samples(record, dtype, (LENGTH,), generator))
    operation = OPERATIONS[record.name]
    whole = numpy.asarray(operation(*inputs))
    strided = numpy.asarray(operation(*(np.repeat(tensor, 2)[::2] for tensor in inputs)))
    numpy.testing.assert_array_equal(strided, whole)
    numpy.testing.assert_array_equal(numpy.asarray(operation(*(tensor[::-1] for tensor in inputs)))[::-1], whole)
    for begin, length in ((0, 1), (1, 7), (5, 16), (11, 33), (40_000, 1000), (99_990, 13)):
        part = numpy.asarray(operation(*(tensor[begin:begin + length] for tensor in inputs)))
        numpy.testing.assert_array_equal(part, whole[begin:begin + length])
    for k in (0, 77, LENGTH - 1):
        assert numpy.asarray(operation(*(tensor[k] for tensor in inputs))).tobytes() == whole[k].tobytes()


ROWS = numpy.arange(997) * 7 % 700
CALLS = {
    "affine": lambda op, x: op(x, x[:90], x[0, :90]), "activated_affine": lambda op, x: op(x, x[:90], x[0, :90]),
    "linear": lambda op, x: op(x, x[:90], x[0, :90], activation="gelu"), "matmul": lambda op, x: op(x, x.T),
    "dot": lambda op, x: op(x, x.T), "inner": lambda op, x: op(x, x), "outer": lambda op, x: op(x[0], x[:, 0]),
    "vecdot": lambda op, x: op(x, x), "vdot": lambda op, x: op(x, x), "kron": lambda op, x: op(x[:20], x[:9, :9]),
    "tensordot": lambda op, x: op(x, x), "einsum": lambda op, x: op("ij,kj->ik", [x, x[:50]]),
    "take": lambda op, x: op(x, ROWS, axis=0), "embedding": lambda op, x: op(x, ROWS),
    "index_add": lambda op, x: op(x, x[:99], (ROWS[:99] % 5,)), "index_put": lambda op, x: op(x, x[0], (ROWS[:90],)),
    "index_scatter": lambda op, x: op(x, (ROWS[:700] % 9,), (9, 300)), "getitem": lambda op, x: op(x, (x > 0.5)),
    "concat": lambda op, x: op([x, x], axis=1), "stack": lambda op, x: op([x, x], axis=2), "tile": lambda op, x: op(x, (2, 2)),
    "roll": lambda op, x: op(x, 12345), "repeat": lambda op, x: op(x, 3, axis=1), "pad": lambda op, x: op(x, 5, mode="reflect"),
    "where": lambda op, x: op(x > 0, x, 0.0), "clip": lambda op, x: op(x, -0.5, 0.5), "searchsorted":
    lambda op, x: op(np.sort(x[0]), x), "take_along_axis": lambda op, x: op(x, np.argsort(x, axis=0), axis=0),
    "gather": lambda op, x: op(x, 1, np.argsort(x)), "topk": lambda op, x: op(x, 9),
    "linear_recurrence": lambda op, x: op(x, x, axis=0),
    "scatter_add": lambda op, x: op(x, 0, np.argsort(x) % 7, x), "layer_norm": lambda op, x: op(x, x[0], x[1]),
    "layer_norm_backward": lambda op, x: op(x, x + 1, x[0]), "batch_norm": lambda op, x: op(x, x[0], x[1]),
    "softmax_cross_entropy": lambda op, x: op(x, ROWS[:700] % 300),
    "cast": lambda op, x: op(x, "float32"), "astype": lambda op, x: op(x, "int64"), "copy": lambda op, x: op(x.T),
    "contiguous": lambda op, x: op(x.T), "cumulative_sum": lambda op, x: op(x, axis=0), "cumulative_prod": lambda op, x: op(x, axis=1),
}
# One tensor is all they need.
PLAIN = {"sum", "prod", "mean", "var", "std", "max", "min", "argmax", "argmin", "any", "all", "count_nonzero", "logsumexp",
         "cumsum", "cumprod", "softmax", "log_softmax", "sort", "argsort", "unique", "nonzero", "argwhere", "tril", "triu",
         "flatnonzero"}


@pytest.mark.parametrize("name", sorted(PLAIN | set(CALLS)))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_results_with_structure_for_one_and_two_threads(name, dtype, generator):
    x = np.array(generator.normal(size=(700, 300)).astype(dtype))
    operation = OPERATIONS[name]
    if name in CALLS:
        assert with_threads(1, CALLS[name], operation, x) == with_threads(2, CALLS[name], operation, x)
        return
    assert with_threads(1, operation, x) == with_threads(2, operation, x)
    if name not in ("unique", "nonzero", "argwhere", "tril", "triu", "flatnonzero"):
        for axis in (0, 1):
            assert with_threads(1, operation, x.T, axis) == with_threads(2, operation, x.T, axis)


def test_gradients_for_one_and_two_threads(generator):
    x = np.array(generator.normal(size=(300, 400))).requires_grad_()

    def gradient():
        x.grad = None
        np.log_softmax(np.tanh(x @ x.T) * x[:, :300]).var().backward()
        return x.grad

    assert with_threads(1, gradient) == with_threads(2, gradient)


def test_the_calls_name_records():
    assert PLAIN | set(CALLS) <= {record.name for record in STRUCTURED}
    assert CATEGORIES
