"""Polynomials as tensors of their coefficients, the highest power first, and fits of them."""

import warnings

import numpy

from mltensor._core.create import asarray, eye, ones, zeros
from mltensor._core.ranges import arange
from mltensor._creation import vander
from mltensor._dtypes import finfo
from mltensor._functions import allclose
from mltensor._ops.record import F
from mltensor.errors import IndexingError, ShapeError

from .arguments import at_least_1d, tensors

__all__ = ["poly", "poly1d", "polyadd", "polyder", "polydiv", "polyfit", "polyint", "polymul", "polysub", "polyval",
           "roots"]


class VectorError(ShapeError, TypeError):
    """Coefficients or points that have not the dimensions they must have: for NumPy a TypeError."""


def coefficients(p):
    """The coefficients of a polynomial given as such or as a `poly1d`, not yet a tensor."""
    return p.coeffs if isinstance(p, poly1d) else p


def vectors(name, *polynomials):
    """The coefficients of polynomials as tensors of one dimension."""
    found = tensors(*map(coefficients, polynomials))
    for one in found:
        if one.ndim != 1:
            raise VectorError(f"{name}: the coefficients must have one dimension, not shape {one.shape}")
    return found


def like(given, result):
    """A `poly1d` where one was given."""
    return poly1d(result) if any(isinstance(one, poly1d) for one in given) else result


def trimmed(p):
    """Without the zeros of the highest powers; of nothing but zeros one is left."""
    (filled,) = F.nonzero(p)
    if filled.shape[0]:
        return p[filled[0].item():]
    return zeros((1,), dtype=p.dtype, device=p.device)


# --- values and arithmetic --------------------------------------------------------------------------

def polyval(p, x):
    """The value of a polynomial at points.

    Parameters
    ----------
    p : array_like or poly1d
        Coefficients, the highest power first.
    x : array_like or poly1d
        Points; of a polynomial the polynomial in the polynomial is made.

    Returns
    -------
    Tensor or poly1d

    Examples
    --------
    >>> np.polyval([3, 0, 1], 5).item()
    76
    """
    p = coefficients(p)
    if isinstance(x, poly1d):
        value, p = poly1d([0]), asarray(p)
    else:
        p, x = tensors(p, x)
        value = zeros(x.shape, dtype=x.dtype, device=x.device)
    for one in F.unstack(p):
        value = value * x + one
    return value


def with_equal_length(a, b):
    """The coefficients of two polynomials, the shorter with zeros in front."""
    a, b = at_least_1d(coefficients(a), coefficients(b))
    length = max(a.shape[0], b.shape[0])
    return [F.concat([zeros((length - one.shape[0],), dtype=one.dtype, device=one.device), one]) for one in (a, b)]


def polyadd(a1, a2):
    """The coefficients of the sum of two polynomials.

    >>> np.polyadd([1, 2], [9, 5, 4]).tolist()
    [9, 6, 6]
    """
    first, second = with_equal_length(a1, a2)
    return like((a1, a2), first + second)


def polysub(a1, a2):
    """The coefficients of the difference of two polynomials.

    >>> np.polysub([2, 10, -2], [3, 10, -4]).tolist()
    [-1, 0, 2]
    """
    first, second = with_equal_length(a1, a2)
    return like((a1, a2), first - second)


def polymul(a1, a2):
    """The coefficients of the product of two polynomials.

    >>> np.polymul([1, 2], [1, -2]).tolist()
    [1, 0, -4]
    """
    first, second = map(trimmed, vectors("polymul", *at_least_1d(coefficients(a1), coefficients(a2))))
    return like((a1, a2), F.convolve(first, second))


def polydiv(u, v):
    """Quotient and remainder of two polynomials.

    Returns
    -------
    (Tensor, Tensor)

    Examples
    --------
    >>> quotient, rest = np.polydiv([3.0, 5.0, 2.0], [2.0, 1.0])
    >>> quotient.tolist(), rest.tolist()
    ([1.5, 1.75], [0.25])
    """
    a, b = (one + 0.0 for one in vectors("polydiv", *at_least_1d(coefficients(u), coefficients(v))))
    if not a.shape[0] or not b.shape[0]:
        raise IndexingError(f"polydiv: polynomials of {a.shape[0]} and {b.shape[0]} coefficients have no quotient")
    dtype = F.promote_types(a.dtype, b.dtype)
    rest, steps = F.cast(a, dtype), a.shape[0] - b.shape[0] + 1
    scale = 1.0 / b[0]
    found = []
    for k in range(steps):
        factor = scale * rest[k]
        found.append(factor)
        end = k + b.shape[0]
        rest = F.concat([rest[:k], rest[k:end] - factor * b, rest[end:]])
    quotient = F.stack(found) if found else zeros((1,), dtype=dtype, device=a.device)
    while rest.shape[0] > 1 and allclose(rest[0], 0, rtol=1e-14):
        rest = rest[1:]
    return like((u, v), quotient), like((u, v), rest)


def polyder(p, m=1):
    """The coefficients of the derivative of order `m`.

    >>> np.polyder([1, 1, 1, 1]).tolist()
    [3, 2, 1]
    """
    m = int(m)
    if m < 0:
        raise ValueError(f"polyder: the order of the derivative must not be negative, got {m}; see polyint")
    (value,) = vectors("polyder", p)
    for _ in range(min(m, value.shape[0])):
        value = value[:-1] * arange(value.shape[0] - 1, 0, -1, device=value.device)
    return like((p,), value)


def polyint(p, m=1, k=None):
    """The coefficients of an antiderivative of order `m`, with the constants `k`, by default 0.

    >>> np.polyint([3.0, 2.0, 1.0]).tolist()
    [1.0, 1.0, 1.0, 0.0]
    """
    m = int(m)
    if m < 0:
        raise ValueError(f"polyint: the order of the integral must not be negative, got {m}; see polyder")
    (value,) = vectors("polyint", p)
    (constants,) = at_least_1d(zeros((m,)) if k is None else k)
    if constants.shape[0] == 1 and m > 1:
        constants = F.broadcast_to(constants, (m,))
    if constants.shape[0] < m:
        raise ShapeError(f"polyint: k must be one number or at least {m}, not of shape {constants.shape}")
    for one in range(m):
        powers = arange(value.shape[0], 0, -1, device=value.device)
        value = F.concat(tensors(F.divide(value, powers), constants[one:one + 1]))
    return like((p,), value)


# --- zeros ------------------------------------------------------------------------------------------

def real_where_possible(values, conjugate):
    """Complex numbers as real ones where `conjugate` says that the parts beside them are nothing."""
    return F.real(values) if values.dtype.kind == "c" and conjugate else values


def roots(p):
    """The zeros of a polynomial: the eigenvalues of its companion matrix.

    Parameters
    ----------
    p : array_like or poly1d
        Coefficients, the highest power first.

    Returns
    -------
    Tensor
        Real where all zeros are.

    Examples
    --------
    >>> np.sort(np.roots([1, -3, 2])).round(6).tolist()
    [1.0, 2.0]
    """
    (p,) = at_least_1d(coefficients(p))
    if p.ndim != 1:
        raise ShapeError(f"roots: the coefficients must have one dimension, not shape {p.shape}")
    (filled,) = F.nonzero(p)
    if not filled.shape[0]:
        return zeros((0,), device=p.device)
    at_zero = p.shape[0] - filled[-1].item() - 1
    p = p[filled[0].item():filled[-1].item() + 1]
    if p.dtype.kind in "biu":
        p = F.cast(p, "float64")
    degree = p.shape[0] - 1
    if not degree:
        return zeros((at_zero,), device=p.device)
    shifted = F.cast(eye(degree - 1, degree, device=p.device), p.dtype)
    values = F.linalg.eigvals(F.concat([(-p[1:] / p[0])[None], shifted]))
    if p.dtype.kind != "c":
        values = real_where_possible(values, not bool(F.any(F.imag(values))))
    return F.concat([values, zeros((at_zero,), dtype=values.dtype, device=p.device)])


def poly(seq_of_zeros):
    """The coefficients of the polynomial with given zeros, or of the characteristic one of a matrix.

    Parameters
    ----------
    seq_of_zeros : array_like
        A vector of zeros, or a square matrix.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> np.poly([1.0, 2.0]).tolist()
    [1.0, -3.0, 2.0]
    """
    (given,) = at_least_1d(seq_of_zeros)
    if given.ndim == 2 and given.shape[0] == given.shape[1] != 0:
        values = F.linalg.eigvals(given)
        if given.dtype.kind != "c":
            values = real_where_possible(values, not bool(F.any(F.imag(values))))
    elif given.ndim == 1:
        values = given if given.dtype.kind in "fc" and given.dtype.itemsize > 2 else F.cast(given, "float64")
    else:
        raise ShapeError(f"poly: a vector of zeros or a square matrix, not shape {given.shape}")
    if not values.shape[0]:
        return 1.0
    result = ones((1,), dtype=values.dtype, device=values.device)
    for one in F.unstack(values):
        nothing = zeros((1,), dtype=values.dtype, device=values.device)
        result = F.concat([result, nothing]) - F.concat([nothing, result * one])
    if values.dtype.kind == "c":
        pairs = bool(F.all(F.sort(values) == F.sort(F.conj(values))))
        result = real_where_possible(result, pairs)
    return result


# --- fits -------------------------------------------------------------------------------------------

def checked_points(x, y, w):
    """The points and weights of `polyfit` as floating tensors."""
    x, y = (one + 0.0 for one in tensors(x, y))
    if x.ndim != 1 or x.shape[0] == 0:
        raise VectorError(f"polyfit: x must have one dimension and a point at least, not shape {x.shape}")
    if y.ndim not in (1, 2):
        raise VectorError(f"polyfit: y must have one dimension or two, not shape {y.shape}")
    if x.shape[0] != y.shape[0]:
        raise VectorError(f"polyfit: x and y must have the same length, not shapes {x.shape} and {y.shape}")
    if w is None:
        return x, y, None
    w = asarray(w, device=x.device) + 0.0
    if w.shape != x.shape:
        raise VectorError(f"polyfit: the weights must be one per point, of shape {x.shape}, not {w.shape}")
    return x, y, w


def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    """The polynomial of a degree that fits points best, by least squares.

    Parameters
    ----------
    x : array_like of shape (m,)
    y : array_like of shape (m,) or (m, k)
        Values at the points; every column is fitted.
    deg : int
    rcond : float, optional
        Singular values less than this times the greatest count as zero; by default ``m * eps``.
    full : bool, optional
        Give what the solver found too.
    w : array_like of shape (m,), optional
        Weights of the residuals, before they are squared.
    cov : bool or 'unscaled', optional
        Give the covariance of the coefficients too, scaled by the residuals or not.

    Returns
    -------
    Tensor of shape (deg + 1,) or (deg + 1, k)
        Coefficients, the highest power first. With `full` a tuple with residuals, rank, singular values and `rcond`
        behind them; with `cov` a pair with the covariance.

    Warns
    -----
    numpy.exceptions.RankWarning
        When the points do not determine the polynomial.

    Examples
    --------
    >>> np.polyfit([0.0, 1.0, 2.0], [1.0, 3.0, 5.0], 1).round(6).tolist()
    [2.0, 1.0]
    """
    if deg < 0:
        raise ValueError(f"polyfit: expected deg >= 0, got {deg}")
    x, y, w = checked_points(x, y, w)
    order = int(deg) + 1
    rcond = x.shape[0] * finfo(x.dtype).eps if rcond is None else rcond
    left, right = vander(x, order), y
    if w is not None:
        left = left * w[:, None]
        right = right * (w[:, None] if right.ndim == 2 else w)
    # Columns of one length: the powers of x are of very different sizes.
    scale = F.sqrt(F.sum(left * left, axis=0))
    left = left / scale
    found, residuals, rank, singular = F.linalg.lstsq(left, right, rcond)
    found = found / (scale[:, None] if found.ndim == 2 else scale)
    if int(rank) != order and not full:
        warnings.warn("Polyfit may be poorly conditioned", numpy.exceptions.RankWarning, stacklevel=2)
    if full:
        return found, residuals, rank, singular, rcond
    if not cov:
        return found
    base = F.linalg.inv(F.matmul(F.matrix_transpose(left), left)) / F.outer(scale, scale)
    factor = 1
    if not (isinstance(cov, str) and cov == "unscaled"):
        if x.shape[0] <= order:
            raise ShapeError(f"polyfit: {x.shape[0]} points do not exceed the {order} coefficients, so that the "
                             "covariance cannot be scaled")
        factor = residuals / (x.shape[0] - order)
    return found, (base if y.ndim == 1 else base[:, :, None]) * factor


# --- as an object -----------------------------------------------------------------------------------

class poly1d:  # noqa: N801  NumPy's name
    """A polynomial that can be called, added, multiplied, differentiated.

    Parameters
    ----------
    c_or_r : array_like
        Coefficients, the highest power first.
    r : bool, optional
        Whether they are the zeros instead.
    variable : str, optional
        The letter that is printed, x by default.

    Examples
    --------
    >>> p = np.poly1d([1, 0, -2])
    >>> p(3).item(), (p * p).coeffs.tolist(), p.deriv().coeffs.tolist()
    (7, [1, 0, -4, 0, 4], [2, 0])
    """

    __hash__ = None

    def __init__(self, c_or_r, r=False, variable=None):
        given = c_or_r.coeffs if isinstance(c_or_r, poly1d) else c_or_r
        self.variable = variable or (c_or_r.variable if isinstance(c_or_r, poly1d) else "x")
        (given,) = at_least_1d(poly(given) if r else given)
        if given.ndim > 1:
            raise ShapeError(f"poly1d: the coefficients must have one dimension, not shape {given.shape}")
        self.coeffs = trimmed(given)

    c = coef = coefficients = property(lambda self: self.coeffs)
    order = o = property(lambda self: self.coeffs.shape[0] - 1)
    roots = r = property(lambda self: roots(self.coeffs))

    def __call__(self, val):
        return polyval(self, val)

    def __len__(self):
        return self.order

    def __iter__(self):
        return iter(self.coeffs)

    def __array__(self, dtype=None, copy=None):
        return numpy.array(self.coeffs.detach().numpy(), dtype=dtype)

    def __repr__(self):
        return f"poly1d({self.coeffs.tolist()})"

    def __str__(self):
        return str(numpy.poly1d(self.coeffs.detach().numpy(), variable=self.variable))

    def __getitem__(self, val):
        return self.coeffs[self.order - val] if 0 <= val <= self.order else asarray(0, dtype=self.coeffs.dtype)

    def __setitem__(self, key, val):
        if key < 0:
            raise ValueError(f"poly1d: there is no power {key}")
        if key > self.order:
            self.coeffs = F.concat([zeros((key - self.order,), dtype=self.coeffs.dtype), self.coeffs])
        self.coeffs[self.order - key] = val

    def __neg__(self):
        return poly1d(-self.coeffs)

    def __pos__(self):
        return self

    def __add__(self, other):
        return polyadd(self, poly1d(other))

    __radd__ = __add__

    def __sub__(self, other):
        return polysub(self, poly1d(other))

    def __rsub__(self, other):
        return polysub(poly1d(other), self)

    def __mul__(self, other):
        return poly1d(self.coeffs * other) if numpy.ndim(other) == 0 and not isinstance(other, poly1d) \
            else polymul(self, poly1d(other))

    __rmul__ = __mul__

    def __truediv__(self, other):
        return poly1d(self.coeffs / other) if numpy.ndim(other) == 0 and not isinstance(other, poly1d) \
            else polydiv(self, poly1d(other))

    def __rtruediv__(self, other):
        return polydiv(poly1d(other), self)

    def __pow__(self, val):
        if val != int(val) or val < 0:
            raise ValueError(f"poly1d: the exponent must be a whole number and not negative, not {val}")
        result = poly1d([1])
        for _ in range(int(val)):
            result = polymul(self, result)
        return result

    def __eq__(self, other):
        if not isinstance(other, poly1d):
            return NotImplemented
        return self.coeffs.shape == other.coeffs.shape and bool(F.all(self.coeffs == other.coeffs))

    def __ne__(self, other):
        return NotImplemented if not isinstance(other, poly1d) else not self == other

    def deriv(self, m=1):
        """The derivative of order `m`."""
        return polyder(self, m)

    def integ(self, m=1, k=0):
        """The antiderivative of order `m` with the constants `k`."""
        return polyint(self, m, k)
