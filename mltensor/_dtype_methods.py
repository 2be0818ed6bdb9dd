"""Methods that ask about a tensor, or give it another dtype or device, in PyTorch's names."""

import numpy

from mltensor._core.dtypes import dtype_code
from mltensor._core.storage import Device
from mltensor._core.tensor import Tensor
from mltensor._ops.record import F

METHODS = {}
PROPERTIES = {}


def method(function):
    """Make a function one of the methods; ``tensor_type`` becomes `type`, whose name Python needs itself."""
    METHODS[function.__name__.removeprefix("tensor_")] = function
    return function


def names_dtype(text):
    """Whether a string is the name of a dtype; what is none must be a device's."""
    try:
        numpy.dtype(text)
    except TypeError:
        return False
    return True


# --- asking -----------------------------------------------------------------------------------

@method
def numel(self):
    """Number of elements."""
    count = 1
    for length in self.shape:
        count *= length
    return count


@method
def dim(self):
    """Number of dimensions."""
    return self.ndim


@method
def stride(self, dim=None):
    """Elements (not bytes) from one to the next along a dimension, or along all."""
    steps = tuple(step // self.itemsize for step in self.strides)
    return steps if dim is None else steps[dim]


@method
def element_size(self):
    """Bytes of one element."""
    return self.itemsize


@method
def is_contiguous(self):
    """True when the elements lie in C order without gaps."""
    return self.contiguous_


@method
def is_floating_point(self):
    """True for the real floating dtypes."""
    return self.dtype.kind == "f"


@method
def is_complex(self):
    """True for the complex dtypes."""
    return self.dtype.kind == "c"


@method
def is_signed(self):
    """True for dtypes with negative numbers."""
    return self.dtype.kind in "ifc"


@method
def is_same_size(self, other):
    """True when the shapes are equal."""
    if not hasattr(other, "shape"):
        raise TypeError(f"is_same_size() takes a tensor, not {type(other).__name__}")
    return tuple(self.shape) == tuple(other.shape)


@method
def data_ptr(self):
    """Address of the first element."""
    return self.__array_interface__["data"][0]


@method
def get_device(self):
    """Number of the device, -1 for the CPU."""
    return -1 if self.device.type == "cpu" else self.device.index


METHODS |= {"nelement": numel, "ndimension": dim}
PROPERTIES |= {
    "is_cpu": property(lambda self: self.device.type == "cpu", doc="True on the CPU."),
    "is_cuda": property(lambda self: self.device.type == "cuda", doc="True on a GPU of NVIDIA."),
    "is_sparse": property(lambda self: False, doc="False: every tensor is dense."),
    "is_quantized": property(lambda self: False, doc="False: no tensor is quantized."),
}


# --- dtype and device -------------------------------------------------------------------------

def caster(name, dtype):
    """The method that converts to one dtype."""

    def cast(self):
        return self if self.dtype == dtype else F.astype(self, dtype)

    cast.__name__ = cast.__qualname__ = name
    cast.__doc__ = f"The elements as {dtype}; the tensor itself where they are already."
    return cast


for _name, _dtype in {
        "float": "float32", "double": "float64", "half": "float16", "long": "int64", "int": "int32", "short": "int16",
        "char": "int8", "byte": "uint8", "bool": "bool", "cfloat": "complex64", "cdouble": "complex128"}.items():
    METHODS[_name] = caster(_name, numpy.dtype(_dtype))


@method
def to(self, *args, dtype=None, device=None, copy=False, non_blocking=False, memory_format=None):
    """The tensor with another dtype, on another device, or both.

    Parameters
    ----------
    *args
        A dtype, a device, a device and a dtype, or a tensor whose dtype and device are wanted.
    dtype, device
        The same by name.
    copy : bool, optional
        Copy even when nothing changes.
    non_blocking, memory_format
        Accepted for PyTorch's sake.

    Returns
    -------
    Tensor
        The tensor itself when nothing changes.
    """
    for given in args:
        if isinstance(given, Tensor):
            dtype, device = given.dtype, given.device
        elif isinstance(given, Device) or (isinstance(given, str) and not names_dtype(given)):
            device = given
        elif given is not None and not isinstance(given, bool):
            dtype_code(given)
            dtype = given
    result = self
    if dtype is not None and numpy.dtype(dtype) != self.dtype:
        result = F.astype(result, dtype)
    if device is not None and result.device != device:
        result = F.to_device(result, device)
    return F.copy(result) if copy and result is self else result


@method
def cpu(self):
    """The tensor in the CPU's memory; itself where it is there."""
    return to(self, device="cpu")


@method
def cuda(self, device=None, non_blocking=False):
    """The tensor in a GPU's memory."""
    return to(self, device="cuda" if device is None else Device(device) if isinstance(device, str)
              else Device("cuda", device))


@method
def tensor_type(self, dtype=None, non_blocking=False):
    """The name of PyTorch's type of such tensors, or the tensor converted to a dtype."""
    if dtype is None:
        names = {"float32": "Float", "float64": "Double", "float16": "Half", "int64": "Long", "int32": "Int",
                 "int16": "Short", "int8": "Char", "uint8": "Byte", "bool": "Bool", "complex64": "ComplexFloat",
                 "complex128": "ComplexDouble"}
        return f"torch.{names.get(self.dtype.name, self.dtype.name)}Tensor"
    return to(self, dtype)


@method
def type_as(self, other):
    """The elements in the dtype of another tensor."""
    if not hasattr(other, "dtype"):
        raise TypeError(f"type_as() takes a tensor, not {type(other).__name__}")
    return to(self, other.dtype)


@method
def clone(self, *, memory_format=None):
    """A copy that the tape knows."""
    return F.copy(self)


@method
def pin_memory(self):
    """The tensor itself: there is nothing to pin for the CPU."""
    return self


@method
def share_memory_(self):
    """The tensor itself; its memory is shared with threads, not with processes."""
    return self
