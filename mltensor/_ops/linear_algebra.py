"""Linear algebra: products of vectors and matrices, and the linear layer."""

from .einsum import einsum
from .record import F, family

op = family("linear_algebra")


# --- matmul -------------------------------------------------------------------------------

def left_gradient(g, x2, x1_shape):
    """``g x2'``, with vectors as rows and columns, summed over the stack that `x1` has not."""
    if x2.ndim == 1:
        return F.expand_dims(g, -1) * x2 if len(x1_shape) > 1 else g * x2
    if len(x1_shape) > 1:
        return F.sum_to(F.matmul(g, F.matrix_transpose(x2)), x1_shape)
    if x2.ndim == 2:
        return F.matmul(x2, g)
    return F.sum_to(F.squeeze(F.matmul(x2, F.expand_dims(g, -1)), -1), x1_shape)


def right_gradient(g, x1, x2_shape):
    """``x1' g``, with vectors as rows and columns, summed over the stack that `x2` has not."""
    if x1.ndim == 1:
        if len(x2_shape) == 1:
            return g * x1
        return F.expand_dims(x1, -1) * F.expand_dims(g, -2)
    if len(x2_shape) == 1:
        if x1.ndim == 2:
            return F.matmul(g, x1)
        return F.matmul(F.reshape(g, (-1,)), F.reshape(x1, (-1, x1.shape[-1])))
    if len(x2_shape) == 2 and x1.ndim > 2:
        # A stack times one matrix is one tall matrix times it.
        x1, g = F.reshape(x1, (-1, x1.shape[-1])), F.reshape(g, (-1, g.shape[-1]))
    return F.sum_to(F.matmul(F.matrix_transpose(x1), g), x2_shape)


op("matmul", kernel="matmul", signature="x1: Tensor, x2: Tensor, /, out=None, *, dtype=None", returns="PROMOTED",
   vjp=(left_gradient, right_gradient), gpu="matmul",
   doc="Matrix product; vectors are rows on the left and columns on the right, further dimensions are stacks of\n"
       "matrices that broadcast.\n\n>>> np.matmul([[1.0, 2.0]], [3.0, 4.0]).tolist()\n[11.0]")


# --- the linear layer ---------------------------------------------------------------------

def weight_gradient(g, x):
    """``g' x`` over all leading dimensions."""
    if x.ndim == 1:
        return F.expand_dims(g, -1) * x
    if x.ndim > 2:
        x, g = F.reshape(x, (-1, x.shape[-1])), F.reshape(g, (-1, g.shape[-1]))
    return F.matmul(F.matrix_transpose(g), x)


def bias_gradient(g):
    """Sum over all leading dimensions."""
    return F.sum(g, tuple(range(g.ndim - 1))) if g.ndim > 1 else g


def before_activation(g, y, x, weight, bias, activation):
    """The gradient of what the activation was applied to."""
    if activation == "relu":
        return F.relu_gradient(g, y)
    if activation == "sigmoid":
        return F.sigmoid_gradient(g, y)
    if activation == "tanh":
        return F.tanh_gradient(g, y)
    if activation == "gelu":
        return F.gelu_gradient(g, F.affine(x, weight, bias))
    if activation == "silu":
        return F.silu_gradient(g, F.affine(x, weight, bias))
    return g


def linear(x, weight, bias=None, activation=None):
    if activation is None:
        return F.affine(x, weight, bias)
    return F.activated_affine(x, weight, bias, activation=activation)


op("affine", kernel="affine", signature="x: Tensor, weight: Tensor, bias: Tensor = None", returns="PROMOTED",
   vjp=(lambda g, weight: F.matmul(g, weight), lambda g, x: weight_gradient(g, x), lambda g: bias_gradient(g)),
   gpu="affine",
   doc="``x @ weight.T + bias`` in one pass: weight (out, in), x (..., in), bias (out,).\n\n"
       ">>> np.affine([1.0, 2.0], [[3.0, 4.0]], [0.5]).tolist()\n[11.5]")
op("activated_affine", kernel="activated_affine", accepts="STRICT_REAL_FLOATING", returns="PROMOTED",
   signature="x: Tensor, weight: Tensor, bias: Tensor = None, *, activation='relu'",
   vjp=(lambda g, y, x, weight, bias, activation:
        F.matmul(before_activation(g, y, x, weight, bias, activation), weight),
        lambda g, y, x, weight, bias, activation:
        weight_gradient(before_activation(g, y, x, weight, bias, activation), x),
        lambda g, y, x, weight, bias, activation:
        bias_gradient(before_activation(g, y, x, weight, bias, activation))),
   gpu="activated_affine",
   doc="``activation(x @ weight.T + bias)`` in one pass; the activations are relu, sigmoid, tanh, gelu and silu.\n\n"
       ">>> np.activated_affine([1.0, 2.0], [[-3.0, 1.0]]).tolist()\n[0.0]")
op("linear", via=linear, returns="PROMOTED",
   signature="x: Tensor, weight: Tensor, bias: Tensor = None, *, activation=None",
   doc="``activation(x @ weight.T + bias)``: the linear layer. `weight` has shape (out_features, in_features), x any\n"
       "leading dimensions; `activation` is None, 'relu', 'sigmoid', 'tanh', 'gelu' or 'silu'.\n\n"
       ">>> np.linear([1.0, 2.0], [[3.0, 4.0]], [0.5], activation='relu').tolist()\n[11.5]")


# --- products made of others --------------------------------------------------------------

def dot(x1, x2, out=None):
    if x1.ndim == 0 or x2.ndim == 0:
        return x1 * x2
    if x1.ndim <= 1 or x2.ndim <= 2:
        return F.matmul(x1, x2)
    return tensordot(x1, x2, ((-1,), (-2,)))


def inner(x1, x2):
    if x1.ndim == 0 or x2.ndim == 0:
        return x1 * x2
    return tensordot(x1, x2, ((-1,), (-1,)))


def outer(x1, x2, out=None):
    return F.reshape(x1, (-1, 1)) * F.reshape(x2, (1, -1))


def conjugated(x):
    return F.conj(x) if x.dtype.kind == "c" else x


def vecdot(x1, x2, axis=-1):
    if x1.ndim == 0 or x2.ndim == 0:
        raise F.errors.ShapeError(
            f"vecdot: shapes {x1.shape} and {x2.shape}: an operand has no dimension; multiply by a number with *")
    if axis != -1:
        x1, x2 = F.moveaxis(x1, axis, -1), F.moveaxis(x2, axis, -1)
    if x1.shape[-1] != x2.shape[-1]:
        raise F.errors.ShapeError(
            f"vecdot: the vectors along axis {axis} of the two operands have the lengths {x1.shape[-1]} and "
            f"{x2.shape[-1]} (shapes {x1.shape} and {x2.shape} with that axis last); they must be equal")
    x1 = conjugated(x1)
    if x1.ndim == x2.ndim == 1:
        return F.matmul(x1, x2)
    return F.squeeze(F.matmul(F.expand_dims(x1, -2), F.expand_dims(x2, -1)), (-2, -1))


def vdot(x1, x2):
    if x1.size != x2.size:
        raise F.errors.ShapeError(
            f"vdot: shapes {x1.shape} and {x2.shape} have {x1.size} and {x2.size} elements; both are read as vectors "
            "and must be equally long")
    return F.matmul(conjugated(F.reshape(x1, (-1,))), F.reshape(x2, (-1,)))


def contracted_axes(x1, x2, axes):
    """The axes that tensordot sums over, as two tuples of non-negative integers."""
    if isinstance(axes, (tuple, list)):
        if len(axes) != 2:
            raise F.errors.ShapeError(
                f"tensordot: axes must be a number or a pair (axes of x1, axes of x2), not {axes!r}")
        return F.checked_axes(axes[0], x1.ndim), F.checked_axes(axes[1], x2.ndim)
    count = int(axes)
    if not 0 <= count <= min(x1.ndim, x2.ndim):
        raise F.errors.ShapeError(
            f"tensordot: axes={count} does not fit shapes {x1.shape} and {x2.shape}; it must be between 0 and "
            f"{min(x1.ndim, x2.ndim)}")
    return tuple(range(x1.ndim - count, x1.ndim)), tuple(range(count))


def tensordot(x1, x2, axes=2):
    first, second = contracted_axes(x1, x2, axes)
    lengths = [x1.shape[axis] for axis in first]
    if lengths != [x2.shape[axis] for axis in second]:
        raise F.errors.ShapeError(
            f"tensordot: axes {first} of shape {x1.shape} have the lengths {tuple(lengths)}, axes {second} of shape "
            f"{x2.shape} the lengths {tuple(x2.shape[axis] for axis in second)}; they must be equal")
    rows = [axis for axis in range(x1.ndim) if axis not in first]
    columns = [axis for axis in range(x2.ndim) if axis not in second]
    shape = [x1.shape[axis] for axis in rows] + [x2.shape[axis] for axis in columns]
    depth = 1
    for length in lengths:
        depth *= length
    # The rows and columns are counted rather than left to -1, which empty tensors do not determine.
    height = width = 1
    for axis in rows:
        height *= x1.shape[axis]
    for axis in columns:
        width *= x2.shape[axis]
    left = F.reshape(F.permute_dims(x1, (*rows, *first)), (height, depth))
    right = F.reshape(F.permute_dims(x2, (*second, *columns)), (depth, width))
    return F.reshape(F.matmul(left, right), tuple(shape))


def kron(x1, x2):
    ndim = max(x1.ndim, x2.ndim)
    shape1 = (1,) * (ndim - x1.ndim) + x1.shape
    shape2 = (1,) * (ndim - x2.ndim) + x2.shape
    spread1 = tuple(n for length in shape1 for n in (length, 1))
    spread2 = tuple(n for length in shape2 for n in (1, length))
    product = F.reshape(x1, spread1) * F.reshape(x2, spread2)
    return F.reshape(product, tuple(a * b for a, b in zip(shape1, shape2, strict=True)))


op("dot", via=dot, signature="x1: Tensor, x2: Tensor, /, out=None", returns="PROMOTED",
   doc="Sum over the last dimension of the first and the last but one (or the only) of the second.\n\n"
       ">>> np.dot([1.0, 2.0], [3.0, 4.0]).tolist()\n11.0")
op("inner", via=inner, signature="x1: Tensor, x2: Tensor, /", returns="PROMOTED",
   doc="Sum over the last dimension of both.\n\n>>> np.inner([1.0, 2.0], [3.0, 4.0]).tolist()\n11.0")
op("outer", via=outer, signature="x1: Tensor, x2: Tensor, /, out=None", returns="PROMOTED",
   doc="Product of each element of the first, flattened, with each of the second.\n\n"
       ">>> np.outer([1, 2], [3, 4]).tolist()\n[[3, 4], [6, 8]]")
op("vecdot", via=vecdot, signature="x1: Tensor, x2: Tensor, /, *, axis=-1", returns="PROMOTED",
   doc="Inner product of vectors along an axis, the first one conjugated; the other dimensions broadcast.\n\n"
       ">>> np.vecdot([[1.0, 2.0], [0.0, 1.0]], [3.0, 4.0]).tolist()\n[11.0, 4.0]")
op("vdot", via=vdot, signature="x1: Tensor, x2: Tensor, /", returns="PROMOTED",
   doc="Inner product of two tensors read as vectors, the first one conjugated.\n\n"
       ">>> np.vdot([1.0, 2.0], [3.0, 4.0]).tolist()\n11.0")
op("tensordot", via=tensordot, signature="x1: Tensor, x2: Tensor, /, axes=2", returns="PROMOTED",
   doc="Sum over several dimensions: the last `axes` of the first with the first `axes` of the second, or a pair\n"
       "(axes of x1, axes of x2).\n\n>>> np.tensordot([[1, 2]], [[3, 4]], axes=2).tolist()\n11")
op("kron", via=kron, signature="x1: Tensor, x2: Tensor, /", returns="PROMOTED",
   doc="Kronecker product: every element of the first times the whole second.\n\n"
       ">>> np.kron([1, 2], [1, 10]).tolist()\n[1, 10, 2, 20]")
op("einsum", via=einsum, signature="subscripts, operands: Tensors", returns="PROMOTED",
   doc="Einstein summation: 'ij,jk->ik' multiplies operands and sums over the indices that the output has not.\n"
       "NumPy's syntax with '...', repeated indices and an implicit output; dimensions of length 1 broadcast.\n\n"
       ">>> np.einsum('ij,kj->ik', [[1, 2]], [[3, 4]]).tolist()\n[[11]]")


def trace(x, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    return F.sum(F.diagonal(x, offset, axis1, axis2), -1, dtype)


op("trace", via=trace, signature="x: Tensor, /, offset=0, axis1=0, axis2=1, dtype=None, out=None",
   doc="Sum along a diagonal of two dimensions.")
