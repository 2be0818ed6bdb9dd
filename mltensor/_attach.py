"""The methods and properties of a tensor that lie above the class: operations, gradients, printing, protocols."""

import types

import mltensor._methods as extra
from mltensor import _creation, _namespace_info, _numpy_protocols, _printing
from mltensor._core import dlpack, gradient, interop, operators
from mltensor._core.tensor import Tensor, as_class, attach, plug_constructor, plug_text
from mltensor._ops.record import F
from mltensor.autograd.backward import tensor_backward

# Operations that are methods under their own name.
METHODS = (
    "all", "any", "argmax", "argmin", "argpartition", "argsort", "astype", "clip", "conj", "cumprod", "cumsum",
    "diagonal", "dot", "logsumexp", "matmul", "max", "mean", "min", "nonzero", "prod", "ravel", "repeat", "reshape",
    "round", "softmax", "log_softmax", "squeeze", "std", "sum", "swapaxes", "take", "to_device", "trace", "var",
    "searchsorted",
    "exp", "log", "sin", "cos", "tan", "tanh", "sqrt", "sigmoid", "relu", "square", "floor", "ceil", "erf", "sign",
    "expm1", "log1p", "log2", "log10", "exp2", "asin", "acos", "atan", "sinh", "cosh", "reciprocal", "trunc",
    "absolute", "negative", "isnan", "isinf", "isfinite", "add", "subtract", "multiply", "divide", "remainder", "power",
    "maximum", "minimum", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and",
    "logical_or", "logical_not", "logical_xor", "broadcast_to", "expand_dims", "moveaxis", "flip", "roll", "tile",
    "count_nonzero", "where", "addcmul",
)
METHOD_ALIASES = {"transpose": "permute_dims", "permute": "permute_dims", "conjugate": "conj", "abs": "absolute",
                  "pow": "power", "mod": "remainder"}


def copy(self, order="C"):
    """The elements in memory of their own, by rows or by columns."""
    return F.copy(self) if order == "C" else F.copy(self, order)


def shallow_copy(self):
    return as_class(F.copy(self.detach()).requires_grad_(self.requires_grad), type(self)) if self.is_leaf \
        else F.copy(self)


def deep_copy(self, memo):
    if not self.is_leaf:
        raise RuntimeError(
            "only leaves can be deep-copied: this tensor is the result of a recorded operation; use .detach() first")
    if id(self) not in memo:
        memo[id(self)] = shallow_copy(self)
    return memo[id(self)]


def reduce_ex(self, protocol):
    return restore, (interop.to_numpy(self.detach()).copy(), self.requires_grad, type(self))


def restore(array, requires_grad, cls=Tensor):
    """A tensor from what pickling kept of it."""
    tensor = as_class(interop.convert(array), cls)
    return tensor.requires_grad_() if requires_grad else tensor


def real(self):
    """The real parts."""
    return F.real(self) if self.dtype.kind == "c" else self


def imag(self):
    """The imaginary parts."""
    return F.imag(self)


def grad_fn(self):
    """The node of the operation that made the tensor; None for leaves."""
    return gradient.get_grad_fn(self)


PROPERTIES = {
    "real": property(real),
    "imag": property(imag),
    "requires_grad": property(gradient.get_requires_grad, gradient.set_requires_grad),
    "grad": property(gradient.get_grad, gradient.set_grad),
    "grad_fn": property(grad_fn),
    "is_leaf": property(gradient.get_is_leaf),
    "__array_interface__": property(interop.array_interface),
}
FUNCTIONS = {
    "copy": copy, "__copy__": shallow_copy, "__deepcopy__": deep_copy, "__reduce_ex__": reduce_ex,
    "backward": tensor_backward, "detach": gradient.detach, "detach_": gradient.detach_,
    "retain_grad": gradient.retain_grad, "register_hook": gradient.register_hook,
    "requires_grad_": gradient.requires_grad_, "copy_": operators.copy_,
    "tolist": interop.to_list, "__dlpack__": dlpack.to_dlpack, "__dlpack_device__": dlpack.dlpack_device,
    "__array__": _numpy_protocols.array, "__array_ufunc__": _numpy_protocols.array_ufunc,
    "__array_function__": _numpy_protocols.array_function,
    "__array_namespace__": _namespace_info.array_namespace,
    "__format__": _printing.tensor_format,
    # For annotations: ndarray[tuple[int, int], dtype[float64]].
    "__class_getitem__": classmethod(types.GenericAlias),
}


def attach_methods(operations):
    """Give the class everything that is defined above it."""
    plug_text(_printing.tensor_repr, _printing.tensor_str)
    plug_constructor(_creation.ndarray_constructor)
    for name in METHODS:
        attach(Tensor, name, operations[name])
    for alias, name in METHOD_ALIASES.items():
        attach(Tensor, alias, operations[name])
    # An operation as the getter: the property calls it without a Python function between.
    attach(Tensor, "T", property(operations["permute_dims"], doc="The tensor with its dimensions reversed."))
    attach(Tensor, "mT", property(operations["matrix_transpose"],
                                  doc="The tensor with its last two dimensions exchanged."))
    for table in (PROPERTIES, FUNCTIONS, extra.METHODS):
        for name, value in table.items():
            attach(Tensor, name, value)
