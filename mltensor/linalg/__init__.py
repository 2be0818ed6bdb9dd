"""Linear algebra: the extension ``linalg`` of the Array API standard, with all of ``numpy.linalg``.

Matrices are the last two dimensions, all others are stacks of them. LAPACK computes, on several threads where there are
several matrices, in float32, float64, complex64 or complex128; integers become float64. Everything has gradients.
"""

from mltensor._build import OPERATIONS
from mltensor._core.create import asarray
from mltensor._ops.aliases import LINALG_ALIASES
from mltensor._ops.record import F
from mltensor.errors import LinAlgError, ShapeError

# Products that the standard has here and at the top level.
matmul, matrix_transpose, tensordot, vecdot = (OPERATIONS[name] for name in LINALG_ALIASES)
_PREFIX = "linalg."
globals().update({name.removeprefix(_PREFIX): value for name, value in OPERATIONS.items() if name.startswith(_PREFIX)})


def as_matrices(name, x):
    x = asarray(x)
    if x.ndim < 2:
        raise LinAlgError(
            f"linalg.{name}: shape {x.shape}: a matrix, or a stack of matrices, has at least two dimensions")
    return x


def diagonal(x, /, *, offset=0):
    """The diagonals of matrices as a view; `offset` counts to the right.

    >>> np.linalg.diagonal([[1, 2], [3, 4]]).tolist()
    [1, 4]
    """
    return F.diagonal(as_matrices("diagonal", x), offset, -2, -1)


def trace(x, /, *, offset=0, dtype=None):
    """The sums of the diagonals of matrices; `offset` counts to the right.

    >>> np.linalg.trace([[1, 2], [3, 4]]).tolist()
    5
    """
    return F.sum(diagonal(x, offset=offset), -1, dtype)


def outer(x1, x2, /):
    """The product of every element of one vector with every element of another.

    >>> np.linalg.outer([1, 2], [3, 4]).tolist()
    [[3, 4], [6, 8]]
    """
    x1, x2 = asarray(x1), asarray(x2)
    if x1.ndim != 1 or x2.ndim != 1:
        raise ShapeError(
            f"linalg.outer: shapes {x1.shape} and {x2.shape}: both must have one dimension; numpy's outer flattens")
    return F.expand_dims(x1, 1) * x2


def cross(x1, x2, /, *, axis=-1):
    """The vector product along an axis of length three; the other dimensions broadcast.

    >>> np.linalg.cross([1, 0, 0], [0, 1, 0]).tolist()
    [0, 0, 1]
    """
    x1, x2 = asarray(x1), asarray(x2)
    (first,), (second,) = F.checked_axes(axis, x1.ndim), F.checked_axes(axis, x2.ndim)
    if x1.shape[first] != 3 or x2.shape[second] != 3:
        raise ShapeError(
            f"linalg.cross: shapes {x1.shape} and {x2.shape}: axis {axis} must have length 3 in both, not "
            f"{x1.shape[first]} and {x2.shape[second]}")
    a, b = F.moveaxis(x1, first, 0), F.moveaxis(x2, second, 0)
    # A negative axis is the same one of the result, whatever the operands broadcast to.
    parts = [a[i] * b[j] - a[j] * b[i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return F.stack(parts, axis=axis)


__all__ = [
    "LinAlgError", "cholesky", "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "inv", "lstsq",
    "matmul", "matrix_norm", "matrix_power", "matrix_rank", "matrix_transpose", "multi_dot", "norm", "outer", "pinv",
    "qr", "slogdet", "solve", "solve_triangular", "svd", "svdvals", "tensordot", "tensorinv", "tensorsolve", "trace",
    "vecdot", "vector_norm"]


def __dir__():
    return list(__all__)
