"""outer, reduce, accumulate, reduceat and at of the elementwise operations, against NumPy's ufuncs."""

import inspect
import pickle
import subprocess
import sys

import numpy
import pytest

import mltensor as np
from mltensor.autograd import gradcheck
from mltensor.errors import DTypeError, GradientError, IndexingError, ReadOnlyError, ShapeError

DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
TOLERANCE = {"f2": 3e-2, "f4": 1e-4, "c8": 1e-4}
# NumPy's own loops of two are wrong where they take their own results; of infinities the standard has another quotient.
NOT_COMPARED = {"arctan2", "power", "floor_divide"}
ORDERED_ONLY = {"maximum", "minimum", "fmax", "fmin"}
OPERATIONS = ["add", "subtract", "multiply", "divide", "floor_divide", "remainder", "fmod", "power", "maximum",
              "minimum", "fmax", "fmin", "bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift", "gcd",
              "lcm", "logical_and", "logical_or", "logical_xor", "hypot", "arctan2", "logaddexp", "logaddexp2",
              "copysign", "heaviside", "nextafter", "equal", "less"]
SHAPES = [(), (1,), (7,), (200,), (3, 5), (4, 1, 3), (2, 70), (70, 2), (0,), (3, 0)]


def numbers(rng, shape, dtype, name=""):
    """Numbers that stay in range when an operation takes its own results."""
    kind = numpy.dtype(dtype).kind
    if kind == "b":
        return rng.random(shape) < 0.6
    if kind in "iu":
        low = 0 if kind == "u" or name in ("power", "left_shift", "right_shift") else -6
        return rng.integers(low, 4 if "shift" in name else 7, shape).astype(dtype)
    values = rng.uniform(0.6, 1.4, shape)
    if name != "power":
        values = values * rng.choice([-1, 1, 1], shape)
    return (values + 1j * rng.uniform(0.2, 0.7, shape) if kind == "c" else values).astype(dtype)


def laid_out(x, way):
    """The same numbers in memory that lies another way."""
    if x.ndim and way == "gaps":
        return numpy.repeat(x, 2, axis=-1)[..., ::2]
    if x.ndim and way == "reversed":
        return x[::-1].copy()[::-1]
    return numpy.asfortranarray(x) if way == "columns" else x


def outcome(function):
    try:
        return function()
    except Exception as error:
        return error


def same(ours, theirs, name, dtype):
    """The same values and dtype, or an error of the same kind."""
    if isinstance(theirs, Exception):
        assert isinstance(ours, Exception), (theirs, ours)
        kinds = (TypeError, IndexError, ValueError)
        assert any(isinstance(theirs, kind) and isinstance(ours, kind) for kind in kinds), (theirs, ours)
        return
    if isinstance(ours, Exception):
        raise ours
    assert isinstance(ours, np.Tensor)
    ours = ours.numpy()
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    if name in NOT_COMPARED and theirs.dtype.kind in "fc":
        return
    if theirs.dtype.kind in "biu":
        assert ours.tolist() == theirs.tolist()
        return
    tolerance = TOLERANCE.get(dtype, 1e-9)
    if name in ("logaddexp", "logaddexp2", "hypot") and theirs.dtype.itemsize <= 4:
        tolerance = 0.1
    numpy.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


def compared(name, method, x, *extra, **options):
    """A method of both with the same array."""
    given = {key: np.asarray(one) if isinstance(one, numpy.ndarray) else one for key, one in options.items()}
    same(outcome(lambda: getattr(getattr(np, name), method)(np.asarray(x), *extra, **given)),
         outcome(lambda: getattr(getattr(numpy, name), method)(x, *extra, **options)), name, x.dtype.str[1:])


def skipped_here(name, dtype):
    """Complex numbers have no order here, as the standard has it."""
    return name in {*ORDERED_ONLY, "less"} and dtype.startswith("c")


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_reduce_accumulate_and_reduceat(name, dtype):
    if skipped_here(name, dtype):
        with pytest.raises(DTypeError):
            getattr(np, name).reduce(np.ones(3, dtype=dtype))
        return
    rng = numpy.random.default_rng(DTYPES.index(dtype))
    with numpy.errstate(all="ignore"):
        for shape in SHAPES:
            for way in ("rows", "gaps", "columns", "reversed"):
                x = laid_out(numbers(rng, shape, dtype, name), way)
                for axis in {0, -1, len(shape) - 1, None}:
                    compared(name, "reduce", x, axis=axis)
                    compared(name, "accumulate", x, axis=axis)
                    length = x.shape[axis] if axis is not None and x.ndim else x.size
                    starts = rng.integers(0, max(length, 1), 5)
                    compared(name, "reduceat", x, starts, axis=axis)
                    compared(name, "reduceat", x, numpy.unique(starts), axis=axis)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("dtype", ["?", "i2", "u8", "f4", "f8", "c16"])
def test_reduce_with_initial_where_keepdims_and_dtype(name, dtype):
    if skipped_here(name, dtype):
        return
    rng = numpy.random.default_rng(3)
    with numpy.errstate(all="ignore"):
        for shape, axis in (((5,), 0), ((3, 90), 1), ((90, 3), 0), ((2, 3, 4), (0, 2)), ((2, 3), None), ((0, 2), 0),
                            ((2, 3), ()), ((), 0)):
            x = numbers(rng, shape, dtype, name)
            mask = rng.random(shape) < 0.6
            row = rng.random(shape[-1:]) < 0.6
            for options in ({"initial": 2}, {"initial": 1, "where": mask}, {"where": mask}, {"where": row},
                            {"keepdims": True}, {"keepdims": True, "initial": 1, "where": row}, {"initial": None},
                            {"dtype": "f8"}, {"dtype": dtype}, {"dtype": "i4"}):
                if numpy.dtype(dtype).kind in "fc" and options.get("dtype") not in (None, "f8", dtype):
                    continue
                if numpy.dtype(dtype).kind == "c" and options.get("dtype") == "f8":
                    continue
                compared(name, "reduce", x, axis=axis, **options)


@pytest.mark.parametrize("dtype", DTYPES)
def test_long_lines(dtype):
    """Lanes, chains and loops of reductions, one line and several, with one thread and with two."""
    rng = numpy.random.default_rng(5)
    names = ["bitwise_xor", "bitwise_and", "gcd"] if numpy.dtype(dtype).kind in "biu" else ["fmax", "hypot"]
    threads = np.get_num_threads()
    for name in (*names, "subtract", "maximum", "logical_xor"):
        for shape, axis in (((5003,), 0), ((3, 5003), 1), ((5003, 3), 0), ((200, 1100), 0), ((200, 1100), 1)):
            if dtype.startswith("c") and name in ("fmax", "hypot", "maximum"):
                continue
            if dtype == "?" and name in ("subtract", "gcd"):
                continue
            x = numbers(rng, shape, dtype)
            starts = numpy.sort(rng.integers(0, shape[axis], 9))
            for method, extra in (("reduce", ()), ("accumulate", ()), ("reduceat", (starts,))):
                theirs = getattr(getattr(numpy, name), method)(x, *extra, axis=axis)
                ours = []
                for count in (1, 2):
                    np.set_num_threads(count)
                    try:
                        ours.append(getattr(getattr(np, name), method)(np.asarray(x), *extra, axis=axis).numpy())
                    finally:
                        np.set_num_threads(threads)
                assert ours[0].tobytes() == ours[1].tobytes()
                if theirs.dtype.kind in "biu":
                    assert (ours[0] == theirs).all(), (name, method, shape)
                else:
                    tolerance = {"f2": 1, "f4": 1e-3, "c8": 1e-2}.get(dtype, 1e-9)
                    numpy.testing.assert_allclose(ours[0], theirs, rtol=tolerance, atol=tolerance)


def test_order_matters():
    x = numpy.random.default_rng(0).uniform(0.5, 1.5, 1000)
    for name in ("power", "arctan2", "subtract", "divide"):
        expected = x[0]
        for one in x[1:]:
            expected = getattr(numpy, name)(expected, one)
        numpy.testing.assert_allclose(getattr(np, name).reduce(x).item(), expected, rtol=1e-12)


def test_extremes_that_run_into_nan():
    rng = numpy.random.default_rng(2)
    for dtype in ("f2", "f4", "f8"):
        for places in ([], [0], [40], [3, 999]):
            x = rng.standard_normal(1000).astype(dtype)
            x[places] = numpy.nan
            x[500:520] = [0.0, -0.0] * 10
            for line in (x, numpy.sort(x), numpy.sort(x)[::-1]):
                for name in ("maximum", "minimum"):
                    for method in ("accumulate", "reduce"):
                        theirs = getattr(getattr(numpy, name), method)(line)
                        ours = getattr(getattr(np, name), method)(np.asarray(line)).numpy()
                        numpy.testing.assert_array_equal(ours, theirs)


# --- out= and errors ------------------------------------------------------------------------------

def test_out_decides_the_dtype_as_in_numpy():
    for name, x, out in (("add", [1.5, 2.5], "i8"), ("add", [1, 2], "f4"), ("add", numpy.int8([100, 100]), "i1"),
                         ("logical_and", [1, 2], "i8"), ("maximum", [1, 2], "f8"), ("subtract", [5, 2], "f8")):
        for method, shape in (("reduce", ()), ("accumulate", (2,))):
            theirs = getattr(getattr(numpy, name), method)(x, out=numpy.zeros(shape, out))
            for target in (np.zeros(shape, dtype=out), numpy.zeros(shape, out)):
                for given in (target, (target,)):
                    ours = getattr(getattr(np, name), method)(x, out=given)
                    assert ours is target
                    assert (ours.dtype, ours.tolist()) == (theirs.dtype, theirs.tolist())
    out = np.zeros(2)
    assert np.add.reduceat([1, 2, 3], [0, 2], out=out) is out and out.tolist() == [3, 3]
    assert np.add.reduce(np.ones((2, 3)), 1, None, out, False, 5).tolist() == [8, 8]
    with pytest.raises(ShapeError, match="does not fit out="):
        np.add.reduce(np.ones((2, 3)), out=np.zeros(2))
    with pytest.raises(TypeError, match="must be a tensor"):
        np.subtract.reduce(np.ones(3), out=[0])
    with pytest.raises(GradientError, match="past the tape"):
        np.subtract.reduce(np.ones(3).requires_grad_(), out=np.zeros(()))


@pytest.mark.parametrize("call, kind, said", [
    (lambda: np.negative.reduce([1]), ValueError, "reduce only supported for binary functions"),
    (lambda: np.negative.accumulate([1]), ValueError, "accumulate only supported for binary"),
    (lambda: np.negative.reduceat([1], [0]), ValueError, "reduceat only supported for binary"),
    (lambda: np.negative.outer([1], [0]), ValueError, "only supported for binary"),
    (lambda: np.addcmul.reduce([1]), ValueError, "takes 3 operands"),
    (lambda: np.maximum.reduce([]), ValueError, "no identity"),
    (lambda: np.subtract.reduce([]), ValueError, "zero-size array to reduction operation subtract which"),
    (lambda: np.add.reduce([], initial=None), ValueError, "no identity"),
    (lambda: np.maximum.reduce([1, 2], where=[True, False]), ValueError, "one has to specify 'initial'"),
    (lambda: np.subtract.reduce(np.ones((2, 2)), axis=None), ValueError, "not reorderable"),
    (lambda: np.subtract.reduce(np.ones((2, 2)), axis=(0, 1)), ValueError, "not reorderable"),
    (lambda: np.add.reduce(np.ones(2), axis=1), np.exceptions.AxisError, "out of bounds"),
    (lambda: np.add.reduce(5, axis=1), np.exceptions.AxisError, "out of bounds"),
    (lambda: np.add.reduce(np.ones(2), axis=(0, 0)), ValueError, "axis"),
    (lambda: np.add.accumulate(np.ones((2, 2)), axis=2), np.exceptions.AxisError, "out of bounds"),
    (lambda: np.add.accumulate(5), TypeError, "cannot accumulate on a scalar"),
    (lambda: np.add.reduceat(5, [0]), TypeError, "cannot reduceat on a scalar"),
    (lambda: np.add.accumulate(np.ones((2, 2)), axis=None), ValueError, "does not allow multiple axes"),
    (lambda: np.equal.reduce([1, 2]), TypeError, r"\.astype\(bool\)"),
    (lambda: np.logical_and.reduce([1, 2], dtype=int), TypeError, "bools"),
    (lambda: np.bitwise_or.reduce([1.5]), TypeError, "bitwise_or"),
    (lambda: np.hypot.reduce([1.0], dtype=int), TypeError, "does not compute in"),
    (lambda: np.subtract.reduce([True, False]), TypeError, "subtract"),
    (lambda: np.add.reduceat([1, 2, 3], [0, 3]), IndexError, r"index 3 out-of-bounds in add.reduceat \[0, 3\)"),
    (lambda: np.add.reduceat([1, 2, 3], [-1]), IndexError, "index -1 out-of-bounds"),
    (lambda: np.add.reduceat([1, 2, 3], [[0]]), ValueError, "one dimension"),
    (lambda: np.power.reduce([2, -1]), ValueError, "negative integer powers"),
    (lambda: np.power.reduceat([2, -1, 3], [0, 2]), ValueError, "negative integer powers"),
    (lambda: np.add.reduce([1, 2], where=[1, 0]), TypeError, r"\.astype\(bool\)"),
    (lambda: np.subtract.reduce([1.0, 2.0], initial=[1, 2]), ValueError, "one number"),
    (lambda: np.add.at([1], [0], 1), TypeError, "first operand must be an array"),
    (lambda: np.add.at(np.ones(2), [0]), ValueError, "second operand needed"),
    (lambda: np.negative.at(np.ones(2), [0], 1), ValueError, "second operand provided"),
    (lambda: np.addcmul.at(np.ones(2), [0], 1), ValueError, "unary and binary"),
    (lambda: np.add.at(np.ones(2), [2], 1), IndexError, "index 2 is out of bounds"),
    (lambda: np.maximum.at(np.ones(2), [-3], 1), IndexError, "index -3 is out of bounds"),
    (lambda: np.maximum.at(np.ones((2, 2)), ([0], [5]), 1), IndexError, "out of bounds"),
    (lambda: np.maximum.at(np.ones(2), [0.5], 1), IndexError, "integer"),
    (lambda: np.maximum.at(np.ones(2), [0], [1, 2]), ValueError, "not broadcastable"),
    (lambda: np.add.at(np.ones(2), [0], [1, 2]), ValueError, "broadcast"),
    (lambda: np.power.at(np.ones(2, dtype=int), [0], -1), ValueError, "negative integer powers"),
    (lambda: np.add.at(np.broadcast_to(np.ones(()), (3,)), [0], 1), ReadOnlyError, "read-only|writ"),
    (lambda: np.maximum.at(np.broadcast_to(np.ones(()), (3,)), [0], 1), ReadOnlyError, "read-only|writ"),
])
def test_errors(call, kind, said):
    with pytest.raises(kind, match=said):
        call()


# --- outer ----------------------------------------------------------------------------------------

def test_outer():
    rng = numpy.random.default_rng(1)
    for one, other in (("i1", "u1"), ("f4", "i8"), ("f8", "c8"), ("?", "?")):
        for first, second in (((3,), (4,)), ((2, 3), (2,)), ((), (3,)), ((3,), ()), ((0,), (2,)), ((2,), (1, 0, 3))):
            a, b = numbers(rng, first, one), numbers(rng, second, other)
            for name in ("add", "multiply", "equal"):
                same(getattr(np, name).outer(np.asarray(a), b), getattr(numpy, name).outer(a, b), name, "f4")
    assert np.add.outer(1, np.uint8([1])).dtype == numpy.add.outer(1, numpy.uint8([1])).dtype
    out = np.zeros((2, 2))
    assert np.add.outer([1, 2], [3, 4], out=out) is out and out.tolist() == [[4, 5], [5, 6]]
    assert np.add.outer([1, 2], [3, 4], where=[True, False]).tolist() == [[4, 0], [5, 0]]
    assert np.subtract.outer([1, 2], [3, 4], dtype="f4").dtype == numpy.float32
    with pytest.raises(TypeError):
        np.add.outer([1], [2], [3])


# --- at -------------------------------------------------------------------------------------------

AT = ["add", "subtract", "multiply", "divide", "remainder", "maximum", "minimum", "fmin", "power", "bitwise_xor",
      "left_shift", "logical_or", "less", "hypot", "gcd"]


def keys(rng, shape):
    """Indices of all kinds, most of them with repeats."""
    n = shape[0]
    yield rng.integers(-n, n, 2 * n)
    yield rng.integers(-n, n, (3, 4)).astype("i2")
    yield [0, 0, -1]
    yield (numpy.array([0, 0, n - 1]), ...)
    yield rng.random(shape) < 0.5
    yield rng.random(n) < 0.5
    yield slice(None, None, 2)
    yield 0
    yield ...
    yield numpy.array([], dtype=int)
    yield tuple(rng.integers(0, length, 30) for length in shape)
    if len(shape) > 1:
        yield slice(None), rng.integers(0, shape[1], 9)
        yield numpy.array([[0], [n - 1]]), numpy.array([[0, 1, 1]])


def one_by_one(op, x, key, b):
    """What `at` means. NumPy's own is wrong where some second operands are broadcast to two dimensions."""
    result = x.copy()
    line = result.reshape(-1)
    places = numpy.arange(x.size).reshape(x.shape)[key]
    for place, value in zip(numpy.ravel(places), numpy.broadcast_to(b, numpy.shape(places)).ravel(), strict=True):
        line[place] = numpy.asarray(op(line[place], value)).astype(x.dtype)
    return result


@pytest.mark.parametrize("name", AT)
@pytest.mark.parametrize("dtype", ["?", "i1", "u2", "i8", "f2", "f4", "f8", "c16"])
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_at(name, dtype):
    rng = numpy.random.default_rng(AT.index(name))
    theirs, ours = getattr(numpy, name), getattr(np, name)
    if skipped_here(name, dtype):
        return
    with numpy.errstate(all="ignore"):
        for shape, ways in (((6,), ("rows", "gaps", "reversed")), ((90,), ("rows",)), ((5, 4), ("rows", "columns"))):
            for way in ways:
                for key in keys(rng, shape):
                    x = laid_out(numbers(rng, shape, dtype, name), way)
                    for second, form in ((dtype, x[key].shape), (dtype, ()), ("i8", x[key].shape[-1:])):
                        b = numbers(rng, form, second, name)
                        expected = outcome(lambda: one_by_one(theirs, x, key, b))  # noqa: B023
                        target = np.asarray(laid_out(x.copy(), way))
                        result = outcome(lambda: (ours.at(target, key, b), target)[1])  # noqa: B023
                        # There is nothing to refuse for a loop over nothing.
                        if x[key].size or not isinstance(result, TypeError):
                            same(result, expected, name, dtype)


def test_at_without_a_second_operand():
    for name in ("negative", "exp", "logical_not", "sign", "isnan"):
        x = numpy.array([0.5, -1.5, 2.0])
        expected = x.copy()
        getattr(numpy, name).at(expected, [0, 0, 2])
        getattr(np, name).at(x, [0, 0, 2])
        numpy.testing.assert_allclose(x, expected, rtol=1e-15)


def test_at_of_one_place_many_times():
    for name in ("add", "maximum", "multiply", "bitwise_xor", "remainder", "hypot"):
        x, b = numpy.full(3, 7.0), numpy.linspace(1, 1.01, 5000)
        if name == "bitwise_xor":
            x, b = x.astype(int), numpy.arange(5000)
        expected, index = x.copy(), numpy.random.default_rng(0).integers(0, 2, 5000)
        getattr(numpy, name).at(expected, index, b)
        getattr(np, name).at(x, index, b)
        numpy.testing.assert_allclose(x, expected, rtol=1e-12)


def test_at_overlapping_itself():
    x = np.arange(6)
    np.multiply.at(x, x[::-1], x)
    expected = numpy.arange(6)
    numpy.multiply.at(expected, expected[::-1].copy(), expected.copy())
    assert x.tolist() == expected.tolist()
    t = np.zeros(())
    np.add.at(t, (), 2)
    np.multiply.at(t, ..., 3)
    assert t.item() == 6


def test_devices():
    x = np.arange(6.0).to_device(np.device("cpu:1"))
    for result in (np.subtract.reduce(x), np.hypot.reduce(x), np.maximum.accumulate(x), np.add.reduceat(x, [0, 2]),
                   np.add.outer(x, [1, 2]), np.subtract.reduce(x, initial=2, where=[True] * 6)):
        assert result.device == x.device
    np.maximum.at(x, [0, 0], [3, 9.0])
    np.add.at(x, [1], 5)
    assert x.device == np.device("cpu:1") and x.tolist() == [9, 6, 2, 3, 4, 5]
    here, place = np.ones(6), np.array([0])
    for call in (lambda: np.add.at(here, [0], x[:1]), lambda: np.maximum.at(here, [0], x[:1]),
                 lambda: np.maximum.at(x, place, 1.0), lambda: np.add.reduceat(x, place),
                 lambda: np.subtract.reduce(x, initial=here[0]),
                 lambda: np.subtract.reduce(x, initial=0, where=here > 0)):
        with pytest.raises(ValueError, match="cpu"):
            call()


# --- the tape -------------------------------------------------------------------------------------

DIFFERENTIABLE = ["add", "subtract", "multiply", "divide", "power", "maximum", "minimum", "fmax", "hypot", "arctan2",
                  "logaddexp", "remainder"]


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_gradients(name):
    op = getattr(np, name)
    rng = numpy.random.default_rng(4)
    def written(x, b):
        target = x * 1.0
        op.at(target, ([0, 1, 0],), b)
        return target

    for shape, axis in (((5,), 0), ((3, 4), 1), ((4, 2), 0), ((2, 3, 2), 1)):
        x = np.asarray(rng.uniform(0.5, 2.0, shape)).requires_grad_()
        b = np.asarray(rng.uniform(0.5, 2.0, (3, *shape[1:]))).requires_grad_()
        gradcheck(lambda x, axis=axis: op.reduce(x, axis), (x,))
        gradcheck(lambda x, axis=axis: op.accumulate(x, axis), (x,))
        gradcheck(lambda x, axis=axis: op.reduce(x, axis, initial=1.5, keepdims=True), (x,))
        gradcheck(lambda x, axis=axis: op.reduceat(x, [0, 2, 1, 0], axis) if x.shape[axis] > 2 else x, (x,))
        gradcheck(lambda x: op.outer(x, np.array([1.0, 2.0])), (x,))
        gradcheck(written, (x, b))
        gradcheck(lambda x, b=b: written(x, b.detach()), (x,))
        gradcheck(lambda b, x=x: written(x.detach(), b), (b,))


@pytest.mark.parametrize("name", ["multiply", "divide", "power", "logaddexp", "maximum"])
def test_second_derivatives(name):
    op = getattr(np, name)
    weights = np.array([1.0, 2.0, 0.5, 3.0])

    def slope(x):
        x = x if x.requires_grad else x.detach().requires_grad_()
        results = (op.accumulate(x) * weights).sum() + (op.reduceat(x, [1, 3]) ** 2).sum()
        return np.grad(results, x, create_graph=True)[0]

    gradcheck(np.enable_grad()(slope), (np.array([0.7, 1.3, 1.1, 0.9]).requires_grad_(),))


def test_complex_gradients():
    x = np.array([0.5 + 1j, 1.5 - 0.3j, 0.7 + 0.2j])
    for name in ("multiply", "divide", "subtract"):
        op = getattr(np, name)
        for function in (op.reduce, op.accumulate, lambda x, op=op: op.reduceat(x, [1, 0])):
            gradcheck(function, (x.copy().requires_grad_(),))


def test_writing_to_the_tape_in_place():
    leaf = np.ones(3).requires_grad_()
    for op in (np.add, np.maximum):
        with pytest.raises(GradientError, match="leaf"):
            op.at(leaf, [0], 1)
        with pytest.raises(GradientError, match="no place on the tape"):
            op.at(numpy.ones(3), [0], leaf[:1])
    with np.no_grad():
        np.add.at(leaf, [0], 1)
    assert leaf.tolist() == [2, 1, 1]
    # What a rule has kept and is written over is noticed.
    y = np.exp(leaf)
    z = y * 1.0
    np.maximum.at(y, [0], 100.0)
    with pytest.raises(GradientError, match="overwritten"):
        z.sum().backward()
    with pytest.raises(GradientError, match="where= has no gradient"):
        np.subtract.reduce(leaf, where=[True, False, True], initial=0.0)
    with pytest.raises(GradientError, match="initial= has no gradient"):
        np.subtract.reduce(np.ones(2), initial=leaf[0])


def test_without_a_gradient():
    x = np.ones(3).requires_grad_()
    assert not np.nextafter.accumulate(x.detach()).requires_grad
    assert not np.equal.reduce(x > 0).requires_grad
    with np.no_grad():
        assert not np.subtract.reduce(x).requires_grad


# --- the class and its attributes -----------------------------------------------------------------

def test_the_class():
    assert isinstance(np.add, np.ufunc) and isinstance(np.exp, np.ufunc)
    assert not isinstance(np.sum, np.ufunc) and not isinstance(np.matmul, np.ufunc)
    assert not hasattr(np.sum, "reduce") and not hasattr(np.add, "no_such_attribute")
    with pytest.raises(AttributeError, match="'add' has no attribute 'reduces'"):
        np.add.reduces  # noqa: B018
    assert {"reduce", "at", "nin"} <= set(dir(np.add))
    assert pickle.loads(pickle.dumps(np.add)) is np.add
    assert list(inspect.signature(np.add.reduce).parameters) == [
        "array", "axis", "dtype", "out", "keepdims", "initial", "where"]
    assert "Parameters" in np.ufunc.at.__doc__


def test_attributes():
    for name in (*OPERATIONS, "exp", "negative", "isnan"):
        theirs, ours = getattr(numpy, name), getattr(np, name)
        assert (ours.nin, ours.nout, ours.nargs, ours.signature) == (theirs.nin, theirs.nout, theirs.nargs, None)
        assert ours.identity == theirs.identity and type(ours.identity) is type(theirs.identity)
        assert ours.ntypes == len(ours.types) > 0
        for one in ours.types:
            given, result = one.split("->")
            operands = [numpy.ones(2, dtype=letter) for letter in given]
            assert ours(*operands).dtype.char == result


def test_methods_are_loaded_when_asked_for():
    program = ("import sys, mltensor as np; np.add(1, 2); np.exp(1.0); hasattr(np.add, 'x'); room = "
               "'mltensor._on_demand.ufuncs'; before = room in sys.modules, 'mltensor._core.fold' in sys.modules; "
               "print(before, np.add.reduce([1, 2]).item(), room in sys.modules)")
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "(False, False) 3 True"


# --- functions of Python's numbers ----------------------------------------------------------------

def test_frompyfunc():
    function = np.frompyfunc(lambda x, y: x + y, 2, 1)
    assert (function.nin, function.nout, function.nargs, function.identity) == (2, 1, 3, None)
    assert function(1, 2) == 3 and isinstance(function(1, 2), int)
    assert function([1, 2], np.array([[3], [4.5]])).tolist() == [[4, 5], [5.5, 6.5]]
    assert function.accumulate([1, 2, 3], dtype=object).tolist() == [1, 3, 6]
    assert function.reduce([[1, 2], [3, 4]], axis=1).tolist() == [3, 7]
    assert function.reduce([[1, 2], [3, 4]], axis=1, keepdims=True).tolist() == [[3], [7]]
    assert function.reduce([1, 2], initial=10).item() == 13
    assert function.reduceat([1, 2, 3], [0, 2, 1]).tolist() == [3, 3, 5]
    assert function.outer([1, 2], [10, 20]).tolist() == [[11, 21], [12, 22]]
    out = np.zeros(2)
    assert function([1, 2], [3, 4], out=out) is out and out.tolist() == [4, 6]
    first, second = np.frompyfunc(divmod, 2, 2)([7, 8], 3)
    assert first.tolist() == [2, 2] and second.tolist() == [1, 2]
    assert np.frompyfunc(max, 2, 1, identity=0).reduce([]).item() == 0
    x = np.array([1.0, 2.0, 3.0]).requires_grad_()
    np.frompyfunc(lambda x, y: x * y, 2, 1).reduce(x).backward()
    assert x.grad.tolist() == [6, 3, 2]
    for call, kind in ((lambda: function.reduce([]), ValueError), (lambda: function([1]), TypeError),
                       (lambda: function.reduceat([1], [2]), IndexingError),
                       (lambda: np.frompyfunc(abs, 1, 1).reduce([1]), ValueError),
                       (lambda: np.frompyfunc(str, 1, 1)([1]), DTypeError), (lambda: np.frompyfunc(3, 1, 1), TypeError),
                       (lambda: function.reduce(np.ones((2, 2)), axis=None), ShapeError)):
        with pytest.raises(kind):
            call()
