"""Methods of tensors that PyTorch's users know and the table of operations does not have under their names.

Plain Python over the public operations. What in PyTorch clashes with NumPy (`size`, `sort`, `max`...) is in
`mltensor.torch`.
"""

import operator

from mltensor._core.create import array, asarray, empty, full, ones, zeros
from mltensor._core.tensor import Tensor, as_class
from mltensor._dtype_methods import METHODS, method
from mltensor._dtypes import result_type
from mltensor._functions import broadcast_arrays
from mltensor._ops.record import F
from mltensor.errors import ShapeError


def lengths(sizes):
    """A shape given as one sequence or as separate numbers; () for None."""
    if len(sizes) == 1 and sizes[0] is None:
        return ()
    return tuple(sizes[0]) if len(sizes) == 1 and not hasattr(sizes[0], "__index__") else tuple(sizes)


def shape_like(name, other):
    """The shape of the tensor that a method such as `expand_as` is given."""
    if not hasattr(other, "shape"):
        raise TypeError(f"{name}() takes a tensor, not {type(other).__name__}")
    return tuple(other.shape)


# --- shape ------------------------------------------------------------------------------------

@method
def transpose(self, *axes):
    """Dimensions in another order, reversed by default.

    Parameters
    ----------
    *axes : int or tuple of int
        The order, as in NumPy. Two numbers for a tensor of more dimensions exchange those two, as in
        PyTorch; NumPy would have refused them.
    """
    axes = lengths(axes)
    if len(axes) == 2 and self.ndim > 2:
        return F.swapaxes(self, *axes)
    return F.permute_dims(self, axes or None)


@method
def unsqueeze(self, dim):
    """With a new dimension of length one."""
    return F.expand_dims(self, dim)


@method
def expand(self, *sizes):
    """Repeated to a larger shape without copying; -1 keeps a length."""
    sizes = lengths(sizes)
    extra = len(sizes) - self.ndim
    if extra < 0:
        raise ShapeError(f"expand: {len(sizes)} lengths {sizes} are too few for a tensor of shape {self.shape}")
    shape = tuple(self.shape[k - extra] if length == -1 and k >= extra else length for k, length in enumerate(sizes))
    return F.broadcast_to(self, shape)


@method
def expand_as(self, other):
    """Repeated to the shape of another tensor without copying."""
    return F.broadcast_to(self, shape_like("expand_as", other))


@method
def view_as(self, other):
    """The elements under the shape of another tensor."""
    return F.reshape(self, shape_like("view_as", other))


@method
def reshape_as(self, other):
    """The elements under the shape of another tensor."""
    return F.reshape(self, shape_like("reshape_as", other))


@method
def t(self):
    """A matrix transposed; a vector as it is."""
    if self.ndim > 2:
        raise ShapeError(f"t() takes a matrix or a vector, not shape {self.shape}; name two dimensions to exchange")
    return F.permute_dims(self, None) if self.ndim == 2 else self


@method
def unflatten(self, dim, sizes):
    """One dimension as several."""
    dim = dim + self.ndim if dim < 0 else dim
    return F.reshape(self, (*self.shape[:dim], *sizes, *self.shape[dim + 1:]))


@method
def unbind(self, dim=0):
    """The slices along a dimension, as a tuple."""
    front = F.moveaxis(self, dim, 0)
    return tuple(front[k] for k in range(front.shape[0]))


@method
def narrow(self, dim, start, length):
    """`length` elements of a dimension from `start` on, as a view."""
    dim = dim + self.ndim if dim < 0 else dim
    start = operator.index(start)
    start = start + self.shape[dim] if start < 0 else start
    if not 0 <= start <= start + length <= self.shape[dim]:
        raise ShapeError(f"narrow: {length} elements from {start} on are not inside dimension {dim} of {self.shape}")
    return self[(slice(None),) * dim + (slice(start, start + length),)]


@method
def chunk(self, chunks, dim=0):
    """At most `chunks` parts of equal length (the last may be shorter) of a dimension, as views."""
    if chunks < 1:
        raise ValueError(f"chunk: the number of parts must be positive, got {chunks}")
    dim = dim + self.ndim if dim < 0 else dim
    total = self.shape[dim]
    length = max(1, -(-total // chunks))
    return tuple(narrow(self, dim, start, min(length, total - start)) for start in range(0, max(total, 1), length))


@method
def index_select(self, dim, index):
    """The elements of a dimension at some places."""
    return F.take(self, index, axis=dim)


@method
def masked_fill(self, mask, value):
    """The tensor with `value` where the mask holds."""
    value = asarray(value, dtype=self.dtype) if not isinstance(value, Tensor) else value.astype(self.dtype)
    return F.where(mask, value, self)


@method
def masked_select(self, mask):
    """The elements where the mask holds, in one dimension."""
    mask, values = broadcast_arrays(mask, self)
    return values[mask]


@method
def index_fill(self, dim, index, value):
    """The tensor with `value` at some places of a dimension."""
    result = F.copy(self)
    dim = dim + self.ndim if dim < 0 else dim
    result[(slice(None),) * dim + (index,)] = value
    return result


# --- arithmetic under PyTorch's names -----------------------------------------------------------

def scaled(other, alpha):
    """The second operand times `alpha`."""
    return other if alpha == 1 else other * alpha


@method
def add(self, other, *, alpha=1):
    """``self + alpha * other``."""
    return self + scaled(other, alpha)


@method
def sub(self, other, *, alpha=1):
    """``self - alpha * other``."""
    return self - scaled(other, alpha)


@method
def div(self, other, *, rounding_mode=None):
    """Quotient, optionally rounded down ('floor') or towards zero ('trunc')."""
    if rounding_mode == "floor":
        return self // other
    if rounding_mode == "trunc":
        quotient = F.trunc(self / other)
        return quotient if self.dtype.kind not in "iu" else quotient.astype(result_type(self, other))
    if rounding_mode is not None:
        raise ValueError(f"rounding_mode must be None, 'floor' or 'trunc', not {rounding_mode!r}")
    return self / other


@method
def clamp(self, min=None, max=None):
    """The elements brought between two bounds."""
    return F.clip(self, min, max)


@method
def clamp_min(self, min):
    """The elements brought up to a bound."""
    return F.clip(self, min, None)


@method
def clamp_max(self, max):
    """The elements brought down to a bound."""
    return F.clip(self, None, max)


@method
def addmm(self, mat1, mat2, *, beta=1, alpha=1):
    """``beta * self + alpha * (mat1 @ mat2)``."""
    return scaled(self, beta) + scaled(F.matmul(mat1, mat2), alpha)


@method
def addcdiv(self, tensor1, tensor2, *, value=1):
    """``self + value * tensor1 / tensor2``."""
    return self + scaled(tensor1 / tensor2, value)


@method
def lerp(self, end, weight):
    """``self + weight * (end - self)``."""
    return self + weight * (end - self)


@method
def norm(self, p="fro", dim=None, keepdim=False, dtype=None):
    """The p-norm over dimensions; 'fro' is the Euclidean norm of all elements, 'nuc' the nuclear norm of matrices."""
    x = self if dtype is None else self.astype(dtype)
    if p == "nuc":
        return F.linalg.norm(x, "nuc", (-2, -1) if dim is None else tuple(dim), keepdim)
    return F.linalg.vector_norm(x, axis=dim, keepdims=keepdim, ord=2 if p in ("fro", None) else float(p))


# Methods that are an operation of the table, most under another name.
OTHER_NAMES = {
    "mul": "multiply", "neg": "negative", "true_divide": "divide", "eq": "equal", "ne": "not_equal",
    "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "mm": "matmul", "bmm": "matmul",
    "mv": "matmul", "fix": "trunc", "ger": "outer", "inverse": "linalg.inv", "pinverse": "linalg.pinv",
    "det": "linalg.det",
    "amax": "max", "amin": "min", "movedim": "moveaxis", "swapdims": "swapaxes", "repeat_interleave": "repeat",
    "bitwise_not": "bitwise_invert", "arctan2": "atan2"}
# Operations that are methods in PyTorch alone.
SAME_NAMES = (
    "argwhere", "atan2", "bitwise_and", "bitwise_or", "bitwise_xor", "contiguous", "copysign", "erfc",
    "floor_divide", "fmax", "fmin", "fmod", "gather", "gelu", "heaviside", "hypot", "leaky_relu", "logaddexp",
    "logical_xor", "outer", "scatter", "scatter_add", "signbit", "silu", "softplus", "tril", "triu", "vecdot", "xlogy")


def renamed(name, operation):
    """A method that calls an operation of the table."""

    find = operator.attrgetter(operation)

    def call(self, *args, **kwargs):
        return find(F)(self, *args, **kwargs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"As :func:`mltensor.{operation}`."
    return call


for _name, _operation in (OTHER_NAMES | {name: name for name in SAME_NAMES}).items():
    METHODS[_name] = renamed(_name, _operation)


@method
def rsqrt(self):
    """One over the square root."""
    return F.reciprocal(F.sqrt(self))


# --- new tensors like this one ------------------------------------------------------------------

def like(self, dtype, device, requires_grad):
    """The keyword arguments that make a tensor of the same dtype on the same device."""
    return {"dtype": self.dtype if dtype is None else dtype, "device": self.device if device is None else device,
            "requires_grad": requires_grad}


def of_class(self, made):
    """A new tensor in the class that results of operations on this one have."""
    return as_class(made, getattr(type(self), "_result_class", Tensor))


@method
def new_zeros(self, *size, dtype=None, device=None, requires_grad=False):
    """Zeros of another shape, with the dtype and device of this tensor."""
    return of_class(self, zeros(lengths(size), **like(self, dtype, device, requires_grad)))


@method
def new_ones(self, *size, dtype=None, device=None, requires_grad=False):
    """Ones of another shape, with the dtype and device of this tensor."""
    return of_class(self, ones(lengths(size), **like(self, dtype, device, requires_grad)))


@method
def new_empty(self, *size, dtype=None, device=None, requires_grad=False):
    """Uninitialised memory of another shape, with the dtype and device of this tensor."""
    return of_class(self, empty(lengths(size), **like(self, dtype, device, requires_grad)))


@method
def new_full(self, size, fill_value, *, dtype=None, device=None, requires_grad=False):
    """One value in another shape, with the dtype and device of this tensor."""
    return of_class(self, full(size, fill_value, **like(self, dtype, device, requires_grad)))


@method
def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False):
    """A new tensor of values, with the dtype and device of this tensor."""
    return of_class(self, array(data, **like(self, dtype, device, requires_grad)))
