"""What a layer makes of its input before it computes."""

import mltensor as np
from mltensor._core.tensor import Tensor
from mltensor.errors import DTypeError

from .parameter import get_default_dtype


def as_input(value, parameter, layer):
    """The input of a layer in the dtype that its parameters have.

    Data is converted. What has a gradient is not: a mixture of dtypes inside a model is a mistake,
    and a conversion would hide it.
    """
    if parameter is None:
        return as_floating(value)
    if isinstance(value, Tensor):
        dtype = parameter.dtype
        if value.dtype is dtype:
            return value
        if value.requires_grad:
            raise DTypeError(
                f"the {type(layer).__name__} layer computes in {dtype}, its input is {value.dtype}; convert the model "
                f"with .to(dtype='{value.dtype}') or the input with .astype('{dtype}')")
        return value.astype(dtype)
    return np.asarray(value, dtype=parameter.dtype)


def as_floating(value):
    """Data as a floating tensor: what is not one becomes the default dtype of parameters."""
    if isinstance(value, Tensor) and value.dtype.kind in "fc":
        return value
    value = np.asarray(value)
    return value if value.dtype.kind in "fc" else value.astype(get_default_dtype())
