"""Roots, logarithms and powers that leave the real numbers where they must: complex results instead of NaN.

For every function the dtype of the result depends on the values: it is complex where one of them asks for it.
"""

from mltensor._core.create import asarray
from mltensor._core.tensor import Tensor
from mltensor._ops.record import F

__all__ = ["arccos", "arcsin", "arctanh", "log", "log2", "log10", "logn", "power", "sqrt"]


def widened(x):
    """The tensor as complex numbers."""
    if x.dtype.kind == "c":
        return x
    small = (x.dtype.kind == "f" and x.dtype.itemsize <= 4) or (x.dtype.kind in "biu" and x.dtype.itemsize <= 2)
    return F.cast(x, "complex64" if small else "complex128")


def complex_where(x, outside):
    """The argument, complex where a real element lies outside of where the function is real."""
    x = asarray(x)
    return widened(x) if x.dtype.kind != "c" and bool(F.any(outside(x.detach()))) else x


def negative(x):
    """Where square roots and logarithms are not real."""
    return x < 0


def beyond_one(x):
    """Where the inverses of sine and cosine are not real."""
    return abs(x) > 1


def sqrt(x):
    """The square root; complex where an element is negative.

    >>> np.emath.sqrt(-4.0).item()
    2j
    """
    return F.sqrt(complex_where(x, negative))


def log(x):
    """The natural logarithm; complex where an element is negative."""
    return F.log(complex_where(x, negative))


def log2(x):
    """The logarithm to base 2; complex where an element is negative."""
    return F.log2(complex_where(x, negative))


def log10(x):
    """The logarithm to base 10; complex where an element is negative."""
    return F.log10(complex_where(x, negative))


def logn(n, x):
    """The logarithm to base `n`; complex where an element is negative."""
    return log(x) / log(n)


def power(x, p):
    """A power; complex where an element of the base is negative, and real for negative whole exponents."""
    x = complex_where(x, negative)
    p = p if isinstance(p, (Tensor, int, float, complex)) else asarray(p)
    whole = (isinstance(p, int) and p < 0) or (isinstance(p, Tensor) and p.dtype.kind in "iu" and bool(F.any(p < 0)))
    return F.power(x, p * 1.0 if whole else p)


def arccos(x):
    """The inverse of the cosine; complex where an element is beyond -1 or 1."""
    return F.acos(complex_where(x, beyond_one))


def arcsin(x):
    """The inverse of the sine; complex where an element is beyond -1 or 1."""
    return F.asin(complex_where(x, beyond_one))


def arctanh(x):
    """The inverse of the hyperbolic tangent; complex where an element is beyond -1 or 1."""
    return F.atanh(complex_where(x, beyond_one))
