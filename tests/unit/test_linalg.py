"""linalg against numpy.linalg: dtypes, stacks, strides, empty and singular matrices, errors, threads, the tape."""

import doctest

import numpy
import pytest

import mltensor as np
import mltensor.torch as torch
from mltensor._ops import TABLE
from mltensor.errors import DTypeError, GradientError, LinAlgError

INEXACT = ["float32", "float64", "complex64", "complex128"]
DTYPES = [*INEXACT, "int64", "uint8", "bool"]
STACKS = [(), (3,), (2, 2), (0,), (1, 3)]
inf = numpy.inf


def numbers(generator, shape, dtype):
    dtype = numpy.dtype(dtype)
    if dtype.kind in "biu":
        return generator.integers(0, 2 if dtype.kind == "b" else 5, shape).astype(dtype)
    values = generator.normal(size=shape)
    return (values + 1j * generator.normal(size=shape) if dtype.kind == "c" else values).astype(dtype)


def layouts(array):
    """The same matrices in memory of other orders, with gaps, and backwards."""
    yield array
    yield numpy.ascontiguousarray(array.swapaxes(-1, -2)).swapaxes(-1, -2)
    wide = numpy.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    yield wide[..., ::2]
    yield numpy.ascontiguousarray(array[..., ::-1, ::-1])[..., ::-1, ::-1]


def adjoint(x):
    return numpy.asarray(x).conj().swapaxes(-1, -2)


def tolerance(dtype):
    return 2e-4 if numpy.finfo(dtype).eps > 1e-10 else 1e-10


def assert_close(actual, wanted):
    actual, wanted = numpy.asarray(actual), numpy.asarray(wanted)
    assert actual.shape == wanted.shape
    assert actual.dtype == wanted.dtype
    if wanted.dtype.kind in "fc":
        size = max(1, numpy.abs(wanted).max(initial=1, where=numpy.isfinite(wanted)))
        numpy.testing.assert_allclose(actual / size, wanted / size, atol=tolerance(wanted.dtype), rtol=1e-3)
    else:
        numpy.testing.assert_array_equal(actual, wanted)


def assert_same_outcome(ours, theirs, *arguments):
    """The same values, or exceptions of the same kind."""
    try:
        with numpy.errstate(all="ignore"):
            wanted = theirs(*arguments)
    except (ValueError, TypeError) as error:
        kind = LinAlgError if isinstance(error, numpy.linalg.LinAlgError) else (ValueError, TypeError)
        with pytest.raises(kind):
            ours(*arguments)
        return
    actual = ours(*arguments)
    for one, other in zip(actual, wanted, strict=True) if isinstance(wanted, tuple) else [(actual, wanted)]:
        assert_close(one, other)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("stack", STACKS)
def test_square_matrices(dtype, stack, generator):
    for n in (0, 1, 2, 5):
        for a in layouts(numbers(generator, (*stack, n, n), dtype)):
            for name in ("det", "slogdet", "inv", "cholesky", "eigvalsh"):
                assert_same_outcome(getattr(np.linalg, name), getattr(numpy.linalg, name), a)
            for power in (-2, 0, 1, 3):
                assert_same_outcome(np.linalg.matrix_power, numpy.linalg.matrix_power, a, power)
            for shape in ((n,), (n, 2), (*stack, n, 1), (2, 1, n, 0)):
                b = numbers(generator, shape, dtype)
                assert_same_outcome(np.linalg.solve, numpy.linalg.solve, a, b)


@pytest.mark.parametrize("dtype", INEXACT)
@pytest.mark.parametrize("stack", STACKS)
def test_factorisations(dtype, stack, generator):
    for rows, columns in ((0, 0), (0, 2), (3, 0), (1, 1), (2, 4), (4, 2), (3, 3)):
        for a in layouts(numbers(generator, (*stack, rows, columns), dtype)):
            for full in (True, False):
                u, s, vh = np.linalg.svd(a, full_matrices=full)
                k = s.shape[-1]
                wanted = numpy.linalg.svd(a, full_matrices=full)
                assert [one.shape for one in (u, s, vh)] == [one.shape for one in wanted]
                assert_close(s, wanted.S)
                assert_close(u[..., :k] * s[..., None, :] @ vh[..., :k, :], a)
                assert_close(np.linalg.svdvals(a), s)
                assert_close(adjoint(u) @ numpy.asarray(u), numpy.broadcast_to(
                    numpy.eye(u.shape[-1], dtype=dtype), (*stack, u.shape[-1], u.shape[-1])))
            for mode in ("reduced", "complete", "r", "raw"):
                assert_same_outcome(lambda x: np.linalg.qr(x, mode), lambda x: numpy.linalg.qr(x, mode), a)  # noqa: B023
            assert_same_outcome(np.linalg.pinv, numpy.linalg.pinv, a)
            assert_same_outcome(np.linalg.matrix_rank, numpy.linalg.matrix_rank, a, 1.0)


@pytest.mark.parametrize("dtype", INEXACT)
def test_eigenvalues(dtype, generator):
    for stack in STACKS:
        for n in (0, 1, 2, 5):
            a = numbers(generator, (*stack, n, n), dtype)
            w, v = np.linalg.eig(a)
            assert w.dtype == v.dtype == numpy.result_type(dtype, "complex64")
            assert_close(a @ numpy.asarray(v), v * w[..., None, :])
            assert_close(numpy.sort_complex(np.linalg.eigvals(a)).sum(-1), numpy.asarray(w).sum(-1))
            for triangle, part in (("L", numpy.tril), ("u", numpy.triu)):
                whole = part(a) + adjoint(part(a, -1 if triangle == "L" else 1))
                whole[..., range(n), range(n)] = whole[..., range(n), range(n)].real
                w, v = np.linalg.eigh(a, triangle)
                assert_close(w, numpy.linalg.eigh(a, triangle).eigenvalues)
                assert_close(v * w[..., None, :] @ adjoint(v), whole)
    with pytest.raises(ValueError, match="UPLO"):
        np.linalg.eigh(numpy.eye(2), "x")


@pytest.mark.parametrize("dtype", DTYPES)
def test_norms(dtype, generator):
    for shape in ((4,), (0,), (2, 3), (3, 0), (2, 3, 4)):
        a = numbers(generator, shape, dtype)
        for order in (None, "fro", "nuc", 0, 1, -1, 2, -2, 3, 0.5, inf, -inf, "x"):
            for axis in (None, 0, -1, (0, 1), (-1, 0), (0, 0), (0, 1, 2)):
                for keep in (False, True):
                    if not (a.size == 0 and order in (-1, -2, -inf)):
                        assert_same_outcome(np.linalg.norm, numpy.linalg.norm, a, order, axis, keep)
        for order in (0, 1, 2, 3, inf):
            for axis in (None, 0, (0, -1)):
                assert_same_outcome(lambda x: np.linalg.vector_norm(x, ord=order, axis=axis, keepdims=True),  # noqa: B023
                                    lambda x: numpy.linalg.vector_norm(x, ord=order, axis=axis, keepdims=True),  # noqa: B023
                                    a)


def test_condition_and_rank():
    singular = numpy.array([[1.0, 2.0], [2.0, 4.0]])
    for order in (1, inf, "fro"):
        assert np.linalg.cond(singular, order) == inf
    assert_close(np.linalg.cond(numpy.stack([singular, numpy.eye(2)]), 1), numpy.array([inf, 1.0]))
    assert np.linalg.matrix_rank(singular) == 1
    assert np.linalg.matrix_rank(numpy.zeros(3)) == 0
    assert np.linalg.matrix_rank(numpy.stack([singular, numpy.eye(2)]), rtol=[0.1, 0.1]).tolist() == [1, 2]
    with pytest.raises(LinAlgError, match="empty"):
        np.linalg.cond(numpy.ones((0, 0)))


@pytest.mark.parametrize("dtype", INEXACT)
def test_least_squares(dtype, generator):
    for rows, columns in ((4, 2), (2, 4), (3, 3), (0, 2), (2, 0), (1, 1)):
        a = numbers(generator, (rows, columns), dtype)
        for shape in ((rows,), (rows, 2), (rows, 0), (rows + 1,)):
            b = numbers(generator, shape, dtype)
            for rcond in (None, 0.5, -1):
                try:
                    wanted = numpy.linalg.lstsq(a, b, rcond)
                except LinAlgError.__mro__[1]:
                    with pytest.raises(LinAlgError, match="do not fit"):
                        np.linalg.lstsq(a, b, rcond)
                    continue
                x, residuals, rank, s = np.linalg.lstsq(a, b, rcond)
                assert_close(x, wanted[0])
                assert_close(residuals, wanted[1])
                assert int(rank) == wanted[2]
                assert_close(s, wanted[3])
    stack = numbers(generator, (3, 4, 2), dtype)
    assert_close(np.linalg.lstsq(stack, stack)[0], numpy.broadcast_to(numpy.eye(2, dtype=dtype), (3, 2, 2)))


def test_tensors_and_products(generator):
    a, b = generator.normal(size=(2, 3, 6)), generator.normal(size=(2, 3))
    assert_same_outcome(np.linalg.tensorsolve, numpy.linalg.tensorsolve, a, b)
    assert_same_outcome(np.linalg.tensorsolve, numpy.linalg.tensorsolve, a.transpose(0, 2, 1), b, (1,))
    assert_same_outcome(np.linalg.tensorsolve, numpy.linalg.tensorsolve, a, b[:1])
    assert_same_outcome(np.linalg.tensorinv, numpy.linalg.tensorinv, a)
    assert_same_outcome(np.linalg.tensorinv, numpy.linalg.tensorinv, a, 1)
    chain = [generator.normal(size=shape) for shape in ((2, 5), (5, 3), (3, 7), (7, 2))]
    row, column = chain[0][0], chain[3][:, 0]
    for matrices in (chain, chain[:2], [row, *chain[1:3]], [row, *chain[1:3], column], chain[:1]):
        assert_same_outcome(np.linalg.multi_dot, numpy.linalg.multi_dot, matrices)
    out = np.empty((2, 2))
    assert np.linalg.multi_dot(chain, out=out) is out
    for x, y in ((generator.normal(size=(4, 3)), generator.normal(size=3)), (numpy.ones(2), numpy.ones(2))):
        assert_same_outcome(np.linalg.cross, numpy.linalg.cross, x, y)
    assert_same_outcome(np.linalg.outer, numpy.linalg.outer, numpy.arange(3), numpy.ones(2))
    assert_same_outcome(np.linalg.outer, numpy.linalg.outer, numpy.ones((2, 2)), numpy.ones(2))
    for offset in (-1, 0, 2):
        assert_close(np.linalg.trace(a, offset=offset), numpy.linalg.trace(a, offset=offset))
        assert_close(np.linalg.diagonal(a, offset=offset), numpy.linalg.diagonal(a, offset=offset))


@pytest.mark.parametrize("name", ["det", "slogdet", "inv", "cholesky", "eig", "eigh", "eigvals", "eigvalsh"])
def test_what_is_no_square_matrix(name):
    function = getattr(np.linalg, name)
    for array in (numpy.float64(1), numpy.ones(3), numpy.ones((2, 3)), numpy.ones((4, 2, 1))):
        with pytest.raises(LinAlgError, match=f"linalg.{name}: .*shape"):
            function(array)
    with pytest.raises(DTypeError, match="float16 is unsupported in linalg"):
        function(numpy.eye(2, dtype="float16"))


def test_failures_name_the_matrix():
    stack = numpy.stack([numpy.eye(2)] * 6).reshape(2, 3, 2, 2)
    stack[1, 2] = 0
    for function in (np.linalg.inv, np.linalg.cholesky, lambda a: np.linalg.solve(a, numpy.ones(2))):
        with pytest.raises(LinAlgError, match=r"the matrix at \(1, 2\) of the stack") as caught:
            function(stack)
        assert isinstance(caught.value, numpy.linalg.LinAlgError)
        assert isinstance(caught.value, RuntimeError)
    stack[1, 2] = numpy.nan
    for function in (np.linalg.svd, np.linalg.eig, np.linalg.pinv, lambda a: np.linalg.lstsq(a, a)):
        with pytest.raises(LinAlgError, match=r"at \(1, 2\)"):
            function(stack)
    assert numpy.isnan(np.linalg.eigvalsh(stack)).sum() == 2
    with pytest.raises(LinAlgError, match="do not fit"):
        np.linalg.lstsq(numpy.ones((3, 2)), numpy.ones(2))
    with pytest.raises(ValueError, match=r"do not fit.*one dimension is a vector"):
        np.linalg.solve(numpy.ones((5, 2, 2)), numpy.ones((5, 3)))


def test_determinants_beyond_the_range_of_products():
    assert np.linalg.det(numpy.diag([1e200, 1e200, 1e-200, 1e-200])) == pytest.approx(1.0)
    assert np.linalg.det(numpy.diag([1e-200, 1e-200, 1e-200])) == 0
    assert np.linalg.det(numpy.diag([1e200, -1e200])) == -inf
    assert np.linalg.det(1j * numpy.eye(3)) == pytest.approx(-1j)


@pytest.mark.parametrize("dtype", ["float32", "complex128"])
def test_any_number_of_threads_gives_the_same_bits(dtype, generator):
    a = numbers(generator, (300, 12, 12), dtype)
    before = np.get_num_threads()
    found = []
    try:
        for threads in (1, 2, 3):
            np.set_num_threads(threads)
            found.append([np.linalg.inv(a), np.linalg.svd(a).U, np.linalg.eigh(a).eigenvectors, np.linalg.eigvals(a)])
    finally:
        np.set_num_threads(before)
    for results in found[1:]:
        for one, other in zip(found[0], results, strict=True):
            numpy.testing.assert_array_equal(one, other)


def test_matrices_past_every_block_size(generator):
    a = generator.normal(size=(150, 150))
    assert_close(np.linalg.inv(a.T), numpy.linalg.inv(a.T))
    assert_close(np.linalg.svdvals(a[:, ::2]), numpy.linalg.svdvals(a[:, ::2]))
    q, r = np.linalg.qr(a)
    assert_close(q @ r, a)
    w, v = np.linalg.eigh(a + a.T)
    assert_close(v * w @ v.T, a + a.T)


# --- the tape -----------------------------------------------------------------------------------

def test_the_gradient_of_the_determinant_of_singular_matrices(generator):
    wanted = numpy.array([[4.0, -2.0], [-2.0, 1.0]])
    x = np.array([[1.0, 2.0], [2.0, 4.0]]).requires_grad_()
    assert_close(np.grad(np.linalg.det(x), x)[0], wanted)
    assert np.autograd.gradgradcheck(np.linalg.det, x)
    x = np.zeros((3, 3)).requires_grad_()
    assert not np.grad(np.linalg.det(x), x)[0].any()


def test_what_is_arbitrary_has_no_gradient(generator):
    a = np.array(numbers(generator, (3, 3), "complex128")).requires_grad_()
    for function in (lambda x: np.linalg.svd(x).U, lambda x: np.linalg.eig(x).eigenvectors,
                     lambda x: np.linalg.eigh(x).eigenvectors):
        with pytest.raises(GradientError, match="factor of modulus 1"):
            np.real(function(a) * numpy.arange(9.0).reshape(3, 3) + 1j * function(a)).sum().backward()
    a = np.array(generator.normal(size=(4, 2))).requires_grad_()
    for function in (lambda x: np.linalg.svd(x).U, lambda x: np.linalg.qr(x, "complete").Q):
        with pytest.raises(GradientError, match="not determined"):
            function(a).sum().backward()
    with pytest.raises(GradientError, match="raw"):
        np.linalg.qr(a, "raw")[0].sum().backward()


def test_a_result_that_was_overwritten_is_noticed(generator):
    a = np.array(generator.normal(size=(3, 3))).requires_grad_()
    u, s, _ = np.linalg.svd(a)
    with np.no_grad():
        u[0, 0] = 5.0
    with pytest.raises(GradientError, match="overwritten"):
        s.sum().backward()


def test_the_norm_of_zeros_has_the_gradient_zero():
    for order in (1, 1.5, 2, 3, inf):
        x = np.zeros((2, 3)).requires_grad_()
        np.linalg.vector_norm(x, ord=order).backward()
        assert not x.grad.any()


# --- the other faces ----------------------------------------------------------------------------

def test_numpys_functions_give_tensors_on_the_tape():
    x = np.array([[2.0, 1.0], [1.0, 3.0]]).requires_grad_()
    for function in (numpy.linalg.inv, numpy.linalg.det, numpy.linalg.norm, numpy.linalg.cholesky):
        assert function(x).requires_grad
    assert numpy.linalg.eigh(x).eigenvalues.requires_grad


def test_the_face_of_pytorch(generator):
    values = generator.normal(size=(2, 3, 3)).astype("float32")
    a, b = torch.tensor(values), torch.tensor(values[..., 0])
    assert_close(torch.linalg.solve(a, b), numpy.linalg.solve(values, values[..., :1])[..., 0])
    assert_close(torch.linalg.solve(a, a[..., :2, :], left=False) @ a, values[..., :2, :])
    assert_close(torch.linalg.solve_triangular(a, a[..., :1, :], upper=True, left=False) @ a.triu(), values[..., :1, :])
    u, s, v = torch.svd(a)
    assert_close(u * s[..., None, :] @ v.mT, values)
    assert_close(torch.inverse(a), numpy.linalg.inv(values))
    assert_close(a.inverse(), numpy.linalg.inv(values))
    assert_close(torch.linalg.norm(a[0], 2), numpy.linalg.norm(values[0], 2))
    assert_close(torch.norm(a[0], "nuc"), numpy.linalg.norm(values[0], "nuc"))
    assert_close(torch.linalg.norm(a, dim=(0, 2)), numpy.linalg.norm(values, axis=(0, 2)))
    assert torch.linalg.matrix_rank(a[0], atol=100.0) == 0
    assert type(torch.linalg.pinv(a, rtol=0.1)) is torch.Tensor
    assert torch.linalg.lstsq(a[0], b[0][:, None]).solution.shape == (3, 1)
    with pytest.raises(torch.linalg.LinAlgError):
        torch.linalg.inv(torch.zeros(2, 2))


def test_examples():
    finder = doctest.DocTestParser()
    runner = doctest.DocTestRunner()
    for name in np.linalg.__all__:
        function = getattr(np.linalg, name)
        record = TABLE.get(f"linalg.{name}")
        text = function.__doc__ if record is None else record.doc
        runner.run(finder.get_doctest(text, {"np": np}, name, None, 0))
    assert runner.summarize(verbose=False).failed == 0


# --- small matrices, many at once -------------------------------------------------------------

def small_stacks(generator, dtype, m, n):
    even = generator.normal(size=(21, m, n))
    dependent = even.copy()
    dependent[..., -1] = dependent[..., 0]
    scaled = even.copy()
    scaled[::2] *= 1e-25
    scaled[1::2] *= 1e25
    zeros = even.copy()
    zeros[::3] = 0
    return [array.astype(dtype) for array in (even, numpy.triu(even), dependent, scaled, zeros)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("m", [1, 2, 3, 7, 16])
@pytest.mark.parametrize("n", [1, 3, 8, 16])
@pytest.mark.parametrize("mode", ["reduced", "complete", "r"])
def test_qr_of_small_matrices(dtype, m, n, mode, generator):
    for which, array in enumerate(small_stacks(generator, dtype, m, n)):
        size = numpy.abs(array.astype("float64")).max(axis=(1, 2), keepdims=True) + 1e-300
        found = np.linalg.qr(np.asarray(array), mode=mode)
        alone = np.linalg.qr(np.asarray(array[5]), mode=mode)
        found, alone = ((found,), (alone,)) if mode == "r" else (found, alone)
        assert all(numpy.array_equal(numpy.asarray(one), numpy.asarray(all_)[5])
                   for one, all_ in zip(alone, found, strict=True))
        r = numpy.asarray(found[-1]).astype("float64")
        assert not numpy.tril(r, -1).any()
        if which != 2:
            wanted = numpy.linalg.qr(array, mode=mode)
            wanted = wanted if mode == "r" else wanted[1]
            numpy.testing.assert_allclose(r / size, wanted / size, atol=tolerance(dtype))
        if mode != "r":
            q = numpy.asarray(found[0]).astype("float64")
            numpy.testing.assert_allclose(q @ r / size, array / size, atol=tolerance(dtype))
            numpy.testing.assert_allclose(adjoint(q) @ q, numpy.broadcast_to(numpy.eye(q.shape[-1]), (
                21, q.shape[-1], q.shape[-1])), atol=tolerance(dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 13, 16, 17])
def test_small_matrices_alone_and_in_stacks(dtype, n, generator):
    array = (generator.normal(size=(37, n, n)) + 3 * numpy.eye(n)).astype(dtype)
    positive = (array @ adjoint(array) + numpy.eye(n)).astype(dtype)
    right = generator.normal(size=(37, n, 3)).astype(dtype)
    x, p, b = map(np.asarray, (array, positive, right))
    for ours, theirs, operands in (
            (np.linalg.inv, numpy.linalg.inv, (array,)), (np.linalg.det, numpy.linalg.det, (array,)),
            (np.linalg.solve, numpy.linalg.solve, (array, right)),
            (np.linalg.cholesky, numpy.linalg.cholesky, (positive,))):
        found = numpy.asarray(ours(*map(np.asarray, operands)))
        assert_close(found, theirs(*operands))
        for layout in layouts(operands[0]):
            assert numpy.array_equal(numpy.asarray(ours(np.asarray(layout), *map(np.asarray, operands[1:]))), found)
        for at in (0, 16, 36):
            alone = numpy.asarray(ours(*[np.asarray(operand[at]) for operand in operands]))
            assert numpy.array_equal(alone, found[at])
    sign, logarithm = map(numpy.asarray, np.linalg.slogdet(x * 1e30))
    wanted = numpy.linalg.slogdet(array)
    assert numpy.array_equal(sign, wanted[0])
    numpy.testing.assert_allclose(logarithm, wanted[1] + n * numpy.log(1e30), rtol=1e-4)
    upper = numpy.asarray(np.linalg.cholesky(p, upper=True))
    assert_close(upper, numpy.linalg.cholesky(positive).swapaxes(1, 2))
    assert np.linalg.solve(x, b).shape == (37, n, 3)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_small_matrices_that_fail(dtype, generator):
    array = (generator.normal(size=(40, 4, 4)) + 3 * numpy.eye(4)).astype(dtype)
    array[23], array[31, 1, 2] = 0, numpy.nan
    with pytest.raises(LinAlgError, match=r"\(23,\)"):
        np.linalg.inv(np.asarray(array))
    with pytest.raises(LinAlgError, match=r"\(23,\)"):
        np.linalg.solve(np.asarray(array), np.ones((40, 4, 1), dtype=dtype))
    with pytest.raises(LinAlgError, match="not positive definite"):
        np.linalg.cholesky(np.asarray(array))
    determinants = numpy.asarray(np.linalg.det(np.asarray(array)))
    assert determinants[23] == 0 and numpy.isnan(determinants[31]) and numpy.isfinite(determinants[:23]).all()
    array[23] = numpy.eye(4)
    inverse = numpy.asarray(np.linalg.inv(np.asarray(array)))
    assert numpy.isnan(inverse[31]).any() and numpy.isfinite(numpy.delete(inverse, 31, 0)).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_determinants_far_from_one(dtype):
    tiny, huge = (1e-30, 1e30) if dtype == "float32" else (1e-200, 1e200)
    matrices = numpy.stack([numpy.diag(row) for row in (
        [huge, huge, tiny, tiny], [tiny, tiny, huge, huge], [tiny, 1, 1, tiny], [huge, huge, 1, 1],
        [tiny, huge, 2, 3])]).astype(dtype)
    found = numpy.asarray(np.linalg.det(np.asarray(matrices)))
    numpy.testing.assert_allclose(found, numpy.array([1, 1, 0, numpy.inf, 6]), rtol=1e-5)
