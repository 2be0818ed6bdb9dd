"""Creation functions over the public operations; the frequent ones are in `_core.create`."""

import operator

import numpy

from mltensor._core.create import array, asarray, empty, eye
from mltensor._core.dlpack import from_dlpack as from_foreign
from mltensor._core.dtypes import get_default_dtype
from mltensor._core.ranges import arange, spaced
from mltensor._core.tensor import Tensor
from mltensor._ops.record import F
from mltensor.errors import ShapeError

__all__ = ["asanyarray", "ascontiguousarray", "asfortranarray", "copy", "diag", "diagflat", "from_dlpack", "from_numpy",
           "frombuffer", "fromfunction", "fromiter", "geomspace", "identity", "indices", "linspace", "logspace",
           "meshgrid", "tri", "vander"]


def asanyarray(a, dtype=None, order=None, *, device=None, copy=None):
    """As :func:`asarray`: subclasses of Tensor are tensors too."""
    return asarray(a, dtype, order, device=device, copy=copy)


def ascontiguousarray(a, dtype=None):
    """The array as a tensor whose elements lie in C order, with at least one dimension."""
    t = asarray(a, dtype)
    if t.ndim == 0:
        t = t.reshape((1,))
    return t if t.contiguous_ else t.copy()


def asfortranarray(a, dtype=None):
    """The array as a tensor whose columns lie next to each other in memory."""
    t = asarray(a, dtype)
    if t.requires_grad:
        return F.permute_dims(F.contiguous(F.permute_dims(t)))
    return asarray(t, order="F")


def copy(a, order="K", subok=False):
    """A new tensor with the same values."""
    return a.copy() if isinstance(a, Tensor) else array(a, order=order)


def from_dlpack(x, /, *, device=None, copy=None):
    """A tensor over the memory of any object that speaks DLPack.

    Parameters
    ----------
    x : object
        Has ``__dlpack__`` and ``__dlpack_device__``; an array of PyTorch, JAX, CuPy, NumPy... A tensor of ours that
        requires a gradient stays on the tape.
    device : device, optional
        Where the tensor shall be; by default where `x` is.
    copy : bool, optional
        True always copies, False never (ValueError where it must), None where needed.

    Returns
    -------
    Tensor

    Raises
    ------
    BufferError
        If the memory cannot be described to us.

    Examples
    --------
    >>> import numpy
    >>> np.from_dlpack(numpy.arange(3.0))
    tensor([0., 1., 2.])
    """
    if not (isinstance(x, Tensor) and x.requires_grad):
        return from_foreign(x, device=device, copy=copy)
    if device is not None and x.device != device:
        if copy is False:
            raise ValueError(f"copy=False, but moving from {x.device} to {device} needs a copy")
        return F.to_device(x, device)
    return F.copy(x) if copy else x[...]


def from_numpy(ndarray, /):
    """A tensor that shares the memory of a NumPy array."""
    if not isinstance(ndarray, numpy.ndarray):
        raise TypeError(f"from_numpy needs a numpy.ndarray, not {type(ndarray).__name__}; asarray takes everything")
    return asarray(ndarray)


def frombuffer(buffer, dtype=float, count=-1, offset=0):
    """A 1-d tensor over the memory of an object with the buffer protocol.

    Parameters
    ----------
    buffer : object
        For example bytes, bytearray or mmap.
    dtype : dtype, optional
        Of the elements.
    count : int, optional
        Number of elements; -1 takes all.
    offset : int, optional
        Byte at which to begin.

    Returns
    -------
    Tensor of shape (count,)
    """
    return asarray(numpy.frombuffer(buffer, numpy.dtype(dtype), count, offset))


def fromiter(iter, dtype, count=-1):
    """A 1-d tensor of what an iterable gives; `count` -1 takes everything."""
    return asarray(numpy.fromiter(iter, numpy.dtype(dtype), count))


def fromfunction(function, shape, *, dtype=float, **kwargs):
    """The tensor whose elements are `function` of their coordinates, called once with all of them.

    Parameters
    ----------
    function : callable
        Takes one tensor of coordinates per dimension.
    shape : tuple of int
    dtype : dtype, optional
        Of the coordinates.
    **kwargs
        Handed on to `function`.
    """
    return function(*indices(shape, dtype=dtype), **kwargs)


def identity(n, dtype=None):
    """The n by n matrix with ones on its main diagonal."""
    return eye(n, dtype=dtype)


def steps_between(num, endpoint):
    """Number of points and of steps between them."""
    num = operator.index(num)
    if num < 0:
        raise ValueError(f"the number of points must not be negative, got {num}")
    return num, num - 1 if endpoint else num


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None,
             requires_grad=False, steps=None):
    """Evenly spaced numbers from `start` to `stop`, both hit exactly.

    Parameters
    ----------
    start, stop : number or Tensor
        Ends; tensors give a new dimension of points between their elements, differentiably.
    num : int, optional
        Number of points. `steps` is another name for it.
    endpoint : bool, optional
        Whether `stop` is the last point.
    retstep : bool, optional
        Return the distance of neighbours too.
    dtype : dtype, optional
        By default float64, or what `start` and `stop` promote to.
    axis : int, optional
        Where the new dimension goes.
    device, requires_grad
        As for :func:`empty`.

    Returns
    -------
    Tensor, or (Tensor, step)

    Examples
    --------
    >>> np.linspace(0, 1, 3)
    tensor([0.0000, 0.5000, 1.0000])
    """
    num, pieces = steps_between(num if steps is None else steps, endpoint)
    if isinstance(start, (int, float)) and isinstance(stop, (int, float)):
        result = spaced(start, stop, num, pieces, device)
        step = (stop - start) / pieces if pieces else numpy.nan
        if dtype is None and get_default_dtype() != numpy.float64:
            dtype = get_default_dtype()
    else:
        result, step = between(start, stop, num, pieces, endpoint, axis, device)
    if dtype is not None:
        target = numpy.dtype(dtype)
        result = (F.floor(result) if target.kind in "iu" else result).astype(target)
    if requires_grad:
        result = result.requires_grad_(True)
    return (result, asarray(step)) if retstep else result


def between(start, stop, num, pieces, endpoint, axis, device):
    """The points of :func:`linspace` between tensors, and the step, by recorded operations."""
    start, stop = asarray(start, device=device) * 1.0, asarray(stop, device=device) * 1.0
    working = numpy.result_type(start.dtype, stop.dtype)
    delta = stop - start
    points = F.reshape(arange(num, dtype=numpy.float64 if working.itemsize >= 8 else working, device=start.device),
                       (num,) + (1,) * delta.ndim)
    step = delta / pieces if pieces else delta * numpy.nan
    if pieces and bool((step != 0).all()):
        result = points * step + start
    else:
        # The step underflowed, or there is none: scale last.
        result = points / (pieces or 1) * delta + start
    if endpoint and num > 1:
        result = F.concat([result[:-1], F.broadcast_to(stop, delta.shape)[None]], axis=0)
    return (F.moveaxis(result, 0, axis) if axis else result), step


def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0, *, device=None, steps=None):
    """Numbers whose logarithms are evenly spaced: `base` to the power of :func:`linspace`."""
    exponents = linspace(start, stop, num, endpoint, axis=axis, device=device, steps=steps)
    result = F.power(asarray(base, dtype=exponents.dtype) if isinstance(base, (int, float)) else base, exponents)
    return result if dtype is None else result.astype(dtype)


def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """Numbers with one ratio between neighbours, from `start` to `stop`."""
    start, stop = asarray(start) * 1.0, asarray(stop) * 1.0
    if bool((start == 0).any()) or bool((stop == 0).any()):
        raise ValueError("a geometric sequence cannot include zero")
    sign = F.where((start < 0) & (stop < 0), -1.0, 1.0)
    result = sign * 10.0 ** linspace(F.log10(start * sign), F.log10(stop * sign), num, endpoint)
    count = result.shape[0]
    if count:
        pieces = [F.broadcast_to(start, result.shape[1:])[None]]
        if endpoint and count > 1:
            pieces += [result[1:-1], F.broadcast_to(stop, result.shape[1:])[None]]
        else:
            pieces += [result[1:]]
        result = F.concat(pieces, axis=0)
    result = F.moveaxis(result, 0, axis) if axis else result
    return result if dtype is None else result.astype(dtype)


def meshgrid(*arrays, indexing="xy", sparse=False, copy=True):
    """Coordinate tensors of a grid from the coordinates along its dimensions.

    Parameters
    ----------
    *arrays : array_like
        1-d, one per dimension.
    indexing : {'xy', 'ij'}, optional
        Whether the first two dimensions are swapped, as in a picture, or not, as in a matrix.
    sparse : bool, optional
        Leave the dimensions of length one that broadcasting would stretch.
    copy : bool, optional
        False gives views.

    Returns
    -------
    tuple of Tensor
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"indexing must be 'xy' or 'ij', not {indexing!r}")
    arrays = [asarray(a) for a in arrays]
    n = len(arrays)
    position = list(range(n))
    if indexing == "xy" and n > 1:
        position[:2] = [1, 0]
    result = [F.reshape(a, (1,) * position[k] + (-1 if a.size else 0,) + (1,) * (n - 1 - position[k]))
              for k, a in enumerate(arrays)]
    if not sparse:
        shape = [0] * n
        for k, a in enumerate(arrays):
            shape[position[k]] = a.size
        result = [F.broadcast_to(a, tuple(shape)) for a in result]
    return tuple([a.copy() for a in result] if copy else result)


def indices(dimensions, dtype=int, sparse=False):
    """The coordinates of every element of a shape: one tensor of the shape per dimension, stacked."""
    dimensions = tuple(dimensions)
    grid = meshgrid(*(arange(n, dtype=dtype) for n in dimensions), indexing="ij", sparse=sparse, copy=False)
    if sparse:
        return grid
    return F.stack(grid) if grid else empty((0,), dtype=dtype)


def diag(v, k=0):
    """The k-th diagonal of a matrix, or the matrix with a vector on its k-th diagonal; differentiable."""
    v = asarray(v)
    if v.ndim == 2:
        return F.diagonal(v, offset=k)
    if v.ndim != 1:
        raise ShapeError(f"diag takes a vector or a matrix, not shape {v.shape}")
    n = v.shape[0] + abs(k)
    return F.diagonal_scatter(v, (n, n), k)


def diagflat(v, k=0):
    """The matrix with all elements of `v` on its k-th diagonal."""
    return diag(F.reshape(asarray(v), (-1,)), k)


def tri(N, M=None, k=0, dtype=None):
    """Matrix of ones on and below the k-th diagonal, zeros above."""
    rows = arange(operator.index(N))
    columns = arange(operator.index(N if M is None else M))
    lower = columns[None, :] - rows[:, None] <= k
    return lower.astype(get_default_dtype() if dtype is None else dtype)


def vander(x, N=None, increasing=False):
    """Powers of the elements of a vector as the columns of a matrix, highest first."""
    x = asarray(x)
    if x.ndim != 1:
        raise ShapeError(f"vander takes a vector, not shape {x.shape}")
    powers = arange(x.shape[0] if N is None else N)
    return x[:, None] ** (powers if increasing else F.flip(powers, axis=0))


def ndarray_constructor(shape, dtype, buffer, offset, strides, order):
    """What ``ndarray(shape, dtype, buffer, offset, strides, order)`` gives, memory bounds checked."""
    dtype = float if dtype is None else dtype
    if buffer is None:
        if strides is not None or offset:
            raise ValueError("ndarray: strides and offset need a buffer")
        return empty(shape, dtype, order or "C")
    if operator.index(offset) < 0:
        raise ValueError(f"ndarray: the offset {offset} reaches before the buffer")
    return asarray(numpy.ndarray(shape, numpy.dtype(dtype), buffer, offset, strides, order))
