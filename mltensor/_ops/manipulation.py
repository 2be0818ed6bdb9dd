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
op("broadcast_to", kernel="broadcast_to", signature="x: Tensor, /, shape: Ints, subok=False",
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
   vjp=lambda g, x_shape, x_strides, shape, strides, offset: F.as_strided_scatter(
       g, contiguous_only(x_shape, x_strides, g.itemsize), shape, strides, offset),
   gpu="lib.stride_tricks.as_strided",
   doc="A view with any shape and strides (bytes), checked to stay inside the memory of `x`.")
op("as_strided_scatter", kernel="as_strided_scatter",
   signature="x: Tensor, into_shape, /, shape, strides, offset=0",
   vjp=lambda g, shape, strides, offset: F.as_strided(F.contiguous(g), shape, strides, offset),
   gpu="as_strided_scatter",
   doc="Zeros of `into_shape` with `x` added where a strided view of them lies: the gradient of `as_strided`.")
op("as_strided_assign", kernel="as_strided_assign",
   signature="x: Tensor, value: Tensor, /, shape, strides, offset=0",
   vjp=(lambda g, shape, strides, offset: F.as_strided_assign(g, 0, shape, strides, offset),
        lambda g, shape, strides, offset: F.as_strided(F.contiguous(g), shape, strides, offset)),
   gpu="as_strided_assign",
   doc="A copy of `x` in which a strided region holds `value`: an in-place write through a view, as a function.")
op("cast", kernel="cast", signature="x: Tensor, dtype, /", vjp=lambda g: g, gpu="astype",
   doc="The elements converted to a dtype, in memory of their own.")
op("transfer", kernel="transfer", signature="x: Tensor, device, /",
   vjp=lambda g, x_device: F.transfer(g, x_device), gpu="transfer", doc="A copy of the elements on a device.")


def contiguous_only(shape, strides, itemsize):
    """The shape of a tensor that is C-contiguous: byte offsets then mean the same in its gradient."""
    expected = itemsize
    for length, stride in zip(reversed(shape), reversed(strides), strict=True):
        if length > 1 and stride != expected:
            raise F.errors.UnsupportedError(
                f"the gradient of as_strided needs a C-contiguous tensor, not shape {shape} with strides {strides}; "
                "take the view of a .copy()")
        expected *= length
    return shape


def diagonal_scatter(x, into_shape, offset=0, axis1=0, axis2=1):
    """Zeros of `into_shape` with `x` on a diagonal."""
    zeros = F.zeros(into_shape, dtype=x.dtype, device=x.device)
    template = F.diagonal(zeros, offset, axis1, axis2)
    return F.as_strided_scatter(x, into_shape, template.shape, template.strides, F.byte_offset(zeros, template))


op("diagonal_scatter", via=diagonal_scatter, signature="x: Tensor, into_shape, /, offset=0, axis1=0, axis2=1",
   doc="Zeros with `x` on a diagonal: the gradient of `diagonal`.")


def astype(x, dtype, copy=True, device=None):
    if device is not None:
        x = F.to_device(x, device)
    return x if not copy and x.dtype == F.dtype(dtype) else F.cast(x, dtype)


def contiguous(x):
    return x if x.contiguous_ else F.copy(x)


def to_device(x, device, stream=None):
    return x if x.device == F.device(device) else F.transfer(x, device)


op("astype", via=astype, signature="x: Tensor, dtype, /, *, copy=True, device=None",
   doc="The elements as another dtype; with `copy=False` the tensor itself where it has the dtype.")
op("contiguous", via=contiguous, signature="x: Tensor, /",
   doc="The tensor itself where it is C-contiguous, else a copy.")
op("to_device", via=to_device, signature="x: Tensor, device, /, *, stream=None",
   doc="The tensor on a device: itself where it is there already.")


def moveaxis(x, source, destination):
    ndim = x.ndim
    source = F.checked_axes(source, ndim, "source")
    destination = F.checked_axes(destination, ndim, "destination")
    if len(source) != len(destination):
        raise F.errors.ShapeError(f"moveaxis: {len(source)} source axes {source} and {len(destination)} destinations "
                           f"{destination}")
    order = [axis for axis in range(ndim) if axis not in source]
    for to, axis in sorted(zip(destination, source, strict=True)):
        order.insert(to, axis)
    return F.permute_dims(x, tuple(order))


def swapaxes(x, axis1, axis2):
    order = list(range(x.ndim))
    (first,), (second,) = F.checked_axes(axis1, x.ndim, "axis1"), F.checked_axes(axis2, x.ndim, "axis2")
    order[first], order[second] = second, first
    return F.permute_dims(x, tuple(order))


def ravel(x, order):
    if order == "K":
        # As the elements lie in memory, the dimension with the longest steps first.
        x = F.permute_dims(x, tuple(sorted(range(x.ndim), key=lambda axis: -abs(x.strides[axis]))))
        order = "C"
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
op("copy", kernel="copy", signature="x: Tensor, /, order='K', subok=False", vjp=lambda g: g, gpu="copy",
   doc="The elements in memory of their own: by rows, or by columns with `order='F'`.")
op("where", kernel="where", returns="PROMOTED",
   signature="condition: Selector, x1: Tensor = None, x2: Tensor = None, /",
   vjp=(None,
        lambda g, condition, x1_shape: F.sum_to(F.where(condition, g, 0), x1_shape),
        lambda g, condition, x2_shape: F.sum_to(F.where(condition, 0, g), x2_shape)),
   gpu="where",
   doc="`x1` where the condition holds, `x2` elsewhere; the positions where it holds when neither is given.")
