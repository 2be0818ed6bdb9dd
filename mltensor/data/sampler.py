"""Samplers: in which order a data set is read.

Those that know their whole order beforehand have a method ``indices()`` that returns it as an
integer tensor; batches are then slices of it, and no number becomes a Python object.
"""

import mltensor as np


class Sampler:
    """Base of the samplers: define ``__iter__`` over sample numbers, or `indices`."""

    def __init__(self, data_source=None):
        self.data_source = data_source

    def __iter__(self):
        return iter(self.indices().tolist())

    def __class_getitem__(cls, item):
        return cls


class SequentialSampler(Sampler):
    """From the first sample to the last."""

    def __len__(self):
        return len(self.data_source)

    def indices(self):
        """0, 1, 2, ..."""
        return np.arange(len(self.data_source))


class RandomSampler(Sampler):
    """By lot, each sample once; or with `replacement`.

    Parameters
    ----------
    data_source : Dataset
    replacement : bool
        Draw each sample from all of them.
    num_samples : int, optional
        How many to draw; default: as many as there are.
    generator : Generator, optional
        Default: that of `mltensor.random.manual_seed`.
    """

    def __init__(self, data_source, replacement=False, num_samples=None, generator=None):
        super().__init__(data_source)
        self.replacement = replacement
        self.num_samples = len(data_source) if num_samples is None else num_samples
        self.generator = generator
        if self.num_samples < 0 or (num_samples is not None and num_samples == 0):
            raise ValueError(f"num_samples must be a positive integer, got {num_samples}")

    def __len__(self):
        return self.num_samples

    def indices(self):
        """A fresh order."""
        count = len(self.data_source)
        source = self.generator or np.random.default_generator()
        if self.replacement:
            draw = source.integers if hasattr(source, "integers") else source.randint
            return np.asarray(draw(0, count, self.num_samples))
        rounds, rest = divmod(self.num_samples, count) if count else (0, 0)
        orders = [np.asarray(source.permutation(count)) for _ in range(rounds)]
        if rest:
            orders.append(np.asarray(source.permutation(count))[:rest])
        if len(orders) == 1:
            return orders[0]
        return np.concat(orders) if orders else np.arange(0)


class SubsetRandomSampler(Sampler):
    """The given sample numbers by lot."""

    def __init__(self, indices, generator=None):
        super().__init__()
        self.among = np.asarray(indices, dtype=np.int64)
        self.generator = generator

    def __len__(self):
        return self.among.shape[0]

    def indices(self):
        """A fresh order."""
        source = self.generator or np.random.default_generator()
        return np.take(self.among, np.asarray(source.permutation(len(self))), axis=0)


class WeightedRandomSampler(Sampler):
    """Sample numbers drawn with probabilities proportional to `weights`.

    Parameters
    ----------
    weights : sequence of float
        One for each sample; they need not add up to 1.
    num_samples : int
        How many to draw.
    replacement : bool
        Whether a sample can come twice.
    generator : Generator, optional
        Default: that of `mltensor.random.manual_seed`.
    """

    def __init__(self, weights, num_samples, replacement=True, generator=None):
        super().__init__()
        weights = np.asarray(weights, dtype=np.float64)
        self.probabilities = weights / np.sum(weights)
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __len__(self):
        return self.num_samples

    def indices(self):
        """A fresh draw."""
        return np.asarray((self.generator or np.random.default_generator()).choice(
            self.probabilities.shape[0], self.num_samples, replace=self.replacement, p=self.probabilities))


class BatchSampler(Sampler):
    """Groups the numbers of another sampler into batches.

    Parameters
    ----------
    sampler : Sampler
    batch_size : int
    drop_last : bool
        Leave out a last batch that is not full.
    """

    def __init__(self, sampler, batch_size, drop_last=False):
        super().__init__()
        if batch_size < 1:
            raise ValueError(f"batch_size must be a positive integer, got {batch_size}")
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    @property
    def whole(self):
        """Whether the sampler draws all its numbers at once: it is ours and iterates over its `indices()`."""
        return isinstance(self.sampler, Sampler) and type(self.sampler).__iter__ is Sampler.__iter__

    def __len__(self):
        count = len(self.sampler)
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def batches(self):
        """The batches as integer tensors, where `whole` says so: no number becomes a Python object."""
        order = self.sampler.indices()
        for begin in range(0, len(self) * self.batch_size, self.batch_size):
            yield order[begin:begin + self.batch_size]

    def __iter__(self):
        if self.whole:
            for batch in self.batches():
                yield batch.tolist()
            return
        batch = []
        for index in self.sampler:
            batch.append(index)
            if len(batch) == self.batch_size:
                yield batch
                batch = []
        if batch and not self.drop_last:
            yield batch
