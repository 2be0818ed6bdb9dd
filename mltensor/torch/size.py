"""Shapes and element counts as PyTorch's scripts use them."""

import math


class Size(tuple):
    """The lengths of a tensor's dimensions: a tuple that knows the number of elements."""

    __slots__ = ()

    def numel(self):
        """Number of elements of a tensor with this shape."""
        return math.prod(self)

    def __getitem__(self, key):
        part = tuple.__getitem__(self, key)
        return Size(part) if isinstance(key, slice) else part

    def __add__(self, other):
        return Size(tuple.__add__(self, tuple(other)))

    def __radd__(self, other):
        return Size(tuple(other) + tuple(self))

    def __repr__(self):
        return f"torch.Size({list(self)})"


class Count(int):
    """Number of elements of a tensor, as NumPy's ``x.size``; called, the shape, as PyTorch's ``x.size()``.

    Parameters
    ----------
    value : int
        The number.

    Attributes
    ----------
    shape : tuple of int
    """

    def __call__(self, dim=None):
        return Size(self.shape) if dim is None else self.shape[dim]
