"""Functions of the PyTorch face that are methods of the tensor, or operations under PyTorch's names."""

import functools
import itertools

import numpy

import mltensor
from mltensor._core.operation import OPERATIONS
from mltensor._core.storage import Device
from mltensor._methods import METHODS
from mltensor._ops.record import F
from mltensor.nn import functional
from mltensor.nn import parameter as nn_parameter

from .arranging import by_numpy, tensor_of
from .creation import multinomial
from .tensor import BaseTensor, Tensor, TypedTensorType, as_torch, use_default_dtype

# PyTorch's name -> ours, where they differ and the meaning does not.
OTHER_NAMES = {
    "cat": "concat", "concatenate": "concat", "permute": "permute_dims", "unsqueeze": "expand_dims",
    "movedim": "moveaxis", "swapdims": "swapaxes", "mul": "multiply", "pow": "power", "neg": "negative",
    "mm": "matmul", "bmm": "matmul", "mv": "matmul", "abs": "absolute", "eq": "equal", "clamp": "clip",
    "arctan2": "atan2", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "ge": "greater_equal", "gt": "greater",
    "le": "less_equal", "lt": "less", "ne": "not_equal", "amax": "max", "amin": "min", "fix": "trunc",
    "bitwise_not": "bitwise_invert", "true_divide": "divide", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh"}


def from_method(name):
    """The function that calls a method written in Python."""
    implementation = METHODS[name]

    @functools.wraps(implementation)
    def function(input, *args, **kwargs):
        return implementation(tensor_of(input), *args, **kwargs)

    return function


def wrapped(function):
    """A function of the main namespace whose results become torch tensors."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        return as_torch(function(*args, **kwargs))

    return call


def find(name):
    """The function of the PyTorch face that needs nothing but a name: an operation, a method, a layer's function.

    Raises
    ------
    AttributeError
        If there is none.
    """
    target = OTHER_NAMES.get(name, name)
    if name in METHODS and target == name and callable(METHODS[name]):
        return from_method(name)
    if target in OPERATIONS:
        # Operations give the class of their inputs.
        return OPERATIONS[target]
    for module in (functional, mltensor):
        found = getattr(module, target, None)
        if found is not None and not name.startswith("_"):
            return wrapped(found) if callable(found) and not isinstance(found, type) else found
    raise AttributeError(f"mltensor.torch has no {name!r}")


# --- questions and settings -----------------------------------------------------------------------------

def is_tensor(obj):
    """Whether an object is a tensor."""
    return isinstance(obj, BaseTensor)


def numel(input):
    """Number of elements."""
    return int(input.size)


def is_nonzero(input):
    """Whether the one element of a tensor is not zero."""
    return bool(input.item())


def set_default_dtype(d):
    """Set the dtype that Python floats, new tensors and the parameters of layers get."""
    dtype = numpy.dtype(d)
    if dtype.kind != "f":
        raise TypeError(f"the default dtype must be a real floating one, not {dtype}")
    use_default_dtype(dtype)
    nn_parameter.set_default_dtype(dtype)


def device(type="cpu", index=None):
    """A device by name and number."""
    return type if isinstance(type, Device) else Device(type, index)


def compile(model=None, **options):
    """The model itself: there is nothing to compile. Works as a decorator too."""
    return (lambda function: function) if model is None else model


def tensor_type(self, dtype=None, non_blocking=False):
    """The name of PyTorch's type of such tensors, or the tensor converted to a dtype or to ``torch.FloatTensor``."""
    return METHODS["type"](self, dtype.dtype_made if isinstance(dtype, TypedTensorType) else dtype)


# --- operations under other signatures --------------------------------------------------------------------

def dot(input, other):
    """Inner product of two vectors."""
    return F.vecdot(tensor_of(input), other)


def ger(input, vec2):
    """Outer product of two vectors."""
    return tensor_of(input)[:, None] * tensor_of(vec2)[None, :]


outer = ger


def baddbmm(input, batch1, batch2, *, beta=1, alpha=1):
    """``beta * input + alpha * (batch1 @ batch2)`` for batches of matrices."""
    return METHODS["addmm"](tensor_of(input), batch1, batch2, beta=beta, alpha=alpha)


def einsum(equation, *operands):
    """Sum of products by Einstein's convention."""
    return as_torch(mltensor.einsum(equation, *operands))


def masked_scatter(input, mask, source):
    """A copy whose elements where the mask holds are those of `source` in order."""
    result = F.copy(tensor_of(input))
    result[mask] = F.reshape(source, (-1,))[:int(F.count_nonzero(mask).item())]
    return result


def bincount(input, weights=None, minlength=0):
    """How often each number below the greatest occurs, or the sum of the weights there."""
    return by_numpy(lambda x, *w: numpy.bincount(x, *w, minlength=minlength), input,
                    *([] if weights is None else [weights]))


def repeat_interleave(input, repeats, dim=None):
    """Every element, or slice of a dimension, repeated."""
    return F.repeat(tensor_of(input), repeats, axis=dim)


def tensor_split(input, indices_or_sections, dim=0):
    """Parts of a dimension: so many of nearly equal length, or cut at places."""
    input = tensor_of(input)
    total, cuts = input.shape[dim], indices_or_sections
    if isinstance(cuts, int):
        length, longer = divmod(total, cuts)
        cuts = [k * length + min(k, longer) for k in range(1, cuts)]
    bounds = [0, *(min(cut + total if cut < 0 else cut, total) for cut in cuts), total]
    return tuple(METHODS["narrow"](input, dim, begin, max(0, end - begin)) for begin, end in itertools.pairwise(bounds))


def broadcast_tensors(*tensors):
    """Views of the tensors with the shape to which all broadcast."""
    return mltensor.broadcast_arrays(*map(tensor_of, tensors))


def detach(input):
    """The same memory off the tape."""
    return input.detach()


def dist(input, other, p=2):
    """The p-norm of the difference of two tensors."""
    return METHODS["norm"](tensor_of(input) - other, p)


def flip(input, dims):
    """The elements in reverse order along dimensions."""
    return F.flip(tensor_of(input), dims)


def cdist(x1, x2, p=2.0):
    """Distances between all rows of two matrices, or batches of them: shape (..., rows of x1, rows of x2)."""
    x1, x2 = tensor_of(x1), tensor_of(x2)
    return METHODS["norm"](x1[..., :, None, :] - x2[..., None, :, :], p, -1)


DIRECT = {
    "is_tensor": is_tensor, "numel": numel, "is_nonzero": is_nonzero, "set_default_dtype": set_default_dtype,
    "device": device, "compile": compile, "dot": dot, "ger": ger, "outer": outer, "baddbmm": baddbmm,
    "einsum": einsum, "masked_scatter": masked_scatter, "bincount": bincount, "flip": flip,
    "repeat_interleave": repeat_interleave, "tensor_split": tensor_split, "broadcast_tensors": broadcast_tensors,
    "detach": detach, "dist": dist, "cdist": cdist, "Tensor": Tensor}

# Functions that are methods too, and that NumPy's arrays do not have.
ALSO_METHODS = ("allclose", "baddbmm", "bincount", "diag", "dist", "isclose", "tensor_split", "vdot")
for _name in ALSO_METHODS:
    setattr(Tensor, _name, DIRECT.get(_name) or find(_name))
Tensor.multinomial = multinomial
Tensor.type = tensor_type
