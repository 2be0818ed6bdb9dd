"""Products of matrices and vectors over stacks, and the order in which einsum multiplies."""

import numpy

from mltensor._functions import spelled_out
from mltensor._ops.record import F
from mltensor.errors import ShapeError

from .arguments import tensors

__all__ = ["einsum_path", "matvec", "vecmat"]


def written(result, out, dtype):
    """The result in a dtype, and where `out` wants it."""
    if dtype is not None:
        result = F.astype(result, dtype, copy=False)
    if out is None:
        return result
    if out.shape != result.shape:
        raise ShapeError(f"the result has shape {result.shape} and does not fit out= of shape {out.shape}")
    out[...] = result
    return out


def matvec(x1, x2, /, out=None, *, dtype=None):
    """Matrices times vectors: the sum over the last dimension of both.

    Parameters
    ----------
    x1 : array_like of shape (..., m, n)
    x2 : array_like of shape (..., n)
    out : Tensor, optional
    dtype : dtype, optional

    Returns
    -------
    Tensor of shape (..., m)

    Examples
    --------
    >>> np.matvec([[1, 2], [3, 4]], [1, 1]).tolist()
    [3, 7]
    """
    x1, x2 = tensors(x1, x2)
    if x1.ndim < 2 or x2.ndim < 1 or x1.shape[-1] != x2.shape[-1]:
        raise ShapeError(f"matvec: shapes {x1.shape} and {x2.shape} are not those of matrices (..., m, n) and vectors "
                         "(..., n)")
    return written(F.matmul(x1, F.expand_dims(x2, -1))[..., 0], out, dtype)


def vecmat(x1, x2, /, out=None, *, dtype=None):
    """Vectors times matrices: the sum over the last dimension of the vectors, which are conjugated.

    Parameters
    ----------
    x1 : array_like of shape (..., n)
    x2 : array_like of shape (..., n, m)
    out : Tensor, optional
    dtype : dtype, optional

    Returns
    -------
    Tensor of shape (..., m)

    Examples
    --------
    >>> np.vecmat([1, 1], [[1, 2], [3, 4]]).tolist()
    [4, 6]
    """
    x1, x2 = tensors(x1, x2)
    if x1.ndim < 1 or x2.ndim < 2 or x1.shape[-1] != x2.shape[-2]:
        raise ShapeError(f"vecmat: shapes {x1.shape} and {x2.shape} are not those of vectors (..., n) and matrices "
                         "(..., n, m)")
    x1 = F.conj(x1) if x1.dtype.kind == "c" else x1
    return written(F.matmul(F.expand_dims(x1, -2), x2)[..., 0, :], out, dtype)


def einsum_path(subscripts, *operands, optimize="greedy", einsum_call=False):
    """An order of contraction for `einsum`, and a text about what it costs, as NumPy finds them.

    Parameters
    ----------
    subscripts : str
    *operands : array_like
        Their shapes alone are read.
    optimize : {'greedy', 'optimal', True, False} or list, optional

    Returns
    -------
    (list, str)
    """
    if not isinstance(subscripts, str):
        subscripts, operands = spelled_out((subscripts, *operands))
    nothing = numpy.zeros(())
    shapes = [numpy.broadcast_to(nothing, one.shape) for one in tensors(*operands)]
    return numpy.einsum_path(subscripts, *shapes, optimize=optimize, einsum_call=einsum_call)
