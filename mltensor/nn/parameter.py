"""Parameters: the tensors of a module that an optimiser changes."""

import numpy

import mltensor as np
from mltensor._core.tensor import Tensor, as_class


class Parameter(Tensor):
    """A tensor that a `Module` counts among its parameters. Results of operations on it are plain tensors.

    Parameters
    ----------
    data : array_like
        Its values; memory of a tensor is shared. Python numbers become the default dtype of
        parameters, see `get_default_dtype`.
    requires_grad : bool
        Whether gradients are wanted.
    """

    _result_class = Tensor

    def __new__(cls, data, requires_grad=True):
        if isinstance(data, Tensor):
            tensor = data.detach()
        else:
            python = not hasattr(data, "dtype")
            tensor = np.asarray(data, dtype=default_dtype if python else None)
        parameter = as_class(tensor, cls)
        if requires_grad:
            parameter.requires_grad_()
        return parameter

    def __init__(self, data, requires_grad=True):
        # All is done: the `__init__` of a plain tensor takes a shape.
        pass

    def __deepcopy__(self, memo):
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.detach().copy(), self.requires_grad)
        return memo[id(self)]

    def __reduce_ex__(self, protocol):
        return type(self), (self.detach().numpy(), self.requires_grad)

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()


default_dtype = numpy.dtype("float32")


def get_default_dtype():
    """dtype that layers make their parameters in: float32 unless it was set."""
    return default_dtype


def set_default_dtype(dtype):
    """Set the dtype that layers make their parameters in.

    Parameters
    ----------
    dtype : dtype
        A floating dtype.
    """
    global default_dtype
    dtype = numpy.dtype(dtype)
    if dtype.kind not in "fc":
        raise TypeError(f"parameters are floating-point numbers, not {dtype}")
    default_dtype = dtype
