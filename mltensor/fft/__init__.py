"""Fourier transforms: the names of numpy.fft and of the Array API's extension, on the tape and on all threads.

Float32 stays complex64. Transforms over many lines use the threads of the library, with the same result for any number
of them.
"""

import operator

from mltensor._build import OPERATIONS
from mltensor._core.dtypes import dtype_object, get_default_dtype
from mltensor._core.ranges import arange
from mltensor._ops.record import F
from mltensor.errors import DTypeError, ShapeError

_PREFIX = "fft."
_operations = {name.removeprefix(_PREFIX): value for name, value in OPERATIONS.items() if name.startswith(_PREFIX)}
globals().update(_operations)

__all__ = [*_operations, "fftfreq", "rfftfreq"]  # noqa: PLE0604  the names come from the table


def _frequencies(name, n, d, first, count, device, dtype, requires_grad):
    """``count(n)`` frequencies from ``first(n)`` on, samples being at a distance of `d`; negative ones come last."""
    try:
        n = operator.index(n)
    except TypeError:
        raise ValueError(f"fft.{name}: n must be an integer, not {n!r}") from None
    if n < 1:
        error = ZeroDivisionError if n == 0 else ShapeError
        raise error(f"fft.{name}: n must be at least 1, not {n}")
    dtype = get_default_dtype() if dtype is None else dtype_object(dtype)
    if dtype.kind != "f":
        raise DTypeError(f"fft.{name}: the dtype must be a real floating one, not {dtype}")
    bins = arange(first(n), first(n) + count(n), device=device)
    if first(n):
        bins = F.roll(bins, first(n))
    frequencies = F.cast(bins * (1.0 / (n * d)), dtype)
    return frequencies.requires_grad_() if requires_grad else frequencies


def fftfreq(n, d=1.0, device=None, *, dtype=None, requires_grad=False):
    """The frequencies that the bins of `fft` stand for.

    Parameters
    ----------
    n : int
        Number of points of the transform.
    d : float, optional
        Distance of the samples; the frequencies are in cycles per its unit.
    device : device, optional
    dtype : dtype, optional
        A real floating dtype; float64 by default.
    requires_grad : bool, optional

    Returns
    -------
    Tensor of shape (n,)
        ``[0, 1, ..., (n - 1) // 2, -(n // 2), ..., -1] / (d n)``.

    Examples
    --------
    >>> import mltensor as np
    >>> np.fft.fftfreq(5, d=0.1).tolist()
    [0.0, 2.0, 4.0, -4.0, -2.0]
    """
    return _frequencies("fftfreq", n, d, lambda n: -(n // 2), lambda n: n, device, dtype, requires_grad)


def rfftfreq(n, d=1.0, device=None, *, dtype=None, requires_grad=False):
    """The frequencies that the bins of `rfft` stand for.

    Parameters
    ----------
    n : int
        Number of points of the transform.
    d : float, optional
        Distance of the samples; the frequencies are in cycles per its unit.
    device : device, optional
    dtype : dtype, optional
        A real floating dtype; float64 by default.
    requires_grad : bool, optional

    Returns
    -------
    Tensor of shape (n // 2 + 1,)
        ``[0, 1, ..., n // 2] / (d n)``.

    Examples
    --------
    >>> import mltensor as np
    >>> np.fft.rfftfreq(5, d=0.1).tolist()
    [0.0, 2.0, 4.0]
    """
    return _frequencies("rfftfreq", n, d, lambda n: 0, lambda n: n // 2 + 1, device, dtype, requires_grad)
