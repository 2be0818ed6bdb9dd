"""Data sets: things with a length and samples by number.

A data set may have a method ``batch(indices)`` that returns a whole batch at once; the `DataLoader`
then calls it instead of asking for single samples.
"""

import bisect
import math

import mltensor as np
from mltensor.errors import IndexingError, ShapeError, UnsupportedError


class Dataset:
    """Base of data sets with samples by number: define ``__getitem__`` and ``__len__``."""

    def __getitem__(self, index):
        raise NotImplementedError(f"{type(self).__name__} does not define __getitem__")

    def __add__(self, other):
        return ConcatDataset([self, other])

    def __class_getitem__(cls, item):
        return cls


class IterableDataset(Dataset):
    """Base of data sets that can only be read in order: define ``__iter__``."""

    def __iter__(self):
        raise NotImplementedError(f"{type(self).__name__} does not define __iter__")

    def __getitem__(self, index):
        raise UnsupportedError(f"{type(self).__name__} can only be iterated over; it has no sample number {index}")


class TensorDataset(Dataset):
    """Tensors of the same length side by side; sample `i` is the tuple of their rows `i`.

    Parameters
    ----------
    *tensors : array_like
        Their first dimensions are equal.
    """

    def __init__(self, *tensors):
        if not tensors:
            raise ValueError("a TensorDataset needs at least one tensor")
        self.tensors = tuple([np.asarray(tensor) for tensor in tensors])
        if any(tensor.ndim == 0 or tensor.shape[0] != len(self) for tensor in self.tensors):
            raise ShapeError("the tensors of a TensorDataset must have the same length, got shapes "
                             + ", ".join(str(tensor.shape) for tensor in self.tensors))

    def __len__(self):
        return self.tensors[0].shape[0]

    def __getitem__(self, index):
        return tuple([tensor[index] for tensor in self.tensors])

    def batch(self, indices):
        """The samples `indices` (a 1-d integer tensor): one gather for each tensor."""
        return [np.take(tensor, indices, axis=0) for tensor in self.tensors]


class Subset(Dataset):
    """Some samples of another data set.

    Parameters
    ----------
    dataset : Dataset
    indices : sequence of int
        Their numbers in `dataset`, in the order wanted.
    """

    def __init__(self, dataset, indices):
        self.dataset = dataset
        self.indices = np.asarray(indices, dtype=np.int64)
        if hasattr(dataset, "batch"):
            self.batch = self._batch

    def __len__(self):
        return self.indices.shape[0]

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self.dataset[i] for i in self.indices[index].tolist()]
        return self.dataset[int(self.indices[index])]

    def _batch(self, indices):
        return self.dataset.batch(np.take(self.indices, indices, axis=0))


class ConcatDataset(Dataset):
    """Several data sets one after the other.

    Parameters
    ----------
    datasets : iterable of Dataset
    """

    def __init__(self, datasets):
        self.datasets = list(datasets)
        if not self.datasets:
            raise ValueError("a ConcatDataset needs at least one data set")
        self.cumulative_sizes = []
        total = 0
        for dataset in self.datasets:
            total += len(dataset)
            self.cumulative_sizes.append(total)

    def __len__(self):
        return self.cumulative_sizes[-1]

    def __getitem__(self, index):
        position = index + len(self) if index < 0 else index
        if not 0 <= position < len(self):
            raise IndexingError(f"sample {index} of a data set with {len(self)} samples")
        which = bisect.bisect_right(self.cumulative_sizes, position)
        before = self.cumulative_sizes[which - 1] if which else 0
        return self.datasets[which][position - before]


def random_split(dataset, lengths, generator=None):
    """Divide a data set by lot into subsets that do not overlap.

    Parameters
    ----------
    dataset : Dataset
    lengths : sequence of int or of float
        Numbers of samples that add up to ``len(dataset)``, or fractions that add up to 1. What
        rounding down leaves over goes to the first subsets, one sample each.
    generator : Generator, optional
        Draws the lots; default: that of `mltensor.random.manual_seed`.

    Returns
    -------
    list of Subset
    """
    count = len(dataset)
    if any(isinstance(length, float) for length in lengths) and math.isclose(sum(lengths), 1):
        sizes = [math.floor(count * fraction) for fraction in lengths]
        for position in range(count - sum(sizes)):
            sizes[position % len(sizes)] += 1
    else:
        sizes = list(lengths)
    if sum(sizes) != count or any(size < 0 for size in sizes):
        raise ValueError(f"lengths {list(lengths)} add up to {sum(lengths)}; they must be numbers that add up to the "
                         f"data set's {count} samples, or fractions that add up to 1")
    order = np.asarray((generator or np.random.default_generator()).permutation(count))
    subsets = []
    for size in sizes:
        subsets.append(Subset(dataset, order[:size]))
        order = order[size:]
    return subsets
