"""Slopes of a function that is given by samples."""

import numpy

from mltensor._core.create import asarray
from mltensor._core.tensor import Tensor
from mltensor._ops.record import F
from mltensor._ops.sampled import slope
from mltensor.errors import ShapeError

__all__ = ["gradient"]


def steps(given, length):
    """The distance between neighbouring places, or the distances if they differ."""
    if isinstance(given, (int, float, complex, numpy.number)):
        return given
    places = asarray(given)
    if places.ndim == 0:
        return places
    if places.ndim != 1:
        raise ShapeError(f"gradient: distances must be either scalars or 1d, not of shape {places.shape}")
    if places.shape[0] != length:
        raise ShapeError(f"gradient: when 1d, distances must match the length of the corresponding dimension: "
                         f"{places.shape[0]} and {length}")
    distances = F.diff(places.astype("float64") if places.dtype.kind in "biu" else places)
    # On the tape every distance counts for itself.
    return distances[0] if not distances.requires_grad and F.all(distances == distances[0]) else distances


def gradient(f, *varargs, axis=None, edge_order=1):
    """Slopes of samples along dimensions: differences of second order inside, of `edge_order` at the ends.

    Parameters
    ----------
    f : array_like
        The samples.
    *varargs : scalar or array_like
        Nothing for distances of one; one distance; or for each dimension a distance or the places of the samples.
    axis : int or tuple of int, optional
        Which dimensions; all unless told otherwise.
    edge_order : {1, 2}, optional
        Order of the differences at the ends.

    Returns
    -------
    Tensor or tuple of Tensor
        One for each dimension, in the shape of `f`.

    Examples
    --------
    >>> np.gradient([1.0, 2.0, 4.0, 7.0]).tolist()
    [1.0, 1.5, 2.5, 3.0]
    """
    f = f if isinstance(f, Tensor) else asarray(f)
    axes = tuple(range(f.ndim)) if axis is None else F.checked_axes(axis, f.ndim)
    if not varargs:
        distances = [1.0] * len(axes)
    elif len(varargs) == 1 and asarray(varargs[0]).ndim == 0:
        distances = [varargs[0]] * len(axes)
    elif len(varargs) == len(axes):
        distances = [steps(one, f.shape[i]) for one, i in zip(varargs, axes, strict=True)]
    else:
        raise TypeError(f"gradient: invalid number of arguments: {len(varargs)} distances for {len(axes)} dimensions")
    if edge_order not in (1, 2):
        raise ValueError(f"gradient: edge_order is 1 or 2 (greater ones are not supported), not {edge_order}")
    if f.dtype.kind in "biu":
        f = f.astype("float64")
    for i in axes:
        if f.shape[i] < edge_order + 1:
            raise ShapeError(f"gradient: Shape of array too small to calculate a numerical gradient, at least "
                             f"(edge_order + 1) elements are required: {edge_order + 1}, not {f.shape[i]} along "
                             f"axis {i}")
    result = tuple(slope(f, step, i, edge_order) for i, step in zip(axes, distances, strict=True))
    return result[0] if len(result) == 1 else result
