"""Methods and attributes of ``numpy.ndarray`` that no operation of the table is."""

import importlib

import numpy

from mltensor._core.create import asarray
from mltensor._core.interop import item as single_item
from mltensor._core.interop import item_at, set_writeable, to_numpy
from mltensor._core.tensor import Tensor, as_class
from mltensor._functions import coordinates
from mltensor._ops.record import F
from mltensor.errors import DTypeError, GradientError, IndexingError, ShapeError

__all__ = ["METHODS"]


def as_numpy(self, dtype=None, copy=False):
    """The tensor as a numpy.ndarray over the same memory.

    Raises
    ------
    GradientError
        If the tensor requires a gradient, which NumPy would lose; use ``.detach().numpy()``.
    """
    if self.requires_grad:
        raise GradientError("numpy() would lose the gradient that this tensor requires; use .detach().numpy()")
    array = to_numpy(self)
    if dtype is not None:
        return array.astype(dtype, copy=copy)
    return array.copy() if copy else array


def flatten(self, start_dim=0, end_dim=-1, *, order="C"):
    """The elements in fewer dimensions.

    Parameters
    ----------
    start_dim, end_dim : int, optional
        First and last dimension that become one, all by default. In NumPy's way, ``flatten(order)``,
        the result is always a copy.
    order : {'C', 'F'}, optional
        Which index changes fastest.
    """
    if isinstance(start_dim, str):
        start_dim, order = 0, start_dim
    if start_dim == 0 and (end_dim == -1 or end_dim == self.ndim - 1):
        return F.copy(F.ravel(self) if order == "C" else F.ravel(self, order))
    first, last = (F.checked_axes(axis, max(self.ndim, 1))[0] for axis in (start_dim, end_dim))
    if first > last:
        raise ShapeError(f"flatten: start_dim {start_dim} comes after end_dim {end_dim} in shape {tuple(self.shape)}")
    length = 1
    for one in self.shape[first:last + 1]:
        length *= one
    return F.reshape(self, (*self.shape[:first], length, *self.shape[last + 1:]))


def fill(self, value):
    """Set every element to one value."""
    self.copy_(value)


def sort(self, axis=-1, kind=None, order=None, *, stable=None, descending=False):
    """Sort the elements along an axis in place."""
    # The gradient of sort reads the old order, which the write takes away.
    old = F.copy(self) if self.requires_grad else self
    self.copy_(F.sort(old, axis=axis, descending=descending))


def view(self, *shape, dtype=None):
    """The same memory under another dtype or another shape.

    Parameters
    ----------
    *shape : dtype or ints
        A dtype reads the bytes anew, as in NumPy; integers are a shape, as in PyTorch. A subclass of Tensor gives an
        instance of it.
    """
    if len(shape) == 1 and not isinstance(shape[0], (int, tuple, list)):
        dtype, shape = shape[0], ()
    if isinstance(dtype, type) and issubclass(dtype, Tensor):
        return as_subclass(self, dtype)
    if dtype is not None:
        if self.requires_grad:
            raise GradientError("reading bytes as another dtype cannot be differentiated; use .detach() first")
        return asarray(to_numpy(self).view(numpy.dtype(dtype)))
    if not shape:
        return self[...]
    shape = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
    return F.reshape(self, tuple(shape), copy=False)


def as_subclass(self, cls):
    """A view as an instance of a subclass, which may prepare it in NumPy's way."""
    view = as_class(self[...], cls)
    if hasattr(view, "__array_finalize__"):
        view.__array_finalize__(self)
    return view


def ptp(self, axis=None, out=None, keepdims=False):
    """Range of the values: greatest minus least."""
    return F.subtract(F.max(self, axis, keepdims=keepdims), F.min(self, axis, keepdims=keepdims), out)


def put(self, indices, values, mode="raise"):
    """Set the elements at positions in C order.

    Parameters
    ----------
    indices : array_like of int
    values : array_like
        Repeated when there are fewer of them.
    mode : {'raise', 'wrap', 'clip'}, optional
        What happens with positions out of bounds.
    """
    if mode not in ("raise", "wrap", "clip"):
        raise ValueError(f"put: mode must be one of 'raise', 'wrap' and 'clip', not {mode!r}")
    places = F.reshape(asarray(indices, device=self.device), (-1,))
    values = F.reshape(asarray(values, device=self.device), (-1,))
    count, given = places.shape[0], values.shape[0]
    if not count or not given:
        return
    if places.dtype.kind not in "biu":
        raise DTypeError(f"put: positions are integers, not {places.dtype}")
    places = F.cast(places, "int64")
    if mode == "wrap":
        places = places % self.size
    elif mode == "clip":
        places = F.clip(places, 0, self.size - 1)
    elif F.min(places).item() < -self.size or F.max(places).item() >= self.size:
        raise IndexingError(f"put: a position among {F.min(places).item()} to {F.max(places).item()} is out of bounds "
                            f"for a tensor of shape {self.shape} with {self.size} elements; see mode=")
    if given < count:
        values = F.tile(values, -(-count // given))
    values = values[:count]
    places = F.where(places < 0, places + self.size, places)
    self[coordinates(places, self.shape)] = values if values.dtype == self.dtype else F.cast(values, self.dtype)


def compress(self, condition, axis=None, out=None):
    """The slices along an axis for which a condition holds."""
    return F.compress(condition, self, axis=axis, out=out)


def tobytes(self, order="C"):
    """The elements as bytes."""
    return to_numpy(self).tobytes(order)


def tofile(self, fid, sep="", format="%s"):
    """Write the bare elements to a file, in C order; one that exists is replaced at the last moment.

    Parameters
    ----------
    fid : str, os.PathLike or file
    sep : str, optional
        What stands between elements as text; without it their bytes are written.
    format : str, optional
        Of an element as text.
    """
    importlib.import_module("mltensor.io.arrays").write_bare(self, fid, sep, format)


def partition(self, kth, axis=-1, kind="introselect", order=None):
    """Reorder the elements in place so that the `kth` is where it would be sorted: here they are all sorted."""
    # The gradient reads the old order, which the write takes away.
    old = F.copy(self) if self.requires_grad else self
    self.copy_(F.partition(old, kth, axis))


def choose(self, choices, out=None, mode="raise"):
    """For every element, a number, the value that the choice of that number has there; see :func:`choose`."""
    return on_demand("selection").choose(self, choices, out, mode)


def on_demand(room):
    """A room of functions that are loaded when asked for."""
    return importlib.import_module(f"mltensor._on_demand.{room}")


def flat(self):
    """The elements in C order, to be read, written and looped over."""
    return on_demand("layout").flatiter(self)


def set_flat(self, value):
    on_demand("layout").flatiter(self)[:] = value


def flags(self):
    """How the elements lie in memory and whether they can be written."""
    return on_demand("layout").Flags(self)


def setflags(self, write=None, align=None, uic=None):
    """Say whether the elements may be written; every tensor is aligned."""
    if write is not None:
        set_writeable(self, bool(write))


def truncated(self):
    """``math.trunc``: the Python integer towards zero."""
    return int(single_item(self))


def is_integer(self):
    """Whether the one element is a whole number."""
    return float(single_item(self)).is_integer()


def as_integer_ratio(self):
    """The one element as a pair of Python integers, numerator and denominator."""
    return single_item(self).as_integer_ratio()


METHODS = {
    "__trunc__": truncated, "is_integer": is_integer, "as_integer_ratio": as_integer_ratio,
    "item": item_at, "numpy": as_numpy, "flatten": flatten, "fill": fill, "sort": sort, "view": view, "ptp": ptp,
    "put": put, "compress": compress, "tobytes": tobytes, "tofile": tofile, "partition": partition, "choose": choose,
    "flat": property(flat, set_flat), "flags": property(flags),
    "setflags": setflags,
}
