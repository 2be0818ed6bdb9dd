"""Names of the dtypes, and questions about them."""

import numpy

from mltensor._core.tensor import Tensor

# NumPy's own objects: `mltensor.float32 is numpy.float32`.
NAMES = ("bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
         "float16", "float32", "float64", "complex64", "complex128")
ALIASES = {"bool": "bool_", "half": "float16", "single": "float32", "double": "float64", "csingle": "complex64",
           "cdouble": "complex128", "byte": "int8", "ubyte": "uint8", "short": "int16", "ushort": "uint16",
           "intc": "int32", "uintc": "uint32", "intp": "int64", "uintp": "uint64", "int_": "int64", "uint": "uint64",
           "longlong": "int64", "ulonglong": "uint64", "long": "int64", "ulong": "uint64"}
DTYPES = {name: getattr(numpy, name) for name in NAMES}
DTYPES |= {alias: DTYPES[name] for alias, name in ALIASES.items()}
# NumPy's abstract types, for `numpy.issubdtype`.
DTYPES |= {name: getattr(numpy, name) for name in (
    "generic", "number", "integer", "signedinteger", "unsignedinteger", "inexact", "floating", "complexfloating")}
CONSTANTS = {name: getattr(numpy, name) for name in ("e", "euler_gamma", "inf", "nan", "newaxis", "pi")}

dtype = numpy.dtype
isdtype = numpy.isdtype
issubdtype = numpy.issubdtype


def dtype_of(value):
    """The dtype of a tensor or array, or the dtype that a name, type or dtype stands for."""
    if isinstance(value, (Tensor, numpy.ndarray, numpy.generic)):
        return value.dtype
    return numpy.dtype(value)


class finfo:  # noqa: N801  NumPy's name
    """Limits of a floating dtype, as Python floats.

    Parameters
    ----------
    dtype : dtype or Tensor
        A floating dtype; of a complex one, that of its parts.

    Attributes
    ----------
    bits : int
        Bits of one number.
    eps, max, min, smallest_normal : float
        Distance of 1 to the next number, greatest and least finite number, least positive normal one.
    dtype : numpy.dtype
        The dtype of the parts.

    Notes
    -----
    What else NumPy's ``finfo`` has (``tiny``, ``resolution``, ``precision``...) is there too.
    """

    def __init__(self, dtype):
        self._numpy = numpy.finfo(dtype_of(dtype))
        self.bits = self._numpy.bits
        self.dtype = numpy.dtype(self._numpy.dtype)
        for name in ("eps", "max", "min", "smallest_normal", "tiny", "resolution"):
            setattr(self, name, float(getattr(self._numpy, name)))

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._numpy, name)

    def __repr__(self):
        return (f"finfo(resolution={self.resolution}, min={self.min}, max={self.max}, eps={self.eps}, "
                f"smallest_normal={self.smallest_normal}, tiny={self.tiny}, dtype={self.dtype})")


class iinfo:  # noqa: N801  NumPy's name
    """Limits of an integer dtype: ``bits``, ``min``, ``max`` as Python ints, ``dtype``.

    Parameters
    ----------
    type : dtype or Tensor
        An integer dtype.
    """

    def __init__(self, type):
        info = numpy.iinfo(dtype_of(type))
        self.bits = info.bits
        self.min = int(info.min)
        self.max = int(info.max)
        self.dtype = numpy.dtype(info.dtype)
        self.kind = info.kind

    def __repr__(self):
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"


def result_type(*arrays_and_dtypes):
    """The dtype that an operation on tensors, dtypes and Python numbers gives, by NumPy 2's rules.

    A Python number has no dtype of its own: it follows the others of its kind.

    Examples
    --------
    >>> np.result_type(np.float32, 1.0)
    dtype('float32')
    """
    return numpy.result_type(*(value.dtype if isinstance(value, Tensor) else value for value in arrays_and_dtypes))


def promote_types(type1, type2):
    """The smallest dtype to which both dtypes can be cast without losing values."""
    return numpy.promote_types(dtype_of(type1), dtype_of(type2))


def can_cast(from_, to, casting="safe"):
    """Whether a dtype, or a tensor's, can be cast to another by a rule.

    Parameters
    ----------
    from_ : dtype or Tensor
    to : dtype
    casting : {'no', 'equiv', 'safe', 'same_kind', 'unsafe'}, optional

    Returns
    -------
    bool
    """
    return bool(numpy.can_cast(from_.dtype if isinstance(from_, Tensor) else from_, to, casting))


def min_scalar_type(a):
    """The smallest dtype that holds a number; for a tensor with dimensions, its own."""
    if isinstance(a, Tensor):
        return numpy.min_scalar_type(a.item()) if a.ndim == 0 else a.dtype
    return numpy.min_scalar_type(a)
