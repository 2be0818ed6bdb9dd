"""Array manipulation: other shapes over the same elements. All of these give views where strides allow."""

from .record import F, family

op = family("manipulation")


def normalized(axis, ndim):
    """Axis or axes as a tuple of non-negative integers."""
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    return tuple(a + ndim if a < 0 else a for a in axes)


def inverse_permutation(axes, ndim):
    """The order of axes that undoes a permutation; None, the reversal, undoes itself."""
    if axes is None or axes == (None,):
        return None
    axes = normalized(axes, ndim)
    return tuple(sorted(range(ndim), key=axes.__getitem__))


op("reshape", kernel="reshape", signature="x: Tensor, /, shape: Ints, order='C', *, copy=None",
   vjp=lambda g, x_shape, order: F.reshape(g, x_shape, order), gpu="reshape",
   doc="The elements in C order under a new shape; one dimension may be -1. A view where the strides allow one.")
op("permute_dims", kernel="permute_dims", signature="x: Tensor, /, axes: Ints = None",
   vjp=lambda g, x_shape, axes: F.permute_dims(g, inverse_permutation(axes, len(x_shape))), gpu="transpose",
   doc="Dimensions in another order (reversed when no order is given).")
op("matrix_transpose", kernel="matrix_transpose", signature="x: Tensor, /",
   vjp=lambda g: F.matrix_transpose(g), gpu="swapaxes", doc="The last two dimensions exchanged.")
op("broadcast_to", kernel="broadcast_to", signature="x: Tensor, /, shape: Ints",
   vjp=lambda g, x_shape: F.sum_to(g, x_shape), gpu="broadcast_to",
   doc="The tensor repeated to a larger shape, as a read-only view.")
op("squeeze", kernel="squeeze", signature="x: Tensor, /, axis=None",
   vjp=lambda g, x_shape: F.reshape(g, x_shape), gpu="squeeze", doc="Without the given dimensions of length 1.")
op("expand_dims", kernel="expand_dims", signature="x: Tensor, /, axis=0",
   vjp=lambda g, x_shape: F.reshape(g, x_shape), gpu="expand_dims", doc="With a new dimension of length 1 at `axis`.")
op("flip", kernel="flip", signature="x: Tensor, /, axis=None",
   vjp=lambda g, axis: F.flip(g, axis), gpu="flip", doc="The elements in reverse order along the axes, as a view.")
op("diagonal", kernel="diagonal", signature="x: Tensor, /, offset=0, axis1=0, axis2=1",
   vjp=lambda g, x_shape, offset, axis1, axis2: F.diagonal_scatter(g, x_shape, offset, axis1, axis2), gpu="diagonal",
   doc="The diagonal of two dimensions as the last dimension of a view.")
op("as_strided", kernel="as_strided", signature="x: Tensor, /, shape, strides, offset=0",
   vjp=lambda g, x_shape, shape, strides, offset: F.as_strided_scatter(g, x_shape, shape, strides, offset),
   gpu="lib.stride_tricks.as_strided",
   doc="A view with any shape and strides (bytes), checked to stay inside the memory of `x`.")


def moveaxis(x, source, destination):
    ndim = x.ndim
    source = F.checked_axes(source, ndim)
    destination = F.checked_axes(destination, ndim)
    if len(source) != len(destination):
        raise F.ShapeError(f"moveaxis: {len(source)} source axes {source} and {len(destination)} destinations "
                           f"{destination}")
    order = [axis for axis in range(ndim) if axis not in source]
    for to, axis in sorted(zip(destination, source, strict=True)):
        order.insert(to, axis)
    return F.permute_dims(x, tuple(order))


def swapaxes(x, axis1, axis2):
    order = list(range(x.ndim))
    (first,), (second,) = F.checked_axes(axis1, x.ndim), F.checked_axes(axis2, x.ndim)
    order[first], order[second] = second, first
    return F.permute_dims(x, tuple(order))


def ravel(x, order="C"):
    return F.reshape(x, (-1,), order)


def sum_to(x, shape):
    """Undo broadcasting: sum over the dimensions that `shape` has not or has as 1."""
    if x.shape == tuple(shape):
        return x
    extra = x.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(
        i + extra for i, n in enumerate(shape) if n == 1 and x.shape[i + extra] != 1)
    if axes:
        x = F.sum(x, axes, keepdims=True)
    return F.reshape(x, shape) if extra else x


op("moveaxis", via=moveaxis, signature="x: Tensor, source, destination, /", doc="Dimensions moved to other places.")
op("swapaxes", via=swapaxes, signature="x: Tensor, axis1, axis2, /", doc="Two dimensions exchanged.")
op("ravel", via=ravel, signature="x: Tensor, /, order='C'", doc="All elements in one dimension; a view where possible.")
op("sum_to", via=sum_to, signature="x: Tensor, shape, /",
   doc="Sum over what broadcasting to `shape` would repeat: the gradient of broadcasting.")
op("copy", kernel="copy", signature="x: Tensor, /", vjp=lambda g: g, gpu="copy", doc="The elements in memory of their own.")
op("where", kernel="where", signature="condition: Tensor, x1: Tensor, x2: Tensor, /",
   vjp=(None,
        lambda g, condition, x1_shape: F.sum_to(F.where(condition, g, F.zero(g)), x1_shape),
        lambda g, condition, x2_shape: F.sum_to(F.where(condition, F.zero(g), g), x2_shape)),
   gpu="where", doc="`x1` where the condition holds, `x2` elsewhere.")
