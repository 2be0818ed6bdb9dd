"""``torch.linalg`` over :mod:`mltensor.linalg`: PyTorch's names of arguments and of results."""

from collections import namedtuple

from mltensor._ops.decompositions import adjoint
from mltensor._ops.record import F
from mltensor.errors import LinAlgError

from .arranging import cross as first_cross
from .arranging import tensor_of

LstsqResult = namedtuple("LstsqResult", "solution residuals rank singular_values")
SVD = namedtuple("svd", "U S V")


def converted(x, dtype):
    x = tensor_of(x)
    return x if dtype is None else x.astype(dtype)


# --- norms ----------------------------------------------------------------------------------

def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None):
    """The norm of vectors along dimensions, of all elements by default."""
    return F.linalg.vector_norm(converted(x, dtype), axis=dim, keepdims=keepdim, ord=ord)


def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None):
    """The norm of matrices in two dimensions."""
    return F.linalg.norm(converted(A, dtype), ord, tuple(dim), keepdim)


def norm(A, ord=None, dim=None, keepdim=False, *, dtype=None):
    """The norm of vectors or matrices; without an order the root of the sum of squares."""
    if ord is None and dim is not None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype)
    return F.linalg.norm(converted(A, dtype), ord, tuple(dim) if isinstance(dim, list) else dim, keepdim)


def cond(A, p=None):
    """Condition number of matrices."""
    return F.linalg.cond(tensor_of(A), p)


def tolerances(A, atol, rtol, hermitian):
    """The tolerance relative to the greatest singular value: the larger one of the two that were given."""
    if rtol is None and atol is None:
        return None
    if atol is None:
        return rtol
    greatest = F.max(F.linalg.svd(A.detach(), compute_uv=False, hermitian=hermitian), -1, initial=0)
    relative = F.where(greatest == 0, 0, atol / F.where(greatest == 0, 1, greatest))
    return relative if rtol is None else F.maximum(relative, rtol)


def matrix_rank(A, *, atol=None, rtol=None, hermitian=False):
    """Number of singular values greater than the tolerances."""
    A = tensor_of(A)
    return F.linalg.matrix_rank(A, None, hermitian, rtol=tolerances(A, atol, rtol, hermitian))


# --- inverses and equations -----------------------------------------------------------------

def inv(A):
    """Inverse of square matrices."""
    return F.linalg.inv(tensor_of(A))


def pinv(A, rcond=None, hermitian=False, *, atol=None, rtol=None):
    """Pseudo-inverse; singular values up to the tolerances count as zero."""
    A = tensor_of(A)
    return F.linalg.pinv(A, None, hermitian, rtol=tolerances(A, atol, rcond if rtol is None else rtol, hermitian))


def det(A):
    """Determinant of square matrices."""
    return F.linalg.det(tensor_of(A))


def slogdet(A):
    """Sign and logarithm of the modulus of the determinant."""
    return F.linalg.slogdet(tensor_of(A))


def is_batch_of_vectors(A, B):
    return B.ndim == 1 or (A.ndim - 1 == B.ndim and tuple(A.shape[:-1]) == tuple(B.shape))


def solve(A, B, *, left=True):
    """The X of ``A @ X = B``, or of ``X @ A = B``; B may be a batch of vectors."""
    A, B = tensor_of(A), tensor_of(B)
    if is_batch_of_vectors(A, B):
        return F.squeeze(F.linalg.solve(A if left else A.mT, B[..., None]), -1)
    return F.linalg.solve(A, B) if left else F.linalg.solve(A.mT, B.mT).mT


def solve_triangular(A, B, *, upper, left=True, unitriangular=False):
    """The X of ``A @ X = B``, or of ``X @ A = B``, for triangular A."""
    A, B = tensor_of(A), tensor_of(B)
    if left:
        return F.linalg.solve_triangular(A, B, upper=upper, unitriangular=unitriangular)
    return F.linalg.solve_triangular(A.mT, B.mT, upper=not upper, unitriangular=unitriangular).mT


def lstsq(A, B, rcond=None, *, driver=None):
    """The solution of least squares; `driver` is accepted: LAPACK's gelsd computes."""
    A, B = tensor_of(A), tensor_of(B)
    vectors = A.ndim - 1 == B.ndim and tuple(A.shape[:-1]) == tuple(B.shape)
    x, residuals, rank, s = F.linalg.lstsq(A, B[..., None] if vectors else B, rcond)
    return LstsqResult(F.squeeze(x, -1) if vectors else x, residuals, rank, s)


def matrix_power(A, n):
    """Square matrices to an integer power."""
    return F.linalg.matrix_power(tensor_of(A), n)


def multi_dot(tensors):
    """Product of several matrices in the cheapest order."""
    return F.linalg.multi_dot([tensor_of(one) for one in tensors])


def tensorinv(A, ind=2):
    """The inverse of a tensor as a map from its last dimensions to the first `ind`."""
    return F.linalg.tensorinv(tensor_of(A), ind)


def tensorsolve(A, B, dims=None):
    """The X of ``tensordot(A, X, X.ndim) = B``."""
    return F.linalg.tensorsolve(tensor_of(A), tensor_of(B), dims)


# --- factorisations -------------------------------------------------------------------------

def cholesky(A, *, upper=False):
    """The triangular factor of positive definite matrices."""
    return F.linalg.cholesky(tensor_of(A), upper=upper)


def qr(A, mode="reduced"):
    """Q and R; Q is empty with ``mode='r'``."""
    A = tensor_of(A)
    found = F.linalg.qr(A, mode)
    if mode != "r":
        return found
    return type(F.linalg.qr(A[..., :0, :0]))(F.zeros_like(A[..., :0, :0]).reshape((0,)), found)


def svd(A, full_matrices=True, *, driver=None):
    """Singular value decomposition; `driver` is accepted: LAPACK's gesdd computes."""
    return F.linalg.svd(tensor_of(A), full_matrices)


def svdvals(A, *, driver=None):
    """Singular values in descending order."""
    return F.linalg.svdvals(tensor_of(A))


def eigh(A, UPLO="L"):
    """Eigenvalues and eigenvectors of Hermitian matrices."""
    return F.linalg.eigh(tensor_of(A), UPLO)


def eigvalsh(A, UPLO="L"):
    """Eigenvalues of Hermitian matrices."""
    return F.linalg.eigvalsh(tensor_of(A), UPLO)


def eig(A):
    """Eigenvalues and eigenvectors, complex always."""
    return F.linalg.eig(tensor_of(A))


def eigvals(A):
    """Eigenvalues, complex always."""
    return F.linalg.eigvals(tensor_of(A))


# --- products -------------------------------------------------------------------------------

def cross(input, other, *, dim=-1):
    """Vector product along a dimension of length three."""
    return first_cross(input, other, dim)


def vecdot(x, y, *, dim=-1):
    """Inner product of vectors along a dimension, the first one conjugated."""
    return F.vecdot(tensor_of(x), y, axis=dim)


def matmul(input, other):
    """Matrix product."""
    return F.matmul(tensor_of(input), other)


def diagonal(A, *, offset=0, dim1=-2, dim2=-1):
    """The diagonals of two dimensions."""
    return F.diagonal(tensor_of(A), offset, dim1, dim2)


# --- at PyTorch's top level -----------------------------------------------------------------

def logdet(input):
    """Logarithm of the determinant; NaN where that is negative."""
    sign, logarithm = slogdet(input)
    return F.log(sign) + logarithm if sign.dtype.kind == "c" else F.where(sign < 0, float("nan"), logarithm)


def pinverse(input, rcond=1e-15):
    """Pseudo-inverse; singular values up to `rcond` times the greatest count as zero."""
    return pinv(input, rtol=rcond)


def old_cholesky(input, upper=False):
    """The triangular factor of positive definite matrices."""
    return cholesky(input, upper=upper)


def old_svd(input, some=True, compute_uv=True):
    """U, S and V (not its adjoint)."""
    u, s, vh = svd(input, not some)
    return SVD(u, s, adjoint(vh)) if compute_uv else SVD(F.zeros_like(u), s, F.zeros_like(adjoint(vh)))


def old_qr(input, some=True):
    """Q and R."""
    return qr(input, "reduced" if some else "complete")


def chain_matmul(*matrices):
    """Product of several matrices in the cheapest order."""
    return multi_dot(matrices) if len(matrices) > 1 else tensor_of(matrices[0])


TOP_LEVEL = {
    "inverse": inv, "det": det, "slogdet": slogdet, "logdet": logdet, "pinverse": pinverse, "cholesky": old_cholesky,
    "svd": old_svd, "qr": old_qr, "matrix_power": matrix_power, "chain_matmul": chain_matmul}

__all__ = [
    "LinAlgError", "cholesky", "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "inv", "lstsq",
    "matmul", "matrix_norm", "matrix_power", "matrix_rank", "multi_dot", "norm", "pinv", "qr", "slogdet", "solve",
    "solve_triangular", "svd", "svdvals", "tensorinv", "tensorsolve", "vecdot", "vector_norm"]
