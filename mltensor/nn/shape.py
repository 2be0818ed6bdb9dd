"""Layers that change the shape, or nothing."""

import mltensor as np
from mltensor.errors import IndexingError, ShapeError

from .module import Module


class Identity(Module):
    """Returns its input. Any arguments are accepted, so that it can stand in for any layer."""

    def __init__(self, *args, **kwargs):
        pass

    def forward(self, input):
        """The input."""
        return input


class Flatten(Module):
    """Makes one dimension of the dimensions from `start_dim` to `end_dim`; by default all but the batch.

    Parameters
    ----------
    start_dim, end_dim : int
        First and last dimension that are joined.
    """

    def __init__(self, start_dim=1, end_dim=-1):
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input):
        """The same elements in fewer dimensions."""
        input = np.asarray(input)
        shape = input.shape
        if len(shape) == 2 and self.start_dim == 1 and self.end_dim == -1:
            return input
        start, end = dimension(self.start_dim, len(shape)), dimension(self.end_dim, len(shape))
        if start > end:
            raise ShapeError(f"flatten: start_dim {self.start_dim} comes after end_dim {self.end_dim} in shape "
                             f"{tuple(shape)}")
        length = 1
        for size in shape[start:end + 1]:
            length *= size
        return np.reshape(input, (*shape[:start], length, *shape[end + 1:]))

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Makes several dimensions of one.

    Parameters
    ----------
    dim : int
        Which one.
    unflattened_size : sequence of int
        The new dimensions; one of them may be -1.
    """

    def __init__(self, dim, unflattened_size):
        self.dim = dim
        self.unflattened_size = tuple(unflattened_size)

    def forward(self, input):
        """The same elements in more dimensions."""
        input = np.asarray(input)
        place = dimension(self.dim, input.ndim)
        return np.reshape(input, (*input.shape[:place], *self.unflattened_size, *input.shape[place + 1:]))

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


def dimension(axis, ndim):
    """An axis counted from the front; a 0-d tensor counts as having one."""
    count = max(ndim, 1)
    place = axis + count if axis < 0 else axis
    if not 0 <= place < count:
        raise IndexingError(f"dimension {axis} is out of range for a tensor with {ndim} dimensions")
    return place
