"""Questions about tensors, dtypes and the library; arrays that meet requirements."""

import sys

import numpy

from mltensor._core.create import asarray
from mltensor._core.storage import devices, get_num_threads, isa
from mltensor._core.tensor import Tensor
from mltensor._ops.record import F
from mltensor.errors import DTypeError

from .layout import is_fortran

__all__ = ["asarray_chkfinite", "common_type", "isfortran", "iterable", "mintypecode", "require", "show_config",
           "show_runtime", "typename"]

iterable = numpy.iterable
mintypecode = numpy.mintypecode
typename = numpy.typename


def isfortran(a):
    """Whether the elements of a tensor lie by columns and not by rows."""
    a = asarray(a)
    return not a.contiguous_ and is_fortran(a)


def asarray_chkfinite(a, dtype=None, order=None):
    """A tensor of an array-like, all of whose elements must be finite.

    Raises
    ------
    ValueError
        When an element is infinite or NaN.
    """
    a = asarray(a, dtype=dtype, order=order)
    if a.dtype.kind in "fc" and not bool(F.all(F.isfinite(a.detach()))):
        raise ValueError("asarray_chkfinite: the array must not contain infs or NaNs")
    return a


def common_type(*arrays):
    """The floating dtype that all arrays fit; integers count as float64.

    Returns
    -------
    type
        Such as ``numpy.float64``.
    """
    found = numpy.dtype("float16")
    for array in arrays:
        dtype = array.dtype
        if dtype.kind not in "iufc":
            raise DTypeError(f"common_type: there is none for arrays of {dtype}, which are no numbers")
        found = numpy.promote_types(found, dtype if dtype.kind in "fc" else "float64")
    return found.type


REQUIREMENTS = {
    "C": "C", "C_CONTIGUOUS": "C", "CONTIGUOUS": "C", "F": "F", "F_CONTIGUOUS": "F", "FORTRAN": "F", "A": "A",
    "ALIGNED": "A", "W": "W", "WRITEABLE": "W", "O": "O", "OWNDATA": "O", "E": "E", "ENSUREARRAY": "E",
}


def require(a, dtype=None, requirements=None, *, like=None):
    """A tensor of an array-like that meets requirements; a copy where it does not.

    Parameters
    ----------
    a : array_like
    dtype : dtype, optional
    requirements : str or sequence of str, optional
        'C' or 'F', by rows or by columns; 'W', can be written; 'O', has memory of its own. All tensors are 'A',
        aligned, and 'E', tensors.

    Returns
    -------
    Tensor
    """
    wanted = set()
    for one in requirements or ():
        if one.upper() not in REQUIREMENTS:
            raise KeyError(f"require: there is no requirement {one!r}; there are {', '.join(REQUIREMENTS)}")
        wanted.add(REQUIREMENTS[one.upper()])
    if {"C", "F"} <= wanted:
        raise ValueError("require: both 'C' and 'F' are asked for, and no tensor of several rows and columns is both")
    given = a
    a = asarray(a, dtype)
    if ("C" in wanted and not a.contiguous_) or ("F" in wanted and not is_fortran(a)):
        a = F.copy(a, order="F" if "F" in wanted else "C")
    elif ("W" in wanted and not a.writeable) or ("O" in wanted and (a is given or not isinstance(given, Tensor))):
        # Whose memory a tensor shows it does not say; a copy is sure to have its own.
        a = F.copy(a)
    return a


def facts():
    """What is to be known about the library when something is odd."""
    return {
        "mltensor": sys.modules["mltensor"].__version__, "Python": sys.version.split()[0], "NumPy": numpy.__version__,
        "instruction set": isa(), "threads": get_num_threads(), "devices": [str(one) for one in devices()],
    }


def show_config(mode="stdout"):
    """Print which library this is and how it computes; with ``mode="dicts"`` give it as a dict.

    Parameters
    ----------
    mode : {'stdout', 'dicts'}, optional
    """
    if mode not in ("stdout", "dicts"):
        raise AttributeError(f"show_config: mode is 'stdout' or 'dicts', not {mode!r}")
    if mode == "dicts":
        return facts()
    show_runtime()
    return None


def show_runtime():
    """Print which library this is and how it computes."""
    print("\n".join(f"{name}: {value}" for name, value in facts().items()))
