"""Functions of numbers that are no operations of the table: two results, another signature, questions about dtypes."""

import numpy

from mltensor._core.create import asarray
from mltensor._core.tensor import Tensor
from mltensor._ops.record import F
from mltensor.errors import DTypeError

__all__ = ["divmod", "frexp", "iscomplexobj", "isrealobj", "isscalar", "ldexp", "modf", "real_if_close"]

# What integers of so many bytes become beside no float; wider ones become float64.
SMALL_FLOATS = {1: numpy.dtype("float16"), 2: numpy.dtype("float32")}


PLAIN = (None, None)


def given(outs):
    """Whether a result is to be written somewhere."""
    return outs is not PLAIN and any(out is not None for out in outs)


def both(first, second, operands, outs, where, dtype, casting):
    """The results of two operations; what `out=` names is written when both are known, for it may be an operand."""
    results = []
    for operation, wanted in ((first, dtype[0]), (second, dtype[1])):
        results.append(operation(*operands, where=where, dtype=wanted, casting=casting))
    return tuple(result if out is None else F.positive(result, out=out, where=where, casting=casting)
                 for result, out in zip(results, outs, strict=True))


def outputs(name, positional, out):
    """`out=` and the positional ones as a pair."""
    if given(positional):
        if out is not PLAIN:
            raise TypeError(f"{name}: outputs are given by position or as out=, not both")
        out = positional
    if not isinstance(out, tuple) or len(out) != 2:
        raise TypeError(f"{name}: out must be a tuple of two tensors or None")
    return out


def modf(x, out1=None, out2=None, /, out=PLAIN, *, where=True, dtype=None, casting="same_kind"):
    """What lies behind the point and before it, both with the sign of the number.

    Parameters
    ----------
    x : array_like
    out1, out2, out : Tensor, optional
        Where the results are written; a pair as `out`.
    where : array_like of bool, optional
        Which elements are written.
    dtype : dtype, optional
        What is computed in.
    casting : str, optional
        Which conversions `dtype` and `out` may ask for.

    Returns
    -------
    fractional, integral : Tensor
        Floats.

    Examples
    --------
    >>> [part.tolist() for part in np.modf([2.25, -0.5])]
    [[0.25, -0.5], [2.0, -0.0]]
    """
    if out1 is None is out2 is dtype and out is PLAIN and where is True:
        return F.fractional_part(x), F.integral_part(x)
    return both(F.fractional_part, F.integral_part, (x,), outputs("modf", (out1, out2), out), where, (dtype, dtype),
                casting)


def frexp(x, out1=None, out2=None, /, out=PLAIN, *, where=True, casting="same_kind"):
    """Mantissa and exponent: ``x = mantissa * 2**exponent`` with a mantissa from 1/2 to below 1.

    Parameters
    ----------
    x : array_like
    out1, out2, out : Tensor, optional
        Where the results are written; a pair as `out`.
    where : array_like of bool, optional
        Which elements are written.
    casting : str, optional
        Which conversions `out` may ask for.

    Returns
    -------
    mantissa : Tensor
        Of 0, infinities and NaN the number itself.
    exponent : Tensor
        int32.

    Examples
    --------
    >>> [part.tolist() for part in np.frexp([6.0, -1.0])]
    [[0.75, -0.5], [3, 1]]
    """
    if out1 is None is out2 and out is PLAIN and where is True:
        return F.frexp_mantissa(x), F.frexp_exponent(x)
    return both(F.frexp_mantissa, F.frexp_exponent, (x,), outputs("frexp", (out1, out2), out), where, (None, None),
                casting)


def divmod(x1, x2, out1=None, out2=None, /, out=PLAIN, *, where=True, dtype=None, casting="same_kind"):
    """Quotient and remainder of floor division.

    Parameters
    ----------
    x1, x2 : array_like
    out1, out2, out : Tensor, optional
        Where the results are written; a pair as `out`.
    where : array_like of bool, optional
        Which elements are written.
    dtype : dtype, optional
        What is computed in.
    casting : str, optional
        Which conversions `dtype` and `out` may ask for.

    Returns
    -------
    quotient, remainder : Tensor

    Examples
    --------
    >>> [part.tolist() for part in np.divmod([7, -7], 2)]
    [[3, -4], [1, 1]]
    """
    if out1 is None is out2 is dtype and out is PLAIN and where is True:
        return F.floor_divide(x1, x2), F.remainder(x1, x2)
    return both(F.floor_divide, F.remainder, (x1, x2), outputs("divmod", (out1, out2), out), where, (dtype, dtype),
                casting)


def ldexp(x1, x2, /, out=None, *, where=True, dtype=None, casting="same_kind"):
    """``x1 * 2**x2``, rounded once.

    Parameters
    ----------
    x1 : array_like
        Real numbers.
    x2 : array_like of int
    out : Tensor, optional
        Where the result is written.
    where : array_like of bool, optional
        Which elements are written.
    dtype : dtype, optional
        That of the result.
    casting : str, optional
        Which conversions `dtype` and `out` may ask for.

    Returns
    -------
    Tensor
        In the dtype of `x1`.

    Examples
    --------
    >>> np.ldexp([1.5, -0.5], [3, 1]).tolist()
    [12.0, -1.0]
    """
    if isinstance(x1, Tensor) and out is None is dtype and where is True:
        floating = x1.dtype
        if floating.kind == "f":
            if type(x2) is int:
                return F.times_power_of_two(x1, max(-9999, min(9999, x2)))
            if isinstance(x2, Tensor) and x2.dtype.kind in "iu":
                return F.times_power_of_two(x1, F.cast(x2, floating))
    x1, x2 = x1 if isinstance(x1, Tensor) else asarray(x1), x2 if isinstance(x2, Tensor) else asarray(x2)
    if x2.dtype.kind not in "biu":
        raise DTypeError(f"ldexp: the exponents must be integers, not {x2.dtype}; multiply by exp2(x2) instead")
    computed = dtype or (x1.dtype if x1.dtype.kind in "fc" else SMALL_FLOATS.get(x1.dtype.itemsize, "float64"))
    return F.times_power_of_two(x1, F.cast(x2, computed), out=out, where=where, dtype=dtype, casting=casting)


def iscomplexobj(x):
    """Whether numbers have a complex dtype, whatever their imaginary parts.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    bool
    """
    dtype = getattr(x, "dtype", None)
    return numpy.dtype(asarray(x).dtype if dtype is None else dtype).kind == "c"


def isrealobj(x):
    """Whether numbers have another than a complex dtype.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    bool
    """
    return not iscomplexobj(x)


def isscalar(element):
    """Whether something is a number, a string or one of NumPy's scalars; a tensor, even without dimensions, is none.

    Parameters
    ----------
    element : object

    Returns
    -------
    bool
    """
    return numpy.isscalar(element)


def real_if_close(a, tol=100):
    """The real parts of complex numbers if all imaginary parts are next to zero, else the numbers.

    Parameters
    ----------
    a : array_like
    tol : float, optional
        How small: in units of the dtype's precision if it is greater than 1, else as it is.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> np.real_if_close([2.1 + 4e-14j, 5.2 + 3e-15j], tol=1000).tolist()
    [2.1, 5.2]
    """
    a = asarray(a)
    if a.dtype.kind != "c":
        return a
    if tol > 1:
        tol = tol * float(numpy.finfo(a.dtype).eps)
    return F.real(a) if F.all(F.absolute(F.imag(a)) < tol) else a


# NumPy's ufuncs of these names, given tensors, find them here.
for _function in (divmod, frexp, ldexp, modf):
    setattr(F, _function.__name__, _function)
