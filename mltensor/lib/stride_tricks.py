"""Views with shapes and strides of one's own, checked to stay inside the memory of the tensor."""

import operator

from mltensor._core.create import asarray
from mltensor._functions import broadcast_arrays, broadcast_shapes
from mltensor._ops.record import F
from mltensor.errors import ShapeError

__all__ = ["as_strided", "broadcast_arrays", "broadcast_shapes", "broadcast_to", "sliding_window_view"]

broadcast_to = F.broadcast_to


def read_only(view):
    """The same view, through which nothing can be written: what is repeated cannot be, nor a part of it."""
    return F.broadcast_to(view, (2, *view.shape))[0]


def as_strided(x, shape=None, strides=None, subok=False, writeable=True):
    """A view of a tensor with any shape and strides.

    Parameters
    ----------
    x : array_like
    shape : sequence of int, optional
        That of `x` by default.
    strides : sequence of int, optional
        Bytes from one element to the next along every axis; those of `x` by default.
    subok : bool, optional
        Accepted for NumPy's signature.
    writeable : bool, optional
        Whether the view can be written through. Elements may lie in it several times.

    Returns
    -------
    Tensor

    Raises
    ------
    ShapeError
        Where the view would leave the memory of `x`; NumPy would read what lies there.

    Examples
    --------
    >>> np.lib.stride_tricks.as_strided(np.arange(4), (3, 2), (8, 8)).tolist()
    [[0, 1], [1, 2], [2, 3]]
    """
    x = asarray(x)
    shape = x.shape if shape is None else lengths(shape)
    view = F.as_strided(x, shape, x.strides if strides is None else lengths(strides))
    return view if writeable else read_only(view)


def lengths(given):
    """A number or a sequence of them as a tuple."""
    return (operator.index(given),) if hasattr(given, "__index__") and getattr(given, "ndim", 0) == 0 \
        else tuple(map(operator.index, given))


def sliding_window_view(x, window_shape, axis=None, *, subok=False, writeable=False):
    """All windows of a size, as a view: the places of the window come first, what lies in it last.

    Parameters
    ----------
    x : array_like
    window_shape : int or tuple of int
        Lengths of the window along the axes.
    axis : int or tuple of int, optional
        The axes along which it slides, all by default; one that occurs twice has a window of a window.
    subok : bool, optional
        Accepted for NumPy's signature.
    writeable : bool, optional
        Whether the view can be written through: its elements lie in several windows.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> np.lib.stride_tricks.sliding_window_view(np.arange(4), 3).tolist()
    [[0, 1, 2], [1, 2, 3]]
    """
    x = asarray(x)
    window = lengths(window_shape)
    if min(window, default=0) < 0:
        raise ShapeError(f"sliding_window_view: no length of the window {window} may be negative")
    # Checked one by one: an axis may occur twice.
    axes = range(x.ndim) if axis is None else [F.checked_axes(one, x.ndim)[0] for one in lengths(axis)]
    if len(window) != len(axes):
        raise ShapeError(f"sliding_window_view: a window {window} for the axes {tuple(axes)} of shape {x.shape}: there "
                         "must be as many lengths as axes")
    if x.requires_grad:
        x = F.contiguous(x)
    shape = list(x.shape)
    for one, length in zip(axes, window, strict=True):
        shape[one] -= length - 1
        if shape[one] < 0:
            raise ShapeError(f"sliding_window_view: the window {window} is larger than the tensor of shape {x.shape}")
    view = F.as_strided(x, (*shape, *window), (*x.strides, *(x.strides[one] for one in axes)))
    return view if writeable else read_only(view)
