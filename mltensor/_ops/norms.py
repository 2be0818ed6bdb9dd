"""Norms of vectors and matrices, condition and rank; of ``mltensor.linalg``."""

from .equations import epsilon
from .record import F, family
from .statistics import spread

op = family("norms", namespace="linalg")

INFINITY = float("inf")


def as_floating(x):
    return x if x.dtype.kind in "fc" else F.astype(x, "float64")


def is_number(ord, value):
    return not isinstance(ord, str) and ord == value


def euclidean_norm_gradient(g, x, y, axis):
    """``g x / y``; where the norm is zero, zero: its smallest subgradient."""
    zero = y == 0
    return spread(F.where(zero, 0, g / F.where(zero, 1, y)), x.shape, axis) * x


def length(x, axis, keepdims, graded):
    """The root of the sum of the squares of the moduli."""
    if x.dtype.kind != "c":
        return F.linalg.euclidean_norm(x, axis, keepdims=keepdims)
    return root(F.sum(F.square(F.real(x)) + F.square(F.imag(x)), axis, keepdims=keepdims), 0.5, graded)


def root(total, exponent, graded):
    """``total ** exponent``, with the gradient zero where the total is zero: the norm's smallest subgradient."""
    if not graded:
        return F.sqrt(total) if exponent == 0.5 else F.power(total, exponent)
    zero = total.detach() == 0
    total = F.where(zero, 1, total)
    return F.where(zero, 0, F.sqrt(total) if exponent == 0.5 else F.power(total, exponent))


def greatest(x, axis, keepdims):
    return F.max(x, axis, keepdims=keepdims, initial=0)


def norm_of_vectors(x, ord, axis, keepdims):
    """The norm over one or several axes."""
    if isinstance(ord, str):
        raise ValueError(f"linalg.norm: {ord!r} is no order for vectors; a number, inf and -inf are")
    if ord is None or ord == 2:
        return length(x, axis, keepdims, x.requires_grad)
    if ord == INFINITY:
        return greatest(F.absolute(x), axis, keepdims)
    if ord == -INFINITY:
        return F.min(F.absolute(x), axis, keepdims=keepdims)
    if ord == 0:
        return F.sum(F.astype(x != 0, F.real(x).dtype), axis, keepdims=keepdims)
    size = F.absolute(x)
    if ord == 1:
        return F.sum(size, axis, keepdims=keepdims)
    if x.requires_grad and 0 < ord < 2:
        # Where an element is zero its power is not differentiable; it counts as constant there.
        zero = size.detach() == 0
        powers = F.where(zero, 0, F.power(F.where(zero, 1, size), ord))
    else:
        powers = F.power(size, ord)
    return root(F.sum(powers, axis, keepdims=keepdims), 1.0 / ord, x.requires_grad and ord > 0)


def norm_of_matrices(x, ord, rows, columns):
    """The norm over two axes, which are removed."""
    if ord is None or (isinstance(ord, str) and ord in ("fro", "f")):
        return length(x, (rows, columns), False, x.requires_grad)
    x = F.moveaxis(x, (rows, columns), (-2, -1))
    if isinstance(ord, str) and ord == "nuc":
        return F.sum(F.linalg.svdvals(x), -1)
    if is_number(ord, 2):
        return greatest(F.linalg.svdvals(x), -1, False)
    if is_number(ord, -2):
        return F.min(F.linalg.svdvals(x), -1)
    for number, axis, other in ((1, -2, -1), (INFINITY, -1, -1)):
        if is_number(ord, number):
            return greatest(F.sum(F.absolute(x), axis), other, False)
        if is_number(ord, -number):
            return F.min(F.sum(F.absolute(x), axis), other)
    raise ValueError(
        f"linalg.norm: {ord!r} is no order for matrices; 'fro', 'nuc', 1, -1, 2, -2, inf and -inf are")


def norm(x, ord=None, axis=None, keepdims=False):
    x = as_floating(x)
    if axis is None:
        axis = tuple(range(x.ndim))
        if ord is None or (x.ndim == 2 and isinstance(ord, str) and ord in ("fro", "f")):
            return length(x, None, keepdims, x.requires_grad)
    elif not isinstance(axis, (tuple, list)):
        try:
            axis = (int(axis),)
        except (TypeError, ValueError):
            raise TypeError("linalg.norm: axis must be None, an integer or a tuple of integers") from None
    axis = F.checked_axes(axis, x.ndim)
    if len(axis) == 1:
        return norm_of_vectors(x, ord, axis, keepdims)
    if len(axis) != 2:
        raise ValueError(
            f"linalg.norm: {len(axis)} axes of shape {x.shape}: a norm is that of vectors (one axis) or matrices "
            "(two); vector_norm takes any number")
    result = norm_of_matrices(x, ord, *axis)
    return F.expand_dims(result, tuple(sorted(axis))) if keepdims else result


def vector_norm(x, axis=None, keepdims=False, ord=2):
    x = as_floating(x)
    if axis is None and ord == 2:
        return length(x, None, keepdims, x.requires_grad)
    axis = tuple(range(x.ndim)) if axis is None else F.checked_axes(axis, x.ndim)
    return norm_of_vectors(x, ord, axis, keepdims)


def matrix_norm(x, keepdims=False, ord="fro"):
    x = as_floating(x)
    if x.ndim < 2:
        raise F.errors.LinAlgError(
            f"linalg.matrix_norm: shape {x.shape}: a matrix, or a stack of matrices, has at least two dimensions")
    result = norm_of_matrices(x, ord, x.ndim - 2, x.ndim - 1)
    return F.expand_dims(result, (-2, -1)) if keepdims else result


def cond(x, p=None):
    if x.ndim > 1 and 0 in x.shape[-2:]:
        raise F.errors.LinAlgError(f"linalg.cond: shape {x.shape}: an empty matrix has no condition number")
    x = as_floating(x)
    if p is None or is_number(p, 2) or is_number(p, -2):
        s = F.linalg.svdvals(x)
        result = s[..., -1] / s[..., 0] if is_number(p, -2) else s[..., 0] / s[..., -1]
    else:
        result = matrix_norm(x, ord=p) * matrix_norm(F.linalg.inverse_or_nan(x), ord=p)
    # What could not be inverted is infinitely badly conditioned, unless it was NaN before.
    lost = F.isnan(result.detach())
    if bool(F.any(lost)):
        return F.where(lost & ~F.any(F.isnan(x.detach()), axis=(-2, -1)), INFINITY, result)
    return result


def matrix_rank(A, tol=None, hermitian=False, rtol=None):
    if tol is not None and rtol is not None:
        raise ValueError("linalg.matrix_rank: tol is absolute, rtol relative to the greatest singular value; give one")
    A = A.detach()
    if A.ndim < 2:
        return F.astype(F.any(A != 0), "int64")
    s = F.linalg.svd(A, compute_uv=False, hermitian=hermitian)
    if tol is None:
        if rtol is None:
            rtol = max(A.shape[-2:]) * epsilon(A.dtype)
        tol = F.max(s, -1, keepdims=True, initial=0) * thresholds(rtol)
    else:
        tol = thresholds(tol)
    return F.count_nonzero(s > tol, axis=-1)


def thresholds(values):
    """One threshold, or one for each matrix of the stack."""
    return values if isinstance(values, (int, float)) else F.expand_dims(values, -1)


op("euclidean_norm", kernel="euclidean_norm", accepts="REAL_FLOATING", returns="FLOAT_OF",
   signature="x: Tensor, /, axis=None, *, keepdims=False", vjp=euclidean_norm_gradient, gpu="euclidean_norm",
   doc="The root of the sum of the squares of real numbers, along an axis, over several, or of all.\n\n"
       ">>> np.linalg.euclidean_norm([3.0, 4.0]).tolist()\n5.0")
op("norm", via=norm, returns="REAL_OF", signature="x: Tensor, ord=None, axis=None, keepdims=False",
   doc="Norm of vectors (one axis) or matrices (two); without `ord` the root of the sum of squares. For vectors `ord`\n"
       "is a number, inf or -inf; 0 counts what is not zero. For matrices 'fro', 'nuc' (sum of singular values), 2\n"
       "and -2 (greatest, least singular value), 1 and -1 (greatest, least sum of a column), inf and -inf (of a\n"
       "row).\n\n>>> np.linalg.norm([3.0, 4.0]).tolist()\n5.0")
op("vector_norm", via=vector_norm, returns="REAL_OF", signature="x: Tensor, /, *, axis=None, keepdims=False, ord=2",
   doc="Norm of vectors along an axis, over several, or of all elements.\n\n"
       ">>> np.linalg.vector_norm([[3.0, -4.0]], ord=1, axis=1).tolist()\n[7.0]")
op("matrix_norm", via=matrix_norm, returns="REAL_OF", signature="x: Tensor, /, *, keepdims=False, ord='fro'",
   doc="Norm of the matrices in the last two dimensions.\n\n"
       ">>> np.linalg.matrix_norm([[1.0, -2.0], [3.0, 4.0]], ord=1).tolist()\n6.0")
op("cond", via=cond, accepts="LAPACK", returns="REAL_OF", signature="x: Tensor, p=None",
   doc="Condition number: greatest by least singular value, or norm of the matrix times norm of its inverse for\n"
       "another order of `matrix_norm`; of singular matrices inf.\n\n"
       ">>> np.linalg.cond([[4.0, 0.0], [0.0, 2.0]]).tolist()\n2.0")
op("matrix_rank", via=matrix_rank, accepts="LAPACK", returns="INDEX",
   signature="A: Tensor, tol=None, hermitian=False, *, rtol=None",
   doc="Number of singular values greater than `tol`, or than `rtol` times the greatest (the longer side times the\n"
       "epsilon of the dtype); it has no gradient.\n\n"
       ">>> np.linalg.matrix_rank([[1.0, 2.0], [2.0, 4.0]]).tolist()\n1")
