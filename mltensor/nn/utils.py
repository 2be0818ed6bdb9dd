"""Helpers for training: clipping of gradients, parameters as one vector."""

import mltensor as np
from mltensor._core import optimize
from mltensor._core.gradient import gradients
from mltensor._core.tensor import Tensor
from mltensor.errors import ShapeError


def present_gradients(parameters):
    """Gradients, off the tape, of the parameters that have one."""
    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    return [gradient.detach() for gradient in gradients(parameters) if gradient is not None]


def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False):
    """Norm of all elements of several tensors as if they were one vector; a 0-d tensor."""
    tensors = [tensors] if isinstance(tensors, Tensor) else [tensor.detach() for tensor in tensors]
    norm_type = float(norm_type)
    single = all(tensor.dtype in (np.float32, np.float64) for tensor in tensors)
    if single and norm_type in (2.0, float("inf")):
        total = optimize.norm(tensors, norm_type != 2.0)
    elif norm_type == float("inf"):
        total = np.max(np.stack([np.max(np.abs(tensor)) for tensor in tensors]))
    else:
        powers = [np.sum(np.power(np.abs(tensor), norm_type)) for tensor in tensors]
        total = np.power(np.sum(np.stack(powers)), 1 / norm_type)
    if error_if_nonfinite and not bool(np.isfinite(total)):
        raise ValueError(f"the norm of the gradients is {float(total)}: a loss or an activation has overflowed, or is "
                         "NaN")
    return total


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Scale the gradients down, in place, so that their norm as one vector is at most `max_norm`.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensor
    max_norm : float
    norm_type : float
        Order of the norm; ``inf`` for the largest magnitude.
    error_if_nonfinite : bool
        Raise ValueError when the norm is infinite or NaN.
    foreach
        Accepted for PyTorch's signature.

    Returns
    -------
    Tensor
        The norm before clipping, 0-d.
    """
    found = present_gradients(parameters)
    total = get_total_norm(found, norm_type, error_if_nonfinite)
    factor = max_norm / (float(total) + 1e-6)
    if not factor >= 1:
        for gradient in found:
            gradient *= factor
    return total


def clip_grad_value_(parameters, clip_value, foreach=None):
    """Bring each element of the gradients, in place, between ``-clip_value`` and ``clip_value``."""
    for gradient in present_gradients(parameters):
        gradient[...] = np.clip(gradient, -float(clip_value), float(clip_value))


def parameters_to_vector(parameters):
    """All parameters one after the other as a 1-d tensor; gradients flow back through it."""
    return np.concat([np.reshape(parameter, (-1,)) for parameter in parameters])


def vector_to_parameters(vec, parameters):
    """Write a 1-d tensor as `parameters_to_vector` makes it back into the parameters."""
    parameters = list(parameters)
    vec = np.asarray(vec)
    wanted = sum(parameter.size for parameter in parameters)
    if vec.ndim != 1 or vec.shape[0] != wanted:
        raise ShapeError(f"the parameters have {wanted} elements together, the vector has shape {tuple(vec.shape)}")
    begin = 0
    with np.no_grad():
        for parameter in parameters:
            parameter[...] = np.reshape(vec[begin:begin + parameter.size], tuple(parameter.shape))
            begin += parameter.size
