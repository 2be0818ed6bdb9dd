"""Calling functions that draw NumPy's numbers: what they give becomes a tensor.

A number drawn in a loop takes NumPy a fifth of a microsecond, which a function of Python around it would double.
"""

from mltensor._core.interop cimport COPY_IF_NEEDED, as_tensor
from mltensor._core.tensor cimport Tensor

import numpy

from mltensor.errors import DTypeError

cdef object dtype_type = numpy.dtype


cdef bint is_plain(object value) noexcept:
    """Whether an argument certainly is, and holds, no tensor."""
    cdef object cls = type(value)
    if cls is tuple:
        for one in <tuple> value:
            if type(one) is not int:
                return False
        return True
    return (value is None or cls is int or cls is float or cls is bool or cls is str or cls is type
            or isinstance(value, dtype_type))


cdef object drawn(object value):
    """Arrays and NumPy's numbers as tensors; Python's numbers and what is no number as they are."""
    cdef object cls = type(value)
    if cls is float or cls is int or cls is bool or cls is str or value is None:
        return value
    try:
        return as_tensor(value, -1, -1, COPY_IF_NEEDED)
    except DTypeError:
        return value


cdef object call(object function, object convert, tuple args, dict kwargs):
    cdef bint plain = True
    for value in args:
        plain = plain and is_plain(value)
    for value in kwargs.values():
        plain = plain and is_plain(value)
    if not plain:
        args, kwargs = convert(args), convert(kwargs)
    return drawn(function(*args, **kwargs) if kwargs else function(*args))


def drawing_function(function, convert):
    """A function of ``numpy.random`` as one that gives tensors.

    Parameters
    ----------
    function : callable
    convert : callable
        Replaces the tensors in a tuple or a dict of arguments by NumPy arrays.
    """
    def draw(*args, **kwargs):
        return call(function, convert, args, kwargs)

    return draw


def drawing_method(str name, convert, into):
    """A method of NumPy's generators as one of ours, which hold theirs in ``_numpy``.

    Parameters
    ----------
    name : str
    convert : callable
        As of :func:`drawing_function`.
    into : callable
        Called with the tensor that ``out=`` names, the bound method, its arguments and keywords.
    """
    def draw(self, *args, **kwargs):
        function = getattr(self._numpy, name)
        if kwargs:
            out = kwargs.pop("out", None)
            if isinstance(out, Tensor):
                return into(out, function, convert(args), convert(kwargs))
            if out is not None:
                kwargs["out"] = out
        return call(function, convert, args, kwargs)

    return draw
