"""The tensor of the PyTorch face: the same tensor, with PyTorch's meaning of the names that clash.

It shares memory and place on the tape with :class:`mltensor.Tensor`; operations on it give its class.
"""

import numpy

from mltensor import Tensor as BaseTensor
from mltensor import _printing
from mltensor._core.create import empty, from_data
from mltensor._core.dtypes import dtype_object
from mltensor._core.gradient import set_value
from mltensor._core.operation import set_class_float
from mltensor._core.tensor import as_class, attach

from .size import Count, Size

# What Python floats become, and what creation functions give.
settings = {"dtype": numpy.dtype("float32")}

base_shape, base_size = BaseTensor.shape.__get__, BaseTensor.size.__get__


def get_default_dtype():
    """The floating dtype of new tensors of the PyTorch face, float32 unless it was set."""
    return settings["dtype"]


def use_default_dtype(dtype):
    """Make a dtype that of new tensors, and what integers become beside Python floats and in functions."""
    settings["dtype"] = dtype
    set_class_float(Tensor, dtype)


class TensorType(type):
    """Makes ``torch.Tensor(2, 3)`` and ``torch.Tensor([1, 2])`` work as PyTorch's old constructor."""

    def __call__(cls, *args, **kwargs):
        if cls.__dict__.get("_made_by_call") is None:
            return super().__call__(*args, **kwargs)
        return old_constructor(args, get_default_dtype(), **kwargs)


def old_constructor(args, dtype, device=None):
    """A tensor from data, or of a shape given as separate integers with its elements not set."""
    if len(args) == 1 and not isinstance(args[0], (int, Size)):
        return as_torch(from_data(args[0], dtype, device, None, dtype))
    shape = args[0] if len(args) == 1 and isinstance(args[0], Size) else args
    return as_torch(empty(tuple(shape) or (0,), dtype=dtype, device=device))


class Tensor(BaseTensor, metaclass=TensorType):
    """A tensor with PyTorch's methods.

    It differs from :class:`mltensor.Tensor` in the methods that ``mltensor.torch.differences`` lists.
    """

    __slots__ = ()
    _made_by_call = True

    @property
    def shape(self):
        """Lengths of the dimensions."""
        return Size(base_shape(self))

    @property
    def size(self):
        """The number of elements; called, the shape or the length of one dimension."""
        count = Count(base_size(self))
        count.shape = base_shape(self)
        return count

    @property
    def data(self):
        """The same memory off the tape; assigning gives the tensor other memory."""
        return self.detach()

    @data.setter
    def data(self, value):
        set_value(self, value)

    def as_np(self):
        """The same tensor with NumPy's meaning of methods."""
        return as_class(self, BaseTensor)

    def as_torch(self):
        """The tensor itself."""
        return self

    def __repr__(self):
        return _printing.tensor_repr(self, get_default_dtype(), "torch.", "0")

    __str__ = __repr__

    def __format__(self, specification):
        return format(self.item(), specification) if self.ndim == 0 else format(repr(self), specification)


Tensor._result_class = Tensor
use_default_dtype(get_default_dtype())


def as_torch(value):
    """Tensors in a value as torch tensors, sharing memory and tape; lists, tuples and dicts are walked."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, BaseTensor):
        return as_class(value, Tensor)
    if isinstance(value, tuple):
        items = map(as_torch, value)
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, list):
        return list(map(as_torch, value))
    if isinstance(value, dict):
        return {key: as_torch(one) for key, one in value.items()}
    return value


def as_np(self):
    """The tensor itself; of a torch tensor, the same with NumPy's meaning of methods."""
    return self


attach(BaseTensor, "as_np", as_np)
attach(BaseTensor, "as_torch", as_torch)


class TypedTensorType(TensorType):
    """Classes like ``torch.FloatTensor``: constructors of one dtype, and a test for it."""

    def __call__(cls, *args, **kwargs):
        return old_constructor(args, cls.dtype_made, **kwargs)

    def __instancecheck__(cls, value):
        return isinstance(value, Tensor) and value.dtype == cls.dtype_made


def typed(name, dtype):
    """The class ``torch.<name>Tensor``."""
    return TypedTensorType(f"{name}Tensor", (), {
        "dtype_made": dtype_object(dtype), "__doc__": f"Constructor of {dtype} tensors, and a type to test for."})


TYPED = {f"{name}Tensor": typed(name, dtype) for name, dtype in (
    ("Float", "float32"), ("Double", "float64"), ("Half", "float16"), ("Long", "int64"), ("Int", "int32"),
    ("Short", "int16"), ("Char", "int8"), ("Byte", "uint8"), ("Bool", "bool"))}
