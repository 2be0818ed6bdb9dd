"""``torch.linalg`` over mltensor's operations."""

import mltensor
from mltensor._core.operation import OPERATIONS

from . import functions
from .arranging import cross as first_cross

__all__ = ["cross", "norm", "vector_norm"]


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None):
    """The norm of vectors along dimensions, of all elements by default."""
    return functions.METHODS["norm"](functions.tensor_of(x), ord, dim, keepdim, dtype)


def norm(A, ord=None, dim=None, keepdim=False, *, dtype=None):
    """The Euclidean (Frobenius) norm, or the vector norm of an order."""
    return vector_norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype)


def cross(input, other, *, dim=-1):
    """Vector product along a dimension of length three."""
    return first_cross(input, other, dim)


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    base = getattr(mltensor, "linalg", None)
    found = OPERATIONS.get(name) or getattr(base, name, None)
    if found is None:
        raise AttributeError(f"mltensor.torch.linalg has no {name!r}")
    return functions.wrapped(found)
