"""Numbers and tensors as text, in NumPy's manner."""

import numpy

from mltensor._core.create import asarray
from mltensor._printing import DEFAULTS, host_array, options
from mltensor.errors import DTypeError

__all__ = ["array2string", "base_repr", "binary_repr", "format_float_positional", "format_float_scientific"]

base_repr = numpy.base_repr
binary_repr = numpy.binary_repr


def array2string(a, max_line_width=None, precision=None, suppress_small=None, separator=" ", prefix="", *,
                 formatter=None, threshold=None, edgeitems=None, sign=None, floatmode=None, suffix="", legacy=None):
    """The elements as text, as NumPy prints them.

    Parameters
    ----------
    a : array_like
    max_line_width, precision, threshold, edgeitems : int, optional
        As set by :func:`set_printoptions` where that was used, otherwise 75, 8, 1000 and 3.
    suppress_small : bool, optional
        Whether numbers near zero are printed as zero.
    separator, prefix, suffix : str, optional
        What stands between elements, and the texts for which room is left at the margins.
    formatter : dict, optional
        Functions that make text of numbers, such as ``{"float": lambda x: f"{x:.1f}"}``.
    sign, floatmode, legacy : optional
        As in NumPy.

    Returns
    -------
    str

    Examples
    --------
    >>> np.array2string(np.array([1.5, 2.25]), separator=", ")
    '[1.5 , 2.25]'
    """
    changed = {name: value for name, value in options.items() if value != DEFAULTS[name]}
    if suppress_small is None and changed.get("sci_mode") is False:
        suppress_small = True
    return numpy.array2string(
        host_array(asarray(a).detach()),
        changed.get("linewidth") if max_line_width is None else max_line_width,
        changed.get("precision") if precision is None else precision,
        suppress_small, separator, prefix, formatter=formatter,
        threshold=changed.get("threshold") if threshold is None else threshold,
        edgeitems=changed.get("edgeitems") if edgeitems is None else edgeitems,
        sign=sign, floatmode=floatmode, suffix=suffix, legacy=legacy)


def number(x):
    """A real number as NumPy's scalar of the dtype it has."""
    x = asarray(x)
    if x.dtype.kind == "c" or x.size != 1:
        raise DTypeError(f"one real number is made text of, not a tensor of shape {x.shape} and dtype {x.dtype}; "
                         "array2string takes them all")
    return host_array(x.detach()).reshape(())[()]


def format_float_positional(x, precision=None, unique=True, fractional=True, trim="k", sign=False, pad_left=None,
                            pad_right=None, min_digits=None):
    """A number as text without an exponent; see NumPy's function for the arguments.

    >>> np.format_float_positional(np.array(1e-4))
    '0.0001'
    """
    return numpy.format_float_positional(number(x), precision, unique, fractional, trim, sign, pad_left, pad_right,
                                         min_digits)


def format_float_scientific(x, precision=None, unique=True, trim="k", sign=False, pad_left=None, exp_digits=None,
                            min_digits=None):
    """A number as text with an exponent; see NumPy's function for the arguments.

    >>> np.format_float_scientific(np.array(1234.5))
    '1.2345e+03'
    """
    return numpy.format_float_scientific(number(x), precision, unique, trim, sign, pad_left, exp_digits, min_digits)
