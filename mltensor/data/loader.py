"""The DataLoader: batches of a data set, in order or by lot, ahead of time if wanted."""

import collections.abc
import itertools
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import numpy

import mltensor as np
from mltensor._core.tensor import Tensor
from mltensor.errors import ShapeError, UnsupportedError

from .dataset import IterableDataset
from .sampler import BatchSampler, RandomSampler, SequentialSampler


class DataLoader:
    """Batches of a data set.

    A data set that hands out whole batches (`TensorDataset`, and a `Subset` of one) is asked for
    batches: one gather for each tensor. Of any other, single samples are read and collated.

    Parameters
    ----------
    dataset : Dataset or IterableDataset
    batch_size : int or None
        Samples in a batch; None: single samples, not collated.
    shuffle : bool, optional
        A fresh order by lot in each epoch.
    sampler : iterable of int, optional
        The order, instead of `shuffle`.
    batch_sampler : iterable of sequence of int, optional
        The batches, instead of `batch_size`, `shuffle`, `sampler` and `drop_last`.
    num_workers : int
        Threads that prepare batches ahead; batches still come in order. Reading files and this
        library's own work run side by side in threads, and nothing is copied between processes;
        Python code of a data set takes turns.
    collate_fn : callable, optional
        Makes a batch of a list of samples; default: `default_collate`.
    drop_last : bool
        Leave out a last batch that is not full.
    worker_init_fn : callable, optional
        Called in each thread with its number.
    generator : Generator, optional
        Draws the order; default: that of `mltensor.random.manual_seed`.
    prefetch_factor : int, optional
        Batches prepared ahead by each thread; default 2.
    pin_memory, timeout, multiprocessing_context, persistent_workers, pin_memory_device, in_order
        Accepted for PyTorch's signature; they have nothing to do here.
    """

    def __init__(self, dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0,
                 collate_fn=None, pin_memory=False, drop_last=False, timeout=0, worker_init_fn=None,
                 multiprocessing_context=None, generator=None, *, prefetch_factor=None, persistent_workers=False,
                 pin_memory_device="", in_order=True):
        if num_workers < 0:
            raise ValueError(f"num_workers must not be negative, got {num_workers}")
        if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
            raise ValueError("batch_sampler decides on the batches; batch_size, shuffle, sampler and drop_last must "
                             "not be given with it")
        if batch_size is None and batch_sampler is None and drop_last:
            raise ValueError("batch_size=None hands out single samples; there is no last batch for drop_last")
        if sampler is not None and shuffle:
            raise ValueError("sampler decides on the order; shuffle must not be given with it")
        self.dataset = dataset
        self.batch_size = None if batch_sampler is not None else batch_size
        self.drop_last = drop_last
        self.num_workers = num_workers
        self.worker_init_fn = worker_init_fn
        self.prefetch_factor = 2 if prefetch_factor is None else prefetch_factor
        self.generator = generator
        batched = batch_size is not None or batch_sampler is not None
        self.collate_fn = collate_fn or (default_collate if batched else default_convert)
        self.batch_sampler = batch_sampler
        self.sampler = sampler
        if isinstance(dataset, IterableDataset):
            if shuffle or sampler is not None or batch_sampler is not None:
                raise ValueError(f"{type(dataset).__name__} decides on its own order; shuffle, sampler and "
                                 "batch_sampler must not be given")
            if num_workers:
                raise UnsupportedError("an IterableDataset is read in order by one thread; use num_workers=0")
            return
        if batch_sampler is None:
            if sampler is None:
                self.sampler = (RandomSampler(dataset, generator=generator) if shuffle
                                else SequentialSampler(dataset))
            if batch_size is not None:
                self.batch_sampler = BatchSampler(self.sampler, batch_size, drop_last)
        whole = collate_fn is None and self.batch_sampler is not None and hasattr(dataset, "batch")
        self._fetch = self._fetch_whole if whole else self._fetch_samples

    def __len__(self):
        if isinstance(self.dataset, IterableDataset):
            if self.batch_size is None:
                return len(self.dataset)
            full, rest = divmod(len(self.dataset), self.batch_size)
            return full + (rest > 0 and not self.drop_last)
        return len(self.batch_sampler if self.batch_sampler is not None else self.sampler)

    def __iter__(self):
        if isinstance(self.dataset, IterableDataset):
            return self._iterate_stream()
        order = self.batch_sampler if self.batch_sampler is not None else self.sampler
        if type(order) is BatchSampler and order.whole:
            order = order.batches()
        return map(self._fetch, order) if self.num_workers == 0 else self._iterate_threads(order)

    def _fetch_whole(self, indices):
        return self.dataset.batch(np.asarray(indices, dtype=np.int64))

    def _fetch_samples(self, indices):
        if self.batch_sampler is None:
            return self.collate_fn(self.dataset[indices])
        if isinstance(indices, Tensor):
            indices = indices.tolist()
        return self.collate_fn([self.dataset[index] for index in indices])

    def _iterate_stream(self):
        stream = iter(self.dataset)
        if self.batch_size is None:
            yield from map(self.collate_fn, stream)
            return
        while samples := list(itertools.islice(stream, self.batch_size)):
            if len(samples) == self.batch_size or not self.drop_last:
                yield self.collate_fn(samples)

    def _iterate_threads(self, order):
        """Batches in order, each fetched by a thread of the pool before it is asked for."""
        numbers = itertools.count()
        lock = threading.Lock()

        def begin():
            with lock:
                number = next(numbers)
            if self.worker_init_fn is not None:
                self.worker_init_fn(number)

        pool = ThreadPoolExecutor(self.num_workers, "mltensor-loader", begin)
        waiting = deque()
        try:
            for indices in order:
                waiting.append(pool.submit(self._fetch, indices))
                if len(waiting) > self.num_workers * self.prefetch_factor:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def default_convert(sample):
    """A single sample with its arrays as tensors; structures are kept, everything else stays as it is."""
    if isinstance(sample, (numpy.ndarray, numpy.generic)) and sample.dtype.kind in "biufc":
        return np.asarray(sample)
    if isinstance(sample, collections.abc.Mapping):
        return {key: default_convert(value) for key, value in sample.items()}
    if isinstance(sample, tuple) and hasattr(sample, "_fields"):
        return type(sample)(*map(default_convert, sample))
    if isinstance(sample, (tuple, list)):
        return [default_convert(value) for value in sample]
    return sample


def default_collate(batch):
    """A batch of a list of samples: numbers and arrays are stacked, structures are kept.

    Tuples and lists of n things become a list of n batches, dictionaries a dictionary of batches,
    named tuples a named tuple. Strings and bytes stay in a list.
    """
    first = batch[0]
    if isinstance(first, (Tensor, numpy.ndarray)):
        shapes = {tuple(sample.shape) for sample in batch}
        if len(shapes) > 1:
            raise ShapeError(f"samples of different shapes cannot be stacked: {sorted(shapes)}; pad them, or give a "
                             "collate_fn")
        return np.stack([np.asarray(sample) for sample in batch])
    if isinstance(first, (bool, int, float, complex, numpy.generic)):
        return np.asarray(batch)
    if isinstance(first, (str, bytes)) or first is None:
        return list(batch)
    if isinstance(first, collections.abc.Mapping):
        return {key: default_collate([sample[key] for sample in batch]) for key in first}
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*[default_collate(column) for column in zip(*batch, strict=True)])
    if isinstance(first, collections.abc.Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise ShapeError("samples of different lengths cannot be collated: "
                             f"{sorted({len(sample) for sample in batch})}; pad them, or give a collate_fn")
        return [default_collate(list(column)) for column in zip(*batch, strict=True)]
    raise TypeError(f"samples of type {type(first).__name__} cannot be collated; give a collate_fn")
