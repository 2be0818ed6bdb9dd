"""Determinants, inverses and systems of equations; of ``mltensor.linalg``.

The gradients are those of M. B. Giles, "An extended collection of matrix derivative results" (2008). They are written
for real matrices, with transposes: complex values arrive conjugated, which makes them adjoints.
"""

import math
import operator
from collections import namedtuple

from .decompositions import adjoint, column, conjugated, row
from .record import F, family

op = family("equations", namespace="linalg")

SlogdetResult = namedtuple("SlogdetResult", "sign logabsdet")

EPSILON = {"float32": 2.0 ** -23, "complex64": 2.0 ** -23}


def epsilon(dtype):
    """The distance from 1 to the next number of the dtype that linear algebra computes in."""
    return EPSILON.get(dtype.name, 2.0 ** -52)


# --- determinants -----------------------------------------------------------------------------

def cofactors(a):
    """The derivative of the determinant by each element, which also singular matrices have.

    In the coordinates of the singular vectors the matrix is diagonal, and so is that of the cofactors: the product
    of all other singular values.
    """
    u, s, vh = F.linalg.svd_factors(a, False)
    others = F.where(F.diagonal_scatter(F.ones_like(s), (*s.shape, s.shape[-1]), 0, -2, -1) != 0, 1, row(s))
    products = F.prod(others, axis=-1)
    scale = F.linalg.det(u) * F.linalg.det(vh)
    return F.matmul(conjugated(u) * row(products * column(scale)), conjugated(vh))


def det_gradient(g, y, a):
    """``g det(a) a^-T`` (Giles 2008, section 2.2.4), for singular matrices ``g`` times the cofactors."""
    if bool(F.all(y.detach() != 0)):
        return column(column(g * y)) * F.matrix_transpose(F.linalg.inv(a))
    return column(column(g)) * cofactors(a)


def slogdet_gradient(g, y, a):
    """``(g_log - i Im(conj(g_sign) sign)) a^-H``: the logarithm of the determinant has the derivative a^-T."""
    g_sign, g_log = g
    factor = g_log
    if a.dtype.kind == "c" and g_sign is not None:
        turn = F.imag(F.conj(g_sign) * y[0]) * -1j
        factor = turn if factor is None else factor + turn
    if factor is None:
        return F.zeros_like(a)
    return column(column(factor)) * F.matrix_transpose(F.linalg.inv(a))


def slogdet(a):
    return SlogdetResult(*F.linalg.slogdet_parts(a))


op("det", kernel="det", accepts="LAPACK", signature="a: Tensor", vjp=det_gradient, gpu="det",
   doc="Determinant of square matrices.\n\n>>> np.linalg.det([[2.0, 0.0], [1.0, 3.0]]).tolist()\n6.0")
op("slogdet_parts", kernel="slogdet_parts", accepts="LAPACK", signature="a: Tensor", vjp=slogdet_gradient,
   gpu="slogdet_parts", doc="Sign and logarithm for `slogdet`.")
op("slogdet", via=slogdet, accepts="LAPACK", signature="a: Tensor",
   doc="Sign (for complex matrices a number of modulus 1) of the determinant and logarithm of its modulus, which does\n"
       "not overflow; of singular matrices 0 and -inf.\n\n"
       ">>> np.linalg.slogdet([[-1.0, 0.0], [0.0, 1.0]]).sign.tolist()\n-1.0")


# --- inverses ---------------------------------------------------------------------------------

def inverse_gradient(g, y):
    """``-y^T g y^T`` (Giles 2008, section 2.2.3)."""
    y = F.matrix_transpose(y)
    return -F.matmul(y, F.matmul(g, y))


def pseudo_inverse_gradient(g, y, a):
    """The derivative at constant rank of G. H. Golub and V. Pereyra, "The Differentiation of Pseudo-Inverses and
    Nonlinear Least Squares Problems Whose Variables Separate" (1973)."""
    return through_pseudo_inverse(g, conjugated(y), conjugated(a))


def through_pseudo_inverse(g, p, a):
    g_h, p_h = adjoint(g), adjoint(p)
    rows = F.matmul(F.matmul(g_h, p), p_h)
    columns = F.matmul(p_h, F.matmul(p, g_h))
    return (rows - F.matmul(a, F.matmul(p, rows)) + columns - F.matmul(F.matmul(columns, p), a)
            - F.matmul(p_h, F.matmul(g, p_h)))


# What stands for "not given" where None has a meaning of its own.
UNSET = "unset"


def pinv(a, rcond=None, hermitian=False, rtol=UNSET):
    given = not (isinstance(rtol, str) and rtol == UNSET)
    if rcond is not None and given:
        raise ValueError("linalg.pinv: rtol and rcond mean the same; give one of them")
    if rcond is None:
        if not given:
            rcond = 1e-15
        else:
            rcond = max(a.shape[-2:], default=1) * epsilon(a.dtype) if rtol is None else rtol
    return F.linalg.pseudo_inverse(a, rcond, bool(hermitian))


def matrix_power(a, n):
    try:
        n = operator.index(n)
    except TypeError:
        raise TypeError(f"linalg.matrix_power: the exponent must be an integer, not {n!r}") from None
    require_square("matrix_power", a)
    if n == 0:
        return F.diagonal_scatter(F.ones_like(F.diagonal(a, 0, -2, -1)), a.shape, 0, -2, -1)
    if n < 0:
        a, n = F.linalg.inv(a), -n
    result = None
    while n:
        n, bit = divmod(n, 2)
        if bit:
            result = a if result is None else F.matmul(result, a)
        a = F.matmul(a, a) if n else a
    # A first power is a copy too, as every other one.
    return result if bit == 0 or result is not a else F.copy(a)


def require_square(name, a):
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise F.errors.LinAlgError(
            f"linalg.{name}: shape {a.shape}: a square matrix, or a stack of them, has at least two dimensions, and "
            "the last two are equal")


op("inv", kernel="inv", accepts="LAPACK", signature="a: Tensor", vjp=inverse_gradient, gpu="inv",
   doc="Inverse of square matrices; a singular one is a LinAlgError.\n\n"
       ">>> np.linalg.inv([[2.0, 0.0], [0.0, 4.0]]).tolist()\n[[0.5, 0.0], [0.0, 0.25]]")
op("inverse_or_nan", kernel="inverse_or_nan", accepts="LAPACK", signature="a: Tensor", vjp=inverse_gradient,
   gpu="inverse_or_nan", doc="Inverse of square matrices; of a singular one NaN.")
op("pseudo_inverse", kernel="pseudo_inverse", accepts="LAPACK",
   signature="a: Tensor, rtol: Tensor, hermitian=False", vjp=(pseudo_inverse_gradient, None), gpu="pseudo_inverse",
   doc="The pseudo-inverse for `pinv`.")
op("pinv", via=pinv, accepts="LAPACK", signature="a: Tensor, rcond=None, hermitian=False, *, rtol='unset'",
   doc="Pseudo-inverse of Moore and Penrose. Singular values up to `rcond` (also called `rtol`; one for each matrix\n"
       "of the stack, if you like) times the greatest count as zero: 1e-15 if nothing is given, and with\n"
       "``rtol=None`` the longer side times the epsilon of the dtype. `hermitian` reads the lower triangle alone.\n\n"
       ">>> np.linalg.pinv([[2.0], [0.0]]).tolist()\n[[0.5, 0.0]]")
op("matrix_power", via=matrix_power, returns="SAME", signature="a: Tensor, n",
   doc="Square matrices to an integer power, by repeated squaring; negative powers are those of the inverse.\n\n"
       ">>> np.linalg.matrix_power([[1, 1], [0, 1]], 5).tolist()\n[[1, 5], [0, 1]]")


# --- equations --------------------------------------------------------------------------------

def right_side_gradient(g, x1, x2_shape):
    """``x1^-T g`` (Giles 2008, section 2.3.1), summed over the stack that x2 has not."""
    return F.sum_to(transposed_solution(g, x1, len(x2_shape) == 1), x2_shape)


def transposed_solution(g, x1, vectors):
    if vectors:
        return F.squeeze(F.linalg.solve(F.matrix_transpose(x1), column(g)), -1)
    return F.linalg.solve(F.matrix_transpose(x1), g)


def coefficients_gradient(g, y, x1, x2_shape):
    """``-x1^-T g y^T``."""
    vectors = len(x2_shape) == 1
    right = transposed_solution(g, x1, vectors)
    product = column(right) * row(y) if vectors else F.matmul(right, F.matrix_transpose(y))
    return F.sum_to(-product, x1.shape)


def triangle_right_gradient(g, x1, x2_shape, upper, unitriangular):
    right = F.linalg.solve_triangular(F.matrix_transpose(x1), g, upper=not upper, unitriangular=unitriangular)
    return F.sum_to(right, x2_shape)


def triangle_gradient(g, y, x1, upper, unitriangular):
    """As of `solve`, for the triangle that is read."""
    right = F.linalg.solve_triangular(F.matrix_transpose(x1), g, upper=not upper, unitriangular=unitriangular)
    product = F.sum_to(-F.matmul(right, F.matrix_transpose(y)), x1.shape)
    return F.triu(product, 1 if unitriangular else 0) if upper else F.tril(product, -1 if unitriangular else 0)


op("solve", kernel="solve", accepts="LAPACK", returns="PROMOTED", signature="x1: Tensor, x2: Tensor, /",
   vjp=(coefficients_gradient, right_side_gradient), gpu="solve",
   doc="The x of ``x1 @ x = x2``, for stacks that broadcast. An `x2` of one dimension is a vector, any other one a\n"
       "matrix or a stack of them. A singular matrix is a LinAlgError.\n\n"
       ">>> np.linalg.solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0]).tolist()\n[1.0, 0.5]")
op("solve_triangular", kernel="solve_triangular", accepts="LAPACK", returns="PROMOTED",
   signature="x1: Tensor, x2: Tensor, /, *, upper, unitriangular=False",
   vjp=(triangle_gradient, triangle_right_gradient), gpu="solve_triangular",
   doc="The x of ``x1 @ x = x2`` for triangular matrices, of which the other triangle, and with `unitriangular` the\n"
       "diagonal, is not read. Zeros on the diagonal give infinities.\n\n"
       ">>> np.linalg.solve_triangular([[2.0, 9.0], [1.0, 1.0]], [[2.0], [2.0]], upper=False).tolist()\n[[1.0], [1.0]]")


def least_squares_gradient(g, y, a, b, rcond):
    """Solution: through ``pinv(a) @ b``; residuals: the solution is stationary, so that it counts as constant;
    singular values as those of `svd`."""
    g_x, g_left, _, g_s = g
    a, b = conjugated(a), conjugated(b)
    total = None
    if g_x is not None:
        total = through_pseudo_inverse(F.matmul(g_x, adjoint(b)), F.linalg.pseudo_inverse(a, rcond), a)
    if g_left is not None:
        left = F.matmul(a, y[0]) - b
        part = 2 * F.matmul(left * row(g_left), adjoint(y[0]))
        total = part if total is None else total + part
    if g_s is not None:
        u, _, vh = F.linalg.svd_factors(a, False)
        part = F.matmul(u * row(g_s), vh)
        total = part if total is None else total + part
    return F.sum_to(total, a.shape)


def least_squares_right_gradient(g, y, a, b, rcond):
    g_x, g_left, _, _ = g
    a, b = conjugated(a), conjugated(b)
    total = F.zeros_like(b)
    if g_x is not None:
        total = total + F.matmul(adjoint(F.linalg.pseudo_inverse(a, rcond)), g_x)
    if g_left is not None:
        total = total + 2 * (b - F.matmul(a, y[0])) * row(g_left)
    return F.sum_to(total, b.shape)


def lstsq(a, b, rcond=None):
    vector = b.ndim == 1
    if rcond is None:
        dtype = a.dtype if a.dtype.kind in "fc" else b.dtype
        rcond = epsilon(dtype) * max(a.shape[-2:], default=1)
        if {a.dtype.kind, b.dtype.kind} & set("biu"):
            rcond = 2.0 ** -52 * max(a.shape[-2:], default=1)
    x, residuals, rank, s = F.linalg.least_squares(a, column(b) if vector else b, float(rcond))
    if vector:
        x = F.squeeze(x, -1)
    # Without more equations than unknowns, or below full rank, there is no sum of squares to speak of.
    if a.shape[-2] <= a.shape[-1] or bool(F.any(rank != a.shape[-1])):
        residuals = residuals[(0,) * (residuals.ndim - 1)][:0].detach() if residuals.size else F.zeros((0,), s.dtype)
    return x, residuals, rank, s


def tensorsolve(a, b, axes=None):
    if axes is not None:
        axes = F.checked_axes(axes, a.ndim)
        a = F.permute_dims(a, (*(k for k in range(a.ndim) if k not in axes), *axes))
    shape = a.shape[b.ndim:]
    if a.size != math.prod(shape) ** 2 or b.size != math.prod(shape):
        raise F.errors.LinAlgError(
            f"linalg.tensorsolve: shapes {a.shape} and {b.shape}: a must be 'square', prod(a.shape[:b.ndim]) == "
            f"prod(a.shape[b.ndim:]) == b.size, but these are {math.prod(a.shape[:b.ndim])}, {math.prod(shape)} and "
            f"{b.size}")
    length = math.prod(shape)
    return F.reshape(F.linalg.solve(F.reshape(a, (length, length)), F.reshape(b, (length,))), shape)


def tensorinv(a, ind=2):
    if ind <= 0:
        raise ValueError(f"linalg.tensorinv: ind must be a positive integer, not {ind!r}")
    rows, columns = math.prod(a.shape[:ind]), math.prod(a.shape[ind:])
    if rows != columns:
        raise F.errors.LinAlgError(
            f"linalg.tensorinv: shape {a.shape} with ind={ind} is not 'square': prod(a.shape[:ind]) is {rows}, "
            f"prod(a.shape[ind:]) is {columns}")
    return F.reshape(F.linalg.inv(F.reshape(a, (rows, columns))), (*a.shape[ind:], *a.shape[:ind]))


op("least_squares", kernel="least_squares", accepts="LAPACK", returns="PROMOTED",
   signature="a: Tensor, b: Tensor, rcond", vjp=(least_squares_gradient, least_squares_right_gradient),
   gpu="least_squares", doc="Solution, residuals, rank and singular values for `lstsq`.")
op("lstsq", via=lstsq, accepts="LAPACK", returns="PROMOTED", signature="a: Tensor, b: Tensor, rcond=None",
   doc="The x that makes ``|a @ x - b|`` least (of several the shortest), the sums of squares that remain (empty\n"
       "unless there are more equations than unknowns and full rank), the rank and the singular values of `a`.\n"
       "Singular values up to `rcond` times the greatest count as zero. Stacks broadcast.\n\n"
       ">>> np.allclose(np.linalg.lstsq([[1.0], [1.0]], [1.0, 3.0])[0], [2.0])\nTrue")
op("tensorsolve", via=tensorsolve, accepts="LAPACK", returns="PROMOTED",
   signature="a: Tensor, b: Tensor, axes=None",
   doc="The x of ``tensordot(a, x, x.ndim) = b``; the `axes` of `a` go to the end first.\n\n"
       ">>> np.linalg.tensorsolve(np.eye(4).reshape(2, 2, 4), np.ones((2, 2))).tolist()\n[1.0, 1.0, 1.0, 1.0]")
op("tensorinv", via=tensorinv, accepts="LAPACK", signature="a: Tensor, ind=2",
   doc="The inverse of a tensor as a map from its last dimensions to the first `ind`: ``tensordot(tensorinv(a), a,\n"
       "ind)`` is the identity.\n\n>>> np.linalg.tensorinv(np.eye(4).reshape(2, 2, 4)).shape\n(4, 2, 2)")


# --- products ---------------------------------------------------------------------------------

def cheapest(lengths):
    """Where to split each run of a chain of matrices so that it costs least: Cormen et al., section 15.2."""
    count = len(lengths) - 1
    cost = {(i, i): 0 for i in range(count)}
    split = {}
    for run in range(1, count):
        for i in range(count - run):
            j = i + run
            cost[i, j], split[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + lengths[i] * lengths[k + 1] * lengths[j + 1], k) for k in range(i, j))
    return split


def multi_dot(arrays, out=None):
    if len(arrays) < 2:
        raise ValueError("linalg.multi_dot: expecting at least two arrays")
    matrices = list(arrays)
    first, last = arrays[0].ndim == 1, arrays[-1].ndim == 1
    if first:
        matrices[0] = row(matrices[0])
    if last:
        matrices[-1] = column(matrices[-1])
    for k, one in enumerate(matrices):
        if one.ndim != 2:
            raise F.errors.LinAlgError(
                f"linalg.multi_dot: operand {k} of shape {arrays[k].shape}: all are matrices; the first and the last "
                "may be vectors")
    split = cheapest([one.shape[0] for one in matrices] + [matrices[-1].shape[1]])

    def product(i, j):
        return matrices[i] if i == j else F.matmul(product(i, split[i, j]), product(split[i, j] + 1, j))

    result = product(0, len(matrices) - 1)
    return F.squeeze(result, tuple(axis for axis, vector in ((0, first), (1, last)) if vector))


op("multi_dot", via=multi_dot, returns="PROMOTED", signature="arrays: Tensors, *, out=None",
   doc="Product of two or more matrices in the order that takes the fewest multiplications; the first and the last\n"
       "may be vectors.\n\n>>> np.linalg.multi_dot([[[1, 2]], [[3], [4]], [[5]]]).tolist()\n[[55]]")
